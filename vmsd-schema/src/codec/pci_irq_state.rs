//! The levels of a PCI device's four interrupt pins (`vmstate_info_pci_irq_state`).

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// be32 of 0 or 1 for each of INTA to INTD.
#[derive(Debug)]
pub enum PciIrqState {}

impl Codec<[bool; 4]> for PciIrqState {
    const MIN_SIZE: usize = 16;

    fn shape() -> Shape {
        Shape::leaf("pci irq state", 16)
    }

    fn save(pins: &mut [bool; 4], writer: &mut Writer) -> Result<()> {
        for level in pins {
            writer.u32(u32::from(*level));
        }
        Ok(())
    }

    fn load(pins: &mut [bool; 4], loader: &mut Loader<'_>) -> Result<()> {
        for (pin, level) in pins.iter_mut().enumerate() {
            let at = loader.offset();
            *level = match loader.u32()? {
                0 => false,
                1 => true,
                other => {
                    let message = format!("irq state {other}: must be 0 or 1");
                    return Err(Error::at(ErrorKind::Validation, at, message).inside_index(pin));
                }
            };
        }
        Ok(())
    }

    fn describe(pins: &mut [bool; 4], describer: &mut Describer) -> Result<()> {
        let bytes = pins
            .iter()
            .flat_map(|level| u32::from(*level).to_be_bytes())
            .collect();
        describer.leaf("pci irq state", Value::Bytes(bytes), |writer| {
            Self::save(pins, writer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    #[test]
    fn a_pin_is_high_or_low() {
        let bytes = [[0, 0, 0, 1], [0; 4], [0, 0, 0, 1], [0; 4]].concat();
        let mut pins = [false; 4];
        PciIrqState::load(&mut pins, &mut Loader::new(Reader::new(&bytes))).unwrap();
        assert_eq!(pins, [true, false, true, false]);
        let mut writer = Writer::new();
        PciIrqState::save(&mut pins, &mut writer).unwrap();
        assert_eq!(writer.into_bytes(), bytes);

        let bytes = [[0; 4], [0, 0, 0, 2], [0; 4], [0; 4]].concat();
        let error =
            PciIrqState::load(&mut pins, &mut Loader::new(Reader::new(&bytes))).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (ErrorKind::Validation, Some(4))
        );
    }
}
