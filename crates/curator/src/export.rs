//! A knowledge base becomes a table, a Markdown FAQ or schema.org's `FAQPage` again.
//!
//! Each format holds questions, ways of asking and answers, and [`crate::import`] reads the same back from all three. What they have no place
//! for (entities, relations, sources, unanswerable questions, small talk) is counted, so that nobody takes the export for the whole.

use crate::import::{ALSO_ASKED, markdown_rows, markdown_to_html, text_to_html};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::pack::slots;
use serde_json::{Value, json};
use std::fmt::Write;

/// What is written of one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub intent: String,
    /// Ways of asking, the plainest first; never empty.
    pub questions: Vec<String>,
    /// The direct answer, then the statements that are not part of it.
    pub answer: String,
}

/// What there is no place for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Questions about many names.
    pub relation_questions: usize,
    /// Unanswerable questions.
    pub unanswerables: usize,
    /// Replies to greetings and the like.
    pub small_talk: usize,
    /// Entities and names.
    pub entities: usize,
    /// Sources beside the first: an export has none.
    pub sources: usize,
}

/// What of a knowledge base can be exported, and what cannot.
pub fn entries(base: &KnowledgeBase) -> (Vec<Entry>, LeftOut) {
    let mut left = LeftOut {
        unanswerables: base.unanswerables.len(),
        small_talk: base.small_talk.len(),
        entities: base.entities.len(),
        sources: base.sources.len(),
        ..LeftOut::default()
    };
    let mut entries = Vec::new();
    for intent in &base.intents {
        let questions: Vec<String> =
            intent.paraphrases.iter().map(|p| p.text.clone()).filter(|text| slots(text).next().is_none()).collect();
        if questions.is_empty() || intent.relation.is_some() {
            left.relation_questions += 1;
            continue;
        }
        let mut answer = intent.answer.trim().to_owned();
        for fact in &intent.facts {
            let statement = base[*fact].statement.trim();
            if !answer.contains(statement) {
                if !answer.is_empty() {
                    answer.push(' ');
                }
                answer.push_str(statement);
            }
        }
        entries.push(Entry { intent: intent.id.clone(), questions, answer });
    }
    (entries, left)
}

/// A table with the columns `intent`, `question` and `answer`: a question a row, the answer beside the first. It begins with the mark by which
/// spreadsheets know UTF-8.
pub fn csv(entries: &[Entry]) -> String {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let mut write = |cells: [&str; 3]| {
        // Writing to memory cannot fail, and every row has three cells.
        let _ = out.write_record(cells.map(guarded));
    };
    write(["intent", "question", "answer"]);
    for entry in entries {
        for (at, question) in entry.questions.iter().enumerate() {
            write([&entry.intent, question, if at == 0 { &entry.answer } else { "" }]);
        }
    }
    out.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe in front, which an import takes off again.
fn guarded(cell: &str) -> String {
    let formula = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

/// An FAQ in Markdown: the question as a heading, the answer below it, and what readers need not see in a comment.
pub fn markdown(entries: &[Entry], title: &str) -> String {
    let mut out = format!("# {}\n", escaped_line(title));
    for entry in entries {
        // As plain as it comes back from a reader; at last with a backslash before every sign.
        let ways = [(false, false), (true, false)].map(|(asked, escaped)| section(entry, asked, escaped));
        let kept = ways.into_iter().find(|section| comes_back(section, entry));
        out.push_str(&kept.unwrap_or_else(|| section(entry, true, true)));
    }
    out
}

/// One question of an FAQ. `asked`: the heading does not hold the question letter for letter, so the comment does; `escaped`: every sign of the
/// answer has a backslash.
fn section(entry: &Entry, asked: bool, escaped: bool) -> String {
    let (first, others) = entry.questions.split_first().map_or(("", &[][..]), |(first, others)| (first.as_str(), others));
    let answer = if escaped { with_backslashes(&entry.answer) } else { entry.answer.clone() };
    let mut out = format!("\n## {}\n\n{answer}\n\n{ALSO_ASKED}\n", escaped_line(first));
    let mut note = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{key}: {}", noted(value));
    };
    note("intent", &entry.intent);
    if asked {
        note("asked", first);
    }
    others.iter().for_each(|other| note("also asked", other));
    if escaped {
        note("escaped", "yes");
    }
    out.push_str("-->\n");
    out
}

/// Whether a reader finds this entry in its section, and what follows as well.
fn comes_back(section: &str, entry: &Entry) -> bool {
    let next = Entry { intent: "next".to_owned(), questions: vec!["next".to_owned()], answer: "next".to_owned() };
    let read = markdown_rows(&format!("{section}{}", self::section(&next, false, false)));
    read.len() == 2
        && read.iter().zip([entry, &next]).all(|((label, questions, answer), entry)| {
            label.as_deref() == Some(&entry.intent) && *questions == entry.questions && *answer == entry.answer
        })
}

/// A value of a comment: as it is, or as JSON where it would not be read as the same.
fn noted(value: &str) -> String {
    let plain =
        value.trim() == value && !value.is_empty() && !value.starts_with('"') && !value.contains("--") && !value.contains(char::is_control);
    if plain { value.to_owned() } else { Value::from(value).to_string().replace("--", "\\u002d\\u002d") }
}

/// One line in which no sign is taken for one of Markdown's.
fn escaped_line(text: &str) -> String {
    let special = |c: char| matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '&' | '{' | '}' | '~' | '|');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([if c == '\n' { ' ' } else { c }])).collect()
}

fn with_backslashes(text: &str) -> String {
    text.chars().flat_map(|c| c.is_ascii_punctuation().then_some('\\').into_iter().chain([c])).collect()
}

/// schema.org's `FAQPage` as JSON-LD, for a web page or another program.
pub fn json_ld(entries: &[Entry]) -> String {
    let questions: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let (first, others) = entry.questions.split_first().map_or(("", &[][..]), |(first, others)| (first.as_str(), others));
            let mut question = json!({
                "@type": "Question",
                "identifier": entry.intent,
                "name": text_to_html(first),
                "acceptedAnswer": { "@type": "Answer", "text": markdown_to_html(&entry.answer) },
            });
            if !others.is_empty() {
                question["alternateName"] = others.iter().map(|other| Value::from(text_to_html(other))).collect();
            }
            question
        })
        .collect();
    let page = json!({ "@context": "https://schema.org", "@type": "FAQPage", "mainEntity": questions });
    // Inside a page, no text may end the script that it stands in.
    format!("{page:#}\n").replace("</", "<\\/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Format, Imported, Options, Table, pack_with};
    use factotum_core::diagnostic::SourceFile;
    use proptest::prelude::*;

    fn imported(text: &str, format: Format) -> Imported {
        let options = Options { format: Some(format), ..Options::default() };
        let table = Table { name: "faq.x", bytes: text.as_bytes(), date: "2026-12-01" };
        pack_with(table, &options).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
    }

    fn base(files: &[SourceFile]) -> KnowledgeBase {
        let loaded = factotum_core::pack::load(files);
        loaded.base.unwrap_or_else(|| panic!("{:?}\n{}", loaded.diagnostics, files[0].text))
    }

    /// Text that tempts a writer of any of the formats to make mistakes.
    fn tempting(lines: bool) -> impl Strategy<Value = String> {
        let white = if lines { "[ \n\t]" } else { "[ ]" };
        let pieces = format!(
            "([a-z]{{1,3}}|{white}|[-*_`#<>&\\[\\]()\"'~|.!+=@:;,\\\\1?]|\u{a0}|é|&amp;|<br>|</script>|<!-- factotum|-->|\\*\\*|https://a\\.example|## |Q: |A: |```|> ){{0,16}}"
        );
        proptest::string::string_regex(&pieces).expect("a pattern").prop_map(|text| text.trim().to_owned())
    }

    fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
        let entry = (tempting(false), prop::collection::vec(tempting(false), 1..4), tempting(true));
        prop::collection::vec(entry, 1..5).prop_map(|entries| {
            let numbered = |at: usize, (intent, questions, answer): (String, Vec<String>, String)| Entry {
                intent: format!("{intent}{at}").trim().to_owned(),
                questions: questions
                    .into_iter()
                    .enumerate()
                    .map(|(n, question)| format!("{question} w{at}x{n}").trim().to_owned())
                    .collect(),
                answer: format!("{answer}{at}").trim().to_owned(),
            };
            entries.into_iter().enumerate().map(|(at, entry)| numbered(at, entry)).collect()
        })
    }

    proptest! {
        #[test]
        fn nothing_is_lost(written in some_entries()) {
            for (text, format) in [
                (csv(&written), Format::Csv),
                (markdown(&written, "What is *this*?"), Format::Markdown),
                (json_ld(&written), Format::JsonLd),
                (format!("<!doctype html><script type=\"application/ld+json\">{}</script>", json_ld(&written)), Format::Html),
            ] {
                let (read, left) = entries(&base(&imported(&text, format).files));
                prop_assert_eq!(&read, &written, "{}", text);
                prop_assert_eq!(left, LeftOut { sources: 1, ..LeftOut::default() });
            }
        }
    }

    #[test]
    fn for_people() {
        let entry = |intent: &str, questions: &[&str], answer: &str| Entry {
            intent: intent.to_owned(),
            questions: questions.iter().map(|question| (*question).to_owned()).collect(),
            answer: answer.to_owned(),
        };
        let entries = [
            entry(
                "hours",
                &["When is it open?", "opening hours"],
                "See [the sign](https://a.example/sign).\n\n- Monday: 9 to 18\n- else: **closed**",
            ),
            entry("sum", &["=1+1"], "-1 & more"),
        ];
        let expected = "# The museum\n\n## When is it open?\n\nSee [the sign](https://a.example/sign).\n\n- Monday: 9 to 18\n- else: **closed**\n\n\
            <!-- factotum\nintent: hours\nalso asked: opening hours\n-->\n\n## =1+1\n\n-1 & more\n\n<!-- factotum\nintent: sum\n-->\n";
        assert_eq!(markdown(&entries, "The museum"), expected);
        let table = csv(&entries);
        assert!(table.starts_with("\u{feff}intent,question,answer\r\nhours,When is it open?,\"See [the sign]"), "{table}");
        assert!(table.contains("\r\nhours,opening hours,\r\nsum,'=1+1,'-1 & more\r\n"), "{table}");
        let page: Value = serde_json::from_str(&json_ld(&entries)).expect("JSON");
        let answer = page["mainEntity"][0]["acceptedAnswer"]["text"].as_str().expect("a text");
        assert!(
            answer.contains("<a href=\"https://a.example/sign\">the sign</a>") && answer.contains("<li>else: <strong>closed</strong></li>"),
            "{answer}"
        );
    }
}
