#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unpacks Debian's Exim into DIR, once, for tests in which it is a client.  It
# cannot be installed: Debian's mail servers exclude each other, and the tests
# need Postfix.
# usage: exim.sh DIR	exit 1, with a sentence, when it cannot be had
set -eu

dir=$1
packages="exim4-daemon-light libidn12"

[ ! -x "$dir/usr/sbin/exim4" ] || exit 0
command -v apt-get >/dev/null || {
	echo "exim.sh: no apt-get here" >&2
	exit 1
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
cd "$tmp"
fetch() {
	# shellcheck disable=SC2086
	timeout 120 apt-get download -q $packages >"$tmp/log" 2>&1
}
if ! fetch && ! { timeout 120 apt-get update -q >/dev/null 2>&1 && fetch; }; then
	echo "exim.sh: cannot download $packages" >&2
	exit 1
fi
for p in *.deb; do
	dpkg -x "$p" "$tmp/root"
done
# With it, it would not look for its library where we put that.
chmod u-s root/usr/sbin/exim4
mkdir -p "$(dirname "$dir")"
rm -rf "$dir"
mv "$tmp/root" "$dir"
chmod 755 "$dir"
