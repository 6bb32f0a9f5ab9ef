//! The schemas of a crate's own devices, as a file: what other versions of the crate are compared with.

use super::VmState;
use crate::schema::{Coverage, Device, SchemaSet};

/// Collects device types and writes their schemas.
///
/// ```
/// use vmsd_schema::{Export, VmState};
///
/// #[derive(Default, VmState)]
/// #[vmstate(name = "uart", version = 1)]
/// struct Uart {
///     divider: u16,
/// }
///
/// let json = Export::new().device::<Uart>().to_json();
/// assert!(json.contains("uart"));
/// ```
#[derive(Clone, Debug)]
pub struct Export(SchemaSet);

impl Export {
    /// No devices.
    #[must_use]
    pub fn new() -> Self {
        let coverage = Coverage {
            types: true,
            sections: false,
        };
        Self(SchemaSet {
            coverage,
            ..SchemaSet::default()
        })
    }

    /// With a device. What is not named here is a device that the crate does not have.
    #[must_use]
    pub fn device<S: VmState>(mut self) -> Self {
        self.0.devices.push(Device {
            type_name: Some(S::NAME.to_owned()),
            section: None,
            schema: S::schema(),
        });
        self
    }

    /// The schemas as a set.
    #[must_use]
    pub fn into_set(self) -> SchemaSet {
        self.0
    }

    /// The schemas as a schema file: the same text for the same devices.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }
}

impl Default for Export {
    fn default() -> Self {
        Self::new()
    }
}
