//! The topics people can subscribe to.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use axum::extract::State;
use base::{PageRequest, Timestamp, WorkspaceId};
use consent::{ConsentError, ContactChannel, Localised, Topic, TopicDraft, TopicKey};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(order))
        .routes(routes!(summary))
}

/// A text by language: en, nl, sv, fy.
pub(super) type Texts = BTreeMap<String, String>;

#[derive(Serialize, ToSchema)]
struct TopicUserView {
    /// campaign
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct TopicView {
    key: String,
    name: Texts,
    description: Texts,
    channels: Vec<String>,
    /// opt_in: only who said yes gets it. opt_out: everybody on the channel, until they say no.
    default: &'static str,
    double_opt_in: bool,
    archived: bool,
    used_by: Vec<TopicUserView>,
    version: i64,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

async fn view(app: &App, workspace: WorkspaceId, topic: Topic) -> ApiResult<TopicView> {
    let users = app.consent.topic_users(workspace, &topic.key).await?;
    let draft = topic.draft;
    Ok(TopicView {
        key: topic.key.to_string(),
        name: draft.name.0,
        description: draft.description.0,
        channels: draft.channels.iter().map(|channel| channel.name().to_owned()).collect(),
        default: if draft.opt_out { "opt_out" } else { "opt_in" },
        double_opt_in: draft.double_opt_in,
        archived: draft.archived,
        used_by: users
            .into_iter()
            .map(|user| TopicUserView { kind: user.kind, id: user.id, name: user.name })
            .collect(),
        version: topic.version,
        created_at: topic.created_at,
        updated_at: topic.updated_at,
    })
}

async fn views(
    app: &App,
    workspace: WorkspaceId,
    topics: Vec<Topic>,
    page: &PageRequest,
) -> ApiResult<Json<Listed<TopicView>>> {
    let cut = Listed::cut(topics, page, |topic| topic.key.to_string(), |topic| topic)?;
    let mut items = Vec::with_capacity(cut.items.len());
    for topic in cut.items {
        items.push(view(app, workspace, topic).await?);
    }
    Ok(Json(Listed { items, next_cursor: cut.next_cursor }))
}

/// Topics in the order people see them, archived ones last.
#[utoipa::path(get, path = "/api/v1/consent/topics", tag = "consent", security(("api_key" = ["profile.read"])), params(PageQuery),
    responses((status = 200, body = Listed<TopicView>), (status = 400), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<TopicView>>> {
    let topics = app.consent.topics(auth.workspace()).await?;
    views(&app, auth.workspace(), topics, &page).await
}

/// What is said about a topic.
struct Said {
    name: Texts,
    description: Texts,
    channels: Vec<String>,
    default: Option<String>,
    double_opt_in: Option<bool>,
    archived: bool,
}

impl Said {
    fn draft(self) -> ApiResult<TopicDraft> {
        let channels = self.channels.iter().map(|name| {
            ContactChannel::parse(name)
                .map_err(|_| ConsentError::Topic { field: "channels", detail: "one of them is not a channel" })
        });
        let opt_out = match self.default.as_deref() {
            None | Some("opt_in") => false,
            Some("opt_out") => true,
            Some(_) => {
                return Err(ConsentError::Topic { field: "default", detail: "use opt_in or opt_out" }.into());
            }
        };
        Ok(TopicDraft {
            name: Localised(self.name),
            description: Localised(self.description),
            channels: channels.collect::<Result<Vec<_>, _>>()?,
            opt_out,
            double_opt_in: self.double_opt_in.unwrap_or(true),
            archived: self.archived,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTopic {
    /// 1 to 40 of a-z, 0-9, - and _; never changes.
    key: String,
    name: Texts,
    #[serde(default)]
    description: Texts,
    /// What it is sent on.
    channels: Vec<String>,
    /// opt_in unless told; opt_out.
    default: Option<String>,
    /// True unless told: a yes from a public form counts when the mailbox has confirmed it.
    double_opt_in: Option<bool>,
}

/// Makes a topic people can subscribe to. A workspace has at most 100.
#[utoipa::path(post, path = "/api/v1/consent/topics", tag = "consent", security(("api_key" = ["consent.write"])), request_body = NewTopic,
    responses((status = 201, body = TopicView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<NewTopic>,
) -> ApiResult<(StatusCode, Json<TopicView>)> {
    let workspace = auth.workspace();
    let key = TopicKey::parse(&body.key)?;
    let NewTopic { name, description, channels, default, double_opt_in, .. } = body;
    let draft = Said { name, description, channels, default, double_opt_in, archived: false }.draft()?;
    let topic = app.consent.create_topic(workspace, &key, draft).await?;
    auth.note(&app, "consent.topic.create", key.to_string(), format!("made the topic {key}")).await?;
    Ok((StatusCode::CREATED, Json(view(&app, workspace, topic).await?)))
}

/// A key that cannot be one is no topic's.
fn key_of(text: &str) -> ApiResult<TopicKey> {
    Ok(TopicKey::parse(text).map_err(|_| ConsentError::NoTopic)?)
}

/// One topic.
#[utoipa::path(get, path = "/api/v1/consent/topics/{key}", tag = "consent", security(("api_key" = ["profile.read"])), params(("key" = String, Path)),
    responses((status = 200, body = TopicView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(key): Path<String>) -> ApiResult<Json<TopicView>> {
    let topic = app.consent.topic(auth.workspace(), &key_of(&key)?).await?;
    Ok(Json(view(&app, auth.workspace(), topic).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopicRequest {
    name: Texts,
    #[serde(default)]
    description: Texts,
    channels: Vec<String>,
    /// opt_in or opt_out.
    default: String,
    double_opt_in: bool,
    /// Offered to nobody any more; what people said stays.
    archived: bool,
    /// The one that was read; 412 when somebody changed it meanwhile.
    version: i64,
}

/// Changes a topic.
#[utoipa::path(put, path = "/api/v1/consent/topics/{key}", tag = "consent", security(("api_key" = ["consent.write"])), params(("key" = String, Path)),
    request_body = TopicRequest,
    responses((status = 200, body = TopicView), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(key): Path<String>,
    Json(body): Json<TopicRequest>,
) -> ApiResult<Json<TopicView>> {
    let workspace = auth.workspace();
    let key = key_of(&key)?;
    let TopicRequest { name, description, channels, default, double_opt_in, archived, version } = body;
    let (default, double_opt_in) = (Some(default), Some(double_opt_in));
    let draft = Said { name, description, channels, default, double_opt_in, archived }.draft()?;
    let topic = app.consent.update_topic(workspace, &key, draft, version).await?;
    auth.note(&app, "consent.topic.update", key.to_string(), format!("changed the topic {key}")).await?;
    Ok(Json(view(&app, workspace, topic).await?))
}

/// Takes a topic away. One that a campaign names is archived instead: 409. What people said stays as proof.
#[utoipa::path(delete, path = "/api/v1/consent/topics/{key}", tag = "consent", security(("api_key" = ["consent.write"])), params(("key" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(key): Path<String>) -> ApiResult<StatusCode> {
    let key = key_of(&key)?;
    app.consent.delete_topic(auth.workspace(), &key).await?;
    auth.note(&app, "consent.topic.delete", key.to_string(), format!("deleted the topic {key}")).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OrderRequest {
    /// Those left out follow as they were.
    keys: Vec<String>,
}

/// The order in which people see the topics.
#[utoipa::path(put, path = "/api/v1/consent/topics-order", tag = "consent", security(("api_key" = ["consent.write"])), request_body = OrderRequest,
    responses((status = 200, body = Listed<TopicView>), (status = 401), (status = 403), (status = 422)))]
async fn order(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<OrderRequest>,
) -> ApiResult<Json<Listed<TopicView>>> {
    let workspace = auth.workspace();
    let keys = body.keys.iter().map(|key| TopicKey::parse(key)).collect::<Result<Vec<_>, _>>()?;
    let topics = app.consent.order_topics(workspace, &keys).await?;
    auth.note(&app, "consent.topic.order", "", "changed the order of the topics").await?;
    let all = PageRequest { limit: Some(base::PAGE_SIZE_MAX), cursor: None };
    views(&app, workspace, topics, &all).await
}

#[derive(Serialize, ToSchema)]
struct SubjectCount {
    /// email, topic:news, topic:news/email, purpose:analytics, …
    subject: String,
    subscribed: i64,
    unsubscribed: i64,
    pending: i64,
}

#[derive(Serialize, ToSchema)]
struct ConsentSummary {
    subjects: Vec<SubjectCount>,
    /// Customers there are; those in none of the counts were never asked.
    people: i64,
}

/// How many people said what. Wishes (pause, frequency) are left out.
#[utoipa::path(get, path = "/api/v1/consent/summary", tag = "consent", security(("api_key" = ["profile.read"])),
    responses((status = 200, body = ConsentSummary), (status = 401), (status = 403)))]
async fn summary(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<ConsentSummary>> {
    let workspace = auth.workspace();
    let counts = app.consent.summary(workspace).await?;
    let row = |(subject, states): (String, HashMap<String, i64>)| {
        let count = |state: &str| states.get(state).copied().unwrap_or(0);
        let (subscribed, unsubscribed, pending) = (count("subscribed"), count("unsubscribed"), count("pending"));
        SubjectCount { subject, subscribed, unsubscribed, pending }
    };
    let is_wish = |subject: &str| consent::Subject::parse(subject).is_ok_and(|subject| subject.is_wish());
    let subjects = counts.into_iter().filter(|(subject, _)| !is_wish(subject)).map(row).collect();
    let people = app.profile.counts(workspace).await?.customers;
    Ok(Json(ConsentSummary { subjects, people: i64::try_from(people).unwrap_or(i64::MAX) }))
}
