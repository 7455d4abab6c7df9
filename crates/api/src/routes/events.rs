//! Live events: the last ones, and the stream of new ones.

use crate::live::LiveEvent;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Query};
use access::Permission;
use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use base::{Page, ProfileId};
use events::{Channel, ResolvedEvent};
use futures::Stream;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Events sent to one screen per second; the rest is counted in `rate`.
const SHOWN_PER_SECOND_MAX: usize = 50;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(recent)).routes(routes!(live))
}

#[derive(Deserialize, IntoParams, Clone, Default)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Exact name of the event.
    name: Option<String>,
    /// web, app, shop, phone, email, …
    channel: Option<String>,
    /// prf_…
    profile: Option<String>,
    /// The sender's messageId.
    message_id: Option<String>,
}

impl Filter {
    fn wants(&self, item: &ResolvedEvent) -> bool {
        self.name.as_deref().is_none_or(|name| name == item.event.display_name())
            && self.channel.as_deref().is_none_or(|name| Channel::parse(name) == Some(item.event.channel))
            && self.profile.as_deref().is_none_or(|id| id == item.profile.to_string())
            && self.message_id.as_deref().is_none_or(|id| id == item.event.message_id)
    }
}

#[derive(Serialize, ToSchema)]
struct RecentEvents {
    #[serde(flatten)]
    page: Listed<LiveEvent>,
    /// Events of the workspace since the program started.
    total_since_start: u64,
}

/// The last events, newest first; kept in memory since the program started.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", security(("api_key" = ["event.read"])), params(Filter, PageQuery),
    responses((status = 200, body = RecentEvents), (status = 401), (status = 403)))]
async fn recent(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(filter): Query<Filter>,
    Paged(page): Paged,
) -> ApiResult<Json<RecentEvents>> {
    let workspace = auth.workspace();
    // New events come in front, so a page begins after the last one of the page before.
    let mut begun = page.cursor.is_none();
    let wanted = |item: &ResolvedEvent| match begun {
        true => filter.wants(item),
        false => {
            begun = page.cursor.as_deref() == Some(item.event.id.to_string().as_str());
            false
        }
    };
    let found = app.live.recent(workspace, page.limit() as usize + 1, wanted);
    let mut page = Page::cut(found, page.limit(), |last| last.id.clone());
    explain(&app, workspace, &mut page.items);
    label(&app, &auth, &mut page.items).await?;
    Ok(Json(RecentEvents { page: page.into(), total_since_start: app.live.total(workspace) }))
}

/// Says what the tracking plan said to each.
fn explain(app: &App, workspace: base::WorkspaceId, events: &mut [LiveEvent]) {
    if app.plan.active(workspace).is_none() {
        return;
    }
    for event in events {
        let remark = event.id.parse().ok().and_then(|id| app.plan.remark(workspace, id));
        if let Some(remark) = remark {
            event.remarked(&remark);
        }
    }
}

/// Says whose event each is, to those who may see customers.
async fn label(app: &App, auth: &Auth, events: &mut [LiveEvent]) -> ApiResult<()> {
    if auth.require(Permission::ProfileRead).is_err() {
        return Ok(());
    }
    let ids: Vec<ProfileId> = events.iter().map(|event| event.profile.id).collect();
    let labels = app.profile.labels(auth.workspace(), &ids).await?;
    for event in events {
        event.profile.label = labels.get(&event.profile.id).cloned();
    }
    Ok(())
}

/// Server-sent events: `event` for each event (50 a second at most) and `rate` every second.
#[utoipa::path(get, path = "/api/v1/events/live", tag = "events", security(("api_key" = ["event.read"])), params(Filter),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent), (status = 401), (status = 403)))]
async fn live(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(filter): Query<Filter>,
) -> ApiResult<([(&'static str, &'static str); 1], Sse<impl Stream<Item = Result<SseEvent, Infallible>>>)> {
    let stream = stream_of(app, auth, filter);
    // A proxy that buffers would hold the stream back.
    Ok(([("x-accel-buffering", "no")], Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

struct Live {
    batches: tokio::sync::broadcast::Receiver<Arc<events::Batch>>,
    second: tokio::time::Interval,
    queue: VecDeque<SseEvent>,
    shown: usize,
    seen: usize,
}

fn stream_of(app: Arc<App>, auth: Auth, filter: Filter) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let state = Live {
        batches: app.pipeline.subscribe(),
        second: tokio::time::interval(Duration::from_secs(1)),
        queue: VecDeque::new(),
        shown: 0,
        seen: 0,
    };
    futures::stream::unfold((state, app, auth, filter), move |(mut live, app, auth, filter)| async move {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            if let Some(event) = live.queue.pop_front() {
                return Some((Ok(event), (live, app, auth, filter)));
            }
            tokio::select! {
                batch = live.batches.recv() => match batch {
                    Ok(batch) => live.take(&batch, &app, &auth, &filter).await,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                _ = live.second.tick() => {
                    let rate = serde_json::json!({ "per_second": live.seen });
                    (live.seen, live.shown) = (0, 0);
                    return Some((Ok(SseEvent::default().event("rate").data(rate.to_string())), (live, app, auth, filter)));
                }
            }
        }
    })
}

impl Live {
    async fn take(&mut self, batch: &events::Batch, app: &App, auth: &Auth, filter: &Filter) {
        let workspace = auth.workspace();
        let mut shown = Vec::new();
        for item in batch.events.iter().filter(|item| item.event.workspace == workspace && filter.wants(item)) {
            self.seen += 1;
            if self.shown < SHOWN_PER_SECOND_MAX {
                self.shown += 1;
                shown.push(LiveEvent::of(item));
            }
        }
        explain(app, workspace, &mut shown);
        if let Err(error) = label(app, auth, &mut shown).await {
            tracing::warn!(code = error.0.code, "live events are shown without the names of their customers");
        }
        let sent = shown.iter().filter_map(|event| SseEvent::default().event("event").json_data(event).ok());
        self.queue.extend(sent);
    }
}
