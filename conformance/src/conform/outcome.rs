//! What came out of a run: a table of devices by QEMU version, and the findings.

use std::collections::BTreeMap;
use std::fmt;

use super::{Case, Check, Skip, Stream};

/// One check that a case did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stream.
    pub stream: String,
    /// The section's idstr, with its instance if that is not 0.
    pub section: String,
    /// What was checked; `None` where the stream itself could not be read.
    pub check: Option<Check>,
    /// What is wrong, with its place.
    pub message: String,
}

/// The cases of one device and one QEMU version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Sections.
    pub sections: usize,
    /// Sections with at least one finding.
    pub failed: usize,
}

/// One device of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The VMStateDescription's name.
    pub device: String,
    /// By QEMU version, as [`Report::versions`]; `None` where no stream has the device.
    pub cells: Vec<Option<Cell>>,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    cells: BTreeMap<String, BTreeMap<Version, Cell>>,
    findings: Vec<Finding>,
    skipped: BTreeMap<Skip, BTreeMap<String, usize>>,
    streams: usize,
    checks: usize,
    last_stream: String,
}

/// A version that sorts by number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u32>, String);

impl Report {
    pub(super) fn push(&mut self, case: &Case<'_>, findings: Vec<Finding>) {
        self.count_stream(case);
        let numbers = case
            .qemu
            .split('.')
            .map_while(|part| part.parse().ok())
            .collect();
        let version = Version(numbers, case.qemu.clone());
        let cell = self
            .cells
            .entry(case.device.clone())
            .or_default()
            .entry(version)
            .or_default();
        cell.sections += 1;
        cell.failed += usize::from(!findings.is_empty());
        self.checks += Check::ALL.len();
        self.findings.extend(findings);
    }

    pub(super) fn skip(&mut self, case: &Case<'_>, skip: Skip) {
        self.count_stream(case);
        let devices = self.skipped.entry(skip).or_default();
        *devices.entry(case.device.clone()).or_default() += 1;
    }

    fn count_stream(&mut self, case: &Case<'_>) {
        if self.last_stream != case.stream.name {
            self.last_stream.clone_from(&case.stream.name);
            self.streams += 1;
        }
    }

    pub(super) fn unreadable(&mut self, stream: &Stream, message: String) {
        self.streams += 1;
        self.findings.push(Finding {
            stream: stream.name.clone(),
            section: String::new(),
            check: None,
            message,
        });
    }

    /// QEMU versions in ascending order: the columns.
    #[must_use]
    pub fn versions(&self) -> Vec<&str> {
        let mut versions: Vec<&Version> = self.cells.values().flat_map(BTreeMap::keys).collect();
        versions.sort();
        versions.dedup();
        versions
            .into_iter()
            .map(|version| version.1.as_str())
            .collect()
    }

    /// Devices in alphabetical order: the rows.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let versions = self.versions();
        self.cells.iter().map(move |(device, cells)| Row {
            device: device.clone(),
            cells: versions
                .iter()
                .map(|wanted| {
                    cells
                        .iter()
                        .find(|(version, _)| version.1 == *wanted)
                        .map(|(_, cell)| *cell)
                })
                .collect(),
        })
    }

    /// All findings, in the order of streams and sections.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Sections that no mirror was held against: how many of each device, by the reason.
    #[must_use]
    pub fn skipped(&self) -> &BTreeMap<Skip, BTreeMap<String, usize>> {
        &self.skipped
    }

    /// Streams that were read.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.streams
    }

    /// Sections that were checked.
    #[must_use]
    pub fn sections(&self) -> usize {
        self.sum(|cell| cell.sections)
    }

    /// Sections with at least one finding.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.sum(|cell| cell.failed)
    }

    fn sum(&self, count: impl Fn(&Cell) -> usize) -> usize {
        let cells = self.cells.values().flat_map(BTreeMap::values);
        cells.map(count).sum()
    }

    /// Checks that were made.
    #[must_use]
    pub fn checks(&self) -> usize {
        self.checks
    }

    /// For a test: passes if something was checked and nothing was found.
    ///
    /// # Panics
    /// With all findings, or if no section was there to check.
    pub fn assert_green(&self) {
        assert!(
            self.sections() > 0,
            "no section of the streams belongs to the devices of the suite"
        );
        let findings: Vec<String> = self.findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = self.check.map_or("read", Check::id);
        match self.section.as_str() {
            "" => write!(f, "{}: {check}: {}", self.stream, self.message),
            section => write!(f, "{}: {section}: {check}: {}", self.stream, self.message),
        }
    }
}
