//! Sessions at the command line, in Markdown files: blocks of the language `console` show what the program prints.
//!
//! `$ factotum ...` is a command. Variables can stand before it (`NAME=value factotum ...`), a file for standard input after it (`< FILE`).
//! `? 1` in the next line is its exit status, where that is not 0. The lines up to the next command are what it prints, standard error included.
//! In them `[..]` stands for any characters, and the line `...` for any number of lines.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

/// A call of our program.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Call {
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) input: Option<String>,
}

/// The call in a command line, `None` for other programs. Quotes keep words together. A comment, a pipe or `>` ends it.
pub(crate) fn call(command: &str) -> Option<Call> {
    let mut words = words(command).into_iter().peekable();
    let mut call = Call::default();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            break;
        }
        call.variables.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    match words.next()?.as_str() {
        "factotum" => {}
        "cargo" if words.peek().is_some_and(|word| word == "run") => words.by_ref().find(|word| word == "--").map(drop)?,
        "docker" => words.by_ref().find(|word| word == "factotum").map(drop)?,
        _ => return None,
    }
    while let Some(word) = words.next() {
        if word == "<" {
            call.input = words.next();
        } else {
            call.arguments.push(word);
        }
    }
    Some(call)
}

/// A command line's words.
fn words(command: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quote, mut inside) = (None, false);
    for c in command.chars() {
        match c {
            _ if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(c);
                if !inside {
                    words.push(String::new());
                }
                inside = true;
            }
            '#' | '|' | '>' if quote.is_none() => break,
            ' ' if quote.is_none() => inside = false,
            _ => {
                if !inside {
                    words.push(String::new());
                }
                inside = true;
                words.last_mut().expect("one was just added").push(c);
            }
        }
    }
    words
}

/// What a call prints when it runs in this folder, with its exit status before it where that is not 0.
fn run(call: &Call, folder: &Path) -> String {
    let input = match &call.input {
        Some(path) => File::open(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}")).into(),
        None => Stdio::null(),
    };
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let mut command = Command::new(env!("CARGO_BIN_EXE_factotum"));
    command.args(&call.arguments).current_dir(folder).stdin(input);
    command.stdout(writer.try_clone().expect("a second handle")).stderr(writer);
    for variable in ["FACTOTUM_KNOWLEDGE", "DISCORD_TOKEN", "DISCORD_TOKEN_FILE"] {
        command.env_remove(variable);
    }
    command.env("COLUMNS", "100").envs(call.variables.iter().map(|(name, value)| (name, value)));
    let mut child = command.spawn().expect("the program was built for this test");
    // The command has the other ends of the pipe; they have to be closed for the reader to come to an end.
    drop(command);
    let mut printed = String::new();
    reader.read_to_string(&mut printed).expect("messages are UTF-8");
    // How long an answer took differs each time.
    for line in printed.clone().lines().filter(|line| line.trim_start().starts_with("took ") && line.ends_with(" µs")) {
        let label = line.trim_end_matches(" µs").trim_end_matches(|c: char| c.is_ascii_digit());
        printed = printed.replace(line, &format!("{label}[..] µs"));
    }
    match child.wait().expect("it ends").code() {
        Some(0) => printed,
        status => format!("? {}\n{printed}", status.unwrap_or(-1)),
    }
}

/// A document as it would be if its sessions were held now in this folder, and how many calls there are in them.
pub(crate) fn held(document: &str, folder: &Path) -> (String, usize) {
    let (mut out, mut calls) = (String::new(), 0);
    let mut lines = document.lines().peekable();
    let mut session = false;
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        if line.starts_with("```") {
            session = line == "```console";
        }
        let Some(call) = line.strip_prefix("$ ").filter(|_| session).and_then(call) else { continue };
        calls += 1;
        let mut expected = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ") && !line.starts_with("```")) {
            expected.push(line);
        }
        let printed = run(&call, folder);
        let printed: Vec<&str> = printed.trim_end().lines().collect();
        let end = expected.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        let kept = if lines_match(&expected[..end], &printed) { &expected } else { &printed };
        for line in kept {
            out += line;
            out.push('\n');
        }
    }
    (out, calls)
}

fn lines_match(expected: &[&str], printed: &[&str]) -> bool {
    match (expected, printed) {
        ([], printed) => printed.is_empty(),
        (["...", rest @ ..], printed) => (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..])),
        ([pattern, expected @ ..], [line, printed @ ..]) => line_matches(pattern, line) && lines_match(expected, printed),
        (_, []) => false,
    }
}

fn line_matches(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once("[..]") else { return pattern == line };
    let Some(line) = line.strip_prefix(start) else { return false };
    (0..=line.len()).filter(|at| line.is_char_boundary(*at)).any(|at| line_matches(rest, &line[at..]))
}

#[test]
fn command_lines_are_read_as_a_shell_does() {
    let call = call("A=b factotum ask --knowledge x 'two words' \"\" it\"'\"s < file # comment").expect("a call");
    assert_eq!(call.variables, [("A".to_owned(), "b".to_owned())]);
    assert_eq!(call.arguments, ["ask", "--knowledge", "x", "two words", "", "it's"]);
    assert_eq!(call.input.as_deref(), Some("file"));
    assert_eq!(self::call("ls factotum"), None);
}

#[test]
fn patterns_stand_for_text() {
    assert!(line_matches("took [..] µs, [..]", "took 12.5 µs, all"));
    assert!(!line_matches("took [..] µs", "took 12.5 ms"));
    assert!(lines_match(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(!lines_match(&["a", "...", "d"], &["a", "b"]));
    assert!(!lines_match(&[], &["a"]));
}
