//! Entries of translation buffers that a processor's own code saves: MIPS (`vmstate_info_tlb`, 32 or 36 bytes) and
//! PA-RISC (`vmstate_tlb_entry`, 32 bytes).

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// An entry of MIPS. The page number takes 4 bytes for a 32-bit target, 8 for a 64-bit one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MipsTlb<Vpn> {
    /// The virtual page number.
    pub vpn: Vpn,
    /// Bits of the page number that are not compared.
    pub page_mask: u32,
    /// The address space.
    pub asid: u16,
    /// The address space, where the wider kind is in use.
    pub mmid: u32,
    /// Global, and for each of two pages: cache attributes, valid, dirty, read and execute inhibit.
    pub flags: u16,
    /// The physical pages, even and odd.
    pub pfn: [u64; 2],
}

/// An entry of PA-RISC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HppaTlb {
    /// The first virtual address.
    pub start: u64,
    /// The last one.
    pub last: u64,
    /// The physical address.
    pub pa: u64,
    /// The entry's second word, as the architecture has it.
    pub word: u64,
}

/// The entry, field after field.
#[derive(Debug)]
pub enum TlbEntry {}

macro_rules! mips {
    ($($vpn:ident, $bytes:literal;)*) => {$(
        impl Codec<MipsTlb<$vpn>> for TlbEntry {
            const MIN_SIZE: usize = $bytes;

            fn shape() -> Shape {
                Shape::leaf("tlb_entry", $bytes)
            }

            fn save(entry: &mut MipsTlb<$vpn>, writer: &mut Writer) -> Result<()> {
                writer.bytes(&entry.vpn.to_be_bytes());
                writer.u32(entry.page_mask);
                writer.u16(entry.asid);
                writer.u32(entry.mmid);
                writer.u16(entry.flags);
                let [even, odd] = entry.pfn;
                writer.u64(even);
                writer.u64(odd);
                Ok(())
            }

            fn load(entry: &mut MipsTlb<$vpn>, loader: &mut Loader<'_>) -> Result<()> {
                *entry = MipsTlb {
                    vpn: $vpn::from_be_bytes(loader.array()?),
                    page_mask: loader.u32()?,
                    asid: loader.u16()?,
                    mmid: loader.u32()?,
                    flags: loader.u16()?,
                    pfn: [loader.u64()?, loader.u64()?],
                };
                Ok(())
            }

            fn describe(entry: &mut MipsTlb<$vpn>, describer: &mut Describer) -> Result<()> {
                let mut bytes = Writer::new();
                Self::save(entry, &mut bytes)?;
                let bytes = Value::Bytes(bytes.into_bytes());
                describer.leaf("tlb_entry", bytes, |writer| Self::save(entry, writer))
            }
        }
    )*};
}
mips! {
    u32, 32;
    u64, 36;
}

impl Codec<HppaTlb> for TlbEntry {
    const MIN_SIZE: usize = 32;

    fn shape() -> Shape {
        Shape::leaf("tlb entry", 32)
    }

    fn save(entry: &mut HppaTlb, writer: &mut Writer) -> Result<()> {
        let HppaTlb {
            start,
            last,
            pa,
            word,
        } = *entry;
        [start, last, pa, word]
            .into_iter()
            .for_each(|part| writer.u64(part));
        Ok(())
    }

    fn load(entry: &mut HppaTlb, loader: &mut Loader<'_>) -> Result<()> {
        *entry = HppaTlb {
            start: loader.u64()?,
            last: loader.u64()?,
            pa: loader.u64()?,
            word: loader.u64()?,
        };
        Ok(())
    }

    fn describe(entry: &mut HppaTlb, describer: &mut Describer) -> Result<()> {
        let mut bytes = Writer::new();
        Self::save(entry, &mut bytes)?;
        let bytes = Value::Bytes(bytes.into_bytes());
        describer.leaf("tlb entry", bytes, |writer| Self::save(entry, writer))
    }
}
