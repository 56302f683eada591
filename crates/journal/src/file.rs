//! The file: one SQLite database, its tables, its limits, and what can go wrong with it.
//!
//! Several processes may use one file. It is in write-ahead mode: what was committed is in the file or in the log beside it, so that a process that
//! is killed loses the entry that it was writing, and no other.

use crate::askers::Tag;
use crate::gap::{Gap, Kind};
use crate::wording::WordingId;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use std::fmt;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Marks a file as ours ("fgap"), so that no other database is ever written to.
const APPLICATION: i64 = 0x6667_6170;
/// The version of the tables.
const VERSION: i64 = 1;
/// How long to wait for another process that is writing. An entry takes it less than a millisecond, and a large clearing some seconds.
const BUSY: Duration = Duration::from_secs(5);
/// Bytes of a page; SQLite's default.
const PAGE: i64 = 4_096;
/// Largest log beside the file once it is not in use, in bytes: a thousand pages, after which SQLite moves them to the file.
const MAX_LOG: i64 = 1_000 * PAGE;
/// Most tags of one wording on one day. Whether sixty or six hundred people miss an answer, it is the first to write.
const MAX_PEOPLE: usize = 64;
/// Which parts of the entries go, one after the other, until there is room for another: a twentieth, a tenth, a third.
const MAKE_ROOM: [i64; 3] = [20, 10, 3];
/// How often a tenth of the entries goes when the file is larger than it may be: until a thousandth is left.
const SHRINK: usize = 70;

/// The tables. An entry is a row of `wording`; `asked` has its days, and goes with it.
const SCHEMA: &str = "
CREATE TABLE wording (
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    missing TEXT NOT NULL,
    confidence REAL NOT NULL,
    candidates TEXT NOT NULL,
    knowledge_base TEXT NOT NULL,
    last_day INTEGER NOT NULL
) STRICT;
CREATE INDEX wording_by_day ON wording (last_day);
CREATE TABLE asked (
    wording INTEGER NOT NULL REFERENCES wording ON DELETE CASCADE,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    not_helpful INTEGER NOT NULL,
    people BLOB NOT NULL,
    PRIMARY KEY (wording, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX asked_by_day ON asked (day);
CREATE TABLE answered (wording INTEGER PRIMARY KEY REFERENCES wording ON DELETE CASCADE) STRICT;
CREATE TABLE dismissed (wording INTEGER PRIMARY KEY, question TEXT NOT NULL, in_group INTEGER NOT NULL, day INTEGER NOT NULL) STRICT;
CREATE TABLE vector (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO state VALUES ('entries', 0);
CREATE TRIGGER wording_added AFTER INSERT ON wording BEGIN UPDATE state SET value = value + 1 WHERE key = 'entries'; END;
CREATE TRIGGER wording_removed AFTER DELETE ON wording BEGIN UPDATE state SET value = value - 1 WHERE key = 'entries'; END;
";

/// A day: how many there were since 1970, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Day {
    /// The day of a time; 1970-01-01 for a clock before that.
    pub fn of(time: SystemTime) -> Day {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Day(i64::try_from(seconds / 86_400).unwrap_or(i64::MAX))
    }
}

/// How much the journal keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Days for which an entry is kept after it was asked last, and its counts of a day after that day.
    pub keep_days: u32,
    /// Most entries; those that were asked longest ago make room.
    pub max_entries: u32,
    /// Largest file, in megabytes (2^20 bytes).
    pub max_megabytes: u32,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no such file.
    #[error("there is no journal at {0}: set `path` in [journal] to keep one; it begins with the first question that has no good answer")]
    Missing(PathBuf),
    /// Its folder does not exist.
    #[error("the folder of {0} does not exist: make it, or change `path` in [journal]")]
    NoFolder(PathBuf),
    /// A link, a folder, a pipe or a device is in its place.
    #[error("{0} is not a regular file: the journal is never written through a link or to a device")]
    NotAFile(PathBuf),
    /// Another program's database.
    #[error("{0} is the database of another program: set `path` in [journal] to a file of its own")]
    Foreign(PathBuf),
    /// Written by a newer version of this program.
    #[error(
        "{path} was written by a newer version of factotum (its tables have version {version}, this program knows {VERSION}): use that version, or another file"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        version: i64,
    },
    /// Damaged, or no database at all.
    #[error("{0} is damaged or is not a journal: move it and the files {0}-wal and {0}-shm away, and a new one is begun")]
    Damaged(Shown),
    /// Another process has been writing for too long.
    #[error("{0} is locked by another process: try again, or stop what keeps it locked")]
    Locked(PathBuf),
    /// It may not be written.
    #[error("{0} cannot be written: let the user of this program write to the file and to its folder")]
    ReadOnly(PathBuf),
    /// The disk is full, or `max_megabytes` is used up.
    #[error("there is no room for {0}: free some space on the disk, or raise `max_megabytes` in [journal]")]
    Full(PathBuf),
    /// What was asked for cannot be done, with the reason.
    #[error("{0}")]
    Refused(String),
    /// The system says no.
    #[error("cannot use the journal at {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite says no.
    #[error("cannot use the journal at {path}")]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// A path that is shown several times in one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown(PathBuf);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.display())
    }
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// Device and number of the file.
    #[cfg(unix)]
    file: (u64, u64),
    pub(crate) connection: Connection,
}

/// A result of SQLite's, until it is known which file it is of.
pub(crate) type Raw<T> = Result<T, rusqlite::Error>;

impl Journal {
    /// Opens a journal that exists.
    ///
    /// # Errors
    /// [`JournalError`] if it does not, or cannot be read and written.
    pub fn open(path: &Path) -> Result<Journal, JournalError> {
        match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(JournalError::Missing(path.to_owned())),
            Err(source) => Err(JournalError::Io { path: path.to_owned(), source }),
            Ok(found) if !found.file_type().is_file() => Err(JournalError::NotAFile(path.to_owned())),
            Ok(_) => Self::connect(path),
        }
    }

    /// Opens a journal, and makes it first if it does not exist. The new file can be read and written by its owner only; its folder must exist.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read and written.
    pub fn create(path: &Path) -> Result<Journal, JournalError> {
        let mut new = OpenOptions::new();
        new.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
        // A link in its place counts as existing, wherever it leads.
        match new.open(path) {
            Ok(_) => Self::connect(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::open(path),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(JournalError::ReadOnly(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(JournalError::NoFolder(path.to_owned())),
            Err(source) => Err(JournalError::Io { path: path.to_owned(), source }),
        }
    }

    fn connect(path: &Path) -> Result<Journal, JournalError> {
        let failed = |source| explained(path, source);
        // SQLite refuses links anywhere in the path; a linked folder is the operator's business, a linked file is not.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let real = folder.canonicalize().map_err(|source| JournalError::Io { path: path.to_owned(), source })?;
        let real = path.file_name().map(|name| real.join(name)).ok_or_else(|| JournalError::NotAFile(path.to_owned()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(real, flags).map_err(failed)?;
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::MetadataExt;
            let found = std::fs::symlink_metadata(path).map_err(|source| JournalError::Io { path: path.to_owned(), source })?;
            (found.dev(), found.ino())
        };
        let mut journal = Journal {
            path: path.to_owned(),
            #[cfg(unix)]
            file,
            connection,
        };
        journal.prepare()?;
        Ok(journal)
    }

    /// Checks whose file it is, and makes the tables of a new one.
    fn prepare(&mut self) -> Result<(), JournalError> {
        let path = self.path.clone();
        let failed = |source| explained(&path, source);
        let connection = &mut self.connection;
        connection.busy_timeout(BUSY).map_err(failed)?;
        // What is removed is overwritten.
        connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        // Nothing that somebody wrote into the tables runs.
        connection.pragma_update(None, "trusted_schema", false).map_err(failed)?;
        // Setting `auto_vacuum` writes a first page before anything says whose file it is, so another process, or one that was killed there,
        // leaves a database with nothing in it.
        let blank = |connection: &Connection| -> Raw<bool> {
            let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            Ok(tables == 0 && pragma(connection, "application_id")? == 0)
        };
        if blank(connection).map_err(failed)? {
            connection.pragma_update(None, "auto_vacuum", "incremental").map_err(failed)?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            // Another process may have been first.
            if blank(&transaction).map_err(failed)? {
                transaction.execute_batch(SCHEMA).map_err(failed)?;
                transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
                transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
            }
            transaction.commit().map_err(failed)?;
        }
        if pragma(connection, "application_id").map_err(failed)? != APPLICATION {
            return Err(JournalError::Foreign(path));
        }
        let version = pragma(connection, "user_version").map_err(failed)?;
        if version > VERSION {
            return Err(JournalError::Newer { path, version });
        }
        // With this, a commit is safe when a process is killed; a power cut may cost the last ones, but not the file.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(failed)?;
        connection.pragma_update(None, "synchronous", "normal").map_err(failed)?;
        connection.pragma_update_and_check(None, "journal_size_limit", MAX_LOG, |_| Ok(())).map_err(failed)?;
        Ok(())
    }

    /// Where it is.
    #[cfg(test)]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file that is open is still the one at the path: somebody may have removed or replaced it.
    pub(crate) fn is_in_place(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            std::fs::symlink_metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) == self.file)
        }
        #[cfg(not(unix))]
        self.path.exists()
    }

    /// Runs something in one transaction, alone among all processes.
    pub(crate) fn write<T>(&mut self, run: impl FnOnce(&Transaction<'_>) -> Raw<T>) -> Result<T, JournalError> {
        let path = &self.path;
        let attempt = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = run(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        attempt().map_err(|source| explained(path, source))
    }

    /// Runs something that only reads.
    pub(crate) fn read<T>(&self, run: impl FnOnce(&Connection) -> Raw<T>) -> Result<T, JournalError> {
        run(&self.connection).map_err(|source| explained(&self.path, source))
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    pub fn entries(&self) -> Result<i64, JournalError> {
        self.read(entries)
    }

    /// Writes a gap that somebody with this tag met on this day. If there is no room, those that were asked longest ago make some.
    pub(crate) fn record(&mut self, gap: &Gap, tag: Option<Tag>, day: Day, limits: Limits) -> Result<(), JournalError> {
        let Some(id) = WordingId::of(&gap.question) else { return Ok(()) };
        let mut done = self.write(|t| record(t, id, gap, tag, day, limits));
        // Ids are hashes, so the oldest entries lie scattered, and pages get free only once most of what they had is gone.
        for share in MAKE_ROOM {
            if !matches!(done, Err(JournalError::Full(_))) {
                break;
            }
            self.write(|t| make_room(t, entries(t)? / share + 1))?;
            done = self.write(|t| record(t, id, gap, tag, day, limits));
        }
        done
    }

    /// Removes what is older or more than the limits allow, and sets how large the file may grow.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn tidy(&mut self, today: Day, limits: Limits) -> Result<(), JournalError> {
        let pages = i64::from(limits.max_megabytes) * ((1 << 20) / PAGE);
        self.read(|c| c.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())))?;
        self.expire(Day(today.0.saturating_sub(i64::from(limits.keep_days))))?;
        self.write(|t| make_room(t, entries(t)? - i64::from(limits.max_entries)))?;
        // The file may be larger than a setting that was lowered since.
        for _ in 0..SHRINK {
            let used = self.read(|c| Ok(pragma(c, "page_count")? - pragma(c, "freelist_count")?))?;
            if used <= pages || self.entries()? == 0 {
                break;
            }
            self.write(|t| make_room(t, entries(t)? / 10 + 1))?;
        }
        self.vacuum()
    }

    /// Removes what was asked before a day. Returns how many entries that were.
    pub(crate) fn expire(&mut self, first_kept: Day) -> Result<usize, JournalError> {
        self.write(|t| {
            let removed = t.execute("DELETE FROM wording WHERE last_day < ?1", [first_kept.0])?;
            t.execute("DELETE FROM asked WHERE day < ?1", [first_kept.0])?;
            Ok(removed)
        })
    }

    /// Gives the room of what was removed back to the disk, and empties the log beside the file, which may still have it.
    pub(crate) fn shrink(&mut self) -> Result<(), JournalError> {
        self.vacuum()?;
        let busy = self.read(|c| c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)))?;
        if busy { Err(JournalError::Locked(self.path.clone())) } else { Ok(()) }
    }

    fn vacuum(&self) -> Result<(), JournalError> {
        self.read(|c| {
            // A step for each page.
            let mut statement = c.prepare("PRAGMA incremental_vacuum")?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        })
    }
}

fn pragma(connection: &Connection, name: &str) -> Raw<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

fn entries(connection: &Connection) -> Raw<i64> {
    connection.query_row("SELECT value FROM state WHERE key = 'entries'", [], |row| row.get(0))
}

/// Removes the entries that were asked longest ago.
fn make_room(transaction: &Transaction<'_>, entries: i64) -> Raw<()> {
    if entries > 0 {
        let oldest = "DELETE FROM wording WHERE id IN (SELECT id FROM wording ORDER BY last_day, id LIMIT ?1)";
        transaction.execute(oldest, [entries])?;
    }
    Ok(())
}

fn record(transaction: &Transaction<'_>, id: WordingId, gap: &Gap, tag: Option<Tag>, day: Day, limits: Limits) -> Raw<()> {
    let known = transaction.query_row("SELECT 1 FROM wording WHERE id = ?1", [id.0], |_| Ok(())).optional()?.is_some();
    if !known {
        let excess = entries(transaction)? + 1 - i64::from(limits.max_entries);
        make_room(transaction, excess)?;
    }
    transaction.execute(
        "INSERT INTO wording VALUES (?1, ?2, '', '', '', 0, '', '', ?3) ON CONFLICT (id) DO UPDATE SET last_day = max(last_day, excluded.last_day)",
        params![id.0, gap.question, day.0],
    )?;
    renew(transaction, id, gap)?;
    // It was answered, and is a gap again.
    transaction.execute("DELETE FROM answered WHERE wording = ?1", [id.0])?;
    let today = "SELECT people FROM asked WHERE wording = ?1 AND day = ?2";
    let earlier: Option<Vec<u8>> = transaction.query_row(today, [id.0, day.0], |row| row.get(0)).optional()?;
    // Why an answer was not helpful comes after the vote.
    let votes = u32::from(gap.kind == Kind::NotHelpful && gap.reason.is_empty());
    // Anyone who rates an answer has asked before, and so has anyone whom a person answers.
    let asked = !matches!(gap.kind, Kind::NotHelpful | Kind::Person);
    let times = u32::from(earlier.is_none() || asked);
    let mut people = earlier.unwrap_or_default();
    if let Some(Tag(tag)) = tag
        && people.len() < MAX_PEOPLE * 2
        && !tags(&people).any(|known| known == tag)
    {
        people.extend(tag.to_le_bytes());
    }
    transaction.execute(
        "INSERT INTO asked VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (wording, day) DO UPDATE SET times = times + excluded.times, \
         not_helpful = not_helpful + excluded.not_helpful, people = excluded.people",
        params![id.0, day.0, times, votes, people],
    )?;
    Ok(())
}

/// Puts down what became of a wording when it was asked last.
pub(crate) fn renew(transaction: &Transaction<'_>, id: WordingId, gap: &Gap) -> Raw<()> {
    let candidates = serde_json::to_string(&gap.candidates).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction.execute(
        "UPDATE wording SET kind = ?2, reason = ?3, missing = ?4, confidence = ?5, candidates = ?6, knowledge_base = ?7 WHERE id = ?1",
        params![id.0, gap.kind.as_str(), gap.reason, gap.missing, gap.confidence, candidates, gap.knowledge_base],
    )?;
    Ok(())
}

/// The tags in a row's list.
pub(crate) fn tags(people: &[u8]) -> impl Iterator<Item = u16> + '_ {
    people.as_chunks::<2>().0.iter().map(|tag| u16::from_le_bytes(*tag))
}

/// What a failure of SQLite's means for those who run the program.
fn explained(path: &Path, source: rusqlite::Error) -> JournalError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => JournalError::Locked(path),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => JournalError::Damaged(Shown(path)),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => JournalError::ReadOnly(path),
        Some(ErrorCode::DiskFull) => JournalError::Full(path),
        _ => JournalError::Database { path, source },
    }
}
