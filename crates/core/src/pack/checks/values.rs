//! Values: dates, lengths, names of choices.

use super::super::written::{Owner, Row, Text, sound};
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::document::nearest;
use crate::knowledge::{AnswerType, EntityId, Find, UnanswerableReason, Value, is_date};
use crate::text::{escape_control, tokens};
use std::collections::BTreeSet;

/// Longest text in bytes that people are shown: it fits a Discord message with room to spare.
const MAX_TEXT: usize = 1_500;

fn at(file: usize, text: &Text) -> Place {
    Place::new(file, text.span())
}

/// Dates are as precise as they are known.
pub(super) fn dates_are_dates(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let in_file = |file: usize, dates: [&'_ Option<Text>; 2]| dates.map(|date| date.clone().map(|date| (file, date)));
    let sources = sound(&w.sources).flat_map(|(_, entry, source)| in_file(entry.place.file, [&source.date, &source.review_after]));
    let facts = sound(&w.facts).flat_map(|(_, entry, fact)| in_file(entry.place.file, [&fact.as_of, &fact.review_after]));
    let defaults = w.defaults.iter().enumerate().filter_map(|(file, defaults)| Some((file, defaults.as_ref()?)));
    let defaults = defaults.flat_map(|(file, defaults)| in_file(file, [&defaults.as_of, &defaults.review_after]));
    for (file, date) in sources.chain(defaults).chain(facts).flatten().filter(|(_, date)| !is_date(date.get_ref())) {
        let message = format!("`{}` is not a date", escape_control(date.get_ref()));
        findings.say(at(file, &date), message, "write 2022, 2022-04 or 2022-04-03; leave it out if it is not known");
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
    for (_, entry, translation) in sound(&w.translations) {
        let texts = [&translation.answer, &translation.statement, &translation.missing, &translation.reply];
        texts.into_iter().flatten().for_each(|text| fits(entry.place.file, text));
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

/// Values can only be looked up where every row has one, and put in order where they can be compared.
pub(super) fn rows_have_the_values_that_are_looked_up(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    for (owner, entry, question) in w.sound_questions() {
        let (Owner::Relation(relation), Some(lookup)) = (owner, &question.lookup) else { continue };
        let Some(find) = Find::parse(lookup.find.get_ref()) else { continue };
        let (file, called) = (w.relations[relation].place.file, format!("relation `{}`", escape_control(&w.relations[relation].id)));
        let rows = || w.rows[relation].iter().flatten();
        let columns: BTreeSet<&str> = rows().flat_map(|row| row.columns().map(|(column, _)| column)).filter(|c| !c.is_empty()).collect();
        if let Some(column) = lookup.column.as_ref().filter(|column| !columns.contains(column.get_ref().as_str())) {
            let help = match nearest(column.get_ref(), columns.iter().copied()) {
                Some(near) => format!("did you mean `{}`?", escape_control(near)),
                None => "write the values of the rows as `values = { <column> = \"...\" }`".to_owned(),
            };
            findings.say(at(entry.place.file, column), format!("{called} has no column `{}`", escape_control(column.get_ref())), help);
            continue;
        }
        let ordered = [Find::First, Find::Last, Find::Difference, Find::Order].contains(&find);
        if !(ordered || [Find::Value, Find::Subjects].contains(&find)) {
            if let Some(column) = lookup.column.as_ref().filter(|_| find != Find::Holds) {
                let message = format!("`{}` looks at no column", lookup.find.get_ref());
                findings.say(at(entry.place.file, column), message, "leave `column` out, or find something else");
            }
            continue;
        }
        let of = |row: &'_ Row| row.columns().find(|(column, _)| *column == lookup.column()).map(|(_, value)| value.clone());
        let without: Vec<&Text> = rows().filter(|row| of(row).is_none()).map(|row| &row.subject).collect();
        if let Some(first) = without.first() {
            let names: Vec<String> = without.iter().take(5).map(|subject| format!("`{}`", escape_control(subject.get_ref()))).collect();
            let more = if without.len() > names.len() { " and others" } else { "" };
            let what = if lookup.column.is_some() { format!("`{}`", escape_control(lookup.column())) } else { "a value".to_owned() };
            let message =
                format!("`{}` needs {what} in every row, and {called} has none for {}{more}", lookup.find.get_ref(), names.join(", "));
            let help = match columns.first().filter(|_| lookup.column.is_none()) {
                Some(column) => format!("write `column = \"{}\"` or another column, or add `value` to the rows", escape_control(column)),
                None => "add it to the rows, or find something else".to_owned(),
            };
            findings.also(at(entry.place.file, &lookup.find), at(file, first), "this row", message, help);
            continue;
        }
        // Only names that exist: what does not is reported where it stands.
        let value = |text: &Text| Value::parse(text.get_ref(), |id| context.ids.entities.get(id).copied().map(EntityId::new));
        let texts: Vec<Text> = rows().filter_map(of).collect();
        let kind = |value: &Value| std::mem::discriminant(value);
        let orderless = |text: &&Text| {
            let (first, this) = (value(&texts[0]), value(text));
            matches!(this, Value::Text(_) | Value::Entity(_))
                || kind(&first) != kind(&this)
                || (matches!(this, Value::Number(_)) && first.compare(&this).is_none())
        };
        if let Some(odd) = texts.iter().find(orderless).filter(|_| ordered) {
            let message = format!("`{}` compares values, and {called} has some that cannot be compared", lookup.find.get_ref());
            let help = "write all of them as dates, or all as numbers with one unit";
            findings.also(at(entry.place.file, &lookup.find), at(file, odd), "this value", message, help);
        }
    }
}

/// A relation's question has the texts that are shown for what it finds, and no others.
pub(super) fn texts_belong_to_what_is_found(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (_, entry, question) in context.written.sound_questions() {
        let Some(lookup) = &question.lookup else { continue };
        let Some(find) = Find::parse(lookup.find.get_ref()) else { continue };
        let texts = [("answer", &question.answer), ("if_yes", &lookup.if_yes), ("if_no", &lookup.if_no)];
        for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            let help = match (find, key) {
                (Find::Holds, "answer") => "write `if_yes` and `if_no`",
                (Find::Order | Find::Difference, "answer") => "leave it out: the answer is made of the two names and their values",
                (Find::Holds, _) | (_, "answer") => continue,
                _ => "write `answer`, or leave it out",
            };
            let message = format!("`{}` never shows `{key}`", lookup.find.get_ref());
            findings.say(at(entry.place.file, text), message, help);
        }
    }
}
