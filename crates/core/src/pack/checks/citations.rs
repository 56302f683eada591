//! Citations: every fact has one that a reader can look up.

use super::super::written::sound;
use super::{Context, Findings};
use crate::diagnostic::Place;
use crate::knowledge::MAX_PARAGRAPHS;
use crate::text::escape_control;

/// A fact names its source and one to three paragraphs of it.
pub(super) fn every_fact_cites(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    for (position, entry, fact) in sound(&w.facts) {
        let called = entry.called("fact");
        if w.source_of(entry.place.file, fact).is_none() && w.sources.len() != 1 {
            if w.sources.is_empty() {
                // One source is missing, not one a fact.
                if position == 0 {
                    findings.say(entry.place.clone(), "there is no source to cite", "describe the source in `[source.<id>]`");
                }
            } else {
                let help = "add `source`, or name one for the whole file in `[defaults]`";
                findings.say(entry.place.clone(), format!("{called} names none of the {} sources", w.sources.len()), help);
            }
        }
        let paragraphs = fact.paragraphs.as_ref().map_or(0, |p| p.0.len());
        if paragraphs == 0 {
            let help = format!("add `paragraphs = 1`, or up to {MAX_PARAGRAPHS} as in `paragraphs = [1, 2]`");
            findings.say(entry.place.clone(), format!("{called} cites no paragraph"), help);
        } else if paragraphs > MAX_PARAGRAPHS {
            let message = format!("{called} cites {paragraphs} paragraphs");
            findings.say(entry.place.clone(), message, format!("cite {MAX_PARAGRAPHS} at most, or make two facts of it"));
        }
    }
}

/// The source has the paragraphs that are cited.
pub(super) fn paragraphs_exist(context: &Context<'_>, findings: &mut Findings<'_>) {
    let w = context.written;
    for (_, entry, fact) in sound(&w.facts) {
        let file = entry.place.file;
        let source = match w.source_of(file, fact) {
            Some(id) => context.ids.sources.get(id.get_ref()).map(|position| &w.sources[*position]),
            None if w.sources.len() == 1 => w.sources.first(),
            None => None,
        };
        let Some((source, value)) = source.and_then(|source| Some((source, source.value.as_ref()?))) else { continue };
        let last = *value.paragraphs.get_ref();
        for paragraph in fact.paragraphs.iter().flat_map(|p| &p.0).filter(|p| !(1..=last).contains(p.get_ref())) {
            let message = format!("source `{}` has no paragraph {}", escape_control(&source.id), paragraph.get_ref());
            findings.say(Place::new(file, paragraph.span()), message, format!("its paragraphs are 1 to {last}"));
        }
    }
}
