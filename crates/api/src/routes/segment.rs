//! Segments: count, save, list members. What there is to ask for is in `pickers`.

mod pickers;

use super::profile::{SummaryView, summaries};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path, Query};
use access::{AuditRecord, Permission};
use axum::extract::State;
use base::{PageRequest, Problem, ProblemKind, ProfileId, SegmentId, Share, Timestamp, WorkspaceId};
use http::{HeaderMap, HeaderName, StatusCode, header};
use predicate::{Condition, KINDS, Locale, Op, ValueType};
use segment::{NewSegment, SavedSegment, SegmentError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Customers shown with a count.
const SAMPLE_DEFAULT: usize = 10;
const SAMPLE_MAX: usize = 50;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(count))
        .routes(routes!(sentence))
        .routes(routes!(schema))
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(members))
        .routes(routes!(member))
        .merge(pickers::routes())
}

async fn people(app: &App, workspace: WorkspaceId, ids: &[ProfileId]) -> ApiResult<Vec<SummaryView>> {
    summaries(app, workspace, app.profile.summaries(workspace, ids).await?).await
}

/// The language of sentences: asked for, else the signed-in user's, else English.
fn locale_of(auth: &Auth, asked: Option<&str>) -> Locale {
    let own = auth.user.as_ref().map(|user| user.locale.as_str());
    Locale::of(asked.or(own).unwrap_or_default())
}

fn parsed(condition: &Value) -> Result<Condition, SegmentError> {
    Ok(predicate::parse(condition)?)
}

#[derive(Deserialize, IntoParams)]
struct CountQuery {
    /// Customers to show: 10 unless told, 50 at most, 0 for none.
    sample: Option<usize>,
    /// Language of the sentence: en, nl, sv, fy.
    locale: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct CountRequest {
    /// A condition, `{"version":1,"all":[…]}`.
    #[schema(value_type = Object)]
    condition: Value,
}

#[derive(Serialize, ToSchema)]
struct PartCountView {
    /// JSON pointer into the condition; "" is the whole.
    pointer: String,
    count: u64,
}

#[derive(Serialize, ToSchema)]
struct ConditionWarning {
    pointer: String,
    code: &'static str,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct CountAnswer {
    count: u64,
    /// Customers in the workspace.
    total: u64,
    /// `count / total`.
    #[schema(value_type = f64)]
    share: Share,
    took_ms: f64,
    /// How many of them can be reached, by channel.
    reach: BTreeMap<String, u64>,
    /// The count of every part of the condition, parents before children.
    breakdown: Vec<PartCountView>,
    sample: Vec<SummaryView>,
    sentence: String,
    warnings: Vec<ConditionWarning>,
}

/// Counts a condition without saving it.
#[utoipa::path(post, path = "/api/v1/segments/count", tag = "segments", params(CountQuery), request_body = CountRequest,
    responses((status = 200, body = CountAnswer), (status = 401), (status = 403), (status = 422), (status = 503)))]
async fn count(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<CountQuery>,
    Json(body): Json<CountRequest>,
) -> ApiResult<Json<CountAnswer>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    let condition = parsed(&body.condition)?;
    let started = std::time::Instant::now();
    let sample = query.sample.unwrap_or(SAMPLE_DEFAULT).min(SAMPLE_MAX);
    let counted = app.segment.count(workspace, &condition, sample).await?;
    let took_ms = started.elapsed().as_secs_f64() * 1_000.0;
    // Who may count may not always see who they are.
    let sample = if auth.caller.require(Permission::ProfileRead).is_ok() {
        people(&app, workspace, &counted.sample).await?
    } else {
        Vec::new()
    };
    let warnings = app.segment.warnings(workspace, &condition)?;
    Ok(Json(CountAnswer {
        count: counted.count,
        total: counted.total,
        share: Share::of(counted.count, counted.total),
        took_ms,
        reach: counted.reach.into_iter().collect(),
        breakdown: counted
            .breakdown
            .into_iter()
            .map(|part| PartCountView { pointer: part.pointer, count: part.count })
            .collect(),
        sample,
        sentence: app.segment.sentence(workspace, &condition, locale_of(&auth, query.locale.as_deref()))?,
        warnings: warnings
            .into_iter()
            .map(|warning| ConditionWarning { pointer: warning.pointer, code: warning.code, detail: warning.detail })
            .collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
struct SentenceRequest {
    #[schema(value_type = Object)]
    condition: Value,
    /// en, nl, sv, fy.
    locale: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SentenceAnswer {
    sentence: String,
}

/// Says a condition in words.
#[utoipa::path(post, path = "/api/v1/segments/sentence", tag = "segments", request_body = SentenceRequest,
    responses((status = 200, body = SentenceAnswer), (status = 401), (status = 403), (status = 422)))]
async fn sentence(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SentenceRequest>,
) -> ApiResult<Json<SentenceAnswer>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    let locale = locale_of(&auth, body.locale.as_deref());
    let sentence = app.segment.sentence(workspace, &parsed(&body.condition)?, locale)?;
    Ok(Json(SentenceAnswer { sentence }))
}

#[derive(Serialize, ToSchema)]
struct ConditionKindView {
    /// The key in a condition.
    kind: &'static str,
    label: &'static str,
    /// A whole condition of this kind.
    #[schema(value_type = Object)]
    example: Value,
    /// JSON Schema of what stands under the key; `#/condition` is any condition, `x-source` names the picker.
    #[schema(value_type = Object)]
    json_schema: Value,
}

#[derive(Serialize, ToSchema)]
struct ConditionSchema {
    version: u64,
    conditions: Vec<ConditionKindView>,
    /// Operators offered by type of value.
    trait_ops: BTreeMap<&'static str, Vec<&'static str>>,
}

/// Every kind of condition, for forms.
#[utoipa::path(get, path = "/api/v1/segments/schema", tag = "segments",
    responses((status = 200, body = ConditionSchema), (status = 401), (status = 403)))]
async fn schema(auth: Auth) -> ApiResult<Json<ConditionSchema>> {
    auth.require(Permission::SegmentRead)?;
    let kind = |kind: &predicate::Kind| ConditionKindView {
        kind: kind.name,
        label: kind.label,
        example: serde_json::json!({ kind.name: (kind.example)() }),
        json_schema: (kind.json_schema)(),
    };
    let ops = |value_type: ValueType| (value_type.name(), Op::of_type(value_type).map(Op::name).collect());
    Ok(Json(ConditionSchema {
        version: predicate::CONDITION_VERSION,
        conditions: KINDS.iter().map(kind).collect(),
        trait_ops: ValueType::ALL.into_iter().map(ops).collect(),
    }))
}

#[derive(Serialize, ToSchema)]
struct SegmentUserView {
    /// campaign, segment, …
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct SegmentView {
    id: String,
    name: String,
    description: String,
    #[schema(value_type = Object)]
    condition: Value,
    sentence: String,
    count: u64,
    /// Customers in the workspace.
    total: u64,
    used_by: Vec<SegmentUserView>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    version: i64,
    /// Since midnight UTC.
    entered_today: u64,
    exited_today: u64,
}

async fn view(app: &App, auth: &Auth, saved: SavedSegment) -> ApiResult<SegmentView> {
    let workspace = auth.workspace();
    let used_by = app.segment.used_by(workspace, saved.id).await?;
    let used_by = used_by.into_iter().map(|user| SegmentUserView { kind: user.kind, id: user.id, name: user.name });
    Ok(SegmentView {
        id: saved.id.to_string(),
        sentence: app.segment.sentence(workspace, &saved.condition, locale_of(auth, None))?,
        name: saved.name,
        description: saved.description,
        condition: saved.condition.to_json(),
        count: saved.count,
        total: app.segment.total(workspace)?,
        used_by: used_by.collect(),
        created_at: saved.created_at,
        updated_at: saved.updated_at,
        version: saved.version,
        entered_today: saved.entered_today,
        exited_today: saved.exited_today,
    })
}

type Tagged = ([(HeaderName, String); 1], Json<SegmentView>);

fn tagged(view: SegmentView) -> Tagged {
    ([(header::ETAG, format!("\"{}\"", view.version))], Json(view))
}

/// The version of `If-Match: "3"`; None without the header or for `*`.
fn wanted_version(headers: &HeaderMap) -> ApiResult<Option<i64>> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    match text.trim_start_matches("W/").trim_matches('"').parse() {
        Ok(version) => Ok(Some(version)),
        Err(_) => {
            let detail = "If-Match takes the ETag of an earlier answer, such as \"3\"";
            Err(Problem::new(ProblemKind::Malformed, "bad_if_match", detail).into())
        }
    }
}

#[derive(Deserialize, IntoParams)]
struct PageQuery {
    /// 50 unless told, 500 at most.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    fn limit(&self) -> usize {
        PageRequest { limit: self.limit, cursor: None }.limit() as usize
    }
    /// The id the cursor stands for.
    fn after<T: std::str::FromStr>(&self) -> ApiResult<Option<T>> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let bad = |_| Problem::new(ProblemKind::Malformed, "bad_cursor", "this cursor is not one an answer gave");
        Ok(Some(text.parse().map_err(bad)?))
    }
}

#[derive(Serialize, ToSchema)]
struct SegmentList {
    items: Vec<SegmentView>,
    next_cursor: Option<String>,
}

/// Saved segments, newest first.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments", params(PageQuery),
    responses((status = 200, body = SegmentList), (status = 401), (status = 403), (status = 503)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Query(page): Query<PageQuery>) -> ApiResult<Json<SegmentList>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    let after: Option<SegmentId> = page.after()?;
    let all = app.segment.list(workspace).await?;
    let start = after.and_then(|after| all.iter().position(|saved| saved.id == after)).map_or(0, |index| index + 1);
    let more = all.len() > start + page.limit();
    let mut items = Vec::new();
    for saved in all.into_iter().skip(start).take(page.limit()) {
        items.push(view(&app, &auth, saved).await?);
    }
    let next_cursor = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Json(SegmentList { items, next_cursor }))
}

#[derive(Deserialize, ToSchema)]
struct SegmentRequest {
    name: String,
    description: Option<String>,
    #[schema(value_type = Object)]
    condition: Value,
}

impl SegmentRequest {
    fn read(self) -> Result<NewSegment, SegmentError> {
        let condition = parsed(&self.condition)?;
        Ok(NewSegment { name: self.name, description: self.description.unwrap_or_default(), condition })
    }
}

async fn note(app: &App, auth: &Auth, action: &'static str, id: SegmentId, summary: String) -> ApiResult<()> {
    let record = AuditRecord { action, object: id.to_string(), summary, ip: auth.ip.clone(), ..AuditRecord::default() };
    Ok(app.access.audit(auth.workspace(), &auth.caller.actor, record).await?)
}

/// Saves a segment and fills it.
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments", request_body = SegmentRequest,
    responses((status = 201, body = SegmentView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SegmentRequest>,
) -> ApiResult<(StatusCode, Tagged)> {
    let workspace = auth.require(Permission::SegmentWrite)?;
    let saved = app.segment.create(workspace, body.read()?).await?;
    note(&app, &auth, "segment.create", saved.id, format!("made the segment \"{}\"", saved.name)).await?;
    Ok((StatusCode::CREATED, tagged(view(&app, &auth, saved).await?)))
}

/// One saved segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = String, Path)),
    responses((status = 200, body = SegmentView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SegmentId>) -> ApiResult<Tagged> {
    let workspace = auth.require(Permission::SegmentRead)?;
    let saved = app.segment.get(workspace, id).await?;
    Ok(tagged(view(&app, &auth, saved).await?))
}

/// Changes a segment; send the ETag you edited as `If-Match`.
#[utoipa::path(put, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = String, Path)),
    request_body = SegmentRequest,
    responses((status = 200, body = SegmentView), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    headers: HeaderMap,
    Json(body): Json<SegmentRequest>,
) -> ApiResult<Tagged> {
    let workspace = auth.require(Permission::SegmentWrite)?;
    let saved = app.segment.update(workspace, id, wanted_version(&headers)?, body.read()?).await?;
    // Segments that ask for this one may have told who entered and left them.
    app.pipeline.wake();
    note(&app, &auth, "segment.update", id, format!("changed the segment \"{}\"", saved.name)).await?;
    Ok(tagged(view(&app, &auth, saved).await?))
}

/// Deletes a segment that nothing uses.
#[utoipa::path(delete, path = "/api/v1/segments/{id}", tag = "segments", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412)))]
async fn delete(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let workspace = auth.require(Permission::SegmentWrite)?;
    app.segment.delete(workspace, id, wanted_version(&headers)?).await?;
    note(&app, &auth, "segment.delete", id, "deleted a segment".to_owned()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
struct SegmentMembers {
    items: Vec<SummaryView>,
    next_cursor: Option<String>,
}

/// Members of a segment, by id.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", tag = "segments", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = SegmentMembers), (status = 401), (status = 403), (status = 404)))]
async fn members(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<SegmentMembers>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    auth.require(Permission::ProfileRead)?;
    let (ids, more) = app.segment.members_page(workspace, id, page.after()?, page.limit())?;
    let next_cursor = ids.last().filter(|_| more).map(ProfileId::to_string);
    Ok(Json(SegmentMembers { items: people(&app, workspace, &ids).await?, next_cursor }))
}

#[derive(Serialize, ToSchema)]
struct IsMember {
    member: bool,
}

/// Is this customer in the segment?
#[utoipa::path(get, path = "/api/v1/segments/{id}/members/{profile_id}", tag = "segments",
    params(("id" = String, Path), ("profile_id" = String, Path)),
    responses((status = 200, body = IsMember), (status = 401), (status = 403), (status = 404)))]
async fn member(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path((id, profile)): Path<(SegmentId, ProfileId)>,
) -> ApiResult<Json<IsMember>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    // A merged id still stands for the customer.
    let canonical = app.profile.canonical(workspace, &[profile]).await?;
    let profile = canonical.get(&profile).copied().ok_or_else(|| Problem::not_found("profile", profile))?;
    Ok(Json(IsMember { member: app.segment.contains(workspace, id, profile)? }))
}
