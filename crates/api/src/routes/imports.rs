//! Imports of files: upload (streamed), preview, progress, rejected rows, cancel and resume.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path, Query};
use access::{AuditRecord, Permission};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::{IntoResponse, Response};
use base::{ImportId, Problem, ProblemKind, Timestamp, WorkspaceId};
use bytes::Bytes;
use collect::import::{Format, Import, ImportKind, ImportUpload, Mapping, NewImport, PREVIEW_BYTES, Preview};
use futures::StreamExt;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A preview takes the beginning of a file; who sends more of it has it cut off.
const PREVIEW_BODY_BYTES_MAX: usize = 16 * PREVIEW_BYTES;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    let uploads = OpenApiRouter::new().routes(routes!(list, create)).layer(DefaultBodyLimit::disable());
    let previews = OpenApiRouter::new().routes(routes!(preview)).layer(DefaultBodyLimit::max(PREVIEW_BODY_BYTES_MAX));
    OpenApiRouter::new()
        .merge(uploads)
        .merge(previews)
        .routes(routes!(get))
        .routes(routes!(rejected))
        .routes(routes!(cancel))
        .routes(routes!(resume))
}

#[derive(Serialize, ToSchema)]
struct ImportView {
    id: String,
    name: String,
    /// customers or orders.
    kind: String,
    /// csv, jsonl or parquet.
    format: String,
    /// uploading, running, finished, failed or cancelled.
    state: String,
    /// Known once the file was read to its end.
    rows_total: Option<u64>,
    rows_done: u64,
    rows_accepted: u64,
    rows_rejected: u64,
    /// Events the rows became, without those known before.
    events_sent: u64,
    bytes_total: u64,
    bytes_done: u64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    error: Option<String>,
    #[schema(value_type = Object)]
    mapping: Mapping,
}

#[derive(Serialize, ToSchema)]
struct Imports {
    items: Vec<ImportView>,
}

fn view(import: Import) -> ImportView {
    ImportView {
        id: import.id.to_string(),
        name: import.name,
        kind: import.kind.name().to_owned(),
        format: import.format.name().to_owned(),
        state: import.state.name().to_owned(),
        rows_total: import.rows_total,
        rows_done: import.rows_done,
        rows_accepted: import.rows_accepted,
        rows_rejected: import.rows_rejected,
        events_sent: import.events_sent,
        bytes_total: import.bytes_total,
        bytes_done: import.bytes_done,
        created_at: import.created_at,
        started_at: import.started_at,
        finished_at: import.finished_at,
        error: import.error,
        mapping: import.mapping,
    }
}

/// What an upload is; in the query, or as fields before the file of a multipart body.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportOptions {
    /// customers or orders.
    kind: Option<String>,
    /// csv, jsonl or parquet; by default from the file's name.
    format: Option<String>,
    /// The file's name.
    name: Option<String>,
    /// JSON: `{"columns":{"InvoiceNo":"order_id"},"currency":"EUR","time_zone":"Europe/Amsterdam","channel":"shop"}`.
    mapping: Option<String>,
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    Problem::invalid(code, detail.clone()).at(pointer, code, detail)
}

impl ImportOptions {
    fn kind(&self) -> Result<Option<ImportKind>, Problem> {
        let Some(text) = self.kind.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let kind = ImportKind::parse(text);
        kind.map(Some).ok_or_else(|| invalid("/kind", "invalid_kind", "the kind must be customers or orders"))
    }

    fn format(&self) -> Result<Option<Format>, Problem> {
        let Some(text) = self.format.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let format = Format::parse(text);
        format.map(Some).ok_or_else(|| invalid("/format", "invalid_format", "the format must be csv, jsonl or parquet"))
    }

    fn new_import(&self) -> Result<NewImport, Problem> {
        let detail = "say what the rows are: kind=customers or kind=orders, before the file";
        let kind = self.kind()?.ok_or_else(|| invalid("/kind", "missing_kind", detail))?;
        let mapping = match self.mapping.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => serde_json::from_str::<Mapping>(text)
                .map_err(|error| invalid("/mapping", "invalid_mapping", error.to_string()))?,
            None => Mapping::default(),
        };
        let name = self.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "upload.csv".into());
        Ok(NewImport { name, kind, format: self.format()?, mapping })
    }
}

/// The workspace's imports, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports",
    responses((status = 200, body = Imports), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<Imports>> {
    let workspace = auth.require(Permission::ImportRead)?;
    Ok(Json(Imports { items: app.collect.imports(workspace).await?.into_iter().map(view).collect() }))
}

/// Uploads a file and starts its import. Either the raw file as the body, or multipart with the fields of the query
/// before the field `file`.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", params(ImportOptions),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 422), (status = 503)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(options): Query<ImportOptions>,
    request: Request,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.require(Permission::ImportWrite)?;
    let import = if is_multipart(request.headers()) {
        upload_multipart(&app, workspace, options, request).await?
    } else {
        let mut upload = app.collect.create_import(workspace, options.new_import()?).await?;
        let mut body = request.into_body().into_data_stream();
        while let Some(part) = body.next().await {
            upload.push(&part.map_err(broken_upload)?).await?;
        }
        finish(upload).await?
    };
    let record = AuditRecord {
        action: "import.create",
        object: import.id.to_string(),
        summary: format!("imported {} from \"{}\"", import.kind.name(), import.name),
        ip: auth.ip.clone(),
        ..AuditRecord::default()
    };
    app.access.audit(workspace, &auth.caller.actor, record).await?;
    Ok((StatusCode::ACCEPTED, Json(view(import))))
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn broken_upload(error: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::Malformed, "broken_upload", format!("the upload did not reach its end: {error}"))
}

async fn finish(upload: ImportUpload) -> ApiResult<Import> {
    if upload.import().bytes_total == 0 {
        return Err(invalid("/file", "empty_file", "the file is empty").into());
    }
    Ok(upload.finish().await?)
}

async fn upload_multipart(
    app: &App,
    workspace: WorkspaceId,
    mut options: ImportOptions,
    request: Request,
) -> ApiResult<Import> {
    let mut form = Multipart::from_request(request, &()).await.map_err(broken_upload)?;
    while let Some(mut field) = form.next_field().await.map_err(broken_upload)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            options.name = options.name.take().or_else(|| field.file_name().map(str::to_owned));
            let mut upload = app.collect.create_import(workspace, options.new_import()?).await?;
            while let Some(part) = field.chunk().await.map_err(broken_upload)? {
                upload.push(&part).await?;
            }
            return finish(upload).await;
        }
        let text = field.text().await.map_err(broken_upload)?;
        match name.as_str() {
            "kind" => options.kind = Some(text),
            "format" => options.format = Some(text),
            "name" => options.name = Some(text),
            "mapping" => options.mapping = Some(text),
            _ => {}
        }
    }
    Err(invalid("/file", "missing_file", "the form has no field \"file\"").into())
}

/// Columns, examples and a suggested mapping, from the beginning (64 KB) of a file.
#[utoipa::path(post, path = "/api/v1/imports/preview", tag = "imports", params(ImportOptions),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 422)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(options): Query<ImportOptions>,
    head: Bytes,
) -> ApiResult<Json<Preview>> {
    auth.require(Permission::ImportWrite)?;
    let name = options.name.clone().unwrap_or_default();
    Ok(Json(app.collect.preview_import(&head, &name, options.format()?, options.kind()?)?))
}

/// One import, with the progress of this moment.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ImportId>) -> ApiResult<Json<ImportView>> {
    let workspace = auth.require(Permission::ImportRead)?;
    Ok(Json(view(app.collect.import(workspace, id).await?)))
}

/// The rows that were refused, as CSV: line of the file, what is wrong, the row.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejected", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv"), (status = 401), (status = 403), (status = 404)))]
async fn rejected(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ImportId>) -> ApiResult<Response> {
    let workspace = auth.require(Permission::ImportRead)?;
    let path = app.collect.rejected_rows(workspace, id).await?;
    let path = path.ok_or_else(|| Problem::not_found("rejected-rows file of import", id))?;
    let file = tokio::fs::File::open(&path).await.map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"rejected-{id}.csv\"")),
    ];
    Ok((headers, Body::from_stream(tokio_util::io::ReaderStream::new(file))).into_response())
}

/// Stops a running import at its last checkpoint.
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", tag = "imports", params(("id" = String, Path)),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn cancel(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ImportId>,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.require(Permission::ImportWrite)?;
    Ok((StatusCode::ACCEPTED, Json(view(app.collect.cancel_import(workspace, id).await?))))
}

/// Goes on with a cancelled or failed import after its last checkpoint.
#[utoipa::path(post, path = "/api/v1/imports/{id}/resume", tag = "imports", params(("id" = String, Path)),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn resume(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ImportId>,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.require(Permission::ImportWrite)?;
    Ok((StatusCode::ACCEPTED, Json(view(app.collect.resume_import(workspace, id).await?))))
}
