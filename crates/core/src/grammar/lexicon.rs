//! The words that the grammar knows, from `grammar.toml`: which are verbs, in which form, and what little words do.

use super::answer::Kind;
use crate::english::{Words, english};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// In which form a verb stands; one word can be in several ("put").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Forms {
    /// "invade".
    pub base: bool,
    /// "invades".
    pub third: bool,
    /// "invaded", "took".
    pub past: bool,
    /// "invaded", "taken".
    pub participle: bool,
    /// "invading".
    pub ing: bool,
}

impl Forms {
    fn join(&mut self, other: Forms) {
        self.base |= other.base;
        self.third |= other.third;
        self.past |= other.past;
        self.participle |= other.participle;
        self.ing |= other.ing;
    }
}

/// A verb that tells of the same event from the other side.
#[derive(Debug)]
pub(super) struct Converse {
    /// Stem of the verb that is used instead.
    pub counterpart: String,
    /// Before whom the verb itself names the counterpart's agent ("sell to").
    pub agent_behind: String,
    /// What becomes of the verb's own agent: a preposition, or "patient".
    pub own_agent: String,
}

#[derive(serde::Deserialize)]
struct File {
    irregular: Vec<String>,
    verbs: String,
    symmetric: String,
    related: Vec<String>,
    converse: Vec<String>,
    object_control: String,
    reporting: String,
    light: String,
    determiners: Words,
    pronouns: Words,
    prepositions: Words,
    reaching: Words,
    conjunctions: Words,
    subordinators: Words,
    adverbs: Words,
    be: Words,
    have: Words,
    #[serde(rename = "do")]
    do_: Words,
    modal: Words,
    able: Words,
    unable: Words,
    not: Words,
    denying: String,
    excepting: Words,
    restricting: Words,
    norms: Words,
    qualifiers: Vec<Words>,
    months: Words,
    days: Words,
    opposites: Vec<String>,
    same_units: Vec<Words>,
    heads: Heads,
    units: Units,
    numbers: NumberWords,
}

#[derive(serde::Deserialize)]
struct Heads {
    date: Words,
    age: Words,
    share: Words,
    count: Words,
    money: Words,
    distance: Words,
    measure: Words,
    duration: Words,
    reason: Words,
    place: Words,
    person: Words,
    organisation: Words,
}

#[derive(serde::Deserialize)]
struct Units {
    time: Words,
    length: Words,
    money: Words,
    share: Words,
    vague: Words,
    times: Words,
    relative: Words,
    when: Words,
    #[serde(rename = "where")]
    where_: Words,
    spots: Words,
    why: Words,
    agents: Words,
}

#[derive(serde::Deserialize)]
struct NumberWords {
    units: String,
    tens: String,
    ordinals: String,
    not_superlative: Words,
    superlatives: Words,
}

/// What `grammar.toml` says.
pub(super) struct Lexicon {
    /// Each form of each verb: the verb's stem and the form.
    forms: FxHashMap<String, (String, Forms)>,
    /// Groups by number in which a stem stands for the others of the group.
    related: FxHashMap<String, Vec<usize>>,
    symmetric: Vec<String>,
    converse: FxHashMap<String, Converse>,
    object_control: Vec<String>,
    denying: Vec<String>,
    reporting: Vec<String>,
    light: Vec<String>,
    opposites: Vec<(String, String)>,
    same_units: Vec<Words>,
    pub determiners: Words,
    pub pronouns: Words,
    pub prepositions: Words,
    pub reaching: Words,
    pub conjunctions: Words,
    pub subordinators: Words,
    pub adverbs: Words,
    pub be: Words,
    pub have: Words,
    pub do_: Words,
    pub modal: Words,
    pub able: Words,
    pub unable: Words,
    pub not: Words,
    pub excepting: Words,
    pub restricting: Words,
    pub norms: Words,
    pub qualifiers: Vec<Words>,
    pub months: Words,
    pub days: Words,
    heads: Heads,
    pub unit_time: Words,
    pub unit_length: Words,
    pub unit_money: Words,
    pub unit_share: Words,
    pub vague: Words,
    pub times: Words,
    pub relative: Words,
    pub when: Words,
    pub where_: Words,
    pub spots: Words,
    pub why: Words,
    pub agents: Words,
    pub number_units: Vec<String>,
    pub number_tens: Vec<String>,
    pub ordinals: Vec<String>,
    pub not_superlative: Words,
    pub superlatives: Words,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("grammar.toml")).expect("grammar.toml is part of the program and tested");
    let stems = |words: &str| words.split_whitespace().map(|w| english().stem(w)).collect::<Vec<_>>();
    let split = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut forms: FxHashMap<String, (String, Forms)> = FxHashMap::default();
    let mut add = |word: &str, stem: &str, form: Forms| {
        forms.entry(word.to_owned()).or_insert_with(|| (stem.to_owned(), Forms::default())).1.join(form);
    };
    for line in &file.irregular {
        let mut parts = line.split_whitespace();
        let (base, past, participle) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let stem = english().stem(base);
        past.split('|').for_each(|w| add(w, &stem, Forms { past: true, ..Forms::default() }));
        participle.split('|').for_each(|w| add(w, &stem, Forms { participle: true, ..Forms::default() }));
        present(base, &stem, &mut add);
    }
    for base in file.verbs.split_whitespace() {
        let stem = english().stem(base);
        let past = Forms { past: true, participle: true, ..Forms::default() };
        endings(base, "ed").iter().for_each(|w| add(w, &stem, past));
        present(base, &stem, &mut add);
    }
    let mut related: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (group, words) in file.related.iter().enumerate() {
        for stem in stems(words) {
            related.entry(stem).or_default().push(group);
        }
    }
    let pair = |line: &String| line.split_once(' ').map(|(a, b)| (english().stem(a), english().stem(b)));
    let converse = file.converse.iter().filter_map(|line| {
        let [verb, counterpart, agent_behind, own_agent] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
        let (agent_behind, own_agent): (&str, &str) = (agent_behind, own_agent);
        let converse =
            Converse { counterpart: english().stem(counterpart), agent_behind: agent_behind.to_owned(), own_agent: own_agent.to_owned() };
        Some((english().stem(verb), converse))
    });
    Lexicon {
        forms,
        related,
        symmetric: stems(&file.symmetric),
        converse: converse.collect(),
        object_control: stems(&file.object_control),
        denying: stems(&file.denying),
        reporting: stems(&file.reporting),
        light: stems(&file.light),
        opposites: file.opposites.iter().filter_map(pair).collect(),
        same_units: file.same_units,
        determiners: file.determiners,
        pronouns: file.pronouns,
        prepositions: file.prepositions,
        reaching: file.reaching,
        conjunctions: file.conjunctions,
        subordinators: file.subordinators,
        adverbs: file.adverbs,
        be: file.be,
        have: file.have,
        do_: file.do_,
        modal: file.modal,
        able: file.able,
        unable: file.unable,
        not: file.not,
        excepting: file.excepting,
        restricting: file.restricting,
        norms: file.norms,
        qualifiers: file.qualifiers,
        months: file.months,
        days: file.days,
        heads: file.heads,
        unit_time: file.units.time,
        unit_length: file.units.length,
        unit_money: file.units.money,
        unit_share: file.units.share,
        vague: file.units.vague,
        times: file.units.times,
        relative: file.units.relative,
        when: file.units.when,
        where_: file.units.where_,
        spots: file.units.spots,
        why: file.units.why,
        agents: file.units.agents,
        number_units: split(&file.numbers.units),
        number_tens: split(&file.numbers.tens),
        ordinals: split(&file.numbers.ordinals),
        not_superlative: file.numbers.not_superlative,
        superlatives: file.numbers.superlatives,
    }
});

/// The one lexicon that everything shares.
pub(super) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

/// Adds the forms that every verb makes by rule.
fn present(base: &str, stem: &str, add: &mut dyn FnMut(&str, &str, Forms)) {
    add(base, stem, Forms { base: true, ..Forms::default() });
    add(&third(base), stem, Forms { third: true, ..Forms::default() });
    endings(base, "ing").iter().for_each(|w| add(w, stem, Forms { ing: true, ..Forms::default() }));
}

/// "invades", "watches", "denies".
fn third(base: &str) -> String {
    match base.strip_suffix('y') {
        Some(root) if !root.ends_with(['a', 'e', 'o', 'u']) => format!("{root}ies"),
        _ if base.ends_with(['s', 'x', 'z', 'o']) || base.ends_with("ch") || base.ends_with("sh") => format!("{base}es"),
        _ => format!("{base}s"),
    }
}

/// A verb with an ending that begins with a vowel: a silent e falls, y may become i, and a consonant may be doubled. Where the rule
/// depends on the stress ("visited", "referred"), both spellings are given.
fn endings(base: &str, ending: &str) -> Vec<String> {
    if let Some(root) = base.strip_suffix("ie").filter(|_| ending == "ing") {
        return vec![format!("{root}ying")];
    }
    if let Some(root) = base.strip_suffix('e').filter(|r| ending == "ed" || !r.ends_with(['e', 'o'])) {
        return vec![format!("{root}{ending}")];
    }
    if let Some(root) = base.strip_suffix('y').filter(|r| ending == "ed" && !r.ends_with(['a', 'e', 'o', 'u'])) {
        return vec![format!("{root}ied")];
    }
    let plain = format!("{base}{ending}");
    let bytes = base.as_bytes();
    let vowel = |b: u8| b"aeiou".contains(&b);
    match bytes {
        [.., a, b, c] if !vowel(*a) && vowel(*b) && !vowel(*c) && !b"wxy".contains(c) => {
            vec![plain, format!("{base}{}{ending}", char::from(*c))]
        }
        _ => vec![plain],
    }
}

impl Lexicon {
    /// The verb that a folded word is a form of, by its stem, and the form. Words that end as participles do count as verbs too.
    pub(super) fn verb(&self, word: &str, stem: &str) -> Option<(String, Forms)> {
        if let Some((verb, forms)) = self.forms.get(word) {
            return Some((verb.clone(), *forms));
        }
        if self.have.has(word) {
            return Some(("have".to_owned(), Forms::default()));
        }
        // Shorter ones are mostly no verbs ("seed", "king").
        if word.len() >= 6 && word.ends_with("ed") {
            return Some((stem.to_owned(), Forms { past: true, participle: true, ..Forms::default() }));
        }
        if word.len() >= 7 && word.ends_with("ing") {
            return Some((stem.to_owned(), Forms { ing: true, ..Forms::default() }));
        }
        None
    }

    /// Whether two stems say the same where the same names stand beside them.
    pub(super) fn related(&self, a: &str, b: &str) -> bool {
        a == b
            || self.related.get(a).is_some_and(|groups| self.related.get(b).is_some_and(|other| groups.iter().any(|g| other.contains(g))))
    }

    /// Whether a noun tells of a deed, so that it has somebody who does it and somebody to whom it is done.
    pub(super) fn tells_of_deed(&self, stem: &str) -> bool {
        self.related.contains_key(stem)
    }

    /// Whether a verb says the same of both sides.
    pub(super) fn is_symmetric(&self, stem: &str) -> bool {
        self.symmetric.iter().any(|s| s == stem)
    }

    /// The counterpart of a verb that tells the event from the other side.
    pub(super) fn converse(&self, stem: &str) -> Option<&Converse> {
        self.converse.get(stem)
    }

    /// Whether the verb's object does what the infinitive behind it says.
    pub(super) fn controls_by_object(&self, stem: &str) -> bool {
        self.object_control.iter().any(|s| s == stem)
    }

    /// Whether the verb reports what somebody says.
    pub(super) fn reports(&self, stem: &str) -> bool {
        self.reporting.iter().any(|s| s == stem)
    }

    /// Whether the verb says so little that its two sides tell nothing ("have", "put").
    pub(super) fn is_light(&self, stem: &str) -> bool {
        self.light.iter().any(|s| s == stem)
    }

    /// Whether a stem denies what stands behind it.
    pub(super) fn denies(&self, stem: &str) -> bool {
        self.denying.iter().any(|s| s == stem)
    }

    /// Whether one is the opposite of the other: listed, or made by "un-", "dis-" or "de-".
    pub(super) fn opposite(&self, a: &str, b: &str) -> bool {
        let undone = |long: &str, short: &str| {
            // A short rest is mostly chance ("under", "er").
            short.len() >= 3 && ["un", "dis", "de"].iter().any(|prefix| long.strip_prefix(prefix) == Some(short))
        };
        undone(a, b) || undone(b, a) || self.opposites.iter().any(|(x, y)| (a == x && b == y) || (a == y && b == x))
    }

    /// The kind of answer for which a noun asks ("which year", "number of").
    pub(super) fn head(&self, noun: &str) -> Option<Kind> {
        let heads = &self.heads;
        let lists = [
            (&heads.date, Kind::Date),
            (&heads.age, Kind::Age),
            (&heads.share, Kind::Share),
            (&heads.count, Kind::Count),
            (&heads.money, Kind::Money),
            (&heads.distance, Kind::Distance),
            (&heads.measure, Kind::Measure),
            (&heads.duration, Kind::Duration),
            (&heads.reason, Kind::Reason),
            (&heads.place, Kind::Place),
            (&heads.person, Kind::Person),
            (&heads.organisation, Kind::Organisation),
        ];
        lists.into_iter().find(|(list, _)| list.has(noun)).map(|(_, kind)| kind)
    }

    /// The unit of length or money that a word stands for, by number.
    pub(super) fn unit(&self, word: &str) -> Option<usize> {
        self.same_units.iter().position(|names| names.has(word))
    }

    /// What a word is a unit of: a duration, a distance, money or a share.
    pub(super) fn measures(&self, word: &str) -> Option<Kind> {
        let units = [
            (&self.unit_time, Kind::Duration),
            (&self.unit_length, Kind::Distance),
            (&self.unit_money, Kind::Money),
            (&self.unit_share, Kind::Share),
        ];
        units.into_iter().find_map(|(units, kind)| units.has(word).then_some(kind))
    }

    /// The group of words for another time or rank to which a word belongs ("former").
    pub(super) fn qualifier(&self, word: &str) -> Option<usize> {
        self.qualifiers.iter().position(|group| group.has(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_forms_of_verbs() {
        let verb = |word: &str| lexicon().verb(word, word).map(|(stem, _)| stem);
        for (form, base) in
            [("took", "take"), ("gone", "go"), ("invading", "invade"), ("denied", "deny"), ("banned", "ban"), ("visited", "visit")]
        {
            assert_eq!(verb(form), Some(english().stem(base)), "{form}");
        }
        for noun in ["president", "serbia", "king", "embassy"] {
            assert_eq!(verb(noun), None, "{noun}");
        }
    }

    #[test]
    fn related_stems_go_both_ways() {
        let stem = |w: &str| english().stem(w);
        assert!(lexicon().related(&stem("invasion"), &stem("attacked")));
        assert!(!lexicon().related(&stem("expel"), &stem("threaten")));
    }
}
