//! Memory protection units of ARM processors without address translation.

use vmsd_schema::VmState;

/// Regions of a unit; a property of the processor.
pub(super) const REGIONS: u32 = 16;

/// The region that the registers show, of M profile. Other profiles send it among the coprocessor's registers.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/pmsav7-rnr", version = 1)]
pub(super) struct Pmsav7Rnr {
    #[vmstate(name = "env.pmsav7.rnr[M_REG_NS]")]
    pub(super) rnr: u32,
}

/// The unit of ARMv7.
#[derive(VmState)]
#[vmstate(name = "cpu/pmsav7", version = 1, prefix = "env.pmsav7.", default)]
pub(super) struct Pmsav7 {
    #[vmstate(skip, default = REGIONS)]
    pub(super) regions: u32,
    #[vmstate(len = regions, default = regions())]
    drbar: Vec<u32>,
    #[vmstate(len = regions, default = regions())]
    drsr: Vec<u32>,
    #[vmstate(len = regions, default = regions())]
    dracr: Vec<u32>,
}

/// The unit of ARMv8.
#[derive(VmState)]
#[vmstate(name = "cpu/pmsav8", version = 1, default)]
pub(super) struct Pmsav8 {
    #[vmstate(skip, default = REGIONS)]
    regions: u32,
    #[vmstate(name = "env.pmsav8.rbar[M_REG_NS]", len = regions, default = regions())]
    rbar: Vec<u32>,
    #[vmstate(name = "env.pmsav8.rlar[M_REG_NS]", len = regions, default = regions())]
    rlar: Vec<u32>,
    #[vmstate(name = "env.pmsav8.mair0[M_REG_NS]")]
    mair0: u32,
    #[vmstate(name = "env.pmsav8.mair1[M_REG_NS]")]
    mair1: u32,
    #[vmstate(subsection)]
    pmsav8r: Option<Pmsav8r>,
}

/// The hypervisor's unit, of R profile.
#[derive(VmState)]
#[vmstate(
    name = "cpu/pmsav8/pmsav8r",
    version = 1,
    prefix = "env.pmsav8.",
    default
)]
struct Pmsav8r {
    #[vmstate(skip, default = REGIONS)]
    regions: u32,
    #[vmstate(len = regions, default = regions())]
    hprbar: Vec<u32>,
    #[vmstate(len = regions, default = regions())]
    hprlar: Vec<u32>,
}

/// Regions that are off.
pub(super) fn regions() -> Vec<u32> {
    (0..REGIONS).map(|_| 0).collect()
}
