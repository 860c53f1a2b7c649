#!/bin/sh
# SPDX-License-Identifier: MIT
# examples.sh show|accept DOCUMENT - run what a document shows.
# A block fenced as ```console holds lines "$ command", each followed by all it prints; a line "..." stands for any lines.  Commands
# run in an empty folder that has samples/, with the built command in the path.
#   show    prints the document with each output replaced by what came out now, keeping outputs that match
#   accept  writes that back
set -u
mode=$1 doc=$2
. "$ROOT/tests/cli/glob.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/here"
ln -s "$CMD" "$work/bin/bounce-analyzer"
ln -s "$ROOT/samples" "$work/here/samples"

# run N: the command in $work/N.cmd, its output compared with $work/N.want; prints the one that shall stand.
run() {
    (cd "$work/here" && env -i PATH="$work/bin:$PATH" HOME="$work" LC_ALL=C.UTF-8 TERM=dumb sh "$work/$1.cmd") >"$work/got" 2>&1 </dev/null
    sed 's/[?*]/?/g' "$work/$1.want" >"$work/pattern"
    if matches_glob "$work/pattern" "$work/got"; then cat "$work/$1.want"; else cat "$work/got"; fi
}

# Cut the document into commands and the text between them, then put it together again.
awk -v out="$work" '
    function next_text() { n++; file = out "/" n ".text"; printf "" > file }
    BEGIN { next_text() }
    /^```console/ { on = 1; print > file; next }
    /^```/ { if (on) next_text(); on = 0; print > file; next }
    on && /^\$ / { n++; print substr($0, 3) > (out "/" n ".cmd"); file = out "/" n ".want"; printf "" > file; next }
    { print > file }
    END { print n > (out "/count") }' "$ROOT/$doc"
i=1
while [ $i -le "$(cat "$work/count")" ]; do
    if [ -e "$work/$i.cmd" ]; then
        sed 's/^/$ /' "$work/$i.cmd"
        run $i
    else
        cat "$work/$i.text"
    fi
    i=$((i + 1))
done >"$work/new"
if [ "$mode" = accept ]; then cat "$work/new" >"$ROOT/$doc"; else cat "$work/new"; fi
