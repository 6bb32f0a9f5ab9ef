//! The corpus inside the binary: real streams, and beside each what QEMU's own script prints of it.

use include_dir::{include_dir, Dir};

use super::Stream;

static MATRIX: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../corpus/streams/matrix");

/// Device sets of the corpus whose every device has a mirror.
const SETS: [&str; 4] = ["bare", "default", "virtio", "usb"];

/// The embedded streams: `MACHINE.SET.from-VERSION`.
#[must_use]
pub fn streams() -> Vec<Stream> {
    let mut streams: Vec<Stream> = MATRIX.files().filter_map(stream).collect();
    streams.sort_by(|a, b| a.name.cmp(&b.name));
    streams
}

fn stream(file: &include_dir::File<'static>) -> Option<Stream> {
    let name = file
        .path()
        .file_name()?
        .to_str()?
        .strip_suffix(".qevm.zst")?;
    let (machine, version) = name.split_once(".from-")?;
    SETS.iter()
        .find(|set| machine.ends_with(&format!(".{set}")))?;
    let reference = MATRIX.get_file(format!("{name}.analyze.json.zst"));
    Some(
        Stream::new(name, file.contents())
            .from_qemu(version)
            .with_reference(reference.map(|file| file.contents())),
    )
}
