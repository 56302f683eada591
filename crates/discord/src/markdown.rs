//! Text as Discord's Markdown. What somebody typed is shown as it is: nothing in it becomes a mention, a link or formatting. What a curator
//! wrote is Markdown, and mentions nobody all the same. Either fits.

use factotum_core::text::escape_control;
use unicode_segmentation::GraphemeCursor;

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

/// A curator's text: its Markdown, its links and mentions of channels work. Mentions of people and roles do nothing (`@everyone`, `<@1>`,
/// `<@&1>`); control and direction characters become visible.
pub(crate) fn curated(text: &str) -> String {
    let mut text = escape_control(text);
    // An invisible word joiner behind the sign disarms it; other at signs, as in addresses, stay as they are, so that they can be copied.
    for mention in ["<@", "@everyone", "@here"] {
        if text.contains(mention) {
            text = text.replace(mention, &mention.replace('@', "@\u{2060}").replace("<@", "<\u{2060}@"));
        }
    }
    text
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

/// The first `most` characters, with an ellipsis if something was cut. What is seen as one character stays whole.
pub(crate) fn clip(text: &str, most: usize) -> String {
    let Some(end) = end_of(text, most.saturating_sub(1)).filter(|_| text.chars().nth(most).is_some()) else { return text.to_owned() };
    let mut out = text[..whole(text, end)].to_owned();
    // Half an escape sequence would escape the ellipsis.
    if out.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1 {
        out.pop();
    }
    out.push('…');
    out
}

/// Where the first `count` characters end, in bytes; `None` if there are not more than that.
fn end_of(text: &str, count: usize) -> Option<usize> {
    text.char_indices().nth(count).map(|(at, _)| at)
}

/// The last place up to `end` that is not within what is seen as one character, such as a family joined from three emoji.
fn whole(text: &str, end: usize) -> usize {
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(true) => end,
        _ => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
    }
}

/// Pieces of at most `most` characters each, cut after sentences if possible, else between words, else between characters as they are seen.
pub(crate) fn split(text: &str, most: usize) -> Vec<String> {
    let most = most.max(2);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while let Some(end) = end_of(rest, most) {
        // One with thousands of accents is cut all the same.
        let limit = Some(whole(rest, end)).filter(|at| *at > 0).unwrap_or(end);
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
    fn what_curators_write_works_but_pings_nobody() {
        for text in [
            "See https://a.example/b_c and [the guide](https://a.example).",
            "**Bold**, `code`, ask in <#33>, write to desk@a.example <:ship:1>",
            "👨\u{200d}👩\u{200d}👧",
        ] {
            assert_eq!(curated(text), text);
        }
        for (text, shown) in [
            ("@everyone and @here", "@\u{2060}everyone and @\u{2060}here"),
            ("<@1> <@!1> <@&1>", "<\u{2060}@\u{2060}1> <\u{2060}@\u{2060}!1> <\u{2060}@\u{2060}&1>"),
            ("<@everyone", "<\u{2060}@\u{2060}everyone"),
            ("@\u{200b}everyone\u{202e}", "@\\u{200b}everyone\\u{202e}"),
        ] {
            assert_eq!(curated(text), shown);
        }
    }

    #[test]
    fn joined_emoji_are_not_cut() {
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        for most in 1..7 {
            assert_eq!(clip(&format!("{family}aa"), most), "…");
        }
        assert_eq!(clip(&format!("{family}aa"), 8), format!("{family}…"));
        assert_eq!(split(&format!("a{family}{family}"), 8), [format!("a{family}"), family.to_owned()]);
        assert_eq!(split(&format!("{family}{family}"), 9), [family, family]);
        let accents = format!("e{}", "\u{301}".repeat(50));
        assert_eq!((clip(&accents, 10), split(&accents, 10).len()), ("…".to_owned(), 6));
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

        #[test]
        fn nobody_is_mentioned_by_a_curator(text in "[@<>&!#0-9 everyonehere\u{200d}\u{1f642}:/\\\\\n]{0,80}") {
            let out = curated(&text);
            prop_assert!(!out.contains("@everyone") && !out.contains("@here") && !out.contains("<@"), "{out}");
        }

        #[test]
        fn nothing_typed_is_obeyed(text in "(\\[[a-z]{0,3}\\]\\(https://a\\.b\\)|<@&?!?[0-9]{1,3}>|@everyone|[*_`|~#>\\[\\]()\\\\ \u{200b}\u{202e}\u{0}\u{1b}a-z\n-]){0,20}") {
            let out = plain(&text);
            // Every sign with a meaning has its backslash, so what is left without any is text.
            let mut chars = out.chars();
            let mut bare = String::new();
            while let Some(c) = chars.next() {
                if c == '\\' { chars.next(); } else { bare.push(c); }
            }
            prop_assert!(!bare.contains(['[', ']', '(', ')', '<', '>', '*', '_', '`', '|', '~', '#']), "{out}");
            prop_assert!(!out.contains("://") && !out.contains("<@") && !out.contains("@everyone"), "{out}");
            prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n' || matches!(c, '\u{200b}' | '\u{202e}')), "{out:?}");
        }
    }
}
