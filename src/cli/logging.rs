//! The log and all messages, on standard error.
//!
//! Nothing ever waits for it to be read: lines go through a queue to a thread of their own, and if the queue is full, they are dropped and
//! counted. Whatever looks like a secret is hidden on the way.

use factotum_core::text::truncate;
use factotum_discord::adapter::{ShardEvents, gateway_log};
use factotum_service::config::LogFormat;
use factotum_service::redaction::redacted;
use serde_json::{Map, Value, json};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::{Layer, prelude::*};

/// Most lines that wait to be written: some seconds of a busy bot at the level `debug`, in a megabyte.
const QUEUE: usize = 4_096;
/// Most bytes of a line. Ours have some hundreds, an error with its place and advice a thousand.
const MAX_LINE: usize = 8 << 10;
/// How long the end of the program waits for lines to be written. A terminal or a collector takes milliseconds.
const LAST_LINES: Duration = Duration::from_secs(1);
/// How often it looks whether there is room in the queue again.
const LOOK: Duration = Duration::from_millis(10);

/// Whether messages are JSON.
static AS_JSON: AtomicBool = AtomicBool::new(false);
/// The queue of this program.
static LINES: OnceLock<Lines> = OnceLock::new();

/// From now on, messages have this format too.
pub(super) fn use_format(format: LogFormat) {
    AS_JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Starts logging. Returns what serenity's own log tells about the connection.
///
/// Only our own lines are printed: those of libraries quote addresses with secrets in them, and what people wrote.
pub(super) fn start(filter: &str, format: LogFormat) -> anyhow::Result<ShardEvents> {
    use_format(format);
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let ours = filter_fn(|metadata| metadata.target().starts_with("factotum"));
    let lines = tracing_subscriber::fmt::layer().with_writer(|| queue().clone());
    let printed = match format {
        // Whatever collects the log adds the time.
        LogFormat::Text => lines.with_ansi(colours).without_time().boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    };
    let (gateway_log, signs) = gateway_log::layer();
    tracing_subscriber::registry().with(printed.with_filter(ours).with_filter(filter.parse::<Targets>()?)).with(gateway_log).try_init()?;
    Ok(signs)
}

/// Prints a message for people, styled; as JSON, `detail` is part of it.
pub(super) fn print(level: &str, message: &str, styled: &str, detail: Option<(&str, Value)>) {
    if AS_JSON.load(Ordering::Relaxed) {
        queue().push(&json_line(level, message, detail));
    } else {
        let plain = anstream::AutoStream::choice(&io::stderr()) == anstream::ColorChoice::Never;
        queue().push(&if plain { format!("{}\n", anstream::adapter::strip_str(styled)) } else { format!("{styled}\n") });
    }
}

/// Waits until everything is written, but not for long.
pub(crate) fn finish() {
    if let Some(lines) = LINES.get() {
        lines.written_within(LAST_LINES);
    }
}

fn queue() -> &'static Lines {
    LINES.get_or_init(|| Lines::to(io::stderr()))
}

/// A line of the same shape as those of the log.
fn json_line(level: &str, message: &str, detail: Option<(&str, Value)>) -> String {
    let mut time = String::new();
    // Writing to a string does not fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), json!(time));
    line.insert("level".to_owned(), json!(level));
    line.insert("message".to_owned(), json!(anstream::adapter::strip_str(message).to_string()));
    line.insert("target".to_owned(), json!("factotum"));
    line.extend(detail.map(|(name, value)| (name.to_owned(), value)));
    format!("{}\n", Value::Object(line))
}

/// The way to a writer that may be slow.
#[derive(Clone)]
struct Lines {
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(String),
    /// Everything before this has been written: say so.
    Written(SyncSender<()>),
}

impl Lines {
    /// Lines to this writer, from a thread of its own.
    fn to(writer: impl Write + Send + 'static) -> Lines {
        let (sender, receiver) = sync_channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let count = dropped.clone();
        // Without the thread nothing is printed, and there is nobody to tell.
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || write_all(writer, &receiver, &count));
        Lines { sender, dropped }
    }

    /// Queues a line, or drops it.
    fn push(&self, line: &str) {
        let line = redacted(line);
        let line = match truncate(&line, MAX_LINE) {
            whole if whole.len() == line.len() => line.into_owned(),
            cut => format!("{cut} ...\n"),
        };
        if self.sender.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until what is queued is written. Returns whether it was in time.
    fn written_within(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let (done, written) = sync_channel(1);
        let mut message = Message::Written(done);
        while let Err(error) = self.sender.try_send(message) {
            match error {
                TrySendError::Full(back) if Instant::now() < until => message = back,
                _ => return false,
            }
            thread::sleep(LOOK);
        }
        written.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()
    }
}

/// The log layer writes each line in one piece.
impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(&String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(mut writer: impl Write, messages: &Receiver<Message>, dropped: &AtomicU64) {
    for message in messages {
        match message {
            // If this fails, there is nobody left to tell.
            Message::Line(line) => drop(writer.write_all(line.as_bytes())),
            Message::Written(done) => drop(done.send(())),
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let message = format!("{lost} lines of the log were dropped: standard error was not read");
            let line = if AS_JSON.load(Ordering::Relaxed) { json_line("WARN", &message, None) } else { format!(" WARN {message}\n") };
            drop(writer.write_all(line.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A writer that takes nothing while the gate is locked.
    #[derive(Clone, Default)]
    struct Gated {
        gate: Arc<Mutex<()>>,
        written: Arc<Mutex<String>>,
    }

    impl Write for Gated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _open = self.gate.lock().expect("no test panics while it holds this");
            self.written.lock().expect("as above").push_str(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stops_holds_nothing_up() {
        let writer = Gated::default();
        let closed = writer.gate.lock().expect("nobody has it");
        let lines = Lines::to(writer.clone());
        // The thread may have taken one out of the queue.
        for number in 0..QUEUE + 11 {
            lines.push(&format!("line {number}\n"));
        }
        assert!(!lines.written_within(Duration::ZERO));
        drop(closed);
        assert!(lines.written_within(Duration::from_secs(60)));
        lines.push("later\n");
        assert!(lines.written_within(Duration::from_secs(60)));
        let written = writer.written.lock().expect("as above");
        assert!(written.starts_with("line 0\nline 1\n") || written.contains("line 0\n WARN "), "{written:.100}");
        assert!(written.ends_with("later\n"));
        let lost: usize = written.lines().filter_map(|line| line.strip_prefix(" WARN ")?.split(' ').next()?.parse::<usize>().ok()).sum();
        assert!((10..=11).contains(&lost), "{lost}");
    }

    #[test]
    fn secrets_and_endless_lines_are_not_written() {
        let writer = Gated::default();
        let lines = Lines::to(writer.clone());
        lines.push("the token is MTAwMDAwMDAwMDAwMDAwMDAx.GaBcDe.0123456789abcdefghijklmnopqrstu, and http://me:hush@proxy\n");
        lines.push(&"é".repeat(MAX_LINE));
        assert!(lines.written_within(Duration::from_secs(60)));
        let written = writer.written.lock().expect("as above");
        assert!(!written.contains("GaBcDe") && !written.contains("hush") && written.ends_with("é ...\n"), "{written:.200}");
        assert!(written.len() < 2 * MAX_LINE);
    }

    #[test]
    fn messages_can_be_json() {
        let line = json_line("ERROR", "it \"broke\"", Some(("finding", json!({"line": 3}))));
        let line: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!((&line["level"], &line["message"], &line["finding"]["line"]), (&json!("ERROR"), &json!("it \"broke\""), &json!(3)));
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z') && time.contains('T')), "{line}");
    }
}
