//! `intel-hda` (hw/audio/intel-hda.c): a High Definition Audio controller, of the ICH6 or the ICH9.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The controller. Lists of buffers stand in guest memory: QEMU reads them there after the load
/// (`intel_hda_post_load`).
#[derive(Default, VmState)]
#[vmstate(name = "intel-hda", version = 1, minimum_version = 0)]
pub(crate) struct IntelHda {
    pci: PciDevice,
    g_ctl: u32,
    wake_en: u32,
    state_sts: u32,
    int_ctl: u32,
    int_sts: u32,
    wall_clk: u32,

    corb_lbase: u32,
    corb_ubase: u32,
    corb_rp: u32,
    corb_wp: u32,
    corb_ctl: u32,
    corb_sts: u32,
    corb_size: u32,

    rirb_lbase: u32,
    rirb_ubase: u32,
    rirb_wp: u32,
    rirb_cnt: u32,
    rirb_ctl: u32,
    rirb_sts: u32,
    rirb_size: u32,

    dp_lbase: u32,
    dp_ubase: u32,

    icw: u32,
    irr: u32,
    ics: u32,

    /// Four in, four out.
    st: [IntelHdaStream; 8],
    rirb_count: u32,
    wall_base_ns: i64,
}

/// A stream of samples.
#[derive(Default, VmState)]
#[vmstate(name = "intel-hda-stream", version = 1, minimum_version = 0)]
struct IntelHdaStream {
    ctl: u32,
    lpib: u32,
    cbl: u32,
    lvi: u32,
    fmt: u32,
    bdlp_lbase: u32,
    bdlp_ubase: u32,
}
