//! Tries `factotum serve-interactions` under load: `cargo bench --bench interactions -- FACTOTUM`. `scripts/try-interactions` builds all that this needs and calls
//! it. Everything runs on this machine, loopback included, so figures are those of server and load together.
//!
//! 1. Valid, forged, truncated, stale and oversized requests, mixed: only the valid ones may be answered.
//! 2. Throughput and times with wrk, beside a server that checks the signature and answers a constant (this program, called with `constant`).
//! 3. Four copies behind nginx, two of which are killed meanwhile.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the report of a tool")]

#[path = "../tests/discord/signer.rs"]
mod signer;

use anyhow::{Context, Result, bail, ensure};
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use factotum_discord::endpoint::{CONNECTION_LIMITS, MAX_BODY, PATH};
use factotum_discord::signature::{MAX_CLOCK_SKEW, Signed};
use factotum_service::config::PublicKey;
use factotum_service::http;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use signer::{Signer, now};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

/// Whose requests are valid, and whose are not.
const DISCORD: u8 = 1;
const STRANGER: u8 = 2;
/// Requests of the first part.
const MIXED: usize = 10_000;
/// Of these at once.
const AT_ONCE: usize = 64;
/// Connections of wrk, and how long each of its runs takes. Requests are signed before, so it has to be well below [`MAX_CLOCK_SKEW`].
const CONNECTIONS: &str = "32";
const RUN: Duration = Duration::from_secs(8);
/// Runs of each, one after the other in turns; the median counts.
const RUNS: usize = 3;
/// Different requests that wrk sends in turns.
const DIFFERENT: usize = 1_000;
/// Requests through nginx, and how many a second.
const BALANCED: usize = 10_000;
const RATE: u32 = 500;
/// How long to wait for a program to begin.
const PATIENCE: Duration = Duration::from_secs(20);

/// Questions with an answer, with a near one, and with none.
const QUESTIONS: [&str; 8] = [
    "which NATO members don't recognize Kosovo?",
    "does cyprus recognise kosovo",
    "who is the president of serbia",
    "when did kosovo declare independence",
    "how many troops does NATO have in Kosovo",
    "is bosnia in nato",
    "what is the population of kosovo",
    "what did russia say about bosnia joining nato?",
];

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["constant"] => constant().await,
        [factotum] => all(Path::new(factotum)).await,
        _ => Err(anyhow::anyhow!("usage: cargo bench --bench interactions -- FACTOTUM")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("interactions: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn all(factotum: &Path) -> Result<()> {
    mixed(factotum).await.context("requests of all sorts")?;
    load(factotum).await.context("load")?;
    balanced(factotum).await.context("copies behind nginx")
}

// -- what is posted --

/// What somebody uses.
#[derive(Clone, Copy)]
enum Use {
    Ping,
    Ask,
    Typing,
    Topics,
    Press,
}

/// As Discord sends it, with all that comes along.
fn interaction(what: Use, number: usize) -> Vec<u8> {
    let question = QUESTIONS[number % QUESTIONS.len()];
    let (kind, data) = match what {
        Use::Ping => (1, Value::Null),
        Use::Ask => (2, json!({"id": "9", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": question}]})),
        Use::Typing => {
            // Half of it is typed.
            let typed = &question[..question.len() / 2];
            (4, json!({"id": "9", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": typed, "focused": true}]}))
        }
        Use::Topics => (2, json!({"id": "9", "name": "topics", "type": 1})),
        Use::Press => (3, json!({"custom_id": "1:topics:0", "component_type": 2})),
    };
    let id = |base: u64| (base + number as u64).to_string();
    let user = json!({
        "id": id(300_000_000_000_000_000), "username": "somebody", "global_name": "Somebody", "discriminator": "0", "public_flags": 0,
        "avatar": "0123456789abcdef0123456789abcdef", "avatar_decoration_data": null, "clan": null, "primary_guild": null,
    });
    let mut interaction = json!({
        "id": id(1_400_000_000_000_000_000), "application_id": "1000000000000000002", "type": kind, "version": 1,
        "token": "aW50ZXJhY3Rpb246MTQwMDAwMDAwMDAwMDAwMDAwMDp".repeat(4), "locale": "en-GB", "guild_locale": "en-US",
        "guild_id": id(500_000_000_000_000_000), "guild": {"id": id(500_000_000_000_000_000), "locale": "en-US", "features": ["COMMUNITY", "NEWS"]},
        "channel_id": id(600_000_000_000_000_000), "app_permissions": "2248473465835073", "context": 0,
        "channel": {"id": id(600_000_000_000_000_000), "type": 0, "name": "general", "position": 3, "permissions": "2248473465835073", "flags": 0},
        "authorizing_integration_owners": {"0": id(500_000_000_000_000_000)}, "entitlements": [], "entitlement_sku_ids": [],
        "attachment_size_limit": 10_485_760,
        "member": {
            "user": user, "roles": ["700000000000000000", "700000000000000001"], "joined_at": "2026-01-01T00:00:00.000000+00:00", "deaf": false,
            "mute": false, "flags": 0, "permissions": "2248473465835073", "avatar": null, "nick": null, "pending": false, "premium_since": null,
            "communication_disabled_until": null, "unusual_dm_activity_until": null,
        },
    });
    match what {
        // A ping comes from nobody.
        Use::Ping => interaction = json!({"id": id(1), "application_id": "1000000000000000002", "type": 1, "version": 1, "token": "t"}),
        Use::Press => {
            interaction["data"] = data;
            interaction["message"] = json!({
                "id": id(800_000_000_000_000_000), "channel_id": id(600_000_000_000_000_000), "author": {"id": "1", "username": "bot", "bot": true},
                "content": "", "timestamp": "2026-07-01T12:00:00.000000+00:00", "edited_timestamp": null, "tts": false, "mention_everyone": false,
                "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "type": 0,
            });
        }
        _ => interaction["data"] = data,
    }
    interaction.to_string().into_bytes()
}

/// A request as it goes out.
struct Post {
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Post {
    fn signed(by: &Signer, at: u64, body: Vec<u8>) -> Post {
        let timestamp = at.to_string();
        Post { signature: by.sign(&timestamp, &body), timestamp, body }
    }

    /// Status and body, or what went wrong.
    async fn send(&self, client: &reqwest::Client, address: &str) -> reqwest::Result<(u16, Vec<u8>)> {
        let request = client.post(format!("http://{address}{PATH}")).header("content-type", "application/json").body(self.body.clone());
        let request = request.header("x-signature-timestamp", &self.timestamp).header("x-signature-ed25519", &self.signature);
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.bytes().await?.to_vec()))
    }
}

// -- programs --

/// A server that runs until this is dropped.
struct Server {
    child: Child,
    address: String,
    /// The signal that ends it at once.
    stop: &'static str,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already. Told to stop and not killed: nginx would leave its worker behind.
        let _ = self.signal(self.stop);
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a program that says where it listens, on one of its first lines.
    fn start(command: &mut Command) -> Result<Server> {
        let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().context("cannot start the server")?;
        let mut lines = BufReader::new(child.stderr.take().context("it is piped")?).lines();
        let mut server = Server { child, address: String::new(), stop: "KILL" };
        let said = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let address = line.split("serving interactions on http://").nth(1)?;
            Some(address.trim_end_matches(PATH).to_owned())
        });
        server.address = said.context("the server did not begin")?;
        // Nobody reads on, and nobody may be held up by that.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    fn factotum(program: &Path, address: &str) -> Result<Server> {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FACTOTUM_")) {
            command.env_remove(name);
        }
        let settings = [
            ("FACTOTUM_INTERACTIONS_LISTEN", address),
            ("FACTOTUM_INTERACTIONS_PUBLIC_KEY", &Signer::new(DISCORD).public_key()),
            ("FACTOTUM_HTTP_LISTEN", "off"),
            // One line at the start; a line for each reply would measure the log.
            ("FACTOTUM_LOG", "warn,factotum::cli=info"),
            ("FACTOTUM_DISCORD_USER_LIMIT", "1000000"),
            ("FACTOTUM_DISCORD_CHANNEL_LIMIT", "1000000"),
        ];
        Self::start(command.arg("serve-interactions").envs(settings))
    }

    fn constant() -> Result<Server> {
        Self::start(Command::new(std::env::current_exe()?).arg("constant"))
    }

    fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
    }

    fn signal(&self, name: &str) -> Result<()> {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status()?;
        ensure!(status.success(), "kill -{name}");
        Ok(())
    }
}

/// The limit: whatever answers has to check the signature, and to say something.
async fn constant() -> Result<()> {
    let key: PublicKey = Signer::new(DISCORD).public_key().parse().map_err(anyhow::Error::msg)?;
    let reply = json!({"type": 4, "data": {"content": "x".repeat(600), "allowed_mentions": {"parse": []}}}).to_string();
    let answer = move |request: Request| async move {
        let (head, body) = request.into_parts();
        let header = |name: &str| head.headers.get(name).map(|value| value.as_bytes()).unwrap_or_default();
        let Ok(body) = body.collect().await else { return StatusCode::BAD_REQUEST.into_response() };
        let signed = Signed { timestamp: header("x-signature-timestamp"), signature: header("x-signature-ed25519") };
        match signed.by(&key, &body.to_bytes()) {
            Ok(()) => ([("content-type", "application/json")], reply).into_response(),
            Err(_) => StatusCode::UNAUTHORIZED.into_response(),
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("serving interactions on http://{}{PATH}", listener.local_addr()?);
    http::serve(listener, Router::new().route(PATH, post(answer)), CONNECTION_LIMITS, std::future::pending()).await;
    Ok(())
}

// -- 1 --

async fn mixed(factotum: &Path) -> Result<()> {
    let server = Arc::new(Server::factotum(factotum, "127.0.0.1:0")?);
    let (discord, stranger, client) = (Signer::new(DISCORD), Signer::new(STRANGER), reqwest::Client::new());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut sent = JoinSet::new();
    let begun = Instant::now();
    for number in 0..MIXED {
        let what = [Use::Ask, Use::Typing, Use::Ask, Use::Press, Use::Ping, Use::Topics, Use::Ask][number / 10 % 7];
        let body = interaction(what, number);
        let valid = Post::signed(&discord, now(), body.clone());
        let (sort, expected, post) = match number % 10 {
            0 | 3 | 5 | 8 => ("valid", 200, valid),
            1 => ("forged by another key", 401, Post::signed(&stranger, now(), body)),
            2 => (
                "changed after signing",
                401,
                Post {
                    body: String::from_utf8(body)?.replace("general", "genera1").replace("\"1\"", "\"2\"").into_bytes(),
                    signature: valid.signature[1..].to_owned() + "0",
                    ..valid
                },
            ),
            4 => ("truncated body", 401, Post { body: body[..body.len() * 2 / 3].to_vec(), ..valid }),
            6 => ("truncated signature", 401, Post { signature: valid.signature[..100].to_owned(), ..valid }),
            7 => ("stale", 401, Post::signed(&discord, now() - MAX_CLOCK_SKEW - 2 - number as u64, body)),
            _ => ("oversized", 413, Post::signed(&discord, now(), vec![b' '; MAX_BODY + 1 + number])),
        };
        let place = places.clone().acquire_owned().await?;
        let (client, server) = (client.clone(), server.clone());
        sent.spawn(async move {
            // A connection on which an oversized request was cut off is closed while it is still being sent.
            let mut got = post.send(&client, &server.address).await;
            if got.is_err() && sort != "valid" {
                got = post.send(&client, &server.address).await;
            }
            drop(place);
            (sort, expected, got)
        });
    }
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    while let Some(done) = sent.join_next().await {
        let (sort, expected, got) = done?;
        let told = match got {
            Ok((status, body)) => {
                ensure!(status == expected, "{sort}: status {status}");
                ensure!((status == 200) == body.starts_with(b"{\"type\":"), "{sort}: a reply where there must be none, or none");
                status.to_string()
            }
            // Anyone who still sends may not get to read why.
            Err(error) if sort == "oversized" && error.is_request() => "closed".to_owned(),
            Err(error) => bail!("{sort}: {error:?}"),
        };
        *counts.entry((sort, told)).or_default() += 1;
    }
    println!("{MIXED} requests of all sorts, {AT_ONCE} at once, in {:.1} s:", begun.elapsed().as_secs_f64());
    for ((sort, status), count) in counts {
        println!("  {count:5} {sort}: {status}");
    }
    Ok(())
}

// -- 2 --

/// What wrk says of a run.
#[derive(Clone, Copy, Default)]
struct Figures {
    throughput: f64,
    median: Duration,
    p99: Duration,
}

fn wrk(server: &Server, requests: &Path) -> Result<Figures> {
    let url = format!("http://{}{PATH}", server.address);
    let seconds = RUN.as_secs().to_string();
    let arguments = ["-t1", "-c", CONNECTIONS, "-d", &seconds, "--latency", "-s"];
    let output = Command::new("wrk").args(arguments).arg(requests).arg(url).output().context("cannot run wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success() && !text.contains("Non-2xx") && !text.contains("Socket errors"), "wrk: {text}");
    let word = |line: &str| -> Option<String> { text.lines().find_map(|l| l.trim().strip_prefix(line)).map(|rest| rest.trim().to_owned()) };
    let time = |line: &str| -> Option<Duration> {
        let text = word(line)?;
        let number = text.trim_end_matches(char::is_alphabetic).parse::<f64>().ok()?;
        let unit = if text.ends_with("us") {
            1e-6
        } else if text.ends_with("ms") {
            1e-3
        } else {
            1.0
        };
        Some(Duration::from_secs_f64(number * unit))
    };
    let figures = (|| Some(Figures { throughput: word("Requests/sec:")?.parse().ok()?, median: time("50%")?, p99: time("99%")? }))();
    figures.with_context(|| format!("wrk says something else: {text}"))
}

/// A script for wrk that sends these in turns, signed now.
fn script(folder: &Path, uses: &[Use]) -> Result<PathBuf> {
    let (discord, at) = (Signer::new(DISCORD), now());
    let mut lua = format!(
        "local path = \"{PATH}\"\nlocal requests = {{}}\nlocal function add(t, s, b)\n  requests[#requests + 1] = wrk.format(\"POST\", path, "
    );
    lua.push_str("{[\"content-type\"] = \"application/json\", [\"x-signature-timestamp\"] = t, [\"x-signature-ed25519\"] = s}, b)\nend\ninit = function()\n");
    for number in 0..DIFFERENT {
        let post = Post::signed(&discord, at, interaction(uses[number % uses.len()], number / uses.len()));
        writeln!(lua, "  add(\"{}\", \"{}\", [==[{}]==])", post.timestamp, post.signature, String::from_utf8(post.body)?)?;
    }
    lua.push_str("end\nlocal next = 0\nrequest = function()\n  next = next % #requests + 1\n  return requests[next]\nend\n");
    let path = folder.join("requests.lua");
    std::fs::write(&path, lua)?;
    Ok(path)
}

async fn load(factotum: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sorts: [(&str, &[Use]); 3] = [
        ("questions", &[Use::Ask]),
        ("typing", &[Use::Typing]),
        // People type, choose, read on: suggestions are asked for a few times for each question.
        ("mixed", &[Use::Typing, Use::Typing, Use::Ask, Use::Ask, Use::Press]),
    ];
    println!("throughput with wrk, {CONNECTIONS} connections, median of {RUNS} runs of {} s in turns:", RUN.as_secs());
    for (name, uses) in sorts {
        let (constant, ours) = (Server::constant()?, Server::factotum(factotum, "127.0.0.1:0")?);
        let mut runs: [Vec<Figures>; 2] = Default::default();
        for _ in 0..RUNS {
            for (server, runs) in [&constant, &ours].into_iter().zip(&mut runs) {
                runs.push(wrk(server, &script(folder.path(), uses)?)?);
            }
        }
        let [limit, got] = runs.map(|mut runs| {
            runs.sort_by(|a, b| a.throughput.total_cmp(&b.throughput));
            let middle = runs.len() / 2;
            let throughput = runs[middle].throughput;
            runs.sort_by_key(|run| run.p99);
            Figures { throughput, ..runs[middle] }
        });
        for (who, f) in [("constant", limit), ("factotum", got)] {
            println!("  {name:9} {who}: {:6.0} a second, median {:.2} ms, p99 {:.2} ms", f.throughput, ms(f.median), ms(f.p99));
        }
        let memory = ours.memory().unwrap_or_default() / 1_000;
        let (throughput, p99) = (100.0 * got.throughput / limit.throughput, got.p99.as_secs_f64() / limit.p99.as_secs_f64());
        println!("  {name:9} ratio: throughput {throughput:.0} %, p99 {p99:.2} times; at most {memory} MB");
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

// -- 3 --

/// nginx in front of the copies. `again` is what it does where a copy fails: what it does by itself, or sends the request to another one even
/// if it may have been answered, as is harmless with these.
fn nginx(folder: &Path, copies: &[Server], again: &str) -> Result<Server> {
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let servers: String = copies.iter().map(|copy| format!("server {} max_fails=1 fail_timeout=2s; ", copy.address)).collect();
    let folder = folder.display();
    let temporary: String =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {folder}/{name}; ")).concat();
    let conf = format!(
        "daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\nevents {{ worker_connections 1024; }}\nhttp {{\n access_log off; {temporary}\n \
         upstream copies {{ {servers}keepalive 32; }}\n server {{\n  listen 127.0.0.1:{port};\n  location / {{\n   proxy_pass http://copies; proxy_http_version 1.1; \
         proxy_set_header Connection \"\";\n   proxy_connect_timeout 1s; proxy_read_timeout 3s; {again}\n  }}\n }}\n}}\n"
    );
    let path = format!("{folder}/nginx.conf");
    std::fs::write(&path, conf)?;
    let child = Command::new("nginx").args(["-c", &path, "-e", &format!("{folder}/start.log")]).spawn().context("cannot run nginx")?;
    Ok(Server { child, address: format!("127.0.0.1:{port}"), stop: "TERM" })
}

async fn balanced(factotum: &Path) -> Result<()> {
    for (name, again) in [
        ("as nginx is", ""),
        ("with proxy_next_upstream error timeout http_502 non_idempotent", "proxy_next_upstream error timeout http_502 non_idempotent;"),
    ] {
        let folder = tempfile::tempdir()?;
        let copies: Vec<Server> = (0..4).map(|_| Server::factotum(factotum, "127.0.0.1:0")).collect::<Result<_>>()?;
        let front = nginx(folder.path(), &copies, again)?;
        let (discord, client) = (Arc::new(Signer::new(DISCORD)), reqwest::Client::new());
        let begun = Instant::now();
        while Post::signed(&discord, now(), interaction(Use::Ping, 0)).send(&client, &front.address).await.is_err() {
            ensure!(begun.elapsed() < PATIENCE, "nginx did not begin");
            sleep(Duration::from_millis(20)).await;
        }
        let again = Arc::new(AtomicUsize::new(0));
        let mut pace = interval(Duration::from_secs(1) / RATE);
        let mut sent = JoinSet::new();
        let begun = Instant::now();
        for number in 0..BALANCED {
            pace.tick().await;
            match number {
                n if n == BALANCED / 3 => copies[0].signal("KILL")?,
                n if n == BALANCED * 2 / 3 => copies[1].signal("TERM")?,
                _ => {}
            }
            let (client, address, discord, again) = (client.clone(), front.address.clone(), discord.clone(), again.clone());
            sent.spawn(async move {
                let begun = Instant::now();
                for attempt in 0..2 {
                    let post = Post::signed(&discord, now(), interaction([Use::Ask, Use::Typing][number % 2], number));
                    if let Ok((200, body)) = post.send(&client, &address).await
                        && body.starts_with(b"{\"type\":")
                    {
                        return Some(begun.elapsed());
                    }
                    if attempt == 0 {
                        again.fetch_add(1, Ordering::Relaxed);
                    }
                }
                None
            });
        }
        let mut times = Vec::new();
        while let Some(done) = sent.join_next().await {
            times.push(done?);
        }
        let unanswered = times.iter().filter(|time| time.is_none()).count();
        let mut times: Vec<Duration> = times.into_iter().flatten().collect();
        times.sort_unstable();
        let share = |percent: usize| times.get((times.len().max(1) - 1) * percent / 100).copied().unwrap_or_default();
        println!(
            "four copies behind nginx, {name}: {BALANCED} requests at {RATE} a second in {:.0} s, one killed, one told to stop: {} needed a second attempt, \
             {unanswered} unanswered; median {:.2} ms, p99 {:.2} ms, longest {:.1} ms",
            begun.elapsed().as_secs_f64(),
            again.load(Ordering::Relaxed),
            ms(share(50)),
            ms(share(99)),
            ms(share(100))
        );
        ensure!(unanswered == 0, "{unanswered} requests were not answered");
    }
    Ok(())
}
