//! BM25 by tantivy, as it is out of the box, with the index in memory: a document a phrase, and the words of the question as
//! alternatives. The label is that of the best document.

use super::{Contender, Load};
use crate::data::{Training, folded};
use anyhow::Context;
use std::path::Path;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TEXT};
use tantivy::{Index, IndexWriter, Searcher, Term, doc};

/// The least that tantivy takes for making an index, in bytes. It is enough for phrases, and more would count as memory.
const BUDGET: usize = 15_000_000;

struct Bm25 {
    searcher: Searcher,
    text: Field,
    labels: Vec<String>,
}

/// Phrases in an index.
pub fn prepare(training: Training, _: &Path) -> anyhow::Result<Load> {
    let Training { phrases, .. } = training;
    Ok(Box::new(move || {
        let mut schema = Schema::builder();
        let (text, number) = (schema.add_text_field("text", TEXT), schema.add_u64_field("number", FAST));
        let index = Index::create_in_ram(schema.build());
        // One thread: documents then have the order of the phrases, and of equals the first is found.
        let mut writer: IndexWriter = index.writer_with_num_threads(1, BUDGET)?;
        for (at, phrase) in (0..).zip(&phrases) {
            writer.add_document(doc!(text => folded(&phrase.question), number => at as u64))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let searcher = index.reader()?.searcher();
        let labels = phrases.into_iter().map(|phrase| phrase.intent).collect();
        Ok(Box::new(Bm25 { searcher, text, labels }))
    }))
}

impl Bm25 {
    fn best(&self, question: &str) -> anyhow::Result<Option<&str>> {
        let words = folded(question);
        let terms = words.split_whitespace().map(|word| Term::from_field_text(self.text, word));
        let one = |term| Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)) as Box<dyn Query>;
        let query = BooleanQuery::union(terms.map(one).collect());
        let Some((_, address)) = self.searcher.search(&query, &TopDocs::with_limit(1).order_by_score())?.pop() else { return Ok(None) };
        let numbers = self.searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
        let number = numbers.first(address.doc_id).context("a document without a number")?;
        Ok(self.labels.get(usize::try_from(number)?).map(String::as_str))
    }
}

impl Contender for Bm25 {
    fn label(&self, question: &str) -> Option<&str> {
        self.best(question).expect("an index in memory can be read")
    }
}
