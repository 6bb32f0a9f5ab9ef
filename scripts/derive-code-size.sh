#!/bin/sh
# Compares the code of the derive with that of a codec written by hand, in bytes.
#
# Writes the same devices into a temporary folder twice, once with the derive and once with load and save spelled out over
# the library's own cursor: versions checked, fields that came later, arrays, nested structs, counted vectors,
# subsections, and errors with offset and path. Each becomes a program that loads and saves every device, built for
# release; what .text grows by over a program that knows the structs alone is the codec. It prints the ratio, for all
# devices and for each kind, and fails above 1.2.
# Usage: scripts/derive-code-size.sh [DEVICES OF EACH KIND]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=${WORK:-$(mktemp -d)}
[ -n "${WORK:-}" ] || trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$work/target"
export ROOT="$root" WORK="$work" DEVICES="${1:-8}"
python3 "$root/scripts/derive_code_size.py"
