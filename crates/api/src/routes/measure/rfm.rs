//! RFM: where customers stand by recency, frequency and money, and the boundaries between the scores.

use crate::problem::ApiResult;
use crate::{App, Auth, Json};
use axum::extract::State;
use base::{Problem, ProfileId, Timestamp, WorkspaceId};
use measure::{Cuts, RfmBoundaries, RfmRule, RfmSegment, RfmStanding, RfmState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// Four numbers each, none smaller than the one before. A value on a boundary belongs below it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RfmBoundariesView {
    /// Days since the last order: up to the first number scores 5, up to the second 4, beyond the last 1.
    #[schema(min_items = 4, max_items = 4)]
    recency_days: Vec<i64>,
    /// Orders within the window: up to the first number scores 1, beyond the last 5.
    #[schema(min_items = 4, max_items = 4)]
    frequency: Vec<i64>,
    /// Net revenue within the window, in minor units of the workspace's currency.
    #[schema(min_items = 4, max_items = 4)]
    monetary_minor: Vec<i64>,
}

impl From<RfmBoundaries> for RfmBoundariesView {
    fn from(boundaries: RfmBoundaries) -> Self {
        Self {
            recency_days: boundaries.recency_days.into(),
            frequency: boundaries.frequency.into(),
            monetary_minor: boundaries.monetary_minor.into(),
        }
    }
}

fn four(pointer: &str, numbers: &[i64]) -> ApiResult<Cuts> {
    let detail = || format!("there are 4 boundaries between 5 scores, not {}", numbers.len());
    let refused = |_| Problem::invalid("bad_rfm", detail()).at(pointer, "wrong_length", detail());
    Ok(Cuts::try_from(numbers).map_err(refused)?)
}

impl RfmBoundariesView {
    fn read(&self) -> ApiResult<RfmBoundaries> {
        Ok(RfmBoundaries {
            recency_days: four("/boundaries/recency_days", &self.recency_days)?,
            frequency: four("/boundaries/frequency", &self.frequency)?,
            monetary_minor: four("/boundaries/monetary_minor", &self.monetary_minor)?,
        })
    }
}

/// What is scored, and by which boundaries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RfmRuleBody {
    /// Orders of the last so many days count, today included; 1 to 3660, 365 unless told.
    window_days: Option<i64>,
    /// Null or left out: quintiles of the customers, counted again every day.
    boundaries: Option<RfmBoundariesView>,
}

/// How many customers have these scores.
#[derive(Serialize, ToSchema)]
struct RfmCellView {
    /// 1 to 5; 5 is the most recent.
    recency: usize,
    /// The mean of frequency and money, a half counts up.
    frequency_monetary: usize,
    segment: &'static str,
    customers: u64,
}

#[derive(Serialize, ToSchema)]
struct RfmSegmentView {
    /// champions, loyal, potential_loyalist, new, promising, needs_attention, about_to_sleep, at_risk, cannot_lose,
    /// hibernating or lost.
    segment: &'static str,
    customers: u64,
}

/// What was counted.
#[derive(Serialize, ToSchema)]
struct RfmCountView {
    #[schema(value_type = String)]
    at: Timestamp,
    window_days: i64,
    boundaries: RfmBoundariesView,
    /// Customers with an order, ever.
    customers: u64,
    /// Of them, those with an order within the window: quintiles are of these.
    customers_within_window: u64,
    /// All eleven.
    segments: Vec<RfmSegmentView>,
    /// All 25, best recency first.
    distribution: Vec<RfmCellView>,
}

/// How customers are scored by recency, frequency and money.
#[derive(Serialize, ToSchema)]
struct RfmSettingsView {
    window_days: i64,
    /// Chosen by hand; null: they follow from the customers.
    boundaries: Option<RfmBoundariesView>,
    currency: String,
    /// Null: nobody has ordered, or nothing was counted yet.
    counted: Option<RfmCountView>,
    /// It will be counted again in a moment.
    due: bool,
}

impl From<RfmState> for RfmSettingsView {
    fn from(state: RfmState) -> Self {
        let counted = state.count.zip(state.counted_at).map(|(count, at)| {
            let cell = |cell: &measure::RfmCell| RfmCellView {
                recency: cell.recency,
                frequency_monetary: cell.frequency_monetary,
                segment: cell.segment().name(),
                customers: cell.customers,
            };
            let segment = |segment: RfmSegment| RfmSegmentView {
                segment: segment.name(),
                customers: count.cells.iter().filter(|cell| cell.segment() == segment).map(|cell| cell.customers).sum(),
            };
            RfmCountView {
                at,
                window_days: count.window_days,
                boundaries: count.boundaries.into(),
                customers: count.customers,
                customers_within_window: count.within_window,
                segments: RfmSegment::ALL.map(segment).into(),
                distribution: count.cells.iter().map(cell).collect(),
            }
        });
        Self {
            window_days: state.rule.window_days,
            boundaries: state.rule.by_hand.map(RfmBoundariesView::from),
            currency: state.currency.code().to_owned(),
            counted,
            due: state.due,
        }
    }
}

/// Boundaries, and how many customers stand where.
#[utoipa::path(get, path = "/api/v1/measure/rfm", tag = "measure", security(("api_key" = ["report.read"])),
    responses((status = 200, body = RfmSettingsView), (status = 401), (status = 403)))]
async fn get(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<RfmSettingsView>> {
    Ok(Json(app.measure.rfm(auth.workspace()).await?.into()))
}

/// Chooses window and boundaries, and counts by them. A workspace with very many orders is counted in the background:
/// then `due` is true, and the count before holds until it is done.
#[utoipa::path(put, path = "/api/v1/measure/rfm", tag = "measure", security(("api_key" = ["workspace.write"])), request_body = RfmRuleBody,
    responses((status = 200, body = RfmSettingsView), (status = 401), (status = 403), (status = 422)))]
async fn put(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<RfmRuleBody>,
) -> ApiResult<Json<RfmSettingsView>> {
    let rule = RfmRule {
        window_days: body.window_days.unwrap_or(measure::RFM_WINDOW_DAYS_DEFAULT),
        by_hand: body.boundaries.as_ref().map(RfmBoundariesView::read).transpose()?,
    };
    let state = app.measure.set_rfm(auth.workspace(), rule).await?;
    let by = if rule.by_hand.is_some() { "by hand" } else { "automatic" };
    let done = format!("changed how customers are scored: the last {} days, boundaries {by}", rule.window_days);
    auth.note(&app, "measure.rfm", "", &done).await?;
    Ok(Json(state.into()))
}

/// One of the three scores and why: the value, and the boundaries it was compared with.
#[derive(Serialize, ToSchema)]
struct RfmScoreView {
    /// 1 to 5; 5 is best.
    score: usize,
    value: i64,
    #[schema(min_items = 4, max_items = 4)]
    boundaries: Vec<i64>,
}

/// How a customer stands by recency, frequency and money.
#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct RfmView {
    /// champions, loyal, potential_loyalist, new, promising, needs_attention, about_to_sleep, at_risk, cannot_lose,
    /// hibernating or lost.
    segment: &'static str,
    /// Days since the last order; fewer are better.
    recency_days: RfmScoreView,
    /// Orders within the window.
    frequency: RfmScoreView,
    /// Net revenue within the window, in minor units of `currency`.
    monetary_minor: RfmScoreView,
    /// The workspace's; orders in others are not in the money.
    currency: String,
    window_days: i64,
    /// When the boundaries were counted.
    #[schema(value_type = String)]
    counted_at: Timestamp,
}

impl From<RfmStanding> for RfmView {
    fn from(standing: RfmStanding) -> Self {
        let RfmStanding { figures, scores, boundaries, .. } = standing;
        let view = |score, value, cuts: Cuts| RfmScoreView { score, value, boundaries: cuts.into() };
        Self {
            segment: scores.segment().name(),
            recency_days: view(scores.recency, figures.recency_days, boundaries.recency_days),
            frequency: view(scores.frequency, figures.frequency, boundaries.frequency),
            monetary_minor: view(scores.monetary, figures.monetary_minor, boundaries.monetary_minor),
            currency: standing.currency.code().to_owned(),
            window_days: standing.window_days,
            counted_at: standing.counted_at,
        }
    }
}

/// Of one customer; none who never ordered, and nobody before the first count.
pub(in crate::routes) async fn rfm_of(
    app: &App,
    workspace: WorkspaceId,
    profile: ProfileId,
) -> ApiResult<Option<RfmView>> {
    Ok(app.measure.rfm_of(workspace, profile).await?.map(RfmView::from))
}
