//! Workspace settings for `measure`, kept in memory for a moment: it asks once per batch.

use async_trait::async_trait;
use base::{Clock, Timestamp, WorkspaceId};
use measure::{AttributionRule, MeasureError, TouchRule, WorkspaceBasics, Workspaces};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// How long settings may be behind a change.
const KEPT_MS: i64 = 2_000;

pub struct WorkspaceSettings {
    access: Arc<access::Access>,
    clock: Arc<dyn Clock>,
    kept: Mutex<HashMap<WorkspaceId, (Timestamp, WorkspaceBasics)>>,
}

impl WorkspaceSettings {
    pub fn new(access: Arc<access::Access>, clock: Arc<dyn Clock>) -> Self {
        Self { access, clock, kept: Mutex::default() }
    }
}

#[async_trait]
impl Workspaces for WorkspaceSettings {
    async fn basics(&self, workspace: WorkspaceId) -> Result<WorkspaceBasics, MeasureError> {
        let now = self.clock.now();
        if let Some((at, basics)) = self.kept.lock().get(&workspace)
            && now.ms_since(*at) < KEPT_MS
        {
            return Ok(basics.clone());
        }
        let settings = self
            .access
            .workspace(workspace)
            .await
            .map_err(|error| MeasureError::Settings { workspace, detail: error.to_string() })?;
        let basics = WorkspaceBasics {
            time_zone: settings.time_zone,
            currency: settings.currency,
            attribution: AttributionRule {
                window_days: i64::from(settings.attribution.window_days),
                touch: match settings.attribution.touch {
                    access::Touch::Click => TouchRule::Click,
                    access::Touch::OpenOrClick => TouchRule::OpenOrClick,
                },
            },
        };
        self.kept.lock().insert(workspace, (now, basics.clone()));
        Ok(basics)
    }
}
