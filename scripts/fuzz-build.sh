#!/usr/bin/env bash
# Builds every fuzz target with its seeds and its dictionary into a folder, in the layout that OSS-Fuzz expects:
#   scripts/fuzz-build.sh FOLDER [FLAG...]
# TARGET, TARGET_seed_corpus.zip, TARGET.dict; FLAGs are those of `cargo fuzz build`. The same script runs in OSS-Fuzz, in
# ClusterFuzzLite and in .ci/run; what they find is merged by libFuzzer: FOLDER/TARGET -merge=1 fuzz/corpus/TARGET OTHER...
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."

# Where the toolchain is not nightly itself (OSS-Fuzz's is) and there is no other.
fuzz=(cargo fuzz)
if ! rustc --version | grep -q nightly; then
  if command -v rustup >/dev/null && rustup run nightly rustc --version >/dev/null 2>&1; then
    fuzz=(cargo +nightly fuzz)
  else
    export RUSTC_BOOTSTRAP=1
  fi
fi

# A panic ends a fuzzer anyway: without the ways out of each call there is half as much for it to watch.
RUSTFLAGS="${RUSTFLAGS:-} -Cpanic=abort" "${fuzz[@]}" build --sanitizer "${SANITIZER:-address}" "$@"
target=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
binaries=$target/$(rustc -vV | sed -n 's/^host: //p')/release

# Made by an ordinary program: a sanitizer that is set for the targets is not for it.
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
RUSTFLAGS='' cargo run --quiet -p vmsd-fuzz --example seeds -- "$seeds"

for source in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$source" .rs)
  cp "$binaries/$name" "$out/$name"
  cp "$seeds/qevm.dict" "$out/$name.dict"
  if [ -d "$seeds/$name" ]; then
    rm -f "$out/${name}_seed_corpus.zip"
    (cd "$seeds/$name" && find . -type f | sort | zip -q "$out/${name}_seed_corpus.zip" -@)
  fi
done
