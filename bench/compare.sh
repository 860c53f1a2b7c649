#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh COMMAND FILE FOLDER PEERS - the peers' histograms must be ours, count by count, or a race means nothing.
# Compared: rows by domain, distinct failing recipients by domain, delivered, bounced and deferred rows by day.
set -eu
me=$1 file=$2 dir=$3 peers=$4
out=$dir/compare
rm -rf "$out"
mkdir -p "$out"
"$me" report "$file" -o "$out/ours/" > /dev/null
node "$peers/duckdb.mjs" "$file" "$out/duckdb" tuned 2
node "$peers/clickhouse.mjs" "$file" "$out/clickhouse" 2
if command -v mawk > /dev/null; then
    mkdir -p "$out/mawk"
    mawk -v OUT="$out/mawk" -f bench/peers/mawk.awk bench/peers/rules.tsv "$file"
fi

# column NAME FILE: its number in the header
column() { head -n 1 "$2" | tr ',' '\n' | grep -nx "$1" | cut -d: -f1; }
# sum KEY FILE COLUMN...: "key,sum of the columns", sorted, zero sums left out
sum() {
    key=$1 f=$2; shift 2
    list=$(for c in "$@"; do column "$c" "$f"; done | tr '\n' ' ')
    awk -F, -v key="$(column "$key" "$f")" -v list="$list" '
        { gsub(/"[^"]*"/, "text") }
        NR > 1 { n = split(list, c, " "); s = 0; for (i = 1; i <= n; i++) s += $c[i]; if (s) print $key "," s }' "$f" | LC_ALL=C sort
}
plain() { tr -d '"' < "$1" | tail -n +2 | LC_ALL=C sort; }

sum domain "$out/ours/domains.csv" delivered bounces deferrals complaints > "$out/domain"
sum domain "$out/ours/domains.csv" recipients_failed > "$out/failing"
for t in d:delivered b:bounces t:deferrals; do
    sum day "$out/ours/days.csv" "${t#*:}" | sed "s/,/,${t%%:*},/"
done | LC_ALL=C sort > "$out/day"
status=0
for peer in duckdb clickhouse mawk; do
    [ -d "$out/$peer" ] || continue
    for what in domain failing day; do
        plain "$out/$peer/$what.csv" | grep -v ',f,' > "$out/theirs" || true
        if cmp -s "$out/theirs" "$out/$what"; then
            echo "$peer: $what: $(wc -l < "$out/$what") rows, the same"
        else
            echo "$peer: $what: DIFFERENT"
            diff "$out/theirs" "$out/$what" | head -n 5
            status=1
        fi
    done
done
exit $status
