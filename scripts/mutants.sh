#!/usr/bin/env bash
# Mutation testing of wire, stream, codec and compat: how many planted changes do the tests of vmsd-schema notice?
#
#   scripts/mutants.sh [SHARD]
#
# SHARD is k/n: every n-th mutant, from the k-th on (0/20 are about a hundred, from all files). Without one it is all of
# them, which takes hours. What survives stands in target/mutants.out/missed.txt; docs/mutants.md says what of it is known.
# Needs cargo-mutants (cargo install cargo-mutants --locked). Its settings are in .cargo/mutants.toml.
set -euo pipefail
cd "$(dirname "$0")/.."
shard=${1:-0/1}
if ! command -v cargo-mutants >/dev/null; then
  echo "skipped: mutants: no cargo-mutants here (cargo install cargo-mutants --locked)"
  exit 0
fi
mkdir -p target
# No debug information: the build of each mutant is most of the time.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0
status=0
cargo mutants --package vmsd-schema --sharding round-robin --shard "$shard" --jobs 1 --output target --no-shuffle || status=$?
# 2: some were missed; 3: some did not end. Both are what this is for.
[ "$status" = 0 ] || [ "$status" = 2 ] || [ "$status" = 3 ] || exit "$status"
cd target/mutants.out
caught=$(wc -l <caught.txt) missed=$(wc -l <missed.txt) unviable=$(wc -l <unviable.txt) hung=$(wc -l <timeout.txt)
echo "shard $shard: $caught caught, $hung did not end, $missed missed, $unviable do not compile"
