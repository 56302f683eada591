//! The words of a text: case, punctuation and Unicode folded the same way for paraphrases and for questions.
//!
//! Nothing here knows what a word means; [`crate::english`] does.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word as it stands in a text: folded, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Lower case, without accents; digits without thousands separators.
    pub text: String,
    /// Byte offset of its first character in the original text.
    pub start: usize,
    /// Byte offset behind its last character.
    pub end: usize,
    /// Written in capitals only, with at least two letters ("MAP", "US").
    pub capitals: bool,
    /// Begins with a capital letter.
    pub capitalised: bool,
    /// A sentence or clause ends right behind it (`.`, `?`, `!`, `;`, `:` or a line break), not within brackets.
    pub ends_clause: bool,
    /// A comma stands right behind it; within brackets, also the end of a clause.
    pub comma: bool,
    /// Stands in brackets.
    pub bracketed: bool,
}

/// Folds one character: lower case, accents dropped, a few letters that Unicode does not decompose spelt out.
fn fold_char(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    for d in std::iter::once(c).nfkd().filter(|d| !is_combining_mark(*d)) {
        for l in d.to_lowercase() {
            match l {
                'đ' | 'ð' => out.push('d'),
                'ł' => out.push('l'),
                'ø' => out.push('o'),
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ı' => out.push('i'),
                _ => out.push(l),
            }
        }
    }
}

/// Folds a whole string, so that two spellings of one name are equal: "Vučić" becomes "vucic".
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_char(c, &mut out));
    out
}

/// Characters that take no room: joiners, direction marks, soft hyphens, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ')
}

/// Cuts a text into tokens.
///
/// A word is a run of letters and digits; an apostrophe inside one stays (as `'`), so that contractions can be told
/// apart later. Single letters with dots (`U.S.`) become one word; `2,400` is `2400`; `1.5`, `1.20.4` and `v1.3` stay one. `C++`, `C#` and
/// `.NET` keep their signs, a model number its parts ([`is_model`]), and a year without its century (`'23`) gets it.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !is_invisible(*c)).collect();
    let at = |i: usize| chars.get(i).map(|&(_, c)| c);
    let brackets = brackets(&chars);
    let in_brackets = |i: usize| brackets.get(brackets.partition_point(|range| range.end <= i)).is_some_and(|range| range.contains(&i));
    let mut out: Vec<Token> = Vec::new();
    let mut i = 0;
    while let Some(&(start, c)) = chars.get(i) {
        if !c.is_alphanumeric() {
            if let Some(last) = out.last_mut() {
                match c {
                    ',' => last.comma = true,
                    '?' | '!' | ';' | ':' | '.' | '\n' | '\r' | '。' | '؟' | '…' if in_brackets(i) => last.comma = true,
                    '?' | '!' | ';' | ':' | '.' | '\n' | '\r' | '。' | '؟' | '…' => last.ends_clause = true,
                    _ => {}
                }
            }
            i += 1;
            continue;
        }
        let first = i;
        let mut word = String::new();
        let (mut letters, mut uppers) = (0, 0);
        let capitalised = c.is_uppercase();
        let mut dotted = false;
        let mut end = start;
        while let Some(&(here, c)) = chars.get(i) {
            let next = at(i + 1);
            if c.is_alphanumeric() || is_combining_mark(c) {
                letters += usize::from(c.is_alphabetic());
                uppers += usize::from(c.is_uppercase());
                fold_char(c, &mut word);
            } else if is_apostrophe(c) && next.is_some_and(char::is_alphabetic) {
                word.push('\'');
            } else if matches!(c, '.' | ',')
                && word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && next.is_some_and(|n| n.is_ascii_digit())
            {
                let three =
                    (1..=3).all(|k| at(i + k).is_some_and(|d| d.is_ascii_digit())) && !at(i + 4).is_some_and(|d| d.is_ascii_digit());
                if !(c == ',' && three) {
                    word.push('.');
                }
            } else if c == '.' && word.ends_with(|c: char| c.is_ascii_digit()) && next.is_some_and(|n| n.is_ascii_digit()) {
                word.push('.');
            } else if c == '.' && (dotted || word.chars().count() == 1) && letters > 0 && word.chars().all(char::is_alphabetic) {
                // A letter, a dot, a letter, a dot: an abbreviation.
                let single = next.is_some_and(char::is_alphabetic) && !at(i + 2).is_some_and(char::is_alphanumeric);
                if !single {
                    if dotted {
                        end = here + c.len_utf8();
                        i += 1;
                    }
                    break;
                }
                dotted = true;
            } else {
                break;
            }
            end = here + c.len_utf8();
            i += 1;
        }
        if word.is_empty() {
            // A letter that folds to nothing (a lone combining form): nothing to match.
            i += 1;
            continue;
        }
        let signs = signs(&word, at(i), at(i + 1), at(i + 2));
        (0..signs.len()).for_each(|k| end = chars.get(i + k).map_or(end, |(here, c)| here + c.len_utf8()));
        i += signs.len();
        word.push_str(signs);
        let before = first.checked_sub(1).and_then(at);
        let free = first < 2 || at(first - 2).is_some_and(|c| !c.is_alphanumeric() && c != '.');
        if word == DOTTED && before == Some('.') && free {
            word.insert(0, '.');
        } else if before.is_some_and(is_apostrophe) && free && !at(i).is_some_and(is_apostrophe) {
            word = with_century(word);
        }
        let token = Token {
            text: word,
            start,
            end,
            capitals: letters >= 2 && uppers == letters,
            capitalised,
            ends_clause: false,
            comma: false,
            bracketed: in_brackets(first),
        };
        match out.last_mut() {
            Some(last) if before == Some('-') && last.end + 1 == start && is_model(&last.text, &token.text) => {
                last.text.push_str(&token.text);
                (last.end, last.capitals) = (token.end, false);
            }
            _ => out.push(token),
        }
    }
    out
}

/// The one name that begins with a dot and is another word without it.
const DOTTED: &str = "net";

/// The signs behind a word that belong to it: of "C++" (and "g++", "notepad++"), and of "C#" and "F#".
fn signs(word: &str, first: Option<char>, second: Option<char>, third: Option<char>) -> &'static str {
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '+' && c != '#');
    let letters = word.chars().all(char::is_alphabetic);
    match (first, second) {
        (Some('+'), Some('+')) if letters && ends(third) => "++",
        (Some('#'), second) if letters && word.len() == 1 && ends(second) => "#",
        _ => "",
    }
}

/// A year of two digits behind an apostrophe with its century, and a decade likewise: "'23" is 2023, "'90s" is the 1990s. Up to 49 the century
/// is this one: fewer people ask about 1949 than about 2049.
fn with_century(word: String) -> String {
    let digits = word.strip_suffix('s').unwrap_or(&word);
    match digits.parse::<u32>() {
        Ok(year) if digits.len() == 2 => format!("{}{word}", if year < 50 { 20 } else { 19 }),
        _ => word,
    }
}

/// Whether two parts with a hyphen between them are one model number ("LC-50LE830U", "i7-9700K"): one of them mixes letters and digits, other
/// than as a figure with its unit ("24h"), and the other one has a digit too or is short.
fn is_model(left: &str, right: &str) -> bool {
    let digit = |s: &str| s.bytes().any(|b| b.is_ascii_digit());
    let short = |s: &str| s.len() <= 3 && s.bytes().all(|b| b.is_ascii_lowercase());
    let mixed = |s: &str| {
        let behind = s.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        s.is_ascii() && digit(s) && if behind.len() < s.len() { digit(behind) } else { !behind.contains('.') }
    };
    let fits = |s: &str| digit(s) || short(s);
    (mixed(left) && fits(right)) || (mixed(right) && fits(left))
}

/// What stands in brackets, by index: pairs with a blank or the text's beginning in front. A bracket that nothing closes is a smiley or a slip.
fn brackets(chars: &[(usize, char)]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    let mut open = None;
    for (i, (_, c)) in chars.iter().enumerate() {
        let free = i.checked_sub(1).and_then(|b| chars.get(b)).is_none_or(|(_, b)| b.is_whitespace());
        match c {
            '(' | '[' if free && open.is_none() => open = Some(i),
            ')' | ']' => out.extend(open.take().map(|from| from..i)),
            _ => {}
        }
    }
    out
}

/// Whether most of a text is in capitals, so that they do not tell abbreviations from words.
pub fn is_shouted(tokens: &[Token]) -> bool {
    tokens.iter().filter(|t| t.capitals).count() * 2 > tokens.len().max(3)
}

/// Cuts a text after `limit` bytes at most, on a character boundary.
pub fn truncate(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether a terminal or an editor would obey a character rather than show it: control and direction marks and the
/// separators of Unicode's own lines.
pub fn is_control_or_bidi(c: char) -> bool {
    c.is_control() || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text with nothing in it that is obeyed, line breaks apart: such characters become `\u{..}`. A joiner between two emoji stays, so that a
/// family is one picture and not three.
pub fn escape_control(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let joins = c == JOINER && before.is_some_and(is_pictogram) && rest.clone().next().is_some_and(is_pictogram);
        if is_control_or_bidi(c) && c != '\n' && !joins {
            let _ = std::fmt::Write::write_fmt(&mut out, format_args!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
        // Between a pictogram and the joiner there may be its skin tone, or that it is shown in colour.
        if !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}') {
            before = Some(c);
        }
    }
    out
}

/// Joins emoji to one.
const JOINER: char = '\u{200d}';

/// Whether a character may be a part of a joined emoji (Unicode: emoji-zwj-sequences): arrows, signs and pictures, none of them a letter.
fn is_pictogram(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn cuts_and_folds() {
        let cases: &[(&str, &[&str])] = &[
            ("Who is Vučić?", &["who", "is", "vucic"]),
            ("2,400 km, or 1,500 miles", &["2400", "km", "or", "1500", "miles"]),
            ("$1.5 billion.", &["1.5", "billion"]),
            ("the U.S. base", &["the", "us", "base"]),
            ("78-day war", &["78", "day", "war"]),
            ("Kosovo's isn’t", &["kosovo's", "isn't"]),
            ("S\u{200b}erbia", &["serbia"]),
            ("Milos\u{306}evic\u{301}", &["milosevic"]),
            ("", &[]),
            ("?!?", &[]),
            ("End. Next", &["end", "next"]),
            ("C++, C# or C?", &["c++", "c#", "or", "c"]),
            ("a .NET app; the net. Net", &["a", ".net", "app", "the", "net", "net"]),
            ("in '23 and '99, the '90s", &["in", "2023", "and", "1999", "the", "1990s"]),
            ("v1.3 or 1.20.4.", &["v1.3", "or", "1.20.4"]),
            ("LC-50LE830U, i7-9700K", &["lc50le830u", "i79700k"]),
            (
                "COVID-19 24h-service F-16 4th-grade 18-year-old",
                &["covid", "19", "24h", "service", "f", "16", "4th", "grade", "18", "year", "old"],
            ),
            ("1+1 a+b #1 c#d", &["1", "1", "a", "b", "1", "c", "d"]),
            ("in 1999.", &["in", "1999"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&words(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_are_seen() {
        for (text, expected) in [
            ("who (I ask for a friend!) is it (1999)? ok", "iaskforafriend1999"),
            ("who :( is it :) member(s)", ""),
            ("(all of it)", "allofit"),
            ("((a) b) (c", "a"),
        ] {
            let tokens = tokens(text);
            let found: String = tokens.iter().filter(|t| t.bracketed).map(|t| t.text.as_str()).collect();
            assert_eq!(found, expected, "{text}");
            assert!(tokens.iter().all(|t| !(t.ends_clause && t.text == "friend")));
        }
    }

    #[test]
    fn nothing_visible_is_obeyed() {
        assert_eq!(escape_control("a\u{1b}[2J\u{202e}b\u{61c}\u{2028}c\nd"), "a\\u{1b}[2J\\u{202e}b\\u{61c}\\u{2028}c\nd");
    }

    #[test]
    fn joined_emoji_stay_whole() {
        for emoji in ["👨\u{200d}👩\u{200d}👧", "❤\u{fe0f}\u{200d}🔥", "👩🏽\u{200d}⚕\u{fe0f}", "🏳\u{fe0f}\u{200d}🌈", "🐈\u{200d}⬛"]
        {
            assert_eq!(escape_control(emoji), emoji);
        }
        for (hidden, shown) in [
            ("@\u{200d}everyone", "@\\u{200d}everyone"),
            ("👨\u{200d}", "👨\\u{200d}"),
            ("\u{200d}👨", "\\u{200d}👨"),
            ("👨\u{200d}\u{200d}👩", "👨\\u{200d}\\u{200d}👩"),
            ("👨\u{200d}a", "👨\\u{200d}a"),
        ] {
            assert_eq!(escape_control(hidden), shown);
        }
    }

    #[test]
    fn places_lie_in_the_text() {
        for text in ["Who is Vučić?", "the U.S. base", "a\u{301}\u{301}b c", "ﬁne ™ ½"] {
            for t in tokens(text) {
                assert!(t.start < t.end && text.get(t.start..t.end).is_some(), "{text}: {t:?}");
            }
        }
    }
}
