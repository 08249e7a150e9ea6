#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the Debian package from a copy of the tree below BUILD/deb, and has
# lintian look at it.
# usage: deb.sh [BUILD]
set -eu

cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-build}/deb")
version=$(dpkg-parsechangelog -S Version)
copy=$out/zfw-$version

rm -rf "$out"
mkdir -p "$copy"
tar -c --exclude=./.git --exclude='./build*' . | tar -x -C "$copy"
echo "deb: building, in $copy"
if ! (cd "$copy" && DEB_BUILD_OPTIONS="nocheck terse ${DEB_BUILD_OPTIONS:-}" \
    dpkg-buildpackage -b -us -uc >"$out/build.log" 2>&1); then
    tail -n 30 "$out/build.log" >&2
    echo "deb: dpkg-buildpackage failed; $out/build.log has all of it" >&2
    exit 1
fi
rm -rf "$copy"
lintian --fail-on error "$out"/*.changes
ls -l "$out"/zfw_*.deb
