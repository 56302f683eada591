//! FAQs in Markdown: questions are headings, or paragraphs in bold; what stands below is the answer, kept as Markdown.

use super::{Place, Problem, Reading, Row, lines};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::ops::Range;

/// What begins the comment that `factotum export` writes below an answer, for what Markdown has no place for: the intent and the other ways of
/// asking. Readers of the page do not see it.
pub(crate) const ALSO_ASKED: &str = "<!-- factotum";

/// A piece of the document at its top level.
struct Block {
    kind: Kind,
    range: Range<usize>,
}

enum Kind {
    Heading {
        level: HeadingLevel,
        text: String,
        id: Option<String>,
    },
    /// A paragraph that begins with a line in bold; its answer may begin in the same paragraph, at this byte.
    Bold {
        text: String,
        rest: usize,
    },
    /// What `factotum export` noted: keys and values.
    Note(Vec<(String, String)>),
    Rule,
    Other,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Reading {
    let blocks = blocks(text);
    let mut reading = Reading { read_as: "Markdown".to_owned(), ..Reading::default() };
    let Some(style) = Style::of(&blocks) else {
        let message = "the document has no question: a heading or a line in bold asks one, and the text below it answers it";
        reading.problems.push(Problem::new(Place::Line(1), message));
        return reading;
    };
    reading.read_as = format!("Markdown: questions are {}", style.described());
    let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
    let mut items = Items { text, ends, open: None, reading };
    for block in blocks {
        let Range { start, end } = block.range;
        match block.kind {
            Kind::Heading { level, text, id } if style.is_question(level) => items.ask(Some(level), text, id, start, end),
            Kind::Heading { level, .. } => items.other_heading(level, end),
            Kind::Bold { text, rest } if style == Style::Bold => {
                items.ask(None, text, None, start, rest);
                items.go_on(end);
            }
            Kind::Note(values) => items.note(values),
            Kind::Rule => {}
            Kind::Bold { .. } | Kind::Other => items.go_on(end),
        }
    }
    items.finish(None);
    let mut reading = items.reading;
    if reading.rows.is_empty() && reading.problems.is_empty() {
        reading.problems.push(Problem::new(Place::Line(1), "no question of the document has an answer below it"));
    }
    reading
}

/// How a document marks its questions.
#[derive(Debug, PartialEq, Eq)]
enum Style {
    /// As headings of these levels.
    Headings(BTreeSet<HeadingLevel>),
    Bold,
}

impl Style {
    /// Headings that end in a question mark say which level asks; so do lines in bold. Where nothing ends in one, the deepest headings ask.
    fn of(blocks: &[Block]) -> Option<Style> {
        let asks = |text: &str| text.trim_end().ends_with('?');
        let (mut asking, mut deepest, mut headings, mut bold, mut bold_asking) = (BTreeSet::new(), None, 0, 0, 0);
        for block in blocks {
            match &block.kind {
                Kind::Heading { level, text, .. } => {
                    deepest = deepest.max(Some(*level));
                    if asks(text) {
                        headings += 1;
                        asking.insert(*level);
                    }
                }
                Kind::Bold { text, .. } => {
                    bold += 1;
                    bold_asking += usize::from(asks(text));
                }
                _ => {}
            }
        }
        // What was exported says so itself, and always in the same way.
        if blocks.iter().any(|block| matches!(block.kind, Kind::Note(_))) {
            return Some(Style::Headings([HeadingLevel::H2].into()));
        }
        if bold_asking > headings || (deepest.is_none() && bold > 0) {
            return Some(Style::Bold);
        }
        if asking.is_empty() {
            asking.extend(deepest);
        }
        (!asking.is_empty()).then_some(Style::Headings(asking))
    }

    fn is_question(&self, level: HeadingLevel) -> bool {
        matches!(self, Style::Headings(levels) if levels.contains(&level))
    }

    fn described(&self) -> String {
        match self {
            Style::Headings(levels) => {
                let levels: Vec<String> = levels.iter().map(|level| format!("`{}`", "#".repeat(*level as usize))).collect();
                format!("the headings with {}", levels.join(" and "))
            }
            Style::Bold => "the lines in bold".to_owned(),
        }
    }
}

/// A question with its answer, so far.
struct Item {
    level: Option<HeadingLevel>,
    start: usize,
    questions: Vec<String>,
    label: Option<String>,
    /// The bytes of the answer.
    body: Range<usize>,
    /// Every sign in the answer has a backslash.
    escaped: bool,
}

/// The questions of a document, as they come.
struct Items<'t> {
    text: &'t str,
    /// Where its lines end.
    ends: Vec<usize>,
    open: Option<Item>,
    reading: Reading,
}

impl Items<'_> {
    fn place(&self, at: usize) -> Place {
        Place::Line(self.ends.partition_point(|end| *end < at) + 1)
    }

    fn ask(&mut self, level: Option<HeadingLevel>, question: String, label: Option<String>, start: usize, body: usize) {
        if let Some(open) = &mut self.open
            && open.body.is_empty()
            && level.is_some()
            && open.level == level
        {
            // Several ways of asking can stand above one answer.
            open.questions.push(question);
            open.body = body..body;
            return;
        }
        self.finish(level);
        self.open = Some(Item { level, start, questions: vec![question], label, body: body..body, escaped: false });
    }

    /// A heading that asks nothing: below that of the question it belongs to the answer, above it begins another section.
    fn other_heading(&mut self, level: HeadingLevel, end: usize) {
        match &self.open {
            Some(open) if open.level.is_some_and(|of_question| level > of_question) => self.go_on(end),
            _ => self.finish(Some(level)),
        }
    }

    fn go_on(&mut self, end: usize) {
        if let Some(open) = &mut self.open {
            open.body.end = end.max(open.body.end);
        }
    }

    fn note(&mut self, values: Vec<(String, String)>) {
        let Some(open) = &mut self.open else { return };
        for (key, value) in values {
            match key.as_str() {
                "intent" => open.label = Some(value),
                "asked" => open.questions = vec![value],
                "also asked" => open.questions.push(value),
                "escaped" => open.escaped = true,
                _ => {}
            }
        }
    }

    /// Takes the open question, ahead of a heading of this level.
    fn finish(&mut self, next: Option<HeadingLevel>) {
        let Some(item) = self.open.take() else { return };
        let body = lines(self.text.get(item.body.clone()).unwrap_or_default().trim());
        if body.is_empty() && next > item.level && item.level.is_some() {
            // The title of a section that happens to ask something.
            return;
        }
        let place = self.place(item.start);
        if self.reading.is_full(place) {
            return;
        }
        self.reading.count += 1;
        let row = if body.is_empty() {
            Err("the question has no answer below it".to_owned())
        } else {
            let prefixed = item.questions.first().is_some_and(|question| without_prefix(question, 'q').is_some());
            let plain = |text: &str, letter| without_prefix(text, letter).filter(|_| prefixed && !item.escaped).map(str::to_owned);
            let body = if item.escaped { unescaped(&body) } else { body };
            let answer = plain(&body, 'a').unwrap_or(body);
            let questions: Vec<String> = item
                .questions
                .iter()
                .enumerate()
                .map(|(at, q)| if at == 0 { plain(q, 'q').unwrap_or_else(|| q.clone()) } else { q.clone() })
                .collect();
            Row::new(self.reading.count, place, item.label.as_deref(), questions.iter().map(String::as_str), &answer)
        };
        self.reading.take(place, row);
    }
}

/// A text without "Q:" or "A:" in front, in bold or not; nothing if there is none.
fn without_prefix(text: &str, letter: char) -> Option<&str> {
    let rest = text.trim_start_matches('*');
    let mut chars = rest.chars();
    let first = chars.next().filter(|c| c.eq_ignore_ascii_case(&letter));
    let rest = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    first.and_then(|_| rest.strip_prefix([':', '.'])).map(|rest| rest.trim_start_matches('*').trim_start()).filter(|rest| !rest.is_empty())
}

/// The text without the backslashes in front of signs.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

/// The blocks at the top level of a document.
fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    // The block that is being read: its inline events, with their places.
    let mut inline: Vec<(Event<'_>, Range<usize>)> = Vec::new();
    let mut begun: Option<(Tag<'_>, Range<usize>)> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    inline.clear();
                    begun = Some((tag, range));
                } else {
                    inline.push((Event::Start(tag), range));
                }
                depth += 1;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                if depth == 0
                    && let Some((tag, range)) = begun.take()
                {
                    blocks.extend(block(tag, range, &inline, text));
                } else {
                    inline.push((Event::End(end), range));
                }
            }
            Event::Rule if depth == 0 => blocks.push(Block { kind: Kind::Rule, range }),
            _ if depth == 0 => blocks.push(Block { kind: Kind::Other, range }),
            event => inline.push((event, range)),
        }
    }
    blocks
}

fn block(tag: Tag<'_>, range: Range<usize>, inline: &[(Event<'_>, Range<usize>)], text: &str) -> Option<Block> {
    let kind = match tag {
        Tag::MetadataBlock(_) => return None,
        Tag::Heading { level, id, .. } => {
            let text = plain(inline.iter().map(|(event, _)| event));
            Kind::Heading { level, text, id: id.map(|id| id.to_string()) }
        }
        Tag::Paragraph => bold(inline, range.end).unwrap_or(Kind::Other),
        Tag::HtmlBlock => noted(text.get(range.clone()).unwrap_or_default()).map_or(Kind::Other, Kind::Note),
        _ => Kind::Other,
    };
    Some(Block { kind, range })
}

/// The words of inline events.
fn plain<'e>(events: impl IntoIterator<Item = &'e Event<'e>>) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// A paragraph whose first line is in bold, or is "Q:" in bold with the question behind it.
fn bold(inline: &[(Event<'_>, Range<usize>)], end: usize) -> Option<Kind> {
    let (Event::Start(Tag::Strong), _) = inline.first()? else { return None };
    let closing = inline.iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Strong)))?;
    let line = inline.iter().position(|(event, _)| matches!(event, Event::SoftBreak | Event::HardBreak));
    let marked = plain(inline.get(..closing)?.iter().map(|(event, _)| event));
    let whole = plain(inline.get(..line.unwrap_or(inline.len()))?.iter().map(|(event, _)| event));
    let prefix = matches!(marked.trim_end_matches([':', '.']).to_lowercase().as_str(), "q" | "question");
    if marked.is_empty() || (marked != whole && !prefix) {
        return None;
    }
    Some(Kind::Bold { text: whole, rest: line.and_then(|line| inline.get(line)).map_or(end, |(_, range)| range.end) })
}

/// The keys and values of a comment that `factotum export` wrote; nothing if it is another one.
fn noted(html: &str) -> Option<Vec<(String, String)>> {
    let inside = html.trim().strip_prefix(ALSO_ASKED)?.strip_suffix("-->")?;
    let mut values = Vec::new();
    for line in inside.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        let value = if value.starts_with('"') { serde_json::from_str(value).ok()? } else { value.to_owned() };
        values.push((key.trim().to_owned(), value));
    }
    Some(values)
}
