//! What arrives from Discord, in our own types: as much of it as a reply may depend on.

use factotum_wording::Language;
use std::time::Instant;

/// One of Discord's ids: of a user, channel, guild, message or interaction.
pub type Id = u64;

/// Who asks, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The user.
    pub user: Id,
    /// The channel, thread or direct conversation.
    pub channel: Id,
    /// The guild; `None` in a direct conversation.
    pub guild: Option<Id>,
}

/// A message in a channel that the bot can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEvent {
    /// The message.
    pub id: Id,
    /// Who wrote it, and where.
    pub origin: Origin,
    /// Its text; blank where Discord does not let us read it.
    pub text: String,
    /// Whether a program wrote it: a bot, a webhook, or ourselves.
    pub from_bot: bool,
    /// Whether it is an ordinary message or a reply, and not a system message such as "... joined the server".
    pub regular: bool,
    /// Whether it mentions everyone (`@everyone`, `@here`).
    pub mentions_everyone: bool,
    /// Whether its text mentions the bot.
    pub mentions_bot: bool,
    /// Whether it replies to an ordinary message of the bot, and pings it.
    pub replies_to_bot: bool,
    /// What it brings along.
    pub enclosed: Enclosed,
    /// The roles of its author in the guild.
    pub roles: Vec<Id>,
}

/// A command, button or menu that a user used, or a question that a user is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// The interaction.
    pub id: Id,
    /// The token to respond with; a secret for 15 minutes.
    pub token: InteractionToken,
    /// Who, and where.
    pub origin: Origin,
    /// What was used.
    pub kind: InteractionKind,
    /// The roles of the user in the guild.
    pub roles: Vec<Id>,
    /// Whether the bot itself is in this place, so that it can write there later.
    pub present: bool,
    /// The language in which the user has Discord, if it is one of ours.
    pub language: Option<Language>,
}

/// The bot's message that a button or menu belongs to, or from which a form was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PressedOn {
    /// Its text.
    pub text: String,
    /// The message that it replies to.
    pub replied_to: Option<Id>,
    /// The text of the message that it replies to, if a person wrote that and Discord sends it along.
    pub question: Option<String>,
    /// Whether only one user sees it.
    pub private: bool,
}

/// A new thread: a post, if its channel is a forum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostEvent {
    /// The thread, and its first message.
    pub id: Id,
    /// The channel that it is in.
    pub forum: Id,
    /// The guild.
    pub guild: Option<Id>,
    /// Who made it.
    pub user: Id,
    /// Its title.
    pub title: String,
    /// Its tags.
    pub tags: Vec<Id>,
}

/// The secret of an interaction. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct InteractionToken(pub String);

impl std::fmt::Debug for InteractionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InteractionToken")
    }
}

/// What a user used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InteractionKind {
    /// `/ask`.
    Ask {
        /// The question as typed or chosen.
        question: String,
        /// Whether only the user who asked sees the reply.
        private: bool,
    },
    /// "Answer this" on a message.
    AnswerThis {
        /// The text of the message.
        text: String,
    },
    /// Another command, by name: `/topics`, `/sources`, `/help`, `/about`, or one that the bot does not have (any more).
    Command(String),
    /// A question for `/ask` that is being typed.
    Autocomplete(String),
    /// A button, or a menu with the chosen value.
    Component {
        /// The custom id that we gave it, or that somebody forged.
        custom_id: String,
        /// The value chosen in a menu.
        chosen: Option<String>,
        /// The message that the component belongs to.
        message: Id,
        /// The message or interaction that this message answers, where Discord says so.
        answers: Option<Id>,
        /// More about the message.
        on: PressedOn,
    },
    /// Something that the bot never offered.
    Other,
    /// A form that was filled in.
    Modal {
        /// The custom id that we gave it, or that somebody forged.
        custom_id: String,
        /// Its fields, by their custom ids.
        fields: Vec<(String, String)>,
        /// The message from which it was opened.
        message: Id,
        /// More about that message.
        on: PressedOn,
    },
    /// "Teach" on a message.
    Teach {
        /// The text of the message.
        text: String,
    },
}

/// An event that the bot may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A message.
    Message(MessageEvent),
    /// An interaction.
    Interaction(Interaction),
    /// A new thread.
    Post(PostEvent),
}

impl Incoming {
    /// The id that stands for it in the log.
    pub fn id(&self) -> Id {
        match self {
            Incoming::Message(message) => message.id,
            Incoming::Interaction(interaction) => interaction.id,
            Incoming::Post(post) => post.id,
        }
    }

    /// Who, and where.
    pub fn origin(&self) -> Origin {
        match self {
            Incoming::Message(message) => message.origin,
            Incoming::Interaction(interaction) => interaction.origin,
            Incoming::Post(post) => Origin { user: post.user, channel: post.id, guild: post.guild },
        }
    }
}

/// What a message brings along beside its own text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enclosed {
    /// The text of the message that it forwards; blank if it forwards none.
    pub forwarded: String,
    /// The message that it replies to, where Discord sends it along.
    pub replied: Option<Replied>,
}

/// A message that another one replies to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replied {
    /// Who wrote it.
    pub author: Id,
    /// Whether that is the bot.
    pub by_us: bool,
    /// Its text, or that of the message that it forwards; blank where Discord does not let us read it.
    pub text: String,
    /// The custom ids of its buttons and menus, if it is the bot's.
    pub custom_ids: Vec<String>,
}

/// The time at which an event arrived. Where a decision depends on time, the time is part of its input.
pub type Now = Instant;
