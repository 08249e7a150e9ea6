# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench compare: zfw beside CrowdSec and Postfix's postscreen.  Lines of a log
# a CPU second by CrowdSec's postfix parser and scenario, and from the decisive
# line to the kernel by CrowdSec with its bouncer; what an attempt of a known
# zombie costs with zfw, postscreen and smtpd (compare_mx.sh).  CrowdSec comes
# from Debian's packages with the parsers and scenarios in them; they are only
# unpacked, below the build directory, so that nothing is set up here and
# nobody is told.  Read by tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b, $at_exit

compare_lines=${BENCH_COMPARE_LINES:-10000}
compare_rounds=${BENCH_COMPARE_ROUNDS:-3}
compare_clients=${BENCH_COMPARE_CLIENTS:-50}
compare_cs=$b/crowdsec
compare_mx_pid=

# Programs and hub below $compare_cs; says why not.
compare_get() {
    local hub=$compare_cs/usr/share/crowdsec/hub p
    if [ ! -e "$compare_cs/usr/bin/crowdsec-firewall-bouncer" ]; then
        mkdir -p "$compare_cs" && (
            cd "$compare_cs" &&
                apt-get -q download crowdsec crowdsec-firewall-bouncer &&
                for p in *.deb; do dpkg-deb -x "$p" . || exit; done &&
                rm -f ./*.deb
        ) >"$tmp/apt" 2>&1
    fi
    for p in "$compare_cs"/usr/bin/{crowdsec,cscli,crowdsec-firewall-bouncer}; do
        if ! ldd "$p" 2>/dev/null | awk '/not found/ { bad = 1 } END { exit bad || !NR }'; then
            echo "skip: $what: no CrowdSec: $(tail -n 1 "$tmp/apt" 2>/dev/null)"
            return 1
        fi
    done
    if [ ! -e "$hub/scenarios/crowdsecurity/postfix-spam.yaml" ]; then
        echo "skip: $what: CrowdSec's package has no postfix scenario"
        return 1
    fi
}

# Its own configuration: the postfix collection, and what it stands on.
compare_conf() {
    local d=$tmp/cs hub=$compare_cs/usr/share/crowdsec/hub f
    rm -rf "$d" && mkdir -p "$d"/data
    for f in parsers/{s00-raw/syslog-logs,s01-parse/postfix-logs} \
        parsers/{s01-parse/postscreen-logs,s02-enrich/dateparse-enrich} \
        scenarios/postfix-spam; do
        mkdir -p "$d/${f%/*}" &&
            ln -s "$hub/${f%/*}/crowdsecurity/${f##*/}.yaml" "$d/$f.yaml" || return 1
    done
    cp -r "$compare_cs"/etc/crowdsec/{patterns,simulation.yaml,profiles.yaml} \
        "$d" || return 1
    printf 'filenames:\n  - %s\nlabels:\n  type: syslog\n' \
        "$tmp/zfwd/mail.log" >"$d/acquis.yaml"
    cat >"$d/config.yaml" <<-END
	common: {daemonize: false, log_media: stdout, log_level: info, working_dir: .}
	config_paths:
	  config_dir: $d/
	  data_dir: $d/data/
	  simulation_path: $d/simulation.yaml
	  hub_dir: $hub/
	  index_path: $hub/.index.json
	  notification_dir: $d/none/
	  plugin_dir: $d/none/
	crowdsec_service: {acquisition_path: $d/acquis.yaml}
	db_config: {type: sqlite, db_path: $d/data/crowdsec.db, log_level: error}
	plugin_config: {user: nobody, group: nogroup}
	api:
	  client: {credentials_path: $d/login.yaml}
	  server:
	    log_level: error
	    listen_uri: 127.0.0.1:8080
	    profiles_path: $d/profiles.yaml
	prometheus: {enabled: false}
	END
    compare_cscli machines add bench --password bench -f "$d/login.yaml"
}

compare_cscli() {
    "$compare_cs/usr/bin/cscli" -c "$tmp/cs/config.yaml" "$@" >"$tmp/cs/out" 2>&1
}

# In a network of its own, where nobody can be reached, with an empty database.
compare_replay() { # NAME FILE
    rm -f "$tmp/cs/data/crowdsec.db"
    compare_cscli machines add bench --password bench -f "$tmp/cs/login.yaml" || return 1
    # shellcheck disable=SC2016 # sh expands it
    out=$tmp/cs/replay run "$1" unshare --net \
        sh -c 'ip link set lo up && exec "$@"' sh \
        "$compare_cs/usr/bin/crowdsec" -c "$tmp/cs/config.yaml" \
        -dsn "file://$2" -type syslog
}

# It is done with these lines before it can be measured, so ten times.
compare_zfw() { # NAME FILE
    # shellcheck disable=SC2016 # sh expands it
    run "$1" sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do "$@" || exit; done' sh \
        "$b/zfw-replay" --year 2026 --log "$2"
}

compare_log_once() {
    compare_zfw zfwnone "$tmp/empty"
    compare_zfw zfw "$tmp/log"
    compare_replay none "$tmp/empty" && compare_replay crowdsec "$tmp/log"
}

compare_log() {
    local n zfw cs told
    "$tool/loggen" "$compare_lines" >"$tmp/log" || return 1
    n=$(wc -l <"$tmp/log")
    printf '' >"$tmp/empty"
    thrice compare_log_once || return 1
    told=$(grep -c ' performed ' "$tmp/cs/replay")
    echo "compare: $n lines; CrowdSec's scenarios overflowed $told times"
    if [ "$told" -eq 0 ]; then
        echo "bench compare: CrowdSec: $(tail -n 2 "$tmp/cs/replay")" >&2
        return 1
    fi
    zfw=$(rate zfw $((n * 10)) zfwnone) cs=$(rate crowdsec "$n" none)
    result zfw_engine "$zfw" lines/cpu_s
    result crowdsec "$cs" lines/cpu_s
    result zfw_memory "$(median <"$tmp/m.zfw")" KiB
    result crowdsec_memory "$(median <"$tmp/m.crowdsec")" KiB
    ratio zfw_engine/crowdsec "$zfw" "$cs" 25
}

# CrowdSec and its bouncer, in the receiving namespace.
compare_live() {
    local d=$tmp/cs
    compare_conf && compare_cscli bouncers add bench -k bench || return 1
    cat >"$d/bouncer.yaml" <<-END
	mode: nftables
	pid_dir: $d/
	update_frequency: 10s
	log_mode: stdout
	log_dir: $d/
	log_level: info
	api_url: http://127.0.0.1:8080/
	api_key: bench
	deny_action: DROP
	supported_decisions_types: [ban]
	blacklists_ipv4: crowdsec-blacklists
	blacklists_ipv6: crowdsec6-blacklists
	nftables:
	  ipv4: {enabled: true, set-only: false, table: crowdsec, chain: crowdsec-chain}
	  ipv6: {enabled: true, set-only: false, table: crowdsec6, chain: crowdsec6-chain}
	prometheus: {enabled: false}
	END
    ip netns exec "$rig_rx" "$compare_cs/usr/bin/crowdsec" \
        -c "$d/config.yaml" >"$d/live" 2>&1 &
    rig_keep+=($!)
    compare_until rx ss -ltnH 'sport = :8080' || return 1
    ip netns exec "$rig_rx" "$compare_cs/usr/bin/crowdsec-firewall-bouncer" \
        -c "$d/bouncer.yaml" >"$d/bouncer" 2>&1 &
    rig_keep+=($!)
    compare_until grep 'Starting processing' "$d/live" &&
        compare_until rx nft list table ip crowdsec
}

compare_until() { # COMMAND...: it says something
    for _ in {1..200}; do
        [ -z "$("$@" 2>/dev/null)" ] || return 0
        sleep 0.1
    done
    echo "bench compare: CrowdSec: $(tail -qn 2 "$tmp/cs"/{live,bouncer} 2>/dev/null)" >&2
    return 1
}

compare_of() { # COLUMN: sorted
    awk -v c="$1" '$c >= 0 { print $c }' "$tmp/compare" | sort -n
}

compare_latency() {
    local zfw cs latency_n=$compare_clients
    rig_up || return 1
    daemon_dirs
    latency_server && daemon_start 'certain_tier = 1' && compare_live &&
        latency_clients || return 1
    sleep 1
    # shellcheck disable=SC2046 # words
    rx python3 tests/bench/compare_latency.py "$tmp/zfwd/mail.log" 15 \
        zfw crowdsec $(cat "$tmp/clients") >"$tmp/compare" || return 1
    echo "compare: $compare_clients clients; blocked by zfw" \
        "$(compare_of 2 | wc -l), by CrowdSec $(compare_of 3 | wc -l)"
    if [ "$(compare_of 2 | wc -l)" -ne "$compare_clients" ] ||
        [ "$(compare_of 3 | wc -l)" -ne "$compare_clients" ]; then
        echo "bench compare: not all were blocked" >&2
        return 1
    fi
    zfw=$(compare_of 2 | median) cs=$(compare_of 3 | median)
    result zfw_line_to_kernel "$zfw" ms
    result zfw_line_to_kernel_max "$(compare_of 2 | tail -n 1)" ms
    result crowdsec_line_to_kernel "$cs" ms
    result crowdsec_line_to_kernel_min "$(compare_of 3 | head -n 1)" ms
    result crowdsec_line_to_kernel_max "$(compare_of 3 | tail -n 1)" ms
    ratio crowdsec/zfw "$cs" "$zfw" 20
    rig_down
}

compare_down() {
    rig_down
    [ -z "$compare_mx_pid" ] || rig_end "$compare_mx_pid"
}

# Of a COLUMN of compare_mx.sh's lines: an attempt, what the same processes
# take idle less; median of the rounds.
compare_each() { # NAME COLUMN
    awk -v name="$1" -v c="$2" '
        /^idle/ { idle = $c / $NF }
        $1 == name { printf "%.2f\n", ($c - idle * $NF) / $2 }
    ' "$tmp/mx" | median
}

# What was there at once, in any round: memory is kept for the next.
compare_most() { # NAME COLUMN
    awk -v name="$1" -v c="$2" '$1 == name { print $c }' "$tmp/mx" |
        sort -n | tail -n 1
}

compare_mx() {
    local name rc cpu drop front
    printf '' >"$tmp/mx"
    bash tests/bench/compare_mx.sh "$b" "$tmp/mx" "$compare_rounds" &
    compare_mx_pid=$!
    at_exit=compare_down
    wait "$compare_mx_pid"
    rc=$?
    compare_mx_pid='' at_exit=:
    [ $rc -ne 77 ] || return 0 # it has said why
    [ $rc -eq 0 ] || return 1
    for name in zfw_drop zfw_front list_drop dnsbl_drop dnsbl_enforce smtpd; do
        cpu=$(awk -v a="$(compare_each $name 3)" -v b="$(compare_each $name 4)" \
            'BEGIN { printf "%.1f", a + b }')
        case $name in
        zfw_drop) drop=$cpu ;;
        zfw_front) front=$cpu ;;
        *)
            ratio "$name/zfw_drop" "$cpu" "$drop" 1
            ratio "$name/zfw_front" "$cpu" "$front" 0.5
            ;;
        esac
        result "${name}_cpu" "$cpu" us/attempt
        result "${name}_cpu_receiving" "$(compare_each $name 4)" us/attempt
        result "${name}_packets" "$(compare_each $name 5)" an_attempt
        result "${name}_dns_answers" "$(compare_each $name 6)" an_attempt
        result "${name}_memory" "$(compare_most $name 7)" KiB
        result "${name}_connections" "$(compare_most $name 8)" at_once
    done
}

bench_compare() {
    rig_can postfix unshare python3 || return 0
    if compare_get; then
        compare_conf && compare_log && compare_latency || return 1
    fi
    echo "skip: compare: no OpenBSD spamd in Debian (its package spamd is SpamAssassin's)"
    compare_mx
}
