//! What the last answer to a user in a direct conversation was about, so that "why?" needs no reply to it. Keys of the knowledge base, no texts; in
//! memory only, and for ten minutes.

use super::event::{Id, Now};
use super::further::Further;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// For how long: after that, nobody takes "why?" for a question about it.
const FOR: Duration = Duration::from_secs(600);
/// Most that are remembered: with some hundred bytes each, about a megabyte. With more people talking at once, the one who spoke longest ago is
/// asked for a full question.
const REMEMBERED: usize = 5_000;

/// A user in a channel.
type Place = (Id, Id);

/// The last answers.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    last: HashMap<Place, Answered>,
    /// When each was remembered, by number, in order; outdated ones among them.
    order: VecDeque<(u64, Place)>,
    numbers: u64,
}

/// One answer.
#[derive(Debug)]
struct Answered {
    about: Further,
    at: Now,
    number: u64,
}

impl Conversations {
    /// What the last answer here was about, if it is not too long ago.
    pub(crate) fn last(&self, user: Id, channel: Id, now: Now) -> Option<&Further> {
        self.last.get(&(user, channel)).filter(|answered| answered.is_recent(now)).map(|answered| &answered.about)
    }

    /// Remembers what an answer was about; `None` forgets.
    pub(crate) fn remember(&mut self, user: Id, channel: Id, about: Option<Further>, now: Now) {
        let place = (user, channel);
        match about {
            Some(about) => {
                self.numbers += 1;
                self.last.insert(place, Answered { about, at: now, number: self.numbers });
                self.order.push_back((self.numbers, place));
            }
            None => drop(self.last.remove(&place)),
        }
        while let Some((number, place)) = self.order.front().copied() {
            match self.last.get(&place).filter(|answered| answered.number == number) {
                Some(answered) if self.last.len() <= REMEMBERED && answered.is_recent(now) => break,
                Some(_) => drop(self.last.remove(&place)),
                None => {}
            }
            self.order.pop_front();
        }
        // One who talks all the time leaves many outdated ones behind somebody's single one.
        if self.order.len() > 2 * REMEMBERED {
            let last = &self.last;
            self.order.retain(|(number, place)| last.get(place).is_some_and(|answered| answered.number == *number));
        }
    }
}

impl Answered {
    fn is_recent(&self, now: Now) -> bool {
        now.saturating_duration_since(self.at) < FOR
    }
}

#[cfg(test)]
mod tests {
    use super::super::components::Key;
    use super::*;
    use std::time::Instant;

    fn about(id: &str) -> Further {
        Further { declined: false, question: Key::of(id), names: Vec::new() }
    }

    #[test]
    fn the_last_answer_for_ten_minutes() {
        let (mut talks, start) = (Conversations::default(), Instant::now());
        talks.remember(1, 7, Some(about("a")), start);
        talks.remember(1, 7, Some(about("b")), start + FOR / 2);
        assert_eq!(talks.last(1, 7, start + FOR / 2), Some(&about("b")));
        assert_eq!((talks.last(2, 7, start), talks.last(1, 8, start)), (None, None), "somebody else, somewhere else");
        assert_eq!(talks.last(1, 7, start + FOR), Some(&about("b")));
        assert_eq!(talks.last(1, 7, start + FOR + FOR / 2), None);
        talks.remember(1, 7, None, start + FOR / 2);
        assert_eq!(talks.last(1, 7, start + FOR / 2), None);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut talks, start) = (Conversations::default(), Instant::now());
        for n in 0..(REMEMBERED as Id * 3) {
            talks.remember(n, 7, Some(about("a")), start);
            talks.remember(0, 7, Some(about("b")), start);
            assert!(talks.last.len() <= REMEMBERED && talks.order.len() <= 2 * REMEMBERED);
        }
        assert_eq!(talks.last(REMEMBERED as Id, 7, start), None, "long ago");
        talks.remember(1, 8, Some(about("c")), start + FOR);
        assert_eq!((talks.last.len(), talks.order.len()), (1, 1), "what is over is forgotten");
    }
}
