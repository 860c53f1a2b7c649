#!/bin/sh
# SPDX-License-Identifier: MIT
# modes: release
# Documents that are made are fresh, and what the written ones show is what the program does.
set -u
cd "$ROOT" || exit 1
n=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

result() {
    n=$((n + 1))
    if [ -s "$2" ]; then
        echo "not ok $n - $1"
        head -n 20 "$2" | sed 's/^/# /'
    else
        echo "ok $n - $1"
    fi
}

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
# In README.md and docs/*.md a block fenced as ```console holds lines "$ command" and, below each, all that it prints; a line
# "..." stands for any lines.  They run in the root of the tree, with the built command in the path.
. tests/cli/glob.sh
mkdir "$work/bin"
ln -s "$CMD" "$work/bin/bounce-analyzer"
for doc in README.md docs/*.md; do
    [ -e "$doc" ] || continue
    rm -rf "$work/ex"; mkdir "$work/ex"
    awk -v out="$work/ex" '
        /^```console/ { on = 1; next }
        /^```/ { on = 0 }
        on && /^\$ / { k++; print substr($0, 3) > (out "/" k ".cmd"); printf "" > (out "/" k ".want"); next }
        on && k { print > (out "/" k ".want") }' "$doc"
    for c in "$work/ex"/*.cmd; do
        [ -e "$c" ] || continue
        rm -rf "$work/here"; mkdir "$work/here"
        (cd "$work/here" && ln -s "$ROOT/samples" samples && ln -s "$ROOT/docs" docs &&
            env -i PATH="$work/bin:$PATH" HOME="$work" LC_ALL=C.UTF-8 TERM=dumb sh "$c") >"$work/got" 2>&1 </dev/null
        # a pattern line is literal here but for "..."
        sed 's/[?*]/?/g' "${c%.cmd}.want" >"$work/want"
        : >"$work/differs"
        matches_glob "$work/want" "$work/got" || { echo "$doc shows for: $(cat "$c")"; diff "${c%.cmd}.want" "$work/got"; } >"$work/differs"
        result "$doc: $(head -c 60 "$c" | tr '\n' ' ')" "$work/differs"
    done
done
echo "1..$n"
