//! The screens of a `virtio-gpu` card that has no resources (`virtio_gpu_load`).
//!
//! How long they are follows from the number of outputs, which both sides must have alike, and from the target's own layout. What a
//! resource takes only the source's bytes would tell; a card at work is left to what is known of opaque values.

use super::leaf::skip;
use super::refusal::Refusal;
use super::walk::{Element, Step, Walk};
use super::wording::Said;
use crate::wire::Reader;

/// Whether the list of resources is empty.
pub(super) fn is_at_rest(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0; 4])
}

/// Reads as much as the target's own stream has.
pub(super) fn load(
    walk: &mut Walk<'_>,
    reader: &mut Reader<'_>,
    local: Option<&[u8]>,
    element: Element<'_, '_>,
) -> Step {
    let own = local.filter(|local| is_at_rest(local)).and_then(outputs);
    let (Some(own), Some(came)) = (own, outputs(reader.rest())) else {
        return walk.sized(element, reader);
    };
    if came != own {
        let sentence = format!("{own:x} != {came:x}");
        let said = Said {
            lines: vec![sentence.clone()],
            apart: vec![sentence],
            chain: "Failed to load element of type virtio-gpu for virtio-gpu".to_owned(),
            ..Said::default()
        };
        let refusal = Refusal::new("value-differs", reader.offset(), said)
            .between(came.to_string(), own.to_string())
            .meaning(
                "the target's card has another number of outputs",
                "give both sides the same max_outputs",
            );
        return Err(refusal.inside("virtio-gpu-scanouts", "parent_obj.conf.max_outputs"));
    }
    let (sent, read) = (element.sent.map_or(0, |sent| sent.size), element.read.size);
    if sent != read {
        let bytes = |len: u64| format!("{len} bytes");
        let message = "a screen is described in another number of bytes";
        walk.differ("field-resized", bytes(sent), bytes(read), message, reader);
    }
    skip(reader, read, || format!("{read} bytes"))
}

/// The number of outputs: behind the end of the resources, and whether the driver is at work.
fn outputs(bytes: &[u8]) -> Option<u32> {
    let mut reader = Reader::new(bytes);
    reader.skip(4 + 4).ok()?;
    reader.u32().ok()
}
