# SPDX-License-Identifier: MIT
# tap.sh - for suites that collect complaints: a folder to work in, and a test that is ok where a file of complaints is empty.
n=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# result NAME FILE
result() {
    n=$((n + 1))
    if [ -s "$2" ]; then
        echo "not ok $n - $1"
        head -n 20 "$2" | sed 's/^/# /'
    else
        echo "ok $n - $1"
    fi
}
