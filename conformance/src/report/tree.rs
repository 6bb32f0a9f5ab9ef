//! A decoded body as an indented tree, for people.
//!
//! Long arrays and buffers are cut and elements that repeat the one before are counted, unless all is asked for.

use std::fmt::Display;
use std::io::{self, Write};

use vmsd_schema::decode::{Branch, Content, Key, Node, Reason, Struct};

use super::scalar::{padded_text, Brief, Count, Hex, Shown};
use super::Styles;

/// Writes decoded bodies.
pub struct Tree<'o> {
    /// Where to.
    pub out: &'o mut dyn Write,
    /// In which colours.
    pub styles: &'o Styles,
    /// Whether everything is shown, however long.
    pub full: bool,
}

const INDENT: usize = 2;
/// Names are padded to this width, so that values stand under each other.
const NAME_WIDTH: usize = 24;
/// Scalars of an array that are shown if not all are asked for.
const SHOWN_SCALARS: usize = 16;
/// Bytes of a buffer that are shown if not all are asked for.
const SHOWN_BYTES: usize = 32;

impl Tree<'_> {
    /// The fields and subsections of one description.
    ///
    /// # Errors
    /// Those of the output.
    pub fn body(&mut self, body: &Struct<'_>, depth: usize) -> io::Result<()> {
        for field in &body.fields {
            self.node(field, field.name, depth)?;
        }
        for subsection in &body.subsections {
            let name = subsection.body.vmsd_name;
            self.heading(&format!("subsection {name}"), &subsection.body, depth)?;
            self.body(&subsection.body, depth + 1)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node<'_>, label: &str, depth: usize) -> io::Result<()> {
        match &node.content {
            Content::Scalar(scalar) => self.line(label, &Shown(*scalar), node.type_name, depth),
            Content::Scalars(_) => self.scalars(node, label, depth),
            Content::Bytes(bytes) => self.bytes(label, bytes, node.type_name, depth),
            Content::Opaque(reason) => self.opaque(node, *reason, label, depth),
            Content::Null => self.line(label, &"NULL", node.type_name, depth),
            Content::Marker => Ok(()),
            Content::Elements(elements) => self.elements(elements, label, node.type_name, depth),
            Content::Struct(body) => {
                self.heading(label, body, depth)?;
                self.body(body, depth + 1)
            }
            Content::List(elements) => self.list(elements, label, node.type_name, depth),
            Content::Tree(branches) => self.branches(branches, label, node.type_name, depth),
        }
    }

    fn scalars(&mut self, node: &Node<'_>, label: &str, depth: usize) -> io::Result<()> {
        let scalars: Vec<_> = node.scalars().collect();
        let label = format!("{label}[{}]", scalars.len());
        if let Some(first) = scalars
            .first()
            .filter(|first| scalars.iter().all(|scalar| scalar == *first))
        {
            return self.line(
                &label,
                &format!("all {}", Brief(*first)),
                node.type_name,
                depth,
            );
        }
        let shown = if self.full {
            scalars.len()
        } else {
            SHOWN_SCALARS
        };
        let mut text: Vec<String> = scalars
            .iter()
            .take(shown)
            .map(|scalar| Brief(*scalar).to_string())
            .collect();
        if let Some(left) = scalars.len().checked_sub(shown).filter(|left| *left > 0) {
            text.push(format!("… {left} more"));
        }
        self.line(&label, &text.join(" "), node.type_name, depth)
    }

    fn bytes(
        &mut self,
        label: &str,
        bytes: &[u8],
        type_name: &str,
        depth: usize,
    ) -> io::Result<()> {
        let label = format!("{label}[{}]", bytes.len());
        if let Some(text) = padded_text(bytes) {
            return self.line(&label, &format!("{text:?}"), type_name, depth);
        }
        self.line(&label, &self.hex(bytes), type_name, depth)
    }

    fn opaque(
        &mut self,
        node: &Node<'_>,
        reason: Reason,
        label: &str,
        depth: usize,
    ) -> io::Result<()> {
        self.bytes(label, node.bytes, node.type_name, depth)?;
        let note = self.styles.note;
        let indent = (depth + 1) * INDENT;
        writeln!(
            self.out,
            "{:indent$}{note}opaque: {}{note:#}",
            "",
            reason.as_str()
        )
    }

    /// Bytes, cut where they are many.
    fn hex(&self, bytes: &[u8]) -> String {
        if let [first, _, ..] = bytes {
            if bytes.iter().all(|byte| byte == first) {
                return format!("all {first:02x}");
            }
        }
        match bytes.split_at_checked(SHOWN_BYTES) {
            Some((shown, rest)) if !self.full && !rest.is_empty() => {
                format!("{} … {} more", Hex(shown), rest.len())
            }
            _ => Hex(bytes).to_string(),
        }
    }

    fn elements(
        &mut self,
        elements: &[Node<'_>],
        label: &str,
        type_name: &str,
        depth: usize,
    ) -> io::Result<()> {
        let real: Vec<_> = elements
            .iter()
            .filter(|element| !matches!(element.content, Content::Marker))
            .collect();
        if real.is_empty() {
            return self.line(&format!("{label}[0]"), &"empty", type_name, depth);
        }
        let mut index = 0;
        while let Some((first, rest)) = real.get(index..).and_then(<[_]>::split_first) {
            self.node(first, &format!("{label}[{index}]"), depth)?;
            index += 1;
            let same = rest
                .iter()
                .take_while(|element| element.bytes == first.bytes)
                .count();
            if same > 0 && !self.full {
                let last = index + same - 1;
                let range = if same == 1 {
                    format!("{label}[{index}]")
                } else {
                    format!("{label}[{index}…{last}]")
                };
                self.line(&range, &format!("as {label}[{}]", index - 1), "", depth)?;
                index += same;
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        elements: &[Struct<'_>],
        label: &str,
        type_name: &str,
        depth: usize,
    ) -> io::Result<()> {
        if elements.is_empty() {
            return self.line(label, &"empty", type_name, depth);
        }
        for (index, element) in elements.iter().enumerate() {
            self.heading(&format!("{label}[{index}]"), element, depth)?;
            self.body(element, depth + 1)?;
        }
        Ok(())
    }

    fn branches(
        &mut self,
        branches: &[Branch<'_>],
        label: &str,
        type_name: &str,
        depth: usize,
    ) -> io::Result<()> {
        if branches.is_empty() {
            return self.line(label, &"empty", type_name, depth);
        }
        for (index, branch) in branches.iter().enumerate() {
            let label = format!("{label}[{index}]");
            match &branch.key {
                Key::Direct { value, .. } => {
                    self.line(&format!("{label} key"), &format!("{value:#x}"), "", depth)?
                }
                Key::Struct(key) => {
                    self.heading(&format!("{label} key"), key, depth)?;
                    self.body(key, depth + 1)?;
                }
            }
            self.heading(&format!("{label} value"), &branch.value, depth)?;
            self.body(&branch.value, depth + 1)?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        label: &str,
        value: &dyn Display,
        type_name: &str,
        depth: usize,
    ) -> io::Result<()> {
        let Styles {
            name,
            value: style,
            dim,
            ..
        } = self.styles;
        let indent = depth * INDENT;
        let width = NAME_WIDTH.saturating_sub(indent);
        write!(
            self.out,
            "{:indent$}{name}{label:width$}{name:#} {style}{value}{style:#}",
            ""
        )?;
        match type_name {
            "" => writeln!(self.out),
            _ => writeln!(self.out, "  {dim}{type_name}{dim:#}"),
        }
    }

    fn heading(&mut self, label: &str, body: &Struct<'_>, depth: usize) -> io::Result<()> {
        let Styles { name, dim, .. } = self.styles;
        let indent = depth * INDENT;
        let bytes = Count(body.bytes.len() as u64, "byte");
        write!(self.out, "{:indent$}{name}{label}{name:#}  {dim}", "")?;
        if !label.ends_with(body.vmsd_name) {
            write!(self.out, "{}, ", body.vmsd_name)?;
        }
        writeln!(self.out, "version {}, {bytes}{dim:#}", body.version)
    }
}
