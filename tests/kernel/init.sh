#!/bin/busybox sh
# The first program in the machine: mounts the host's root read-only, memory
# over it, and goes on there with guest.sh.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for m in /mod/*; do $b insmod "$m"; done
for w in $($b cat /proc/cmdline); do
    case $w in zfw_*=*) eval "${w%%=*}='${w#*=}'" ;; esac
done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose \
    root /host || exec $b poweroff -f
$b mount -t tmpfs -o size=70% mem /tmp
$b mkdir -p /tmp/up /tmp/work
$b mount -t overlay -o lowerdir=/host,upperdir=/tmp/up,workdir=/tmp/work \
    over /new || exec $b poweroff -f
for d in proc sys dev; do
    $b mkdir -p /new/$d
    $b mount --move /$d /new/$d
done
# shellcheck disable=SC2154
exec $b switch_root /new /bin/bash "$zfw_src/tests/kernel/guest.sh" \
    "$zfw_src" "$zfw_build" "$zfw_modules" "$zfw_slow" "$zfw_lines" "$zfw_browser" \
    "$zfw_tests"
