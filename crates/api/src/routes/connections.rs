//! Connections: sources that are pulled or mapped; and the public door of webhooks (`door`).

mod door;

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{Problem, SourceId, Timestamp};
use connect::webhook::{MapProblem, Mapped, Mapping, Outcome};
use connect::{Change, Connection, Definition, Fault, FileEntry, Payload, PayloadState, Run, TestFile, TestResult};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(door::routes())
        .routes(routes!(list, create))
        .routes(routes!(folders))
        .routes(routes!(test))
        .routes(routes!(try_out))
        .routes(routes!(get, change))
        .routes(routes!(run))
        .routes(routes!(restart))
        .routes(routes!(rotate))
        .routes(routes!(runs))
        .routes(routes!(files))
        .routes(routes!(payloads))
        .routes(routes!(replay))
}

/// How a connection is doing.
#[derive(Serialize, ToSchema)]
struct HealthView {
    /// waiting, ok, running, failing or paused.
    state: &'static str,
    code: Option<String>,
    detail: Option<String>,
    #[schema(value_type = Option<String>)]
    since: Option<Timestamp>,
}

/// A source that is pulled or mapped. Its volume, refused items and bots are those of the source with the same id.
#[derive(Serialize, ToSchema)]
struct ConnectionView {
    id: String,
    name: String,
    /// webhook, folder or database.
    kind: &'static str,
    enabled: bool,
    version: i64,
    /// What it does; docs/reference/connect.md has the fields of each kind. Secrets are never in it.
    #[schema(value_type = Object)]
    definition: base::Json,
    health: HealthView,
    /// The secret address of a webhook.
    webhook_url: Option<String>,
    /// How far a database was read.
    cursor: Option<String>,
    #[schema(value_type = Option<String>)]
    next_run_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    last_run_at: Option<Timestamp>,
    /// Payloads that wait for a mapping that can use them.
    failed_payloads: u64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

fn view(app: &App, one: Connection) -> ConnectionView {
    // Stored as JSON; shown as people write it.
    let plain = |text: String| serde_json::from_str::<String>(&text).unwrap_or(text);
    ConnectionView {
        id: one.id.to_string(),
        name: one.name,
        kind: one.kind.name(),
        enabled: one.enabled,
        version: one.version,
        definition: serde_json::to_value(&one.definition).unwrap_or_default(),
        health: HealthView {
            state: one.health.state.name(),
            code: one.health.code,
            detail: one.health.detail,
            since: one.health.since,
        },
        webhook_url: one.token.map(|token| format!("{}/v1/webhooks/{token}", app.public_url)),
        cursor: one.cursor.map(plain),
        next_run_at: one.next_run_at,
        last_run_at: one.last_run_at,
        failed_payloads: one.failed_payloads,
        created_at: one.created_at,
        updated_at: one.updated_at,
    }
}

/// The workspace's connections, oldest first.
#[utoipa::path(get, path = "/api/v1/connections", tag = "connections", security(("api_key" = ["source.read"])), params(PageQuery),
    responses((status = 200, body = Listed<ConnectionView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<ConnectionView>>> {
    let all = app.connect.connections(auth.workspace()).await?;
    Ok(Json(Listed::cut(all, &page, |one| one.id.to_string(), |one| view(&app, one))?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectionRequest {
    name: String,
    /// `{"kind":"webhook",…}`; docs/reference/connect.md has the fields of each kind.
    #[schema(value_type = Object)]
    definition: base::Json,
}

/// Makes a source and what fills it.
#[utoipa::path(post, path = "/api/v1/connections", tag = "connections", security(("api_key" = ["source.write"])), request_body = ConnectionRequest,
    responses((status = 201, body = ConnectionView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<ConnectionRequest>,
) -> ApiResult<(StatusCode, Json<ConnectionView>)> {
    let definition = Definition::read(body.definition)?;
    let made = app.connect.create(auth.workspace(), &body.name, definition).await?;
    auth.note(&app, "connection.create", made.id, format!("connected \"{}\" ({})", made.name, made.kind.name()))
        .await?;
    Ok((StatusCode::CREATED, Json(view(&app, made))))
}

/// One connection.
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connections", security(("api_key" = ["source.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ConnectionView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<ConnectionView>> {
    let one = app.connect.connection(auth.workspace(), id).await?;
    Ok(Json(view(&app, one)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeRequest {
    /// False pauses it.
    #[serde(default)]
    enabled: Option<bool>,
    /// The whole definition; a secret that is left out stays.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    definition: Option<base::Json>,
}

/// Changes, pauses or resumes a connection. Its name is changed with `PATCH /api/v1/sources/{id}`, and
/// `DELETE /api/v1/sources/{id}` removes it.
#[utoipa::path(patch, path = "/api/v1/connections/{id}", tag = "connections", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = ChangeRequest,
    responses((status = 200, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn change(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(body): Json<ChangeRequest>,
) -> ApiResult<Json<ConnectionView>> {
    let definition = body.definition.map(Definition::read).transpose()?;
    let change = Change { enabled: body.enabled, definition };
    let one = app.connect.change(auth.workspace(), id, change).await?;
    auth.note(&app, "connection.change", id, format!("changed the connection \"{}\"", one.name)).await?;
    Ok(Json(view(&app, one)))
}

/// The folders an administrator allows: below them folders may be watched and SQLite files read. Empty until
/// `connect.folders` is set.
#[utoipa::path(get, path = "/api/v1/connections/folders", tag = "connections", security(("api_key" = ["source.read"])), params(PageQuery),
    responses((status = 200, body = Listed<String>), (status = 400), (status = 401), (status = 403)))]
async fn folders(State(app): State<Arc<App>>, _auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<String>>> {
    let all: Vec<String> = app.connect.folders().iter().map(|path| path.display().to_string()).collect();
    Ok(Json(Listed::cut(all, &page, Clone::clone, |folder| folder)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectionTestRequest {
    #[schema(value_type = Object)]
    definition: base::Json,
    /// The connection whose stored password is meant when the definition brings none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    id: Option<SourceId>,
}

/// What a test of a folder or database shows. That it fails is an answer, not an error.
#[derive(Serialize, ToSchema)]
struct ConnectionTestView {
    ok: bool,
    code: Option<&'static str>,
    detail: Option<String>,
    columns: Vec<TestColumn>,
    /// Values of the first rows by column.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<BTreeMap<String, String>>,
    /// What a column can be mapped to, beside `trait:NAME`, `property:NAME` and `ignore`.
    fields: Vec<String>,
    /// The mapping that would be used: what the definition leaves open is filled in.
    #[schema(value_type = Object)]
    mapping: base::Json,
    files: Vec<TestFileView>,
}

#[derive(Serialize, ToSchema)]
struct TestColumn {
    name: String,
    examples: Vec<String>,
    /// What the mapping makes of it.
    suggested: String,
}

#[derive(Serialize, ToSchema)]
struct TestFileView {
    name: String,
    bytes: u64,
    #[schema(value_type = String)]
    modified_at: Timestamp,
    known: bool,
}

fn test_view(outcome: Result<TestResult, Fault>) -> ConnectionTestView {
    let (result, fault) = match outcome {
        Ok(result) => (result, None),
        Err(fault) => (TestResult::default(), Some(fault)),
    };
    let sample = result.sample;
    let columns = sample.columns.into_iter().map(|column| TestColumn {
        name: column.name,
        examples: column.examples,
        suggested: column.suggested,
    });
    let file = |TestFile { name, bytes, modified_at, known }| TestFileView { name, bytes, modified_at, known };
    ConnectionTestView {
        ok: fault.is_none(),
        code: fault.as_ref().map(|fault| fault.code),
        detail: fault.map(|fault| fault.detail),
        columns: columns.collect(),
        rows: sample.rows,
        fields: sample.fields,
        mapping: sample.mapping,
        files: result.files.into_iter().map(file).collect(),
    }
}

/// Asks a folder or a database for a little, without keeping anything.
#[utoipa::path(post, path = "/api/v1/connections/test", tag = "connections", security(("api_key" = ["source.write"])), request_body = ConnectionTestRequest,
    responses((status = 200, body = ConnectionTestView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn test(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<ConnectionTestRequest>,
) -> ApiResult<Json<ConnectionTestView>> {
    let definition = Definition::read(body.definition)?;
    Ok(Json(test_view(app.connect.test(auth.workspace(), definition, body.id).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Asks the source now; files that failed are tried again.
#[utoipa::path(post, path = "/api/v1/connections/{id}/run", tag = "connections", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = Nothing,
    responses((status = 202, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn run(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(Nothing {}): Json<Nothing>,
) -> ApiResult<(StatusCode, Json<ConnectionView>)> {
    let one = app.connect.run_now(auth.workspace(), id).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app, one))))
}

/// Reads a database from the beginning: what came before counts once all the same.
#[utoipa::path(post, path = "/api/v1/connections/{id}/restart", tag = "connections", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = Nothing,
    responses((status = 202, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn restart(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(Nothing {}): Json<Nothing>,
) -> ApiResult<(StatusCode, Json<ConnectionView>)> {
    let one = app.connect.restart(auth.workspace(), id).await?;
    auth.note(&app, "connection.restart", id, format!("reads \"{}\" from the beginning", one.name)).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&app, one))))
}

/// Gives a webhook a new address; the old one is nobody's at once.
#[utoipa::path(post, path = "/api/v1/connections/{id}/rotate", tag = "connections", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = Nothing,
    responses((status = 200, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn rotate(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(Nothing {}): Json<Nothing>,
) -> ApiResult<Json<ConnectionView>> {
    let one = app.connect.rotate(auth.workspace(), id).await?;
    auth.note(&app, "connection.rotate", id, format!("gave \"{}\" a new address", one.name)).await?;
    Ok(Json(view(&app, one)))
}

/// One time a source was asked. Counts are of rows.
#[derive(Serialize, ToSchema)]
struct RunView {
    id: String,
    /// running, done, failed or interrupted.
    state: &'static str,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    read: u64,
    accepted: u64,
    refused: u64,
    files: u64,
    code: Option<String>,
    detail: Option<String>,
    /// What it brought: `GET /api/v1/imports/{id}` has the refused rows.
    imports: Vec<String>,
}

fn run_view(run: Run) -> RunView {
    RunView {
        id: run.id,
        state: run.state.name(),
        started_at: run.started_at,
        ended_at: run.ended_at,
        read: run.read,
        accepted: run.accepted,
        refused: run.refused,
        files: run.files,
        code: run.code,
        detail: run.detail,
        imports: run.imports.iter().map(ToString::to_string).collect(),
    }
}

/// The runs of a connection, newest first; looks that found nothing are left out.
#[utoipa::path(get, path = "/api/v1/connections/{id}/runs", tag = "connections", security(("api_key" = ["source.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<RunView>), (status = 401), (status = 403), (status = 404)))]
async fn runs(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RunView>>> {
    Ok(Json(app.connect.runs(auth.workspace(), id, &page).await?.map(run_view).into()))
}

/// A file of a watched folder.
#[derive(Serialize, ToSchema)]
struct FileView {
    name: String,
    bytes: u64,
    /// importing, done or failed.
    state: &'static str,
    import_id: Option<String>,
    code: Option<String>,
    detail: Option<String>,
    #[schema(value_type = String)]
    taken_at: Timestamp,
}

fn file_view(file: FileEntry) -> FileView {
    FileView {
        name: file.name,
        bytes: file.bytes,
        state: file.state.name(),
        import_id: file.import.map(|id| id.to_string()),
        code: file.code,
        detail: file.detail,
        taken_at: file.taken_at,
    }
}

/// The files a watched folder has given, newest first.
#[utoipa::path(get, path = "/api/v1/connections/{id}/files", tag = "connections", security(("api_key" = ["source.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<FileView>), (status = 401), (status = 403), (status = 404)))]
async fn files(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<FileView>>> {
    Ok(Json(app.connect.files(auth.workspace(), id, &page).await?.map(file_view).into()))
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
    /// mapped, nothing (no rule wanted it), failed or unmapped (there was no rule yet).
    state: &'static str,
    events: u64,
    code: Option<String>,
    detail: Option<String>,
    headers: BTreeMap<String, String>,
    /// As JSON; as text when it is none.
    #[schema(value_type = Object)]
    body: base::Json,
    bytes: usize,
}

fn payload_view(payload: Payload) -> PayloadView {
    let bytes = payload.body.len();
    PayloadView {
        id: payload.id,
        received_at: payload.received_at,
        state: payload.state.name(),
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
    responses((status = 200, body = ReplayView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 429), (status = 503)))]
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
    #[schema(value_type = Object)]
    mapping: base::Json,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
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
    payload_id: Option<String>,
    /// events, nothing (no rule wants it) or failed.
    outcome: &'static str,
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
    let outcome = match mapped.outcome {
        Outcome::Events => "events",
        Outcome::Nothing => "nothing",
        Outcome::Failed => "failed",
    };
    let problem = |MapProblem { pointer, code, detail }| TryProblem { pointer, code, detail };
    let problems = mapped.problems.into_iter().map(problem).collect();
    TryResult { payload_id, outcome, events: mapped.events, problems }
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
        results.push(try_result(id, app.connect.try_mapping(&mapping, payload).await?));
    }
    Ok(Json(TryView { results }))
}

fn given(app: &App, payload: base::Json, headers: Vec<(String, String)>) -> Payload {
    let (received_at, state) = (app.clock.now(), PayloadState::Unmapped);
    let (id, body) = (String::new(), payload.to_string());
    Payload { id, received_at, state, events: 0, code: None, detail: None, headers, body }
}
