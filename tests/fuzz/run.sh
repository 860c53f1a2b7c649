#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [SECONDS [NAME...]] - builds tests/fuzz/fuzz_NAME.c (all of them) with clang and runs each for SECONDS (60).
# A corpus grows in build/fuzz/corpus/NAME; starting points are in tests/fuzz/corpus/NAME, words in tests/fuzz/fuzz_NAME.dict.
# What a fuzzer found stays in build/fuzz/found/NAME-*; it ends with the status of the first that found something.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's#.*/fuzz_##; s#\.c$##')

command -v clang >/dev/null || { echo "fuzzing needs clang (apt-get install clang)" >&2; exit 1; }
mkdir -p build/fuzz/found
for name in "$@"; do
    make -s MODE=fuzz CC=clang "build/fuzz/tests/fuzz/fuzz_$name"
    mkdir -p "build/fuzz/corpus/$name"
    words=tests/fuzz/fuzz_$name.dict start=tests/fuzz/corpus/$name
    [ -f "$words" ] && words=-dict=$words || words=
    [ -d "$start" ] || start=
    echo "fuzz_$name: $seconds s"
    "build/fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$name-" $words "build/fuzz/corpus/$name" $start \
        2> "build/fuzz/$name.log" || { tail -40 "build/fuzz/$name.log" >&2; exit 1; }
    sed -n 's/^stat::number_of_executed_units: */  texts /p; s/^stat::average_exec_per_sec: */  a second /p' "build/fuzz/$name.log"
done
