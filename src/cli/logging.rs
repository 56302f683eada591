//! The log, on standard error.

use factotum_discord::adapter::{ShardEvents, gateway_log};
use factotum_service::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::{Layer, prelude::*};

/// Starts logging. Returns what serenity's own log tells about the connection.
///
/// Only our own lines are printed: those of libraries quote addresses with secrets in them, and what people wrote.
pub(super) fn start(filter: &str, format: LogFormat) -> anyhow::Result<ShardEvents> {
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let ours = filter_fn(|metadata| metadata.target().starts_with("factotum"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let printed = match format {
        // Whatever collects the log adds the time.
        LogFormat::Text => lines.with_ansi(colours).without_time().boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    };
    let (gateway_log, signs) = gateway_log::layer();
    tracing_subscriber::registry().with(printed.with_filter(ours).with_filter(filter.parse::<Targets>()?)).with(gateway_log).try_init()?;
    Ok(signs)
}
