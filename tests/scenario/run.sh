#!/bin/sh
# SPDX-License-Identifier: MIT
# Every story with several seeds through the command: the planted findings come out with their scope and subject, nothing else is above info, and
# the lists equal the truth address by address.  Prints one line a run (TAP).
# modes: release
# not quick
# usage: [CMD=COMMAND] [SEEDS="1 2 3"] tests/scenario/run.sh [STORY...]
set -u
cd "$(dirname "$0")/../.." || exit 1
cmd=${CMD:-build/release/bounce-analyzer}
month="quiet domain_down dead_domains dmarc_break ip_block tenant_block listed yahoo_spike dirty bad_content complaints
       dead_mailbox full setup_fault typos false_unknown outage"
more="more:quiet more:tiny more:greylisting more:season more:quota more:b2b more:four_people more:small_outage
      more:subdomains more:tenants more:gateway more:edge more:two_incidents more:two_bursts more:one_sender
      more:spamhaus more:no_ptr more:warm_up more:our_network more:complaints more:waste more:worse"
stories=${*:-$month $more}
seeds=${SEEDS:-1 2 403}
out=build/release
mkdir -p "$out"
compile() { # NAME SOURCE...
    made=$out/$1
    shift
    for source in "$@"; do
        [ "$made" -nt "$source" ] || { ${CC:-gcc} -std=gnu11 -O1 -Wall -Wextra -o "$made" "$@" || exit 1; }
    done
}
compile gen_month tests/scenario/gen_month.c
compile gen_more tests/scenario/gen_more.c tests/scenario/platforms.c
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
bad=0 runs=0

# The findings above info as kind,scope,subject; rows of findings.csv begin with a rank.
above_info() { grep -E '^[0-9]+,[a-z_]+,(monitor|fix_soon|critical),' "$1" | awk -F, '{ print $2 "," $4 "," $6 }'; }

# Each planted finding once for each time it is planted, and no other.
compare_findings() {
    above_info "$work/report/findings.csv" > "$work/found"
    awk -F, 'FILENAME == ARGV[1] { found[$0]++; next }
             { n = split($1, kind, "|"); hit = 0
               for (i = 1; i <= n && !hit; i++) { k = kind[i] "," $2 "," $3; if (found[k] > 0) { hit = 1; found[k]-- } }
               if (!hit) print "missed: " $0 }
             END { for (f in found) while (found[f]-- > 0) print "false: " f }' "$work/found" "$work/truth.csv"
}

compare_lists() {
    for list in suppress suppress_domains hold reengage keep; do
        sort -u "$work/$list.txt" > "$work/want"
        tail -n +2 "$work/lists/$list.csv" | cut -d, -f1 | sort -u > "$work/have"
        comm -23 "$work/want" "$work/have" | sed "s/^/$list lacks: /"
        comm -13 "$work/want" "$work/have" | sed "s/^/$list has: /"
    done
}

# What a story has in DIR/before is the month that it is compared with.
baseline() {
    [ -d "$work/before" ] || return 0
    "$cmd" report -q "$work/before/$export" --save-state "$work/before.state" -o "$work/before/report/" &&
        set_baseline="--baseline $work/before.state"
}

one_run() {
    rm -rf "${work:?}"/*
    export=export.csv set_baseline=
    "$gen" "${story#more:}" "$seed" "$work" $only || { echo "the generator failed" > "$work/diff"; return; }
    [ -f "$work/name.txt" ] && read -r export < "$work/name.txt"
    # shellcheck disable=SC2086 # two words or none
    baseline && "$cmd" report -q "$work/$export" $set_baseline -o "$work/report/" &&
        "$cmd" suppress -q "$work/$export" -o "$work/lists/" || { echo "the command failed" > "$work/diff"; return; }
    { compare_findings; compare_lists; } > "$work/diff"
}

for story in $stories; do
    gen=$out/gen_month
    [ "$story" = "${story#more:}" ] || gen=$out/gen_more
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
