//! Translations: that their language is one, that they translate something, and that nothing is translated twice.

use super::super::ids::Original;
use super::super::slots;
use super::super::written::{Entry, Text, Translation, sound};
use super::names::key;
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::document::nearest;
use crate::text::{escape_control, fold};
use factotum_wording::Language;
use std::collections::{HashMap, hash_map};

/// The language of a file is one that the program knows, and another than that of the knowledge base.
pub(super) fn languages_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (file, language) in context.written.languages.iter().enumerate() {
        let Some(language) = language else { continue };
        let help = match Language::parse(language.get_ref()) {
            Some(Language::English) => {
                "a knowledge base is in English; leave `lang` out, or name the language that this file translates to".to_owned()
            }
            Some(_) => continue,
            None => format!("write one of {}", translated_to().join(", ")),
        };
        let message = format!("`{}` is no language that a knowledge base can be translated to", escape_control(language.get_ref()));
        findings.say(Place::new(file, language.span()), message, help);
    }
}

fn translated_to() -> Vec<&'static str> {
    Language::ALL.into_iter().filter(|language| *language != Language::English).map(Language::code).collect()
}

/// A translation translates a question that is on record.
pub(super) fn originals_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (_, entry, translation) in sound(&context.written.translations).filter(|(_, _, t)| context.ids.original(t.of.get_ref()).is_none()) {
        let written = translation.of.get_ref();
        let help = match nearest(&fold(written), context.ids.originals()) {
            Some(near) => format!("did you mean \"{}\"?", escape_control(near)),
            None => "copy the first line of the `ask` that it translates, or the question's id".to_owned(),
        };
        findings.say(entry.place.clone(), format!("nothing on record asks \"{}\"", escape_control(written)), help);
    }
}

/// A translation says what its kind of question needs, and no more.
pub(super) fn say_what_they_need(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    for (_, entry, translation) in sound(&w.translations) {
        let Some(original) = context.ids.original(translation.of.get_ref()) else { continue };
        let Translation { answer, statement, missing, reply, .. } = translation;
        let (what, needed, others): (_, &[_], &[_]) = match original {
            Original::Question(..) if context.ids.shown_fact(w, original).is_none() => (
                "a question that several rows answer",
                &[("answer", answer)],
                &[("statement", statement), ("missing", missing), ("reply", reply)],
            ),
            Original::Question(..) => {
                ("a question", &[("answer", answer), ("statement", statement)], &[("missing", missing), ("reply", reply)])
            }
            Original::Unanswerable(_) => {
                ("an unanswerable question", &[("missing", missing)], &[("answer", answer), ("statement", statement), ("reply", reply)])
            }
            Original::SmallTalk(_) => {
                ("small talk", &[("reply", reply)], &[("answer", answer), ("statement", statement), ("missing", missing)])
            }
        };
        if needed.iter().all(|(_, text)| text.is_none()) {
            let keys: Vec<String> = needed.iter().map(|(key, _)| format!("`{key}`")).collect();
            let message = format!("this translates {what}, and does not say what the reply is");
            findings.say(entry.place.clone(), message, format!("add {}", keys.join(" or ")));
        }
        for (key, text) in others.iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
            let keys: Vec<String> = needed.iter().map(|(key, _)| format!("`{key}`")).collect();
            let help = format!("{what} has {}", keys.join(" and "));
            findings.say(Place::new(entry.place.file, text.span()), format!("`{key}` does nothing here"), help);
        }
        let gap = match original {
            Original::Question(question, None) => w.questions[question].1.value.as_ref().and_then(|q| slots(q.ask.first()).next()),
            _ => None,
        };
        if let Some(gap) = gap {
            let message = format!("a question with a gap (`{{{}}}`) cannot be translated as it is", escape_control(gap));
            findings.say(entry.place.clone(), message, "put a name into the gap in `of`, and translate that question");
        }
    }
}

/// The language that an entry is in, as it is written.
fn language<'w, T>(context: &Context<'w>, entry: &Entry<T>) -> &'w str {
    context.written.languages.get(entry.place.file).and_then(Option::as_ref).map_or("", |language| language.get_ref())
}

/// In each language a question is translated once, and so is the statement of a fact.
pub(super) fn are_given_once(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut questions: HashMap<(&str, Original), Place> = HashMap::new();
    let mut statements: HashMap<(&str, usize), (&Text, Place)> = HashMap::new();
    for (_, entry, translation) in sound(&w.translations) {
        let Some(original) = context.ids.original(translation.of.get_ref()) else { continue };
        let language = language(context, entry);
        match questions.entry((language, original)) {
            hash_map::Entry::Occupied(first) => {
                findings.twice(
                    entry.place.clone(),
                    first.get().clone(),
                    "this question is translated twice",
                    "put both into one `[[translation]]`",
                );
            }
            hash_map::Entry::Vacant(free) => drop(free.insert(entry.place.clone())),
        }
        let (Some(statement), Some(fact)) = (&translation.statement, context.ids.shown_fact(w, original)) else { continue };
        let place = Place::new(entry.place.file, statement.span());
        match statements.entry((language, fact)) {
            hash_map::Entry::Occupied(first) if first.get().0.get_ref() != statement.get_ref() => {
                let help = "both questions show the same fact: leave one of the two statements out";
                findings.twice(place, first.get().1.clone(), "this fact's statement is translated in two ways", help);
            }
            hash_map::Entry::Occupied(_) => {}
            hash_map::Entry::Vacant(free) => drop(free.insert((statement, place))),
        }
    }
}

/// In each language no two translations claim one way of asking.
pub(super) fn paraphrases_stand_once(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut seen: HashMap<(&str, String), (usize, Place)> = HashMap::new();
    for (position, entry, translation) in sound(&w.translations) {
        for line in w.lines(entry.place.file, &translation.ask) {
            match seen.entry((language(context, entry), key(&line.text))) {
                hash_map::Entry::Occupied(first) if first.get().0 != position => {
                    let help = "keep it in the translation that it belongs to";
                    findings.twice(line.place, first.get().1.clone(), "two translations have this way of asking", help);
                }
                hash_map::Entry::Occupied(_) => {}
                hash_map::Entry::Vacant(free) => drop(free.insert((position, line.place))),
            }
        }
    }
}

/// Something is asked.
pub(super) fn ask_something(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    for (_, entry, translation) in sound(&w.translations).filter(|(_, entry, t)| w.lines(entry.place.file, &t.ask).is_empty()) {
        let place = translation.ask.place(entry.place.file);
        findings.say(place, "this translation asks nothing", "write at least one line, each a way of asking");
    }
}
