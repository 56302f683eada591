//! What to do about what comes in: the whole bot without a network.
//!
//! ```text
//! Incoming -> rules -> limits -> Question -> Outcome -> messages -> Action
//! ```

use super::components::Meaning;
use super::event::{Id, Incoming, Interaction, InteractionKind, InteractionToken, MessageEvent, Now, Origin};
use super::feedback::Feedback;
use super::indexed_knowledge::IndexedKnowledge;
use super::payload::{Message, Posted, Reference, Response};
use super::rate_limit::{Permit, RateLimiter};
use super::suggest::chosen_key;
use super::{browse, messages, reply};
use factotum_core::answering::Outcome;
use factotum_core::knowledge::IntentId;
use factotum_core::render::json;
use factotum_service::config;
use factotum_service::lock::locked;
use factotum_service::metrics::Asked;
use factotum_service::reload::Current;
use std::sync::{Arc, Mutex};

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A message in a channel.
    Post {
        /// Where.
        channel: Id,
        /// What.
        message: Posted,
    },
    /// The first response to an interaction, due within three seconds.
    Respond {
        /// The interaction.
        id: Id,
        /// Its secret.
        token: InteractionToken,
        /// What.
        response: Response,
    },
    /// What did not fit the first response.
    FollowUp {
        /// The interaction's secret.
        token: InteractionToken,
        /// What.
        message: Message,
    },
}

/// What was decided, with what may be logged about it: no names, no texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to send, in this order.
    pub actions: Vec<Action>,
    /// What was asked for: `ask`, `message`, `mention`, `typing`, ...
    pub kind: &'static str,
    /// What came of it: an outcome's name, the reason of a refusal, or why nothing was said.
    pub outcome: &'static str,
    /// What it was taken for, or would have been.
    pub about: Option<About>,
    /// What is counted, if it was a question.
    pub asked: Option<Asked>,
}

/// The best candidate for a question, for whoever mends the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id in the record.
    pub id: String,
    /// Confidence in per cent.
    pub percent: u8,
}

impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} %", self.id, self.percent)
    }
}

/// Responses to an interaction, with what may be logged.
struct Responses {
    responses: Vec<Response>,
    outcome: &'static str,
    about: Option<About>,
    asked: Option<Asked>,
}

impl Responses {
    /// One that is not an answer.
    fn one(response: Response, outcome: &'static str) -> Responses {
        Responses { responses: vec![response], outcome, about: None, asked: None }
    }

    /// A message that only one person sees, and that is not an answer.
    fn private(message: Message, outcome: &'static str) -> Responses {
        Self::one(Response::Message(message.private()), outcome)
    }

    /// What a question came to.
    fn answer(answered: Answered, private: bool) -> Responses {
        let seen = |message: Message| Response::Message(if private { message.private() } else { message });
        let Answered { messages, outcome, about, asked } = answered;
        Responses { responses: messages.into_iter().map(seen).collect(), outcome, about, asked }
    }
}

/// Who answers, under which rules, and what is remembered.
#[derive(Debug)]
pub struct Bot {
    record: Current<IndexedKnowledge>,
    rules: config::Discord,
    limits: Mutex<RateLimiter>,
    feedback: Mutex<Feedback>,
}

/// What a question came to.
struct Answered {
    messages: Vec<Message>,
    outcome: &'static str,
    about: Option<About>,
    asked: Option<Asked>,
}

impl Bot {
    /// A bot that answers from this record under these rules.
    pub fn new(record: IndexedKnowledge, rules: config::Discord) -> Bot {
        let limits = RateLimiter::new(rules.user_limit.get(), rules.channel_limit.get(), rules.rate_limit_window_seconds.duration());
        Bot { record: Current::new(record), rules, limits: Mutex::new(limits), feedback: Mutex::default() }
    }

    /// The record that is answered from now.
    pub fn record(&self) -> Arc<IndexedKnowledge> {
        self.record.get()
    }

    /// From now on, answers from another record. What is being decided is decided from the old one.
    pub fn replace(&self, record: IndexedKnowledge) {
        self.record.replace(record);
    }

    /// Decides.
    pub fn decide(&self, incoming: &Incoming, now: Now) -> Decision {
        // One record from beginning to end, whatever happens meanwhile.
        let record = self.record();
        match incoming {
            Incoming::Message(message) => self.message(&record, message, now),
            Incoming::Interaction(interaction) => self.interaction(&record, interaction, now),
        }
    }

    fn message(&self, record: &IndexedKnowledge, message: &MessageEvent, now: Now) -> Decision {
        let silent = |outcome| Decision { actions: Vec::new(), kind: "message", outcome, about: None, asked: None };
        let direct = message.origin.guild.is_none();
        if message.from_bot || !message.regular || message.mentions_everyone {
            return silent("not-a-person");
        }
        if !(direct || message.mentions_bot || message.replies_to_bot) {
            return silent("not-addressed");
        }
        let question = without_tags(&message.text);
        // A reply that is only a picture asks nothing.
        if question.is_empty() && !direct && !message.mentions_bot {
            return silent("no-text");
        }
        if !self.allowed(&message.origin) {
            return silent("not-allowed");
        }
        let kind = if direct { "direct" } else { "mention" };
        let Answered { messages, outcome, about, asked } = match self.count(&message.origin, now) {
            Permit::Answer if question.is_empty() || question.eq_ignore_ascii_case("help") => one(Message::text(messages::HELP), "help"),
            Permit::Answer => record.answered(&question),
            Permit::Notify => one(Message::text(messages::TOO_OFTEN), "too-often"),
            Permit::Ignore => return Decision { actions: Vec::new(), kind, outcome: "too-often", about: None, asked: None },
        };
        let actions = messages.into_iter().enumerate().map(|(index, content)| Action::Post {
            channel: message.origin.channel,
            message: Posted {
                message: content,
                message_reference: (index == 0).then(|| Reference { message_id: message.id.to_string(), fail_if_not_exists: false }),
                // At most 25 characters, Discord says: an id has 20, and the answer to one message is far from 9,999 long.
                nonce: format!("{}-{index}", message.id),
                enforce_nonce: true,
            },
        });
        Decision { actions: actions.collect(), kind, outcome, about, asked }
    }

    fn interaction(&self, record: &IndexedKnowledge, interaction: &Interaction, now: Now) -> Decision {
        let kind = interaction.kind.kind();
        let counts = !matches!(interaction.kind, InteractionKind::Autocomplete(_));
        let Responses { responses, outcome, about, asked } = if !self.allowed(&interaction.origin) {
            match interaction.kind {
                InteractionKind::Autocomplete(_) => Responses::one(Response::Choices(Vec::new()), "not-allowed"),
                _ => Responses::private(Message::text(messages::NOT_HERE), "not-allowed"),
            }
        } else {
            match if counts { self.count(&interaction.origin, now) } else { Permit::Answer } {
                Permit::Answer => self.respond(record, interaction),
                Permit::Notify => Responses::private(Message::text(messages::TOO_OFTEN), "too-often"),
                Permit::Ignore => Responses { responses: Vec::new(), outcome: "too-often", about: None, asked: None },
            }
        };
        let token = &interaction.token;
        let actions = responses.into_iter().enumerate().map(|(index, response)| match response {
            Response::Message(message) if index > 0 => Action::FollowUp { token: token.clone(), message },
            response => Action::Respond { id: interaction.id, token: token.clone(), response },
        });
        Decision { actions: actions.collect(), kind, outcome, about, asked }
    }

    /// The responses to an interaction that is allowed.
    fn respond(&self, record: &IndexedKnowledge, interaction: &Interaction) -> Responses {
        let base = record.base();
        let one = Responses::private;
        match &interaction.kind {
            InteractionKind::Ask { question, private } => Responses::answer(record.answered(record.submitted(question)), *private),
            InteractionKind::AnswerThis { text } => match without_tags(text) {
                text if text.is_empty() => one(Message::text(messages::NO_TEXT), "no-text"),
                // Whoever wrote the message did not ask us: only whoever used the command gets the reply.
                text => Responses::answer(record.answered(&text), true),
            },
            InteractionKind::Command(name) => match name.as_str() {
                "topics" => one(browse::all(base, 0), "shown"),
                "sources" => one(messages::sources(base), "shown"),
                "help" => one(Message::text(messages::HELP), "shown"),
                "about" => one(messages::about(base), "shown"),
                _ => one(Message::text(messages::NO_SUCH_COMMAND), "unknown"),
            },
            InteractionKind::Autocomplete(typed) => {
                Responses::one(Response::Choices(record.suggester.choices(&record.answerer, typed)), "shown")
            }
            InteractionKind::Component { custom_id, chosen, message } => self
                .pressed(record, interaction.origin.user, *message, custom_id, chosen.as_deref())
                .unwrap_or_else(|| one(Message::text(messages::STALE), "stale")),
            InteractionKind::Other => one(Message::text(messages::NO_SUCH_COMMAND), "unknown"),
        }
    }

    /// What comes of a button or menu; `None` if it means nothing here (any more).
    fn pressed(&self, record: &IndexedKnowledge, person: Id, message: Id, custom_id: &str, chosen: Option<&str>) -> Option<Responses> {
        let (base, directory) = (record.base(), &record.directory);
        let question = |intent: IntentId| Some(Responses::answer(record.answered(&base[intent].question), true));
        let shown = |message: Message| Responses::one(Response::Update(message), "shown");
        match Meaning::parse(custom_id)? {
            Meaning::Ask(key) => question(directory.intent(&key)?),
            Meaning::Pick => question(directory.chosen_intent(chosen?)?),
            Meaning::Topics(number) => Some(shown(browse::all(base, number))),
            Meaning::Topic(topic, number) => Some(shown(browse::one(base, directory, &topic, number)?)),
            Meaning::Open => Some(shown(browse::one(base, directory, &directory.chosen_topic(chosen?)?, 0)?)),
            Meaning::Helped(helped, key) => {
                let intent = &base[directory.intent(&key)?];
                let first = locked(&self.feedback).first(person, message);
                let (text, outcome) = match (first, helped) {
                    (true, true) => (messages::THANKS, "helpful"),
                    (true, false) => (messages::THANKS, "not-helpful"),
                    (false, _) => (messages::COUNTED_BEFORE, "counted-before"),
                };
                let about = About { id: intent.id.clone(), percent: 100 };
                Some(Responses { about: Some(about), ..Responses::private(Message::text(text), outcome) })
            }
        }
    }

    fn count(&self, origin: &Origin, now: Now) -> Permit {
        locked(&self.limits).count(origin.user, origin.channel, now)
    }

    fn allowed(&self, origin: &Origin) -> bool {
        let rules = &self.rules;
        let listed = |allow: &config::Ids, deny: &config::Ids, id| (allow.is_empty() || allow.contains(id)) && !deny.contains(id);
        match origin.guild {
            None => rules.answer_direct_messages,
            Some(guild) => {
                listed(&rules.allow_guilds, &rules.deny_guilds, guild)
                    && listed(&rules.allow_channels, &rules.deny_channels, origin.channel)
            }
        }
    }
}

impl IndexedKnowledge {
    fn answered(&self, question: &str) -> Answered {
        let reply = self.answerer.answer(question);
        // As the console's JSON has it, and as the log has it.
        let (outcome, logged, reason) = match &reply.outcome {
            Outcome::Answer(_) => ("answer", "answer", None),
            Outcome::Clarify(_) => ("clarify", "clarify", None),
            Outcome::NoAnswer(reason) => ("no_answer", reason.as_str(), Some(reason.as_str())),
            Outcome::SmallTalk(_) => ("small_talk", "small-talk", None),
        };
        // From 0 to 100, whatever it was: the cast saturates.
        let percent = (reply.confidence * 100.0).round() as u8;
        let base = self.base();
        let about = reply.candidates.first().map(|best| About { id: json::name(base, best.class).to_owned(), percent });
        let asked = Some(Asked { outcome, reason, percent });
        Answered { messages: reply::messages(base, &reply), outcome: logged, about, asked }
    }

    /// The question that was submitted: a choice may stand for a long one.
    fn submitted<'a>(&'a self, question: &'a str) -> &'a str {
        let chosen = chosen_key(question).and_then(|key| self.directory.chosen_intent(key));
        chosen.map_or(question, |intent| &self.base()[intent].question)
    }
}

impl InteractionKind {
    fn kind(&self) -> &'static str {
        match self {
            InteractionKind::Ask { .. } => "ask",
            InteractionKind::AnswerThis { .. } => "answer-this",
            InteractionKind::Command(_) => "command",
            InteractionKind::Autocomplete(_) => "typing",
            InteractionKind::Component { .. } => "pressed",
            InteractionKind::Other => "other",
        }
    }
}

fn one(message: Message, outcome: &'static str) -> Answered {
    Answered { messages: vec![message], outcome, about: None, asked: None }
}

/// A text without Discord's tags (`<@1>`, `<@!1>`, `<@&1>`, `<#1>`, `<:name:1>`, `<a:name:1>`, `<t:1>`, `</name:1>`), which are not
/// words of a question.
pub fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let inside = tag.find('>').map(|end| &tag[1..end]).filter(|inside| is_tag(inside));
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

fn is_tag(inside: &str) -> bool {
    // The longest tag has a name of 32 characters and an id of 20.
    let begins = ["@", "#", ":", "a:", "t:", "/", "id:"].iter().any(|start| inside.starts_with(start));
    begins && inside.len() <= 80 && !inside.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
