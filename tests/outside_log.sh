#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by tests/outside.sh: log messages and names that others collected.
# Every client's address has to be found, and none where there is none.

# One file with a `data:` message and its `results:` -> the log line on stdout
# and `FILE CLIENT PORT QID HELO FROM TO`, with tabs, in $tmp/want.  The
# address is the client's or the relay's; a header's text before it hides it
# from zfw on purpose (only END-OF-MESSAGE is of Postfix's own words).
log_case() { # FILE PROGRAM
    awk -v file="$(basename "$1")" -v prog="$2" -v want="$tmp/want" '
    function unquote(s) {
        if (s ~ /^".*"$/) { s = substr(s, 2, length(s) - 2); gsub(/\\"/, "\"", s) }
        return s
    }
    function cut(s, re, end,    t) {  # what follows re in s, up to end
        if (!match(s, re)) return ""
        t = substr(s, RSTART + RLENGTH)
        return match(t, end) ? substr(t, 1, RSTART - 1) : t
    }
    /^data: / { msg = unquote(substr($0, 7)) }
    /^ +postfix_[a-z_]+: / {
        key = $1; sub(/:$/, "", key)
        val = $0; sub(/^ *[a-z_]+: */, "", val); v[key] = unquote(val)
    }
    END {
        kv = v["postfix_keyvalue_data"]
        ip = v["postfix_client_ip"]
        if (ip == "") ip = cut(kv, "(client|relay)=[^[ ]*\\[", "\\]")
        if (ip == "") ip = cut(v["postfix_milter_message"], "^END-OF-MESSAGE from [^[ ]*\\[", "\\]")
        if (ip == "") ip = cut(v["postfix_message"], "^hostname [^ ]* does not resolve to address ", ": |$")
        if (ip !~ /^[0-9a-f:.]+$/) ip = ""
        qid = v["postfix_queueid"]; if (qid == "NOQUEUE") qid = ""
        print "Nov 22 03:48:24 mx postfix/" prog "[42]: " msg
        printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", file, ip, v["postfix_client_port"], qid, \
            cut(kv, "helo=<", ">"), cut(kv, "from=<", ">"), cut(kv, "(^| )to=<", ">") > want
    }' "$1"
}

# Rows of $tmp/want beside rows of logdump: `ok|bad FIELD FILE GOT WANTED`.
log_compare() {
    paste "$tmp/want" "$tmp/got" | awk -F'\t' '
    function same(field, got, want) {
        printf "%s\t%s\t%s\t%s\t%s\n", got == want ? "ok" : "bad", field, $1, got, want
    }
    {   # $8 on: line kind client port qid name helo sender rcpt
        same("client", $10, $2)
        if ($3 != "") same("port", $11, $3)
        if ($9 == "none") next
        same("queue_id", $12, $4)
        if ($5 != "") same("helo", $14, $5)
        if ($6 != "") same("sender", $15, $6)
        if ($7 != "") same("rcpt", $16, $7)
    }'
}

log_section() {
    local f prog what field name got want
    : >"$tmp/want"
    for f in "$data"/maillogs/postfix-grok/*.yaml; do
        prog=$(basename "$f" .yaml)
        prog=${prog%_*}
        case $prog in
        smtpd | postscreen | qmgr | smtp | bounce | dnsblog | cleanup)
            log_case "$f" "$prog" >>"$tmp/log"
            cat "$tmp/want" >>"$tmp/wants"
            ;;
        esac
    done
    mv "$tmp/wants" "$tmp/want"
    "$b/tests/tools/logdump" <"$tmp/log" >"$tmp/got"
    log_compare >"$tmp/fields"
    while IFS=$'\t' read -r what field name got want; do
        case_is "log $name $field" "$what" "got '$got', want '$want'"
    done <"$tmp/fields"
    echo "note log: $(wc -l <"$tmp/log") messages, fields right of all: $(
        awk '{ n[$2]++; ok[$2] += $1 == "ok" }
            END { for (f in n) printf "%s %d/%d ", f, ok[f], n[f] }' "$tmp/fields")"
}

# Whether an address is in a name.
names_section() {
    local ip name want got rest
    while IFS=$'\t' read -r ip name want got rest; do
        if [ "$want" = "$got" ]; then
            case_is "name $name" ok
        else
            case_is "name $name" bad "$ip in it: got $got, want $want"
        fi
    done < <(grep -v '^#' "$data/names/ip-in-name.tsv" | cut -f 1,2 |
        "$b/tests/tools/namedump" | cut -f 1-3 |
        paste - <(grep -v '^#' "$data/names/ip-in-name.tsv" | cut -f 3) |
        awk -F'\t' -v OFS='\t' '{ print $1, $2, $4, $3 }')
}
