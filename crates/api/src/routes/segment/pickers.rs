//! What there is to ask for: traits and their values, events and their properties.
//!
//! Values are personal data: whoever may not see customers gets names and counts only.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path, Query};
use access::Permission;
use axum::extract::State;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Values offered by a picker.
const VALUES_DEFAULT: usize = 50;
const VALUES_MAX: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(traits))
        .routes(routes!(trait_values))
        .routes(routes!(event_names))
        .routes(routes!(event_properties))
}

fn may_see_values(auth: &Auth) -> bool {
    auth.caller.require(Permission::ProfileRead).is_ok()
}

/// A name one can ask for.
#[derive(Serialize, ToSchema)]
struct PickerName {
    name: String,
    /// string, number, boolean or date, as the examples look.
    #[serde(rename = "type")]
    value_type: &'static str,
    /// Customers (of a trait) or events (of a property) that have it.
    count: u64,
    #[schema(value_type = Vec<Object>)]
    examples: Vec<Value>,
}

#[derive(Serialize, ToSchema)]
struct PickerNames {
    items: Vec<PickerName>,
}

/// Customer properties there are, most frequent first.
#[utoipa::path(get, path = "/api/v1/traits", tag = "segments",
    responses((status = 200, body = PickerNames), (status = 401), (status = 403), (status = 503)))]
async fn traits(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<PickerNames>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    let names = app.segment.trait_names(workspace).await?;
    let shown = may_see_values(&auth);
    let item = |name: segment::TraitName| PickerName {
        name: name.name,
        value_type: name.value_type,
        count: name.count,
        examples: if shown { name.examples } else { Vec::new() },
    };
    Ok(Json(PickerNames { items: names.into_iter().map(item).collect() }))
}

#[derive(Deserialize, IntoParams)]
struct ValuesQuery {
    /// A part of the value, ignoring case.
    q: Option<String>,
    /// 50 unless told, 500 at most.
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
struct PickerValue {
    #[schema(value_type = Object)]
    value: Value,
    count: u64,
}

#[derive(Serialize, ToSchema)]
struct PickerValues {
    items: Vec<PickerValue>,
}

/// Values of a customer property, most frequent first.
#[utoipa::path(get, path = "/api/v1/traits/{name}/values", tag = "segments", params(("name" = String, Path), ValuesQuery),
    responses((status = 200, body = PickerValues), (status = 401), (status = 403), (status = 503)))]
async fn trait_values(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(name): Path<String>,
    Query(query): Query<ValuesQuery>,
) -> ApiResult<Json<PickerValues>> {
    let workspace = auth.require(Permission::SegmentRead)?;
    auth.require(Permission::ProfileRead)?;
    let limit = query.limit.unwrap_or(VALUES_DEFAULT).clamp(1, VALUES_MAX);
    let values = app.segment.trait_values(workspace, &name, query.q.as_deref().unwrap_or_default(), limit).await?;
    let items = values.into_iter().map(|value| PickerValue { value: value.value, count: value.count }).collect();
    Ok(Json(PickerValues { items }))
}

#[derive(Serialize, ToSchema)]
struct EventNameView {
    name: String,
    count: u64,
    #[schema(value_type = String)]
    last_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct EventNames {
    items: Vec<EventNameView>,
}

/// Events there are, most frequent first.
#[utoipa::path(get, path = "/api/v1/events/names", tag = "segments",
    responses((status = 200, body = EventNames), (status = 401), (status = 403), (status = 503)))]
async fn event_names(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<EventNames>> {
    let workspace = auth.require(Permission::EventRead)?;
    let names = app.segment.event_names(workspace).await?;
    let item = |name: segment::EventName| EventNameView { name: name.name, count: name.count, last_at: name.last_at };
    Ok(Json(EventNames { items: names.into_iter().map(item).collect() }))
}

/// Properties of an event, most frequent first.
#[utoipa::path(get, path = "/api/v1/events/{name}/properties", tag = "segments", params(("name" = String, Path)),
    responses((status = 200, body = PickerNames), (status = 401), (status = 403), (status = 503)))]
async fn event_properties(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(name): Path<String>,
) -> ApiResult<Json<PickerNames>> {
    let workspace = auth.require(Permission::EventRead)?;
    let names = app.segment.event_properties(workspace, &name).await?;
    let shown = may_see_values(&auth);
    let item = |name: segment::PropertyName| PickerName {
        name: name.name,
        value_type: name.value_type,
        count: name.count,
        examples: if shown { name.examples } else { Vec::new() },
    };
    Ok(Json(PickerNames { items: names.into_iter().map(item).collect() }))
}
