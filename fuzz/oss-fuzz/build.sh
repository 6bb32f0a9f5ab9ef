#!/bin/bash -eu
# Called in the image, with $SRC and $OUT set. What is built, and how, is the checkout's own affair.
cd "$SRC/vmsd"
exec scripts/fuzz-build.sh "$OUT"
