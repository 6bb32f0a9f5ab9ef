//! A PCI device's configuration space (`vmstate_info_pci_config`): 256 raw bytes, 4096 for PCI Express.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// The bytes. What identifies the device must equal the bytes already there.
#[derive(Debug)]
pub enum PciConfig {}

/// Offset and bits of the header that QEMU compares for every device (`pci_init_cmask`). It compares more where a
/// device marks more, such as the layout of its capabilities; only the device knows those.
const COMPARED: [(usize, u8); 11] = [
    (0x00, 0xff), // vendor
    (0x01, 0xff),
    (0x02, 0xff), // device
    (0x03, 0xff),
    (0x06, 0x10), // status: whether there are capabilities
    (0x08, 0xff), // revision
    (0x09, 0xff), // class
    (0x0a, 0xff),
    (0x0b, 0xff),
    (0x0e, 0xff), // header type
    (0x34, 0xff), // the first capability
];

impl<const N: usize> Codec<[u8; N]> for PciConfig {
    const MIN_SIZE: usize = N;

    fn shape() -> Shape {
        Shape::leaf("pci config", N as u64)
    }

    fn save(config: &mut [u8; N], writer: &mut Writer) -> Result<()> {
        writer.bytes(config);
        Ok(())
    }

    fn load(config: &mut [u8; N], loader: &mut Loader<'_>) -> Result<()> {
        let start = loader.offset();
        let incoming: [u8; N] = loader.array()?;
        if let Some((at, read, device)) = first_difference(&incoming, config) {
            loader
                .expect(start + at as u64, false, || {
                    format!("bad config data: i={at:#x} read: {read:x} device: {device:x}")
                })
                .map_err(|error| error.cite("4.4"))?;
        }
        *config = incoming;
        Ok(())
    }

    fn describe(config: &mut [u8; N], describer: &mut Describer) -> Result<()> {
        describer.leaf("pci config", Value::Bytes(config.to_vec()), |writer| {
            Self::save(config, writer)
        })
    }
}

/// The first compared byte that differs: where, what came, what the device has.
fn first_difference(incoming: &[u8], config: &[u8]) -> Option<(usize, u8, u8)> {
    COMPARED.into_iter().find_map(|(at, mask)| {
        let (read, device) = (*incoming.get(at)?, *config.get(at)?);
        ((read ^ device) & mask != 0).then_some((at, read, device))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vmstate::Inspection;
    use crate::wire::Reader;
    use crate::ErrorKind;

    const I440FX: [u8; 4] = [0x86, 0x80, 0x37, 0x12];

    fn config(id: [u8; 4]) -> [u8; 256] {
        std::array::from_fn(|at| id.get(at).copied().unwrap_or(0))
    }

    #[test]
    fn another_device_is_refused_and_adopted_in_inspect() {
        let incoming = config(I440FX);
        let mut here = config([0x86, 0x80, 0xc0, 0x29]);

        let mut loader = Loader::new(Reader::new(&incoming));
        let error = PciConfig::load(&mut here, &mut loader).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert_eq!(error.offset(), Some(2));
        assert!(
            error.to_string().contains("i=0x2 read: 37 device: c0"),
            "{error}"
        );

        let mut inspection = Inspection::default();
        let mut loader = Loader::inspect(Reader::new(&incoming), &mut inspection);
        PciConfig::load(&mut here, &mut loader).unwrap();
        assert_eq!(here, incoming);
        assert_eq!(loader.notes().len(), 1);
    }

    #[test]
    fn what_the_guest_writes_is_not_compared() {
        let mut here = config(I440FX);
        let mut incoming = here;
        (incoming[0x04], incoming[0x10], incoming[0x3c]) = (0x07, 0xe1, 11); // command, BAR 0, interrupt line
        let mut loader = Loader::new(Reader::new(&incoming));
        PciConfig::load(&mut here, &mut loader).unwrap();
        assert_eq!(here, incoming);
    }
}
