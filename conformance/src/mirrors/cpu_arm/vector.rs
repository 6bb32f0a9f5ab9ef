//! Scalable vectors and matrices of an ARM processor, at the greatest length that there is.

use vmsd_schema::VmState;

/// Quadwords of the longest vector (`ARM_MAX_VQ`).
const MAX_VQ: usize = 16;

/// Vectors and predicates; bits 0 to 127 of each vector stand in `cpu/vfp` (`vmstate_sve`).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/sve", version = 1, prefix = "env.vfp.")]
pub(super) struct Sve {
    zregs: [ZregHigh; 32],
    pregs: [Predicate; 17],
}

/// Bits 128 to 1023: QEMU counts quadwords where its table has doublewords, and leaves the upper half out.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/sve/zreg_hi", version = 1)]
struct ZregHigh {
    d: [u64; MAX_VQ - 2],
}

/// A bit for each byte of a vector.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/sve/preg", version = 1)]
struct Predicate {
    p: [u64; 2 * MAX_VQ / 8],
}

/// The matrix, sent while it is switched on (`vmstate_za`).
#[derive(VmState)]
#[vmstate(name = "cpu/sme", version = 1, default)]
pub(super) struct Sme {
    #[vmstate(name = "env.zarray", renamed(Qemu11_1 = "env.za_state.za"))]
    za: Box<[Vector; 16 * MAX_VQ]>,
}

/// A row of it.
#[derive(Default, VmState)]
#[vmstate(name = "vreg", version = 1)]
struct Vector {
    d: [u64; 2 * MAX_VQ],
}

/// The look-up table, sent while it is switched on (11.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/zt0", version = 1, prefix = "env.za_state.")]
pub(super) struct Zt0 {
    zt0: [u64; 8],
}
