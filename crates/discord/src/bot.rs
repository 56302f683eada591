//! The whole bot without a network: decides what to send for each event.
//!
//! ```text
//! Incoming -> allowed? -> rate limit -> Question -> Outcome -> messages -> Action
//! ```

mod forum;
mod person;
mod talk;
mod teach;

use super::components::{CustomId, Key};
use super::conversations::Conversations;
use super::event::{Id, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, Now, Origin};
use super::feedback::Feedback;
use super::further::{self, Further};
use super::gaps::Gaps;
use super::guilds::{Base, Guilds, Journal};
use super::indexed_knowledge::IndexedKnowledge;
use super::payload::{ChannelMessage, Message, MessageReference, Response};
use super::rate_limit::RateLimiter;
use super::recent::Recent;
use super::said::Said;
use super::suggest::chosen_key;
use super::teach::{Teacher, Wanted, Work};
use super::{browse, messages, reply};
use factotum_core::answering::{Outcome, Reply};
use factotum_core::knowledge::IntentId;
use factotum_core::render::json;
use factotum_journal::Recorder;
use factotum_service::config;
use factotum_service::metrics::Asked;
use factotum_service::rate_limit::Permit;
use factotum_service::reload::Current;
use factotum_wording::{Discord, Language};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use forum::Forum;
use person::People;
use talk::After;

pub use forum::is_sure;

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A message in a channel.
    Post {
        /// The channel.
        channel: Id,
        /// The message.
        message: ChannelMessage,
    },
    /// The first response to an interaction, due within three seconds.
    Respond {
        /// The interaction.
        id: Id,
        /// Its secret.
        token: InteractionToken,
        /// The response.
        response: Response,
    },
    /// A message after the first response.
    FollowUp {
        /// The interaction's secret.
        token: InteractionToken,
        /// The message.
        message: Message,
    },
    /// Something that takes longer, whose result is a message after the first response.
    Work {
        /// The interaction's secret.
        token: InteractionToken,
        /// The knowledge base that it is about.
        base: Base,
        /// What to do.
        work: Work,
    },
}

/// A decision, with what may be logged about it: no names and no texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to send, in order.
    pub actions: Vec<Action>,
    /// What arrived: `ask`, `mention`, `direct`, `autocomplete`, ...
    pub kind: &'static str,
    /// What came of it: an outcome, the reason of a refusal, or why there is no reply.
    pub outcome: &'static str,
    /// The best candidate, or the rated question.
    pub about: Option<About>,
    /// What metrics count, if it was a question.
    pub asked: Option<Asked>,
}

/// What a decision is about, so that curators find it in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The id in the knowledge base.
    pub id: String,
    /// Confidence in per cent.
    pub percent: u8,
}

impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} %", self.id, self.percent)
    }
}

/// The responses to an interaction, with what may be logged.
struct Responses {
    responses: Vec<Response>,
    outcome: &'static str,
    about: Option<About>,
    asked: Option<Asked>,
}

impl Responses {
    /// A response that is not an answer.
    fn one(response: Response, outcome: &'static str) -> Responses {
        Responses { responses: vec![response], outcome, about: None, asked: None }
    }

    /// A message that only one user sees, and that is not an answer.
    fn private(message: Message, outcome: &'static str) -> Responses {
        Self::one(Response::Message(message.private()), outcome)
    }

    /// An answer.
    fn answer(answered: Answered, private: bool) -> Responses {
        let response = |message: Message| Response::Message(if private { message.private() } else { message });
        let Answered { messages, outcome, about, asked } = answered;
        Responses { responses: messages.into_iter().map(response).collect(), outcome, about, asked }
    }
}

/// The bot: its knowledge, its settings, and what it remembers.
#[derive(Debug)]
pub struct Bot {
    knowledge: Current<IndexedKnowledge>,
    settings: config::Discord,
    rate_limiter: Mutex<RateLimiter>,
    feedback: Mutex<Feedback>,
    /// The gaps journal, if it is kept.
    gaps: Option<Gaps>,
    /// Knowledge bases of guilds.
    guilds: Guilds,
    /// What direct conversations were about.
    conversations: Mutex<Conversations>,
    /// Posts in forums.
    forum: Mutex<Forum>,
    /// Questions on their way to a person.
    people: Mutex<People>,
    /// Who writes down what people teach about a knowledge base, where there is a folder.
    teachers: HashMap<Base, Arc<dyn Teacher>>,
    /// Changes that would make others worse, and wait for a second press.
    pending: Mutex<Recent<Key, (Base, Wanted)>>,
}

/// Who asked something, or pressed a button, and with what.
#[derive(Debug, Clone, Copy)]
struct By {
    /// The message or interaction; of a button, the message that it belongs to.
    id: Id,
    user: Id,
    language: Language,
}

/// The answer to a question, with what may be logged.
struct Answered {
    messages: Vec<Message>,
    outcome: &'static str,
    about: Option<About>,
    asked: Option<Asked>,
}

impl Bot {
    /// A bot with this knowledge and these settings.
    pub fn new(knowledge: IndexedKnowledge, settings: config::Discord) -> Bot {
        let window = settings.rate_limit_window_seconds.duration();
        let rate_limiter = RateLimiter::new(settings.user_limit.get(), settings.channel_limit.get(), window);
        Bot {
            knowledge: Current::new(knowledge),
            settings,
            rate_limiter: Mutex::new(rate_limiter),
            feedback: Mutex::default(),
            gaps: None,
            guilds: Guilds::default(),
            conversations: Mutex::default(),
            forum: Mutex::default(),
            people: Mutex::default(),
            teachers: HashMap::new(),
            pending: Mutex::new(Recent::new(teach::PENDING)),
        }
    }

    /// The same, with a journal of the questions that have no good answer; its entries are kept for this many days.
    pub fn with_journal(self, recorder: Recorder, keep_days: u64) -> Bot {
        Bot { gaps: Some(Gaps::new(recorder, keep_days)), ..self }
    }

    /// The same, with knowledge bases of their own for some guilds.
    pub fn with_guilds(self, guilds: Guilds) -> Bot {
        Bot { guilds, ..self }
    }

    /// The current knowledge of one of its bases.
    pub fn knowledge_of(&self, base: Base) -> Arc<IndexedKnowledge> {
        match base {
            Base::Main => self.knowledge(),
            // They are never removed.
            Base::Guild(number) => self.guilds.get(number).unwrap_or_else(|| self.knowledge()),
        }
    }

    /// The current knowledge for what happens here.
    pub fn knowledge_at(&self, origin: &Origin) -> Arc<IndexedKnowledge> {
        self.knowledge_of(self.guilds.at(origin))
    }

    /// Replaces the knowledge of one of its bases. Decisions being made still use the old one.
    pub fn replace_base(&self, base: Base, knowledge: IndexedKnowledge) {
        match base {
            Base::Main => self.replace(knowledge),
            Base::Guild(number) => self.guilds.replace(number, knowledge),
        }
    }

    /// The journal for the gaps of a knowledge base.
    fn gaps<'a>(&'a self, knowledge: &'a IndexedKnowledge) -> Option<&'a Gaps> {
        match &knowledge.journal {
            Journal::Shared => self.gaps.as_ref(),
            Journal::Own(gaps) => gaps.as_deref(),
        }
    }

    /// The current knowledge, of all places that have none of their own.
    pub fn knowledge(&self) -> Arc<IndexedKnowledge> {
        self.knowledge.get()
    }

    /// The settings.
    pub fn settings(&self) -> &config::Discord {
        &self.settings
    }

    /// Replaces the knowledge. Decisions being made still use the old one.
    pub fn replace(&self, knowledge: IndexedKnowledge) {
        self.knowledge.replace(knowledge);
    }

    /// Decides what to send.
    pub fn decide(&self, incoming: &Incoming, now: Now) -> Decision {
        // One decision uses the same knowledge throughout: that of its place.
        let knowledge = self.knowledge_at(&incoming.origin());
        let decision = match incoming {
            Incoming::Message(message) => self.message(&knowledge, message, now),
            Incoming::Interaction(interaction) => self.interaction(&knowledge, interaction, now),
            Incoming::Post(post) => self.post(post, now),
        };
        self.remember(&incoming.origin(), &decision, now);
        self.with_offer(&knowledge, incoming, decision)
    }

    fn message(&self, knowledge: &IndexedKnowledge, message: &MessageEvent, now: Now) -> Decision {
        let silent = |outcome| Decision { actions: Vec::new(), kind: "message", outcome, about: None, asked: None };
        let direct = message.origin.guild.is_none();
        if forum::begins_thread(message)
            && let Some(decision) = self.beginning(message, now)
        {
            return decision;
        }
        if message.from_bot || !message.regular || message.mentions_everyone {
            return silent("not-a-user");
        }
        if let Some(decision) = self.reply_of_a_person(message, now) {
            return decision;
        }
        if !(direct || message.mentions_bot || message.replies_to_bot) {
            return silent("not-addressed");
        }
        let said = Said::with(message);
        // A reply that is only a picture is not a question.
        if said == Said::Nothing && !direct && !message.mentions_bot {
            return silent("no-text");
        }
        if !self.allowed(&message.origin) {
            return silent("not-allowed");
        }
        let kind = if direct { "direct" } else { "mention" };
        let Answered { messages, outcome, about, asked } = match self.count(&message.origin, now) {
            Permit::Within => self.reply_to(knowledge, message, said, now),
            Permit::Notify => one(Message::text(self.words().too_often.as_str()), "too-often"),
            Permit::Over => return Decision { actions: Vec::new(), kind, outcome: "too-often", about: None, asked: None },
        };
        let actions = messages.into_iter().enumerate().map(|(index, content)| Action::Post {
            channel: message.origin.channel,
            message: ChannelMessage {
                message: content,
                message_reference: (index == 0).then(|| MessageReference { message_id: message.id.to_string(), fail_if_not_exists: false }),
                // Discord allows 25 characters: an id has up to 20, and an answer far fewer than 9,999 messages.
                nonce: format!("{}-{index}", message.id),
                enforce_nonce: true,
            },
        });
        Decision { actions: actions.collect(), kind, outcome, about, asked }
    }

    fn interaction(&self, knowledge: &IndexedKnowledge, interaction: &Interaction, now: Now) -> Decision {
        let kind = interaction.kind.kind();
        let suggests = matches!(interaction.kind, InteractionKind::Autocomplete(_));
        let nothing = |outcome| Responses::one(Response::Choices(Vec::new()), outcome);
        let origin = &interaction.origin;
        let words = &self.language_of(interaction).wording().discord;
        let Responses { responses, outcome, about, asked } = match self.allowed(origin) {
            false if suggests => nothing("not-allowed"),
            false => Responses::private(Message::text(words.not_here.as_str()), "not-allowed"),
            true if suggests => match locked(&self.rate_limiter).suggest(origin.user, now) {
                true => self.respond(knowledge, interaction),
                false => nothing("too-often"),
            },
            true => match self.count(origin, now) {
                Permit::Within => {
                    match self.with_people(knowledge, interaction, now).or_else(|| self.with_teaching(knowledge, interaction)) {
                        Some(decision) => return decision,
                        None => self.respond(knowledge, interaction),
                    }
                }
                Permit::Notify => Responses::private(Message::text(words.too_often.as_str()), "too-often"),
                Permit::Over => Responses { responses: Vec::new(), outcome: "too-often", about: None, asked: None },
            },
        };
        let token = &interaction.token;
        let actions = responses.into_iter().enumerate().map(|(index, response)| match response {
            Response::Message(message) if index > 0 => Action::FollowUp { token: token.clone(), message },
            response => Action::Respond { id: interaction.id, token: token.clone(), response },
        });
        Decision { actions: actions.collect(), kind, outcome, about, asked }
    }

    /// The responses to an interaction that is allowed.
    fn respond(&self, knowledge: &IndexedKnowledge, interaction: &Interaction) -> Responses {
        let base = knowledge.base();
        let language = self.language_of(interaction);
        let words = &language.wording().discord;
        let one = Responses::private;
        let notice = |text: &str, outcome| Responses::private(Message::text(text), outcome);
        match &interaction.kind {
            InteractionKind::Ask { question, private } => {
                let question = knowledge.submitted(question, language);
                let asked = By { id: interaction.id, user: interaction.origin.user, language };
                Responses::answer(self.answered(knowledge, question, asked), *private)
            }
            InteractionKind::AnswerThis { text } => match without_tags(text) {
                text if text.is_empty() => notice(&words.no_text, "no-text"),
                // The author of the message did not ask us, so only the user of the command sees the reply, and the journal does not get it.
                text => Responses::answer(knowledge.answered(&text, language).0, true),
            },
            InteractionKind::Command(name) => match name.as_str() {
                "topics" => one(browse::all(base, 0, language), "shown"),
                "sources" => one(messages::sources(base, language), "shown"),
                "help" => notice(&words.help, "shown"),
                "about" => one(messages::about(base, self.gaps(knowledge).map(Gaps::keep_days), language), "shown"),
                _ => notice(&words.no_such_command, "unknown"),
            },
            InteractionKind::Autocomplete(typed) => Responses::one(Response::Choices(knowledge.choices(typed, language)), "shown"),
            InteractionKind::Component { custom_id, chosen, message, answers, .. } => self
                .component(knowledge, By { id: *message, user: interaction.origin.user, language }, *answers, custom_id, chosen.as_deref())
                .unwrap_or_else(|| notice(&words.stale, "stale")),
            InteractionKind::Other | InteractionKind::Teach { .. } => notice(&words.no_such_command, "unknown"),
            InteractionKind::Modal { custom_id, fields, message, on } => {
                // Where it is not known who sees the answer, nobody else sees the next one.
                let private = *message == 0 || on.private;
                self.form(knowledge, interaction, custom_id, fields, private).unwrap_or_else(|| notice(&words.stale, "stale"))
            }
        }
    }

    /// The responses to a button or menu; `None` if its custom id means nothing (any more).
    fn component(
        &self,
        knowledge: &IndexedKnowledge,
        pressed: By,
        answers: Option<Id>,
        custom_id: &str,
        chosen: Option<&str>,
    ) -> Option<Responses> {
        let (base, directory) = (knowledge.base(), &knowledge.directory);
        let By { id: message, user, language } = pressed;
        let words = &language.wording().discord;
        let question = |intent: IntentId| Some(Responses::answer(knowledge.chosen(intent, language), true));
        let shown = |message: Message| Responses::one(Response::Update(message), "shown");
        match CustomId::parse(custom_id)? {
            CustomId::Ask(key) => question(directory.intent(&key)?),
            CustomId::Pick => question(directory.chosen_intent(chosen?)?),
            CustomId::Topics(number) => Some(shown(browse::all(base, number, language))),
            CustomId::Topic(topic, number) => Some(shown(browse::one(base, directory, &topic, number, language)?)),
            CustomId::Open => Some(shown(browse::one(base, directory, &directory.chosen_topic(chosen?)?, 0, language)?)),
            CustomId::Rate(helped, key) => {
                let intent = &base[directory.intent(&key)?];
                let first = locked(&self.feedback).first(user, message);
                if let (Some(gaps), true) = (self.gaps(knowledge), first) {
                    gaps.rated(helped);
                    if !helped {
                        gaps.not_helpful(base, intent, answers, user);
                    }
                }
                let (text, outcome) = match (first, helped) {
                    (true, true) => (&words.thanks, "helpful"),
                    (true, false) => (&words.thanks, "not-helpful"),
                    (false, _) => (&words.counted_before, "counted-before"),
                };
                let about = About { id: intent.id.clone(), percent: 100 };
                Some(Responses { about: Some(about), ..Responses::private(Message::text(text.as_str()), outcome) })
            }
            CustomId::Further(further) => {
                let question = further.question(knowledge)?;
                Some(Responses::one(Response::Modal(further.form(&question, words)), "form"))
            }
        }
    }

    /// Answers a question that somebody asked with this message or interaction, and records what is missing.
    fn answered(&self, knowledge: &IndexedKnowledge, question: &str, asked: By) -> Answered {
        self.answered_after(knowledge, &After::Alone, question, asked)
    }

    /// The same for a question that may be a follow-up.
    fn answered_after(&self, knowledge: &IndexedKnowledge, after: &After, question: &str, asked: By) -> Answered {
        let (answered, reply) = knowledge.answered_after(after, question, asked.language);
        if let Some(gaps) = self.gaps(knowledge) {
            gaps.asked(&knowledge.answerer, question, &reply, asked.id, asked.user);
        }
        answered
    }

    /// The reply of the main knowledge base to a question as a line of JSON, as `factotum ask --json` prints it; with its outcome for the log, and what metrics count.
    pub fn answer_json(&self, question: &str) -> (String, &'static str, Asked) {
        let knowledge = self.knowledge();
        let reply = knowledge.shown_today(knowledge.answerer.answer(question));
        if let Some(gaps) = &self.gaps {
            gaps.asked_over_http(&knowledge.answerer, question, &reply);
        }
        let (logged, asked) = recorded(&reply);
        (json::line(&json::reply(knowledge.base(), question, &reply)), logged, asked)
    }

    /// The language of who used something: that of their Discord, or else the one in the settings.
    fn language_of(&self, interaction: &Interaction) -> Language {
        interaction.language.unwrap_or(self.settings.language)
    }

    /// The words for what is read by many, or by somebody whose language is not known.
    fn words(&self) -> &'static Discord {
        &self.settings.language.wording().discord
    }

    fn count(&self, origin: &Origin, now: Now) -> Permit {
        locked(&self.rate_limiter).count(origin.user, origin.channel, now)
    }

    fn allowed(&self, origin: &Origin) -> bool {
        let settings = &self.settings;
        let listed = |allow: &config::Ids, deny: &config::Ids, id| (allow.is_empty() || allow.contains(id)) && !deny.contains(id);
        match origin.guild {
            None => settings.answer_direct_messages,
            Some(guild) => {
                listed(&settings.allow_guilds, &settings.deny_guilds, guild)
                    && listed(&settings.allow_channels, &settings.deny_channels, origin.channel)
            }
        }
    }
}

impl IndexedKnowledge {
    fn answered(&self, question: &str, language: Language) -> (Answered, Reply) {
        self.answered_after(&After::Alone, question, language)
    }

    fn answered_after(&self, after: &After, question: &str, language: Language) -> (Answered, Reply) {
        self.shown(after.answer(&self.answerer, question, language))
    }

    /// The answer to a question that was chosen from a list.
    fn chosen(&self, intent: IntentId, language: Language) -> Answered {
        self.shown(self.answerer.answer_intent(intent, language)).0
    }

    fn shown(&self, reply: Reply) -> (Answered, Reply) {
        let reply = self.shown_today(reply);
        let (logged, asked) = recorded(&reply);
        let (percent, base) = (asked.percent, self.base());
        let about = reply.candidates.first().map(|best| About { id: json::name(base, best.class).to_owned(), percent });
        (
            Answered {
                messages: further::extended(self, &reply, reply::messages(base, &reply)),
                outcome: logged,
                about,
                asked: Some(asked),
            },
            reply,
        )
    }

    /// The submitted question; a choice may stand for a long one.
    fn submitted<'a>(&'a self, question: &'a str, language: Language) -> &'a str {
        let chosen = chosen_key(question).and_then(|key| self.directory.chosen_intent(key));
        chosen.map_or(question, |intent| self.base().question(intent, language))
    }
}

/// A reply's outcome as the log names it, and what metrics count.
fn recorded(reply: &Reply) -> (&'static str, Asked) {
    let (outcome, logged, reason) = match &reply.outcome {
        Outcome::Answer(_) => ("answer", "answer", None),
        Outcome::Clarify(_) => ("clarify", "clarify", None),
        Outcome::NoAnswer(reason) => ("no_answer", reason.as_str(), Some(reason.as_str())),
        Outcome::SmallTalk(_) => ("small_talk", "small-talk", None),
    };
    // The cast saturates.
    let percent = (reply.confidence * 100.0).round() as u8;
    (logged, Asked { outcome, reason, percent })
}

impl InteractionKind {
    fn kind(&self) -> &'static str {
        match self {
            InteractionKind::Ask { .. } => "ask",
            InteractionKind::AnswerThis { .. } => "answer-this",
            InteractionKind::Command(_) => "command",
            InteractionKind::Autocomplete(_) => "autocomplete",
            InteractionKind::Component { .. } => "component",
            InteractionKind::Other => "other",
            InteractionKind::Modal { .. } => "modal",
            InteractionKind::Teach { .. } => "teach",
        }
    }
}

fn one(message: Message, outcome: &'static str) -> Answered {
    Answered { messages: vec![message], outcome, about: None, asked: None }
}

/// Locks even after a panic in another thread: at worst, a count is off by one.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A text without Discord's tags (`<@1>`, `<@!1>`, `<@&1>`, `<#1>`, `<:name:1>`, `<a:name:1>`, `<t:1>`, `</name:1>`), which are not part of
/// a question.
pub(crate) fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        // No further than a tag can reach: a text of many opening brackets would be searched to its end for each.
        let end = tag.bytes().take(MAX_TAG + 2).position(|byte| byte == b'>');
        let inside = end.map(|end| &tag[1..end]).filter(|inside| is_tag(inside));
        match inside {
            Some(inside) => {
                out.push(' ');
                rest = &tag[inside.len() + 2..];
            }
            None => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// Most bytes between the brackets of a tag: the longest has a name of 32 characters and an id of 20.
const MAX_TAG: usize = 80;

fn is_tag(inside: &str) -> bool {
    let begins = ["@", "#", ":", "a:", "t:", "/", "id:"].iter().any(|start| inside.starts_with(start));
    begins && !inside.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
