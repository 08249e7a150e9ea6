#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every scenario on the build in $1 and adds up what they expected.
# Prints failures as file:line; the last line is `zt PASSED FAILED SKIPPED`.
set -u
cd "$(dirname "$0")/../.." || exit 2
b=${1:?usage: run.sh BUILD}
tool=$b/tests/tools/scenario
passed=0 failed=0
for f in tests/scenario/*.zs; do
    out=$("$tool" "$f" 2>&1)
    rc=$?
    sum=$(sed -n 's/^zt \([0-9]*\) \([0-9]*\) 0$/\1 \2/p' <<<"$out" | tail -n 1)
    read -r p n <<<"${sum:-0 1}"
    if [ "$rc" -ne 0 ] || [ "$n" -gt 0 ]; then
        grep -v '^zt ' <<<"$out"
        [ "$n" -gt 0 ] || { n=1; echo "FAIL $f: exit status $rc"; }
    elif [ "$p" -eq 0 ]; then
        n=1
        echo "FAIL $f: expects nothing"
    fi
    passed=$((passed + p)) failed=$((failed + n))
done
echo "zt $passed $failed 0"
[ "$failed" -eq 0 ]
