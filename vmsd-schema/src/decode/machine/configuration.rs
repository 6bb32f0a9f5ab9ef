//! The configuration section of a machine, with the layout of its bytes.

use crate::schema::{ArrayKey, Body, Description, FieldEntry};
use crate::stream::{Configuration, ConfigurationBody};

/// The configuration section.
#[derive(Clone, Debug)]
pub struct MachineConfiguration<'s> {
    /// Where its type byte stands.
    pub at: u64,
    /// Behind the type byte, to the end; nothing on a pipe.
    pub bytes: Option<&'s [u8]>,
    /// How many bytes that is.
    pub len: u64,
    /// The machine type.
    pub machine: String,
    /// The bits of the target's page size.
    pub page_bits: Option<u32>,
    /// Names of capabilities.
    pub capabilities: Vec<String>,
    /// The guest's UUID.
    pub uuid: Option<[u8; 16]>,
    /// The layout of the bytes. It is put together from the section itself: before 10.0 the description leaves it out.
    pub layout: Description,
}

impl<'s> MachineConfiguration<'s> {
    pub(super) fn new(
        configuration: &Configuration<'_>,
        bytes: Option<&'s [u8]>,
        end: u64,
    ) -> Self {
        Self {
            at: configuration.at,
            bytes,
            len: end - configuration.at - 1,
            machine: configuration.machine.to_string(),
            page_bits: configuration.target_page_bits(),
            capabilities: configuration
                .capabilities()
                .map(|name| name.to_string())
                .collect(),
            uuid: configuration.uuid(),
            layout: layout(configuration),
        }
    }
}

/// The layout of the section as it stands (`vmstate_configuration`).
fn layout(configuration: &Configuration<'_>) -> Description {
    let entry = |name: &str, array: ArrayKey, type_name: &str, size: usize| FieldEntry {
        name: name.to_owned(),
        array,
        type_name: type_name.to_owned(),
        body: Body::Leaf,
        size: size as u64,
    };
    let subsection = |name: &str, version: u32, fields: Vec<FieldEntry>| Description {
        vmsd_name: format!("configuration/{name}"),
        version,
        fields,
        subsections: Vec::new(),
    };
    let single = ArrayKey::Single;
    let subsections = configuration
        .subsections
        .iter()
        .map(|part| match &part.body {
            ConfigurationBody::TargetPageBits(_) => {
                let bits = entry("target_page_bits", single, "uint32", 4);
                subsection("target-page-bits", part.version, vec![bits])
            }
            ConfigurationBody::Capabilities(names) => {
                let count = entry("caps_count", single, "uint32", 4);
                let first = names.first().map_or(0, |name| 1 + name.as_bytes().len());
                let array = if names.len() == 1 {
                    single
                } else {
                    ArrayKey::Len(names.len() as u64)
                };
                subsection(
                    "capabilities",
                    part.version,
                    vec![count, entry("capabilities", array, "capability", first)],
                )
            }
            ConfigurationBody::Uuid(_) => {
                let uuid = entry("uuid.data", ArrayKey::Len(16), "uint8", 1);
                subsection("uuid", part.version, vec![uuid])
            }
        });
    Description {
        vmsd_name: "configuration".to_owned(),
        version: 1,
        fields: vec![
            entry("len", single, "uint32", 4),
            entry(
                "name",
                single,
                "buffer",
                configuration.machine.as_bytes().len(),
            ),
        ],
        subsections: subsections.collect(),
    }
}
