//! The part of `virtio-blk` (hw/block/virtio-blk.c): a disk.

use crate::codec::virtio::{ConfigField, DevicePart, Element};
use crate::codec::Nested;
use crate::schema::Shape;
use crate::vmstate::Describer;
use crate::wire::Writer;
use crate::{Codec, Loader, Result, Value, VmState};

/// Its own part (`virtio_blk_save_device`): no description in QEMU, the names are those of its structs.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-blk-device", version = 2)]
pub struct Blk {
    /// Requests that wait for the guest's user to mend an error.
    #[vmstate(with = Requests)]
    pub rq: RequestList,
}

impl DevicePart for Blk {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("capacity", 8),
        ConfigField::number("size_max", 4),
        ConfigField::number("seg_max", 4),
        ConfigField::number("geometry.cylinders", 2),
        ConfigField::number("geometry.heads", 1),
        ConfigField::number("geometry.sectors", 1),
        ConfigField::number("blk_size", 4),
        ConfigField::number("physical_block_exp", 1),
        ConfigField::number("alignment_offset", 1),
        ConfigField::number("min_io_size", 2),
        ConfigField::number("opt_io_size", 4),
        ConfigField::number("wce", 1),
        ConfigField::number("unused", 1),
        ConfigField::number("num_queues", 2),
        ConfigField::number("max_discard_sectors", 4),
        ConfigField::number("max_discard_seg", 4),
        ConfigField::number("discard_sector_alignment", 4),
        ConfigField::number("max_write_zeroes_sectors", 4),
        ConfigField::number("max_write_zeroes_seg", 4),
        ConfigField::number("write_zeroes_may_unmap", 1),
        ConfigField::bytes("unused1", 3),
        ConfigField::number("max_secure_erase_sectors", 4),
        ConfigField::number("max_secure_erase_seg", 4),
        ConfigField::number("secure_erase_sector_alignment", 4),
        ConfigField::number("zoned.zone_sectors", 4),
        ConfigField::number("zoned.max_open_zones", 4),
        ConfigField::number("zoned.max_active_zones", 4),
        ConfigField::number("zoned.max_append_sectors", 4),
        ConfigField::number("zoned.write_granularity", 4),
        ConfigField::number("zoned.model", 1),
        ConfigField::bytes("zoned.unused2", 3),
    ]);

    fn adopt(&mut self, _guest_features: u32, queues: usize) {
        self.rq.queues = queues;
    }
}

/// The requests, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestList {
    pub(super) queues: usize,
    /// They.
    pub requests: Vec<Request>,
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-blk-request", version = 1)]
pub struct Request {
    /// Whether the device has several queues.
    #[vmstate(skip)]
    pub has_queue: bool,
    /// How many.
    #[vmstate(skip)]
    pub queues: u32,
    /// The queue that it came from.
    #[vmstate(exists = has_queue, validate = Self::is_a_queue)]
    pub queue: u32,
    /// What the driver asks for.
    pub elem: Element,
}

impl Request {
    fn of(queues: usize) -> Self {
        Self {
            has_queue: queues > 1,
            queues: u32::try_from(queues).unwrap_or(u32::MAX),
            ..Self::default()
        }
    }

    fn is_a_queue(&self, _version: u32) -> bool {
        self.queue < self.queues
    }
}

/// 01 before each, 00 behind the last: the form of a list, though QEMU writes it by hand.
#[derive(Debug)]
pub enum Requests {}

impl Codec<RequestList> for Requests {
    const MIN_SIZE: usize = 1;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::List {
            type_name: "qlist".to_owned(),
            entry: vec![Request::schema()],
        }
    }

    fn save(list: &mut RequestList, writer: &mut Writer) -> Result<()> {
        for (index, request) in list.requests.iter_mut().enumerate() {
            writer.u8(1);
            Nested::save(request, writer).map_err(|error| error.inside_index(index))?;
        }
        writer.u8(0);
        Ok(())
    }

    fn load(list: &mut RequestList, loader: &mut Loader<'_>) -> Result<()> {
        list.requests.clear();
        while loader.u8()? != 0 {
            let index = list.requests.len();
            let mut request = Request::of(list.queues);
            Nested::load(&mut request, loader).map_err(|error| error.inside_index(index))?;
            list.requests.push(request);
        }
        Ok(())
    }

    fn describe(list: &mut RequestList, describer: &mut Describer) -> Result<()> {
        describer.inline("qlist", |describer| {
            let (mut descriptions, mut values) = (Vec::new(), Vec::new());
            for request in &mut list.requests {
                describer.writer().u8(1);
                let (description, value) = describer.vmsd(request, Request::VERSION)?;
                descriptions.push(description);
                values.push(value);
            }
            describer.writer().u8(0);
            Ok((descriptions, Value::List(values)))
        })
    }
}
