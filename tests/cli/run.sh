#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [--accept] [TOPIC | TOPIC/CASE]... - the command-line tests.
#
# A case is tests/cli/TOPIC/CASE.sh, run by sh -eu in an empty folder of its own with lib.sh read before it.  Beside it may lie
#   CASE.stdout.exact   what standard output must be, byte for byte (no file: nothing)
#   CASE.stderr.glob    one shell pattern per line of standard error; a line "..." stands for any lines (no file: nothing)
#   CASE.exit           the exit status (no file: 0)
# --accept writes those files from what came out instead of comparing; read the diff before you commit it.
# A case whose first lines hold "# slow" is left out where QUICK is set; "# release" runs in release only.
set -u

here=$(cd "$(dirname "$0")" && pwd)
ROOT=${ROOT:-$(cd "$here/../.." && pwd)}
MODE=${MODE:-release}
B=${B:-$ROOT/build/$MODE}
CMD=${CMD:-$B/bounce-analyzer}
export ROOT MODE B CMD

# ---- one case: called again through xargs, once per case ----
if [ "${1:-}" = --one ]; then
    case_sh=$here/$3.sh accept=$2 name=$3
    base=$here/$3
    work=$(mktemp -d "${TMPDIR:-/tmp}/bounce-cli.XXXXXX") || exit 1
    mkdir "$work/home" "$work/dir"
    trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
    (
        cd "$work/dir" || exit 99
        env -i PATH="$PATH" HOME="$work/home" LC_ALL=C.UTF-8 TZ=UTC TERM=dumb SOURCE_DATE_EPOCH=1767225600 TMPDIR="$work" \
            ROOT="$ROOT" MODE="$MODE" QUICK="${QUICK:-}" ${ROUNDS:+ROUNDS="$ROUNDS"} B="$B" CMD="$CMD" CASE="$case_sh" ASAN_OPTIONS=abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
            TSAN_OPTIONS=ignore_noninstrumented_modules=1:report_thread_leaks=0 \
            timeout "${TIMEOUT:-300}" sh -euc '. "$ROOT/tests/cli/lib.sh"; . "$CASE"'
    ) >"$work/stdout" 2>"$work/stderr" </dev/null
    status=$?

    if [ "$accept" = accept ]; then
        if [ -s "$work/stdout" ]; then cp "$work/stdout" "$base.stdout.exact"; else rm -f "$base.stdout.exact"; fi
        if [ -s "$work/stderr" ]; then [ -e "$base.stderr.glob" ] || cp "$work/stderr" "$base.stderr.glob"; else rm -f "$base.stderr.glob"; fi
        if [ "$status" != 0 ]; then echo "$status" >"$base.exit"; else rm -f "$base.exit"; fi
    fi

    why=
    expected=0
    [ -e "$base.exit" ] && expected=$(cat "$base.exit")
    [ "$status" = "$expected" ] || why="exit status $status, not $expected"
    want=/dev/null
    [ -e "$base.stdout.exact" ] && want=$base.stdout.exact
    cmp -s "$want" "$work/stdout" || why="${why:+$why; }standard output differs"
    want=/dev/null
    [ -e "$base.stderr.glob" ] && want=$base.stderr.glob
    . "$here/glob.sh"
    matches_glob "$want" "$work/stderr" || why="${why:+$why; }standard error differs"
    if [ -z "$why" ]; then
        echo "ok - $name"
    else
        # one write, so that cases running side by side do not mix
        {
            echo "not ok - $name: $why"
            { diff "${base}.stdout.exact" "$work/stdout" 2>/dev/null || head -n 10 "$work/stdout"; } | head -n 12 | sed 's/^/# out: /'
            head -n 12 "$work/stderr" | sed 's/^/# err: /'
        } >"$work/says"
        cat "$work/says"
    fi
    exit 0
fi

accept=no
[ "${1:-}" = --accept ] && { accept=accept; shift; }
cd "$here" || exit 1
[ $# -gt 0 ] || set -- */
for topic in "$@"; do
    case $topic in
    */?*) echo "${topic%.sh}" ;;
    *) for c in "${topic%/}"/*.sh; do [ -e "$c" ] && echo "${c%.sh}"; done ;;
    esac
done | while read -r c; do
    [ -n "${QUICK:-}" ] && head -n 5 "$c.sh" | grep -q '^# slow' && continue
    [ "$MODE" != release ] && head -n 5 "$c.sh" | grep -q '^# release' && continue
    echo "$c"
done | xargs -P "$(nproc 2>/dev/null || echo 2)" -n 1 sh "$here/run.sh" --one "$accept" >"$B/cli.tap"
awk '{ print } /^ok /{ ok++ } /^not ok /{ bad++ } END { print "1.." ok + bad; exit bad > 0 }' "$B/cli.tap"
