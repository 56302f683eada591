//! Settings as they are written in files and in the environment.

use super::*;
use factotum_core::diagnostic::Code;
use factotum_core::diagnostic::{Diagnostic, SourceFile};
use std::path::Path;

fn resolved(text: &str) -> Result<Resolved, Vec<Diagnostic>> {
    let file = SourceFile { name: "bot.toml".to_owned(), text: text.to_owned() };
    Resolved::parse(&file, Path::new("here"))
}

fn parse(text: &str) -> Result<Config, Vec<Code>> {
    resolved(text).map(|s| s.config).map_err(|found| found.iter().map(|d| d.code).collect())
}

fn environment(set: &dyn Fn(&str) -> Option<String>) -> Result<Config, BadVariable> {
    Resolved::default().with_environment(set).map(|s| s.config)
}

/// The settings of `bot.toml` that are commented out are read as well.
fn uncommented(text: &str) -> String {
    text.lines().map(|l| l.strip_prefix("#").filter(|rest| !rest.starts_with(' ')).unwrap_or(l)).collect::<Vec<_>>().join("\n")
}

#[test]
fn our_own_file_states_the_defaults() {
    let ours = include_str!("../../../../bot.toml");
    assert_eq!(parse(ours), Ok(Config::default()));
    let all = uncommented(ours);
    for key in Resolved::default().settings().into_iter().map(|s| s.key) {
        assert!(all.lines().any(|l| l.starts_with(&format!("{key} = "))), "bot.toml does not mention {key}");
    }
    let discord = Discord {
        api_proxy: "http://127.0.0.1:3900".parse().expect("an address"),
        identify_queue: "http://127.0.0.1:9465".parse().expect("an address"),
        shards: Shards {
            first: Optional(Some(0)),
            last: Optional(Some(3)),
            total: Optional(Some(8)),
            per_process: Optional(Some(4)),
            ordinal: Optional(Some(Ordinal(1))),
        },
        guilds:
            "[{ guild = 1000000000000000001, channels = [1000000000000000002], knowledge = \"here/ours\", journal = \"here/ours.db\" }]"
                .parse()
                .expect("a list"),
        digest: Digest { channel: "1000000000000000003".parse().expect("an id"), ..Digest::default() },
        ask_a_person: AskAPerson {
            channel: Optional(Some(Id(1_000_000_000_000_000_001))),
            role: Optional(Some(Id(1_000_000_000_000_000_002))),
        },
        ..Discord::default()
    };
    assert_eq!(
        parse(&all),
        Ok(Config {
            knowledge: Optional(Some("here/knowledge".into())),
            cache_dir: Optional(Some("here/cache".into())),
            discord,
            journal: Journal { path: Optional(Some("here/gaps.db".into())), ..Journal::default() },
            interactions: Interactions { public_key: Optional(Some(PublicKey([0x5a; 32]))), ..Interactions::default() },
            ..Config::default()
        })
    );
}

#[test]
fn sections_are_checked_key_by_key() {
    let discord = |text: &str| parse(&format!("[discord]\n{text}"));
    let guilds = discord(
        "[[discord.guilds]]\nguild = 1\nknowledge = \"ours\"\n[[discord.guilds]]\nguild = 2\nchannels = 3\nknowledge = \"/theirs\"",
    );
    let paths: Vec<_> = guilds.expect("two guilds").discord.guilds.0.into_iter().map(|base| base.knowledge).collect();
    assert_eq!(paths, ["here/ours", "/theirs"].map(std::path::PathBuf::from));
    for bad in [
        "guild = 1",
        "guild = 1\nknowledge = \"a\"\nchanel = 2",
        "guild = 1\nknowledge = \"a\"\n[[discord.guilds]]\nguild = 1\nknowledge = \"b\"",
    ] {
        assert!(discord(&format!("[[discord.guilds]]\n{bad}")).is_err(), "{bad}");
    }
    assert_eq!(discord("allow_guilds = [1, 2]").map(|c| c.discord.allow_guilds), Ok(Ids(vec![1, 2])));
    assert_eq!(
        discord("user_limit = 0\nuser_limits = 1\napi_proxy = \"ftp://x\""),
        Err(vec![Code::InvalidValue, Code::UnknownKey, Code::InvalidValue])
    );
    assert_eq!(discord("[discord.shards]\nfirst = -1\nlats = 1"), Err(vec![Code::InvalidValue, Code::UnknownKey]));
    assert_eq!(parse("discord = 1"), Err(vec![Code::InvalidValue]));
}

#[test]
fn an_ordinal_is_a_number_or_ends_a_name() {
    let written = |value: &str| parse(&format!("discord.shards.ordinal = {value}")).map(|c| c.discord.shards.ordinal.0);
    for (value, number) in [("3", 3), ("\"3\"", 3), ("\"factotum-gateway-0\"", 0), ("\"a-1-12\"", 12)] {
        assert_eq!(written(value), Ok(Some(Ordinal(number))), "{value}");
    }
    // A name that a Deployment makes up has no ordinal.
    for value in [
        "-1",
        "1.5",
        "true",
        "\"\"",
        "\"-7\"",
        "\"gateway\"",
        "\"gateway3\"",
        "\"a-b3\"",
        "\"a-3-\"",
        "\"a-+3\"",
        "\"factotum-7d9f8b6c5-x2k4q\"",
        "4294967296",
        "\"a-4294967296\"",
    ] {
        assert_eq!(written(value), Err(vec![Code::InvalidValue]), "{value}");
    }
    let set = |name: &str| (name == "FACTOTUM_DISCORD_SHARDS_ORDINAL").then(|| "factotum-gateway-3".to_owned());
    assert_eq!(environment(&set).map(|c| c.discord.shards.ordinal), Ok(Optional(Some(Ordinal(3)))));
    let set = |name: &str| (name == "FACTOTUM_DISCORD_SHARDS_ORDINAL").then(|| "factotum".to_owned());
    assert!(environment(&set).is_err_and(|error| error.to_string().contains("ends in a hyphen and a number")));
}

#[test]
fn variables_are_named_after_settings() {
    let set = |name: &str| match name {
        "FACTOTUM_DISCORD_API_PROXY" => Some("http://localhost:1/".to_owned()),
        "FACTOTUM_DISCORD_ALLOW_GUILDS" => Some("1, 2".to_owned()),
        "FACTOTUM_DISCORD_SHARDS_TOTAL" => Some("3".to_owned()),
        _ => None,
    };
    let discord = environment(&set).map(|c| c.discord).expect("values in range");
    assert_eq!(discord.api_proxy.0.as_ref().map(Address::as_str), Some("http://localhost:1"));
    assert_eq!((discord.allow_guilds, discord.shards.total), (Ids(vec![1, 2]), Optional(Some(3))));
    for setting in Resolved::default().settings() {
        let name = format!("{}.{}", setting.section, setting.key).replace('.', "_").to_uppercase();
        assert_eq!(setting.variable, format!("FACTOTUM_{}", name.trim_start_matches('_')));
    }
}

#[test]
fn all_mistakes_are_reported() {
    assert_eq!(parse("knowlege = \"x\"\nlog = 3\n"), Err(vec![Code::UnknownKey, Code::InvalidValue]));
    assert_eq!(parse("log = \"factotum=loud\""), Err(vec![Code::InvalidValue]));
    assert_eq!(parse("log = "), Err(vec![Code::Syntax]));
    assert_eq!(parse("knowledge = \"\u{fffd}\""), Err(vec![Code::Syntax]));
}

#[test]
fn paths_start_at_the_file() {
    assert_eq!(parse("knowledge = \"pack\"").map(|c| c.knowledge), Ok(Optional(Some("here/pack".into()))));
    assert_eq!(parse("knowledge = \"/pack\"").map(|c| c.knowledge), Ok(Optional(Some("/pack".into()))));
    let with = environment(&|name| (name == "FACTOTUM_KNOWLEDGE").then(|| "pack".to_owned()));
    assert_eq!(with.map(|c| c.knowledge), Ok(Optional(Some("pack".into()))));
}

#[test]
fn the_environment_overrides_and_is_checked() {
    let set = |value: &'static str| move |name: &str| (name == "FACTOTUM_LOG").then(|| value.to_owned());
    assert_eq!(environment(&set("info")).map(|c| c.log), Ok(Filter("info".to_owned())));
    assert_eq!(environment(&set("")), Ok(Config::default()));
    assert!(environment(&set("factotum=loud")).is_err());
}

#[test]
fn every_value_has_its_origin() {
    let written = resolved("log = \"info\"\n[discord]\n\nuser_limit = 3\nchannel_limit = 4").expect("no mistake");
    let set = |name: &str| (name == "FACTOTUM_DISCORD_CHANNEL_LIMIT").then(|| "5".to_owned());
    let all = written.with_environment(&set).expect("in range").with_knowledge(Path::new("pack"), "--knowledge").settings();
    let of = |key: &str| all.iter().find(|s| s.key == key).map(|s| (s.value.as_deref(), s.origin.clone()));
    let line = |line| Origin::File { name: "bot.toml".to_owned(), line };
    assert_eq!(of("log"), Some((Some("\"info\""), line(1))));
    assert_eq!(of("user_limit"), Some((Some("3"), line(4))));
    assert_eq!(of("channel_limit"), Some((Some("5"), Origin::Environment)));
    assert_eq!(of("knowledge"), Some((Some("\"pack\""), Origin::Option("--knowledge"))));
    assert_eq!(of("api_proxy"), Some((None, Origin::Default)));
}

#[test]
fn printed_settings_can_be_read_again() {
    let all = uncommented(include_str!("../../../../bot.toml"));
    let resolved = resolved(&all).expect("no mistake");
    let config = resolved.config.clone();
    let (mut text, mut section) = (String::new(), String::new());
    for setting in resolved.settings() {
        if setting.section != section {
            section = setting.section.clone();
            text.push_str(&format!("[{section}]\n"));
        }
        text.push_str(&format!("{} = {}\n", setting.key, setting.value.expect("all are set")));
    }
    let file = SourceFile { name: String::new(), text };
    assert_eq!(Resolved::parse(&file, Path::new("")).map(|s| s.config).map_err(|found| found.len()), Ok(config));
}

#[test]
fn a_token_in_the_file_is_an_error_that_does_not_show_it() {
    for text in ["token = \"hush\"", "[discord]\nToken = 1", "discord_token = 'x'", "[discord.shards]\ntoken_file = \"x\""] {
        let found = resolved(text).expect_err("a token");
        assert!(found.len() == 1 && found[0].help.contains("DISCORD_TOKEN_FILE"), "{found:?}");
    }
    let token = "MTAwMDAwMDAwMDAwMDAwMDAx.AAAAAA.0123456789012345678901234567";
    let found = resolved(&format!("[discord]\nuser_limit = \"{token}\"")).expect_err("no number");
    assert!(!found[0].message.contains("MTAw"), "{}", found[0].message);
    let bad = environment(&|name| (name == "FACTOTUM_LOG_FORMAT").then(|| token.to_owned())).expect_err("no format");
    assert!(!bad.to_string().contains("MTAw"), "{bad}");
}

#[test]
fn misspelt_variables_are_found() {
    let names = ["FACTOTUM_DISCORD_USER_LIMITS", "FACTOTUM_LOG", "PATH", "FACTOTUM_HISTORY", "FACTOTUM_POLL_INTERVAL_SECONDS"];
    let found = unknown_variables(names.map(str::to_owned));
    let closest = ["FACTOTUM_DISCORD_USER_LIMIT", "FACTOTUM_RELOAD_POLL_INTERVAL_SECONDS"];
    assert_eq!(found.iter().map(|(_, closest)| closest.as_str()).collect::<Vec<_>>(), closest);
}

#[test]
fn a_public_key_has_64_digits() {
    let key = |text: &str| parse(&format!("interactions.public_key = \"{text}\"")).map(|c| c.interactions.public_key.0);
    assert_eq!(key(&"0aF1".repeat(16)), Ok(Some(PublicKey([[0x0a, 0xf1]; 16].concat().try_into().expect("32 bytes")))));
    for bad in ["", "0a", &"0g".repeat(32), &"0a".repeat(33), &format!("{}0", "0a".repeat(31)), &"é".repeat(32)] {
        assert_eq!(key(bad), Err(vec![Code::InvalidValue]), "{bad}");
    }
}

#[test]
fn listens_on_an_address_or_nowhere() {
    let listen = |text: &str| parse(&format!("http.listen = \"{text}\"")).map(|c| c.http.listen.0);
    assert_eq!(listen("off"), Ok(None));
    assert_eq!(listen(""), Ok(None));
    assert_eq!(listen("[::1]:0"), Ok(Some("[::1]:0".parse().expect("an address"))));
    assert_eq!(listen("localhost:1"), Err(vec![Code::InvalidValue]));
    assert_eq!(parse("reload.poll_interval_seconds = 0").map(|c| c.reload.poll_interval_seconds.duration()), Ok(None));
}
