//! What buttons and menus mean. It is all in their custom ids, so that they keep working after a restart; what comes back is checked,
//! since anybody can send anything.
//!
//! ```text
//! 1:ask:<question>      ask this question        1:topics:<page>        the list of topics
//! 1:good:<question>     the answer helped        1:topic:<topic>:<page> the questions of a topic
//! 1:bad:<question>      it did not               1:pick                 the question chosen in a menu
//! 1:open                the topic chosen in a menu
//! ```
//! Questions and topics are named by a [`Key`].

use factotum_core::knowledge::{IntentId, KnowledgeBase};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The form of custom ids. Buttons with another version are from another program, and are declined.
const VERSION: &str = "1";

/// A short name for an id of the record: the first eight bytes of its SHA-256, in hexadecimal. Ids can be longer than a custom id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The key of an id.
    pub fn of(id: &str) -> Key {
        Key(Sha256::digest(id.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// As it stands in a custom id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Key> {
        let well_formed = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        well_formed.then(|| Key(text.to_owned()))
    }
}

/// What a button or menu means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Ask this question.
    Ask(Key),
    /// Whether the answer to this question helped.
    Helped(bool, Key),
    /// Show a page of the topics.
    Topics(usize),
    /// Show a page of a topic's questions.
    Topic(Key, usize),
    /// Open the topic that was chosen in the menu.
    Open,
    /// Ask the question that was chosen in the menu.
    Pick,
}

impl Meaning {
    /// The custom id.
    pub fn custom_id(&self) -> String {
        let rest = match self {
            Meaning::Ask(question) => format!("ask:{}", question.0),
            Meaning::Helped(true, question) => format!("good:{}", question.0),
            Meaning::Helped(false, question) => format!("bad:{}", question.0),
            Meaning::Topics(page) => format!("topics:{page}"),
            Meaning::Topic(topic, page) => format!("topic:{}:{page}", topic.0),
            Meaning::Open => "open".to_owned(),
            Meaning::Pick => "pick".to_owned(),
        };
        format!("{VERSION}:{rest}")
    }

    /// Reads a custom id that came back; `None` if it is not one of ours, or of another version.
    pub fn parse(custom_id: &str) -> Option<Meaning> {
        let rest = custom_id.strip_prefix(VERSION)?.strip_prefix(':')?;
        let parts: Vec<&str> = rest.split(':').collect();
        // Pages are few; a number that is longer is none of ours.
        let page = |text: &str| text.parse::<u16>().ok().filter(|n| n.to_string() == text).map(usize::from);
        match parts.as_slice() {
            ["ask", question] => Key::parse(question).map(Meaning::Ask),
            ["good", question] => Key::parse(question).map(|q| Meaning::Helped(true, q)),
            ["bad", question] => Key::parse(question).map(|q| Meaning::Helped(false, q)),
            ["topics", number] => page(number).map(Meaning::Topics),
            ["topic", topic, number] => Some(Meaning::Topic(Key::parse(topic)?, page(number)?)),
            ["open"] => Some(Meaning::Open),
            ["pick"] => Some(Meaning::Pick),
            _ => None,
        }
    }
}

/// What keys stand for in the base at hand.
#[derive(Debug, Default)]
pub struct Directory {
    intents: BTreeMap<Key, IntentId>,
    topics: BTreeMap<Key, String>,
}

impl Directory {
    /// The keys of a base.
    pub fn of(base: &KnowledgeBase) -> Directory {
        Directory {
            intents: IntentId::all(base).map(|id| (Key::of(&base[id].id), id)).collect(),
            topics: base.topics().into_iter().map(|(topic, _)| (Key::of(topic), topic.to_owned())).collect(),
        }
    }

    /// The intent that a key stands for.
    pub fn intent(&self, key: &Key) -> Option<IntentId> {
        self.intents.get(key).copied()
    }

    /// The intent that a menu's value stands for.
    pub fn chosen_intent(&self, value: &str) -> Option<IntentId> {
        self.intent(&Key::parse(value)?)
    }

    /// The topic that a key stands for.
    pub fn topic(&self, key: &Key) -> Option<&str> {
        self.topics.get(key).map(String::as_str)
    }

    /// The topic that a menu's value stands for.
    pub fn chosen_topic(&self, value: &str) -> Option<Key> {
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
    fn every_meaning_comes_back() {
        let key = Key::of("some-intent");
        let all = [
            Meaning::Ask(key.clone()),
            Meaning::Helped(true, key.clone()),
            Meaning::Helped(false, key.clone()),
            Meaning::Topics(0),
            Meaning::Topic(key, 65_535),
            Meaning::Open,
            Meaning::Pick,
        ];
        for meaning in all {
            let id = meaning.custom_id();
            assert!(id.len() <= MAX_CUSTOM_ID, "{id}");
            assert_eq!(Meaning::parse(&id), Some(meaning));
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
        ] {
            assert_eq!(Meaning::parse(id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(id in "(1:)?(ask|good|bad|topics|topic|open|pick)?[:0-9a-f-]{0,40}") {
            if let Some(meaning) = Meaning::parse(&id) {
                prop_assert_eq!(meaning.custom_id(), id);
            }
        }
    }
}
