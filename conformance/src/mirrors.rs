//! Typed mirrors of QEMU's devices: one file a device, named as QEMU names it.
//!
//! A mirror knows all subsections and old layouts that QEMU 5.2 to 11.1 send, whichever machine type asks for them.
//! They are examples to copy: most are a struct and nothing else.

mod acpi_build;
mod apic;
mod configuration;
mod cpu_common;
mod cpu_x86;
mod dma;
mod fw_cfg;
mod globalstate;
mod hpet;
mod i8254;
mod i8259;
mod ioapic;
mod kvm_tpr_opt;
mod mc146818rtc;
mod pcspk;
mod port92;
mod timer;

use vmsd_schema::decode::typed::{Mirror, Registry};

/// Every mirror, by name. Where a stream without a description leaves open which layout it has, a device stands here
/// once for each; the commonest first.
#[must_use]
pub fn registry() -> Registry {
    Registry::new([
        Mirror::of::<acpi_build::AcpiBuild>(),
        Mirror::of::<apic::Apic>(),
        Mirror::of::<configuration::Configuration>(),
        Mirror::of::<cpu_common::CpuCommon>(),
        Mirror::of::<cpu_x86::CpuX86>(),
        Mirror::of::<dma::Dma>(),
        Mirror::of::<fw_cfg::FwCfg>(),
        Mirror::of::<globalstate::Globalstate>(),
        Mirror::of::<globalstate::Globalstate>().preset("one string", || {
            Box::new(globalstate::Globalstate::one_string())
        }),
        Mirror::of::<hpet::Hpet>(),
        Mirror::of::<i8254::I8254>(),
        Mirror::of::<i8259::I8259>(),
        Mirror::of::<ioapic::Ioapic>(),
        Mirror::of::<kvm_tpr_opt::KvmTprOpt>(),
        Mirror::of::<mc146818rtc::Mc146818Rtc>(),
        Mirror::of::<pcspk::Pcspk>(),
        Mirror::of::<port92::Port92>(),
        Mirror::of::<timer::Clocks>(),
    ])
}
