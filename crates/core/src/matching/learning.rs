//! Learns a knowledge base: reads and encodes what its files say, and trains the model.
//!
//! Encoding takes most of the time, and depends on nothing but the words of each text. So anyone who learns a knowledge base again after a change
//! passes what was learned before, and texts that are still the same are taken over. The result is the same to the byte.

use super::features::{self, Features};
use super::likeness::{Known, Texts, Vectors, Wording};
use super::model::{Example, Model};
use super::{Class, Figure, Learned, Profile, SIEVE, related, sieve_bit, span_key, verbatim_key, word_key};
use crate::encoder::{DIMS, Encoder};
use crate::english::{WordClass, english};
use crate::grammar::{self, Kind, Reading};
use crate::interpretation::{Interpretation, Interpreter, Mention, SLOT, Span};
use crate::knowledge::{IntentId, KnowledgeBase, Paraphrase, SmallTalkId, UnanswerableId, Value};
use crate::question::Question;
use std::collections::{BTreeMap, BTreeSet};

/// Share of learning that goes into encoding, for the bar that shows how far it is.
const ENCODING: f32 = 0.6;
/// Marks a text that is a paraphrase of several classes.
const SEVERAL: u32 = u32::MAX;

/// Learns a knowledge base. `before` is what was learned of an earlier state of it; `progress` gets the share that is done, 0 to 1.
pub(super) fn learn(base: &KnowledgeBase, before: Option<&Learned>, progress: &mut dyn FnMut(f32)) -> Learned {
    let interpreter = Interpreter::new(base);
    let encoder = Encoder::built_in();
    let groups = groups(base);
    let (mut examples, mut profiles) = (Vec::new(), Vec::with_capacity(groups.len()));
    let mut phrases = Texts::default();
    let known = before.map(|learned| Known::new(&learned.phrases));
    let mut verbatim = BTreeMap::new();
    let mut occurrences: BTreeMap<u64, u32> = BTreeMap::new();
    for (number, (class, paraphrases)) in groups.iter().enumerate() {
        progress(ENCODING * number as f32 / groups.len() as f32);
        // One class after the other: the interpretations of all paraphrases of a large knowledge base together would take too much
        // memory.
        let interpretations: Vec<Interpretation> =
            paraphrases.iter().flat_map(|p| spelt_out(base, *class, &p.text)).filter_map(|p| read_phrase(base, &interpreter, &p)).collect();
        let first_phrase = phrases.len();
        let slot_kind = slot_kind(base, *class);
        let mut said = BTreeSet::new();
        for interpretation in &interpretations {
            let kept = if matches!(class, Class::Intent(_)) { new_topics(&mut said, interpretation) } else { Vec::new() };
            let dense = phrases.push(encoder, known.as_ref(), Wording::new(base, interpretation, slot_kind), &kept);
            let mut sparse = features::sparse(base, interpretation, slot_kind);
            sparse.shrink_to_fit();
            examples.push(Example { class: number as u32, features: Features { sparse, dense } });
            verbatim
                .entry(verbatim_key(interpretation))
                .and_modify(|c| *c = if *c == number as u32 { *c } else { SEVERAL })
                .or_insert(number as u32);
        }
        let mut profile = profile(base, &interpreter, *class, &interpretations);
        profile.phrases = first_phrase..phrases.len();
        profiles.push(profile);
        let keys: BTreeSet<u64> = interpretations.iter().flat_map(|r| r.spans.iter().map(|p| span_key(r, p))).collect();
        keys.into_iter().for_each(|key| *occurrences.entry(key).or_default() += 1);
    }
    let mut statements = Texts::default();
    let known = before.map(|learned| Known::new(&learned.statements));
    let mut told = Vec::with_capacity(base.facts.len());
    for fact in &base.facts {
        match read_phrase(base, &interpreter, &fact.statement) {
            Some(mut statement) => {
                // All sentences of a statement count.
                statement.question.focus.fill(true);
                told.push(grammar::read(&statement));
                let kept = new_topics(&mut BTreeSet::new(), &statement);
                statements.push(encoder, known.as_ref(), Wording::new(base, &statement, ""), &kept);
            }
            None => {
                statements.push_nothing();
                told.push(Reading::default());
            }
        }
    }
    let model = Model::train(examples, groups.len(), DIMS, &mut |share| progress(ENCODING + (1.0 - ENCODING) * share));
    let mut centres = Vectors::default();
    let means: Vec<Vec<f32>> =
        profiles.iter().map(|profile| phrases.mean(profile.phrases.clone(), |vector| model.distinct(vector))).collect();
    means.iter().for_each(|mean| centres.push(mean));
    let rarity = rarity(occurrences, groups.len());
    let told_alone: Vec<Vec<f32>> = (0..statements.len()).map(|f| statements.mean(f..f + 1, |vector| model.distinct(vector))).collect();
    let related = related::related(base, &means, &told_alone);
    let verbatim = verbatim.into_iter().filter(|(_, class)| *class != SEVERAL).collect();
    Learned { interpreter, model, profiles, rarity, phrases, statements, told, centres, verbatim, related }
}

/// The spans of topic words that were not said before: each word's first vector is kept, since more of them changed nothing that is
/// answered.
fn new_topics(said: &mut BTreeSet<u64>, interpretation: &Interpretation) -> Vec<usize> {
    let topical = |span: &&Span| match span.mention {
        Mention::Word => interpretation.question.words[span.from].class == WordClass::Content,
        Mention::Role(_) | Mention::SynonymSet(_) => true,
        Mention::Entity(_) | Mention::Slot => false,
    };
    let spans = interpretation.spans.iter().enumerate();
    spans.filter(|(_, span)| topical(span) && said.insert(span_key(interpretation, span))).map(|(number, _)| number).collect()
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
    let asked_figures: BTreeSet<Figure> = interpretations.iter().flat_map(Figure::all).collect();
    // A paraphrase with a gap reads the same with any name in it.
    let unfilled = |i: &&Interpretation| i.spans.iter().any(|s| s.mention == Mention::Slot);
    let slotted = interpretations.iter().any(|i| unfilled(&i));
    let mut readings: Vec<Reading> = interpretations.iter().filter(|i| !slotted || unfilled(i)).map(grammar::read).collect();
    let mut shown = BTreeSet::new();
    let asked: Vec<grammar::Asked> = interpretations.iter().map(|i| grammar::asked(&i.question)).collect();
    let kinds: BTreeSet<Kind> = asked.iter().map(|asked| asked.kind).collect();
    let heads: BTreeSet<String> = asked.iter().filter_map(|asked| Some(english().stem(asked.head.as_deref()?))).collect();
    let mut answered = BTreeSet::new();
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
                // Of a name that is nowhere else nobody knows what it is.
                let name =
                    |span: &Span| span.mention == Mention::Word && read.question.is_written_as_name(read.question.words[span.from].token);
                if !read.spans.iter().any(name) {
                    answered.extend(read.entities(false));
                }
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
        asked_figures: asked_figures.into_iter().collect(),
        denying,
        fact,
        phrases: 0..0,
        readings,
        asked: kinds.into_iter().collect(),
        heads: heads.into_iter().collect(),
        answered: answered.into_iter().collect(),
        shown: shown.into_iter().collect(),
    }
}

/// Classes with their paraphrases, in the order of the model's classes.
pub(super) fn groups(base: &KnowledgeBase) -> Vec<(Class, &[Paraphrase])> {
    let intents = IntentId::all(base).map(|id| (Class::Intent(id), base[id].paraphrases.as_slice()));
    let unanswerables = UnanswerableId::all(base).map(|id| (Class::Unanswerable(id), base[id].paraphrases.as_slice()));
    let talk = SmallTalkId::all(base).map(|id| (Class::SmallTalk(id), base[id].paraphrases.as_slice()));
    intents.chain(unanswerables).chain(talk).collect()
}

/// A paraphrase as it stands and, where a relation fills its gaps, with each name and value that the relation has.
fn spelt_out(base: &KnowledgeBase, class: Class, phrase: &str) -> Vec<String> {
    let mut out = vec![phrase.to_owned()];
    let (relation, column) = match class {
        Class::Intent(id) => {
            (base[id].relation.as_ref().map(|used| used.relation), base[id].relation.as_ref().map_or("", |used| &used.column))
        }
        Class::Unanswerable(id) => (base[id].relation, ""),
        Class::SmallTalk(_) => (None, ""),
    };
    let Some(relation) = relation.filter(|_| phrase.contains('{')) else { return out };
    let rows = &base[relation].rows;
    // Events that are put in order by their dates are found by the timeline, in whatever words they are named.
    if phrase.contains("{other}") && rows.iter().any(|row| matches!(row.value(column), Some(Value::Date(_)))) {
        return out;
    }
    for (number, row) in rows.iter().enumerate() {
        let other = &rows[(number + 1) % rows.len()];
        let filled = phrase.replace("{subject}", &base[row.subject].short).replace("{other}", &base[other.subject].short);
        let filled = match row.value(column) {
            Some(value) => filled.replace("{value}", &value.shown(base)),
            None => filled,
        };
        if !out.contains(&filled) {
            out.push(filled);
        }
    }
    out
}

/// The kind of the entities that fill the gaps of a class's paraphrases.
fn slot_kind(base: &KnowledgeBase, class: Class) -> &str {
    let relation = match class {
        Class::Intent(id) => base[id].relation.as_ref().map(|used| used.relation),
        Class::Unanswerable(id) => base[id].relation,
        Class::SmallTalk(_) => None,
    };
    relation.map_or("", |relation| &base[relation].subject)
}

/// Reads a paraphrase as a question; gaps for names become a word of their own, and one for a value says nothing yet.
fn read_phrase(base: &KnowledgeBase, interpreter: &Interpreter, text: &str) -> Option<Interpretation> {
    let text =
        if text.contains('{') { text.replace("{subject}", SLOT).replace("{other}", SLOT).replace("{value}", "") } else { text.to_owned() };
    Question::parse(&text).ok().map(|q| interpreter.interpret(base, q))
}

/// How rare each key is among classes: the logarithm of their number over the number of those that have it.
fn rarity(occurrences: BTreeMap<u64, u32>, targets: usize) -> BTreeMap<u64, f32> {
    occurrences.into_iter().map(|(k, c)| (k, ((targets as f32 + 1.0) / c as f32).ln().max(0.2))).collect()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::SourceFile;
    use crate::knowledge::KnowledgeBase;
    use crate::matching::Matcher;
    use crate::pack;

    const BEFORE: &str = r#"
format = 2

[defaults]
speaker = "marsh"

[source.notice-board]
title = "Notice board of the town library"
paragraphs = 2

[entity.marsh]
kind = "person"
name = "Ada Marsh"

[[fact]]
id = "hours"
statement = "The town library is open from 9 to 18 o'clock."
paragraphs = 1

[[fact.question]]
ask = """
When is the town library open?
opening hours of the library
"""
answer = "From 9 to 18 o'clock."

[[fact]]
id = "fee"
statement = "Lending a book costs 2 euros."
paragraphs = 2

[[fact.question]]
ask = """
What does it cost to lend a book?
How much is a book?
"""
answer = "2 euros."
"#;

    fn base(text: &str) -> KnowledgeBase {
        let loaded = pack::load(&[SourceFile { name: "library.toml".to_owned(), text: text.to_owned() }]);
        loaded.base.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
    }

    fn bytes(matcher: &Matcher) -> Vec<u8> {
        postcard::to_stdvec(matcher.learned()).expect("plain values")
    }

    #[test]
    fn learning_again_comes_to_the_same_bytes() {
        let changes = [
            ("nothing", "", ""),
            ("a paraphrase more", "How much is a book?", "price of lending\nHow much is a book?"),
            ("a paraphrase less", "opening hours of the library\n", ""),
            ("another statement", "costs 2 euros", "costs 2 euros a week"),
            ("another name", "Ada Marsh", "Ada Hours"),
            ("a name that stands in paraphrases", "[entity.marsh]", "[entity.book]\nkind = \"thing\"\nname = \"book\"\n\n[entity.marsh]"),
            (
                "another order",
                "When is the town library open?\nopening hours of the library",
                "opening hours of the library\nWhen is the town library open?",
            ),
        ];
        let before = Matcher::new(&base(BEFORE), &mut |_| {});
        for (what, old, new) in changes {
            let after = base(&BEFORE.replace(old, new));
            let again = before.relearn(&after, &mut |_| {});
            assert_eq!(bytes(&again), bytes(&Matcher::new(&after, &mut |_| {})), "{what}");
            // And back, from what was partly taken over.
            assert_eq!(bytes(&again.relearn(&base(BEFORE), &mut |_| {})), bytes(&before), "{what}, undone");
        }
    }
}
