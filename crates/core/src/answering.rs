//! From a question to an outcome: the one place that decides to answer or to decline.

mod card;
mod compound;
mod confidence;
mod context;
pub mod evidence;
mod follow_up;
mod foreign;
pub mod relation;
mod reply;
mod suggestions;
mod timeline;

use crate::english::english;
use crate::grammar;
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{AnswerType, EntityId, FactId, Find, IntentId, KnowledgeBase};
use crate::matching::likeness::Encoded;
use crate::matching::{Candidate, Class, Learned, Matcher};
use crate::question::Question;
use crate::translation::Translator;
use evidence::{Case, Evidence};
use factotum_wording::Language;
use timeline::Events;

pub use card::MAX_CARD;
pub use context::{Context, MAX_NAMES};
pub use reply::{AnswerPart, Decision, Outcome, Part, Reason, Reply};
pub use suggestions::MAX_SUGGESTIONS;
pub use timeline::EventPair;

/// Facts that are shown with one answer at most: more than two statements are an essay, not an answer.
const MAX_FACTS: usize = 2;
/// Bytes of direct answer and statements together: what a reader takes in at a glance.
pub const MAX_ANSWER: usize = 430;
/// Candidates that a reply shows.
const SHOWN: usize = 5;

/// Probability of small talk from which it is believed.
const CHATTER: f32 = 0.6;
/// Likeness to an unanswerable question from which a refusal says what that one lacks. The reason of another question would be wrong, and
/// from here on two wordings nearly always mean the same.
const RECOGNISED: f32 = 0.75;
/// Likeness to an unanswerable question that is as good as word for word: spelling and little words move it by less.
const SAME: f32 = 0.95;
/// Coverage from which a question about two events is taken to be answered by a single fact.
const FULL: f32 = 0.65;
/// Confidence of a relation's intent from which a refusal shows its list: below [`evidence::ENOUGH`] by far, since the list only says
/// what is on record, and is of use even where something else was meant.
const LISTED: f32 = 0.2;

/// Answers questions from a knowledge base.
#[derive(Debug)]
pub struct Answerer {
    base: KnowledgeBase,
    matcher: Matcher,
    events: Events,
    translators: Vec<Translator>,
}

/// How many times as probable as by chance a guess has to be.
const BEYOND_CHANCE: f32 = 3.0;

impl Answerer {
    /// Learns a base.
    pub fn new(base: KnowledgeBase) -> Answerer {
        Self::learn(base, &mut |_| {})
    }

    /// Learns a base; `progress` gets the share that is done, 0 to 1.
    pub fn learn(base: KnowledgeBase, progress: &mut dyn FnMut(f32)) -> Answerer {
        let matcher = Matcher::new(&base, progress);
        Self::assemble(base, matcher)
    }

    /// Learns a changed base in less time: what this one has in common with it is taken over. Answers are those of [`Answerer::learn`].
    pub fn relearn(&self, base: KnowledgeBase, progress: &mut dyn FnMut(f32)) -> Answerer {
        let matcher = self.matcher.relearn(&base, progress);
        Self::assemble(base, matcher)
    }

    /// A base that was learned before.
    pub fn from_learned(base: KnowledgeBase, learned: Learned) -> Answerer {
        let matcher = Matcher::from_learned(learned);
        Self::assemble(base, matcher)
    }

    fn assemble(base: KnowledgeBase, matcher: Matcher) -> Answerer {
        let events = Events::new(&base, &matcher);
        let translators = Translator::all(&base);
        Answerer { base, matcher, events, translators }
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
    ///
    /// A compound question is answered as one where it can be; else each part is decided on its own.
    /// A question that stands on record word for word is always answered as it says there.
    pub fn answer(&self, text: &str) -> Reply {
        self.reply(text, true)
    }

    /// The same without looking whether the question stands on record word for word: how it would fare in slightly other words.
    pub fn answer_by_evidence(&self, text: &str) -> Reply {
        self.reply(text, false)
    }

    fn reply(&self, text: &str, verbatim: bool) -> Reply {
        let question = match Question::parse(text) {
            Ok(question) => question,
            Err(unreadable) => return Reply::unread(Reason::Unreadable(unreadable)),
        };
        if crate::language::is_foreign(&question, &|w| self.matcher.interpreter().owns(w)) {
            return self.foreign(text);
        }
        let interpretation = self.matcher.interpret(&self.base, question);
        let parts = compound::split(&interpretation);
        let whole = self.decide(interpretation, verbatim);
        let parts = parts.into_iter().map(|part| {
            (Part { text: part.text, decision: self.decide(self.matcher.interpret(&self.base, part.question), verbatim) }, part.separate)
        });
        let (mut decision, mut parts) = compound::combine(whole, parts.collect());
        let suggestions = match self.card(&decision).filter(|_| verbatim) {
            Some((reason, questions)) => {
                decision.outcome = Outcome::NoAnswer(reason);
                questions
            }
            None => self.suggestions(&decision),
        };
        decision.keep(SHOWN);
        parts.iter_mut().for_each(|part| part.decision.keep(SHOWN));
        let unanswered = compound::unanswered(&parts);
        let Decision { interpretation, outcome, confidence, candidates, evidence, events } = decision;
        Reply {
            outcome,
            confidence,
            candidates,
            evidence,
            suggestions,
            unanswered,
            interpretation: Some(interpretation),
            events,
            parts,
            read_as: None,
            overdue: None,
            language: Language::default(),
            record: Language::default(),
        }
    }

    /// The questions that a half-typed text may mean, at most `count`, the most probable first: a guess in microseconds, for suggestions.
    pub fn guess(&self, text: &str, count: usize) -> Vec<IntentId> {
        let Ok(question) = Question::parse(text) else { return Vec::new() };
        let interpretation = self.matcher.interpret(&self.base, question);
        let classes = match self.matcher.verbatim(&interpretation) {
            Some(class) => vec![class],
            None => {
                // In a small knowledge base even what shares no word with the text is among the first.
                let likely = |probability: f32| probability * self.matcher.classes() as f32 >= BEYOND_CHANCE;
                let guesses = self.matcher.guess(&self.base, &interpretation, count);
                guesses.into_iter().filter(|(_, probability)| likely(*probability)).map(|(class, _)| class).collect()
            }
        };
        let intent = |class| if let Class::Intent(intent) = class { Some(intent) } else { None };
        classes.into_iter().filter_map(intent).collect()
    }

    /// What is decided on a text as one question, with all candidates and without looking whether it stands on record word for word: for those
    /// who fit the weights of confidence. `None` where it cannot be read.
    pub fn weigh(&self, text: &str) -> Option<Decision> {
        let question = Question::parse(text).ok()?;
        Some(self.decide(self.matcher.interpret(&self.base, question), false))
    }

    /// Decides one question that is not compound.
    fn decide(&self, interpretation: Interpretation, verbatim: bool) -> Decision {
        let (base, matcher) = (&self.base, &self.matcher);
        let settled = verbatim.then(|| matcher.verbatim(&interpretation)).flatten();
        // What stands on record word for word needs no encoder, which takes longer than all the rest.
        let encoded = if settled.is_some() { Encoded::empty() } else { matcher.encode(base, &interpretation) };
        let ranking = matcher.rank(base, &interpretation, &encoded);
        let (claims, names) = (matcher.claims(&interpretation, &encoded), binding_names(base, &interpretation));
        let (reading, asked) = (grammar::read(&interpretation), grammar::asked(&interpretation.question));
        let case = Case { base, matcher, interpretation: &interpretation, claims, names, ranking: &ranking, reading, asked };
        let judged = ranking.candidates.iter().map(|c| (c.clone(), evidence::judge(&case, c)));
        let (mut intents, others): (Vec<_>, Vec<_>) = judged.partition(|(c, _)| matches!(c.class, Class::Intent(_)));
        intents.sort_by(|a, b| b.1.order.total_cmp(&a.1.order).then(b.0.probability.total_cmp(&a.0.probability)));
        self.share_objection(&case, &mut intents);
        self.prefer_kin(&mut intents);
        self.weigh_first(&case, &mut intents);
        let mut judged = self.declining_first(intents, others);
        if let Some(class) = settled {
            settle(&mut judged, class);
        }
        let (candidates, evidence): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
        // Two dated events put in order: computed, whatever single fact is also close.
        let other_roles = evidence.first().is_some_and(|e| matches!(e.objection, Some(Reason::OtherRoles(_))));
        let declined = candidates.first().is_some_and(|c| matches!(c.class, Class::Unanswerable(_)) && c.own >= SAME);
        let free = settled.is_none() && !other_roles && !declined;
        let computed = self.events.pair(base, &interpretation).filter(|pair| free && !self.settled(pair, &candidates, &evidence));
        let (outcome, confidence, events) = match computed.and_then(|pair| Some((relation::order(base, &interpretation, &pair)?, pair))) {
            Some((part, pair)) => (Outcome::Answer(vec![part]), evidence::SURE, Some(pair)),
            None => {
                let intent = candidates.iter().position(|c| matches!(c.class, Class::Intent(_))).filter(|_| settled.is_none());
                let confidence = evidence.get(intent.unwrap_or(0)).map_or(0.0, |e| e.confidence);
                (self.outcome(&interpretation, &candidates, &evidence), confidence, None)
            }
        };
        Decision { interpretation, outcome, confidence, candidates, evidence, events }
    }

    /// Whether something else than the order of two events answers beyond doubt and accounts for all that was asked.
    fn settled(&self, pair: &EventPair, candidates: &[Candidate], evidence: &[Evidence]) -> bool {
        let relation = |intent: IntentId| self.base[intent].relation.as_ref().map(|used| used.relation);
        let same_rows = |c: &Candidate| matches!(c.class, Class::Intent(intent) if relation(intent) == relation(pair.intent));
        let first = candidates.first().zip(evidence.first());
        first.is_some_and(|(c, e)| !same_rows(c) && e.confidence >= evidence::SURE && e.coverage >= FULL)
    }

    /// Of candidates that come to the same, the first becomes the one that the model means most and whose kind of answer
    /// was asked for: order says which fact, not in which words.
    fn prefer_kin(&self, judged: &mut [(Candidate, Evidence)]) {
        let effect = |c: &Candidate| self.matcher.effect(&self.base, c.class);
        let Some(first) = judged.first().map(|(c, _)| effect(c)) else { return };
        let merit = |(c, e): &(Candidate, Evidence)| if e.is_ruled_out() { 0.0 } else { c.probability * e.answer_type * e.answer_type };
        let best = (0..judged.len())
            .filter(|i| effect(&judged[*i].0) == first)
            .max_by(|a, b| merit(&judged[*a]).total_cmp(&merit(&judged[*b])).then(b.cmp(a)));
        if let Some(best) = best.filter(|b| *b > 0 && merit(&judged[*b]) > 0.0) {
            // It stands for the whole group, so it takes the group's place.
            let order = judged[0].1.order;
            judged[..=best].rotate_right(1);
            judged[0].1.order = order;
        }
    }

    /// Lets what rules out one way to the first candidate's fact rule out the others too, where that says all there is to say: "what happened on 3rd and
    /// 12" is not answered by what else is known of 3rd and 9, nor "where on its territory" by what else is to be on its territory. A date is put
    /// right by the statement.
    fn share_objection(&self, case: &Case, judged: &mut [(Candidate, Evidence)]) {
        let Some((first, evidence)) = judged.first() else { return };
        let effect = self.matcher.effect(&self.base, first.class);
        let same = |candidate: &Candidate| self.matcher.effect(&self.base, candidate.class) == effect;
        let figure = evidence.strange_figure().filter(|figure| !evidence::is_day(&case.interpretation.question, figure)).map(str::to_owned);
        let by_figure = evidence.grammatical.as_ref().filter(|_| figure.is_some());
        // Of the ways that are asked for the same kind of thing, the one that is meant most.
        let alike = |(candidate, _): &&(Candidate, Evidence)| {
            same(candidate) && self.matcher.profile_of(&self.base, candidate.class).is_some_and(|p| p.asked.contains(&case.asked.kind))
        };
        let restates = || judged.iter().find(alike).filter(|(_, e)| e.restates).and_then(|(_, e)| e.grammatical.as_ref());
        let Some(reason) = by_figure.or_else(restates).cloned() else { return };
        for (candidate, evidence) in judged.iter_mut().filter(|(c, _)| same(c)) {
            let profile = self.matcher.profile_of(&self.base, candidate.class);
            let has = figure.as_ref().is_some_and(|figure| profile.is_some_and(|profile| profile.figures.contains(figure)));
            let puts_right = matches!(candidate.class, Class::Intent(intent) if self.base[intent].false_premise);
            if !has && !puts_right {
                evidence.rule_out(reason.clone());
            }
        }
    }

    /// Works out the confidence of the first of the intents, and of the others as much of it as they are meant.
    fn weigh_first(&self, case: &Case, intents: &mut [(Candidate, Evidence)]) {
        let effect = |c: &Candidate| self.matcher.effect(&self.base, c.class);
        let Some((candidate, evidence)) = intents.first() else { return };
        let order = evidence.order;
        let lead = intents.iter().skip(1).find(|(c, _)| effect(c) != effect(candidate)).map_or(f32::INFINITY, |(_, e)| order - e.order);
        let confidence = confidence::confidence(&evidence.signals, order, lead);
        for (candidate, evidence) in intents {
            evidence.confidence = confidence * (evidence.order - order).min(0.0).exp();
            if evidence.confidence >= evidence::ENOUGH && !evidence.is_ruled_out() {
                evidence::hold_against_fact(case, candidate, evidence);
            }
            evidence.weigh_objections();
        }
    }

    /// Puts what declines or chats in front of the intents where none of these is likely enough.
    fn declining_first(&self, intents: Vec<(Candidate, Evidence)>, others: Vec<(Candidate, Evidence)>) -> Vec<(Candidate, Evidence)> {
        let mut all = intents;
        let answered = all.first().is_some_and(|(_, e)| e.confidence >= evidence::ENOUGH);
        let meant = |c: &Candidate| match c.class {
            Class::SmallTalk(_) => c.shared >= CHATTER,
            _ => c.own >= RECOGNISED,
        };
        for (candidate, mut evidence) in others.into_iter().rev() {
            evidence.confidence = candidate.shared;
            if !answered && meant(&candidate) {
                all.insert(0, (candidate, evidence));
            } else {
                all.push((candidate, evidence));
            }
        }
        all
    }

    fn outcome(&self, interpretation: &Interpretation, candidates: &[Candidate], evidence: &[Evidence]) -> Outcome {
        let (Some(best), Some(first)) = (candidates.first(), evidence.first()) else {
            return Outcome::NoAnswer(Reason::NothingClose);
        };
        match best.class {
            Class::SmallTalk(talk) if first.verbatim || best.shared >= CHATTER => Outcome::SmallTalk(talk),
            Class::Unanswerable(miss) if first.verbatim || best.own >= RECOGNISED => {
                let reason = Reason::Unanswerable(miss);
                Outcome::NoAnswer(self.listed(interpretation, candidates, evidence).unwrap_or(reason))
            }
            Class::Intent(intent) => {
                if let Some(reason) = first.objection.clone() {
                    return Outcome::NoAnswer(self.listed(interpretation, candidates, evidence).unwrap_or(reason));
                }
                if first.confidence < evidence::ENOUGH {
                    return Outcome::NoAnswer(self.weak_reason(interpretation, first));
                }
                // A runner-up that would say something else and is just as likely: offer both.
                let rival = candidates.iter().zip(evidence).skip(1).find_map(|(c, e)| match c.class {
                    Class::Intent(other) if e.objection.is_none() && self.says_other(intent, other) => Some((other, e.confidence)),
                    _ => None,
                });
                if let Some((other, confidence)) = rival
                    && first.confidence - confidence < evidence::CLOSE
                    && first.confidence < evidence::SURE
                {
                    return Outcome::Clarify(vec![intent, other]);
                }
                match self.part(intent, interpretation, first) {
                    Ok(part) => Outcome::Answer(vec![part]),
                    Err(reason) => Outcome::NoAnswer(reason),
                }
            }
            _ => Outcome::NoAnswer(self.weak_reason(interpretation, first)),
        }
    }

    /// Where a name is asked about that a list on record does not have: the reason that shows the list.
    fn listed(&self, interpretation: &Interpretation, candidates: &[Candidate], evidence: &[Evidence]) -> Option<Reason> {
        // Unanswerable questions written beside a list may have all of the confidence, and the list may not even be proposed.
        let beside = candidates.iter().take_while(|c| matches!(c.class, Class::Unanswerable(_))).flat_map(|c| match c.class {
            Class::Unanswerable(miss) => self.base[miss].near.as_slice(),
            _ => &[],
        });
        let likely = candidates.iter().zip(evidence).filter(|(_, e)| e.confidence >= LISTED);
        let proposed = likely.filter_map(|(c, _)| if let Class::Intent(intent) = c.class { Some(intent) } else { None });
        beside.copied().chain(proposed).find_map(|intent| {
            let used = self.base[intent].relation.as_ref().filter(|u| matches!(u.find, Find::Holds | Find::Value | Find::Subjects))?;
            let reason = relation::answer(&self.base, intent, used, interpretation).err()?;
            matches!(reason, Reason::NotListed { .. } | Reason::NoSuchValue { year: Some(_), .. }).then_some(reason)
        })
    }

    /// Whether two intents would show different facts.
    fn says_other(&self, a: IntentId, b: IntentId) -> bool {
        let (a, b) = (&self.base[a], &self.base[b]);
        a.facts.first() != b.facts.first() && !(a.facts.iter().any(|f| b.facts.contains(f)))
    }

    /// What an intent would show to a question: direct answer and statements; empty where it has nothing to show.
    pub fn shown(&self, intent: IntentId, interpretation: &Interpretation) -> String {
        let Ok(part) = self.part(intent, interpretation, &Evidence::neutral()) else { return String::new() };
        let statements = part.facts.iter().map(|f| self.base[*f].statement.as_str());
        std::iter::once(part.direct.as_str()).chain(statements).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Why a weak match is not enough: what was not understood, or nothing close.
    fn weak_reason(&self, interpretation: &Interpretation, evidence: &Evidence) -> Reason {
        if let Some(office) = interpretation.open_offices.first() {
            return Reason::UnknownOffice { role: office.role, of: office.of };
        }
        if let Some(entity) = evidence.unmatched.first() {
            return Reason::UnknownName(*entity);
        }
        if !evidence.leftover.is_empty() && evidence.coverage > 0.3 {
            return Reason::Unaccounted(evidence.leftover_words(interpretation));
        }
        Reason::NothingClose
    }

    /// The answer that an intent gives to a question.
    fn part(&self, id: IntentId, interpretation: &Interpretation, evidence: &Evidence) -> Result<AnswerPart, Reason> {
        let intent = &self.base[id];
        if let Some(used) = &intent.relation {
            return relation::answer(&self.base, id, used, interpretation);
        }
        // A name or figure that is not the statement's, or a choice: no "Yes." to it, the statement puts it right.
        let other = evidence.choice || evidence.displaced || !evidence.unmatched.is_empty() || !evidence.figures.is_empty();
        let agrees = !other || intent.answer_type != AnswerType::YesNo;
        let direct = if agrees && direct_fits(intent.answer_type, intent.false_premise, &interpretation.question) {
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
}

/// Puts the class first of which the question is a paraphrase, word for word: whatever speaks against it, it is meant.
fn settle(judged: &mut Vec<(Candidate, Evidence)>, class: Class) {
    let at = judged.iter().position(|(candidate, _)| candidate.class == class);
    let (candidate, evidence) = at.map(|at| judged.remove(at)).unwrap_or_else(|| {
        let candidate = Candidate { class, probability: 0.0, shared: 0.0, own: 1.0, phrase: 1.0, statement: 0.0, centre: 1.0 };
        (candidate, Evidence::neutral())
    });
    let confidence = evidence.confidence.max(evidence::VERBATIM);
    judged.insert(0, (candidate, Evidence { verbatim: true, objection: None, confidence, ..evidence }));
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

/// Names in a question that its answer has to speak of.
pub(crate) fn binding_names(base: &KnowledgeBase, interpretation: &Interpretation) -> Vec<EntityId> {
    let mut out: Vec<EntityId> = Vec::new();
    for span in interpretation.spans.iter().filter(|p| interpretation.question.focus[p.from]) {
        if let Mention::Entity(e) = span.mention {
            let entity = &base[e];
            if (!entity.on_record || english().kinds.distinct.has(&entity.kind)) && !out.contains(&e) {
                out.push(e);
            }
        }
    }
    out
}
