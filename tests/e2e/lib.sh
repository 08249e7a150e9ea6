# shellcheck shell=bash disable=SC2015,SC2086,SC2120
# What the end-to-end tests and the demo stand on.  Source it after setting
# nothing: `. "$(dirname "$0")/lib.sh"` takes the build directory from $1.
#
# Two network namespaces, a wire between them.  `gw` runs a command in the
# gateway: real Postfix, zfwd, nftables; `net` runs one in the rest of the
# world.  Both have a mount and a process namespace of their own, so that
# users, names and Postfix's files are private and everything that was
# started there ends with them.  Nothing of the host is changed.
#
#   gateway     198.51.100.1    2001:db8:ffff::1   interface eth0
#   the world   198.51.100.2    2001:db8:ffff::2   interface eth0
#   good (swaks, kernel TCP)    203.0.113.10 .. .19, 2001:db8:60::10 .. ::13
#   everybody else (ztraffic)   192.0.2.0/24, the rest of 203.0.113.0/24 and
#                               of 2001:db8::/32
#
# With e2e_behind before start_postfix the mail server runs in a third pair of
# namespaces behind the gateway, which has port 25 DNATed to it, as for
# containers: 203.0.113.250 and 2001:db8:25::2.
#
# A test is: e2e_setup; start_postfix; start_zfwd 'tiers = {"10min"}';
# zombies from=192.0.2.7 do=early rcpt=...; ok "it is blocked" wait_for 5
# in_set 192.0.2.7; zt_end.  With E2E_KEEP=1 in the environment the directory
# with logs, captures and mailboxes ($E2E_DIR) stays.
set -u

E2E_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
E2E_BUILD=$(cd "$E2E_SRC" && realpath -m "${1:-build}")
E2E_NAME=$(basename "$0" .sh)
E2E_GW4=198.51.100.1
E2E_GW6=2001:db8:ffff::1
E2E_DOMAIN=example.com
E2E_TRAP=trap@$E2E_DOMAIN        # deliverable, but nobody's address
E2E_OLD_TRAP=oldtrap@$E2E_DOMAIN # a trap that is not deliverable
E2E_USERS="alice bob carol postmaster trap"
E2E_SLOW=${ZFW_TEST_SLOW:-1} # so many times longer every wait may take
E2E_DIR='' E2E_GW_PID='' E2E_NET_PID='' E2E_MX_PID='' E2E_ZFWD=''
E2E_JOBS='' # of this shell, in the background: ended by the cleanup
zt_passed=0 zt_failed=0 zt_skipped=0
# shellcheck source=tests/e2e/unitlib.sh
. "$E2E_SRC/tests/e2e/unitlib.sh"

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "$E2E_NAME" "$*" >&2
    exit 1
}

skip_all() { # WHY: the whole test cannot run here
    say "skip $E2E_NAME: $*"
    exit 77
}

skip() { # SENTENCE WHY: one case cannot
    zt_skipped=$((zt_skipped + 1))
    say "skip $1: $2"
}

ok() { # SENTENCE COMMAND...: one counted case
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then
        zt_passed=$((zt_passed + 1))
        return 0
    fi
    zt_failed=$((zt_failed + 1))
    say "FAIL $name"
    say "    by: $*"
    [ -z "$out" ] || printf '%s\n' "$out" | tail -n 12 | sed 's/^/    /'
    return 1
}

not() {
    ! "$@"
}

same() { # WANT GOT
    [ "$1" = "$2" ] && return 0
    printf 'want: %s\ngot:  %s\n' "$1" "$2"
    return 1
}

wait_for() { # SECONDS COMMAND...: polls until it succeeds
    local until=$(($(date +%s%N) / 1000000 + $1 * 1000 * E2E_SLOW))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $(($(date +%s%N) / 1000000)) -ge "$until" ]; then
            "$@" # once more, to be seen
            return 1
        fi
        sleep 0.05
    done
}

zt_end() { # the last command of a test
    local f
    if [ "$zt_failed" -gt 0 ]; then
        for f in zfwd.err log/mail.log; do
            [ -s "$E2E_DIR/$f" ] || continue
            say "--- the end of $f"
            tail -n 15 "$E2E_DIR/$f"
        done
    fi
    e2e_say_confined
    e2e_cleanup
    say "zt $zt_passed $zt_failed $zt_skipped"
    [ "$zt_failed" -eq 0 ]
    exit
}

# E2E_BROWSER=0 in the environment: as if there were none.
has_browser() {
    [ "${E2E_BROWSER:-1}" != 0 ] && command -v chromium >/dev/null &&
        command -v chromedriver >/dev/null
}

# --- namespaces ------------------------------------------------------------

e2e_possible() {
    local p
    [ "$(id -u)" -eq 0 ] || skip_all "needs root"
    for p in ip unshare nsenter nft postfix; do
        command -v "$p" >/dev/null || skip_all "no program $p"
    done
    unshare --mount --net --pid --fork true 2>/dev/null ||
        skip_all "no new namespaces here"
}

# The private copies that are mounted over the host's files.
e2e_files() {
    local d=$E2E_DIR u
    mkdir -p "$d"/{etc,postfix,spool,lib,log,mail,run,state,bin}
    grep -vE '^zfw(-guard)?:' /etc/passwd >"$d/etc/passwd"
    grep -vE '^(zfw(-guard)?|adm):' /etc/group >"$d/etc/group"
    cat >>"$d/etc/passwd" <<-END
	zfw:x:64801:64801:zfw engine:/nonexistent:/usr/sbin/nologin
	zfw-guard:x:64802:64802:zfw guard:/nonexistent:/usr/sbin/nologin
	END
    cat >>"$d/etc/group" <<-END
	adm:x:4:
	zfw:x:64801:
	zfw-guard:x:64802:
	END
    cat >"$d/etc/hosts" <<-END
	127.0.0.1 localhost
	::1 localhost
	$E2E_GW4 mx.$E2E_DOMAIN
	$E2E_GW6 mx.$E2E_DOMAIN
	END
    for u in 10 11 12 13; do
        say "203.0.113.$u mail$u.example.org" >>"$d/etc/hosts"
        say "2001:db8:60::$u mail$u.example.org" >>"$d/etc/hosts"
    done
    printf '%s: files\n' passwd group shadow hosts >"$d/etc/nsswitch.conf"
    : >"$d/etc/resolv.conf"
    chown zfw:zfw "$d/state" 2>/dev/null || chown 64801:64801 "$d/state"
    install -d -o 65534 -g 65534 "$d/mail"
    for u in zfwd zfw-engine zfw-journal zfw-front zfw-join zfwctl zfw-whitelist zfw-replay; do
        [ ! -x "$E2E_BUILD/$u" ] || cp "$E2E_BUILD/$u" "$d/bin/"
    done
    e2e_holder >"$d/holder.sh"
}

# Process 1 of a pair of namespaces: mounts, says so, then only reaps.
e2e_holder() {
    cat <<-'END'
	set -eu
	d=$1
	ip link set lo up
	for f in passwd group hosts nsswitch.conf resolv.conf; do
	    [ ! -e "/etc/$f" ] || mount --bind "$d/etc/$f" "/etc/$f"
	done
	mount --bind "$d/postfix" /etc/postfix
	mount --bind "$d/spool" /var/spool/postfix
	mount --bind "$d/lib" /var/lib/postfix
	: >"$d/$2.ready"
	while :; do sleep 3600 & wait; done
	END
}

e2e_hold() { # NETNS NAME: prints the process id to enter by
    local outer child=''
    ip netns exec "$1" unshare --mount --pid --fork --kill-child \
        --mount-proc bash "$E2E_DIR/holder.sh" "$E2E_DIR" "$2" \
        >"$E2E_DIR/$2.err" 2>&1 </dev/null &
    outer=$!
    if ! wait_for 5 test -e "$E2E_DIR/$2.ready"; then
        cat "$E2E_DIR/$2.err" >&2
        return 1
    fi
    child=$(pgrep -P "$outer") && say "$child"
}

gw() {
    nsenter -t "$E2E_GW_PID" -m -n -p -- "$@"
}

net() {
    nsenter -t "$E2E_NET_PID" -m -n -p -- "$@"
}

mx() { # where the mail server runs
    nsenter -t "${E2E_MX_PID:-$E2E_GW_PID}" -m -n -p -- "$@"
}

e2e_wire() {
    local g="zfw-$$-gw" n="zfw-$$-net" a
    # While a link-local address is being tried nobody finds its neighbours.
    for a in "$g" "$n"; do
        ip netns exec "$a" sysctl -qw net.ipv6.conf.default.dad_transmits=0
    done
    ip link add eth0 netns "$g" type veth peer name eth0 netns "$n" &&
        ip -n "$g" addr add $E2E_GW4/24 dev eth0 &&
        ip -n "$n" addr add 198.51.100.2/24 dev eth0 &&
        ip -n "$g" addr add $E2E_GW6/64 dev eth0 nodad &&
        ip -n "$n" addr add 2001:db8:ffff::2/64 dev eth0 nodad || return 1
    for a in 10 11 12 13 14 15 16 17 18 19; do
        ip -n "$n" addr add 203.0.113.$a/32 dev lo
    done
    for a in 10 11 12 13; do
        ip -n "$n" addr add 2001:db8:60::$a/128 dev lo nodad
    done
    ip -n "$g" link set eth0 up && ip -n "$n" link set eth0 up &&
        ip -n "$g" route add default via 198.51.100.2 &&
        ip -n "$g" -6 route add default via 2001:db8:ffff::2 &&
        ip -n "$n" route add default via $E2E_GW4 &&
        ip -n "$n" -6 route add default via $E2E_GW6
}

e2e_setup() {
    e2e_possible
    trap e2e_cleanup EXIT
    trap 'exit 1' INT TERM HUP
    E2E_DIR=$(mktemp -d /tmp/zfw-e2e.XXXXXX) || die "no temporary directory"
    chmod 755 "$E2E_DIR"
    e2e_files
    if ! ip netns add "zfw-$$-gw" || ! ip netns add "zfw-$$-net"; then
        skip_all "no network namespaces here"
    fi
    e2e_wire || die "the wire between the namespaces failed"
    E2E_GW_PID=$(e2e_hold "zfw-$$-gw" gw) || die "no gateway namespace"
    E2E_NET_PID=$(e2e_hold "zfw-$$-net" net) || die "no net namespace"
}

E2E_MX4=203.0.113.250 E2E_MX6=2001:db8:25::2

e2e_behind() {
    local g="zfw-$$-gw" m="zfw-$$-mx"
    ip netns add "$m" &&
        ip link add mx0 netns "$g" type veth peer name eth0 netns "$m" &&
        ip -n "$g" addr add 203.0.113.249/29 dev mx0 &&
        ip -n "$m" addr add $E2E_MX4/29 dev eth0 &&
        ip -n "$g" addr add 2001:db8:25::1/64 dev mx0 nodad &&
        ip -n "$m" addr add $E2E_MX6/64 dev eth0 nodad &&
        ip -n "$g" link set mx0 up && ip -n "$m" link set eth0 up &&
        ip -n "$m" route add default via 203.0.113.249 &&
        ip -n "$m" -6 route add default via 2001:db8:25::1 || return
    E2E_MX_PID=$(e2e_hold "$m" mx) || return
    gw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    gw nft -f - <<-END
	table inet site {
	    chain pre {
	        type nat hook prerouting priority dstnat
	        iifname eth0 meta nfproto ipv4 tcp dport 25 dnat ip to $E2E_MX4
	        iifname eth0 meta nfproto ipv6 tcp dport 25 dnat ip6 to $E2E_MX6
	    }
	}
	END
}

# Ends what was started in the namespaces (process 1 takes all with it) and
# deletes them and our directory.
e2e_cleanup() {
    trap - EXIT
    local p
    e2e_go_on
    for p in $E2E_JOBS; do
        kill "$p" 2>/dev/null && wait "$p" 2>/dev/null
    done
    for p in $E2E_GW_PID $E2E_NET_PID $E2E_MX_PID; do
        kill -KILL "$p" 2>/dev/null
        wait_for 5 not kill -0 "$p"
    done
    E2E_GW_PID='' E2E_NET_PID='' E2E_MX_PID=''
    ip netns del "zfw-$$-mx" 2>/dev/null
    ip netns del "zfw-$$-gw" 2>/dev/null
    ip netns del "zfw-$$-net" 2>/dev/null
    if [ -n "${E2E_KEEP:-}" ]; then
        say "note kept $E2E_DIR"
    elif [ -n "$E2E_DIR" ]; then
        rm -rf "$E2E_DIR"
    fi
    E2E_DIR=''
    return 0
}

add_host() { # ADDRESS NAME: a confirmed name, for Postfix
    say "$1 $2" >>"$E2E_DIR/etc/hosts"
}

# --- Postfix ---------------------------------------------------------------

e2e_users() { # SUFFIX of the value: "name=value" pairs for inline:{...}
    local u sep=''
    for u in $E2E_USERS; do
        printf '%s%s=%s' "$sep" "$u$1" "$u/"
        sep=', '
    done
}

e2e_main_cf() {
    cat <<-END
	compatibility_level = 3.6
	myhostname = mx.$E2E_DOMAIN
	mydestination = $E2E_DOMAIN
	mynetworks = 127.0.0.0/8, [::1]/128
	inet_interfaces = all
	inet_protocols = all
	maillog_file = $E2E_DIR/log/mail.log
	maillog_file_prefixes = $E2E_DIR/log
	alias_maps =
	alias_database =
	biff = no
	smtputf8_enable = no
	local_recipient_maps = inline:{$(e2e_users '')}
	local_transport = virtual:
	virtual_mailbox_base = $E2E_DIR/mail
	virtual_mailbox_maps = inline:{$(e2e_users @$E2E_DOMAIN)}
	virtual_uid_maps = static:65534
	virtual_gid_maps = static:65534
	virtual_mailbox_limit = 0
	smtpd_client_port_logging = yes
	smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
	smtpd_error_sleep_time = 0
	smtpd_soft_error_limit = 1000
	smtpd_hard_error_limit = 1000
	smtpd_junk_command_limit = 1000
	smtpd_recipient_overshoot_limit = 1000
	smtpd_client_connection_count_limit = 0
	smtpd_client_connection_rate_limit = 0
	smtpd_timeout = 20s
	smtpd_tls_security_level = none
	smtp_tls_security_level = none
	postscreen_greet_wait = 1s
	postscreen_dnsbl_sites =
	default_process_limit = 60
	END
}

e2e_master_cf() { # yes|no: postscreen in front
    if [ "$1" = yes ]; then
        cat <<-END
	smtp      inet  n - n - 1 postscreen
	smtpd     pass  - - n - - smtpd
	dnsblog   unix  - - n - 0 dnsblog
	tlsproxy  unix  - - n - 0 tlsproxy
	END
    else
        say "smtp      inet  n - n - - smtpd"
    fi
    cat <<-END
	pickup    unix  n - n 60 1 pickup
	cleanup   unix  n - n - 0 cleanup
	qmgr      unix  n - n 300 1 qmgr
	tlsmgr    unix  - - n 1000? 1 tlsmgr
	rewrite   unix  - - n - - trivial-rewrite
	bounce    unix  - - n - 0 bounce
	defer     unix  - - n - 0 bounce
	trace     unix  - - n - 0 bounce
	verify    unix  - - n - 1 verify
	flush     unix  n - n 1000? 0 flush
	proxymap  unix  - - n - - proxymap
	proxywrite unix - - n - 1 proxymap
	smtp      unix  - - n - - smtp
	relay     unix  - - n - - smtp
	showq     unix  n - n - - showq
	error     unix  - - n - - error
	retry     unix  - - n - - error
	discard   unix  - - n - - discard
	local     unix  - n n - - local
	virtual   unix  - n n - - virtual
	lmtp      unix  - - n - - lmtp
	anvil     unix  - - n - 1 anvil
	scache    unix  - - n - 1 scache
	postlog   unix-dgram n - n - 1 postlogd
	END
}

postfix_listens() {
    mx ss -ltnH 'sport = :25' | grep -q .
}

e2e_tls() { # main.cf of a server that offers STARTTLS
    local pem=$E2E_DIR/etc/mx.pem
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=mx.$E2E_DOMAIN" \
        -keyout "$pem" -out "$pem.cert" 2>/dev/null || return
    cat "$pem.cert" >>"$pem" # the key comes first
    say "smtpd_tls_security_level = may"
    say "smtpd_tls_chain_files = $pem"
}

# start_postfix [postscreen] [tls] [KEY=VALUE...]: the latter go to main.cf
start_postfix() {
    local d=$E2E_DIR w screen=no
    chown postfix:root "$d/lib"
    rm -rf "${d:?}/spool"/*
    [ -e "$d/log/mail.log" ] || install -m 640 -o root -g adm /dev/null \
        "$d/log/mail.log"
    e2e_main_cf >"$d/postfix/main.cf"
    for w in "$@"; do
        if [ "$w" = postscreen ]; then
            screen=yes
        elif [ "$w" = tls ]; then
            sed -i '/^smtpd_tls_security_level/d' "$d/postfix/main.cf"
            e2e_tls >>"$d/postfix/main.cf" || die "openssl makes no certificate"
        else
            say "${w%%=*} = ${w#*=}" >>"$d/postfix/main.cf"
        fi
    done
    e2e_master_cf $screen >"$d/postfix/master.cf"
    cp -r /etc/postfix/{dynamicmaps.cf,dynamicmaps.cf.d,postfix-files,postfix-files.d,postfix-script,post-install} \
        "$d/postfix/" 2>/dev/null
    if ! mx postfix start >"$d/postfix.err" 2>&1; then
        cat "$d/postfix.err" >&2
        die "Postfix does not start"
    fi
    wait_for 10 postfix_listens || die "Postfix does not listen"
}

stop_postfix() {
    mx postfix stop >/dev/null 2>&1
}

in_log() { # EXTENDED-REGEX
    grep -qE -e "$1" "$E2E_DIR/log/mail.log"
}

log_count() { # EXTENDED-REGEX
    grep -cE -e "$1" "$E2E_DIR/log/mail.log"
}

delivered() { # SUBJECT [USER]
    grep -rqsxF -e "Subject: $1" "$E2E_DIR/mail/${2:-}"
}

# --- senders ---------------------------------------------------------------

zombies() { # ztraffic's arguments; the server's addresses are known
    local w
    local -a words=()
    for w in "$@"; do
        case $w in connect=*) w=connect=$((${w#*=} * E2E_SLOW)) ;; esac
        words+=("$w")
    done
    net "$E2E_BUILD/tests/tools/ztraffic" to=$E2E_GW4,$E2E_GW6 "${words[@]}"
}

# A good server, over the kernel's TCP: SOURCE SUBJECT [RCPT [swaks args]]
good_mail() {
    local src=$1 subject=$2 rcpt=${3:-alice@$E2E_DOMAIN} to=$E2E_GW4 fam=-4
    shift $(($# < 3 ? $# : 3))
    case $src in *:*) to=$E2E_GW6 fam=-6 ;; esac
    net swaks $fam --server "$to" --local-interface "$src" \
        --from news@example.org --to "$rcpt" --ehlo mail.example.org \
        --header "Subject: $subject" --timeout $((20 * E2E_SLOW)) --hide-all "$@"
}

# --- zfwd ------------------------------------------------------------------

# start_zfwd [LINE...]: lines of zfwd.conf, over the defaults of the tests.
# ZFWD_ARGS may hold further arguments of zfwd.  With E2E_CONFINE=1 in the
# environment all is started as by systemd, under what the units of service/
# allow.
start_zfwd() {
    local d=$E2E_DIR
    local -a how=()
    e2e_conf "$@" >"$d/zfwd.conf"
    : >>"$d/zfwd.err"
    if [ -n "${E2E_CONFINE:-}" ]; then
        e2e_confine || return
        mapfile -t how < <(e2e_confined zfwd)
    fi
    # shellcheck disable=SC2016,SC2086
    ZFW_ENGINE=$d/bin/zfw-engine ZFW_FRONT=$d/bin/zfw-front \
        gw bash -c 'echo $$ >"$1/zfwd.pid"; d=$1; shift
            exec "$@" 2>>"$d/zfwd.err"' \
        zfwd "$d" "${how[@]}" "$d/bin/zfwd" -f -c "$d/zfwd.conf" ${ZFWD_ARGS:-} \
        >/dev/null 2>&1 </dev/null &
    E2E_ZFWD=$!
    wait_for 10 zfwd_answers
}

zfwd_answers() {
    zfwctl status
}

e2e_conf() { # LINE...: a default is left out when a line sets its key
    local d=$E2E_DIR line key
    for line in 'mode = enforce' 'interface = {"eth0"}' 'ports = {25}' \
        'blocks_max = 100000' 'audit = 0' 'front = off' 'leak = 0' \
        "log = {\"$d/log/mail.log\"}" "state_dir = \"$d/state\"" \
        "run_dir = \"$d/run\"" "own_names = {\"mx.$E2E_DOMAIN\", \"$E2E_DOMAIN\"}" \
        "spam_traps = {\"$E2E_TRAP\", \"$E2E_OLD_TRAP\"}"; do
        key=${line%% *}
        printf '%s\n' "$@" | grep -qE "^${key}[ =+]" || say "$line"
    done
    [ $# -eq 0 ] || printf '%s\n' "$@"
}

zfwd_pid() { # as seen in the gateway
    cat "$E2E_DIR/zfwd.pid"
}

stop_zfwd() { # [SIGNAL]: ends it and waits for that
    gw kill "-${1:-TERM}" "$(zfwd_pid)" 2>/dev/null
    wait "$E2E_ZFWD" 2>/dev/null
}

zfwctl() {
    gw "$E2E_DIR/bin/zfwctl" -c "$E2E_DIR/zfwd.conf" "$@"
}

zfw_whitelist() {
    gw "$E2E_DIR/bin/zfw-whitelist" -c "$E2E_DIR/zfwd.conf" "$@"
}

net64() { # IPv6 ADDRESS: the network address of its /64
    local a=$1 left right i n
    local -a l r
    left=${a%%::*} right=''
    [ "$left" = "$a" ] || right=${a#*::}
    IFS=: read -ra l <<<"$left"
    IFS=: read -ra r <<<"$right"
    n=$((8 - ${#l[@]} - ${#r[@]}))
    for ((i = 0; i < n; i++)); do l+=(0); done
    l+=("${r[@]}")
    say "${l[0]}:${l[1]}:${l[2]}:${l[3]}::"
}

# Blocked in the kernel?  nft gives up (EINTR) when a table changes while it
# asks, which is no answer.
in_set() { # ADDRESS [SET]
    local a=$1 family=4 out rc _
    case $a in *:*) a=$(net64 "$a") family=6 ;; esac
    for _ in 1 2 3 4 5; do
        out=$(gw nft get element inet zfw "${2:-block$family}" "{ $a }" 2>&1)
        rc=$?
        case $out in *'Interrupted system call'*) ;; *) break ;; esac
    done
    say "$out"
    return $rc
}

# --- captures --------------------------------------------------------------

start_capture() { # FILE: all TCP packets of the gateway
    E2E_PCAP=$1
    gw tcpdump -Z root -U --immediate-mode -s 2048 -B 16384 -i eth0 -w "$E2E_PCAP" tcp \
        2>"$E2E_PCAP.err" </dev/null &
    E2E_TCPDUMP=$!
    wait_for 5 grep -q 'listening on' "$E2E_PCAP.err"
}

capture_has_mark() {
    tcpdump -nr "$E2E_PCAP" 'src host 192.0.2.254 and dst port 9' 2>/dev/null |
        grep -q .
}

stop_capture() { # when a last packet shows that all before are written
    zombies -q from=192.0.2.254 port=9 do=syn 2>/dev/null
    wait_for 5 capture_has_mark
    gw pkill -INT -x tcpdump # only ours: the gateway's processes
    wait "$E2E_TCPDUMP" 2>/dev/null
}
