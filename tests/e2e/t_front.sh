#!/usr/bin/env bash
# The way out for a human, with real programs: Postfix, Exim and swaks are
# mail servers that are blocked wrongly; the bounce is read, the link pressed in
# Chromium, and the mail goes through.  Links that are no good; the leak of
# dropped clients; a front that dies; a port 25 that is DNATed.
# usage: bash tests/e2e/t_front.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2016,SC2086,SC2153
. "$(dirname "$0")/lib.sh"

PAGE=http://127.0.0.1:8025
SEED=24301 # of the leak, by default
LEAK=20
P4=203.0.113.31 # Postfix, and Exim, and swaks
E6=2001:db8:61::31
S4=203.0.113.33
S6=2001:db8:62::33
D4=203.0.113.34 # a Postfix that is dropped, not rejected
L6=2001:db8:64::34
HERE=$(cd "$(dirname "$0")" && pwd)
EXIM=$E2E_BUILD/exim

# --- the gateway -----------------------------------------------------------

start() { # [LINE...]: only tier 1, which is rejected, unless told
    start_zfwd "$(given tiers '{"10min"}' "$@")" "$(given front tproxy "$@")" \
        "front_name = \"mx.$E2E_DOMAIN\"" \
        "front_url = \"$PAGE\"" 'front_http = "127.0.0.1:8025"' "$@" ||
        die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
    wait_for 5 grep -q 'front: it is there' "$E2E_DIR/zfwd.err" || die "no front"
}

given() { # KEY VALUE LINE...: a line for it, unless one of these is
    local line
    for line in "${@:3}"; do
        case $line in "$1 "*) say "# $1 is below" && return ;; esac
    done
    say "$1 = $2"
}

set_of() { # ADDRESS reject|block
    case $1 in *:*) say "${2}6" ;; *) say "${2}4" ;; esac
}

rejected() {
    in_set "$1" "$(set_of "$1" reject)"
}

dropped() {
    in_set "$1" "$(set_of "$1" block)"
}

# A server that did once what only zombies do.  ztraffic needs an address that
# is nobody's; afterwards it is the server's.
offends() { # ADDRESS [ztraffic args]
    local a=$1
    shift
    net ip addr del "$a" dev lo 2>/dev/null
    zombies -q from="$a" do=early rcpt=$E2E_TRAP "$@" >/dev/null 2>&1
}

is_server() { # ADDRESS
    case $1 in
    *:*) net ip addr add "$1/128" dev lo nodad ;;
    *) net ip addr add "$1/32" dev lo ;;
    esac
}

# curl's answer is in $E2E_DIR/page; prints the status
http() {
    gw curl -s -g --max-time 60 --noproxy '*' -o "$E2E_DIR/page" \
        -w '%{http_code}\n' "$@"
}

status() { # WANT ARG...
    local want=$1
    shift
    same "$want" "$(http "$@")"
}

page_says() {
    grep -qF -- "$*" "$E2E_DIR/page" && return
    sed -n '/<body>/,$p' "$E2E_DIR/page"
    return 1
}

browser() {
    mkdir -p "$E2E_DIR/home"
    gw env HOME="$E2E_DIR/home" TMPDIR="$E2E_DIR" python3 "$HERE/browser.py" "$@"
}

clicked() { # how often the engine lifted a block
    zfwctl --format json status |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["front"]["lifted"])'
}

# --- Postfix as the sender -------------------------------------------------

# In the world's namespaces, with an instance of its own: BIND-ADDRESS
client_postfix() {
    local d=$E2E_DIR/client w
    mkdir -p "$d"/{etc,spool,lib,mail}
    chmod 755 "$d"
    chown 65534:65534 "$d/mail"
    chown postfix:root "$d/lib"
    cat >"$d/etc/main.cf" <<-END
	compatibility_level = 3.6
	myhostname = mail.sender.example
	mydestination = sender.example
	inet_interfaces = loopback-only
	inet_protocols = ipv4
	maillog_file = $d/mail.log
	maillog_file_prefixes = $d
	alias_maps =
	alias_database =
	biff = no
	relayhost = [$E2E_GW4]
	smtp_bind_address = $1
	smtp_connect_timeout = 2s
	smtp_tls_security_level = none
	local_recipient_maps = inline:{bob=bob/}
	local_transport = virtual:
	virtual_mailbox_base = $d/mail
	virtual_mailbox_maps = inline:{bob@sender.example=bob/}
	virtual_uid_maps = static:65534
	virtual_gid_maps = static:65534
	minimal_backoff_time = 1h
	END
    e2e_master_cf no | grep -v '^smtp *inet' >"$d/etc/master.cf"
    cp -r /etc/postfix/{dynamicmaps.cf,dynamicmaps.cf.d,postfix-files,postfix-files.d,postfix-script,post-install} \
        "$d/etc/" 2>/dev/null
    for w in etc/postfix:etc var/spool/postfix:spool var/lib/postfix:lib; do
        net mount --bind "$d/${w#*:}" "/${w%:*}" || return
    done
    net postfix start >"$d/postfix.err" 2>&1 || { cat "$d/postfix.err"; return 1; }
}

writes() { # SUBJECT: bob's mail, given to his Postfix
    printf 'From: bob@sender.example\nTo: alice@%s\nSubject: %s\n\nhello\n' \
        $E2E_DOMAIN "$1" | net sendmail -f bob@sender.example alice@$E2E_DOMAIN
}

queued() { # REGEX: in the client's queue, with a reason like that
    net postqueue -p | tr -s ' \n' '  ' | grep -qE -e "$1"
}

queue_ids() {
    net postqueue -p | sed -nE 's/^([0-9A-F]{8,})[*!]? .*/\1/p'
}

# --- bounces ---------------------------------------------------------------

# bounce FILE: the first text of the last mail there, as its reader sees it
bounce() {
    python3 - "$1" <<-'END'
	import email, email.policy, sys
	text = open(sys.argv[1], "rb").read()
	at = text.rfind(b"\nFrom MAILER-DAEMON") + 1 if text[:5] == b"From " else 0
	mail = email.message_from_bytes(text[at:], policy=email.policy.default)
	print("Subject:", mail["Subject"])
	print(mail.get_body(("plain",)).get_content())
	END
}

link_in() { # FILE: on one line, with nothing after it
    sed -nE "s,^(.* )?($PAGE/a/[A-Za-z0-9_-]{38}|$PAGE/a/[A-Za-z0-9_-]{43})( \(.*)?\$,\2,p" "$1"
}

reason_in() { # FILE, folded or not
    tr -s ' \n' '  ' <"$1" | grep -qF -- "$2"
}

# altered FIELD LINK: the link with a bit changed in its time, client or seal
altered() {
    python3 -c 'import base64, sys
at = {"time": 5, "client": 9, "seal": 20}[sys.argv[1]]
page, token = sys.argv[2].rsplit("/", 1)
b = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
b[at] ^= 1
print(page + "/" + base64.urlsafe_b64encode(b).decode().rstrip("="))' "$@"
}

# --- Postfix, a scanner, and a human with Chromium ---------------------------

press() { # LINK ADDRESS REASON: in Chromium, or by curl where there is none
    if has_browser; then
        ok "its reader sees what is refused, and presses the button" browser "$1" \
            has "Mail from $2 is being refused" has "$3" \
            quiet click button has "$2 is unblocked" quiet
    else
        skip "its reader presses the button in a browser" "no chromium here"
        ok "pressing the button" status 200 -X POST "$1"
    fi
}

group_postfix() {
    local b=$E2E_DIR/bounce.postfix link
    offends $P4
    ok "a server is rejected" wait_for 5 rejected $P4
    is_server $P4
    client_postfix $P4 || die "no Postfix as a client"
    writes "refused"
    ok "its Postfix returns the mail" wait_for 20 grep -rqs Undelivered "$E2E_DIR/client/mail/bob"
    bounce "$(find "$E2E_DIR/client/mail/bob" -type f | head -n 1)" >"$b"
    link=$(link_in "$b")
    ok "the bounce says why, in words" reason_in "$b" \
        "Mail from [$P4] is blocked here: it speaks like a program that sends spam."
    ok "and what to do" reason_in "$b" \
        "To unblock it, open this page, press its button, and send again:"
    ok "and has the link whole, at the end of a line" test -n "$link" || return
    ok "nothing got through" not delivered "refused"
    for _ in 1 2 3; do http "$link" >/dev/null; done
    http -I "$link" >/dev/null
    http -L -A 'LinkScanner/2.0' -H 'Purpose: prefetch' "$link" >/dev/null
    ok "a mail scanner's GET shows the page" status 200 "$link"
    ok "and changes nothing" rejected $P4
    ok "nor did it click" same 0 "$(clicked)"
    press "$link" $P4 "it spoke before its turn"
    ok "the element is gone from the kernel" not rejected $P4
    ok "it was one click" same 1 "$(clicked)"
    writes "sent again"
    ok "what is sent again is delivered" wait_for 20 delivered "sent again" alice
    ok "the same link a second time does nothing" status 200 -X POST "$link"
    ok "and says so" page_says "$P4 is not blocked"
    ok "it was no click" same 1 "$(clicked)"
    POSTFIX_LINK=$link
}

# --- Exim, over IPv6 ---------------------------------------------------------

exim() {
    net env LD_LIBRARY_PATH="$EXIM/usr/lib/$(uname -m)-linux-gnu" \
        "$EXIM/usr/sbin/exim4" -C "$E2E_DIR/exim/conf" "$@"
}

client_exim() {
    local d=$E2E_DIR/exim
    mkdir -p "$d/spool"
    chmod 755 "$d"
    add_host $E2E_GW6 mx6.$E2E_DOMAIN
    say "Debian-exim:x:64900:64900::$d:/usr/sbin/nologin" >>"$E2E_DIR/etc/passwd"
    say "Debian-exim:x:64900:" >>"$E2E_DIR/etc/group"
    chown -R 64900:64900 "$d"
    cat >"$d/conf" <<-END
	exim_path = $EXIM/usr/sbin/exim4
	keep_environment = LD_LIBRARY_PATH
	exim_user = Debian-exim
	exim_group = Debian-exim
	deliver_drop_privilege
	primary_hostname = exim.sender.example
	spool_directory = $d/spool
	log_file_path = $d/%slog
	tls_advertise_hosts =
	begin routers
	here:
	  driver = accept
	  domains = exim.sender.example
	  transport = inbox
	there:
	  driver = manualroute
	  transport = out
	  route_list = * mx6.$E2E_DOMAIN byname
	begin transports
	inbox:
	  driver = appendfile
	  file = $d/inbox
	  user = Debian-exim
	  create_file = anywhere
	out:
	  driver = smtp
	  interface = <; $E6
	  hosts_try_fastopen =
	  hosts_avoid_tls = *
	  connect_timeout = 5s
	begin retry
	* * F,1h,1s
	END
    chown root "$d/conf"
    chmod 644 "$d/conf"
}

exim_writes() { # SUBJECT
    printf 'From: eve@exim.sender.example\nTo: alice@%s\nSubject: %s\n\nhello\n' \
        $E2E_DOMAIN "$1" |
        exim -odf -f eve@exim.sender.example alice@$E2E_DOMAIN >>"$E2E_DIR/exim.out" 2>&1
}

# The guard is stopped while the button is pressed: who is told that he is let
# out is out.
slow_kernel() { # LINK ADDRESS
    local curl
    gw kill -STOP "$(zfwd_pid)"
    http -X POST "$1" >"$E2E_DIR/slow" &
    curl=$!
    sleep 1
    ok "the page does not answer before the kernel does" test ! -s "$E2E_DIR/slow"
    ok "the block is still there then" rejected "$2"
    gw kill -CONT "$(zfwd_pid)"
    pkill -CONT -P "$E2E_ZFWD" # nsenter, which stops when its child does
    wait $curl
    ok "when the page says that it is lifted, it is" not rejected "$2"
    ok "it does say so" same 200 "$(cat "$E2E_DIR/slow")"
    ok "in words" page_says "is unblocked"
}

group_exim() {
    local b=$E2E_DIR/bounce.exim link net
    net=2001:db8:61::/64
    if ! sh "$E2E_SRC/tests/exim.sh" "$EXIM" 2>"$E2E_DIR/exim.err"; then
        skip "Exim as a client" "$(cat "$E2E_DIR/exim.err")"
        return
    fi
    offends $E6
    ok "an IPv6 server is rejected" wait_for 5 rejected $E6
    is_server $E6
    client_exim
    exim_writes "refused six"
    ok "its Exim returns the mail" wait_for 20 test -s "$E2E_DIR/exim/inbox"
    bounce "$E2E_DIR/exim/inbox" >"$b"
    link=$(link_in "$b")
    ok "that bounce says why, too" reason_in "$b" \
        "Mail from [$E6] is blocked here: it speaks like a program that sends spam."
    ok "and has the link whole, too" test -n "$link" || return
    ok "an altered time makes it no link" status 404 -X POST "$(altered time "$link")"
    ok "which is said" page_says "There is no such page"
    ok "nor does an altered client" status 404 -X POST "$(altered client "$link")"
    ok "nor an altered seal" status 404 -X POST "$(altered seal "$link")"
    ok "nor one letter less" status 404 -X POST "${link%?}"
    ok "the link of another, used, changes nothing" status 200 -X POST "$POSTFIX_LINK"
    ok "here" rejected $E6
    ok "and the page names whom it is about" status 200 "$link"
    ok "by the network" page_says "$net"
    slow_kernel "$link" $E6
    exim_writes "sent again six"
    ok "what Exim sends again is delivered" wait_for 20 delivered "sent again six" alice
}

# --- swaks, and what comes after the click -----------------------------------

hear() { # ADDRESS [swaks args]: what the server says
    local a=$1 to=$E2E_GW4 fam=-4
    shift
    case $a in *:*) to=$E2E_GW6 fam=-6 ;; esac
    net swaks $fam --server $to --local-interface "$a" --from news@example.org \
        --to alice@$E2E_DOMAIN --ehlo mail.example.org --timeout $((10 * E2E_SLOW)) "$@" \
        2>&1 | sed -n 's/^<[-*~]* *//p' | tr -d '\r'
}

group_swaks() { # ADDRESS
    local a=$1 link n
    offends "$a"
    ok "$a is rejected" wait_for 5 rejected "$a"
    is_server "$a"
    n=$(log_count ": connect from")
    hear "$a" >"$E2E_DIR/heard"
    ok "swaks is greeted by the front" grep -qxF "220 mx.$E2E_DOMAIN ESMTP" "$E2E_DIR/heard"
    ok "it hears the reason" grep -qE "^550-5\.7\.1 Mail from \[$a\] is blocked here: " "$E2E_DIR/heard"
    link=$(link_in "$E2E_DIR/heard")
    ok "and the link" test -n "$link" || return
    ok "Postfix did not see it" same "$n" "$(log_count ": connect from")"
    ok "the link of another does nothing for it" status 200 -X POST "$POSTFIX_LINK"
    ok "it stays rejected" rejected "$a"
    ok "its own lets it out" status 200 -X POST "$link"
    ok "at once" not rejected "$a"
    ok "its mail is delivered" good_mail "$a" "swaks $a"
    offends "$a" unknown=6
    ok "a new offence ends that" wait_for 5 rejected "$a"
    is_server "$a"
    ok "the old link is used up" status 410 -X POST "$link"
    ok "and says so" page_says "This link has been used"
    hear "$a" >"$E2E_DIR/heard"
    ok "a new one is not given" not grep -q "$PAGE" "$E2E_DIR/heard"
    ok "which is said" grep -qF "550 5.7.1 The block of [$a] ends by itself" "$E2E_DIR/heard"
    ok "it stays rejected still" rejected "$a"
}

# --- a front that dies -------------------------------------------------------

group_dead() {
    local n
    ok "before, it is rejected" not good_mail $S4 "too early"
    n=$(grep -c '' "$E2E_DIR/zfwd.err")
    gw pkill -KILL -x zfw-front
    ok "when the front is killed, its clients get to the mail server" \
        good_mail $S4 "front dead"
    wait "$E2E_ZFWD"
    ok "zfwd ends as failed" same 1 $?
    ok "it says why in one line" same \
        "zfwd: front-died: zfw-front died: $(e2e_died "killed by signal 9 (Killed)"); blocks stay in the kernel and run out there" \
        "$(tail -n +$((n + 1)) "$E2E_DIR/zfwd.err" | grep '^zfwd: ')"
    ok "nothing of it is left running" wait_for 5 not gw pgrep -x 'zfwd|zfw-engine|zfw-front'
    ok "mail of all goes on" good_mail $S6 "front dead six"
    ok "of good servers, too" good_mail 203.0.113.10 "front dead good"
    start
    ok "the next start rejects them again" wait_for 5 rejected $S4
    ok "by its front" eval "hear $S4 | grep -q '^550 5.7.1 '"
}

# --- the leak ----------------------------------------------------------------

ports() { # ADDRESS TIMES: of 4,000, those that get through
    "$E2E_BUILD/tests/tools/cuttool" leaks "$1" $SEED "$LEAK" "$2" 20000 4000
}

# knock ADDRESS PORT...: prints who answers each: front, mta or nobody
knock() {
    local a=$1 to=$E2E_GW4
    shift
    case $a in *:*) to=$E2E_GW6 ;; esac
    net python3 - "$a" $to $((3 * E2E_SLOW)) "$@" <<-'END'
	import socket, sys, threading
	a, to, wait = sys.argv[1:4]
	def one(port):
	    s = socket.socket(socket.AF_INET6 if ":" in a else socket.AF_INET)
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    s.settimeout(float(wait))
	    try:
	        s.bind((a, port))
	        s.connect((to, 25))
	        f = s.makefile("rwb")
	        f.readline()
	        for line in "EHLO mail.example.org", "MAIL FROM:<a@example.org>":
	            f.write(line.encode() + b"\r\n")
	            f.flush()
	            while f.readline()[3:4] == b"-":
	                pass
	        f.write(b"RCPT TO:<alice@example.com>\r\n")
	        f.flush()
	        got[port] = {b"2": "mta", b"5": "front"}.get(f.readline()[:1], "?")
	        f.write(b"QUIT\r\n")
	        f.flush()
	    except OSError:
	        got[port] = "nobody"
	got = {}
	all = [threading.Thread(target=one, args=(int(p),)) for p in sys.argv[4:]]
	for t in all:
	    t.start()
	for t in all:
	    t.join()
	print(" ".join(got[int(p)] for p in sys.argv[4:]))
	END
}

# Sets $to_front, $to_mta, $no_way: some ports of each kind.
choose_ports() { # ADDRESS
    ports "$1" 1 >"$E2E_DIR/leak"
    ports "$1" 10 >"$E2E_DIR/audit"
    mapfile -t to_mta < <(head -n 3 "$E2E_DIR/audit")
    mapfile -t to_front < <(grep -vxFf "$E2E_DIR/audit" "$E2E_DIR/leak" | head -n 8)
    mapfile -t no_way < <(seq 20000 23999 | grep -vxFf "$E2E_DIR/leak" | head -n 8)
}

only_ports() { # FIRST LAST: that the world's programs get
    net sysctl -qw net.ipv4.ip_local_port_range="$1 $2"
}

# A run of ports with none of the leak: FIRST LAST
run_of_ports() {
    awk -v at=20000 '$1 - at > 60 && !n++ { print at, $1 - 1 } { at = $1 + 1 }' \
        "$E2E_DIR/leak"
}

# A Postfix whose mail waits, because nobody answers; then one try leaks.
queue_that_waits() {
    local b=$E2E_DIR/bounce.leak first link free
    free=$(run_of_ports)
    net postconf -e "smtp_bind_address = $D4"
    net postfix reload >/dev/null 2>&1
    rm -rf "${E2E_DIR:?}/client/mail/bob"
    only_ports $free
    writes "waits one"
    ok "mail of a dropped server waits in its queue" wait_for 20 queued 'Connection timed out'
    first=$(queue_ids)
    writes "waits two"
    ok "all of it" wait_for 20 eval '[ "$(net postqueue -p | grep -c "timed out")" -eq 2 ]'
    only_ports "${to_front[7]}" "${to_front[7]}"
    net postqueue -i "$first"
    ok "a try that leaks brings a bounce" wait_for 20 \
        grep -rqs Undelivered "$E2E_DIR/client/mail/bob"
    only_ports $free
    bounce "$(find "$E2E_DIR/client/mail/bob" -type f | head -n 1)" >"$b"
    link=$(link_in "$b")
    ok "with the link" test -n "$link" || return
    press "$link" $D4 "Reason"
    ok "its element is gone from the kernel" not dropped $D4
    net postqueue -f
    ok "the queued mail is delivered at the next try" wait_for 20 delivered "waits two" alice
    ok "the queue is empty" wait_for 10 eval '[ -z "$(queue_ids)" ]'
}

group_leak() {
    local a
    stop_zfwd
    start 'tiers = {"10min", "1h", "8h", "3d"}' "leak = $LEAK"
    for a in $D4 $L6; do
        offends $a do=dict unknown=8
        ok "$a is dropped" wait_for 5 dropped $a
        is_server $a
        choose_ports $a
        ok "most of its connections are not answered" same \
            "nobody nobody nobody nobody nobody nobody nobody nobody" \
            "$(knock $a "${no_way[@]}")"
        ok "the leak hears the front: the ports that we compute" same \
            "front front front front front front front" \
            "$(knock $a "${to_front[@]:0:7}")"
        ok "a tenth of it gets to Postfix, as a sample" same "mta mta mta" \
            "$(knock $a "${to_mta[@]}")"
        ok "which is in its log" in_log "connect from unknown\[$a\]:${to_mta[0]}\$"
        ok "the others are not" not in_log \
            "connect from unknown\[$a\]:(${to_front[0]}|${no_way[0]})\$"
    done
    choose_ports $D4
    queue_that_waits
    only_ports 32768 60999
}

# --- a port that is DNATed ---------------------------------------------------

group_dnat() {
    local a=203.0.113.36
    stop_zfwd
    stop_postfix
    e2e_behind || die "no namespace behind the gateway"
    start_postfix
    ok "a mail server in another namespace is reached by DNAT" \
        good_mail 203.0.113.10 "behind"
    start 'front = redirect'
    ok "with zfwd, too" good_mail 203.0.113.10 "behind zfwd"
    ok "over IPv6" good_mail 2001:db8:60::10 "behind six"
    for a in 203.0.113.36 2001:db8:66::36; do
        offends $a
        ok "$a is rejected there" wait_for 5 rejected $a
        is_server $a
        hear $a >"$E2E_DIR/heard"
        ok "$a is redirected to the front" grep -qxF "220 mx.$E2E_DOMAIN ESMTP" "$E2E_DIR/heard"
        ok "$a hears the reason" grep -qE "^550-5\.7\.1 Mail from \[$a\]" "$E2E_DIR/heard"
        ok "$a has a link that works" status 200 -X POST "$(link_in "$E2E_DIR/heard")"
        ok "$a then reaches the mail server behind" good_mail $a "behind $a"
    done
    offends 203.0.113.37
    ok "another is rejected" wait_for 5 rejected 203.0.113.37
    is_server 203.0.113.37
    gw pkill -KILL -x zfw-front
    wait "$E2E_ZFWD"
    ok "without the front it gets to the mail server" good_mail 203.0.113.37 "behind dead"
}

e2e_setup
command -v curl >/dev/null || skip_all "no program curl"
start_postfix
start
POSTFIX_LINK=$PAGE/a/none
group_postfix
group_exim
group_swaks $S4
group_swaks $S6
group_dead
group_leak
group_dnat
ok "no program found a bug of its own" not grep -qE 'bug:|forbidden|Sanitizer|runtime error' "$E2E_DIR/zfwd.err"
ok "no token got into the log" not grep -qE '/a/[A-Za-z0-9_-]{36}' "$E2E_DIR/zfwd.err"
zt_end
