#!/usr/bin/env bash
# Which lines of vmsd-schema the corpus and the fuzz corpus reach, by folder:
#   scripts/coverage.sh [--lines FOLDER] [--tests]
# Replays `vmsd conform`, every stream of the corpus through the decoder and the loader's model, and fuzz/corpus (made of the seeds where
# there is none) through every fuzz target. --tests adds `cargo test` of the workspace; --lines prints the lines of a folder that are not
# reached. llvm-profdata and llvm-cov of the compiler's LLVM are needed: in LLVM_PROFDATA and LLVM_COV, from rustup, or in the path.
set -euo pipefail
cd "$(dirname "$0")/.."
lines='' tests=''
while [ $# != 0 ]; do
  case $1 in
    --lines) lines=${2:?a folder}; shift 2 ;;
    --tests) tests=yes; shift ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
done

major=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
bundled=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
tool() { # the first of that name that is of the compiler's LLVM
  local candidate
  for candidate in "$2" "$bundled/$1" "$1-$major" "$1"; do
    [ -n "$candidate" ] && "$candidate" --version 2>/dev/null | grep -q "LLVM version $major\." && printf '%s' "$candidate" && return
  done
  echo "skipped: no $1 of LLVM $major (LLVM_PROFDATA and LLVM_COV, rustup component add llvm-tools, or a package llvm-$major)" >&2
  return 1
}
profdata=$(tool llvm-profdata "${LLVM_PROFDATA:-}") && cov=$(tool llvm-cov "${LLVM_COV:-}") || exit 2

# Only the workspace's own crates are instrumented: what they depend on is built once for all.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '#!/bin/sh\nrustc=$1\nshift\nexec "$rustc" "$@" -C instrument-coverage\n' >"$scratch/rustc"
chmod +x "$scratch/rustc"
mkdir -p target
cp -f "$scratch/rustc" target/rustc-coverage # cargo builds anew where the name is another
export RUSTC_WORKSPACE_WRAPPER=$PWD/target/rustc-coverage LLVM_PROFILE_FILE=$scratch/%4m.profraw

built() { # what cargo built, of its messages
  sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}
cargo build --quiet --message-format json -p vmsd-conformance -p vmsd-fuzz --bins | built >"$scratch/programs"
[ -z "$tests" ] || cargo test --quiet --no-run --message-format json --workspace | built >>"$scratch/programs"

vmsd=$(grep '/vmsd$' "$scratch/programs")
"$vmsd" conform >/dev/null
find corpus/streams -name '*.qevm.zst' | sort >"$scratch/streams"
while read -r stream; do
  "$vmsd" decode "$stream" >/dev/null || [ $? = 1 ]
done <"$scratch/streams"
[ -d fuzz/corpus ] || cargo run --quiet -p vmsd-fuzz --example seeds -- fuzz/corpus
for source in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$source" .rs)
  find "fuzz/corpus/$name" "corpus/regressions" -type f \( -path "*/$name/*" -o -name "*.$name" \) -print0 |
    xargs -0 "$(grep "/$name\$" "$scratch/programs")"
done
[ -z "$tests" ] || cargo test --quiet --workspace >/dev/null

"$profdata" merge -sparse "$scratch"/*.profraw -o "$scratch/all.profdata"
objects=()
while read -r program; do objects+=(-object "$program"); done <"$scratch/programs"
"$cov" export -format=lcov -instr-profile "$scratch/all.profdata" "${objects[@]:1}" -sources vmsd-schema/src >"$scratch/all.lcov"

# Lines behind `#[cfg(test)]` are tests.
awk -v root="$PWD/vmsd-schema/src/" -v wanted="$lines" '
  /^SF:/ {
    path = substr($0, 4); file = path; sub(root, "", file)
    folder = file; if (!sub("/.*", "", folder)) sub("\\.rs$", "", folder)
    end = 1e9; number = 0
    while ((getline text < path) > 0) { number++; if (text ~ /^#\[cfg\(test\)\]/) { end = number; break } }
    close(path)
  }
  /^DA:/ {
    split(substr($0, 4), pair, ",")
    if (pair[1] + 0 >= end) next
    all[folder]++; total++
    if (pair[2] + 0 > 0) { reached[folder]++; sum++ }
    else if (wanted == folder) print "vmsd-schema/src/" file ":" pair[1]
  }
  END {
    for (folder in all) printf "%-10s %6d of %6d  %5.1f %%\n", folder, reached[folder], all[folder], 100 * reached[folder] / all[folder] | "sort"
    close("sort")
    printf "%-10s %6d of %6d  %5.1f %%\n", "all", sum, total, 100 * sum / total
  }' "$scratch/all.lcov"
