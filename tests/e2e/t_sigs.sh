#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Signature files of the site's own: preferred to the shipped ones, read again
# by `zfwctl reload`, all or nothing; the engine has given up root by then.
# usage: bash tests/e2e/t_sigs.sh BUILD
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

e2e_setup
start_postfix
site=$E2E_DIR/site SITE=192.0.2.81
mkdir "$site"
chmod 755 "$E2E_DIR" "$site"

# A label for what ztraffic's linux sends, in a new file, as editors save.
write_sigs() { # NAME
    printf '[tcp:request]\nlabel = s:unix:%s:\nsig = %s\n' "$1" \
        '*:64:0:*:*,*:mss,sok,ts,nop,ws:*:*' >"$site/new"
    chmod 644 "$site/new"
    mv "$site/new" "$site/site.fp"
}

connect() {
    zombies -q from=$SITE stack=linux do=polite helo=pc.example.net \
        rcpt=alice@$E2E_DOMAIN expect= >/dev/null 2>&1
}

named() { # NAME: what `why` calls the stack, of a new connection
    connect
    wait_for 5 stack_is "$1"
}

stack_is() { # REGEX
    zfwctl why $SITE 2>/dev/null | grep -qE "^  TCP stack +$1"
}

says() { # STATUS REGEX COMMAND...
    local want=$1 re=$2 out rc
    shift 2
    out=$("$@" 2>&1)
    rc=$?
    [ "$rc" = "$want" ] && grep -qE -e "$re" <<<"$out" && return 0
    say "exit $rc: $out"
    return 1
}

start_zfwd 'mode = shadow' ||
    die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
ok "the shipped database names a stack, with its grade" \
    named 'Linux .*\((exact|generic)\)'
stop_zfwd

write_sigs Office
conf="signature_files = {\"$site/site.fp\"}"
start_zfwd 'mode = shadow' "$conf" ||
    die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
ok "a file of the site's own is preferred" named 'Office \(exact\)'
write_sigs Branch
ok "nothing changes before a reload" named 'Office'
ok "a reload counts what it read" says 0 '^[0-9]+ signatures$' zfwctl reload
ok "and is in force for the next connection" named 'Branch'
ok "as JSON too" says 0 '"signatures": [0-9]+' zfwctl --format json reload
printf 'sig = 1\n' >>"$site/site.fp"
ok "a line that makes no sense is counted" \
    says 0 '; 1 lines make no sense' zfwctl reload
ok "and named in the log" grep -q 'site.fp:4: ' "$E2E_DIR/zfwd.err"
ok "the others are in force" named 'Branch'
rm "$site/site.fp"
ok "a file that is gone fails the reload, by name" \
    says 1 'site.fp: No such file.*everything stays as it was' zfwctl reload
ok "and changes nothing" named 'Branch'
ok "reload takes no argument" says 2 'too many words' zfwctl reload now
stop_zfwd
e2e_conf 'mode = shadow' "$conf" >"$E2E_DIR/zfwd.conf"
ok "a start without the file fails and says why" \
    says 1 'signatures: .*site.fp: No such file' \
    gw env ZFW_ENGINE="$E2E_DIR/bin/zfw-engine" \
    timeout 10 "$E2E_DIR/bin/zfwd" -f -c "$E2E_DIR/zfwd.conf"
zt_end
