//! What a text could answer: who, when, where, how many, why.
//!
//! Two readings, on purpose. [`says`] is what a text surely says, so that a question for it is worth writing. [`lacks`] is what it surely does not
//! say, so that an answer to such a question is wrong. Most texts are in between.

use factotum_core::english::english;
use factotum_core::grammar::Kind;
use factotum_core::interpretation::Mention;
use factotum_core::knowledge::{AnswerType, KnowledgeBase};
use factotum_core::matching::Matcher;
use factotum_core::question::Question;
use factotum_core::text::{Token, tokens};

const MONTHS: &str = "january february march april may june july august september october november december";
/// Words that tell a time, if loosely.
const TIMES: &str = "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday now currently recently later earlier soon ago since \
    until before after during when while century decade year years month months week weeks day days hour hours spring summer autumn winter always \
    never once still yet first last next then previous former already age war morning evening night noon midnight annual daily";
/// Words that give a reason, if loosely.
const REASONS: &str =
    "because since as due owing thanks so to for reason therefore thus hence by from after over led caused made wants want if with";
/// Words that give a place, if loosely.
const PLACED: &str = "in at on near to from across into within around between through along behind outside inside above below over under off here there \
    abroad home north south east west upstairs downstairs";

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Wh {
    Who,
    When,
    Where,
    HowMany,
    Why,
}

impl Wh {
    /// The word that asks for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Wh::Who => "who",
            Wh::When => "when",
            Wh::Where => "where",
            Wh::HowMany => "how many",
            Wh::Why => "why",
        }
    }

    /// What a kind of question asks for.
    pub(super) fn of_kind(kind: Kind) -> Option<Wh> {
        match kind {
            Kind::Person | Kind::Organisation => Some(Wh::Who),
            Kind::Date => Some(Wh::When),
            Kind::Place => Some(Wh::Where),
            Kind::Count
            | Kind::Amount
            | Kind::Measure
            | Kind::Money
            | Kind::Share
            | Kind::Age
            | Kind::Distance
            | Kind::Duration
            | Kind::Frequency => Some(Wh::HowMany),
            Kind::Reason => Some(Wh::Why),
            _ => None,
        }
    }

    /// What an answer of a type answers.
    pub(super) fn of_type(answer_type: AnswerType) -> Option<Wh> {
        match answer_type {
            AnswerType::Person => Some(Wh::Who),
            AnswerType::Date => Some(Wh::When),
            AnswerType::Place => Some(Wh::Where),
            AnswerType::Number => Some(Wh::HowMany),
            AnswerType::Reason => Some(Wh::Why),
            AnswerType::List | AnswerType::YesNo | AnswerType::Statement => None,
        }
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

/// Whether a token is a year.
pub(super) fn is_year(text: &str, token: &Token) -> bool {
    let digits = token.text.len() == 4 && token.text.bytes().all(|b| b.is_ascii_digit());
    digits && token.text.parse().is_ok_and(|year: u32| (1000..2200).contains(&year)) && !text[token.start..token.end].contains(',')
}

/// Whether a token is a figure that counts or measures something.
fn counts(text: &str, tokens: &[Token], at: usize) -> bool {
    let word = tokens[at].text.as_str();
    let figure = english().number(word);
    let number = figure.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !figure.is_empty() && word != "one";
    let beside_month = |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|t| has(MONTHS, &t.text) && t.capitalised);
    number && !is_year(text, &tokens[at]) && !beside_month(at.checked_sub(1)) && !beside_month(Some(at + 1))
}

/// What a statement surely says.
pub(super) fn says(base: &KnowledgeBase, matcher: &Matcher, statement: &str) -> Vec<Wh> {
    let tokens = tokens(statement);
    let mut out = Vec::new();
    if tokens.iter().any(|t| is_year(statement, t)) {
        out.push(Wh::When);
    }
    // A figure before a noun in the plural, or a share.
    let plural = |at: usize| {
        (at + 1..tokens.len().min(at + 3))
            .any(|next| tokens[next].text.ends_with('s') && !tokens[next].text.ends_with("ss") && tokens[next].text.len() > 3)
            || statement[tokens[at].end..].trim_start().starts_with('%')
    };
    if (0..tokens.len()).any(|at| counts(statement, &tokens, at) && plural(at)) {
        out.push(Wh::HowMany);
    }
    if tokens.iter().any(|t| matches!(t.text.as_str(), "because" | "therefore"))
        || statement.contains("due to")
        || statement.contains("so that")
    {
        out.push(Wh::Why);
    }
    let Ok(question) = Question::parse(statement) else { return out };
    let interpretation = matcher.interpret(base, question);
    for span in &interpretation.spans {
        let Mention::Entity(entity) = span.mention else { continue };
        let before = span.from.checked_sub(1).and_then(|at| interpretation.question.words.get(at)).map_or("", |w| w.text.as_str());
        let before_article = span.from.checked_sub(2).and_then(|at| interpretation.question.words.get(at)).map_or("", |w| w.text.as_str());
        let placed = |word: &str| matches!(word, "in" | "at" | "near");
        match base[entity].kind.as_str() {
            "person" => out.push(Wh::Who),
            "place" | "country" | "city" if placed(before) || before == "the" && placed(before_article) => out.push(Wh::Where),
            _ => {}
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether a text surely does not say what is asked for.
pub(super) fn lacks(base: &KnowledgeBase, text: &str, wh: Wh) -> bool {
    let tokens = tokens(text);
    let any = |list: &str| tokens.iter().any(|t| has(list, &t.text));
    let figure = tokens.iter().any(|t| t.text.bytes().any(|b| b.is_ascii_digit()) || english().number(&t.text) != t.text);
    match wh {
        Wh::When => !figure && !any(MONTHS) && !any(TIMES),
        Wh::HowMany => !figure && !any("all none no several many few half most some and a an both pair dozen hundreds thousands millions"),
        Wh::Why => !any(REASONS) && !text.contains([';', ':']),
        Wh::Where => {
            let named = base
                .entities
                .iter()
                .filter(|e| e.on_record && matches!(e.kind.as_str(), "place" | "country" | "organisation" | "event" | "thing"));
            !any(PLACED) && !named.flat_map(|e| &e.aliases).any(|alias| mentions(text, alias))
        }
        Wh::Who => {
            tokens.iter().skip(1).all(|t| !t.capitalised)
                && !base.entities.iter().any(|e| e.aliases.iter().any(|alias| mentions(text, alias)))
        }
    }
}

/// Whether a text has the words of a name, one behind the other.
pub(super) fn mentions(text: &str, name: &str) -> bool {
    let plain = |token: Token| token.text.strip_suffix("'s").map_or(token.text.clone(), str::to_owned);
    let (words, name): (Vec<String>, Vec<String>) =
        (tokens(text).into_iter().map(plain).collect(), tokens(name).into_iter().map(plain).collect());
    !name.is_empty() && words.windows(name.len()).any(|window| window == name)
}
