//! `vmsd decode` for programs, see docs/json.md.

use serde::Serialize;

use super::inspect::kind;
use super::inspect_json::{measured_by, Finding, Head, Ram};
use super::subject::Subject;
use super::tree_json::{hex, Body};
use crate::reading::contents::{Contents, Device as Section};

/// The whole report.
#[derive(Serialize)]
pub struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    ram: Ram<'a>,
    devices: Vec<Device<'a>>,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Device<'a> {
    idstr: &'a str,
    instance_id: u32,
    version: u32,
    section_id: u32,
    r#type: &'static str,
    offset: u64,
    body_offset: u64,
    body_size: u64,
    measured_by: &'static str,
    #[serde(flatten)]
    shown: Shown<'a>,
}

/// One key at most says what is in the section.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Shown<'a> {
    State(Body<'a>),
    #[serde(untagged)]
    Opaque {
        opaque: &'a str,
        bytes: String,
    },
    #[serde(untagged)]
    Live {
        live: bool,
    },
}

impl<'a> Report<'a> {
    /// The report on the chosen `devices` of `subject`.
    #[must_use]
    pub fn new(subject: &Subject<'a>, devices: &[&'a Section<'a>]) -> Self {
        let broken = devices.iter().filter_map(|device| device.error());
        Self {
            head: Head::new(subject),
            ram: Ram::new(subject),
            devices: devices.iter().map(|device| Device::new(device)).collect(),
            findings: subject
                .outline
                .findings
                .iter()
                .chain(broken)
                .map(Finding::new)
                .collect(),
        }
    }
}

impl<'a> Device<'a> {
    fn new(device: &'a Section<'a>) -> Self {
        let item = device.item;
        Self {
            idstr: &device.idstr,
            instance_id: item.section.instance.0,
            version: item.section.version,
            section_id: item.section.id.0,
            r#type: kind(item.kind),
            offset: item.at,
            body_offset: item.body_at,
            body_size: item.body_len,
            measured_by: measured_by(item.grammar, item.measured.as_ref()),
            shown: match &device.contents {
                Contents::Values(body) => Shown::State(Body::new(body)),
                Contents::Opaque { bytes, reason, .. } => Shown::Opaque {
                    opaque: reason,
                    bytes: hex(bytes),
                },
                Contents::Ram | Contents::Live { .. } => Shown::Live { live: true },
            },
        }
    }
}
