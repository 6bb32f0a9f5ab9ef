//! Where the memory of a `virtio-mem` device lies, which the target must have alike (`virtio_mem_mig_sanity_checks_post_load`).

use super::refusal::Refusal;
use super::wording::Said;
use crate::wire::Reader;

/// What 11.x adds.
const HOOK: &str = "post load hook failed for: virtio-mem-device/sanity-checks, version_id: 0, minimum_version: 0, ret: -22";

/// What is compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    addr: u64,
    region_size: u64,
    block_size: u64,
    node: u64,
}

impl Place {
    /// The device's part of the state begins with it, unless a section of its own has it. What follows there instead is no place:
    /// memory lies at, and is as long as, a multiple of its blocks, which are powers of two.
    pub(super) fn read(device: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(device);
        let place = Self {
            addr: reader.u64().ok()?,
            region_size: reader.u64().ok()?,
            block_size: reader.u64().ok()?,
            node: reader.u32().ok()?.into(),
        };
        let whole = |bytes: u64| bytes % place.block_size == 0;
        let is_place = place.block_size.is_power_of_two()
            && place.region_size > 0
            && whole(place.region_size)
            && whole(place.addr);
        is_place.then_some(place)
    }

    /// The first property that differs.
    pub(super) fn refused_by(&self, own: &Self, at: u64) -> Option<Box<Refusal>> {
        let compared = [
            ("memaddr", self.addr, own.addr),
            ("memdev", self.region_size, own.region_size),
            ("block-size", self.block_size, own.block_size),
            ("node", self.node, own.node),
        ];
        let mut compared = compared.into_iter();
        let (name, sent, local) = compared.find(|(_, sent, local)| sent != local)?;
        let shown = |value: u64| match name {
            "node" => value.to_string(),
            _ => format!("{value:#x}"),
        };
        let sentence = format!(
            "Property '{name}' changed from {} to {}",
            shown(sent),
            shown(local)
        );
        let said = Said {
            lines: vec![sentence.clone()],
            apart: vec![sentence, HOOK.to_owned()],
            chain: "Failed to load element of type virtio for virtio".to_owned(),
            ..Said::default()
        };
        let refusal = Refusal::new("value-differs", at, said).between(shown(sent), shown(local));
        Some(refusal.inside("virtio-mem-device", "tmp").meaning(
            "the target's memory device lies elsewhere, or is cut into other blocks",
            "give both sides the same memory device with the same properties (block-size is the host's choice if it is not set)",
        ))
    }
}
