//! `factotum review` and the door of `factotum desk`, as programs.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// A folder with a small knowledge base and a list of gaps.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/tiny");
    fs::create_dir(folder.path().join("knowledge")).expect("a folder");
    for name in ["lighthouse.toml", "source.toml"] {
        fs::copy(tiny.join(name), folder.path().join("knowledge").join(name)).expect("copied");
    }
    fs::write(folder.path().join("gaps.txt"), "elevation of the beacon\nwhat colour is the tower\nhow old is Ada Marlow\n")
        .expect("written");
    folder
}

fn factotum(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_factotum"));
    command.current_dir(folder).args(["--knowledge", "knowledge"]).args(arguments).args(["--gaps", "gaps.txt"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn review(folder: &Path, typed: &str) -> String {
    let mut child = factotum(folder, &["review"]).spawn().expect("starts");
    child.stdin.take().expect("piped").write_all(typed.as_bytes()).expect("read");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_queue_is_worked_off_in_the_terminal() {
    let folder = folder();
    let path = folder.path().join("knowledge/lighthouse.toml");
    let before = fs::read_to_string(&path).expect("there");
    let undone = review(folder.path(), "1\nz\nd\nz\nu\n9\nq\n");
    assert!(
        undone.contains("1 of 3: elevation of the beacon") && undone.contains("Added the wording") && undone.contains("Taken back"),
        "{undone}"
    );
    assert!(undone.contains("Refused: say what is missing") && undone.contains("Refused: that is not one of the commands"), "{undone}");
    assert_eq!(fs::read_to_string(&path).expect("there"), before);
    let done = review(folder.path(), "1\nu what colour the tower is\ns\n");
    assert!(done.contains("That was the last one.") || done.contains("Nothing is waiting."), "{done}");
    let after = fs::read_to_string(&path).expect("there");
    assert!(
        after.contains("elevation of the beacon\n")
            && after.contains("missing = \"what colour the tower is\"\nask = \"what colour is the tower\""),
        "{after}"
    );
}

#[test]
fn the_desk_listens_here_only_and_has_to_be_entered() {
    let folder = folder();
    let mut child = factotum(folder.path(), &["desk"]).spawn().expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let invitation = lines.find_map(|line| line.ok()?.trim().strip_prefix("http://").map(str::to_owned)).expect("an address");
    let (address, path) = invitation.split_once('/').expect("a path");
    assert!(address.starts_with("127.0.0.1:"));
    let ask = |path: &str, cookie: &str| {
        let mut stream = TcpStream::connect(address).expect("listens");
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").expect("sent");
        let mut response = String::new();
        stream.read_to_string(&mut response).expect("answered");
        response
    };
    assert!(ask("gaps", "").starts_with("HTTP/1.1 401"));
    let entered = ask(path, "");
    let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).expect("a cookie").to_owned();
    assert!(ask("gaps", &cookie).contains("elevation of the beacon"));
    assert!(ask(path, "").starts_with("HTTP/1.1 403"));
    child.kill().expect("runs");
    child.wait().expect("ends");
}
