//! Anonymising a customer: what would go and what would stay, and doing it.

use super::{Receipt, caught_up};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path};
use axum::extract::State;
use base::ProfileId;
use http::StatusCode;
use retention::KEPT_PROPERTIES;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Names of events a preview lists.
const NAMES_MAX: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(preview, anonymise))
}

/// A part of what is known.
#[derive(Serialize, ToSchema)]
struct AnonymisePart {
    /// identifiers, traits, consent, messages, devices, free_text, memberships; events, orders, suppression
    what: &'static str,
    /// Null where it is not counted.
    count: Option<u64>,
}

fn part(what: &'static str, count: Option<u64>) -> AnonymisePart {
    AnonymisePart { what, count }
}

#[derive(Serialize, ToSchema)]
struct AnonymiseName {
    name: String,
    events: u64,
}

/// What anonymising would do.
#[derive(Serialize, ToSchema)]
struct AnonymisePreview {
    #[schema(value_type = String)]
    profile_id: ProfileId,
    /// All ids that go.
    #[schema(value_type = Vec<String>)]
    ids: Vec<ProfileId>,
    goes: Vec<AnonymisePart>,
    stays: Vec<AnonymisePart>,
    /// Properties the events may keep; of these only values that are money, a number, or a product's number.
    #[schema(value_type = Vec<String>)]
    kept_properties: &'static [&'static str],
    /// What stays, the most frequent first, at most 50.
    events_by_name: Vec<AnonymiseName>,
}

/// What would go and what would stay if this customer were anonymised. Changes nothing.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/anonymise", tag = "people", security(("api_key" = ["profile.erase"])), params(("id" = String, Path)),
    responses((status = 200, body = AnonymisePreview), (status = 401), (status = 403), (status = 404)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
) -> ApiResult<Json<AnonymisePreview>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?;
    let ids = app.profile.aliases(workspace, id).await?;
    let canonical = profile.summary.id;
    let orders = app.measure.order_sums(workspace, &[canonical]).await?;
    let orders = orders.get(&canonical).map_or(0, |sums| sums.orders.max(0) as u64);
    let names = app.lake.count_by_name_of(workspace, &ids).await?;
    let events: u64 = names.iter().map(|one| one.count).sum();
    let events_by_name =
        names.into_iter().take(NAMES_MAX).map(|one| AnonymiseName { name: one.name, events: one.count });
    let goes = vec![
        part("identifiers", Some(profile.identifiers.len() as u64)),
        part("traits", Some(profile.traits.len() as u64)),
        part("consent", None),
        part("messages", None),
        part("devices", None),
        part("free_text", None),
        part("memberships", None),
    ];
    let stays = vec![part("events", Some(events)), part("orders", Some(orders)), part("suppression", None)];
    Ok(Json(AnonymisePreview {
        profile_id: canonical,
        ids,
        goes,
        stays,
        kept_properties: &KEPT_PROPERTIES,
        events_by_name: events_by_name.collect(),
    }))
}

/// Erases the customer in every room; of the history stays what happened, cut down, as events of nobody. Not to be
/// undone. How far it is says `GET /api/v1/profiles/{id}/erasure`. 409 while that, or erasing, is under way already.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/anonymise", tag = "people", security(("api_key" = ["profile.erase"])), params(("id" = String, Path)),
    responses((status = 202, body = Receipt), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn anonymise(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
) -> ApiResult<(StatusCode, Json<Receipt>)> {
    let receipt = app.profile.anonymise(auth.workspace(), id).await?;
    auth.note(&app, "profile.anonymise", receipt.profile.to_string(), "anonymised a customer").await?;
    caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(receipt.into())))
}
