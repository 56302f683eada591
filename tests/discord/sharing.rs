//! Several processes share the shards, behind one REST proxy and one identify queue.

use crate::bot::{Bot, command};
use crate::fake::{APART, Fake, How, Identify, Order, Place, Seen, US, Written, requests};
use crate::rest_proxy::{A_SECOND, Proxy};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const QUESTION: &str = "how tall is the tower of the lighthouse";

/// An identify queue and its address.
async fn queue(rest: &str) -> (Bot, String) {
    let settings = [("FACTOTUM_DISCORD_API_PROXY", rest), ("FACTOTUM_IDENTIFY_QUEUE_LISTEN", "127.0.0.1:0")];
    let queue = Bot::spawn(command(&["identify-queue"], &settings));
    queue.says("identify queue listening on http://", 1).await;
    let line = queue.lines("identify queue listening on").remove(0);
    let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an address");
    (queue, format!("http://{address}"))
}

/// A bot that is one of several: its ordinal, the shards per process and in all.
fn share<'a>(queue: &'a str, ordinal: &'a str, per_process: &'a str, total: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("FACTOTUM_DISCORD_IDENTIFY_QUEUE", queue),
        ("FACTOTUM_DISCORD_SHARDS_ORDINAL", ordinal),
        ("FACTOTUM_DISCORD_SHARDS_PER_PROCESS", per_process),
        ("FACTOTUM_DISCORD_SHARDS_TOTAL", total),
    ]
}

/// Asks the queue for a turn; returns status and headers of its response.
async fn ask_for_turn(queue: &str, path: &str) -> (u16, String) {
    let address = queue.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("the queue listens");
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: queue\r\n\r\n").as_bytes()).await.expect("the queue reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer is UTF-8, and ends");
    (answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default(), answer)
}

/// The number of turns that the queue has given.
async fn turns(queue: &Bot, expected: usize) -> usize {
    // The queue answers before its log is written.
    queue.says("its turn shard=", expected).await;
    queue.lines("its turn shard=").len()
}

/// Asserts that sessions of each bucket began far enough apart, and none was rejected.
fn spaced(fake: &Fake) -> Vec<Identify> {
    let all = fake.identifies();
    for identify in &all {
        let before = all.iter().filter(|other| other.bucket == identify.bucket && other.at < identify.at).map(|other| other.at).max();
        let apart = before.is_none_or(|before| identify.at - before >= APART);
        assert!(apart && !identify.too_early, "{all:#?}");
    }
    all
}

/// Questions that were asked on the shards.
struct Questions<'a> {
    fake: &'a Fake,
    interactions: Vec<(u64, String)>,
    channels: Vec<u64>,
}

impl Questions<'_> {
    /// Asks one question directly, and on each of the first shards by a mention and this many commands.
    fn ask(fake: &Fake, shards: u64, commands: usize) -> Questions<'_> {
        let mut asked = Questions { fake, interactions: Vec::new(), channels: Vec::new() };
        asked.direct();
        for shard in 0..shards {
            asked.mention(shard);
            (0..commands).for_each(|_| asked.command(shard));
        }
        asked
    }

    /// A different user and channel each time.
    fn somewhere(&self) -> Place {
        let id = self.fake.new_id();
        Place { person: id, channel: id, ..Place::default() }
    }

    fn command(&mut self, shard: u64) {
        let options = [json!({"name": "question", "type": 3, "value": QUESTION})];
        let data = json!({"id": "9", "name": "ask", "type": 1, "options": options});
        self.interactions.push(self.fake.interact_on(shard, self.somewhere(), 2, data));
    }

    fn mention(&mut self, shard: u64) {
        let Place { person, channel, server, .. } = self.somewhere();
        let text = format!("<@{US}> {QUESTION}");
        let written = Written { person, channel, server, text, mentions: vec![US], ..Written::default() };
        self.fake.order(shard, Order::Dispatch("MESSAGE_CREATE", self.fake.message(self.fake.new_id(), &written)));
        self.channels.push(channel);
    }

    /// Shard 0 has the direct messages.
    fn direct(&mut self) {
        let Place { person, channel, .. } = self.somewhere();
        self.fake.write(&Written { person, channel, text: QUESTION.to_owned(), ..Written::default() });
        self.channels.push(channel);
    }

    async fn answered(&self) {
        for asked in &self.interactions {
            assert_eq!(self.fake.response(asked).await["data"]["content"], "31 metres.");
        }
        for channel in &self.channels {
            assert_eq!(self.fake.posted(*channel, 0).await["content"], "31 metres.");
        }
    }

    /// Asserts that nothing was sent twice.
    fn answered_once(&self) {
        for (id, token) in &self.interactions {
            assert_eq!(self.fake.all_asked(&format!("/interactions/{id}/{token}/callback")).len(), 1);
        }
        for channel in &self.channels {
            let taken = self.fake.all_asked(&format!("/channels/{channel}/messages")).iter().filter(|a| a.status == 200).count();
            assert_eq!((self.fake.messages_in(*channel), taken), (1, 1));
        }
    }
}

pub(crate) async fn one_of_two_processes_is_killed(fake: Fake) {
    fake.enforce();
    let proxy = Proxy::new(&fake.rest);
    let (queue, address) = queue(&proxy.door("queue").await).await;
    let (one, other) = (proxy.door("one").await, proxy.door("other").await);
    let start = |ordinal, door: &str| {
        let settings = [share(&address, ordinal, "2", "4").as_slice(), &[("FACTOTUM_DISCORD_API_PROXY", door)]].concat();
        Bot::start(&fake, &settings)
    };
    // At the same time, like a StatefulSet with `podManagementPolicy: Parallel`.
    let (first, mut second) = (start("factotum-gateway-0", &one), start("factotum-gateway-1", &other));
    tokio::join!(first.says(" ready counts", 1), second.says(" ready counts", 1));
    assert_eq!(spaced(&fake).len(), 4);

    // More per second than Discord accepts, and one that it delays.
    fake.fault("POST /channels", 1, How::RetryAfter(429, 0.3));
    let all = Questions::ask(&fake, 4, 14);
    all.answered().await;
    assert!(proxy.delayed() > 0 && proxy.count("one") > 30 && proxy.count("other") > 30, "{}", proxy.delayed());
    let seen = fake.seen();
    let times: Vec<Instant> = requests(&seen).filter(|a| a.names("POST") && !a.names("/commands")).map(|a| a.at).collect();
    assert!(times[A_SECOND] - times[0] > Duration::from_millis(800), "all of them do not come in one second");

    second.signal("KILL");
    second.ended().await;
    fake.wait_for("both connections to end", 2, |s| matches!(s, Seen::Dropped)).await;
    let second = start("factotum-gateway-1", &other);
    // The first process answers while the second is down, and while it waits for its turns.
    let meanwhile = Questions::ask(&fake, 2, 1);
    meanwhile.answered().await;
    second.says(" ready counts", 1).await;
    let after = Questions::ask(&fake, 4, 1);
    after.answered().await;
    [&all, &meanwhile, &after].into_iter().for_each(Questions::answered_once);

    let identifies = spaced(&fake);
    let of = |shards: &[u64]| identifies.iter().filter(|identify| shards.contains(&identify.shard)).count();
    assert_eq!((of(&[0, 1]), of(&[2, 3])), (2, 4), "the first was not disturbed");
    assert!(!fake.seen().iter().any(|s| matches!(s, Seen::Resumed)));
    assert!(first.lines("disconnected").is_empty() && first.lines("not ready").is_empty(), "{}", first.log());
    assert_eq!(turns(&queue, identifies.len()).await, identifies.len(), "each was counted");
    assert!(queue.lines("its turn").iter().any(|line| line.contains("remaining=994")), "{}", queue.log());
}

pub(crate) async fn buckets_do_not_wait_for_each_other(fake: Fake) {
    fake.enforce();
    fake.max_concurrency(2);
    let (queue, address) = queue(&fake.rest).await;
    let (first, second) = (Bot::start(&fake, &share(&address, "0", "1", "3")), Bot::start(&fake, &share(&address, "1", "1", "3")));
    tokio::join!(first.says(" ready counts", 1), second.says(" ready counts", 1));
    let third = Bot::ready(&fake, &share(&address, "2", "1", "3")).await;
    let all = spaced(&fake);
    let of = |shard| all.iter().find(|identify| identify.shard == shard).map(|identify| identify.at).expect("it has begun a session");
    assert!(of(0).max(of(1)) - of(0).min(of(1)) < APART, "side by side");
    assert!(of(2) - of(0) >= APART, "the same bucket");
    assert_eq!(turns(&queue, 3).await, 3);
    drop(third);
}

pub(crate) async fn a_lost_session_waits_for_its_turn(fake: Fake) {
    fake.enforce();
    let (queue, address) = queue(&fake.rest).await;
    let (first, second) = (Bot::start(&fake, &share(&address, "0", "1", "2")), Bot::start(&fake, &share(&address, "1", "1", "2")));
    tokio::join!(first.says(" ready counts", 1), second.says(" ready counts", 1));
    // Both at once; without the queue, they would also reconnect at once.
    fake.order(0, Order::Op(9, json!(false)));
    fake.order(1, Order::Op(9, json!(false)));
    tokio::join!(first.says(" ready counts", 2), second.says(" ready counts", 2));
    assert_eq!((spaced(&fake).len(), turns(&queue, 4).await), (4, 4));
}

pub(crate) async fn the_daily_sessions_are_shared(fake: Fake) {
    // All but one are in reserve.
    fake.sessions_left(11);
    let (queue, address) = queue(&fake.rest).await;
    let mut bot = Bot::ready(&fake, &share(&address, "0", "1", "2")).await;
    fake.order(0, Order::Op(9, json!(false)));
    assert_eq!(bot.ended().await.code(), Some(7), "{}", bot.log());
    assert!(bot.log().contains("the identify queue has no sessions left"), "{}", bot.log());
    assert_eq!((fake.identifies().len(), turns(&queue, 1).await), (1, 1));
    // The fake says that new ones are available within the hour.
    let (status, head) = ask_for_turn(&address, "/?shard=1").await;
    let retry = head.lines().find_map(|line| line.strip_prefix("retry-after: ")?.parse::<u64>().ok());
    assert!(status == 429 && retry.is_some_and(|seconds| (3_000..=3_601).contains(&seconds)), "{head}");
}

/// An address at which there may or may not be a queue.
#[derive(Clone, Default)]
struct Door(Arc<Mutex<Option<String>>>);

impl Door {
    /// Nothing listens there yet.
    async fn new() -> (Door, String) {
        let door = Door::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let behind = door.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let there = behind.0.lock().expect("no thread panics while it holds the lock").clone();
                tokio::spawn(async move {
                    if let Ok(mut queue) = TcpStream::connect(there?).await {
                        let _ = copy_bidirectional(&mut stream, &mut queue).await;
                    }
                    Some(())
                });
            }
        });
        (door, address)
    }

    fn opens_to(&self, queue: &str) {
        *self.0.lock().expect("no thread panics while it holds the lock") = queue.strip_prefix("http://").map(str::to_owned);
    }
}

pub(crate) async fn the_queue_starts_later(fake: Fake) {
    let (door, address) = Door::new().await;
    let bot = Bot::start(&fake, &share(&address, "0", "1", "2"));
    bot.says("cannot wait for a turn", 1).await;
    let (queue, behind) = queue(&fake.rest).await;
    assert!(fake.identifies().is_empty());
    door.opens_to(&behind);
    bot.says(" ready counts", 1).await;
    assert_eq!((bot.lines("cannot wait for a turn").len(), turns(&queue, 1).await), (1, 1), "one warning");
}

pub(crate) async fn without_a_queue_it_gives_up(fake: Fake) {
    let (_door, address) = Door::new().await;
    let settings = [share(&address, "0", "1", "2").as_slice(), &[("FACTOTUM_DISCORD_RECONNECT_TIMEOUT_SECONDS", "2")]].concat();
    let mut bot = Bot::start(&fake, &settings);
    assert_eq!(bot.ended().await.code(), Some(8), "{}", bot.log());
    assert!(fake.identifies().is_empty());
}

pub(crate) async fn a_process_that_dies_waiting_costs_no_turn(fake: Fake) {
    let (queue, address) = queue(&fake.rest).await;
    let begun = Instant::now();
    assert_eq!(ask_for_turn(&address, "/?shard=5").await.0, 200);
    let second = tokio::spawn({
        let address = address.clone();
        async move { ask_for_turn(&address, "/?shard=6").await.0 }
    });
    // It waits longer than the reconnect timeout, but the queue is up.
    let impatient =
        |ordinal| [share(&address, ordinal, "1", "2").as_slice(), &[("FACTOTUM_DISCORD_RECONNECT_TIMEOUT_SECONDS", "3")]].concat();
    let mut killed = Bot::start(&fake, &impatient("0"));
    killed.says("waiting for its turn", 1).await;
    let bot = Bot::start(&fake, &impatient("1"));
    bot.says("waiting for its turn", 1).await;
    killed.signal("KILL");
    killed.ended().await;
    bot.says(" ready counts", 1).await;
    assert!(second.await.is_ok_and(|status| status == 200));
    // The third turn, not the fourth.
    assert!(begun.elapsed() >= 2 * APART && begun.elapsed() < Duration::from_secs(18), "{:?}", begun.elapsed());
    assert_eq!((turns(&queue, 3).await, fake.identifies().len()), (3, 1), "{}", queue.log());
}

pub(crate) async fn stops_while_it_waits(fake: Fake) {
    let (queue, address) = queue(&fake.rest).await;
    let mut bot = Bot::start(&fake, &share(&address, "0", "2", "2"));
    bot.says(" connected shard=0", 1).await;
    // Someone else asks before the second shard, which first waits for five seconds.
    assert_eq!(ask_for_turn(&address, "/?shard=7").await.0, 200);
    bot.says("waiting for its turn", 1).await;
    let took = bot.stop("TERM").await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(fake.seen().iter().any(|s| matches!(s, Seen::Closed { code: 1000 })), "{:?}", fake.seen());
    // The turn that it waited for goes to the next in line.
    assert_eq!(ask_for_turn(&address, "/?shard=1").await.0, 200);
    // The answer may arrive before the queue has logged it.
    queue.says("its turn shard=", 3).await;
    assert_eq!((fake.identifies().len(), turns(&queue, 3).await), (1, 3));
}

pub(crate) async fn a_missing_queue_is_warned_about(fake: Fake) {
    let shards =
        [("FACTOTUM_DISCORD_SHARDS_PER_PROCESS", "1"), ("FACTOTUM_DISCORD_SHARDS_ORDINAL", "1"), ("FACTOTUM_DISCORD_SHARDS_TOTAL", "2")];
    fake.enforce();
    let (first, second) =
        (Bot::start(&fake, &[shards[0], ("FACTOTUM_DISCORD_SHARDS_ORDINAL", "0"), shards[2]]), Bot::start(&fake, &shards));
    tokio::join!(first.says(" ready counts", 1), second.says(" ready counts", 1));
    assert_eq!(second.lines("identify_queue").len(), 1, "{}", second.log());
    assert!(fake.identifies().iter().any(|identify| identify.too_early), "this is what a queue is for");
    let past = [shards[0], ("FACTOTUM_DISCORD_SHARDS_ORDINAL", "factotum-gateway-2"), shards[2]];
    let mut past = Bot::start(&fake, &past);
    assert_eq!(past.ended().await.code(), Some(2));
    assert!(past.log().contains("need only the ordinals"), "{}", past.log());
}

pub(crate) async fn the_queue_needs_discord(fake: Fake) {
    let ends = async |settings: &[(&str, &str)], status, words: &str| {
        let usual = [("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str()), ("FACTOTUM_IDENTIFY_QUEUE_LISTEN", "127.0.0.1:0")];
        let mut queue = Bot::spawn(command(&["identify-queue"], &[&usual, settings].concat()));
        assert_eq!(queue.ended().await.code(), Some(status), "{}", queue.log());
        assert!(queue.log().contains(words), "{}", queue.log());
    };
    ends(&[("DISCORD_TOKEN", "wrong-token-of-somebody")], 3, "DISCORD_TOKEN").await;
    ends(&[("FACTOTUM_IDENTIFY_QUEUE_LISTEN", "off")], 2, "`listen` of [identify_queue] is off").await;
    ends(&[("FACTOTUM_IDENTIFY_QUEUE_LISTEN", fake.rest.trim_start_matches("http://"))], 2, "[identify_queue]").await;
    fake.fault("GET /gateway/bot", 9, How::Status(500, Value::Null));
    ends(&[], 8, "cannot ask Discord").await;
}
