//! The tracking plan: settings, entries. Trying it, suggestions and files are in `plan/`.

mod exchange;
mod report;
mod shapes;
mod trial;

use super::content::{Tagged, tagged, wanted_version};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{PlanEventId, Timestamp};
use http::{HeaderMap, StatusCode};
use plan::{Kind, Numbers, OnViolation, Overview, PlannedEvent, Status, Tally, UnplannedEvents, UnplannedProperties};
use serde::{Deserialize, Serialize};
use shapes::{EntryRequest, PropertyView, views};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(settings))
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(archive))
        .routes(routes!(restore))
        .merge(trial::routes())
        .merge(report::routes())
        .merge(exchange::routes())
}

/// How the workspace treats what comes in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanSettings {
    /// Off: nothing is checked.
    enabled: bool,
    /// keep, count, block (refused) or drop (answered as accepted, kept nowhere).
    #[schema(value_type = String)]
    unplanned_events: UnplannedEvents,
    /// keep, count, or drop (removed before anything is stored). For entries that do not choose.
    #[schema(value_type = String)]
    unplanned_properties: UnplannedProperties,
    /// pass, count or block. For entries that do not choose.
    #[schema(value_type = String)]
    on_violation: OnViolation,
}

/// Numbers of events.
#[derive(Serialize, ToSchema)]
struct PlanTally {
    judged: u64,
    violating: u64,
    blocked: u64,
    /// Stored without properties nobody planned.
    changed: u64,
    /// Not planned, and kept nowhere.
    dropped: u64,
}

impl From<Tally> for PlanTally {
    fn from(Tally { judged, violating, blocked, changed, dropped }: Tally) -> Self {
        Self { judged, violating, blocked, changed, dropped }
    }
}

#[derive(Serialize, ToSchema)]
struct PlanView {
    enabled: bool,
    /// keep, count, block or drop.
    #[schema(value_type = String)]
    unplanned_events: UnplannedEvents,
    /// keep, count or drop.
    #[schema(value_type = String)]
    unplanned_properties: UnplannedProperties,
    /// pass, count or block.
    #[schema(value_type = String)]
    on_violation: OnViolation,
    /// Grows with every change of the plan.
    version: i64,
    planned: usize,
    archived: usize,
    /// Kinds of which nothing is planned: calls of these kinds are kept as they come.
    #[schema(value_type = Vec<String>)]
    unchecked_kinds: Vec<Kind>,
    last_24h: PlanTally,
    last_7d: PlanTally,
}

impl From<Overview> for PlanView {
    fn from(of: Overview) -> Self {
        Self {
            enabled: of.settings.enabled,
            unplanned_events: of.settings.unplanned_events,
            unplanned_properties: of.settings.unplanned_properties,
            on_violation: of.settings.on_violation,
            version: of.version,
            planned: of.planned,
            archived: of.archived,
            unchecked_kinds: of.unchecked,
            last_24h: of.day.into(),
            last_7d: of.week.into(),
        }
    }
}

/// The tracking plan at a glance.
#[utoipa::path(get, path = "/api/v1/plan", tag = "plan", security(("api_key" = ["source.read"])),
    responses((status = 200, body = PlanView), (status = 401), (status = 403)))]
async fn overview(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<PlanView>> {
    Ok(Json(app.plan.overview(auth.workspace()).await?.into()))
}

/// Switches the plan on or off and says what becomes of what is not planned. The next request meets it.
#[utoipa::path(put, path = "/api/v1/plan/settings", tag = "plan", security(("api_key" = ["source.write"])), request_body = PlanSettings,
    responses((status = 200, body = PlanView), (status = 401), (status = 403), (status = 422)))]
async fn settings(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<PlanSettings>,
) -> ApiResult<Json<PlanView>> {
    let PlanSettings { enabled, unplanned_events, unplanned_properties, on_violation } = body;
    let settings = plan::Settings { enabled, unplanned_events, unplanned_properties, on_violation };
    let overview = app.plan.set_settings(auth.workspace(), settings).await?;
    let said = format!(
        "set the tracking plan: {}, unplanned events {}, unplanned properties {}, violations {}",
        if enabled { "on" } else { "off" },
        unplanned_events.name(),
        unplanned_properties.name(),
        on_violation.name()
    );
    auth.note(&app, "plan.settings", String::new(), said).await?;
    Ok(Json(overview.into()))
}

/// An entry of the plan.
#[derive(Serialize, ToSchema)]
struct PlannedEventView {
    id: String,
    /// track, page, screen, identify or group.
    #[schema(value_type = String)]
    kind: Kind,
    /// Empty: the traits of customers or groups, or all pages or screens without an entry of their own.
    name: String,
    description: String,
    /// pass, count, block; null: as the settings say.
    #[schema(value_type = Option<String>)]
    on_violation: Option<OnViolation>,
    /// keep, count, drop; null: as the settings say.
    #[schema(value_type = Option<String>)]
    unplanned_properties: Option<UnplannedProperties>,
    /// planned or archived.
    #[schema(value_type = String)]
    status: Status,
    version: i64,
    /// JSON Schema 2020-12 of the properties or traits.
    #[schema(value_type = Object)]
    schema: base::Json,
    /// The same as a list; null when the schema says more than a list can.
    properties: Option<Vec<PropertyView>>,
    /// Properties the schema names, those inside objects included.
    property_count: usize,
    /// Those that are required.
    required: usize,
    /// Those that are personal data.
    personal: usize,
    last_24h: PlanTally,
    last_7d: PlanTally,
    #[schema(value_type = Option<String>)]
    last_violation_at: Option<Timestamp>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

fn view((event, numbers): (PlannedEvent, Numbers)) -> PlannedEventView {
    let (property_count, required, personal) = plan::tally(&event.schema);
    PlannedEventView {
        id: event.id.to_string(),
        kind: event.kind,
        name: event.name,
        description: event.description,
        on_violation: event.on_violation,
        unplanned_properties: event.unplanned_properties,
        status: event.status,
        version: event.version,
        properties: plan::form_of(&event.schema).map(views),
        schema: event.schema,
        property_count,
        required,
        personal,
        last_24h: numbers.day.into(),
        last_7d: numbers.week.into(),
        last_violation_at: numbers.last_violation_at,
        created_at: event.created_at,
        updated_at: event.updated_at,
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// planned (also without this) or archived.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// track, page, screen, identify or group.
    #[param(value_type = Option<String>)]
    kind: Option<Kind>,
    /// A part of the name or the description, ignoring case.
    q: Option<String>,
}

/// What is planned, by kind and name.
#[utoipa::path(get, path = "/api/v1/plan/events", tag = "plan", security(("api_key" = ["source.read"])), params(ListQuery, PageQuery),
    responses((status = 200, body = Listed<PlannedEventView>), (status = 400), (status = 401), (status = 403)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ListQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<PlannedEventView>>> {
    let status = query.status.unwrap_or(Status::Planned);
    let part = query.q.unwrap_or_default().trim().to_lowercase();
    let mut events = app.plan.events(auth.workspace()).await?;
    events.retain(|(event, _)| {
        event.status == status
            && query.kind.is_none_or(|kind| kind == event.kind)
            && (event.name.to_lowercase().contains(&part) || event.description.to_lowercase().contains(&part))
    });
    Ok(Json(Listed::cut(events, &page, |(event, _)| event.id.to_string(), view)?))
}

/// Plans an event, or the traits of customers or groups. Give `properties` or `schema`.
#[utoipa::path(post, path = "/api/v1/plan/events", tag = "plan", security(("api_key" = ["source.write"])), request_body = EntryRequest,
    responses((status = 201, body = PlannedEventView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<EntryRequest>,
) -> ApiResult<(StatusCode, Tagged<PlannedEventView>)> {
    let event = app.plan.create(auth.workspace(), body.draft()?).await?;
    auth.note(&app, "plan.create", event.id, format!("planned {}", words(&event))).await?;
    Ok((StatusCode::CREATED, tagged(event.version, view((event, Numbers::default())))))
}

/// An entry in words for the audit trail.
fn words(event: &PlannedEvent) -> String {
    let kind = event.kind.name();
    if event.name.is_empty() { kind.to_owned() } else { format!("{kind} \"{}\"", event.name) }
}

/// One entry.
#[utoipa::path(get, path = "/api/v1/plan/events/{id}", tag = "plan", security(("api_key" = ["source.read"])), params(("id" = String, Path)),
    responses((status = 200, body = PlannedEventView), (status = 401), (status = 403), (status = 404)))]
async fn get(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<PlanEventId>,
) -> ApiResult<Tagged<PlannedEventView>> {
    let found = app.plan.event(auth.workspace(), id).await?;
    Ok(tagged(found.0.version, view(found)))
}

/// Replaces an entry; send the ETag you edited as `If-Match`. The next request meets it.
#[utoipa::path(put, path = "/api/v1/plan/events/{id}", tag = "plan", security(("api_key" = ["source.write"])), params(("id" = String, Path)),
    request_body = EntryRequest,
    responses((status = 200, body = PlannedEventView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412),
        (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<PlanEventId>,
    headers: HeaderMap,
    Json(body): Json<EntryRequest>,
) -> ApiResult<Tagged<PlannedEventView>> {
    let event = app.plan.update(auth.workspace(), id, body.draft()?, wanted_version(&headers)?).await?;
    auth.note(&app, "plan.update", id, format!("changed what is planned of {}", words(&event))).await?;
    let found = app.plan.event(auth.workspace(), id).await?;
    Ok(tagged(found.0.version, view(found)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatusRequest {}

async fn set_status(app: &App, auth: &Auth, id: PlanEventId, status: Status) -> ApiResult<Tagged<PlannedEventView>> {
    let event = app.plan.set_status(auth.workspace(), id, status).await?;
    let (action, did) = match status {
        Status::Archived => ("plan.archive", "plans no more"),
        Status::Planned => ("plan.restore", "plans again"),
    };
    auth.note(app, action, id, format!("{did} {}", words(&event))).await?;
    let found = app.plan.event(auth.workspace(), id).await?;
    Ok(tagged(found.0.version, view(found)))
}

/// Takes an entry out of the plan; it can be restored.
#[utoipa::path(post, path = "/api/v1/plan/events/{id}/archive", tag = "plan", security(("api_key" = ["source.write"])), params(("id" = String, Path)),
    request_body = StatusRequest,
    responses((status = 200, body = PlannedEventView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn archive(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<PlanEventId>,
    Json(StatusRequest {}): Json<StatusRequest>,
) -> ApiResult<Tagged<PlannedEventView>> {
    set_status(&app, &auth, id, Status::Archived).await
}

/// Takes an archived entry back into the plan.
#[utoipa::path(post, path = "/api/v1/plan/events/{id}/restore", tag = "plan", security(("api_key" = ["source.write"])), params(("id" = String, Path)),
    request_body = StatusRequest,
    responses((status = 200, body = PlannedEventView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn restore(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<PlanEventId>,
    Json(StatusRequest {}): Json<StatusRequest>,
) -> ApiResult<Tagged<PlannedEventView>> {
    set_status(&app, &auth, id, Status::Planned).await
}
