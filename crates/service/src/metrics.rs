//! Metrics for Prometheus. Labels have few values, and none of them comes from outside.

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
/// One label with a value that the program computes.
type Label = [(&'static str, String); 1];
/// A gauge with a fractional value.
type Fractions = Gauge<f64, AtomicU64>;

/// Buckets for the time to decide, in seconds: the median is 0.004, and one question in a hundred takes more than 0.02 (docs/benchmarks.md). One
/// that stands on record word for word takes less than 0.0001, and on a slower or busy machine all of it takes several times as long.
const ANSWER: [f64; 12] = [0.000_1, 0.001, 0.002_5, 0.005, 0.01, 0.015, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0];
/// Buckets for the time until Discord acknowledges, in seconds: an interaction expires after three.
const ACKNOWLEDGE: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0, 60.0];
/// Buckets for the wait in the identify queue, in seconds: turns are six seconds apart, and a shard waits for as long as the queue responds.
const IDENTIFY_WAIT: [f64; 9] = [1.0, 6.0, 12.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0];
/// Buckets for confidence.
const CONFIDENCE: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// Why a question is missing in the gaps journal.
const JOURNAL_DROPS: [&str; 2] = ["queue-full", "write-failed"];

/// The description of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its full name, as it is queried. A histogram has the suffixes `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it measures.
    pub help: &'static str,
}

/// The suffix of counters, which the registry adds by itself.
const TOTAL: &str = "_total";

macro_rules! metrics {
    ($($field:ident: $type:ty = $new:expr, $kind:literal $name:literal [$($label:literal),*] $help:literal;)+) => {
        /// All metrics.
        #[derive(Debug)]
        pub struct Metrics {
            registry: Registry,
            $(#[doc = $help] $field: $type,)+
        }

        impl Metrics {
            /// Their descriptions.
            pub const ALL: &[Described] = &[$(Described { name: $name, kind: $kind, labels: &[$($label),*], help: $help },)+];

            /// All at zero.
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
    questions: Family<Labels<2>, Counter> = Family::default(), "counter" "factotum_questions_total" ["event", "outcome"]
        "Questions, by the event that they came with and by outcome";
    declines: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_declines_total" ["reason"]
        "Declined questions, by reason";
    other_events: Family<Labels<2>, Counter> = Family::default(), "counter" "factotum_other_events_total" ["event", "outcome"]
        "Events without a question to answer: other commands, suggestions while typing, votes, rate limits, messages to others";
    answer: Histogram = Histogram::new(ANSWER), "histogram" "factotum_answer_duration_seconds" []
        "Time from receiving a question to deciding on the reply";
    acknowledge: Histogram = Histogram::new(ACKNOWLEDGE), "histogram" "factotum_acknowledge_duration_seconds" []
        "Time from receiving an event until Discord has acknowledged the first reply";
    confidence: Histogram = Histogram::new(CONFIDENCE), "histogram" "factotum_confidence_ratio" []
        "Confidence that the best candidate answers the question, whatever the outcome";
    rest_errors: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_rest_errors_total" ["error"]
        "Failed requests to Discord's REST API, by error; most are retried";
    undelivered: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_undelivered_replies_total" ["error"]
        "Replies that could not be delivered after all retries, by error";
    in_flight: Family<Labels<1>, Gauge> = Family::default(), "gauge" "factotum_replies_in_flight" ["to"]
        "Replies that are being delivered or wait for it, to messages or interactions";
    rejected: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_rejected_requests_total" ["reason"]
        "Rejected requests to /interactions, by reason: unsigned, stale, forged, repeated, too-large, incomplete, unreadable";
    ready: Gauge = Gauge::default(), "gauge" "factotum_ready" []
        "1 if every shard is connected and alive, or interactions are served over HTTP; otherwise 0";
    shard_ready: Family<Label, Gauge> = Family::default(), "gauge" "factotum_shard_ready" ["shard"]
        "1 if the shard is connected and Discord has acknowledged a heartbeat recently; otherwise 0";
    identifies: Counter = Counter::default(), "counter" "factotum_gateway_identifies_total" []
        "Sessions started; Discord allows 1,000 a day for one bot";
    identify_wait: Histogram = Histogram::new(IDENTIFY_WAIT), "histogram" "factotum_identify_wait_seconds" []
        "Time that a shard waited in the identify queue for its turn to start a session";
    resumes: Counter = Counter::default(), "counter" "factotum_gateway_resumes_total" []
        "Sessions resumed";
    disconnects: Counter = Counter::default(), "counter" "factotum_gateway_disconnects_total" []
        "Connections to the gateway lost";
    unreadable: Counter = Counter::default(), "counter" "factotum_unreadable_events_total" []
        "Events from Discord that could not be decoded";
    reloads: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_reloads_total" ["result"]
        "Reloads of the knowledge base, by result: accepted, rejected, unchanged";
    last_reload: Gauge = Gauge::default(), "gauge" "factotum_last_reload_successful" []
        "1 unless the last reload was rejected, so that an older knowledge base is still in use; then 0";
    journal: Counter = Counter::default(), "counter" "factotum_journal_entries_total" []
        "Questions without a good answer that were written to the gaps journal";
    journal_dropped: Family<Labels<1>, Counter> = Family::default(), "counter" "factotum_journal_dropped_total" ["reason"]
        "Questions that are missing in the gaps journal, by reason: queue-full, write-failed";
    reloading: Fractions = Gauge::default(), "gauge" "factotum_reload_running_seconds" []
        "How long the current reload has been running; 0 if there is none";
    base: Family<Label, Gauge> = Family::default(), "gauge" "factotum_knowledge_base_info" ["version"]
        "The version of the current knowledge base; always 1";
    entries: Family<Labels<1>, Gauge> = Family::default(), "gauge" "factotum_knowledge_base_entries" ["kind"]
        "Number of facts, intents and paraphrases in the current knowledge base";
    loaded: Fractions = Gauge::default(), "gauge" "factotum_knowledge_base_loaded_timestamp_seconds" []
        "Unix time at which the current knowledge base was loaded";
    build: Family<Labels<1>, Gauge> = Family::default(), "gauge" "factotum_build_info" ["version"]
        "The version of the program; always 1";
    started: Fractions = Gauge::default(), "gauge" "process_start_time_seconds" []
        "Unix time at which the process started";
    memory: Gauge = Gauge::default(), "gauge" "process_resident_memory_bytes" []
        "Resident memory; 0 if the system does not report it";
}

/// What the metrics record of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// `answer`, `clarify`, `no_answer` or `small_talk`.
    pub outcome: &'static str,
    /// Why it was declined, if it was.
    pub reason: Option<&'static str>,
    /// Confidence in percent.
    pub percent: u8,
}

/// The result of a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reloaded {
    /// A new knowledge base is in use.
    Accepted,
    /// The knowledge base has errors or cannot be read; the old one stays.
    Rejected,
    /// The knowledge base is the one that is already in use.
    Unchanged,
}

impl Reloaded {
    /// Its name in metrics, in `/readyz` and in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Reloaded::Accepted => "accepted",
            Reloaded::Rejected => "rejected",
            Reloaded::Unchanged => "unchanged",
        }
    }
}

/// How large a knowledge base is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Size {
    /// Its version.
    pub version: String,
    /// Facts.
    pub facts: usize,
    /// Intents.
    pub intents: usize,
    /// Ways of asking, those of unanswerable questions among them.
    pub paraphrases: usize,
}

impl Size {
    /// The size of a knowledge base.
    pub fn of(base: &KnowledgeBase) -> Size {
        let paraphrases = base.intents.iter().map(|i| i.paraphrases.len()).sum::<usize>()
            + base.unanswerables.iter().map(|u| u.paraphrases.len()).sum::<usize>();
        Size { version: base.version.clone(), facts: base.facts.len(), intents: base.intents.len(), paraphrases }
    }
}

impl Metrics {
    /// The metrics of a program that starts now with this knowledge base.
    pub fn new(base: &KnowledgeBase, now: SystemTime) -> Metrics {
        let metrics = Metrics::empty();
        metrics.build.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
        metrics.started.set(unix(now));
        metrics.loaded(base, now);
        metrics.last_reload.set(1);
        // The increase of a counter shows only if the counter was there before.
        for result in [Reloaded::Accepted, Reloaded::Rejected, Reloaded::Unchanged] {
            drop(metrics.reloads.get_or_create(&[("result", result.as_str())]));
        }
        for reason in JOURNAL_DROPS {
            drop(metrics.journal_dropped.get_or_create(&[("reason", reason)]));
        }
        metrics
    }

    /// A knowledge base has been loaded, and is the only one.
    pub fn loaded(&self, base: &KnowledgeBase, now: SystemTime) {
        self.all_loaded([&Size::of(base)], now);
    }

    /// One of the knowledge bases has been loaded; these are in use now.
    pub fn all_loaded<'a>(&self, bases: impl IntoIterator<Item = &'a Size>, now: SystemTime) {
        self.base.clear();
        let mut all = Size::default();
        for size in bases {
            self.base.get_or_create(&[("version", size.version.clone())]).set(1);
            all.facts += size.facts;
            all.intents += size.intents;
            all.paraphrases += size.paraphrases;
        }
        for (kind, size) in [("facts", all.facts), ("intents", all.intents), ("paraphrases", all.paraphrases)] {
            self.entries.get_or_create(&[("kind", kind)]).set(i64::try_from(size).unwrap_or(i64::MAX));
        }
        self.loaded.set(unix(now));
    }

    /// The bot has decided what to do about an event.
    pub fn decided(&self, event: &'static str, outcome: &'static str, asked: Option<Asked>, took: Duration) {
        let Some(asked) = asked else {
            self.other_events.get_or_create(&[("event", event), ("outcome", outcome)]).inc();
            return;
        };
        self.questions.get_or_create(&[("event", event), ("outcome", asked.outcome)]).inc();
        if let Some(reason) = asked.reason {
            self.declines.get_or_create(&[("reason", reason)]).inc();
        }
        self.answer.observe(took.as_secs_f64());
        self.confidence.observe(f64::from(asked.percent) / 100.0);
    }

    /// Discord has acknowledged the first reply to an event.
    pub fn acknowledged(&self, after: Duration) {
        self.acknowledge.observe(after.as_secs_f64());
    }

    /// A request to the REST API has failed.
    pub fn rest_error(&self, error: &'static str) {
        self.rest_errors.get_or_create(&[("error", error)]).inc();
    }

    /// A reply could not be delivered.
    pub fn undelivered(&self, error: &'static str) {
        self.undelivered.get_or_create(&[("error", error)]).inc();
    }

    /// This many replies are on their way.
    pub fn in_flight(&self, to: &'static str, replies: u64) {
        self.in_flight.get_or_create(&[("to", to)]).set(i64::try_from(replies).unwrap_or(i64::MAX));
    }

    /// How long the current reload has been running, if there is one.
    pub fn reloading(&self, running: Option<Duration>) {
        self.reloading.set(running.unwrap_or_default().as_secs_f64());
    }

    /// A request to `/interactions` was rejected.
    pub fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&[("reason", reason)]).inc();
    }

    /// A question was written to the gaps journal, or is missing there for this reason.
    pub fn journal(&self, dropped: Option<&'static str>) {
        match dropped {
            None => drop(self.journal.inc()),
            Some(reason) => drop(self.journal_dropped.get_or_create(&[("reason", reason)]).inc()),
        }
    }

    /// Something happened to a shard, which was `connected` before.
    pub fn shard_event(&self, event: ShardEvent, connected: bool) {
        match event {
            ShardEvent::Identifying(_) => drop(self.identifies.inc()),
            ShardEvent::Resumed(_) => drop(self.resumes.inc()),
            ShardEvent::Disconnected(_) if connected => drop(self.disconnects.inc()),
            ShardEvent::Unreadable => drop(self.unreadable.inc()),
            ShardEvent::GotTurn(_, waited) => self.identify_wait.observe(waited.as_secs_f64()),
            ShardEvent::Waiting(_) | ShardEvent::QueueUnreachable(_) | ShardEvent::HeartbeatTooFast(_) => {}
            ShardEvent::Disconnected(_) | ShardEvent::Ready(_) | ShardEvent::HeartbeatAcknowledged(_) | ShardEvent::Rejected(_) => {}
        }
    }

    /// A knowledge base was reloaded; `all_good` says whether the last reload of none was rejected.
    pub fn reloaded(&self, result: Reloaded, all_good: bool) {
        self.reloads.get_or_create(&[("result", result.as_str())]).inc();
        self.last_reload.set(i64::from(all_good));
    }

    /// All metrics in the OpenMetrics text format, which Prometheus reads.
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

/// Resident memory of this process in bytes, if the system reports it.
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes: u64 = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_metric_appears_under_its_name() {
        let metrics = Metrics::new(factotum_built_in::answerer().base(), SystemTime::UNIX_EPOCH);
        let declined = Asked { outcome: "no_answer", reason: Some("nothing-close"), percent: 12 };
        metrics.decided("ask", "nothing-close", Some(declined), Duration::from_micros(60));
        metrics.decided("command", "shown", None, Duration::ZERO);
        metrics.acknowledged(Duration::from_millis(7));
        metrics.rest_error("too-many");
        metrics.undelivered("expired");
        metrics.rejected("forged");
        metrics.in_flight("messages", 1);
        let allowance = crate::health::SessionAllowance { daily: 1_000, remaining: 1_000, resets_in: Duration::ZERO };
        let now = Instant::now();
        let health = ConnectionHealth::new(0..=1, &crate::config::Discord::default(), allowance, now);
        let text = metrics.text(Some(&health), false, Some(1), now);
        for described in Metrics::ALL {
            let registered = described.name.strip_suffix(TOTAL).unwrap_or(described.name);
            assert!(text.contains(&format!("# TYPE {registered} {}\n", described.kind)), "{registered}: {text}");
            assert!(
                ["factotum_", "process_"].iter().any(|prefix| described.name.starts_with(prefix))
                    && text.contains(&format!("# HELP {registered} {}", described.help)),
                "{text}"
            );
            let labels = described.labels.iter().all(|label| text.contains(&format!("{label}=\"")));
            assert!(labels && text.lines().any(|l| l.starts_with(described.name)), "{}: {text}", described.name);
        }
        assert!(text.contains("factotum_questions_total{event=\"ask\",outcome=\"no_answer\"} 1"), "{text}");
    }

    #[test]
    fn only_one_version_is_current() {
        let answerer = factotum_built_in::answerer();
        let metrics = Metrics::new(answerer.base(), SystemTime::UNIX_EPOCH);
        let mut other = answerer.base().clone();
        other.version = "other".to_owned();
        metrics.loaded(&other, SystemTime::UNIX_EPOCH);
        let text = metrics.text(None, false, None, Instant::now());
        let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("factotum_knowledge_base_info{")).collect();
        assert_eq!(lines, ["factotum_knowledge_base_info{version=\"other\"} 1"]);
    }
}
