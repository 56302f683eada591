//! What buttons and menus do. Their custom ids say it all, so that they still work after a restart. Ids that come back are checked, because
//! anyone can send anything.
//!
//! ```text
//! 1:ask:<question>      ask this question        1:topics:<page>        the list of topics
//! 1:good:<question>     the answer helped        1:topic:<topic>:<page> the questions of a topic
//! 1:bad:<question>      it did not               1:pick                 the question chosen in a menu
//! 1:open                the topic chosen in a menu
//! 1:further:<question>:<name>...                ask further about what this question was about, with these names in its gaps
//! 1:missed:<unanswerable question>:<name>...    the same about a question that was declined
//! ```
//! A [`Key`] stands for a question, a topic, or a name.

use super::further::Further;
use factotum_core::hash::sha256_hex;
use factotum_core::knowledge::{EntityId, IntentId, KnowledgeBase, UnanswerableId};
use std::collections::BTreeMap;

/// The version of the format of custom ids. Buttons of other versions are declined.
const VERSION: &str = "1";

/// A short form of an id of the knowledge base, since such ids can be longer than a custom id: the first eight bytes of its SHA-256, in hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(String);

impl Key {
    /// The key of an id.
    pub(crate) fn of(id: &str) -> Key {
        Key(sha256_hex(id.as_bytes()).chars().take(16).collect())
    }

    /// Its form in a custom id.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses a key; `None` if it is none.
    pub(crate) fn parse(text: &str) -> Option<Key> {
        let well_formed = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        well_formed.then(|| Key(text.to_owned()))
    }
}

/// What a button or menu does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CustomId {
    /// Ask this question.
    Ask(Key),
    /// Rate the answer to this question: helpful or not.
    Rate(bool, Key),
    /// Show a page of the topics.
    Topics(usize),
    /// Show a page of a topic's questions.
    Topic(Key, usize),
    /// Show the topic chosen in the menu.
    Open,
    /// Ask the question chosen in the menu.
    Pick,
    /// Ask further about what an answer was about.
    Further(Further),
}

impl CustomId {
    /// The custom id as text.
    pub(crate) fn custom_id(&self) -> String {
        let rest = match self {
            CustomId::Ask(question) => format!("ask:{}", question.0),
            CustomId::Rate(true, question) => format!("good:{}", question.0),
            CustomId::Rate(false, question) => format!("bad:{}", question.0),
            CustomId::Topics(page) => format!("topics:{page}"),
            CustomId::Topic(topic, page) => format!("topic:{}:{page}", topic.0),
            CustomId::Open => "open".to_owned(),
            CustomId::Pick => "pick".to_owned(),
            CustomId::Further(further) => further.in_custom_id(),
        };
        format!("{VERSION}:{rest}")
    }

    /// Parses a custom id; `None` if it is not one of ours, or of another version.
    pub(crate) fn parse(custom_id: &str) -> Option<CustomId> {
        let rest = custom_id.strip_prefix(VERSION)?.strip_prefix(':')?;
        let parts: Vec<&str> = rest.split(':').collect();
        // There are few pages; longer numbers are not ours.
        let page = |text: &str| text.parse::<u16>().ok().filter(|n| n.to_string() == text).map(usize::from);
        match parts.as_slice() {
            ["ask", question] => Key::parse(question).map(CustomId::Ask),
            ["good", question] => Key::parse(question).map(|q| CustomId::Rate(true, q)),
            ["bad", question] => Key::parse(question).map(|q| CustomId::Rate(false, q)),
            ["topics", number] => page(number).map(CustomId::Topics),
            ["topic", topic, number] => Some(CustomId::Topic(Key::parse(topic)?, page(number)?)),
            ["open"] => Some(CustomId::Open),
            ["pick"] => Some(CustomId::Pick),
            [kind @ ("further" | "missed"), keys @ ..] => Further::parse(kind, keys).map(CustomId::Further),
            _ => None,
        }
    }
}

/// Finds what a key stands for in a knowledge base.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    intents: BTreeMap<Key, IntentId>,
    topics: BTreeMap<Key, String>,
    unanswerable: BTreeMap<Key, UnanswerableId>,
    names: BTreeMap<Key, EntityId>,
}

impl Directory {
    /// The keys of a knowledge base.
    pub(crate) fn of(base: &KnowledgeBase) -> Directory {
        Directory {
            intents: IntentId::all(base).map(|id| (Key::of(&base[id].id), id)).collect(),
            topics: base.topics().into_iter().map(|(topic, _)| (Key::of(topic), topic.to_owned())).collect(),
            unanswerable: UnanswerableId::all(base).map(|id| (Key::of(&base[id].id), id)).collect(),
            names: EntityId::all(base).map(|id| (Key::of(&base[id].id), id)).collect(),
        }
    }

    /// The intent that a key stands for.
    pub(crate) fn intent(&self, key: &Key) -> Option<IntentId> {
        self.intents.get(key).copied()
    }

    /// The intent that a menu's value stands for.
    pub(crate) fn chosen_intent(&self, value: &str) -> Option<IntentId> {
        self.intent(&Key::parse(value)?)
    }

    /// The topic that a key stands for.
    pub(crate) fn topic(&self, key: &Key) -> Option<&str> {
        self.topics.get(key).map(String::as_str)
    }

    /// The unanswerable question that a key stands for.
    pub(crate) fn unanswerable(&self, key: &Key) -> Option<UnanswerableId> {
        self.unanswerable.get(key).copied()
    }

    /// The name that a key stands for.
    pub(crate) fn name(&self, key: &Key) -> Option<EntityId> {
        self.names.get(key).copied()
    }

    /// The topic that a menu's value stands for.
    pub(crate) fn chosen_topic(&self, value: &str) -> Option<Key> {
        let key = Key::parse(value)?;
        self.topics.contains_key(&key).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::payload::MAX_CUSTOM_ID;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_custom_id_comes_back() {
        let key = Key::of("some-intent");
        let all = [
            CustomId::Ask(key.clone()),
            CustomId::Rate(true, key.clone()),
            CustomId::Rate(false, key.clone()),
            CustomId::Topics(0),
            CustomId::Topic(key.clone(), 65_535),
            CustomId::Further(Further { declined: false, question: key.clone(), names: Vec::new() }),
            CustomId::Further(Further { declined: true, question: key.clone(), names: vec![key; factotum_core::answering::MAX_NAMES] }),
            CustomId::Open,
            CustomId::Pick,
        ];
        for custom_id in all {
            let id = custom_id.custom_id();
            assert!(id.len() <= MAX_CUSTOM_ID, "{id}");
            assert_eq!(CustomId::parse(&id), Some(custom_id));
        }
    }

    #[test]
    fn forged_ones_mean_nothing() {
        for id in [
            "",
            "1",
            "1:",
            "2:pick",
            "1:pick:",
            "1:ask",
            "1:ask:",
            "1:ask:zz",
            "1:ask:0123456789ABCDEF",
            "1:topics:-1",
            "1:topics:007",
            "1:topics:99999999",
            "ask:0123456789abcdef",
            "1:further",
            "1:further:",
            "1:further:0123456789abcdef:",
            "1:missed:0123456789abcdef:0123456789abcdef:0123456789abcdef:0123456789abcdef:0123456789abcdef:0123456789abcdef",
        ] {
            assert_eq!(CustomId::parse(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(id in "(1:)?(ask|good|bad|topics|topic|open|pick|further|missed)?(:[0-9a-f]{16}){0,2}[:0-9a-f-]{0,40}") {
            if let Some(custom_id) = CustomId::parse(&id) {
                prop_assert_eq!(custom_id.custom_id(), id);
            }
        }
    }
}
