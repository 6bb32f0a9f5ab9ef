"""The measurements of derive-compile-time.sh, which says what they are and sets the environment."""

import os
import statistics
import subprocess
import sys
import time

ROOT, WORK = os.environ["ROOT"], os.environ["WORK"]
STRUCTS, FIELDS = int(os.environ["STRUCTS"]), int(os.environ["FIELDS"])
TYPES = ["u8", "u16", "u32", "u64", "bool", "i32", "[u8; 16]", "[u32; 4]"]
SCHEMA = f'vmsd-schema = {{ path = "{ROOT}/vmsd-schema" }}'
SERDE = 'serde = { version = "1", features = ["derive"] }'


def kinds(number):
    return [TYPES[(number + field) % len(TYPES)] for field in range(FIELDS)]


def structs(head, tail=lambda number: ""):
    text = []
    for number in range(STRUCTS):
        fields = "".join(f"    pub f{i}: {kind},\n" for i, kind in enumerate(kinds(number)))
        text.append(f"{head(number)}\npub struct S{number} {{\n{fields}}}\n{tail(number)}")
    return "\n".join(text)


def derived():
    return "use vmsd_schema::VmState;\n" + structs(
        lambda n: f'#[derive(Default, VmState)]\n#[vmstate(name = "s{n}", version = 1)]'
    )


def serde():
    return "use serde::{Deserialize, Serialize};\n" + structs(
        lambda n: "#[derive(Default, Serialize, Deserialize)]"
    )


def by_hand():
    """Bounds checked, errors name the field: what the derive's code does, written out."""

    def one(number):
        load, save = [], []
        for i, kind in enumerate(kinds(number)):
            fail = f'.map_err(|e| e.inside("f{i}"))?'
            if kind.startswith("["):
                element = kind[1:].split(";")[0]
                load.append(f"for e in &mut self.f{i} {{ *e = r.{element}(){fail}; }}")
                save.append(f"for e in &self.f{i} {{ w.{element}(*e); }}")
            elif kind == "bool":
                load.append(f"self.f{i} = r.u8(){fail} != 0;")
                save.append(f"w.u8(u8::from(self.f{i}));")
            else:
                wire = kind.replace("i", "u")
                load.append(f"self.f{i} = r.{wire}(){fail} as {kind};")
                save.append(f"w.{wire}(self.f{i} as {wire});")
        return (
            f"impl S{number} {{\n"
            "    pub fn load(&mut self, r: &mut Reader<'_>) -> Result<()> {\n        "
            + "\n        ".join(load)
            + "\n        Ok(())\n    }\n    pub fn save(&mut self, w: &mut Writer) {\n        "
            + "\n        ".join(save)
            + "\n    }\n}\n"
        )

    return "use vmsd_schema::{Result, wire::{Reader, Writer}};\n" + structs(
        lambda n: "#[derive(Default)]", one
    )


MAIN = """
use std::hint::black_box;
use vmsd_schema::{Loader, Mode, wire::{Reader, Writer}, VmState as _};
fn main() {
    let bytes = black_box(vec![1_u8; 1 << 16]);
    let mut w = Writer::new();
    let _ = black_box((Loader::new(Reader::new(&bytes), Mode::Load), &mut w));
%s}
"""
USES = {
    "nothing": "    black_box(&mut all::S{n}::default());\n",
    "by-hand": "    {{ let s = black_box(Box::leak(Box::new(all::S{n}::default()))); let mut r = Reader::new(&bytes);"
    " if s.load(&mut r).is_err() {{ black_box(1); }} s.save(&mut w); }}\n",
    "derived": "    {{ let s = black_box(Box::leak(Box::new(all::S{n}::default()))); let mut r = Loader::new(Reader::new(&bytes), Mode::Load);"
    " if s.load(&mut r, 1).is_err() || s.save(&mut w, 1).is_err() {{ black_box(1); }} }}\n",
}


def crate(name, dependency, source, uses=None):
    folder = f"{WORK}/{name}"
    os.makedirs(f"{folder}/src")
    with open(f"{folder}/Cargo.toml", "w") as out:
        out.write(f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2021"\n')
        out.write(f"[dependencies]\n{dependency}\n[workspace]\n")
    if uses is None:
        files = {"lib.rs": source}
    else:
        main = MAIN % "".join(uses.format(n=n) for n in range(STRUCTS))
        files = {"all.rs": source, "main.rs": "mod all;\n" + main}
    for file, text in files.items():
        with open(f"{folder}/src/{file}", "w") as out:
            out.write(text)
    return folder


def build(folder, *options):
    command = ["cargo", "build", "--quiet", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr[:4000])


def seconds(folder):
    os.utime(f"{folder}/src/lib.rs")
    start = time.monotonic()
    build(folder)
    return time.monotonic() - start


def text_size(name):
    size = subprocess.run(
        ["size", "-A", f"{WORK}/target/release/{name}"], check=True, capture_output=True, text=True
    )
    return next(int(line.split()[1]) for line in size.stdout.splitlines() if line.startswith(".text"))


def main():
    folders = [crate("with-derive", SCHEMA, derived()), crate("with-serde", SERDE, serde())]
    for folder in folders:
        build(folder)
    runs = [[seconds(folder) for folder in folders] for _ in range(5)]
    ours, serdes = (statistics.median(run[i] for run in runs) for i in range(2))
    print(f"{STRUCTS} structs of {FIELDS} fields, seconds to build: derive {ours:.2f}, serde's two {serdes:.2f}")
    print(f"ratio {ours / serdes:.2f} (at most 1.00)")

    sizes = {}
    for name, source in [("nothing", by_hand()), ("by-hand", by_hand()), ("derived", derived())]:
        build(crate(name, SCHEMA, source, USES[name]), "--release")
        sizes[name] = text_size(name)
    ours, hand = (sizes[name] - sizes["nothing"] for name in ("derived", "by-hand"))
    print(f"bytes of code: derive {ours}, by hand {hand}")
    print(f"ratio {ours / hand:.2f} (at most 1.20)")
    sys.exit(ours > 1.2 * hand)


main()
