//! Home and measurements.

mod rfm;

use super::campaign::{CampaignSummary, summaries};
use crate::list::bad_cursor;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Query};
use axum::extract::State;
use base::{CampaignId, Money, PageRequest, WorkspaceId};
use campaign::{Campaign, CampaignState};
use measure::{DayNumbers, Tally, Totals};
pub(in crate::routes) use rfm::{RfmView, rfm_of};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const DAYS_DEFAULT: u32 = 30;
const RECENT_CAMPAIGNS: u32 = 5;
/// An event as sources send it, in the inbox: to say about how many events a backlog of bytes is.
const EVENT_BYTES_TYPICAL: u64 = 600;
/// The rate of incoming events is taken over this span.
const RATE_SPAN_MS: i64 = 10_000;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(home))
        .routes(routes!(revenue))
        .routes(routes!(attribution))
        .routes(routes!(refused_orders))
        .merge(rfm::routes())
}

/// An amount in minor units of its currency.
#[derive(Serialize, ToSchema)]
pub struct MoneyView {
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.code().to_owned() }
    }
}

/// Orders and their net revenue.
#[derive(Serialize, ToSchema)]
pub struct TallyView {
    pub orders: i64,
    pub revenue: MoneyView,
}

impl From<Tally> for TallyView {
    fn from(tally: Tally) -> Self {
        Self { orders: tally.orders, revenue: tally.revenue.into() }
    }
}

pub fn tallies(tallies: Vec<Tally>) -> Vec<TallyView> {
    tallies.into_iter().map(TallyView::from).collect()
}

#[derive(Deserialize, IntoParams)]
struct Period {
    /// The last so many days of the workspace's calendar, today included; 1 to 3660, 30 unless told.
    #[param(minimum = 1, maximum = 3660, default = 30)]
    days: Option<u32>,
}

impl Period {
    fn days(&self) -> u32 {
        self.days.unwrap_or(DAYS_DEFAULT)
    }
}

#[derive(Serialize, ToSchema)]
struct HomeTotals {
    customers: u64,
    identified_customers: u64,
    events: i64,
    orders: i64,
    revenue: MoneyView,
    /// Orders in other currencies; never converted.
    other_currencies: Vec<TallyView>,
}

#[derive(Serialize, ToSchema)]
struct HomeDay {
    /// Customers heard of for the first time.
    customers: i64,
    events: i64,
    orders: i64,
    revenue: MoneyView,
}

impl From<Totals> for HomeDay {
    fn from(totals: Totals) -> Self {
        Self {
            customers: totals.new_customers,
            events: totals.events,
            orders: totals.sales.orders,
            revenue: totals.sales.revenue.into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct HomePoint {
    day: String,
    customers: i64,
    events: i64,
    orders: i64,
    revenue_minor: i64,
}

impl From<DayNumbers> for HomePoint {
    fn from(day: DayNumbers) -> Self {
        let DayNumbers { day, customers, events, orders, revenue_minor } = day;
        Self { day, customers, events, orders, revenue_minor }
    }
}

#[derive(Serialize, ToSchema)]
struct HomeChannel {
    channel: String,
    orders: i64,
    revenue: MoneyView,
}

#[derive(Serialize, ToSchema)]
struct NextStep {
    /// connect_source, import_customers, build_segment, write_email, launch_campaign, see_results
    code: &'static str,
    done: bool,
}

#[derive(Serialize, ToSchema)]
struct IngestView {
    /// Between the acceptance of the last processed event and its being visible.
    lag_ms: i64,
    backlog_bytes: u64,
    /// Estimated from the bytes.
    backlog_events: u64,
    events_per_s: f64,
}

#[derive(Serialize, ToSchema)]
struct Home {
    totals: HomeTotals,
    today: HomeDay,
    yesterday: HomeDay,
    series: Vec<HomePoint>,
    revenue_by_channel: Vec<HomeChannel>,
    next_steps: Vec<NextStep>,
    recent_campaigns: Vec<CampaignSummary>,
    ingest: IngestView,
}

/// What the first screen shows.
#[utoipa::path(get, path = "/api/v1/home", tag = "measure", security(("api_key" = ["home.read"])), params(Period),
    responses((status = 200, body = Home), (status = 400), (status = 401), (status = 403)))]
async fn home(State(app): State<Arc<App>>, auth: Auth, Query(period): Query<Period>) -> ApiResult<Json<Home>> {
    let workspace = auth.workspace();
    let numbers = app.measure.home(workspace, period.days()).await?;
    let people = app.profile.counts(workspace).await?;
    let page = PageRequest { limit: Some(RECENT_CAMPAIGNS), cursor: None };
    let campaigns = app.campaign.list(workspace, None, &page).await?.items;
    let next_steps = next_steps(&app, workspace, people.identified, &campaigns).await?;
    let channel = |item: measure::ChannelRevenue| HomeChannel {
        channel: item.channel,
        orders: item.orders,
        revenue: item.revenue.into(),
    };
    Ok(Json(Home {
        totals: HomeTotals {
            customers: people.customers,
            identified_customers: people.identified,
            events: numbers.totals.events,
            orders: numbers.totals.sales.orders,
            revenue: numbers.totals.sales.revenue.into(),
            other_currencies: tallies(numbers.totals.other_currencies),
        },
        today: numbers.today.into(),
        yesterday: numbers.yesterday.into(),
        series: numbers.series.into_iter().map(HomePoint::from).collect(),
        revenue_by_channel: numbers.revenue_by_channel.into_iter().map(channel).collect(),
        next_steps,
        recent_campaigns: summaries(&app, workspace, campaigns).await?,
        ingest: ingest(&app, workspace),
    }))
}

async fn next_steps(
    app: &App,
    workspace: WorkspaceId,
    identified: u64,
    recent: &[Campaign],
) -> ApiResult<Vec<NextStep>> {
    let connected = app.collect.sources(workspace).await?.iter().any(|source| source.events > 0);
    let segments = !app.segment.list(workspace).await?.is_empty();
    let one = PageRequest { limit: Some(1), cursor: None };
    let finished = !app.campaign.list(workspace, Some(CampaignState::Finished), &one).await?.items.is_empty();
    let launched = finished || recent.iter().any(|campaign| campaign.state.launched());
    let written = !recent.is_empty() || !app.content.templates(workspace, &one).await?.items.is_empty();
    let step = |(code, done)| NextStep { code, done };
    Ok([
        ("connect_source", connected),
        ("import_customers", identified > 0),
        ("build_segment", segments),
        ("write_email", written),
        ("launch_campaign", launched),
        ("see_results", finished),
    ]
    .map(step)
    .into())
}

fn ingest(app: &App, workspace: WorkspaceId) -> IngestView {
    let status = app.pipeline.status();
    let since = app.clock.now().plus_ms(-RATE_SPAN_MS);
    let (count, oldest) = (Cell::new(0u32), Cell::new(app.clock.now()));
    // Only counted: nothing is shown, so nothing is copied.
    app.live.recent(workspace, 1, |item| {
        if since <= item.event.received_at {
            count.set(count.get() + 1);
            oldest.set(oldest.get().min(item.event.received_at));
        }
        false
    });
    // When the memory holds less than the span, the rate is that of what it holds.
    let full = count.get() as usize >= crate::live::RECENT_EVENTS_MAX;
    let span_ms = if full { app.clock.now().ms_since(oldest.get()).max(1) } else { RATE_SPAN_MS };
    let backlog_bytes = status.backlog_bytes();
    IngestView {
        lag_ms: status.lag_ms,
        backlog_bytes,
        backlog_events: backlog_bytes.div_ceil(EVENT_BYTES_TYPICAL),
        events_per_s: f64::from(count.get()) * 1_000.0 / span_ms as f64,
    }
}

#[derive(Serialize, ToSchema)]
struct RevenueItem {
    day: String,
    channel: String,
    orders: i64,
    revenue_minor: i64,
}

#[derive(Serialize, ToSchema)]
struct Revenue {
    items: Vec<RevenueItem>,
    currency: String,
    other_currencies: Vec<TallyView>,
}

/// Orders and net revenue by day and channel, online and shop together.
#[utoipa::path(get, path = "/api/v1/measure/revenue", tag = "measure", security(("api_key" = ["report.read"])), params(Period),
    responses((status = 200, body = Revenue), (status = 400), (status = 401), (status = 403)))]
async fn revenue(State(app): State<Arc<App>>, auth: Auth, Query(period): Query<Period>) -> ApiResult<Json<Revenue>> {
    let workspace = auth.workspace();
    let series = app.measure.revenue(workspace, period.days()).await?;
    let item = |point: measure::RevenuePoint| RevenueItem {
        day: point.day,
        channel: point.channel,
        orders: point.orders,
        revenue_minor: point.revenue_minor,
    };
    Ok(Json(Revenue {
        items: series.items.into_iter().map(item).collect(),
        currency: series.currency.code().to_owned(),
        other_currencies: tallies(series.other_currencies),
    }))
}

#[derive(Serialize, ToSchema)]
struct AttributionItem {
    campaign_id: String,
    name: String,
    orders: i64,
    revenue: MoneyView,
}

#[derive(Serialize, ToSchema)]
struct AttributionTable {
    /// The last human touch within the window earns the whole order.
    model: &'static str,
    window_days: i64,
    /// click, or open_or_click
    touch: &'static str,
    items: Vec<AttributionItem>,
    unattributed: TallyView,
    other_currencies: Vec<TallyView>,
}

/// Which campaigns the orders are owed to; items and unattributed add up to all orders of the period.
#[utoipa::path(get, path = "/api/v1/measure/attribution", tag = "measure", security(("api_key" = ["report.read"])), params(Period),
    responses((status = 200, body = AttributionTable), (status = 400), (status = 401), (status = 403)))]
async fn attribution(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(period): Query<Period>,
) -> ApiResult<Json<AttributionTable>> {
    let workspace = auth.workspace();
    let table = app.measure.attribution(workspace, period.days()).await?;
    let mut names: HashMap<CampaignId, String> = HashMap::new();
    for item in &table.campaigns {
        if let Ok(campaign) = app.campaign.get(workspace, item.campaign).await {
            names.insert(campaign.id, campaign.name);
        }
    }
    let item = |item: measure::AttributedCampaign| AttributionItem {
        campaign_id: item.campaign.to_string(),
        name: names.get(&item.campaign).cloned().unwrap_or_else(|| "(deleted)".into()),
        orders: item.sales.orders,
        revenue: item.sales.revenue.into(),
    };
    Ok(Json(AttributionTable {
        model: "last_touch",
        window_days: table.rule.window_days,
        touch: table.rule.touch.name(),
        items: table.campaigns.into_iter().map(item).collect(),
        unattributed: table.unattributed.into(),
        other_currencies: tallies(table.other_currencies),
    }))
}

/// Order events that are no orders.
#[derive(Serialize, ToSchema)]
struct RefusedOrders {
    total: i64,
    by_reason: Vec<RefusedReason>,
    /// The latest first.
    #[serde(flatten)]
    page: Listed<RefusedOrderView>,
}

#[derive(Serialize, ToSchema)]
struct RefusedReason {
    /// amount_invalid, amount_out_of_range, currency_unknown or currency_differs.
    reason: String,
    count: i64,
}

#[derive(Serialize, ToSchema)]
struct RefusedOrderView {
    order_id: String,
    #[schema(value_type = String)]
    profile_id: base::ProfileId,
    #[schema(value_type = String)]
    at: base::Timestamp,
    /// "Order Completed", …
    event: String,
    channel: String,
    reason: String,
    /// The property and what it held.
    said: String,
}

/// Order events whose amount or currency cannot be used: they count nowhere, and stand here with their reason.
#[utoipa::path(get, path = "/api/v1/measure/refused-orders", tag = "measure", security(("api_key" = ["report.read"])), params(PageQuery),
    responses((status = 200, body = RefusedOrders), (status = 401), (status = 403)))]
async fn refused_orders(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<RefusedOrders>> {
    let found = app.measure.refused_orders(auth.workspace(), &page).await?.ok_or_else(bad_cursor)?;
    let item = |order: measure::RefusedOrder| RefusedOrderView {
        order_id: order.order_id,
        profile_id: order.profile,
        at: order.at,
        event: order.event,
        channel: order.channel,
        reason: order.reason,
        said: order.said,
    };
    Ok(Json(RefusedOrders {
        total: found.total,
        by_reason: found.by_reason.into_iter().map(|(reason, count)| RefusedReason { reason, count }).collect(),
        page: found.latest.map(item).into(),
    }))
}
