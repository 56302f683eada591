//! The names in an article, with a guess at what each is.
//!
//! English writes names with capitals, and begins sentences with them too. A word at the beginning of a sentence counts as a name where the
//! dictionary does not have it, or where other sentences write it with a capital in their midst and never without one.

use factotum_core::english::{WordClass, english};
use factotum_core::pack::slug;
use factotum_core::text::{Token, fold, tokens};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// Most names that become entities: more than an article has that one person can work through.
const MAX_NAMES: usize = 400;
/// Longest name in words: what is longer is a line in capitals.
const MAX_WORDS: usize = 7;
/// Longest name in bytes.
const MAX_BYTES: usize = 80;

/// Words that stand before a person's name and are no part of it.
const TITLES: &str = "president vice-president vice deputy prime minister chancellor king queen prince princess emperor empress tsar sultan sir dame \
    lord lady dr doctor mr mrs ms miss mx professor prof general colonel captain major lieutenant sergeant admiral senator representative \
    congressman congresswoman governor mayor judge justice pope bishop archbishop cardinal father sister brother saint chairman chairwoman \
    chief secretary ambassador coach executive manager director officer commissioner";
/// Common given names of several languages: what follows one is a family name.
const GIVEN: &str = "aaron adam ada adrian ahmed alan albert alejandro alex alexander alexandra alfred ali alice amanda amy ana anders andrea andrei \
    andrew angela ann anna anne anthony antonio arthur barack barbara ben benjamin bernard betty bill bob brandon brian bruce carl carlos carol \
    caroline catherine charles charlotte chris christian christina christine christopher claire cynthia daniel david deborah dennis diana diego \
    dmitry donald dorothy douglas edward elena elizabeth emily emma eric ernest eva evelyn fatima felix fernando francis francisco frank franz \
    fred frederick gary george gerald gloria grace greg gregory hans harold harry heather heinrich helen henri henry howard hugh hugo ian igor \
    ingrid isaac isabel ivan jack jacob jacques james jamie jan jane janet jared jason jean jeff jeffrey jennifer jeremy jerry jessica jim joan \
    joe johann john johnny jonathan jorge jose joseph josh joshua juan judith julia julian julie karen karl kate katherine kathleen keith kelly \
    ken kenneth kevin kim kurt kyle larry laura lauren lawrence lee leo leon leonardo lewis linda lisa louis louise lucas lucy luis luke manuel \
    margaret maria marie marilyn mario mark martha martin mary matthew megan melissa michael michelle miguel mike mohamed mohammed muhammad nancy \
    natalie nathan nicholas nicole nikolai olga oliver olivia oscar pablo pamela patricia patrick paul pedro peter peyton philip pierre rachel \
    ralph ramon ray raymond rebecca ricardo richard robert roberto roger ronald rosa rose roy russell ruth ryan sam samantha samuel sandra sara \
    sarah scott sean sergei sharon simon sofia sophie stefan stephanie stephen steve steven susan teresa theodore theresa thomas tim timothy tom \
    tony vaclav victor victoria vincent virginia vladimir walter wayne wilhelm william wojciech xavier yuri zachary";
/// Words that begin or end the name of an organisation.
const ORGANISATIONS: &str = "organisation organization association federation confederation union party commission committee council court agency \
    authority ministry department office bureau board institute institution academy university college school society foundation trust \
    company corporation inc ltd llc plc gmbh group bank exchange alliance league club parliament congress senate assembly government army navy \
    police church network press times post international airlines airways service services administration team united";
/// Words that begin or end the name of an event.
const EVENTS: &str = "war wars battle siege uprising revolution rebellion revolt election elections referendum olympics games cup bowl marathon \
    championship championships tournament festival summit conference crisis massacre earthquake hurricane drought genocide holocaust";
/// Words that begin or end the name of a place.
const PLACES: &str = "river lake mount mountain mountains ocean sea island islands city town village county province district region valley bay \
    gulf cape desert forest rainforest jungle basin street road avenue square garden gardens park bridge stadium airport station palace castle \
    tower museum theatre theater cathedral hall hospital library hotel building north south east west coast peninsula port republic kingdom \
    states empire";
/// Words that begin or end the name of a thing.
const THINGS: &str = "act treaty agreement plan constitution declaration convention index prize award medal bible programme program project code \
    protocol charter resolution magazine journal album book";
/// Little words within a name.
const PARTICLES: [&str; 14] = ["de", "da", "di", "do", "du", "del", "van", "von", "der", "den", "la", "le", "bin", "al"];

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

/// Whether a word stands before names of persons and is no part of them.
pub(super) fn is_title(word: &str) -> bool {
    has(TITLES, word)
}

/// What a name probably is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Country,
    Person,
    Organisation,
    Event,
    Place,
    Group,
    Thing,
}

impl Kind {
    /// As `kind` has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Country => "country",
            Kind::Person => "person",
            Kind::Organisation => "organisation",
            Kind::Event => "event",
            Kind::Place => "place",
            Kind::Group => "group",
            Kind::Thing => "thing",
        }
    }
}

/// A name of the article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// Its id, which no other name has.
    pub(super) id: String,
    /// As it is shown, with its article: "the Boston Marathon".
    pub(super) name: String,
    /// A shorter form that the article uses.
    pub(super) short: Option<String>,
    pub(super) kind: Kind,
    /// Whether the kind is more than a guess.
    pub(super) sure: bool,
    /// Other names of it.
    pub(super) aliases: Vec<String>,
}

/// A stretch of a sentence that is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// Bytes of the sentence, without a title and without a possessive.
    pub(super) place: Range<usize>,
    /// Position in the list of names.
    pub(super) name: usize,
}

/// The names of an article, and where each sentence has which.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) names: Vec<Name>,
    /// By sentence, in order.
    pub(super) mentions: Vec<Vec<Mention>>,
}

struct Country {
    name: &'static str,
    others: Vec<&'static str>,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('|')).map(|(name, others)| Country { name, others: others.split(", ").collect() }).collect()
});

fn country(text: &str) -> Option<&'static Country> {
    let text = text.strip_prefix("the ").unwrap_or(text);
    COUNTRIES.iter().find(|country| country.name == text || country.others.contains(&text))
}

/// A name as it stands in one place.
#[derive(Debug, Clone)]
struct Found {
    sentence: usize,
    place: Range<usize>,
    text: String,
    /// A title stood before it.
    titled: bool,
    /// "the" stands before it.
    article: bool,
    /// A preposition of place stands before it.
    placed: bool,
    /// It stands in brackets right behind this other one.
    abbreviates: Option<usize>,
}

/// Finds the names of sentences.
pub(super) fn names(sentences: &[&str]) -> Names {
    let read: Vec<Vec<Token>> = sentences.iter().map(|s| tokens(s)).collect();
    let written = Written::of(sentences, &read);
    let mut found: Vec<Found> = Vec::new();
    for (index, (sentence, tokens)) in sentences.iter().zip(&read).enumerate() {
        stretches(sentence, tokens, &written).into_iter().for_each(|stretch| name_of(index, sentence, tokens, stretch, &mut found));
    }
    assemble(sentences.len(), &found)
}

/// Words that no name goes on with, whatever their capitals.
const LITTLE: &str = "the a an and or but of in on at to by for with from as is was are were i he she it they we you this that";

/// How words are written in the whole text.
struct Written {
    /// Two with capitals one behind the other within a sentence.
    pairs: HashSet<(String, String)>,
    /// Somewhere without a capital.
    small: HashSet<String>,
    /// Somewhere with a capital within a sentence.
    within: HashSet<String>,
}

impl Written {
    fn of(sentences: &[&str], read: &[Vec<Token>]) -> Written {
        let mut written = Written { pairs: HashSet::new(), small: HashSet::new(), within: HashSet::new() };
        for (sentence, tokens) in sentences.iter().zip(read) {
            for (at, token) in tokens.iter().enumerate() {
                if !token.capitalised {
                    written.small.insert(bare(token).to_owned());
                } else if !begins(sentence, tokens, at) {
                    written.within.insert(bare(token).to_owned());
                    if let Some(next) = tokens.get(at + 1).filter(|next| next.capitalised) {
                        written.pairs.insert((token.text.clone(), next.text.clone()));
                    }
                }
            }
        }
        written
    }
}

/// A token without a possessive.
fn bare(token: &Token) -> &str {
    token.text.strip_suffix("'s").or_else(|| token.text.strip_suffix('\'')).unwrap_or(&token.text)
}

/// Whether a token begins a sentence, a quotation or a clause behind a colon.
fn begins(sentence: &str, tokens: &[Token], at: usize) -> bool {
    let behind = at.checked_sub(1).map_or(0, |before| tokens[before].end);
    at == 0 || sentence.get(behind..tokens[at].start).is_some_and(|gap| gap.contains(['"', '“', '„', '«', ':', '.', '!', '?', '•']))
}

/// Stretches of tokens that are written as one name.
fn stretches(sentence: &str, tokens: &[Token], written: &Written) -> Vec<Range<usize>> {
    let is_name = |at: usize| {
        let (token, word) = (&tokens[at], bare(&tokens[at]));
        if !token.capitalised || word.len() < 2 || has(LITTLE, word) && !token.capitals {
            return false;
        }
        let pair = tokens.get(at + 1).is_some_and(|next| written.pairs.contains(&(token.text.clone(), next.text.clone())));
        if pair {
            return true;
        }
        if english().class(word) != WordClass::Content && !token.capitals {
            return false;
        }
        if token.capitals || !begins(sentence, tokens, at) {
            return true;
        }
        let known = english().grade(word).is_some_and(|grade| grade.is_target());
        let follows = |next: &Token| next.start == token.end + 1 && !token.text.contains('\'');
        let joined = match tokens.get(at + 1) {
            Some(next) if PARTICLES.contains(&next.text.as_str()) => follows(next) && tokens.get(at + 2).is_some_and(|t| t.capitalised),
            next => next.is_some_and(|next| next.capitalised && follows(next)),
        };
        !written.small.contains(word) && (!known || written.within.contains(word) || joined && !word.ends_with("ly"))
    };
    let joins = |a: usize, b: usize| {
        let gap = sentence.get(tokens[a].end..tokens[b].start).unwrap_or("?");
        let plural = matches!(gap, "' " | "’ ") && has(ORGANISATIONS, bare(&tokens[b]));
        (plural || matches!(gap, " " | "-" | " & " | "\u{a0}"))
            && !tokens[a].text.contains('\'')
            && tokens[a].bracketed == tokens[b].bracketed
    };
    let says_what = |at: usize| [ORGANISATIONS, EVENTS, PLACES, THINGS].iter().any(|list| has(list, bare(&tokens[at])));
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    // A line in capitals says nothing about names.
    if tokens.iter().all(|token| token.capitals) {
        return out;
    }
    while at < tokens.len() {
        if !is_name(at) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        loop {
            let capital = |i: usize| i < tokens.len() && tokens[i].capitalised && !has(LITTLE, &tokens[i].text);
            if capital(end) && joins(end - 1, end) {
                end += 1;
            } else if end + 1 < tokens.len()
                && PARTICLES.contains(&tokens[end].text.as_str())
                && capital(end + 1)
                && joins(end - 1, end)
                && joins(end, end + 1)
            {
                end += 2;
            } else if says_what(end - 1) && tokens.get(end).is_some_and(|t| t.text == "of") && joins(end - 1, end) {
                let the = usize::from(tokens.get(end + 1).is_some_and(|t| t.text == "the" && !t.capitalised));
                if capital(end + 1 + the) && joins(end, end + 1) && (the == 0 || joins(end + 1, end + 2)) { end += 2 + the } else { break }
            } else if end == at + 1
                && english().grade(bare(&tokens[at])).is_some_and(|grade| grade.is_target())
                && tokens.get(end).is_some_and(|t| t.text == "and")
                && let Some(last) = (end + 1..tokens.len()).take_while(|i| capital(*i) && joins(i - 1, *i)).last()
                && has(ORGANISATIONS, bare(&tokens[last]))
            {
                // "the Ethics and Anti-Corruption Commission"
                end = last + 1;
            } else {
                break;
            }
        }
        out.push(at..end);
        at = end;
    }
    out
}

/// Takes titles off a stretch: "US President Barack Obama" is a name, a title and a name.
fn name_of(index: usize, sentence: &str, tokens: &[Token], stretch: Range<usize>, found: &mut Vec<Found>) {
    let title = stretch.clone().rev().find(|at| has(TITLES, bare(&tokens[*at])));
    // A title that ends the stretch belongs to what follows, or is itself the name ("the House of Lords").
    let title = title.filter(|at| *at + 1 < stretch.end && tokens[*at + 1].text != "of");
    let parts = match title {
        Some(at) => {
            let first = stretch.clone().find(|i| has(TITLES, bare(&tokens[*i]))).unwrap_or(at);
            vec![(stretch.start..first, false), (at + 1..stretch.end, true)]
        }
        None => vec![(stretch, false)],
    };
    for (part, titled) in parts {
        let Some((first, last)) = part.clone().next().zip(part.clone().last()) else { continue };
        if part.len() > MAX_WORDS || part.clone().all(|at| has(TITLES, bare(&tokens[at])) || is_calendar(bare(&tokens[at]))) {
            continue;
        }
        let possessive = tokens[last].text.len() - bare(&tokens[last]).len();
        let written = &sentence[tokens[first].start..tokens[last].end];
        // The apostrophe may take several bytes where the token has one.
        let cut =
            if possessive == 0 { written.len() } else { written.rfind(['\'', '’', '‘', '`', '´', 'ʼ']).unwrap_or(written.len()) };
        let place = tokens[first].start..tokens[first].start + cut;
        let text = sentence[place.clone()].to_owned();
        if text.len() > MAX_BYTES || text.contains(['{', '}', '|', ',', '\n']) {
            continue;
        }
        let before = first.checked_sub(1).map(|at| &tokens[at]);
        let close = before.filter(|before| sentence.get(before.end..tokens[first].start).is_some_and(|gap| gap.trim().is_empty()));
        let word = close.map_or("", |t| t.text.as_str());
        let two_before = first.checked_sub(2).map_or("", |at| tokens[at].text.as_str());
        let preposition = |w: &str| matches!(w, "in" | "at" | "near" | "from" | "across" | "throughout" | "within" | "around");
        let abbreviates = (tokens[first].bracketed && tokens[first].capitals && part.len() == 1)
            .then(|| found.len().checked_sub(1).filter(|at| found[*at].sentence == index && initials(&found[*at].text, &text)))
            .flatten();
        found.push(Found {
            sentence: index,
            place,
            text,
            titled,
            article: word == "the",
            placed: preposition(word) || word == "the" && preposition(two_before),
            abbreviates,
        });
    }
}

/// Whether letters are the initials of a name, little words in or out.
fn initials(name: &str, letters: &str) -> bool {
    let of = |all: bool| -> String {
        let words = name.split([' ', '-']).filter(|w| all || w.starts_with(char::is_uppercase));
        words.filter_map(|w| w.chars().next()).flat_map(char::to_lowercase).collect()
    };
    let letters = fold(letters);
    fold(&of(false)) == letters || fold(&of(true)) == letters
}

fn is_calendar(word: &str) -> bool {
    const WORDS: &str = "january february march april may june july august september october november december monday tuesday wednesday thursday \
        friday saturday sunday spring summer autumn winter christmas easter";
    has(WORDS, word)
}

/// Makes one entity of all mentions of a name.
fn assemble(sentences: usize, found: &[Found]) -> Names {
    // By folded text, in the order in which they are first met.
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let key = |found: &Found| country(&found.text).map_or_else(|| fold(&found.text), |country| fold(country.name));
    for (at, one) in found.iter().enumerate() {
        let of = one.abbreviates.map_or_else(|| key(one), |other| key(&found[other]));
        groups.entry(of).or_default().push(at);
    }
    // An abbreviation that was explained once stands alone elsewhere.
    for (at, one) in found.iter().enumerate().filter(|(_, one)| one.abbreviates.is_some()) {
        let (short, long) = (fold(&one.text), key(&found[one.abbreviates.unwrap_or(at)]));
        if short != long
            && let Some(alone) = groups.remove(&short)
        {
            groups.entry(long).or_default().extend(alone);
        }
    }
    let kinds: HashMap<String, (Kind, bool)> = groups.iter().map(|(key, all)| (key.clone(), kind(found, all))).collect();
    // "Davis" is Thomas Davis where nobody else is called so.
    let long: Vec<String> = groups.keys().filter(|key| key.contains(' ') && kinds[*key].0 == Kind::Person).cloned().collect();
    for short in groups.keys().filter(|key| !key.contains([' ', '-'])).cloned().collect::<Vec<_>>() {
        let mut bearers = long.iter().filter(|name| name.rsplit(' ').next() == Some(&short) || name.split(' ').next() == Some(&short));
        if let (Some(bearer), None) = (bearers.next(), bearers.next())
            && country(&short).is_none()
            && let Some(alone) = groups.remove(&short)
        {
            groups.entry(bearer.clone()).or_default().extend(alone);
        }
    }
    let mut groups: Vec<(String, Vec<usize>)> = groups.into_iter().collect();
    groups.iter_mut().for_each(|(_, all)| all.sort_unstable());
    groups.sort_by_key(|(_, all)| (std::cmp::Reverse(all.len()), all[0]));
    groups.truncate(MAX_NAMES);
    groups.sort_by_key(|(_, all)| all[0]);
    let mut names = Names { names: Vec::new(), mentions: vec![Vec::new(); sentences] };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut aliases: HashSet<String> = groups.iter().map(|(key, _)| key.clone()).collect();
    for (key, all) in groups {
        let (kind, sure) = kinds.get(&key).copied().unwrap_or((Kind::Thing, false));
        for at in &all {
            names.mentions[found[*at].sentence].push(Mention { place: found[*at].place.clone(), name: names.names.len() });
        }
        names.names.push(name(&key, kind, sure, found, &all, &mut taken, &mut aliases));
    }
    names.mentions.iter_mut().for_each(|mentions| mentions.sort_by_key(|m| m.place.start));
    names
}

/// One name out of its mentions.
fn name(
    key: &str,
    kind: Kind,
    sure: bool,
    found: &[Found],
    all: &[usize],
    taken: &mut BTreeSet<String>,
    aliases: &mut HashSet<String>,
) -> Name {
    let forms: Vec<&Found> = all.iter().map(|at| &found[*at]).collect();
    let known = country(&forms[0].text);
    let longest = forms.iter().filter(|f| fold(&f.text) == *key).chain(&forms).next().map_or("", |f| f.text.as_str());
    let text = known.map_or(longest, |country| country.name);
    let with_article = forms.iter().filter(|f| fold(&f.text) == fold(text));
    let (the, bare) = with_article.fold((0, 0), |(the, bare), f| if f.article { (the + 1, bare) } else { (the, bare + 1) });
    let shown = if the > bare && kind != Kind::Person { format!("the {text}") } else { text.to_owned() };
    let mut own: Vec<String> = Vec::new();
    // Another name may be written the same way; then it is nobody's alias.
    let mut add = |form: &str, own: &mut Vec<String>| {
        if fold(form) != *key && aliases.insert(fold(form)) {
            own.push(form.to_owned());
        }
    };
    forms.iter().for_each(|f| add(&f.text, &mut own));
    let mut short = own.iter().find(|form| form.len() < text.len() && known.is_none()).cloned();
    if let Some(country) = known {
        country.others.iter().for_each(|other| add(other, &mut own));
        short = None;
    } else if kind == Kind::Person && short.is_none() {
        // Anyone who is named in full here is asked about by the family name.
        if let Some(last) = text.rsplit(' ').next().filter(|last| *last != text && last.len() > 2) {
            add(last, &mut own);
            short = own.iter().find(|form| form.as_str() == last).cloned();
        }
    }
    if shown != text && !own.contains(&text.to_owned()) {
        own.insert(0, text.to_owned());
    }
    own.retain(|form| Some(form) != short.as_ref());
    let short = match short {
        Some(short) if forms.iter().any(|f| f.text == short && f.article) && kind != Kind::Person => Some(format!("the {short}")),
        short => short,
    };
    if let Some(bare) = short.as_ref().and_then(|short| short.strip_prefix("the ")) {
        own.push(bare.to_owned());
    }
    let slug = slug(text);
    let slug = if slug.is_empty() { "name".to_owned() } else { slug };
    let id = std::iter::once(slug.clone()).chain((2..).map(|n| format!("{slug}-{n}"))).find(|id| !taken.contains(id)).unwrap_or(slug);
    taken.insert(id.clone());
    Name { id, name: shown, short, kind, sure, aliases: own }
}

/// What a name probably is, and whether that is sure.
fn kind(found: &[Found], all: &[usize]) -> (Kind, bool) {
    let forms: Vec<&Found> = all.iter().map(|at| &found[*at]).collect();
    let text = forms.iter().map(|f| f.text.as_str()).max_by_key(|text| text.len()).unwrap_or_default();
    if forms.iter().any(|f| country(&f.text).is_some()) {
        return (Kind::Country, true);
    }
    let words: Vec<String> = tokens(text).iter().map(|t| bare(t).to_owned()).collect();
    let edge = |list: &str| words.iter().any(|w| has(list, w));
    let given = (2..=4).contains(&words.len()) && words.first().is_some_and(|w| has(GIVEN, w)) && !words.iter().any(|w| w == "of");
    let last = words.last().map_or("", String::as_str);
    // "Ada Hall" is a person, "Ada Marsh Hall" a building.
    let built = words.len() > 2 && has(PLACES, last);
    if given && !built && ![EVENTS, ORGANISATIONS].iter().any(|list| has(list, last))
        || forms.iter().any(|f| f.titled) && !edge(ORGANISATIONS)
    {
        return (Kind::Person, true);
    }
    for (list, kind) in [(EVENTS, Kind::Event), (ORGANISATIONS, Kind::Organisation), (PLACES, Kind::Place), (THINGS, Kind::Thing)] {
        if edge(list) {
            return (kind, true);
        }
    }
    let named = |word: &String| !english().grade(word).is_some_and(|grade| grade.is_target());
    let article = forms.iter().filter(|f| f.article).count() * 2 > forms.len();
    if (2..=4).contains(&words.len()) && !article && words.last().is_some_and(named) && !forms.iter().all(|f| f.placed) {
        return (Kind::Person, words.first().is_some_and(named));
    }
    if words.len() == 1 && forms.iter().all(|f| f.text.chars().all(|c| c.is_uppercase() || c.is_ascii_digit())) {
        return (Kind::Organisation, false);
    }
    if words.len() == 1 && last.ends_with('s') && !last.ends_with("ss") && !forms.iter().any(|f| f.placed) && text.len() > 4 {
        return (Kind::Group, false);
    }
    match forms.iter().any(|f| f.placed) {
        true => (Kind::Place, false),
        // "John and Peter Hale".
        false if words.len() == 1 && has(GIVEN, last) => (Kind::Person, false),
        false => (Kind::Thing, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let sentences: Vec<&str> = crate::article::sentences(text).into_iter().map(|range| &text[range]).collect();
        let tell = |name: &Name| {
            let mut told = format!("{}{} {}", name.kind.as_str(), if name.sure { "" } else { "?" }, name.name);
            let others: Vec<&str> = name.short.iter().chain(&name.aliases).map(String::as_str).collect();
            if !others.is_empty() {
                told.push_str(&format!(" ({})", others.join(", ")));
            }
            told
        };
        names(&sentences).names.iter().map(tell).collect()
    }

    #[test]
    fn names_and_kinds() {
        let cases: &[(&str, &[&str])] = &[
            (
                "Ada Marlow has kept the Skerry Light since 1998. Marlow says so.",
                &["person Ada Marlow (Marlow)", "thing? the Skerry Light (Skerry Light)"],
            ),
            (
                "US President Barack Obama met Chancellor Merkel in May. Obama left.",
                &[
                    "country United States (US, USA, United States of America, America, American, Americans)",
                    "person Barack Obama (Obama)",
                    "person Merkel",
                ],
            ),
            (
                "Kenya set up the Ethics and Anti-Corruption Commission. The International Criminal Court (ICC) sits; the ICC waits.",
                &[
                    "country Kenya (Kenyan, Kenyans)",
                    "organisation the Ethics and Anti-Corruption Commission (Ethics and Anti-Corruption Commission)",
                    "organisation the International Criminal Court (the ICC, International Criminal Court, ICC)",
                ],
            ),
            ("He won the Boston Marathon in Boston. Later he ran.", &["event the Boston Marathon (Boston Marathon)", "place? Boston"]),
            ("It was built by John and Peter Hale in Arles.", &["person? John", "person Peter Hale (Hale)", "place? Arles"]),
            ("Vincent van Gogh lived in Arles.", &["person Vincent van Gogh (Gogh)", "place? Arles"]),
            ("The Bank of England said no. Meanwhile, nobody spoke.", &["organisation the Bank of England (Bank of England)"]),
            ("Then Anderson scored. Although it rained, they ran.", &["thing? Anderson"]),
            ("THE END", &[]),
            ("The Wojciech Bogusławski Theatre is old.", &["place the Wojciech Bogusławski Theatre (Wojciech Bogusławski Theatre)"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&told(text), expected, "{text}");
        }
    }
}
