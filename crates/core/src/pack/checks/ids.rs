//! Ids: how they are spelt, and that nobody else has them.

use super::super::written::Entry;
use super::{Context, Findings};
use crate::text::escape_control;
use std::collections::HashMap;

/// Longest id.
const MAX_ID: usize = 80;

/// Ids are kebab-case. Those of questions are kept letter for letter: imported ones are labels of somebody else's table.
pub(super) fn are_kebab_case(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    kebab(&w.sources, findings);
    kebab(&w.entities, findings);
    kebab(&w.facts, findings);
    kebab(&w.relations, findings);
    kebab(&w.synonyms, findings);
    kebab(&w.roles, findings);
    for (_, question) in w.questions.iter().filter(|(_, question)| question.named && question.id.trim().is_empty()) {
        findings.say(question.place.clone(), "this id is empty", "write an id, or leave `id` out");
    }
}

fn kebab<T>(entries: &[Entry<T>], findings: &mut Findings<'_>) {
    for entry in entries.iter().filter(|entry| entry.named && !is_kebab(&entry.id)) {
        let suggested = super::super::ids::slug(&entry.id);
        let help = if is_kebab(&suggested) {
            format!("use lower-case letters, digits and single hyphens, such as `{suggested}`")
        } else {
            format!("use lower-case letters, digits and single hyphens, {MAX_ID} at most")
        };
        findings.say(entry.place.clone(), format!("`{}` is not kebab-case", escape_control(&entry.id)), help);
    }
}

fn is_kebab(id: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    id.len() <= MAX_ID && id.split('-').all(is_part)
}

/// No two entries of one kind have the same id, whatever their files.
pub(super) fn are_given_once(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    once("source", &w.sources, findings);
    once("entity", &w.entities, findings);
    once("fact", &w.facts, findings);
    once("question", w.questions.iter().map(|(_, question)| question), findings);
    once("relation", &w.relations, findings);
    once("synonym set", &w.synonyms, findings);
    once("role", &w.roles, findings);
    once("spelling", &w.spellings, findings);
}

fn once<'w, T: 'w>(what: &str, entries: impl IntoIterator<Item = &'w Entry<T>>, findings: &mut Findings<'_>) {
    let mut seen = HashMap::new();
    for entry in entries.into_iter().filter(|entry| entry.named) {
        let first = *seen.entry(entry.id.as_str()).or_insert(&entry.place);
        if *first != entry.place {
            let message = format!("{what} `{}` is here twice", escape_control(&entry.id));
            findings.twice(entry.place.clone(), first.clone(), message, "give one of them another id");
        }
    }
}
