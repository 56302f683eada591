//! What a user wrote, as a line in a message of the bot's: shown as it is, without any effect, and read back from there. So a message carries what
//! its buttons are about, and nothing has to be remembered.

use super::markdown::plain;
use factotum_core::text::is_control_or_bidi;

/// Most characters of what is quoted: a long question. Where each of them needs three, it takes half of a message.
pub(crate) const MAX_QUOTED: usize = 330;
/// What Discord shows as a quotation.
const MARK: &str = "> ";

/// A text as one quoted line.
pub(crate) fn quote(text: &str) -> String {
    format!("{MARK}{}", plain(&one_line(text)))
}

/// A text on one line, cut to the length of a quotation.
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|c| if is_control_or_bidi(c) { ' ' } else { c }).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_QUOTED {
        return line;
    }
    let cut: String = line.chars().take(MAX_QUOTED - 3).collect();
    format!("{}...", cut.trim_end())
}

/// The line that a message of the bot's quotes, as it was written there.
pub(crate) fn quoted_line(message: &str) -> Option<&str> {
    message.lines().find(|line| line.starts_with(MARK))
}

/// The text that a message of the bot's quotes, as it was before.
pub(crate) fn quoted(message: &str) -> Option<String> {
    let line = quoted_line(message)?.strip_prefix(MARK)?;
    let mut out = String::with_capacity(line.len());
    let mut escaped = false;
    for c in line.chars().filter(|c| *c != WORD_JOINER) {
        escaped = c == '\\' && !escaped;
        if !escaped {
            out.push(c);
        }
    }
    Some(out)
}

/// The invisible character with which `plain` takes words apart.
const WORD_JOINER: char = '\u{2060}';

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quotation_is_cut_and_on_one_line() {
        assert_eq!(quote(" one\n two\u{202e} "), "> one two");
        let long = one_line(&"word ".repeat(100));
        assert!(long.chars().count() <= MAX_QUOTED && long.ends_with("..."), "{long}");
        assert_eq!(quoted("Heading\n> a\\*b\n> more"), Some("a*b".to_owned()));
        assert_eq!((quoted("no > quotation"), quoted_line("")), (None, None));
    }

    proptest! {
        #[test]
        fn what_is_quoted_comes_back_and_does_nothing(text in "[-@<>&!#0-9a-z everyonehere:/\\\\\n*_~|`\\[\\]()+\u{1f642}é]{0,400}") {
            let message = format!("Heading\n{}\nEnd", quote(&text));
            prop_assert_eq!(quoted(&message), Some(one_line(&text)));
            prop_assert_eq!(message.lines().count(), 3);
            prop_assert!(!message.contains("<@") && !message.contains("@everyone") && !message.contains("://") && !message.contains("]("));
            prop_assert!(message.chars().count() < 1_050);
        }
    }
}
