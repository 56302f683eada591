//! `/topics`: a menu of topics, and a menu of the questions of one, page by page.

use super::components::{CustomId, Directory, Key};
use super::markdown::label;
use super::messages;
use super::payload::{Component, MAX_OPTION, MAX_OPTIONS, MenuOption, Message, Row};
use factotum_core::knowledge::{Intent, KnowledgeBase};
use factotum_core::render::console;

/// Topics with their questions that need no name filled in.
fn topics(base: &KnowledgeBase) -> Vec<(&str, Vec<&Intent>)> {
    let mut topics = console::topics(base);
    for (_, intents) in &mut topics {
        intents.retain(|i| !i.question.contains('{'));
    }
    topics.retain(|(_, intents)| !intents.is_empty());
    topics
}

/// A page of the topics; a page past the end becomes the last.
pub(crate) fn all(base: &KnowledgeBase, page: usize) -> Message {
    let topics = topics(base);
    if topics.is_empty() {
        return Message::text(messages::NO_TOPICS);
    }
    let page = Page::new(page, topics.len());
    let questions: usize = topics.iter().map(|(_, intents)| intents.len()).sum();
    let options = topics.iter().skip(page.skip()).take(MAX_OPTIONS).map(|(topic, intents)| MenuOption {
        label: label(&format!("{topic} ({})", intents.len()), MAX_OPTION),
        value: Key::of(topic).as_str().to_owned(),
    });
    let menu = Component::menu(messages::CHOOSE_TOPIC, CustomId::Open.custom_id(), options.collect());
    let content = page.content(messages::all_topics(questions, topics.len()));
    Message { content, components: page.rows(menu, &CustomId::Topics, None), ..Message::default() }
}

/// A page of a topic's questions; `None` if there is no such topic.
pub(crate) fn one(base: &KnowledgeBase, directory: &Directory, topic: &Key, page: usize) -> Option<Message> {
    let name = directory.topic(topic)?;
    let topics = topics(base);
    let (_, intents) = topics.iter().find(|(n, _)| *n == name)?;
    let page = Page::new(page, intents.len());
    let options = intents
        .iter()
        .skip(page.skip())
        .take(MAX_OPTIONS)
        .map(|intent| MenuOption { label: label(&console::question(intent), MAX_OPTION), value: Key::of(&intent.id).as_str().to_owned() });
    let menu = Component::menu(messages::CHOOSE_QUESTION, CustomId::Pick.custom_id(), options.collect());
    let content = page.content(messages::topic(name, intents.len()));
    let here = |page| CustomId::Topic(topic.clone(), page);
    Some(Message { content, components: page.rows(menu, &here, Some(CustomId::Topics(0))), ..Message::default() })
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

    fn content(&self, text: String) -> String {
        if self.last == 0 { text } else { format!("{text} {}", messages::page(self.number + 1, self.last + 1)) }
    }

    /// The menu, and below it buttons to other pages and back.
    fn rows(&self, menu: Component, here: &dyn Fn(usize) -> CustomId, back: Option<CustomId>) -> Vec<Row> {
        let mut buttons = Vec::new();
        if self.last > 0 {
            // At either end one of the pages does not exist; its disabled button still needs a unique id.
            let previous = self.number.checked_sub(1).unwrap_or(self.last + 1);
            buttons.push(Component::small_button(messages::PREVIOUS_PAGE, here(previous).custom_id(), self.number == 0));
            buttons.push(Component::small_button(messages::NEXT_PAGE, here(self.number + 1).custom_id(), self.number == self.last));
        }
        if let Some(back) = back {
            buttons.push(Component::small_button(messages::ALL_TOPICS, back.custom_id(), false));
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
                Component::Field(_) => "",
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
                assert!(ids.iter().all(|id| CustomId::parse(id).is_some()), "{ids:?}");
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
