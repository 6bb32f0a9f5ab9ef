#!/usr/bin/env bash
# The fuzzers find what is planted: copies the tree to FOLDER, puts in one bug after the other, and fuzzes for 60 s each.
#
#   scripts/planted-bugs.sh FOLDER [libfuzzer|soak]
#
# Each patch in fuzz/planted is one bug. With `soak` the fuzzer that needs no nightly toolchain is used. Ends with status 1 if a
# bug is not found.
set -euo pipefail
folder=${1:?a folder for the copy}
engine=${2:-libfuzzer}
root=$(cd "$(dirname "$0")/.." && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$folder/target}

# As in .ci/run: where there is no nightly toolchain, the stable one acts as one.
fuzz=(cargo +nightly fuzz)
if ! rustup run nightly rustc --version >/dev/null 2>&1; then
  export RUSTC_BOOTSTRAP=1
  fuzz=(cargo fuzz)
fi

# The bug, and the target whose property it breaks.
planted="count-off-by-one:described_decode footer-not-compared:qevm_roundtrip version-compared-wrongly:typed_load"

mkdir -p "$folder"
git -C "$root" archive HEAD | tar -x -C "$folder"
cd "$folder"
missed=0
for pair in $planted; do
  bug=${pair%:*} target=${pair#*:}
  patch --quiet -p1 <"fuzz/planted/$bug.patch"
  status=0
  if [ "$engine" = soak ]; then
    cargo build --quiet -p vmsd-fuzz --example soak
    "$CARGO_TARGET_DIR/debug/examples/soak" "$target" 60 "$folder/$bug.find" 2>"$folder/$bug.log" || status=$?
  else
    "${fuzz[@]}" build -s none "$target" 2>"$folder/$bug.log"
    cargo run --quiet -p vmsd-fuzz --example seeds -- fuzz/corpus
    rm -rf "fuzz/artifacts/$target"
    started=$SECONDS
    "${fuzz[@]}" run -s none "$target" -- -max_total_time=60 >>"$folder/$bug.log" 2>&1 || status=$?
    echo "$target: $((SECONDS - started)) s: $(grep -A1 -m1 panicked "$folder/$bug.log" | tail -n 1 | cut -c 1-120)"
    # A fuzzer that ends otherwise has found nothing.
    [ "$status" = 0 ] || cp "fuzz/artifacts/$target"/crash-* "$folder/$bug.find"
  fi
  if [ "$status" = 0 ]; then
    echo "$bug: not found in 60 s"
    missed=1
  else
    echo "$bug: found"
  fi
  patch --quiet -p1 -R <"fuzz/planted/$bug.patch"
done
exit $missed
