//! The codec that a field's words and type name, as tokens.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

use super::at;
use crate::ast::{argument, Encoding, Presence, Sent};
use crate::word::{self, Word};

/// The encoding of a whole field.
pub(super) fn whole(p: &TokenStream, ty: &Type, sent: &Sent) -> TokenStream {
    let codec = match &sent.encoding {
        Encoding::Usual => return quote_spanned!(at(ty)=> <#ty as #p::Field>::Codec),
        Encoding::With(codec) => return applied(p, at(codec), &quote!(#codec), &quote!(#ty)),
        Encoding::Word(word::BUFFER) => quote!(#p::codec::Buffer),
        Encoding::Word(word::BITMAP) => quote!(#p::codec::Bitmap),
        Encoding::Word(word::BYTE_ARRAY) => quote!(#p::codec::ByteArray),
        Encoding::Word(list) if is_list(*list) => {
            let codec = format_ident!("{}", camel(list.0));
            let version = match sent.presence {
                Presence::Since(since) => since,
                Presence::Fact(_) | Presence::Predicate(_) => 0,
            };
            quote!(#p::codec::#codec<#version>)
        }
        Encoding::Marked => {
            let item = quote_spanned!(at(ty)=> <#ty as #p::Elements>::Item);
            return quote_spanned!(at(ty)=> #p::codec::Each<#p::codec::Marked<<#item as #p::codec::Pointer>::Codec>>);
        }
        leaf => nest(p, ty, &element(p, leaf)),
    };
    applied(p, word_at(sent), &codec, &quote!(#ty))
}

/// The encoding of a slice of a field, and the bytes that one item takes at least.
pub(super) fn slice(p: &TokenStream, ty: &Type, sent: &Sent) -> (TokenStream, TokenStream) {
    let item = quote_spanned!(at(ty)=> <#ty as #p::Elements>::Item);
    let of_all = |codec: &TokenStream, span| applied(p, span, codec, &quote!([#item]));
    let sized = |codec: TokenStream| {
        let size = quote_spanned!(at(ty)=> <#codec as #p::Codec<#item>>::MIN_SIZE);
        (quote!(#p::codec::Each<#codec>), size)
    };
    match &sent.encoding {
        Encoding::Usual => sized(quote_spanned!(at(ty)=> <#item as #p::Field>::Codec)),
        Encoding::With(codec) => (of_all(&quote!(#codec), at(codec)), quote!(0)),
        Encoding::Word(word::BUFFER) => {
            (of_all(&quote!(#p::codec::Buffer), word_at(sent)), quote!(1))
        }
        Encoding::Word(word::BITMAP) => {
            (of_all(&quote!(#p::codec::Bitmap), word_at(sent)), quote!(8))
        }
        Encoding::Marked => {
            sized(quote_spanned!(at(ty)=> #p::codec::Marked<<#item as #p::codec::Pointer>::Codec>))
        }
        leaf => {
            let row = match ty {
                Type::Array(array) => &array.elem,
                _ => argument(ty, "Vec", 0).unwrap_or(ty),
            };
            let codec = nest(p, row, &element(p, leaf));
            sized(applied(p, word_at(sent), &codec, &item))
        }
    }
}

/// `codec` for values of type `ty`. If it does not apply, the error is the same wherever the field's encoding is named, and
/// rustc shows it once, at `span`.
fn applied(p: &TokenStream, span: Span, codec: &TokenStream, ty: &TokenStream) -> TokenStream {
    quote_spanned!(span=> <#codec as #p::Applies<#ty>>::Codec)
}

fn word_at(sent: &Sent) -> Span {
    sent.encoding_at.resolved_at(Span::call_site())
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

/// Words whose structs load at the field's version and are saved at their own.
pub(super) fn is_list(word: Word) -> bool {
    [word::QTAILQ, word::QLIST, word::GTREE, word::TMP].contains(&word)
}

/// The state that an array, a box, a list, a tree or a temporary holds.
pub(super) fn innermost(ty: &Type) -> &Type {
    let inner = match ty {
        Type::Array(array) => Some(&*array.elem),
        _ => argument(ty, "Vec", 0)
            .or_else(|| argument(ty, "Box", 0))
            .or_else(|| argument(ty, "BTreeMap", 1)),
    };
    inner.map_or(ty, innermost)
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
