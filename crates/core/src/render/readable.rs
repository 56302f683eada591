//! Markdown as a terminal shows it: links with their addresses in brackets, and no backslashes.

/// A curator's text with its links and escapes as people read them. What else there may be (asterisks, lists) reads well as it is.
pub(super) fn readable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((words, address, after)) = link(rest) {
            out.push_str(&readable(words));
            out.push_str(&format!(" ({address})"));
            rest = after;
            continue;
        }
        if let Some((address, after)) = bracketed(rest) {
            out.push_str(address);
            rest = after;
            continue;
        }
        let (c, after) = match rest[c.len_utf8()..].chars().next() {
            Some(escaped) if c == '\\' && escaped.is_ascii_punctuation() => (escaped, &rest[2..]),
            _ => (c, &rest[c.len_utf8()..]),
        };
        out.push(c);
        rest = after;
    }
    out
}

/// The words and the address of the link that a text begins with, and what follows it: `[words](https://...)`.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    // A bracket that is closed before this, or another link.
    if words.contains(['[', ']', '\n']) {
        return None;
    }
    // An address may have brackets of its own.
    let mut open = 1;
    let end = rest.char_indices().find_map(|(at, c)| {
        open += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        (open == 0).then_some(at)
    })?;
    let address = rest[..end].trim_start_matches('<').trim_end_matches('>');
    is_address(address).then_some((words, address, &rest[end + 1..]))
}

/// The address in angle brackets that a text begins with, which keep Discord from adding a preview.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (address, rest) = text.strip_prefix('<')?.split_once('>')?;
    is_address(address).then_some((address, rest))
}

fn is_address(text: &str) -> bool {
    (text.starts_with("https://") || text.starts_with("http://")) && !text.contains(|c: char| c.is_whitespace() || c == '<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_escapes() {
        for (text, shown) in [
            ("See [the guide](https://a.example/b_c) first.", "See the guide (https://a.example/b_c) first."),
            ("[Ship](https://a.example/Ship_(red)), 1990", "Ship (https://a.example/Ship_(red)), 1990"),
            ("[a](<https://a.example>) and <https://b.example>", "a (https://a.example) and https://b.example"),
            ("2 \\* 3 is 6; C:\\Users", "2 * 3 is 6; C:\\Users"),
            ("https://a.example/x, [note] (1), [x](y), <#33>", "https://a.example/x, [note] (1), [x](y), <#33>"),
            ("[[a](https://a.example)", "[a (https://a.example)"),
            ("[a](https://a.example", "[a](https://a.example"),
            ("\\", "\\"),
            ("", ""),
        ] {
            assert_eq!(readable(text), shown);
        }
    }
}
