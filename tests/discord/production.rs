//! The production path: TLS to discord.com, and serenity's own rate limiter.

use crate::bot::{Bot, command};
use crate::fake::{Fake, How, Place, Written};

const QUESTION: &str = "how tall is the tower of the lighthouse";

/// A bot that takes the fake for discord.com.
async fn started(fake: &Fake, trusting: bool) -> Bot {
    let (address, certificate) = fake.serve_as_discord().await;
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("discord-{}.pem", address.port()));
    let other = rcgen::generate_simple_self_signed(["discord.com".to_owned()]).expect("a certificate");
    std::fs::write(&file, if trusting { certificate } else { other.cert.pem() }).expect("it is ours");
    Bot::spawn(command(&["run"], &[("FACTOTUM_TEST_DISCORD", &format!("{address} {}", file.display()))]))
}

pub(crate) async fn answers_and_keeps_the_limits(fake: Fake) {
    let bot = started(&fake, true).await;
    bot.says(" ready counts", 1).await;
    // serenity waits as long as Discord says, and tries again.
    fake.fault("POST /messages", 1, How::RetryAfter(429, 1.0));
    fake.write(&Written { text: QUESTION.to_owned(), ..Written::default() });
    assert_eq!(fake.posted(33, 0).await["content"], "31 metres.");
    assert_eq!(fake.all_asked("POST /messages").len(), 2);
    let asked = fake.ask(Place::default(), QUESTION, None);
    assert_eq!(fake.response(&asked).await["data"]["content"], "31 metres.");
    fake.fault("POST /messages", 1, How::Status(503, serde_json::json!({})));
    fake.write(&Written { text: QUESTION.to_owned(), channel: 34, ..Written::default() });
    assert_eq!(fake.posted(34, 0).await["content"], "31 metres.");
}

pub(crate) async fn trusts_only_discord(fake: Fake) {
    let mut bot = started(&fake, false).await;
    assert_eq!(bot.ended().await.code(), Some(8), "{}", bot.log());
    assert!(fake.all_asked("GET").is_empty(), "nothing was sent");
}
