#!/bin/sh
# Damages every stream below FOLDER in 200 + 2000 ways and reads each, within 64 MiB and one second:
#   scripts/damage.sh FOLDER [N]
# It takes an hour or more; with N it takes one of N places. The line of each subfolder comes when that is done.
set -eu
[ $# = 1 ] || [ $# = 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
VMSD_CAPTURES=$(cd "$1" && pwd)
VMSD_ONE_OF=${2:-1}
export VMSD_CAPTURES VMSD_ONE_OF
cd "$(dirname "$0")/.."
exec cargo test --release -p vmsd-conformance --test hostile damage:: -- --ignored --nocapture
