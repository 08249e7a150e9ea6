#!/usr/bin/env bash
# The one-click page over HTTP, from the real zfw-front under its seccomp
# filter; the engine is played by fronttool.  What GET and POST do, what bad,
# old and altered links do, and a human with Chromium.
# The sockets are on the gateway's loopback, as behind a site's web server.
. "$(dirname "$0")/lib.sh"

HTTP=127.0.0.1:8025
E2E_HERE=$(cd "$(dirname "$0")" && pwd)

tool() {
    "$E2E_BUILD/tests/tools/fronttool" "$@"
}

link() { # ADDRESS [AGE_S [other]]
    say "http://$HTTP/a/$(tool token "$@")"
}

# curl [ARG...] URL: the answer is in $E2E_DIR/{head,body}, its status printed
http() {
    gw curl -s -g --max-time 30 --noproxy '*' -D "$E2E_DIR/head" \
        -o "$E2E_DIR/body" -w '%{http_code}\n' "$@"
}

status() { # WANT ARG...
    local want=$1
    shift
    same "$want" "$(http "$@")"
}

says() { # WORDS: in the last page
    grep -qF -- "$*" "$E2E_DIR/body" && return
    sed -n '/<body>/,$p' "$E2E_DIR/body"
    return 1
}

header() { # WORDS: in the last head
    tr -d '\r' <"$E2E_DIR/head" | grep -qixF -- "$*" && return
    cat "$E2E_DIR/head"
    return 1
}

events() { # ask|click ADDRESS: how many the engine saw
    grep -cE "^$1 $2 " "$E2E_DIR/tool.out"
}

saw() { # COUNT ask|click ADDRESS
    same "$1" "$(events "$2" "$3")"
}

e2e_setup
command -v curl >/dev/null || skip_all "no program curl"
cat >"$E2E_DIR/zfwd.conf" <<-END
	mode = enforce
	state_dir = "$E2E_DIR/state"
	front_name = "mx.$E2E_DOMAIN"
	front_url = "https://mx.$E2E_DOMAIN"
	front_http = "$HTTP"
END
gw "$E2E_BUILD/tests/tools/fronttool" run front="$(e2e_front)" \
    conf="$E2E_DIR/zfwd.conf" smtp=127.0.0.1:2525 smtp=::1:2525 http=$HTTP \
    blocked=192.0.2.7,1 blocked=192.0.2.8,4 blocked=2001:db8:1:2::,3 \
    blocked=198.51.100.77,4 blocked=203.0.113.200,2 blocked=203.0.114.1,2 \
    no-more=192.0.2.10 limit=192.0.2.11 failed=192.0.2.12 silent=192.0.3.13 \
    >"$E2E_DIR/tool.out" 2>"$E2E_DIR/zfwd.err" </dev/null &
E2E_JOBS="$E2E_JOBS $!"
wait_for 10 grep -qx ready "$E2E_DIR/tool.out" || {
    cat "$E2E_DIR/zfwd.err"
    die "zfw-front does not start"
}

# A client that sends a byte now and then; looked at in the end.
gw bash -c 'trap "" PIPE; exec 9<>/dev/tcp/127.0.0.1/8025 || exit 1
    i=0
    while [ $i -lt 60 ] && printf x >&9; do i=$((i + 1)); sleep 1; done 2>/dev/null
    echo "$i" >"$1"' slow "$E2E_DIR/slow" </dev/null >/dev/null 2>&1 &
E2E_JOBS="$E2E_JOBS $!"

# --- looking ---------------------------------------------------------------

a=$(link 192.0.2.7 60)
ok "the page is shown" status 200 "$a"
ok "it names the address" says "Mail from 192.0.2.7 is being refused"
ok "and the mail server" says "mx.$E2E_DOMAIN takes no mail"
ok "and the kind of reason" says "it spoke before its turn"
ok "and has a button" says "Unblock 192.0.2.7</button>"
ok "it is HTML" header "Content-Type: text/html; charset=utf-8"
ok "that nobody keeps" header "Cache-Control: no-store"
ok "nor guesses" header "X-Content-Type-Options: nosniff"
ok "nor frames" header "X-Frame-Options: DENY"
ok "nor finds by searching" header "X-Robots-Tag: noindex, nofollow"
ok "its address goes nowhere else" header "Referrer-Policy: no-referrer"
for i in 1 2 3; do
    http "$a" >/dev/null
done
ok "HEAD gets the same without a body" status 200 -I "$a"
http -H 'Purpose: prefetch' -H 'Sec-Purpose: prefetch;prerender' "$a" >/dev/null
http -A 'Mail-Link-Scanner/1.0' -L "$a?utm_source=scanner" >/dev/null
ok "what scanners do asks the engine" saw 7 ask 192.0.2.7
ok "and clicks nothing" saw 0 click 192.0.2.7

# --- acting ----------------------------------------------------------------

ok "the button acts" status 200 -X POST "$a"
ok "and says so" says "192.0.2.7 is unblocked"
ok "once" saw 1 click 192.0.2.7
ok "a second time does nothing" status 410 -X POST "$a"
ok "and says so, too" says "This link has been used"
ok "as does looking at it" status 410 "$a"
ok "another's link acts only for him" status 200 -X POST \
    -H 'X-Forwarded-For: 192.0.2.8' -d 'client=192.0.2.8' "$(link 203.0.113.200 60)"
ok "whatever the request says" saw 0 click 192.0.2.8
ok "the next one is still blocked" status 200 "$(link 192.0.2.8 60)"
ok "and is told why" says "known to send spam"
ok "IPv6 is a network" status 200 "$(link 2001:db8:1:2:9::9 60)"
ok "which is named" says "Unblock 2001:db8:1:2::/64</button>"
ok "who is not blocked is told so" status 200 "$(link 192.0.2.99 60)"
ok "in words" says "192.0.2.99 is not blocked"
ok "no more links" status 403 -X POST "$(link 192.0.2.10 60)"
ok "too many of a network" status 429 -X POST "$(link 192.0.2.11 60)"
ok "what failed can be tried again" status 503 -X POST "$(link 192.0.2.12 60)"
ok "in a minute" header "Retry-After: 60"

# --- what is no link -------------------------------------------------------

asked=$(grep -cE '^(ask|click)' "$E2E_DIR/tool.out")
ok "an old link has gone" status 410 -X POST "$(link 192.0.2.8 $((31 * 86400)))"
ok "and says so" says "This link is too old"
good=$(link 192.0.2.8 60)
last=${good: -9:1}
other=A
[ "$last" != A ] || other=B
ok "an altered link is none" status 404 -X POST "${good:0:-9}$other${good: -8}"
ok "which it says" says "There is no such page"
ok "a cut link is none" status 404 -X POST "${good%?}"
ok "a longer link is none" status 404 -X POST "${good}A"
ok "one signed by another is none" status 404 -X POST "$(link 192.0.2.8 60 other)"
ok "no token is none" status 404 "http://$HTTP/a/"
ok "the root is nothing" status 404 "http://$HTTP/"
ok "other paths are nothing" status 404 --path-as-is "http://$HTTP/a/../../etc/passwd"
long=$(printf '%05000d' 0)
ok "a path of 5,000 characters is nothing" status 404 "http://$HTTP/a/$long"
for m in PUT DELETE OPTIONS PATCH TRACE; do
    ok "$m is refused" status 405 -X $m "$good"
done
ok "with what is known" header "Allow: GET, HEAD, POST"
ok "a body of a megabyte is not read" not status 200 \
    -H 'Expect:' --data-binary @/bin/bash "$good"
ok "the engine was asked about none of them" same "$asked" \
    "$(grep -cE '^(ask|click)' "$E2E_DIR/tool.out")"

# --- an engine that is silent, and others meanwhile ------------------------

gw curl -s -o /dev/null --max-time 60 --noproxy '*' -X POST \
    -w '%{http_code}\n' "$(link 192.0.3.13 60)" >"$E2E_DIR/silent" &
silent=$!
wait_for 5 saw 1 click 192.0.3.13
began=$(date +%s%N)
ok "others are served while one waits" status 200 "$good"
ok "at once" [ $((($(date +%s%N) - began) / 1000000)) -lt $((2000 * E2E_SLOW)) ]
wait $silent
ok "an engine that is silent is a failure, in time" same 503 "$(cat "$E2E_DIR/silent")"

# --- a network that asks too often -----------------------------------------

n=0
for i in $(seq 1 25); do
    [ "$(http "$(link 198.51.100.77 "$i")")" != 200 ] || n=$((n + 1))
done
ok "20 requests about one network, then it has to wait" eval \
    '[ "$n" -ge 20 ] && [ "$n" -lt $((20 + E2E_SLOW)) ]' # more come with time
ok "which it says" says "Too many requests"
ok "others do not" status 200 "$(link 203.0.114.1 60)"

# --- a human ---------------------------------------------------------------

browser() {
    local home=$E2E_DIR/home
    mkdir -p "$home"
    gw env HOME="$home" TMPDIR="$E2E_DIR" python3 "$E2E_HERE/browser.py" "$@"
}

human() {
    local a b shots=$E2E_DIR/shots
    mkdir -p "$shots"
    a=$(link 203.0.114.1 60)
    b=$(link 2001:db8:1:2::1 60)
    ok "a phone shows the page whole" browser --size 390x844 "$a" \
        has "Mail from 203.0.114.1 is being refused" fits contrast quiet \
        shot "$shots/phone.png"
    ok "in the dark, too" browser --dark --size 390x844 "$b" \
        has "2001:db8:1:2::/64" fits contrast quiet shot "$shots/phone-dark.png"
    ok "so does a desktop" browser --dark "$a" fits contrast quiet \
        shot "$shots/desktop-dark.png"
    ok "the first Tab goes to the button" same BUTTON "$(browser "$a" tab focus)"
    ok "looking clicked nothing" saw 0 click 203.0.114.1
    ok "a click unblocks, and a second press is told so" \
        browser "$a" contrast quiet shot "$shots/desktop.png" click button \
        has "203.0.114.1 is unblocked" fits contrast quiet \
        shot "$shots/lifted.png" reload has "This link has been used" \
        fits contrast shot "$shots/used.png"
    ok "by the keyboard, without JavaScript, on a phone" \
        browser --no-script --size 390x844 "$b" tab enter \
        has "2001:db8:1:2::/64 is unblocked" shot "$shots/lifted-phone.png"
    ok "which was one click" saw 1 click 2001:db8:1:2::
    ok "an old link is readable" browser --size 390x844 \
        "$(link 203.0.114.1 $((40 * 86400)))" has "This link is too old" fits contrast
    ok "so is none at all" browser --dark "http://$HTTP/a/nothing" \
        has "There is no such page" fits contrast shot "$shots/none.png"
}

if has_browser; then
    human
else
    skip "a human with a browser" "no chromium and chromium-driver here"
fi

# --- the end ---------------------------------------------------------------

ok "who sends a byte a second is cut off" wait_for 40 test -s "$E2E_DIR/slow"
ok "after 20 seconds or so" [ "$(cat "$E2E_DIR/slow" 2>/dev/null || echo 60)" -lt 30 ]
ok "each click was logged" grep -q 'click client=192.0.2.7 result=lifted' "$E2E_DIR/zfwd.err"
ok "no link got into the log" not grep -qE '[A-Za-z0-9_-]{36}' "$E2E_DIR/zfwd.err"
ok "zfw-front is still there" not grep -q '^exit' "$E2E_DIR/tool.out"
zt_end
