//! How a question was read, and what speaks for and against each candidate, in words that a curator knows.

use factotum_core::answering::evidence::Evidence;
use factotum_core::answering::{Reason, Reply};
use factotum_core::grammar::{Frame, Name, Place};
use factotum_core::interpretation::{Interpretation, Mention};
use factotum_core::knowledge::{AnswerType, Intent, KnowledgeBase, date_in_words};
use factotum_core::matching::{Candidate, Class};
use factotum_curator::edit::Asked;

/// How many of the nearest entries are offered: as many as have a key.
pub const NEAREST: usize = 3;

/// A stretch of a question, and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The words as they were read.
    pub(crate) words: String,
    /// What they are; empty for words that stand for themselves.
    pub(crate) taken_for: String,
}

/// Something on record that a question may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// What it is; `None` for small talk, which gets no wordings here.
    pub asked: Option<Asked>,
    /// The question as people are shown it, or what is missing.
    pub title: String,
    /// The answer or the refusal.
    pub says: String,
    /// Where it comes from; empty for what has no source.
    pub source: String,
    /// The id of the fact behind it.
    pub fact: Option<String>,
    /// The topic that it stands in.
    pub topic: String,
    /// Confidence that this is meant, in per cent.
    pub per_cent: u32,
    /// What speaks for it.
    pub speaks_for: Vec<String>,
    /// What speaks against it: what it lacks.
    pub speaks_against: Vec<String>,
}

/// How the question was read, stretch by stretch.
pub(crate) fn read_as(base: &KnowledgeBase, interpretation: &Interpretation) -> Vec<Stretch> {
    let stretch = |span: &factotum_core::interpretation::Span| {
        let taken_for = match span.mention {
            Mention::Entity(e) => {
                let entity = &base[e];
                let about = if entity.description.is_empty() { &entity.kind } else { &entity.description };
                if entity.on_record { format!("{}, {about}", entity.name) } else { format!("{}, nothing on record", entity.name) }
            }
            Mention::Role(r) => format!("the office “{}”", base[r].words.first().map_or(base[r].id.as_str(), String::as_str)),
            Mention::SynonymSet(s) => format!("like “{}”", base[s].words.first().map_or(base[s].id.as_str(), String::as_str)),
            Mention::Slot => "a name".to_owned(),
            Mention::Word => String::new(),
        };
        Stretch { words: interpretation.words(span), taken_for }
    };
    interpretation.spans.iter().map(stretch).collect()
}

/// Further things that were understood, each a short sentence without a full stop.
pub(crate) fn notes(reply: &Reply) -> Vec<String> {
    let Some(interpretation) = &reply.interpretation else { return Vec::new() };
    let mut out: Vec<String> = Vec::new();
    out.extend(interpretation.question.expected.map(|kind| format!("asks {}", asked(kind))));
    out.extend(interpretation.question.denies.then(|| "denies something".to_owned()));
    out.extend(interpretation.corrections.iter().map(|c| format!("“{}” was read as “{}”", c.from, c.to)));
    if reply.parts.len() > 1 {
        out.push(format!("was split into {} questions", reply.parts.len()));
    }
    out
}

/// The [`NEAREST`] entries on record, best first, each once.
pub fn nearby(base: &KnowledgeBase, reply: &Reply) -> Vec<Nearby> {
    // Of a compound question, the parts were decided; each has candidates of its own.
    let whole = reply.candidates.iter().zip(&reply.evidence);
    let parts = reply.parts.iter().flat_map(|part| part.decision.candidates.iter().zip(&part.decision.evidence));
    let mut out: Vec<Nearby> = Vec::new();
    for (candidate, evidence) in whole.chain(parts) {
        let one = one(base, reply, candidate, evidence);
        if one.asked.is_some() && out.iter().all(|other| other.asked != one.asked) {
            out.push(one);
        }
        if out.len() == NEAREST {
            break;
        }
    }
    out
}

fn one(base: &KnowledgeBase, reply: &Reply, candidate: &Candidate, evidence: &Evidence) -> Nearby {
    let interpretation = reply.interpretation.as_ref();
    let mut nearby = Nearby {
        asked: None,
        title: String::new(),
        says: String::new(),
        source: String::new(),
        fact: None,
        topic: String::new(),
        per_cent: (evidence.confidence.clamp(0.0, 1.0) * 100.0).round() as u32,
        speaks_for: speaks_for(candidate, evidence),
        speaks_against: speaks_against(base, interpretation, candidate, evidence),
    };
    match candidate.class {
        Class::Intent(id) => {
            let intent = &base[id];
            nearby.asked = Some(Asked::Question(intent.id.clone()));
            nearby.title.clone_from(&intent.question);
            nearby.topic.clone_from(&intent.topic);
            describe_answer(base, intent, &mut nearby);
        }
        Class::Unanswerable(id) => {
            let unanswerable = &base[id];
            nearby.asked = Some(Asked::Unanswerable(unanswerable.id.clone()));
            nearby.title = unanswerable.paraphrases.first().map_or_else(String::new, |p| p.text.clone());
            nearby.says = format!("Declined. Not on record: {}.", unanswerable.missing);
            let beside = unanswerable.near.first().map(|intent| &base[*intent]);
            nearby.fact = beside.and_then(|intent| intent.facts.first()).map(|fact| base[*fact].id.clone());
            nearby.topic = beside.map_or_else(String::new, |intent| intent.topic.clone());
        }
        Class::SmallTalk(id) => nearby.says.clone_from(&base[id].reply),
    }
    nearby
}

fn describe_answer(base: &KnowledgeBase, intent: &Intent, nearby: &mut Nearby) {
    let Some(fact) = intent.facts.first().map(|fact| &base[*fact]) else { return };
    nearby.says = if intent.answer.is_empty() { fact.statement.clone() } else { format!("{} {}", intent.answer, fact.statement) };
    nearby.source = cited(base, fact);
    nearby.fact = Some(fact.id.clone());
}

/// Source, date and paragraphs of a fact.
pub(crate) fn cited(base: &KnowledgeBase, fact: &factotum_core::knowledge::Fact) -> String {
    let source = &base[fact.source];
    let numbers: Vec<String> = fact.paragraphs.iter().map(u32::to_string).collect();
    let paragraphs = format!("paragraph{} {}", if numbers.len() == 1 { "" } else { "s" }, numbers.join(", "));
    let as_of = fact.as_of.as_deref().map(|date| format!("as of {}", date_in_words(date)));
    [Some(source.title.clone()), Some(paragraphs), as_of].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn speaks_for(candidate: &Candidate, evidence: &Evidence) -> Vec<String> {
    let mut out = Vec::new();
    if evidence.verbatim {
        out.push("it stands on record word for word".to_owned());
        return out;
    }
    // Below a tenth the encoder's likeness says nothing.
    if candidate.own > 0.1 {
        out.push(format!("its nearest wording is {} % alike", per_cent(candidate.own)));
    }
    out.push(format!("it accounts for {} % of the words", per_cent(evidence.coverage)));
    out
}

fn per_cent(share: f32) -> u32 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u32
}

/// What speaks against a candidate, the gravest first.
fn speaks_against(
    base: &KnowledgeBase,
    interpretation: Option<&Interpretation>,
    candidate: &Candidate,
    evidence: &Evidence,
) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    match &evidence.objection {
        Some(Reason::UnknownName(e)) => out.push(format!("it does not speak of {}", base[*e].name)),
        Some(Reason::UnknownOffice { role, of }) => {
            let role = base[*role].words.first().map_or("office", String::as_str);
            out.push(format!("it does not say who the {role} of {} is", base[*of].name));
        }
        Some(Reason::NotListed { entity, .. }) => out.push(format!("{} is not on its list", base[*entity].name)),
        Some(Reason::OutsideTime(year)) => out.push(format!("it says nothing about {year}")),
        Some(Reason::OtherPolarity(_)) => out.push("one of the two denies, the other does not".to_owned()),
        Some(Reason::NotSupplied(_)) => out.push("it does not have the kind of thing that is asked for".to_owned()),
        _ => {}
    }
    if let Some(conflict) = &evidence.conflict {
        out.push(format!("here {}; on record {}", who_does_what(base, &conflict.0), who_does_what(base, &conflict.1)));
    } else if matches!(evidence.objection, Some(Reason::OtherRoles(_))) {
        out.push("who does it to whom is different".to_owned());
    }
    let unmatched: Vec<String> = evidence.unmatched.iter().map(|e| base[*e].name.clone()).collect();
    let known = |text: &String| out.iter().any(|line| line.contains(text.as_str()));
    let unmatched: Vec<String> = unmatched.into_iter().filter(|name| !known(name)).collect();
    if !unmatched.is_empty() {
        out.push(format!("it does not speak of {}", listed(&unmatched)));
    }
    if !evidence.figures.is_empty() {
        out.push(format!("it does not have {}", listed(&evidence.figures)));
    }
    if let Some(interpretation) = interpretation {
        let named = |word: &String| evidence.unmatched.iter().any(|e| factotum_core::text::fold(&base[*e].name).contains(word.as_str()));
        let words = evidence.leftover_words(interpretation).into_iter().filter(|word| !named(word));
        let words: Vec<String> = words.map(|word| format!("“{word}”")).collect();
        if !words.is_empty() {
            out.push(format!("it has nothing for {}", listed(&words)));
        }
        if let (Class::Intent(id), Some(expected)) = (candidate.class, interpretation.question.expected)
            && evidence.answer_type < 0.5
            && base[id].answer_type != expected
        {
            out.push(format!("it answers “{}”, not “{}”", asked(base[id].answer_type), asked(expected)));
        }
    }
    if !evidence.polarity && !matches!(evidence.objection, Some(Reason::OtherPolarity(_))) {
        out.push("one of the two denies, the other does not".to_owned());
    }
    // Something else is likelier, and that is all there is against it.
    if out.is_empty() && evidence.confidence < factotum_core::answering::evidence::ENOUGH {
        out.push("its wordings are too far from this one".to_owned());
    }
    out
}

/// A text with a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// "a, b and c".
fn listed(parts: &[String]) -> String {
    factotum_core::answering::relation::listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn asked(kind: AnswerType) -> &'static str {
    match kind {
        AnswerType::Person => "who or which",
        AnswerType::Date => "when",
        AnswerType::Place => "where",
        AnswerType::Number => "how many or how much",
        AnswerType::List => "which ones",
        AnswerType::Reason => "why",
        AnswerType::YesNo => "whether it is so",
        AnswerType::Statement => "what or how",
    }
}

/// Who does it to whom: "Russia does it to Ukraine".
fn who_does_what(base: &KnowledgeBase, frame: &Frame) -> String {
    let name = |name: &Name| match name {
        Name::Entity(e) => base[*e].short.clone(),
        Name::Slot => "...".to_owned(),
        Name::Text(text) | Name::Noun(text) => text.clone(),
    };
    let (agents, others): (Vec<_>, Vec<_>) = frame.roles.iter().partition(|role| role.place == Place::Agent);
    let agents: Vec<String> = agents.into_iter().map(|role| name(&role.name)).collect();
    let done = if frame.negative { "not done" } else { "done" };
    let mut out = format!("it is {done}");
    if !agents.is_empty() {
        out.push_str(&format!(" by {}", listed(&agents)));
    }
    for role in others {
        let (before, name) = match &role.place {
            Place::Behind(preposition) => (preposition.as_str(), name(&role.name)),
            Place::Owner => ("of", name(&role.name)),
            _ => ("to", name(&role.name)),
        };
        out.push_str(&format!(" {before} {name}"));
    }
    out
}
