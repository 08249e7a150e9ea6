#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A short soak (tests/soak.sh): a gateway under load, with reloads, restarts,
# rotations, clock steps and a table taken away: good mail gets through, zfwd
# says nothing odd, and nothing is beyond its limits.
# usage: bash tests/e2e/t_soak.sh BUILD
SOAK_S=${SOAK_S:-20} SOAK_POOL=${SOAK_POOL:-20000} SOAK_PAUSE=${SOAK_PAUSE:-1 2}
SOAK_RATE=${SOAK_RATE:-$((400 / ${ZFW_TEST_SLOW:-1}))}
export SOAK_S SOAK_POOL SOAK_PAUSE SOAK_RATE
exec bash "$(dirname "$0")/../soak.sh" "$@"
