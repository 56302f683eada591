//! The pages: routes, and what they have in common.

mod checks;
mod effect;
mod facts;
mod frame;
mod gaps;
mod trying;

use crate::door::{self, Door, Form};
use crate::gaps::Group;
use crate::workbench::{Current, Failure, Workbench};
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use factotum_core::knowledge::UnanswerableReason;
use factotum_curator::edit::{Asked, Beside, Edit, NewFact};
use maud::Markup;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Requests that are worked on at once; each may take all processors.
const AT_ONCE: usize = 4;
/// Longest text of a field that is read, in bytes: no text of a knowledge base may be half as long.
const MAX_FIELD: usize = 4_000;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/desk.js");
const ICON: &str = include_str!("assets/icon.svg");

/// What every page gets.
#[derive(Clone)]
struct Context {
    bench: Arc<Workbench>,
    door: Arc<Door>,
    places: Arc<Semaphore>,
}

/// A page that is being put together.
struct Page<'a> {
    bench: &'a Workbench,
    current: Arc<Current>,
    form: &'a Form,
    csrf: &'a str,
    /// What was just done, or why it was not.
    said: Option<Said>,
}

/// What a page says about the step before it.
enum Said {
    Done(String),
    Refused(Failure),
}

/// The routes of the desk, behind its door.
pub fn router(bench: Arc<Workbench>, door: Arc<Door>) -> Router {
    let context = Context { bench, door: door.clone(), places: Arc::new(Semaphore::new(AT_ONCE)) };
    let page = |work: fn(&mut Page<'_>) -> Response| -> MethodRouter { get(handler(context.clone(), work)) };
    let change = |work: fn(&mut Page<'_>) -> Response| -> MethodRouter { post(handler(context.clone(), work)) };
    let asset = |kind: &'static str, text: &'static str| get(move || async move { ([(header::CONTENT_TYPE, kind)], text) });
    Router::new()
        .route("/", get(|| async { Redirect::to("/gaps") }))
        .route("/gaps", page(gaps::show))
        .route("/try", page(trying::show))
        .route("/facts", page(facts::show))
        .route("/facts/new", page(facts::new))
        .route("/checks", page(checks::show))
        .route("/effect", change(effect::show))
        .route("/edit", change(edit))
        .route("/golden", change(golden))
        .route("/dismiss", change(dismiss))
        .route("/undo", change(undo))
        .route("/style.css", asset("text/css; charset=utf-8", STYLE))
        .route("/desk.js", asset("text/javascript; charset=utf-8", SCRIPT))
        .route("/icon.svg", asset("image/svg+xml", ICON))
        .fallback(|| async { (StatusCode::NOT_FOUND, "There is no such page.") })
        .layer(middleware::from_fn(move |request: Request, next: Next| door::guard(door.clone(), request, next)))
}

/// Whether a path is one that says nothing about anybody's knowledge.
pub(crate) fn is_asset(path: &str) -> bool {
    matches!(path, "/style.css" | "/icon.svg")
}

/// Works on a request on a thread of its own: answering and learning take all of a processor.
fn handler(
    context: Context,
    work: fn(&mut Page<'_>) -> Response,
) -> impl FnOnce(Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static {
    move |request: Request| {
        Box::pin(async move {
            // The semaphore is never closed.
            let _place = context.places.clone().acquire_owned().await.ok();
            let form = request.extensions().get::<Form>().cloned().unwrap_or_else(|| Form::of_query(request.uri().query()));
            let done = tokio::task::spawn_blocking(move || {
                let current = context.bench.current();
                let said = None;
                work(&mut Page { bench: &context.bench, current, form: &form, csrf: context.door.csrf(), said })
            });
            done.await.unwrap_or_else(|_| (StatusCode::INTERNAL_SERVER_ERROR, "Something broke. The log has more.").into_response())
        })
    }
}

impl Page<'_> {
    /// A text of the form, cut where it is too long.
    fn text(&self, field: &str) -> String {
        factotum_core::text::truncate(self.form.get(field), MAX_FIELD).to_owned()
    }

    fn html(&self, status: StatusCode, page: &Markup) -> Response {
        (status, Html(page.0.clone())).into_response()
    }

    /// The group that the form is about.
    fn gap(&self) -> Option<Group> {
        let id = self.form.get("gap");
        (!id.is_empty()).then(|| self.bench.gaps(&self.current).ok()?.into_iter().find(|gap| gap.id == id)).flatten()
    }

    /// The wordings that are chosen, and one in other words.
    fn lines(&self) -> Vec<String> {
        let lines = self.form.all("line").chain(self.form.all("lines").flat_map(str::lines));
        lines.map(|line| factotum_core::text::truncate(line.trim(), MAX_FIELD).to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// The change that the form describes.
    fn edit(&self) -> Result<Edit, Failure> {
        let lines = self.lines();
        let choice = self.form.get("choice");
        let (kind, id) = choice.split_once(':').unwrap_or((choice, ""));
        match kind {
            "question" => Ok(Edit::Paraphrases { of: Asked::Question(id.to_owned()), lines }),
            "unanswerable" => Ok(Edit::Paraphrases { of: Asked::Unanswerable(id.to_owned()), lines }),
            "decline" => {
                let beside = match self.form.get("beside").split_once(':') {
                    Some(("fact", id)) => Beside::Fact(id.to_owned()),
                    Some(("topic", id)) => Beside::Topic(id.to_owned()),
                    _ => return Err(Failure::Other("choose where the unanswerable question belongs".to_owned())),
                };
                let reason = UnanswerableReason::parse(self.form.get("reason")).unwrap_or(UnanswerableReason::NotOnRecord);
                Ok(Edit::Unanswerable { beside, missing: self.text("missing"), reason, lines })
            }
            "fact" => Ok(Edit::Fact(self.new_fact()?)),
            _ => Err(Failure::Other("choose what to do".to_owned())),
        }
    }

    /// The fact that the form describes.
    fn new_fact(&self) -> Result<NewFact, Failure> {
        let optional = |field: &str| Some(self.text(field)).filter(|text| !text.is_empty());
        let numbers = self.form.get("paragraphs").split([',', ' ', ';']).filter(|part| !part.is_empty());
        let paragraphs =
            numbers.map(|part| part.parse::<u32>().map_err(|_| Failure::Other(format!("“{part}” is not the number of a paragraph"))));
        Ok(NewFact {
            topic: self.text("topic"),
            statement: self.text("statement"),
            source: optional("source"),
            paragraphs: paragraphs.collect::<Result<_, _>>()?,
            speaker: optional("speaker"),
            lines: self.lines(),
            answer: self.text("answer"),
        })
    }

    /// Shows the page again from which a form was sent.
    fn back(&mut self, said: Result<String, Failure>) -> Response {
        self.current = self.bench.current();
        self.said = Some(match said {
            Ok(done) => Said::Done(done),
            Err(failure) => Said::Refused(failure),
        });
        match self.form.get("from") {
            "try" => trying::show(self),
            "facts" => facts::show(self),
            // A fact that was refused is not typed a second time.
            "new" if matches!(self.said, Some(Said::Refused(_))) => facts::new(self),
            "new" => facts::show(self),
            "checks" => checks::show(self),
            _ => gaps::show(self),
        }
    }

    /// The status of this page.
    fn status(&self) -> StatusCode {
        match &self.said {
            Some(Said::Refused(failure)) if failure.is_changed() => StatusCode::CONFLICT,
            Some(Said::Refused(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::OK,
        }
    }
}

fn edit(page: &mut Page<'_>) -> Response {
    let gap = page.gap();
    let done = page.edit().and_then(|edit| page.bench.commit(page.form.get("version"), &edit, gap.as_ref()));
    page.back(done)
}

fn golden(page: &mut Page<'_>) -> Response {
    use factotum_curator::golden::Said;
    let said = if page.form.get("verdict") == "right" { Said::Right } else { Said::NotOnRecord };
    let done = page.bench.save_golden(&page.text("q"), said);
    page.back(done)
}

fn dismiss(page: &mut Page<'_>) -> Response {
    let gap = page.gap().ok_or_else(|| Failure::Other("this group of questions is gone".to_owned()));
    let done = gap.and_then(|gap| page.bench.dismiss(&gap));
    page.back(done)
}

fn undo(page: &mut Page<'_>) -> Response {
    let done = page.bench.undo();
    page.back(done)
}
