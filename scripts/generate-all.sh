#!/bin/sh
# Generates devices from every stream of a folder, compiles them, and puts every section of every stream through them:
# streams, sections, exact, not exact, opaque by type. Ends with 1 if anything is not exact or the compiler warns.
#
#   scripts/generate-all.sh FOLDER… [-- WORK]      WORK is where the crates are written, by default under target/
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work="$root/target/generate-all"
count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    if [ "$argument" = -- ]; then
        work=$1
        shift
        break
    fi
    set -- "$@" "$argument"
done
if [ $# -eq 0 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0"
    exit 2
fi
# One folder for all that is compiled, so that the library is compiled once.
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-"$root/target"}
export CARGO_TARGET_DIR
cargo build --quiet --manifest-path "$root/Cargo.toml" -p vmsd-conformance --bin vmsd
exec "$CARGO_TARGET_DIR/debug/vmsd" generate prove "$@" -o "$work"
