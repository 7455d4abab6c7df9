//! The sandbox inbox: what customers would have received.

use super::public::MAIL_POLICY;
use crate::problem::ApiResult;
use crate::{ApiError, App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{InboxMailId, Problem, Timestamp};
use deliver::{SandboxMail, SandboxMailBody};
use http::header;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(raw)).routes(routes!(html))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Part of the recipient, the sender or the subject.
    q: Option<String>,
    campaign: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct MailView {
    id: String,
    message_id: String,
    campaign_id: String,
    from: String,
    to: String,
    subject: String,
    #[schema(value_type = String)]
    received_at: Timestamp,
    raw_size: u64,
}

#[derive(Serialize, ToSchema)]
struct HeaderView {
    name: String,
    value: String,
}

#[derive(Serialize, ToSchema)]
struct LinkView {
    text: String,
    url: String,
}

#[derive(Serialize, ToSchema)]
struct OpenMailView {
    #[serde(flatten)]
    mail: MailView,
    headers: Vec<HeaderView>,
    html: Option<String>,
    text: Option<String>,
    links: Vec<LinkView>,
}

fn view(mail: SandboxMail) -> MailView {
    MailView {
        id: mail.id.to_string(),
        message_id: mail.message.to_string(),
        campaign_id: mail.campaign,
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        received_at: mail.received_at,
        raw_size: mail.raw_size,
    }
}

/// Kept mails, newest first.
#[utoipa::path(get, path = "/api/v1/sandbox/messages", tag = "sandbox", security(("api_key" = ["sandbox.read"])), params(ListQuery, PageQuery),
    responses((status = 200, body = Listed<MailView>), (status = 401), (status = 403)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ListQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<MailView>>> {
    let workspace = auth.workspace();
    let found = app.deliver.sandbox().list(workspace, query.q.as_deref(), query.campaign.as_deref(), &page).await?;
    Ok(Json(found.map(view).into()))
}

async fn find(app: &App, auth: &Auth, id: InboxMailId) -> Result<SandboxMailBody, ApiError> {
    let workspace = auth.workspace();
    let found = app.deliver.sandbox().get(workspace, id).await?;
    found.ok_or_else(|| ApiError(Problem::not_found("sandbox mail", id)))
}

/// One mail, opened.
#[utoipa::path(get, path = "/api/v1/sandbox/messages/{id}", tag = "sandbox", security(("api_key" = ["sandbox.read"])), params(("id" = String, Path)),
    responses((status = 200, body = OpenMailView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<InboxMailId>) -> ApiResult<Json<OpenMailView>> {
    let body = find(&app, &auth, id).await?;
    Ok(Json(OpenMailView {
        mail: view(body.mail),
        headers: body.headers.into_iter().map(|(name, value)| HeaderView { name, value }).collect(),
        html: body.html,
        text: body.text,
        links: body.links.into_iter().map(|(text, url)| LinkView { text, url }).collect(),
    }))
}

/// The mail as a relay would have got it.
#[utoipa::path(get, path = "/api/v1/sandbox/messages/{id}/raw", tag = "sandbox", security(("api_key" = ["sandbox.read"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "message/rfc822"), (status = 401), (status = 403), (status = 404)))]
async fn raw(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<InboxMailId>) -> ApiResult<Response> {
    let body = find(&app, &auth, id).await?;
    let name = format!("attachment; filename=\"{id}.eml\"");
    let headers = [(header::CONTENT_TYPE, "message/rfc822"), (header::CONTENT_DISPOSITION, name.as_str())];
    Ok((headers, body.raw).into_response())
}

/// The HTML part alone, for a sandboxed frame: no scripts run, whatever is in it.
#[utoipa::path(get, path = "/api/v1/sandbox/messages/{id}/html", tag = "sandbox", security(("api_key" = ["sandbox.read"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "text/html"), (status = 401), (status = 403), (status = 404)))]
async fn html(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<InboxMailId>) -> ApiResult<Response> {
    let body = find(&app, &auth, id).await?;
    let html = body.html.ok_or_else(|| ApiError(Problem::not_found("HTML part in mail", id)))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}
