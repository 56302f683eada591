//! Where the bot and the people of a server work together: forum posts, questions for a person, and teaching.

use super::section::section;
use super::values::{Id, Ids, Optional};

section! {
    /// Posts in forums that the bot answers unasked: `[discord.forums]`. Without channels, none.
    pub struct Forums {
        /// Forum channels whose new posts are answered if the title is a question with a sure answer.
        channels: Ids = Ids(Vec::new()),
        /// Tags that mean that a post needs no answer.
        solved_tags: Ids = Ids(Vec::new()),
        /// Roles whose posts are left alone.
        silent_roles: Ids = Ids(Vec::new()),
    }
}

section! {
    /// Handing a question on to a person: `[discord.ask_a_person]`. Without a channel, this is not offered.
    pub struct AskAPerson {
        /// The channel in which people see the questions.
        channel: Optional<Id> = Optional(None),
        /// The role that is pinged with each question, and whose replies are passed on. Without it, nobody is pinged, and the replies of
        /// anybody who may write in the channel are passed on.
        role: Optional<Id> = Optional(None),
    }
}

section! {
    /// Changing the knowledge base from Discord: `[discord.teach]`. Without roles, nobody may.
    pub struct Teach {
        /// Roles that may.
        roles: Ids = Ids(Vec::new()),
    }
}
