//! The real binary, connected to the fake.

use crate::fake::{Fake, NAME, TOKEN};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a test waits for a log line or the exit.
const PATIENCE: Duration = Duration::from_secs(40);

/// A running bot and its log.
pub(crate) struct Bot {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    logged: watch::Receiver<usize>,
    /// The number of events that this test sends unreadable on purpose.
    pub unreadable: usize,
}

/// The binary with the environment of every test.
pub(crate) fn command(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_factotum"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FACTOTUM_")) {
        command.env_remove(name);
    }
    // An empty folder, without settings.
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("discord");
    std::fs::create_dir_all(&folder).expect("the build folder is writable");
    command
        .args(arguments)
        .current_dir(folder)
        .env("DISCORD_TOKEN", TOKEN)
        .env("FACTOTUM_KNOWLEDGE", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs/tiny"))
        .env("FACTOTUM_LOG", "trace")
        .env("RUST_LOG", "trace")
        .env("FACTOTUM_HTTP_LISTEN", "127.0.0.1:0")
        .env("NO_COLOR", "1")
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    command
}

impl Bot {
    /// Starts it with these environment variables.
    pub(crate) fn start(fake: &Fake, settings: &[(&str, &str)]) -> Bot {
        let proxied = [("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str())];
        Self::spawn(command(&["run"], &[&proxied, settings].concat()))
    }

    pub(crate) fn spawn(mut command: Command) -> Bot {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program was built for this test");
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (count, logged) = watch::channel(0);
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = kept.lock().expect("no thread panics while it holds the lock");
                log.push(line);
                count.send_replace(log.len());
            }
        });
        Bot { child, log, logged, unreadable: 0 }
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn ready(fake: &Fake, settings: &[(&str, &str)]) -> Bot {
        let bot = Self::start(fake, settings);
        bot.says(" ready counts", 1).await;
        bot
    }

    /// Waits until this many log lines contain these words.
    pub(crate) async fn says(&self, words: &str, times: usize) {
        let mut logged = self.logged.clone();
        let waiting = async {
            loop {
                logged.borrow_and_update();
                if self.lines(words).len() >= times {
                    return true;
                }
                if logged.changed().await.is_err() {
                    return self.lines(words).len() >= times;
                }
            }
        };
        let said = tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_default();
        assert!(said, "the bot never says \"{words}\" {times} times: {}", self.log());
    }

    /// Log lines that contain these words.
    pub(crate) fn lines(&self, words: &str) -> Vec<String> {
        self.log.lock().expect("no thread panics while it holds the lock").iter().filter(|l| l.contains(words)).cloned().collect()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no thread panics while it holds the lock").join("\n")
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.is_ok_and(|s| s.success()), "kill -{name}");
    }

    /// Stops it and waits for its exit; returns how long that took.
    pub(crate) async fn stop(&mut self, signal: &str) -> Duration {
        let begun = Instant::now();
        self.signal(signal);
        let status = self.ended().await;
        assert_eq!(status.code(), Some(0), "{}", self.log());
        begun.elapsed()
    }

    /// Waits for its exit.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        // The log ends when the program does.
        let mut logged = self.logged.clone();
        let closed = async { while logged.changed().await.is_ok() {} };
        let ended = tokio::time::timeout(PATIENCE, closed).await.is_ok();
        assert!(ended, "the bot has not ended after {:?}: {}", begun.elapsed(), self.log());
        self.child.wait().expect("it was started here")
    }

    /// Memory in use, in kB, if the system says.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find(|l| l.starts_with("VmRSS:"))?.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Bot {
    /// CPU time so far, in milliseconds, if the system says.
    pub(crate) fn processor(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // After the name, which may contain spaces: user and system time are the 12th and 13th field, in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        Some((ticks(11)? + ticks(12)?) * 10)
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // A test that failed leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            return;
        }
        // serenity drops what it cannot read, so what the fake sends must be readable.
        assert_eq!(self.lines("could not be read").len(), self.unreadable, "{}", self.log());
        let log = self.log();
        // Every text that users write in these tests contains one of these.
        for secret in [TOKEN, "interaction-secret", NAME, "lighthouse", "zebra"] {
            assert!(!log.contains(secret), "the log gives away \"{secret}\": {log}");
        }
    }
}
