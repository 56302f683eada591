//! Names and kinds of entities.

use super::super::list::Item;
use super::super::written::sound;
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::text::{escape_control, tokens};
use std::collections::{HashMap, HashSet};

/// A name with the entity that it stands for.
pub(super) struct Name {
    /// Counts the entities, then the names that nothing is on record about.
    entity: usize,
    /// What the entity is called.
    called: String,
    pub(super) text: String,
    pub(super) place: Place,
}

/// Every name that an entity, or something that nothing is on record about, is recognised by.
pub(super) fn all(context: &Context<'_>) -> Vec<Name> {
    let w = context.written;
    let mut names = Vec::new();
    for (entity, entry, value) in sound(&w.entities) {
        let file = entry.place.file;
        let shown = [Some(&value.name), value.short.as_ref()].into_iter().flatten();
        let shown = shown.map(|text| Item { text: text.get_ref().clone(), place: Place::new(file, text.span()) });
        let others = [&value.aliases, &value.sounds_like].into_iter().flat_map(|list| w.items(file, list.as_ref()));
        let called = value.name.get_ref();
        names.extend(shown.chain(others).map(|item| Name { entity, called: called.clone(), text: item.text, place: item.place }));
    }
    let mut entity = w.entities.len();
    for (_, entry, list) in sound(&w.names) {
        for item in w.items(entry.place.file, Some(list)) {
            let called = item.text.split('|').next().unwrap_or_default().trim().to_owned();
            for name in item.text.split('|').map(str::trim).filter(|name| !name.is_empty()) {
                names.push(Name { entity, called: called.clone(), text: name.to_owned(), place: item.place.narrowed(w.files, name) });
            }
            entity += 1;
        }
    }
    names
}

/// What makes two names, or two ways of asking, the same: their words.
pub(super) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for token in tokens(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&token.text);
    }
    key
}

/// A name that two entities share can mean either. Each pair is reported once.
pub(super) fn belong_to_one_entity(context: &Context<'_>, findings: &mut Findings<'_>) {
    let names = all(context);
    let mut seen: HashMap<String, &Name> = HashMap::new();
    let mut reported: HashSet<(usize, usize)> = HashSet::new();
    for name in &names {
        let key = key(&name.text);
        if key.is_empty() {
            continue;
        }
        let first = *seen.entry(key).or_insert(name);
        if first.entity != name.entity && reported.insert((first.entity, name.entity)) {
            let message = format!(
                "`{}` is a name of {} and of {}",
                escape_control(&name.text),
                escape_control(&first.called),
                escape_control(&name.called)
            );
            findings.twice(name.place.clone(), first.place.clone(), message, "leave it with the one that people mean by it");
        }
    }
}

/// Kinds that need no declaration.
const KINDS: [&str; 7] = ["country", "person", "organisation", "place", "event", "thing", "group"];

/// A kind that one entity alone has, and that is nearly another, is a typing error: it would switch off what goes by kinds.
pub(super) fn kinds_are_spelt_alike(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut uses: HashMap<&str, usize> = KINDS.iter().map(|kind| (*kind, 2)).collect();
    for (_, _, relation) in sound(&w.relations) {
        *uses.entry(relation.subject.get_ref()).or_default() += 2;
    }
    let written: Vec<(&str, Place)> = sound(&w.entities)
        .map(|(_, entry, entity)| (entity.kind.get_ref().as_str(), Place::new(entry.place.file, entity.kind.span())))
        .chain(w.names.iter().map(|entry| (entry.id.as_str(), entry.place.clone())))
        .collect();
    for (kind, _) in &written {
        *uses.entry(kind).or_default() += 1;
    }
    for (kind, place) in written.iter().filter(|(kind, _)| uses[kind] == 1) {
        let slips = if kind.len() < 8 { 1 } else { 2 };
        let close = uses.iter().filter(|(_, uses)| **uses > 1).map(|(other, _)| (strsim::osa_distance(kind, other), *other));
        if let Some((_, near)) = close.filter(|(distance, _)| *distance <= slips).min() {
            let message = format!("only this entity is a `{}`", escape_control(kind));
            findings.say(place.clone(), message, format!("did you mean `{}`?", escape_control(near)));
        }
    }
}
