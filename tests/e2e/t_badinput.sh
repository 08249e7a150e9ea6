#!/usr/bin/env bash
# Bad input: each gives one clear line and the right exit code, none crashes.
# usage: bash tests/e2e/t_badinput.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

# fails RC REGEX COMMAND...: exit code, one line on stderr, what it says
fails() {
    local rc=$1 re=$2 got
    shift 2
    "$@" >"$E2E_DIR/out" 2>"$E2E_DIR/err" </dev/null
    got=$?
    grep -vE '^(packets|connections|clients|log lines|decisions|spared) ' \
        "$E2E_DIR/err" >"$E2E_DIR/err.own"
    [ "$got" -eq "$rc" ] || { echo "exit $got, not $rc"; cat "$E2E_DIR/err"; return 1; }
    [ "$(wc -l <"$E2E_DIR/err.own")" -eq 1 ] ||
        { echo "not one line:"; cat "$E2E_DIR/err"; return 1; }
    grep -qE "$re" "$E2E_DIR/err.own" || { cat "$E2E_DIR/err.own"; return 1; }
}

replay() {
    "$E2E_BUILD/zfw-replay" "$@"
}

captures() {
    local d=$E2E_DIR
    head -c 5000 /dev/urandom >"$d/garbage"
    : >"$d/empty"
    start_capture "$d/good.pcap" 'tcp port 25'
    good_mail 203.0.113.10 captured >/dev/null 2>&1
    stop_capture
    head -c $(($(stat -c %s "$d/good.pcap") - 7)) "$d/good.pcap" >"$d/cut.pcap"
    ok "a garbage capture" fails 1 "^zfw-replay: $d/garbage: " replay --pcap "$d/garbage"
    ok "an empty capture" fails 1 "^zfw-replay: $d/empty: " replay --pcap "$d/empty"
    ok "a missing capture" fails 1 "^zfw-replay: $d/none: .*No such file" \
        replay --pcap "$d/none"
    ok "a truncated capture: the offset is named" \
        fails 1 "^zfw-replay: $d/cut.pcap: .*byte [0-9]+" replay --pcap "$d/cut.pcap"
    ok "and what came before was read" grep -qE ' [1-9][0-9]* handshakes' "$d/err"
    ok "a missing log" fails 1 "^zfw-replay: $d/none: No such file" replay --log "$d/none"
    ok "a directory as log" fails 1 "^zfw-replay: $d: " replay --log "$d"
    ok "a binary log is read" replay --log "$d/garbage"
    { printf 'Nov 22 03:00:00 mx postfix/smtpd[1]: connect from '
      head -c 1000000 /dev/zero | tr '\0' 'x'
      printf '\nNov 22 03:00:01 mx postfix/smtpd[1]: connect from unknown[192.0.2.1]:99\n'
    } >"$d/long.log"
    ok "a line of a megabyte does not hide the next" eval \
        "replay --events --log $d/long.log | grep -q '\"line\": *2.*192.0.2.1'"
    ok "no arguments" eval '! replay; [ $? -eq 0 ]'
    ok "unknown option" eval 'replay --nonsense 2>/dev/null; [ $? -eq 2 ]'
}

configs() {
    local d=$E2E_DIR
    printf 'mode = enforce\nmod = x\n' >"$d/bad1"
    printf '\nclean_period = 14\n' >"$d/bad2"
    printf 'block_probability = 7\n' >"$d/bad3"
    ok "an unknown key: file and line" fails 1 "^zfwd: $d/bad1:2: .*mod" \
        gw "$d/bin/zfwd" -n -c "$d/bad1"
    ok "a missing unit" fails 1 "^zfwd: $d/bad2:2: " gw "$d/bin/zfwd" -n -c "$d/bad2"
    ok "out of range" fails 1 "^zfwd: $d/bad3:1: " gw "$d/bin/zfwd" -n -c "$d/bad3"
    ok "a missing config" fails 1 "^zfwd: $d/none: " gw "$d/bin/zfwd" -n -c "$d/none"
    ok "no daemon starts with a bad config" fails 1 "$d/bad1:2" \
        gw "$d/bin/zfwd" -f -c "$d/bad1"
    ok "wrong usage is 2" eval "gw $d/bin/zfwd --nonsense 2>/dev/null; [ \$? -eq 2 ]"
    e2e_conf >"$d/zfwd.conf"
    ok "no root" fails 1 "^zfwd: .*root" gw setpriv --reuid=65534 --regid=65534 \
        --clear-groups "$d/bin/zfwd" -f -c "$d/zfwd.conf"
    ok "zfwctl without a daemon" fails 1 "^zfwctl: .*" zfwctl status
}

live() {
    local d=$E2E_DIR
    ok "a second zfwd is refused" fails 1 "^zfwd: .*already.*running" \
        gw "$d/bin/zfwd" -f -c "$d/zfwd.conf"
    ok "the first goes on" zfwctl status
    # the same follower that reads real lines is fed rubbish
    cat "$d/garbage" "$d/long.log" >>"$d/log/mail.log"
    printf '\n' >>"$d/log/mail.log"
    zombies -q from=192.0.2.71 do=dict unknown=8 helo=pc expect= >/dev/null 2>&1
    ok "rubbish in the log does not stop zfwd" wait_for 3 in_set 192.0.2.71
    stop_zfwd
}

damaged_store() {
    local d=$E2E_DIR
    head -c 40000 /dev/urandom >"$d/state/zfw.kch"
    chown 64801:64801 "$d/state/zfw.kch"
    start_zfwd
    ok "zfwd starts with a damaged store" zfwctl status
    ok "and says loudly where the old one is" grep -qE 'zfw.kch.damaged' "$d/zfwd.err"
    ok "it is kept" eval "ls $d/state/zfw.kch.damaged* >/dev/null"
    zombies -q from=192.0.2.72 do=dict unknown=8 helo=pc expect= >/dev/null 2>&1
    ok "and zombies are blocked" wait_for 3 in_set 192.0.2.72
    stop_zfwd
}

# A kernel without nf_tables answers its netlink family with an error; a
# seccomp filter that refuses NETLINK_NETFILTER sockets looks the same.
no_nftables() {
    ok "no nftables in the kernel" fails 1 "^zfwd: .*(nftables|nf_tables)" \
        gw "$E2E_BUILD/tests/tools/nonetfilter" "$E2E_DIR/bin/zfwd" -f \
        -c "$E2E_DIR/zfwd.conf"
}

e2e_setup
start_postfix
captures
configs
start_zfwd || die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
live
damaged_store
no_nftables
zt_end
