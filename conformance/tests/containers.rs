//! Every container is found, opened and unwrapped; every damaged field of one is named.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a test that writes small images of its own and may end in a panic"
)]

#[path = "containers/damage.rs"]
mod damage;
#[path = "containers/disk_image.rs"]
mod disk_image;
#[path = "containers/fixtures.rs"]
mod fixtures;
#[path = "containers/libvirt_writer.rs"]
mod libvirt_writer;
#[path = "containers/multifd.rs"]
mod multifd;
#[path = "containers/open.rs"]
mod open;
#[path = "containers/qcow2_writer.rs"]
mod qcow2_writer;

use std::io::{self, Read};

use conformance::files::container::{self, Layer, Options, Source};

/// What begins like a stream and has runs of zeros and of other bytes.
pub(crate) fn stream(len: usize) -> Vec<u8> {
    let mut bytes = b"QEVM\0\0\0\x03\x07\0\0\0\x04none".to_vec();
    let mut state = 1u32;
    while bytes.len() < len {
        match bytes.len() / 512 % 3 {
            0 => bytes.extend([0; 64]),
            1 => bytes.extend([7; 64]),
            _ => {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                bytes.extend(state.to_be_bytes());
            }
        }
    }
    bytes.truncate(len);
    bytes
}

/// The names of the layers, and all bytes inside; from a mapped file and from a pipe, which must agree.
pub(crate) fn unwrap(
    bytes: &[u8],
    options: &Options,
) -> Result<(Vec<&'static str>, Vec<u8>), String> {
    let mapped = unwrap_source(Source::bytes(bytes.to_vec()), options);
    let piped = unwrap_source(Source::pipe(io::Cursor::new(bytes.to_vec())), options);
    match (&mapped, &piped) {
        (Ok(mapped), Ok(piped)) => assert_eq!(mapped, piped),
        (Err(_), Err(_)) => {}
        _ => panic!("a mapped file gives {mapped:?} and a pipe {piped:?}"),
    }
    mapped
}

fn unwrap_source(
    source: Source,
    options: &Options,
) -> Result<(Vec<&'static str>, Vec<u8>), String> {
    let opened = container::open(source, options).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    opened
        .source
        .into_read()
        .read_to_end(&mut out)
        .map_err(|error| error.to_string())?;
    Ok((opened.layers.iter().map(Layer::name).collect(), out))
}
