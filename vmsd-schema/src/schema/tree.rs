//! JSON as a tree that keeps the order of keys, for schema files of either kind; read by serde_json, printed here.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DESCRIPTION_LEN, MAX_DESCRIPTION_NODES};

/// A JSON value. Numbers are integers; nothing in a schema is anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tree<'a> {
    Null,
    Bool(bool),
    Number(i128),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Tree<'a> {
    /// Reads JSON.
    pub(super) fn read(text: &'a [u8]) -> Result<Self> {
        if text.len() > MAX_DESCRIPTION_LEN {
            let message = format!("the schema is longer than {MAX_DESCRIPTION_LEN} bytes");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let nodes = Cell::new(0);
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let tree = Seed(&nodes).deserialize(&mut deserializer);
        let tree = tree.and_then(|tree| deserializer.end().map(|()| tree));
        tree.map_err(|error| refused(text, &error, nodes.get()))
    }

    /// The value of `key`, if this is an object that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => {
                let entry = entries.iter().find(|(name, _)| name == key);
                entry.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text at `key`, which must be there.
    pub(super) fn text(&self, key: &str) -> Result<&str> {
        self.text_if(key)?.ok_or_else(|| missing(key))
    }

    /// The text at `key`, if it is there.
    pub(super) fn text_if(&self, key: &str) -> Result<Option<&str>> {
        match self.get(key) {
            None | Some(Self::Null) => Ok(None),
            Some(Self::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(key, "a text")),
        }
    }

    /// The number at `key`, if it is there.
    pub(super) fn number_if<N: TryFrom<i128>>(&self, key: &str) -> Result<Option<N>> {
        match self.get(key) {
            None | Some(Self::Null) => Ok(None),
            Some(Self::Number(number)) => match N::try_from(*number) {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(wrong(key, "a number of this range")),
            },
            Some(_) => Err(wrong(key, "a number")),
        }
    }

    /// The number at `key`, which must be there.
    pub(super) fn number<N: TryFrom<i128>>(&self, key: &str) -> Result<N> {
        self.number_if(key)?.ok_or_else(|| missing(key))
    }

    /// The truth at `key`, if it is there.
    pub(super) fn bool_if(&self, key: &str) -> Result<Option<bool>> {
        match self.get(key) {
            None | Some(Self::Null) => Ok(None),
            Some(Self::Bool(truth)) => Ok(Some(*truth)),
            Some(_) => Err(wrong(key, "true or false")),
        }
    }

    /// The items at `key`, if they are there.
    pub(super) fn list_if(&self, key: &str) -> Result<Option<&[Self]>> {
        match self.get(key) {
            None | Some(Self::Null) => Ok(None),
            Some(Self::List(items)) => Ok(Some(items)),
            Some(_) => Err(wrong(key, "a list")),
        }
    }
}

#[cold]
pub(super) fn missing(key: &str) -> Error {
    Error::new(ErrorKind::Description, format!("`{key}` is missing"))
}

#[cold]
pub(super) fn wrong(key: &str, wanted: &str) -> Error {
    Error::new(ErrorKind::Description, format!("`{key}` is not {wanted}"))
}

/// serde_json's error, with the place in bytes.
#[cold]
fn refused(text: &[u8], error: &serde_json::Error, nodes: usize) -> Error {
    let before = text.split_inclusive(|byte| *byte == b'\n');
    let lines: usize = before
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let offset = lines + error.column().saturating_sub(1);
    let kind = if nodes > MAX_DESCRIPTION_NODES {
        ErrorKind::Limit
    } else {
        ErrorKind::Description
    };
    let sentence = error.to_string();
    let sentence = sentence.split(" at line ").next().unwrap_or_default();
    Error::at(
        kind,
        offset as u64,
        format!("the schema is not JSON as it should be: {sentence}"),
    )
}

#[derive(Clone, Copy)]
struct Seed<'n>(&'n Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > MAX_DESCRIPTION_NODES {
            return Err(D::Error::custom(format_args!(
                "more than {MAX_DESCRIPTION_NODES} values"
            )));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value without fractions")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            entries.push((key, map.next_value_seed(self)?));
        }
        Ok(Tree::Object(entries))
    }
}

/// A key, borrowed where it has no escapes.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Columns that an object or list may take before its items get lines of their own.
const WIDTH: usize = 110;

/// Prints with two blanks a level; what is short stays on one line, so that a field is one line of a diff.
impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f, 0)?;
        f.write_str("\n")
    }
}

impl Tree<'_> {
    fn print(&self, f: &mut fmt::Formatter<'_>, level: usize) -> fmt::Result {
        let (open, close, len) = match self {
            Self::List(items) => ('[', ']', items.len()),
            Self::Object(entries) => ('{', '}', entries.len()),
            leaf => return leaf.inline(f),
        };
        if level > 0 && self.width(WIDTH).is_some() {
            return self.inline(f);
        }
        write!(f, "{open}")?;
        for index in 0..len {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}\n{:1$}", "", 2 * (level + 1))?;
            match self {
                Self::List(items) => items
                    .get(index)
                    .map_or(Ok(()), |item| item.print(f, level + 1))?,
                Self::Object(entries) => {
                    if let Some((key, value)) = entries.get(index) {
                        quote(f, key)?;
                        f.write_str(": ")?;
                        value.print(f, level + 1)?;
                    }
                }
                _ => {}
            }
        }
        write!(f, "\n{:1$}{close}", "", 2 * level)
    }

    fn inline(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => quote(f, text),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    item.inline(f)?;
                }
                f.write_str("]")
            }
            Self::Object(entries) => {
                f.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    quote(f, key)?;
                    f.write_str(": ")?;
                    value.inline(f)?;
                }
                f.write_str("}")
            }
        }
    }

    /// Columns on one line, if they are no more than `room`.
    fn width(&self, room: usize) -> Option<usize> {
        let mut left = room;
        let mut take = |columns: usize| {
            left = left.checked_sub(columns)?;
            Some(())
        };
        match self {
            Self::Null | Self::Bool(_) => take(5)?,
            Self::Number(number) => take(number.to_string().len())?,
            Self::Text(text) => take(text.len() + 2)?,
            Self::List(items) => {
                for item in items {
                    take(item.width(room)? + 2)?;
                }
            }
            Self::Object(entries) => {
                for (key, value) in entries {
                    take(key.len() + 6 + value.width(room)?)?;
                }
            }
        }
        Some(room - left)
    }
}

fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_duplicates_stay() {
        let text = "{\n  \"b\": 1,\n  \"a\": [true, null, \"x\\u0001\\\"\"],\n  \"b\": -2\n}\n";
        let tree = Tree::read(text.as_bytes()).unwrap();
        assert_eq!(tree.to_string(), text);
        assert_eq!(tree.number::<u8>("b").unwrap(), 1);
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let error = Tree::read(b"{\n\"a\": 1.5}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Description);
        assert!((6..=11).contains(&error.offset().unwrap()), "{error}");
        let tree = Tree::read(b"{\"a\": 300}").unwrap();
        assert_eq!(
            tree.number::<u8>("a").unwrap_err().message(),
            "`a` is not a number of this range"
        );
        assert_eq!(tree.text("b").unwrap_err().message(), "`b` is missing");
        let deep = "[".repeat(1000);
        assert_eq!(
            Tree::read(deep.as_bytes()).unwrap_err().kind(),
            ErrorKind::Description
        );
    }
}
