//! Words put together: noun phrases with those to whom they belong, and verbs with their auxiliaries.

use super::Name;
use super::lexicon::lexicon;
use super::tagging::{Auxiliary, Form, Piece, Tag};
use crate::knowledge::SynonymSetId;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Noun(NounPhrase),
    Verb(Verb),
    Preposition(String),
    /// "who", "when": the word, and whether it goes with the noun phrase behind it.
    Question(String),
    Conjunction,
    Subordinator(String),
    /// An auxiliary in front of its subject, or a form of be without another verb.
    Auxiliary(Auxiliary),
    Comma,
    End,
}

/// A noun phrase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NounPhrase {
    /// Who is named by it.
    pub heads: Vec<Name>,
    /// To whom it belongs: "A's", "the A", "of A".
    pub owners: Vec<Name>,
    /// Holders of an office elsewhere in the sentence that belongs to those who are named.
    pub implied: Vec<Name>,
    /// Its last noun, by its stem, and the noun's synonym set.
    pub noun: Option<(String, Option<SynonymSetId>)>,
    /// Whether its noun is called an office.
    pub office: bool,
    /// Whether it stands behind "which", "what", "whose", "how many".
    pub asked: bool,
    /// Whether it denies ("no", "none of").
    pub denied: bool,
}

impl NounPhrase {
    /// Whom it may stand for, best guess first: those named, or the owners ("Russia's ambassador", "the leaders of Kosovo"), and its noun.
    pub(super) fn means(&self) -> Vec<Name> {
        let mut means = self.heads.clone();
        if self.heads.is_empty() {
            means.extend(self.owners.iter().cloned());
            means.extend(self.noun.iter().map(|(stem, _)| Name::Noun(stem.clone())));
        }
        means
    }
}

/// A verb with what helps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verb {
    /// The verb by its stem.
    pub stem: String,
    /// The synonym set that it belongs to.
    pub set: Option<SynonymSetId>,
    pub form: Form,
    /// Whether be stands before its participle, or the participle alone.
    pub passive: bool,
    /// Whether "to" stands before it.
    pub infinitive: bool,
    /// Where its auxiliary stands, if the subject is between them.
    pub inverted: Option<usize>,
    /// Whether an auxiliary right before it helps it.
    pub helped: bool,
    pub negative: bool,
}

/// Puts the pieces of a sentence together.
pub(super) fn items(pieces: &[Piece]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::with_capacity(pieces.len());
    let mut asked = false;
    let mut negative = false;
    // Where an auxiliary waits for its verb, and whether a subject has come between.
    let mut waiting: Option<(usize, Auxiliary)> = None;
    let mut to = false;
    let mut at = 0;
    while at < pieces.len() {
        let piece = &pieces[at];
        let (mut comma, mut ends) = (piece.comma, piece.ends);
        match piece.tag {
            Tag::Name | Tag::Noun | Tag::Determiner | Tag::Pronoun => {
                let (phrase, next) = noun_phrase(pieces, at, asked);
                (comma, ends) = pieces.get(next - 1).map_or((false, false), |p| (p.comma, p.ends));
                belongs(&mut items, phrase);
                asked = false;
                at = next - 1;
            }
            Tag::Question => {
                let with_noun =
                    pieces.get(at + 1).is_some_and(|n| matches!(n.tag, Tag::Noun | Tag::Name | Tag::Determiner)) && piece.text != "when";
                asked = with_noun && matches!(piece.text.as_str(), "which" | "what" | "whose" | "how");
                items.push(Item::Question(piece.text.clone()));
                waiting = None;
            }
            Tag::Auxiliary(auxiliary) => {
                // "has been": the later one says whether it is passive, the first where it stands.
                let place = match waiting {
                    Some((place, _)) => place,
                    None => {
                        items.push(Item::Auxiliary(auxiliary));
                        items.len() - 1
                    }
                };
                waiting = Some((place, auxiliary));
            }
            Tag::Not => negative = true,
            Tag::To => to = true,
            Tag::Verb(form) => {
                let helper = waiting.filter(|_| !to && (form != Form::Finite));
                // "been" and "being" may stand right before the verb while the first auxiliary stands in front of the subject.
                let passive = form == Form::Participle && !matches!(helper, Some((_, Auxiliary::Have)));
                let inverted = helper.filter(|(place, _)| *place + 1 < items.len()).map(|(place, _)| place);
                if let (Some((place, _)), None) = (helper, inverted) {
                    // The auxiliary goes into the verb.
                    items.truncate(place);
                }
                let (stem, set) = match lexicon().verb(&piece.text, &piece.stem) {
                    Some((stem, _)) => (stem, piece.set),
                    None => (piece.stem.clone(), piece.set),
                };
                items.push(Item::Verb(Verb { stem, set, form, passive, infinitive: to, inverted, helped: helper.is_some(), negative }));
                (to, negative, waiting) = (false, false, None);
            }
            Tag::Preposition => items.push(Item::Preposition(piece.text.clone())),
            Tag::Conjunction => items.push(Item::Conjunction),
            Tag::Subordinator => {
                items.push(Item::Subordinator(piece.text.clone()));
                waiting = None;
            }
            Tag::Adverb => {}
        }
        if comma {
            items.push(Item::Comma);
        }
        if ends {
            items.push(Item::End);
            (waiting, to, negative, asked) = (None, false, false, false);
        }
        at += 1;
    }
    items
}

/// The noun phrase that begins here, and the place behind it.
fn noun_phrase(pieces: &[Piece], from: usize, asked: bool) -> (NounPhrase, usize) {
    let mut phrase = NounPhrase { asked, ..NounPhrase::default() };
    // A name is the head unless a noun follows it: "Russia's ambassador", "the Kosovo government".
    let mut open: Vec<Name> = Vec::new();
    let mut at = from;
    while let Some(piece) = pieces.get(at) {
        match piece.tag {
            Tag::Name => {
                open.extend(piece.name.clone());
                if piece.possessive {
                    phrase.owners.append(&mut open);
                }
            }
            Tag::Noun => {
                phrase.owners.append(&mut open);
                phrase.noun = Some((piece.stem.clone(), piece.set));
                phrase.office = piece.office;
            }
            Tag::Determiner => phrase.denied |= piece.text == "no" || piece.text == "neither",
            Tag::Pronoun => {}
            Tag::Adverb if at > from && pieces.get(at + 1).is_some_and(|p| p.tag == Tag::Noun) && !piece.comma => {}
            _ => break,
        }
        phrase.implied.extend(piece.implied.iter().cloned());
        at += 1;
        let next = pieces.get(at);
        let starts_anew =
            next.is_some_and(|n| matches!(n.tag, Tag::Determiner | Tag::Pronoun)) && !piece.possessive && piece.tag != Tag::Determiner;
        if piece.comma || piece.ends || piece.tag == Tag::Pronoun || starts_anew {
            break;
        }
    }
    phrase.heads.append(&mut open);
    if phrase.office {
        phrase.heads.append(&mut phrase.implied);
    }
    (phrase, at.max(from + 1))
}

/// Adds a noun phrase to the items; behind "of" it belongs to the noun phrase before.
fn belongs(items: &mut Vec<Item>, mut phrase: NounPhrase) {
    if let [.., Item::Noun(owned), Item::Preposition(preposition)] = items.as_mut_slice() {
        if owned.office {
            owned.heads.append(&mut phrase.implied);
        }
        if preposition == "of" {
            owned.owners.extend(phrase.heads.into_iter().chain(phrase.owners));
            items.pop();
            return;
        }
    }
    items.push(Item::Noun(phrase));
}
