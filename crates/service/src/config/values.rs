//! The kinds of values that settings have. Each can be read from TOML and from an environment variable, and is written as TOML.

use factotum_core::diagnostic::Diagnostic;
use factotum_core::{document, hash, render};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::DeValue;
use tracing_subscriber::filter::{ParseError, Targets};

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

/// A string in TOML, with control characters escaped.
fn quoted(text: &str) -> String {
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

/// Ids of guilds or channels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
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

    /// Whether the list has this id.
    pub fn contains(&self, id: u64) -> bool {
        self.0.contains(&id)
    }
}

impl FromStr for Ids {
    type Err = std::num::ParseIntError;

    /// Ids are separated by commas.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Ids)
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
        from_hex(text.trim().as_bytes())
            .map(PublicKey)
            .ok_or_else(|| "64 hexadecimal digits (Developer Portal, General Information, Public Key)".to_owned())
    }
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

impl FromStr for Filter {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Targets::from_str(text).map(|_| Filter(text.to_owned()))
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
