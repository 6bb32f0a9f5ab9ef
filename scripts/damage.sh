#!/bin/sh
# Damages every stream below FOLDER in 200 + 2000 ways and reads each, within 64 MiB and one second:
#   scripts/damage.sh FOLDER
# It takes about an hour; the line of each subfolder comes when that is done.
set -eu
[ $# = 1 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
VMSD_CAPTURES=$(cd "$1" && pwd)
export VMSD_CAPTURES
cd "$(dirname "$0")/.."
exec cargo test --release -p vmsd-conformance --test hostile damage:: -- --ignored --nocapture
