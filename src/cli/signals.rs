//! What the system tells the program: to stop, and to read its knowledge anew.

use anyhow::Context;

/// Told to stop: by Ctrl-C, or by a supervisor.
#[cfg(unix)]
pub(super) struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on. A process that is the first in its container has no other way to stop.
    pub(super) fn new() -> anyhow::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        Ok(Stop { interrupt, terminate })
    }

    /// Ends when it is told, and again when it is told again.
    pub(super) async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Told to stop, by Ctrl-C.
#[cfg(not(unix))]
pub struct Stop;

#[cfg(not(unix))]
impl Stop {
    /// Listens from now on.
    pub fn new() -> anyhow::Result<Stop> {
        Ok(Stop)
    }

    /// Ends when it is told.
    pub async fn told(&mut self) {
        // Without a way to be told, it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Told to read the knowledge anew.
#[cfg(unix)]
pub(super) struct Hangups(tokio::signal::unix::Signal);
/// Nothing tells to read the knowledge anew.
#[cfg(not(unix))]
pub struct Hangups;

#[cfg(unix)]
impl Hangups {
    /// Listens from now on.
    pub(super) fn new() -> anyhow::Result<Hangups> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Hangups(signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?))
    }

    /// Ends when it is told.
    pub(super) async fn recv(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

#[cfg(not(unix))]
impl Hangups {
    /// Listens from now on.
    pub fn new() -> anyhow::Result<Hangups> {
        Ok(Hangups)
    }

    /// Never ends.
    pub async fn recv(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
