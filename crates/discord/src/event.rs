//! What comes in from Discord, in our own words: as much of it as a reply may depend on.

use std::time::Instant;

/// An id of Discord's: a person, channel, server, message or interaction.
pub type Id = u64;

/// Who asks, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The person.
    pub person: Id,
    /// The channel, thread or direct conversation.
    pub channel: Id,
    /// The server; a direct conversation has none.
    pub server: Option<Id>,
}

/// A message that somebody wrote where we can see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The message.
    pub id: Id,
    /// Who wrote it, and where.
    pub origin: Origin,
    /// What it says; blank where Discord does not let us read it.
    pub text: String,
    /// Written by a program: a bot, a webhook, or ourselves.
    pub by_program: bool,
    /// An ordinary message or a reply, and not a notice such as "... joined the server".
    pub ordinary: bool,
    /// Calls everybody (`@everyone`, `@here`).
    pub calls_everybody: bool,
    /// Names us among the people it mentions; a reply that pings does, too.
    pub mentions_us: bool,
    /// Replies to an ordinary message of ours.
    pub replies_to_us: bool,
}

/// Somebody used a command, pressed a button, chose from a menu, or is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The interaction.
    pub id: Id,
    /// With which to respond; a secret for 15 minutes.
    pub token: Token,
    /// Who, and where.
    pub origin: Origin,
    /// What was used.
    pub what: What,
}

/// A secret that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// What was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `/ask`.
    Ask {
        /// The question as it was typed or chosen.
        question: String,
        /// Whether only the asker sees the reply.
        private: bool,
    },
    /// "Answer this" on a message with this text.
    AnswerThis {
        /// The text of the message.
        text: String,
    },
    /// `/topics`, `/sources`, `/help`, `/about` by name, or a command that we do not have (any more).
    Plain(String),
    /// Typing a question for `/ask`.
    Typing(String),
    /// A button, or a menu with what was chosen in it.
    Pressed {
        /// The custom id that we gave it, or somebody forged.
        custom_id: String,
        /// What was chosen, for a menu.
        chosen: Option<String>,
        /// The message that it belongs to.
        message: Id,
    },
    /// Something that we never offered.
    Other,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A message.
    Written(Written),
    /// An interaction.
    Used(Used),
}

impl Incoming {
    /// The id under which it appears in the log.
    pub fn id(&self) -> Id {
        match self {
            Incoming::Written(written) => written.id,
            Incoming::Used(used) => used.id,
        }
    }

    /// Who, and where.
    pub fn origin(&self) -> Origin {
        match self {
            Incoming::Written(written) => written.origin,
            Incoming::Used(used) => used.origin,
        }
    }
}

/// When something came in: where a decision depends on time, the time is part of the input.
pub type Now = Instant;
