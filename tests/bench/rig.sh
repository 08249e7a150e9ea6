# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the benches of packets stand on: a wire between two network namespaces
# made here, `rig_gen` that sends and `rig_rx` that receives (192.0.2.1 and
# 2001:db8:ffff::1, default route back).  rig_up; ...; rig_down, which also
# ends what rig_keep was told of.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $at_exit

rig_gen=zfw-bench-$$-g rig_rx=zfw-bench-$$-r
rig_keep=() # processes to end

gen() { # COMMAND... where the clients are
    ip netns exec "$rig_gen" "$@"
}

rx() { # COMMAND... where the firewall is
    ip netns exec "$rig_rx" "$@"
}

rig_end() { # PID...: ends it and waits
    local pid
    for pid in "$@"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    return 0
}

rig_down() {
    rig_end "${rig_keep[@]}"
    rig_keep=()
    ip netns del "$rig_gen" 2>/dev/null
    ip netns del "$rig_rx" 2>/dev/null
    at_exit=:
}

# Can we?  Says why not.
rig_can() { # PROGRAM...
    if [ "$(id -u)" -ne 0 ]; then
        echo "skip: $what needs root (network namespaces)"
        return 1
    fi
    have ip taskset nft "$@" || return 1
    if ! read -r rig_cpu_gen rig_cpu_rx < <(live_cpus); then
        echo "skip: $what needs two CPUs"
        return 1
    fi
    if ! unshare --net true 2>/dev/null; then
        echo "skip: $what: no network namespaces here"
        return 1
    fi
}

rig_up() {
    local key
    at_exit=rig_down
    ip netns add "$rig_gen" && ip netns add "$rig_rx" &&
        ip link add eth0 netns "$rig_gen" type veth \
            peer name eth0 netns "$rig_rx" || return 1
    for key in all default eth0; do
        rx sysctl -qw "net.ipv4.conf.$key.rp_filter=0"
    done
    ip -n "$rig_rx" addr add 192.0.2.1/24 dev eth0 &&
        ip -n "$rig_rx" addr add 2001:db8:ffff::1/64 dev eth0 nodad &&
        ip -n "$rig_gen" addr add 192.0.2.2/24 dev eth0 &&
        ip -n "$rig_gen" addr add 2001:db8:ffff::2/64 dev eth0 nodad &&
        ip -n "$rig_gen" link set lo up && ip -n "$rig_rx" link set lo up &&
        ip -n "$rig_gen" link set eth0 up && ip -n "$rig_rx" link set eth0 up &&
        ip -n "$rig_rx" route add default via 192.0.2.2 &&
        ip -n "$rig_rx" -6 route add default via 2001:db8:ffff::2 || return 1
    rig_mac=$(rx cat /sys/class/net/eth0/address)
}

# From now on one thread receives, on the second CPU, before all others.
rig_thread() {
    rx "$tool/bench_syn" gro eth0 &&
        rx sh -c 'echo 1 >/sys/class/net/eth0/threaded' || return 1
    # Ours is the newest of that name.
    rig_napi=$(pgrep -n '^napi/eth0-')
    taskset -pc "$rig_cpu_rx" "$rig_napi" >/dev/null &&
        renice -n -20 -p "$rig_napi" >/dev/null
}

# What arrives is received on that CPU: as an interrupt of a card would be.
rig_steer() { # CPU
    rx sh -c "printf %x $((1 << $1)) >/sys/class/net/eth0/queues/rx-0/rps_cpus"
}

# As fast as it goes, until rig_flood_off.
rig_flood_on() { # FAMILY SOURCES
    ip netns exec "$rig_gen" nice -n -10 taskset -c "$rig_cpu_gen" \
        "$tool/bench_syn" flood eth0 "$@" 0 600 "$rig_mac" >/dev/null &
    rig_keep+=($!)
    sleep 0.1
}

rig_flood_off() {
    rig_end "${rig_keep[-1]}"
    unset 'rig_keep[-1]'
    sleep 0.02 # what is still in the ring
}

# What a SYN costs the receiving thread: "NS PACKETS".  Ahead of the generator,
# or it would be late for its own readings.
rig_measure() { # MS
    rx nice -n -20 taskset -c "$rig_cpu_gen" "$tool/bench_syn" measure eth0 \
        "$rig_napi" "$1"
}

rig_flood() { # FAMILY SOURCES RATE SECONDS
    gen nice -n -10 taskset -c "$rig_cpu_gen" "$tool/bench_syn" flood eth0 \
        "$@" "$rig_mac"
}
