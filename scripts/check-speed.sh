#!/bin/bash
# check-speed.sh: how long `vmsd matrix` of ten dumps and `vmsd check` of two streams take.
#
# VMSD     the binary; built in release mode if it is not given
# SCRATCH  a folder for the ten dumps, plain
#
# Each figure is the median of nine runs, the process's start included. The limits are 300 ms and 30 ms.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d "${SCRATCH:-${TMPDIR:-/tmp}}/vmsd-check-speed.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
if [ -z "${VMSD:-}" ]; then
    cargo build --release --quiet --package vmsd-conformance --bin vmsd
    VMSD=${CARGO_TARGET_DIR:-target}/release/vmsd
fi
dumps=()
for number in 0 1 2 3 4 5 6 7 8 9; do
    sources=(corpus/dumps/x86_64-*.json.zst)
    zstd -dqc "${sources[$((number % ${#sources[@]}))]}" > "$scratch/$number.json"
    dumps+=("$scratch/$number.json")
done
from=corpus/streams/matrix/pc-q35-7.2.virtio.from-7.2.qevm.zst
to=corpus/streams/matrix/pc-q35-7.2.virtio.from-11.1.qevm.zst

median() { # LIMIT NAME COMMAND…
    python3 - "$@" <<'EOF'
import statistics, subprocess, sys, time
limit, name, command = float(sys.argv[1]), sys.argv[2], sys.argv[3:]
times = []
for _ in range(9):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(1000 * (time.perf_counter() - start))
    assert done.returncode in (0, 1), command
print(f"{name}: {statistics.median(times):.0f} ms (limit {limit:.0f} ms, fastest {min(times):.0f} ms)")
EOF
}
median 300 "matrix of ten dumps" "$VMSD" matrix "${dumps[@]}" --format json
median 30 "check of two streams" "$VMSD" check --from "$from" --to "$to"
