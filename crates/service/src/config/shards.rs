//! Which shards this process runs.

use super::section::section;
use super::values::{Optional, Ordinal};
use std::ops::RangeInclusive;

section! {
    /// Several processes share the shards: `[discord.shards]`. Without it, this process runs all of them, as many as Discord recommends.
    pub struct Shards {
        /// First shard of this process, from 0.
        first: Optional<u32> = Optional(None),
        /// Its last shard.
        last: Optional<u32> = Optional(None),
        /// Number of shards of all processes together.
        total: Optional<u32> = Optional(None),
        /// Number of shards of each process, instead of `first` and `last`.
        per_process: Optional<u32> = Optional(None),
        /// Which of the processes this is, from 0.
        ordinal: Optional<Ordinal> = Optional(None),
    }
}

const MAX_SHARDS: u32 = Shards::MAX;

impl Shards {
    /// The largest number of shards of all processes: more than any bot has.
    pub const MAX: u32 = 100_000;

    /// The shards of this process and their number in all processes, if they are set.
    ///
    /// # Errors
    /// What is wrong if the settings contradict each other.
    pub fn range(&self) -> Result<Option<(RangeInclusive<u32>, u32)>, String> {
        if self.per_process.0.is_some() || self.ordinal.0.is_some() {
            return self.share().map(Some);
        }
        let (first, last, total) = match (self.first.0, self.last.0, self.total.0) {
            (None, None, None) => return Ok(None),
            (None, None, Some(total)) => (0, total.saturating_sub(1), total),
            (Some(first), Some(last), Some(total)) => (first, last, total),
            _ => return Err("set `first`, `last` and `total` of [discord.shards] together".to_owned()),
        };
        if total == 0 || total > MAX_SHARDS || first > last || last >= total {
            return Err(format!(
                "[discord.shards] has first = {first}, last = {last}, total = {total}; it must be first <= last < total <= {MAX_SHARDS}"
            ));
        }
        Ok(Some((first..=last, total)))
    }

    /// The shards of the process with this ordinal. All processes have the same settings but for the ordinal.
    fn share(&self) -> Result<(RangeInclusive<u32>, u32), String> {
        if self.first.0.is_some() || self.last.0.is_some() {
            return Err("set either `first` and `last` of [discord.shards], or `per_process` and `ordinal`".to_owned());
        }
        let (Some(Ordinal(ordinal)), Some(per_process), Some(total)) = (self.ordinal.0, self.per_process.0, self.total.0) else {
            return Err("set `ordinal`, `per_process` and `total` of [discord.shards] together".to_owned());
        };
        if total == 0 || total > MAX_SHARDS || per_process == 0 {
            return Err(format!("[discord.shards] has per_process = {per_process}, total = {total}; both must be from 1 to {MAX_SHARDS}"));
        }
        let processes = total.div_ceil(per_process);
        if ordinal >= processes {
            return Err(format!(
                "[discord.shards] has ordinal = {ordinal}, but {total} shards at {per_process} per process need only the ordinals 0 to {}",
                processes - 1
            ));
        }
        // It is less than `total`, so nothing overflows.
        let first = ordinal * per_process;
        Ok((first..=first.saturating_add(per_process - 1).min(total - 1), total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn share(ordinal: u32, per_process: u32, total: u32) -> Shards {
        Shards {
            total: Optional(Some(total)),
            per_process: Optional(Some(per_process)),
            ordinal: Optional(Some(Ordinal(ordinal))),
            ..Shards::default()
        }
    }

    #[test]
    fn a_process_has_the_share_of_its_ordinal() {
        // First, last and total, or words of what is wrong.
        type Expected = Result<(u32, u32, u32), &'static str>;
        let without = |change: fn(&mut Shards)| {
            let mut shards = share(0, 2, 4);
            change(&mut shards);
            shards
        };
        let cases: &[(Shards, Expected)] = &[
            (share(0, 2, 4), Ok((0, 1, 4))),
            (share(1, 2, 4), Ok((2, 3, 4))),
            (share(1, 2, 3), Ok((2, 2, 3))),
            (share(0, 100_000, 1), Ok((0, 0, 1))),
            (share(2, 2, 4), Err("only the ordinals 0 to 1")),
            (share(u32::MAX, u32::MAX, 100_000), Err("only the ordinals 0 to 0")),
            (share(0, 0, 4), Err("from 1 to 100000")),
            (share(0, 2, 0), Err("from 1 to 100000")),
            (share(0, 2, 100_001), Err("from 1 to 100000")),
            (without(|s| s.total = Optional(None)), Err("together")),
            (without(|s| s.per_process = Optional(None)), Err("together")),
            (without(|s| s.ordinal = Optional(None)), Err("together")),
            (without(|s| s.first = Optional(Some(0))), Err("either `first` and `last`")),
            (without(|s| s.last = Optional(Some(1))), Err("either `first` and `last`")),
        ];
        for (shards, expected) in cases {
            match (shards.range(), expected) {
                (Ok(Some((range, total))), Ok(expected)) => assert_eq!((*range.start(), *range.end(), total), *expected, "{shards:?}"),
                (Err(error), Err(words)) => assert!(error.contains(words), "{shards:?}: {error}"),
                (range, _) => panic!("{shards:?}: {range:?}"),
            }
        }
    }

    #[test]
    fn shares_are_all_of_the_shards_and_each_once() {
        for (total, per_process) in (1..=40).flat_map(|total| (1..=41).map(move |per_process| (total, per_process))) {
            let ranges = (0..).map_while(|ordinal| share(ordinal, per_process, total).range().ok().flatten());
            let all: Vec<u32> = ranges.flat_map(|(range, _)| range).collect();
            assert_eq!(all, (0..total).collect::<Vec<_>>(), "{per_process} of {total}");
        }
    }
}
