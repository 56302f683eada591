//! `factotum healthcheck`: for whoever watches the bot from the same machine, such as a container's health check.

use super::Status;
use super::settings::Settings;
use anyhow::{Context, bail, ensure};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long anything may take: the bot answers within a millisecond, and a container's health check is not patient.
const PATIENCE: Duration = Duration::from_secs(3);
/// Most of an answer that is read, in bytes; the bot's has a line for each shard.
const MAX_ANSWER: u64 = 1 << 20;

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It asks http://ADDRESS/readyz, where ADDRESS is the setting `listen` of [http], and prints one line.
With port 0, which only the system knows, nothing can be asked.

Exit status:
  0  ready
  1  not ready, or not there
  2  could not ask: settings that do not load, or HTTP is off")]
pub(super) struct Healthcheck {}

impl Healthcheck {
    /// Asks.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let Some(address) = settings.config().http.listen.0 else {
            bail!("HTTP is off: `listen` in [http] says where the bot can be asked")
        };
        ensure!(address.port() != 0, "`listen` in [http] has port 0: give it the bot's port");
        let address = reachable(address);
        let (status, says) = match ready(address) {
            Ok(true) => (Status::Good, "ready".to_owned()),
            Ok(false) => (Status::Bad, format!("not ready; http://{address}/readyz says why")),
            Err(error) => (Status::Bad, format!("not ready: {error:#}")),
        };
        writeln!(std::io::stdout(), "{says}")?;
        Ok(status)
    }
}

/// Who listens on all addresses is reached on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    address
}

/// Whether the bot there says that it is ready. A whole HTTP client would be a lot for one line of an answer.
fn ready(address: SocketAddr) -> anyhow::Result<bool> {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // In one piece: who answers before the whole request is there could close the connection on what is left of it.
        stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().with_context(|| format!("cannot ask {address}"))?;
    match answer.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3)) {
        Some(b"200") => Ok(true),
        Some(b"503") => Ok(false),
        _ => bail!("what answers at {address} is not a Factotum"),
    }
}
