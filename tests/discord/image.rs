//! Runs a container image and asks it questions through the fake Discord of these tests: `cargo test --test discord -- image IMAGE ENGINE [OPTIONS]
//! -- COMPOSE [OPTIONS]`, where the engine is `docker` or `podman`, and COMPOSE is `docker compose` or `podman-compose`.
//! `scripts/try-image` builds the image and calls this.
//!
//! Everything is checked on the running process, not on its configuration: its privileges, its file system, its exit code. Reading them of
//! another user's process needs root.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the report of a tool")]

use crate::fake::{Fake, Place, Seen, TOKEN, US, Written};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Largest size of the image, in bytes. It was 51.7 million when last measured: 22 are the sentence encoder, and most of the rest is what was learned
/// from the built-in knowledge base.
const IMAGE: u64 = 60_000_000;
/// Most memory, in kilobytes, after questions to the built-in knowledge base. It was 70,500 when last measured: the encoder's weights are read in place.
const MEMORY: u64 = 90_000;
/// Longest time from the start of the process until its health check succeeds.
const HEALTHY: Duration = Duration::from_secs(2);
/// Target for the time from the start of the process until it is ready. Only printed: it depends on the machine.
const READY: Duration = Duration::from_millis(300);
/// Longest time from the stop signal to the exit.
const STOPPED: Duration = Duration::from_secs(5);
/// How long to wait for something that must happen, including learning a small knowledge base.
const PATIENCE: Duration = Duration::from_secs(40);
/// Poll interval for measurements: well below the measured times.
const GLANCE: Duration = Duration::from_millis(5);

/// The options to run it with: as the documents recommend, and as every machine supports.
const CONFINED: [&str; 12] = [
    "--read-only",
    "--cap-drop",
    "all",
    "--security-opt",
    "no-new-privileges",
    "--network",
    "host",
    // Without a limit, some runtimes ask for more than they may have.
    "--ulimit",
    "nofile=1024:1024",
    "--ulimit",
    "nproc=1024:1024",
    // The tests call the health check themselves; some engines need more for it than every machine has.
    "--no-healthcheck",
];

/// A question for the built-in knowledge base, and a part of its answer.
const QUESTION: (&str, &str) = ("which NATO members don't recognize Kosovo?", "Spain, Slovakia, Greece and Romania");

/// A question for the mounted knowledge base.
const HEIGHT: &str = "how tall is the tower of the lighthouse";

/// Address of the DNS server: loopback, but not where another DNS server may listen.
const NAMES: &str = "127.0.53.53";

/// The user that the image names.
const USER: &str = "65532";

const USAGE: &str = "usage: cargo test --test discord -- image IMAGE ENGINE [OPTIONS] -- COMPOSE [OPTIONS]";

/// Tries the image that these arguments name.
pub(crate) async fn tried(arguments: &[String]) -> ExitCode {
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("image: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> Result<()> {
    let mut parts = arguments.splitn(2, |argument| argument == "--");
    let (Some([image, words @ ..]), Some(compose)) = (parts.next(), parts.next()) else { bail!(USAGE) };
    ensure!(!words.is_empty() && !compose.is_empty(), USAGE);
    let engine = Engine { image: image.clone(), words: words.to_vec(), compose: compose.to_vec() };
    engine.what_is_in_it()?;
    let names = tokio::net::UdpSocket::bind((NAMES, 53)).await.context("cannot start a DNS server: this needs root")?;
    tokio::spawn(answer_names(names));
    as_it_comes(&engine).await.context("the plain image")?;
    with_mounts(&engine).await.context("the image with mounted settings, knowledge base and token")?;
    composed(&engine).await.context("the image with compose.yaml")
}

/// The container engine, the compose program, and the image.
struct Engine {
    image: String,
    words: Vec<String>,
    compose: Vec<String>,
}

fn command(program: &[String], arguments: &[&str]) -> Command {
    let mut command = Command::new(&program[0]);
    command.args(&program[1..]).args(arguments).stdin(Stdio::null());
    command
}

/// The output of a program, if it succeeds.
fn call(program: &[String], arguments: &[&str]) -> Result<String> {
    let output = command(program, arguments).output().with_context(|| format!("cannot run {}", program[0]))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} {}: {}", program[0], arguments.join(" "), error.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Engine {
    fn call(&self, arguments: &[&str]) -> Result<String> {
        call(&self.words, arguments)
    }

    /// Checks the image without running it.
    fn what_is_in_it(&self) -> Result<()> {
        let described: Value = serde_json::from_str(&self.call(&["image", "inspect", &self.image])?)?;
        let image = &described[0];
        let config = &image["Config"];
        ensure!(config["User"] == format!("{USER}:{USER}"), "the image's user is {}", config["User"]);
        ensure!(config["Labels"]["org.opencontainers.image.version"] == env!("CARGO_PKG_VERSION"), "labels: {}", config["Labels"]);
        // Docker and podman keep it in different places.
        let check = [&config["Healthcheck"], &image["HealthCheck"], &image["Healthcheck"]].into_iter().find(|check| check.is_object());
        let check = check.context("the image has no health check")?;
        ensure!(check["Test"] == serde_json::json!(["CMD", "/factotum", "healthcheck"]), "the health check is {check}");
        let size = image["Size"].as_u64().context("the image has a size")?;
        println!("image size: {:.1} MB (at most {})", mb(size), mb(IMAGE));
        ensure!(size <= IMAGE, "the image is too large");

        let container = self.call(&["create", &self.image])?;
        let container = container.trim();
        let listed = self.files(container);
        self.call(&["rm", container])?;
        let listed = listed?;
        for wanted in ["factotum", "etc/factotum/bot.toml", "etc/factotum/knowledge/source.toml", "etc/ssl/certs/ca-certificates.crt"] {
            ensure!(listed.iter().any(|file| file == wanted), "{wanted} is not in the image: {listed:?}");
        }
        let programs: Vec<&String> = listed.iter().filter(|f| f.contains("bin/") && !f.ends_with('/')).collect();
        ensure!(programs.is_empty(), "there are other programs in the image: {programs:?}");

        let (question, expected) = QUESTION;
        let answer = self.call(&[&["run", "--rm"][..], &CONFINED, &[&self.image, "ask", question]].concat())?;
        ensure!(answer.contains(expected), "at the command line, the answer is {answer}");
        Ok(())
    }

    /// The files of a container.
    fn files(&self, container: &str) -> Result<Vec<String>> {
        let mut export = command(&self.words, &["export", container]).stdout(Stdio::piped()).spawn()?;
        let archive = export.stdout.take().context("it is piped")?;
        let listed = Command::new("tar").arg("-t").stdin(archive).output().context("cannot run tar")?;
        ensure!(export.wait()?.success() && listed.status.success(), "the files of {container} cannot be listed");
        Ok(String::from_utf8_lossy(&listed.stdout).lines().map(|l| l.trim_start_matches("./").to_owned()).collect())
    }

    /// Starts a container, confined as the documents recommend. It finds the fake by its name.
    fn start(&self, fake: &Fake, options: &[String]) -> Result<Container<'_>> {
        let (name, port) = (name(), free_port()?);
        let mut command = command(&self.words, &["run", "--rm", "--name", &name, "--dns", NAMES]);
        command.args(CONFINED);
        for (variable, value) in environment(fake, port) {
            command.args(["--env", &format!("{variable}={value}")]);
        }
        command.args(options).arg(&self.image);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("the container cannot be started")?;
        let stderr = BufReader::new(child.stderr.take().context("it is piped")?);
        let log = Arc::new(Mutex::new(String::new()));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = kept.lock().expect("no thread panics while it holds the lock");
                log.push_str(&line);
                log.push('\n');
            }
        });
        Ok(Container { engine: self, name, port, child: Some(child), log, process: 0 })
    }
}

/// The name of a container of this run.
fn name() -> String {
    format!("factotum-try-{}", std::process::id())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The environment of every container.
fn environment(fake: &Fake, port: u16) -> [(&'static str, String); 4] {
    [
        ("FACTOTUM_DISCORD_API_PROXY", fake.rest.replace("127.0.0.1", "discord.test")),
        ("FACTOTUM_HTTP_LISTEN", format!("127.0.0.1:{port}")),
        ("FACTOTUM_LOG", "info".to_owned()),
        ("FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS", "1".to_owned()),
    ]
}

/// A running container. It is removed when it is dropped.
struct Container<'a> {
    engine: &'a Engine,
    name: String,
    port: u16,
    /// The engine's process, if it runs in the foreground.
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    /// The process id of the program, as seen from outside.
    process: u32,
}

impl Container<'_> {
    fn log(&self) -> String {
        self.log.lock().expect("no thread panics while it holds the lock").clone()
    }

    /// Waits until it is ready; returns the time since the start of its process.
    async fn ready(&mut self) -> Result<Duration> {
        let ready = loop {
            if let Some(status) = self.child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                bail!("it has ended with {status}: {}", self.log());
            }
            if self.get("/readyz").await.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                break SystemTime::now();
            }
            tokio::time::sleep(GLANCE).await;
        };
        let process = self.engine.call(&["inspect", "--format", "{{.State.Pid}}", &self.name])?;
        self.process = process.trim().parse().context("the number of a process")?;
        Ok(ready.duration_since(started(self.process)?).unwrap_or_default())
    }

    /// Its HTTP response, if there is one.
    async fn get(&self, path: &str) -> Option<String> {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }

    /// A line of the process status.
    fn status(&self, name: &str) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(line.with_context(|| format!("the system does not tell {name}"))?.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Checks its privileges.
    fn confined(&self) -> Result<()> {
        let user = [USER; 4].join(" ");
        let nothing = "0000000000000000";
        let wanted =
            [("Uid", user.as_str()), ("Gid", &user), ("CapEff", nothing), ("CapBnd", nothing), ("CapPrm", nothing), ("NoNewPrivs", "1")];
        for (name, wanted) in wanted {
            let found = self.status(name)?;
            ensure!(found == wanted, "{name} of the process is {found}, not {wanted}");
        }
        let mounts = fs::read_to_string(format!("/proc/{}/mountinfo", self.process)).context("reading its mounts wants root")?;
        // The fifth word is the place, the sixth the options.
        let root = mounts.lines().map(|l| l.split(' ').collect::<Vec<_>>()).find(|words| words.get(4) == Some(&"/"));
        let options = *root.context("its root is mounted")?.get(5).unwrap_or(&"");
        ensure!(options.split(',').any(|option| option == "ro"), "its root is mounted {options}");
        println!("confined: user {USER}, no capabilities, no new privileges, root read-only");
        Ok(())
    }

    /// Stops it like an operator.
    async fn stop(mut self, fake: &Fake) -> Result<()> {
        let begun = Instant::now();
        self.engine.call(&["stop", "--time", "10", &self.name])?;
        let status = self.ended().await?;
        let took = begun.elapsed();
        ensure!(status.code() == Some(0), "it ended with {status}: {}", self.log());
        ensure!(took <= STOPPED, "it took {took:?} to stop");
        let closed = fake.seen().iter().any(|s| matches!(s, Seen::Closed { code: 1000, .. }));
        ensure!(closed, "it did not close its connection to Discord: {}", self.log());
        ensure!(!self.log().contains(TOKEN), "its log gives away the token");
        println!("stopped: status 0 after {} (at most {})", milliseconds(took), milliseconds(STOPPED));
        Ok(())
    }

    async fn ended(&mut self) -> Result<ExitStatus> {
        let begun = Instant::now();
        let child = self.child.as_mut().context("it runs in the foreground")?;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            ensure!(begun.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// A limit that the kernel enforces, by its names in cgroups v1 and v2.
    fn limit(&self, controller: &str, first: &str, second: &str) -> Result<u64> {
        let groups = fs::read_to_string(format!("/proc/{}/cgroup", self.process))?;
        let group = |of: &str| groups.lines().find_map(|line| line.split_once(':')?.1.strip_prefix(of)?.strip_prefix(":/"));
        let file = match group(controller) {
            Some(group) => format!("/sys/fs/cgroup/{controller}/{group}/{first}"),
            None => format!("/sys/fs/cgroup/{}/{second}", group("").context("it is in no control group")?),
        };
        let limit = fs::read_to_string(&file).with_context(|| file.clone())?;
        limit.trim().parse().with_context(|| format!("{file}: {}", limit.trim()))
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // Usually it is already gone.
        let _ = self.engine.call(&["rm", "--force", &self.name]);
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// When a process started, to a hundredth of a second.
fn started(process: u32) -> Result<SystemTime> {
    // In hundredths of a second since boot, on every Linux that Rust supports.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second word is the program's name and may contain spaces; the start time is the 22nd.
    let ticks: u32 = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).context("no start in /proc")?.parse()?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime.split(' ').next().unwrap_or_default().parse()?;
    Ok(SystemTime::now() - Duration::from_secs_f64(uptime) + TICK * ticks)
}

/// The image with nothing but a token: the built-in knowledge base.
async fn as_it_comes(engine: &Engine) -> Result<()> {
    let fake = Fake::start().await;
    let mut container = engine.start(&fake, &["--env".to_owned(), format!("DISCORD_TOKEN={TOKEN}")])?;
    let ready = within(container.ready(), "it is never ready").await??;
    println!("start to ready: {} (aim: {})", milliseconds(ready), milliseconds(READY));
    engine.call(&["exec", &container.name, "/factotum", "healthcheck"])?;
    let healthy = SystemTime::now().duration_since(started(container.process)?)?;
    println!("start to healthy, as its own check says: {} (at most {})", milliseconds(healthy), milliseconds(HEALTHY));
    ensure!(healthy <= HEALTHY, "it took too long to be healthy");
    container.confined()?;

    let (question, expected) = QUESTION;
    let answer = everywhere(&fake, question).await;
    ensure!(answer.iter().all(|a| a.contains(expected)), "the answers are {answer:?}");
    println!("finds Discord by name; answers a command, a direct message and a mention");
    let memory = container.status("VmRSS")?;
    let kilobytes: u64 = memory.trim_end_matches(" kB").parse().context("a number of kB")?;
    println!("resident memory: {:.1} MB (at most {})", mb(kilobytes * 1_024), mb(MEMORY * 1_000));
    ensure!(kilobytes <= MEMORY, "it takes too much memory");
    container.stop(&fake).await
}

/// Asks the same question in three ways; returns the answers.
async fn everywhere(fake: &Fake, question: &str) -> [String; 3] {
    let command = fake.ask(Place::default(), question, None);
    fake.write(&Written { text: question.to_owned(), channel: 40, ..Written::default() });
    let mention = format!("<@{US}> {question}");
    fake.write(&Written { text: mention, server: Some(22), mentions: vec![US], channel: 41, ..Written::default() });
    let command = fake.response(&command).await;
    [&command["data"], &fake.posted(40, 0).await, &fake.posted(41, 0).await]
        .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
}

/// A DNS server that answers 127.0.0.1 to everything: a static binary must be able to use DNS.
async fn answer_names(socket: tokio::net::UdpSocket) {
    const HEADER: usize = 12;
    let mut packet = [0; 512];
    while let Ok((length, who)) = socket.recv_from(&mut packet).await {
        let Some(question) = packet[..length].get(HEADER..) else { continue };
        // The name ends with an empty label; its type and class follow.
        let Some(end) = question.iter().position(|byte| *byte == 0) else { continue };
        let Some(question) = question.get(..end + 5) else { continue };
        let is_address = question.ends_with(&[0, 1, 0, 1]);
        let mut answer = packet[..2].to_vec();
        // A successful response with one question and one resource record, or none.
        answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_address), 0, 0, 0, 0]);
        answer.extend(question);
        if is_address {
            // The name from the question, type A, class IN, five seconds, four bytes.
            answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1]);
        }
        // A client that did not get it asks again.
        let _ = socket.send_to(&answer, who).await;
    }
}

/// Mounted settings, knowledge base and token, as the documents recommend; the knowledge base changes.
async fn with_mounts(engine: &Engine) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (knowledge, settings, token) = (folder.path().join("knowledge"), folder.path().join("bot.toml"), folder.path().join("token"));
    fs::create_dir(&knowledge)?;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/tiny"))? {
        let file = file?;
        fs::copy(file.path(), knowledge.join(file.file_name()))?;
    }
    fs::write(&settings, "knowledge = \"knowledge\"\n[discord]\nanswer_direct_messages = false\n")?;
    fs::write(&token, format!("{TOKEN}\n"))?;
    everybody_may_read(folder.path())?;
    let mount = |from: &Path, to: &str| ["--volume".to_owned(), format!("{}:{to}:ro", from.display())];
    let mut options = vec!["--env".to_owned(), "DISCORD_TOKEN_FILE=/run/secrets/discord_token".to_owned()];
    options.extend(mount(&knowledge, "/etc/factotum/knowledge"));
    options.extend(mount(&settings, "/etc/factotum/bot.toml"));
    options.extend(mount(&token, "/run/secrets/discord_token"));

    let fake = Fake::start().await;
    let mut container = engine.start(&fake, &options)?;
    within(container.ready(), "it is never ready").await??;
    let answer = answer(&fake).await;
    ensure!(answer == "31 metres.", "the mounted knowledge base is not in use: {answer}");
    // The mounted settings turn direct messages off, so the next message in this channel is the answer to a mention.
    fake.write(&Written { text: HEIGHT.to_owned(), channel: 42, ..Written::default() });
    let text = format!("<@{US}> {HEIGHT}");
    fake.write(&Written { text, server: Some(22), mentions: vec![US], channel: 42, ..Written::default() });
    fake.posted(42, 0).await;
    fake.settle().await;
    ensure!(fake.messages_in(42) == 1, "the mounted settings are not in use");
    println!("mounted: settings, knowledge base, token");

    let file = knowledge.join("lighthouse.toml");
    let text = fs::read_to_string(&file)?;
    replace(&file, &text.replace("31 metres", "47 metres"))?;
    let changed = async {
        while self::answer(&fake).await != "47 metres." {
            tokio::time::sleep(GLANCE * 20).await;
        }
    };
    let begun = Instant::now();
    within(changed, "the changed knowledge base is never loaded").await.with_context(|| container.log())?;
    println!("changed knowledge base loaded after {}", milliseconds(begun.elapsed()));

    let refused = |page: &str| page.lines().any(|line| line == "factotum_last_reload_successful 0");
    replace(&file, &text.replace("paragraphs = 1", "paragraphs = 99"))?;
    let noticed = async {
        while !container.get("/metrics").await.is_some_and(|page| refused(&page)) {
            tokio::time::sleep(GLANCE * 20).await;
        }
    };
    within(noticed, "a knowledge base with an error is not noticed").await.with_context(|| container.log())?;
    ensure!(self::answer(&fake).await == "47 metres.", "the knowledge base with an error is in use");
    println!("a knowledge base with an error is rejected, and the previous one answers");
    container.stop(&fake).await
}

/// The image with `compose.yaml`, but on the host's network.
async fn composed(engine: &Engine) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (token, changes) = (folder.path().join("token"), folder.path().join("changes.yaml"));
    fs::write(&token, TOKEN)?;
    everybody_may_read(folder.path())?;
    let fake = Fake::start().await;
    let (name, port) = (name(), free_port()?);
    let environment: String = environment(&fake, port).iter().map(|(variable, value)| format!("      {variable}: \"{value}\"\n")).collect();
    let text = format!(
        "services:\n  factotum:\n    image: {}\n    container_name: {name}\n    network_mode: host\n    dns: {NAMES}\n    ulimits:\n      \
         nofile: 1024\n      nproc: 1024\n    environment:\n{environment}secrets:\n  discord_token:\n    file: {}\n",
        engine.image,
        token.display()
    );
    fs::write(&changes, text)?;
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("compose.yaml");
    let (ours, changes) = (ours.display().to_string(), changes.display().to_string());
    // A separate project, so that a real one on this machine is left alone.
    let project = ["--project-name", &name, "--file", &ours, "--file", &changes];
    let compose = |arguments: &[&str]| call(&engine.compose, &[&project, arguments].concat());
    let tried = async {
        compose(&["up", "--detach", "--no-build"])?;
        let mut container = Container { engine, name: name.clone(), port, child: None, log: Arc::default(), process: 0 };
        if within(container.ready(), "it is never ready").await.and_then(|ready| ready).is_err() {
            bail!("it is never ready: {}", engine.call(&["logs", &name])?);
        }
        container.confined()?;
        let (question, expected) = QUESTION;
        let asked = fake.ask(Place::default(), question, None);
        let answer = fake.response(&asked).await["data"]["content"].to_string();
        ensure!(answer.contains(expected), "the answer is {answer}");
        let memory = container.limit("memory", "memory.limit_in_bytes", "memory.max")?;
        let processes = container.limit("pids", "pids.max", "pids.max")?;
        ensure!((memory, processes) == (256 << 20, 64), "it may have {memory} bytes and {processes} processes");
        println!("by compose.yaml: answers, with the kernel's limits of {:.0} MB and {processes} processes", mb(memory));
        Ok(())
    };
    let tried = tried.await;
    let removed = compose(&["down", "--volumes"]);
    tried.and(removed.map(drop))
}

/// A new user asks, so that nobody exceeds the rate limit.
async fn answer(fake: &Fake) -> String {
    let place = Place { person: fake.new_id(), channel: fake.new_id(), ..Place::default() };
    let asked = fake.ask(place, HEIGHT, None);
    fake.response(&asked).await["data"]["content"].as_str().unwrap_or_default().to_owned()
}

/// Replaces a file in one step.
fn replace(file: &Path, text: &str) -> Result<()> {
    let beside = file.with_extension("new");
    fs::write(&beside, text)?;
    Ok(fs::rename(beside, file)?)
}

/// The user in the container does not exist outside.
#[cfg(unix)]
fn everybody_may_read(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn everybody_may_read(_: &Path) -> Result<()> {
    bail!("Linux containers need Linux")
}

async fn within<T>(what: impl Future<Output = T>, otherwise: &str) -> Result<T> {
    tokio::time::timeout(PATIENCE, what).await.map_err(|_| anyhow::anyhow!("{otherwise}"))
}

fn mb(bytes: u64) -> f64 {
    // Far from the limits of integers.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1e6
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
