#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The soak: a whole gateway under several times the reference load for
# SOAK_S seconds, while it is reloaded, ended, killed, robbed of its table and
# logs, and its clock is set.  In the end memory, descriptors, elements of the
# kernel and the store must not have grown, no good mail may be lost, and
# zfwd may not have said anything that was not to be expected.
# usage: bash tests/soak.sh BUILD (as root)
# SOAK_S (3600), SOAK_RATE (1500 connections a second), SOAK_SEED, SOAK_MAIL
# (good mails a second, 2), SOAK_PAUSE ("20 60": seconds between two steps),
# SOAK_POOL (400000 zombies), SOAK_OUT (BUILD/soak: table, log, plot),
# SOAK_STEPS (only these, by their names in tests/bench/soak.py).
#
# Most connections are packets of soakgen, which is both the world and a mail
# server behind the gateway; good mail is sent to Postfix on it.  See
# docs/PERFORMANCE.md.
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2154
. "$(dirname "${BASH_SOURCE[0]}")/e2e/lib.sh"
. "$E2E_SRC/tests/e2e/chaoslib.sh"

seconds=${SOAK_S:-3600} rate=${SOAK_RATE:-1500} mails=${SOAK_MAIL:-2}
seed=${SOAK_SEED:-$((RANDOM * 32768 + RANDOM))}
pause=${SOAK_PAUSE:-$([ "$seconds" -lt 300 ] && echo 2 4 || echo 20 60)}
out=$(realpath -m "${SOAK_OUT:-$E2E_BUILD/soak}")
srv4=192.0.2.25 srv6=2001:db8:25::25
gen_pid='' mail_pid=''

mac_of() { # NETNS INTERFACE
    ip -n "$1" -br link show "$2" | awk '{ print $3 }'
}

# Another mail server behind the gateway: its packets are made by soakgen.
soak_wire() {
    local g="zfw-$$-gw" m="zfw-$$-mx" ns
    ip netns add "$m" &&
        ip link add mx0 netns "$g" type veth peer name eth0 netns "$m" ||
        return
    for ns in "zfw-$$-net" "$m"; do
        ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=0 \
            net.ipv6.conf.all.forwarding=0
    done
    ip netns exec "$m" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
    ip -n "$g" link set mx0 up && ip -n "$m" link set eth0 up &&
        ip -n "$g" route add $srv4/32 dev mx0 &&
        ip -n "$g" -6 route add $srv6/128 dev mx0 &&
        ip -n "$g" neigh add $srv4 lladdr "$(mac_of "$m" eth0)" dev mx0 &&
        ip -n "$g" neigh add $srv6 lladdr "$(mac_of "$m" eth0)" dev mx0 ||
        return
    # Sessions that are over need not be remembered for minutes.
    gw sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_time_wait=5 \
        net.netfilter.nf_conntrack_tcp_timeout_close=5 2>/dev/null
    gw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# Whoever adds a user to the host meanwhile renames a file over /etc/passwd,
# and what was mounted on it is gone: a whole /etc instead.
soak_etc() {
    local d=$E2E_DIR
    mkdir "$d/etc-all" &&
        gw cp -a /etc/. "$d/etc-all/" &&
        gw mount --bind "$d/etc-all" /etc &&
        gw mount --bind "$d/postfix" /etc/postfix
}

soak_generator() {
    local g="zfw-$$-gw"
    "$E2E_BUILD/tests/tools/soakgen" \
        "world=/run/netns/zfw-$$-net,eth0,$(mac_of "$g" eth0)" \
        "mx=/run/netns/zfw-$$-mx,eth0,$(mac_of "$g" mx0)" \
        to=$srv4,$srv6 log="$E2E_DIR/log/mass.log" clock="$E2E_DIR/clock" \
        rate="$rate" pool="${SOAK_POOL:-400000}" \
        >"$E2E_DIR/gen.out" 2>"$E2E_DIR/gen.err" </dev/null &
    gen_pid=$!
    E2E_JOBS="$E2E_JOBS $gen_pid"
    echo $gen_pid >"$E2E_DIR/gen.pid"
}

soak_mail_begin() {
    mkfifo "$E2E_DIR/mail.stop"
    net python3 -u "$E2E_SRC/tests/bench/soakmail.py" $E2E_GW4 $E2E_GW6 \
        "$mails" 203.0.113.1{0..9} 2001:db8:60::1{0..3} \
        <"$E2E_DIR/mail.stop" >"$E2E_DIR/sent.out" 2>&1 &
    mail_pid=$!
    exec 9>"$E2E_DIR/mail.stop"
}

queue_empty() {
    mx postqueue -p | grep -q 'queue is empty'
}

delivered_all() { # every mail that was taken is in a mailbox
    sed -n 's/^sent [^ ]* \([^ ]*\) .*/\1/p' "$E2E_DIR/sent.out" | sort \
        >"$E2E_DIR/sent.ids"
    grep -rhox 'Subject: good-[0-9]*' "$E2E_DIR/mail" | sed 's/^Subject: //' |
        sort -u >"$E2E_DIR/got.ids"
    comm -23 "$E2E_DIR/sent.ids" "$E2E_DIR/got.ids" | head
    [ "$(comm -23 "$E2E_DIR/sent.ids" "$E2E_DIR/got.ids" | wc -l)" -eq 0 ]
}

gen_count() { # NAME: in the generator's last line
    grep '^at ' "$E2E_DIR/gen.out" | tail -n 1 |
        awk -v k="$1" '{ for (i = 1; i < NF; i += 2) if ($i == k) print $(i + 1) }'
}

chaos_possible
[ -x "$E2E_BUILD/tests/tools/soakgen" ] || die "no soakgen: make ttools"
e2e_setup
mkdir -p "$out"
rm -f "$out"/soak.csv "$out"/soak.log "$out"/zfwd.err
say "note seed $seed: repeat with SOAK_SEED=$seed"
clock_library
head -c 16 /dev/zero >"$E2E_DIR/clock"
soak_wire || die "no wire to the second server"
soak_etc || die "no /etc of our own"
chaos_units
start_postfix
install -m 640 -g adm /dev/null "$E2E_DIR/log/mass.log"
soak_mail_begin
timeout $((seconds + 300)) nsenter -t "$E2E_GW_PID" -n python3 -u \
    "$E2E_SRC/tests/bench/soak.py" "$E2E_DIR" "$out" "$E2E_GW_PID" \
    "$E2E_BUILD" "$clock" "$seed" "$seconds" $pause \
    >"$out/soak.log" 2>&1 &
driver=$!
wait_for 15 zfwd_answers || die "zfwd does not start"
soak_generator
E2E_JOBS="$E2E_JOBS $driver $mail_pid"
wait "$driver"
kill -TERM "$gen_pid"
wait "$gen_pid"
exec 9>&-
wait "$mail_pid"
wait_for 60 queue_empty
cp "$E2E_DIR/zfwd.err" "$E2E_DIR/gen.out" "$E2E_DIR/sent.out" "$out/"
read -r steps faults <<<"$(sed -n 's/^ends //p' "$out/soak.log")"
sent=$(grep -c '^sent ' "$out/sent.out")
failed=$(grep -c '^failed ' "$out/sent.out")

ok "the driver came to its end (seed $seed)" test -n "${faults:-}"
ok "after each step all was right again (seed $seed)" same 0 "${faults:-?}"
[ "${faults:-1}" = 0 ] || grep -vE '^(did|ends)' "$out/soak.log" | head -n 30
ok "good mail was sent all the time" test "$sent" -ge $((seconds * mails / 2))
ok "no good mail was refused or could not connect" same 0 "$failed"
[ "$failed" = 0 ] || grep '^failed ' "$out/sent.out" | head
ok "all good mail that was taken has been delivered" delivered_all
ok "no mail server of the mass was shut out" same 0 "$(gen_count servers_lost)"
ok "there was a load" test "$(gen_count begun)" -ge $((seconds * rate / 3))
ok "zfwd said nothing that was not to be expected" \
    python3 "$E2E_SRC/tests/bench/soaklog.py" "$out/zfwd.err"
ok "nothing grew" \
    python3 "$E2E_SRC/tests/bench/soakjudge.py" "$out/soak.csv"
python3 "$E2E_SRC/tests/bench/soakplot.py" "$out/soak.csv" "$out/soak.svg"
say "note ${steps:-0} steps; $(gen_count begun) connections," \
    "$(gen_count passed) came through, $(gen_count stopped) were dropped," \
    "$(gen_count front) heard the front; $sent good mails," \
    "$(grep -c '^again ' "$out/sent.out") of them by a second SYN"
zt_end
