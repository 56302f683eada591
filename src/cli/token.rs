//! The bot's token, from the environment or from a file that it names. It is never printed.

use super::read_bounded;
use anyhow::{Context, bail};
use factotum_service::config::secret::{TOKEN, TOKEN_FILE};
use std::ffi::OsString;
use std::path::PathBuf;

/// The largest token file, in bytes. Tokens have about 70 characters.
const MAX_FILE: u64 = 4 << 10;

/// A token and its origin.
pub(super) struct Token {
    /// The token, which must not appear in the log or in any message.
    pub secret: String,
    /// Where it comes from, for people.
    pub from: String,
}

/// The bot's token.
pub(super) fn token() -> anyhow::Result<Token> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    take(set(TOKEN), set(TOKEN_FILE))
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
    // Tokens are ASCII. If this one is not, do not show it.
    let secret = String::from_utf8(bytes).ok().map(|text| text.trim().to_owned()).filter(|text| text.bytes().all(|b| b.is_ascii_graphic()));
    match secret {
        Some(secret) if !secret.is_empty() => Ok(Token { secret, from }),
        Some(_) => bail!("the token from {from} is empty"),
        None => bail!("the token from {from} contains characters that tokens do not have"),
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
}
