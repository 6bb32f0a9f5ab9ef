#!/bin/sh
# Puts every section of every stream of a folder through its hand-written mirror: streams, sections, exact, not exact.
# Sections whose device has no mirror are left out and counted, by reason. Ends with 1 if anything is not exact.
#
#   scripts/conform-all.sh FOLDER…
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -eq 0 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 2
fi
exec cargo run --quiet --manifest-path "$root/Cargo.toml" -p vmsd-conformance --bin vmsd -- conform --known "$@"
