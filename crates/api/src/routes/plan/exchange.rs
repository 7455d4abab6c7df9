//! The plan as a file.

use crate::problem::ApiResult;
use crate::{App, Auth, Json};
use axum::extract::{DefaultBodyLimit, State};
use plan::Kind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Bytes of a file.
const FILE_BYTES_MAX: usize = 8 << 20;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(export)).routes(routes!(import)).layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
}

/// The plan in the form of Segment's tracking plans, to keep in a repository or to take elsewhere.
#[utoipa::path(get, path = "/api/v1/plan/export", tag = "plan", security(("api_key" = ["source.read"])),
    responses((status = 200, body = Object), (status = 401), (status = 403)))]
async fn export(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<base::Json>> {
    Ok(Json(app.plan.export(auth.workspace(), "Tracking plan").await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportPlanRequest {
    /// What `export` gave, or a tracking plan of Segment's APIs.
    #[schema(value_type = Object)]
    plan: base::Json,
    /// Change nothing; say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Archive what is not in the file.
    #[serde(default)]
    replace: bool,
}

#[derive(Serialize, ToSchema)]
struct PlanName {
    #[schema(value_type = String)]
    kind: Kind,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct PlanProblem {
    name: String,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct ImportPlanAnswer {
    created: Vec<PlanName>,
    changed: Vec<PlanName>,
    unchanged: usize,
    archived: Vec<PlanName>,
    /// Entries left out, and why.
    problems: Vec<PlanProblem>,
}

/// Takes up a plan from a file: new entries are made, known ones replaced; entries that cannot be used are left out.
#[utoipa::path(post, path = "/api/v1/plan/import", tag = "plan", security(("api_key" = ["source.write"])), request_body = ImportPlanRequest,
    responses((status = 200, body = ImportPlanAnswer), (status = 401), (status = 403), (status = 413), (status = 422)))]
async fn import(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<ImportPlanRequest>,
) -> ApiResult<Json<ImportPlanAnswer>> {
    let outcome = app.plan.import(auth.workspace(), &body.plan, body.replace, body.dry_run).await?;
    if !body.dry_run {
        let said = format!(
            "took up a tracking plan: {} new, {} changed, {} archived",
            outcome.created.len(),
            outcome.changed.len(),
            outcome.archived.len()
        );
        auth.note(&app, "plan.import", String::new(), said).await?;
    }
    let names = |list: Vec<(Kind, String)>| list.into_iter().map(|(kind, name)| PlanName { kind, name }).collect();
    let problems = outcome.problems.into_iter();
    Ok(Json(ImportPlanAnswer {
        created: names(outcome.created),
        changed: names(outcome.changed),
        unchanged: outcome.unchanged,
        archived: names(outcome.archived),
        problems: problems.map(|(name, detail)| PlanProblem { name, detail }).collect(),
    }))
}
