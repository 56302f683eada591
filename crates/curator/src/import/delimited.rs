//! Tables as text: cells separated by commas, semicolons, tabs or bars.

use super::columns::{Columns, Record};
use super::{Options, Place, Problem, Reading};

/// What may separate cells, with its name. Where nothing else decides, the first that fits.
const SEPARATORS: [(u8, &str); 4] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")];
/// How many rows are looked at to find the separator.
const LOOK: usize = 50;

/// Reads a table.
pub(super) fn read(text: &str, options: &Options) -> Reading {
    let mut reading = Reading::default();
    let (text, stated, skipped) = stated_separator(text);
    let (separator, name, columns) = match choose(text, stated, 1 + skipped, options) {
        Ok(chosen) => chosen,
        Err(problem) => {
            reading.read_as = "a table".to_owned();
            reading.problems.push(problem);
            return reading;
        }
    };
    reading.read_as = format!("separated by {name}: {}", columns.described);
    columns.rows(Records::new(text, separator, !columns.qna_maker, 1 + skipped), &mut reading);
    reading
}

/// Excel's own first line, `sep=;`, which says how the table is written. It is not part of it.
fn stated_separator(text: &str) -> (&str, Option<u8>, usize) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    match line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and(line.as_bytes().get(4)) {
        Some(separator) if line.len() == 5 && separator.is_ascii() => (rest, Some(*separator), 1),
        _ => (text, None, 0),
    }
}

/// The separator, its name, and the columns that it makes. A separator that makes known columns is the right one; else the one that makes the
/// most even table, which the error then speaks of.
fn choose(text: &str, stated: Option<u8>, line: usize, options: &Options) -> Result<(u8, String, Columns), Problem> {
    let mut candidates: Vec<(u8, String)> = SEPARATORS.iter().map(|(separator, name)| (*separator, (*name).to_owned())).collect();
    if let Some(stated) = stated {
        candidates.retain(|(separator, _)| *separator == stated);
        if candidates.is_empty() {
            candidates.push((stated, format!("`{}`", super::shown(&char::from(stated).to_string()))));
        }
    }
    let mut best: Option<(usize, Problem)> = None;
    let mut fitting: Option<(usize, (u8, String, Columns))> = None;
    for (separator, name) in candidates {
        let first = Records::new(text, separator, true, line).take(LOOK).filter_map(Result::ok).collect::<Vec<_>>();
        // In an even table most rows have as many cells as the widest.
        let width = first.iter().map(|record| record.cells.len()).max().unwrap_or(0);
        let even = first.iter().filter(|record| record.cells.len() == width && width > 1).count();
        match Columns::of(&first, options) {
            Ok(columns) => {
                if fitting.as_ref().is_none_or(|(most, _)| even > *most) {
                    fitting = Some((even, (separator, name, columns)));
                }
            }
            Err(problem) => {
                if best.as_ref().is_none_or(|(most, _)| even > *most) {
                    let message = format!("{} (read as a table separated by {name})", problem.message);
                    best = Some((even, Problem::new(problem.place, message)));
                }
            }
        }
    }
    match (fitting, best) {
        (Some((_, chosen)), _) => Ok(chosen),
        (None, Some((_, problem))) => Err(problem),
        (None, None) => Err(Problem::new(Place::Line(line), "the table is empty")),
    }
}

/// The rows of a table, with the lines on which they begin.
struct Records<'t> {
    bytes: &'t [u8],
    reader: csv::Reader<&'t [u8]>,
    record: csv::ByteRecord,
    quoting: bool,
    /// The line at `counted`.
    line: usize,
    counted: usize,
    number: usize,
    ended: bool,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, separator: u8, quoting: bool, line: usize) -> Records<'t> {
        let bytes = text.as_bytes();
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).quoting(quoting).from_reader(bytes);
        Records { bytes, reader, record: csv::ByteRecord::new(), quoting, line, counted: 0, number: 0, ended: false }
    }

    fn at(&self) -> usize {
        usize::try_from(self.reader.position().byte()).unwrap_or(self.bytes.len()).min(self.bytes.len())
    }

    fn cells(&self) -> Vec<String> {
        // The separators are ASCII, so every cell of a text is text.
        let cells = self.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
        if self.quoting { cells.collect() } else { cells.map(unquoted).collect() }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let begin = self.at();
        // Line ends ahead of a row: the second half of the last row's, and blank lines.
        let begin = begin + self.bytes[begin..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        self.line += self.bytes[self.counted..begin].iter().filter(|b| **b == b'\n').count();
        self.counted = begin;
        let place = Place::Line(self.line);
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => {
                self.ended = true;
                return None;
            }
            Err(error) => {
                self.ended = true;
                return Some(Err(Problem::new(place, format!("the table cannot be read on: {error}"))));
            }
        }
        self.number += 1;
        let end = self.at();
        if self.quoting && self.bytes[begin..end.max(begin)].iter().filter(|b| **b == b'"').count() % 2 == 1 {
            return Some(Err(Problem::new(place, "a quotation mark is not closed; write \"\" for one inside a field")));
        }
        Some(Ok(Record { place, number: self.number, cells: self.cells() }))
    }
}

/// A cell of a table whose quotation marks are part of the text, unless they stand around the whole of it and those inside are doubled.
fn unquoted(cell: String) -> String {
    let inside = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inside.filter(|inside| !inside.replace("\"\"", "").contains('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => cell,
    }
}
