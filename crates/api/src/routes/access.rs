//! Set-up, signing in, oneself, and the workspace.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Query, SESSION_COOKIE};
use access::{
    AccessError, Attribution, AuditRecord, NewWorkspace, Role, SESSION_MS, SessionToken, Setup, Touch, UserPatch,
    Workspace, WorkspacePatch,
};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use base::{Currency, Problem, ProblemKind};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longer than the rooms keep a workspace's settings in memory.
const SETTINGS_SETTLE: std::time::Duration = std::time::Duration::from_secs(3);

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(meta))
        .routes(routes!(setup))
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(sign_in_by_link))
        .routes(routes!(me, patch_me))
        .routes(routes!(workspace, patch_workspace))
        .routes(routes!(create_workspace))
}

#[derive(Serialize, ToSchema)]
struct Meta {
    version: &'static str,
    /// True until the first user exists.
    setup_needed: bool,
    demo: bool,
    locales: [&'static str; 4],
}

/// What this server is, before signing in.
#[utoipa::path(get, path = "/api/v1/meta", tag = "access", security(()), responses((status = 200, body = Meta)))]
async fn meta(State(app): State<Arc<App>>) -> ApiResult<Json<Meta>> {
    let setup_needed = app.access.setup_needed().await?;
    Ok(Json(Meta { version: app.version, setup_needed, demo: app.demo, locales: ["en", "nl", "sv", "fy"] }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupRequest {
    email: String,
    password: String,
    name: String,
    workspace_name: String,
    /// IANA name, such as Europe/Amsterdam.
    time_zone: String,
    /// ISO 4217, such as EUR.
    currency: String,
}

/// First run: makes the first workspace and its owner, and signs them in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "access", security(()), request_body = SetupRequest,
    responses((status = 201, body = MeView), (status = 409, description = "set up already"), (status = 422)))]
async fn setup(State(app): State<Arc<App>>, Json(body): Json<SetupRequest>) -> ApiResult<Response> {
    let workspace = NewWorkspace {
        name: body.workspace_name,
        time_zone: body.time_zone,
        currency: parse_currency(&body.currency)?,
        is_demo: false,
    };
    let setup = Setup { email: body.email, password: body.password, name: body.name, workspace };
    let (_, _, token) = app.access.setup(setup).await?;
    let (caller, user) = app.access.caller_of_session(&token.0, None).await?;
    let auth = Auth { caller, user: Some(user), session: Some(token.0.clone()), ip: None };
    let view = me_view(&app, &auth).await?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie(&app, &token, SESSION_MS / 1_000))], axum::Json(view))
        .into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    email: String,
    password: String,
}

/// Signs in; the session is in an HttpOnly cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "access", security(()), request_body = Credentials,
    responses((status = 200, body = MeView), (status = 401), (status = 422), (status = 429)))]
async fn sign_in(State(app): State<Arc<App>>, Json(body): Json<Credentials>) -> ApiResult<Response> {
    let (token, user) = app.access.sign_in(&body.email, &body.password).await?;
    let (caller, _) = app.access.caller_of_session(&token.0, None).await?;
    let auth = Auth { caller, user: Some(user), session: Some(token.0.clone()), ip: None };
    let view = me_view(&app, &auth).await?;
    Ok(([(header::SET_COOKIE, cookie(&app, &token, SESSION_MS / 1_000))], axum::Json(view)).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "access", security(("api_key" = [])), responses((status = 204), (status = 401), (status = 403)))]
async fn sign_out(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Response> {
    if let Some(token) = &auth.session {
        app.access.sign_out(token).await?;
    }
    let gone = cookie(&app, &SessionToken(String::new()), 0);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

#[derive(Deserialize, IntoParams)]
struct LinkQuery {
    token: String,
}

/// Uses up a one-time sign-in link (`tutti user link`, `tutti demo`) and goes to the home screen. A browser with a link
/// that was used already goes home if it is signed in, else to the sign-in page, which says so.
#[utoipa::path(get, path = "/api/v1/session/link", tag = "access", security(()), params(LinkQuery),
    responses((status = 303, description = "signed in, or back to the sign-in page"), (status = 401)))]
async fn sign_in_by_link(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    jar: CookieJar,
    Query(query): Query<LinkQuery>,
) -> ApiResult<Response> {
    let token = match app.access.redeem_login_link(&query.token).await {
        Ok(token) => token,
        Err(AccessError::Unauthenticated) if is_page_wanted(&headers) => {
            let signed_in = match jar.get(SESSION_COOKIE) {
                Some(session) => app.access.caller_of_session(session.value(), None).await.is_ok(),
                None => false,
            };
            return Ok(Redirect::to(if signed_in { "/" } else { "/sign-in?link=used" }).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(([(header::SET_COOKIE, cookie(&app, &token, SESSION_MS / 1_000))], Redirect::to("/")).into_response())
}

/// A browser that follows a link says that it takes pages.
fn is_page_wanted(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|kinds| kinds.contains("text/html"))
}

fn cookie(app: &App, token: &SessionToken, max_age_s: i64) -> HeaderValue {
    let secure = if app.secure_cookies { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}", token.0);
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

#[derive(Serialize, ToSchema)]
struct MeView {
    /// None when an API key asks.
    user: Option<UserView>,
    workspaces: Vec<WorkspaceChoice>,
    workspace: WorkspaceView,
    permissions: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct UserView {
    id: String,
    email: String,
    name: String,
    locale: String,
    theme: String,
}

impl From<access::User> for UserView {
    fn from(user: access::User) -> Self {
        Self { id: user.id.to_string(), email: user.email, name: user.name, locale: user.locale, theme: user.theme }
    }
}

#[derive(Serialize, ToSchema)]
struct WorkspaceChoice {
    id: String,
    name: String,
    role: &'static str,
    is_demo: bool,
}

#[derive(Serialize, ToSchema)]
struct WorkspaceView {
    id: String,
    name: String,
    time_zone: String,
    currency: String,
    is_demo: bool,
    attribution: AttributionView,
    role: Option<&'static str>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AttributionView {
    /// A conversion is credited to a touch at most this many days before it.
    window_days: u32,
    /// `click` or `open_or_click`.
    touch: String,
}

fn workspace_view(workspace: Workspace, role: Option<Role>) -> WorkspaceView {
    let touch = match workspace.attribution.touch {
        Touch::Click => "click",
        Touch::OpenOrClick => "open_or_click",
    };
    WorkspaceView {
        id: workspace.id.to_string(),
        name: workspace.name,
        time_zone: workspace.time_zone,
        currency: workspace.currency.code().to_owned(),
        is_demo: workspace.is_demo,
        attribution: AttributionView { window_days: workspace.attribution.window_days, touch: touch.into() },
        role: role.map(Role::name),
    }
}

async fn me_view(app: &App, auth: &Auth) -> ApiResult<MeView> {
    let workspaces = match &auth.user {
        Some(user) => app.access.workspaces_of(user.id).await?,
        None => Vec::new(),
    };
    let choice = |(workspace, role): (Workspace, Role)| WorkspaceChoice {
        id: workspace.id.to_string(),
        name: workspace.name,
        role: role.name(),
        is_demo: workspace.is_demo,
    };
    Ok(MeView {
        user: auth.user.clone().map(UserView::from),
        workspaces: workspaces.into_iter().map(choice).collect(),
        workspace: workspace_view(app.access.workspace(auth.workspace()).await?, auth.caller.role),
        permissions: auth.caller.permissions.names(),
    })
}

/// Who I am and what I may do here.
#[utoipa::path(get, path = "/api/v1/me", tag = "access", security(("api_key" = [])), responses((status = 200, body = MeView), (status = 401)))]
async fn me(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<MeView>> {
    Ok(Json(me_view(&app, &auth).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MePatch {
    name: Option<String>,
    locale: Option<String>,
    theme: Option<String>,
    /// Ends all my sessions.
    password: Option<String>,
    /// My present password, where I have one; needed with `password`.
    current_password: Option<String>,
}

/// Changes my name, language, theme or password.
#[utoipa::path(patch, path = "/api/v1/me", tag = "access", security(("api_key" = [])), request_body = MePatch,
    responses((status = 200, body = MeView), (status = 401), (status = 403), (status = 422)))]
async fn patch_me(State(app): State<Arc<App>>, mut auth: Auth, Json(body): Json<MePatch>) -> ApiResult<Json<MeView>> {
    let Some(user) = &auth.user else {
        return Err(Problem::new(ProblemKind::Forbidden, "forbidden", "an API key has no profile of its own").into());
    };
    let MePatch { name, locale, theme, password, current_password } = body;
    let patch = UserPatch { name, locale, theme, password, current_password };
    auth.user = Some(app.access.patch_user(user.id, patch).await?);
    Ok(Json(me_view(&app, &auth).await?))
}

/// The workspace of this request.
#[utoipa::path(get, path = "/api/v1/workspace", tag = "access", security(("api_key" = ["workspace.read"])),
    responses((status = 200, body = WorkspaceView), (status = 401), (status = 403)))]
async fn workspace(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<WorkspaceView>> {
    let id = auth.workspace();
    Ok(Json(workspace_view(app.access.workspace(id).await?, auth.caller.role)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorkspacePatchRequest {
    name: Option<String>,
    time_zone: Option<String>,
    currency: Option<String>,
    attribution: Option<AttributionView>,
}

/// Changes the workspace's name, zone, currency or attribution rule.
#[utoipa::path(patch, path = "/api/v1/workspace", tag = "access", security(("api_key" = ["workspace.write"])), request_body = WorkspacePatchRequest,
    responses((status = 200, body = WorkspaceView), (status = 401), (status = 403), (status = 422)))]
async fn patch_workspace(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<WorkspacePatchRequest>,
) -> ApiResult<Json<WorkspaceView>> {
    let id = auth.workspace();
    let before = app.access.workspace(id).await?;
    let patch = WorkspacePatch {
        name: body.name,
        time_zone: body.time_zone,
        currency: body.currency.as_deref().map(parse_currency).transpose()?,
        attribution: body.attribution.map(parse_attribution).transpose()?,
    };
    let after = app.access.patch_workspace(id, patch).await?;
    if before.attribution != after.attribution || before.time_zone != after.time_zone {
        recompute(&app, id);
    }
    let (old, new) = (serde_json::to_value(&before).ok(), serde_json::to_value(&after).ok());
    let summary = format!("changed the settings of {}", after.name);
    auth.note_change(&app, "workspace.update", id, summary, old, new).await?;
    Ok(Json(workspace_view(after, auth.caller.role)))
}

/// Credits and days follow the new rule; taken up again at the next start when the program stops meanwhile.
fn recompute(app: &Arc<App>, workspace: base::WorkspaceId) {
    let measure = app.measure.clone();
    tokio::spawn(async move {
        // The settings may be kept in memory for a moment.
        tokio::time::sleep(SETTINGS_SETTLE).await;
        let outcome = async {
            measure.recompute_attribution(workspace).await?;
            measure.recount_orders(workspace).await
        };
        if let Err(error) = outcome.await {
            tracing::warn!(%workspace, %error, "attribution could not be recomputed");
        }
    });
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WorkspaceRequest {
    name: String,
    time_zone: String,
    currency: String,
}

/// Makes another workspace, owned by the caller.
#[utoipa::path(post, path = "/api/v1/workspaces", tag = "access", security(("api_key" = ["workspace.write"])), request_body = WorkspaceRequest,
    responses((status = 201, body = WorkspaceView), (status = 401), (status = 403), (status = 422)))]
async fn create_workspace(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<WorkspaceRequest>,
) -> ApiResult<(StatusCode, Json<WorkspaceView>)> {
    let Some(user) = &auth.user else {
        return Err(Problem::new(ProblemKind::Forbidden, "forbidden", "a workspace needs a person as its owner").into());
    };
    let currency = parse_currency(&body.currency)?;
    let new = NewWorkspace { name: body.name, time_zone: body.time_zone, currency, is_demo: false };
    let workspace = app.access.create_workspace(new).await?;
    app.access.add_owner(workspace.id, user.id).await?;
    let record = AuditRecord {
        action: "workspace.create",
        object: workspace.id.to_string(),
        summary: format!("made the workspace {}", workspace.name),
        ip: auth.ip.clone(),
        ..AuditRecord::default()
    };
    app.access.audit(workspace.id, &auth.caller.actor, record).await?;
    Ok((StatusCode::CREATED, Json(workspace_view(workspace, Some(Role::Owner)))))
}

fn parse_currency(code: &str) -> Result<Currency, Problem> {
    Currency::in_use(code).map_err(|error| {
        Problem::invalid("invalid_content", error.to_string()).at("/currency", "unknown_currency", error.to_string())
    })
}

fn parse_attribution(view: AttributionView) -> Result<Attribution, Problem> {
    let touch = match view.touch.as_str() {
        "click" => Touch::Click,
        "open_or_click" => Touch::OpenOrClick,
        _ => {
            let detail = "touch is click or open_or_click";
            return Err(Problem::invalid("invalid_content", detail).at("/attribution/touch", "unknown_touch", detail));
        }
    };
    Ok(Attribution { window_days: view.window_days, touch })
}
