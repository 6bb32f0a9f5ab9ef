"""The measurement of derive-compile-time.sh, which says what it is and sets the environment."""

import os
import statistics
import sys
import time

from derive_crates import SCHEMA, build, crate

STRUCTS, FIELDS = int(os.environ["STRUCTS"]), int(os.environ["FIELDS"])
TYPES = ["u8", "u16", "u32", "u64", "bool", "i32", "[u8; 16]", "[u32; 4]"]
SERDE = 'serde = { version = "1", features = ["derive"] }'


def structs(head):
    text = []
    for number in range(STRUCTS):
        kinds = [TYPES[(number + field) % len(TYPES)] for field in range(FIELDS)]
        fields = "".join(f"    pub f{i}: {kind},\n" for i, kind in enumerate(kinds))
        text.append(f"{head(number)}\npub struct S{number} {{\n{fields}}}\n")
    return "\n".join(text)


def derived():
    return "use vmsd_schema::VmState;\n" + structs(
        lambda n: f'#[derive(Default, VmState)]\n#[vmstate(name = "s{n}", version = 1)]'
    )


def serde():
    return "use serde::{Deserialize, Serialize};\n" + structs(
        lambda n: "#[derive(Default, Serialize, Deserialize)]"
    )


def seconds(folder):
    os.utime(f"{folder}/src/lib.rs")
    start = time.monotonic()
    build(folder)
    return time.monotonic() - start


def main():
    folders = [
        crate("with-derive", SCHEMA, {"lib.rs": derived()}),
        crate("with-serde", SERDE, {"lib.rs": serde()}),
    ]
    for folder in folders:
        build(folder)
    runs = [[seconds(folder) for folder in folders] for _ in range(5)]
    ours, serdes = (statistics.median(run[i] for run in runs) for i in range(2))
    print(f"{STRUCTS} structs of {FIELDS} fields, seconds to build: derive {ours:.2f}, serde's two {serdes:.2f}")
    print(f"ratio {ours / serdes:.2f} (at most 1.00)")
    sys.exit(ours > serdes)


main()
