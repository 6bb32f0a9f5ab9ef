//! What a redirected USB device has in flight (QEMU: hw/usb/redirect.c): the parser's own state, packets that wait, and
//! numbers of packets.

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// `usb-redir-parser`: be32 length, and bytes that libusbredirparser understands.
#[derive(Debug)]
pub enum UsbRedirParser {}

/// `usb-redir-packet-id-q`: be32 count, and a be64 for each.
#[derive(Debug)]
pub enum UsbRedirPacketIds {}

/// `usb-redir-bufpq`: be32 count; for each be32 length, be32 status, and the bytes.
#[derive(Debug)]
pub enum UsbRedirPackets {}

/// A packet that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsbRedirPacket {
    /// What became of it.
    pub status: u32,
    /// The rest of its bytes.
    pub data: Vec<u8>,
}

macro_rules! queues {
    ($($codec:ident, $value:ty, $name:literal;)*) => {$(
        impl Codec<$value> for $codec {
            const MIN_SIZE: usize = 4;

            fn shape() -> Shape {
                Shape::sized_by_value($name)
            }

            fn save(value: &mut $value, writer: &mut Writer) -> Result<()> {
                Self::write(value, writer)
            }

            fn load(value: &mut $value, loader: &mut Loader<'_>) -> Result<()> {
                *value = Self::read(loader)?;
                Ok(())
            }

            fn describe(value: &mut $value, describer: &mut Describer) -> Result<()> {
                let mut bytes = Writer::new();
                Self::write(value, &mut bytes)?;
                let bytes = bytes.into_bytes();
                describer.leaf($name, Value::Bytes(bytes.clone()), |writer| {
                    writer.bytes(&bytes);
                    Ok(())
                })
            }
        }
    )*};
}
queues! {
    UsbRedirParser, Vec<u8>, "usb-redir-parser";
    UsbRedirPacketIds, Vec<u64>, "usb-redir-packet-id-q";
    UsbRedirPackets, Vec<UsbRedirPacket>, "usb-redir-bufpq";
}

impl UsbRedirParser {
    fn write(bytes: &[u8], writer: &mut Writer) -> Result<()> {
        writer.u32(word(bytes.len())?);
        writer.bytes(bytes);
        Ok(())
    }

    fn read(loader: &mut Loader<'_>) -> Result<Vec<u8>> {
        let len = loader.u32()?;
        Ok(loader
            .bytes(usize::try_from(len).unwrap_or(usize::MAX))?
            .to_vec())
    }
}

impl UsbRedirPacketIds {
    fn write(ids: &[u64], writer: &mut Writer) -> Result<()> {
        writer.u32(word(ids.len())?);
        ids.iter().for_each(|id| writer.u64(*id));
        Ok(())
    }

    /// Memory follows the input: a count that lies ends at the input's end.
    fn read(loader: &mut Loader<'_>) -> Result<Vec<u64>> {
        (0..loader.u32()?).map(|_| loader.u64()).collect()
    }
}

impl UsbRedirPackets {
    fn write(packets: &[UsbRedirPacket], writer: &mut Writer) -> Result<()> {
        writer.u32(word(packets.len())?);
        for packet in packets {
            writer.u32(word(packet.data.len())?);
            writer.u32(packet.status);
            writer.bytes(&packet.data);
        }
        Ok(())
    }

    fn read(loader: &mut Loader<'_>) -> Result<Vec<UsbRedirPacket>> {
        let mut packets = Vec::new();
        for _ in 0..loader.u32()? {
            let len = loader.u32()?;
            let status = loader.u32()?;
            let data = loader
                .bytes(usize::try_from(len).unwrap_or(usize::MAX))?
                .to_vec();
            packets.push(UsbRedirPacket { status, data });
        }
        Ok(packets)
    }
}

fn word(len: usize) -> Result<u32> {
    u32::try_from(len).map_err(|_| {
        Error::new(
            ErrorKind::Count,
            format!("{len} does not fit a 32-bit count"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    #[test]
    fn packets_that_wait() {
        let bytes = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 7, 0xaa, 0xbb];
        let mut packets = Vec::new();
        let mut loader = Loader::new(Reader::new(&bytes));
        UsbRedirPackets::load(&mut packets, &mut loader).unwrap();
        loader.finish().unwrap();
        assert_eq!(
            packets,
            [UsbRedirPacket {
                status: 7,
                data: vec![0xaa, 0xbb]
            }]
        );
        let mut writer = Writer::new();
        UsbRedirPackets::save(&mut packets, &mut writer).unwrap();
        assert_eq!(writer.into_bytes(), bytes);
    }

    #[test]
    fn a_count_that_lies_ends_with_the_input() {
        for bytes in [
            [0xff, 0xff, 0xff, 0xff].as_slice(),
            &[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1],
        ] {
            let mut loader = Loader::new(Reader::new(bytes));
            let error = UsbRedirPacketIds::load(&mut Vec::new(), &mut loader).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated);
        }
    }
}
