//! Virtio over an s390 channel (hw/s390x/virtio-ccw.c, css.c): here QEMU has descriptions, and sends none of them.

use vmsd_schema::VmState;

/// The device on its channel.
#[derive(Default, VmState)]
#[vmstate(name = "s390_virtio_ccw_dev", version = 1)]
pub(crate) struct VirtioCcwDev {
    parent_obj: CcwDev,
    indicators: IndAddr,
    indicators2: IndAddr,
    summary_indicator: IndAddr,
    #[vmstate(tmp)]
    tmp: VirtioCcwDevTmp,
    routes: AdapterRoutes,
    /// The interrupt subclass of thin interrupts.
    thinint_isc: u8,
    /// The revision that the driver chose; -1 for none.
    revision: i32,
}

/// A device of the channel subsystem.
#[derive(Default, VmState)]
#[vmstate(name = "s390_ccw_dev", version = 1)]
struct CcwDev {
    sch: Box<SubchDev>,
}

/// A place in the guest's memory where interrupts are shown.
#[derive(Default, VmState)]
#[vmstate(name = "s390_ind_addr_tmp", version = 0)]
struct IndAddr {
    #[vmstate(tmp)]
    tmp: IndAddrTmp,
}

/// The place.
#[derive(Default, VmState)]
#[vmstate(name = "s390_ind_addr_tmp", version = 0)]
struct IndAddrTmp {
    /// Its bytes; 0 for none.
    len: i32,
    addr: u64,
}

/// What the device's class keeps elsewhere.
#[derive(Default, VmState)]
#[vmstate(name = "s390_virtio_ccw_dev_tmp", version = 0)]
struct VirtioCcwDevTmp {
    /// The indicator of changes in the configuration.
    config_vector: u16,
}

/// Interrupts that go around QEMU.
#[derive(Default, VmState)]
#[vmstate(name = "s390_adapter_routes", version = 1)]
struct AdapterRoutes {
    adapter: AdapterInfo,
}

/// The adapter.
#[derive(Default, VmState)]
#[vmstate(name = "s390_adapter_info", version = 1)]
struct AdapterInfo {
    /// The first bit.
    ind_offset: u64,
    #[vmstate(subsection)]
    summary_offset: Option<SummaryOffset>,
}

/// The bit of the adapter.
#[derive(Default, VmState)]
#[vmstate(name = "s390_adapter_info/summary_offset", version = 1)]
struct SummaryOffset {
    summary_offset: u32,
}

/// A subchannel.
#[derive(VmState)]
#[vmstate(name = "s390_subch_dev", version = 1, default)]
struct SubchDev {
    /// The channel subsystem.
    #[vmstate(equal, default = 0xfe)]
    cssid: u8,
    /// The set of subchannels.
    #[vmstate(equal)]
    ssid: u8,
    /// The number in the set.
    migrated_schid: u16,
    /// The device's number.
    #[vmstate(equal)]
    devno: u16,
    /// Whether thin interrupts are on.
    thinint_active: bool,
    curr_status: Schib,
    /// What went wrong last.
    sense_data: [u8; 32],
    /// The program that runs.
    channel_prog: u64,
    last_cmd: Ccw1,
    /// Whether there was one.
    last_cmd_valid: bool,
    id: SenseId,
    /// Whether commands have the newer form.
    ccw_fmt_1: bool,
    /// Commands without data in a row.
    ccw_no_data_cnt: u8,
    #[vmstate(subsection)]
    orb: Option<SchdevOrb>,
}

/// What the program is started with.
#[derive(Default, VmState)]
#[vmstate(name = "s390_subch_dev/orb", version = 1)]
struct SchdevOrb {
    orb: Orb,
}

/// An operation request block.
#[derive(Default, VmState)]
#[vmstate(name = "s390_orb", version = 1)]
struct Orb {
    intparm: u32,
    ctrl0: u16,
    lpm: u8,
    ctrl1: u8,
    cpa: u32,
}

/// A subchannel information block.
#[derive(Default, VmState)]
#[vmstate(name = "s390_schib", version = 1)]
struct Schib {
    pmcw: Pmcw,
    scsw: Scsw,
    mba: u64,
    mda: [u8; 4],
}

/// Path management control words.
#[derive(Default, VmState)]
#[vmstate(name = "s390_pmcw", version = 1)]
struct Pmcw {
    intparm: u32,
    flags: u16,
    devno: u16,
    lpm: u8,
    pnom: u8,
    lpum: u8,
    pim: u8,
    mbi: u16,
    pom: u8,
    pam: u8,
    chpid: [u8; 8],
    chars: u32,
}

/// Subchannel status words.
#[derive(Default, VmState)]
#[vmstate(name = "s390_scsw", version = 1)]
struct Scsw {
    flags: u16,
    ctrl: u16,
    cpa: u32,
    dstat: u8,
    cstat: u8,
    count: u16,
}

/// A channel command word.
#[derive(Default, VmState)]
#[vmstate(name = "s390_ccw1", version = 1)]
struct Ccw1 {
    cmd_code: u8,
    flags: u8,
    count: u16,
    cda: u32,
}

/// What the device says it is.
#[derive(VmState)]
#[vmstate(name = "s390_sense_id", version = 1, default)]
struct SenseId {
    reserved: u8,
    cu_type: u16,
    cu_model: u8,
    dev_type: u16,
    dev_model: u8,
    unused: u8,
    ciw: [Ciw; 62],
}

/// A command information word.
#[derive(Default, VmState)]
#[vmstate(name = "s390_ciw", version = 1)]
struct Ciw {
    /// Its kind.
    #[vmstate(name = "type")]
    kind: u8,
    command: u8,
    count: u16,
}
