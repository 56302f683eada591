//! Each session is begun in turn with those of all other processes: a shard that is about to identify is held up until the queue says that it
//! may.
//!
//! serenity has no place for this, but its queue of shards starts one at a time, and takes the gateway's address from under a lock before it
//! connects. The [gateway_log](super::gateway_log) puts us in front of it in the line for that lock; here the lock is held until the turn has come.
//! A session that is taken up again needs no turn, but the address it needs too: while another shard of this process waits for its turn, it
//! waits as well.

use super::gateway_log::Held;
use anyhow::Context as _;
use factotum_service::config::Address;
use factotum_service::exit::ExitReason;
use factotum_service::health::ShardEvent;
use reqwest::{Client, StatusCode};
use std::convert::Infallible;
use std::fmt::Display;
use std::future::pending;
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::sleep;

/// How long the queue may take to let us connect, and to answer whether it is there: it is near, and answers at once.
const PATIENCE: Duration = Duration::from_secs(5);
/// After how long a turn that has not come is taken to be waited for. Where nobody else waits, it comes in some milliseconds.
const WAITING: Duration = Duration::from_secs(1);
/// How often the queue is asked whether it is there while a turn is waited for: one that hangs, or whose machine is gone, would never answer.
/// So it has to be one that tells `/livez`; for twilight's own, every question is one for a turn.
const LOOK: Duration = Duration::from_secs(10);
/// Wait before a queue that does not answer is asked again; it doubles each time, up to the longest.
const BACKOFF: Duration = Duration::from_millis(250);
/// The longest: as soon as the queue is there again, shards go on.
const LONGEST: Duration = Duration::from_secs(5);

/// What holds shards up.
pub(in crate::adapter) struct IdentifyGate {
    client: Client,
    queue: String,
    coming: UnboundedReceiver<Held>,
    signs: UnboundedSender<ShardEvent>,
    /// Held while a shard waits. It outlives [`run`](Self::run): a shard that has had no turn never goes on.
    address: Option<OwnedMutexGuard<String>>,
}

/// What the queue says in the end.
enum Answer {
    Go,
    UsedUp,
}

impl IdentifyGate {
    pub(in crate::adapter) fn new(
        queue: &Address,
        coming: UnboundedReceiver<Held>,
        signs: UnboundedSender<ShardEvent>,
    ) -> anyhow::Result<IdentifyGate> {
        // Nothing limits the time in all: there may be hundreds before us.
        let client = Client::builder().connect_timeout(PATIENCE).build().context("cannot set up the connection to the queue")?;
        Ok(IdentifyGate { client, queue: queue.as_str().to_owned(), coming, signs, address: None })
    }

    /// Lets one shard after the other through.
    pub(in crate::adapter) async fn run(&mut self) -> Infallible {
        while let Some(Held { shard, lock }) = self.coming.recv().await {
            self.address = Some(lock.await);
            self.turn(shard).await;
            self.address = None;
        }
        // The gateway_log lives as long as the program.
        pending().await
    }

    async fn turn(&self, shard: u32) {
        let begun = Instant::now();
        let mut pause = BACKOFF;
        let mut told = false;
        loop {
            let mut asked = pin!(self.ask(shard));
            let mut waiting = false;
            let answer = loop {
                tokio::select! {
                    answer = &mut asked => break answer,
                    lives = self.lives(if waiting { LOOK } else { WAITING }) => match lives {
                        Err(error) => break Err(error),
                        Ok(()) if waiting => {}
                        Ok(()) => {
                            waiting = true;
                            self.sign(ShardEvent::Waiting(shard));
                        }
                    }
                }
            };
            match answer {
                Ok(Answer::Go) => return self.sign(ShardEvent::GotTurn(shard, begun.elapsed())),
                Ok(Answer::UsedUp) => {
                    tracing::error!(shard, "the queue has no session left until they are renewed");
                    self.sign(ShardEvent::Rejected(ExitReason::TooManySessions));
                    pending().await
                }
                Err(error) => {
                    if waiting {
                        (told, pause) = (false, BACKOFF);
                    }
                    if !told {
                        told = true;
                        tracing::warn!(shard, "cannot wait for the turn to begin a session, and asks on: {:#}", error);
                        self.sign(ShardEvent::QueueUnreachable(shard));
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST);
                }
            }
        }
    }

    /// Asks for the shard's turn, and waits for it. To drop it is to give the place in line back.
    async fn ask(&self, shard: u32) -> anyhow::Result<Answer> {
        match self.get(&format!("/?shard={shard}")).await? {
            StatusCode::OK => Ok(Answer::Go),
            StatusCode::TOO_MANY_REQUESTS => Ok(Answer::UsedUp),
            status => Err(self.odd(status)),
        }
    }

    /// Whether the queue is there, asked after a while.
    async fn lives(&self, after: Duration) -> anyhow::Result<()> {
        sleep(after).await;
        match tokio::time::timeout(PATIENCE, self.get("/livez")).await.context("the queue gives no answer")?? {
            StatusCode::OK => Ok(()),
            status => Err(self.odd(status)),
        }
    }

    async fn get(&self, path: &str) -> anyhow::Result<StatusCode> {
        Ok(self.client.get(format!("{}{path}", self.queue)).send().await.context("the queue cannot be asked")?.status())
    }

    fn odd(&self, status: impl Display) -> anyhow::Error {
        anyhow::anyhow!("what answers at {} is no queue (HTTP status {status})", self.queue)
    }

    fn sign(&self, sign: ShardEvent) {
        // At the very end nobody listens any more.
        let _ = self.signs.send(sign);
    }
}
