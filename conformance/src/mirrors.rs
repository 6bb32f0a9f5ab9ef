//! Typed mirrors of QEMU's devices: one file a device, named as QEMU names it.
//!
//! A mirror knows all subsections and old layouts that QEMU 5.2 to 11.1 send, whichever machine type asks for them.
//! They are examples to copy: most are a struct and nothing else.

mod acpi;
mod acpi_build;
mod apic;
mod arm_gic;
mod arm_gicv3;
mod arm_gicv3_its;
mod audio;
mod boards;
mod clock;
mod configuration;
mod cpu_arm;
mod cpu_common;
mod cpu_x86;
mod dma;
mod e1000;
mod e1000e;
mod ehci;
mod era;
mod fdc;
mod fifo8;
mod fw_cfg;
mod globalstate;
mod gpex_root;
mod gpio_key;
mod hda_audio;
mod hpet;
mod i2c_bus;
mod i440fx;
mod i8254;
mod i8259;
mod i82801b11_bridge;
mod ich9_ahci;
mod ich9_pm;
mod ich9_smb;
mod ich9lpc;
mod ide;
mod ide_bus;
mod ide_drive;
mod intel_hda;
mod ioapic;
mod ioh3420;
mod kvm_tpr_opt;
mod mc146818rtc;
mod mch;
mod parallel_isa;
mod pci;
mod pci_bridge;
mod pcibus;
mod pcie_pci_bridge;
mod pcie_root_port;
mod pcihost;
mod pckbd;
mod pcspk;
mod pflash_cfi01;
mod piix3;
mod piix4;
mod piix4_pm;
mod pl011;
mod pl031;
mod pl061;
mod pm_smbus;
mod port92;
mod ps2;
mod ps2kbd;
mod ps2mouse;
mod retired;
mod rtl8139;
mod scsi_device;
mod scsi_disk;
mod serial;
mod slirp;
mod spapr_nvdimm;
mod timer;
mod uhci;
mod usb;
mod usb_ccid;
mod usb_hub;
mod usb_kbd;
mod usb_ptr;
mod usb_storage;
mod vga;
mod vhost_scsi;
mod vhost_user_blk;
mod vhost_vsock;
mod virt_acpi_build;
mod virtio;
mod virtio_9p;
mod virtio_balloon;
mod virtio_blk;
mod virtio_console;
mod virtio_gpu;
mod virtio_input;
mod virtio_iommu;
mod virtio_mem;
mod virtio_net;
mod virtio_nsm;
mod virtio_rng;
mod virtio_rtc;
mod virtio_scsi;
mod virtio_vga;
mod vmmouse;
mod xhci;
mod xio3130_downstream;
mod xio3130_upstream;

use vmsd_schema::codec::scsi_requests::Form;
use vmsd_schema::codec::virtio::Bus;
use vmsd_schema::decode::typed::{Mirror, Registry};

pub(crate) use self::era::{covers, prune};

/// Every mirror, by name. Where a stream without a description leaves open which layout it has, a device stands here
/// once for each; the commonest first.
#[must_use]
pub fn registry() -> Registry {
    Registry::new(pc().into_iter().chain(boards::mirrors()))
}

fn pc() -> Vec<Mirror> {
    vec![
        Mirror::of::<acpi_build::AcpiBuild>(),
        Mirror::of::<apic::Apic>(),
        Mirror::of::<arm_gic::ArmGic>(),
        Mirror::of::<arm_gicv3::ArmGicv3>(),
        Mirror::of::<arm_gicv3_its::ArmGicv3Its>(),
        Mirror::of::<audio::Audio>(),
        Mirror::of::<configuration::Configuration>(),
        Mirror::of::<cpu_common::CpuCommon>(),
        Mirror::of::<cpu_x86::CpuX86>(),
        Mirror::of::<cpu_arm::CpuArm>(),
        Mirror::of::<dma::Dma>(),
        Mirror::of::<e1000::E1000>(),
        Mirror::of::<e1000e::E1000e>(),
        Mirror::of::<e1000e::E1000e>().preset("machine types up to 7.2", || {
            Box::new(e1000e::E1000e::without_timadj())
        }),
        Mirror::of::<ehci::Ehci>(),
        Mirror::of::<ehci::EhciSysbus>(),
        Mirror::of::<fdc::IsaFdc>(),
        Mirror::of::<fw_cfg::FwCfg>(),
        Mirror::of::<globalstate::Globalstate>(),
        Mirror::of::<globalstate::Globalstate>().preset("one string", || {
            Box::new(globalstate::Globalstate::one_string())
        }),
        Mirror::of::<gpex_root::GpexRoot>(),
        Mirror::of::<gpio_key::GpioKey>(),
        Mirror::of::<hda_audio::HdaAudio>(),
        Mirror::of::<hpet::Hpet>(),
        Mirror::of::<i2c_bus::I2cBus>(),
        Mirror::of::<i440fx::I440Fx>(),
        Mirror::of::<i8254::I8254>(),
        Mirror::of::<i8259::I8259>(),
        Mirror::of::<i82801b11_bridge::I82801b11Bridge>(),
        Mirror::of::<ich9_ahci::Ich9Ahci>(),
        Mirror::of::<ich9_smb::Ich9Smb>(),
        Mirror::of::<ich9_smb::Ich9Smb>().preset("machine types up to 2.12", || {
            Box::new(ich9_smb::Ich9Smb::without_smbus())
        }),
        Mirror::of::<ich9lpc::Ich9Lpc>(),
        Mirror::of::<ide::Ide>(),
        Mirror::of::<intel_hda::IntelHda>(),
        Mirror::of::<ioapic::Ioapic>(),
        Mirror::of::<ioh3420::Ioh3420>(),
        Mirror::of::<kvm_tpr_opt::KvmTprOpt>(),
        Mirror::of::<mc146818rtc::Mc146818Rtc>(),
        Mirror::of::<mch::Mch>(),
        Mirror::of::<parallel_isa::ParallelIsa>(),
        Mirror::of::<pci_bridge::PciBridge>(),
        Mirror::of::<pci_bridge::PciBridge>().preset("no hotplug controller", || {
            Box::new(pci_bridge::PciBridge::without_shpc())
        }),
        Mirror::of::<pcibus::PciBus>(),
        Mirror::of::<pcie_pci_bridge::PciePciBridge>(),
        Mirror::of::<pcie_root_port::PcieRootPort>(),
        Mirror::of::<pcie_root_port::PcieRootPort>().preset("machine types up to 2.9", || {
            Box::new(pcie_root_port::PcieRootPort::without_msix())
        }),
        Mirror::of::<pcihost::PciHost>(),
        Mirror::of::<pckbd::IsaPckbd>(),
        Mirror::of::<pcspk::Pcspk>(),
        Mirror::of::<pflash_cfi01::PflashCfi01>(),
        Mirror::of::<piix3::Piix3>(),
        Mirror::of::<piix4::Piix4>(),
        Mirror::of::<piix4_pm::Piix4Pm>(),
        Mirror::of::<piix4_pm::Piix4Pm>().preset("machine types up to 6.2", || {
            Box::new(piix4_pm::Piix4Pm::without_acpi_index())
        }),
        Mirror::of::<piix4_pm::Piix4Pm>().preset("hotplug of the root bus alone", || {
            Box::new(piix4_pm::Piix4Pm::without_bridge_hotplug())
        }),
        Mirror::of::<piix4_pm::Piix4Pm>().preset("machine types up to 2.12", || {
            Box::new(piix4_pm::Piix4Pm::without_smbus())
        }),
        Mirror::of::<pl011::Pl011>(),
        Mirror::of::<pl031::Pl031>(),
        Mirror::of::<pl061::Pl061>(),
        Mirror::of::<port92::Port92>(),
        Mirror::of::<ps2kbd::Ps2Kbd>(),
        Mirror::of::<ps2mouse::Ps2Mouse>(),
        Mirror::of::<rtl8139::Rtl8139>(),
        Mirror::of::<scsi_disk::ScsiDisk>(),
        Mirror::of::<scsi_disk::ScsiDisk>().preset("a virtio-scsi controller", || {
            Box::new(scsi_disk::ScsiDisk::with_requests(Form {
                virtio: true,
                emulated: true,
            }))
        }),
        Mirror::of::<scsi_disk::ScsiDisk>().preset(
            "a virtio-scsi controller, no emulated requests",
            || {
                Box::new(scsi_disk::ScsiDisk::with_requests(Form {
                    virtio: true,
                    emulated: false,
                }))
            },
        ),
        Mirror::of::<scsi_disk::ScsiDisk>().preset("emulated requests", || {
            Box::new(scsi_disk::ScsiDisk::with_requests(Form {
                virtio: false,
                emulated: true,
            }))
        }),
        Mirror::of::<serial::SerialDevice>(),
        Mirror::of::<serial::SerialDevice>()
            .preset("mapped", || Box::new(serial::SerialDevice::mapped())),
        Mirror::of::<slirp::Slirp>(),
        Mirror::of::<spapr_nvdimm::SpaprNvdimm>(),
        Mirror::of::<timer::Clocks>(),
        Mirror::of::<uhci::Uhci>(),
        Mirror::of::<usb_ccid::UsbCcid>(),
        Mirror::of::<usb_hub::UsbHub>(),
        Mirror::of::<usb_kbd::UsbKbd>(),
        Mirror::of::<usb_ptr::UsbPtr>(),
        Mirror::of::<usb_storage::UsbStorage>(),
        Mirror::of::<vga::PciVga>(),
        Mirror::of::<virt_acpi_build::VirtAcpiBuild>(),
        Mirror::of::<virtio_balloon::VirtioBalloon>(),
        Mirror::of::<virtio_balloon::VirtioBalloon>().preset("mmio", || {
            Box::new(virtio_balloon::VirtioBalloon::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_balloon::VirtioBalloon>().preset("ccw", || {
            Box::new(virtio_balloon::VirtioBalloon::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_blk::VirtioBlk>(),
        Mirror::of::<virtio_blk::VirtioBlk>().preset("mmio", || {
            Box::new(virtio_blk::VirtioBlk::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_blk::VirtioBlk>().preset("ccw", || {
            Box::new(virtio_blk::VirtioBlk::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_console::VirtioConsole>(),
        Mirror::of::<virtio_console::VirtioConsole>().preset("mmio", || {
            Box::new(virtio_console::VirtioConsole::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_console::VirtioConsole>().preset("ccw", || {
            Box::new(virtio_console::VirtioConsole::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_input::VirtioInput>(),
        Mirror::of::<virtio_input::VirtioInput>().preset("mmio", || {
            Box::new(virtio_input::VirtioInput::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_input::VirtioInput>().preset("ccw", || {
            Box::new(virtio_input::VirtioInput::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_rng::VirtioRng>(),
        Mirror::of::<virtio_rng::VirtioRng>().preset("mmio", || {
            Box::new(virtio_rng::VirtioRng::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_rng::VirtioRng>().preset("ccw", || {
            Box::new(virtio_rng::VirtioRng::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_rtc::VirtioRtc>(),
        Mirror::of::<virtio_rtc::VirtioRtc>().preset("mmio", || {
            Box::new(virtio_rtc::VirtioRtc::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_rtc::VirtioRtc>().preset("ccw", || {
            Box::new(virtio_rtc::VirtioRtc::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_scsi::VirtioScsi>(),
        Mirror::of::<virtio_scsi::VirtioScsi>().preset("mmio", || {
            Box::new(virtio_scsi::VirtioScsi::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_scsi::VirtioScsi>().preset("ccw", || {
            Box::new(virtio_scsi::VirtioScsi::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_net::VirtioNet>(),
        Mirror::of::<virtio_net::VirtioNet>().preset("mmio", || {
            Box::new(virtio_net::VirtioNet::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_net::VirtioNet>().preset("ccw", || {
            Box::new(virtio_net::VirtioNet::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_net::VirtioNet>().preset("several pairs of queues", || {
            Box::new(virtio_net::VirtioNet::with_pairs(Bus::default(), 2))
        }),
        Mirror::of::<virtio_net::VirtioNet>().preset("mmio, several pairs of queues", || {
            Box::new(virtio_net::VirtioNet::with_pairs(Bus::mmio(), 2))
        }),
        Mirror::of::<virtio_net::VirtioNet>().preset("ccw, several pairs of queues", || {
            Box::new(virtio_net::VirtioNet::with_pairs(Bus::ccw(), 2))
        }),
        Mirror::of::<virtio_gpu::VirtioGpu>(),
        Mirror::of::<virtio_gpu::VirtioGpu>().preset("mmio", || {
            Box::new(virtio_gpu::VirtioGpu::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_gpu::VirtioGpu>().preset("ccw", || {
            Box::new(virtio_gpu::VirtioGpu::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_gpu::VirtioGpu>().preset("machine types up to 8.2", || {
            Box::new(virtio_gpu::VirtioGpu::without_framebuffers())
        }),
        Mirror::of::<virtio_iommu::VirtioIommu>(),
        Mirror::of::<vhost_scsi::VhostScsi>(),
        Mirror::of::<vhost_scsi::VhostScsi>().preset("mmio", || {
            Box::new(vhost_scsi::VhostScsi::behind(Bus::mmio()))
        }),
        Mirror::of::<vhost_scsi::VhostScsi>().preset("ccw", || {
            Box::new(vhost_scsi::VhostScsi::behind(Bus::ccw()))
        }),
        Mirror::of::<vhost_user_blk::VhostUserBlkDevice>(),
        Mirror::of::<vhost_user_blk::VhostUserBlkDevice>().preset("mmio", || {
            Box::new(vhost_user_blk::VhostUserBlkDevice::behind(Bus::mmio()))
        }),
        Mirror::of::<vhost_user_blk::VhostUserBlkDevice>().preset("ccw", || {
            Box::new(vhost_user_blk::VhostUserBlkDevice::behind(Bus::ccw()))
        }),
        Mirror::of::<vhost_vsock::VhostVsock>(),
        Mirror::of::<vhost_vsock::VhostVsock>().preset("mmio", || {
            Box::new(vhost_vsock::VhostVsock::behind(Bus::mmio()))
        }),
        Mirror::of::<vhost_vsock::VhostVsock>().preset("ccw", || {
            Box::new(vhost_vsock::VhostVsock::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_9p::Virtio9p>(),
        Mirror::of::<virtio_9p::Virtio9p>().preset("mmio", || {
            Box::new(virtio_9p::Virtio9p::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_9p::Virtio9p>()
            .preset("ccw", || Box::new(virtio_9p::Virtio9p::behind(Bus::ccw()))),
        Mirror::of::<virtio_mem::VirtioMem>(),
        Mirror::of::<virtio_mem::VirtioMem>().preset("mmio", || {
            Box::new(virtio_mem::VirtioMem::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_mem::VirtioMem>().preset("ccw", || {
            Box::new(virtio_mem::VirtioMem::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_nsm::VirtioNsm>(),
        Mirror::of::<virtio_nsm::VirtioNsm>().preset("mmio", || {
            Box::new(virtio_nsm::VirtioNsm::behind(Bus::mmio()))
        }),
        Mirror::of::<virtio_nsm::VirtioNsm>().preset("ccw", || {
            Box::new(virtio_nsm::VirtioNsm::behind(Bus::ccw()))
        }),
        Mirror::of::<virtio_vga::VirtioVga>(),
        Mirror::of::<vmmouse::Vmmouse>(),
        Mirror::of::<xhci::Xhci>(),
        Mirror::of::<xhci::XhciSysbus>(),
        Mirror::of::<xio3130_downstream::Xio3130Downstream>(),
        Mirror::of::<xio3130_upstream::Xio3130Upstream>(),
    ]
}
