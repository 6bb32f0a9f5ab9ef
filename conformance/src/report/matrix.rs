//! The version matrix, rendered: text for people, JSON for programs, Markdown and HTML for pages, and what CIs read.

mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

use vmsd_schema::compat::{Cell, Finding, Matrix, Verdict};

pub use github::github;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

/// A matrix and what a policy made of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The cells.
    pub matrix: Matrix,
    /// Findings about the policy itself.
    pub policy: Vec<Finding>,
    /// How many findings were waived.
    pub waived: usize,
    /// From which verdict on a cell fails.
    pub fails: Verdict,
}

impl Subject {
    /// Whether the policy holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.matrix.worst() < self.fails && self.policy.is_empty()
    }

    fn name(&self, index: usize) -> &str {
        self.matrix.names.get(index).map_or("", String::as_str)
    }

    /// The cells, with the names of their machines.
    fn cells(&self) -> impl Iterator<Item = (&str, &str, &Cell)> {
        self.matrix
            .cells
            .iter()
            .map(|cell| (self.name(cell.from), self.name(cell.to), cell))
    }

    /// The cells of each row; `None` where the mode did not ask.
    fn rows(&self) -> impl Iterator<Item = (&str, Vec<Option<&Cell>>)> {
        let count = self.matrix.names.len();
        let row = move |from| (0..count).map(|to| self.matrix.cell(from, to)).collect();
        self.matrix
            .names
            .iter()
            .enumerate()
            .map(move |(from, name)| (name.as_str(), row(from)))
    }
}

/// Section and path in one.
fn place(finding: &Finding) -> String {
    match (finding.section.as_str(), finding.path.as_str()) {
        ("", path) => path.to_owned(),
        (section, "") => section.to_owned(),
        (section, path) => format!("{section} > {path}"),
    }
}
