//! `factotum commands` and `factotum invite`: the bot's commands and its invitation link.

use super::Status;
use super::long_running::runtime;
use super::settings::Settings;
use super::token::token;
use clap::ValueEnum;
use factotum_core::render::escape_control;
use factotum_discord::adapter::Application;
use factotum_discord::commands;
use serde_json::Value;
use std::io::Write;

/// Arguments of `invite`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The link requests only the permissions that the bot needs: to view channels and their history, and
to send messages and embeds there and in threads. Set DISCORD_TOKEN or DISCORD_TOKEN_FILE.")]
pub(super) struct Invite {}

impl Invite {
    /// Prints the link.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let link = runtime()?.block_on(async {
            let application = Application::of(&token()?.secret, &settings.config().discord).await?;
            anyhow::Ok(application.invitation())
        })?;
        writeln!(std::io::stdout(), "{link}")?;
        Ok(Status::Good)
    }
}

/// Arguments of `commands`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
`factotum run` registers the commands itself if they have changed. With --guild, the commands
appear in that server only, beside the ones for all servers; use it for development. Set
DISCORD_TOKEN or DISCORD_TOKEN_FILE.")]
pub(super) struct Commands {
    /// What to do with the commands
    #[arg(value_enum, default_value_t = What::Show)]
    what: What,
    /// Only in the server with this id
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
    guild: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// List the registered commands, and whether they are up to date
    Show,
    /// Register the commands of this version if they have changed
    Register,
    /// Remove all commands
    Clear,
}

impl Commands {
    /// Lists, registers or removes the commands.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let lines = runtime()?.block_on(async {
            let application = Application::of(&token()?.secret, &settings.config().discord).await?;
            anyhow::Ok(match self.what {
                What::Show => {
                    let ours = commands::for_settings(self.guild.is_none(), &settings.config().discord);
                    shown(&application.commands(self.guild).await?, &ours)
                }
                What::Register => match application.register(self.guild, &settings.config().discord).await? {
                    true => "commands registered".to_owned(),
                    false => "nothing to do: the commands are up to date".to_owned(),
                },
                What::Clear => {
                    application.clear(self.guild).await?;
                    "commands removed".to_owned()
                }
            })
        })?;
        writeln!(std::io::stdout(), "{lines}")?;
        Ok(Status::Good)
    }
}

fn shown(registered: &[Value], ours: &[Value]) -> String {
    let mut lines: Vec<String> = registered
        .iter()
        .map(|command| {
            let text = |key: &str| escape_control(command[key].as_str().unwrap_or_default());
            let slash = if command["type"].as_u64().unwrap_or(1) == 1 { "/" } else { "" };
            format!("{slash}{}  {}", text("name"), text("description")).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    let same = commands::same(registered, ours);
    lines.push(
        if same { "The commands are up to date." } else { "The commands are out of date; run `factotum commands register`." }.to_owned(),
    );
    lines.join("\n")
}
