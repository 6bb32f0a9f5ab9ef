//! An array of pointers of which QEMU up to 9.1 describes only the first, a NULL: what the others point to, and how
//! many bytes they take, stands nowhere.

use crate::error::{ErrorKind, Result};
use crate::schema::Shape;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// All `COUNT` elements as they stand on the wire. They end `AFTER` bytes before the body does, so this is for the
/// outermost struct of a section whose end is known.
#[derive(Debug)]
pub enum Undescribed<const COUNT: usize, const AFTER: usize> {}

impl<const COUNT: usize, const AFTER: usize> Codec<Vec<u8>> for Undescribed<COUNT, AFTER> {
    const MIN_SIZE: usize = 1;
    const POINTERS: bool = true;

    fn shape() -> Shape {
        Shape::Unknown
    }

    fn save(bytes: &mut Vec<u8>, writer: &mut Writer) -> Result<()> {
        writer.bytes(bytes);
        Ok(())
    }

    fn load(bytes: &mut Vec<u8>, loader: &mut Loader<'_>) -> Result<()> {
        let left = loader.remaining();
        let Some(size) = left.checked_sub(AFTER) else {
            let message = format!("{left} bytes are left, and {AFTER} of them follow the pointers");
            return Err(loader.error(ErrorKind::Truncated, message));
        };
        *bytes = loader.bytes(size)?.to_vec();
        Ok(())
    }

    fn describe(bytes: &mut Vec<u8>, describer: &mut Describer) -> Result<()> {
        describer.undescribed(COUNT, bytes);
        Ok(())
    }
}
