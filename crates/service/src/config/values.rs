//! The kinds of values that settings have. Each can be read from TOML and from an environment variable, and is written as TOML.

use factotum_core::diagnostic::Diagnostic;
use factotum_core::{document, hash, render};
use factotum_wording::Language;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// The value of a setting.
pub(super) trait Value {
    /// Reads it from a settings file; a mistake in it is reported.
    fn read_toml(&mut self, what: &str, written: Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) -> bool;
    /// Reads it from an environment variable.
    fn read_text(&mut self, text: &str) -> Result<(), String>;
    /// The value in TOML; `None` if there is none.
    fn to_toml(&self) -> Option<String>;
}

impl<T: DeserializeOwned + FromStr<Err: Display> + Written> Value for T {
    fn read_toml(&mut self, what: &str, written: Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) -> bool {
        document::value(0, what, written, found).map(|value| *self = value).is_some()
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        text.parse().map(|value| *self = value).map_err(|error: T::Err| error.to_string())
    }

    fn to_toml(&self) -> Option<String> {
        self.written()
    }
}

/// A value that can be written as TOML.
pub(super) trait Written {
    /// The value in TOML; `None` if there is none.
    fn written(&self) -> Option<String>;
}

impl Written for bool {
    fn written(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Written for u32 {
    fn written(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Written for PathBuf {
    fn written(&self) -> Option<String> {
        Some(quoted(&self.display().to_string()))
    }
}

impl Written for Language {
    fn written(&self) -> Option<String> {
        Some(quoted(self.code()))
    }
}

/// A string in TOML, with control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(render::escape_control(text)).to_string()
}

/// These are strings in TOML, and are read from them as from an environment variable.
macro_rules! from_text {
    ($($setting:ty),+) => {
        $(impl TryFrom<String> for $setting {
            type Error = <$setting as FromStr>::Err;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        })+
    };
}

from_text!(Address, PublicKey, Listen, Filter, LogFormat);

/// A setting that may have no value.
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

impl<T: Written> Written for Optional<T> {
    fn written(&self) -> Option<String> {
        self.0.as_ref().and_then(Written::written)
    }
}

/// A number from 1 to a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Limit(pub(super) u64);

impl Written for Limit {
    fn written(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

impl Limit {
    /// The largest.
    pub const MAX: Limit = Limit(1_000_000);

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// That many seconds.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl TryFrom<u64> for Limit {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        let range = 1..=Self::MAX.0;
        if range.contains(&number) { Ok(Limit(number)) } else { Err(format!("a whole number from 1 to {}", Self::MAX.0)) }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse::<u64>().map_err(|error| error.to_string()).and_then(Limit::try_from)
    }
}

/// Which of several processes this is, from 0: a number, or a name that ends in a hyphen and a number, as the pods of a StatefulSet have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Ordinal(pub u32);

impl Ordinal {
    const SHAPE: &str = "a number from 0, or a name that ends in a hyphen and a number, such as factotum-gateway-3";
}

impl FromStr for Ordinal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = match text.rsplit_once('-') {
            None => text,
            Some((name, digits)) if !name.is_empty() => digits,
            Some(_) => "",
        };
        // `parse` would accept a sign.
        let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
        number.map(Ordinal).ok_or(Self::SHAPE)
    }
}

impl TryFrom<toml::Value> for Ordinal {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::String(name) => name.parse(),
            toml::Value::Integer(number) => u32::try_from(number).map(Ordinal).map_err(|_| Self::SHAPE),
            _ => Err(Self::SHAPE),
        }
    }
}

impl Written for Ordinal {
    fn written(&self) -> Option<String> {
        self.0.written()
    }
}

/// A number of seconds from 0 to a million; 0 means never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Interval(pub(super) u64);

impl Interval {
    /// The time; `None` if it is never.
    pub fn duration(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_secs(self.0))
    }
}

impl TryFrom<u64> for Interval {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        let most = Limit::MAX.0;
        if number <= most { Ok(Interval(number)) } else { Err(format!("a whole number from 0 to {most}")) }
    }
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse::<u64>().map_err(|error| error.to_string()).and_then(Interval::try_from)
    }
}

impl Written for Interval {
    fn written(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// Ids of guilds or channels, as numbers or in quotation marks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Ids(pub(super) Vec<u64>);

impl Written for Ids {
    fn written(&self) -> Option<String> {
        Some(format!("[{}]", self.0.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")))
    }
}

impl Ids {
    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids in their order.
    pub fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// Whether the list has this id.
    pub fn contains(&self, id: u64) -> bool {
        self.0.contains(&id)
    }

    /// Whether the list has any of these ids.
    pub fn contains_any(&self, ids: &[u64]) -> bool {
        ids.iter().any(|id| self.contains(*id))
    }
}

impl Ids {
    const SHAPE: &str = "ids of 17 to 20 digits (Discord, Settings, Advanced, Developer Mode, then Copy ID), such as 1000000000000000001";
}

impl FromStr for Ids {
    type Err = &'static str;

    /// Ids are separated by commas; brackets and quotation marks around them may be left from a list in TOML.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = |id: &str| id.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ']')).to_owned();
        let ids = text.split(',').map(bare).filter(|id| !id.is_empty());
        ids.map(|id| id.parse().map_err(|_| Self::SHAPE)).collect::<Result<_, _>>().map(Ids)
    }
}

impl TryFrom<toml::Value> for Ids {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        let listed = match value {
            toml::Value::Array(values) => values,
            // One id needs no brackets.
            value @ (toml::Value::String(_) | toml::Value::Integer(_)) => vec![value],
            _ => return Err(Self::SHAPE),
        };
        let mut ids = Vec::with_capacity(listed.len());
        for value in listed {
            match value {
                toml::Value::Integer(id) => ids.push(u64::try_from(id).map_err(|_| Self::SHAPE)?),
                toml::Value::String(text) => ids.extend(text.parse::<Ids>()?.0),
                _ => return Err(Self::SHAPE),
            }
        }
        Ok(Ids(ids))
    }
}

/// The id of one guild, channel or role, as a number or in quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Id(pub u64);

impl Id {
    const SHAPE: &str =
        "one id of 17 to 20 digits (Discord, Settings, Advanced, Developer Mode, then Copy ID), such as 1000000000000000001";

    fn only(ids: Result<Ids, &'static str>) -> Result<Id, &'static str> {
        match ids.as_ref().map(|ids| ids.0.as_slice()) {
            // Discord has no id 0, and libraries stumble over it.
            Ok([id]) if *id > 0 => Ok(Id(*id)),
            _ => Err(Self::SHAPE),
        }
    }
}

impl FromStr for Id {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::only(text.parse())
    }
}

impl TryFrom<toml::Value> for Id {
    type Error = &'static str;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        Self::only(Ids::try_from(value))
    }
}

impl Written for Id {
    fn written(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// The address of a server: `http://` or `https://`, a host and perhaps a port, but no path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

impl Address {
    /// The address without a slash at the end.
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

impl Written for Address {
    fn written(&self) -> Option<String> {
        Some(quoted(&self.0))
    }
}

/// The key with which Discord signs what it posts, as the Developer Portal shows it: 64 hexadecimal digits. It is not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicKey(pub [u8; 32]);

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let place = "Developer Portal, General Information, Public Key";
        let key = from_hex(text.trim().as_bytes()).map(PublicKey).ok_or_else(|| format!("64 hexadecimal digits ({place})"))?;
        if key.is_weak() { Err(format!("a real key: for this one anybody can sign ({place})")) } else { Ok(key) }
    }
}

impl PublicKey {
    /// Whether signatures for this key can be made without a private key: it stands for a point of small order.
    fn is_weak(&self) -> bool {
        let mut key = self.0;
        // The top bit is the sign of the other coordinate.
        key[31] &= 0x7f;
        SMALL_ORDER.contains(&key)
    }
}

/// The points of edwards25519 whose order divides eight, in all encodings, without their sign: y is 0, 1, -1 or one of the two coordinates of the
/// points of order eight, or 0 or 1 with the field's prime added (Cremers and Jackson, "Prime, Order Please!", 2019; libsodium has the same
/// list). ring accepts them, as RFC 8032 does.
const SMALL_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    with(0, 0x01, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
        0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
        0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    with(0xff, 0xec, 0x7f),
    with(0xff, 0xed, 0x7f),
    with(0xff, 0xee, 0x7f),
];

/// 32 times the same byte, but for the first and the last.
const fn with(byte: u8, first: u8, last: u8) -> [u8; 32] {
    let mut bytes = [byte; 32];
    (bytes[0], bytes[31]) = (first, last);
    bytes
}

impl Written for PublicKey {
    fn written(&self) -> Option<String> {
        Some(quoted(&hash::hex(&self.0)))
    }
}

/// Reads exactly `N` bytes written as hexadecimal digits.
pub fn from_hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = digits.as_chunks::<2>();
    let mut bytes = [0; N];
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// An address and port of this machine to listen on, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen(pub Option<SocketAddr>);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "" | "off" => Ok(Listen(None)),
            address => {
                address.parse().map(|a| Listen(Some(a))).map_err(|_| "\"off\", or an address with a port such as 127.0.0.1:9464".to_owned())
            }
        }
    }
}

impl Written for Listen {
    fn written(&self) -> Option<String> {
        Some(quoted(&self.0.map_or_else(|| "off".to_owned(), |address| address.to_string())))
    }
}

/// A log filter that is known to be valid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Filter(pub(super) String);

impl Filter {
    /// The filter as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The levels of the log.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl FromStr for Filter {
    type Err = String;

    /// Levels by module, separated by commas. A word that is no level would otherwise be taken for the name of a module that has nothing to log.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        for directive in text.split(',').map(str::trim) {
            let (module, level) = directive.rsplit_once('=').map_or((None, directive), |(module, level)| (Some(module), level));
            let ours = module.is_none() && level.starts_with("factotum");
            if !ours && (level.is_empty() || level.parse::<LevelFilter>().is_err()) {
                let bare = level.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                let meant = LEVELS.into_iter().find(|level| *level == bare).or_else(|| document::nearest(&bare, LEVELS.into_iter()));
                let meant = meant.map(|level| format!("; did you mean {level}?")).unwrap_or_default();
                return Err(format!("one of {}, or levels by module such as warn,factotum::discord=debug{meant}", LEVELS.join(", ")));
            }
        }
        Targets::from_str(text).map(|_| Filter(text.to_owned())).map_err(|error| error.to_string())
    }
}

impl Written for Filter {
    fn written(&self) -> Option<String> {
        Some(quoted(&self.0))
    }
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object per line, with a timestamp.
    Json,
}

impl LogFormat {
    fn as_str(self) -> &'static str {
        match self {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        }
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [LogFormat::Text, LogFormat::Json];
        all.into_iter().find(|format| format.as_str() == text).ok_or_else(|| "\"text\" or \"json\"".to_owned())
    }
}

impl Written for LogFormat {
    fn written(&self) -> Option<String> {
        Some(quoted(self.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_level_that_is_none_is_an_error_with_the_list() {
        for good in ["warn", "INFO", "off", "factotum=debug", "warn,factotum::discord=debug", "factotum", "warn, factotum::cli", "3"] {
            assert!(good.parse::<Filter>().is_ok(), "{good}");
        }
        for (bad, meant) in [
            ("warning", Some("warn")),
            ("err", Some("error")),
            ("\"info\"", Some("info")),
            ("verbose", None),
            ("", None),
            ("warn,", None),
            ("factotum=loud", None),
            ("factotum=debugg", Some("debug")),
        ] {
            let problem = bad.parse::<Filter>().expect_err(bad);
            assert!(problem.contains("off, error, warn, info, debug, trace"), "{problem}");
            assert_eq!(problem.split("did you mean ").nth(1).map(|meant| meant.trim_end_matches('?')), meant, "{bad}");
        }
    }

    #[test]
    fn ids_may_be_in_quotation_marks() {
        let expected = Ids(vec![1, 1_000_000_000_000_000_001]);
        for text in ["1,1000000000000000001", " \"1\", '1000000000000000001' ", "[1, \"1000000000000000001\"]"] {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
        }
        for value in [json!([1, 1_000_000_000_000_000_001_u64]), json!(["1", "1000000000000000001"]), json!("1,1000000000000000001")] {
            let value = toml::Value::try_from(value).expect("it has no null");
            assert_eq!(Ids::try_from(value.clone()), Ok(expected.clone()), "{value}");
        }
        for bad in ["general", "-1", "1 2", "<#1>"] {
            assert_eq!(bad.parse::<Ids>(), Err(Ids::SHAPE), "{bad}");
        }
    }

    #[test]
    fn one_id_is_one() {
        assert_eq!("1000000000000000001".parse(), Ok(Id(1_000_000_000_000_000_001)));
        for value in [json!(5), json!("5"), json!(["5"])] {
            assert_eq!(Id::try_from(toml::Value::try_from(value).expect("it has no null")), Ok(Id(5)));
        }
        for bad in ["", "0", "1,2", "general", "-1"] {
            assert_eq!(bad.parse::<Id>(), Err(Id::SHAPE), "{bad}");
        }
    }

    #[test]
    fn keys_that_anybody_can_sign_for_are_refused() {
        for key in SMALL_ORDER {
            let negative = {
                let mut key = key;
                key[31] |= 0x80;
                key
            };
            for key in [key, negative].map(|key| hash::hex(&key)) {
                assert!(key.parse::<PublicKey>().is_err_and(|problem| problem.contains("anybody can sign")), "{key}");
            }
        }
        assert!("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".parse::<PublicKey>().is_ok());
    }
}
