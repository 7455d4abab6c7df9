//! The edge: HTTP in, JSON out. The only room that knows shapes of requests, but for definitions of connections: each
//! kind of those describes itself.
//!
//! `routes/` has one file per slice; a handler parses, asks for its permission, calls the slice, answers. Routes and
//! the OpenAPI document come from the same list, so that neither can lack what the other has. Errors are RFC 9457
//! problem+json everywhere.

mod auth;
pub mod errors;
mod extract;
mod guard;
mod idempotency;
mod list;
mod live;
mod problem;
pub mod routes;
mod state;

pub use auth::{Auth, SESSION_COOKIE};
pub use extract::{Json, Path, Query};
pub use list::{Listed, PageQuery, Paged};
pub use live::LiveEvents;
pub use problem::{ApiError, with_problems};
pub use state::{App, HealthSource, PartHealth};

use axum::Router;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Bodies of ordinary JSON requests; imports and collection have limits of their own.
pub const JSON_BODY_BYTES_MAX: usize = 2 << 20;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tutti",
        description = "Collect, know, decide, act, measure: the API the web UI itself uses.",
        license(name = "Apache-2.0")
    ),
    security(("api_key" = []), ("session" = [])),
    modifiers(&SecuritySchemes)
)]
struct Document;

struct SecuritySchemes;

impl utoipa::Modify for SecuritySchemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer));
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE)));
        components.add_security_scheme("session", cookie);
    }
}

fn open_api_router() -> OpenApiRouter<Arc<App>> {
    let mut router = OpenApiRouter::with_openapi(Document::openapi());
    for routes in routes::all() {
        router = router.merge(routes);
    }
    router
}

/// The description of all routes, with what each asks of its caller.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let (_, mut document) = open_api_router().split_for_parts();
    guard::describe_sessions(&mut document);
    describe_malformed(&mut document);
    describe_for_generators(&mut document);
    document
}

/// A request that cannot be read is refused before its route sees it: said here once for all that take something.
fn describe_malformed(document: &mut utoipa::openapi::OpenApi) {
    use utoipa::openapi::{RefOr, Response};
    for item in document.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let takes_parameters = operation.parameters.as_ref().is_some_and(|all| !all.is_empty());
            if takes_parameters || operation.request_body.is_some() {
                let refusals = &mut operation.responses.responses;
                refusals.entry("400".to_owned()).or_insert_with(|| RefOr::T(Response::default()));
            }
            if operation.request_body.is_some() {
                let refusals = &mut operation.responses.responses;
                refusals.entry("415".to_owned()).or_insert_with(|| RefOr::T(Response::default()));
            }
        }
    }
}

/// What generators of clients ask for: an id of its own for every operation, and a description of every answer, which is
/// the name of the status where the route says nothing.
fn describe_for_generators(document: &mut utoipa::openapi::OpenApi) {
    use utoipa::openapi::RefOr;
    for (path, item) in &mut document.paths.paths {
        let methods = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
            ("options", &mut item.options),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(operation_id(method, path));
            for (status, answer) in &mut operation.responses.responses {
                let RefOr::T(answer) = answer else { continue };
                if answer.description.is_empty() {
                    answer.description = status_name(status).unwrap_or("Answer").to_owned();
                }
            }
        }
    }
}

/// `get_campaigns_id_report` of `GET /api/v1/campaigns/{id}/report`.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix("/api/v1/").unwrap_or(path);
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

fn status_name(status: &str) -> Option<&'static str> {
    status.parse::<http::StatusCode>().ok()?.canonical_reason()
}

/// The OpenAPI 3.1 document, as served at `/api/openapi.json` and checked in as `docs/reference/openapi.json`.
pub fn openapi_json() -> String {
    let mut text = description().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Every route, with its middleware. `server` adds the web UI as the fallback.
///
/// From the outside in: problems for every error, rights, idempotency, the route.
pub fn router(app: Arc<App>) -> Router {
    let (router, _) = open_api_router().split_for_parts();
    let document = bytes::Bytes::from(openapi_json());
    let rules = Arc::new(guard::Rules::of(&description()));
    let router = router
        .route(
            "/api/openapi.json",
            axum::routing::get(move || async move { ([(http::header::CONTENT_TYPE, "application/json")], document) }),
        )
        .merge(errors::routes())
        .route("/api/{*rest}", axum::routing::any(problem::no_such_route))
        .route("/v1/{*rest}", axum::routing::any(problem::no_such_route))
        .layer(axum::middleware::from_fn_with_state(app.clone(), idempotency::layer))
        .layer(axum::middleware::from_fn_with_state((app.clone(), rules), guard::layer));
    with_problems(router).with_state(app)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn every_operation_has_an_id_of_its_own_and_every_answer_a_description() {
        let document = serde_json::to_value(super::description()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        let operations = paths.values().flat_map(|item| item.as_object().expect("methods").values());
        let mut ids = HashSet::new();
        for operation in operations {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id), "{id} twice");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                assert!(answer["description"].is_string(), "{id}: {status} has no description");
            }
        }
        assert!(ids.contains("get_campaigns_id_report") && ids.contains("post_v1_batch"), "{ids:?}");
    }
}
