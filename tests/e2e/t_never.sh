#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The never-block list follows the host's addresses and default gateways.
# In a network namespace of its own; exits 77 where that cannot be.
# unconfined: one module, in a tool of the tests.
set -u
b=${1:-build}
tool=$b/tests/tools/nevertool
passed=0 failed=0
ns=zfwt-$$-n
tmp=$(mktemp -d)
pid=

cleanup() {
    [ -z "$pid" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null
    ip netns del "$ns" 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

[ "$(id -u)" -eq 0 ] || { echo "skip t_never: not root"; exit 77; }
[ -x "$tool" ] || { echo "skip t_never: $tool is not built"; exit 77; }
ip netns add "$ns" 2>/dev/null ||
    { echo "skip t_never: no network namespaces"; exit 77; }

on_ns() { ip netns exec "$ns" "$@"; }
hears() { # LINE: within 3 s, after what was heard before
    local i
    for i in $(seq 30); do
        if tail -n "+$((at + 1))" "$tmp/out" | grep -qxF -- "$1"; then
            passed=$((passed + 1))
            return
        fi
        sleep 0.1
    done
    failed=$((failed + 1))
    echo "FAIL did not hear \"$1\" after: $did"
    cat "$tmp/out"
}
deaf() { # LINE: not heard
    sleep 0.3
    if tail -n "+$((at + 1))" "$tmp/out" | grep -qxF -- "$1"; then
        failed=$((failed + 1))
        echo "FAIL heard \"$1\" after: $did"
    else
        passed=$((passed + 1))
    fi
}
does() { # ip ARGUMENTS...
    did=$*
    at=$(wc -l <"$tmp/out")
    on_ns ip "$@" || { failed=$((failed + 1)); echo "FAIL ip $*"; }
}

on_ns sysctl -qw net.ipv6.conf.all.accept_dad=0 \
    net.ipv6.conf.default.accept_dad=0
on_ns ip link set lo up
on_ns ip link add zv0 type veth peer name zv1 || exit 1
on_ns ip link set zv0 up
on_ns ip link set zv1 up
on_ns ip addr add 192.0.2.1/24 dev zv0
on_ns ip addr add 198.51.100.1 peer 198.51.100.2 dev zv0
on_ns ip route add default via 192.0.2.250
ip netns exec "$ns" "$tool" 60 >"$tmp/out" 2>&1 &
pid=$!

did=start at=0
hears 'add 127.0.0.1'
hears 'add ::1'
hears 'add 192.0.2.1'
hears 'add 198.51.100.1'
hears 'add 192.0.2.250'
hears ready
deaf 'add 198.51.100.2' # the other end of a point-to-point link
does addr add 2001:db8:5::1/64 dev zv0
hears 'add 2001:db8:5::1'
does addr add 192.0.2.9/24 dev zv1
hears 'add 192.0.2.9'
does addr del 192.0.2.9/24 dev zv1
hears 'del 192.0.2.9'
does route replace default via 192.0.2.251
hears 'add 192.0.2.251'
hears 'del 192.0.2.250'
does route replace default nexthop via 192.0.2.252 nexthop via 192.0.2.253
hears 'add 192.0.2.252'
hears 'add 192.0.2.253'
hears 'del 192.0.2.251'
does route add default via 192.0.2.252 metric 10
deaf 'add 192.0.2.252'
does route del default via 192.0.2.252 metric 10
deaf 'del 192.0.2.252'
does route add 203.0.113.0/24 via 192.0.2.99
deaf 'add 192.0.2.99'
does -6 route add default via 2001:db8:5::fe
hears 'add 2001:db8:5::fe'
does route add default via inet6 2001:db8:5::fd dev zv0 metric 20
hears 'add 2001:db8:5::fd'
does addr del 192.0.2.1/24 dev zv0
hears 'del 192.0.2.1'
does link set zv0 down
hears 'del 192.0.2.252'
hears 'del 192.0.2.253'
hears 'del 2001:db8:5::fe'
does link del zv0
hears 'del 198.51.100.1'
echo "zt $passed $failed 0"
[ "$failed" -eq 0 ]
