//! The team: users of a workspace and their roles.

use super::access::UserView;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use access::{Member, NewUser, Role};
use axum::extract::State;
use base::{Problem, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// An invitation link is good for this long.
const INVITATION_MS: i64 = 7 * 24 * 3_600_000;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(patch, remove))
}

#[derive(Serialize, ToSchema)]
struct MemberView {
    #[serde(flatten)]
    user: UserView,
    role: &'static str,
    permissions: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct Invited {
    #[serde(flatten)]
    member: MemberView,
    /// Signs them in once, for seven days; only when no password was given.
    link: Option<String>,
}

fn view(member: Member) -> MemberView {
    MemberView { role: member.role.name(), permissions: member.role.permissions().names(), user: member.user.into() }
}

fn parse_role(role: &str) -> Result<Role, Problem> {
    Role::parse(role).ok_or_else(|| {
        let detail = "a role is owner, marketer, analyst or viewer";
        Problem::invalid("invalid_content", detail).at("/role", "unknown_role", detail)
    })
}

/// Nobody, and no key, makes somebody who may do more than they may.
fn grantable(auth: &Auth, role: Role) -> Result<Role, Problem> {
    if auth.caller.permissions.covers(role.permissions()) {
        return Ok(role);
    }
    let detail = format!("you cannot make somebody {role}: that role may do more than you may");
    Err(Problem::new(base::ProblemKind::Forbidden, "forbidden", detail))
}

/// Everybody in the workspace.
#[utoipa::path(get, path = "/api/v1/users", tag = "access", security(("api_key" = ["user.read"])), params(PageQuery),
    responses((status = 200, body = Listed<MemberView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<MemberView>>> {
    let members = app.access.members(auth.workspace()).await?;
    Ok(Json(Listed::cut(members, &page, |member| member.user.id.to_string(), view)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserRequest {
    email: String,
    name: String,
    /// owner, marketer, analyst or viewer
    role: String,
    /// Without one, the answer carries a sign-in link.
    password: Option<String>,
}

/// Adds somebody.
#[utoipa::path(post, path = "/api/v1/users", tag = "access", security(("api_key" = ["user.write"])), request_body = UserRequest,
    responses((status = 201, body = Invited), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<UserRequest>,
) -> ApiResult<(StatusCode, Json<Invited>)> {
    let workspace = auth.workspace();
    let needs_link = body.password.is_none();
    let role = grantable(&auth, parse_role(&body.role)?)?;
    let new = NewUser { email: body.email, name: body.name, role, password: body.password };
    let (member, created) = app.access.add_user(workspace, new).await?;
    // Somebody who has an account signs in with it: a link would open their other workspaces to who asked for it.
    let link = if needs_link && created {
        let token = app.access.make_login_link(member.user.id, INVITATION_MS).await?;
        Some(format!("{}/api/v1/session/link?token={token}", app.public_url))
    } else {
        None
    };
    auth.note(&app, "user.create", member.user.id, format!("added {} as {}", member.user.email, member.role)).await?;
    Ok((StatusCode::CREATED, Json(Invited { member: view(member), link })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolePatch {
    role: String,
}

/// Changes somebody's role.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "access", security(("api_key" = ["user.write"])), params(("id" = String, Path)), request_body = RolePatch,
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn patch(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<UserId>,
    Json(body): Json<RolePatch>,
) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    let role = grantable(&auth, parse_role(&body.role)?)?;
    app.access.set_role(workspace, id, role).await?;
    auth.note(&app, "user.role", id, format!("made a user {role}")).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody out of the workspace.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "access", security(("api_key" = ["user.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn remove(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<UserId>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.access.remove_user(workspace, id).await?;
    auth.note(&app, "user.remove", id, "took a user out of the workspace").await?;
    Ok(StatusCode::NO_CONTENT)
}
