//! `factotum chat`: questions and a few commands, interactively.

use super::lines::read_line;
use super::settings::Settings;
use super::{HEADING, Status, count, messages};
use anyhow::Context;
use factotum_core::answering::{Answerer, Outcome, Reason, Reply};
use factotum_core::knowledge::{Today, date_in_words};
use factotum_core::render::{console, escape_control, explain};
use factotum_journal::{Asker, Gap, Recorder};
use rustyline::error::ReadlineError;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::SystemTime;

/// How many earlier questions the arrow keys recall.
const HISTORY: usize = 1_000;

/// Arguments of `chat`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Use the arrow keys to edit the line and to recall earlier questions. These are saved only if the \
environment variable FACTOTUM_HISTORY names a file. Type /help for the other commands.")]
pub(super) struct Chat {}

impl Chat {
    /// Answers until the person leaves.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let mut talk = Talk { answerer: settings.answerer()?, recorder: settings.recorder(|_| ())?, last: None, before: None };
        let left = if std::io::stdin().is_terminal() { talk.with_prompt() } else { talk.with_lines() };
        talk.recorder.iter().for_each(Recorder::finish);
        left.map(|()| Status::Good)
    }
}

/// The conversation so far.
struct Talk {
    answerer: Answerer,
    /// The gaps journal, if it is kept.
    recorder: Option<Recorder>,
    last: Option<Reply>,
    /// The question that a follow-up follows, in full.
    before: Option<String>,
}

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    Leave,
}

impl Talk {
    /// With a person at a terminal.
    fn with_prompt(&mut self) -> anyhow::Result<()> {
        let config = rustyline::Config::builder().max_history_size(HISTORY)?.auto_add_history(true).history_ignore_space(true).build();
        let mut editor = rustyline::DefaultEditor::with_config(config).context("cannot use this terminal")?;
        let kept = std::env::var_os("FACTOTUM_HISTORY").filter(|path| !path.is_empty()).map(PathBuf::from);
        if let Some(path) = kept.as_ref().filter(|path| path.exists()) {
            editor.load_history(path).with_context(|| format!("cannot read the history in {}", path.display()))?;
        }
        writeln!(anstream::stdout(), "{}", messages::chat_welcome(console::topics(self.answerer.base()).len()))?;
        loop {
            match editor.readline("> ") {
                Ok(line) if self.hear(&line)? == Then::Leave => break,
                Ok(_) => writeln!(anstream::stdout())?,
                Err(ReadlineError::Interrupted) => writeln!(anstream::stdout(), "{}", messages::HOW_TO_LEAVE)?,
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(error).context("cannot read from the terminal"),
            }
        }
        if let Some(path) = kept {
            editor.save_history(&path).with_context(|| format!("cannot save the history to {}", path.display()))?;
        }
        Ok(())
    }

    /// From a pipe or a file.
    fn with_lines(&mut self) -> anyhow::Result<()> {
        let mut input = std::io::stdin().lock();
        while let Some(line) = read_line(&mut input).context("cannot read standard input")? {
            if self.hear(&line)? == Then::Leave {
                break;
            }
            writeln!(anstream::stdout())?;
        }
        Ok(())
    }

    /// Answers a question or runs a command.
    fn hear(&mut self, line: &str) -> anyhow::Result<Then> {
        let mut out = anstream::stdout().lock();
        match line.trim() {
            "" => {}
            "/quit" | "/exit" => return Ok(Then::Leave),
            "/help" => writeln!(out, "{}", messages::CHAT_HELP)?,
            "/topics" => self.topics(&mut out)?,
            "/sources" => self.sources(&mut out)?,
            "/explain" => match &self.last {
                Some(reply) => write!(out, "{}", explain::human(self.answerer.base(), reply))?,
                None => writeln!(out, "{}", messages::NOTHING_TO_EXPLAIN)?,
            },
            command if command.starts_with('/') => writeln!(out, "{}\n{}", messages::UNKNOWN_CHAT_COMMAND, messages::CHAT_HELP)?,
            question => {
                let reply = match &self.before {
                    Some(before) => self.answerer.answer_after(before, question),
                    None => self.answerer.answer(question),
                };
                let reply = reply.shown_on(self.answerer.base(), &Today::of(SystemTime::now()));
                if let Some(full) = &reply.read_as {
                    writeln!(out, "({})", escape_control(full))?;
                }
                // A follow-up that led nowhere leaves the question before it in place.
                if !matches!(reply.outcome, Outcome::NoAnswer(Reason::Unsettled)) {
                    self.before = Some(reply.read_as.clone().unwrap_or_else(|| question.to_owned()));
                }
                writeln!(out, "{}", console::reply(self.answerer.base(), &reply))?;
                if let Some(recorder) = &self.recorder {
                    recorder.record(Asker::Console, Gap::all(&self.answerer, question, &reply));
                }
                self.last = Some(reply);
            }
        }
        out.flush()?;
        Ok(Then::GoOn)
    }

    fn topics(&self, out: &mut impl Write) -> std::io::Result<()> {
        for (topic, intents) in console::topics(self.answerer.base()) {
            let one = intents.first().map_or_else(String::new, |i| console::question(i));
            writeln!(out, "{HEADING}{topic}{HEADING:#}: {}, such as \"{one}\"", count(intents.len(), "question", "questions"))?;
        }
        Ok(())
    }

    fn sources(&self, out: &mut impl Write) -> std::io::Result<()> {
        for source in &self.answerer.base().sources {
            let date = source.date.as_ref().map_or_else(String::new, |date| date_in_words(date));
            let about = [&source.publisher, &date, &source.url];
            let about: Vec<String> = about.into_iter().filter(|t| !t.is_empty()).map(|t| escape_control(t)).collect();
            writeln!(out, "{HEADING}{}{HEADING:#}: {}", escape_control(&source.title), about.join(", "))?;
            if !source.date_note.is_empty() {
                writeln!(out, "  {}", escape_control(&source.date_note))?;
            }
            if !source.limits.is_empty() {
                writeln!(out, "  {}", escape_control(&source.limits))?;
            }
        }
        Ok(())
    }
}
