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
    /// A sentence or clause ends right behind it (`.`, `?`, `!`, `;`, `:` or a line break).
    pub ends_clause: bool,
    /// A comma stands right behind it.
    pub comma: bool,
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
/// apart later. Single letters with dots (`U.S.`) become one word; `2,400` is `2400`; `1.5` stays one number.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !is_invisible(*c)).collect();
    let at = |i: usize| chars.get(i).map(|&(_, c)| c);
    let mut out: Vec<Token> = Vec::new();
    let mut i = 0;
    while let Some(&(start, c)) = chars.get(i) {
        if !c.is_alphanumeric() {
            if let Some(last) = out.last_mut() {
                match c {
                    '?' | '!' | ';' | ':' | '.' | '\n' | '\r' | '。' | '؟' | '…' => last.ends_clause = true,
                    ',' => last.comma = true,
                    _ => {}
                }
            }
            i += 1;
            continue;
        }
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
        out.push(Token {
            text: word,
            start,
            end,
            capitals: letters >= 2 && uppers == letters,
            capitalised,
            ends_clause: false,
            comma: false,
        });
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

/// A text with nothing in it that is obeyed, line breaks apart: such characters become `\u{..}`.
pub fn escape_control(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if is_control_or_bidi(c) && c != '\n' {
            let _ = std::fmt::Write::write_fmt(&mut out, format_args!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
        out
    })
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
            ("in 1999.", &["in", "1999"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&words(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_visible_is_obeyed() {
        assert_eq!(escape_control("a\u{1b}[2J\u{202e}b\u{61c}\u{2028}c\nd"), "a\\u{1b}[2J\\u{202e}b\\u{61c}\\u{2028}c\nd");
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
