//! Interrupts that KVM holds back on s390x (`kvm_flic_save`).

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// Be64 count, and the host's struct for each.
#[derive(Debug)]
pub enum KvmIrqs {}

/// Bytes of `struct kvm_s390_irq`.
const IRQ: usize = 72;

impl Codec<Vec<[u8; IRQ]>> for KvmIrqs {
    const MIN_SIZE: usize = 8;

    fn shape() -> Shape {
        Shape::sized_by_value("irqs")
    }

    fn save(irqs: &mut Vec<[u8; IRQ]>, writer: &mut Writer) -> Result<()> {
        writer.u64(irqs.len() as u64);
        irqs.iter().for_each(|irq| writer.bytes(irq));
        Ok(())
    }

    /// Memory follows the input: a count that lies ends at the input's end.
    fn load(irqs: &mut Vec<[u8; IRQ]>, loader: &mut Loader<'_>) -> Result<()> {
        irqs.clear();
        for _ in 0..loader.u64()? {
            irqs.push(loader.array()?);
        }
        Ok(())
    }

    fn describe(irqs: &mut Vec<[u8; IRQ]>, describer: &mut Describer) -> Result<()> {
        let mut bytes = Writer::new();
        Self::save(irqs, &mut bytes)?;
        let bytes = bytes.into_bytes();
        describer.leaf("irqs", Value::Bytes(bytes.clone()), |writer| {
            writer.bytes(&bytes);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;
    use crate::ErrorKind;

    #[test]
    fn a_count_that_lies_ends_where_the_input_does() {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 1];
        bytes.extend([7; IRQ]);
        let mut irqs = Vec::new();
        let mut loader = Loader::new(Reader::new(&bytes));
        KvmIrqs::load(&mut irqs, &mut loader).unwrap();
        assert_eq!(irqs, [[7; IRQ]]);
        let mut writer = Writer::new();
        KvmIrqs::save(&mut irqs, &mut writer).unwrap();
        assert_eq!(writer.into_bytes(), bytes);

        // QEMU's mark of a failed save.
        let failed = [0xff; 8 + IRQ];
        let mut loader = Loader::new(Reader::new(&failed));
        let error = KvmIrqs::load(&mut irqs, &mut loader).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }
}
