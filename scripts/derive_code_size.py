"""The measurement of derive-code-size.sh, which says what it is and sets the environment."""

import os
import subprocess
import sys

from derive_crates import SCHEMA, WORK, build, crate

DEVICES = int(os.environ["DEVICES"])
SCALARS = ["u8", "u16", "u32", "u64", "bool", "i32"]
WORDS = ["u8", "u16", "u32", "u64"]


class Device:
    """A struct and both codecs of it. Fields are (name, type, words of the derive, load by hand, save by hand)."""

    def __init__(self, name, wire, version=2, minimum=1):
        self.name, self.wire, self.version, self.minimum = name, wire, version, minimum
        self.fields, self.subsections = [], []

    def scalar(self, name, kind, since=0):
        load, save = scalar(kind, f"self.{name}", f'.map_err(|e| e.inside("{name}"))?')
        if since:
            load = f"if version >= {since} {{ {load} }}"
            save = f"if version >= {since} {{ {save} }}"
        self.fields.append((name, kind, f"since = {since}" if since else "", load, save))

    def array(self, name, kind, length):
        at = f'.map_err(|e| e.inside_index(i).inside("{name}"))?'
        load, save = scalar(kind, "*e", at)
        load = f"for (i, e) in self.{name}.iter_mut().enumerate() {{ {load} }}"
        save = f"for e in &self.{name} {{ {save} }}"
        self.fields.append((name, f"[{kind}; {length}]", "", load, save))

    def nested(self, name, child):
        at = f'.map_err(|e| e.inside("{name}"))?;'
        load = f"self.{name}.load(r, {child.version}){at}"
        save = f"self.{name}.save(w, {child.version}){at}"
        self.fields.append((name, child.name, "", load, save))

    def nested_array(self, name, child, length):
        at = f'.map_err(|e| e.inside_index(i).inside("{name}"))?;'
        load = f"for (i, e) in self.{name}.iter_mut().enumerate() {{ e.load(r, {child.version}){at} }}"
        save = f"for (i, e) in self.{name}.iter_mut().enumerate() {{ e.save(w, {child.version}){at} }}"
        self.fields.append((name, f"[{child.name}; {length}]", "", load, save))

    def counted(self, name, kind, count):
        size = int(kind[1:]) // 8
        at = f'.map_err(|e| e.inside_index(i).inside("{name}"))?'
        load, save = scalar(kind, "*e", at)
        load = (
            f'let n = room(self.{count} as u64, {size}, "{count}", r).map_err(|e| e.inside("{name}"))?;\n'
            f"        self.{name}.resize(n, 0);\n"
            f"        for (i, e) in self.{name}.iter_mut().enumerate() {{ {load} }}"
        )
        save = (
            f'let all = first(&self.{name}, self.{count} as u64, "{count}").map_err(|e| e.inside("{name}"))?;\n'
            f"        for e in all {{ {save} }}"
        )
        self.fields.append((name, f"Vec<{kind}>", f"len = {count}", load, save))

    def subsection(self, name, child):
        self.subsections.append((name, child))

    def struct(self, derived):
        lines = []
        if derived:
            lines.append(f'#[derive(VmState)]\n#[vmstate(name = "{self.wire}", version = {self.version}, '
                         f"minimum_version = {self.minimum})]")
        lines.append(f"#[derive(Default)]\npub struct {self.name} {{")
        for name, kind, words, _, _ in self.fields:
            if derived and words:
                lines.append(f"    #[vmstate({words})]")
            lines.append(f"    pub {name}: {kind},")
        for name, child in self.subsections:
            if derived:
                lines.append("    #[vmstate(subsection)]")
            lines.append(f"    pub {name}: Option<{child.name}>,")
        return "\n".join(lines) + "\n}\n"

    def by_hand(self):
        check = f'check_version("{self.wire}", version, {self.minimum}, {self.version})'
        load = [f"{check}.map_err(|e| e.or_at(r.offset()))?;", *(field[3] for field in self.fields)]
        save = [f"{check}?;", *(field[4] for field in self.fields)]
        if self.subsections:
            arms = []
            for name, child in self.subsections:
                arms.append(
                    f'b"{child.wire}" => {{\n'
                    f"                    let version = begin(r, name)?;\n"
                    f"                    self.{name}.get_or_insert_with(Default::default).load(r, version)"
                    f'.map_err(|e| e.inside("{child.wire}"))?;\n                }}'
                )
                save.append(
                    f"if let Some(s) = &mut self.{name} {{\n"
                    f'            header(w, "{child.wire}", {child.version})?;\n'
                    f'            s.save(w, {child.version}).map_err(|e| e.inside("{child.wire}"))?;\n        }}'
                )
            arms = "\n                ".join(arms)
            load.append(
                f'while let Some(name) = subsection_name(r, "{self.wire}") {{\n            match name {{\n'
                f'                {arms}\n                _ => return Err(unknown(r, name, "{self.wire}")),\n'
                "            }\n        }"
            )
        load, save = "\n        ".join(load), "\n        ".join(save)
        return (
            f"impl {self.name} {{\n"
            f"    pub fn load(&mut self, r: &mut Reader<'_>, version: u32) -> Result<()> {{\n"
            f"        {load}\n        Ok(())\n    }}\n"
            f"    pub fn save(&mut self, w: &mut Writer, version: u32) -> Result<()> {{\n"
            f"        {save}\n        Ok(())\n    }}\n}}\n"
        )


def scalar(kind, place, fail):
    if kind == "bool":
        return f"{place} = r.u8(){fail} != 0;", f"w.u8(u8::from({place}));"
    wire = kind.replace("i", "u")
    cast = f" as {kind}" if kind != wire else ""
    return f"{place} = r.{wire}(){fail}{cast};", f"w.{wire}({place} as {wire});"


def fill(device, count, number):
    for i in range(count):
        device.scalar(f"f{i}", SCALARS[(number + i) % len(SCALARS)])
    return device


def scalars(n):
    device = fill(Device(f"Scalars{n}", f"scalars{n}"), 8 + 2 * (n % 8), n)
    device.scalar("late", "u16", since=2)
    return [device]


def arrays(n):
    device = fill(Device(f"Arrays{n}", f"arrays{n}"), 4, n)
    for i in range(4):
        device.array(f"a{i}", WORDS[(n + i) % 4], [2, 6, 16, 32][(n + i) % 4])
    return [device]


def nested(n):
    child = fill(Device(f"Child{n}", f"child{n}", 1), 5, n)
    device = fill(Device(f"Nested{n}", f"nested{n}"), 3, n)
    device.nested("one", child)
    device.nested_array("more", child, 3 + n % 3)
    return [child, device]


def counted(n):
    device = fill(Device(f"Counted{n}", f"counted{n}"), 4, n)
    device.scalar("n", WORDS[n % 3])
    device.counted("all", WORDS[(n + 1) % 4], "n")
    device.counted("more", WORDS[(n + 2) % 4], "n")
    return [device]


def subsections(n):
    children = [fill(Device(f"Part{n}{x}", f"parts{n}/{x}", 1), 3 + i, n + i) for i, x in enumerate("abc")]
    device = fill(Device(f"Parts{n}", f"parts{n}"), 6, n)
    for child in children:
        device.subsection(child.name.lower(), child)
    return [*children, device]


KINDS = [scalars, arrays, nested, counted, subsections]

DERIVED = "use vmsd_schema::VmState;\n\n"
# What a person writes once and calls from every device.
BY_HAND = """#![allow(clippy::all)]
use vmsd_schema::wire::{Reader, Writer};
use vmsd_schema::vmstate::subsection_name;
use vmsd_schema::{Error, ErrorKind, Result};

#[inline]
fn check_version(name: &'static str, version: u32, minimum: u32, current: u32) -> Result<()> {
    if (minimum..=current).contains(&version) {
        return Ok(());
    }
    Err(wrong_version(name, version, minimum, current))
}

#[cold]
fn wrong_version(name: &'static str, version: u32, minimum: u32, current: u32) -> Error {
    let message = if version > current {
        format!("{name}: incoming version_id {version} is too new for local version_id {current}")
    } else {
        format!("{name}: incoming version_id {version} is too old for local minimum version_id {minimum}")
    };
    Error::new(ErrorKind::Version, message)
}

/// How many elements there are, if the input can cover them.
fn room(count: u64, size: u64, field: &'static str, r: &Reader<'_>) -> Result<usize> {
    let left = r.remaining() as u64;
    if count > left / size {
        return Err(r.error(ErrorKind::Count, format!("`{field}` is {count}, and {left} bytes of input are left")));
    }
    Ok(count as usize)
}

fn first<'a, T>(all: &'a [T], count: u64, field: &'static str) -> Result<&'a [T]> {
    let capacity = all.len();
    all.get(..usize::try_from(count).unwrap_or(usize::MAX)).ok_or_else(|| {
        Error::new(ErrorKind::Count, format!("`{field}` is {count}, and the field holds {capacity}"))
    })
}

/// Past the name of a subsection; its version.
fn begin(r: &mut Reader<'_>, name: &[u8]) -> Result<u32> {
    r.skip(2 + name.len())?;
    Ok(r.u32()? & 0xff)
}

#[cold]
fn unknown(r: &Reader<'_>, name: &[u8], parent: &str) -> Error {
    let name = String::from_utf8_lossy(name);
    r.error(ErrorKind::Unknown, format!("VM subsection '{name}' in '{parent}' does not exist"))
}

fn header(w: &mut Writer, name: &str, version: u32) -> Result<()> {
    w.u8(5);
    w.counted_string(name)?;
    w.u32(version);
    Ok(())
}

"""
MAIN = """mod all;

use std::hint::black_box;
use vmsd_schema::wire::{Reader, Writer};
use vmsd_schema::{Loader, VmState as _};

/// What every program has: the library's cursors, and an error that someone looks at.
fn main() {
    let bytes = black_box(vec![1_u8; 1 << 16]);
    let mut w = Writer::new();
    let mut errors: Vec<vmsd_schema::Error> = Vec::new();
    let mut r = Reader::new(&bytes);
    let mut l = Loader::new(Reader::new(&bytes));
    black_box((r.u64().err(), l.u64().err(), &mut w, &mut errors));
%s    for error in errors {
        eprintln!("{error}");
    }
}
"""
USES = {
    "nothing": "    black_box(&mut all::{name}::default());\n",
    "by-hand": """    {{
        let s = black_box(Box::leak(Box::new(all::{name}::default())));
        errors.extend(s.load(&mut r, black_box({version})).err());
        errors.extend(s.save(&mut w, black_box({version})).err());
    }}
""",
    "derived": """    {{
        let s = black_box(Box::leak(Box::new(all::{name}::default())));
        errors.extend(s.load(&mut l, black_box({version})).err());
        errors.extend(s.save(&mut w, black_box({version})).err());
    }}
""",
}


def text_size(name):
    size = subprocess.run(
        ["size", "-A", f"{WORK}/target/release/{name}"], check=True, capture_output=True, text=True
    )
    return next(int(line.split()[1]) for line in size.stdout.splitlines() if line.startswith(".text"))


def program(label, contender, devices):
    """The bytes of code of a program with `devices`; each a list of structs, of which the last is loaded and saved."""
    derived = contender == "derived"
    source = DERIVED if derived else BY_HAND if contender == "by-hand" else ""
    for structs in devices:
        for struct in structs:
            source += struct.struct(derived)
            if contender == "by-hand":
                source += struct.by_hand()
    uses = "".join(USES[contender].format(name=s[-1].name, version=s[-1].version) for s in devices)
    main = "#![allow(dead_code, unused)]\n" + MAIN % uses
    name = f"{label}-{contender}"
    build(crate(name, SCHEMA, {"all.rs": source, "main.rs": main}), "--release")
    return text_size(name)


def ratio(label, devices):
    nothing, hand, ours = (program(label, contender, devices) for contender in USES)
    ours, hand = ours - nothing, hand - nothing
    print(f"{label:12} {len(devices):3} devices, bytes of code: derive {ours:7}, by hand {hand:7}, ratio {ours / hand:.2f}",
          flush=True)
    return ours / hand


def main():
    every = [[kind(n) for n in range(DEVICES)] for kind in KINDS]
    for kind, devices in zip(KINDS, every):
        ratio(kind.__name__, devices)
    all_ratio = ratio("all", [device for devices in every for device in devices])
    print(f"ratio {all_ratio:.2f} (at most 1.20)")
    sys.exit(all_ratio > 1.2)


main()
