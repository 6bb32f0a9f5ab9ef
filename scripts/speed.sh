#!/bin/bash
# speed.sh [MIB]: how fast vmsd reads a stream of incompressible RAM, as ratios to cat, and how much memory it takes.
#
# VMSD     the binary; built in release mode if it is not given
# STREAM   a real stream to make long, plain; the corpus has one
# ANALYZE  QEMU's scripts/analyze-migration.py; not measured if it is not given
# SCRATCH  a folder with room for the stream twice
#
# The page cache decides much: the file is written back, dropped, and read once by cat, as a file that has lain around
# would be. Each figure is the median of nine runs, all candidates in turn.
set -euo pipefail
cd "$(dirname "$0")/.."

mib=${1:-1024}
scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/vmsd-speed.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
if [ -z "${VMSD:-}" ]; then
    cargo build --release --quiet --package vmsd-conformance --bin vmsd
    VMSD=${CARGO_TARGET_DIR:-target}/release/vmsd
fi
if [ -z "${STREAM:-}" ]; then
    STREAM=$scratch/small.qevm
    zstd -dq corpus/streams/matrix/pc-i440fx-7.2.default.from-7.2.qevm.zst -o "$STREAM" 2>/dev/null ||
        zstd -dqc "$(ls corpus/streams/matrix/pc-*.qevm.zst | head -1)" > "$STREAM"
fi
file=$scratch/big.qevm
python3 scripts/bigstream.py "$STREAM" "$file" "$mib"

export VMSD file
declare -A command=(
    [cat]='cat "$file" > /dev/null'
    [inspect]='"$VMSD" inspect "$file" > /dev/null'
    [decode]='"$VMSD" decode "$file" > /dev/null'
    [pipe-cat]='cat "$file" | cat > /dev/null'
    [pipe-inspect]='cat "$file" | "$VMSD" inspect - > /dev/null'
)
order=(cat inspect decode pipe-cat pipe-inspect)

now() { echo "${EPOCHREALTIME/./}"; }

# microseconds of one run
run() {
    local start
    start=$(now)
    eval "$1"
    echo $(($(now) - start))
}

median() { sort -n | sed -n "$((($1 + 1) / 2))p"; }

# medians NAME...: sets m[NAME] to the median of nine runs, all in turn
declare -A m
medians() {
    local name
    for name in "$@"; do : > "$scratch/$name.us"; done
    for _ in 1 2 3 4 5 6 7 8 9; do
        for name in "$@"; do run "${command[$name]}" >> "$scratch/$name.us"; done
    done
    for name in "$@"; do m[$name]=$(median 9 < "$scratch/$name.us"); done
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
ms() { awk -v a="$1" 'BEGIN { printf "%.1f ms", a / 1000 }'; }

medians cat inspect
fresh="$(ratio "${m[inspect]}" "${m[cat]}")"
fresh_text="cat $(ms "${m[cat]}"), inspect $(ms "${m[inspect]}")"

sync
dd of="$file" oflag=nocache conv=notrunc,fdatasync count=0 status=none
cat "$file" > /dev/null
medians "${order[@]}"

echo "stream of $mib MiB, medians of 9"
for name in "${order[@]}"; do printf '  %-14s %s\n' "$name" "$(ms "${m[$name]}")"; done
echo "inspect / cat                        $(ratio "${m[inspect]}" "${m[cat]}")   (at most 0.33)"
echo "decode - inspect                     $(ms $((${m[decode]} - ${m[inspect]})))   (at most 30 ms)"
echo "pipe: throughput of cat | inspect to that of cat | cat   $(ratio "${m[pipe-cat]}" "${m[pipe-inspect]}")   (at least 0.70)"
echo "a file just written: inspect / cat   $fresh   (at most 1.00; $fresh_text)"
if [ -n "${ANALYZE:-}" ]; then
    analyze=$(run 'python3 "$ANALYZE" -f "$file" > /dev/null')
    echo "inspect / analyze-migration.py       1/$(awk -v a="$analyze" -v b="${m[inspect]}" 'BEGIN { printf "%.0f", a / b }')   (at most 1/25; one run of $(ms "$analyze"))"
else
    echo "inspect / analyze-migration.py       not measured: ANALYZE is not set"
fi

# A limit on writable memory is stricter than one on what is resident: the map of the file does not count.
for name in inspect decode pipe-inspect; do
    if (ulimit -d 32768; eval "${command[$name]}"); then verdict=yes; else verdict=NO; fi
    printf '%-37s%s\n' "$name within 32 MiB of own memory" "$verdict"
done
