//! Consent of a customer, and the list of addresses nothing is sent to.

mod person;
mod settings;
mod topics;

use super::profile::caught_up;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base::{ProfileId, Timestamp};
use consent::{
    Basis, ChannelConsent, ConsentRecord, ConsentState, ContactChannel, Proof, Subject, Suppression, SuppressionReason,
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(set))
        .routes(routes!(history))
        .routes(routes!(suppressions, suppress))
        .routes(routes!(import))
        .routes(routes!(release))
        .routes(routes!(export_suppressions))
        .merge(topics::routes())
        .merge(settings::routes())
        .merge(person::routes())
}

#[derive(Serialize, ToSchema)]
pub(super) struct ProofView {
    source: String,
    method: Option<String>,
    text: Option<String>,
    /// Which edition of the text.
    text_version: Option<String>,
    /// consent, contract, legitimate_interest, legal_obligation, vital_interest or public_task.
    basis: Option<&'static str>,
    /// Truncated to its network.
    ip: Option<String>,
    event: String,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        Self {
            source: proof.source,
            method: proof.method,
            text: proof.text,
            text_version: proof.text_version,
            basis: proof.basis.map(Basis::name),
            ip: proof.ip,
            event: proof.event,
        }
    }
}

/// One channel.
#[derive(Serialize, ToSchema)]
pub(super) struct ConsentView {
    /// email, sms, push, whatsapp, post or phone.
    channel: String,
    /// subscribed, unsubscribed, pending or unknown.
    state: String,
    source: Option<String>,
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
    proof: Option<ProofView>,
}

impl From<ChannelConsent> for ConsentView {
    fn from(one: ChannelConsent) -> Self {
        Self {
            channel: one.channel.name().to_owned(),
            state: one.state.name().to_owned(),
            source: one.proof.as_ref().map(|proof| proof.source.clone()),
            at: one.at,
            proof: one.proof.map(ProofView::from),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct ConsentList {
    items: Vec<ConsentView>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofRequest {
    /// The sentence the customer agreed to.
    text: Option<String>,
    /// form, double_opt_in, paper, call, …
    method: Option<String>,
    /// Which edition of the text.
    text_version: Option<String>,
    /// consent, contract, legitimate_interest, legal_obligation, vital_interest or public_task.
    basis: Option<String>,
}

impl ProofRequest {
    fn read(asked: Option<Self>, source: String) -> ApiResult<Proof> {
        let Some(Self { text, method, text_version, basis }) = asked else {
            return Ok(Proof { source, ..Proof::default() });
        };
        let bad = || {
            let names = Basis::ALL.map(Basis::name).join(", ");
            let detail = format!("the lawful basis is one of {names}");
            base::Problem::invalid("bad_basis", &*detail).at("/proof/basis", "bad_basis", detail)
        };
        let basis = basis.map(|name| Basis::parse(&name).ok_or_else(bad)).transpose()?;
        Ok(Proof { source, text, method, text_version, basis, ..Proof::default() })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentRequest {
    /// email, sms, push, whatsapp, post or phone; or topic:KEY, topic:KEY/CHANNEL, purpose:NAME.
    channel: String,
    /// subscribed, unsubscribed or unknown.
    state: String,
    proof: Option<ProofRequest>,
}

/// Declares a consent on behalf of the customer.
#[utoipa::path(put, path = "/api/v1/profiles/{id}/consent", tag = "people", security(("api_key" = ["consent.write"])), params(("id" = String, Path)),
    request_body = ConsentRequest,
    responses((status = 200, body = ConsentList), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn set(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<ConsentRequest>,
) -> ApiResult<Json<ConsentList>> {
    let workspace = auth.workspace();
    let subject = known_subject(&app, workspace, &body.channel).await?;
    let state = stated(&body.state)?;
    let profile = app.profile.get(workspace, id).await?.summary.id;
    let proof = ProofRequest::read(body.proof, auth.caller.actor.label())?;
    app.consent.set(workspace, profile, subject.clone(), state, &proof).await?;
    auth.note(&app, "consent.set", profile, format!("set {subject} to {}", state.name())).await?;
    caught_up(&app).await;
    let items = app.consent.state(workspace, profile).await?.into_iter().map(ConsentView::from).collect();
    Ok(Json(ConsentList { items }))
}

/// Somebody of the company does not answer for the mailbox: pending comes from asking it.
fn stated(text: &str) -> ApiResult<ConsentState> {
    match ConsentState::parse(text)? {
        ConsentState::Pending => Err(consent::ConsentError::State(text.to_owned()).into()),
        state => Ok(state),
    }
}

/// What a consent is about; a topic must be one of the workspace's.
async fn known_subject(app: &App, workspace: base::WorkspaceId, text: &str) -> ApiResult<Subject> {
    let subject = Subject::parse(text)?;
    if subject.is_wish() {
        return Err(consent::ConsentError::Subject(text.to_owned()).into());
    }
    if let Some(key) = subject.topic() {
        app.consent.topic(workspace, key).await.map_err(|error| match error {
            consent::ConsentError::NoTopic => {
                let detail = "there is no such topic in this workspace";
                base::Problem::invalid("unknown_topic", detail).at("/subject", "unknown_topic", detail).into()
            }
            error => crate::ApiError::from(error),
        })?;
    }
    Ok(subject)
}

/// A statement of the past.
#[derive(Serialize, ToSchema)]
struct StatementView {
    /// What it is about: email, topic:news, topic:news/email, purpose:analytics, pause, frequency.
    channel: String,
    state: String,
    /// The end of a pause, or the frequency.
    detail: Option<String>,
    #[schema(value_type = String)]
    at: Timestamp,
    proof: ProofView,
}

/// Everything that was ever said about contacting the customer, newest first.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/consent", tag = "people", security(("api_key" = ["profile.read"])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<StatementView>), (status = 401), (status = 403), (status = 404)))]
async fn history(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<StatementView>>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?.summary.id;
    let view = |said: ConsentRecord| StatementView {
        channel: said.subject.to_string(),
        state: said.state.name().to_owned(),
        // A time is kept in milliseconds.
        detail: said.detail.map(|detail| match detail.parse() {
            Ok(ms) => Timestamp::from_ms(ms).to_string(),
            Err(_) => detail,
        }),
        at: said.at,
        proof: said.proof.into(),
    };
    let statements = app.consent.history(workspace, profile).await?;
    let key = |said: &ConsentRecord| format!("{} {} {}", said.at.ms(), said.subject, said.proof.event);
    Ok(Json(Listed::cut(statements, &page, key, view)?))
}

/// A suppressed address.
#[derive(Serialize, ToSchema)]
pub(super) struct SuppressionView {
    channel: String,
    /// In its normal form, or `sha256:…` when its owner was erased.
    address: String,
    /// bounce_hard, complaint, manual, unsubscribed_all or erased.
    reason: String,
    #[schema(value_type = String)]
    at: Timestamp,
    #[schema(value_type = Option<String>)]
    profile_id: Option<ProfileId>,
}

impl From<Suppression> for SuppressionView {
    fn from(one: Suppression) -> Self {
        Self {
            channel: one.channel.name().to_owned(),
            address: one.address,
            reason: one.reason.name().to_owned(),
            at: one.at,
            profile_id: one.profile,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuppressionQuery {
    /// email, sms, push, whatsapp, post or phone.
    channel: Option<String>,
    /// The beginning of an address.
    q: Option<String>,
}

/// Addresses nothing is sent to.
#[utoipa::path(get, path = "/api/v1/suppressions", tag = "people", security(("api_key" = ["suppression.read"])), params(SuppressionQuery, PageQuery),
    responses((status = 200, body = Listed<SuppressionView>), (status = 401), (status = 403), (status = 422)))]
async fn suppressions(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<SuppressionQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<SuppressionView>>> {
    let workspace = auth.workspace();
    let channel = query.channel.as_deref().filter(|text| !text.is_empty()).map(ContactChannel::parse).transpose()?;
    let found = app.consent.suppressions(workspace, channel, query.q.as_deref(), &page).await?;
    Ok(Json(found.map(SuppressionView::from).into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressRequest {
    channel: String,
    address: String,
    /// manual unless told; bounce_hard, complaint or unsubscribed_all.
    reason: Option<String>,
}

fn reason_of(text: Option<&str>) -> ApiResult<SuppressionReason> {
    Ok(text.map(SuppressionReason::parse).transpose()?.unwrap_or(SuppressionReason::Manual))
}

/// Puts an address on the list. 200 when it was there already.
#[utoipa::path(post, path = "/api/v1/suppressions", tag = "people", security(("api_key" = ["suppression.write"])), request_body = SuppressRequest,
    responses((status = 201), (status = 200), (status = 401), (status = 403), (status = 422)))]
async fn suppress(State(app): State<Arc<App>>, auth: Auth, Json(body): Json<SuppressRequest>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    let channel = ContactChannel::parse(&body.channel)?;
    let reason = reason_of(body.reason.as_deref())?;
    let kind = if channel == ContactChannel::Email { "email" } else { "phone" };
    let profile = app.profile.find(workspace, kind, &body.address).await?;
    let added = app.consent.suppress(workspace, channel, &body.address, reason, profile).await?;
    if added {
        let summary = format!("suppressed an address of channel {}", channel.name());
        auth.note(&app, "suppression.create", "", summary).await?;
    }
    Ok(if added { StatusCode::CREATED } else { StatusCode::OK })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionImport {
    channel: String,
    reason: Option<String>,
    addresses: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct RefusedLine {
    /// Index into `addresses`.
    index: usize,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct SuppressionImported {
    /// On the list now; some may have been before.
    accepted: usize,
    refused: Vec<RefusedLine>,
}

/// Puts many addresses on the list at once.
#[utoipa::path(post, path = "/api/v1/suppressions/import", tag = "people", security(("api_key" = ["suppression.write"])), request_body = SuppressionImport,
    responses((status = 200, body = SuppressionImported), (status = 401), (status = 403), (status = 413), (status = 422)))]
async fn import(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SuppressionImport>,
) -> ApiResult<Json<SuppressionImported>> {
    let workspace = auth.workspace();
    let channel = ContactChannel::parse(&body.channel)?;
    let reason = reason_of(body.reason.as_deref())?;
    if body.addresses.len() > consent::SUPPRESSION_IMPORT_MAX {
        let detail = format!("at most {} addresses at once", consent::SUPPRESSION_IMPORT_MAX);
        return Err(base::Problem::new(base::ProblemKind::TooLarge, "too_many_addresses", detail).into());
    }
    let (accepted, refused) = app.consent.import_suppressions(workspace, channel, reason, &body.addresses).await?;
    auth.note(&app, "suppression.import", "", format!("suppressed {accepted} addresses of channel {}", channel.name()))
        .await?;
    let line = |(index, error): (usize, consent::ConsentError)| RefusedLine { index, detail: error.to_string() };
    Ok(Json(SuppressionImported { accepted, refused: refused.into_iter().map(line).collect() }))
}

const CSV_HEAD: &str = "channel,address,reason,at\n";

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuppressionExportQuery {
    /// email, sms, push, whatsapp, post or phone; all of them when left out.
    channel: Option<String>,
}

/// The suppression list as CSV: `channel,address,reason,at`, in the order of channel and address. Addresses of erased
/// people are hashes.
#[utoipa::path(get, path = "/api/v1/suppressions/export", tag = "people", security(("api_key" = ["suppression.read"])), params(SuppressionExportQuery),
    responses((status = 200, content((String = "text/csv"))), (status = 401), (status = 403), (status = 422)))]
async fn export_suppressions(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<SuppressionExportQuery>,
) -> ApiResult<Response> {
    let workspace = auth.workspace();
    let channel = query.channel.as_deref().filter(|text| !text.is_empty()).map(ContactChannel::parse).transpose()?;
    auth.note(&app, "suppression.export", "", "exported the suppression list").await?;
    let first = base::PageRequest { limit: Some(base::PAGE_SIZE_MAX), cursor: None };
    let pages = futures::stream::try_unfold(Some(first), move |page| {
        let app = app.clone();
        async move {
            let Some(page) = page else { return Ok(None) };
            let found =
                app.consent.suppressions(workspace, channel, None, &page).await.map_err(std::io::Error::other)?;
            let mut text = if page.cursor.is_none() { CSV_HEAD.to_owned() } else { String::new() };
            for one in found.items {
                let (address, at) = (csv_cell(&one.address), one.at);
                text.push_str(&format!("{},{address},{},{at}\n", one.channel.name(), one.reason.name()));
            }
            let next = found.next_cursor.map(|cursor| base::PageRequest { cursor: Some(cursor), ..page });
            Ok::<_, std::io::Error>(Some((text, next)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"suppressions.csv\""),
    ];
    Ok((headers, axum::body::Body::from_stream(pages)).into_response())
}

/// Quoted when it has to be; a cell that a spreadsheet would work out as a formula begins with an apostrophe. A phone
/// number keeps its plus: it holds nothing but digits.
fn csv_cell(text: &str) -> String {
    let is_number = text.strip_prefix('+').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    let text = if text.starts_with(['=', '+', '-', '@']) && !is_number { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Takes an address off the list.
#[utoipa::path(delete, path = "/api/v1/suppressions/{channel}/{address}", tag = "people", security(("api_key" = ["suppression.write"])),
    params(("channel" = String, Path), ("address" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn release(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path((channel, address)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    let channel = ContactChannel::parse(&channel)?;
    app.consent.release(workspace, channel, &address).await?;
    let summary = format!("took an address of channel {} off the suppression list", channel.name());
    auth.note(&app, "suppression.delete", "", summary).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn a_cell_is_no_formula_and_no_second_column() {
        assert_eq!(csv_cell("anna@x.nl"), "anna@x.nl");
        assert_eq!(csv_cell("+31612345678"), "+31612345678");
        assert_eq!(csv_cell("=cmd|x"), "'=cmd|x");
        assert_eq!(csv_cell("Street 1, \"B\""), "\"Street 1, \"\"B\"\"\"");
    }
}
