//! The port through which firmware reads its configuration.

use vmsd_schema::codec::Scalar;
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Result, Value, VmState};

/// No entry is chosen (`FW_CFG_INVALID`).
const NO_ENTRY: u16 = 0xffff;
/// The bits of a selector that count entries (`FW_CFG_ENTRY_MASK`).
const ENTRY_MASK: u16 = 0x3fff;
/// The selector of the first file (`FW_CFG_FILE_FIRST`).
const FILE_FIRST: u16 = 0x20;

/// The configuration device (`hw/nvram/fw_cfg.c`).
#[derive(VmState)]
#[vmstate(name = "fw_cfg", version = 2, minimum_version = 1, default)]
#[vmstate(pre_save = Self::pre_save, post_load = Self::post_load)]
pub(crate) struct FwCfg {
    /// Chooses an entry of a table that has as many as there are slots.
    #[vmstate(validate = Self::entry_exists)]
    cur_entry: u16,
    /// Version 1 had 16 bits of the offset.
    #[vmstate(name = "cur_offset", with = Uint32AsUint16, exists = Self::is_version_1)]
    cur_offset_16: u16,
    #[vmstate(since = 2)]
    cur_offset: u32,
    /// Property `x-file-slots`.
    #[vmstate(skip, default = 0x20)]
    file_slots: u16,
    #[vmstate(subsection)]
    dma: Option<FwCfgDma>,
    #[vmstate(subsection)]
    acpi_mr: Option<FwCfgAcpiMr>,
}

impl FwCfg {
    fn is_version_1(&self, version: u32) -> bool {
        version == 1
    }

    /// `fw_cfg_select` lets a guest choose no other; a stream must not either.
    fn entry_exists(&self, _version: u32) -> bool {
        self.cur_entry == NO_ENTRY || self.cur_entry & ENTRY_MASK < FILE_FIRST + self.file_slots
    }

    fn pre_save(&mut self) -> Result<()> {
        self.cur_offset_16 = u16::try_from(self.cur_offset).unwrap_or(u16::MAX);
        Ok(())
    }

    fn post_load(&mut self, version: u32) -> Result<()> {
        if self.is_version_1(version) {
            self.cur_offset = self.cur_offset_16.into();
        }
        Ok(())
    }
}

/// Sent where the device has its DMA interface. QEMU gives it no version, which is version 0.
#[derive(Default, VmState)]
#[vmstate(name = "fw_cfg/dma", version = 0)]
struct FwCfgDma {
    dma_addr: u64,
}

/// Sizes of the memory regions that hold the ACPI tables.
#[derive(Default, VmState)]
#[vmstate(name = "fw_cfg/acpi_mr", version = 1)]
struct FwCfgAcpiMr {
    table_mr_size: u64,
    linker_mr_size: u64,
    rsdp_mr_size: u64,
}

/// A 32-bit field that was sent in 16 (`vmstate_hack_uint32_as_uint16`): be16 with a name of its own.
enum Uint32AsUint16 {}

impl Codec<u16> for Uint32AsUint16 {
    const MIN_SIZE: usize = 2;

    fn shape() -> Shape {
        Shape::leaf("int32_as_uint16", 2)
    }

    fn save(value: &mut u16, writer: &mut Writer) -> Result<()> {
        Scalar::save(value, writer)
    }

    fn load(value: &mut u16, loader: &mut Loader<'_>) -> Result<()> {
        Scalar::load(value, loader)
    }

    fn describe(value: &mut u16, describer: &mut Describer) -> Result<()> {
        let shown = Value::Uint {
            bits: 16,
            value: u64::from(*value),
        };
        describer.leaf("int32_as_uint16", shown, |writer| Self::save(value, writer))
    }
}
