//! What of a message is a question: links, quoted lines, code, mentions and the numbers of a list are no part of it.

use std::ops::Range;

/// Longest of Discord's own marks (`<@123>`, `<:name:123>`), in bytes: an emoji's name has 32 letters at most, an id 20 digits.
const MARK: usize = 70;
/// Links begin with one of these.
const LINKS: [&str; 3] = ["http://", "https://", "www."];
/// Whom a message is for, when it is for all.
const EVERYBODY: [&str; 2] = ["@everyone", "@here"];
/// The mark around a block of code.
const FENCE: &str = "```";

/// A message with what is no part of its question blanked; as long as before, so that places stay what they are.
///
/// Taken out are links, lines quoted from others, blocks of code, mentions and emoji as Discord writes them, and the numbers of a list, in whose
/// place a line break stays. A slash or dash between blanks becomes a comma. Where nothing else is said, quotes and code stay: then they are
/// what is asked about.
pub fn without_trappings(text: &str) -> String {
    let mut out = text.to_owned();
    for find in [code, quotes] {
        let ranges = find(&out);
        let rest = blank(&out, &ranges, ' ');
        if rest.contains(char::is_alphanumeric) {
            out = rest;
        }
    }
    for find in [fence_languages, links, marks] {
        out = blank(&out, &find(&out), ' ');
    }
    out = blank(&out, &list_numbers(&out), '\n');
    blank(&out, &separators(&out), ',')
}

/// Blanks stretches of a text, each with `first` as its first character.
fn blank(text: &str, ranges: &[Range<usize>], first: char) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        let (Some(before), false) = (text.get(at..range.start), range.is_empty()) else { continue };
        out.push_str(before);
        out.push(first);
        out.extend(std::iter::repeat_n(' ', range.len() - first.len_utf8()));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Blocks of code with their fences.
fn code(text: &str) -> Vec<Range<usize>> {
    let fences: Vec<usize> = text.match_indices(FENCE).map(|(at, _)| at).collect();
    fences.chunks_exact(2).map(|pair| pair[0]..pair[1] + FENCE.len()).collect()
}

/// The language named behind a fence at the end of its line.
fn fence_languages(text: &str) -> Vec<Range<usize>> {
    let language = |at: usize| {
        let line = text.get(at + FENCE.len()..)?.split_once('\n')?.0;
        line.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'#').then(|| at..at + FENCE.len() + line.len())
    };
    text.match_indices(FENCE).step_by(2).filter_map(|(at, _)| language(at)).collect()
}

/// Lines that quote others ("> ..."); behind ">>> " all that follows.
fn quotes(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with(">>> ") {
            out.push(at..text.len());
            break;
        }
        if trimmed.starts_with("> ") || trimmed.starts_with(">>") {
            // The line break stays.
            out.push(at..at + line.trim_end().len());
        }
        at += line.len();
    }
    out
}

/// What a message quotes from others, without the marks, where it says something else beside it.
pub fn quoted(text: &str) -> Option<String> {
    let ranges = quotes(text);
    if ranges.is_empty() || !blank(text, &ranges, ' ').contains(char::is_alphanumeric) {
        return None;
    }
    let lines = ranges.into_iter().filter_map(|range| text.get(range)).flat_map(str::lines);
    let lines: Vec<&str> = lines.map(|line| line.trim_start().trim_start_matches('>').trim()).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Links, up to a blank or what encloses them.
fn links(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    // Cheap, since hardly any question has one.
    if !text.contains("://") && !text.contains("www.") && !text.contains('/') {
        return out;
    }
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '|');
    let mut at = 0;
    for chunk in text.split_inclusive(is_end) {
        let word = chunk.trim_end_matches(is_end).trim_end_matches(['.', ',', '?', '!', ';', ':']);
        let begin = LINKS.iter().filter_map(|l| word.find(l)).min().or_else(|| is_address(word).then_some(0));
        out.extend(begin.map(|begin| at + begin..at + word.len()));
        at += chunk.len();
    }
    out
}

/// Whether a word is an address without its beginning ("discord.gg/abc"): a host with a dot, and a path.
fn is_address(word: &str) -> bool {
    let Some((host, _)) = word.split_once('/') else { return false };
    let Some((name, end)) = host.rsplit_once('.') else { return false };
    !name.is_empty() && end.len() >= 2 && end.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Mentions, channels, times and emoji as Discord writes them, and those who mean everybody.
fn marks(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(['<', '@', ':']) {
        let rest = &text[at..];
        let end = if rest.starts_with('<') && ["<@", "<#", "<:", "<a:", "<t:", "</"].iter().any(|m| rest.starts_with(m)) {
            rest.bytes().take(MARK).position(|b| b == b'>').map(|end| end + 1)
        } else if rest.starts_with(':') {
            emoji(text, at)
        } else {
            let whole = |rest: &str| !rest.starts_with(char::is_alphanumeric);
            EVERYBODY.iter().find(|e| rest.strip_prefix(**e).is_some_and(whole)).map(|e| e.len())
        };
        if let Some(end) = end.filter(|_| out.last().is_none_or(|last| last.end <= at)) {
            out.push(at..at + end);
        }
    }
    out
}

/// The length of an emoji's name between colons (":joy:"), with blanks around it.
fn emoji(text: &str, at: usize) -> Option<usize> {
    let free = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c == ':');
    let name = text[at + 1..].bytes().take(MARK).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-')).count();
    let end = at + 1 + name;
    let closed = name >= 2 && text[end..].starts_with(':') && free(text[end + 1..].chars().next()) && free(text[..at].chars().next_back());
    closed.then_some(name + 2)
}

/// The numbers or letters in front of a list's parts: "1) ... 2) ...", "1. ...", "a) ...", counting from the first. One alone counts at the
/// beginning of a line only.
fn list_numbers(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<(Range<usize>, bool)> = Vec::new();
    let bytes = text.as_bytes();
    for at in (0..bytes.len()).filter(|at| matches!(bytes[*at], b')' | b'.') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace)) {
        let next = out.len() + 1;
        let number = next.to_string();
        let letter = [b'a' + u8::try_from(out.len() % 26).unwrap_or_default()];
        let from = [number.as_bytes(), &letter[..]].into_iter().find_map(|label| {
            let from = at.checked_sub(label.len())?;
            (bytes.get(from..at)?.eq_ignore_ascii_case(label)).then_some(from)
        });
        let Some(from) = from else { continue };
        let from = from - usize::from(from > 0 && bytes[from - 1] == b'(');
        let before = text[..from].trim_end_matches(' ');
        let begins_line = before.is_empty() || before.ends_with('\n');
        let apart = before.len() < from || begins_line;
        // "Who was it in 1. Then": a number and a full stop in the midst of a text are a list only behind the end of a sentence.
        let ended = begins_line || bytes[at] == b')' || before.ends_with(['?', '!', '.', ':', ';']);
        if apart && ended {
            out.push((from..at + 1, begins_line));
        }
    }
    let is_list = out.len() >= 2;
    out.into_iter().filter(|(_, begins_line)| is_list || *begins_line).map(|(range, _)| range).collect()
}

/// Slashes and dashes between blanks.
fn separators(text: &str) -> Vec<Range<usize>> {
    let is_separator = |(at, c): &(usize, char)| {
        let behind = text[at + c.len_utf8()..].chars().next();
        let before = text[..*at].chars().next_back();
        matches!(c, '/' | '-' | '–' | '—' | '|') && before.is_some_and(char::is_whitespace) && behind.is_some_and(char::is_whitespace)
    };
    text.char_indices().filter(is_separator).map(|(at, c)| at..at + c.len_utf8()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left(text: &str) -> String {
        let out = without_trappings(text);
        assert_eq!(out.len(), text.len(), "{text:?}: {out:?}");
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_the_question_is_left() {
        for (text, expected) in [
            ("www.example.com who is it", "who is it"),
            ("who is it? https://example.com/a?b=c#d.", "who is it? ."),
            ("see <https://example.com> and [this](https://example.com/x) who is it", "see < > and [this]( ) who is it"),
            ("discord.gg/abc1 what is this", "what is this"),
            ("and/or km/h 24/7 3.5/5", "and/or km/h 24/7 3.5/5"),
            ("> He said no.\nwho is he", "who is he"),
            (">>> all\nof it", ">>> all of it"),
            ("> only a quotation", "> only a quotation"),
            ("is 5 > 3\n>5 members", "is 5 > 3 >5 members"),
            ("```rust\nlet x = 1;\n```\nwhat is wrong here", "what is wrong here"),
            ("```sql\nselect\n```", "select ```"),
            ("what is `let` for", "what is `let` for"),
            ("<@123> <@!45> <#6> <:nice:789> <a:wow:1> who is it <t:1700000000:R>", "who is it"),
            ("@everyone who is it :joy: :+1:", "who is it"),
            ("Dayton: made for what: peace", "Dayton: made for what: peace"),
            ("1) who is a 2) who is b", "who is a who is b"),
            ("1. When? 2. And when?", "When? And when?"),
            ("(a) this\n(b) that", "this that"),
            ("it was in 1. then in 2. again", "it was in 1. then in 2. again"),
            ("who is a / who is b", "who is a , who is b"),
            ("wait - what", "wait , what"),
        ] {
            assert_eq!(left(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_quoted() {
        for (text, expected) in [
            ("> He said no.\n> And yes.\nwhy?", Some("He said no.\nAnd yes.")),
            ("why?\n>>> all\nof it", Some("all\nof it")),
            ("> only a quotation", None),
            ("> \nwhy?", None),
            ("why?", None),
        ] {
            assert_eq!(quoted(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_lengths_stay(text in "([a-c1-3 \n]|```|> |>>> |https://|www\\.|<@|>|:|@here|\\)|\\.|/| - |–|é|\\(|é){0,60}") {
            prop_assert_eq!(without_trappings(&text).len(), text.len());
        }
    }
}
