//! Imports of files: upload (streamed), preview, progress, rejected rows, cancel and resume.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::response::{IntoResponse, Response};
use base::{ImportId, Problem, ProblemKind, Timestamp, WorkspaceId};
use bytes::Bytes;
use collect::import::{
    ColumnPreview, DateOrder, Format, Import, ImportKind, ImportUpload, Mapping, NewImport, PREVIEW_BYTES, Preview,
    PreviewRequest, XLSX_PREVIEW_BYTES_MAX,
};
use futures::{Stream, StreamExt};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Uploads are streamed to the disk; of a preview only the beginning is read.
    let uploads =
        OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(preview)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(get))
        .routes(routes!(rejected))
        .routes(routes!(cancel))
        .routes(routes!(resume))
}

#[derive(Serialize, ToSchema)]
struct ImportView {
    id: String,
    name: String,
    /// The source it belongs to, when a connection brought it.
    source_id: Option<String>,
    /// customers, orders, events or companies.
    kind: String,
    /// csv, jsonl, parquet or xlsx.
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
    /// The code of the error (docs/reference/errors.md).
    error_code: Option<String>,
    mapping: MappingView,
}

fn view(import: Import) -> ImportView {
    ImportView {
        id: import.id.to_string(),
        name: import.name,
        source_id: import.source.map(|source| source.to_string()),
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
        error_code: import.error_code,
        mapping: import.mapping.into(),
    }
}

/// What an upload is; in the query, or as fields before the file of a multipart body.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportOptions {
    /// customers, orders, events or companies.
    kind: Option<String>,
    /// csv, jsonl, parquet or xlsx; by default found out. A workbook or Parquet file is one, whatever is said here.
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
        kind.map(Some)
            .ok_or_else(|| invalid("/kind", "invalid_kind", "the kind is customers, orders, events or companies"))
    }

    fn format(&self) -> Result<Option<Format>, Problem> {
        let Some(text) = self.format.as_deref().filter(|text| !text.is_empty()) else { return Ok(None) };
        let format = Format::parse(text);
        format
            .map(Some)
            .ok_or_else(|| invalid("/format", "invalid_format", "the format must be csv, jsonl, parquet or xlsx"))
    }

    fn mapping(&self) -> Result<Mapping, Problem> {
        match self.mapping.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => serde_json::from_str::<Mapping>(text)
                .map_err(|error| invalid("/mapping", "invalid_mapping", error.to_string())),
            None => Ok(Mapping::default()),
        }
    }

    /// A field of a form, named as in the query. Others are passed over.
    async fn take_field(&mut self, field: Field<'_>) -> ApiResult<()> {
        let place = match field.name() {
            Some("kind") => &mut self.kind,
            Some("format") => &mut self.format,
            Some("name") => &mut self.name,
            Some("mapping") => &mut self.mapping,
            _ => return Ok(()),
        };
        *place = Some(field.text().await.map_err(broken_upload)?);
        Ok(())
    }

    fn new_import(&self) -> Result<NewImport, Problem> {
        let detail = "say what the rows are, before the file: kind=customers, orders, events or companies";
        let kind = self.kind()?.ok_or_else(|| invalid("/kind", "missing_kind", detail))?;
        let mapping = self.mapping()?;
        let name = self.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "upload.csv".into());
        Ok(NewImport { name, kind, format: self.format()?, mapping, source: None })
    }
}

/// The workspace's imports, newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", security(("api_key" = ["import.read"])), params(PageQuery),
    responses((status = 200, body = Listed<ImportView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<ImportView>>> {
    Ok(Json(app.collect.imports(auth.workspace(), &page).await?.map(view).into()))
}

/// Uploads a file and starts its import. Either the raw file as the body, or multipart with the fields of the query
/// before the field `file`.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", security(("api_key" = ["import.write"])), params(ImportOptions),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 422), (status = 503)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(options): Query<ImportOptions>,
    request: Request,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.workspace();
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
    auth.note(&app, "import.create", import.id, format!("imported {} from \"{}\"", import.kind.name(), import.name))
        .await?;
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
        if field.name() == Some("file") {
            options.name = options.name.take().or_else(|| field.file_name().map(str::to_owned));
            let mut upload = app.collect.create_import(workspace, options.new_import()?).await?;
            while let Some(part) = field.chunk().await.map_err(broken_upload)? {
                upload.push(&part).await?;
            }
            return finish(upload).await;
        }
        options.take_field(field).await?;
    }
    Err(missing_file().into())
}

fn missing_file() -> Problem {
    invalid("/file", "missing_file", "the form has no field \"file\"")
}

/// Columns, examples, the fields there are and the mapping an import would use, from the beginning (64 KB) of a file; a
/// workbook (.xlsx) is needed whole, 64 MB at most.
/// The file is the raw body, or the field `file` of a multipart body. With a `mapping`, what it leaves open is filled
/// in, and what is wrong with it is told, as an import would.
#[utoipa::path(post, path = "/api/v1/imports/preview", tag = "imports", security(("api_key" = ["import.write"])), params(ImportOptions),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PreviewView), (status = 401), (status = 403), (status = 413), (status = 422)))]
async fn preview(
    State(app): State<Arc<App>>,
    Query(mut options): Query<ImportOptions>,
    request: Request,
) -> ApiResult<Json<PreviewView>> {
    let head = match is_multipart(request.headers()) {
        true => multipart_head(&mut options, request).await?,
        false => head_of(request.into_body().into_data_stream()).await?,
    };
    let name = options.name.clone().unwrap_or_default();
    let (format, kind, mapping) = (options.format()?, options.kind()?, options.mapping()?);
    // A workbook is unpacked: seconds of work that must not hold up other requests.
    let preview = tokio::task::spawn_blocking(move || {
        app.collect.preview_import(&head, PreviewRequest { name: &name, format, kind, mapping })
    });
    Ok(Json(preview_view(preview.await.map_err(Problem::internal)??)))
}

/// The first bytes of a file; the rest is not waited for.
async fn head_of<E: std::fmt::Display>(mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin) -> ApiResult<Vec<u8>> {
    let mut head = Vec::new();
    let mut wanted = PREVIEW_BYTES;
    while head.len() < wanted
        && let Some(part) = parts.next().await
    {
        head.extend_from_slice(&part.map_err(broken_upload)?);
        if Format::signed(&head) == Some(Format::Xlsx) {
            wanted = XLSX_PREVIEW_BYTES_MAX + 1;
        }
    }
    if head.len() > XLSX_PREVIEW_BYTES_MAX {
        let megabytes = XLSX_PREVIEW_BYTES_MAX >> 20;
        let detail = format!("a workbook larger than {megabytes} MB has no preview; import it, or save it as CSV");
        return Err(invalid("/file", "file_too_large", detail).into());
    }
    head.truncate(wanted);
    Ok(head)
}

async fn multipart_head(options: &mut ImportOptions, request: Request) -> ApiResult<Vec<u8>> {
    let mut form = Multipart::from_request(request, &()).await.map_err(broken_upload)?;
    while let Some(field) = form.next_field().await.map_err(broken_upload)? {
        if field.name() == Some("file") {
            options.name = options.name.take().or_else(|| field.file_name().map(str::to_owned));
            return head_of(field).await;
        }
        options.take_field(field).await?;
    }
    Err(missing_file().into())
}

/// What the beginning of a file shows.
#[derive(Serialize, ToSchema)]
struct PreviewView {
    /// csv, jsonl or xlsx.
    format: String,
    /// customers, orders, events or companies; guessed when the request does not say.
    kind: String,
    delimiter: Option<char>,
    /// utf-8 or windows-1252.
    encoding: &'static str,
    columns: Vec<ColumnView>,
    /// Values of the first rows by column.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<BTreeMap<String, String>>,
    mapping: MappingView,
    /// Of a workbook: the sheets people see, first the one that is read unless `mapping.sheet` says another.
    sheets: Vec<String>,
    /// What a column can be mapped to, beside `trait:NAME`, `property:NAME` and `ignore`.
    fields: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct ColumnView {
    name: String,
    examples: Vec<String>,
    /// What the mapping makes of it.
    suggested: String,
}

/// How a file is read. What is left out is found out from the file's beginning.
#[derive(Serialize, ToSchema)]
pub(super) struct MappingView {
    /// Column of the file to a field (`email`), `trait:NAME`, `property:NAME` or `ignore`. Identifiers are
    /// `customer_id`, `email`, `phone` and `loyalty_card`.
    columns: BTreeMap<String, String>,
    /// ISO 4217, for amounts without a currency column; EUR unless told.
    currency: Option<String>,
    /// IANA name, for times without a zone; UTC unless told.
    time_zone: Option<String>,
    /// web, app, shop, phone … for rows without a channel column.
    channel: Option<String>,
    /// day_month or month_day.
    date_order: Option<&'static str>,
    /// True for `1.234,56`.
    decimal_comma: Option<bool>,
    delimiter: Option<char>,
    /// Of a workbook: the sheet; left out, the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    /// Of events: their name when no column holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
}

impl From<Mapping> for MappingView {
    fn from(mapping: Mapping) -> Self {
        let Mapping { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event } =
            mapping;
        let date_order = date_order.map(DateOrder::name);
        Self { columns, currency, time_zone, channel, date_order, decimal_comma, delimiter, sheet, event }
    }
}

fn preview_view(preview: Preview) -> PreviewView {
    let column = |column: ColumnPreview| ColumnView {
        name: column.name,
        examples: column.examples,
        suggested: column.suggested,
    };
    PreviewView {
        format: preview.format.name().to_owned(),
        kind: preview.kind.name().to_owned(),
        delimiter: preview.delimiter,
        encoding: preview.encoding,
        columns: preview.columns.into_iter().map(column).collect(),
        rows: preview.rows,
        mapping: preview.mapping.into(),
        sheets: preview.sheets,
        fields: preview.kind.fields().collect(),
    }
}

/// One import, with the progress of this moment.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", security(("api_key" = ["import.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ImportId>) -> ApiResult<Json<ImportView>> {
    let workspace = auth.workspace();
    Ok(Json(view(app.collect.import(workspace, id).await?)))
}

/// The rows that were refused. Of a CSV file: `import_line`, `import_error` and the file's own columns, with its own
/// delimiter, so that it can be corrected and imported again. Of other files: line, error, row.
#[utoipa::path(get, path = "/api/v1/imports/{id}/rejected", tag = "imports", security(("api_key" = ["import.read"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "text/csv"), (status = 401), (status = 403), (status = 404)))]
async fn rejected(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ImportId>) -> ApiResult<Response> {
    let workspace = auth.workspace();
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
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", tag = "imports", security(("api_key" = ["import.write"])), params(("id" = String, Path)),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn cancel(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ImportId>,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.workspace();
    Ok((StatusCode::ACCEPTED, Json(view(app.collect.cancel_import(workspace, id).await?))))
}

/// Goes on with a cancelled or failed import after its last checkpoint.
#[utoipa::path(post, path = "/api/v1/imports/{id}/resume", tag = "imports", security(("api_key" = ["import.write"])), params(("id" = String, Path)),
    responses((status = 202, body = ImportView), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn resume(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ImportId>,
) -> ApiResult<(StatusCode, Json<ImportView>)> {
    let workspace = auth.workspace();
    Ok((StatusCode::ACCEPTED, Json(view(app.collect.resume_import(workspace, id).await?))))
}
