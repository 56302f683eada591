//! What is recorded of a reply: nothing if the question was answered well, else one gap for each of its parts that was not.

use crate::redaction::{Redacted, clipped, redacted};
use factotum_core::answering::evidence::{Evidence, SURE};
use factotum_core::answering::{Answerer, Outcome, Reason, Reply};
use factotum_core::interpretation::Interpretation;
use factotum_core::knowledge::{IntentId, KnowledgeBase};
use factotum_core::matching::{Candidate, Class};
use factotum_core::render::decline_text;
use factotum_core::text;
use factotum_wording::Language;
use serde::{Deserialize, Serialize};

/// Longest text of what was missing, in bytes: a refusal that quotes a long statement.
const MAX_MISSING: usize = 300;
/// Longest text of what a person answered, in bytes: a paragraph, of which a fact can be made.
const MAX_DRAFT: usize = 1_000;
/// How many candidates are kept: the curator is shown the three nearest questions.
const CANDIDATES: usize = 3;
/// Most gaps of one reply: a compound question has hardly more parts than this.
const MAX_GAPS: usize = 4;

/// Why a question is in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was declined.
    Declined,
    /// It was answered with less than certainty, or two questions were offered.
    Weak,
    /// Its answer was rated "Not helpful".
    NotHelpful,
    /// It was declined, passed on, and answered by a person.
    Person,
}

impl Kind {
    /// Its name in JSON, in the file and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Declined => "declined",
            Kind::Weak => "weak",
            Kind::NotHelpful => "not_helpful",
            Kind::Person => "person",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Kind> {
        [Kind::Declined, Kind::Weak, Kind::NotHelpful, Kind::Person].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A question of the knowledge base that came close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// The id of the intent.
    pub id: String,
    /// How likely it answers the question, 0 to 1.
    pub confidence: f32,
}

/// A question without a good answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The question, redacted.
    pub question: String,
    /// Why it is recorded.
    pub kind: Kind,
    /// The stable name of the reason, as in `ask --json`; for an answer, what was wrong with it, if somebody said so.
    pub reason: &'static str,
    /// What was missing, or what a person answered; may be empty.
    pub missing: String,
    /// How likely the nearest question answers it, 0 to 1.
    pub confidence: f32,
    /// The nearest questions, best first.
    pub candidates: Vec<Near>,
    /// Fingerprint of the knowledge base.
    pub knowledge_base: String,
}

impl Gap {
    /// The gaps that a reply shows.
    ///
    /// What is no question in English is left out: nobody could answer it by adding to the knowledge base, and its names could not be recognised.
    /// So are a bare name, and a follow-up that nothing before it settles. Other follow-ups count as the full questions that they were read as.
    pub fn all(answerer: &Answerer, question: &str, reply: &Reply) -> Vec<Gap> {
        let question = reply.read_as.as_deref().unwrap_or(question);
        let declined_parts: Vec<Gap> = reply
            .parts
            .iter()
            .filter(|part| reply.unanswered.contains(&part.text))
            .filter_map(|part| {
                let (outcome, decision) = (&part.decision.outcome, &part.decision);
                let decided = (decision.confidence, decision.candidates.as_slice(), decision.evidence.as_slice());
                Self::of(answerer, &part.text, outcome, decided, Some(&decision.interpretation), &reply.suggestions)
            })
            .take(MAX_GAPS)
            .collect();
        if !declined_parts.is_empty() {
            return declined_parts;
        }
        // Names and the like are recognised in English alone.
        if reply.record != answerer.base().language() {
            return Vec::new();
        }
        let decided = (reply.confidence, reply.candidates.as_slice(), reply.evidence.as_slice());
        Self::of(answerer, question, &reply.outcome, decided, reply.interpretation.as_ref(), &reply.suggestions).into_iter().collect()
    }

    /// A question whose answer somebody rated "Not helpful". `question` is redacted already, or a question of the knowledge base.
    pub fn not_helpful(base: &KnowledgeBase, question: &str, intent: &str) -> Gap {
        Gap {
            question: clipped(question),
            kind: Kind::NotHelpful,
            reason: "",
            missing: String::new(),
            confidence: 1.0,
            candidates: vec![Near { id: intent.to_owned(), confidence: 1.0 }],
            knowledge_base: base.version.clone(),
        }
    }

    /// A question that a person answered with this text, which becomes a draft: both are redacted. `reply` is what the knowledge base says to it.
    pub fn answered_by_person(answerer: &Answerer, question: &str, text: &str, reply: &Reply) -> Gap {
        let candidates = nearest(answerer.base(), &reply.candidates, &reply.evidence, &reply.suggestions);
        let draft = format!("A person answered: {}", redacted(answerer, text::truncate(text, MAX_DRAFT), &[]).text);
        Gap {
            question: redacted(answerer, question, reply.corrections()).text,
            kind: Kind::Person,
            reason: "",
            missing: text::truncate(&draft, MAX_DRAFT).to_owned(),
            confidence: candidates.first().map_or(0.0, |near| near.confidence),
            candidates,
            knowledge_base: answerer.base().version.clone(),
        }
    }

    fn of(
        answerer: &Answerer,
        question: &str,
        outcome: &Outcome,
        (confidence, candidates, evidence): (f32, &[Candidate], &[Evidence]),
        interpretation: Option<&Interpretation>,
        suggestions: &[IntentId],
    ) -> Option<Gap> {
        let (kind, reason) = match outcome {
            Outcome::NoAnswer(Reason::Unreadable(_) | Reason::NotEnglish | Reason::Unsettled | Reason::BareName { .. })
            | Outcome::SmallTalk(_) => {
                return None;
            }
            Outcome::Answer(_) if confidence >= SURE => return None,
            Outcome::NoAnswer(reason) => (Kind::Declined, Some(reason)),
            Outcome::Answer(_) | Outcome::Clarify(_) => (Kind::Weak, None),
        };
        let base = answerer.base();
        let question = redacted(answerer, question, interpretation.map_or(&[], |i| i.corrections.as_slice()));
        let missing = match (reason, interpretation) {
            (Some(Reason::Unaccounted(words)), _) => unaccounted(base, words, &question),
            (Some(reason), _) => decline_text(base, reason, Language::English),
            (None, Some(interpretation)) => match evidence.first().map(|first| first.leftover_words(interpretation)) {
                Some(words) if !words.is_empty() => unaccounted(base, &words, &question),
                _ => String::new(),
            },
            (None, None) => String::new(),
        };
        let candidates = nearest(base, candidates, evidence, suggestions);
        Some(Gap {
            question: question.text,
            kind,
            reason: match outcome {
                Outcome::NoAnswer(reason) => reason.as_str(),
                Outcome::Clarify(_) => "clarify",
                _ => "",
            },
            missing: text::truncate(&missing, MAX_MISSING).to_owned(),
            confidence: candidates.first().map_or(0.0, |near| near.confidence),
            candidates,
            knowledge_base: base.version.clone(),
        })
    }
}

/// The intents that come closest, best first: those that were looked at, then those that were suggested. Unanswerable questions are not among
/// them: how likely one of these was meant says nothing about the distance to an answer.
fn nearest(base: &KnowledgeBase, candidates: &[Candidate], evidence: &[Evidence], suggestions: &[IntentId]) -> Vec<Near> {
    let weighed = candidates.iter().zip(evidence).filter_map(|(candidate, evidence)| match candidate.class {
        Class::Intent(intent) => Some((intent, evidence.confidence.clamp(0.0, 1.0))),
        _ => None,
    });
    let mut nearest: Vec<(IntentId, f32)> = weighed.collect();
    nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
    for suggested in suggestions {
        if nearest.iter().all(|(intent, _)| intent != suggested) {
            nearest.push((*suggested, 0.0));
        }
    }
    let id = |intent: IntentId| text::truncate(&base[intent].id, MAX_MISSING).to_owned();
    nearest.into_iter().take(CANDIDATES).map(|(intent, confidence)| Near { id: id(intent), confidence }).collect()
}

/// What a refusal says of words that nothing accounts for; those that were redacted are left out.
fn unaccounted(base: &KnowledgeBase, words: &[String], question: &Redacted) -> String {
    let kept: Vec<String> = words.iter().filter(|word| question.keeps(word)).cloned().collect();
    let reason = if kept.is_empty() { Reason::NothingClose } else { Reason::Unaccounted(kept) };
    decline_text(base, &reason, Language::English)
}
