//! The walk over a schema, field by field, that writes bytes or reads them: what a release of which only the schema is
//! left would have sent, or would have made of what it gets.

use std::collections::HashMap;

use vmsd_schema::schema::{Count, Field, Presence, Schema, Shape, Size};
use vmsd_schema::wire::marker::{NULL_POINTER, VALID_POINTER};
use vmsd_schema::Value;

use super::generated::{Choice, Fill};

/// Why a walk did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The schema does not tell what is on the wire.
    Untold(String),
    /// The bytes are not those of the schema.
    Refused(String),
}

/// Where bytes go, or come from.
pub(super) trait Bytes {
    /// One value of `size` bytes: `wanted` where it is written, what stands there where it is read.
    fn value(&mut self, size: u64, wanted: u64) -> Result<u64, Stop>;

    /// As [`Self::value`], of a field of which the reader holds `held`.
    fn field(&mut self, size: u64, wanted: u64, held: Option<u64>) -> Result<u64, Stop> {
        let _ = held;
        self.value(size, wanted)
    }

    /// The next subsection of `schema` and its version; the header is done. Those before `from` are, where one writes.
    fn subsection(
        &mut self,
        schema: &Schema,
        from: usize,
        choice: Choice,
    ) -> Result<Option<(usize, u32)>, Stop>;
}

/// A walk over a schema.
pub(super) struct Walk<'b, B> {
    pub(super) bytes: &'b mut B,
    pub(super) choice: Choice,
    /// How many values there were: no two of a pattern are alike.
    written: u64,
}

/// Counts by the names of the fields that hold them.
type Counts = HashMap<String, u64>;

impl<'b, B: Bytes> Walk<'b, B> {
    pub(super) fn new(bytes: &'b mut B, choice: Choice) -> Self {
        Self {
            bytes,
            choice,
            written: 0,
        }
    }

    /// A table at `version`: its fields, then its subsections. `own` is what the reader holds there.
    pub(super) fn table(
        &mut self,
        schema: &Schema,
        version: u32,
        own: Option<&Value>,
    ) -> Result<Counts, Stop> {
        let mut counts = Counts::new();
        for field in &schema.fields {
            if self.is_there(field, version)? {
                let own = own.and_then(|value| value.get(&field.name));
                self.field(schema, field, own, &mut counts)?;
            }
        }
        let mut from = 0;
        while let Some((index, version)) = self.bytes.subsection(schema, from, self.choice)? {
            let Some(child) = schema.subsections.get(index) else {
                break;
            };
            let own = own.and_then(|value| value.get(&child.name));
            self.table(child, version, own)?;
            from = index + 1;
        }
        Ok(counts)
    }

    fn is_there(&self, field: &Field, version: u32) -> Result<bool, Stop> {
        match field.presence {
            Presence::Since(since) => Ok(since <= version),
            Presence::Conditional => Ok(self.choice.conditional),
            Presence::Unknown => Err(untold(field, "when it is there")),
        }
    }

    fn field(
        &mut self,
        schema: &Schema,
        field: &Field,
        own: Option<&Value>,
        counts: &mut Counts,
    ) -> Result<(), Stop> {
        let count = match &field.count {
            Count::One => 1,
            Count::Fixed(count) => *count,
            Count::Field { name, times } => match counts.get(name) {
                Some(count) => count.saturating_mul(*times),
                None => return Err(untold(field, "how many there are")),
            },
            Count::Seen(_) | Count::Unknown => return Err(untold(field, "how many there are")),
        };
        if let (
            Shape::Leaf {
                type_name,
                size: Size::ByValue,
            },
            Count::Field { .. },
        ) = (&field.shape, &field.count)
        {
            // A buffer counts bytes and is one value; other encodings add what only they know.
            if type_name != "buffer" {
                return Err(untold(field, "how long the value is"));
            }
            return (0..count).try_for_each(|_| self.leaf(field, "uint8", 1, None).map(drop));
        }
        let is_count = schema.fields.iter().any(
            |other| matches!(&other.count, Count::Field { name, .. } if *name == field.name || name.starts_with(&format!("{}.", field.name))),
        );
        for index in 0..count {
            let own = element(own, &field.shape, index);
            if is_count && matches!(field.shape, Shape::Leaf { .. }) {
                let held = own.and_then(Value::as_u64).unwrap_or(0);
                let Shape::Leaf {
                    size: Size::Fixed(size),
                    ..
                } = field.shape
                else {
                    return Err(untold(field, "how long the value is"));
                };
                // Two elements fit wherever a list makes sense.
                let wanted = if self.choice.fill == Fill::Pattern {
                    2
                } else {
                    held
                };
                counts.insert(field.name.clone(), self.bytes.value(size, wanted)?);
                continue;
            }
            for (name, value) in self.shape(field, &field.shape, own)? {
                counts.insert(format!("{}.{name}", field.name), value);
            }
        }
        Ok(())
    }

    fn shape(&mut self, field: &Field, shape: &Shape, own: Option<&Value>) -> Result<Counts, Stop> {
        match shape {
            Shape::Leaf {
                type_name,
                size: Size::Fixed(size),
            } => {
                self.leaf(field, type_name, *size, own)?;
            }
            Shape::Struct(schema) => return self.table(schema, version_of(schema)?, own),
            Shape::VStruct(schema, version) => return self.table(schema, *version, own),
            Shape::List { type_name, entry } => match (type_name.as_str(), entry.as_slice()) {
                ("tmp", [schema]) => return self.table(schema, version_of(schema)?, own),
                ("qtailq" | "qlist", [schema]) => self.list(schema, own)?,
                _ => return Err(untold(field, "what its entries are")),
            },
            Shape::Pointer { marked, to } => self.pointer(field, *marked, to, own)?,
            Shape::Leaf { .. } | Shape::Nested(_) | Shape::Unknown => {
                return Err(untold(field, "how long the value is"))
            }
        }
        Ok(Counts::new())
    }

    /// A byte before each entry, and one that ends the list.
    fn list(&mut self, schema: &Schema, own: Option<&Value>) -> Result<(), Stop> {
        let entries: &[Value] = match own {
            Some(Value::List(entries)) => entries,
            _ => &[],
        };
        let wanted = match self.choice.fill {
            Fill::Pattern => 2,
            Fill::Own | Fill::Zero => entries.len(),
        };
        let mut done = 0;
        while self.bytes.value(1, u64::from(done < wanted))? != 0 {
            self.table(schema, version_of(schema)?, entries.get(done))?;
            done += 1;
        }
        Ok(())
    }

    /// Without markers the reader must hold as many as come, so those are sent that it holds.
    fn pointer(
        &mut self,
        field: &Field,
        marked: bool,
        to: &Shape,
        own: Option<&Value>,
    ) -> Result<(), Stop> {
        let null = matches!(own, Some(Value::Null));
        let is_null = if marked {
            let wanted = if null { NULL_POINTER } else { VALID_POINTER };
            self.bytes.value(1, u64::from(wanted))? == u64::from(NULL_POINTER)
        } else {
            if null {
                self.bytes.value(1, u64::from(NULL_POINTER))?;
            }
            null
        };
        if is_null {
            return Ok(());
        }
        self.shape(field, to, own).map(drop)
    }

    fn leaf(
        &mut self,
        field: &Field,
        type_name: &str,
        size: u64,
        own: Option<&Value>,
    ) -> Result<(), Stop> {
        self.written += 1;
        let held = own.and_then(bits);
        let wanted = match self.choice.fill {
            _ if type_name == "unused_buffer" => 0,
            Fill::Zero => 0,
            Fill::Own => held.unwrap_or(0),
            // What has a bound of its own keeps what surely is within it.
            Fill::Pattern if !field.constraints.is_empty() => held.unwrap_or(0),
            Fill::Pattern if type_name == "bool" => 1,
            Fill::Pattern => self.written.wrapping_mul(0x0123_4567_89ab_cdef),
        };
        self.bytes.field(size, wanted, held).map(drop)
    }
}

/// What the reader holds as element `index`: scalars of an array are a list, or bytes.
fn element<'v>(own: Option<&'v Value>, shape: &Shape, index: u64) -> Option<&'v Value> {
    match (own?, shape) {
        (Value::List(_), Shape::List { .. }) => own,
        (Value::List(values), _) => values.get(usize::try_from(index).ok()?),
        _ => own,
    }
}

/// The value as it stands on the wire, in as many bytes as it has.
fn bits(value: &Value) -> Option<u64> {
    match value {
        Value::Int { value, .. } => Some(u64::from_ne_bytes(value.to_ne_bytes())),
        other => other.as_u64(),
    }
}

fn version_of(schema: &Schema) -> Result<u32, Stop> {
    schema
        .version
        .ok_or_else(|| Stop::Untold(format!("the version of `{}` is not known", schema.name)))
}

fn untold(field: &Field, what: &str) -> Stop {
    Stop::Untold(format!(
        "the schema does not tell of `{}` {what}",
        field.name
    ))
}
