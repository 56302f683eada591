//! The columns of a table: which holds the intent, which the questions, which the answer.

use super::{Options, Place, Problem, Reading, Role, Row, shown};

/// What columns are called, in lower case. The first of each are the names that the documents use.
const NAMES: [(Role, &[&str]); 3] = [
    (Role::Intent, &["intent", "label", "qnaid"]),
    (Role::Question, &["question", "questions", "question(s)", "q", "query", "utterance", "phrase"]),
    (Role::Answer, &["answer", "answers", "answer(s)", "a", "response", "reply"]),
];
/// Columns that QnA Maker exports beside those: left out without a word about each.
const QNA_MAKER: [&str; 6] = ["source", "metadata", "suggestedquestions", "iscontextonly", "prompts", "sourcedisplayname"];
/// Most columns that a message lists.
const MAX_LISTED: usize = 12;

/// How far down the header is looked for: tables often begin with a title and an empty row.
const HEADER_WITHIN: usize = 10;
/// What spreadsheets show in place of a result that cannot be calculated.
const ERRORS: [&str; 8] = ["#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"];

/// A row of cells with its place.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) place: Place,
    /// From 1, all rows of the table counted.
    pub(super) number: usize,
    pub(super) cells: Vec<String>,
}

/// Which cells of a row are used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// Columns that are not empty.
    count: usize,
    intent: Option<usize>,
    questions: Vec<usize>,
    answer: usize,
    /// The number of the row that names the columns; 0 if there is none.
    header: usize,
    /// QnA Maker wrote the table.
    pub(super) qna_maker: bool,
    /// Names of columns that are left out.
    left_out: Vec<String>,
    /// What stands where, for people.
    pub(super) described: String,
}

impl Columns {
    /// The columns of a table that begins with these rows.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub(super) fn of(first: &[Record], options: &Options) -> Result<Columns, Problem> {
        let with_text = || first.iter().take(HEADER_WITHIN).filter(|record| record.cells.iter().any(|cell| !cell.trim().is_empty()));
        let Some(top) = with_text().next() else { return Err(Problem::new(Place::Line(1), "the table is empty")) };
        let named = |record: &Record| Columns::named(record, options).map_err(|message| Problem::new(record.place, message));
        if options.no_header {
            return named(top).map(|columns| Columns { header: 0, ..columns });
        }
        // A title has one cell, which names no column; the error should speak of the row that names the most.
        let names = |record: &&Record| record.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
        let widest = with_text().rev().max_by_key(names).unwrap_or(top);
        with_text().find_map(|record| named(record).ok()).map_or_else(|| named(widest), Ok)
    }

    /// The columns that a row names, or that the options name for it.
    fn named(record: &Record, options: &Options) -> Result<Columns, String> {
        let first = &record.cells;
        let count = first.len() - first.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
        let cells: Vec<String> = first[..count].iter().map(|cell| shown(cell.trim())).collect();
        let (mut intent, mut questions, mut answer) = (None, Vec::new(), None);
        let mut put = |role: Role, at: usize| {
            let again = match role {
                Role::Intent => intent.replace(at).is_some(),
                Role::Answer => answer.replace(at).is_some(),
                Role::Question => {
                    questions.push(at);
                    false
                }
            };
            if again { Err(format!("there are two columns for the {}; choose one with --map {0}=NAME", role.as_str())) } else { Ok(()) }
        };
        for (role, name) in &options.columns {
            put(*role, find(name, &cells, options.no_header)?)?;
        }
        let mapped = |role: Role| options.columns.iter().any(|(r, _)| *r == role);
        if options.no_header {
            if options.columns.is_empty() {
                let roles: &[Role] = match count {
                    2 => &[Role::Question, Role::Answer],
                    3 => &[Role::Intent, Role::Question, Role::Answer],
                    _ => {
                        return Err(format!(
                            "the table has {count} columns and no header: say which is which with --map question=1 --map answer=2"
                        ));
                    }
                };
                for (at, role) in roles.iter().enumerate() {
                    put(*role, at)?;
                }
            }
        } else {
            for (role, names) in NAMES.into_iter().filter(|(role, _)| !mapped(*role)) {
                for (at, _) in cells.iter().enumerate().filter(|(_, cell)| names.contains(&cell.to_lowercase().as_str())) {
                    put(role, at)?;
                }
            }
        }
        let (false, Some(answer)) = (questions.is_empty(), answer) else { return Err(not_found(&cells, questions.is_empty(), answer)) };
        let qna_maker = !options.no_header && cells.iter().any(|cell| cell.eq_ignore_ascii_case("qnaid"));
        let used = |at: usize| Some(at) == intent || at == answer || questions.contains(&at);
        let known = |cell: &String| qna_maker && QNA_MAKER.contains(&cell.to_lowercase().as_str());
        let strange = |at: usize, cell: &String| !(used(at) || cell.is_empty() || known(cell));
        let left_out = if options.no_header {
            Vec::new()
        } else {
            cells.iter().enumerate().filter(|(at, cell)| strange(*at, cell)).map(|(_, cell)| cell.clone()).collect()
        };
        let name = |at: usize| {
            if options.no_header {
                format!("column {}", at + 1)
            } else {
                cells.get(at).map_or_else(String::new, |cell| format!("`{cell}`"))
            }
        };
        let asked: Vec<String> = questions.iter().map(|at| name(*at)).collect();
        let described = intent.map(|at| format!("intents in {}, ", name(at))).unwrap_or_default()
            + &format!("questions in {}, answers in {}", asked.join(" and "), name(answer));
        Ok(Columns { count, intent, questions, answer, header: record.number, qna_maker, left_out, described })
    }

    /// Makes rows of records.
    pub(super) fn rows(&self, records: impl IntoIterator<Item = Result<Record, Problem>>, reading: &mut Reading) {
        let mut last = None;
        let (mut wide, mut above) = (false, false);
        let needed = self.questions.iter().copied().chain(self.intent).chain([self.answer]).max().unwrap_or(0) + 1;
        for record in records {
            let (Ok(Record { place, .. }) | Err(Problem { place, .. })) = &record;
            last = Some(*place);
            if let Ok(record) = &record
                && record.number <= self.header
            {
                above |= record.number < self.header && record.cells.iter().any(|cell| !cell.trim().is_empty());
                continue;
            }
            if reading.is_full(*place) {
                break;
            }
            let record = match record {
                Ok(record) => record,
                Err(problem) => {
                    reading.count += 1;
                    reading.problems.push(problem);
                    continue;
                }
            };
            reading.count = record.number - self.header;
            // Spreadsheets write empty rows between groups, and below the last one.
            let used = record.cells.len() - record.cells.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
            if used == 0 {
                continue;
            }
            let row = if record.cells.len() < needed {
                Err(format!("the row has {} columns, the header has {}", record.cells.len(), self.count))
            } else if used > self.count && self.header > 0 {
                Err(format!(
                    "the row has {used} columns, the header has {}: a text with a separator in it needs quotation marks",
                    self.count
                ))
            } else {
                self.row(&record, reading.count)
            };
            wide |= used > self.count;
            reading.take(record.place, row);
        }
        if above {
            reading.notes.push("the rows above the header were left out".to_owned());
        }
        if !self.left_out.is_empty() {
            let columns = if self.left_out.len() == 1 { "column" } else { "columns" };
            reading.notes.push(format!(
                "the {columns} {} {} left out",
                listed(&self.left_out),
                if self.left_out.len() == 1 { "was" } else { "were" }
            ));
        }
        if self.qna_maker {
            reading.notes.push("this is a table of QnA Maker: its metadata, prompts and follow-up questions were left out".to_owned());
        }
        if wide {
            reading.notes.push("columns without a name were left out".to_owned());
        }
        if reading.rows.is_empty() && reading.problems.is_empty() {
            reading.problems.push(Problem::new(last.unwrap_or(Place::Line(1)), "the table has no row with a question in it"));
        }
    }

    fn row(&self, record: &Record, number: usize) -> Result<Row, String> {
        let cell = |at: usize| unguarded(record.cells.get(at).map_or("", String::as_str));
        let used = self.questions.iter().chain(&self.intent).chain([&self.answer]);
        if let Some(error) = used.map(|at| cell(*at)).find(|cell| ERRORS.contains(cell)) {
            return Err(format!("a formula has the error {error}"));
        }
        let answer = if self.qna_maker { cell(self.answer).replace("\\n", "\n") } else { cell(self.answer).to_owned() };
        Row::new(number, record.place, self.intent.map(cell), self.questions.iter().map(|at| cell(*at)), &answer)
    }
}

/// A cell without the apostrophe that keeps spreadsheets from taking it for a formula.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

/// The column that somebody named: as its header says, by number from 1, or by letter.
fn find(name: &str, cells: &[String], no_header: bool) -> Result<usize, String> {
    let wanted = name.trim().to_lowercase();
    if let Some(at) = cells.iter().position(|cell| cell.to_lowercase() == wanted).filter(|_| !no_header) {
        return Ok(at);
    }
    let by_letter = match wanted.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(usize::from(letter - b'a')),
        _ => None,
    };
    let by_number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    by_number.or(by_letter).filter(|at| *at < cells.len()).ok_or_else(|| {
        let name = shown(name);
        if no_header {
            format!("there is no column `{name}`: the table has {} columns", cells.len())
        } else {
            format!("there is no column `{name}`; the first row has {}", listed(cells))
        }
    })
}

fn not_found(cells: &[String], no_question: bool, answer: Option<usize>) -> String {
    let missing = match (no_question, answer) {
        (true, None) => "a `question` and an `answer`",
        (true, Some(_)) => "a `question`",
        (false, _) => "an `answer`",
    };
    let example =
        |at: usize| cells.get(at).filter(|cell| !cell.is_empty() && cell.len() <= 20).cloned().unwrap_or_else(|| "NAME".to_owned());
    let map = match (no_question, answer) {
        (true, None) => format!("--map 'question={}' --map 'answer={}'", example(0), example(1)),
        (true, Some(at)) => format!("--map 'question={}'", example(usize::from(at == 0))),
        (false, _) => format!("--map 'answer={}'", example(cells.len().saturating_sub(1))),
    };
    format!("the first row has {}, but not {missing}: if it names the columns, use {map}; if it is data, use --no-header", listed(cells))
}

fn listed(cells: &[String]) -> String {
    let names: Vec<String> = cells.iter().take(MAX_LISTED).map(|cell| super::quoted(cell)).collect();
    let more = cells.len().saturating_sub(MAX_LISTED);
    match (names.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => names.join(", "),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}
