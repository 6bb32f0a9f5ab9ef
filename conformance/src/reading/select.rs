//! Which devices of a stream a user means by a word.
//!
//! A word means the devices of that idstr, or else of that description or last part of the path, or else those that it
//! matches as a pattern with `*` and `?`.

/// The names that a device answers to.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The section's idstr.
    pub idstr: &'a str,
    /// The name of its description.
    pub vmsd: Option<&'a str>,
}

/// For each device whether one of `words` means it; all, where there are none.
///
/// # Errors
/// A sentence about the first word that means no device, with names that are near it.
pub fn select(words: &[String], devices: &[Names<'_>]) -> Result<Vec<bool>, String> {
    let mut chosen = vec![words.is_empty(); devices.len()];
    for word in words {
        let meant = meant_by(word, devices);
        if !meant.contains(&true) {
            return Err(unknown(word, devices));
        }
        for (chosen, meant) in chosen.iter_mut().zip(meant) {
            *chosen |= meant;
        }
    }
    Ok(chosen)
}

/// The closest way of meaning decides: an exact name hides patterns.
fn meant_by(word: &str, devices: &[Names<'_>]) -> Vec<bool> {
    let last_part = |names: &Names<'_>| names.idstr.rsplit('/').next() == Some(word);
    let pattern = |names: &Names<'_>| {
        matches(word, names.idstr)
            || matches(&format!("*/{word}"), names.idstr)
            || names.vmsd.is_some_and(|vmsd| matches(word, vmsd))
    };
    let ways: [&dyn Fn(&Names<'_>) -> bool; 3] = [
        &|names| names.idstr == word,
        &|names| names.vmsd == Some(word) || last_part(names),
        &pattern,
    ];
    let mut meant = Vec::new();
    for way in ways {
        meant = devices.iter().map(way).collect();
        if meant.contains(&true) {
            break;
        }
    }
    meant
}

/// Whether `text` is as `pattern` says: `*` for anything, `?` for one character.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and the text behind what it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(character) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(expected) if expected == character || *expected == '?' => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|character| *character == '*'))
}

fn unknown(word: &str, devices: &[Names<'_>]) -> String {
    let mut near: Vec<(usize, &str)> = Vec::new();
    for names in devices {
        let last = names.idstr.rsplit('/').next().unwrap_or(names.idstr);
        let distance = distance(word, names.idstr).min(distance(word, last));
        let alike = distance <= 1 + word.len() / 3
            || names.idstr.to_lowercase().contains(&word.to_lowercase());
        if alike && !near.iter().any(|(_, name)| *name == names.idstr) {
            near.push((distance, names.idstr));
        }
    }
    near.sort_unstable();
    if near.is_empty() {
        let mut all: Vec<&str> = devices.iter().map(|names| names.idstr).collect();
        all.sort_unstable();
        all.dedup();
        return format!("no device `{word}`; there are {}", all.join(", "));
    }
    let near: Vec<&str> = near.into_iter().map(|(_, name)| name).take(8).collect();
    format!("no device `{word}`; similar: {}", near.join(", "))
}

/// Letters to change, insert or leave out between two names (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut last = i + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            *cell = (diagonal + usize::from(left != *right))
                .min(above + 1)
                .min(last + 1);
            diagonal = above;
            last = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: [Names<'static>; 4] = [
        Names {
            idstr: "timer",
            vmsd: Some("timer"),
        },
        Names {
            idstr: "0000:00:01.1/ide",
            vmsd: Some("ide"),
        },
        Names {
            idstr: "0000:00:03.0/e1000",
            vmsd: Some("e1000"),
        },
        Names {
            idstr: "0000:00:04.0/e1000",
            vmsd: Some("e1000"),
        },
    ];

    fn chosen(word: &str) -> Result<Vec<bool>, String> {
        select(&[word.to_owned()], &DEVICES)
    }

    #[test]
    fn a_word_is_an_idstr_a_description_or_a_pattern() {
        assert_eq!(
            chosen("0000:00:03.0/e1000").unwrap(),
            [false, false, true, false]
        );
        assert_eq!(chosen("e1000").unwrap(), [false, false, true, true]);
        assert_eq!(chosen("*:01.?/*").unwrap(), [false, true, false, false]);
        assert_eq!(chosen("tim*").unwrap(), [true, false, false, false]);
        assert_eq!(select(&[], &DEVICES).unwrap(), [true; 4]);
    }

    #[test]
    fn an_unknown_word_is_answered_with_near_ones() {
        assert_eq!(
            chosen("tiemr").unwrap_err(),
            "no device `tiemr`; similar: timer"
        );
        assert_eq!(
            chosen("e100").unwrap_err(),
            "no device `e100`; similar: 0000:00:03.0/e1000, 0000:00:04.0/e1000"
        );
        assert!(chosen("zzzzzzzzz")
            .unwrap_err()
            .contains("there are 0000:00:01.1/ide, "));
    }

    #[test]
    fn patterns() {
        assert!(matches("a*b*c", "aXXbYbZc"));
        assert!(!matches("a*b", "abX"));
        assert!(matches("**", ""));
        assert!(!matches("?", ""));
    }
}
