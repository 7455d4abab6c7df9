//! The tracking plan at the door, and what the history knows for suggestions.

use async_trait::async_trait;
use base::{Clock, Json, Timestamp, WorkspaceId};
use collect::{ItemPlan, PlanItem, Planner, Verdict};
use events::EventKind;
use plan::{ActivePlan, Arrival, Arrivals, Arriving, Code, Kind, Outcome, Plans, Protected};
use std::sync::Arc;

/// Tells `collect` what each workspace plans.
pub struct DoorPlans(pub Arc<Plans>);

impl Planner for DoorPlans {
    fn plan_of(&self, workspace: WorkspaceId) -> Option<Arc<dyn ItemPlan>> {
        let plan = self.0.active(workspace)?;
        Some(Arc::new(DoorPlan(plan)))
    }
}

struct DoorPlan(Arc<ActivePlan>);

impl ItemPlan for DoorPlan {
    fn cuts(&self) -> bool {
        self.0.cuts()
    }
    fn judge(&self, item: &PlanItem<'_>) -> Verdict {
        let Some(kind) = kind_of(item.kind) else { return Verdict::Keep };
        let arriving = Arriving { kind, name: item.name, data: item.data, states_consent: item.states_consent };
        match self.0.judge(item.source, item.id, arriving) {
            Outcome::Keep => Verdict::Keep,
            Outcome::Replace(data) => Verdict::Replace(data),
            Outcome::Leave => Verdict::Leave,
            Outcome::Refuse { because, replaced } => {
                let (code, pointer) = match because.code {
                    Code::UnplannedEvent => ("unplanned_event", format!("/{}", kind.name_field())),
                    _ => ("plan_violation", format!("/{}{}", kind.field(), because.pointer)),
                };
                Verdict::Refuse { code, pointer, detail: because.message, replaced }
            }
        }
    }
}

/// None: nobody plans that two ids are one person.
fn kind_of(kind: EventKind) -> Option<Kind> {
    Some(match kind {
        EventKind::Track => Kind::Track,
        EventKind::Page => Kind::Page,
        EventKind::Screen => Kind::Screen,
        EventKind::Identify => Kind::Identify,
        EventKind::Group => Kind::Group,
        EventKind::Alias => return None,
    })
}

/// By these people say what they agree to.
pub fn protected_by_consent() -> Protected {
    use events::names::{CONSENT_CHANGED, EMAIL_BOUNCED, EMAIL_MARKED_AS_SPAM, UNSUBSCRIBED};
    const STATEMENTS: [&str; 4] = [CONSENT_CHANGED, EMAIL_BOUNCED, EMAIL_MARKED_AS_SPAM, UNSUBSCRIBED];
    const TRAIT_SUFFIX: &str = "_consent";
    Protected {
        event: |kind, name| kind == Kind::Track && STATEMENTS.contains(&name),
        property: |kind, name| kind == Kind::Identify && name.ends_with(TRAIT_SUFFIX),
    }
}

/// The newest events of sources, out of the history.
pub struct LakeArrivals {
    pub lake: Arc<lake::Lake>,
    pub clock: Arc<dyn Clock>,
}

/// How far back suggestions look.
const DAYS: i64 = 30;

#[async_trait]
impl Arrivals for LakeArrivals {
    async fn newest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<Arrival>, String> {
        let since = self.clock.now().plus_ms(-DAYS * 24 * 3_600_000).ms();
        let sql = format!(
            "SELECT kind, name, page_name, at_ms, properties, traits FROM events WHERE received_ms >= {since} \
             AND source IS NOT NULL AND kind <> 'alias' ORDER BY received_ms DESC LIMIT {limit}"
        );
        let answer = self.lake.query(workspace, &sql, limit).await.map_err(|error| error.to_string())?;
        let text = |row: &[Json], column: usize| row.get(column).and_then(Json::as_str).unwrap_or_default().to_owned();
        let arrival = |row: Vec<Json>| {
            let kind = Kind::parse(&text(&row, 0))?;
            let name = match kind {
                Kind::Track => text(&row, 1),
                Kind::Page | Kind::Screen => text(&row, 2),
                Kind::Identify | Kind::Group => String::new(),
            };
            let field = if kind.field() == "traits" { 5 } else { 4 };
            let data = row.get(field).cloned().unwrap_or_default();
            // A column of JSON comes as text.
            let data = match data {
                Json::String(text) => serde_json::from_str(&text).unwrap_or_default(),
                other => other,
            };
            let data = if data.is_object() { data } else { Json::Object(base::JsonMap::new()) };
            Some(Arrival { kind, name, at: Timestamp::from_ms(row.get(3)?.as_i64()?), data })
        };
        Ok(answer.rows.into_iter().filter_map(arrival).collect())
    }
}

#[cfg(test)]
mod tests;
