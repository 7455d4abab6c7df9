//! Suggested duplicates: look for them, see why, merge them or say that they are two.

use super::profile::{SummaryView, caught_up, summaries};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged};
use axum::extract::State;
use base::{Problem, ProfileId, Timestamp, WorkspaceId};
use duplicates::{Duplicates, FIELDS, Group, GroupId, Pair, RunStatus};
use http::StatusCode;
use profile::{PersonDetails, ProfileError, ProfileSummary};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Suggestions one request may decide on.
const GROUPS_MAX: usize = 500;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(status))
        .routes(routes!(find))
        .routes(routes!(accept))
        .routes(routes!(reject))
}

/// How much a field speaks for or against two customers being one person.
#[derive(Serialize, ToSchema)]
struct EvidenceView {
    field: &'static str,
    /// How alike the values are; null: one of them has none.
    level: Option<String>,
    one: Option<String>,
    other: Option<String>,
    /// Evidence in bits: +1 makes it twice as likely, −1 half as likely.
    bits: f32,
}

/// Two customers that resemble each other: `prior_bits` and the bits of the evidence add up to `bits`.
#[derive(Serialize, ToSchema)]
struct PairView {
    #[schema(value_type = String)]
    one: ProfileId,
    #[schema(value_type = String)]
    other: ProfileId,
    probability: f64,
    bits: f32,
    prior_bits: f32,
    evidence: Vec<EvidenceView>,
}

/// Customers that are probably one person.
#[derive(Serialize, ToSchema)]
struct GroupView {
    /// Stays the same while half of the people stay, through updates and new searches.
    id: String,
    /// Counts up when the people change: send it along with a decision, so that it is about those who were seen.
    version: u32,
    /// That all of them are one person: of the weakest link that holds them together.
    probability: f64,
    /// The one that would stay first: known by most identifiers, then by most events.
    people: Vec<SummaryView>,
    /// Strongest first.
    pairs: Vec<PairView>,
}

/// A suggestion with the people it is about as they are now; None when it does not hold any more.
struct Shown {
    group: Group,
    people: Vec<ProfileSummary>,
}

async fn shown(app: &App, workspace: WorkspaceId, group: Group) -> ApiResult<Option<Shown>> {
    let mut seen = BTreeSet::new();
    let found = app.profile.summaries(workspace, &group.members).await?;
    let mut people: Vec<ProfileSummary> = found.into_iter().filter(|one| seen.insert(one.id)).collect();
    let ids: Vec<ProfileId> = people.iter().map(|one| one.id).collect();
    let identifiers = app.profile.identifier_counts(workspace, &ids).await?;
    // The one that would stay: known by more identifiers, then the one who did more, then the older one.
    let known_by = |id: ProfileId| identifiers.get(&id).copied().unwrap_or_default();
    people.sort_by_key(|one| (std::cmp::Reverse((known_by(one.id), one.events)), one.id));
    Ok((people.len() > 1).then_some(Shown { group, people }))
}

/// Suggested duplicates, surest first.
#[utoipa::path(get, path = "/api/v1/duplicates", tag = "people", security(("api_key" = ["profile.read"])), params(PageQuery),
    responses((status = 200, body = Listed<GroupView>), (status = 400), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<GroupView>>> {
    let workspace = auth.workspace();
    let limit = page.limit();
    let mut cursor = page.cursor.clone();
    let mut items = Vec::new();
    // Suggestions that were followed, or whose people are gone, are left out on the way.
    loop {
        let groups = app.duplicates.page(workspace, cursor.as_deref(), limit + 1).await?;
        let more = groups.len() > limit as usize;
        for group in groups.into_iter().take(limit as usize) {
            cursor = Some(Duplicates::cursor(&group));
            let id = group.id;
            match shown(&app, workspace, group).await? {
                Some(shown) => items.push(view(&app, workspace, shown).await?),
                None => {
                    app.duplicates.settle(workspace, id).await?;
                }
            }
        }
        if !more || !items.is_empty() {
            return Ok(Json(Listed { items, next_cursor: cursor.filter(|_| more) }));
        }
    }
}

async fn view(app: &App, workspace: WorkspaceId, shown: Shown) -> ApiResult<GroupView> {
    let Shown { group, people } = shown;
    let numbers: BTreeSet<u32> = group.pairs.iter().flat_map(|pair| [pair.one, pair.other]).collect();
    let ids: Vec<ProfileId> = numbers.iter().map(|number| ProfileId::new(*number)).collect();
    let details = app.profile.details(workspace, &ids).await?;
    let details: HashMap<u32, [Option<String>; FIELDS.len()]> =
        numbers.into_iter().zip(details).filter_map(|(id, one)| Some((id, PersonDetails::in_order(one?)))).collect();
    Ok(GroupView {
        id: group.id.to_string(),
        version: group.version,
        probability: group.probability(),
        people: summaries(app, workspace, people).await?,
        pairs: group.pairs.iter().map(|pair| pair_view(pair, &details)).collect(),
    })
}

fn pair_view(pair: &Pair, details: &HashMap<u32, [Option<String>; FIELDS.len()]>) -> PairView {
    let value = |id: u32, field: usize| details.get(&id).and_then(|fields| fields.get(field).cloned().flatten());
    let evidence = pair.evidence.iter().filter_map(|step| {
        Some(EvidenceView {
            field: FIELDS.get(step.field)?.0,
            level: step.level.clone(),
            one: value(pair.one, step.field),
            other: value(pair.other, step.field),
            bits: step.bits,
        })
    });
    PairView {
        one: ProfileId::new(pair.one),
        other: ProfileId::new(pair.other),
        probability: pair.probability(),
        bits: pair.bits,
        prior_bits: pair.prior_bits,
        evidence: evidence.collect(),
    }
}

/// How the last search went, or how far it is.
#[derive(Serialize, ToSchema)]
struct StatusView {
    /// never, running, done or failed.
    state: &'static str,
    #[schema(value_type = Option<String>)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// Customers with enough to compare.
    people: u64,
    /// Pairs that were compared.
    compared: u64,
    /// Suggestions there are.
    groups: u64,
    error: Option<String>,
    /// While it runs: reading, comparing or writing.
    step: Option<&'static str>,
    done: u64,
    of: u64,
    /// When the last search of all customers ended well.
    #[schema(value_type = Option<String>)]
    whole_at: Option<Timestamp>,
    update: DuplicateUpdateView,
}

/// The last update: customers who were new or had changed, compared on their own between two searches.
#[derive(Serialize, ToSchema)]
struct DuplicateUpdateView {
    /// One is at work.
    running: bool,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// New or changed customers it looked at.
    people: u64,
    /// Pairs compared for them.
    compared: u64,
    error: Option<String>,
}

impl From<RunStatus> for StatusView {
    fn from(status: RunStatus) -> Self {
        Self {
            state: status.state.name(),
            started_at: status.started_at,
            finished_at: status.finished_at,
            people: status.people,
            compared: status.compared,
            groups: status.groups,
            error: status.error,
            step: status.step.map(duplicates::Step::name),
            done: status.done,
            of: status.of,
            whole_at: status.whole_at,
            update: DuplicateUpdateView {
                running: status.update.running,
                finished_at: status.update.finished_at,
                people: status.update.people,
                compared: status.update.compared,
                error: status.update.error,
            },
        }
    }
}

/// How the last search for duplicates went, or how far it is.
#[utoipa::path(get, path = "/api/v1/duplicates/status", tag = "people", security(("api_key" = ["profile.read"])),
    responses((status = 200, body = StatusView), (status = 401), (status = 403)))]
async fn status(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<StatusView>> {
    Ok(Json(app.duplicates.status(auth.workspace()).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FindRequest {}

/// Looks for duplicates among all customers, in the background; when a search is running, that one goes on.
#[utoipa::path(post, path = "/api/v1/duplicates/find", tag = "people", security(("api_key" = ["profile.write"])), request_body = FindRequest,
    responses((status = 202, body = StatusView), (status = 401), (status = 403), (status = 422)))]
async fn find(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(FindRequest {}): Json<FindRequest>,
) -> ApiResult<(StatusCode, Json<StatusView>)> {
    let status = app.duplicates.start(auth.workspace()).await?;
    auth.note(&app, "duplicates.find", String::new(), "looked for duplicates").await?;
    Ok((StatusCode::ACCEPTED, Json(status.into())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedGroup {
    id: String,
    /// Of the suggestion that was seen; when its people are others now it is skipped. Left out: whoever is in it.
    #[serde(default)]
    version: Option<u32>,
    /// Whose id stays; left out: the first of `people` in the list.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    survivor: Option<ProfileId>,
    /// Who is one person; left out: everybody. Those left out are two people from now on.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    people: Option<Vec<ProfileId>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptRequest {
    groups: Vec<AcceptedGroup>,
}

#[derive(Serialize, ToSchema)]
struct SkippedGroup {
    id: String,
    /// gone: nobody suggests it any more, or nobody to merge is left of it. changed: its people are others now.
    why: &'static str,
}

#[derive(Serialize, ToSchema)]
struct AcceptAnswer {
    /// Customers that were merged into another one.
    merged: usize,
    groups: usize,
    skipped: Vec<SkippedGroup>,
    /// False: durable, but not visible yet.
    visible: bool,
}

fn check_count(count: usize) -> ApiResult<()> {
    if count > GROUPS_MAX {
        let detail = format!("one request decides on at most {GROUPS_MAX} suggestions");
        return Err(Problem::invalid("too_many_suggestions", &detail)
            .at("/groups", "too_many_suggestions", detail)
            .into());
    }
    Ok(())
}

/// Merges the people of each suggestion; every merge can be undone.
#[utoipa::path(post, path = "/api/v1/duplicates/accept", tag = "people", security(("api_key" = ["profile.write"])), request_body = AcceptRequest,
    responses((status = 202, body = AcceptAnswer), (status = 401), (status = 403), (status = 422)))]
async fn accept(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<AcceptRequest>,
) -> ApiResult<(StatusCode, Json<AcceptAnswer>)> {
    check_count(body.groups.len())?;
    let mut plans = Vec::with_capacity(body.groups.len());
    // All is read before anything is merged: what is wrong in the request changes nothing.
    for (number, asked) in body.groups.iter().enumerate() {
        plans.push(plan(&app, auth.workspace(), number, asked).await?);
    }
    let mut answer = AcceptAnswer { merged: 0, groups: 0, skipped: Vec::new(), visible: false };
    for (asked, plan) in body.groups.into_iter().zip(plans) {
        let plan = match plan {
            Planned::Merge(plan) => Some(plan),
            Planned::Gone => None,
            Planned::Changed => {
                answer.skipped.push(SkippedGroup { id: asked.id, why: "changed" });
                continue;
            }
        };
        match carry_out(&app, &auth, plan).await? {
            0 => answer.skipped.push(SkippedGroup { id: asked.id, why: "gone" }),
            merged => {
                answer.merged += merged;
                answer.groups += 1;
            }
        }
    }
    answer.visible = caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// What one accepted suggestion comes to.
struct Plan {
    group: GroupId,
    survivor: ProfileId,
    /// Who becomes the survivor.
    merged: Vec<ProfileId>,
    /// Who is somebody else.
    others: Vec<ProfileId>,
}

enum Planned {
    Merge(Plan),
    /// Nobody suggests it any more.
    Gone,
    /// It is not the version that was seen.
    Changed,
}

fn not_in_suggestion(number: usize, field: &str) -> crate::ApiError {
    let detail = "this customer is not in the suggestion";
    let pointer = format!("/groups/{number}/{field}");
    Problem::invalid("not_in_suggestion", detail).at(pointer, "not_in_suggestion", detail).into()
}

async fn plan(app: &App, workspace: WorkspaceId, number: usize, asked: &AcceptedGroup) -> ApiResult<Planned> {
    let Some(id) = GroupId::parse(&asked.id) else { return Ok(Planned::Gone) };
    let Some(group) = app.duplicates.group(workspace, id).await? else { return Ok(Planned::Gone) };
    if asked.version.is_some_and(|version| version != group.version) {
        return Ok(Planned::Changed);
    }
    let Some(Shown { people, .. }) = shown(app, workspace, group).await? else { return Ok(Planned::Gone) };
    let named: Vec<ProfileId> = asked.people.iter().flatten().chain(&asked.survivor).copied().collect();
    let today = app.profile.canonical(workspace, &named).await?;
    let today = |id: &ProfileId| today.get(id).copied().unwrap_or(*id);
    let all: Vec<ProfileId> = people.iter().map(|one| one.id).collect();
    let asked_for: Option<Vec<ProfileId>> = asked.people.as_ref().map(|people| people.iter().map(today).collect());
    if asked_for.as_ref().is_some_and(|people| people.len() < 2 || people.iter().any(|id| !all.contains(id))) {
        return Err(not_in_suggestion(number, "people"));
    }
    let is_same = |id: &ProfileId| asked_for.as_ref().is_none_or(|people| people.contains(id));
    let (same, others): (Vec<ProfileId>, Vec<ProfileId>) = all.into_iter().partition(is_same);
    let survivor = match &asked.survivor {
        None => same.first().copied(),
        Some(id) => Some(today(id)).filter(|id| same.contains(id)),
    };
    let survivor = survivor.ok_or_else(|| not_in_suggestion(number, "survivor"))?;
    let merged: Vec<ProfileId> = same.into_iter().filter(|id| *id != survivor).collect();
    if merged.is_empty() {
        return Ok(Planned::Gone);
    }
    Ok(Planned::Merge(Plan { group: id, survivor, merged, others }))
}

/// Answers how many customers were merged into another one.
async fn carry_out(app: &App, auth: &Auth, plan: Option<Plan>) -> ApiResult<usize> {
    let workspace = auth.workspace();
    let Some(Plan { group, survivor, merged, others }) = plan else { return Ok(0) };
    // Of two who decide at the same moment one is first.
    if !app.duplicates.settle(workspace, group).await? {
        return Ok(0);
    }
    let mut count = 0;
    for other in merged {
        match app.profile.merge(workspace, survivor, other).await {
            Ok(_) => count += 1,
            // Meanwhile they became one, or one of them is gone.
            Err(ProfileError::Refused { .. } | ProfileError::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        }
        auth.note(app, "duplicates.accept", survivor.to_string(), format!("merged {other} into a customer")).await?;
    }
    let two: Vec<(ProfileId, ProfileId)> = others.iter().map(|other| (survivor, *other)).collect();
    app.duplicates.reject(workspace, &two).await?;
    Ok(count)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectedGroup {
    id: String,
    /// Of the suggestion that was seen; when its people are others now nothing is said of them. Left out: whoever is in it.
    #[serde(default)]
    version: Option<u32>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RejectRequest {
    groups: Vec<RejectedGroup>,
}

#[derive(Serialize, ToSchema)]
struct RejectAnswer {
    rejected: usize,
}

/// Says that nobody in these suggestions is somebody else in it: never suggested again.
#[utoipa::path(post, path = "/api/v1/duplicates/reject", tag = "people", security(("api_key" = ["profile.write"])), request_body = RejectRequest,
    responses((status = 202, body = RejectAnswer), (status = 401), (status = 403), (status = 422)))]
async fn reject(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<RejectRequest>,
) -> ApiResult<(StatusCode, Json<RejectAnswer>)> {
    check_count(body.groups.len())?;
    let mut rejected = 0;
    for asked in &body.groups {
        let Some(id) = GroupId::parse(&asked.id) else { continue };
        rejected += usize::from(app.duplicates.reject_group(auth.workspace(), id, asked.version).await?);
    }
    auth.note(&app, "duplicates.reject", String::new(), &format!("refused {rejected} suggested duplicates")).await?;
    Ok((StatusCode::ACCEPTED, Json(RejectAnswer { rejected })))
}
