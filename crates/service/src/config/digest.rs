//! The weekly digest for those who look after the knowledge base.

use super::section::section;
use super::values::{Id, Optional, Written, quoted};
use serde::Deserialize;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

section! {
    /// The weekly digest in one channel: `[discord.digest]`.
    pub struct Digest {
        /// The channel. Without it, none is sent.
        channel: Optional<Id> = Optional(None),
        /// The day of the week on which it is sent, in UTC.
        weekday: Weekday = Weekday(0),
        /// The hour of that day, from 0 to 23, in UTC.
        // Curators in Europe find it in the morning, those in America when they begin.
        hour: Hour = Hour(8),
    }
}

/// A day of the week, from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Weekday(u64);

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl FromStr for Weekday {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = (0..).zip(WEEKDAYS).find_map(|(number, name)| name.eq_ignore_ascii_case(text.trim()).then_some(number));
        number.map(Weekday).ok_or_else(|| format!("one of {}", WEEKDAYS.join(", ")))
    }
}

impl TryFrom<String> for Weekday {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Written for Weekday {
    fn written(&self) -> Option<String> {
        WEEKDAYS.into_iter().nth(usize::try_from(self.0).ok()?).map(quoted)
    }
}

/// An hour of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct Hour(u64);

impl TryFrom<u64> for Hour {
    type Error = &'static str;

    fn try_from(hour: u64) -> Result<Self, Self::Error> {
        if hour < 24 { Ok(Hour(hour)) } else { Err("an hour from 0 to 23") }
    }
}

impl FromStr for Hour {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse::<u64>().map_err(|_| "an hour from 0 to 23").and_then(Hour::try_from)
    }
}

impl Written for Hour {
    fn written(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

const HOUR: u64 = 3_600;
const WEEK: u64 = 7 * 24 * HOUR;
/// 1 January 1970 was a Thursday, so this many days before it there was a Monday.
const SINCE_MONDAY: u64 = 3;

impl Digest {
    /// The last time at or before `now` at which it was due.
    pub fn last_due(&self, now: SystemTime) -> SystemTime {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let in_week = (self.weekday.0 * 24 + self.hour.0) * HOUR;
        let since_monday = now + SINCE_MONDAY * 24 * HOUR;
        let ago = (since_monday + WEEK - in_week) % WEEK;
        SystemTime::UNIX_EPOCH + Duration::from_secs(now.saturating_sub(ago))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_it_was_due() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let digest = |weekday: &str, hour: u64| Digest { weekday: weekday.parse().expect("a day"), hour: Hour(hour), ..Digest::default() };
        // Tuesday, 1 December 2026.
        let midnight = 1_796_083_200;
        for (weekday, hour, now, due) in [
            ("tuesday", 0, midnight, midnight),
            ("tuesday", 9, midnight + 9 * HOUR, midnight + 9 * HOUR),
            ("Tuesday", 9, midnight + 9 * HOUR - 1, midnight + 9 * HOUR - WEEK),
            ("monday", 8, midnight + 5 * HOUR, midnight - 16 * HOUR),
            ("wednesday", 23, midnight, midnight + 47 * HOUR - WEEK),
            ("sunday", 12, midnight + 12 * HOUR, midnight - 36 * HOUR),
        ] {
            assert_eq!(digest(weekday, hour).last_due(at(now)), at(due), "{weekday} {hour}");
        }
    }
}
