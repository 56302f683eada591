//! Questions and answers that people already have become knowledge files: tables, workbooks, Markdown and web pages in, TOML out.
//!
//! ```text
//! bytes -> a reader for each format -> rows -> intents -> a knowledge file -> merged with the one of the last import
//! ```
//!
//! Every row is a way of asking, or several; an answer may be given once an intent. Each answer becomes a fact that cites its row. Pure:
//! reading and writing files is the caller's business.
//!
//! The same question under two intents cannot be told apart by anybody, yet real tables have it: one of the 9,233 questions of the
//! BANKING77 training set stands under two labels. To refuse a whole table over it would help nobody, so the first row keeps the question
//! and the later one draws a warning with both places. A question that comes again within its intent is dropped without a word.

mod columns;
mod delimited;
mod encoding;
mod faq_page;
mod html;
mod markdown;
mod merge;
mod workbook;

pub(crate) use html::{from_markdown as markdown_to_html, from_text as text_to_html};
pub(crate) use markdown::ALSO_ASKED;
pub use merge::{Merged, NEXT_TO, merge};

use crate::writing::{Writer, bare, inferred};
use factotum_core::diagnostic::SourceFile;
use factotum_core::pack::slug;
use factotum_core::question::{MAX_BYTES, Question};
use factotum_core::text;
use std::collections::HashMap;
use std::fmt;

/// Longest question, answer or label in bytes: knowledge files have no room for longer ones.
const MAX_TEXT: usize = 1_500;
const _: () = assert!(MAX_TEXT <= MAX_BYTES, "a question that is imported can be asked");
/// Most rows of a table: as many ways of asking as a knowledge base has room for. Of answers it has room for fewer, so its limits are checked when
/// it is written.
const MAX_ROWS: usize = 200_000;
/// Most findings that are reported: nobody reads more, and a file that is of another kind altogether would give one a line.
const MAX_PROBLEMS: usize = 1_000;

/// What is imported, as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Its file name, shown as the title of the source.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What it is as of: `2022`, `2022-04` or `2022-04-03`.
    pub date: &'a str,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Cells separated by commas, semicolons or tabs.
    Csv,
    /// A workbook of Excel 2007 or later.
    Xlsx,
    /// An FAQ whose questions are headings, or in bold.
    Markdown,
    /// A web page with an FAQ marked up as schema.org's `FAQPage`.
    Html,
    /// The same as JSON-LD alone.
    JsonLd,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A label that keeps the rows of one intent together.
    Intent,
    /// A way of asking.
    Question,
    /// The answer.
    Answer,
}

impl Role {
    /// All of them, with their names on the command line and in tables.
    pub const ALL: [(&'static str, Role); 3] = [("intent", Role::Intent), ("question", Role::Question), ("answer", Role::Answer)];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, role)| *role == self).map_or("question", |(name, _)| name)
    }
}

/// How a file is read, where it does not say so itself.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the file is; by default what its bytes and its name say.
    pub format: Option<Format>,
    /// Which column holds what: the name in the first row, a number from 1, or a letter.
    pub columns: Vec<(Role, String)>,
    /// The first row is data.
    pub no_header: bool,
    /// The encoding of a text, by its name on the web.
    pub encoding: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Bad rows are left out with a warning.
    pub skip_bad_rows: bool,
}

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A line of a text, from 1.
    Line(usize),
    /// A row of a sheet, from 1, the header counted.
    Row(usize),
    /// A question of a web page, from 1.
    Question(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(number) => write!(f, "line {number}"),
            Place::Row(number) => write!(f, "row {number}"),
            Place::Question(number) => write!(f, "question {number}"),
        }
    }
}

/// Something wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where; a row of several lines is at its first.
    pub place: Place,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

impl Problem {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }
}

/// What was made of a file.
#[derive(Debug)]
pub struct Imported {
    /// Its files.
    pub files: Vec<SourceFile>,
    /// How the file was read: its format, its encoding, its columns.
    pub read_as: String,
    /// What was assumed or left out while reading it, each in a sentence without a full stop.
    pub notes: Vec<String>,
    /// Rows that were left out, or that will be hard to tell apart.
    pub warnings: Vec<Problem>,
    /// Data rows read.
    pub rows: usize,
    /// Intents made.
    pub intents: usize,
    /// Ways of asking, of all intents together.
    pub questions: usize,
}

/// What a reader makes of a file.
#[derive(Debug, Default)]
struct Reading {
    rows: Vec<Row>,
    /// Data rows, bad ones among them: what can be cited.
    count: usize,
    read_as: String,
    notes: Vec<String>,
    problems: Vec<Problem>,
}

impl Reading {
    /// Takes a row, or reports what is wrong with it.
    fn take(&mut self, place: Place, row: Result<Row, String>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(message) => self.problems.push(Problem::new(place, message)),
        }
    }

    /// Whether there are as many rows as can be.
    fn is_full(&mut self, place: Place) -> bool {
        if self.count < MAX_ROWS && self.problems.len() < MAX_PROBLEMS {
            return false;
        }
        let message = if self.count < MAX_ROWS {
            format!("there are {MAX_PROBLEMS} bad rows already; is this the right file?")
        } else {
            format!("{MAX_ROWS} rows are the most that can be imported at once")
        };
        self.problems.push(Problem::new(place, message));
        true
    }
}

/// One data row, trimmed and found good by itself.
#[derive(Debug)]
struct Row {
    /// From 1, the header not counted: what the fact cites.
    number: usize,
    place: Place,
    label: Option<String>,
    questions: Vec<String>,
    answer: Option<String>,
}

impl Row {
    /// A row of these texts.
    fn new<'a>(
        number: usize,
        place: Place,
        label: Option<&str>,
        questions: impl IntoIterator<Item = &'a str>,
        answer: &str,
    ) -> Result<Row, String> {
        let label = label.map(|label| checked("the intent", label)).transpose()?.filter(|label| !label.trim().is_empty());
        let mut asked = Vec::new();
        for question in questions {
            let question = checked("the question", question)?.trim();
            if question.is_empty() {
                continue;
            }
            if text::tokens(question).is_empty() {
                return Err(format!("the question has no word in it: {}", quoted(question)));
            }
            // In a knowledge file, what stands in braces is a slot that a name fills.
            asked.push(question.replace('{', "(").replace('}', ")"));
        }
        let answer = lines(checked("the answer", answer)?.trim());
        if asked.is_empty() {
            return Err("the question is missing".to_owned());
        }
        if label.is_none() && answer.is_empty() {
            return Err("the row has neither an intent nor an answer, so nothing says what it asks for".to_owned());
        }
        Ok(Row { number, place, label: label.map(str::to_owned), questions: asked, answer: Some(answer).filter(|a| !a.is_empty()) })
    }
}

/// A text that a knowledge file can hold.
fn checked<'a>(what: &str, text: &'a str) -> Result<&'a str, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("{what} has {} bytes; {MAX_TEXT} are the most that a knowledge base takes", text.len()));
    }
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(format!("{what} has the control character U+{:04X}: remove it", u32::from(c)));
    }
    // Put where something was lost before; a knowledge file with it would be refused as not UTF-8.
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(format!("{what} has a \u{fffd}, which stands for a character that was lost: write the character again"));
    }
    Ok(text)
}

/// The text with line ends as knowledge files have them.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Makes a knowledge file from a file that says itself how it is to be read.
///
/// # Errors
/// As [`pack_with`].
pub fn pack(table: Table<'_>) -> Result<Imported, Vec<Problem>> {
    pack_with(table, &Options::default())
}

/// Makes a knowledge file from a file.
///
/// # Errors
/// Every bad row, in the order of the file.
pub fn pack_with(table: Table<'_>, options: &Options) -> Result<Imported, Vec<Problem>> {
    let Reading { rows, count, read_as, mut notes, mut problems } = read(table, options);
    // Without a row there is nothing to import, whatever may be skipped.
    let skip = options.skip_bad_rows && !rows.is_empty();
    let mut warnings = Vec::new();
    if skip {
        warnings.append(&mut problems);
    }
    let mut gathered = gather(rows, &mut problems, &mut warnings);
    if skip {
        warnings.append(&mut problems);
        gathered.retain(|intent| intent.answer.is_some() && !intent.questions.is_empty());
        if gathered.is_empty() {
            problems.append(&mut warnings);
        }
    }
    if !problems.is_empty() {
        problems.sort_by_key(|p| p.place);
        return Err(problems);
    }
    warn_of_twins(&gathered, &mut warnings);
    warnings.sort_by_key(|p| p.place);
    if gathered.iter().any(|intent| intent.answer.as_ref().is_some_and(|(answer, _, _)| has_markdown(answer))) {
        notes.push("some answers have links or other Markdown; they are kept and shown as they are written".to_owned());
    }
    let (intents, questions) = (gathered.len(), gathered.iter().map(|intent| intent.questions.len()).sum());
    let file = write(table, count, gathered);
    Ok(Imported { files: vec![file], read_as, notes, warnings, rows: count, intents, questions })
}

/// Whether a text has a link or another sign that Markdown would take for one of its own.
fn has_markdown(text: &str) -> bool {
    text.contains("](") || text.contains("**") || text.contains("```")
}

/// Reads the rows; whatever is wrong with one by itself is reported.
fn read(table: Table<'_>, options: &Options) -> Reading {
    let failed = |message: String| Reading { problems: vec![Problem::new(Place::Line(1), message)], ..Reading::default() };
    let format = match options.format.map_or_else(|| detect(table), Ok) {
        Ok(format) => format,
        Err(message) => return failed(message),
    };
    if format == Format::Xlsx {
        return workbook::read(table.bytes, options);
    }
    let decoded = match encoding::decode(table.bytes, options.encoding.as_deref()) {
        Ok(decoded) => decoded,
        Err(message) => return failed(message),
    };
    let mut reading = match format {
        Format::Markdown => markdown::read(&decoded.text),
        Format::Html => faq_page::read_html(&decoded.text),
        Format::JsonLd => faq_page::read_json(&decoded.text),
        Format::Csv | Format::Xlsx => delimited::read(&decoded.text, options),
    };
    reading.read_as = format!("{}, {}", decoded.encoding, reading.read_as);
    reading.notes.splice(0..0, decoded.note);
    reading
}

/// What a reader finds in an FAQ in Markdown: intent, questions and answer of each. For the export, which reads what it has written.
pub(crate) fn markdown_rows(text: &str) -> Vec<(Option<String>, Vec<String>, String)> {
    let rows = markdown::read(text).rows;
    rows.into_iter().map(|row| (row.label, row.questions, row.answer.unwrap_or_default())).collect()
}

/// What a file is, by its first bytes or else by its name.
fn detect(table: Table<'_>) -> Result<Format, String> {
    let ending = table.name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    let save = "save it as .xlsx, or as CSV in UTF-8";
    if table.bytes.starts_with(b"PK\x03\x04") {
        return if ending == "ods" {
            Err(format!("this is an OpenDocument spreadsheet, which cannot be read: {save}"))
        } else {
            Ok(Format::Xlsx)
        };
    }
    if table.bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(format!("this is a workbook of Excel 2003 or earlier, or one with a password, which cannot be read: {save}"));
    }
    if table.bytes.starts_with(b"%PDF") {
        return Err("this is a PDF, which cannot be read: copy its questions and answers into a table".to_owned());
    }
    let start = table.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table.bytes).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    Ok(match ending.as_str() {
        "md" | "markdown" => Format::Markdown,
        "html" | "htm" | "xhtml" => Format::Html,
        "json" | "jsonld" => Format::JsonLd,
        _ if begins(b"<!doctype") || begins(b"<html") => Format::Html,
        _ => Format::Csv,
    })
}

/// An intent with its questions and its answer, so far.
struct Gathered {
    /// The label of its rows.
    label: Option<String>,
    place: Place,
    questions: Vec<(String, Place)>,
    /// The answer with the number and the place of its row.
    answer: Option<(String, usize, Place)>,
    /// Where the last question stands that went to another intent instead.
    lost: Option<Place>,
}

impl Gathered {
    fn new(label: Option<&str>, row: &Row) -> Gathered {
        let answer = row.answer.clone().filter(|_| label.is_none()).map(|answer| (answer, row.number, row.place));
        Gathered { label: label.map(str::to_owned), place: row.place, questions: Vec::new(), answer, lost: None }
    }

    fn name(&self) -> String {
        self.label.as_deref().map_or_else(String::new, |id| format!(" `{}`", shown(id)))
    }
}

/// Puts the rows of one intent together: those with one label, and those with one answer.
fn gather(rows: Vec<Row>, problems: &mut Vec<Problem>, warnings: &mut Vec<Problem>) -> Vec<Gathered> {
    let mut out: Vec<Gathered> = Vec::new();
    let mut by_label: HashMap<String, usize> = HashMap::new();
    let mut by_answer: HashMap<String, usize> = HashMap::new();
    // An answer given under a label is known by it wherever else it stands.
    for row in &rows {
        let Some(label) = &row.label else { continue };
        let index = *by_label.entry(label.clone()).or_insert_with(|| {
            out.push(Gathered::new(Some(label), row));
            out.len() - 1
        });
        let Some(answer) = &row.answer else { continue };
        match &out[index].answer {
            None => {
                out[index].answer = Some((answer.clone(), row.number, row.place));
                by_answer.entry(answer.clone()).or_insert(index);
            }
            Some((first, _, place)) if first != answer => {
                problems.push(Problem::new(row.place, format!("intent `{}` has another answer on {place}", shown(label))));
            }
            Some(_) => {}
        }
    }
    let mut asked: HashMap<Vec<String>, (usize, Place)> = HashMap::new();
    for row in rows {
        let index = match (&row.label, &row.answer) {
            (Some(label), _) => by_label.get(label).copied(),
            (None, Some(answer)) => Some(*by_answer.entry(answer.clone()).or_insert_with(|| {
                out.push(Gathered::new(None, &row));
                out.len() - 1
            })),
            (None, None) => None,
        };
        let Some(index) = index else { continue };
        for question in row.questions {
            let words = text::tokens(&question).into_iter().map(|t| t.text).collect();
            match asked.get(&words) {
                Some(&(other, place)) if other != index => {
                    out[index].lost = Some(place);
                    warnings.push(Problem::new(
                        row.place,
                        format!("the question {} has another answer on {place}; it is left there", quoted(&question)),
                    ));
                }
                Some(_) => {}
                None => {
                    asked.insert(words, (index, row.place));
                    out[index].questions.push((question, row.place));
                }
            }
        }
    }
    for intent in &out {
        if intent.answer.is_none() {
            problems.push(Problem::new(intent.place, format!("intent{} has no answer in any of its good rows", intent.name())));
        }
        if let (true, Some(place)) = (intent.questions.is_empty(), intent.lost) {
            problems.push(Problem::new(
                intent.place,
                format!("intent{} has no question of its own; what it asks stands on {place} already", intent.name()),
            ));
        }
    }
    out.sort_by_key(|intent| intent.place);
    out
}

/// Warns of questions that read the same although they are written differently, and that have different answers: nobody who asks one of them
/// can say which is meant.
fn warn_of_twins(intents: &[Gathered], warnings: &mut Vec<Problem>) {
    let mut read: HashMap<Vec<String>, (usize, Place)> = HashMap::new();
    for (index, intent) in intents.iter().enumerate() {
        for (question, place) in &intent.questions {
            let Ok(parsed) = Question::parse(question) else { continue };
            let words = parsed.words.into_iter().map(|word| word.text).collect();
            let (first, at) = *read.entry(words).or_insert((index, *place));
            if first != index {
                let message = format!(
                    "the question {} reads the same as one on {at}, which has another answer: say what sets them apart",
                    quoted(question)
                );
                warnings.push(Problem::new(*place, message));
            }
        }
    }
}

/// A label as it can be printed on one line.
fn shown(label: &str) -> String {
    factotum_core::render::escape_control(label).replace('\n', "\\n")
}

/// Longest piece of a text that a message quotes, in characters.
const MAX_QUOTED: usize = 60;

/// The beginning of a text in quotation marks, on one line.
fn quoted(text: &str) -> String {
    let text = shown(text);
    let end = text.char_indices().nth(MAX_QUOTED).map(|(end, _)| end);
    end.map_or_else(|| format!("\"{text}\""), |end| format!("\"{}...\"", &text[..end]))
}

/// The id of the source that a file becomes; its knowledge file has the same name. A name without Latin letters has an id of its own all the same,
/// since two files with one id would be taken for one.
fn source_id(name: &str) -> String {
    /// Enough digits that nobody sees two alike.
    const DIGITS: usize = 8;
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let id = slug(stem);
    if id.is_empty() { format!("table-{}", &factotum_core::hash::sha256_hex(stem.as_bytes())[..DIGITS]) } else { id }
}

/// Writes the file: each answer is a fact, and the questions stand below it.
fn write(table: Table<'_>, rows: usize, intents: Vec<Gathered>) -> SourceFile {
    let source = source_id(table.name);
    let sha256 = factotum_core::hash::sha256_hex(table.bytes);
    // A file's name need not be text, but the title of a source has to be.
    let title = table.name.replace(char::REPLACEMENT_CHARACTER, "_");
    let title = if title.trim().is_empty() { "table" } else { title.as_str() };
    let name = factotum_core::render::escape_control(title).replace('\n', " ");
    let mut out = Writer::new(&[format!("# Imported from {name}: every answer cites its row, the header not counted.")]);
    out.table(&[], &format!("[source.{}]", bare(&source)));
    out.text("title", title);
    out.text("date", table.date);
    out.raw("paragraphs", &rows.to_string());
    out.text("sha256", &sha256);
    // Other files with other sources can stand beside this one.
    out.table(&[], "[defaults]");
    out.text("source", &source);
    for intent in intents {
        let Some((answer, row, _)) = &intent.answer else { continue };
        let questions: Vec<String> = intent.questions.into_iter().map(|(question, _)| question).collect();
        let Some(question) = questions.first() else { continue };
        out.table(&[], "[[fact]]");
        out.text("statement", answer);
        out.raw("paragraphs", &row.to_string());
        out.table(&[], "[[fact.question]]");
        if let Some(label) = &intent.label {
            out.text("id", label);
        }
        out.block("ask", &questions);
        // The answer of a table is right for all of its questions, whatever the first one seems to ask for.
        if inferred(question) != "statement" {
            out.text("answer_type", "statement");
        }
    }
    SourceFile { name: format!("{source}.toml"), text: out.finish() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_core::knowledge::KnowledgeBase;

    fn import(bytes: &[u8]) -> Result<Imported, Vec<Problem>> {
        pack(Table { name: "My table.v2.csv", bytes, date: "2020-05-17" })
    }

    fn base(text: &str) -> (KnowledgeBase, Vec<usize>) {
        let imported = import(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"));
        let loaded = factotum_core::pack::load(&imported.files);
        assert!(loaded.diagnostics.is_empty(), "{:?}\n{}", loaded.diagnostics, imported.files[0].text);
        (loaded.base.expect("there are no errors"), imported.warnings.iter().map(|w| number(w.place)).collect())
    }

    fn number(place: Place) -> usize {
        let (Place::Line(number) | Place::Row(number) | Place::Question(number)) = place;
        number
    }

    fn bad_lines(bytes: &[u8]) -> Vec<usize> {
        import(bytes).map(|_| ()).expect_err("the table is bad").iter().map(|p| number(p.place)).collect()
    }

    #[test]
    fn labels_are_kept_and_answers_cite_their_row() {
        let (base, warnings) = base(
            "\u{feff}Intent,Question,Answer\r\nCard_Lost?,I lost my card,\r\nCard_Lost?,where is my card,\"Call \"\"us\"\",\r\nat once.\"\r\n\r\n\"a.b\"\"c\\'é\",how are you,Fine.\r\ncard_lost?,another one,Fine.\r\n",
        );
        assert!(warnings.is_empty());
        let ids: Vec<&str> = base.intents.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids, ["Card_Lost?", "a.b\"c\\'é", "card_lost?"]);
        let fact = &base[base.intents[0].facts[0]];
        assert_eq!((fact.statement.as_str(), fact.paragraphs.as_slice()), ("Call \"us\",\nat once.", &[2][..]));
        assert_eq!(base.intents[0].question, "I lost my card");
        let source = &base.sources[0];
        assert_eq!(
            (source.id.as_str(), source.title.as_str(), source.paragraphs, source.date.as_deref()),
            ("my-table-v2", "My table.v2.csv", 4, Some("2020-05-17"))
        );
        assert_eq!(source.sha256.len(), 64);
    }

    #[test]
    fn rows_with_one_answer_belong_together() {
        let sizes = |table: &str| {
            let (base, _) = base(table);
            let mut sizes: Vec<(String, usize)> = base.intents.into_iter().map(|i| (i.id, i.paraphrases.len())).collect();
            sizes.sort();
            sizes
        };
        let table = "question,answer\nhow high is it,It is 31 metres high above all.\nhow tall is it,It is 31 metres high above all.\n\
            who keeps it,Да.\nanother,It is 31 metres high above sea.\nmore,Нет.\n";
        let expected = [("another", 1), ("how-high-is-it", 2), ("more", 1), ("who-keeps-it", 1)];
        assert_eq!(sizes(table), expected.map(|(id, phrases)| (id.to_owned(), phrases)));
        let table = "intent,question,answer\n,how are you,Fine.\nmood,how is it going,Fine.\nfine,all well,Yes.\n,well,Fine\n";
        let expected = [("fine", 1), ("mood", 2), ("well", 1)];
        assert_eq!(sizes(table), expected.map(|(id, phrases)| (id.to_owned(), phrases)));
    }

    #[test]
    fn repeated_questions_do_not_fail_the_check() {
        let (base, warnings) = base(
            "intent,question,answer\na,Has my top up gone?,A.\na,has my TOP-UP gone,\nb,what is {this} about,B.\nb,Has my top-up gone,\n",
        );
        assert_eq!(warnings, [5]);
        assert_eq!(base.intents[1].question, "what is (this) about");
    }

    #[test]
    fn the_name_of_a_table_need_not_be_text() {
        for name in ["", " ", "\u{fffd}.csv", "a\u{1b}[2J\n\"b\".csv", "..", "Да.csv"] {
            let imported = pack(Table { name, bytes: b"question,answer\nwhat is a,A.\n", date: "2020" }).expect("the table is good");
            let found = factotum_core::pack::load(&imported.files);
            assert!(found.diagnostics.is_empty(), "{name:?}: {:?}", found.diagnostics);
        }
    }

    #[test]
    fn every_bad_row_is_reported() {
        let table = "intent,question,answer\na,,A.\nb,what is b,\nc,what is c\n,,\nd,?!,D.\ne,what \u{fffd},E.\nf,what is f,F.\nf,what else is f,Other.\n,what,\ng,\"what\x07\",G.\nh,what is f,H.\ni,\"what is i,I.\n";
        assert_eq!(bad_lines(table.as_bytes()), [2, 3, 4, 6, 7, 9, 10, 11, 12, 13]);
        assert_eq!(bad_lines("question,answer\nwhat is a,A.\nwhat is caf\u{fffd},#REF!\nwhat is b,#REF!\n".as_bytes()), [3, 4]);
        let long = format!("question,answer\n{},A.\nb,{}\n", "a ".repeat(800), "b".repeat(1501));
        assert_eq!(bad_lines(long.as_bytes()), [2, 3]);
        for table in
            ["", "\n\n", "question,answer\n", "question\nx\n", "a,b\n", "question,answer,answer\n", "question,answer\n,,,\n", "\u{0}\n"]
        {
            assert_eq!(bad_lines(table.as_bytes()).len(), 1, "{table:?}");
        }
        let many = format!("question,answer\n{}", "x,y\n".repeat(MAX_ROWS + 1));
        assert_eq!(bad_lines(many.as_bytes()), [MAX_ROWS + 2]);
        assert_eq!(bad_lines("question,answer\n,y\n".repeat(MAX_ROWS).as_bytes()).len(), MAX_PROBLEMS + 1);
    }

    #[test]
    fn bad_rows_can_be_left_out() {
        let options = Options { skip_bad_rows: true, ..Options::default() };
        let table = |bytes| Table { name: "a.csv", bytes, date: "2020" };
        let imported = pack_with(table(b"intent,question,answer\na,what is a,A.\na,,\nb,what is b,\n"), &options).expect("one is good");
        assert_eq!((imported.intents, imported.warnings.len()), (1, 2));
        assert!(pack_with(table(b"intent,question,answer\nb,what is b,\n"), &options).is_err());
    }

    #[test]
    fn questions_that_read_the_same_are_reported() {
        let imported = import(b"question,answer\nHow do I get there?,By bus.\nwhat's the fee,5.\nWhat is the fee?,6.\n").expect("good");
        assert_eq!(imported.warnings.len(), 1, "{:?}", imported.warnings);
        assert!(imported.warnings[0].message.contains("reads the same as one on line 3"), "{:?}", imported.warnings);
    }
}
