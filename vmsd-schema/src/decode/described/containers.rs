//! Fields whose descriptions stand in their own object: lists, trees, `vstruct`, `tmp`.

use super::Walk;
use crate::decode::kind::Kind;
use crate::decode::node::{Branch, Content, Key};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Description, FieldEntry};
use crate::wire::Reader;

impl Walk {
    /// Descriptions that stand in the field's own object.
    pub(super) fn inline<'s>(
        &mut self,
        entry: &FieldEntry,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        match (Kind::of(&entry.type_name), inner) {
            (Kind::List, _) => self.list(inner, reader),
            (Kind::Tree, _) => self.tree(inner, reader),
            (Kind::Inline, [inner]) => self.vmsd(inner, reader).map(Content::Struct),
            _ => self.leaf(entry, reader),
        }
    }

    /// Every element has its own description; a copy of the list has no more than those of the first.
    fn list<'s>(
        &mut self,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        let start = reader.offset();
        let mut elements = Vec::new();
        let mut sent = 0_usize;
        while reader.u8()? != 0 {
            let description = self.nth(inner, sent, sent, start, reader)?;
            let element = self
                .vmsd(description, reader)
                .map_err(|error| error.inside_index(sent))?;
            sent += 1;
            if self.build {
                elements.push(element);
            }
        }
        self.all_sent(sent, inner.len(), start)?;
        Ok(Content::List(elements))
    }

    fn tree<'s>(
        &mut self,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        let start = reader.offset();
        let announced = u64::from(reader.u32()?);
        let distinct = inner
            .get(..2)
            .is_some_and(|pair| matches!(pair, [a, b] if a.vmsd_name != b.vmsd_name));
        let described = inner.len() as u64;
        let keys = described == announced * 2 && announced > 0 || self.copy && distinct;
        let mut branches = Vec::new();
        let (mut sent, mut nodes) = (0_usize, 0_u64);
        while reader.u8()? != 0 {
            let key = if keys {
                let description = self.nth(inner, sent, sent % 2, start, reader)?;
                sent += 1;
                Key::Struct(self.vmsd(description, reader)?)
            } else {
                let offset = reader.offset();
                Key::Direct {
                    offset,
                    value: reader.u64()?,
                }
            };
            let description = self.nth(inner, sent, sent % 2, start, reader)?;
            sent += 1;
            nodes += 1;
            let value = self.vmsd(description, reader)?;
            if self.build {
                branches.push(Branch { key, value });
            }
        }
        if nodes != announced {
            let message = format!("the tree announces {announced} nodes and has {nodes}");
            return Err(Error::at(ErrorKind::Count, start, message));
        }
        self.all_sent(sent, inner.len(), start)?;
        Ok(Content::Tree(branches))
    }

    /// The description of element `sent`; in a copy, that of `like` where there are not so many.
    fn nth<'s>(
        &self,
        inner: &'s [Description],
        sent: usize,
        like: usize,
        start: u64,
        reader: &Reader<'_>,
    ) -> Result<&'s Description> {
        let last = if self.copy {
            inner.get(like).or(inner.last())
        } else {
            None
        };
        inner.get(sent).or(last).ok_or_else(|| {
            let at = if self.copy { reader.offset() } else { start };
            let message = format!(
                "the description has {} elements of the list, and the stream more",
                inner.len()
            );
            Error::at(ErrorKind::Description, at, message)
        })
    }

    fn all_sent(&self, sent: usize, described: usize, start: u64) -> Result<()> {
        if self.copy || sent == described {
            return Ok(());
        }
        let message =
            format!("the description has {described} elements of the list, and the stream {sent}");
        Err(Error::at(ErrorKind::Description, start, message))
    }
}
