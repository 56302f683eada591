//! Counting people without knowing them.

use crate::file::Day;
use ring::hmac;
use ring::rand::SystemRandom;
use std::sync::Mutex;

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody at the console, who counts as one person a day.
    Console,
    /// Somebody over HTTP, without an id: all of them together count as one person a day.
    Http,
    /// A person with this id, which is not kept.
    Person(u64),
    /// Nobody who has not been counted already.
    Uncounted,
}

/// What stands for an asker in the file, on one day and for one process: a number below [`TAGS`], [`CONSOLE`] or [`HTTP`].
///
/// It is worked out from the id with a random key that is only in memory, and thrown away with the day. Without the key nobody can tell whose
/// tag it is, and with 4,096 tags several people of a large server share each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag(pub u16);

/// How many tags there are: two people have the same once in 4,096 times, which is accurate enough to rank by.
const TAGS: u16 = 4_096;
/// The tag of the console.
const CONSOLE: Tag = Tag(TAGS);
/// The tag of all who ask over HTTP.
const HTTP: Tag = Tag(TAGS + 1);

/// Gives out tags.
#[derive(Debug)]
pub(crate) struct Askers(Mutex<Option<(Day, hmac::Key)>>);

impl Askers {
    /// Without a key yet.
    pub(crate) fn new() -> Askers {
        Askers(Mutex::new(None))
    }

    /// The tag of an asker on a day; `None` if the system has no random numbers to make a key of.
    pub(crate) fn tag(&self, asker: Asker, day: Day) -> Option<Tag> {
        let id = match asker {
            Asker::Console => return Some(CONSOLE),
            Asker::Http => return Some(HTTP),
            Asker::Uncounted => return None,
            Asker::Person(id) => id,
        };
        // A panic elsewhere leaves the key as it is.
        let mut current = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if current.as_ref().is_none_or(|(of, _)| *of != day) {
            *current = Some((day, hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?));
        }
        let (_, key) = current.as_ref()?;
        let hash = hmac::sign(key, &id.to_le_bytes());
        let first = hash.as_ref().first_chunk::<2>()?;
        Some(Tag(u16::from_le_bytes(*first) % TAGS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_lasts_a_day() {
        let askers = Askers::new();
        let tags = |day| (0..20).map(|id| askers.tag(Asker::Person(id), Day(day))).collect::<Vec<_>>();
        let first = tags(1);
        assert_eq!(first, tags(1));
        assert_ne!(first, tags(2));
        assert_ne!(first, tags(1), "the key of the first day is gone");
        let other = Askers::new();
        let others: Vec<_> = (0..20).map(|id| other.tag(Asker::Person(id), Day(1))).collect();
        assert_ne!(tags(1), others, "each process has its own");
    }

    #[test]
    fn the_console_is_one_person() {
        assert_eq!(Askers::new().tag(Asker::Console, Day(1)), Askers::new().tag(Asker::Console, Day(2)));
        let askers = Askers::new();
        assert!((0..5_000).all(|id| askers.tag(Asker::Person(id), Day(1)).is_some_and(|tag| tag != CONSOLE)));
    }
}
