//! Bytes become text: marked, UTF-8, or one of the older encodings that spreadsheets still write.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A text, and how it was encoded.
#[derive(Debug)]
pub(super) struct Decoded {
    /// The text, without a byte order mark.
    pub(super) text: String,
    /// The encoding by its name.
    pub(super) encoding: &'static str,
    /// What was assumed, in a sentence without a full stop.
    pub(super) note: Option<String>,
}

/// Decodes a text. Without a wanted encoding: what a byte order mark says, else UTF-8, else what the letters look like.
///
/// # Errors
/// If no encoding has the wanted name.
pub(super) fn decode(bytes: &[u8], wanted: Option<&str>) -> Result<Decoded, String> {
    let wanted = match wanted {
        Some(name) => Some(Encoding::for_label(name.as_bytes()).ok_or_else(|| {
            format!("there is no encoding `{}`; use a name such as utf-8, utf-16le, windows-1252 or shift_jis", super::shown(name))
        })?),
        None => None,
    };
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    if let Some(encoding) = wanted.or(marked).or_else(|| unmarked_utf_16(bytes)) {
        return Ok(as_encoding(bytes, encoding));
    }
    if std::str::from_utf8(bytes).is_ok() || is_damaged_utf_8(bytes) {
        return Ok(as_encoding(bytes, UTF_8));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let decoded = as_encoding(bytes, encoding);
    let example = decoded
        .text
        .split_whitespace()
        .find(|word| !word.is_ascii())
        .map_or_else(String::new, |word| format!(" (such as {})", super::quoted(word)));
    let note = format!(
        "the file is not UTF-8, so it was read as {}: if letters are wrong{example}, name the encoding with --encoding, or save the file as UTF-8",
        encoding.name()
    );
    Ok(Decoded { note: Some(note), ..decoded })
}

fn as_encoding(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    // The mark of the encoding itself is taken off; bytes that it does not have become U+FFFD, which the rows then report.
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name(), note: None }
}

/// UTF-16 without its mark: in text that is mostly Latin, every other byte is zero.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    /// How much of a file is looked at.
    const LOOK: usize = 1_024;
    let pairs = bytes.chunks_exact(2).take(LOOK);
    let (mut all, mut little, mut big) = (0, 0, 0);
    for pair in pairs {
        all += 1;
        little += usize::from(pair[1] == 0 && pair[0] != 0);
        big += usize::from(pair[0] == 0 && pair[1] != 0);
    }
    let most = |count: usize| count > 0 && count * 10 >= all * 7;
    if most(little) {
        Some(UTF_16LE)
    } else if most(big) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether the text is UTF-8 with a few bytes broken. No other encoding has many letters that happen to be right in UTF-8.
fn is_damaged_utf_8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right > wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write() {
        let text = "question;answer\nWo ist das Café?;Über dem Büro, für alle.\nQuand?;À l'été.\n";
        let utf_16 = |big: bool, mark: bool| -> Vec<u8> {
            let mark = mark.then_some('\u{feff}');
            let units: Vec<u16> =
                mark.into_iter().chain(text.chars()).map(|c| u16::try_from(u32::from(c)).expect("of the first plane")).collect();
            units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let (legacy, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8"),
            (utf_16(false, true), "UTF-16LE"),
            (utf_16(true, true), "UTF-16BE"),
            (utf_16(false, false), "UTF-16LE"),
            (utf_16(true, false), "UTF-16BE"),
            (legacy.into_owned(), "windows-1252"),
        ] {
            let decoded = decode(&bytes, None).expect("no encoding is asked for");
            assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.note.is_some()), (text, encoding, encoding == "windows-1252"));
        }
        let (cyrillic, _, _) = encoding_rs::WINDOWS_1251.encode("Где находится музей? В гавани, у моря.");
        assert_eq!(decode(&cyrillic, None).expect("a guess").encoding, "windows-1251");
        assert_eq!(decode(b"caf\xe9", Some("latin1")).expect("a name").text, "café");
        assert!(decode(b"x", Some("latin-99")).is_err_and(|message| message.contains("latin-99")));
        // Two letters that are right outweigh one byte that is not.
        assert!(decode(b"\xc3\xa9\xc3\xa9 \xff", None).expect("damaged").text.contains('\u{fffd}'));
    }
}
