//! Counts how often somebody does something, in windows of time. Nothing here reads a clock.
//!
//! Over the limit there is one notice, and then silence until the window is over: notices must not become a flood of their own.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Most that are remembered at once: five megabytes, at about 100 bytes each. Everybody is forgotten when their window is over; only if more
/// come within one window is the oldest forgotten earlier, which lets someone do more, not less.
pub const REMEMBERED: usize = 50_000;

/// What to do about one more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// It is within the limit.
    Within,
    /// It is the first one over the limit: say so.
    Notify,
    /// It is another one over the limit: stay silent.
    Over,
}

/// Counts by a key, such as a user.
#[derive(Debug)]
pub struct Counter<K> {
    most: u64,
    window: Duration,
    counts: HashMap<K, Count>,
    /// When windows began, in order.
    begun: VecDeque<(Instant, K)>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Instant,
    times: u64,
    notified: bool,
}

impl<K: Hash + Eq + Copy> Counter<K> {
    /// At most this many times in a window.
    pub fn new(most: u64, window: Duration) -> Counter<K> {
        Counter { most, window, counts: HashMap::new(), begun: VecDeque::new() }
    }

    /// Counts one more time.
    pub fn count(&mut self, key: K, now: Instant) -> Permit {
        while self.begun.front().is_some_and(|(since, _)| now.saturating_duration_since(*since) >= self.window) {
            self.forget_oldest();
        }
        if !self.counts.contains_key(&key) {
            if self.counts.len() >= REMEMBERED {
                self.forget_oldest();
            }
            self.begun.push_back((now, key));
        }
        let count = self.counts.entry(key).or_insert(Count { since: now, times: 0, notified: false });
        if count.times < self.most {
            count.times += 1;
            Permit::Within
        } else if count.notified {
            Permit::Over
        } else {
            count.notified = true;
            Permit::Notify
        }
    }

    /// How long until the window of a key is over; zero if it is.
    pub fn left(&self, key: K, now: Instant) -> Duration {
        let since = self.counts.get(&key).map(|count| now.saturating_duration_since(count.since));
        since.map_or(Duration::ZERO, |since| self.window.saturating_sub(since))
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.begun.pop_front() {
            self.counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    #[test]
    fn one_notice_then_silence_until_the_window_is_over() {
        let (mut counter, start) = (Counter::new(2, WINDOW), Instant::now());
        let mut ask = |seconds| counter.count(1, start + Duration::from_secs(seconds));
        let verdicts = [0, 1, 2, 3, 59, 60].map(&mut ask);
        assert_eq!(verdicts, [Permit::Within, Permit::Within, Permit::Notify, Permit::Over, Permit::Over, Permit::Within]);
        assert_eq!(counter.left(1, start + Duration::from_secs(75)), Duration::from_secs(45));
        assert_eq!(counter.left(2, start), Duration::ZERO);
    }

    #[test]
    fn everybody_is_forgotten_when_their_time_is_over() {
        let (mut counter, start) = (Counter::new(1, WINDOW), Instant::now());
        for key in 0..1_000 {
            counter.count(key, start + Duration::from_millis(key));
        }
        counter.count(7, start + Duration::from_secs(90));
        assert_eq!((counter.counts.len(), counter.begun.len()), (1, 1));
    }

    #[test]
    fn memory_is_bounded() {
        let (mut counter, start) = (Counter::new(1, WINDOW), Instant::now());
        for key in 0..REMEMBERED * 2 {
            counter.count(key, start);
        }
        assert_eq!((counter.counts.len(), counter.begun.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(counter.count(REMEMBERED * 2 - 1, start), Permit::Notify, "the newest are remembered");
    }
}
