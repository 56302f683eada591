//! Hides secrets in everything that is printed or logged: a token can turn up anywhere, because people put it into the wrong variable, into a
//! path, or behind an option. Whatever looks like one becomes asterisks, byte for byte, so that places in a text stay the same.

use std::borrow::Cow;

/// Least length of the parts of a token (id, time, signature); Discord's have 24 to 28, 6 and 27 to 38 characters. A host name can have three
/// long parts too; it is only hidden.
const PARTS: [usize; 3] = [17, 4, 20];
/// How the token of an interaction begins: "interaction:" in base64.
const INTERACTION: &str = "aW50ZXJhY3Rpb246";

/// The text without tokens of Discord's and without passwords in addresses.
pub fn redacted(text: &str) -> Cow<'_, str> {
    // Most lines have neither.
    if !text.contains('.') && !text.contains("://") && !text.contains(INTERACTION) {
        return Cow::Borrowed(text);
    }
    let text = without_passwords(text);
    match without_tokens(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(hidden) => Cow::Owned(hidden),
    }
}

/// Asterisks, one for each byte; line breaks stay.
pub(crate) fn stars(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(c),
            _ => out.extend(std::iter::repeat_n('*', c.len_utf8())),
        }
    }
}

fn part_of_a_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn without_tokens(text: &str) -> Cow<'_, str> {
    let words = || text.split_inclusive(|c| !part_of_a_token(c)).map(|piece| (piece, piece.trim_end_matches(|c| !part_of_a_token(c))));
    if !words().any(|(_, word)| is_token(word)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (piece, word) in words() {
        if is_token(word) {
            stars(word, &mut out);
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

/// Whether a word has a token in it, whole or only its beginning.
fn is_token(word: &str) -> bool {
    if word.contains(INTERACTION) {
        return true;
    }
    let parts: Vec<&str> = word.split('.').collect();
    let whole = parts.windows(3).any(|three| three.iter().zip(PARTS).all(|(part, least)| part.len() >= least));
    whole || parts.windows(2).any(|two| is_user_id(two[0]) && !two[1].is_empty())
}

/// Whether a token's first part is the id of a bot in base64, perhaps with something in front of it.
fn is_user_id(part: &str) -> bool {
    // An id has 15 to 20 digits. Every third of them begins a group of four characters.
    let bytes = part.as_bytes();
    (20..=28).filter_map(|length| bytes.len().checked_sub(length)).any(|from| digits_in_base64(&bytes[from..]))
}

/// Whether these are digits in base64.
fn digits_in_base64(text: &[u8]) -> bool {
    let six = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        _ => None,
    };
    let (mut bits, mut held) = (0_u32, 0);
    for c in text {
        let Some(value) = six(*c) else { return false };
        (bits, held) = (bits << 6 | u32::from(value), held + 6);
        if held >= 8 {
            held -= 8;
            if !(u32::from(b'0')..=u32::from(b'9')).contains(&(bits >> held & 0xff)) {
                return false;
            }
        }
    }
    true
}

/// Hides what stands before the `@` of an address.
fn without_passwords(text: &str) -> Cow<'_, str> {
    const START: &str = "://";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let (before, address) = rest.split_at(at + START.len());
        let end = address.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`')).unwrap_or(address.len());
        // A password may have a slash in it, but then there is a colon before it.
        let secret = address[..end].rfind('@').filter(|at| !address[..*at].contains('/') || address[..*at].contains(':')).unwrap_or(0);
        if secret > 0 {
            out.push_str(before);
            stars(&address[..secret], &mut out);
            rest = &address[secret..];
        } else {
            out.push_str(before);
            out.push_str(&address[..end]);
            rest = &address[end..];
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAx.GaBcDe.0123456789abcdefghijklmnopqrstuvwxyz-_";

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        let stars = "*".repeat(TOKEN.len());
        for (around, hidden) in [
            ("", ""),
            ("cannot open ", ": No such file"),
            ("DISCORD_TOKEN_FILE=", ""),
            ("\"Bot ", "\""),
            ("/run/secrets/", "/token"),
            ("error: unexpected argument '--token=", "' found"),
            ("{\"message\":\"", "\\n\"}"),
        ] {
            assert_eq!(redacted(&format!("{around}{TOKEN}{hidden}")), format!("{around}{stars}{hidden}"));
        }
        // Half of one, one with something in front, and one of an interaction.
        for secret in [
            "MTAwMDAwMDAwMDAwMDAwMDAx.GaB",
            "MTAwMDAwMDAwMDAwMDAwMDAx.secret.of-the-bot",
            &format!("x{TOKEN}"),
            &"aW50ZXJhY3Rpb246MTIz".repeat(4),
        ] {
            assert!(!redacted(&format!("a {secret} b")).contains(&secret[secret.len() - 4..]), "{secret}");
        }
    }

    #[test]
    fn passwords_in_addresses_are_hidden() {
        for (text, shown) in [
            ("http://user:hush@proxy:80/x", "http://*********@proxy:80/x"),
            ("the address \"https://hush@host\"", "the address \"https://****@host\""),
            ("http://u:p/s#s@h and http://u:p@h", "http://*******@h and http://***@h"),
            ("postgres://a:b@c d@e", "postgres://***@c d@e"),
        ] {
            assert_eq!(redacted(text), shown);
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "knowledge/nato.toml:14:1: error[fact-without-citation]: `release-cadence` cites nothing",
            "https://discord.com/developers/applications, Bot, Reset Token",
            "https://medium.com/@somebody/a-post",
            "http://my-bot.prod.eu-central-1.elasticbeanstalk.amazonaws.com:9464/metrics",
            "factotum_discord::adapter::connection: ready counts=ConnectionCounts { identifies: 1 }",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "MTAwMDAwMDAwMDAwMDAwMDAx is a part of it that everybody may know",
            "",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    proptest! {
        #[test]
        fn lengths_and_lines_stay(text in "[a-zA-Z0-9._:/@\\-\" \nßé*]{0,200}") {
            let hidden = redacted(&text);
            prop_assert_eq!(hidden.len(), text.len());
            prop_assert_eq!(hidden.matches('\n').count(), text.matches('\n').count());
            prop_assert_eq!(redacted(&hidden), hidden.as_ref());
        }
    }
}
