//! For who runs the program: alive, ready, metrics, version, health.

use crate::problem::ApiResult;
use crate::{App, Auth, Json};
use access::Permission;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
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

#[derive(Serialize, ToSchema)]
struct Health {
    ready: bool,
    problems: Vec<String>,
    inbox: InboxHealth,
    pipeline: PipelineHealth,
    disk_free_bytes: Option<u64>,
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

/// How each part is doing.
#[utoipa::path(get, path = "/api/v1/health", tag = "operations", responses((status = 200, body = Health), (status = 401), (status = 403)))]
async fn health(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<Health>> {
    auth.require(Permission::HealthRead)?;
    let problems = app.health.not_ready().await;
    let status = app.pipeline.status();
    Ok(Json(Health {
        ready: problems.is_empty(),
        problems,
        inbox: InboxHealth {
            end_bytes: app.inbox.end().0,
            kept_from_bytes: app.inbox.floor().0,
            queued_bytes: app.inbox.queued_bytes(),
        },
        pipeline: PipelineHealth {
            events_total: status.events_total,
            backlog_bytes: status.backlog_bytes(),
            lag_ms: status.lag_ms,
        },
        disk_free_bytes: app.health.disk_free_bytes(),
    }))
}
