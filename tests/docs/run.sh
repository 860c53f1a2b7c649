#!/bin/sh
# SPDX-License-Identifier: MIT
# modes: release
# Documents that are made are fresh, and what the written ones show is what the program does.
set -u
cd "$ROOT" || exit 1
. tests/tap.sh

# ---- made from the option table ----
${MAKE:-make} -s MODE="$MODE" "build/$MODE/gen_docs" >"$work/make" 2>&1 || cat "$work/make"
for f in analyzer/bounce-analyzer.1 packaging/completions/bounce-analyzer.bash packaging/completions/_bounce-analyzer \
         packaging/completions/bounce-analyzer.fish; do
    "$B/gen_docs" "$(basename "$f")" | cmp - "$f" >"$work/stale" 2>&1
    result "$f is fresh (make docs)" "$work/stale"
done
"$CMD" --help | sed -n 's/^ *\(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' | sort -u >"$work/help"
sed -n 's/^OPTION([^"]*"\([a-z-]*\)".*/\1/p' analyzer/options.def | sort -u >"$work/table"
diff "$work/help" "$work/table" >"$work/diff"
result "--help names every option of the table and no other" "$work/diff"
sed -n 's/^\([a-z0-9]*\),.*/\1/p' src/tables/list_layouts.csv | grep -v "^name$" | tr '\n' '|' | sed 's/|$//' >"$work/layouts"
awk '/^OPTION\(0, "for"/ { on = 1; next } on && /^       S,/ { exit } on { gsub(/[ ",]/, ""); printf "%s", $0 }' analyzer/options.def |
    cmp - "$work/layouts" >"$work/diff" 2>&1
result "--for takes the layouts there are" "$work/diff"
bash -n packaging/completions/bounce-analyzer.bash >"$work/bash" 2>&1
result "the bash completion parses" "$work/bash"
bash -c 'source packaging/completions/bounce-analyzer.bash; COMP_WORDS=(bounce-analyzer --pol); COMP_CWORD=1; _bounce_analyzer
    [ "${COMPREPLY[*]}" = --policy ] || echo "--pol: ${COMPREPLY[*]}"
    COMP_WORDS=(bounce-analyzer --engine l); COMP_CWORD=2; _bounce_analyzer; [ "${COMPREPLY[*]}" = libcsv ] || echo "--engine l: ${COMPREPLY[*]}"' >"$work/completes" 2>&1
result "the bash completion completes" "$work/completes"
if command -v zsh >/dev/null; then zsh -n packaging/completions/_bounce-analyzer >"$work/zsh" 2>&1; result "the zsh completion parses" "$work/zsh"; fi
if command -v fish >/dev/null; then fish -n packaging/completions/bounce-analyzer.fish >"$work/fish" 2>&1; result "the fish completion parses" "$work/fish"; fi
if command -v man >/dev/null; then
    LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z analyzer/bounce-analyzer.1 2>"$work/man" >/dev/null
    result "the man page is sound roff" "$work/man"
fi

# ---- what the documents show ----
# The examples in README.md and docs/ are run; after a change that is meant: ROOT=$PWD CMD=$PWD/build/release/bounce-analyzer
# sh tests/docs/examples.sh accept README.md
for doc in README.md docs/*.md; do
    grep -q '^```console' "$doc" 2>/dev/null || continue
    sh tests/docs/examples.sh show "$doc" 2>&1 | diff "$doc" - >"$work/examples"
    result "what $doc shows is what comes out" "$work/examples"
done
echo "1..$n"
