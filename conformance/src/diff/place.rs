//! Two bodies side by side: what differs, with the path to it.

use std::collections::HashMap;

use vmsd_schema::decode::{Content, Key, Node, Struct, Subsection};

use super::shown::{hex, key_text, whole_node, whole_struct};
use super::Change;
use crate::report::scalar::{padded_text, Shown};

/// Where the comparison stands.
pub(super) struct Place<'c> {
    device: String,
    path: String,
    changes: &'c mut Vec<Change>,
}

impl<'c> Place<'c> {
    /// At a device.
    pub(super) fn of(device: &str, changes: &'c mut Vec<Change>) -> Self {
        Self {
            device: device.to_owned(),
            path: String::new(),
            changes,
        }
    }

    fn inside(&mut self, name: &str, compare: impl FnOnce(&mut Self)) {
        let len = self.path.len();
        if !self.path.is_empty() && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        compare(self);
        self.path.truncate(len);
    }

    fn change(&mut self, old: Option<String>, new: Option<String>) {
        self.changes.push(Change {
            device: self.device.clone(),
            path: self.path.clone(),
            old,
            new,
        });
    }

    pub(super) fn text(&mut self, name: &str, old: &str, new: &str) {
        if old != new {
            self.inside(name, |at| {
                at.change(Some(old.to_owned()), Some(new.to_owned()))
            });
        }
    }

    /// Named facts of either side.
    pub(super) fn facts(&mut self, a: &[(String, String)], b: &[(String, String)]) {
        let find = |facts: &[(String, String)], name: &str| {
            facts
                .iter()
                .find(|fact| fact.0 == name)
                .map(|fact| fact.1.clone())
                .filter(|fact| !fact.is_empty())
        };
        let only_b = b
            .iter()
            .filter(|fact| !a.iter().any(|known| known.0 == fact.0));
        for (name, _) in a.iter().chain(only_b) {
            let (old, new) = (find(a, name), find(b, name));
            if old != new {
                self.inside(name, |at| at.change(old, new));
            }
        }
    }

    pub(super) fn body(&mut self, a: &Struct<'_>, b: &Struct<'_>) {
        if a.vmsd_name == b.vmsd_name
            && a.version == b.version
            && a.bytes == b.bytes
            && same_names(a, b)
        {
            return;
        }
        self.text("(description)", a.vmsd_name, b.vmsd_name);
        if self.path.is_empty() || a.vmsd_name == b.vmsd_name {
            self.versions(a.version, b.version);
        }
        let (fields_a, fields_b) = (by_name(&a.fields), by_name(&b.fields));
        self.aligned(
            &fields_a,
            &fields_b,
            |at, a, b| at.node(a, b),
            |node| whole_node(node),
        );
        let (subsections_a, subsections_b) = (subsections(a), subsections(b));
        self.aligned(
            &subsections_a,
            &subsections_b,
            |at, a, b| at.body(a, b),
            |_| "subsection".to_owned(),
        );
    }

    /// The device's own version is told by its section.
    fn versions(&mut self, a: u32, b: u32) {
        if !self.path.is_empty() {
            self.text("(version)", &a.to_string(), &b.to_string());
        }
    }

    /// Things with names: those of both sides are compared, the others are removed or added.
    fn aligned<T>(
        &mut self,
        a: &[(String, T)],
        b: &[(String, T)],
        mut compare: impl FnMut(&mut Self, &T, &T),
        show: impl Fn(&T) -> String,
    ) {
        let places: HashMap<&str, &T> = b
            .iter()
            .map(|(name, thing)| (name.as_str(), thing))
            .collect();
        for (name, thing) in a {
            match places.get(name.as_str()) {
                Some(other) => self.inside(name, |at| compare(at, thing, other)),
                None => self.inside(name, |at| at.change(Some(show(thing)), None)),
            }
        }
        let known: HashMap<&str, ()> = a.iter().map(|(name, _)| (name.as_str(), ())).collect();
        for (name, thing) in b
            .iter()
            .filter(|(name, _)| !known.contains_key(name.as_str()))
        {
            self.inside(name, |at| at.change(None, Some(show(thing))));
        }
    }

    fn node(&mut self, a: &Node<'_>, b: &Node<'_>) {
        match (&a.content, &b.content) {
            (Content::Scalar(old), Content::Scalar(new)) => {
                self.value(old != new, || {
                    (Shown(*old).to_string(), Shown(*new).to_string())
                });
            }
            (Content::Scalars(_), Content::Scalars(_)) => self.scalars(a, b),
            (Content::Bytes(old), Content::Bytes(new)) => self.bytes(old, new),
            (Content::Struct(old), Content::Struct(new)) => self.body(old, new),
            (Content::Elements(old), Content::Elements(new)) => {
                let (old, new) = (real(old), real(new));
                self.list(
                    &old,
                    &new,
                    |at, old, new| at.node(old, new),
                    |node| whole_node(node),
                );
            }
            (Content::List(old), Content::List(new)) => {
                self.list(old, new, Self::body, whole_struct)
            }
            (Content::Tree(old), Content::Tree(new)) => self.list(
                old,
                new,
                |at, old, new| {
                    match (&old.key, &new.key) {
                        (Key::Struct(old), Key::Struct(new)) => {
                            at.inside("key", |at| at.body(old, new))
                        }
                        (old, new) => at.text("key", &key_text(old), &key_text(new)),
                    }
                    at.inside("value", |at| at.body(&old.value, &new.value));
                },
                |branch| whole_struct(&branch.value),
            ),
            (Content::Null, Content::Null) => {}
            (Content::Opaque(_), Content::Opaque(_)) => self.bytes(a.bytes, b.bytes),
            _ => self.value(true, || (whole_node(a), whole_node(b))),
        }
    }

    fn value(&mut self, differs: bool, texts: impl FnOnce() -> (String, String)) {
        if differs {
            let (old, new) = texts();
            self.change(Some(old), Some(new));
        }
    }

    fn scalars(&mut self, a: &Node<'_>, b: &Node<'_>) {
        let (old, new): (Vec<_>, Vec<_>) = (a.scalars().collect(), b.scalars().collect());
        self.list(
            &old,
            &new,
            |at, old, new| {
                at.value(old != new, || {
                    (Shown(*old).to_string(), Shown(*new).to_string())
                })
            },
            |scalar| Shown(*scalar).to_string(),
        );
    }

    /// Things with numbers.
    fn list<T>(
        &mut self,
        a: &[T],
        b: &[T],
        compare: impl Fn(&mut Self, &T, &T),
        show: impl Fn(&T) -> String,
    ) {
        for index in 0..a.len().max(b.len()) {
            self.inside(&format!("[{index}]"), |at| {
                match (a.get(index), b.get(index)) {
                    (Some(old), Some(new)) => compare(at, old, new),
                    (old, new) => at.change(old.map(&show), new.map(&show)),
                }
            });
        }
    }

    /// Bytes without names: the runs that differ, by their place.
    pub(super) fn bytes(&mut self, a: &[u8], b: &[u8]) {
        if a == b {
            return;
        }
        if let (Some(old), Some(new)) = (padded_text(a), padded_text(b)) {
            return self.change(Some(format!("{old:?}")), Some(format!("{new:?}")));
        }
        let common = a.len().min(b.len());
        let differs = |index: &usize| a.get(*index) != b.get(*index);
        let mut from = 0;
        while let Some(start) = (from..common).find(differs) {
            let end = (start..common)
                .find(|index| !differs(index))
                .unwrap_or(common);
            let name = if end == start + 1 {
                format!("[{start:#x}]")
            } else {
                format!("[{start:#x}..{end:#x}]")
            };
            self.inside(&name, |at| {
                at.change(hex(a.get(start..end)), hex(b.get(start..end)))
            });
            from = end;
        }
        if a.len() != b.len() {
            let name = format!("[{common:#x}..]");
            let rest = |bytes: &[u8]| {
                bytes
                    .get(common..)
                    .filter(|rest| !rest.is_empty())
                    .and_then(|rest| hex(Some(rest)))
            };
            self.inside(&name, |at| at.change(rest(a), rest(b)));
        }
    }
}

/// A field that repeats under one name is told apart by its number.
fn by_name<'n, 's>(fields: &'n [Node<'s>]) -> Vec<(String, &'n Node<'s>)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    fields
        .iter()
        .map(|field| {
            let number = seen.entry(field.name).or_default();
            *number += 1;
            let name = if *number == 1 {
                field.name.to_owned()
            } else {
                format!("{} ({number})", field.name)
            };
            (name, field)
        })
        .collect()
}

fn subsections<'n, 's>(body: &'n Struct<'s>) -> Vec<(String, &'n Struct<'s>)> {
    body.subsections
        .iter()
        .map(|Subsection { body, .. }| (body.vmsd_name.to_owned(), body))
        .collect()
}

/// Equal bytes may still be other fields.
fn same_names(a: &Struct<'_>, b: &Struct<'_>) -> bool {
    let fields = |body: &Struct<'_>| {
        body.fields
            .iter()
            .map(|field| (field.name.to_owned(), field.bytes.len()))
            .collect::<Vec<_>>()
    };
    fields(a) == fields(b)
}

fn real<'n, 's>(elements: &'n [Node<'s>]) -> Vec<&'n Node<'s>> {
    elements
        .iter()
        .filter(|element| !matches!(element.content, Content::Marker))
        .collect()
}
