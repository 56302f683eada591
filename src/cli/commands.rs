//! `factotum commands` and `factotum invite`: the bot's commands and its invitation link.

use super::Status;
use super::long_running::runtime;
use super::settings::Settings;
use super::token::token;
use clap::ValueEnum;
use factotum_core::render::escape_control;
use factotum_discord::adapter::{Application, Others, Registered};
use factotum_discord::commands;
use serde_json::Value;
use std::io::Write;

/// Arguments of `invite`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The link requests only the permissions that the bot needs: to view channels and their history, and \
to send messages and embeds there and in threads. Set DISCORD_TOKEN or DISCORD_TOKEN_FILE.")]
pub(super) struct Invite {}

impl Invite {
    /// Prints the link.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let link = runtime()?.block_on(async {
            let discord = &settings.config().discord;
            let application = Application::of(&token()?.secret, discord).await?;
            anyhow::Ok(application.invitation())
        })?;
        writeln!(std::io::stdout(), "{link}")?;
        Ok(Status::Good)
    }
}

/// Arguments of `commands`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
`factotum run` registers the commands itself if they have changed. Commands of other programs of \
the same application, and the entry point of an Activity, stay as they are unless you add \
--replace-all. With --guild, the commands appear in that server only, beside the ones for all \
servers; use it for development. Set DISCORD_TOKEN or DISCORD_TOKEN_FILE.")]
pub(super) struct Commands {
    /// What to do with the commands
    #[arg(value_enum, default_value_t = What::Show)]
    what: What,
    /// Only in the server with this id
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
    guild: Option<u64>,
    /// With register or clear: also remove the commands that are not this bot's
    #[arg(long)]
    replace_all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// List the registered commands, and whether they are up to date
    Show,
    /// Register the commands of this version if they have changed
    Register,
    /// Remove the bot's commands
    Clear,
}

impl Commands {
    /// Lists, registers or removes the commands.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let lines = runtime()?.block_on(async {
            let discord = &settings.config().discord;
            let application = Application::of(&token()?.secret, discord).await?;
            anyhow::Ok(match self.what {
                What::Show => {
                    let ours = commands::for_settings(self.guild.is_none(), discord);
                    shown(&application.commands(self.guild).await?, &ours)
                }
                What::Register => told(application.register(self.guild, discord, self.others()).await?, What::Register),
                What::Clear => told(application.clear(self.guild, discord, self.others()).await?, What::Clear),
            })
        })?;
        writeln!(std::io::stdout(), "{lines}")?;
        Ok(Status::Good)
    }

    fn others(&self) -> Others {
        if self.replace_all { Others::Remove } else { Others::Keep }
    }
}

/// What was done, in words.
fn told(done: Registered, what: What) -> String {
    let Registered { changed, removed, kept } = done;
    let mut lines = Vec::new();
    if !removed.is_empty() {
        lines.push(format!("removed: {}", removed.join(", ")));
    }
    lines.push(match (what, changed) {
        (What::Clear, _) if removed.is_empty() => "nothing to do: the bot has no commands".to_owned(),
        (What::Clear, _) => "commands removed".to_owned(),
        (_, 0) if removed.is_empty() => "nothing to do: the commands are up to date".to_owned(),
        (_, 0) => "the commands are up to date".to_owned(),
        _ => "commands registered".to_owned(),
    });
    if !kept.is_empty() {
        lines.push(format!("left alone, because they are not this bot's: {} (--replace-all removes them)", kept.join(", ")));
    }
    lines.join("\n")
}

/// The registered commands, ours first, and whether ours are up to date.
fn shown(registered: &[Value], ours: &[Value]) -> String {
    let line = |command: &Value| {
        let description = escape_control(command["description"].as_str().unwrap_or_default());
        format!("{}  {description}", commands::called(command)).trim_end().to_owned()
    };
    let listed = |commands: &[Value]| {
        let mut lines: Vec<String> = commands.iter().map(line).collect();
        lines.sort();
        lines
    };
    let compared = commands::compare(registered, ours);
    let mut lines = listed(&compared.ours);
    if !compared.others.is_empty() {
        lines.push("Not this bot's, and left alone:".to_owned());
        lines.extend(listed(&compared.others));
    }
    let up_to_date = compared.missing.is_empty();
    lines.push(
        if up_to_date { "The commands are up to date." } else { "The commands are out of date; run `factotum commands register`." }
            .to_owned(),
    );
    lines.join("\n")
}
