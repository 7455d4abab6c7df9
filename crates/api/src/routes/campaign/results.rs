//! What came of a campaign: progress, recipients, report, unconfirmed messages.

use super::CampaignProgress;
use crate::problem::ApiResult;
use crate::routes::measure::{MoneyView, TallyView, tallies};
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use base::{CampaignId, Problem, ProfileId, Share, Timestamp, WorkspaceId};
use campaign::CampaignState;
use deliver::{DeliveryReport, HitCounts, RecipientFilter, SeriesPoint};
use futures::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How often a progress bar moves.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(500);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const MINUTE_MS: i64 = 60_000;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(progress))
        .routes(routes!(progress_stream))
        .routes(routes!(recipients))
        .routes(routes!(report))
        .routes(routes!(unconfirmed))
}

#[derive(Serialize, ToSchema)]
struct ProgressView {
    state: &'static str,
    #[serde(flatten)]
    progress: CampaignProgress,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
}

async fn progress_of(app: &App, workspace: WorkspaceId, id: CampaignId) -> ApiResult<(CampaignState, ProgressView)> {
    let campaign = app.campaign.get(workspace, id).await?;
    let progress = app.campaign.progress_of(workspace, id, campaign.state).await?;
    let view =
        ProgressView { state: campaign.state.name(), progress: progress.into(), finished_at: campaign.finished_at };
    Ok((campaign.state, view))
}

/// Where the members of the audience are now.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/progress", tag = "campaign", security(("api_key" = ["campaign.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ProgressView), (status = 401), (status = 403), (status = 404)))]
async fn progress(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
) -> ApiResult<Json<ProgressView>> {
    let workspace = auth.workspace();
    Ok(Json(progress_of(&app, workspace, id).await?.1))
}

/// The same as server-sent `progress` events, until the campaign is finished or cancelled.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/progress/stream", tag = "campaign", security(("api_key" = ["campaign.read"])), params(("id" = String, Path)),
    responses((status = 200, content_type = "text/event-stream", body = ProgressView), (status = 401), (status = 403),
        (status = 404)))]
async fn progress_stream(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
) -> ApiResult<([(&'static str, &'static str); 1], Sse<impl Stream<Item = Result<SseEvent, Infallible>>>)> {
    let workspace = auth.workspace();
    // An unknown campaign is an answer of its own, not an empty stream.
    app.campaign.get(workspace, id).await?;
    let interval = tokio::time::interval(PROGRESS_INTERVAL);
    let stream = futures::stream::unfold(Some((app, interval)), move |state| async move {
        let (app, mut interval) = state?;
        interval.tick().await;
        let (state, view) = progress_of(&app, workspace, id).await.ok()?;
        let event = SseEvent::default().event("progress").json_data(view).ok()?;
        let over = matches!(state, CampaignState::Finished | CampaignState::Cancelled);
        Some((Ok::<_, Infallible>(event), (!over).then_some((app, interval))))
    });
    // A proxy that buffers would hold the stream back.
    Ok(([("x-accel-buffering", "no")], Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecipientsQuery {
    /// pending, sending, sent, delivered, bounced, failed, skipped, unconfirmed
    state: Option<String>,
    /// Part of the address.
    q: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RecipientView {
    message_id: String,
    profile_id: String,
    label: String,
    address: String,
    state: &'static str,
    reason: Option<String>,
    #[schema(value_type = Option<String>)]
    sent_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    delivered_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    opened_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    clicked_at: Option<Timestamp>,
    /// A machine opened or clicked it.
    machine: bool,
}

/// Who the campaign writes to, and what became of each message.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/recipients", tag = "campaign", security(("api_key" = ["report.read", "profile.read"])),
    params(("id" = String, Path), RecipientsQuery, PageQuery),
    responses((status = 200, body = Listed<RecipientView>), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn recipients(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    Query(query): Query<RecipientsQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RecipientView>>> {
    let workspace = auth.workspace();
    app.campaign.get(workspace, id).await?;
    let state = match query.state.filter(|state| !state.is_empty()) {
        Some(text) => {
            let bad = || Problem::invalid("bad_state", format!("\"{text}\" is not the state of a message"));
            Some(deliver::State::parse(&text).ok_or_else(bad)?)
        }
        None => None,
    };
    let filter = RecipientFilter { state, search: query.q };
    let page = app.deliver.recipients(workspace, &id.to_string(), &filter, &page).await?;
    let ids: Vec<ProfileId> = page.items.iter().map(|item| item.profile).collect();
    let labels = app.profile.labels(workspace, &ids).await?;
    let view = |item: deliver::Recipient| RecipientView {
        message_id: item.message.to_string(),
        profile_id: item.profile.to_string(),
        label: labels.get(&item.profile).cloned().unwrap_or_else(|| item.address.clone()),
        address: item.address,
        state: item.state.name(),
        reason: item.reason,
        sent_at: item.sent,
        delivered_at: item.delivered,
        opened_at: item.opened,
        clicked_at: item.clicked,
        machine: item.machine,
    };
    Ok(Json(page.map(view).into()))
}

/// Hits by who made them; `unique` counts recipients with a human one.
#[derive(Serialize, ToSchema)]
struct HitsView {
    human: u64,
    machine: u64,
    unknown: u64,
    unique: u64,
}

impl From<HitCounts> for HitsView {
    fn from(hits: HitCounts) -> Self {
        Self { human: hits.human, machine: hits.machine, unknown: hits.unknown, unique: hits.unique }
    }
}

#[derive(Serialize, ToSchema)]
struct ConversionsView {
    orders: i64,
    revenue: MoneyView,
    online: TallyView,
    shop: TallyView,
    phone: TallyView,
    /// In other currencies; never converted.
    other_currencies: Vec<TallyView>,
    window_days: i64,
    touch: &'static str,
    model: &'static str,
}

#[derive(Serialize, ToSchema)]
struct ReportLink {
    url: String,
    clicks_human: u64,
    clicks_machine: u64,
    unique: u64,
}

#[derive(Serialize, ToSchema)]
struct ReportPoint {
    #[schema(value_type = String)]
    at: Timestamp,
    sent: u64,
    opened: u64,
    clicked: u64,
    orders: i64,
}

#[derive(Serialize, ToSchema)]
struct FailureView {
    reason: String,
    count: u64,
    example: String,
}

#[derive(Serialize, ToSchema)]
struct CampaignReport {
    progress: CampaignProgress,
    /// Accepted and not bounced, as a share of what was handed over.
    delivered_rate: Option<f64>,
    /// Recipients with a human open, as a share of those it arrived at.
    open_rate: f64,
    click_rate: f64,
    opens: HitsView,
    clicks: HitsView,
    unsubscribes: u64,
    complaints: u64,
    conversions: ConversionsView,
    links: Vec<ReportLink>,
    series: Vec<ReportPoint>,
    failures: Vec<FailureView>,
}

/// The whole result of a campaign. People and machines are counted apart; conversions are orders within the window.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report", tag = "campaign", security(("api_key" = ["report.read"])), params(("id" = String, Path)),
    responses((status = 200, body = CampaignReport), (status = 401), (status = 403), (status = 404)))]
async fn report(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
) -> ApiResult<Json<CampaignReport>> {
    let workspace = auth.workspace();
    let campaign = app.campaign.get(workspace, id).await?;
    let progress = app.campaign.progress_of(workspace, id, campaign.state).await?;
    let delivery = app.deliver.report(workspace, &id.to_string()).await?;
    let conversions = conversions(&app, workspace, id).await?;
    let orders = app.measure.conversion_series(workspace, id, step_ms(&delivery.series)).await?;
    let arrived = progress.sent + progress.delivered;
    let DeliveryReport { delivered_rate, opens, clicks, unsubscribes, complaints, links, failures, series, .. } =
        delivery;
    let link = |row: deliver::LinkRow| ReportLink {
        url: row.url,
        clicks_human: row.clicks_human,
        clicks_machine: row.clicks_machine,
        unique: row.unique,
    };
    let failure = |row: deliver::FailureRow| FailureView { reason: row.reason, count: row.count, example: row.example };
    Ok(Json(CampaignReport {
        progress: progress.into(),
        delivered_rate,
        open_rate: Share::of(opens.unique, arrived).value(),
        click_rate: Share::of(clicks.unique, arrived).value(),
        opens: opens.into(),
        clicks: clicks.into(),
        unsubscribes,
        complaints,
        conversions,
        links: links.into_iter().map(link).collect(),
        series: with_orders(series, orders),
        failures: failures.into_iter().map(failure).collect(),
    }))
}

async fn conversions(app: &App, workspace: WorkspaceId, id: CampaignId) -> ApiResult<ConversionsView> {
    let earned = app.measure.conversions(workspace, id).await?;
    Ok(ConversionsView {
        orders: earned.total.orders,
        revenue: earned.total.revenue.into(),
        online: earned.online.into(),
        shop: earned.shop.into(),
        phone: earned.phone.into(),
        other_currencies: tallies(earned.other_currencies),
        window_days: earned.rule.window_days,
        touch: earned.rule.touch.name(),
        model: "last_touch",
    })
}

/// The width of the delivery series, which orders are counted in too.
fn step_ms(series: &[SeriesPoint]) -> i64 {
    match series {
        [first, second, ..] => second.at.ms_since(first.at).max(MINUTE_MS),
        _ => MINUTE_MS,
    }
}

/// Puts orders beside what was sent, opened and clicked; orders after the last hit make points of their own.
fn with_orders(series: Vec<SeriesPoint>, orders: Vec<(Timestamp, i64)>) -> Vec<ReportPoint> {
    let step = step_ms(&series);
    let point = |point: SeriesPoint| ReportPoint {
        at: point.at,
        sent: point.sent,
        opened: point.opened,
        clicked: point.clicked,
        orders: 0,
    };
    let mut out: Vec<ReportPoint> = series.into_iter().map(point).collect();
    for (at, count) in orders {
        match out.iter_mut().find(|point| (0..step).contains(&at.ms_since(point.at))) {
            Some(point) => point.orders += count,
            None => out.push(ReportPoint { at, sent: 0, opened: 0, clicked: 0, orders: count }),
        }
    }
    out.sort_by_key(|point| point.at);
    out
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnconfirmedRequest {
    /// resend (they may arrive twice) or leave
    action: String,
}

#[derive(Serialize, ToSchema)]
struct UnconfirmedAnswer {
    /// Messages that go out again.
    resent: u64,
}

/// Decides about messages that were handed over without an answer.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/unconfirmed", tag = "campaign", security(("api_key" = ["campaign.launch"])), params(("id" = String, Path)),
    request_body = UnconfirmedRequest,
    responses((status = 200, body = UnconfirmedAnswer), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
async fn unconfirmed(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CampaignId>,
    Json(body): Json<UnconfirmedRequest>,
) -> ApiResult<Json<UnconfirmedAnswer>> {
    let workspace = auth.workspace();
    let resent = match body.action.as_str() {
        "resend" => app.campaign.resend_unconfirmed(workspace, id).await?,
        "leave" => {
            let left = app.campaign.leave_unconfirmed(workspace, id).await?;
            auth.note(&app, "campaign.unconfirmed", id, format!("{left} unconfirmed messages stay as they are"))
                .await?;
            return Ok(Json(UnconfirmedAnswer { resent: 0 }));
        }
        other => {
            let detail = format!("\"{other}\" is neither resend nor leave");
            return Err(Problem::invalid("bad_action", &*detail).at("/action", "invalid", detail).into());
        }
    };
    auth.note(&app, "campaign.unconfirmed", id, format!("{resent} unconfirmed messages go out again")).await?;
    Ok(Json(UnconfirmedAnswer { resent }))
}
