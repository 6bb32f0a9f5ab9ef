//! One side of a migration: a stream whose bytes are judged, and what other sources know of its QEMU; as files.

use std::path::PathBuf;
use std::sync::Arc;

use vmsd_schema::schema::{Dialect, SchemaSet};

use crate::migration::source::{self, Failure};

/// What is known of one side.
#[derive(Debug, Default)]
pub struct Side {
    /// What to call it.
    pub name: String,
    /// The bytes of a stream; the first one given.
    pub stream: Option<Vec<u8>>,
    /// Schemas of its other sources.
    pub sets: Vec<Arc<SchemaSet>>,
    /// How many CPUs it can have, if whoever asks knows it.
    pub max_cpus: Option<u64>,
}

impl Side {
    /// Reads the sources of a side.
    ///
    /// # Errors
    /// The name of a source that cannot be used, and why.
    pub fn load(paths: &[PathBuf]) -> Result<Self, (String, Failure)> {
        let mut side = Self::default();
        for path in paths {
            let name = path.display().to_string();
            let loaded = source::with_bytes(path, |bytes| side.take(bytes));
            loaded
                .map_err(Failure::Io)
                .and_then(|taken| taken)
                .map_err(|failure| (name.clone(), failure))?;
            if !side.name.is_empty() {
                side.name.push_str(" + ");
            }
            side.name.push_str(&name);
        }
        Ok(side)
    }

    /// The built-in mirrors, as a family of QEMU versions has them.
    #[must_use]
    pub fn builtin(dialect: Dialect) -> Self {
        Self {
            name: format!("built-in mirrors {dialect}"),
            stream: None,
            sets: vec![Arc::new(source::builtin(Some(dialect)))],
            max_cpus: None,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        const MAGIC: &[u8] = b"QEVM";
        if self.stream.is_none() && bytes.starts_with(MAGIC) {
            self.stream = Some(bytes.to_vec());
            return Ok(());
        }
        let (_, set, _) = source::parse(bytes)?;
        self.sets.push(Arc::new(set));
        Ok(())
    }
}

/// Reads several sides of one source each at once, on as many threads.
///
/// # Errors
/// Of each, the name of a source that cannot be used, and why.
#[must_use]
pub fn load_all(paths: &[PathBuf]) -> Vec<Result<Side, (String, Failure)>> {
    std::thread::scope(|scope| {
        let load = |path: &PathBuf| Side::load(std::slice::from_ref(path));
        let threads: Vec<_> = paths
            .iter()
            .map(|path| scope.spawn(move || load(path)))
            .collect();
        let names = paths.iter().map(|path| path.display().to_string());
        let crashed = |name| Err((name, Failure::Content("the reader crashed".to_owned())));
        threads
            .into_iter()
            .zip(names)
            .map(|(thread, name)| thread.join().unwrap_or_else(|_| crashed(name)))
            .collect()
    })
}
