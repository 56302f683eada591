//! Values: dates, lengths, names of choices.

use super::super::written::{Text, sound};
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::document::nearest;
use crate::knowledge::{AnswerType, Find, UnanswerableReason};
use crate::text::{escape_control, tokens};

/// Longest text in bytes that people are shown: it fits a Discord message with room to spare.
const MAX_TEXT: usize = 1_500;

fn at(file: usize, text: &Text) -> Place {
    Place::new(file, text.span())
}

/// Dates are as precise as they are known.
pub(super) fn dates_are_dates(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let sources = sound(&w.sources).filter_map(|(_, entry, source)| Some((entry.place.file, source.date.as_ref()?)));
    let facts = sound(&w.facts).filter_map(|(_, entry, fact)| Some((entry.place.file, fact.as_of.as_ref()?)));
    let defaults = w.defaults.iter().enumerate().filter_map(|(file, defaults)| Some((file, defaults.as_ref()?.as_of.as_ref()?)));
    for (file, date) in sources.chain(defaults).chain(facts).filter(|(_, date)| !is_date(date.get_ref())) {
        let message = format!("`{}` is not a date", escape_control(date.get_ref()));
        findings.say(at(file, date), message, "write 2022, 2022-04 or 2022-04-03; leave it out if it is not known");
    }
}

/// `2022`, `2022-04` or `2022-04-03`.
fn is_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let number = |p: &str, digits: usize| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit());
    let between = |p: &str, low: u32, high: u32| p.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n));
    match parts.as_slice() {
        [y] => number(y, 4),
        [y, m] => number(y, 4) && number(m, 2) && between(m, 1, 12),
        [y, m, d] => number(y, 4) && number(m, 2) && between(m, 1, 12) && number(d, 2) && between(d, 1, 31),
        _ => false,
    }
}

/// A source has something to cite.
pub(super) fn sources_have_paragraphs(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (_, entry, source) in sound(&context.written.sources).filter(|(_, _, source)| *source.paragraphs.get_ref() == 0) {
        let place = Place::new(entry.place.file, source.paragraphs.span());
        findings.say(place, "this source has no paragraph", "write how many paragraphs or rows it has");
    }
}

/// A fingerprint is one.
pub(super) fn fingerprints_are_sha256(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (_, entry, source) in sound(&context.written.sources) {
        let Some(sha256) = &source.sha256 else { continue };
        let text = sha256.get_ref();
        if !text.is_empty() && (text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit())) {
            let help = "write the 64 hexadecimal digits that `sha256sum FILE` prints, or leave it out";
            findings.say(at(entry.place.file, sha256), "this is not a SHA-256", help);
        }
    }
}

/// What people are shown is neither empty nor too long for a message.
pub(super) fn texts_fit_a_message(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut fits = |file: usize, text: &Text| {
        if text.get_ref().trim().is_empty() {
            findings.say(at(file, text), "this text is empty", "write something, or leave the key out if it is not required");
        } else if text.get_ref().len() > MAX_TEXT {
            let message = format!("this text has {} bytes, too many for a message", text.get_ref().len());
            findings.say(at(file, text), message, format!("shorten it to {MAX_TEXT}"));
        }
    };
    for (_, entry, entity) in sound(&w.entities) {
        [Some(&entity.name), entity.short.as_ref()].into_iter().flatten().for_each(|text| fits(entry.place.file, text));
    }
    for (_, entry, fact) in sound(&w.facts) {
        fits(entry.place.file, &fact.statement);
    }
    for (_, entry, question) in w.sound_questions() {
        let lookup = question.lookup.as_ref();
        let texts = [&question.answer].into_iter().chain(lookup.into_iter().flat_map(|l| [&l.if_yes, &l.if_no, &l.if_unknown]));
        texts.flatten().for_each(|text| fits(entry.place.file, text));
    }
    for (_, entry, unanswerable) in w.sound_unanswerables() {
        fits(entry.place.file, &unanswerable.missing);
    }
    for (_, entry, talk) in sound(&w.small_talk) {
        fits(entry.place.file, &talk.reply);
    }
}

/// A name without a word in it can never be recognised.
pub(super) fn names_have_words(context: &Context<'_>, findings: &mut Findings<'_>) {
    for name in super::names::all(context).into_iter().filter(|name| !name.text.is_empty() && tokens(&name.text).is_empty()) {
        findings.say(name.place, "this name has no word in it", "write it in letters, or remove it");
    }
}

/// What is derived is part of a statement, and follows from something.
pub(super) fn derived_words_are_in_the_statement(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut check = |file: usize, words: &Text, from: &Text, statements: &[&str], whose: &str| {
        if words.get_ref().trim().is_empty() || from.get_ref().trim().is_empty() {
            let help = "write both, as in `derived = { \"2022\" = \"the year of the article\" }`";
            findings.say(at(file, words), "the derived words, or what they follow from, are left empty", help);
        } else if !statements.iter().any(|statement| statement.contains(words.get_ref().as_str())) {
            let message = format!("{whose} has the words `{}`", escape_control(words.get_ref()));
            findings.say(at(file, words), message, "copy them from the statement letter for letter");
        }
    };
    for (_, entry, fact) in sound(&w.facts) {
        for (words, from) in &fact.derived {
            check(entry.place.file, words, from, &[fact.statement.get_ref()], "the statement nowhere");
        }
    }
    for (file, defaults) in w.defaults.iter().enumerate() {
        let Some(defaults) = defaults.as_ref().filter(|defaults| !defaults.derived.is_empty()) else { continue };
        // A fact that could not be read may have them.
        if w.facts.iter().any(|entry| entry.place.file == file && entry.value.is_none()) {
            continue;
        }
        let own = sound(&w.facts).filter(|(_, entry, _)| entry.place.file == file);
        let statements: Vec<&str> = own.map(|(_, _, fact)| fact.statement.get_ref().as_str()).collect();
        for (words, from) in &defaults.derived {
            check(file, words, from, &statements, "no statement in this file");
        }
    }
}

/// Reports a word that is none of those that can stand here.
fn choice(file: usize, word: &Text, what: &str, choices: &[&str], findings: &mut Findings<'_>) {
    let written = word.get_ref().as_str();
    if choices.contains(&written) {
        return;
    }
    let help = match nearest(written, choices.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}", choices.join(", ")),
    };
    findings.say(at(file, word), format!("there is no {what} `{}`", escape_control(written)), help);
}

/// An answer type is one of those that questions can ask for.
pub(super) fn answer_types_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    let types: Vec<&str> = AnswerType::ALL.iter().map(|(name, _)| *name).collect();
    for (_, entry, question) in context.written.sound_questions() {
        if let Some(answer_type) = &question.answer_type {
            choice(entry.place.file, answer_type, "answer type", &types, findings);
        }
    }
}

/// A reason is one of those for which questions are declined.
pub(super) fn reasons_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    let reasons: Vec<&str> = UnanswerableReason::ALL.iter().map(|(name, _)| *name).collect();
    for (_, entry, unanswerable) in context.written.sound_unanswerables() {
        if let Some(reason) = &unanswerable.reason {
            choice(entry.place.file, reason, "reason", &reasons, findings);
        }
    }
}

/// What a question looks up in a relation is something that relations have.
pub(super) fn lookups_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    let finds: Vec<&str> = Find::ALL.iter().map(|(name, _)| *name).collect();
    for (_, entry, question) in context.written.sound_questions() {
        if let Some(lookup) = &question.lookup {
            choice(entry.place.file, &lookup.find, "`find`", &finds, findings);
        }
    }
}

/// Values can only be looked up and compared where every row has one.
pub(super) fn rows_have_the_values_that_are_looked_up(context: &Context<'_>, findings: &mut Findings<'_>) {
    use super::super::written::Owner;
    let w = context.written;
    for (owner, entry, question) in w.sound_questions() {
        let (Owner::Relation(relation), Some(lookup)) = (owner, &question.lookup) else { continue };
        let needs = [Find::Value, Find::First, Find::Last, Find::Difference, Find::Order];
        if !Find::parse(lookup.find.get_ref()).is_some_and(|find| needs.contains(&find)) {
            continue;
        }
        let without: Vec<&Text> = w.rows[relation].iter().flatten().filter(|row| row.value.is_none()).map(|row| &row.subject).collect();
        let Some(first) = without.first() else { continue };
        let names: Vec<String> = without.iter().take(5).map(|subject| format!("`{}`", escape_control(subject.get_ref()))).collect();
        let more = if without.len() > names.len() { " and others" } else { "" };
        let relation = &w.relations[relation];
        let message = format!(
            "`{}` needs a value in every row, and relation `{}` has none for {}{more}",
            lookup.find.get_ref(),
            escape_control(&relation.id),
            names.join(", ")
        );
        let place = at(entry.place.file, &lookup.find);
        findings.also(place, at(relation.place.file, first), "this row", message, "add `value` to the rows, or find something else");
    }
}
