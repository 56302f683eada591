//! What surrounds every page: navigation, what was just done, what is wrong with the files.

use super::{Page, Said};
use crate::workbench::{Failure, file_name};
use factotum_core::diagnostic::{Diagnostic, Severity, SourceFile, line_column};
use factotum_curator::edit::Refusal;
use maud::{DOCTYPE, Markup, html};

pub(super) use crate::words::capital;

/// The screens: address, name, key.
const SCREENS: [(&str, &str, &str); 4] =
    [("/gaps", "Gaps", "g"), ("/try", "Try", "t"), ("/facts", "Facts", "f"), ("/checks", "Checks", "c")];

/// Keys and what they do, for the list that `?` shows.
const KEYS: [(&str, &str); 12] = [
    ("1 2 3", "choose the first, second or third; Enter then adds the wordings there"),
    ("u", "decline it: write what is missing"),
    ("n", "write a new fact"),
    ("d", "dismiss this group for good"),
    ("z", "take the last step back"),
    ("j  k", "the next group, the one before"),
    ("/", "ask something"),
    ("g", "Gaps"),
    ("t", "Try"),
    ("f", "Facts"),
    ("c", "Checks"),
    ("?", "show or hide these keys"),
];

/// A whole page.
pub(super) fn whole(page: &Page<'_>, title: &str, here: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Factotum" }
                link rel="icon" href="/icon.svg";
                link rel="stylesheet" href="/style.css";
                script src="/desk.js" defer {}
            }
            body {
                a.skip href="#content" { "To the content" }
                header.top {
                    p.brand { "Factotum" span.of { (page.bench.places().folder.display().to_string()) } }
                    nav aria-label="Screens" {
                        @for (address, name, key) in SCREENS {
                            a href=(address) data-key=(key) aria-current=[(address == here).then_some("page")] { (name) }
                        }
                    }
                }
                div.status role="status" aria-live="polite" { (said(page)) }
                (broken(page))
                main #content tabindex="-1" { (content) }
                footer {
                    (undo(page, here))
                    p.hint { kbd { "?" } " shows the keys" }
                }
                (keys())
            }
        }
    }
}

/// What was just done, or why it was not.
fn said(page: &Page<'_>) -> Markup {
    html! {
        @match &page.said {
            Some(Said::Done(what)) => p.done { (capital(what)) "." },
            Some(Said::Refused(failure)) => div.refused { (refusal(failure)) },
            None => {}
        }
    }
}

/// Why something was refused, and what to do.
pub(super) fn refusal(failure: &Failure) -> Markup {
    html! {
        @match failure {
            Failure::Refused(Refusal::Findings { found, files }) => {
                p { strong { "Refused." } " The files would have errors:" }
                @for diagnostic in found { (finding(diagnostic, files)) }
            }
            changed if changed.is_changed() => {
                p { strong { "Nothing was written." } " The files have changed since this page was shown, in another tab or an editor. Here they are as they are now." }
            }
            other => p { strong { "Nothing was written." } " " (capital(&chain(other))) "." },
        }
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Transparent errors say the same as their source.
        let text = cause.to_string();
        if !out.ends_with(&text) {
            out = format!("{out}: {text}");
        }
        source = cause.source();
    }
    out
}

fn broken(page: &Page<'_>) -> Markup {
    html! {
        @if let Some(broken) = &page.current.broken {
            section.broken aria-label="Errors in the files" {
                p { strong { (capital(&broken.message)) "." } " Below is what was on record before." }
                @for diagnostic in broken.found.iter().take(20) { (finding(diagnostic, &broken.files)) }
            }
        }
    }
}

/// The last step, and the button that takes it back. Steps are gone when the desk is closed, and it says so.
fn undo(page: &Page<'_>, here: &str) -> Markup {
    html! {
        @if let Some(last) = page.bench.last_done() {
            form.undo method="post" action="/undo" {
                (hidden(page, from(here)))
                input type="hidden" name="topic" value=(page.form.get("topic"));
                button data-key="z" { "Undo" (key("z")) }
                span.what { (capital(&last)) }
            }
        } @else {
            p { "Nothing to undo since the desk was opened." }
        }
    }
}

/// The name of a screen in forms.
fn from(here: &str) -> &str {
    here.trim_start_matches('/')
}

/// Fields that every form has.
pub(super) fn hidden(page: &Page<'_>, from: &str) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(page.csrf);
        input type="hidden" name="version" value=(page.current.version());
        input type="hidden" name="from" value=(from);
    }
}

fn keys() -> Markup {
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl {
                @for (key, what) in KEYS {
                    div {
                        dt { @for part in key.split_whitespace() { kbd { (part) } " " } }
                        dd { (what) }
                    }
                }
            }
            label.switch { input #single type="checkbox" checked; " Single keys do this, outside of text fields" }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// A key as it is shown on a button. Screen readers get it from `aria-keyshortcuts` and the list.
pub(super) fn key(name: &str) -> Markup {
    html! { kbd aria-hidden="true" { (name) } }
}

/// A finding of `check`, with its line.
pub(super) fn finding(diagnostic: &Diagnostic, files: &[SourceFile]) -> Markup {
    let file = files.get(diagnostic.place.file);
    let text = file.map_or("", |f| f.text.as_str());
    let start = floor(text, diagnostic.place.start);
    let (line, column) = line_column(text, start);
    let whole = text.lines().nth(line - 1).unwrap_or_default();
    let width = text.get(start..floor(text, diagnostic.place.end)).and_then(|t| t.lines().next()).map_or(0, str::len);
    let from = whole.chars().take(column - 1).map(char::len_utf8).sum::<usize>();
    let to = (from + width).min(whole.len());
    let error = diagnostic.severity() == Severity::Error;
    let kind = match diagnostic.severity() {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    };
    html! {
        div.finding.error[error] {
            p {
                strong { (kind) }
                " " code.code { (diagnostic.code.as_str()) } " " (coded(&capital(&diagnostic.message))) "."
            }
            @if let Some(file) = file {
                p.place {
                    span.where { (file_name(&file.name)) ":" (line) }
                    code { (clip(&whole[..from], true)) mark { (clip(&whole[from..to], false)) } (clip(&whole[to..], false)) }
                }
            }
            p.help { (coded(&capital(&diagnostic.help))) "." }
        }
    }
}

/// A text in which words between backticks are code.
fn coded(text: &str) -> Markup {
    html! {
        @for (n, part) in text.split('`').enumerate() {
            @if n % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// The nearest boundary of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// At most as much of a line as is read at a glance; of its beginning, the end.
fn clip(text: &str, end: bool) -> String {
    const MOST: usize = 160;
    let count = text.chars().count();
    if count <= MOST {
        text.to_owned()
    } else if end {
        format!("... {}", text.chars().skip(count - MOST).collect::<String>())
    } else {
        format!("{} ...", text.chars().take(MOST).collect::<String>())
    }
}

/// "1 wording", "2 wordings".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
