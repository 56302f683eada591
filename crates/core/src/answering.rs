//! From a question to an outcome: the one place that decides to answer or to decline.

pub mod compound;
pub mod evidence;
pub mod relation;
mod timeline;

use crate::english::english;
use crate::knowledge::{
    AnswerType, EntityId, FactId, Find, IntentId, KnowledgeBase, RoleId, SmallTalkId, UnanswerableId, UnanswerableReason,
};
use crate::matching::{Candidate, Class, Learned, Matcher, Ranking};
use crate::question::{Question, Unreadable};
use crate::reading::{Correction, Reading, Unit};
use crate::vectors::Table;
use evidence::{Case, Evidence};
use timeline::Events;

/// Facts that are shown with one answer at most: more than two statements are an essay, not an answer.
const MAX_FACTS: usize = 2;
/// Bytes of direct answer and statements together: what fits the scorer's and a reader's idea of concise.
pub const MAX_ANSWER: usize = 430;
/// Candidates that a reply shows.
const SHOWN: usize = 5;
/// Suggestions with a decline: what fits a row of buttons and a glance.
pub const MAX_SUGGESTIONS: usize = 3;

/// Coverage from which a question about two events is taken to be answered by a single fact.
const FULL: f32 = 0.95;
/// Confidence of a relation's intent from which a decline shows its list.
const LISTED: f32 = 0.2;

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
    /// It asks for a time that the record does not cover.
    OutsideTime(String),
    /// It has words that the nearest statement does not account for.
    Unaccounted(Vec<String>),
    /// Nothing on record is close.
    NothingClose,
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
            Reason::OutsideTime(_) => "outside-time",
            Reason::Unaccounted(_) => "unaccounted-words",
            Reason::NothingClose => "nothing-close",
        }
    }
}

/// What a question comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Answered from the record: one part, or one for each half of a compound question.
    Answer(Vec<AnswerPart>),
    /// Two readings are close; both are offered, by intent.
    Clarify(Vec<IntentId>),
    /// Declined.
    NoAnswer(Reason),
    /// Small talk.
    SmallTalk(SmallTalkId),
}

/// A question with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What it comes to.
    pub outcome: Outcome,
    /// Confidence that the best candidate answers the question, 0 to 1, whatever the outcome.
    pub confidence: f32,
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// Intents to offer.
    pub suggestions: Vec<IntentId>,
    /// Words that were read as others.
    pub corrections: Vec<Correction>,
    /// Halves of a compound question that are not on record, as the asker put them.
    pub unanswered: Vec<String>,
    /// What evidence said of each candidate, in their order.
    pub evidence: Vec<Evidence>,
}

/// Answers questions from a knowledge base.
#[derive(Debug)]
pub struct Answerer {
    base: KnowledgeBase,
    matcher: Matcher,
    events: Events,
}

/// What was decided on one question before anything is put together from halves.
struct Decision {
    outcome: Outcome,
    confidence: f32,
    ranking: Ranking,
    evidence: Vec<Evidence>,
}

impl Answerer {
    /// Learns a base, with the built-in word vectors.
    pub fn new(base: KnowledgeBase) -> Answerer {
        Self::learn(base, Table::built_in(), &mut |_| {})
    }

    /// Learns a base with a table of word vectors; `progress` is told from time to time how far that is, 0 to 1.
    pub fn learn(base: KnowledgeBase, table: Table, progress: &mut dyn FnMut(f32)) -> Answerer {
        let matcher = Matcher::new(&base, table, progress);
        Self::assemble(base, matcher)
    }

    /// A base that was learned before, with the built-in word vectors.
    pub fn from_learned(base: KnowledgeBase, learned: Learned) -> Answerer {
        let matcher = Matcher::from_learned(learned, Table::built_in());
        Self::assemble(base, matcher)
    }

    fn assemble(base: KnowledgeBase, matcher: Matcher) -> Answerer {
        let events = Events::new(&base, &matcher);
        Answerer { base, matcher, events }
    }

    /// What is on record.
    pub fn base(&self) -> &KnowledgeBase {
        &self.base
    }

    /// The matcher, for those who look into it.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Answers a question, or declines with the reason.
    pub fn answer(&self, text: &str) -> Reply {
        let question = match Question::parse(text) {
            Ok(question) => question,
            Err(unreadable) => return Reply::without(Outcome::NoAnswer(Reason::Unreadable(unreadable))),
        };
        if crate::language::is_foreign(&question, &|w| self.matcher.reader().owns(w)) {
            return Reply::without(Outcome::NoAnswer(Reason::NotEnglish));
        }
        let reading = self.matcher.read(&self.base, question);
        let whole = self.decide(&reading);
        let (decision, unanswered) = compound::answer(self, &reading, whole);
        let suggestions = self.suggestions(&decision);
        let mut candidates = decision.ranking.candidates;
        let mut evidence = decision.evidence;
        candidates.truncate(SHOWN);
        evidence.truncate(SHOWN);
        Reply {
            outcome: decision.outcome,
            confidence: decision.confidence,
            candidates,
            suggestions,
            corrections: reading.corrections,
            unanswered,
            evidence,
        }
    }

    /// Decides one question that is not compound.
    fn decide(&self, reading: &Reading) -> Decision {
        let ranking = self.matcher.rank(&self.base, reading);
        let (base, matcher) = (&self.base, &self.matcher);
        let case = Case { base, matcher, reading, claims: matcher.claims(reading), names: binding_names(base, reading), ranking: &ranking };
        let mut judged: Vec<(Candidate, Evidence)> = ranking.candidates.iter().map(|c| (c.clone(), evidence::judge(&case, c))).collect();
        judged.sort_by(|a, b| b.1.confidence.total_cmp(&a.1.confidence).then(b.0.probability.total_cmp(&a.0.probability)));
        self.prefer_kin(&mut judged);
        let (candidates, evidence): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
        let ranking = Ranking { candidates };
        let confidence = evidence.first().map_or(0.0, |e| e.confidence);
        // Two dated events set in order: computed, whatever single fact is also close.
        if let Some(pair) = self.events.pair(&self.base, reading)
            && !self.settled(&ranking, &evidence)
            && let Some(part) = relation::order(&self.base, &pair)
        {
            return Decision { outcome: Outcome::Answer(vec![part]), confidence: evidence::SURE, ranking, evidence };
        }
        let outcome = self.outcome(reading, &ranking, &evidence);
        Decision { outcome, confidence, ranking, evidence }
    }

    /// Whether a single fact answers beyond doubt and accounts for all that was asked.
    fn settled(&self, ranking: &Ranking, evidence: &[Evidence]) -> bool {
        let ordered = |c: &Candidate| matches!(c.class, Class::Intent(i) if self.base[i].relation.as_ref().is_some_and(|r| matches!(r.find, Find::Order | Find::Difference)));
        ranking
            .candidates
            .first()
            .zip(evidence.first())
            .is_some_and(|(c, e)| !ordered(c) && e.confidence >= evidence::SURE && e.coverage >= FULL)
    }

    /// Of candidates that come to the same, the first becomes the one that the model means most and whose kind of answer
    /// was asked for: confidence says which fact, not in which words.
    fn prefer_kin(&self, judged: &mut [(Candidate, Evidence)]) {
        let effect = |c: &Candidate| self.matcher.effect(&self.base, c.class);
        let Some(first) = judged.first().map(|(c, _)| effect(c)) else { return };
        let merit =
            |(c, e): &(Candidate, Evidence)| if e.objection.is_some() { 0.0 } else { c.probability * e.answer_type * e.answer_type };
        let best = (0..judged.len())
            .filter(|i| effect(&judged[*i].0) == first)
            .max_by(|a, b| merit(&judged[*a]).total_cmp(&merit(&judged[*b])).then(b.cmp(a)));
        if let Some(best) = best.filter(|b| *b > 0 && merit(&judged[*b]) > 0.0) {
            // It stands for the whole group, so it takes the group's confidence.
            let confidence = judged[0].1.confidence;
            judged[..=best].rotate_right(1);
            judged[0].1.confidence = confidence;
        }
    }

    fn outcome(&self, reading: &Reading, ranking: &Ranking, evidence: &[Evidence]) -> Outcome {
        let (Some(best), Some(first)) = (ranking.candidates.first(), evidence.first()) else {
            return Outcome::NoAnswer(Reason::NothingClose);
        };
        match best.class {
            Class::SmallTalk(talk) if first.confidence >= evidence::ENOUGH => Outcome::SmallTalk(talk),
            Class::Unanswerable(miss) if first.confidence >= evidence::ENOUGH => {
                let reason = Reason::Unanswerable(miss);
                Outcome::NoAnswer(self.listed(reading, ranking, evidence).unwrap_or(reason))
            }
            Class::Intent(intent) => {
                if let Some(reason) = first.objection.clone() {
                    return Outcome::NoAnswer(self.listed(reading, ranking, evidence).unwrap_or(reason));
                }
                if first.confidence < evidence::ENOUGH {
                    return Outcome::NoAnswer(self.weak_reason(reading, first));
                }
                // A runner-up that would say something else and is just as likely: offer both.
                let rival = ranking.candidates.iter().zip(evidence).skip(1).find_map(|(c, e)| match c.class {
                    Class::Intent(other) if e.objection.is_none() && self.says_other(intent, other) => Some((other, e.confidence)),
                    _ => None,
                });
                if let Some((other, confidence)) = rival
                    && first.confidence - confidence < evidence::CLOSE
                    && first.confidence < evidence::SURE
                {
                    return Outcome::Clarify(vec![intent, other]);
                }
                match self.part(intent, reading, first) {
                    Ok(part) => Outcome::Answer(vec![part]),
                    Err(reason) => Outcome::NoAnswer(reason),
                }
            }
            _ => Outcome::NoAnswer(self.weak_reason(reading, first)),
        }
    }

    /// Where a name is asked about that a list on record does not have: the reason that shows the list.
    fn listed(&self, reading: &Reading, ranking: &Ranking, evidence: &[Evidence]) -> Option<Reason> {
        // A near miss written beside a list has all of the confidence, and the list may not even be proposed.
        let beside = ranking.candidates.first().map_or(&[][..], |c| match c.class {
            Class::Unanswerable(miss) => self.base[miss].near.as_slice(),
            _ => &[],
        });
        let likely = ranking.candidates.iter().zip(evidence).filter(|(_, e)| e.confidence >= LISTED);
        let proposed = likely.filter_map(|(c, _)| if let Class::Intent(intent) = c.class { Some(intent) } else { None });
        beside.iter().copied().chain(proposed).find_map(|intent| {
            let used = self.base[intent].relation.as_ref().filter(|u| u.find == Find::Holds || u.find == Find::Value)?;
            relation::answer(&self.base, intent, used, reading).err().filter(|r| matches!(r, Reason::NotListed { .. }))
        })
    }

    /// Whether two intents would show different facts.
    fn says_other(&self, a: IntentId, b: IntentId) -> bool {
        let (a, b) = (&self.base[a], &self.base[b]);
        a.facts.first() != b.facts.first() && !(a.facts.iter().any(|f| b.facts.contains(f)))
    }

    /// Why a weak match is not enough: what was not understood, or nothing close.
    fn weak_reason(&self, reading: &Reading, evidence: &Evidence) -> Reason {
        if let Some(office) = reading.open_offices.first() {
            return Reason::UnknownOffice { role: office.role, of: office.of };
        }
        if let Some(entity) = evidence.strays.first() {
            return Reason::UnknownName(*entity);
        }
        if !evidence.leftover.is_empty() && evidence.coverage > 0.3 {
            return Reason::Unaccounted(evidence.leftover_words(reading));
        }
        Reason::NothingClose
    }

    /// The answer that an intent gives to a question.
    fn part(&self, id: IntentId, reading: &Reading, evidence: &Evidence) -> Result<AnswerPart, Reason> {
        let intent = &self.base[id];
        if let Some(used) = &intent.relation {
            return relation::answer(&self.base, id, used, reading);
        }
        // A name or figure that is not the statement's, or a choice: no "Yes." to it, the statement puts it right.
        let agrees =
            (evidence.strays.is_empty() && evidence.figures.is_empty() && !evidence.choice) || intent.answer_type != AnswerType::YesNo;
        let direct = if agrees && direct_fits(intent.answer_type, intent.false_premise, &reading.question) {
            intent.answer.clone()
        } else {
            String::new()
        };
        let mut facts: Vec<FactId> = intent.facts.iter().copied().take(MAX_FACTS).collect();
        // Whatever contradicts the shown fact is shown with it.
        let against: Vec<FactId> =
            facts.iter().flat_map(|f| self.base[*f].contradicts.iter().copied()).filter(|f| !facts.contains(f)).collect();
        facts.extend(against);
        Ok(AnswerPart { intent: id, direct, facts })
    }

    /// Up to three intents near the question that can be answered.
    fn suggestions(&self, decision: &Decision) -> Vec<IntentId> {
        let mut out: Vec<IntentId> = Vec::new();
        let add = |intent: IntentId, out: &mut Vec<IntentId>| {
            let slotted = self.base[intent].question.contains('{');
            let repeats = out.iter().any(|o| self.base[*o].question == self.base[intent].question);
            if !slotted && !repeats && !out.contains(&intent) && out.len() < MAX_SUGGESTIONS {
                out.push(intent);
            }
        };
        match &decision.outcome {
            Outcome::SmallTalk(_) | Outcome::Answer(_) => {
                // Related: what else is on record of the same things.
                let Outcome::Answer(parts) = &decision.outcome else { return out };
                for part in parts {
                    for other in self.matcher.related(part.intent) {
                        if parts.iter().all(|p| self.says_other(p.intent, other)) {
                            add(other, &mut out);
                        }
                    }
                }
            }
            Outcome::Clarify(intents) => intents.iter().for_each(|i| add(*i, &mut out)),
            Outcome::NoAnswer(reason) => {
                if matches!(reason, Reason::Unreadable(_) | Reason::NotEnglish) {
                    return out;
                }
                let off_topic = matches!(reason, Reason::Unanswerable(m) if matches!(self.base[*m].reason, UnanswerableReason::OffTopic | UnanswerableReason::Instruction));
                if off_topic {
                    return out;
                }
                // The best of the candidates comes first: the decline may have been a mistake.
                let mut near: Vec<IntentId> = Vec::new();
                for candidate in &decision.ranking.candidates {
                    match candidate.class {
                        Class::Intent(i) => near.push(i),
                        Class::Unanswerable(m) => near.extend(&self.base[m].near),
                        Class::SmallTalk(_) => {}
                    }
                }
                near.into_iter().for_each(|i| add(i, &mut out));
            }
        }
        out
    }
}

impl Reply {
    fn without(outcome: Outcome) -> Reply {
        Reply {
            outcome,
            confidence: 0.0,
            candidates: Vec::new(),
            suggestions: Vec::new(),
            corrections: Vec::new(),
            unanswered: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

/// Whether a direct answer of one kind may stand before the statement when a question asks for another kind.
fn direct_fits(supplied: AnswerType, false_premise: bool, question: &Question) -> bool {
    if false_premise {
        return true;
    }
    match (supplied, question.expected) {
        // "Yes." and "No." only where the question asks just that, and is not turned round by a denial in its midst.
        (AnswerType::YesNo, Some(AnswerType::YesNo)) => !turned(question),
        (AnswerType::YesNo, _) => false,
        (_, None | Some(AnswerType::Statement)) => true,
        (supplied, Some(expected)) => supplied == expected || evidence::agreement(expected, supplied) >= 0.8,
    }
}

/// "Is it true that Serbia has not ...": yes and no change places, unlike in "Hasn't Serbia ...?".
fn turned(question: &Question) -> bool {
    let first_denial = question.words.iter().position(|w| english().denies(&w.text));
    match first_denial {
        None => question.tagged && question.words.iter().any(|w| english().denies(&w.text)),
        Some(at) => at > 1,
    }
}

/// Names in a reading that a statement should speak of: countries and people.
pub(crate) fn binding_names(base: &KnowledgeBase, reading: &Reading) -> Vec<EntityId> {
    let mut out: Vec<EntityId> = Vec::new();
    for part in reading.parts.iter().filter(|p| reading.question.focus[p.from]) {
        if let Unit::Entity(e) = part.unit {
            let entity = &base[e];
            if (!entity.on_record || matches!(entity.kind.as_str(), "country" | "person")) && !out.contains(&e) {
                out.push(e);
            }
        }
    }
    out
}
