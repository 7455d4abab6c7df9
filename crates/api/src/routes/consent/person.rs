//! What one customer wants, and changing it on their behalf.

use super::{ProofRequest, ProofView, known_subject, stated};
use crate::problem::ApiResult;
use crate::routes::profile::caught_up;
use crate::routes::public::Visit;
use crate::{App, Auth, Json, Path};
use axum::extract::State;
use base::{Problem, ProfileId, Timestamp};
use consent::{Change, ConsentState, ContactChannel, Frequency, Purpose, Request, Subject};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a link to the preference page works that somebody of the company hands on.
const LINK_MS: i64 = 30 * 24 * 3_600_000;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(preferences)).routes(routes!(change)).routes(routes!(link))
}

/// What was said about something.
#[derive(Serialize, ToSchema)]
struct Held {
    /// subscribed, unsubscribed, pending or unknown (never asked).
    state: &'static str,
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
    proof: Option<ProofView>,
}

fn held(visit: &Visit, subject: &Subject) -> Held {
    let known = visit.overview.known.get(subject);
    Held {
        state: known.map_or(ConsentState::Unknown, |one| one.state).name(),
        at: known.map(|one| one.at),
        proof: known.map(|one| one.proof.clone().into()),
    }
}

#[derive(Serialize, ToSchema)]
struct ChannelPreference {
    channel: &'static str,
    #[serde(flatten)]
    held: Held,
    /// Why nothing goes to the address: bounce_hard, complaint, …
    suppressed: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct TopicChannel {
    channel: &'static str,
    #[serde(flatten)]
    held: Held,
    /// A message about it would go out now.
    allowed: bool,
    /// allowed, suppressed, no_consent, unsubscribed, not_confirmed, marketing_refused, topic_unsubscribed,
    /// topic_not_asked, paused or too_often.
    why: &'static str,
}

#[derive(Serialize, ToSchema)]
struct TopicPreference {
    key: String,
    /// In the customer's language.
    name: String,
    /// opt_in or opt_out.
    default: &'static str,
    archived: bool,
    #[serde(flatten)]
    held: Held,
    channels: Vec<TopicChannel>,
}

#[derive(Serialize, ToSchema)]
struct PurposePreference {
    purpose: &'static str,
    basis: &'static str,
    #[serde(flatten)]
    held: Held,
}

/// A question that the mailbox was asked.
#[derive(Serialize, ToSchema)]
struct RequestView {
    id: String,
    /// subscribe, data or erase.
    kind: &'static str,
    subjects: Vec<String>,
    #[schema(value_type = String)]
    asked_at: Timestamp,
    #[schema(value_type = String)]
    expires_at: Timestamp,
    #[schema(value_type = Option<String>)]
    mailed_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    done_at: Option<Timestamp>,
}

/// Everything that decides about messages to one customer.
#[derive(Serialize, ToSchema)]
struct PreferencesView {
    language: &'static str,
    channels: Vec<ChannelPreference>,
    topics: Vec<TopicPreference>,
    purposes: Vec<PurposePreference>,
    #[schema(value_type = Option<String>)]
    paused_until: Option<Timestamp>,
    /// all, weekly or monthly.
    frequency: &'static str,
    requests: Vec<RequestView>,
}

fn request_view(request: Request) -> RequestView {
    RequestView {
        id: request.id.to_string(),
        kind: request.kind.name(),
        subjects: request.subjects.iter().map(Subject::to_string).collect(),
        asked_at: request.asked_at,
        expires_at: request.expires_at,
        mailed_at: request.mailed_at,
        done_at: request.done_at,
    }
}

fn topic_view(visit: &Visit, topic: &consent::Topic) -> TopicPreference {
    let overview = &visit.overview;
    let way = |channel: &ContactChannel| {
        let permission = overview.permission(Some(topic), *channel);
        TopicChannel {
            channel: channel.name(),
            held: held(visit, &Subject::TopicOn(topic.key.clone(), *channel)),
            allowed: permission == consent::Permission::Allowed,
            why: permission.word(),
        }
    };
    TopicPreference {
        key: topic.key.to_string(),
        name: topic.name(visit.language, &overview.settings.default_language).to_owned(),
        default: if topic.draft.opt_out { "opt_out" } else { "opt_in" },
        archived: topic.draft.archived,
        held: held(visit, &Subject::Topic(topic.key.clone())),
        channels: topic.draft.channels.iter().map(way).collect(),
    }
}

async fn view(app: &App, visit: &Visit) -> ApiResult<PreferencesView> {
    let overview = &visit.overview;
    let channel = |channel: ContactChannel| ChannelPreference {
        channel: channel.name(),
        held: held(visit, &channel.into()),
        suppressed: overview.suppressed.get(&channel).map(|reason| reason.name()),
    };
    let purpose = |purpose: Purpose| {
        let basis = overview.settings.rule(purpose).map_or(consent::Basis::Consent, |rule| rule.basis);
        let held = held(visit, &Subject::Purpose(purpose));
        PurposePreference { purpose: purpose.name(), basis: basis.name(), held }
    };
    let requests = app.consent.requests(visit.workspace, overview.profile).await?;
    Ok(PreferencesView {
        language: visit.language,
        channels: ContactChannel::ALL.into_iter().map(channel).collect(),
        topics: overview.topics.iter().map(|topic| topic_view(visit, topic)).collect(),
        purposes: Purpose::ALL.into_iter().map(purpose).collect(),
        paused_until: overview.paused_until(),
        frequency: overview.frequency().name(),
        requests: requests.into_iter().map(request_view).collect(),
    })
}

async fn visit(app: &App, auth: &Auth, id: ProfileId) -> ApiResult<Visit> {
    let profile = app.profile.get(auth.workspace(), id).await?.summary.id;
    Ok(Visit::of(app, auth.workspace(), profile, None, &HeaderMap::new()).await?)
}

/// Everything that decides about messages to the customer now: channels, topics, purposes, wishes, with the proof.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/preferences", tag = "consent", security(("api_key" = ["profile.read"])), params(("id" = String, Path)),
    responses((status = 200, body = PreferencesView), (status = 401), (status = 403), (status = 404)))]
async fn preferences(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
) -> ApiResult<Json<PreferencesView>> {
    let visit = visit(&app, &auth, id).await?;
    Ok(Json(view(&app, &visit).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// email, topic:news, topic:news/email, purpose:analytics, …
    subject: String,
    /// subscribed, unsubscribed or unknown.
    state: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangesRequest {
    #[serde(default)]
    changes: Vec<ChangeBody>,
    proof: Option<ProofRequest>,
    /// Ask the mailbox before what is subscribed to counts.
    #[serde(default)]
    double_opt_in: bool,
    /// Nothing is sent until then; null ends a pause. At most a year ahead.
    #[serde(default, with = "given")]
    #[schema(value_type = Option<String>)]
    pause_until: Option<Option<Timestamp>>,
    /// all, weekly or monthly.
    frequency: Option<String>,
}

/// Null is something else than nothing.
mod given {
    use serde::{Deserialize, Deserializer};
    pub fn deserialize<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(from).map(Some)
    }
}

#[derive(Serialize, ToSchema)]
struct ChangesAnswer {
    preferences: PreferencesView,
    /// False: durable, but not visible yet.
    visible: bool,
    /// A mail that asks for confirmation is on its way.
    asked: bool,
}

fn wrong(pointer: &str, code: &'static str, detail: &str) -> crate::ApiError {
    Problem::invalid(code, detail).at(pointer, code, detail).into()
}

/// Declares what the customer wants, all of it together. With `double_opt_in` what is subscribed to waits for the answer
/// of the mailbox.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/consent", tag = "consent", security(("api_key" = ["consent.write"])), params(("id" = String, Path)),
    request_body = ChangesRequest,
    responses((status = 200, body = ChangesAnswer), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn change(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<ChangesRequest>,
) -> ApiResult<Json<ChangesAnswer>> {
    let workspace = auth.workspace();
    if body.changes.len() > consent::CHANGES_MAX {
        return Err(wrong("/changes", "invalid_content", "at most 1,000 changes at once"));
    }
    let mut changes = Vec::with_capacity(body.changes.len());
    for one in &body.changes {
        changes.push(Change::new(known_subject(&app, workspace, &one.subject).await?, stated(&one.state)?));
    }
    match body.pause_until {
        None => {}
        Some(None) => changes.push(Change::resume()),
        Some(Some(until)) => changes.push(Change::pause(until)),
    }
    if let Some(name) = &body.frequency {
        let known = Frequency::parse(name);
        changes.push(Change::frequency(
            known.ok_or_else(|| wrong("/frequency", "bad_state", "frequency is all, weekly or monthly"))?,
        ));
    }
    let visit = visit(&app, &auth, id).await?;
    let proof = ProofRequest::read(body.proof, auth.caller.actor.label())?;
    let is_asked_for =
        |change: &Change| body.double_opt_in && change.state == ConsentState::Subscribed && !change.subject.is_wish();
    let (asked, declared): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(is_asked_for);
    let address = visit.email().filter(|address| consent::normalise_address(ContactChannel::Email, address).is_ok());
    if !asked.is_empty() && address.is_none() {
        return Err(wrong("/double_opt_in", "no_address", "the customer has no e-mail address to ask"));
    }
    let profile = visit.overview.profile;
    app.consent.declare(workspace, profile, &declared, &proof, None).await?;
    if let Some(address) = address.filter(|_| !asked.is_empty()) {
        let subjects: Vec<Subject> = asked.iter().map(|change| change.subject.clone()).collect();
        app.consent.ask(workspace, profile, &subjects, address, visit.language, &proof).await?;
    }
    let names: Vec<String> = declared.iter().chain(&asked).map(|change| change.subject.to_string()).collect();
    auth.note(&app, "consent.set", profile, format!("changed {}", names.join(", "))).await?;
    let visible = caught_up(&app).await;
    let fresh = Visit::of(&app, workspace, profile, None, &HeaderMap::new()).await?;
    Ok(Json(ChangesAnswer { preferences: view(&app, &fresh).await?, visible, asked: !asked.is_empty() }))
}

#[derive(Serialize, ToSchema)]
struct PreferenceLinkView {
    url: String,
    #[schema(value_type = String)]
    expires_at: Timestamp,
}

/// A link to the customer's preference page, to hand on. It works for 30 days, without signing in.
#[utoipa::path(post, path = "/api/v1/profiles/{id}/preferences/link", tag = "consent", security(("api_key" = ["consent.write"])), params(("id" = String, Path)),
    responses((status = 200, body = PreferenceLinkView), (status = 401), (status = 403), (status = 404)))]
async fn link(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
) -> ApiResult<Json<PreferenceLinkView>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await.map_err(crate::ApiError::from)?.summary.id;
    let expires_at = app.clock.now().plus_ms(LINK_MS);
    auth.note(&app, "consent.link", profile, "made a link to the preference page").await?;
    Ok(Json(PreferenceLinkView { url: app.deliver.links().person(workspace, profile, expires_at), expires_at }))
}
