//! Outcomes as JSON objects, one a question.

use super::{answer_text, facts, message};
use crate::answering::{Outcome, Reply};
use crate::knowledge::KnowledgeBase;
use crate::matching::Class;
use crate::text::is_control_or_bidi;
use serde_json::{Value, json};
use std::fmt::Write;

/// The reply to a question as a JSON object.
pub fn reply(base: &KnowledgeBase, question: &str, reply: &Reply) -> Value {
    let (outcome, intent) = match &reply.outcome {
        Outcome::Answer(parts) => ("answer", parts.first().map(|p| base[p.intent].id.as_str())),
        Outcome::Clarify(intents) => ("clarify", intents.first().map(|i| base[*i].id.as_str())),
        Outcome::NoAnswer(_) => ("no_answer", None),
        Outcome::SmallTalk(talk) => ("small_talk", Some(base[*talk].id.as_str())),
    };
    let answer = match &reply.outcome {
        Outcome::Answer(parts) => json!({
            "text": answer_text(base, parts, reply.record, reply.language),
            "facts": facts(parts).into_iter().map(|id| {
                let fact = &base[id];
                let source = &base[fact.source];
                json!({
                    "id": fact.id, "statement": base.statement(id, reply.record), "as_of": fact.as_of, "attributed_to": fact.speaker.map(|s| base[s].name.as_str()),
                    "review_after": fact.review_after,
                    "source": {"id": source.id, "title": source.title, "publisher": source.publisher, "url": source.url, "paragraphs": fact.paragraphs},
                })
            }).collect::<Vec<_>>(),
        }),
        _ => Value::Null,
    };
    let reason = match &reply.outcome {
        Outcome::NoAnswer(reason) => Some(reason.as_str()),
        _ => None,
    };
    json!({
        "question": question,
        "outcome": outcome,
        "intent": intent,
        "confidence": round(reply.confidence),
        "message": message(base, reply),
        "answer": answer,
        "suggestions": reply.suggestions.iter().map(|i| json!({"intent": base[*i].id, "question": base.question(*i, reply.record)})).collect::<Vec<_>>(),
        "candidates": reply.candidates.iter().zip(&reply.evidence).map(|(c, e)| json!({"intent": name(base, c.class), "score": round(e.confidence)})).collect::<Vec<_>>(),
        "corrections": reply.corrections().iter().map(|c| json!({"from": c.from, "to": c.to})).collect::<Vec<_>>(),
        "unanswered": reply.unanswered,
        "reason": reason,
        "read_as": reply.read_as,
        "overdue": reply.overdue,
        "language": reply.language.code(),
    })
}

/// An object on one line, to be printed: what a terminal would obey inside a text is escaped, so that the texts are the same
/// to anyone who parses them.
pub fn line(object: &Value) -> String {
    object.to_string().chars().fold(String::new(), |mut out, c| {
        if is_control_or_bidi(c) {
            // All of them have four digits or fewer, and JSON has no such character outside of texts.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
        out
    })
}

/// The id of a class.
pub fn name(base: &KnowledgeBase, class: Class) -> &str {
    match class {
        Class::Intent(id) => &base[id].id,
        Class::Unanswerable(id) => &base[id].id,
        Class::SmallTalk(id) => &base[id].id,
    }
}

/// Four digits are more than the figures are worth.
fn round(x: f32) -> f64 {
    (f64::from(x.clamp(0.0, 1.0)) * 1e4).round() / 1e4
}
