//! Golden questions: what was asked, what should come of it, and the score.
//!
//! ```toml
//! format = 1
//! min_percent = 100                      # questions that must be right, in per cent
//!
//! [[questions]]
//! ask = "how tall is the tower"
//! expect = "answer"                      # or "no_answer"; "either": declined, or answered rightly
//! facts = ["height"]                     # one of these is among the answer's facts
//! contains_any = [["31", "thirty-one"]]  # the answer contains one of each group
//! must_not_contain = ["visitors"]        # and none of these
//! note = "plain"
//! ```

use crate::writing::quoted;
use factotum_core::answering::{Answerer, Outcome, Reply};
use factotum_core::diagnostic::{Code, Diagnostic, Place, SourceFile};
use factotum_core::knowledge::KnowledgeBase;
use factotum_core::question::Question;
use factotum_core::render::{answer_text, escape_control, facts, json};
use factotum_core::{document, text};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;

/// The folder of golden questions inside that of a knowledge base. Knowledge files are only looked for beside it.
pub const FOLDER: &str = "questions";
/// The file in it to which [`add`] is meant to write.
pub const SAVED: &str = "saved.toml";

/// The version of the format that this program reads.
const FORMAT: i64 = 1;
/// What may stand in a file, outside of its questions.
const KEYS: &[&str] = &["format", "min_percent", "questions"];

/// What should come of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// A right answer.
    Answer,
    /// Anything but an answer.
    NoAnswer,
    /// Anything but a wrong answer.
    Either,
}

impl Expect {
    /// Its name in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Expect::Answer => "answer",
            Expect::NoAnswer => "no_answer",
            Expect::Either => "either",
        }
    }
}

/// A question as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    ask: Spanned<String>,
    expect: Expect,
    #[serde(default)]
    facts: Vec<Spanned<String>>,
    #[serde(default)]
    contains_any: Vec<Spanned<Vec<String>>>,
    #[serde(default)]
    must_not_contain: Vec<String>,
    #[serde(default)]
    note: String,
}

/// A question with what should come of it.
#[derive(Debug, Clone)]
pub struct GoldenQuestion {
    /// What is asked.
    pub ask: String,
    /// What should come of it.
    pub expect: Expect,
    /// Ids of facts of which the answer has at least one; any fact will do if there are none.
    pub facts: Vec<String>,
    /// Of each group the answer has at least one; folded.
    pub contains_any: Vec<Vec<String>>,
    /// The answer has none of these; folded.
    pub must_not_contain: Vec<String>,
    /// Why it is asked.
    pub note: String,
    /// Where it is written.
    pub place: Place,
}

/// The questions of one file.
#[derive(Debug, Clone)]
pub struct GoldenSet {
    /// Index into the files that were read.
    pub file: usize,
    /// Least per cent of right ones.
    pub min_percent: f64,
    /// Its questions.
    pub questions: Vec<GoldenQuestion>,
}

/// Reads golden questions that are to be asked of a base.
///
/// # Errors
/// Every mistake in the files, facts that the base does not have included.
pub fn parse(files: &[SourceFile], base: &KnowledgeBase) -> Result<Vec<GoldenSet>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let sets = files.iter().enumerate().map(|(index, file)| parse_file(index, file, base, &mut found)).collect();
    found.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    if found.is_empty() { Ok(sets) } else { Err(found) }
}

fn parse_file(file: usize, source: &SourceFile, base: &KnowledgeBase, found: &mut Vec<Diagnostic>) -> GoldenSet {
    let mut set = GoldenSet { file, min_percent: 100.0, questions: Vec::new() };
    let start = Place::new(file, 0..source.text.lines().next().map_or(0, str::len));
    let (mut format, mut questions, before) = (None, false, found.len());
    for (key, value) in document::root(file, &source.text, found) {
        let place = Place::new(file, value.span());
        match key.get_ref().as_ref() {
            "format" => {
                format = Some(place.clone());
                if document::value::<i64>(file, "`format`", value, found).is_some_and(|n| n != FORMAT) {
                    found.push(Diagnostic::new(Code::Format, place, "this program reads format 1 only", "write `format = 1`"));
                }
            }
            "min_percent" => {
                set.min_percent = document::value(file, "`min_percent`", value, found).unwrap_or(set.min_percent);
                if !(0.0..=100.0).contains(&set.min_percent) {
                    found.push(Diagnostic::new(
                        Code::InvalidValue,
                        place,
                        "`min_percent` is not a percentage",
                        "write a number from 0 to 100",
                    ));
                }
            }
            "questions" => {
                questions = true;
                match value.into_inner() {
                    DeValue::Array(entries) => set.questions = entries.into_iter().filter_map(|e| question(file, e, base, found)).collect(),
                    _ => found.push(Diagnostic::new(
                        Code::InvalidValue,
                        place,
                        "`questions` is not a list of tables",
                        "write `[[questions]]` above each question",
                    )),
                }
            }
            _ => document::unknown_key(file, &key, KEYS, found),
        }
    }
    // A file that cannot be parsed has been complained about enough.
    if found.len() == before {
        if format.is_none() {
            found.push(Diagnostic::new(
                Code::Format,
                start.clone(),
                "the file does not say its format",
                "begin the file with `format = 1`",
            ));
        }
        if !questions || set.questions.is_empty() {
            found.push(Diagnostic::new(Code::MissingKey, start, "the file has no question", "add `[[questions]]` with `ask` and `expect`"));
        }
    }
    set
}

fn question(file: usize, value: Spanned<DeValue<'_>>, base: &KnowledgeBase, found: &mut Vec<Diagnostic>) -> Option<GoldenQuestion> {
    let entry: Entry = document::value(file, "a question", value, found)?;
    let place = Place::new(file, entry.ask.span());
    if entry.expect == Expect::NoAnswer && !(entry.facts.is_empty() && entry.contains_any.is_empty()) {
        found.push(Diagnostic::new(
            Code::InvalidValue,
            place.clone(),
            "a question to be declined has `facts` or `contains_any`",
            "remove them, or expect \"answer\" or \"either\"",
        ));
    }
    for fact in entry.facts.iter().filter(|f| base.find_fact(f.get_ref()).is_none()) {
        let nearest = base.facts.iter().map(|f| (strsim::jaro_winkler(&f.id, fact.get_ref()), &f.id)).max_by(|a, b| a.0.total_cmp(&b.0));
        let own = base.find_intent(fact.get_ref()).and_then(|intent| intent.facts.first());
        let help = match nearest {
            _ if own.is_some() => format!("that is a question; its fact is `{}`", own.map_or("", |f| base[*f].id.as_str())),
            Some((score, id)) if score > 0.8 => format!("did you mean `{id}`?"),
            _ => "name a fact of the base".to_owned(),
        };
        found.push(Diagnostic::new(
            Code::DanglingReference,
            Place::new(file, fact.span()),
            format!("there is no fact `{}`", escape_control(fact.get_ref())),
            help,
        ));
    }
    for group in entry.contains_any.iter().filter(|g| g.get_ref().is_empty()) {
        found.push(Diagnostic::new(
            Code::InvalidValue,
            Place::new(file, group.span()),
            "no answer can have one of nothing",
            "name what the answer should say",
        ));
    }
    let folded = |list: Vec<String>| list.iter().map(|t| text::fold(t)).collect::<Vec<_>>();
    Some(GoldenQuestion {
        ask: entry.ask.into_inner(),
        expect: entry.expect,
        facts: entry.facts.into_iter().map(Spanned::into_inner).collect(),
        contains_any: entry.contains_any.into_iter().map(|g| folded(g.into_inner())).collect(),
        must_not_contain: folded(entry.must_not_contain),
        note: entry.note,
        place,
    })
}

/// How a reply compares with what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As expected.
    Right,
    /// Answered, but not with what the record says on it.
    Wrong,
    /// Not answered although the record has it.
    Declined,
    /// Answered although the record does not have it.
    FalseAnswer,
}

impl Verdict {
    /// All of them, best first.
    pub const ALL: [Verdict; 4] = [Verdict::Right, Verdict::Wrong, Verdict::Declined, Verdict::FalseAnswer];

    /// Its name in options, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Right => "right",
            Verdict::Wrong => "wrong",
            Verdict::Declined => "declined",
            Verdict::FalseAnswer => "false_answer",
        }
    }
}

/// One question with what came of it.
#[derive(Debug)]
pub struct Scored<'a> {
    /// What was asked and expected.
    pub golden: &'a GoldenQuestion,
    /// What came of it.
    pub reply: Reply,
    /// How the two compare.
    pub verdict: Verdict,
}

/// How many questions had which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// As expected.
    pub right: usize,
    /// Answered wrongly.
    pub wrong: usize,
    /// Not answered although on record.
    pub declined: usize,
    /// Answered although not on record.
    pub false_answers: usize,
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Right => self.right += 1,
            Verdict::Wrong => self.wrong += 1,
            Verdict::Declined => self.declined += 1,
            Verdict::FalseAnswer => self.false_answers += 1,
        }
    }

    /// All questions.
    pub fn total(&self) -> usize {
        self.right + self.wrong + self.declined + self.false_answers
    }

    /// Right ones in per cent; 100 of nothing.
    pub fn per_cent(&self) -> f64 {
        if self.total() == 0 { 100.0 } else { self.right as f64 * 100.0 / self.total() as f64 }
    }
}

/// The score of one file.
#[derive(Debug)]
pub struct FileScore<'a> {
    /// Index into the files that were read.
    pub file: usize,
    /// Least per cent of right ones.
    pub min_percent: f64,
    /// Its questions in order.
    pub scored: Vec<Scored<'a>>,
    /// How many had which verdict.
    pub counts: Counts,
}

impl FileScore<'_> {
    /// Whether enough were right.
    pub fn met(&self) -> bool {
        self.counts.per_cent() >= self.min_percent
    }
}

/// The score of all files.
#[derive(Debug)]
pub struct Scorecard<'a> {
    /// File by file.
    pub files: Vec<FileScore<'a>>,
}

/// How often something was taken for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// The first fact that was expected, or what else was.
    pub expected: String,
    /// The intent that it was taken for, or why it was declined.
    pub taken: String,
    /// How often.
    pub times: usize,
}

impl Scorecard<'_> {
    /// How many questions of all files had which verdict.
    pub fn counts(&self) -> Counts {
        let mut all = Counts::default();
        self.scored().for_each(|s| all.add(s.verdict));
        all
    }

    /// Every question.
    pub fn scored(&self) -> impl Iterator<Item = &Scored<'_>> {
        self.files.iter().flat_map(|f| &f.scored)
    }

    /// Whether enough were right in every file.
    pub fn met(&self) -> bool {
        self.files.iter().all(FileScore::met)
    }

    /// What was taken for what where that was not right, most frequent first.
    pub fn confusion(&self, base: &KnowledgeBase) -> Vec<Confusion> {
        let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
        for scored in self.scored().filter(|s| s.verdict != Verdict::Right) {
            *times.entry((expected(scored.golden), taken(base, &scored.reply))).or_default() += 1;
        }
        let mut out: Vec<Confusion> = times.into_iter().map(|((expected, taken), times)| Confusion { expected, taken, times }).collect();
        out.sort_by_key(|c| std::cmp::Reverse(c.times));
        out
    }
}

/// What was expected, in a word.
pub fn expected(golden: &GoldenQuestion) -> String {
    match (golden.expect, golden.facts.first()) {
        (Expect::NoAnswer, _) => "(no answer)".to_owned(),
        (_, Some(fact)) => fact.clone(),
        (Expect::Answer, None) => "(answer)".to_owned(),
        (Expect::Either, None) => "(either)".to_owned(),
    }
}

/// What a question was taken for: an intent, or why it was declined and what was nearest.
pub fn taken(base: &KnowledgeBase, reply: &Reply) -> String {
    match &reply.outcome {
        Outcome::Answer(parts) => parts.first().map_or_else(String::new, |p| base[p.intent].id.clone()),
        Outcome::Clarify(intents) => {
            let ids: Vec<&str> = intents.iter().map(|i| base[*i].id.as_str()).collect();
            format!("(clarify) {}", ids.join(" or "))
        }
        Outcome::SmallTalk(talk) => format!("(small talk) {}", base[*talk].id),
        Outcome::NoAnswer(reason) => {
            let nearest = reply.candidates.first().map_or_else(String::new, |c| format!(" {}", json::name(base, c.class)));
            format!("({}){nearest}", reason.as_str())
        }
    }
}

/// Asks every golden question.
pub fn run<'a>(answerer: &Answerer, sets: &'a [GoldenSet]) -> Scorecard<'a> {
    let score = |set: &'a GoldenSet| {
        let mut counts = Counts::default();
        let scored = set
            .questions
            .iter()
            .map(|golden| {
                let reply = answerer.answer(&golden.ask);
                let verdict = judge(answerer.base(), golden, &reply);
                counts.add(verdict);
                Scored { golden, reply, verdict }
            })
            .collect();
        FileScore { file: set.file, min_percent: set.min_percent, scored, counts }
    };
    Scorecard { files: sets.iter().map(score).collect() }
}

/// Compares a reply with what was expected.
pub fn judge(base: &KnowledgeBase, golden: &GoldenQuestion, reply: &Reply) -> Verdict {
    let Outcome::Answer(parts) = &reply.outcome else {
        return if golden.expect == Expect::Answer { Verdict::Declined } else { Verdict::Right };
    };
    if golden.expect == Expect::NoAnswer {
        return Verdict::FalseAnswer;
    }
    let said = text::fold(&answer_text(base, parts, base.language(), base.language()));
    let fact = golden.facts.is_empty() || facts(parts).iter().any(|fact| golden.facts.contains(&base[*fact].id));
    let contains = golden.contains_any.iter().all(|group| group.iter().any(|one| said.contains(one)));
    let excluded = golden.must_not_contain.iter().any(|one| said.contains(one));
    if fact && contains && !excluded { Verdict::Right } else { Verdict::Wrong }
}

/// What somebody says of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is as it should be.
    Right,
    /// It is not.
    Wrong,
    /// It should have been declined, because the answer is not on record.
    NotOnRecord,
}

/// Why a question cannot be added to golden questions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotAdd {
    /// It has no word in it, or is too long.
    #[error("there is no question in that")]
    NoQuestion,
    /// It is there already.
    #[error("the question is there already, on line {0}")]
    There(usize),
    /// The file has mistakes.
    #[error("the file has {0} mistakes; `factotum test` shows them")]
    Broken(usize),
}

/// The text of a file of golden questions with one more: what was asked, and what should come of it by what was said of the reply.
///
/// A right answer has to show its facts again, and a right refusal has to stay one. Of a wrong answer only this much is known: it must
/// not come again. What was wrongly declined has to be answered.
///
/// # Errors
/// [`CannotAdd`] if it is no question or is there already, or if the file has mistakes.
pub fn add(base: &KnowledgeBase, name: &str, text: Option<&str>, question: &str, reply: &Reply, said: Said) -> Result<String, CannotAdd> {
    if Question::parse(question).is_err() {
        return Err(CannotAdd::NoQuestion);
    }
    let mut file =
        text.map_or_else(|| format!("# Golden questions: what was asked, and what should come of it.\nformat = {FORMAT}\n"), str::to_owned);
    let read = |text: &str| parse(&[SourceFile { name: name.to_owned(), text: text.to_owned() }], base);
    if text.is_some() {
        let sets = read(&file).map_err(|found| CannotAdd::Broken(found.len()))?;
        let same = |golden: &&GoldenQuestion| text::fold(&golden.ask).trim() == text::fold(question).trim();
        if let Some(there) = sets.iter().flat_map(|set| &set.questions).find(same) {
            return Err(CannotAdd::There(factotum_core::diagnostic::line_column(&file, there.place.start).0));
        }
    }
    if !file.ends_with('\n') {
        file.push('\n');
    }
    file.push_str(&format!("\n[[questions]]\nask = {}\n", quoted(question)));
    let list = |items: &[&str]| format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "));
    file.push_str(&match (&reply.outcome, said) {
        (Outcome::Answer(parts), Said::Right) => {
            let ids: Vec<&str> = facts(parts).into_iter().map(|fact| base[fact].id.as_str()).collect();
            let direct: Vec<&str> =
                parts.iter().map(|part| part.direct.trim_end_matches('.')).filter(|direct| !direct.is_empty()).collect();
            let contains = direct.iter().map(|direct| format!("[{}]", quoted(direct))).collect::<Vec<_>>().join(", ");
            let contains = if direct.is_empty() { String::new() } else { format!("contains_any = [{contains}]\n") };
            format!("expect = \"answer\"\nfacts = {}\n{contains}", list(&ids))
        }
        (Outcome::Answer(parts), Said::Wrong) => {
            let shown = parts.iter().flat_map(|p| p.facts.first()).map(|fact| base[*fact].statement.as_str()).collect::<Vec<_>>();
            format!("expect = \"either\"\nmust_not_contain = {}\n", list(&shown))
        }
        (_, Said::Right | Said::NotOnRecord) => "expect = \"no_answer\"\n".to_owned(),
        (_, Said::Wrong) => "expect = \"answer\"\n".to_owned(),
    });
    read(&file).map_err(|found| CannotAdd::Broken(found.len()))?;
    Ok(file)
}

/// The golden questions that are not right in files that have too many of them.
pub fn broken(answerer: &Answerer, sets: &[GoldenSet]) -> Vec<Diagnostic> {
    let card = run(answerer, sets);
    let of_missed = card.files.iter().filter(|file| !file.met()).flat_map(|file| &file.scored);
    let tell = |scored: &Scored<'_>| {
        let golden = scored.golden;
        let (verdict, asked) = (scored.verdict.as_str().replace('_', " "), escape_control(&golden.ask));
        let message =
            format!("golden question \"{asked}\": {verdict}, expected {}, got {}", expected(golden), taken(answerer.base(), &scored.reply));
        let help = "undo the change that broke it, or correct what is expected; `factotum ask --explain` shows why";
        Diagnostic::new(Code::GoldenQuestionBroken, golden.place.clone(), message, help)
    };
    of_missed.filter(|scored| scored.verdict != Verdict::Right).map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use factotum_core::pack;

    const PACK: &str = r#"
format = 2
[source.log]
title = "Log"
date = "2019"
paragraphs = 2
[[fact]]
id = "height"
statement = "The tower is 31 metres high."
paragraphs = 1
[[fact.question]]
id = "how-high"
ask = """
How high is the tower?
height of the tower
how tall is the tower
"""
answer = "31 metres."
[[fact]]
id = "keeper"
statement = "Zoë keeps the light."
paragraphs = 2
[[fact.question]]
ask = """
Who keeps the light?
name of the keeper
"""
"#;

    fn base() -> KnowledgeBase {
        let loaded = pack::load(&[SourceFile { name: "p.toml".into(), text: PACK.into() }]);
        loaded.base.expect("the pack of this test has no mistakes")
    }

    fn read(text: &str) -> Result<Vec<GoldenSet>, Vec<Code>> {
        let file = SourceFile { name: "q.toml".into(), text: text.into() };
        parse(&[file], &base()).map_err(|found| found.iter().map(|d| d.code).collect())
    }

    #[test]
    fn every_mistake_is_told() {
        let cases = [
            ("format = 1\n", vec![Code::MissingKey]),
            ("[[questions]]\nask = \"x\"\nexpect = \"no_answer\"\n", vec![Code::Format]),
            ("format = 2\n[[questions]]\nask = \"x\"\nexpect = \"no_answer\"\n", vec![Code::Format]),
            ("format = 1\nmin_percent = 101\nextra = 1\nquestions = []\n", vec![Code::InvalidValue, Code::UnknownKey]),
            (
                "format = 1\n[[questions]]\nask = \"x\"\n[[questions]]\nask = \"y\"\nexpect = \"maybe\"\n[[questions]]\nask = \"z\"\nexpect = \"answer\"\nfact = []\n",
                vec![Code::MissingKey, Code::InvalidValue, Code::UnknownKey],
            ),
            (
                "format = 1\n[[questions]]\nask = \"x\"\nexpect = \"answer\"\nfacts = [\"hight\"]\ncontains_any = [[]]\n",
                vec![Code::DanglingReference, Code::InvalidValue],
            ),
            ("format = 1\n[[questions]]\nask = \"x\"\nexpect = \"no_answer\"\nfacts = [\"height\"]\n", vec![Code::InvalidValue]),
            ("format = ", vec![Code::Syntax]),
        ];
        for (text, codes) in cases {
            assert_eq!(read(text).map(|_| ()), Err(codes), "{text}");
        }
    }

    #[test]
    fn what_is_said_of_replies_becomes_golden_questions() {
        let answerer = Answerer::new(base());
        let mut text: Option<String> = None;
        let cases = [
            ("how tall is the tower", Said::Right),
            ("name of the keeper", Said::Wrong),
            ("who eats \"fish\" on the moon", Said::Right),
            ("what does the lamp of mars cost", Said::Wrong),
        ];
        for (question, said) in cases {
            let reply = answerer.answer(question);
            let added = add(answerer.base(), "q.toml", text.as_deref(), question, &reply, said).expect("a new question");
            assert_eq!(add(answerer.base(), "q.toml", Some(&added), question, &reply, said).ok(), None);
            text = Some(added);
        }
        let text = text.expect("four questions");
        let sets = read(&text).expect("without mistakes");
        let card = run(&answerer, &sets);
        let verdicts: Vec<&str> = card.scored().map(|s| s.verdict.as_str()).collect();
        assert_eq!(verdicts, ["right", "wrong", "right", "declined"], "{text}");
        assert_eq!(broken(&answerer, &sets).len(), 2);
        assert!(matches!(
            add(answerer.base(), "q.toml", Some("format ="), "x", &answerer.answer("x"), Said::Right),
            Err(CannotAdd::Broken(_))
        ));
    }

    #[test]
    fn verdicts() {
        let sets = read(
            r#"
            format = 1
            min_percent = 50
            [[questions]]
            ask = "how tall is the tower"
            expect = "answer"
            facts = ["keeper", "height"]
            contains_any = [["31", "thirty-one"], ["METRES"]]
            [[questions]]
            ask = "name of the keeper"
            expect = "either"
            contains_any = [["zoe"]]
            [[questions]]
            ask = "how tall is the tower"
            expect = "answer"
            facts = ["keeper"]
            [[questions]]
            ask = "how tall is the tower"
            expect = "either"
            must_not_contain = ["31 metres"]
            [[questions]]
            ask = "how tall is the tower"
            expect = "no_answer"
            [[questions]]
            ask = ""
            expect = "no_answer"
            [[questions]]
            ask = ""
            expect = "answer"
            note = "never mind"
            [[questions]]
            ask = ""
            expect = "either"
            "#,
        )
        .expect("the questions of this test have no mistakes");
        let answerer = Answerer::new(base());
        let card = run(&answerer, &sets);
        let verdicts: Vec<&str> = card.scored().map(|s| s.verdict.as_str()).collect();
        assert_eq!(verdicts, ["right", "right", "wrong", "wrong", "false_answer", "right", "declined", "right"]);
        assert_eq!(card.counts(), Counts { right: 4, wrong: 2, declined: 1, false_answers: 1 });
        assert!(card.met() && (card.counts().per_cent() - 50.0).abs() < 1e-9);
        let confusion = card.confusion(answerer.base());
        assert_eq!(confusion.len(), 4);
        assert!(confusion.contains(&Confusion { expected: "keeper".into(), taken: "how-high".into(), times: 1 }));
        assert!(confusion.contains(&Confusion { expected: "(answer)".into(), taken: "(empty)".into(), times: 1 }));
    }
}
