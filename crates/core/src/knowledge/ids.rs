//! Ids: each kind of thing in a knowledge base has its own type, so that one cannot stand for another.

use super::{Entity, Fact, Intent, KnowledgeBase, Relation, SmallTalk, Source, Unanswerable, WordSet};
use serde::{Deserialize, Serialize};
use std::ops::Index;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $id:ident: $list:ident [$item:ty];)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $id(u32);

        impl $id {
            /// The id of the item at a position of its list.
            ///
            /// # Panics
            /// If the position does not fit 32 bits; no knowledge base is that large.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("a knowledge base has fewer than four billion items"))
            }

            /// The position in its list.
            pub fn index(self) -> usize {
                self.0 as usize
            }

            /// Whether a base has such an item.
            pub fn is_in(self, base: &KnowledgeBase) -> bool {
                self.index() < base.$list.len()
            }

            /// Every id of a base, in order.
            pub fn all(base: &KnowledgeBase) -> impl Iterator<Item = Self> + use<> {
                (0..base.$list.len()).map(Self::new)
            }
        }

        impl Index<$id> for KnowledgeBase {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self.$list[id.index()]
            }
        }
    )+};
}

ids! {
    /// A source.
    SourceId: sources [Source];
    /// An entity.
    EntityId: entities [Entity];
    /// A fact.
    FactId: facts [Fact];
    /// An intent.
    IntentId: intents [Intent];
    /// An unanswerable question.
    UnanswerableId: unanswerables [Unanswerable];
    /// Small talk.
    SmallTalkId: small_talk [SmallTalk];
    /// A relation.
    RelationId: relations [Relation];
    /// A role.
    RoleId: roles [WordSet];
    /// A synonym set.
    SynonymSetId: synonyms [WordSet];
}
