#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# zfw-stats on whole stores: its figures against a count that knows nothing of
# zfw, with countries and AS; what promtool and a mail program say of what it
# writes; a store that is damaged or being written; who gets the letter.
# unconfined: zfw-stats by hand; t_service has its units.
# usage: bash tests/e2e/t_stats.sh BUILD
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

E2E_DIR=$(mktemp -d /tmp/zfw-e2e.XXXXXX) || exit 1
trap 'rm -rf "$E2E_DIR"' EXIT
d=$E2E_DIR NOW=1772445600
export TZ=UTC0 LC_ALL=C.UTF-8

store() { # NAME WHAT: its clients are in $d/NAME.lines
    mkdir "$d/$1" && "$E2E_BUILD/tests/tools/statstore" "$d/$1" "$2" >"$d/$1.lines"
}

stats() { # STORE ARGUMENT...
    local name=$1
    shift
    "$E2E_BUILD/zfw-stats" -c "$d/conf" --state "$d/$name" --until @$NOW "$@"
}

exits() { # STATUS REGEX COMMAND...: and says that on standard error
    local want=$1 re=$2
    shift 2
    "$@" >"$d/out" 2>"$d/err"
    same "$want" $? && grep -qE -e "$re" "$d/err" && return
    head -n 5 "$d/err"
    return 1
}

: >"$d/conf"
ok "a small store is made" store small small
ok "a store of 20,000 clients is made" store many 20000

# ---- figures

cat >"$d/geo" <<-END
	11.0.0.0/10 AA 64496
	11.64.0.0/11 BB 64497
	11.96.0.0/16 CC 64498
	2001:db8::/34 BB 64499
END
for what in country asn; do
    ok "a database of $what is made" \
        python3 "$E2E_SRC/tests/e2e/mmdb.py" $what "$d/$what.mmdb" <"$d/geo"
done

recount() { # TOP SINCE ARGUMENT...
    local top=$1 since=$2
    shift 2
    stats many --format json --top "$top" --since "$since" --out "$d/json" \
        "$@" || return 1
    python3 "$E2E_SRC/tests/e2e/statscount.py" "$d/many.lines" "$d/json" \
        "$top" "$d/geo"
}

ok "all clients, counted again, are the same" recount 1000 @1 \
    --geo "$d/country.mmdb" --geo "$d/asn.mmdb"
ok "those of two days, and few groups, too" recount 7 @$((NOW - 172800)) \
    --geo "$d/asn.mmdb" --geo "$d/country.mmdb"

head -c 300 "$d/country.mmdb" >"$d/cut.mmdb"
ok "a database that is not there is one line, and statistics go on" \
    exits 0 '^zfw-stats: geo: [^ ]*none.mmdb: ' stats small --geo "$d/none.mmdb"
ok "one that is cut short, too" \
    exits 0 '^zfw-stats: geo: [^ ]*cut.mmdb: ' stats small --geo "$d/cut.mmdb"
printf 'geo_databases = {"%s", "%s"}\n' "$d/country.mmdb" "$d/asn.mmdb" >"$d/conf"
of_config() {
    stats many --by as | grep -q 'AS64496 Org 64496'
}
ok "databases of the configuration are used" of_config
: >"$d/conf"

one_group() { # its figures are those of the list that it is in
    local kind name
    stats many --format json --top 3 >"$d/all" || return 1
    for kind in domain template network signature system helo evidence botnet; do
        name=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["lists"][sys.argv[2]]["groups"][-1]["name"])' "$d/all" $kind)
        stats many --format json --by $kind "$name" --top 5 >"$d/one" &&
            python3 - "$d/one" "$d/all" $kind "$name" <<-'END' || return 1
	import json, sys
	one, all_ = (json.load(open(f)) for f in sys.argv[1:3])
	kind, name = sys.argv[3:]
	a, b = (next(g for g in o["lists"][kind]["groups"] if g["name"] == name)
	        for o in (one, all_))
	assert one["clients"]["seen"] == b["machines"] > 0, (one["clients"], b)
	assert a["machine"] == b["machine"][:5]
	del a["machine"], b["machine"]
	assert a == b, (a, b)
	END
    done
}
ok "one group alone has its machines and no other" one_group

# ---- formats, as others read them

promtool() {
    local f
    for f in small many; do
        stats $f --format prom --out "$d/zfw.prom" || return 1
        command promtool check metrics <"$d/zfw.prom" || return 1
    done
}
if type -P promtool >/dev/null; then
    ok "promtool finds no fault" promtool
else
    say "skip promtool finds no fault: it is not installed"
    zt_skipped=$((zt_skipped + 1))
fi

letter_parses() { # STORE
    stats "$1" --letter --to "a@example.org, b@example.org" \
        --sendmail "$d/sendmail" || return 1
    same "-t -i" "$(cat "$d/args")" || return 1
    python3 - "$d/letter" <<-'END'
	import email, email.policy, email.utils, sys
	raw = open(sys.argv[1], "rb").read()
	m = email.message_from_bytes(raw, policy=email.policy.default)
	assert not m.defects, m.defects
	assert [a.addr_spec for a in m["To"].addresses] == [
	    "a@example.org", "b@example.org"], m["To"]
	assert m["From"].addresses[0].username == "root"
	assert m["Bcc"] is None and m["Subject"].startswith("zfw on ")
	assert m["Date"].datetime.timestamp() == 1772445600
	assert m.get_content_type() == "text/plain"
	body = m.get_content()
	assert "Possible mistakes" in body, body
	assert max(map(len, body.splitlines())) <= 78
	END
}
cat >"$d/sendmail" <<-END
	#!/bin/sh
	echo "\$*" >$d/args
	cat >$d/letter
END
chmod 755 "$d/sendmail"
ok "a mail program reads the letter" letter_parses small
ok "... of hostile clients, too" store hostile hostile
ok "... and finds no header of theirs" letter_parses hostile
printf 'letter_to = "post@example.org"\n' >"$d/conf"
to_config() {
    rm -f "$d/letter"
    stats small --letter --sendmail "$d/sendmail" && grep -q '^To: post@example.org$' "$d/letter"
}
ok "letter_to gets it" to_config
: >"$d/conf"
printf '#!/bin/sh\nexit 75\n' >"$d/sendmail"
ok "a sendmail that fails is told" exits 1 'did not take the letter' \
    stats small --letter --to a@example.org --sendmail "$d/sendmail"
ok "one that is not there, too" exits 1 '/nowhere: No such file' \
    stats small --letter --to a@example.org --sendmail /nowhere

# ---- stores that are not as they should be

damaged() {
    mkdir "$d/damaged" && cp "$d/many/zfw.kch" "$d/damaged/" || return 1
    python3 - "$d/damaged/zfw.kch" <<-'END'
	import os, random, sys
	random.seed(5)
	size = os.path.getsize(sys.argv[1])
	with open(sys.argv[1], "r+b") as f:
	    for _ in range(40):
	        f.seek(random.randrange(size * 2 // 3, size - 64))
	        f.write(random.randbytes(16))
	END
    exits 0 'damaged records are left out' stats damaged --format json &&
        python3 -c '
import json, sys
o = json.load(open(sys.argv[1]))
print(o["bad_records"], o["clients"]["seen"])
sys.exit(not (0 < o["bad_records"] < 200 and o["clients"]["seen"] > 10000))
' "$d/out"
}
ok "of a damaged store what can be read is counted" damaged
head -c 100 "$d/small/zfw.kch" >"$d/cut" && mkdir "$d/short" && mv "$d/cut" "$d/short/zfw.kch"
ok "of a store that ends at once is told" exits 0 ' 1 damaged ' stats short

written() { # read ten times while it grows
    local writer i
    mkdir "$d/busy"
    "$E2E_BUILD/tests/tools/statstore" "$d/busy" 20000 >/dev/null &
    writer=$!
    wait_for 5 test -s "$d/busy/zfw.kch"
    for i in $(seq 10); do
        stats busy --format json --out "$d/json" 2>"$d/err" || { cat "$d/err"; return 1; }
        python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$d/json" || return 1
    done
    wait $writer
}
ok "a store is read while it is written" written

# ---- the file that is written

whole() {
    echo before >"$d/zfw.prom"
    exits 1 'No such file' stats none --format prom --out "$d/zfw.prom" &&
        same before "$(cat "$d/zfw.prom")" &&
        stats small --format prom --out "$d/zfw.prom" &&
        grep -q '^zfw_stats_up 0$' "$d/zfw.prom" &&
        same 1 "$(find "$d" -maxdepth 1 -name 'zfw.prom*' | wc -l)"
}
ok "what fails leaves the file as it was, and no other" whole
ok "an unprivileged user is told" exits 1 'Permission denied' \
    setpriv --reuid 65534 --clear-groups "$E2E_BUILD/zfw-stats" -c "$d/conf" \
    --state "$d/small"

zt_end
