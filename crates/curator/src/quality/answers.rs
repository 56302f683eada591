//! Direct answers and the values of rows, held against the facts that they rest on: they are what people read first.

use super::find;
use super::supply::mentions;
use crate::article::Article;
use crate::grounding::Grounding;
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::english::english;
use factotum_core::knowledge::{EntityId, FactId, Intent, KnowledgeBase, RelationId, Row, SourceId, Value, date_in_words};
use factotum_core::text::escape_control;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Every direct answer and value with a name or figure that is neither in its statements nor, where the source is at hand, in the paragraphs
/// that they cite.
pub(super) fn ungrounded(base: &KnowledgeBase, files: &[SourceFile], source: Option<(SourceId, &Article)>) -> Vec<Diagnostic> {
    let paragraphs: BTreeMap<u32, &str> = source.map_or_else(BTreeMap::new, |(_, article)| {
        article.paragraphs.iter().map(|(n, place)| (*n, &article.text[place.clone()])).collect()
    });
    let id = source.map_or(SourceId::new(0), |(id, _)| id);
    let grounding = Grounding::new(base, id, &paragraphs);
    let held = Held { base, files, source: source.map(|(id, _)| id), paragraphs: &paragraphs, grounding: &grounding };
    let mut found: Vec<Diagnostic> = base.intents.iter().flat_map(|intent| held.intent(intent)).collect();
    found.extend(RelationId::all(base).flat_map(|id| base[id].rows.iter().flat_map(|row| held.row(row)).collect::<Vec<_>>()));
    found
}

struct Held<'a> {
    base: &'a KnowledgeBase,
    files: &'a [SourceFile],
    source: Option<SourceId>,
    paragraphs: &'a BTreeMap<u32, &'a str>,
    grounding: &'a Grounding<'a>,
}

impl Held<'_> {
    /// What facts say, when, what they are derived from, and what they cite.
    fn texts(&self, facts: &[FactId]) -> Vec<Cow<'_, str>> {
        let mut out: Vec<Cow<'_, str>> = Vec::new();
        for fact in facts.iter().map(|id| &self.base[*id]) {
            out.push(fact.statement.as_str().into());
            out.extend(fact.as_of.as_deref().map(|date| date_in_words(date).into()));
            out.extend(fact.derived.iter().flat_map(|d| [d.text.as_str().into(), d.from.as_str().into()]));
            out.extend(fact.speaker.map(|speaker| self.base[speaker].name.as_str().into()));
            if self.source == Some(fact.source) {
                out.extend(fact.paragraphs.iter().filter_map(|n| self.paragraphs.get(n)).map(|text| (*text).into()));
            }
        }
        // Anyone who is named may be called by office: "Kosovo's President".
        let named = |e: &EntityId| base_mentions(self.base, *e, &out);
        let offices = EntityId::all(self.base).filter(|e| !self.base[*e].offices.is_empty()).filter(named);
        let called: Vec<Cow<'_, str>> = offices.flat_map(|e| self.called(e)).collect();
        out.extend(called);
        out
    }

    /// The offices of somebody, and what they are.
    fn called(&self, entity: EntityId) -> Vec<Cow<'_, str>> {
        let entity = &self.base[entity];
        let offices = entity.offices.iter().flat_map(|office| {
            let words = self.base[office.role].words.iter().map(String::as_str);
            words.chain([self.base[office.of].name.as_str()]).map(Cow::from).collect::<Vec<_>>()
        });
        offices.chain([entity.description.as_str().into()]).collect()
    }

    fn intent(&self, intent: &Intent) -> Vec<Diagnostic> {
        let texts = self.texts(&intent.facts);
        let mut texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        // An answer may say a name back that was asked about, and a correction a figure too.
        let phrases = intent.paraphrases.iter().map(|p| p.text.as_str());
        let asked: Vec<&str> = phrases.take(1).chain(intent.relation.iter().flat_map(|used| self.rows(used.relation))).collect();
        let last = intent.paraphrases.last().map(|p| &p.place);
        let used = intent.relation.as_ref();
        let answers = [Some(&intent.answer), used.map(|u| &u.if_yes), used.map(|u| &u.if_no), used.map(|u| &u.if_unknown)];
        let mut found = Vec::new();
        texts.extend(asked.iter().filter(|_| intent.false_premise).copied());
        for answer in answers.into_iter().flatten().filter(|answer| !answer.is_empty()) {
            for unsupported in self.grounding.unsupported(answer, &texts) {
                let written = &answer[unsupported.place.clone()];
                if !unsupported.figure && !self.grounding.unsupported(written, &asked).is_empty()
                    || unsupported.figure && !counted(written, texts.iter().chain(&asked).copied().chain([answer.as_str()]))
                {
                    let place = find(self.files, last, answer).or(last.cloned()).unwrap_or_else(|| Place::new(0, 0..0));
                    let what = if unsupported.figure { "figure" } else { "name" };
                    let message = format!(
                        "the answer has the {what} `{}`, which {} not have",
                        escape_control(written),
                        whose(intent.facts.len(), self.source.is_some())
                    );
                    found.push(Diagnostic::new(Code::UngroundedAnswer, place.narrowed(self.files, written), message, HELP));
                }
            }
        }
        found
    }

    /// The names in the rows of a relation, by which slots are filled.
    fn rows(&self, relation: RelationId) -> Vec<&str> {
        self.base[relation].rows.iter().map(|row| self.base[row.subject].name.as_str()).collect()
    }

    /// What the values of a row say that its fact does not.
    fn row(&self, row: &Row) -> Vec<Diagnostic> {
        let texts = self.texts(&[row.fact]);
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let missing = |value: &Value| match value {
            // A date is said in words, with less than all of it perhaps.
            Value::Date(date) => {
                let year = date.split('-').next().unwrap_or_default();
                self.grounding.unsupported(year, &texts).iter().any(|u| u.figure)
            }
            Value::Entity(id) => !self.base[*id].aliases.iter().any(|alias| texts.iter().any(|text| mentions(text, alias))),
            Value::Number(number) => !self.grounding.unsupported(&number.written, &texts).is_empty(),
            Value::Text(text) => !self.grounding.unsupported(text, &texts).is_empty(),
        };
        let warn = |value: &Value| {
            let (subject, written) = (&self.base[row.subject], value.written(self.base));
            let behind = find(self.files, None, &format!("subject = \"{}\"", subject.id));
            let place = behind.as_ref().and_then(|behind| find(self.files, Some(behind), &format!("\"{written}\"")));
            let place = place.unwrap_or_else(|| self.base[row.fact].place.clone());
            let whose = if self.source.is_some() { "its fact and the paragraphs cited do" } else { "its fact does" };
            let message = format!("the value of `{}` is `{}`, which {whose} not have", subject.id, escape_control(written));
            Diagnostic::new(Code::UngroundedAnswer, place.narrowed(self.files, written), message, HELP)
        };
        row.values.iter().map(|(_, value)| value).filter(|value| missing(value)).map(warn).collect()
    }
}

const HELP: &str = "correct it; or, if it is right, say it in the statement too, or declare it in `derived`";

fn whose(facts: usize, source: bool) -> &'static str {
    match (facts, source) {
        (1, false) => "its statement does",
        (_, false) => "its statements do",
        (1, true) => "its statement and the paragraphs cited do",
        (_, true) => "its statements and the paragraphs cited do",
    }
}

/// Whether a figure in words counts what one of the texts lists: "Four: Spain, Slovakia, Greece and Romania.", "both of these two".
fn counted<'a>(figure: &str, mut texts: impl Iterator<Item = &'a str>) -> bool {
    let lower = figure.to_lowercase();
    let Ok(number) = english().number(&lower).parse::<usize>() else { return false };
    let items = |text: &str| text.matches(", ").count() + text.matches(" and ").count() + text.matches(" or ").count() + 1;
    lower.chars().all(char::is_alphabetic) && texts.any(|text| items(text) >= number)
}

/// Whether one of the texts speaks of somebody.
fn base_mentions(base: &KnowledgeBase, entity: EntityId, texts: &[Cow<'_, str>]) -> bool {
    base[entity].aliases.iter().any(|alias| texts.iter().any(|text| mentions(text, alias)))
}
