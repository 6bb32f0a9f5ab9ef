//! An ARM processor, 32 or 64 bits: the registers that each has. What only some have is in subsections, by kind:
//! floating point, vectors, memory protection, microcontrollers, exceptions.

mod exception;
mod m_profile;
mod mpu;
mod vector;
mod vfp;
mod word;

use vmsd_schema::{Error, ErrorKind, Result, Timer, VmState};

use super::retired::Uint64Before6;
use word::{Count, Cpsr, PoweredOff};

/// The processor (`target/arm/machine.c`) as `qemu-system-aarch64` has it; the 32-bit target has no vectors.
#[derive(Default, VmState)]
#[vmstate(
    name = "cpu",
    version = 22,
    post_load = Self::post_load,
    prefix = "env."
)]
pub(crate) struct CpuArm {
    regs: [u32; 16],
    xregs: [u64; 32],
    pc: u64,
    #[vmstate(name = "cpsr", with = Cpsr)]
    cpsr: u32,
    spsr: u32,
    banked_spsr: [u64; 8],
    banked_r13: [u32; 8],
    banked_r14: [u32; 8],
    usr_regs: [u32; 5],
    fiq_regs: [u32; 5],
    elr_el: [u64; 4],
    sp_el: [u64; 4],

    /// Registers of the coprocessors, by number. CVE-2013-4531 was the lack of a bound of the count.
    #[vmstate(name = "cpreg_vmstate_array_len", with = Count, max = i32::MAX)]
    cpregs: i32,
    #[vmstate(name = "cpreg_vmstate_indexes", len = cpregs)]
    cpreg_indexes: Vec<u64>,
    #[vmstate(name = "cpreg_vmstate_values", len = cpregs)]
    cpreg_values: Vec<u64>,

    exclusive_addr: u64,
    exclusive_val: u64,
    exclusive_high: u64,
    /// What the processor can. Later versions know it.
    #[vmstate(with = Uint64Before6, renamed(Qemu7_2 = "unused"))]
    features: u64,
    #[vmstate(name = "env.exception.syndrome")]
    exception_syndrome: u32,
    #[vmstate(name = "env.exception.fsr")]
    exception_fsr: u32,
    #[vmstate(name = "env.exception.vaddress")]
    exception_vaddress: u64,
    #[vmstate(name = "gt_timer[0]", renamed(Qemu10_0 = "gt_timer[GTIMER_PHYS]"))]
    physical_timer: Timer,
    #[vmstate(name = "gt_timer[1]", renamed(Qemu10_0 = "gt_timer[GTIMER_VIRT]"))]
    virtual_timer: Timer,
    #[vmstate(name = "power_state", with = PoweredOff)]
    powered_off: bool,

    #[vmstate(subsection)]
    vfp: Option<vfp::Vfp>,
    #[vmstate(subsection)]
    iwmmxt: Option<vfp::Iwmmxt>,
    #[vmstate(subsection)]
    m: Option<m_profile::M>,
    #[vmstate(subsection)]
    thumb2ee: Option<exception::Thumb2Ee>,
    #[vmstate(subsection)]
    pmsav7_rnr: Option<mpu::Pmsav7Rnr>,
    #[vmstate(subsection)]
    pmsav7: Option<mpu::Pmsav7>,
    #[vmstate(subsection)]
    pmsav8: Option<mpu::Pmsav8>,
    #[vmstate(subsection)]
    m_security: Option<m_profile::MSecurity>,
    #[vmstate(subsection)]
    sve: Option<vector::Sve>,
    #[vmstate(subsection)]
    sme: Option<vector::Sme>,
    #[vmstate(subsection)]
    zt0: Option<vector::Zt0>,
    #[vmstate(subsection)]
    serror: Option<exception::Serror>,
    #[vmstate(subsection)]
    irq_line_state: Option<exception::IrqLineState>,
    #[vmstate(subsection)]
    wfxt_timer: Option<exception::WfxtTimer>,
    #[vmstate(subsection)]
    syndrome64: Option<exception::Syndrome64>,
    #[vmstate(subsection)]
    pstate64: Option<exception::ProcessState64>,
    #[vmstate(subsection)]
    event: Option<exception::Event>,
    #[vmstate(subsection)]
    fpmr: Option<vfp::Fpmr>,
}

impl CpuArm {
    /// The region that the registers show is one of the unit (`pmsav7_rgnr_vmstate_validate`). The two stand in
    /// different subsections.
    fn post_load(&mut self, _version: u32) -> Result<()> {
        let (Some(shown), Some(unit)) = (&self.pmsav7_rnr, &self.pmsav7) else {
            return Ok(());
        };
        if shown.rnr < unit.regions {
            return Ok(());
        }
        let (rnr, regions) = (shown.rnr, unit.regions);
        let message = format!("`rnr` is {rnr}, and the unit has {regions} regions");
        Err(Error::new(ErrorKind::Validation, message).inside("cpu/pmsav7-rnr"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save};

    #[test]
    fn cve_2013_4531_a_negative_count_of_registers_is_refused() {
        let mut cpu = CpuArm {
            cpregs: 1,
            cpreg_indexes: vec![7],
            cpreg_values: vec![8],
            ..CpuArm::default()
        };
        let mut bytes = save(&mut cpu, 22).unwrap();
        let mut loaded = CpuArm::default();
        load(&mut loaded, &bytes, 22).unwrap();
        assert_eq!(
            (loaded.cpreg_indexes, loaded.cpreg_values),
            (vec![7], vec![8])
        );

        let count = 64 + 256 + 8 + 4 + 4 + 64 + 32 + 32 + 20 + 20 + 32 + 32;
        bytes[count] = 0x80;
        let error = load(&mut CpuArm::default(), &bytes, 22).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bound);
        assert_eq!(error.path().as_str(), "cpreg_vmstate_array_len");
        bytes[count] = 0x7f;
        load(&mut CpuArm::default(), &bytes, 22).unwrap_err();
    }

    #[test]
    fn the_region_shown_is_one_of_the_unit() {
        let mut cpu = CpuArm {
            pmsav7_rnr: Some(mpu::Pmsav7Rnr { rnr: mpu::REGIONS }),
            pmsav7: Some(mpu::Pmsav7::default()),
            ..CpuArm::default()
        };
        let bytes = save(&mut cpu, 22).unwrap();
        let mut destination = CpuArm {
            pmsav7: Some(mpu::Pmsav7::default()),
            ..CpuArm::default()
        };
        let error = load(&mut destination, &bytes, 22).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation);
    }
}
