//! The devices of a customer, and what a workspace keeps of IP addresses.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use axum::extract::State;
use base::{Problem, ProfileId, Timestamp, WorkspaceId};
use device::{ClientKind, Device, GeoAbout, IpRule};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(of_profile)).routes(routes!(privacy, set_privacy))
}

/// A device a customer used. What is not known is null.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerDevice {
    /// `dev_…`: the same for the same device of the same customer.
    id: String,
    /// phone, tablet, computer, tv, car, console, wearable, server or other.
    #[serde(rename = "type")]
    kind: &'static str,
    brand: Option<String>,
    model: Option<String>,
    os: Option<String>,
    os_version: Option<String>,
    /// browser or app.
    client_kind: Option<&'static str>,
    client: Option<String>,
    client_version: Option<String>,
    /// Of the latest event.
    channel: Option<String>,
    /// `context.locale` as it was sent.
    language: Option<String>,
    /// `context.timezone` as it was sent.
    time_zone: Option<String>,
    /// What the client said, else what the address tells: ISO 3166-1 alpha-2.
    country: Option<String>,
    city: Option<String>,
    /// The token itself is in no answer.
    has_push_token: bool,
    #[schema(value_type = String)]
    first_seen: Timestamp,
    /// Exact to an hour.
    #[schema(value_type = String)]
    last_seen: Timestamp,
    /// Of the 60 days (UTC) up to `last_seen`: those on which it was used.
    active_days: u32,
}

impl From<Device> for CustomerDevice {
    fn from(one: Device) -> Self {
        let kind = one.hardware.as_ref().map_or(device::DeviceType::Other, |hardware| hardware.kind);
        let (brand, model) = one.hardware.map(|hardware| (hardware.brand, hardware.model)).unwrap_or_default();
        let (os, os_version) = one.os.map(|os| (Some(os.name), os.version)).unwrap_or_default();
        let client_kind = one.client.as_ref().map(|client| client.kind).map(ClientKind::name);
        let (client, client_version) = one.client.map(|client| (Some(client.name), client.version)).unwrap_or_default();
        Self {
            id: one.key.to_string(),
            kind: kind.name(),
            brand,
            model,
            os,
            os_version,
            client_kind,
            client,
            client_version,
            channel: one.channel,
            language: one.language,
            time_zone: one.time_zone,
            country: one.country,
            city: one.city,
            has_push_token: one.has_push_token,
            first_seen: one.first_seen,
            last_seen: one.last_seen,
            active_days: one.active_days,
        }
    }
}

/// Devices of a customer, last seen first; 50 at most.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/devices", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<CustomerDevice>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn of_profile(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<CustomerDevice>>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?.summary.id;
    let found = app.device.of_profile(workspace, profile).await.map_err(Problem::from)?;
    let all: Vec<CustomerDevice> = found.into_iter().map(CustomerDevice::from).collect();
    Ok(Json(Listed::cut(all, &page, |one| one.id.clone(), |one| one)?))
}

/// The same, for everything that is held about a customer.
pub(super) async fn export(app: &App, workspace: WorkspaceId, profile: ProfileId) -> ApiResult<Vec<CustomerDevice>> {
    let found = app.device.of_profile(workspace, profile).await.map_err(Problem::from)?;
    Ok(found.into_iter().map(CustomerDevice::from).collect())
}

/// The database that addresses are looked up in, as its file says.
#[derive(Serialize, ToSchema)]
struct GeoView {
    /// Such as GeoLite2-City.
    kind: String,
    /// False: it knows countries only.
    cities: bool,
    #[schema(value_type = String)]
    built_at: Timestamp,
}

impl From<GeoAbout> for GeoView {
    fn from(about: GeoAbout) -> Self {
        Self { kind: about.kind, cities: about.cities, built_at: about.built_at }
    }
}

/// What the workspace keeps of the addresses its sources send.
#[derive(Serialize, ToSchema)]
struct PrivacyView {
    /// truncated (to the network: the default), dropped or full.
    ip: &'static str,
    /// Null: the operator named no database, and no address is looked up.
    geo: Option<GeoView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PrivacyRequest {
    /// truncated, dropped or full.
    ip: String,
}

fn view(app: &App, workspace: WorkspaceId) -> PrivacyView {
    let geo = app.device.geo().map(|geo| geo.about().into());
    PrivacyView { ip: app.device.ip_rule(workspace).name(), geo }
}

/// What the workspace keeps of IP addresses.
#[utoipa::path(get, path = "/api/v1/privacy", tag = "access", security(("api_key" = ["workspace.read"])),
    responses((status = 200, body = PrivacyView), (status = 401), (status = 403)))]
async fn privacy(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<PrivacyView>> {
    Ok(Json(view(&app, auth.workspace())))
}

/// Says what is kept of IP addresses from now on. What is stored already stays as it is.
#[utoipa::path(put, path = "/api/v1/privacy", tag = "access", security(("api_key" = ["workspace.write"])), request_body = PrivacyRequest,
    responses((status = 200, body = PrivacyView), (status = 401), (status = 403), (status = 422)))]
async fn set_privacy(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<PrivacyRequest>,
) -> ApiResult<Json<PrivacyView>> {
    let workspace = auth.workspace();
    let rule = IpRule::parse(&body.ip).ok_or_else(|| {
        let detail = "what is kept of IP addresses is truncated, dropped or full";
        Problem::invalid("invalid_privacy", detail).at("/ip", "invalid", detail)
    })?;
    let before = app.device.ip_rule(workspace);
    app.device.set_ip_rule(workspace, rule).await.map_err(Problem::from)?;
    let said = format!("IP addresses of events: {}, before {}", rule.name(), before.name());
    auth.note(&app, "privacy.change", workspace, said).await?;
    Ok(Json(view(&app, workspace)))
}
