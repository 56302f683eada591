//! The bot's token has no place in the file of settings. Where somebody puts it there all the same, it is a mistake, and what is shown of
//! the file does not show it.

use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use std::borrow::Cow;
use toml::Spanned;

/// The environment variable with the token.
pub const TOKEN: &str = "DISCORD_TOKEN";
/// The environment variable with the name of a file that has it.
pub const TOKEN_FILE: &str = "DISCORD_TOKEN_FILE";

/// Whether a key looks as if a secret belonged to it.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    key.contains("token") || key.contains("secret")
}

/// Reports a key for a secret.
pub(super) fn misplaced(key: &Spanned<Cow<'_, str>>, found: &mut Vec<Diagnostic>) {
    let help = format!(
        "take it out, put it into the environment as {TOKEN}, or into a file that {TOKEN_FILE} names; if others have seen this file, reset the token"
    );
    found.push(Diagnostic::new(Code::UnknownKey, Place::new(0, key.span()), "no token may stand in the settings", help));
}

/// The file as it may be shown: whatever stands behind a key for a secret, and whatever looks like a token, is starred out, byte for byte,
/// so that places stay where they are.
pub fn masked(file: &SourceFile) -> SourceFile {
    let mut text = String::with_capacity(file.text.len());
    // A string over several lines goes on until its quotes come again.
    let mut open: Option<&str> = None;
    for line in file.text.split_inclusive('\n') {
        let shown = match open {
            Some(quotes) => {
                if line.contains(quotes) {
                    open = None;
                }
                0
            }
            None => match line.split_once(['=', ':']) {
                Some((key, value)) if is_secret(key) => {
                    open = ["\"\"\"", "'''"].into_iter().find(|quotes| value.matches(quotes).count() == 1);
                    key.len() + 1
                }
                // Not even a key: a token pasted somewhere.
                _ => line.len(),
            },
        };
        text.push_str(&line[..shown]);
        stars(&line[shown..], &mut text);
    }
    SourceFile { name: file.name.clone(), text: without_tokens(&text) }
}

fn stars(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(c),
            _ => out.extend(std::iter::repeat_n('*', c.len_utf8())),
        }
    }
}

/// Discord's tokens are three stretches of letters, digits, `-` and `_` with dots between; the shortest has some 60 characters.
pub(super) fn without_tokens(text: &str) -> String {
    let part_of_one = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !part_of_one(c)) {
        let word = piece.trim_end_matches(|c| !part_of_one(c));
        if word.len() >= 40 && word.matches('.').count() >= 2 {
            stars(word, &mut out);
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        for text in [
            "token = \"hush-hush\"\nlog = \"warn\"",
            "[discord]\ndiscord.token=hush-hush",
            "\"my Token\" : hush-hush\n",
            "token = \"\"\"\nhush-hush\n\"\"\"\nlog = 1",
            "token = '''hush-hush\nhush-hush'''\nlog = 1",
            "log = \"MTAwMDAwMDAwMDAwMDAwMDAx.hush-hush.0123456789012345678901234567\"\nlog = 1",
        ] {
            let shown = masked(&SourceFile { name: "bot.toml".to_owned(), text: text.to_owned() }).text;
            assert!(!shown.contains("hush"), "{shown}");
            assert_eq!((shown.len(), shown.lines().count()), (text.len(), text.lines().count()));
        }
        let harmless = "[discord]\nuser_limit = 3 # \u{e4}\n";
        assert_eq!(masked(&SourceFile { name: String::new(), text: harmless.to_owned() }).text, harmless);
    }
}
