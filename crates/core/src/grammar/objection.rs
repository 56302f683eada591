//! What the roles of names, denial and opposites say against a candidate.

use super::frame::{Act, Frame, Place, Role};
use super::lexicon::lexicon;
use super::marks::Marks;
use super::{Name, Reading};

/// Why a candidate does not answer a question although its words are alike.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "there is one for a candidate at most")]
pub enum RoleObjection {
    /// Names stand in each other's places.
    Exchanged {
        /// A name that stands elsewhere in what is on record.
        name: Name,
        /// What the question asks about.
        asked: Frame,
        /// What the candidate tells.
        told: Frame,
        /// Whether a statement of the candidate tells it of the same two names, so that the premise can be put right: "Russia invaded Ukraine,
        /// not the other way round".
        settles: bool,
    },
    /// The question denies and nothing of the candidate does, or the other way round.
    Polarity {
        /// Whether it is the question that denies.
        question_denies: bool,
    },
    /// The question has a word for another time or rank ("former") that the candidate lacks.
    Qualifier(String),
    /// The candidate speaks only of somebody whom the question leaves out.
    Excepted(Name),
    /// The candidate has the opposite of a word of the question, by their stems: the question's, the candidate's.
    Opposite(String, String),
}

/// A question's roles held against a candidate's.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// 1: some frame has the same names in the same roles; 0.5: nothing to compare; 0: contradicted.
    pub agreement: f32,
    /// What rules the candidate out.
    pub objection: Option<RoleObjection>,
}

/// What rules a candidate out: see [`compare`].
pub fn objection(question: &Reading, phrases: &[Reading], statements: &[Reading]) -> Option<RoleObjection> {
    compare(question, phrases, statements).objection
}

/// Holds a question against a candidate: all its phrases, and its statements with the direct answer.
///
/// A frame of the candidate counts if it tells of the same deed. One that has a name of the question in the same place speaks for the
/// candidate, unless another has two names exchanged and none has both in place: people ask for one thing in many ways, and not all of
/// them are read rightly.
pub fn compare(question: &Reading, phrases: &[Reading], statements: &[Reading]) -> Comparison {
    let told = phrases.iter().map(|r| (r, false)).chain(statements.iter().map(|r| (r, true)));
    let (exchanged, supported) = exchanged(question, told);
    let objection = exchanged.or_else(|| turned(question, phrases, statements));
    let agreement = match (&objection, supported) {
        (Some(_), _) => 0.0,
        (None, true) => 1.0,
        (None, false) => 0.5,
    };
    Comparison { agreement, objection }
}

/// Looks for names of the question in each other's places: returns the objection, and whether any name stands in its own place. `told` has
/// each reading of the candidate, with `true` for a statement.
pub fn exchanged<'a>(question: &Reading, told: impl Iterator<Item = (&'a Reading, bool)> + Clone) -> (Option<RoleObjection>, bool) {
    let mut supported = false;
    let mut exchanged: Option<RoleObjection> = None;
    for asked in &question.frames {
        // How many names speak for the candidate, and how many against it.
        let (mut supports, mut against, mut found) = (0, 0, None);
        for (frame, stated) in told.clone().flat_map(|(reading, stated)| reading.frames.iter().map(move |f| (f, stated))) {
            match relation(asked, frame) {
                Relation::Same(names) => supports = supports.max(names),
                Relation::Exchanged(name, names) => {
                    let settles = stated && is_settled(asked, frame);
                    // One that settles it is worth more than the first.
                    if settles || names > against {
                        found = Some(RoleObjection::Exchanged { name, asked: asked.clone(), told: frame.clone(), settles });
                    }
                    against = against.max(names);
                }
                Relation::Unknown => {}
            }
        }
        supported |= supports > 0 && supports >= against;
        if against > supports && exchanged.is_none() {
            exchanged = found;
        }
    }
    (exchanged, supported)
}

/// How a frame of the candidate stands to one of the question.
enum Relation {
    /// So many names stand in the same place.
    Same(usize),
    /// This name stands elsewhere, as so many do.
    Exchanged(Name, usize),
    Unknown,
}

fn relation(asked: &Frame, told: &Frame) -> Relation {
    let direct = asked.act.agrees(&told.act);
    // "Have an objection from A" says nothing of who does it.
    let through_object = || {
        if asked.act.stem != told.act.stem && [asked, told].iter().any(|f| f.act.stem == "have") {
            return false;
        }
        let agrees = |a: &Option<Act>, b: &Act| a.as_ref().is_some_and(|a| a.agrees(b));
        agrees(&asked.object, &told.act)
            || agrees(&told.object, &asked.act)
            || told.object.as_ref().is_some_and(|o| agrees(&asked.object, o))
    };
    if !direct && !through_object() {
        return Relation::Unknown;
    }
    // A knowledge base may list "admitted to" and "join" as synonyms. One is passive, so the same names stand on opposite sides.
    if direct && asked.passive != told.passive && !lexicon().related(&asked.act.stem, &told.act.stem) {
        return Relation::Unknown;
    }
    // "Independent A" and "A became independent": whose it is and who became it is the same one.
    let whose = !direct && asked.noun != told.noun;
    let stands = |frame: &Frame, place: &Place, name: &Name| {
        let alike = |p: &Place| p == place || whose && [p, place].iter().all(|p| matches!(p, Place::Agent | Place::Owner));
        frame.roles.iter().any(|r| alike(&r.place) && r.name.agrees(name))
    };
    let symmetric = lexicon().is_symmetric(&asked.act.stem) || lexicon().is_symmetric(&told.act.stem);
    let proper = || asked.roles.iter().filter(|r| r.name.is_proper() && (r.place.is_part() || r.place == Place::Owner));
    let moved = |from: &Role, to: &Place| stands(told, to, &from.name) && !stands(told, &from.place, &from.name);
    // Two names that have changed places count whatever else is the same.
    if !symmetric {
        for a in proper() {
            if let Some(b) = proper().find(|b| b.place != a.place && !b.name.agrees(&a.name) && moved(a, &b.place) && moved(b, &a.place)) {
                return Relation::Exchanged(b.name.clone(), 2);
            }
        }
    }
    let same = asked.roles.iter().filter(|r| stands(told, &r.place, &r.name)).count();
    if same > 0 {
        return Relation::Same(same);
    }
    if symmetric {
        return Relation::Unknown;
    }
    // Two names, each where the other should be.
    for a in asked.roles.iter().filter(|r| r.name != Name::Slot) {
        for b in asked.roles.iter().filter(|b| b.place != a.place && !b.name.agrees(&a.name)) {
            if (a.name.is_proper() || b.name.is_proper() || direct && !asked.noun && !told.noun)
                && stands(told, &b.place, &a.name)
                && stands(told, &a.place, &b.name)
            {
                return Relation::Exchanged(a.name.clone(), 2);
            }
        }
    }
    // One name on the other side of a verb, and somebody else where it should be: "Who invaded Russia?" beside "Russia invaded Ukraine".
    if direct && !lexicon().is_light(&asked.act.stem) {
        for role in asked.roles.iter().filter(|r| r.name.is_proper()) {
            let other = match role.place {
                Place::Agent => Place::Patient,
                Place::Patient => Place::Agent,
                _ => continue,
            };
            let alike = asked.act.stem == told.act.stem && !asked.noun && !told.noun;
            let taken = told.asks.as_ref() == Some(&role.place) || told.at(&role.place).any(|n| alike || n.is_proper() || *n == Name::Slot);
            // "Whom did A dismiss?" beside "A was dismissed".
            let suffers = alike && asked.passive != told.passive;
            if (taken || suffers) && stands(told, &other, &role.name) {
                return Relation::Exchanged(role.name.clone(), 1);
            }
        }
    }
    Relation::Unknown
}

/// Where all that tells of the same deed has somebody else, or another year, in the place of a name of the question: the question's frame, and one of
/// those. `told` is all that is said of a fact, with each reading whether it is a statement. Only names count for which `comparable` holds, such as
/// two persons.
pub fn taken<'a>(
    question: &Reading,
    told: impl Iterator<Item = (&'a Reading, bool)> + Clone,
    comparable: impl Fn(&Name, &Name) -> bool,
) -> Option<(Frame, Frame)> {
    let says_enough = |f: &&Frame| !f.noun && !f.aside && (!lexicon().is_light(&f.act.stem) || lexicon().reports(&f.act.stem));
    question.frames.iter().filter(says_enough).find_map(|asked| {
        let symmetric = lexicon().is_symmetric(&asked.act.stem);
        asked.roles.iter().filter(|role| role.place.is_part()).find_map(|role| {
            let other = if is_year(&role.name) {
                other_year(asked, role, told.clone())
            } else if role.name.is_proper() && !symmetric {
                somebody_else(asked, role, told.clone(), &comparable)
            } else {
                None
            };
            other.map(|other| (asked.clone(), other.clone()))
        })
    })
}

/// The first frame that has somebody else in the place of this name, where none has the name itself there. The name must have another part in what is
/// told: what is not named there at all may have been left out, or not been read.
fn somebody_else<'a>(
    asked: &Frame,
    role: &Role,
    told: impl Iterator<Item = (&'a Reading, bool)>,
    comparable: &impl Fn(&Name, &Name) -> bool,
) -> Option<&'a Frame> {
    let mut other = None;
    for (reading, _) in told {
        for frame in reading.frames.iter().filter(|frame| same_deed(asked, frame, role.place == Place::Agent)) {
            if frame.at(&role.place).any(|n| *n == Name::Slot || n.agrees(&role.name)) {
                return None;
            }
            let elsewhere = || reading.frames.iter().flat_map(|f| &f.roles).any(|r| r.name.agrees(&role.name));
            let stranger = frame.at(&role.place).any(|n| n.is_proper() && comparable(&role.name, n));
            other = other.or((stranger && elsewhere()).then_some(frame));
        }
    }
    other
}

/// The first frame of a statement that has another year for the deed of the same one, where none has this year. Paraphrases may ask for a year only to be
/// put right.
fn other_year<'a>(asked: &Frame, role: &Role, told: impl Iterator<Item = (&'a Reading, bool)>) -> Option<&'a Frame> {
    let doer = asked.roles.iter().find(|r| r.place == Place::Agent && r.name.is_proper())?;
    let mut other = None;
    for frame in told.filter(|(_, stated)| *stated).flat_map(|(reading, _)| &reading.frames) {
        if !same_deed(asked, frame, false) || !frame.at(&doer.place).any(|n| n.agrees(&doer.name)) {
            continue;
        }
        if frame.at(&role.place).any(|n| n.agrees(&role.name)) {
            return None;
        }
        other = other.or(frame.at(&role.place).any(is_year).then_some(frame));
    }
    other
}

/// Whether a frame tells of the deed that is asked about, and from the same side; with `through_object` "lodge a protest" is to protest.
fn same_deed(asked: &Frame, frame: &Frame, through_object: bool) -> bool {
    let direct = asked.act.agrees(&frame.act) && (asked.passive == frame.passive || lexicon().related(&asked.act.stem, &frame.act.stem));
    direct || through_object && !frame.noun && asked.object.as_ref().is_some_and(|o| o.agrees(&frame.act))
}

/// Whether a noun is a year.
fn is_year(name: &Name) -> bool {
    matches!(name, Name::Noun(text) if text.len() == 4 && text.parse::<u32>().is_ok_and(|year| (1000..2200).contains(&year)))
}

/// Whether a frame of a statement tells the deed of the same two names, exchanged.
fn is_settled(asked: &Frame, told: &Frame) -> bool {
    let stands = |place: &Place, name: &Name| told.at(place).any(|n| n.agrees(name));
    !told.negative
        && asked.at(&Place::Agent).any(|n| n.is_proper() && stands(&Place::Patient, n))
        && asked.at(&Place::Patient).any(|n| n.is_proper() && stands(&Place::Agent, n))
}

/// Denial, exceptions, other times and opposites.
fn turned(question: &Reading, phrases: &[Reading], statements: &[Reading]) -> Option<RoleObjection> {
    let marks = &question.marks;
    let all = || phrases.iter().chain(statements).map(|r| &r.marks);
    let has_group = |group: usize| all().any(|m| m.qualifiers.iter().any(|(_, g)| *g == group));
    if let Some((word, _)) =
        marks.qualifiers.iter().find(|(word, group)| !has_group(*group) && !all().any(|m| m.topics.iter().any(|t| t == word)))
    {
        return Some(RoleObjection::Qualifier(word.clone()));
    }
    // What is says nothing about what ought to be.
    if let Some(word) = marks.asks_norm.as_ref().filter(|_| !all().any(|m| m.norm)) {
        return Some(RoleObjection::Qualifier(word.clone()));
    }
    // A yes to "only this?" is no yes to "anything else?".
    if marks.yes_no && marks.excepts && all().any(|m| m.restricts) && !phrases.iter().any(|r| r.marks.excepts) {
        return Some(RoleObjection::Polarity { question_denies: true });
    }
    if let Some(name) = excepted(question, phrases, statements) {
        return Some(RoleObjection::Excepted(name));
    }
    if let Some(question_denies) = polarity(question, phrases, statements) {
        return Some(RoleObjection::Polarity { question_denies });
    }
    opposite(marks, phrases, statements)
}

/// Whether the question asks who does *not* do what the candidate tells of, or who does what it denies: then true for the question's denial.
/// "Why did they not" and "did they not" ask about the same deed as their opposites, so that only those that ask for a name count.
fn polarity(question: &Reading, phrases: &[Reading], statements: &[Reading]) -> Option<bool> {
    let all = || phrases.iter().chain(statements);
    let asks = |r: &Reading| r.marks.who_is_not || r.frames.iter().any(|f| f.asks.is_some());
    if question.marks.who_is_not && !phrases.iter().any(|r| r.marks.denies && asks(r)) {
        return Some(true);
    }
    let asked = question.frames.iter().find(|f| f.asks == Some(Place::Agent) && !lexicon().is_light(&f.act.stem))?;
    let tells = |f: &&Frame| f.act.agrees(&asked.act) || f.object.as_ref().is_some_and(|object| object.agrees(&asked.act));
    let same = || all().flat_map(|r| &r.frames).filter(tells);
    if asked.negative && question.marks.not {
        let denied = same().any(|f| f.negative) || phrases.iter().any(|r| r.marks.not && r.frames.iter().any(|f| tells(&f)));
        return (same().next().is_some() && !denied).then_some(true);
    }
    let mut told = same().filter(|f| !f.noun && f.act.agrees(&asked.act)).peekable();
    told.peek()?;
    (!question.marks.denies && told.all(|f| f.negative) && all().all(|r| r.marks.denies)).then_some(false)
}

/// Somebody whom the question leaves out, where the candidate names nobody else in that place.
fn excepted(question: &Reading, phrases: &[Reading], statements: &[Reading]) -> Option<Name> {
    let name = question.marks.excepted.iter().find(|n| n.is_proper())?;
    if phrases.iter().chain(statements).any(|r| r.marks.denies) {
        return None;
    }
    let frames = || statements.iter().flat_map(|r| &r.frames).filter(|f| question.frames.iter().any(|q| q.act.agrees(&f.act)));
    let place = frames().find_map(|f| f.roles.iter().find(|r| r.name.agrees(name)).map(|r| r.place.clone()))?;
    let alone = frames().flat_map(|f| f.at(&place)).filter(|n| n.is_proper()).all(|n| n.agrees(name));
    alone.then(|| name.clone())
}

/// A word of the question of which the candidate has the opposite, in its statements and in half of its phrases at least, and neither the
/// word itself nor a denial.
fn opposite(marks: &Marks, phrases: &[Reading], statements: &[Reading]) -> Option<RoleObjection> {
    let all = || phrases.iter().chain(statements).map(|r| &r.marks);
    if marks.not || all().any(|m| m.not) {
        return None;
    }
    let has = |stem: &str| all().any(|m| m.topics.iter().any(|t| lexicon().related(t, stem)));
    let common = |stem: &str| phrases.iter().filter(|r| r.marks.topics.iter().any(|t| t == stem)).count() * 2 >= phrases.len().max(1);
    for stem in marks.topics.iter().filter(|s| !has(s)) {
        let found = phrases.iter().flat_map(|r| &r.marks.topics).find(|t| lexicon().opposite(stem, t) && common(t));
        if let Some(found) = found {
            return Some(RoleObjection::Opposite(stem.clone(), found.clone()));
        }
    }
    None
}
