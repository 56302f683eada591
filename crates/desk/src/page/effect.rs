//! What can be done with some wordings, and what each choice would do, shown before it is made.

use super::Page;
use super::frame::{capital, count, finding, key, refusal, whole};
use crate::words::Nearby;
use crate::workbench::Failure;
use axum::http::StatusCode;
use axum::response::Response;
use factotum_core::knowledge::UnanswerableReason;
use factotum_curator::edit::{Asked, Edit, Refusal};
use factotum_curator::effect::{Effect, Said, SaidKind, Turn};
use maud::{Markup, html};

/// Changes of other questions that are listed; the rest is counted.
const LISTED: usize = 8;
/// Longest text that is shown of an answer, in bytes: enough to know it again.
const SHOWN: usize = 160;

/// The nearest entries, each with a button that adds the wordings there.
pub(super) fn choices(nearby: &[Nearby]) -> Markup {
    html! {
        @if nearby.is_empty() { p.meta { "Nothing on record is near." } }
        ol.choices {
            @for (n, near) in nearby.iter().enumerate() {
                @let choice = choice(near);
                @let number = (n + 1).to_string();
                li.choice {
                    div.what {
                        h3 { (near.title) }
                        p.says { (clip(&near.says)) }
                        @if !near.source.is_empty() { p.source { (near.source) } }
                        (for_and_against(near))
                    }
                    div.act {
                        button name="choice" value=(choice) data-key=(number) aria-describedby={ "effect-" (number) } {
                            @match near.asked { Some(Asked::Unanswerable(_)) => "Decline like this", _ => "Add here" } (key(&number))
                        }
                        div.effect id={ "effect-" (number) } data-effect=(choice) aria-live="polite" {
                            noscript { button name="choice" value=(choice) formaction="/effect" { "Show the effect" } }
                        }
                    }
                }
            }
        }
    }
}

fn choice(near: &Nearby) -> String {
    match &near.asked {
        Some(Asked::Question(id)) => format!("question:{id}"),
        Some(Asked::Unanswerable(id)) => format!("unanswerable:{id}"),
        None => String::new(),
    }
}

/// What speaks for and against an entry.
pub(super) fn for_and_against(near: &Nearby) -> Markup {
    html! {
        ul.reasons {
            @for reason in &near.speaks_against { li.against { span.hidden { "Against: " } (capital(reason)) } }
            @for reason in &near.speaks_for { li.for { span.hidden { "For: " } (capital(reason)) } }
        }
    }
}

/// The form that writes an unanswerable question.
pub(super) fn decline(page: &Page<'_>, nearby: &[Nearby]) -> Markup {
    let base = page.current.base();
    let mut seen: Vec<&str> = Vec::new();
    let facts = nearby.iter().filter_map(|near| near.fact.as_deref()).filter(|id| {
        let new = !seen.contains(id);
        seen.push(id);
        new
    });
    let facts: Vec<&factotum_core::knowledge::Fact> = facts.filter_map(|id| base.find_fact(id)).collect();
    html! {
        details.decline data-key="u" {
            summary { "It is not on record" (key("u")) }
            div.fields {
                label { "What is missing"
                    span.help { "Completes “Not on record: ...”" }
                    input type="text" name="missing" maxlength="300" autocomplete="off" placeholder="what a ticket costs" value=(page.form.get("missing"));
                }
                label { "Beside"
                    select name="beside" {
                        @for fact in &facts { option value={ "fact:" (fact.id) } { (clip(&fact.statement)) } }
                        @for (topic, _) in base.topics() { option value={ "topic:" (topic) } { "no fact, in " (topic) } }
                    }
                }
                label { "Because"
                    select name="reason" {
                        @for (name, reason) in UnanswerableReason::ALL { option value=(name) { (because(*reason)) } }
                    }
                }
                div.act {
                    button name="choice" value="decline" aria-describedby="effect-decline" { "Add as unanswerable" }
                    div.effect #effect-decline data-effect="decline" data-needs="missing" aria-live="polite" {}
                }
            }
        }
    }
}

fn because(reason: UnanswerableReason) -> &'static str {
    match reason {
        UnanswerableReason::NotOnRecord => "the record does not have it",
        UnanswerableReason::Later => "it happened after the record ends",
        UnanswerableReason::Prediction => "it lies in the future",
        UnanswerableReason::Opinion => "it asks for an opinion",
        UnanswerableReason::OffTopic => "it is about something else",
        UnanswerableReason::Instruction => "it is an order, not a question",
    }
}

/// The effect of the choice in the form: for the script a fragment, else a page.
pub(super) fn show(page: &mut Page<'_>) -> Response {
    let wordings: Vec<String> = page.form.all("wording").map(str::to_owned).chain(page.lines()).fold(Vec::new(), |mut all, line| {
        if !all.contains(&line) {
            all.push(line);
        }
        all
    });
    let outcome = page.edit().map(|edit| {
        let grounded = if let Edit::Fact(fact) = &edit { page.bench.grounded(&page.current, fact) } else { None };
        let fitted = page.current.fitted(&edit);
        let written = if fitted == edit { Vec::new() } else { fitted.lines().to_vec() };
        (page.bench.effect(&page.current, &edit, &wordings), grounded, written)
    });
    let fragment = match outcome {
        Ok((effect, grounded, written)) => html! {
            @if !written.is_empty() { p.quiet { "Written as “" (written.join("”, “")) "”, for every name on its list." } }
            @match grounded {
                Some(Ok(grounded)) if grounded.found.is_empty() => p.good { "Every name and figure is in the paragraphs." },
                Some(Ok(grounded)) => { @for diagnostic in &grounded.found { (finding(diagnostic, &grounded.files)) } },
                _ => {}
            }
            @match effect {
                Ok(effect) => (shown(&effect)),
                Err(failure) => (not_possible(&failure)),
            }
        },
        Err(failure) => not_possible(&failure),
    };
    if page.form.get("fragment") == "yes" {
        return page.html(StatusCode::OK, &fragment);
    }
    let content = html! { h1 { "The effect" } div.effect { (fragment) } p { "Go back to make the change, or not." } };
    page.html(StatusCode::OK, &whole(page, "The effect", "", &content))
}

/// Why there is no effect to show. What is merely missing yet is said quietly.
fn not_possible(failure: &Failure) -> Markup {
    html! {
        @match failure {
            Failure::Refused(Refusal::Missing(_) | Refusal::AlreadyThere) | Failure::Other(_) => p.quiet { (capital(&failure.to_string())) "." },
            other => div.bad { (refusal(other)) }
        }
    }
}

/// An effect in a few lines; more on request.
fn shown(effect: &Effect) -> Markup {
    let good = effect.wordings.iter().filter(|turn| turn.after.kind == SaidKind::Answer).count();
    let declined = effect.wordings.iter().filter(|turn| turn.after.kind == SaidKind::NoAnswer).count();
    let all = effect.wordings.len();
    let same = effect.wordings.iter().all(|turn| turn.before == turn.after);
    let sum = |number: usize, what: &str| match (all, number) {
        (1, 1) if same => format!("No change: it is {what} like this already."),
        (1, 1) => format!("Then {what}."),
        (2, 2) => format!("Both are then {what}."),
        (_, n) if n == all => format!("All {all} are then {what}."),
        (_, n) => format!("{n} of {all} are then {what}."),
    };
    let others: Vec<(&str, &Turn)> = effect
        .golden
        .iter()
        .map(|turn| ("golden question", turn))
        .chain(effect.own.iter().map(|turn| ("wording on record", turn)))
        .collect();
    let (worse, better) = (effect.worse(), others.iter().filter(|(_, turn)| turn.better == Some(true)).count());
    let (asked, total) = effect.asked;
    html! {
        @if all > 0 {
            p.sum { @if good > 0 || declined == 0 { (sum(good, "answered")) } @else { (sum(declined, "declined")) } }
        }
        ul.turns {
            @for turn in &effect.wordings { (line(turn, None)) }
        }
        @if others.is_empty() {
            p.good { "Nothing else changes" @if asked < total { " among the " (asked) " nearest of " (total) " other questions" } "." }
        } @else {
            p class=(if worse > 0 { "bad" } else { "good" }) {
                (count(others.len(), "other question changes", "other questions change"))
                @if worse > 0 { ", " strong { (worse) " for the worse" } }
                @if better > 0 { ", " (better) " for the better" }
                "."
            }
            details open[worse > 0] {
                summary { "Which ones" }
                ul.turns {
                    @for (what, turn) in others.iter().take(LISTED) { (line(turn, Some(what))) }
                    @if others.len() > LISTED { li.more { "and " (others.len() - LISTED) " more" } }
                }
            }
        }
    }
}

fn line(turn: &Turn, what: Option<&str>) -> Markup {
    let class = match turn.better {
        Some(true) => "better",
        Some(false) => "worse",
        None => "same",
    };
    html! {
        li class=(class) {
            @if let Some(what) = what { span.kind { (what) } " " }
            span.asked { "“" (clip(&turn.question)) "”" }
            " "
            @if turn.before == turn.after {
                span.still { "stays as it is: " (outcome(&turn.after)) }
            } @else {
                @if what.is_some() { span.was { (outcome(&turn.before)) } " " }
                span.then { span aria-hidden="true" { "→ " } span.hidden { "then: " } (outcome(&turn.after)) }
            }
        }
    }
}

fn outcome(said: &Said) -> String {
    match said.kind {
        SaidKind::Clarify => "two questions are offered".to_owned(),
        _ => clip(&said.text),
    }
}

/// The beginning of a text.
pub(super) fn clip(text: &str) -> String {
    let cut = factotum_core::text::truncate(text, SHOWN);
    if cut.len() < text.len() { format!("{} ...", cut.trim_end()) } else { text.to_owned() }
}
