//! Try: ask something, and see how it is read and why it is answered or not.

use super::Page;
use super::effect::{choices, decline};
use super::frame::{capital, hidden, key, whole};
use crate::words;
use axum::response::Response;
use factotum_core::answering::{Outcome, Reply};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::render::{self, Line};
use maud::{Markup, html};

pub(super) fn show(page: &mut Page<'_>) -> Response {
    let question = page.text("q");
    let content = html! {
        h1 { "Try" }
        form.ask method="get" action="/try" role="search" {
            label { span.hidden { "Question" } input #q type="text" name="q" value=(question) data-key="/" maxlength="500" autocomplete="off" placeholder="Ask as people ask" autofocus[question.is_empty()]; }
            button { "Ask" }
        }
        @if !question.is_empty() { (asked(page, &question)) }
    };
    page.html(page.status(), &whole(page, "Try", "/try", &content))
}

fn asked(page: &Page<'_>, question: &str) -> Markup {
    let base = page.current.base();
    let reply = page.current.answerer.answer(question);
    let nearby = words::nearby(base, &reply);
    html! {
        section.reply aria-label="Reply" { (shown(base, &reply)) }
        form.golden method="post" action="/golden" {
            (hidden(page, "try"))
            input type="hidden" name="q" value=(question);
            button name="verdict" value="right" { "This is right" }
            @if matches!(reply.outcome, Outcome::Answer(_) | Outcome::Clarify(_)) { button name="verdict" value="not_on_record" { "It should be declined" } }
            span.help { "Saves it as a golden question." }
        }
        (reading(base, &reply))
        form #choices method="post" action="/edit" data-effects="" {
            (hidden(page, "try"))
            input type="hidden" name="q" value=(question);
            input type="hidden" name="wording" value=(question);
            // Enter in a text field must not choose the first place below.
            button disabled hidden {}
            label.other { "Wording to add" input type="text" name="line" value=(question) maxlength="500" autocomplete="off"; }
            h2 { "What is nearest" }
            (choices(&nearby))
            (decline(page, &nearby))
            div.actions { a.button href={ "/facts/new?lines=" (encoded(question)) } data-key="n" { "New fact" (key("n")) } }
        }
    }
}

/// The reply as people see it.
fn shown(base: &KnowledgeBase, reply: &Reply) -> Markup {
    let lines = render::lines(base, reply);
    html! {
        @for line in &lines {
            @match line {
                Line::Answer { direct, rest } => p.answer { strong { (direct) } (rest) },
                Line::Source(text) => p.source { (text) },
                Line::Suggestion(text) => p.suggestion { a href={ "/try?q=" (encoded(text)) } { (text) } },
                Line::Unanswered(text) | Line::Text(text) | Line::Corrections(text) | Line::Note(text) => p { (text) }
            }
        }
    }
}

/// How a question was read, in a line of its words, and what else was understood.
pub(super) fn reading(base: &KnowledgeBase, reply: &Reply) -> Markup {
    let notes = words::notes(reply);
    html! {
        section.reading aria-label="How it is read" {
            @if let Some(interpretation) = &reply.interpretation {
                p.read {
                    span.label { "Read as " }
                    @for stretch in words::read_as(base, interpretation) {
                        @if stretch.taken_for.is_empty() { span.word { (stretch.words) } " " }
                        @else { span.named { (stretch.words) " " small { (stretch.taken_for) } } " " }
                    }
                }
            }
            @if !notes.is_empty() { p.notes { (capital(&notes.join("; "))) "." } }
            @if matches!(reply.outcome, Outcome::NoAnswer(_) | Outcome::Clarify(_)) {
                p.now { span.label { "Now " } (first(base, reply)) }
            }
        }
    }
}

/// The first line of a reply.
fn first(base: &KnowledgeBase, reply: &Reply) -> String {
    render::lines(base, reply).first().map_or_else(String::new, Line::to_string)
}

/// A text as part of an address.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
