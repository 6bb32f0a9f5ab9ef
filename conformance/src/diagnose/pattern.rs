//! An expression of the catalogue, with the words that stand in whatever it matches: most lines are passed over by those alone.

use std::iter::Peekable;
use std::str::Chars;

use memchr::memmem::Finder;
use regex_lite::{Captures, Regex};

/// A regular expression that is seldom run.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    words: Finder<'static>,
}

impl Pattern {
    /// # Errors
    /// The words of the library, for an expression that is none.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let regex = Regex::new(text).map_err(|error| error.to_string())?;
        let words = Finder::new(&words(text)).into_owned();
        Ok(Self { regex, words })
    }

    /// The first match in `text`.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.words.find(text.as_bytes())?;
        self.regex.captures(text)
    }
}

/// The longest run of characters that every match of an expression has; empty where that is not plain to see.
fn words(pattern: &str) -> String {
    let (mut longest, mut run) = (String::new(), String::new());
    let mut depth = 0_usize;
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        let literal = match char {
            '\\' => chars.next().filter(|char| !char.is_alphanumeric()),
            '(' | ')' | '[' | '.' | '^' | '$' | '|' | '*' | '?' | '+' | '{' | '}' => None,
            char => Some(char),
        };
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '[' => skip(&mut chars, ']'),
            '{' => skip(&mut chars, '}'),
            // Either side may be the match.
            '|' if depth == 0 => return String::new(),
            _ => {}
        }
        let optional = chars.peek().is_some_and(|next| "?*{".contains(*next));
        match literal.filter(|_| depth == 0 && !optional) {
            Some(char) => run.push(char),
            None => run.clear(),
        }
        if run.len() > longest.len() {
            longest.clone_from(&run);
        }
    }
    longest
}

/// Passes over a class or a count.
fn skip(chars: &mut Peekable<Chars<'_>>, end: char) {
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            char if char == end => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_every_match() {
        for (pattern, expected) in [
            ("Ack, bad migration stream!", "Ack, bad migration stream!"),
            (
                r"Unknown (?:savevm )?section type (?<sent>\d+)",
                "section type ",
            ),
            (
                r"irq state (?<sent>-?\d+): must be 0 or 1",
                ": must be 0 or 1",
            ),
            (
                r"unsupported\. Allowed features?: +x",
                "unsupported. Allowed feature",
            ),
            (r"\(bad (?<a>[^)(]*)\)", "(bad "),
            (r"vq\[\d+\] vring", "] vring"),
            ("a|b", ""),
            (r"(?<section>\S+)", ""),
            ("ab*c{222}de+f", "de"),
            (r"[^\]abc]x", "x"),
        ] {
            assert_eq!(words(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_line_without_the_words_is_no_match() {
        let pattern = Pattern::new(r"section (?<id>\d+)").unwrap();
        assert!(pattern.captures("sections 7").is_none());
        assert!(pattern.captures("a section 7").is_some());
    }
}
