//! Who is calling: an API key (`Authorization: Bearer tk_live_…`) or a session cookie.
//!
//! A request with a cookie that changes something must come from our own pages (`Sec-Fetch-Site` / `Origin`, the
//! scheme of Go 1.25's CrossOriginProtection); a key cannot be forged by another site, so it needs no such check.

use crate::{ApiError, App};
use access::{AccessError, AuditRecord, Caller, Permission, User};
use axum::extract::FromRequestParts;
use axum_extra::extract::CookieJar;
use base::{Problem, ProblemKind, WorkspaceId};
use http::request::Parts;
use http::{Method, header};
use std::sync::Arc;

pub const SESSION_COOKIE: &str = "tutti_session";
/// Which of a user's workspaces a request is about.
pub const WORKSPACE_HEADER: &str = "x-workspace";

/// The authenticated caller, who may use the route: see [`crate::guard`].
#[derive(Clone)]
pub struct Auth {
    pub caller: Caller,
    /// None for API keys.
    pub user: Option<User>,
    /// The session's secret, to end it.
    pub session: Option<String>,
    pub ip: Option<String>,
}

impl Auth {
    /// Refuses the request unless the caller holds `permission`.
    pub fn require(&self, permission: Permission) -> Result<WorkspaceId, ApiError> {
        self.caller.require(permission)?;
        Ok(self.caller.workspace)
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.caller.workspace
    }

    /// Notes in the audit trail what the caller did. `summary` holds no personal data of customers.
    pub async fn note(
        &self,
        app: &App,
        action: &'static str,
        object: impl ToString,
        summary: impl Into<String>,
    ) -> Result<(), ApiError> {
        self.note_change(app, action, object, summary, None, None).await
    }

    /// The same, with what it was before and after.
    pub async fn note_change(
        &self,
        app: &App,
        action: &'static str,
        object: impl ToString,
        summary: impl Into<String>,
        before: Option<base::Json>,
        after: Option<base::Json>,
    ) -> Result<(), ApiError> {
        let (object, summary, ip) = (object.to_string(), summary.into(), self.ip.clone());
        let record = AuditRecord { action, object, summary, before, after, ip };
        Ok(app.access.audit(self.workspace(), &self.caller.actor, record).await?)
    }
}

impl FromRequestParts<Arc<App>> for Auth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(|| AccessError::Unauthenticated.into())
    }
}

pub(crate) async fn authenticate(parts: &Parts, app: &App) -> Result<Auth, ApiError> {
    let ip = client_ip(parts);
    if let Some(key) = bearer(parts) {
        let caller = app.access.caller_of_key(key).await?;
        return Ok(Auth { caller, user: None, session: None, ip });
    }
    let jar = CookieJar::from_headers(&parts.headers);
    let token = jar.get(SESSION_COOKIE).map(|cookie| cookie.value().to_owned());
    let token = token.ok_or(AccessError::Unauthenticated)?;
    same_origin(parts)?;
    let wanted = match parts.headers.get(WORKSPACE_HEADER).and_then(|value| value.to_str().ok()) {
        Some(text) => Some(
            text.parse::<WorkspaceId>()
                .map_err(|error| Problem::new(ProblemKind::Malformed, "bad_workspace_header", error.to_string()))?,
        ),
        None => None,
    };
    let (caller, user) = app.access.caller_of_session(&token, wanted).await?;
    Ok(Auth { caller, user: Some(user), session: Some(token), ip })
}

fn bearer(parts: &Parts) -> Option<&str> {
    parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Refuses writes another site's page sends with our cookie.
fn same_origin(parts: &Parts) -> Result<(), ApiError> {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let same = match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match (text("origin"), text("host")) {
            (Some(origin), Some(host)) => origin.split("://").nth(1) == Some(host),
            // No browser: curl and the like send neither, and hold no cookie by accident.
            _ => true,
        },
    };
    if same {
        return Ok(());
    }
    Err(ApiError(Problem::new(ProblemKind::Forbidden, "cross_site", "this request came from another site's page")))
}

/// What is kept of the address of somebody who is no user: their network.
pub(crate) fn network(address: std::net::IpAddr) -> String {
    collect::network_of(address).to_string()
}

/// The peer's address as the connection gave it (see `server`), for the audit trail.
pub(crate) fn client_ip(parts: &Parts) -> Option<String> {
    parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>().map(|info| info.0.ip().to_string())
}
