//! What somebody who means harm can try from outside, and what must go on meanwhile.

use crate::bot::{Bot, command};
use crate::fake::{Fake, How, Place, Seen, US, Written};
use crate::interactions::{Served, ask};
use crate::operating::{address, get};
use crate::signer::now;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const QUESTION: &str = "how tall is the lighthouse";
/// How long something may take that takes milliseconds.
const SOON: Duration = Duration::from_secs(20);

async fn soon<T>(what: &str, done: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, done).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

pub(crate) async fn a_flood_in_slow_channels_leaves_commands_alone(fake: Fake) {
    let bot = Bot::ready(&fake, &[("FACTOTUM_LOG", "factotum=debug")]).await;
    fake.fault("POST /channels/", 10_000, How::Hang);
    for number in 0..1_500 {
        let channel = 1_000 + number % 60;
        let text = format!("<@{US}> {QUESTION}");
        fake.write(&Written { text, person: number + 1, channel, server: Some(5), mentions: vec![US], ..Written::default() });
    }
    // More than twenty at once in one channel are dropped, and it shows, but does not flood the log.
    bot.says("dropped: too many replies are on their way to this channel", 300).await;
    assert_eq!(bot.lines(" WARN ").len(), 1, "{}", bot.log());
    let asked = fake.ask(Place { person: 77, ..Place::default() }, QUESTION, None);
    assert_eq!(soon("the response", fake.response(&asked)).await["data"]["content"], "31 metres.");
    let (status, ready) = get(&bot, "/readyz").await;
    let ready: Value = serde_json::from_str(&ready).expect("JSON");
    assert_eq!((status, &ready["replies_in_flight"]["messages"]), (200, &json!(1_200)), "{ready}");
    assert!(get(&bot, "/metrics").await.1.contains("factotum_undelivered_replies_total{error=\"no-room\"} 300\n"));
    assert!(bot.memory().is_none_or(|kilobytes| kilobytes < 200_000), "{:?} kB", bot.memory());
}

pub(crate) async fn nobody_reads_the_log(fake: Fake) {
    let mut command = command(&["run"], &[("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str())]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program was built for this test");
    // It registers its commands once it is connected.
    fake.asked("/commands", 0).await;
    // A pipe takes 64 kB, and each of these writes a hundred bytes or more.
    for person in 1..400 {
        let asked = fake.ask(Place { person, channel: person, ..Place::default() }, QUESTION, None);
        soon("the response", fake.response(&asked)).await;
    }
    let stopped = Command::new("kill").arg(child.id().to_string()).status();
    assert!(stopped.is_ok_and(|status| status.success()));
    let ended = soon("the end", tokio::task::spawn_blocking(move || child.wait())).await.expect("no panic").expect("it is ours");
    assert_eq!(ended.code(), Some(0));
    assert!(fake.seen().iter().any(|seen| matches!(seen, Seen::Closed { code: 1000 })));
}

pub(crate) async fn idle_connections_make_room(fake: Fake) {
    let served = Served::start(&fake, &[]).await;
    let host = served.address.split('/').next().expect("an address").to_owned();
    let mut idle = Vec::new();
    for number in 0..600 {
        let mut stream = TcpStream::connect(&host).await.expect("it listens");
        // Some have begun a request that never comes.
        if number % 2 == 0 {
            stream.write_all(b"POST /interactions HTTP/1.1\r\nHost: x\r\n").await.expect("it reads");
        }
        idle.push(stream);
    }
    assert_eq!(soon("an answer", served.ask(Place::default(), QUESTION)).await["data"]["content"], "31 metres.");
    // The health server has fewer places.
    let monitoring = address(&served.bot).await;
    for _ in 0..80 {
        idle.push(TcpStream::connect(&monitoring).await.expect("it listens"));
    }
    let check = tokio::task::spawn_blocking(move || command(&["healthcheck"], &[("FACTOTUM_HTTP_LISTEN", &monitoring)]).output());
    let output = soon("the health check", check).await.expect("no panic").expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ready\n");
}

pub(crate) async fn a_recorded_interaction_is_answered_once(fake: Fake) {
    let served = Served::start(&fake, &[]).await;
    let (id, token) = fake.begun();
    let body = fake.interaction(id, &token, Place::default(), 2, ask(QUESTION, None)).to_string().into_bytes();
    assert_eq!(served.signed(body.clone()).await.0, 200);
    for _ in 0..3 {
        assert_eq!(served.signed(body.clone()).await, (409, Vec::new()));
    }
    assert!(served.told("/metrics").await.1.contains("factotum_rejected_requests_total{reason=\"repeated\"} 3\n"));
}

pub(crate) async fn a_stale_request_learns_why(fake: Fake) {
    let served = Served::start(&fake, &[]).await;
    let host = served.address.split('/').next().expect("an address");
    for (timestamp, length, status) in [(now() - 3_600, 900_000, "401"), (now(), 900_000, "413"), (now() - 3_600, 200_000, "401")] {
        let mut stream = TcpStream::connect(host).await.expect("it listens");
        let head =
            format!("POST /interactions HTTP/1.1\r\nHost: x\r\nX-Signature-Timestamp: {timestamp}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("it reads");
        // A body as a client sends it that looks for an answer only at the end.
        stream.write_all(&vec![b' '; length]).await.expect("it reads to the end");
        let mut answer = [0; 12];
        soon("the answer", stream.read_exact(&mut answer)).await.expect("it answers before it closes the connection");
        assert_eq!(String::from_utf8_lossy(&answer), format!("HTTP/1.1 {status}"));
    }
}

pub(crate) async fn a_pipe_among_the_files_stops_no_reload(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for file in
        factotum_service::pack::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/tiny"))).expect("a pack of the tests")
    {
        // No name that must not be in the log.
        let name = Path::new(&file.name).file_name().expect("it is a file").to_string_lossy().replace("lighthouse", "tower");
        fs::write(folder.path().join(name), &file.text).expect("a writable folder");
    }
    let knowledge = folder.path().display().to_string();
    let bot = Bot::ready(&fake, &[("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "0"), ("FACTOTUM_KNOWLEDGE", &knowledge)]).await;
    let (file, aside) = (folder.path().join("tower.toml"), folder.path().join("aside"));
    fs::rename(&file, &aside).expect("it is there");
    assert!(Command::new("mkfifo").arg(&file).status().is_ok_and(|status| status.success()));
    bot.signal("HUP");
    bot.says("tower.toml is a pipe, not a regular file", 1).await;
    fs::remove_file(&file).and_then(|()| fs::rename(&aside, &file)).expect("it is there");
    let text = fs::read_to_string(&file).expect("it is there").replace("31 metres", "32 metres");
    fs::write(&file, text).expect("a writable folder");
    // A storm of signals is one reload, or a few.
    for _ in 0..50 {
        bot.signal("HUP");
    }
    bot.says("knowledge base reloaded", 1).await;
    let asked = fake.ask(Place::default(), QUESTION, None);
    assert_eq!(fake.response(&asked).await["data"]["content"], "32 metres.");
    assert!(bot.lines("SIGHUP received").len() <= 10, "{}", bot.log());
    assert!(get(&bot, "/metrics").await.1.contains("\nfactotum_reload_running_seconds "));
}

pub(crate) async fn a_gateway_that_is_not_discords_is_left(fake: Fake) {
    fake.heartbeat(0);
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(8));
    assert!(bot.log().contains("it is not Discord's"), "{}", bot.log());
    fake.advise_shards(4_294_967_295);
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(2));
    assert!(bot.log().contains("Discord recommends 4294967295 shards"), "{}", bot.log());
}

pub(crate) async fn a_429_is_waited_for_as_it_asks(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /channels/40/messages", 1, How::RetryAfter(429, 1.5));
    fake.write(&Written { text: QUESTION.to_owned(), channel: 40, ..Written::default() });
    fake.posted(40, 0).await;
    let asked = fake.all_asked("POST /channels/40/messages");
    assert!(asked.len() == 2 && asked[1].at - asked[0].at >= Duration::from_millis(1_500), "{asked:?}");
}

pub(crate) async fn a_rejected_token_is_where_it_came_from(fake: Fake) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("token");
    fs::write(&path, "DISCORD_TOKEN=\"another.token.altogether\"\n").expect("a writable folder");
    let file = path.display().to_string();
    let mut bot = Bot::start(&fake, &[("DISCORD_TOKEN", ""), ("DISCORD_TOKEN_FILE", &file), ("FACTOTUM_LOG_FORMAT", "json")]);
    assert_eq!(bot.ended().await.code(), Some(3));
    bot.says("has the name of a variable and quotation marks around it, which is left out", 1).await;
    bot.says("others on this machine can read or change the token", 1).await;
    let last: Value = serde_json::from_str(bot.log().lines().last().unwrap_or_default()).expect("the error is JSON as well");
    let message = last["message"].as_str().unwrap_or_default();
    assert!(
        last["level"] == "ERROR" && message.starts_with(&format!("Discord rejected the token from DISCORD_TOKEN_FILE: {file};")),
        "{last}"
    );
}

pub(crate) async fn questions_over_http(_: Fake) {
    let settings = [("FACTOTUM_ASK_LISTEN", "127.0.0.1:0"), ("FACTOTUM_ASK_ADDRESS_LIMIT", "3")];
    let mut served = command(&["serve-ask"], &settings);
    served.env_remove("DISCORD_TOKEN");
    let mut bot = Bot::spawn(served);
    bot.says("answering questions on http://", 1).await;
    let url = bot.lines("answering questions on").remove(0).split(" on ").nth(1).expect("an address").to_owned();
    let client = reqwest::Client::new();
    let get = async |query: &str| {
        let response = client.get(format!("{url}{query}")).send().await.expect("it answers");
        (response.status().as_u16(), response.headers().clone(), response.text().await.expect("a whole answer"))
    };
    let (status, headers, body) = get("?q=how+tall+is%20the%20lighthouse%3F").await;
    let printed = command(&["ask", "--json", "how tall is the lighthouse?"], &[]).output().expect("it runs").stdout;
    assert_eq!((status, body), (200, String::from_utf8(printed).expect("UTF-8")));
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(get("?q=%ff%00%e2%80%ae").await.0, 200, "whatever the bytes");
    assert_eq!(get("?question=1").await.0, 400);
    assert_eq!(client.post(&url).send().await.map(|response| response.status().as_u16()).ok(), Some(405));
    assert_eq!(get("?q=").await.0, 200);
    let (status, headers, body) = get("?q=again").await;
    assert_eq!((status, body.as_str()), (429, "{\"error\":\"too many questions from this address\"}\n"));
    assert!(
        headers["retry-after"]
            .to_str()
            .ok()
            .and_then(|seconds| seconds.parse().ok())
            .is_some_and(|seconds: u64| (1..=61).contains(&seconds))
    );
    let metrics = crate::operating::get(&bot, "/metrics").await.1;
    assert!(metrics.contains("factotum_questions_total{event=\"http\",outcome=\"answer\"} 1\n"), "{metrics}");
    bot.stop("TERM").await;
    let mut off = Bot::spawn(command(&["serve-ask"], &[]));
    assert_eq!(off.ended().await.code(), Some(2));
    assert!(off.log().contains("`listen` of [ask] is off"), "{}", off.log());
}
