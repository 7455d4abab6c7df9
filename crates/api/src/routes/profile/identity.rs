//! Who a customer is made of: identifiers, merges, what was kept apart; joining two, taking one apart, undoing.

use super::caught_up;
use super::views::IdentifierView;
use crate::problem::ApiResult;
use crate::routes::profile::{SummaryView, summaries};
use crate::{App, Auth, Json, Path};
use axum::extract::State;
use base::{ProfileId, Timestamp, WorkspaceId};
use http::StatusCode;
use profile::{
    IdentifierSeen, MergeSeen, PersonIdentifier, ProfileSummary, SplitRequest, SplitSide, TraitChoice, TraitSeen,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(identity))
        .routes(routes!(merge_preview))
        .routes(routes!(merge))
        .routes(routes!(split_preview))
        .routes(routes!(split))
}

/// A profile that was joined to this one.
#[derive(Serialize, ToSchema)]
struct IdentityMerge {
    #[schema(value_type = String)]
    from: ProfileId,
    #[schema(value_type = String)]
    into: ProfileId,
    #[schema(value_type = String)]
    at: Timestamp,
    /// What joined them: the call and the identifier, or "merged by hand".
    reason: String,
    event: String,
    /// Identifiers that came with it.
    identifiers: usize,
}

/// An identifier two customers claim.
#[derive(Serialize, ToSchema)]
struct IdentityConflict {
    kind: String,
    value: String,
    /// Who claims it.
    #[schema(value_type = String)]
    profile: ProfileId,
    profile_label: String,
    /// Whose it stayed; null when the claimant has too many of the kind.
    #[schema(value_type = Option<String>)]
    owner: Option<ProfileId>,
    owner_label: Option<String>,
    /// limit, other_profile or kept_apart.
    reason: String,
    occurrences: u64,
    #[schema(value_type = String)]
    first_at: Timestamp,
    #[schema(value_type = String)]
    last_at: Timestamp,
}

/// A customer this one was taken apart from.
#[derive(Serialize, ToSchema)]
struct KeptApart {
    profile: SummaryView,
    #[schema(value_type = String)]
    since: Timestamp,
}

/// Who a customer is made of.
#[derive(Serialize, ToSchema)]
struct IdentityView {
    #[schema(value_type = String)]
    profile: ProfileId,
    identifiers: Vec<IdentifierView>,
    merges: Vec<IdentityMerge>,
    conflicts: Vec<IdentityConflict>,
    /// No event joins these again; a person may.
    kept_apart: Vec<KeptApart>,
    /// True for the seconds after a split in which the timeline is not in order yet.
    sorting: bool,
}

/// Who a customer is made of, and why.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/identity", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path)),
    responses((status = 200, body = IdentityView), (status = 401), (status = 403), (status = 404)))]
async fn identity(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ProfileId>) -> ApiResult<Json<IdentityView>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?;
    let id = profile.summary.id;
    let merges = app.profile.merges(workspace, id).await?;
    let apart = app.profile.apart(workspace, id).await?;
    let (since, people): (Vec<Timestamp>, Vec<ProfileSummary>) =
        apart.into_iter().map(|apart| (apart.since, apart.profile)).unzip();
    let people = summaries(&app, workspace, people).await?;
    Ok(Json(IdentityView {
        profile: id,
        merges: merges.iter().map(|merge| merge_view(merge, &merges, &profile.identifiers)).collect(),
        identifiers: profile.identifiers.iter().map(IdentifierView::from).collect(),
        conflicts: conflicts(&app, workspace, id).await?,
        kept_apart: since.into_iter().zip(people).map(|(since, profile)| KeptApart { profile, since }).collect(),
        sorting: app.profile.is_sorting(workspace, id).await?,
    }))
}

fn merge_view(merge: &MergeSeen, all: &[MergeSeen], identifiers: &[IdentifierSeen]) -> IdentityMerge {
    let came_with = profile::came_with(merge.from, all);
    let came = |seen: &&IdentifierSeen| came_with.contains(&seen.home);
    IdentityMerge {
        from: merge.from,
        into: merge.into,
        at: merge.at,
        reason: merge.reason.clone(),
        event: merge.event.clone(),
        identifiers: identifiers.iter().filter(came).count(),
    }
}

async fn conflicts(app: &App, workspace: WorkspaceId, id: ProfileId) -> ApiResult<Vec<IdentityConflict>> {
    let found = app.profile.conflicts(workspace, id).await?;
    let ids: Vec<ProfileId> = found.iter().flat_map(|one| std::iter::once(one.profile).chain(one.owner)).collect();
    let labels = app.profile.labels(workspace, &ids).await?;
    let label = |id: &ProfileId| labels.get(id).cloned();
    let view = found.into_iter().map(|one| IdentityConflict {
        profile_label: label(&one.profile).unwrap_or_default(),
        owner_label: one.owner.as_ref().and_then(label),
        kind: one.kind,
        value: one.value,
        profile: one.profile,
        owner: one.owner,
        reason: one.reason,
        occurrences: one.occurrences,
        first_at: one.first_at,
        last_at: one.last_at,
    });
    Ok(view.collect())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeRequest {
    /// The customer that is joined to the one in the path, whose id stays.
    #[schema(value_type = String)]
    with: ProfileId,
}

/// A trait, when it was said, and by which source.
#[derive(Serialize, ToSchema)]
struct TraitSaid {
    name: String,
    #[schema(value_type = Value)]
    value: base::Json,
    #[schema(value_type = String)]
    at: Timestamp,
    source: String,
}

impl From<TraitSeen> for TraitSaid {
    fn from(seen: TraitSeen) -> Self {
        Self { name: seen.name, value: seen.value, at: seen.at, source: seen.source }
    }
}

/// A trait both may have.
#[derive(Serialize, ToSchema)]
struct MergedTrait {
    name: String,
    /// survivor or merged: whose value stays.
    kept_from: &'static str,
    survivor: Option<TraitSaid>,
    merged: Option<TraitSaid>,
    /// What comes of both, where the trait's rule makes something new of them (a sum, a list); null: one of them stays.
    #[schema(value_type = Value)]
    together: Option<base::Json>,
}

impl From<TraitChoice> for MergedTrait {
    fn from(choice: TraitChoice) -> Self {
        Self {
            kept_from: if choice.keeps_survivor { "survivor" } else { "merged" },
            name: choice.name,
            together: choice.together,
            survivor: choice.survivor.map(TraitSaid::from),
            merged: choice.merged.map(TraitSaid::from),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct MergedIdentifier {
    kind: String,
    value: String,
    /// survivor or merged.
    of: &'static str,
}

/// What a merge would make.
#[derive(Serialize, ToSchema)]
struct MergePreview {
    survivor: SummaryView,
    merged: SummaryView,
    traits: Vec<MergedTrait>,
    identifiers: Vec<MergedIdentifier>,
    /// kept_apart: they were taken apart before; many_user_id, many_email, …: more identifiers of this kind than the
    /// rules would join by themselves.
    warnings: Vec<String>,
    /// Of both.
    events: u64,
}

/// What would come of merging two customers. Changes nothing.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/merge-preview", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path)), request_body = MergeRequest,
    responses((status = 200, body = MergePreview), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn merge_preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<MergeRequest>,
) -> ApiResult<Json<MergePreview>> {
    let workspace = auth.workspace();
    let preview = app.profile.merge_preview(workspace, id, body.with).await?;
    let events = preview.survivor.events + preview.merged.events;
    let mut people = summaries(&app, workspace, vec![preview.survivor, preview.merged]).await?.into_iter();
    let (Some(survivor), Some(merged)) = (people.next(), people.next()) else {
        return Err(base::Problem::not_found("profile", id).into());
    };
    let identifier = |(seen, is_survivor): (IdentifierSeen, bool)| MergedIdentifier {
        kind: seen.kind,
        value: seen.value,
        of: if is_survivor { "survivor" } else { "merged" },
    };
    Ok(Json(MergePreview {
        survivor,
        merged,
        traits: preview.traits.into_iter().map(MergedTrait::from).collect(),
        identifiers: preview.identifiers.into_iter().map(identifier).collect(),
        warnings: preview.warnings,
        events,
    }))
}

/// A merge that was accepted.
#[derive(Serialize, ToSchema)]
struct MergeAccepted {
    /// The id that stays.
    #[schema(value_type = String)]
    profile: ProfileId,
    #[schema(value_type = String)]
    merged: ProfileId,
    message_id: String,
    /// False: durable, but not visible yet.
    visible: bool,
}

/// Makes one customer of two because a person knows; undone by a split with `revive`.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/merge", tag = "people", security(("api_key" = ["profile.write"])), params(("id" = String, Path)), request_body = MergeRequest,
    responses((status = 202, body = MergeAccepted), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn merge(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<MergeRequest>,
) -> ApiResult<(StatusCode, Json<MergeAccepted>)> {
    let (asked, merged) = app.profile.merge(auth.workspace(), id, body.with).await?;
    let note = format!("merged {merged} into a customer");
    auth.note(&app, "profile.merge", asked.profile.to_string(), &note).await?;
    let visible = caught_up(&app).await;
    let answer = MergeAccepted { profile: asked.profile, merged, message_id: asked.message_id, visible };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LeavingIdentifier {
    kind: String,
    value: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitBody {
    /// Identifiers that leave. Left out with `revive`: those that came with it.
    #[serde(default)]
    identifiers: Vec<LeavingIdentifier>,
    /// A profile that was merged into this one and comes back; without it a new customer is made.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    revive: Option<ProfileId>,
}

impl From<SplitBody> for SplitRequest {
    fn from(body: SplitBody) -> Self {
        let identifier = |one: LeavingIdentifier| PersonIdentifier { kind: one.kind, value: one.value };
        Self { identifiers: body.identifiers.into_iter().map(identifier).collect(), revive: body.revive }
    }
}

/// One of the two a split would make.
#[derive(Serialize, ToSchema)]
struct SplitSideView {
    events: u64,
    identifiers: Vec<IdentifierView>,
    traits: Vec<TraitSaid>,
    #[schema(value_type = Option<String>)]
    first_seen: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    last_seen: Option<Timestamp>,
}

impl From<SplitSide> for SplitSideView {
    fn from(side: SplitSide) -> Self {
        Self {
            events: side.events,
            identifiers: side.identifiers.iter().map(IdentifierView::from).collect(),
            traits: side.traits.into_iter().map(TraitSaid::from).collect(),
            first_seen: side.first_seen,
            last_seen: side.last_seen,
        }
    }
}

/// What a split would make.
#[derive(Serialize, ToSchema)]
struct SplitPreview {
    stays: SplitSideView,
    leaves: SplitSideView,
    /// The id that comes back; null: a new one is given.
    #[schema(value_type = Option<String>)]
    revived: Option<ProfileId>,
}

/// What would come of taking a customer apart, or of undoing a merge. Changes nothing.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/split-preview", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path)), request_body = SplitBody,
    responses((status = 200, body = SplitPreview), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn split_preview(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<SplitBody>,
) -> ApiResult<Json<SplitPreview>> {
    let request = SplitRequest::from(body);
    let [stays, leaves] = app.profile.split_preview(auth.workspace(), id, &request).await?;
    Ok(Json(SplitPreview { stays: stays.into(), leaves: leaves.into(), revived: request.revive }))
}

/// A split that was accepted.
#[derive(Serialize, ToSchema)]
struct SplitAccepted {
    #[schema(value_type = String)]
    profile: ProfileId,
    /// The customer that left; null when that is not visible yet.
    #[schema(value_type = Option<String>)]
    new: Option<ProfileId>,
    message_id: String,
    /// False: durable, but not visible yet.
    visible: bool,
}

/// Makes two customers of one: events go with the identifiers they carry, both are worked out anew in all views, and no
/// event joins them again.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/split", tag = "people", security(("api_key" = ["profile.write"])), params(("id" = String, Path)), request_body = SplitBody,
    responses((status = 202, body = SplitAccepted), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn split(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<SplitBody>,
) -> ApiResult<(StatusCode, Json<SplitAccepted>)> {
    let workspace = auth.workspace();
    let asked = app.profile.split(workspace, id, &SplitRequest::from(body)).await?;
    auth.note(&app, "profile.split", asked.profile.to_string(), "took a customer apart").await?;
    caught_up(&app).await;
    let new = app.profile.split_into(workspace, &asked.message_id).await?;
    let answer = SplitAccepted { profile: asked.profile, new, message_id: asked.message_id, visible: new.is_some() };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
