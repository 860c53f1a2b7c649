#!/bin/sh
# SPDX-License-Identifier: MIT
# render.sh COMMAND FOLDER - samples/ rendered into FOLDER: what 'make report' makes and the staleness test compares.
# All samples together in every format, and each alone as HTML and text.  The same bytes on every machine.
set -eu
cmd=$1 out=$2
here=$(cd "$(dirname "$0")/.." && pwd)
case $cmd in /*) ;; *) cmd=$PWD/$cmd ;; esac
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$here/samples"                       # so that the reports name the files without a folder
export LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=1793577600    # 2 November 2026
set -- *.csv *.csv.gz *.jsonl
rm -rf "$out/tables"
"$cmd" report --no-config --progress=never "$@" \
    -o "$out/all.html" -o "$out/all.json" -o "$out/all.md" -o "$out/all.txt" -o "$out/tables/" -o -
for f; do
    name=${f%%.*}
    "$cmd" report --no-config --quiet "$f" -o "$out/$name.html" -o "$out/$name.txt"
done
printf '\nreports are in %s: open %s\n' "$(basename "$out")/" "$(basename "$out")/all.html"
