#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The page of statistics in a real Chromium: a month of a busy gateway, with
# names that want to be markup.  It opens in a second, on a phone and in the
# dark, runs nothing of theirs, filters, sorts and folds, and works without
# scripts.  There is no network but the one between the namespaces.
# unconfined: a page in a browser, written by a tool of the tests.
# usage: bash tests/e2e/t_report.sh BUILD
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

E2E_HERE=$(cd "$(dirname "$0")" && pwd)

page() { # NAME KEY=VALUE...
    "$E2E_BUILD/tests/tools/statspage" "${@:2}" >"$E2E_DIR/$1.html"
}

browser() { # NAME [OPTION...] -- STEP...: what they print is in $E2E_DIR/out
    local url=file://$E2E_DIR/$1.html opts=()
    shift
    while [ "$1" != -- ]; do
        opts+=("$1")
        shift
    done
    shift
    gw env HOME="$E2E_DIR/home" TMPDIR="$E2E_DIR" python3 \
        "$E2E_HERE/browser.py" "${opts[@]}" "$url" "$@" >"$E2E_DIR/out"
}

line() { # N: of what the last browser printed
    sed -n "$1p" "$E2E_DIR/out"
}

# --- JavaScript expressions ------------------------------------------------

LOADED='Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)'
HACKED='[typeof window.hacked, document.title.includes("hacked"),
    document.scripts.length, document.images.length]'
# What a name would do that got through all escapes.
INJECT='(() => { const e = document.createElement("p"), said = [];
    for (const f of [
        () => { e.innerHTML = "<img src=x onerror=\"window.hacked=9\">"; },
        () => { e.setAttribute("onclick", "window.hacked=9"); },
        () => { e.setAttribute("style", "color: #ff0000"); },
        () => { const s = document.createElement("script");
            s.text = "window.hacked=9"; document.body.append(s); }])
        try { f(); said.push("done"); } catch (x) { said.push(x.name); }
    document.body.append(e);
    e.click();
    return [said, getComputedStyle(e).color == "rgb(255, 0, 0)"]; })()'
SHOWN='[...document.querySelectorAll(".groups > tbody")]
    .filter(e => e.getClientRects().length).length'
# Of one table: are the figures of its second column in order?
ORDER='(() => { const n = [...document.querySelectorAll("#helo .groups > tbody")]
    .map(e => Number(e.rows[0].cells[1].textContent.replace(/,/g, "")));
    return [n.every((v, i) => !i || n[i - 1] >= v),
        n.every((v, i) => !i || n[i - 1] <= v)]; })()'
SORTED='document.querySelector("#helo [aria-sort]").getAttribute("aria-sort")'
OPEN='getComputedStyle(document.querySelector("#botnet .more")).display'
# Tables of which a part is out of sight, and places for the Tab key in vain.
HIDDEN='[...document.querySelectorAll(".sc")]
    .filter(e => e.scrollWidth > e.clientWidth).map(e => e.ariaLabel)'
STOPS='[...document.querySelectorAll(".sc[tabindex]")]
    .filter(e => e.checkVisibility()).length'
COLOUR='getComputedStyle(document.body).backgroundColor'

# --- cases -----------------------------------------------------------------

# A month, with all its machines: as large as pages are.
month() {
    local best
    ok "a month's page is small" [ "$(stat -c %s "$E2E_DIR/month.html")" -lt 2000000 ]
    ok "a browser opens it and has nothing to complain of" browser month -- \
        js "$LOADED" js "$HACKED" reload js "$LOADED" reload js "$LOADED" \
        quiet js "$INJECT" js 'typeof window.hacked'
    best=$(printf '%s\n' "$(line 1)" "$(line 3)" "$(line 4)" | sort -n | head -n 1)
    say "note $(stat -c %s "$E2E_DIR/month.html") bytes are loaded in $best ms"
    ok "it opens in a second" [ "${best:-0}" -gt 0 -a \
        "${best:-0}" -lt $((1000 * E2E_SLOW)) ]
    ok "no name of a stranger ran" same '["undefined", false, 1, 0]' "$(line 2)"
    ok "nor would it, had it come in" same \
        '[["TypeError", "TypeError", "done", "TypeError"], false]' "$(line 5)"
    ok "not even later" same '"undefined"' "$(line 6)"
}

pages() { # between 3 and 16 on paper
    local n
    n=$(grep -ac '/Type */Page\($\|[^s]\)' "$E2E_DIR/paper.pdf")
    [ "$n" -ge 3 ] && [ "$n" -le 16 ] && return
    say "$n pages"
    return 1
}

desktop() {
    ok "a desktop shows it whole" browser week -- js "$COLOUR" \
        has "Possible mistakes" press '#botnet .groups summary' \
        press '#time summary' fits contrast quiet shot "$shots/desktop.png" \
        print "$E2E_DIR/paper.pdf"
    light=$(line 1)
    ok "on paper it is some pages" pages
}

# All columns are in sight where there is room for them.
columns() {
    local size
    for size in 820x1180 1280x800 1920x1080; do
        ok "tables are whole, $size" browser month --size $size -- js "$HIDDEN" js "$STOPS"
        ok "no column is out of sight, $size" same '[]' "$(line 1)"
        ok "the keyboard does not stop at them, $size" same 0 "$(line 2)"
    done
    ok "so are those of shadow mode" browser two-shadow -- js "$HIDDEN"
    ok "none of its columns is out of sight" same '[]' "$(line 1)"
    ok "on a phone they are pushed aside" browser month --size 390x844 -- js "$STOPS"
    ok "the keyboard can do that, too" [ "$(line 1)" -ge 10 ]
}

# The first hour and the second day: no single bar that is all of it.
young() {
    local bars='(document.querySelector("svg.tl-w .c-conn[d]").getAttribute("d")
        .match(/H/g) || []).length'
    local ticks='document.querySelectorAll("svg.tl-w > g.ax:last-of-type text").length'
    local age
    for age in hour two; do
        ok "$age is a page" browser $age -- js "$bars" js "$ticks" \
            press '#time summary' js 'document.querySelectorAll("#time tbody tr").length' \
            fits contrast quiet
        ok "$age has more than one bar" [ "$(line 1)" -ge 10 ]
        ok "$age has times below it" [ "$(line 2)" -ge 6 ]
        ok "$age has as many figures as can be read" [ "$(line 3)" -ge 10 -a "$(line 3)" -le 80 ]
    done
}

tools() {
    local told='document.querySelector("#tools output").textContent'
    ok "its tools can be used" browser week -- js "$SHOWN" \
        type '#tools [type=search]' 'isp19.example' js "$SHOWN" js "$told" \
        js '[...document.querySelectorAll(".groups > tbody:not([hidden])")].every(
            e => /isp19\.example/.test(e.textContent))' \
        type '#tools [type=search]' 'nobody has this' js "$SHOWN" \
        type '#tools [type=search]' ' ' js "$SHOWN" \
        press '#helo .all-rows button' js "$SHOWN" \
        press '#helo thead th:nth-child(2) button' js "$ORDER" \
        press '#helo thead th:nth-child(2) button' js "$ORDER" js "$SORTED" \
        press '#tools button' \
        js 'document.querySelectorAll(".kind[open]").length' quiet
    ok "at first ten of each kind are there" same 100 "$(line 1)"
    ok "the filter leaves fewer" [ "$(line 2)" -gt 0 -a "$(line 2)" -lt 100 ]
    ok "says how many" same "\"$(line 2) of 172 groups\"" "$(line 3)"
    ok "and only those with these words" same true "$(line 4)"
    ok "nothing is found where nothing is" same 0 "$(line 5)"
    ok "without words all are there again" same 100 "$(line 6)"
    ok "one table can show more" same 110 "$(line 7)"
    ok "a click on a head sorts, the most first" same '[true, false]' "$(line 8)"
    ok "another one turns it around" same '[false, true]' "$(line 9)"
    ok "which is said to who does not see it" same '"ascending"' "$(line 10)"
    ok "all can be folded" same 0 "$(line 11)"
}

phone() {
    ok "a phone shows it in the dark" browser week --dark --size 390x844 -- \
        js "$COLOUR" press '#botnet .groups summary' fits contrast quiet \
        shot "$shots/phone-dark.png"
    ok "which has colours of its own" not same "$light" "$(line 1)"
    ok "in shadow mode it says so" browser shadow --size 390x844 -- \
        has "Shadow mode: nobody was blocked" has "Would have been prevented" \
        not "blocked, tier" fits contrast quiet shot "$shots/phone-shadow.png"
    ok "without history it is a page, too" browser empty --size 390x844 -- \
        has "There is no history" fits contrast quiet
}

plain() {
    ok "without scripts it is whole" browser week --no-script --size 390x844 -- \
        has "Possible mistakes" has "<script>window.hacked=1" \
        has '"><img src=x onerror' has '\u{202e}moc.elpmaxe' \
        has '\xff\xfe\xc0\xaf' fits js "$SHOWN" js "$OPEN" \
        press '#botnet .groups summary' js "$OPEN" \
        js 'document.querySelector("#tools").getClientRects().length' tab \
        js 'getComputedStyle(document.activeElement).outlineStyle'
    ok "all rows are there" same 172 "$(line 1)"
    ok "their machines are folded" same '"none"' "$(line 2)"
    ok "a row opens to its machines" same '"table-row"' "$(line 3)"
    ok "what needs a script is not there" same 0 "$(line 4)"
    ok "the keyboard's place is seen" same '"solid"' "$(line 5)"
}

# --- the test --------------------------------------------------------------

has_browser || skip_all "no chromium and chromium-driver here"
e2e_setup
shots=$E2E_DIR/shots light=''
mkdir -p "$shots" "$E2E_DIR/home"
page month hostile=1
page week hostile=1 days=7 modes=3 machines=2
page shadow days=1 modes=1 mistakes=0 groups=5 machines=2
page empty days=0
page hour days=7 hours=1 modes=1 groups=3 machines=2
page two-shadow days=7 hours=40 modes=1 groups=5 machines=2
page two days=7 hours=40 modes=3 groups=3 machines=2
month
desktop
columns
young
tools
phone
plain
zt_end
