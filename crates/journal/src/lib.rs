//! The gaps journal: questions that were declined, answered weakly or voted down, with what was missing and what came closest.
//!
//! ```text
//! record: Reply -> Gap (redacted) -> Recorder: a bounded queue -> one thread -> the file
//! read:   the file -> Journal::groups: wordings of like meaning together, most people first -> dismiss, mark as answered, forget
//! ```
//!
//! Nothing in the file says who asked. Names, links, addresses, telephone numbers and secrets are taken out of a question before it leaves
//! the function that reads it ([`Gap::all`]); people are counted by tags that mean nothing a day later ([`Asker`]).

mod askers;
mod curate;
mod digest;
mod file;
mod gap;
mod grouping;
mod meaning;
mod recorder;
mod redaction;
mod wording;

#[cfg(test)]
mod tests;

pub use askers::Asker;
pub use curate::{Dismissed, Forget, GROUPED, Group};
pub use digest::{Claim, Ratings};
pub use file::{Day, Journal, JournalError, Limits};
pub use gap::{Gap, Kind, Near};
pub use recorder::{Event, Recorder};
pub use redaction::{Redacted, redacted};
pub use wording::{Wording, WordingId};
