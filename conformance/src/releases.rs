//! The releases of a crate's own devices: what each sent, kept as schemas in a folder, and what the present one loads.
//!
//! Of every pair of a release and the present one two things are said. *Reasoned*: what the rules of
//! [`vmsd_schema::compat`] make of the two schemas. *Proven*: real bytes are generated from the schema of the writer, at
//! every version that it writes, and given to the reader. A pair of which the two disagree is a finding, too.
//!
//! ```no_run
//! use conformance::Releases;
//! use vmsd_schema::VmState;
//!
//! #[derive(Default, VmState)]
//! #[vmstate(name = "uart", version = 1)]
//! struct Uart {
//!     divider: u16,
//! }
//!
//! #[test]
//! fn every_release_still_loads() {
//!     let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
//!     Releases::new(schemas, env!("CARGO_PKG_VERSION"))
//!         .device::<Uart>()
//!         .run()
//!         .assert_green();
//! }
//! ```
//!
//! `BLESS=1 cargo test` writes the schema of the present release; those of the others are never written.

mod baseline;
mod generated;
mod layout;
mod outcome;
mod proof;

use std::path::PathBuf;

use vmsd_schema::compat::{Mode, Verdict};
use vmsd_schema::decode::typed::Mirror;
use vmsd_schema::schema::{Coverage, Device, SchemaSet};
use vmsd_schema::VmState;

pub use outcome::{Finding, Kind, Pair, Report};

/// The devices of the present release, and the folder with the schemas of all.
#[derive(Clone, Debug)]
pub struct Releases {
    folder: PathBuf,
    present: String,
    mirrors: Vec<Mirror>,
    mode: Mode,
    fails: Verdict,
    bless: bool,
}

impl Releases {
    /// `folder` holds `RELEASE.json` of each release, `present` is the one that is being made.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, present: &str) -> Self {
        Self {
            folder: folder.into(),
            present: present.to_owned(),
            mirrors: Vec::new(),
            mode: Mode::Backward,
            fails: Verdict::Breaks,
            bless: std::env::var_os("BLESS").is_some(),
        }
    }

    /// With a device.
    #[must_use]
    pub fn device<S: VmState + Default + 'static>(self) -> Self {
        self.mirror(Mirror::of::<S>())
    }

    /// With a device whose destination is not the default one.
    #[must_use]
    pub fn mirror(mut self, mirror: Mirror) -> Self {
        self.mirrors.push(mirror);
        self
    }

    /// Which migrations must work: by default those from older releases.
    #[must_use]
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// From which verdict on a pair fails: by default only certain breaks do.
    #[must_use]
    pub fn fails(self, fails: Verdict) -> Self {
        Self { fails, ..self }
    }

    /// Whether the schema of the present release is written; by default if `BLESS` is set.
    #[must_use]
    pub fn bless(self, bless: bool) -> Self {
        Self { bless, ..self }
    }

    /// The schemas of the present release.
    #[must_use]
    pub fn schemas(&self) -> SchemaSet {
        let device = |mirror: &Mirror| Device {
            type_name: Some(mirror.name.to_owned()),
            section: None,
            schema: mirror.schema(),
        };
        SchemaSet {
            coverage: Coverage {
                types: true,
                sections: false,
            },
            devices: self.mirrors.iter().map(device).collect(),
            ..SchemaSet::default()
        }
    }

    /// Compares with the folder, and puts every pair to the proof.
    #[must_use]
    pub fn run(&self) -> Report {
        let schemas = self.schemas();
        let mut report = Report::default();
        let others = baseline::others(self, &schemas, &mut report);
        proof::own(self, &mut report);
        for (release, set) in &others {
            proof::release(self, release, set, &schemas, &mut report);
        }
        report
    }
}
