#!/usr/bin/env bash
# The end-to-end suite on other kernels: Debian's own, in a virtual machine
# without hardware virtualisation.  The machine's root is this one's, read
# over 9p and written to memory only; nothing here is changed.
# usage: run.sh BUILD [SUITE...]      (bookworm, bookworm-backports; both)
#
#   ZFW_KERNEL_TESTS   which tests: "t_nft t_queue"; else the whole suite
#   ZFW_TEST_SLOW      how many times longer every wait may take (5)
#   ZFW_KERNEL_S       seconds for one kernel, then it is ended (7200)
#   ZFW_KERNEL_MB      megabytes of memory that a machine has (3072)
#   ZFW_KERNEL_CPUS    processors that it has (1)
#   ZFW_KERNEL_BROWSER 1: with Chromium, which takes minutes for each page
#   ZFW_KERNEL_DEB     a linux-image package that is here already: this only
#
# Where there are enough processors all kernels run at once.  One each is what
# they get: two that wait for each other's locks take four times as long when
# the host has no two for them.
#
# Each kernel's lines come as `make check-e2e` prints them, behind its name;
# the last line adds up all.  What cannot be had is skipped, aloud.
set -u
cd "$(dirname "$0")/../.." || exit 2
src=$PWD
b=$(realpath -m "${1:-build}")
shift
suites=${*:-bookworm bookworm-backports}
w=$b/kernel
seconds=${ZFW_KERNEL_S:-7200}
slow=${ZFW_TEST_SLOW:-5}
cpus=${ZFW_KERNEL_CPUS:-1}
browser=${ZFW_KERNEL_BROWSER:-0}
passed=0 failed=0 skipped=0

skip() { # WHAT WHY
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

for p in qemu-system-x86_64 cpio gzip modprobe depmod dpkg-deb apt-get; do
    command -v "$p" >/dev/null && continue
    skip check-kernel "no program $p"
    finish
done
[ -x /bin/busybox ] || { skip check-kernel "no /bin/busybox"; finish; }
[ "$(id -u)" -eq 0 ] || { skip check-kernel "needs root"; finish; }

# --- the package -----------------------------------------------------------

# apt with lists and a cache of our own: the system's are left alone.
own_apt() { # SUITE APT-GET|APT-CACHE ARGS...
    local a=$w/apt/$1 suite=$1 prog=$2
    shift 2
    mkdir -p "$a/lists/partial" "$a/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "${ZFW_DEBIAN:-http://deb.debian.org/debian} $suite main" >"$a/list"
    timeout 600 "$prog" -q -o Dir::Etc::SourceList="$a/list" \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$a/lists" \
        -o Dir::Cache="$a/cache" -o APT::Sandbox::User=root "$@"
}

image_of() { # SUITE: the package that linux-image-amd64 stands for
    own_apt "$1" apt-cache depends linux-image-amd64 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

fetch() { # SUITE: prints the path of its package
    local name deb
    own_apt "$1" apt-get update >"$w/apt-$1.log" 2>&1
    name=$(image_of "$1")
    [ -n "$name" ] || return 1
    deb=$(find "$w/deb" -name "${name}_*.deb" | head -n 1)
    if [ -z "$deb" ]; then
        (cd "$w/deb" && own_apt "$1" apt-get download "$name") \
            >>"$w/apt-$1.log" 2>&1 || return 1
        deb=$(find "$w/deb" -name "${name}_*.deb" | head -n 1)
    fi
    echo "$deb"
}

unpack() { # DEB: prints where; once per package
    local to
    to=$w/$(basename "$1" .deb)
    if [ ! -e "$to/whole" ]; then
        rm -rf "$to"
        mkdir -p "$to"
        dpkg-deb -x "$1" "$to" || return 1
        [ -e "$to/lib" ] || ln -s usr/lib "$to/lib"
        depmod -b "$to" "$(version "$to")" || return 1
        : >"$to/whole"
    fi
    echo "$to"
}

version() { # UNPACKED
    basename "$1"/lib/modules/*
}

# --- the machine -----------------------------------------------------------

# busybox, what it takes to mount the real root, and the first program.
initramfs() { # UNPACKED FILE
    local i v m path n=0
    v=$(version "$1")
    i=$w/initramfs-$v
    rm -rf "$i"
    mkdir -p "$i"/{bin,mod,proc,sys,dev,host,tmp,new}
    cp /bin/busybox "$i/bin/"
    cp tests/kernel/init.sh "$i/init"
    chmod 755 "$i/init"
    for m in virtio_pci virtio_rng 9pnet_virtio 9p overlay; do
        modprobe -d "$1" -S "$v" --show-depends "$m" || return 1
    done | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' |
        while read -r path; do
            n=$((n + 1))
            m=$i/mod/$(printf '%03d' "$n")-$(basename "${path%.xz}")
            case $path in
            *.xz) xz -dc "$path" >"$m" ;;
            *) cp "$path" "$m" ;;
            esac
        done || return 1
    (cd "$i" && find . | cpio -o -H newc --quiet | gzip -1) >"$2"
}

declare -A unpacked=()
add_kernel() { # DEB: of those that run
    local u v
    u=$(unpack "$1") || { skip "$1" "cannot be unpacked"; return; }
    v=$(version "$u")
    initramfs "$u" "$w/initrd-$v.gz" ||
        { skip "Linux $v" "it lacks modules that this needs"; return; }
    unpacked[$v]=$u
}

tests() { # with commas
    if [ -n "${ZFW_KERNEL_TESTS:-}" ]; then
        tr ' ' , <<<"$ZFW_KERNEL_TESTS"
    else
        echo tests/e2e/t_*.sh | sed 's,tests/e2e/,,g; s,\.sh,,g; s/ /,/g'
    fi
}

boot() { # VERSION
    local u=${unpacked[$1]}
    timeout --foreground "$seconds" qemu-system-x86_64 \
        -accel tcg,thread=multi -cpu max -smp "$cpus" -m "${ZFW_KERNEL_MB:-3072}" \
        -nodefaults -no-reboot -display none -serial stdio \
        -device virtio-rng-pci \
        -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap \
        -kernel "$u/boot/vmlinuz-$1" -initrd "$w/initrd-$1.gz" \
        -append "console=ttyS0 loglevel=3 panic=1 zfw_src=$src zfw_build=$b zfw_modules=$u/lib/modules/$1 zfw_slow=$slow zfw_lines=${ZFW_TEST_LINES:-60} zfw_browser=$browser zfw_tests=$(tests)" \
        </dev/null 2>&1 | stdbuf -oL tr -d '\r' | tee "$w/$1.log" |
        sed -un 's/^zfw: //p' | grep --line-buffered -v '^total '
}

add_up() { # LOG KERNEL
    local p f s
    if read -r p f s < <(sed -n 's/^zfw: total \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped.*/\1 \2 \3/p' "$1"); then
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    else
        echo "FAIL the machine with Linux $2 did not come to an end; its last words:"
        grep -v '^zfw: ' "$1" | tail -n 20 | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

one_kernel() { # VERSION
    local start=$SECONDS
    boot "$1"
    echo "note all tests: $((SECONDS - start)) s"
}

mkdir -p "$w/deb"
# The machines reach no network; t_front says what it skips without it.
sh tests/exim.sh "$b/exim" >/dev/null 2>&1
if [ -n "${ZFW_KERNEL_DEB:-}" ]; then
    add_kernel "$ZFW_KERNEL_DEB"
    suites=
fi
for suite in $suites; do
    if deb=$(fetch "$suite"); then
        add_kernel "$deb"
    else
        skip "the kernel of $suite" "its package cannot be had ($w/apt-$suite.log)"
    fi
done
# Groups of their own: whatever ends us ends them.
set -m
trap 'for j in $(jobs -p); do kill -- "-$j"; done 2>/dev/null' EXIT
trap 'exit 1' INT TERM HUP
for v in "${!unpacked[@]}"; do
    one_kernel "$v" | sed -u "s/^/$v: /" &
    [ "$(nproc)" -ge $((${#unpacked[@]} * cpus)) ] || wait
done
wait
for v in "${!unpacked[@]}"; do
    add_up "$w/$v.log" "$v"
done
finish
