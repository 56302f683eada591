//! What the program knows of English whatever the knowledge base: spellings, little words, stems.
//!
//! The words themselves stand in `english.toml`, so that no list hides in code.

use crate::knowledge::AnswerType;
use crate::text::{self, Token};
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
    words: WordLists,
    lists: Lists,
    events: EventWords,
    expected: ExpectedWords,
    kinds: Kinds,
    foreign: FxHashMap<String, String>,
}

#[derive(serde::Deserialize)]
struct WordLists {
    function: String,
    filler: String,
    preambles: Vec<String>,
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
    pub contracted_is: Words,
    pub before_names: Words,
    pub before_pronouns: Words,
    pub open_alternatives: Words,
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

/// English, read once.
pub struct English {
    spellings: FxHashMap<String, Vec<String>>,
    variants: FxHashMap<String, String>,
    numbers: FxHashMap<String, String>,
    /// Little words, each with what it may count for and its stem: half of a question's words are among them.
    little: FxHashMap<String, (WordClass, String)>,
    negation: FxHashSet<String>,
    /// Expressions ahead of a question, as words, longest first.
    pub preambles: Vec<Vec<String>>,
    /// Expressions behind a statement that make it a question, longest first.
    pub tags: Vec<Vec<String>>,
    /// Words by what they do in a question.
    pub lists: Lists,
    /// Words that put two events in order.
    pub events: EventWords,
    /// Words that tell what a question asks for.
    pub expected: ExpectedWords,
    /// Kinds of entities that mean something to the program.
    pub kinds: Kinds,
    /// Little words of other languages.
    pub foreign: Words,
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
        little: FxHashMap::default(),
        negation: split(&file.words.negation).into_iter().collect(),
        preambles: longest_first(file.words.preambles),
        tags: longest_first(file.words.tags),
        lists: file.lists,
        events: file.events,
        expected: file.expected,
        kinds: file.kinds,
        foreign: Words(file.foreign.values().flat_map(|words| split(words)).collect()),
        stemmer: Stemmer::create(Algorithm::English),
    };
    for (words, class) in [(&file.words.filler, WordClass::Filler), (&file.words.function, WordClass::Function)] {
        let entries: Vec<_> = split(words).into_iter().map(|word| (class, english.stem(&word), word)).collect();
        english.little.extend(entries.into_iter().map(|(class, stem, word)| (word, (class, stem))));
    }
    english
});

/// The one English that everything shares.
pub fn english() -> &'static English {
    &ENGLISH
}

impl English {
    /// The words of a text: contractions opened, chat spellings written out, variants folded, stems found.
    pub fn words(&self, tokens: &[Token]) -> Vec<Word> {
        let mut out = Vec::with_capacity(tokens.len() + 4);
        let shouted = text::is_shouted(tokens);
        for (index, token) in tokens.iter().enumerate() {
            if let Some(year) = short_year(&self.lists, tokens, index) {
                out.push(self.word(&year, index));
                continue;
            }
            self.open(&token.text, token.capitals && !shouted, &mut |word| out.push(self.word(word, index)));
        }
        out
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

    /// Whether the program knows the word without a knowledge base or word list: a little word or a chat spelling.
    pub fn knows(&self, word: &str) -> bool {
        self.little.contains_key(word)
            || self.spellings.contains_key(word)
            || self.variants.contains_key(word)
            || self.numbers.contains_key(word)
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
            _ => push(word),
        }
    }
}

/// "in 08", "since '99": the year in full.
fn short_year(lists: &Lists, tokens: &[Token], at: usize) -> Option<String> {
    let text = &tokens[at].text;
    let before = tokens.get(at.checked_sub(1)?)?.text.as_str();
    if text.len() != 2 || !lists.year_prepositions.has(before) {
        return None;
    }
    match text.parse::<u32>().ok()? {
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
            ("won't", &["will", "not"]),
            ("defense program", &["defence", "programme"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&texts(text), expected, "{text}");
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
