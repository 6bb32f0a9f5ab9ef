//! Balanced trees (`vmstate_info_gtree`): be32 count; 01, key and value for each node in key order; 00.

use std::collections::BTreeMap;

use super::nested::version_or_own;
use crate::error::{ErrorKind, Result};
use crate::schema::{Description, Shape};
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader, VmState};
use crate::wire::Writer;

/// A key of a tree: a number by itself (`VMSTATE_GTREE_DIRECT_KEY_V`), or a struct with a description
/// (`VMSTATE_GTREE_V`), for which the derive and `Ord`, `Clone` and `Default` are enough.
pub trait TreeKey: Ord + Clone + Default {
    /// The newest version that loads; a number has no version.
    const VERSION: u32 = u32::MAX;
    /// The oldest version that loads.
    const MINIMUM_VERSION: u32 = 0;

    /// Appends the key.
    fn save_key(&mut self, writer: &mut Writer) -> Result<()>;
    /// Loads the key at version `version`, or at its own if that is 0.
    fn load_key(&mut self, loader: &mut Loader<'_>, version: u32) -> Result<()>;
    /// Appends the key and says what it is; a direct key is not described.
    fn describe_key(&mut self, describer: &mut Describer) -> Result<(Option<Description>, Value)>;
    /// The key's table, if it has one.
    fn key_schema() -> Option<crate::schema::Schema>;
}

impl TreeKey for u64 {
    fn save_key(&mut self, writer: &mut Writer) -> Result<()> {
        writer.u64(*self);
        Ok(())
    }

    fn load_key(&mut self, loader: &mut Loader<'_>, _version: u32) -> Result<()> {
        *self = loader.u64()?;
        Ok(())
    }

    fn describe_key(&mut self, describer: &mut Describer) -> Result<(Option<Description>, Value)> {
        describer.writer().u64(*self);
        Ok((
            None,
            Value::Uint {
                bits: 64,
                value: *self,
            },
        ))
    }

    fn key_schema() -> Option<crate::schema::Schema> {
        None
    }
}

impl<S: VmState + Ord + Clone + Default> TreeKey for S {
    const VERSION: u32 = S::VERSION;
    const MINIMUM_VERSION: u32 = S::MINIMUM_VERSION;

    fn save_key(&mut self, writer: &mut Writer) -> Result<()> {
        self.save(writer, S::VERSION)
    }

    fn load_key(&mut self, loader: &mut Loader<'_>, version: u32) -> Result<()> {
        loader.nested(self, version_or_own::<S>(version))
    }

    fn describe_key(&mut self, describer: &mut Describer) -> Result<(Option<Description>, Value)> {
        let (description, value) = describer.vmsd(self, S::VERSION)?;
        Ok((Some(description), value))
    }

    fn key_schema() -> Option<crate::schema::Schema> {
        Some(S::schema())
    }
}

/// A tree. Keys and values load at version `V`, the field's, or at their own if that is 0; they are saved at their own.
#[derive(Debug)]
pub enum Gtree<const V: u32> {}

impl<K: TreeKey, S: VmState + Default, const V: u32> Codec<BTreeMap<K, S>> for Gtree<V> {
    const MIN_SIZE: usize = 5;
    const NESTS: bool = true;

    fn shape() -> Shape {
        let entry = K::key_schema().into_iter().chain([S::schema()]).collect();
        Shape::List {
            type_name: "gtree".to_owned(),
            entry,
        }
    }

    fn save(tree: &mut BTreeMap<K, S>, writer: &mut Writer) -> Result<()> {
        writer.u32(count(tree.len())?);
        for (key, value) in tree.iter_mut() {
            writer.u8(1);
            key.clone().save_key(writer)?;
            value.save(writer, S::VERSION)?;
        }
        writer.u8(0);
        Ok(())
    }

    /// What the tree held is gone.
    fn load(tree: &mut BTreeMap<K, S>, loader: &mut Loader<'_>) -> Result<()> {
        let (at, field) = (loader.offset(), loader.position());
        let announced = loader.u32()?;
        tree.clear();
        let described = if K::key_schema().is_some() { 2 } else { 1 };
        let mut nodes = 0_usize;
        while loader.u8()? != 0 {
            let mut key = K::default();
            let mut value = S::default();
            loader.element(field, nodes * described);
            key.load_key(loader, V)
                .map_err(|error| error.inside("key").inside_index(nodes))?;
            loader.element(field, (nodes + 1) * described - 1);
            loader
                .nested(&mut value, version_or_own::<S>(V))
                .map_err(|error| error.inside("value").inside_index(nodes))?;
            tree.insert(key, value);
            nodes += 1;
        }
        if u32::try_from(nodes).ok() == Some(announced) {
            return Ok(());
        }
        let message = format!(
            "inconsistent stream when loading the gtree: {announced} nodes announced, {nodes} sent"
        );
        Err(crate::Error::at(ErrorKind::Count, at, message).cite("4.1"))
    }

    fn describe(tree: &mut BTreeMap<K, S>, describer: &mut Describer) -> Result<()> {
        describer.inline("gtree", |describer| {
            describer.writer().u32(count(tree.len())?);
            let (mut descriptions, mut values) = (Vec::new(), Vec::new());
            for (key, value) in tree.iter_mut() {
                describer.writer().u8(1);
                let (description, key) = key.clone().describe_key(describer)?;
                descriptions.extend(description);
                let (description, value) = describer.vmsd(value, S::VERSION)?;
                descriptions.push(description);
                values.push(Value::Struct(vec![
                    ("key".to_owned(), key),
                    ("value".to_owned(), value),
                ]));
            }
            describer.writer().u8(0);
            Ok((descriptions, Value::List(values)))
        })
    }
}

fn count(len: usize) -> Result<u32> {
    u32::try_from(len).map_err(|_| {
        crate::Error::new(
            ErrorKind::Count,
            format!("{len} nodes do not fit a 32-bit count"),
        )
    })
}
