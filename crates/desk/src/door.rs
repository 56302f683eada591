//! Who may use the desk: the browser that was given the address, and no page but the desk's own.
//!
//! ```text
//! request -> Host of this address? -> from the desk's own page? -> cookie? -> (for a change: Origin and CSRF token) -> the page
//! ```

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use ring::rand::{SecureRandom, SystemRandom};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a token: nobody guesses 256 bits.
const TOKEN: usize = 32;
/// The largest body of a request, in bytes: fifty wordings of the greatest length.
const MAX_BODY: usize = 128 << 10;
/// Where the one-time token is handed in.
const ENTER: &str = "/enter";

/// Headers of every page: nothing from elsewhere, in no frame, in no cache.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: browsers would then send no origin with a form.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The tokens of one run of the desk, and where it listens.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    /// Until it is handed in.
    once: Mutex<Option<String>>,
    session: String,
    csrf: String,
}

/// The fields of a form that was sent by the desk's own page.
#[derive(Debug, Clone)]
pub struct Form(Arc<[(String, String)]>);

impl Door {
    /// Makes new tokens for a desk at this address.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn new(address: SocketAddr) -> Result<Door, NoRandomness> {
        Ok(Door { address, once: Mutex::new(Some(token()?)), session: token()?, csrf: token()? })
    }

    /// The address to open, with the token that works once.
    pub fn invitation(&self) -> String {
        let once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        format!("http://{}{ENTER}?token={}", self.address, once.as_deref().unwrap_or_default())
    }

    /// The token that every form sends along.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// The cookie's name; desks at other ports have others.
    fn cookie(&self) -> String {
        format!("factotum_desk_{}", self.address.port())
    }

    /// Whether a request is for this address by one of its own names. A name that somebody has pointed at this machine is none.
    fn is_host(&self, host: &str) -> bool {
        let port = self.address.port();
        host == self.address.to_string() || host == format!("localhost:{port}")
    }

    fn is_inside(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
        cookies.filter_map(|pair| pair.trim().split_once('=')).any(|(key, value)| key == name && same(value, &self.session))
    }

    /// Takes the one-time token; the browser then has the cookie.
    fn enter(&self, query: &str) -> Response {
        let given = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "token").map(|(_, value)| value.into_owned());
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        let valid = once.as_deref().zip(given.as_deref()).is_some_and(|(once, given)| same(once, given));
        if !valid {
            let advice = if once.is_none() {
                "This address works once, and it was used. Stop the desk and start it again for another one."
            } else {
                "This is not the address that the desk printed. Copy all of it."
            };
            return refuse(StatusCode::FORBIDDEN, advice);
        }
        *once = None;
        let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie(), self.session);
        // No redirect: a browser that comes from another program's page would not send the cookie along.
        let page = bare(
            "The desk",
            &html! {
                meta http-equiv="refresh" content="0;url=/";
                p { a href="/" { "Open the desk" } }
            },
        );
        ([(header::SET_COOKIE, cookie)], Html(page.into_string())).into_response()
    }
}

/// The system has no random numbers.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the system has no random numbers for a token")]
pub struct NoRandomness;

fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; TOKEN];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    }))
}

/// Compares secrets in a time that does not show where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

impl Form {
    fn read(body: &[u8]) -> Form {
        Form(form_urlencoded::parse(body).map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
    }

    /// The fields of an address.
    pub(crate) fn of_query(query: Option<&str>) -> Form {
        Form::read(query.unwrap_or_default().as_bytes())
    }

    /// The first value of a field; empty where there is none.
    pub(crate) fn get(&self, field: &str) -> &str {
        self.0.iter().find(|(key, _)| key == field).map_or("", |(_, value)| value.trim())
    }

    /// All values of a field that are not empty.
    pub(crate) fn all(&self, field: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == field).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Lets through what may pass, and sends the headers with every page.
pub(crate) async fn guard(door: Arc<Door>, request: Request, next: Next) -> Response {
    let mut response = match admit(&door, &request) {
        Err(response) => *response,
        Ok(()) if request.method() == Method::POST => match read(&door, request).await {
            Ok(request) => next.run(request).await,
            Err(response) => *response,
        },
        Ok(()) => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Looks at all but the body. What is not let through has its response.
fn admit(door: &Door, request: &Request) -> Result<(), Box<Response>> {
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = header(&header::HOST).unwrap_or_default();
    if !door.is_host(host) {
        return Err(Box::new(refuse(
            StatusCode::FORBIDDEN,
            "The desk can be reached by the address that it printed, and by no other name.",
        )));
    }
    let path = request.uri().path();
    let get = request.method() == Method::GET;
    if get && path == ENTER {
        return Err(Box::new(door.enter(request.uri().query().unwrap_or_default())));
    }
    // What a browser says about the page that sent the request. Others may leave it out, but they have no cookie either.
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return Err(Box::new(refuse(StatusCode::FORBIDDEN, "Another page sent this request. Open the desk in a tab of its own.")));
    }
    // These say nothing about anybody's knowledge, and pages for those outside use them.
    if get && crate::page::is_asset(path) {
        return Ok(());
    }
    if !door.is_inside(request.headers()) {
        return Err(Box::new(refuse(StatusCode::UNAUTHORIZED, "Open the address that the desk printed when it started; it works once.")));
    }
    if get {
        return Ok(());
    }
    if request.method() != Method::POST {
        return Err(Box::new(refuse(StatusCode::METHOD_NOT_ALLOWED, "The desk does not understand this request.")));
    }
    if header(&header::ORIGIN) != Some(format!("http://{host}").as_str()) {
        return Err(Box::new(refuse(StatusCode::FORBIDDEN, "Another page sent this form. Nothing was changed.")));
    }
    Ok(())
}

/// Reads the form of a change, which must have been sent by a page of this run of the desk.
async fn read(door: &Door, request: Request) -> Result<Request, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    let body = body.map_err(|_| Box::new(refuse(StatusCode::PAYLOAD_TOO_LARGE, "That is more than the desk reads at once.")))?;
    let form = Form::read(&body);
    if !same(form.get("csrf"), &door.csrf) {
        return Err(Box::new(refuse(
            StatusCode::FORBIDDEN,
            "This page belongs to a desk that was started earlier. Reload it and try again.",
        )));
    }
    parts.extensions.insert(form);
    Ok(Request::from_parts(parts, Body::empty()))
}

/// A page for those who may not come in.
fn refuse(status: StatusCode, why: &str) -> Response {
    (status, Html(bare("Not here", &html! { p { (why) } }).into_string())).into_response()
}

/// A page with no navigation.
fn bare(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Factotum" }
                link rel="icon" href="/icon.svg";
                link rel="stylesheet" href="/style.css";
            }
            body.bare { main { h1 { (title) } (content) } }
        }
    }
}
