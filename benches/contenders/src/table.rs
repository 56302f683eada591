//! Figures as tables, in Markdown.

use crate::record::Record;
use std::fmt::Write;

/// Contenders in the order in which they are shown, and what they are called there.
pub const NAMES: [(&str, &str); 10] = [
    ("factotum", "Factotum"),
    ("factotum-learning", "Factotum, nothing learned yet"),
    ("factotum-proposals", "Factotum, proposals only"),
    ("minilm", "MiniLM, logistic regression"),
    ("tantivy-bm25", "BM25 (tantivy)"),
    ("token-set-ratio", "token-set ratio"),
    ("rapidfuzz-token-set-ratio", "token-set ratio (RapidFuzz)"),
    ("rapidfuzz-wratio", "WRatio (RapidFuzz)"),
    ("damerau-levenshtein", "Damerau-Levenshtein (strsim)"),
    ("jaro-winkler", "Jaro-Winkler (strsim)"),
];
/// What time and memory are compared with.
pub const BASE: &str = "factotum";
/// Ending of the name of a file of questions with typing errors.
const TYPO: &str = "_typo";

/// A contender on some phrases.
pub struct Row<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Questions as they were put.
    pub clean: &'a Record,
    /// The same with typing errors.
    pub typo: Option<&'a Record>,
}

/// Rows on the same phrases, in the order in which they are shown.
pub fn rows<'a>(records: &'a [Record], train: &str) -> Vec<Row<'a>> {
    let of = |record: &&Record| record.train == train;
    let mut rows: Vec<(usize, Row)> = Vec::new();
    for clean in records.iter().filter(of).filter(|r| !r.questions.ends_with(TYPO)) {
        let typo = format!("{}{TYPO}", clean.questions);
        let typo = records.iter().filter(of).find(|r| r.contender == clean.contender && r.questions == typo);
        let place = NAMES.iter().position(|(id, _)| *id == clean.contender);
        let name = place.map_or(clean.contender.as_str(), |place| NAMES[place].1);
        rows.push((place.unwrap_or(NAMES.len()), Row { name, clean, typo }));
    }
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Names of the files of phrases, in the order of the lines.
pub fn trains(records: &[Record]) -> Vec<&str> {
    let mut trains: Vec<&str> = Vec::new();
    for record in records {
        if !trains.contains(&record.train.as_str()) {
            trains.push(&record.train);
        }
    }
    trains
}

/// A table for each file of phrases.
pub fn markdown(records: &[Record]) -> String {
    let mut out = String::new();
    for train in trains(records) {
        let rows = rows(records, train);
        let Some(first) = rows.first() else { continue };
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "**{}, {} phrases**\n", data_name(train), grouped(first.clean.phrases));
        out.push_str("| | accuracy | with typing errors | median | | p99 | memory | | at its peak | load |\n");
        out.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        let base = rows.iter().find(|row| row.clean.contender == BASE).map(|row| row.clean);
        let most = rows.iter().map(|row| row.clean.asked).max().unwrap_or(0);
        for Row { name, clean, typo } in &rows {
            let sampled = if clean.asked < most { format!(" ({} questions)", grouped(clean.asked)) } else { String::new() };
            let _ = writeln!(
                out,
                "| {name}{sampled} | {:.1} | {} | {} | {} | {} | {} | {} | {} | {} |",
                clean.accuracy,
                typo.map_or(String::new(), |typo| format!("{:.1}", typo.accuracy)),
                time(clean.median_us),
                base.map_or(String::new(), |base| times(clean.median_us / base.median_us)),
                time(clean.p99_us),
                memory(clean.resident_kb),
                base.map_or(String::new(), |base| times(clean.resident_kb as f64 / base.resident_kb as f64)),
                memory(clean.peak_kb),
                time(clean.load_ms * 1e3),
            );
        }
    }
    out
}

/// "clinc150/train_full" is CLINC150.
pub fn data_name(train: &str) -> String {
    train.split('/').next().unwrap_or(train).to_uppercase()
}

/// Three digits, in the unit that fits.
pub fn time(microseconds: f64) -> String {
    let (figure, unit) = match microseconds {
        us if us < 999.5 => (us, "µs"),
        us if us < 999_500.0 => (us / 1e3, "ms"),
        us => (us / 1e6, "s"),
    };
    format!("{} {unit}", short(figure))
}

fn memory(kilobytes: u64) -> String {
    format!("{:.0} MB", kilobytes as f64 * 1024.0 / 1e6)
}

fn times(ratio: f64) -> String {
    format!("{}×", short(ratio))
}

/// One digit after the point where there is room for it.
fn short(figure: f64) -> String {
    if figure < 9.95 { format!("{figure:.1}") } else { grouped(figure.round() as usize) }
}

/// 15000 is 15,000.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    #[test]
    fn figures_have_a_fitting_unit() {
        for (us, text) in [(8.04, "8.0 µs"), (47.3, "47 µs"), (999.4, "999 µs"), (999.6, "1.0 ms"), (9_900.0, "9.9 ms"), (2.5e6, "2.5 s")]
        {
            assert_eq!(time(us), text);
        }
        for (number, text) in [(0, "0"), (999, "999"), (15_000, "15,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn later_lines_replace_earlier_ones_and_ratios_are_to_factotum() {
        let line = |contender: &str, questions: &str, accuracy: f64, us: f64| {
            format!(
                r#"{{"contender":"{contender}","train":"clinc150/train_full","phrases":15000,"questions":"clinc150/{questions}","asked":310,"accuracy":{accuracy},"median_us":{us},"p99_us":90.0,"load_ms":60.0,"resident_kb":50000,"peak_kb":60000}}"#
            )
        };
        let lines = [
            line("tantivy-bm25", "val", 80.0, 100.0),
            line("factotum", "val", 94.0, 40.0),
            line("factotum", "val_typo", 93.0, 41.0),
            line("tantivy-bm25", "val", 83.0, 80.0),
        ];
        let table = markdown(&parse(&lines.join("\n")).expect("well-formed"));
        let rows: Vec<&str> = table.lines().skip(4).collect();
        assert_eq!(
            rows,
            [
                "| Factotum | 94.0 | 93.0 | 40 µs | 1.0× | 90 µs | 51 MB | 1.0× | 61 MB | 60 ms |",
                "| BM25 (tantivy) | 83.0 |  | 80 µs | 2.0× | 90 µs | 51 MB | 1.0× | 61 MB | 60 ms |"
            ]
        );
    }
}
