//! The fields of one body as rows of a hexdump.

use std::io;

use vmsd_schema::decode::{Content, Key, Node, Struct};

use super::Dump;
use crate::report::scalar::{padded_text, Brief, Shown};

/// Walks a decoded body and shows each of its bytes once.
pub(super) struct Fields<'d, 'o, 'b> {
    pub(super) dump: &'d mut Dump<'o>,
    /// The body.
    pub(super) raw: &'b [u8],
    /// Where it begins.
    pub(super) base: u64,
    /// Bytes before this place are shown.
    pub(super) shown: u64,
}

/// Scalars of an array that are named.
const NAMED: usize = 6;

impl Fields<'_, '_, '_> {
    /// The whole body.
    pub(super) fn all(mut self, body: &Struct<'_>) -> io::Result<()> {
        self.body(body, 0)?;
        let end = self.base + self.raw.len() as u64;
        self.marks_before(end, 0)
    }

    fn body(&mut self, body: &Struct<'_>, depth: usize) -> io::Result<()> {
        for field in &body.fields {
            self.node(field, field.name, depth)?;
        }
        for subsection in &body.subsections {
            self.marks_before(subsection.offset, depth)?;
            self.dump
                .subsection_header(subsection.offset, subsection.header, "")?;
            self.shown = subsection.offset + subsection.header.len() as u64;
            self.body(&subsection.body, depth + 1)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node<'_>, label: &str, depth: usize) -> io::Result<()> {
        self.marks_before(node.offset, depth)?;
        let indent = "  ".repeat(depth);
        let Node { type_name, .. } = node;
        match &node.content {
            Content::Scalar(scalar) => self.leaf(
                node,
                &format!("{indent}{label}: {type_name} = {}", Shown(*scalar)),
            ),
            Content::Scalars(_) => {
                let count = node.scalars().count();
                let mut named: Vec<String> = node
                    .scalars()
                    .take(NAMED)
                    .map(|scalar| Brief(scalar).to_string())
                    .collect();
                if count > NAMED {
                    named.push("…".to_owned());
                }
                self.leaf(
                    node,
                    &format!(
                        "{indent}{label}[{count}]: {type_name} = {}",
                        named.join(" ")
                    ),
                )
            }
            Content::Bytes(bytes) => {
                let text = padded_text(bytes)
                    .map(|text| format!(" = {text:?}"))
                    .unwrap_or_default();
                self.leaf(
                    node,
                    &format!("{indent}{label}[{}]: {type_name}{text}", bytes.len()),
                )
            }
            Content::Opaque(reason) => self.leaf(
                node,
                &format!("{indent}{label}: {type_name}, opaque: {}", reason.as_str()),
            ),
            Content::Null => self.leaf(node, &format!("{indent}{label}: {type_name} = NULL")),
            Content::Marker => self.leaf(node, &format!("{indent}{label}: marker of an element")),
            Content::Elements(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, element)| {
                        self.node(element, &format!("{label}[{index}]"), depth)
                    })
            }
            Content::Struct(body) => self.structure(body, &format!("{indent}{label}"), depth),
            Content::List(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, element)| {
                        self.marks_before(element.offset, depth)?;
                        self.structure(element, &format!("{indent}{label}[{index}]"), depth)
                    })
            }
            Content::Tree(branches) => {
                branches.iter().enumerate().try_for_each(|(index, branch)| {
                    match &branch.key {
                        Key::Direct { offset, .. } => self.marks_before(*offset, depth)?,
                        Key::Struct(key) => {
                            self.marks_before(key.offset, depth)?;
                            self.structure(key, &format!("{indent}{label}[{index}] key"), depth)?;
                        }
                    }
                    self.marks_before(branch.value.offset, depth)?;
                    self.structure(
                        &branch.value,
                        &format!("{indent}{label}[{index}] value"),
                        depth,
                    )
                })
            }
        }
    }

    fn structure(&mut self, body: &Struct<'_>, label: &str, depth: usize) -> io::Result<()> {
        self.dump.note(
            body.offset,
            &format!("{label}: {} version {}", body.vmsd_name, body.version),
        )?;
        self.body(body, depth + 1)
    }

    fn leaf(&mut self, node: &Node<'_>, what: &str) -> io::Result<()> {
        self.shown = node.offset + node.bytes.len() as u64;
        self.dump.bytes(node.offset, node.bytes, &what)
    }

    /// Bytes between fields: what announces the elements of a list or tree, and what ends it.
    fn marks_before(&mut self, place: u64, depth: usize) -> io::Result<()> {
        if place <= self.shown {
            return Ok(());
        }
        let index = |place: u64| usize::try_from(place - self.base).unwrap_or(usize::MAX);
        let bytes = self
            .raw
            .get(index(self.shown)..index(place))
            .unwrap_or_default();
        let indent = "  ".repeat(depth);
        let what = match bytes {
            [1] => "an element follows",
            [0] => "the list ends",
            _ => "marks of a list or tree",
        };
        self.dump
            .bytes(self.shown, bytes, &format!("{indent}{what}"))?;
        self.shown = place;
        Ok(())
    }
}
