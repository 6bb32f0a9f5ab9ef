//! Files of a generated crate, written to a folder.

use std::path::{Path, PathBuf};

use super::package::Sources;
use crate::files::output::Output;

/// Where the generated crate finds `vmsd-schema`.
#[derive(Clone, Debug)]
pub enum Dependency {
    /// A checkout.
    Path(PathBuf),
    /// A published version.
    Version(String),
}

impl Dependency {
    /// The checkout that this program was built from.
    #[must_use]
    pub fn checkout() -> Self {
        Self::Path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../vmsd-schema"))
    }

    /// A version where `text` looks like one, else a folder.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let looks_like_a_version = text
            .starts_with(|c: char| c.is_ascii_digit() || "=^~".contains(c))
            && !text.contains(['/', '\\']);
        if looks_like_a_version {
            Self::Version(text.to_owned())
        } else {
            let path = Path::new(text);
            Self::Path(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
        }
    }
}

/// The manifest of a crate called `name`, alone in its folder or a member of a workspace.
#[must_use]
pub fn manifest(name: &str, library: &Dependency, alone: bool) -> String {
    let library = match library {
        Dependency::Path(path) => format!("{{ path = {:?} }}", path.display().to_string()),
        Dependency::Version(version) => format!("{version:?}"),
    };
    let workspace = if alone { "\n[workspace]\n" } else { "" };
    format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2021\"\npublish = false\n\n\
         [dependencies]\nvmsd-schema = {library}\n{workspace}"
    )
}

/// The modules of a crate into the `src` of `folder`.
///
/// # Errors
/// If the folder cannot be written.
pub fn sources(folder: &Path, sources: &Sources) -> std::io::Result<()> {
    for (name, text) in &sources.files {
        file(&folder.join("src").join(name), text)?;
    }
    Ok(())
}

/// One file, with the folders above it. A file that is already as it should be keeps its date.
///
/// # Errors
/// If it cannot be written.
pub fn file(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        _ => Output::write(path, text.as_bytes()),
    }
}
