//! Packs as they lie about: a folder of TOML files, or the one inside the binary. All reading of files is here.

use factotum_core::diagnostic::SourceFile;
use std::path::{Path, PathBuf};

/// Largest file of a pack, in bytes: a hundred thousand phrases take about ten million.
pub const MAX_FILE: u64 = 64 << 20;
/// Most files of a pack.
pub const MAX_FILES: usize = 2_000;

/// Why a pack cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The folder cannot be listed.
    #[error("cannot read the knowledge folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("the knowledge folder {0} has no .toml file")]
    Empty(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder, a pipe or a device that is called like a file of a pack: reading it might never end.
    #[error("{0} is not a file")]
    NotAFile(PathBuf),
    /// A file is larger than [`MAX_FILE`], or there are more than [`MAX_FILES`].
    #[error("{0} is too large for a knowledge pack")]
    TooLarge(PathBuf),
}

/// Reads the `.toml` files of a folder, in the order of their names.
///
/// Bytes that are not UTF-8 are replaced; the checks then report them.
///
/// # Errors
/// [`PackError`] if the folder or a file cannot be read, or nothing is in it.
pub fn read(folder: &Path) -> Result<Vec<SourceFile>, PackError> {
    let listing = std::fs::read_dir(folder).map_err(|source| PackError::Folder { path: folder.to_owned(), source })?;
    let mut paths = Vec::new();
    for entry in listing {
        let path = entry.map_err(|source| PackError::Folder { path: folder.to_owned(), source })?.path();
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(PackError::Empty(folder.to_owned()));
    }
    if paths.len() > MAX_FILES {
        return Err(PackError::TooLarge(folder.to_owned()));
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let fail = |source| PackError::File { path: path.clone(), source };
            let metadata = std::fs::metadata(&path).map_err(fail)?;
            if !metadata.is_file() {
                return Err(PackError::NotAFile(path.clone()));
            }
            if metadata.len() > MAX_FILE {
                return Err(PackError::TooLarge(path.clone()));
            }
            let bytes = std::fs::read(&path).map_err(fail)?;
            Ok(SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
        })
        .collect()
}
