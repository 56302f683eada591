//! `factotum config`: what is in force, and who said so.

use super::Status;
use super::settings::Settings;
use super::token::token;
use factotum_core::render::escape_control;
use factotum_service::config::Origin;
use std::io::Write;

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is printed can be kept as a bot.toml: a line begins with # where a setting has no value. Of the
token it says only whether there is one, and from where. An environment variable goes before the file,
an option before both.")]
pub(super) struct Config {}

impl Config {
    /// Prints the settings.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let mut out = anstream::stdout().lock();
        match token() {
            Ok(token) => writeln!(out, "# token: set, from {}", escape_control(&token.from))?,
            Err(error) => writeln!(out, "# token: none; {}", escape_control(&format!("{error:#}")))?,
        }
        let mut section = "";
        for setting in settings.all() {
            if setting.section != section {
                section = setting.section;
                writeln!(out, "\n[{section}]")?;
            }
            let origin = match &setting.origin {
                Origin::Default => "default".to_owned(),
                Origin::File { name, line } => format!("{}:{line}", escape_control(name)),
                Origin::Environment => setting.variable.to_owned(),
                Origin::Option(name) => (*name).to_owned(),
            };
            match &setting.value {
                Some(value) => writeln!(out, "{} = {value}  # {origin}", setting.key)?,
                None => writeln!(out, "# {} is not set", setting.key)?,
            }
        }
        Ok(Status::Good)
    }
}
