//! Each header field of each container, cut, zeroed and with all bits set: the error names the container and
//! the field. Where a field may have any value, the table says so.

use conformance::files::container::{Compression, Options};

use crate::disk_image::disk_image;
use crate::libvirt_writer::{compressed, Libvirt};
use crate::{stream, unwrap};

/// What a value leads to.
#[derive(Clone, Copy)]
pub(crate) enum To {
    /// An error that names this.
    Named(&'static str),
    /// The image opens: the value is a right one, or nothing depends on it.
    Opens,
    /// Without this field nobody knows what the file is: an error, or the stream found behind other bytes.
    Unknown,
}
use To::{Named, Opens, Unknown};

pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) len: usize,
    zeroed: To,
    maximised: To,
}

pub(crate) fn field(name: &'static str, len: usize, zeroed: To, maximised: To) -> Field {
    Field {
        name,
        len,
        zeroed,
        maximised,
    }
}

/// A field whose every wrong value is noticed as its own.
pub(crate) fn strict(name: &'static str, len: usize) -> Field {
    field(name, len, Named(name), Named(name))
}

/// Damages each field of `image` in turn; the first stands at `at`.
pub(crate) fn go_through(container: &str, image: &[u8], mut at: usize, fields: &[Field]) {
    assert!(
        unwrap(image, &Options::default()).is_ok(),
        "the whole {container} opens"
    );
    for field in fields {
        let end = at + field.len;
        // One byte can begin more than one magic.
        for cut in at.max(2)..end {
            let error = unwrap(&image[..cut], &Options::default()).expect_err(field.name);
            assert_named(container, field.name, &error, "cut");
        }
        for (byte, to, how) in [
            (0, field.zeroed, "zeroed"),
            (0xff, field.maximised, "maximised"),
        ] {
            let mut damaged = image.to_vec();
            damaged[at..end].fill(byte);
            let outcome = unwrap(&damaged, &Options::default());
            match (to, outcome) {
                (Named(name), Err(error)) => assert_named(container, name, &error, how),
                (Unknown, Err(_)) | (Opens, Ok(_)) => {}
                (Unknown, Ok((names, _))) => assert_eq!(names, ["offset, found"]),
                (_, outcome) => panic!(
                    "{container}: {} {how}: {:?}",
                    field.name,
                    outcome.map(|(names, _)| names)
                ),
            }
        }
        at = end;
    }
}

pub(crate) fn assert_named(container: &str, field: &str, error: &str, how: &str) {
    assert!(
        error.contains(container) && error.contains(field),
        "{container}: {field} {how}: {error}"
    );
}

#[test]
fn libvirt() {
    let fields = |compressed: bool| {
        let mut fields = vec![
            field("magic", 16, Unknown, Unknown),
            strict("version", 4),
            strict("data_len", 4),
            field("was_running", 4, Opens, Named("was_running")),
            // Raw is format 0.
            field(
                "format",
                4,
                if compressed { Named("format") } else { Opens },
                Named("format"),
            ),
            strict("cookieOffset", 4),
        ];
        fields.extend((0..14).map(|_| field("unused", 4, Opens, Named("unused"))));
        fields
    };
    let stream = stream(3000);
    for little in [true, false] {
        let raw = Libvirt {
            little,
            ..Libvirt::default()
        };
        go_through("libvirt save image", &raw.write(&stream), 0, &fields(false));
        let packed = Libvirt {
            little,
            format: 5,
            ..Libvirt::default()
        };
        let packed = packed.write(&compressed(Compression::Zstd, &stream));
        go_through("libvirt save image", &packed, 0, &fields(true));
    }
}

#[test]
fn a_libvirt_format_that_is_not_the_streams() {
    let stream = stream(3000);
    let inside = |format, bytes: &[u8]| {
        unwrap(
            &Libvirt {
                format,
                ..Libvirt::default()
            }
            .write(bytes),
            &Options::default(),
        )
        .unwrap_err()
    };
    assert_named(
        "libvirt save image",
        "format",
        &inside(1, &stream),
        "gzip of plain",
    );
    assert_named(
        "libvirt save image",
        "format",
        &inside(1, &compressed(Compression::Xz, &stream)),
        "gzip of xz",
    );
    assert_named(
        "libvirt save image",
        "format",
        &inside(6, &compressed(Compression::Xz, &stream)),
        "sparse of xz",
    );
    assert_named(
        "libvirt save image",
        "data_len",
        &inside(0, b"no stream at all"),
        "nothing",
    );
}

#[test]
fn compressed_files() {
    let stream = stream(3000);
    let gzip = [
        field("magic", 2, Unknown, Unknown),
        strict("method", 1),
        field("flags", 1, Opens, Named("flags")),
        field("mtime", 4, Opens, Opens),
        field("extra flags", 1, Opens, Opens),
        field("operating system", 1, Opens, Opens),
    ];
    go_through("gzip", &compressed(Compression::Gzip, &stream), 0, &gzip);
    let bzip2 = [
        field("magic", 3, Unknown, Unknown),
        strict("block size", 1),
        // Digit and block together tell bzip2 from text: with a right digit a wrong block is named.
        strict("block magic", 6),
    ];
    go_through("bzip2", &compressed(Compression::Bzip2, &stream), 0, &bzip2);
    let xz = [
        field("magic", 6, Unknown, Unknown),
        field(
            "stream flags",
            2,
            Named("stream flags"),
            Named("stream flags"),
        ),
        strict("crc32 of the stream flags", 4),
        field("block header size", 1, Named("xz"), Named("xz")),
    ];
    go_through("xz", &compressed(Compression::Xz, &stream), 0, &xz);
}

#[test]
fn zstd_frames() {
    // A frame with a window, a dictionary id of zero and a content size, and one block as it is.
    let content = stream(40);
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1000_0001, 0x50, 0];
    frame.extend((content.len() as u32).to_le_bytes());
    frame.extend(&((content.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    frame.extend(&content);
    let fields = [
        field("magic", 4, Unknown, Unknown),
        field(
            "frame header descriptor",
            1,
            Named("zstd"),
            Named("frame header descriptor"),
        ),
        field("window descriptor", 1, Opens, Named("window descriptor")),
        field("dictionary id", 1, Opens, Named("dictionary id")),
        field("frame content size", 4, Named("zstd"), Named("zstd")),
        field("zstd", 3, Named("zstd"), Named("zstd")),
    ];
    go_through("zstd", &frame, 0, &fields);
}

#[test]
fn lzop() {
    let fields = [
        field("magic", 9, Unknown, Unknown),
        field("version", 2, Named("version"), Named("header check sum")),
        field(
            "library version",
            2,
            Named("header check sum"),
            Named("header check sum"),
        ),
        strict("version needed", 2),
        strict("method", 1),
        field("level", 1, Named("header check sum"), Named("level")),
        field("flags", 4, Named("header check sum"), Named("flags")),
        field(
            "mode",
            4,
            Named("header check sum"),
            Named("header check sum"),
        ),
        field("mtime", 4, Opens, Named("header check sum")),
        field("mtime, upper half", 4, Opens, Named("header check sum")),
        field(
            "name length",
            1,
            Named("header check sum"),
            Named("header check sum"),
        ),
        field(
            "name",
            4,
            Named("header check sum"),
            Named("header check sum"),
        ),
        strict("header check sum", 4),
        // No bytes in a block are the end: what follows is then no file.
        field(
            "uncompressed block size",
            4,
            Named("magic"),
            Named("uncompressed block size"),
        ),
        strict("compressed block size", 4),
        strict("check sum", 4),
    ];
    // The first block is compressed, so that it has two check sums.
    let bytes = stream(2000);
    go_through("lzop", &compressed(Compression::Lzop, &bytes), 0, &fields);
}

#[test]
fn every_cut_and_every_changed_byte_ends_in_a_sentence_or_a_stream() {
    let stream = stream(1500);
    let mut images = vec![
        disk_image(|image| image.extra_len = 16).write().bytes,
        Libvirt::default().write(&stream),
    ];
    images.extend(Compression::ALL.map(|compression| compressed(compression, &stream)));
    for image in images {
        for at in 0..image.len() {
            says_where(unwrap(&image[..at], &Options::default()));
            for byte in [image[at] ^ 0x80, image[at].wrapping_add(1)] {
                let mut damaged = image.clone();
                damaged[at] = byte;
                says_where(unwrap(&damaged, &Options::default()));
            }
        }
    }
}

fn says_where<T>(outcome: Result<T, String>) {
    let error = outcome.err();
    assert!(
        error
            .as_ref()
            .is_none_or(|error| error.contains("at offset 0x")),
        "{error:?}"
    );
}
