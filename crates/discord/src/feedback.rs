//! Ratings of answers. A user counts once per message, for as long as it is remembered; who rated what is not kept.

use super::event::Id;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// Most ratings that are remembered, so that each counts once: about 300 kB.
const REMEMBERED: usize = 10_000;

/// Remembers who has rated which message, as hashes with a key that exists only while the process runs.
#[derive(Debug, Default)]
pub(crate) struct Feedback {
    key: RandomState,
    seen: HashSet<u64>,
    order: VecDeque<u64>,
}

impl Feedback {
    /// Records a rating. Returns whether it is the user's first one of the message.
    pub(crate) fn first(&mut self, user: Id, message: Id) -> bool {
        let rating = self.key.hash_one((user, message));
        if !self.seen.insert(rating) {
            return false;
        }
        self.order.push_back(rating);
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
    fn once_per_user_and_message() {
        let mut feedback = Feedback::default();
        assert!(feedback.first(1, 10) && !feedback.first(1, 10) && feedback.first(2, 10) && feedback.first(1, 11));
    }

    #[test]
    fn memory_is_bounded() {
        let mut feedback = Feedback::default();
        (0..(REMEMBERED as Id * 2)).for_each(|n| assert!(feedback.first(n, 0)));
        assert_eq!((feedback.seen.len(), feedback.order.len()), (REMEMBERED, REMEMBERED));
        assert!(feedback.first(0, 0), "a forgotten rating counts again");
    }
}
