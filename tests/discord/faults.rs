//! Failures of Discord's, and how the bot handles them.

use crate::bot::{Bot, command};
use crate::fake::{APPLICATION, Fake, How, Manner, Order, Place, Seen, US, Written};
use serde_json::{Value, json};

const QUESTION: &str = "how tall is the tower of the lighthouse";
/// Heartbeats at the rate that a test needs.
const QUICK: u64 = 300;

fn identifies(fake: &Fake) -> usize {
    fake.seen().iter().filter(|s| matches!(s, Seen::Identified { .. })).count()
}

/// A direct question is answered: the bot has recovered.
async fn answers(fake: &Fake, channel: u64) {
    fake.write(&Written { text: QUESTION.to_owned(), channel, ..Written::default() });
    assert_eq!(fake.posted(channel, 0).await["content"], "31 metres.");
}

// -- exits, each with its own code --

async fn ends_at_once(fake: Fake, code: u16, status: i32, says: &str) {
    fake.all_connections(Manner::CloseOnIdentify(code));
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(status), "{}", bot.log());
    assert!(bot.log().contains(says), "{}", bot.log());
    assert_eq!(identifies(&fake), 1, "no second session");
}

pub(crate) async fn close_4004(fake: Fake) {
    ends_at_once(fake, 4004, 3, "DISCORD_TOKEN").await;
}

pub(crate) async fn close_4010(fake: Fake) {
    ends_at_once(fake, 4010, 5, "[discord.shards]").await;
}

pub(crate) async fn close_4011(fake: Fake) {
    ends_at_once(fake, 4011, 5, "[discord.shards]").await;
}

pub(crate) async fn close_4012(fake: Fake) {
    ends_at_once(fake, 4012, 6, "a newer version").await;
}

pub(crate) async fn close_4013(fake: Fake) {
    ends_at_once(fake, 4013, 4, "intents").await;
}

pub(crate) async fn close_4014(fake: Fake) {
    ends_at_once(fake, 4014, 4, "intents").await;
}

pub(crate) async fn a_wrong_token_is_noticed_before_any_session(fake: Fake) {
    let mut bot = Bot::start(&fake, &[("DISCORD_TOKEN", "wrong-token-of-somebody")]);
    assert_eq!(bot.ended().await.code(), Some(3));
    assert!(bot.log().contains("DISCORD_TOKEN") && !bot.log().contains("wrong-token"), "{}", bot.log());
    assert_eq!(identifies(&fake), 0);
}

pub(crate) async fn no_token(fake: Fake) {
    let mut bot = Bot::start(&fake, &[("DISCORD_TOKEN", "")]);
    assert_eq!(bot.ended().await.code(), Some(2));
    assert!(bot.log().contains("DISCORD_TOKEN is not set"), "{}", bot.log());
}

pub(crate) async fn the_breaker_opens(fake: Fake) {
    fake.all_connections(Manner::CloseOnIdentify(4000));
    let mut bot = Bot::start(&fake, &[("FACTOTUM_DISCORD_IDENTIFY_LIMIT", "2")]);
    assert_eq!(bot.ended().await.code(), Some(7), "{}", bot.log());
    assert!((2..=3).contains(&identifies(&fake)), "{}", identifies(&fake));
    assert!(bot.log().contains("too many sessions"), "{}", bot.log());
}

pub(crate) async fn the_breaker_opens_for_4009_too(fake: Fake) {
    fake.all_connections(Manner::CloseOnIdentify(4009));
    let mut bot = Bot::start(&fake, &[("FACTOTUM_DISCORD_IDENTIFY_LIMIT", "1")]);
    assert_eq!(bot.ended().await.code(), Some(7), "{}", bot.log());
}

pub(crate) async fn no_sessions_left_today(fake: Fake) {
    fake.sessions_left(0);
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(7));
    assert_eq!(identifies(&fake), 0);
}

pub(crate) async fn the_daily_sessions_run_out(fake: Fake) {
    // All but one are in reserve.
    fake.sessions_left(11);
    fake.all_connections(Manner::CloseOnIdentify(4000));
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(7), "{}", bot.log());
    assert!(identifies(&fake) <= 3, "{}", identifies(&fake));
}

// -- broken connections --

async fn resumes(fake: Fake, order: Order) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.order(0, order);
    fake.wait_for("a resumed session", 1, |s| matches!(s, Seen::Resumed)).await;
    bot.says("session resumed", 1).await;
    bot.says(" ready counts", 2).await;
    answers(&fake, 40).await;
    assert_eq!(identifies(&fake), 1);
}

pub(crate) async fn resumes_after_4000(fake: Fake) {
    resumes(fake, Order::Close(4000)).await;
}

pub(crate) async fn resumes_after_1001(fake: Fake) {
    resumes(fake, Order::Close(1001)).await;
}

pub(crate) async fn resumes_after_op_7(fake: Fake) {
    resumes(fake, Order::Op(7, Value::Null)).await;
}

pub(crate) async fn resumes_after_a_dropped_connection(fake: Fake) {
    resumes(fake, Order::Drop).await;
}

async fn begins_anew(fake: Fake, order: Order) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.order(0, order);
    bot.says("not ready", 1).await;
    fake.wait_for("a second session", 2, |s| matches!(s, Seen::Identified { .. })).await;
    bot.says(" ready counts", 2).await;
    answers(&fake, 40).await;
}

pub(crate) async fn new_session_after_4009(fake: Fake) {
    begins_anew(fake, Order::Close(4009)).await;
}

pub(crate) async fn new_session_after_op_9(fake: Fake) {
    begins_anew(fake, Order::Op(9, json!(false))).await;
}

pub(crate) async fn op_9_before_a_session(fake: Fake) {
    fake.next_connections([Manner::Invalid(false)]);
    let _bot = Bot::ready(&fake, &[]).await;
    assert_eq!(identifies(&fake), 2);
    answers(&fake, 40).await;
}

pub(crate) async fn a_zombie_connection_is_dropped(fake: Fake) {
    fake.heartbeat(QUICK);
    fake.next_connections([Manner::Zombie]);
    let bot = Bot::ready(&fake, &[]).await;
    bot.says("not ready", 1).await;
    fake.wait_for("a second session", 2, |s| matches!(s, Seen::Identified { .. })).await;
    bot.says(" ready counts", 2).await;
    bot.says("heartbeat acknowledged", 1).await;
    answers(&fake, 40).await;
}

pub(crate) async fn not_ready_without_heartbeats(fake: Fake) {
    // The next heartbeat is far off; the start of the session counts for only a second.
    let bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_HEARTBEAT_TIMEOUT_SECONDS", "1")]).await;
    bot.says("not ready", 1).await;
    assert_eq!(bot.lines("disconnected; reconnecting").len(), 0);
}

pub(crate) async fn stays_ready_while_heartbeats_are_acknowledged(fake: Fake) {
    fake.heartbeat(QUICK);
    let bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_HEARTBEAT_TIMEOUT_SECONDS", "2")]).await;
    fake.wait_for("heartbeats for longer than that", 10, |s| matches!(s, Seen::Heartbeat)).await;
    assert_eq!(bot.lines("not ready").len(), 0, "{}", bot.log());
}

pub(crate) async fn sends_a_heartbeat_when_asked(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    fake.order(0, Order::Op(1, Value::Null));
    fake.wait_for("a heartbeat", 1, |s| matches!(s, Seen::Heartbeat)).await;
}

pub(crate) async fn the_gateway_goes_down(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[("FACTOTUM_DISCORD_RECONNECT_TIMEOUT_SECONDS", "3")]).await;
    fake.gateway_gone(true);
    fake.order(0, Order::Drop);
    bot.says("not ready", 1).await;
    assert_eq!(bot.ended().await.code(), Some(8), "{}", bot.log());
    assert!(bot.log().contains("no connection"), "{}", bot.log());
}

pub(crate) async fn the_gateway_comes_back(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.gateway_gone(true);
    fake.order(0, Order::Drop);
    bot.says("not ready", 1).await;
    fake.gateway_gone(false);
    bot.says(" ready counts", 2).await;
    answers(&fake, 40).await;
}

pub(crate) async fn the_gateway_is_never_up(fake: Fake) {
    fake.gateway_gone(true);
    let mut bot = Bot::start(&fake, &[("FACTOTUM_DISCORD_RECONNECT_TIMEOUT_SECONDS", "2")]);
    assert_eq!(bot.ended().await.code(), Some(8), "{}", bot.log());
}

// -- REST at the start --

pub(crate) async fn asking_for_the_gateway_is_retried(fake: Fake) {
    fake.fault("GET /gateway/bot", 2, How::Status(503, json!({})));
    let _bot = Bot::ready(&fake, &[]).await;
    assert_eq!(fake.all_asked("/gateway/bot").len(), 3);
}

pub(crate) async fn without_an_address_it_exits(fake: Fake) {
    fake.fault("GET /gateway/bot", 99, How::Status(502, json!({})));
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(8));
}

pub(crate) async fn serenitys_request_has_a_timeout(fake: Fake) {
    fake.fault("GET /gateway$", 1, How::Hang);
    let mut bot = Bot::start(&fake, &[]);
    assert_eq!(bot.ended().await.code(), Some(8), "{}", bot.log());
}

pub(crate) async fn serenitys_fallback_address_is_never_used(fake: Fake) {
    // serenity asks once more, and would fall back to the real Discord.
    fake.fault("GET /gateway$", 1, How::Status(500, json!({})));
    let _bot = Bot::ready(&fake, &[]).await;
    answers(&fake, 40).await;
}

// -- REST while answering --

async fn posts_once(fake: Fake, how: How, times: usize, tries: usize) {
    let _bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /messages", times, how);
    answers(&fake, 40).await;
    fake.asked("POST /messages", tries - 1).await;
    fake.settle().await;
    assert_eq!(fake.messages_in(40), 1, "people see one message");
}

pub(crate) async fn a_429_is_retried(fake: Fake) {
    posts_once(fake, How::RetryAfter(429, 0.1), 2, 3).await;
}

pub(crate) async fn a_5xx_is_retried(fake: Fake) {
    posts_once(fake, How::Status(503, json!({})), 2, 3).await;
}

pub(crate) async fn no_response_is_retried(fake: Fake) {
    posts_once(fake, How::Hang, 1, 2).await;
}

pub(crate) async fn a_lost_response_posts_nothing_twice(fake: Fake) {
    posts_once(fake, How::DoAndDrop, 1, 2).await;
}

pub(crate) async fn a_malformed_response_posts_nothing_twice(fake: Fake) {
    posts_once(fake, How::Garbage, 1, 1).await;
}

pub(crate) async fn rejections_are_not_retried(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.fault("POST /channels/40/messages", 1, How::Status(403, json!({"code": 50_013, "message": "Missing Permissions"})));
    fake.write(&Written { text: QUESTION.to_owned(), channel: 40, ..Written::default() });
    bot.says("Discord rejects it (HTTP status 403, error 50013)", 1).await;
    answers(&fake, 41).await;
    assert_eq!(fake.all_asked("/channels/40/messages").len(), 1);
}

async fn responds(fake: Fake, how: How) {
    let _bot = Bot::ready(&fake, &[]).await;
    fake.fault("/callback", 1, how);
    let asked = fake.ask(Place::default(), QUESTION, None);
    assert_eq!(fake.response(&asked).await["data"]["content"], "31 metres.");
}

pub(crate) async fn a_response_is_retried(fake: Fake) {
    responds(fake, How::Status(500, json!({}))).await;
}

pub(crate) async fn a_response_without_a_reply_is_retried(fake: Fake) {
    responds(fake, How::Hang).await;
}

pub(crate) async fn a_response_that_arrived_counts(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.fault("/callback", 1, How::DoAndDrop);
    let asked = fake.ask(Place::default(), QUESTION, None);
    fake.response(&asked).await;
    bot.says("replied", 1).await;
    assert_eq!(bot.lines("not delivered").len(), 0, "{}", bot.log());
}

pub(crate) async fn three_seconds_are_over(fake: Fake) {
    let bot = Bot::ready(&fake, &[]).await;
    fake.fault("/callback", 1, How::Status(404, json!({"code": 10_062, "message": "Unknown interaction"})));
    fake.ask(Place::default(), QUESTION, None);
    bot.says("10062", 1).await;
    answers(&fake, 40).await;
}

// -- unreadable events --

pub(crate) async fn unreadable_events_are_skipped(fake: Fake) {
    let mut bot = Bot::ready(&fake, &[]).await;
    fake.order(0, Order::Raw("{\"op\": 0, \"zebra\": ".to_owned()));
    bot.says("could not be read", 1).await;
    fake.order(0, Order::Bytes(b"zebra, not compressed".to_vec()));
    bot.says("could not be read", 2).await;
    fake.order(0, Order::Dispatch("MESSAGE_CREATE", json!({"content": "zebra"})));
    bot.says("could not be read", 3).await;
    fake.order(0, Order::Dispatch("INTERACTION_CREATE", json!({"id": "zebra"})));
    bot.says("could not be read", 4).await;
    fake.order(0, Order::Dispatch("SOMETHING_NEW", json!({"zebra": 1})));
    answers(&fake, 40).await;
    // Unknown fields and events are no errors.
    bot.unreadable = 4;
}

pub(crate) async fn compressed_frames_are_read(fake: Fake) {
    let _bot = Bot::ready(&fake, &[]).await;
    let written = Written { text: QUESTION.to_owned(), channel: 40, ..Written::default() };
    fake.order(0, Order::Compressed("MESSAGE_CREATE", fake.message(77, &written)));
    assert_eq!(fake.posted(40, 0).await["content"], "31 metres.");
}

// -- shards --

pub(crate) async fn as_many_shards_as_recommended(fake: Fake) {
    fake.advise_shards(2);
    let bot = Bot::ready(&fake, &[]).await;
    assert_eq!(identifies(&fake), 2, "ready when all are");
    let text = format!("<@{US}> {QUESTION}");
    let written = Written { text, channel: 41, server: Some(22), mentions: vec![US], ..Written::default() };
    fake.order(1, Order::Dispatch("MESSAGE_CREATE", fake.message(78, &written)));
    assert_eq!(fake.posted(41, 0).await["content"], "31 metres.");
    answers(&fake, 40).await;
    let commands = format!("POST /applications/{APPLICATION}/commands");
    fake.asked(&commands, 5).await;
    assert_eq!(fake.all_asked(&commands).len(), 6, "once for all shards");
    drop(bot);
}

pub(crate) async fn a_share_of_the_shards(fake: Fake) {
    let shards = [("FACTOTUM_DISCORD_SHARDS_FIRST", "2"), ("FACTOTUM_DISCORD_SHARDS_LAST", "3"), ("FACTOTUM_DISCORD_SHARDS_TOTAL", "4")];
    let _bot = Bot::ready(&fake, &shards).await;
    let identified: Vec<(u64, u64)> = fake
        .seen()
        .iter()
        .filter_map(|s| match s {
            Seen::Identified { shard, of, .. } => Some((*shard, *of)),
            _ => None,
        })
        .collect();
    assert_eq!(identified, [(2, 4), (3, 4)]);
}

pub(crate) async fn two_processes_share_the_shards(fake: Fake) {
    let share =
        |which| [("FACTOTUM_DISCORD_SHARDS_FIRST", which), ("FACTOTUM_DISCORD_SHARDS_LAST", which), ("FACTOTUM_DISCORD_SHARDS_TOTAL", "2")];
    let (first, second) = tokio::join!(async { Bot::ready(&fake, &share("0")).await }, async { Bot::ready(&fake, &share("1")).await });
    answers(&fake, 40).await;
    let text = format!("<@{US}> when is the lighthouse open to visitors");
    let written = Written { text, channel: 41, server: Some(22), mentions: vec![US], ..Written::default() };
    fake.order(1, Order::Dispatch("MESSAGE_CREATE", fake.message(78, &written)));
    let offered = fake.posted(41, 0).await;
    // A button of one process works in the other: they share nothing.
    let button = offered["components"][0]["components"][0]["custom_id"].as_str().unwrap_or_default();
    let pressed = fake.press(Place::default(), button);
    assert_eq!(fake.response(&pressed).await["data"]["content"], "31 metres.");
    first.says("replied", 2).await;
    second.says("replied", 1).await;
}

pub(crate) async fn shards_that_do_not_fit_together(fake: Fake) {
    let proxied = [("FACTOTUM_DISCORD_API_PROXY", fake.rest.as_str()), ("FACTOTUM_DISCORD_SHARDS_FIRST", "2")];
    let mut bot = Bot::spawn(command(&["run"], &proxied));
    assert_eq!(bot.ended().await.code(), Some(2));
    assert!(bot.log().contains("together"), "{}", bot.log());
}
