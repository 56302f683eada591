//! What kind of answer a question asks for, and whether a text supplies one.
//!
//! "No" is said only where the text has nothing that could be such an answer: no number at all for "how many", no name for "who".

use super::figures::{Number, numbers};
use super::lexicon::lexicon;
use crate::english::{Word, WordClass, english};
use crate::question::Question;
use crate::text::{self, Token};
use serde::{Deserialize, Serialize};

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Who.
    Person,
    /// Which company, team, party.
    Organisation,
    /// Where.
    Place,
    /// When, in what year.
    Date,
    /// How long.
    Duration,
    /// How old.
    Age,
    /// How far.
    Distance,
    /// What price.
    Money,
    /// How many.
    Count,
    /// How much of something that is not counted.
    Amount,
    /// How tall, heavy, fast.
    Measure,
    /// What percentage.
    Share,
    /// How often.
    Frequency,
    /// Why.
    Reason,
    /// How.
    Manner,
    /// Which ones.
    List,
    /// Is it so?
    YesNo,
    /// What kind of X.
    KindOf,
    /// Which X, where X is nothing of the above.
    Which,
    /// Anything else.
    Other,
}

/// What a question asks for, with the noun that it says it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The kind of answer.
    pub kind: Kind,
    /// Of "how many X", "which X", "what kind of X": X, folded.
    pub head: Option<String>,
}

/// Whether a text supplies what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Support {
    /// There is something of the kind in it.
    Yes,
    /// There is certainly nothing of the kind in it.
    No,
    /// It is unclear.
    Unknown,
}

/// Words behind "what" or "which" that are looked at for the noun: "which two small Baltic states".
const NOUN_WITHIN: usize = 5;

/// The kind of answer that a question asks for.
pub fn asked(question: &Question) -> Asked {
    let words: Vec<&Word> = question.words.iter().zip(&question.focus).filter(|(_, focus)| **focus).map(|(word, _)| word).collect();
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let of = |kind| Asked { kind, head: None };
    let lexicon = lexicon();
    let helps = |word: &str| english().lists.auxiliaries.has(word);
    if question.tagged || texts.first().is_some_and(|w| helps(w)) && !texts.contains(&"or") {
        return of(Kind::YesNo);
    }
    // "the man who ...": a question word behind a noun asks nothing, unless only a preposition or "and" stands before it.
    let wh = texts.iter().enumerate().position(|(at, word)| {
        english().lists.question_words.has(word)
            && (at == 0 || words[at - 1].class != WordClass::Content || lexicon.prepositions.has(texts[at - 1]))
    });
    let Some(at) = wh else { return by_noun(&texts) };
    let rest = &texts[at + 1..];
    let next = rest.first().copied().unwrap_or_default();
    match texts[at] {
        "who" | "whose" => of(Kind::Person),
        "when" => of(Kind::Date),
        "where" => of(Kind::Place),
        "why" => of(Kind::Reason),
        "how" => how(next, rest),
        _ => {
            if matches!(next, "kind" | "type" | "sort" | "kinds" | "types" | "sorts") {
                return Asked { kind: Kind::KindOf, head: rest.get(2).map(|w| (*w).to_owned()) };
            }
            if texts[at] == "what" && matches!(next, "made" | "prompted" | "caused" | "led" | "motivated") {
                return of(Kind::Reason);
            }
            // "What is the date of ...": the noun stands behind the verb.
            let copula = helps(next) && matches!(next, "is" | "was" | "are" | "were");
            let from = usize::from(copula);
            let noun = rest.iter().skip(from).take(NOUN_WITHIN).take_while(|w| !helps(w) && !lexicon.prepositions.has(w));
            let found = noun.clone().filter_map(|w| lexicon.head(w).map(|kind| (kind, *w))).last();
            let last = noun.filter(|w| english().class(w) == WordClass::Content).last();
            match found {
                // What follows "what is" only names a thing ("what is the capital"): names and people are described as well.
                Some((kind, _)) if copula && matches!(kind, Kind::Person | Kind::Organisation | Kind::Place) => of(Kind::Other),
                // The noun has to be the one that is asked for: "what country house".
                Some((kind, noun)) if last.is_none_or(|l| *l == noun || lexicon.verb(l, l).is_some()) || copula => {
                    Asked { kind, head: Some(noun.to_owned()) }
                }
                _ if copula || helps(next) || next.is_empty() => of(Kind::Other),
                _ => Asked { kind: Kind::Which, head: last.map(|w| (*w).to_owned()) },
            }
        }
    }
}

fn how(next: &str, rest: &[&str]) -> Asked {
    let has = |words: &[&str]| rest.iter().any(|w| words.contains(w));
    let second = rest.get(1).copied().unwrap_or_default();
    let kind = match next {
        "many" if matches!(second, "percent" | "per") => Kind::Share,
        "many" if lexicon().unit_money.has(second) => Kind::Money,
        "many" if matches!(second, "thousands" | "millions" | "billions") => Kind::Amount,
        "many" if second == "times" => Kind::Frequency,
        "many" => Kind::Count,
        "much" if matches!(second, "longer" | "time") => Kind::Duration,
        "much"
            if matches!(second, "money")
                || has(&[
                    "cost", "costs", "pay", "paid", "spend", "spent", "price", "worth", "charge", "charged", "earn", "fined", "dollar",
                    "euros", "pounds", "sold", "fee",
                ]) =>
        {
            Kind::Money
        }
        "much" => Kind::Amount,
        "long" if has(&["ago"]) => Kind::Date,
        "long" | "quickly" | "soon" => Kind::Duration,
        "old" => Kind::Age,
        "far" if has(&["from", "to", "away", "is", "apart"]) => Kind::Distance,
        "tall" | "high" | "deep" | "wide" | "large" | "big" | "heavy" | "fast" | "hot" | "cold" | "small" | "thick" => Kind::Measure,
        "often" | "frequently" => Kind::Frequency,
        "come" => Kind::Reason,
        _ => Kind::Manner,
    };
    let head = (kind == Kind::Count).then(|| (*second).to_owned()).filter(|w| !w.is_empty());
    Asked { kind, head }
}

/// "number of farmers", "date of the treaty": a question without a question word asks for its first noun.
fn by_noun(texts: &[&str]) -> Asked {
    let end = texts.iter().position(|w| matches!(*w, "of" | "for" | "between")).unwrap_or(0);
    let head = end.checked_sub(1).and_then(|i| texts.get(i));
    let kind = head
        .and_then(|w| lexicon().head(w))
        .filter(|k| !matches!(k, Kind::Person | Kind::Organisation | Kind::Place | Kind::Amount | Kind::Money));
    Asked { kind: kind.unwrap_or(Kind::Other), head: None }
}

/// What would be shown, read once: statement and direct answer.
#[derive(Debug)]
pub struct Shown {
    raw: String,
    words: Vec<Word>,
    tokens: Vec<Token>,
    numbers: Vec<Number>,
    kinds: Vec<String>,
}

impl Shown {
    /// Reads a text, with the kinds of the entities that stand in it ("person", "country").
    pub fn new<'a>(text: &str, kinds: impl IntoIterator<Item = &'a str>) -> Shown {
        let tokens = text::tokens(text);
        let words = english().words(&tokens);
        let numbers = numbers(&words);
        Shown { raw: text.to_owned(), words, tokens, numbers, kinds: kinds.into_iter().map(str::to_owned).collect() }
    }

    /// Its words.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    fn has(&self, test: impl Fn(&str) -> bool) -> bool {
        self.words.iter().any(|w| test(&w.text))
    }

    fn has_kind(&self, kinds: &[&str]) -> bool {
        self.kinds.iter().any(|k| kinds.contains(&k.as_str()))
    }

    /// Whether a year, or the day beside a month, is what this number is.
    fn is_date(&self, number: &Number) -> bool {
        let month = |at: Option<usize>| at.and_then(|i| self.words.get(i)).is_some_and(|w| lexicon().months.has(&w.text));
        number.is_year() || month(number.from.checked_sub(1)) || month(Some(number.to))
    }

    /// Numbers that count or measure: no dates and no ranks.
    fn counts(&self) -> impl Iterator<Item = &Number> {
        self.numbers.iter().filter(|n| !n.ordinal && !self.is_date(n))
    }

    /// What a number measures, if it does: "$1.5 billion", "31 metres".
    fn measure(&self, number: &Number) -> Option<Kind> {
        let amount = &self.words[number.from].text;
        let money = CURRENCIES.iter().any(|symbol| self.raw.contains(&format!("{symbol}{amount}")));
        let share = || self.raw.contains(&format!("{amount}%")).then_some(Kind::Share);
        let unit = || self.words.get(number.to).and_then(|w| lexicon().measures(&w.text));
        if money { Some(Kind::Money) } else { share().or_else(unit) }
    }

    /// Whether words that follow a number name a unit of these.
    fn measured(&self, unit: impl Fn(&str) -> bool) -> bool {
        self.numbers.iter().any(|n| self.words.iter().skip(n.to).take(3).any(|w| unit(&w.text)))
    }

    /// Whether it says what to do: a sentence begins with a verb ("Open the menu").
    fn instructs(&self) -> bool {
        let first = |at: usize| at == 0 || self.tokens.get(at - 1).is_some_and(|t| t.ends_clause);
        self.words.iter().any(|w| first(w.token) && lexicon().verb(&w.text, &w.stem).is_some_and(|(_, forms)| forms.base))
    }

    /// Whether it says where, by a preposition ("behind the shop", but not "on 14 May") or an adverb ("upstairs").
    fn is_placed(&self) -> bool {
        let l = lexicon();
        let little = |w: &str| matches!(w, "the" | "a" | "an" | "about" | "around");
        let temporal = |at: usize| {
            self.words.get(at).is_some_and(|w| {
                l.months.has(&w.text) || l.days.has(&w.text) || l.unit_time.has(&w.text) || w.text.starts_with(|c: char| c.is_ascii_digit())
            })
        };
        self.words.iter().enumerate().any(|(at, word)| {
            let behind = (at + 1..self.words.len()).find(|i| !little(&self.words[*i].text));
            l.spots.has(&word.text) || l.where_.has(&word.text) && !behind.is_some_and(temporal)
        })
    }

    /// Whether it has several sentences or clauses, of which one may be the reason of another.
    fn has_parts(&self) -> bool {
        self.tokens.iter().rev().skip(1).any(|t| t.ends_clause)
    }

    /// Words with a capital that begin no sentence, but for days and months, and those among the words asked.
    fn has_name(&self, question: &Question) -> bool {
        let asked = |w: &str| question.words.iter().any(|q| q.text == w);
        self.words.iter().any(|word| {
            let Some(token) = self.tokens.get(word.token) else { return false };
            let calendar = lexicon().months.has(&word.text) || lexicon().days.has(&word.text);
            token.capitalised && !calendar && !asked(&word.text) && english().class(&word.text) == WordClass::Content
        })
    }
}

/// Whether what would be shown supplies what a question asks for.
pub fn supplies(asked: &Asked, question: &Question, shown: &Shown) -> Support {
    let l = lexicon();
    let pick = |yes: bool, perhaps: bool| match (yes, perhaps) {
        (true, _) => Support::Yes,
        (false, true) => Support::Unknown,
        (false, false) => Support::No,
    };
    let counts = shown.counts().next().is_some();
    let figures = !shown.numbers.is_empty();
    let vague = shown.has(|w| l.vague.has(w));
    let symbol = |symbols: &[char]| shown.raw.contains(symbols);
    match asked.kind {
        Kind::Count => {
            // Of things that are counted nothing is said by a price or a length: "how many soldiers" beside "$1.5 billion". "How many per cent?" may
            // ask for the number alone.
            let unit = asked.head.as_deref().map(|head| l.measures(head));
            let counted = shown.counts().any(|number| unit.is_none_or(|unit| shown.measure(number).is_none_or(|own| Some(own) == unit)));
            let vague = if counts { shown.has(|w| l.vague.has(w) && !l.times.has(w)) } else { vague };
            // A list of names can be counted; "between 2018 and 2021" is none.
            let and =
                |at: usize| shown.words[at].text == "and" && at > 0 && !shown.words[at - 1].text.starts_with(|c: char| c.is_ascii_digit());
            let listed = (0..shown.words.len()).any(and) || shown.tokens.iter().filter(|t| t.comma).count() > 1;
            pick(counted, vague || listed || ordinal_counts(shown))
        }
        Kind::Amount => pick(counts, vague || figures),
        Kind::Measure => pick(
            counts,
            vague
                || figures
                || shown.has(|w| {
                    w.ends_with("er")
                        || w.ends_with("est")
                        || matches!(w, "as" | "than" | "size" | "small" | "large" | "big" | "tall" | "high" | "fast" | "much")
                }),
        ),
        Kind::Frequency => {
            pick(counts || shown.has(|w| l.relative.has(w)), vague || figures || shown.has(|w| l.unit_time.has(w) || l.when.has(w)))
        }
        Kind::Share => pick(symbol(&['%']) || shown.has(|w| l.unit_share.has(w)), counts || vague),
        Kind::Money => pick(
            symbol(&CURRENCIES) || shown.has(|w| l.unit_money.has(w)),
            counts || vague || shown.has(|w| matches!(w, "free" | "nothing" | "charge" | "gratis")),
        ),
        Kind::Age => {
            // Since when a club exists tells its age; since when somebody keeps a tower does not.
            let person = shown.has_kind(&["person"])
                || question.words.iter().any(|w| l.agents.has(&w.text) || l.head(&w.text) == Some(Kind::Person));
            pick(
                shown.has(|w| matches!(w, "aged" | "age" | "old")) && counts,
                counts
                    || shown.has(|w| matches!(w, "born" | "birthday" | "birth" | "age"))
                    || !person && (shown.has(|w| matches!(w, "since" | "ago")) || shown.numbers.iter().any(Number::is_year)),
            )
        }
        Kind::Duration => {
            let span = shown.measured(|w| l.unit_time.has(w) || l.unit_length.has(w));
            let years = shown.numbers.iter().filter(|n| shown.is_date(n)).count() > 1;
            let open = shown.has(|w| {
                l.unit_time.has(w)
                    || l.relative.has(w)
                    || matches!(
                        w,
                        "since"
                            | "until"
                            | "forever"
                            | "till"
                            | "long"
                            | "longer"
                            | "permanent"
                            | "lifelong"
                            | "indefinitely"
                            | "once"
                            | "life"
                            | "short"
                            | "shorter"
                    )
            });
            pick(span || years, open || figures)
        }
        Kind::Distance => pick(
            shown.measured(|w| l.unit_length.has(w) || l.unit_time.has(w)),
            counts
                || shown.has(|w| {
                    l.unit_length.has(w)
                        || l.unit_time.has(w)
                        || matches!(w, "near" | "next" | "far" | "close" | "beside" | "opposite" | "adjacent" | "away")
                }),
        ),
        Kind::Date => {
            let dated = shown.numbers.iter().any(Number::is_year)
                || shown.has(|w| l.months.has(w) || l.days.has(w))
                || shown.numbers.iter().any(|n| shown.is_date(n));
            pick(dated, figures || shown.has(|w| l.when.has(w) || l.relative.has(w) || l.unit_time.has(w)))
        }
        Kind::Place => {
            let named = shown.has_kind(&["place", "country", "city", "region"]);
            pick(
                named,
                shown.is_placed() || asked.head.is_some() && shown.has_name(question) || shown.instructs() || !shown.kinds.is_empty(),
            )
        }
        Kind::Person | Kind::Organisation => {
            let named = shown.has_name(question) || shown.has_kind(&["person", "organisation", "country", "group"]);
            pick(named, agent_noun(shown))
        }
        Kind::Reason => pick(
            shown.has(|w| matches!(w, "because" | "due" | "since" | "owing" | "reason")),
            shown.has(|w| l.why.has(w)) || shown.words.len() > LONG || shown.has_parts(),
        ),
        Kind::List => pick(shown.has(|w| w == "and"), true),
        Kind::Manner | Kind::YesNo | Kind::KindOf | Kind::Which | Kind::Other => Support::Unknown,
    }
}

/// Signs before amounts of money.
const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// Words from which a text may give a reason without a word for it ("The roof leaks. They closed it").
const LONG: usize = 25;

/// "His fifth title": ranks tell a number.
fn ordinal_counts(shown: &Shown) -> bool {
    shown.numbers.iter().any(|n| n.ordinal)
}

/// Whether a text names somebody by what they do or are: "the farmers", "a company".
fn agent_noun(shown: &Shown) -> bool {
    let l = lexicon();
    shown.words.iter().any(|w| {
        let text = w.text.as_str();
        let root = text.strip_suffix('s').unwrap_or(text);
        l.agents.has(text)
            || l.head(text).is_some_and(|k| matches!(k, Kind::Person | Kind::Organisation))
            || root.len() > 4
                && w.class == WordClass::Content
                && ["er", "or", "ist", "ian", "ant", "ent", "ee", "man", "men", "eer"].iter().any(|end| root.ends_with(end))
    })
}
