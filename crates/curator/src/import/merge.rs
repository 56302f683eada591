//! A file is imported again: what has changed in it is taken over, and what the curator has changed since is kept.
//!
//! Three versions are compared, entry by entry: what the last import wrote (kept beside the knowledge file), what stands in the knowledge base now, and
//! what the import makes today. What only one side has changed is taken from it. Where both have, the curator's stays, with a word about it.
//! Entries are known by the id of their question, or, without one, by any question that they share. The knowledge files are edited in place, so comments,
//! order and everything that a curator has added stay as they are.

use crate::writing::{Writer, quoted};
use factotum_core::diagnostic::SourceFile;
use factotum_core::text;
use std::collections::{HashMap, HashSet};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike};

/// Ending of the file that holds what the last import wrote, in the place of `.toml`.
pub const NEXT_TO: &str = "imported";

/// Knowledge files with the changes of an import in them.
#[derive(Debug, Default)]
pub struct Merged {
    /// Files that are new or have changed.
    pub files: Vec<SourceFile>,
    /// Entries that came.
    pub added: usize,
    /// Entries that changed.
    pub updated: usize,
    /// Entries that went.
    pub removed: usize,
    /// Entries that are as they were.
    pub unchanged: usize,
    /// What the curator had changed and the file says otherwise, each in a sentence without a full stop.
    pub kept: Vec<String>,
}

/// An entry as an import writes it: a fact with one question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    id: Option<String>,
    statement: String,
    row: i64,
    questions: Vec<String>,
    /// Its answer type, where the question itself does not make it plain.
    answer_type: Option<String>,
}

impl Entry {
    fn name(&self) -> String {
        let name = self.id.as_deref().or(self.questions.first().map(String::as_str)).unwrap_or("");
        format!("`{}` (row {})", super::shown(name), self.row)
    }

    fn keys(&self) -> impl Iterator<Item = String> {
        self.questions.iter().map(|question| key(question))
    }
}

/// What makes two questions the same.
fn key(question: &str) -> String {
    text::tokens(question).into_iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
}

/// Puts what an import made into the files of a knowledge base. `last` is what the import before it wrote.
///
/// # Errors
/// If a knowledge file or the record of the last import is not TOML.
pub fn merge(pack: &[SourceFile], last: Option<&SourceFile>, new: &SourceFile) -> Result<Merged, String> {
    let mut documents = Vec::new();
    for file in pack {
        documents.push(parsed(file)?);
    }
    let base = match last {
        Some(last) => {
            let damaged = |_| format!("{} is damaged; remove it, and everything in the folder counts as yours", super::shown(&last.name));
            entries(&parsed(last).map_err(damaged)?)
        }
        None => Vec::new(),
    };
    let today = parsed(new)?;
    let mut merged = Merged::default();
    let Some(home) = pack.iter().position(|file| file.name == new.name) else {
        merged.added = entries(&today).len();
        merged.files.push(new.clone());
        return Ok(merged);
    };
    let mut used = vec![false; base.len()];
    let of_base = Index::of(&base);
    let mut places = Places::of(&documents);
    let mut appended = Writer::piece();
    for entry in entries(&today) {
        let before = of_base.find(&entry).filter(|at| !std::mem::replace(&mut used[*at], true)).map(|at| &base[at]);
        let found = places.take(&entry).or_else(|| before.and_then(|before| places.take(before)));
        match (found, before) {
            (Some(place), Some(before)) => update(&mut documents[place.file], place, before, &entry, &mut merged),
            (Some(place), None) => {
                let (ours, _) = read_at(&documents[place.file], place).unwrap_or_else(|| (entry.clone(), 0));
                let same = ours.statement == entry.statement && ours.keys().collect::<HashSet<_>>() == entry.keys().collect();
                if same {
                    merged.unchanged += 1;
                } else {
                    let file = &pack[place.file].name;
                    merged.kept.push(format!(
                        "{} is in {} already, and did not come from an earlier import; it was left as it is",
                        entry.name(),
                        super::shown(file)
                    ));
                }
            }
            (None, Some(before)) => {
                merged.kept.push(format!("{} was removed from the knowledge base by hand; it stays removed", before.name()));
            }
            (None, None) => {
                append(&mut appended, &entry);
                merged.added += 1;
            }
        }
    }
    // From the last to the first, so that the places of the others stay right.
    let mut gone: Vec<(Placed, &Entry)> =
        base.iter().zip(&used).filter(|(_, used)| !**used).filter_map(|(entry, _)| Some((places.take(entry)?, entry))).collect();
    gone.sort_by_key(|(place, _)| std::cmp::Reverse((place.file, place.fact)));
    let mut cited_by_kept = Vec::new();
    for (place, entry) in gone {
        if !remove(&mut documents[place.file], place, entry, &mut merged) {
            cited_by_kept.push(entry.row);
        }
    }
    // A row that is no longer in the file can still be cited by what was kept.
    let cited = all(&documents[home], home).iter().map(|(_, entry)| entry.row).chain(cited_by_kept).max().unwrap_or(0);
    copy_source(&mut documents[home], &today, cited);
    let appended = appended.finish();
    for (index, (document, file)) in documents.iter().zip(pack).enumerate() {
        let mut text = document.to_string();
        if index == home {
            text.push_str(&appended);
        }
        if text != file.text {
            merged.files.push(SourceFile { name: file.name.clone(), text });
        }
    }
    Ok(merged)
}

fn parsed(file: &SourceFile) -> Result<DocumentMut, String> {
    file.text.parse().map_err(|_| format!("{} is not valid TOML; run `factotum check` on the folder", super::shown(&file.name)))
}

/// Where a question stands: the file, the fact in it, the question below that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Placed {
    file: usize,
    fact: usize,
    question: usize,
}

fn facts(document: &DocumentMut) -> Option<&ArrayOfTables> {
    document.get("fact")?.as_array_of_tables()
}

fn questions(fact: &Table) -> Option<&ArrayOfTables> {
    fact.get("question")?.as_array_of_tables()
}

/// The entry at a place, and how many questions its fact has.
fn read_at(document: &DocumentMut, place: Placed) -> Option<(Entry, usize)> {
    let fact = facts(document)?.get(place.fact)?;
    let questions = questions(fact)?;
    let question = questions.get(place.question)?;
    let text = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let row = fact.get("paragraphs").and_then(|item| item.as_integer().or_else(|| item.as_array()?.get(0)?.as_integer()));
    let entry = Entry {
        id: text(question, "id"),
        statement: text(fact, "statement").unwrap_or_default(),
        row: row.unwrap_or(0),
        questions: asked(question.get("ask")),
        answer_type: text(question, "answer_type"),
    };
    Some((entry, questions.len()))
}

/// The lines of an `ask`.
fn asked(item: Option<&Item>) -> Vec<String> {
    let lines = |text: &str| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    match item {
        Some(item) if item.is_str() => lines(item.as_str().unwrap_or_default()),
        Some(item) => item.as_array().into_iter().flatten().filter_map(|value| value.as_str()).flat_map(lines).collect(),
        None => Vec::new(),
    }
}

/// All entries of a document, in order.
fn all(document: &DocumentMut, file: usize) -> Vec<(Placed, Entry)> {
    let mut out = Vec::new();
    for (fact, table) in facts(document).into_iter().flatten().enumerate() {
        for question in 0..questions(table).map_or(0, ArrayOfTables::len) {
            let place = Placed { file, fact, question };
            out.extend(read_at(document, place).map(|(entry, _)| (place, entry)));
        }
    }
    out
}

fn entries(document: &DocumentMut) -> Vec<Entry> {
    all(document, 0).into_iter().map(|(_, entry)| entry).collect()
}

/// Entries by id and by question.
struct Index {
    by_id: HashMap<String, usize>,
    by_question: HashMap<String, usize>,
    /// Those without an id only.
    unnamed: HashMap<String, usize>,
}

impl Index {
    fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Index {
        let mut index = Index { by_id: HashMap::new(), by_question: HashMap::new(), unnamed: HashMap::new() };
        for (at, entry) in entries.into_iter().enumerate() {
            if let Some(id) = &entry.id {
                index.by_id.entry(id.clone()).or_insert(at);
            }
            for key in entry.keys() {
                if entry.id.is_none() {
                    index.unnamed.entry(key.clone()).or_insert(at);
                }
                index.by_question.entry(key).or_insert(at);
            }
        }
        index
    }

    /// The entry with this one's id. One of the two may have been given its id later: then the one with a question of it.
    fn find(&self, entry: &Entry) -> Option<usize> {
        let by = |questions: &HashMap<String, usize>| entry.keys().find_map(|key| questions.get(&key).copied());
        match &entry.id {
            Some(id) => self.by_id.get(id).copied().or_else(|| by(&self.unnamed)),
            None => by(&self.by_question),
        }
    }
}

/// Where the entries of a knowledge base are; each is taken once.
struct Places {
    index: Index,
    all: Vec<(Placed, bool)>,
}

impl Places {
    fn of(documents: &[DocumentMut]) -> Places {
        let all: Vec<(Placed, Entry)> = documents.iter().enumerate().flat_map(|(file, document)| all(document, file)).collect();
        let index = Index::of(all.iter().map(|(_, entry)| entry));
        Places { index, all: all.into_iter().map(|(place, _)| (place, false)).collect() }
    }

    fn take(&mut self, entry: &Entry) -> Option<Placed> {
        let (place, taken) = self.all.get_mut(self.index.find(entry)?)?;
        (!std::mem::replace(taken, true)).then_some(*place)
    }
}

/// Takes over what has changed in the file, where the curator has not changed it.
fn update(document: &mut DocumentMut, place: Placed, before: &Entry, now: &Entry, merged: &mut Merged) {
    let Some((ours, _)) = read_at(document, place) else { return };
    let Some(fact) = document["fact"].as_array_of_tables_mut().and_then(|facts| facts.get_mut(place.fact)) else { return };
    let mut changed = false;
    if now.statement != before.statement && now.statement != ours.statement {
        if ours.statement == before.statement {
            changed |= put(fact, "statement", &format!("statement = {}\n", quoted(&now.statement)));
        } else {
            merged.kept.push(format!(
                "the answer of {} has been changed both here and there; yours was kept, the file now has {}",
                now.name(),
                super::quoted(&now.statement)
            ));
        }
    }
    if now.row != ours.row && ours.row == before.row {
        // The row has only moved.
        put(fact, "paragraphs", &format!("paragraphs = {}\n", now.row));
    }
    let (was, is): (HashSet<String>, HashSet<String>) = (before.keys().collect(), now.keys().collect());
    let have: HashSet<String> = ours.keys().collect();
    let mut lines: Vec<String> =
        ours.questions.iter().filter(|question| !was.contains(&key(question)) || is.contains(&key(question))).cloned().collect();
    let new: Vec<&String> =
        now.questions.iter().filter(|question| !was.contains(&key(question)) && !have.contains(&key(question))).collect();
    lines.extend(new.into_iter().cloned());
    // Something has to be left to ask.
    if lines != ours.questions && !lines.is_empty() {
        let question =
            fact.get_mut("question").and_then(Item::as_array_of_tables_mut).and_then(|questions| questions.get_mut(place.question));
        if let Some(question) = question {
            let mut writer = Writer::piece();
            writer.block("ask", &lines);
            changed |= put(question, "ask", &writer.finish());
        }
    }
    if changed {
        merged.updated += 1;
    } else {
        merged.unchanged += 1;
    }
}

/// Puts a value in the place of another, as it is written here.
fn put(table: &mut Table, key: &str, line: &str) -> bool {
    let Some(mut item) = line.parse::<DocumentMut>().ok().and_then(|mut document| document.remove(key)) else { return false };
    if let (Some(old), Some(new)) = (table.get(key).and_then(Item::as_value), item.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    match table.get_mut(key) {
        // The key stays, and with it the comment above.
        Some(value) => *value = item,
        None => drop(table.insert(key, item)),
    }
    true
}

/// Removes what is no longer in the file, unless the curator has worked on it. Returns whether it is gone.
fn remove(document: &mut DocumentMut, place: Placed, before: &Entry, merged: &mut Merged) -> bool {
    let Some((ours, count)) = read_at(document, place) else { return true };
    let Some(facts) = document["fact"].as_array_of_tables_mut() else { return true };
    let Some(fact) = facts.get(place.fact) else { return true };
    let own = fact.iter().any(|(key, _)| !matches!(key, "statement" | "paragraphs" | "question"));
    let same = ours.statement == before.statement && ours.keys().collect::<HashSet<_>>() == before.keys().collect();
    let gone = same && !own && count == 1;
    if gone {
        facts.remove(place.fact);
        merged.removed += 1;
    } else {
        merged.kept.push(format!(
            "{} is no longer in the file, but has been changed here; remove it yourself if it no longer holds",
            before.name()
        ));
    }
    gone
}

/// Writes an entry below the others.
fn append(out: &mut Writer, entry: &Entry) {
    out.table(&[], "[[fact]]");
    out.text("statement", &entry.statement);
    out.raw("paragraphs", &entry.row.to_string());
    out.table(&[], "[[fact.question]]");
    out.text("id", entry.id.as_deref().unwrap_or_default());
    out.block("ask", &entry.questions);
    out.text("answer_type", entry.answer_type.as_deref().unwrap_or_default());
}

/// What the source says of the file itself is as of today; its title and all else are the curator's. It has at least `cited` rows.
fn copy_source(document: &mut DocumentMut, today: &DocumentMut, cited: i64) {
    let sources = today.get("source").and_then(Item::as_table_like);
    for (id, source) in sources.into_iter().flat_map(TableLike::iter) {
        let Some(new) = source.as_table_like() else { continue };
        let Some(old) = document.get_mut("source").and_then(Item::as_table_like_mut).and_then(|sources| sources.get_mut(id)) else {
            continue;
        };
        let Some(old) = old.as_table_mut() else { continue };
        for key in ["date", "paragraphs", "sha256"] {
            let shown = |item: &Item| item.as_value().map(|value| value.to_string().trim().to_owned());
            let value = match new.get(key) {
                Some(rows) if key == "paragraphs" => rows.as_integer().map(|rows| rows.max(cited).to_string()),
                other => other.and_then(shown),
            };
            if let Some(value) = value.filter(|value| Some(value) != old.get(key).and_then(shown).as_ref()) {
                put(old, key, &format!("{key} = {value}\n"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Table, pack};
    use proptest::prelude::*;

    const DATE: &str = "2026-12-01";

    fn imported(table: &str) -> SourceFile {
        let table = Table { name: "faq.csv", bytes: table.as_bytes(), date: DATE };
        pack(table).unwrap_or_else(|problems| panic!("{problems:?}")).files.remove(0)
    }

    fn file(name: &str, text: &str) -> SourceFile {
        SourceFile { name: name.to_owned(), text: text.to_owned() }
    }

    /// The home file after the merge, with the counts: added, updated, removed, unchanged, kept.
    fn merged(ours: &str, last: &str, now: &str) -> (String, [usize; 5], Vec<String>) {
        let merged = merge(&[file("faq.toml", ours)], Some(&imported(last)), &imported(now)).expect("both are TOML");
        let text = merged.files.first().map_or_else(|| ours.to_owned(), |file| file.text.clone());
        let loaded = factotum_core::pack::load(&[file("faq.toml", &text)]);
        assert!(loaded.base.is_some(), "{:?}\n{text}", loaded.diagnostics);
        (text, [merged.added, merged.updated, merged.removed, merged.unchanged, merged.kept.len()], merged.kept)
    }

    const LAST: &str = "intent,question,answer\nhours,When is it open?,9 to 18.\nhours,opening hours,\nfee,What is the fee?,5 crowns.\n,Who runs it?,Ada Marsh.\n";

    #[test]
    fn the_same_again_changes_nothing() {
        let (text, counts, _) = merged(&imported(LAST).text, LAST, LAST);
        assert_eq!((text, counts), (imported(LAST).text, [0, 0, 0, 3, 0]));
    }

    #[test]
    fn each_side_keeps_what_only_it_has_changed() {
        let ours = imported(LAST)
            .text
            .replace("title = \"faq.csv\"", "title = \"Our FAQ\" # as people know it")
            .replace("statement = \"5 crowns.\"", "# Checked in spring.\nstatement = \"Five crowns.\"")
            .replace("opening hours\n", "opening hours\nfrom when to when\n")
            + "\n[[fact.unanswerable]]\nmissing = \"her age\"\nask = \"how old is she\"\n";
        let now = "intent,question,answer\n,Who runs it?,Ben Marsh.\n,who is the head,Ben Marsh.\nhours,When is it open?,10 to 18.\nfee,What is the fee?,5 crowns.\ndogs,Are dogs allowed?,No.\n";
        let (text, counts, kept) = merged(&ours, LAST, now);
        assert_eq!((counts, kept.len()), ([1, 2, 0, 1, 0], 0), "{text}");
        for part in [
            "title = \"Our FAQ\" # as people know it",
            "paragraphs = 5",
            "# Checked in spring.\nstatement = \"Five crowns.\"\nparagraphs = 4",
            "statement = \"10 to 18.\"\nparagraphs = 3",
            "ask = \"\"\"\nWhen is it open?\nfrom when to when\n\"\"\"",
            "ask = \"\"\"\nWho runs it?\nwho is the head\n\"\"\"",
            "statement = \"Ben Marsh.\"",
            "missing = \"her age\"",
            "statement = \"No.\"",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
    }

    #[test]
    fn what_both_have_changed_stays_the_curators() {
        let ours = imported(LAST).text.replace("5 crowns.", "Five crowns.");
        let (text, counts, kept) = merged(&ours, LAST, &LAST.replace("5 crowns", "6 crowns"));
        assert!(text.contains("Five crowns.") && !text.contains("6 crowns"), "{text}");
        assert_eq!(
            (counts, kept),
            (
                [0, 0, 0, 3, 1],
                vec![
                    "the answer of `fee` (row 3) has been changed both here and there; yours was kept, the file now has \"6 crowns.\""
                        .to_owned()
                ]
            )
        );
    }

    #[test]
    fn what_is_gone_goes_unless_somebody_worked_on_it() {
        let now = "intent,question,answer\nhours,When is it open?,9 to 18.\nhours,opening hours,\n";
        let (text, counts, _) = merged(&imported(LAST).text, LAST, now);
        assert_eq!(counts, [0, 0, 2, 1, 0]);
        assert!(!text.contains("crowns") && !text.contains("Marsh"), "{text}");
        let (text, counts, kept) = merged(&imported(LAST).text.replace("5 crowns.", "Five crowns."), LAST, now);
        assert!(text.contains("Five crowns.") && kept[0].contains("is no longer in the file"), "{kept:?}");
        assert_eq!(counts, [0, 0, 1, 1, 1]);
        // What the curator removed does not come back.
        let (start, rest) =
            imported(LAST).text.split_once("\n[[fact]]\nstatement = \"5").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("the fee");
        let without = format!("{start}\n[[fact]]{}", rest.split_once("\n[[fact]]").expect("the next").1);
        let (text, counts, kept) = merged(&without, LAST, LAST);
        assert!(!text.contains("crowns") && kept[0].contains("stays removed"), "{text}");
        assert_eq!(counts, [0, 0, 0, 2, 1]);
    }

    #[test]
    fn an_entry_is_found_in_whichever_file_it_is() {
        let text = imported(LAST).text;
        let (start, fee) = text.split_once("\n[[fact]]\nstatement = \"5").expect("the fee");
        let (fee, rest) = fee.split_once("\n[[fact]]").expect("the next");
        let pack = [
            file("faq.toml", &format!("{start}\n[[fact]]{rest}")),
            file("money.toml", &format!("format = 2\n\n[defaults]\nsource = \"faq\"\n\n[[fact]]\nstatement = \"5{fee}")),
        ];
        let merged = merge(&pack, Some(&imported(LAST)), &imported(&LAST.replace("5 crowns", "6 crowns"))).expect("TOML");
        assert_eq!((merged.updated, merged.unchanged, merged.kept.len()), (1, 2, 0));
        assert!(merged.files.iter().any(|file| file.name == "money.toml" && file.text.contains("6 crowns.")));
    }

    #[test]
    fn without_a_record_of_the_last_import_nothing_is_overwritten() {
        let ours = imported(LAST);
        let merged = merge(std::slice::from_ref(&ours), None, &imported(&LAST.replace("5 crowns", "6 crowns"))).expect("TOML");
        assert_eq!((merged.updated, merged.unchanged, merged.kept.len()), (0, 2, 1));
        assert!(merge(&[file("faq.toml", "=")], None, &ours).is_err_and(|message| message.contains("faq.toml")));
    }

    /// Ids can come later: an export writes those that a knowledge base has given out itself.
    #[test]
    fn an_export_is_edited_and_imported_again() {
        let base = factotum_core::pack::load(&[imported(LAST)]).base.expect("an import loads");
        let edited = crate::export::csv(&crate::export::entries(&base).0).replace("Ada Marsh.", "Ben Marsh.");
        let (text, counts, kept) = merged(&imported(LAST).text, LAST, &edited);
        assert_eq!((counts, kept.len()), ([0, 1, 0, 2, 0], 0), "{text}");
        assert!(text.contains("Ben Marsh.") && !text.contains("Ada"), "{text}");
        // And back to a table without them.
        let (again, counts, _) = merged(&text, &edited, LAST);
        assert_eq!(counts, [0, 1, 0, 2, 0]);
        assert!(again.contains("Ada Marsh."), "{again}");
    }

    fn tables() -> impl Strategy<Value = Vec<(u8, u8)>> {
        prop::collection::vec((0..6_u8, 0..4_u8), 1..8)
    }

    fn written(rows: &[(u8, u8)]) -> String {
        let mut seen = HashSet::new();
        let rows = rows.iter().filter(|(intent, _)| seen.insert(*intent));
        let rows = rows.map(|(intent, answer)| format!("i{intent},what is w{intent},answer {answer} of {intent}\n"));
        format!("intent,question,answer\n{}", rows.collect::<String>())
    }

    proptest! {
        /// With nobody in between, a merge comes to what a new import would have made, in whatever order.
        #[test]
        fn a_merge_is_an_import(last in tables(), now in tables()) {
            let (text, counts, _) = merged(&imported(&written(&last)).text, &written(&last), &written(&now));
            prop_assert_eq!(counts[4], 0);
            let sorted = |text: &str| {
                let mut entries = entries(&text.parse().expect("TOML"));
                entries.sort_by(|a, b| a.id.cmp(&b.id));
                entries
            };
            prop_assert_eq!(sorted(&text), sorted(&imported(&written(&now)).text));
        }

        /// Whatever a curator does, it stays.
        #[test]
        fn what_a_curator_wrote_stays(last in tables(), now in tables(), line in 0..40_usize) {
            let text = imported(&written(&last)).text;
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let at = line % lines.len();
            if let Some(rest) = lines[at].strip_prefix("statement = \"") {
                lines[at] = format!("statement = \"Mine: {rest}");
            } else {
                lines.insert(at, "# mine".to_owned());
            }
            let ours = lines.join("\n") + "\n";
            let (text, counts, _) = merged(&ours, &written(&last), &written(&now));
            prop_assert!(text.to_lowercase().contains("mine") || counts[2] > 0, "{}", text);
            prop_assert!(!ours.contains("Mine: ") || text.contains("Mine: "), "{}", text);
        }
    }
}
