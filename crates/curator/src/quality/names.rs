//! Kinds that nobody declared, roles that nobody holds, names that cannot be recognised.

use super::find;
use factotum_core::answering::Answerer;
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::interpretation::{Interpretation, Mention};
use factotum_core::knowledge::{EntityId, KnowledgeBase, RoleId};
use factotum_core::question::Question;
use factotum_core::text::escape_control;
use std::collections::BTreeMap;

/// Kinds that the program knows without anybody's help.
const KINDS: [&str; 7] = ["country", "person", "organisation", "place", "event", "thing", "group"];

/// Kinds of one's own that neither a relation nor a list of names uses.
pub(super) fn kinds(base: &KnowledgeBase, files: &[SourceFile]) -> Vec<Diagnostic> {
    let declared = |kind: &str| {
        KINDS.contains(&kind)
            || base.relations.iter().any(|r| r.subject == kind)
            || base.entities.iter().any(|e| !e.on_record && e.kind == kind)
    };
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for entity in base.entities.iter().filter(|e| e.on_record && !declared(&e.kind)) {
        *uses.entry(&entity.kind).or_default() += 1;
    }
    let note = |(kind, times): (&str, usize)| {
        let place = find(files, None, &format!("kind = \"{kind}\"")).unwrap_or_else(|| Place::new(0, 0..0));
        let of = if times == 1 { "1 entity".to_owned() } else { format!("{times} entities") };
        let message = format!(
            "`{}` is a kind of your own, of {of}: names of it are not held apart as persons and countries are",
            escape_control(kind)
        );
        let help = format!(
            "use one of {}; or declare it: give a relation `subject = \"{}\"`, or list further names of it in `[names]`",
            KINDS.join(", "),
            escape_control(kind)
        );
        Diagnostic::new(Code::KindUndeclared, place, message, help)
    };
    uses.into_iter().map(note).collect()
}

/// Roles that no entity holds.
pub(super) fn roles(base: &KnowledgeBase, files: &[SourceFile]) -> Vec<Diagnostic> {
    let held = |role: RoleId| base.entities.iter().flat_map(|e| &e.offices).any(|office| office.role == role);
    let note = |role: RoleId| {
        let id = &base[role].id;
        let place = find(files, None, "[roles]").and_then(|table| find(files, Some(&table), id)).unwrap_or_else(|| Place::new(0, 0..0));
        let message = format!("no entity holds the role `{}`", escape_control(id));
        let help = format!("paste below the entity that does:\noffices = [{{ role = \"{}\", of = \"...\" }}]", escape_control(id));
        Diagnostic::new(Code::RoleWithoutHolder, place, message, help)
    };
    RoleId::all(base).filter(|role| !held(*role)).map(note).collect()
}

/// Names by which their entity is not recognised.
pub(super) fn aliases(answerer: &Answerer, files: &[SourceFile]) -> Vec<Diagnostic> {
    let base = answerer.base();
    let mut found = Vec::new();
    for id in EntityId::all(base).filter(|id| base[*id].on_record) {
        let entity = &base[id];
        let mut seen: Vec<&str> = Vec::new();
        for alias in &entity.aliases {
            if seen.contains(&alias.as_str()) {
                continue;
            }
            seen.push(alias);
            let readings = [alias.clone(), format!("who is {alias}"), format!("what about {alias}")];
            let readings: Vec<Interpretation> =
                readings.iter().filter_map(|text| Some(answerer.matcher().interpret(base, Question::parse(text).ok()?))).collect();
            // What another entity is called too has a finding of its own.
            if readings.is_empty() || readings.iter().any(|r| r.spans.iter().any(|s| matches!(s.mention, Mention::Entity(_)))) {
                continue;
            }
            let header = find(files, None, &format!("[entity.{}]", entity.id));
            let place =
                header.as_ref().and_then(|header| find(files, Some(header), alias)).or(header).unwrap_or_else(|| Place::new(0, 0..0));
            let read: Vec<&str> = readings[0].question.words.iter().map(|w| w.text.as_str()).collect();
            let message =
                format!("`{}` can never be recognised: it is read as \"{}\"", escape_control(alias), escape_control(&read.join(" ")));
            let help = "remove it, or write it in another way that people use";
            found.push(Diagnostic::new(Code::AliasUnread, place, message, help));
        }
    }
    found
}
