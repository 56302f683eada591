//! Gaps: one group of questions at a time.

use super::Page;
use super::effect::{choices, decline};
use super::frame::{count, hidden, key, whole};
use super::trying::reading;
use crate::gaps::Group;
use crate::words;
use crate::workbench::is_dealt_with;
use axum::response::Response;
use maud::{Markup, html};

pub(super) fn show(page: &mut Page<'_>) -> Response {
    let content = match page.bench.gaps(&page.current) {
        Ok(gaps) if gaps.is_empty() => nothing(),
        Ok(gaps) => {
            let wanted = [page.form.get("gap"), page.form.get("at")].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
            // Where the group is gone, the one that took its place in the list.
            let place = page.form.get("place").parse::<usize>().unwrap_or(0);
            let at = gaps.iter().position(|gap| gap.id == wanted).unwrap_or(place.min(gaps.len() - 1));
            group(page, &gaps, at)
        }
        Err(error) => html! { h1 { "Gaps" } p.refused { "The gaps cannot be read: " (error) "." } },
    };
    page.html(page.status(), &whole(page, "Gaps", "/gaps", &content))
}

fn nothing() -> Markup {
    html! {
        h1 { "Gaps" }
        div.empty {
            p.large { "Nothing is waiting." }
            p { "What people ask in vain is listed here, once the bot keeps a journal of it (" code { "[journal]" } " in " code { "bot.toml" } "). Until then, " a href="/try" { "try" }
                " a few questions yourself." }
        }
    }
}

fn group(page: &Page<'_>, gaps: &[Group], at: usize) -> Markup {
    let gap = &gaps[at];
    let (wordings, first) = page.current.wordings(gap);
    let (first, reply) = &wordings[first];
    let open = !is_dealt_with(reply);
    let base = page.current.base();
    let nearby = words::nearby(base, reply);
    let link = |at: usize, text: &str, name: &str| html! { a href={ "/gaps?at=" (gaps[at].id) } data-key=(name) { (text) (key(name)) } };
    let times = match gap.times() {
        1 => "asked once".to_owned(),
        times => format!("asked {times} times"),
    };
    let people = if gap.people > 1 { format!(" by {} people", gap.people) } else { String::new() };
    let last = if gap.last_day.is_empty() {
        String::new()
    } else {
        format!(", last on {}", factotum_core::knowledge::date_in_words(&gap.last_day))
    };
    html! {
        div.where {
            p { "Gap " (at + 1) " of " (gaps.len()) }
            p.steps {
                @if at > 0 { (link(at - 1, "Previous", "k")) }
                @if at + 1 < gaps.len() { (link(at + 1, "Next", "j")) }
            }
        }
        h1.question { "“" (first.text) "”" }
        p.meta { (super::frame::capital(&times)) (people) (last) }
        (reading(base, reply))
        form #choices method="post" action="/edit" data-effects="" {
            (hidden(page, "gaps"))
            input type="hidden" name="gap" value=(gap.id);
            input type="hidden" name="place" value=(at);
            // Enter in a text field must not choose the first place below.
            button disabled hidden {}
            div.ways {
                fieldset.wordings {
                    legend { "Wordings to add" }
                    @for (wording, reply) in &wordings {
                        label.wording {
                            input type="checkbox" name="line" value=(wording.text) checked[wording.text == first.text && !wording.redacted] disabled[wording.redacted];
                            span.text { (wording.text) }
                            @if wording.redacted { span.times { "something was taken out" } }
                            @if open && is_dealt_with(reply) { span.times { "settled by now" } }
                            @if wording.times > 1 { span.times { (count(wording.times as usize, "time", "times")) } }
                            input type="hidden" name="wording" value=(wording.text);
                        }
                    }
                }
                label.other { "Or in other words" input type="text" name="line" maxlength="500" autocomplete="off"; }
            }
            h2 { "Where do they belong?" }
            (choices(&nearby))
            (decline(page, &nearby))
            div.actions {
                button formaction="/dismiss" data-key="d" { "Dismiss" (key("d")) }
                a.button href={ "/facts/new?gap=" (gap.id) } data-key="n" { "New fact" (key("n")) }
            }
        }
    }
}
