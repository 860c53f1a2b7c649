#!/bin/sh
# SPDX-License-Identifier: MIT
# modes: release
# The shape of the tree: which room may include what, what the library exports, headers that stand alone.
set -u
cd "$ROOT" || exit 1
. tests/tap.sh

# ---- the arrows between rooms ----
# Every room may include util/, its own headers, the public ones and generated tables; the rest stands here.
allowed() {
    case $1 in
    util) ;;
    tables) ;;
    ingest) ;;
    csv) ;;
    schema) echo csv tables ;;
    classify) echo schema tables ;;
    aggregate) echo schema classify tables ;;
    detect) echo aggregate classify schema tables ;;
    report) echo aggregate detect classify/verdict.h tables ;;
    engine) echo tables ingest csv schema classify aggregate detect report ;;
    esac
}
for room in util tables ingest csv schema classify aggregate detect report engine; do
    may=" util bounce gen $room $(allowed $room | tr '\n' ' ') "
    # gen_*.c are build tools: no part of the library
    grep -n '^ *# *include "' src/$room/*.c src/$room/*.h 2>/dev/null | grep -v '/gen_[a-z_]*\.c:' | while IFS= read -r line; do
        header=$(printf '%s\n' "$line" | sed 's/.*include "\([^"]*\)".*/\1/')
        case $header in
        */*) folder=${header%%/*} ;;
        *) continue ;;                   # beside the file itself
        esac
        case $may in *" $folder "* | *" $header "*) continue ;; esac
        echo "$line"
    done
done >"$work/arrows"
result "no room includes a room to its right" "$work/arrows"

grep -n '^ *# *include "' analyzer/*.c analyzer/*.h | sed 's/"\([^"]*\)".*/\1/' | awk '$NF ~ /\// && $NF !~ /^bounce\// { print }' >"$work/command"
result "the command uses only the public headers" "$work/command"
grep -ln '# *include "' include/bounce/*.h | xargs grep -n '# *include "' | grep -v '"bounce/' >"$work/public"
result "public headers include public headers only" "$work/public"
grep -ln 'pthread_create\|#pragma omp\|omp\.h' src/*/*.c src/*/*.h analyzer/*.c 2>/dev/null | grep -v '^src/engine/' >"$work/omp"
result "only the engine knows about threads" "$work/omp"

# ---- what the library exports and uses ----
nm -g --defined-only "$B/libbounce.a" 2>/dev/null | awk 'NF == 3 && $3 !~ /^_?bnc_/ { print $3 }' | sort -u >"$work/symbols"
result "every symbol of libbounce.a begins with bnc_" "$work/symbols"
[ -s "$B/libbounce.a" ] || echo "no library" >"$work/lib"
touch "$work/lib"
result "there is a library to ask" "$work/lib"
nm "$B/libbounce.a" 2>/dev/null | awk '$1 == "U" && $2 ~ /^_?(exit|_exit|abort|printf|puts|putchar|perror|signal|sigaction|setlocale)$/ { print $2 }' | sort -u >"$work/manners"
result "the library never prints, exits, sets a locale or installs a handler" "$work/manners"
nm --format=sysv "$B/libbounce.a" 2>/dev/null | awk -F'|' '$NF ~ /^\.(data|bss|tdata|tbss|data\.[^r].*)$|COM/ { gsub(/ /, "", $1); print $1 " in " $NF }' |
    sort -u >"$work/globals"
result "the library has no mutable globals" "$work/globals"

# Calls go one way between files, too: tsort says who stands in a circle.
nm -A "$B/libbounce.a" 2>/dev/null | awk '{ split($1, at, ":") }
    $(NF - 1) == "U" { wants[at[2] " " $NF] }
    $(NF - 1) ~ /^[TDRB]$/ { home[$NF] = at[2] }
    END { for (w in wants) { split(w, pair, " "); if (pair[2] in home) print pair[1], home[pair[2]] } }' |
    tsort 2>&1 >/dev/null | sed 's/^tsort: *//' >"$work/circles"
result "no files call each other in a circle" "$work/circles"

# A function that only its definition names is dead; the public ones are for others.
# once in a .c, and in headers no more than declared
cat src/*/*.c analyzer/*.c tests/*.c tests/*/*.[ch] bench/*/*.c | grep -o "bnc_[a-z0-9_]*" | sort | uniq -u >"$work/in-c"
cat src/*/*.h | grep -o "bnc_[a-z0-9_]*" | sort | uniq -d | comm -13 - "$work/in-c" >"$work/once"
nm -g --defined-only "$B/libbounce.a" 2>/dev/null | awk 'NF == 3 && $2 == "T" { print $3 }' | sort -u | comm -12 - "$work/once" | while read -r f; do
    grep -qw "$f" include/bounce/*.h || echo "$f is called by nobody"
done >"$work/dead"
result "no function is dead" "$work/dead"

# ---- headers that stand alone ----
for h in include/bounce/*.h; do
    printf '#include "%s"\nextern int something;\n' "${h#include/}" | ${CC:-gcc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -x c - 2>&1
    command -v g++ >/dev/null && printf '#include "%s"\nextern int something;\n' "${h#include/}" | g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -x c++ - 2>&1
done >"$work/alone"
result "public headers compile alone, in C and C++" "$work/alone"

# ---- files ----
git ls-files '*.c' '*.h' '*.sh' 2>/dev/null | grep -v '^tests/cli/.*/' | xargs awk 'FNR <= 4 && /SPDX-License-Identifier: MIT/ { has[FILENAME] = 1 } { seen[FILENAME] = 1 }
    END { for (f in seen) if (!has[f]) print f }' | sort >"$work/licence"
result "every source says its licence" "$work/licence"
git ls-files 'src/*.c' 'src/*.h' 'analyzer/*' 2>/dev/null | sed 's|.*/||' | grep '\.[ch]$' | sort | uniq -d >"$work/names"
result "file names are unique in src/ and analyzer/" "$work/names"

echo "1..$n"
