//! Who does what to whom: the roles of names beside each verb, and beside nouns that tell of a deed or a tie.

use super::Name;
use super::lexicon::lexicon;
use super::phrases::{Item, NounPhrase, Verb};
use super::tagging::{Auxiliary, Form};
use crate::knowledge::SynonymSetId;
use serde::{Deserialize, Serialize};

/// What is done: a verb or a noun, by its stem and its synonym set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Snowball stem of the base form ("invad").
    pub stem: String,
    /// The synonym set that the word belongs to.
    pub set: Option<SynonymSetId>,
}

impl Act {
    /// Whether both say the same where the same names stand beside them.
    pub fn agrees(&self, other: &Act) -> bool {
        (self.set.is_some() && self.set == other.set) || lexicon().related(&self.stem, &other.stem)
    }
}

/// Where somebody stands in a frame. Prepositions that lead to the one whom a deed reaches ("to", "against") are [`Place::Patient`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Who does it.
    Agent,
    /// To whom it is done.
    Patient,
    /// Whose it is ("the proxy of Russia").
    Owner,
    /// Behind another preposition ("in", "from", "with").
    Behind(String),
}

impl Place {
    /// Whether it is a part in the deed: no owner, nothing that is only compared with or spoken of.
    pub(super) fn is_part(&self) -> bool {
        match self {
            Place::Agent | Place::Patient => true,
            Place::Owner => false,
            Place::Behind(preposition) => !matches!(preposition.as_str(), "as" | "like" | "unlike" | "than" | "about" | "with" | "without"),
        }
    }
}

/// Somebody in a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Where.
    pub place: Place,
    /// Who.
    pub name: Name,
}

/// One deed or tie with everybody who has a part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// What is done.
    pub act: Act,
    /// The noun that says what a verb alone does not: "independence" in "gain independence".
    pub object: Option<Act>,
    /// Whether it was read from a noun ("the invasion of Ukraine").
    pub noun: bool,
    /// Who takes part.
    pub roles: Vec<Role>,
    /// Whether it is denied.
    pub negative: bool,
    /// Whether it was written in the passive.
    pub passive: bool,
    /// Whether it stands in a clause that says when, why or if ("while A was adding flights").
    pub aside: bool,
    /// Which place the question asks for; `None` for another question (when, why, is it so) and for statements.
    pub asks: Option<Place>,
}

impl Frame {
    fn new(act: Act, noun: bool) -> Frame {
        Frame { act, object: None, noun, roles: Vec::new(), negative: false, passive: false, aside: false, asks: None }
    }

    /// Those who stand in a place.
    pub fn at<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a Name> + Clone {
        self.roles.iter().filter(move |r| r.place == *place).map(|r| &r.name)
    }

    fn put(&mut self, place: Place, names: impl IntoIterator<Item = Name>) {
        for name in names {
            let role = Role { place: place.clone(), name };
            if !self.roles.contains(&role) {
                self.roles.push(role);
            }
        }
    }

    /// Tells it as the counterpart verb does, so that "A sold it to B" and "B bought it from A" are one frame.
    fn turn(&mut self) {
        let Some(converse) = lexicon().converse(&self.act.stem) else { return };
        self.act = Act { stem: converse.counterpart.clone(), set: None };
        let agent_behind = Place::Behind(converse.agent_behind.clone());
        let own_agent = match converse.own_agent.as_str() {
            "patient" => Place::Patient,
            preposition => place_behind(preposition),
        };
        for role in &mut self.roles {
            if role.place == Place::Agent {
                role.place = own_agent.clone();
            } else if role.place == agent_behind && role.name.is_proper() {
                role.place = Place::Agent;
            }
        }
    }
}

/// The place behind a preposition.
fn place_behind(preposition: &str) -> Place {
    match preposition {
        p if lexicon().reaching.has(p) => Place::Patient,
        "of" => Place::Owner,
        // Where something is does not depend on the word.
        "at" | "inside" | "within" => Place::Behind("in".to_owned()),
        other => Place::Behind(other.to_owned()),
    }
}

/// Reads the frames of a sentence, or of several.
pub(super) fn frames(items: &[Item]) -> Vec<Frame> {
    let mut frames = Vec::new();
    let mut subjects: Vec<Vec<usize>> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let mut subject = Vec::new();
        match item {
            Item::Verb(verb) => {
                subject = subjects_of(items, at, verb, &subjects);
                let aside = is_aside(items, at);
                frames.push(Frame { aside, ..verb_frame(items, at, verb, &subject) });
            }
            Item::Noun(phrase) => frames.extend(noun_frame(items, at, phrase)),
            Item::Auxiliary(Auxiliary::Be) => frames.extend(copula_frame(items, at)),
            _ => {}
        }
        subjects.push(subject);
    }
    frames.retain(|f| !f.roles.is_empty());
    frames
}

/// Whether a verb stands in a clause that a word such as "while" begins.
fn is_aside(items: &[Item], at: usize) -> bool {
    let opens = |item: &&Item| matches!(item, Item::Subordinator(_) | Item::Question(_) | Item::Comma | Item::End);
    matches!(items[..at].iter().rev().find(opens), Some(Item::Subordinator(word)) if word != "that")
}

fn noun_at(items: &[Item], at: usize) -> Option<&NounPhrase> {
    match items.get(at) {
        Some(Item::Noun(phrase)) => Some(phrase),
        _ => None,
    }
}

/// A noun phrase with those joined to it in front ("A and B", "A, B and C"), by index.
fn joined_before(items: &[Item], at: usize) -> Vec<usize> {
    let mut all = vec![at];
    let mut first = at;
    while first >= 2 && noun_at(items, first - 2).is_some() && matches!(items[first - 1], Item::Conjunction) {
        first -= 2;
        all.push(first);
    }
    all
}

/// Who is the subject of the verb at a place, by indices of noun phrases or question words; empty where it is unclear.
fn subjects_of(items: &[Item], at: usize, verb: &Verb, known: &[Vec<usize>]) -> Vec<usize> {
    if let Some(auxiliary) = verb.inverted {
        // "did A (and B) V": the noun phrases between the two.
        let Some(first) = (auxiliary + 1..at).find(|i| matches!(items[*i], Item::Noun(_))) else { return Vec::new() };
        if first > auxiliary + 1 {
            return Vec::new();
        }
        let mut all = vec![first];
        let mut next = first;
        while next + 2 < at && matches!(items[next + 1], Item::Conjunction) && noun_at(items, next + 2).is_some() {
            next += 2;
            all.push(next);
        }
        return all;
    }
    let Some(before) = at.checked_sub(1) else { return Vec::new() };
    let earlier = |from: usize| (0..from).rev().find(|i| matches!(items[*i], Item::Verb(_) | Item::End));
    if verb.infinitive {
        let Some(governor) = earlier(at) else { return Vec::new() };
        let Item::Verb(leading) = &items[governor] else { return Vec::new() };
        let object = (governor + 1..at).find(|i| matches!(items[*i], Item::Noun(_))).filter(|i| *i == governor + 1);
        return match object {
            Some(object) if lexicon().controls_by_object(&leading.stem) => vec![object],
            _ => known.get(governor).cloned().unwrap_or_default(),
        };
    }
    match &items[before] {
        Item::Noun(_) if verb.form == Form::Ing && !verb.helped => {
            if before > 0 && matches!(items[before - 1], Item::Preposition(_)) {
                Vec::new()
            } else {
                vec![before]
            }
        }
        Item::Noun(_) => walk_back(items, before),
        // "invaded A and occupied B": the same subject.
        Item::Conjunction => earlier(before).and_then(|i| known.get(i).cloned()).unwrap_or_default(),
        Item::Question(word) if matches!(word.as_str(), "who" | "which" | "what") => match before.checked_sub(1).map(|i| (i, &items[i])) {
            // "A, who invaded B"
            Some((i, Item::Noun(_))) => walk_back(items, i),
            Some((i, Item::Comma)) if i > 0 && noun_at(items, i - 1).is_some() => vec![i - 1],
            _ => vec![before],
        },
        Item::Subordinator(word) if word == "that" && before > 0 && noun_at(items, before - 1).is_some() => vec![before - 1],
        Item::Comma => {
            // "A, president of B, did": what stands between two commas describes what stands before them.
            let open = (0..before).rev().find(|i| matches!(items[*i], Item::Comma | Item::End | Item::Verb(_)));
            match open {
                Some(i) if matches!(items[i], Item::Comma) && i > 0 && noun_at(items, i - 1).is_some() => vec![i - 1],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The subject that ends at a noun phrase: phrases behind prepositions belong to the one before.
fn walk_back(items: &[Item], mut at: usize) -> Vec<usize> {
    while at >= 2 && matches!(items[at - 1], Item::Preposition(_)) {
        if noun_at(items, at - 2).is_none() {
            // "In A, B did" has a comma; "joined in 2004 A did" is not understood.
            return Vec::new();
        }
        at -= 2;
    }
    if at == 1 && matches!(items[0], Item::Preposition(_)) { Vec::new() } else { joined_before(items, at) }
}

fn verb_frame(items: &[Item], at: usize, verb: &Verb, subject: &[usize]) -> Frame {
    let mut frame = Frame::new(Act { stem: verb.stem.clone(), set: verb.set }, false);
    frame.negative = verb.negative;
    // "the country invaded by A": the participle alone is passive where somebody follows "by".
    let by = matches!(items.get(at + 1), Some(Item::Preposition(p)) if p == "by");
    frame.passive = verb.passive && (verb.helped || by);
    let own = if frame.passive { Place::Patient } else { Place::Agent };
    let unclear = verb.passive && !frame.passive;
    for &index in subject.iter().filter(|_| !unclear) {
        match &items[index] {
            Item::Noun(phrase) => {
                frame.put(own.clone(), phrase.means());
                if phrase.asked {
                    frame.asks = Some(own.clone());
                }
                frame.negative |= phrase.denied;
            }
            Item::Question(_) => frame.asks = Some(own.clone()),
            _ => {}
        }
    }
    // "..., said A": who says it may stand behind the verb.
    let says = frame.roles.is_empty() && frame.asks.is_none() && verb.form == Form::Finite && lexicon().reports(&verb.stem);
    let follows = at.checked_sub(1).is_none_or(|i| matches!(items[i], Item::Comma | Item::End));
    objects(items, at, if says && follows { Place::Agent } else { Place::Patient }, &mut frame);
    // "Who did A invade", "which countries has A invaded": asked for in front of the auxiliary.
    if let Some(auxiliary) = verb.inverted
        && frame.asks.is_none()
        && !frame.passive
    {
        let open = (0..auxiliary).rev().find(|i| matches!(items[*i], Item::End)).map_or(0, |i| i + 1);
        match &items[open..auxiliary] {
            [.., Item::Noun(phrase)] if phrase.asked && auxiliary - open <= 2 => {
                frame.put(Place::Patient, phrase.heads.iter().chain(&phrase.owners).cloned());
                frame.asks = Some(Place::Patient);
            }
            [Item::Question(word)] if word == "who" => frame.asks = Some(Place::Patient),
            _ => {}
        }
    }
    frame.turn();
    frame
}

/// What stands behind a verb: first those in `place`, then what prepositions lead to.
fn objects(items: &[Item], at: usize, mut place: Place, frame: &mut Frame) {
    let mut next = at + 1;
    let mut direct = true;
    while let Some(item) = items.get(next) {
        match item {
            Item::Noun(phrase) => {
                let subject_of_next = matches!(items.get(next + 1), Some(Item::Verb(v)) if v.form == Form::Finite);
                if subject_of_next {
                    break;
                }
                if direct && phrase.heads.is_empty() && frame.object.is_none() {
                    frame.object = phrase.noun.clone().map(|(stem, set)| Act { stem, set });
                }
                frame.put(place.clone(), phrase.means());
            }
            Item::Preposition(preposition) => {
                direct = false;
                let turns = lexicon().converse(&frame.act.stem).is_some_and(|c| c.agent_behind == *preposition);
                place = if frame.passive && preposition == "by" {
                    Place::Agent
                } else if turns {
                    Place::Behind(preposition.clone())
                } else if lexicon().reaching.has(preposition) && frame.at(&Place::Patient).any(Name::is_proper) {
                    // "A was admitted to B": the place of the object is taken.
                    Place::Behind("to".to_owned())
                } else {
                    place_behind(preposition)
                };
            }
            Item::Conjunction if matches!(items.get(next + 1), Some(Item::Noun(_))) => {}
            _ => break,
        }
        next += 1;
    }
}

/// A noun with those to whom it belongs and those behind its prepositions: "A's invasion of B", "the ambassador of A in B".
fn noun_frame(items: &[Item], at: usize, phrase: &NounPhrase) -> Option<Frame> {
    let (stem, set) = phrase.noun.clone()?;
    let deed = lexicon().tells_of_deed(&stem) && !phrase.office;
    let mut frame = Frame::new(Act { stem, set }, true);
    frame.negative = phrase.denied;
    frame.put(Place::Owner, phrase.owners.iter().cloned());
    let mut next = at + 1;
    while let (Some(Item::Preposition(preposition)), Some(behind)) = (items.get(next), noun_at(items, next + 1)) {
        let place = if preposition == "by" && deed { Place::Agent } else { place_behind(preposition) };
        frame.put(place, behind.means());
        next += 2;
    }
    // With somebody whom it reaches, the owner of a deed is the one who does it.
    if deed && frame.roles.iter().any(|r| r.place == Place::Patient && r.name.is_proper()) {
        frame.roles.iter_mut().filter(|r| r.place == Place::Owner).for_each(|r| r.place = Place::Agent);
    } else if deed && frame.roles.iter().any(|r| r.place == Place::Agent) {
        frame.roles.iter_mut().filter(|r| r.place == Place::Owner).for_each(|r| r.place = Place::Patient);
    }
    Some(frame)
}

/// "A is a proxy of B", "is A the president of B?": the one of whom it is said is the agent.
fn copula_frame(items: &[Item], at: usize) -> Option<Frame> {
    let (subject, said) = match (at.checked_sub(1).and_then(|i| noun_at(items, i)), noun_at(items, at + 1), noun_at(items, at + 2)) {
        (_, Some(subject), Some(said)) => (subject, said),
        (Some(subject), Some(said), _) => (subject, said),
        _ => return None,
    };
    let (stem, set) = said.noun.clone()?;
    let mut frame = Frame::new(Act { stem, set }, true);
    frame.put(Place::Agent, subject.means());
    frame.put(Place::Owner, said.owners.iter().cloned());
    Some(frame)
}
