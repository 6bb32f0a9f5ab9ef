//! A guest that runs guests itself.

use vmsd_schema::{Error, ErrorKind, Result, VmState};

/// Nested paging of a TCG guest. QEMU's name has the letters in this order.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/svn_npt", version = 1, prefix = "env.")]
pub(super) struct SvmNpt {
    nested_cr3: u64,
    nested_pg_mode: u32,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/svm_guest", version = 1, prefix = "env.")]
pub(super) struct SvmGuest {
    int_ctl: u32,
}

/// What KVM keeps of a nested guest.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/nested_state", version = 1, prefix = "env.", post_load = Self::post_load)]
pub(super) struct NestedState {
    nested_state: Box<KvmNestedState>,
}

/// `struct kvm_nested_state` of Linux, by parts.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/kvm_nested_state", version = 1)]
struct KvmNestedState {
    flags: u16,
    format: u16,
    size: u32,
    #[vmstate(subsection)]
    vmx: Option<Vmx>,
    #[vmstate(subsection)]
    svm: Option<Svm>,
}

impl NestedState {
    /// `nested_state_post_load`, as far as it does not ask the kernel.
    fn post_load(&mut self, _version: u32) -> Result<()> {
        const HEADER: u32 = 128;
        const VMX: u16 = 0;
        const SVM: u16 = 1;
        let KvmNestedState { size, format, .. } = *self.nested_state;
        if size < HEADER {
            return Err(invalid(format!(
                "received nested state size less than min: len={size}, min={HEADER}"
            )));
        }
        if ![VMX, SVM].contains(&format) {
            return Err(invalid(format!(
                "received invalid nested state format: {format}"
            )));
        }
        Ok(())
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::Validation, message)
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/kvm_nested_state/vmx", version = 1)]
struct Vmx {
    #[vmstate(name = "hdr.vmx.vmxon_pa")]
    vmxon_pa: u64,
    #[vmstate(name = "hdr.vmx.vmcs12_pa")]
    vmcs12_pa: u64,
    #[vmstate(name = "hdr.vmx.smm.flags")]
    smm_flags: u16,
    #[vmstate(subsection)]
    vmcs12: Option<Vmcs12>,
    #[vmstate(subsection)]
    shadow_vmcs12: Option<ShadowVmcs12>,
}

#[derive(VmState)]
#[vmstate(name = "cpu/kvm_nested_state/vmx/vmcs12", version = 1, default)]
struct Vmcs12 {
    #[vmstate(name = "data.vmx[0].vmcs12")]
    vmcs12: Box<[u8; 4096]>,
}

#[derive(VmState)]
#[vmstate(name = "cpu/kvm_nested_state/vmx/shadow_vmcs12", version = 1, default)]
struct ShadowVmcs12 {
    #[vmstate(name = "data.vmx[0].shadow_vmcs12")]
    shadow_vmcs12: Box<[u8; 4096]>,
}

#[derive(VmState)]
#[vmstate(name = "cpu/kvm_nested_state/svm", version = 1, default)]
struct Svm {
    #[vmstate(name = "hdr.svm.vmcb_pa")]
    vmcb_pa: u64,
    #[vmstate(name = "data.svm[0].vmcb12")]
    vmcb12: Box<[u8; 4096]>,
}
