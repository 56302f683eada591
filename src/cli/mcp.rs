//! `factotum mcp`: a server of the Model Context Protocol on standard input and output, with which a language model can ask for what is on record.
//!
//! The protocol is JSON-RPC 2.0, one message a line (modelcontextprotocol.io, specification of 2025-11-25: Lifecycle, Transports, Tools). Few
//! of its messages are needed here, so they are handled without a library.

use super::Status;
use super::lines::read_line_up_to;
use super::settings::Settings;
use anyhow::Context;
use factotum_core::answering::Answerer;
use factotum_core::knowledge::Today;
use factotum_core::render::{console, json as replies};
use factotum_journal::{Asker, Gap, Recorder};
use serde_json::{Value, json};
use std::io::Write;
use std::time::SystemTime;

/// Versions of the protocol in which everything here means the same, the newest first.
const VERSIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
/// Most bytes of a message. A call with the longest question that is read has a tenth of that.
const MAX_MESSAGE: usize = 64 << 10;

/// JSON-RPC: not JSON.
const PARSE_ERROR: i64 = -32_700;
/// JSON-RPC: not a request.
const INVALID_REQUEST: i64 = -32_600;
/// JSON-RPC: no such method.
const METHOD_NOT_FOUND: i64 = -32_601;
/// JSON-RPC: wrong parameters.
const INVALID_PARAMS: i64 = -32_602;

/// Arguments of `mcp`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A client such as a desktop assistant starts this command and talks to it over standard input and \
output. Its settings look like this, with the path of this program:

  {\"mcpServers\": {\"factotum\": {\"command\": \"factotum\", \"args\": [\"mcp\"]}}}

The tool `ask` returns the same JSON as `factotum ask --json`, with sources; `topics` lists the \
questions that have an answer. Nothing can be changed, and nothing is sent anywhere. It ends when \
its input does.")]
pub(super) struct Mcp {}

impl Mcp {
    /// Answers messages until the input ends.
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Status> {
        let asked = Asked { answerer: settings.answerer()?, recorder: settings.recorder(|_| ())? };
        let done = asked.serve();
        asked.recorder.iter().for_each(Recorder::finish);
        done.map(|()| Status::Good)
    }
}

/// What answers, and where gaps are recorded.
struct Asked {
    answerer: Answerer,
    /// The gaps journal, if it is kept.
    recorder: Option<Recorder>,
}

impl Asked {
    fn serve(&self) -> anyhow::Result<()> {
        let mut input = std::io::stdin().lock();
        let mut output = std::io::stdout().lock();
        while let Some(line) = read_line_up_to(&mut input, MAX_MESSAGE).context("cannot read standard input")? {
            if let Some(response) = answered(self, &line) {
                writeln!(output, "{}", replies::line(&response))?;
                output.flush()?;
            }
        }
        Ok(())
    }

    fn reply(&self, question: &str) -> Value {
        let reply = self.answerer.answer(question).shown_on(self.answerer.base(), &Today::of(SystemTime::now()));
        if let Some(recorder) = &self.recorder {
            recorder.record(Asker::Console, Gap::all(&self.answerer, question, &reply));
        }
        replies::reply(self.answerer.base(), question, &reply)
    }
}

/// The response to a line; `None` if it needs none.
fn answered(asked: &Asked, line: &str) -> Option<Value> {
    if line.trim().is_empty() {
        return None;
    }
    if line.len() >= MAX_MESSAGE {
        return Some(failed(&Value::Null, INVALID_REQUEST, &format!("a message has fewer than {MAX_MESSAGE} bytes")));
    }
    let Ok(message) = serde_json::from_str::<Value>(line) else { return Some(failed(&Value::Null, PARSE_ERROR, "this is not JSON")) };
    let id = message.get("id").cloned();
    let valid_id = id.as_ref().is_none_or(|id| id.is_string() || id.is_number());
    let (Some(method), true) = (message["method"].as_str(), message["jsonrpc"] == "2.0" && valid_id) else {
        // A response to something that was never asked needs no answer.
        let response = message.get("result").is_some() || message.get("error").is_some();
        return (!response).then(|| failed(&Value::Null, INVALID_REQUEST, "this is not a request of JSON-RPC 2.0"));
    };
    // Without an id it is a notification.
    let id = id?;
    Some(match called(asked, method, &message["params"]) {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((code, message)) => failed(&id, code, &message),
    })
}

fn failed(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

/// The result of a method.
fn called(asked: &Asked, method: &str, params: &Value) -> Result<Value, (i64, String)> {
    match method {
        "initialize" => {
            let wanted = params["protocolVersion"].as_str().unwrap_or_default();
            let version = VERSIONS.into_iter().find(|version| *version == wanted).unwrap_or(VERSIONS[0]);
            Ok(json!({
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "factotum", "title": "Factotum", "version": env!("CARGO_PKG_VERSION")},
                "instructions": "Answers only what is on record. Quote the message and its source; if the outcome is no_answer, say that it is not on record.",
            }))
        }
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({"tools": tools()})),
        "tools/call" => match params["name"].as_str().unwrap_or_default() {
            "ask" => match params["arguments"]["question"].as_str() {
                Some(question) => Ok(content(asked.reply(question))),
                None => Err((INVALID_PARAMS, "`ask` needs the argument `question`, a string".to_owned())),
            },
            "topics" => Ok(content(topics(&asked.answerer))),
            _ => Err((INVALID_PARAMS, "there is no such tool; the tools are `ask` and `topics`".to_owned())),
        },
        _ => Err((METHOD_NOT_FOUND, "there is no such method".to_owned())),
    }
}

/// A tool's result: as a structure, and as text for clients that do not know structures.
fn content(result: Value) -> Value {
    json!({"content": [{"type": "text", "text": result.to_string()}], "structuredContent": result, "isError": false})
}

fn topics(answerer: &Answerer) -> Value {
    let topics = console::topics(answerer.base()).into_iter().map(|(topic, intents)| {
        let questions: Vec<Value> = intents.iter().map(|i| json!({"intent": i.id, "question": i.question})).collect();
        json!({"topic": topic, "questions": questions})
    });
    json!({"topics": topics.collect::<Vec<_>>()})
}

fn tools() -> Value {
    let hints = json!({"readOnlyHint": true, "openWorldHint": false});
    json!([
        {
            "name": "ask",
            "title": "Ask what is on record",
            "description": "Answers a question in English from a curated knowledge base. Returns the message to show, the statements behind it with their \
                            date and source, and the outcome: answer, clarify, no_answer or small_talk. It never makes up an answer.",
            "inputSchema": {
                "type": "object",
                "properties": {"question": {"type": "string", "description": "One question, in the words of the person who asks"}},
                "required": ["question"],
            },
            "annotations": hints,
        },
        {
            "name": "topics",
            "title": "List what is on record",
            "description": "Lists the topics of the knowledge base with one question for each fact.",
            "inputSchema": {"type": "object", "properties": {}},
            "annotations": hints,
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Asked {
        Asked { answerer: factotum_built_in::answerer(), recorder: None }
    }

    fn answer(message: &Value) -> Value {
        answered(&built_in(), &message.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_client_can_start_and_ask() {
        let request =
            |id: u64, method: &str, params: Value| answer(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        for (wanted, version) in [("2024-11-05", "2024-11-05"), ("2025-06-18", "2025-06-18"), ("1999-01-01", VERSIONS[0])] {
            let started = request(
                1,
                "initialize",
                json!({"protocolVersion": wanted, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}),
            );
            assert_eq!((&started["id"], &started["result"]["protocolVersion"]), (&json!(1), &json!(version)));
            assert!(started["result"]["capabilities"]["tools"].is_object() && started["result"]["serverInfo"]["version"].is_string());
        }
        assert_eq!(answer(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})), Value::Null);
        assert_eq!(request(2, "ping", Value::Null)["result"], json!({}));
        let tools = request(3, "tools/list", json!({}));
        let names: Vec<&Value> = tools["result"]["tools"].as_array().into_iter().flatten().map(|tool| &tool["name"]).collect();
        assert_eq!(names, ["ask", "topics"]);
        let question = "which NATO members don't recognize Kosovo?";
        let asked = request(4, "tools/call", json!({"name": "ask", "arguments": {"question": question}}));
        let answerer = factotum_built_in::answerer();
        let expected = replies::reply(answerer.base(), question, &answerer.answer(question));
        assert_eq!(asked["result"]["structuredContent"], expected, "the same as `ask --json`");
        assert_eq!(asked["result"]["content"][0]["text"], expected.to_string());
        assert!(expected["answer"]["facts"][0]["source"]["url"].is_string());
        let topics = request(5, "tools/call", json!({"name": "topics"}));
        assert!(topics["result"]["structuredContent"]["topics"][0]["questions"][0]["question"].is_string());
    }

    #[test]
    fn what_is_wrong_gets_an_error_of_json_rpc() {
        let built_in = built_in();
        let code = |line: &str| answered(&built_in, line).map(|response| (response["id"].clone(), response["error"]["code"].as_i64()));
        let deep = "[".repeat(10_000);
        let long = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{}", "x".repeat(MAX_MESSAGE));
        for (line, expected) in [
            ("", None),
            ("{", Some((Value::Null, PARSE_ERROR))),
            (deep.as_str(), Some((Value::Null, PARSE_ERROR))),
            (long.as_str(), Some((Value::Null, INVALID_REQUEST))),
            ("[]", Some((Value::Null, INVALID_REQUEST))),
            ("7", Some((Value::Null, INVALID_REQUEST))),
            (r#"{"id":1,"method":"ping"}"#, Some((Value::Null, INVALID_REQUEST))),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, Some((Value::Null, INVALID_REQUEST))),
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, None),
            (r#"{"jsonrpc":"2.0","method":"tools/call"}"#, None),
            (r#"{"jsonrpc":"2.0","id":"a","method":"resources/list"}"#, Some((json!("a"), METHOD_NOT_FOUND))),
            (r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"rm"}}"#, Some((json!(2), INVALID_PARAMS))),
            (
                r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ask","arguments":{"question":1}}}"#,
                Some((json!(2), INVALID_PARAMS)),
            ),
        ] {
            assert_eq!(code(line), expected.map(|(id, code)| (id, Some(code))), "{line:.80}");
        }
    }
}
