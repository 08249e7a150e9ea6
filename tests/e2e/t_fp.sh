#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# zfw-fp on an interface: lines within a second, signals, another user, the
# query socket, and what it says when it may not listen.  On the loopback of
# a network namespace of its own.
# unconfined: zfw-fp is no service; it gives up what it does not need itself.
set -u
cd "$(dirname "$0")/../.." || exit 2
b=$(realpath -m "${1:-build}")
fp=$b/zfw-fp ns=zfw-fp-$$ d=$(mktemp -d) pid=''
passed=0 failed=0

[ "$(id -u)" -eq 0 ] || { echo "skip t_fp: needs root"; rm -rf "$d"; exit 77; }
for p in ip python3 setpriv; do
    command -v "$p" >/dev/null ||
        { echo "skip t_fp: no program $p"; rm -rf "$d"; exit 77; }
done

stop() { # leaves the exit code in $rc
    [ -n "$pid" ] || return 0
    kill -TERM "$pid" 2>/dev/null
    wait "$pid"
    rc=$?
    pid=''
}
cleanup() {
    stop
    ip netns del "$ns" 2>/dev/null
    rm -rf "$d"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
ip netns add "$ns" 2>/dev/null && ip -n "$ns" link set lo up ||
    { echo "skip t_fp: no network namespaces here"; exit 77; }
chmod 755 "$d"

ok() { # SENTENCE COMMAND...
    local name=$1 out
    shift
    if out=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        printf '%s\n' "$out" | tail -n 5
        tail -n 3 "$d/err" 2>/dev/null
    fi
}
within() { # TENTHS COMMAND...: until it succeeds
    local n=$1
    shift
    until "$@" >/dev/null 2>&1; do
        n=$((n - 1))
        [ "$n" -gt 0 ] || { "$@"; return; }
        sleep 0.1
    done
}
not() { ! "$@"; }

run() { # ARGUMENTS...: in the background, until it listens
    : >"$d/out"
    ip netns exec "$ns" "$fp" "$@" >"$d/out" 2>"$d/err" </dev/null &
    pid=$!
    within 50 listens
    sleep 0.3 # the ring is there before the database is
}
listens() { # a title line and one more
    [ "$(ip netns exec "$ns" cat /proc/net/packet | wc -l)" -gt 1 ]
}

# A mail server and a client of it, on loopback: one session from CLIENT-PORT.
talk() { # CLIENT-PORT
    ip netns exec "$ns" python3 - "$1" <<-'END'
	import socket, sys, threading
	srv = socket.socket()
	srv.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	srv.bind(("127.0.0.1", 2525))
	srv.listen()
	def serve():
	    c = srv.accept()[0]
	    f = c.makefile("rwb", buffering=0)
	    f.write(b"220 mx.example\r\n")
	    for line in f:
	        f.write(b"221 bye\r\n" if line == b"QUIT\r\n" else b"250 ok\r\n")
	        if line == b"QUIT\r\n":
	            break
	    f.close()
	    c.close()
	t = threading.Thread(target=serve)
	t.start()
	c = socket.create_connection(("127.0.0.1", 2525),
	    source_address=("127.0.0.2", int(sys.argv[1])))
	f = c.makefile("rwb", buffering=0)
	f.readline()
	for line in b"EHLO client.example\r\n", b"QUIT\r\n":
	    f.write(line)
	    f.readline()
	f.close()
	c.close()
	t.join()
	END
}

# What the socket says of 127.0.0.2: status, connections, name.
ask() { # SOCKET
    python3 - "$1" <<-'END'
	import socket, struct, sys
	s = socket.socket(socket.AF_UNIX)
	s.settimeout(5)
	s.connect(sys.argv[1])
	s.send(struct.pack("=IB16s", 0x50304601, 4, bytes([127, 0, 0, 2])))
	r = b""
	while len(r) < 232:
	    r += s.recv(232 - len(r))
	print("%#x" % struct.unpack_from("=I", r, 4)[0],
	    struct.unpack_from("=I", r, 16)[0],
	    r[40:72].rstrip(b"\0").decode())
	END
}
answers() { # REGEX SOCKET
    local out
    out=$(ask "$2")
    grep -qE "$1" <<<"$out" || { echo "$out"; return 1; }
}

cat >"$d/one.fp" <<'END'
classes = unix
[tcp:request]
label = s:unix:First:
sig = *:64:0:*:*,*:mss,sok,ts,nop,ws:df,id+:0
END

# --- lines, signals, another user ---
cp "$d/one.fp" "$d/db.fp"
run -i lo -d "$d/db.fp" --sessions -u nobody
ok "it becomes the user that it shall be" \
    grep -q "^Uid:.$(id -u nobody).$(id -u nobody)" "/proc/$pid/status"
ok "a session passes" talk 40001
ok "its SYN is told within a second or two" within 20 \
    grep -q '|cli=127.0.0.2/40001|srv=127.0.0.1/2525|.*|os=First|' "$d/out"
ok "so is its end" within 20 \
    grep -q 'mod=smtp|cli=127.0.0.2/40001|.*|helo=client.example|verbs=EHLO,QUIT|' "$d/out"
sed -i s/First/Second/ "$d/db.fp"
kill -HUP "$pid"
ok "SIGHUP reads the database again" within 20 \
    grep -q 'zfw-fp: reload: 1 signatures, 1 labels' "$d/err"
talk 40002
ok "and it is used" within 20 grep -q '/40002|.*|os=Second|' "$d/out"
echo nonsense >"$d/db.fp"
kill -HUP "$pid"
ok "a database that is none is told" within 20 \
    grep -q 'zfw-fp: reload: failed, the old databases stay' "$d/err"
talk 40003
ok "and the old one stays" within 20 grep -q '/40003|.*|os=Second|' "$d/out"
stop
ok "SIGTERM is no failure" [ "$rc" -eq 0 ]
ok "and there is a summary" \
    grep -qE '^zfw-fp: [0-9]+ packets: 3 SYNs, .* 3 sessions' "$d/err"

# --- a log that is rotated ---
install -d -o nobody "$d/log.d"
run -i lo -d "$d/one.fp" -o "$d/log.d/log" -u nobody
talk 40006
ok "a log has its lines" within 20 grep -q '/40006|' "$d/log.d/log"
mv "$d/log.d/log" "$d/log.d/log.1"
talk 40007
ok "when it is renamed they go on there" within 20 \
    grep -q '/40007|' "$d/log.d/log.1"
kill -HUP "$pid"
ok "SIGHUP opens a new one" within 20 [ -f "$d/log.d/log" ]
ok "for its owner alone" [ "$(stat -c '%U %a' "$d/log.d/log")" = "nobody 600" ]
talk 40008
ok "which has the next lines" within 20 grep -q '/40008|' "$d/log.d/log"
ok "and no others" not grep -qE '/4000[67]\|' "$d/log.d/log"
ok "the old one has none of them" not grep -q '/40008|' "$d/log.d/log.1"
mv "$d/log.d/log" "$d/log.d/log.2"
chown root "$d/log.d"
kill -HUP "$pid"
ok "that it cannot be made is told" within 20 \
    grep -q 'zfw-fp: reload: failed, the old output stays' "$d/err"
ok "with the reason" grep -q "^zfw-fp: $d/log.d/log: Permission denied" "$d/err"
talk 40009
ok "and the lines go on" within 20 grep -q '/40009|' "$d/log.d/log.2"
stop
ok "that is no failure" [ "$rc" -eq 0 ]

# --- the query socket, live and from a file ---
run -i lo -d "$d/one.fp" -s "$d/sock" -o "$d/log"
talk 40004
talk 40005
ok "a client may ask about a host" within 20 answers '^0x10 2 First' "$d/sock"
ok "the output is for its owner alone" [ "$(stat -c %a "$d/log")" = 600 ]
stop
ok "it ended well" [ "$rc" -eq 0 ]
ok "lines went to the file" grep -q '/40005|' "$d/log"
"$fp" -d tests/golden/fp/test.fp -r tests/golden/fp/odd.pcap -s "$d/sock2" \
    >"$d/out" 2>"$d/err" &
pid=$!
ok "it answers after a file was read" within 20 answers '^0x20' "$d/sock2"
ok "and the file's lines are out" grep -q 'mod=syn' "$d/out"
stop
ok "until it is told to end" [ "$rc" -eq 0 ]

# --- what cannot be ---
setpriv --reuid 65534 --clear-groups "$fp" -i lo >"$d/out" 2>"$d/err"
rc=$?
ok "who may not listen is told" grep -qE '^zfw-fp: lo: .*ermi' "$d/err"
ok "and that is a failure" [ $rc -eq 1 ]
"$fp" -i nosuchdevice >"$d/out" 2>"$d/err"
ok "an interface that is none is a failure" [ $? -eq 1 ]
ok "with its name" grep -q '^zfw-fp: nosuchdevice: ' "$d/err"
"$fp" -i lo -u nosuchuser >"$d/out" 2>"$d/err"
ok "so is a user who is none" \
    grep -q '^zfw-fp: nosuchuser: no such user' "$d/err"

echo "zt $passed $failed 0"
[ "$failed" -eq 0 ]
