//! Requests in flight: the device dumps each as the sender's memory (`qemu_put_virtqueue_element`), in the byte order of
//! its host.

use vmsd_schema::codec::Each;
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Result, Unused, Value, VmState};

/// `VIRTQUEUE_MAX_SIZE`
const SEGMENTS: usize = 1024;

/// An integer as an x86 host keeps it.
enum HostOrder {}

macro_rules! host_order {
    ($($int:ident, $bytes:literal, $name:literal;)*) => {$(
        impl Codec<$int> for HostOrder {
            const MIN_SIZE: usize = $bytes;

            fn shape() -> Shape {
                Shape::leaf($name, $bytes)
            }

            fn save(value: &mut $int, writer: &mut Writer) -> Result<()> {
                writer.bytes(&value.to_le_bytes());
                Ok(())
            }

            fn load(value: &mut $int, loader: &mut Loader<'_>) -> Result<()> {
                *value = $int::from_le_bytes(loader.array()?);
                Ok(())
            }

            fn describe(value: &mut $int, describer: &mut Describer) -> Result<()> {
                let shown = Value::Uint { bits: 8 * $bytes, value: u64::from(*value) };
                describer.leaf($name, shown, |writer| Self::save(value, writer))
            }
        }
    )*};
}
host_order! {
    u32, 4, "uint32";
    u64, 8, "uint64";
}

/// `VirtQueueElementOld`, 49168 bytes.
#[derive(VmState)]
#[vmstate(name = "VirtQueueElementOld", version = 1, default)]
struct Element {
    #[vmstate(with = HostOrder)]
    index: u32,
    #[vmstate(with = HostOrder, max = len(out_addr))]
    out_num: u32,
    #[vmstate(with = HostOrder, max = len(in_addr))]
    in_num: u32,
    _padding: Unused<4>,
    #[vmstate(with = Each<HostOrder>)]
    in_addr: [u64; SEGMENTS],
    #[vmstate(with = Each<HostOrder>)]
    out_addr: [u64; SEGMENTS],
    in_sg: [Segment; SEGMENTS],
    out_sg: [Segment; SEGMENTS],
}

/// `struct iovec`
#[derive(Default, VmState)]
#[vmstate(name = "iovec", version = 1)]
struct Segment {
    #[vmstate(with = HostOrder)]
    iov_base: u64,
    #[vmstate(with = HostOrder)]
    iov_len: u64,
}

/// virtio-blk's part: a byte that is not zero and a request, for each; 0.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-blk", version = 2)]
pub(super) struct Blk {
    #[vmstate(qlist)]
    rq: Vec<BlkRequest>,
}

#[derive(Default, VmState)]
#[vmstate(name = "VirtIOBlockReq", version = 1)]
struct BlkRequest {
    elem: Box<Element>,
}

/// A SCSI device behind virtio-scsi: what `get_scsi_requests` reads, of which `virtio_scsi_load_request` reads the end.
#[derive(Default, VmState)]
#[vmstate(name = "scsi-disk", version = 1)]
pub(super) struct ScsiDisk {
    #[vmstate(qlist)]
    requests: Vec<ScsiRequest>,
}

/// The command queues of the destination.
const COMMAND_QUEUES: u32 = 1;

#[derive(Default, VmState)]
#[vmstate(name = "SCSIRequest", version = 1)]
struct ScsiRequest {
    #[vmstate(buffer)]
    cdb: [u8; 16],
    tag: u32,
    lun: u32,
    #[vmstate(max = COMMAND_QUEUES - 1)]
    queue: u32,
    elem: Box<Element>,
}
