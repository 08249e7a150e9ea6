#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The life of the Debian package in a fresh, minimal system below a directory:
# install, its smoke test, an upgrade that keeps what the admin wrote, remove,
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
cp -r debian/tests "$root/tmp/smoke.d"
cp /etc/apt/sources.list "$root/etc/apt/" 2>/dev/null || :
cp -r /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings \
    /etc/apt/trusted.gpg.d "$root/etc/apt/" 2>/dev/null || :
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || :
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

ok "apt reads its lists" in_root apt-get update -q
ok "apt installs the package with all that it needs" \
    in_root apt-get install -y -q --no-install-recommends /tmp/zfw.deb
ok "what the smoke test needs is there" in_root apt-get install -y -q \
    --no-install-recommends nftables iproute2 procps
ok "the users are there" in_root id zfw-guard
ok "the state directory is the engine's" \
    in_sh '[ "$(stat -c %U:%G:%a /var/lib/zfw)" = zfw:zfw-guard:750 ]'
ok "every program says its version" in_sh \
    'for p in zfwd zfwctl zfw-whitelist zfw-stats zfw-replay zfw-fp; do
         $p --version || exit 1; done'
ok "the smoke test passes" in_root /tmp/smoke.d/smoke
ok "the admin writes a line" in_sh "echo 'jitter = 11' >>/etc/zfwd.conf"
ok "an upgrade goes through" in_root dpkg -i --force-confold /tmp/zfw.deb
ok "and keeps the line" in_sh 'zfwd -nv | grep -q "jitter = 11"'
ok "the package is removed" in_root apt-get remove -y -q zfw
ok "configuration and store stay" \
    in_sh '[ -e /etc/zfwd.conf ] && [ -d /var/lib/zfw ]'
ok "no flag of ours keeps the next one out" in_sh '[ ! -e /var/lib/zfw/off ]'
ok "the package is purged" in_root apt-get purge -y -q zfw
ok "nothing is left" in_sh \
    '[ ! -e /etc/zfwd.conf ] && [ ! -e /var/lib/zfw ] && [ ! -e /var/lib/zfw-stats ]'
live_all
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
