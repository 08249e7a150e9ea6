# SPDX-License-Identifier: GPL-3.0-or-later
#
# Part of tests/outside.sh: the label, distance and params of a packet, ours
# beside p0f's, with p0f's own database.
P0F_FP=/etc/p0f/p0f.fp

# p0f's log on stdin -> `KIND CLIENT/PORT SERVER/PORT os=...`.
os_p0f_lines() {
    sed -nE 's/.*mod=(syn|syn\+ack)\|cli=([^|]*)\|srv=([^|]*)\|subj=...\|(.*)/\1 \2 \3 \4/p' |
        sed -E 's/ [0-9a-f]*:[0-9a-f:]*\// v6\//g' | sort -u
}

# One capture against the .p0f beside it: all that p0f printed, we print.
os_file() { # FILE, below captures/
    local f=$data/captures/$1 more
    "$b/tests/tools/osdump" -d "$P0F_FP" "$f" 2>"$tmp/err" |
        sort -u >"$tmp/o"
    os_p0f_lines <"$f.p0f" >"$tmp/p"
    more=$(comm -13 "$tmp/o" "$tmp/p" | head -n 2)
    if [ -z "$more" ]; then
        case_is "label $1" ok
    else
        case_is "label $1" bad "only p0f: $more $(head -n 1 "$tmp/err")"
    fi
}

# Packets made from the signatures of a file, most of them changed a little,
# beside the program p0f.  One slip of p0f is left out (docs/SIGNATURES.md): it
# gives 0 hops where only a tool would have been like it.
os_generated() { # FP PAIRS SEED [-4]
    "$b/tests/tools/osdump" -d "$1" -g "$2" -s "$3" ${4:+"$4"} \
        -w "$tmp/os.pcap" 2>/dev/null | sed -E 's/ [^ ]*\/25 / /' >"$tmp/o"
    rm -f "$tmp/p0f.log"
    p0f -f "$1" -r "$tmp/os.pcap" -o "$tmp/p0f.log" >"$tmp/err" 2>&1 || cat "$tmp/err"
    os_p0f_lines <"$tmp/p0f.log" | sed -E 's/ [^ ]*\/25 / /' >"$tmp/p"
    awk 'NR == FNR { ours[$1, $2] = $0; n++; next }
        ours[$1, $2] == $0 { same++; next }
        $3 ~ /^os=[?][?][?]\|dist=0\|/ && ours[$1, $2] ~ / os=[?][?][?]/ {
            slip++; next }
        { print; wrong++ }
        END { print n - same - slip - wrong, same + 0, slip + 0 }' \
        "$tmp/o" "$tmp/p" >"$tmp/d"
    if [ "$(wc -l <"$tmp/d")" -eq 1 ] && grep -q '^0 ' "$tmp/d"; then
        case_is "labels of made packets, seed $3" ok
    else
        case_is "labels of made packets, seed $3" bad \
            "$(head -n 2 "$tmp/d") (last: $(tail -n 1 "$tmp/d"))"
    fi
    echo "note labels: $(awk 'END { print $2 " as p0f prints them, and " \
        $3 " but for the hops of none" }' "$tmp/d")"
}

os_section() {
    local f
    if [ ! -r "$P0F_FP" ]; then
        case_is "labels" skip "no $P0F_FP here"
        return
    fi
    while read -r f; do
        os_file "${f#"$data/captures/"}"
    done < <(sig_captures)
    if ! command -v p0f >/dev/null; then
        case_is "labels of made packets" skip "p0f is not installed"
        return
    fi
    os_generated "$P0F_FP" 5000 1 -4
    # The other slip: p0f takes signatures for IPv4 alone for IPv6 too.
    sed '/^sig *= *4:/d' "$P0F_FP" >"$tmp/both.fp"
    os_generated "$tmp/both.fp" 5000 2
}
