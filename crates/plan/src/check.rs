//! Trying a plan on an event that did not come.

use crate::error::Result;
use crate::judge::{ActivePlan, Arriving, Judgement, Outcome};
use crate::model::*;
use crate::service::{Plans, checked};
use crate::store;
use base::{Json, JsonMap, WorkspaceId, words};

/// What would become of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub verdict: Verdict,
    pub violations: Vec<Violation>,
    /// What would be stored of the sample.
    pub kept: Option<Json>,
}

words!(/// In one word.
    Verdict { Accepted = "accepted", Changed = "changed", Blocked = "blocked", Dropped = "dropped" });

impl Plans {
    /// Judges a sample as the door would, whether the plan is switched on or not. With a draft, as if it were saved.
    /// The sample is a whole call, or its properties or traits alone.
    pub async fn check(
        &self,
        workspace: WorkspaceId,
        kind: Kind,
        name: &str,
        sample: JsonMap,
        draft: Option<Draft>,
    ) -> Result<Trial> {
        let (settings, _) = store::settings(&self.inner.db, workspace).await?;
        let mut events = store::events(&self.inner.db, workspace).await?;
        events.retain(|event| event.kind == kind && event.status == Status::Planned);
        if let Some(draft) = draft {
            let event = self.new_event(checked(draft)?, self.inner.clock.now());
            events.retain(|held| held.name != event.name);
            events.push(event);
        }
        let plan = ActivePlan::new(workspace, settings, &events, self.inner.protected, self.books());
        let is_call = ["type", "event", "properties", "traits"].iter().any(|key| sample.contains_key(*key));
        let data = if is_call { sample.get(kind.field()).cloned() } else { Some(Json::Object(sample.clone())) };
        let text = data.filter(Json::is_object).map(|data| data.to_string());
        let stated = if is_call { sample.get(kind.name_field()).and_then(Json::as_str) } else { None };
        let name = if name.is_empty() && kind.may_be_named() { stated.unwrap_or_default() } else { name };
        let states_consent = sample.get("context").is_some_and(|context| context.get("consent").is_some());
        let item = Arriving { kind, name, data: text.as_deref(), states_consent };
        let Judgement { outcome, violations } = plan.trial(item);
        let with = |data: Json| match is_call {
            false => data,
            true => {
                let mut call = sample.clone();
                call.insert(kind.field().to_owned(), data);
                Json::Object(call)
            }
        };
        let (verdict, kept) = match outcome {
            Outcome::Keep => (Verdict::Accepted, Some(Json::Object(sample.clone()))),
            Outcome::Replace(text) => (Verdict::Changed, serde_json::from_str(&text).ok().map(with)),
            Outcome::Refuse { .. } => (Verdict::Blocked, None),
            Outcome::Leave => (Verdict::Dropped, None),
        };
        Ok(Trial { verdict, violations, kept })
    }
}
