//! Limits how often a user or a channel may ask.

use super::event::{Id, Now};
use factotum_service::rate_limit::{Counter, Permit};
use std::time::Duration;

/// Suggestions for each question that a user may ask: Discord requests them for every few letters, and a question has some dozens.
const SUGGESTIONS: u64 = 20;

/// Counts questions by user and by channel, and suggestions by user.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    users: Counter<Id>,
    channels: Counter<Id>,
    suggestions: Counter<Id>,
}

impl RateLimiter {
    /// At most this many questions per window from a user, and in a channel.
    pub(crate) fn new(user: u64, channel: u64, window: Duration) -> RateLimiter {
        RateLimiter {
            users: Counter::new(user, window),
            channels: Counter::new(channel, window),
            suggestions: Counter::new(user.saturating_mul(SUGGESTIONS), window),
        }
    }

    /// Counts a question.
    pub(crate) fn count(&mut self, user: Id, channel: Id, now: Now) -> Permit {
        match self.users.count(user, now) {
            Permit::Within => self.channels.count(channel, now),
            refused => refused,
        }
    }

    /// Counts suggestions for what a user has typed. Returns whether they are within the limit.
    pub(crate) fn suggest(&mut self, user: Id, now: Now) -> bool {
        self.suggestions.count(user, now) == Permit::Within
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const WINDOW: Duration = Duration::from_secs(60);

    #[test]
    fn a_channel_has_a_limit_of_its_own() {
        let (mut limits, now) = (RateLimiter::new(10, 2, WINDOW), Instant::now());
        assert_eq!([1, 2, 3, 4].map(|p| limits.count(p, 7, now)), [Permit::Within, Permit::Within, Permit::Notify, Permit::Over]);
        assert_eq!(limits.count(3, 8, now), Permit::Within);
    }

    #[test]
    fn suggestions_have_a_limit_of_their_own() {
        let (mut limits, now) = (RateLimiter::new(2, 100, WINDOW), Instant::now());
        assert_eq!((0..60).filter(|_| limits.suggest(1, now)).count(), 40);
        assert!(limits.suggest(2, now) && limits.count(1, 7, now) == Permit::Within, "others, and questions, are not affected");
        assert!(limits.suggest(1, now + WINDOW));
    }
}
