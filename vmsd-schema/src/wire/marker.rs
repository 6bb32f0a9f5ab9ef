//! The magic numbers of the format, under QEMU's names (`migration/savevm.h`, `migration/vmstate.c`).

/// `QEVM`, the first four bytes of a stream (`QEMU_VM_FILE_MAGIC`).
pub const FILE_MAGIC: u32 = 0x5145_564d;
/// The only version of the stream format that exists today (`QEMU_VM_FILE_VERSION`).
pub const FILE_VERSION: u32 = 3;
/// The version that QEMU names in a message of its own (`QEMU_VM_FILE_VERSION_COMPAT`).
pub const FILE_VERSION_COMPAT: u32 = 2;

/// `QEMU_VM_EOF`
pub const EOF: u8 = 0x00;
/// `QEMU_VM_SECTION_START`
pub const SECTION_START: u8 = 0x01;
/// `QEMU_VM_SECTION_PART`
pub const SECTION_PART: u8 = 0x02;
/// `QEMU_VM_SECTION_END`
pub const SECTION_END: u8 = 0x03;
/// `QEMU_VM_SECTION_FULL`
pub const SECTION_FULL: u8 = 0x04;
/// `QEMU_VM_SUBSECTION`
pub const SUBSECTION: u8 = 0x05;
/// `QEMU_VM_VMDESCRIPTION`
pub const VMDESCRIPTION: u8 = 0x06;
/// `QEMU_VM_CONFIGURATION`
pub const CONFIGURATION: u8 = 0x07;
/// `QEMU_VM_COMMAND`
pub const COMMAND: u8 = 0x08;
/// `QEMU_VM_SECTION_FOOTER`
pub const SECTION_FOOTER: u8 = 0x7e;

/// A NULL pointer in an array of pointers (`VMS_NULLPTR_MARKER`).
pub const NULL_POINTER: u8 = b'0';
/// A pointer that is there, in arrays that mark every element (11.x: `VMS_MARKER_PTR_VALID`).
pub const VALID_POINTER: u8 = b'1';
