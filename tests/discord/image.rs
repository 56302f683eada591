//! Runs a container's image and asks it questions through the Discord of these tests: `cargo test --test discord -- image IMAGE ENGINE [OPTIONS]
//! -- COMPOSE [OPTIONS]`, where the engine is `docker` or `podman`, and what composes is `docker compose` or `podman-compose`.
//! `scripts/try-image` builds the image and calls this.
//!
//! Everything is held against what runs, not against what was asked for: the process's own account of its rights, its file system, its
//! exit status. Reading that of somebody else's process wants root.

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

/// Most bytes of the image, of which seven million each are word vectors and what was learned of the built-in record. The aim is 30 million.
const IMAGE: u64 = 30_000_000;
/// Most kilobytes of memory, after the built-in record was asked.
const MEMORY: u64 = 60_000;
/// Longest time from the start of the process until its health check says yes.
const HEALTHY: Duration = Duration::from_secs(2);
/// The aim for the time from the start of the process until it says that it is ready. Printed only: it depends on the machine.
const READY: Duration = Duration::from_millis(300);
/// Longest time from being told to stop until the end.
const STOPPED: Duration = Duration::from_secs(5);
/// How long to wait for what has to happen, learning a small record included.
const PATIENCE: Duration = Duration::from_secs(40);
/// Time between two looks at something that does not tell by itself: well below what is measured.
const GLANCE: Duration = Duration::from_millis(5);

/// How it is run: as the documents advise, and as every machine can.
const CONFINED: [&str; 12] = [
    "--read-only",
    "--cap-drop",
    "all",
    "--security-opt",
    "no-new-privileges",
    "--network",
    "host",
    // Some runtimes ask for more than they may have, where nobody says how much.
    "--ulimit",
    "nofile=1024:1024",
    "--ulimit",
    "nproc=1024:1024",
    // Its check is called here; some engines need more for calling it by themselves than there is on every machine.
    "--no-healthcheck",
];

/// A question of the built-in record, and what is in its answer.
const QUESTION: (&str, &str) = ("which NATO members don't recognize Kosovo?", "Spain, Slovakia, Greece and Romania");

/// A question of the record that is mounted.
const HEIGHT: &str = "how tall is the tower of the lighthouse";

/// Where names are looked up: loopback, but not where another server of names may listen.
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
    let names = tokio::net::UdpSocket::bind((NAMES, 53)).await.context("a server of names cannot be started: that wants root")?;
    tokio::spawn(answer_names(names));
    as_it_comes(&engine).await.context("the image as it comes")?;
    with_mounts(&engine).await.context("the image with settings, record and token mounted")?;
    composed(&engine).await.context("the image as compose.yaml has it")
}

/// A program that runs containers, one that runs what `compose.yaml` describes, and the image.
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

/// What a program prints, if it does what it is told.
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

    /// What holds of the image without running it.
    fn what_is_in_it(&self) -> Result<()> {
        let described: Value = serde_json::from_str(&self.call(&["image", "inspect", &self.image])?)?;
        let image = &described[0];
        let config = &image["Config"];
        ensure!(config["User"] == format!("{USER}:{USER}"), "the image's user is {}", config["User"]);
        ensure!(config["Labels"]["org.opencontainers.image.version"] == env!("CARGO_PKG_VERSION"), "labels: {}", config["Labels"]);
        // Docker and podman keep it at different places.
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

    /// Starts a container, confined as the documents advise. It has to find the fake by name.
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
                let mut log = kept.lock().expect("nobody panics while holding this");
                log.push_str(&line);
                log.push('\n');
            }
        });
        Ok(Container { engine: self, name, port, child: Some(child), log, process: 0 })
    }
}

/// What a container of this run is called.
fn name() -> String {
    format!("factotum-try-{}", std::process::id())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What every container is told.
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
    /// The engine's process that runs it, if it does so in the foreground.
    child: Option<Child>,
    log: Arc<Mutex<String>>,
    /// Number of the program's process, as seen from outside.
    process: u32,
}

impl Container<'_> {
    fn log(&self) -> String {
        self.log.lock().expect("nobody panics while holding this").clone()
    }

    /// Waits until it says that it is ready; gives the time since the start of its process.
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

    /// What it answers over HTTP, if it does.
    async fn get(&self, path: &str) -> Option<String> {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }

    /// A line of what the system says about the process.
    fn status(&self, name: &str) -> Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(line.with_context(|| format!("the system does not tell {name}"))?.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Holds its rights against what they are to be.
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
        // The fifth word is where, the sixth how.
        let root = mounts.lines().map(|l| l.split(' ').collect::<Vec<_>>()).find(|words| words.get(4) == Some(&"/"));
        let options = *root.context("its root is mounted")?.get(5).unwrap_or(&"");
        ensure!(options.split(',').any(|option| option == "ro"), "its root is mounted {options}");
        println!("confined: user {USER}, no capabilities, no new privileges, root read-only");
        Ok(())
    }

    /// Stops it as an operator would.
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

    /// What the kernel holds it to, by the names that control groups of the first and second version have for that.
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
        // Most often it is gone already.
        let _ = self.engine.call(&["rm", "--force", &self.name]);
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// When a process was started: as exactly as the system says it, to a hundredth of a second.
fn started(process: u32) -> Result<SystemTime> {
    // Ticks of a hundredth of a second since the machine was started: so it is on every Linux that Rust runs on.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second word is the program's name and may have spaces; the start is the 22nd of all.
    let ticks: u32 = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).context("no start in /proc")?.parse()?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime.split(' ').next().unwrap_or_default().parse()?;
    Ok(SystemTime::now() - Duration::from_secs_f64(uptime) + TICK * ticks)
}

/// The image with nothing but a token: the built-in record.
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

/// The same question in three ways; gives the texts of the answers.
async fn everywhere(fake: &Fake, question: &str) -> [String; 3] {
    let command = fake.ask(Place::default(), question, None);
    fake.write(&Written { text: question.to_owned(), channel: 40, ..Written::default() });
    let mention = format!("<@{US}> {question}");
    fake.write(&Written { text: mention, server: Some(22), mentions: vec![US], channel: 41, ..Written::default() });
    let command = fake.response(&command).await;
    [&command["data"], &fake.posted(40, 0).await, &fake.posted(41, 0).await]
        .map(|message| message["content"].as_str().unwrap_or_default().to_owned())
}

/// A server of names to which every name is 127.0.0.1: a static program must be able to ask one.
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
        // A good answer with one question and one record, or none.
        answer.extend([0x81, 0x80, 0, 1, 0, u8::from(is_address), 0, 0, 0, 0]);
        answer.extend(question);
        if is_address {
            // The name of the question, an address of the Internet, for five seconds, of four bytes.
            answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1]);
        }
        // Who has not heard it asks again.
        let _ = socket.send_to(&answer, who).await;
    }
}

/// Settings, record and token mounted, as the documents advise; the record changes.
async fn with_mounts(engine: &Engine) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (knowledge, settings, token) = (folder.path().join("knowledge"), folder.path().join("bot.toml"), folder.path().join("token"));
    fs::create_dir(&knowledge)?;
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/tiny"))? {
        let file = file?;
        fs::copy(file.path(), knowledge.join(file.file_name()))?;
    }
    fs::write(&settings, "knowledge = \"knowledge\"\n[discord]\ndirect_messages = false\n")?;
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
    ensure!(answer == "31 metres.", "the mounted record is not in force: {answer}");
    // The mounted settings are: they switch direct messages off, and so the next message in this channel is the answer to a mention.
    fake.write(&Written { text: HEIGHT.to_owned(), channel: 42, ..Written::default() });
    let text = format!("<@{US}> {HEIGHT}");
    fake.write(&Written { text, server: Some(22), mentions: vec![US], channel: 42, ..Written::default() });
    fake.posted(42, 0).await;
    fake.settle().await;
    ensure!(fake.messages_in(42) == 1, "the mounted settings are not in force");
    println!("mounted: settings, record, token");

    let file = knowledge.join("lighthouse.toml");
    let text = fs::read_to_string(&file)?;
    replace(&file, &text.replace("31 metres", "47 metres"))?;
    let changed = async {
        while self::answer(&fake).await != "47 metres." {
            tokio::time::sleep(GLANCE * 20).await;
        }
    };
    let begun = Instant::now();
    within(changed, "the changed record is never in force").await.with_context(|| container.log())?;
    println!("changed record in force after {}", milliseconds(begun.elapsed()));

    let refused = |page: &str| page.lines().any(|line| line == "factotum_last_reload_successful 0");
    replace(&file, &text.replace("paragraphs = [1]", "paragraphs = [99]"))?;
    let noticed = async {
        while !container.get("/metrics").await.is_some_and(|page| refused(&page)) {
            tokio::time::sleep(GLANCE * 20).await;
        }
    };
    within(noticed, "a record with a mistake is not noticed").await.with_context(|| container.log())?;
    ensure!(self::answer(&fake).await == "47 metres.", "the record with a mistake is in force");
    println!("a record with a mistake is refused, and the one before it answers");
    container.stop(&fake).await
}

/// The image as `compose.yaml` has it, but on this machine's own network.
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
    // A project of its own: whoever runs the real one on this machine keeps it.
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

/// Somebody asks who has not asked before, so that nobody asks too much.
async fn answer(fake: &Fake) -> String {
    let place = Place { person: fake.new_id(), channel: fake.new_id(), ..Place::default() };
    let asked = fake.ask(place, HEIGHT, None);
    fake.response(&asked).await["data"]["content"].as_str().unwrap_or_default().to_owned()
}

/// Puts another file in a file's place, in one step.
fn replace(file: &Path, text: &str) -> Result<()> {
    let beside = file.with_extension("new");
    fs::write(&beside, text)?;
    Ok(fs::rename(beside, file)?)
}

/// The user in the container is nobody out here.
#[cfg(unix)]
fn everybody_may_read(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn everybody_may_read(_: &Path) -> Result<()> {
    bail!("containers of Linux are tried on Linux")
}

async fn within<T>(what: impl Future<Output = T>, otherwise: &str) -> Result<T> {
    tokio::time::timeout(PATIENCE, what).await.map_err(|_| anyhow::anyhow!("{otherwise}"))
}

fn mb(bytes: u64) -> f64 {
    // Far from where whole numbers end.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1e6
}

fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}
