//! The time-of-day clock of an s390 guest (`s390_tod_load`).

use super::{Flow, Live};
use crate::stream::input::{Input, Step};
use crate::wire::Writer;

/// `S390_TOD_CLOCK_VALUE_MISSING`
const MISSING: u8 = 0;

/// The body of a `todclock` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TodClock {
    /// The first byte: 0 where the source could not read its clock, else 1.
    pub mark: u8,
    /// The clock, unless it is missing: the epoch index and the 64 bits of the clock.
    pub value: Option<(u8, u64)>,
}

impl TodClock {
    pub(super) fn write(&self, out: &mut Writer) {
        out.u8(self.mark);
        if let Some((high, low)) = self.value {
            out.u8(high);
            out.u64(low);
        }
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>) -> Step<(Live<'a>, Flow)> {
    let mark = input.u8()?;
    let value = if mark == MISSING {
        None
    } else {
        Some((input.u8()?, input.u64()?))
    };
    Ok((Live::TodClock(TodClock { mark, value }), Flow::End))
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn a_clock_or_its_absence() {
        let clock = walk(Grammar::TodClock, &[1, 1, 0, 0, 0, 0, 0, 0, 0, 9]).unwrap();
        assert_eq!(
            clock,
            [Live::TodClock(TodClock {
                mark: 1,
                value: Some((1, 9))
            })]
        );
        let missing = walk(Grammar::TodClock, &[0, 0x7e]).unwrap();
        assert_eq!(
            missing,
            [Live::TodClock(TodClock {
                mark: 0,
                value: None
            })]
        );
    }
}
