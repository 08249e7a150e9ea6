#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What was learned outlives the daemon; what is damaged is said aloud and
# learned afresh.
# usage: bash tests/e2e/t_learned.sh BUILD
# shellcheck source=tests/e2e/lib.sh disable=SC2086,SC2153
. "$(dirname "$0")/lib.sh"

# The labels that the stored model has heard: `taught`, behind the record's
# version, its own, the hour and two counts.  The greater of its two copies.
taught() {
    python3 - "$E2E_DIR/state/zfw.kch" <<-'END'
	import re, struct, sys
	data = open(sys.argv[1], 'rb').read()
	print(max((struct.unpack_from('<Q', data, m.end() + 22)[0]
	           for m in re.finditer(rb'bmodel-[01]-0(?=\x01\x01)', data)),
	          default='none'))
	END
}

damage() { # a byte of the counts of both copies
    python3 - "$E2E_DIR/state/zfw.kch" <<-'END'
	import re, sys
	with open(sys.argv[1], 'r+b') as f:
	    data = f.read()
	    for m in re.finditer(rb'bmodel-[01]-0(?=\x01\x01)', data):
	        f.seek(m.end() + 200)
	        f.write(bytes([data[m.end() + 200] ^ 0xff]))
	END
}

start() {
    start_zfwd 'mode = shadow' ||
        die "zfwd does not start: $(tail -n 3 "$E2E_DIR/zfwd.err")"
}

in_err() {
    grep -q "$1" "$E2E_DIR/zfwd.err"
}

e2e_setup
install -m 640 -o root -g 4 /dev/null "$E2E_DIR/log/mail.log"
start
ok "somebody likes its mail" zfwctl report 192.0.2.7 ham
stop_zfwd
ok "what that taught is stored at the end" same 1 "$(taught)"
start
ok "another one" zfwctl report 203.0.113.77 ham
ok "and one more of its network" zfwctl report 203.0.113.78 ham
stop_zfwd
ok "a network teaches once, and what was stored was not forgotten" \
    same 2 "$(taught)"
ok "there was nothing to complain of" not in_err learned
damage
start
ok "damage is told" in_err 'learned-damaged: what is stored as model cannot be read'
ok "it is learned afresh" zfwctl report 192.0.2.9 ham
stop_zfwd
start
ok "and once only" same 1 "$(grep -c 'cannot be read' "$E2E_DIR/zfwd.err")"
stop_zfwd
zt_end
