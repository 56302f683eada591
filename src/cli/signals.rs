//! Signals from the system: to stop, and to reload.

use anyhow::Context;

/// The signal to stop: Ctrl-C, or SIGTERM from a supervisor.
#[cfg(unix)]
pub(super) struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on. The first process of a container has to: there, SIGTERM does nothing by default.
    pub(super) fn new() -> anyhow::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        Ok(Stop { interrupt, terminate })
    }

    /// Waits for the next signal.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signal to stop: Ctrl-C.
#[cfg(not(unix))]
pub(super) struct Stop;

#[cfg(not(unix))]
impl Stop {
    /// Listens from now on.
    pub(super) fn new() -> anyhow::Result<Stop> {
        Ok(Stop)
    }

    /// Waits for the next signal.
    pub(super) async fn received(&mut self) {
        // If there is no way to receive it, the program runs until it is killed.
        if tokio::signal::ctrl_c().await.context("cannot listen for Ctrl-C").is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The signal to reload: SIGHUP.
#[cfg(unix)]
pub(super) struct Hangups(tokio::signal::unix::Signal);
/// There is no signal to reload.
#[cfg(not(unix))]
pub(super) struct Hangups;

#[cfg(unix)]
impl Hangups {
    /// Listens from now on.
    pub(super) fn new() -> anyhow::Result<Hangups> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Hangups(signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?))
    }

    /// Waits for the next signal.
    pub(super) async fn received(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

#[cfg(not(unix))]
impl Hangups {
    /// Listens from now on.
    pub(super) fn new() -> anyhow::Result<Hangups> {
        Ok(Hangups)
    }

    /// Never returns.
    pub(super) async fn received(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
