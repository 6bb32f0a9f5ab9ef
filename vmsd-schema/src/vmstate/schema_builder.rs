//! Builds a static [`Schema`] from the types that the derive names.

use super::{Codec, Elements, FieldMeta, VmState};
use crate::schema::{Constraint, Count, Extent, Field, Presence, Schema};

/// Collects the fields of one description in the order of the wire.
#[derive(Debug, Default)]
pub struct SchemaBuilder {
    schema: Schema,
}

impl SchemaBuilder {
    /// The empty table of `S`.
    #[must_use]
    pub fn new<S: VmState>() -> Self {
        Self {
            schema: Schema {
                name: S::NAME.to_owned(),
                version: Some(S::VERSION),
                minimum_version: Some(S::MINIMUM_VERSION),
                priority: Some(S::PRIORITY),
                early_setup: Some(S::EARLY_SETUP),
                unmigratable: Some(S::UNMIGRATABLE),
                opaque: Some(S::OPAQUE),
                extent: Extent::Whole,
                ..Schema::default()
            },
        }
    }

    /// A field whose type tells its count.
    #[must_use]
    pub fn field<T: ?Sized, C: Codec<T>>(self, meta: &FieldMeta) -> Self {
        self.push(meta, C::count(), C::shape())
    }

    /// A field whose count another field holds.
    #[must_use]
    pub fn counted<E: Elements, C: Codec<[E::Item]>>(
        self,
        meta: &FieldMeta,
        field: &str,
        times: u64,
    ) -> Self {
        self.push(
            meta,
            Count::Field {
                name: field.to_owned(),
                times,
            },
            C::shape(),
        )
    }

    /// A part of a field, of `count` elements.
    #[must_use]
    pub fn slice<E: Elements, C: Codec<[E::Item]>>(self, meta: &FieldMeta, count: u64) -> Self {
        self.push(meta, Count::Fixed(count), C::shape())
    }

    /// A subsection.
    #[must_use]
    pub fn subsection<S: VmState>(mut self) -> Self {
        self.schema.subsections.push(S::schema());
        self
    }

    /// The table.
    #[must_use]
    pub fn build(self) -> Schema {
        self.schema
    }

    fn push(mut self, meta: &FieldMeta, count: Count, shape: crate::schema::Shape) -> Self {
        let presence = if meta.conditional {
            Presence::Conditional
        } else {
            Presence::Since(meta.since)
        };
        let mut constraints = Vec::new();
        if !meta.max.is_empty() {
            constraints.push(Constraint::Max(meta.max.to_owned()));
        }
        if !meta.validate.is_empty() {
            constraints.push(Constraint::Validate(meta.validate.to_owned()));
        }
        self.schema.fields.push(Field {
            name: meta.name.to_owned(),
            aliases: meta
                .renamed
                .iter()
                .map(|(_, name)| (*name).to_owned())
                .collect(),
            presence,
            count,
            shape,
            range: (!meta.range.is_empty()).then(|| meta.range.to_owned()),
            constraints,
            host: None,
        });
        self
    }
}
