//! Computed traits: define, preview, change, remove.

use super::segment::locale_of;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use access::Permission;
use axum::extract::State;
use base::{ComputedTraitId, ProfileId, Timestamp};
use compute::{AGGREGATES, ComputedTrait, Definition, NewTrait, sentence};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(aggregates))
        .routes(routes!(preview))
        .routes(routes!(get, update, delete))
}

#[derive(Serialize, ToSchema)]
struct TraitUserView {
    /// segment, computed_trait
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct ComputedTraitView {
    #[schema(value_type = String)]
    id: ComputedTraitId,
    name: String,
    description: String,
    #[schema(value_type = Object)]
    definition: Value,
    /// The definition in words.
    sentence: String,
    /// filling, live, removing, failed
    status: &'static str,
    /// 0 to 1 while it is filled or removed.
    progress: Option<f32>,
    /// Why it could not be filled.
    failure: Option<String>,
    /// Customers who have a value.
    people: u64,
    /// number, string, date, list
    value_type: &'static str,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    used_by: Vec<TraitUserView>,
}

fn view(auth: &Auth, asked: &LocaleQuery, one: ComputedTrait) -> ComputedTraitView {
    let user = |user: compute::TraitUser| TraitUserView { kind: user.kind, id: user.id, name: user.name };
    ComputedTraitView {
        id: one.id,
        sentence: sentence(&one.definition, locale_of(auth, asked.locale.as_deref())),
        value_type: one.definition.value_type(),
        definition: one.definition.to_json(),
        name: one.name,
        description: one.description,
        status: one.status.name(),
        progress: one.progress,
        failure: one.failure,
        people: one.people,
        created_at: one.created_at,
        updated_at: one.updated_at,
        used_by: one.used_by.into_iter().map(user).collect(),
    }
}

#[derive(Deserialize, IntoParams)]
struct LocaleQuery {
    /// Language of the sentence: en, nl, sv, fy.
    locale: Option<String>,
}

/// Every computed trait, oldest first.
#[utoipa::path(get, path = "/api/v1/computed-traits", tag = "computed traits", security(("api_key" = ["segment.read"])), params(PageQuery, LocaleQuery),
    responses((status = 200, body = Listed<ComputedTraitView>), (status = 400), (status = 401), (status = 403)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
    Query(query): Query<LocaleQuery>,
) -> ApiResult<Json<Listed<ComputedTraitView>>> {
    let all = app.compute.list(auth.workspace()).await?;
    Ok(Json(Listed::cut(all, &page, |one| one.id.to_string(), |one| view(&auth, &query, one))?))
}

#[derive(Serialize, ToSchema)]
struct AggregateView {
    name: &'static str,
    /// no, optional, yes
    needs_property: &'static str,
    /// number; null: that of the property.
    value_type: Option<&'static str>,
}

/// What can be worked out of the events of a customer.
#[utoipa::path(get, path = "/api/v1/computed-traits/aggregates", tag = "computed traits", security(("api_key" = ["segment.read"])), params(PageQuery),
    responses((status = 200, body = Listed<AggregateView>), (status = 400), (status = 401), (status = 403)))]
async fn aggregates(Paged(page): Paged) -> ApiResult<Json<Listed<AggregateView>>> {
    let view = |aggregate: &&dyn compute::Aggregate| AggregateView {
        name: aggregate.name(),
        needs_property: aggregate.property().name(),
        value_type: aggregate.value_type().map(|value_type| value_type.name()),
    };
    let all: Vec<&&dyn compute::Aggregate> = AGGREGATES.iter().collect();
    Ok(Json(Listed::cut(all, &page, |aggregate| aggregate.name().to_owned(), view)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComputedTraitRequest {
    name: String,
    description: Option<String>,
    /// `{"aggregate","property","event":{"name","where","window","channel"}}`, or `{"formula"}`.
    #[schema(value_type = Object)]
    definition: Value,
}

impl ComputedTraitRequest {
    fn read(self) -> NewTrait {
        NewTrait { name: self.name, description: self.description.unwrap_or_default(), definition: self.definition }
    }
}

/// Saves a computed trait; it is filled from the history in the background.
#[utoipa::path(post, path = "/api/v1/computed-traits", tag = "computed traits", security(("api_key" = ["segment.write"])), params(LocaleQuery),
    request_body = ComputedTraitRequest,
    responses((status = 201, body = ComputedTraitView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<LocaleQuery>,
    Json(body): Json<ComputedTraitRequest>,
) -> ApiResult<(StatusCode, Json<ComputedTraitView>)> {
    let made = app.compute.create(auth.workspace(), body.read()).await?;
    auth.note(&app, "computed_trait.create", made.id, format!("made the computed trait \"{}\"", made.name)).await?;
    Ok((StatusCode::CREATED, Json(view(&auth, &query, made))))
}

/// One computed trait.
#[utoipa::path(get, path = "/api/v1/computed-traits/{id}", tag = "computed traits", security(("api_key" = ["segment.read"])),
    params(("id" = String, Path), LocaleQuery),
    responses((status = 200, body = ComputedTraitView), (status = 401), (status = 403), (status = 404)))]
async fn get(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ComputedTraitId>,
    Query(query): Query<LocaleQuery>,
) -> ApiResult<Json<ComputedTraitView>> {
    let one = app.compute.get(auth.workspace(), id).await?;
    Ok(Json(view(&auth, &query, one)))
}

/// Changes a computed trait. Another definition is filled anew; until that is done everybody keeps the old value. The
/// name stays.
#[utoipa::path(put, path = "/api/v1/computed-traits/{id}", tag = "computed traits", security(("api_key" = ["segment.write"])),
    params(("id" = String, Path), LocaleQuery), request_body = ComputedTraitRequest,
    responses((status = 200, body = ComputedTraitView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ComputedTraitId>,
    Query(query): Query<LocaleQuery>,
    Json(body): Json<ComputedTraitRequest>,
) -> ApiResult<Json<ComputedTraitView>> {
    let changed = app.compute.change(auth.workspace(), id, body.read()).await?;
    auth.note(&app, "computed_trait.update", id, format!("changed the computed trait \"{}\"", changed.name)).await?;
    Ok(Json(view(&auth, &query, changed)))
}

/// Removes a computed trait that nothing uses: it is taken from every customer in the background.
#[utoipa::path(delete, path = "/api/v1/computed-traits/{id}", tag = "computed traits", security(("api_key" = ["segment.write"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ComputedTraitId>) -> ApiResult<StatusCode> {
    app.compute.remove(auth.workspace(), id).await?;
    auth.note(&app, "computed_trait.delete", id, "removed a computed trait").await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ComputedPreviewRequest {
    #[schema(value_type = Object)]
    definition: Value,
}

#[derive(Serialize, ToSchema)]
struct PreviewPerson {
    #[schema(value_type = String)]
    profile: ProfileId,
    label: String,
    /// Null: there would be none.
    #[schema(value_type = Value)]
    value: Value,
}

#[derive(Serialize, ToSchema)]
struct ComputedPreviewAnswer {
    sentence: String,
    value_type: &'static str,
    /// How many customers did the event; null: a formula, or it cannot be told now.
    did_event: Option<u64>,
    /// Some of them, then customers seen last; left out for callers who may not see customers.
    people: Vec<PreviewPerson>,
    with_value: usize,
    looked_at: usize,
}

/// What a definition would give some customers: those who did the event first, then those seen last. Saves nothing.
#[utoipa::path(post, path = "/api/v1/computed-traits/preview", tag = "computed traits", security(("api_key" = ["segment.read"])), params(LocaleQuery),
    request_body = ComputedPreviewRequest,
    responses((status = 200, body = ComputedPreviewAnswer), (status = 401), (status = 403), (status = 422), (status = 503)))]
async fn preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<LocaleQuery>,
    Json(body): Json<ComputedPreviewRequest>,
) -> ApiResult<Json<ComputedPreviewAnswer>> {
    let previewed = app.compute.preview(auth.workspace(), &body.definition).await?;
    let definition: &Definition = &previewed.definition;
    let with_value = previewed.people.iter().filter(|(_, _, value)| !value.is_null()).count();
    let looked_at = previewed.people.len();
    let (sentence, value_type) =
        (sentence(definition, locale_of(&auth, query.locale.as_deref())), definition.value_type());
    let may_see = auth.caller.require(Permission::ProfileRead).is_ok();
    let person = |(profile, label, value)| PreviewPerson { profile, label, value };
    let people = previewed.people.into_iter().filter(|_| may_see).map(person).collect();
    let did_event = previewed.did_event;
    Ok(Json(ComputedPreviewAnswer { sentence, value_type, did_event, people, with_value, looked_at }))
}
