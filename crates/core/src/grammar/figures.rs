//! Numbers as people write them, and which figures, ordinals and superlatives of a question a text lacks.

use super::lexicon::lexicon;
use crate::english::{Word, english};

/// A number in a text, in thousandths, so that "1.5 billion" is exact and equal to "1,500,000,000".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// A thousand times its value.
    pub thousandths: u64,
    /// Its first word, by index.
    pub from: usize,
    /// Behind its last word.
    pub to: usize,
    /// "third", "3rd".
    pub ordinal: bool,
    /// Written in digits, at least in part.
    pub digits: bool,
}

impl Number {
    /// Whether it looks like a year: four digits from 1000 to 2199.
    pub fn is_year(&self) -> bool {
        self.digits
            && !self.ordinal
            && self.to == self.from + 1
            && self.thousandths.is_multiple_of(1000)
            && (1000..2200).contains(&(self.thousandths / 1000))
    }
}

/// One number is written in at most so many words ("two hundred and thirty eight million").
const MAX_PARTS: usize = 8;

/// The numbers of a text, in digits or in words, with "million" and the like.
pub fn numbers(words: &[Word]) -> Vec<Number> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match number(words, at) {
            Some(number) => {
                at = number.to;
                out.push(number);
            }
            None => at += 1,
        }
    }
    out
}

fn number(words: &[Word], from: usize) -> Option<Number> {
    if let Some((value, ordinal, scaled)) = digits(&words[from].text) {
        let (scale, to) = if ordinal || scaled { (1, from + 1) } else { scale_at(words, from + 1) };
        return Some(Number { thousandths: value.saturating_mul(scale), from, to, ordinal, digits: true });
    }
    // Whole numbers in words: what is below a thousand is added up, and a scale multiplies it.
    let (mut total, mut part, mut at, mut ordinal, mut any) = (0u64, 0u64, from, false, false);
    while let Some(word) = words.get(at).filter(|_| at < from + MAX_PARTS) {
        let text = word.text.as_str();
        if let Some((value, is_ordinal)) = in_words(text) {
            // "twenty" takes a unit, "hundred" all below it; "two four" is two numbers.
            let room = !any
                || (part % 10 == 0 && part % 100 >= 20 && value < 10)
                || (part > 0 && part % 100 == 0 && value < 100)
                || (part == 0 && total > 0);
            if !room {
                break;
            }
            (part, any, ordinal) = (part + value, true, is_ordinal);
        } else if text == "hundred" && (any || at == from) {
            (part, any) = (part.max(1).saturating_mul(100), true);
        } else if let Some(scale) = scale(text).filter(|_| any || text == "thousand" || text == "million" || text == "billion") {
            total = total.saturating_add(part.max(1).saturating_mul(scale));
            (part, any) = (0, true);
        } else if !(text == "and"
            && any
            && part % 100 == 0
            && words.get(at + 1).is_some_and(|w| in_words(&w.text).is_some())
            && (part > 0 || total > 0))
        {
            break;
        }
        at += 1;
        if ordinal {
            break;
        }
    }
    any.then(|| Number { thousandths: total.saturating_add(part).saturating_mul(1000), from, to: at, ordinal, digits: false })
}

/// A number in digits in thousandths, whether it is an ordinal, and whether a scale is written at it ("5m", "10k").
fn digits(text: &str) -> Option<(u64, bool, bool)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (figure, rest) = text.split_at(end);
    if figure.is_empty() || !figure.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let (whole, decimals) = figure.split_once('.').unwrap_or((figure, ""));
    let whole: u64 = whole.parse().ok()?;
    let thousandths = if decimals.contains('.') { return None } else { format!("{decimals:0<3}").get(..3)?.parse::<u64>().ok()? };
    let value = whole.saturating_mul(1000).saturating_add(thousandths);
    match rest {
        "" | "s" => Some((value, false, false)),
        "st" | "nd" | "rd" | "th" => Some((value, true, false)),
        "k" => Some((value.saturating_mul(1000), false, true)),
        "m" | "mn" | "mio" => Some((value.saturating_mul(1_000_000), false, true)),
        "bn" => Some((value.saturating_mul(1_000_000_000), false, true)),
        // A unit written at it ("5km", "78mm", "30min").
        unit if unit.len() <= 4 && unit.bytes().all(|b| b.is_ascii_alphabetic()) => Some((value, false, false)),
        _ => None,
    }
}

fn in_words(text: &str) -> Option<(u64, bool)> {
    let lexicon = lexicon();
    let place = |list: &[String]| list.iter().position(|w| w == text).map(|i| i as u64);
    place(&lexicon.number_units)
        .map(|n| (n, false))
        .or_else(|| place(&lexicon.number_tens).map(|n| ((n + 2) * 10, false)))
        .or_else(|| place(&lexicon.ordinals).map(|n| (n, true)))
}

fn scale(text: &str) -> Option<u64> {
    match text {
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        "trillion" => Some(1_000_000_000_000),
        _ => None,
    }
}

fn scale_at(words: &[Word], at: usize) -> (u64, usize) {
    match words.get(at).map(|w| w.text.as_str()) {
        Some("hundred") => (100, at + 1),
        Some(text) => scale(text).map_or((1, at), |s| (s, at + 1)),
        None => (1, at),
    }
}

/// Something in figures or degree that a question has and a text lacks, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A year.
    Year(String),
    /// Another figure, in digits.
    Figure(String),
    /// A number in words up to twelve ("two"): people count what a text lists ("the two countries"), so that it says less.
    Count(String),
    /// "second", "3rd".
    Ordinal(String),
    /// "largest", "most".
    Superlative(String),
}

/// A number beside these is a bound that the text need not repeat ("before 2010", "more than 5").
const BOUNDS: [&str; 14] =
    ["before", "after", "since", "until", "by", "between", "than", "over", "under", "least", "above", "below", "from", "to"];

/// Ranks in words up to twelfth: beyond, they are days more often than ranks.
const MAX_RANK: u64 = 12_000;

/// With these, people tell their own case, whose figures no text can have.
const OWN_CASE: [&str; 9] = ["i", "my", "me", "we", "our", "if", "may", "can", "would"];

/// Whether a figure of the question stands in a text with another unit only: "1,500 km" beside "2,400 km (1,500 miles)".
pub fn has_other_unit(asked: &[Word], shown: &[Word]) -> bool {
    let unit = |words: &[Word], number: &Number| words.get(number.to).and_then(|w| lexicon().unit(&w.text));
    let told = numbers(shown);
    numbers(asked).iter().any(|number| {
        let Some(own) = unit(asked, number) else { return false };
        let mut equal = told.iter().filter(|n| n.thousandths == number.thousandths).peekable();
        equal.peek().is_some() && equal.all(|n| unit(shown, n).is_some_and(|other| other != own))
    })
}

/// Figures, years, ordinals and superlatives among the words of a question that none of the texts shown has. Pass the question's words
/// in focus, and as texts the statement, the direct answer and, where their figures are to count, the phrases.
pub fn missing(asked: &[Word], shown: &[&[Word]]) -> Vec<Missing> {
    let told: Vec<(Number, &[Word])> = shown.iter().flat_map(|words| numbers(words).into_iter().map(move |n| (n, *words))).collect();
    let mut out = Vec::new();
    // "I have 40 MB": the text gives the rule, not each case of it.
    let own_case = asked.iter().any(|w| OWN_CASE.contains(&w.text.as_str()));
    for number in numbers(asked) {
        let written = || asked[number.from..number.to].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
        let bound = number.from.checked_sub(1).is_some_and(|i| BOUNDS.contains(&asked[i].text.as_str()))
            || number.from >= 3 && number.is_year() && asked[number.from - 1].text == "and" && asked[number.from - 3].text == "between";
        // "one" is a pronoun more often than a number, and "second" a unit of time behind "per".
        let little = written() == "one" || (written() == "second" || written() == "first") && is_adverb(asked, &number);
        let decade = asked[number.from].text.ends_with("0s").then_some(10_000);
        let has = told.iter().any(|(n, words)| {
            // "The third" is not the 3 of "3 million"; "the 24th" may be a day, which is written without its ending.
            let rank = number.ordinal && !number.digits && number.thousandths <= MAX_RANK;
            let equal = n.thousandths == number.thousandths && if rank { n.ordinal } else { n.ordinal == number.ordinal || !n.is_year() };
            let in_decade = decade.is_some_and(|span| n.is_year() && n.thousandths / span == number.thousandths / span);
            let of_decade = words[n.from].text.ends_with("0s") && n.thousandths / 10_000 == number.thousandths / 10_000;
            equal || in_decade || of_decade && number.is_year()
        });
        if bound || little || has || own_case && !number.is_year() {
            continue;
        }
        out.push(if number.ordinal {
            Missing::Ordinal(written())
        } else if number.is_year() {
            Missing::Year(written())
        } else if !number.digits && number.thousandths <= 12_000 {
            Missing::Count(written())
        } else {
            Missing::Figure(written())
        });
    }
    let has = |stem: &str| shown.iter().any(|words| words.iter().any(|w| w.stem == stem || w.text == stem));
    for (at, word) in asked.iter().enumerate().filter(|(_, w)| is_superlative(&w.text)) {
        let bound = at > 0 && asked[at - 1].text == "at";
        // "biggest" and "largest" say the same; whether a text says either another way is for others to judge.
        let other = ["largest", "biggest", "greatest"];
        let alike = other.contains(&word.text.as_str()) && other.iter().any(|w| has(w));
        if !bound && !has(&word.text) && !alike {
            out.push(Missing::Superlative(word.text.clone()));
        }
    }
    out
}

/// "When did it first happen?", "a split second": no rank.
fn is_adverb(words: &[Word], number: &Number) -> bool {
    let before = number.from.checked_sub(1).map(|i| words[i].text.as_str());
    let ranks = before.is_some_and(|w| {
        matches!(w, "the" | "a" | "his" | "her" | "its" | "their" | "our" | "my" | "your" | "is" | "was") || w.ends_with("'s")
    });
    let verb = words.get(number.to).is_none_or(|next| lexicon().verb(&next.text, &next.stem).is_some());
    !ranks || verb
}

fn is_superlative(word: &str) -> bool {
    let lexicon = lexicon();
    lexicon.superlatives.has(word)
        || (word.len() >= 6 && word.ends_with("est") && !lexicon.not_superlative.has(word) && english().stem(word) != "west")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<u64> {
        numbers(&english().words_of(text)).into_iter().map(|n| n.thousandths / 1000).collect()
    }

    #[test]
    fn reads_numbers_in_every_form() {
        let cases: &[(&str, &[u64])] = &[
            ("two", &[2]),
            ("2,400 people", &[2400]),
            ("1.5 billion dollars", &[1_500_000_000]),
            ("thirty eight", &[38]),
            ("thirty-eight and two hundred and five", &[38, 205]),
            ("the 21st century", &[21]),
            ("two thousand and five", &[2005]),
            ("5m and 10k", &[5_000_000, 10_000]),
            ("one two three", &[1, 2, 3]),
            ("a million", &[1_000_000]),
            ("no figure", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(&values(text), expected, "{text}");
        }
    }

    fn lacks(question: &str, shown: &str) -> Vec<Missing> {
        missing(&english().words_of(question), &[&english().words_of(shown)])
    }

    #[test]
    fn names_what_a_text_lacks() {
        assert_eq!(lacks("annual plan in 2023", "The plan of 2024 costs 5 dollars."), [Missing::Year("2023".into())]);
        assert_eq!(lacks("size thirty eight", "Size 39 is out of stock."), [Missing::Figure("38".into())]);
        assert_eq!(lacks("error 500", "Error 403 means no access."), [Missing::Figure("500".into())]);
        assert_eq!(
            lacks("who was the second man on the moon", "Armstrong was the first man on the moon."),
            [Missing::Ordinal("second".into())]
        );
        assert_eq!(lacks("which river is longest", "The river is long."), [Missing::Superlative("longest".into())]);
        assert_eq!(lacks("refund within thirty days", "Refunds take 30 days."), []);
        assert_eq!(lacks("did they pay more than 5 million", "They paid 7 million."), []);
        assert_eq!(lacks("what happened in the 1990s", "It closed in 1995."), []);
        assert_eq!(lacks("when did they first meet", "They met in May."), []);
    }
}
