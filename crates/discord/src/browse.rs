//! Leafing through what is on record: topics in a menu, the questions of one in another, page by page.

use super::components::{Directory, Key, Meaning};
use super::markdown::{label, plain};
use super::payload::{Component, MAX_OPTION, MAX_OPTIONS, MenuOption, Message, Row};
use factotum_core::knowledge::{Intent, KnowledgeBase};
use factotum_core::render::console;

/// Topics with the questions that can be asked as they stand.
fn topics(base: &KnowledgeBase) -> Vec<(&str, Vec<&Intent>)> {
    let mut topics = console::topics(base);
    for (_, intents) in &mut topics {
        intents.retain(|i| !i.question.contains('{'));
    }
    topics.retain(|(_, intents)| !intents.is_empty());
    topics
}

/// A page of the topics; a page that is not there any more becomes the last.
pub fn all(base: &KnowledgeBase, page: usize) -> Message {
    let topics = topics(base);
    if topics.is_empty() {
        return Message::text("There is nothing on record.");
    }
    let page = Page::new(page, topics.len());
    let questions: usize = topics.iter().map(|(_, intents)| intents.len()).sum();
    let options = topics.iter().skip(page.skip()).take(MAX_OPTIONS).map(|(topic, intents)| MenuOption {
        label: label(&format!("{topic} ({})", intents.len()), MAX_OPTION),
        value: Key::of(topic).as_str().to_owned(),
    });
    let menu = Component::menu("Choose a topic", Meaning::Open.custom_id(), options.collect());
    let content = format!("{questions} questions have an answer here, on {} topics.{}", topics.len(), page.words());
    Message { content, components: page.rows(menu, &Meaning::Topics, None), ..Message::default() }
}

/// A page of a topic's questions; `None` if there is no such topic.
pub fn one(base: &KnowledgeBase, directory: &Directory, topic: &Key, page: usize) -> Option<Message> {
    let name = directory.topic(topic)?;
    let topics = topics(base);
    let (_, intents) = topics.iter().find(|(n, _)| *n == name)?;
    let page = Page::new(page, intents.len());
    let options = intents
        .iter()
        .skip(page.skip())
        .take(MAX_OPTIONS)
        .map(|intent| MenuOption { label: label(&console::question(intent), MAX_OPTION), value: Key::of(&intent.id).as_str().to_owned() });
    let menu = Component::menu("Choose a question", Meaning::Pick.custom_id(), options.collect());
    let content = format!("Topic: {}. {} questions.{}", plain(name), intents.len(), page.words());
    let here = |page| Meaning::Topic(topic.clone(), page);
    Some(Message { content, components: page.rows(menu, &here, Some(Meaning::Topics(0))), ..Message::default() })
}

struct Page {
    number: usize,
    last: usize,
}

impl Page {
    fn new(wanted: usize, items: usize) -> Page {
        let last = items.saturating_sub(1) / MAX_OPTIONS;
        Page { number: wanted.min(last), last }
    }

    fn skip(&self) -> usize {
        self.number * MAX_OPTIONS
    }

    fn words(&self) -> String {
        if self.last == 0 { String::new() } else { format!(" Page {} of {}.", self.number + 1, self.last + 1) }
    }

    /// The menu, and below it buttons for other pages and the way back.
    fn rows(&self, menu: Component, here: &dyn Fn(usize) -> Meaning, back: Option<Meaning>) -> Vec<Row> {
        let mut buttons = Vec::new();
        if self.last > 0 {
            // At either end the other page does not exist; its button still needs an id that no other has.
            let previous = self.number.checked_sub(1).unwrap_or(self.last + 1);
            buttons.push(Component::small_button("Previous page", here(previous).custom_id(), self.number == 0));
            buttons.push(Component::small_button("Next page", here(self.number + 1).custom_id(), self.number == self.last));
        }
        if let Some(back) = back {
            buttons.push(Component::small_button("All topics", back.custom_id(), false));
        }
        let mut rows = vec![Row::new(vec![menu])];
        if !buttons.is_empty() {
            rows.push(Row::new(buttons));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::BTreeSet;

    /// All custom ids of a message.
    fn ids(message: &Message) -> Vec<&str> {
        let components = message.components.iter().flat_map(|r| &r.components);
        components
            .map(|c| match c {
                Component::Button { custom_id, .. } | Component::Menu { custom_id, .. } => custom_id.as_str(),
            })
            .collect()
    }

    #[test]
    fn every_page_of_every_topic_can_be_shown() {
        let answerer = factotum_built_in::answerer();
        let base = answerer.base();
        let directory = Directory::of(base);
        for (topic, intents) in topics(base) {
            let mut seen = BTreeSet::new();
            for page in 0..=intents.len() / MAX_OPTIONS {
                let message = one(base, &directory, &Key::of(topic), page).expect("the topic exists");
                let ids = ids(&message);
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique in a message: {ids:?}");
                assert!(ids.iter().all(|id| Meaning::parse(id).is_some()), "{ids:?}");
                let Component::Menu { options, .. } = &message.components[0].components[0] else { panic!("a menu comes first") };
                seen.extend(options.iter().map(|o| o.value.clone()));
            }
            assert_eq!(seen.len(), intents.len(), "{topic}");
        }
        assert!(one(base, &directory, &Key::of("no such topic"), 0).is_none());
        assert!(all(base, 999).content.contains("topics"));
        assert!(all(&KnowledgeBase::default(), 0).components.is_empty());
    }
}
