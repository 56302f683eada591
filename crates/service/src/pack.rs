//! Reading the files of a knowledge base.

use crate::files::{self, FileError, Links};
use factotum_core::diagnostic::SourceFile;
use std::path::{Path, PathBuf};

/// The largest file, and the most of all files together, in bytes: a hundred thousand paraphrases take about ten million.
pub const MAX_FILE: u64 = 16 << 20;
/// Most signs that a value or a mistake begins or ends with. A table with a mistake has six and costs two kilobytes, so 150 MB at worst. A hundred
/// thousand paraphrases, one a line, have 200,000 to 300,000 of them; a fact with one question, as an import writes it, has about 25.
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
        "with {0} the knowledge base is too large: it may have {MAX_SIGNS} commas, full stops, brackets, equals signs and lines, which is enough for \
         about 15,000 facts with a question each; leave some out"
    )]
    TooDense(PathBuf),
}

/// What a knowledge base still has room for.
struct Room {
    bytes: u64,
    signs: usize,
}

impl Room {
    fn new() -> Room {
        Room { bytes: MAX_FILE, signs: MAX_SIGNS }
    }

    /// Makes room for a file.
    fn take(&mut self, path: &Path, bytes: &[u8]) -> Result<(), PackError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.checked_sub(length).ok_or_else(|| PackError::TooLarge(path.to_owned()))?;
        let signs = bytes.iter().filter(|byte| SIGNS.contains(byte)).count();
        self.signs = self.signs.checked_sub(signs).ok_or_else(|| PackError::TooDense(path.to_owned()))?;
        Ok(())
    }
}

/// Makes sure that [`read`] will take these files, before they are written.
///
/// # Errors
/// [`PackError`] if they are too many or too large.
pub fn fits(files: &[SourceFile]) -> Result<(), PackError> {
    if let Some(file) = files.get(MAX_FILES) {
        return Err(PackError::TooLarge(PathBuf::from(&file.name)));
    }
    let mut room = Room::new();
    files.iter().try_for_each(|file| room.take(Path::new(&file.name), file.text.as_bytes()))
}

/// The `.toml` files of a folder, in the order of their names, without hidden ones.
///
/// # Errors
/// If the folder cannot be listed.
pub fn listed(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads the `.toml` files of a folder, in the order of their names.
///
/// Invalid UTF-8 is replaced; the checks then report it.
///
/// # Errors
/// [`PackError`] if the folder or a file cannot be read, or there is no file.
pub fn read(folder: &Path) -> Result<Vec<SourceFile>, PackError> {
    let paths = listed(folder).map_err(|source| PackError::Folder { path: folder.to_owned(), source })?;
    if paths.is_empty() {
        return Err(PackError::Empty(folder.to_owned()));
    }
    if paths.len() > MAX_FILES {
        return Err(PackError::TooLarge(folder.to_owned()));
    }
    let mut room = Room::new();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        // What is left for this file.
        let bytes = files::read(&path, room.bytes, Links::Follow).map_err(|error| match error {
            FileError::TooLarge { path, .. } => PackError::TooLarge(path),
            other => PackError::File(other),
        })?;
        room.take(&path, &bytes)?;
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

    #[test]
    fn what_fits_can_be_read() {
        let file = |text: String| SourceFile { name: "a.toml".to_owned(), text };
        let (full, dense) = ("a".repeat(MAX_FILE as usize), ".".repeat(MAX_SIGNS));
        for (text, more) in [(full, "a"), (dense, ".")] {
            assert!(fits(&[file(text.clone())]).is_ok());
            assert!(fits(&[file(text), file(more.to_owned())]).is_err());
        }
        let small = vec![file(String::new()); MAX_FILES];
        assert!(fits(&small).is_ok());
        assert!(fits(&[small, vec![file(String::new())]].concat()).is_err());
    }
}
