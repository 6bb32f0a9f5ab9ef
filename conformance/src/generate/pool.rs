//! Structs by content: one for all places that have the same fields.

use std::collections::{BTreeSet, HashMap};

use super::layout::{Count, Item, Layout, LayoutField, Pointers};

/// A struct of a [`Pool`].
pub type StructId = usize;

/// Every struct that is needed, each once.
#[derive(Debug, Default)]
pub struct Pool {
    structs: Vec<Struct>,
    known: HashMap<Struct, StructId>,
    /// Keys of trees, which are compared.
    ordered: BTreeSet<StructId>,
}

/// A VMStateDescription whose nested ones stand elsewhere in the pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Struct {
    /// The VMStateDescription's name.
    pub name: String,
    /// What to call it, where it has no name.
    pub alias: Option<String>,
    /// The version that was written.
    pub version: u32,
    /// The oldest version that loads, if known.
    pub minimum_version: Option<u32>,
    /// Subsections that are known and were not sent.
    pub unsent: Vec<String>,
    /// Whether it is an old-style handler.
    pub opaque: bool,
    /// Fields in the order of the wire.
    pub fields: Vec<Field>,
    /// Subsections in the order of the wire.
    pub subsections: Vec<StructId>,
}

/// A field of a [`Struct`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name in the JSON.
    pub name: String,
    /// Whether some values lack it.
    pub optional: bool,
    /// The version that it came with, if known.
    pub since: u32,
    /// Whether a predicate decides.
    pub conditional: bool,
    /// How many elements it has.
    pub count: Count,
    /// Whether elements were described one by one.
    pub uncompressed: bool,
    /// How NULL stands among them.
    pub pointers: Pointers,
    /// What an element is.
    pub kind: Kind,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A value of an encoding that has a name, and its width if that is always the same.
    Leaf(String, Option<u64>),
    /// A struct.
    Struct(StructId),
    /// A struct at this version.
    VStruct(StructId, u32),
    /// A temporary.
    Tmp(StructId),
    /// A list by its JSON type.
    List(String, StructId),
    /// A tree: the key, unless it is a number, and the value.
    Tree(Option<StructId>, StructId),
    /// Elements of which QEMU did not say what they are.
    Undescribed {
        /// Bytes of the fields behind it.
        after: u64,
    },
}

impl Pool {
    /// The struct of `layout`.
    pub fn add(&mut self, layout: &Layout) -> StructId {
        let fields = layout.fields.iter().map(|f| self.field(layout, f));
        let fields = fields.collect();
        let subsections = layout.subsections.iter().map(|s| self.add(s)).collect();
        self.intern(Struct {
            name: layout.name.clone(),
            alias: None,
            version: layout.version,
            minimum_version: layout.minimum_version,
            unsent: layout.unsent.clone(),
            opaque: layout.opaque,
            fields,
            subsections,
        })
    }

    /// The struct itself.
    #[must_use]
    pub fn get(&self, id: StructId) -> Option<&Struct> {
        self.structs.get(id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.structs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.structs.is_empty()
    }

    /// Whether values of it must have an order.
    #[must_use]
    pub fn is_ordered(&self, id: StructId) -> bool {
        self.ordered.contains(&id)
    }

    /// The structs that `id` names.
    #[must_use]
    pub fn children(&self, id: StructId) -> Vec<StructId> {
        let Some(parent) = self.get(id) else {
            return Vec::new();
        };
        let fields = parent.fields.iter().flat_map(|field| match field.kind {
            Kind::Leaf(..) | Kind::Undescribed { .. } => vec![],
            Kind::Struct(id) | Kind::VStruct(id, _) | Kind::Tmp(id) | Kind::List(_, id) => vec![id],
            Kind::Tree(key, value) => key.into_iter().chain([value]).collect(),
        });
        fields.chain(parent.subsections.iter().copied()).collect()
    }

    fn field(&mut self, parent: &Layout, field: &LayoutField) -> Field {
        let kind = match &field.item {
            Item::Leaf { type_name, size } => Kind::Leaf(type_name.clone(), *size),
            Item::Struct(layout) => Kind::Struct(self.add(layout)),
            Item::VStruct(layout) => Kind::VStruct(self.add(layout), layout.version),
            Item::Tmp(layout) => Kind::Tmp(self.add(layout)),
            Item::List { type_name, element } => {
                let element = self.add_or_unknown(parent, field, element.as_deref());
                Kind::List(type_name.clone(), element)
            }
            Item::Tree { key, value } => {
                let key = key.as_deref().map(|key| self.add(key));
                if let Some(key) = key {
                    self.order(key);
                }
                Kind::Tree(key, self.add_or_unknown(parent, field, value.as_deref()))
            }
            Item::Null => Kind::Struct(self.add_or_unknown(parent, field, None)),
            Item::Undescribed { after } => Kind::Undescribed { after: *after },
        };
        Field {
            name: field.name.clone(),
            optional: field.optional,
            since: field.since,
            conditional: field.conditional,
            count: field.count,
            uncompressed: field.uncompressed,
            pointers: field.pointers,
            kind,
        }
    }

    /// Of what nobody saw there is an empty struct, to be filled by a person.
    fn add_or_unknown(
        &mut self,
        parent: &Layout,
        field: &LayoutField,
        layout: Option<&Layout>,
    ) -> StructId {
        match layout {
            Some(layout) => self.add(layout),
            None => self.intern(Struct {
                name: String::new(),
                alias: Some(format!("{} {} element", parent.name, field.name)),
                version: 0,
                minimum_version: None,
                unsent: Vec::new(),
                opaque: false,
                fields: Vec::new(),
                subsections: Vec::new(),
            }),
        }
    }

    fn order(&mut self, id: StructId) {
        self.ordered.insert(id);
        for child in self.children(id) {
            self.order(child);
        }
    }

    fn intern(&mut self, content: Struct) -> StructId {
        if let Some(id) = self.known.get(&content) {
            return *id;
        }
        let id = self.structs.len();
        self.structs.push(content.clone());
        self.known.insert(content, id);
        id
    }
}
