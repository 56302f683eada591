//! The desk through HTTP, without a network: its door, and each action.

use crate::door::Door;
use crate::gaps::{Group, ListedGaps, Wording};
use crate::workbench::{Places, Workbench};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use factotum_core::answering::Answerer;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tower_service::Service;

const HOST: &str = "127.0.0.1:4000";
const ORIGIN: &str = "http://127.0.0.1:4000";
const LIGHTHOUSE: &str = include_str!("../../../tests/packs/tiny/lighthouse.toml");

/// A desk with its folder.
struct Desk {
    folder: tempfile::TempDir,
    router: Router,
    door: Arc<Door>,
    cookie: String,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let knowledge = folder.path().join("knowledge");
        std::fs::create_dir(&knowledge).expect("a folder");
        std::fs::write(knowledge.join("lighthouse.toml"), LIGHTHOUSE).expect("written");
        std::fs::write(knowledge.join("source.toml"), include_str!("../../../tests/packs/tiny/source.toml")).expect("written");
        let wording = |text: &str| Wording { id: text.to_owned(), text: text.to_owned(), times: 2, redacted: false };
        let gap = |id: &str, texts: &[&str]| Group {
            id: id.to_owned(),
            wordings: texts.iter().map(|t| wording(t)).collect(),
            people: 1,
            last_day: String::new(),
        };
        let gaps =
            ListedGaps::new(vec![gap("lantern", &["lantern custodian", "who minds it"]), gap("colour", &["what colour is the tower <b>"])]);
        let places = Places { folder: knowledge, questions: folder.path().join("questions"), source: None };
        let bench = Workbench::open(places, Box::new(gaps), Answerer::new).expect("sound");
        let address: SocketAddr = HOST.parse().expect("an address");
        let door = Arc::new(Door::new(address).expect("random numbers"));
        Desk { folder, router: crate::router(Arc::new(bench), door.clone()), door, cookie: String::new() }
    }

    /// A desk with a browser in it.
    fn entered() -> Desk {
        let mut desk = Desk::new();
        let invitation = desk.door.invitation();
        let path = invitation.strip_prefix(ORIGIN).expect("its own address").to_owned();
        let response = desk.send(Request::get(path).header(header::HOST, HOST));
        assert_eq!(response.status, StatusCode::OK);
        desk.cookie = response.cookie.split(';').next().expect("a cookie").to_owned();
        assert!(response.cookie.contains("HttpOnly") && response.cookie.contains("SameSite=Strict"), "{}", response.cookie);
        desk
    }

    fn send(&mut self, request: axum::http::request::Builder) -> Response {
        self.send_body(request, String::new())
    }

    fn send_body(&mut self, request: axum::http::request::Builder, body: String) -> Response {
        let request = request.body(Body::from(body)).expect("a request");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let response = self.router.call(request).await.expect("infallible");
            let status = response.status();
            let text =
                |name| response.headers().get(name).map_or("", |v: &axum::http::HeaderValue| v.to_str().unwrap_or_default()).to_owned();
            let (cookie, policy) = (text(header::SET_COOKIE), text(header::CONTENT_SECURITY_POLICY));
            let bytes = to_bytes(response.into_body(), 1 << 24).await.expect("a body");
            Response { status, cookie, policy, body: String::from_utf8(bytes.to_vec()).expect("UTF-8") }
        })
    }

    fn get(&mut self, path: &str) -> Response {
        let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, &self.cookie);
        self.send(request)
    }

    /// Posts a form as the desk's page does.
    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = Request::post(path).header(header::HOST, HOST).header(header::COOKIE, &self.cookie).header(header::ORIGIN, ORIGIN);
        let body = self.form(fields);
        self.send_body(request, body)
    }

    fn form(&self, fields: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", self.door.csrf());
        fields.iter().for_each(|(key, value)| {
            form.append_pair(key, value);
        });
        form.finish()
    }

    /// The version that a page was made from.
    fn version(&mut self) -> String {
        let page = self.get("/gaps").body;
        let at = page.find("name=\"version\" value=\"").expect("a form") + "name=\"version\" value=\"".len();
        page[at..].split('"').next().expect("a version").to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn lighthouse(&self) -> String {
        std::fs::read_to_string(self.path("knowledge/lighthouse.toml")).expect("there")
    }
}

struct Response {
    status: StatusCode,
    cookie: String,
    policy: String,
    body: String,
}

#[test]
fn the_door_lets_one_browser_in() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("/gaps").status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.get("/desk.js").status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.get("/style.css").status, StatusCode::OK);
    let wrong = desk.get("/enter?token=0000");
    assert!(wrong.status == StatusCode::FORBIDDEN && wrong.cookie.is_empty());
    let mut desk = Desk::entered();
    let page = desk.get("/gaps");
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.policy.starts_with("default-src 'none';") && !page.policy.contains("unsafe"), "{}", page.policy);
    // The token works once, and the address has none any more.
    let again = desk.door.invitation();
    assert_eq!(desk.get(again.strip_prefix(ORIGIN).expect("its own address")).status, StatusCode::FORBIDDEN);
    desk.cookie.push('0');
    assert_eq!(desk.get("/gaps").status, StatusCode::UNAUTHORIZED);
}

#[test]
fn other_names_and_other_pages_are_refused() {
    let mut desk = Desk::entered();
    let cookie = desk.cookie.clone();
    for host in ["evil.example:4000", "127.0.0.1", "127.0.0.1:4001", "localhost.evil.example:4000", ""] {
        let page = desk.send(Request::get("/gaps").header(header::HOST, host).header(header::COOKIE, &cookie));
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{host}");
    }
    assert_eq!(
        desk.send(Request::get("/gaps").header(header::HOST, "localhost:4000").header(header::COOKIE, &cookie)).status,
        StatusCode::OK
    );
    let form = desk.form(&[("gap", "colour")]);
    let post = |origin: Option<&str>, site: Option<&str>, host: &str, cookie: &str| {
        let mut request = Request::post("/dismiss").header(header::HOST, host).header(header::COOKIE, cookie);
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request
    };
    let cases = [
        (None, None, HOST),
        (Some("null"), None, HOST),
        (Some("http://evil.example"), None, HOST),
        (Some("http://127.0.0.1:4001"), Some("same-site"), HOST),
        (Some("https://127.0.0.1:4000"), None, HOST),
        (Some(ORIGIN), Some("cross-site"), HOST),
        (Some(ORIGIN), None, "localhost:4000"),
    ];
    for (origin, site, host) in cases {
        let refused = desk.send_body(post(origin, site, host, &cookie), form.clone());
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{origin:?} {site:?} {host}");
    }
    // Without the cookie, or with another page's token.
    assert_eq!(desk.send_body(post(Some(ORIGIN), None, HOST, ""), form.clone()).status, StatusCode::UNAUTHORIZED);
    assert_eq!(desk.send_body(post(Some(ORIGIN), None, HOST, &cookie), "csrf=0&gap=colour".to_owned()).status, StatusCode::FORBIDDEN);
    assert_eq!(desk.send_body(post(Some(ORIGIN), None, HOST, &cookie), "gap=colour".to_owned()).status, StatusCode::FORBIDDEN);
    let large = format!("{form}&line={}", "a".repeat(1 << 20));
    assert_eq!(desk.send_body(post(Some(ORIGIN), None, HOST, &cookie), large).status, StatusCode::PAYLOAD_TOO_LARGE);
    let other = Request::put("/dismiss").header(header::HOST, HOST).header(header::COOKIE, &cookie).header(header::ORIGIN, ORIGIN);
    assert_eq!(desk.send_body(other, form.clone()).status, StatusCode::METHOD_NOT_ALLOWED);
    // A change by address alone.
    assert_eq!(desk.get("/dismiss?gap=colour").status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(desk.get("/gaps").body.contains("of 2"));
    assert_eq!(desk.send_body(post(Some(ORIGIN), Some("same-origin"), HOST, &cookie), form).status, StatusCode::OK);
    assert!(desk.get("/gaps").body.contains("of 1"));
}

#[test]
fn a_wording_is_added_and_taken_back() {
    let mut desk = Desk::entered();
    let version = desk.version();
    let all = [
        ("version", version.as_str()),
        ("gap", "lantern"),
        ("choice", "question:who-keeps-it"),
        ("line", "lantern custodian"),
        ("wording", "lantern custodian"),
        ("wording", "who minds it"),
    ];
    let effect = desk.post("/effect", &[&all[..], &[("fragment", "yes")]].concat());
    assert!(effect.body.contains("lantern custodian") && effect.body.contains("Ada Marlow"), "{}", effect.body);
    assert!(!effect.body.contains("<html"));
    assert_eq!(desk.lighthouse(), LIGHTHOUSE);
    let done = desk.post("/edit", &all);
    assert!(done.status == StatusCode::OK && done.body.contains("Added the wording"), "{}", done.body);
    assert_eq!(desk.lighthouse(), LIGHTHOUSE.replace("lamp at night\n", "lamp at night\nlantern custodian\n"));
    // The page is old now, as a second tab is.
    let late = desk.post("/edit", &all);
    assert!(late.status == StatusCode::CONFLICT && late.body.contains("changed since"), "{}", late.body);
    let undone = desk.post("/undo", &[]);
    assert!(undone.status == StatusCode::OK && undone.body.contains("Taken back"));
    assert_eq!(desk.lighthouse(), LIGHTHOUSE);
    let nothing = desk.post("/undo", &[]);
    assert!(nothing.status == StatusCode::UNPROCESSABLE_ENTITY && nothing.body.contains("Nothing was done since this was started"));
    assert!(nothing.body.contains("Nothing to undo since the desk was opened."), "{}", nothing.body);
}

#[test]
fn what_somebody_else_wrote_is_never_lost() {
    let mut desk = Desk::entered();
    let version = desk.version();
    let add = [("version", version.as_str()), ("choice", "question:how-high"), ("line", "elevation of the tower")];
    assert_eq!(desk.post("/edit", &add).status, StatusCode::OK);
    let theirs = format!("{}# by hand\n", desk.lighthouse());
    std::fs::write(desk.path("knowledge/lighthouse.toml"), &theirs).expect("written");
    let undo = desk.post("/undo", &[]);
    assert!(undo.status == StatusCode::CONFLICT && undo.body.contains("changed since"));
    assert_eq!(desk.lighthouse(), theirs);
    // Broken by hand: shown, and nothing can be added until it is put right.
    std::fs::write(desk.path("knowledge/lighthouse.toml"), "format = 2\n[[fact]]\n").expect("written");
    let page = desk.get("/facts");
    assert!(page.status == StatusCode::OK && page.body.contains("Errors in the files") && page.body.contains("Skerry Light"));
    let version = desk.version();
    let add = [("version", version.as_str()), ("choice", "question:how-high"), ("line", "altitude of the tower")];
    assert_eq!(desk.post("/edit", &add).status, StatusCode::UNPROCESSABLE_ENTITY);
    std::fs::write(desk.path("knowledge/lighthouse.toml"), LIGHTHOUSE).expect("written");
    assert!(!desk.get("/facts").body.contains("Errors in the files"));
}

#[test]
fn every_action_has_its_place() {
    let mut desk = Desk::entered();
    // Nothing that people wrote is markup.
    let page = desk.get("/gaps?at=colour").body;
    assert!(page.contains("what colour is the tower &lt;b&gt;") && !page.contains("<b>"), "{page}");
    let version = desk.version();
    let decline = [
        ("version", version.as_str()),
        ("gap", "colour"),
        ("choice", "decline"),
        ("beside", "fact:height"),
        ("missing", "its colour"),
        ("reason", "not_on_record"),
        ("line", "what colour is the tower <b>"),
    ];
    let done = desk.post("/edit", &decline);
    assert!(done.body.contains("of 1"), "its group is dealt with: {}", done.body);
    assert!(desk.lighthouse().contains("[[fact.unanswerable]]\nmissing = \"its colour\"\nask = \"what colour is the tower <b>\"\n"));
    desk.post("/undo", &[]);
    assert!(desk.get("/gaps").body.contains("of 2"), "and back again");
    let version = desk.version();
    let fact = |paragraphs: &'static str, topic: &'static str| {
        vec![
            ("from", "new"),
            ("choice", "fact"),
            ("statement", "The tower is white."),
            ("paragraphs", paragraphs),
            ("topic", topic),
            ("lines", "Which colour does the tower have?\ncolour of the tower"),
            ("answer", "White."),
        ]
    };
    for (paragraphs, topic) in [("7", "lighthouse"), ("x", "lighthouse"), ("", "lighthouse"), ("2", "../x"), ("2", "")] {
        let refused = desk.post("/edit", &[vec![("version", version.as_str())], fact(paragraphs, topic)].concat());
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{paragraphs} {topic}");
        assert!(refused.body.contains("The tower is white.") && refused.body.contains("colour of the tower"), "what was typed is kept");
    }
    assert_eq!(desk.lighthouse(), LIGHTHOUSE);
    let done = desk.post("/edit", &[vec![("version", version.as_str())], fact("2, 3", "colours")].concat());
    assert_eq!(done.status, StatusCode::OK);
    let written = std::fs::read_to_string(desk.path("knowledge/colours.toml")).expect("a new file");
    assert!(written.starts_with("format = 2\n\n[[fact]]\nstatement = \"The tower is white.\"\nparagraphs = [2, 3]\n"), "{written}");
    let tried = desk.get("/try?q=which+colour+has+the+tower").body;
    assert!(tried.contains("White."), "{tried}");
    desk.post("/golden", &[("from", "try"), ("q", "which colour has the tower"), ("verdict", "right")]);
    let saved = std::fs::read_to_string(desk.path("questions/saved.toml")).expect("a new file");
    assert!(saved.contains("ask = \"which colour has the tower\"\nexpect = \"answer\"\nfacts = [\"the-tower-is-white\"]"), "{saved}");
    desk.post("/undo", &[]);
    assert!(!desk.path("questions/saved.toml").exists());
    desk.post("/undo", &[]);
    assert!(!desk.path("knowledge/colours.toml").exists());
    desk.post("/golden", &[("from", "try"), ("q", "who keeps it"), ("verdict", "not_on_record")]);
    let saved = std::fs::read_to_string(desk.path("questions/saved.toml")).expect("a new file");
    assert!(saved.ends_with("ask = \"who keeps it\"\nexpect = \"no_answer\"\n"), "{saved}");
    let again = desk.post("/golden", &[("from", "try"), ("q", "Who keeps it"), ("verdict", "right")]);
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.body.contains("is there already"), "{}", again.body);
    desk.post("/undo", &[]);
    let dismissed = desk.post("/dismiss", &[("gap", "colour")]);
    assert!(dismissed.body.contains("Dismissed") && desk.get("/gaps").body.contains("of 1"));
    desk.post("/undo", &[]);
    assert!(desk.get("/gaps").body.contains("of 2"));
    for path in ["/try", "/try?q=x", "/facts", "/facts?topic=lighthouse", "/facts/new?gap=colour", "/checks", "/gaps?at=nothing"] {
        assert_eq!(desk.get(path).status, StatusCode::OK, "{path}");
    }
    assert_eq!(desk.get("/nothing").status, StatusCode::NOT_FOUND);
    for nonsense in [
        vec![],
        vec![("choice", "question:nobody")],
        vec![("choice", "fact")],
        vec![("choice", "decline"), ("beside", "fact:nobody"), ("missing", "x"), ("line", "y")],
    ] {
        let version = desk.version();
        let refused = desk.post("/edit", &[vec![("version", version.as_str())], nonsense].concat());
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
