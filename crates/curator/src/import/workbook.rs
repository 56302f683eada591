//! Workbooks of Excel 2007 and later (.xlsx), as Excel, LibreOffice and web services write them.

use super::columns::{Columns, Record};
use super::{MAX_ROWS, MAX_TEXT, Options, Place, Problem, Reading, quoted};
use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetVisible, Xlsx};
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// The most bytes that a workbook may unpack to: fifty times what the largest table takes, and a bomb of zeros that unpacks to gigabytes ends here.
const MAX_UNPACKED: u64 = 256 << 20;
/// The most files in a workbook. Those of large ones have some hundred.
const MAX_FILES: usize = 10_000;
/// The most texts that a workbook may claim to share: room is made for all of them at once.
const MAX_SHARED: u64 = 5_000_000;
/// The last column that is read.
const MAX_COLUMNS: u32 = 256;

/// Reads a workbook.
pub(super) fn read(bytes: &[u8], options: &Options) -> Reading {
    let mut reading = Reading { read_as: "a workbook".to_owned(), ..Reading::default() };
    // The library panics on some files that no program would write.
    let read = std::panic::catch_unwind(|| {
        let mut reading = Reading::default();
        let done = sheet(bytes, options, &mut reading);
        (reading, done)
    });
    match read {
        Ok((found, done)) => {
            let read_as = if found.read_as.is_empty() { reading.read_as } else { found.read_as.clone() };
            reading = Reading { read_as, ..found };
            reading.problems.extend(done.err());
        }
        Err(_) => reading.problems.push(Problem::new(Place::Row(1), "this is no workbook that can be read: it is damaged")),
    }
    reading
}

fn sheet(bytes: &[u8], options: &Options, reading: &mut Reading) -> Result<(), Problem> {
    let whole = |message: String| Problem::new(Place::Row(1), message);
    unpacks(bytes, MAX_UNPACKED).map_err(whole)?;
    let broken = |error: calamine::XlsxError| whole(format!("this is no workbook that can be read: {}", super::shown(&error.to_string())));
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let all: Vec<String> = book.sheet_names();
    let visible: Vec<String> =
        book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.clone()).collect();
    let listed = |names: &[String]| names.iter().take(12).map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let candidates = match &options.sheet {
        Some(name) => match all.iter().find(|sheet| sheet.eq_ignore_ascii_case(name)) {
            Some(sheet) => vec![sheet.clone()],
            None => return Err(whole(format!("there is no sheet {}; the workbook has {}", quoted(name), listed(&all)))),
        },
        None => visible,
    };
    let mut first_error = None;
    for name in &candidates {
        let (records, numbers) = records(&mut book, name).map_err(broken)?;
        let records = records.map_err(whole)?;
        match Columns::of(&records, options) {
            Ok(columns) => {
                reading.read_as = format!("a workbook, sheet {}: {}", quoted(name), columns.described);
                let others: Vec<String> = candidates.iter().filter(|other| *other != name).cloned().collect();
                if !others.is_empty() {
                    reading.notes.push(format!("other sheets were left out: {}; --sheet chooses one", listed(&others)));
                }
                if let Some((cells, place, example)) = numbers {
                    let cells =
                        if cells == 1 { "1 cell is a number or a date".to_owned() } else { format!("{cells} cells are numbers or dates") };
                    reading.notes.push(format!("{cells}, taken without a format ({place}: {example}): write them as text if it matters"));
                }
                columns.rows(records.into_iter().map(Ok), reading);
                return Ok(());
            }
            Err(problem) => {
                // A table without rows is empty wherever it is.
                let place = Place::Row(match problem.place {
                    Place::Line(number) | Place::Row(number) | Place::Question(number) => number,
                });
                first_error.get_or_insert(Problem::new(place, format!("sheet {}: {}", quoted(name), problem.message)));
            }
        }
    }
    Err(first_error.unwrap_or_else(|| whole("the workbook has no visible sheet".to_owned())))
}

/// How many cells are numbers, with the first of them.
type Numbers = Option<(usize, Place, String)>;

/// The rows of a sheet that have something in them.
fn records(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<(Result<Vec<Record>, String>, Numbers), calamine::XlsxError> {
    let links: HashMap<(u32, u32), String> = book
        .hyperlinks_by_sheet_name(name)
        // An answer without its link is better than none.
        .unwrap_or_default()
        .into_iter()
        .filter_map(|link| Some((link.range.start, link.target?)))
        .filter(|(_, target)| ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)))
        .collect();
    let mut records: Vec<Record> = Vec::new();
    let mut numbers: Numbers = None;
    let mut cells = book.worksheet_cells_reader(name)?;
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let place = Place::Row(usize::try_from(row).unwrap_or(usize::MAX) + 1);
        let number = usize::try_from(row).unwrap_or(usize::MAX) + 1;
        let (mut text, formatted) = shown(cell.get_value());
        if text.trim().is_empty() || column >= MAX_COLUMNS {
            continue;
        }
        if formatted {
            let (count, _, _) = numbers.get_or_insert_with(|| (0, place, text.clone()));
            *count += 1;
        }
        if let Some(target) = links.get(&(row, column)).filter(|target| !text.contains(target.as_str())) {
            let plain = !text.contains(['[', ']', '\n']) && !target.contains(['(', ')', ' ']);
            text = if plain { format!("[{text}]({target})") } else { format!("{text} ({target})") };
        }
        // A longer one is of no use, and the same text may stand in a million cells.
        if text.len() > MAX_TEXT {
            let end = text.floor_char_boundary(MAX_TEXT + 4);
            text.truncate(end);
        }
        match records.last() {
            Some(last) if last.number == number => {}
            Some(last) if last.number > number => {
                return Ok((Err(format!("row {number} of the sheet comes after row {}", last.number)), None));
            }
            _ if records.len() > MAX_ROWS => return Ok((Err(format!("{MAX_ROWS} rows are the most that can be imported at once")), None)),
            _ => records.push(Record { place, number, cells: Vec::new() }),
        }
        if let Some(record) = records.last_mut() {
            let at = usize::try_from(column).unwrap_or(0);
            if record.cells.len() <= at {
                record.cells.resize(at + 1, String::new());
            }
            record.cells[at] = text;
        }
    }
    // In a sheet, cells that were never written are there all the same.
    let width = records.iter().map(|record| record.cells.len()).max().unwrap_or(0);
    let few = records.len().saturating_mul(width) <= 4 * MAX_ROWS;
    records.iter_mut().filter(|_| few).for_each(|record| record.cells.resize(width, String::new()));
    Ok((Ok(records), numbers))
}

/// What a cell shows, and whether it has a format of its own that is lost here.
fn shown(value: &DataRef<'_>) -> (String, bool) {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), false),
        DataRef::SharedString(text) => ((*text).to_owned(), false),
        DataRef::Bool(truth) => (truth.to_string().to_uppercase(), false),
        DataRef::Error(error) => (error.to_string(), false),
        DataRef::DateTime(time) => (date(time), true),
        DataRef::Int(number) => (number.to_string(), true),
        DataRef::Float(_) => (Data::from(value.clone()).to_string(), true),
        DataRef::Empty => (String::new(), false),
    }
}

fn date(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, _, _) = time.to_ymd_hms_milli();
    if time.is_duration() || time.as_f64() < 1.0 {
        return format!("{hour:02}:{minute:02}");
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute) == (0, 0) { day } else { format!("{day} {hour:02}:{minute:02}") }
}

/// Makes sure that a workbook unpacks to something of a sensible size, whatever it says of itself.
fn unpacks(bytes: &[u8], limit: u64) -> Result<(), String> {
    let broken = |error: &dyn std::fmt::Display| format!("this is no workbook that can be read: {}", super::shown(&error.to_string()));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_FILES {
        return Err(format!("the workbook has {} files in it; {MAX_FILES} are the most that are read", archive.len()));
    }
    let mut left = limit;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| broken(&error))?;
        let shared = file.name().map_err(|error| broken(&error))?.to_lowercase().contains("sharedstrings");
        let mut text = Vec::new();
        let unpacked = if shared {
            file.take(left + 1).read_to_end(&mut text).map(|length| length as u64)
        } else {
            std::io::copy(&mut file.take(left + 1), &mut std::io::sink())
        };
        let unpacked = unpacked.map_err(|error| broken(&error))?;
        left = left.checked_sub(unpacked).ok_or_else(|| format!("the workbook unpacks to more than {} megabytes", limit >> 20))?;
        if shared && (text.contains(&0) || claims(&text) > MAX_SHARED) {
            return Err("the workbook claims to have more texts than it can have".to_owned());
        }
    }
    Ok(())
}

/// The largest number of texts that a list claims to have.
fn claims(xml: &[u8]) -> u64 {
    let key = b"uniqueCount";
    let mut most = 0;
    for (at, _) in xml.windows(key.len()).enumerate().filter(|(_, window)| window == key) {
        let digits = xml[at + key.len()..].iter().skip_while(|b| !b.is_ascii_digit() && **b != b'>').take_while(|b| b.is_ascii_digit());
        most = most.max(digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))));
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn packed(name: &str, content: &[u8]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        out.start_file(name, SimpleFileOptions::default()).expect("in memory");
        out.write_all(content).expect("in memory");
        out.finish().expect("in memory").into_inner()
    }

    #[test]
    fn bombs_are_found_before_they_go_off() {
        let zeros = packed("xl/media/zeros.bin", &vec![0; 3 << 20]);
        assert!(zeros.len() < 10_000, "it is small as long as it is packed");
        assert!(unpacks(&zeros, 4 << 20).is_ok());
        assert!(unpacks(&zeros, 2 << 20).is_err_and(|message| message.contains("more than 2 megabytes")));
        for (text, right) in [
            ("<sst uniqueCount=\"2\"><si><t>a</t></si></sst>", true),
            ("<sst uniqueCount=\"99999999999999999999\">", false),
            ("<sst uniqueCount = '9999999'>", false),
            ("<sst unique\0Count=\"1\">", false),
        ] {
            assert_eq!(unpacks(&packed("xl/SharedStrings.xml", text.as_bytes()), 1 << 20).is_ok(), right, "{text}");
        }
        assert!(unpacks(b"PK\x03\x04", 1 << 20).is_err());
    }

    #[test]
    fn dates_as_they_are_written() {
        use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
        for (value, kind, text) in [
            (31_778.0, DateTime, "1987-01-01"),
            (31_778.75, DateTime, "1987-01-01 18:00"),
            (0.5, DateTime, "12:00"),
            (0.25, TimeDelta, "06:00"),
        ] {
            assert_eq!(date(&ExcelDateTime::new(value, kind, false)), text);
        }
    }
}
