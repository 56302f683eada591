//! Words that turn a question round without changing who stands where: denial, exceptions, "former".

use super::Name;
use super::answer::Kind;
use super::lexicon::lexicon;
use super::phrases::Item;
use super::tagging::{Auxiliary, Piece, Tag};
use crate::english::{WordClass, english};
use serde::{Deserialize, Serialize};

/// What a sentence has of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Whether a verb is denied outright ("not", "never", "nobody").
    pub not: bool,
    /// Whether something in it denies or keeps out ("not", but "refuse", "without", "except" as well).
    pub denies: bool,
    /// Whether it asks who or what is *not* something ("who is not the president").
    pub who_is_not: bool,
    /// Whether it begins as a question for yes or no does.
    pub yes_no: bool,
    /// Words for another time or rank, as written, and the number of their group ("former", "deputy").
    pub qualifiers: Vec<(String, usize)>,
    /// Whether it leaves somebody or something out ("other than").
    pub excepts: bool,
    /// Whether it leaves nothing else ("only", "solely").
    pub restricts: bool,
    /// Whether it says or asks what ought to be ("should", "must").
    pub norm: bool,
    /// The word with which it asks whether something ought to be ("Should A join?").
    pub asks_norm: Option<String>,
    /// Who is left out ("other than A").
    pub excepted: Vec<Name>,
    /// Stems of its topic words, names left out.
    pub topics: Vec<String>,
}

pub(super) fn marks(pieces: &[Piece], items: &[Item]) -> Marks {
    let lexicon = lexicon();
    let mut marks = Marks { yes_no: matches!(items.first(), Some(Item::Auxiliary(_))), ..Marks::default() };
    let tag = |at: usize| pieces.get(at).map(|p| p.tag);
    let be = pieces.iter().position(|p| matches!(p.tag, Tag::Auxiliary(_))).filter(|at| tag(*at) == Some(Tag::Auxiliary(Auxiliary::Be)));
    let asks_who = pieces.first().is_some_and(|p| matches!(p.text.as_str(), "who" | "which" | "what"));
    marks.who_is_not = asks_who && be.is_some_and(|at| tag(at + 1) == Some(Tag::Not) && !matches!(tag(at + 2), Some(Tag::Verb(_))));
    // "Should I ...?" asks what to do, which instructions answer.
    let asks_norm = pieces.first().filter(|first| marks.yes_no && lexicon.norms.has(&first.text));
    marks.asks_norm = asks_norm.filter(|_| tag(1) != Some(Tag::Pronoun)).map(|first| first.text.clone());
    for (at, piece) in pieces.iter().enumerate().filter(|(_, p)| p.name.is_none()) {
        let word = piece.text.as_str();
        let than = pieces
            .get(at + 1)
            .is_some_and(|next| matches!((word, next.text.as_str()), ("other" | "rather", "than") | ("apart" | "aside", "from")));
        let excepts = lexicon.excepting.has(word) || than;
        if excepts {
            let names =
                pieces[at + 1..].iter().skip_while(|p| p.name.is_none()).take_while(|p| p.name.is_some() || p.tag == Tag::Conjunction);
            marks.excepted.extend(names.filter_map(|p| p.name.clone()));
        }
        // Of expressions the first word is looked at: "not in favour of".
        let first = word.split(' ').next().unwrap_or_default();
        marks.not |= lexicon.not.has(first);
        marks.excepts |= excepts;
        marks.restricts |= lexicon.restricting.has(first);
        marks.norm |= lexicon.norms.has(first);
        marks.denies |= excepts || lexicon.not.has(first) || english().denies(first) || lexicon.denies(&piece.stem);
        for part in word.split(' ') {
            if let Some(group) = lexicon.qualifier(part).filter(|_| before_person(&pieces[at..])) {
                marks.qualifiers.push((part.to_owned(), group));
            }
        }
        if word.split(' ').any(|w| english().class(w) != WordClass::Function) || lexicon.verb(word, &piece.stem).is_some() {
            marks.topics.push(lexicon.verb(word, &piece.stem).map_or_else(|| piece.stem.clone(), |(stem, _)| stem));
        }
    }
    marks
}

/// Whether the first of these pieces is an office or stands before one, or before a name: "the former president", "ex-minister".
fn before_person(pieces: &[Piece]) -> bool {
    let person = |p: &Piece| p.name.is_some() || p.office || lexicon().head(&p.text) == Some(Kind::Person);
    pieces.first().is_some_and(|p| p.office)
        || pieces.iter().skip(1).take(2).take_while(|p| p.name.is_some() || matches!(p.tag, Tag::Noun)).any(person)
}
