//! What came to webhooks, mapping it again, and trying a mapping out.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{Problem, SourceId, Timestamp};
use connect::webhook::{MapProblem, Mapped, Mapping, Outcome};
use connect::{Payload, PayloadState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(try_out)).routes(routes!(payloads)).routes(routes!(replay))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PayloadQuery {
    /// all (the last ones) or failed (all that wait for a replay).
    state: Option<String>,
}

/// A delivery to a webhook.
#[derive(Serialize, ToSchema)]
struct PayloadView {
    id: String,
    #[schema(value_type = String)]
    received_at: Timestamp,
    state: PayloadState,
    events: u64,
    #[schema(required)]
    code: Option<String>,
    #[schema(required)]
    detail: Option<String>,
    headers: BTreeMap<String, String>,
    /// As JSON; as text when it is none.
    #[schema(value_type = Value)]
    body: base::Json,
    bytes: usize,
}

fn payload_view(payload: Payload) -> PayloadView {
    let bytes = payload.body.len();
    PayloadView {
        id: payload.id,
        received_at: payload.received_at,
        state: payload.state,
        events: payload.events,
        code: payload.code,
        detail: payload.detail,
        headers: payload.headers.into_iter().collect(),
        body: serde_json::from_str(&payload.body).unwrap_or(base::Json::String(payload.body)),
        bytes,
    }
}

/// What came to a webhook, newest first.
#[utoipa::path(get, path = "/api/v1/connections/{id}/payloads", tag = "connections", security(("api_key" = ["source.read"])), params(("id" = String, Path), PayloadQuery, PageQuery),
    responses((status = 200, body = Listed<PayloadView>), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn payloads(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Query(query): Query<PayloadQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<PayloadView>>> {
    let waiting = match query.state.as_deref() {
        None | Some("" | "all") => false,
        Some("failed") => true,
        Some(_) => {
            let detail = "the state must be all or failed";
            return Err(Problem::invalid("bad_state", detail).at("/state", "bad_state", detail).into());
        }
    };
    Ok(Json(app.connect.payloads(auth.workspace(), id, waiting, &page).await?.map(payload_view).into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayloadReplayRequest {
    /// Left out: all that wait.
    #[serde(default)]
    ids: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
struct ReplayView {
    replayed: u64,
    events: u64,
    failed: u64,
}

/// Maps kept payloads again, after the mapping was made or put right. What is mapped now counts once.
#[utoipa::path(post, path = "/api/v1/connections/{id}/payloads/replay", tag = "connections", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = PayloadReplayRequest,
    responses((status = 200, body = ReplayView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422), (status = 429), (status = 503)))]
async fn replay(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(body): Json<PayloadReplayRequest>,
) -> ApiResult<Json<ReplayView>> {
    let done = app.connect.replay_payloads(auth.workspace(), id, body.ids.as_deref()).await?;
    auth.note(&app, "connection.replay", id, format!("mapped {} payloads again", done.replayed)).await?;
    Ok(Json(ReplayView { replayed: done.replayed, events: done.events, failed: done.failed }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TryRequest {
    #[schema(value_type = Mapping)]
    mapping: base::Json,
    /// Any JSON.
    #[serde(default)]
    #[schema(value_type = Value)]
    payload: Option<base::Json>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Instead of a payload: the last 20 of this webhook.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    connection: Option<SourceId>,
}

#[derive(Serialize, ToSchema)]
struct TryView {
    results: Vec<TryResult>,
}

/// What the mapping makes of one payload.
#[derive(Serialize, ToSchema)]
struct TryResult {
    /// Null of a payload that the request brought.
    #[schema(required)]
    payload_id: Option<String>,
    outcome: Outcome,
    /// As they would be stored.
    #[schema(value_type = Vec<Object>)]
    events: Vec<base::Json>,
    problems: Vec<TryProblem>,
}

#[derive(Serialize, ToSchema)]
struct TryProblem {
    /// JSON pointer into the mapping.
    pointer: String,
    code: String,
    detail: String,
}

fn try_result(payload_id: Option<String>, mapped: Mapped) -> TryResult {
    let problem = |MapProblem { pointer, code, detail }| TryProblem { pointer, code, detail };
    let problems = mapped.problems.into_iter().map(problem).collect();
    TryResult { payload_id, outcome: mapped.outcome, events: mapped.events, problems }
}

/// Tries a mapping out, on a payload or on the last 20 of a webhook. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/connections/try", tag = "connections", security(("api_key" = ["source.write"])), request_body = TryRequest,
    responses((status = 200, body = TryView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn try_out(State(app): State<Arc<App>>, auth: Auth, Json(body): Json<TryRequest>) -> ApiResult<Json<TryView>> {
    let mapping: Mapping = serde_json::from_value(body.mapping).map_err(|error| {
        let detail = error.to_string();
        Problem::invalid("invalid_mapping", detail.clone()).at("/mapping", "invalid_mapping", detail)
    })?;
    let mut tried = Vec::new();
    if let Some(id) = body.connection {
        let last = base::PageRequest { limit: Some(connect::limits::SAMPLES_KEPT as u32), cursor: None };
        tried.extend(app.connect.payloads(auth.workspace(), id, false, &last).await?.items);
    }
    if let Some(payload) = body.payload {
        let headers = body.headers.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        tried.push(given(&app, payload, headers));
    }
    let mut results = Vec::with_capacity(tried.len());
    for payload in tried {
        let id = Some(payload.id.clone()).filter(|id| !id.is_empty());
        results.push(try_result(id, app.connect.try_mapping(auth.workspace(), &mapping, payload).await?));
    }
    Ok(Json(TryView { results }))
}

fn given(app: &App, payload: base::Json, headers: Vec<(String, String)>) -> Payload {
    let (received_at, state) = (app.clock.now(), PayloadState::Unmapped);
    let (id, body) = (String::new(), payload.to_string());
    Payload { id, received_at, state, events: 0, code: None, detail: None, headers, body }
}
