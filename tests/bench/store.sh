# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The store: a million clients and five million, beside what a user would pick
# instead (SQLite as fail2ban has it) and beside the bare library; then years
# and accidents.  Sourced by tests/bench.sh.  BENCH_CLIENTS and BENCH_CLIENTS5
# are the sizes (0: leave that one out), BENCH_KILLS the rounds of kill -9,
# BENCH_SEED their seed.  Rates by the wall clock, one run of each size: the
# second takes some minutes and 2.5 GB of disk.


# One transaction each, a log ahead, no fsync: as fast as SQLite gets with a
# change that outlives kill -9.
sqlite() { # N
    python3 - "$1" "$tmp/sqlite" <<-'END'
	import sqlite3, sys, time, os
	n = int(sys.argv[1])
	if os.path.exists(sys.argv[2]):
	    os.remove(sys.argv[2])
	db = sqlite3.connect(sys.argv[2], isolation_level=None)
	db.execute("pragma journal_mode=wal")
	db.execute("pragma synchronous=off")
	db.execute("create table c(k blob primary key, v blob) without rowid")
	key = [(i * 2654435761 % 2**32).to_bytes(16, "little") for i in range(n)]
	value = bytes(170)
	def rate(name, sql, arg):
	    t = time.monotonic()
	    for k in key:
	        db.execute(sql, arg(k)).fetchone()
	    print(name, "%.0f" % (n / (time.monotonic() - t)), "clients/s")
	put = "insert or replace into c values(?,?)"
	rate("sqlite_put", put, lambda k: (k, value))
	get = "select v from c where k=?"
	t = time.monotonic()
	for k in key: # read, change, write: as ours
	    v = db.execute(get, (k,)).fetchone()
	    db.execute(put, (k, v[0]))
	print("sqlite_update", "%.0f" % (n / (time.monotonic() - t)), "clients/s")
	rate("sqlite_get", get, lambda k: (k,))
	END
}

seconds() { # COMMAND...: its wall clock seconds
    local from
    from=$(date +%s%N)
    "$@" >"$tmp/out.tool" 2>&1 || { cat "$tmp/out.tool" >&2 && return 1; }
    awk -v n=$(($(date +%s%N) - from)) 'BEGIN { printf "%.2f", n / 1e9 }'
}

# Everything about a store of so many; lines `NAME VALUE UNIT`.
store_of() { # N
    local d=$tmp/store bytes
    rm -rf "$d" "$tmp/backup"
    mkdir "$d" "$tmp/backup"
    printf 'state_dir = "%s"\n' "$d" >"$tmp/store.conf"
    "$tool/benchstore" "$d" "$1" || return 1
    bytes=$(stat -c %s "$d/zfw.kch")
    echo "bytes_a_client $((bytes / $1)) bytes"
    "$tool/storework" open "$d" || return 1
    echo "check_db $(seconds "$b/zfwctl" -c "$tmp/store.conf" check-db) s"
    echo "backup $(seconds "$b/zfwctl" -c "$tmp/store.conf" backup "$tmp/backup/zfw.kch") s"
    "$tool/storework" open "$tmp/backup" >/dev/null || return 1
    rm -rf "$tmp/backup"
    "$tool/storework" sweep "$d" || return 1
    rm -rf "$d"
    mkdir "$d"
    "$tool/storework" raw "$d" "$1" || return 1
    rm -rf "$d"
    sqlite "$1"
    rm -f "$tmp/sqlite"*
}

store_results() { # SUFFIX: of $tmp/out
    local name v unit
    got=()
    while read -r name v unit; do
        got[$name]=$v
        result "$name$1" "$v" "$unit"
    done < <(grep -E '^[a-z_0-9]+ [0-9.]+ ' "$tmp/out")
    for name in put update get; do
        ratio "$name$1/sqlite" "${got[$name]}" "${got[sqlite_$name]}" 1
        ratio "$name$1/bare_library" "${got[$name]}" "${got[raw_$name]}" 0.4
    done
    ratio "10ms/sweep_slice_cpu$1" 10 "${got[sweep_slice_cpu_p99]}" 1
}

bench_store() {
    local n v unit clients=${BENCH_CLIENTS:-1000000}
    local clients5=${BENCH_CLIENTS5:-5000000}
    local kills=${BENCH_KILLS:-100} seed=${BENCH_SEED:-$RANDOM}
    declare -A got
    echo "store: wall clock, $(stat -f -c %T "$tmp")"
    for n in "$clients" "$clients5"; do
        [ "$n" -gt 0 ] || continue
        echo "store: $n clients"
        store_of "$n" >"$tmp/out" || return 1
        store_results "_$((n / 1000))k"
    done
    mkdir "$tmp/churn" "$tmp/kill"
    "$tool/storework" churn "$tmp/churn" 50000 100 >"$tmp/out" || return 1
    while read -r n v unit; do result "$n" "$v" "$unit"; done <"$tmp/out"
    rm -rf "$tmp/churn"
    if ! "$tool/storework" kill "$tmp/kill" "$kills" "$seed" >"$tmp/out"; then
        cat "$tmp/out"
        return 1
    fi
    grep '^#' "$tmp/out"
    while read -r n v unit; do result "$n" "$v" "$unit"; done < <(grep -v '^#' "$tmp/out")
    rm -rf "$tmp/kill"
}
