#!/bin/sh
# SPDX-License-Identifier: MIT
# picture.sh REPORT.html PICTURE.png [WIDTH HEIGHT [light|dark]] - how a report looks, as a browser draws it: the picture in the README.
set -eu
cd "$(dirname "$0")/../.."
. tests/browser/driver.sh
missing=$(driver_missing)
[ -z "$missing" ] || { echo "picture: $missing is not installed" >&2; exit 1; }
trap driver_stop EXIT
driver_start
driver_size "${3:-1200}" "${4:-1080}"
driver_scheme "${5:-light}"
driver_open "file://$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
driver_shot "$2"
