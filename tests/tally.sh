#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Statistics equal an independent recount: `bash tests/tally.sh BUILD`.  Made
# days of each world go through zfw-replay --state; tests/recount.py counts the
# same from packets, log lines and decisions, and must find the very numbers
# that the history in the store has.  Recipients are counted with everybody
# allowed: what zfw does not read any more of a session that it cuts in the
# middle of an answer cannot be told from outside.  Ends with `zt PASSED FAILED
# SKIPPED`.
set -u
cd "$(dirname "$0")/.." || exit 2
b=${1:?usage: tally.sh BUILD}
tool=$b/tests/tools
passed=0 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$tmp/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        grep -v '^same' "$tmp/said"
    fi
}

fails() { ! "$@"; }

replay() { # DIR CONF STATE
    "$b/zfw-replay" -c "$2" --pcap "$1"/day*.pcap --log "$1"/day*.log \
        --format jsonl --state "$3" >"$3.jsonl" 2>"$3.summary" &&
        "$tool/tallydump" "$3" >"$3.dump"
}

recount() { # DIR STATE [OPTION...]
    local d=$1 s=$2
    shift 2
    python3 tests/recount.py --pcap "$d"/day*.pcap --log "$d"/day*.log \
        --events "$s.jsonl" --history "$s.dump" \
        --traps old.box{0..11}@example.org "$@"
}

block_file() { # JSONL: networks for one
    python3 - "$1" <<-'END'
	import ipaddress, json, sys
	nets = {}
	for line in open(sys.argv[1]):
	    e = json.loads(line)
	    n = ipaddress.ip_network(e['client'])
	    if e['event'] == 'block' and n.prefixlen in (32, 64) and len(nets) < 40:
	        nets[n.supernet(new_prefix=28 if n.version == 4 else 60)] = 1
	print(*nets, sep='\n')
	END
}

# What the generator itself knows: who delivered a message, if nobody is blocked.
truth_agrees() { # DIR STATE
    local said=$2.dump
    awk -F'\t' 'NR > 1 { n += $18 > 0 } END { print n }' "$1/sessions.tsv" >"$tmp/want"
    sed -n 's/^day .* good_connections=\([0-9]*\) .*/\1/p' "$said" |
        awk '{ n += $1 } END { print n }' >"$tmp/got"
    diff "$tmp/want" "$tmp/got"
}

for w in 1 2 3; do
    d=$tmp/w$w
    "$tool/daygen" --out "$d" --world "$w" --seed 7 --days 1 --scale 2000
    check "world $w: zfw-replay fills a store" \
        replay "$d" "$d/zfwd.conf" "$tmp/s$w"
    check "world $w: the history equals the recount" \
        recount "$d" "$tmp/s$w" --loose recipients_bad
    { cat "$d/zfwd.conf"; printf '\nallow = {"0.0.0.0/0", "::/0"}\n'; } >"$d/allow.conf"
    check "world $w: again, with everybody allowed" \
        replay "$d" "$d/allow.conf" "$tmp/a$w"
    check "world $w: then recipients are equal, too" recount "$d" "$tmp/a$w"
    check "world $w: and so is who delivered, as the generator knows it" \
        truth_agrees "$d" "$tmp/a$w"
    # Whole networks in which zombies are, and all who are in them.
    block_file "$tmp/s$w.jsonl" >"$tmp/list"
    { cat "$d/zfwd.conf"; printf '\nblock_file = {"%s"}\n' "$tmp/list"; } >"$d/list.conf"
    check "world $w: again, with a block_file" replay "$d" "$d/list.conf" "$tmp/l$w"
    check "world $w: what it drops is counted, too" \
        recount "$d" "$tmp/l$w" --loose recipients_bad --block-file "$tmp/list"
    check "world $w: and it drops something" \
        grep -qE '^day .* attempts_listed=[1-9][0-9]* ' "$tmp/l$w.dump"
    rm -f "$d"/day*.pcap
done
check "a directory that is not empty is refused" \
    fails "$b/zfw-replay" --log /dev/null --state "$tmp/s1"
check "so is one that cannot be made" \
    fails "$b/zfw-replay" --log /dev/null --state "$tmp/none/there"
echo "zt $passed $failed 0"
[ "$failed" -eq 0 ]
