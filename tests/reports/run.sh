#!/bin/sh
# SPDX-License-Identifier: MIT
# Golden reports: reports/ is what samples/ renders to, byte for byte, in release and under the sanitizers.
# After a change that is meant: make report, read the diff, commit it.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! sh "$ROOT/reports/render.sh" "$CMD" "$work" >"$work/screen" 2>"$work/err"; then
    sed 's/^/# /' "$work/err"
    echo "not ok 1 - samples are analyzed"
    echo "1..1"
    exit 1
fi
echo "ok 1 - samples are analyzed"
rm "$work/screen" "$work/err"
n=1
cd "$work" || exit 1
for f in $( { find . -type f; cd "$ROOT/reports" && find . -type f ! -name render.sh ! -name README.md; } | sort -u); do
    n=$((n + 1))
    if cmp -s "$f" "$ROOT/reports/$f"; then
        echo "ok $n - reports/${f#./} is what samples/ renders to"
    else
        echo "not ok $n - reports/${f#./} is stale: run 'make report' and read the diff"
        diff "$ROOT/reports/$f" "$f" 2>&1 | cut -c1-200 | head -n 6 | sed 's/^/# /'
    fi
done
echo "1..$n"
