#!/usr/bin/env bash
# The tests of wire, stream and codec under Miri: undefined behaviour in what vmsd-schema stands on (it forbids unsafe itself).
#
#   scripts/miri.sh [TOOLCHAIN]
#
# Isolated: none of these tests opens a file or asks for the time. What would take hours does a part of its work.
set -euo pipefail
cd "$(dirname "$0")/.."
toolchain=${1:-nightly}

if ! cargo "+$toolchain" miri --version >/dev/null 2>&1; then
  echo "skipped: miri: $toolchain has no such component here (rustup component add miri --toolchain $toolchain)"
  exit 0
fi
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/miri
miri() { cargo "+$toolchain" miri test --quiet -p vmsd-schema "$@"; }
miri --lib -- wire:: stream:: codec::
miri --test stream --test qemu_vectors --test derive
