//! Requests of a SCSI disk (`put_scsi_requests`): a byte before each, what the controller adds, what the disk adds; a
//! zero behind the last. Which controller it is and whether the disk adds anything is never sent.

use super::virtio::{meta, Element, OldElement};
use super::{Buffer, Nested, Scalar};
use crate::schema::{Schema, Shape};
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{Counted, Describer, FieldMeta, Unit, Visitor};
use crate::wire::Writer;
use crate::{Codec, Field, Loader, Result, VmState};

/// The requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// What each has beside its command.
    form: Form,
    /// They, in their order.
    pub requests: Vec<Request>,
    /// What ended them: QEMU writes 0 and takes all that is not positive.
    end: u8,
}

/// What the destination knows of its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether the controller is a `virtio-scsi`. Others add nothing.
    pub virtio: bool,
    /// Whether commands are migrated that the disk carries out by itself (`migrate-emulated-scsi-request`).
    pub emulated: bool,
}

impl Form {
    const ALL: [Self; 4] = [
        Self::new(false, false),
        Self::new(true, false),
        Self::new(false, true),
        Self::new(true, true),
    ];

    const fn new(virtio: bool, emulated: bool) -> Self {
        Self { virtio, emulated }
    }
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    form: Form,
    /// 1: it failed and is tried again; 2: it goes on.
    pub kind: u8,
    /// What the disk is told.
    pub command: [u8; 16],
    /// The controller's number for it.
    pub tag: u32,
    /// The unit of the disk.
    pub lun: u32,
    /// The queue of the `virtio-scsi` controller.
    pub queue: u32,
    /// The same controller's request.
    pub element: Element,
    /// Where the data stands.
    pub sector: u64,
    /// How many sectors are left.
    pub sector_count: u32,
    /// Bytes of its buffer.
    pub buflen: u32,
    /// Bytes of the buffer that were used.
    pub data: Vec<u8>,
}

static KIND: FieldMeta = meta("kind");
static REQUEST: FieldMeta = meta("request");
static COMMAND: FieldMeta = meta("cmd.buf");
static TAG: FieldMeta = meta("tag");
static LUN: FieldMeta = meta("lun");
static QUEUE: FieldMeta = meta("vq");
static ELEMENT: FieldMeta = meta("elem");
static SECTOR: FieldMeta = meta("sector");
static SECTOR_COUNT: FieldMeta = meta("sector_count");
static BUFLEN: FieldMeta = meta("buflen");
static LEN: FieldMeta = meta("iov_len");
static DATA: FieldMeta = meta("iov");

/// It failed and is tried again.
const RETRY: u8 = 1;

impl Requests {
    /// Of a disk on such a controller.
    #[must_use]
    pub fn of(form: Form) -> Self {
        Self {
            form,
            ..Self::default()
        }
    }
}

impl VmState for Requests {
    const NAME: &'static str = "scsi-requests";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 1;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u8, Scalar>(&KIND)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        let loads = visitor.mark().is_some();
        if loads {
            self.requests.clear();
        }
        let mut index = 0;
        loop {
            let request = self.requests.get(index);
            let mut kind = request.map_or(self.end, |request| request.kind);
            visitor.field::<u8, Scalar>(&KIND, &mut kind)?;
            // QEMU reads a signed byte.
            if !(1..0x80).contains(&kind) {
                self.end = kind;
                return Ok(());
            }
            if loads {
                self.requests.push(Request {
                    form: self.form,
                    kind,
                    ..Request::default()
                });
            }
            if let Some(request) = self.requests.get_mut(index) {
                let result = visitor.field::<Request, Nested>(&REQUEST, request);
                result.map_err(|error| error.inside_index(index))?;
            }
            index += 1;
        }
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Requests {
    type Codec = Nested;
}

impl VmState for Request {
    const NAME: &'static str = "scsi-request";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 24;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<[u8; 16], Buffer>(&COMMAND)
            .field::<u32, Scalar>(&TAG)
            .field::<u32, Scalar>(&LUN)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        visitor.field::<[u8; 16], Buffer>(&COMMAND, &mut self.command)?;
        visitor.field::<u32, Scalar>(&TAG, &mut self.tag)?;
        visitor.field::<u32, Scalar>(&LUN, &mut self.lun)?;
        if self.form.virtio {
            visitor.field::<u32, Scalar>(&QUEUE, &mut self.queue)?;
            visitor.field::<Element, OldElement>(&ELEMENT, &mut self.element)?;
        }
        if self.form.emulated || self.transfers() {
            self.visit_disk(visitor)?;
        }
        Ok(())
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Request {
    type Codec = Nested;
}

impl Request {
    /// `scsi_disk_load_request`.
    fn visit_disk<V: Visitor>(&mut self, visitor: &mut V) -> Result<()> {
        visitor.field::<u64, Scalar>(&SECTOR, &mut self.sector)?;
        visitor.field::<u32, Scalar>(&SECTOR_COUNT, &mut self.sector_count)?;
        visitor.field::<u32, Scalar>(&BUFLEN, &mut self.buflen)?;
        if self.buflen == 0 {
            return Ok(());
        }
        let mut length = if self.writes() {
            self.sector_count.saturating_mul(512).min(self.buflen)
        } else if self.kind == RETRY {
            return Ok(());
        } else {
            u32::try_from(self.data.len()).unwrap_or(u32::MAX)
        };
        if !self.writes() {
            let at = visitor.mark();
            visitor.field::<u32, Scalar>(&LEN, &mut length)?;
            visitor.max(&LEN, at, length, self.buflen)?;
        }
        visitor.counted::<Vec<u8>, Buffer>(
            &DATA,
            &mut self.data,
            Counted {
                value: length.into(),
                field: LEN.name,
                times: 1,
                unit: Unit::Bytes,
            },
            1,
        )
    }

    /// Whether the command moves sectors (`scsi_disk_dma_reqops`).
    fn transfers(&self) -> bool {
        let [operation, ..] = self.command;
        matches!(operation, 0x08 | 0x28 | 0x88 | 0xa8) || WRITES.contains(&operation)
    }

    /// Whether data goes to the disk (`scsi_cmd_xfer_mode`).
    fn writes(&self) -> bool {
        let [operation, _, transfer, ..] = self.command;
        match operation {
            PASSTHROUGH_12 | PASSTHROUGH_16 => transfer & 8 == 0,
            _ => WRITES.contains(&operation) || OTHER_OUTPUT.contains(&operation),
        }
    }
}

const PASSTHROUGH_12: u8 = 0xa1;
const PASSTHROUGH_16: u8 = 0x85;

/// WRITE and WRITE AND VERIFY of all lengths.
const WRITES: [u8; 7] = [0x0a, 0x2a, 0x2e, 0x8a, 0x8e, 0xaa, 0xae];

/// Other commands with data for the device.
const OTHER_OUTPUT: [u8; 33] = [
    0x04, 0x07, 0x15, 0x18, 0x1b, 0x1d, 0x24, 0x2f, 0x30, 0x31, 0x32, 0x38, 0x39, 0x3a, 0x3b, 0x3d,
    0x3f, 0x40, 0x41, 0x42, 0x4c, 0x55, 0x5d, 0x5f, 0x8f, 0x93, 0xa4, 0xaf, 0xb0, 0xb1, 0xb2, 0xb6,
    0xbf,
];

/// The field of type `scsi-requests`.
#[derive(Debug)]
pub enum ScsiRequests {}

impl Codec<Requests> for ScsiRequests {
    const MIN_SIZE: usize = 1;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("scsi-requests")
    }

    fn save(value: &mut Requests, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, Requests::VERSION)
    }

    /// A reader without a destination, who is told where the field ends, tries every form.
    fn load(value: &mut Requests, loader: &mut Loader<'_>) -> Result<()> {
        let Some(size) = loader.described_size() else {
            return loader.nested(value, Requests::VERSION);
        };
        let own = std::mem::take(value);
        let others = Form::ALL.map(Requests::of);
        *value = loader.first_that_fits(size, std::iter::once(own).chain(others))?;
        Ok(())
    }

    fn describe(value: &mut Requests, describer: &mut Describer) -> Result<()> {
        describer.explained("scsi-requests", value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const VIRTIO: Form = Form {
        virtio: true,
        emulated: true,
    };

    fn read() -> Request {
        let mut command = [0; 16];
        command[0] = 0x28;
        Request {
            form: VIRTIO,
            kind: 2,
            command,
            sector_count: 1,
            buflen: 512,
            data: vec![7; 512],
            ..Request::default()
        }
    }

    #[test]
    fn requests_of_each_direction_go_there_and_back() {
        let mut write = Request { kind: 2, ..read() };
        write.command[0] = 0x2a;
        let retry = Request {
            kind: RETRY,
            data: Vec::new(),
            ..read()
        };
        let mut requests = Requests::of(VIRTIO);
        requests.requests.extend([read(), write, retry]);
        let bytes = crate::save(&mut requests, 0).unwrap();
        let each = 1 + 24 + 4 + 49168 + 16;
        assert_eq!(bytes.len(), 3 * each + (4 + 512) + 512 + 1);
        let mut again = Requests::of(VIRTIO);
        crate::load(&mut again, &bytes, 0).unwrap();
        assert_eq!(again.requests.len(), 3);
        assert_eq!(crate::save(&mut again, 0).unwrap(), bytes);
    }

    #[test]
    fn what_ends_the_requests_is_kept() {
        for end in [0, 0x80, 0xff] {
            let mut requests = Requests::of(VIRTIO);
            crate::load(&mut requests, &[end], 0).unwrap();
            assert!(requests.requests.is_empty());
            assert_eq!(crate::save(&mut requests, 0).unwrap(), [end]);
        }
        let error = crate::load(&mut Requests::of(VIRTIO), &[1], 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }

    #[test]
    fn cve_2013_4542_more_segments_than_a_request_has() {
        let mut requests = Requests::of(VIRTIO);
        requests.requests.push(read());
        let mut bytes = crate::save(&mut requests, 0).unwrap();
        bytes[1 + 24 + 4 + 4..][..4].copy_from_slice(&2000_u32.to_le_bytes());
        let error = crate::load(&mut requests, &bytes, 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Count);
        assert!(
            error
                .to_string()
                .contains("`out_num` is 2000, above its bound 1024"),
            "{error}"
        );
    }

    #[test]
    fn a_request_used_no_more_than_its_buffer() {
        let mut requests = Requests::of(VIRTIO);
        requests.requests.push(Request {
            buflen: 511,
            ..read()
        });
        let bytes = crate::save(&mut requests, 0);
        let error = bytes.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("`iov_len` is 512, above its bound 511"),
            "{error}"
        );
    }
}
