//! Ids: those that are written, those derived from a text, and who has which.

use super::written::{Entry, Owner, Written};
use crate::text;
use std::collections::HashMap;

/// Longest derived id in bytes: still read at a glance.
const MAX_SLUG: usize = 60;

/// A text as an id: its words in lower case with hyphens between them, cut at a word.
pub fn slug(text: &str) -> String {
    let folded = text::fold(text).replace(['\'', '’'], "");
    let mut slug = String::new();
    for word in folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + 1 + word.len() > MAX_SLUG {
            if slug.is_empty() {
                slug.push_str(&word[..MAX_SLUG]);
            }
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug
}

/// Gives out ids that nobody has.
pub(super) struct Slugs {
    /// Ids that are taken, with the last number given to their like.
    taken: HashMap<String, usize>,
}

impl Slugs {
    pub(super) fn new<'a>(written: impl Iterator<Item = &'a str>) -> Self {
        Self { taken: written.map(|id| (id.to_owned(), 1)).collect() }
    }

    /// The id of something that is known by this text; `otherwise` where the text has no letters for one.
    pub(super) fn derive(&mut self, text: &str, otherwise: &str) -> String {
        let slug = slug(text);
        let slug = if slug.is_empty() { otherwise.to_owned() } else { slug };
        let Some(last) = self.taken.get(&slug).copied() else {
            self.taken.insert(slug.clone(), 1);
            return slug;
        };
        let number = (last + 1..).find(|n| !self.taken.contains_key(&format!("{slug}-{n}"))).unwrap_or(last);
        self.taken.insert(slug.clone(), number);
        let id = format!("{slug}-{number}");
        self.taken.insert(id.clone(), 1);
        id
    }
}

/// What a translation translates: positions in the lists of [`Written`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Original {
    /// A question; of a relation, with the entity that fills its gap.
    Question(usize, Option<usize>),
    Unanswerable(usize),
    SmallTalk(usize),
}

/// Who has which id: positions in the lists of [`Written`]. Of two with one id, the first.
pub(super) struct Ids {
    pub(super) sources: HashMap<String, usize>,
    pub(super) entities: HashMap<String, usize>,
    pub(super) facts: HashMap<String, usize>,
    pub(super) questions: HashMap<String, usize>,
    pub(super) relations: HashMap<String, usize>,
    pub(super) roles: HashMap<String, usize>,
    /// By fact: its questions, those of relations whose rows name it not among them.
    pub(super) of_fact: Vec<Vec<usize>>,
    /// What can be translated, by its first line, folded.
    asked: HashMap<String, Original>,
    /// The names of entities, folded.
    names: Vec<(String, usize)>,
}

impl Ids {
    pub(super) fn of(written: &Written<'_>) -> Self {
        let mut of_fact = vec![Vec::new(); written.facts.len()];
        for (position, (owner, _)) in written.questions.iter().enumerate() {
            if let Owner::Fact(fact) = owner {
                of_fact[*fact].push(position);
            }
        }
        let questions = written
            .questions
            .iter()
            .enumerate()
            .filter_map(|(at, (_, e))| Some((e.value.as_ref()?.ask.first(), Original::Question(at, None))));
        let unanswerables = written.unanswerables.iter().enumerate();
        let unanswerables = unanswerables.filter_map(|(at, (_, e))| Some((e.value.as_ref()?.ask.first(), Original::Unanswerable(at))));
        let small_talk = written.small_talk.iter().enumerate();
        let small_talk = small_talk.filter_map(|(at, e)| Some((e.value.as_ref()?.ask.first(), Original::SmallTalk(at))));
        let mut asked = HashMap::new();
        for (first, original) in questions.chain(unanswerables).chain(small_talk) {
            asked.entry(text::fold(first)).or_insert(original);
        }
        let names = written.entities.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.place.file, entry.value.as_ref()?)));
        let names = names.flat_map(|(at, file, entity)| {
            let aliases = written.items(file, entity.aliases.as_ref()).into_iter().map(|item| item.text);
            let all = aliases.chain([entity.name.get_ref().clone()]).chain(entity.short.as_ref().map(|short| short.get_ref().clone()));
            all.map(move |name| (text::fold(&name), at))
        });
        Self {
            asked,
            names: names.filter(|(name, _)| !name.is_empty()).collect(),
            sources: index(&written.sources),
            entities: index(&written.entities),
            facts: index(&written.facts),
            questions: index(written.questions.iter().map(|(_, entry)| entry)),
            relations: index(&written.relations),
            roles: index(&written.roles),
            of_fact,
        }
    }
}

impl Ids {
    /// What a translation means by a question's id, or by the first line of what it translates, with a name in its gap.
    pub(super) fn original(&self, of: &str) -> Option<Original> {
        let question = self.questions.get(of).map(|question| Original::Question(*question, None));
        let folded = text::fold(of.trim());
        question.or_else(|| self.asked.get(&folded).copied()).or_else(|| self.with_gap(&folded))
    }

    /// The same where a name has to be taken out first.
    fn with_gap(&self, asked: &str) -> Option<Original> {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let filled = self.names.iter().filter_map(|(name, entity)| {
            let at = asked.find(name.as_str())?;
            let (before, after) = (&asked[..at], &asked[at + name.len()..]);
            if is_word(before.chars().next_back()) || is_word(after.chars().next()) {
                return None;
            }
            match self.asked.get(&format!("{before}{{subject}}{after}"))? {
                Original::Question(question, _) => Some((name.len(), Original::Question(*question, Some(*entity)))),
                Original::Unanswerable(_) | Original::SmallTalk(_) => None,
            }
        });
        filled.max_by_key(|(length, _)| *length).map(|(_, original)| original)
    }

    /// The first lines of all that can be translated, folded.
    pub(super) fn originals(&self) -> impl Iterator<Item = &str> {
        self.asked.keys().map(String::as_str)
    }

    /// The fact whose statement is shown first with a question; `None` where several rows of a relation decide.
    pub(super) fn shown_fact(&self, written: &Written<'_>, original: Original) -> Option<usize> {
        let Original::Question(question, subject) = original else { return None };
        match written.questions[question].0 {
            Owner::Fact(fact) => Some(fact),
            Owner::Relation(relation) => {
                let subject = &written.entities[subject?].id;
                let row = written.rows[relation].iter().flatten().find(|row| row.subject.get_ref() == subject)?;
                self.facts.get(row.fact.get_ref()).copied()
            }
        }
    }
}

fn index<'a, T: 'a>(entries: impl IntoIterator<Item = &'a Entry<T>>) -> HashMap<String, usize> {
    let mut ids = HashMap::new();
    for (position, entry) in entries.into_iter().enumerate().filter(|(_, entry)| !entry.id.is_empty()) {
        ids.entry(entry.id.clone()).or_insert(position);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_derived_from_texts() {
        let cases = [
            ("When is the town library open?", "when-is-the-town-library-open"),
            ("Vučić's visit: 2,400 km!", "vucics-visit-2-400-km"),
            ("??? Москва", ""),
            (
                "A question that goes on and on and on, well beyond what anybody would like to read as an id",
                "a-question-that-goes-on-and-on-and-on-well-beyond-what",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(slug(text), expected);
        }
        assert_eq!(slug(&"a".repeat(100)).len(), MAX_SLUG);
    }

    #[test]
    fn no_id_is_given_twice() {
        let mut slugs = Slugs::new(["open", "open-3"].into_iter());
        let given: Vec<String> = ["Open?", "open", "open 2", "shut", "Москва"].iter().map(|text| slugs.derive(text, "question")).collect();
        assert_eq!(given, ["open-2", "open-4", "open-2-2", "shut", "question"]);
    }
}
