//! Lines of standard input, of any length and any bytes.

use factotum_core::question::MAX_BYTES;
use factotum_core::text;
use std::io::{BufRead, ErrorKind};

/// How many bytes of a line are kept: enough to recognise it as too long for a question.
const KEPT: usize = MAX_BYTES + 4;

/// Reads a line without its ending. The rest of an over-long line is skipped and never kept in memory.
///
/// Bytes that are not UTF-8 become replacement characters. `None` at the end of the input.
pub(super) fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    read_line_up_to(input, KEPT)
}

/// The same, with this many bytes of a line kept at most.
pub(super) fn read_line_up_to(input: &mut impl BufRead, kept: usize) -> std::io::Result<Option<String>> {
    let mut line: Vec<u8> = Vec::new();
    let mut begun = false;
    loop {
        let chunk = match input.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(begun.then(|| finish(line, kept)));
        }
        begun = true;
        let end = chunk.iter().position(|b| *b == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        line.extend_from_slice(&part[..part.len().min(kept - line.len())]);
        let used = end.map_or(chunk.len(), |at| at + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(Some(finish(line, kept)));
        }
    }
}

fn finish(mut line: Vec<u8>, kept: usize) -> String {
    let cut = line.len() == kept;
    if !cut && line.last() == Some(&b'\r') {
        line.pop();
    }
    let text = String::from_utf8_lossy(&line);
    // If the cut went through a character, its bytes are not invalid input.
    if cut { text::truncate(text.trim_end_matches('\u{fffd}'), kept).to_owned() } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(bytes: &[u8], capacity: usize) -> Vec<String> {
        let mut input = BufReader::with_capacity(capacity, bytes);
        std::iter::from_fn(|| read_line(&mut input).expect("memory can be read")).collect()
    }

    #[test]
    fn every_line_is_one_whatever_the_buffer() {
        let cases: &[(&[u8], &[&str])] = &[
            (b"", &[]),
            (b"\n", &[""]),
            (b"a\r\nb", &["a", "b"]),
            (b"a\n\nb\n", &["a", "", "b"]),
            (b"caf\xe9\nok\n", &["caf\u{fffd}", "ok"]),
            ("Vučić\n".as_bytes(), &["Vučić"]),
        ];
        for (bytes, expected) in cases {
            for capacity in [1, 2, 3, 64] {
                assert_eq!(&lines(bytes, capacity), expected, "{bytes:?} by {capacity}");
            }
        }
    }

    #[test]
    fn long_lines_are_cut_and_skipped() {
        for unit in ["a", "č", "🙂"] {
            let text = format!("{}\nnext\n", unit.repeat(100_000));
            let read = lines(text.as_bytes(), 4096);
            assert_eq!(read.len(), 2);
            assert!(read[0].len() > MAX_BYTES && read[0].len() <= KEPT, "{}", read[0].len());
            assert!(read[0].chars().all(|c| unit.contains(c)));
            assert_eq!(read[1], "next");
        }
    }
}
