//! What is counted and measured, for Prometheus. Labels have few values, and none of them comes from outside.

use crate::health::{ConnectionHealth, ShardEvent};
use factotum_core::knowledge::KnowledgeBase;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant, SystemTime};

/// Labels with fixed values.
type Labels<const N: usize> = [(&'static str, &'static str); N];
/// One label with a value of the program's own making.
type Label = [(&'static str, String); 1];
/// A gauge with fractions.
type Fractions = Gauge<f64, AtomicU64>;

/// Upper bounds for the time to an answer, in seconds: a median is 0.00006, the slowest of our questions takes 0.0004, and the longest text
/// that is read some thousandths.
const ANSWER: [f64; 12] = [0.000_025, 0.000_05, 0.000_1, 0.000_2, 0.000_4, 0.000_8, 0.001_6, 0.003_2, 0.006_4, 0.025, 0.1, 0.5];
/// Upper bounds for the time to Discord's acknowledgement, in seconds: an interaction has three.
const ACKNOWLEDGE: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0, 60.0];
/// Upper bounds for the wait for a turn to begin a session, in seconds: a bucket's turns are six apart, and nobody gives up while the queue is
/// there.
const TURN: [f64; 9] = [1.0, 6.0, 12.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0];
/// Upper bounds for confidence.
const CONFIDENCE: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// A metric in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its whole name, as it is queried; a histogram has `_bucket`, `_sum` and `_count` behind it.
    pub name: &'static str,
    /// counter, gauge or histogram.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

/// The ending that counters have, and the registry adds by itself.
const TOTAL: &str = "_total";

macro_rules! metrics {
    ($($field:ident: $type:ty = $new:expr, $kind:literal $name:literal [$($label:literal),*] $help:literal;)+) => {
        /// Everything that is counted and measured.
        #[derive(Debug)]
        pub struct Metrics {
            registry: Registry,
            $(#[doc = $help] $field: $type,)+
        }

        impl Metrics {
            /// All of them in words.
            pub const ALL: &[Described] = &[$(Described { name: $name, kind: $kind, labels: &[$($label),*], help: $help },)+];

            /// All at nothing.
            fn empty() -> Metrics {
                let mut registry = Registry::default();
                $(
                    let $field: $type = $new;
                    registry.register($name.strip_suffix(TOTAL).unwrap_or($name), $help, $field.clone());
                )+
                Metrics { registry, $($field,)+ }
            }
        }
    };
}

metrics! {
    questions: Family<Labels<2>, Counter> = Family::default(), "counter" "factotum_questions_total" ["surface", "outcome"]
        "Questions, by where they were asked and what came of them";
    declines: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_declines_total" ["reason"]
        "Questions that were declined, by reason";
    events: Family<Labels<2>, Counter> = Family::default(), "counter" "factotum_events_total" ["surface", "outcome"]
        "What came in and was no question to be answered: commands, typing, votes, limits, messages to others";
    answer: Histogram = Histogram::new(ANSWER), "histogram" "factotum_answer_seconds" []
        "Time from a question's arrival to the decision on it";
    acknowledge: Histogram = Histogram::new(ACKNOWLEDGE), "histogram" "factotum_acknowledge_seconds" []
        "Time from an event's arrival until Discord had taken the first reply";
    confidence: Histogram = Histogram::new(CONFIDENCE), "histogram" "factotum_confidence_ratio" []
        "Confidence that the best candidate answers the question, whatever the outcome";
    rest_errors: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_rest_errors_total" ["kind"]
        "Attempts to reach Discord's REST API that failed, by kind; most are tried again";
    undelivered: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_undelivered_total" ["kind"]
        "Replies that could not be delivered in the end, by kind of failure";
    refused: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_requests_refused_total" ["reason"]
        "Requests to /interactions that were refused: unsigned, stale, forged, too-large, incomplete, unreadable";
    ready: Gauge = Gauge::default(), "gauge" "factotum_ready" []
        "Whether every shard is connected and alive, or interactions are taken over HTTP, 1 or 0";
    shard_ready: Family<Label, Gauge> = Family::default(), "gauge" "factotum_shard_ready" ["shard"]
        "Whether the shard is connected and has lately given a sign of life, 1 or 0";
    identifies: Counter = Counter::default(), "counter" "factotum_identifies_total" []
        "Sessions begun; Discord allows a bot 1,000 a day";
    turn: Histogram = Histogram::new(TURN), "histogram" "factotum_identify_wait_seconds" []
        "Time that a shard waited in the queue of all processes for its turn to begin a session";
    resumes: Counter = Counter::default(), "counter" "factotum_resumes_total" []
        "Sessions taken up again";
    losses: Counter = Counter::default(), "counter" "factotum_connections_lost_total" []
        "Connections to the gateway that were lost";
    unreadable: Counter = Counter::default(), "counter" "factotum_unreadable_events_total" []
        "Events from Discord that could not be read";
    reloads: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_reloads_total" ["result"]
        "Attempts to read the knowledge anew, by result: accepted, refused, unchanged";
    reload_refused: Gauge = Gauge::default(), "gauge" "factotum_reload_refused" []
        "Whether the knowledge as it lies there was refused, so that an older one is in force, 1 or 0";
    base: Family<Label, Gauge> = Family::default(), "gauge" "factotum_base_info" ["version"]
        "The base in force, always 1";
    base_size: Family<Labels<1>, Gauge> = Family::default(), "gauge" "factotum_base_size" ["of"]
        "Facts, intents and phrases of the base in force";
    base_loaded: Fractions = Gauge::default(), "gauge" "factotum_base_loaded_timestamp_seconds" []
        "Unix time since when the base has been in force";
    build: Family<Labels<1>, Gauge> = Family::default(), "gauge" "factotum_build_info" ["version"]
        "The program's version, always 1";
    started: Fractions = Gauge::default(), "gauge" "factotum_start_timestamp_seconds" []
        "Unix time of the start";
    memory: Gauge = Gauge::default(), "gauge" "factotum_resident_memory_bytes" []
        "Memory in use; 0 where the system does not say";
}

/// What is counted of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// answer, clarify, no_answer or small_talk.
    pub outcome: &'static str,
    /// Why it was declined, if it was.
    pub reason: Option<&'static str>,
    /// Confidence in per cent.
    pub percent: u8,
}

/// What came of reading the knowledge anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reloaded {
    /// Another base is in force.
    Accepted,
    /// It cannot be used.
    Refused,
    /// It is what is in force already.
    Unchanged,
}

impl Reloaded {
    /// As it stands in metrics, in `/readyz` and in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Reloaded::Accepted => "accepted",
            Reloaded::Refused => "refused",
            Reloaded::Unchanged => "unchanged",
        }
    }
}

impl Metrics {
    /// Everything of a program that started now, with this base.
    pub fn new(base: &KnowledgeBase, now: SystemTime) -> Metrics {
        let metrics = Metrics::empty();
        metrics.build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        metrics.started.set(unix(now));
        metrics.in_force(base, now);
        // A counter that appears with its first error cannot be seen to grow.
        for result in [Reloaded::Accepted, Reloaded::Refused, Reloaded::Unchanged] {
            drop(metrics.reloads.get_or_create(&[("result", result.as_str())]));
        }
        metrics
    }

    /// Another base is in force.
    pub fn in_force(&self, base: &KnowledgeBase, now: SystemTime) {
        self.base.clear();
        self.base.get_or_create(&[("version", base.version.clone())]).set(1);
        let phrases = base.intents.iter().map(|i| i.paraphrases.len()).sum::<usize>()
            + base.unanswerables.iter().map(|m| m.paraphrases.len()).sum::<usize>();
        for (of, size) in [("facts", base.facts.len()), ("intents", base.intents.len()), ("phrases", phrases)] {
            self.base_size.get_or_create(&[("of", of)]).set(i64::try_from(size).unwrap_or(i64::MAX));
        }
        self.base_loaded.set(unix(now));
    }

    /// Something came in and was decided on.
    pub fn decided(&self, surface: &'static str, outcome: &'static str, asked: Option<Asked>, took: Duration) {
        let Some(asked) = asked else {
            self.events.get_or_create(&[("surface", surface), ("outcome", outcome)]).inc();
            return;
        };
        self.questions.get_or_create(&[("surface", surface), ("outcome", asked.outcome)]).inc();
        if let Some(reason) = asked.reason {
            self.declines.get_or_create(&[("reason", reason)]).inc();
        }
        self.answer.observe(took.as_secs_f64());
        self.confidence.observe(f64::from(asked.percent) / 100.0);
    }

    /// Discord has taken the first reply to something.
    pub fn acknowledged(&self, after: Duration) {
        self.acknowledge.observe(after.as_secs_f64());
    }

    /// An attempt at a request has failed.
    pub fn rest_error(&self, kind: &'static str) {
        self.rest_errors.get_or_create(&[("kind", kind)]).inc();
    }

    /// A reply will never be delivered.
    pub fn undelivered(&self, kind: &'static str) {
        self.undelivered.get_or_create(&[("kind", kind)]).inc();
    }

    /// A request to the endpoint for interactions was refused.
    pub fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }

    /// An event of the connection; `connected` says whether the shard was connected before.
    pub fn shard_event(&self, event: ShardEvent, connected: bool) {
        match event {
            ShardEvent::Identifying(_) => drop(self.identifies.inc()),
            ShardEvent::Resumed(_) => drop(self.resumes.inc()),
            ShardEvent::Disconnected(_) if connected => drop(self.losses.inc()),
            ShardEvent::Unreadable => drop(self.unreadable.inc()),
            ShardEvent::GotTurn(_, waited) => self.turn.observe(waited.as_secs_f64()),
            ShardEvent::Waiting(_) | ShardEvent::QueueUnreachable(_) => {}
            ShardEvent::Disconnected(_) | ShardEvent::Ready(_) | ShardEvent::HeartbeatAcknowledged(_) | ShardEvent::Rejected(_) => {}
        }
    }

    /// The knowledge was read anew.
    pub fn reloaded(&self, result: Reloaded) {
        self.reloads.get_or_create(&[("result", result.as_str())]).inc();
        self.reload_refused.set(i64::from(result == Reloaded::Refused));
    }

    /// All of them in the OpenMetrics text format, which Prometheus reads.
    pub fn text(&self, health: Option<&ConnectionHealth>, ready: bool, memory: Option<u64>, now: Instant) -> String {
        self.ready.set(i64::from(ready));
        self.memory.set(memory.and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or_default());
        for shard in health.into_iter().flat_map(|health| health.shards(now)) {
            self.shard_ready.get_or_create(&[("shard", shard.number.to_string())]).set(i64::from(shard.ready));
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn unix(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map(|since| since.as_secs_f64()).unwrap_or_default()
}

/// Memory in use by this process, in bytes, where the system says so.
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_appears_under_its_name() {
        let metrics = Metrics::new(factotum_built_in::answerer().base(), SystemTime::UNIX_EPOCH);
        let declined = Asked { outcome: "no_answer", reason: Some("nothing-close"), percent: 12 };
        metrics.decided("ask", "nothing-close", Some(declined), Duration::from_micros(60));
        metrics.decided("command", "shown", None, Duration::ZERO);
        metrics.acknowledged(Duration::from_millis(7));
        metrics.rest_error("too-many");
        metrics.undelivered("expired");
        metrics.refused("forged");
        let allowance = crate::health::SessionAllowance { daily: 1_000, remaining: 1_000, resets_in: Duration::ZERO };
        let now = Instant::now();
        let health = ConnectionHealth::new(0..=1, &crate::config::Discord::default(), allowance, now);
        let text = metrics.text(Some(&health), false, Some(1), now);
        for described in Metrics::ALL {
            let registered = described.name.strip_suffix(TOTAL).unwrap_or(described.name);
            assert!(text.contains(&format!("# TYPE {registered} {}\n", described.kind)), "{registered}: {text}");
            assert!(described.name.starts_with("factotum_") && text.contains(&format!("# HELP {registered} {}", described.help)), "{text}");
            let labels = described.labels.iter().all(|label| text.contains(&format!("{label}=\"")));
            assert!(labels && text.lines().any(|l| l.starts_with(described.name)), "{}: {text}", described.name);
        }
        assert!(text.contains("factotum_questions_total{surface=\"ask\",outcome=\"no_answer\"} 1"), "{text}");
    }

    #[test]
    fn only_one_base_is_in_force() {
        let answerer = factotum_built_in::answerer();
        let metrics = Metrics::new(answerer.base(), SystemTime::UNIX_EPOCH);
        let mut other = answerer.base().clone();
        other.version = "other".to_owned();
        metrics.in_force(&other, SystemTime::UNIX_EPOCH);
        let text = metrics.text(None, false, None, Instant::now());
        let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("factotum_base_info{")).collect();
        assert_eq!(lines, ["factotum_base_info{version=\"other\"} 1"]);
    }
}
