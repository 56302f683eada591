//! Naive scans: the question is held against every phrase, and the most alike one has the label; of equals the first.

use super::{Contender, Load};
use crate::data::{Training, folded};
use rapidfuzz::distance::indel;
use std::cmp::Ordering;
use std::path::Path;

/// The words of a text, sorted, each once.
type Words = Vec<String>;

struct Scan<T> {
    phrases: Vec<(T, String)>,
    /// Makes a text ready to be held against others.
    ready: fn(String) -> T,
    /// How alike two texts are; more is more alike.
    likeness: fn(&T, &T) -> f64,
}

/// RapidFuzz's `token_set_ratio`.
pub fn token_set_ratio(training: Training, _: &Path) -> anyhow::Result<Load> {
    Ok(scan(training, words, token_set))
}

/// Jaro-Winkler of whole texts, by strsim.
pub fn jaro_winkler(training: Training, _: &Path) -> anyhow::Result<Load> {
    Ok(scan(training, |text| text, |a: &String, b| strsim::jaro_winkler(a, b)))
}

/// Damerau-Levenshtein over the longer length, by strsim.
pub fn damerau_levenshtein(training: Training, _: &Path) -> anyhow::Result<Load> {
    Ok(scan(training, |text| text, |a: &String, b| strsim::normalized_damerau_levenshtein(a, b)))
}

fn scan<T: 'static>(training: Training, ready: fn(String) -> T, likeness: fn(&T, &T) -> f64) -> Load {
    let Training { phrases, .. } = training;
    Box::new(move || {
        let phrases = phrases.into_iter().map(|phrase| (ready(folded(&phrase.question)), phrase.intent)).collect();
        Ok(Box::new(Scan { phrases, ready, likeness }))
    })
}

impl<T> Contender for Scan<T> {
    fn label(&self, question: &str) -> Option<&str> {
        let question = (self.ready)(folded(question));
        let mut best: Option<(f64, &str)> = None;
        for (phrase, label) in &self.phrases {
            let likeness = (self.likeness)(&question, phrase);
            if best.is_none_or(|(most, _)| likeness > most) {
                best = Some((likeness, label));
            }
        }
        best.map(|(_, label)| label)
    }
}

fn words(folded: String) -> Words {
    let mut words: Words = folded.split_whitespace().map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// RapidFuzz's `token_set_ratio`, whose Rust crate has the distance below it but not the ratio.
///
/// With the words that both have (in order), and those that only one has: the best of the three likenesses between "both",
/// "both, and only a", and "both, and only b", 0 to 100. A likeness is 1 - d / (sum of lengths), and d the insertions and
/// deletions that turn one into the other.
fn token_set(a: &Words, b: &Words) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut both, mut only_a, mut only_b) = (0, String::new(), String::new());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let order = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        match order {
            Ordering::Less => append(&mut only_a, &a[i]),
            Ordering::Greater => append(&mut only_b, &b[j]),
            Ordering::Equal => both += a[i].chars().count() + usize::from(both > 0),
        }
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    if both > 0 && (only_a.is_empty() || only_b.is_empty()) {
        return 100.0;
    }
    let blank = usize::from(both > 0);
    let [long_a, long_b] = [&only_a, &only_b].map(|only| both + blank + only.chars().count());
    let likeness = |distance: usize, lengths: usize| 100.0 - 100.0 * distance as f64 / lengths as f64;
    // What they begin with is the same, so only the rest counts.
    let between = likeness(indel::distance(only_a.chars(), only_b.chars()), long_a + long_b);
    if both == 0 {
        return between;
    }
    // Both is the beginning of either, so the rest is inserted.
    [long_a, long_b].into_iter().map(|long| likeness(long - both, both + long)).fold(between, f64::max)
}

fn append(text: &mut String, word: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Phrase;

    /// `tools/contenders.py --pairs` made the file with RapidFuzz itself.
    #[test]
    fn token_set_ratio_is_that_of_rapidfuzz() {
        let mut kinds = [0; 3];
        for line in include_str!("../../tests/token_set_ratio.jsonl").lines() {
            let (a, b, wanted): (String, String, f64) = serde_json::from_str(line).expect("two texts and a ratio");
            let got = token_set(&words(folded(&a)), &words(folded(&b)));
            assert!((got - wanted).abs() < 1e-9, "{a:?} and {b:?}: {got}, not {wanted}");
            kinds[if wanted == 0.0 { 0 } else { 1 + usize::from(wanted == 100.0) }] += 1;
        }
        // Nothing in common, something, and all of one: each has to occur.
        assert!(kinds.iter().sum::<usize>() == 200 && kinds.iter().all(|count| *count > 3), "{kinds:?}");
    }

    #[test]
    fn the_first_of_the_most_alike_phrases_has_the_label() {
        let phrases = [("x", "open the door"), ("y", "close a window"), ("z", "Close a window!")];
        let phrases = phrases.map(|(intent, question)| Phrase { intent: intent.to_owned(), question: question.to_owned() });
        let training = Training { csv: Vec::new(), phrases: phrases.into() };
        let scan = jaro_winkler(training, Path::new("")).and_then(|load| load()).expect("nothing can fail");
        assert_eq!(scan.label("CLOSE A WINDOW"), Some("y"));
        assert_eq!(scan.label("open door"), Some("x"));
    }
}
