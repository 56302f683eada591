//! Writing a changed file: all of it or nothing, and never over what somebody else has written meanwhile.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not what it was when it was read.
    #[error("{0} has changed since it was read; nothing was written")]
    Changed(PathBuf),
    /// It cannot be written.
    #[error("cannot write {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A file as it was written, for taking it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    path: PathBuf,
    before: Option<Vec<u8>>,
    after: Vec<u8>,
}

/// Replaces a file that has just these bytes, or makes one that does not exist yet.
///
/// The new content is written beside it and renamed, so that nobody ever reads half of it. Two programs that do this at the same time wait for
/// each other; the second one finds the file changed.
///
/// # Errors
/// [`WriteError`]; the file is then as it was.
pub fn write(path: &Path, before: Option<&[u8]>, after: &[u8]) -> Result<Written, WriteError> {
    let fail = |source| WriteError::Io { path: path.to_owned(), source };
    // Through a link, the file that it points to is replaced, not the link.
    let target = if before.is_some() { fs::canonicalize(path).map_err(|e| gone(path, e))? } else { path.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Hidden, so that nobody takes it for a knowledge file meanwhile.
    let temporary = tempfile::Builder::new().prefix(".factotum-").suffix(".tmp").tempfile_in(folder);
    let mut temporary = temporary.map_err(fail)?;
    temporary.write_all(after).map_err(fail)?;
    match before {
        Some(before) => {
            let locked = File::open(&target).map_err(fail)?;
            // Not every file system has locks. Without them, two that write in the same millisecond are not told apart.
            let _ = locked.lock();
            if read(&target).map_err(|e| gone(path, e))? != before {
                return Err(WriteError::Changed(path.to_owned()));
            }
            let permissions = locked.metadata().map_err(fail)?.permissions();
            temporary.as_file().set_permissions(permissions).map_err(fail)?;
            temporary.as_file().sync_all().map_err(fail)?;
            temporary.persist(&target).map_err(|e| fail(e.error))?;
        }
        None => {
            readable(temporary.as_file()).map_err(fail)?;
            temporary.as_file().sync_all().map_err(fail)?;
            temporary.persist_noclobber(&target).map_err(|e| match e.error.kind() {
                io::ErrorKind::AlreadyExists => WriteError::Changed(path.to_owned()),
                _ => fail(e.error),
            })?;
        }
    }
    // So that the name survives a power cut too. Not every system can do this to a folder.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(Written { path: path.to_owned(), before: before.map(<[u8]>::to_vec), after: after.to_vec() })
}

impl Written {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes it back: the file has the bytes again that it had before, or is removed where it was new.
    ///
    /// # Errors
    /// [`WriteError`]; the file is then as it was, also where somebody has changed it since.
    pub fn undo(&self) -> Result<(), WriteError> {
        match &self.before {
            Some(before) => write(&self.path, Some(&self.after), before).map(|_| ()),
            None => {
                if read(&self.path).map_err(|e| gone(&self.path, e))? != self.after {
                    return Err(WriteError::Changed(self.path.clone()));
                }
                fs::remove_file(&self.path).map_err(|source| WriteError::Io { path: self.path.clone(), source })
            }
        }
    }
}

/// A file that is gone has changed.
fn gone(path: &Path, source: io::Error) -> WriteError {
    match source.kind() {
        io::ErrorKind::NotFound => WriteError::Changed(path.to_owned()),
        _ => WriteError::Io { path: path.to_owned(), source },
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Temporary files are for their owner only; knowledge files are not secret.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Temporary files have the permissions of their folder.
#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        let new = write(&path, None, b"one").expect("a new file");
        assert!(matches!(write(&path, None, b"two"), Err(WriteError::Changed(_))));
        let first = write(&path, Some(b"one"), b"two").expect("as it was read");
        assert!(matches!(write(&path, Some(b"one"), b"three"), Err(WriteError::Changed(_))));
        // What was changed since cannot be taken back.
        assert!(matches!(new.undo(), Err(WriteError::Changed(_))));
        assert_eq!(fs::read(&path).expect("there"), b"two");
        first.undo().expect("unchanged since");
        assert_eq!(fs::read(&path).expect("there"), b"one");
        new.undo().expect("unchanged since");
        assert!(!path.exists() && matches!(first.undo(), Err(WriteError::Changed(_))));
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
    }

    #[test]
    fn of_many_at_once_one_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.toml");
        fs::write(&path, "0").expect("a file");
        let won: Vec<bool> = std::thread::scope(|scope| {
            let work = |n: usize| write(&path, Some(b"0"), n.to_string().as_bytes()).is_ok();
            let all: Vec<_> = (1..9).map(|n| scope.spawn(move || work(n))).collect();
            all.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let winner = won.iter().position(|won| *won).expect("one") + 1;
        assert_eq!(fs::read(&path).expect("there"), winner.to_string().as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_permissions_too() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "one").expect("a file");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("its owner");
        std::os::unix::fs::symlink(&real, &link).expect("a link");
        write(&link, Some(b"one"), b"two").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).expect("there"), b"two");
        assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    }
}
