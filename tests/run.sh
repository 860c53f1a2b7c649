#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--quick] [--mode MODE] [SUITE...] - build, run every suite, count.
#
# A suite is a program that prints TAP ("ok 1 - name", "not ok 2 - name", "# why"): the unit tests and each
# tests/NAME/run.sh, which gets MODE, CMD (the command), B (the build folder) and ROOT in its environment.
# Ends with the line "N passed, N failed"; the status says whether that N is 0.
#
# --quick   release only: unit tests, tree and the quick command-line tests; seconds
# --mode    one sanitizer mode instead of release and then asan
set -u

ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT" || exit 1
quick='' modes="release asan" suites=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=1 modes=release ;;
    --mode) modes=$2; shift ;;
    -*) echo "usage: tests/run.sh [--quick] [--mode MODE] [SUITE...]" >&2; exit 2 ;;
    *) suites="$suites $1" ;;
    esac
    shift
done
jobs=$(nproc 2>/dev/null || echo 2)
make=${MAKE:-make}
out=build/results
passed=0 failed=0
rm -rf "$out"
mkdir -p "$out"
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:report_thread_leaks=0 # OpenMP's runtime is not built with it
unset MAKEFLAGS MAKELEVEL MFLAGS

wanted() {
    [ -z "$suites" ] && return 0
    case " $suites " in *" $1 "*) return 0 ;; esac
    return 1
}

# count NAME STATUS: add up the TAP in $out/NAME and show what failed.
count() {
    counts=$(awk -v status="$2" '
        /^1\.\.[0-9]+/ { plan += substr($0, 4) }
        /^(not )?ok .*# SKIP/ { skip++; next }
        /^ok /         { ok++ }
        /^not ok /     { bad++ }
        END {
            if (plan > ok + bad + skip) bad += plan - ok - bad - skip           # it died on the way
            if (status != 0 && bad == 0) bad = 1
            print ok + 0, bad + 0
        }' "$out/$1")
    ok=${counts% *} bad=${counts#* }
    [ -n "$counts" ] || { ok=0 bad=1; }
    passed=$((passed + ok)) failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then
        printf '  %-34s %5d passed, %d FAILED\n' "$1" "$ok" "$bad"
        grep -v '^ok ' "$out/$1" | head -n 40 | sed 's/^/      /'
    else
        printf '  %-34s %5d passed\n' "$1" "$ok"
    fi
}

run_units() {
    export CMOCKA_MESSAGE_OUTPUT=TAP
    for c in tests/unit/test_*.c; do
        [ -e "$c" ] && basename "$c" .c
    done | xargs -P "$jobs" -I NAME sh -c \
        'timeout 600 "$1/tests/unit/NAME" >"$2/unit-$3-NAME" 2>&1; echo $? >"$2/unit-$3-NAME.status"' sh "build/$1" "$out" "$1"
    for f in "$out/unit-$1"-*.status; do
        [ -e "$f" ] || continue
        f=${f##*/}
        count "${f%.status}" "$(cat "$out/$f")"
    done
}

run_suites() {
    for s in tests/*/run.sh; do
        name=$(basename "$(dirname "$s")")
        wanted "$name" || continue
        case $name in fuzz) continue ;; esac
        # Suites that look at files, not at the program, need one mode only.
        grep -q '^# modes: release$' "$s" && [ "$1" != release ] && continue
        grep -q '^# not quick$' "$s" && [ -n "$quick" ] && continue
        MODE=$1 B=$ROOT/build/$1 CMD=$ROOT/build/$1/bounce-analyzer ROOT=$ROOT QUICK=$quick \
            sh "$s" >"$out/$name-$1" 2>&1
        count "$name-$1" $?
    done
}

for mode in $modes; do
    targets="all"
    wanted unit && for c in tests/unit/test_*.c; do
        [ -e "$c" ] && targets="$targets build/$mode/${c%.c}"
    done
    echo "building $mode"
    # shellcheck disable=SC2086 # a list of words
    # -k: a test that does not compile is one failure, not the end
    if ! $make --no-print-directory -k -j "$jobs" MODE="$mode" $targets >"$out/build-$mode.log" 2>&1; then
        grep -E 'error|undefined|\*\*\*' "$out/build-$mode.log" | head -n 40
        echo "the $mode build failed: $out/build-$mode.log" >&2
        failed=$((failed + 1))
        [ -x "build/$mode/bounce-analyzer" ] || continue
    fi
    wanted unit && run_units "$mode"
    run_suites "$mode"
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
