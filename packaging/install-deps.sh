#!/bin/sh
# SPDX-License-Identifier: MIT
# install-deps.sh build|test|asan|ubsan|tsan|fuzz|browser - install the Debian packages that are missing, as root or through sudo.
# Says what it installs.  Where it may not, it names the line to run and stops - unless only optional ones are missing.
set -eu

needed="gcc libc6-dev make libcsv-dev zlib1g-dev"
optional="libisal-dev libdeflate-dev libzstd-dev libzip-dev libpsl-dev libidn2-dev libsqlite3-dev"
# What the tests use beside: unit tests, JSON read by another hand, a C++ compiler for the headers, archives, locales, fault injection.
testing="libcmocka-dev libjansson-dev g++ zip zstd locales strace git jq"
# gcc's OpenMP runtime is not instrumented and shows races that are not there; libFuzzer is clang's too.
clang="clang libomp-dev libclang-rt-14-dev"
browser="chromium chromium-driver curl jq"

case "${1:-build}" in
build) need=$needed want=$optional ;;
test | asan | ubsan) need="$needed $optional $testing" want= ;;
tsan | fuzz) need="$needed $optional $testing $clang" want= ;;
browser) need=$browser want= ;;
*) echo "usage: install-deps.sh build|test|asan|ubsan|tsan|fuzz|browser" >&2; exit 2 ;;
esac

# Which of the packages named are not installed.
missing() {
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$p"
    done
}

if ! command -v dpkg-query >/dev/null 2>&1; then
    # Not Debian: the compiler will say what is missing, and this says what to look for.
    command -v "${CC:-cc}" >/dev/null 2>&1 && exit 0
    echo "install-deps: this is no Debian; install what these packages hold: $need $want" >&2
    exit 1
fi

# shellcheck disable=SC2086 # lists of words
must=$(missing $need)
# shellcheck disable=SC2086
may=$(missing $want)
[ -n "$must$may" ] || exit 0
line="apt-get install --no-install-recommends $must$may"
line=${line% }

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=sudo
elif [ -z "$must" ]; then
    echo "install-deps: going on without optional packages; to have them: sudo $line" >&2
    exit 0
else
    echo "install-deps: packages are missing, and installing them takes root.  Run:" >&2
    echo "    sudo $line" >&2
    exit 1
fi

echo "install-deps: installing $must$may"
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -o Dpkg::Use-Pty=0 "$@"
}
# shellcheck disable=SC2086
if ! { apt update && apt install -y --no-install-recommends $must $may; } >install-deps.log 2>&1; then
    tail -n 20 install-deps.log >&2
    echo "install-deps: that failed (all of it in install-deps.log).  The line was:" >&2
    echo "    sudo $line" >&2
    exit 1
fi
rm -f install-deps.log
