//! Compares facts with the text of their source: nothing said beyond it, nothing of it left out.
//!
//! This goes by names and figures alone. A name is any alias of an entity, or another word with a capital
//! that does not merely begin a sentence; a figure is a number in digits or in words. Whether a statement is *true* to its
//! paragraphs remains for people to judge.

use crate::article::{self, Article};
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::english::{WordClass, english};
use factotum_core::hash::sha256_hex;
use factotum_core::knowledge::{EntityId, Fact, KnowledgeBase, Source, SourceId};
use factotum_core::text::{self, Token};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

/// The text of a source, as a file that findings can be quoted from.
///
/// Put it behind the knowledge files: places in it have their number as `file`. Bytes that are no text are replaced.
pub fn source_file(name: &str, bytes: &[u8]) -> SourceFile {
    let text = article::decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned());
    SourceFile { name: name.to_owned(), text }
}

/// The source that a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belongs {
    /// Its fingerprint says so.
    Signed(SourceId),
    /// It is the only source without a fingerprint.
    Unsigned(SourceId),
    /// It is the text of none.
    Nowhere,
}

/// Which source a text belongs to.
pub fn source_of(base: &KnowledgeBase, text: &[u8]) -> Belongs {
    let digest = sha256_hex(text);
    if let Some(id) = SourceId::all(base).find(|id| base[*id].sha256 == digest) {
        return Belongs::Signed(id);
    }
    let mut unsigned = SourceId::all(base).filter(|id| base[*id].sha256.is_empty());
    match (unsigned.next(), unsigned.next()) {
        (Some(id), None) => Belongs::Unsigned(id),
        _ => Belongs::Nowhere,
    }
}

/// The files with the fingerprint of a text in the source that it belongs to: the number of the file, and its new text. A source without a
/// fingerprint gets one, and the fingerprint of an only source is replaced. `None` where it is not clear which source is meant.
pub fn sign(files: &[SourceFile], text: &[u8]) -> Option<(usize, String)> {
    let base = factotum_core::pack::load(files).base?;
    let id = match source_of(&base, text) {
        Belongs::Signed(id) | Belongs::Unsigned(id) => id,
        Belongs::Nowhere if base.sources.len() == 1 => SourceId::new(0),
        Belongs::Nowhere => return None,
    };
    let (source, digest) = (&base[id], sha256_hex(text));
    let place = &source.place;
    let old = &files.get(place.file)?.text;
    let mut new = old.clone();
    if source.sha256.is_empty() {
        // Behind the header of the table.
        let at = place.end + old.get(place.end..)?.find('\n')? + 1;
        new.insert_str(at, &format!("sha256 = \"{digest}\"\n"));
    } else {
        let at = old.to_ascii_lowercase().find(&source.sha256)?;
        new.replace_range(at..at + source.sha256.len(), &digest);
    }
    // A table that is written in an unusual way is left to people.
    let mut changed = files.to_vec();
    changed[place.file].text.clone_from(&new);
    let signed = factotum_core::pack::load(&changed).base.is_some_and(|base| base[id].sha256 == digest);
    signed.then_some((place.file, new))
}

/// Compares the facts of one source with its text; all findings at once, in the order of their places.
///
/// The source is the one whose `sha256` is that of the text, or the only one without a `sha256`. Paragraphs are counted as
/// [`Article`] counts them. `source_name` is how messages call the text; what is found in it has the place that it has in [`source_file`].
pub fn check(base: &KnowledgeBase, files: &[SourceFile], source_name: &str, source_text: &[u8]) -> Vec<Diagnostic> {
    let digest = sha256_hex(source_text);
    let mut found = Vec::new();
    let id = match source_of(base, source_text) {
        Belongs::Signed(id) => id,
        Belongs::Unsigned(id) => {
            found.push(unsigned(&base[id], source_name, &digest));
            id
        }
        Belongs::Nowhere => return vec![mismatch(base, source_name, &digest)],
    };
    let source = &base[id];
    let article = Article::of(source_file(source_name, source_text).text);
    // The marks of footnotes are no figures.
    let text = article::without_notes(&article.text);
    let paragraphs = article.paragraphs.iter().map(|(&number, place)| (number, &text[place.clone()])).collect();
    let grounding = Grounding::new(base, id, &paragraphs);
    if !(1..=source.paragraphs).eq(paragraphs.keys().copied()) {
        let name = text::escape_control(source_name);
        let (had, numbers) = (paragraphs.len(), if article.numbered { "numbered paragraphs" } else { "paragraphs" });
        let message = format!("{name} has {had} {numbers}, `{}` says {}", source.id, source.paragraphs);
        let help = "say in `paragraphs` how many there are: each begins with [1], [2] and so on, or stands between blank lines";
        found.push(Diagnostic::new(Code::SourceMismatch, source.place.clone(), message, help));
    }
    found.extend(base.facts.iter().filter(|f| f.source == id).flat_map(|f| grounding.statement(f, files)));
    found.extend(article.paragraphs.iter().filter_map(|(&number, place)| grounding.paragraph(number, place.start, files.len())));
    found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    found
}

/// Nothing shows that the text is the right one.
fn unsigned(source: &Source, name: &str, digest: &str) -> Diagnostic {
    let message = format!("source `{}` has no fingerprint, so nothing shows that {} is its text", source.id, text::escape_control(name));
    let help = format!("if it is, `factotum check --source FILE --accept-source` adds `sha256 = \"{digest}\"`");
    Diagnostic::new(Code::UnsignedSource, source.place.clone(), message, help)
}

/// The text is none of the sources'.
fn mismatch(base: &KnowledgeBase, name: &str, digest: &str) -> Diagnostic {
    let name = text::escape_control(name);
    let signed = base.sources.iter().find(|s| !s.sha256.is_empty());
    let place = signed.or(base.sources.first()).map_or_else(|| Place::new(0, 0..0), |s| s.place.clone());
    match signed {
        Some(source) if base.sources.iter().all(|s| !s.sha256.is_empty()) => {
            let accept = if base.sources.len() == 1 { " (`--accept-source` writes it)" } else { "" };
            let help = format!(
                "use the text that the facts were taken from; or compare every fact with this one, then write `sha256 = \"{digest}\"`{accept}"
            );
            let message = format!("{name} is not the text of any source");
            let label = if base.sources.len() == 1 {
                "its SHA-256 is different".to_owned()
            } else {
                format!("`{}` has another SHA-256", source.id)
            };
            Diagnostic::new(Code::SourceMismatch, place, message, help).label(label)
        }
        _ => {
            let help = format!("if this is the text that a source's facts were taken from, add `sha256 = \"{digest}\"` to that source");
            let message = format!("{name} cannot be matched with a source, because several sources have no `sha256`");
            Diagnostic::new(Code::SourceMismatch, place, message, help)
        }
    }
}

/// A word of a text with all that is asked of it.
struct Word {
    token: Token,
    /// Folded, one spelling for variants, without a possessive.
    text: String,
    stem: String,
    /// A sentence or quotation begins with it.
    begins: bool,
    /// Nothing but white space stands before it.
    spaced: bool,
}

/// The words of a text; "1.5bn" is two.
fn words(text: &str) -> Vec<Word> {
    let mut behind = 0;
    let mut out = Vec::new();
    for mut token in text::tokens(text) {
        let gap = text.get(behind..token.start).unwrap_or_default();
        // "1922-26" ends in 1926.
        if matches!(gap, "-" | "–" | "/")
            && token.text.len() == 2
            && token.text.bytes().all(|b| b.is_ascii_digit())
            && let Some(century) = out.last().and_then(|before: &Word| century(&before.text, &token.text))
        {
            token.text.insert_str(0, &century);
        }
        let begins = behind == 0 || gap.contains(['.', '!', '?', '…', '\n', '"', '“', '„', '«', '‘', '(', '[']);
        let spaced = gap.trim().is_empty();
        behind = token.end;
        match unit_of(text, &token) {
            Some((figure, unit)) => out.extend([Word { spaced, ..word(figure, begins) }, word(unit, false)]),
            None => out.push(Word { spaced, ..word(token, begins) }),
        }
    }
    out
}

/// The first two digits of a year, where two more make a later one: "1999-03" goes on with a month.
fn century(year: &str, next: &str) -> Option<String> {
    let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) && year.starts_with(['1', '2']);
    (is_year && next > &year[2..]).then(|| year[..2].to_owned())
}

fn word(token: Token, begins: bool) -> Word {
    let bare = token.text.strip_suffix("'s").unwrap_or(&token.text).replace('\'', "");
    let word = english().word(&bare, 0);
    Word { text: word.text, stem: word.stem, begins, spaced: true, token }
}

/// A figure with its unit written right behind it, as two tokens. Decades and ordinals stay whole.
fn unit_of(text: &str, token: &Token) -> Option<(Token, Token)> {
    let at = token.text.find(|c: char| c.is_ascii_alphabetic())?;
    let (figure, unit) = token.text.split_at(at);
    if figure.is_empty() || matches!(unit, "s" | "st" | "nd" | "rd" | "th") || !figure.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let cut = token.start + text.get(token.start..token.end)?.find(char::is_alphabetic)?;
    let part = |text: &str, start, end| Token { text: text.to_owned(), start, end, ..token.clone() };
    Some((part(figure, token.start, cut), part(unit, cut, token.end)))
}

/// Something in a text that needs support.
enum Term {
    /// A name of one of these entities, over these words.
    Entity(Vec<EntityId>, Range<usize>),
    /// Another word that is written like a name.
    Name(usize),
    /// A figure in its possible forms, over these words.
    Number(Vec<String>, Range<usize>),
}

impl Term {
    fn range(&self) -> Range<usize> {
        match self {
            Term::Entity(_, range) | Term::Number(_, range) => range.clone(),
            Term::Name(at) => *at..at + 1,
        }
    }
}

/// A name or figure of a text without support.
pub(crate) struct Unsupported {
    /// Bytes of the text.
    pub(crate) place: Range<usize>,
    /// Whether it is a figure.
    pub(crate) figure: bool,
}

/// All that a text can support.
struct Ground {
    entities: HashSet<EntityId>,
    words: HashSet<String>,
    numbers: HashSet<String>,
}

/// An alias with its entity.
struct Alias {
    words: Vec<Word>,
    entity: EntityId,
}

impl Alias {
    /// Whether it stands at this place. What is written with a capital in the alias has one in the text too, and a short
    /// abbreviation is in capitals throughout: "us" is not the US.
    fn stands(&self, words: &[Word]) -> bool {
        let abbreviation = self.words.len() == 1 && self.words[0].text.len() <= 3;
        words.len() >= self.words.len()
            && self.words.iter().zip(words).all(|(a, w)| {
                a.text == w.text && w.token.capitalised >= a.token.capitalised && (!abbreviation || w.token.capitals >= a.token.capitals)
            })
    }
}

/// Names and figures of texts, held against other texts.
pub(crate) struct Grounding<'a> {
    base: &'a KnowledgeBase,
    source: SourceId,
    /// Aliases by their first word.
    aliases: HashMap<String, Vec<Alias>>,
    /// Words that are somewhere written with a capital within a sentence.
    names: HashSet<String>,
    /// Words that are somewhere written without a capital.
    small: HashSet<String>,
    /// Each paragraph with what it supports.
    paragraphs: BTreeMap<u32, (&'a str, Ground)>,
}

impl<'a> Grounding<'a> {
    /// With what a base and the paragraphs of a source write as names.
    pub(crate) fn new(base: &'a KnowledgeBase, source: SourceId, paragraphs: &BTreeMap<u32, &'a str>) -> Self {
        let mut aliases: HashMap<String, Vec<Alias>> = HashMap::new();
        for entity in EntityId::all(base) {
            for alias in &base[entity].aliases {
                let words = words(alias);
                if let Some(first) = words.first() {
                    aliases.entry(first.text.clone()).or_default().push(Alias { words, entity });
                }
            }
        }
        let mut grounding = Grounding { base, source, aliases, names: HashSet::new(), small: HashSet::new(), paragraphs: BTreeMap::new() };
        for text in paragraphs.values().copied().chain(base.facts.iter().map(|f| f.statement.as_str())) {
            for word in words(text) {
                if !word.token.capitalised {
                    grounding.small.insert(word.text);
                } else if !word.begins {
                    grounding.names.insert(word.text);
                }
            }
        }
        for (&number, &text) in paragraphs {
            let ground = grounding.ground(&words(text));
            grounding.paragraphs.insert(number, (text, ground));
        }
        grounding
    }

    /// All aliases that stand at one place.
    fn aliases_at<'w>(&'w self, words: &'w [Word], at: usize) -> impl Iterator<Item = &'w Alias> {
        self.aliases.get(&words[at].text).into_iter().flatten().filter(move |a| a.stands(&words[at..]))
    }

    fn ground(&self, words: &[Word]) -> Ground {
        let mut ground = Ground { entities: HashSet::new(), words: HashSet::new(), numbers: HashSet::new() };
        for (at, word) in words.iter().enumerate() {
            ground.entities.extend(self.aliases_at(words, at).map(|a| a.entity));
            ground.numbers.extend(number(words, at).into_iter().flat_map(|(forms, _)| forms));
            ground.words.extend([word.text.clone(), word.stem.clone()]);
        }
        ground
    }

    /// Whether a word that is no alias is written as a name is. Every first word of a sentence has a capital: there, a word
    /// counts as a name if other places write it with a capital only, or if nobody knows it as a word.
    fn is_name(&self, word: &Word) -> bool {
        if !word.token.capitalised || word.text == "i" {
            return false;
        }
        if !word.begins {
            return true;
        }
        let stranger = !english().knows(&word.text) && !english().knows(&word.stem);
        english().class(&word.text) == WordClass::Content
            && !self.small.contains(&word.text)
            && (stranger || self.names.contains(&word.text))
    }

    /// The names and figures of a text, longest aliases first from the left.
    fn terms(&self, words: &[Word]) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut behind = 0;
        let mut counted = 0;
        for (at, word) in words.iter().enumerate() {
            if at >= counted
                && word.text != "one"
                && let Some((forms, length)) = number(words, at)
            {
                counted = at + length;
                terms.push(Term::Number(forms, at..at + length));
            }
            if at < behind {
                continue;
            }
            let longest = self.aliases_at(words, at).map(|a| a.words.len()).max();
            if let Some(length) = longest {
                let meant = self.aliases_at(words, at).filter(|a| a.words.len() == length).map(|a| a.entity).collect();
                terms.push(Term::Entity(meant, at..at + length));
                behind = at + length;
            } else if at >= counted && self.is_name(word) {
                terms.push(Term::Name(at));
            }
        }
        terms
    }

    /// Whether a text has what a term says: the same entity, or the words that make a name of it. What is `declared` is
    /// supported elsewhere.
    fn supports(&self, ground: &Ground, words: &[Word], term: &Term, declared: &dyn Fn(&Word) -> bool) -> bool {
        let written = |at: usize| ground.words.contains(&words[at].text) || ground.words.contains(&words[at].stem);
        match term {
            Term::Number(forms, _) => forms.iter().any(|f| ground.numbers.contains(f)),
            Term::Name(at) => written(*at),
            Term::Entity(meant, range) => {
                let alone = |at: usize| self.aliases_at(words, at).any(|a| a.words.len() == 1 && ground.entities.contains(&a.entity));
                let content = |at: &usize| english().class(&words[*at].text) != WordClass::Function;
                // Of "the siege of Troy" only Troy is a name; of "the alliance" every word has to do.
                let named = range.clone().filter(content).any(|at| words[at].token.capitalised);
                let mut needed = range.clone().filter(content).filter(|at| !named || words[*at].token.capitalised);
                meant.iter().any(|e| ground.entities.contains(e)) || needed.all(|at| declared(&words[at]) || written(at) || alone(at))
            }
        }
    }

    /// The names and figures of a text that none of the others has.
    pub(crate) fn unsupported(&self, text: &str, others: &[&str]) -> Vec<Unsupported> {
        let words = words(text);
        let grounds: Vec<Ground> = others.iter().map(|other| self.ground(&self::words(other))).collect();
        let supported = |term: &Term| grounds.iter().any(|ground| self.supports(ground, &words, term, &|_| false));
        let place = |term: &Term| {
            let words = &words[term.range()];
            words.first().zip(words.last()).map_or(0..0, |(first, last)| first.token.start..last.token.end)
        };
        let terms = self.terms(&words).into_iter().filter(|term| !supported(term));
        terms.map(|term| Unsupported { place: place(&term), figure: matches!(term, Term::Number(..)) }).collect()
    }

    /// What a statement says that the paragraphs that it cites do not.
    fn statement(&self, fact: &Fact, files: &[SourceFile]) -> Vec<Diagnostic> {
        let words = words(&fact.statement);
        let cited: Vec<&Ground> = fact.paragraphs.iter().filter_map(|p| self.paragraphs.get(p)).map(|(_, ground)| ground).collect();
        let cites = match fact.paragraphs.as_slice() {
            [one] => format!("paragraph {one}"),
            many => format!("paragraphs {}", listed(&many.iter().map(u32::to_string).collect::<Vec<_>>())),
        };
        let derived: Vec<Range<usize>> =
            fact.derived.iter().flat_map(|d| fact.statement.match_indices(&d.text).map(|(at, text)| at..at + text.len())).collect();
        let declared = |word: &Word| derived.iter().any(|d| d.start <= word.token.start && word.token.end <= d.end);
        let place = fact.place.clone();
        let mut found = Vec::new();
        for term in self.terms(&words) {
            let term_words = &words[term.range()];
            if term_words.iter().all(declared) || cited.iter().any(|ground| self.supports(ground, &words, &term, &declared)) {
                continue;
            }
            let (Some(first), Some(last)) = (term_words.first(), term_words.last()) else { continue };
            let written = &fact.statement[first.token.start..last.token.end];
            let figure = matches!(term, Term::Number(..));
            let (code, what) = if figure { (Code::UngroundedNumber, "figure") } else { (Code::UngroundedName, "name") };
            let message = format!("fact `{}` has the {what} `{}`, which is not in {cites}", fact.id, text::escape_control(written));
            let help = "cite the paragraph that has it, correct the statement, or declare it in `derived` with what it follows from";
            found.push(Diagnostic::new(code, place.narrowed(files, written), message, help));
        }
        if let Some(speaker) = fact.speaker
            && !self.ground(&words).entities.contains(&speaker)
            && !cited.iter().any(|ground| ground.entities.contains(&speaker))
        {
            let name = &self.base[speaker].name;
            let message = format!("{name} speaks in fact `{}`, but is named neither in its statement nor in {cites}", fact.id);
            let help = "name the speaker in the statement, and cite the paragraph that does";
            found.push(Diagnostic::new(Code::UngroundedName, place, message, help));
        }
        found
    }

    /// What a paragraph says that no fact citing it does. It begins at a byte of a file.
    fn paragraph(&self, number: u32, start: usize, file: usize) -> Option<Diagnostic> {
        let (text, _) = self.paragraphs.get(&number)?;
        let words = words(text);
        let facts = self.base.facts.iter().filter(|f| f.source == self.source && f.paragraphs.contains(&number));
        let grounds: Vec<Ground> = facts.map(|f| self.ground(&self::words(&f.statement))).collect();
        if grounds.is_empty() {
            let help = "write a fact that says what it says, in your own words";
            let first_line = text.trim_start().lines().next().map_or(0, str::len);
            let from = start + (text.len() - text.trim_start().len());
            let place = Place::new(file, from..from + first_line);
            return Some(Diagnostic::new(Code::UncoveredParagraph, place, format!("no fact cites paragraph {number}"), help));
        }
        let mut missing: Vec<String> = Vec::new();
        let mut place = None;
        for term in self.terms(&words) {
            let (Some(first), Some(last)) = (words[term.range()].first(), words[term.range()].last()) else { continue };
            let written = format!("`{}`", text::escape_control(&text[first.token.start..last.token.end]));
            if !missing.contains(&written) && !grounds.iter().any(|ground| self.supports(ground, &words, &term, &|_| false)) {
                place.get_or_insert_with(|| Place::new(file, start + first.token.start..start + last.token.end));
                missing.push(written);
            }
        }
        let message = format!("paragraph {number} has {}, which no fact citing it has", listed(&missing));
        let help = "add it to a fact that cites the paragraph, or cite the paragraph in the fact that has it";
        Some(Diagnostic::new(Code::UncoveredParagraph, place?, message, help))
    }
}

/// "`a`, `b` and `c`".
fn listed(parts: &[String]) -> String {
    factotum_core::answering::relation::listed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Figures in words that questions have no need of, so that [`factotum_core::english`] does not list them. Those of scale stay words:
/// "1.5 billion" is checked as 1.5 and as billion.
const FIGURES: [(&str, &str); 21] = [
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("seventeen", "17"),
    ("eighteen", "18"),
    ("nineteen", "19"),
    ("forty", "40"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("million", "million"),
    ("billion", "billion"),
    ("trillion", "trillion"),
    ("millions", "million"),
    ("billions", "billion"),
    ("mn", "million"),
    ("bn", "billion"),
    ("tn", "trillion"),
    ("dozen", "12"),
];

/// The figure that stands at a place, in every form that it may have elsewhere, and how many words it takes.
fn number(words: &[Word], at: usize) -> Option<(Vec<String>, usize)> {
    let word = words.get(at)?;
    if word.text.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = word.text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let whole = |w: &Word| !w.text.is_empty() && w.text.bytes().all(|b| b.is_ascii_digit());
        // "2 400": digits in threes behind a single space.
        if let Some(next) = words.get(at + 1)
            && whole(word)
            && digits.len() <= 3
            && whole(next)
            && next.text.len() == 3
            && next.token.start <= word.token.end + 3
            && next.token.start > word.token.end
            && !word.token.comma
            && next.spaced
            && !next.begins
        {
            return Some((vec![format!("{digits}{}", next.text)], 2));
        }
        // A decade is not its first year.
        if word.text.ends_with('s') {
            return Some((vec![word.text.clone()], 1));
        }
        let plain = digits.trim_start_matches('0');
        let mut forms = vec![if plain.is_empty() || plain.starts_with('.') { format!("0{plain}") } else { plain.to_owned() }];
        if let Some((whole, part)) = digits.split_once('.') {
            // "1.50" is 1.5; "2.400" may be 2400, written the continental way.
            forms.push(format!("{whole}.{}", part.trim_end_matches('0')).trim_end_matches('.').to_owned());
            if digits.split('.').skip(1).all(|group| group.len() == 3) {
                forms.push(digits.replace('.', ""));
            }
        }
        return Some((forms, 1));
    }
    let in_words = |word: &Word| {
        let digits = FIGURES.iter().find(|(w, _)| *w == word.text).map_or_else(|| english().number(&word.text), |&(_, d)| d);
        (digits != word.text || FIGURES.iter().any(|(_, d)| *d == digits)).then(|| digits.to_owned())
    };
    let figure = in_words(word)?;
    // "twenty-three"
    if let Ok(tens) = figure.parse::<u32>()
        && (20..100).contains(&tens)
        && let Some(units) = words.get(at + 1).and_then(in_words).and_then(|u| u.parse::<u32>().ok())
        && (1..10).contains(&units)
    {
        return Some((vec![(tens + units).to_string()], 2));
    }
    Some((vec![figure], 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of a statement that cites paragraph 1, and of that paragraph.
    fn found(paragraph: &str, statement: &str, derived: &str) -> Vec<String> {
        let source = format!("[1]{paragraph}");
        let digest = sha256_hex(source.as_bytes());
        let text = format!(
            "format = 2\n[source.s]\ntitle = \"S\"\ndate = \"2024\"\nparagraphs = 1\nsha256 = \"{digest}\"\n\
             [entity.us]\nkind = \"country\"\nname = \"United States\"\naliases = \"US, Washington, American\"\n\
             [entity.war]\nkind = \"event\"\nname = \"the war in Ruritania\"\naliases = \"war in Ruritania, incursion\"\n\
             [entity.ruritania]\nkind = \"country\"\nname = \"Ruritania\"\naliases = \"Ruritanian\"\n\
             [[fact]]\nstatement = '''{statement}'''\nparagraphs = 1\n{derived}\n"
        );
        let files = [SourceFile { name: "pack.toml".to_owned(), text }];
        let loaded = factotum_core::pack::load(&files);
        let base = loaded.base.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let quoted = |message: &str| {
            message.split('`').skip(1).step_by(2).skip(usize::from(message.starts_with("fact"))).collect::<Vec<_>>().join(" ")
        };
        check(&base, &files, "s", source.as_bytes()).iter().map(|d| format!("{}: {}", d.code, quoted(&d.message))).collect()
    }

    #[test]
    fn names_and_figures_need_support() {
        let cases: &[(&str, &str, &str, &[&str])] = &[
            ("Four men left.", "4 men left.", "", &[]),
            ("It cost $1,5 billion.", "It cost 1.50bn dollars.", "", &[]),
            ("It cost 1.5 billion.", "It cost 1.5 million.", "", &["uncovered-paragraph: billion", "ungrounded-number: million"]),
            ("2,400 km away", "2 400 km, or 2.400km, away", "", &[]),
            ("in the 1990s", "in 1990", "", &["uncovered-paragraph: 1990s", "ungrounded-number: 1990"]),
            ("twenty-three days", "23 days", "", &[]),
            ("a score of 27/100", "27 of 100", "", &[]),
            ("It ran (1922–26).", "It ran from 1922 to 1926.", "", &[]),
            ("The Defense Minister spoke.", "The Defence Minister spoke.", "", &[]),
            ("The president spoke.", "Its President spoke.", "", &[]),
            ("American troops", "Troops of the US left us.", "", &[]),
            ("They told us.", "It told Washington.", "", &["ungrounded-name: Washington"]),
            ("He left in May.", "He left, in March.", "", &["uncovered-paragraph: May", "ungrounded-name: March"]),
            ("He left.", "Xqyzov left. Others left.", "", &["ungrounded-name: Xqyzov"]),
            ("War rages in Ruritania.", "The war in Ruritania rages.", "", &[]),
            ("The Ruritanian army", "The war in Ruritania", "", &[]),
            ("An army", "The war in Ruritania", "", &["ungrounded-name: The war in Ruritania"]),
            ("An army", "An incursion", "", &["ungrounded-name: incursion"]),
            ("It came last year.", "It came in 2023.", "derived = { \"2023\" = \"last year\" }", &[]),
        ];
        for (paragraph, statement, derived, expected) in cases {
            let mut found = found(paragraph, statement, derived);
            found.sort();
            assert_eq!(&found, expected, "{paragraph} | {statement}");
        }
    }
}
