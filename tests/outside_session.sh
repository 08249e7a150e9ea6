# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2154,SC2016 # b, data, tmp are the caller's; awk has its own $
#
# Part of tests/outside.sh: the sessions of captures that nobody here made,
# against what was found by hand (tests/golden/session), and against what
# tshark finds in the same packets.

# The captures with SMTP in them, below captures/.
session_captures() {
    (cd "$data/captures" && find . -type f ! -name '*.p0f' \
        \( -path './zeek/smtp*' -o -name smtp.pcap \
        -o -name tls__smtp-starttls.pcap -o -name communityid__ipv6.pcap \
        -o -name tcp__truncated-header.pcap \
        -o -name capture2.handshakes.pcap \)) | sed 's,^\./,,' | sort
}

session_golden() { # FILE
    local want=tests/golden/session/${1//\//-}.txt
    "$b/tests/tools/sessdump" "$data/captures/$1" >"$tmp/sessions" \
        2>"$tmp/err"
    if [ "${ZFW_GOLDEN_UPDATE-}" = 1 ]; then
        cp "$tmp/sessions" "$want"
    fi
    if diff -u "$want" "$tmp/sessions" >"$tmp/diff" 2>&1; then
        case_is "sessions of $1" ok
    else
        case_is "sessions of $1" bad "$(head -n 12 "$tmp/diff" "$tmp/err")"
    fi
}

# sessdump's blocks on stdin -> `PORT KEY VALUE`, what tshark can tell, too.
session_ours() {
    awk '
    function after(key,   i) {
        for (i = 1; i < NF; i++)
            if ($i == key)
                return $(i + 1)
        return ""
    }
    $1 == "session" { n = split($2, a, "/"); port = a[n] }
    $1 == "state" { end = after("end") }
    $1 == "rtt" { rtt = $2; open = after("open") }
    $1 == "order" {
        # An unknown verb is no command to tshark.
        order = latest = ""
        times = 0
        for (i = 2; i <= NF + 1; i++) {
            split($i, v, "*")
            if (v[1] == "other")
                continue
            if (v[1] != latest && times > 0)
                order = order " " latest (times > 1 ? "*" times : "")
            times = (v[1] == latest ? times : 0) + (v[2] ? v[2] : 1)
            latest = v[1]
        }
    }
    $1 == "helo" {
        print port, "handshake", rtt, open
        print port, "end", end
        print port, "order" order
        print port, "helo", substr($0, index($0, "\""))
    }
    $1 == "dialogue" {
        print port, "replies_4xx", after("replies_4xx")
        print port, "replies_5xx", after("replies_5xx")
        print port, "greet_delay", after("greet_delay")
    }
    $1 == "think" || $1 == "answer" {
        print port, $1, after("n") + 0, after("min") + 0, after("max") + 0
    }
    $1 == "client" || $1 == "server" {
        print port, $1, "packets", after("packets")
        print port, $1, "bytes", after("bytes")
        print port, $1, "again", after("retransmitted") + after("reordered")
        print port, $1, "resets", after("resets")
        print port, $1, "fins", after("fins")
        print port, $1, "dup_acks", after("dup_acks")
        print port, $1, "keepalives", after("keepalives")
        print port, $1, "zero_windows", after("zero_windows")
        print port, $1, "segment_max", after("segment_max")
        print port, $1, "window_min", after("window_min")
    }
    $1 == "idle_max" { print port, "idle_max", $2 }'
}

session_fields=(tcp.stream frame.time_epoch tcp.srcport tcp.dstport
    tcp.flags.syn tcp.flags.ack tcp.flags.fin tcp.flags.reset tcp.len
    smtp.req.command smtp.req.parameter smtp.response.code
    tcp.analysis.retransmission tcp.analysis.fast_retransmission
    tcp.analysis.spurious_retransmission tcp.analysis.out_of_order
    tcp.analysis.duplicate_ack tcp.analysis.keep_alive
    tcp.analysis.zero_window tcp.nxtseq tcp.analysis.initial_rtt
    tcp.analysis.ack_rtt tcp.window_size)

# The same from tshark: streams with a whole handshake, up to their end.
session_theirs() { # CAPTURE
    tshark -r "$1" -n -Y '!icmp && tcp.port in {25, 465, 587, 2525}' -T fields \
        "${session_fields[@]/#/-e}" -E occurrence=a 2>/dev/null |
        awk -F '\t' "$session_theirs_awk"
}

session_theirs_awk='
function us(s) { return sprintf("%.0f", s * 1000000) }
function smtp_port(p) { return p == 25 || p == 465 || p == 587 || p == 2525 }
function add(kind, s, d) {
    if (n[s, kind]++ == 0 || d < min[s, kind])
        min[s, kind] = d
    if (d > max[s, kind])
        max[s, kind] = d
}
function verb(c) {
    c = tolower(c)
    if (c == "star")
        return "starttls"
    if (c == "bdat")
        return "data"
    return c == "expn" ? "vrfy" : c
}
function put_order(s) {
    if (times[s] > 0)
        order[s] = order[s] " " last[s] (times[s] > 1 ? "*" times[s] : "")
    times[s] = 0
}
function command(s, v) {
    if (v != last[s])
        put_order(s)
    last[s] = v
    times[s]++
}
# Microseconds between two moments with nine digits behind the point.
function between(to, from,   a, b) {
    split(to, a, ".")
    split(from, b, ".")
    return (a[1] - b[1]) * 1000000 + int((a[2] - b[2]) / 1000)
}
{
    s = $1
    mine = smtp_port($4)
    side = mine ? "client" : "server"
    if ($5 == 1) {
        syn[s, side] = 1
        if (mine)
            port[s] = $3
        next
    }
    if (!((s, "client") in syn) || !((s, "server") in syn) || over[s])
        next
    if (mine && !(s in open)) {
        open[s] = $2
        streams[++streams_n] = s
        irtt[s] = us($21)
        rtt[s] = us($22)
    }
    if (!(s in open))
        next
    if (s in seen && between($2, seen[s]) > idle[s])
        idle[s] = between($2, seen[s])
    seen[s] = $2
    packets[s, side]++
    # A RST has no window to speak of.
    if ($8 == 0 && (!((s, side) in window) || $23 < window[s, side]))
        window[s, side] = $23
    if ($20 != "" && $20 - 1 - ($7 == 1) > bytes[s, side])
        bytes[s, side] = $20 - 1 - ($7 == 1)
    again[s, side] += $13 != "" || $14 != "" || $15 != "" || $16 != ""
    dups[s, side] += $17 != ""
    keep[s, side] += $18 != ""
    zero[s, side] += $19 != ""
    resets[s, side] += $8
    fins[s, side] += $7
    if ($9 > seg[s, side])
        seg[s, side] = $9
    if (mine && $10 != "") {
        m = split($10, c, ",")
        split($11, param, ",")
        for (i = 1; i <= m; i++) {
            command(s, verb(c[i]))
            if (verb(c[i]) ~ /^(ehlo|helo)$/)
                helo[s] = param[i]
        }
        if (before[s] == "reply")
            add("think", s, between($2, at[s]))
        before[s] = "command"
        at[s] = $2
    } else if (!mine && $12 != "") {
        m = split($12, c, ",")
        for (i = 1; i <= m; i++)
            code[s, substr(c[i], 1, 1)]++
        if (!(s in greet))
            greet[s] = between($2, open[s])
        if (before[s] == "command")
            add("answer", s, between($2, at[s]))
        before[s] = "reply"
        at[s] = $2
    } else if (mine && $9 > 0) {
        before[s] = "text"
    }
    if ($7 == 1 || $8 == 1) {
        over[s] = 1
        end[s] = side ($8 == 1 ? "-rst" : "-fin")
    }
}
END {
    for (k = 1; k <= streams_n; k++) {
        s = streams[k]
        p = port[s]
        put_order(s)
        print p, "handshake", rtt[s], irtt[s]
        print p, "end", over[s] ? end[s] : "silence"
        print p, "order" order[s]
        print p, "helo", "\"" helo[s] "\""
        print p, "replies_4xx", code[s, 4] + 0
        print p, "replies_5xx", code[s, 5] + 0
        print p, "greet_delay", greet[s] + 0
        print p, "idle_max", idle[s] + 0
        print p, "think", n[s, "think"] + 0, min[s, "think"] + 0, max[s, "think"] + 0
        print p, "answer", n[s, "answer"] + 0, min[s, "answer"] + 0, max[s, "answer"] + 0
        for (i = 1; i <= 2; i++) {
            side = i == 1 ? "client" : "server"
            print p, side, "packets", packets[s, side] + 0
            print p, side, "bytes", bytes[s, side] + 0
            print p, side, "again", again[s, side] + 0
            print p, side, "resets", resets[s, side] + 0
            print p, side, "fins", fins[s, side] + 0
            print p, side, "dup_acks", dups[s, side] + 0
            print p, side, "keepalives", keep[s, side] + 0
            print p, side, "zero_windows", zero[s, side] + 0
            print p, side, "segment_max", seg[s, side] + 0
            print p, side, "window_min", window[s, side] + 0
        }
    }
}'

# A difference that tests/golden/session/README explains: `FILE PORT KEY...`.
session_listed() { # FILE PORT REST...
    local file=$1 port=$2 key=$3
    case $key in client | server) key="$key $4" ;; esac
    grep -qF -e "| $file | $port | $key |" -e "| $file | $port | all |" \
        tests/golden/session/README
}

session_beside_tshark() { # FILE
    local line faults=
    session_ours <"$tmp/sessions" | sort >"$tmp/o"
    session_theirs "$data/captures/$1" | sort >"$tmp/t"
    session_compared=$((session_compared + $(wc -l <"$tmp/t")))
    while read -r line; do
        # shellcheck disable=SC2086 # the words of the line
        session_listed "$1" $line || faults="$faults; tshark has $line"
    done < <(comm -13 "$tmp/o" "$tmp/t")
    while read -r line; do
        # shellcheck disable=SC2086
        session_listed "$1" $line || faults="$faults; zfw has $line"
    done < <(comm -23 "$tmp/o" "$tmp/t")
    if [ -z "$faults" ]; then
        case_is "sessions of $1 beside tshark" ok
    else
        case_is "sessions of $1 beside tshark" bad "${faults#; }"
    fi
}

session_section() {
    local f
    session_compared=0
    while read -r f; do
        session_golden "$f"
        if command -v tshark >/dev/null; then
            session_beside_tshark "$f"
        else
            case_is "sessions of $f beside tshark" skip "no tshark here"
        fi
    done < <(session_captures)
    echo "note sessions: $session_compared values compared with tshark's"
}
