//! Reading the files of a knowledge base.

use factotum_core::diagnostic::SourceFile;
use std::path::{Path, PathBuf};

/// The largest file, in bytes: a hundred thousand paraphrases take about ten million.
pub const MAX_FILE: u64 = 64 << 20;
/// The largest number of files.
pub const MAX_FILES: usize = 2_000;

/// Why a knowledge base cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The folder cannot be listed.
    #[error("cannot read the folder of the knowledge base, {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder has no `.toml` file.
    #[error("there is no .toml file in the folder of the knowledge base, {0}")]
    Empty(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A folder, a pipe or a device with the name of a knowledge file: reading it might never end.
    #[error("{0} is not a file")]
    NotAFile(PathBuf),
    /// A file is larger than [`MAX_FILE`], or there are more than [`MAX_FILES`].
    #[error("{0} is too large for a knowledge base")]
    TooLarge(PathBuf),
}

/// Reads the `.toml` files of a folder, in the order of their names.
///
/// Invalid UTF-8 is replaced; the checks then report it.
///
/// # Errors
/// [`PackError`] if the folder or a file cannot be read, or there is no file.
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
