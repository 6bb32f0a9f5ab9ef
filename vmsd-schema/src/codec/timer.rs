//! Timers (`vmstate_info_timer`): the deadline in nanoseconds of the virtual clock.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Field, Loader};
use crate::wire::Writer;

/// The deadline of a timer, or that it is not armed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timer {
    /// Nanoseconds of the virtual clock.
    pub deadline: Option<u64>,
}

impl Field for Timer {
    type Codec = TimerDeadline;
}

/// be64; all ones is a timer that is not armed.
#[derive(Debug)]
pub enum TimerDeadline {}

impl Codec<Timer> for TimerDeadline {
    const MIN_SIZE: usize = 8;

    fn shape() -> Shape {
        Shape::leaf("timer", 8)
    }

    #[inline]
    fn save(value: &mut Timer, writer: &mut Writer) -> Result<()> {
        writer.u64(value.deadline.unwrap_or(u64::MAX));
        Ok(())
    }

    #[inline]
    fn load(value: &mut Timer, loader: &mut Loader<'_>) -> Result<()> {
        let deadline = loader.u64()?;
        value.deadline = (deadline != u64::MAX).then_some(deadline);
        Ok(())
    }

    fn describe(value: &mut Timer, describer: &mut Describer) -> Result<()> {
        let shown = Value::Uint {
            bits: 64,
            value: value.deadline.unwrap_or(u64::MAX),
        };
        describer.leaf("timer", shown, |writer| Self::save(value, writer))
    }
}

impl Codec<i64> for TimerDeadline {
    const MIN_SIZE: usize = 8;

    fn shape() -> Shape {
        Shape::leaf("timer", 8)
    }

    fn save(value: &mut i64, writer: &mut Writer) -> Result<()> {
        writer.bytes(&value.to_be_bytes());
        Ok(())
    }

    fn load(value: &mut i64, loader: &mut Loader<'_>) -> Result<()> {
        *value = i64::from_be_bytes(loader.array()?);
        Ok(())
    }

    fn describe(value: &mut i64, describer: &mut Describer) -> Result<()> {
        let shown = Value::Uint {
            bits: 64,
            value: u64::from_be_bytes(value.to_be_bytes()),
        };
        describer.leaf("timer", shown, |writer| Self::save(value, writer))
    }
}
