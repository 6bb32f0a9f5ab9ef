//! The configuration section of a stream, kept with the places of its parts.

use vmsd_schema::stream::{Configuration, ConfigurationBody, ConfigurationSubsection};

/// The configuration section.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it stands.
    pub at: u64,
    /// The machine type.
    pub machine: String,
    /// Bytes of its name on the wire.
    pub machine_len: u64,
    /// The target's page size, where it says so.
    pub page_bits: Option<u32>,
    /// Capabilities that both sides must agree on.
    pub capabilities: Vec<String>,
    /// The guest's UUID.
    pub uuid: Option<[u8; 16]>,
    /// Its subsections.
    pub subsections: Vec<SettingsPart>,
}

/// A subsection of the configuration and its place.
#[derive(Clone, Debug)]
pub struct SettingsPart {
    /// Its name on the wire.
    pub name: String,
    /// Where its type byte stands.
    pub at: u64,
    /// Where its body begins.
    pub body_at: u64,
    /// Bytes of its body.
    pub body_len: u64,
}

impl Settings {
    pub(super) fn new(configuration: &Configuration<'_>) -> Self {
        Self {
            at: configuration.at,
            machine: configuration.machine.to_string(),
            page_bits: configuration.subsections.iter().find_map(|subsection| {
                match subsection.body {
                    ConfigurationBody::TargetPageBits(bits) => Some(bits),
                    _ => None,
                }
            }),
            capabilities: configuration
                .capabilities()
                .map(|name| name.to_string())
                .collect(),
            uuid: configuration.uuid(),
            machine_len: configuration.machine.as_bytes().len() as u64,
            subsections: configuration
                .subsections
                .iter()
                .map(SettingsPart::new)
                .collect(),
        }
    }
}

impl SettingsPart {
    fn new(subsection: &ConfigurationSubsection<'_>) -> Self {
        Self {
            name: subsection.name().to_string(),
            at: subsection.at,
            body_at: subsection.body_at(),
            body_len: subsection.body_len(),
        }
    }
}
