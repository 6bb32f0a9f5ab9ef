//! Every machine into every other: the worst verdict of each pair, and the findings behind it.

use super::{check, Finding, Verdict};
use crate::schema::SchemaSet;

/// Machines, and what becomes of a migration from each to each.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// What the machines are called, the oldest first.
    pub names: Vec<String>,
    /// The cells that the mode asks for, row by row.
    pub cells: Vec<Cell>,
}

/// A migration from one machine to another.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Where the guest comes from: an index of [`Matrix::names`].
    pub from: usize,
    /// Where it goes.
    pub to: usize,
    /// What follows from the findings.
    pub verdict: Verdict,
    /// What stands between the two.
    pub findings: Vec<Finding>,
}

/// Which migrations must work; the names are those of schema registries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A newer machine loads what an older one saved.
    Backward,
    /// An older machine loads what a newer one saved.
    Forward,
    /// Both.
    #[default]
    Full,
}

impl Mode {
    /// Whether a migration between these places in the list is asked for.
    #[must_use]
    pub fn asks(self, from: usize, to: usize) -> bool {
        match self {
            Self::Backward => from < to,
            Self::Forward => from > to,
            Self::Full => from != to,
        }
    }
}

impl Matrix {
    /// Checks every pair that `mode` asks for; `sets` stand from the oldest to the newest.
    #[must_use]
    pub fn of(sets: &[(String, SchemaSet)], mode: Mode) -> Self {
        let names = sets.iter().map(|(name, _)| name.clone()).collect();
        Self::by(names, |from, to| {
            let (from, to) = (
                sets.get(from).filter(|_| mode.asks(from, to))?,
                sets.get(to)?,
            );
            Some(check(&from.1, &to.1))
        })
    }

    /// Checks machines by their places in a list; nothing where a pair is not asked for.
    #[must_use]
    pub fn by(names: Vec<String>, check: impl Fn(usize, usize) -> Option<Vec<Finding>>) -> Self {
        let mut cells = Vec::new();
        for from in 0..names.len() {
            for to in 0..names.len() {
                if let Some(findings) = check(from, to) {
                    cells.push(Cell {
                        from,
                        to,
                        verdict: Verdict::of(&findings),
                        findings,
                    });
                }
            }
        }
        Self { names, cells }
    }

    /// The cell of a pair, if the mode asked for it.
    #[must_use]
    pub fn cell(&self, from: usize, to: usize) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|cell| (cell.from, cell.to) == (from, to))
    }

    /// The worst verdict of all.
    #[must_use]
    pub fn worst(&self) -> Verdict {
        self.cells
            .iter()
            .map(|cell| cell.verdict)
            .max()
            .unwrap_or_default()
    }
}
