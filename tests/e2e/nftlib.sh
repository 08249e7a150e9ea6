# SPDX-License-Identifier: GPL-3.0-or-later
#
# For t_nft*.sh: two network namespaces and a veth pair, a gateway with a
# table and its clients; only documentation addresses.  $1 is the build.
b=${1:-build}
nft_tool=$b/tests/tools/nfttool
tcp_tool=$b/tests/tools/tcptool
port_tool=$b/tests/tools/porttool
cut_tool=$b/tests/tools/cuttool
slow=${ZFW_TEST_SLOW:-1} # so many times longer every wait may take
passed=0 failed=0 skipped=0
gw=zfwt-$$-g # the mail gateway
cl=zfwt-$$-c # its clients
pids=()
tmp=$(mktemp -d)

cleanup() {
    local p
    for p in "${pids[@]}"; do
        kill -CONT "$p" 2>/dev/null
        kill "$p" 2>/dev/null
        wait "$p" 2>/dev/null
    done
    ip netns del "$gw" 2>/dev/null
    ip netns del "$cl" 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

not_here() {
    echo "skip $(basename "$0" .sh): $1"
    exit 77
}
ok() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$tmp/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        sed 's/^/    /' "$tmp/out" | head -n 20
    fi
}
no() { # NAME COMMAND...: it must fail
    local name=$1
    shift
    ok "$name" fails "$@"
}
fails() { ! "$@"; }
skip() {
    skipped=$((skipped + 1))
    echo "skip $1: $2"
}
on_gw() { ip netns exec "$gw" "$@"; }
on_cl() { ip netns exec "$cl" "$@"; }
t() { on_gw "$nft_tool" "$@"; }
says() { # PATTERN COMMAND...
    local want=$1 got
    shift
    got=$("$@" 2>&1)
    echo "$got"
    grep -qE -- "$want" <<<"$got"
}
# Comes through: SOURCE PORT [TIMEOUT_MS [opt]]
comes() {
    local to=192.0.2.1
    case $1 in *:*) to=2001:db8::1 ;; esac
    on_cl "$tcp_tool" connect "$to" "$2" $((${3:-250} * slow)) "$1" ${4:+"$4"}
}
in_background() { # FILE NETNS COMMAND...; sets $bg to the command's own pid
    local file=$1
    shift
    : >"$file"
    ip netns exec "$@" >"$file" 2>&1 &
    bg=$!
    pids+=("$bg")
}
wait_for() { # FILE PATTERN
    local i
    for i in $(seq $((50 * slow))); do
        grep -qE -- "$2" "$1" && return 0
        sleep 0.1
    done
    cat "$1"
    return 1
}
stop() { # PID
    kill -CONT "$1" 2>/dev/null
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}
ms_left() { t get "$1" | sed -n 's/.*ms=//p'; }
ms_between() { # NET LOW HIGH
    local ms
    ms=$(ms_left "$1")
    echo "$1: ${ms:-not there}, wanted $2..$3"
    [ -n "$ms" ] && [ "$ms" -ge "$2" ] && [ "$ms" -le "$3" ]
}

[ "$(id -u)" -eq 0 ] || not_here "not root"
command -v ip >/dev/null || not_here "no ip(8)"
command -v nft >/dev/null || not_here "no nft(8)"
for tool in "$nft_tool" "$tcp_tool" "$port_tool" "$cut_tool"; do
    [ -x "$tool" ] || not_here "tools not built"
done
ip netns add "$gw" 2>/dev/null || not_here "no network namespaces"
ip netns add "$cl" || exit 1
ip link add "g$$" netns "$gw" type veth peer name "c$$" netns "$cl" ||
    not_here "no veth"
out=$(t install 2>&1) || not_here "$out"

net_up() {
    local i
    on_gw ip link set lo up
    on_gw sysctl -qw net.ipv6.conf.all.accept_dad=0 \
        "net.ipv6.conf.g$$.accept_dad=0"
    on_cl sysctl -qw "net.ipv6.conf.c$$.accept_dad=0"
    on_gw ip link set "g$$" up
    on_cl ip link set "c$$" up
    on_gw ip addr add 192.0.2.1/24 dev "g$$"
    on_gw ip addr add 2001:db8::1/32 dev "g$$" nodad
    for i in 10 11 12 13; do
        on_cl ip addr add 192.0.2.$i/24 dev "c$$"
    done
    for i in 1::1 1::2 2::1; do
        on_cl ip addr add "2001:db8:$i/32" dev "c$$" nodad
    done
    in_background "$tmp/serve" "$gw" "$tcp_tool" serve 300 25 465 80
    wait_for "$tmp/serve" serving
}
net_up || { echo "FAIL the namespaces"; exit 1; }
nft_done() {
    echo "zt $passed $failed $skipped"
    [ "$failed" -eq 0 ]
}
