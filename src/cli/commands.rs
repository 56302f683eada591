//! `factotum commands` and `factotum invite`: what Discord is told about the bot.

use super::Status;
use super::service::runtime;
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
The link asks for the least permissions that the bot needs: to see channels and read their history,
and to write there and in threads, with embeds. DISCORD_TOKEN or
DISCORD_TOKEN_FILE has to be set.")]
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
`factotum run` registers the commands by itself, where they differ. Those of one server appear there
at once, beside those for everywhere: for development. DISCORD_TOKEN or
DISCORD_TOKEN_FILE has to be set.")]
pub(super) struct Commands {
    /// What to do
    #[arg(value_enum, default_value_t = What::Show)]
    what: What,
    /// On this server only
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
    guild: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// List the commands that Discord has, and whether they are this version's
    Show,
    /// Register this version's commands, if they differ
    Register,
    /// Remove all commands
    Clear,
}

impl Commands {
    /// Does it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let lines = runtime()?.block_on(async {
            let application = Application::of(&token()?.secret, &settings.config().discord).await?;
            anyhow::Ok(match self.what {
                What::Show => shown(&application.commands(self.guild).await?, self.guild.is_none()),
                What::Register => match application.register(self.guild).await? {
                    true => "registered".to_owned(),
                    false => "nothing to do: they are registered already".to_owned(),
                },
                What::Clear => {
                    application.clear(self.guild).await?;
                    "removed".to_owned()
                }
            })
        })?;
        writeln!(std::io::stdout(), "{lines}")?;
        Ok(Status::Good)
    }
}

fn shown(registered: &[Value], global: bool) -> String {
    let mut lines: Vec<String> = registered
        .iter()
        .map(|command| {
            let text = |key: &str| escape_control(command[key].as_str().unwrap_or_default());
            let slash = if command["type"].as_u64().unwrap_or(1) == 1 { "/" } else { "" };
            format!("{slash}{}  {}", text("name"), text("description")).trim_end().to_owned()
        })
        .collect();
    lines.sort();
    let same = commands::same(registered, &commands::definitions(global));
    lines.push(
        if same { "These are this version's commands." } else { "This version's commands are others; `register` registers them." }
            .to_owned(),
    );
    lines.join("\n")
}
