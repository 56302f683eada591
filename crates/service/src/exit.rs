//! Why the bot ended, and the exit code that says so.

/// Why the bot ended. Each reason has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// A signal stopped it.
    Stopped,
    /// Discord rejected the token (gateway close code 4004, or HTTP status 401).
    BadToken,
    /// Discord rejected the intents (4013, 4014).
    BadIntents,
    /// The shards are wrong (4010), or there are too few of them (4011).
    BadShards,
    /// Discord no longer supports our version of its API (4012).
    BadVersion,
    /// So many sessions were started that Discord might reset the token.
    TooManySessions,
    /// There was no connection for too long.
    NoConnection,
}

impl ExitReason {
    /// All of them, in the order of their codes.
    pub const ALL: [ExitReason; 7] = [
        ExitReason::Stopped,
        ExitReason::BadToken,
        ExitReason::BadIntents,
        ExitReason::BadShards,
        ExitReason::BadVersion,
        ExitReason::TooManySessions,
        ExitReason::NoConnection,
    ];

    /// The exit code. 1 and 2 mean what they mean for every command.
    pub fn code(self) -> u8 {
        match self {
            ExitReason::Stopped => 0,
            ExitReason::BadToken => 3,
            ExitReason::BadIntents => 4,
            ExitReason::BadShards => 5,
            ExitReason::BadVersion => 6,
            ExitReason::TooManySessions => 7,
            ExitReason::NoConnection => 8,
        }
    }

    /// What happened, and what to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            ExitReason::Stopped => "stopped",
            ExitReason::BadToken => {
                "Discord rejected the token; reset it on https://discord.com/developers/applications (Bot, Reset Token), and put the new one where the old one is"
            }
            ExitReason::BadIntents => {
                "Discord rejected the intents of the bot, although none of them is privileged; you may need a newer version of factotum"
            }
            ExitReason::BadShards => {
                "Discord rejected the shards: remove [discord.shards] from the settings, or increase `total` there, to the same number for all processes"
            }
            ExitReason::BadVersion => "Discord no longer supports this version of its API; you need a newer version of factotum",
            ExitReason::TooManySessions => {
                "too many sessions were started, and Discord resets the token of a bot that starts more than 1,000 a day; look at Discord's status page \
                 and at this log before you restart the bot"
            }
            ExitReason::NoConnection => "no connection to Discord for too long; restart the bot",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let codes: std::collections::BTreeSet<u8> = ExitReason::ALL.iter().map(|e| e.code()).collect();
        assert_eq!(codes.len(), ExitReason::ALL.len());
        assert!(!codes.contains(&1) && !codes.contains(&2));
    }
}
