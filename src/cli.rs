//! The command line: arguments and which command they call. All printing is below here.

mod ask;
mod chat;
mod check;
mod import;
mod lines;
mod progress;
mod settings;
mod test;
mod topics;

use clap::{Parser, Subcommand};
use settings::{Global, Settings};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const STATUSES: &str = "\
Exit status:
  0  done; for `ask` also when the record has no answer
  1  ran, and the result is not good: errors in a pack, golden questions answered wrongly, bad rows
  2  could not run: wrong arguments, an unreadable file, a pack or settings that do not load

The knowledge comes from --knowledge DIR, else from `knowledge` in the bot.toml that is in force
(--config FILE, else ./bot.toml), else from the program itself. Colours appear on a terminal only,
and never where NO_COLOR is set.";

/// Answers questions from a curated, cited record, and says so when something is not on it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = STATUSES, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer a question, or every line of standard input
    Ask(ask::Ask),
    /// Talk: ask one question after the other
    Chat(chat::Chat),
    /// List what there are answers to, by topic
    Topics(topics::Topics),
    /// Look for mistakes in a knowledge pack, and explain them
    Check(check::Check),
    /// Ask golden questions and keep the score
    Test(test::Test),
    /// Turn a table of questions and answers into a knowledge pack
    Import(import::Import),
}

/// How a command ended, where it ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Good,
    /// Ran, and the result is not good.
    Bad,
    /// Could not do what it was called for.
    CouldNotRun,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Good => 0,
            Status::Bad => 1,
            Status::CouldNotRun => 2,
        })
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let settings = Settings::load(&arguments.global)?;
    log_to_standard_error(settings.log_filter())?;
    match &arguments.command {
        Command::Ask(ask) => ask.run(&settings),
        Command::Chat(chat) => chat.run(&settings),
        Command::Topics(topics) => topics.run(&settings),
        Command::Check(check) => check.run(&settings),
        Command::Test(test) => test.run(&settings),
        Command::Import(import) => import.run(),
    }
}

/// Says on standard error why the program could not run.
pub fn complain(error: &anyhow::Error) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(anstream::stderr(), "{}error{}: {error:#}", BAD.render(), BAD.render_reset());
}

/// The style of what went wrong.
const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
/// The style of what deserves a look.
const DOUBTFUL: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();
/// The style of headings.
const HEADING: anstyle::Style = anstyle::Style::new().bold();

fn log_to_standard_error(filter: &str) -> anyhow::Result<()> {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_new(filter)?)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .without_time()
        .try_init()
        .map_err(anyhow::Error::from_boxed)
}

/// "1 fact", "2 facts".
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Reads a file of at most `limit` bytes.
fn read_bounded(path: &PathBuf, limit: u64) -> anyhow::Result<Vec<u8>> {
    use anyhow::Context;
    use std::io::Read;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    file.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(bytes.len() as u64 <= limit, "{} is larger than {limit} bytes", path.display());
    Ok(bytes)
}
