#!/bin/bash
# ram-speed.sh [MIB]: how fast vmsd writes the memory that is in a stream, beside cp and analyze-migration.py -x.
#
# VMSD     the binary, in release mode
# STREAM   a real stream to make long, plain, with a pc.ram
# ANALYZE  QEMU's scripts/analyze-migration.py; not measured if it is not given
# SCRATCH  a tmpfs with room for the stream twice
#
# Each figure is the median of five runs, all candidates in turn; beside the time on the clock stands that on the processors,
# which says more where other work goes on. Two streams: `again`, which sends the same 4 MiB of
# memory over and over, and `large`, which fills as much memory as it is long.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mib=${1:-1024}
scratch=$(mktemp -d "${SCRATCH:-/dev/shm}/ram-speed.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

python3 "$here/bigstream.py" "$STREAM" "$scratch/again" "$mib"

# Header, one block, pages with names only where a section begins, END, EOF.
python3 - "$scratch/large" "$mib" <<'PYTHON'
import os, struct, sys
path, mib = sys.argv[1], int(sys.argv[2])
pages = [os.urandom(4096) for _ in range(509)]
word = lambda value: struct.pack(">Q", value)
name = b"\x06pc.ram"
end = word(0x10) + b"\x7e\0\0\0\2"
with open(path, "wb") as file:
    file.write(b"QEVM\0\0\0\3\1\0\0\0\2\3ram\0\0\0\0\0\0\0\4" + word(mib << 20 | 4) + name + word(mib << 20) + end)
    for page in range(mib * 256):
        if page % 8192 == 0:
            file.write(b"\2\0\0\0\2" + word(page << 12 | 8) + name)
        else:
            file.write(word(page << 12 | 0x28))
        file.write(pages[page * 7 % 509])
        if page % 8192 == 8191:
            file.write(end)
    file.write(b"\3\0\0\0\2" + end + b"\0")
PYTHON

now() { echo "${EPOCHREALTIME/./}"; }
# Milliseconds on the clock, and on the processors.
TIMEFORMAT='%3R %3U %3S'
run() {
    rm -f "$scratch/out"
    { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%d %d\n", $1 * 1000, ($2 + $3) * 1000 }'
}
median() { cut -d' ' -f"$2" "$1" | sort -n | sed -n 3p; }

for stream in again large; do
    for _ in 1 2 3 4 5; do
        run cp --reflink=never "$scratch/$stream" "$scratch/out" >>"$scratch/$stream.cp"
        run "$VMSD" -q ram extract "$scratch/$stream" -o "$scratch/out" --block pc.ram >>"$scratch/$stream.extract"
    done
    for clock in 1 2; do
        awk -v s="$stream" -v c="$(median "$scratch/$stream.cp" $clock)" -v e="$(median "$scratch/$stream.extract" $clock)" -v k=$clock '
            BEGIN { printf "%-6s cp %d ms, extract %d ms%s", s, c, e, k == 1 ? "" : " on the processors"
                    printf k == 1 ? ": %.2f of its throughput (at least 0.80)\n" : ": %.2f\n", c / e }'
    done
    rm -f "$scratch/out"
    # Writable memory, and all that is resident with what is mapped of the stream.
    if (ulimit -d 65536; "$VMSD" -q ram extract "$scratch/$stream" -o "$scratch/out" --block pc.ram); then
        echo "$stream: within 64 MiB of own memory"
    else
        echo "$stream: NOT within 64 MiB of own memory"
    fi
    rm -f "$scratch/out"
    python3 - "$VMSD" "$scratch/$stream" "$scratch/out" <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "-q", "ram", "extract", sys.argv[2], "-o", sys.argv[3], "--block", "pc.ram"], check=True)
print("resident at most, with the map of the stream:", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MiB (at most 64)")
PYTHON
done
if [ -n "${ANALYZE:-}" ]; then
    for _ in 1 2 3 4 5; do
        run "$VMSD" -q ram extract "$scratch/again" -o "$scratch/out" --block pc.ram >>"$scratch/beside"
        mkdir "$scratch/x" # the script takes no other place, and no file that is there
        (cd "$scratch/x" && run python3 "$ANALYZE" -f "$scratch/again" -x) >>"$scratch/analyze"
        rm -r "$scratch/x"
    done
    awk -v a="$(median "$scratch/analyze" 1)" -v e="$(median "$scratch/beside" 1)" 'BEGIN {
        printf "extract %d ms, analyze-migration.py -x %d ms: %.1f times as long (at least 10)\n", e, a, a / e }'
fi
