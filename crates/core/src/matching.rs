//! Which intents a question may mean: proposals with probabilities, for evidence to decide on.

pub mod features;
mod learning;
pub mod likeness;
pub mod model;
mod related;

use crate::encoder::{DIMS, Encoder};
use crate::english::{WordClass, english};
use crate::grammar::{Kind, Reading};
use crate::interpretation::{Interpretation, Interpreter, Mention, Span};
use crate::knowledge::{EntityId, FactId, IntentId, KnowledgeBase, SmallTalkId, UnanswerableId};
use crate::question::Question;
use features::Features;
use likeness::{Encoded, Texts, Vectors};
use model::Model;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a question can be matched to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// An intent.
    Intent(IntentId),
    /// An unanswerable question.
    Unanswerable(UnanswerableId),
    /// Small talk.
    SmallTalk(SmallTalkId),
}

/// What a class's paraphrases and facts speak of; what evidence is held against.
#[derive(Debug, Serialize, Deserialize)]
pub struct Profile {
    /// What it is a profile of.
    pub class: Class,
    /// Keys of every word, synonym set and name in its paraphrases, answers and statements, sorted.
    keys: Vec<u64>,
    /// One bit for what several keys have in common: where it is not set, none of these is among them. Most keys that are
    /// looked for are not there, and need no search then.
    sieve: [u64; SIEVE],
    /// Entities named anywhere in it, sorted.
    pub entities: Vec<EntityId>,
    /// Figures in its paraphrases, answers and statements, sorted.
    pub figures: Vec<String>,
    /// Those in its paraphrases alone, sorted: they say which of several siblings is meant.
    pub asked_figures: Vec<Figure>,
    /// Share of its paraphrases that deny, 0 to 1.
    pub denying: f32,
    /// The fact that an intent shows first: intents that share it say the same.
    fact: Option<FactId>,
    /// Its paraphrases among [`Learned::phrases`].
    phrases: Range<usize>,
    /// Who does what to whom in its paraphrases and its direct answer; those of which nothing was understood are left out.
    pub readings: Vec<Reading>,
    /// Kinds of answer that its paraphrases ask for, sorted.
    pub asked: Vec<Kind>,
    /// Stems of the nouns by which its paraphrases ask for them ("which player"), sorted.
    pub heads: Vec<String>,
    /// Entities named in its direct answer, sorted; none where it has other names too.
    pub answered: Vec<EntityId>,
    /// Entities named in what it shows, sorted.
    pub shown: Vec<EntityId>,
}

/// A figure with its neighbours: "size 39", "v1.3", "LC-50".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Figure {
    /// As it was read, folded.
    pub text: String,
    form: Form,
    /// Stems of the words before and behind it.
    beside: [String; 2],
}

/// What figures look like. Only those of one form stand for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Form {
    Year,
    Number,
    /// With a point: versions, prices.
    Decimal,
    /// Letters, then figures.
    Model,
}

impl Figure {
    /// The figures in what is asked.
    pub fn all(interpretation: &Interpretation) -> Vec<Figure> {
        let words = &interpretation.question.words;
        let stem = |at: Option<usize>| at.and_then(|i| words.get(i)).map_or(String::new(), |w| w.stem.clone());
        let of = |(at, word): (usize, &crate::english::Word)| {
            let form = Form::of(&word.text).filter(|_| interpretation.question.focus[at])?;
            Some(Figure { text: word.text.clone(), form, beside: [stem(at.checked_sub(1)), stem(Some(at + 1))] })
        };
        words.iter().enumerate().filter_map(of).collect()
    }

    /// Whether two are figures of siblings: "size 39" and "size 41".
    pub fn is_sibling(&self, other: &Figure) -> bool {
        let alone = matches!(self.form, Form::Year | Form::Model);
        let beside = |i: usize| !self.beside[i].is_empty() && self.beside[i] == other.beside[i];
        self.form == other.form && self.text != other.text && (alone || beside(0) || beside(1))
    }

    /// Whether it is one of several that bear names, not a count that a question may get wrong.
    pub fn names(&self) -> bool {
        matches!(self.form, Form::Decimal | Form::Model)
    }
}

impl Form {
    fn of(text: &str) -> Option<Form> {
        let digit = |c: char| c.is_ascii_digit();
        if !text.contains(digit) {
            None
        } else if text.chars().all(digit) {
            let year = text.len() == 4 && text.parse::<u32>().is_ok_and(|year| (1000..2200).contains(&year));
            Some(if year { Form::Year } else { Form::Number })
        } else if text.chars().all(|c| digit(c) || c == '.') {
            Some(Form::Decimal)
        } else {
            text.starts_with(|c: char| c.is_alphabetic()).then_some(Form::Model)
        }
    }
}

/// What being taken for a class comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// Shows this fact.
    Shows(FactId),
    /// Declines.
    Declines,
    /// Replies to small talk.
    Chats,
}

impl Profile {
    /// How many paraphrases it has, those with filled gaps included.
    pub fn paraphrases(&self) -> usize {
        self.phrases.len()
    }

    fn effect(&self) -> Effect {
        match (self.class, self.fact) {
            (Class::Intent(_), Some(fact)) => Effect::Shows(fact),
            (Class::SmallTalk(_), _) => Effect::Chats,
            _ => Effect::Declines,
        }
    }

    /// Whether a word, synonym set or name occurs in it.
    pub fn has(&self, key: u64) -> bool {
        let (word, bit) = sieve_bit(key);
        self.sieve[word] & bit != 0 && self.keys.binary_search(&key).is_ok()
    }
}

/// Words of a sieve: with 512 bits, of a profile's usual eighty keys six in seven others are sifted out.
const SIEVE: usize = 8;

/// Which bit of a sieve stands for a key: keys are hashes, so their leading bits serve.
fn sieve_bit(key: u64) -> (usize, u64) {
    ((key >> 61) as usize % SIEVE, 1 << (key >> 55 & 63))
}

/// One span of a question as something that an answer has to account for.
#[derive(Debug)]
pub struct Claim<'a> {
    /// Key of what it stands for.
    key: u64,
    /// Keys of its topic words.
    stems: Vec<u64>,
    /// Vectors of these in their context.
    vectors: Vec<&'a [f32]>,
    /// What it weighs: the rarer among classes, the more; little words hardly anything.
    pub weight: f32,
}

/// A class proposed for a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What is proposed.
    pub class: Class,
    /// The model's probability, 0 to 1.
    pub probability: f32,
    /// The probability of all proposed classes that come to the same: show the same fact, or decline; 0 to 1.
    pub shared: f32,
    /// Likeness to its own nearest paraphrase, -1 to 1.
    pub own: f32,
    /// Likeness to the nearest paraphrase of all that comes to the same, -1 to 1.
    pub phrase: f32,
    /// Likeness to the nearest statement that it shows, -1 to 1; 0 where it shows none.
    pub statement: f32,
    /// Likeness to the mean of its paraphrases, without what all texts of the record have in common, -1 to 1.
    pub centre: f32,
}

/// Candidates, most probable first, with what they are held against.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// At most [`CANDIDATES`], and some that are near without being probable.
    pub candidates: Vec<Candidate>,
    /// Likeness to the nearest paraphrase of each effect, -1 to 1, greatest first.
    nearest: Vec<(Effect, f32)>,
    /// Likeness to the nearest statement on record, -1 to 1.
    pub statement: f32,
    /// The greatest likeness to the mean of paraphrases for each effect, -1 to 1, greatest first.
    centres: Vec<(Effect, f32)>,
}

impl Ranking {
    /// Likeness to the nearest paraphrase of an answer that shows something else, -1 to 1.
    pub(crate) fn other(&self, effect: Option<Effect>) -> f32 {
        Self::greatest_other(&self.nearest, effect)
    }

    /// Likeness to the mean of paraphrases of an answer that shows something else, -1 to 1.
    pub(crate) fn other_centre(&self, effect: Option<Effect>) -> f32 {
        Self::greatest_other(&self.centres, effect)
    }

    fn greatest_other(sorted: &[(Effect, f32)], effect: Option<Effect>) -> f32 {
        let other = |e: &Effect| matches!(e, Effect::Shows(_)) && Some(*e) != effect;
        sorted.iter().find(|(e, _)| other(e)).map_or(-1.0, |(_, likeness)| *likeness)
    }

    /// Likeness to the nearest unanswerable question, -1 to 1; -1 where there is none.
    pub(crate) fn unanswerable(&self) -> f32 {
        self.nearest.iter().find(|(e, _)| *e == Effect::Declines).map_or(-1.0, |(_, likeness)| *likeness)
    }
}

/// How many candidates evidence looks at. Measured with an earlier learner: on our golden questions a right one is among the first
/// five 98.5 times in a hundred, and among the first twelve whenever it is proposed at all.
pub const CANDIDATES: usize = 12;

/// All that is learned from a knowledge base; made once, kept as bytes for the built-in one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Learned {
    interpreter: Interpreter,
    model: Model,
    profiles: Vec<Profile>,
    /// How rare each key is among classes.
    rarity: BTreeMap<u64, f32>,
    /// Paraphrases, a class after the other.
    phrases: Texts,
    /// Statements, one for each fact.
    statements: Texts,
    /// Who does what to whom in each fact's statement.
    told: Vec<Reading>,
    /// Means of each class's paraphrases, without what is common to all texts.
    centres: Vectors,
    /// Classes by the hash of a paraphrase, word for word; sorted.
    verbatim: Vec<(u64, u32)>,
    /// For each intent others that speak of the same things, nearest first.
    related: Vec<Vec<IntentId>>,
}

impl Learned {
    /// Whether this can have been learned from the knowledge base: all parts are there, and everything that they refer to. What was kept as bytes
    /// and read again may be anything; with this, nothing in it can lead astray further than to a wrong answer.
    pub fn fits(&self, base: &KnowledgeBase) -> bool {
        let Learned { interpreter, model, profiles, rarity, phrases, statements, told, centres, verbatim, related } = self;
        let groups = learning::groups(base);
        let profiled = |profile: &Profile| {
            let Profile {
                class: _,
                keys: _,
                sieve: _,
                entities,
                figures: _,
                asked_figures: _,
                denying,
                fact,
                phrases: said,
                readings,
                asked: _,
                heads: _,
                answered,
                shown,
            } = profile;
            entities.iter().chain(shown).chain(answered).all(|entity| entity.is_in(base))
                && denying.is_finite()
                && fact.is_none_or(|fact| fact.is_in(base))
                && said.start <= said.end
                && said.end <= phrases.len()
                && readings.iter().all(|reading| reading.fits(base))
        };
        interpreter.fits(base)
            && model.is_sound(groups.len(), DIMS)
            && profiles.iter().map(|profile| profile.class).eq(groups.iter().map(|(class, _)| *class))
            && profiles.iter().all(profiled)
            && rarity.values().all(|rare| rare.is_finite())
            && phrases.are(phrases.len())
            && statements.are(base.facts.len())
            && centres.are(groups.len())
            && (told.len(), related.len()) == (base.facts.len(), base.intents.len())
            && told.iter().all(|reading| reading.fits(base))
            && verbatim.iter().all(|(_, class)| (*class as usize) < groups.len())
            && related.iter().flatten().all(|intent| intent.is_in(base))
    }
}

/// Ranks classes for questions.
#[derive(Debug)]
pub struct Matcher {
    learned: Learned,
}

impl Matcher {
    /// Learns a knowledge base; `progress` gets the share that is done, 0 to 1.
    pub fn new(base: &KnowledgeBase, progress: &mut dyn FnMut(f32)) -> Matcher {
        Matcher { learned: learning::learn(base, None, progress) }
    }

    /// Learns a changed knowledge base: the same as [`Matcher::new`], in less time, since what this one encoded is not encoded again.
    pub fn relearn(&self, base: &KnowledgeBase, progress: &mut dyn FnMut(f32)) -> Matcher {
        Matcher { learned: learning::learn(base, Some(&self.learned), progress) }
    }

    /// A matcher that was learned before.
    pub fn from_learned(mut learned: Learned) -> Matcher {
        learned.model.restore();
        Matcher { learned }
    }

    /// What was learned, to be kept.
    pub fn learned(&self) -> &Learned {
        &self.learned
    }

    /// Reads questions with the knowledge base's names and words.
    pub fn interpreter(&self) -> &Interpreter {
        &self.learned.interpreter
    }

    /// Intents that speak of the same things as one of them and show another fact, nearest first.
    pub fn related(&self, intent: IntentId) -> impl Iterator<Item = IntentId> + '_ {
        self.learned.related.get(intent.index()).into_iter().flatten().copied()
    }

    /// Who does what to whom in a fact's statement.
    pub fn told(&self, fact: FactId) -> Option<&Reading> {
        self.learned.told.get(fact.index())
    }

    /// All that is said of a fact, in statements and in the paraphrases of whatever shows it first; with each whether it is a statement.
    pub fn said_of(&self, fact: FactId) -> impl Iterator<Item = (&Reading, bool)> + Clone {
        let profiles = self.learned.profiles.iter().filter(move |p| p.fact == Some(fact));
        let phrases = profiles.flat_map(|p| &p.readings).map(|reading| (reading, false));
        phrases.chain(self.told(fact).map(|reading| (reading, true)))
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.learned.profiles.len()
    }

    /// How many bytes the learned weights take.
    pub fn model_bytes(&self) -> usize {
        self.learned.model.bytes()
    }

    /// Reads a question with the knowledge base's names.
    pub fn interpret(&self, base: &KnowledgeBase, question: Question) -> Interpretation {
        self.learned.interpreter.interpret(base, question)
    }

    /// Encodes what is asked.
    pub fn encode(&self, base: &KnowledgeBase, interpretation: &Interpretation) -> Encoded {
        Encoded::new(Encoder::built_in(), base, interpretation)
    }

    /// The class of which a question is a paraphrase, word for word.
    pub fn verbatim(&self, interpretation: &Interpretation) -> Option<Class> {
        let key = verbatim_key(interpretation);
        let found = self.learned.verbatim.binary_search_by_key(&key, |(k, _)| *k).ok()?;
        Some(self.learned.profiles.get(self.learned.verbatim[found].1 as usize)?.class)
    }

    /// What a question says, span by span: what an answer has to account for.
    pub fn claims<'a>(&self, interpretation: &Interpretation, encoded: &'a Encoded) -> Vec<Claim<'a>> {
        interpretation.spans.iter().enumerate().map(|(number, span)| self.claim(interpretation, span, encoded.words(number))).collect()
    }

    fn claim<'a>(&self, interpretation: &Interpretation, span: &Span, vectors: impl Iterator<Item = &'a [f32]>) -> Claim<'a> {
        let words = &interpretation.question.words[span.from..span.to];
        let key = span_key(interpretation, span);
        let rarity = self.learned.rarity.get(&key).copied().unwrap_or(self.unseen_weight());
        let class = match if span.mention == Mention::Word { words[0].class } else { WordClass::Content } {
            WordClass::Content => 1.0,
            WordClass::Filler => 0.35,
            WordClass::Function => 0.12,
        };
        let weight = class * rarity * if interpretation.question.focus[span.from] { 1.0 } else { 0.3 };
        let stems = words.iter().filter(|w| w.class == WordClass::Content).map(|w| word_key(&w.stem));
        match span.mention {
            // No name stands for another.
            Mention::Entity(_) => Claim { key, stems: Vec::new(), vectors: Vec::new(), weight },
            Mention::Slot => Claim { key, stems: stems.collect(), vectors: Vec::new(), weight },
            Mention::Role(_) | Mention::SynonymSet(_) | Mention::Word => {
                Claim { key, stems: stems.collect(), vectors: vectors.collect(), weight }
            }
        }
    }

    /// How well a class accounts for one span of a question, 0 to 1: named in it, or near in meaning to one of its words or of those of
    /// its statements.
    pub fn accounts_for(&self, base: &KnowledgeBase, profile: &Profile, claim: &Claim) -> f32 {
        if profile.has(claim.key) || claim.stems.iter().any(|s| profile.has(*s)) {
            return 1.0;
        }
        let facts = match profile.class {
            Class::Intent(id) => base[id].facts.as_slice(),
            _ => &[],
        };
        let Learned { phrases, statements, .. } = &self.learned;
        let nearest = |vector: &&[f32]| {
            let stated = facts.iter().map(|f| statements.nearest_word(f.index()..f.index() + 1, vector));
            stated.chain([phrases.nearest_word(profile.phrases.clone(), vector)]).fold(0.0, f32::max)
        };
        claim.vectors.iter().map(nearest).fold(0.0, f32::max)
    }

    /// The weight of a word that no class has.
    pub fn unseen_weight(&self) -> f32 {
        (self.learned.profiles.len() as f32 + 1.0).ln().max(0.2)
    }

    /// What being taken for a class comes to.
    pub(crate) fn effect(&self, base: &KnowledgeBase, class: Class) -> Option<Effect> {
        self.profile_of(base, class).map(Profile::effect)
    }

    /// What a class speaks of.
    pub fn profile_of(&self, base: &KnowledgeBase, class: Class) -> Option<&Profile> {
        self.learned.profiles.get(match class {
            Class::Intent(id) => id.index(),
            Class::Unanswerable(id) => base.intents.len() + id.index(),
            Class::SmallTalk(id) => base.intents.len() + base.unanswerables.len() + id.index(),
        })
    }

    /// These intents, those first whose paraphrases are most like the question.
    pub fn most_alike(&self, base: &KnowledgeBase, interpretation: &Interpretation, intents: &[IntentId]) -> Vec<IntentId> {
        if intents.len() < 2 {
            return intents.to_vec();
        }
        let encoded = self.encode(base, interpretation);
        let likeness = |intent: &IntentId| {
            self.learned
                .profiles
                .get(intent.index())
                .map_or(0.0, |profile| self.learned.phrases.nearest(profile.phrases.clone(), encoded.text()))
        };
        let mut alike: Vec<(f32, IntentId)> = intents.iter().map(|intent| (likeness(intent), *intent)).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        alike.into_iter().map(|(_, intent)| intent).collect()
    }

    /// The `count` classes that a text most probably means by its words and letters alone, with their probabilities: without the encoder, so in
    /// microseconds.
    pub fn guess(&self, base: &KnowledgeBase, interpretation: &Interpretation, count: usize) -> Vec<(Class, f32)> {
        let features = Features { sparse: features::sparse(base, interpretation, ""), dense: vec![0.0; DIMS] };
        let top = self.learned.model.top(&features, count);
        top.into_iter().map(|(class, probability)| (self.learned.profiles[class].class, probability)).collect()
    }

    /// Orders classes by how likely the question means them.
    pub fn rank(&self, base: &KnowledgeBase, interpretation: &Interpretation, encoded: &Encoded) -> Ranking {
        let learned = &self.learned;
        let features = Features { sparse: features::sparse(base, interpretation, ""), dense: encoded.text().to_vec() };
        let all = learned.model.top(&features, learned.profiles.len());
        // Intents with the same fact say the same; unanswerable questions all decline.
        let mut shared: BTreeMap<Effect, f32> = BTreeMap::new();
        for (class, probability) in all.iter().take(CANDIDATES * 2) {
            *shared.entry(learned.profiles[*class].effect()).or_default() += probability;
        }
        let own: Vec<f32> = learned.profiles.iter().map(|p| learned.phrases.nearest(p.phrases.clone(), encoded.text())).collect();
        let nearest = learned.greatest(&own);
        let statements: Vec<f32> = (0..learned.statements.len()).map(|f| learned.statements.nearest(f..f + 1, encoded.text())).collect();
        let distinct = learned.model.distinct(encoded.text().to_vec());
        let centre: Vec<f32> = (0..learned.profiles.len()).map(|c| learned.centres.nearest(c..c + 1, &distinct)).collect();
        let best_statement = statements.iter().copied().fold(-1.0, f32::max);
        let candidate = |class: usize, probability: f32| {
            let profile = &learned.profiles[class];
            let effect = profile.effect();
            let statement = match profile.class {
                Class::Intent(id) => base[id].facts.iter().map(|f| statements[f.index()]).fold(-1.0, f32::max),
                _ => 0.0,
            };
            let shared = shared.get(&effect).copied().unwrap_or(probability);
            Candidate {
                class: profile.class,
                probability,
                shared,
                own: own[class],
                phrase: nearest[&effect],
                statement,
                centre: centre[class],
            }
        };
        let mut candidates: Vec<Candidate> = all.iter().take(CANDIDATES).map(|(class, p)| candidate(*class, *p)).collect();
        // What is near without being probable: an intent whose statement says in other words what its paraphrases do not.
        let mut near: Vec<(f32, usize, f32)> = all
            .iter()
            .skip(CANDIDATES)
            .filter_map(|(class, p)| {
                let profile = &learned.profiles[*class];
                let likeness = match (profile.class, profile.effect()) {
                    (Class::Intent(id), effect) => base[id].facts.iter().map(|f| statements[f.index()]).fold(nearest[&effect], f32::max),
                    _ => return None,
                };
                Some((likeness, *class, *p))
            })
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.extend(near.into_iter().take(NEAR).map(|(_, class, p)| candidate(class, p)));
        let (nearest, centres) = (greatest_first(nearest), greatest_first(learned.greatest(&centre)));
        Ranking { candidates, nearest, statement: best_statement, centres }
    }
}

impl Learned {
    /// For each effect the greatest of its classes' likenesses.
    fn greatest(&self, likenesses: &[f32]) -> BTreeMap<Effect, f32> {
        let mut greatest: BTreeMap<Effect, f32> = BTreeMap::new();
        for (profile, &likeness) in self.profiles.iter().zip(likenesses) {
            greatest.entry(profile.effect()).and_modify(|most| *most = most.max(likeness)).or_insert(likeness);
        }
        greatest
    }
}

/// Effects with their likenesses, greatest first.
fn greatest_first(likenesses: BTreeMap<Effect, f32>) -> Vec<(Effect, f32)> {
    let mut sorted: Vec<(Effect, f32)> = likenesses.into_iter().collect();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sorted
}

/// Candidates beside the most probable ones, those nearest to the question.
const NEAR: usize = 4;
/// The hash of what an interpretation says word for word.
fn verbatim_key(interpretation: &Interpretation) -> u64 {
    let text: Vec<&str> = interpretation.question.words.iter().map(|w| w.text.as_str()).collect();
    features::hash(b'v', &text.join(" "))
}

/// The key of a word's stem.
pub fn word_key(stem: &str) -> u64 {
    features::hash(b'w', stem)
}

/// The key of what a span stands for.
pub fn span_key(interpretation: &Interpretation, span: &Span) -> u64 {
    match span.mention {
        Mention::Entity(e) => features::hash_number(b'e', e.index() as u64),
        Mention::Slot => features::hash_number(b's', 0),
        Mention::Role(r) => features::hash_number(b'r', r.index() as u64),
        Mention::SynonymSet(c) => features::hash_number(b'c', c.index() as u64),
        Mention::Word => {
            let word = &interpretation.question.words[span.from];
            if word.class == WordClass::Function && english().denies(&word.text) {
                features::hash(b'w', "not")
            } else {
                word_key(&word.stem)
            }
        }
    }
}
