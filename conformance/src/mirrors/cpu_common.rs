//! What every architecture's CPU has.

use vmsd_schema::VmState;

/// A CPU of any architecture (`hw/core/cpu-system.c`; earlier `cpu.c`). The architecture's own part is section `cpu`.
#[derive(Default, VmState)]
#[vmstate(name = "cpu_common", version = 1)]
pub(crate) struct CpuCommon {
    halted: u32,
    interrupt_request: u32,
    #[vmstate(subsection)]
    exception_index: Option<ExceptionIndex>,
    #[vmstate(subsection)]
    crash_occurred: Option<CrashOccurred>,
}

/// Sent by TCG while an exception waits; without it `cpu_common_pre_load` leaves -1, none.
#[derive(Default, VmState)]
#[vmstate(name = "cpu_common/exception_index", version = 1)]
struct ExceptionIndex {
    exception_index: i32,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu_common/crash_occurred", version = 1)]
struct CrashOccurred {
    crash_occurred: bool,
}
