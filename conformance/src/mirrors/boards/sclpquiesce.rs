//! `sclpquiesce` (hw/s390x/sclpquiesce.c): asks an s390 guest to shut down.

use vmsd_schema::VmState;

/// Whether it has been asked and has not heard.
#[derive(Default, VmState)]
#[vmstate(name = "sclpquiesce", version = 0)]
pub(crate) struct SclpQuiesce {
    event_pending: bool,
}
