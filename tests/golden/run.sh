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

# The last line on stderr, without our temporary folder, and the exit code.
replay_error() {
    local rc
    "$b/zfw-replay" --pcap "$1" >"$tmp/replay" 2>&1
    rc=$?
    tail -n 1 "$tmp/replay" | sed "s,$tmp/,,"
    echo "exit $rc"
}

group_log
group_config
group_replay
group_badcapture
group_fp
echo "zt $passed $failed $skipped"
[ "$failed" -eq 0 ]
