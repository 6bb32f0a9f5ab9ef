//! Pairs up what a source sends with what a target reads, and shows each pair to the rules.
//!
//! Fields with the same name belong together. Between such pairs the wire decides: structs are unfolded, and what then has
//! the same form is the same field under another name, in another struct, or as padding. Only what is left is a difference.

use super::alike::{same_form, same_name};
use super::subject::{Alone, Fields, Out, Role, Subject};
use super::wire::{bytes, host_bytes, is_padding, present};
use super::Severity;
use crate::schema::sequence::{align, Step};
use crate::schema::{Count, Device, Extent, Field, Schema, Shape};

pub(super) fn devices(source: &Device, target: &Device, out: &mut Out<'_>) {
    if source.schema == target.schema {
        return;
    }
    out.device(source, |out| {
        out.show(&Subject::Devices { source, target });
        let renamed = source.schema.name != target.schema.name;
        if renamed && !source.schema.name.is_empty() && !target.schema.name.is_empty() {
            return; // another device: its fields have nothing to do with these
        }
        let (source, target) = (&source.schema, &target.schema);
        tables(
            source,
            target,
            Role::Section,
            source.version,
            source.version,
            out,
        );
    });
}

/// A device of which no source of the target's says whether it is there: what is known of its table beside them.
/// Whether anything is.
pub(super) fn beside(device: &Device, out: &mut Out<'_>) -> bool {
    let (name, version) = (device.schema.name.as_str(), device.schema.version);
    let tables_named = out.beside.map(|beside| beside.tables_named(name));
    let alike = tables_named.into_iter().flatten();
    let alike = alike.max_by_key(|table| super::shared_names(&device.schema, table));
    let Some(table) = alike else { return false };
    let before = out.findings.len();
    out.device(device, |out| {
        tables(&device.schema, table, Role::Section, version, version, out);
    });
    // A table for several versions of QEMU has fields that only some of them send: what is uncertain by it means nothing.
    let mut place = 0;
    out.findings.retain(|finding| {
        place += 1;
        let certain = finding.severity == Severity::Break || finding.rule == "subsection-removed";
        place <= before || certain
    });
    true
}

/// A table of both sides. The source writes it at `written`, the target reads it at `read`.
fn tables(
    source: &Schema,
    target: &Schema,
    role: Role,
    written: Option<u32>,
    read: Option<u32>,
    out: &mut Out<'_>,
) {
    if source == target {
        return;
    }
    out.show(&Subject::Tables {
        source,
        target,
        role,
    });
    if source.extent == Extent::Unknown || target.extent == Extent::Unknown {
        return;
    }
    let sides = Sides {
        source,
        target,
        written,
        read,
    };
    let steps = align(&source.fields, &target.fields, same_name);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Left(index) => left.extend(
                source
                    .fields
                    .get(index)
                    .filter(|field| present(field, written) != Some(false)),
            ),
            Step::Right(index) => right.extend(
                target
                    .fields
                    .get(index)
                    .filter(|field| present(field, read) != Some(false)),
            ),
            Step::Both(a, b) => {
                let (Some(a), Some(b)) = (source.fields.get(a), target.fields.get(b)) else {
                    continue;
                };
                if resized(a, b) {
                    left.push(a);
                    right.push(b);
                    continue;
                }
                sides.gap(&mut left, &mut right, out);
                sides.both(a, b, out);
            }
        }
    }
    sides.gap(&mut left, &mut right, out);
    subsections(source, target, out);
}

/// Two tables, and the versions at which they meet.
#[derive(Clone, Copy)]
struct Sides<'s> {
    source: &'s Schema,
    target: &'s Schema,
    written: Option<u32>,
    read: Option<u32>,
}

impl<'s> Sides<'s> {
    /// A field of both.
    fn both(&self, source: &'s Field, target: &'s Field, out: &mut Out<'_>) {
        if source == target && self.written == self.read {
            return;
        }
        let there = [present(source, self.written), present(target, self.read)];
        if there == [Some(false); 2] {
            return;
        }
        let certain = present(source, self.written).is_some() || self.source.extent == Extent::Seen;
        out.inside(&source.name, certain, |out| {
            out.show(&Subject::Fields(Fields {
                source,
                target,
                written: self.written.unwrap_or(u32::MAX),
                read: self.read.unwrap_or(u32::MAX),
            }));
            for (a, b) in source.shape.tables().iter().zip(target.shape.tables()) {
                let (written, read) = (pinned(&source.shape, a), pinned(&target.shape, b));
                tables(a, b, Role::Nested, written, read, out);
            }
        });
    }

    /// Fields between two pairs that have no partner of their name.
    fn gap(&self, left: &mut Vec<&'s Field>, right: &mut Vec<&'s Field>, out: &mut Out<'_>) {
        let (sent, wanted) = (std::mem::take(left), std::mem::take(right));
        if sent.is_empty() && wanted.is_empty() {
            return;
        }
        let (sent, wanted) = (unfolded(&sent, self.written), unfolded(&wanted, self.read));
        if fit(&sent, &wanted) == Fit::Same {
            return;
        }
        let alike = |a: &Field, b: &Field| same_form(a, b) && !self.exchanged(a, b);
        let steps = align(&sent, &wanted, |a, b| same_name(a, b) || alike(a, b));
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Left(index) => left.extend(sent.get(index)),
                Step::Right(index) => right.extend(wanted.get(index)),
                Step::Both(a, b) => {
                    self.rest(&mut left, &mut right, out);
                    if let (Some(a), Some(b)) = (sent.get(a), wanted.get(b)) {
                        self.both(a, b, out);
                    }
                }
            }
        }
        self.rest(&mut left, &mut right, out);
    }

    /// Whether a predicate decides on either field, and the target has the first one elsewhere: it asks for another then.
    fn exchanged(&self, a: &Field, b: &Field) -> bool {
        let mut wanted = self.target.fields.iter();
        !(always(a) && always(b)) && wanted.any(|other| same_name(a, other))
    }

    /// What has no partner at all.
    fn rest(&self, left: &mut Vec<&'s Field>, right: &mut Vec<&'s Field>, out: &mut Out<'_>) {
        let (sent, wanted) = (std::mem::take(left), std::mem::take(right));
        match fit(&sent, &wanted) {
            Fit::Same => {}
            Fit::Perhaps => out.perhaps(|out| self.differences(&sent, &wanted, out)),
            Fit::No => self.differences(&sent, &wanted, out),
        }
    }

    fn differences(&self, sent: &[&'s Field], wanted: &[&'s Field], out: &mut Out<'_>) {
        for field in sent {
            let moved = self
                .target
                .fields
                .iter()
                .any(|other| same_name(field, other));
            let certain =
                present(field, self.written) == Some(true) || self.source.extent == Extent::Seen;
            let alone = Alone {
                field,
                other: self.target,
            };
            let subject = if moved {
                Subject::Moved(alone)
            } else {
                Subject::Removed(alone)
            };
            out.inside(&field.name, certain, |out| out.show(&subject));
        }
        for field in wanted {
            // A field of a struct that was unfolded has its name by chance.
            let own = self
                .target
                .fields
                .iter()
                .any(|own| std::ptr::eq(own, *field));
            let mut sent = self.source.fields.iter();
            if own && sent.any(|other| same_name(field, other)) {
                continue; // told where the source sends it
            }
            let certain = present(field, self.read) == Some(true);
            let subject = Subject::Added(Alone {
                field,
                other: self.source,
            });
            out.inside(&field.name, certain, |out| out.show(&subject));
        }
    }
}

/// Whether padding beside it may take up what a field grew or shrank by.
fn resized(a: &Field, b: &Field) -> bool {
    let leaf = |field: &Field| matches!(field.shape, Shape::Leaf { .. }) && always(field);
    leaf(a) && leaf(b) && matches!((bytes(a), bytes(b)), (Some(a), Some(b)) if a != b)
}

/// The version at which a nested table is written or read: its own, unless the field pins another.
fn pinned(shape: &Shape, schema: &Schema) -> Option<u32> {
    match shape {
        Shape::VStruct(_, version) => Some(*version),
        Shape::Pointer { to, .. } => pinned(to, schema),
        _ => schema.version,
    }
}

/// Fields with single structs replaced by what they contain; a struct with subsections has a place of its own.
fn unfolded<'s>(fields: &[&'s Field], version: Option<u32>) -> Vec<&'s Field> {
    let mut flat = Vec::new();
    for field in fields {
        let inner = match &field.shape {
            Shape::Struct(inner) | Shape::Nested(inner) => Some(inner),
            _ => None,
        };
        let single = matches!(
            field.count,
            Count::One | Count::Fixed(1) | Count::Seen(1) | Count::Unknown
        );
        match inner.filter(|inner| {
            single && inner.extent != Extent::Unknown && inner.subsections.is_empty()
        }) {
            Some(inner) if present(field, version).is_some() || inner.extent == Extent::Seen => {
                let there: Vec<_> = inner
                    .fields
                    .iter()
                    .filter(|field| present(field, inner.version) != Some(false))
                    .collect();
                flat.extend(unfolded(&there, inner.version));
            }
            _ => flat.push(*field),
        }
    }
    flat
}

/// Whether two runs of fields without partners are the same bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// As many, and padding takes up what is new or gone.
    Same,
    /// As many, or nobody knows how many: the load may well succeed.
    Perhaps,
    No,
}

fn fit(sent: &[&Field], wanted: &[&Field]) -> Fit {
    if sent.is_empty() || wanted.is_empty() {
        return Fit::No;
    }
    let sum = |fields: &[&Field], bytes: fn(&Field) -> Option<u64>| {
        let sizes = fields
            .iter()
            .map(|field| bytes(field).filter(|_| always(field)));
        sizes.sum::<Option<u64>>()
    };
    let padding = sent.iter().chain(wanted).any(|field| is_padding(field));
    if let (Some(sent), Some(wanted)) = (sum(sent, bytes), sum(wanted, bytes)) {
        return match (sent == wanted, padding) {
            (true, true) => Fit::Same,
            (true, false) => Fit::Perhaps,
            (false, _) => Fit::No,
        };
    }
    // Plain integers take as many bytes in memory; older dumps do not tell how many of them there are.
    let counted = |field: &&Field| field.count != Count::Unknown || is_padding(field);
    match (sum(sent, plain), sum(wanted, plain)) {
        (Some(a), Some(b)) if a == b && padding => Fit::Same,
        (Some(_), Some(_)) if padding && !sent.iter().chain(wanted).all(counted) => Fit::Perhaps,
        _ => Fit::No,
    }
}

/// Bytes in memory of padding and plain integers, which are those of the wire.
fn plain(field: &Field) -> Option<u64> {
    let small = field
        .host
        .is_some_and(|host| [1, 2, 4].contains(&host.size));
    host_bytes(field).filter(|_| is_padding(field) || small)
}

fn always(field: &Field) -> bool {
    !matches!(field.presence, crate::schema::Presence::Conditional)
}

/// The target's subsection of that name, in its own table or, where that need not be all, in what is known beside it.
fn known<'s>(target: &'s Schema, name: &str, out: &Out<'s>) -> Option<&'s Schema> {
    let own = target.subsections.iter().find(|other| other.name == name);
    let beside = out.beside.filter(|_| target.extent < Extent::Whole);
    own.or_else(|| beside?.subsection_table(&target.name, name))
}

fn subsections(source: &Schema, target: &Schema, out: &mut Out<'_>) {
    for subsection in &source.subsections {
        match known(target, &subsection.name, out) {
            Some(other) => out.inside(&subsection.name, false, |out| {
                out.show(&Subject::Subsections {
                    source,
                    target,
                    subsection,
                });
                tables(
                    subsection,
                    other,
                    Role::Subsection,
                    subsection.version,
                    subsection.version,
                    out,
                );
            }),
            None => out.inside(&subsection.name, true, |out| {
                out.show(&Subject::SubsectionRemoved {
                    subsection,
                    other: target,
                });
            }),
        }
    }
    for subsection in &target.subsections {
        if !source
            .subsections
            .iter()
            .any(|other| other.name == subsection.name)
        {
            out.inside(&subsection.name, true, |out| {
                out.show(&Subject::SubsectionAdded { subsection })
            });
        }
    }
}
