//! `factotum config`: all settings and where they come from.

use super::Status;
use super::settings::Settings;
use super::token::token;
use factotum_core::render::escape_control;
use factotum_service::config::Origin;
use factotum_service::redaction::redacted;
use std::io::Write;

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The output is a valid bot.toml; settings without a value are commented out. The token is not \
printed, only where it comes from. Environment variables override the file, and options override \
both.")]
pub(super) struct Config {}

impl Config {
    /// Prints the settings.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let mut out = anstream::stdout().lock();
        match token() {
            Ok(token) => writeln!(out, "# token: set, from {}", redacted(&escape_control(&token.from)))?,
            Err(error) => writeln!(out, "# token: {}", redacted(&escape_control(&format!("{error:#}"))))?,
        }
        let mut section = String::new();
        for setting in settings.all() {
            if setting.section != section {
                section = setting.section.clone();
                writeln!(out, "\n[{section}]")?;
            }
            let origin = match &setting.origin {
                Origin::Default => "default".to_owned(),
                Origin::File { name, line } => format!("{}:{line}", escape_control(name)),
                Origin::Environment => setting.variable.clone(),
                Origin::Option(name) => (*name).to_owned(),
            };
            match &setting.value {
                Some(value) => writeln!(out, "{} = {}  # {origin}", setting.key, redacted(value))?,
                None => writeln!(out, "# {} is not set", setting.key)?,
            }
        }
        Ok(Status::Good)
    }
}
