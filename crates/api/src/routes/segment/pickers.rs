//! What there is to ask for: traits and their values, events and their properties.
//!
//! Values are personal data: whoever may not see customers gets names and counts only.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use access::Permission;
use axum::extract::State;
use base::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Values of a property that can be listed, the most frequent; `q` finds the others.
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
    #[schema(value_type = Vec<Value>)]
    examples: Vec<Value>,
}

/// Customer properties there are, most frequent first.
#[utoipa::path(get, path = "/api/v1/traits", tag = "segments", security(("api_key" = ["segment.read"])), params(PageQuery),
    responses((status = 200, body = Listed<PickerName>), (status = 401), (status = 403), (status = 503)))]
async fn traits(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<PickerName>>> {
    let workspace = auth.workspace();
    let names = app.segment.trait_names(workspace).await?;
    let shown = may_see_values(&auth);
    let item = |name: segment::TraitName| PickerName {
        name: name.name,
        value_type: name.value_type,
        count: name.count,
        examples: if shown { name.examples } else { Vec::new() },
    };
    Ok(Json(Listed::cut(names, &page, |name| name.name.clone(), item)?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ValuesQuery {
    /// A part of the value, ignoring case.
    q: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct PickerValue {
    #[schema(value_type = Value)]
    value: Value,
    count: u64,
}

/// Values of a customer property, most frequent first.
#[utoipa::path(get, path = "/api/v1/traits/{name}/values", tag = "segments", security(("api_key" = ["segment.read", "profile.read"])), params(("name" = String, Path), ValuesQuery, PageQuery),
    responses((status = 200, body = Listed<PickerValue>), (status = 401), (status = 403), (status = 503)))]
async fn trait_values(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(name): Path<String>,
    Query(query): Query<ValuesQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<PickerValue>>> {
    let workspace = auth.workspace();
    let q = query.q.as_deref().unwrap_or_default();
    let values = app.segment.trait_values(workspace, &name, q, VALUES_MAX).await?;
    let item = |value: segment::ValueCount| PickerValue { value: value.value, count: value.count };
    Ok(Json(Listed::cut(values, &page, |value| value.value.to_string(), item)?))
}

#[derive(Serialize, ToSchema)]
struct EventNameView {
    name: String,
    count: u64,
    #[schema(value_type = String)]
    last_at: Timestamp,
}

/// Events there are, most frequent first.
#[utoipa::path(get, path = "/api/v1/events/names", tag = "segments", security(("api_key" = ["event.read"])), params(PageQuery),
    responses((status = 200, body = Listed<EventNameView>), (status = 401), (status = 403), (status = 503)))]
async fn event_names(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<EventNameView>>> {
    let workspace = auth.workspace();
    let names = app.segment.event_names(workspace).await?;
    let item = |name: segment::EventName| EventNameView { name: name.name, count: name.count, last_at: name.last_at };
    Ok(Json(Listed::cut(names, &page, |name| name.name.clone(), item)?))
}

/// Properties of an event, most frequent first.
#[utoipa::path(get, path = "/api/v1/events/{name}/properties", tag = "segments", security(("api_key" = ["event.read"])),
    params(("name" = String, Path), PageQuery),
    responses((status = 200, body = Listed<PickerName>), (status = 401), (status = 403), (status = 503)))]
async fn event_properties(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(name): Path<String>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<PickerName>>> {
    let workspace = auth.workspace();
    let names = app.segment.event_properties(workspace, &name).await?;
    let shown = may_see_values(&auth);
    let item = |name: segment::PropertyName| PickerName {
        name: name.name,
        value_type: name.value_type,
        count: name.count,
        examples: if shown { name.examples } else { Vec::new() },
    };
    Ok(Json(Listed::cut(names, &page, |name| name.name.clone(), item)?))
}
