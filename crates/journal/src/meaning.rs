//! What a wording means, as far as grouping needs it: its direction, the names and figures in it, and what kind of thing it asks for.
//!
//! Vectors alone put "Who is the president of Serbia?" beside "How many soldiers does Serbia have?", because both are about Serbia. So names are
//! compared as names, and the encoder gets the kind of each instead ("how many soldiers does country have"). What vectors hardly tell apart, Sunday
//! and Saturday or when and why, counts on its own. The figures below were chosen on `tests/gaps/tuning.jsonl`.

use factotum_core::answering::Answerer;
use factotum_core::encoder::{DIMS, Encoder};
use factotum_core::english::{Word, WordClass};
use factotum_core::grammar::{self, Kind};
use factotum_core::hash::{FNV_START, fnv1a};
use factotum_core::interpretation::{Interpretation, Mention};
use factotum_core::question::Question;
use factotum_core::text::fold;
use factotum_core::vectors::dot;
use std::collections::BTreeSet;

/// Likeness of two wordings from which they mean the same, on average over two groups.
pub(crate) const SAME: f32 = 0.5;
/// What names of which neither wording has all of the other's take away: such wordings never mean the same.
const OTHER_NAMES: f32 = 1.0;
/// What a name that only one of them has takes away: "the president" may well be Serbia's.
const MORE_NAMES: f32 = 0.2;
/// What other figures take away: another year is another question. A mistyped figure then stands alone too.
const OTHER_FIGURES: f32 = 0.6;
/// What asking for another kind of thing takes away: when and why.
const OTHER_KIND: f32 = 0.25;
/// What words that exclude each other take away: Sunday and Saturday.
const CONTRAST: f32 = 0.4;
/// What such a word that only one of them has takes away.
const HALF_CONTRAST: f32 = 0.1;
/// What a denial in one of them takes away.
const DENIAL: f32 = 0.1;

/// Words that are alike in everything but what they mean; those of one line in one cell exclude those of its other cells.
const CONTRASTS: [&[&str]; 6] = [
    &[
        "monday mondays",
        "tuesday tuesdays",
        "wednesday wednesdays",
        "thursday thursdays",
        "friday fridays",
        "saturday saturdays",
        "sunday sundays",
    ],
    &["january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"],
    &["child children kid kids", "adult adults grown", "student students", "senior seniors pensioner pensioners"],
    &["man men male", "woman women female"],
    &["first", "second", "third", "last"],
    &["buy buying", "sell selling", "rent renting"],
];
/// Words by which a text without "how much" asks for an amount of money.
const MONEY: &str = "price prices pricing cost costs fee fees fine charge charges pay paid budget salary postage";
/// Words by which "how many" asks for a time.
const TIMES: &str = "minute minutes hour hours day days week weeks month months year years";

/// What a wording asks for, as far as that tells meanings apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    Number,
    Money,
    /// "How much": a number, or money.
    Amount,
    Time,
    Person,
    Reason,
    /// Something else, or not clear.
    Open,
}

/// A wording as it is compared.
#[derive(Debug, Clone)]
pub(crate) struct Meaning {
    /// Its words as the encoder gets them, with the kinds of names in their place.
    words: Vec<String>,
    /// Of length one.
    pub vector: Vec<f32>,
    names: BTreeSet<String>,
    figures: BTreeSet<String>,
    /// Which of [`CONTRASTS`] it has: the line and the cell.
    contrasts: BTreeSet<(usize, usize)>,
    sought: Sought,
    denies: bool,
}

impl Meaning {
    /// Reads a question, without its vector so far; `None` if it cannot be read.
    pub(crate) fn read(answerer: &Answerer, question: &str) -> Option<Meaning> {
        let base = answerer.base();
        let interpretation = answerer.matcher().interpret(base, Question::parse(question).ok()?);
        let question = &interpretation.question;
        let figure = |word: &&Word| word.stem.starts_with(|c: char| c.is_ascii_digit());
        Some(Meaning {
            words: words(answerer, &interpretation),
            vector: vec![0.0; DIMS],
            names: interpretation.subjects().map(|e| base[e].id.clone()).collect(),
            figures: question.words.iter().filter(figure).map(|word| word.stem.clone()).collect(),
            contrasts: contrasts(&question.words),
            sought: Sought::of(question),
            denies: question.denies,
        })
    }

    /// What its vector depends on.
    pub(crate) fn key(&self) -> i64 {
        fnv1a(FNV_START, self.words.join(" ").bytes()).cast_signed()
    }

    /// Encodes it, which takes milliseconds.
    pub(crate) fn encode(&self) -> Vec<f32> {
        Encoder::built_in().encode(self.words.iter().map(String::as_str)).text
    }

    /// How alike two wordings are in meaning, about 0 to 1.
    pub(crate) fn likeness(&self, other: &Meaning) -> f32 {
        let mut likeness = dot(&self.vector, &other.vector);
        let mut take = |amount: f32, is: bool| likeness -= if is { amount } else { 0.0 };
        let within = self.names.is_subset(&other.names) || other.names.is_subset(&self.names);
        take(OTHER_NAMES, !within);
        take(MORE_NAMES, within && self.names.len() != other.names.len());
        take(OTHER_FIGURES, self.figures != other.figures);
        take(OTHER_KIND, self.sought.excludes(other.sought));
        let opposed = self.contrasts.iter().any(|(line, _)| {
            let mut cells = other.contrasts.iter().filter(|(at, _)| at == line).peekable();
            cells.peek().is_some() && !cells.any(|cell| self.contrasts.contains(cell))
        });
        take(CONTRAST, opposed);
        take(HALF_CONTRAST, !opposed && self.contrasts != other.contrasts);
        take(DENIAL, self.denies != other.denies);
        likeness
    }
}

impl Sought {
    fn of(question: &Question) -> Sought {
        let has = |list: &str| question.words.iter().any(|word| list.split(' ').any(|listed| listed == word.text));
        match grammar::asked(question).kind {
            Kind::Count if has(TIMES) => Sought::Time,
            Kind::Count | Kind::Measure | Kind::Distance | Kind::Share => Sought::Number,
            Kind::Amount => Sought::Amount,
            Kind::Money => Sought::Money,
            Kind::Date | Kind::Duration | Kind::Age | Kind::Frequency => Sought::Time,
            Kind::Person => Sought::Person,
            Kind::Reason => Sought::Reason,
            Kind::Other | Kind::Which | Kind::KindOf | Kind::List if has(MONEY) => Sought::Money,
            _ => Sought::Open,
        }
    }

    /// Whether a question for one of them is none for the other.
    fn excludes(self, other: Sought) -> bool {
        let open = |sought| sought == Sought::Open;
        let amount = |a, b| a == Sought::Amount && matches!(b, Sought::Number | Sought::Money);
        self != other && !open(self) && !open(other) && !amount(self, other) && !amount(other, self)
    }
}

fn contrasts(words: &[Word]) -> BTreeSet<(usize, usize)> {
    let has = |cell: &str| words.iter().any(|word| cell.split(' ').any(|listed| listed == word.text));
    let cells = CONTRASTS.iter().enumerate().flat_map(|(line, cells)| cells.iter().enumerate().map(move |(at, cell)| (line, at, *cell)));
    cells.filter(|(_, _, cell)| has(cell)).map(|(line, at, _)| (line, at)).collect()
}

/// The words of what is asked.
fn words(answerer: &Answerer, interpretation: &Interpretation) -> Vec<String> {
    let question = &interpretation.question;
    let topical = |from: usize| question.words[from].class == WordClass::Content;
    let focused =
        interpretation.spans.iter().any(|span| question.focus[span.from] && (span.mention != Mention::Word || topical(span.from)));
    let spans = interpretation.spans.iter().filter(|span| !focused || question.focus[span.from]);
    spans
        .flat_map(|span| match span.mention {
            Mention::Entity(e) => vec![fold(&answerer.base()[e].kind)],
            _ => question.words[span.from..span.to].iter().map(|word| word.text.clone()).collect(),
        })
        .collect()
}
