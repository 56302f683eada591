//! References: what is named in one place exists in another.

use super::super::written::{Text, sound};
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::document::nearest;
use crate::text::escape_control;
use std::collections::{HashMap, HashSet};

/// Most references that get a "did you mean": each is compared with every id.
const MAX_SUGGESTED: usize = 100;

/// Every id that is referred to is somebody's.
pub(super) fn lead_somewhere(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    let mut seeker = Seeker { context, findings, suggested: 0 };
    for (file, defaults) in w.defaults.iter().enumerate() {
        let Some(defaults) = defaults else { continue };
        seeker.text(file, &[Kind::Source], defaults.source.as_ref());
        seeker.text(file, &[Kind::Entity], defaults.speaker.as_ref());
    }
    for (_, entry, entity) in sound(&w.entities) {
        for office in &entity.offices {
            seeker.text(entry.place.file, &[Kind::Role], Some(&office.role));
            seeker.text(entry.place.file, &[Kind::Entity], Some(&office.of));
        }
    }
    for (_, entry, fact) in sound(&w.facts) {
        let file = entry.place.file;
        seeker.text(file, &[Kind::Source], fact.source.as_ref());
        seeker.text(file, &[Kind::Entity], fact.speaker.as_ref());
        for item in w.items(file, fact.contradicts.as_ref()) {
            seeker.find(&[Kind::Fact], &item.text, item.place);
        }
    }
    for entry in &w.entity_names {
        seeker.find(&[Kind::Entity], &entry.id, entry.place.clone());
    }
    let groups: HashSet<String> =
        sound(&w.entities).flat_map(|(_, entry, entity)| w.items(entry.place.file, entity.r#in.as_ref())).map(|item| item.text).collect();
    for (position, entry, relation) in sound(&w.relations) {
        let file = entry.place.file;
        seeker.text(file, &[Kind::Entity], relation.object.as_ref());
        if let Some(group) = relation.complete_for.as_ref().filter(|group| !groups.contains(group.get_ref())) {
            seeker.no_group(Place::new(file, group.span()), group.get_ref(), &groups);
        }
        for row in w.rows[position].iter().flatten() {
            seeker.text(file, &[Kind::Entity], Some(&row.subject));
            seeker.text(file, &[Kind::Fact], Some(&row.fact));
        }
    }
    for (_, entry, question) in w.sound_questions() {
        let facts = question.lookup.as_ref().and_then(|lookup| lookup.facts.as_ref());
        for item in [facts, question.also.as_ref()].into_iter().flat_map(|list| w.items(entry.place.file, list)) {
            seeker.find(&[Kind::Fact], &item.text, item.place);
        }
    }
    for (_, entry, unanswerable) in w.sound_unanswerables() {
        for item in w.items(entry.place.file, unanswerable.near.as_ref()) {
            seeker.find(&[Kind::Question, Kind::Fact], &item.text, item.place);
        }
    }
}

/// What an id can belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Source,
    Entity,
    Fact,
    Question,
    Relation,
    Role,
}

impl Kind {
    const ALL: [(Kind, &str); 6] = [
        (Kind::Source, "source"),
        (Kind::Entity, "entity"),
        (Kind::Fact, "fact"),
        (Kind::Question, "question"),
        (Kind::Relation, "relation"),
        (Kind::Role, "role"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn ids<'w>(self, context: &Context<'w>) -> &'w HashMap<String, usize> {
        let ids = context.ids;
        match self {
            Kind::Source => &ids.sources,
            Kind::Entity => &ids.entities,
            Kind::Fact => &ids.facts,
            Kind::Question => &ids.questions,
            Kind::Relation => &ids.relations,
            Kind::Role => &ids.roles,
        }
    }
}

struct Seeker<'a, 'w, 'd> {
    context: &'a Context<'w>,
    findings: &'a mut Findings<'d>,
    suggested: usize,
}

impl Seeker<'_, '_, '_> {
    fn text(&mut self, file: usize, kinds: &[Kind], id: Option<&Text>) {
        if let Some(id) = id {
            self.find(kinds, id.get_ref(), Place::new(file, id.span()));
        }
    }

    /// Looks an id up among those of some kinds; one that does not exist is reported with what was probably meant.
    fn find(&mut self, kinds: &[Kind], id: &str, place: Place) {
        if kinds.iter().any(|kind| kind.ids(self.context).contains_key(id)) {
            return;
        }
        let wanted = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ");
        let message = format!("there is no {wanted} `{}`", escape_control(id));
        let other = Kind::ALL.iter().find_map(|(kind, name)| Some((*kind, *name, *kind.ids(self.context).get(id)?)));
        self.suggested += 1;
        let help = if let Some((kind, name, position)) = other {
            self.instead(kinds, kind, name, position)
        } else if self.suggested > MAX_SUGGESTED {
            format!("add the {wanted}, or name one that exists")
        } else {
            match nearest(id, kinds.iter().flat_map(|kind| kind.ids(self.context).keys().map(String::as_str))) {
                Some(near) => format!("did you mean `{}`?", escape_control(near)),
                None => format!("add the {wanted}, or name one that exists"),
            }
        };
        self.findings.say(place, message, help);
    }

    /// What to name instead of something that exists but does not belong here.
    fn instead(&self, wanted: &[Kind], kind: Kind, name: &str, position: usize) -> String {
        let w = self.context.written;
        if kind == Kind::Question
            && wanted.contains(&Kind::Fact)
            && let super::super::written::Owner::Fact(fact) = w.questions[position].0
        {
            let fact = &w.facts[fact];
            let hint = if fact.named { String::new() } else { ", the id that it has by default".to_owned() };
            return format!("that is a question; its fact is `{}`{hint}", escape_control(&fact.id));
        }
        let with_article = |name: &str| format!("{} {name}", if name.starts_with('e') { "an" } else { "a" });
        let wanted: Vec<String> = wanted.iter().map(|kind| with_article(kind.name())).collect();
        format!("that is the id of {}; name {} here", with_article(name), wanted.join(" or "))
    }

    fn no_group(&mut self, place: Place, group: &str, groups: &HashSet<String>) {
        let help = match nearest(group, groups.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`?", escape_control(near)),
            None => "name a group from the `in` of some entities".to_owned(),
        };
        self.findings.say(place, format!("no entity is in `{}`", escape_control(group)), help);
    }
}
