//! Turns an outcome into messages: the answer as text, so that people who have embeds switched off can read it, its evidence as an embed,
//! related questions and ratings as buttons.

use super::components::{CustomId, Key};
use super::markdown::{clip, curated, label, link, plain, split};
use super::payload::{Component, Embed, Field, MAX_CONTENT, MAX_DESCRIPTION, MAX_EMBEDS, MAX_FIELD, MAX_LABEL, MAX_TITLE, Message, Row};
use factotum_core::answering::{AnswerPart, Outcome, Reason, Reply};
use factotum_core::knowledge::{Fact, FactId, KnowledgeBase};
use factotum_core::render::{Line, citations, console, facts, lines, repeats};
use factotum_wording::Language;

/// Edge of an embed: a blue that stands out in the light and in the dark theme.
pub(crate) const BLUE: u32 = 0x3b_6e_a8;
/// No further statement is shown after this many characters, which can be read at a glance. The source names all paragraphs anyway.
const MAX_STATEMENTS: usize = 900;

/// The messages of a reply: more than one only if its text is longer than Discord accepts. The last one has the embed and the buttons.
pub fn messages(base: &KnowledgeBase, reply: &Reply) -> Vec<Message> {
    let mut last = Message::default();
    let is_card = matches!(reply.outcome, Outcome::NoAnswer(Reason::BareName { .. }));
    let text = lines(base, reply).into_iter().filter_map(|line| match line {
        Line::Answer { direct: first, rest } => {
            let Outcome::Answer(parts) = &reply.outcome else { return None };
            let embed = evidence(base, parts, reply);
            let long = embed.description.chars().count() > MAX_DESCRIPTION;
            last.embeds.push(fitting(embed));
            Some(curated(&if long { format!("{first}{rest}") } else { direct(base, parts, reply.record) }))
        }
        // The embed has it.
        Line::Source(_) => None,
        // Below a card the buttons say it all, if they show the whole question.
        Line::Suggestion(question) if is_card && question.chars().count() <= MAX_LABEL => None,
        Line::Text(text) => Some(curated(&text)),
        Line::Unanswered(text) => Some(plain(&text)),
        // A button shows only the beginning of a long question.
        Line::Suggestion(question) => Some(format!("- {}", curated(&question))),
        Line::Corrections(text) => Some(format!("-# {}", plain(&text))),
        Line::Note(text) => Some(format!("-# {}", plain(&text))),
    });
    let text = text.collect::<Vec<_>>().join("\n");
    last.components = buttons(base, reply);
    in_messages(&text, last)
}

/// A text in as many messages as needed; `last` has everything else.
pub(crate) fn in_messages(text: &str, mut last: Message) -> Vec<Message> {
    let mut pieces = split(text, MAX_CONTENT);
    last.content = pieces.pop().unwrap_or_default();
    pieces.into_iter().map(Message::text).chain([last]).collect()
}

/// The direct answer of each part, or its statement where there is none.
fn direct(base: &KnowledgeBase, parts: &[AnswerPart], record: Language) -> String {
    let said = parts.iter().map(|part| {
        let statement = || part.facts.first().map(|f| base.statement(*f, record)).unwrap_or_default();
        if part.direct.is_empty() { statement() } else { part.direct.as_str() }
    });
    said.collect::<Vec<_>>().join("\n")
}

/// The evidence for an answer: statements that say more than the direct answers, speakers, date, sources.
fn evidence(base: &KnowledgeBase, parts: &[AnswerPart], reply: &Reply) -> Embed {
    let (record, wording) = (reply.record, reply.language.wording());
    let words = &wording.discord;
    let firsts: Vec<FactId> = parts.iter().filter_map(|p| p.facts.first().copied()).collect();
    let all: Vec<(FactId, &Fact)> = facts(parts).into_iter().map(|id| (id, &base[id])).collect();
    let said = direct(base, parts, record);
    let mut statements: Vec<String> = Vec::new();
    // A statement that others contradict must not stand alone.
    for (id, fact) in &all {
        let statement = base.statement(*id, record);
        if fact.contradicts.is_empty() && repeats(&said, statement) {
            continue;
        }
        let length: usize = statements.iter().map(String::len).sum();
        if firsts.contains(id) || !fact.contradicts.is_empty() || length + statement.len() <= MAX_STATEMENTS {
            statements.push(curated(statement));
        }
    }
    let mut fields = Vec::new();
    let mut speakers: Vec<String> = all.iter().filter_map(|(_, f)| f.speaker).map(|e| plain(base.name(e, record))).collect();
    speakers.dedup();
    if !speakers.is_empty() {
        fields.push(Field { name: words.said_by.clone(), value: clip(&speakers.join(", "), MAX_FIELD), inline: true });
    }
    if let Some(latest) = all.iter().filter_map(|(_, f)| f.as_of.as_deref()).max() {
        fields.push(Field { name: words.as_of.clone(), value: clip(&plain(&wording.date(latest)), MAX_FIELD), inline: true });
    }
    fields.push(Field { name: words.source.clone(), value: sources(base, parts, reply.language), inline: false });
    Embed { title: words.on_record.clone(), description: statements.join("\n\n"), color: BLUE, fields }
}

/// Each source once, as a link, with its paragraphs; as many as fit.
fn sources(base: &KnowledgeBase, parts: &[AnswerPart], language: Language) -> String {
    let mut out = String::new();
    for cited in citations(base, parts) {
        let title = clip(&cited.source.title, 200);
        let about = [clip(&cited.source.publisher, 200), cited.date(language), cited.paragraphs(language)];
        let about = about.iter().filter(|t| !t.is_empty()).map(|t| format!(", {}", plain(t)));
        let line = format!("{}{}", link(&title, &cited.source.url), about.collect::<String>());
        let line = if line.chars().count() > MAX_FIELD { clip(&plain(&title), MAX_FIELD) } else { line };
        if out.chars().count() + 1 + line.chars().count() > MAX_FIELD {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

/// The embed cut to Discord's limits.
pub(crate) fn fitting(mut embed: Embed) -> Embed {
    embed.title = clip(&embed.title, MAX_TITLE);
    embed.fields.retain(|f| !f.value.is_empty());
    let room = MAX_EMBEDS.saturating_sub(embed.characters() - embed.description.chars().count());
    embed.description = clip(&embed.description, MAX_DESCRIPTION.min(room));
    embed
}

/// Buttons for related questions, and for rating an answer.
fn buttons(base: &KnowledgeBase, reply: &Reply) -> Vec<Row> {
    let words = &reply.language.wording().discord;
    let mut rows = Vec::new();
    let questions: Vec<Component> = reply
        .suggestions
        .iter()
        .map(|intent| {
            let question = console::shown(base.question(*intent, reply.record));
            Component::button(label(&question, MAX_LABEL), CustomId::Ask(Key::of(&base[*intent].id)).custom_id())
        })
        .take(factotum_core::answering::MAX_CARD)
        .collect();
    if !questions.is_empty() {
        rows.push(Row::new(questions));
    }
    if let Outcome::Answer(parts) = &reply.outcome
        && let Some(intent) = parts.first().map(|p| &base[p.intent])
    {
        let key = Key::of(&intent.id);
        rows.push(Row::new(vec![
            Component::small_button(&words.helpful, CustomId::Rate(true, key.clone()).custom_id(), false),
            Component::small_button(&words.not_helpful, CustomId::Rate(false, key).custom_id(), false),
        ]));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_text_and_its_evidence_an_embed() {
        let answerer = factotum_built_in::answerer();
        let sent = messages(answerer.base(), &answerer.answer("which NATO members don't recognize Kosovo?"));
        let [message] = sent.as_slice() else { panic!("one message, not {}", sent.len()) };
        assert!(message.content.starts_with("Four: Spain, Slovakia, Greece and Romania."), "{}", message.content);
        let embed = &message.embeds[0];
        assert!(embed.description.contains("do not as yet recognise"), "{embed:?}");
        assert!(
            embed.fields.iter().any(|f| f.name == "Source" && f.value.contains("](http") && f.value.contains("paragraph 18")),
            "{embed:?}"
        );
        assert!(embed.fields.iter().any(|f| f.name == "As of" && f.value == "April 2022"), "{embed:?}");
        assert_eq!(message.components.last().map(|r| r.components.len()), Some(2));
    }

    #[test]
    fn a_refusal_offers_related_questions() {
        let answerer = factotum_built_in::answerer();
        let sent = messages(answerer.base(), &answerer.answer("does Cyprus recognise Kosovo?"));
        assert!(sent[0].content.starts_with("Nothing on record about Cyprus"), "{}", sent[0].content);
        assert!(sent[0].embeds.is_empty());
        assert_eq!(sent[0].components.len(), 1);
    }

    #[test]
    fn every_answer_fits() {
        let answerer = factotum_built_in::answerer();
        for intent in &answerer.base().intents {
            for message in messages(answerer.base(), &answerer.answer(&intent.question)) {
                assert!(!message.content.is_empty() && message.content.chars().count() <= MAX_CONTENT, "{}", intent.id);
                assert!(message.embeds.iter().map(Embed::characters).sum::<usize>() <= MAX_EMBEDS, "{}", intent.id);
            }
        }
    }

    #[test]
    fn long_texts_are_split_and_embeds_are_cut() {
        let text = "A sentence of some length. ".repeat(200);
        let sent = in_messages(&text, Message::text("replaced"));
        assert!(sent.len() > 1 && sent.iter().all(|m| m.content.chars().count() <= MAX_CONTENT && m.content.ends_with('.')));
        let field = |n: usize| Field { name: n.to_string(), value: "v".repeat(MAX_FIELD), inline: false };
        let embed = fitting(Embed { description: "d".repeat(9_000), fields: (0..3).map(field).collect(), ..Embed::default() });
        assert!(embed.characters() <= MAX_EMBEDS && embed.description.chars().count() <= MAX_DESCRIPTION);
    }
}
