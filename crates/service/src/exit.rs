//! Why the bot ended, and the exit code that says so.

/// Why the bot ended. Each reason has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// It was told to stop, and did.
    Stopped,
    /// Discord does not accept the token (gateway close code 4004, or HTTP status 401).
    BadToken,
    /// Discord does not accept the intents (4013, 4014).
    BadIntents,
    /// The shards are wrong (4010), or there are too few of them (4011).
    BadShards,
    /// Discord does not speak our version of its API any more (4012).
    BadVersion,
    /// So many sessions were begun that Discord might reset the token.
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
                "Discord does not accept the token; copy it anew from https://discord.com/developers/applications (Bot, Reset Token) into DISCORD_TOKEN"
            }
            ExitReason::BadIntents => {
                "Discord does not accept the intents that the bot asks for, although none of them is privileged; a newer version may be needed"
            }
            ExitReason::BadShards => {
                "Discord does not accept the shards: leave [discord.shards] out, or give a larger `total` there, the same for all processes"
            }
            ExitReason::BadVersion => "Discord does not speak this version of its API any more; a newer version of factotum is needed",
            ExitReason::TooManySessions => {
                "too many sessions were begun, and Discord resets the token of a bot that begins more than 1,000 a day; look at its status page \
                 and at this log before you start it again"
            }
            ExitReason::NoConnection => "no connection to Discord for too long; it can be started again",
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
