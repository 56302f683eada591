//! "Teach" on a message: people with one of the configured roles add its wording to a question on record, write down that it is not on record, or
//! draft a fact.
//!
//! ```text
//! "Teach" --> the wording, the nearest on record --press, or a form--> Work --> what was written, with "Undo"
//!                                                                      \--> what would become worse, with "Add it all the same"
//! ```
//!
//! The wording travels in the bot's own message as a quoted line. The role is checked at every step.

use super::person::responded;
use super::{Action, Bot, Decision, locked, without_tags};
use crate::components::Key;
use crate::event::{Interaction, InteractionKind};
use crate::guilds::Base;
use crate::indexed_knowledge::IndexedKnowledge;
use crate::markdown::{clip, curated, label, plain};
use crate::messages;
use crate::payload::{Component, MAX_LABEL, Message, Modal, Response, Row, TextField};
use crate::quote::{one_line, quote, quoted};
use crate::teach::{Lesson, Taught, Teacher, Wanted, Work};
use factotum_core::answering::Reply;
use factotum_core::knowledge::{KnowledgeBase, UnanswerableId};
use factotum_core::matching::Class;
use factotum_core::render::console;
use std::sync::Arc;

/// The nearest entries that are offered.
const NEAREST: usize = 3;
/// Changes that wait for "Add it all the same".
pub(super) const PENDING: usize = 100;
/// Questions that would fare worse, as many as are listed.
const LISTED: usize = 5;
/// Most characters of what is shown of an answer or a question: enough to know it again.
const SHOWN: usize = 150;

/// What a button or form of this module does.
///
/// ```text
/// 1:teach:ask:<question>       add the quoted wording to this question
/// 1:teach:no:<unanswerable>    the same for one that is declined
/// 1:teach:missing              the form for a new one, and the button that opens it
/// 1:teach:fact                 the form for a fact, and the button that opens it
/// 1:teach:anyway:<change>      make this change although others fare worse
/// 1:undo:<change>              take it back
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
enum TeachId {
    Ask(Key),
    No(Key),
    Missing,
    Fact,
    Anyway(Key),
    Undo(Key),
}

impl TeachId {
    fn custom_id(&self) -> String {
        match self {
            TeachId::Ask(key) => format!("1:teach:ask:{}", key.as_str()),
            TeachId::No(key) => format!("1:teach:no:{}", key.as_str()),
            TeachId::Missing => "1:teach:missing".to_owned(),
            TeachId::Fact => "1:teach:fact".to_owned(),
            TeachId::Anyway(key) => format!("1:teach:anyway:{}", key.as_str()),
            TeachId::Undo(key) => format!("1:undo:{}", key.as_str()),
        }
    }

    fn parse(custom_id: &str) -> Option<TeachId> {
        let parts: Vec<&str> = custom_id.strip_prefix("1:")?.split(':').collect();
        match parts.as_slice() {
            ["teach", "ask", key] => Key::parse(key).map(TeachId::Ask),
            ["teach", "no", key] => Key::parse(key).map(TeachId::No),
            ["teach", "missing"] => Some(TeachId::Missing),
            ["teach", "fact"] => Some(TeachId::Fact),
            ["teach", "anyway", key] => Key::parse(key).map(TeachId::Anyway),
            ["undo", key] => Key::parse(key).map(TeachId::Undo),
            _ => None,
        }
    }
}

impl Bot {
    /// The same, with somebody who writes down what people teach about a knowledge base.
    pub fn with_teacher(mut self, base: Base, teacher: Arc<dyn Teacher>) -> Bot {
        self.teachers.insert(base, teacher);
        self
    }

    /// Decides on "Teach" and what follows from it; `None` if it is something else.
    pub(super) fn with_teaching(&self, knowledge: &IndexedKnowledge, interaction: &Interaction) -> Option<Decision> {
        let told = |text: &str, outcome| Some(responded(interaction, Response::Message(Message::text(text).private()), outcome));
        let (custom_id, on, fields) = match &interaction.kind {
            InteractionKind::Teach { .. } => ("", None, &[] as &[(String, String)]),
            InteractionKind::Component { custom_id, on, .. } => (custom_id.as_str(), Some(on), &[] as &[(String, String)]),
            InteractionKind::Modal { custom_id, on, fields, .. } => (custom_id.as_str(), Some(on), fields.as_slice()),
            _ => return None,
        };
        let is_form = matches!(interaction.kind, InteractionKind::Modal { .. });
        let step = TeachId::parse(custom_id);
        if on.is_some() && step.is_none() {
            return None;
        }
        if !self.settings.teach.roles.contains_any(&interaction.roles) {
            return told(&self.language_of(interaction).wording().discord.not_a_teacher, "no-role");
        }
        let about = self.guilds.at(&interaction.origin);
        if !self.teachers.contains_key(&about) {
            return told(messages::NO_FOLDER, "no-folder");
        }
        let base = knowledge.base();
        let by = interaction.origin.user;
        let wording = match &interaction.kind {
            InteractionKind::Teach { text } => Some(one_line(&without_tags(text))),
            _ => on.and_then(|on| quoted(&on.text)),
        };
        let wording = wording.filter(|wording| !wording.is_empty());
        let Some(step) = step else {
            return match wording {
                Some(wording) => Some(responded(interaction, Response::Message(offered(knowledge, &wording).private()), "offered")),
                None => told(&self.language_of(interaction).wording().discord.no_text, "no-text"),
            };
        };
        let teach = |lesson: Lesson| {
            let wanted = Wanted { lesson, wording: wording.clone()?, by, anyway: false };
            Some(worked(interaction, about, Work::Teach(wanted)))
        };
        let field = |name: &str| fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim());
        match step {
            TeachId::Ask(key) => teach(Lesson::Question(base[knowledge.directory.intent(&key)?].id.clone())),
            TeachId::No(key) => {
                let id = UnanswerableId::all(base).find(|id| Key::of(&base[*id].id) == key)?;
                teach(Lesson::Unanswerable(base[id].id.clone()))
            }
            TeachId::Missing if is_form => {
                let nearest = Nearest::of(base, &knowledge.answerer.answer(wording.as_deref()?));
                teach(Lesson::Missing { missing: field("missing").to_owned(), fact: nearest.fact, topic: nearest.topic })
            }
            TeachId::Fact if is_form => {
                let Some(paragraphs) = paragraphs(field("paragraphs")) else { return told(messages::NO_PARAGRAPHS, "no-paragraphs") };
                let (statement, topic, answer) = (field("statement").to_owned(), field("topic").to_owned(), field("answer").to_owned());
                teach(Lesson::Fact { statement, paragraphs, topic, answer })
            }
            TeachId::Missing => {
                let missing = TextField::new("missing", messages::WHAT_IS_MISSING, 200).such_as(messages::SUCH_AS_MISSING);
                let form = Modal::new(TeachId::Missing.custom_id(), messages::NOT_ON_RECORD, vec![missing]);
                Some(responded(interaction, Response::Modal(form), "form"))
            }
            TeachId::Fact => {
                let nearest = Nearest::of(base, &knowledge.answerer.answer(wording.as_deref()?));
                let form = Modal::new(
                    TeachId::Fact.custom_id(),
                    messages::NEW_FACT,
                    vec![
                        TextField::new("statement", messages::STATEMENT, 600).tall().such_as(messages::SUCH_AS_STATEMENT),
                        TextField::new("paragraphs", messages::PARAGRAPHS, 20).such_as("2, 3"),
                        TextField::new("topic", messages::TOPIC, 60).with(&nearest.topic),
                        TextField::new("answer", messages::DIRECT_ANSWER, 200).optional(),
                    ],
                );
                Some(responded(interaction, Response::Modal(form), "form"))
            }
            TeachId::Anyway(key) => {
                let mut pending = locked(&self.pending);
                pending.get(&key).filter(|(of, _)| *of == about)?;
                let (_, wanted) = pending.take(&key)?;
                Some(worked(interaction, about, Work::Teach(Wanted { by, anyway: true, ..wanted })))
            }
            TeachId::Undo(key) => Some(worked(interaction, about, Work::Undo { undo: key.as_str().to_owned(), by })),
        }
    }

    /// Does something to a knowledge base that takes longer than a decision, and says what came of it.
    pub fn work(&self, base: Base, work: &Work) -> Message {
        let Some(teacher) = self.teachers.get(&base) else { return Message::text(messages::NO_FOLDER).private() };
        let refused = |problem: String| Message::text(clip(&plain(&problem), 1_900));
        let message = match work {
            Work::Undo { undo, by } => match teacher.undo(undo, *by) {
                Ok(summary) => Message::text(messages::taken_back(&plain(&clip(&summary, 500)), teacher.noticed_within())),
                Err(problem) => refused(problem),
            },
            Work::Teach(wanted) => match teacher.teach(&self.knowledge_of(base).answerer, wanted) {
                Ok(Taught::Done { summary, then, others, undo }) => {
                    let (summary, then) = (plain(&clip(&summary, 500)), plain(&clip(&then, SHOWN)));
                    let text = messages::taught(&summary, &then, others, teacher.noticed_within());
                    let button =
                        Key::parse(&undo).map(|key| Component::small_button(messages::UNDO, TeachId::Undo(key).custom_id(), false));
                    Message { components: button.map(|button| Row::new(vec![button])).into_iter().collect(), ..Message::text(text) }
                }
                Ok(Taught::Worse(worse)) => {
                    let line =
                        |(question, then): &(String, String)| format!("- {}: {}", plain(&clip(question, SHOWN)), plain(&clip(then, SHOWN)));
                    let lines: Vec<String> = worse.iter().take(LISTED).map(line).collect();
                    let text = messages::worse(worse.len(), &quote(&wanted.wording), &lines.join("\n"));
                    let key = Key::of(&format!("{base:?} {wanted:?}"));
                    locked(&self.pending).put(key.clone(), (base, wanted.clone()));
                    let button = Component::small_button(messages::ANYWAY, TeachId::Anyway(key).custom_id(), false);
                    Message { components: vec![Row::new(vec![button])], ..Message::text(text) }
                }
                Err(problem) => refused(problem),
            },
        };
        message.private()
    }
}

/// The response that something comes later, and the work.
fn worked(interaction: &Interaction, base: Base, work: Work) -> Decision {
    let outcome = if matches!(work, Work::Undo { .. }) { "undo" } else { "teach" };
    let mut decision = responded(interaction, Response::Deferred, outcome);
    decision.actions.push(Action::Work { token: interaction.token.clone(), base, work });
    decision
}

/// What is nearest to a wording.
#[derive(Debug, Default)]
struct Nearest {
    /// The first fact of the nearest question.
    fact: Option<String>,
    /// Its topic, or the first topic there is.
    topic: String,
}

impl Nearest {
    fn of(base: &KnowledgeBase, reply: &Reply) -> Nearest {
        let intent = reply.candidates.iter().find_map(|candidate| match candidate.class {
            Class::Intent(intent) => Some(&base[intent]),
            _ => None,
        });
        match intent {
            Some(intent) => Nearest { fact: intent.facts.first().map(|fact| base[*fact].id.clone()), topic: intent.topic.clone() },
            None => Nearest { fact: None, topic: base.topics().first().map_or_else(String::new, |(topic, _)| (*topic).to_owned()) },
        }
    }
}

/// The wording with the nearest entries as buttons.
fn offered(knowledge: &IndexedKnowledge, wording: &str) -> Message {
    let base = knowledge.base();
    let reply = knowledge.answerer.answer(wording);
    let mut entries: Vec<(String, TeachId)> = Vec::new();
    for candidate in &reply.candidates {
        let entry = match candidate.class {
            Class::Intent(intent) => (console::question(&base[intent]), TeachId::Ask(Key::of(&base[intent].id))),
            Class::Unanswerable(id) => (messages::not_on_record(&base[id].missing), TeachId::No(Key::of(&base[id].id))),
            Class::SmallTalk(_) => continue,
        };
        if entries.len() < NEAREST && entries.iter().all(|(_, id)| *id != entry.1) {
            entries.push(entry);
        }
    }
    let list = entries.iter().enumerate().map(|(n, (title, _))| format!("{}. {}", n + 1, curated(&clip(title, SHOWN))));
    let text = messages::where_does_it_belong(&quote(wording), &list.collect::<Vec<_>>().join("\n"));
    let nearest = entries
        .into_iter()
        .enumerate()
        .map(|(n, (title, id))| Component::button(label(&format!("{}. {title}", n + 1), MAX_LABEL), id.custom_id()));
    let nearest: Vec<Component> = nearest.collect();
    let others = vec![
        Component::small_button(messages::NOT_ON_RECORD, TeachId::Missing.custom_id(), false),
        Component::small_button(messages::NEW_FACT, TeachId::Fact.custom_id(), false),
    ];
    let rows = [nearest, others].into_iter().filter(|row| !row.is_empty()).map(Row::new);
    Message { components: rows.collect(), ..Message::text(text) }
}

/// Numbers of paragraphs, such as "2, 3"; `None` if there are none.
fn paragraphs(text: &str) -> Option<Vec<u32>> {
    let numbers: Option<Vec<u32>> =
        text.split(|c: char| c == ',' || c.is_whitespace()).filter(|number| !number.is_empty()).map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_ids_come_back() {
        let key = Key::of("some-intent");
        for id in [
            TeachId::Ask(key.clone()),
            TeachId::No(key.clone()),
            TeachId::Missing,
            TeachId::Fact,
            TeachId::Anyway(key.clone()),
            TeachId::Undo(key),
        ] {
            let text = id.custom_id();
            assert!(text.len() <= crate::payload::MAX_CUSTOM_ID && crate::components::CustomId::parse(&text).is_none(), "{text}");
            assert_eq!(TeachId::parse(&text), Some(id));
        }
        for forged in ["1:teach", "1:teach:ask:x", "1:undo:", "1:undo:../..", "2:teach:fact"] {
            assert_eq!(TeachId::parse(forged), None, "{forged}");
        }
    }

    #[test]
    fn paragraphs_are_numbers() {
        assert_eq!(paragraphs(" 2, 3 "), Some(vec![2, 3]));
        assert_eq!(paragraphs("4"), Some(vec![4]));
        for bad in ["", ",", "two", "-1", "2-3"] {
            assert_eq!(paragraphs(bad), None, "{bad}");
        }
    }
}
