//! The impls, from a struct that was checked. Nothing here can fail.
//!
//! `visit` names every field once; save, load and describe are walks over it in the library.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Path, Type};

use crate::ast::{argument, Container, Elements, Encoding, Field, Presence, Sent};
use crate::attr::{Length, Max, Renamed};
use crate::check::pointee;
use crate::word;

/// `impl VmState`, `impl Field` and, if asked for, `impl Default`.
pub(crate) fn container(container: &Container) -> TokenStream {
    let Container {
        ident,
        generics,
        name,
        version,
        minimum_version,
        krate,
        ..
    } = container;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let p = quote!(#krate::__private);
    let sent: Vec<_> = container
        .sent()
        .map(|(field, sent)| FieldTokens::new(krate, field, sent))
        .collect();
    let states: Vec<_> = container.subsections().map(|(_, state, _)| state).collect();

    let count = sent.len();
    let metas = sent.iter().map(|field| field.meta(&p));
    let compressible = sent.iter().filter_map(|field| field.compressible(&p));
    let compressible = if states.is_empty() {
        quote!(true #(&& #compressible)*)
    } else {
        quote!(false)
    };
    let min_sizes = sent.iter().filter_map(|field| field.min_size(&p));
    let visits = sent
        .iter()
        .enumerate()
        .map(|(index, field)| field.visit(&p, index));
    let rows = sent
        .iter()
        .enumerate()
        .map(|(index, field)| field.schema(&p, index));
    let subsections = container
        .subsections()
        .enumerate()
        .map(|(index, (field, _, _))| {
            let member = &field.ident;
            quote!(#index => __v.subsection(&mut self.#member),)
        });
    let names = container
        .subsections()
        .filter(|(.., foreign)| !foreign)
        .map(|(_, state, _)| {
            let message =
                "a subsection's name starts with its parent's name; `foreign_name` admits another";
            quote_spanned!(state.span()=> const _: () = ::core::assert!(
            #p::is_subsection_of(#name, <#state as #p::VmState>::NAME), #message
        );)
        });
    let lists = sent.iter().filter_map(|field| field.list_version_check(&p));
    let lints = sent.iter().filter_map(FieldTokens::never_sent);
    let hooks = hooks(container);
    let flags = flags(container, &p);
    let default = container.attrs.default.is_set().then(|| default(container));

    quote! {
        #[automatically_derived]
        const _: () = {
            static __FIELDS: [#p::FieldMeta; #count] = [#(#metas),*];
            #(#names)*
            #(#lists)*
            #(#lints)*

            impl #impl_generics #p::VmState for #ident #type_generics #where_clause {
                const NAME: &'static #p::str = #name;
                const VERSION: #p::u32 = #version;
                const MINIMUM_VERSION: #p::u32 = #minimum_version;
                const SUBSECTIONS: &'static [&'static #p::str] = &[#(<#states as #p::VmState>::NAME),*];
                const COMPRESSIBLE: #p::bool = #compressible;
                const MIN_SIZE: #p::usize = 0 #(+ #min_sizes)*;
                #flags

                fn schema() -> #p::Schema {
                    #p::SchemaBuilder::new::<Self>() #(#rows)* #(.subsection::<#states>())* .build()
                }

                fn visit<__V: #p::Visitor>(&mut self, __v: &mut __V, __version: #p::u32) -> #krate::Result<()> {
                    #(#visits)*
                    let _ = (__v, __version);
                    #p::Ok(())
                }

                fn visit_subsection<__V: #p::Visitor>(&mut self, __v: &mut __V, __index: #p::usize) -> #krate::Result<()> {
                    match __index {
                        #(#subsections)*
                        _ => #p::Ok(()),
                    }
                }

                #hooks
            }

            impl #impl_generics #p::Field for #ident #type_generics #where_clause {
                type Codec = #p::codec::Nested;
            }

            #default
        };
    }
}

/// An impl that says nothing, so that a mistake in the struct is the only error that is shown.
pub(crate) fn stub(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let p = quote!(::vmsd_schema::__private);
    quote! {
        #[automatically_derived]
        const _: () = {
            impl #impl_generics #p::VmState for #ident #type_generics #where_clause {
                const NAME: &'static #p::str = "";
                const VERSION: #p::u32 = 0;
                const MINIMUM_VERSION: #p::u32 = 0;
                const SUBSECTIONS: &'static [&'static #p::str] = &[];
                const COMPRESSIBLE: #p::bool = true;
                const MIN_SIZE: #p::usize = 0;
                fn schema() -> #p::Schema { ::core::unimplemented!() }
                fn visit<__V: #p::Visitor>(&mut self, _: &mut __V, _: #p::u32) -> ::vmsd_schema::Result<()> {
                    ::core::unimplemented!()
                }
                fn visit_subsection<__V: #p::Visitor>(&mut self, _: &mut __V, _: #p::usize) -> ::vmsd_schema::Result<()> {
                    ::core::unimplemented!()
                }
            }
            impl #impl_generics #p::Field for #ident #type_generics #where_clause {
                type Codec = #p::codec::Nested;
            }
        };
    }
}

fn hooks(container: &Container) -> TokenStream {
    let krate = &container.krate;
    let attrs = &container.attrs;
    let pre_save = attrs.pre_save.as_ref().map(|set| {
        let path = &set.value;
        quote!(fn hook_pre_save(&mut self) -> #krate::Result<()> { #path(self) })
    });
    let post_save = attrs.post_save.as_ref().map(|set| {
        let path = &set.value;
        quote!(fn hook_post_save(&mut self) { #path(self); })
    });
    let pre_load = attrs.pre_load.as_ref().map(|set| {
        let path = &set.value;
        quote!(fn hook_pre_load(&mut self) -> #krate::Result<()> { #path(self) })
    });
    let post_load = attrs.post_load.as_ref().map(|set| {
        let path = &set.value;
        quote!(fn hook_post_load(&mut self, __version: u32) -> #krate::Result<()> { #path(self, __version) })
    });
    quote!(#pre_save #post_save #pre_load #post_load)
}

fn flags(container: &Container, p: &TokenStream) -> TokenStream {
    let attrs = &container.attrs;
    let priority = attrs.priority.as_ref().map(|set| {
        let priority = &set.value;
        quote!(const PRIORITY: #p::Priority = #p::Priority::#priority;)
    });
    let early_setup = attrs
        .early_setup
        .is_set()
        .then(|| quote!(const EARLY_SETUP: #p::bool = true;));
    let unmigratable = attrs
        .unmigratable
        .is_set()
        .then(|| quote!(const UNMIGRATABLE: #p::bool = true;));
    let opaque = attrs
        .opaque
        .is_set()
        .then(|| quote!(const OPAQUE: #p::bool = true;));
    quote!(#priority #early_setup #unmigratable #opaque)
}

/// `impl Default` that also reaches arrays longer than std's.
fn default(container: &Container) -> TokenStream {
    let Container {
        ident, generics, ..
    } = container;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let fields = container.fields.iter().map(|field| {
        let member = &field.ident;
        let value = field
            .default
            .clone()
            .unwrap_or_else(|| default_of(&field.ty));
        quote!(#member: #value)
    });
    quote! {
        impl #impl_generics ::core::default::Default for #ident #type_generics #where_clause {
            fn default() -> Self {
                Self { #(#fields),* }
            }
        }
    }
}

fn default_of(ty: &Type) -> TokenStream {
    match ty {
        Type::Array(array) => {
            let element = default_of(&array.elem);
            quote_spanned!(ty.span()=> ::core::array::from_fn(|_| #element))
        }
        _ => match argument(ty, "Box", 0) {
            Some(inner) => {
                let inner = default_of(inner);
                quote_spanned!(ty.span()=> ::std::boxed::Box::new(#inner))
            }
            None => quote_spanned!(ty.span()=> ::core::default::Default::default()),
        },
    }
}

/// A field and the types that the library is called with.
struct FieldTokens<'c> {
    member: &'c Ident,
    ty: &'c Type,
    sent: &'c Sent,
    /// The encoding, of the whole field or of a slice of it.
    codec: TokenStream,
    /// Bytes of one item of a counted field, at least.
    item_size: TokenStream,
}

impl<'c> FieldTokens<'c> {
    fn new(krate: &Path, field: &'c Field, sent: &'c Sent) -> Self {
        let p = quote!(#krate::__private);
        let ty = &field.ty;
        let (codec, item_size) = match sent.elements {
            Elements::All => (whole(&p, ty, sent), quote!(1)),
            Elements::Len { .. } | Elements::Range(_) => slice(&p, ty, sent),
        };
        Self {
            member: &field.ident,
            ty,
            sent,
            codec,
            item_size,
        }
    }

    fn meta(&self, p: &TokenStream) -> TokenStream {
        let Sent {
            name,
            json_name,
            presence,
            renamed,
            uncompressed,
            ..
        } = self.sent;
        let renamed = match renamed {
            Some(Renamed { dialect, name }) => {
                quote!(#p::Option::Some((#p::Dialect::#dialect, #name)))
            }
            None => quote!(#p::Option::None),
        };
        let (since, conditional) = match presence {
            Presence::Since(since) => (*since, false),
            Presence::Fact(_) | Presence::Predicate(_) => (0, true),
        };
        quote!(#p::FieldMeta {
            name: #name, json_name: #json_name, renamed: #renamed, since: #since, conditional: #conditional,
            uncompressed: #uncompressed
        })
    }

    /// `Codec<T>` with the `T` that the encoding is applied to.
    fn codec_of(&self, p: &TokenStream) -> TokenStream {
        let (ty, codec) = (self.ty, &self.codec);
        match self.sent.elements {
            Elements::All => quote_spanned!(ty.span()=> <#codec as #p::Codec<#ty>>),
            _ => quote_spanned!(ty.span()=> <#codec as #p::Codec<[<#ty as #p::Elements>::Item]>>),
        }
    }

    /// What this field adds to whether an array of the struct may be described by its first element.
    fn compressible(&self, p: &TokenStream) -> Option<TokenStream> {
        if self.sent.validate.is_some() || self.sent.uncompressed {
            return Some(quote!(false));
        }
        let codec = self.codec_of(p);
        Some(quote!(#codec::COMPRESSIBLE))
    }

    fn min_size(&self, p: &TokenStream) -> Option<TokenStream> {
        let always = matches!(self.sent.presence, Presence::Since(0));
        let whole = matches!(self.sent.elements, Elements::All);
        let codec = self.codec_of(p);
        (always && whole).then(|| quote!(#codec::MIN_SIZE))
    }

    fn visit(&self, p: &TokenStream, index: usize) -> TokenStream {
        let meta = quote!(&__FIELDS[#index]);
        let walk = self.walk(p, &meta);
        let checks = self.checks(&meta);
        match &self.sent.presence {
            Presence::Since(0) => quote!(#walk #checks),
            Presence::Since(since) => quote!(if __version >= #since { #walk #checks }),
            Presence::Fact(fact) => quote! {
                __v.fact(#meta, &mut self.#fact);
                if self.#fact { #walk #checks }
            },
            Presence::Predicate(path) => quote!(if #path(&*self, __version) { #walk #checks }),
        }
    }

    fn walk(&self, p: &TokenStream, meta: &TokenStream) -> TokenStream {
        let Self {
            member,
            ty,
            codec,
            item_size,
            ..
        } = self;
        match &self.sent.elements {
            Elements::All => {
                quote_spanned!(ty.span()=> __v.field::<#ty, #codec>(#meta, &mut self.#member)?;)
            }
            Elements::Range(range) => quote_spanned! {ty.span()=>
                #p::part(self.#member.get_mut(#range), |__part| __v.field::<[<#ty as #p::Elements>::Item], #codec>(#meta, __part))?;
            },
            Elements::Len { length, never_sent } => {
                let Length { members, times } = length;
                let unit = self.unit();
                let name = members
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(".");
                let adopt = never_sent.then(
                    || quote!(__v.length(#meta, #p::Unit::#unit, #times, &mut self.#(#members).*);),
                );
                let span = members.last().map_or_else(|| ty.span(), Ident::span);
                let value = quote_spanned!(span=> #p::Length::to_i128(self.#(#members).*));
                let call = quote_spanned! {ty.span()=>
                    __v.counted::<#ty, #codec>(#meta, &mut self.#member, __count, #item_size)?;
                };
                quote! {
                    #adopt
                    let __count = #p::Counted { value: #value, field: #name, times: #times, unit: #p::Unit::#unit };
                    #call
                }
            }
        }
    }

    fn unit(&self) -> Ident {
        match self.sent.encoding {
            Encoding::Word(word::BUFFER) => format_ident!("Bytes"),
            Encoding::Word(word::BITMAP) => format_ident!("Bits"),
            _ => format_ident!("Elements"),
        }
    }

    fn checks(&self, meta: &TokenStream) -> TokenStream {
        let member = self.member;
        let max = self.sent.max.as_ref().map(|max| match max {
            Max::Expr(bound) => {
                quote_spanned!(bound.span()=> __v.max(#meta, self.#member, #bound)?;)
            }
            Max::LenOf(other) => {
                quote_spanned!(other.span()=> __v.max(#meta, self.#member, self.#other.len())?;)
            }
        });
        let validate = self.sent.validate.as_ref().map(|path| {
            let name = path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            quote_spanned!(path.span()=> __v.validate(#meta, #path(&*self, __version), #name)?;)
        });
        quote!(#max #validate)
    }

    fn schema(&self, p: &TokenStream, index: usize) -> TokenStream {
        let Self { ty, codec, .. } = self;
        let meta = quote!(&__FIELDS[#index]);
        match &self.sent.elements {
            Elements::All => quote_spanned!(ty.span()=> .field::<#ty, #codec>(#meta)),
            Elements::Range(range) => {
                let capacity = match ty {
                    Type::Array(array) => {
                        let len = &array.len;
                        quote!(#len)
                    }
                    _ => quote!(0),
                };
                quote_spanned!(ty.span()=> .slice::<#ty, #codec>(#meta, #p::range_len(#range, #capacity)))
            }
            Elements::Len { length, .. } => {
                let name = length
                    .members
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(".");
                let times = u64::from(length.times);
                quote_spanned!(ty.span()=> .counted::<#ty, #codec>(#meta, #name, #times))
            }
        }
    }

    /// List elements load at the field's version and are saved at their own: another than the child's must be one it loads.
    fn list_version_check(&self, p: &TokenStream) -> Option<TokenStream> {
        let (
            Encoding::Word(word::QTAILQ | word::QLIST | word::GTREE | word::TMP),
            Presence::Since(since @ 1..),
        ) = (&self.sent.encoding, &self.sent.presence)
        else {
            return None;
        };
        let child = list_child(self.ty)?;
        let message = "elements load at the field's `since`, which must lie between the child's minimum_version and version";
        Some(
            quote_spanned! {self.ty.span()=> const _: () = ::core::assert!(
                <#child as #p::VmState>::MINIMUM_VERSION <= #since && #since <= <#child as #p::VmState>::VERSION, #message
            );},
        )
    }

    /// A warning, by the only means a macro has: the use of something deprecated. `#[allow(deprecated)]` accepts it.
    fn never_sent(&self) -> Option<TokenStream> {
        let (allows, member) = (&self.sent.allows, self.member);
        let note =
            format!("`since` is above the struct's version, so `{member}` is never on the wire");
        self.sent.never_sent.then(|| {
            let used = Ident::new("vmstate_never_sent", member.span());
            quote! {
                const _: () = {
                    #[deprecated(note = #note)]
                    #[allow(non_upper_case_globals)]
                    const vmstate_never_sent: () = ();
                    #(#allows)*
                    const _: () = #used;
                };
            }
        })
    }
}

/// The encoding of a whole field.
fn whole(p: &TokenStream, ty: &Type, sent: &Sent) -> TokenStream {
    match &sent.encoding {
        Encoding::Usual => quote_spanned!(ty.span()=> <#ty as #p::Field>::Codec),
        Encoding::With(codec) => quote!(#codec),
        Encoding::Word(word::BUFFER) => quote!(#p::codec::Buffer),
        Encoding::Word(word::BITMAP) => quote!(#p::codec::Bitmap),
        Encoding::Word(word::BYTE_ARRAY) => quote!(#p::codec::ByteArray),
        Encoding::Word(list @ (word::QTAILQ | word::QLIST | word::GTREE | word::TMP)) => {
            let codec = format_ident!("{}", camel(list.0));
            let child = list_child(ty).unwrap_or(ty);
            let version = match sent.presence {
                Presence::Since(since @ 1..) => quote!(#since),
                _ => quote!({ <#child as #p::VmState>::VERSION }),
            };
            quote!(#p::codec::#codec<#version>)
        }
        Encoding::Marked => {
            let to = pointee(ty).unwrap_or(ty);
            quote!(#p::codec::Each<#p::codec::Marked<<#to as #p::Field>::Codec>>)
        }
        leaf => nest(p, ty, &element(p, leaf)),
    }
}

/// The encoding of a slice of a field, and the bytes that one item takes at least.
fn slice(p: &TokenStream, ty: &Type, sent: &Sent) -> (TokenStream, TokenStream) {
    let item = quote_spanned!(ty.span()=> <#ty as #p::Elements>::Item);
    let sized = |codec: TokenStream| {
        let size = quote_spanned!(ty.span()=> <#codec as #p::Codec<#item>>::MIN_SIZE);
        (quote!(#p::codec::Each<#codec>), size)
    };
    match &sent.encoding {
        Encoding::Usual => sized(quote_spanned!(ty.span()=> <#item as #p::Field>::Codec)),
        Encoding::With(codec) => (quote!(#codec), quote!(1)),
        Encoding::Word(word::BUFFER) => (quote!(#p::codec::Buffer), quote!(1)),
        Encoding::Word(word::BITMAP) => (quote!(#p::codec::Bitmap), quote!(8)),
        Encoding::Marked => {
            let to = pointee(ty).unwrap_or(ty);
            sized(quote!(#p::codec::Marked<<#to as #p::Field>::Codec>))
        }
        leaf => sized(element(p, leaf)),
    }
}

/// The encoding of one element.
fn element(p: &TokenStream, encoding: &Encoding) -> TokenStream {
    match encoding {
        Encoding::Word(word::TIMER) => quote!(#p::codec::TimerDeadline),
        Encoding::Word(word) => {
            let codec = format_ident!("{}", camel(word.0));
            quote!(#p::codec::#codec)
        }
        Encoding::VStruct(version) => quote!(#p::codec::VStruct<#version>),
        _ => quote!(#p::codec::Equal),
    }
}

/// `codec` for each element of an array type, and through a box.
fn nest(p: &TokenStream, ty: &Type, codec: &TokenStream) -> TokenStream {
    match ty {
        Type::Array(array) => {
            let inner = nest(p, &array.elem, codec);
            quote!(#p::codec::Each<#inner>)
        }
        _ => match argument(ty, "Box", 0) {
            Some(inner) => {
                let inner = nest(p, inner, codec);
                quote!(#p::codec::Boxed<#inner>)
            }
            None => codec.clone(),
        },
    }
}

/// The state that a list, a tree or a temporary holds.
fn list_child(ty: &Type) -> Option<&Type> {
    argument(ty, "Vec", 0)
        .or_else(|| argument(ty, "BTreeMap", 1))
        .or(Some(ty))
}

/// `cpu_double` as `CpuDouble`.
fn camel(word: &str) -> String {
    let mut out = String::new();
    for part in word.split('_') {
        let mut chars = part.chars();
        out.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}
