//! Which intents a question may mean: proposals with probabilities, for evidence to decide on.

pub mod features;
pub mod model;
mod related;
pub mod thesaurus;

use crate::english::{WordClass, english};
use crate::grammar::{self, Kind, Reading};
use crate::interpretation::{Interpretation, Interpreter, Mention, SLOT, Span};
use crate::knowledge::{EntityId, FactId, IntentId, KnowledgeBase, Paraphrase, SmallTalkId, UnanswerableId};
use crate::question::Question;
use crate::vectors::{Table, dot, normalise};
use features::Features;
use model::{Example, Model};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use thesaurus::{Neighbour, Thesaurus};

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
    /// Share of its paraphrases that deny, 0 to 1.
    pub denying: f32,
    /// The fact that an intent shows first: intents that share it say the same.
    fact: Option<FactId>,
    /// Who does what to whom in its paraphrases and its direct answer; those of which nothing was understood are left out.
    pub readings: Vec<Reading>,
    /// Kinds of answer that its paraphrases ask for, sorted.
    pub asked: Vec<Kind>,
    /// Entities named in what it shows, sorted.
    pub shown: Vec<EntityId>,
    /// Mean of its paraphrases' word vectors, of length one; empty without a table.
    centre: Vec<f32>,
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
    /// For each of these the knowledge base's words that are near to it in meaning.
    neighbours: Vec<Cow<'a, [Neighbour]>>,
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
    /// Cosine of the question's word vectors with the mean of the class's paraphrases, -1 to 1; 0 without a table.
    pub likeness: f32,
}

/// Candidates, most probable first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// At most [`CANDIDATES`].
    pub candidates: Vec<Candidate>,
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
    thesaurus: Thesaurus,
    /// Who does what to whom in each fact's statement.
    told: Vec<Reading>,
    /// Classes by the hash of a paraphrase, word for word; sorted.
    verbatim: Vec<(u64, u32)>,
    /// For each intent others that speak of the same things, nearest first.
    related: Vec<Vec<IntentId>>,
}

/// Ranks classes for questions.
#[derive(Debug)]
pub struct Matcher {
    learned: Learned,
    table: Table,
}

impl Matcher {
    /// Learns a knowledge base; `progress` gets the share that is done, 0 to 1.
    pub fn new(base: &KnowledgeBase, table: Table, progress: &mut dyn FnMut(f32)) -> Matcher {
        let interpreter = Interpreter::new(base);
        let groups = groups(base);
        let mut thesaurus = Thesaurus::new(&table);
        let (mut examples, mut profiles) = (Vec::new(), Vec::with_capacity(groups.len()));
        let mut occurrences: BTreeMap<u64, u32> = BTreeMap::new();
        let mut verbatim: BTreeMap<u64, u32> = BTreeMap::new();
        for (number, (class, phrases)) in groups.iter().enumerate() {
            // One class after the other: the interpretations of all paraphrases of a large knowledge base together would take too much
            // memory.
            let interpretations: Vec<Interpretation> =
                phrases.iter().flat_map(|p| spelt_out(base, *class, &p.text)).filter_map(|p| read_phrase(base, &interpreter, &p)).collect();
            for interpretation in &interpretations {
                let one = |class: &mut u32| *class = if *class == number as u32 { *class } else { SEVERAL };
                verbatim.entry(verbatim_key(interpretation)).and_modify(one).or_insert(number as u32);
            }
            let mut profile = profile(base, &interpreter, *class, &interpretations);
            profile.centre = vec![0.0; table.dims()];
            for interpretation in &interpretations {
                let mut features = features::extract(&table, base, interpretation, slot_kind(base, *class));
                features.sparse.shrink_to_fit();
                profile.centre.iter_mut().zip(&features.dense).for_each(|(c, v)| *c += v);
                examples.push(Example { class: number as u32, features });
            }
            normalise(&mut profile.centre);
            profiles.push(profile);
            let keys: BTreeSet<u64> = interpretations.iter().flat_map(|r| r.spans.iter().map(|p| span_key(r, p))).collect();
            keys.into_iter().for_each(|key| *occurrences.entry(key).or_default() += 1);
            thesaurus.take_in(&table, &interpretations);
        }
        thesaurus.relate();
        let model = Model::train(examples, groups.len(), table.dims(), progress);
        let rarity = rarity(occurrences, groups.len());
        let told =
            base.facts.iter().map(|f| read_phrase(base, &interpreter, &f.statement).map_or_else(Reading::default, |r| grammar::read(&r)));
        let told = told.collect();
        let verbatim = verbatim.into_iter().filter(|(_, class)| *class != SEVERAL).collect();
        let related = related::related(base, &profiles, &rarity);
        Matcher { learned: Learned { interpreter, model, profiles, rarity, thesaurus, told, verbatim, related }, table }
    }

    /// A matcher that was learned before.
    pub fn from_learned(mut learned: Learned, table: Table) -> Matcher {
        learned.model.restore();
        Matcher { learned, table }
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

    /// How many bytes the learned weights take.
    pub fn model_bytes(&self) -> usize {
        self.learned.model.bytes()
    }

    /// Reads a question with the knowledge base's names.
    pub fn interpret(&self, base: &KnowledgeBase, question: Question) -> Interpretation {
        self.learned.interpreter.interpret(base, question)
    }

    /// The class of which a question is a paraphrase, word for word.
    pub fn verbatim(&self, interpretation: &Interpretation) -> Option<Class> {
        let key = verbatim_key(interpretation);
        let found = self.learned.verbatim.binary_search_by_key(&key, |(k, _)| *k).ok()?;
        Some(self.learned.profiles.get(self.learned.verbatim[found].1 as usize)?.class)
    }

    /// What a question says, span by span: what an answer has to account for.
    pub fn claims(&self, interpretation: &Interpretation) -> Vec<Claim<'_>> {
        interpretation.spans.iter().map(|span| self.claim(interpretation, span)).collect()
    }

    fn claim(&self, interpretation: &Interpretation, span: &Span) -> Claim<'_> {
        let words = &interpretation.question.words[span.from..span.to];
        let key = span_key(interpretation, span);
        let rarity = self.learned.rarity.get(&key).copied().unwrap_or(self.unseen_weight());
        let class = match if span.mention == Mention::Word { words[0].class } else { WordClass::Content } {
            WordClass::Content => 1.0,
            WordClass::Filler => 0.35,
            WordClass::Function => 0.12,
        };
        let weight = class * rarity * if interpretation.question.focus[span.from] { 1.0 } else { 0.3 };
        let content = words.iter().filter(|w| w.class == WordClass::Content);
        let (mut stems, mut neighbours) = (Vec::new(), Vec::new());
        match span.mention {
            // No name stands for another.
            Mention::Entity(_) => {}
            Mention::Slot => stems.extend(content.map(|w| word_key(&w.stem))),
            Mention::Role(_) | Mention::SynonymSet(_) | Mention::Word => {
                for word in content {
                    stems.push(word_key(&word.stem));
                    neighbours.push(self.learned.thesaurus.near(&self.table, word));
                }
            }
        }
        Claim { key, stems, neighbours, weight }
    }

    /// How well a class accounts for one span of a question, 0 to 1: named in it, or near in meaning to one of its words.
    pub fn accounts_for(&self, profile: &Profile, claim: &Claim) -> f32 {
        if profile.has(claim.key) || claim.stems.iter().any(|s| profile.has(*s)) {
            return 1.0;
        }
        claim.neighbours.iter().map(|n| self.learned.thesaurus.nearest(n, |key| profile.has(key))).fold(0.0, f32::max)
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
        let dense = features::extract(&self.table, base, interpretation, "").dense;
        let likeness = |intent: &IntentId| self.learned.profiles.get(intent.index()).map_or(0.0, |profile| dot(&dense, &profile.centre));
        let mut alike: Vec<(f32, IntentId)> = intents.iter().map(|intent| (likeness(intent), *intent)).collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        alike.into_iter().map(|(_, intent)| intent).collect()
    }

    /// Orders classes by how likely the question means them.
    pub fn rank(&self, base: &KnowledgeBase, interpretation: &Interpretation) -> Ranking {
        let features: Features = features::extract(&self.table, base, interpretation, "");
        let top = self.learned.model.top(&features, CANDIDATES * 2);
        // Intents with the same fact say the same; unanswerable questions all decline.
        let mut shared: BTreeMap<Effect, f32> = BTreeMap::new();
        for (class, probability) in &top {
            *shared.entry(self.learned.profiles[*class].effect()).or_default() += probability;
        }
        let candidate = |(class, probability): (usize, f32)| {
            let profile = &self.learned.profiles[class];
            let shared = shared.get(&profile.effect()).copied().unwrap_or(probability);
            Candidate { class: profile.class, probability, shared, likeness: dot(&features.dense, &profile.centre) }
        };
        Ranking { candidates: top.into_iter().take(CANDIDATES).map(candidate).collect() }
    }
}

/// Marks a text that is a paraphrase of several classes.
const SEVERAL: u32 = u32::MAX;

/// The hash of what an interpretation says word for word.
fn verbatim_key(interpretation: &Interpretation) -> u64 {
    let text: Vec<&str> = interpretation.question.words.iter().map(|w| w.text.as_str()).collect();
    features::hash(b'v', &text.join(" "))
}

/// What a class speaks of: the words of its paraphrases, answers and statements.
fn profile(base: &KnowledgeBase, interpreter: &Interpreter, class: Class, interpretations: &[Interpretation]) -> Profile {
    let (mut keys, mut entities, mut figures) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut absorb = |interpretation: &Interpretation| {
        entities.extend(interpretation.entities(false));
        entities.extend(interpretation.implied.iter().copied());
        keys.extend(interpretation.spans.iter().map(|p| span_key(interpretation, p)));
        keys.extend(interpretation.question.words.iter().filter(|w| w.class != WordClass::Function).map(|w| word_key(&w.stem)));
        figures.extend(
            interpretation.question.words.iter().filter(|w| w.stem.starts_with(|c: char| c.is_ascii_digit())).map(|w| w.stem.clone()),
        );
    };
    interpretations.iter().for_each(&mut absorb);
    // A paraphrase with a gap reads the same with any name in it.
    let unfilled = |i: &&Interpretation| i.spans.iter().any(|s| s.mention == Mention::Slot);
    let slotted = interpretations.iter().any(|i| unfilled(&i));
    let mut readings: Vec<Reading> = interpretations.iter().filter(|i| !slotted || unfilled(i)).map(grammar::read).collect();
    let mut shown = BTreeSet::new();
    let asked: BTreeSet<Kind> = interpretations.iter().map(|i| grammar::asked(&i.question).kind).collect();
    let texts: Vec<&str> = match class {
        Class::Intent(i) => {
            let intent = &base[i];
            std::iter::once(intent.answer.as_str()).chain(intent.facts.iter().map(|f| base[*f].statement.as_str())).collect()
        }
        Class::Unanswerable(i) => vec![base[i].missing.as_str()],
        Class::SmallTalk(_) => Vec::new(),
    };
    for (number, text) in texts.into_iter().enumerate() {
        let Some(read) = read_phrase(base, interpreter, text) else { continue };
        absorb(&read);
        if matches!(class, Class::Intent(_)) {
            shown.extend(read.entities(false));
            // The direct answer comes first.
            if number == 0 {
                readings.push(grammar::read(&read));
            }
        }
    }
    readings.retain(|r| *r != Reading::default());
    readings.dedup();
    if let Class::Intent(i) = class {
        entities.extend(base[i].facts.iter().filter_map(|f| base[*f].speaker));
        shown.extend(base[i].facts.iter().filter_map(|f| base[*f].speaker));
    }
    let denying = interpretations.iter().filter(|r| r.question.denies).count() as f32 / interpretations.len().max(1) as f32;
    let fact = if let Class::Intent(i) = class { base[i].facts.first().copied() } else { None };
    let mut sieve = [0; SIEVE];
    for key in &keys {
        let (word, bit) = sieve_bit(*key);
        sieve[word] |= bit;
    }
    Profile {
        class,
        keys: keys.into_iter().collect(),
        sieve,
        entities: entities.into_iter().collect(),
        figures: figures.into_iter().collect(),
        denying,
        fact,
        readings,
        asked: asked.into_iter().collect(),
        shown: shown.into_iter().collect(),
        centre: Vec::new(),
    }
}

/// Classes with their paraphrases, in the order of the model's classes.
fn groups(base: &KnowledgeBase) -> Vec<(Class, &[Paraphrase])> {
    let intents = IntentId::all(base).map(|id| (Class::Intent(id), base[id].paraphrases.as_slice()));
    let unanswerables = UnanswerableId::all(base).map(|id| (Class::Unanswerable(id), base[id].paraphrases.as_slice()));
    let talk = SmallTalkId::all(base).map(|id| (Class::SmallTalk(id), base[id].paraphrases.as_slice()));
    intents.chain(unanswerables).chain(talk).collect()
}

/// A paraphrase as it stands and, where a relation fills its slot, with each name that the relation has.
fn spelt_out(base: &KnowledgeBase, class: Class, phrase: &str) -> Vec<String> {
    let mut out = vec![phrase.to_owned()];
    if let Class::Intent(i) = class
        && phrase.contains("{subject}")
        && !phrase.contains("{other}")
        && let Some(used) = &base[i].relation
    {
        out.extend(base[used.relation].rows.iter().map(|row| phrase.replace("{subject}", &base[row.subject].short)));
    }
    out
}

/// The kind of the entities that fill the slots of a class's paraphrases.
fn slot_kind(base: &KnowledgeBase, class: Class) -> &str {
    match class {
        Class::Intent(id) => base[id].relation.as_ref().map_or("", |used| base[used.relation].subject.as_str()),
        _ => "",
    }
}

/// Reads a paraphrase as a question; slots become a word of their own.
fn read_phrase(base: &KnowledgeBase, interpreter: &Interpreter, text: &str) -> Option<Interpretation> {
    let text = if text.contains('{') { text.replace("{subject}", SLOT).replace("{other}", SLOT) } else { text.to_owned() };
    Question::parse(&text).ok().map(|q| interpreter.interpret(base, q))
}

/// How rare each key is among classes: the logarithm of their number over the number of those that have it.
fn rarity(occurrences: BTreeMap<u64, u32>, targets: usize) -> BTreeMap<u64, f32> {
    occurrences.into_iter().map(|(k, c)| (k, ((targets as f32 + 1.0) / c as f32).ln().max(0.2))).collect()
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
