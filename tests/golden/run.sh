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
echo "zt $passed $failed $skipped"
[ "$failed" -eq 0 ]
