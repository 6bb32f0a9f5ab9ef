//! Exceptions on their way to the guest.

use vmsd_schema::VmState;

/// An exception that is pending or injected, apart from its number.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/exception_info", version = 1, prefix = "env.")]
pub(super) struct Info {
    exception_pending: u8,
    exception_injected: u8,
    exception_has_payload: u8,
    exception_payload: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/error_code", version = 1, prefix = "env.")]
pub(super) struct ErrorCode {
    error_code: i32,
}

/// Where the last floating-point instruction stood and what it addressed.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/fpop_ip_dp", version = 1, prefix = "env.")]
pub(super) struct FpuPointers {
    fpop: u16,
    fpip: u64,
    fpdp: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/triple_fault", version = 1, prefix = "env.")]
pub(super) struct TripleFault {
    triple_fault_pending: u8,
}
