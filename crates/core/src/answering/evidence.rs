//! What speaks for and against an intent that was proposed: names, leftover words, what is asked for, denial, time.

use super::{Reason, confidence, relation};
use crate::dictionary::Grade;
use crate::english::{Word, WordClass, english};
use crate::grammar::{self, Asked, Frame, Kind, Missing, Name, Reading, RoleObjection, Shown, Support};
use crate::interpretation::{Interpretation, Mention, Span};
use crate::knowledge::{AnswerType, EntityId, Intent, KnowledgeBase, MONTHS};
use crate::matching::{Candidate, Claim, Class, Figure, Matcher, Profile, Ranking, word_key};
use crate::question::Question;
use crate::text::fold;

/// Confidence from which a question is answered: where being right is likelier than being wrong. What a false answer costs
/// against a needless refusal is counted in the fit (see `tools/confidence`), and not twice.
pub const ENOUGH: f32 = 0.5;
/// Confidence from which no runner-up is looked at: four times as likely right as wrong, and a runner-up that is as sure would
/// say nearly the same.
pub const SURE: f32 = 0.8;
/// Confidence of a question that stands on record word for word. Not 1: people err too.
pub const VERBATIM: f32 = 0.99;
/// Distance to a runner-up below which both are offered. It is small, since two meanings should be offered only where the
/// figures do not tell them apart: a question that could be answered is held up by every choice that is offered.
pub const CLOSE: f32 = 0.03;

/// Confidence of a candidate that something forbids, at most: above what is far from everything on record, below what is answered.
const RULED_OUT: f32 = 0.3;
/// Probability of a fact from which a wrong name in a yes-no question is put right instead of declined.
const BEYOND_DOUBT: f32 = 0.8;

/// Coverage that every answer must reach, whatever the model thinks: with few intents to choose from, one of them is
/// always likely. The right answers to our golden questions reach 0.19 and more, the least where an order to the bot
/// stands around a question.
pub const LEAST_COVERAGE: f32 = 0.15;

/// What speaks for and against one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Share of what the question says that the candidate accounts for, 0 to 1.
    pub coverage: f32,
    /// Names in the question that the candidate does not speak of.
    pub unmatched: Vec<EntityId>,
    /// Whether it offers a choice between names, of which the candidate speaks of one: no yes or no answers that.
    pub choice: bool,
    /// Whether a name, year or unit of the question stands where its fact has another: no yes answers that.
    pub displaced: bool,
    /// How well what is asked for agrees with what is supplied, 0 to 1.
    pub answer_type: f32,
    /// Whether question and paraphrases deny alike.
    pub polarity: bool,
    /// Years and figures of the question that the candidate's facts do not have.
    pub figures: Vec<String>,
    /// Parts of the interpretation that it does not account for, by index, those with topic words.
    pub leftover: Vec<usize>,
    /// What forbids it, whatever the score.
    pub objection: Option<Reason>,
    /// Where its names stand in other places: what the question asks, and what is on record.
    pub conflict: Option<Box<(Frame, Frame)>>,
    /// What grammar has against it; forbids it where it would be answered otherwise.
    pub(super) grammatical: Option<Reason>,
    /// Whether its direct answer says nothing but what the question has.
    pub(super) restates: bool,
    /// Whether the question is one of its paraphrases, word for word; then nothing forbids it.
    pub verbatim: bool,
    /// The signals that confidence is made of, in the order of [`SIGNALS`].
    pub signals: [f32; SIGNALS.len()],
    /// How much it is meant, against other candidates for the same question.
    pub order: f32,
    /// All of it in one figure, 0 to 1.
    pub confidence: f32,
}

impl Evidence {
    /// Of a candidate before anything is held against it.
    pub(super) fn neutral() -> Evidence {
        Evidence {
            coverage: 1.0,
            unmatched: Vec::new(),
            choice: false,
            displaced: false,
            answer_type: 1.0,
            polarity: true,
            figures: Vec::new(),
            leftover: Vec::new(),
            objection: None,
            conflict: None,
            grammatical: None,
            restates: false,
            verbatim: false,
            signals: [0.0; SIGNALS.len()],
            order: 0.0,
            confidence: 0.0,
        }
    }

    /// The figure that grammar has against it, if that is a figure.
    pub(super) fn strange_figure(&self) -> Option<&str> {
        match &self.grammatical {
            Some(Reason::Unaccounted(words)) => {
                words.first().map(String::as_str).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            }
            _ => None,
        }
    }

    /// Lets something that it does not have forbid it.
    pub(super) fn rule_out(&mut self, reason: Reason) {
        self.grammatical.get_or_insert(reason);
    }

    /// Whether something forbids it.
    pub fn is_ruled_out(&self) -> bool {
        self.objection.is_some() || self.grammatical.is_some()
    }

    /// Lets what forbids it lower its confidence, once that is known.
    pub(super) fn weigh_objections(&mut self) {
        // The reason of grammar is worth saying only where the candidate is meant.
        if self.objection.is_none() && self.confidence >= ENOUGH {
            self.objection = self.grammatical.take();
        }
        if self.objection.is_some() {
            self.confidence = self.confidence.min(RULED_OUT);
        }
    }

    /// The words that the candidate does not account for, in the interpretation that it was held against.
    pub fn leftover_words(&self, interpretation: &Interpretation) -> Vec<String> {
        self.leftover.iter().filter_map(|span| interpretation.spans.get(*span)).map(|span| interpretation.words(span)).collect()
    }
}

/// What order and confidence are made of.
pub const SIGNALS: [&str; 30] = [
    "log-probability",
    "probability",
    "shared",
    "opposed",
    "phrase",
    "phrase_lead",
    "statement",
    "statement_lead",
    "unanswerable_lead",
    "centre",
    "centre_lead",
    "coverage",
    "least_word",
    "leftover",
    "topics",
    "answer_type",
    "mismatch",
    "not_supplied",
    "supplied",
    "year_conflict",
    "year_missing",
    "figure_missing",
    "degree_missing",
    "figures",
    "unmatched",
    "open_office",
    "polarity",
    "roles",
    "paraphrases",
    "guarded",
];

/// How well an asked kind is served by a supplied one, 0 to 1.
pub fn agreement(asked: AnswerType, supplied: AnswerType) -> f32 {
    use AnswerType::{Date, List, Number, Person, Place, Reason, Statement, YesNo};
    if asked == supplied {
        return 1.0;
    }
    match (asked, supplied) {
        (Person, List) | (List, Person) => 0.95,
        (Place, Person | List) | (Person | List, Place) => 0.8,
        (Number, Date) | (Date, Number) => 0.6,
        (Reason, Statement) | (Statement, Reason) => 0.85,
        (Statement, _) => 0.8,
        (_, Statement) => 0.7,
        (YesNo, _) => 0.6,
        (_, YesNo) => 0.5,
        _ => 0.3,
    }
}

/// A question with what every candidate for it is held against.
#[derive(Debug)]
pub struct Case<'a> {
    /// What is on record.
    pub base: &'a KnowledgeBase,
    /// Who proposed the candidates.
    pub matcher: &'a Matcher,
    /// The question.
    pub interpretation: &'a Interpretation,
    /// What it says, span by span.
    pub claims: Vec<Claim<'a>>,
    /// Names in it that an answer has to speak of.
    pub names: Vec<EntityId>,
    /// The candidates.
    pub ranking: &'a Ranking,
    /// Who does what to whom in it.
    pub reading: Reading,
    /// The kind of answer that it asks for.
    pub asked: Asked,
}

/// Holds a candidate against a question.
pub fn judge(case: &Case, candidate: &Candidate) -> Evidence {
    let Case { base, matcher, interpretation, .. } = *case;
    let mut evidence = Evidence::neutral();
    let Some(profile) = matcher.profile_of(base, candidate.class) else { return evidence };
    let words = cover(case, profile, &mut evidence);
    let mut looked_up = Vec::new();
    if let Class::Intent(id) = candidate.class {
        let intent = &base[id];
        looked_up = relation::looked_up(base, intent, interpretation);
        evidence.answer_type = match interpretation.question.expected {
            None => 0.9,
            Some(_) if intent.false_premise => 1.0,
            Some(asked) => agreement(asked, intent.answer_type),
        };
        let foreign = |e: &EntityId| !profile.entities.contains(e) && !looked_up.contains(e);
        let (wrong, unmatched): (Vec<EntityId>, Vec<EntityId>) =
            case.names.iter().copied().filter(foreign).partition(|e| is_alternative(profile, interpretation, *e));
        (evidence.choice, evidence.unmatched) = (!wrong.is_empty(), unmatched);
        evidence.polarity = intent.answer_type == AnswerType::YesNo
            || (interpretation.question.denies && profile.denying > 0.0)
            || (!interpretation.question.denies && profile.denying < 1.0);
        evidence.figures = figures(profile, interpretation);
        evidence.restates = intent.relation.is_none() && !intent.false_premise && restates(case, intent);
        objections(base, interpretation, candidate, &mut evidence);
    }
    let flag = |b: bool| f32::from(u8::from(b));
    let structure = Structure::of(case, candidate.class, profile);
    evidence.displaced = structure.other_unit;
    let (ranking, effect) = (case.ranking, matcher.effect(base, candidate.class));
    let guarded = !base.unanswerables.is_empty();
    evidence.signals = [
        candidate.probability.max(3e-4).ln() / 8.0 + 1.0,
        candidate.probability,
        candidate.shared,
        opposed(ranking, candidate),
        candidate.phrase,
        candidate.phrase - ranking.other(effect).max(0.0),
        candidate.statement,
        candidate.statement - ranking.statement,
        if guarded { candidate.phrase - ranking.unanswerable().max(0.0) } else { 0.0 },
        candidate.centre,
        candidate.centre - ranking.other_centre(effect),
        evidence.coverage,
        words.least,
        words.leftover,
        (words.topics + 1.0).ln(),
        evidence.answer_type,
        // A question that asks when, where, why or how many is not answered by a yes or a name.
        if matches!(interpretation.question.expected, Some(AnswerType::Date | AnswerType::Place | AnswerType::Reason | AnswerType::Number))
        {
            1.0 - evidence.answer_type
        } else {
            0.0
        },
        flag(structure.supply == Support::No),
        flag(structure.supply == Support::Yes),
        structure.missing(|m| matches!(m, Missing::Year(_)) && structure.dated),
        structure.missing(|m| matches!(m, Missing::Year(_)) && !structure.dated),
        structure.missing(|m| matches!(m, Missing::Figure(_))),
        structure.missing(|m| matches!(m, Missing::Count(_) | Missing::Ordinal(_) | Missing::Superlative(_))),
        evidence.figures.len().min(2) as f32,
        evidence.unmatched.len().min(2) as f32,
        flag(!interpretation.open_offices.is_empty()),
        flag(evidence.polarity),
        structure.roles,
        (profile.paraphrases() as f32 + 1.0).ln() / 4.0,
        flag(guarded),
    ];
    evidence.order = confidence::order(&evidence.signals);
    if let Some(objection @ RoleObjection::Exchanged { asked, told, .. }) = &structure.objection
        && exchange_holds(case, objection)
    {
        evidence.conflict = Some(Box::new((asked.clone(), told.clone())));
    }
    if let Class::Intent(id) = candidate.class
        && evidence.objection.is_none()
    {
        let strange = || strange_name(case, profile).map(|name| Reason::Unaccounted(vec![name]));
        let other = || substituted(case, profile, &looked_up).map(Reason::UnknownName);
        evidence.grammatical =
            strange().or_else(other).or_else(|| structure.reason(case, &base[id], profile, &evidence.figures, evidence.restates));
        if evidence.grammatical.is_none() {
            evidence.grammatical = structure.uncounted(case, &base[id], &evidence.leftover_words(case.interpretation));
        }
    }
    evidence
}

/// Whether exchanged names mean something else. Those that do not act can change places and mean the same ("the forest in the basin", "the basin's
/// forest"; "it is covered", "it covers"), unless a statement has both and settles it. Plain nouns change places even more easily.
fn exchange_holds(case: &Case, objection: &RoleObjection) -> bool {
    let RoleObjection::Exchanged { name, asked, settles, .. } = objection else { return false };
    let names = || asked.roles.iter().map(|role| &role.name).filter(|name| name.is_proper());
    // Of a name that is nowhere on record nobody knows what it is; two of them are not judged.
    let alone = names().count() < 2;
    let acts = |name: &Name| match name {
        Name::Entity(e) => english().kinds.acts(&case.base[*e].kind),
        _ => alone,
    };
    name.is_proper() && (*settles || names().all(acts))
}

/// What all that is said of a candidate's fact has against it, where it would be answered: its own paraphrases may not tell who does what, and those of
/// another way to the same fact do. Notes where the question has a name that the fact has elsewhere.
pub(super) fn hold_against_fact(case: &Case, candidate: &Candidate, evidence: &mut Evidence) {
    let Class::Intent(id) = candidate.class else { return };
    let intent = &case.base[id];
    let Some(&fact) = intent.facts.first().filter(|_| intent.relation.is_none()) else { return };
    let said = case.matcher.said_of(fact);
    let exchanged = grammar::exchanged(&case.reading, said.clone()).0.filter(|objection| exchange_holds(case, objection));
    if let Some(RoleObjection::Exchanged { asked, told, .. }) = exchanged {
        evidence.conflict = Some(Box::new((asked, told)));
        evidence.grammatical = Some(Reason::OtherRoles(fact));
        return;
    }
    let kind = |name: &Name| if let Name::Entity(entity) = name { Some(case.base[*entity].kind.as_str()) } else { None };
    if let Some(conflict) = grammar::taken(&case.reading, said, |a, b| kind(a) == kind(b)) {
        evidence.conflict = Some(Box::new(conflict));
        // Where it asks "is it so?", the statement puts the name right.
        if case.interpretation.question.expected == Some(AnswerType::YesNo) {
            evidence.displaced = true;
        } else {
            evidence.grammatical = Some(Reason::OtherRoles(fact));
        }
    }
}

/// The probability of what would come to the opposite: of declining for an intent, of the likeliest answer for an unanswerable question.
fn opposed(ranking: &Ranking, candidate: &Candidate) -> f32 {
    let answers = |c: &Candidate| matches!(c.class, Class::Intent(_));
    ranking.candidates.iter().filter(|c| answers(c) != answers(candidate)).map(|c| c.shared).fold(0.0, f32::max)
}

/// What grammar says of a candidate.
struct Structure {
    /// 1: names stand in the same roles; 0.5: nothing to compare; 0: contradicted.
    roles: f32,
    objection: Option<RoleObjection>,
    supply: Support,
    /// Whether nothing of the kind that is asked for would be shown.
    lacks: bool,
    missing: Vec<Missing>,
    /// Whether a figure of the question has another unit in what would be shown.
    other_unit: bool,
    /// Whether what would be shown has a year.
    dated: bool,
    /// A figure or rank of the question that stands where what would be shown has another.
    other_figure: Option<String>,
}

impl Structure {
    fn of(case: &Case, class: Class, profile: &Profile) -> Structure {
        let Case { base, matcher, interpretation, .. } = *case;
        let Class::Intent(id) = class else {
            return Structure {
                roles: 0.5,
                objection: None,
                supply: Support::Unknown,
                lacks: false,
                missing: Vec::new(),
                other_unit: false,
                dated: false,
                other_figure: None,
            };
        };
        let intent = &base[id];
        let told: Vec<Reading> = intent.facts.iter().filter_map(|f| matcher.told(*f)).cloned().collect();
        let compared = grammar::compare(&case.reading, &profile.readings, &told);
        let mut text = intent.answer.clone();
        for fact in &intent.facts {
            text.push(' ');
            text.push_str(&base[*fact].statement);
        }
        let shown = Shown::new(&text, profile.shown.iter().map(|e| base[*e].kind.as_str()));
        let question = &interpretation.question;
        let supplied = grammar::supplies(&case.asked, question, &shown);
        // A false premise is put right whatever was asked of it, so that this says nothing of how likely it is meant.
        let supply = if intent.false_premise { Support::Unknown } else { supplied };
        let focus: Vec<Word> = question.words.iter().zip(&question.focus).filter(|(_, f)| **f).map(|(w, _)| w.clone()).collect();
        let figures: Vec<Word> = profile.figures.iter().map(|f| english().word(f, 0)).collect();
        let mut missing = grammar::missing(&focus, &[shown.words(), &figures]);
        // What is in no figures may stand in a paraphrase.
        missing.retain(|m| match m {
            Missing::Year(_) | Missing::Figure(_) => true,
            Missing::Count(word) | Missing::Ordinal(word) | Missing::Superlative(word) => !profile.has(word_key(&english().stem(word))),
        });
        let other_unit = grammar::has_other_unit(&focus, shown.words());
        let dated = shown.words().iter().any(|word| is_year(&word.text));
        let rank = missing.iter().find_map(|m| if let Missing::Ordinal(word) = m { Some(word.as_str()) } else { None });
        let other_rank = rank.filter(|rank| has_other_rank(rank, &focus, shown.words())).map(str::to_owned);
        let other_figure = other_figure(case, intent, profile, &shown).or(other_rank);
        Structure {
            roles: compared.agreement,
            objection: compared.objection,
            supply,
            lacks: supplied == Support::No,
            missing,
            other_unit,
            dated,
            other_figure,
        }
    }

    /// What rules an intent out: names in each other's roles, denial on one side only, or nothing of the kind that is asked for in what it would
    /// show.
    fn reason(&self, case: &Case, intent: &Intent, profile: &Profile, figures: &[String], restates: bool) -> Option<Reason> {
        let fact = intent.facts.first().copied();
        let roles = fact.zip(self.objection.as_ref()).and_then(|(fact, objection)| match objection {
            RoleObjection::Exchanged { .. } => exchange_holds(case, objection).then_some(Reason::OtherRoles(fact)),
            RoleObjection::Polarity { .. } | RoleObjection::Excepted(_) => Some(Reason::OtherPolarity(fact)),
            RoleObjection::Qualifier(word) | RoleObjection::Opposite(word, _) => Some(Reason::Unaccounted(vec![word.clone()])),
        });
        // What a relation shows depends on the names in the question, and a mistake is put right in its own way; but no row says why.
        let unless_asked = |kind: Kind| (!profile.asked.contains(&kind)).then_some(Reason::NotSupplied(kind));
        if roles.is_some() || intent.relation.is_some() {
            return roles.or_else(|| unless_asked(Kind::Reason).filter(|_| case.asked.kind == Kind::Reason));
        }
        if names_another_kind(case, profile) {
            return Some(Reason::NotSupplied(case.asked.kind));
        }
        // Where a paraphrase asks for the same kind, its author says that this answers it.
        if self.lacks
            && let Some(reason) = unless_asked(case.asked.kind)
        {
            return Some(reason);
        }
        if intent.false_premise {
            return None;
        }
        if restates {
            return Some(Reason::NotSupplied(case.asked.kind));
        }
        // "Size 41" is answered by nothing that is asked about "size 39". Where it asks "is it so?", the statement puts a count right.
        let is_it_so = case.interpretation.question.expected == Some(AnswerType::YesNo);
        let asked = Figure::all(case.interpretation);
        let sibling = |figure: &&Figure| {
            let other = |f: &Figure| f.is_sibling(figure) && !asked.iter().any(|a| a.text == f.text);
            !profile.asked_figures.iter().any(|f| f.text == figure.text)
                && (!is_it_so || figure.names())
                && profile.asked_figures.iter().any(other)
        };
        if let Some(figure) = asked.iter().find(sibling) {
            return Some(Reason::Unaccounted(vec![figure.text.clone()]));
        }
        // So is a count or measure that nothing else in the question makes up for.
        if let Some(figure) = self.other_figure.as_ref().filter(|_| !is_it_so) {
            return Some(Reason::Unaccounted(vec![figure.clone()]));
        }
        // What happened in one year answers nothing about another; where it asks "is it so?", the statement puts the year right.
        let year = figures.iter().find(|figure| is_year(figure))?;
        (self.dated && !is_it_so).then(|| Reason::Unaccounted(vec![year.clone()]))
    }

    /// What is counted, where that is left over: "how many students?" is not answered by a number of departments.
    fn uncounted(&self, case: &Case, intent: &Intent, leftover: &[String]) -> Option<Reason> {
        if intent.relation.is_some() || intent.false_premise || case.asked.kind != Kind::Count {
            return None;
        }
        // Not "how many tons of carbon", which measures, and nothing of several nouns ("2015 season interceptions").
        let words = &case.interpretation.question.words;
        let alone = |head: &&String| {
            let at = words.iter().position(|word| word.text == **head);
            at.is_some_and(|at| {
                words[at - at.min(1)].text == "many"
                    && words.get(at + 1).is_none_or(|next| next.class == WordClass::Function && next.text != "of")
            })
        };
        let head = case.asked.head.as_ref().filter(alone)?;
        let left = leftover.iter().any(|word| english().stem(&fold(word)) == english().stem(head));
        left.then(|| Reason::Unaccounted(vec![head.clone()]))
    }

    /// How many are missing of a kind, two at most.
    fn missing(&self, of: impl Fn(&Missing) -> bool) -> f32 {
        self.missing.iter().filter(|m| of(m)).count().min(2) as f32
    }
}

/// How a candidate accounts for a question's words.
struct Words {
    /// The least that it accounts for one topic word, 0 to 1; 1 where there is none.
    least: f32,
    /// The weight of what it leaves of the heaviest word, over that of a word never seen.
    leftover: f32,
    /// How many topic words there are, twelve at most.
    topics: f32,
}

/// Share of the question's weight that the candidate accounts for, and the words that it does not.
fn cover(case: &Case, profile: &Profile, evidence: &mut Evidence) -> Words {
    let Case { base, matcher, interpretation, .. } = *case;
    let (mut all, mut covered, mut heaviest, mut least, mut topics) = (0.0, 0.0, 0.0f32, 1.0f32, 0u8);
    for (index, (span, claim)) in interpretation.spans.iter().zip(&case.claims).enumerate() {
        let likeness = matcher.accounts_for(base, profile, claim);
        let share = ((likeness - UNRELATED) / (RELATED - UNRELATED)).clamp(0.0, 1.0);
        let weight = claim.weight;
        all += weight;
        covered += weight * share;
        let content = !matches!(span.mention, Mention::Word) || interpretation.question.words[span.from].class == WordClass::Content;
        if content && interpretation.question.focus[span.from] {
            heaviest = heaviest.max(weight * (1.0 - share));
            least = least.min(likeness);
            topics += 1;
            if share < NEAR_ENOUGH {
                evidence.leftover.push(index);
            }
        }
    }
    evidence.coverage = if all > 0.0 { covered / all } else { 0.0 };
    Words { least, leftover: heaviest / matcher.unseen_weight(), topics: f32::from(topics.min(12)) }
}

/// Likeness of words that have nothing to do with each other but stand in like sentences, and of those that mean the same there: between them a
/// word is accounted for in part.
const UNRELATED: f32 = 0.3;
const RELATED: f32 = 0.75;
/// Share from which a word counts as accounted for when a refusal names what is not.
const NEAR_ENOUGH: f32 = 0.5;

/// "Was it A, B or C who ...": those that the candidate does not speak of are no strangers, they are wrong alternatives.
fn is_alternative(profile: &Profile, interpretation: &Interpretation, stray: EntityId) -> bool {
    let ors = interpretation.spans.iter().enumerate().filter(|(_, span)| interpretation.question.words[span.from].text == "or");
    ors.map(|(at, _)| alternatives(interpretation, at)).any(|(names, others)| {
        // One of them has to be right; or, in "the Baltic states or another region", what stands open is, and the candidate speaks of
        // something else that is named.
        let right = |name: &EntityId| *name != stray && profile.entities.contains(name);
        let open = || others && interpretation.entities(true).any(|name| right(&name));
        names.contains(&stray) && (names.iter().any(right) || open())
    })
}

/// The names on both sides of the "or" at this span, with nothing but grammar and offices between them ("at A, at B or at C", "A's
/// president or B's"), and whether one side is left open ("or another").
fn alternatives(interpretation: &Interpretation, or: usize) -> (Vec<EntityId>, bool) {
    let (mut names, mut open) = (Vec::new(), false);
    let mut side = |spans: &mut dyn Iterator<Item = &crate::interpretation::Span>| {
        for span in spans {
            let word = &interpretation.question.words[span.from];
            match span.mention {
                Mention::Entity(name) => names.push(name),
                Mention::Role(_) => {}
                Mention::Word if english().lists.open_alternatives.has(&word.text) => open = true,
                Mention::Word if word.class == WordClass::Function => {}
                _ => break,
            }
        }
    };
    side(&mut interpretation.spans[..or].iter().rev());
    side(&mut interpretation.spans[or + 1..].iter());
    (names, open)
}

/// Years and other figures that the question has and the candidate lacks.
fn figures(profile: &Profile, interpretation: &Interpretation) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (word, _) in interpretation.question.words.iter().zip(&interpretation.question.focus).filter(|(_, f)| **f) {
        let number = word.text.len() > 1 && word.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if number && !profile.figures.contains(&word.stem) && !out.contains(&word.text) {
            out.push(word.text.clone());
        }
    }
    out
}

/// A figure of more than one digit, no date, that neither the candidate nor the title of its source has, where what would be shown has another and
/// the question has none that the candidate has: it asks about something else. Figures in paraphrases alone are examples ("move 100 dollars"). Of a
/// date the statement says which is right.
fn other_figure(case: &Case, intent: &Intent, profile: &Profile, shown: &Shown) -> Option<String> {
    let Case { base, interpretation, .. } = *case;
    let words = &interpretation.question.words;
    let named = |at: usize| interpretation.spans.iter().any(|s| matches!(s.mention, Mention::Entity(_)) && (s.from..s.to).contains(&at));
    let asked = |at: &usize| {
        let text = words[*at].text.as_str();
        interpretation.question.focus[*at] && is_count(text) && !named(*at) && !is_day(&interpretation.question, text)
    };
    let titles = || intent.facts.iter().flat_map(|f| crate::text::tokens(&base[base[*f].source].title));
    let known = |figure: &str| profile.figures.iter().any(|f| f == figure) || titles().any(|token| token.text == figure);
    let figures: Vec<&str> = (0..words.len()).filter(asked).map(|at| words[at].text.as_str()).collect();
    let strange = figures.first().filter(|_| !figures.iter().any(|f| known(f)) && shown.words().iter().any(|word| is_count(&word.text)))?;
    Some((*strange).to_owned())
}

/// Whether a question asks which person, or which of another kind that the base has ("which country"), and the direct answer names somebody, but
/// nobody of that kind: "Which player?", "The Panthers". Where a paraphrase asks by the same noun, its author says that this answers it.
fn names_another_kind(case: &Case, profile: &Profile) -> bool {
    let Case { base, interpretation, .. } = *case;
    let Some(head) = case.asked.head.as_deref() else { return false };
    let words = &interpretation.question.words;
    let owner = |word: &Word| interpretation.question.tokens.get(word.token).is_some_and(|token| token.text.ends_with("'s"));
    let stem = english().stem(head);
    if profile.heads.contains(&stem) || words.iter().any(|word| word.text == head && owner(word)) {
        return false;
    }
    let meant = |kind: &str| english().stem(kind) == stem || case.asked.kind == Kind::Person && kind == "person";
    let wanted = |entity: &EntityId| meant(&base[*entity].kind);
    let known = || base.entities.iter().any(|entity| meant(&entity.kind) && english().kinds.acts(&entity.kind));
    !profile.answered.is_empty() && !profile.answered.iter().any(wanted) && known()
}

/// Whether a question asks where or when, and the direct answer says nothing that it does not have: "Where on its territory?", "On its own
/// territory."
fn restates(case: &Case, intent: &Intent) -> bool {
    let question = &case.interpretation.question;
    let words = || question.words.iter().zip(&question.focus).filter(|(_, focus)| **focus).map(|(word, _)| word);
    // "Where, in A or in B?" has the answer too.
    if !matches!(case.asked.kind, Kind::Place | Kind::Date) || words().any(|word| word.text == "or") {
        return false;
    }
    let answer = english().words_of(&intent.answer);
    let mut said = answer.iter().filter(|word| word.class == WordClass::Content && word.text != "own").peekable();
    said.peek().is_some() && said.all(|said| words().any(|word| word.stem == said.stem))
}

/// Whether what would be shown has another rank before the same word: "the third pier" beside "the second pier".
fn has_other_rank(rank: &str, question: &[Word], shown: &[Word]) -> bool {
    let behind = |words: &[Word], at: usize| words.get(at).map(|word| word.stem.clone());
    let ranked = question.iter().position(|word| word.text == rank).and_then(|at| behind(question, at + 1));
    ranked.is_some() && grammar::numbers(shown).iter().any(|number| number.ordinal && behind(shown, number.to) == ranked)
}

/// What forbids an answer whatever the score.
fn objections(base: &KnowledgeBase, interpretation: &Interpretation, candidate: &Candidate, evidence: &mut Evidence) {
    // "Was it Putin who ...?": where the fact is beyond doubt, its statement puts the name right.
    let corrected = interpretation.question.expected == Some(AnswerType::YesNo) && candidate.shared >= BEYOND_DOUBT;
    let unknown = evidence.unmatched.iter().find(|e| !base[**e].on_record);
    // The sources' last year; what is asked of a later one cannot be on record.
    let last = base.sources.iter().filter_map(|s| s.date.as_ref()?.get(..4)?.parse::<u32>().ok()).max().unwrap_or(u32::MAX);
    let year = evidence.figures.iter().find(|f| f.len() == 4 && f.parse::<u32>().is_ok_and(|y| y > last && y <= last.saturating_add(100)));
    // "The of and to", "who said that": where there is nothing but grammar, nothing is asked.
    let says_something = |p: &Span| {
        let word = &interpretation.question.words[p.from];
        p.mention != Mention::Word || word.class != WordClass::Function && !english().lists.pointless.has(&word.text)
    };
    evidence.objection = if !interpretation.spans.iter().any(says_something) {
        Some(Reason::NothingClose)
    } else if let Some(year) = year {
        Some(Reason::OutsideTime(year.clone()))
    } else if let Some(entity) = unknown {
        Some(Reason::UnknownName(*entity))
    } else if let Some(entity) = evidence.unmatched.first().filter(|_| !corrected) {
        Some(Reason::UnknownName(*entity))
    } else if evidence.coverage < LEAST_COVERAGE {
        Some(if evidence.leftover.is_empty() { Reason::NothingClose } else { Reason::Unaccounted(evidence.leftover_words(interpretation)) })
    } else {
        None
    };
}

/// A name in the question in whose place the candidate has another of its kind: what is said of one theatre answers nothing about the next. A
/// group that the candidate speaks of members of is not out of place.
fn substituted(case: &Case, profile: &Profile, looked_up: &[EntityId]) -> Option<EntityId> {
    let Case { base, interpretation, .. } = *case;
    let named: Vec<EntityId> = interpretation.entities(false).collect();
    let foreign = |e: EntityId| {
        let around = profile.entities.iter().any(|other| base[*other].groups.contains(&base[e].id));
        !profile.entities.contains(&e) && !looked_up.contains(&e) && !around
    };
    let in_its_place = |e: EntityId| profile.entities.iter().any(|other| base[*other].kind == base[e].kind && !named.contains(other));
    interpretation.entities(true).find(|e| foreign(*e) && in_its_place(*e) && !is_alternative(profile, interpretation, *e))
}

/// A name in the question of which the candidate does not speak: a word with a capital where none is needed, that is no common word of English.
/// One that English has too ("Smith") must be nowhere on record.
fn strange_name(case: &Case, profile: &Profile) -> Option<String> {
    let question = &case.interpretation.question;
    let strange = |span: &&Span| {
        let word = &question.words[span.from];
        let common = english().grade(&word.text).is_some_and(Grade::is_target) || NATIONAL.iter().any(|ending| word.text.ends_with(ending));
        let as_typed = question.tokens.get(word.token).is_some_and(|t| t.text.strip_suffix("'s").unwrap_or(&t.text) == word.text);
        span.mention == Mention::Word
            && question.focus[span.from]
            && word.class == WordClass::Content
            && as_typed
            && word.text.chars().all(char::is_alphabetic)
            && question.is_written_as_name(word.token)
            && !common
            && (english().grade(&word.text).is_none() || !case.matcher.interpreter().owns(&word.text))
            && !profile.has(word_key(&word.stem))
    };
    let span = case.interpretation.spans.iter().find(strange)?;
    Some(question.words[span.from].text.clone())
}

/// Endings of adjectives such as "Nigerian" and "Portuguese": they have capitals and are no names.
const NATIONAL: [&str; 3] = ["an", "ish", "ese"];

/// Whether a figure of a question is the day of a date: "24 February", "March 3".
pub(super) fn is_day(question: &Question, figure: &str) -> bool {
    let month = |at: Option<usize>| {
        let word = at.and_then(|at| question.words.get(at));
        word.is_some_and(|word| MONTHS.iter().any(|month| month.eq_ignore_ascii_case(&word.text)))
    };
    let mut words = question.words.iter().enumerate().filter(|(_, word)| word.text == figure);
    words.any(|(at, _)| month(at.checked_sub(1)) || month(Some(at + 1)))
}

/// Whether a word is a count or measure in digits: more than one, since "2" and "4" stand for words too, and no year or decade.
fn is_count(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    digits.len() > 1 && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')) && !is_year(digits)
}

/// Whether a figure looks like a year.
fn is_year(figure: &str) -> bool {
    figure.len() == 4 && figure.parse::<u32>().is_ok_and(|year| (1000..2200).contains(&year))
}
