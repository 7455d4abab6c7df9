//! Product feeds: upload, what became of them, what they were refused.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::{DefaultBodyLimit, Request, State};
use base::{Problem, ProblemKind, Timestamp};
use catalog::{Format, Mode, Refused, Run};
use futures::StreamExt;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The source of an upload that names none.
const SOURCE: &str = "upload";
/// How long an answer waits for the products to be written.
const WAIT: Duration = Duration::from_secs(3);
/// How long a sender may be silent: meanwhile no other feed of the source is taken.
const SILENCE_MAX: Duration = Duration::from_secs(60);

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Uploads are read as they come.
    let uploads = OpenApiRouter::new().routes(routes!(upload)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(sources))
        .routes(routes!(runs))
        .routes(routes!(run))
        .routes(routes!(refused))
        .routes(routes!(apply))
}

/// A feed that was read. Counts are of items.
#[derive(Serialize, ToSchema)]
struct FeedRunView {
    id: String,
    source: String,
    /// whole or update.
    mode: &'static str,
    /// staging (being read), applying, done, held (would take away more than half: a person decides), refused or
    /// interrupted.
    state: &'static str,
    /// xml, csv, tsv or jsonl.
    format: Option<&'static str>,
    #[schema(value_type = String)]
    started_at: Timestamp,
    #[schema(value_type = Option<String>)]
    ended_at: Option<Timestamp>,
    items: u64,
    accepted: u64,
    refused: u64,
    created: u64,
    changed: u64,
    unchanged: u64,
    gone: u64,
    /// Products that are gone when it is applied.
    would_go: u64,
    code: Option<String>,
    detail: Option<String>,
}

impl From<Run> for FeedRunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            source: run.source,
            mode: run.mode.name(),
            state: run.state.name(),
            format: run.format.map(Format::name),
            started_at: run.started_at,
            ended_at: run.ended_at,
            items: run.items,
            accepted: run.accepted,
            refused: run.refused,
            created: run.created,
            changed: run.changed,
            unchanged: run.unchanged,
            gone: run.gone,
            would_go: run.would_go,
            code: run.code,
            detail: run.detail,
        }
    }
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// Where the products come from: letters, digits, dashes, underscores and points; `upload` when left out.
    source: Option<String>,
    /// whole (the default): what the file does not have is gone. update: the others stay.
    mode: Option<String>,
    /// true: also when more than half of the source's products would be gone.
    confirm: Option<String>,
}

fn wrong(pointer: &'static str, code: &'static str, detail: &str) -> Problem {
    Problem::invalid(code, detail).at(pointer, code, detail)
}

impl FeedQuery {
    fn mode(&self) -> Result<Mode, Problem> {
        match self.mode.as_deref().filter(|mode| !mode.is_empty()) {
            None => Ok(Mode::Whole),
            Some(text) => {
                Mode::parse(text).ok_or_else(|| wrong("/mode", "bad_feed_mode", "the mode is whole or update"))
            }
        }
    }
    fn confirm(&self) -> Result<bool, Problem> {
        match self.confirm.as_deref() {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(wrong("/confirm", "bad_feed_mode", "confirm is true or false")),
        }
    }
}

/// Takes in a product feed: RSS or Atom with Google's attributes, TSV, CSV or JSON lines, plain or gzip; the body is the
/// raw file. Answers when the products are written, or after three seconds: then look at the run. Nothing of a feed
/// that ends in the middle, or is no feed, is applied.
#[utoipa::path(post, path = "/api/v1/products/feed", tag = "products", security(("api_key" = ["product.write"])), params(FeedQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 202, body = FeedRunView), (status = 400), (status = 401), (status = 403), (status = 409), (status = 422), (status = 503)))]
async fn upload(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<FeedQuery>,
    request: Request,
) -> ApiResult<(StatusCode, Json<FeedRunView>)> {
    let (mode, confirm) = (query.mode()?, query.confirm()?);
    let source = query.source.as_deref().filter(|source| !source.is_empty()).unwrap_or(SOURCE);
    let mut upload = app.catalog.begin(auth.workspace(), source, mode, confirm).await?;
    let mut body = request.into_body().into_data_stream();
    let broken = |detail: String| Problem::new(ProblemKind::Malformed, "broken_upload", detail);
    loop {
        let part = tokio::time::timeout(SILENCE_MAX, body.next()).await;
        let part = part.map_err(|_| broken(format!("nothing came for {} seconds", SILENCE_MAX.as_secs())))?;
        let Some(part) = part else { break };
        let part = part.map_err(|error| broken(format!("the upload did not reach its end: {error}")))?;
        upload.push(&part).await?;
    }
    let run = upload.finish(Some(WAIT)).await?;
    auth.note(&app, "product.feed", &run.id, format!("sent a product feed of \"{}\"", run.source)).await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}

/// Where products come from.
#[derive(Serialize, ToSchema)]
struct ProductSourceView {
    source: String,
    /// Of the connection; null for uploads and for connections that were deleted.
    name: Option<String>,
    /// Not gone.
    products: u64,
    gone: u64,
    last_run: Option<FeedRunView>,
}

/// The sources of products with their last feeds.
#[utoipa::path(get, path = "/api/v1/products/sources", tag = "products", security(("api_key" = ["product.read"])), params(PageQuery),
    responses((status = 200, body = Listed<ProductSourceView>), (status = 400), (status = 401), (status = 403)))]
async fn sources(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<ProductSourceView>>> {
    let all = app.catalog.sources(auth.workspace()).await?;
    let known = app.collect.sources(auth.workspace()).await?;
    let mut names: HashMap<String, String> = known.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
    let view = |one: catalog::ProductSource| ProductSourceView {
        name: names.remove(&one.source),
        source: one.source,
        products: one.products,
        gone: one.gone,
        last_run: one.last_run.map(FeedRunView::from),
    };
    Ok(Json(Listed::cut(all, &page, |one| one.source.clone(), view)?))
}

#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FeedRunQuery {
    /// Of this source only.
    source: Option<String>,
}

/// Feeds that were read, newest first; 100 of each source are kept.
#[utoipa::path(get, path = "/api/v1/products/runs", tag = "products", security(("api_key" = ["product.read"])), params(FeedRunQuery, PageQuery),
    responses((status = 200, body = Listed<FeedRunView>), (status = 400), (status = 401), (status = 403)))]
async fn runs(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<FeedRunQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<FeedRunView>>> {
    let source = query.source.as_deref().filter(|source| !source.is_empty() && !source.contains('\0'));
    Ok(Json(app.catalog.runs(auth.workspace(), source, &page).await?.map(FeedRunView::from).into()))
}

/// One feed that was read.
#[utoipa::path(get, path = "/api/v1/products/runs/{id}", tag = "products", security(("api_key" = ["product.read"])), params(("id" = String, Path)),
    responses((status = 200, body = FeedRunView), (status = 401), (status = 403), (status = 404)))]
async fn run(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<String>) -> ApiResult<Json<FeedRunView>> {
    Ok(Json(app.catalog.feed_run(auth.workspace(), &id).await?.into()))
}

/// An item a feed was refused.
#[derive(Serialize, ToSchema)]
struct RefusedItemView {
    /// Its number in the file, from 1.
    item: u64,
    /// Of text files, from 1.
    line: Option<u64>,
    product_id: Option<String>,
    attribute: Option<String>,
    /// docs/reference/product-feed.md has the codes.
    code: String,
    detail: String,
}

/// What a feed was refused, in the order of the file; the first 1,000 of a feed are kept.
#[utoipa::path(get, path = "/api/v1/products/runs/{id}/refused", tag = "products", security(("api_key" = ["product.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<RefusedItemView>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn refused(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<String>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RefusedItemView>>> {
    let view = |one: Refused| RefusedItemView {
        item: one.item,
        line: one.line,
        product_id: one.product_id,
        attribute: one.attribute,
        code: one.code,
        detail: one.detail,
    };
    Ok(Json(app.catalog.refused(auth.workspace(), &id, &page).await?.map(view).into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeedApplyRequest {}

/// Applies a feed that waits because more than half of its source's products would be gone.
#[utoipa::path(post, path = "/api/v1/products/runs/{id}/apply", tag = "products", security(("api_key" = ["product.write"])), params(("id" = String, Path)), request_body = FeedApplyRequest,
    responses((status = 202, body = FeedRunView), (status = 400), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn apply(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<String>,
    Json(FeedApplyRequest {}): Json<FeedApplyRequest>,
) -> ApiResult<(StatusCode, Json<FeedRunView>)> {
    let run = app.catalog.apply_held(auth.workspace(), &id, WAIT).await?;
    auth.note(&app, "product.apply", &id, format!("applied a feed after which {} products are gone", run.would_go))
        .await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}
