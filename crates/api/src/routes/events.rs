//! Live events: the last ones, and the stream of new ones.

use crate::live::{LiveEvent, RECENT_EVENTS_MAX};
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Query};
use access::Permission;
use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use base::WorkspaceId;
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
struct Filter {
    /// 100 unless told, 500 at most.
    limit: Option<usize>,
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
    items: Vec<LiveEvent>,
    /// Events of the workspace since the program started.
    total_since_start: u64,
}

/// The last events, newest first; kept in memory since the program started.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Filter),
    responses((status = 200, body = RecentEvents), (status = 401), (status = 403)))]
async fn recent(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<RecentEvents>> {
    let workspace = auth.require(Permission::EventRead)?;
    let limit = filter.limit.unwrap_or(100).min(RECENT_EVENTS_MAX);
    let items = app.live.recent(workspace, limit, |item| filter.wants(item));
    Ok(Json(RecentEvents { items, total_since_start: app.live.total(workspace) }))
}

/// Server-sent events: `event` for each event (50 a second at most) and `rate` every second.
#[utoipa::path(get, path = "/api/v1/events/live", tag = "events", params(Filter),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent), (status = 401), (status = 403)))]
async fn live(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(filter): Query<Filter>,
) -> ApiResult<([(&'static str, &'static str); 1], Sse<impl Stream<Item = Result<SseEvent, Infallible>>>)> {
    let workspace = auth.require(Permission::EventRead)?;
    let stream = stream_of(app, workspace, filter);
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

fn stream_of(
    app: Arc<App>,
    workspace: WorkspaceId,
    filter: Filter,
) -> impl Stream<Item = Result<SseEvent, Infallible>> {
    let state = Live {
        batches: app.pipeline.subscribe(),
        second: tokio::time::interval(Duration::from_secs(1)),
        queue: VecDeque::new(),
        shown: 0,
        seen: 0,
    };
    futures::stream::unfold((state, filter), move |(mut live, filter)| async move {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            if let Some(event) = live.queue.pop_front() {
                return Some((Ok(event), (live, filter)));
            }
            tokio::select! {
                batch = live.batches.recv() => match batch {
                    Ok(batch) => live.take(&batch, workspace, &filter),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                _ = live.second.tick() => {
                    let rate = serde_json::json!({ "per_second": live.seen });
                    (live.seen, live.shown) = (0, 0);
                    return Some((Ok(SseEvent::default().event("rate").data(rate.to_string())), (live, filter)));
                }
            }
        }
    })
}

impl Live {
    fn take(&mut self, batch: &events::Batch, workspace: WorkspaceId, filter: &Filter) {
        for item in batch.events.iter().filter(|item| item.event.workspace == workspace && filter.wants(item)) {
            self.seen += 1;
            if self.shown < SHOWN_PER_SECOND_MAX {
                self.shown += 1;
                if let Ok(event) = SseEvent::default().event("event").json_data(LiveEvent::of(item)) {
                    self.queue.push_back(event);
                }
            }
        }
    }
}
