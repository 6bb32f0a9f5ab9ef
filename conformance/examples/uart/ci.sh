#!/usr/bin/env bash
# What a CI does for the device: its tests, and its schemas against those of every release.
# Usage: ci.sh [FORMAT], as `vmsd matrix --format` takes it. Exit status: that of the matrix.
set -euo pipefail
cd "$(dirname "$0")"
now=$(mktemp --suffix .json)
trap 'rm -f "$now"' EXIT
cargo test --quiet --package uart-example >&2
cargo run --quiet --package uart-example --bin schemas > "$now"
cargo run --quiet --package vmsd-conformance --bin vmsd -- \
  matrix "$now" --baseline schemas/ --mode backward --format "${1:-text}"
