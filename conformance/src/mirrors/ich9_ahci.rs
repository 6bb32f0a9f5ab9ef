//! `ich9_ahci`: the SATA controller of a q35 machine (QEMU: hw/ide/ich.c and hw/ide/ahci.c).

use vmsd_schema::codec::Equal;
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Dialect, Error, ErrorKind, Loader, Result, Value, VmState};

use super::ide_bus::IdeBus;
use super::ide_drive::IdeDrive;
use super::pci::PciDevice;

/// The PCI function (`vmstate_ich9_ahci`).
#[derive(Default, VmState)]
#[vmstate(name = "ich9_ahci", version = 1, minimum_version = 0)]
pub(crate) struct Ich9Ahci {
    parent_obj: PciDevice,
    ahci: Ahci,
}

/// The host bus adapter (`vmstate_ahci`).
#[derive(VmState)]
#[vmstate(name = "ahci", version = 1, minimum_version = 0, default)]
struct Ahci {
    #[vmstate(len = ports)]
    dev: Vec<AhciPort>,
    #[vmstate(name = "control_regs.cap")]
    cap: u32,
    #[vmstate(name = "control_regs.ghc")]
    ghc: u32,
    #[vmstate(name = "control_regs.irqstatus")]
    irqstatus: u32,
    #[vmstate(name = "control_regs.impl")]
    implemented: u32,
    #[vmstate(name = "control_regs.version")]
    version: u32,
    idp_index: u32,
    /// The destination knows how many ports it has before the stream comes to say so.
    #[vmstate(with = PortCount, default = 6)]
    ports: u32,
}

/// One port (`vmstate_ahci_device`).
#[derive(VmState)]
#[vmstate(name = "ahci port", version = 1, minimum_version = 0, default)]
struct AhciPort {
    #[vmstate(since = 1)]
    port: IdeBus,
    #[vmstate(since = 1, name = "port.ifs[0]")]
    drive: IdeDrive,
    port_state: u32,
    finished: u32,
    #[vmstate(name = "port_regs.lst_addr")]
    lst_addr: u32,
    #[vmstate(name = "port_regs.lst_addr_hi")]
    lst_addr_hi: u32,
    #[vmstate(name = "port_regs.fis_addr")]
    fis_addr: u32,
    #[vmstate(name = "port_regs.fis_addr_hi")]
    fis_addr_hi: u32,
    #[vmstate(name = "port_regs.irq_stat")]
    irq_stat: u32,
    #[vmstate(name = "port_regs.irq_mask")]
    irq_mask: u32,
    #[vmstate(name = "port_regs.cmd", validate = Self::engines_run_only_when_started)]
    cmd: u32,
    #[vmstate(name = "port_regs.tfdata")]
    tfdata: u32,
    #[vmstate(name = "port_regs.sig")]
    sig: u32,
    #[vmstate(name = "port_regs.scr_stat")]
    scr_stat: u32,
    #[vmstate(name = "port_regs.scr_ctl")]
    scr_ctl: u32,
    #[vmstate(name = "port_regs.scr_err")]
    scr_err: u32,
    #[vmstate(name = "port_regs.scr_act")]
    scr_act: u32,
    #[vmstate(name = "port_regs.cmd_issue")]
    cmd_issue: u32,
    done_first_drq: bool,
    #[vmstate(validate = Self::busy_slot_is_a_slot, default = Self::NO_SLOT)]
    busy_slot: i32,
    init_d2h_sent: bool,
    #[vmstate(since = 1)]
    ncq_tfs: [NcqState; 32],
}

impl AhciPort {
    const START: u32 = 1 << 0;
    const FIS_RX: u32 = 1 << 4;
    const FIS_ON: u32 = 1 << 14;
    const LIST_ON: u32 = 1 << 15;

    /// `busy_slot` of a port that is not in the middle of a command.
    const NO_SLOT: i32 = -1;

    /// An engine that was never started must not say that it runs (`ahci_state_post_load`).
    fn engines_run_only_when_started(&self, _version: u32) -> bool {
        let stopped = |start, running| self.cmd & start == 0 && self.cmd & running != 0;
        !stopped(Self::START, Self::LIST_ON) && !stopped(Self::FIS_RX, Self::FIS_ON)
    }

    /// The slot is an index into the guest's command list (`ahci_state_post_load`).
    fn busy_slot_is_a_slot(&self, _version: u32) -> bool {
        (Self::NO_SLOT..32).contains(&self.busy_slot)
    }
}

/// One queued command (`vmstate_ncq_tfs`).
#[derive(Default, VmState)]
#[vmstate(name = "ncq state", version = 1, minimum_version = 0, post_load = Self::post_load)]
struct NcqState {
    sector_count: u32,
    lba: u64,
    tag: u8,
    cmd: u8,
    /// An index into the guest's command list.
    #[vmstate(max = 31)]
    slot: u8,
    used: bool,
    halt: bool,
}

impl NcqState {
    /// What `ahci_state_post_load` asks of a command that waits to be started again.
    fn post_load(&mut self, _version: u32) -> Result<()> {
        let refuse = |why| Err(Error::new(ErrorKind::Validation, why));
        if self.used != self.halt {
            return refuse(
                "a queued command is in use without being halted, or halted without being in use",
            );
        }
        if self.halt && !self.is_queued_command() {
            return refuse("a halted command is not a queued one");
        }
        if self.halt && self.slot != self.tag {
            return refuse("a halted command's slot and tag differ");
        }
        Ok(())
    }

    /// READ and WRITE FPDMA QUEUED, NCQ NON-DATA, SEND and RECEIVE FPDMA QUEUED (`is_ncq`).
    fn is_queued_command(&self) -> bool {
        matches!(self.cmd, 0x60 | 0x61 | 0x63..=0x65)
    }
}

/// The count of ports, to be compared with the destination's own. QEMU counted in a signed integer up to 8.2 and has
/// described the same four bytes as unsigned since.
#[derive(Debug)]
enum PortCount {}

impl Codec<u32> for PortCount {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        <Equal as Codec<u32>>::shape()
    }

    fn save(ports: &mut u32, writer: &mut Writer) -> Result<()> {
        Equal::save(ports, writer)
    }

    fn load(ports: &mut u32, loader: &mut Loader<'_>) -> Result<()> {
        Equal::load(ports, loader)
    }

    fn describe(ports: &mut u32, describer: &mut Describer) -> Result<()> {
        if describer.dialect() >= Dialect::Qemu10_0 {
            return Equal::describe(ports, describer);
        }
        let shown = Value::Int {
            bits: 32,
            value: i64::from(*ports),
        };
        describer.leaf("int32 equal", shown, |writer| Equal::save(ports, writer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save};

    /// An AHCI of `ports` ports that were just reset.
    fn quiet(ports: u32) -> Ahci {
        let dev = (0..ports).map(|_| AhciPort::default()).collect();
        Ahci {
            dev,
            ports,
            ..Ahci::default()
        }
    }

    /// CVE-2013-4526.
    #[test]
    fn the_count_of_ports_is_the_destinations_own() {
        let bytes = save(&mut quiet(6), 1).unwrap();
        load(&mut quiet(6), &bytes, 1).unwrap();

        let mut other = bytes.clone();
        *other.last_mut().unwrap() = 5;
        let error = load(&mut quiet(6), &other, 1).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Mismatch, "6 != 5")
        );
    }

    #[test]
    fn a_halted_command_is_a_queued_one_in_its_own_slot() {
        let halted = |cmd, tag, slot| NcqState {
            tag,
            cmd,
            slot,
            used: true,
            halt: true,
            ..NcqState::default()
        };
        for (mut command, accepted) in [
            (halted(0x60, 3, 3), true),
            (halted(0x25, 3, 3), false),
            (halted(0x60, 3, 4), false),
            (
                NcqState {
                    halt: false,
                    ..halted(0x60, 3, 3)
                },
                false,
            ),
        ] {
            let bytes = save(&mut command, 1).unwrap();
            let result = load(&mut NcqState::default(), &bytes, 1);
            assert_eq!(result.is_ok(), accepted, "{result:?}");
        }
    }
}
