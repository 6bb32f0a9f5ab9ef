#!/usr/bin/env bash
# How many executions a second each fuzz target of FOLDER (of scripts/fuzz-build.sh) makes, and which part of its code it reaches:
#   scripts/fuzz-speed.sh FOLDER [SECONDS [FLAG...]]
# Each starts with its seeds of at most 4 KiB and fuzzes for 30 seconds, or so many, on one core; FLAGs are libFuzzer's. New inputs are
# written to memory where there is a folder of that kind. A second is one of the processor's: what else runs here is left out.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
folder=$(cd "$1" && pwd)
seconds=${2:-30}
shift $(($# < 2 ? $# : 2))
scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$scratch"' EXIT
TIMEFORMAT='%U %S'

printf '%-18s %10s %10s %10s %10s\n' target runs runs/s edges of
for target in "$folder"/*_seed_corpus.zip; do
  target=${target%_seed_corpus.zip} name=$(basename "${target%_seed_corpus.zip}")
  mkdir -p "$scratch/$name/seeds" "$scratch/$name/new"
  unzip -q "${target}_seed_corpus.zip" -d "$scratch/$name/seeds"
  find "$scratch/$name/seeds" -type f -size +4096c -delete
  log=$scratch/$name/log
  { time "$target" "$scratch/$name/new" "$scratch/$name/seeds" -max_len=4096 -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$PWD/" "$@" >"$log" 2>&1; } 2>"$scratch/time" || { tail -n 40 "$log" >&2; exit 1; }
  awk -v name="$name" -v time="$(tail -n 1 "$scratch/time")" '
    /inline 8-bit counters/ { gsub(/.*\(|inline.*/, ""); all = $1 }
    / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    /number_of_executed_units/ { runs = $NF }
    END { split(time, t, " "); printf "%-18s %10d %10.0f %10d %10d\n", name, runs, runs / (t[1] + t[2]), edges, all }' "$log"
  rm -rf "${scratch:?}/$name"
done
