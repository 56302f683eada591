//! Which shard may begin a session when, over all processes of a bot. Nothing here waits, reads a clock or talks to anyone.
//!
//! Discord lets each bucket of shards (the shard's number modulo `max_concurrency`) begin one session every five seconds, and limits how many
//! all of them begin in a day. The crate twilight-gateway-queue was considered. It spaces turns by exactly five seconds, so an identify that
//! takes longer than the next one makes the next one come too early. And once the day's sessions are used up, it answers nothing until new
//! ones are available; our processes need to know at once.

use crate::event::Now;
use factotum_service::health::{DAY, SessionAllowance};
use std::collections::BTreeMap;
use std::time::Duration;

/// The time between two turns of one bucket: Discord's five seconds, and one more. An identify follows its turn by the time it takes to
/// connect (DNS, TCP, TLS, Discord's hello), usually some tenths of a second; what counts is how much that differs from one turn to the next.
/// If a second is not enough, Discord invalidates the session, and its shard asks for another turn.
pub(crate) const SPACING: Duration = Duration::from_secs(6);
/// How long a turn may be missing from the sessions that Discord counts, because its session is still starting.
const STARTING: Duration = Duration::from_secs(10);

/// What Discord allows a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentifyLimits {
    /// Sessions per day.
    pub allowance: SessionAllowance,
    /// Number of buckets, each of which may begin a session every five seconds: `max_concurrency`, 1 for most bots.
    pub buckets: u32,
}

/// The answer to a shard that asks for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It may begin a session now.
    Now {
        /// Sessions left today after this one.
        remaining: u64,
    },
    /// Not before this time has passed.
    In(Duration),
    /// The day's sessions are used up, except for the reserve. New ones are available after this time.
    UsedUp(Duration),
}

/// The turns given so far, and what Discord allows.
#[derive(Debug)]
pub(crate) struct Schedule {
    limits: IdentifyLimits,
    /// When Discord reported the limits.
    updated: Now,
    /// All turns since then, and those before that Discord may not have counted yet.
    given: Vec<Now>,
    /// The last turn of each bucket.
    last: BTreeMap<u32, Now>,
    /// The last turn of any bucket before the number of buckets changed.
    before: Option<Now>,
}

impl Schedule {
    /// A schedule without any turns yet.
    pub(crate) fn new(limits: IdentifyLimits, now: Now) -> Schedule {
        Schedule { limits, updated: now, given: Vec::new(), last: BTreeMap::new(), before: None }
    }

    /// The bucket of a shard.
    pub(crate) fn bucket(&self, shard: u32) -> u32 {
        shard % self.limits.buckets.max(1)
    }

    /// Takes new limits from Discord.
    pub(crate) fn update(&mut self, limits: IdentifyLimits, now: Now) {
        if limits.buckets != self.limits.buckets {
            self.before = self.last.values().copied().chain(self.before).max();
            self.last.clear();
        }
        self.given.retain(|at| now.saturating_duration_since(*at) < STARTING);
        (self.limits, self.updated) = (limits, now);
    }

    /// Gives the shard its turn if it can have it now.
    pub(crate) fn take(&mut self, shard: u32, now: Now) -> Turn {
        let since = now.saturating_duration_since(self.updated);
        if since >= self.limits.allowance.resets_in {
            // A new day; Discord will be asked for its limits, but there is no need to wait for that.
            let daily = self.limits.allowance.daily;
            self.limits.allowance = SessionAllowance { daily, remaining: daily, resets_in: DAY };
            self.given.clear();
            self.updated = now;
        }
        let allowance = self.limits.allowance;
        let remaining = allowance.remaining.saturating_sub(self.given.len() as u64);
        if !(SessionAllowance { remaining, ..allowance }).covers(1) {
            return Turn::UsedUp(allowance.resets_in.saturating_sub(now.saturating_duration_since(self.updated)));
        }
        let bucket = self.bucket(shard);
        if let Some(last) = self.last.get(&bucket).copied().max(self.before) {
            let wait = SPACING.saturating_sub(now.saturating_duration_since(last));
            if wait > Duration::ZERO {
                return Turn::In(wait);
            }
        }
        self.last.insert(bucket, now);
        self.given.push(now);
        Turn::Now { remaining: remaining - 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const USUAL: IdentifyLimits =
        IdentifyLimits { allowance: SessionAllowance { daily: 1_000, remaining: 1_000, resets_in: DAY }, buckets: 1 };

    fn schedule(limits: IdentifyLimits) -> (Schedule, impl Fn(u64) -> Now) {
        let start = Instant::now();
        (Schedule::new(limits, start), move |seconds| start + Duration::from_secs(seconds))
    }

    fn with_remaining(remaining: u64) -> IdentifyLimits {
        IdentifyLimits { allowance: SessionAllowance { remaining, resets_in: Duration::from_secs(3_600), ..USUAL.allowance }, ..USUAL }
    }

    #[test]
    fn turns_of_a_bucket_are_spaced() {
        let (mut schedule, at) = self::schedule(USUAL);
        assert_eq!(schedule.take(0, at(0)), Turn::Now { remaining: 999 });
        assert_eq!(schedule.take(3, at(2)), Turn::In(Duration::from_secs(4)));
        assert_eq!(schedule.take(3, at(6)), Turn::Now { remaining: 998 }, "asking in vain costs nothing");
        assert_eq!(schedule.take(0, at(7)), Turn::In(Duration::from_secs(5)));
    }

    #[test]
    fn buckets_do_not_wait_for_each_other() {
        let (mut schedule, at) = self::schedule(IdentifyLimits { buckets: 2, ..USUAL });
        assert_eq!([0, 1].map(|shard| schedule.take(shard, at(0))), [Turn::Now { remaining: 999 }, Turn::Now { remaining: 998 }]);
        assert_eq!([2, 3].map(|shard| schedule.take(shard, at(1))), [Turn::In(Duration::from_secs(5)); 2]);
    }

    #[test]
    fn after_a_change_of_buckets_all_wait_for_the_last_turn() {
        let (mut schedule, at) = self::schedule(IdentifyLimits { buckets: 2, ..USUAL });
        assert!(matches!([schedule.take(0, at(0)), schedule.take(1, at(3))], [Turn::Now { .. }, Turn::Now { .. }]));
        schedule.update(IdentifyLimits { buckets: 16, ..USUAL }, at(4));
        assert_eq!([0, 15].map(|shard| schedule.take(shard, at(7))), [Turn::In(Duration::from_secs(2)); 2]);
        assert!([0, 15].iter().all(|shard| matches!(schedule.take(*shard, at(9)), Turn::Now { .. })));
    }

    #[test]
    fn the_reserve_is_kept() {
        let (mut schedule, at) = self::schedule(with_remaining(12));
        assert_eq!([0, 6].map(|seconds| schedule.take(0, at(seconds))), [Turn::Now { remaining: 11 }, Turn::Now { remaining: 10 }]);
        assert_eq!(schedule.take(0, at(7)), Turn::UsedUp(Duration::from_secs(3_593)), "the answer comes at once");
        assert_eq!(schedule.take(0, at(3_600)), Turn::Now { remaining: 999 }, "a new day");
    }

    #[test]
    fn what_discord_counts_is_taken_over() {
        let (mut schedule, at) = self::schedule(with_remaining(500));
        assert_eq!(schedule.take(0, at(0)), Turn::Now { remaining: 499 });
        assert_eq!(schedule.take(0, at(100)), Turn::Now { remaining: 498 });
        // Discord's count has the first, perhaps not the second, and sessions that others began.
        schedule.update(with_remaining(400), at(102));
        assert_eq!(schedule.take(0, at(106)), Turn::Now { remaining: 398 });
        schedule.update(with_remaining(397), at(200));
        assert_eq!(schedule.take(0, at(200)), Turn::Now { remaining: 396 });
    }

    proptest::proptest! {
        /// Whichever shards ask and when: turns of a bucket keep their distance, and a day has no more than its allowance.
        #[test]
        fn limits_hold(buckets in 1_u32..5, left in 0_u64..40, asked in proptest::collection::vec((0_u32..8, 0_u64..4_000), 1..200)) {
            let limits = IdentifyLimits { buckets, ..self::with_remaining(left) };
            let (mut schedule, _) = self::schedule(limits);
            let mut now = schedule.updated;
            let mut given: Vec<(u32, Now)> = Vec::new();
            for (shard, pause) in asked {
                now += Duration::from_millis(pause);
                if let Turn::Now { .. } = schedule.take(shard, now) {
                    given.push((shard % buckets, now));
                }
            }
            for bucket in 0..buckets {
                let times: Vec<Now> = given.iter().filter(|(b, _)| *b == bucket).map(|(_, at)| *at).collect();
                proptest::prop_assert!(times.is_sorted_by(|a, b| *b - *a >= SPACING));
            }
            proptest::prop_assert!(given.len() as u64 <= left.saturating_sub(10));
        }
    }
}
