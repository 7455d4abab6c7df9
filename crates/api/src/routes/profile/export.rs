//! Everything that is held about a customer, for programs and for people.

use super::export_page::Handover;
use super::views::TimelineEvent;
use crate::problem::ApiResult;
use crate::{App, Auth, Path, Query};
use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{Json, Problem, ProfileId, WorkspaceId};
use http::{HeaderValue, header};
use lake::TimelineFilter;
use predicate::Locale;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Events and messages an export holds; it says when there are more.
const EXPORT_EVENTS_MAX: usize = 10_000;
const EXPORT_MESSAGES_MAX: usize = 10_000;
const EXPORT_PAGE: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(export))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// json (the default) or html: a page to read.
    format: Option<String>,
    /// Of the page: en, nl, sv or fy; by default the customer's own.
    language: Option<String>,
}

/// Everything that is held about the customer, as one file: JSON, or a page to read. `left_out` names what was too
/// much for one file.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/export", tag = "people", security(("api_key" = ["profile.export"])),
    params(("id" = String, Path), ExportQuery),
    responses((status = 200, content((Object = "application/json"), (String = "text/html"))), (status = 401), (status = 403),
        (status = 404), (status = 422)))]
async fn export(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Query(query): Query<ExportQuery>,
) -> ApiResult<Response> {
    let as_page = match query.format.as_deref() {
        None | Some("json") => false,
        Some("html") => true,
        Some(other) => {
            let detail = format!("\"{other}\" is neither json nor html");
            return Err(Problem::invalid("bad_export_format", &*detail).at("/format", "invalid", detail).into());
        }
    };
    let workspace = auth.workspace();
    let (canonical, answer) = file(&app, workspace, id, as_page, query.language.as_deref()).await?;
    auth.note(&app, "profile.export", canonical.to_string(), "exported everything held about a customer").await?;
    Ok(answer)
}

/// What a customer takes away by themselves.
pub(in crate::routes) async fn own_copy(
    app: &App,
    workspace: WorkspaceId,
    id: ProfileId,
    as_page: bool,
    language: &str,
) -> ApiResult<Response> {
    file(app, workspace, id, as_page, Some(language)).await.map(|(_, answer)| answer)
}

async fn file(
    app: &App,
    workspace: WorkspaceId,
    id: ProfileId,
    as_page: bool,
    language: Option<&str>,
) -> ApiResult<(ProfileId, Response)> {
    let (canonical, body) = gather(app, workspace, id).await?;
    let answer = if as_page {
        let language = language.unwrap_or_else(|| language_of(&body));
        let company = app.access.workspace(workspace).await?.name;
        let sources = app.collect.sources(workspace).await?;
        let sources: HashMap<String, String> =
            sources.into_iter().map(|source| (source.id.to_string(), source.name)).collect();
        let page = Handover { company: &company, sources: &sources, locale: Locale::of(language) }.page(&body);
        axum::response::Html(page).into_response()
    } else {
        JsonAnswer(body).into_response()
    };
    let ending = if as_page { "html" } else { "json" };
    Ok((canonical, as_file(answer, &format!("{canonical}.{ending}"))))
}

/// A download, also of the page: it holds texts of others and must not be shown under our own address.
fn as_file(mut answer: Response, name: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

fn language_of(export: &Json) -> &str {
    let traits = export.pointer("/profile/traits").and_then(Json::as_array);
    let named = |name: &str| traits?.iter().find(|held| held["name"] == name)?["value"].as_str();
    named("language").or_else(|| named("locale")).unwrap_or_default()
}

async fn gather(app: &App, workspace: WorkspaceId, id: ProfileId) -> ApiResult<(ProfileId, Json)> {
    let profile = app.profile.export(workspace, id).await?;
    let ids = app.profile.aliases(workspace, id).await?;
    let canonical = ids.first().copied().unwrap_or(id);
    let (mut events, mut before) = (Vec::<TimelineEvent>::new(), None);
    while events.len() <= EXPORT_EVENTS_MAX {
        let page = app.lake.timeline(workspace, &ids, before, EXPORT_PAGE, &TimelineFilter::default()).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.position());
        events.extend(page.into_iter().map(TimelineEvent::from));
    }
    let mut messages = app.deliver.messages_of(workspace, &ids, EXPORT_MESSAGES_MAX + 1).await?;
    let mut left_out = Vec::new();
    for (key, count, most) in
        [("events", events.len(), EXPORT_EVENTS_MAX), ("messages", messages.len(), EXPORT_MESSAGES_MAX)]
    {
        if count > most {
            left_out.push(key);
        }
    }
    events.truncate(EXPORT_EVENTS_MAX);
    messages.truncate(EXPORT_MESSAGES_MAX);
    let messages = messages.into_iter().map(|message| {
        json!({
            "id": message.message, "campaign_id": message.campaign, "channel": message.channel,
            "address": message.address, "state": message.state.name(), "sent_at": message.sent,
            "opened_at": message.opened, "clicked_at": message.clicked, "unsubscribed_at": message.unsubscribed,
        })
    });
    let body = json!({
        "exported_at": app.clock.now(),
        "profile": profile,
        "contact": app.consent.export(workspace, canonical).await?,
        "companies": app.company.export(workspace, canonical).await?,
        "devices": crate::routes::device::export(app, workspace, canonical).await?,
        "orders": app.measure.orders_of(workspace, canonical).await?,
        "touches": app.measure.touches_of(workspace, canonical).await?,
        "messages": messages.collect::<Vec<_>>(),
        "events": events,
        "left_out": left_out,
    });
    Ok((canonical, body))
}
