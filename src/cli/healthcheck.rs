//! `factotum healthcheck`: whether the bot on this machine is ready, for a container's health check.

use super::Status;
use super::settings::Settings;
use anyhow::{Context, bail, ensure};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long each step may take: the bot responds within a millisecond, and a container's health check does not wait long.
const PATIENCE: Duration = Duration::from_secs(3);
/// The largest response that is read, in bytes. The bot's has a few lines for each shard.
const MAX_ANSWER: u64 = 1 << 20;

/// Arguments of `healthcheck`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Requests http://ADDRESS/readyz, where ADDRESS is the setting `listen` of [http], and prints one \
line.

Exit status:
  0  ready
  1  not ready, or not running
  2  could not check: invalid settings, or `listen` is off or has port 0")]
pub(super) struct Healthcheck {}

impl Healthcheck {
    /// Requests `/readyz`.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let Some(address) = settings.config().http.listen.0 else { bail!("`listen` of [http] is off: set it to the address of the bot") };
        ensure!(address.port() != 0, "`listen` of [http] has port 0: set it to the port of the bot");
        let address = reachable(address);
        let (status, says) = match ready(address) {
            Ok(true) => (Status::Good, "ready".to_owned()),
            Ok(false) => (Status::Bad, format!("not ready; see http://{address}/readyz")),
            Err(error) => (Status::Bad, format!("not ready: {error:#}")),
        };
        writeln!(std::io::stdout(), "{says}")?;
        Ok(status)
    }
}

/// A server that listens on all addresses is reached on loopback.
pub(super) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    address
}

/// Whether the bot at this address is ready. One status line does not need an HTTP client.
pub(super) fn ready(address: SocketAddr) -> anyhow::Result<bool> {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // In one piece: a server that responds early could close the connection before the rest arrives.
        stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().with_context(|| format!("cannot reach {address}"))?;
    match answer.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3)) {
        Some(b"200") => Ok(true),
        Some(b"503") => Ok(false),
        _ => bail!("the server at {address} is not Factotum"),
    }
}
