#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - the command against the floor and against what people would use instead, in turn.
#
#   bench/run.sh                        100 MB and 1 GB
#   BENCH_GB=4 bench/run.sh             and 4 GB
#   BENCH_ROUNDS=5 BENCH_DIR=/fast/disk BENCH_PEERS=/path/with/node_modules bench/run.sh
#
# Corpora are made once into BENCH_DIR.  Peers run where they are installed:
#   npm install @duckdb/node-api chdb @chdb/lib-linux-x64-gnu     (in the folder BENCH_PEERS)
#   apt-get install isal tabix mawk
# Results go to bench/runs/<date>-<machine>/.
set -eu
cd "$(dirname "$0")/.."
B=${BENCH_BUILD:-build/release}
DIR=${BENCH_DIR:-build/bench}
ROUNDS=${BENCH_ROUNDS:-5}
PEERS=${BENCH_PEERS:-}
RUN=${BENCH_RUN:-bench/runs/$(date +%Y-%m-%d)-$(uname -m)}
ME=$B/bounce-analyzer
mkdir -p "$DIR" "$RUN"

have() { command -v "$1" > /dev/null 2>&1; }
corpus() { # name, then the generator's arguments
    name=$1; shift
    [ -s "$DIR/$name" ] || { echo "making $DIR/$name" >&2; "$B/gen_export" "$@" > "$DIR/$name.part"; mv "$DIR/$name.part" "$DIR/$name"; }
}
add() { printf '%s\t%s\n' "$1" "$2" >> "$DIR/list"; }
series() { # title, file whose pages are to be in the cache
    title=$1; shift
    cat "$@" > /dev/null
    echo; echo "== $title"
    "$B/in_turn" "$ROUNDS" "$RUN/raw-$(echo "$title" | tr -c 'a-z0-9\n' '-').csv" < "$DIR/list"
    : > "$DIR/list"
}
peer() { [ -n "$PEERS" ] && [ -d "$PEERS/node_modules" ] && have node; }
if peer; then cp bench/peers/*.mjs bench/peers/rules.tsv "$PEERS/"; fi

corpus full100m.csv -b 100000000
corpus full1g.csv -b 1000000000
corpus narrow1g.csv -b 1000000000 -S narrow
corpus texts1g.csv -b 1000000000 -u texts
corpus addresses1g.csv -b 1000000000 -u addresses
[ -s "$DIR/full1g.csv.gz" ] || gzip -6 -c "$DIR/full1g.csv" > "$DIR/full1g.csv.gz"
[ -s "$DIR/full1g.members.gz" ] || split -b 16000000 --filter='gzip -6' "$DIR/full1g.csv" > "$DIR/full1g.members.gz"
if have bgzip && [ ! -s "$DIR/full1g.bgzf.gz" ]; then bgzip -@2 -c "$DIR/full1g.csv" > "$DIR/full1g.bgzf.gz"; fi
[ -z "${BENCH_GB:-}" ] || corpus full4g.csv -b "${BENCH_GB}000000000" -p 8000000

: > "$DIR/list"
{
    echo "$(uname -srm), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
    "$ME" --version
    for size in full100m full1g ${BENCH_GB:+full4g}; do
        f=$DIR/$size.csv
        add "wc -l" "wc -l $f > /dev/null"
        add "ours, 2 threads" "$ME report -j2 $f -o $DIR/out.json"
        add "ours, 1 thread" "$ME report -j1 $f -o $DIR/out.json"
        add "ours, --no-mmap" "$ME report -j2 --no-mmap $f -o $DIR/out.json"
        if [ $size != full4g ] && peer; then
            add "DuckDB tuned" "node $PEERS/duckdb.mjs $f $DIR/duckdb tuned 2"
            add "DuckDB obvious" "node $PEERS/duckdb.mjs $f $DIR/duckdb2 obvious 2"
            add "ClickHouse" "node $PEERS/clickhouse.mjs $f $DIR/clickhouse 2"
        fi
        if [ $size = full100m ] && have mawk; then
            mkdir -p "$DIR/mawk"
            add "mawk" "mawk -v OUT=$DIR/mawk -f bench/peers/mawk.awk bench/peers/rules.tsv $f"
        fi
        series "plain $size" "$f"
    done

    f=$DIR/full1g.csv
    add "realistic" "$ME report -j2 $f -o $DIR/out.json"
    add "every text new" "$ME report -j2 $DIR/texts1g.csv -o $DIR/out.json"
    add "every address new" "$ME report -j2 $DIR/addresses1g.csv -o $DIR/out.json"
    add "narrow" "$ME report -j2 $DIR/narrow1g.csv -o $DIR/out.json"
    series "kinds of rows 1g" "$f" "$DIR/texts1g.csv" "$DIR/addresses1g.csv" "$DIR/narrow1g.csv"

    gz=$DIR/full1g.csv.gz
    if have igzip; then add "igzip -dc" "igzip -dc $gz > /dev/null"; fi
    add "ours, one member" "$ME report -j2 $gz -o $DIR/out.json"
    add "ours, one member, zlib" "$ME report -j2 --gunzip zlib $gz -o $DIR/out.json"
    add "ours, 63 members" "$ME report -j2 $DIR/full1g.members.gz -o $DIR/out.json"
    [ ! -s "$DIR/full1g.bgzf.gz" ] || add "ours, BGZF" "$ME report -j2 $DIR/full1g.bgzf.gz -o $DIR/out.json"
    if peer; then add "ClickHouse, one member" "env COLUMNS_OF_GZ=$(head -1 "$f") node $PEERS/clickhouse.mjs $gz $DIR/clickhouse 2"; fi
    series "gzip 1g" "$gz" "$DIR"/full1g.*.gz

    echo; echo "== stages alone"
    "$B/bench/micro/stages" "$DIR/full1g.csv"
    "$B/bench/micro/scan" "$DIR/full100m.csv"
    "$B/bench/micro/bench_tally"
    "$B/bench/micro/inflate" -i "$gz"
} 2>&1 | tee "$RUN/summary.txt"
if peer; then bench/compare.sh "$ME" "$DIR/full100m.csv" "$DIR" "$PEERS" | tee -a "$RUN/summary.txt"; fi
