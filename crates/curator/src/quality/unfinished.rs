//! Lines that somebody marked to be looked at.

use crate::scaffold::TODO;
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::text::{escape_control, truncate};

/// Longest text of a line that is shown, in bytes.
const MAX_SHOWN: usize = 120;

/// Every line that begins with [`TODO`], in order.
pub(super) fn lines(files: &[SourceFile]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (file, source) in files.iter().enumerate() {
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let trimmed = line.trim();
            if let Some(text) = trimmed.strip_prefix(TODO) {
                let at = start + (line.len() - line.trim_start().len());
                let text = text.trim_start_matches([':', ' ']);
                let text = if text.is_empty() { "to be done" } else { truncate(text, MAX_SHOWN) };
                let place = Place::new(file, at..at + trimmed.len());
                found.push(Diagnostic::new(Code::Unfinished, place, escape_control(text), "do it, then remove this line"));
            }
            start += line.len();
        }
    }
    found
}
