//! `factotum topics`: what there are answers to.

use super::settings::Settings;
use super::{HEADING, Status};
use factotum_core::render::{console, json};
use std::io::Write;

/// Arguments of `topics`.
#[derive(Debug, clap::Args)]
pub(super) struct Topics {
    /// Print a JSON object for each topic, one a line
    #[arg(long)]
    json: bool,
}

impl Topics {
    /// Lists the topics of the current knowledge base.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let base = settings.base()?;
        if self.json {
            let mut out = std::io::stdout().lock();
            for (topic, intents) in console::topics(&base) {
                let questions: Vec<_> = intents.iter().map(|i| serde_json::json!({"intent": i.id, "question": i.question})).collect();
                writeln!(out, "{}", json::line(&serde_json::json!({"topic": topic, "questions": questions})))?;
            }
        } else {
            let mut out = anstream::stdout().lock();
            for (index, (topic, intents)) in console::topics(&base).into_iter().enumerate() {
                let gap = if index == 0 { "" } else { "\n" };
                writeln!(out, "{gap}{HEADING}{topic}{HEADING:#}")?;
                for intent in intents {
                    writeln!(out, "  {}", console::question(intent))?;
                }
            }
        }
        Ok(Status::Good)
    }
}
