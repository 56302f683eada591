//! The bot's token, from the environment or from a file that it names. It is never printed.

use super::read_bounded;
use anyhow::{Context, bail};
use factotum_service::config::secret::{TOKEN, TOKEN_FILE};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The largest token file, in bytes. Tokens have about 70 characters.
const MAX_FILE: u64 = 4 << 10;

/// A token and its origin.
pub(super) struct Token {
    /// The token, which must not appear in the log or in any message.
    pub secret: String,
    /// Where it comes from, for people.
    pub from: String,
    /// What was around it and does not belong to it, for people.
    pub around: Vec<&'static str>,
}

/// The bot's token. What was around it, and a file that others can read, are warned about.
pub(super) fn token() -> anyhow::Result<Token> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let (token, file) = (set(TOKEN), set(TOKEN_FILE));
    let mode = file.as_ref().and_then(|path| mode(Path::new(path)));
    let token = take(token, file)?;
    if !token.around.is_empty() {
        tracing::warn!("the token from {} has {} around it, which is left out; remove it there", token.from, token.around.join(" and "));
    }
    if let Some(mode) = mode.filter(|mode| mode & OTHERS != 0) {
        tracing::warn!("others on this machine can read or change the token ({}, mode {mode:04o}): `chmod 600` it", token.from);
    }
    Ok(token)
}

/// What Discord's rejection of a token means for the person who put it there.
pub(super) fn rejected(from: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "Discord rejected the token from {from}; reset it on https://discord.com/developers/applications (Bot, Reset Token) and put the new one there"
    )
}

/// The permissions that nobody else should have on a token file: everything for others, and writing for the group. A group may read it: that is
/// how containers hand secrets to a user.
const OTHERS: u32 = 0o027;

/// The permissions of a file, where there is such a thing.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

fn take(token: Option<OsString>, file: Option<OsString>) -> anyhow::Result<Token> {
    let (bytes, from) = match (token, file) {
        (Some(_), Some(_)) => bail!("{TOKEN} and {TOKEN_FILE} are both set: unset one of them"),
        (Some(token), None) => (token.into_encoded_bytes(), TOKEN.to_owned()),
        (None, Some(path)) => {
            let path = PathBuf::from(path);
            let bytes = read_bounded(&path, MAX_FILE).with_context(|| format!("cannot read the token file that {TOKEN_FILE} names"))?;
            (bytes, format!("{TOKEN_FILE}: {}", path.display()))
        }
        (None, None) => bail!(
            "{TOKEN} is not set: set it to the bot's token (https://discord.com/developers/applications, Bot, Reset Token), or set {TOKEN_FILE} to \
             the name of a file that contains it"
        ),
    };
    let (text, mut around) = decoded(&bytes);
    let secret = text.map(|text| bare(&text, &mut around));
    // Tokens are ASCII. If this one is not, do not show it.
    match secret.filter(|text| text.bytes().all(|b| b.is_ascii_graphic())) {
        Some(secret) if !secret.is_empty() => Ok(Token { secret, from, around }),
        Some(_) => bail!("the token from {from} is empty"),
        None => bail!("the token from {from} contains characters that tokens do not have"),
    }
}

/// The text of a file as editors write it, with what they put around it.
fn decoded(bytes: &[u8]) -> (Option<String>, Vec<&'static str>) {
    let utf16 = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().map(|pair| read(*pair)).collect::<Vec<u16>>()).ok();
        (text, vec!["the encoding UTF-16"])
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => (String::from_utf8(rest.to_vec()).ok(), vec!["a byte order mark"]),
        [first, 0, ..] if first.is_ascii() => utf16(bytes, u16::from_le_bytes),
        [0, first, ..] if first.is_ascii() => utf16(bytes, u16::from_be_bytes),
        _ => (String::from_utf8(bytes.to_vec()).ok(), Vec::new()),
    }
}

/// The token without what people copy along with it.
fn bare(text: &str, around: &mut Vec<&'static str>) -> String {
    let mut token = text.trim();
    loop {
        let quoted = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”')].into_iter();
        let quoted = quoted.filter_map(|(open, close)| token.strip_prefix(open)?.strip_suffix(close)).next();
        let is_name = |name: &str| {
            name.to_ascii_uppercase().ends_with("TOKEN") && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_ ".contains(&b))
        };
        let named = token.split_once('=').filter(|(name, _)| is_name(name.trim())).map(|(_, value)| value);
        let bot = token.get(..4).filter(|start| start.eq_ignore_ascii_case("bot ")).map(|start| &token[start.len()..]);
        let (rest, what) = match (quoted, named, bot) {
            (Some(rest), _, _) => (rest, "quotation marks"),
            (_, Some(rest), _) => (rest, "the name of a variable"),
            (_, _, Some(rest)) => (rest, "the word `Bot`"),
            _ => return token.to_owned(),
        };
        token = rest.trim();
        around.push(what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_has_one_source() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("token");
        let file = || Some(path.clone().into_os_string());
        let taken = |token: Option<&str>, file| take(token.map(OsString::from), file).map(|t| t.secret).map_err(|e| format!("{e:#}"));
        assert!(taken(None, None).is_err_and(|e| e.contains("is not set")));
        assert!(taken(None, file()).is_err_and(|e| e.contains("cannot open")));
        std::fs::write(&path, " from.the.file \r\n").expect("a writable folder");
        assert_eq!(taken(None, file()), Ok("from.the.file".to_owned()));
        assert_eq!(taken(Some("from.the.environment\n"), None), Ok("from.the.environment".to_owned()));
        assert!(taken(Some("x"), file()).is_err_and(|e| e.contains("both set")));
        for (content, says) in [(&b" \n"[..], "empty"), (b"two\nlines", "characters"), (b"\xff", "characters"), (&[b'x'; 5_000], "larger")]
        {
            std::fs::write(&path, content).expect("a writable folder");
            assert!(taken(None, file()).is_err_and(|e| e.contains(says) && !e.contains("lines")), "{says}");
        }
    }

    #[test]
    fn what_is_around_a_token_is_left_out_and_named() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("token");
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for (written, around) in [
            (b"a.b.c".to_vec(), vec![]),
            (b"\"a.b.c\"\n".to_vec(), vec!["quotation marks"]),
            (b"Bot a.b.c".to_vec(), vec!["the word `Bot`"]),
            (b"DISCORD_TOKEN=a.b.c".to_vec(), vec!["the name of a variable"]),
            (b"export DISCORD_TOKEN='Bot a.b.c'\r\n".to_vec(), vec!["the name of a variable", "quotation marks", "the word `Bot`"]),
            ("\u{feff}a.b.c".as_bytes().to_vec(), vec!["a byte order mark"]),
            (utf16("\u{feff}a.b.c\r\n", u16::to_le_bytes), vec!["the encoding UTF-16"]),
            (utf16("\u{feff}a.b.c", u16::to_be_bytes), vec!["the encoding UTF-16"]),
            (utf16("a.b.c", u16::to_le_bytes), vec!["the encoding UTF-16"]),
        ] {
            std::fs::write(&path, &written).expect("a writable folder");
            let token = take(None, Some(path.clone().into_os_string())).unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!((token.secret.as_str(), token.around), ("a.b.c", around), "{written:?}");
        }
        // What only looks like it stays: Discord says what it thinks of it.
        std::fs::write(&path, "a=b.c").expect("a writable folder");
        assert!(take(None, Some(path.into_os_string())).is_ok_and(|token| token.secret == "a=b.c"));
    }
}
