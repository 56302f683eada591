//! Limits how often a user or a channel may ask. Over the limit there is one notice, and then silence until the window is over: notices must
//! not become a flood of their own.

use super::event::{Id, Now};
use std::collections::HashMap;
use std::time::Duration;

/// Most users, and most channels, that are remembered: a megabyte in all, at about 50 bytes each. If there are more, those whose windows began
/// first are forgotten, which lets someone ask more, not less.
const REMEMBERED: usize = 10_000;

/// What to do with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permit {
    /// Answer it.
    Answer,
    /// Send the notice.
    Notify,
    /// Do not reply.
    Ignore,
}

/// Counts questions by user and by channel.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    window: Duration,
    users: Counter,
    channels: Counter,
}

#[derive(Debug)]
struct Counter {
    most: u64,
    counts: HashMap<Id, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Now,
    questions: u64,
    notified: bool,
}

impl RateLimiter {
    /// At most this many questions per window from a user, and in a channel.
    pub(crate) fn new(user: u64, channel: u64, window: Duration) -> RateLimiter {
        let counter = |most| Counter { most, counts: HashMap::new() };
        RateLimiter { window, users: counter(user), channels: counter(channel) }
    }

    /// ConnectionCounts a question.
    pub(crate) fn count(&mut self, user: Id, channel: Id, now: Now) -> Permit {
        match self.users.count(user, now, self.window) {
            Permit::Answer => self.channels.count(channel, now, self.window),
            refused => refused,
        }
    }
}

impl Counter {
    fn count(&mut self, id: Id, now: Now, window: Duration) -> Permit {
        let over = |c: &Count| now.saturating_duration_since(c.since) >= window;
        if self.counts.len() >= REMEMBERED && !self.counts.contains_key(&id) {
            self.counts.retain(|_, c| !over(c));
            if self.counts.len() >= REMEMBERED {
                self.forget_older_half();
            }
        }
        let count = self.counts.entry(id).or_insert(Count { since: now, questions: 0, notified: false });
        if over(count) {
            *count = Count { since: now, questions: 0, notified: false };
        }
        if count.questions < self.most {
            count.questions += 1;
            Permit::Answer
        } else if count.notified {
            Permit::Ignore
        } else {
            count.notified = true;
            Permit::Notify
        }
    }

    fn forget_older_half(&mut self) {
        let mut begun: Vec<Now> = self.counts.values().map(|c| c.since).collect();
        begun.sort_unstable();
        if let Some(&middle) = begun.get(begun.len() / 2) {
            self.counts.retain(|_, c| c.since > middle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const WINDOW: Duration = Duration::from_secs(60);

    #[test]
    fn one_notice_then_silence_until_the_window_is_over() {
        let (mut limits, start) = (RateLimiter::new(2, 100, WINDOW), Instant::now());
        let mut ask = |seconds| limits.count(1, 10, start + Duration::from_secs(seconds));
        let verdicts = [0, 1, 2, 3, 59, 60].map(&mut ask);
        assert_eq!(verdicts, [Permit::Answer, Permit::Answer, Permit::Notify, Permit::Ignore, Permit::Ignore, Permit::Answer]);
    }

    #[test]
    fn a_channel_has_a_limit_of_its_own() {
        let (mut limits, now) = (RateLimiter::new(10, 2, WINDOW), Instant::now());
        assert_eq!([1, 2, 3, 4].map(|p| limits.count(p, 7, now)), [Permit::Answer, Permit::Answer, Permit::Notify, Permit::Ignore]);
        assert_eq!(limits.count(3, 8, now), Permit::Answer);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut limits, start) = (RateLimiter::new(1, 1, WINDOW), Instant::now());
        for n in 0..(REMEMBERED as u64 * 3) {
            limits.count(n, n, start + Duration::from_micros(n));
        }
        assert!(limits.users.counts.len() <= REMEMBERED && limits.channels.counts.len() <= REMEMBERED);
        // All at the same time: none is older than the others.
        for n in 0..(REMEMBERED as u64 * 3) {
            limits.count(n, n, start);
        }
        assert!(limits.users.counts.len() <= REMEMBERED);
    }
}
