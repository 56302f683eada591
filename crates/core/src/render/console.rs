//! Replies for a terminal: the words of [`super::message`], with styles that the printer takes out where they are not shown.

use super::readable::readable;
use super::{Line, escape_control, lines};
use crate::answering::Reply;
use crate::knowledge::{FactId, Intent, KnowledgeBase};
use anstyle::Style;
use std::collections::HashSet;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// A reply in lines: the direct answer stands out, source and corrections stand back.
pub fn reply(base: &KnowledgeBase, reply: &Reply) -> String {
    let styled = |line: Line| match &line {
        Line::Answer { direct, rest } if !direct.is_empty() => {
            format!("{STRONG}{}{STRONG:#}{}", curated(direct), curated(rest))
        }
        Line::Source(text) | Line::Note(text) => format!("{FAINT}{}{FAINT:#}", curated(text)),
        Line::Corrections(text) => format!("{FAINT}{}{FAINT:#}", escape_control(text)),
        Line::Unanswered(text) => escape_control(text),
        line => curated(&line.to_string()),
    };
    lines(base, reply).into_iter().map(styled).collect::<Vec<_>>().join("\n")
}

/// A curator's text: its Markdown as it can be read here.
fn curated(text: &str) -> String {
    escape_control(&readable(text))
}

/// Topics with the questions that show what is on record: of each fact the first one without a false premise, and all that a relation
/// answers.
pub fn topics(base: &KnowledgeBase) -> Vec<(&str, Vec<&Intent>)> {
    let mut topics = base.topics();
    let mut shown: HashSet<FactId> = HashSet::new();
    for (_, intents) in &mut topics {
        intents.retain(|i| !i.false_premise && (i.relation.is_some() || i.facts.first().is_none_or(|fact| shown.insert(*fact))));
    }
    topics.retain(|(_, intents)| !intents.is_empty());
    topics
}

/// An intent's question for a person; where something is to be filled in, there is an ellipsis.
pub fn question(intent: &Intent) -> String {
    shown(&intent.question)
}

/// A question as it is on record, for a person.
pub fn shown(question: &str) -> String {
    let filled = ["{subject}", "{other}", "{value}"].iter().fold(question.to_owned(), |text, gap| text.replace(gap, "…"));
    escape_control(&filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answering::{AnswerPart, Outcome, Reason};
    use crate::knowledge::{Fact, IntentId, Source, SourceId, Today};

    #[test]
    fn only_what_stands_out_is_styled() {
        let place = crate::diagnostic::Place::new(0, 0..0);
        let source = Source {
            id: "s".into(),
            title: "Tides".into(),
            publisher: String::new(),
            url: String::new(),
            date: Some("2020".into()),
            date_note: String::new(),
            paragraphs: 3,
            sha256: String::new(),
            limits: String::new(),
            review_after: None,
            place: place.clone(),
        };
        let fact = Fact {
            id: "f".into(),
            statement: "It is\u{1b}[31m so.".into(),
            as_of: Some("2020".into()),
            source: SourceId::new(0),
            paragraphs: vec![2],
            speaker: None,
            derived: Vec::new(),
            contradicts: Vec::new(),
            review_after: Some("2021-04".into()),
            place,
        };
        let base = KnowledgeBase { sources: vec![source], facts: vec![fact], ..KnowledgeBase::default() };
        let outcome = Outcome::Answer(vec![AnswerPart { intent: IntentId::new(0), direct: "Yes.".into(), facts: vec![FactId::new(0)] }]);
        let answered = Reply { outcome, confidence: 1.0, ..Reply::unread(Reason::NotEnglish) };
        let text = reply(&base, &answered);
        assert_eq!(
            text,
            "\u{1b}[1mYes.\u{1b}[0m It is\\u{1b}[31m so. (As of 2020.)\n\u{1b}[2mSource: \"Tides\", 2020, paragraph 2\u{1b}[0m"
        );
        let today = Today::of(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_796_083_200));
        let overdue = reply(&base, &answered.shown_on(&base, &today));
        assert_eq!(overdue, format!("{text}\n\u{1b}[2mThis was due for review in April 2021.\u{1b}[0m"));
    }

    #[test]
    fn what_is_said_already_is_not_said_again() {
        use crate::render::repeats;
        for (said, statement, again) in [
            ("The museum is open until 18 o'clock.", "The museum is open until 18 o'clock.", true),
            ("Yes: the museum is open until 18 o'clock!", "The Museum is open until 18 o'clock.", true),
            ("31 metres.", "The tower is 31 metres high.", false),
            ("The ticket costs 5 $.", "The ticket costs 5 €.", false),
            ("It is not open on Sunday.", "It is open on Sunday.", false),
            ("", "It is open.", false),
            ("It is open.", "", false),
        ] {
            assert_eq!(repeats(said, statement), again, "{said} {statement}");
        }
    }
}
