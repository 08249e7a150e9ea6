#!/bin/bash
# Inside the machine, as process 1: makes what a booted system has, runs the
# tests, and switches off.  All that is for the host's eyes begins with "zfw: ".
# usage: guest.sh SRC BUILD MODULES SLOW LINES BROWSER TEST,TEST...
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TERM=dumb LC_ALL=C ZFW_TEST_SLOW=$4 ZFW_TEST_LINES=$5 E2E_BROWSER=$6
src=$1 build=$2 modules=$3

own_tmp() { # a file system of its own, without losing what we run from
    local d
    mkdir -p /run/keep/{src,build}
    mount --bind "$src" /run/keep/src
    mount --bind "$build" /run/keep/build
    mount -t tmpfs -o mode=1777 tmp /tmp
    for d in src build; do
        case ${!d} in
        /tmp/*)
            mkdir -p "${!d}"
            mountpoint -q "${!d}" || mount --bind "/run/keep/$d" "${!d}"
            ;;
        esac
    done
}

{
    mount -t tmpfs -o mode=755 run /run
    mkdir -p /dev/pts /dev/shm "/lib/modules/$(uname -r)"
    mount -t devpts devpts /dev/pts
    ln -s /proc/self/fd /dev/fd
    for n in stdin:0 stdout:1 stderr:2; do
        ln -s "/proc/self/fd/${n#*:}" "/dev/${n%:*}"
    done
    mount -t tmpfs -o mode=1777 shm /dev/shm
    mount --bind "$modules" "/lib/modules/$(uname -r)"
    own_tmp
    hostname guest
    ip link set lo up
    ulimit -Hn 524288 # as systemd has it
    mount --make-rprivate /
} >/dev/ttyS0 2>&1 </dev/null

run_all() {
    local t
    cd "$src" || exit
    # shellcheck disable=SC2046
    bash tests/run.sh "$build" $(for t in ${1//,/ }; do echo "e2e/$t"; done)
}

run_all "$7" </dev/null 2>&1 |
    sed -u 's/^[0-9]* passed, .* skipped$/total &/; s/^/zfw: /' >/dev/ttyS0
sleep 1
echo o >/proc/sysrq-trigger
sleep 60
