#!/usr/bin/env bash
# zfwctl check: good where all is well, bad where something is not, and
# nothing is changed by it.
# usage: bash tests/e2e/t_check.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

conf() { # LINE...: another configuration, in $E2E_DIR/check.conf
    e2e_conf "$@" >"$E2E_DIR/check.conf"
}

check() { # the answer is in $E2E_DIR/check.out
    gw "$E2E_DIR/bin/zfwctl" -c "${conf:-$E2E_DIR/check.conf}" "$@" check \
        >"$E2E_DIR/check.out" 2>&1
}

says() { # EXTENDED-REGEX
    grep -qE -e "$1" "$E2E_DIR/check.out" || { cat "$E2E_DIR/check.out"; return 1; }
}

fails_with() { # EXTENDED-REGEX
    ! check && says "^FAILED $1"
}

passes() { # that is: all ok, or worked round
    check && ! says '^FAILED' >/dev/null || { cat "$E2E_DIR/check.out"; return 1; }
}

state() { # of the gateway's network, and the namespaces of the host
    gw nft list ruleset
    gw ip -o addr
    gw ip -o link
    gw ip route
    gw sysctl net.ipv4.conf.all.rp_filter
    find /run/netns -name "zfw-$$-*" 2>/dev/null | sort
}

e2e_setup
conf 'front = tproxy' 'leak = 100'
start_postfix
state >"$E2E_DIR/before"
start=$(date +%s%N)
ok "all is well here" passes
ms=$((($(date +%s%N) - start) / 1000000))
say "note zfwctl check took $ms ms: $(tail -n 1 "$E2E_DIR/check.out")"
sed -n 's/^lacks /note lacks /p' "$E2E_DIR/check.out"
ok "in a few seconds" [ "$ms" -lt $((5000 * E2E_SLOW)) ]
ok "more than fifty things were seen" \
    [ "$(grep -cE '^(ok|lacks) ' "$E2E_DIR/check.out")" -gt 50 ]
for what in 'a blocked address gets no answer' 'the allow list beats a block' \
    'a capture sees what is dropped' 'a block of one stack drops that stack' \
    'front = tproxy: a rejected client meets the front' \
    'the rest of the leak is as computed \(the front\)' \
    'a session is closed at once, on both sides' \
    'SYNs can wait for zfwd.s verdict' 'one block is in the kernel at once' \
    'a block ends by itself when its time is up' \
    'the hook at ingress drops a blocked client by itself' \
    'somebody listens on port 25' 'the log .*mail.log can be read'; do
    ok "it looked at: $what" says "^(ok|lacks) +$what"
done
ok "zfwd does not run, it says" says '^note +zfwd does not run'
ok "the last line counts" says '^Linux [^ ]+: [0-9]+ ok, [0-9]+ lacking, 0 failed$'
state >"$E2E_DIR/after"
ok "nothing of the gateway was changed" diff "$E2E_DIR/before" "$E2E_DIR/after"
ok "no process is left" not gw pgrep -x zfwctl

json() { # PYTHON-EXPRESSION about a
    check --format json && python3 -c "import json, sys
a = json.load(open('$E2E_DIR/check.out')); sys.exit(not ($1))"
}
ok "JSON says the same" json "a['ok'] and a['failed'] == 0 and
a['passed'] == len([c for c in a['checks'] if c['result'] == 'ok']) and
{c['result'] for c in a['checks']} <= {'ok', 'lacks', 'note'}"
ok "each of its sentences stands for itself" json \
    "len({c['check'] for c in a['checks']}) == len(a['checks'])"

# other configurations
conf 'front = redirect' 'leak = 3' 'queue = 4' 'ingress = {"eth0"}'
ok "with redirect, a queue and ingress" passes
conf 'front = off' 'leak = 0' 'ports = {25, 465}' 'mode = shadow'
ok "with little" passes
ok "a port where nobody listens is told" says '^note +nobody listens here: on port 465'
conf 'log = {"/nonexistent/mail.log"}'
ok "a log that is not there has failed" fails_with 'the log .* No such file'
ok "in JSON, too" not json "a['ok']"
conf

# who may not, and kernels that cannot
check_as_nobody() {
    gw setpriv --reuid 65534 --clear-groups --bounding-set -all \
        "$E2E_DIR/bin/zfwctl" -c "$E2E_DIR/check.conf" check
}
chmod 755 "$E2E_DIR/bin"
chmod 644 "$E2E_DIR/check.conf"
ok "only root may" eval 'check_as_nobody 2>&1 | grep -q "check: you must be root"'
check_without() {
    gw "$E2E_BUILD/tests/tools/nonetfilter" "$E2E_DIR/bin/zfwctl" \
        -c "$E2E_DIR/check.conf" check >"$E2E_DIR/check.out" 2>&1
}
ok "a kernel without nf_tables fails" not check_without
ok "and it says so" says '^FAILED the kernel has nf_tables: '
ok "and goes on to the rest" says 'somebody listens on port 25'

# the real table
start_zfwd 'front = tproxy' 'leak = 100' || die "zfwd does not start"
conf=$E2E_DIR/zfwd.conf
ok "with zfwd the table is as configured" passes
ok "which it looked at" says "^ok +zfwd's table is in the kernel as configured"
gw kill -STOP "$(zfwd_pid)"
gw nft flush chain inet zfw smtp 2>/dev/null || gw nft flush chain inet zfw smtp4
ok "flushed rules are noticed" fails_with "zfwd's table .* has [0-9]+ rules, not [0-9]+"
gw nft add chain inet zfw mine
ok "so is a foreign chain" fails_with "zfwd's table .* not ours"
gw nft delete table inet zfw
ok "so is a table that is gone" fails_with "zfwd's table .* there is no table inet zfw"
gw kill -CONT "$(zfwd_pid)"
kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD"
ok "zfwd puts it back" wait_for 5 gw nft list table inet zfw
ok "and all is well" wait_for 10 passes
zfwctl off >/dev/null
ok "off is told" passes
ok "in words" says '^note +zfw is off'
zfwctl on >/dev/null
front=$(gw pgrep -x zfw-front)
gw kill -STOP "$(zfwd_pid)"
conf='' && conf 'front = redirect' 'leak = 100'
conf=$E2E_DIR/check.conf
ok "another configuration than zfwd's is not what is there" \
    fails_with "zfwd's table .*(front|chain|set)"
conf=$E2E_DIR/zfwd.conf
gw kill -CONT "$(zfwd_pid)"
kill -CONT $(pgrep -P "$E2E_ZFWD") "$E2E_ZFWD"
[ -n "$front" ] || say "note there is no zfw-front"

# others' tables
gw nft 'table inet early { chain first {
    type filter hook prerouting priority -400; }; }'
ok "another table is no fault" passes
ok "but named, with its priority" says \
    '^note .*before zfw.*table inet early chain first \(prerouting, priority -400\)'
gw nft delete table inet early
gw nft 'table ip later { chain c { type filter hook prerouting priority -299; }; }'
ok "one that comes later is not" eval 'passes && ! says "before zfw, and" >/dev/null'
gw nft delete table ip later
gw nft 'table ip containers { chain p {
    type nat hook prerouting priority dstnat;
    tcp dport 25 dnat to 172.18.0.2:25; }; }'
ok "a container's port with tproxy has failed" \
    fails_with 'front = tproxy .*table ip containers .*set front = redirect'
gw nft flush table ip containers
gw nft add rule ip containers p tcp dport 8025 dnat to 172.18.0.2:25
ok "another port is nobody's business" passes
gw nft delete table ip containers
if gw iptables-nft -t nat -A PREROUTING -p tcp --dport 25 -j DNAT \
    --to-destination 172.18.0.2:25 2>/dev/null; then
    ok "nor in iptables' words" fails_with 'front = tproxy .*set front = redirect'
    gw nft delete table ip nat
else
    skip "DNAT in iptables' words" "no iptables-nft here"
fi
stop_zfwd
zt_end
