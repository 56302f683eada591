//! Which knowledge base answers where: some guilds, or channels of them, have one of their own; everybody else shares the main one.
//!
//! An event is decided with the knowledge base of its place and with nothing else, so what one guild has on record never shows in another.

use super::event::{Id, Origin};
use super::gaps::Gaps;
use super::indexed_knowledge::IndexedKnowledge;
use factotum_journal::Recorder;
use factotum_service::reload::Current;
use std::collections::HashMap;
use std::sync::Arc;

/// One of the bot's knowledge bases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The one for all places that have none of their own.
    Main,
    /// One of those of [`Guilds`], in their order.
    Guild(usize),
}

/// Where the gaps of a knowledge base are recorded.
#[derive(Debug, Clone, Default)]
pub(crate) enum Journal {
    /// In that of the bot.
    #[default]
    Shared,
    /// In one of its own, or nowhere.
    Own(Option<Arc<Gaps>>),
}

/// The knowledge bases of guilds.
#[derive(Debug, Default)]
pub struct Guilds {
    bases: Vec<Current<IndexedKnowledge>>,
    /// By guild and channel; without a channel, for the rest of the guild.
    places: HashMap<(Id, Option<Id>), usize>,
}

impl Guilds {
    /// Adds the knowledge base of a guild, or of some of its channels. `recorder` writes its gaps journal, if it has one; entries are kept for
    /// this many days.
    pub fn add(&mut self, guild: Id, channels: &[Id], knowledge: IndexedKnowledge, recorder: Option<(Recorder, u64)>) -> Base {
        let number = self.bases.len();
        let gaps = recorder.map(|(recorder, keep_days)| Arc::new(Gaps::new(recorder, keep_days)));
        self.bases.push(Current::new(IndexedKnowledge { journal: Journal::Own(gaps), ..knowledge }));
        let all = channels.is_empty().then_some(None);
        self.places.extend(all.into_iter().chain(channels.iter().copied().map(Some)).map(|channel| ((guild, channel), number)));
        Base::Guild(number)
    }

    /// The knowledge base for what happens here.
    pub(crate) fn at(&self, origin: &Origin) -> Base {
        let number = origin.guild.and_then(|guild| {
            let here = self.places.get(&(guild, Some(origin.channel)));
            here.or_else(|| self.places.get(&(guild, None)))
        });
        number.map_or(Base::Main, |number| Base::Guild(*number))
    }

    /// A knowledge base by its number.
    pub(crate) fn get(&self, number: usize) -> Option<Arc<IndexedKnowledge>> {
        self.bases.get(number).map(Current::get)
    }

    /// Replaces a knowledge base. Its gaps go where they went before.
    pub(crate) fn replace(&self, number: usize, knowledge: IndexedKnowledge) {
        if let Some(base) = self.bases.get(number) {
            let journal = base.get().journal.clone();
            base.replace(IndexedKnowledge { journal, ..knowledge });
        }
    }
}

#[cfg(test)]
mod tests;
