//! The results of training on disk, so that the next start need not train again.
//!
//! A file is named after a hash of everything that decides the result: the content of the knowledge base, the encoder, and
//! the code that trains. A file is used only if its checksum is right and everything in it fits the knowledge base: a checksum protects against
//! damage, not against people. Files are written under a new name of their own and then renamed, so several programs can start at once, one that
//! is killed leaves no half-written file to be read, and no link is followed. If anything fails, the program trains in memory.

use crate::files::{self, Links};
use factotum_core::hash::hex;
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::matching::Learned;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Marks a file and the version of its layout: these bytes, then the SHA-256 of the rest, then the result of training.
const MAGIC: &[u8; 8] = b"FLEARN01";
const CHECKSUM: usize = 32;
/// The file extension.
const EXTENSION: &str = "learned";
/// The largest file that is read, in bytes: 5,000 intents with 100,000 paraphrases take a tenth of it.
const MAX_FILE: u64 = 2 << 30;
/// How many files are kept, the newest ones: enough for a few knowledge bases, or some days of work on one.
const KEPT: usize = 16;

/// A folder of cached results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
    kept: usize,
}

/// A hash of everything that decides the result of training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key of a knowledge base for this program.
    pub fn of(base: &KnowledgeBase) -> Key {
        let mut hasher = Sha256::new();
        // The build script hashes the code that learns, and the encoder.
        hasher.update(factotum_built_in::LEARNER);
        hasher.update(postcard::to_stdvec(base).expect("plain values"));
        Key(hex(&hasher.finalize()))
    }
}

impl Cache {
    /// The cache in that folder, which is created when something is put into it.
    pub fn new(folder: &Path) -> Cache {
        Cache { folder: folder.to_owned(), kept: KEPT }
    }

    /// The same, for a program that uses this many knowledge bases besides.
    pub fn with_room_for(self, bases: usize) -> Cache {
        Cache { kept: KEPT + bases, ..self }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The cached result for a knowledge base, if there is one and it is undamaged.
    pub fn get(&self, key: &Key, base: &KnowledgeBase) -> Option<Learned> {
        let path = self.path(key);
        let bytes = match files::read(&path, MAX_FILE, Links::Refuse) {
            Ok(bytes) => bytes,
            Err(error) => {
                if !error.is_not_found() {
                    tracing::warn!(%error, "cannot read the cache; training again");
                }
                return None;
            }
        };
        let learned = unpacked(&bytes).filter(|learned| learned.fits(base));
        if learned.is_none() {
            tracing::warn!(path = %path.display(), "the cached file is damaged; training again");
        }
        learned
    }

    /// Stores a result, and removes the oldest files if there are many.
    ///
    /// # Errors
    /// If the folder cannot be created or written to.
    pub fn put(&self, key: &Key, learned: &Learned) -> io::Result<()> {
        let payload = postcard::to_stdvec(learned).map_err(io::Error::other)?;
        fs::create_dir_all(&self.folder)?;
        let mut file = unfinished().tempfile_in(&self.folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&Sha256::digest(&payload))?;
        file.write_all(&payload)?;
        // The content must be on disk before the name is: after a power cut the name must not lead to nothing.
        file.as_file().sync_all()?;
        file.persist(self.path(key))?;
        self.prune()
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.0).with_extension(EXTENSION)
    }

    /// Removes all but the newest files. It is not an error if a file is gone already: another program may do the same.
    fn prune(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|e| e == EXTENSION)
                && let Ok(changed) = entry.metadata().and_then(|m| m.modified())
            {
                files.push((changed, entry.path()));
            }
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        files.iter().skip(self.kept).for_each(|(_, path)| drop(fs::remove_file(path)));
        Ok(())
    }
}

/// A file that is removed unless it is finished and renamed.
fn unfinished() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".unfinished");
    // As for any other new file; a temporary file would be for its owner only.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
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
    use proptest::prelude::*;

    fn base() -> KnowledgeBase {
        let files = pack::read(Path::new("../../tests/packs/tiny")).expect("a pack of the tests");
        factotum_core::pack::load(&files).base.expect("without mistakes")
    }

    fn replies(answerer: &Answerer) -> Vec<factotum_core::answering::Reply> {
        ["who keeps the lighthouse", "how tall is it", "when can I visit"].iter().map(|q| answerer.answer(q)).collect()
    }

    #[test]
    fn a_cached_result_answers_like_a_fresh_one() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(&folder.path().join("made/when/needed")), Key::of(&base()));
        assert!(cache.get(&key, &base()).is_none());
        let learned = Answerer::new(base());
        cache.put(&key, learned.matcher().learned()).expect("it can be written");
        let kept = Answerer::from_learned(base(), cache.get(&key, &base()).expect("it was kept"));
        assert_eq!(replies(&kept), replies(&learned));
    }

    #[test]
    fn another_knowledge_base_has_another_key() {
        let mut other = base();
        other.intents[0].paraphrases[0].text.push('s');
        assert_ne!(Key::of(&base()), Key::of(&other));
        assert_eq!(Key::of(&base()), Key::of(&base()));
    }

    #[test]
    fn damage_is_detected() {
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
            assert!(cache.get(&key, &base()).is_none());
        }
        put();
        assert!(cache.get(&key, &base()).is_some());
    }

    /// A file with a right checksum.
    fn sealed(payload: &[u8]) -> Vec<u8> {
        [&MAGIC[..], Sha256::digest(payload).as_slice(), payload].concat()
    }

    #[test]
    fn what_does_not_fit_the_knowledge_base_is_not_used() {
        let mut other = base();
        other.intents.pop();
        let learned = postcard::to_stdvec(Answerer::new(other).matcher().learned()).expect("plain values");
        assert!(unpacked(&sealed(&learned)).is_some_and(|learned| !learned.fits(&base())));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// Anyone who can write to the folder can also work out a checksum. The answers may then be wrong, but nothing panics.
        #[test]
        fn a_crafted_file_does_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in 0_usize..3) {
            let (base, payload) = CRAFTED.get_or_init(|| {
                let base = base();
                (base.clone(), postcard::to_stdvec(Answerer::new(base).matcher().learned()).expect("plain values"))
            });
            let mut payload = payload.clone();
            for (at, byte) in changes {
                let at = at.index(payload.len());
                payload[at] = byte;
            }
            payload.truncate(payload.len() - cut);
            if let Some(learned) = unpacked(&sealed(&payload)).filter(|learned| learned.fits(base)) {
                replies(&Answerer::from_learned(base.clone(), learned));
            }
        }
    }

    /// A knowledge base, and what was learned from it.
    static CRAFTED: std::sync::OnceLock<(KnowledgeBase, Vec<u8>)> = std::sync::OnceLock::new();

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_or_read_through_a_link() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(&folder.path().join("cache")), Key::of(&base()));
        let theirs = folder.path().join("theirs");
        fs::write(&theirs, "theirs").expect("it can be written");
        fs::create_dir(folder.path().join("cache")).expect("it is new");
        symlink(&theirs, cache.path(&key)).expect("a link");
        assert!(cache.get(&key, &base()).is_none());
        cache.put(&key, Answerer::new(base()).matcher().learned()).expect("it can be written");
        assert_eq!(fs::read(&theirs).ok().as_deref(), Some(&b"theirs"[..]));
        assert!(cache.get(&key, &base()).is_some());
        fs::rename(cache.path(&key), &theirs).and_then(|()| symlink(&theirs, cache.path(&key))).expect("a link");
        assert!(cache.get(&key, &base()).is_none(), "not even to a good file");
        fs::remove_file(cache.path(&key)).expect("it is there");
        let made = std::process::Command::new("mkfifo").arg(cache.path(&key)).status();
        assert!(made.is_ok_and(|status| status.success()));
        assert!(cache.get(&key, &base()).is_none(), "nobody waits for a pipe");
    }

    #[test]
    fn an_unwritable_folder_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("file");
        fs::write(&file, "in the way").expect("it can be written");
        let (cache, key) = (Cache::new(&file), Key::of(&base()));
        assert!(cache.put(&key, Answerer::new(base()).matcher().learned()).is_err());
        assert!(cache.get(&key, &base()).is_none());
    }

    #[test]
    fn many_writers_leave_one_undamaged_file() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let (cache, key) = (Cache::new(folder.path()), Key::of(&base()));
        let answerer = Answerer::new(base());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    cache.put(&key, answerer.matcher().learned()).expect("it can be written");
                    assert!(cache.get(&key, &base()).is_some());
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn only_the_newest_are_kept() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let cache = Cache::new(folder.path());
        let answerer = Answerer::new(base());
        for number in 0..KEPT + 3 {
            cache.put(&Key(format!("{number}")), answerer.matcher().learned()).expect("it can be written");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), KEPT);
        assert!(cache.get(&Key(format!("{}", KEPT + 2)), &base()).is_some());
    }
}
