//! Why a load stops inside a section, and what is not certain about it.

use super::wording::{Errno, Said};
use crate::compat::Severity;

/// A place at which the target does not go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusal {
    pub(super) rule: &'static str,
    pub(super) severity: Severity,
    pub(super) path: String,
    pub(super) offset: u64,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) message: String,
    /// QEMU's words; nothing where it is not certain that it refuses.
    pub(super) said: Option<Said>,
    pub(super) advice: &'static str,
}

impl Refusal {
    /// A load that fails here.
    pub(super) fn new(rule: &'static str, offset: u64, said: Said) -> Box<Self> {
        Box::new(Self {
            rule,
            severity: Severity::Break,
            offset,
            said: Some(said),
            ..Self::default()
        })
    }

    /// A load of which nobody can say how it goes on.
    pub(super) fn unknown(
        rule: &'static str,
        offset: u64,
        message: impl Into<String>,
    ) -> Box<Self> {
        Box::new(Self {
            rule,
            severity: Severity::Unknown,
            offset,
            message: message.into(),
            ..Self::default()
        })
    }

    pub(super) fn between(
        mut self: Box<Self>,
        source: impl Into<String>,
        target: impl Into<String>,
    ) -> Box<Self> {
        (self.source, self.target) = (source.into(), target.into());
        self
    }

    pub(super) fn meaning(
        mut self: Box<Self>,
        message: impl Into<String>,
        advice: &'static str,
    ) -> Box<Self> {
        (self.message, self.advice) = (message.into(), advice);
        self
    }

    /// In the field `name` of the description `vmsd`, which each layer of the load reports.
    pub(super) fn inside(mut self: Box<Self>, vmsd: &str, name: &str) -> Box<Self> {
        self.path = joined(name, &self.path);
        if let Some(said) = &mut self.said {
            said.lines.push(format!("Failed to load {vmsd}:{name}"));
        }
        self
    }

    /// In the subsection `name`; it is not reported.
    pub(super) fn within(mut self: Box<Self>, name: &str) -> Box<Self> {
        self.path = joined(name, &self.path);
        self
    }
}

/// The stream ends.
pub(super) fn truncated(offset: u64) -> Box<Refusal> {
    let said = Said {
        chain: "stream error: -5".to_owned(),
        errno: Errno::Io,
        ..Said::default()
    };
    Refusal::new("stream-ends", offset, said).meaning(
        "the target reads beyond the end of the stream",
        "compare the layouts of the section on both sides",
    )
}

fn joined(outer: &str, inner: &str) -> String {
    match inner {
        "" => outer.to_owned(),
        _ if inner.starts_with('[') => format!("{outer}{inner}"),
        _ => format!("{outer} > {inner}"),
    }
}
