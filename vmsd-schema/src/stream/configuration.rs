//! The configuration section: the machine's name and three subsections (`vmstate_configuration`).
//!
//! It has no footer and no length: it ends where the next bytes are not a subsection of its own, as
//! `vmstate_subsection_load` decides.

use super::input::{fail_at, Input, Step};
use super::name::Name;
use crate::error::{ErrorKind, Result};
use crate::limits::{MAX_CAPABILITIES, MAX_MACHINE_NAME_LEN, PAGE_BITS};
use crate::wire::{marker, Writer};

const VMSD: &[u8] = b"configuration";
const TARGET_PAGE_BITS: &[u8] = b"configuration/target-page-bits";
const CAPABILITIES: &[u8] = b"configuration/capabilities";
const UUID: &[u8] = b"configuration/uuid";

/// The configuration section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration<'a> {
    /// Where the type byte stands.
    pub at: u64,
    /// The machine type; QEMU accepts any prefix of the destination's.
    pub machine: Name<'a>,
    /// The subsections, in the stream's order.
    pub subsections: Vec<ConfigurationSubsection<'a>>,
}

/// One subsection of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationSubsection<'a> {
    /// Where its type byte stands.
    pub at: u64,
    /// Its version as it stands there; QEMU looks at the low 8 bits.
    pub version: u32,
    /// What it says.
    pub body: ConfigurationBody<'a>,
}

/// What a subsection of the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationBody<'a> {
    /// The target's page size, where it is not the smallest the target can have.
    TargetPageBits(u32),
    /// Names of the migration capabilities that both sides must agree on.
    Capabilities(Vec<Name<'a>>),
    /// The guest's UUID.
    Uuid([u8; 16]),
}

impl<'a> Configuration<'a> {
    /// The bits of the target's page size, if the stream says so.
    #[must_use]
    pub fn target_page_bits(&self) -> Option<u32> {
        self.subsections
            .iter()
            .find_map(|subsection| match subsection.body {
                ConfigurationBody::TargetPageBits(bits) => Some(bits),
                _ => None,
            })
    }

    /// Names of the capabilities that the source told.
    pub fn capabilities(&self) -> impl Iterator<Item = Name<'a>> + '_ {
        self.subsections
            .iter()
            .flat_map(|subsection| match &subsection.body {
                ConfigurationBody::Capabilities(names) => names.as_slice(),
                _ => &[],
            })
            .copied()
    }

    /// The guest's UUID, if the stream carries it.
    #[must_use]
    pub fn uuid(&self) -> Option<[u8; 16]> {
        self.subsections
            .iter()
            .find_map(|subsection| match subsection.body {
                ConfigurationBody::Uuid(uuid) => Some(uuid),
                _ => None,
            })
    }

    /// Appends the section.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name that the format cannot carry.
    pub fn write(&self, out: &mut Writer) -> Result<()> {
        out.u8(marker::CONFIGURATION);
        out.u32(count(self.machine.as_bytes().len())?);
        out.bytes(self.machine.as_bytes());
        for subsection in &self.subsections {
            subsection.write(out)?;
        }
        Ok(())
    }

    /// Reads what follows the type byte.
    pub(super) fn read(input: &mut Input<'a>, at: u64) -> Step<Self> {
        let len_at = input.offset();
        let len = input.u32()? as usize;
        if len > MAX_MACHINE_NAME_LEN {
            let message = format!(
                "a machine name of {len} bytes, {MAX_MACHINE_NAME_LEN} are accepted at most"
            );
            return Err(fail_at(ErrorKind::Limit, len_at, message));
        }
        let machine = Name::new(input.bytes(len)?);
        let mut subsections = Vec::new();
        while has_subsection(input)? {
            subsections.push(ConfigurationSubsection::read(input)?);
        }
        Ok(Self {
            at,
            machine,
            subsections,
        })
    }
}

impl<'a> ConfigurationSubsection<'a> {
    /// Its name on the wire.
    #[must_use]
    pub fn name(&self) -> Name<'static> {
        Name::new(match self.body {
            ConfigurationBody::TargetPageBits(_) => TARGET_PAGE_BITS,
            ConfigurationBody::Capabilities(_) => CAPABILITIES,
            ConfigurationBody::Uuid(_) => UUID,
        })
    }

    /// Where its body begins: behind type, counted name and version.
    #[must_use]
    pub fn body_at(&self) -> u64 {
        self.at + 6 + self.name().as_bytes().len() as u64
    }

    /// Bytes of its body.
    #[must_use]
    pub fn body_len(&self) -> u64 {
        match &self.body {
            ConfigurationBody::TargetPageBits(_) => 4,
            ConfigurationBody::Capabilities(names) => {
                let names = names.iter().map(|name| 1 + name.as_bytes().len() as u64);
                4 + names.sum::<u64>()
            }
            ConfigurationBody::Uuid(_) => 16,
        }
    }

    fn write(&self, out: &mut Writer) -> Result<()> {
        out.u8(marker::SUBSECTION);
        out.counted_bytes(self.name().as_bytes())?;
        out.u32(self.version);
        match &self.body {
            ConfigurationBody::TargetPageBits(bits) => out.u32(*bits),
            ConfigurationBody::Capabilities(names) => {
                out.u32(count(names.len())?);
                for name in names {
                    out.counted_bytes(name.as_bytes())?;
                }
            }
            ConfigurationBody::Uuid(uuid) => out.bytes(uuid),
        }
        Ok(())
    }

    fn read(input: &mut Input<'a>) -> Step<Self> {
        let at = input.offset();
        input.u8()?;
        let name = input.counted()?;
        let version = input.u32()?;
        let read = match name.as_bytes() {
            TARGET_PAGE_BITS => read_page_bits,
            CAPABILITIES => read_capabilities,
            UUID => read_uuid,
            _ => {
                let message = format!("VM subsection '{name}' in 'configuration' does not exist");
                return Err(fail_at(ErrorKind::Unknown, at, message));
            }
        };
        if version & 0xff != 1 {
            let message = format!("{name}: incoming version_id {version} is not 1");
            return Err(fail_at(ErrorKind::Version, at, message));
        }
        Ok(Self {
            at,
            version,
            body: read(input)?,
        })
    }
}

/// The look-ahead of `vmstate_subsection_load`: is this a subsection of *ours*?
fn has_subsection(input: &Input<'_>) -> Step<bool> {
    if input.peek_u8()? != Some(marker::SUBSECTION) {
        return Ok(false);
    }
    let Some(&[_, len]) = input.peek(2)? else {
        return Ok(false);
    };
    if usize::from(len) < VMSD.len() + 1 {
        return Ok(false);
    }
    let name = input
        .peek(2 + usize::from(len))?
        .and_then(|bytes| bytes.get(2..));
    Ok(name.is_some_and(|name| name.starts_with(VMSD)))
}

fn read_page_bits<'a>(input: &mut Input<'a>) -> Step<ConfigurationBody<'a>> {
    let at = input.offset();
    let bits = input.u32()?;
    if !PAGE_BITS.contains(&bits) {
        let message = format!(
            "TARGET_PAGE_BITS is {bits}, {} to {} exist",
            PAGE_BITS.start(),
            PAGE_BITS.end()
        );
        return Err(fail_at(ErrorKind::Bound, at, message));
    }
    Ok(ConfigurationBody::TargetPageBits(bits))
}

fn read_capabilities<'a>(input: &mut Input<'a>) -> Step<ConfigurationBody<'a>> {
    let at = input.offset();
    let count = input.u32()? as usize;
    if count > MAX_CAPABILITIES {
        let message = format!("{count} capabilities, {MAX_CAPABILITIES} are accepted at most");
        return Err(fail_at(ErrorKind::Limit, at, message));
    }
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(input.counted()?);
    }
    Ok(ConfigurationBody::Capabilities(names))
}

fn read_uuid<'a>(input: &mut Input<'a>) -> Step<ConfigurationBody<'a>> {
    input.array().map(ConfigurationBody::Uuid)
}

fn count(len: usize) -> Result<u32> {
    u32::try_from(len).map_err(|_| {
        crate::Error::new(
            ErrorKind::Limit,
            format!("{len} does not fit a 32-bit count"),
        )
    })
}
