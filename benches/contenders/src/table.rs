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
/// How the names of our own begin.
pub const OWN: &str = "factotum";
/// What time and memory are compared with.
const BASE: &str = "minilm";
/// Those that learn when they are loaded. Only they are compared in that: a scan has nothing to learn, and our other two learned before.
const LEARNING: [&str; 3] = ["factotum-learning", "minilm", "tantivy-bm25"];
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
        let all = rows.iter().map(|row| row.clean.judged).max().unwrap_or(0);
        let _ = writeln!(out, "**{}, {} phrases, {} questions**\n", data_name(train), grouped(first.clean.phrases), grouped(all));
        out.push_str("| | accuracy | with typing errors | median | | p99 | | load | | memory | at its peak | |\n");
        out.push_str("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        let base = rows.iter().find(|row| row.clean.contender == BASE).map(|row| row.clean);
        for Row { name, clean, typo } in &rows {
            let sampled = if clean.judged < all { format!(" ({} questions)", grouped(clean.judged)) } else { String::new() };
            let ratio = |of: fn(&Record) -> f64| base.map_or(String::new(), |base| times(of(clean) / of(base)));
            let learns = LEARNING.contains(&clean.contender.as_str());
            let cells = [
                format!("{name}{sampled}"),
                format!("{:.1}", clean.accuracy),
                typo.map_or(String::new(), |typo| format!("{:.1}", typo.accuracy)),
                time(clean.median_us),
                ratio(|record| record.median_us),
                time(clean.p99_us),
                ratio(|record| record.p99_us),
                time(clean.load_ms * 1e3),
                if learns { ratio(|record| record.load_ms) } else { String::new() },
                memory(clean.resident_kb),
                memory(clean.peak_kb),
                ratio(|record| record.peak_kb as f64),
            ];
            let _ = writeln!(out, "| {} |", cells.join(" | "));
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

/// Twice as much is "2.0×", half as much "1/2.0".
fn times(ratio: f64) -> String {
    let less = short(1.0 / ratio);
    if ratio < 1.0 && less != "1.0" { format!("1/{less}") } else { format!("{}×", short(ratio)) }
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
    fn ratios_tell_how_many_times_more_or_less() {
        for (ratio, text) in
            [(1.0, "1.0×"), (0.96, "1.0×"), (0.95, "1/1.1"), (0.5, "1/2.0"), (0.0042, "1/238"), (3.04, "3.0×"), (1e4, "10,000×")]
        {
            assert_eq!(times(ratio), text, "{ratio}");
        }
    }

    /// A line of figures on the same phrases.
    fn line(contender: &str, questions: &str, judged: usize, accuracy: f64, us: f64) -> String {
        format!(
            r#"{{"contender":"{contender}","train":"clinc150/train_full","phrases":15000,"questions":"clinc150/{questions}","asked":310,"judged":{judged},"accuracy":{accuracy},"median_us":{us},"p99_us":90.0,"load_ms":60.0,"resident_kb":40000,"peak_kb":50000}}"#
        )
    }

    fn table(lines: &[String]) -> Vec<String> {
        markdown(&parse(&lines.join("\n")).expect("well-formed")).lines().map(str::to_owned).collect()
    }

    #[test]
    fn later_lines_replace_earlier_ones_and_ratios_are_to_minilm() {
        let rows = table(&[
            line("minilm", "val", 300, 80.0, 100.0),
            line("factotum", "val", 300, 94.0, 40.0),
            line("factotum", "val_typo", 300, 93.0, 41.0),
            line("jaro-winkler", "val", 50, 21.0, 4_000.0),
            line("minilm", "val", 300, 83.0, 80.0),
        ]);
        assert_eq!(rows[0], "**CLINC150, 15,000 phrases, 300 questions**");
        assert_eq!(
            rows[4..],
            [
                "| Factotum | 94.0 | 93.0 | 40 µs | 1/2.0 | 90 µs | 1.0× | 60 ms |  | 41 MB | 51 MB | 1.0× |",
                "| MiniLM, logistic regression | 83.0 |  | 80 µs | 1.0× | 90 µs | 1.0× | 60 ms | 1.0× | 41 MB | 51 MB | 1.0× |",
                "| Jaro-Winkler (strsim) (50 questions) | 21.0 |  | 4.0 ms | 50× | 90 µs | 1.0× | 60 ms |  | 41 MB | 51 MB | 1.0× |",
            ]
        );
    }

    #[test]
    fn without_minilm_there_are_no_ratios() {
        let rows = table(&[line("factotum", "val", 300, 94.0, 40.0)]);
        assert_eq!(rows[4], "| Factotum | 94.0 |  | 40 µs |  | 90 µs |  | 60 ms |  | 41 MB | 51 MB |  |");
    }
}
