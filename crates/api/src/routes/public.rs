//! Pages behind links in messages: no sign-in, a signed token instead.
//!
//! GET never changes anything here: security gateways and mail clients follow every link. A click answers with its
//! redirect even when it cannot be counted; the pixel is a picture whatever happens.

mod confirm;
mod page;
mod preferences;
mod subscribe;
mod words;

pub(super) use confirm::example as confirm_example;
pub(super) use page::escape;
pub(super) use preferences::{Told, Visit, page as preference_page};

use crate::auth::{client_ip, network};
use crate::problem::status_of;
use crate::{App, Path};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base::Problem;
use bytes::Bytes;
use deliver::Scope;
use http::{HeaderMap, HeaderName, StatusCode, header};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A transparent GIF of one pixel.
const PIXEL: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
/// The body of an unsubscribe request is one short field.
const FORM_BYTES_MAX: usize = 16 * 1024;
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// A message is somebody's HTML: no scripts, and no access to our origin.
pub(super) const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline' *; font-src *";

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(click))
        .routes(routes!(open))
        .routes(routes!(unsubscribe_page, unsubscribe))
        .routes(routes!(view))
        .merge(preferences::routes())
        .merge(confirm::routes())
        .merge(subscribe::routes())
}

/// A tracked link: leads where the message said.
#[utoipa::path(get, path = "/t/c/{token}", tag = "public", params(("token" = String, Path)), security(()),
    responses((status = 302), (status = 404, content_type = "text/html")))]
async fn click(State(app): State<Arc<App>>, Path(token): Path<String>, request: Request) -> Response {
    let texts = texts_for(request.headers());
    match app.deliver.click_target(&token) {
        Ok(token) => {
            let target = token.target.clone();
            count(&app, token, request).await;
            ([(header::LOCATION, target.as_str()), (header::CACHE_CONTROL, "no-store")], StatusCode::FOUND)
                .into_response_with_robots()
        }
        Err(error) => error_page(texts, error.into()),
    }
}

/// The open pixel.
#[utoipa::path(get, path = "/t/o/{token}", tag = "public", params(("token" = String, Path, description = "ends with .gif")),
    security(()), responses((status = 200, content_type = "image/gif")))]
async fn open(State(app): State<Arc<App>>, Path(token): Path<String>, request: Request) -> Response {
    if let Ok(token) = app.deliver.open_target(token.trim_end_matches(".gif")) {
        count(&app, token, request).await;
    }
    let headers = [(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store, max-age=0")];
    (headers, Bytes::from_static(PIXEL)).into_response()
}

async fn count(app: &App, token: deliver::links::LinkToken, request: Request) {
    let (parts, _) = request.into_parts();
    let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ip = client_ip(&parts).and_then(|ip| ip.parse().ok()).map(network).unwrap_or_default();
    let hit = app.deliver.hit_of(token, parts.method.as_str(), agent, &ip);
    app.deliver.hit(hit).await;
}

/// The unsubscribe page: a button. Looking at it changes nothing.
#[utoipa::path(get, path = "/t/u/{token}", tag = "public", params(("token" = String, Path)), security(()),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn unsubscribe_page(State(app): State<Arc<App>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let texts = texts_for(&headers);
    let found = match app.deliver.unsubscribe_page(&token).await {
        Ok(found) => found,
        Err(error) => return error_page(texts, error.into()),
    };
    let more = words::words(texts.language);
    let topic = topic_name(&app, found.workspace, found.topic.as_deref(), texts.language).await;
    let (question, buttons) = match &topic {
        None => (texts.question.to_owned(), button("unsubscribe", texts.button)),
        // What the message was about, or everything: who wants less is not made to take nothing.
        Some(topic) => {
            let only = more.only_topic.replace("{topic}", topic);
            let question = more.topic_question.replace("{company}", "{from}");
            (question, format!("{}{}", button("unsubscribe", &only), button("all", more.everything)))
        }
    };
    let question = question.replace("{from}", &escape(&found.from_name)).replace("{address}", &escape(&found.address));
    let link = app.deliver.links().preferences(found.workspace, found.message);
    let link = format!("<p><a href=\"{}\">{}</a></p>", escape(&link), more.to_preferences);
    page(StatusCode::OK, texts, &format!("<h1>{}</h1><p>{question}</p>{buttons}{link}", texts.title))
}

/// The topic of a message, escaped; None when it has none, or it is gone.
async fn topic_name(app: &App, workspace: base::WorkspaceId, topic: Option<&str>, language: &str) -> Option<String> {
    let key = consent::TopicKey::parse(topic?).ok()?;
    let topic = app.consent.topic(workspace, &key).await.ok()?;
    let (settings, _) = app.consent.settings(workspace).await.ok()?;
    Some(escape(topic.name(language, &settings.default_language)))
}

/// Unsubscribes from what the message was about: the one-click request of mail clients (RFC 8058) and the button of the
/// page. A message without a topic is about its whole channel; `action=all` leaves that in any case. `action=undo` and
/// `action=undo_all` take it back.
#[utoipa::path(post, path = "/t/u/{token}", tag = "public", params(("token" = String, Path)), security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html"), (status = 503, content_type = "text/html")))]
async fn unsubscribe(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let texts = texts_for(&headers);
    // A body that cannot be read is still a POST to this address: the wish is clear.
    let form = axum::body::to_bytes(body, FORM_BYTES_MAX).await.unwrap_or_default();
    let form = String::from_utf8_lossy(&form).into_owned();
    let has = |action: &str| form.split('&').any(|field| field.strip_prefix("action=") == Some(action));
    let undo = has("undo") || has("undo_all");
    let scope = if has("all") || has("undo_all") { Scope::Channel } else { Scope::Topic };
    let done = match undo {
        true => app.deliver.undo_unsubscribe(&token, scope).await,
        false => app.deliver.unsubscribe(&token, scope).await,
    };
    match done {
        Ok(()) if undo => page(StatusCode::OK, texts, &format!("<h1>{}</h1><p>{}</p>", texts.back_title, texts.back)),
        Ok(()) => unsubscribed(&app, &token, scope, texts).await,
        Err(error) => error_page(texts, error.into()),
    }
}

async fn unsubscribed(app: &App, token: &str, scope: Scope, texts: &Texts) -> Response {
    let more = words::words(texts.language);
    let (mut topic, mut link) = (None, String::new());
    if let Ok(found) = app.deliver.unsubscribe_page(token).await {
        if scope == Scope::Topic {
            topic = topic_name(app, found.workspace, found.topic.as_deref(), texts.language).await;
        }
        let url = app.deliver.links().preferences(found.workspace, found.message);
        link = format!("<p><a href=\"{}\">{}</a></p>", escape(&url), more.to_preferences);
    }
    let done = topic.map_or_else(|| texts.done.to_owned(), |topic| more.topic_left.replace("{topic}", &topic));
    let undo = button(if scope == Scope::Topic { "undo" } else { "undo_all" }, texts.undo);
    page(StatusCode::OK, texts, &format!("<h1>{}</h1><p>{done}</p>{undo}{link}", texts.done_title))
}

/// The message in the browser.
#[utoipa::path(get, path = "/t/v/{token}", tag = "public", params(("token" = String, Path)), security(()),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn view(State(app): State<Arc<App>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match app.deliver.view_in_browser(&token).await {
        Ok(html) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
                (header::CACHE_CONTROL, "no-store"),
                (header::REFERRER_POLICY, "no-referrer"),
            ];
            (headers, html).into_response_with_robots()
        }
        Err(error) => error_page(texts_for(&headers), error.into()),
    }
}

/// Personal pages are nothing for search engines.
trait WithRobots {
    fn into_response_with_robots(self) -> Response;
}

impl<H: axum::response::IntoResponseParts, R: IntoResponse> WithRobots for (H, R) {
    fn into_response_with_robots(self) -> Response {
        let (headers, body) = self;
        ([(HeaderName::from_static("x-robots-tag"), "noindex, nofollow")], headers, body).into_response()
    }
}

fn button(action: &str, label: &str) -> String {
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"{action}\"><button>{label}</button></form>"
    )
}

fn error_page(texts: &Texts, problem: Problem) -> Response {
    let status = status_of(problem.kind);
    let (title, text) =
        if status == StatusCode::NOT_FOUND { (texts.lost_title, texts.lost) } else { (texts.later_title, texts.later) };
    if status.is_server_error() {
        tracing::error!(code = problem.code, detail = %problem.detail, "a public page could not be answered");
    }
    page_titled(status, texts, title, &format!("<h1>{title}</h1><p>{text}</p>"))
}

fn page(status: StatusCode, texts: &Texts, body: &str) -> Response {
    page_titled(status, texts, texts.title, body)
}

fn page_titled(status: StatusCode, texts: &Texts, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>:root{{color-scheme:light dark}}a{{color:inherit}}body{{font:1.05rem/1.6 system-ui,sans-serif;max-width:34rem;\
         margin:15vh auto 0;padding:0 1.25rem}}h1{{font-size:1.5rem;line-height:1.3}}button{{font:inherit;padding:.6rem 1.4rem;\
         border:0;border-radius:.5rem;background:#0b5c66;color:#fff;cursor:pointer}}button:focus-visible{{outline:3px solid #e0a100}}\
         </style></head><body><main>{body}</main></body></html>",
        texts.language
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, (status, html)).into_response_with_robots()
}

/// The pages' words in one language.
struct Texts {
    language: &'static str,
    title: &'static str,
    question: &'static str,
    button: &'static str,
    done_title: &'static str,
    done: &'static str,
    undo: &'static str,
    back_title: &'static str,
    back: &'static str,
    lost_title: &'static str,
    lost: &'static str,
    later_title: &'static str,
    later: &'static str,
}

/// The first language of the reader that there is, else English.
fn texts_for(headers: &HeaderMap) -> &'static Texts {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let languages = accepted.split(',').map(|part| part.trim().get(..2).unwrap_or_default().to_ascii_lowercase());
    let known = |language: String| TEXTS.iter().find(|texts| texts.language == language);
    languages.into_iter().find_map(known).unwrap_or(&TEXTS[0])
}

static TEXTS: [Texts; 4] = [
    Texts {
        language: "en",
        title: "Unsubscribe",
        question: "Do you no longer want to receive e-mail from {from} at {address}?",
        button: "Unsubscribe",
        done_title: "You are unsubscribed",
        done: "You will get no more marketing e-mail from us. Was it a mistake?",
        undo: "Undo",
        back_title: "You are subscribed again",
        back: "Glad you are staying.",
        lost_title: "This link does not work",
        lost: "It was cut short, or what it led to is gone. Please use the link in the message itself.",
        later_title: "Please try again in a moment",
        later: "Something is not working here right now, and your wish was not saved.",
    },
    Texts {
        language: "nl",
        title: "Afmelden",
        question: "Wil je geen e-mail meer van {from} ontvangen op {address}?",
        button: "Afmelden",
        done_title: "Je bent afgemeld",
        done: "Je krijgt geen reclame per e-mail meer van ons. Was het een vergissing?",
        undo: "Ongedaan maken",
        back_title: "Je bent weer aangemeld",
        back: "Fijn dat je blijft.",
        lost_title: "Deze link werkt niet",
        lost: "De link is afgebroken, of wat erachter zat is weg. Gebruik de link in het bericht zelf.",
        later_title: "Probeer het zo nog eens",
        later: "Er werkt hier nu iets niet; je wens is niet opgeslagen.",
    },
    Texts {
        language: "sv",
        title: "Avsluta prenumeration",
        question: "Vill du inte längre få e-post från {from} till {address}?",
        button: "Avsluta prenumerationen",
        done_title: "Din prenumeration är avslutad",
        done: "Du får ingen mer reklam per e-post från oss. Var det ett misstag?",
        undo: "Ångra",
        back_title: "Du prenumererar igen",
        back: "Roligt att du stannar.",
        lost_title: "Länken fungerar inte",
        lost: "Den är avkortad, eller så finns det den ledde till inte kvar. Använd länken i själva meddelandet.",
        later_title: "Försök igen om en stund",
        later: "Något fungerar inte här just nu, och ditt val sparades inte.",
    },
    Texts {
        language: "fy",
        title: "Ofmelde",
        question: "Wolle jo gjin e-mail mear fan {from} ûntfange op {address}?",
        button: "Ofmelde",
        done_title: "Jo binne ôfmeld",
        done: "Jo krije gjin reklame mear fan ús oer e-mail. Wie it in fersin?",
        undo: "Ungedien meitsje",
        back_title: "Jo binne wer oanmeld",
        back: "Moai dat jo bliuwe.",
        lost_title: "Dizze keppeling wurket net",
        lost: "De keppeling is ôfbrutsen, of wat derefter siet is fuort. Brûk de keppeling yn it berjocht sels.",
        later_title: "Besykje it aansen nochris",
        later: "Der wurket hjir no wat net; jo winsk is net bewarre.",
    },
];
