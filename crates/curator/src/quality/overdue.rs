//! What somebody wanted to look at again by now.

use factotum_core::diagnostic::{Code, Diagnostic, Place};
use factotum_core::knowledge::{KnowledgeBase, Today, date_in_words};

/// Sources whose review is overdue on a day, and facts whose own review is, or that of their file.
pub fn overdue(base: &KnowledgeBase, today: &Today) -> Vec<Diagnostic> {
    let is_over = |date: &&String| today.is_after(date);
    let sources = base.sources.iter().filter_map(|source| {
        let since = source.review_after.as_ref().filter(is_over)?;
        Some(note(&source.place, "this source", since))
    });
    let facts = base.facts.iter().filter_map(|fact| {
        let since = fact.review_after.as_ref().filter(is_over)?;
        // The source is reviewed once, not with each of its facts.
        (base[fact.source].review_after.as_ref() != Some(since)).then(|| note(&fact.place, "this fact", since))
    });
    sources.chain(facts).collect()
}

fn note(place: &Place, what: &str, since: &str) -> Diagnostic {
    let message = format!("{what} was due for review {} {}", if since.len() > "2026-12".len() { "on" } else { "in" }, date_in_words(since));
    Diagnostic::new(
        Code::Overdue,
        place.clone(),
        message,
        "look whether it still holds, then write the date of the next review as `review_after`",
    )
}
