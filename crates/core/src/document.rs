//! TOML that people write beside the packs (settings, golden questions): all mistakes are told together.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::render::escape_control;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// Parses a document. What cannot be parsed is reported, and nothing else is then read from it: whatever followed from a mistake in
/// the syntax would only confuse.
pub fn root<'t>(file: usize, text: &'t str, found: &mut Vec<Diagnostic>) -> DeTable<'t> {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = Place::new(file, error.span().unwrap_or(0..text.len().min(1)));
        // A parser that lost its way complains about one place again and again.
        if found.last().is_some_and(|last| last.place == place) {
            continue;
        }
        found.push(Diagnostic::new(
            Code::Syntax,
            place,
            error.message(),
            "mend the TOML at this place; https://toml.io explains the language",
        ));
    }
    // Whoever read the file put this mark where its bytes were no text.
    if let Some(at) = text.find('\u{fffd}') {
        found.push(Diagnostic::new(Code::Syntax, Place::new(file, at..at + 3), "the file is not valid UTF-8 here", "save it as UTF-8"));
    }
    if errors.is_empty() { root.into_inner() } else { DeTable::new() }
}

/// Reads one value; a mistake in it is reported, after `what` it is in.
pub fn value<T: DeserializeOwned>(file: usize, what: &str, value: Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    let around = value.span();
    let error = match T::deserialize(ValueDeserializer::from(value)) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let message = error.message().lines().next().unwrap_or_default();
    let (code, help) = match message {
        m if m.starts_with("unknown field") => (Code::UnknownKey, "remove the key, or mend its spelling"),
        m if m.starts_with("missing field") => (Code::MissingKey, "add the key"),
        _ => (Code::InvalidValue, "write a value of the kind that belongs here"),
    };
    let place = Place::new(file, error.span().unwrap_or(around));
    found.push(Diagnostic::new(code, place, format!("{what}: {}", escape_control(message)), help));
    None
}

/// Reports a key that the document may not have.
pub fn unknown_key(file: usize, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str], found: &mut Vec<Diagnostic>) {
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(a, key.get_ref()).total_cmp(&strsim::jaro_winkler(b, key.get_ref())));
    let help = match nearest {
        Some(near) if strsim::jaro_winkler(near, key.get_ref()) > 0.8 => format!("did you mean `{near}`?"),
        _ => format!("use {}", known.join(", ")),
    };
    found.push(Diagnostic::new(
        Code::UnknownKey,
        Place::new(file, key.span()),
        format!("there is no key `{}` here", escape_control(key.get_ref())),
        help,
    ));
}
