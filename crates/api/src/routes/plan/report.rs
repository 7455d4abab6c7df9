//! What broke the plan, and what to plan from what arrives.

use super::shapes::PropertyView;
use super::{PlanTally, PlannedEventView, view};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Query};
use axum::extract::State;
use base::{SourceId, Timestamp};
use plan::{Kind, Numbers, SuggestedProperty, Suggestion, ValueType, ViolationCount, ViolationFilter};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Violations are kept this long.
const DAYS_MAX: u32 = 30;
const DAYS_DEFAULT: u32 = 7;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(violations)).routes(routes!(suggestions)).routes(routes!(adopt))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ViolationQuery {
    /// 1 to 30; 7 unless told.
    #[param(minimum = 1, maximum = 30, default = 7)]
    days: Option<u32>,
    /// track, page, screen, identify or group.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// Exact name of the event.
    name: Option<String>,
    /// src_…
    #[param(value_type = Option<String>)]
    source: Option<SourceId>,
}

#[derive(Serialize, ToSchema)]
struct ViolationSource {
    /// src_…; null: no source.
    id: Option<String>,
    count: u64,
}

/// One thing that is wrong with one event.
#[derive(Serialize, ToSchema)]
struct ViolationCountView {
    #[schema(value_type = String)]
    kind: Kind,
    name: String,
    /// The entry that says so; null when nothing is planned of this name.
    event_id: Option<String>,
    code: &'static str,
    /// Into the properties or traits, such as `/products/*/price`.
    pointer: String,
    message: String,
    count: u64,
    #[schema(value_type = String)]
    first_at: Timestamp,
    #[schema(value_type = String)]
    last_at: Timestamp,
    /// Most first.
    sources: Vec<ViolationSource>,
}

/// Events of a day in UTC.
#[derive(Serialize, ToSchema)]
struct ViolationDay {
    /// 2026-11-22
    day: String,
    #[serde(flatten)]
    events: PlanTally,
}

#[derive(Serialize, ToSchema)]
struct ViolationReportView {
    /// Most frequent first, 500 at most.
    items: Vec<ViolationCountView>,
    days: Vec<ViolationDay>,
    /// Violations beyond those told apart.
    others: u64,
}

fn count_view(of: ViolationCount) -> ViolationCountView {
    let source = |(id, count): (Option<SourceId>, u64)| ViolationSource { id: id.map(|id| id.to_string()), count };
    ViolationCountView {
        kind: of.kind,
        name: of.name,
        event_id: of.event.map(|id| id.to_string()),
        code: of.code.name(),
        pointer: of.pointer,
        message: of.message,
        count: of.events,
        first_at: of.first_at,
        last_at: of.last_at,
        sources: of.sources.into_iter().map(source).collect(),
    }
}

/// What broke the plan: counted by event, place and source, without any value.
#[utoipa::path(get, path = "/api/v1/plan/violations", tag = "plan", security(("api_key" = ["source.read"])), params(ViolationQuery),
    responses((status = 200, body = ViolationReportView), (status = 400), (status = 401), (status = 403)))]
async fn violations(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ViolationQuery>,
) -> ApiResult<Json<ViolationReportView>> {
    let days = query.days.unwrap_or(DAYS_DEFAULT).clamp(1, DAYS_MAX);
    let filter = ViolationFilter { days, kind: query.kind, name: query.name, source: query.source };
    let report = app.plan.violations(auth.workspace(), &filter).await?;
    let day = |at: Timestamp| at.to_string().chars().take("2026-11-22".len()).collect();
    Ok(Json(ViolationReportView {
        items: report.items.into_iter().map(count_view).collect(),
        days: report.days.into_iter().map(|(at, tally)| ViolationDay { day: day(at), events: tally.into() }).collect(),
        others: report.others,
    }))
}

/// A property of an event that arrives.
#[derive(Serialize, ToSchema)]
struct SuggestedPropertyView {
    /// As it would be planned.
    property: PropertyView,
    /// Events that have it.
    seen: u64,
    /// Of all events of this name, 0 to 1.
    share: f64,
    /// The types its values had, most frequent first.
    #[schema(value_type = Vec<String>)]
    types: Vec<ValueType>,
}

/// An event that arrives and is not planned.
#[derive(Serialize, ToSchema)]
struct SuggestionView {
    #[schema(value_type = String)]
    kind: Kind,
    name: String,
    /// Of the events looked at.
    count: u64,
    #[schema(value_type = String)]
    last_at: Timestamp,
    properties: Vec<SuggestedPropertyView>,
}

#[derive(Serialize, ToSchema)]
struct SuggestionsView {
    /// Most frequent first.
    items: Vec<SuggestionView>,
    /// Events looked at: the newest ones.
    sampled: usize,
}

fn suggestion_view(of: Suggestion) -> SuggestionView {
    let property = |one: SuggestedProperty| SuggestedPropertyView {
        property: one.property.into(),
        seen: one.seen,
        share: one.share,
        types: one.types,
    };
    SuggestionView {
        kind: of.kind,
        name: of.name,
        count: of.events,
        last_at: of.last_at,
        properties: of.properties.into_iter().map(property).collect(),
    }
}

/// Events that arrive and are not planned, with their properties and types; no value is shown.
#[utoipa::path(get, path = "/api/v1/plan/suggestions", tag = "plan", security(("api_key" = ["source.read", "event.read"])),
    responses((status = 200, body = SuggestionsView), (status = 401), (status = 403), (status = 500)))]
async fn suggestions(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<SuggestionsView>> {
    let found = app.plan.suggestions(auth.workspace()).await?;
    let items = found.items.into_iter().map(suggestion_view).collect();
    Ok(Json(SuggestionsView { items, sampled: found.sampled }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdoptedName {
    #[schema(value_type = String)]
    kind: Kind,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdoptRequest {
    /// At most 200.
    events: Vec<AdoptedName>,
}

#[derive(Serialize, ToSchema)]
struct SkippedName {
    #[schema(value_type = String)]
    kind: Kind,
    name: String,
    /// planned: it is in the plan, or archived. not_seen: no such event among the newest ones.
    why: &'static str,
}

#[derive(Serialize, ToSchema)]
struct AdoptAnswer {
    adopted: Vec<PlannedEventView>,
    skipped: Vec<SkippedName>,
}

/// Plans events as they arrive.
#[utoipa::path(post, path = "/api/v1/plan/adopt", tag = "plan", security(("api_key" = ["source.write", "event.read"])), request_body = AdoptRequest,
    responses((status = 200, body = AdoptAnswer), (status = 401), (status = 403), (status = 422)))]
async fn adopt(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<AdoptRequest>,
) -> ApiResult<Json<AdoptAnswer>> {
    let wanted: Vec<(Kind, String)> = body.events.into_iter().map(|one| (one.kind, one.name)).collect();
    let outcome = app.plan.adopt(auth.workspace(), &wanted).await?;
    if !outcome.adopted.is_empty() {
        let said = format!("planned {} events as they arrive", outcome.adopted.len());
        auth.note(&app, "plan.adopt", String::new(), said).await?;
    }
    let skipped = outcome.skipped.into_iter();
    Ok(Json(AdoptAnswer {
        adopted: outcome.adopted.into_iter().map(|event| view((event, Numbers::default()))).collect(),
        skipped: skipped.map(|(kind, name, why)| SkippedName { kind, name, why: why.name() }).collect(),
    }))
}
