//! What is known of the connection: whether it is alive, and whether to give up. Nothing here looks at a clock or speaks to Discord.

use crate::config;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Duration;
use std::time::Instant as Now;

/// Something that happened to the connection of a shard, by the shard's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It waits for its turn to begin a session, in the queue of all processes, which is there.
    Waiting(u32),
    /// It cannot wait for its turn: the queue does not answer.
    NoQueue(u32),
    /// It has its turn, after so long.
    Turn(u32, Duration),
    /// It begins a session. Discord allows 1,000 of them a day.
    Identifying(u32),
    /// It has a session.
    Ready(u32),
    /// It has its old session back.
    Resumed(u32),
    /// Discord has acknowledged a heartbeat.
    Acknowledged(u32),
    /// Its connection is gone, and a new one is tried.
    Lost(u32),
    /// Discord has refused it for good.
    Refused(Ended),
    /// Something came that could not be read.
    Unreadable,
}

/// How the bot came to its end, each with an exit status of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop, and did.
    Stopped,
    /// Discord does not accept the token (gateway close code 4004, or HTTP status 401).
    BadToken,
    /// Discord does not accept the intents (4013, 4014).
    BadIntents,
    /// The shards are wrong (4010), or there are too few of them (4011).
    BadShards,
    /// Discord does not speak our version of its API any more (4012).
    BadVersion,
    /// So many sessions were begun that Discord might reset the token.
    TooManySessions,
    /// There was no connection for too long.
    NoConnection,
}

impl Ended {
    /// All of them, in the order of their statuses.
    pub const ALL: [Ended; 7] = [
        Ended::Stopped,
        Ended::BadToken,
        Ended::BadIntents,
        Ended::BadShards,
        Ended::BadVersion,
        Ended::TooManySessions,
        Ended::NoConnection,
    ];

    /// The exit status. 1 and 2 are those of the other commands.
    pub fn status(self) -> u8 {
        match self {
            Ended::Stopped => 0,
            Ended::BadToken => 3,
            Ended::BadIntents => 4,
            Ended::BadShards => 5,
            Ended::BadVersion => 6,
            Ended::TooManySessions => 7,
            Ended::NoConnection => 8,
        }
    }

    /// What happened, and what to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Ended::Stopped => "stopped",
            Ended::BadToken => {
                "Discord does not accept the token; copy it anew from https://discord.com/developers/applications (Bot, Reset Token) into DISCORD_TOKEN"
            }
            Ended::BadIntents => {
                "Discord does not accept the intents that the bot asks for, although none of them is privileged; a newer version may be needed"
            }
            Ended::BadShards => {
                "Discord does not accept the shards: leave [discord.shards] out, or give a larger `total` there, the same for all processes"
            }
            Ended::BadVersion => "Discord does not speak this version of its API any more; a newer version of factotum is needed",
            Ended::TooManySessions => {
                "too many sessions were begun, and Discord resets the token of a bot that begins more than 1,000 a day; look at its status page \
                 and at this log before you start it again"
            }
            Ended::NoConnection => "no connection to Discord for too long; it can be started again",
        }
    }
}

/// What has been counted since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sessions begun.
    pub identifies: u64,
    /// Sessions taken up again.
    pub resumes: u64,
    /// Connections lost.
    pub losses: u64,
    /// Events that could not be read.
    pub unreadable: u64,
}

/// How many sessions Discord lets a bot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// In a day, by all shards of all processes: 1,000 for most bots.
    pub a_day: u64,
    /// How many of them are left.
    pub left: u64,
    /// When there are as many as in a day again.
    pub renewed_in: Duration,
}

/// Sessions that are left unused, for whoever has to mend what used up the others.
const RESERVE: u64 = 10;
/// For how long a session counts against the allowance.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Allowance {
    /// Whether so many sessions can be begun now.
    pub fn covers(&self, sessions: u64) -> bool {
        self.left >= sessions + RESERVE
    }
}

/// The state of all shards of this process.
#[derive(Debug)]
pub struct Health {
    shards: BTreeMap<u32, Shard>,
    started: Now,
    fresh: Duration,
    patience: Duration,
    most: u64,
    window: Duration,
    allowance: Allowance,
    /// When sessions were begun within a day; no more than the allowance.
    today: VecDeque<Now>,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Shard {
    connected: bool,
    /// When it last gave a sign of life.
    alive: Option<Now>,
    /// Since when it has been trying to connect.
    trying: Option<Now>,
    /// Whether it waits for its turn.
    waiting: bool,
    /// When it began sessions, within the window.
    identifies: VecDeque<Now>,
}

/// How a shard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardState {
    /// Its number.
    pub number: u32,
    /// Whether it has a session.
    pub connected: bool,
    /// Whether it is connected and has lately given a sign of life.
    pub ready: bool,
    /// How long ago that was.
    pub alive: Option<Duration>,
}

impl Health {
    /// Nothing has happened yet to these shards.
    pub fn new(shards: RangeInclusive<u32>, settings: &config::Discord, allowance: Allowance, now: Now) -> Health {
        Health {
            shards: shards.map(|number| (number, Shard::default())).collect(),
            started: now,
            fresh: settings.heartbeat_timeout_seconds.duration(),
            patience: settings.reconnect_timeout_seconds.duration(),
            most: settings.identify_limit.get(),
            window: settings.identify_window_seconds.duration(),
            allowance,
            today: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    /// Takes note of a sign; says so if it is the end.
    pub fn note(&mut self, sign: Sign, now: Now) -> Option<Ended> {
        let counts = &mut self.counts;
        match sign {
            Sign::Unreadable => counts.unreadable += 1,
            Sign::Refused(ended) => return Some(ended),
            Sign::Identifying(number) => {
                counts.identifies += 1;
                let shard = self.shards.entry(number).or_default();
                shard.connected = false;
                shard.trying.get_or_insert(now);
                shard.identifies.retain(|begun| now.saturating_duration_since(*begun) < self.window);
                shard.identifies.push_back(now);
                let too_fast = shard.identifies.len() as u64 > self.most;
                if too_fast || self.used_up(now) {
                    return Some(Ended::TooManySessions);
                }
            }
            Sign::Waiting(number) => self.shards.entry(number).or_default().waiting = true,
            Sign::NoQueue(number) | Sign::Turn(number, _) => self.waited(number, now),
            Sign::Lost(number) => {
                let shard = self.shards.entry(number).or_default();
                counts.losses += u64::from(shard.connected);
                shard.connected = false;
                shard.trying.get_or_insert(now);
            }
            Sign::Ready(number) | Sign::Resumed(number) => {
                counts.resumes += u64::from(matches!(sign, Sign::Resumed(_)));
                let shard = self.shards.entry(number).or_default();
                (shard.connected, shard.alive, shard.trying) = (true, Some(now), None);
            }
            Sign::Acknowledged(number) => self.shards.entry(number).or_default().alive = Some(now),
        }
        None
    }

    /// A shard waits no longer. Others of this process may have stood behind it, so their time begins anew, too.
    fn waited(&mut self, number: u32, now: Now) {
        let shard = self.shards.entry(number).or_default();
        shard.trying.get_or_insert(now);
        if std::mem::take(&mut shard.waiting) {
            self.shards.values_mut().filter_map(|shard| shard.trying.as_mut()).for_each(|since| *since = now);
        }
    }

    /// Counts a session against the day's allowance; whether that leaves less than the reserve.
    fn used_up(&mut self, now: Now) -> bool {
        self.today.retain(|begun| now.saturating_duration_since(*begun) < DAY);
        self.today.push_back(now);
        let renewed = now.saturating_duration_since(self.started) >= self.allowance.renewed_in;
        let allowed = if renewed { self.allowance.a_day } else { self.allowance.left };
        self.today.len() as u64 + RESERVE > allowed
    }

    /// How each shard is.
    pub fn shards(&self, now: Now) -> Vec<ShardState> {
        let state = |(number, shard): (&u32, &Shard)| {
            let alive = shard.alive.map(|at| now.saturating_duration_since(at));
            let ready = shard.connected && alive.is_some_and(|since| since <= self.fresh);
            ShardState { number: *number, connected: shard.connected, ready, alive }
        };
        self.shards.iter().map(state).collect()
    }

    /// Whether every shard is connected and has lately given a sign of life.
    pub fn ready(&self, now: Now) -> bool {
        self.shards(now).iter().all(|shard| shard.ready)
    }

    /// Whether a shard has been trying to connect for too long. Shards that wait for their turn at the start do not count, and no time counts
    /// while one waits in the queue of all processes: there may be many before it.
    pub fn given_up(&self, now: Now) -> bool {
        if self.shards.values().any(|shard| shard.waiting) {
            return false;
        }
        let over = |since: Now| now.saturating_duration_since(since) >= self.patience;
        let nothing_yet = self.shards.values().all(|s| s.trying.is_none() && s.alive.is_none());
        (nothing_yet && over(self.started)) || self.shards.values().any(|s| s.trying.is_some_and(over))
    }

    /// What has been counted since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn health(shards: RangeInclusive<u32>) -> (Health, impl Fn(u64) -> Now) {
        let start = Instant::now();
        (Health::new(shards, &config::Discord::default(), USUAL, start), move |seconds| start + Duration::from_secs(seconds))
    }

    const USUAL: Allowance = Allowance { a_day: 1_000, left: 1_000, renewed_in: DAY };

    #[test]
    fn ready_while_heartbeats_are_acknowledged() {
        let (mut health, at) = health(0..=0);
        assert!(!health.ready(at(0)));
        for (sign, seconds) in [(Sign::Identifying(0), 0), (Sign::Ready(0), 1), (Sign::Acknowledged(0), 42)] {
            assert_eq!(health.note(sign, at(seconds)), None);
        }
        assert!(health.ready(at(100)) && !health.ready(at(133)), "an old heartbeat is no sign of life");
        health.note(Sign::Acknowledged(0), at(140));
        assert!(health.ready(at(141)));
        health.note(Sign::Lost(0), at(142));
        health.note(Sign::Acknowledged(0), at(143));
        assert!(!health.ready(at(143)), "what is not connected is not ready");
        health.note(Sign::Resumed(0), at(144));
        assert!(health.ready(at(144)));
        assert_eq!(health.counts(), Counts { identifies: 1, resumes: 1, losses: 1, unreadable: 0 });
    }

    #[test]
    fn every_shard_has_to_be_there() {
        let (mut health, at) = health(2..=3);
        health.note(Sign::Ready(2), at(1));
        assert!(!health.ready(at(1)));
        health.note(Sign::Ready(3), at(2));
        assert!(health.ready(at(2)));
    }

    #[test]
    fn the_breaker_opens_before_the_days_limit() {
        let (mut health, at) = health(0..=0);
        let begun = (0..).find(|n| health.note(Sign::Identifying(0), at(n * 5)).is_some());
        assert_eq!(begun, Some(20), "the 21st within ten minutes");
        // Now and then is no reason.
        let (mut health, _) = self::health(0..=0);
        assert!((0..200).all(|n| health.note(Sign::Identifying(0), at(n * 60)).is_none()));
    }

    #[test]
    fn a_slow_drain_is_stopped_within_the_day() {
        let (mut health, at) = health(0..=0);
        // One a minute is not too fast, and too much for a day.
        assert_eq!((0..).find(|n| health.note(Sign::Identifying(0), at(n * 60)).is_some()), Some(990), "ten are left of 1,000");
        let few = Allowance { left: 12, renewed_in: Duration::from_secs(3_600), ..USUAL };
        assert!(few.covers(2) && !few.covers(3));
        let mut health = Health::new(0..=0, &config::Discord::default(), few, at(0));
        let begun = [10, 700, 1_400].map(|seconds| health.note(Sign::Identifying(0), at(seconds)));
        assert_eq!(begun, [None, None, Some(Ended::TooManySessions)]);
        let mut health = Health::new(0..=0, &config::Discord::default(), few, at(0));
        let begun = [10, 3_000, 3_700, 4_400].map(|seconds| health.note(Sign::Identifying(0), at(seconds)));
        assert_eq!(begun, [None; 4], "there are 1,000 again");
    }

    #[test]
    fn gives_up_after_a_while() {
        let (mut health, at) = health(0..=9);
        assert!(!health.given_up(at(299)) && health.given_up(at(300)), "nothing ever happened");
        health.note(Sign::Identifying(0), at(10));
        health.note(Sign::Ready(0), at(11));
        assert!(!health.given_up(at(1_000)), "the others are still waiting for their turn");
        health.note(Sign::Lost(0), at(1_000));
        health.note(Sign::Identifying(0), at(1_200));
        assert!(!health.given_up(at(1_299)) && health.given_up(at(1_300)));
    }

    #[test]
    fn to_wait_for_a_turn_is_not_to_have_no_connection() {
        let (mut health, at) = health(0..=1);
        health.note(Sign::Waiting(0), at(1));
        assert!(!health.given_up(at(10_000)), "the queue is there");
        health.note(Sign::Turn(0, Duration::ZERO), at(10_000));
        assert!(!health.given_up(at(10_299)) && health.given_up(at(10_300)), "it has its turn, and does not connect");
        health.note(Sign::Ready(0), at(10_001));
        // Both are lost, and the second stands behind the first.
        health.note(Sign::Lost(0), at(11_000));
        health.note(Sign::Lost(1), at(11_000));
        health.note(Sign::Waiting(0), at(11_001));
        health.note(Sign::Turn(0, Duration::ZERO), at(12_000));
        health.note(Sign::Ready(0), at(12_001));
        assert!(!health.given_up(at(12_299)) && health.given_up(at(12_300)));
    }

    #[test]
    fn a_queue_that_is_gone_is_given_up() {
        let (mut health, at) = health(0..=1);
        health.note(Sign::NoQueue(0), at(5));
        health.note(Sign::NoQueue(0), at(200));
        assert!(!health.given_up(at(304)) && health.given_up(at(305)));
        health.note(Sign::Waiting(0), at(300));
        health.note(Sign::NoQueue(0), at(1_000));
        assert!(!health.given_up(at(1_299)) && health.given_up(at(1_300)), "it was there until then");
    }

    #[test]
    fn statuses_are_distinct() {
        let statuses: std::collections::BTreeSet<u8> = Ended::ALL.iter().map(|e| e.status()).collect();
        assert_eq!(statuses.len(), Ended::ALL.len());
        assert!(!statuses.contains(&1) && !statuses.contains(&2));
    }
}
