//! Where a count comes from: a field that was sent, or the target itself.
//!
//! A description says how many elements there were and not why. If they differ, and one number that stands earlier in the body
//! differs in the same way, that number is the count, and the target goes by the source's.

/// Numbers of a body that were read so far, outermost description first.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    read: Vec<Number>,
}

#[derive(Clone, Copy, Debug)]
struct Number {
    sent: u64,
    local: u64,
}

impl Numbers {
    /// A number that the source sent, and what the target's own stream has in its place.
    pub(super) fn note(&mut self, sent: u64, local: Option<u64>) {
        if let Some(local) = local.filter(|local| *local != sent) {
            self.read.push(Number { sent, local });
        }
    }

    /// How many there are, to come back to with [`Self::forget`].
    pub(super) fn len(&self) -> usize {
        self.read.len()
    }

    /// Drops what was read since there were `len`.
    pub(super) fn forget(&mut self, len: usize) {
        self.read.truncate(len);
    }

    /// Whether a number tells why the source has `sent` and the target `local` of something: once or several times the number.
    pub(super) fn explain(&self, sent: u64, local: u64) -> bool {
        self.read
            .iter()
            .rev()
            .any(|number| number.explains(sent, local))
    }
}

impl Number {
    fn explains(self, sent: u64, local: u64) -> bool {
        let times = match (self.sent, self.local) {
            (0, of) => local.checked_div(of),
            (of, _) => sent.checked_div(of),
        };
        let is = |number: u64, times: u64, total: u64| number.checked_mul(times) == Some(total);
        times.is_some_and(|times| {
            times > 0 && is(self.sent, times, sent) && is(self.local, times, local)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_differs_alike_is_the_count() {
        let mut numbers = Numbers::default();
        numbers.note(7, Some(7));
        numbers.note(3, Some(1));
        assert!(numbers.explain(3, 1));
        assert!(numbers.explain(12, 4));
        assert!(!numbers.explain(4, 1));
        assert!(!numbers.explain(7, 1));
        numbers.note(2, Some(0));
        assert!(numbers.explain(4, 0));
        numbers.forget(0);
        assert!(!numbers.explain(4, 0));
    }
}
