//! Why a question got its reply: how it was read, and what spoke for and against each candidate.

use super::json::name;
use super::visible;
use crate::answering::evidence::Evidence;
use crate::answering::{Answerer, Outcome, Reply};
use crate::knowledge::{AnswerType, EntityId, KnowledgeBase};
use crate::question::Question;
use crate::reading::{Reading, Unit};
use serde_json::{Value, json};
use std::fmt::Write;

/// How the question was read; null if it cannot be.
pub fn reading(answerer: &Answerer, question: &str) -> Value {
    let Some(reading) = read(answerer, question) else { return Value::Null };
    let base = answerer.base();
    let parts: Vec<Value> = reading
        .parts
        .iter()
        .map(|part| json!({"words": reading.words(part), "read_as": unit(base, part.unit), "asked": reading.question.focus.get(part.from)}))
        .collect();
    json!({
        "parts": parts,
        "asked_for": reading.question.expected.map(AnswerType::as_str),
        "denies": reading.question.denies,
        "implied": ids(base, &reading.implied),
    })
}

/// What spoke for and against each candidate, in their order, in the reply to a question.
pub fn evidence(answerer: &Answerer, question: &str, reply: &Reply) -> Value {
    let (base, reading) = (answerer.base(), read(answerer, question));
    let list = reply.candidates.iter().zip(&reply.evidence).map(|(candidate, e)| {
        json!({
            "class": name(base, candidate.class), "probability": candidate.probability, "shared": candidate.shared, "coverage": e.coverage,
            "answer_type": e.answer_type, "polarity": e.polarity, "strays": ids(base, &e.strays), "figures": e.figures,
            "leftover": reading.as_ref().map(|r| e.leftover_words(r)),
            "objection": e.objection.as_ref().map(crate::answering::Reason::as_str), "signals": e.signals, "confidence": e.confidence,
        })
    });
    list.collect()
}

/// All of it for people, in lines that end in a line break.
pub fn human(answerer: &Answerer, question: &str, reply: &Reply) -> String {
    let base = answerer.base();
    let mut out = String::new();
    let reading = read(answerer, question);
    if let Some(reading) = &reading {
        let parts: Vec<String> = reading
            .parts
            .iter()
            .map(|part| match part.unit {
                Unit::Word => reading.words(part),
                named => format!("[{} = {}]", reading.words(part), unit(base, named)),
            })
            .collect();
        line(&mut out, "read as", &parts.join(" "));
        let asked = reading.question.expected.map_or("nothing in particular", AnswerType::as_str);
        line(&mut out, "asked for", &format!("{asked}{}", if reading.question.denies { ", denied" } else { "" }));
        if !reading.implied.is_empty() {
            line(&mut out, "implied", &ids(base, &reading.implied).join(", "));
        }
    }
    for correction in &reply.corrections {
        line(&mut out, "corrected", &format!("\"{}\" to {}", correction.from, correction.to));
    }
    let outcome = match &reply.outcome {
        Outcome::Answer(_) => "answered",
        Outcome::Clarify(_) => "two readings are close",
        Outcome::NoAnswer(reason) => reason.as_str(),
        Outcome::SmallTalk(_) => "small talk",
    };
    line(&mut out, "outcome", &format!("{outcome}, confidence {:.2}", reply.confidence));
    for (candidate, evidence) in reply.candidates.iter().zip(&reply.evidence) {
        line(&mut out, "candidate", &format!("{:.2} {}", evidence.confidence, name(base, candidate.class)));
        line(
            &mut out,
            "  for",
            &format!(
                "probability {:.2}, of the same fact {:.2}, coverage {:.2}, answer type {:.2}",
                candidate.probability, candidate.shared, evidence.coverage, evidence.answer_type
            ),
        );
        let against = against(base, reading.as_ref(), evidence);
        if !against.is_empty() {
            line(&mut out, "  against", &against.join("; "));
        }
    }
    out
}

fn against(base: &KnowledgeBase, reading: Option<&Reading>, evidence: &Evidence) -> Vec<String> {
    let listed = |what: &str, items: &[String]| (!items.is_empty()).then(|| format!("{what} {}", items.join(", ")));
    let mut out: Vec<String> = Vec::new();
    out.extend(evidence.objection.as_ref().map(|reason| format!("forbidden by {}", reason.as_str())));
    out.extend(listed("does not speak of", &ids(base, &evidence.strays)));
    out.extend(listed("does not have the figure", &evidence.figures));
    out.extend(reading.and_then(|r| listed("does not account for", &evidence.leftover_words(r))));
    out.extend((!evidence.polarity).then(|| "denies where the other does not".to_owned()));
    out
}

fn line(out: &mut String, label: &str, text: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "  {label:<13} {}", visible(text));
}

fn read(answerer: &Answerer, question: &str) -> Option<Reading> {
    Question::parse(question).ok().map(|q| answerer.matcher().read(answerer.base(), q))
}

fn unit(base: &KnowledgeBase, unit: Unit) -> String {
    match unit {
        Unit::Entity(e) => base[e].id.clone(),
        Unit::Role(r) => format!("office {}", base[r].id),
        Unit::Concept(c) => format!("idea {}", base[c].id),
        Unit::Slot => "slot".to_owned(),
        Unit::Word => "word".to_owned(),
    }
}

fn ids(base: &KnowledgeBase, entities: &[EntityId]) -> Vec<String> {
    entities.iter().map(|e| base[*e].id.clone()).collect()
}
