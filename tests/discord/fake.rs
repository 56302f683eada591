//! A fake Discord on loopback: REST and gateway, for one bot with any number of shards. It enforces Discord's rules, records everything, and
//! fails on request.

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// The only token that the fake accepts; it must never appear in a log.
pub(crate) const TOKEN: &str = "MTAwMDAwMDAwMDAwMDAwMDAx.secret.of-the-bot";
/// The bot.
pub(crate) const US: u64 = 1_000_000_000_000_000_001;
/// Its application: a different id, as for old bots.
pub(crate) const APPLICATION: u64 = 1_000_000_000_000_000_002;
/// The name of users; it must never appear in a log.
pub(crate) const NAME: &str = "somebody-with-a-name";
/// The channel in which people see questions, where one is set.
pub(crate) const PEOPLE: u64 = 71;
/// The role of those people, and of those who may teach.
pub(crate) const ROLE: u64 = 81;
/// A forum.
pub(crate) const FORUM: u64 = 91;
/// How long a test waits for something that must happen. serenity itself waits for up to about ten seconds.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long Discord waits for the first response to an interaction.
const RESPONSE: Duration = Duration::from_secs(3);
/// How long an interaction's token is valid.
const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);

/// The least time between two sessions of one bucket.
pub(crate) const APART: Duration = Duration::from_secs(5);

/// A session that began or tried to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identify {
    pub shard: u64,
    /// The shard's number modulo `max_concurrency`.
    pub bucket: u64,
    pub at: Instant,
    /// Whether it came too early and was rejected.
    pub too_early: bool,
}

/// A request of the bot and its response.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub method: String,
    /// After `/api/v10`.
    pub path: String,
    pub query: String,
    pub body: Value,
    /// The body.
    pub raw: Vec<u8>,
    /// The status of the response; 0 if there was none.
    pub status: u16,
    /// When it arrived.
    pub at: Instant,
}

/// What happened, in order.
#[derive(Debug, Clone)]
pub(crate) enum Seen {
    Asked(Asked),
    Connected,
    Identified {
        shard: u64,
        of: u64,
        intents: u64,
    },
    Resumed,
    Heartbeat,
    /// The bot closed the connection with this code.
    Closed {
        code: u16,
    },
    /// The connection ended without a close frame.
    Dropped,
}

/// How to fail the next requests whose method and path contain these words.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub what: &'static str,
    pub times: usize,
    pub how: How,
}

#[derive(Debug, Clone)]
pub(crate) enum How {
    /// Respond with this status and body, and do nothing.
    Status(u16, Value),
    /// The same, with a `Retry-After` header in seconds.
    RetryAfter(u16, f64),
    /// Never respond.
    Hang,
    /// Do it, but respond with something other than JSON.
    Garbage,
    /// Do it, but drop the connection instead of responding.
    DoAndDrop,
    /// Do it, but only after a while.
    Slow(Duration),
}

/// How the gateway treats a connection.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Normally.
    Serve,
    /// Connected, and then nothing.
    Mute,
    /// Closed with this code when it identifies or resumes.
    CloseOnIdentify(u16),
    /// Op 9 when it identifies or resumes.
    Invalid(bool),
    /// Heartbeats are never acknowledged.
    Zombie,
}

/// What the gateway should do on an open connection.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// Send a dispatch.
    Dispatch(&'static str, Value),
    /// The same, compressed.
    Compressed(&'static str, Value),
    /// Send this text literally.
    Raw(String),
    /// Send these bytes literally.
    Bytes(Vec<u8>),
    /// Close with this code.
    Close(u16),
    /// Drop the connection.
    Drop,
    /// Ask for a heartbeat, a reconnect (7), or invalidate the session (9).
    Op(u8, Value),
}

struct Interaction {
    id: u64,
    begun: Instant,
    responded: bool,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    faults: Vec<Fault>,
    manners: VecDeque<Manner>,
    usual: Option<Manner>,
    gateway_gone: bool,
    interactions: BTreeMap<String, Interaction>,
    nonces: BTreeMap<(String, String), u64>,
    commands: BTreeMap<String, Vec<Value>>,
    shards: BTreeMap<u64, mpsc::UnboundedSender<Order>>,
    sessions: u64,
    next_id: u64,
    heartbeat: u64,
    advised_shards: u64,
    sessions_left: u64,
    max_concurrency: u64,
    enforce: bool,
    identifies: Vec<Identify>,
}

/// The fake.
#[derive(Clone)]
pub(crate) struct Fake {
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<usize>>,
    pub rest: String,
    gateway: String,
}

impl Fake {
    pub(crate) async fn start() -> Fake {
        let rest = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let gateway = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = |listener: &TcpListener| listener.local_addr().expect("it is bound");
        let state = State {
            next_id: 2_000_000_000_000_000_000,
            heartbeat: 41_250,
            advised_shards: 1,
            sessions_left: 1_000,
            max_concurrency: 1,
            ..State::default()
        };
        let fake = Fake {
            state: Arc::new(Mutex::new(state)),
            changed: Arc::new(watch::Sender::new(0)),
            rest: format!("http://{}", address(&rest)),
            gateway: format!("ws://{}", address(&gateway)),
        };
        tokio::spawn(fake.clone().serve_rest(rest));
        tokio::spawn(fake.clone().serve_gateway(gateway));
        fake
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds this")
    }

    fn saw(&self, seen: Seen) {
        let mut state = self.state();
        state.seen.push(seen);
        let count = state.seen.len();
        drop(state);
        self.changed.send_replace(count);
    }

    // -- for tests --

    /// Everything that has happened.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Waits until `find` finds something in the record.
    pub(crate) async fn wait<T>(&self, what: &str, mut find: impl FnMut(&[Seen]) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = find(&self.state().seen) {
                    return found;
                }
                changed.changed().await.expect("the fake lives");
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain for {what}; seen: {:#?}", self.seen()),
        }
    }

    /// Waits for a number of events of a kind.
    pub(crate) async fn wait_for(&self, what: &str, times: usize, is: impl Fn(&Seen) -> bool) {
        self.wait(what, |seen| (seen.iter().filter(|s| is(s)).count() >= times).then_some(())).await;
    }

    /// Waits for the nth request, from 0, whose method and path contain these words and that has its response.
    pub(crate) async fn asked(&self, words: &str, nth: usize) -> Asked {
        self.wait(words, |seen| requests(seen).filter(|a| a.names(words)).nth(nth).cloned()).await
    }

    /// Requests so far whose method and path contain these words.
    pub(crate) fn all_asked(&self, words: &str) -> Vec<Asked> {
        requests(&self.seen()).filter(|a| a.names(words)).cloned().collect()
    }

    pub(crate) fn fault(&self, what: &'static str, times: usize, how: How) {
        self.state().faults.push(Fault { what, times, how });
    }

    /// Sets how the next connections are treated, one after the other.
    pub(crate) fn next_connections(&self, manners: impl IntoIterator<Item = Manner>) {
        self.state().manners.extend(manners);
    }

    /// Sets how all connections are treated from now on.
    pub(crate) fn all_connections(&self, manner: Manner) {
        self.state().usual = Some(manner);
    }

    /// Takes the gateway down: connections are refused.
    pub(crate) fn gateway_gone(&self, gone: bool) {
        self.state().gateway_gone = gone;
    }

    pub(crate) fn heartbeat(&self, milliseconds: u64) {
        self.state().heartbeat = milliseconds;
    }

    pub(crate) fn advise_shards(&self, shards: u64) {
        self.state().advised_shards = shards;
    }

    pub(crate) fn sessions_left(&self, left: u64) {
        self.state().sessions_left = left;
    }

    /// Sets the number of buckets of shards, each of which may begin a session every five seconds.
    pub(crate) fn max_concurrency(&self, buckets: u64) {
        self.state().max_concurrency = buckets;
    }

    /// From now on, sessions that begin too early are rejected, as by Discord.
    pub(crate) fn enforce(&self) {
        self.state().enforce = true;
    }

    /// Every session that began or was rejected, in order.
    pub(crate) fn identifies(&self) -> Vec<Identify> {
        self.state().identifies.clone()
    }

    /// The registered commands, global or of one guild.
    pub(crate) fn commands(&self, server: Option<u64>) -> Vec<Value> {
        self.state().commands.get(&scope(server)).cloned().unwrap_or_default()
    }

    /// The application has these commands already.
    pub(crate) fn has_commands(&self, server: Option<u64>, commands: &[Value]) {
        commands.iter().for_each(|command| drop(self.register(server, command)));
    }

    /// Registers a command, in the place of one with its type and name.
    fn register(&self, server: Option<u64>, command: &Value) -> Value {
        let mut command = command.clone();
        command["id"] = json!(self.new_id().to_string());
        command["version"] = json!("1");
        command["application_id"] = json!(APPLICATION.to_string());
        let mut state = self.state();
        let commands = state.commands.entry(scope(server)).or_default();
        let key = |command: &Value| (command["type"].as_u64().unwrap_or(1), command["name"].clone());
        match commands.iter_mut().find(|known| key(known) == key(&command)) {
            Some(known) => *known = command.clone(),
            None => commands.push(command.clone()),
        }
        command
    }

    pub(crate) fn order(&self, shard: u64, order: Order) {
        let sent = self.state().shards.get(&shard).is_some_and(|s| s.send(order).is_ok());
        assert!(sent, "shard {shard} is connected");
    }

    pub(crate) fn new_id(&self) -> u64 {
        let mut state = self.state();
        state.next_id += 1;
        state.next_id
    }

    /// A user writes a message; returns its id. As at Discord, its text is blank if the bot is not addressed.
    pub(crate) fn write(&self, written: &Written) -> u64 {
        let id = self.new_id();
        self.order(0, Order::Dispatch("MESSAGE_CREATE", self.message(id, written)));
        id
    }

    /// The message as the gateway sends it.
    pub(crate) fn message(&self, id: u64, written: &Written) -> Value {
        let readable = written.server.is_none() || written.mentions.contains(&US) || written.person == US;
        let mentions: Vec<Value> = written.mentions.iter().map(|id| user(*id, false)).collect();
        let mut message = json!({
            "id": id.to_string(), "channel_id": written.channel.to_string(), "author": user(written.person, written.bot),
            "content": if readable { written.text.as_str() } else { "" }, "timestamp": "2026-07-01T12:00:00.000000+00:00", "edited_timestamp": null,
            "tts": false, "mention_everyone": written.everyone, "mentions": mentions, "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": false, "type": written.kind,
        });
        if let Some(server) = written.server {
            message["guild_id"] = json!(server.to_string());
            message["member"] = json!({
                "roles": written.roles.iter().map(u64::to_string).collect::<Vec<_>>(), "joined_at": "2026-01-01T00:00:00.000000+00:00",
                "deaf": false, "mute": false, "flags": 0,
            });
        }
        if written.webhook {
            message["webhook_id"] = json!("77");
        }
        if let Some(author) = written.replies_to {
            let text = written.replied_text.clone().unwrap_or_else(|| "before".to_owned());
            let replied = Written { person: author, bot: author == US, text, ..Written::default() };
            message["message_reference"] = json!({"message_id": "55", "channel_id": written.channel.to_string()});
            message["referenced_message"] = self.message(55, &replied);
        }
        if let (Some(message), Some(also)) = (message.as_object_mut(), written.also.as_object()) {
            message.extend(also.clone());
        }
        message
    }

    /// A user writes a post in a forum: the thread, then its first message. Returns its id.
    pub(crate) fn post(&self, title: &str, tags: &[u64], written: &Written) -> u64 {
        let id = self.new_id();
        self.order(0, Order::Dispatch("THREAD_CREATE", self.thread(id, FORUM, title, tags)));
        self.begin_thread(id, written);
        id
    }

    /// The first message of a thread.
    pub(crate) fn begin_thread(&self, id: u64, written: &Written) {
        let written = Written { server: Some(22), channel: id, ..written.clone() };
        self.order(0, Order::Dispatch("MESSAGE_CREATE", self.message(id, &written)));
    }

    /// A thread as the gateway sends it.
    pub(crate) fn thread(&self, id: u64, forum: u64, title: &str, tags: &[u64]) -> Value {
        json!({
            "id": id.to_string(), "type": 11, "guild_id": "22", "parent_id": forum.to_string(), "owner_id": "11", "name": title,
            "last_message_id": null, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "flags": 0, "newly_created": true,
            "applied_tags": tags.iter().map(u64::to_string).collect::<Vec<_>>(), "total_message_sent": 0,
            "thread_metadata": {"archived": false, "auto_archive_duration": 4320, "archive_timestamp": "2026-07-01T12:00:00.000000+00:00",
                "locked": false, "create_timestamp": "2026-07-01T12:00:00.000000+00:00"},
        })
    }

    /// A message of the bot's, as Discord keeps it: what it sent as the response to an interaction, or in a channel.
    pub(crate) fn ours(&self, id: u64, sent: &Value) -> Value {
        let text = sent["content"].as_str().unwrap_or_default().to_owned();
        let mut message = self.message(id, &Written { person: US, bot: true, text, ..Written::default() });
        message["flags"] = sent["flags"].as_u64().unwrap_or_default().into();
        message
    }

    /// A button of this message.
    pub(crate) fn press_on(&self, place: Place, custom_id: &str, message: Value) -> (u64, String) {
        let (id, token) = self.begun();
        let mut interaction = self.interaction(id, &token, place, 3, json!({"custom_id": custom_id, "component_type": 2}));
        interaction["message"] = message;
        self.order(0, Order::Dispatch("INTERACTION_CREATE", interaction));
        (id, token)
    }

    /// A form that was opened from this message, with these fields.
    pub(crate) fn submit(&self, place: Place, custom_id: &str, fields: &[(&str, &str)], message: Value) -> (u64, String) {
        let (id, token) = self.begun();
        let interaction = self.form(id, &token, place, custom_id, fields, message);
        self.order(0, Order::Dispatch("INTERACTION_CREATE", interaction));
        (id, token)
    }

    /// The same as the gateway sends it.
    pub(crate) fn form(&self, id: u64, token: &str, place: Place, custom_id: &str, fields: &[(&str, &str)], message: Value) -> Value {
        let row = |(name, value): &(&str, &str)| json!({"type": 1, "id": 1, "components": [{"type": 4, "id": 2, "custom_id": name, "value": value}]});
        let rows: Vec<Value> = fields.iter().map(row).collect();
        let mut interaction = self.interaction(id, token, place, 5, json!({"custom_id": custom_id, "components": rows}));
        interaction["message"] = message;
        interaction
    }

    /// A user uses something; returns the interaction's id and token.
    pub(crate) fn interact(&self, place: Place, kind: u8, data: Value) -> (u64, String) {
        self.interact_on(0, place, kind, data)
    }

    /// The same in a guild of this shard.
    pub(crate) fn interact_on(&self, shard: u64, place: Place, kind: u8, data: Value) -> (u64, String) {
        let (id, token) = self.begun();
        self.order(shard, Order::Dispatch("INTERACTION_CREATE", self.interaction(id, &token, place, kind, data)));
        (id, token)
    }

    /// An interaction begins; returns its id and token.
    pub(crate) fn begun(&self) -> (u64, String) {
        let id = self.new_id();
        let token = format!("interaction-secret-{id}");
        self.state().interactions.insert(token.clone(), Interaction { id, begun: Instant::now(), responded: false });
        (id, token)
    }

    /// An interaction got its response as an HTTP response.
    pub(crate) fn responded(&self, token: &str) {
        if let Some(interaction) = self.state().interactions.get_mut(token) {
            interaction.responded = true;
        }
    }

    /// The interaction as the gateway sends it.
    pub(crate) fn interaction(&self, id: u64, token: &str, place: Place, kind: u8, data: Value) -> Value {
        let mut interaction = json!({
            "id": id.to_string(), "application_id": APPLICATION.to_string(), "type": kind, "token": token, "version": 1,
            "channel_id": place.channel.to_string(), "locale": place.locale, "entitlements": [], "attachment_size_limit": 10_485_760, "data": data,
            "context": u8::from(place.server.is_none()), "authorizing_integration_owners": {"0": place.server.unwrap_or_default().to_string()},
        });
        match place.server {
            Some(server) => {
                interaction["guild_id"] = json!(server.to_string());
                interaction["member"] = json!({
                    "user": user(place.person, false), "roles": place.role.iter().map(u64::to_string).collect::<Vec<_>>(), "joined_at": "2026-01-01T00:00:00.000000+00:00", "deaf": false, "mute": false,
                    "flags": 0, "permissions": "0",
                });
            }
            None => interaction["user"] = user(place.person, false),
        }
        if kind == 3 {
            let ours = Written { person: US, bot: true, text: "an answer".to_owned(), ..Written::default() };
            interaction["message"] = self.message(place.message, &ours);
        }
        interaction
    }

    /// `/ask`.
    pub(crate) fn ask(&self, place: Place, question: &str, private: Option<bool>) -> (u64, String) {
        let mut options = vec![json!({"name": "question", "type": 3, "value": question})];
        options.extend(private.map(|private| json!({"name": "private", "type": 5, "value": private})));
        self.interact(place, 2, json!({"id": "9", "name": "ask", "type": 1, "options": options}))
    }

    /// A command without options.
    pub(crate) fn command(&self, place: Place, name: &str) -> (u64, String) {
        self.interact(place, 2, json!({"id": "9", "name": name, "type": 1}))
    }

    /// A button.
    pub(crate) fn press(&self, place: Place, custom_id: &str) -> (u64, String) {
        self.interact(place, 3, json!({"custom_id": custom_id, "component_type": 2}))
    }

    /// An option of a menu.
    pub(crate) fn choose(&self, place: Place, custom_id: &str, value: &str) -> (u64, String) {
        self.interact(place, 3, json!({"custom_id": custom_id, "component_type": 3, "values": [value]}))
    }

    /// Typing in `/ask`.
    pub(crate) fn type_(&self, place: Place, typed: &str) -> (u64, String) {
        let option = json!({"name": "question", "type": 3, "value": typed, "focused": true});
        self.interact(place, 4, json!({"id": "9", "name": "ask", "type": 1, "options": [option]}))
    }

    /// Waits for the accepted response to an interaction, and returns its body.
    pub(crate) async fn response(&self, interaction: &(u64, String)) -> Value {
        self.callback(interaction).await.body
    }

    /// Waits for the accepted response to an interaction.
    pub(crate) async fn callback(&self, (id, token): &(u64, String)) -> Asked {
        let path = format!("/interactions/{id}/{token}/callback");
        self.wait(&path, |seen| requests(seen).find(|a| a.path == path && a.status == 204).cloned()).await
    }

    /// Waits for the nth accepted message in a channel, from 0, and returns its body.
    pub(crate) async fn posted(&self, channel: u64, nth: usize) -> Value {
        let path = format!("/channels/{channel}/messages");
        self.wait(&path, |seen| requests(seen).filter(|a| a.path == path && a.status == 200).nth(nth).cloned()).await.body
    }

    /// Messages in a channel, counted as people see them: once for each nonce.
    pub(crate) fn messages_in(&self, channel: u64) -> usize {
        let channel = channel.to_string();
        self.state().nonces.keys().filter(|(c, _)| *c == channel).count()
    }

    /// Sends something to the bot and waits for its reply: then everything sent before has been handled.
    pub(crate) async fn settle(&self) {
        let typed = self.type_(Place::default(), "");
        self.response(&typed).await;
    }

    // -- REST --

    async fn serve_rest(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(self.clone().serve(stream));
        }
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let service = service_fn(move |request| self.clone().answer(request));
        // A client may disconnect at any time.
        let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    /// Serves REST as discord.com itself, with its own certificate; returns the address, and the certificate for the bot to trust.
    pub(crate) async fn serve_as_discord(&self) -> (SocketAddr, String) {
        let made = rcgen::generate_simple_self_signed(["discord.com".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.key_pair.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("the key belongs to the certificate");
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let fake = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (fake, acceptor) = (fake.clone(), acceptor.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        fake.serve(stream).await;
                    }
                });
            }
        });
        (address, made.cert.pem())
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Dropped> {
        let at = Instant::now();
        let method = request.method().to_string();
        let path = request.uri().path().strip_prefix("/api/v10").unwrap_or(request.uri().path()).to_owned();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let authorised = request.headers().get("authorization").is_some_and(|v| v == &format!("Bot {TOKEN}"));
        let bytes = request.into_body().collect().await.map(|b| b.to_bytes()).unwrap_or_default();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("the bot sends JSON") };
        let mut asked = Asked { method, path, query, body, raw: bytes.to_vec(), status: 0, at };
        let fault = self.fault_for(&asked);
        let (status, answer, retry) = match &fault {
            Some(How::Status(status, body)) => (*status, body.clone(), None),
            Some(How::RetryAfter(status, seconds)) => {
                (*status, json!({"message": "You are being rate limited.", "retry_after": seconds, "global": false}), Some(*seconds))
            }
            Some(How::Hang) => {
                self.saw(Seen::Asked(asked));
                return std::future::pending().await;
            }
            // The token in these paths is enough.
            _ if !authorised && !asked.path.starts_with("/webhooks/") => (401, json!({"message": "401: Unauthorized", "code": 0}), None),
            Some(How::Slow(wait)) => {
                tokio::time::sleep(*wait).await;
                let (status, answer) = self.act(&asked);
                (status, answer, None)
            }
            _ => {
                let (status, answer) = self.act(&asked);
                (status, answer, None)
            }
        };
        asked.status = status;
        self.saw(Seen::Asked(asked));
        let bytes = match fault {
            Some(How::DoAndDrop) => return Err(Dropped),
            Some(How::Garbage) => Bytes::from_static(b"<html>not JSON"),
            _ if answer.is_null() => Bytes::new(),
            _ => Bytes::from(answer.to_string()),
        };
        let mut response =
            Response::builder().status(StatusCode::from_u16(status).expect("a status")).header("content-type", "application/json");
        // Five requests in five seconds, as in a channel: enough for what tests do at once.
        response = response.header("x-ratelimit-limit", "5").header("x-ratelimit-remaining", "4").header("x-ratelimit-bucket", "b");
        if let Some(seconds) = retry {
            response = response.header("retry-after", seconds.to_string()).header("x-ratelimit-reset-after", seconds.to_string());
        }
        Ok(response.body(Full::new(bytes)).expect("a response"))
    }

    fn fault_for(&self, asked: &Asked) -> Option<How> {
        let mut state = self.state();
        let fault = state.faults.iter_mut().find(|f| f.times > 0 && asked.names(f.what))?;
        fault.times -= 1;
        Some(fault.how.clone())
    }

    /// Handles a request.
    fn act(&self, asked: &Asked) -> (u16, Value) {
        let parts: Vec<&str> = asked.path.split('/').skip(1).collect();
        let error = |status, code, message: &str| (status, json!({"code": code, "message": message}));
        match (asked.method.as_str(), parts.as_slice()) {
            ("GET", ["gateway"]) => (200, json!({"url": self.gateway})),
            ("GET", ["gateway", "bot"]) => {
                let state = self.state();
                let left = state.sessions_left.saturating_sub(state.identifies.len() as u64);
                let concurrency = state.max_concurrency;
                let limit = json!({"total": 1000, "remaining": left, "reset_after": 3_600_000, "max_concurrency": concurrency});
                (200, json!({"url": self.gateway, "shards": state.advised_shards, "session_start_limit": limit}))
            }
            ("GET", ["users", "@me", "guilds"]) => (200, json!([{"id": "22", "name": "Town", "permissions": "3072"}])),
            ("GET", ["oauth2", "applications", "@me"]) => (200, json!({"id": APPLICATION.to_string(), "name": "Factotum"})),
            ("GET", ["applications", _, "commands"]) => self.list_commands(None, asked),
            ("GET", ["applications", _, "guilds", server, "commands"]) => self.list_commands(server.parse().ok(), asked),
            ("POST", ["applications", _, "commands"]) => (201, self.register(None, &asked.body)),
            ("POST", ["applications", _, "guilds", server, "commands"]) => (201, self.register(server.parse().ok(), &asked.body)),
            ("DELETE", ["applications", _, "commands", id]) => self.remove_command(None, id),
            ("DELETE", ["applications", _, "guilds", server, "commands", id]) => self.remove_command(server.parse().ok(), id),
            ("POST", ["interactions", id, token, "callback"]) => {
                let mut state = self.state();
                match state.interactions.get_mut(*token).filter(|i| i.id.to_string() == *id) {
                    Some(known) if known.responded => error(400, 40_060, "Interaction has already been acknowledged."),
                    Some(known) if known.begun.elapsed() < RESPONSE => {
                        known.responded = true;
                        (204, Value::Null)
                    }
                    _ => error(404, 10_062, "Unknown interaction"),
                }
            }
            ("POST", ["webhooks", application, token]) => {
                let state = self.state();
                let known = state.interactions.get(*token).filter(|i| i.responded && i.begun.elapsed() < TOKEN_LIFE);
                if known.is_some() && *application == APPLICATION.to_string() {
                    (200, json!({"id": "5", "type": 0}))
                } else {
                    error(404, 10_015, "Unknown Webhook")
                }
            }
            ("POST", ["channels", channel, "messages"]) => {
                let text = asked.body["content"].as_str().unwrap_or_default();
                if text.chars().count() > 2_000 || (text.is_empty() && asked.body["embeds"].is_null()) {
                    return error(400, 50_035, "Invalid Form Body");
                }
                let id = self.new_id();
                // The same nonce is the same message.
                let nonce = asked.body["nonce"].as_str().map_or_else(|| id.to_string(), str::to_owned);
                let id = *self.state().nonces.entry(((*channel).to_owned(), nonce)).or_insert(id);
                let ours =
                    Written { person: US, bot: true, text: text.to_owned(), channel: channel.parse().unwrap_or(1), ..Written::default() };
                (200, self.message(id, &ours))
            }
            _ => error(404, 0, "404: Not Found"),
        }
    }

    fn list_commands(&self, server: Option<u64>, asked: &Asked) -> (u16, Value) {
        let mut commands = self.commands(server);
        if !asked.query.contains("with_localizations=true") {
            for command in &mut commands {
                command.as_object_mut().map(|c| c.remove("name_localizations"));
            }
        }
        (200, json!(commands))
    }

    fn remove_command(&self, server: Option<u64>, id: &str) -> (u16, Value) {
        let mut state = self.state();
        let commands = state.commands.entry(scope(server)).or_default();
        match commands.iter().position(|command| command["id"] == id) {
            Some(at) => {
                commands.remove(at);
                (204, Value::Null)
            }
            None => (404, json!({"code": 10_063, "message": "Unknown application command"})),
        }
    }

    // -- gateway --

    async fn serve_gateway(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let gone = self.state().gateway_gone;
            if !gone {
                tokio::spawn(self.clone().connection(stream));
            }
        }
    }

    async fn connection(self, stream: TcpStream) {
        let manner = {
            let mut state = self.state();
            state.manners.pop_front().or(state.usual.clone()).unwrap_or(Manner::Serve)
        };
        let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
        self.saw(Seen::Connected);
        if matches!(manner, Manner::Mute) {
            while let Some(Ok(_)) = socket.next().await {}
            return;
        }
        let heartbeat = self.state().heartbeat;
        if send(&mut socket, json!({"op": 10, "d": {"heartbeat_interval": heartbeat}})).await.is_none() {
            return;
        }
        let (sender, mut orders) = mpsc::unbounded_channel();
        let mut shard = 0;
        let mut sequence = 0;
        loop {
            let going_on = tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Frame::Text(text))) => {
                        let message: Value = serde_json::from_str(&text).expect("the bot sends JSON");
                        self.hear(&mut socket, &manner, &sender, &message, &mut shard, &mut sequence).await
                    }
                    Some(Ok(Frame::Close(frame))) => {
                        self.saw(Seen::Closed { code: frame.map_or(1005, |f| f.code.into()) });
                        // The library answers with its own close frame while it is polled.
                        while let Some(Ok(_)) = socket.next().await {}
                        return;
                    }
                    Some(Ok(_)) => Some(()),
                    Some(Err(_)) | None => None,
                },
                Some(order) = orders.recv() => self.obey(&mut socket, order, &mut sequence).await,
            };
            if going_on.is_none() {
                self.saw(Seen::Dropped);
                return;
            }
        }
    }

    async fn hear(
        &self,
        socket: &mut Socket,
        manner: &Manner,
        sender: &mpsc::UnboundedSender<Order>,
        message: &Value,
        shard: &mut u64,
        sequence: &mut u64,
    ) -> Option<()> {
        let opcode = message["op"].as_u64();
        match opcode {
            Some(1) => {
                self.saw(Seen::Heartbeat);
                if matches!(manner, Manner::Zombie) { Some(()) } else { send(socket, json!({"op": 11})).await }
            }
            Some(2 | 6) => {
                // serenity writes "Bot" before it here as well, which Discord accepts.
                if message["d"]["token"].as_str().map(|t| t.trim_start_matches("Bot ")) != Some(TOKEN) {
                    return close(socket, 4004).await;
                }
                if opcode == Some(2) {
                    *shard = message["d"]["shard"][0].as_u64().unwrap_or_default();
                    let of = message["d"]["shard"][1].as_u64().unwrap_or(1);
                    let intents = message["d"]["intents"].as_u64().unwrap_or_default();
                    let too_early = self.identified(*shard);
                    self.saw(Seen::Identified { shard: *shard, of, intents });
                    if too_early {
                        return send(socket, json!({"op": 9, "d": false})).await;
                    }
                } else {
                    // The fake's session ids end with the shard's number.
                    let session = message["d"]["session_id"].as_str().unwrap_or_default();
                    *shard = session.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or_default();
                    *sequence = message["d"]["seq"].as_u64().unwrap_or_default();
                    self.saw(Seen::Resumed);
                }
                match manner {
                    Manner::CloseOnIdentify(code) => return close(socket, *code).await,
                    Manner::Invalid(resumable) => return send(socket, json!({"op": 9, "d": resumable})).await,
                    _ => {}
                }
                self.state().shards.insert(*shard, sender.clone());
                *sequence += 1;
                let dispatch = if opcode == Some(2) {
                    let session = {
                        let mut state = self.state();
                        state.sessions += 1;
                        format!("session-{}-{shard}", state.sessions)
                    };
                    json!({"op": 0, "t": "READY", "s": *sequence, "d": {
                        "v": 10, "user": user(US, true), "guilds": [{"id": "7", "unavailable": true}], "session_id": session,
                        "resume_gateway_url": self.gateway, "application": {"id": APPLICATION.to_string(), "flags": 0},
                        "shard": [*shard, message["d"]["shard"][1]],
                    }})
                } else {
                    json!({"op": 0, "t": "RESUMED", "s": *sequence, "d": {}})
                };
                send(socket, dispatch).await
            }
            _ => Some(()),
        }
    }

    /// Counts a session. Returns whether it began too early.
    fn identified(&self, shard: u64) -> bool {
        let (mut state, at) = (self.state(), Instant::now());
        let bucket = shard % state.max_concurrency;
        let last = state.identifies.iter().rev().find(|identify| identify.bucket == bucket).map(|identify| identify.at);
        let too_early = state.enforce && last.is_some_and(|last| at - last < APART);
        state.identifies.push(Identify { shard, bucket, at, too_early });
        too_early
    }

    async fn obey(&self, socket: &mut Socket, order: Order, sequence: &mut u64) -> Option<()> {
        match order {
            Order::Dispatch(kind, data) => {
                *sequence += 1;
                send(socket, json!({"op": 0, "t": kind, "s": *sequence, "d": data})).await
            }
            Order::Compressed(kind, data) => {
                *sequence += 1;
                let text = json!({"op": 0, "t": kind, "s": *sequence, "d": data}).to_string();
                socket.send(Frame::Binary(stored_zlib(text.as_bytes()))).await.ok()
            }
            Order::Raw(text) => socket.send(Frame::Text(text)).await.ok(),
            Order::Bytes(bytes) => socket.send(Frame::Binary(bytes)).await.ok(),
            Order::Close(code) => close(socket, code).await,
            Order::Drop => None,
            Order::Op(op, data) => send(socket, json!({"op": op, "d": data})).await,
        }
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn send(socket: &mut Socket, message: Value) -> Option<()> {
    socket.send(Frame::Text(message.to_string())).await.ok()
}

async fn close(socket: &mut Socket, code: u16) -> Option<()> {
    let _ = socket.close(Some(CloseFrame { code: code.into(), reason: "".into() })).await;
    while let Some(Ok(_)) = socket.next().await {}
    None
}

/// The format of zlib without compression: stored blocks.
fn stored_zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut chunks = bytes.chunks(0xffff).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).expect("chunks are no longer");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

/// A connection that is dropped instead of a response.
#[derive(Debug)]
pub(crate) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Dropped {
        match never {}
    }
}

impl Asked {
    /// Whether method and path contain all of these words; a word followed by `$` must be at the end.
    pub(crate) fn names(&self, words: &str) -> bool {
        let line = format!("{} {}", self.method, self.path);
        words.split(' ').all(|word| word.strip_suffix('$').map_or_else(|| line.contains(word), |end| line.ends_with(end)))
    }
}

/// The requests in the record.
pub(crate) fn requests(seen: &[Seen]) -> impl Iterator<Item = &Asked> {
    seen.iter().filter_map(|s| match s {
        Seen::Asked(asked) => Some(asked),
        _ => None,
    })
}

fn scope(server: Option<u64>) -> String {
    server.map_or_else(|| "everywhere".to_owned(), |s| s.to_string())
}

fn user(id: u64, bot: bool) -> Value {
    json!({"id": id.to_string(), "username": NAME, "discriminator": "0", "global_name": NAME, "avatar": null, "bot": bot})
}

/// Who uses something, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub person: u64,
    pub channel: u64,
    pub server: Option<u64>,
    /// The message of a button.
    pub message: u64,
    /// A role of theirs.
    pub role: Option<u64>,
    /// The language of their Discord.
    pub locale: &'static str,
}

impl Default for Place {
    fn default() -> Self {
        Place { person: 11, channel: 33, server: Some(22), message: 44, role: None, locale: "en-GB" }
    }
}

/// A message of a user.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub person: u64,
    pub channel: u64,
    pub server: Option<u64>,
    pub text: String,
    pub mentions: Vec<u64>,
    pub bot: bool,
    pub webhook: bool,
    pub everyone: bool,
    pub kind: u8,
    /// The author of the message that it replies to.
    pub replies_to: Option<u64>,
    /// More of it, or something else than usual, as Discord writes it.
    pub also: Value,
    /// The text of that message.
    pub replied_text: Option<String>,
    /// The author's roles.
    pub roles: Vec<u64>,
}

impl Default for Written {
    fn default() -> Self {
        Written {
            person: 11,
            channel: 33,
            server: None,
            text: String::new(),
            mentions: Vec::new(),
            bot: false,
            webhook: false,
            everyone: false,
            kind: 0,
            replies_to: None,
            also: Value::Null,
            replied_text: None,
            roles: Vec::new(),
        }
    }
}
