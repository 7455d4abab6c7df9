//! For who runs the program: alive, ready, metrics, version, health.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, PartHealth};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{Timestamp, WorkspaceId};
use http::{StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics))
        .routes(routes!(version))
        .routes(routes!(health))
}

/// The process is alive; touches nothing.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()), responses((status = 200, body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready to serve: the database answers, the inbox takes events.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()), responses((status = 200, body = String), (status = 503, body = String)))]
async fn readyz(State(app): State<Arc<App>>) -> Response {
    let problems = app.health.not_ready().await;
    if problems.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], problems.join("\n")).into_response()
}

/// Prometheus text exposition. No personal data, no workspace names.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()), responses((status = 200, body = String)))]
async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.health.metrics()).into_response()
}

/// The program's version.
#[utoipa::path(get, path = "/version", tag = "operations", security(()), responses((status = 200, body = String)))]
async fn version(State(app): State<Arc<App>>) -> String {
    format!("{}\n", app.version)
}

/// How the parts are doing. Numbers are of the caller's workspace; those of the whole installation are for who may
/// change the workspace it was set up with.
#[derive(Serialize, ToSchema)]
struct Health {
    ready: bool,
    problems: Vec<String>,
    database: PartView,
    lake: PartView,
    /// Between the acceptance of the last processed event and its being visible.
    lag_ms: i64,
    workspace: WorkspaceHealth,
    /// The log of accepted events of the installation; null for those who do not run it.
    inbox: Option<InboxHealth>,
    /// Null for those who do not run the installation.
    pipeline: Option<PipelineHealth>,
    /// Null for those who do not run the installation.
    history: Option<HistoryHealth>,
    /// Null for those who do not run the installation.
    disk_free_bytes: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct PartView {
    ok: bool,
    /// sqlite, postgres, delta
    kind: &'static str,
    /// What is wrong; null when it is well.
    problem: Option<String>,
    /// How long it took to answer.
    took_ms: f64,
}

impl From<PartHealth> for PartView {
    fn from(part: PartHealth) -> Self {
        let took_ms = part.took.as_secs_f64() * 1_000.0;
        Self { ok: part.problem.is_none(), kind: part.kind, problem: part.problem, took_ms }
    }
}

#[derive(Serialize, ToSchema)]
struct WorkspaceHealth {
    /// Events processed since the program started.
    events_since_start: u64,
    /// Events in the history.
    events_stored: u64,
    /// Items its sources sent that were refused.
    events_rejected: u64,
    #[schema(value_type = Option<String>)]
    last_event_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
struct InboxHealth {
    end_bytes: u64,
    kept_from_bytes: u64,
    queued_bytes: usize,
}

#[derive(Serialize, ToSchema)]
struct PipelineHealth {
    events_total: u64,
    backlog_bytes: u64,
    lag_ms: i64,
}

#[derive(Serialize, ToSchema)]
struct HistoryHealth {
    files: u64,
    rows: u64,
    bytes: u64,
    /// Rows not yet in a file; queries see them.
    tail_rows: u64,
}

/// How each part is doing.
#[utoipa::path(get, path = "/api/v1/health", tag = "operations", security(("api_key" = ["health.read"])),
    responses((status = 200, body = Health), (status = 401), (status = 403)))]
async fn health(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<Health>> {
    let problems = app.health.not_ready().await;
    let status = app.pipeline.status();
    let operator = app.access.is_operator(&auth.caller).await?;
    let of_operator = || operator.then_some(());
    let history = app.lake.status();
    Ok(Json(Health {
        ready: problems.is_empty(),
        problems,
        database: app.health.database().await.into(),
        lake: app.health.lake().await.into(),
        lag_ms: status.lag_ms,
        workspace: of_workspace(&app, auth.workspace()).await?,
        inbox: of_operator().map(|()| InboxHealth {
            end_bytes: app.inbox.end().0,
            kept_from_bytes: app.inbox.floor().0,
            queued_bytes: app.inbox.queued_bytes(),
        }),
        pipeline: of_operator().map(|()| PipelineHealth {
            events_total: status.events_total,
            backlog_bytes: status.backlog_bytes(),
            lag_ms: status.lag_ms,
        }),
        history: of_operator().map(|()| HistoryHealth {
            files: history.files,
            rows: history.rows,
            bytes: history.bytes,
            tail_rows: history.tail_rows,
        }),
        disk_free_bytes: of_operator().and_then(|()| app.health.disk_free_bytes()),
    }))
}

async fn of_workspace(app: &App, workspace: WorkspaceId) -> ApiResult<WorkspaceHealth> {
    let sources = app.collect.sources(workspace).await?;
    Ok(WorkspaceHealth {
        events_since_start: app.live.total(workspace),
        events_stored: app.lake.count(workspace),
        events_rejected: sources.iter().map(|source| source.rejected).sum(),
        last_event_at: sources.iter().filter_map(|source| source.last_event_at).max(),
    })
}
