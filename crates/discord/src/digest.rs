//! The weekly digest for those who look after the knowledge base: when it is due, and what it says.
//!
//! It is claimed in the gaps journal before it is sent, so that of several processes one sends it, and none a second time after a restart. If it
//! cannot be sent, the claim is given back; if the process is killed in between, that week has none.

use super::bot::Action;
use super::messages;
use super::payload::{ChannelMessage, Message};
use factotum_core::answering::Answerer;
use factotum_core::knowledge::{KnowledgeBase, Today};
use factotum_journal::{Claim, Day, Journal, JournalError};
use factotum_service::config;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How late it may be sent if nothing ran when it was due. After that, the next one is near enough.
const LATEST: Duration = Duration::from_secs(24 * 3_600);
/// What it looks back on.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// What the digest is made from.
#[derive(Debug, Clone)]
pub struct Digest {
    /// When and where it is sent.
    pub settings: config::Digest,
    /// The gaps journal.
    pub journal: PathBuf,
    /// How many sources and facts are overdue for review on a day.
    pub overdue: fn(&KnowledgeBase, &Today) -> usize,
}

/// A digest that was claimed.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// The claim, to be given back if the message cannot be sent.
    pub claim: Claim,
    /// The message; `None` if there is nothing to tell.
    pub action: Option<Action>,
}

impl Digest {
    /// The day of the digest that is due now, if one is.
    pub(crate) fn due(&self, now: SystemTime) -> Option<Day> {
        let due = self.settings.last_due(now);
        let late = now.duration_since(due).unwrap_or_default();
        (self.settings.channel.0.is_some() && late < LATEST).then(|| Day::of(due))
    }

    /// Claims the digest that is due on a day; `None` if it was sent before. Reads the gaps of a week, which may take seconds.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be used.
    pub(crate) fn claim(&self, answerer: &Answerer, due: Day, now: SystemTime) -> Result<Option<Claimed>, JournalError> {
        let Some(channel) = self.settings.channel.0 else { return Ok(None) };
        let mut journal = Journal::create(&self.journal)?;
        let Some(claim) = journal.claim_digest(due)? else { return Ok(None) };
        let since = Today::of(now - WEEK);
        let groups = journal.groups(answerer);
        let gaps = match groups {
            Ok(groups) => groups.iter().filter(|group| group.last_day.as_str() >= since.as_str()).count(),
            Err(error) => {
                journal.release_digest(&claim)?;
                return Err(error);
            }
        };
        let text = messages::digest(gaps, (self.overdue)(answerer.base(), &Today::of(now)), claim.ratings);
        let message = |text: String| ChannelMessage {
            message: Message::text(text),
            message_reference: None,
            nonce: format!("digest-{}", due.0),
            enforce_nonce: true,
        };
        let action = text.map(|text| Action::Post { channel: channel.0, message: message(text) });
        Ok(Some(Claimed { claim, action }))
    }

    /// Gives a claim back.
    ///
    /// # Errors
    /// [`JournalError`] if the journal cannot be used.
    pub(crate) fn release(&self, claim: &Claim) -> Result<(), JournalError> {
        Journal::open(&self.journal)?.release_digest(claim)
    }
}
