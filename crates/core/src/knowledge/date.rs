//! Dates in words, and the day on which they are read.

use std::time::SystemTime;

/// The months by name.
pub const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A date in words: `2022-02-27` is "27 February 2022", `2022-04` "April 2022".
pub fn date_in_words(date: &str) -> String {
    let mut parts = date.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|m| m.parse::<usize>().ok()).and_then(|m| MONTHS.get(m.wrapping_sub(1)));
    let day = parts.next().and_then(|d| d.parse::<u32>().ok());
    match (month, day) {
        (Some(month), Some(day)) => format!("{day} {month} {year}"),
        (Some(month), None) => format!("{month} {year}"),
        _ => year.to_owned(),
    }
}

/// The day on which something is shown, as `2026-12-01`. The core has no clock: front ends pass the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Today(String);

impl Today {
    /// The day of a time, in UTC; 1970-01-01 for a clock before that.
    pub fn of(time: SystemTime) -> Today {
        let days = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()) / 86_400;
        // Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, and 400 of them have 146,097 days.
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        Today(format!("{:04}-{month:02}-{day:02}", era * 400 + year))
    }

    /// The day as it is written: `2026-12-01`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a date is over; of `2026-12` and `2026`, the whole month or year.
    pub fn is_after(&self, date: &str) -> bool {
        self.0.get(..date.len()).is_some_and(|as_precise| as_precise > date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn days_of_the_calendar() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_796_083_200, "2026-12-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Today::of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).as_str(), day);
        }
        assert_eq!(Today::of(SystemTime::UNIX_EPOCH - Duration::from_secs(1)).as_str(), "1970-01-01");
    }

    #[test]
    fn a_date_is_over_when_all_of_it_is() {
        let today = Today::of(SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_083_200));
        for (date, over) in [
            ("2026-11-30", true),
            ("2026-12-01", false),
            ("2026-11", true),
            ("2026-12", false),
            ("2025", true),
            ("2026", false),
            ("", false),
        ] {
            assert_eq!(today.is_after(date), over, "{date}");
        }
    }
}
