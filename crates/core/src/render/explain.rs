//! Why a question got its reply: how it was understood, and the evidence for and against each candidate.

use super::escape_control;
use super::json::name;
use crate::answering::evidence::Evidence;
use crate::answering::{EventPair, Outcome, Part, Reason, Reply};
use crate::grammar::{self, Frame, Name, Place, Role};
use crate::interpretation::{Interpretation, Mention};
use crate::knowledge::{AnswerType, EntityId, KnowledgeBase};
use crate::matching::Candidate;
use serde_json::{Value, json};
use std::fmt::Write;

/// How the question was understood, and each part of a compound one; null if it could not be read.
pub fn interpretation(base: &KnowledgeBase, reply: &Reply) -> Value {
    let Some(whole) = &reply.interpretation else { return Value::Null };
    let mut out = understood(base, whole);
    out["events"] = events(base, reply.events.as_ref());
    let parts = reply.parts.iter().map(|Part { text, decision }| {
        let mut out = understood(base, &decision.interpretation);
        out["text"] = json!(text);
        out["outcome"] = json!(outcome(&decision.outcome));
        out["confidence"] = json!(decision.confidence);
        out["events"] = events(base, decision.events.as_ref());
        out["evidence"] = candidates(base, Some(&decision.interpretation), &decision.candidates, &decision.evidence);
        out
    });
    out["parts"] = parts.collect();
    out
}

/// The evidence for and against each candidate, in their order.
pub fn evidence(base: &KnowledgeBase, reply: &Reply) -> Value {
    candidates(base, reply.interpretation.as_ref(), &reply.candidates, &reply.evidence)
}

/// All of it for people, in lines that end in a line break.
pub fn human(base: &KnowledgeBase, reply: &Reply) -> String {
    let mut out = String::new();
    if let Some(interpretation) = &reply.interpretation {
        describe(&mut out, base, interpretation);
    }
    line(&mut out, "outcome", &format!("{}, confidence {:.2}", outcome(&reply.outcome), reply.confidence));
    computed(&mut out, base, reply.events.as_ref());
    weigh(&mut out, base, reply.interpretation.as_ref(), &reply.candidates, &reply.evidence);
    for Part { text, decision } in &reply.parts {
        line(&mut out, "part", text);
        describe(&mut out, base, &decision.interpretation);
        line(&mut out, "outcome", &format!("{}, confidence {:.2}", outcome(&decision.outcome), decision.confidence));
        computed(&mut out, base, decision.events.as_ref());
        weigh(&mut out, base, Some(&decision.interpretation), &decision.candidates, &decision.evidence);
    }
    out
}

fn understood(base: &KnowledgeBase, interpretation: &Interpretation) -> Value {
    let span = |span: &crate::interpretation::Span| {
        json!({
            "words": interpretation.words(span), "mention": mention(base, span.mention), "description": description(base, span.mention),
            "asked": interpretation.question.focus.get(span.from),
        })
    };
    json!({
        "spans": interpretation.spans.iter().map(span).collect::<Vec<_>>(),
        "answer_type": interpretation.question.expected.map(AnswerType::as_str),
        "denies": interpretation.question.denies,
        "implied": ids(base, &interpretation.implied),
        "roles": roles(base, interpretation),
    })
}

/// Who does what to whom, a line for each deed: "osmani (agent) ask biden (patient)".
fn roles(base: &KnowledgeBase, interpretation: &Interpretation) -> Vec<String> {
    grammar::read(interpretation).frames.iter().map(|f| frame(base, f)).collect()
}

/// Who does what to whom, in a line.
fn frame(base: &KnowledgeBase, frame: &Frame) -> String {
    let name = |name: &Name| match name {
        Name::Entity(e) => base[*e].id.clone(),
        Name::Slot => "slot".to_owned(),
        Name::Text(text) | Name::Noun(text) => text.clone(),
    };
    let place = |place: &Place| match place {
        Place::Agent => "agent".to_owned(),
        Place::Patient => "patient".to_owned(),
        Place::Owner => "owner".to_owned(),
        Place::Behind(preposition) => preposition.clone(),
    };
    let act = frame.object.as_ref().map_or(frame.act.stem.clone(), |object| format!("{} {}", frame.act.stem, object.stem));
    let (first, others): (Vec<&Role>, Vec<&Role>) = frame.roles.iter().partition(|role| role.place == Place::Agent);
    let told = |roles: Vec<&Role>| roles.into_iter().map(|r| format!("{} ({})", name(&r.name), place(&r.place))).collect::<Vec<_>>();
    let act = if frame.negative { format!("not {act}") } else { act };
    [told(first), vec![act], told(others)].concat().join(" ")
}

fn events(base: &KnowledgeBase, pair: Option<&EventPair>) -> Value {
    pair.map_or(Value::Null, |pair| json!([base[pair.first].id, base[pair.second].id]))
}

fn candidates(base: &KnowledgeBase, interpretation: Option<&Interpretation>, candidates: &[Candidate], evidence: &[Evidence]) -> Value {
    let list = candidates.iter().zip(evidence).map(|(candidate, e)| {
        json!({
            "class": name(base, candidate.class), "probability": candidate.probability, "shared": candidate.shared, "coverage": e.coverage,
            "answer_type": e.answer_type, "polarity": e.polarity, "unmatched": ids(base, &e.unmatched), "figures": e.figures,
            "leftover": interpretation.map(|i| e.leftover_words(i)),
            "likeness": {"phrase": candidate.phrase, "statement": candidate.statement},
            "verbatim": e.verbatim, "objection": e.objection.as_ref().map(Reason::as_str), "signals": e.signals.as_slice(), "confidence": e.confidence,
        })
    });
    list.collect()
}

fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Answer(_) => "answered",
        Outcome::Clarify(_) => "two meanings are close",
        Outcome::NoAnswer(reason) => reason.as_str(),
        Outcome::SmallTalk(_) => "small talk",
    }
}

fn describe(out: &mut String, base: &KnowledgeBase, interpretation: &Interpretation) {
    let spans = interpretation.spans.iter().map(|span| match span.mention {
        Mention::Word => interpretation.words(span),
        named => {
            let about = description(base, named).map_or_else(String::new, |text| format!(" ({text})"));
            format!("[{} = {}{about}]", interpretation.words(span), mention(base, named))
        }
    });
    line(out, "read as", &spans.collect::<Vec<_>>().join(" "));
    let expected = interpretation.question.expected.map_or("nothing in particular", AnswerType::as_str);
    line(out, "asked for", &format!("{expected}{}", if interpretation.question.denies { ", denied" } else { "" }));
    if !interpretation.implied.is_empty() {
        line(out, "implied", &ids(base, &interpretation.implied).join(", "));
    }
    for told in roles(base, interpretation) {
        line(out, "roles", &told);
    }
    for correction in &interpretation.corrections {
        line(out, "corrected", &format!("\"{}\" to {}", correction.from, correction.to));
    }
}

fn computed(out: &mut String, base: &KnowledgeBase, pair: Option<&EventPair>) {
    if let Some(pair) = pair {
        line(out, "computed", &format!("from the dates of {} and {}", base[pair.first].id, base[pair.second].id));
    }
}

fn weigh(out: &mut String, base: &KnowledgeBase, interpretation: Option<&Interpretation>, candidates: &[Candidate], evidence: &[Evidence]) {
    for (candidate, evidence) in candidates.iter().zip(evidence) {
        line(out, "candidate", &format!("{:.2} {}", evidence.confidence, name(base, candidate.class)));
        let Candidate { probability, shared, phrase, statement, .. } = candidate;
        let (coverage, answer_type) = (evidence.coverage, evidence.answer_type);
        line(
            out,
            "  for",
            &format!("probability {probability:.2}, of the same fact {shared:.2}, coverage {coverage:.2}, answer type {answer_type:.2}"),
        );
        // What stands on record word for word is not encoded.
        if *phrase != 0.0 {
            line(out, "  for", &format!("likeness to a phrase {phrase:.2}, to a statement {statement:.2}"));
        }
        if evidence.verbatim {
            line(out, "  for", "it stands on record word for word");
        }
        let against = against(base, interpretation, evidence);
        if !against.is_empty() {
            line(out, "  against", &against.join("; "));
        }
    }
}

fn against(base: &KnowledgeBase, interpretation: Option<&Interpretation>, evidence: &Evidence) -> Vec<String> {
    let listed = |what: &str, items: &[String]| (!items.is_empty()).then(|| format!("{what} {}", items.join(", ")));
    let mut out: Vec<String> = Vec::new();
    out.extend(evidence.objection.as_ref().map(|reason| format!("ruled out by {}", reason.as_str())));
    out.extend(listed("does not speak of", &ids(base, &evidence.unmatched)));
    out.extend(listed("does not have the figure", &evidence.figures));
    out.extend(interpretation.and_then(|i| listed("does not account for", &evidence.leftover_words(i))));
    out.extend(evidence.conflict.as_ref().map(|of| format!("asks {}, on record {}", frame(base, &of.0), frame(base, &of.1))));
    out.extend((!evidence.polarity).then(|| "denies where the other does not".to_owned()));
    out
}

fn line(out: &mut String, label: &str, text: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "  {label:<13} {}", escape_control(text));
}

fn mention(base: &KnowledgeBase, mention: Mention) -> String {
    match mention {
        Mention::Entity(e) => base[e].id.clone(),
        Mention::Role(r) => format!("role {}", base[r].id),
        Mention::SynonymSet(s) => format!("synonym {}", base[s].id),
        Mention::Slot => "slot".to_owned(),
        Mention::Word => "word".to_owned(),
    }
}

/// What a recognised name is, where the knowledge base says so.
fn description(base: &KnowledgeBase, mention: Mention) -> Option<&str> {
    match mention {
        Mention::Entity(e) => Some(base[e].description.as_str()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn ids(base: &KnowledgeBase, entities: &[EntityId]) -> Vec<String> {
    entities.iter().map(|e| base[*e].id.clone()).collect()
}
