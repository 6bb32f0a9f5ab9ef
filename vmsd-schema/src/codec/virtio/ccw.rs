//! Virtio over an s390 channel (hw/s390x/virtio-ccw.c, css.c): here QEMU has descriptions, and sends none of them.

#![expect(
    missing_docs,
    reason = "words of the channel subsystem, named as the architecture names them"
)]

use crate::VmState;

/// The device on its channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_virtio_ccw_dev", version = 1)]
pub struct VirtioCcwDev {
    pub parent_obj: CcwDev,
    pub indicators: IndAddr,
    pub indicators2: IndAddr,
    pub summary_indicator: IndAddr,
    #[vmstate(tmp)]
    pub tmp: VirtioCcwDevTmp,
    pub routes: AdapterRoutes,
    /// The interrupt subclass of thin interrupts.
    pub thinint_isc: u8,
    /// The revision that the driver chose; -1 for none.
    pub revision: i32,
}

/// A device of the channel subsystem.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_ccw_dev", version = 1)]
pub struct CcwDev {
    pub sch: Box<SubchDev>,
}

/// A place in the guest's memory where interrupts are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_ind_addr_tmp", version = 0)]
pub struct IndAddr {
    #[vmstate(tmp)]
    pub tmp: IndAddrTmp,
}

/// The place.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_ind_addr_tmp", version = 0)]
pub struct IndAddrTmp {
    /// Its bytes; 0 for none.
    pub len: i32,
    pub addr: u64,
}

/// What the device's class keeps elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_virtio_ccw_dev_tmp", version = 0)]
pub struct VirtioCcwDevTmp {
    /// The indicator of changes in the configuration.
    pub config_vector: u16,
}

/// Interrupts that go around QEMU.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_adapter_routes", version = 1)]
pub struct AdapterRoutes {
    pub adapter: AdapterInfo,
}

/// The adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_adapter_info", version = 1)]
pub struct AdapterInfo {
    /// The first bit.
    pub ind_offset: u64,
    #[vmstate(subsection)]
    pub summary_offset: Option<SummaryOffset>,
}

/// The bit of the adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_adapter_info/summary_offset", version = 1)]
pub struct SummaryOffset {
    pub summary_offset: u32,
}

/// A subchannel.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_subch_dev", version = 1, default)]
pub struct SubchDev {
    /// The channel subsystem.
    #[vmstate(equal, default = 0xfe)]
    pub cssid: u8,
    /// The set of subchannels.
    #[vmstate(equal)]
    pub ssid: u8,
    /// The number in the set.
    pub migrated_schid: u16,
    /// The device's number.
    #[vmstate(equal)]
    pub devno: u16,
    /// Whether thin interrupts are on.
    pub thinint_active: bool,
    pub curr_status: Schib,
    /// What went wrong last.
    pub sense_data: [u8; 32],
    /// The program that runs.
    pub channel_prog: u64,
    pub last_cmd: Ccw1,
    /// Whether there was one.
    pub last_cmd_valid: bool,
    pub id: SenseId,
    /// Whether commands have the newer form.
    pub ccw_fmt_1: bool,
    /// Commands without data in a row.
    pub ccw_no_data_cnt: u8,
    #[vmstate(subsection)]
    pub orb: Option<SchdevOrb>,
}

/// What the program is started with.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_subch_dev/orb", version = 1)]
pub struct SchdevOrb {
    pub orb: Orb,
}

/// An operation request block.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_orb", version = 1)]
pub struct Orb {
    pub intparm: u32,
    pub ctrl0: u16,
    pub lpm: u8,
    pub ctrl1: u8,
    pub cpa: u32,
}

/// A subchannel information block.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_schib", version = 1)]
pub struct Schib {
    pub pmcw: Pmcw,
    pub scsw: Scsw,
    pub mba: u64,
    pub mda: [u8; 4],
}

/// Path management control words.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_pmcw", version = 1)]
pub struct Pmcw {
    pub intparm: u32,
    pub flags: u16,
    pub devno: u16,
    pub lpm: u8,
    pub pnom: u8,
    pub lpum: u8,
    pub pim: u8,
    pub mbi: u16,
    pub pom: u8,
    pub pam: u8,
    pub chpid: [u8; 8],
    pub chars: u32,
}

/// Subchannel status words.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_scsw", version = 1)]
pub struct Scsw {
    pub flags: u16,
    pub ctrl: u16,
    pub cpa: u32,
    pub dstat: u8,
    pub cstat: u8,
    pub count: u16,
}

/// A channel command word.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_ccw1", version = 1)]
pub struct Ccw1 {
    pub cmd_code: u8,
    pub flags: u8,
    pub count: u16,
    pub cda: u32,
}

/// What the device says it is.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_sense_id", version = 1, default)]
pub struct SenseId {
    pub reserved: u8,
    pub cu_type: u16,
    pub cu_model: u8,
    pub dev_type: u16,
    pub dev_model: u8,
    pub unused: u8,
    pub ciw: [Ciw; 62],
}

/// A command information word.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "s390_ciw", version = 1)]
pub struct Ciw {
    /// Its kind.
    #[vmstate(name = "type")]
    pub kind: u8,
    pub command: u8,
    pub count: u16,
}
