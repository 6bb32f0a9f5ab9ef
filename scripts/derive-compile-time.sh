#!/bin/sh
# Compares the derive with serde's two derives in build time.
#
# Writes a crate of 200 structs of 20 fields into a temporary folder, once for each contender, builds what they depend
# on, and then builds each crate alone in turn: medians of 5, and the ratio. It fails above 1.0.
# Usage: scripts/derive-compile-time.sh [STRUCTS [FIELDS]]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$work/target"
export ROOT="$root" WORK="$work" STRUCTS="${1:-200}" FIELDS="${2:-20}"
python3 "$root/scripts/derive_compile_time.py"
