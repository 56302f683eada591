//! A token in the settings file is an error, and is not shown when the file is quoted.

use crate::redaction::{redacted, stars};
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use std::borrow::Cow;
use toml::Spanned;

/// The environment variable for the token.
pub const TOKEN: &str = "DISCORD_TOKEN";
/// The environment variable for the name of a file that contains the token.
pub const TOKEN_FILE: &str = "DISCORD_TOKEN_FILE";

/// Whether a key looks like that of a secret.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    key.contains("token") || key.contains("secret")
}

/// Reports the key of a secret.
pub(super) fn misplaced(key: &Spanned<Cow<'_, str>>, found: &mut Vec<Diagnostic>) {
    let help = format!(
        "remove it, and set {TOKEN} in the environment to the token, or {TOKEN_FILE} to the name of a file that contains it; if others have seen this file, reset the token"
    );
    found.push(Diagnostic::new(Code::UnknownKey, Place::new(0, key.span()), "the settings must not contain a token", help));
}

/// The file as it may be shown: the values of secrets, and whatever looks like a token, are replaced by asterisks, byte for byte, so that
/// places in the file stay the same.
pub fn masked(file: &SourceFile) -> SourceFile {
    let mut text = String::with_capacity(file.text.len());
    // A multi-line string goes on until the closing quotes.
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
                // The line has no key of a secret.
                _ => line.len(),
            },
        };
        text.push_str(&line[..shown]);
        stars(&line[shown..], &mut text);
    }
    SourceFile { name: file.name.clone(), text: redacted(&text).into_owned() }
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
