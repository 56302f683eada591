//! `/topics`: a menu of topics, and a menu of the questions of one, page by page.

use super::components::{CustomId, Directory, Key};
use super::markdown::{label, plain};
use super::payload::{Component, MAX_OPTION, MAX_OPTIONS, MenuOption, Message, Row};
use factotum_core::knowledge::{Intent, KnowledgeBase};
use factotum_core::render::console;
use factotum_wording::{Discord, Language};

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
pub(crate) fn all(base: &KnowledgeBase, page: usize, language: Language) -> Message {
    let words = &language.wording().discord;
    let topics = topics(base);
    if topics.is_empty() {
        return Message::text(words.no_topics.as_str());
    }
    let page = Page::new(page, topics.len());
    let questions: usize = topics.iter().map(|(_, intents)| intents.len()).sum();
    let options = topics.iter().skip(page.skip()).take(MAX_OPTIONS).map(|(topic, intents)| MenuOption {
        label: label(&format!("{topic} ({})", intents.len()), MAX_OPTION),
        value: Key::of(topic).as_str().to_owned(),
    });
    let menu = Component::menu(&words.choose_topic, CustomId::Open.custom_id(), options.collect());
    let (questions, topics) = (words.questions.of(language, questions), words.topics.of(language, topics.len()));
    let content = page.content(words.all_topics.with([("questions", &questions), ("topics", &topics)]), words);
    Message { content, components: page.rows(menu, &CustomId::Topics, None, words), ..Message::default() }
}

/// A page of a topic's questions; `None` if there is no such topic.
pub(crate) fn one(base: &KnowledgeBase, directory: &Directory, topic: &Key, page: usize, language: Language) -> Option<Message> {
    let words = &language.wording().discord;
    let name = directory.topic(topic)?;
    let topics = topics(base);
    let (_, intents) = topics.iter().find(|(n, _)| *n == name)?;
    let page = Page::new(page, intents.len());
    let options = intents
        .iter()
        .skip(page.skip())
        .take(MAX_OPTIONS)
        .map(|intent| MenuOption { label: label(&console::question(intent), MAX_OPTION), value: Key::of(&intent.id).as_str().to_owned() });
    let menu = Component::menu(&words.choose_question, CustomId::Pick.custom_id(), options.collect());
    let content = words.topic.with([("topic", &plain(name)), ("questions", &words.questions.of(language, intents.len()))]);
    let content = page.content(content, words);
    let here = |page| CustomId::Topic(topic.clone(), page);
    Some(Message { content, components: page.rows(menu, &here, Some(CustomId::Topics(0)), words), ..Message::default() })
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

    fn content(&self, text: String, words: &Discord) -> String {
        if self.last == 0 {
            return text;
        }
        let (number, pages) = ((self.number + 1).to_string(), (self.last + 1).to_string());
        format!("{text} {}", words.page.with([("number", &number), ("pages", &pages)]))
    }

    /// The menu, and below it buttons to other pages and back.
    fn rows(&self, menu: Component, here: &dyn Fn(usize) -> CustomId, back: Option<CustomId>, words: &Discord) -> Vec<Row> {
        let mut buttons = Vec::new();
        if self.last > 0 {
            // At either end one of the pages does not exist; its disabled button still needs a unique id.
            let previous = self.number.checked_sub(1).unwrap_or(self.last + 1);
            buttons.push(Component::small_button(&words.previous_page, here(previous).custom_id(), self.number == 0));
            buttons.push(Component::small_button(&words.next_page, here(self.number + 1).custom_id(), self.number == self.last));
        }
        if let Some(back) = back {
            buttons.push(Component::small_button(&words.all_topics_button, back.custom_id(), false));
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
                let message = one(base, &directory, &Key::of(topic), page, Language::English).expect("the topic exists");
                let ids = ids(&message);
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique in a message: {ids:?}");
                assert!(ids.iter().all(|id| CustomId::parse(id).is_some()), "{ids:?}");
                let Component::Menu { options, .. } = &message.components[0].components[0] else { panic!("a menu comes first") };
                seen.extend(options.iter().map(|o| o.value.clone()));
            }
            assert_eq!(seen.len(), intents.len(), "{topic}");
        }
        assert!(one(base, &directory, &Key::of("no such topic"), 0, Language::English).is_none());
        assert!(all(base, 999, Language::English).content.contains("topics"));
        assert!(all(&KnowledgeBase::default(), 0, Language::English).components.is_empty());
    }
}
