# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench latency: from the decisive line of a mail log to the element in the
# kernel, by zfwd and by fail2ban, which follow the same log on the same
# machine at the same time.  Each client has an open session, encrypted as far
# as packets show; four reject lines of it come in one write, and kernel
# notifications tell when each of the two has blocked it.  Read by
# tests/bench.sh.
# shellcheck shell=bash disable=SC2154,SC2034 # $tmp, $tool, $b

latency_n=${BENCH_LATENCY_N:-60}

# Its own directory, socket and log; Debian's filter and actions.
latency_f2b_conf() {
    local d=$tmp/f2b
    cp -r /etc/fail2ban "$d"
    rm -rf "$d/jail.d"
    cat >"$d/fail2ban.local" <<-END
	[Definition]
	logtarget = $d/log
	socket = $d/sock
	pidfile = $d/pid
	dbfile = None
	END
    cat >"$d/jail.local" <<-END
	[DEFAULT]
	usedns = no
	ignoreip =
	ignoreself = false
	[postfix]
	enabled = true
	filter = postfix
	backend = pyinotify
	logpath = $tmp/zfwd/mail.log
	maxretry = 4
	bantime = 1h
	action = nftables[type=multiport, name=postfix, port=25, protocol=tcp]
	END
}

latency_f2b() {
    latency_f2b_conf
    ip netns exec "$rig_rx" fail2ban-server -c "$tmp/f2b" -s "$tmp/f2b/sock" \
        -p "$tmp/f2b/pid" -xf start >"$tmp/f2b.err" 2>&1 &
    rig_keep+=($!)
    for _ in {1..100}; do
        grep -q "Jail 'postfix' started" "$tmp/f2b/log" 2>/dev/null && return 0
        sleep 0.1
    done
    echo "bench latency: fail2ban: $(tail -n 2 "$tmp/f2b.err" "$tmp/f2b/log")" >&2
    return 1
}

# As much of a mail server as it takes to get to STARTTLS.
latency_server() {
    ip netns exec "$rig_rx" python3 - >/dev/null <<-'END' &
	import asyncio
	async def session(r, w):
	    w.write(b"220 mx.example.org ESMTP\r\n")
	    while line := await r.readline():
	        if line[:4].upper() == b"EHLO":
	            w.write(b"250-mx.example.org\r\n250 STARTTLS\r\n")
	        elif line[:8].upper() == b"STARTTLS":
	            w.write(b"220 go ahead\r\n")
	            await asyncio.sleep(3600)
	async def main():
	    s = await asyncio.start_server(session, "192.0.2.1", 25)
	    await s.serve_forever()
	asyncio.run(main())
	END
    rig_keep+=($!)
    for _ in {1..50}; do
        rx ss -ltnH 'sport = :25' | grep -q . && return 0
        sleep 0.1
    done
    return 1
}

# Their addresses and ports, once all are connected.
latency_clients() {
    ip netns exec "$rig_gen" "$tool/ztraffic" -q -c "$latency_n" \
        to=192.0.2.1 from="198.18.1.1+$latency_n" stack=win10 timeout=300000 \
        do="greet ehlo starttls sleep:250000 fin" expect= >/dev/null 2>&1 &
    rig_keep+=($!)
    for _ in {1..50}; do
        rx ss -tnH state established 'sport = :25' |
            awk '{ print $4 }' >"$tmp/clients"
        [ "$(wc -l <"$tmp/clients")" -lt "$latency_n" ] || return 0
        sleep 0.1
    done
    echo "bench latency: $(wc -l <"$tmp/clients") of $latency_n connected" >&2
    return 1
}

latency_of() { # COLUMN: sorted
    awk -v c="$1" '$c >= 0 { print $c }' "$tmp/latency" | sort -n
}

bench_latency() {
    local zfw f2b
    rig_can fail2ban-server || return 0
    rig_up || return 1
    daemon_dirs
    latency_server && daemon_start 'certain_tier = 1' && latency_f2b &&
        latency_clients || return 1
    sleep 1
    # shellcheck disable=SC2046 # words
    rx "$tool/bench_latency" "$tmp/zfwd/mail.log" zfw f2b-table \
        $(cat "$tmp/clients") >"$tmp/latency" || return 1
    echo "latency: $latency_n clients; blocked by zfw $(latency_of 2 | wc -l)," \
        "by fail2ban $(latency_of 3 | wc -l)"
    if [ "$(latency_of 2 | wc -l)" -ne "$latency_n" ] ||
        [ "$(latency_of 3 | wc -l)" -ne "$latency_n" ]; then
        echo "bench latency: not all were blocked" >&2
        return 1
    fi
    zfw=$(latency_of 2 | median) f2b=$(latency_of 3 | median)
    result zfw_line_to_kernel "$zfw" us
    result zfw_line_to_kernel_max "$(latency_of 2 | tail -n 1)" us
    result fail2ban_line_to_kernel "$f2b" us
    result fail2ban_line_to_kernel_max "$(latency_of 3 | tail -n 1)" us
    ratio fail2ban/zfw "$f2b" "$zfw" 20
    rig_down
}
