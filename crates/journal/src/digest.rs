//! What the weekly digest needs of the file: how answers were rated since the last one, and whose turn it is to send the next.

use crate::file::{Day, Journal, JournalError, Raw};
use rusqlite::{OptionalExtension, Transaction};

/// The day for which the last digest was sent, in the table `state`.
const SENT: &str = "digest";
/// Ratings since then, in the same table.
const RATINGS: [(bool, &str); 2] = [(true, "helpful"), (false, "not_helpful")];

/// How many answers were rated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratings {
    /// Rated "Helpful".
    pub helpful: i64,
    /// Rated "Not helpful".
    pub not_helpful: i64,
}

/// The right to send the digest that is due on a day. Of all processes with one file, one gets it.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    due: Day,
    before: Option<i64>,
    /// The ratings since the last digest.
    pub ratings: Ratings,
}

impl Journal {
    /// Counts a rating.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn rate(&mut self, helpful: bool) -> Result<(), JournalError> {
        self.write(|t| RATINGS.iter().filter(|(rating, _)| *rating == helpful).try_for_each(|(_, key)| add(t, key, 1)))
    }

    /// Claims the digest that is due on a day, and takes the ratings out; `None` if it was sent or claimed before.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn claim_digest(&mut self, due: Day) -> Result<Option<Claim>, JournalError> {
        self.write(|t| {
            let before = value(t, SENT)?;
            if before.is_some_and(|before| before >= due.0) {
                return Ok(None);
            }
            set(t, SENT, Some(due.0))?;
            let [helpful, not_helpful] = RATINGS.map(|(_, key)| {
                let count = value(t, key)?.unwrap_or_default();
                set(t, key, None).map(|()| count)
            });
            Ok(Some(Claim { due, before, ratings: Ratings { helpful: helpful?, not_helpful: not_helpful? } }))
        })
    }

    /// Gives a claim back: the digest could not be sent.
    ///
    /// # Errors
    /// [`JournalError`] if the file cannot be written.
    pub fn release_digest(&mut self, claim: &Claim) -> Result<(), JournalError> {
        self.write(|t| {
            if value(t, SENT)? == Some(claim.due.0) {
                set(t, SENT, claim.before)?;
            }
            RATINGS.iter().try_for_each(|(helpful, key)| {
                let Ratings { helpful: good, not_helpful: bad } = claim.ratings;
                add(t, key, if *helpful { good } else { bad })
            })
        })
    }
}

fn value(transaction: &Transaction<'_>, key: &str) -> Raw<Option<i64>> {
    transaction.query_row("SELECT value FROM state WHERE key = ?1", [key], |row| row.get(0)).optional()
}

fn set(transaction: &Transaction<'_>, key: &str, value: Option<i64>) -> Raw<()> {
    match value {
        Some(value) => transaction.execute("INSERT OR REPLACE INTO state VALUES (?1, ?2)", (key, value))?,
        None => transaction.execute("DELETE FROM state WHERE key = ?1", [key])?,
    };
    Ok(())
}

fn add(transaction: &Transaction<'_>, key: &str, count: i64) -> Raw<()> {
    let sum = "INSERT INTO state VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value";
    transaction.execute(sum, (key, count)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_claimed_once() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let open = || Journal::create(&folder.path().join("gaps.db")).expect("a journal");
        let (mut first, mut second) = (open(), open());
        [true, true, false].into_iter().for_each(|helpful| first.rate(helpful).expect("it can be written"));
        let claim = second.claim_digest(Day(7)).expect("it can be written").expect("nobody was first");
        assert_eq!(claim.ratings, Ratings { helpful: 2, not_helpful: 1 });
        assert_eq!(first.claim_digest(Day(7)).expect("it can be read"), None);
        // It could not be sent, and meanwhile somebody rates.
        first.rate(true).expect("it can be written");
        second.release_digest(&claim).expect("it can be written");
        let again = open().claim_digest(Day(7)).expect("it can be written").expect("it was given back");
        assert_eq!(again.ratings, Ratings { helpful: 3, not_helpful: 1 });
        let next = first.claim_digest(Day(14)).expect("it can be written").expect("a week later");
        assert_eq!((next.ratings, first.claim_digest(Day(8)).expect("it can be read")), (Ratings::default(), None));
    }
}
