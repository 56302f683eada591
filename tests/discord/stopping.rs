//! Stopping: within five seconds, replies in flight arrive and the gateway is closed with 1000, whatever the state of the connection.

use crate::bot::Bot;
use crate::fake::{Fake, How, Manner, Order, Place, Seen, Written};
use serde_json::json;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(5);
const QUESTION: &str = "how tall is the tower of the lighthouse";

fn closed_well(fake: &Fake) -> bool {
    fake.seen().iter().any(|s| matches!(s, Seen::Closed { code: 1000, .. }))
}

async fn while_connected(fake: Fake, signal: &str) {
    let mut bot = Bot::ready(&fake, &[]).await;
    let took = bot.stop(signal).await;
    assert!(took < LIMIT && closed_well(&fake), "{took:?} {:?}", fake.seen());
}

pub(crate) async fn on_sigterm(fake: Fake) {
    while_connected(fake, "TERM").await;
}

pub(crate) async fn on_sigint(fake: Fake) {
    while_connected(fake, "INT").await;
}

pub(crate) async fn replies_in_flight_arrive(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /messages", 1, How::Slow(Duration::from_secs(2)));
    fake.fault("/callback", 1, How::Slow(Duration::from_millis(800)));
    let asked = fake.ask(Place::default(), QUESTION, None);
    fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    // Both have been decided, and are in flight.
    bot.says("delivering", 2).await;
    let took = bot.stop("TERM").await;
    assert!(took < LIMIT && closed_well(&fake), "{took:?}");
    fake.response(&asked).await;
    fake.posted(33, 0).await;
}

pub(crate) async fn a_reply_that_never_arrives_is_not_waited_for(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /messages", 9, How::Hang);
    fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    bot.says("delivering", 1).await;
    assert!(bot.stop("TERM").await < LIMIT);
}

pub(crate) async fn while_the_gateway_is_down(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.gateway_gone(true);
    fake.order(0, Order::Drop);
    bot.says("not ready", 1).await;
    assert!(bot.stop("TERM").await < LIMIT);
}

pub(crate) async fn while_a_new_session_begins(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.order(0, Order::Close(4009));
    bot.says("not ready", 1).await;
    assert!(bot.stop("TERM").await < LIMIT);
}

pub(crate) async fn while_the_gateway_is_mute(fake: Fake) {
    fake.all_connections(Manner::Mute);
    let mut bot = Bot::start(&fake, &[]);
    fake.wait_for("a connection", 1, |s| matches!(s, Seen::Connected)).await;
    assert!(bot.stop("TERM").await < LIMIT);
}

pub(crate) async fn while_the_knowledge_is_learned(fake: Fake) {
    // The built-in knowledge base with a change: learning it takes seconds.
    let folder = tempfile::tempdir().expect("the system has a place for such");
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge")).expect("it is in the repository") {
        let file = file.expect("it can be listed");
        std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("it can be copied");
    }
    std::fs::write(folder.path().join("more.toml"), "format = 2\n").expect("the folder is writable");
    let mut bot = Bot::start(&fake, &[("FACTOTUM_KNOWLEDGE", &folder.path().to_string_lossy())]);
    bot.says("knowledge base read name=", 1).await;
    assert!(bot.stop("TERM").await < LIMIT);
    assert!(bot.lines("trained took=").is_empty() && fake.seen().is_empty(), "{}", bot.log());
}

pub(crate) async fn before_discord_says_where_to_connect(fake: Fake) {
    fake.fault("GET /gateway/bot", 9, How::Hang);
    let mut bot = Bot::start(&fake, &[]);
    fake.wait_for("a question", 1, |s| matches!(s, Seen::Asked(_))).await;
    assert!(bot.stop("INT").await < LIMIT);
}

pub(crate) async fn while_discord_fails(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /messages", 99, How::Status(500, json!({})));
    fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    bot.says("delivering", 1).await;
    assert!(bot.stop("TERM").await < LIMIT);
    assert!(closed_well(&fake));
}

pub(crate) async fn all_shards_close_in_parallel(fake: Fake) {
    fake.advise_shards(3);
    let mut bot = Bot::ready(&fake, &[]).await;
    let took = bot.stop("TERM").await;
    let closed = fake.seen().iter().filter(|s| matches!(s, Seen::Closed { code: 1000 })).count();
    assert!(took < LIMIT && closed == 3, "{took:?} {:?}", fake.seen());
}

pub(crate) async fn while_shards_wait_for_their_turn(fake: Fake) {
    fake.advise_shards(8);
    let mut bot = Bot::start(&fake, &[]);
    bot.says(" connected shard=0", 1).await;
    let took = bot.stop("TERM").await;
    assert!(took < LIMIT && closed_well(&fake), "{took:?} {:?}", fake.seen());
}
