//! Questions that fit what somebody is typing: from memory, tolerant of typing errors, the likeliest first.

use super::components::Key;
use super::payload::{Choice, MAX_OPTION, MAX_OPTIONS};
use super::wording::label;
use crate::answering::{Answerer, Outcome};
use crate::knowledge::KnowledgeBase;
use crate::render::console;
use crate::text;
use std::collections::BTreeMap;

/// Words of a half-typed question that are looked at: more do not make the choice clearer, and each costs a walk through the words of
/// the record.
const WORDS: usize = 12;
/// Likeness from which a word is taken for a misspelt other: below, "bosnia" would be "bose".
const ALIKE: f64 = 0.7;
/// What begins a choice whose question is too long to be its own value; a key follows.
const BY_KEY: char = '#';

/// An index of the questions of a base by their words.
#[derive(Debug, Default)]
pub struct Suggester {
    questions: Vec<Entry>,
    words: BTreeMap<String, Vec<usize>>,
    /// What is offered before anything is typed: the first question of each topic, then the second, and so on.
    first: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    intent: usize,
    words: usize,
}

impl Suggester {
    /// Indexes the questions that can be asked as they stand: without a gap for a name, and not resting on a mistake.
    pub fn of(base: &KnowledgeBase) -> Suggester {
        let mut suggester = Suggester::default();
        let mut rank: BTreeMap<&str, usize> = BTreeMap::new();
        let mut order = Vec::new();
        let mut asked: Vec<&str> = Vec::new();
        for (index, intent) in base.intents.iter().enumerate() {
            if intent.corrects || intent.question.contains('{') || asked.contains(&intent.question.as_str()) {
                continue;
            }
            asked.push(&intent.question);
            let entry = suggester.questions.len();
            let mut words: Vec<String> = text::tokens(&intent.question).into_iter().map(|t| t.text).collect();
            words.sort_unstable();
            words.dedup();
            suggester.questions.push(Entry { intent: index, words: words.len() });
            for word in words {
                suggester.words.entry(word).or_default().push(entry);
            }
            let nth = rank.entry(&intent.topic).or_default();
            order.push((*nth, entry));
            *nth += 1;
        }
        order.sort_unstable();
        suggester.first = order.into_iter().map(|(_, entry)| entry).take(MAX_OPTIONS).collect();
        suggester
    }

    /// At most 25 choices for what was typed so far.
    pub fn choices(&self, answerer: &Answerer, typed: &str) -> Vec<Choice> {
        let base = answerer.base();
        let typed = text::truncate(typed, crate::question::MAX_BYTES);
        let mut ranked: Vec<usize> = self.understood(answerer, typed);
        for entry in self.by_words(typed) {
            if !ranked.contains(&entry) {
                ranked.push(entry);
            }
        }
        let entries = ranked.into_iter().take(MAX_OPTIONS).filter_map(|entry| base.intents.get(self.questions.get(entry)?.intent));
        entries
            .map(|intent| {
                let question = console::question(intent);
                let fits = question.chars().count() <= MAX_OPTION;
                let value = if fits { question.clone() } else { format!("{BY_KEY}{}", Key::of(&intent.id).as_str()) };
                Choice { name: label(&question, MAX_OPTION), value }
            })
            .collect()
    }

    /// The questions that the answerer itself takes this for.
    fn understood(&self, answerer: &Answerer, typed: &str) -> Vec<usize> {
        let intents = match answerer.answer(typed).outcome {
            Outcome::Answer(parts) => parts.into_iter().map(|p| p.intent).collect(),
            Outcome::Clarify(intents) => intents,
            _ => Vec::new(),
        };
        intents.iter().filter_map(|intent| self.questions.iter().position(|q| q.intent == *intent)).collect()
    }

    fn by_words(&self, typed: &str) -> Vec<usize> {
        let words: Vec<String> = text::tokens(typed).into_iter().map(|t| t.text).take(WORDS).collect();
        if words.is_empty() {
            return self.first.clone();
        }
        let mut scores = vec![0.0_f64; self.questions.len()];
        let many = self.questions.len() as f64;
        for typed in &words {
            // A typed word counts once for a question: for the best of its words, rare ones more.
            let mut best: BTreeMap<usize, f64> = BTreeMap::new();
            for (word, entries) in &self.words {
                let like = likeness(typed, word);
                if like > 0.0 {
                    let weight = like * (1.0 + many / entries.len() as f64).ln();
                    for entry in entries {
                        let so_far = best.entry(*entry).or_default();
                        *so_far = so_far.max(weight);
                    }
                }
            }
            for (entry, weight) in best {
                scores[entry] += weight;
            }
        }
        let mut ranked: Vec<usize> = (0..scores.len()).filter(|e| scores[*e] > 0.0).collect();
        let key = |e: usize| scores[e];
        ranked.sort_by(|a, b| key(*b).total_cmp(&key(*a)).then(self.questions[*a].words.cmp(&self.questions[*b].words)).then(a.cmp(b)));
        ranked
    }
}

/// The intent's key, if what was submitted is a choice that stands for a long question.
pub fn chosen_key(submitted: &str) -> Option<&str> {
    submitted.strip_prefix(BY_KEY)
}

/// How well a typed word stands for a word of a question: itself, its beginning, or a slip of the keyboard.
fn likeness(typed: &str, word: &str) -> f64 {
    if typed == word {
        return 1.0;
    }
    if word.starts_with(typed) {
        // One letter begins half of all words.
        return 0.5 + 0.4 * typed.len() as f64 / word.len() as f64;
    }
    if typed.len() < 3 || typed.len().abs_diff(word.len()) > 2 {
        return 0.0;
    }
    let like = strsim::normalized_damerau_levenshtein(typed, word);
    if like >= ALIKE { 0.8 * like } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack;

    #[test]
    fn finds_in_spite_of_typing_errors() {
        let answerer = pack::built_in();
        let suggester = Suggester::of(answerer.base());
        for typed in ["nato membres kosovo", "which NATO members have not recog", "natoo members recognised kosvo"] {
            let choices = suggester.choices(&answerer, typed);
            assert!(choices.len() <= MAX_OPTIONS);
            assert!(choices.iter().take(5).any(|c| c.name.contains("recognised Kosovo")), "{typed}: {choices:?}");
        }
    }

    #[test]
    fn offers_something_of_each_topic_at_first() {
        let answerer = pack::built_in();
        let suggester = Suggester::of(answerer.base());
        let choices = suggester.choices(&answerer, "");
        assert_eq!(choices.len(), MAX_OPTIONS);
        assert!(choices.iter().all(|c| c.name.chars().count() <= MAX_OPTION && c.value.chars().count() <= MAX_OPTION));
        assert_eq!(suggester.choices(&answerer, "qqqq xxxx"), []);
    }
}
