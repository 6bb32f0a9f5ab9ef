//! Pairs of two lists that keep the order of both: the longest there are.

use crate::limits::MAX_ALIGNMENT_CELLS;

/// One step through two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// These two belong together.
    Both(usize, usize),
    /// Only the first list has it.
    Left(usize),
    /// Only the second list has it.
    Right(usize),
}

/// How far ahead a partner is looked for in lists that are too long for the table.
const WINDOW: usize = 32;

/// Pairs `left` with `right`. Equal beginnings and ends, the usual case, cost nothing.
pub(crate) fn align<A, B>(left: &[A], right: &[B], same: impl Fn(&A, &B) -> bool) -> Vec<Step> {
    let pairs = left.iter().zip(right);
    let head = pairs.take_while(|(a, b)| same(a, b)).count();
    let (left_rest, right_rest) = (
        left.get(head..).unwrap_or(&[]),
        right.get(head..).unwrap_or(&[]),
    );
    let pairs = left_rest.iter().rev().zip(right_rest.iter().rev());
    let tail = pairs.take_while(|(a, b)| same(a, b)).count();
    let left_mid = left_rest.get(..left_rest.len() - tail).unwrap_or(&[]);
    let right_mid = right_rest.get(..right_rest.len() - tail).unwrap_or(&[]);

    let mut steps: Vec<_> = (0..head).map(|at| Step::Both(at, at)).collect();
    let middle = if left_mid.len().saturating_mul(right_mid.len()) <= MAX_ALIGNMENT_CELLS {
        longest(left_mid, right_mid, &same)
    } else {
        nearby(left_mid, right_mid, &same)
    };
    steps.extend(middle.into_iter().map(|step| match step {
        Step::Both(a, b) => Step::Both(a + head, b + head),
        Step::Left(a) => Step::Left(a + head),
        Step::Right(b) => Step::Right(b + head),
    }));
    let ends = (left.len() - tail..left.len()).zip(right.len() - tail..right.len());
    steps.extend(ends.map(|(a, b)| Step::Both(a, b)));
    steps
}

fn longest<A, B>(left: &[A], right: &[B], same: &impl Fn(&A, &B) -> bool) -> Vec<Step> {
    let width = right.len() + 1;
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    let cell =
        |lengths: &[u32], a: usize, b: usize| lengths.get(a * width + b).copied().unwrap_or(0);
    for (a, item) in left.iter().enumerate().rev() {
        for (b, other) in right.iter().enumerate().rev() {
            let best = if same(item, other) {
                cell(&lengths, a + 1, b + 1) + 1
            } else {
                cell(&lengths, a + 1, b).max(cell(&lengths, a, b + 1))
            };
            if let Some(slot) = lengths.get_mut(a * width + b) {
                *slot = best;
            }
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut steps = Vec::new();
    loop {
        match (left.get(a), right.get(b)) {
            (None, None) => return steps,
            (Some(item), Some(other)) if same(item, other) => {
                steps.push(Step::Both(a, b));
                (a, b) = (a + 1, b + 1);
            }
            (Some(_), other)
                if other.is_none() || cell(&lengths, a + 1, b) >= cell(&lengths, a, b + 1) =>
            {
                steps.push(Step::Left(a));
                a += 1;
            }
            _ => {
                steps.push(Step::Right(b));
                b += 1;
            }
        }
    }
}

fn nearby<A, B>(left: &[A], right: &[B], same: &impl Fn(&A, &B) -> bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut b = 0;
    for (a, item) in left.iter().enumerate() {
        let ahead = right.iter().skip(b).take(WINDOW);
        match ahead.enumerate().find(|(_, other)| same(item, other)) {
            Some((distance, _)) => {
                steps.extend((b..b + distance).map(Step::Right));
                steps.push(Step::Both(a, b + distance));
                b += distance + 1;
            }
            None => steps.push(Step::Left(a)),
        }
    }
    steps.extend((b..right.len()).map(Step::Right));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(left: &str, right: &str, align: impl Fn(&[u8], &[u8]) -> Vec<Step>) -> String {
        let steps = align(left.as_bytes(), right.as_bytes());
        let text = |step: &Step| match step {
            Step::Both(a, b) => {
                assert_eq!(left.as_bytes()[*a], right.as_bytes()[*b]);
                format!("{}", char::from(left.as_bytes()[*a]))
            }
            Step::Left(a) => format!("-{}", char::from(left.as_bytes()[*a])),
            Step::Right(b) => format!("+{}", char::from(right.as_bytes()[*b])),
        };
        steps.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_longest_pairing_is_found() {
        let whole = |a: &[u8], b: &[u8]| align(a, b, |a, b| a == b);
        assert_eq!(show("abc", "abc", whole), "a b c");
        assert_eq!(show("abxc", "abyc", whole), "a b -x +y c");
        assert_eq!(show("", "ab", whole), "+a +b");
        assert_eq!(show("xabc", "abcx", whole), "-x a b c +x");
        assert_eq!(show("aab", "ab", whole), "a -a b");
    }

    #[test]
    fn long_lists_are_paired_nearby() {
        let near = |a: &[u8], b: &[u8]| nearby(a, b, &|a: &u8, b: &u8| a == b);
        assert_eq!(show("abxc", "abyc", near), "a b -x +y c");
        let long: Vec<_> = (0..3000).collect();
        let shifted: Vec<_> = (1..3001).rev().collect();
        assert!(align(&long, &shifted, |a, b| a == b).len() >= 3000);
    }
}
