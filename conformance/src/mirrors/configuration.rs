//! The section before all devices: which machine this is.

use vmsd_schema::codec::Each;
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Error, ErrorKind, Loader, Result, Value, VmState};

/// The machine's type and what both ends must have in common (`migration/savevm.c`). It stands behind byte 07 of
/// the stream instead of a section header and is loaded at version 0.
#[derive(Default, VmState)]
#[vmstate(name = "configuration", version = 1, minimum_version = 0)]
pub(crate) struct Configuration {
    len: u32,
    #[vmstate(buffer, len = len)]
    name: Vec<u8>,
    #[vmstate(subsection)]
    target_page_bits: Option<TargetPageBits>,
    #[vmstate(subsection)]
    capabilities: Option<Capabilities>,
    #[vmstate(subsection)]
    uuid: Option<Uuid>,
}

/// Sent where the page size is not the smallest that the architecture has.
#[derive(Default, VmState)]
#[vmstate(name = "configuration/target-page-bits", version = 1)]
struct TargetPageBits {
    target_page_bits: u32,
}

/// Capabilities that are on and must be on at the other end too, `x-ignore-shared` for one.
#[derive(Default, VmState)]
#[vmstate(name = "configuration/capabilities", version = 1)]
struct Capabilities {
    #[vmstate(since = 1)]
    caps_count: u32,
    #[vmstate(since = 1, len = caps_count, with = Each<Capability>)]
    capabilities: Vec<String>,
}

/// Sent with the capability `validate-uuid`.
#[derive(Default, VmState)]
#[vmstate(name = "configuration/uuid", version = 1)]
struct Uuid {
    #[vmstate(name = "uuid.data", since = 1)]
    data: [u8; 16],
}

/// A capability's name as a counted string (`vmstate_info_capability`).
enum Capability {}

impl Codec<String> for Capability {
    const MIN_SIZE: usize = 1;

    fn shape() -> Shape {
        Shape::sized_by_value("capability")
    }

    fn save(value: &mut String, writer: &mut Writer) -> Result<()> {
        writer.counted_string(value)
    }

    fn load(value: &mut String, loader: &mut Loader<'_>) -> Result<()> {
        let at = loader.offset();
        let name = std::str::from_utf8(loader.counted_bytes()?);
        *value = name
            .map_err(|_| Error::at(ErrorKind::Validation, at, "received unknown capability"))?
            .to_owned();
        Ok(())
    }

    fn describe(value: &mut String, describer: &mut Describer) -> Result<()> {
        let shown = Value::Bytes(value.clone().into_bytes());
        describer.leaf("capability", shown, |writer| Self::save(value, writer))
    }
}
