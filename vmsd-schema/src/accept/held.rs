//! Numbers that the fields of one table hold, by name: how many elements a later field of the same table has may be one of them.
//!
//! A description says how many elements there were when it was written. QEMU goes by the number on the wire, even where the two differ.

use crate::compat::Knowledge;
use crate::wire::Reader;

/// Fields of a table that were read so far.
#[derive(Debug)]
pub(super) struct Held<'d, 'b> {
    vmsd: &'d str,
    values: Vec<Value<'d, 'b>>,
}

#[derive(Clone, Copy, Debug)]
struct Value<'d, 'b> {
    name: &'d str,
    came: &'b [u8],
    /// What the target's own stream has in its place.
    own: Option<&'b [u8]>,
}

impl<'d, 'b> Held<'d, 'b> {
    /// Of a table of which nothing was read.
    pub(super) fn new(vmsd: &'d str) -> Self {
        Self {
            vmsd,
            values: Vec::new(),
        }
    }

    /// The field `name`, which was read between the two places, and which the target has as `own`.
    pub(super) fn note(
        &mut self,
        name: &'d str,
        own: Option<&'b [u8]>,
        before: &Reader<'b>,
        after: &Reader<'b>,
    ) {
        let len = usize::try_from(after.offset() - before.offset());
        if let Some(came) = len.ok().and_then(|len| before.clone().bytes(len).ok()) {
            self.values.push(Value { name, came, own });
        }
    }

    /// What a field held.
    pub(super) fn bytes(&self, name: &str) -> Option<&'b [u8]> {
        self.find(|held| held == name).map(|value| value.came)
    }

    /// What the target has in a field.
    pub(super) fn own(&self, name: &str) -> Option<&'b [u8]> {
        self.find(|held| held == name)?.own
    }

    /// What the target has in the last of the fields of that name, which may have an index behind it.
    pub(super) fn last_own(&self, name: &str) -> Option<&'b [u8]> {
        self.find(|held| held.split('[').next() == Some(name))?.own
    }

    /// The number that a field held.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.bytes(name).and_then(number)
    }

    /// How many elements the field `name` has, where the table's author says that a field before it holds that.
    pub(super) fn count(&self, knowledge: &Knowledge<'_>, name: &str) -> Option<u64> {
        let (by, times) = knowledge.counted(self.vmsd, name)?;
        let count = elements(self.find(|held| by.is_called(held))?.came)?;
        Some(count.saturating_mul(times))
    }

    fn find(&self, is: impl Fn(&str) -> bool) -> Option<Value<'d, 'b>> {
        let mut held = self.values.iter().rev();
        held.find(|value| is(value.name)).copied()
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    let add = |number, byte: &u8| number << 8 | u64::from(*byte);
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, add))
}

/// As QEMU counts, in an `int`: what is negative in it is no element at all (`vmstate_n_elems`).
fn elements(bytes: &[u8]) -> Option<u64> {
    let number = number(bytes)?;
    match bytes.len() {
        1 | 2 => Some(number),
        4 => Some(i32::try_from(number).map_or(0, |count| count as u64)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_an_int() {
        assert_eq!(elements(&[200]), Some(200));
        assert_eq!(elements(&[0xff, 0xff]), Some(0xffff));
        assert_eq!(elements(&[0x7f, 0xff, 0xff, 0xff]), Some(0x7fff_ffff));
        assert_eq!(elements(&[0x80, 0, 0, 0]), Some(0));
        assert_eq!(elements(&[0; 8]), None);
    }

    #[test]
    fn what_was_read_last_counts() {
        let bytes = [1, 0, 2];
        let at = |place| {
            let mut reader = Reader::new(&bytes);
            reader.skip(place).expect("that many there are");
            reader
        };
        let mut held = Held::new("t");
        held.note("a", None, &at(0), &at(1));
        assert_eq!(held.number("a"), Some(1));
        held.note("a", None, &at(1), &at(3));
        assert_eq!((held.number("a"), held.number("b")), (Some(2), None));
    }
}
