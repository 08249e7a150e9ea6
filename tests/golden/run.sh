#!/usr/bin/env bash
# Golden tests: what a program prints for a file, against what it printed
# when somebody last looked at it.  `run.sh BUILD [--update]`; --update writes
# the files anew, for `git diff` to show.  Each group is a function here.
set -u
cd "$(dirname "$0")/../.." || exit 2
b=$1
update=${2-}
passed=0 failed=0 skipped=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# golden NAME WANTED COMMAND...: one test; the command's output is compared.
golden() {
    local name=$1 want=$2
    shift 2
    "$@" >"$tmp/out" 2>"$tmp/err"
    if [ "$update" = --update ]; then
        cp "$tmp/out" "$want"
    elif ! diff -u "$want" "$tmp/out" >"$tmp/diff" 2>&1; then
        echo "FAIL golden $name"
        head -n 20 "$tmp/diff" "$tmp/err"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + 1))
}

# Log line -> event, and that no text of a client became an address.
group_log() {
    local log
    for log in tests/golden/log/*.log; do
        golden "log $(basename "$log" .log)" "${log%.log}.events" \
            "$b/zfw-replay" --log "$log" --events --year 2026
    done
    golden "log, patterns of the site" tests/golden/pattern/own.events \
        "$b/zfw-replay" -c tests/golden/pattern/own.conf --events \
        --log tests/golden/pattern/own.log --year 2026
    if grep -l '"client":"192\.0\.2\.66"' tests/golden/log/*.events; then
        echo "FAIL golden log: text of a client became an address"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

# What zfwd says of a bad file, on stderr and by its exit code.
config_error() {
    "$b/zfwd" -nv -c "$1" 2>&1 >/dev/null
    echo "exit $?"
}

# A config printed back; what is printed prints to itself.
group_config() {
    local conf
    for conf in tests/golden/config/*.conf; do
        case $conf in
        */bad-*)
            golden "config $(basename "$conf")" "${conf%.conf}.err" \
                config_error "$conf"
            ;;
        *)
            golden "config $(basename "$conf")" "${conf%.conf}.out" \
                "$b/zfwd" -nv -c "$conf"
            golden "config $(basename "$conf") again" "${conf%.conf}.out" \
                "$b/zfwd" -nv -c "${conf%.conf}.out"
            ;;
        esac
    done
}

# A recording and its log -> decisions, as JSON lines and as text, and the
# same bytes again; what cannot be read is told with file and offset.
group_replay() {
    local pcap log name format
    for pcap in tests/golden/replay/*.pcap; do
        log=${pcap%.pcap}.log
        name=$(basename "$pcap" .pcap)
        for format in jsonl text; do
            golden "replay $name $format" "${pcap%.pcap}.$format" \
                "$b/zfw-replay" --year 2025 --format "$format" \
                --pcap "$pcap" --log "$log"
        done
        golden "replay $name again" "${pcap%.pcap}.text" \
            "$b/zfw-replay" --year 2025 --pcap "$pcap" --log "$log"
    done
    head -c 1500 tests/golden/replay/gateway.pcap >"$tmp/cut.pcap"
    golden "replay of a capture cut short" tests/golden/replay/cut.err \
        replay_error "$tmp/cut.pcap"
    golden "replay of no capture" tests/golden/replay/notpcap.err \
        replay_error tests/golden/replay/gateway.log
}

# zfw-replay as the laboratory: a recording against who is who, one address
# explained, two policies compared, and what is wrong with a truth or an option.
lab() {
    TZ=UTC0 "$b/zfw-replay" --year 2025 --pcap tests/golden/replay/lab.pcap \
        --log tests/golden/replay/lab.log "$@"
}

lab_report() { # the text, then the JSON
    lab --truth tests/golden/replay/lab.truth --report "$tmp/report" \
        2>&1 >/dev/null | sed '1,/^spared/d'
    python3 -m json.tool "$tmp/report"
}

lab_pipe() { # the capture from a FIFO: the same report
    mkfifo "$tmp/pipe"
    cat tests/golden/replay/lab.pcap >"$tmp/pipe" &
    "$b/zfw-replay" --year 2025 --log tests/golden/replay/lab.log \
        --pcap "$tmp/pipe" --truth tests/golden/replay/lab.truth \
        --report "$tmp/report" 2>&1 >/dev/null | sed '1,/^spared/d'
    python3 -m json.tool "$tmp/report"
    rm "$tmp/pipe"
}

lab_log_only() {
    "$b/zfw-replay" --year 2025 --log tests/golden/replay/lab.log \
        --truth tests/golden/replay/lab.truth 2>&1 >/dev/null |
        sed -n '/^Zombies/,/^Victims/p'
}

lab_what_if() {
    lab --what-if 'allow={"198.51.100.0/28"}' --what-if 'tiers={15s,1h}' "$@"
}

# What it says on stderr and its exit code, of one wrong thing after another.
lab_wrong() {
    local text words
    for text in '192.0.2.1' 'here good' '192.0.2.1 good\n192.0.2.1 spam' \
        '# only this\n\n 192.0.2.300 good' '192.0.2.1 # good'; do
        # shellcheck disable=SC2059 # the newlines
        printf "$text\n" >"$tmp/truth"
        lab --truth "$tmp/truth" 2>&1 >/dev/null | sed "s,$tmp/,,"
        echo "exit ${PIPESTATUS[0]}"
    done
    while read -ra words; do
        lab "${words[@]}" 2>&1 >/dev/null | sed "s,$tmp/,,"
        echo "exit ${PIPESTATUS[0]}"
    done <<-END
	--truth $tmp/nowhere
	--report $tmp/report
	--explain 192.0.2
	--explain
	--what-if tiers
	--what-if jitter=5 --what-if teirs=5
	--what-if jitter=500
	--what-if certain_probability=0.5
	END
}

# Where clients leave memory and come back, the decisions are the same.
lab_load() { # MEMORY
    printf '%s\n' 'never_block_lift = {"198.18.0.0/15", "240.0.0.0/4"}' \
        "clients_max = $1" >"$tmp/load.conf"
    "$b/zfw-replay" -c "$tmp/load.conf" --pcap "$tmp/load.pcap" \
        2>"$tmp/load.err"
}

lab_little() {
    lab_load 256
    # Else it shows nothing.
    grep -q ' 0 times one left memory' "$tmp/load.err" && echo "all had room"
    ls -d "$tmp"/zfw-replay.* 2>/dev/null
}

group_lab() {
    local d=tests/golden/replay
    golden "lab report" $d/lab.report lab_report
    golden "lab report of a pipe" $d/lab.report lab_pipe
    golden "lab report of a log alone" $d/lab.log-report lab_log_only
    golden "lab explain" $d/lab.explain lab --explain 198.51.100.40 \
        --explain 192.0.2.10 --explain 192.0.2.99
    golden "lab what-if" $d/lab.what-if lab_what_if
    golden "lab what-if, JSON" $d/lab.what-if.json lab_what_if \
        --format jsonl --truth $d/lab.truth
    golden "lab, wrong words" $d/lab.err lab_wrong
    "$b/tests/tools/loadgen" --new 30 20 50 "$tmp/load.pcap"
    lab_load 65536 >"$tmp/load.want"
    TMPDIR=$tmp golden "lab with little memory" "$tmp/load.want" lab_little
}

# Files that are broken or no captures: for each, what the tool says and its
# exit code.  What the library does with them: tests/unit/fp/test_badfiles.c.
group_badcapture() {
    local pcap=tests/golden/replay/gateway.pcap d=$tmp/bad
    mkdir "$d" "$d/directory"
    head -c 7 $pcap >"$d/half-a-header.pcap"
    head -c 30 $pcap >"$d/half-a-packet-header.pcap"
    : >"$d/nothing.pcap"
    truncate -s 2G "$d/zeros.pcap"
    # A packet of 2 GB less one byte.
    { head -c 32 $pcap; printf '\377\377\377\177\1\0\0\0'; } \
        >"$d/huge-packet.pcap"
    # pcapng: a section, an Ethernet interface, one of raw IP.
    printf '\12\15\15\12\34\0\0\0\115\74\53\32\1\0\0\0\377\377\377\377\377\377\377\377\34\0\0\0\1\0\0\0\24\0\0\0\1\0\0\0\0\0\0\0\24\0\0\0\1\0\0\0\24\0\0\0\145\0\0\0\0\0\0\0\24\0\0\0' \
        >"$d/two-links.pcapng"
    golden "bad captures" tests/golden/replay/bad.err bad_errors "$d"
}

bad_errors() {
    local f
    for f in "$1"/*; do
        replay_error "$f"
    done
}

# Real journal files, forged entries among them -> log lines -> events.
group_journal() {
    local d=tests/golden/journal remote=/lib/systemd/systemd-journal-remote
    if [ ! -x $remote ]; then
        echo "skip golden journal: no $remote"
        skipped=$((skipped + 1))
        return
    fi
    $remote --output="$tmp/mail.journal" - <$d/mail.export 2>"$tmp/err" ||
        cat "$tmp/err"
    # Another file of the same time: entries of both, in order.
    sed 's/123456$/123459/' <<-END | $remote --output="$tmp/two.journal" - 2>"$tmp/err"
	__REALTIME_TIMESTAMP=1767323045123456
	__MONOTONIC_TIMESTAMP=1000003
	_BOOT_ID=f0f0f0f0a1b2c3d4e5f60718293a4b5c
	_TRANSPORT=syslog
	_UID=106
	_COMM=exim4
	_HOSTNAME=mx
	SYSLOG_IDENTIFIER=exim
	MESSAGE=of another file

	END
    golden "journal" $d/mail.log journal
    golden "journal, its events" $d/mail.events journal_events
    golden "journal, a named unit" $d/named.log journal --units mta.service
    golden "journal, since an entry" $d/since.log \
        journal --since 1767323045123472
    golden "journal, since a day" $d/mail.log journal --since 2026-01-02
    golden "journal, since later" /dev/null \
        journal --since "2026-01-02 04:00:00+00:00"
    golden "journal, two files" $d/both.log journal_both
    golden "journal, wrong words" $d/wrong.err journal_wrong
}

journal() { # ARGUMENT...
    ASAN_OPTIONS=detect_leaks=0 TZ=UTC0 "$b/zfw-journal" --file "$tmp/mail.journal" --uids 105,106 "$@"
}

journal_both() {
    ASAN_OPTIONS=detect_leaks=0 "$b/zfw-journal" --uids 105,106 \
        --file "$tmp/mail.journal" \
        "$tmp/two.journal" --since 1767323045123456 | head -n 2
}

journal_events() {
    journal >"$tmp/journal.log" 2>/dev/null
    "$b/zfw-replay" --log "$tmp/journal.log" --events
}

# What it says on stderr and its exit code.
journal_wrong() {
    local words
    echo "not a journal" >"$tmp/text.journal"
    while read -ra words; do
        # The leak checker cannot look into a process under Landlock.
        ASAN_OPTIONS=detect_leaks=0 "$b/zfw-journal" "${words[@]}" 2>&1 \
            >/dev/null | sed -e "s,$tmp/,," -e '/sanitizer build:/d'
        echo "exit ${PIPESTATUS[0]}"
    done <<-END
	--nonsense
	argument
	--since yesterday
	--since 2026-02-30
	--units a.service,,b.service
	--uids root
	--uids -1
	--user zfw
	--file $tmp/nothing.journal
	--file $tmp/text.journal
	END
}

# Each format of zfw-fp, and what it says of files and words that are wrong.
group_fp() {
    local d=tests/golden/fp format
    for format in p0f jsonl short; do
        golden "fp $format" "$d/odd.$format" env TZ=UTC0 "$b/zfw-fp" \
            -d "$d/test.fp" --sessions --format "$format" -r "$d/odd.pcap"
    done
    golden "fp, its JSON read by another" "$d/odd.keys" fp_keys
    golden "fp from a pipe" "$d/odd.p0f" fp_pipe
    golden "fp, one after another" "$d/twice.short" "$b/zfw-fp" \
        -d "$d/test.fp" --format short -r "$d/odd.pcap" "$d/odd.pcap"
    golden "fp through a filter" "$d/filter.short" "$b/zfw-fp" \
        -d "$d/test.fp" --format short -f 'ip6' -r "$d/odd.pcap"
    golden "fp, another database before" "$d/before.short" "$b/zfw-fp" \
        -d "$d/test.fp" -a "$d/add.fp" --format short -r "$d/odd.pcap"
    golden "fp, wrong words" "$d/wrong.err" fp_wrong
}

fp_keys() {
    python3 -c '
import json, sys
for line in sys.stdin:
    o = json.loads(line)
    print(o["event"], o["client"], repr(o.get("helo")), *o)
' <tests/golden/fp/odd.jsonl
}

fp_pipe() {
    TZ=UTC0 "$b/zfw-fp" -d tests/golden/fp/test.fp --sessions -r - \
        <tests/golden/fp/odd.pcap
}

# What it says on stderr and its exit code, of one wrong thing after another.
fp_wrong() {
    local d=tests/golden/fp words
    while read -ra words; do
        "$b/zfw-fp" "${words[@]}" 2>&1 >/dev/null | sed "s,$tmp/,,"
        echo "exit ${PIPESTATUS[0]}"
    done <<-END
	-x
	-r
	-r $d/odd.pcap --format xml
	-r $d/odd.pcap -P 25,0
	-r $d/odd.pcap -P 25,,26
	-r - -r -
	-r $d/odd.pcap -i lo
	--sessions
	-r $d/nothing.pcap
	-r $d/test.fp
	-r $d/odd.pcap -d $d/nothing.fp
	-r $d/odd.pcap -d /dev/null
	-r $d/odd.pcap -f (
	-r $d/odd.pcap -o $tmp/nowhere/out
	-r $d/odd.pcap -s $tmp/nowhere/socket
	-r $d/odd.pcap -o /dev/full
	END
}

# A small store and one of hostile names, in each format; the hostile one as
# text is looked at for what must not be there by the unit tests.
group_stats() {
    local d=tests/golden/stats format name
    for name in small hostile empty; do
        mkdir "$tmp/$name"
        "$b/tests/tools/statstore" "$tmp/$name" $name >/dev/null
    done
    for format in text csv prom; do
        golden "stats small $format" $d/small.$format \
            stats_small --format $format
        golden "stats hostile $format" $d/hostile.$format \
            stats_small --hostile --format $format
    done
    golden "stats empty" $d/empty.text stats empty
    golden "stats, the keys of its JSON" $d/small.keys stats_keys
    golden "stats letter" $d/small.letter stats_letter small
    golden "stats letter of an empty store" $d/empty.letter stats_letter empty
    golden "stats by botnet" $d/botnet.text \
        stats small --by botnet helo:ylmf-pc --top 3
    golden "stats by network" $d/network.csv \
        stats small --by network 203.0.113.64/26 --format csv
    golden "stats by domain" $d/domain.text stats small --by domain
    golden "stats, wrong words" $d/wrong.err stats_wrong
}

stats() { # STORE ARGUMENT...
    local store=$1
    shift
    COLUMNS=80 LC_ALL=C.UTF-8 TZ=UTC0 "$b/zfw-stats" -c /dev/null \
        --state "$tmp/$store" --until @1772445600 "$@"
}

stats_small() { # [--hostile] ARGUMENT...: but for each hour of the day
    local store=small
    [ "$1" != --hostile ] || { store=hostile; shift; }
    stats $store --since @1772186400 --top 40 "$@" |
        grep -vE '^(hours?|weekday|hours-of|hours-of-weekday),'
}

stats_keys() { # each with its type, once; what lists say of helo
    stats small --format json --top 2 | python3 -c '
import json, sys
def walk(o, path):
    if isinstance(o, dict):
        for k, v in o.items():
            walk(v, f"{path}.{k}")
    elif isinstance(o, list):
        for v in o:
            walk(v, path + "[]")
    else:
        seen.setdefault(f"{path} {type(o).__name__}")
seen = {}
all_ = json.load(sys.stdin)
walk(all_, "")
print("\n".join(seen))
print(json.dumps(all_["lists"]["helo"]["groups"][0]["machine"], indent=1))
'
}

stats_letter() { # the name of this host is not the same everywhere
    stats "$1" --letter | sed "s/\b$(hostname)\b/HOST/g"
}

# What it says on stderr and its exit code, of one wrong thing after another.
stats_wrong() {
    local words
    mkdir -p "$tmp/nothing" "$tmp/other"
    echo "not a store, but long enough to be looked at as one" >"$tmp/other/zfw.kch"
    while read -ra words; do
        "$b/zfw-stats" -c /dev/null "${words[@]}" 2>&1 >/dev/null |
            sed -e "s,$tmp/,," -e "s,^$b/,," -e '/^usage/,$d'
        echo "exit ${PIPESTATUS[0]}"
    done <<-END
	--nonsense
	--format xml
	--top 0
	--top 1001
	--since yesterday
	--since 2026-03-02 --until 2026-03-01
	--by planet
	--to a@example.org
	--letter --format json
	--letter --to a@example.org --out x
	--letter --to a\\nb@example.org
	--letter --to -oQ/tmp
	word
	--by helo one two
	--by network 192.0.2.1/24
	--state $tmp/nowhere
	--state $tmp/nothing
	--state $tmp/other
	--state $tmp/small --out $tmp/nowhere/out
	--state $tmp/small --out /dev/full
	END
}

# The last line on stderr, without our temporary folder, and the exit code.
replay_error() {
    local rc
    "$b/zfw-replay" --pcap "$1" >"$tmp/replay" 2>&1
    rc=$?
    tail -n 1 "$tmp/replay" | sed "s,$tmp/,,"
    echo "exit $rc"
}

# What <Tab> offers behind these words, in bash.
group_completion() {
    golden "completion in bash" tests/golden/completion/all completion
}

completion() {
    local COMP_WORDS COMP_CWORD COMPREPLY line
    PATH=$(realpath "$b"):$PATH
    # shellcheck source=/dev/null
    . service/zfw.bash-completion
    while read -r line; do
        read -ra COMP_WORDS <<<"$line"
        [ "${line%|}" = "$line" ] || COMP_WORDS[${#COMP_WORDS[@]} - 1]=
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMPREPLY=()
        _zfw "${COMP_WORDS[0]}"
        echo "$line: ${COMPREPLY[*]}"
    done <<-END
	zfwctl |
	zfwctl b
	zfwctl --format |
	zfwctl report 192.0.2.7 |
	zfwctl -c docs/zfwd
	zfw-whitelist |
	zfwd -
	zfw-replay --wh
	zfw-stats --format |
	zfw-stats --by s
	zfw-fp --format |
	END
}

group_log
group_config
group_replay
group_lab
group_badcapture
group_fp
group_journal
group_stats
group_completion
echo "zt $passed $failed $skipped"
[ "$failed" -eq 0 ]
