//! Web pages with an FAQ that search engines can read: schema.org's `FAQPage`, as JSON-LD or as microdata.

use super::html::{attribute, name, range, to_markdown, to_text, tokens};
use super::{Place, Problem, Reading, Row};
use html5gum::Token;
use serde_json::Value;

/// Deepest nesting of elements that is followed. Pages that people write have a few dozen.
const MAX_DEPTH: usize = 512;
/// What was expected, for messages.
const EXPECTED: &str = "a schema.org FAQPage with questions that have an acceptedAnswer is what can be imported";

/// A question of a page, as it was marked up.
#[derive(Debug, Default)]
struct Marked {
    label: Option<String>,
    questions: Vec<String>,
    answer: String,
}

/// Reads a page.
pub(super) fn read_html(html: &str) -> Reading {
    let (scripts, microdata) = match page(html) {
        Ok(found) => found,
        Err(message) => return failed("HTML", message),
    };
    let (mut marked, mut broken, mut types) = (Vec::new(), None, Vec::new());
    for script in &scripts {
        match serde_json::from_str::<Value>(script) {
            Ok(value) => {
                collect(&value, &mut marked);
                types_of(&value, &mut types);
            }
            Err(error) => broken = Some(error),
        }
    }
    let how = if marked.is_empty() { "HTML: an FAQPage in microdata" } else { "HTML: an FAQPage in JSON-LD" };
    let marked = if marked.is_empty() { microdata } else { marked };
    if !marked.is_empty() {
        return rows(how, marked);
    }
    let found = match (broken, types.is_empty()) {
        (Some(error), _) => format!("its JSON-LD cannot be read: {error}"),
        (None, false) => format!("its JSON-LD has {}", types.join(", ")),
        (None, true) => "it has neither JSON-LD nor microdata of questions".to_owned(),
    };
    failed("HTML", format!("the page has no FAQ that can be found: {found}; {EXPECTED}"))
}

/// Reads JSON-LD.
pub(super) fn read_json(json: &str) -> Reading {
    let value: Value = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => {
            let mut reading = failed("JSON-LD", format!("this is not JSON: {error}"));
            reading.problems.iter_mut().for_each(|problem| problem.place = Place::Line(error.line().max(1)));
            return reading;
        }
    };
    let (mut marked, mut types) = (Vec::new(), Vec::new());
    collect(&value, &mut marked);
    types_of(&value, &mut types);
    if marked.is_empty() {
        let found = if types.is_empty() { "it has no @type".to_owned() } else { format!("it has {}", types.join(", ")) };
        return failed("JSON-LD", format!("the file has no FAQ: {found}; {EXPECTED}"));
    }
    rows("JSON-LD: an FAQPage", marked)
}

fn failed(what: &str, message: String) -> Reading {
    Reading { read_as: what.to_owned(), problems: vec![Problem::new(Place::Line(1), message)], ..Reading::default() }
}

fn rows(how: &str, marked: Vec<Marked>) -> Reading {
    let mut reading = Reading { read_as: how.to_owned(), ..Reading::default() };
    for (index, marked) in marked.into_iter().enumerate() {
        let place = Place::Question(index + 1);
        if reading.is_full(place) {
            break;
        }
        reading.count += 1;
        let row = if marked.answer.is_empty() && !marked.questions.is_empty() {
            Err("the question has no acceptedAnswer with a text".to_owned())
        } else {
            Row::new(reading.count, place, marked.label.as_deref(), marked.questions.iter().map(String::as_str), &marked.answer)
        };
        reading.take(place, row);
    }
    reading
}

/// The types that a value says it has, for messages.
fn types_of(value: &Value, types: &mut Vec<String>) {
    /// More than these help nobody.
    const MOST: usize = 8;
    match value {
        Value::Array(items) => items.iter().for_each(|item| types_of(item, types)),
        Value::Object(object) => {
            for kind in texts(object.get("@type")) {
                let kind = format!("`{}`", super::shown(kind.get(..kind.len().min(60)).unwrap_or("?")));
                if types.len() < MOST && !types.contains(&kind) {
                    types.push(kind);
                }
            }
            object.values().filter(|value| value.is_array() || value.is_object()).for_each(|value| types_of(value, types));
        }
        _ => {}
    }
}

/// One text, or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether this type is schema.org's one of that name, however it is written.
fn is_type(written: &str, name: &str) -> bool {
    written.rsplit(['/', ':', '#']).next() == Some(name)
}

/// Collects the questions with answers, wherever they stand. JSON nests 128 deep at most, as serde_json reads it.
fn collect(value: &Value, marked: &mut Vec<Marked>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, marked)),
        Value::Object(object) => {
            if !texts(object.get("@type")).iter().any(|kind| is_type(kind, "Question")) {
                return object.values().for_each(|value| collect(value, marked));
            }
            let first = |value: Option<&Value>| match value {
                Some(Value::Array(items)) => items.first().cloned(),
                other => other.cloned(),
            };
            let answer = first(object.get("acceptedAnswer")).or_else(|| first(object.get("suggestedAnswer")));
            let answer = answer.map_or_else(String::new, |answer| match &answer {
                Value::String(text) => text.clone(),
                answer => texts(answer.get("text")).concat(),
            });
            let mut questions = texts(object.get("name"));
            if questions.is_empty() {
                questions = texts(object.get("text"));
            }
            questions.extend(texts(object.get("alternateName")));
            marked.push(Marked {
                label: texts(object.get("identifier")).first().map(|label| (*label).to_owned()),
                questions: questions.into_iter().map(to_text).collect(),
                answer: to_markdown(&answer),
            });
        }
        _ => {}
    }
}

/// Elements that have no end.
const VOID: [&str; 14] = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// What of a question an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Question,
    Name,
    Answer,
    AnswerText,
}

/// The JSON-LD of a page, and the questions of its microdata.
fn page(html: &str) -> Result<(Vec<String>, Vec<Marked>), String> {
    let (mut scripts, mut marked) = (Vec::new(), Vec::new());
    let mut script: Option<String> = None;
    // Open elements: name, the part that it holds, and where its content begins.
    let mut open: Vec<(String, Option<Part>, usize)> = Vec::new();
    let mut current: Option<Marked> = None;
    for token in tokens(html) {
        match token {
            Token::StartTag(tag) => {
                let element = name(&tag.name);
                if element == "script" && attribute(&tag, "type").trim().eq_ignore_ascii_case("application/ld+json") {
                    script = Some(String::new());
                }
                let itemprop = attribute(&tag, "itemprop");
                let is = |property: &str| itemprop.split_whitespace().any(|p| p == property);
                let part = if attribute(&tag, "itemtype").split_whitespace().any(|kind| is_type(kind, "Question")) {
                    Some(Part::Question)
                } else if current.is_none() {
                    None
                } else if is("acceptedAnswer") || is("suggestedAnswer") {
                    Some(Part::Answer)
                } else if is("name") && !within(&open, Part::Answer) {
                    Some(Part::Name)
                } else if is("text") && within(&open, Part::Answer) {
                    Some(Part::AnswerText)
                } else {
                    None
                };
                if part == Some(Part::Question) {
                    current = Some(Marked::default());
                }
                if VOID.contains(&element.as_str()) {
                    let content = attribute(&tag, "content");
                    if let (Some(part), false) = (part, content.is_empty()) {
                        hold(&mut current, part, &super::html::escaped(&content));
                    }
                    continue;
                }
                if open.len() >= MAX_DEPTH {
                    return Err(format!("the elements of the page are nested more than {MAX_DEPTH} deep"));
                }
                open.push((element, part, range(tag.span, html).end));
            }
            Token::EndTag(tag) => {
                let element = name(&tag.name);
                if element == "script" {
                    scripts.extend(script.take());
                }
                let Some(at) = open.iter().rposition(|(name, _, _)| *name == element) else { continue };
                let end = range(tag.span, html).start;
                for (_, part, start) in open.drain(at..).rev() {
                    match part {
                        Some(Part::Question) => marked.extend(current.take()),
                        Some(part) => hold(&mut current, part, html.get(start..end).unwrap_or_default()),
                        None => {}
                    }
                }
            }
            Token::String(text) => {
                if let Some(script) = &mut script {
                    script.push_str(&String::from_utf8_lossy(&text));
                }
            }
            _ => {}
        }
    }
    marked.extend(current);
    marked.retain(|question| !question.questions.is_empty() || !question.answer.is_empty());
    Ok((scripts, marked))
}

fn within(open: &[(String, Option<Part>, usize)], part: Part) -> bool {
    open.iter().any(|(_, other, _)| *other == Some(part))
}

fn hold(current: &mut Option<Marked>, part: Part, html: &str) {
    let Some(question) = current else { return };
    match part {
        Part::Name if question.questions.is_empty() => question.questions.push(to_text(html)),
        Part::AnswerText => {
            if !question.answer.is_empty() {
                question.answer.push_str("\n\n");
            }
            question.answer.push_str(&to_markdown(html));
        }
        // The whole answer, where nothing in it is marked as its text.
        Part::Answer if question.answer.is_empty() => question.answer = to_markdown(html),
        Part::Question | Part::Name | Part::Answer => {}
    }
}
