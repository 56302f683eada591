//! The health of the gateway connection: whether it is alive, and when to give up. Nothing here reads a clock or talks to Discord.

use crate::config;
use crate::exit::ExitReason;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Duration;
use std::time::Instant as Now;

/// An event in the life of a shard's connection. The number is the shard's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardEvent {
    /// It waits in the identify queue, which is up.
    Waiting(u32),
    /// It cannot wait for its turn: the identify queue does not answer.
    QueueUnreachable(u32),
    /// It got its turn to begin a session, after this wait.
    GotTurn(u32, Duration),
    /// It begins a session. Discord allows 1,000 a day.
    Identifying(u32),
    /// It has a session.
    Ready(u32),
    /// It has resumed its session.
    Resumed(u32),
    /// Discord has acknowledged a heartbeat.
    HeartbeatAcknowledged(u32),
    /// Its connection broke, and it reconnects.
    Disconnected(u32),
    /// The gateway asks for heartbeats so often that it cannot be Discord's.
    HeartbeatTooFast(u32),
    /// Discord has rejected it for good.
    Rejected(ExitReason),
    /// Discord sent something that could not be read.
    Unreadable,
}

/// Counters since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Sessions begun.
    pub identifies: u64,
    /// Sessions resumed.
    pub resumes: u64,
    /// Connections lost.
    pub losses: u64,
    /// Events that could not be read.
    pub unreadable: u64,
}

/// How many sessions Discord lets a bot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionAllowance {
    /// Per day, over all shards and processes: 1,000 for most bots.
    pub daily: u64,
    /// How many are left today.
    pub remaining: u64,
    /// When the count starts again.
    pub resets_in: Duration,
}

/// Sessions that are never used, so that some are left for repairs after the others are gone.
const RESERVE: u64 = 10;
/// How long a session counts against the daily allowance.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl SessionAllowance {
    /// Whether this many sessions can begin now without touching the reserve.
    pub fn covers(&self, sessions: u64) -> bool {
        self.remaining >= sessions + RESERVE
    }
}

/// The state of all shards of this process.
#[derive(Debug)]
pub struct ConnectionHealth {
    shards: BTreeMap<u32, Shard>,
    started: Now,
    /// When something last happened.
    last_event: Now,
    heartbeat_timeout: Duration,
    reconnect_timeout: Duration,
    identify_limit: u64,
    identify_window: Duration,
    allowance: SessionAllowance,
    /// When the sessions of the last day began.
    today: VecDeque<Now>,
    counts: ConnectionCounts,
}

#[derive(Debug, Default)]
struct Shard {
    connected: bool,
    /// When it last showed that it is alive.
    alive: Option<Now>,
    /// Since when it has been trying to connect.
    trying: Option<Now>,
    /// Whether it waits in the identify queue.
    waiting: bool,
    /// When it began sessions, within the identify window.
    identifies: VecDeque<Now>,
}

/// The state of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardState {
    /// Its number.
    pub number: u32,
    /// Whether it has a session.
    pub connected: bool,
    /// Whether it is connected and was alive within the heartbeat timeout.
    pub ready: bool,
    /// How long ago it last showed that it is alive.
    pub alive: Option<Duration>,
}

impl ConnectionHealth {
    /// These shards, before anything has happened.
    pub fn new(shards: RangeInclusive<u32>, settings: &config::Discord, allowance: SessionAllowance, now: Now) -> ConnectionHealth {
        ConnectionHealth {
            shards: shards.map(|number| (number, Shard::default())).collect(),
            started: now,
            last_event: now,
            heartbeat_timeout: settings.heartbeat_timeout_seconds.duration(),
            reconnect_timeout: settings.reconnect_timeout_seconds.duration(),
            identify_limit: settings.identify_limit.get(),
            identify_window: settings.identify_window_seconds.duration(),
            allowance,
            today: VecDeque::new(),
            counts: ConnectionCounts::default(),
        }
    }

    /// Records an event. Returns the reason if the bot must exit.
    pub fn record(&mut self, event: ShardEvent, now: Now) -> Option<ExitReason> {
        let counts = &mut self.counts;
        let before = std::mem::replace(&mut self.last_event, now);
        match event {
            ShardEvent::HeartbeatTooFast(_) => return Some(ExitReason::NoConnection),
            ShardEvent::Unreadable => counts.unreadable += 1,
            ShardEvent::Rejected(reason) => return Some(reason),
            ShardEvent::Identifying(number) => {
                counts.identifies += 1;
                let shard = self.shards.entry(number).or_default();
                shard.connected = false;
                shard.trying.get_or_insert(now);
                shard.identifies.retain(|begun| now.saturating_duration_since(*begun) < self.identify_window);
                shard.identifies.push_back(now);
                let too_fast = shard.identifies.len() as u64 > self.identify_limit;
                if too_fast || self.used_up(now) {
                    return Some(ExitReason::TooManySessions);
                }
            }
            ShardEvent::Waiting(number) => self.shards.entry(number).or_default().waiting = true,
            ShardEvent::QueueUnreachable(number) | ShardEvent::GotTurn(number, _) => self.waited(number, now),
            ShardEvent::Disconnected(number) => {
                let shard = self.shards.entry(number).or_default();
                counts.losses += u64::from(shard.connected);
                // One that has never been connected has been trying since its turn to start came: since then nothing else has happened.
                let since = if shard.alive.is_none() { before } else { now };
                shard.connected = false;
                shard.trying.get_or_insert(since);
            }
            ShardEvent::Ready(number) | ShardEvent::Resumed(number) => {
                counts.resumes += u64::from(matches!(event, ShardEvent::Resumed(_)));
                let shard = self.shards.entry(number).or_default();
                (shard.connected, shard.alive, shard.trying) = (true, Some(now), None);
            }
            ShardEvent::HeartbeatAcknowledged(number) => self.shards.entry(number).or_default().alive = Some(now),
        }
        None
    }

    /// A shard no longer waits. Other shards of this process may have waited behind it, so their timeouts restart as well.
    fn waited(&mut self, number: u32, now: Now) {
        let shard = self.shards.entry(number).or_default();
        shard.trying.get_or_insert(now);
        if std::mem::take(&mut shard.waiting) {
            self.shards.values_mut().filter_map(|shard| shard.trying.as_mut()).for_each(|since| *since = now);
        }
    }

    /// Counts a session against the daily allowance. Returns whether fewer than the reserve are left.
    fn used_up(&mut self, now: Now) -> bool {
        self.today.retain(|begun| now.saturating_duration_since(*begun) < DAY);
        self.today.push_back(now);
        let renewed = now.saturating_duration_since(self.started) >= self.allowance.resets_in;
        let allowed = if renewed { self.allowance.daily } else { self.allowance.remaining };
        self.today.len() as u64 + RESERVE > allowed
    }

    /// The state of each shard.
    pub fn shards(&self, now: Now) -> Vec<ShardState> {
        let state = |(number, shard): (&u32, &Shard)| {
            let alive = shard.alive.map(|at| now.saturating_duration_since(at));
            let ready = shard.connected && alive.is_some_and(|since| since <= self.heartbeat_timeout);
            ShardState { number: *number, connected: shard.connected, ready, alive }
        };
        self.shards.iter().map(state).collect()
    }

    /// Whether every shard is ready.
    pub fn ready(&self, now: Now) -> bool {
        self.shards(now).iter().all(|shard| shard.ready)
    }

    /// Whether a shard has been trying to connect for too long. Shards that have not started yet do not count, and no time counts while a
    /// shard waits in the identify queue: many may be ahead of it.
    pub fn timed_out(&self, now: Now) -> bool {
        if self.shards.values().any(|shard| shard.waiting) {
            return false;
        }
        let over = |since: Now| now.saturating_duration_since(since) >= self.reconnect_timeout;
        let nothing_yet = self.shards.values().all(|s| s.trying.is_none() && s.alive.is_none());
        (nothing_yet && over(self.started)) || self.shards.values().any(|s| s.trying.is_some_and(over))
    }

    /// Counters since the start.
    pub fn counts(&self) -> ConnectionCounts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn health(shards: RangeInclusive<u32>) -> (ConnectionHealth, impl Fn(u64) -> Now) {
        let start = Instant::now();
        (ConnectionHealth::new(shards, &config::Discord::default(), USUAL, start), move |seconds| start + Duration::from_secs(seconds))
    }

    const USUAL: SessionAllowance = SessionAllowance { daily: 1_000, remaining: 1_000, resets_in: DAY };

    #[test]
    fn ready_while_heartbeats_are_acknowledged() {
        let (mut health, at) = health(0..=0);
        assert!(!health.ready(at(0)));
        for (event, seconds) in [(ShardEvent::Identifying(0), 0), (ShardEvent::Ready(0), 1), (ShardEvent::HeartbeatAcknowledged(0), 42)] {
            assert_eq!(health.record(event, at(seconds)), None);
        }
        assert!(health.ready(at(100)) && !health.ready(at(133)), "an old heartbeat does not count");
        health.record(ShardEvent::HeartbeatAcknowledged(0), at(140));
        assert!(health.ready(at(141)));
        health.record(ShardEvent::Disconnected(0), at(142));
        health.record(ShardEvent::HeartbeatAcknowledged(0), at(143));
        assert!(!health.ready(at(143)), "a shard that is not connected is not ready");
        health.record(ShardEvent::Resumed(0), at(144));
        assert!(health.ready(at(144)));
        assert_eq!(health.counts(), ConnectionCounts { identifies: 1, resumes: 1, losses: 1, unreadable: 0 });
    }

    #[test]
    fn every_shard_must_be_ready() {
        let (mut health, at) = health(2..=3);
        health.record(ShardEvent::Ready(2), at(1));
        assert!(!health.ready(at(1)));
        health.record(ShardEvent::Ready(3), at(2));
        assert!(health.ready(at(2)));
    }

    #[test]
    fn the_breaker_opens_before_the_days_limit() {
        let (mut health, at) = health(0..=0);
        let begun = (0..).find(|n| health.record(ShardEvent::Identifying(0), at(n * 5)).is_some());
        assert_eq!(begun, Some(20), "the 21st within ten minutes");
        // Now and then is no reason.
        let (mut health, _) = self::health(0..=0);
        assert!((0..200).all(|n| health.record(ShardEvent::Identifying(0), at(n * 60)).is_none()));
    }

    #[test]
    fn a_slow_drain_is_stopped_within_the_day() {
        let (mut health, at) = health(0..=0);
        // One a minute is not too fast, and too much for a day.
        assert_eq!((0..).find(|n| health.record(ShardEvent::Identifying(0), at(n * 60)).is_some()), Some(990), "ten are left of 1,000");
        let few = SessionAllowance { remaining: 12, resets_in: Duration::from_secs(3_600), ..USUAL };
        assert!(few.covers(2) && !few.covers(3));
        let mut health = ConnectionHealth::new(0..=0, &config::Discord::default(), few, at(0));
        let begun = [10, 700, 1_400].map(|seconds| health.record(ShardEvent::Identifying(0), at(seconds)));
        assert_eq!(begun, [None, None, Some(ExitReason::TooManySessions)]);
        let mut health = ConnectionHealth::new(0..=0, &config::Discord::default(), few, at(0));
        let begun = [10, 3_000, 3_700, 4_400].map(|seconds| health.record(ShardEvent::Identifying(0), at(seconds)));
        assert_eq!(begun, [None; 4], "there are 1,000 again");
    }

    #[test]
    fn gives_up_after_a_while() {
        let (mut health, at) = health(0..=9);
        assert!(!health.timed_out(at(299)) && health.timed_out(at(300)), "nothing ever happened");
        health.record(ShardEvent::Identifying(0), at(10));
        health.record(ShardEvent::Ready(0), at(11));
        assert!(!health.timed_out(at(1_000)), "the others are still waiting for their turn");
        health.record(ShardEvent::Disconnected(0), at(1_000));
        health.record(ShardEvent::Identifying(0), at(1_200));
        assert!(!health.timed_out(at(1_299)) && health.timed_out(at(1_300)));
    }

    #[test]
    fn a_gateway_that_says_nothing_is_given_up_in_time() {
        let (mut health, at) = health(0..=1);
        // serenity waits fifteen seconds for the gateway's hello, and tries again.
        health.record(ShardEvent::Disconnected(0), at(15));
        health.record(ShardEvent::Disconnected(0), at(30));
        assert!(!health.timed_out(at(299)) && health.timed_out(at(300)));
        let (mut health, at) = self::health(0..=1);
        health.record(ShardEvent::Ready(0), at(100));
        health.record(ShardEvent::Disconnected(1), at(120));
        assert!(!health.timed_out(at(399)) && health.timed_out(at(400)), "its turn came after that of the other");
    }

    #[test]
    fn a_gateway_that_asks_for_too_many_heartbeats_is_left() {
        let (mut health, at) = health(0..=0);
        assert_eq!(health.record(ShardEvent::HeartbeatTooFast(0), at(1)), Some(ExitReason::NoConnection));
    }

    #[test]
    fn waiting_for_a_turn_is_not_a_lost_connection() {
        let (mut health, at) = health(0..=1);
        health.record(ShardEvent::Waiting(0), at(1));
        assert!(!health.timed_out(at(10_000)), "the queue is up");
        health.record(ShardEvent::GotTurn(0, Duration::ZERO), at(10_000));
        assert!(!health.timed_out(at(10_299)) && health.timed_out(at(10_300)), "it has its turn, but does not connect");
        health.record(ShardEvent::Ready(0), at(10_001));
        // Both are disconnected, and the second waits behind the first.
        health.record(ShardEvent::Disconnected(0), at(11_000));
        health.record(ShardEvent::Disconnected(1), at(11_000));
        health.record(ShardEvent::Waiting(0), at(11_001));
        health.record(ShardEvent::GotTurn(0, Duration::ZERO), at(12_000));
        health.record(ShardEvent::Ready(0), at(12_001));
        assert!(!health.timed_out(at(12_299)) && health.timed_out(at(12_300)));
    }

    #[test]
    fn a_queue_that_is_gone_is_given_up() {
        let (mut health, at) = health(0..=1);
        health.record(ShardEvent::QueueUnreachable(0), at(5));
        health.record(ShardEvent::QueueUnreachable(0), at(200));
        assert!(!health.timed_out(at(304)) && health.timed_out(at(305)));
        health.record(ShardEvent::Waiting(0), at(300));
        health.record(ShardEvent::QueueUnreachable(0), at(1_000));
        assert!(!health.timed_out(at(1_299)) && health.timed_out(at(1_300)), "it was there until then");
    }
}
