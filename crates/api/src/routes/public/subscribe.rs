//! The door of sign-up forms on other sites: an e-mail address and topics, with a write key. The answer is the same for
//! everybody, so that nobody learns here who is a customer; who owns the mailbox decides by the mail's link.

use super::page::Dress;
use super::preferences::accepted;
use super::words::words;
use crate::auth::network;
use crate::problem::ApiResult;
use crate::{ApiError, App};
use axum::Extension;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind, WorkspaceId};
use bytes::Bytes;
use consent::{Basis, ContactChannel, Proof, Subject, Topic, TopicKey, subscription_requested};
use events::Channel;
use http::{HeaderMap, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const BODY_BYTES_MAX: usize = 16 * 1024;
const TOPICS_MAX: usize = 50;
const TEXT_CHARS_MAX: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    let cors =
        CorsLayer::new().allow_origin(Any).allow_methods([Method::POST]).allow_headers(AllowHeaders::mirror_request());
    OpenApiRouter::new().routes(routes!(subscribe)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).layer(cors)
}

/// A sign-up.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignUp {
    /// A source's write key, unless it is the user name of Basic authentication.
    #[serde(rename = "writeKey", default)]
    write_key: String,
    email: String,
    /// Keys of topics; none: e-mail in general.
    #[serde(default)]
    topics: Vec<String>,
    /// en, nl, sv or fy: of the mail that asks for confirmation.
    #[serde(default)]
    language: String,
    /// The sentence beside the button; kept as proof.
    #[serde(default)]
    text: String,
    #[serde(default)]
    text_version: String,
    /// A field people do not see; whoever fills it is a program.
    #[serde(default)]
    website: String,
}

#[derive(Serialize, ToSchema)]
struct SignedUp {
    success: bool,
}

fn invalid(pointer: &str, code: &'static str, detail: &'static str) -> ApiError {
    Problem::invalid(code, detail).at(pointer, code, detail).into()
}

/// Asks for a subscription by e-mail: the address gets one mail with a link to confirm. JSON, or a form of a web page
/// (`topics` may be repeated), which is answered with a page.
#[utoipa::path(post, path = "/v1/subscribe", tag = "collect", security(()),
    request_body(content((SignUp = "application/json"), (SignUp = "application/x-www-form-urlencoded"))),
    responses((status = 202, body = SignedUp), (status = 400), (status = 401), (status = 413), (status = 422), (status = 429), (status = 503)))]
async fn subscribe(
    State(app): State<Arc<App>>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let ip = from.map(|Extension(ConnectInfo(from))| from.ip().to_string());
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = media.starts_with("application/x-www-form-urlencoded");
    let done = match read(is_form, body) {
        Ok(sign_up) => take(&app, sign_up, &headers, ip).await,
        Err(error) => Err(error),
    };
    match done {
        Err(error) if !is_form => error.into_response(),
        Ok(_) if !is_form => (StatusCode::ACCEPTED, crate::Json(SignedUp { success: true })).into_response(),
        done => page(&headers, done),
    }
}

fn read(is_form: bool, body: Result<Bytes, BytesRejection>) -> ApiResult<SignUp> {
    let body = body.map_err(|rejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        let (kind, code) = if too_large {
            (ProblemKind::TooLarge, "body_too_large")
        } else {
            (ProblemKind::Malformed, "unreadable_body")
        };
        Problem::new(kind, code, rejection.body_text())
    })?;
    if is_form {
        return Ok(of_form(&body));
    }
    let read: Result<SignUp, _> = serde_json::from_slice(&body);
    Ok(read.map_err(|error| Problem::new(ProblemKind::Malformed, "malformed_json", error.to_string()))?)
}

/// Fields a form has besides are left out: pages of others have their own.
fn of_form(body: &[u8]) -> SignUp {
    let mut found = SignUp::default();
    for pair in String::from_utf8_lossy(body).split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = value.replace('+', " ");
        let value = percent_encoding::percent_decode_str(&value).decode_utf8_lossy().into_owned();
        match name {
            "writeKey" => found.write_key = value,
            "email" => found.email = value,
            "topics" | "topics%5B%5D" | "topics[]" => found.topics.push(value),
            "language" => found.language = value,
            "text" => found.text = value,
            "text_version" => found.text_version = value,
            "website" => found.website = value,
            _ => {}
        }
    }
    found
}

async fn take(app: &App, sign_up: SignUp, headers: &HeaderMap, ip: Option<String>) -> ApiResult<&'static str> {
    if !app.consent.allows_form(ip.as_deref().unwrap_or_default()).await? {
        let detail = "too many sign-ups from this address; try again in ten minutes";
        return Err(Problem::new(ProblemKind::Busy, "too_many_sign_ups", detail).into());
    }
    let key = crate::routes::collect::basic_write_key(headers)?.unwrap_or_else(|| sign_up.write_key.clone());
    if key.is_empty() {
        let detail = "the form does not say which source it belongs to: send `writeKey`";
        return Err(Problem::new(ProblemKind::Unauthenticated, "missing_write_key", detail).into());
    }
    let (workspace, source) = app.collect.owner_of_key(&key).await?;
    let topics = wanted_topics(app, workspace, &sign_up.topics).await?;
    if !deliver::sender::is_address(sign_up.email.trim()) || sign_up.email.contains('\0') {
        return Err(invalid("/email", "bad_address", "this is not an e-mail address"));
    }
    let address = consent::normalise_address(ContactChannel::Email, &sign_up.email)?;
    if sign_up.text.chars().count() > TEXT_CHARS_MAX || sign_up.text.contains('\0') {
        return Err(invalid("/text", "invalid_content", "the sentence has more than 2,000 characters"));
    }
    let language = consent::language_of(&sign_up.language).or(accepted(headers)).unwrap_or("en");
    // A program is told what everybody is told, and nothing is done.
    if sign_up.website.is_empty() {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let proof = Proof {
            source: source.to_string(),
            method: Some("form".into()),
            text: filled(&sign_up.text),
            text_version: filled(&sign_up.text_version),
            basis: Some(Basis::Consent),
            ip: ip.and_then(|ip| ip.parse().ok()).map(network),
            ..Proof::default()
        };
        store(app, workspace, &topics, &address, language, &proof).await?;
    }
    Ok(language)
}

async fn wanted_topics(app: &App, workspace: WorkspaceId, keys: &[String]) -> ApiResult<Vec<Topic>> {
    let unknown = || invalid("/topics", "unknown_topic", "one of the topics is not one people can subscribe to");
    if keys.len() > TOPICS_MAX {
        return Err(unknown());
    }
    let known = app.consent.topics(workspace).await?;
    let mut topics: Vec<Topic> = Vec::with_capacity(keys.len());
    for key in keys {
        let key = TopicKey::parse(key).map_err(|_| unknown())?;
        let topic = known.iter().find(|topic| topic.key == key && !topic.draft.archived).ok_or_else(unknown)?;
        if !topic.draft.channels.contains(&ContactChannel::Email) {
            return Err(unknown());
        }
        topics.push(topic.clone());
    }
    Ok(topics)
}

/// Two events in one durable write: whose address it is, and what they ask for. Nothing else of a known customer can be
/// changed from outside.
async fn store(
    app: &App,
    workspace: WorkspaceId,
    topics: &[Topic],
    address: &str,
    language: &str,
    proof: &Proof,
) -> ApiResult<()> {
    let mut subjects = vec![Subject::Channel(ContactChannel::Email)];
    subjects.extend(topics.iter().map(|topic| Subject::TopicOn(topic.key.clone(), ContactChannel::Email)));
    let confirm = topics.is_empty() || topics.iter().any(|topic| topic.draft.double_opt_in);
    let requested = subscription_requested(&subjects, address, language, confirm, proof);
    let now = app.clock.now();
    let context = serde_json::json!({"externalIds": [{"type": "email", "id": address}]});
    let items = [
        serde_json::json!({"type": "identify", "timestamp": now, "traits": {"email": address}, "context": context}),
        serde_json::json!({"type": "track", "event": consent::SUBSCRIPTION_REQUESTED, "timestamp": now,
            "properties": requested, "context": context}),
    ];
    app.collect.submit(workspace, Channel::Web, &items).await?;
    Ok(())
}

fn page(headers: &HeaderMap, done: ApiResult<&'static str>) -> Response {
    let settings = consent::ConsentSettings::default();
    let language = done.as_ref().ok().copied().or(accepted(headers)).unwrap_or("en");
    let words = words(language);
    let dress = Dress { settings: &settings, company: "", words };
    match done {
        Ok(_) => dress.told(StatusCode::ACCEPTED, words.signed_up_title, words.signed_up_text, ""),
        Err(error) => {
            let status = crate::problem::status_of(error.0.kind);
            dress.told(status, words.refused_title, words.refused_text, "")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_a_page_is_read_and_its_own_fields_are_left_out() {
        let body = b"email=anna%40x.nl&topics=news&topics=offers&first_name=Anna&text=Ja%2C+graag&website=";
        let found = of_form(body);
        assert_eq!((found.email.as_str(), found.text.as_str()), ("anna@x.nl", "Ja, graag"));
        assert_eq!(found.topics, ["news", "offers"]);
        assert!(found.website.is_empty() && found.write_key.is_empty());
    }
}
