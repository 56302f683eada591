//! An article as people save it: its title, its paragraphs, its sentences, each with its place in the text.
//!
//! Paragraphs are the lines that begin with `[1]`, `[2]` and so on. A text without such numbers is cut at its blank lines, and its
//! paragraphs are counted from 1; headings do not count. Anyone who makes facts of an article and anyone who checks them later have to count
//! alike, so both read it here.

use factotum_core::text::tokens;
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Longest line in characters that can be a heading: longer ones are sentences that lack their full stop.
const MAX_HEADING: usize = 100;
/// Mean length of lines, in bytes, from which each is a paragraph of its own: people and editors wrap lines at 80 to 100.
const LONG_LINE: usize = 140;
/// Words with a full stop behind which a sentence goes on.
const ABBREVIATIONS: [&str; 46] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "rev", "gen", "col", "capt", "lt", "sgt", "sen", "rep", "gov", "pres", "hon", "no",
    "vs", "etc", "eg", "ie", "cf", "ca", "approx", "fig", "vol", "pp", "inc", "ltd", "co", "corp", "dept", "est", "jan", "feb", "mar",
    "apr", "aug", "sept", "oct", "nov", "dec", "mt",
];

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Neither UTF-8 nor UTF-16.
    #[error("it is neither UTF-8 nor UTF-16 from byte {0} on; save it as plain text in UTF-8")]
    Encoding(usize),
    /// It has bytes that no text has: a picture, a PDF, a word processor's file.
    #[error("it is not plain text; save it as plain text in UTF-8")]
    Binary,
}

/// An article that was read.
#[derive(Debug)]
pub struct Article {
    /// Its text as decoded, without a byte order mark.
    pub text: String,
    /// What its first heading says.
    pub title: Option<String>,
    /// Its paragraphs by their numbers: bytes of its text.
    pub paragraphs: BTreeMap<u32, Range<usize>>,
    /// Whether the paragraphs have their numbers in the text.
    pub numbered: bool,
}

/// The text of a file in UTF-8 or UTF-16.
///
/// # Errors
/// [`NotText`] if it is neither.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, NotText> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    // Plain English in UTF-16 has a zero in every second byte.
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).take(64).all(|b| *b == 0);
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 && zeros(1) => utf16(bytes, u16::from_le_bytes),
        [0, first, ..] if *first != 0 && zeros(0) => utf16(bytes, u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            std::str::from_utf8(bytes).map_err(|error| NotText::Encoding(error.valid_up_to()))?.to_owned()
        }
    };
    if text.contains('\0') { Err(NotText::Binary) } else { Ok(text) }
}

impl Article {
    /// Reads an article.
    ///
    /// # Errors
    /// [`NotText`] if the bytes are no text.
    pub fn read(bytes: &[u8]) -> Result<Article, NotText> {
        Ok(Self::of(decode(bytes)?))
    }

    /// The article that a text is.
    pub fn of(text: String) -> Article {
        let lines = lines(&text);
        let mut headings = lines.iter().filter_map(|line| Some(text[line.clone()].trim().strip_prefix('#')?.trim_matches(['#', ' '])));
        let mut title = headings.find(|heading| !heading.is_empty()).map(str::to_owned);
        let numbered: BTreeMap<u32, Range<usize>> = lines.iter().filter_map(|line| number(&text, line)).collect();
        if !numbered.is_empty() {
            return Article { title, paragraphs: numbered, numbered: true, text };
        }
        let mut paragraphs: Vec<Range<usize>> = Vec::new();
        let blocks = blocks(&text, &lines);
        for (at, block) in blocks.iter().enumerate() {
            let words = text[block.clone()].trim();
            if words.starts_with('#') && !words.contains(['\n', '\r']) {
                continue;
            }
            if blocks.len() > 1 && is_heading(words) {
                if at == 0 {
                    title.get_or_insert_with(|| words.to_owned());
                }
                continue;
            }
            paragraphs.push(block.clone());
        }
        Article { title, paragraphs: (1..).zip(paragraphs).collect(), numbered: false, text }
    }

    /// The sentences of a paragraph, in order; none of one that it does not have.
    pub fn sentences(&self, paragraph: u32) -> Vec<Range<usize>> {
        let Some(place) = self.paragraphs.get(&paragraph) else { return Vec::new() };
        sentences(&self.text[place.clone()]).into_iter().map(|s| place.start + s.start..place.start + s.end).collect()
    }
}

/// A line with its number in front, without the number.
fn number(text: &str, line: &Range<usize>) -> Option<(u32, Range<usize>)> {
    let (number, rest) = text[line.clone()].strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok()?, line.end - rest.len()..line.end))
}

/// The lines of a text, without what ends them.
fn lines(text: &str) -> Vec<Range<usize>> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    let mut start = 0;
    let pieces = text.split_inclusive(ends).map(|line| {
        let from = start;
        start += line.len();
        from..from + line.trim_end_matches(ends).len()
    });
    pieces.collect()
}

/// Stretches between blank lines; where there is no blank line and lines are long, each line.
fn blocks(text: &str, lines: &[Range<usize>]) -> Vec<Range<usize>> {
    let is_blank = |line: &Range<usize>| text[line.clone()].trim().is_empty();
    let is_heading = |line: &Range<usize>| text[line.clone()].trim_start().starts_with('#');
    let written: Vec<&Range<usize>> = lines.iter().filter(|line| !is_blank(line)).collect();
    // "\r\n" counts as a line and an empty one, which is not a blank line that somebody wrote.
    let gap = |a: &Range<usize>, b: &Range<usize>| {
        text[a.end..b.start].replace("\r\n", "\n").chars().filter(|c| !c.is_whitespace() || matches!(c, '\n' | '\r' | '\u{2029}')).count()
            > 1
    };
    let any_gap = written.windows(2).any(|pair| gap(pair[0], pair[1]));
    let mean = written.iter().map(|line| line.len()).sum::<usize>() / written.len().max(1);
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut before: Option<&Range<usize>> = None;
    for line in written {
        let apart =
            before.is_none_or(|before| gap(before, line) || is_heading(before)) || is_heading(line) || (!any_gap && mean >= LONG_LINE);
        match blocks.last_mut() {
            Some(last) if !apart => last.end = line.end,
            _ => blocks.push(line.clone()),
        }
        before = Some(line);
    }
    blocks
}

/// Whether a block stands above others: a short line that no sentence ends.
fn is_heading(block: &str) -> bool {
    !block.contains(['\n', '\r'])
        && block.chars().count() <= MAX_HEADING
        && !block.ends_with(['.', '!', '?', ':', ';', '…', '"', '”', '\''])
}

/// The sentences of a text, without white space around them. What has no word in it belongs to the sentence before.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    // A line that is wrapped ends no sentence. Byte for byte, so that places stay.
    let flat: String = without_notes(text)
        .chars()
        .flat_map(|c| if c.is_whitespace() { std::iter::repeat_n(' ', c.len_utf8()) } else { std::iter::repeat_n(c, 1) })
        .collect();
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (start, piece) in flat.split_sentence_bound_indices() {
        let trimmed = piece.trim();
        if trimmed.is_empty() {
            continue;
        }
        let from = start + (piece.len() - piece.trim_start().len());
        let range = from..from + trimmed.len();
        match out.last_mut() {
            // A small letter goes on with a sentence: behind a quotation, for example.
            Some(last) if open || trimmed.starts_with(char::is_lowercase) || tokens(trimmed).is_empty() => last.end = range.end,
            _ => out.push(range),
        }
        open = goes_on(trimmed);
    }
    out.retain(|range| !tokens(&flat[range.clone()]).is_empty());
    out
}

/// The text with blanks in place of the marks of footnotes ("[12]"), so that places stay: they would hide where a sentence ends, and are no
/// figures.
pub(crate) fn without_notes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        let mark = if (1..=3).contains(&digits) && rest[1 + digits..].starts_with(']') { digits + 2 } else { 1 };
        out.push_str(&if mark > 1 { " ".repeat(mark) } else { "[".to_owned() });
        rest = &rest[mark..];
    }
    out.push_str(rest);
    out
}

/// A sentence on one line, without the marks of footnotes.
pub fn plain(sentence: &str) -> String {
    without_notes(sentence).replace(char::REPLACEMENT_CHARACTER, "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a sentence goes on behind the full stop that this piece of it ends with: "Mr.", "J.", "No.".
fn goes_on(piece: &str) -> bool {
    let Some(piece) = piece.strip_suffix('.') else { return false };
    let last = piece.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default().trim_start_matches(['"', '“', '\'', '‘']);
    let initial = last.chars().count() == 1 && last.chars().all(char::is_uppercase);
    initial || ABBREVIATIONS.contains(&last.to_lowercase().replace('.', "").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (Option<String>, Vec<(u32, String)>) {
        let article = Article::of(text.to_owned());
        let paragraphs = article.paragraphs.iter().map(|(n, place)| (*n, article.text[place.clone()].trim().to_owned())).collect();
        (article.title, paragraphs)
    }

    #[test]
    fn paragraphs_are_counted() {
        let long = "word ".repeat(60);
        let long = long.trim();
        type Case<'a> = (&'a str, Option<&'a str>, &'a [(u32, &'a str)]);
        let cases: &[Case<'_>] = &[
            ("# The Light\n[1] One. Two.\n\n[3] Three.\nnot counted\n", Some("The Light"), &[(1, "One. Two."), (3, "Three.")]),
            ("The Light\n\nOne line\nof two.\n\nHistory\n\nAnother.\n", Some("The Light"), &[(1, "One line\nof two."), (2, "Another.")]),
            ("The Light\r\n\r\nOne line\r\nof two.\r\n\r\nAnother.\r\n", Some("The Light"), &[(1, "One line\r\nof two."), (2, "Another.")]),
            ("Only this", None, &[(1, "Only this")]),
            ("# A\n## B\nOne.\n# C\nTwo.", Some("A"), &[(1, "One."), (2, "Two.")]),
            ("", None, &[]),
            ("\n \r\n", None, &[]),
            (&format!("{long}\n{long}."), None, &[(1, long), (2, &format!("{long}."))]),
            ("One.\u{2029}Two.", None, &[(1, "One.\u{2029}Two.")]),
        ];
        for (text, title, paragraphs) in cases {
            let expected = paragraphs.iter().map(|(n, t)| (*n, (*t).to_owned())).collect();
            assert_eq!(read(text), (title.map(str::to_owned), expected), "{text:?}");
        }
    }

    #[test]
    fn sentences_end_where_they_end() {
        let cases: &[(&str, &[&str])] = &[
            ("One. Two! Three?", &["One.", "Two!", "Three?"]),
            ("Mr. Smith met J. R. Jones. He left.", &["Mr. Smith met J. R. Jones.", "He left."]),
            ("It was 1.5 km, i.e. far. “Why?” he asked.", &["It was 1.5 km, i.e. far.", "“Why?” he asked."]),
            ("A line\nthat goes on.\r\nAnother.", &["A line\nthat goes on.", "Another."]),
            ("It is so.[3] It was[12] not.[a]", &["It is so.", "It was[12] not.[a]"]),
            ("One ... !?", &["One ... !?"]),
            ("?!", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(&found, expected, "{text:?}");
        }
    }

    #[test]
    fn every_usual_encoding_is_read() {
        let text = "Café. Two.";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let plain: Vec<u8> = "Plain text.".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with = |mark: &[u8], bytes: &[u8]| decode(&[mark, bytes].concat());
        assert_eq!(with(&[0xff, 0xfe], &le).as_deref(), Ok(text));
        assert_eq!(with(&[0xfe, 0xff], &be).as_deref(), Ok(text));
        assert_eq!(with(&[0xef, 0xbb, 0xbf], text.as_bytes()).as_deref(), Ok(text));
        assert_eq!(decode(&plain).as_deref(), Ok("Plain text."));
        assert_eq!(decode(b"caf\xe9"), Err(NotText::Encoding(3)));
        assert_eq!(decode(b"%PDF \0\0\0"), Err(NotText::Binary));
    }

    proptest! {
        #[test]
        fn every_place_is_one(text in "(\\PC|[\n\r .#\\[\\]1-3]){0,80}") {
            let article = Article::of(text);
            for (number, place) in &article.paragraphs {
                prop_assert!(article.text.get(place.clone()).is_some());
                let mut behind = place.start;
                for sentence in article.sentences(*number) {
                    prop_assert!(behind <= sentence.start && sentence.start < sentence.end && sentence.end <= place.end);
                    prop_assert!(!tokens(&article.text[sentence.clone()]).is_empty());
                    behind = sentence.end;
                }
            }
        }
    }
}
