//! The beginning of a knowledge base: of an article, with a stub of a fact for each of its sentences, or a small example.
//!
//! ```text
//! article -> paragraphs -> sentences -> names, with their kinds guessed
//!                                    -> a fact each, with the questions that plain grammar makes of it
//! ```
//!
//! What is written loads, can be asked at once, and says by `# TODO` what a person has to look at. Pure: reading and writing files is the
//! caller's business.

mod names;
mod questions;

use crate::article::{Article, NotText, plain};
use crate::writing::{Writer, one_line};
use factotum_core::diagnostic::SourceFile;
use factotum_core::hash::sha256_hex;
use factotum_core::pack::slug;
use factotum_core::text::{tokens, truncate};
use names::{Kind, Mention, Name, Names};
use questions::{Claimed, questions};
use std::collections::{BTreeSet, HashSet};

/// Largest article in bytes: a book has about a million letters, and nobody checks a book's sentences one by one.
pub const MAX_ARTICLE: u64 = 1 << 20;
/// Most sentences that become facts.
const MAX_SENTENCES: usize = 2_000;
/// Longest statement in bytes: a message shows it with its source and date.
const MAX_STATEMENT: usize = 1_200;
/// Longest title in bytes.
const MAX_TITLE: usize = 200;
/// Longest file name in bytes, without its ending; it is the topic that people are shown.
const MAX_TOPIC: usize = 40;
/// Files that are written beside the facts.
const SOURCE: &str = "source.toml";
const ENTITIES: &str = "entities.toml";

/// A line that begins so marks something that a person has to look at; `check` counts them.
pub const TODO: &str = "# TODO";

/// An article as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// How messages and comments call its file.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The beginning of a knowledge base.
#[derive(Debug)]
pub struct Scaffold {
    /// Its files.
    pub files: Vec<SourceFile>,
    /// Paragraphs of the article.
    pub paragraphs: usize,
    /// Facts, one a sentence.
    pub facts: usize,
    /// Questions that were made of them.
    pub questions: usize,
    /// Entities made of its names.
    pub entities: usize,
    /// Whether the text looks like markup, which makes bad statements.
    pub markup: bool,
}

/// Why nothing can be made of an article.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaffoldError {
    /// It is no text.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// It has no sentence.
    #[error("there is no sentence in it")]
    Empty,
    /// It has too many sentences.
    #[error("it has {0} sentences; take a part of it with {MAX_SENTENCES} at most")]
    TooLong(usize),
}

/// A small commented example that can be asked at once.
pub fn example() -> Vec<SourceFile> {
    vec![SourceFile { name: "library.toml".to_owned(), text: include_str!("scaffold/example.toml").to_owned() }]
}

/// Questions that plain grammar makes of one statement, each with its direct answer.
pub(crate) fn asked_of(statement: &str) -> Vec<(String, String)> {
    let names = names::names(&[statement]);
    let mentions = names.mentions.first().map_or(&[][..], Vec::as_slice);
    let made = questions(statement, mentions, &names, "", &mut Claimed::default());
    made.into_iter().filter(|m| !m.answer.is_empty()).flat_map(|m| m.ask.into_iter().map(move |ask| (ask, m.answer.clone()))).collect()
}

/// A sentence of the article, as it becomes a statement.
struct Sentence {
    paragraph: u32,
    /// Counted from 1 within its paragraph.
    number: usize,
    text: String,
}

/// Makes the beginning of a knowledge base of an article.
///
/// # Errors
/// [`ScaffoldError`] if it is no text, has no sentence, or is too long.
pub fn scaffold(draft: Draft<'_>) -> Result<Scaffold, ScaffoldError> {
    let article = Article::read(draft.bytes)?;
    let sentences = sentences(&article);
    if sentences.is_empty() {
        return Err(ScaffoldError::Empty);
    }
    if sentences.len() > MAX_SENTENCES {
        return Err(ScaffoldError::TooLong(sentences.len()));
    }
    let texts: Vec<&str> = sentences.iter().map(|s| s.text.as_str()).collect();
    let names = names::names(&texts);
    let title = title(&article, draft.name);
    let topic = topic(&title);
    let (facts, questions) = facts(draft, &title, &sentences, &names);
    let mut files = vec![source(draft, &title, &article), SourceFile { name: format!("{topic}.toml"), text: facts }];
    if !names.names.is_empty() {
        files.push(entities(draft, &names.names));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Scaffold {
        files,
        paragraphs: article.paragraphs.len(),
        facts: sentences.len(),
        questions,
        entities: names.names.len(),
        markup: is_markup(&article.text),
    })
}

/// Whether a text has the tags of a web page.
fn is_markup(text: &str) -> bool {
    let lower = text.get(..text.len().min(4_096)).map_or_else(|| text.to_lowercase(), str::to_lowercase);
    ["<html", "<!doctype", "<body", "</p>", "</div>", "<br"].iter().any(|tag| lower.contains(tag))
}

/// The sentences that become statements, each once.
fn sentences(article: &Article) -> Vec<Sentence> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut out = Vec::new();
    for &paragraph in article.paragraphs.keys() {
        let mut number = 0;
        for place in article.sentences(paragraph) {
            for text in pieces(&plain(&article.text[place])) {
                number += 1;
                let key: Vec<String> = tokens(&text).into_iter().map(|t| t.text).collect();
                if !key.is_empty() && seen.insert(key.join(" ")) {
                    out.push(Sentence { paragraph, number, text });
                }
            }
        }
    }
    out
}

/// A text in pieces that fit a message, cut between words.
fn pieces(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > MAX_STATEMENT {
        let most = truncate(rest, MAX_STATEMENT);
        let cut = most.rfind(' ').filter(|at| *at > 0).unwrap_or(most.len());
        out.push(rest[..cut].to_owned());
        rest = rest[cut..].trim_start();
    }
    out.push(rest.to_owned());
    out.retain(|piece| !tokens(piece).is_empty());
    out
}

fn title(article: &Article, name: &str) -> String {
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let title = article.title.as_deref().unwrap_or(stem);
    let title = one_line(truncate(&plain(title), MAX_TITLE));
    if title.is_empty() { "Article".to_owned() } else { title }
}

/// The name of the file of facts.
fn topic(title: &str) -> String {
    let slug = slug(title);
    let mut topic = String::new();
    for word in slug.split('-') {
        if topic.len() + 1 + word.len() > MAX_TOPIC {
            break;
        }
        if !topic.is_empty() {
            topic.push('-');
        }
        topic.push_str(word);
    }
    let taken = [SOURCE, ENTITIES].iter().any(|file| file.strip_suffix(".toml") == Some(&topic));
    if topic.is_empty() || taken { "facts".to_owned() } else { topic }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| if line.is_empty() { "#".to_owned() } else { format!("# {line}") }).collect()
}

/// A text within a comment: on one line and without what an editor would obey.
fn commented(text: &str) -> String {
    text.chars().filter(|c| !factotum_core::text::is_control_or_bidi(*c) && *c != char::REPLACEMENT_CHARACTER).collect()
}

fn source(draft: Draft<'_>, title: &str, article: &Article) -> SourceFile {
    let mut writer =
        Writer::new(&lines("Where the facts come from. Every answer shows the title, and publisher, url and date where they are given."));
    writer.table(&[], "[source.article]");
    writer.text("title", title);
    let year = latest_year(&article.text).map_or_else(|| "2024".to_owned(), |year| year.to_string());
    writer.comment(&[
        format!("{TODO} publisher and url, if people can look it up there; date: when it was written"),
        "# publisher = \"\"".to_owned(),
        "# url = \"https://\"".to_owned(),
        format!("# date = \"{year}\""),
    ]);
    let last = article.paragraphs.keys().next_back().copied().unwrap_or(1);
    writer.raw("paragraphs", &last.to_string());
    writer.text("sha256", &sha256_hex(draft.bytes));
    SourceFile { name: SOURCE.to_owned(), text: writer.finish() }
}

/// The latest year that a text speaks of: it was hardly written before.
fn latest_year(text: &str) -> Option<u32> {
    let years = tokens(text).into_iter().filter(|t| t.text.len() == 4).filter_map(|t| t.text.parse().ok());
    years.filter(|year| (1500..2100).contains(year)).max()
}

fn entities(draft: Draft<'_>, names: &[Name]) -> SourceFile {
    let mut writer = Writer::new(&lines(&format!(
        "The names in {}, with a guess at what each is.\n\
         kind: country, person, organisation, place, event, thing, group, or a kind of your own.\n\
         Remove what nobody asks about, merge what is the same, and add the names that people use: short forms, adjectives.",
        commented(draft.name)
    )));
    for name in names {
        let doubt = format!("{TODO} what is it?");
        writer.table(&if name.sure { Vec::new() } else { vec![doubt] }, &format!("[entity.{}]", name.id));
        writer.text("kind", name.kind.as_str());
        writer.text("name", &name.name);
        writer.text("short", name.short.as_deref().unwrap_or_default());
        writer.list("aliases", &name.aliases);
    }
    SourceFile { name: ENTITIES.to_owned(), text: writer.finish() }
}

/// The file of facts, and how many questions are in it.
fn facts(draft: Draft<'_>, title: &str, sentences: &[Sentence], names: &Names) -> (String, usize) {
    let name = commented(draft.name);
    let header = [
        format!("{}: a stub of a fact for each sentence of {name}. It can be asked as it is; now make it good:", commented(title)),
        String::new(),
        format!("1. `factotum check DIR --source {name}` shows what is wrong or weak, and how many lines marked TODO are left."),
        "2. Say each statement in your own words, so that it makes sense on its own: names instead of \"he\" or \"it\".".to_owned(),
        "   Remove what nobody will ask about, and the TODO line when you are done.".to_owned(),
        "3. Write below each question how people will ask it, one way a line: short and long, formal and casual. Two or three".to_owned(),
        "   will do. A direct answer (`answer = \"In 1987.\"`) is shown before the statement.".to_owned(),
        "4. What will people ask that the article does not say? Write it below the fact, so that it is declined:".to_owned(),
        String::new(),
        "   [[fact.unanswerable]]".to_owned(),
        "   missing = \"what a ticket costs\"".to_owned(),
        "   ask = \"how much is it to get in\"".to_owned(),
        String::new(),
        "5. `factotum ask --knowledge DIR \"...\"` in words that you did not write down, and `factotum test --knowledge DIR`.".to_owned(),
    ];
    let mut writer = Writer::new(&lines(&header.join("\n")));
    let mut claimed = Claimed::default();
    let mut count = 0;
    let mut subject: Option<&Name> = None;
    let mut paragraph = 0;
    for (sentence, mentions) in sentences.iter().zip(&names.mentions) {
        if sentence.paragraph != paragraph {
            paragraph = sentence.paragraph;
            writer.comment(&[String::new(), format!("# ---- paragraph {paragraph} ----")]);
        }
        writer.table(&[todo(sentence, mentions, names, subject)], "[[fact]]");
        writer.text("statement", &sentence.text);
        writer.raw("paragraphs", &sentence.paragraph.to_string());
        let otherwise = format!("What does paragraph {paragraph} say in sentence {}?", sentence.number);
        for made in questions(&sentence.text, mentions, names, &otherwise, &mut claimed) {
            count += 1;
            writer.table(&[], "[[fact.question]]");
            writer.block("ask", &made.ask);
            writer.text("answer", &made.answer);
        }
        subject = mentions.first().and_then(|m| names.names.get(m.name)).or(subject);
    }
    (writer.finish(), count)
}

/// What a person has to look at in a stub.
fn todo(sentence: &Sentence, mentions: &[Mention], names: &Names, before: Option<&Name>) -> String {
    let mut parts = vec![format!("{TODO} own words")];
    let tokens = tokens(&sentence.text);
    let first = tokens.first().map_or("", |t| t.text.as_str());
    if matches!(first, "he" | "she" | "it" | "they" | "his" | "her" | "its" | "their" | "this" | "these" | "that" | "those") {
        // "He" is a person, "it" is none.
        let fits = |name: &&Name| match first {
            "he" | "she" | "his" | "her" => name.kind == Kind::Person,
            "it" | "its" => name.kind != Kind::Person,
            _ => true,
        };
        let guess = before.filter(fits).map_or_else(String::new, |name| format!(" ({}?)", commented(&name.name)));
        parts.push(format!("say who or what \"{first}\" is{guess}"));
    }
    let figures: BTreeSet<(usize, &str)> = tokens
        .iter()
        .filter(|t| t.text.bytes().any(|b| b.is_ascii_digit()))
        .map(|t| (t.start, sentence.text.get(t.start..t.end).unwrap_or_default()))
        .collect();
    if !figures.is_empty() {
        let figures: Vec<&str> = figures.into_iter().map(|(_, figure)| figure).collect();
        parts.push(format!("numbers and dates: {}", commented(&figures.join(", "))));
    }
    let mut named: Vec<&str> = Vec::new();
    for name in mentions.iter().filter_map(|m| names.names.get(m.name)) {
        if !named.contains(&name.name.as_str()) {
            named.push(&name.name);
        }
    }
    if !named.is_empty() {
        parts.push(format!("names: {}", commented(&named.join(", "))));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_core::diagnostic::Severity;
    use factotum_core::pack;
    use proptest::prelude::*;

    fn findings(files: &[SourceFile]) -> Vec<String> {
        pack::load(files).diagnostics.iter().map(|d| d.human(files, false)).collect()
    }

    #[test]
    fn the_example_is_without_fault() {
        assert_eq!(findings(&example()), Vec::<String>::new());
    }

    #[test]
    fn an_article_becomes_facts() {
        let text =
            "The Skerry Light\n\nAda Marlow has kept the Skerry Light since 1998.[3] She lives there.\n\nThe tower was built in 1871.\n";
        let made = scaffold(Draft { name: "light.txt", bytes: text.as_bytes() }).expect("an article");
        assert_eq!((made.paragraphs, made.facts, made.entities), (2, 3, 2));
        assert_eq!(findings(&made.files), Vec::<String>::new());
        let names: Vec<&str> = made.files.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["entities.toml", "source.toml", "the-skerry-light.toml"]);
        let facts = &made.files[2].text;
        assert!(facts.contains("statement = \"Ada Marlow has kept the Skerry Light since 1998.\""), "{facts}");
        assert!(facts.contains("say who or what \"she\" is (Ada Marlow?)"), "{facts}");
    }

    /// Anything that somebody may have saved as an article.
    fn articles() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("Ada Marsh opened the Harbour Museum in 1987. ".to_owned()),
            Just("In 2012, the nation placed 139th out of 176 countries. ".to_owned()),
            Just("President Obama (US) met {subject} and \"\"\" ''' \\ ".to_owned()),
            Just("<p>A &amp; B</p> ".to_owned()),
            Just("\n\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("[1] ".to_owned()),
            Just("# Heading\n".to_owned()),
            Just("word ".repeat(400)),
            "[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}){0,3} ",
            "\\PC{0,30}",
            any::<char>().prop_map(String::from),
        ];
        let text = prop::collection::vec(piece, 0..12).prop_map(|parts| parts.concat());
        prop_oneof![
            4 => text.clone().prop_map(String::into_bytes),
            1 => text.prop_map(|text| [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()),
            1 => prop::collection::vec(any::<u8>(), 0..60),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn whatever_is_made_loads(bytes in articles()) {
            let Ok(made) = scaffold(Draft { name: "a.txt", bytes: &bytes }) else { return Ok(()) };
            let loaded = pack::load(&made.files);
            let errors: Vec<String> =
                loaded.diagnostics.iter().filter(|d| d.severity() == Severity::Error || d.code.as_str() != "alias-shared").map(|d| d.human(&made.files, false)).collect();
            prop_assert!(errors.is_empty(), "{}", errors.join("\n"));
            prop_assert!(loaded.base.is_some() && made.facts > 0 && made.questions >= made.facts);
        }
    }
}
