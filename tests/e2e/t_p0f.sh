#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# p0f's query socket, asked by what asks p0f: rspamd's p0f module and
# Haraka's p0f plugin, about clients that really connected.  zfw-fp and p0f
# itself listen beside zfwd and are asked the same.
# usage: bash tests/e2e/t_p0f.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

WIN=192.0.2.71 LIN=192.0.2.72 LIN6=2001:db8:71::72
MOVES=192.0.2.73 FORGED=192.0.2.74

# Both see the same packets as zfwd does.
start_others() {
    local d=$E2E_DIR
    if [ -x "$E2E_BUILD/zfw-fp" ]; then
        gw "$E2E_BUILD/zfw-fp" -i eth0 -s "$d/zfw-fp.sock" -o "$d/zfw-fp.log" \
            >"$d/zfw-fp.err" 2>&1 </dev/null &
        E2E_JOBS="$E2E_JOBS $!"
        wait_for 5 [ -S "$d/zfw-fp.sock" ]
    fi
    if command -v p0f >/dev/null; then
        gw p0f -i eth0 -s "$d/p0f.sock" >"$d/p0f.out" 2>&1 </dev/null &
        E2E_JOBS="$E2E_JOBS $!"
        wait_for 5 grep -q 'main event loop' "$d/p0f.out"
    fi
}

# What depends neither on the signatures nor on how long a connection is
# followed: p0f lets go of one that is no HTTP, and so knows no uptime here.
facts() { # SOCKET ADDRESS
    query "$1" "$2" | sed -E 's/ (first|last|up_min|up_mod_days|nat|chg|quality|os|flavor|link)=("[^"]*"|[^ ]*)//g'
}

group_others() { # after the answers of zfwd
    local a d=$E2E_DIR
    if [ -S "$d/zfw-fp.sock" ]; then
        for a in $WIN $LIN $LIN6 $MOVES 192.0.2.251; do
            ok "zfw-fp says the same of $a as zfwd" same "$(ask $a)" \
                "$(query "$d/zfw-fp.sock" $a)"
        done
        ok "everybody may ask zfw-fp" same 666 "$(stat -c %a "$d/zfw-fp.sock")"
    else
        skip "zfw-fp says the same" "no zfw-fp in this build"
    fi
    if [ -S "$d/p0f.sock" ]; then
        for a in $WIN $LIN $LIN6 $MOVES 192.0.2.251; do
            ok "p0f has the same facts of $a" same "$(facts "$d/p0f.sock" $a)" \
                "$(facts "$SOCK" $a)"
        done
    else
        skip "p0f has the same facts" "no p0f here"
    fi
}

query() { # p0fquery's arguments
    gw "$E2E_BUILD/tests/tools/p0fquery" "$@"
}

ask() { # ADDRESS
    query "$SOCK" "$1"
}

says() { # ADDRESS EXTENDED-REGEX: within the answer
    local out
    out=$(ask "$1")
    grep -qE -e "$2" <<<"$out" && return 0
    say "$out"
    return 1
}

field() { # NAME ADDRESS
    ask "$2" | sed -nE "s/.* $1=\"?([^ \"]*)\"?.*/\1/p"
}

recent() { # SECONDS-SINCE-1970: not in the future and not long ago
    local age=$(($(date +%s) - $1))
    [ "$age" -ge 0 ] && [ "$age" -le 60 ]
}

talk() { # ADDRESS STACK [MORE...]: a session from its SYN to its QUIT
    local from=$1 stack=$2
    shift 2
    zombies -q from="$from" stack="$stack" do=polite helo=pc.example.net \
        rcpt=alice@$E2E_DOMAIN expect= "$@" >/dev/null 2>&1
}

start() { # MORE LINES of zfwd.conf
    start_zfwd 'mode = shadow' "$@" ||
        die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
}

refused() { # REGEX LINE...: zfwd ends at once and says that
    local why=$1 out
    shift
    e2e_conf "$@" >"$E2E_DIR/zfwd.conf"
    out=$(ZFW_ENGINE=$E2E_DIR/bin/zfw-engine gw timeout 10 \
        "$E2E_DIR/bin/zfwd" -f -c "$E2E_DIR/zfwd.conf" 2>&1) && return 1
    grep -qE -e "$why" <<<"$out" && return 0
    say "$out"
    return 1
}

group_socket() {
    start
    ok "without the key there is no socket" [ ! -e "$SOCK" ]
    stop_zfwd
    say "not a socket" >"$SOCK"
    ok "a file in the way ends the start" refused \
        'p0f-socket: .*: File exists' "p0f_socket = \"$SOCK\""
    ok "and stays" grep -q 'not a socket' "$SOCK"
    rm -f "$SOCK"
    ok "so does a group that there is not" refused \
        'p0f-group: no such group: nosuch' "p0f_socket = \"$SOCK\"" \
        'p0f_group = "nosuch"'
    start "p0f_socket = \"$SOCK\""
    ok "the socket belongs to zfw's group" same "660 $(e2e_owner):64801" \
        "$(stat -c '%a %u:%g' "$SOCK")"
    gw pkill -KILL -x 'zfwd|zfw-engine'
    wait "$E2E_ZFWD" 2>/dev/null
    wait_for 5 not gw pgrep zfw
    ok "a socket that was left over is there" [ -S "$SOCK" ]
    start "p0f_socket = \"$SOCK\"" "p0f_group = \"$GROUP\""
    ok "and is taken over, with the group of the configuration" \
        same "660 $(e2e_owner):$GROUP" "$(stat -c '%a %u:%G' "$SOCK")"
}

group_answers() {
    local first
    # Long enough that a late timestamp makes no other frequency.
    local long="do=greet ehlo sleep:$((400 * E2E_SLOW)) mail rcpts data body quit"
    ok "nobody is known at first" says $WIN 'status=0x20$'
    talk $WIN win10
    talk $LIN linux "$long"
    talk $LIN6 linux "$long"
    ok "a Windows is one" says $WIN 'os="Windows"'
    ok "a Linux is one" says $LIN 'os="Linux"'
    ok "over IPv6 as well" says $LIN6 'os="Linux"'
    ok "with the version's flavor" says $WIN 'flavor="[^"]+"'
    ok "and its distance" says $WIN ' dist=11 '
    ok "the link is told by the MTU" says $WIN 'link="[^"]+"'
    ok "one connection was made" says $WIN ' conn=1 '
    ok "just now" recent "$(field first $WIN)"
    ok "and last seen then or later" recent "$(field last $WIN)"
    ok "nothing changed, nobody shares" says $WIN ' nat=0 chg=0 '
    ok "there is no bad software, nothing of HTTP, no language" \
        says $WIN ' bad_sw=0 .*http="" .*language=""$'
    ok "without timestamps there is no uptime" says $WIN ' up_min=0 up_mod_days=0 '
    ok "with them there is" says $LIN ' up_mod_days=49 '
    ok "IPv4 in IPv6 is the same" says ::ffff:$WIN 'os="Windows"'
    ok "the neighbour of an IPv6 address is somebody else" \
        says ${LIN6%72}73 'status=0x20$'
    first=$(field first $WIN)
    talk $WIN win10
    ok "a second connection counts" says $WIN " first=$first .* conn=2 "
    ok "nonsense has an answer" says_bad
}

says_bad() {
    query -b "$SOCK" $WIN | head -n 1 | grep -qx 'nonsense status=0000'
}

group_change() {
    talk $MOVES win10
    talk $MOVES linux
    ok "another system is a change" recent "$(field chg $MOVES)"
    ok "not yet sharing" says $MOVES ' nat=0 '
    talk $MOVES win10
    ok "and back again is sharing" recent "$(field nat $MOVES)"
    ok "the latest is told" says $MOVES 'os="Windows"'
    talk $FORGED linux
    zombies -q from=$FORGED stack=win10 do=syn expect= >/dev/null 2>&1
    wait_for 5 says $FORGED ' conn=2 '
    ok "a forged SYN is seen" says $FORGED ' conn=2 '
    ok "but does not change what is said" says $FORGED 'os="Linux".*'
    ok "nor is it a change" says $FORGED ' chg=0 '
}

group_idle() {
    ok "2,000 silent connections keep nobody out" eval \
        "query -i 2000 '$SOCK' $WIN $LIN | grep -c 'status=0x10' | grep -qx 2"
    ok "and the daemon says so" eval \
        "zfwctl --format json status | tr -d ' \n' | grep -qE '\"evicted\":1[0-9]{3}'"
}

# --- rspamd ------------------------------------------------------------------

rspamd_conf() {
    cat <<-END
	options { dns { nameserver = ["127.0.0.1:53:1"]; timeout = 0.1s; retransmits = 1; }
	    filters = ""; url_tld = "$1/tld"; disable_hyperscan = true; history_rows = 1; explicit_modules = ["p0f"]; local_addrs = ["127.0.0.0/8"];
	    cache_file = "$1/symbols.cache"; hs_cache_dir = "$1"; rrd = ""; pidfile = "$1/pid"; }
	logging { type = "file"; filename = "$1/log"; level = "info"; }
	worker "normal" { bind_socket = "127.0.0.1:11333"; count = 1; }
	worker "controller" { bind_socket = "127.0.0.1:11334"; count = 1; password = "x";
	    secure_ip = ["127.0.0.1"]; stats_path = "$1/stats"; }
	modules { path = "/usr/share/rspamd/plugins/p0f.lua"; }
	actions { reject = 100; add_header = 50; }
	p0f { enabled = true; socket = "$SOCK"; symbol = "P0F";
	    patterns { IS_WINDOWS = '^Windows.*'; AT_11 = '^distance=11\$'; } }
	END
}

scan() { # ADDRESS
    printf 'From: a@example.net\nTo: b@example.com\nSubject: x\n\nHello\n' |
        gw rspamc -h 127.0.0.1:11333 --ip "$1" symbols
}

scan_works() {
    scan 192.0.2.250 | grep -q Action
}

group_rspamd() {
    local d=$E2E_DIR/rspamd out
    if ! command -v rspamd >/dev/null || ! command -v rspamc >/dev/null; then
        skip "rspamd asks" "no rspamd here"
        return
    fi
    install -d -o _rspamd -g _rspamd "$d"
    rspamd_conf "$d" >"$d/rspamd.conf"
    printf '%s\n' com net org >"$d/tld" # the whole list takes a minute
    gw rspamd -f -u _rspamd -g _rspamd -c "$d/rspamd.conf" \
        >"$d/err" 2>&1 </dev/null &
    E2E_JOBS="$E2E_JOBS $!"
    if ! wait_for 30 scan_works; then
        tail -n 20 "$d/err" "$d/log"
        ok "rspamd starts" false
        return
    fi
    out=$(scan $WIN)
    ok "rspamd's pattern for Windows has our label" \
        rspamd_has "$out" 'IS_WINDOWS .*\[Windows [^]]*10'
    ok "the one for the distance matches" rspamd_has "$out" 'AT_11 .*=11\]'
    ok "the rest stands in P0F" rspamd_has "$out" 'P0F .*\[link=[^u]'
    out=$(scan $LIN6)
    ok "rspamd asks about IPv6, too" rspamd_has "$out" 'P0F .*Linux'
    ok "that is no Windows" not rspamd_has "$out" IS_WINDOWS
    out=$(scan 192.0.2.251)
    ok "of a stranger rspamd says nothing" not rspamd_has "$out" P0F
    ok "rspamd has no complaint" not grep -qiE 'p0f.*(error|malformed)' "$d/log"
}

rspamd_has() { # OUTPUT REGEX
    grep -qE "Symbol: .*$2" <<<"$1" && return 0
    say "$1"
    return 1
}

# --- Haraka ------------------------------------------------------------------

# Its plugin, with as much of a Haraka around it as it needs.
haraka_host() {
    cat <<-'END'
	const plugin = require('haraka-plugin-p0f')
	const [socket, ...ips] = process.argv.slice(2)
	plugin.name = 'p0f'
	plugin.config = { get: () => ({ main: { socket_path: socket, add_header: 'X-P0F' } }) }
	const hooks = []
	plugin.register_hook = (hook, method) => hooks.push([hook, method])
	plugin.register()
	const server = { notes: {}, logerror: (...a) => console.log('error', ...a) }
	const ask = (ip, then) => {
	    const results = {}
	    const headers = []
	    const connection = { server, remote: { ip, is_private: false },
	        loginfo: () => {}, logdebug: () => {}, logerror: (...a) => console.log('error', ...a),
	        results: { add: (p, r) => Object.assign(results, r), get: () => results },
	        transaction: { remove_header: () => {}, add_header: (k, v) => headers.push(k + ': ' + v) } }
	    const run = (name, next) => plugin[hooks.find(([h]) => h === name)[1]](next, connection)
	    run('lookup_rdns', () => run('data_post', () => {
	        console.log(JSON.stringify(results), headers.join('|'))
	        then()
	    }))
	}
	plugin.start_p0f_client(() => {
	    const next = () => ips.length ? ask(ips.shift(), next) : process.exit(0)
	    // as a Haraka does: connected long before the first question
	    setTimeout(next, 1000)
	}, server)
	setTimeout(() => { console.log('error: too slow'); process.exit(1) }, 15000)
	END
}

group_haraka() {
    local d=$E2E_DIR/haraka out
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        skip "Haraka's plugin asks" "no node and npm here"
        return
    fi
    mkdir -p "$d"
    if ! timeout 60 npm install --no-save --no-audit --no-fund --ignore-scripts \
        --prefix "$d" haraka-plugin-p0f >"$d/npm.out" 2>&1; then
        skip "Haraka's plugin asks" "npm cannot have haraka-plugin-p0f"
        return
    fi
    haraka_host >"$d/host.js"
    if ! node --check "$d/host.js" || ! (cd "$d" && node -e "require('haraka-plugin-p0f')"); then
        skip "Haraka's plugin asks" "this node cannot run it"
        return
    fi
    out=$(gw env -C "$d" node host.js "$SOCK" $WIN $LIN6 192.0.2.251 2>&1)
    ok "Haraka's plugin has our label" has "$out" 1 '"os_name":"Windows"'
    ok "the distance" has "$out" 1 '"distance":11'
    ok "the number of connections" has "$out" 1 "\"total_conn\":$(field conn $WIN)"
    ok "the times" has "$out" 1 "\"first_seen\":$(field first $WIN),\"last_seen\":$(field last $WIN)"
    ok "and writes its header" has "$out" 1 'X-P0F: os="Windows '
    ok "it asks about IPv6, too" has "$out" 2 '"os_name":"Linux"'
    ok "of a stranger it knows nothing" has "$out" 3 '"err":"no p0f note"'
    ok "Haraka's plugin has no complaint" not grep -q '^error' <<<"$out"
}

has() { # TEXT LINE FIXED-STRING
    sed -n "${2}p" <<<"$1" | grep -qF -e "$3" && return 0
    say "$1"
    return 1
}

e2e_setup
SOCK=$E2E_DIR/run/p0f
GROUP=mail
getent group _rspamd >/dev/null && GROUP=_rspamd
start_postfix
group_socket
start_others
group_answers
group_change
group_others
group_rspamd
group_haraka
group_idle
zt_end
