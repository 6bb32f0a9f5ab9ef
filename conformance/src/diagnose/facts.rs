//! What the words of a log tell: names and numbers, to be put into sentences.

use std::collections::BTreeMap;

use regex_lite::{Captures, Regex};

/// Names and numbers by the name of the catalogue's group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

/// What stands for a fact that nobody tells.
const UNTOLD: [(&str, &str); 8] = [
    ("section", "the section"),
    ("device", "the device"),
    ("block", "the block"),
    ("field", "a field"),
    ("subsection", "its name is not told"),
    ("features", "the log does not say which"),
    ("sent", "another value"),
    ("local", "another one"),
];

impl Facts {
    /// The groups of an expression that matched. `sent2` is another `sent`: a name may stand once in an expression.
    pub(super) fn of(pattern: &Regex, found: &Captures<'_>) -> Self {
        let mut facts = Self::default();
        for name in pattern.capture_names().flatten() {
            if let Some(value) = found.name(name) {
                let name = name.trim_end_matches(|char: char| char.is_ascii_digit());
                facts.set(name, value.as_str().trim());
            }
        }
        facts
    }

    /// A fact.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Takes in a fact that is not empty.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Takes in what others tell, where this does not tell it.
    pub(super) fn complete(&mut self, others: &Self) {
        for (name, value) in &others.0 {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A sentence with the facts in it.
    pub(super) fn fill(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len());
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            out.push_str(before);
            out.push_str(self.get(name).unwrap_or_else(|| untold(name)));
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

fn untold(name: &str) -> &'static str {
    let mut known = UNTOLD.iter();
    known
        .find(|(own, _)| *own == name)
        .map_or("?", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_facts_or_say_that_there_are_none() {
        let mut facts = Facts::default();
        facts.set("sent", "a");
        assert_eq!(
            facts.fill("{sent} and {local} of {section}"),
            "a and another one of the section"
        );
        assert_eq!(facts.fill("no { end"), "no ?");
    }
}
