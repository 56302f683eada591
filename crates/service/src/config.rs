//! Settings: every section with its keys, their types and their defaults. `bot.toml` at the top of the repository shows them all.
//!
//! The key `x` of the section `[s]` has the environment variable `FACTOTUM_S_X`, which overrides the file. Secrets are not settings:
//! the bot's token comes from the environment only, so that nobody shares it along with a settings file.

mod digest;
mod guilds;
mod people;
mod resolved;
pub mod secret;
mod section;
mod shards;
mod values;

#[cfg(test)]
mod tests;

use factotum_wording::Language;
use section::section;
use std::path::PathBuf;

pub use digest::{Digest, Hour, Weekday};
pub use guilds::{GuildBase, Guilds};
pub use people::{AskAPerson, Forums, Teach};
pub use resolved::{BadVariable, Origin, Resolved, Setting, log_format, unknown_variables};
pub use shards::Shards;
pub use values::{Address, Filter, Id, Ids, Interval, Limit, Listen, LogFormat, Optional, Ordinal, PublicKey, from_hex};

section! {
    /// All settings. These are outside of any section.
    pub struct Config {
        /// Folder of the knowledge base. The built-in one is used if this is not set.
        knowledge: Optional<PathBuf> = Optional(None),
        /// Folder where the results of training are cached. Without it, a knowledge base is trained on at every start.
        cache_dir: Optional<PathBuf> = Optional(None),
        /// What is logged: a filter such as `warn` or `factotum=debug`.
        log: Filter = Filter("warn".to_owned()),
        /// How the lines of the log look.
        log_format: LogFormat = LogFormat::Text,
        /// Whether the log contains the ids of the people who ask on Discord.
        log_user_ids: bool = false,
    }
    sections {
        discord: Discord,
        interactions: Interactions,
        http: Http,
        ask: Ask,
        reload: Reload,
        journal: Journal,
        identify_queue: IdentifyQueue,
    }
}

section! {
    /// The bot on Discord: `[discord]`.
    pub struct Discord {
        /// Address of a REST proxy that keeps Discord's rate limits for several processes. Without it, this process keeps them itself.
        api_proxy: Optional<Address> = Optional(None),
        /// Address of the queue in which several processes wait for their turn to start a session. Without it, this process spaces only its
        /// own sessions.
        identify_queue: Optional<Address> = Optional(None),
        /// The language of what many people read, and of replies to people whose own the bot does not know: `en`, `de`, `hr`, `sq`, `el` or `es`.
        // Commands and buttons come with the language of the user's Discord.
        language: Language = Language::English,
        /// Whether commands are registered at the start if they differ from those that Discord has.
        register_commands: bool = true,
        /// Guilds to answer in; all if empty.
        allow_guilds: Ids = Ids(Vec::new()),
        /// Guilds not to answer in.
        deny_guilds: Ids = Ids(Vec::new()),
        /// Channels of guilds to answer in; all if empty. A thread is a channel of its own.
        allow_channels: Ids = Ids(Vec::new()),
        /// Channels of guilds not to answer in.
        deny_channels: Ids = Ids(Vec::new()),
        /// Whether direct messages are answered.
        answer_direct_messages: bool = true,
        /// How many questions one user may ask in a window.
        // A question every six seconds: faster than anybody reads the answers.
        user_limit: Limit = Limit(10),
        /// How many questions may be asked in one channel in a window.
        // Six people at that pace.
        channel_limit: Limit = Limit(60),
        /// Length of that window.
        rate_limit_window_seconds: Limit = Limit(60),
        /// How many sessions each shard may start in a window of `identify_window_seconds`. The bot stops when it needs more.
        // serenity starts a session every five seconds while each one fails. So this stops it within two minutes, after 20 of the 1,000
        // sessions of a day. A restart of the gateway costs one or two.
        identify_limit: Limit = Limit(20),
        /// Length of that window.
        identify_window_seconds: Limit = Limit(600),
        /// How long after the last acknowledged heartbeat a shard still counts as alive.
        // Discord asks for a heartbeat every 41.25 s; two may be missed.
        heartbeat_timeout_seconds: Limit = Limit(90),
        /// How long the bot may be without a connection before it stops, so that its supervisor can restart it.
        reconnect_timeout_seconds: Limit = Limit(300),
        /// Knowledge bases of their own for some guilds and channels; all others have the one that `knowledge` names.
        guilds: Guilds = Guilds(Vec::new()),
    }
    sections {
        shards: Shards,
        digest: Digest,
        forums: Forums,
        ask_a_person: AskAPerson,
        teach: Teach,
    }
}

section! {
    /// Interactions that Discord posts over HTTP: `[interactions]`.
    pub struct Interactions {
        /// Address to listen on, for requests to `/interactions`.
        // Not reachable from other machines: Discord requires TLS, which a proxy in front of this provides.
        listen: Listen = Listen(Some(([127, 0, 0, 1], 8080).into())),
        /// The application's public key, with which Discord signs each request.
        public_key: Optional<PublicKey> = Optional(None),
        /// How long requests are still answered after the signal to stop, until the load balancer in front has noticed.
        // Kubernetes needs a second or two to take a pod off its lists, and gives it 30 to stop.
        drain_timeout_seconds: Interval = Interval(5),
    }
}

section! {
    /// Health checks and metrics over HTTP: `[http]`.
    pub struct Http {
        /// Address to serve `/livez`, `/readyz`, `/metrics` and `/version` on.
        // Not reachable from other machines. The port is the one that OpenTelemetry's exporters for Prometheus use.
        listen: Listen = Listen(Some(([127, 0, 0, 1], 9464).into())),
    }
}

section! {
    /// Questions over HTTP: `[ask]`.
    pub struct Ask {
        /// Address to answer `/ask` on; off by default.
        listen: Listen = Listen(None),
        /// How many questions one address may ask in a minute.
        // One a second: a person needs fewer, and a program that needs more is run by somebody who can set it.
        address_limit: Limit = Limit(60),
    }
}

section! {
    /// Reloading the knowledge base: `[reload]`.
    pub struct Reload {
        /// How often the folder is read, to see whether it has changed; never if 0. A change counts once two reads in a row agree.
        // Reading and hashing our own knowledge base takes some milliseconds; an editor waits for ten seconds at most.
        poll_interval_seconds: Interval = Interval(5),
        /// Whether a changed knowledge base is rejected if it breaks a golden question in its folder `questions`.
        // Golden questions may be many, and be written for a person's eyes; anyone who wants them to decide says so.
        check_golden_questions: bool = false,
    }
}

section! {
    /// The gaps journal, a file with the questions that had no good answer: `[journal]`.
    pub struct Journal {
        /// The file. Without it, nothing is recorded.
        path: Optional<PathBuf> = Optional(None),
        /// How many days an entry is kept after it was asked last.
        // A curator who looks at it once a month sees everything, also after a month away.
        keep_days: Limit = Limit(90),
        /// Most entries. The ones that were asked longest ago make room for new ones.
        // Years of a busy bot: the same words count once. With the longest questions they fill a quarter of `max_megabytes`.
        max_entries: Limit = Limit(100_000),
        /// Largest file, in megabytes (2^20 bytes). The log that SQLite writes beside it has four more.
        max_megabytes: Limit = Limit(256),
    }
}

section! {
    /// The queue in which several processes wait for their turn to start a session: `[identify_queue]`.
    pub struct IdentifyQueue {
        /// Address that `factotum identify-queue` listens on.
        // Not reachable from other machines; the port after that of `[http]`.
        listen: Listen = Listen(Some(([127, 0, 0, 1], 9465).into())),
    }
}
