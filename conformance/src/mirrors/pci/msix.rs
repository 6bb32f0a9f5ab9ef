//! `msix` (hw/pci/msix.c): the MSI-X vectors of a device that has them.

use vmsd_schema::codec::{MsixState, MsixTable};
use vmsd_schema::VmState;

/// The vectors. `VMSTATE_MSIX` puts this behind the PCI device, under the same name.
#[derive(Default, VmState)]
#[vmstate(name = "msix", version = 0)]
pub(crate) struct Msix {
    /// As many as the device was made with.
    #[vmstate(with = MsixState)]
    msix: MsixTable,
}

impl Msix {
    /// A device of `count` vectors.
    pub(crate) fn with_vectors(count: usize) -> Self {
        Self {
            msix: MsixTable::with_vectors(count),
        }
    }
}
