//! The pictures in `docs/pictures` show what people get: they are drawn from the messages that the bot sends.
//! `scripts/bless` draws them again; look at them before you keep them.

use factotum_discord::payload::{Component, Embed, Message};
use factotum_discord::reply;
use std::fmt::Write;
use std::path::Path;

/// Width of a picture, and of a line of text in it, in pixels.
const WIDTH: usize = 640;
/// Pixels of a line.
const LINE: usize = 20;
/// Characters that fit a line of the widths above, in a usual sans-serif of 14 pixels.
const COLUMNS: usize = 78;
/// Pixels of a character on a button.
const GLYPH: usize = 7;

#[test]
fn pictures_show_what_is_sent() {
    let answerer = factotum_built_in::answerer();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    for (name, question) in [
        ("answer", "which NATO members don't recognize Kosovo?"),
        ("speaker", "what does Osmani say about NATO membership?"),
        ("decline", "does Cyprus recognise Kosovo?"),
    ] {
        let messages = reply::messages(answerer.base(), &answerer.answer(question));
        let [message] = messages.as_slice() else { panic!("one message for {question}") };
        crate::expected::hold(&folder.join(format!("{name}.svg")), &picture(question, message));
    }
}

/// A drawing that grows downwards.
struct Drawing {
    svg: String,
    y: usize,
}

impl Drawing {
    fn text(&mut self, x: usize, style: &str, text: &str) {
        for line in text.lines().flat_map(|line| wrapped(line, COLUMNS - x / 8)) {
            self.y += LINE;
            writeln!(self.svg, "<text x=\"{x}\" y=\"{}\" class=\"{style}\">{}</text>", self.y, escaped(&line))
                .expect("writing to a string");
        }
    }

    fn embed(&mut self, embed: &Embed) {
        let top = self.y + 8;
        self.y += 10;
        self.text(36, "strong", &shown(&embed.title));
        self.text(36, "plain", &shown(&embed.description));
        for field in &embed.fields {
            self.y += 4;
            self.text(36, "strong small", &shown(&field.name));
            self.text(36, "plain", &shown(&field.value));
        }
        self.y += 10;
        let height = self.y - top;
        // Drawn behind the text that is there already.
        let back = format!(
            "<rect x=\"20\" y=\"{top}\" width=\"{}\" height=\"{height}\" rx=\"4\" fill=\"#f2f3f5\"/><rect x=\"20\" y=\"{top}\" width=\"4\" height=\"{height}\" fill=\"#{:06x}\"/>\n",
            WIDTH - 40,
            embed.color
        );
        self.svg.insert_str(0, &back);
    }

    /// A row of buttons, side by side as far as there is room.
    fn buttons(&mut self, components: &[Component]) {
        self.y += 10;
        let mut x = 20;
        for component in components {
            let Component::Button { label, style, .. } = component else { continue };
            let (fill, ink) = if *style == 1 { ("#5865f2", "#ffffff") } else { ("#d9dbe0", "#1e1f22") };
            // The text is told how long to be, so that it fits whatever the font.
            let length = GLYPH * label.chars().count();
            if x > 20 && x + length + 24 > WIDTH - 20 {
                (x, self.y) = (20, self.y + 34);
            }
            writeln!(
                self.svg,
                "<rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"28\" rx=\"4\" fill=\"{fill}\"/><text x=\"{}\" y=\"{}\" class=\"plain\" \
                 textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" style=\"fill:{ink}\">{}</text>",
                self.y,
                length + 24,
                x + 12,
                self.y + 19,
                escaped(label)
            )
            .expect("writing to a string");
            x += length + 32;
        }
        self.y += 34;
    }
}

fn picture(question: &str, message: &Message) -> String {
    let mut drawing = Drawing { svg: String::new(), y: 10 };
    drawing.text(20, "small", &format!("/ask question: {question}"));
    drawing.y += 6;
    drawing.text(20, "strong", "Factotum");
    drawing.text(20, "plain", &shown(&message.content));
    message.embeds.iter().for_each(|embed| drawing.embed(embed));
    message.components.iter().for_each(|row| drawing.buttons(&row.components));
    let height = drawing.y + 16;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>text{{font-family:sans-serif;font-size:14px;fill:#1e1f22}}.strong{{font-weight:bold}}.small{{font-size:12px;fill:#5c5e66}}</style>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
        escaped(&format!("{question} {}", shown(&message.content).replace('\n', " "))),
        drawing.svg
    )
}

/// Markdown as Discord shows it: without escapes, invisible joints and the addresses of links.
fn shown(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.strip_prefix("-# ").unwrap_or(line);
        let mut chars = line.chars().peekable();
        let mut plain = String::new();
        while let Some(c) = chars.next() {
            match c {
                '\\' => plain.extend(chars.next()),
                '\u{2060}' => {}
                '[' => {}
                ']' if chars.peek() == Some(&'(') => while chars.next().is_some_and(|c| c != ')') {},
                other => plain.push(other),
            }
        }
        let bullet = plain.strip_prefix("- ").map(|rest| format!("\u{2022} {rest}"));
        out.push_str(&bullet.unwrap_or(plain));
        out.push('\n');
    }
    out.trim_end().to_owned()
}

fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last_mut().expect("it began with one");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > columns {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
