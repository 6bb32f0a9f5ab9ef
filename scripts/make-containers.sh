#!/usr/bin/env bash
# Makes the compressed files of corpus/containers with the real programs; the other files there are written by
# `BLESS=1 cargo test -p vmsd-conformance --test containers fixtures`. Needs gzip, zstd, xz, bzip2 and lzop.
set -euo pipefail
cd "$(dirname "$0")/.."
stream=$(mktemp)
trap 'rm -f "$stream"' EXIT
zstd -qdc corpus/streams/machines/avr-11.1.arduino-uno.qevm.zst >"$stream"
out=corpus/containers
# From standard input no name and no time get into the file.
gzip -9c <"$stream" >$out/gzip.qevm.gz
zstd -qc <"$stream" >$out/zstd.qevm.zst
xz -c <"$stream" >$out/xz.qevm.xz
bzip2 -c <"$stream" >$out/bzip2.qevm.bz2
lzop -1c <"$stream" >$out/lzop-1.qevm.lzo
lzop -9c --crc32 <"$stream" >$out/lzop-9-crc32.qevm.lzo
