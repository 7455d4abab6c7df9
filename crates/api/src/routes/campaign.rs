//! Campaigns: drafts, review, launch and control. What came of them is in `results`.

mod results;

use super::content::{EmailMessageBody, Tagged, profile_of, tagged, wanted_version};
use super::measure::MoneyView;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use access::Permission;
use axum::extract::State;
use base::{CampaignId, Problem, SegmentId, Timestamp, WorkspaceId};
use campaign::{Campaign, CampaignDraft, CampaignState, Check, Progress, Review, Schedule, Severity};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(review))
        .routes(routes!(test))
        .routes(routes!(launch))
        .routes(routes!(schedule))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(cancel))
        .routes(routes!(duplicate))
        .merge(results::routes())
}

/// Where the members of the audience are; the parts add up to `audience`.
#[derive(Serialize, ToSchema)]
pub struct CampaignProgress {
    audience: u64,
    pending: u64,
    sending: u64,
    sent: u64,
    delivered: u64,
    bounced: u64,
    failed: u64,
    skipped: u64,
    unconfirmed: u64,
}

impl From<Progress> for CampaignProgress {
    fn from(progress: Progress) -> Self {
        let Progress { audience, pending, sending, sent, delivered, bounced, failed, skipped, unconfirmed } = progress;
        Self { audience, pending, sending, sent, delivered, bounced, failed, skipped, unconfirmed }
    }
}

/// What counts as a success of the campaign.
#[derive(Serialize, ToSchema)]
struct ConversionRule {
    window_days: i64,
    event: &'static str,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleBody {
    #[schema(value_type = String)]
    scheduled_at: Timestamp,
    /// After this it would be stale: then it is held and shown, not sent.
    #[schema(value_type = String)]
    latest_at: Timestamp,
}

impl From<Schedule> for ScheduleBody {
    fn from(Schedule { at, latest }: Schedule) -> Self {
        Self { scheduled_at: at, latest_at: latest }
    }
}

#[derive(Serialize, ToSchema)]
struct CampaignView {
    id: String,
    name: String,
    /// draft, scheduled, launching, sending, paused, finished, cancelled
    state: &'static str,
    channel: String,
    /// The key of the topic it is about; null: nothing in particular.
    topic: Option<String>,
    segment_id: Option<String>,
    segment_name: Option<String>,
    #[schema(value_type = Option<EmailMessageBody>)]
    message: Value,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>)]
    launched_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    schedule: Option<ScheduleBody>,
    /// Why a scheduled campaign did not start by itself.
    held: Option<String>,
    version: i64,
    progress: CampaignProgress,
    /// How many of the unconfirmed messages somebody has decided to leave as they are.
    unconfirmed_left: u64,
    conversion: ConversionRule,
}

/// A campaign as a line of a list.
#[derive(Serialize, ToSchema)]
pub struct CampaignSummary {
    id: String,
    name: String,
    state: &'static str,
    channel: String,
    subject: String,
    segment_id: Option<String>,
    segment_name: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    #[schema(value_type = Option<String>)]
    launched_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    schedule: Option<ScheduleBody>,
    held: Option<String>,
    version: i64,
    progress: CampaignProgress,
    /// Orders and revenue it earned so far.
    orders: i64,
    revenue: MoneyView,
}

async fn segment_names(app: &App, workspace: WorkspaceId) -> ApiResult<HashMap<SegmentId, String>> {
    let segments = app.segment.list(workspace).await?;
    Ok(segments.into_iter().map(|segment| (segment.id, segment.name)).collect())
}

/// Lines of a list, with progress and earnings.
pub async fn summaries(app: &App, workspace: WorkspaceId, campaigns: Vec<Campaign>) -> ApiResult<Vec<CampaignSummary>> {
    let names = segment_names(app, workspace).await?;
    let mut out = Vec::with_capacity(campaigns.len());
    for campaign in campaigns {
        let progress = app.campaign.progress_of(workspace, campaign.id, campaign.state).await?;
        let earned = app.measure.conversions(workspace, campaign.id).await?.total;
        out.push(CampaignSummary {
            id: campaign.id.to_string(),
            name: campaign.name,
            state: campaign.state.name(),
            channel: campaign.channel,
            subject: campaign.message["subject"].as_str().unwrap_or_default().to_owned(),
            segment_id: campaign.segment_id.map(|id| id.to_string()),
            segment_name: campaign.segment_id.and_then(|id| names.get(&id).cloned()),
            created_at: campaign.created_at,
            updated_at: campaign.updated_at,
            launched_at: campaign.launched_at,
            finished_at: campaign.finished_at,
            schedule: campaign.schedule.map(ScheduleBody::from),
            held: campaign.held,
            version: campaign.version,
            progress: progress.into(),
            orders: earned.orders,
            revenue: earned.revenue.into(),
        });
    }
    Ok(out)
}

async fn view(app: &App, workspace: WorkspaceId, campaign: Campaign) -> ApiResult<Tagged<CampaignView>> {
    let segment_name = match campaign.segment_id {
        Some(id) => app.segment.get(workspace, id).await.ok().map(|segment| segment.name),
        None => None,
    };
    let rule = app.measure.attribution_rule(workspace).await?;
    let progress = app.campaign.progress_of(workspace, campaign.id, campaign.state).await?;
    let version = campaign.version;
    let view = CampaignView {
        id: campaign.id.to_string(),
        name: campaign.name,
        state: campaign.state.name(),
        channel: campaign.channel,
        topic: campaign.topic,
        segment_id: campaign.segment_id.map(|id| id.to_string()),
        segment_name,
        message: campaign.message,
        created_at: campaign.created_at,
        updated_at: campaign.updated_at,
        launched_at: campaign.launched_at,
        finished_at: campaign.finished_at,
        schedule: campaign.schedule.map(ScheduleBody::from),
        held: campaign.held,
        version,
        progress: progress.into(),
        unconfirmed_left: campaign.unconfirmed_left,
        conversion: ConversionRule { window_days: rule.window_days, event: events::names::ORDER_COMPLETED },
    };
    Ok(tagged(version, view))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignRequest {
    name: String,
    segment_id: Option<String>,
    #[schema(value_type = Option<EmailMessageBody>)]
    #[serde(default)]
    message: Value,
    /// email
    channel: Option<String>,
    /// The key of the topic it is about; who left the topic gets nothing. Left out: nothing in particular.
    #[serde(default)]
    topic: Option<String>,
}

impl CampaignRequest {
    async fn draft(self, app: &App, workspace: WorkspaceId) -> ApiResult<CampaignDraft> {
        super::content::known_fields(&self.message)?;
        let segment_id = match self.segment_id.filter(|id| !id.is_empty()) {
            Some(id) => Some(known_segment(app, workspace, &id).await?),
            None => None,
        };
        let channel = self.channel.unwrap_or_else(|| "email".into());
        let topic = match self.topic.filter(|topic| !topic.is_empty()) {
            Some(topic) => Some(known_topic(app, workspace, &topic).await?),
            None => None,
        };
        Ok(CampaignDraft { name: self.name, segment_id, message: self.message, channel, topic })
    }
}

async fn known_topic(app: &App, workspace: WorkspaceId, topic: &str) -> ApiResult<String> {
    let found = match consent::TopicKey::parse(topic) {
        Ok(key) => app.consent.topic(workspace, &key).await,
        Err(_) => Err(consent::ConsentError::NoTopic),
    };
    match found {
        Ok(topic) => Ok(topic.key.to_string()),
        Err(consent::ConsentError::NoTopic) => {
            let detail = "there is no such topic in this workspace";
            Err(Problem::invalid("unknown_topic", detail).at("/topic", "unknown_topic", detail).into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn known_segment(app: &App, workspace: WorkspaceId, id: &str) -> ApiResult<SegmentId> {
    let bad = |detail: String| Problem::invalid("no_such_segment", &*detail).at("/segment_id", "unknown", detail);
    let id: SegmentId = id.parse().map_err(|error: base::IdError| bad(error.to_string()))?;
    match app.segment.get(workspace, id).await {
        Ok(segment) => Ok(segment.id),
        Err(_) => Err(bad(format!("there is no segment {id} in this workspace")).into()),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CampaignsQuery {
    /// draft, scheduled, launching, sending, paused, finished, cancelled
    state: Option<String>,
}

/// Campaigns, newest first.
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaign", security(("api_key" = ["campaign.read"])), params(CampaignsQuery, PageQuery),
    responses((status = 200, body = Listed<CampaignSummary>), (status = 401), (status = 403), (status = 422)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<CampaignsQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<CampaignSummary>>> {
    let workspace = auth.workspace();
    let state = query.state.filter(|state| !state.is_empty()).map(|state| state.parse::<CampaignState>()).transpose();
    let state = state.map_err(|detail| Problem::invalid("bad_state", detail))?;
    let page = app.campaign.list(workspace, state, &page).await?;
    let items = summaries(&app, workspace, page.items).await?;
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}

/// Makes a draft.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "campaign", security(("api_key" = ["campaign.write"])), request_body = CampaignRequest,
    responses((status = 201, body = CampaignView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<CampaignRequest>,
) -> ApiResult<(StatusCode, Tagged<CampaignView>)> {
    let workspace = auth.workspace();
    let draft = body.draft(&app, workspace).await?;
    let campaign = app.campaign.create(workspace, draft).await?;
    auth.note(&app, "campaign.create", campaign.id, format!("made the campaign \"{}\"", campaign.name)).await?;
    Ok((StatusCode::CREATED, view(&app, workspace, campaign).await?))
}

#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "campaign", security(("api_key" = ["campaign.read"])), params(("id" = String, Path)),
    responses((status = 200, body = CampaignView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<CampaignId>) -> ApiResult<Tagged<CampaignView>> {
    let workspace = auth.workspace();
    let campaign = app.campaign.get(workspace, id).await?;
    view(&app, workspace, campaign).await
}

/// Changes a draft. A launched campaign answers 409: duplicate it instead.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}", tag = "campaign", security(("api_key" = ["campaign.write"])), params(("id" = String, Path)),
    request_body = CampaignRequest,
    responses((status = 200, body = CampaignView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 412), (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    headers: HeaderMap,
    Json(body): Json<CampaignRequest>,
) -> ApiResult<Tagged<CampaignView>> {
    let workspace = auth.workspace();
    let version = wanted_version(&headers)?;
    let draft = body.draft(&app, workspace).await?;
    let campaign = app.campaign.update(workspace, id, draft, version).await?;
    auth.note(&app, "campaign.update", id, format!("changed the campaign \"{}\"", campaign.name)).await?;
    view(&app, workspace, campaign).await
}

/// Deletes a draft; what was sent stays on record.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}", tag = "campaign", security(("api_key" = ["campaign.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<CampaignId>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.campaign.delete(workspace, id).await?;
    auth.note(&app, "campaign.delete", id, "deleted a draft").await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
struct ReviewExclusion {
    /// no_consent, not_confirmed, marketing_refused, topic_unsubscribed, topic_not_asked, paused, too_often, no_address,
    /// suppressed, invalid_address, duplicate_address
    #[schema(value_type = String)]
    reason: campaign::Refusal,
    count: u64,
}

#[derive(Serialize, ToSchema)]
struct ReviewCheck {
    code: String,
    /// blocking, advice
    severity: &'static str,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct ReviewPerson {
    id: String,
    label: String,
}

#[derive(Serialize, ToSchema)]
struct ReviewSample {
    profile: ReviewPerson,
    subject: String,
}

#[derive(Serialize, ToSchema)]
struct ReviewView {
    audience: u64,
    recipients: u64,
    exclusions: Vec<ReviewExclusion>,
    checks: Vec<ReviewCheck>,
    /// Empty for callers who may not see customers.
    sample: Vec<ReviewSample>,
    /// None: nothing limits the sender.
    estimated_seconds: Option<u64>,
}

fn review_view(review: Review, personal: bool) -> ReviewView {
    let check = |check: Check| ReviewCheck {
        severity: if check.severity == Severity::Blocking { "blocking" } else { "advice" },
        code: check.code,
        detail: check.detail,
    };
    let sample = |sample: campaign::SampleMessage| ReviewSample {
        profile: ReviewPerson { id: sample.profile.to_string(), label: sample.label },
        subject: sample.subject,
    };
    let exclusions = review.exclusions.iter();
    ReviewView {
        audience: review.audience,
        recipients: review.recipients,
        exclusions: exclusions.map(|item| ReviewExclusion { reason: item.reason, count: item.count }).collect(),
        checks: review.checks.into_iter().map(check).collect(),
        sample: review.sample.into_iter().filter(|_| personal).map(sample).collect(),
        estimated_seconds: review.estimated_seconds,
    }
}

/// What a launch would do now: who gets it, who does not and why, and what is wrong with the message.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/review", tag = "campaign", security(("api_key" = ["campaign.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ReviewView), (status = 401), (status = 403), (status = 404)))]
async fn review(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<CampaignId>) -> ApiResult<Json<ReviewView>> {
    let workspace = auth.workspace();
    let personal = auth.caller.permissions.has(Permission::ProfileRead);
    Ok(Json(review_view(app.campaign.review(workspace, id).await?, personal)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignTestRequest {
    /// Ten at most.
    emails: Vec<String>,
    /// Whose data to use; a member of the audience when none is given.
    profile_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CampaignTestAnswer {
    email: String,
    /// None: accepted.
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CampaignTestAnswers {
    items: Vec<CampaignTestAnswer>,
}

/// Sends the message as it is to these addresses, marked as a test; it counts nowhere.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/test", tag = "campaign", security(("api_key" = ["campaign.write"])), params(("id" = String, Path)),
    request_body = CampaignTestRequest,
    responses((status = 200, body = CampaignTestAnswers), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn test(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    Json(body): Json<CampaignTestRequest>,
) -> ApiResult<Json<CampaignTestAnswers>> {
    let workspace = auth.workspace();
    let profile = body.profile_id.filter(|id| !id.is_empty()).map(|id| profile_of(&id)).transpose()?;
    let results = app.campaign.send_test(workspace, id, &body.emails, profile).await?;
    let name = app.campaign.get(workspace, id).await?.name;
    let summary = format!("sent a test of the campaign \"{name}\" to {} addresses", results.len());
    auth.note(&app, "campaign.test", id, summary).await?;
    let answer = |result: campaign::TestResult| CampaignTestAnswer { email: result.address, error: result.error };
    Ok(Json(CampaignTestAnswers { items: results.into_iter().map(answer).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LaunchRequest {
    /// The number of recipients the review showed; a launch to clearly more or fewer answers 409.
    confirm_recipients: u64,
}

/// Freezes audience and message and starts sending.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/launch", tag = "campaign", security(("api_key" = ["campaign.launch"])), params(("id" = String, Path)),
    request_body = LaunchRequest,
    responses((status = 200, body = CampaignView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
async fn launch(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    Json(body): Json<LaunchRequest>,
) -> ApiResult<Tagged<CampaignView>> {
    let workspace = auth.workspace();
    let launched = app.campaign.launch(workspace, id, Some(body.confirm_recipients)).await?;
    let campaign = app.campaign.get(workspace, id).await?;
    let summary = format!("launched the campaign \"{}\" to {} recipients", campaign.name, launched.recipients);
    auth.note(&app, "campaign.launch", id, summary).await?;
    view(&app, workspace, campaign).await
}

/// Lets a draft go out by itself.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/schedule", tag = "campaign", security(("api_key" = ["campaign.launch"])), params(("id" = String, Path)),
    request_body = ScheduleBody,
    responses((status = 200, body = CampaignView), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
async fn schedule(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    Json(body): Json<ScheduleBody>,
) -> ApiResult<Tagged<CampaignView>> {
    let workspace = auth.workspace();
    let schedule = Schedule { at: body.scheduled_at, latest: body.latest_at };
    let campaign = app.campaign.schedule(workspace, id, schedule).await?;
    auth.note(
        &app,
        "campaign.schedule",
        id,
        format!("scheduled the campaign \"{}\" for {}", campaign.name, body.scheduled_at),
    )
    .await?;
    view(&app, workspace, campaign).await
}

macro_rules! control_route {
    ($(#[$doc:meta])* $name:ident, $path:literal, $action:literal, $summary:literal) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "campaign", security(("api_key" = ["campaign.launch"])),
            params(("id" = String, Path)),
            responses((status = 200, body = CampaignView), (status = 401), (status = 403), (status = 404),
                (status = 409)))]
        async fn $name(
            State(app): State<Arc<App>>,
            auth: Auth,
            Path(id): Path<CampaignId>,
        ) -> ApiResult<Tagged<CampaignView>> {
            app.campaign.$name(auth.workspace(), id).await?;
            controlled(&app, &auth, $action, id, $summary).await
        }
    };
}

control_route!(/// Nothing more goes out until it is resumed.
    pause, "/api/v1/campaigns/{id}/pause", "campaign.pause", "paused");
control_route!(/// Goes on where it was paused.
    resume, "/api/v1/campaigns/{id}/resume", "campaign.resume", "resumed");
control_route!(/// Gives up what is still pending; a scheduled campaign becomes a draft again.
    cancel, "/api/v1/campaigns/{id}/cancel", "campaign.cancel", "cancelled");

async fn controlled(
    app: &App,
    auth: &Auth,
    action: &'static str,
    id: CampaignId,
    done: &str,
) -> ApiResult<Tagged<CampaignView>> {
    let campaign = app.campaign.get(auth.workspace(), id).await?;
    auth.note(app, action, id, format!("{done} the campaign \"{}\"", campaign.name)).await?;
    view(app, auth.workspace(), campaign).await
}

/// A new draft with the same content.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/duplicate", tag = "campaign", security(("api_key" = ["campaign.write"])), params(("id" = String, Path)),
    responses((status = 201, body = CampaignView), (status = 401), (status = 403), (status = 404)))]
async fn duplicate(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
) -> ApiResult<(StatusCode, Tagged<CampaignView>)> {
    let workspace = auth.workspace();
    let copy = app.campaign.duplicate(workspace, id).await?;
    auth.note(&app, "campaign.duplicate", copy.id, format!("made the campaign \"{}\"", copy.name)).await?;
    Ok((StatusCode::CREATED, view(&app, workspace, copy).await?))
}
