//! What to do about what comes in: the whole bot without a network.
//!
//! ```text
//! Incoming -> rules -> limits -> Question -> Outcome -> messages -> Action
//! ```

use super::components::{Directory, Key, Meaning};
use super::event::{Id, Incoming, Now, Origin, Token, Used, What, Written};
use super::feedback::Feedback;
use super::limits::{Limits, Verdict};
use super::payload::{Message, Posted, Reference, Response};
use super::suggest::{Suggester, chosen_key};
use super::{browse, reply, words};
use crate::answering::{Answerer, Outcome};
use crate::config;
use crate::render::json;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
        token: Token,
        /// What.
        response: Response,
    },
    /// What did not fit the first response.
    FollowUp {
        /// The interaction's secret.
        token: Token,
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
type Responses = (Vec<Response>, &'static str, Option<About>);

/// Who answers, under which rules, and what is remembered.
#[derive(Debug)]
pub struct Bot {
    answerer: Answerer,
    directory: Directory,
    suggester: Suggester,
    rules: config::Discord,
    limits: Mutex<Limits>,
    feedback: Mutex<Feedback>,
}

/// What a question came to.
struct Answered {
    messages: Vec<Message>,
    outcome: &'static str,
    about: Option<About>,
}

impl Bot {
    /// A bot that answers from this record under these rules.
    pub fn new(answerer: Answerer, rules: config::Discord) -> Bot {
        let directory = Directory::of(answerer.base());
        let suggester = Suggester::of(answerer.base());
        let limits = Limits::new(rules.person_limit.get(), rules.channel_limit.get(), rules.limit_seconds.duration());
        Bot { answerer, directory, suggester, rules, limits: Mutex::new(limits), feedback: Mutex::default() }
    }

    /// Decides.
    pub fn decide(&self, incoming: &Incoming, now: Now) -> Decision {
        match incoming {
            Incoming::Written(written) => self.written(written, now),
            Incoming::Used(used) => self.used(used, now),
        }
    }

    fn written(&self, written: &Written, now: Now) -> Decision {
        let silent = |outcome| Decision { actions: Vec::new(), kind: "message", outcome, about: None };
        let direct = written.origin.server.is_none();
        if written.by_program || !written.ordinary || written.calls_everybody {
            return silent("not-a-person");
        }
        if !(direct || written.mentions_us || written.replies_to_us) {
            return silent("not-addressed");
        }
        let question = without_tags(&written.text);
        // A reply that is only a picture asks nothing.
        if question.is_empty() && !direct && !written.mentions_us {
            return silent("no-text");
        }
        if !self.allowed(&written.origin) {
            return silent("not-allowed");
        }
        let kind = if direct { "direct" } else { "mention" };
        let Answered { messages, outcome, about } = match self.count(&written.origin, now) {
            Verdict::Go if question.is_empty() || question.eq_ignore_ascii_case("help") => one(Message::text(words::HELP), "help"),
            Verdict::Go => self.answer(&question),
            Verdict::Tell => one(Message::text(words::TOO_OFTEN), "too-often"),
            Verdict::Silence => return Decision { actions: Vec::new(), kind, outcome: "too-often", about: None },
        };
        let actions = messages.into_iter().enumerate().map(|(index, message)| Action::Post {
            channel: written.origin.channel,
            message: Posted {
                message,
                message_reference: (index == 0).then(|| Reference { message_id: written.id.to_string(), fail_if_not_exists: false }),
                // At most 25 characters, Discord says: an id has 20, and the answer to one message is far from 9,999 long.
                nonce: format!("{}-{index}", written.id),
                enforce_nonce: true,
            },
        });
        Decision { actions: actions.collect(), kind, outcome, about }
    }

    fn used(&self, used: &Used, now: Now) -> Decision {
        let private = |text: &str, outcome| (vec![Response::Message(Message::text(text).private())], outcome, None);
        let kind = used.what.kind();
        let counts = !matches!(used.what, What::Typing(_));
        let (responses, outcome, about) = if !self.allowed(&used.origin) {
            match used.what {
                What::Typing(_) => (vec![Response::Choices(Vec::new())], "not-allowed", None),
                _ => private(words::NOT_HERE, "not-allowed"),
            }
        } else {
            match if counts { self.count(&used.origin, now) } else { Verdict::Go } {
                Verdict::Go => self.respond(used),
                Verdict::Tell => private(words::TOO_OFTEN, "too-often"),
                Verdict::Silence => (Vec::new(), "too-often", None),
            }
        };
        let token = &used.token;
        let actions = responses.into_iter().enumerate().map(|(index, response)| match response {
            Response::Message(message) if index > 0 => Action::FollowUp { token: token.clone(), message },
            response => Action::Respond { id: used.id, token: token.clone(), response },
        });
        Decision { actions: actions.collect(), kind, outcome, about }
    }

    /// The responses to an interaction that is allowed.
    fn respond(&self, used: &Used) -> Responses {
        let base = self.answerer.base();
        let one = |message: Message, outcome| (vec![Response::Message(message.private())], outcome, None);
        let many = |answered: Answered, private: bool| {
            let seen = |message: Message| Response::Message(if private { message.private() } else { message });
            (answered.messages.into_iter().map(seen).collect(), answered.outcome, answered.about)
        };
        match &used.what {
            What::Ask { question, private } => many(self.answer(self.submitted(question)), *private),
            What::AnswerThis { text } => match without_tags(text) {
                text if text.is_empty() => one(Message::text(words::NO_TEXT), "no-text"),
                // Whoever wrote the message did not ask us: only whoever used the command gets the reply.
                text => many(self.answer(&text), true),
            },
            What::Plain(name) => match name.as_str() {
                "topics" => one(browse::all(base, 0), "shown"),
                "sources" => one(words::sources(base), "shown"),
                "help" => one(Message::text(words::HELP), "shown"),
                "about" => one(words::about(base), "shown"),
                _ => one(Message::text(words::NO_SUCH_COMMAND), "unknown"),
            },
            What::Typing(typed) => (vec![Response::Choices(self.suggester.choices(&self.answerer, typed))], "shown", None),
            What::Pressed { custom_id, chosen, message } => self
                .pressed(used.origin.person, *message, custom_id, chosen.as_deref())
                .unwrap_or_else(|| one(Message::text(words::STALE), "stale")),
            What::Other => one(Message::text(words::NO_SUCH_COMMAND), "unknown"),
        }
    }

    /// What comes of a button or menu; `None` if it means nothing here.
    fn pressed(&self, person: Id, message: Id, custom_id: &str, chosen: Option<&str>) -> Option<Responses> {
        let base = self.answerer.base();
        let question = |intent: usize| {
            let answered = self.answer(&base.intents.get(intent)?.question);
            Some((answered.messages.into_iter().map(|m| Response::Message(m.private())).collect(), answered.outcome, answered.about))
        };
        let page = |topic: &Key, page| Some((vec![Response::Update(browse::one(base, &self.directory, topic, page)?)], "shown", None));
        match Meaning::parse(custom_id)? {
            Meaning::Ask(key) => question(self.directory.intent(&key)?),
            Meaning::Pick => question(self.directory.chosen_intent(chosen?)?),
            Meaning::Topics(number) => Some((vec![Response::Update(browse::all(base, number))], "shown", None)),
            Meaning::Topic(topic, number) => page(&topic, number),
            Meaning::Open => page(&self.directory.chosen_topic(chosen?)?, 0),
            Meaning::Helped(helped, key) => {
                let intent = base.intents.get(self.directory.intent(&key)?)?;
                let first = locked(&self.feedback).first(person, message);
                let (text, outcome) = match (first, helped) {
                    (true, true) => (words::THANKS, "helpful"),
                    (true, false) => (words::THANKS, "not-helpful"),
                    (false, _) => (words::COUNTED_BEFORE, "counted-before"),
                };
                let about = About { id: intent.id.clone(), percent: 100 };
                Some((vec![Response::Message(Message::text(text).private())], outcome, Some(about)))
            }
        }
    }

    fn answer(&self, question: &str) -> Answered {
        let answered = self.answerer.answer(question);
        let outcome = match &answered.outcome {
            Outcome::Answer(_) => "answer",
            Outcome::Clarify(_) => "clarify",
            Outcome::NoAnswer(reason) => reason.as_str(),
            Outcome::SmallTalk(_) => "small-talk",
        };
        let base = self.answerer.base();
        let about = answered.candidates.first().map(|best| About {
            id: json::name(base, best.target).to_owned(),
            // From 0 to 100, whatever it was: the cast saturates.
            percent: (answered.confidence * 100.0).round() as u8,
        });
        Answered { messages: reply::messages(base, &answered), outcome, about }
    }

    /// The question that was submitted: a choice may stand for a long one.
    fn submitted<'a>(&'a self, question: &'a str) -> &'a str {
        let chosen = chosen_key(question).and_then(|key| self.directory.chosen_intent(key));
        chosen.and_then(|intent| self.answerer.base().intents.get(intent)).map_or(question, |intent| &intent.question)
    }

    fn count(&self, origin: &Origin, now: Now) -> Verdict {
        locked(&self.limits).count(origin.person, origin.channel, now)
    }

    fn allowed(&self, origin: &Origin) -> bool {
        let rules = &self.rules;
        let listed = |allow: &config::Ids, deny: &config::Ids, id| (allow.is_empty() || allow.contains(id)) && !deny.contains(id);
        match origin.server {
            None => rules.direct_messages,
            Some(server) => {
                listed(&rules.allow_servers, &rules.deny_servers, server)
                    && listed(&rules.allow_channels, &rules.deny_channels, origin.channel)
            }
        }
    }
}

impl What {
    fn kind(&self) -> &'static str {
        match self {
            What::Ask { .. } => "ask",
            What::AnswerThis { .. } => "answer-this",
            What::Plain(_) => "command",
            What::Typing(_) => "typing",
            What::Pressed { .. } => "pressed",
            What::Other => "other",
        }
    }
}

fn one(message: Message, outcome: &'static str) -> Answered {
    Answered { messages: vec![message], outcome, about: None }
}

/// What one thread left behind half-done is counts; they are as good as before.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
