//! The page behind the link of a mail that asks: a subscription, a copy of somebody's own data, their erasure. Only who
//! reads the mailbox has the link. GET shows a button; POST is the answer.

use super::page::{Dress, button, escape};
use super::preferences::{FORM_BYTES_MAX, LanguageQuery, masked};
use super::words::words;
use crate::auth::network;
use crate::routes::profile::{caught_up, own_copy};
use crate::{App, Path, Query};
use access::{Actor, AuditRecord};
use axum::Extension;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, State};
use axum::response::Response;
use base::{Problem, WorkspaceId};
use consent::{Answered, ConsentSettings, Request, RequestId, RequestKind};
use http::{HeaderMap, StatusCode};
use std::net::SocketAddr;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(look, decide)).layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}

struct Asked {
    workspace: WorkspaceId,
    request: Request,
    settings: ConsentSettings,
    company: String,
    language: &'static str,
}

impl Asked {
    async fn read(app: &App, token: &str, wanted: Option<&str>) -> Result<Self, Problem> {
        let (workspace, id) = app.deliver.links().read_request(token)?;
        let request = app.consent.request(workspace, RequestId(id)).await?;
        // Answered long ago, or about somebody who was erased.
        let request = request.ok_or_else(|| Problem::not_found("question", ""))?;
        let (settings, _) = app.consent.settings(workspace).await?;
        let company = match settings.company.as_str() {
            "" => app.deliver.senders().get(workspace).await?.from_name.clone(),
            company => company.to_owned(),
        };
        let language = wanted.and_then(consent::language_of).or(consent::language_of(&request.language));
        Ok(Self { workspace, request, settings, company, language: language.unwrap_or("en") })
    }

    fn dress(&self) -> Dress<'_> {
        Dress { settings: &self.settings, company: &self.company, words: words(self.language) }
    }

    fn told(&self, title: &str, text: &str, rest: &str) -> Response {
        let text = text.replace("{address}", &escape(&self.request.address));
        self.dress().told(StatusCode::OK, title, &text, rest)
    }

    fn expired(&self) -> Response {
        let words = words(self.language);
        self.told(words.expired_title, words.expired_text, &button(&[("action", "again")], "", words.again))
    }

    fn already(&self) -> Response {
        let words = words(self.language);
        self.told(words.already_title, words.already_text, "")
    }
}

/// What is asked, and a button. Looking at it answers nothing.
#[utoipa::path(get, path = "/p/confirm/{token}", tag = "public", params(("token" = String, Path), LanguageQuery), security(()),
    responses((status = 200, content_type = "text/html"), (status = 404, content_type = "text/html")))]
async fn look(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let asked = match Asked::read(&app, &token, query.lang.as_deref()).await {
        Ok(asked) => asked,
        Err(problem) => return super::error_page(super::texts_for(&headers), problem),
    };
    if asked.request.done_at.is_some() {
        return asked.already();
    }
    if asked.request.expires_at <= app.clock.now() {
        return asked.expired();
    }
    question(&asked)
}

fn question(asked: &Asked) -> Response {
    let words = words(asked.language);
    match asked.request.kind {
        RequestKind::Subscribe => {
            asked.told(words.confirm_title, words.confirm_text, &button(&[("action", "yes")], "", words.confirm_button))
        }
        RequestKind::Data => {
            let page = button(&[("action", "page")], "", words.data_page);
            let json = button(&[("action", "json")], "plain", words.data_json);
            asked.told(words.data_title, words.data_text, &format!("{page}{json}"))
        }
        RequestKind::Erase => {
            asked.told(words.erase_title, words.erase_text, &button(&[("action", "erase")], "risk", words.erase_button))
        }
    }
}

/// The answer: `yes` subscribes, once; `page` and `json` hand over the person's data; `erase` erases them; `again` sends
/// a new mail for a link that has expired.
#[utoipa::path(post, path = "/p/confirm/{token}", tag = "public", params(("token" = String, Path)), security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, content((String = "text/html"), (Object = "application/json"))), (status = 404, content_type = "text/html"), (status = 503, content_type = "text/html")))]
async fn decide(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let action = form.iter().find(|(key, _)| key == "action").map_or("", |(_, value)| value.as_str());
    let ip = from.map(|Extension(ConnectInfo(from))| network(from.ip()));
    let done = match Asked::read(&app, &token, None).await {
        Ok(asked) => carry_out(&app, &asked, action, ip).await,
        Err(problem) => Err(problem),
    };
    done.unwrap_or_else(|problem| super::error_page(super::texts_for(&headers), problem))
}

async fn carry_out(app: &App, asked: &Asked, action: &str, ip: Option<String>) -> Result<Response, Problem> {
    let words = words(asked.language);
    let has_expired = asked.request.expires_at <= app.clock.now();
    if asked.request.done_at.is_some() {
        return Ok(asked.already());
    }
    if has_expired && action != "again" {
        return Ok(asked.expired());
    }
    match (asked.request.kind, action) {
        (_, "again") if has_expired => {
            app.consent.ask_again(asked.workspace, &asked.request).await?;
            Ok(asked.told(words.signed_up_title, words.again_done, ""))
        }
        (RequestKind::Subscribe, "yes") => confirm(app, asked, ip).await,
        (RequestKind::Data, "page" | "json") => hand_over(app, asked, action == "page", ip).await,
        (RequestKind::Erase, "erase") => erase(app, asked, ip).await,
        _ => Ok(question(asked)),
    }
}

async fn confirm(app: &App, asked: &Asked, ip: Option<String>) -> Result<Response, Problem> {
    let words = words(asked.language);
    match app.consent.confirm(asked.workspace, &asked.request, ip).await? {
        Answered::Now => {
            caught_up(app).await;
            let until = app.clock.now().plus_ms(consent::OWN_MS);
            let link = app.deliver.links().person(asked.workspace, asked.request.profile, until);
            let more = format!("<p><a href=\"{}\">{}</a></p>", escape(&link), words.to_preferences);
            Ok(asked.told(words.confirmed_title, words.confirmed_text, &more))
        }
        Answered::Already => Ok(asked.already()),
        Answered::Expired => Ok(asked.expired()),
    }
}

async fn hand_over(app: &App, asked: &Asked, as_page: bool, ip: Option<String>) -> Result<Response, Problem> {
    let (workspace, profile) = (asked.workspace, asked.request.profile);
    let answer = own_copy(app, workspace, profile, as_page, asked.language).await.map_err(|error| error.0)?;
    let summary = "the customer took a copy of their own data, by a link in a mail".to_owned();
    audit(app, asked, "profile.export", summary, ip).await?;
    Ok(answer)
}

async fn erase(app: &App, asked: &Asked, ip: Option<String>) -> Result<Response, Problem> {
    let words = words(asked.language);
    if app.consent.confirm(asked.workspace, &asked.request, None).await? != Answered::Now {
        return Ok(asked.already());
    }
    match app.profile.erase(asked.workspace, asked.request.profile).await {
        // Somebody asked for it before: it happens.
        Ok(_) | Err(profile::ProfileError::ErasureUnderWay { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let summary = "the customer asked to be erased, by a link in a mail".to_owned();
    audit(app, asked, "profile.erase", summary, ip).await?;
    Ok(asked.told(words.erased_title, words.erased_text, ""))
}

async fn audit(
    app: &App,
    asked: &Asked,
    action: &'static str,
    summary: String,
    ip: Option<String>,
) -> Result<(), Problem> {
    let object = asked.request.profile.to_string();
    let record = AuditRecord { action, object, summary, ip, ..AuditRecord::default() };
    Ok(app.access.audit(asked.workspace, &Actor::Console, record).await?)
}

/// The page as a preview shows it.
pub(in crate::routes) fn example(settings: &ConsentSettings, company: &str, language: &str) -> String {
    let words = words(language);
    let dress = Dress { settings, company, words };
    let text = dress.fill(words.confirm_text).replace("{address}", &escape(&masked("anna@example.com")));
    let ask = button(&[("action", "yes")], "", words.confirm_button);
    dress.document(
        words.confirm_title,
        &format!("<section><h1>{}</h1><p>{text}</p>{ask}</section>", words.confirm_title),
    )
}
