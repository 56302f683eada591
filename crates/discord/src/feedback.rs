//! Whether answers help. A person counts once for a message, as far as memory reaches; who said what is not kept.

use super::event::Id;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// Most votes that are remembered in order to count each once: about 300 kB.
const REMEMBERED: usize = 10_000;

/// Remembers who has voted on which message, as hashes under a key that dies with the process.
#[derive(Debug, Default)]
pub struct Feedback {
    key: RandomState,
    seen: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Feedback {
    /// Whether this is the person's first vote on the message.
    pub fn first(&mut self, person: Id, message: Id) -> bool {
        let vote = self.key.hash_one((person, message));
        if !self.seen.insert(vote) {
            return false;
        }
        self.order.push_back(vote);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_per_person_and_message() {
        let mut feedback = Feedback::default();
        assert!(feedback.first(1, 10) && !feedback.first(1, 10) && feedback.first(2, 10) && feedback.first(1, 11));
    }

    #[test]
    fn memory_is_bounded() {
        let mut feedback = Feedback::default();
        (0..(REMEMBERED as Id * 2)).for_each(|n| assert!(feedback.first(n, 0)));
        assert_eq!((feedback.seen.len(), feedback.order.len()), (REMEMBERED, REMEMBERED));
        assert!(feedback.first(0, 0), "what is forgotten counts again");
    }
}
