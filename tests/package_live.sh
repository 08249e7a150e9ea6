# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-3.0-or-later
# The quick start, as it is written, in the fresh system of package.sh, which
# sources this: a real systemd is booted in it, in namespaces of its own, with
# Debian's Postfix that logs to the journal; behind a wire is a world of good
# servers and zombies (ztraffic).  Then upgrade, remove, install again and purge
# under way; and the same host with rsyslog's mail.log instead of the journal.
# Ends with everything gone.

live_gw=zfwp-$$-gw live_net=zfwp-$$-net live_pid='' live_outer=''
live_cgroup=''
live_to=198.51.100.1,2001:db8:ffff::1

live_end() {
    [ -z "$live_pid" ] || kill -KILL "$live_pid" 2>/dev/null || :
    [ -z "$live_outer" ] || wait "$live_outer" 2>/dev/null || :
    live_pid='' live_outer=''
    ip netns del "$live_gw" 2>/dev/null || :
    ip netns del "$live_net" 2>/dev/null || :
    [ -z "$live_cgroup" ] ||
        find "$live_cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null || :
}

live_wire() {
    local n
    for n in "$live_gw" "$live_net"; do
        ip netns add "$n" || return
        ip netns exec "$n" sysctl -qw net.ipv6.conf.default.dad_transmits=0
        ip -n "$n" link set lo up
    done
    ip link add eth0 netns "$live_gw" type veth peer name eth0 netns "$live_net" &&
        ip -n "$live_gw" addr add 198.51.100.1/24 dev eth0 &&
        ip -n "$live_net" addr add 198.51.100.2/24 dev eth0 &&
        ip -n "$live_gw" addr add 2001:db8:ffff::1/64 dev eth0 nodad &&
        ip -n "$live_net" addr add 2001:db8:ffff::2/64 dev eth0 nodad &&
        ip -n "$live_gw" link set eth0 up && ip -n "$live_net" link set eth0 up &&
        ip -n "$live_gw" route add default via 198.51.100.2 &&
        ip -n "$live_gw" -6 route add default via 2001:db8:ffff::2
}

# A mail server as it may be before zfw: Postfix, a domain, three users.
live_host() {
    local i
    in_root apt-get install -y -q --no-install-recommends \
        systemd systemd-sysv dbus postfix || return
    in_root apt-get install -d -y -q --no-install-recommends \
        rsyslog logrotate || return # the world behind the wire has no mirror
    for i in alice bob carol; do in_root useradd -m "$i" || return; done
    sed -i 's/^hosts:.*/hosts: files/' "$root/etc/nsswitch.conf"
    rm -f "$root/etc/resolv.conf" "$root/usr/sbin/policy-rc.d"
    : >"$root/etc/resolv.conf"
    {
        printf '127.0.0.1 localhost\n::1 localhost\n'
        printf '198.51.100.1 mx.example.com mx\n'
        for i in 10 11 12; do
            printf '203.0.113.%s mail%s.example.org\n' $i $i
        done
    } >"$root/etc/hosts"
    in_root postconf myhostname=mx.example.com inet_protocols=all \
        inet_interfaces=all mydestination=example.com,localhost &&
        cp "$deb" "$root/srv/zfw.deb" &&
        cp "$root/tmp/before.deb" "$root/srv/before.deb"
}

live_init() { # process 1 until systemd is
    cat <<-'END'
	set -e
	r=$1
	hostname mx.example.com
	mount --bind "$r" "$r"
	cd "$r"
	mount -t proc proc proc
	mount -t sysfs -o ro sysfs sys
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount -t tmpfs -o mode=755 tmpfs dev
	mount -t tmpfs -o mode=755 tmpfs run
	mkdir dev/pts dev/shm
	for i in null zero full random urandom tty; do
	    : >"dev/$i"
	    mount --bind "/dev/$i" "dev/$i"
	done
	ln -s /proc/self/fd dev/fd
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
	ln -s pts/ptmx dev/ptmx
	mkdir -p mnt/old
	pivot_root . mnt/old
	cd /
	umount -l /mnt/old
	exec env -i container=zfw PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    /usr/lib/systemd/systemd --system
	END
}

live_boot() {
    local top=/sys/fs/cgroup
    [ ! -d $top/unified ] || top=$top/unified
    live_cgroup=$top/zfwp-$$
    mkdir "$live_cgroup" || return
    live_init >"$root.init"
    # shellcheck disable=SC2016
    bash -c 'echo $$ >"$1/cgroup.procs" && exec ip netns exec "$2" unshare \
        --cgroup --mount --pid --uts --ipc --fork --kill-child \
        --propagation private bash "$3.init" "$3"' \
        boot "$live_cgroup" "$live_gw" "$root" >"$root.boot" 2>&1 </dev/null &
    live_outer=$!
    live_until 60 live_booted
}

live_booted() {
    live_pid=$(pgrep -P "$live_outer") &&
        live systemctl is-system-running | grep -qE '^(running|degraded)$' &&
        live ss -ltnH 'sport = :25' | grep -q .
}

live() { # COMMAND...: typed in the booted system
    timeout 120 nsenter -t "$live_pid" -m -n -p -u -i -C \
        --root="/proc/$live_pid/root" -- env -C /root -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

needs_restart() { # and is not said to be in force
    live zfwctl reload >"$root.reload" || return
    cat "$root.reload"
    grep -q '^not in force before a restart of zfwd: log (the journal)' "$root.reload" &&
        ! grep '^in force:.*log' "$root.reload"
}

live_until() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { "$@"; return; }
        sleep 0.2
    done
}

world() { # ztraffic's arguments
    ip netns exec "$live_net" "$build/tests/tools/ztraffic" to=$live_to -q "$@"
}

good() { # NUMBER...: each delivers a mail
    local i
    for i in "$@"; do
        world from="203.0.113.$i" do=polite stack=linux \
            helo="mail$i.example.org" rcpt=alice@example.com expect=accepted || return
    done
}

zombies() { # in shadow mode nobody is stopped
    world -m -c 6 from=192.0.2.11+12 do=early stack=win7 helo=pc-%n \
        rcpt=bob@example.com &&
        world -c 3 from=192.0.2.41+6 do=dict unknown=15 stack=win10
}

edit() { # KEY VALUE: of the shipped lines
    sed -i -E "s|^#?$1( *)= .*|$1\1= $2|" "$root/etc/zfwd.conf"
}

says() { # TEXT COMMAND...
    local text=$1 out
    shift
    out=$(live "$@" 2>&1) || { printf '%s\n' "$out"; return 1; }
    grep -qF -e "$text" <<<"$out" || { printf '%s\n' "$out"; return 1; }
}

refused() { # TEXT COMMAND...: it fails, with that
    local text=$1 out
    shift
    ! out=$(live "$@" 2>&1) && grep -qF -e "$text" <<<"$out" ||
        { printf '%s\n' "$out"; return 1; }
}

listed() { # all zombies, and nobody else
    local a
    live zfwctl blocks >"$root.blocks"
    for a in $(seq -f 192.0.2.%g 11 22) $(seq -f 192.0.2.%g 41 46); do
        grep -q "^$a " "$root.blocks" || { echo "$a is missing"; return 1; }
    done
    ! grep -E '^(203\.0\.113|198\.51)' "$root.blocks"
}

in_kernel() { # ADDRESS
    live nft get element inet zfw block4 "{ $1 }" ||
        live nft get element inet zfw reject4 "{ $1 }"
}

kernel_empty() {
    ! live nft list set inet zfw block4 | grep -q expires
}

live_shadow() {
    local began=$SECONDS
    ok "on the booted system apt installs it" \
        live apt-get install -y -q /srv/before.deb
    ok "zfwd runs" live systemctl is-active zfwd
    ok "status shows that there is no such log" says missing zfwctl status
    edit log '{"journal"}'
    ok "a journal is said to need a restart" needs_restart
    live postconf smtpd_client_port_logging=yes
    live postfix reload >/dev/null 2>&1
    ok "zfwd is restarted" live systemctl restart zfwd
    ok "check has nothing against this machine" says "0 failed" zfwctl check
    edit own_names '{"example.com"}'
    edit our_hosts '{"198.51.100.25"}'
    edit spam_traps '{"oldsales@example.com"}'
    ok "who we are is put in force" says "in force: " zfwctl reload
    ok "three good servers deliver" good 10 11 12 10 11 12
    ok "eighteen zombies are at work" zombies
    ok "all of them are listed, and no good server" live_until 20 listed
    echo "package: from apt to the list in $((SECONDS - began)) s"
    ok "the journal is understood" says "journal: reading" zfwctl status
    ok "why says that it only watches" says "only watches" zfwctl why 192.0.2.11
    ok "and that a good server passes" says "it passes" zfwctl why 203.0.113.10
    ok "nobody is blocked in the kernel" kernel_empty
    ok "top has a frame" says would-block zfwctl top --once
    ok "zfw-stats says shadow" says "shadow mode" zfw-stats
    ok "a page is written" live zfw-stats --format html --out report.html
    ok "the letter has no mistakes" says "Possible mistakes: none" \
        zfw-stats --letter
}

live_faults() {
    cp "$root/etc/zfwd.conf" "$root.conf"
    echo 'own_name = {"example.com"}' >>"$root/etc/zfwd.conf"
    ok "a typo in a key is named" refused "unknown key 'own_name'" zfwctl reload
    cp "$root.conf" "$root/etc/zfwd.conf"
    echo 'never_block = {"203.0.113.7/24"}' >>"$root/etc/zfwd.conf"
    ok "a wrong network, too" refused '203.0.113.7/24' zfwctl reload
    cp "$root.conf" "$root/etc/zfwd.conf"
    ok "neither was put in force" says shadow zfwctl status
}

unheard() { # six zombies; one connection in a hundred leaks through
    local out n
    out=$(world -c 6 from=192.0.2.41+6 stack=win10 do=probe ladder= \
        connect=700 2>&1)
    n=$(sed -n 's/^ztraffic:.* \([0-9]*\) dropped.*/\1/p' <<<"$out")
    [ "${n:-0}" -ge 4 ] || { printf '%s\n' "$out"; return 1; }
}

live_enforce() {
    edit mode '"enforce"'
    ok "enforce is one edit and a reload" says "mode enforce" zfwctl reload
    ok "the blocks are in the kernel" live_until 5 in_kernel 192.0.2.11
    ok "zombies get no answer" unheard
    ok "good servers deliver on" good 10 11 12
    ok "zfw-whitelist lifts a block" says "1 block lifted" \
        zfw-whitelist add 192.0.2.41
    ok "that one is heard again" world from=192.0.2.41 stack=win10 do=polite \
        rcpt=alice@example.com expect=accepted
    ok "zfwctl off takes the table out" live zfwctl off
    ok "the table is gone" same_tables 0
    ok "zfwctl on puts it back" live zfwctl on
    ok "with its blocks" in_kernel 192.0.2.42
    ok "the statistics' service runs" live systemctl start zfw-stats.service
    ok "the letter's, too" live systemctl start zfw-letter.service
}

same_tables() { # N: tables of ours
    [ "$(live nft list tables | grep -c zfw)" -eq "$1" ]
}

# Looks for a block in the kernel until told to stop: looks, and in vain.
watch_kernel() { # ADDRESS
    local looks=0 misses=0
    while [ -e "$root.watch" ]; do
        looks=$((looks + 1))
        ip netns exec "$live_gw" nft get element inet zfw block4 "{ $1 }" ||
            ip netns exec "$live_gw" nft get element inet zfw reject4 "{ $1 }" ||
            misses=$((misses + 1))
        sleep 0.02
    done >/dev/null 2>&1
    echo "$looks $misses" >"$root.looks"
}

never_away() {
    local looks misses
    read -r looks misses <"$root.looks"
    echo "looked $looks times for a block, $misses in vain"
    [ "$looks" -gt 20 ] && [ "$misses" -eq 0 ]
}

known() { # what is blocked, and allowed by hand
    live zfwctl blocks | grep -oE '^[0-9a-f.:]+' | sort
    live zfw-whitelist list
}

same_known() {
    known >"$root.known2"
    diff "$root.known" "$root.known2" && grep -q '^192' "$root.known"
}

runs_version() { # VERSION
    [ "$(live dpkg-query -f '${Version}' -W zfw)" = "$1" ] &&
        live systemctl is-active zfwd zfw-engine
}

clients() {
    live zfwctl check-db | sed -n 's/^ *clients *\([0-9]*\).*/\1/p'
}

live_upgrade() {
    local watcher began=$SECONDS had
    known >"$root.known"
    had=$(clients)
    cp "$root/etc/zfwd.conf" "$root.conf"
    : >"$root.watch"
    watch_kernel 192.0.2.12 &
    watcher=$!
    ok "an upgrade under way asks nothing" \
        live apt-get install -y -q /srv/zfw.deb
    ok "the new one runs" runs_version "$version"
    ok "its status says enforce" says "enforce" zfwctl status
    rm -f "$root.watch"
    wait "$watcher"
    echo "package: upgraded in $((SECONDS - began)) s; $(never_away || :)"
    ok "the block was in the kernel at every moment" never_away
    ok "what the admin wrote is as it was" cmp "$root/etc/zfwd.conf" "$root.conf"
    ok "nothing is forgotten" same_known
    ok "no client either" test "$(clients)" -ge "${had:-1000000}"
    ok "zombies get no answer from the new one" unheard
    ok "good servers deliver to it" good 10 11 12
}

nothing_runs() {
    ! live pgrep -af '^zfw|/zfw' &&
        ! live systemctl list-units --plain --no-legend 'zfw*' | grep -w active
}

live_away() {
    known >"$root.known"
    ok "it is removed" live apt-get remove -y -q zfw
    ok "nothing of it runs" nothing_runs
    ok "no rule of it is left" same_tables 0
    ok "the store is left" test -s "$root/var/lib/zfw/zfw.kch"
    ok "whoever was blocked is heard again" world from=192.0.2.42 stack=win10 \
        do=polite rcpt=alice@example.com expect=accepted
    ok "and good servers deliver" good 10 11 12
    ok "it is installed again" live apt-get install -y -q /srv/zfw.deb
    ok "and goes on as it was configured" says "enforce" zfwctl status
    ok "with the blocks of before in the kernel" live_until 5 in_kernel 192.0.2.12
    ok "and all that it knew" same_known
    ok "it is purged" live apt-get purge -y -q zfw
    ok "nothing of it runs any more" nothing_runs
    ok "no rule is left" same_tables 0
    ok "and nothing is left of it" nothing_left
}

dictionary() { # ADDRESS+N
    world -c 3 from="$1" do=dict unknown=15 stack=win10
}

all_listed() { # ADDRESS...
    local a
    live zfwctl blocks >"$root.blocks"
    for a; do
        grep -q "^$a " "$root.blocks" || { echo "$a is missing"; return 1; }
    done
}

# The other common site: rsyslog, and a zfwd.conf that nobody has touched.
# Its mail.log comes when zfwd runs already.
live_rsyslog() {
    local began=$SECONDS
    ok "it is installed before there is a mail.log" \
        live apt-get install -y -q /srv/zfw.deb
    ok "which status says" says missing zfwctl status
    ok "and check" refused "the log /var/log/mail.log can be read: No such file" \
        zfwctl check
    ok "rsyslog is installed" live apt-get install -y -q \
        --no-install-recommends rsyslog logrotate
    live systemctl restart postfix
    ok "a good server is in mail.log" good 10
    # shellcheck disable=SC2016
    ok "which is of group adm" live_until 5 live sh -c \
        '[ "$(stat -c %G:%a /var/log/mail.log)" = adm:640 ]'
    ok "zfwd reads it without being told" \
        live_until 20 says "mail.log: reading" zfwctl status
    ok "check has nothing against it" says "0 failed" zfwctl check
    ok "good servers deliver there" good 11 12
    ok "zombies are at work" dictionary 192.0.2.61+3
    ok "they are listed" live_until 20 all_listed 192.0.2.61 192.0.2.62 192.0.2.63
    dictionary 192.0.2.71+3 >/dev/null 2>&1 &
    ok "the log is rotated under way" live logrotate -f /etc/logrotate.d/rsyslog
    wait $!
    ok "rsyslog has begun a new one" live_until 5 live test -s /var/log/mail.log.1
    ok "zombies come on" dictionary 192.0.2.81+3
    ok "those around the rotation are listed" live_until 20 \
        all_listed 192.0.2.71 192.0.2.72 192.0.2.73
    ok "those behind it, too" live_until 20 \
        all_listed 192.0.2.81 192.0.2.82 192.0.2.83
    ok "it reads the new log" says "mail.log: reading" zfwctl status
    echo "package: beside rsyslog in $((SECONDS - began)) s"
    ok "and is purged there" live apt-get purge -y -q zfw
    ok "with nothing left" nothing_left
}

live_all() {
    ok "a mail server is set up" live_host
    ok "a wire to the world" live_wire
    if ! live_boot >"$root.out" 2>&1; then
        cat "$root.boot"
        echo "skip the quick start: systemd does not boot in namespaces here"
        skipped=$((skipped + 1))
        return 0
    fi
    live_shadow
    live_faults
    live_enforce
    live_upgrade
    live_away
    live_rsyslog
}
