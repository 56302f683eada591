//! Reading files that others may have put there: it never waits, and never reads more than a limit.
//!
//! A name says nothing about what it leads to by the time it is opened: a link, a pipe, a device. So a file is opened without waiting, and
//! then the open file is asked what it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened.
    #[error("cannot open {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device, which might never end, or a file that the kernel makes up, which might hold secrets.
    #[error("{path} is {what}, not a regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// It is larger than it may be.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
}

impl FileError {
    /// Whether there is no such file.
    pub fn is_not_found(&self) -> bool {
        matches!(self, FileError::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// What to do about a symbolic link at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Follow it.
    Follow,
    /// Refuse it: nobody but this program should have put anything here.
    Refuse,
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// [`FileError`] if it cannot be read, is no regular file, or is larger.
pub fn read(path: &Path, limit: u64, links: Links) -> Result<Vec<u8>, FileError> {
    let file = open(path, links)?;
    let mut bytes = Vec::new();
    // Not what the size says: the file may grow while it is read.
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > limit { Err(FileError::TooLarge { path: path.to_owned(), limit }) } else { Ok(bytes) }
}

/// Opens a regular file for reading, without waiting.
fn open(path: &Path, links: Links) -> Result<File, FileError> {
    let refused = |what| FileError::NotAFile { path: path.to_owned(), what };
    if of_the_kernel(path) {
        return Err(refused("made by the kernel"));
    }
    let file = options(links).open(path).map_err(|source| match links {
        Links::Refuse if is_link(path) => refused("a link"),
        _ => FileError::Open { path: path.to_owned(), source },
    })?;
    let kind = file.metadata().map_err(|source| FileError::Open { path: path.to_owned(), source })?.file_type();
    if kind.is_file() { Ok(file) } else { Err(refused(described(kind))) }
}

/// Whether the path leads to the kernel's own files: `/proc/self/environ` has the environment of the program.
fn of_the_kernel(path: &Path) -> bool {
    cfg!(target_os = "linux") && path.canonicalize().is_ok_and(|path| ["/proc", "/sys"].iter().any(|start| path.starts_with(start)))
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

#[cfg(unix)]
fn options(links: Links) -> std::fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    // Opening a pipe would wait for a writer.
    let flags = libc::O_NONBLOCK | if links == Links::Refuse { libc::O_NOFOLLOW } else { 0 };
    options.read(true).custom_flags(flags);
    options
}

#[cfg(not(unix))]
fn options(_: Links) -> std::fs::OpenOptions {
    let mut options = File::options();
    options.read(true);
    options
}

#[cfg(unix)]
fn described(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a pipe",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () if kind.is_socket() => "a socket",
        () => "something else",
    }
}

#[cfg(not(unix))]
fn described(kind: std::fs::FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "something else" }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn refusal(path: &Path) -> String {
        read(path, 10, Links::Follow).expect_err("it is not read").to_string()
    }

    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("small"), "0123456789").expect("a writable folder");
        std::fs::write(at("large"), "0123456789a").expect("a writable folder");
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.is_ok_and(|status| status.success()));
        for (name, target) in [("link", at("small")), ("zero", "/dev/zero".into()), ("gone", at("nothing"))] {
            symlink(target, at(name)).expect("a link");
        }
        assert_eq!(read(&at("small"), 10, Links::Follow).ok().as_deref(), Some(&b"0123456789"[..]));
        assert_eq!(read(&at("link"), 10, Links::Follow).ok().as_deref(), Some(&b"0123456789"[..]));
        assert!(refusal(&at("large")).ends_with("is larger than 10 bytes"));
        // Nobody writes to it, and nobody waits for that.
        assert!(refusal(&at("pipe")).ends_with("is a pipe, not a regular file"));
        assert!(refusal(&at("zero")).ends_with("is a device, not a regular file"));
        assert!(refusal(folder.path()).ends_with("is a folder, not a regular file"));
        assert!(read(&at("gone"), 10, Links::Follow).is_err_and(|error| error.is_not_found()));
        let refused = read(&at("link"), 10, Links::Refuse).expect_err("it is a link").to_string();
        assert!(refused.ends_with("is a link, not a regular file"), "{refused}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernels_own_files_are_refused() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let link = folder.path().join("link");
        symlink("/proc/self/environ", &link).expect("a link");
        for path in [&link, Path::new("/proc/self/environ"), Path::new("/proc/../proc/version"), Path::new("/sys/kernel/uevent_seqnum")] {
            assert!(refusal(path).ends_with("is made by the kernel, not a regular file"), "{}", path.display());
        }
    }
}
