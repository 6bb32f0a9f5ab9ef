//! What the impls say of one field.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};
use syn::{Path, Type};

use super::at;
use super::encoding::{innermost, is_list, slice, whole};
use crate::ast::{argument, Elements, Encoding, Field, Presence, Sent};
use crate::attr::{Length, Max, Renamed};
use crate::word;

/// A field and the types that the library is called with.
pub(super) struct FieldTokens<'c> {
    member: &'c Ident,
    ty: &'c Type,
    sent: &'c Sent,
    /// The encoding, of the whole field or of a slice of it.
    codec: TokenStream,
    /// Bytes of one item of a counted field, at least.
    item_size: TokenStream,
}

impl<'c> FieldTokens<'c> {
    pub(super) fn new(krate: &Path, field: &'c Field, sent: &'c Sent) -> Self {
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

    pub(super) fn meta(&self, p: &TokenStream) -> TokenStream {
        let Sent {
            name,
            json_name,
            presence,
            renamed,
            uncompressed,
            elements,
            max,
            validate,
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
        let range = match elements {
            Elements::Range(range) => text(range),
            Elements::All | Elements::Len { .. } => String::new(),
        };
        let max = match max {
            Some(Max::Expr(bound)) => text(bound),
            Some(Max::LenOf(field)) => format!("len({field})"),
            None => String::new(),
        };
        let validate = validate.as_ref().map(text).unwrap_or_default();
        quote!(#p::FieldMeta {
            name: #name, json_name: #json_name, renamed: #renamed, since: #since, conditional: #conditional,
            uncompressed: #uncompressed, range: #range, max: #max, validate: #validate
        })
    }

    /// `Codec<T>` with the `T` that the encoding is applied to.
    fn codec_of(&self, p: &TokenStream) -> TokenStream {
        let (ty, codec) = (self.ty, &self.codec);
        match self.sent.elements {
            Elements::All => quote_spanned!(at(ty)=> <#codec as #p::Codec<#ty>>),
            _ => quote_spanned!(at(ty)=> <#codec as #p::Codec<[<#ty as #p::Elements>::Item]>>),
        }
    }

    /// What this field adds to whether an array of the struct may be described by its first element.
    pub(super) fn compressible(&self, p: &TokenStream) -> Option<TokenStream> {
        if self.sent.validate.is_some() || self.sent.uncompressed {
            return Some(quote!(false));
        }
        let codec = self.codec_of(p);
        Some(quote!(#codec::COMPRESSIBLE))
    }

    pub(super) fn min_size(&self, p: &TokenStream, minimum_version: u32) -> Option<TokenStream> {
        let always =
            matches!(self.sent.presence, Presence::Since(since) if since <= minimum_version);
        let whole = matches!(self.sent.elements, Elements::All);
        let codec = self.codec_of(p);
        (always && whole).then(|| quote!(#codec::MIN_SIZE))
    }

    pub(super) fn visit(&self, p: &TokenStream, index: usize) -> TokenStream {
        let meta = quote!(&__FIELDS[#index]);
        let (walk, checks) = (self.walk(p, &meta), self.checks(&meta));
        let mark = (!checks.is_empty()).then(|| quote!(let __at = __v.mark();));
        let walk = quote!(#mark #walk #checks);
        match &self.sent.presence {
            Presence::Since(0) => walk,
            Presence::Since(since) => quote!(if __version >= #since { #walk }),
            Presence::Fact(fact) => quote! {
                __v.fact(#meta, &mut self.#fact);
                if self.#fact { #walk }
            },
            Presence::Predicate(path) => quote!(if #path(&*self, __version) { #walk }),
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
                quote_spanned!(at(ty)=> __v.field::<#ty, #codec>(#meta, &mut self.#member)?;)
            }
            Elements::Range(range) => quote_spanned! {at(ty)=>
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
                let span = members.last().map_or_else(|| at(ty), at);
                let value = quote_spanned!(span=> #p::Length::to_i128(self.#(#members).*));
                let call = quote_spanned! {at(ty)=>
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
            Encoding::Marked => format_ident!("Markers"),
            _ => format_ident!("Elements"),
        }
    }

    fn checks(&self, meta: &TokenStream) -> TokenStream {
        let member = self.member;
        let max = self.sent.max.as_ref().map(|max| match max {
            Max::Expr(bound) => {
                quote_spanned!(at(bound)=> __v.max(#meta, __at, self.#member, #bound)?;)
            }
            Max::LenOf(other) => {
                quote_spanned!(at(other)=> __v.max(#meta, __at, self.#member, self.#other.len())?;)
            }
        });
        let validate = self.sent.validate.as_ref().map(|path| {
            let name = path
                .segments
                .last()
                .map(|segment| segment.ident.to_string())
                .unwrap_or_default();
            quote_spanned!(at(path)=> __v.validate(#meta, __at, #path(&*self, __version), #name)?;)
        });
        quote!(#max #validate)
    }

    pub(super) fn schema(&self, p: &TokenStream, index: usize) -> TokenStream {
        let Self { ty, codec, .. } = self;
        let meta = quote!(&__FIELDS[#index]);
        match &self.sent.elements {
            Elements::All => quote_spanned!(at(ty)=> .field::<#ty, #codec>(#meta)),
            Elements::Range(range) => {
                let capacity = match argument(ty, "Box", 0).unwrap_or(ty) {
                    Type::Array(array) => array.len.to_token_stream(),
                    _ => quote!(0),
                };
                quote_spanned!(at(ty)=> .slice::<#ty, #codec>(#meta, #p::range_len(#range, #capacity)))
            }
            Elements::Len { length, .. } => {
                let name = length
                    .members
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(".");
                let times = u64::from(length.times);
                quote_spanned!(at(ty)=> .counted::<#ty, #codec>(#meta, #name, #times))
            }
        }
    }

    /// A version that the field pins its struct to, or its list's elements, must be one that the struct loads.
    pub(super) fn version_check(&self, p: &TokenStream) -> Option<TokenStream> {
        let (version, message) = match (&self.sent.encoding, &self.sent.presence) {
            (Encoding::Word(word), Presence::Since(since @ 1..)) if is_list(*word) => (
                since,
                "elements load at the field's `since`, which must lie between the child's minimum_version and version",
            ),
            (Encoding::VStruct(version), _) => (
                version,
                "`struct_version` must lie between the struct's minimum_version and version",
            ),
            _ => return None,
        };
        let child = innermost(self.ty);
        let value = quote_spanned! {at(self.ty)=>
            <#child as #p::VmState>::MINIMUM_VERSION <= #version && #version <= <#child as #p::VmState>::VERSION
        };
        let key = argument(self.ty, "BTreeMap", 0).map(|key| {
            quote_spanned! {at(self.ty)=>
                && <#key as #p::codec::TreeKey>::MINIMUM_VERSION <= #version
                && #version <= <#key as #p::codec::TreeKey>::VERSION
            }
        });
        Some(quote_spanned!(at(self.ty)=> ::core::assert!(#value #key, #message)))
    }

    /// A warning, by the only means a macro has: the use of something deprecated. `#[allow(deprecated)]` accepts it.
    pub(super) fn never_sent(&self) -> Option<TokenStream> {
        let (allows, member) = (&self.sent.allows, self.member);
        let note =
            format!("`since` is above the struct's version, so `{member}` is never on the wire");
        self.sent.never_sent.then(|| {
            // With the user's own span: rustc does not lint what a derive wrote.
            let used = Ident::new("vmstate_never_sent", member.span());
            quote! {
                const _: () = {
                    #[deprecated(note = #note)]
                    #[allow(non_upper_case_globals)]
                    const #used: () = ();
                    #(#allows)*
                    const _: () = #used;
                };
            }
        })
    }
}

/// An expression as its author wrote it, without the blanks of the token stream.
fn text(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.replace(" :: ", "::")
        .replace(" .. ", "..")
        .replace(" . ", ".")
}
