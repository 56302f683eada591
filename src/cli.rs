//! The command line: arguments and which command they call. All printing is below here.

mod ask;
mod chat;
mod check;
mod commands;
mod config;
mod folder;
mod healthcheck;
mod identify_queue;
mod import;
mod lines;
mod migrate;
mod progress;
mod reloading;
mod run;
mod serve_interactions;
mod service;
mod settings;
mod signals;
mod test;
mod token;
mod topics;

use clap::{Parser, Subcommand};
use factotum_core::render::escape_control;
use factotum_discord::adapter::serenity_internals::gateway_log::{self, ShardEvents};
use factotum_service::config::{LogFormat, unknown_variables};
use factotum_service::exit::ExitReason;
use settings::{Global, Settings};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const STATUSES: &str = "\
Exit status:
  0  done; for `ask` also when the record has no answer
  1  ran, and the result is not good: errors in a pack, golden questions answered wrongly, bad rows
  2  could not run: wrong arguments, an unreadable file, a pack or settings that do not load
`factotum run` has more: see its --help.

The knowledge comes from --knowledge DIR, else from `knowledge` in the bot.toml that is in force
(--config FILE, else ./bot.toml), else from the program itself. Colours appear on a terminal only,
and never where NO_COLOR is set.";

/// Answers questions from a curated, cited record, and says so when something is not on it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = STATUSES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
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
    /// Convert knowledge files of format 1 into format 2
    Migrate(migrate::Migrate),
    /// Answer on Discord
    Run(run::Run),
    /// Answer commands and buttons that Discord posts over HTTP
    ServeInteractions(serve_interactions::ServeInteractions),
    /// Let the processes of a bot begin their sessions one after the other
    IdentifyQueue(identify_queue::IdentifyQueue),
    /// Ask the running bot on this machine whether it is ready
    Healthcheck(healthcheck::Healthcheck),
    /// Show every setting, and where it comes from
    Config(config::Config),
    /// Print the link with which the bot is invited to a server
    Invite(commands::Invite),
    /// Show, register or remove the bot's commands on Discord
    Commands(commands::Commands),
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
    /// The bot came to its end.
    Ended(ExitReason),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Good => 0,
            Status::Bad => 1,
            Status::CouldNotRun => 2,
            Status::Ended(ended) => ended.code(),
        })
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Status> {
    let settings = Settings::load(&arguments.global)?;
    let signs = log_to_standard_error(settings.log_filter(), settings.config().log_format)?;
    for (name, nearest) in unknown_variables(std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned())) {
        tracing::warn!("the environment variable {} sets nothing; did you mean {nearest}?", escape_control(&name));
    }
    match &arguments.command {
        Command::Ask(ask) => ask.run(&settings),
        Command::Chat(chat) => chat.run(&settings),
        Command::Topics(topics) => topics.run(&settings),
        Command::Check(check) => check.run(&settings),
        Command::Test(test) => test.run(&settings),
        Command::Import(import) => import.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Run(run) => run.run(&settings, signs),
        Command::ServeInteractions(serve) => serve.run(&settings),
        Command::IdentifyQueue(queue) => queue.run(&settings),
        Command::Healthcheck(healthcheck) => healthcheck.run(&settings),
        Command::Config(config) => config.run(&settings),
        Command::Invite(invite) => invite.run(&settings),
        Command::Commands(commands) => commands.run(&settings),
    }
}

/// Says on standard error why the program could not run.
pub(crate) fn complain(error: &anyhow::Error) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(anstream::stderr(), "{}error{}: {error:#}", BAD.render(), BAD.render_reset());
}

/// The style of what went wrong.
const BAD: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();
/// The style of what deserves a look.
const DOUBTFUL: anstyle::Style = anstyle::AnsiColor::Yellow.on_default().bold();
/// The style of headings.
const HEADING: anstyle::Style = anstyle::Style::new().bold();

/// Prints our own lines only. Those of libraries quote addresses with secrets in them, and what people wrote; what matters of serenity's
/// comes as signs.
fn log_to_standard_error(filter: &str, format: LogFormat) -> anyhow::Result<ShardEvents> {
    use tracing_subscriber::filter::{Targets, filter_fn};
    use tracing_subscriber::{Layer, prelude::*};
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let ours = filter_fn(|metadata| metadata.target().starts_with("factotum"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let printed = match format {
        // Whoever keeps the log adds the time.
        LogFormat::Text => lines.with_ansi(colours).without_time().boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    };
    let (gateway_log, signs) = gateway_log::layer();
    tracing_subscriber::registry().with(printed.with_filter(ours).with_filter(filter.parse::<Targets>()?)).with(gateway_log).try_init()?;
    Ok(signs)
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
