//! `[[discord.guilds]]`: knowledge bases of their own for some guilds, or for some of their channels.

use super::values::{Id, Ids, Optional, Written, quoted};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

/// The guilds that have a knowledge base of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<GuildBase>")]
pub struct Guilds(pub Vec<GuildBase>);

/// A guild, or some channels of it, with their knowledge base.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuildBase {
    /// The guild.
    pub guild: Id,
    /// The channels that it is for; the whole guild, but for channels that another entry names, if empty. A thread is a channel of its own.
    #[serde(default)]
    pub channels: Ids,
    /// The folder of the knowledge base.
    pub knowledge: PathBuf,
    /// The gaps journal of this knowledge base; without it, its gaps are not recorded.
    #[serde(default)]
    pub journal: Optional<PathBuf>,
}

impl TryFrom<Vec<GuildBase>> for Guilds {
    type Error = String;

    fn try_from(bases: Vec<GuildBase>) -> Result<Self, Self::Error> {
        let mut seen = BTreeSet::new();
        for base in &bases {
            let guild = base.guild.0;
            if base.knowledge.as_os_str().is_empty() {
                return Err(format!("a folder as `knowledge` of guild {guild}"));
            }
            if base.channels.is_empty() && !seen.insert((guild, None)) {
                return Err(format!("one entry for guild {guild}: it has two without `channels`"));
            }
            if let Some(twice) = base.channels.as_slice().iter().find(|channel| !seen.insert((guild, Some(**channel)))) {
                return Err(format!("one entry for channel {twice} of guild {guild}: it has two"));
            }
        }
        Ok(Guilds(bases))
    }
}

impl FromStr for Guilds {
    type Err = String;

    /// The list as it stands in a settings file, in one line: `[{ guild = 1, knowledge = "folder" }]`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct List {
            guilds: Guilds,
        }
        let problem = |error: toml::de::Error| {
            format!("a list such as [{{ guild = 1000000000000000001, knowledge = \"folder\" }}] ({})", error.message())
        };
        toml::from_str(&format!("guilds = {}", text.trim())).map(|List { guilds }| guilds).map_err(problem)
    }
}

impl Written for Guilds {
    fn written(&self) -> Option<String> {
        let one = |base: &GuildBase| {
            let channels = base.channels.written().filter(|_| !base.channels.is_empty()).map(|channels| format!("channels = {channels}"));
            let journal = base.journal.written().map(|journal| format!("journal = {journal}"));
            let parts = [
                Some(format!("guild = {}", base.guild.0)),
                channels,
                Some(format!("knowledge = {}", quoted(&base.knowledge.display().to_string()))),
                journal,
            ];
            format!("{{ {} }}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        };
        Some(format!("[{}]", self.0.iter().map(one).collect::<Vec<_>>().join(", ")))
    }
}

impl Guilds {
    /// Every path in the list.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.0.iter_mut().flat_map(|base| [Some(&mut base.knowledge), base.journal.0.as_mut()]).flatten()
    }
}

impl GuildBase {
    /// What it is called in the log, in health checks and in findings: its folder.
    pub fn name(&self) -> String {
        self.knowledge.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text =
            "[{ guild = 1, knowledge = \"a\" }, { guild = \"1\", channels = [7, \"8\"], knowledge = \"b c\", journal = \"gaps.db\" }]";
        let guilds: Guilds = text.parse().expect("two entries");
        assert_eq!(guilds.0[1].guild, Id(1));
        let written = guilds.written().expect("a list");
        assert_eq!(
            written,
            "[{ guild = 1, knowledge = \"a\" }, { guild = 1, channels = [7, 8], knowledge = \"b c\", journal = \"gaps.db\" }]"
        );
        assert_eq!(written.parse(), Ok(guilds));
        assert_eq!("[]".parse(), Ok(Guilds::default()));
    }

    #[test]
    fn no_place_has_two() {
        for (bad, says) in [
            ("[{ guild = 1, knowledge = \"a\" }, { guild = 1, knowledge = \"b\" }]", "guild 1: it has two"),
            ("[{ guild = 1, channels = [5, 5], knowledge = \"a\" }]", "channel 5 of guild 1"),
            ("[{ guild = [1, 2], knowledge = \"a\" }]", "one id"),
            ("[{ guild = 1, knowledge = \"\" }]", "a folder"),
            ("[{ guild = 1 }]", "knowledge"),
            ("[{ guild = 1, knowledge = \"a\", chanels = 3 }]", "chanels"),
            ("[]\nother = 1", "other"),
            ("general", "a list such as"),
        ] {
            assert!(bad.parse::<Guilds>().is_err_and(|problem| problem.contains(says)), "{bad}: {:?}", bad.parse::<Guilds>());
        }
    }
}
