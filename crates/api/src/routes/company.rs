//! Companies (accounts of B2B): lists and search, one company, its members, the companies of a customer, changes by
//! hand.

use super::measure::MoneyView;
use super::profile::{SummaryView, caught_up, summaries};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{CompanyId, JsonMap, Page, Problem, ProblemKind, ProfileId, Timestamp};
use company::{Company, CompanySummary, Member, Membership, RollUp, Sort, TraitSeen};
use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, delete))
        .routes(routes!(members, add_member))
        .routes(routes!(remove_member))
        .routes(routes!(of_profile))
}

/// What the members of a company do; worked out in the background.
#[derive(Serialize, ToSchema)]
struct CompanyRollup {
    /// When it was worked out.
    #[schema(value_type = String)]
    at: Timestamp,
    /// Members it is about: those spoken of last, 10,000 at most.
    counted: u64,
    /// False: there are more members than were counted.
    complete: bool,
    /// Members seen in the last 30 days.
    active_30d: u64,
    #[schema(value_type = Option<String>)]
    first_seen: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    last_seen: Option<Timestamp>,
    events: u64,
    orders: u64,
    /// Net; one amount per currency, of most orders first. A member's orders count in the currency of most of them.
    revenue: Vec<MoneyView>,
    /// Members with an order.
    buyers: u64,
    /// Mean number of days since a member was seen.
    recency_days: Option<f64>,
    /// Mean.
    orders_per_member: Option<f64>,
}

impl CompanyRollup {
    fn of(rollup: RollUp, members: u64) -> Self {
        const DAY_MS: f64 = 86_400_000.0;
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let mean = |sum: u64| (rollup.counted > 0).then(|| tenth(sum as f64 / rollup.counted as f64));
        Self {
            at: rollup.at,
            complete: members <= rollup.counted.max(company::MEMBERS_COUNTED_MAX as u64),
            orders_per_member: mean(rollup.orders),
            counted: rollup.counted,
            active_30d: rollup.active_30d,
            first_seen: rollup.first_seen,
            last_seen: rollup.last_seen,
            events: rollup.events,
            orders: rollup.orders,
            revenue: rollup.revenue.into_iter().map(MoneyView::from).collect(),
            buyers: rollup.buyers,
            recency_days: rollup.recency_ms.map(|ms| tenth(ms as f64 / DAY_MS)),
        }
    }
}

/// A line of a list of companies.
#[derive(Serialize, ToSchema)]
struct CompanyLine {
    #[schema(value_type = String)]
    id: CompanyId,
    /// The id the sources use.
    group_id: String,
    /// The trait `name`, else the group id.
    name: String,
    /// Of the trait domain, website or email, in lower case: acme.nl.
    domain: Option<String>,
    industry: Option<String>,
    plan: Option<String>,
    country: Option<String>,
    /// At present.
    members: u64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    first_seen: Timestamp,
    /// The last call about it, or the last sign of a member.
    #[schema(value_type = String)]
    last_seen: Timestamp,
    /// Null: not worked out yet.
    rollup: Option<CompanyRollup>,
}

impl From<CompanySummary> for CompanyLine {
    fn from(one: CompanySummary) -> Self {
        Self {
            rollup: one.rollup.map(|rollup| CompanyRollup::of(rollup, one.members)),
            id: one.id,
            group_id: one.group_id,
            name: one.name,
            domain: one.domain,
            industry: one.industry,
            plan: one.plan,
            country: one.country,
            members: one.members,
            created_at: one.created_at,
            first_seen: one.first_seen,
            last_seen: one.last_seen,
        }
    }
}

/// A trait of a company, when it was said, and by which source (`src_…`, or import or system).
#[derive(Serialize, ToSchema)]
struct CompanyTrait {
    name: String,
    #[schema(value_type = Value)]
    value: base::Json,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    source: String,
}

impl From<TraitSeen> for CompanyTrait {
    fn from(seen: TraitSeen) -> Self {
        Self { name: seen.name, value: seen.value, updated_at: seen.at, source: seen.source }
    }
}

/// Everything known of one company.
#[derive(Serialize, ToSchema)]
struct CompanyView {
    #[serde(flatten)]
    line: CompanyLine,
    /// Customers who belong to it no more.
    former_members: u64,
    traits: Vec<CompanyTrait>,
}

impl From<Company> for CompanyView {
    fn from(company: Company) -> Self {
        Self {
            line: company.summary.into(),
            former_members: company.former_members,
            traits: company.traits.into_iter().map(CompanyTrait::from).collect(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CompanyQuery {
    /// A company id or group id, or the beginning of a name or domain.
    q: Option<String>,
    /// last_seen (the default), name or members; without `q`.
    sort: Option<String>,
}

/// Companies, found or all.
#[utoipa::path(get, path = "/api/v1/companies", tag = "companies", security(("api_key" = ["profile.read"])), params(CompanyQuery, PageQuery),
    responses((status = 200, body = Listed<CompanyLine>), (status = 400), (status = 401), (status = 403)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<CompanyQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<CompanyLine>>> {
    let found = match query.q.filter(|q| !q.trim().is_empty()) {
        Some(q) => app.company.search(auth.workspace(), &q, &page).await?,
        None => {
            let sort = query.sort.as_deref().filter(|sort| !sort.is_empty()).unwrap_or("last_seen");
            let sort = Sort::parse(sort).ok_or_else(|| {
                Problem::new(ProblemKind::Malformed, "bad_sort", "sort is last_seen, name or members")
            })?;
            app.company.list(auth.workspace(), sort, &page).await?
        }
    };
    Ok(Json(found.map(CompanyLine::from).into()))
}

/// Everything known of one company; what the members of a company of up to 1,000 do is worked out now.
#[utoipa::path(get, path = "/api/v1/companies/{id}", tag = "companies", security(("api_key" = ["profile.read"])), params(("id" = String, Path)),
    responses((status = 200, body = CompanyView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<CompanyId>) -> ApiResult<Json<CompanyView>> {
    Ok(Json(app.company.get(auth.workspace(), id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompanyRequest {
    /// The id your systems use.
    group_id: String,
    /// `name`, `domain`, `industry`, `plan` … ; `role` and `left` are said of members.
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: JsonMap,
}

/// A company that was accepted.
#[derive(Serialize, ToSchema)]
struct CompanyAccepted {
    /// Null when the change is durable but not visible yet.
    #[schema(value_type = Option<String>)]
    id: Option<CompanyId>,
    /// messageId of the event that carries the change.
    message_id: String,
}

/// Makes a company, or completes the one that has this group id.
#[utoipa::path(post, path = "/api/v1/companies", tag = "companies", security(("api_key" = ["profile.write"])), request_body = CompanyRequest,
    responses((status = 201, body = CompanyAccepted), (status = 202, body = CompanyAccepted), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<CompanyRequest>,
) -> ApiResult<(StatusCode, Json<CompanyAccepted>)> {
    let message_id = app.company.create(auth.workspace(), &body.group_id, body.traits).await?;
    caught_up(&app).await;
    let id = app.company.find(auth.workspace(), &body.group_id).await?;
    let object = id.map(|id| id.to_string()).unwrap_or_default();
    auth.note(&app, "company.create", object, "made or completed a company").await?;
    let status = if id.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(CompanyAccepted { id, message_id })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompanyPatch {
    /// Null takes a trait back.
    #[schema(value_type = Object)]
    traits: JsonMap,
}

/// Sets traits of a company.
#[utoipa::path(patch, path = "/api/v1/companies/{id}", tag = "companies", security(("api_key" = ["profile.write"])), params(("id" = String, Path)), request_body = CompanyPatch,
    responses((status = 200, body = CompanyView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn patch(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CompanyId>,
    Json(body): Json<CompanyPatch>,
) -> ApiResult<Json<CompanyView>> {
    app.company.patch(auth.workspace(), id, body.traits).await?;
    auth.note(&app, "company.update", id, "changed traits of a company").await?;
    caught_up(&app).await;
    Ok(Json(app.company.get(auth.workspace(), id).await?.into()))
}

/// A change of a company that was accepted.
#[derive(Serialize, ToSchema)]
struct CompanyChanged {
    #[schema(value_type = String)]
    id: CompanyId,
    /// messageId of the event that carries the change.
    message_id: String,
    /// False: durable, but not visible yet.
    visible: bool,
}

/// Deletes a company, what is known of it and who belongs to it; the customers stay. What is said of it later makes a
/// new one.
#[utoipa::path(delete, path = "/api/v1/companies/{id}", tag = "companies", security(("api_key" = ["profile.erase"])), params(("id" = String, Path)),
    responses((status = 202, body = CompanyChanged), (status = 401), (status = 403), (status = 404)))]
async fn delete(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CompanyId>,
) -> ApiResult<(StatusCode, Json<CompanyChanged>)> {
    let message_id = app.company.delete(auth.workspace(), id).await?;
    auth.note(&app, "company.delete", id, "deleted a company").await?;
    let visible = caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(CompanyChanged { id, message_id, visible })))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MembersQuery {
    /// current (the default) or former.
    state: Option<String>,
}

/// A customer in a company.
#[derive(Serialize, ToSchema)]
struct CompanyMember {
    profile: SummaryView,
    role: Option<String>,
    /// The first call that said so.
    #[schema(value_type = Option<String>)]
    joined_at: Option<Timestamp>,
    /// The latest call that said so.
    #[schema(value_type = Option<String>)]
    last_at: Option<Timestamp>,
    /// Of former members.
    #[schema(value_type = Option<String>)]
    left_at: Option<Timestamp>,
    /// Who said the latest of it: `src_…`, import or system.
    source: String,
}

/// Members of a company, who was spoken of last first.
#[utoipa::path(get, path = "/api/v1/companies/{id}/members", tag = "companies", security(("api_key" = ["profile.read"])),
    params(("id" = String, Path), MembersQuery, PageQuery),
    responses((status = 200, body = Listed<CompanyMember>), (status = 400), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn members(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CompanyId>,
    Query(query): Query<MembersQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<CompanyMember>>> {
    let former = match query.state.as_deref() {
        None | Some("" | "current") => false,
        Some("former") => true,
        Some(_) => {
            let detail = "state is current or former";
            return Err(Problem::invalid("bad_state", detail).at("/state", "bad_state", detail).into());
        }
    };
    let workspace = auth.workspace();
    let Page { items, next_cursor } = app.company.members(workspace, id, former, &page).await?;
    let ids: Vec<ProfileId> = items.iter().map(|member| member.profile).collect();
    let found = app.profile.summaries(workspace, &ids).await?;
    let known: Vec<ProfileId> = found.iter().map(|one| one.id).collect();
    let mut people: HashMap<ProfileId, SummaryView> =
        known.into_iter().zip(summaries(&app, workspace, found).await?).collect();
    // Somebody who is being erased at this moment is left out.
    let of_member = |member: Member| {
        let profile = people.remove(&member.profile)?;
        let Member { role, joined_at, last_at, left_at, source, .. } = member;
        Some(CompanyMember { profile, role, joined_at, last_at, left_at, source })
    };
    Ok(Json(Listed { items: items.into_iter().filter_map(of_member).collect(), next_cursor }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberRequest {
    #[schema(value_type = String)]
    profile_id: ProfileId,
    /// Null takes the role back; left out, it stays as it is.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    role: Option<Option<String>>,
}

/// Tells null from a field that was left out.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Says that a customer belongs to a company, or which role they have.
#[utoipa::path(post, path = "/api/v1/companies/{id}/members", tag = "companies", security(("api_key" = ["profile.write"])), params(("id" = String, Path)), request_body = MemberRequest,
    responses((status = 202, body = CompanyChanged), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn add_member(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<CompanyId>,
    Json(body): Json<MemberRequest>,
) -> ApiResult<(StatusCode, Json<CompanyChanged>)> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, body.profile_id).await?.summary.id;
    let message_id = app.company.add_member(workspace, id, profile, body.role).await?;
    auth.note(&app, "company.member", id, format!("said that {profile} belongs to a company")).await?;
    let visible = caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(CompanyChanged { id, message_id, visible })))
}

/// Says that a customer belongs to a company no more.
#[utoipa::path(delete, path = "/api/v1/companies/{id}/members/{profile}", tag = "companies", security(("api_key" = ["profile.write"])),
    params(("id" = String, Path), ("profile" = String, Path)),
    responses((status = 202, body = CompanyChanged), (status = 401), (status = 403), (status = 404)))]
async fn remove_member(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path((id, profile)): Path<(CompanyId, ProfileId)>,
) -> ApiResult<(StatusCode, Json<CompanyChanged>)> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, profile).await?.summary.id;
    let message_id = app.company.remove_member(workspace, id, profile).await?;
    auth.note(&app, "company.member", id, format!("said that {profile} left a company")).await?;
    let visible = caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(CompanyChanged { id, message_id, visible })))
}

/// A company of a customer.
#[derive(Serialize, ToSchema)]
struct CustomerCompany {
    company: CompanyLine,
    role: Option<String>,
    /// The first call that said so.
    #[schema(value_type = Option<String>)]
    joined_at: Option<Timestamp>,
    /// The latest call that said so.
    #[schema(value_type = Option<String>)]
    last_at: Option<Timestamp>,
    /// Of a company they left.
    #[schema(value_type = Option<String>)]
    left_at: Option<Timestamp>,
    /// Who said the latest of it: `src_…`, import or system.
    source: String,
}

impl From<Membership> for CustomerCompany {
    fn from(Membership { company, member }: Membership) -> Self {
        let Member { role, joined_at, last_at, left_at, source, .. } = member;
        Self { company: company.into(), role, joined_at, last_at, left_at, source }
    }
}

/// Companies of a customer, those of today first; 100 at most.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/companies", tag = "companies", security(("api_key" = ["profile.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<CustomerCompany>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn of_profile(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<CustomerCompany>>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?.summary.id;
    let found = app.company.of_profile(workspace, profile).await?;
    let all: Vec<CustomerCompany> = found.into_iter().map(CustomerCompany::from).collect();
    Ok(Json(Listed::cut(all, &page, |one| one.company.id.to_string(), |one| one)?))
}
