//! `factotum ask`: one question, or one a line.

use super::lines::read_line;
use super::settings::Settings;
use super::{Status, folder, messages, read_bounded};
use anyhow::Context;
use clap::ValueEnum;
use factotum_core::answering::{Answerer, Reply};
use factotum_core::knowledge::Today;
use factotum_core::render::{console, escape_control, explain, json};
use factotum_curator::golden::{self, Said};
use factotum_journal::{Asker, Gap, Recorder};
use factotum_service::pack::MAX_FILE;
use std::ffi::OsString;
use std::io::{BufRead, IsTerminal, Write};
use std::time::{Instant, SystemTime};

/// Arguments of `ask`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without QUESTION, each line of standard input is a question and is answered as it arrives. Empty \
lines get a reply too, so there are as many replies as lines. Invalid UTF-8 is replaced. Over-long \
lines are truncated and declined. With --json a line may also be an object:
{\"question\": \"and Romania?\", \"context\": \"does Spain recognise Kosovo?\"}, where the context is the \
question before.")]
pub(super) struct Ask {
    /// The question; it needs no quotation marks
    #[arg(value_name = "QUESTION")]
    words: Vec<OsString>,
    /// Print one JSON object per question
    #[arg(long)]
    json: bool,
    /// Show how the question was read, and the evidence for and against each candidate
    #[arg(long)]
    explain: bool,
    /// Say whether the reply is right: it becomes a golden question in `questions/saved.toml` of the knowledge base
    #[arg(long, value_enum, value_name = "VERDICT", requires = "words")]
    save: Option<Save>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Save {
    /// It is as it should be
    Right,
    /// It is not: another answer, an answer at all, or none would be right
    Wrong,
}

/// Writes a golden question beside the knowledge files.
fn save(settings: &Settings, answerer: &Answerer, question: &str, said: Save) -> anyhow::Result<()> {
    let knowledge = settings.config().knowledge.0.as_deref();
    let knowledge = knowledge.context("the built-in knowledge base has no folder to save golden questions in; use --knowledge")?;
    let folder = knowledge.join(golden::FOLDER);
    let path = folder.join(golden::SAVED);
    let old = if path.exists() { Some(String::from_utf8_lossy(&read_bounded(&path, MAX_FILE)?).into_owned()) } else { None };
    let said = if said == Save::Right { Said::Right } else { Said::Wrong };
    let name = path.display().to_string();
    let text = golden::add(answerer.base(), &name, old.as_deref(), question, &answerer.answer(question), said)
        .with_context(|| format!("cannot add to {}", escape_control(&name)))?;
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    folder::replace(&path, &text)?;
    writeln!(anstream::stderr(), "saved in {}; `factotum test` asks it from now on", escape_control(&name))?;
    Ok(())
}

/// A question with the one before it.
struct Line {
    question: String,
    context: Option<String>,
}

impl Line {
    /// A line of input: a question, or with `--json` an object such as `{"question": "and Romania?", "context": "..."}`.
    fn of(text: &str, json: bool) -> Line {
        let object = serde_json::from_str::<serde_json::Value>(text).ok().filter(|_| json && text.trim_start().starts_with('{'));
        let field = |name: &str| Some(object.as_ref()?.get(name)?.as_str()?.to_owned());
        match field("question") {
            Some(question) => Line { question, context: field("context") },
            None => Line { question: text.to_owned(), context: None },
        }
    }
}

impl Ask {
    /// Answers the question, or every line of standard input.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let answerer = settings.answerer()?;
        let recorder = settings.recorder(|_| ())?;
        let status = self.answer_each(settings, &answerer, recorder.as_ref());
        recorder.iter().for_each(Recorder::finish);
        status
    }

    fn answer_each(&self, settings: &Settings, answerer: &Answerer, recorder: Option<&Recorder>) -> anyhow::Result<Status> {
        if !self.words.is_empty() {
            let words: Vec<_> = self.words.iter().map(|w| w.to_string_lossy()).collect();
            let question = words.join(" ");
            self.answer(answerer, recorder, &question)?;
            if let Some(said) = self.save {
                save(settings, answerer, &question, said)?;
            }
            return Ok(Status::Good);
        }
        let input = std::io::stdin();
        if input.is_terminal() {
            writeln!(anstream::stderr(), "{}", messages::ask_welcome(answerer.base().topics().len()))?;
        }
        self.answer_all(answerer, recorder, &mut input.lock())
    }

    fn answer_all(&self, answerer: &Answerer, recorder: Option<&Recorder>, input: &mut impl BufRead) -> anyhow::Result<Status> {
        let mut first = true;
        while let Some(line) = read_line(input).context("cannot read standard input")? {
            if !(first || self.json) {
                writeln!(std::io::stdout())?;
            }
            first = false;
            self.answer(answerer, recorder, &line)?;
        }
        Ok(Status::Good)
    }

    /// Answers one question and flushes the reply.
    fn answer(&self, answerer: &Answerer, recorder: Option<&Recorder>, question: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        let line = Line::of(question, self.json);
        let reply = match &line.context {
            Some(before) => answerer.answer_after(before, &line.question),
            None => answerer.answer(&line.question),
        };
        let reply = reply.shown_on(answerer.base(), &Today::of(SystemTime::now()));
        let question = line.question.as_str();
        let microseconds = begun.elapsed().as_micros();
        if let Some(recorder) = recorder {
            recorder.record(Asker::Console, Gap::all(answerer, question, &reply));
        }
        if self.json {
            // Not through the stream that strips colours: JSON must arrive byte for byte.
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", json::line(&self.object(answerer, question, &reply, microseconds)))?;
            out.flush()?;
        } else {
            let mut out = anstream::stdout().lock();
            writeln!(out, "{}", console::reply(answerer.base(), &reply))?;
            if self.explain {
                writeln!(out, "\n{}  took          {microseconds} µs", explain::human(answerer.base(), &reply))?;
            }
            out.flush()?;
        }
        Ok(())
    }

    fn object(&self, answerer: &Answerer, question: &str, reply: &Reply, microseconds: u128) -> serde_json::Value {
        let mut object = json::reply(answerer.base(), question, reply);
        if self.explain {
            object["explain"] = explain::interpretation(answerer.base(), reply);
            object["evidence"] = explain::evidence(answerer.base(), reply);
            object["us"] = serde_json::json!(u64::try_from(microseconds).unwrap_or(u64::MAX));
        }
        object
    }
}
