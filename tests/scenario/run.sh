#!/bin/sh
# SPDX-License-Identifier: MIT
# Every story with several seeds through the command: the planted finding comes out with its scope and subject, nothing else is above info, and
# the lists equal the truth address by address.  Prints one line a run (TAP).
# modes: release
# not quick
# usage: [CMD=COMMAND] [SEEDS="1 2 3"] tests/scenario/run.sh [STORY...]
set -u
cd "$(dirname "$0")/../.." || exit 1
cmd=${CMD:-build/release/bounce-analyzer}
stories=${*:-quiet domain_down dead_domains dmarc_break ip_block tenant_block listed yahoo_spike dirty bad_content complaints dead_mailbox full setup_fault typos false_unknown outage}
seeds=${SEEDS:-1 2 403}
gen=build/release/gen_month
mkdir -p build/release
[ "$gen" -nt tests/scenario/gen_month.c ] || ${CC:-gcc} -std=gnu11 -O1 -Wall -Wextra -o "$gen" tests/scenario/gen_month.c || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
bad=0 runs=0

# The findings above info as kind,scope,subject; rows of findings.csv begin with a rank.
above_info() { grep -E '^[0-9]+,[a-z_]+,(monitor|fix_soon|critical),' "$1" | awk -F, '{ print $2 "," $4 "," $6 }'; }

compare_findings() {
    above_info "$work/report/findings.csv" > "$work/found"
    awk -F, 'FILENAME == ARGV[1] { found[$0] = 1; next }
             { n = split($1, kind, "|"); hit = 0
               for (i = 1; i <= n; i++) if ((kind[i] "," $2 "," $3) in found) { hit = 1; delete found[kind[i] "," $2 "," $3] }
               if (!hit) print "missed: " $0 }
             END { for (f in found) print "false: " f }' "$work/found" "$work/truth.csv"
}

compare_lists() {
    for list in suppress suppress_domains hold reengage keep; do
        sort -u "$work/$list.txt" > "$work/want"
        tail -n +2 "$work/lists/$list.csv" | cut -d, -f1 | sort -u > "$work/have"
        comm -23 "$work/want" "$work/have" | sed "s/^/$list lacks: /"
        comm -13 "$work/want" "$work/have" | sed "s/^/$list has: /"
    done
}

one_run() {
    rm -rf "${work:?}"/*
    "$gen" "$story" "$seed" "$work" $only && "$cmd" report -q "$work/export.csv" -o "$work/report/" &&
        "$cmd" suppress -q "$work/export.csv" -o "$work/lists/" || { echo "the command failed" > "$work/diff"; return; }
    { compare_findings; compare_lists; } > "$work/diff"
}

for story in $stories; do
    for only in "" bounces; do
        for seed in $seeds; do
            one_run
            runs=$((runs + 1))
            not=
            [ -s "$work/diff" ] && { not="not "; bad=$((bad + 1)); }
            echo "${not}ok $runs - $story, seed $seed${only:+, bounces only}"
            sed 's/^/# /' "$work/diff" | head -n "${LINES_OF_DIFF:-12}"
        done
    done
done
echo "1..$runs"
echo "# $runs months, $bad with differences"
[ "$bad" -eq 0 ]
