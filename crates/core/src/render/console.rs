//! Replies for a terminal: the words of [`super::message`], with styles that the printer takes out where they are not shown.

use super::{Line, escape_control, lines};
use crate::answering::Reply;
use crate::knowledge::{Intent, KnowledgeBase};
use anstyle::Style;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// A reply in lines: the direct answer stands out, source and corrections stand back.
pub fn reply(base: &KnowledgeBase, reply: &Reply) -> String {
    let styled = |line: Line| match &line {
        Line::Answer { direct, rest } if !direct.is_empty() => {
            format!("{STRONG}{}{STRONG:#}{}", escape_control(direct), escape_control(rest))
        }
        Line::Source(text) | Line::Corrections(text) => format!("{FAINT}{}{FAINT:#}", escape_control(text)),
        line => escape_control(&line.to_string()),
    };
    lines(base, reply).into_iter().map(styled).collect::<Vec<_>>().join("\n")
}

/// Topics with the intents worth offering: not those whose question rests on a mistake.
pub fn topics(base: &KnowledgeBase) -> Vec<(&str, Vec<&Intent>)> {
    let mut topics = base.topics();
    for (_, intents) in &mut topics {
        intents.retain(|i| !i.false_premise);
    }
    topics.retain(|(_, intents)| !intents.is_empty());
    topics
}

/// An intent's question for a person; where a name is to be filled in, there is an ellipsis.
pub fn question(intent: &Intent) -> String {
    escape_control(&intent.question.replace("{subject}", "…").replace("{other}", "…"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answering::{AnswerPart, Outcome, Reason};
    use crate::knowledge::{Fact, FactId, IntentId, Source, SourceId};

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
            place: crate::diagnostic::Place::new(0, 0..0),
            paragraphs: 3,
            sha256: String::new(),
            limits: String::new(),
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
    }
}
