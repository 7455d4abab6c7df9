//! Trying a plan before it counts: form and schema, a sample event.

use super::shapes::{EntryRequest, PropertyView, ViolationView, schema_of, views};
use crate::problem::ApiResult;
use crate::{App, Auth, Json};
use axum::extract::State;
use base::{JsonMap, Problem};
use plan::{Draft, Kind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(convert)).routes(routes!(check))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConvertRequest {
    #[serde(default)]
    properties: Option<Vec<PropertyView>>,
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    schema: Option<base::Json>,
}

#[derive(Serialize, ToSchema)]
struct SchemaProblem {
    code: String,
    /// Into the request.
    pointer: String,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct ConvertAnswer {
    /// Null when the form is not valid.
    #[schema(value_type = Option<Object>)]
    schema: Option<base::Json>,
    /// Null when the schema says more than a list of properties can.
    properties: Option<Vec<PropertyView>>,
    /// Why it cannot be used; empty when it can.
    problems: Vec<SchemaProblem>,
}

/// The schema of a list of properties, or the list of a schema. Nothing is saved.
#[utoipa::path(post, path = "/api/v1/plan/convert", tag = "plan", security(("api_key" = ["source.read"])), request_body = ConvertRequest,
    responses((status = 200, body = ConvertAnswer), (status = 401), (status = 403), (status = 422)))]
async fn convert(Json(body): Json<ConvertRequest>) -> ApiResult<Json<ConvertAnswer>> {
    let problems = |problem: Problem| {
        let each = problem.errors.into_iter();
        each.map(|one| SchemaProblem { code: one.code, pointer: one.pointer, detail: one.detail }).collect()
    };
    let schema = match schema_of(body.properties, body.schema) {
        Ok(schema) => schema,
        Err(error) => {
            return Ok(Json(ConvertAnswer { schema: None, properties: None, problems: problems(error.0) }));
        }
    };
    let wrong = match plan::check_schema(&schema) {
        Ok(()) => Vec::new(),
        Err(error) => problems(error.into()),
    };
    let properties = if wrong.is_empty() { plan::form_of(&schema).map(views) } else { None };
    Ok(Json(ConvertAnswer { schema: Some(schema), properties, problems: wrong }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckRequest {
    /// track, page, screen, identify or group.
    #[schema(value_type = String)]
    kind: Kind,
    #[serde(default)]
    name: String,
    /// A whole call, or its properties or traits alone.
    #[schema(value_type = Object)]
    sample: JsonMap,
    /// An entry as if it were saved; without it the plan as it is.
    #[serde(default)]
    entry: Option<EntryRequest>,
}

#[derive(Serialize, ToSchema)]
struct CheckAnswer {
    /// accepted, changed, blocked or dropped.
    verdict: &'static str,
    violations: Vec<ViolationView>,
    /// What would be stored of the sample.
    #[schema(value_type = Option<Object>)]
    kept: Option<base::Json>,
}

/// What would become of an event, whether the plan is switched on or not. Nothing is stored or counted.
#[utoipa::path(post, path = "/api/v1/plan/check", tag = "plan", security(("api_key" = ["source.read"])), request_body = CheckRequest,
    responses((status = 200, body = CheckAnswer), (status = 401), (status = 403), (status = 422)))]
async fn check(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<CheckRequest>,
) -> ApiResult<Json<CheckAnswer>> {
    let CheckRequest { kind, name, sample, entry } = body;
    let draft: Option<Draft> = entry.map(EntryRequest::draft).transpose()?;
    let trial = app.plan.check(auth.workspace(), kind, &name, sample, draft).await?;
    Ok(Json(CheckAnswer {
        verdict: trial.verdict.name(),
        violations: trial.violations.into_iter().map(ViolationView::from).collect(),
        kept: trial.kept,
    }))
}
