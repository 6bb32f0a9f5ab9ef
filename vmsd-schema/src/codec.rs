//! How each type stands on the wire: one file per encoding, save and load side by side.
//!
//! | encoding | JSON type | bytes |
//! |---|---|---|
//! | [`Scalar`] | `bool`, `int8` … `uint64` | big-endian |
//! | [`Each`] | the element's | elements in order, no count |
//! | [`Boxed`] | the element's | as the element |
//! | [`Nested`], [`VStruct`], [`Tmp`] | `struct`, `vstruct`, `tmp` | fields, then subsections; no version |
//! | [`Nullable`], [`Marked`] | `nullptr`, `ptr-marker` | `'0'` for NULL; with markers `'1'` before each other |
//! | [`Buffer`] | `buffer` | raw |
//! | [`Bitmap`] | `bitmap` | words of 64 bits, big-endian |
//! | [`TimerDeadline`] | `timer` | be64 nanoseconds, all ones when not armed |
//! | [`Equal`], [`Int32Le`] | `… equal`, `int32 le` | as the scalar, checked |
//! | [`Selector`] | the integer's | as the integer; an enum in Rust |
//! | [`Qtailq`], [`Qlist`] | `qtailq`, `qlist` | 01 and an element, for each; 00 |
//! | [`Gtree`] | `gtree` | be32 count; 01, key and value, for each; 00 |
//! | [`ByteArray`] | `GByteArray` | be32 length and bytes |
//! | [`CpuDouble`] | `CPU_Double_U` | be64 of the double's bits |
//! | [`UnusedBytes`] | `unused_buffer` | zeros, ignored on load |
//! | [`PciConfig`] | `pci config` | 256 or 4096 raw bytes, checked |
//! | [`PciIrqState`] | `pci irq state` | be32 of 0 or 1 for each of four pins |
//! | [`Shpc`] | `shpc` | 160 raw bytes |
//! | [`Register`] | `cpsr`, `fpr` … | big-endian |
//! | [`TlbEntry`] | `tlb_entry`, `tlb entry` | fields of an entry of MIPS or PA-RISC |
//! | [`Capability`] | `capability` | a length byte and a name |
//! | [`UsbRedirParser`], [`UsbRedirPacketIds`], [`UsbRedirPackets`] | `usb-redir-…` | be32 count and what it counts |
//! | [`Opaque`] | any | bytes; the description tells how many |
//! | [`Undescribed`] | `struct` | bytes up to the end of the section |
//! | [`MsixState`] | `msix state` | 16 bytes for each vector, and a bit for each |
//! | [`Virtio`] | `virtio` | a bus, registers, queues, the device's own part, subsections |
//! | [`VirtioGpu`] | `virtio-gpu`, `blob` | resources one after the other, then screens |
//! | [`ScsiRequests`] | `scsi-requests` | a byte and a request, for each; 00 |
//! | [`KvmIrqs`] | `irqs` | be64 count and 72 bytes for each |
//! | [`BackEnd`] | `virtio-fs back-end state` … | be32 length and bytes, for each chunk; 0 |

mod array;
mod back_end;
mod bitmap;
mod buffer;
mod byte_array;
mod capability;
mod cpu_double;
mod equal;
mod kvm_irqs;
mod list;
mod msix_state;
mod nested;
mod opaque;
mod pci_config;
#[cfg(feature = "derive")]
mod pci_device;
mod pci_irq_state;
mod pointer;
pub mod register;
mod scalar;
#[cfg(feature = "derive")]
pub mod scsi_requests;
mod selector;
mod shpc;
mod timer;
mod tlb_entry;
mod tree;
mod undescribed;
mod unused;
mod usb_redir;
#[cfg(feature = "derive")]
pub mod virtio;
#[cfg(feature = "derive")]
pub mod virtio_gpu;

pub use array::{Boxed, Each};
pub use back_end::{BackEnd, FsBackEnd, NetBackEnd};
pub use bitmap::Bitmap;
pub use buffer::Buffer;
pub use byte_array::ByteArray;
pub use capability::Capability;
pub use cpu_double::CpuDouble;
pub use equal::{Equal, Int32Le};
pub use kvm_irqs::KvmIrqs;
pub use list::{Qlist, Qtailq};
pub use msix_state::{MsixState, MsixTable, MsixVector};
pub use nested::{Nested, Tmp, VStruct};
pub use opaque::{Opaque, TypeName};
pub use pci_config::PciConfig;
#[cfg(feature = "derive")]
pub use pci_device::PciDevice;
pub use pci_irq_state::PciIrqState;
pub use pointer::{Marked, Nullable, Pointer};
pub use register::Register;
pub use scalar::Scalar;
#[cfg(feature = "derive")]
pub use scsi_requests::ScsiRequests;
pub use selector::{Selector, Selects};
pub use shpc::Shpc;
pub use timer::{Timer, TimerDeadline};
pub use tlb_entry::{HppaTlb, MipsTlb, TlbEntry};
pub use tree::{Gtree, TreeKey};
pub use undescribed::Undescribed;
pub use unused::{Unused, UnusedBytes};
pub use usb_redir::{UsbRedirPacket, UsbRedirPacketIds, UsbRedirPackets, UsbRedirParser};
#[cfg(feature = "derive")]
pub use virtio::{Virtio, VirtioDevice};
#[cfg(feature = "derive")]
pub use virtio_gpu::VirtioGpu;
