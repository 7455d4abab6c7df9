//! Retention: rules, switching them on, dry runs, runs and receipts.
//!
//! What a rule cuts cannot be brought back: whoever changes rules or has them followed needs the right to erase people
//! beside that to change the workspace. A dry run changes nothing and does without.

mod views;

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{RetentionRuleId, RetentionRunId, WorkspaceId};
use http::StatusCode;
use retention::{Cause, Mode, RetentionError, Rule};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use views::{RetentionOverview, RetentionRuleRequest, RetentionRuleView, RetentionRunView};

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(overview))
        .routes(routes!(list, create))
        .routes(routes!(get, change, delete))
        .routes(routes!(enable))
        .routes(routes!(disable))
        .routes(routes!(dry_run))
        .routes(routes!(run_now))
        .routes(routes!(runs))
        .routes(routes!(run))
}

async fn view(app: &App, workspace: WorkspaceId, rule: Rule) -> RetentionRuleView {
    let warnings = app.retention.warnings(workspace, &rule.draft).await;
    RetentionRuleView::of(rule, warnings)
}

/// Retention at a glance.
#[utoipa::path(get, path = "/api/v1/retention", tag = "retention", security(("api_key" = ["workspace.read"])),
    responses((status = 200, body = RetentionOverview), (status = 401), (status = 403)))]
async fn overview(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<RetentionOverview>> {
    Ok(Json(app.retention.overview(auth.workspace()).await?.into()))
}

/// Rules, the most specific first: of events, of kinds, of everything else.
#[utoipa::path(get, path = "/api/v1/retention/rules", tag = "retention", security(("api_key" = ["workspace.read"])), params(PageQuery),
    responses((status = 200, body = Listed<RetentionRuleView>), (status = 400), (status = 401), (status = 403)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RetentionRuleView>>> {
    let mut all = Vec::new();
    for rule in app.retention.rules(auth.workspace()).await? {
        all.push(view(&app, auth.workspace(), rule).await);
    }
    Ok(Json(Listed::cut(all, &page, |one| one.id.to_string(), |one| one)?))
}

/// Saves a rule, switched off.
#[utoipa::path(post, path = "/api/v1/retention/rules", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    request_body = RetentionRuleRequest,
    responses((status = 201, body = RetentionRuleView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<RetentionRuleRequest>,
) -> ApiResult<(StatusCode, Json<RetentionRuleView>)> {
    let made = app.retention.create(auth.workspace(), body.read()?).await?;
    let summary = format!("wrote a retention rule: {}", views::words(&made.draft));
    auth.note(&app, "retention.rule_create", made.id, summary).await?;
    Ok((StatusCode::CREATED, Json(view(&app, auth.workspace(), made).await)))
}

/// One rule.
#[utoipa::path(get, path = "/api/v1/retention/rules/{id}", tag = "retention", security(("api_key" = ["workspace.read"])),
    params(("id" = String, Path)),
    responses((status = 200, body = RetentionRuleView), (status = 401), (status = 403), (status = 404)))]
async fn get(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<RetentionRuleId>,
) -> ApiResult<Json<RetentionRuleView>> {
    let rule = app.retention.rule(auth.workspace(), id).await?;
    Ok(Json(view(&app, auth.workspace(), rule).await))
}

/// Changes a rule; one that says something else is switched off.
#[utoipa::path(put, path = "/api/v1/retention/rules/{id}", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    params(("id" = String, Path)), request_body = RetentionRuleRequest,
    responses((status = 200, body = RetentionRuleView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn change(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<RetentionRuleId>,
    Json(body): Json<RetentionRuleRequest>,
) -> ApiResult<Json<RetentionRuleView>> {
    let changed = app.retention.change(auth.workspace(), id, body.read()?).await?;
    let summary = format!("changed a retention rule: {}", views::words(&changed.draft));
    auth.note(&app, "retention.rule_update", id, summary).await?;
    Ok(Json(view(&app, auth.workspace(), changed).await))
}

/// Deletes a rule. Wider rules that would then reach its events are switched off.
#[utoipa::path(delete, path = "/api/v1/retention/rules/{id}", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<RetentionRuleId>) -> ApiResult<StatusCode> {
    let gone = app.retention.delete(auth.workspace(), id).await?;
    let summary = format!("deleted a retention rule: {}", views::words(&gone.draft));
    auth.note(&app, "retention.rule_delete", id, summary).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetentionEnableRequest {
    /// The dry run that showed what the rule does (rrn_…). Null only for rules that keep for ever.
    #[schema(value_type = Option<String>)]
    dry_run: Option<RetentionRunId>,
}

/// Switches a rule on: from the next night on it is followed.
#[utoipa::path(post, path = "/api/v1/retention/rules/{id}/enable", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    params(("id" = String, Path)), request_body = RetentionEnableRequest,
    responses((status = 200, body = RetentionRuleView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn enable(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<RetentionRuleId>,
    Json(body): Json<RetentionEnableRequest>,
) -> ApiResult<Json<RetentionRuleView>> {
    let rule = app.retention.enable(auth.workspace(), id, body.dry_run).await?;
    let summary = format!("switched a retention rule on: {}", views::words(&rule.draft));
    auth.note(&app, "retention.rule_enable", id, summary).await?;
    Ok(Json(view(&app, auth.workspace(), rule).await))
}

/// Switches a rule off. Wider rules that would then reach its events are switched off too.
#[utoipa::path(post, path = "/api/v1/retention/rules/{id}/disable", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    params(("id" = String, Path)),
    responses((status = 200, body = RetentionRuleView), (status = 401), (status = 403), (status = 404)))]
async fn disable(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<RetentionRuleId>,
) -> ApiResult<Json<RetentionRuleView>> {
    let rule = app.retention.disable(auth.workspace(), id).await?;
    let summary = format!("switched a retention rule off: {}", views::words(&rule.draft));
    auth.note(&app, "retention.rule_disable", id, summary).await?;
    Ok(Json(view(&app, auth.workspace(), rule).await))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetentionDryRunRequest {
    /// Rules to try out beside those that are on; null: all.
    #[schema(value_type = Option<Vec<String>>)]
    rules: Option<Vec<RetentionRuleId>>,
}

/// Counts what the rules would do, in the background. Changes nothing.
#[utoipa::path(post, path = "/api/v1/retention/dry-run", tag = "retention", security(("api_key" = ["workspace.write"])),
    request_body = RetentionDryRunRequest,
    responses((status = 202, body = RetentionRunView), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn dry_run(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<RetentionDryRunRequest>,
) -> ApiResult<(StatusCode, Json<RetentionRunView>)> {
    let run = app.retention.begin_dry_run(auth.workspace(), body.rules.as_deref()).await?;
    auth.note(&app, "retention.dry_run", run.id, "counted what retention rules would do").await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}

/// Does now what the rules that are on say, in the background. Not to be undone.
#[utoipa::path(post, path = "/api/v1/retention/run", tag = "retention", security(("api_key" = ["workspace.write", "profile.erase"])),
    responses((status = 202, body = RetentionRunView), (status = 401), (status = 403), (status = 409)))]
async fn run_now(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<(StatusCode, Json<RetentionRunView>)> {
    let run = app.retention.begin_run(auth.workspace(), Cause::Person).await?;
    auth.note(&app, "retention.run", run.id, "had the retention rules followed at once").await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RunsQuery {
    /// run or dry_run; both unless told.
    mode: Option<String>,
}

/// Runs and dry runs, newest first. Those of runs are receipts: they stay.
#[utoipa::path(get, path = "/api/v1/retention/runs", tag = "retention", security(("api_key" = ["workspace.read"])), params(RunsQuery, PageQuery),
    responses((status = 200, body = Listed<RetentionRunView>), (status = 400), (status = 401), (status = 403)))]
async fn runs(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<RunsQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RetentionRunView>>> {
    let mode = match query.mode.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(Mode::parse(text).ok_or_else(|| RetentionError::Mode(text.chars().take(60).collect()))?),
    };
    let found = app.retention.runs(auth.workspace(), mode, &page).await?;
    Ok(Json(found.map(RetentionRunView::from).into()))
}

/// One run or dry run; while it is at work, how far it is.
#[utoipa::path(get, path = "/api/v1/retention/runs/{id}", tag = "retention", security(("api_key" = ["workspace.read"])),
    params(("id" = String, Path)),
    responses((status = 200, body = RetentionRunView), (status = 401), (status = 403), (status = 404)))]
async fn run(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<RetentionRunId>,
) -> ApiResult<Json<RetentionRunView>> {
    Ok(Json(app.retention.get_run(auth.workspace(), id).await?.into()))
}
