//! `factotum doctor`: what the bot still needs, check by check, each with what to do about it.

use super::healthcheck::{reachable, ready};
use super::long_running::runtime;
use super::settings::Settings;
use super::token::token;
use super::{BAD, DOUBTFUL, Status, count};
use anstyle::{AnsiColor, Style};
use factotum_core::diagnostic::Severity;
use factotum_core::render::escape_control;
use factotum_core::render::json::line;
use factotum_discord::adapter::{Silence, interview};
use factotum_discord::diagnosis::{self, Finding, Level, Looks, looks};
use factotum_service::config::Origin;
use factotum_service::config::secret::{TOKEN, TOKEN_FILE};
use serde_json::json;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// The style of what is as it should be.
const GOOD: Style = AnsiColor::Green.on_default();

/// Where tokens come from.
const PORTAL: &str = "https://discord.com/developers/applications: Bot, Reset Token";

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Checks the program, its settings and knowledge base, folders, ports and token on this machine, then asks \
Discord about the token, intents, commands, permissions, sessions and the clock. It changes nothing.

Exit status:
  0  nothing is wrong, or there are only warnings
  1  something is wrong
  2  could not check: the settings cannot be read")]
pub(super) struct Doctor {
    /// Leave out everything that has to be asked of Discord
    #[arg(long)]
    offline: bool,
    /// Print a JSON object a line, the last one a summary
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Checks everything and prints what was found.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let mut found = vec![
            Finding::ok("version", format!("factotum {}", env!("CARGO_PKG_VERSION"))),
            settings_file(settings),
            knowledge(settings, None),
        ];
        let guilds = &settings.config().discord.guilds.0;
        found.extend(guilds.iter().map(|entry| knowledge(settings, Some(&entry.knowledge))));
        found.extend(cache(settings));
        let journals = guilds.iter().map(|entry| &entry.journal.0).chain([&settings.config().journal.path.0]);
        found.extend(journals.flatten().map(|path| journal(path)));
        found.push(health_port(settings));
        found.extend(interactions_port(settings));
        let (finding, secret) = own_token();
        found.push(finding);
        match secret {
            Some(secret) if !self.offline => found.extend(of_discord(&secret, settings)?),
            _ => {}
        }
        let number = |level: Level| found.iter().filter(|f| f.level == level).count();
        let (errors, warnings) = (number(Level::Error), number(Level::Warning));
        if self.json {
            let mut out = std::io::stdout().lock();
            for finding in &found {
                writeln!(out, "{}", line(&finding.json()))?;
            }
            let summary = json!({ "summary": { "checks": found.len(), "errors": errors, "warnings": warnings, "offline": self.offline } });
            writeln!(out, "{}", line(&summary))?;
        } else {
            print(&found, errors, warnings)?;
        }
        Ok(if errors > 0 { Status::Bad } else { Status::Good })
    }
}

fn print(found: &[Finding], errors: usize, warnings: usize) -> std::io::Result<()> {
    let mut out = anstream::stdout().lock();
    let width = found.iter().map(|f| f.check.len()).max().unwrap_or(0);
    for Finding { check, level, message, remedy } in found {
        let style = match level {
            Level::Ok => GOOD,
            Level::Warning => DOUBTFUL,
            Level::Error => BAD,
        };
        writeln!(out, "{style}{:<7}{style:#}  {check:<width$}  {}", level.as_str(), escape_control(message))?;
        if !remedy.is_empty() {
            writeln!(out, "{:<7}  {:<width$}  -> {}", "", "", escape_control(remedy))?;
        }
    }
    writeln!(out, "{}, {}", count(errors, "error", "errors"), count(warnings, "warning", "warnings"))
}

fn settings_file(settings: &Settings) -> Finding {
    let all = settings.all();
    let file = all.iter().find_map(|setting| match &setting.origin {
        Origin::File { name, .. } => Some(name.clone()),
        _ => None,
    });
    let changed = all.iter().filter(|setting| setting.origin == Origin::Environment).count();
    let environment = if changed > 0 { format!(", {} from the environment", count(changed, "setting", "settings")) } else { String::new() };
    Finding::ok("settings", format!("{}{environment}; `factotum config` prints them", file.unwrap_or_else(|| "the defaults".to_owned())))
}

/// The knowledge base in this folder, or the main one: whether it loads, and who can change it.
fn knowledge(settings: &Settings, folder: Option<&Path>) -> Finding {
    const CHECK: &str = "knowledge";
    let pack = match settings.pack(folder) {
        Ok(pack) => pack,
        Err(error) => {
            return Finding::error(
                CHECK,
                format!("{error:#}"),
                "correct `knowledge` in the settings, or make a knowledge base with `factotum init`",
            );
        }
    };
    let loaded = factotum_core::pack::load(&pack.files);
    let number = |severity: Severity| loaded.diagnostics.iter().filter(|d| d.severity() == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    let folder = pack.folder.as_deref();
    if loaded.base.is_none() {
        return Finding::error(
            CHECK,
            format!("{} has {}", pack.name, count(errors, "error", "errors")),
            "run `factotum check`, which shows each with its place",
        );
    }
    let has = format!(
        "{} has {} and {}",
        pack.name,
        count(loaded.counts.facts, "fact", "facts"),
        count(loaded.counts.questions, "question", "questions")
    );
    if let Some(folder) = folder.filter(|folder| others_may_write(folder)) {
        return Finding::warning(
            CHECK,
            format!("{has}, and everybody on this machine can change it"),
            format!("run `chmod o-w {}`", folder.display()),
        );
    }
    if warnings > 0 {
        return Finding::warning(
            CHECK,
            format!("{has}, and {}", count(warnings, "warning", "warnings")),
            "run `factotum check`, which shows each with its place",
        );
    }
    Finding::ok(CHECK, has)
}

#[cfg(unix)]
fn others_may_write(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn others_may_write(_: &Path) -> bool {
    false
}

/// The cache: whether it can be used. The built-in knowledge base needs none.
fn cache(settings: &Settings) -> Option<Finding> {
    const CHECK: &str = "cache";
    let config = settings.config();
    if config.knowledge.0.is_none() && config.discord.guilds.0.is_empty() {
        return None;
    }
    let Some(folder) = settings.config().cache_dir.0.as_deref() else {
        return Some(Finding::warning(
            CHECK,
            "not set, so every start trains again",
            "set `cache_dir` to a folder that only you can write to",
        ));
    };
    // It is made when something is put into it, so what counts is the nearest folder that exists.
    let existing =
        folder.ancestors().map(|a| if a.as_os_str().is_empty() { Path::new(".") } else { a }).find(|a| a.exists()).unwrap_or(folder);
    let name = folder.display();
    Some(match tempfile::Builder::new().prefix(".factotum-").tempfile_in(existing) {
        Err(error) => Finding::error(
            CHECK,
            format!("cannot write to {}: {error}", existing.display()),
            "let the user that runs the bot write there, or change `cache_dir`",
        ),
        Ok(_) if others_may_write(folder) => {
            Finding::warning(CHECK, format!("everybody on this machine can write to {name}"), format!("run `chmod o-w {name}`"))
        }
        Ok(_) => Finding::ok(CHECK, format!("{name} can be written to")),
    })
}

/// A gaps journal: whether its file can be written, and who can read it.
fn journal(path: &Path) -> Finding {
    const CHECK: &str = "journal";
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.display();
    let remedy = "let the user that runs the bot write there, or change `path` of [journal]";
    // The database writes other files beside its own.
    if let Err(error) = tempfile::Builder::new().prefix(".factotum-").tempfile_in(folder) {
        return Finding::error(CHECK, format!("cannot write beside {name}: {error}"), remedy);
    }
    match std::fs::OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::ok(CHECK, format!("{name} will be made")),
        Err(error) => Finding::error(CHECK, format!("cannot write {name}: {error}"), remedy),
        Ok(_) if others_may_read(path) => Finding::warning(
            CHECK,
            format!("everybody on this machine can read {name}, and it has what people asked"),
            format!("run `chmod o-r {name}`"),
        ),
        Ok(_) => Finding::ok(CHECK, format!("{name} can be written to")),
    }
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// The address for health checks: free, or taken by the bot itself.
fn health_port(settings: &Settings) -> Finding {
    const CHECK: &str = "health port";
    let Some(address) = settings.config().http.listen.0 else { return Finding::ok(CHECK, "off") };
    match TcpListener::bind(address) {
        Ok(_) => open(CHECK, address, "free"),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => match ready(reachable(address)) {
            Ok(true) => open(CHECK, address, "the bot is running there, and ready"),
            Ok(false) => Finding::warning(
                CHECK,
                format!("{address}: the bot is running there, but not ready"),
                format!("see http://{}/readyz", reachable(address)),
            ),
            Err(_) => Finding::error(CHECK, format!("another program listens on {address}"), "set `listen` of [http] to another port"),
        },
        Err(error) => {
            Finding::error(CHECK, format!("cannot listen on {address}: {error}"), "set `listen` of [http] to an address of this machine")
        }
    }
}

fn open(check: &'static str, address: SocketAddr, what: &str) -> Finding {
    if address.ip().is_loopback() {
        return Finding::ok(check, format!("{address}: {what}"));
    }
    let remedy = "let only your monitoring reach it, or listen on 127.0.0.1: there is no password";
    Finding::warning(check, format!("{address}: {what}, and other machines can reach it"), remedy)
}

/// The address for interactions over HTTP, where they are set up.
fn interactions_port(settings: &Settings) -> Option<Finding> {
    const CHECK: &str = "interactions port";
    let interactions = &settings.config().interactions;
    interactions.public_key.0.as_ref()?;
    let address = interactions.listen.0?;
    Some(match TcpListener::bind(address) {
        Ok(_) => Finding::ok(CHECK, format!("{address}: free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Finding::ok(CHECK, format!("{address}: taken, by a running bot if all is well"))
        }
        Err(error) => Finding::error(
            CHECK,
            format!("cannot listen on {address}: {error}"),
            "set `listen` of [interactions] to an address of this machine",
        ),
    })
}

/// The token as it is here, and itself if it makes sense to ask Discord about it.
fn own_token() -> (Finding, Option<String>) {
    const CHECK: &str = "token";
    if [TOKEN, TOKEN_FILE].iter().all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty())) {
        let remedy = format!("set {TOKEN} to the bot's token ({PORTAL}), or {TOKEN_FILE} to the name of a file that contains it");
        return (Finding::error(CHECK, "not set", remedy), None);
    }
    let again = format!("copy the token again from {PORTAL}");
    let token = match token() {
        Ok(token) => token,
        Err(error) => return (Finding::error(CHECK, format!("{error:#}"), again), None),
    };
    let set = format!("set, from {}", token.from);
    match looks(&token.secret) {
        Looks::Token(id) => (Finding::ok(CHECK, format!("{set}, of the bot {id}")), Some(token.secret)),
        // Discord may change how tokens look, so it is asked all the same.
        Looks::Odd(why) => (Finding::warning(CHECK, format!("{set}, but {why}"), again), Some(token.secret)),
        Looks::Other(what) => (Finding::error(CHECK, format!("{set}, but {what}"), again), None),
    }
}

/// What Discord says.
fn of_discord(secret: &str, settings: &Settings) -> anyhow::Result<Vec<Finding>> {
    let config = settings.config();
    Ok(match runtime()?.block_on(interview(secret, &config.discord))? {
        Ok(seen) => diagnosis::findings(&seen, &config.discord, &config.interactions),
        Err(Silence::BadToken) => {
            vec![Finding::error("token", "Discord rejects it", format!("reset it on {PORTAL}, and put the new one in its place"))]
        }
        Err(Silence::Unreachable) => {
            let through =
                config.discord.api_proxy.0.as_ref().map_or_else(|| "https://discord.com".to_owned(), |proxy| proxy.as_str().to_owned());
            vec![Finding::error(
                "discord",
                format!("{} cannot be reached", escape_control(&through)),
                "let this machine connect to discord.com, port 443; `--offline` leaves this out",
            )]
        }
    })
}
