//! A spreadsheet of questions and answers becomes a pack: table text in, pack files out.
//!
//! The table has the columns `intent` (may be missing), `question` and `answer`. Every row is a way of asking; an answer may be given
//! once an intent. Each answer becomes a fact that cites its row. Pure: reading and writing files is the caller's business.
//!
//! The same question under two intents cannot be told apart by anybody, yet real tables have it: one of the 9,233 questions of the
//! BANKING77 training set stands under two labels. To refuse a whole table over it would help nobody, so the first row keeps the question
//! and the later one is told as a warning with both lines. A question that comes again within its intent is dropped without a word.

use crate::writing::{Writer, bare, inferred};
use factotum_core::diagnostic::SourceFile;
use factotum_core::question::MAX_BYTES;
use factotum_core::text;
use std::collections::{HashMap, HashSet};

/// Longest question, answer or label in bytes: a pack has no room for longer ones.
const MAX_TEXT: usize = 1_500;
const _: () = assert!(MAX_TEXT <= MAX_BYTES, "a question that is imported can be asked");
/// Most rows of a table: far more than people write, little enough to be learned in a minute.
pub const MAX_ROWS: usize = 200_000;
/// Words of an answer that make up the id of an intent without a label.
const ID_WORDS: usize = 5;

/// A table as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Its file name, shown as the title of the source.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What it is as of: `2022`, `2022-04` or `2022-04-03`.
    pub date: &'a str,
}

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the table on which the row begins, from 1.
    pub line: usize,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
}

impl Problem {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// A pack made from a table.
#[derive(Debug)]
pub struct Imported {
    /// Its files.
    pub files: Vec<SourceFile>,
    /// Rows that were left out, and why.
    pub warnings: Vec<Problem>,
    /// Data rows read.
    pub rows: usize,
    /// Intents made.
    pub intents: usize,
}

/// One data row, trimmed and found good by itself.
struct Row {
    /// From 1, the header not counted: what the fact cites.
    number: usize,
    line: usize,
    label: Option<String>,
    question: String,
    answer: Option<String>,
}

/// An intent with its questions and its answer, so far.
struct Gathered {
    id: Option<String>,
    line: usize,
    questions: Vec<String>,
    /// The answer with the number and the line of its row.
    answer: Option<(String, usize, usize)>,
    /// Where the last question stands that went to another intent instead.
    lost: Option<usize>,
}

/// Makes a pack from a table.
///
/// # Errors
/// Every bad row, in the order of the table.
pub fn pack(table: Table<'_>) -> Result<Imported, Vec<Problem>> {
    let mut problems = Vec::new();
    let rows = rows(table.bytes, &mut problems);
    let count = rows.len();
    let mut warnings = Vec::new();
    let gathered = gather(rows, &mut problems, &mut warnings);
    if !problems.is_empty() {
        problems.sort_by_key(|p| p.line);
        return Err(problems);
    }
    let intents = gathered.len();
    let file = write(table, count, named(gathered));
    Ok(Imported { files: vec![file], warnings, rows: count, intents })
}

/// The columns of a header: intent, question, answer.
struct Columns {
    count: usize,
    intent: Option<usize>,
    question: usize,
    answer: usize,
}

fn columns(header: &csv::ByteRecord) -> Result<Columns, String> {
    let names: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_lowercase()).collect();
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let strange =
        names.iter().enumerate().any(|(i, name)| !matches!(name.as_str(), "intent" | "question" | "answer") || at(name) != Some(i));
    match (at("question"), at("answer")) {
        (Some(question), Some(answer)) if !strange => Ok(Columns { count: names.len(), intent: at("intent"), question, answer }),
        _ => {
            Err("the first line must be `intent,question,answer`, or `question,answer`: save the table as CSV with commas, in UTF-8"
                .to_owned())
        }
    }
}

/// Reads the rows; whatever is wrong with one by itself is reported.
fn rows(bytes: &[u8], problems: &mut Vec<Problem>) -> Vec<Row> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut columns_found = None;
    let mut out: Vec<Row> = Vec::new();
    let mut record = csv::ByteRecord::new();
    let (mut line, mut counted) = (1, 0);
    let mut number = 0;
    loop {
        let begin = usize::try_from(reader.position().byte()).unwrap_or(bytes.len()).min(bytes.len());
        // Line ends ahead of a row: the second half of the last row's, and blank lines.
        let begin = begin + bytes[begin..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        line += bytes[counted..begin].iter().filter(|b| **b == b'\n').count();
        counted = begin;
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                problems.push(Problem::new(line, format!("the table cannot be read on: {error}")));
                break;
            }
        }
        let Some(columns) = &columns_found else {
            match columns(&record) {
                Ok(found) => columns_found = Some(found),
                Err(message) => {
                    problems.push(Problem::new(line, message));
                    return out;
                }
            }
            continue;
        };
        number += 1;
        if number > MAX_ROWS {
            problems.push(Problem::new(line, format!("a table may have {MAX_ROWS} rows at most")));
            break;
        }
        let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len()).min(bytes.len());
        if bytes[begin..end.max(begin)].iter().filter(|b| **b == b'"').count() % 2 == 1 {
            problems.push(Problem::new(line, "a quotation mark is not closed; write \"\" for one inside a field"));
            continue;
        }
        match row(columns, &record, number, line) {
            Ok(row) => out.push(row),
            Err(message) => problems.push(Problem::new(line, message)),
        }
    }
    if columns_found.is_none() {
        problems.push(Problem::new(1, "the table is empty"));
    } else if number == 0 {
        problems.push(Problem::new(line, "the table has a header but no rows"));
    }
    out
}

fn row(columns: &Columns, record: &csv::ByteRecord, number: usize, line: usize) -> Result<Row, String> {
    if record.iter().all(|field| field.trim_ascii().is_empty()) {
        return Err("the row is empty".to_owned());
    }
    if record.len() != columns.count {
        return Err(format!("the row has {} columns, the header has {}", record.len(), columns.count));
    }
    let field = |index: usize| {
        let field = std::str::from_utf8(record.get(index).unwrap_or_default()).map_err(|_| "the row is not valid UTF-8".to_owned())?;
        if field.len() > MAX_TEXT {
            return Err(format!("a field has {} bytes; {MAX_TEXT} are the most that a pack takes", field.len()));
        }
        if field.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err("a field has a control character".to_owned());
        }
        // Put where something was lost before; a pack with it would be refused as no UTF-8.
        if field.contains(char::REPLACEMENT_CHARACTER) {
            return Err("a field has a \u{fffd}, which stands for a character that was lost: write the character again".to_owned());
        }
        Ok(field)
    };
    let label = columns.intent.map(field).transpose()?.filter(|label| !label.trim().is_empty());
    let (question, answer) = (field(columns.question)?.trim(), field(columns.answer)?.trim());
    if question.is_empty() {
        return Err("the question is missing".to_owned());
    }
    if text::tokens(question).is_empty() {
        return Err("the question has no word in it".to_owned());
    }
    if label.is_none() && answer.is_empty() {
        return Err("the row has neither an intent nor an answer, so nothing says what it asks for".to_owned());
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    // A pack takes what stands in braces for a gap that a name fills.
    let question = question.replace('{', "(").replace('}', ")");
    Ok(Row { number, line, label: label.map(str::to_owned), question, answer: some(answer) })
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
            out.push(Gathered { id: Some(label.clone()), line: row.line, questions: Vec::new(), answer: None, lost: None });
            out.len() - 1
        });
        let Some(answer) = &row.answer else { continue };
        match &out[index].answer {
            None => {
                out[index].answer = Some((answer.clone(), row.number, row.line));
                by_answer.entry(answer.clone()).or_insert(index);
            }
            Some((first, _, line)) if first != answer => {
                problems.push(Problem::new(row.line, format!("intent `{}` has another answer on line {line}", shown(label))));
            }
            Some(_) => {}
        }
    }
    let mut asked: HashMap<Vec<String>, (usize, usize)> = HashMap::new();
    for row in rows {
        let index = match (&row.label, &row.answer) {
            (Some(label), _) => by_label.get(label).copied(),
            (None, Some(answer)) => Some(*by_answer.entry(answer.clone()).or_insert_with(|| {
                out.push(Gathered {
                    id: None,
                    line: row.line,
                    questions: Vec::new(),
                    answer: Some((answer.clone(), row.number, row.line)),
                    lost: None,
                });
                out.len() - 1
            })),
            (None, None) => None,
        };
        let Some(index) = index else { continue };
        let words = text::tokens(&row.question).into_iter().map(|t| t.text).collect();
        match asked.get(&words) {
            Some(&(other, line)) if other != index => {
                out[index].lost = Some(line);
                warnings.push(Problem::new(
                    row.line,
                    format!("the same question stands under another intent on line {line}; it is left there"),
                ));
            }
            Some(_) => {}
            None => {
                asked.insert(words, (index, row.line));
                out[index].questions.push(row.question);
            }
        }
    }
    for intent in &out {
        let name = intent.id.as_deref().map_or_else(String::new, |id| format!(" `{}`", shown(id)));
        if intent.answer.is_none() {
            problems.push(Problem::new(intent.line, format!("intent{name} has no answer in any of its good rows")));
        }
        if let (true, Some(line)) = (intent.questions.is_empty(), intent.lost) {
            problems.push(Problem::new(
                intent.line,
                format!("intent{name} has no question of its own; what it asks stands on line {line} already"),
            ));
        }
    }
    out.sort_by_key(|intent| intent.line);
    out
}

/// A label as it can be printed on one line.
fn shown(label: &str) -> String {
    factotum_core::render::escape_control(label).replace('\n', "\\n")
}

/// Gives an id to the intents without a label: the first words of the answer, numbered where that is taken.
fn named(gathered: Vec<Gathered>) -> Vec<(String, Gathered)> {
    let mut taken: HashSet<String> = gathered.iter().filter_map(|g| g.id.clone()).collect();
    let mut out = Vec::with_capacity(gathered.len());
    for intent in gathered {
        let id = intent.id.clone().unwrap_or_else(|| {
            let answer = intent.answer.as_ref().map_or("", |(text, _, _)| text.as_str());
            let stem = Some(kebab(answer, ID_WORDS)).filter(|id| !id.is_empty());
            let plain = stem.clone().filter(|id| !taken.contains(id));
            let stem = stem.unwrap_or_else(|| "answer".to_owned());
            plain.unwrap_or_else(|| (1..).map(|n| format!("{stem}-{n}")).find(|id| !taken.contains(id)).unwrap_or(stem))
        });
        taken.insert(id.clone());
        out.push((id, intent));
    }
    out
}

/// The first words of a text in kebab-case; empty if it has none in Latin letters or digits.
fn kebab(text: &str, words: usize) -> String {
    let plain = |word: &str| word.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>();
    let words: Vec<String> = text::tokens(text).iter().map(|t| plain(&t.text)).filter(|w| !w.is_empty()).take(words).collect();
    words.join("-")
}

/// Writes the file: each answer is a fact, and the questions stand below it.
fn write(table: Table<'_>, rows: usize, intents: Vec<(String, Gathered)>) -> SourceFile {
    let stem = table.name.rsplit_once('.').map_or(table.name, |(stem, _)| stem);
    let source = Some(kebab(&stem.replace(['_', '.'], " "), ID_WORDS)).filter(|id| !id.is_empty()).unwrap_or_else(|| "table".to_owned());
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
    for (id, intent) in intents {
        let (Some((answer, row, _)), Some(question)) = (&intent.answer, intent.questions.first()) else { continue };
        out.table(&[], "[[fact]]");
        out.text("id", &format!("row-{row}"));
        out.text("statement", answer);
        out.raw("paragraphs", &row.to_string());
        out.table(&[], "[[fact.question]]");
        out.text("id", &id);
        out.block("ask", &intent.questions);
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
        (loaded.base.expect("there are no errors"), imported.warnings.iter().map(|w| w.line).collect())
    }

    fn bad_lines(bytes: &[u8]) -> Vec<usize> {
        import(bytes).map(|_| ()).expect_err("the table is bad").iter().map(|p| p.line).collect()
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
        assert_eq!(
            (fact.id.as_str(), fact.statement.as_str(), fact.paragraphs.as_slice()),
            ("row-2", "Call \"us\",\r\nat once.", &[2][..])
        );
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
        let expected = [("answer-1", 1), ("answer-2", 1), ("it-is-31-metres-high", 2), ("it-is-31-metres-high-1", 1)];
        assert_eq!(sizes(table), expected.map(|(id, phrases)| (id.to_owned(), phrases)));
        let table = "intent,question,answer\n,how are you,Fine.\nmood,how is it going,Fine.\nfine,all well,Yes.\n,well,Fine\n";
        let expected = [("fine", 1), ("fine-1", 1), ("mood", 2)];
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
        let table = b"intent,question,answer\na,,A.\nb,what is b,\nc,what is c\n,,\nd,?!,D.\ne,what \xff,E.\nf,what is f,F.\nf,what else is f,Other.\n,what,\ng,\"what\x07\",G.\nh,what is f,H.\ni,\"what is i,I.\n";
        assert_eq!(bad_lines(table), [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13]);
        assert_eq!(bad_lines("question,answer\nwhat is a,A.\nwhat is caf\u{fffd},B.\n".as_bytes()), [3]);
        let long = format!("question,answer\n{},A.\nb,{}\n", "a ".repeat(800), "b".repeat(1501));
        assert_eq!(bad_lines(long.as_bytes()), [2, 3]);
        for table in [
            "",
            "\n\n",
            "question,answer\n",
            "question\nx\n",
            "question;answer\nx;y\n",
            "a,question,answer\n",
            "question,question,answer\n",
            "\u{0}\n",
        ] {
            assert_eq!(bad_lines(table.as_bytes()).len(), 1, "{table:?}");
        }
        let many = format!("question,answer\n{}", "x,y\n".repeat(MAX_ROWS + 1));
        assert_eq!(bad_lines(many.as_bytes()), [MAX_ROWS + 2]);
    }
}
