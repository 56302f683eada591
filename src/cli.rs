//! The command line: the arguments, and the command that each calls. All printing is in here.

mod ask;
mod chat;
mod check;
mod commands;
mod config;
mod desk;
mod doctor;
mod export;
mod folder;
mod gaps;
mod golden;
mod healthcheck;
mod identify_queue;
mod import;
mod init;
mod lines;
mod logging;
mod long_running;
mod mcp;
mod messages;
mod migrate;
mod new;
mod progress;
mod reload;
mod review;
mod run;
mod serve_ask;
mod serve_interactions;
mod settings;
mod signals;
mod teach;
mod test;
mod token;
mod topics;
mod workbench;

use clap::{Parser, Subcommand};
use factotum_core::render::escape_control;
use factotum_service::config::unknown_variables;
use factotum_service::exit::ExitReason;
use messages::{BAD, DOUBTFUL, HEADING, count};
use settings::{Global, Settings};
use std::path::Path;
use std::process::ExitCode;

pub(crate) use logging::finish;
pub(crate) use messages::complain;

/// Answers questions from a curated knowledge base, and says so when an answer is not on record
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110, after_help = messages::EXIT_STATUS, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer one question, or one per line of standard input
    Ask(ask::Ask),
    /// Answer questions interactively
    Chat(chat::Chat),
    /// List the questions that have an answer, by topic
    Topics(topics::Topics),
    /// Check a knowledge base for errors and explain how to fix them
    Check(check::Check),
    /// Ask the golden questions and report the score
    Test(test::Test),
    /// List what people asked in vain, grouped by meaning
    Gaps(gaps::Gaps),
    /// Begin a knowledge base: from an article, or as a small example
    New(new::New),
    /// Make settings and a knowledge base to begin with
    Init(init::Init),
    /// Open the curator's desk: a page that turns unanswered questions into answers
    Desk(desk::Desk),
    /// Go through unanswered questions in the terminal
    Review(review::Review),
    /// Import questions and answers from a spreadsheet, an FAQ or a web page
    Import(import::Import),
    /// Export questions and answers for a spreadsheet, a document or a web page
    Export(export::Export),
    /// Convert knowledge files of format 1 to format 2
    Migrate(migrate::Migrate),
    /// Run the bot on Discord
    Run(run::Run),
    /// Serve the interactions that Discord posts over HTTP
    ServeInteractions(serve_interactions::ServeInteractions),
    /// Answer questions over HTTP
    ServeAsk(serve_ask::ServeAsk),
    /// Answer questions of a language model over the Model Context Protocol
    Mcp(mcp::Mcp),
    /// Run the queue in which several processes of a bot wait to start sessions
    IdentifyQueue(identify_queue::IdentifyQueue),
    /// Check whether the bot on this machine is ready
    Healthcheck(healthcheck::Healthcheck),
    /// Check everything that the bot needs, and say what to do about it
    Doctor(doctor::Doctor),
    /// Print all settings and where they come from
    Config(config::Config),
    /// Print the link that invites the bot to a Discord server
    Invite(commands::Invite),
    /// List, register or remove the bot's commands on Discord
    Commands(commands::Commands),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It did what it was asked to.
    Good,
    /// It ran and found problems.
    Bad,
    /// It could not run.
    CouldNotRun,
    /// The bot ended.
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
    let signs = logging::start(settings.log_filter(), settings.config().log_format)?;
    for (name, closest) in unknown_variables(std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned())) {
        tracing::warn!("the environment variable {} sets nothing; did you mean {closest}?", escape_control(&name));
    }
    match &arguments.command {
        Command::Ask(ask) => ask.run(&settings),
        Command::Chat(chat) => chat.run(&settings),
        Command::Topics(topics) => topics.run(&settings),
        Command::Check(check) => check.run(&settings),
        Command::Test(test) => test.run(&settings),
        Command::Gaps(gaps) => gaps.run(&settings),
        Command::New(new) => new.run(),
        Command::Init(init) => init.run(),
        Command::Desk(desk) => desk.run(&settings),
        Command::Review(review) => review.run(&settings),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(&settings),
        Command::Migrate(migrate) => migrate.run(),
        Command::Run(run) => run.run(&settings, signs),
        Command::ServeInteractions(serve) => serve.run(&settings),
        Command::ServeAsk(serve) => serve.run(&settings),
        Command::Mcp(mcp) => mcp.run(&settings),
        Command::IdentifyQueue(queue) => queue.run(&settings),
        Command::Healthcheck(healthcheck) => healthcheck.run(&settings),
        Command::Doctor(doctor) => doctor.run(&settings),
        Command::Config(config) => config.run(&settings),
        Command::Invite(invite) => invite.run(&settings),
        Command::Commands(commands) => commands.run(&settings),
    }
}

/// Prints help, or what is wrong with the arguments. These may have a token among them.
pub(crate) fn show_usage(usage: &clap::Error) -> ExitCode {
    if !usage.use_stderr() {
        usage.exit();
    }
    logging::print("ERROR", &usage.render().to_string(), usage.render().ansi().to_string().trim_end(), None);
    Status::CouldNotRun.into()
}

/// Reads a regular file of at most `limit` bytes, without waiting.
fn read_bounded(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    Ok(factotum_service::files::read(path, limit, factotum_service::files::Links::Follow)?)
}
