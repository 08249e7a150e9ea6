#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the captures and logs of this folder anew from its scenarios, with
# the build in $1.  Only needed when a scenario or the runner changes; then
# `make golden-update` and review.
set -eu
cd "$(dirname "$0")/../../.."
for zs in tests/golden/replay/*.zs; do
    "$1/tests/tools/scenario" --write-pcap "${zs%.zs}.pcap" \
        --write-log "${zs%.zs}.log" "$zs" >/dev/null
done
