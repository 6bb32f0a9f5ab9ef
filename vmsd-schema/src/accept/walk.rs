//! The target's layout, walked over the source's bytes (`vmstate_load_state`).
//!
//! Three things go along: the layout that the target reads by, the source's own description where there is one, and the values that
//! the target has itself. Where both descriptions agree the walk is the source's own; where they differ, it goes where the target goes,
//! and remembers why.

use super::align::{self, Group, Pair};
use super::counts::Numbers;
use super::held::Held;
use super::leaf::{byte, skip};
use super::refusal::Refusal;
use super::versions::Older;
use super::{device, hotplug, Target};
use crate::compat::Knowledge;
use crate::decode::{group, Content, Kind, Node, Struct};
use crate::limits::MAX_DEPTH;
use crate::schema::{Body, Description, Dialect, FieldEntry};
use crate::wire::{marker, Reader};

pub(super) type Step<T = ()> = Result<T, Box<Refusal>>;

/// A place where the layouts differ. It need not matter: what counts is where the walk ends.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) rule: &'static str,
    pub(super) path: String,
    pub(super) offset: u64,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) message: &'static str,
}

#[derive(Debug)]
pub(super) struct Walk<'k> {
    pub(super) knowledge: &'k Knowledge<'k>,
    /// The target's version.
    pub(super) qemu: Dialect,
    /// Whether an accelerator keeps the target's time, and chooses for it what no one names.
    pub(super) accelerated: bool,
    /// Whether the layout that is read by is the source's, for want of the target's.
    pub(super) borrowed: bool,
    pub(super) differences: Vec<Difference>,
    /// How many CPUs the target has, and can have.
    pub(super) cpus: u64,
    pub(super) max_cpus: Option<u64>,
    /// What does not stop the load for certain.
    pub(super) doubts: Vec<Refusal>,
    pub(super) numbers: Numbers,
    pub(super) path: Vec<String>,
}

/// One element of a field, as the three see it.
#[derive(Clone, Copy)]
pub(super) struct Element<'e, 'd> {
    pub(super) read: &'d FieldEntry,
    pub(super) sent: Option<&'d FieldEntry>,
    pub(super) local: Option<&'e Node<'e>>,
}

impl<'k> Walk<'k> {
    /// Whether the target is an 11.x, which checks more, and says it in one line.
    pub(super) fn chained(&self) -> bool {
        self.qemu >= Dialect::Qemu11_1
    }

    pub(super) fn new(target: &Target<'k>) -> Self {
        let named = |name: &'static str| {
            let sections = target.machine.sections.iter();
            sections.filter(move |section| section.name == name)
        };
        Self {
            knowledge: target.knowledge,
            qemu: target.qemu,
            borrowed: false,
            accelerated: named("kvmclock").next().is_some(),
            cpus: named("cpu_common").count() as u64,
            max_cpus: target.max_cpus,
            differences: Vec::new(),
            doubts: Vec::new(),
            numbers: Numbers::default(),
            path: Vec::new(),
        }
    }

    /// Fields, then subsections. A nested description comes without a version: it is the target's.
    pub(super) fn vmsd(
        &mut self,
        read: &Description,
        sent: Option<&Description>,
        local: Option<&Struct<'_>>,
        version: Option<u32>,
        reader: &mut Reader<'_>,
    ) -> Step {
        if self.path.len() >= MAX_DEPTH {
            return Err(Refusal::unknown(
                "layout-unknown",
                reader.offset(),
                "the descriptions nest too deep",
            ));
        }
        let (numbers, vmsd) = (self.numbers.len(), read.vmsd_name.as_str());
        // Without a description of the source's own, the target's layout has to do.
        let fields = sent.map_or(read.fields.as_slice(), |sent| &sent.fields);
        let older = Older::of(self.knowledge, read, version, reader.offset());
        let older = older.unwrap_or_else(|doubt| {
            self.doubts.push(*doubt);
            None
        });
        let mut held = Held::new(vmsd);
        for pair in align::align(&read.fields, fields) {
            let pair = older.map_or(Some(pair), |older| pair.at(older));
            let Some(pair) = pair else { continue };
            let name = match pair {
                Pair::Both(_, group, _) | Pair::Target(_, group) | Pair::Source(group) => {
                    group::name(group)
                }
            };
            self.path.push(name.to_owned());
            let local = match pair {
                Pair::Both(place, ..) | Pair::Target(place, _) => {
                    local.and_then(|local| local.fields.get(place))
                }
                Pair::Source(_) => None,
            };
            let (before, count) = (reader.clone(), held.count(self.knowledge, name));
            let result = match (pair, local) {
                (Pair::Both(_, read, sent), None) if hotplug::is_of_cpus(vmsd, name) => {
                    hotplug::cpus(self, read, sent, reader)
                }
                (Pair::Both(_, read, sent), local) if count.is_some() => {
                    self.elements(read, Some(sent), local, count.unwrap_or(0), reader)
                }
                _ => self.pair(pair, local, reader),
            };
            held.note(name, local.map(|local| local.bytes), &before, reader);
            self.path.pop();
            result.map_err(|refusal| refusal.inside(vmsd, name))?;
            self.property(vmsd, name, local, &before)?;
        }
        let came = self.subsections(read, sent, local, reader)?;
        self.numbers.forget(numbers);
        device::check(vmsd, &held, &came, self.qemu, reader.offset())
    }

    /// A field that one side has, or both.
    fn pair(&mut self, pair: Pair<'_>, local: Option<&Node<'_>>, reader: &mut Reader<'_>) -> Step {
        match pair {
            Pair::Both(_, read, sent) => {
                let (ours, theirs) = (align::elements(sent), align::elements(read));
                if ours != theirs && self.numbers.explain(ours, theirs) {
                    return self.elements(read, Some(sent), local, ours, reader);
                }
                if ours != theirs {
                    let count = |count: u64| format!("{count} elements");
                    let message = "the field has another number of elements";
                    self.differ(
                        "array-length-changed",
                        count(ours),
                        count(theirs),
                        message,
                        reader,
                    );
                }
                self.elements(read, Some(sent), local, theirs, reader)
            }
            Pair::Target(_, read) if self.numbers.explain(0, align::elements(read)) => Ok(()),
            Pair::Target(_, read) => {
                let message = "the target reads a field that the source does not send";
                self.differ(
                    "field-added",
                    "nothing".to_owned(),
                    form(read),
                    message,
                    reader,
                );
                self.elements(read, None, local, align::elements(read), reader)
            }
            Pair::Source(sent) if self.numbers.explain(align::elements(sent), 0) => {
                self.elements(sent, Some(sent), None, align::elements(sent), reader)
            }
            Pair::Source(sent) => {
                let message = "the source sends a field that the target does not read";
                self.differ(
                    "field-removed",
                    form(sent),
                    "nothing".to_owned(),
                    message,
                    reader,
                );
                Ok(())
            }
        }
    }

    pub(super) fn differ(
        &mut self,
        rule: &'static str,
        source: String,
        target: String,
        message: &'static str,
        reader: &Reader<'_>,
    ) {
        self.differences.push(Difference {
            rule,
            path: self.path.join(" > "),
            offset: reader.offset(),
            source,
            target,
            message,
        });
    }

    pub(super) fn elements(
        &mut self,
        read: Group<'_>,
        sent: Option<Group<'_>>,
        local: Option<&Node<'_>>,
        count: u64,
        reader: &mut Reader<'_>,
    ) -> Step {
        if let Some(size) = plain(read, sent) {
            let len = size.saturating_mul(count);
            return skip(reader, len, || format!("{count} elements of {size} bytes"));
        }
        let (read, sent) = (align::runs(read), sent.map(align::runs));
        let mut index = 0;
        while let Some((end, entry)) = align::entry(&read, index).filter(|_| index < count) {
            let element = Element {
                read: entry,
                sent: sent
                    .as_ref()
                    .and_then(|sent| align::entry(sent, index))
                    .map(|(_, sent)| sent),
                local: nth(local, index),
            };
            let at = reader.offset();
            let result = self.element(element, reader);
            result.map_err(|mut refusal| {
                if count > 1 && !refusal.path.is_empty() {
                    refusal = refusal.within(&format!("[{index}]"));
                }
                refusal
            })?;
            // What takes no bytes takes none the next time either.
            index = if reader.offset() > at { index + 1 } else { end };
        }
        Ok(())
    }

    fn element(&mut self, element: Element<'_, '_>, reader: &mut Reader<'_>) -> Step {
        let inner = element.sent.and_then(FieldEntry::structure);
        match &element.read.body {
            Body::Struct(Some(read)) => {
                let local = element.local.and_then(|node| match &node.content {
                    Content::Struct(local) => Some(local),
                    _ => None,
                });
                self.vmsd(read, inner, local, None, reader)
            }
            Body::Struct(None) if reader.peek() == Some(marker::NULL_POINTER) => skip(reader, 1, String::new),
            Body::Struct(None) => match inner {
                Some(read) => self.vmsd(read, inner, None, None, reader),
                None => Err(Refusal::unknown(
                    "layout-unknown",
                    reader.offset(),
                    "an array whose first pointer is NULL: the target's description leaves the layout of its elements out",
                )),
            },
            Body::Inline(read) if Kind::of(&element.read.type_name) == Kind::List => {
                self.list(read.first().or(inner), inner, reader)
            }
            Body::Inline(read) => match (read.as_slice(), Kind::of(&element.read.type_name)) {
                ([read], Kind::Inline) => self.vmsd(read, inner, None, None, reader),
                _ => self.sized(element, reader),
            },
            Body::Leaf => self.leaf(element, reader),
        }
    }

    /// Entries of a list come until a byte says that there is none.
    fn list(
        &mut self,
        read: Option<&Description>,
        sent: Option<&Description>,
        reader: &mut Reader<'_>,
    ) -> Step {
        while byte(reader)? != 0 {
            let Some(read) = read else {
                let message = "entries of a list of which neither side describes one";
                return Err(Refusal::unknown("layout-unknown", reader.offset(), message));
            };
            self.vmsd(read, sent, None, None, reader)?;
        }
        Ok(())
    }
}

/// The size of one element, if the field is nothing but bytes that no load looks at.
fn plain(read: Group<'_>, sent: Option<Group<'_>>) -> Option<u64> {
    let ([read], [sent]) = (read, sent?) else {
        return None;
    };
    let many = read.count() > 1 && read.size == sent.size;
    let looked_at = read.type_name.contains("equal") || read.type_name.contains(" le");
    match (&read.body, Kind::of(&read.type_name)) {
        (Body::Leaf, Kind::Scalar(_) | Kind::Raw | Kind::Word) if many && !looked_at => {
            Some(read.size)
        }
        _ => None,
    }
}

fn form(group: Group<'_>) -> String {
    let size = |entry: &FieldEntry| entry.size.saturating_mul(entry.count());
    let bytes = group.iter().map(size).fold(0, u64::saturating_add);
    match group.first() {
        Some(entry) => format!("{} ({bytes} bytes)", entry.type_name),
        None => format!("{bytes} bytes"),
    }
}

fn nth<'e>(node: Option<&'e Node<'e>>, index: u64) -> Option<&'e Node<'e>> {
    let node = node?;
    match &node.content {
        Content::Elements(elements) => elements.get(usize::try_from(index).ok()?),
        _ => Some(node).filter(|_| index == 0),
    }
}
