//! Checks: what `check` finds, and how the golden questions fare.

use super::Page;
use super::facts::link;
use super::frame::{count, finding, whole};
use crate::workbench::Workbench;
use axum::response::Response;
use factotum_core::diagnostic::{Diagnostic, Severity};
use factotum_curator::grounding::source_file;
use maud::html;

/// Findings that are shown at once; more than this is for `factotum check`.
const SHOWN: usize = 100;

pub(super) fn show(page: &mut Page<'_>) -> Response {
    let found = page.bench.findings(&page.current);
    let asked = Workbench::asked(&page.current);
    let found: Vec<&Diagnostic> = found.iter().chain(asked.iter().flat_map(|asked| &asked.found)).collect();
    // Findings about the source's text are in it, behind the knowledge files.
    let mut files = page.current.files.clone();
    files.extend(page.bench.places().source.as_ref().map(|(name, text)| source_file(name, text)));
    let of = |severity| found.iter().filter(|d| d.severity() == severity).count();
    let base = page.current.base();
    let content = html! {
        h1 { "Checks" }
        dl.figures {
            div { dt { "Errors" } dd { (of(Severity::Error)) } }
            div { dt { "Warnings" } dd { (of(Severity::Warning)) } }
            div { dt { "Notes" } dd { (of(Severity::Note)) } }
            @if let Some(asked) = asked {
                @if asked.golden > 0 { div { dt { "Golden questions" } dd { (asked.golden_right) " of " (asked.golden) " right" } } }
            }
            div { dt { "On record" } dd { (count(base.facts.len(), "fact", "facts")) ", " (count(base.intents.len(), "question", "questions")) } }
        }
        @if asked.is_none() {
            p.meta { "Every wording and golden question is being asked; " a href="/checks" { "look again" } " in a while." }
        } @else if found.is_empty() { p.large { "Nothing to correct." } }
        @for diagnostic in found.iter().take(SHOWN) {
            div.found {
                (finding(diagnostic, &files))
                @if let Some(address) = link(base, page, diagnostic.place.file) { p.meta { a href=(address) { "Its topic" } } }
            }
        }
        @if found.len() > SHOWN { p.meta { "and " (found.len() - SHOWN) " more; " code { "factotum check" } " shows all of them" } }
    };
    page.html(page.status(), &whole(page, "Checks", "/checks", &content))
}
