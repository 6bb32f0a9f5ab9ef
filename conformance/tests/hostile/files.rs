//! Files that ask for more than they are: each with its name, its bytes, and what it tries.

use std::fmt::Write as _;
use std::io::Write as _;

use vmsd_schema::stream::{Command, StreamBuilder};

/// A hostile file.
pub(super) struct Hostile {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// All that end in an error or a report. Each is at most a MiB; `scale` makes those that have a length longer.
pub(super) fn all(scale: usize) -> Vec<Hostile> {
    let mut all = streams(scale);
    all.extend(lengths());
    all.extend(described(scale));
    all.extend(json(scale));
    all.into_iter()
        .map(|(name, bytes)| Hostile { name, bytes })
        .collect()
}

type Named = (String, Vec<u8>);

fn named(name: &str, bytes: impl Into<Vec<u8>>) -> Named {
    (name.to_owned(), bytes.into())
}

fn start() -> StreamBuilder {
    let mut builder = StreamBuilder::new();
    builder.header().machine("pc-q35-7.2").unwrap();
    builder
}

/// A stream with one device, whose body is `body`, and a description of it.
pub(super) fn with_device(body: &[u8], fields: &str) -> Vec<u8> {
    let mut builder = start();
    builder.full(1, "device", 0, 1, body).unwrap().eof();
    let json = format!(
        "{{\"page_size\": 4096, \"devices\": [{{\"name\": \"device\", \"instance_id\": 0, \
         \"vmsd_name\": \"device\", \"version\": 1, \"fields\": [{fields}]}}]}}"
    );
    builder.description(&json).unwrap();
    builder.finish()
}

/// The start of RAM with one block.
fn ram(block: &str, len: u64) -> StreamBuilder {
    let mut builder = start();
    let idstr = [1, 0, 0, 0, 2, 3, b'r', b'a', b'm', 0, 0, 0, 0, 0, 0, 0, 4];
    builder.body(&idstr).ram_blocks(&[(block, len)]).unwrap();
    builder
}

fn streams(scale: usize) -> Vec<Named> {
    let mut all = Vec::new();
    let long = "n".repeat(255);
    let mut names = start();
    for id in 0..100 * scale {
        let id = u32::try_from(id).unwrap();
        names.full(id, &long, id, 1, &[5, 255]).unwrap();
    }
    all.push(named("names of 255 bytes", names.eof().as_bytes()));
    let mut sections = start();
    for id in 0..2000 * scale {
        sections
            .full(u32::try_from(id).unwrap(), "s", 0, 1, &[])
            .unwrap();
    }
    all.push(named("sections without a body", sections.eof().as_bytes()));
    let mut commands = start();
    for _ in 0..5000 * scale {
        commands.command(Command::PostcopyListen).unwrap();
    }
    all.push(named("commands without end", commands.eof().as_bytes()));
    let nested = [8, 0, 7, 0, 4, 0xff, 0xff, 0xff, 0xff];
    all.push(named(
        "packages in packages",
        [start().as_bytes(), &nested.repeat(1000 * scale)].concat(),
    ));
    let mut subsections = Vec::new();
    let mut name = "device".to_owned();
    while name.len() < 250 {
        name.push_str("/s");
        subsections.extend([5, u8::try_from(name.len()).unwrap()]);
        subsections.extend(name.as_bytes());
        subsections.extend([0, 0, 0, 1]);
    }
    all.push(named(
        "nested subsections",
        with_device(&subsections.repeat(10 * scale), ""),
    ));
    for block in ["../../etc/passwd", "a/b\0c\n\u{1b}[2J", ""] {
        let mut stream = ram(block, 0x2000);
        stream.page(Some(block.into()), 0x1000, &[1; 4096]).unwrap();
        stream.ram_end().body(&[0x7e, 0, 0, 0, 2]).eof();
        all.push(named(
            &format!("a block called {}", block.escape_default()),
            stream.as_bytes(),
        ));
    }
    for offset in [0x2000, 1 << 40, u64::MAX - 0xfff] {
        let mut stream = ram("a", 0x2000);
        stream.page(Some("a".into()), offset, &[1; 4096]).unwrap();
        all.push(named(
            &format!("a page at {offset:#x} of its block"),
            stream.ram_end().as_bytes(),
        ));
    }
    for header in [
        [0, 200, 4096],
        [4096, u64::MAX, u64::MAX],
        [1 << 63, 0, 0],
        [1, 0, 1],
    ] {
        all.push(named(&format!("mapped-ram {header:x?}"), mapped(header)));
    }
    all
}

fn mapped(header: [u64; 3]) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    builder.header().body(
        b"\x07\0\0\0\x02pc\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01\x0amapped-ram",
    );
    let idstr = [1, 0, 0, 0, 2, 3, b'r', b'a', b'm', 0, 0, 0, 0, 0, 0, 0, 4];
    builder.body(&idstr).ram_blocks(&[("a", 0x2000)]).unwrap();
    builder.body(&[0, 0, 0, 1]);
    for word in header {
        builder.body(&word.to_be_bytes());
    }
    builder.body(&[0xff; 64]);
    builder.finish()
}

/// About a hundred bytes that announce gigabytes.
fn lengths() -> Vec<Named> {
    let head = start().finish();
    let behind = |what: &[u8]| [&head, what, &[0; 40]].concat();
    vec![
        named("a description of 4 GiB", behind(&[0, 6, 0xff, 0xff, 0xff, 0xff, b'{'])),
        named("a package of 4 GiB", behind(&[8, 0, 7, 0, 4, 0xff, 0xff, 0xff, 0xff])),
        named("a command of 64 KiB", behind(&[8, 0, 3, 0xff, 0xff])),
        named(
            "a machine name of 4 GiB",
            b"QEVM\0\0\0\x03\x07\xff\xff\xff\xffpc".to_vec(),
        ),
        named(
            "2^32 capabilities",
            b"QEVM\0\0\0\x03\x07\0\0\0\x02pc\x05\x1aconfiguration/capabilities\0\0\0\x01\xff\xff\xff\xff\x01x".to_vec(),
        ),
        named("blocks of 2^63 bytes", ram("a", 1 << 63).finish()),
        named("a list of blocks without end", {
            let mut all = start();
            all.body(&[1, 0, 0, 0, 2, 3, b'r', b'a', b'm', 0, 0, 0, 0, 0, 0, 0, 4]);
            all.body(&(!0xfff_u64 | 4).to_be_bytes());
            all.body(&[0; 4096]);
            all.finish()
        }),
    ]
}

fn field(key: &str, value: &str, kind: &str, size: &str) -> String {
    format!("{{\"name\": \"f\", {key}{value}\"type\": \"{kind}\", \"size\": {size}}}")
}

/// Descriptions that say more than there is.
fn described(scale: usize) -> Vec<Named> {
    let mut all = Vec::new();
    for count in [
        "2147483648",
        "4294967296",
        "18446744073709551615",
        "-1",
        "1e300",
    ] {
        for (kind, size) in [
            ("uint8", "1"),
            ("uint8", "0"),
            ("buffer", count),
            ("struct", "0"),
        ] {
            let fields = field("\"array_len\": ", &format!("{count}, "), kind, size);
            all.push(named(
                &format!("{count} of {kind} with size {size}"),
                with_device(&[1; 64], &fields),
            ));
        }
    }
    let empty = "{\"name\": \"f\", \"array_len\": 268435456, \"type\": \"struct\", \"size\": 0, \
                 \"struct\": {\"vmsd_name\": \"e\", \"version\": 1, \"fields\": []}}";
    all.push(named("empty structs without end", with_device(&[], empty)));
    let ends = vec![1; 50_000 * scale];
    for kind in ["qtailq", "qlist", "gtree", "virtio", "bitmap", "buffer"] {
        all.push(named(
            &format!("a {kind} without end"),
            with_device(&ends, &field("", "", kind, "8")),
        ));
    }
    let nested = "{\"name\": \"f\", \"type\": \"struct\", \"size\": 1, \"struct\": {\"vmsd_name\": \"s\", \"version\": 1, \"fields\": [";
    let deep = nested.repeat(2000);
    all.push(named("structs in structs", with_device(&[1; 64], &deep)));
    let closed = format!("{}{}", nested.repeat(40), "]}}".repeat(40));
    all.push(named(
        "structs in structs, closed",
        with_device(&[1; 64], &closed),
    ));
    let mut arrays = String::new();
    for index in 0..2000 * scale {
        let comma = if index > 0 { ", " } else { "" };
        write!(
            arrays,
            "{comma}{}",
            field("\"array_len\": ", "1048576, ", "uint8", "0")
        )
        .unwrap();
    }
    all.push(named(
        "many long arrays of nothing",
        with_device(&[1; 64], &arrays),
    ));
    all
}

/// JSON alone: what is given as a dump, a schema or a description.
fn json(scale: usize) -> Vec<Named> {
    let many = 20_000 * scale;
    vec![
        named("open arrays", "[".repeat(many)),
        named("open objects", "{\"a\":".repeat(many)),
        named(
            "zeros",
            format!(
                "{{\"vmsd_schema\": 1, \"devices\": [0{}]}}",
                ", 0".repeat(many)
            ),
        ),
        named(
            "empty devices",
            format!(
                "{{\"vmsd_schema\": 1, \"devices\": [{{}}{}]}}",
                ", {}".repeat(many)
            ),
        ),
        named(
            "the same key",
            format!(
                "{{\"vmschkmachine\": {{\"Name\": \"pc\"}}{}}}",
                ", \"a\": {}".repeat(many)
            ),
        ),
        named(
            "keys of a dump",
            (0..many / 4).fold(
                "{\"vmschkmachine\": {\"Name\": \"pc\"}".to_owned(),
                |all, index| format!("{}, \"d{index}\": {{}}", all),
            ) + "}",
        ),
        named(
            "a long text",
            format!(
                "{{\"vmschkmachine\": {{\"Name\": \"{}\"}}}}",
                "x".repeat(many)
            ),
        ),
        named("spaces", format!("{{{}", " ".repeat(many))),
        named(
            "digits",
            format!("{{\"vmsd_schema\": {}}}", "9".repeat(many)),
        ),
        named(
            "a description alone",
            format!(
                "{{\"page_size\": 4096, \"devices\": [{}]}}",
                "[".repeat(100)
            ),
        ),
    ]
}

/// What compresses `count` times `plain`, by each program: small files that are long when they are unpacked.
pub(super) fn bombs(plain: &[u8], count: usize) -> Vec<Hostile> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(plain).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
    xz.write_all(plain).unwrap();
    let packed = [
        ("gzip", gzip.finish().unwrap()),
        ("bzip2", bzip2.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("zstd", zstd::encode_all(plain, 1).unwrap()),
    ];
    let all = packed.into_iter().map(|(name, one)| Hostile {
        name: format!("a bomb of {name}"),
        bytes: one.repeat(count),
    });
    all.collect()
}
