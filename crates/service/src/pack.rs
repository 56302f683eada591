//! Reading the files of a knowledge base.

use crate::files::{self, FileError, Links};
use factotum_core::diagnostic::SourceFile;
use std::path::{Path, PathBuf};

/// The largest file, and the most of all files together, in bytes: a hundred thousand paraphrases take about ten million.
pub const MAX_FILE: u64 = 16 << 20;
/// Most signs that a value or a mistake begins or ends with. A table with a mistake has six and costs two kilobytes, so 150 MB at worst. A hundred
/// thousand paraphrases, one a line, have 200,000 to 300,000 of them.
const MAX_SIGNS: usize = 400_000;
const SIGNS: &[u8] = b",=.[]{}\n";
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
    /// A file cannot be read, or is no regular file.
    #[error(transparent)]
    File(FileError),
    /// With this file the knowledge base is larger than [`MAX_FILE`], or there are more than [`MAX_FILES`] in this folder.
    #[error("{0} is too large for a knowledge base: it may have {MAX_FILES} files, and {MAX_FILE} bytes in all")]
    TooLarge(PathBuf),
    /// With this file the knowledge base has more than [`MAX_SIGNS`].
    #[error(
        "with {0} the knowledge base has more than {MAX_SIGNS} commas, full stops, brackets, equals signs and lines; nobody writes that much"
    )]
    TooDense(PathBuf),
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
    let (mut left, mut signs) = (MAX_FILE, 0);
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        // What is left for this file.
        let bytes = files::read(&path, left, Links::Follow).map_err(|error| match error {
            FileError::TooLarge { path, .. } => PackError::TooLarge(path),
            other => PackError::File(other),
        })?;
        left -= bytes.len() as u64;
        signs += bytes.iter().filter(|byte| SIGNS.contains(byte)).count();
        if signs > MAX_SIGNS {
            return Err(PackError::TooDense(path));
        }
        files.push(SourceFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_together_are_limited() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a writable folder");
        let half = "a".repeat(MAX_FILE as usize / 2);
        write("a.toml", &half);
        write("b.toml", &half);
        assert!(read(folder.path()).is_ok());
        write("c.toml", "a");
        assert!(matches!(read(folder.path()), Err(PackError::TooLarge(path)) if path.ends_with("c.toml")));
        write("a.toml", &",=\n".repeat(MAX_SIGNS / 3));
        write("b.toml", "");
        assert!(read(folder.path()).is_ok());
        write("c.toml", "...");
        assert!(matches!(read(folder.path()), Err(PackError::TooDense(path)) if path.ends_with("c.toml")));
    }
}
