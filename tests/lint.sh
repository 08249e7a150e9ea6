#!/usr/bin/env bash
# House checks: format, cppcheck, header contracts, layers, privileges, man
# pages, sizes.  Prints each fault; exit 1 when there is any.
set -u
cd "$(dirname "$0")/.." || exit 2
faults=0
fault() {
    printf '%s\n' "$*"
    faults=$((faults + 1))
}
mapfile -t sources < <(git ls-files -co --exclude-standard '*.c' '*.h')

echo "lint: format"
for f in "${sources[@]}"; do
    clang-format --dry-run -Werror "$f" >/dev/null 2>&1 ||
        fault "$f: not formatted (clang-format -i $f)"
done

echo "lint: headers and licence lines"
for f in "${sources[@]}"; do
    head -n 1 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
        fault "$f: no SPDX line"
    case $f in
    *.h)
        # The contract: a comment paragraph `name - what it is` at the head.
        sed -n '2,5p' "$f" | grep -qE '^ \* [a-z0-9_]+ - ' ||
            fault "$f: no contract paragraph at its head"
        ;;
    esac
done

# Which layer a file is on; a file includes its own or lower layers only.
layer() {
    case $1 in
    fp/bytes | fp/addr | fp/hash | fp/fold | fp/huge | fp/packet | fp/le | fp/stack | fp/jhash) echo 0 ;;
    fp/capture* | fp/record* | fp/nfqueue* | fp/verdicts | fp/bpf*) echo 1 ;;
    fp/traits* | fp/link | fp/span | fp/dedup | fp/checksum | fp/opts*) echo 2 ;;
    fp/sig*) echo 3 ;;
    fp/smtp* | fp/session* | fp/dialogue* | fp/ladder | fp/flowstat | fp/reorder) echo 4 ;;
    fp/uptime | fp/hosts | fp/p0fapi | fp/p0fsock | fp/flows | fp/tsclock) echo 4 ;;
    fp/*) echo unknown ;;
    daemon/log | daemon/logtime | daemon/logline* | daemon/logscan | daemon/logjson | daemon/logjoin | daemon/logrule | daemon/logreply | daemon/logkind | daemon/loghead | daemon/pattern*) echo 5 ;;
    daemon/evidence* | daemon/cross | daemon/names* | daemon/client | daemon/faces | daemon/stacks | daemon/sites | daemon/mailq | daemon/policy | daemon/model* | daemon/botnet* | daemon/netlist | daemon/dnsmark | daemon/dnsmsg | daemon/dnscache | daemon/msgid | daemon/tally) echo 6 ;;
    daemon/score* | daemon/view) echo 7 ;;
    daemon/decide | daemon/blocks | daemon/climb | daemon/knocks | daemon/attempts | daemon/frontmsg | daemon/engine*) echo 8 ;;
    nft/* | db/*) echo 9 ;;
    front/*) echo 10 ;;
    daemon/*) echo 10 ;;
    tools/*) echo 11 ;;
    tests/*) echo 12 ;;
    esac
}
echo "lint: layers"
for f in "${sources[@]}"; do
    own=$(layer "${f%.[ch]}")
    [ "$own" != unknown ] || fault "$f: tests/lint.sh does not know its layer"
    while read -r inc; do
        other=$(layer "${inc%.h}")
        [ "${other:-99}" -le "${own:-0}" ] 2>/dev/null ||
            fault "$f: includes $inc, which is a later stage"
    done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$f")
done
# The process that parses strangers' bytes cannot touch the firewall, and
# the one that can does not parse them and does not link the store.
words() { make -s --no-print-directory print-"$1" 2>/dev/null; }
for o in $(words zfwd_O); do
    case $o in
    db/* | fp/traits* | fp/sig* | fp/session* | daemon/logline* | daemon/engine*)
        fault "zfwd links $o" ;;
    esac
done
for o in $(words zfw-engine_O); do
    case $o in nft/* | fp/nfqueue*) fault "zfw-engine links $o" ;; esac
done
# Strangers talk to it: no firewall, no store, no parser of packets or logs.
for o in $(words zfw-front_O); do
    case $o in
    nft/* | db/* | daemon/logline* | daemon/engine*) fault "zfw-front links $o" ;;
    fp/addr | fp/hash) ;;
    fp/*) fault "zfw-front links $o" ;;
    esac
done
for p in $(words PROGRAMS); do
    case $p:$(words "${p}_L") in
    zfw-journal:*) ;;
    *libsystemd*) fault "$p links libsystemd" ;;
    esac
done

echo "lint: cppcheck"
cppcheck -q --std=c11 --enable=warning,portability --inline-suppr -j2 \
    --suppress=missingIncludeSystem --suppress=internalAstError \
    --suppress=preprocessorErrorDirective --error-exitcode=1 \
    -D_GNU_SOURCE -I. fp daemon nft db front tools 2>&1 | grep -v '^$' | head -n 20
[ "${PIPESTATUS[0]}" -eq 0 ] || fault "cppcheck found faults"

echo "lint: man pages"
for m in docs/man/*.[1-8]; do
    [ -e "$m" ] || continue
    out=$(mandoc -Tlint -Wwarning "$m" 2>&1) || { echo "$out"; fault "$m: mandoc"; }
    for s in EXAMPLES DIAGNOSTICS 'SEE ALSO' BUGS; do
        grep -q "^.Sh $s" "$m" || fault "$m: no section $s"
    done
done

# Every key of the configuration, with its default, in the manual and in the
# file that is installed; and no key there that zfwd does not know.
plain() { # KEY<tab>DEFAULT lines without quotes, blanks and other choices
    sed -e 's/|.*//' -e 's/\\(dq//g' -e 's/\<[CN][mo]\>//g' -e 's/[" ]//g' | sort
}
table_keys() {
    sed -n '/^const struct config_key config_key/,/^};/p' daemon/config_key.c |
        tr '\n\t' '  ' | sed 's/{ "/\n&/g' | sed -nE -e "s|ZFW_STATEDIR|$(words STATEDIR)|" \
        -e "s|ZFW_RUNDIR|$(words RUNDIR)|" -e 's/\\"//g' \
        -e 's/^\{ "([a-z0-9_]+)", CONFIG_[A-Z]+, +("[^"]*"|[^ ",]+),.*/\1\t\2/p' | plain
}
man_keys() {
    sed -n 's/^\.It Cm \([a-z0-9_]* No = .*\)/\1/p' docs/man/zfwd.conf.5 |
        sed 's/ , Cm /\n/g' | sed 's/ No = /\t/' | plain
}
conf_keys() {
    sed -nE 's/^#?([a-z0-9_]+) = /\1\t/p' docs/zfwd.conf | plain
}
rows=$(sed -n '/^const struct config_key config_key/,/^};/p' daemon/config_key.c | grep -c '^	{ "')
[ "$(table_keys | wc -l)" -eq "$rows" ] || fault "daemon/config_key.c: tests/lint.sh cannot read its table"
for f in docs/man/zfwd.conf.5:man_keys docs/zfwd.conf:conf_keys; do
    while read -r line; do
        fault "${f%:*}: not as in daemon/config_key.c (<): $line"
    done < <(diff <(table_keys) <(${f#*:}) | grep '^[<>]')
done

# Every piece of evidence has its row: with its weight where that is one number,
# and as learned where the model says it; every family its cap; and every number
# of the score stands there with its value.
row() { grep "^| $1 | " docs/EVIDENCE.md; }
learned=" $(sed -n '/^score_term(/,/^}/p' daemon/score_terms.c |
    sed -nE 's/^\tcase EVIDENCE_([A-Z_]+):.*|^\tif \(k == EVIDENCE_(STACK_RECORD)\)/\1\2/p' | tr '\n' ' ')"
[ "$(grep -cE '^[[:space:]]\[EVIDENCE_[A-Z_]+\] = [-0-9.]+,' daemon/score_terms.c)" -gt 5 ] && [ "$(wc -w <<<"$learned")" -gt 10 ] ||
    fault "daemon/score_terms.c: tests/lint.sh cannot read its weights"
while read -r sym name fam; do
    row "\`$name\` | ${fam,,}" >/dev/null ||
        fault "docs/EVIDENCE.md: no row for $name, family ${fam,,}"
    w=$(sed -n "s/^\t\[EVIDENCE_$sym\] = \([-0-9.]*\),.*/\1/p" daemon/score_terms.c)
    [ -z "$w" ] || row "\`$name\`" | grep -qF -- "| ${w/#[0-9]/+${w:0:1}} |" ||
        fault "docs/EVIDENCE.md: $name: its weight is $w"
    is=no
    row "\`$name\`" | cut -d'|' -f5 | grep -q '^ learned' && is=yes
    case $learned in *" $sym "*) want=yes ;; *) want=no ;; esac
    [ $is = $want ] || fault "docs/EVIDENCE.md: $name: learned in the table: $is, in daemon/score_terms.c: $want"
done < <(tr '\n\t\\' '   ' <daemon/evidence_kind.h |
    grep -oE 'X\([A-Z0-9_]+, [0-9]+, "[a-z-]+", [A-Z]+,' | sed -E 's/X\(|[",]//g; s/ [0-9]+//')
# What is shipped of the learned ones, as docs/MODEL.md has it (which a unit test
# compares with the code): a number, or the least and the greatest.
shipped() { # FEATURE VALUE
    sed -nE "s/^\\| \`$1\` \\| $2 \\|.*\\| ([-+][0-9.]+)( hard)? \\|$/\\1/p" docs/MODEL.md |
        sort -g | sed -n '1p;$p' | xargs printf '%+.1f\n' | uniq | paste -sd' ' | sed 's/ / to /'
}
while read -r name feature value; do
    want=$(shipped "$feature" "$value")
    grep -q "^| \`$name\` | [a-z]* | [^|]* | learned, ${want}[ ,;]" docs/EVIDENCE.md ||
        fault "docs/EVIDENCE.md: $name: shipped are $want"
done <<-'END'
	stack stack .*
	round-trip round-trip .*
	waits greeting waits
	early-talk greeting early
	pipelining ahead without-leave
	bare-lf line-end lf
	think-time think-time .*
	reaction reaction .*
	no-quit leave .*
END
while read -r fam cap; do
    row "$fam | $cap" >/dev/null || fault "docs/EVIDENCE.md: family $fam: its cap is $cap"
done < <(sed -n 's/^\t\[FAMILY_[A-Z]*\] = { "\([a-z]*\)", \([0-9.]*\) },.*/\1 \2/p' daemon/score.c)
numbers() {
    sed -nE 's/^#define ([A-Z_]+) +\(?(-?[0-9.]+)\)?( .*)?$/\1 \2/p' \
        daemon/score.c daemon/score_terms.c | sort
}
[ "$(numbers | wc -l)" -gt 10 ] || fault "daemon/score.c: tests/lint.sh cannot read its numbers"
while read -r line; do
    fault "docs/EVIDENCE.md: not as in daemon/score*.c (<): $line"
done < <(diff <(numbers) <(sed -nE 's/^\| `([A-Z_]+)` \| (-?[0-9.]+) \| .*/\1 \2/p' docs/EVIDENCE.md | sort) | grep '^[<>]')

echo "lint: sizes"
if command -v ctags >/dev/null; then
    while read -r line; do fault "$line"; done < <(
        printf '%s\n' "${sources[@]}" | grep '\.c$' |
            xargs ctags -x --c-kinds=f --_xformat='%F %n %e %N' 2>/dev/null |
            awk '$3 ~ /^[0-9]+$/ && $3-$2+1 > 80 {
                printf "%s:%d: %s has %d lines (at most 80)\n", $1, $2, $4, $3-$2+1 }')
fi

if [ "$faults" -gt 0 ]; then
    echo "lint: $faults faults"
    exit 1
fi
echo "lint: clean"
