use super::*;
use proptest::prelude::*;
use proptest::sample::Index;

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned() }
}

fn base(files: &[SourceFile]) -> KnowledgeBase {
    let loaded = pack::load(files);
    loaded.base.unwrap_or_else(|| panic!("{:?}\n{}", loaded.diagnostics, files[0].text))
}

fn strings(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

const PACK: &str = r#"# A tower.
format = 2
[source.log]
title = "Log"
paragraphs = 2

# How high it is.
[[fact]]
id = "height"
statement = "The tower is 31 metres high."   # measured in 1901
paragraphs = 1
[[fact.question]]
id = "how-high"
ask = "How high is the tower?" # plainly
[[fact.unanswerable]]
missing = "how wide it is"
ask = """
how wide is the tower
"""
# A remark on what is above.

# What is below.
[[fact]]
id = "lamp"
statement = "The lamp burns gas."
paragraphs = 2
[[fact.question]]
id = "what-burns"
ask = '''
  What does the lamp burn?
  the \ fuel'''
"#;

fn edited(edit: &Edit) -> Result<String, Refusal> {
    let files = [file("k/tower.toml", PACK)];
    prepare(&files, &base(&files), edit).map(|prepared| prepared.change.after)
}

fn wording(id: &str, lines: &[&str]) -> Edit {
    Edit::Paraphrases { of: Asked::Question(id.to_owned()), lines: strings(lines) }
}

#[test]
fn wordings_are_added_in_the_style_of_the_file() {
    let cases: &[(Edit, &str, &str)] = &[
        (
            wording("how-high", &["how\ttall is the tower", "say \"31\""]),
            "ask = \"How high is the tower?\" # plainly",
            "ask = \"\"\"\nHow high is the tower?\nhow tall is the tower\nsay \"31\"\n\"\"\" # plainly",
        ),
        (wording("what-burns", &["a \\ b"]), "the \\ fuel'''", "the \\ fuel\n  a \\ b\n'''"),
        (
            wording("what-burns", &["it's '''gas'''"]),
            "ask = '''\n  What does the lamp burn?\n  the \\ fuel'''",
            "ask = \"\"\"\nWhat does the lamp burn?\nthe \\\\ fuel\nit's '''gas'''\n\"\"\"",
        ),
        (
            Edit::Paraphrases { of: Asked::Unanswerable("how-wide-it-is".to_owned()), lines: strings(&["its width"]) },
            "how wide is the tower\n",
            "how wide is the tower\nits width\n",
        ),
    ];
    for (edit, before, after) in cases {
        assert_eq!(edited(edit).expect("a change"), PACK.replacen(before, after, 1));
    }
}

#[test]
fn tables_are_added_where_they_belong() {
    let unanswerable = |beside| Edit::Unanswerable {
        beside,
        missing: "when it was built".to_owned(),
        reason: UnanswerableReason::Later,
        lines: strings(&["when was the tower built", "year of the tower"]),
    };
    let table = "missing = \"when it was built\"\nreason = \"later\"\nask = \"\"\"\nwhen was the tower built\nyear of the tower\n\"\"\"\n";
    let below = "# A remark on what is above.\n";
    let expected = PACK.replacen(below, &format!("{below}\n[[fact.unanswerable]]\n{table}"), 1);
    assert_eq!(edited(&unanswerable(Beside::Fact("height".to_owned()))).expect("a change"), expected);
    let expected = format!("{PACK}\n[[fact.unanswerable]]\n{table}");
    assert_eq!(edited(&unanswerable(Beside::Fact("lamp".to_owned()))).expect("a change"), expected);
    let expected = format!("{PACK}\n[[unanswerable]]\n{table}");
    assert_eq!(edited(&unanswerable(Beside::Topic("tower".to_owned()))).expect("a change"), expected);
    let fact = |topic: &str| {
        Edit::Fact(NewFact {
            topic: topic.to_owned(),
            statement: "The tower has\n12 windows.".to_owned(),
            source: Some("log".to_owned()),
            paragraphs: vec![1, 2],
            speaker: None,
            lines: strings(&["How many windows are there?"]),
            answer: "12.".to_owned(),
        })
    };
    let block = "[[fact]]\nstatement = \"The tower has; 12 windows.\"\nparagraphs = [1, 2]\nsource = \"log\"\n\n[[fact.question]]\n\
                 ask = \"How many windows are there?\"\nanswer = \"12.\"\n";
    assert_eq!(edited(&fact("tower")).expect("a change"), format!("{PACK}\n{block}"));
    assert_eq!(edited(&fact("windows")).expect("a change"), format!("format = 2\n\n{block}"));
}

#[test]
fn what_check_refuses_is_refused() {
    let fact = |statement: &str, paragraph: u32| {
        let lines = strings(&["How many windows are there?"]);
        let speaker = Some("nobody".to_owned()).filter(|_| paragraph == 1);
        Edit::Fact(NewFact {
            topic: "tower".to_owned(),
            statement: statement.to_owned(),
            paragraphs: vec![paragraph],
            speaker,
            lines,
            ..NewFact::default()
        })
    };
    let cases: &[(Edit, &str)] = &[
        (wording("how-high", &["\u{200b} "]), "there is no wording to add"),
        (wording("how-high", &["HOW HIGH is the tower?"]), "all of these wordings stand there already"),
        (wording("how-high", &["?!"]), "a wording has no word in it, or is too long for a question"),
        (wording("how-tall", &["x"]), "there is no question `how-tall`"),
        (wording("how-high", &["the {subject} of it"]), "slot-unfilled"),
        (wording("how-high", &["What does the lamp burn"]), "paraphrase-claimed-twice"),
        (fact("", 1), "write the statement: a sentence that stands on its own"),
        (fact("There are 12.", 1), "there is no speaker `nobody`"),
        (fact("There are 12.", 7), "paragraph-out-of-range"),
    ];
    for (edit, message) in cases {
        let refused = match edited(edit).expect_err("refused") {
            Refusal::Findings { found, .. } => found[0].code.to_string(),
            other => other.to_string(),
        };
        assert_eq!(refused, *message);
    }
    let files = [file("tower.toml", PACK)];
    let changed = [file("tower.toml", &PACK.replace("31", "32"))];
    assert!(matches!(prepare(&changed, &base(&files), &wording("how-high", &["x"])), Err(Refusal::Changed)));
}

/// How one `ask` is written.
#[derive(Debug, Clone)]
struct Style {
    quotes: usize,
    indent: &'static str,
    closing: bool,
    remark: bool,
}

fn style() -> impl Strategy<Value = Style> {
    (0..3usize, prop_oneof![Just(""), Just("  "), Just("\t")], any::<bool>(), any::<bool>())
        .prop_map(|(quotes, indent, closing, remark)| Style { quotes, indent, closing, remark })
}

/// A pack of facts in many styles: how many wordings each question has, and how each is written.
fn pack_text() -> impl Strategy<Value = String> {
    let fact = (style(), 1..4usize, prop::option::of(style()), any::<bool>(), any::<bool>());
    (prop::collection::vec(fact, 1..5), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(facts, crlf, mark, cut)| {
        let mut text = "format = 2 # first\n[source.s]\ntitle = \"S\"\nparagraphs = 3\n".to_owned();
        let ask = |text: &mut String, style: &Style, what: &str, count: usize| {
            let lines: Vec<String> = (0..count).map(|n| format!("{}{what} way {n}?", style.indent)).collect();
            let inner = lines.join("\n");
            let close = if style.closing { format!("\n{}", style.indent) } else { String::new() };
            *text += &match style.quotes {
                0 if count == 1 => format!("ask = '{}'", inner.trim()),
                1 => format!("ask = '''\n{inner}{close}'''"),
                _ => format!("ask = \"\"\"\n{inner}{close}\"\"\""),
            };
            *text += if style.remark { " # [[fact]] \"\"\"\n# more\n" } else { "\n" };
        };
        for (n, (question, count, unanswerable, comment, between)) in facts.iter().enumerate() {
            if *comment {
                text += "\n# Above: [[fact]]\n";
            }
            text += &format!("[[fact]]\nstatement = \"It is {n}.\"\nparagraphs = 1\n");
            if *between {
                text += &format!("[entity.e{n}]\nkind = \"thing\"\nname = \"Entity {n}\"\n");
            }
            text += "[[fact.question]]\n";
            ask(&mut text, question, &format!("question {n}"), *count);
            if let Some(style) = unanswerable {
                text += &format!("\n[[fact.unanswerable]]\nmissing = \"what {n} is not\"\n");
                ask(&mut text, style, &format!("unanswerable {n}"), 2);
            }
        }
        if cut {
            text.truncate(text.trim_end().len());
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if mark { format!("\u{feff}{text}") } else { text }
    })
}

fn asked() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![Just("\""), Just("'"), Just("\\"), Just("\"\"\""), Just("'''"), Just("#"), Just(" "), Just("é"), Just("b")],
        0..6,
    )
    .prop_map(|parts| format!("a{}", parts.concat()))
}

fn lines_of(value: &toml::Value) -> Vec<String> {
    value.as_str().unwrap_or_default().lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

fn table(text: &str) -> toml::Table {
    text.trim_start_matches('\u{feff}').parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

proptest! {
    #[test]
    fn a_wording_changes_its_block_and_nothing_else(text in pack_text(), which: Index, added in prop::collection::vec(asked(), 1..3)) {
        let files = [file("k/t.toml", &text)];
        let base = base(&files);
        let at = which.index(base.intents.len());
        let intent = &base.intents[at];
        let edit = Edit::Paraphrases { of: Asked::Question(intent.id.clone()), lines: added.clone() };
        let prepared = prepare(&files, &base, &edit).expect("sound");
        let after = &prepared.change.after;
        // As TOML: this block has the wordings behind its own, and all else is the same.
        let (mut wanted, mut got) = (table(&text), table(after));
        let block = |table: &mut toml::Table| table["fact"][at]["question"][0].as_table_mut().and_then(|t| t.insert("ask".to_owned(), "".into()));
        let (old, new) = (block(&mut wanted).expect("a block"), block(&mut got).expect("a block"));
        let mut expected = lines_of(&old);
        for line in added.iter().map(|line| tidy(line)) {
            if !expected.iter().any(|e| words(e) == words(&line)) {
                expected.push(line);
            }
        }
        prop_assert_eq!(lines_of(&new), expected);
        prop_assert_eq!(wanted, got);
        // As text: what stands before and behind the block is the same, byte for byte.
        let place = &intent.paraphrases[0].place;
        let start = text[..place.start].rfind("ask").expect("its key");
        prop_assert_eq!(&text[..start], &after[..start]);
        let marker = ["[[fact.unanswerable]]", "[[fact]]\r\n", "[[fact]]\n"].iter().filter_map(|m| text[place.end..].find(m)).min();
        if let Some(marker) = marker {
            prop_assert!(after.ends_with(&text[place.end + marker..]));
        }
        prop_assert_eq!(after.contains("\r\n"), text.contains("\r\n"));
        prop_assert!(!after.replace("\r\n", "").contains('\n') || !text.contains("\r\n"));
        prop_assert_eq!(prepared.base.intents.len(), base.intents.len());
    }

    #[test]
    fn a_table_is_added_and_nothing_else(text in pack_text(), which: Index, line in asked(), kind in 0..3usize) {
        let files = [file("k/t.toml", &text)];
        let base = base(&files);
        let at = which.index(base.facts.len());
        let missing = "the rest".to_owned();
        let reason = UnanswerableReason::NotOnRecord;
        let lines = vec![line.clone()];
        let edit = match kind {
            0 => Edit::Unanswerable { beside: Beside::Fact(base.facts[at].id.clone()), missing, reason, lines },
            1 => Edit::Unanswerable { beside: Beside::Topic("t".to_owned()), missing, reason, lines },
            _ => Edit::Fact(NewFact { topic: "t".to_owned(), statement: "New.".to_owned(), paragraphs: vec![2], lines, ..NewFact::default() }),
        };
        let prepared = prepare(&files, &base, &edit).expect("sound");
        let after = &prepared.change.after;
        let common = text.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
        let tail = text.bytes().rev().zip(after.bytes().rev()).take_while(|(a, b)| a == b).count();
        prop_assert!(common + tail >= text.len(), "only something is added\n{}\n{}", text, after);
        let (mut wanted, got) = (table(&text), table(after));
        let entry: toml::Table = match kind {
            0 | 1 => toml::toml! { missing = "the rest" },
            _ => toml::toml! { statement = "New."
                paragraphs = 2 },
        };
        let mut entry = entry;
        let ask = toml::Value::String(tidy(&line));
        let push = |list: &mut toml::Table, key: &str, entry: toml::Table| {
            let list = list.entry(key).or_insert_with(|| toml::Value::Array(Vec::new()));
            list.as_array_mut().expect("a list").push(toml::Value::Table(entry));
        };
        match kind {
            0 => {
                entry.insert("ask".to_owned(), ask);
                push(wanted["fact"][at].as_table_mut().expect("a fact"), "unanswerable", entry);
            }
            1 => {
                entry.insert("ask".to_owned(), ask);
                push(&mut wanted, "unanswerable", entry);
            }
            _ => {
                let question = toml::Table::from_iter([("ask".to_owned(), ask)]);
                push(&mut entry, "question", question);
                push(&mut wanted, "fact", entry);
            }
        }
        prop_assert_eq!(wanted, got);
    }
}
