# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of t_chaos.sh and t_beside.sh: sourced behind lib.sh.  Good clients
# that connect all the time, and a clock that can be set.
# shellcheck disable=SC2034,SC2154,SC2086

clock='' # the library, if there is one
good_n=0 good_bad=0

chaos_possible() {
    command -v python3 >/dev/null || skip_all "needs python3"
    [ -x "$E2E_BUILD/tests/tools/ztraffic" ] || die "no ztraffic: make ttools"
}

# Programs built with a sanitizer want to be first themselves.
clock_library() {
    if grep -qc __asan_init "$E2E_BUILD/zfwd"; then
        skip "clocks that are set" "built with AddressSanitizer"
    elif ! "${CC:-cc}" -std=gnu11 -O1 -shared -fPIC -o "$E2E_DIR/clock.so" \
        "$E2E_SRC/tests/e2e/chaos/clockshift.c" -ldl 2>/dev/null; then
        skip "clocks that are set" "no compiler"
    else
        clock=$E2E_DIR/clock.so
    fi
}

# What gate.py starts zfwd's processes with when they are confined.
chaos_units() {
    [ -z "${E2E_CONFINE:-}" ] || e2e_units || die "no units"
}

good_ones_begin() { # PAUSE
    mkfifo "$E2E_DIR/good.stop"
    net python3 "$E2E_SRC/tests/e2e/chaos/goodones.py" $E2E_GW4 $E2E_GW6 "$1" \
        203.0.113.1{0..9} 2001:db8:60::1{0..3} \
        <"$E2E_DIR/good.stop" >"$E2E_DIR/good.out" 2>&1 &
    good_pid=$!
    exec 9>"$E2E_DIR/good.stop"
}

good_ones_end() { # sets good_n and good_bad
    exec 9>&-
    wait "$good_pid"
    read -r _ good_n good_bad <<<"$(grep '^ends ' "$E2E_DIR/good.out")"
}
