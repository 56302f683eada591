//! Questions made of a sentence, by plain grammar and only where the English is surely right.
//!
//! A sentence has to begin with a clause that is understood whole: a subject, a verb, and no joint in what follows ("and", "which", a comma in a
//! list). Then "Who opened the museum?", "When did Ada Marsh open the museum?" and "How many objects does the museum have?" follow by rule.
//! Most sentences are longer than that; of these only "What about ...?" is made, from names and from nouns with an article or a preposition.

use super::names::{Kind, Mention, Names, is_title};
use factotum_core::answering::relation::sentence as capitalised;
use factotum_core::english::{WordClass, english};
use factotum_core::text::{Token, tokens};
use std::collections::HashSet;
use std::ops::Range;

/// Longest question that is made, in bytes: longer ones are asked by nobody.
const MAX_QUESTION: usize = 110;
/// Longest subject, in words.
const MAX_SUBJECT: usize = 6;

/// Verbs that are turned round with their subject.
const AUXILIARIES: &str = "is was are were will can could would may might must should";
/// Words that join clauses or make lists: behind them a clause is no longer plain.
const JOINTS: &str = "and or but nor which who whose whom that while although though because when where if as after before since until unless than \
    so whereas whether not both either neither also then however";
const PREPOSITIONS: &str =
    "of in for on with by from against about under over between among into at through during within without across near behind";
/// What may follow a clause behind a comma without being part of it.
const TRAILERS: &str = "with while which who although but when where after before as despite including among because whose making leaving";
const MONTHS: &str = "january february march april may june july august september october november december";
const PRONOUNS: &str = "he she it they we i you this that these those there his her its their here one some many most several others both";
/// Words before a number that do not change it.
const ABOUT: &str = "just only about around nearly almost over roughly approximately some exactly";
/// Past tense, participle, and the verb itself.
const IRREGULAR: &str = "became/become/become began/begun/begin bore/born/bear broke/broken/break brought/brought/bring built/built/build \
    bought/bought/buy caught/caught/catch chose/chosen/choose came/come/come dealt/dealt/deal drew/drawn/draw drove/driven/drive \
    fell/fallen/fall fed/fed/feed felt/felt/feel fought/fought/fight found/found/find fled/fled/flee flew/flown/fly forgot/forgotten/forget \
    gave/given/give went/gone/go grew/grown/grow held/held/hold kept/kept/keep knew/known/know led/led/lead left/left/leave lent/lent/lend \
    lost/lost/lose made/made/make meant/meant/mean met/met/meet paid/paid/pay ran/run/run rose/risen/rise said/said/say saw/seen/see \
    sold/sold/sell sent/sent/send shot/shot/shoot sang/sung/sing sank/sunk/sink spoke/spoken/speak spent/spent/spend stood/stood/stand \
    struck/struck/strike swam/swum/swim took/taken/take taught/taught/teach told/told/tell thought/thought/think threw/thrown/throw \
    understood/understood/understand woke/woken/wake won/won/win wrote/written/write";

fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

/// Questions that one sentence answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// Ways of asking, the best first.
    pub(super) ask: Vec<String>,
    /// The direct answer; empty where the sentence itself is the answer.
    pub(super) answer: String,
}

/// Ways of asking that have been given out: no two facts may claim one.
#[derive(Debug, Default)]
pub(super) struct Claimed(HashSet<String>);

impl Claimed {
    fn claim(&mut self, question: &str) -> bool {
        let key: Vec<String> = tokens(question).into_iter().map(|t| t.text).collect();
        !question.contains(['{', '}', '\n', '\r']) && !key.is_empty() && question.len() <= MAX_QUESTION && self.0.insert(key.join(" "))
    }
}

/// The questions of a sentence, which has these names. At least one, whatever the sentence: `otherwise` where nothing else can be made.
pub(super) fn questions(text: &str, mentions: &[Mention], names: &Names, otherwise: &str, claimed: &mut Claimed) -> Vec<Made> {
    let sentence = Sentence { text, tokens: tokens(text), mentions, names };
    let mut out = Vec::new();
    for (ask, answer) in sentence.clause().into_iter().flat_map(|clause| clause.questions()) {
        let question = format!("{ask}?");
        if claimed.claim(&question) {
            out.push(Made { ask: vec![question], answer: format!("{}.", capitalised(answer.trim_end_matches(['.', ',']))) });
        }
    }
    // The plain form last: it asks for the statement as a whole.
    let topics = sentence.topics();
    let about = pairs(&topics).find(|about| claimed.claim(&format!("What about {about}?")));
    match about {
        Some(about) => out.push(Made { ask: vec![format!("What about {about}?")], answer: String::new() }),
        None if out.is_empty() => {
            claimed.claim(otherwise);
            out.push(Made { ask: vec![otherwise.to_owned()], answer: String::new() });
        }
        None => {}
    }
    out
}

/// Two topics together, then three, then one alone.
fn pairs(topics: &[String]) -> impl Iterator<Item = String> + '_ {
    let two = (0..topics.len()).flat_map(move |a| (a + 1..topics.len()).map(move |b| format!("{} and {}", topics[a], topics[b])));
    let three = topics.windows(3).map(|t| format!("{}, {} and {}", t[0], t[1], t[2]));
    two.take(20).chain(three).chain(topics.iter().cloned())
}

struct Sentence<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    mentions: &'a [Mention],
    names: &'a Names,
}

/// A clause that was understood whole.
struct Clause<'s, 'a> {
    sentence: &'s Sentence<'a>,
    subject: Range<usize>,
    verb: usize,
    /// What follows the verb.
    rest: Range<usize>,
    /// A date in front of the clause, or at its end; not part of `rest`.
    date: Option<Range<usize>>,
}

impl<'a> Sentence<'a> {
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |t| t.text.as_str())
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        match (self.tokens.get(range.start), range.end.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if !range.is_empty() => self.text.get(first.start..last.end).unwrap_or_default(),
            _ => "",
        }
    }

    /// What stands between a token and the next.
    fn gap(&self, at: usize) -> &str {
        let (Some(token), Some(next)) = (self.tokens.get(at), self.tokens.get(at + 1)) else { return "." };
        self.text.get(token.end..next.start).unwrap_or(".")
    }

    /// The mention that begins at a token, with the token behind it.
    fn mention(&self, at: usize) -> Option<(&Mention, usize)> {
        let start = self.tokens.get(at)?.start;
        let mention = self.mentions.iter().find(|m| m.place.start == start)?;
        let end = self.tokens.iter().position(|t| t.start >= mention.place.end).unwrap_or(self.tokens.len());
        Some((mention, end))
    }

    /// The name that a mention is of, as it is shown.
    fn named(&self, mention: &Mention) -> &'a str {
        // "the CPI" where the article never says "the Corruption Perception Index".
        let short = |name: &'a super::names::Name| {
            name.short.as_deref().filter(|short| short.starts_with("the ") && !name.name.starts_with("the "))
        };
        self.names.names.get(mention.name).map_or("", |name| short(name).unwrap_or(&name.name))
    }

    /// A date that begins at a token: "in 2012", "on 14 May 2015", "since July 2015".
    fn date(&self, at: usize) -> Option<Range<usize>> {
        if !matches!(self.word(at), "in" | "on" | "since") {
            return None;
        }
        let mut end = at + 1;
        let (mut year, mut month) = (false, false);
        while let Some(token) = self.tokens.get(end) {
            let number = token.text.parse::<u32>().ok().filter(|_| token.text.bytes().all(|b| b.is_ascii_digit()));
            let fits = match number {
                Some(n) if (1000..2200).contains(&n) && token.text.len() == 4 && !year => {
                    year = true;
                    true
                }
                Some(1..=31) if !year => true,
                None if has(MONTHS, &token.text) && token.capitalised && !month => {
                    month = true;
                    true
                }
                _ => false,
            };
            if !fits || end > at + 1 && !matches!(self.gap(end - 1), " " | ", ") {
                break;
            }
            end += 1;
        }
        // "in 2012 cases" counts cases; "in 2,012" is no year.
        let plural = self.tokens.get(end).is_some_and(|next| self.gap(end - 1) == " " && next.text.ends_with('s') && !next.capitalised);
        let grouped = self.slice(at..end).contains(',') && !month;
        (end > at + 1 && (year || month) && !plural && !grouped).then_some(at..end)
    }

    /// The clause that the sentence begins with.
    fn clause(&self) -> Option<Clause<'_, 'a>> {
        let leading = self.date(0);
        let mut start = leading.as_ref().map_or(0, |date| date.end);
        if leading.is_some() && !matches!(self.gap(start.checked_sub(1)?), " " | ", ") {
            return None;
        }
        // "Dr Ada Marsh": the name alone will do.
        while self.tokens.get(start).is_some_and(|t| t.capitalised && is_title(&t.text)) && self.mention(start).is_none() {
            start += 1;
        }
        let verb = (start + 1..self.tokens.len().min(start + MAX_SUBJECT + 1)).find(|at| self.is_verb(*at))?;
        let subject = start..verb;
        if !self.is_subject(&subject) {
            return None;
        }
        let end = self.clause_end(verb)?;
        let mut rest = verb + 1..end;
        let mut date = leading;
        // A date at the end of the clause belongs to the verb, unless a noun stands directly before it, which it may belong to: that is the
        // usual place all the same.
        if date.is_none()
            && let Some(found) = rest.clone().rev().find_map(|at| self.date(at)).filter(|found| found.end == end && found.start > verb)
        {
            rest.end = found.start;
            date = Some(found);
        }
        Some(Clause { sentence: self, subject, verb, rest, date })
    }

    /// Whether a token is a verb that a clause can be built on.
    fn is_verb(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let word = token.text.as_str();
        !token.capitalised
            && (has(AUXILIARIES, word) || matches!(word, "has" | "had") || past(word).is_some() && !self.is_participle_of_noun(at))
    }

    /// "the published findings": a participle before a noun.
    fn is_participle_of_noun(&self, at: usize) -> bool {
        at.checked_sub(1)
            .is_some_and(|before| matches!(self.word(before), "the" | "a" | "an" | "of" | "in" | "and" | "its" | "his" | "her" | "their"))
    }

    /// Whether words are one subject and nothing more: a name, or an article with a few plain words.
    fn is_subject(&self, range: &Range<usize>) -> bool {
        if range.is_empty() || range.clone().any(|at| at + 1 < range.end && !matches!(self.gap(at), " " | "-" | "’s " | "'s ")) {
            return false;
        }
        if !matches!(self.gap(range.end - 1), " ") {
            return false;
        }
        let first = self.word(range.start);
        if has(PRONOUNS, first) {
            return false;
        }
        let name = self.mention(range.start).is_some_and(|(_, end)| end == range.end);
        let article = matches!(first, "the" | "a" | "an");
        let plain = |at: usize| {
            let word = self.word(at);
            english().class(word) == WordClass::Content
                || word == "of"
                || at == range.start
                || matches!(word, "the" | "first" | "two" | "three")
        };
        name || (article && range.len() > 1 && range.clone().all(plain) && !range.clone().any(|at| has(JOINTS, self.word(at))))
    }

    /// Where the clause ends: at the end of the sentence, or at a comma behind which something follows that is no part of it. `None` where
    /// what follows the verb has a joint.
    fn clause_end(&self, verb: usize) -> Option<usize> {
        for at in verb + 1..self.tokens.len() {
            let token = &self.tokens[at];
            let inside_name = self.mentions.iter().any(|m| m.place.start < token.start && token.end <= m.place.end);
            if has(JOINTS, &token.text) && !inside_name && self.date(at).is_none()
                || token.bracketed
                || self.word(at).contains('\'') && !self.text[token.start..token.end].ends_with('s')
            {
                return None;
            }
            let gap = self.gap(at);
            if at + 1 == self.tokens.len() {
                let tail = self.text.get(token.end..).unwrap_or_default();
                return matches!(tail.trim(), "." | "" | "!").then_some(at + 1);
            }
            if gap == ", " {
                let next = self.word(at + 1);
                let month = self.date_around(at);
                if month {
                    continue;
                }
                return (has(TRAILERS, next) || next.ends_with("ing")).then_some(at + 1);
            }
            if !matches!(gap, " " | "-" | "'" | "’" | " $" | " €" | " £" | "\u{a0}") {
                return None;
            }
        }
        None
    }

    /// Whether the comma behind a token stands within a date ("May 14, 2015").
    fn date_around(&self, at: usize) -> bool {
        let year = self.word(at + 1).len() == 4 && self.word(at + 1).bytes().all(|b| b.is_ascii_digit());
        year && self.word(at).bytes().all(|b| b.is_ascii_digit()) && has(MONTHS, self.word(at.saturating_sub(1)))
    }

    /// What the sentence speaks of, names first: each stands well behind "what about".
    fn topics(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let add = |topic: &str, out: &mut Vec<String>| {
            let inside = |a: &str, b: &str| a.to_lowercase().contains(&b.to_lowercase());
            if !topic.is_empty()
                && !topic.contains(['{', '}', '"'])
                && !out.iter().any(|other| inside(other, topic) || inside(topic, other))
            {
                out.push(topic.to_owned());
            }
        };
        for mention in self.mentions {
            add(self.named(mention), &mut out);
        }
        let names = out.len();
        for at in 0..self.tokens.len() {
            if let Some(noun) = self.noun(at) {
                add(&noun, &mut out);
            }
        }
        // A name and a noun tell a sentence better from its neighbours than two names do.
        if names >= 1 && out.len() > names {
            let noun = out.remove(names);
            out.insert(1, noun);
        }
        out
    }

    /// The noun behind an article or a preposition at a token, where it is plain where it ends.
    fn noun(&self, at: usize) -> Option<String> {
        let opener = self.word(at);
        let article = matches!(opener, "the" | "a" | "an");
        if !article && !has(PREPOSITIONS, opener) || self.gap(at) != " " {
            return None;
        }
        let mut end = at + 1;
        while let Some(token) = self.tokens.get(end) {
            let plain = !token.capitalised
                && token.text.chars().all(char::is_alphabetic)
                && english().class(&token.text) == WordClass::Content
                && !token.text.ends_with("ly")
                && english().number(&token.text) == token.text;
            let verb = end > at + 1 && past(&token.text).is_some();
            if !plain || verb || end - at > 3 || end > at + 1 && !matches!(self.gap(end - 1), " " | "-") {
                break;
            }
            end += 1;
        }
        let words = at + 1..end;
        let last = words.clone().last()?;
        let follows = self.tokens.get(end).filter(|_| self.gap(last) == " ").map(|t| t.text.as_str());
        let ends = follows.is_none_or(|next| {
            has(PREPOSITIONS, next) || has(AUXILIARIES, next) || matches!(next, "and" | "has" | "had" | "have") || past(next).is_some()
        });
        let verbal = self.word(words.start).ends_with("ing") || self.word(last).ends_with("ing") || self.word(last).ends_with("ed");
        // "for instance", "out of regulation": alone and without an article only a plural is plain.
        let little = words.len() == 1 && (self.word(last).len() < 4 || !article && !self.word(last).ends_with('s'));
        if !ends || verbal || little {
            return None;
        }
        let text = self.slice(words);
        Some(if article { format!("{opener} {text}") } else { text.to_owned() })
    }
}

impl Clause<'_, '_> {
    /// Questions with their answers.
    fn questions(&self) -> Vec<(String, String)> {
        [self.who(), self.when(), self.how_many()]
            .into_iter()
            .flatten()
            .filter(|(ask, answer)| !answer.is_empty() && !ask.contains("  "))
            .collect()
    }

    /// The subject as it stands within a sentence.
    fn subject(&self) -> String {
        let text = self.sentence.slice(self.subject.clone());
        if self.sentence.mention(self.subject.start).is_some() {
            return text.to_owned();
        }
        let mut chars = text.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    }

    /// "Who opened the museum?"
    fn who(&self) -> Option<(String, String)> {
        let (mention, end) = self.sentence.mention(self.subject.start)?;
        let verb = self.sentence.word(self.verb);
        if end != self.subject.end || self.rest.is_empty() || matches!(verb, "are" | "were") {
            return None;
        }
        let name = self.sentence.names.names.get(mention.name)?;
        let who = match (name.kind, name.sure) {
            (Kind::Person, true) => "Who",
            (Kind::Country, true) => "Which country",
            (Kind::Organisation, true) => "Which organisation",
            (_, true) => "What",
            (_, false) => "Who or what",
        };
        let date = self
            .date
            .as_ref()
            .filter(|date| date.start > self.verb)
            .map_or_else(String::new, |d| format!(" {}", self.sentence.slice(d.clone())));
        Some((
            format!("{who} {} {}{date}", self.sentence.slice(self.verb..self.verb + 1), self.sentence.slice(self.rest.clone())),
            name.name.clone(),
        ))
    }

    /// The clause turned round, behind a question word: "did Ada Marsh open", with what follows.
    fn turned(&self, rest: &str) -> Option<String> {
        let (subject, word) = (self.subject(), self.sentence.word(self.verb));
        let text = match word {
            _ if has(AUXILIARIES, word) => format!("{word} {subject} {rest}"),
            "has" | "had" => {
                let next = self.sentence.word(self.rest.start);
                let helps = participle(next) || next == "been";
                if helps {
                    format!("{word} {subject} {rest}")
                } else {
                    format!("{} {subject} have {rest}", if word == "has" { "does" } else { "did" })
                }
            }
            _ => format!("did {subject} {} {rest}", past(word)?),
        };
        Some(text.trim().to_owned())
    }

    /// "When did Ada Marsh open the museum?"
    fn when(&self) -> Option<(String, String)> {
        let date = self.sentence.slice(self.date.clone()?);
        let turned = self.turned(self.sentence.slice(self.rest.clone()))?;
        let when = if date.to_lowercase().starts_with("since") { "Since when" } else { "When" };
        Some((format!("{when} {turned}"), date.to_owned()))
    }

    /// "How many objects does the museum have?"
    fn how_many(&self) -> Option<(String, String)> {
        let sentence = self.sentence;
        let mut at = self.rest.start;
        while has(ABOUT, sentence.word(at)) {
            at += 1;
        }
        let word = sentence.word(at);
        let number = english().number(word);
        let figure = number.bytes().all(|b| b.is_ascii_digit()) && !number.is_empty() && number != "1";
        let year = word.len() == 4 && word.starts_with(['1', '2']) && !sentence.slice(at..at + 1).contains(',');
        if !figure || year || !matches!(sentence.gap(at), " ") || matches!(sentence.word(self.verb), "is" | "was" | "are" | "were") {
            return None;
        }
        let mut end = at + 1;
        while end < self.rest.end
            && english().class(sentence.word(end)) == WordClass::Content
            && !sentence.tokens[end].capitalised
            && end - at <= 3
        {
            end += 1;
            if sentence.word(end - 1).ends_with('s') {
                break;
            }
        }
        let noun = end.checked_sub(1).filter(|last| *last > at).map(|last| sentence.word(last))?;
        let units =
            "years months weeks days hours minutes seconds percent metres meters miles kilometres kilometers dollars euros pounds times";
        let plural = noun.ends_with('s') && !noun.ends_with("ss") || matches!(noun, "people" | "men" | "women" | "children");
        let follows = sentence.word(end);
        let ends = end == self.rest.end || has(PREPOSITIONS, follows);
        if !plural || has(units, noun) || !ends {
            return None;
        }
        let nouns = sentence.slice(at + 1..end);
        let behind = sentence.slice(end..self.rest.end);
        let date = self
            .date
            .as_ref()
            .filter(|date| date.start > self.verb)
            .map_or_else(String::new, |d| format!(" {}", sentence.slice(d.clone())));
        let verb = sentence.word(self.verb);
        // Behind "has" stands no participle here but a number, so it is the verb itself.
        let turned = match verb {
            "has" => format!("does {} have {behind}{date}", self.subject()),
            "had" => format!("did {} have {behind}{date}", self.subject()),
            _ if has(AUXILIARIES, verb) => return None,
            _ => format!("did {} {} {behind}{date}", self.subject(), past(verb)?),
        };
        let turned = turned.split_whitespace().collect::<Vec<_>>().join(" ");
        Some((format!("How many {nouns} {turned}"), format!("{} {nouns}", sentence.slice(at..at + 1))))
    }
}

/// Whether a word is a past participle.
fn participle(word: &str) -> bool {
    IRREGULAR.split_whitespace().any(|forms| forms.split('/').nth(1) == Some(word)) || regular(word).is_some()
}

/// The verb that a word is the past tense of.
fn past(word: &str) -> Option<String> {
    let irregular = IRREGULAR.split_whitespace().find_map(|forms| {
        let mut forms = forms.split('/');
        (forms.next() == Some(word)).then(|| forms.nth(1)).flatten()
    });
    irregular.map(str::to_owned).or_else(|| regular(word))
}

/// The verb that a word in "-ed" comes from, where the dictionary leaves no choice.
fn regular(word: &str) -> Option<String> {
    let root = word.strip_suffix("ed").filter(|root| root.len() >= 2 && !root.ends_with('e'))?;
    let known = |word: &str| english().grade(word).is_some_and(|grade| grade.is_target());
    if let Some(stem) = root.strip_suffix('i') {
        return Some(format!("{stem}y")).filter(|verb| known(verb));
    }
    let last = root.chars().last()?;
    let doubled = root.len() > 3 && root.chars().rev().nth(1) == Some(last) && !matches!(last, 's' | 'l' | 'f' | 'z');
    if doubled {
        return Some(root[..root.len() - last.len_utf8()].to_owned()).filter(|verb| known(verb));
    }
    let silent = format!("{root}e");
    match (known(root), known(&silent)) {
        (true, false) => Some(root.to_owned()),
        (false, true) => Some(silent),
        // "rated" is of "rate", "visited" of "visit": a short vowel before one consonant would have doubled it.
        (true, true) => {
            let vowels = root.chars().filter(|c| "aeiouy".contains(*c)).count();
            let double = root.chars().rev().nth(1) == Some(last);
            Some(if double {
                root.to_owned()
            } else if vowels == 1 && !root.ends_with(['w', 'x', 'y']) && ends_in_vowel_and_consonant(root) {
                silent
            } else {
                return None;
            })
        }
        (false, false) => None,
    }
}

fn ends_in_vowel_and_consonant(root: &str) -> bool {
    let mut last = root.chars().rev();
    last.next().is_some_and(|c| !"aeiou".contains(c)) && last.next().is_some_and(|c| "aeiou".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaffold::names::names;

    fn made(text: &str) -> Vec<String> {
        let names = names(&[text]);
        let made = questions(text, &names.mentions[0], &names, "What does sentence 1 of paragraph 1 say?", &mut Claimed::default());
        made.into_iter().map(|m| if m.answer.is_empty() { m.ask.join(" ") } else { format!("{} {}", m.ask.join(" "), m.answer) }).collect()
    }

    #[test]
    fn questions_are_right_english() {
        let cases: &[(&str, &[&str])] = &[
            (
                "Dr Ada Marsh opened the Harbour Museum in 1987.",
                &[
                    "Who opened the Harbour Museum in 1987? Ada Marsh.",
                    "When did Ada Marsh open the Harbour Museum? In 1987.",
                    "What about Ada Marsh and the Harbour Museum?",
                ],
            ),
            (
                "The museum has 2,400 objects in its cellar.",
                &["How many objects does the museum have in its cellar? 2,400 objects.", "What about the museum?"],
            ),
            (
                "In 2012, the nation placed 139th out of 176 countries, with a score of 27.",
                &["When did the nation place 139th out of 176 countries? In 2012.", "What about the nation and a score?"],
            ),
            ("The bridge was rebuilt in May 1951.", &["When was the bridge rebuilt? In May 1951.", "What about the bridge?"]),
            (
                "Ada Marlow has kept the light since 1998.",
                &[
                    "Who has kept the light since 1998? Ada Marlow.",
                    "Since when has Ada Marlow kept the light? Since 1998.",
                    "What about Ada Marlow?",
                ],
            ),
            // Joints, lists, pronouns: nothing that could come out wrong.
            ("He won and left in 1990.", &["What does sentence 1 of paragraph 1 say?"]),
            (
                "Kenya is active in several sports, among them cricket.",
                &["Which country is active in several sports? Kenya.", "What about Kenya?"],
            ),
            ("The tower has bells, clocks and a lamp.", &["What about the tower and a lamp?"]),
            ("!", &["What does sentence 1 of paragraph 1 say?"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&made(text), expected, "{text}");
        }
    }

    #[test]
    fn verbs_of_their_past_tense() {
        let cases = [
            ("opened", Some("open")),
            ("placed", Some("place")),
            ("stopped", Some("stop")),
            ("carried", Some("carry")),
            ("visited", Some("visit")),
            ("became", Some("become")),
            ("passed", Some("pass")),
            ("indeed", None),
            ("museum", None),
        ];
        for (word, verb) in cases {
            assert_eq!(past(word).as_deref(), verb, "{word}");
        }
    }
}
