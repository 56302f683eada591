//! Where in a TOML text something is added, and how it is written there.

use crate::writing::{Writer, basic_line};
use factotum_core::text::is_control_or_bidi;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The byte order mark that some editors put in front of a text.
const MARK: char = '\u{feff}';

/// The text with further lines in the `ask` that has this byte in it; `None` if there is no such `ask`.
pub(super) fn add_lines(text: &str, at: usize, lines: &[String]) -> Option<String> {
    let root = DeTable::parse(text).ok()?.into_inner();
    let (span, value) = asks(&root).into_iter().find(|(span, _)| span.contains(&at))?;
    let present: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let wanted: Vec<String> = present.iter().map(|line| (*line).to_owned()).chain(lines.iter().cloned()).collect();
    let raw = text.get(span.clone())?;
    // Where the block is written in an unusual way (a line that is continued by a backslash), a line cannot just be added to it.
    let added = into_block(raw, lines, newline(text)).filter(|raw| reads_as(raw, &wanted));
    let raw = added.unwrap_or_else(|| block(&wanted, newline(text)));
    Some(format!("{}{raw}{}", &text[..span.start], &text[span.end..]))
}

/// The text with a table below the fact that has this byte in it.
pub(super) fn add_to_fact(text: &str, at: usize, table: &str) -> Option<String> {
    let root = DeTable::parse(text).ok()?.into_inner();
    let DeValue::Array(facts) = root.get("fact")?.get_ref() else { return None };
    let span = facts.iter().filter_map(extent).find(|span| span.contains(&at))?;
    let end = block_end(text, span.end);
    Some(insert(text, end, table))
}

/// The text with a table at its end.
pub(super) fn append(text: &str, table: &str) -> String {
    insert(text, text.len(), table)
}

/// The text with a table at the beginning of a line.
fn insert(text: &str, at: usize, table: &str) -> String {
    let newline = newline(text);
    let (before, after) = text.split_at(at);
    let table = table.trim_start_matches('\n').replace('\n', newline);
    let mut out = before.to_owned();
    let whole_line = before.is_empty() || before.ends_with('\n') || before == MARK.to_string();
    if !whole_line {
        out.push_str(newline);
    }
    // A blank line between blocks, where there is none.
    let blank = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
    if !blank {
        out.push_str(newline);
    }
    out.push_str(&table);
    if after.starts_with(|c: char| c != '\n' && c != '\r') {
        out.push_str(newline);
    }
    out.push_str(after);
    out
}

/// Where the lines of a block end: behind the line of its last value, and behind comments directly below that belong to no table.
fn block_end(text: &str, last: usize) -> usize {
    let line_end = |at: usize| text[at..].find('\n').map_or(text.len(), |n| at + n + 1);
    let end = line_end(last);
    let mut at = end;
    while text[at..].trim_start_matches([' ', '\t']).starts_with('#') {
        at = line_end(at);
    }
    // Comments directly above a header speak of what comes below.
    let header = text[at..].trim_start_matches([' ', '\t']).starts_with('[');
    if header { end } else { at }
}

/// How lines end in this text.
fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Every `ask` of a file, with the place of its value.
fn asks<'t>(root: &'t DeTable<'_>) -> Vec<(Range<usize>, &'t str)> {
    let mut found = Vec::new();
    for (key, value) in root {
        match value.get_ref() {
            DeValue::String(text) if key.get_ref() == "ask" => found.push((value.span(), text.as_ref())),
            DeValue::Table(table) => found.extend(asks(table)),
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(table) = item.get_ref() {
                        found.extend(asks(table));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// From the first to the last byte of what stands in a value. Of a table, that is from its header to its last value, those of tables below it
/// included.
fn extent(value: &Spanned<DeValue<'_>>) -> Option<Range<usize>> {
    let own = value.span();
    let inner: Vec<Range<usize>> = match value.get_ref() {
        DeValue::Table(table) => table.iter().flat_map(|(key, value)| extent(value).into_iter().chain([key.span()])).collect(),
        DeValue::Array(items) => items.iter().filter_map(extent).collect(),
        _ => Vec::new(),
    };
    let all = inner.into_iter().chain([own]).filter(|span| span.end > span.start);
    all.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
}

/// The raw block with further lines before its closing quotes; `None` if it is no block of lines.
fn into_block(raw: &str, lines: &[String], newline: &str) -> Option<String> {
    let quotes = ["\"\"\"", "'''"].into_iter().find(|quotes| raw.starts_with(quotes) && raw.len() >= 6)?;
    let literal = quotes == "'''";
    if literal && lines.iter().any(|line| line.contains("'''") || line.chars().any(is_control_or_bidi)) {
        return None;
    }
    let inner = raw.get(3..raw.len() - 3)?;
    let last = inner.lines().map(|line| line.trim_end()).rfind(|line| !line.trim().is_empty())?;
    // As deep as the last line.
    let indent: String =
        if inner.starts_with(['\n', '\r']) { last.chars().take_while(|c| matches!(c, ' ' | '\t')).collect() } else { String::new() };
    let added: String =
        lines.iter().map(|line| format!("{indent}{}{newline}", if literal { line.clone() } else { basic_line(line) })).collect();
    // The closing quotes stand on a line of their own, or behind the last wording.
    let closing = inner.rfind('\n').filter(|at| inner[at + 1..].trim().is_empty());
    Some(match closing {
        Some(at) => format!("{quotes}{}{added}{}{quotes}", &inner[..=at], &inner[at + 1..]),
        None => format!("{quotes}{inner}{newline}{added}{quotes}"),
    })
}

/// Lines as a block, as it is usually written.
fn block(lines: &[String], newline: &str) -> String {
    let mut writer = Writer::piece();
    writer.block("ask", lines);
    let written = writer.finish();
    written.trim_start_matches("ask = ").trim_end_matches('\n').replace('\n', newline)
}

/// Whether a raw value has just these lines.
fn reads_as(raw: &str, lines: &[String]) -> bool {
    let text = format!("ask = {raw}\n");
    let Ok(root) = DeTable::parse(&text) else { return false };
    let Some(DeValue::String(value)) = root.get_ref().get("ask").map(Spanned::get_ref) else { return false };
    value.lines().map(str::trim).filter(|line| !line.is_empty()).eq(lines.iter().map(String::as_str))
}
