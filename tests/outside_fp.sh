# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Part of tests/outside.sh: the log of zfw-fp beside that of p0f, line by
# line and with p0f's own database; and its JSON read by somebody else's
# parser.  Uses $b, $data, $tmp, case_is and sig_captures of that.

p0f_db=/etc/p0f/p0f.fp

# p0f's log on stdin, without what we do not read (HTTP), in order of lines.
fp_lines() {
    grep -v '\] mod=http ' | sort
}

# Lines of one of us alone, on stdin -> those whose client SIGNATURES.md does
# not list for that file.
fp_unlisted() { # FILE, below captures/
    local line client
    while read -r line; do
        client=${line#*|cli=}
        grep -F "| $1 | " docs/SIGNATURES.md |
            grep -qF "| ${client%%|*} |" || printf '%s\n' "$line"
    done
}

fp_compare() { # NAME FILE THEIRS: as for sig_file
    local only
    TZ=UTC0 "$b/zfw-fp" -d $p0f_db -r "$data/captures/$2" 2>"$tmp/err" |
        fp_lines >"$tmp/o"
    fp_lines <"$3" >"$tmp/p"
    only=$(comm -13 "$tmp/o" "$tmp/p" | fp_unlisted "$2")
    [ -z "$only" ] || { case_is "$1" bad "only p0f: $only"; return; }
    only=$(comm -23 "$tmp/o" "$tmp/p" | fp_unlisted "$2")
    [ -z "$only" ] || { case_is "$1" bad "only zfw-fp: $only"; return; }
    fp_total=$((fp_total + $(wc -l <"$tmp/o")))
    fp_same=$((fp_same + $(comm -12 "$tmp/o" "$tmp/p" | wc -l)))
    case_is "$1" ok
}

# p0f as it is installed here: the same on a file of many sessions, which
# gives lines of every kind, and on each capture.
fp_beside_p0f() {
    local f name
    while read -r f; do
        name=${f#"$data/captures/"}
        rm -f "$tmp/p0f.log"
        TZ=UTC0 p0f -f $p0f_db -r "$f" -o "$tmp/p0f.log" >/dev/null 2>&1
        touch "$tmp/p0f.log"
        fp_compare "log of p0f now, $name" "$name" "$tmp/p0f.log"
    done < <(sig_captures)
    "$b/tests/tools/syngen" --sessions --sources 500 3000 "$tmp/many" \
        >/dev/null 2>&1
    rm -f "$tmp/p0f.log"
    TZ=UTC0 p0f -f $p0f_db -r "$tmp/many" -o "$tmp/p0f.log" >/dev/null 2>&1
    TZ=UTC0 "$b/zfw-fp" -d $p0f_db -r "$tmp/many" >"$tmp/o" 2>/dev/null
    if [ "$(wc -l <"$tmp/o")" -gt 6000 ] && cmp -s "$tmp/o" "$tmp/p0f.log"; then
        case_is "log of p0f now, 3000 sessions" ok
    else
        case_is "log of p0f now, 3000 sessions" bad \
            "$(diff "$tmp/o" "$tmp/p0f.log" | head -n 4)"
    fi
}

# Every line of JSON is an object, with what all of its kind have; and as
# many of each kind as p0f's way has, but for copies and strays.
fp_json_check() { # P0F-LOG <JSONL
    python3 -c '
import json, sys
need = {"t", "event", "client", "client_port", "server", "server_port"}
more = {"os", "family", "grade", "dist", "sig"}
n = {"syn": 0, "syn+ack": 0, "uptime": 0, "smtp": 0}
for line in sys.stdin:
    o = json.loads(line)
    event = o["event"]
    missing = need - o.keys()
    if event != "uptime":
        missing |= more - o.keys()
    if missing or not isinstance(o["t"], float):
        sys.exit("lacks %s: %s" % (missing, line))
    if "copy" not in o and "stray" not in o:
        n["smtp" if event == "session" else event] += 1
log = open(sys.argv[1]).read()
for k, v in n.items():
    if log.count("] mod=%s|" % k) != v:
        sys.exit("%d of %s, p0f format %d" % (v, k, log.count("] mod=%s|" % k)))
' "$1"
}

fp_json() { # FILE
    local name=${1#"$data/captures/"}
    "$b/zfw-fp" --sessions -r "$1" >"$tmp/o" 2>/dev/null
    if "$b/zfw-fp" --sessions --format jsonl -r "$1" 2>/dev/null |
        fp_json_check "$tmp/o" 2>"$tmp/err"; then
        case_is "JSON of $name" ok
    else
        case_is "JSON of $name" bad "$(tail -n 1 "$tmp/err")"
    fi
}

fp_section() {
    local f
    fp_total=0 fp_same=0
    while read -r f; do
        fp_json "$f"
    done < <(sig_captures)
    if [ ! -r $p0f_db ]; then
        case_is "log of p0f" skip "no $p0f_db"
        return
    fi
    while read -r f; do
        fp_compare "log of p0f, ${f#"$data/captures/"}" \
            "${f#"$data/captures/"}" "$f.p0f"
    done < <(sig_captures)
    echo "note zfw-fp: $fp_total lines on captures, $fp_same as p0f wrote them"
    if command -v p0f >/dev/null; then
        fp_beside_p0f
    else
        case_is "log of p0f now" skip "p0f is not installed"
    fi
}
