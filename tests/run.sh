#!/usr/bin/env bash
# Runs the named groups of tests on the build in $1 and adds up their
# results.  Each test program ends with `zt PASSED FAILED SKIPPED`; one that
# does not has failed, unless it exits 77, which is a skip.  The last line
# is `N passed, N failed, N skipped`; exit 1 when anything failed.
#
# With E2E_CONFINE=1 in the environment the end-to-end tests run under what the
# units of service/ allow (tests/e2e/unitlib.sh).  Each says what of it was
# started so; one that did not has failed, unless its head says why there is
# nothing to confine, which is printed.
set -u
cd "$(dirname "$0")/.." || exit 2
b=$1
shift
passed=0 failed=0 skipped=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The end-to-end test whose output is in out: was anything confined?
confined() { # SCRIPT
    local why
    [ -n "${E2E_CONFINE:-}" ] && ! grep -q '^note confined: ' "$tmp/out" || return 0
    why=$(sed -n 's/^# unconfined: //p' "$1")
    [ -n "$why" ] || return 1
    echo "note not confined: $why" >>"$tmp/out"
}

run_one() { # NAME COMMAND...
    local name=$1 rc p f s start=$SECONDS
    shift
    "$@" >"$tmp/out" 2>&1 </dev/null
    rc=$?
    if read -r p f s < <(sed -n 's/^zt \([0-9]*\) \([0-9]*\) \([0-9]*\)$/\1 \2 \3/p' "$tmp/out" | tail -n 1); then
        [ "$rc" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    elif [ "$rc" -eq 77 ]; then
        p=0 f=0 s=1
    else
        p=0 f=1 s=0
    fi
    case $name in
    e2e/*)
        if [ "$rc" -ne 77 ] && ! confined "tests/e2e/${name#e2e/}.sh"; then
            f=$((f + 1))
            echo "FAIL nothing of it ran confined, and it does not say why" >>"$tmp/out"
        fi
        ;;
    esac
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-44s %5d passed %3d failed %3d skipped  %3d s\n' "$name" "$p" "$f" "$s" $((SECONDS - start))
    if [ "$f" -gt 0 ]; then
        sed 's/^/    /' "$tmp/out" | tail -n "${ZFW_TEST_LINES:-60}"
    else
        grep -E '^(skip|note) ' "$tmp/out" | sed 's/^/    /'
    fi
}

[ -z "${E2E_CONFINE:-}" ] ||
    echo "confined: zfwd's processes run as their services would, by service/*.service.in"
for group in "$@"; do
    case $group in
    unit)
        for t in tests/unit/*/test_*.c; do
            t=${t%.c}
            run_one "${t#tests/}" "$b/$t"
        done
        ;;
    golden)
        run_one golden bash tests/golden/run.sh "$b"
        run_one documented python3 tests/documented.py "$b"
        ;;
    documented) run_one documented python3 tests/documented.py "$b" ;;
    scenario) run_one scenario bash tests/scenario/run.sh "$b" ;;
    days) run_one days bash tests/days.sh "$b" ;;
    tally) run_one tally bash tests/tally.sh "$b" ;;
    outside) run_one outside bash tests/outside.sh "$b" ;;
    e2e)
        for t in tests/e2e/t_*.sh; do
            run_one "e2e/$(basename "$t" .sh)" bash "$t" "$b"
        done
        ;;
    e2e/*) run_one "$group" bash "tests/$group.sh" "$b" ;;
    *) echo "run.sh: no such group: $group" >&2; exit 2 ;;
    esac
done
[ -z "${E2E_CONFINE:-}" ] || echo "confined, as services:"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
