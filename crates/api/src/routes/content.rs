//! Messages: preview, starters, saved templates.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use access::Permission;
use axum::extract::State;
use base::{Problem, ProblemKind, ProfileId, TemplateId, Timestamp};
use content::{EmailMessage, MessageCheck, PartError, PreviewFor, SavedTemplate, Severity, TemplateDraft};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(starters))
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// An e-mail as its author writes it: Liquid in all parts. Empty sender fields mean the workspace's own.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailMessageBody {
    pub subject: String,
    /// What inboxes show after the subject.
    pub preheader: String,
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    pub kind: EmailKind,
    pub body: String,
    /// The plain-text part; made from the body when there is none.
    pub text: Option<String>,
    pub utm: UtmBody,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmailKind {
    Mjml,
    Html,
    Plain,
}

/// Campaign parameters that are put on every link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UtmBody {
    pub enabled: bool,
    pub source: String,
    pub medium: String,
    /// Empty: the campaign's name.
    pub campaign: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewRequest {
    #[schema(value_type = EmailMessageBody)]
    message: Value,
    /// Whose data to use; an example's when neither this nor `data` is given.
    profile_id: Option<String>,
    /// The customer's data, or all data when it has `customer`.
    #[schema(value_type = Option<Object>)]
    data: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct MessageWarning {
    code: String,
    detail: String,
    /// blocking, advice
    severity: &'static str,
}

#[derive(Serialize, ToSchema)]
struct MessageError {
    /// subject, preheader, body, text
    part: String,
    line: u32,
    column: u32,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct MessagePreview {
    subject: String,
    preheader: String,
    html: String,
    text: String,
    from: String,
    warnings: Vec<MessageWarning>,
    errors: Vec<MessageError>,
    size_bytes: usize,
}

fn warning(check: MessageCheck) -> MessageWarning {
    let severity = match check.severity {
        Severity::Blocking => "blocking",
        Severity::Advice => "advice",
    };
    MessageWarning { code: check.code, detail: check.detail, severity }
}

fn message_error(error: PartError) -> MessageError {
    MessageError { part: error.part.to_string(), line: error.line, column: error.column, detail: error.detail }
}

/// Renders a message that need not be saved, and says what is wrong with it.
#[utoipa::path(post, path = "/api/v1/messages/preview", tag = "content", security(("api_key" = ["content.read"])), request_body = PreviewRequest,
    responses((status = 200, body = MessagePreview), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<PreviewRequest>,
) -> ApiResult<Json<MessagePreview>> {
    let workspace = auth.workspace();
    if body.profile_id.is_some() {
        auth.require(Permission::ProfileRead)?;
    }
    known_fields(&body.message)?;
    let message = EmailMessage::read(&body.message)?;
    let of = match (body.profile_id, body.data.filter(|data| !data.is_null())) {
        (Some(id), _) => PreviewFor::Profile(profile_of(&id)?),
        (None, Some(data)) => PreviewFor::Data(data),
        (None, None) => PreviewFor::Example,
    };
    let preview = app.content.preview(workspace, &message, of).await?;
    Ok(Json(MessagePreview {
        subject: preview.subject,
        preheader: preview.preheader,
        html: preview.html,
        text: preview.text,
        from: preview.from,
        warnings: preview.warnings.into_iter().map(warning).collect(),
        errors: preview.errors.into_iter().map(message_error).collect(),
        size_bytes: preview.size_bytes,
    }))
}

pub fn profile_of(id: &str) -> ApiResult<ProfileId> {
    let bad = |error: base::IdError| {
        Problem::invalid("bad_profile_id", error.to_string()).at("/profile_id", "invalid", error.to_string())
    };
    Ok(id.parse::<ProfileId>().map_err(bad)?)
}

#[derive(Serialize, ToSchema)]
struct StarterView {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    #[schema(value_type = EmailMessageBody)]
    message: EmailMessage,
}

/// Ready designs to begin with.
#[utoipa::path(get, path = "/api/v1/messages/starters", tag = "content", security(("api_key" = ["content.read"])), params(PageQuery),
    responses((status = 200, body = Listed<StarterView>), (status = 401), (status = 403)))]
async fn starters(Paged(page): Paged) -> ApiResult<Json<Listed<StarterView>>> {
    let view = |starter: content::Starter| StarterView {
        id: starter.id,
        name: starter.name,
        description: starter.description,
        message: starter.message,
    };
    Ok(Json(Listed::cut(content::starters(), &page, |starter| starter.id.to_owned(), view)?))
}

#[derive(Serialize, ToSchema)]
struct TemplateView {
    id: String,
    name: String,
    #[schema(value_type = EmailMessageBody)]
    message: EmailMessage,
    version: i64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

fn template_view(saved: SavedTemplate) -> TemplateView {
    let SavedTemplate { id, name, message, version, created_at, updated_at } = saved;
    TemplateView { id: id.to_string(), name, message, version, created_at, updated_at }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemplateRequest {
    name: String,
    #[schema(value_type = EmailMessageBody)]
    message: Value,
}

impl TemplateRequest {
    fn draft(self) -> ApiResult<TemplateDraft> {
        known_fields(&self.message)?;
        Ok(TemplateDraft { name: self.name, message: EmailMessage::read(&self.message)? })
    }
}

/// Refuses a field no message has. Only here, where somebody writes it: a stored one is read as it is.
pub fn known_fields(message: &Value) -> ApiResult<()> {
    let known = serde_json::to_value(EmailMessage::default()).unwrap_or_default();
    let unknown = |own: &Value, known: &Value| {
        let fields = own.as_object().into_iter().flatten();
        fields.map(|(name, _)| name).find(|name| known.get(name.as_str()).is_none()).cloned()
    };
    let found = unknown(message, &known)
        .map(|name| format!("/message/{name}"))
        .or_else(|| unknown(&message["utm"], &known["utm"]).map(|name| format!("/message/utm/{name}")));
    match found {
        None => Ok(()),
        Some(pointer) => {
            let detail = "a message has no such field";
            Err(Problem::invalid("invalid_content", format!("{pointer}: {detail}"))
                .at(pointer, "unknown_field", detail)
                .into())
        }
    }
}

/// Saved messages, newest first.
#[utoipa::path(get, path = "/api/v1/templates", tag = "content", security(("api_key" = ["content.read"])), params(PageQuery),
    responses((status = 200, body = Listed<TemplateView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<TemplateView>>> {
    Ok(Json(app.content.templates(auth.workspace(), &page).await?.map(template_view).into()))
}

/// A body with its ETag.
pub type Tagged<T> = ([(HeaderName, String); 1], Json<T>);

pub fn tagged<T>(version: i64, view: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{version}\""))], Json(view))
}

/// The version of `If-Match: "3"`; None without the header or for `*`.
pub fn wanted_version(headers: &HeaderMap) -> ApiResult<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_start_matches("W/").trim_matches('"').parse::<i64>();
    let detail = "If-Match takes the ETag of an earlier answer, such as \"3\"";
    Ok(Some(version.map_err(|_| Problem::new(ProblemKind::Malformed, "bad_if_match", detail))?))
}

/// Saves a message to use again.
#[utoipa::path(post, path = "/api/v1/templates", tag = "content", security(("api_key" = ["content.write"])), request_body = TemplateRequest,
    responses((status = 201, body = TemplateView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<TemplateRequest>,
) -> ApiResult<(StatusCode, Tagged<TemplateView>)> {
    let workspace = auth.workspace();
    let saved = app.content.create_template(workspace, body.draft()?).await?;
    auth.note(&app, "template.create", saved.id, format!("saved the template \"{}\"", saved.name)).await?;
    Ok((StatusCode::CREATED, tagged(saved.version, template_view(saved))))
}

#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "content", security(("api_key" = ["content.read"])), params(("id" = String, Path)),
    responses((status = 200, body = TemplateView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<TemplateId>) -> ApiResult<Tagged<TemplateView>> {
    let workspace = auth.workspace();
    let saved = app.content.template(workspace, id).await?;
    Ok(tagged(saved.version, template_view(saved)))
}

/// Replaces a saved message.
#[utoipa::path(put, path = "/api/v1/templates/{id}", tag = "content", security(("api_key" = ["content.write"])), params(("id" = String, Path)),
    request_body = TemplateRequest,
    responses((status = 200, body = TemplateView), (status = 401), (status = 403), (status = 404), (status = 412),
        (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<TemplateId>,
    headers: HeaderMap,
    Json(body): Json<TemplateRequest>,
) -> ApiResult<Tagged<TemplateView>> {
    let workspace = auth.workspace();
    let saved = app.content.update_template(workspace, id, body.draft()?, wanted_version(&headers)?).await?;
    auth.note(&app, "template.update", id, format!("changed the template \"{}\"", saved.name)).await?;
    Ok(tagged(saved.version, template_view(saved)))
}

#[utoipa::path(delete, path = "/api/v1/templates/{id}", tag = "content", security(("api_key" = ["content.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<TemplateId>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.content.delete_template(workspace, id).await?;
    auth.note(&app, "template.delete", id, "deleted a template").await?;
    Ok(StatusCode::NO_CONTENT)
}
