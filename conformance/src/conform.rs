//! The conformance runner: typed devices against real streams.
//!
//! A [`Suite`] holds devices and streams. Every section of a stream that a device claims is a [`Case`]; every case is
//! put through every [`Check`]; the [`Report`] is what came out. Nothing here prints.
//!
//! ```no_run
//! use conformance::Suite;
//! use vmsd_schema::VmState;
//!
//! #[derive(Default, VmState)]
//! #[vmstate(name = "port92", version = 1)]
//! struct Port92 {
//!     outport: u8,
//! }
//!
//! Suite::new()
//!     .device::<Port92>()
//!     .stream("a guest", &std::fs::read("tests/guest.qevm")?)
//!     .run()
//!     .assert_green();
//! # Ok::<(), std::io::Error>(())
//! ```

mod case;
mod check;
pub mod corpus;
pub mod live;
pub mod mutations;
mod outcome;

use vmsd_schema::decode::typed::{Mirror, Registry};
use vmsd_schema::VmState;

pub use case::{Case, Skip, Stream};
pub use check::{difference, Check};
pub use outcome::{Finding, Report, Row};

/// Devices, and streams that they must explain.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    mirrors: Vec<Mirror>,
    streams: Vec<Stream>,
    /// Whether a section without a device is a finding.
    complete: bool,
    /// Whether a section is left out whose device is not here: machines share names.
    known: bool,
}

impl Suite {
    /// No devices, no streams.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every mirror, and every stream of the embedded corpus; each section must have its mirror.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            mirrors: crate::mirrors::registry().mirrors().to_vec(),
            streams: corpus::streams(),
            complete: true,
            known: false,
        }
    }

    /// Every mirror, and no streams; each section must have its mirror.
    #[must_use]
    pub fn mirrors() -> Self {
        Self {
            streams: Vec::new(),
            ..Self::embedded()
        }
    }

    /// Without sections whose device is not here, or is another of the same name; the report counts them.
    #[must_use]
    pub fn only_known(self) -> Self {
        Self {
            known: true,
            ..self
        }
    }

    /// With a device of yours.
    #[must_use]
    pub fn device<S: VmState + Default + 'static>(self) -> Self {
        self.mirror(Mirror::of::<S>())
    }

    /// With a device of yours whose destination is not the default one.
    #[must_use]
    pub fn mirror(mut self, mirror: Mirror) -> Self {
        self.mirrors.push(mirror);
        self
    }

    /// With a stream, plain or compressed. `name` is how the report calls it.
    #[must_use]
    pub fn stream(self, name: &str, bytes: &[u8]) -> Self {
        self.with(Stream::new(name, bytes))
    }

    /// With a stream of which more is known.
    #[must_use]
    pub fn with(mut self, stream: Stream) -> Self {
        self.streams.push(stream);
        self
    }

    /// Puts every case through every check.
    #[must_use]
    pub fn run(&self) -> Report {
        let registry = Registry::new(self.mirrors.iter().copied());
        let mut report = Report::default();
        for stream in &self.streams {
            match stream.open() {
                Ok(open) => {
                    for case in open.cases(&registry, self.complete) {
                        match case.skip(&registry) {
                            Some(skip) if self.known => report.skip(&case, skip),
                            _ => report.push(&case, check::run(&case, &registry)),
                        }
                    }
                }
                Err(sentence) => report.unreadable(stream, sentence),
            }
        }
        report
    }
}
