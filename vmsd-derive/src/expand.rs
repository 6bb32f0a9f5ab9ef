//! The impls, from a struct that was checked. Nothing here can fail.
//!
//! `visit` names every field once; save, load and describe are walks over it in the library.

mod encoding;
mod field;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned, ToTokens};
use syn::spanned::Spanned;
use syn::{DeriveInput, Path, Type};

use self::field::FieldTokens;
use crate::ast::{argument, Container};

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
    let min_sizes = sent
        .iter()
        .filter_map(|field| field.min_size(&p, *minimum_version));
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
            quote_spanned!(at(state)=> ::core::assert!(
                #p::is_subsection_of(#name, <#state as #p::VmState>::NAME), #message
            ))
        });
    let versions = sent.iter().filter_map(|field| field.version_check(&p));
    let checks: Vec<_> = names.chain(versions).collect();
    // Items cannot name the parameters of a generic struct; a block inside one of its functions can.
    let (checks, generic_checks) = if generics.params.is_empty() {
        (quote!(#(const _: () = #checks;)*), quote!())
    } else {
        (quote!(), quote!(#(const { #checks };)*))
    };
    let lints = sent.iter().filter_map(FieldTokens::never_sent);
    let hooks = hooks(container);
    let flags = flags(container, &p);
    let default = container.attrs.default.is_set().then(|| default(container));

    quote! {
        #[automatically_derived]
        const _: () = {
            static __FIELDS: [#p::FieldMeta; #count] = [#(#metas),*];
            #checks
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

                #[inline]
                fn visit<__V: #p::Visitor>(&mut self, __v: &mut __V, __version: #p::u32) -> #krate::Result<()> {
                    #generic_checks
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
pub(crate) fn stub(input: &DeriveInput, krate: &Path) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let p = quote!(#krate::__private);
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
                fn visit<__V: #p::Visitor>(&mut self, _: &mut __V, _: #p::u32) -> #krate::Result<()> {
                    ::core::unimplemented!()
                }
                fn visit_subsection<__V: #p::Visitor>(&mut self, _: &mut __V, _: #p::usize) -> #krate::Result<()> {
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
            quote_spanned!(at(ty)=> ::core::array::from_fn(|_| #element))
        }
        _ => match argument(ty, "Box", 0) {
            Some(inner) => {
                let inner = default_of(inner);
                quote_spanned!(at(ty)=> ::std::boxed::Box::new(#inner))
            }
            None => quote_spanned!(at(ty)=> ::core::default::Default::default()),
        },
    }
}

/// The place of `tokens` for errors. Names resolve as the macro's own: those of `tokens` may come from a
/// `macro_rules!` that knows neither `self` nor our locals.
fn at(tokens: &impl ToTokens) -> Span {
    tokens.span().resolved_at(Span::call_site())
}
