//! A question that is not on record goes to people who may know, and what one of them answers comes back.
//!
//! ```text
//! refusal --"Ask a person"--> confirmation --"Pass it on"--> post for people: the question, the nearest on record, a link to where it was asked
//! "Not helpful" --> why? --> the same                                           |
//! where it was asked <-- "A person answers: ..." <-- a reply to that post  <----/    (and a draft in the gaps journal)
//! ```
//!
//! All of it travels in the bot's own messages: the question as a quoted line, the place as a link. So it outlasts restarts, and any process can go
//! on with it. Only Discord says which message somebody replies to and who wrote that, so a forged one means nothing.

use super::{Action, Bot, Decision, locked, without_tags};
use crate::components::{CustomId, Key};
use crate::event::{Id, Incoming, Interaction, InteractionKind, MessageEvent, Now, Origin};
use crate::guilds::Journal;
use crate::indexed_knowledge::IndexedKnowledge;
use crate::markdown::{clip, curated, plain};
use crate::messages;
use crate::payload::{AllowedMentions, ChannelMessage, Component, Message, MessageReference, Modal, Response, Row, TextField};
use crate::quote::{MAX_QUOTED, one_line, quote, quoted, quoted_line};
use crate::recent::Recent;
use crate::reply;
use factotum_core::matching::Class;
use factotum_core::render::console;
use factotum_service::config::Optional;
use factotum_service::rate_limit::{Counter, Permit};
use factotum_wording::Discord;
use std::time::Duration;

/// Questions that are remembered until somebody presses a button below their replies. With 330 characters each, they take a megabyte at most.
const REMEMBERED: usize = 1_000;
/// Questions that are known to have been passed on.
const PASSED_ON: usize = 10_000;
/// How many questions one user may pass on in an hour: whoever answers them has other things to do.
const HOURLY: u64 = 5;
/// The nearest questions on record that people are shown.
const NEAREST: usize = 3;
/// Most rows of buttons in a message (Discord).
const MAX_ROWS: usize = 5;

/// Questions on their way to a person, and what was asked lately.
#[derive(Debug)]
pub(super) struct People {
    /// What was asked, by the message or interaction that asked.
    asked: Recent<Id, String>,
    /// The places whose questions were passed on.
    passed_on: Recent<Id, ()>,
    /// By user.
    hourly: Counter<Id>,
}

impl Default for People {
    fn default() -> People {
        People {
            asked: Recent::new(REMEMBERED),
            passed_on: Recent::new(PASSED_ON),
            hourly: Counter::new(HOURLY, Duration::from_secs(3_600)),
        }
    }
}

/// What was wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Wrong,
    OtherQuestion,
    OutOfDate,
    Unclear,
}

impl Why {
    const ALL: [Why; 4] = [Why::Wrong, Why::OtherQuestion, Why::OutOfDate, Why::Unclear];

    /// Its name in buttons, in the log and in the gaps journal.
    fn as_str(self) -> &'static str {
        match self {
            Why::Wrong => "wrong",
            Why::OtherQuestion => "other_question",
            Why::OutOfDate => "out_of_date",
            Why::Unclear => "unclear",
        }
    }

    /// Its button.
    fn label(self, words: &Discord) -> &str {
        match self {
            Why::Wrong => &words.wrong,
            Why::OtherQuestion => &words.other_question,
            Why::OutOfDate => &words.out_of_date,
            Why::Unclear => &words.unclear,
        }
    }
}

/// What a button or form of this module does. A *place* is the message to which a person's answer will be a reply. Custom ids:
///
/// ```text
/// 1:person                     offer to pass on the question that the message with this button declines
/// 1:person:<place>:<asked>     offer to pass on what this message or interaction asked
/// 1:change:<place>             open the form with the question
/// 1:question:<place>           the form
/// 1:pass:<place>               pass on the question that the message quotes
/// 1:why:<why>:<place>:<asked>:<question>
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
enum PersonId {
    Offer(Option<(Id, Id)>),
    Change(Id),
    Question(Id),
    Pass(Id),
    Why(Why, Id, Id, Key),
}

impl PersonId {
    fn custom_id(&self) -> String {
        match self {
            PersonId::Offer(None) => "1:person".to_owned(),
            PersonId::Offer(Some((place, asked))) => format!("1:person:{place}:{asked}"),
            PersonId::Change(place) => format!("1:change:{place}"),
            PersonId::Question(place) => format!("1:question:{place}"),
            PersonId::Pass(place) => format!("1:pass:{place}"),
            PersonId::Why(why, place, asked, key) => format!("1:why:{}:{place}:{asked}:{}", why.as_str(), key.as_str()),
        }
    }

    /// Parses a custom id; `None` if it is not one of this module's.
    fn parse(custom_id: &str) -> Option<PersonId> {
        let parts: Vec<&str> = custom_id.strip_prefix("1:")?.split(':').collect();
        match parts.as_slice() {
            ["person"] => Some(PersonId::Offer(None)),
            ["person", place, asked] => Some(PersonId::Offer(Some((id(place)?, id(asked)?)))),
            ["change", place] => Some(PersonId::Change(id(place)?)),
            ["question", place] => Some(PersonId::Question(id(place)?)),
            ["pass", place] => Some(PersonId::Pass(id(place)?)),
            ["why", why, place, asked, key] => {
                let why = Why::ALL.into_iter().find(|one| one.as_str() == *why)?;
                Some(PersonId::Why(why, id(place)?, id(asked)?, Key::parse(key)?))
            }
            _ => None,
        }
    }
}

/// An id as Discord writes it.
fn id(text: &str) -> Option<Id> {
    text.parse::<Id>().ok().filter(|id| *id > 0 && id.to_string() == text)
}

/// Where a question was asked, as the post for people carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    guild: Option<Id>,
    channel: Id,
    place: Id,
}

impl Asked {
    const ADDRESS: &str = "https://discord.com/channels/";

    /// The last line of the post: a link to the place.
    fn line(self) -> String {
        let (words, guild) = match self.guild {
            Some(guild) => (messages::WHERE_ASKED, guild.to_string()),
            None => (messages::ASKED_DIRECTLY, "@me".to_owned()),
        };
        format!("-# [{words}]({}{guild}/{}/{}). {}", Self::ADDRESS, self.channel, self.place, messages::REPLY_TO_ANSWER)
    }

    /// Reads it from a post; `None` if this is another message of ours. What users write has no whole address in it.
    fn read(post: &str) -> Option<Asked> {
        let (_, address) = post.lines().last()?.split_once("](")?;
        let (address, _) = address.strip_prefix(Self::ADDRESS)?.split_once(')')?;
        let [guild, channel, place]: [&str; 3] = address.split('/').collect::<Vec<_>>().try_into().ok()?;
        let guild = if guild == "@me" { None } else { Some(id(guild)?) };
        let asked = Asked { guild, channel: id(channel)?, place: id(place)? };
        post.ends_with(&asked.line()).then_some(asked)
    }
}

impl Bot {
    /// The channel in which people see questions, if there is one. They are those of the main knowledge base: what a guild has in one of its own, and what is
    /// asked there, is nobody else's business.
    fn people_channel(&self, knowledge: &IndexedKnowledge) -> Option<Id> {
        let channel = self.settings.ask_a_person.channel.0.map(|channel| channel.0);
        channel.filter(|_| matches!(knowledge.journal, Journal::Shared))
    }

    /// The decision with what leads to a person: a button below a refusal, and reasons to choose from after "Not helpful".
    pub(super) fn with_offer(&self, knowledge: &IndexedKnowledge, incoming: &Incoming, mut decision: Decision) -> Decision {
        if self.people_channel(knowledge).is_none() {
            return decision;
        }
        let language = match incoming {
            Incoming::Interaction(interaction) => self.language_of(interaction),
            Incoming::Message(_) | Incoming::Post(_) => self.settings.language,
        };
        let words = &language.wording().discord;
        let question = match incoming {
            Incoming::Message(message) => without_tags(&message.text),
            // Its title was remembered when it was answered.
            Incoming::Post(_) => return decision,
            Incoming::Interaction(interaction) => match &interaction.kind {
                InteractionKind::Ask { question, private: false } if interaction.present => {
                    knowledge.submitted(question, language).to_owned()
                }
                InteractionKind::Component { custom_id, message, answers, on, .. }
                    if decision.outcome == "not-helpful" && interaction.present && !on.private =>
                {
                    if let Some(CustomId::Rate(false, key)) = CustomId::parse(custom_id)
                        && let Some(reply) = decision.actions.last_mut().and_then(message_of)
                    {
                        *reply = why(on.replied_to.unwrap_or(*message), answers.unwrap_or(*message), &key, words).private();
                    }
                    return decision;
                }
                _ => return decision,
            },
        };
        let Some(asked) = decision.asked.as_ref().filter(|_| !question.is_empty()) else { return decision };
        // What cannot be read at all is nothing for a person either.
        let declined = asked.outcome == "no_answer" && !matches!(asked.reason, Some("empty" | "too-long"));
        self.remember_asked(knowledge, incoming.id(), &question);
        if declined && let Some(reply) = decision.actions.last_mut().and_then(message_of).filter(|reply| reply.components.len() < MAX_ROWS)
        {
            let button = Component::small_button(&words.ask_a_person, PersonId::Offer(None).custom_id(), false);
            reply.components.push(Row::new(vec![button]));
        }
        decision
    }

    /// Remembers a question until somebody presses a button below its reply, if people are asked.
    pub(super) fn remember_asked(&self, knowledge: &IndexedKnowledge, asked: Id, question: &str) {
        if self.people_channel(knowledge).is_some() {
            locked(&self.people).asked.put(asked, one_line(question));
        }
    }

    /// Decides on a button or form of this module; `None` if it is another one.
    pub(super) fn with_people(&self, knowledge: &IndexedKnowledge, interaction: &Interaction, now: Now) -> Option<Decision> {
        let channel = self.people_channel(knowledge)?;
        let (custom_id, message, on, fields) = match &interaction.kind {
            InteractionKind::Component { custom_id, message, on, .. } => (custom_id, *message, on, &[] as &[(String, String)]),
            InteractionKind::Modal { custom_id, message, on, fields } => (custom_id, *message, on, fields.as_slice()),
            _ => return None,
        };
        let is_form = matches!(interaction.kind, InteractionKind::Modal { .. });
        let words = &self.language_of(interaction).wording().discord;
        let respond = |response, outcome| Some(responded(interaction, response, outcome));
        let told = |text: &str, outcome| respond(Response::Message(Message::text(text).private()), outcome);
        if !interaction.present {
            return None;
        }
        match PersonId::parse(custom_id)? {
            PersonId::Offer(_) if on.private && custom_id == "1:person" => None,
            PersonId::Offer(from) => {
                let (place, asked) = from.unwrap_or((on.replied_to.unwrap_or(message), asked_by(interaction).unwrap_or(message)));
                if locked(&self.people).passed_on.get(&place).is_some() {
                    return told(&words.passed_on_before, "passed-on-before");
                }
                let known = locked(&self.people).asked.get(&asked).cloned();
                let known = known.or_else(|| on.question.as_deref().map(without_tags)).filter(|question| !question.is_empty());
                match known {
                    Some(question) => respond(Response::Message(confirmation(channel, place, &question, words).private()), "offered"),
                    None => respond(Response::Modal(form(place, "", words)), "form"),
                }
            }
            PersonId::Change(place) => respond(Response::Modal(form(place, &quoted(&on.text).unwrap_or_default(), words)), "form"),
            PersonId::Question(place) if is_form => {
                let question = fields.iter().find(|(name, _)| name == FIELD).map(|(_, value)| value.trim()).unwrap_or_default();
                if question.is_empty() {
                    return told(&words.nothing_asked, "no-text");
                }
                respond(Response::Message(confirmation(channel, place, question, words).private()), "offered")
            }
            PersonId::Question(_) => None,
            PersonId::Pass(place) => {
                let (Some(line), Some(question)) = (quoted_line(&on.text), quoted(&on.text)) else { return None };
                let mut people = locked(&self.people);
                if people.passed_on.get(&place).is_some() {
                    return told(&words.passed_on_before, "passed-on-before");
                }
                if people.hourly.count(interaction.origin.user, now) != Permit::Within {
                    return told(&words.passed_on_often, "too-often");
                }
                people.passed_on.put(place, ());
                drop(people);
                let done = Response::Update(Message::text(words.passed_on.with([("question", line)])).private());
                let mut decision = responded(interaction, done, "passed-on");
                let Origin { guild, channel: asked_in, .. } = interaction.origin;
                let asked = Asked { guild, channel: asked_in, place };
                decision.actions.push(Action::Post { channel, message: self.post_for_people(knowledge, line, &question, asked) });
                Some(decision)
            }
            PersonId::Why(why, place, asked, key) => {
                let intent = &knowledge.base()[knowledge.directory.intent(&key)?];
                // Once for each message with the reasons: its buttons go.
                if locked(&self.feedback).first(interaction.origin.user, message)
                    && let Some(gaps) = self.gaps(knowledge)
                {
                    gaps.because(knowledge.base(), intent, asked, interaction.origin.user, why.as_str());
                }
                let button = Component::small_button(&words.ask_a_person, PersonId::Offer(Some((place, asked))).custom_id(), false);
                let thanks = Message { components: vec![Row::new(vec![button])], ..Message::text(words.thanks_why.as_str()) };
                respond(Response::Update(thanks.private()), why.as_str())
            }
        }
    }

    /// The post for people.
    fn post_for_people(&self, knowledge: &IndexedKnowledge, line: &str, question: &str, asked: Asked) -> ChannelMessage {
        let role = self.settings.ask_a_person.role.0.map(|role| role.0);
        let mut content = role.map_or_else(String::new, |role| format!("<@&{role}> "));
        content.push_str(messages::FOR_PEOPLE);
        content.push_str(&format!("\n{line}\n"));
        let base = knowledge.base();
        let reply = knowledge.answerer.answer(question);
        let intents = reply.candidates.iter().filter_map(|candidate| match candidate.class {
            Class::Intent(intent) => Some(intent),
            _ => None,
        });
        let mut nearest: Vec<String> = Vec::new();
        for intent in intents.chain(reply.suggestions.iter().copied()) {
            let line = format!("- {}\n", curated(&clip(&console::question(&base[intent]), 100)));
            if nearest.len() < NEAREST && !nearest.contains(&line) {
                nearest.push(line);
            }
        }
        if !nearest.is_empty() {
            content.push_str(messages::NEAREST);
            content.push('\n');
            content.push_str(&nearest.concat());
        }
        content.push_str(&asked.line());
        let allowed_mentions = role.map(AllowedMentions::role).unwrap_or_default();
        ChannelMessage {
            message: Message { allowed_mentions, ..Message::text(content) },
            message_reference: None,
            // One for each question: another process that gets the same press posts nothing else.
            nonce: format!("p{}", asked.place),
            enforce_nonce: true,
        }
    }

    /// What somebody writes as a reply to a post for people; `None` if it is something else.
    pub(super) fn reply_of_a_person(&self, message: &MessageEvent, now: Now) -> Option<Decision> {
        if self.settings.ask_a_person.channel.0.map(|channel| channel.0) != Some(message.origin.channel) {
            return None;
        }
        let post = message.enclosed.replied.as_ref().filter(|replied| replied.by_us)?.text.as_str();
        let asked = Asked::read(post)?;
        let words = self.words();
        let decision = |actions, outcome| Some(Decision { actions, kind: "person", outcome, about: None, asked: None });
        let answered = |text: &str, outcome| {
            let reply = channel_message(Message::text(text), Some(message.id), format!("{}-r", message.id));
            decision(vec![Action::Post { channel: message.origin.channel, message: reply }], outcome)
        };
        let members_only = match self.settings.ask_a_person.role {
            Optional(Some(role)) => !message.roles.contains(&role.0),
            Optional(None) => false,
        };
        match self.count(&message.origin, now) {
            Permit::Within => {}
            Permit::Notify => return answered(&words.too_often, "too-often"),
            Permit::Over => return decision(Vec::new(), "too-often"),
        }
        if members_only {
            return answered(messages::NOT_A_PERSON, "no-role");
        }
        let text = without_tags(&message.text);
        if text.is_empty() {
            return answered(if message.replies_to_bot { &words.no_text } else { messages::NOT_PINGED }, "no-text");
        }
        let origin = Origin { user: message.origin.user, channel: asked.channel, guild: asked.guild };
        if !self.allowed(&origin) {
            return answered(messages::NOT_THERE, "not-allowed");
        }
        let knowledge = self.knowledge_at(&origin);
        if let (Some(gaps), Some(question)) = (self.gaps(&knowledge), quoted(post)) {
            gaps.answered_by_person(&knowledge.answerer, &question, &text);
        }
        let words = format!("{}\n{}", &words.a_person_answers, plain(&text));
        let mut actions: Vec<Action> = reply::in_messages(&words, Message::default())
            .into_iter()
            .enumerate()
            .map(|(index, content)| Action::Post {
                channel: asked.channel,
                message: channel_message(content, (index == 0).then_some(asked.place), format!("{}-{index}", message.id)),
            })
            .collect();
        // Last, so that it is only said if the answer arrived.
        let done = channel_message(Message::text(messages::DELIVERED), Some(message.id), format!("{}-r", message.id));
        actions.push(Action::Post { channel: message.origin.channel, message: done });
        decision(actions, "delivered")
    }
}

/// The name of the field in the form.
const FIELD: &str = "question";

/// The form for a question.
fn form(place: Id, question: &str, words: &Discord) -> Modal {
    // MAX_QUOTED is a few hundred.
    let field = TextField::new(FIELD, &words.your_question, MAX_QUOTED as u16).tall().with(question);
    Modal::new(PersonId::Question(place).custom_id(), &words.ask_a_person, vec![field])
}

/// Says who will read a question before it is passed on.
fn confirmation(channel: Id, place: Id, question: &str, words: &Discord) -> Message {
    let buttons = vec![
        Component::button(words.pass_on.clone(), PersonId::Pass(place).custom_id()),
        Component::small_button(&words.change_question, PersonId::Change(place).custom_id(), false),
    ];
    let text = words.before_passing_on.with([("question", &quote(question)), ("channel", &format!("<#{channel}>"))]);
    Message { components: vec![Row::new(buttons)], ..Message::text(text) }
}

/// Asks what was wrong with an answer.
fn why(place: Id, asked: Id, key: &Key, words: &Discord) -> Message {
    let button = |why: Why| Component::small_button(why.label(words), PersonId::Why(why, place, asked, key.clone()).custom_id(), false);
    Message { components: vec![Row::new(Why::ALL.map(button).to_vec())], ..Message::text(words.what_was_wrong.as_str()) }
}

/// The message or interaction that the message with the button answers.
fn asked_by(interaction: &Interaction) -> Option<Id> {
    match interaction.kind {
        InteractionKind::Component { answers, .. } => answers,
        _ => None,
    }
}

/// The message that an action sends.
fn message_of(action: &mut Action) -> Option<&mut Message> {
    match action {
        Action::Post { message, .. } => Some(&mut message.message),
        Action::Respond { response: Response::Message(message) | Response::Update(message), .. } | Action::FollowUp { message, .. } => {
            Some(message)
        }
        _ => None,
    }
}

fn channel_message(message: Message, replies_to: Option<Id>, nonce: String) -> ChannelMessage {
    let message_reference = replies_to.map(|id| MessageReference { message_id: id.to_string(), fail_if_not_exists: false });
    ChannelMessage { message, message_reference, nonce, enforce_nonce: true }
}

/// The decision to respond like this.
pub(super) fn responded(interaction: &Interaction, response: Response, outcome: &'static str) -> Decision {
    let action = Action::Respond { id: interaction.id, token: interaction.token.clone(), response };
    Decision { actions: vec![action], kind: interaction.kind.kind(), outcome, about: None, asked: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn custom_ids_come_back_and_fit() {
        let most = Id::MAX;
        for id in [
            PersonId::Offer(None),
            PersonId::Offer(Some((most, 1))),
            PersonId::Change(most),
            PersonId::Question(1),
            PersonId::Pass(2),
            PersonId::Why(Why::OtherQuestion, most, most, Key::of("some-intent")),
        ] {
            let text = id.custom_id();
            assert!(text.len() <= crate::payload::MAX_CUSTOM_ID, "{text}");
            assert_eq!(PersonId::parse(&text), Some(id));
            assert_eq!(CustomId::parse(&text), None, "no other module takes it");
        }
        for forged in
            ["1:person:1", "1:person:0:1", "1:person:01:1", "1:pass:", "1:pass:-1", "1:why:x:1:1:0123456789abcdef", "2:pass:1", "1:pass:1:"]
        {
            assert_eq!(PersonId::parse(forged), None, "{forged}");
        }
    }

    proptest! {
        #[test]
        fn a_place_comes_back_from_its_line(guild in proptest::option::of(1..=Id::MAX), channel in 1..=Id::MAX, place in 1..=Id::MAX) {
            let asked = Asked { guild, channel, place };
            prop_assert_eq!(Asked::read(&format!("Text\n> q\n{}", asked.line())), Some(asked));
        }

        #[test]
        fn what_users_write_is_no_place(text in "[-\\[\\]()a-z:/.@0-9#> \n]{0,80}", address in "(\\[Where it was asked\\]\\(https://discord.com/channels/1/2/3\\). ?)?") {
            prop_assert_eq!(Asked::read(&quote(&format!("{text}{address}"))), None);
        }
    }
}
