//! Questions in further languages, held against the translated paraphrases of a knowledge base.
//!
//! Neither the sentence encoder nor the grammar helps here: both know English alone. So a question is taken for one on record only where it has names
//! of that one in the same order, its figures, asks for the same kind of thing, denies alike, and has no word that the translations of that question
//! do not account for. What is left is declined, with what is near.

use crate::knowledge::{EntityId, KnowledgeBase, Original, Translated, Translation};
use crate::text;
use factotum_wording::Language;
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use std::sync::LazyLock;

/// Likeness (0 to 1) of a question and a paraphrase from which they may be taken for the same: half of all that both say. What is left decides little, since
/// names, figures, kind and denial have to agree anyway, and no word may be left over.
const ENOUGH: f32 = 0.5;
/// The same of the words that are no names. What has the names of a paraphrase and no word of it asks something else of them.
const ENOUGH_WORDS: f32 = 0.5;
/// Likeness of two words from which one accounts for the other: all that [`alike`] recognises.
const SAME_WORD: f32 = 0.75;
/// How much more likeness the best question needs than the next one: less than one word of a question makes.
const LEAD: f32 = 0.05;
/// Likeness of what has the same words and no others, but for little ones; sums of weights are not exact.
const WORD_FOR_WORD: f32 = 0.999;
/// Likeness from which a question is offered instead: a name and a word in common.
const OFFERED: f32 = 0.3;
/// Questions that are offered: as many as in English.
const MAX_OFFERED: usize = super::answering::MAX_SUGGESTIONS;
/// Words of a question that are read: more than a long sentence has.
const MAX_WORDS: usize = 40;
/// Letters from which a word may have one letter wrong, and two. Shorter ones are too often another word.
const EDITS: [usize; 2] = [5, 9];
/// Letters that two forms of a word have in common at their beginning at least, and as a share of the longer one.
const COMMON: (usize, f32) = (5, 0.7);
/// Letters of a word that is recognised as a part of a compound ("Natomitglieder").
const PART: usize = 6;

/// Particles that stand before German verbs, and before their "ge" and "zu".
const SEPARABLE: [&str; 14] = ["an", "auf", "aus", "bei", "ein", "mit", "nach", "vor", "weg", "zu", "zusammen", "ab", "um", "uber"];

/// What a question comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// The position of the translated question that it is; `None` where that is not certain.
    pub(crate) question: Option<usize>,
    /// Likeness to the nearest paraphrase, 0 to 1.
    pub(crate) likeness: f32,
    /// What may be meant, nearest first.
    pub(crate) near: Vec<usize>,
}

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Asked {
    What,
    Which,
    Person,
    Place,
    Date,
    Reason,
    Number,
    How,
}

impl Words {
    fn stem(&self, word: &str) -> String {
        let whole = if self.language == Language::German { without_ge(word) } else { word.to_owned() };
        self.stemmer.as_ref().map_or_else(|| whole.clone(), |stemmer| stemmer.stem(&whole).into_owned())
    }
}

/// Words of a language by what they do in a question; `languages.toml` says more.
struct Words {
    function: FxHashSet<String>,
    negation: FxHashSet<String>,
    passive: FxHashSet<String>,
    by: FxHashSet<String>,
    /// Expressions that ask, longest first.
    asked: Vec<(Vec<String>, Asked)>,
    stemmer: Option<Stemmer>,
    language: Language,
}

static WORDS: LazyLock<FxHashMap<Language, Words>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Lists {
        function: String,
        negation: String,
        passive: String,
        by: String,
        asked: FxHashMap<Asked, String>,
    }
    let file: FxHashMap<Language, Lists> =
        toml::from_str(include_str!("languages.toml")).expect("languages.toml is part of the program and tested");
    let words = |language: Language, lists: Lists| {
        let set = |text: &str| text.split_whitespace().map(|word| folded(word, language)).collect();
        let expression = |text: &str| text.split('_').map(|word| folded(word, language)).collect::<Vec<_>>();
        let asked = lists.asked.iter().flat_map(|(asked, text)| text.split_whitespace().map(|e| (expression(e), *asked)));
        let mut asked: Vec<_> = asked.collect();
        asked.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        let stemmer = match language {
            Language::German => Some(Algorithm::German),
            Language::Greek => Some(Algorithm::Greek),
            Language::Spanish => Some(Algorithm::Spanish),
            // Snowball has none for these; forms of a word are recognised by their beginning.
            Language::English | Language::Croatian | Language::Albanian => None,
        };
        Words {
            function: set(&lists.function),
            negation: set(&lists.negation),
            passive: set(&lists.passive),
            by: set(&lists.by),
            asked,
            stemmer: stemmer.map(Stemmer::create),
            language,
        }
    };
    file.into_iter().map(|(language, lists)| (language, words(language, lists))).collect()
});

/// Whether a word, folded, is a little word of a language: one that shapes questions, asks or denies.
pub(crate) fn is_little(word: &str, language: Language) -> bool {
    let word = &folded(word, language);
    WORDS.get(&language).is_some_and(|words| {
        let asks = || words.asked.iter().any(|(expression, _)| expression.len() == 1 && expression[0] == *word);
        words.function.contains(word) || words.negation.contains(word) || asks()
    })
}

/// A word as it is compared: "ä" is "a", and so is the "ae" of people without that key.
fn folded(word: &str, language: Language) -> String {
    let folded = text::fold(word).replace('ß', "ss");
    if language == Language::German { folded.replace("ae", "a").replace("oe", "o").replace("ue", "u") } else { folded }
}

/// A text as it is read.
#[derive(Debug, Default)]
struct Reading {
    /// Stems of the words that are its topic.
    words: Vec<String>,
    /// The names in it, in the order of who acts on whom.
    names: Vec<EntityId>,
    figures: Vec<String>,
    asked: Option<Asked>,
    denies: bool,
    /// How many words it has of any kind.
    length: usize,
}

/// What entities are called in a language, and on record.
#[derive(Debug, Default)]
struct Names {
    /// By the first word of a name, longest first.
    by_first: FxHashMap<String, Vec<(Vec<String>, EntityId)>>,
    /// Names of one word.
    single: Vec<(String, EntityId)>,
    /// Stems of all words of an entity's names.
    parts: FxHashMap<EntityId, FxHashSet<String>>,
}

/// Reads texts of a language.
struct Reader<'a> {
    words: &'a Words,
    names: &'a Names,
    /// Whether the text may have typing errors.
    typed: bool,
}

impl Reader<'_> {
    fn read(&self, text: &str) -> Reading {
        let tokens = text::tokens(text);
        let all: Vec<String> = tokens.iter().take(MAX_WORDS).map(|token| folded(&token.text, self.words.language)).collect();
        let mut reading = Reading { length: tokens.len(), ..Reading::default() };
        let (mut passive, mut by) = (false, false);
        let mut at = 0;
        while let Some(word) = all.get(at) {
            if let Some((length, asked)) = self.asks(&all[at..]).filter(|_| reading.asked.is_none()) {
                reading.asked = Some(asked);
                at += length;
                continue;
            }
            if let Some((length, entity)) = self.name(&all[at..]) {
                by |= at
                    .checked_sub(1)
                    .is_some_and(|before| self.words.by.contains(&all[before]) || at > 1 && self.words.by.contains(&all[at - 2]));
                if !reading.names.contains(&entity) {
                    reading.names.push(entity);
                }
                at += length;
                continue;
            }
            at += 1;
            passive |= self.words.passive.contains(word);
            if self.words.negation.contains(word) {
                reading.denies = !reading.denies;
            } else if word.chars().any(|c| c.is_ascii_digit()) {
                reading.figures.push(word.clone());
            } else if !self.words.function.contains(word) {
                reading.words.push(self.words.stem(word));
            }
        }
        if passive && by {
            reading.names.reverse();
        }
        // "Igor" beside a surname is part of the name, even if that is misspelt.
        let Reading { words, names, .. } = &mut reading;
        words.retain(|stem| !names.iter().filter_map(|name| self.names.parts.get(name)).any(|parts| parts.contains(stem)));
        reading
    }

    /// The expression that asks with which some words begin.
    fn asks(&self, words: &[String]) -> Option<(usize, Asked)> {
        let found = self.words.asked.iter().find(|(expression, _)| words.starts_with(expression));
        found.map(|(expression, asked)| (expression.len(), *asked))
    }

    /// The name with which some words begin: as it is written, in the genitive, or with a typing error.
    fn name(&self, words: &[String]) -> Option<(usize, EntityId)> {
        let first = words.first()?;
        let exact = |first: &str| {
            let names = self.names.by_first.get(first)?.iter();
            names
                .filter(|(name, _)| words.len() >= name.len() && words[1..name.len()] == name[1..])
                .map(|(name, entity)| (name.len(), *entity))
                .next()
        };
        exact(first).or_else(|| exact(first.strip_suffix('s')?)).or_else(|| {
            if !self.typed || self.words.function.contains(first) || first.chars().count() < EDITS[0] {
                return None;
            }
            self.names.single.iter().find(|(name, _)| is_misspelt(first, name)).map(|(_, entity)| (1, *entity))
        })
    }
}

/// A German participle or infinitive without "ge" or "zu", which no other form of the verb has: "geführt" is *führt*, "anzuerkennen" *anerkennen*.
fn without_ge(word: &str) -> String {
    let of_verb = |rest: &str| rest.chars().count() >= 4 && (rest.ends_with('t') || rest.ends_with("en"));
    if let Some(rest) = word.strip_prefix("ge").filter(|rest| of_verb(rest)) {
        return rest.to_owned();
    }
    for prefix in SEPARABLE {
        let Some(rest) = word.strip_prefix(prefix) else { continue };
        if let Some(verb) = rest.strip_prefix("ge").or_else(|| rest.strip_prefix("zu")).filter(|verb| of_verb(verb)) {
            return format!("{prefix}{verb}");
        }
    }
    word.to_owned()
}

/// Whether two words differ by a typing error.
fn is_misspelt(a: &str, b: &str) -> bool {
    let (length, other) = (a.chars().count(), b.chars().count());
    let edits = EDITS.iter().filter(|from| length.min(other) >= **from).count();
    edits > 0 && length.abs_diff(other) <= edits && strsim::osa_distance(a, b) <= edits
}

/// Likeness of two stems, 0 to 1: the same; a typing error, another form, or one that is a part of the other.
fn alike(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (shorter, longer) = (a.chars().count().min(b.chars().count()), a.chars().count().max(b.chars().count()));
    if is_misspelt(a, b) {
        return 0.9;
    }
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    if common >= COMMON.0 && common as f32 >= COMMON.1 * longer as f32 {
        return 0.85;
    }
    if shorter >= PART && (a.contains(b) || b.contains(a)) { 0.8 } else { 0.0 }
}

/// A paraphrase in a further language.
#[derive(Debug)]
struct Phrase {
    class: usize,
    /// Positions of its words in the vocabulary.
    words: Vec<usize>,
    reading: Reading,
}

/// A translated question with all that its translation says; by position.
#[derive(Debug)]
struct Asks {
    /// All words of its paraphrases, its answer and its statements.
    words: FxHashSet<usize>,
    figures: FxHashSet<String>,
}

/// All that a knowledge base has in one further language.
pub(crate) struct Translator {
    /// The language.
    pub(crate) language: Language,
    names: Names,
    vocabulary: Vec<String>,
    /// How much each word counts, 0 to 1: the rarer among the questions, the more.
    weights: Vec<f32>,
    phrases: Vec<Phrase>,
    asks: Vec<Asks>,
}

impl std::fmt::Debug for Translator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Translator").field("language", &self.language).field("phrases", &self.phrases.len()).finish_non_exhaustive()
    }
}

impl Translator {
    /// The translators of a knowledge base, one a language.
    pub(crate) fn all(base: &KnowledgeBase) -> Vec<Translator> {
        base.translations.iter().filter_map(|translation| Some(Self::new(base, translation, WORDS.get(&translation.language)?))).collect()
    }

    fn new(base: &KnowledgeBase, translation: &Translation, words: &Words) -> Translator {
        let names = Names::new(base, translation, words);
        let reader = Reader { words, names: &names, typed: false };
        let mut known: FxHashMap<String, usize> = FxHashMap::default();
        let mut positions = |words: &[String]| -> Vec<usize> {
            words
                .iter()
                .map(|word| {
                    let next = known.len();
                    *known.entry(word.clone()).or_insert(next)
                })
                .collect()
        };
        let (mut phrases, mut asks) = (Vec::new(), Vec::new());
        for Translated { of, paraphrases, answer, .. } in &translation.questions {
            let mut ask = Asks { words: FxHashSet::default(), figures: FxHashSet::default() };
            let mut add = |reading: &Reading, words: &[usize]| {
                ask.words.extend(words);
                ask.figures.extend(reading.figures.iter().cloned());
            };
            for text in paraphrases {
                let reading = reader.read(text);
                let words = positions(&reading.words);
                add(&reading, &words);
                phrases.push(Phrase { class: asks.len(), words, reading });
            }
            let statements = match of {
                Original::Intent(intent) => base[*intent].facts.iter().filter_map(|fact| translation.statements.get(fact)).collect(),
                _ => Vec::new(),
            };
            for text in statements.into_iter().chain([answer]) {
                let reading = reader.read(text);
                add(&reading, &positions(&reading.words));
            }
            asks.push(ask);
        }
        let mut vocabulary = vec![String::new(); known.len()];
        known.into_iter().for_each(|(word, at)| vocabulary[at] = word);
        let mut among = vec![0usize; vocabulary.len()];
        asks.iter().flat_map(|ask: &Asks| &ask.words).for_each(|word| among[*word] += 1);
        let weights = among.into_iter().map(|among| weight(among, asks.len())).collect();
        Translator { language: translation.language, names, vocabulary, weights, phrases, asks }
    }

    /// What a question comes to.
    pub(crate) fn find(&self, text: &str) -> Found {
        let Some(words) = WORDS.get(&self.language) else { return Found::default() };
        let question = Reader { words, names: &self.names, typed: true }.read(text);
        if question.length > MAX_WORDS {
            return Found::default();
        }
        // Of each word of the question: its weight, and the likeness of each word of the vocabulary.
        let compared: Vec<(f32, Vec<f32>)> = question.words.iter().map(|word| self.compare(word)).collect();
        let mut likeness = vec![0.0f32; self.asks.len()];
        let mut allowed = vec![0.0f32; self.asks.len()];
        for phrase in &self.phrases {
            let (alike, words) = self.likeness(&question, &compared, phrase);
            let best = |of: &mut f32| *of = of.max(alike);
            best(&mut likeness[phrase.class]);
            if words >= ENOUGH_WORDS && asks_alike(&question, &phrase.reading) {
                best(&mut allowed[phrase.class]);
            }
        }
        let accounted = |at: usize| {
            let ask = &self.asks[at];
            question.figures.iter().all(|figure| ask.figures.contains(figure))
                && compared.iter().all(|(_, alike)| ask.words.iter().any(|word| alike[*word] >= SAME_WORD))
        };
        let ranked = |by: &[f32]| {
            let mut order: Vec<usize> = (0..by.len()).collect();
            order.sort_by(|a, b| by[*b].total_cmp(&by[*a]).then(a.cmp(b)));
            order
        };
        let order = ranked(&allowed);
        // One word is no question, unless it stands there as one.
        let asks = |at: usize| allowed[at] >= ENOUGH && (question.length > 1 || allowed[at] >= WORD_FOR_WORD);
        let best = order.first().copied().filter(|best| asks(*best) && accounted(*best));
        let next = order.iter().skip(1).find(|at| accounted(**at)).map_or(0.0, |at| allowed[*at]);
        let certain = best.filter(|best| allowed[*best] - next >= LEAD);
        let near = ranked(&likeness).into_iter().filter(|at| likeness[*at] >= OFFERED).take(MAX_OFFERED);
        Found { question: certain, likeness: order.first().map_or(0.0, |at| allowed[*at]), near: near.collect() }
    }

    fn compare(&self, word: &str) -> (f32, Vec<f32>) {
        let all: Vec<f32> = self.vocabulary.iter().map(|known| alike(word, known)).collect();
        let nearest = all.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        let known = nearest.filter(|(_, alike)| **alike >= SAME_WORD);
        (known.map_or(1.0, |(at, _)| self.weights[at]), all)
    }

    /// Likeness of a question and a paraphrase: of the words and names of both, the share by weight that the other one has. The second figure is that
    /// of the words alone; 1 where neither has any.
    fn likeness(&self, question: &Reading, compared: &[(f32, Vec<f32>)], phrase: &Phrase) -> (f32, f32) {
        let (mut shared, mut all) = (0.0, 0.0);
        for (weight, alike) in compared {
            shared += weight * phrase.words.iter().map(|word| alike[*word]).fold(0.0, f32::max);
            all += weight;
        }
        for word in &phrase.words {
            shared += self.weights[*word] * compared.iter().map(|(_, alike)| alike[*word]).fold(0.0, f32::max);
            all += self.weights[*word];
        }
        let words = if all > 0.0 { shared / all } else { 1.0 };
        // A name counts like the rarest word.
        let (ours, theirs) = (&question.names, &phrase.reading.names);
        shared += 2.0 * ours.iter().filter(|name| theirs.contains(name)).count() as f32;
        all += (ours.len() + theirs.len()) as f32;
        (if all > 0.0 { shared / all } else { 0.0 }, words)
    }
}

/// How much a word counts that stands in so many of all questions.
fn weight(among: usize, all: usize) -> f32 {
    let (among, all) = (among as f32, all as f32);
    (1.0 + all / (1.0 + among)).ln() / (1.0 + all).ln().max(f32::EPSILON)
}

/// Whether a question can be the same as a paraphrase: it asks for the same kind of thing, denies alike, and has no name that the other one lacks, and
/// their common names in the same order.
fn asks_alike(question: &Reading, paraphrase: &Reading) -> bool {
    let by_name = |asked: Option<Asked>| asked.map(|asked| if asked == Asked::Person { Asked::Which } else { asked });
    let common = |names: &[EntityId], others: &[EntityId]| names.iter().copied().filter(|name| others.contains(name)).collect::<Vec<_>>();
    by_name(question.asked) == by_name(paraphrase.asked)
        && question.denies == paraphrase.denies
        && question.names == common(&paraphrase.names, &question.names)
}

impl Names {
    fn new(base: &KnowledgeBase, translation: &Translation, words: &Words) -> Names {
        let mut names = Names::default();
        for (at, entity) in base.entities.iter().enumerate() {
            let id = EntityId::new(at);
            let translated = translation.names.get(&id).into_iter().flatten();
            for name in translated.chain([&entity.name]).chain(&entity.aliases) {
                let name: Vec<String> = text::tokens(name).iter().map(|token| folded(&token.text, words.language)).collect();
                // What is a little word in this language is no name in it.
                let Some(first) = name.first().filter(|_| !name.iter().all(|word| words.function.contains(word))).cloned() else {
                    continue;
                };
                names.parts.entry(id).or_default().extend(name.iter().map(|word| words.stem(word)));
                if name.len() == 1 {
                    names.single.push((first.clone(), id));
                }
                let same = names.by_first.entry(first).or_default();
                if !same.iter().any(|(known, _)| *known == name) {
                    same.push((name, id));
                }
            }
        }
        names.by_first.values_mut().for_each(|same| same.sort_by_key(|(name, _)| std::cmp::Reverse(name.len())));
        names.single.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;

    const ENGLISH: &str = r#"
format = 2
[source.s]
title = "Games"
paragraphs = 2
[entity.oldport]
kind = "city"
name = "Oldport"
[entity.newport]
kind = "city"
name = "Newport"
[[fact]]
statement = "Oldport beat Newport in 1990."
paragraphs = 1
[[fact.question]]
ask = "When did Oldport beat Newport?"
answer = "In 1990."
[[fact]]
statement = "Three cities do not take part."
paragraphs = 2
[[fact.question]]
ask = "Which cities do not take part?"
[[unanswerable]]
missing = "a map"
ask = "is there a map"
"#;
    const GERMAN: &str = r#"
format = 2
lang = "de"
[[translation]]
of = "When did Oldport beat Newport?"
ask = """
Wann hat Oldport Newport besiegt?
Wann wurde Newport von Oldport geschlagen?
"""
answer = "1990."
[[translation]]
of = "Which cities do not take part?"
ask = """
Welche Städte nehmen nicht teil?
Welche Städte machen nicht mit?
"""
answer = "Drei."
[[translation]]
of = "is there a map"
ask = """
Gibt es einen Stadtplan?
Stadtplan
"""
missing = "ein Stadtplan"
"#;

    fn translator() -> Translator {
        let files = [ENGLISH, GERMAN].map(|text| SourceFile { name: "x.toml".to_owned(), text: text.to_owned() });
        let loaded = crate::pack::load(&files);
        let base = loaded.base.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
        Translator::all(&base).pop().expect("there is a translation")
    }

    #[test]
    fn what_a_question_comes_to() {
        let translator = translator();
        for (question, expected) in [
            ("Wann hat Oldport Newport besiegt?", Some(0)),
            ("wann besiegte oldport newport", Some(0)),
            ("Wann wurde Newport von Oldport besiegt?", Some(0)),
            ("Wann schlug Oldport denn Newprt?", Some(0)),
            ("Sag mal, wann hat Oldport eigentlich Newprot geschlagen?", Some(0)),
            // Exchanged roles, in the active and in the passive.
            ("Wann hat Newport Oldport besiegt?", None),
            ("Wann wurde Oldport von Newport besiegt?", None),
            // Another kind of answer, another year, another name, another word.
            ("Wo hat Oldport Newport besiegt?", None),
            ("Wann hat Oldport Newport 1991 besiegt?", None),
            ("Wann hat Oldport Westport besiegt?", None),
            ("Wann hat Oldport Newport besucht?", None),
            ("Welche Städte nehmen nicht teil?", Some(1)),
            ("welche staedte nehmen nicht teil", Some(1)),
            ("Welche Städte nehmen teil?", None),
            ("Städte", None),
            ("Stadtplan?", Some(2)),
            ("", None),
        ] {
            assert_eq!(translator.find(question).question, expected, "{question}: {:?}", translator.find(question));
        }
        assert_eq!(translator.find("Wo hat Oldport Newport besiegt?").near, [0]);
        assert_eq!(translator.find(&"Wann hat Oldport Newport besiegt? ".repeat(20)), Found::default());
    }

    #[test]
    fn forms_of_german_verbs() {
        for (word, expected) in [
            ("gefuhrt", "fuhrt"),
            ("anerkannt", "anerkannt"),
            ("anzuerkennen", "anerkennen"),
            ("angegriffen", "angriffen"),
            ("gegen", "gegen"),
            ("geld", "geld"),
            ("zug", "zug"),
        ] {
            assert_eq!(without_ge(word), expected);
        }
    }

    #[test]
    fn every_language_has_its_words() {
        for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
            let words = &WORDS[&language];
            assert!(words.function.len() > 30 && !words.negation.is_empty() && !words.by.is_empty(), "{}", language.code());
            assert!(words.negation.iter().all(|word| !words.function.contains(word)), "{}", language.code());
            let kinds: FxHashSet<Asked> = words.asked.iter().map(|(_, asked)| *asked).collect();
            assert_eq!(kinds.len(), 8, "{}", language.code());
        }
    }
}
