//! What a curator does with the journal: looks at groups of wordings, dismisses and restores them, marks them as answered, removes them.

use crate::file::{Journal, JournalError, Raw, renew, tags};
use crate::gap::{Gap, Kind, Near};
use crate::grouping::grouped;
use crate::meaning::{Meaning, SAME};
use crate::redaction::Redacted;
use crate::wording::{Wording, WordingId};
use factotum_core::answering::Answerer;
use factotum_core::encoder::{DIMS, Encoder};
use factotum_core::hash::{FNV_START, fnv1a};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many wordings are grouped, those asked most often: a curator works through some hundreds, and encoding each takes milliseconds.
pub const GROUPED: u32 = 1_000;
/// Most dismissed wordings: each is compared with all that are grouped.
const MAX_DISMISSED: i64 = 2_000;
/// Wordings of a dismissed group by which others are recognised: a few tell as much as many.
const DISMISSED_WORDINGS: usize = 4;
/// How much more alike than [`SAME`] a wording must be to one dismissed wording to be taken for its group whatever the others are.
const NEARLY: f32 = 0.1;
/// Texts of what was missing, and nearest questions, that a group shows.
const SHOWN: usize = 3;

/// Wordings that mean the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The id of the wording that was asked most. Each of the others stands for the group just as well.
    pub id: WordingId,
    /// Its wordings, those asked by most people first.
    pub wordings: Vec<Wording>,
    /// How many people asked; somebody who asked on two days counts twice.
    pub people: u32,
    /// How often it was asked.
    pub times: u32,
    /// How often an answer was rated "Not helpful".
    pub not_helpful: u32,
    /// The last day on which it was asked, as YYYY-MM-DD in UTC.
    pub last_day: String,
    /// The greatest confidence of its wordings, 0 to 1: how near it is to an answer.
    pub confidence: f32,
    /// What was missing, in words, the commonest first.
    pub missing: Vec<String>,
    /// The nearest questions of the knowledge base, with the greatest confidence that each had.
    pub nearest: Vec<Near>,
}

/// A group that was dismissed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dismissed {
    /// The id to restore it by.
    pub id: WordingId,
    /// Some of its wordings.
    pub questions: Vec<String>,
    /// The day on which it was dismissed, as YYYY-MM-DD in UTC.
    pub day: String,
}

/// What to remove for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// Everything, dismissed wordings too.
    All,
    /// What was asked last before this day, written as YYYY-MM-DD.
    Before(String),
    /// One wording.
    Wording(WordingId),
}

/// The columns of a wording, in the order in which [`wording`] reads them.
const COLUMNS: &str = "w.id, w.question, w.kind, w.reason, w.missing, w.confidence, w.candidates, w.knowledge_base, \
    EXISTS (SELECT 1 FROM answered WHERE answered.wording = w.id)";

/// The tags of the people who asked a wording, by day.
type People = Vec<(i64, Vec<u16>)>;

impl Journal {
    /// Groups of wordings that mean the same, without those that were dismissed or marked as answered: those that most people asked first,
    /// then those that are nearest to an answer.
    ///
    /// Only the [`GROUPED`] wordings that were asked most often are looked at. Vectors are kept in the file, so that the next call is quicker.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read or written.
    pub fn groups(&mut self, answerer: &Answerer) -> Result<Vec<Group>, JournalError> {
        let wordings = self.read(most_asked)?;
        let dismissed = self.dismissed()?;
        let read: Vec<(Wording, People, Meaning)> = wordings
            .into_iter()
            .filter_map(|(wording, people)| Meaning::read(answerer, &wording.question).map(|meaning| (wording, people, meaning)))
            .collect();
        let away = dismissed.iter().map(|group| group.questions.iter().filter_map(|q| Meaning::read(answerer, q)).collect::<Vec<_>>());
        let mut away: Vec<Vec<Meaning>> = away.collect();
        let (mut wordings, mut meanings): (Vec<_>, Vec<_>) = read.into_iter().map(|(w, p, m)| ((w, p), m)).unzip();
        let all: Vec<&mut Meaning> = meanings.iter_mut().chain(away.iter_mut().flatten()).collect();
        self.encode(all)?;
        let hidden: Vec<bool> = meanings.iter().map(|meaning| away.iter().any(|group| belongs(meaning, group))).collect();
        let mut keep = hidden.iter().map(|hidden| !hidden);
        wordings.retain(|_| keep.next().unwrap_or_default());
        let mut keep = hidden.iter().map(|hidden| !hidden);
        meanings.retain(|_| keep.next().unwrap_or_default());
        let mut groups: Vec<Group> = grouped(&meanings)
            .into_iter()
            .filter_map(|places| group(places.into_iter().filter_map(|at| wordings.get(at)).collect()))
            .collect();
        groups.sort_by(|a, b| {
            b.people.cmp(&a.people).then(b.confidence.total_cmp(&a.confidence)).then(b.times.cmp(&a.times)).then(a.id.cmp(&b.id))
        });
        Ok(groups)
    }

    /// The groups that were dismissed, latest first.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read.
    pub fn dismissed(&self) -> Result<Vec<Dismissed>, JournalError> {
        self.read(|c| {
            let mut statement =
                c.prepare("SELECT in_group, question, date(day * 86400, 'unixepoch') FROM dismissed ORDER BY day DESC, in_group, wording")?;
            let mut rows = statement.query([])?;
            let mut groups: Vec<Dismissed> = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, question, day) = (WordingId(row.get(0)?), row.get(1)?, row.get(2)?);
                match groups.last_mut() {
                    Some(last) if last.id == id => last.questions.push(question),
                    _ => groups.push(Dismissed { id, questions: vec![question], day }),
                }
            }
            Ok(groups)
        })
    }

    /// Dismisses a group: neither it nor a wording that means the same is listed again, until it is restored.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written, or if there are too many dismissed wordings.
    pub fn dismiss(&mut self, group: &Group, today: crate::Day) -> Result<(), JournalError> {
        let full = self.write(|t| {
            let count: i64 = t.query_row("SELECT count(*) FROM dismissed", [], |row| row.get(0))?;
            if count + DISMISSED_WORDINGS as i64 > MAX_DISMISSED {
                return Ok(true);
            }
            for wording in group.wordings.iter().take(DISMISSED_WORDINGS) {
                let row = params![wording.id.0, wording.question, group.id.0, today.0];
                t.execute("INSERT OR REPLACE INTO dismissed VALUES (?1, ?2, ?3, ?4)", row)?;
            }
            Ok(false)
        })?;
        if full {
            let advice =
                format!("{MAX_DISMISSED} wordings are dismissed already: restore some, or write them down as unanswerable questions");
            return Err(JournalError::Refused(advice));
        }
        Ok(())
    }

    /// Takes back that a group was dismissed; any of its wordings stands for it. Returns whether it was.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn restore(&mut self, id: WordingId) -> Result<bool, JournalError> {
        self.write(|t| {
            let restored = "DELETE FROM dismissed WHERE in_group = ?1 OR in_group = (SELECT in_group FROM dismissed WHERE wording = ?1)";
            Ok(t.execute(restored, [id.0])? > 0)
        })
    }

    /// Marks wordings as answered: they are listed again only if they are asked again in vain.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn mark_answered(&mut self, wordings: &[WordingId]) -> Result<(), JournalError> {
        self.write(|t| {
            let mark = "INSERT OR IGNORE INTO answered SELECT id FROM wording WHERE id = ?1";
            wordings.iter().try_for_each(|id| t.execute(mark, [id.0]).map(drop))
        })
    }

    /// Takes back that wordings were marked as answered.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn reopen(&mut self, wordings: &[WordingId]) -> Result<(), JournalError> {
        self.write(|t| wordings.iter().try_for_each(|id| t.execute("DELETE FROM answered WHERE wording = ?1", [id.0]).map(drop)))
    }

    /// Asks a knowledge base the wordings that another version was asked: those that it answers well are marked as answered, and the others get
    /// what is missing now. Returns how many were marked.
    ///
    /// Only wordings that are grouped are asked, and none of which something was taken out, since that may be what the answer depends on. A rating
    /// stays as it is: it says more than confidence.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read or written.
    pub fn resolve(&mut self, answerer: &Answerer) -> Result<usize, JournalError> {
        let version = &answerer.base().version;
        let asked: Vec<Wording> = self.read(most_asked)?.into_iter().map(|(wording, _)| wording).collect();
        let changed: Vec<Wording> = asked
            .into_iter()
            .filter(|w| w.knowledge_base != *version && w.kind != Kind::NotHelpful && !Redacted::is_changed(&w.question))
            .collect();
        let gaps = in_shares(&changed, |wording| {
            let reply = answerer.answer(&wording.question);
            (wording.id, Gap::all(answerer, &wording.question, &reply).into_iter().next())
        });
        let answered: Vec<WordingId> = gaps.iter().filter(|(_, gap)| gap.is_none()).map(|(id, _)| *id).collect();
        self.mark_answered(&answered)?;
        self.write(|t| gaps.iter().try_for_each(|(id, gap)| gap.as_ref().map_or(Ok(()), |gap| renew(t, *id, gap))))?;
        Ok(answered.len())
    }

    /// The id that a person means: all of its digits, or as many of the first ones as tell it from the others.
    ///
    /// # Errors
    /// [`JournalError`] if none or several begin so, or the file cannot be read.
    pub fn find(&self, digits: &str) -> Result<WordingId, JournalError> {
        let digits = digits.trim().to_ascii_lowercase();
        let hex = (4..=16).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let (Some(from), Some(to)) = (padded(&digits, '0').filter(|_| hex), padded(&digits, 'f')) else {
            return Err(JournalError::Refused(format!(
                "\"{}\" is not an id: write the 4 to 16 digits that `factotum gaps` shows",
                digits.escape_debug()
            )));
        };
        let found: Vec<i64> = self.read(|c| {
            let either = "SELECT id FROM wording WHERE id BETWEEN ?1 AND ?2 UNION SELECT wording FROM dismissed WHERE wording BETWEEN ?1 AND ?2 \
                 UNION SELECT in_group FROM dismissed WHERE in_group BETWEEN ?1 AND ?2 LIMIT 2";
            let mut statement = c.prepare(either)?;
            statement.query_map([from.cast_signed(), to.cast_signed()], |row| row.get(0))?.collect()
        })?;
        match found.as_slice() {
            [id] => Ok(WordingId(*id)),
            [] => Err(JournalError::Refused(format!("no wording in the journal has an id that begins with {digits}"))),
            _ => Err(JournalError::Refused(format!("several ids begin with {digits}: write more of its digits"))),
        }
    }

    /// Removes wordings for good: they are overwritten in the file, and the room is given back. Returns how many entries that were.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn forget(&mut self, what: &Forget) -> Result<usize, JournalError> {
        let removed = self.write(|t| match what {
            Forget::All => {
                t.execute_batch("DELETE FROM vector; DELETE FROM dismissed;")?;
                t.execute("DELETE FROM wording", [])
            }
            Forget::Before(day) => {
                t.execute("DELETE FROM vector", [])?;
                t.execute("DELETE FROM dismissed WHERE day < unixepoch(?1) / 86400", [day])?;
                t.execute("DELETE FROM asked WHERE day < unixepoch(?1) / 86400", [day])?;
                t.execute("DELETE FROM wording WHERE last_day < unixepoch(?1) / 86400", [day])
            }
            Forget::Wording(id) => {
                t.execute("DELETE FROM vector", [])?;
                let dismissed = t.execute("DELETE FROM dismissed WHERE wording = ?1", [id.0])?;
                Ok(t.execute("DELETE FROM wording WHERE id = ?1", [id.0])?.max(dismissed))
            }
        })?;
        self.shrink()?;
        Ok(removed)
    }

    /// Passes every wording to `each`, in the order of their ids, whatever became of it since.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be read, or what `each` returns.
    pub fn export<E: From<JournalError>>(&self, mut each: impl FnMut(Wording) -> Result<(), E>) -> Result<(), E> {
        let mut failed = None;
        self.read(|c| {
            let mut statement = c.prepare(&format!("SELECT {COLUMNS} FROM wording w ORDER BY w.id"))?;
            let mut days = c.prepare(DAYS)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (wording, _) = counted(wording(row)?, &mut days)?;
                if let Err(error) = each(wording) {
                    failed = Some(error);
                    break;
                }
            }
            Ok(())
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Gives each its vector: from the file, or by encoding it. Those in the file that nobody needs any more are removed.
    fn encode(&mut self, meanings: Vec<&mut Meaning>) -> Result<(), JournalError> {
        let fingerprint = fingerprint();
        let kept = self.read(|c| {
            let same = c.query_row("SELECT value FROM state WHERE key = 'encoder'", [], |row| row.get(0)).optional()? == Some(fingerprint);
            let mut statement = c.prepare("SELECT id, bytes FROM vector")?;
            let vectors = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
            let mut kept: BTreeMap<i64, Vec<f32>> = BTreeMap::new();
            for vector in vectors.filter(|_| same) {
                let (id, bytes) = vector?;
                kept.extend(unpacked(&bytes).map(|vector| (id, vector)));
            }
            Ok(kept)
        })?;
        let missing: BTreeMap<i64, &Meaning> =
            meanings.iter().map(|meaning| (meaning.key(), &**meaning)).filter(|(key, _)| !kept.contains_key(key)).collect();
        let missing: Vec<(i64, &Meaning)> = missing.into_iter().collect();
        let new = in_shares(&missing, |(key, meaning)| (*key, rounded(&meaning.encode())));
        let needed: BTreeSet<i64> = meanings.iter().map(|meaning| meaning.key()).collect();
        let unneeded: Vec<i64> = kept.keys().filter(|key| !needed.contains(key)).copied().collect();
        if !new.is_empty() || !unneeded.is_empty() {
            // Without them the next look takes longer, and shows the same.
            if let Err(error) = self.write(|t| keep(t, fingerprint, &new, &unneeded)) {
                tracing::debug!(%error, "the vectors of the gaps journal are not kept");
            }
        }
        let vectors: BTreeMap<i64, Vec<f32>> = kept.into_iter().chain(new).collect();
        for meaning in meanings {
            if let Some(vector) = vectors.get(&meaning.key()) {
                meaning.vector.clone_from(vector);
            }
        }
        Ok(())
    }
}

/// What becomes of each item, in their order. As many threads work as there are processors.
fn in_shares<T: Sync, R: Send>(items: &[T], of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    let of = &of;
    std::thread::scope(|scope| {
        let running: Vec<_> = items.chunks(share).map(|share| scope.spawn(move || share.iter().map(of).collect::<Vec<R>>())).collect();
        // A panic in one of them goes on here.
        let done = running.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.flatten().collect()
    })
}

/// Digits filled up to 16 with one of them.
fn padded(digits: &str, fill: char) -> Option<u64> {
    let filled: String = digits.chars().chain(std::iter::repeat(fill)).take(16).collect();
    u64::from_str_radix(&filled, 16).ok()
}

/// Whether a wording means what a dismissed group does.
fn belongs(meaning: &Meaning, group: &[Meaning]) -> bool {
    let likenesses: Vec<f32> = group.iter().map(|other| meaning.likeness(other)).collect();
    let average = likenesses.iter().sum::<f32>() / likenesses.len().max(1) as f32;
    !group.is_empty() && (average >= SAME || likenesses.iter().any(|likeness| *likeness >= SAME + NEARLY))
}

/// One group of wordings; `None` for none.
fn group(mut members: Vec<&(Wording, People)>) -> Option<Group> {
    members.sort_by(|(a, _), (b, _)| b.people.cmp(&a.people).then(b.times.cmp(&a.times)).then(a.id.cmp(&b.id)));
    let (first, _) = members.first()?;
    let mut people: BTreeSet<(i64, u16)> = BTreeSet::new();
    members.iter().flat_map(|(_, days)| days).for_each(|(day, tags)| people.extend(tags.iter().map(|tag| (*day, *tag))));
    let mut missing: BTreeMap<&str, u32> = BTreeMap::new();
    let mut nearest: BTreeMap<&str, f32> = BTreeMap::new();
    for (wording, _) in &members {
        if !wording.missing.is_empty() {
            *missing.entry(&wording.missing).or_default() += wording.people.max(1);
        }
        for near in &wording.candidates {
            let most = nearest.entry(&near.id).or_default();
            *most = most.max(near.confidence);
        }
    }
    let mut missing: Vec<(&str, u32)> = missing.into_iter().collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut nearest: Vec<(&str, f32)> = nearest.into_iter().collect();
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    Some(Group {
        id: first.id,
        people: u32::try_from(people.len()).unwrap_or(u32::MAX),
        times: members.iter().map(|(w, _)| w.times).sum(),
        not_helpful: members.iter().map(|(w, _)| w.not_helpful).sum(),
        last_day: members.iter().map(|(w, _)| w.last_day.clone()).max().unwrap_or_default(),
        confidence: members.iter().map(|(w, _)| w.confidence).fold(0.0, f32::max),
        missing: missing.into_iter().take(SHOWN).map(|(text, _)| text.to_owned()).collect(),
        nearest: nearest.into_iter().take(SHOWN).map(|(id, confidence)| Near { id: id.to_owned(), confidence }).collect(),
        wordings: members.into_iter().map(|(wording, _)| wording.clone()).collect(),
    })
}

/// The days on which a wording was asked.
const DAYS: &str = "SELECT day, times, not_helpful, people, date(day * 86400, 'unixepoch') FROM asked WHERE wording = ?1 ORDER BY day";

/// The wordings that were asked most often, without those that are dismissed or answered.
fn most_asked(connection: &Connection) -> Raw<Vec<(Wording, People)>> {
    let query = format!(
        "SELECT {COLUMNS} FROM (SELECT wording, sum(length(people)) AS people, sum(times) AS times, max(day) AS day FROM asked \
         WHERE wording NOT IN (SELECT wording FROM dismissed) AND wording NOT IN (SELECT wording FROM answered) \
         GROUP BY wording ORDER BY people DESC, times DESC, day DESC, wording LIMIT ?1) a JOIN wording w ON w.id = a.wording ORDER BY w.id"
    );
    let (mut statement, mut days) = (connection.prepare(&query)?, connection.prepare(DAYS)?);
    let mut rows = statement.query([GROUPED])?;
    let mut wordings = Vec::new();
    while let Some(row) = rows.next()? {
        wordings.push(counted(wording(row)?, &mut days)?);
    }
    Ok(wordings)
}

/// A wording without its counts.
fn wording(row: &Row<'_>) -> Raw<Wording> {
    let (kind, candidates): (String, String) = (row.get(2)?, row.get(6)?);
    Ok(Wording {
        id: WordingId(row.get(0)?),
        question: row.get(1)?,
        // Written by this program; what cannot be read is taken for the commonest.
        kind: Kind::named(&kind).unwrap_or(Kind::Declined),
        reason: row.get(3)?,
        missing: row.get(4)?,
        confidence: row.get(5)?,
        candidates: serde_json::from_str(&candidates).unwrap_or_default(),
        knowledge_base: row.get(7)?,
        answered: row.get(8)?,
        times: 0,
        people: 0,
        not_helpful: 0,
        first_day: String::new(),
        last_day: String::new(),
    })
}

/// The wording with its counts of all days.
fn counted(mut wording: Wording, days: &mut rusqlite::Statement<'_>) -> Raw<(Wording, People)> {
    let mut rows = days.query([wording.id.0])?;
    let mut people = People::new();
    while let Some(row) = rows.next()? {
        let (day, tagged): (i64, Vec<u8>) = (row.get(0)?, row.get(3)?);
        wording.times = wording.times.saturating_add(row.get(1)?);
        wording.not_helpful = wording.not_helpful.saturating_add(row.get(2)?);
        wording.last_day = row.get(4)?;
        if wording.first_day.is_empty() {
            wording.first_day.clone_from(&wording.last_day);
        }
        let tagged: Vec<u16> = tags(&tagged).collect();
        wording.people = wording.people.saturating_add(u32::try_from(tagged.len()).unwrap_or(u32::MAX));
        people.push((day, tagged));
    }
    Ok((wording, people))
}

/// What tells one encoder from another: how it encodes a text.
fn fingerprint() -> i64 {
    let vector = Encoder::built_in().encode(["what", "is", "on", "record"]).text;
    fnv1a(FNV_START, vector.iter().flat_map(|number| number.to_le_bytes())).cast_signed()
}

fn keep(transaction: &Transaction<'_>, fingerprint: i64, new: &[(i64, Vec<f32>)], unneeded: &[i64]) -> Raw<()> {
    let before: Option<i64> = transaction.query_row("SELECT value FROM state WHERE key = 'encoder'", [], |row| row.get(0)).optional()?;
    if before != Some(fingerprint) {
        transaction.execute("DELETE FROM vector", [])?;
        transaction.execute("INSERT OR REPLACE INTO state VALUES ('encoder', ?1)", [fingerprint])?;
    }
    for id in unneeded {
        transaction.execute("DELETE FROM vector WHERE id = ?1", [id])?;
    }
    for (id, vector) in new {
        transaction.execute("INSERT OR REPLACE INTO vector VALUES (?1, ?2)", params![id, packed(vector)])?;
    }
    Ok(())
}

/// A vector as it is kept: a scale, and a byte for each number.
fn packed(vector: &[f32]) -> Vec<u8> {
    let scale = vector.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs())) / 127.0;
    let bytes = vector.iter().map(|v| (v / scale).round() as i8 as u8);
    scale.to_le_bytes().into_iter().chain(bytes).collect()
}

/// A vector that was kept; `None` if it is none.
fn unpacked(bytes: &[u8]) -> Option<Vec<f32>> {
    let (scale, bytes) = bytes.split_first_chunk::<4>()?;
    let scale = f32::from_le_bytes(*scale);
    (bytes.len() == DIMS && scale.is_finite()).then(|| bytes.iter().map(|byte| f32::from(*byte as i8) * scale).collect())
}

/// A vector as it is once it was kept, so that the first look at a journal shows what later ones do.
fn rounded(vector: &[f32]) -> Vec<f32> {
    unpacked(&packed(vector)).unwrap_or_default()
}
