//! Words to values. A bad word is reported and otherwise ignored, so that one compile shows every mistake; nothing
//! here returns a `Result`.

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, LitInt, LitStr, Path, Token, Type};

use crate::ctxt::Ctxt;
use crate::word::{self, Word};

/// A value and the word that set it, for the place of an error.
pub(crate) struct Set<T> {
    pub(crate) word: Path,
    pub(crate) value: T,
}

/// What a word sets; a second time is an error.
pub(crate) struct Slot<T>(Option<Set<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    fn set(&mut self, cx: &Ctxt, path: &Path, value: T) {
        if self.0.is_some() {
            let name = path.to_token_stream();
            cx.error(path, format!("`{name}` stands here twice"));
            return;
        }
        self.0 = Some(Set {
            word: path.clone(),
            value,
        });
    }

    pub(crate) fn as_ref(&self) -> Option<&Set<T>> {
        self.0.as_ref()
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.take().map(|set| set.value)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }
}

/// `a.b.c`, and `* N` of a `len`.
pub(crate) struct Length {
    pub(crate) members: Vec<Ident>,
    pub(crate) times: u32,
}

/// The bound of a `max`.
pub(crate) enum Max {
    /// Any expression.
    Expr(TokenStream),
    /// `len(other)`: as many as the field holds.
    LenOf(Ident),
}

/// The newer name of a field, and the dialect that has it first.
pub(crate) struct Renamed {
    pub(crate) dialect: Ident,
    pub(crate) name: LitStr,
}

/// Words of the struct.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) name: Slot<LitStr>,
    pub(crate) version: Slot<u32>,
    pub(crate) minimum_version: Slot<u32>,
    pub(crate) pre_save: Slot<Path>,
    pub(crate) post_save: Slot<Path>,
    pub(crate) pre_load: Slot<Path>,
    pub(crate) post_load: Slot<Path>,
    pub(crate) priority: Slot<Ident>,
    pub(crate) early_setup: Slot<()>,
    pub(crate) unmigratable: Slot<()>,
    pub(crate) opaque: Slot<()>,
    pub(crate) krate: Slot<Path>,
    pub(crate) prefix: Slot<LitStr>,
    pub(crate) default: Slot<()>,
    /// Words that were reported; an empty one stands for those that do not exist.
    pub(crate) bad: Vec<Word>,
}

/// Words of a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) name: Slot<LitStr>,
    pub(crate) skip: Slot<()>,
    pub(crate) since: Slot<u32>,
    pub(crate) exists: Slot<Path>,
    pub(crate) len: Slot<Length>,
    pub(crate) range: Slot<TokenStream>,
    /// The bare encoding word.
    pub(crate) encoding: Slot<Word>,
    pub(crate) with: Slot<Type>,
    pub(crate) equal: Slot<()>,
    pub(crate) max: Slot<Max>,
    pub(crate) validate: Slot<Path>,
    pub(crate) struct_version: Slot<u32>,
    pub(crate) marked: Slot<()>,
    pub(crate) uncompressed: Slot<()>,
    pub(crate) compressed: Slot<()>,
    pub(crate) subsection: Slot<()>,
    pub(crate) foreign_name: Slot<()>,
    pub(crate) renamed: Slot<Renamed>,
    pub(crate) default: Slot<TokenStream>,
    /// Words that were reported; an empty one stands for those that do not exist.
    pub(crate) bad: Vec<Word>,
}

impl ContainerAttrs {
    pub(crate) fn parse(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut out = Self::default();
        let bad = each_word(cx, attrs, |meta| {
            let path = &meta.path;
            match word_of(path, word::CONTAINER, word::FIELD)? {
                word::NAME => out.name.set(cx, path, text(&meta)?),
                word::VERSION => out.version.set(cx, path, integer(&meta)?),
                word::MINIMUM_VERSION => out.minimum_version.set(cx, path, integer(&meta)?),
                word::PRE_SAVE => out.pre_save.set(cx, path, rust(&meta)?),
                word::POST_SAVE => out.post_save.set(cx, path, rust(&meta)?),
                word::PRE_LOAD => out.pre_load.set(cx, path, rust(&meta)?),
                word::POST_LOAD => out.post_load.set(cx, path, rust(&meta)?),
                word::PRIORITY => {
                    out.priority
                        .set(cx, path, one_of(rust(&meta)?, word::PRIORITIES)?)
                }
                word::EARLY_SETUP => out.early_setup.set(cx, path, ()),
                word::UNMIGRATABLE => out.unmigratable.set(cx, path, ()),
                word::OPAQUE => out.opaque.set(cx, path, ()),
                word::CRATE => out
                    .krate
                    .set(cx, path, meta.value()?.call(Path::parse_mod_style)?),
                word::PREFIX => out.prefix.set(cx, path, text(&meta)?),
                _ => out.default.set(cx, path, ()),
            }
            Ok(())
        });
        out.bad = bad;
        out
    }
}

impl FieldAttrs {
    /// The word that says which encoding it is, if one does.
    pub(crate) fn encoding_word(&self) -> Option<&Path> {
        let bare = self.encoding.as_ref().map(|set| &set.word);
        bare.or(self.struct_version.as_ref().map(|set| &set.word))
            .or(self.marked.as_ref().map(|set| &set.word))
            .or(self.equal.as_ref().map(|set| &set.word))
    }

    pub(crate) fn parse(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut out = Self::default();
        let bad = each_word(cx, attrs, |meta| {
            let path = &meta.path;
            match word_of(path, word::FIELD, word::CONTAINER)? {
                word::NAME => out.name.set(cx, path, text(&meta)?),
                word::SKIP => out.skip.set(cx, path, ()),
                word::SINCE => out.since.set(cx, path, integer(&meta)?),
                word::EXISTS => out.exists.set(cx, path, rust(&meta)?),
                word::LEN => out.len.set(cx, path, meta.value()?.parse()?),
                word::RANGE => out.range.set(cx, path, range(&meta)?),
                word::WITH => out.with.set(cx, path, rust(&meta)?),
                word::EQUAL => out.equal.set(cx, path, ()),
                word::MAX => out.max.set(cx, path, meta.value()?.parse()?),
                word::VALIDATE => out.validate.set(cx, path, rust(&meta)?),
                word::STRUCT_VERSION => out.struct_version.set(cx, path, integer(&meta)?),
                word::MARKED => out.marked.set(cx, path, ()),
                word::UNCOMPRESSED => out.uncompressed.set(cx, path, ()),
                word::COMPRESSED => out.compressed.set(cx, path, ()),
                word::SUBSECTION => out.subsection.set(cx, path, ()),
                word::FOREIGN_NAME => out.foreign_name.set(cx, path, ()),
                word::RENAMED => out.renamed.set(cx, path, meta.input.parse()?),
                word::DEFAULT => out.default.set(cx, path, expression(meta.value()?)?),
                encoding => match out.encoding.as_ref() {
                    Some(first) if first.value != encoding => {
                        cx.error(
                            path,
                            format!(
                                "a field has one encoding, and `{}` is it already",
                                first.value
                            ),
                        );
                    }
                    _ => out.encoding.set(cx, path, encoding),
                },
            }
            Ok(())
        });
        out.bad = bad;
        out
    }
}

/// The crate that the generated code names: `crate = path`, or `::vmsd_schema`.
pub(crate) fn crate_path(attrs: &[Attribute]) -> Path {
    let cx = Ctxt::new();
    let krate = ContainerAttrs::parse(&cx, attrs).krate.take();
    drop(cx.check()); // whoever parses the struct reports the mistakes
    krate.unwrap_or_else(|| syn::parse_quote!(::vmsd_schema))
}

/// Calls `read` with every word of every `#[vmstate(…)]`; an error does not stop the words behind it. Returns the
/// words that had one.
fn each_word(
    cx: &Ctxt,
    attrs: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) -> Vec<Word> {
    let mut bad = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("vmstate")) {
        let result = attr.parse_nested_meta(|meta| {
            let (rest, path) = (meta.input, meta.path.clone());
            if let Err(error) = read(meta) {
                cx.push(error);
                let known = word::FIELD.iter().chain(word::CONTAINER);
                bad.push(
                    known
                        .copied()
                        .find(|word| path.is_ident(word.0))
                        .unwrap_or(Word("")),
                );
                until_comma(rest)?;
            }
            Ok(())
        });
        if let Err(error) = result {
            cx.push(error);
        }
    }
    bad
}

fn word_of(path: &Path, here: &[Word], elsewhere: &[Word]) -> syn::Result<Word> {
    let text = path
        .get_ident()
        .map(|ident| ident.unraw().to_string())
        .unwrap_or_default();
    here.iter()
        .copied()
        .find(|word| word.0 == text)
        .ok_or_else(|| syn::Error::new_spanned(path, word::unknown(&text, here, elsewhere)))
}

fn integer(meta: &ParseNestedMeta<'_>) -> syn::Result<u32> {
    let input = meta.value()?;
    let number: LitInt = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), "expected a number, without quotes"))?;
    number.base10_parse()
}

/// Wire text: in quotes.
fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let input = meta.value()?;
    input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), "expected wire text, in quotes"))
}

/// A path, a type or a name: without quotes.
fn rust<T: Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    let input = meta.value()?;
    if input.peek(LitStr) {
        return Err(input.error("Rust stands without quotes: `word = Self::path`"));
    }
    input.parse()
}

/// The name of a variant of the library's.
fn one_of(ident: Ident, known: &[&str]) -> syn::Result<Ident> {
    let text = ident.to_string();
    if known.contains(&text.as_str()) {
        return Ok(ident);
    }
    Err(syn::Error::new(
        ident.span(),
        word::not_one_of(&text, known),
    ))
}

/// `a..b`, either end left out, or `a..=b`. It must be told from a number here: `get_mut` would take that, too.
fn range(meta: &ParseNestedMeta<'_>) -> syn::Result<TokenStream> {
    let input = meta.value()?;
    let start = input.fork();
    let tokens = expression(input)?;
    let mut dots = tokens.clone().into_iter().filter(
        |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.' && punct.spacing() == Spacing::Joint),
    );
    match dots.next() {
        Some(_) => Ok(tokens),
        None => Err(start.error("expected a range: `a..b`, `..b` or `a..`")),
    }
}

/// Any tokens, and not none.
fn expression(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("expected a value"));
    }
    until_comma(input)
}

/// The tokens up to the next comma.
fn until_comma(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

impl Parse for Length {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let wrong = |input: ParseStream<'_>| input.error("expected `field` or `field * N`");
        let mut members = vec![input.parse::<Ident>().map_err(|_| wrong(input))?];
        while input.parse::<Option<Token![.]>>()?.is_some() {
            members.push(input.parse().map_err(|_| wrong(input))?);
        }
        let mut times = 1;
        if input.parse::<Option<Token![*]>>()?.is_some() {
            times = input
                .parse::<LitInt>()
                .map_err(|_| wrong(input))?
                .base10_parse()?;
        }
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(wrong(input));
        }
        Ok(Self { members, times })
    }
}

impl Parse for Renamed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let wrong = |at| {
            let message =
                "expected `renamed(Dialect = \"…\")`: the first dialect that shows the newer name";
            syn::Error::new(at, message)
        };
        let start = input.span();
        let group: Group = input.parse().map_err(|_| wrong(start))?;
        let inside = |inner: ParseStream<'_>| {
            let dialect = inner.parse::<Ident>()?;
            inner.parse::<Token![=]>()?;
            Ok((dialect, inner.parse::<LitStr>()?))
        };
        let (dialect, name) = inside
            .parse2(group.stream())
            .map_err(|_| wrong(group.span()))?;
        let dialect = one_of(dialect, word::DIALECTS)?;
        Ok(Self { dialect, name })
    }
}

impl Parse for Max {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if ahead.parse::<Ident>().is_ok_and(|ident| ident == "len") && ahead.peek(syn::token::Paren)
        {
            input.parse::<Ident>()?;
            let inner;
            syn::parenthesized!(inner in input);
            return inner.parse().map(Self::LenOf);
        }
        expression(input).map(Self::Expr)
    }
}
