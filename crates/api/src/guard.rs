//! Who may use a route is decided before anything else of a request is looked at.
//!
//! Every route states in the API description what it takes (`security`): nothing (public), any caller, or permissions.
//! This layer reads the same description, so what is documented is what is enforced, and a wrong path, query or body
//! is only ever described to those who may use the route. A route that states nothing is closed to everybody.

use crate::auth::authenticate;
use crate::{ApiError, App, Auth};
use access::{AccessError, Permission};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, path::Operation};

/// What a route asks of its caller.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    /// No credentials, or a token of its own in the path or body.
    Public,
    /// All of these; none of them: anybody who is signed in.
    Needs(Vec<Permission>),
    /// The description does not say, or names a permission there is not.
    Closed,
}

/// The rules of all routes by method and path template.
#[derive(Debug, Default)]
pub(crate) struct Rules(HashMap<(Method, String), Rule>);

impl Rules {
    pub fn of(document: &OpenApi) -> Self {
        let mut rules = HashMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                rules.insert((method, path.clone()), rule_of(operation));
            }
        }
        Self(rules)
    }

    /// None for what the description does not hold: unknown methods and paths have answers of their own.
    fn find(&self, method: &Method, path: &str) -> Option<&Rule> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(method.clone(), path.to_owned()))
    }
}

fn operations(item: &utoipa::openapi::PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn rule_of(operation: &Operation) -> Rule {
    // The requirements do not show their content, but for their JSON.
    let stated = serde_json::to_value(&operation.security).unwrap_or_default();
    let Some(Value::Object(first)) = stated.get(0) else { return Rule::Closed };
    if first.is_empty() {
        return Rule::Public;
    }
    let Some(scopes) = first.get("api_key").and_then(Value::as_array) else { return Rule::Closed };
    let permissions: Option<Vec<_>> = scopes.iter().map(|scope| Permission::parse(scope.as_str()?)).collect();
    permissions.map_or(Rule::Closed, Rule::Needs)
}

/// Routes name what an API key needs; a session needs the same.
pub(crate) fn describe_sessions(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete] {
            let Some(operation) = operation else { continue };
            if let Rule::Needs(permissions) = rule_of(operation) {
                let names = permissions.iter().map(|permission| permission.name());
                operation.security.get_or_insert_default().push(SecurityRequirement::new("session", names));
            }
        }
    }
}

/// The layer; `Auth` finds its answer in the request.
pub(crate) async fn layer(
    State((app, rules)): State<(Arc<App>, Arc<Rules>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let needed = match rules.find(request.method(), &path) {
        None | Some(Rule::Public) => return next.run(request).await,
        Some(Rule::Needs(permissions)) => permissions,
        Some(Rule::Closed) => {
            tracing::error!(path, "this route does not say what it takes: it is closed");
            return ApiError::from(AccessError::Unauthenticated).into_response();
        }
    };
    let (parts, body) = request.into_parts();
    let admitted = admit(&parts, &app, needed).await;
    request = Request::from_parts(parts, body);
    match admitted {
        Ok(auth) => {
            request.extensions_mut().insert(auth);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn admit(parts: &http::request::Parts, app: &App, needed: &[Permission]) -> Result<Auth, ApiError> {
    let auth = authenticate(parts, app).await?;
    for permission in needed {
        auth.require(*permission)?;
    }
    Ok(auth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_says_what_it_takes() {
        let rules = Rules::of(&crate::description());
        let mut closed: Vec<_> = rules.0.iter().filter(|(_, rule)| **rule == Rule::Closed).map(|(of, _)| of).collect();
        closed.sort_by_key(|(method, path)| (path.clone(), method.to_string()));
        assert_eq!(closed, Vec::<&(Method, String)>::new());
        assert!(rules.0.len() > 80, "{} routes", rules.0.len());
    }

    #[test]
    fn only_these_routes_need_no_permission() {
        let rules = Rules::of(&crate::description());
        let open = rules.0.iter().filter(|(_, rule)| matches!(rule, Rule::Needs(needed) if needed.is_empty()));
        let mut open: Vec<String> = open.map(|((method, path), _)| format!("{method} {path}")).collect();
        open.sort();
        assert_eq!(open, ["DELETE /api/v1/session", "GET /api/v1/me", "PATCH /api/v1/me"]);
        let public = rules.0.iter().filter(|((_, path), rule)| path.starts_with("/api/") && **rule == Rule::Public);
        let mut public: Vec<String> = public.map(|((method, path), _)| format!("{method} {path}")).collect();
        public.sort();
        let expected = ["GET /api/v1/meta", "GET /api/v1/session/link", "POST /api/v1/session", "POST /api/v1/setup"];
        assert_eq!(public, expected);
    }
}
