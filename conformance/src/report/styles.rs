//! The colours of a text report.

use anstyle::{AnsiColor, Style};

/// One style for each role that a word can have. Without colours all are empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Styles {
    /// Names of sections and devices.
    pub heading: Style,
    /// Names of fields.
    pub name: Style,
    /// Values.
    pub value: Style,
    /// What stands by the way: offsets, types, decimal forms.
    pub dim: Style,
    /// Added.
    pub good: Style,
    /// Removed, wrong.
    pub bad: Style,
    /// Worth a look: opaque bytes, guesses.
    pub note: Style,
}

impl Styles {
    /// The styles with or without colours.
    #[must_use]
    pub fn new(coloured: bool) -> Self {
        if !coloured {
            return Self::default();
        }
        Self {
            heading: Style::new().bold(),
            name: AnsiColor::Cyan.on_default(),
            value: Style::new(),
            dim: Style::new().dimmed(),
            good: AnsiColor::Green.on_default(),
            bad: AnsiColor::Red.on_default().bold(),
            note: AnsiColor::Yellow.on_default(),
        }
    }
}
