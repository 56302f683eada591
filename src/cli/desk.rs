//! `factotum desk`: the curator's page.

use super::settings::Settings;
use super::signals::Stop;
use super::workbench::WorkbenchArgs;
use super::{Status, long_running};
use anyhow::Context;
use factotum_desk::door::Door;
use factotum_service::http::{self, Limits};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// The server's limits: one person, with as many tabs as a browser opens connections for.
const LIMITS: Limits = Limits {
    connections: 64,
    headers: Duration::from_secs(30),
    response: Duration::from_secs(30),
    connection: Duration::from_secs(3_600),
    keep_alive: true,
};

/// Arguments of `desk`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The desk shows questions that got no answer, how each is read, and what is nearest. Add a wording, \
an unanswerable question or a fact there; the effect is shown before anything is written. It changes \
the files of the folder given by --knowledge, and a running bot reloads them by itself.

It listens on this machine only. The address that it prints works once and lets one browser in.")]
pub(super) struct Desk {
    #[command(flatten)]
    workbench: WorkbenchArgs,
    /// Port to listen on; 0 is any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

impl Desk {
    /// Serves the page until a signal stops it.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let failed = || format!("cannot listen on port {} of this machine", self.port);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).with_context(failed)?;
        listener.set_nonblocking(true)?;
        let bench = Arc::new(self.workbench.open(settings)?);
        let door = Arc::new(Door::new(listener.local_addr()?)?);
        let invitation = door.invitation();
        let router = factotum_desk::router(bench, door);
        let runtime = long_running::runtime()?;
        runtime.block_on(async {
            let mut stop = Stop::new()?;
            let listener = tokio::net::TcpListener::from_std(listener).context("cannot listen")?;
            {
                let mut out = std::io::stdout().lock();
                writeln!(out, "The desk is open. This address works once:\n\n  {invitation}\n\nPress Ctrl-C to close it.")?;
                out.flush()?;
            }
            http::serve(listener, router, LIMITS, async { stop.received().await }).await;
            anyhow::Ok(())
        })?;
        // An effect may be in the middle of being worked out.
        runtime.shutdown_background();
        Ok(Status::Good)
    }
}
