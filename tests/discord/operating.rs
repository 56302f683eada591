//! What operators rely on: health, metrics, reloads, logs, and restarts after a crash.

use crate::bot::{Bot, command};
use crate::fake::{Fake, How, Order, Place, Seen, Written, requests};
use crate::words;
use factotum_service::metrics::Metrics;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const QUESTION: &str = "how tall is the tower of the lighthouse";
/// The shortest poll interval.
const WATCHED: (&str, &str) = ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "1");
const NOT_WATCHED: (&str, &str) = ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "0");

/// The address on which the bot serves health and metrics.
pub(crate) async fn address(bot: &Bot) -> String {
    bot.says("serving health and metrics on http://", 1).await;
    bot.lines("serving health and metrics").remove(0).split("http://").nth(1).expect("an address").trim_end_matches(['"', '}']).to_owned()
}

async fn request(address: &str, line: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("the bot listens");
    stream.write_all(format!("{line} HTTP/1.1\r\nHost: bot\r\n\r\n").as_bytes()).await.expect("the bot reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer is UTF-8, and ends");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

/// Gets a path from it.
pub(crate) async fn get(bot: &Bot, path: &str) -> (u16, String) {
    request(&address(bot).await, &format!("GET {path}")).await
}

async fn readiness(bot: &Bot) -> (u16, Value) {
    let (status, body) = get(bot, "/readyz").await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

/// The current value of a metric.
async fn metric(bot: &Bot, name: &str) -> Option<f64> {
    let (_, text) = get(bot, "/metrics").await;
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// A folder of knowledge as a cluster mounts it: every file is a link through `..data`, which points to one version or another.
struct Mount {
    folder: tempfile::TempDir,
    versions: u32,
}

impl Mount {
    fn new() -> Mount {
        let mut mount = Mount { folder: tempfile::tempdir().expect("a folder for the test"), versions: 0 };
        for name in ["tower.toml", "source.toml", "talk.toml"] {
            symlink(Path::new("..data").join(name), mount.path().join(name)).expect("a link");
        }
        mount.point_to(&[]);
        mount
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn setting(&self) -> (&'static str, String) {
        ("FACTOTUM_KNOWLEDGE", self.path().display().to_string())
    }

    /// Switches all files to another version in one step: the knowledge base of the tests with words replaced.
    fn point_to(&mut self, replaced: &[(&str, &str)]) {
        self.versions += 1;
        let version = format!("..{}", self.versions);
        let folder = self.path().join(&version);
        fs::create_dir(&folder).expect("it is new");
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/tiny");
        for (from, to) in [("lighthouse.toml", "tower.toml"), ("source.toml", "source.toml"), ("talk.toml", "talk.toml")] {
            let text = fs::read_to_string(pack.join(from)).expect("a pack of the tests");
            let text = replaced.iter().fold(text, |text, (from, to)| text.replace(from, to));
            fs::write(folder.join(to), text).expect("a writable folder");
        }
        let next = self.path().join("..next");
        symlink(&version, &next).and_then(|()| fs::rename(next, self.path().join("..data"))).expect("a link");
    }
}

/// A changed answer.
const GROWN: &[(&str, &str)] = &[("31 metres", "32 metres")];
/// An invalid knowledge base.
const BROKEN: &[(&str, &str)] = &[("\nanswer = ", "\nalso = \"nowhere\"\nanswer = ")];

/// The reply to the question, in its own channel.
async fn height(fake: &Fake, channel: u64) -> String {
    fake.write(&Written { text: QUESTION.to_owned(), person: channel, channel, ..Written::default() });
    fake.posted(channel, 0).await["content"].as_str().unwrap_or_default().to_owned()
}

pub(crate) async fn serves_health_and_metrics(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    assert_eq!(height(&fake, 40).await, "31 metres.");
    let asked = fake.ask(Place::default(), "what is the airspeed of an unladen swallow", None);
    fake.response(&asked).await;
    fake.settle().await;
    bot.says("replied", 3).await;
    assert_eq!(get(&bot, "/livez").await.0, 200);
    let (status, detail) = readiness(&bot).await;
    assert_eq!((status, &detail["ready"], &detail["shards"][0]["connected"]), (200, &json!(true), &json!(true)), "{detail}");
    let (status, version) = get(&bot, "/version").await;
    let version: Value = serde_json::from_str(&version).expect("JSON");
    assert_eq!((status, version["version"].as_str()), (200, Some(env!("CARGO_PKG_VERSION"))));
    assert_eq!((version["base"]["facts"].as_u64(), version["base"]["version"].as_str().map(str::len)), (Some(3), Some(64)), "{version}");
    assert_eq!(metric(&bot, "factotum_questions_total{event=\"direct\",outcome=\"answer\"}").await, Some(1.0));
    assert_eq!(metric(&bot, "factotum_questions_total{event=\"ask\",outcome=\"no_answer\"}").await, Some(1.0));
    assert_eq!(metric(&bot, "factotum_other_events_total{event=\"autocomplete\",outcome=\"shown\"}").await, Some(1.0));
    assert_eq!(metric(&bot, "factotum_answer_duration_seconds_count").await, Some(2.0));
    assert_eq!(metric(&bot, "factotum_acknowledge_duration_seconds_count").await, Some(3.0));
    assert_eq!(metric(&bot, "factotum_confidence_ratio_count").await, Some(2.0));
    assert_eq!(metric(&bot, "factotum_shard_ready{shard=\"0\"}").await, Some(1.0));
    assert_eq!(metric(&bot, "factotum_gateway_identifies_total").await, Some(1.0));
    assert!(metric(&bot, "process_resident_memory_bytes").await > Some(1e6));
    let (_, text) = get(&bot, "/metrics").await;
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap_or_default();
        assert!(Metrics::ALL.iter().any(|m| m.name.strip_suffix("_total").unwrap_or(m.name) == name), "{name} is not described");
    }
    assert!(text.ends_with("# EOF\n"), "{text}");
    let address = address(&bot).await;
    assert_eq!(request(&address, "POST /readyz").await.0, 405);
    assert_eq!(request(&address, "GET /").await.0, 404);
    assert_eq!(request(&address, "GET").await.0, 400);
}

pub(crate) async fn serves_that_it_is_not_ready(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /messages", 1, How::Status(503, json!({})));
    assert_eq!(height(&fake, 40).await, "31 metres.");
    assert_eq!(metric(&bot, "factotum_rest_errors_total{error=\"broken\"}").await, Some(1.0));
    fake.gateway_gone(true);
    fake.order(0, Order::Drop);
    bot.says("not ready", 1).await;
    let (status, detail) = readiness(&bot).await;
    assert_eq!((status, detail["why"].as_str()), (503, Some("shard-not-connected")), "{detail}");
    assert_eq!(get(&bot, "/livez").await.0, 200);
    assert_eq!(metric(&bot, "factotum_ready").await, Some(0.0));
    assert_eq!(metric(&bot, "factotum_gateway_disconnects_total").await, Some(1.0));
    fake.gateway_gone(false);
    bot.says(" ready counts", 2).await;
    assert_eq!(readiness(&bot).await.0, 200);
    // Whichever address the library tries.
    let sessions = [metric(&bot, "factotum_gateway_identifies_total").await, metric(&bot, "factotum_gateway_resumes_total").await];
    assert_eq!(sessions.into_iter().flatten().sum::<f64>(), 2.0);
}

pub(crate) async fn a_health_check_says_whether_it_is_ready(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    let address = address(&bot).await;
    let check = |address: &str| {
        let output = command(&["healthcheck"], &[("FACTOTUM_HTTP_LISTEN", address)]).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    assert_eq!(check(&address), (Some(0), "ready\n".to_owned()));
    fake.gateway_gone(true);
    fake.order(0, Order::Drop);
    bot.says("not ready", 1).await;
    assert_eq!(check(&address), (Some(1), format!("not ready; see http://{address}/readyz\n")));
    bot.stop("TERM").await;
    let (status, says) = check(&address);
    assert!(status == Some(1) && says.starts_with("not ready: cannot reach"), "{says}");
    assert_eq!(check("off").0, Some(2));
    assert_eq!(check("127.0.0.1:0").0, Some(2));
    let another = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = another.local_addr().expect("it is bound").to_string();
    let answering = std::thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = another.accept()?;
        // Unread data would reset the connection.
        let (mut asked, mut piece) = (Vec::new(), [0; 1_024]);
        while !asked.ends_with(b"\r\n\r\n") {
            let length = stream.read(&mut piece)?;
            assert_ne!(length, 0, "the request breaks off");
            asked.extend_from_slice(&piece[..length]);
        }
        stream.write_all(b"SSH-2.0-something\r\n")
    });
    assert!(check(&address).1.contains("is not Factotum"));
    answering.join().expect("no panic").expect("it was asked");
}

pub(crate) async fn a_used_port_stops_the_start(fake: Fake) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let mut bot = Bot::start(&fake, &[("FACTOTUM_HTTP_LISTEN", &address)]);
    assert_eq!(bot.ended().await.code(), Some(2));
    assert!(bot.log().contains(&format!("cannot listen on {address}")), "{}", bot.log());
    assert_eq!(fake.seen().len(), 0, "Discord has not been asked anything");
}

pub(crate) async fn http_can_be_off(fake: Fake) {
    let bot = Bot::ready(&fake, &[("FACTOTUM_HTTP_LISTEN", "off")]).await;
    assert_eq!(height(&fake, 40).await, "31 metres.");
    assert_eq!(bot.lines("serving health and metrics").len(), 0);
}

/// Asks questions during `change`; each gets exactly one answer, the old one or the new one.
async fn while_questions_flow(fake: &Fake, bot: &Bot, change: impl FnOnce(), done: &str) {
    let (before, after) = ("31 metres.", "32 metres.");
    for channel in 1_000..1_010 {
        assert_eq!(height(fake, channel).await, before);
    }
    change();
    // This many during the change, and this many afterwards.
    let (mut channel, mut left) = (1_010, 100);
    while left > 0 {
        fake.write(&Written { text: QUESTION.to_owned(), person: channel, channel, ..Written::default() });
        // A few at once.
        if channel % 5 == 0 {
            fake.posted(channel, 0).await;
        }
        if !bot.lines(done).is_empty() {
            left -= 1;
        }
        channel += 1;
    }
    let mut answers = Vec::new();
    for channel in 1_010..channel {
        answers.push(fake.posted(channel, 0).await["content"].as_str().unwrap_or_default().to_owned());
        assert_eq!(fake.messages_in(channel), 1);
    }
    assert!(answers.iter().all(|answer| answer == before || answer == after), "{answers:?}");
    assert_eq!(answers.last().map(String::as_str), Some(after), "{answers:?}");
}

pub(crate) async fn sighup_reloads(fake: Fake) {
    let mut mount = Mount::new();
    let knowledge = mount.setting();
    let bot = Bot::ready(&fake, &[NOT_WATCHED, (knowledge.0, &knowledge.1)]).await;
    bot.signal("HUP");
    bot.says("the knowledge base has not changed", 1).await;
    assert_eq!(readiness(&bot).await.1["last_reload"]["result"], "unchanged");
    let before = readiness(&bot).await.1["base"]["version"].clone();
    let change = || {
        mount.point_to(GROWN);
        bot.signal("HUP");
    };
    while_questions_flow(&fake, &bot, change, "knowledge base reloaded").await;
    let (status, detail) = readiness(&bot).await;
    assert_eq!((status, detail["last_reload"]["result"].as_str()), (200, Some("accepted")), "{detail}");
    assert_ne!(detail["base"]["version"], before);
    assert_eq!(metric(&bot, &format!("factotum_knowledge_base_info{{version={}}}", detail["base"]["version"])).await, Some(1.0));
    assert_eq!(metric(&bot, "factotum_reloads_total{result=\"accepted\"}").await, Some(1.0));
}

pub(crate) async fn a_changed_link_reloads(fake: Fake) {
    let mut mount = Mount::new();
    let knowledge = mount.setting();
    let bot = Bot::ready(&fake, &[WATCHED, (knowledge.0, &knowledge.1)]).await;
    while_questions_flow(&fake, &bot, || mount.point_to(GROWN), "knowledge base reloaded").await;
    assert_eq!(bot.lines("SIGHUP received").len(), 0);
}

pub(crate) async fn bad_knowledge_is_rejected(fake: Fake) {
    let mut mount = Mount::new();
    let knowledge = mount.setting();
    let bot = Bot::ready(&fake, &[WATCHED, (knowledge.0, &knowledge.1)]).await;
    mount.point_to(BROKEN);
    bot.says("the knowledge base was rejected", 1).await;
    bot.says("error[dangling-reference]", 3).await;
    let (status, detail) = readiness(&bot).await;
    let finding = &detail["last_reload"]["findings"][0];
    assert_eq!((status, &detail["ready"]), (200, &json!(true)), "the old one is in force: {detail}");
    assert_eq!((&detail["last_reload"]["result"], &finding["code"]), (&json!("rejected"), &json!("dangling-reference")), "{detail}");
    assert!(finding["at"]["file"].as_str().is_some_and(|file| file.ends_with("tower.toml")), "{detail}");
    assert_eq!(metric(&bot, "factotum_last_reload_successful").await, Some(0.0));
    assert_eq!(metric(&bot, "factotum_reloads_total{result=\"rejected\"}").await, Some(1.0));
    assert_eq!(height(&fake, 40).await, "31 metres.");
    // An empty folder is rejected as well, once.
    let aside = mount.path().join("..aside");
    fs::rename(mount.path().join("..data"), &aside).expect("it is there");
    bot.says("the knowledge base was rejected", 2).await;
    assert_eq!(height(&fake, 41).await, "31 metres.");
    fs::rename(&aside, mount.path().join("..data")).expect("it is there");
    bot.says("the knowledge base was rejected", 3).await;
    mount.point_to(GROWN);
    bot.says("knowledge base reloaded", 1).await;
    assert_eq!(height(&fake, 42).await, "32 metres.");
    assert_eq!(metric(&bot, "factotum_last_reload_successful").await, Some(1.0));
    assert_eq!(bot.lines("the knowledge base was rejected").len(), 3, "{}", bot.log());
}

pub(crate) async fn buttons_work_after_a_reload(fake: Fake) {
    let mut mount = Mount::new();
    let knowledge = mount.setting();
    let bot = Bot::ready(&fake, &[NOT_WATCHED, (knowledge.0, &knowledge.1)]).await;
    fake.write(&Written { text: "when is the lighthouse open to visitors".to_owned(), channel: 40, ..Written::default() });
    let offered = fake.posted(40, 0).await;
    let button = offered["components"][0]["components"][0]["custom_id"].as_str().unwrap_or_default().to_owned();
    mount.point_to(GROWN);
    bot.signal("HUP");
    bot.says("knowledge base reloaded", 1).await;
    let pressed = fake.press(Place::default(), &button);
    assert_eq!(fake.response(&pressed).await["data"]["content"], "32 metres.", "the same question, answered from what is on record now");
    mount.point_to(&[("how-high", "how-tall")]);
    bot.signal("HUP");
    bot.says("knowledge base reloaded", 2).await;
    let pressed = fake.press(Place::default(), &button);
    assert_eq!(fake.response(&pressed).await["data"]["content"], words().stale);
}

pub(crate) async fn built_in_knowledge_cannot_be_reloaded(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[("FACTOTUM_KNOWLEDGE", "")]).await;
    bot.signal("HUP");
    bot.says("nothing to reload", 1).await;
    bot.stop("TERM").await;
}

pub(crate) async fn stops_while_it_learns(fake: Fake) {
    let mut mount = Mount::new();
    let knowledge = mount.setting();
    let mut bot = Bot::ready(&fake, &[NOT_WATCHED, (knowledge.0, &knowledge.1)]).await;
    // The built-in knowledge base takes seconds to learn.
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    mount.folder = tempfile::tempdir().expect("a folder for the test");
    fs::create_dir_all(&knowledge.1).expect("it was taken away");
    for entry in fs::read_dir(ours).expect("our record").flatten() {
        fs::copy(entry.path(), Path::new(&knowledge.1).join(entry.file_name())).expect("a writable folder");
    }
    bot.signal("HUP");
    bot.says("training version=", 1).await;
    let took = bot.stop("TERM").await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    fs::remove_dir_all(&knowledge.1).expect("it is there");
}

/// Prints what it measured.
#[expect(clippy::print_stdout)]
pub(crate) async fn killed_and_restarted(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.asked("POST /commands", 5).await;
    let commands = fake.commands(None);
    for channel in 100..400 {
        fake.write(&Written { text: QUESTION.to_owned(), person: channel, channel, ..Written::default() });
    }
    bot.says("replied", 1).await;
    bot.signal("KILL");
    fake.wait_for("the connection's end", 1, |s| matches!(s, Seen::Dropped)).await;
    let answered = requests(&fake.seen()).filter(|a| a.method == "POST" && a.path.ends_with("/messages")).count();
    drop(bot);
    let begun = Instant::now();
    let bot = Bot::ready(&fake, &[]).await;
    let ready = begun.elapsed();
    assert_eq!(height(&fake, 40).await, "31 metres.");
    println!("killed after {answered} of 300 answers; ready {ready:?} after the second start, first answer after {:?}", begun.elapsed());
    bot.says("commands are registered already", 1).await;
    assert_eq!((fake.commands(None), fake.all_asked("POST /commands").len()), (commands, 6), "each is registered once");
    assert!((100..400).all(|channel| fake.messages_in(channel) <= 1), "nothing is said twice");
}

pub(crate) async fn the_token_can_be_in_a_file(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("token");
    fs::write(&path, format!("{}\n", crate::fake::TOKEN)).expect("a writable folder");
    let path = path.display().to_string();
    let bot = Bot::ready(&fake, &[("DISCORD_TOKEN", ""), ("DISCORD_TOKEN_FILE", &path)]).await;
    assert_eq!(height(&fake, 40).await, "31 metres.");
    drop(bot);
    let mut bot = Bot::start(&fake, &[("DISCORD_TOKEN_FILE", &path)]);
    assert_eq!(bot.ended().await.code(), Some(2));
    assert!(bot.log().contains("DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set"), "{}", bot.log());
}

pub(crate) async fn the_doctor_asks_discord(fake: Fake) {
    let doctor = |settings: Vec<(&'static str, String)>| {
        let mut command = crate::bot::command(&["doctor", "--json"], &[("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str())]);
        command.envs(settings);
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ends");
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            (output.status.code(), text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>())
        }
    };
    let level = |lines: &[Value], check: &str, nth: usize| {
        let found = lines.iter().filter(|line| line["check"] == check).nth(nth).unwrap_or_else(|| panic!("{check}: {lines:?}"));
        found["level"].as_str().expect("a text").to_owned()
    };
    let (status, lines) = doctor(Vec::new()).await;
    assert_eq!(status, Some(0), "{lines:?}");
    for (check, nth, expected) in
        [("token", 1, "ok"), ("commands", 0, "ok"), ("permissions", 0, "warning"), ("gateway", 0, "ok"), ("clock", 0, "ok")]
    {
        assert_eq!(level(&lines, check, nth), expected, "{check}: {lines:?}");
    }
    fake.sessions_left(3);
    let (_, lines) = doctor(vec![("FACTOTUM_DISCORD_REGISTER_COMMANDS", "false".to_owned())]).await;
    assert_eq!((level(&lines, "commands", 0), level(&lines, "gateway", 0)), ("warning".to_owned(), "warning".to_owned()), "{lines:?}");
    let (status, lines) = doctor(vec![("DISCORD_TOKEN", "MTAwMDAwMDAwMDAwMDAwMDAx.AbCdEf.0123456789012345678901234567".to_owned())]).await;
    assert_eq!((status, level(&lines, "token", 1)), (Some(1), "error".to_owned()), "{lines:?}");
    assert!(lines.iter().all(|line| !line.to_string().contains("AbCdEf")), "the token is not shown");
    assert!(["PUT", "POST", "PATCH", "DELETE"].iter().all(|method| fake.all_asked(method).is_empty()), "it changes nothing");
}

pub(crate) async fn the_log_can_be_json(fake: Fake) {
    let bot = Bot::start(&fake, &[("FACTOTUM_LOG_FORMAT", "json")]);
    bot.says("\"message\":\"ready\"", 1).await;
    assert_eq!(height(&fake, 40).await, "31 metres.");
    bot.says("\"message\":\"replied\"", 1).await;
    for line in bot.log().lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    let replied: Value = serde_json::from_str(&bot.lines("\"replied\"")[0]).expect("JSON");
    assert!(replied["trace"].is_u64() && replied["outcome"] == "answer" && replied.get("user").is_none(), "{replied}");
}

pub(crate) async fn user_ids_are_logged_only_on_request(fake: Fake) {
    let person = 9_876_543_210;
    for (wanted, logged) in [("false", 0), ("true", 1)] {
        let bot = Bot::ready(&fake, &[("FACTOTUM_LOG_USER_IDS", wanted)]).await;
        let asked = fake.ask(Place { person, ..Place::default() }, QUESTION, None);
        fake.response(&asked).await;
        bot.says("replied", 1).await;
        assert_eq!(bot.lines(&format!("user={person}")).len(), logged, "{}", bot.log());
        assert!(logged == 1 || !bot.log().contains(&person.to_string()), "{}", bot.log());
    }
}

pub(crate) async fn unknown_variables_are_warned_about(fake: Fake) {
    let bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_USER_LIMITS", "3")]).await;
    bot.says("FACTOTUM_DISCORD_USER_LIMITS sets nothing; did you mean FACTOTUM_DISCORD_USER_LIMIT?", 1).await;
}
