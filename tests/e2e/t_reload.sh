#!/usr/bin/env bash
# The configuration read again while mail flows: shadow to enforce and back with
# real packets and an open session, limits, logs, the allow list, block_file,
# texts of the front; an error leaves all as it was; what needs a restart is
# named; SIGHUP does the same.
# usage: bash tests/e2e/t_reload.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2015,SC2086,SC2119
. "$(dirname "$0")/lib.sh"

BLOCKED=192.0.2.7
LISTED=203.0.113.77

conf() { # LINE...: another configuration, in place
    e2e_conf "$@" >"$E2E_DIR/zfwd.conf"
}

reload() { # its exit status; what it said in reload.out
    zfwctl reload >"$E2E_DIR/reload.out" 2>&1
}

said() { # REGEX: the last reload
    grep -qE -- "$1" "$E2E_DIR/reload.out" && return
    cat "$E2E_DIR/reload.out"
    return 1
}

logged() {
    grep -qE -- "$1" "$E2E_DIR/zfwd.err"
}

passes() { # ADDRESS: greeted
    zombies -q from="$1" do=probe ladder= connect=1500 expect=greeted
}

dropped() { # ADDRESS
    zombies -q from="$1" do=probe ladder= connect=500 expect=dropped
}

mode_is() {
    zfwctl status | grep -qE "^mode +$1"
}

table() {
    gw nft list table inet zfw
}

# A session of a good server that is open all the while.
start_session() {
    mkfifo "$E2E_DIR/go"
    net python3 - "$E2E_GW4" "$E2E_DIR/go" >"$E2E_DIR/session.out" 2>&1 <<-'END' &
	import socket, sys
	s = socket.create_connection((sys.argv[1], 25), 10, ("203.0.113.15", 0))
	f = s.makefile("rwb")
	f.readline()
	f.write(b"EHLO mail.example.org\r\n"); f.flush()
	while f.readline()[3:4] == b"-":
	    pass
	print("open", flush=True)
	open(sys.argv[2]).read()
	f.write(b"NOOP\r\n"); f.flush()
	print(f.readline().decode().strip(), flush=True)
	END
    E2E_JOBS="$E2E_JOBS $!"
    wait_for 10 grep -q open "$E2E_DIR/session.out"
}

session_lives() {
    echo >"$E2E_DIR/go"
    wait_for 5 grep -q '^250' "$E2E_DIR/session.out" && return
    cat "$E2E_DIR/session.out"
    return 1
}

engine_pid() {
    gw pgrep -x zfw-engine
}

modes() {
    local before after
    start_zfwd 'mode = shadow' 'front = tproxy' || die "zfwd does not start"
    start_session || die "no session"
    zfwctl block $BLOCKED --for 1h >/dev/null
    before=$(engine_pid)
    ok "in shadow mode a blocked client is served" passes $BLOCKED
    conf 'mode = enforce' 'front = tproxy'
    ok "the mode is enforce after a reload" reload
    ok "which says so" said '^mode enforce'
    ok "and names what has changed" said '^in force: mode'
    ok "the block that was listed is real" in_set $BLOCKED reject4
    conf 'mode = enforce' 'front = tproxy' 'leak = 7'
    zfwctl unblock $BLOCKED >/dev/null
    zfwctl block $BLOCKED --for 2h >/dev/null
    ok "the front rejects it" zombies -q from=$BLOCKED do=polite \
        rcpt=alice@$E2E_DOMAIN ladder= connect=1500 expect=550
    ok "and nobody else is stopped" passes 192.0.2.8
    ok "blocks does not call it shadow any more" \
        not grep -q shadow <<<"$(zfwctl blocks)"
    conf 'mode = shadow' 'front = tproxy'
    ok "back to shadow" reload
    ok "its element is gone" not in_set $BLOCKED reject4
    ok "the client is served again" passes $BLOCKED
    ok "the block is still listed" grep -q "^$BLOCKED .*(shadow)" <<<"$(zfwctl blocks)"
    conf 'mode = enforce' 'front = off'
    ok "and to enforce" reload
    ok "the front needs a restart, it says" said '^not in force before a restart of zfwd: front$'
    ok "status tells of it, too" grep -q '^restart .*front' <<<"$(zfwctl status)"
    after=$(engine_pid)
    ok "all in one process" same "$before" "$after"
    ok "the open session has survived it all" session_lives
    stop_zfwd
    start_zfwd 'mode = enforce' || die "zfwd does not start"
    ok "a restart keeps the block, too" wait_for 3 in_set $BLOCKED reject4
    ok "and drops, for there is no front now" dropped $BLOCKED
    zfwctl unblock $BLOCKED >/dev/null
}

rules() {
    conf 'mode = enforce' 'leak = 10' 'ports = {25, 2525}'
    ok "a leak and another port" reload
    ok "the leak is in the rules" grep -q jhash <<<"$(table)"
    ok "so is the port" grep -q 2525 <<<"$(table)"
    conf 'mode = enforce' 'ports = {25}'
    ok "both go again" reload
    ok "from the rules" not grep -qE 'jhash|2525' <<<"$(table)"
    conf 'mode = enforce' "allow = {\"$BLOCKED\"}"
    zfwctl block $BLOCKED >/dev/null
    ok "an allowed address" reload
    ok "is not blocked any more" not in_set $BLOCKED
    ok "and cannot be" not zfwctl block $BLOCKED
    conf 'mode = enforce' 'never_block = {"192.0.2.16/28"}'
    ok "allowed no more" reload
    ok "it can be blocked" zfwctl block $BLOCKED
    ok "but not who is never blocked now" not zfwctl block 192.0.2.17
    zfwctl unblock $BLOCKED >/dev/null
}

errors() {
    local before
    conf 'mode = enforce'
    reload
    before=$(table | grep -v counter)
    conf 'mode = shadow' 'block_rate = 60' 'tiers = {"10"}'
    ok "a bad value is refused" not reload
    ok "with file and line" said 'zfwd.conf:[0-9]+: tiers: '
    gw kill -HUP "$(zfwd_pid)"
    ok "by SIGHUP, too, in the log" wait_for 3 \
        logged 'reload-failed: .*zfwd.conf:[0-9]+: tiers: .*everything stays as it was'
    printf '192.0.2.0/24\n192.0.2.1/24\n' >"$E2E_DIR/drop.txt"
    conf 'mode = shadow' "block_file = {\"$E2E_DIR/drop.txt\"}"
    ok "so is a list with a bad line" not reload
    ok "with its file and line" said 'drop.txt:2: .*everything stays as it was'
    conf 'mode = shadow' 'patterns = {"accept ^("}'
    ok "a bad pattern" not reload
    conf 'mode = shadow' "signature_files = {\"$E2E_DIR/none.fp\"}"
    ok "and a file that is not there" not reload
    conf 'mode = shadow' 'interface = {"eth0", "eth9"}'
    ok "an interface that is not there" not reload
    ok "with file, line and its name" \
        said 'zfwd.conf:[0-9]+: interface: there is no eth9 .*everything stays as it was'
    gw kill -HUP "$(zfwd_pid)"
    ok "the same by SIGHUP" wait_for 3 logged 'reload-failed: .*no eth9'
    ok "zfwd -n does not like it" not gw "$E2E_DIR/bin/zfwd" -n -c "$E2E_DIR/zfwd.conf"
    conf 'mode = shadow'
    chmod 666 "$E2E_DIR/zfwd.conf"
    ok "a file that anybody may write" not reload
    ok "is refused by the guard" logged 'reload-file: .*must belong to root'
    chmod 644 "$E2E_DIR/zfwd.conf"
    conf 'mode = enforce'
    ok "the mode has stayed" mode_is enforce
    ok "and every rule" same "$before" "$(table | grep -v counter)"
    ok "a good file is taken again" reload
    conf 'mode = enforce' 'interface = {"eth0", "lo"}' 'queue = 7' 'leak = 5'
    ok "an interface that is there" reload
    ok "waits for a restart, in one sentence with what else does" \
        said '^not in force before a restart of zfwd: interface, queue$'
    ok "as the log says, once" same 1 \
        "$(grep -c 'reload-restart: .*interface, queue' "$E2E_DIR/zfwd.err")"
    ok "the rest is in force" said '^in force: leak$'
    conf 'mode = enforce'
    ok "as it was" reload
}

logs() {
    local more=$E2E_DIR/log/more.log stamp
    conf 'mode = enforce' "log = {\"$E2E_DIR/log/mail.log\", \"$more\"}"
    install -m 640 -o root -g adm /dev/null "$more"
    ok "another log" reload
    ok "is read" wait_for 3 grep -q "more.log: reading" <<<"$(zfwctl status)"
    stamp=$(date '+%b %e %H:%M:%S')
    say "$stamp mx postfix/smtpd[9]: connect from unknown[192.0.2.44]:999" >>"$more"
    ok "from its first line on" wait_for 3 understood more.log 1
    conf 'mode = enforce' "log = {\"$more\"}"
    ok "the first one goes" reload
    ok "from status" not grep -q "mail.log" <<<"$(zfwctl status)"
    say "$stamp mx postfix/smtpd[9]: disconnect from unknown[192.0.2.44]:999" >>"$more"
    ok "the other is still followed" wait_for 3 understood more.log 2
    conf 'mode = enforce' "log = {\"$more\"}" \
        "patterns = {'content_reject ^guard[[]9]: refused (?<client>[0-9.]+) '}"
    ok "a pattern of our own" reload
    say "$stamp mx guard[9]: refused 192.0.2.45 for ever" >>"$more"
    ok "is used" wait_for 3 grep -qE '^ +matched +1' <<<"$(sleep 1; zfwctl status)"
    conf 'mode = enforce'
    ok "the first one comes back" reload
    ok "and is read" wait_for 3 grep -q "mail.log: reading" <<<"$(zfwctl status)"
}

understood() { # FILE N
    zfwctl status | grep -qE "$1: reading.* $2 lines"
}

texts() {
    stop_zfwd
    start_zfwd 'mode = enforce' 'front = tproxy' || die "zfwd does not start"
    zfwctl block $BLOCKED >/dev/null
    conf 'mode = enforce' 'front = tproxy' 'front_name = "other.example.net"' \
        'front_url = "https://page.example.net"'
    ok "other texts of the front" reload
    ok "its name is in its greeting" grep -q '^220 other.example.net' <<<"$(greeting)"
    zfwctl unblock $BLOCKED >/dev/null
}

# What a blocked client hears first, by the kernel's own TCP.
greeting() {
    zfwctl block 203.0.113.16 >/dev/null
    net python3 - "$E2E_GW4" <<-'END'
	import socket, sys
	s = socket.create_connection((sys.argv[1], 25), 10, ("203.0.113.16", 0))
	print(s.makefile().readline())
	END
    zfwctl unblock 203.0.113.16 >/dev/null
}

lists() {
    printf '# a drop list\n203.0.113.64/26\n2001:db8:77::/48 ; a label\n%s\n' \
        198.51.100.0/24 >"$E2E_DIR/drop.txt"
    ok "its client is served" passes $LISTED
    conf 'mode = enforce' "block_file = {\"$E2E_DIR/drop.txt\"}"
    ok "a block_file" reload
    ok "has so many networks" said '^3 networks always blocked'
    ok "in the kernel" gw nft get element inet zfw blocklist4 "{ $LISTED }"
    ok "which drops its clients" dropped $LISTED
    ok "of IPv6, too" dropped 2001:db8:77::9
    # cb00:7141 stands where IPv4 has its source address: 203.0.113.65
    ok "but no IPv6 client that only has such bytes" \
        passes 2001:db8:cb00:7141::9
    ok "but not our gateway, which it has as well" \
        not gw nft get element inet zfw blocklist4 '{ 198.51.100.2 }'
    ok "why says so" grep -q "always blocked: a block_file has 203.0.113.64/26" \
        <<<"$(zfwctl why $LISTED)"
    ok "status says so" grep -qE '^block_file +3 networks' <<<"$(zfwctl status)"
    ok "they are counted" grep -qE 'listed +[1-9]' <<<"$(zfwctl status)"
    ok "in the statistics, too" python3 -c 'import json, sys
t = json.load(sys.stdin)["tally"]["today"]
sys.exit(not 1 <= t["attempts_listed"] <= t["attempts_prevented"])' \
        <<<"$(zfwctl --format json status)"
    zfw_whitelist add $LISTED >/dev/null
    ok "the allow list wins" passes $LISTED
    zfw_whitelist del $LISTED >/dev/null
    gw nft delete table inet zfw
    ok "after the table was deleted they come back" wait_for 5 \
        gw nft get element inet zfw blocklist4 "{ $LISTED }"
    ok "and drop" dropped $LISTED
    conf 'mode = shadow' "block_file = {\"$E2E_DIR/drop.txt\"}"
    ok "in shadow mode" reload
    ok "they block nobody" passes $LISTED
    conf 'mode = enforce' "block_file = {\"$E2E_DIR/drop.txt\"}"
    reload
    ok "in enforce mode again" dropped $LISTED
    sed -i /203/d "$E2E_DIR/drop.txt"
    ok "without that network" reload
    ok "its client is served again" passes $LISTED
}

e2e_setup
start_postfix
modes
rules
errors
logs
lists
texts
ok "a good server was never stopped" good_mail 203.0.113.10 reload-end
ok "nor was anything out of order" not logged 'died|malformed|forbidden'
zt_end
