#!/bin/sh
# SPDX-License-Identifier: MIT
# modes: release
# not quick
# run.sh [REPORT.html...] - HTML reports in a real, headless Chromium: what the unit tests can only read, seen by a browser.
#
# Without arguments the samples are rendered, and a hostile export whose every field is a polyglot.  For each report:
#   no console message, no request but the file itself, no violation of the content security policy, nothing executed;
#   no horizontal overflow of the page at 360, 768 and 1280 pixels; text contrast of WCAG AA in light and in dark;
#   every table sorts, filters and unfolds; the page is whole with scripts off.
# Prints TAP, one test per report; skipped where there is no browser or driver.

set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/browser/driver.sh
command=${CMD:-build/release/bounce-analyzer}
failures=0 tests=0

missing=$(driver_missing)
if [ -n "$missing" ]; then
    echo "1..0 # SKIP $missing is not installed (chromium, chromium-driver, curl, jq)"
    exit 0
fi

work=$(mktemp -d)
trap 'driver_stop; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

fail() { echo "# $1: $2"; failures=$((failures + 1)); }
expect() { [ "$2" = "$3" ] || fail "$report" "$1: got $2, want $3"; }

# ---- reports ----

render_hostile() {
    name=$(printf '%s/\033]0;x\007<img src=x onerror=alert(1)>.csv' "$work")
    sh tests/browser/hostile.sh >"$name"
    "$command" report --no-config --show full "$name" -o "$work/hostile.html" || fail hostile "can't be rendered"
}

if [ $# -eq 0 ]; then
    [ -x "$command" ] || { echo "not ok 1 - $command is not built"; exit 1; }
    for sample in samples/*.csv samples/*.csv.gz samples/*.jsonl; do
        [ -e "$sample" ] || continue
        out=$work/$(basename "$sample").html
        "$command" report --no-config "$sample" -o "$out" || fail "$sample" "can't be rendered"
        set -- "$@" "$out"
    done
    render_hostile
    set -- "$@" "$work/hostile.html"
fi

# ---- what is asked of each ----

contrast_script=$(cat tests/browser/contrast.js)

# The page with which the browser itself began (chrome://...) may still be loading its pictures.
check_quiet() {
    expect "console messages" "$(driver_log browser | jq -c 'map(select(.message | test("favicon") | not) | .message)')" '[]'
    expect "requests" "$(driver_log performance | jq -c '[.[].message | fromjson.message | select(.method == "Network.requestWillBeSent") | .params |
        select(.documentURL | startswith("chrome:") | not) | .request.url | select(startswith("file:") | not)] | unique')" '[]'
}

check_inert() {
    expect "elements that are not ours" "$(driver_script 'return [...new Set([...document.querySelectorAll("*")].map(e => e.localName))].filter(n => !("html head meta title style body a header nav main section figure figcaption article footer script p h1 h2 h3 h4 ul ol li dl div dt dd span b small code pre details summary svg rect line circle text table thead tbody tr th td button label input".split(" ").includes(n)))')" '[]'
    expect "scripts" "$(driver_script 'return document.scripts.length')" 1
    expect "attributes that act" "$(driver_script 'return [...document.querySelectorAll("*")].flatMap(e => [...e.attributes]).filter(a => /^on|^style$|^src/.test(a.name) || (a.name === "href" && a.value[0] !== "#")).length')" 0
    expect "policy violations" "$(driver_script 'return window.violations')" 0
}

check_width() {
    for width in 360 768 1280; do
        driver_size "$width" 900
        expect "page width at $width" "$(driver_script 'return document.documentElement.scrollWidth')" "$width"
    done
}

check_contrast() {
    for scheme in light dark; do
        driver_scheme "$scheme"
        expect "contrast in $scheme" "$(driver_script "$contrast_script")" '[]'
    done
    driver_scheme light
}

check_tables() {
    expect "sorting" "$(driver_script 'let bad = [];
        for (const table of document.querySelectorAll("main table")) {
            for (const button of table.querySelectorAll("thead button")) {
                const before = table.tBodies[0].rows.length;
                button.click(); button.click();
                if (table.tBodies[0].rows.length !== before || !button.parentNode.getAttribute("aria-sort")) bad.push(table.id);
            }
        }
        return bad')" '[]'
    expect "filtering" "$(driver_script 'let bad = [];
        for (const input of document.querySelectorAll(".tools input")) {
            input.value = "no such row anywhere"; input.dispatchEvent(new Event("input"));
            const table = input.closest(".tools").nextElementSibling.querySelector("table");
            if ([...table.tBodies[0].rows].some(r => !r.hidden)) bad.push(table.id);
            input.value = ""; input.dispatchEvent(new Event("input"));
            if ([...table.tBodies[0].rows].some(r => r.hidden)) bad.push(table.id);
        }
        return bad')" '[]'
}

check_structure() {
    expect "ids twice" "$(driver_script 'const ids = [...document.querySelectorAll("[id]")].map(e => e.id); return ids.length - new Set(ids).size')" 0
    expect "links to nothing" "$(driver_script 'return [...document.querySelectorAll("a[href^=\"#\"]")].map(a => a.getAttribute("href").slice(1)).filter(id => !document.getElementById(id))')" '[]'
    expect "charts without a name or data" "$(driver_script 'return [...document.querySelectorAll("figure.chart")].filter(f => !f.querySelector("svg[role=img] > title") || !f.querySelector("figcaption h3") || !document.querySelector(f.querySelector(".data a").getAttribute("href"))).length')" 0
    expect "headings that skip a level" "$(driver_script 'let last = 0, bad = []; for (const h of document.querySelectorAll("h1,h2,h3,h4")) { const n = +h.localName[1]; if (n > last + 1) bad.push(h.textContent); last = n; } return bad')" '[]'
    expect "boxes that scroll and can not be reached by key" "$(driver_script 'return [...document.querySelectorAll("main *")].filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "auto" && e.tabIndex < 0).length')" 0
}

check_axe() {           # only where somebody names a copy of axe-core: AXE=path/to/axe.min.js
    [ -n "${AXE-}" ] || return 0
    driver_script "$(cat "$AXE"); window.axe = axe; return 1" >/dev/null
    driver_script 'window.axeDone = null; axe.run({resultTypes: ["violations"]}).then(r => { window.axeDone = r.violations.filter(v =>
        ["serious", "critical"].includes(v.impact)).map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(" | ")); },
        e => { window.axeDone = [String(e)]; }); return 1' >/dev/null
    found=null
    for _ in $(seq 100); do
        found=$(driver_script 'return window.axeDone')
        [ "$found" = null ] || break
        sleep 0.1
    done
    expect "axe-core" "$found" '[]'
}

check_without_script() {
    with=$(driver_script 'return document.querySelectorAll("main tbody tr").length')
    driver_cdp Emulation.setScriptExecutionDisabled '{"value":true}' >/dev/null
    driver_open "file://$1"
    driver_cdp Emulation.setScriptExecutionDisabled '{"value":false}' >/dev/null
    expect "rows without scripts" "$(driver_script 'return [...document.querySelectorAll("main tbody tr")].filter(r => r.getClientRects().length > 0).length')" "$with"
}

# ---- run ----

driver_start || { echo "not ok 1 - chromedriver does not start"; exit 1; }
driver_cdp Page.addScriptToEvaluateOnNewDocument '{"source":"window.violations = 0; document.addEventListener(\"securitypolicyviolation\", () => { window.violations++; }); window.alert = () => { window.violations++; };"}' >/dev/null
for file in "$@"; do
    path=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
    report=$(basename "$file")
    before=$failures
    driver_log browser >/dev/null
    driver_log performance >/dev/null
    driver_size 1280 900
    driver_open "file://$path" || { fail "$report" "does not open"; continue; }
    check_inert
    check_structure
    check_width
    check_contrast
    check_axe
    check_tables
    check_quiet
    check_without_script "$path"
    tests=$((tests + 1))
    [ "$failures" -gt "$before" ] && printf "not "
    echo "ok $tests - $report"
done
echo "1..$#"
[ "$failures" -eq 0 ]
