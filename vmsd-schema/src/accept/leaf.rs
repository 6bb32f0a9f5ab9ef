//! A value without parts, read as the target's type for it reads.

use super::refusal::{truncated, Refusal};
use super::walk::{Element, Step, Walk};
use super::{pci, value, virtio, virtio_gpu};
use crate::decode::{Kind, Scalar, ScalarKind};
use crate::error::Error;
use crate::wire::{marker, Reader};

impl Walk<'_> {
    pub(super) fn leaf(&mut self, element: Element<'_, '_>, reader: &mut Reader<'_>) -> Step {
        let Element { read, sent, local } = element;
        let bytes = local.map(|node| node.bytes);
        match Kind::of(&read.type_name) {
            Kind::Scalar(kind) if kind.width() as u64 == read.size => {
                let at = reader.offset();
                let came = take(reader, kind.width())?;
                let value = number(kind.value(came));
                let own = local.and_then(|node| node.scalars().next()).map(number);
                // A number that only one side calls so says nothing of counts; neither does a truth value.
                if sent.is_some() && kind != ScalarKind::Bool {
                    self.numbers.note(value, own);
                }
                let own = own.filter(|own| *own != value);
                value::scalar(&read.type_name, value, own, at)
            }
            Kind::Null | Kind::Marker => {
                let at = reader.offset();
                let (came, own) = (byte(reader)?, bytes.and_then(<[u8]>::first).copied());
                match own.unwrap_or(marker::NULL_POINTER) {
                    own if own == came => Ok(()),
                    own => Err(value::pointer(at, came, own)),
                }
            }
            Kind::Counted8 => reader
                .counted_bytes()
                .map(drop)
                .map_err(|error| ended(&error)),
            Kind::Counted32 => {
                let len = reader.u32().map_err(|error| ended(&error))?;
                skip(reader, u64::from(len), String::new)
            }
            _ => match read.type_name.as_str() {
                "pci config" => pci::config(reader, bytes, read.size),
                "pci irq state" => pci::irq_state(reader, read.size),
                "virtio" => virtio::load(self, reader, bytes, sent),
                "virtio-gpu" if virtio_gpu::is_at_rest(reader.rest()) => {
                    virtio_gpu::load(self, reader, bytes, element)
                }
                _ => self.sized(element, reader),
            },
        }
    }

    /// A value of so many bytes. Where only QEMU's code for the type knows how many, they are the source's.
    pub(super) fn sized(&mut self, element: Element<'_, '_>, reader: &mut Reader<'_>) -> Step {
        let Element { read, sent, .. } = element;
        let (own, came) = (read.size, sent.map_or(read.size, |sent| sent.size));
        if own == came || self.numbers.explain(came, own) {
            return skip(reader, came, || format!("{came} bytes"));
        }
        let by_value = matches!(
            Kind::of(&read.type_name),
            Kind::Opaque | Kind::Tree | Kind::Inline
        );
        if by_value && came >= 1 {
            let message = format!(
                "a value of type `{}` takes as many bytes as it needs",
                read.type_name
            );
            let doubt = Refusal::unknown("value-opaque", reader.offset(), message);
            self.doubts.push(
                *doubt
                    .between(format!("{came} bytes"), format!("{own} bytes"))
                    .within(&self.path.join(" > ")),
            );
            return skip(reader, came, || format!("{came} bytes"));
        }
        let bytes = |len: u64| format!("{len} bytes");
        self.differ(
            "field-resized",
            bytes(came),
            bytes(own),
            "the field has another size",
            reader,
        );
        skip(reader, own, || bytes(own))
    }
}

fn number(scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Bool(value) => u64::from(value),
        Scalar::Uint { value, .. } => value,
        Scalar::Int { value, .. } => value as u64,
    }
}

fn ended(error: &Error) -> Box<Refusal> {
    truncated(error.offset().unwrap_or_default())
}

pub(super) fn byte(reader: &mut Reader<'_>) -> Step<u8> {
    reader.u8().map_err(|error| ended(&error))
}

pub(super) fn take<'a>(reader: &mut Reader<'a>, len: usize) -> Step<&'a [u8]> {
    reader.bytes(len).map_err(|error| ended(&error))
}

pub(super) fn skip(reader: &mut Reader<'_>, len: u64, what: impl FnOnce() -> String) -> Step {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    reader
        .skip(len)
        .map_err(|error| ended(&error).between("the end of the stream", what()))
}
