//! Texts that are kept in the repository and that a change to the program may alter.

use std::fs;
use std::path::Path;

/// Fails if a file does not hold this text. `scripts/bless` writes the file instead.
pub(crate) fn hold(path: &Path, now: &str) {
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept == now {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, now).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        return;
    }
    panic!("{} has changed (- expected, + now); scripts/bless accepts it:\n{}", path.display(), difference(&kept, now));
}

/// The lines from the first that differs to the last.
fn difference(kept: &str, now: &str) -> String {
    let (kept, now): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), now.lines().collect());
    let shorter = kept.len().min(now.len());
    let start = kept.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let end = kept.iter().rev().zip(now.iter().rev()).take(shorter - start).take_while(|(a, b)| a == b).count();
    let removed = kept[start..kept.len() - end].iter().map(|line| format!("-{line}"));
    let added = now[start..now.len() - end].iter().map(|line| format!("+{line}"));
    std::iter::once(format!("line {}:", start + 1)).chain(removed).chain(added).collect::<Vec<_>>().join("\n")
}
