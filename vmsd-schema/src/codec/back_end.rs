//! The state of a vhost-user back end (`vhost_save_backend_state`): bytes that another process understands, in chunks.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

use super::TypeName;

/// Be32 length and bytes, for each chunk; a length of zero behind the last. `N` says what the JSON calls it.
#[derive(Debug)]
pub struct BackEnd<N>(std::marker::PhantomData<N>);

/// `virtio-fs back-end state`, of `vhost-user-fs`.
#[derive(Debug)]
pub enum FsBackEnd {}

impl TypeName for FsBackEnd {
    const TYPE_NAME: &'static str = "virtio-fs back-end state";
}

/// `virtio-net vhost-user backend state`, of `virtio-net`.
#[derive(Debug)]
pub enum NetBackEnd {}

impl TypeName for NetBackEnd {
    const TYPE_NAME: &'static str = "virtio-net vhost-user backend state";
}

impl<N: TypeName> Codec<Vec<Vec<u8>>> for BackEnd<N> {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        Shape::sized_by_value(N::TYPE_NAME)
    }

    fn save(chunks: &mut Vec<Vec<u8>>, writer: &mut Writer) -> Result<()> {
        for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
            // A chunk came with a length of 32 bits, or is one that a person made.
            for piece in chunk.chunks(1 << 30) {
                writer.u32(u32::try_from(piece.len()).unwrap_or(u32::MAX));
                writer.bytes(piece);
            }
        }
        writer.u32(0);
        Ok(())
    }

    fn load(chunks: &mut Vec<Vec<u8>>, loader: &mut Loader<'_>) -> Result<()> {
        chunks.clear();
        loop {
            let len = usize::try_from(loader.u32()?).unwrap_or(usize::MAX);
            if len == 0 {
                return Ok(());
            }
            chunks.push(loader.bytes(len)?.to_vec());
        }
    }

    fn describe(chunks: &mut Vec<Vec<u8>>, describer: &mut Describer) -> Result<()> {
        let value = Value::Bytes(chunks.concat());
        describer.leaf(N::TYPE_NAME, value, |writer| Self::save(chunks, writer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;
    use crate::ErrorKind;

    type Fs = BackEnd<FsBackEnd>;

    fn load(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
        let mut chunks = Vec::new();
        let mut loader = Loader::new(Reader::new(bytes));
        Fs::load(&mut chunks, &mut loader)?;
        loader.finish()?;
        Ok(chunks)
    }

    #[test]
    fn chunks_go_there_and_back() {
        let bytes = [0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9, 0, 0, 0, 0];
        let mut chunks = load(&bytes).unwrap();
        assert_eq!(chunks, [vec![7, 8], vec![9]]);
        let mut writer = Writer::new();
        Fs::save(&mut chunks, &mut writer).unwrap();
        assert_eq!(writer.into_bytes(), bytes);
        assert_eq!(load(&[0, 0, 0, 0]).unwrap(), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_chunk_is_no_longer_than_the_input() {
        let error = load(&[0xff, 0xff, 0xff, 0xff, 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }
}
