//! Text as Discord's Markdown: nothing in it becomes a mention, a link or formatting by accident, and it fits.

use factotum_core::text::escape_control;

/// Characters with a meaning in Discord's Markdown.
const SPECIAL: &[char] = &['\\', '*', '_', '~', '|', '`', '[', ']', '(', ')', '<', '>', '#', '@'];

/// Text that is shown literally. Mentions (`@everyone`, `<@1>`) and addresses do nothing; control and direction characters become visible.
/// Line breaks stay.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first_of_line = true;
    for c in escape_control(text).chars() {
        if c == '@' {
            // A backslash does not disarm `@everyone`; invisible word joiners around the sign do.
            out.push_str("\u{2060}@\u{2060}");
        } else {
            // These begin lists and small print, but only at the start of a line.
            if SPECIAL.contains(&c) || (first_of_line && matches!(c, '-' | '+')) {
                out.push('\\');
            }
            out.push(c);
        }
        first_of_line = c == '\n' || (first_of_line && c == ' ');
    }
    // An address would become a link with a preview. `link` makes intended links.
    out.replace("://", ":\u{2060}//")
}

/// Text for places without formatting: labels of buttons and menus, and choices. Nothing is escaped there.
pub(crate) fn label(text: &str, most: usize) -> String {
    clip(&escape_control(text).replace('\n', " "), most)
}

/// A link with this text, or only the text if the address is not a safe web address.
pub(crate) fn link(words: &str, address: &str) -> String {
    let harmless = |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '\\' | '`' | '"' | '[' | ']');
    let web = address.starts_with("https://") || address.starts_with("http://");
    // Half of a field, so that the text fits as well.
    let fits = address.len() <= 512 && address.chars().all(harmless);
    if web && fits { format!("[{}]({address})", plain(words)) } else { plain(words) }
}

/// The first `most` characters, with an ellipsis if something was cut.
pub(crate) fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    // Half an escape sequence would escape the ellipsis.
    if out.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1 {
        out.pop();
    }
    out.push('…');
    out
}

/// Pieces of at most `most` characters each, cut after sentences if possible, else between words, else anywhere.
pub(crate) fn split(text: &str, most: usize) -> Vec<String> {
    let most = most.max(2);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while rest.chars().count() > most {
        let limit = rest.char_indices().nth(most).map_or(rest.len(), |(at, _)| at);
        let head = &rest[..limit];
        let sentence = head.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '\n')).map(|(at, c)| at + c.len_utf8());
        let ends = |at: &usize| rest[*at..].starts_with(char::is_whitespace) || rest[..*at].ends_with('\n');
        let mut cut = sentence.rev().find(ends).or_else(|| head.rfind(char::is_whitespace)).filter(|at| *at > 0).unwrap_or(limit);
        // A backslash stays with the character that it escapes.
        if rest[..cut].chars().rev().take_while(|c| *c == '\\').count() % 2 == 1 && cut > 1 {
            cut -= 1;
        }
        pieces.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_pings_or_formats() {
        let cases = [
            ("@everyone", "\u{2060}@\u{2060}everyone"),
            ("<@123>", "\\<\u{2060}@\u{2060}123\\>"),
            ("**bold** _it_", "\\*\\*bold\\*\\* \\_it\\_"),
            ("- item\n+ other", "\\- item\n\\+ other"),
            ("a-b", "a-b"),
            ("https://x.example", "https:\u{2060}//x.example"),
            ("[a](https://x)", "\\[a\\]\\(https:\u{2060}//x\\)"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn links_only_to_the_web() {
        assert_eq!(link("Title", "https://x.example/a"), "[Title](https://x.example/a)");
        assert_eq!(link("Title", "javascript:alert(1)"), "Title");
        assert_eq!(link("Title", "https://x.example/) @everyone"), "Title");
    }

    #[test]
    fn cut_after_sentences() {
        assert_eq!(split("One two. Three four. Five.", 20), ["One two. Three four.", "Five."]);
        assert_eq!(split("One two three", 8), ["One two", "three"]);
        assert_eq!(split("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(split("", 10), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn pieces_fit_and_nothing_is_lost(text in "[ a-z.!?\\\\\n\u{1f642}é*]{0,300}", most in 2usize..60) {
            let pieces = split(&text, most);
            let bare = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
            prop_assert!(pieces.iter().all(|p| p.chars().count() <= most));
        }

        #[test]
        fn no_mention_survives(text in "[@<>&!#0-9a-z everyonehere:/\\\\\n]{0,80}") {
            let out = plain(&text);
            prop_assert!(!out.contains("@everyone") && !out.contains("@here") && !out.contains("<@") && !out.contains("://"));
            prop_assert!(clip(&out, 20).chars().count() <= 20);
        }
    }
}
