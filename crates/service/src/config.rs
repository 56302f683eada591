//! Settings: `bot.toml` and the environment as written, `Config` as meant.
//!
//! The setting `x` of the section `[s]` has the environment variable `FACTOTUM_S_X`, which goes before the file. Secrets are no settings:
//! the token of a bot comes from the environment alone, so that no file with it can be shown around.

pub mod secret;
mod values;

use factotum_core::diagnostic::{Diagnostic, SourceFile, line_column};
use factotum_core::document;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml::Spanned;
use toml::de::DeValue;
use values::Written;

pub use values::{Address, Filter, Ids, Interval, Limit, Listen, LogFormat, Optional, Ordinal, PublicKey, hex};

/// Every setting, with its default where nobody said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of the knowledge pack; the built-in one if there is none.
    pub knowledge: Optional<PathBuf>,
    /// Folder where what was learned from packs is kept; without it a pack is learned at every start.
    pub cache_dir: Optional<PathBuf>,
    /// What is logged: a filter such as `warn` or `factotum=debug`.
    pub log: Filter,
    /// How lines of the log look.
    pub log_format: LogFormat,
    /// Whether the log has the ids of people on Discord.
    pub log_user_ids: bool,
    /// The bot on Discord.
    pub discord: Discord,
    /// Interactions that Discord posts.
    pub interactions: Interactions,
    /// What the bot tells about itself.
    pub http: Http,
    /// When the knowledge is read anew.
    pub reload: Reload,
    /// Whose turn it is to begin a session.
    pub identify_queue: IdentifyQueue,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            knowledge: Optional::default(),
            cache_dir: Optional::default(),
            log: Filter("warn".to_owned()),
            log_format: LogFormat::Text,
            log_user_ids: false,
            discord: Discord::default(),
            interactions: Interactions::default(),
            http: Http::default(),
            reload: Reload::default(),
            identify_queue: IdentifyQueue::default(),
        }
    }
}

/// Interactions that Discord posts over HTTP: `[interactions]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interactions {
    /// Where they are taken, at the path `/interactions`.
    pub listen: Listen,
    /// The application's key, with which each of them is signed.
    pub public_key: Optional<PublicKey>,
    /// For how long they are still taken after the signal to stop: until whoever spreads them over several copies has noticed.
    pub drain_timeout_seconds: Interval,
}

impl Default for Interactions {
    fn default() -> Self {
        Interactions {
            // Nobody from outside this machine: Discord wants TLS, which somebody in front of us brings.
            listen: Listen(Some(([127, 0, 0, 1], 8080).into())),
            public_key: Optional::default(),
            // Kubernetes takes a second or two to take a pod off its lists, and gives it 30 to stop.
            drain_timeout_seconds: Interval(5),
        }
    }
}

/// What is told over HTTP: `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where the bot tells about itself: `/livez`, `/readyz`, `/metrics`, `/version`.
    pub listen: Listen,
}

impl Default for Http {
    fn default() -> Self {
        // Nobody from outside this machine; the port that OpenTelemetry's exporters for Prometheus take.
        Http { listen: Listen(Some(([127, 0, 0, 1], 9464).into())) }
    }
}

/// When the knowledge is read anew: `[reload]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reload {
    /// How often the folder is looked at; never if 0. A change counts once two looks in a row have found the same.
    pub poll_interval_seconds: Interval,
}

impl Default for Reload {
    fn default() -> Self {
        // Reading and hashing our own record takes some milliseconds; whoever edits one waits for ten seconds.
        Reload { poll_interval_seconds: Interval(5) }
    }
}

/// Several processes begin their sessions one after the other: `[identify_queue]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifyQueue {
    /// Where `factotum identify-queue` is asked for turns.
    pub listen: Listen,
}

impl Default for IdentifyQueue {
    fn default() -> Self {
        // Nobody from outside this machine; beside the port at which a bot tells about itself.
        IdentifyQueue { listen: Listen(Some(([127, 0, 0, 1], 9465).into())) }
    }
}

/// One setting as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The section that it stands in: `discord.shards`; empty outside of any.
    pub section: &'static str,
    /// Its name there.
    pub key: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// Its value in TOML, harmless to print; `None` if it has none.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    #[default]
    Default,
    /// A file of settings.
    File {
        /// Its name.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// The setting's environment variable.
    Environment,
    /// An option on the command line.
    Option(&'static str),
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

/// A file that is being read.
struct Reading<'a> {
    file: &'a SourceFile,
    origins: BTreeMap<&'static str, Origin>,
    found: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn came(&mut self, variable: &'static str, key: &Key<'_>) {
        let (line, _) = line_column(&self.file.text, key.span().start);
        self.origins.insert(variable, Origin::File { name: self.file.name.clone(), line });
    }
}

/// A section's settings: for each its key, and the environment variable that goes before it; and the sections inside it.
macro_rules! section {
    ($section:ty, $name:literal, $keys:ident, [$($subsection:ident),*] $($key:ident = $variable:literal,)+) => {
        const $keys: &[&str] = &[$(stringify!($key),)+ $(stringify!($subsection),)*];

        impl $section {
            /// Reads one setting of the section.
            fn set(&mut self, key: &Key<'_>, value: Spanned<DeValue<'_>>, reading: &mut Reading<'_>) {
                let what = format!("`{}`", key.get_ref());
                match key.get_ref().as_ref() {
                    $(stringify!($key) => {
                        if let Some(value) = document::value(0, &what, value, &mut reading.found) {
                            self.$key = value;
                            reading.came($variable, key);
                        }
                    })+
                    $(stringify!($subsection) => section(value, &what, reading, |key, value, reading| self.$subsection.set(key, value, reading)),)*
                    name if secret::is_secret(name) => secret::misplaced(key, &mut reading.found),
                    _ => document::unknown_key(0, key, $keys, &mut reading.found),
                }
            }

            fn set_from_environment(
                &mut self,
                variable: &dyn Fn(&str) -> Option<String>,
                origins: &mut BTreeMap<&'static str, Origin>,
            ) -> Result<(), BadVariable> {
                $(if let Some(value) = from_environment($variable, variable)? {
                    self.$key = value;
                    origins.insert($variable, Origin::Environment);
                })+
                $(self.$subsection.set_from_environment(variable, origins)?;)*
                Ok(())
            }

            /// All settings of the section, with nothing said about where they come from.
            fn list(&self, all: &mut Vec<Setting>) {
                $(all.push(Setting {
                    section: $name,
                    key: stringify!($key),
                    variable: $variable,
                    value: self.$key.written(),
                    origin: Origin::Default,
                });)+
                $(self.$subsection.list(all);)*
            }
        }
    };
}

section! { Config, "", KEYS, [discord, interactions, http, reload, identify_queue]
    knowledge = "FACTOTUM_KNOWLEDGE",
    cache_dir = "FACTOTUM_CACHE_DIR",
    log = "FACTOTUM_LOG",
    log_format = "FACTOTUM_LOG_FORMAT",
    log_user_ids = "FACTOTUM_LOG_USER_IDS",
}

section! { Discord, "discord", DISCORD_KEYS, [shards]
    api_proxy = "FACTOTUM_DISCORD_API_PROXY",
    identify_queue = "FACTOTUM_DISCORD_IDENTIFY_QUEUE",
    register_commands = "FACTOTUM_DISCORD_REGISTER_COMMANDS",
    allow_guilds = "FACTOTUM_DISCORD_ALLOW_GUILDS",
    deny_guilds = "FACTOTUM_DISCORD_DENY_GUILDS",
    allow_channels = "FACTOTUM_DISCORD_ALLOW_CHANNELS",
    deny_channels = "FACTOTUM_DISCORD_DENY_CHANNELS",
    answer_direct_messages = "FACTOTUM_DISCORD_ANSWER_DIRECT_MESSAGES",
    user_limit = "FACTOTUM_DISCORD_USER_LIMIT",
    channel_limit = "FACTOTUM_DISCORD_CHANNEL_LIMIT",
    rate_limit_window_seconds = "FACTOTUM_DISCORD_RATE_LIMIT_WINDOW_SECONDS",
    identify_limit = "FACTOTUM_DISCORD_IDENTIFY_LIMIT",
    identify_window_seconds = "FACTOTUM_DISCORD_IDENTIFY_WINDOW_SECONDS",
    heartbeat_timeout_seconds = "FACTOTUM_DISCORD_HEARTBEAT_TIMEOUT_SECONDS",
    reconnect_timeout_seconds = "FACTOTUM_DISCORD_RECONNECT_TIMEOUT_SECONDS",
}

section! { Shards, "discord.shards", SHARDS_KEYS, []
    first = "FACTOTUM_DISCORD_SHARDS_FIRST",
    last = "FACTOTUM_DISCORD_SHARDS_LAST",
    total = "FACTOTUM_DISCORD_SHARDS_TOTAL",
    per_process = "FACTOTUM_DISCORD_SHARDS_PER_PROCESS",
    ordinal = "FACTOTUM_DISCORD_SHARDS_ORDINAL",
}

section! { Interactions, "interactions", INTERACTIONS_KEYS, []
    listen = "FACTOTUM_INTERACTIONS_LISTEN",
    public_key = "FACTOTUM_INTERACTIONS_PUBLIC_KEY",
    drain_timeout_seconds = "FACTOTUM_INTERACTIONS_DRAIN_TIMEOUT_SECONDS",
}

section! { Http, "http", HTTP_KEYS, []
    listen = "FACTOTUM_HTTP_LISTEN",
}

section! { Reload, "reload", RELOAD_KEYS, []
    poll_interval_seconds = "FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS",
}

section! { IdentifyQueue, "identify_queue", IDENTIFY_QUEUE_KEYS, []
    listen = "FACTOTUM_IDENTIFY_QUEUE_LISTEN",
}

/// The bot on Discord: `[discord]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discord {
    /// Address of a REST proxy that keeps Discord's rate limits for several processes; without one this process keeps them itself.
    pub api_proxy: Optional<Address>,
    /// Address of the queue in which all processes wait for their turn to begin a session; without one this process spaces only its own.
    pub identify_queue: Optional<Address>,
    /// Whether commands are registered at the start, where they differ from what Discord has.
    pub register_commands: bool,
    /// Servers to answer on; all if empty.
    pub allow_guilds: Ids,
    /// Servers not to answer on.
    pub deny_guilds: Ids,
    /// Channels of servers to answer in; all if empty. A thread is a channel of its own.
    pub allow_channels: Ids,
    /// Channels of servers not to answer in.
    pub deny_channels: Ids,
    /// Whether direct messages are answered.
    pub answer_direct_messages: bool,
    /// Most questions of a person in a window.
    pub user_limit: Limit,
    /// Most questions in a channel in a window.
    pub channel_limit: Limit,
    /// Length of that window.
    pub rate_limit_window_seconds: Limit,
    /// Most sessions that each shard may begin in a window of `identify_window_seconds`; with more the bot stops.
    pub identify_limit: Limit,
    /// Length of that window.
    pub identify_window_seconds: Limit,
    /// For how long a heartbeat that Discord has acknowledged counts as a sign of life.
    pub heartbeat_timeout_seconds: Limit,
    /// For how long the bot may be without a connection before it stops, for whoever supervises it to start it anew.
    pub reconnect_timeout_seconds: Limit,
    /// Which share of the work is this process's.
    pub shards: Shards,
}

impl Default for Discord {
    fn default() -> Self {
        Discord {
            api_proxy: Optional::default(),
            identify_queue: Optional::default(),
            register_commands: true,
            allow_guilds: Ids::default(),
            deny_guilds: Ids::default(),
            allow_channels: Ids::default(),
            deny_channels: Ids::default(),
            answer_direct_messages: true,
            // A question every six seconds is more than anybody reads answers to.
            user_limit: Limit(10),
            // Six people at that pace.
            channel_limit: Limit(60),
            rate_limit_window_seconds: Limit(60),
            // serenity begins a session every five seconds when each fails, so this is noticed within two minutes, at 20 of the 1,000
            // sessions of a day. A gateway that is restarted costs one or two.
            identify_limit: Limit(20),
            identify_window_seconds: Limit(600),
            // Discord asks for a heartbeat every 41.25 s; two may go by.
            heartbeat_timeout_seconds: Limit(90),
            reconnect_timeout_seconds: Limit(300),
            shards: Shards::default(),
        }
    }
}

/// Several processes share the work: `[discord.shards]`. Without it, this process does all of it, in as many shards as Discord advises.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shards {
    /// First shard of this process, from 0.
    pub first: Optional<u32>,
    /// Its last shard.
    pub last: Optional<u32>,
    /// Shards of all processes together.
    pub total: Optional<u32>,
    /// Shards of each process; in place of `first` and `last`.
    pub per_process: Optional<u32>,
    /// Which of the processes this is.
    pub ordinal: Optional<Ordinal>,
}

/// Most shards: more than any bot has.
const MAX_SHARDS: u32 = 100_000;

impl Shards {
    /// The shards of this process and how many there are in all, if they are given.
    ///
    /// # Errors
    /// What is wrong, if they do not fit together.
    pub fn range(&self) -> Result<Option<(RangeInclusive<u32>, u32)>, String> {
        if self.per_process.0.is_some() || self.ordinal.0.is_some() {
            return self.share().map(Some);
        }
        let (first, last, total) = match (self.first.0, self.last.0, self.total.0) {
            (None, None, None) => return Ok(None),
            (None, None, Some(total)) => (0, total.saturating_sub(1), total),
            (Some(first), Some(last), Some(total)) => (first, last, total),
            _ => return Err("`first`, `last` and `total` of [discord.shards] belong together".to_owned()),
        };
        if total == 0 || total > MAX_SHARDS || first > last || last >= total {
            return Err(format!("[discord.shards] from {first} to {last} of {total}: it has to be first <= last < total <= {MAX_SHARDS}"));
        }
        Ok(Some((first..=last, total)))
    }

    /// The share of the process with this ordinal: of processes that are all set alike, so that nothing else need differ between them.
    fn share(&self) -> Result<(RangeInclusive<u32>, u32), String> {
        if self.first.0.is_some() || self.last.0.is_some() {
            return Err("[discord.shards] has either `first` and `last`, or `per_process` and `ordinal`".to_owned());
        }
        let (Some(Ordinal(ordinal)), Some(per_process), Some(total)) = (self.ordinal.0, self.per_process.0, self.total.0) else {
            return Err("`ordinal`, `per_process` and `total` of [discord.shards] belong together".to_owned());
        };
        if total == 0 || total > MAX_SHARDS || per_process == 0 {
            return Err(format!("[discord.shards] {per_process} of {total} to a process: both have to be from 1 to {MAX_SHARDS}"));
        }
        let processes = total.div_ceil(per_process);
        if ordinal >= processes {
            return Err(format!(
                "`ordinal` {ordinal} of [discord.shards] is past the last process: {total} shards, {per_process} to a process, leave nothing to do \
                 beyond ordinal {}",
                processes - 1
            ));
        }
        // It is less than `total`, so nothing overflows.
        let first = ordinal * per_process;
        Ok((first..=first.saturating_add(per_process - 1).min(total - 1), total))
    }
}

/// Reads a section, setting by setting.
fn section(
    value: Spanned<DeValue<'_>>,
    what: &str,
    reading: &mut Reading<'_>,
    mut set: impl FnMut(&Key<'_>, Spanned<DeValue<'_>>, &mut Reading<'_>),
) {
    if !matches!(value.get_ref(), DeValue::Table(_)) {
        // Whatever it is, it cannot be read as a table, and that is reported.
        let _ = document::value::<BTreeMap<String, serde::de::IgnoredAny>>(0, what, value, &mut reading.found);
    } else if let DeValue::Table(table) = value.into_inner() {
        table.into_iter().for_each(|(key, value)| set(&key, value, reading));
    }
}

/// An environment variable with a value that its setting cannot have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {name} cannot be \"{value}\": {problem}")]
pub struct BadVariable {
    /// Its name.
    pub name: &'static str,
    /// Its value, harmless to print.
    pub value: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Settings, each with where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The settings.
    pub config: Config,
    /// Where they come from, by environment variable; from nowhere but the program itself if they are not in here.
    origins: BTreeMap<&'static str, Origin>,
}

impl Resolved {
    /// Reads `bot.toml`; relative paths in it start at `folder`, where it lies.
    ///
    /// # Errors
    /// Every mistake in the file; it has to be [masked](secret::masked) where they are shown.
    pub fn parse(file: &SourceFile, folder: &Path) -> Result<Resolved, Vec<Diagnostic>> {
        let mut reading = Reading { file, origins: BTreeMap::new(), found: Vec::new() };
        let mut config = Config::default();
        for (key, value) in document::root(0, &file.text, &mut reading.found) {
            config.set(&key, value, &mut reading);
        }
        let Reading { origins, mut found, .. } = reading;
        if !found.is_empty() {
            found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
            found.iter_mut().for_each(|diagnostic| diagnostic.message = secret::without_tokens(&diagnostic.message));
            return Err(found);
        }
        for path in [&mut config.knowledge, &mut config.cache_dir].into_iter().filter_map(|setting| setting.0.as_mut()) {
            *path = folder.join(&path);
        }
        Ok(Resolved { config, origins })
    }

    /// Puts the environment's settings in place of the file's; an empty variable counts as unset.
    ///
    /// # Errors
    /// [`BadVariable`] for the first value that cannot be read.
    pub fn with_environment(mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Resolved, BadVariable> {
        self.config.set_from_environment(variable, &mut self.origins)?;
        Ok(self)
    }

    /// Puts the folder that an option names in place of any other.
    pub fn with_knowledge(mut self, folder: &Path, option: &'static str) -> Resolved {
        self.config.knowledge = Optional(Some(folder.to_owned()));
        self.origins.insert("FACTOTUM_KNOWLEDGE", Origin::Option(option));
        self
    }

    /// Every setting there is, as it is in force.
    pub fn settings(&self) -> Vec<Setting> {
        let mut all = Vec::new();
        self.config.list(&mut all);
        for setting in &mut all {
            setting.origin = self.origins.get(setting.variable).cloned().unwrap_or_default();
        }
        all
    }
}

/// Environment variables that look like settings, and are none: of the prompt, of tests, and those that cargo passes on from the build.
const OTHERS: &[&str] = &[
    "FACTOTUM_HISTORY",
    "FACTOTUM_TEST_DISCORD",
    "FACTOTUM_SOURCE",
    "FACTOTUM_MUTATIONS",
    "FACTOTUM_CASES",
    "FACTOTUM_SBOM",
    "FACTOTUM_LEARNER",
    "FACTOTUM_BUILT_IN",
];

/// Of these environment variables, those that look like a setting and set nothing, each with the setting's variable that is likest.
pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<(String, &'static str)> {
    let known: Vec<&'static str> = Resolved::default().settings().into_iter().map(|s| s.variable).collect();
    let unknown = |name: &String| name.starts_with("FACTOTUM_") && !known.contains(&name.as_str()) && !OTHERS.contains(&name.as_str());
    let like = |name: &str, variable: &&&'static str| strsim::normalized_damerau_levenshtein(name, variable);
    let mut found: Vec<(String, &'static str)> = names
        .into_iter()
        .filter(unknown)
        .filter_map(|name| {
            let nearest = known.iter().max_by(|a, b| like(&name, a).total_cmp(&like(&name, b)))?;
            Some((name, *nearest))
        })
        .collect();
    found.sort_unstable();
    found
}

/// A setting out of the environment, if it is set.
fn from_environment<T: FromStr<Err: std::fmt::Display>>(
    name: &'static str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<T>, BadVariable> {
    let Some(value) = variable(name).filter(|v| !v.is_empty()) else { return Ok(None) };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(error) => Err(BadVariable {
            name,
            value: secret::without_tokens(&factotum_core::render::escape_control(&value)),
            problem: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_core::diagnostic::Code;

    fn settled(text: &str) -> Result<Resolved, Vec<Diagnostic>> {
        let file = SourceFile { name: "bot.toml".to_owned(), text: text.to_owned() };
        Resolved::parse(&file, Path::new("here"))
    }

    fn parse(text: &str) -> Result<Config, Vec<Code>> {
        settled(text).map(|s| s.config).map_err(|found| found.iter().map(|d| d.code).collect())
    }

    fn environment(set: &dyn Fn(&str) -> Option<String>) -> Result<Config, BadVariable> {
        Resolved::default().with_environment(set).map(|s| s.config)
    }

    /// The settings of `bot.toml` that are commented out are read as well.
    fn uncommented(text: &str) -> String {
        text.lines().map(|l| l.strip_prefix("#").filter(|rest| !rest.starts_with(' ')).unwrap_or(l)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn our_own_file_states_the_defaults() {
        let ours = include_str!("../../../bot.toml");
        assert_eq!(parse(ours), Ok(Config::default()));
        let all = uncommented(ours);
        for key in Resolved::default().settings().into_iter().map(|s| s.key) {
            assert!(all.lines().any(|l| l.starts_with(&format!("{key} = "))), "bot.toml does not mention {key}");
        }
        let discord = Discord {
            api_proxy: "http://127.0.0.1:3900".parse().expect("an address"),
            identify_queue: "http://127.0.0.1:9465".parse().expect("an address"),
            shards: Shards {
                first: Optional(Some(0)),
                last: Optional(Some(3)),
                total: Optional(Some(8)),
                per_process: Optional(Some(4)),
                ordinal: Optional(Some(Ordinal(1))),
            },
            ..Discord::default()
        };
        assert_eq!(
            parse(&all),
            Ok(Config {
                knowledge: Optional(Some("here/knowledge".into())),
                cache_dir: Optional(Some("here/cache".into())),
                discord,
                interactions: Interactions { public_key: Optional(Some(PublicKey([0x5a; 32]))), ..Interactions::default() },
                ..Config::default()
            })
        );
    }

    #[test]
    fn sections_are_checked_key_by_key() {
        let discord = |text: &str| parse(&format!("[discord]\n{text}"));
        assert_eq!(discord("allow_guilds = [1, 2]").map(|c| c.discord.allow_guilds), Ok(Ids(vec![1, 2])));
        assert_eq!(
            discord("user_limit = 0\nuser_limits = 1\napi_proxy = \"ftp://x\""),
            Err(vec![Code::InvalidValue, Code::UnknownKey, Code::InvalidValue])
        );
        assert_eq!(discord("[discord.shards]\nfirst = -1\nlats = 1"), Err(vec![Code::InvalidValue, Code::UnknownKey]));
        assert_eq!(parse("discord = 1"), Err(vec![Code::InvalidValue]));
    }

    #[test]
    fn shards_fit_together() {
        let range = |first, last, total| {
            Shards { first: Optional(first), last: Optional(last), total: Optional(total), ..Shards::default() }.range()
        };
        assert_eq!(range(None, None, None), Ok(None));
        assert_eq!(range(None, None, Some(2)), Ok(Some((0..=1, 2))));
        assert_eq!(range(Some(2), Some(3), Some(4)), Ok(Some((2..=3, 4))));
        for (first, last, total) in [
            (Some(0), None, None),
            (Some(0), Some(1), None),
            (Some(1), Some(0), Some(2)),
            (Some(0), Some(2), Some(2)),
            (None, None, Some(0)),
        ] {
            assert!(range(first, last, total).is_err());
        }
    }

    #[test]
    fn a_process_has_the_share_of_its_ordinal() {
        // First, last and total, or words of what is wrong.
        type Expected = Result<(u32, u32, u32), &'static str>;
        let cases: &[(&str, Expected)] = &[
            ("ordinal = 0\nper_process = 2\ntotal = 4", Ok((0, 1, 4))),
            ("ordinal = 1\nper_process = 2\ntotal = 4", Ok((2, 3, 4))),
            ("ordinal = \"factotum-gateway-1\"\nper_process = 2\ntotal = 3", Ok((2, 2, 3))),
            ("ordinal = \"0\"\nper_process = 100000\ntotal = 1", Ok((0, 0, 1))),
            ("ordinal = 2\nper_process = 2\ntotal = 4", Err("beyond ordinal 1")),
            ("ordinal = 4294967295\nper_process = 4294967295\ntotal = 100000", Err("past the last process")),
            ("ordinal = 0\nper_process = 0\ntotal = 4", Err("from 1 to 100000")),
            ("ordinal = 0\nper_process = 2\ntotal = 0", Err("from 1 to 100000")),
            ("ordinal = 0\nper_process = 2\ntotal = 100001", Err("from 1 to 100000")),
            ("ordinal = 0\nper_process = 2", Err("belong together")),
            ("ordinal = 0\ntotal = 2", Err("belong together")),
            ("per_process = 2\ntotal = 2", Err("belong together")),
            ("ordinal = 0\nper_process = 2\ntotal = 4\nfirst = 0", Err("either `first` and `last`, or")),
            ("ordinal = 0\nper_process = 2\ntotal = 4\nlast = 1", Err("either `first` and `last`, or")),
        ];
        for (lines, expected) in cases {
            let range = parse(&format!("[discord.shards]\n{lines}")).expect("each by itself is in range").discord.shards.range();
            match (range, expected) {
                (Ok(Some((range, total))), Ok(expected)) => assert_eq!((*range.start(), *range.end(), total), *expected, "{lines}"),
                (Err(error), Err(words)) => assert!(error.contains(words), "{lines}: {error}"),
                (range, _) => panic!("{lines}: {range:?}"),
            }
        }
    }

    #[test]
    fn shares_are_all_of_the_shards_and_each_once() {
        for (total, per_process) in (1..=40).flat_map(|total| (1..=41).map(move |per_process| (total, per_process))) {
            let share = |ordinal| Shards {
                total: Optional(Some(total)),
                per_process: Optional(Some(per_process)),
                ordinal: Optional(Some(Ordinal(ordinal))),
                ..Shards::default()
            };
            let ranges = (0..).map_while(|ordinal| share(ordinal).range().ok().flatten());
            let all: Vec<u32> = ranges.flat_map(|(range, _)| range).collect();
            assert_eq!(all, (0..total).collect::<Vec<_>>(), "{per_process} of {total}");
        }
    }

    #[test]
    fn an_ordinal_is_a_number_or_ends_a_name() {
        let written = |value: &str| parse(&format!("discord.shards.ordinal = {value}")).map(|c| c.discord.shards.ordinal.0);
        for (value, number) in [("3", 3), ("\"3\"", 3), ("\"factotum-gateway-0\"", 0), ("\"a-1-12\"", 12)] {
            assert_eq!(written(value), Ok(Some(Ordinal(number))), "{value}");
        }
        // A name that a Deployment makes up has no ordinal.
        for value in [
            "-1",
            "1.5",
            "true",
            "\"\"",
            "\"-7\"",
            "\"gateway\"",
            "\"gateway3\"",
            "\"a-b3\"",
            "\"a-3-\"",
            "\"a-+3\"",
            "\"factotum-7d9f8b6c5-x2k4q\"",
            "4294967296",
            "\"a-4294967296\"",
        ] {
            assert_eq!(written(value), Err(vec![Code::InvalidValue]), "{value}");
        }
        let set = |name: &str| (name == "FACTOTUM_DISCORD_SHARDS_ORDINAL").then(|| "factotum-gateway-3".to_owned());
        assert_eq!(environment(&set).map(|c| c.discord.shards.ordinal), Ok(Optional(Some(Ordinal(3)))));
        let set = |name: &str| (name == "FACTOTUM_DISCORD_SHARDS_ORDINAL").then(|| "factotum".to_owned());
        assert!(environment(&set).is_err_and(|error| error.to_string().contains("after a hyphen")));
    }

    #[test]
    fn every_setting_has_its_variable() {
        let set = |name: &str| match name {
            "FACTOTUM_DISCORD_API_PROXY" => Some("http://localhost:1/".to_owned()),
            "FACTOTUM_DISCORD_ALLOW_GUILDS" => Some("1, 2".to_owned()),
            "FACTOTUM_DISCORD_SHARDS_TOTAL" => Some("3".to_owned()),
            _ => None,
        };
        let discord = environment(&set).map(|c| c.discord).expect("values in range");
        assert_eq!(discord.api_proxy.0.as_ref().map(Address::as_str), Some("http://localhost:1"));
        assert_eq!((discord.allow_guilds, discord.shards.total), (Ids(vec![1, 2]), Optional(Some(3))));
        for setting in Resolved::default().settings() {
            let name = format!("{}.{}", setting.section, setting.key).replace('.', "_").to_uppercase();
            assert_eq!(setting.variable, format!("FACTOTUM_{}", name.trim_start_matches('_')));
        }
    }

    #[test]
    fn mistakes_are_told_together() {
        assert_eq!(parse("knowlege = \"x\"\nlog = 3\n"), Err(vec![Code::UnknownKey, Code::InvalidValue]));
        assert_eq!(parse("log = \"factotum=loud\""), Err(vec![Code::InvalidValue]));
        assert_eq!(parse("log = "), Err(vec![Code::Syntax]));
        assert_eq!(parse("knowledge = \"\u{fffd}\""), Err(vec![Code::Syntax]));
    }

    #[test]
    fn paths_start_where_they_are_written() {
        assert_eq!(parse("knowledge = \"pack\"").map(|c| c.knowledge), Ok(Optional(Some("here/pack".into()))));
        assert_eq!(parse("knowledge = \"/pack\"").map(|c| c.knowledge), Ok(Optional(Some("/pack".into()))));
        let with = environment(&|name| (name == "FACTOTUM_KNOWLEDGE").then(|| "pack".to_owned()));
        assert_eq!(with.map(|c| c.knowledge), Ok(Optional(Some("pack".into()))));
    }

    #[test]
    fn the_environment_goes_first_and_is_checked() {
        let set = |value: &'static str| move |name: &str| (name == "FACTOTUM_LOG").then(|| value.to_owned());
        assert_eq!(environment(&set("info")).map(|c| c.log), Ok(Filter("info".to_owned())));
        assert_eq!(environment(&set("")), Ok(Config::default()));
        assert!(environment(&set("factotum=loud")).is_err());
    }

    #[test]
    fn a_value_tells_where_it_comes_from() {
        let written = settled("log = \"info\"\n[discord]\n\nuser_limit = 3\nchannel_limit = 4").expect("no mistake");
        let set = |name: &str| (name == "FACTOTUM_DISCORD_CHANNEL_LIMIT").then(|| "5".to_owned());
        let all = written.with_environment(&set).expect("in range").with_knowledge(Path::new("pack"), "--knowledge").settings();
        let of = |key: &str| all.iter().find(|s| s.key == key).map(|s| (s.value.as_deref(), s.origin.clone()));
        let line = |line| Origin::File { name: "bot.toml".to_owned(), line };
        assert_eq!(of("log"), Some((Some("\"info\""), line(1))));
        assert_eq!(of("user_limit"), Some((Some("3"), line(4))));
        assert_eq!(of("channel_limit"), Some((Some("5"), Origin::Environment)));
        assert_eq!(of("knowledge"), Some((Some("\"pack\""), Origin::Option("--knowledge"))));
        assert_eq!(of("api_proxy"), Some((None, Origin::Default)));
    }

    #[test]
    fn what_is_in_force_can_be_read_again() {
        let all = uncommented(include_str!("../../../bot.toml"));
        let config = parse(&all).expect("no mistake");
        let (mut text, mut section) = (String::new(), "");
        for setting in (Resolved { config: config.clone(), ..Resolved::default() }).settings() {
            if setting.section != section {
                section = setting.section;
                text.push_str(&format!("[{section}]\n"));
            }
            text.push_str(&format!("{} = {}\n", setting.key, setting.value.expect("all are set")));
        }
        let file = SourceFile { name: String::new(), text };
        assert_eq!(Resolved::parse(&file, Path::new("")).map(|s| s.config).map_err(|found| found.len()), Ok(config));
    }

    #[test]
    fn a_token_in_the_file_is_a_mistake_that_does_not_show_it() {
        for text in ["token = \"hush\"", "[discord]\nToken = 1", "discord_token = 'x'", "[discord.shards]\ntoken_file = \"x\""] {
            let found = settled(text).expect_err("a token");
            assert!(found.len() == 1 && found[0].help.contains("DISCORD_TOKEN_FILE"), "{found:?}");
        }
        let token = "MTAwMDAwMDAwMDAwMDAwMDAx.AAAAAA.0123456789012345678901234567";
        let found = settled(&format!("[discord]\nuser_limit = \"{token}\"")).expect_err("no number");
        assert!(!found[0].message.contains("MTAw"), "{}", found[0].message);
        let bad = environment(&|name| (name == "FACTOTUM_LOG_FORMAT").then(|| token.to_owned())).expect_err("no format");
        assert!(!bad.to_string().contains("MTAw"), "{bad}");
    }

    #[test]
    fn misspelt_variables_are_noticed() {
        let names = ["FACTOTUM_DISCORD_USER_LIMITS", "FACTOTUM_LOG", "PATH", "FACTOTUM_HISTORY", "FACTOTUM_POLL_INTERVAL_SECONDS"];
        let found = unknown_variables(names.map(str::to_owned));
        let likest = ["FACTOTUM_DISCORD_USER_LIMIT", "FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS"];
        assert_eq!(found.iter().map(|(_, near)| *near).collect::<Vec<_>>(), likest);
    }

    #[test]
    fn a_public_key_has_64_digits() {
        let key = |text: &str| parse(&format!("interactions.public_key = \"{text}\"")).map(|c| c.interactions.public_key.0);
        assert_eq!(key(&"0aF1".repeat(16)), Ok(Some(PublicKey([[0x0a, 0xf1]; 16].concat().try_into().expect("32 bytes")))));
        for bad in ["", "0a", &"0g".repeat(32), &"0a".repeat(33), &format!("{}0", "0a".repeat(31)), &"é".repeat(32)] {
            assert_eq!(key(bad), Err(vec![Code::InvalidValue]), "{bad}");
        }
    }

    #[test]
    fn listens_where_it_is_told() {
        let listen = |text: &str| parse(&format!("http.listen = \"{text}\"")).map(|c| c.http.listen.0);
        assert_eq!(listen("off"), Ok(None));
        assert_eq!(listen(""), Ok(None));
        assert_eq!(listen("[::1]:0"), Ok(Some("[::1]:0".parse().expect("an address"))));
        assert_eq!(listen("localhost:1"), Err(vec![Code::InvalidValue]));
        assert_eq!(parse("reload.poll_interval_seconds = 0").map(|c| c.reload.poll_interval_seconds.duration()), Ok(None));
    }
}
