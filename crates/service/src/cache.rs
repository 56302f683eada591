//! What was learned from packs, kept on disk so that the next start need not learn it again.
//!
//! A file's name is a hash of all that decides what is learned: the pack's content, the word-vector table, and the code
//! that learns. Nothing in a file is believed before its checksum was found right. Files are written beside their place
//! and moved there in one step, so that several programs can start at once, and one that is killed leaves nothing half
//! written to be read. Whatever fails, the pack is learned in memory.

use factotum_core::knowledge::KnowledgeBase;
use factotum_core::matching::Learned;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// Marks a file and the version of its layout: this, 32 bytes of SHA-256 of what follows, and what was learned.
const MAGIC: &[u8; 8] = b"FLEARN01";
const CHECKSUM: usize = 32;
/// Ending of the names of files.
const ENDING: &str = "learned";
/// Largest file that is read, in bytes: 5,000 intents with 100,000 phrases take a tenth of it.
const MAX_FILE: u64 = 2 << 30;
/// Files that are kept, the youngest: those of a few packs, and of some days of work on one of them.
const KEPT: usize = 16;

/// A folder of files with what was learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
}

/// What decides what is learned, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key of a pack for this program.
    pub fn of(base: &KnowledgeBase) -> Key {
        let mut hasher = Sha256::new();
        // Made by the build script out of the modules that learn and the word-vector table.
        hasher.update(factotum_built_in::LEARNER);
        hasher.update(postcard::to_stdvec(base).expect("plain values"));
        Key(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl Cache {
    /// The cache in that folder; it is made when something is kept.
    pub fn new(folder: &Path) -> Cache {
        Cache { folder: folder.to_owned() }
    }

    /// What was learned under a key, if it was kept and is whole.
    pub fn get(&self, key: &Key) -> Option<Learned> {
        let path = self.path(key);
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            File::open(&path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = match read() {
            Ok(bytes) => bytes,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "cannot read what was learned before; learning it again");
                }
                return None;
            }
        };
        let learned = unpacked(&bytes);
        if learned.is_none() {
            tracing::warn!(path = %path.display(), "what was learned before is damaged; learning it again");
        }
        learned
    }

    /// Keeps what was learned, and drops the oldest files if there are many.
    ///
    /// # Errors
    /// If the folder cannot be made or written to.
    pub fn put(&self, key: &Key, learned: &Learned) -> io::Result<()> {
        // Two threads of one program write to files of their own too.
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let payload = postcard::to_stdvec(learned).map_err(io::Error::other)?;
        fs::create_dir_all(&self.folder)?;
        let unfinished = self.folder.join(format!(".{}-{}.unfinished", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let written = write(&unfinished, &payload).and_then(|()| fs::rename(&unfinished, self.path(key)));
        if written.is_err() {
            // It may not even exist; the first error is the one to tell.
            let _ = fs::remove_file(&unfinished);
        }
        written?;
        self.prune()
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.0).with_extension(ENDING)
    }

    /// Removes the oldest files but [`KEPT`]. Another program may do the same at the same time, so that a file is gone
    /// already is no error.
    fn prune(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|e| e == ENDING)
                && let Ok(changed) = entry.metadata().and_then(|m| m.modified())
            {
                files.push((changed, entry.path()));
            }
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        files.iter().skip(KEPT).for_each(|(_, path)| drop(fs::remove_file(path)));
        Ok(())
    }
}

fn write(path: &Path, payload: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(MAGIC)?;
    file.write_all(&Sha256::digest(payload))?;
    file.write_all(payload)?;
    // What is moved into place must be on the disk: after a power cut the name must not point at nothing.
    file.sync_all()
}

fn unpacked(bytes: &[u8]) -> Option<Learned> {
    let (checksum, payload) = bytes.strip_prefix(MAGIC)?.split_at_checked(CHECKSUM)?;
    (Sha256::digest(payload).as_slice() == checksum).then(|| postcard::from_bytes(payload).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack;
    use factotum_core::answering::Answerer;

    fn base() -> KnowledgeBase {
        let files = pack::read(Path::new("../../tests/packs/tiny")).expect("a pack of the tests");
        factotum_core::pack::load(&files).base.expect("without mistakes")
    }

    fn replies(answerer: &Answerer) -> Vec<factotum_core::answering::Reply> {
        ["who keeps the lighthouse", "how tall is it", "when can I visit"].iter().map(|q| answerer.answer(q)).collect()
    }

    #[test]
    fn what_was_kept_answers_as_what_was_learned() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(&folder.path().join("made/when/needed")), Key::of(&base()));
        assert!(cache.get(&key).is_none());
        let learned = Answerer::new(base());
        cache.put(&key, learned.matcher().learned()).expect("it can be written");
        let kept = Answerer::from_learned(base(), cache.get(&key).expect("it was kept"));
        assert_eq!(replies(&kept), replies(&learned));
    }

    #[test]
    fn another_pack_has_another_key() {
        let mut other = base();
        other.intents[0].paraphrases[0].text.push('s');
        assert_ne!(Key::of(&base()), Key::of(&other));
        assert_eq!(Key::of(&base()), Key::of(&base()));
    }

    #[test]
    fn damage_is_found() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(folder.path()), Key::of(&base()));
        let answerer = Answerer::new(base());
        let put = || cache.put(&key, answerer.matcher().learned()).expect("it can be written");
        put();
        let whole = fs::read(cache.path(&key)).expect("it was written");
        let mut flipped = whole.clone();
        *flipped.last_mut().expect("it is not empty") ^= 1;
        for damaged in [&whole[..whole.len() - 1], &whole[..20], &[], b"FLEARN99", &flipped] {
            fs::write(cache.path(&key), damaged).expect("it can be written");
            assert!(cache.get(&key).is_none());
        }
        put();
        assert!(cache.get(&key).is_some());
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_told() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("file");
        fs::write(&file, "in the way").expect("it can be written");
        let (cache, key) = (Cache::new(&file), Key::of(&base()));
        assert!(cache.put(&key, Answerer::new(base()).matcher().learned()).is_err());
        assert!(cache.get(&key).is_none());
    }

    #[test]
    fn many_at_once_leave_one_whole_file() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(folder.path()), Key::of(&base()));
        let answerer = Answerer::new(base());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    cache.put(&key, answerer.matcher().learned()).expect("it can be written");
                    assert!(cache.get(&key).is_some());
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn only_the_youngest_are_kept() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let cache = Cache::new(folder.path());
        let answerer = Answerer::new(base());
        for number in 0..KEPT + 3 {
            cache.put(&Key(format!("{number}")), answerer.matcher().learned()).expect("it can be written");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), KEPT);
        assert!(cache.get(&Key(format!("{}", KEPT + 2))).is_some());
    }
}
