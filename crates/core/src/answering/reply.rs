//! What a question comes to: an answer, a choice, a refusal or small talk, with how it was understood.

use super::evidence::Evidence;
use super::timeline::EventPair;
use crate::grammar::Kind;
use crate::interpretation::{Correction, Interpretation};
use crate::knowledge::{EntityId, FactId, IntentId, KnowledgeBase, RoleId, SmallTalkId, Today, UnanswerableId};
use crate::matching::Candidate;
use crate::question::Unreadable;
use factotum_wording::Language;

/// One question answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerPart {
    /// The intent that it was taken for.
    pub intent: IntentId,
    /// The direct answer; may be empty.
    pub direct: String,
    /// Facts that support it, the shown ones first; never empty.
    pub facts: Vec<FactId>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// There is no word to read, or too many.
    Unreadable(Unreadable),
    /// Written in another language than English.
    NotEnglish,
    /// A question that is known not to be on record.
    Unanswerable(UnanswerableId),
    /// It names something that the nearest statement does not speak of.
    UnknownName(EntityId),
    /// It asks for an office whose holder is not on record.
    UnknownOffice {
        /// What the office is called.
        role: RoleId,
        /// Whose office it is.
        of: EntityId,
    },
    /// It asks whether somebody is on a list that does not say; with what is on record.
    NotListed {
        /// Who is asked about.
        entity: EntityId,
        /// What is on record instead; may be empty.
        if_unknown: String,
    },
    /// It asks who has a value that nobody on the list has.
    NoSuchValue {
        /// The year that it names, if it does.
        year: Option<String>,
        /// What is on record instead; may be empty.
        if_unknown: String,
    },
    /// It asks for a time that the record does not cover.
    OutsideTime(String),
    /// It has names in roles in which the nearest statement does not have them.
    OtherRoles(FactId),
    /// It denies what the nearest statement says, or asks for all but those of whom it speaks.
    OtherPolarity(FactId),
    /// It asks for something of a kind that the nearest statement does not have: a number, a time.
    NotSupplied(Kind),
    /// It has words that the nearest statement does not account for.
    Unaccounted(Vec<String>),
    /// It leaves something to a question before it, which does not settle it.
    Unsettled,
    /// Nothing on record is close.
    NothingClose,
    /// It is only a name or a word, and asks nothing.
    BareName {
        /// Those on record that may be meant; empty for a word that is nobody's name.
        entities: Vec<EntityId>,
        /// The word as it was read.
        word: String,
    },
}

impl Reason {
    /// Its stable name in JSON, logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Reason::Unreadable(Unreadable::Empty) => "empty",
            Reason::Unreadable(Unreadable::TooLong) => "too-long",
            Reason::NotEnglish => "not-english",
            Reason::Unanswerable(_) => "unanswerable",
            Reason::UnknownName(_) => "unknown-name",
            Reason::UnknownOffice { .. } => "unknown-office",
            Reason::NotListed { .. } => "not-listed",
            Reason::NoSuchValue { .. } => "no-such-value",
            Reason::OutsideTime(_) => "outside-time",
            Reason::OtherRoles(_) => "other-roles",
            Reason::OtherPolarity(_) => "other-polarity",
            Reason::NotSupplied(_) => "not-supplied",
            Reason::Unaccounted(_) => "unaccounted-words",
            Reason::Unsettled => "unsettled",
            Reason::NothingClose => "nothing-close",
            Reason::BareName { .. } => "bare-name",
        }
    }
}

/// What a question comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Answered from the record: one part, or one for each half of a compound question.
    Answer(Vec<AnswerPart>),
    /// Two interpretations are close; both are offered, by intent.
    Clarify(Vec<IntentId>),
    /// Declined.
    NoAnswer(Reason),
    /// Small talk.
    SmallTalk(SmallTalkId),
}

/// What was decided on one question that is not compound, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// How it was understood.
    pub interpretation: Interpretation,
    /// What it comes to.
    pub outcome: Outcome,
    /// Confidence that the best candidate answers it, 0 to 1, whatever the outcome.
    pub confidence: f32,
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// The evidence for each candidate, in their order.
    pub evidence: Vec<Evidence>,
    /// The two events whose dates the answer was computed from.
    pub events: Option<EventPair>,
}

impl Decision {
    /// Keeps the best candidates only.
    pub(super) fn keep(&mut self, best: usize) {
        self.candidates.truncate(best);
        self.evidence.truncate(best);
    }
}

/// One part of a compound question.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The part in the asker's words.
    pub text: String,
    /// What was decided on it.
    pub decision: Decision,
}

/// The reply to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What the question comes to.
    pub outcome: Outcome,
    /// Confidence that the best candidate answers it, 0 to 1, whatever the outcome.
    pub confidence: f32,
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// The evidence for each candidate, in their order.
    pub evidence: Vec<Evidence>,
    /// Related questions to offer.
    pub suggestions: Vec<IntentId>,
    /// Parts of a compound question that are not on record, in the asker's words.
    pub unanswered: Vec<String>,
    /// How the question was understood; `None` where it is not a question in English.
    pub interpretation: Option<Interpretation>,
    /// The two events whose dates the answer was computed from.
    pub events: Option<EventPair>,
    /// The parts of a compound question that the reply was combined from; empty where the question was answered as one.
    pub parts: Vec<Part>,
    /// Of a follow-up: the full question as which it was read with the question before it.
    pub read_as: Option<String>,
    /// Of an answer that is overdue for review: since when. Set by [`Reply::shown_on`].
    pub overdue: Option<String>,
    /// The language of the program's own words in it.
    pub language: Language,
    /// The language in which the question was asked: what is on record is shown in it, as far as it is translated.
    pub record: Language,
}

impl Reply {
    /// The same reply in the words of an asker's language. What was asked in another language is answered in that one.
    pub fn shown_in(self, language: Language) -> Reply {
        if self.language == Language::default() { Reply { language, ..self } } else { self }
    }

    /// Whether something that an answer shows is not in the language in which it was asked for.
    pub fn is_untranslated(&self, base: &KnowledgeBase) -> bool {
        let Outcome::Answer(parts) = &self.outcome else { return false };
        let Some(translation) = base.translation(self.record) else { return false };
        parts.iter().flat_map(|part| &part.facts).any(|fact| !translation.statements.contains_key(fact))
    }

    /// The same reply as it is shown on a day: an answer says if what it rests on should have been reviewed by then.
    pub fn shown_on(self, base: &KnowledgeBase, today: &Today) -> Reply {
        let parts: &[AnswerPart] = match &self.outcome {
            Outcome::Answer(parts) => parts,
            _ => &[],
        };
        let dates = parts.iter().flat_map(|part| &part.facts).filter_map(|fact| base[*fact].review_after.as_deref());
        let overdue = dates.filter(|date| today.is_after(date)).min().map(str::to_owned);
        Reply { overdue, ..self }
    }

    /// The reply to what is not a question in English.
    pub(crate) fn unread(reason: Reason) -> Reply {
        Reply {
            outcome: Outcome::NoAnswer(reason),
            confidence: 0.0,
            candidates: Vec::new(),
            evidence: Vec::new(),
            suggestions: Vec::new(),
            unanswered: Vec::new(),
            interpretation: None,
            events: None,
            parts: Vec::new(),
            read_as: None,
            overdue: None,
            language: Language::default(),
            record: Language::default(),
        }
    }

    /// Words that were read as others.
    pub fn corrections(&self) -> &[Correction] {
        self.interpretation.as_ref().map_or(&[], |i| i.corrections.as_slice())
    }
}
