//! HTML becomes Markdown, and back: links, emphasis, lists and paragraphs. Whatever else a fragment has, its text is kept.

use html5gum::emitters::default::StartTag;
use html5gum::{DefaultEmitter, Span, Token, Tokenizer};

/// The pieces of a page, each with the bytes where it is.
pub(super) fn tokens(html: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // What is inside scripts is no markup.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(html, emitter).filter_map(Result::ok)
}

/// The value of an attribute; empty if there is none.
pub(super) fn attribute(tag: &StartTag<usize>, name: &str) -> String {
    tag.attributes.get(name.as_bytes()).map_or_else(String::new, |value| String::from_utf8_lossy(value).into_owned())
}

/// The bytes of a span, within the text.
pub(super) fn range(span: Span<usize>, text: &str) -> std::ops::Range<usize> {
    let end = span.end.min(text.len());
    span.start.min(end)..end
}

/// The name of a tag.
pub(super) fn name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_ascii_lowercase()
}

/// A fragment as Markdown.
pub(crate) fn to_markdown(html: &str) -> String {
    Converter::run(html, true)
}

/// The text of a fragment, without any marks.
pub(super) fn to_text(html: &str) -> String {
    Converter::run(html, false)
}

/// A text with Markdown in it as HTML that [`to_markdown`] reads as the same text: as Markdown means it where that comes back letter for letter,
/// else with every sign shown as it is.
pub(crate) fn from_markdown(text: &str) -> String {
    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
    let mut rendered = String::new();
    pulldown_cmark::html::push_html(&mut rendered, pulldown_cmark::Parser::new_ext(text, options));
    let rendered = rendered.trim();
    // One paragraph needs no tag of its own.
    let inside = rendered.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).filter(|inside| !inside.contains("<p>"));
    let plain = escaped(text).replace('\n', "<br>");
    let candidates = [inside.unwrap_or(rendered).to_owned(), plain];
    candidates.into_iter().find(|html| to_markdown(html) == text).unwrap_or_else(|| format!("<pre>{}</pre>", escaped(text)))
}

/// A text without marks as HTML that [`to_text`] reads as the same text.
pub(crate) fn from_text(text: &str) -> String {
    let html = escaped(text);
    if to_text(&html) == text { html } else { format!("<pre>{html}</pre>") }
}

/// The text with the signs of HTML written as references.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Elements that begin and end lines.
const BLOCKS: [&str; 18] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "header",
    "main",
    "section",
    "summary",
    "table",
    "tr",
    "nav",
];
/// Elements with an empty line above and below.
const PARAGRAPHS: [&str; 8] = ["p", "pre", "h1", "h2", "h3", "h4", "h5", "h6"];
/// Elements whose content nobody sees.
const UNSEEN: [&str; 5] = ["script", "style", "template", "noscript", "head"];
/// Deepest list that is indented: beyond it nobody reads the indentation.
const MAX_DEPTH: usize = 8;

/// Writes Markdown, tag by tag.
struct Converter {
    out: String,
    marks: bool,
    /// White space that is due before the next text.
    space: bool,
    breaks: usize,
    /// Open lists: the number of the last item, or nothing for bullets.
    lists: Vec<Option<usize>>,
    /// The address of the open link, and where its text begins.
    link: Option<(String, usize)>,
    /// The element whose content is left out.
    unseen: Option<String>,
    pre: usize,
}

impl Converter {
    fn run(html: &str, marks: bool) -> String {
        let mut converter =
            Converter { out: String::new(), marks, space: false, breaks: 0, lists: Vec::new(), link: None, unseen: None, pre: 0 };
        for token in tokens(html) {
            match token {
                Token::StartTag(tag) => converter.open(&name(&tag.name), &tag),
                Token::EndTag(tag) => converter.close(&name(&tag.name)),
                Token::String(text) => converter.text(&String::from_utf8_lossy(&text)),
                _ => {}
            }
        }
        converter.end_link();
        converter.out
    }

    fn text(&mut self, text: &str) {
        if self.unseen.is_some() {
            return;
        }
        if self.pre > 0 {
            self.flush();
            return self.out.push_str(text);
        }
        let white = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        for piece in text.split_inclusive(white) {
            let word = piece.trim_end_matches(white);
            if !word.is_empty() {
                self.flush();
                self.out.push_str(word);
            }
            self.space |= word.len() < piece.len();
        }
    }

    /// Writes the white space that is due.
    fn flush(&mut self) {
        let (breaks, space) = (std::mem::take(&mut self.breaks), std::mem::take(&mut self.space));
        if self.out.is_empty() {
            return;
        }
        match breaks {
            0 if space => self.out.push(' '),
            0 => {}
            breaks => {
                self.out.extend(std::iter::repeat_n('\n', breaks));
                let depth = self.lists.len().min(MAX_DEPTH);
                // What goes on in an item stands below its text.
                self.out.extend(std::iter::repeat_n("  ", depth));
            }
        }
    }

    fn open(&mut self, name: &str, tag: &StartTag<usize>) {
        if self.unseen.is_some() {
            return;
        }
        match name {
            _ if UNSEEN.contains(&name) && !tag.self_closing => self.unseen = Some(name.to_owned()),
            "br" => self.breaks += 1,
            "hr" => self.breaks = self.breaks.max(2),
            "ul" | "ol" => {
                self.breaks = self.breaks.max(1);
                if self.lists.len() < MAX_DEPTH {
                    self.lists.push((name == "ol").then_some(0));
                }
            }
            "li" => {
                self.breaks = self.breaks.max(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{number}. ")
                    }
                    _ => "- ".to_owned(),
                };
                let list = self.lists.pop();
                self.flush();
                self.lists.extend(list);
                if self.marks {
                    self.out.push_str(&mark);
                }
            }
            "td" | "th" if self.marks && self.breaks == 0 && !self.out.is_empty() => self.out.push_str(" |"),
            "pre" => {
                self.breaks = if self.out.is_empty() { 0 } else { self.breaks.max(2) };
                self.pre += 1;
            }
            _ if PARAGRAPHS.contains(&name) => self.breaks = self.breaks.max(2),
            _ if BLOCKS.contains(&name) => self.breaks = self.breaks.max(1),
            "img" => {
                let alternative = attribute(tag, "alt");
                self.text(&alternative);
            }
            "a" if self.marks => {
                self.end_link();
                self.flush();
                let address = attribute(tag, "href").trim().replace(' ', "%20").replace('(', "%28").replace(')', "%29");
                let known = ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
                if known && !address.contains(char::is_control) {
                    self.link = Some((address, self.out.len()));
                }
            }
            _ => {
                if let Some(mark) = mark(name).filter(|_| self.marks) {
                    self.flush();
                    self.out.push_str(mark);
                }
            }
        }
    }

    fn close(&mut self, name: &str) {
        if self.unseen.as_deref() == Some(name) {
            self.unseen = None;
        }
        if self.unseen.is_some() {
            return;
        }
        match name {
            "ul" | "ol" => {
                self.lists.pop();
                self.breaks = self.breaks.max(1);
            }
            "pre" => {
                self.pre = self.pre.saturating_sub(1);
                self.breaks = self.breaks.max(2);
            }
            "td" | "th" => self.space = true,
            "a" => self.end_link(),
            _ if PARAGRAPHS.contains(&name) => self.breaks = self.breaks.max(2),
            _ if BLOCKS.contains(&name) || name == "li" => self.breaks = self.breaks.max(1),
            _ => {
                if let Some(mark) = mark(name).filter(|_| self.marks) {
                    // Nothing stood between the two.
                    match self.out.strip_suffix(mark).map(str::len) {
                        Some(length) if !self.out[..length].ends_with(mark) || mark != "*" => self.out.truncate(length),
                        _ => self.out.push_str(mark),
                    }
                }
            }
        }
    }

    fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let text = self.out.get(start..).unwrap_or_default();
        // An address that is its own text is a link wherever it stands.
        if !text.is_empty() && text != address {
            self.out.insert(start, '[');
            self.out.push_str("](");
            self.out.push_str(&address);
            self.out.push(')');
        }
    }
}

/// The sign around the text of an element.
fn mark(name: &str) -> Option<&'static str> {
    match name {
        "strong" | "b" => Some("**"),
        "em" | "i" => Some("*"),
        "code" | "kbd" => Some("`"),
        "del" | "s" => Some("~~"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_pages_have() {
        for (html, markdown) in [
            ("Open <b>daily</b>,\n  9 to&nbsp;18.", "Open **daily**, 9 to\u{a0}18."),
            (
                "<p>See <a href=\"https://a.example/x?y=1&amp;z=2\">the\nmap</a>.</p><p>Or ask.</p>",
                "See [the map](https://a.example/x?y=1&z=2).\n\nOr ask.",
            ),
            ("<ul><li>one</li><li>two <em>and</em> a half<ul><li>deep</li></ul></li></ul>", "- one\n- two *and* a half\n  - deep"),
            ("<ol><li>one<li>two</ol>after", "1. one\n2. two\nafter"),
            ("a<br>b<br/><br>c", "a\nb\n\nc"),
            (
                "<a href='javascript:alert(1)'>x</a> <a href=\"/here\">y</a> <a href='https://a.example'>https://a.example</a>",
                "x y https://a.example",
            ),
            ("<script>alert('<p>')</script>fine<style>p{}</style>", "fine"),
            ("AT&amp;T &lt;b&gt; &copy;", "AT&T <b> \u{a9}"),
            ("<b></b><i> </i>x", "x"),
            ("unclosed <b>bold", "unclosed **bold"),
            ("<pre>a  b\n c</pre>", "a  b\n c"),
        ] {
            assert_eq!(to_markdown(html), markdown, "{html}");
        }
        assert_eq!(to_text("<b>Is it</b> <a href='https://a.example'>open</a>?"), "Is it open?");
    }

    proptest! {
        #[test]
        fn text_comes_back(text in "([a-z]{1,3}|[ \n\t]|[-*_`#<>&\\[\\]()\"'~|.!1]|\u{a0}|é|&amp;|<br>|\\*\\*|https://a\\.example){0,24}") {
            let text = text.trim().to_owned();
            prop_assert_eq!(to_markdown(&from_markdown(&text)), text);
        }

        #[test]
        fn whatever_comes_in(html in "(<|>|/|[a-z]{1,2}|li|ul|ol|a href=|\"|'|<b>|</b>|<p>|<pre>|</pre>|<script>|</script>|<!--|-->|&#x41;|&|;| |\n|\u{0}|é){0,40}") {
            to_markdown(&html);
        }
    }
}
