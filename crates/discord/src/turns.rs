//! Whose turn it is to begin a session, over all processes of a bot. Nothing here waits, looks at a clock or speaks to anybody.
//!
//! Discord lets each bucket of shards (the shard's number modulo `max_concurrency`) begin one session in five seconds, and all of them
//! together so many a day. The crate twilight-gateway-queue was looked at for this. It spaces turns by five seconds sharp, so that the first
//! identify that is underway for longer than the next one comes too early; and once the day's sessions are used up, it says nothing until
//! there are new ones, while whoever asks here has to be told.

use super::event::Now;
use factotum_service::health::{Allowance, DAY};
use std::collections::BTreeMap;
use std::time::Duration;

/// How far apart turns of one bucket are: Discord's five seconds, and one more. An identify comes after its turn by as long as it takes to
/// connect (look up a name, TCP, TLS, and Discord's hello), usually some tenths of a second. What counts is by how much that differs between
/// one turn and the next. Where a second is too little after all, Discord invalidates the session, and its shard asks for another turn.
pub const APART: Duration = Duration::from_secs(6);
/// For how long a turn may not yet be among the sessions that Discord counts: the session is still being begun.
const UNDERWAY: Duration = Duration::from_secs(10);

/// What Discord allows a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Sessions in a day.
    pub allowance: Allowance,
    /// Buckets, of which each may begin a session in five seconds: `max_concurrency`, 1 for most bots.
    pub buckets: u32,
}

/// What somebody who asks is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is theirs; so many sessions are left today.
    Now {
        /// Besides this one.
        left: u64,
    },
    /// Not before so long.
    In(Duration),
    /// The day's sessions are used up, but for the reserve; there are new ones in so long.
    UsedUp(Duration),
}

/// The turns that were given, and what Discord allows.
#[derive(Debug)]
pub struct Turns {
    limits: Limits,
    /// When Discord said so.
    told: Now,
    /// Turns that Discord may not have counted when it said so, and all since then.
    given: Vec<Now>,
    /// The last turn of each bucket.
    last: BTreeMap<u32, Now>,
    /// The last turn of any, when buckets were last divided otherwise.
    before: Option<Now>,
}

impl Turns {
    /// None has been given yet.
    pub fn new(limits: Limits, now: Now) -> Turns {
        Turns { limits, told: now, given: Vec::new(), last: BTreeMap::new(), before: None }
    }

    /// The bucket of a shard.
    pub fn bucket(&self, shard: u32) -> u32 {
        shard % self.limits.buckets.max(1)
    }

    /// Discord says anew what it allows.
    pub fn told(&mut self, limits: Limits, now: Now) {
        if limits.buckets != self.limits.buckets {
            self.before = self.last.values().copied().chain(self.before).max();
            self.last.clear();
        }
        self.given.retain(|at| now.saturating_duration_since(*at) < UNDERWAY);
        (self.limits, self.told) = (limits, now);
    }

    /// Gives the shard its turn, if it can be given now.
    pub fn take(&mut self, shard: u32, now: Now) -> Turn {
        let since = now.saturating_duration_since(self.told);
        if since >= self.limits.allowance.renewed_in {
            // Discord will be asked, but need not be waited for.
            let a_day = self.limits.allowance.a_day;
            self.limits.allowance = Allowance { a_day, left: a_day, renewed_in: DAY };
            self.given.clear();
            self.told = now;
        }
        let Allowance { a_day, left, renewed_in } = self.limits.allowance;
        let left = left.saturating_sub(self.given.len() as u64);
        if !(Allowance { a_day, left, renewed_in }).covers(1) {
            return Turn::UsedUp(renewed_in.saturating_sub(now.saturating_duration_since(self.told)));
        }
        let bucket = self.bucket(shard);
        if let Some(last) = self.last.get(&bucket).copied().max(self.before) {
            let wait = APART.saturating_sub(now.saturating_duration_since(last));
            if wait > Duration::ZERO {
                return Turn::In(wait);
            }
        }
        self.last.insert(bucket, now);
        self.given.push(now);
        Turn::Now { left: left - 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const USUAL: Limits = Limits { allowance: Allowance { a_day: 1_000, left: 1_000, renewed_in: DAY }, buckets: 1 };

    fn turns(limits: Limits) -> (Turns, impl Fn(u64) -> Now) {
        let start = Instant::now();
        (Turns::new(limits, start), move |seconds| start + Duration::from_secs(seconds))
    }

    fn left(left: u64) -> Limits {
        Limits { allowance: Allowance { left, renewed_in: Duration::from_secs(3_600), ..USUAL.allowance }, ..USUAL }
    }

    #[test]
    fn one_after_the_other() {
        let (mut turns, at) = turns(USUAL);
        assert_eq!(turns.take(0, at(0)), Turn::Now { left: 999 });
        assert_eq!(turns.take(3, at(2)), Turn::In(Duration::from_secs(4)));
        assert_eq!(turns.take(3, at(6)), Turn::Now { left: 998 }, "to ask in vain costs nothing");
        assert_eq!(turns.take(0, at(7)), Turn::In(Duration::from_secs(5)));
    }

    #[test]
    fn buckets_do_not_wait_for_each_other() {
        let (mut turns, at) = turns(Limits { buckets: 2, ..USUAL });
        assert_eq!([0, 1].map(|shard| turns.take(shard, at(0))), [Turn::Now { left: 999 }, Turn::Now { left: 998 }]);
        assert_eq!([2, 3].map(|shard| turns.take(shard, at(1))), [Turn::In(Duration::from_secs(5)); 2]);
    }

    #[test]
    fn other_buckets_wait_for_the_last_of_any() {
        let (mut turns, at) = turns(Limits { buckets: 2, ..USUAL });
        assert!(matches!([turns.take(0, at(0)), turns.take(1, at(3))], [Turn::Now { .. }, Turn::Now { .. }]));
        turns.told(Limits { buckets: 16, ..USUAL }, at(4));
        assert_eq!([0, 15].map(|shard| turns.take(shard, at(7))), [Turn::In(Duration::from_secs(2)); 2]);
        assert!([0, 15].iter().all(|shard| matches!(turns.take(*shard, at(9)), Turn::Now { .. })));
    }

    #[test]
    fn the_reserve_is_kept() {
        let (mut turns, at) = turns(left(12));
        assert_eq!([0, 6].map(|seconds| turns.take(0, at(seconds))), [Turn::Now { left: 11 }, Turn::Now { left: 10 }]);
        assert_eq!(turns.take(0, at(7)), Turn::UsedUp(Duration::from_secs(3_593)), "nobody need wait to be told so");
        assert_eq!(turns.take(0, at(3_600)), Turn::Now { left: 999 }, "there are new ones");
    }

    #[test]
    fn discord_counts_too() {
        let (mut turns, at) = turns(left(500));
        assert_eq!(turns.take(0, at(0)), Turn::Now { left: 499 });
        assert_eq!(turns.take(0, at(100)), Turn::Now { left: 498 });
        // The first one is in there, the second perhaps not; others have begun sessions, too.
        turns.told(left(400), at(102));
        assert_eq!(turns.take(0, at(106)), Turn::Now { left: 398 });
        turns.told(left(397), at(200));
        assert_eq!(turns.take(0, at(200)), Turn::Now { left: 396 });
    }

    proptest::proptest! {
        /// Whoever asks when: one bucket's turns are far enough apart, and a day's are not more than there are.
        #[test]
        fn limits_hold(buckets in 1_u32..5, left in 0_u64..40, asked in proptest::collection::vec((0_u32..8, 0_u64..4_000), 1..200)) {
            let limits = Limits { buckets, ..self::left(left) };
            let (mut turns, _) = turns(limits);
            let mut now = turns.told;
            let mut given: Vec<(u32, Now)> = Vec::new();
            for (shard, pause) in asked {
                now += Duration::from_millis(pause);
                if let Turn::Now { .. } = turns.take(shard, now) {
                    given.push((shard % buckets, now));
                }
            }
            for bucket in 0..buckets {
                let times: Vec<Now> = given.iter().filter(|(b, _)| *b == bucket).map(|(_, at)| *at).collect();
                proptest::prop_assert!(times.is_sorted_by(|a, b| *b - *a >= APART));
            }
            proptest::prop_assert!(given.len() as u64 <= left.saturating_sub(10));
        }
    }
}
