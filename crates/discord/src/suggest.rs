//! Suggests questions while a user types: from an index in memory, tolerant of typing errors, the best match first.

use super::components::Key;
use super::markdown::label;
use super::payload::{Choice, MAX_OPTION, MAX_OPTIONS};
use factotum_core::answering::Answerer;
use factotum_core::knowledge::{IntentId, KnowledgeBase};
use factotum_core::render::console;
use factotum_core::spelling::Speller;
use factotum_core::text;
use factotum_wording::Language;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Words of a half-typed question that are used: more do not improve the suggestions.
const MAX_WORDS: usize = 12;
/// How many of the answerer's guesses come first. Of 184 questions typed to 70 %, the right one is among the first five choices 145 times,
/// 147 times with the whole way to an answer, which takes twenty times as long.
const GUESSES: usize = 3;
/// The weight of a corrected word, relative to one that is spelled right.
const MISSPELT: f64 = 0.7;
/// Starts the value of a choice whose question is too long to be the value itself; a key follows.
const BY_KEY: char = '#';

/// An index of a knowledge base's questions by their words.
#[derive(Debug, Default)]
pub struct Suggester {
    language: Language,
    questions: Vec<Entry>,
    words: BTreeMap<String, Vec<usize>>,
    speller: Speller,
    /// The entry of each intent that can be suggested.
    of_intent: FxHashMap<IntentId, usize>,
    /// Suggestions before anything is typed: the first question of each topic, then the second, and so on.
    first: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    intent: IntentId,
    words: usize,
}

impl Suggester {
    /// Indexes the questions that have no slot to fill and no false premise; in a further language, those that are translated.
    pub fn of(base: &KnowledgeBase, language: Language) -> Suggester {
        let mut suggester = Suggester { language, ..Suggester::default() };
        let mut rank: BTreeMap<&str, usize> = BTreeMap::new();
        let mut order = Vec::new();
        let mut asked: Vec<&str> = Vec::new();
        for id in IntentId::all(base) {
            let intent = &base[id];
            let question = base.question(id, language);
            let translated = language == base.language() || question != intent.question;
            if intent.false_premise || question.contains('{') || asked.contains(&question) || !translated {
                continue;
            }
            asked.push(question);
            let entry = suggester.questions.len();
            let mut words: Vec<String> = text::tokens(question).into_iter().map(|t| t.text).collect();
            words.sort_unstable();
            words.dedup();
            suggester.questions.push(Entry { intent: id, words: words.len() });
            suggester.of_intent.insert(id, entry);
            for word in words {
                suggester.words.entry(word).or_default().push(entry);
            }
            let nth = rank.entry(&intent.topic).or_default();
            order.push((*nth, entry));
            *nth += 1;
        }
        let counted = suggester.words.iter().map(|(word, entries)| (word.clone(), u32::try_from(entries.len()).unwrap_or(u32::MAX)));
        suggester.speller = Speller::of_words(counted.collect(), &BTreeSet::new());
        order.sort_unstable();
        suggester.first = order.into_iter().map(|(_, entry)| entry).take(MAX_OPTIONS).collect();
        suggester
    }

    /// At most 25 choices for the text typed so far.
    pub fn choices(&self, answerer: &Answerer, typed: &str) -> Vec<Choice> {
        let base = answerer.base();
        let typed = text::truncate(typed, factotum_core::question::MAX_BYTES);
        let mut ranked: Vec<usize> = self.guessed(answerer, typed);
        for entry in self.by_words(typed) {
            if !ranked.contains(&entry) {
                ranked.push(entry);
            }
        }
        let intents = ranked.into_iter().take(MAX_OPTIONS).filter_map(|entry| Some(self.questions.get(entry)?.intent));
        intents
            .map(|intent| {
                let question = console::shown(base.question(intent, self.language));
                let fits = question.chars().count() <= MAX_OPTION;
                let value = if fits { question.clone() } else { format!("{BY_KEY}{}", Key::of(&base[intent].id).as_str()) };
                Choice { name: label(&question, MAX_OPTION), value }
            })
            .collect()
    }

    /// The questions that the answerer takes this for at first sight.
    fn guessed(&self, answerer: &Answerer, typed: &str) -> Vec<usize> {
        if self.language != answerer.base().language() {
            return Vec::new();
        }
        answerer.guess(typed, GUESSES).iter().filter_map(|intent| self.of_intent.get(intent).copied()).collect()
    }

    /// The questions that share the most words with the typed text, the best first.
    fn by_words(&self, typed: &str) -> Vec<usize> {
        let words: Vec<String> = text::tokens(typed).into_iter().map(|t| t.text).take(MAX_WORDS).collect();
        if words.is_empty() {
            return self.first.clone();
        }
        let mut scores: FxHashMap<usize, f64> = FxHashMap::default();
        for typed in &words {
            // A typed word counts once per question: for the best matching word; rare words count more.
            let mut best: FxHashMap<usize, f64> = FxHashMap::default();
            self.each_meant(typed, &mut |like, entries| {
                let weight = like * (1.0 + self.questions.len() as f64 / entries.len() as f64).ln();
                for entry in entries {
                    let so_far = best.entry(*entry).or_default();
                    *so_far = so_far.max(weight);
                }
            });
            for (entry, weight) in best {
                *scores.entry(entry).or_default() += weight;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        let order = |a: &(usize, f64), b: &(usize, f64)| {
            b.1.total_cmp(&a.1).then(self.questions[a.0].words.cmp(&self.questions[b.0].words)).then(a.0.cmp(&b.0))
        };
        // As many as can be shown, and as many again, because some may be listed already.
        let most = 2 * MAX_OPTIONS;
        if ranked.len() > most {
            ranked.select_nth_unstable_by(most, order);
            ranked.truncate(most);
        }
        ranked.sort_unstable_by(order);
        ranked.into_iter().map(|(entry, _)| entry).collect()
    }

    /// Calls `meant` with the words that a typed word may stand for, how well they match, and their questions: the word itself, words that begin
    /// with it, or, if there are none, its correction.
    fn each_meant<'a>(&'a self, typed: &str, meant: &mut dyn FnMut(f64, &'a [usize])) {
        let begun = self.words.range::<str, _>((Bound::Included(typed), Bound::Unbounded)).take_while(|(word, _)| word.starts_with(typed));
        let mut any = false;
        for (word, entries) in begun {
            any = true;
            // A single letter begins many words, so the match counts more the more of the word is typed.
            let like = if word == typed { 1.0 } else { 0.5 + 0.4 * typed.len() as f64 / word.len() as f64 };
            meant(like, entries);
        }
        if !any && let Some(entries) = self.speller.correct(typed).and_then(|word| self.words.get(&word)) {
            meant(MISSPELT, entries);
        }
    }
}

/// The key of an intent, if the submitted text is a choice that stands for a long question.
pub(crate) fn chosen_key(submitted: &str) -> Option<&str> {
    submitted.strip_prefix(BY_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_tolerated() {
        let answerer = factotum_built_in::answerer();
        let suggester = Suggester::of(answerer.base(), Language::English);
        for typed in ["nato membres kosovo", "which NATO members have not recog", "natoo members recognised kosvo"] {
            let choices = suggester.choices(&answerer, typed);
            assert!(choices.len() <= MAX_OPTIONS);
            assert!(choices.iter().take(5).any(|c| c.name.contains("recognised Kosovo")), "{typed}: {choices:?}");
        }
    }

    #[test]
    fn suggests_before_anything_is_typed() {
        let answerer = factotum_built_in::answerer();
        let suggester = Suggester::of(answerer.base(), Language::English);
        let choices = suggester.choices(&answerer, "");
        assert_eq!(choices.len(), MAX_OPTIONS);
        assert!(choices.iter().all(|c| c.name.chars().count() <= MAX_OPTION && c.value.chars().count() <= MAX_OPTION));
        assert_eq!(suggester.choices(&answerer, "qqqq xxxx"), []);
    }
}
