//! Prints what the confidence of each candidate is made of, for `tools/confidence/fit.py`: a JSON object for each question.
//!
//! `cargo bench --bench signals -- KNOWLEDGE QUESTIONS [KNOWLEDGE QUESTIONS]...`: a knowledge folder (or `built-in`) and a file with a
//! question a line.

#![allow(clippy::print_stdout, reason = "the output of a tool")]

use factotum_core::answering::{Answerer, Outcome};
use factotum_core::matching::Class;
use factotum_service::pack;
use serde_json::json;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    for pair in arguments.chunks_exact(2) {
        let answerer = if pair[0] == "built-in" {
            factotum_built_in::answerer()
        } else {
            let loaded = factotum_core::pack::load(&pack::read(Path::new(&pair[0]))?);
            Answerer::new(loaded.base.ok_or_else(|| format!("{} has errors; see `factotum check`", pair[0]))?)
        };
        let base = answerer.base();
        for line in std::fs::read_to_string(&pair[1])?.lines() {
            let Some(decision) = answerer.weigh(line) else {
                println!("{}", json!({"knowledge": pair[0], "q": line, "candidates": []}));
                continue;
            };
            let verbatim = answerer.matcher().verbatim(&decision.interpretation).is_some();
            let candidates = decision.candidates.iter().zip(&decision.evidence).map(|(candidate, evidence)| {
                let (class, id, text) = match candidate.class {
                    Class::Intent(i) => ("intent", base[i].id.as_str(), answerer.shown(i, &decision.interpretation)),
                    Class::Unanswerable(u) => ("unanswerable", base[u].id.as_str(), String::new()),
                    Class::SmallTalk(s) => ("small_talk", base[s].id.as_str(), String::new()),
                };
                json!({"class": class, "id": id, "text": text, "signals": evidence.signals.as_slice(), "objection": evidence.objection.as_ref().map(|o| o.as_str()),
                    "ruled_out": evidence.is_ruled_out(), "confidence": evidence.confidence})
            });
            let answered = matches!(decision.outcome, Outcome::Answer(_));
            println!(
                "{}",
                json!({"knowledge": pair[0], "q": line, "verbatim": verbatim, "answered": answered, "candidates": candidates.collect::<Vec<_>>()})
            );
        }
    }
    Ok(())
}
