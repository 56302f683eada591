//! What the program knows of English whatever the knowledge base: spellings, little words, stems.
//!
//! The words themselves stand in `english.toml`, so that no list hides in code.

use crate::dictionary::{Dictionary, Grade, dictionary};
use crate::knowledge::AnswerType;
use crate::spelling::unstretched;
use crate::text::{self, Token};
use factotum_wording::Language;
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// How much a word may count when a question is held against what is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordClass {
    /// Grammar: shapes the question, never its topic.
    Function,
    /// Put round a question ("please", "anyone know"): says little about its topic.
    Filler,
    /// A word that an answer has to account for.
    Content,
}

/// A word of a question or paraphrase after spelling: what matching works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Folded, one spelling for variants ("defense" is "defence").
    pub text: String,
    /// Its stem (Snowball English), or the word itself for numbers and names.
    pub stem: String,
    /// What it may count for.
    pub class: WordClass,
    /// Index of the token that it came from.
    pub token: usize,
}

#[derive(serde::Deserialize)]
struct File {
    spellings: FxHashMap<String, String>,
    variants: FxHashMap<String, String>,
    numbers: FxHashMap<String, String>,
    everyday: FxHashMap<String, String>,
    words: WordLists,
    lists: Lists,
    events: EventWords,
    follow_up: FollowUpWords,
    expected: ExpectedWords,
    kinds: Kinds,
    foreign: std::collections::BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
struct WordLists {
    function: String,
    filler: String,
    preambles: Vec<String>,
    greetings: Vec<String>,
    closers: Vec<String>,
    tags: Vec<String>,
    negation: String,
}

/// A set of words, written with blanks between them.
#[derive(Debug, Default)]
pub struct Words(FxHashSet<String>);

impl Words {
    /// Whether a word is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

impl<'de> serde::Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Words(text.split_whitespace().map(str::to_owned).collect()))
    }
}

/// Words by what they do in a question; `english.toml` says what each list is for.
#[derive(Debug, serde::Deserialize)]
#[allow(missing_docs)]
pub struct Lists {
    pub question_words: Words,
    pub auxiliaries: Words,
    pub openers: Words,
    pub joiners: Words,
    pub part_prepositions: Words,
    pub year_prepositions: Words,
    pub uncounted: Words,
    pub contracted_is: Words,
    pub before_names: Words,
    pub before_pronouns: Words,
    pub open_alternatives: Words,
    pub pointless: Words,
    pub courteous: Words,
    pub units: Words,
    pub clock: Words,
    pub letters: Words,
    pub also_words: Words,
    pub speaker: Words,
    pub ambiguous: Words,
}

/// Words that put two events in order.
#[derive(Debug, serde::Deserialize)]
#[allow(missing_docs)]
pub struct EventWords {
    pub order: Words,
    pub before: Words,
    pub after: Words,
    pub how_long: Words,
    pub gap: Words,
    pub between: Words,
}

/// Words that leave something to the question before.
#[derive(Debug, serde::Deserialize)]
#[allow(missing_docs)]
pub struct FollowUpWords {
    pub openers: Words,
    pub also: Words,
    pub other: Words,
    pub speakers: Words,
    pub whom: Words,
    pub pronouns: Words,
    pub persons: Words,
    pub possessives: Words,
    pub idle: Words,
}

/// Words that tell what a question asks for.
#[derive(Debug, serde::Deserialize)]
#[allow(missing_docs)]
pub struct ExpectedWords {
    pub first: AnswerTypes,
    pub how: AnswerTypes,
    pub next: AnswerTypes,
    pub noun: AnswerTypes,
}

/// Answer types, each with words that ask for it, in the order in which they are tried.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct AnswerTypes {
    pub date: Words,
    pub reason: Words,
    pub place: Words,
    pub number: Words,
    pub list: Words,
    pub person: Words,
}

impl AnswerTypes {
    /// The first answer type of which one of the words is in its list.
    pub fn find<'a>(&self, words: impl Iterator<Item = &'a str> + Clone) -> Option<AnswerType> {
        let lists = [
            (&self.date, AnswerType::Date),
            (&self.reason, AnswerType::Reason),
            (&self.place, AnswerType::Place),
            (&self.number, AnswerType::Number),
            (&self.list, AnswerType::List),
            (&self.person, AnswerType::Person),
        ];
        lists.into_iter().find(|(list, _)| words.clone().any(|w| list.has(w))).map(|(_, answer_type)| answer_type)
    }
}

/// Kinds of entities that mean something to the program.
#[derive(Debug, serde::Deserialize)]
#[allow(missing_docs)]
pub struct Kinds {
    pub distinct: Words,
    pub office_owners: Words,
}

impl Kinds {
    /// Whether entities of a kind do things themselves: persons, countries, organisations.
    pub fn acts(&self, kind: &str) -> bool {
        self.distinct.has(kind) || self.office_owners.has(kind)
    }
}

/// English, read once.
pub struct English {
    spellings: FxHashMap<String, Vec<String>>,
    variants: FxHashMap<String, String>,
    numbers: FxHashMap<String, String>,
    /// Words of every day that word lists lack.
    everyday: Words,
    dictionary: Dictionary,
    /// Little words, each with what it may count for and its stem: half of a question's words are among them.
    little: FxHashMap<String, (WordClass, String)>,
    negation: FxHashSet<String>,
    /// Expressions ahead of a question, as words, longest first.
    pub preambles: Vec<Vec<String>>,
    /// Expressions with which people greet, as words, longest first.
    pub greetings: Vec<Vec<String>>,
    /// Expressions behind a question that are no part of it, as words, longest first.
    pub closers: Vec<Vec<String>>,
    /// Expressions behind a statement that make it a question, longest first.
    pub tags: Vec<Vec<String>>,
    /// Words by what they do in a question.
    pub lists: Lists,
    /// Words that put two events in order.
    pub events: EventWords,
    /// Words that leave something to the question before.
    pub follow_up: FollowUpWords,
    /// Words that tell what a question asks for.
    pub expected: ExpectedWords,
    /// Kinds of entities that mean something to the program.
    pub kinds: Kinds,
    /// Little words of other languages.
    pub foreign: Words,
    foreign_lists: Vec<(Option<Language>, Words)>,
    stemmer: Stemmer,
}

static ENGLISH: LazyLock<English> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("english.toml")).expect("english.toml is part of the program and tested");
    let split = |s: &str| s.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let longest_first = |list: Vec<String>| {
        let mut all: Vec<Vec<String>> = list.iter().map(|s| split(s)).collect();
        all.sort_by_key(|words| std::cmp::Reverse(words.len()));
        all
    };
    let mut english = English {
        spellings: file.spellings.into_iter().map(|(k, v)| (k, split(&v))).collect(),
        variants: file.variants,
        numbers: file.numbers,
        everyday: Words(file.everyday.values().flat_map(|words| split(words)).collect()),
        dictionary: dictionary(),
        little: FxHashMap::default(),
        negation: split(&file.words.negation).into_iter().collect(),
        preambles: longest_first(file.words.preambles),
        greetings: longest_first(file.words.greetings),
        closers: longest_first(file.words.closers),
        tags: longest_first(file.words.tags),
        lists: file.lists,
        follow_up: file.follow_up,
        events: file.events,
        expected: file.expected,
        kinds: file.kinds,
        foreign: Words(file.foreign.values().flat_map(|words| split(words)).collect()),
        foreign_lists: file
            .foreign
            .iter()
            .map(|(code, words)| (Language::of_locale(code), Words(split(words).into_iter().collect())))
            .collect(),
        stemmer: Stemmer::create(Algorithm::English),
    };
    for (words, class) in [(&file.words.filler, WordClass::Filler), (&file.words.function, WordClass::Function)] {
        let entries: Vec<_> = split(words).into_iter().map(|word| (class, english.stem(&word), word)).collect();
        english.little.extend(entries.into_iter().map(|(class, stem, word)| (word, (class, stem))));
    }
    english
});

impl English {
    /// Little words of other languages, each list with its language if the program has words in that.
    pub fn little_words(&self) -> impl Iterator<Item = (Option<Language>, &Words)> {
        self.foreign_lists.iter().map(|(language, words)| (*language, words))
    }
}

/// The one English that everything shares.
pub fn english() -> &'static English {
    &ENGLISH
}

impl English {
    /// The words of a text: contractions opened, chat spellings written out, variants folded, stems found. Numbers of several words are one
    /// word ("thirty eight" is 38), a version or a figure with its unit are two ("v1.3", "40km").
    pub fn words(&self, tokens: &[Token]) -> Vec<Word> {
        let mut out = Vec::with_capacity(tokens.len() + 4);
        let shouted = text::is_shouted(tokens);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if let Some(preposition) = self.figure_for_word(tokens, at) {
                out.push(self.word(preposition, at));
                at += 1;
                continue;
            }
            if let Some((number, length)) = self.number_phrase(&tokens[at..]) {
                at += length;
                out.push(self.word(&number.to_string(), at - 1));
                continue;
            }
            if let Some(year) = short_year(&self.lists, tokens, at) {
                out.push(self.word(&year, at));
            } else if let Some((figure, unit)) = self.figure_with_unit(token) {
                let (first, second) = if unit == VERSION { (unit, figure) } else { (figure, unit) };
                out.push(self.word(first, at));
                self.open(second, false, &mut |word| out.push(self.word(word, at)));
            } else {
                let as_it_stands = !shouted && (token.capitals || self.is_letter(tokens, at));
                self.open(&token.text, as_it_stands, &mut |word| out.push(self.word(word, at)));
            }
            at += 1;
        }
        out
    }

    /// "4 the", "2 me": the word that a figure is written for; nothing is counted in front of an article or a pronoun.
    fn figure_for_word(&self, tokens: &[Token], at: usize) -> Option<&'static str> {
        let next = tokens.get(at + 1).filter(|_| !tokens[at].ends_clause && !tokens[at].comma)?;
        let word = match tokens[at].text.as_str() {
            "4" => "for",
            "2" => "to",
            _ => return None,
        };
        self.lists.uncounted.has(&next.text).then_some(word)
    }

    /// Whether a token is a letter that stands for something ("plan B", "in C"): a capital within a sentence, and not one that people write for a
    /// word ("how R U").
    fn is_letter(&self, tokens: &[Token], at: usize) -> bool {
        let within = at.checked_sub(1).and_then(|b| tokens.get(b)).is_some_and(|b| !b.ends_clause);
        let token = &tokens[at];
        within && token.capitalised && token.text.len() == 1 && !self.lists.letters.has(&token.text)
    }

    /// A figure with its unit written right behind it ("40km", "1.5bn"), or a version ("v1.3"), whose unit is [`VERSION`]. "V8" is a name.
    fn figure_with_unit<'t>(&self, token: &'t Token) -> Option<(&'t str, &'t str)> {
        let text = token.text.as_str();
        let is_figure = |s: &str| s.starts_with(|c: char| c.is_ascii_digit()) && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if let Some(figure) = text.strip_prefix('v').filter(|f| is_figure(f)) {
            return (!token.capitalised || figure.contains('.')).then_some((figure, VERSION));
        }
        let (figure, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit() && c != '.')?)?;
        (is_figure(figure) && self.lists.units.has(unit)).then_some((figure, unit))
    }

    /// The number that two or more tokens at the beginning spell ("thirty eight", "two hundred and five", "nineteen ninety-nine"), and how many
    /// they are.
    fn number_phrase(&self, tokens: &[Token]) -> Option<(u32, usize)> {
        let first = tokens.first()?;
        if !self.numbers.contains_key(&first.text) && !first.text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        // Nothing may stand between one word and the next.
        let joined = |at: usize| at == 0 || tokens.get(at - 1).is_some_and(|t| !t.comma && !t.ends_clause);
        let value = |at: usize| tokens.get(at).filter(|_| joined(at)).and_then(|t| self.numbers.get(&t.text)?.parse::<u32>().ok());
        let and = |at: usize| at + usize::from(joined(at) && tokens.get(at).is_some_and(|t| t.text == "and"));
        let below_100 = |at: usize| match value(at)? {
            tens @ 20..=90 => Some(value(at + 1).filter(|v| (1..10).contains(v)).map_or((tens, at + 1), |v| (tens + v, at + 2))),
            other => (1..20).contains(&other).then_some((other, at + 1)),
        };
        let below_1000 = |at: usize| {
            let figure = tokens.get(at).filter(|_| at == 0).and_then(|t| t.text.parse::<u32>().ok()).filter(|v| (1..1000).contains(v));
            let (count, behind) = figure.map(|v| (v, at + 1)).or_else(|| below_100(at)).or((value(at) == Some(100)).then_some((1, at)))?;
            if value(behind) != Some(100) || count >= 100 {
                return Some((count, behind));
            }
            let rest = below_100(and(behind + 1));
            Some(rest.map_or((count * 100, behind + 1), |(rest, behind)| (count * 100 + rest, behind)))
        };
        let (number, length) = match below_1000(0).or((value(0) == Some(1000)).then_some((1, 0)))? {
            (count, behind) if value(behind) == Some(1000) => {
                let rest = below_1000(and(behind + 1));
                rest.map_or((count * 1000, behind + 1), |(rest, behind)| (count * 1000 + rest, behind))
            }
            // Years in two halves: "nineteen ninety-nine", "twenty twenty".
            (century @ 13..=20, 1) if value(0).is_some() => match below_100(1) {
                Some((year @ 10..=99, behind)) => (century * 100 + year, behind),
                _ => (century, 1),
            },
            other => other,
        };
        (length >= 2).then_some((number, length))
    }

    /// The words of a text that needs no places: aliases, paraphrases, lists.
    pub fn words_of(&self, text: &str) -> Vec<Word> {
        self.words(&text::tokens(text))
    }

    /// One word, as spelt: its variant, class and stem.
    pub fn word(&self, word: &str, token: usize) -> Word {
        let text = self.variants.get(word).map_or(word, String::as_str);
        let text = fold_ise(text);
        let (class, stem) = self.little.get(&text).cloned().unwrap_or_else(|| (WordClass::Content, self.stem(&text)));
        Word { text, stem, class, token }
    }

    /// What a word may count for.
    pub fn class(&self, word: &str) -> WordClass {
        self.little.get(word).map_or(WordClass::Content, |(class, _)| *class)
    }

    /// Whether a word denies ("not", "never", "withhold").
    pub fn denies(&self, word: &str) -> bool {
        self.negation.contains(word)
    }

    /// Whether it is a word of English, whatever the knowledge base: in the dictionary, a word of every day, a chat spelling, or derived from
    /// a known word ("unban", "pinged").
    pub fn knows(&self, word: &str) -> bool {
        self.grade(word).is_some() || self.is_derived(word)
    }

    /// How common an English word is; `None` for what is none.
    pub fn grade(&self, word: &str) -> Option<Grade> {
        let ours = || self.spellings.contains_key(word) || self.variants.contains_key(word) || self.everyday.has(word);
        if self.little.contains_key(word) {
            Some(Grade::COMMONEST)
        } else if ours() || self.numbers.contains_key(word) {
            Some(Grade::EVERYDAY.max(self.dictionary.grade(word).unwrap_or(Grade::EVERYDAY)))
        } else {
            self.dictionary.grade(word)
        }
    }

    /// Whether it is made of a known word: a word of every day with an ending (the dictionary has those of its own words), or a longer word with
    /// a prefix. Shorter ones would take too many typing errors for words ("reson", "repot").
    fn is_derived(&self, word: &str) -> bool {
        let inflected = |word: &str| {
            ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending)).any(|root| {
                // "pinned" goes back to "pin", "muting" to "mute".
                let doubled = root.strip_suffix(|c: char| root.chars().rev().nth(1) == Some(c));
                self.everyday.has(root) || doubled.is_some_and(|r| self.everyday.has(r)) || self.everyday.has(&format!("{root}e"))
            })
        };
        let is_root = |root: &str| root.len() >= 4 && (self.grade(root).is_some_and(Grade::is_target) || inflected(root));
        inflected(word) || PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix)).any(is_root)
    }

    /// What a chat spelling or a contraction without its apostrophe stands for.
    pub fn spelt_out(&self, word: &str) -> Option<&[String]> {
        self.spellings.get(word).map(Vec::as_slice)
    }

    /// The digits of a number word ("four" is "4"), or the word itself.
    pub fn number<'a>(&'a self, word: &'a str) -> &'a str {
        self.numbers.get(word).map_or(word, String::as_str)
    }

    /// The stem of a folded word; numbers are their digits.
    pub fn stem(&self, word: &str) -> String {
        if let Some(number) = self.numbers.get(word) {
            return number.clone();
        }
        if word.len() < 4 || !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
            return word.to_owned();
        }
        self.stemmer.stem(word).into_owned()
    }

    /// Opens contractions and writes out chat spellings; an abbreviation in `capitals` is taken as it stands.
    fn open(&self, word: &str, capitals: bool, push: &mut dyn FnMut(&str)) {
        if let Some((head, tail)) = word.split_once('\'') {
            match tail {
                "t" if head.ends_with('n') && head.len() > 1 => {
                    let verb = &head[..head.len() - 1];
                    push(match verb {
                        "ca" => "can",
                        "wo" => "will",
                        "sha" => "shall",
                        "ai" => "is",
                        other => other,
                    });
                    push("not");
                }
                "s" | "S" => {
                    self.open(head, capitals, push);
                    if self.lists.contracted_is.has(head) {
                        push("is");
                    }
                }
                "re" => {
                    push(head);
                    push("are");
                }
                "ve" => {
                    push(head);
                    push("have");
                }
                "ll" => {
                    push(head);
                    push("will");
                }
                "d" => push(head),
                "m" => {
                    push(head);
                    push("am");
                }
                _ => {
                    let joined: String = word.chars().filter(|c| *c != '\'').collect();
                    push(&joined);
                }
            }
            return;
        }
        match self.spellings.get(word) {
            Some(meant) if !capitals => meant.iter().for_each(|w| push(w)),
            Some(_) => push(word),
            None => match unstretched(word, &|w| self.grade(w)) {
                Some(short) => self.spellings.get(&short).map_or(std::slice::from_ref(&short), Vec::as_slice).iter().for_each(|w| push(w)),
                None => push(word),
            },
        }
    }
}

/// What "v" in front of a figure stands for.
const VERSION: &str = "version";
/// Prefixes and endings with which people make words as they need them, so that no list has them all.
const PREFIXES: [&str; 16] =
    ["un", "re", "non", "pre", "anti", "multi", "sub", "super", "over", "under", "mis", "dis", "inter", "micro", "cyber", "auto"];
const ENDINGS: [&str; 7] = ["s", "es", "d", "ed", "ing", "er", "ers"];

/// "in 08", "since '99", "... in 23?": the year in full.
fn short_year(lists: &Lists, tokens: &[Token], at: usize) -> Option<String> {
    let text = &tokens[at].text;
    let before = tokens.get(at.checked_sub(1)?)?.text.as_str();
    if text.len() != 2 || !lists.year_prepositions.has(before) {
        return None;
    }
    // A figure with nothing behind it that it could count.
    let alone = before == "in" && (tokens[at].ends_clause || at + 1 == tokens.len());
    match text.parse::<u32>().ok()? {
        year @ 10..=49 if alone => Some((2000 + year).to_string()),
        year @ 0..=22 if text.starts_with('0') || year >= 10 && before == "since" => Some((2000 + year).to_string()),
        year @ 90..=99 => Some((1900 + year).to_string()),
        _ => None,
    }
}

/// Folds the endings -ize, -ized, -izing, -ization, -yze to their spelling with s.
fn fold_ise(word: &str) -> String {
    if !word.contains('z') {
        return word.to_owned();
    }
    for (from, to) in [
        ("ize", "ise"),
        ("izes", "ises"),
        ("ized", "ised"),
        ("izing", "ising"),
        ("ization", "isation"),
        ("izations", "isations"),
        ("yze", "yse"),
        ("yzed", "ysed"),
    ] {
        if let Some(root) = word.strip_suffix(from)
            && root.len() >= 4
        {
            return format!("{root}{to}");
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        english().words_of(text).into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn opens_contractions_and_chat() {
        let cases: &[(&str, &[&str])] = &[
            ("who's there", &["who", "is", "there"]),
            ("Kosovo's base", &["kosovo", "base"]),
            ("they don't recognize it", &["they", "do", "not", "recognise", "it"]),
            ("wat abt bosnia b4 then", &["what", "about", "bosnia", "before", "then"]),
            ("WAT ABT BOSNIA B4 THEN", &["what", "about", "bosnia", "before", "then"]),
            ("what did the GOV say", &["what", "did", "the", "gov", "say"]),
            ("good 4 the team, 4 of them", &["good", "for", "the", "team", "4", "of", "them"]),
            ("won't", &["will", "not"]),
            ("Plan B, not vitamin C. C u", &["plan", "b", "not", "vitamin", "c", "see", "you"]),
            ("how R U", &["how", "are", "you"]),
            ("wheeen whaaaat sooo hellooo", &["when", "what", "so", "hello"]),
            ("gooood weeek, www xiii zzz", &["good", "week", "www", "xiii", "zzz"]),
            ("defense program", &["defence", "programme"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&texts(text), expected, "{text}");
        }
    }

    #[test]
    fn figures_are_read_whole() {
        let cases: &[(&str, &[&str])] = &[
            ("size thirty eight", &["size", "38"]),
            ("thirty-eight, or nine", &["38", "or", "nine"]),
            ("two hundred and five of 3 thousand", &["205", "of", "3000"]),
            ("a hundred and one", &["a", "101"]),
            ("in nineteen ninety-nine and twenty twenty four", &["in", "1999", "and", "2024"]),
            ("two thousand and eight", &["2008"]),
            ("one two, three and four", &["one", "two", "three", "and", "four"]),
            ("twenty, three", &["twenty", "three"]),
            ("two million", &["two", "million"]),
            ("1999 thousand 0 hundred", &["1999", "thousand", "0", "hundred"]),
            ("v1.3 v2 V8", &["version", "1.3", "version", "2", "v8"]),
            ("40km 1.5bn 24h 3rd 5x", &["40", "kilometres", "1.5", "billion", "24", "hours", "3rd", "5x"]),
            ("in 08, since 14, in 23", &["in", "2008", "since", "2014", "in", "2023"]),
            ("in 23 days", &["in", "23", "days"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&texts(text), expected, "{text}");
        }
    }

    #[test]
    fn knows_what_is_a_word() {
        for word in [
            "wifi",
            "login",
            "spam",
            "admin",
            "paypal",
            "unban",
            "unbanned",
            "expel",
            "nitro",
            "iban",
            "bots",
            "webhooks",
            "pinged",
            "relogging",
        ] {
            assert!(english().knows(word), "{word}");
        }
        for word in ["budjet", "recieve", "presidant", "militry", "merceneries", "montengro", "ambasador"] {
            assert!(!english().knows(word), "{word}");
        }
    }

    #[test]
    fn stems_unite_inflections() {
        for (a, b) in [("recognize", "recognised"), ("sanctions", "sanctioned"), ("four", "4"), ("investing", "invest")] {
            let (a, b) = (english().words_of(a), english().words_of(b));
            assert_eq!(a[0].stem, b[0].stem);
        }
    }
}
