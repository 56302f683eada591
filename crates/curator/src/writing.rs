//! Knowledge files, written so that people like to read them: paraphrases one a line, short lists without brackets, a blank line
//! between entries.

use factotum_core::knowledge::AnswerType;
use factotum_core::pack::FORMAT;
use factotum_core::question::Question;
use std::fmt::Write;

/// A knowledge file that is being written.
#[derive(Debug)]
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    /// A file that begins with these comment lines and its format.
    pub(crate) fn new(comment: &[String]) -> Writer {
        let mut writer = Writer { out: String::new() };
        writer.comment(comment);
        writer.raw("format", &FORMAT.to_string());
        writer
    }

    /// A piece of a file.
    pub(crate) fn piece() -> Writer {
        Writer { out: String::new() }
    }

    /// The text of the file, or of the piece.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Begins a table, such as `[source.guide]` or `[[fact]]`, below its comment lines.
    pub(crate) fn table(&mut self, comment: &[String], header: &str) {
        self.out.push('\n');
        self.comment(comment);
        self.out.push_str(header);
        self.out.push('\n');
    }

    /// Comment lines; an empty one is a blank line.
    pub(crate) fn comment(&mut self, lines: &[String]) {
        for line in lines {
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    /// A value that is TOML already.
    pub(crate) fn raw(&mut self, key: &str, value: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{} = {value}", bare(key));
    }

    /// A text; nothing if it is empty.
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.raw(key, &quoted(text));
        }
    }

    /// A list: one string with commas where no item has one, else an array. Nothing if it is empty.
    pub(crate) fn list(&mut self, key: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let plain = |item: &String| !item.is_empty() && item.trim() == item && !item.contains([',', '\n', '\r']);
        if items.iter().all(plain) {
            self.raw(key, &quoted(&items.join(", ")));
        } else {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            self.raw(key, &format!("[{}]", items.join(", ")));
        }
    }

    /// Lines of text, such as paraphrases: one a line, or on the key's own line where there is one only.
    pub(crate) fn block(&mut self, key: &str, lines: &[String]) {
        let lines: Vec<String> = lines.iter().map(|line| one_line(line)).collect();
        if let [line] = lines.as_slice() {
            return self.raw(key, &quoted(line));
        }
        let literal = lines.iter().any(|l| l.contains('\\')) && !lines.iter().any(|l| l.contains("'''") || l.chars().any(hidden));
        let (quotes, escape): (_, fn(&str) -> String) = if literal { ("'''", str::to_owned) } else { ("\"\"\"", basic_line) };
        let mut value = format!("{quotes}\n");
        for line in &lines {
            value.push_str(&escape(line));
            value.push('\n');
        }
        value.push_str(quotes);
        self.raw(key, &value);
    }
}

/// A line as it is written between `"""` and `"""`.
pub(crate) fn basic_line(line: &str) -> String {
    escaped(line).replace("\"\"\"", "\"\"\\\"")
}

/// The text on one line: a line break inside an item would make two of it. It ends a clause, and so does what stands there instead.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split(['\n', '\r']).map(|part| part.trim().replace('\t', " ")).filter(|part| !part.is_empty()) {
        match out.chars().last() {
            None => {}
            Some('.' | '?' | '!' | ';' | ':') => out.push(' '),
            Some(_) => out.push_str("; "),
        }
        out.push_str(&part);
    }
    out
}

/// The answer type that a reader of format 2 takes from the question itself.
pub(crate) fn inferred(question: &str) -> &'static str {
    let expected = Question::parse(question).ok().and_then(|question| question.expected);
    expected.unwrap_or(AnswerType::Statement).as_str()
}

/// A key, in quotation marks where TOML needs them.
pub(crate) fn bare(key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    // Three kinds of quotation marks can be around a value, but one only around a key.
    if plain { key.to_owned() } else { format!("\"{}\"", escaped(key).replace('"', "\\\"").replace('\n', "\\n")) }
}

/// A text in the quotation marks that need the fewest backslashes.
pub(crate) fn quoted(text: &str) -> String {
    let plain = !text.chars().any(|c| hidden(c) || c == '\n');
    match (text.contains(['"', '\\']), plain) {
        (false, true) => format!("\"{text}\""),
        (true, true) if !text.contains('\'') => format!("'{text}'"),
        // Quotation marks inside three of them need no backslash, unless they come together.
        (true, true) if !text.contains('\\') && !text.contains("\"\"") && !text.ends_with('"') => format!("\"\"\"{text}\"\"\""),
        _ => format!("\"{}\"", escaped(text).replace('"', "\\\"").replace('\n', "\\n")),
    }
}

/// The text with backslashes and hidden characters escaped; quotation marks and line breaks are left.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A character that TOML does not allow as it is, or that nobody would see.
fn hidden(c: char) -> bool {
    c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> toml::Table {
        text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn strings(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn writes_for_people() {
        let mut writer = Writer::new(&strings(&["# Tides."]));
        writer.table(&[], "[[fact]]");
        writer.text("statement", "The \"high\" tide.");
        writer.text("answer", "It's \"high\" here.");
        writer.text("as_of", "");
        writer.list("aliases", &strings(&["the tide", "flood"]));
        writer.list("cues", &strings(&["a, b", "c"]));
        writer.block("ask", &strings(&["When is high tide?", "say \"when\""]));
        writer.block("one", &strings(&["When is\nlow tide?"]));
        writer.block("back", &strings(&["a\\b", "c"]));
        writer.raw("caf\u{e9}", "1");
        let expected = r#"# Tides.
format = 2

[[fact]]
statement = 'The "high" tide.'
answer = """It's "high" here."""
aliases = "the tide, flood"
cues = ["a, b", "c"]
ask = """
When is high tide?
say "when"
"""
one = "When is; low tide?"
back = '''
a\b
c
'''
"café" = 1
"#;
        assert_eq!(writer.finish(), expected);
    }

    /// Text that tempts a writer of TOML to make mistakes.
    fn tempting() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop_oneof![
                Just("\"".to_owned()),
                Just("'".to_owned()),
                Just("\\".to_owned()),
                Just("\"\"\"".to_owned()),
                Just("'''".to_owned()),
                Just("\n".to_owned()),
                Just("\r\n".to_owned()),
                Just("\u{7f}\u{1b}\u{202e}\t#,=[]{}".to_owned()),
                "[a-z ]{1,4}",
                any::<char>().prop_map(String::from),
            ],
            0..8,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn every_text_survives(text in tempting(), key in tempting()) {
            let table = read(&format!("{} = {}\n", bare(&key), quoted(&text)));
            prop_assert_eq!(table.get(&key).and_then(|v| v.as_str()), Some(text.as_str()));
        }

        #[test]
        fn every_line_of_a_block_survives(lines in prop::collection::vec(tempting(), 1..5)) {
            let mut writer = Writer::new(&[]);
            writer.block("ask", &lines);
            let text = writer.finish();
            let table = read(&text);
            let read: Vec<&str> = table["ask"].as_str().unwrap_or_default().lines().map(str::trim).filter(|l| !l.is_empty()).collect();
            let written: Vec<String> = lines.iter().map(|line| one_line(line).trim().to_owned()).filter(|l| !l.is_empty()).collect();
            prop_assert_eq!(read, written);
        }
    }
}
