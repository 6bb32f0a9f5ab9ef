//! A struct as the macro sees it, with every choice made: what [`crate::expand`] works from.

use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Fields, GenericArgument, Generics, LitStr, Path, PathArguments, Type,
};

use crate::attr::{crate_path, ContainerAttrs, FieldAttrs, Length, Max, Renamed};
use crate::ctxt::Ctxt;
use crate::word::{self, Word};

/// The struct.
pub(crate) struct Container {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) name: LitStr,
    pub(crate) version: u32,
    pub(crate) minimum_version: u32,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) krate: Path,
    pub(crate) fields: Vec<Field>,
}

/// One field, in lowering order: when, how many, which encoding, which checks.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
    pub(crate) default: Option<TokenStream>,
}

/// What a field is to migration.
pub(crate) enum Role {
    /// Not migrated.
    Skip,
    /// A subsection: the type inside the `Option`.
    Subsection {
        state: Box<Type>,
        foreign_name: bool,
    },
    /// A field of the table.
    Sent(Box<Sent>),
}

/// A field of the table.
pub(crate) struct Sent {
    pub(crate) name: String,
    /// The name with `[k]`, where the table has it more than once.
    pub(crate) json_name: String,
    pub(crate) presence: Presence,
    pub(crate) elements: Elements,
    pub(crate) encoding: Encoding,
    /// Where the word stands that chose the encoding; of a usual one the type.
    pub(crate) encoding_at: Span,
    pub(crate) renamed: Option<Renamed>,
    /// Described element by element: the word says so, or a predicate in QEMU's table.
    pub(crate) uncompressed: bool,
    pub(crate) max: Option<Max>,
    pub(crate) validate: Option<Path>,
    /// `since` above the container's version: the field is never on the wire.
    pub(crate) never_sent: bool,
    pub(crate) allows: Vec<syn::Attribute>,
}

/// When a field is on the wire.
pub(crate) enum Presence {
    Since(u32),
    /// A `skip`ped bool of the same struct.
    Fact(Ident),
    Predicate(Path),
}

/// What the struct says to each of its fields.
struct Surroundings<'a> {
    version: u32,
    skipped: &'a [Ident],
    prefix: &'a str,
}

/// How many elements a field has.
pub(crate) enum Elements {
    All,
    Len { length: Length, never_sent: bool },
    Range(TokenStream),
}

/// How the field is encoded.
pub(crate) enum Encoding {
    Usual,
    Word(Word),
    With(Box<Type>),
    VStruct(u32),
    Marked,
    Equal,
}

impl Container {
    pub(crate) fn parse(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let mut attrs = ContainerAttrs::parse(cx, &input.attrs);
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => Some(&fields.named),
                Fields::Unit | Fields::Unnamed(_) => None,
            },
            Data::Enum(_) | Data::Union(_) => None,
        };
        let Some(fields) = fields else {
            cx.error(
                &input.ident,
                "`VmState` is for structs with named fields: the names stand in the description",
            );
            return None;
        };
        let name = attrs.name.take().unwrap_or_else(|| {
            if !attrs.bad.contains(&word::NAME) {
                cx.error(
                    &input.ident,
                    "missing `#[vmstate(name = \"…\")]`: the name of QEMU's VMStateDescription",
                );
            }
            LitStr::new("", input.ident.span())
        });
        if !attrs.version.is_set() && !attrs.bad.contains(&word::VERSION) {
            cx.error(&input.ident, "missing `#[vmstate(version = N)]`");
        }
        let version = attrs.version.as_ref().map_or(0, |set| set.value);
        let minimum_version = attrs
            .minimum_version
            .as_ref()
            .map_or(version, |set| set.value);
        let krate = crate_path(&input.attrs);
        let parsed: Vec<_> = fields
            .iter()
            .map(|field| (field, FieldAttrs::parse(cx, &field.attrs)))
            .collect();
        crate::check::fields(cx, &attrs, &parsed);
        let skipped: Vec<Ident> = parsed
            .iter()
            .filter(|(_, attrs)| attrs.skip.is_set())
            .filter_map(|(f, _)| f.ident.clone())
            .collect();
        let prefix = attrs.prefix.take().map(|set| set.value());
        let around = Surroundings {
            version,
            skipped: &skipped,
            prefix: prefix.as_deref().unwrap_or_default(),
        };
        let mut fields: Vec<Field> = parsed
            .into_iter()
            .map(|(field, attrs)| Field::new(field, attrs, &around))
            .collect();
        number_names(&mut fields);
        find_lengths_sent_later(&mut fields);
        let container = Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            name,
            version,
            minimum_version,
            attrs,
            krate,
            fields,
        };
        crate::check::container(cx, &container);
        Some(container)
    }

    pub(crate) fn sent(&self) -> impl Iterator<Item = (&Field, &Sent)> {
        self.fields.iter().filter_map(|field| match &field.role {
            Role::Sent(sent) => Some((field, &**sent)),
            _ => None,
        })
    }

    pub(crate) fn subsections(&self) -> impl Iterator<Item = (&Field, &Type, bool)> {
        self.fields.iter().filter_map(|field| match &field.role {
            Role::Subsection {
                state,
                foreign_name,
            } => Some((field, &**state, *foreign_name)),
            _ => None,
        })
    }
}

impl Field {
    fn new(field: &syn::Field, mut attrs: FieldAttrs, around: &Surroundings<'_>) -> Self {
        let ident = field.ident.clone().unwrap_or_else(|| format_ident!("_0"));
        let default = attrs.default.take();
        let role = if attrs.skip.is_set() {
            Role::Skip
        } else if attrs.subsection.is_set() {
            let state = argument(&field.ty, "Option", 0)
                .unwrap_or(&field.ty)
                .clone();
            Role::Subsection {
                state: Box::new(state),
                foreign_name: attrs.foreign_name.is_set(),
            }
        } else {
            Role::Sent(Box::new(Sent::new(field, &ident, attrs, around)))
        };
        Self {
            ident,
            ty: field.ty.clone(),
            role,
            default,
        }
    }
}

impl Sent {
    fn new(
        field: &syn::Field,
        ident: &Ident,
        mut attrs: FieldAttrs,
        around: &Surroundings<'_>,
    ) -> Self {
        let Surroundings {
            version,
            skipped,
            prefix,
        } = *around;
        let since = attrs.since.take().unwrap_or(0);
        let presence = match attrs.exists.take() {
            Some(path) => match path.get_ident() {
                Some(fact) if skipped.contains(fact) => Presence::Fact(fact.clone()),
                _ => Presence::Predicate(path),
            },
            None => Presence::Since(since),
        };
        let encoding_at = attrs.encoding_word().map_or(field.ty.span(), Spanned::span);
        let encoding = match (
            attrs.encoding.take(),
            attrs.with.take(),
            attrs.struct_version.take(),
        ) {
            (Some(word), ..) => Encoding::Word(word),
            (_, Some(path), _) => Encoding::With(Box::new(path)),
            (.., Some(version)) => Encoding::VStruct(version),
            _ if attrs.marked.is_set() => Encoding::Marked,
            _ if attrs.equal.is_set() => Encoding::Equal,
            _ => Encoding::Usual,
        };
        let name = match attrs.name.take() {
            Some(name) => name.value(),
            None if matches!(encoding, Encoding::Word(word::TMP)) => "tmp".to_owned(),
            None if is_unused(&field.ty) => "unused".to_owned(),
            None => format!("{prefix}{}", ident.unraw()),
        };
        let elements = match (attrs.len.take(), attrs.range.take()) {
            (Some(length), _) => {
                let never_sent =
                    length.members.len() == 1 && length.members.iter().all(|m| skipped.contains(m));
                Elements::Len { length, never_sent }
            }
            (None, Some(range)) => Elements::Range(range),
            (None, None) => Elements::All,
        };
        let unconditional = matches!(presence, Presence::Since(_));
        let uncompressed =
            attrs.uncompressed.is_set() || !(unconditional || attrs.compressed.is_set());
        Self {
            json_name: name.clone(),
            name,
            presence,
            elements,
            encoding,
            encoding_at,
            renamed: attrs.renamed.take(),
            uncompressed,
            max: attrs.max.take(),
            validate: attrs.validate.take(),
            never_sent: since > version,
            allows: field
                .attrs
                .iter()
                .filter(|attr| attr.path().is_ident("allow"))
                .cloned()
                .collect(),
        }
    }
}

/// QEMU tells fields of one name apart by their number among all of that name, present or not.
fn number_names(fields: &mut [Field]) {
    let names: Vec<String> = fields
        .iter()
        .filter_map(|field| match &field.role {
            Role::Sent(sent) => Some(sent.name.clone()),
            _ => None,
        })
        .collect();
    let mut seen = Vec::new();
    for field in fields {
        let Role::Sent(sent) = &mut field.role else {
            continue;
        };
        if names.iter().filter(|name| **name == sent.name).count() > 1 {
            let number = seen.iter().filter(|name| **name == sent.name).count();
            sent.json_name = format!("{}[{number}]", sent.name);
        }
        seen.push(sent.name.clone());
    }
}

/// A length that is sent behind its elements, to be compared, is as good as never sent when they are loaded.
fn find_lengths_sent_later(fields: &mut [Field]) {
    let names: Vec<Ident> = fields.iter().map(|field| field.ident.clone()).collect();
    for (at, field) in fields.iter_mut().enumerate() {
        let Role::Sent(sent) = &mut field.role else {
            continue;
        };
        if let Elements::Len { length, never_sent } = &mut sent.elements {
            let later = names.get(at..).unwrap_or_default();
            *never_sent |= matches!(&*length.members, [name] if later.contains(name));
        }
    }
}

fn is_unused(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => is_unused(&array.elem),
        _ => {
            last_segment(ty).is_some_and(|segment| segment.ident == "Unused")
                || argument(ty, "Vec", 0).is_some_and(is_unused)
        }
    }
}

pub(crate) fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// Argument `index` of a type that is spelled `outer<…>`.
pub(crate) fn argument<'t>(ty: &'t Type, outer: &str, index: usize) -> Option<&'t Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == outer)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}
