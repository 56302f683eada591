//! Facts: what is on record, topic by topic, beside its source; and the form for a new one.

use super::Page;
use super::effect::clip;
use super::frame::{capital, count, hidden, key, whole};
use super::trying::encoded;
use crate::gaps::Group;
use crate::words::cited;
use axum::http::StatusCode;
use axum::response::Response;
use factotum_core::knowledge::{Fact, FactId, Intent, KnowledgeBase, Paraphrase, Unanswerable};
use factotum_curator::article::Article;
use factotum_curator::grounding::source_file;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::path::Path;

/// Wordings below which a question is called weak: docs/knowledge.md says what more of them teach.
const FEW: usize = 3;

pub(super) fn show(page: &mut Page<'_>) -> Response {
    let base = page.current.base();
    let topics = topics(page);
    let chosen = page.form.get("topic");
    let topic = if topics.iter().any(|(name, _)| name == chosen) {
        chosen.to_owned()
    } else {
        topics.first().map(|(name, _)| name.clone()).unwrap_or_default()
    };
    let facts: Vec<FactId> = FactId::all(base).filter(|id| topic_of(page, &base[*id]) == topic).collect();
    let paragraphs = paragraphs(page);
    let content = html! {
        div.where { h1 { "Facts" } p { a.button href={ "/facts/new?topic=" (encoded(&topic)) } data-key="n" { "New fact" (key("n")) } } }
        nav.topics aria-label="Topics" {
            @for (name, count) in &topics {
                a href={ "/facts?topic=" (encoded(name)) } aria-current=[(*name == topic).then_some("page")] { (name) " " span.count { (count) } }
            }
        }
        @if paragraphs.is_empty() { p.meta { "Start the desk with " code { "--source article.txt" } " to see the paragraphs beside the facts." } }
        @for id in &facts { (fact(page, *id, &topic, &paragraphs)) }
        @if facts.is_empty() { p.empty { "This topic has no facts yet." } }
    };
    page.html(page.status(), &whole(page, "Facts", "/facts", &content))
}

/// The topics that have facts, each with how many.
fn topics(page: &Page<'_>) -> Vec<(String, usize)> {
    let mut topics: Vec<(String, usize)> = Vec::new();
    for fact in &page.current.base().facts {
        let topic = topic_of(page, fact);
        match topics.iter_mut().find(|(name, _)| *name == topic) {
            Some((_, count)) => *count += 1,
            None => topics.push((topic, 1)),
        }
    }
    topics
}

fn topic_of(page: &Page<'_>, fact: &Fact) -> String {
    let stem = page.current.files.get(fact.place.file).and_then(|file| Path::new(&file.name).file_stem());
    stem.map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// The numbered paragraphs of the source's text.
fn paragraphs(page: &Page<'_>) -> BTreeMap<u32, String> {
    let Some((name, text)) = &page.bench.places().source else { return BTreeMap::new() };
    let article = Article::of(source_file(name, text).text);
    article.paragraphs.iter().map(|(number, place)| (*number, article.text[place.clone()].trim().to_owned())).collect()
}

fn fact(page: &Page<'_>, id: FactId, topic: &str, paragraphs: &BTreeMap<u32, String>) -> Markup {
    let base = page.current.base();
    let fact = &base[id];
    let intents: Vec<&Intent> = base.intents.iter().filter(|intent| intent.facts.first() == Some(&id)).collect();
    let ids: Vec<_> = factotum_core::knowledge::IntentId::all(base).filter(|i| base[*i].facts.first() == Some(&id)).collect();
    let beside: Vec<&Unanswerable> = base.unanswerables.iter().filter(|u| u.near.first().is_some_and(|near| ids.contains(near))).collect();
    let weak = weak(page, fact, &intents, &beside);
    html! {
        article.fact.sourced[!paragraphs.is_empty()] id=(fact.id) {
            div.record {
                h2.statement { (fact.statement) }
                p.source { (cited(base, fact)) @if let Some(speaker) = fact.speaker { ", says " (base[speaker].name) } }
                @if !weak.is_empty() {
                    ul.weak aria-label="What is weak" { @for text in &weak { li { (capital(text)) "." } } }
                }
                @for intent in &intents { (question(page, topic, &format!("question:{}", intent.id), &intent.question, &intent.answer, &intent.paraphrases)) }
                @for unanswerable in &beside {
                    (question(page, topic, &format!("unanswerable:{}", unanswerable.id), &unanswerable.missing, "not on record", &unanswerable.paraphrases))
                }
                details.decline {
                    summary { "Add an unanswerable question" }
                    form.fields method="post" action="/edit" data-effects="" {
                        (hidden(page, "facts"))
                        input type="hidden" name="topic" value=(topic);
                        input type="hidden" name="beside" value={ "fact:" (fact.id) };
                        label { "What is missing" span.help { "Completes “Not on record: ...”" } input type="text" name="missing" maxlength="300" autocomplete="off"; }
                        label { "Ways of asking it, one a line" textarea name="lines" rows="2" {} }
                        div.act {
                            button name="choice" value="decline" { "Add as unanswerable" }
                            div.effect data-effect="decline" data-needs="missing lines" aria-live="polite" {}
                        }
                    }
                }
            }
            @if !paragraphs.is_empty() {
                aside aria-label={ "Paragraphs of this fact" } {
                    @for number in &fact.paragraphs {
                        p.paragraph { span.number { (number) } " " (paragraphs.get(number).map_or("", String::as_str)) }
                    }
                }
            }
        }
    }
}

/// A question with its wordings, and a field for another one.
fn question(page: &Page<'_>, topic: &str, choice: &str, title: &str, says: &str, wordings: &[Paraphrase]) -> Markup {
    html! {
        details.asked {
            summary {
                span.title { (title) } " "
                @if !says.is_empty() { span.says { (clip(says)) } " " }
                span.count { (count(wordings.len(), "wording", "wordings")) }
            }
            ul.lines { @for paraphrase in wordings { li { (paraphrase.text) } } }
            form.fields method="post" action="/edit" data-effects="" {
                (hidden(page, "facts"))
                input type="hidden" name="topic" value=(topic);
                label { "Another wording" input type="text" name="line" maxlength="500" autocomplete="off"; }
                div.act {
                    button name="choice" value=(choice) { "Add" }
                    div.effect data-effect=(choice) data-needs="line" aria-live="polite" {}
                }
            }
        }
    }
}

/// What is weak about a fact, and what `check` says about its lines.
fn weak(page: &Page<'_>, fact: &Fact, intents: &[&Intent], beside: &[&Unanswerable]) -> Vec<String> {
    let mut out = Vec::new();
    let few = intents.iter().filter(|intent| intent.paraphrases.len() < FEW && intent.relation.is_none()).count();
    if few > 0 {
        out.push(format!(
            "{} fewer than {FEW} wordings",
            if few == 1 { "a question has".to_owned() } else { format!("{few} questions have") }
        ));
    }
    if intents.is_empty()
        && !page.current.base().relations.iter().any(|r| r.rows.iter().any(|row| page.current.base()[row.fact].id == fact.id))
    {
        out.push("no question leads to it first".to_owned());
    }
    if beside.is_empty() {
        out.push("no unanswerable question stands beside it".to_owned());
    }
    out
}

pub(super) fn new(page: &mut Page<'_>) -> Response {
    let base = page.current.base();
    let text = |field: &str| page.form.get(field).to_owned();
    // One of which something was taken out is no wording to add.
    let addable = |gap: &Group| {
        let (wordings, _) = page.current.wordings(gap);
        wordings.into_iter().filter(|(wording, _)| !wording.redacted).map(|(wording, _)| wording.text.clone()).collect()
    };
    let asked: Vec<String> = page.gap().as_ref().map_or_else(Vec::new, addable);
    let lines = page.lines();
    let lines = if lines.is_empty() { asked.join("\n") } else { lines.join("\n") };
    let paragraphs = paragraphs(page);
    let topics = topics(page);
    let content = html! {
        h1 { "New fact" }
        div.fact.fresh.sourced[!paragraphs.is_empty()] {
            form.fields.record method="post" action="/edit" data-effects="" {
                (hidden(page, "new"))
                @if !page.form.get("gap").is_empty() { input type="hidden" name="gap" value=(page.form.get("gap")); }
                @for wording in &asked { input type="hidden" name="wording" value=(wording); }
                label { "Statement" span.help { "A sentence that makes sense on its own, with names and figures." }
                    textarea name="statement" rows="3" required autofocus { (text("statement")) } }
                div.row {
                    label { "Paragraphs" span.help { "One to three, such as 2, 3." } input type="text" name="paragraphs" inputmode="numeric" required value=(text("paragraphs")) autocomplete="off"; }
                    label { "Topic" span.help { "The file. A new name makes a new one." } input type="text" name="topic" list="topics" required value=(text("topic")) autocomplete="off"; }
                }
                datalist #topics { @for (topic, _) in &topics { option value=(topic) {} } }
                div.row {
                    @if base.sources.len() > 1 {
                        label { "Source" span.help { "If it is not the file’s default." } select name="source" {
                            option value="" { "the default" }
                            @for source in &base.sources { option value=(source.id) selected[source.id == text("source")] { (source.title) } }
                        } }
                    }
                    label { "Speaker" span.help { "Whose words it reports, if anybody’s." } input type="text" name="speaker" list="entities" value=(text("speaker")) autocomplete="off"; }
                }
                datalist #entities { @for entity in base.entities.iter().filter(|e| e.on_record) { option value=(entity.id) { (entity.name) } } }
                label { "Questions that it answers" span.help { "One a line; the first is shown to people." } textarea name="lines" rows="4" required { (lines) } }
                label { "Direct answer" span.help { "Short; put before the statement." } input type="text" name="answer" value=(text("answer")) autocomplete="off"; }
                div.act {
                    button name="choice" value="fact" { "Add the fact" }
                    div.effect data-effect="fact" data-needs="statement paragraphs topic" aria-live="polite" {}
                }
            }
            @if !paragraphs.is_empty() {
                aside aria-label="The source" tabindex="0" {
                    @for (number, text) in &paragraphs { p.paragraph { span.number { (number) } " " (text) } }
                }
            }
        }
    };
    page.html(if page.said.is_some() { page.status() } else { StatusCode::OK }, &whole(page, "New fact", "/facts", &content))
}

/// The topic of a fact's file, for links from findings.
pub(super) fn link(base: &KnowledgeBase, page: &Page<'_>, file: usize) -> Option<String> {
    let fact = base.facts.iter().find(|fact| fact.place.file == file)?;
    Some(format!("/facts?topic={}", encoded(&topic_of(page, fact))))
}
