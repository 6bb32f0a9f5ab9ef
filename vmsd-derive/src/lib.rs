//! `#[derive(VmState)]`: a device's migration layout from its struct.
//!
//! **The type says *what* is on the wire. A word says *when*, *how many*, or *which of two*.** String literals are
//! wire text; everything else is plain Rust. Fields stand in the order of the wire. A field that is neither migrated
//! nor `skip`ped cannot exist.

#![forbid(unsafe_code)]

mod ast;
mod attr;
mod check;
mod ctxt;
mod expand;
mod word;

use proc_macro::TokenStream;
use quote::quote;
use syn::{parse_macro_input, DeriveInput};

use crate::ast::Container;
use crate::attr::crate_path;
use crate::ctxt::Ctxt;

/// Derives `VmState`: the encoder, the decoder, the static schema and the description of a value.
#[doc = include_str!("../WORDS.md")]
#[proc_macro_derive(VmState, attributes(vmstate))]
pub fn derive_vm_state(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let cx = Ctxt::new();
    let container = Container::parse(&cx, &input);
    match (cx.check(), container) {
        (Ok(()), Some(container)) => expand::container(&container).into(),
        (Err(error), _) => {
            let errors = error.to_compile_error();
            let stub = expand::stub(&input, &crate_path(&input.attrs));
            quote!(#errors #stub).into()
        }
        (Ok(()), None) => TokenStream::new(),
    }
}
