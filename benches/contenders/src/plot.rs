//! Accuracy over time as a picture (SVG): one point for a contender, on the largest set of phrases.

use crate::record::Record;
use crate::table::{OWN, Row, data_name, grouped, rows, time};
use std::fmt::Write;

/// Size of the picture and of the area with the points in it, in pixels.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 764.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 408.0;
/// Room for a letter and a line of the labels: a little more than usual fonts take at their size.
const LETTER: f64 = 6.6;
const LINE: f64 = 15.0;
/// Accuracy between two lines of the grid, in points.
const GRID: f64 = 10.0;
/// What has nearly the same place as another and would only cover it.
const LEFT_OUT: &str = "factotum-learning";

/// Both colour schemes; text has at least the contrast that WCAG asks for (4.5 to 1).
const STYLE: &str = "\
text{font-family:sans-serif;font-size:12px;fill:#24292f}.title{font-size:14px;font-weight:bold}.strong{font-weight:bold}\
.ground{fill:#ffffff}.grid{stroke:#d0d7de}.link{stroke:#57606a}.clean{fill:#57606a}.typo{fill:#ffffff;stroke:#57606a;stroke-width:1.5}\
.own.clean{fill:#0a62c9}.own.typo{stroke:#0a62c9}.own.link{stroke:#0a62c9}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}.link{stroke:#9198a1}.clean{fill:#9198a1}\
.typo{fill:#0d1117;stroke:#9198a1}.own.clean{fill:#58a6ff}.own.typo{stroke:#58a6ff}.own.link{stroke:#58a6ff}}";

/// A rectangle that is taken: left, top, right, bottom.
type Taken = [f64; 4];

/// The picture, if there is anything to show.
pub fn svg(records: &[Record]) -> Option<String> {
    let largest = records.iter().max_by_key(|record| record.phrases)?;
    let mut rows = rows(records, &largest.train);
    rows.retain(|row| row.clean.contender != LEFT_OUT);
    let times = || rows.iter().map(|row| row.clean.median_us.max(0.1).log10());
    let (fastest, slowest) = (times().reduce(f64::min)?.floor(), times().reduce(f64::max)?.ceil().max(1.0));
    let lowest = rows.iter().flat_map(|row| [Some(row.clean), row.typo]).flatten().map(|r| r.accuracy).reduce(f64::min)?;
    let floor = (lowest / GRID).floor() * GRID;
    let x = |us: f64| LEFT + (RIGHT - LEFT) * (us.max(0.1).log10() - fastest) / (slowest - fastest).max(1.0);
    let y = |accuracy: f64| BOTTOM - (BOTTOM - TOP) * (accuracy - floor) / (100.0 - floor).max(GRID);

    let name = escaped(&format!("Accuracy and time of a question: {}, {} phrases", data_name(&largest.train), grouped(largest.phrases)));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n\
         <title>{name}</title>\n<desc>{}</desc>\n<style>{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
         <text x=\"{LEFT}\" y=\"26\" class=\"title\">{name}</text>\n",
        escaped(&described(&rows))
    );
    for step in 0..=((100.0 - floor) / GRID) as usize {
        let accuracy = floor + GRID * step as f64;
        line(&mut out, "grid", [LEFT, y(accuracy), RIGHT, y(accuracy)]);
        text(&mut out, "", "end", LEFT - 8.0, y(accuracy) + 4.0, &format!("{accuracy}"));
    }
    for exponent in fastest as i32..=slowest as i32 {
        let us = 10_f64.powi(exponent);
        line(&mut out, "grid", [x(us), TOP, x(us), BOTTOM]);
        text(&mut out, "", "middle", x(us), BOTTOM + 18.0, &time(us).replace(".0", ""));
    }
    text(&mut out, "", "start", LEFT, TOP - 10.0, "right intent, per cent of the in-scope questions");
    text(&mut out, "", "middle", (LEFT + RIGHT) / 2.0, BOTTOM + 38.0, "median time of a question, logarithmic; to the left is faster");
    let key = HEIGHT - 12.0;
    circle(&mut out, "clean", LEFT + 5.0, key - 4.0);
    text(&mut out, "", "start", LEFT + 16.0, key, "as asked");
    circle(&mut out, "typo", LEFT + 95.0, key - 4.0);
    text(&mut out, "", "start", LEFT + 106.0, key, "the same questions with typing errors");

    let mut taken: Vec<Taken> = Vec::new();
    for row in &rows {
        let own = if row.clean.contender.starts_with(OWN) { "own " } else { "" };
        let (at, clean) = (x(row.clean.median_us), y(row.clean.accuracy));
        let typo = row.typo.map_or(clean, |typo| y(typo.accuracy));
        if row.typo.is_some() {
            line(&mut out, &format!("{own}link"), [at, clean, at, typo]);
            circle(&mut out, &format!("{own}typo"), at, typo);
        }
        circle(&mut out, &format!("{own}clean"), at, clean);
        taken.push([at - 6.0, clean.min(typo) - 6.0, at + 6.0, clean.max(typo) + 6.0]);
    }
    let points = taken.clone();
    for (row, point) in rows.iter().zip(points) {
        let own = row.clean.contender.starts_with(OWN);
        let (place, anchor) = free(&taken, point, y(row.clean.accuracy), row.name.chars().count() as f64 * LETTER);
        text(
            &mut out,
            if own { "strong" } else { "" },
            anchor,
            if anchor == "start" { place[0] } else { place[2] },
            place[3] - 4.0,
            row.name,
        );
        taken.push(place);
    }
    out.push_str("</svg>\n");
    Some(out)
}

/// The first place for a label that nothing has taken: right of its point, left of it, below, above, then a little lower or higher.
fn free(taken: &[Taken], point: Taken, y: f64, width: f64) -> (Taken, &'static str) {
    const GAP: f64 = 4.0;
    let [left, top, right, bottom] = point;
    let sides = |lines: f64| {
        let top = y + lines * LINE / 2.0 - LINE / 2.0;
        [([right + GAP, top, right + GAP + width, top + LINE], "start"), ([left - GAP - width, top, left - GAP, top + LINE], "end")]
    };
    let under = |top: f64| [([left, top, left + width, top + LINE], "start"), ([right - width, top, right, top + LINE], "end")];
    let inside = |[left, top, right, bottom]: Taken| left >= LEFT && right <= RIGHT && top >= TOP && bottom <= BOTTOM;
    let apart = |a: Taken, b: &Taken| a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
    let near = sides(0.0).into_iter().chain(under(bottom)).chain(under(top - LINE));
    let mut places = near.chain((1..20).flat_map(|step| [f64::from(step), f64::from(-step)]).flat_map(sides));
    places.find(|(place, _)| inside(*place) && taken.iter().all(|other| apart(*place, other))).unwrap_or(sides(0.0)[0])
}

/// The points in words, for those who cannot see them.
fn described(rows: &[Row]) -> String {
    let one = |row: &Row| format!("{} {:.1} per cent in {}", row.name, row.clean.accuracy, time(row.clean.median_us));
    rows.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn line(out: &mut String, class: &str, [x1, y1, x2, y2]: [f64; 4]) {
    let _ = writeln!(out, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
}

fn circle(out: &mut String, class: &str, x: f64, y: f64) {
    let _ = writeln!(out, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>");
}

fn text(out: &mut String, class: &str, anchor: &str, x: f64, y: f64, text: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{class}>{}</text>", escaped(text));
}

/// Names come from lines that anybody may have written.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
