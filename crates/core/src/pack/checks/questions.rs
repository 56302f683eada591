//! Questions: that they ask something, that nothing else claims their paraphrases, and that facts have some.

use super::super::list::Item;
use super::super::slots;
use super::super::written::{Owner, sound};
use super::names::key;
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::document::nearest;
use crate::question::MAX_BYTES;
use crate::text::{escape_control, tokens};
use std::collections::{HashMap, hash_map};

/// Everything that is asked: the lines of one `ask`.
struct Asked {
    place: Place,
    what: String,
    lines: Vec<Item>,
    /// Beside a relation: the kind of entity that fills its gaps.
    fills: Option<String>,
    /// Whether values fill gaps as well.
    valued: bool,
}

/// What is asked by questions, unanswerable questions and small talk.
fn asked(context: &Context<'_>) -> Vec<Asked> {
    let w = context.written;
    let filling = |owner: Option<Owner>| match owner {
        Some(Owner::Relation(relation)) => {
            Some(w.relations[relation].value.as_ref().map_or_else(String::new, |r| r.subject.get_ref().clone()))
        }
        Some(Owner::Fact(_)) | None => None,
    };
    let questions = w.sound_questions().map(|(owner, entry, question)| Asked {
        place: question.ask.place(entry.place.file),
        what: entry.called("question"),
        lines: w.lines(entry.place.file, &question.ask),
        fills: filling(Some(owner)),
        valued: question.lookup.as_ref().is_some_and(|lookup| lookup.find.get_ref() == "subjects"),
    });
    let unanswerables = w.sound_unanswerables().map(|(owner, entry, value)| Asked {
        place: value.ask.place(entry.place.file),
        what: "this unanswerable question".to_owned(),
        lines: w.lines(entry.place.file, &value.ask),
        fills: filling(owner),
        valued: false,
    });
    let small_talk = sound(&w.small_talk).map(|(_, entry, value)| Asked {
        place: value.ask.place(entry.place.file),
        what: "this small talk".to_owned(),
        lines: w.lines(entry.place.file, &value.ask),
        fills: None,
        valued: false,
    });
    questions.chain(unanswerables).chain(small_talk).collect()
}

/// There is something to ask.
pub(super) fn every_ask_has_a_line(context: &Context<'_>, findings: &mut Findings<'_>) {
    for asked in asked(context).into_iter().filter(|asked| asked.lines.is_empty()) {
        findings.say(asked.place, format!("{} asks nothing", asked.what), "write at least one line, each a way of asking");
    }
}

/// A relation has something to look up.
pub(super) fn relations_have_rows(context: &Context<'_>, findings: &mut Findings<'_>) {
    for (_, entry, _) in sound(&context.written.relations).filter(|(position, _, _)| context.written.rows[*position].is_empty()) {
        let message = format!("relation `{}` has no rows", escape_control(&entry.id));
        findings.say(entry.place.clone(), message, "add `rows = [{ subject = \"...\", fact = \"...\" }]`");
    }
}

/// Gaps are where something fills them, and there are entities of the kind.
pub(super) fn slots_are_filled(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let kinds: Vec<&str> =
        sound(&w.entities).map(|(_, _, e)| e.kind.get_ref().as_str()).chain(w.names.iter().map(|names| names.id.as_str())).collect();
    for (_, entry, relation) in sound(&w.relations) {
        let kind = relation.subject.get_ref().as_str();
        if !kinds.contains(&kind) {
            let help = match nearest(kind, kinds.iter().copied()) {
                Some(near) => format!("did you mean `{}`?", escape_control(near)),
                None => "write the `kind` of the entities that its rows are about".to_owned(),
            };
            findings.say(Place::new(entry.place.file, relation.subject.span()), format!("no entity is a `{}`", escape_control(kind)), help);
        }
    }
    let mut check = |text: &str, place: Place, filled: &[&str]| {
        for slot in slots(text).filter(|slot| !filled.contains(slot)) {
            let help = match filled {
                [] => "only what stands below a relation has gaps".to_owned(),
                _ => format!("use {}", filled.iter().map(|slot| format!("{{{slot}}}")).collect::<Vec<_>>().join(" or ")),
            };
            findings.say(place.clone(), format!("nothing fills the gap `{{{}}}`", escape_control(slot)), help);
        }
    };
    for asked in asked(context) {
        let filled: &[&str] = match (asked.fills.is_some(), asked.valued) {
            (true, true) => &["value"],
            (true, false) => &["subject", "other"],
            (false, _) => &[],
        };
        asked.lines.into_iter().for_each(|line| check(&line.text, line.place, filled));
    }
    for (_, entry, question) in w.sound_questions() {
        let file = entry.place.file;
        let lookup = question.lookup.as_ref();
        let fixed = [question.answer.as_ref().filter(|_| lookup.is_none()), lookup.and_then(|l| l.if_unknown.as_ref())];
        let listing = lookup.is_some_and(|l| ["list", "count"].contains(&l.find.get_ref().as_str()));
        let filled: &[&str] = if listing { &[] } else { &["subject", "value"] };
        let composed = question.answer.iter().filter(|_| lookup.is_some());
        composed.for_each(|text| check(text.get_ref(), Place::new(file, text.span()), filled));
        let named = [lookup.and_then(|l| l.if_yes.as_ref()), lookup.and_then(|l| l.if_no.as_ref())];
        fixed.into_iter().flatten().for_each(|text| check(text.get_ref(), Place::new(file, text.span()), &[]));
        named.into_iter().flatten().for_each(|text| check(text.get_ref(), Place::new(file, text.span()), &["subject"]));
    }
}

/// No two places claim one way of asking. Gaps that different kinds of entity fill are different.
pub(super) fn paraphrases_stand_once(context: &Context<'_>, findings: &mut Findings<'_>) {
    let mut claims: HashMap<String, (usize, Place)> = HashMap::new();
    for (group, asked) in asked(context).into_iter().enumerate() {
        for line in asked.lines {
            let text = match &asked.fills {
                Some(kind) => line.text.replace('{', &format!("{{{kind} ")),
                None => line.text.clone(),
            };
            let key = key(&text);
            if key.is_empty() {
                continue;
            }
            match claims.entry(key) {
                hash_map::Entry::Vacant(free) => {
                    free.insert((group, line.place));
                }
                hash_map::Entry::Occupied(taken) => {
                    let (first, place) = taken.get();
                    let (message, help) = if *first == group {
                        (format!("{} asks this twice", asked.what), "remove one of the lines")
                    } else {
                        ("this way of asking is in two places".to_owned(), "keep it where the reply fits it best")
                    };
                    findings.twice(line.place, place.clone(), message, help);
                }
            }
        }
    }
}

/// Paraphrases have words, and not too many of them.
pub(super) fn paraphrases_can_be_read(context: &Context<'_>, findings: &mut Findings<'_>) {
    for line in asked(context).into_iter().flat_map(|asked| asked.lines) {
        if line.text.len() > MAX_BYTES {
            findings.say(line.place, "this line is longer than a question may be", "shorten it, or remove it");
        } else if tokens(&line.text).is_empty() {
            findings.say(line.place, "this line has no word in it", "write it in words, or remove it");
        }
    }
}

/// Something leads to every fact.
pub(super) fn facts_are_asked_for(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut reached: Vec<bool> = context.ids.of_fact.iter().map(|questions| !questions.is_empty()).collect();
    let mut reach = |id: &str| {
        if let Some(fact) = context.ids.facts.get(id) {
            reached[*fact] = true;
        }
    };
    w.rows.iter().flatten().flatten().for_each(|row| reach(row.fact.get_ref()));
    for (_, entry, question) in w.sound_questions() {
        let facts = question.lookup.as_ref().and_then(|lookup| lookup.facts.as_ref());
        [facts, question.also.as_ref()].into_iter().flat_map(|list| w.items(entry.place.file, list)).for_each(|item| reach(&item.text));
    }
    for (_, entry, _) in sound(&w.facts).filter(|(position, _, _)| !reached[*position]) {
        findings.say(entry.place.clone(), format!("no question leads to {}", entry.called("fact")), "add `[[fact.question]]` below it");
    }
}
