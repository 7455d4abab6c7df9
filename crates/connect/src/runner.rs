//! Asks sources when they are due: each in a task of its own, so that a slow one delays nobody.
//!
//! A run belongs to who holds the lease of the connection; it is renewed while the run works, so that after a crash, or
//! on another node, the run is taken up where its cursor or its files say.

use crate::connector::Job;
use crate::error::{Fault, Result};
use crate::limits::*;
use crate::model::{Health, HealthState, Run, RunState, Stored, new_id};
use crate::{Connect, payloads, runs, store};
use base::{SourceId, Timestamp, WorkspaceId};
use std::collections::HashSet;
use std::time::Duration;
use tokio::task::JoinSet;

/// Sources that are read at the same time; more wait their turn.
const RUNNING_MAX: usize = 64;
/// What may be over by itself is tried again this soon, whatever the schedule says.
const AGAIN_MS: i64 = 15 * 60_000;
const PASSING: [&str; 3] = ["host_not_reachable", "too_slow", "internal"];

impl Connect {
    /// Runs until dropped: asks what is due, writes what is only in memory, deletes what is old.
    pub async fn run(self) {
        if let Err(error) = self.prepare().await {
            tracing::error!(%error, "connections: the store could not be read at the start; trying again");
        }
        let mut tasks: JoinSet<(WorkspaceId, SourceId)> = JoinSet::new();
        let mut running: HashSet<(WorkspaceId, SourceId)> = HashSet::new();
        let mut pruned_at: Option<Timestamp> = None;
        loop {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(TICK_MS)) => {}
                () = self.inner.wake.notified() => {}
            }
            while let Some(done) = tasks.try_join_next() {
                match done {
                    Ok(place) => _ = running.remove(&place),
                    // Which one is not told; its lease runs out.
                    Err(error) => tracing::error!(%error, "connections: a run broke"),
                }
            }
            if tasks.is_empty() {
                running.clear();
            }
            if let Err(error) = self.look_after(&mut pruned_at).await {
                tracing::warn!(%error, "connections: could not be looked after; trying again");
            }
            let due = match store::due(&self.inner.db, self.inner.clock.now()).await {
                Ok(due) => due,
                Err(error) => {
                    tracing::warn!(%error, "connections: what is due could not be read; trying again");
                    continue;
                }
            };
            for place in due {
                if running.len() < RUNNING_MAX && running.insert(place) {
                    let connect = self.clone();
                    tasks.spawn(async move {
                        connect.run_one(place.0, place.1).await;
                        place
                    });
                }
            }
        }
    }

    async fn prepare(&self) -> Result<()> {
        if matches!(self.inner.db, db::Db::Sqlite { .. }) {
            // There is one program: nobody else holds a lease.
            store::free_leases(&self.inner.db).await?;
        }
        self.load_hooks().await
    }

    async fn look_after(&self, pruned_at: &mut Option<Timestamp>) -> Result<()> {
        let now = self.inner.clock.now();
        self.flush().await?;
        if now.ms_since(self.inner.hooks.loaded_at()) >= RELOAD_MS {
            self.load_hooks().await?;
        }
        if pruned_at.is_none_or(|at| now.ms_since(at) >= PRUNE_MS) {
            *pruned_at = Some(now);
            payloads::prune(&self.inner.db, now.plus_ms(-PAYLOADS_KEPT_MS)).await?;
        }
        Ok(())
    }

    /// Runs everything that is due, one after another; for tests and the command line.
    pub async fn run_due(&self) -> Result<usize> {
        let due = store::due(&self.inner.db, self.inner.clock.now()).await?;
        for (workspace, id) in &due {
            self.run_one(*workspace, *id).await;
        }
        Ok(due.len())
    }

    async fn run_one(&self, workspace: WorkspaceId, id: SourceId) {
        if let Err(error) = self.try_run(workspace, id).await {
            tracing::warn!(source = %id, %error, "connections: a run could not be noted; trying again");
        }
    }

    async fn try_run(&self, workspace: WorkspaceId, id: SourceId) -> Result<()> {
        let now = self.inner.clock.now();
        if !store::claim(&self.inner.db, workspace, id, now, now.plus_ms(LEASE_MS)).await? {
            return Ok(());
        }
        let stored = self.stored(workspace, id).await?;
        let mut run = Run::new(new_id("run", now, &*self.inner.rng), now);
        runs::insert(&self.inner.db, workspace, id, &run).await?;
        let outcome = self.work(&stored, &mut run).await;
        let ended = self.inner.clock.now();
        run.ended_at = Some(ended);
        let schedule = stored.definition.schedule().map(|schedule| schedule.next(ended));
        let (next, health) = match outcome {
            Ok(done) if done.idle && stored.health.state == HealthState::Ok => {
                runs::delete(&self.inner.db, workspace, &run.id).await?;
                return store::release(&self.inner.db, workspace, id, sooner(schedule, done.next), None).await;
            }
            Ok(done) => {
                run.state = RunState::Done;
                let waits = done.idle && stored.health.state == HealthState::Waiting;
                let state = if waits { HealthState::Waiting } else { HealthState::Ok };
                (sooner(schedule, done.next), Health { state, code: None, detail: None, since: Some(ended) })
            }
            Err(fault) => {
                run.state = RunState::Failed;
                let passing = PASSING.contains(&fault.code).then(|| ended.plus_ms(AGAIN_MS));
                (run.code, run.detail) = (Some(fault.code.to_owned()), Some(cut(&fault.detail)));
                let (code, detail) = (run.code.clone(), run.detail.clone());
                // It is red since it turned red, not since it was looked at last.
                let since = Some(stored.health.since.filter(|_| stored.health.state == HealthState::Failing));
                let since = since.flatten().or(Some(ended));
                (sooner(schedule, passing), Health { state: HealthState::Failing, code, detail, since })
            }
        };
        runs::save(&self.inner.db, workspace, &run).await?;
        tracing::info!(source = %id, state = run.state.name(), code = run.code, rows = run.read, "connection was read");
        store::release(&self.inner.db, workspace, id, next, Some(&health)).await
    }

    /// Works while the lease can be renewed.
    async fn work(&self, stored: &Stored, run: &mut Run) -> std::result::Result<crate::connector::Ended, Fault> {
        let job = Job {
            workspace: stored.workspace,
            source: Some(stored.id),
            definition: stored.definition.clone(),
            secrets: stored.secrets.clone(),
            cursor: stored.cursor.clone(),
            retry: stored.retry,
        };
        let Some(connector) = job.definition.connector() else { return Ok(Default::default()) };
        let work = connector.run(self, &job, run);
        tokio::pin!(work);
        let period = Duration::from_millis(LEASE_MS as u64 / 4);
        let mut renewal = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = renewal.tick() => {
                    let until = self.inner.clock.now().plus_ms(LEASE_MS);
                    // When the store does not answer the work goes on: what it does counts once anyway.
                    if let Ok(false) = store::renew(&self.inner.db, stored.workspace, stored.id, until).await {
                        return Err(Fault::new("source_gone", "the connection was paused or removed while it ran"));
                    }
                }
            }
        }
    }
}

fn sooner(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn cut(detail: &str) -> String {
    const CHARS_MAX: usize = 500;
    detail.chars().filter(|letter| *letter != '\0').take(CHARS_MAX).collect()
}
