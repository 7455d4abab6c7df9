//! Connections: sources that are pulled or mapped; what came to webhooks (`payloads`), and their public door (`door`).
//! What a definition looks like the room itself describes, by kind.

mod door;
mod payloads;

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use axum::extract::State;
use base::{SourceId, Timestamp};
use connect::{
    Change, Connection, Definition, DefinitionView, Fault, FileEntry, FileState, HealthState, Kind, RowsMapping, Run,
    RunState, TestFile, TestResult,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .merge(door::routes())
        .merge(payloads::routes())
        .routes(routes!(list, create))
        .routes(routes!(folders))
        .routes(routes!(test))
        .routes(routes!(get, change))
        .routes(routes!(run))
        .routes(routes!(restart))
        .routes(routes!(rotate))
        .routes(routes!(runs))
        .routes(routes!(files))
}

/// How a connection is doing.
#[derive(Serialize, ToSchema)]
struct HealthView {
    state: HealthState,
    #[schema(required)]
    code: Option<String>,
    #[schema(required)]
    detail: Option<String>,
    #[schema(required, value_type = Option<String>)]
    since: Option<Timestamp>,
}

/// A source that is pulled or mapped. Its volume, refused items and bots are those of the source with the same id.
#[derive(Serialize, ToSchema)]
struct ConnectionView {
    id: String,
    name: String,
    kind: Kind,
    enabled: bool,
    version: i64,
    #[schema(value_type = DefinitionView)]
    definition: Definition,
    health: HealthView,
    /// The secret address of a webhook.
    #[schema(required)]
    webhook_url: Option<String>,
    /// How far a database was read: the last value of its cursor column.
    #[schema(required)]
    cursor: Option<String>,
    #[schema(required, value_type = Option<String>)]
    next_run_at: Option<Timestamp>,
    #[schema(required, value_type = Option<String>)]
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
        kind: one.kind,
        enabled: one.enabled,
        version: one.version,
        definition: one.definition,
        health: HealthView {
            state: one.health.state,
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
    #[schema(value_type = Definition)]
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
    #[schema(value_type = Option<Definition>)]
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
    #[schema(value_type = Definition)]
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
    #[schema(required)]
    code: Option<&'static str>,
    #[schema(required)]
    detail: Option<String>,
    columns: Vec<TestColumn>,
    /// Values of the first rows by column.
    rows: Vec<BTreeMap<String, String>>,
    /// What a column can be mapped to, beside `trait:NAME`, `property:NAME` and `ignore`.
    fields: Vec<String>,
    /// The mapping that would be used: what the definition leaves open is filled in. Null where there are no columns.
    #[schema(required)]
    mapping: Option<RowsMapping>,
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
    responses((status = 202, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
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
    responses((status = 202, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
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
    responses((status = 200, body = ConnectionView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
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
    state: RunState,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(required, value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    read: u64,
    accepted: u64,
    refused: u64,
    files: u64,
    #[schema(required)]
    code: Option<String>,
    #[schema(required)]
    detail: Option<String>,
    /// What it brought: `GET /api/v1/imports/{id}` has the refused rows.
    imports: Vec<String>,
}

fn run_view(run: Run) -> RunView {
    RunView {
        id: run.id,
        state: run.state,
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
    state: FileState,
    #[schema(required)]
    import_id: Option<String>,
    #[schema(required)]
    code: Option<String>,
    #[schema(required)]
    detail: Option<String>,
    #[schema(value_type = String)]
    taken_at: Timestamp,
}

fn file_view(file: FileEntry) -> FileView {
    FileView {
        name: file.name,
        bytes: file.bytes,
        state: file.state,
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
