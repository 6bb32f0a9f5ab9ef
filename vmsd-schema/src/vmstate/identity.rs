//! What a walk checks before a description's first field.

use super::VmState;
use crate::error::{Error, ErrorKind, Result};

/// A description's name and versions, by one reference: each description's walks have code that hands it on.
#[derive(Debug)]
pub(super) struct Identity {
    name: &'static str,
    version: u32,
    minimum_version: u32,
    unmigratable: bool,
}

impl Identity {
    #[inline]
    pub(super) fn of<S: VmState>() -> &'static Self {
        const {
            &Self {
                name: S::NAME,
                version: S::VERSION,
                minimum_version: S::MINIMUM_VERSION,
                unmigratable: S::UNMIGRATABLE,
            }
        }
    }

    /// Whether it migrates, and `version` of it can be read and written.
    #[inline]
    pub(super) fn check(&'static self, version: u32) -> Result<()> {
        match (self.minimum_version..=self.version).contains(&version) && !self.unmigratable {
            true => Ok(()),
            false => Err(self.refusal(version)),
        }
    }

    /// `vmstate_load_state`; `qemu_savevm_state_blocked`, where the source and the destination refuse alike.
    #[cold]
    fn refusal(&self, version: u32) -> Error {
        let name = self.name;
        if self.unmigratable {
            let message = format!("State blocked by non-migratable device '{name}'");
            return Error::new(ErrorKind::Unsupported, message).cite("3.9");
        }
        let bound = if version > self.version {
            format!("new for local version_id {}", self.version)
        } else {
            format!("old for local minimum version_id {}", self.minimum_version)
        };
        let message = format!("{name}: incoming version_id {version} is too {bound}");
        Error::new(ErrorKind::Version, message)
    }
}
