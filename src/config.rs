//! Settings: `bot.toml` and the environment as written, `Config` as meant.
//!
//! The setting `x` of the section `[s]` has the environment variable `FACTOTUM_S_X`, which goes before the file. Secrets are no settings:
//! the token of a bot comes from the environment alone, so that no file with it can be shown around.

use crate::diagnostic::{Diagnostic, SourceFile};
use crate::document;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;

/// What may stand in `bot.toml`, outside of sections and as their names.
const KEYS: &[&str] = &["knowledge", "cache_dir", "log", "discord"];

/// Every setting, with its default where nobody said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Folder of the knowledge pack; the built-in one if there is none.
    pub knowledge: Option<PathBuf>,
    /// Folder where what was learned from packs is kept; without it a pack is learned at every start.
    pub cache_dir: Option<PathBuf>,
    /// What is logged: a filter such as `warn` or `factotum=debug`.
    pub log: Filter,
    /// The bot on Discord.
    pub discord: Discord,
}

impl Default for Config {
    fn default() -> Self {
        Self { knowledge: None, cache_dir: None, log: Filter("warn".to_owned()), discord: Discord::default() }
    }
}

/// A section's settings: for each its key, and the environment variable that goes before it.
macro_rules! section {
    ($section:ty, $keys:ident, $([$subsection:ident])? $($key:ident = $variable:literal,)+) => {
        const $keys: &[&str] = &[$(stringify!($key),)+ $(stringify!($subsection),)?];

        impl $section {
            /// Reads one setting of the section.
            fn set(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) {
                let what = format!("`{}`", key.get_ref());
                match key.get_ref().as_ref() {
                    $(stringify!($key) => {
                        if let Some(value) = document::value(0, &what, value, found) {
                            self.$key = value;
                        }
                    })+
                    $(stringify!($subsection) => section(value, &what, found, |key, value, found| self.$subsection.set(key, value, found)),)?
                    _ => document::unknown_key(0, key, $keys, found),
                }
            }

            fn set_from_environment(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), BadVariable> {
                $(if let Some(value) = from_environment($variable, variable)? {
                    self.$key = value;
                })+
                $(self.$subsection.set_from_environment(variable)?;)?
                Ok(())
            }
        }
    };
}

section! { Discord, DISCORD_KEYS, [shards]
    api_proxy = "FACTOTUM_DISCORD_API_PROXY",
    register_commands = "FACTOTUM_DISCORD_REGISTER_COMMANDS",
    allow_servers = "FACTOTUM_DISCORD_ALLOW_SERVERS",
    deny_servers = "FACTOTUM_DISCORD_DENY_SERVERS",
    allow_channels = "FACTOTUM_DISCORD_ALLOW_CHANNELS",
    deny_channels = "FACTOTUM_DISCORD_DENY_CHANNELS",
    direct_messages = "FACTOTUM_DISCORD_DIRECT_MESSAGES",
    person_limit = "FACTOTUM_DISCORD_PERSON_LIMIT",
    channel_limit = "FACTOTUM_DISCORD_CHANNEL_LIMIT",
    limit_seconds = "FACTOTUM_DISCORD_LIMIT_SECONDS",
    identify_limit = "FACTOTUM_DISCORD_IDENTIFY_LIMIT",
    identify_seconds = "FACTOTUM_DISCORD_IDENTIFY_SECONDS",
    fresh_seconds = "FACTOTUM_DISCORD_FRESH_SECONDS",
    give_up_seconds = "FACTOTUM_DISCORD_GIVE_UP_SECONDS",
}

section! { Shards, SHARDS_KEYS,
    first = "FACTOTUM_DISCORD_SHARDS_FIRST",
    last = "FACTOTUM_DISCORD_SHARDS_LAST",
    total = "FACTOTUM_DISCORD_SHARDS_TOTAL",
}

/// The bot on Discord: `[discord]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discord {
    /// Address of a REST proxy that keeps Discord's rate limits for several processes; without one this process keeps them itself.
    pub api_proxy: Optional<Address>,
    /// Whether commands are registered at the start, where they differ from what Discord has.
    pub register_commands: bool,
    /// Servers to answer on; all if empty.
    pub allow_servers: Ids,
    /// Servers not to answer on.
    pub deny_servers: Ids,
    /// Channels of servers to answer in; all if empty. A thread is a channel of its own.
    pub allow_channels: Ids,
    /// Channels of servers not to answer in.
    pub deny_channels: Ids,
    /// Whether direct messages are answered.
    pub direct_messages: bool,
    /// Most questions of a person in a window.
    pub person_limit: Count,
    /// Most questions in a channel in a window.
    pub channel_limit: Count,
    /// Length of that window.
    pub limit_seconds: Count,
    /// Most sessions that each shard may begin in a window of `identify_seconds`; with more the bot stops.
    pub identify_limit: Count,
    /// Length of that window.
    pub identify_seconds: Count,
    /// For how long a heartbeat that Discord has acknowledged counts as a sign of life.
    pub fresh_seconds: Count,
    /// For how long the bot may be without a connection before it stops, for whoever supervises it to start it anew.
    pub give_up_seconds: Count,
    /// Which share of the work is this process's.
    pub shards: Shards,
}

impl Default for Discord {
    fn default() -> Self {
        Discord {
            api_proxy: Optional::default(),
            register_commands: true,
            allow_servers: Ids::default(),
            deny_servers: Ids::default(),
            allow_channels: Ids::default(),
            deny_channels: Ids::default(),
            direct_messages: true,
            // A question every six seconds is more than anybody reads answers to.
            person_limit: Count(10),
            // Six people at that pace.
            channel_limit: Count(60),
            limit_seconds: Count(60),
            // serenity begins a session every five seconds when each fails, so this is noticed within two minutes, at 20 of the 1,000
            // sessions of a day. A gateway that is restarted costs one or two.
            identify_limit: Count(20),
            identify_seconds: Count(600),
            // Discord asks for a heartbeat every 41.25 s; two may go by.
            fresh_seconds: Count(90),
            give_up_seconds: Count(300),
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
}

/// Most shards: more than any bot has.
const MAX_SHARDS: u32 = 100_000;

impl Shards {
    /// The shards of this process and how many there are in all, if they are given.
    ///
    /// # Errors
    /// What is wrong, if they do not fit together.
    pub fn range(&self) -> Result<Option<(RangeInclusive<u32>, u32)>, String> {
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
}

/// A setting that need not be there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Optional<T>(pub Option<T>);

impl<T> Default for Optional<T> {
    fn default() -> Self {
        Optional(None)
    }
}

impl<T: FromStr> FromStr for Optional<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(|value| Optional(Some(value)))
    }
}

/// A number from 1 to a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Count(u64);

impl Count {
    /// The greatest.
    pub const MAX: Count = Count(1_000_000);

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// So many seconds.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl TryFrom<u64> for Count {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        let range = 1..=Self::MAX.0;
        if range.contains(&number) { Ok(Count(number)) } else { Err(format!("a whole number from 1 to {}", Self::MAX.0)) }
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse::<u64>().map_err(|error| error.to_string()).and_then(Count::try_from)
    }
}

/// Ids of Discord's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Ids(Vec<u64>);

impl Ids {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is among them.
    pub fn contains(&self, id: u64) -> bool {
        self.0.contains(&id)
    }
}

impl FromStr for Ids {
    type Err = std::num::ParseIntError;

    /// Commas stand between ids.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Ids)
    }
}

/// The address of a server: `http://` or `https://`, a host, perhaps a port, and nothing behind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

impl Address {
    /// As it is written, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.strip_suffix('/').unwrap_or(text);
        let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://")).unwrap_or_default();
        let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
        if plain && !host.is_empty() { Ok(Address(address.to_owned())) } else { Err("an address such as http://127.0.0.1:3900".to_owned()) }
    }
}

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Reads a section, setting by setting.
fn section(
    value: Spanned<DeValue<'_>>,
    what: &str,
    found: &mut Vec<Diagnostic>,
    mut set: impl FnMut(&Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>, &mut Vec<Diagnostic>),
) {
    if !matches!(value.get_ref(), DeValue::Table(_)) {
        // Whatever it is, it cannot be read as a table, and that is reported.
        let _ = document::value::<BTreeMap<String, serde::de::IgnoredAny>>(0, what, value, found);
    } else if let DeValue::Table(table) = value.into_inner() {
        table.into_iter().for_each(|(key, value)| set(&key, value, found));
    }
}

/// A log filter that has been read once, so that it can be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The filter as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Filter {
    type Err = tracing_subscriber::filter::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        tracing_subscriber::EnvFilter::try_new(text).map(|_| Filter(text.to_owned()))
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

impl Config {
    /// Reads `bot.toml`; relative paths in it start at `folder`, where it lies.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn parse(file: &SourceFile, folder: &Path) -> Result<Config, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut config = Config::default();
        for (key, value) in document::root(0, &file.text, &mut found) {
            let what = format!("`{}`", key.get_ref());
            match key.get_ref().as_ref() {
                "knowledge" => config.knowledge = document::value::<PathBuf>(0, &what, value, &mut found).map(|path| folder.join(path)),
                "cache_dir" => config.cache_dir = document::value::<PathBuf>(0, &what, value, &mut found).map(|path| folder.join(path)),
                "log" => {
                    let read = document::value::<Spanned<String>>(0, &what, value, &mut found);
                    config.log = read.and_then(|text| parsed(&text, &mut found)).unwrap_or(config.log);
                }
                "discord" => section(value, &what, &mut found, |key, value, found| config.discord.set(key, value, found)),
                _ => document::unknown_key(0, &key, KEYS, &mut found),
            }
        }
        found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
        if found.is_empty() { Ok(config) } else { Err(found) }
    }

    /// Puts the environment's settings in place of the file's; an empty variable counts as unset.
    ///
    /// # Errors
    /// [`BadVariable`] for the first value that cannot be read.
    pub fn with_environment(mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Config, BadVariable> {
        let Config { knowledge, cache_dir, log, discord } = &mut self;
        if let Some(path) = from_environment::<PathBuf>("FACTOTUM_KNOWLEDGE", variable)? {
            *knowledge = Some(path);
        }
        if let Some(path) = from_environment::<PathBuf>("FACTOTUM_CACHE_DIR", variable)? {
            *cache_dir = Some(path);
        }
        if let Some(filter) = from_environment("FACTOTUM_LOG", variable)? {
            *log = filter;
        }
        discord.set_from_environment(variable)?;
        Ok(self)
    }
}

/// A setting written as text, or a report of what is wrong with it.
fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &Spanned<String>, found: &mut Vec<Diagnostic>) -> Option<T> {
    use crate::diagnostic::{Code, Place};
    text.get_ref()
        .parse()
        .map_err(|error: T::Err| {
            let place = Place::new(0, text.span());
            found.push(Diagnostic::new(
                Code::InvalidValue,
                place,
                error.to_string(),
                "bot.toml in the repository shows every setting with its default",
            ));
        })
        .ok()
}

/// A setting out of the environment, if it is set.
fn from_environment<T: FromStr<Err: std::fmt::Display>>(
    name: &'static str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<T>, BadVariable> {
    let Some(value) = variable(name).filter(|v| !v.is_empty()) else { return Ok(None) };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(error) => Err(BadVariable { name, value: crate::render::visible(&value), problem: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn parse(text: &str) -> Result<Config, Vec<Code>> {
        let file = SourceFile { name: "bot.toml".to_owned(), text: text.to_owned() };
        Config::parse(&file, Path::new("here")).map_err(|found| found.iter().map(|d| d.code).collect())
    }

    /// The settings of `bot.toml` that are commented out are read as well.
    fn uncommented(text: &str) -> String {
        text.lines().map(|l| l.strip_prefix("#").filter(|rest| !rest.starts_with(' ')).unwrap_or(l)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn our_own_file_states_the_defaults() {
        let ours = include_str!("../bot.toml");
        assert_eq!(parse(ours), Ok(Config::default()));
        let all = uncommented(ours);
        for key in
            KEYS.iter().filter(|key| **key != "discord").chain(DISCORD_KEYS.iter().filter(|key| **key != "shards")).chain(SHARDS_KEYS)
        {
            assert!(all.lines().any(|l| l.starts_with(&format!("{key} = "))), "bot.toml does not mention {key}");
        }
        let discord = Discord {
            api_proxy: "http://127.0.0.1:3900".parse().expect("an address"),
            shards: Shards { first: Optional(Some(0)), last: Optional(Some(3)), total: Optional(Some(8)) },
            ..Discord::default()
        };
        assert_eq!(
            parse(&all),
            Ok(Config { knowledge: Some("here/knowledge".into()), cache_dir: Some("here/cache".into()), discord, ..Config::default() })
        );
    }

    #[test]
    fn sections_are_checked_key_by_key() {
        let discord = |text: &str| parse(&format!("[discord]\n{text}"));
        assert_eq!(discord("allow_servers = [1, 2]").map(|c| c.discord.allow_servers), Ok(Ids(vec![1, 2])));
        assert_eq!(
            discord("person_limit = 0\nperson_limits = 1\napi_proxy = \"ftp://x\""),
            Err(vec![Code::InvalidValue, Code::UnknownKey, Code::InvalidValue])
        );
        assert_eq!(discord("[discord.shards]\nfirst = -1\nlats = 1"), Err(vec![Code::InvalidValue, Code::UnknownKey]));
        assert_eq!(parse("discord = 1"), Err(vec![Code::InvalidValue]));
    }

    #[test]
    fn shards_fit_together() {
        let range = |first, last, total| Shards { first: Optional(first), last: Optional(last), total: Optional(total) }.range();
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
    fn every_setting_has_its_variable() {
        let set = |name: &str| match name {
            "FACTOTUM_DISCORD_API_PROXY" => Some("http://localhost:1/".to_owned()),
            "FACTOTUM_DISCORD_ALLOW_SERVERS" => Some("1, 2".to_owned()),
            "FACTOTUM_DISCORD_SHARDS_TOTAL" => Some("3".to_owned()),
            _ => None,
        };
        let discord = Config::default().with_environment(&set).map(|c| c.discord).expect("values in range");
        assert_eq!(discord.api_proxy.0.as_ref().map(Address::as_str), Some("http://localhost:1"));
        assert_eq!((discord.allow_servers, discord.shards.total), (Ids(vec![1, 2]), Optional(Some(3))));
        let variables = include_str!("config.rs");
        for (prefix, keys) in [("FACTOTUM_DISCORD_", DISCORD_KEYS), ("FACTOTUM_DISCORD_SHARDS_", SHARDS_KEYS)] {
            for key in keys.iter().filter(|key| **key != "shards") {
                assert!(variables.contains(&format!("{key} = \"{prefix}{}\",", key.to_uppercase())), "{key}");
            }
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
        assert_eq!(parse("knowledge = \"pack\"").map(|c| c.knowledge), Ok(Some("here/pack".into())));
        assert_eq!(parse("knowledge = \"/pack\"").map(|c| c.knowledge), Ok(Some("/pack".into())));
        let with = Config::default().with_environment(&|name| (name == "FACTOTUM_KNOWLEDGE").then(|| "pack".to_owned()));
        assert_eq!(with.map(|c| c.knowledge), Ok(Some("pack".into())));
    }

    #[test]
    fn the_environment_goes_first_and_is_checked() {
        let set = |value: &'static str| move |name: &str| (name == "FACTOTUM_LOG").then(|| value.to_owned());
        assert_eq!(Config::default().with_environment(&set("info")).map(|c| c.log), Ok(Filter("info".to_owned())));
        assert_eq!(Config::default().with_environment(&set("")), Ok(Config::default()));
        assert!(Config::default().with_environment(&set("factotum=loud")).is_err());
    }
}
