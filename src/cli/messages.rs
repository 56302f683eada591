//! Texts that the commands share.

use anstyle::{AnsiColor, Style};

/// The style of errors.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of warnings.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// The style of headings.
pub(super) const HEADING: Style = Style::new().bold();

/// What `factotum --help` ends with.
pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0  success; `ask` also exits with 0 when the answer is not on record
  1  found problems: errors in a knowledge base, wrong answers to golden questions, bad rows
  2  could not run: wrong arguments, an unreadable file, invalid settings or knowledge base
`factotum run --help` lists further ones.

The knowledge base is the folder given by --knowledge, or else by `knowledge` in the settings, or \
else the one built into the program. The settings are read from the file given by --config, or \
else from ./bot.toml if it exists. Colours are used on terminals only, and never if NO_COLOR is \
set.";

/// What the commands of `chat` do.
pub(super) const CHAT_HELP: &str = "\
/topics   list the topics
/sources  list the sources of the answers
/explain  show how the last question was read and answered
/help     show this list
/quit     leave (or press Ctrl-D)";
/// `/explain` before the first question.
pub(super) const NOTHING_TO_EXPLAIN: &str = "Ask a question first.";
/// Something else that begins with a slash.
pub(super) const UNKNOWN_CHAT_COMMAND: &str = "Unknown command. The commands are:";
/// Ctrl-C at the prompt.
pub(super) const HOW_TO_LEAVE: &str = "Type /quit or press Ctrl-D to leave.";

/// What `ask` says at the start when it reads questions from a terminal.
pub(super) fn ask_welcome(topics: usize) -> String {
    let topics = count(topics, "topic", "topics");
    format!("Type one question per line; I can answer questions on {topics}. Press Ctrl-D to end. (`factotum chat` has line editing.)")
}

/// What `chat` says at the start.
pub(super) fn chat_welcome(topics: usize) -> String {
    format!("Ask me a question; I can answer questions on {}. Type /help for other commands.\n", count(topics, "topic", "topics"))
}

/// "1 fact", "2 facts".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints an error and its causes on standard error.
pub(crate) fn complain(error: &anyhow::Error) {
    let message = format!("{error:#}");
    super::logging::print("ERROR", &message, &format!("{BAD}error{BAD:#}: {message}"), None);
}
