//! Asking further: the button below an answer that says what it was about, so that a reply to the message, or the form that the button opens,
//! is read with it.
//!
//! What was about what is in the button's id, as keys of the knowledge base: it holds after a restart and in any other process, and no word of
//! the asker's is in it. Such an id can be made up, or be older than the knowledge base; then nothing is read with it.

use super::components::{CustomId, Key};
use super::indexed_knowledge::IndexedKnowledge;
use super::markdown::{clip, label, plain};
use super::payload::{Component, MAX_CONTENT, MAX_OPTION, Message, Modal, Row, TextField};
use factotum_core::answering::{Context, MAX_NAMES, Reply};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::matching::Class;
use factotum_wording::Discord;

/// Most buttons in a row.
const MAX_IN_ROW: usize = 5;
/// The name of the form's field.
pub(crate) const FIELD: &str = "question";
/// Most characters of a question in the form, as in `/ask`.
const MAX_QUESTION: u16 = 2_000;
/// Most characters of a full question that a reply shows: it is made of a question on record and a few words.
const MAX_READ_AS: usize = 200;

/// What a reply was about, in keys: a [`Context`] as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Further {
    /// Whether the question was declined.
    pub declined: bool,
    /// The intent, or the unanswerable question.
    pub question: Key,
    /// What fills its gaps.
    pub names: Vec<Key>,
}

impl Further {
    /// The keys of a context; `None` for small talk, which nobody asks further about.
    pub(crate) fn of(base: &KnowledgeBase, context: &Context) -> Option<Further> {
        let (declined, id) = match context.class {
            Class::Intent(intent) => (false, &base[intent].id),
            Class::Unanswerable(miss) => (true, &base[miss].id),
            Class::SmallTalk(_) => return None,
        };
        Some(Further { declined, question: Key::of(id), names: context.names.iter().map(|name| Key::of(&base[*name].id)).collect() })
    }

    /// Its part of a custom id.
    pub(crate) fn in_custom_id(&self) -> String {
        let kind = if self.declined { "missed" } else { "further" };
        let keys: Vec<&str> = [&self.question].into_iter().chain(&self.names).map(Key::as_str).collect();
        format!("{kind}:{}", keys.join(":"))
    }

    /// Parses its part of a custom id.
    pub(crate) fn parse(kind: &str, keys: &[&str]) -> Option<Further> {
        let mut keys = keys.iter().map(|key| Key::parse(key)).collect::<Option<Vec<Key>>>()?.into_iter();
        let further = Further { declined: kind == "missed", question: keys.next()?, names: keys.collect() };
        (further.names.len() <= MAX_NAMES).then_some(further)
    }

    /// The question that it stands for; `None` if the knowledge base has none like it (any more).
    pub(crate) fn question(&self, knowledge: &IndexedKnowledge) -> Option<String> {
        let directory = &knowledge.directory;
        let class = match self.declined {
            false => Class::Intent(directory.intent(&self.question)?),
            true => Class::Unanswerable(directory.unanswerable(&self.question)?),
        };
        let names = self.names.iter().map(|key| directory.name(key)).collect::<Option<Vec<_>>>()?;
        knowledge.answerer.question_of(&Context { class, names })
    }

    /// What a message of the bot's was about, by the ids of its buttons.
    pub(crate) fn in_buttons<'a>(mut custom_ids: impl Iterator<Item = &'a str>) -> Option<Further> {
        custom_ids.find_map(|id| if let Some(CustomId::Further(further)) = CustomId::parse(id) { Some(further) } else { None })
    }

    /// What a message that is being sent is about.
    pub(crate) fn in_message(message: &Message) -> Option<Further> {
        let components = message.components.iter().flat_map(|row| &row.components);
        Self::in_buttons(
            components.filter_map(|c| if let Component::Button { custom_id, .. } = c { Some(custom_id.as_str()) } else { None }),
        )
    }

    /// The form for a further question.
    pub(crate) fn form(&self, question: &str, words: &Discord) -> Modal {
        let after = words.after.with([("question", question)]);
        let field = TextField::new(FIELD, &words.your_question, MAX_QUESTION).such_as(&label(&after, MAX_OPTION));
        Modal::new(CustomId::Further(self.clone()).custom_id(), &words.ask_further, vec![field])
    }
}

/// The messages of a reply with the button below the last one, if it is settled what the reply was about; and how a follow-up was read.
pub(crate) fn extended(knowledge: &IndexedKnowledge, reply: &Reply, mut messages: Vec<Message>) -> Vec<Message> {
    let words = &reply.language.wording().discord;
    let Some(last) = messages.last_mut() else { return messages };
    if let Some(full) = &reply.read_as {
        let line = format!("\n-# {}", plain(&clip(&words.i_read_that_as.with([("question", full)]), MAX_READ_AS)));
        if last.content.chars().count() + line.chars().count() <= MAX_CONTENT {
            last.content.push_str(&line);
        }
    }
    let further = knowledge.answerer.context(reply).and_then(|context| Further::of(knowledge.base(), &context));
    if let Some(further) = further {
        let button = Component::small_button(&words.ask_further, CustomId::Further(further).custom_id(), false);
        match last.components.last_mut().filter(|row| !reply_offers_questions(row) && row.components.len() < MAX_IN_ROW) {
            Some(row) => row.components.push(button),
            None => last.components.push(Row::new(vec![button])),
        }
    }
    messages
}

/// Whether a row has buttons that ask questions: the small button goes below them.
fn reply_offers_questions(row: &Row) -> bool {
    row.components.iter().any(|c| matches!(c, Component::Button { style: 1, .. }))
}
