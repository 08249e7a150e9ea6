#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The life of the Debian package in a fresh, minimal system below a directory:
# install, its smoke test, upgrades that keep what the admin wrote, remove,
# purge; then the quick start with live traffic (package_live.sh).  Nothing of
# this host is changed.
# usage: package.sh [BUILD]    after `make deb`; as root
set -eu

cd "$(dirname "$0")/.."
deb=$(ls "$(realpath "${1:-build}")"/deb/zfw_*.deb)
build=$(realpath "${1:-build}")
passed=0 failed=0 skipped=0
root=$(mktemp -d)
chmod 755 "$root" # it is / for the users in it
# shellcheck source=tests/package_live.sh
. tests/package_live.sh
finish() {
    live_end
    umount -q -R "$root" 2>/dev/null || :
    rm -rf --one-file-system "$root" "$root".*
}
trap finish EXIT

ok() { # SENTENCE COMMAND...
    local name=$1
    shift
    if "$@" >"$root/tmp/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        tail -n 15 "$root/tmp/out" | sed 's/^/    /'
    fi
}
in_root() {
    chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}
in_sh() {
    in_root sh -c "$1"
}

nothing_left() {
    # shellcheck disable=SC2016
    in_sh 'find /etc /var /run /usr -xdev -name "*zfw*" \
            ! -path "/var/cache/apt/*" ! -path "/var/log/journal/*" |
            { ! grep .; } && ! grep -r zfw /var/lib/ucf/hashfile /var/lib/ucf/registry'
}

# The same of another version, whose zfwd.conf has a comment more.
repack() { # VERSION FILE
    rm -rf "$root.pkg"
    dpkg-deb -R "$deb" "$root.pkg"
    sed -i "s/^Version: .*/Version: $1/" "$root.pkg/DEBIAN/control"
    echo "# as in $1" >>"$root.pkg/usr/share/zfw/zfwd.conf"
    dpkg-deb -Zgzip -z1 -b "$root.pkg" "$2" >/dev/null
    rm -rf "$root.pkg"
}

mount --bind "$root" "$root" # unshare(1) wants a mount there
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' |
    grep -v security | head -n 1)
echo "package: a fresh Debian below $root"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 5 "$root.log" >&2
    rm -f "$root.log"
    echo "package: debootstrap failed" >&2
    exit 1
}
rm -f "$root.log"
for d in proc sys dev; do
    mount --rbind --make-rslave "/$d" "$root/$d"
done
cp "$deb" "$root/tmp/zfw.deb"
version=$(dpkg-deb -f "$deb" Version)
repack "$version~before" "$root/tmp/before.deb"
repack "$version+after" "$root/tmp/after.deb"
cp -r debian/tests "$root/tmp/smoke.d"
cp /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null || :
cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings \
    /etc/apt/trusted.gpg.d "$root/etc/apt/" 2>/dev/null || :
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || :
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

ok "apt reads its lists" in_root apt-get update -q
ok "apt installs the package with all that it needs" \
    in_root apt-get install -y -q --no-install-recommends /tmp/before.deb
ok "what the smoke test needs is there" in_root apt-get install -y -q \
    --no-install-recommends nftables iproute2 procps
ok "the users are there" in_root id zfw-guard
ok "the state directory is the engine's" \
    in_sh '[ "$(stat -c %U:%G:%a /var/lib/zfw)" = zfw:zfw-guard:750 ]'
ok "every program says its version" in_sh \
    'for p in zfwd zfwctl zfw-whitelist zfw-stats zfw-replay zfw-fp; do
         $p --version || exit 1; done'
ok "the smoke test passes" in_root /tmp/smoke.d/smoke
ok "an upgrade goes through" in_root dpkg -i /tmp/zfw.deb
ok "a zfwd.conf that nobody changed follows it" \
    in_sh 'cmp /etc/zfwd.conf /usr/share/zfw/zfwd.conf'
ok "the admin writes a line" in_sh "echo 'jitter = 11' >>/etc/zfwd.conf"
ok "the next upgrade asks nothing" in_sh 'dpkg -i /tmp/after.deb </dev/null'
ok "and keeps the line" in_sh 'zfwd -nv | grep -q "jitter = 11"'
ok "and puts what is new beside it" \
    in_sh 'cmp /etc/zfwd.conf.ucf-dist /usr/share/zfw/zfwd.conf'
ok "the package is removed" in_root apt-get remove -y -q zfw
ok "configuration and store stay" \
    in_sh 'grep -q "jitter = 11" /etc/zfwd.conf && [ -d /var/lib/zfw ]'
ok "no flag of ours keeps the next one out" in_sh '[ ! -e /var/lib/zfw/off ]'
ok "the package is purged" in_root apt-get purge -y -q zfw
ok "nothing is left" nothing_left
live_all
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
