//! Dry runs and runs: started by a person or by the night, worked off one at a time, taken up again after a crash.

use crate::check;
use crate::error::{Result, RetentionError};
use crate::limits::*;
use crate::matcher::Matcher;
use crate::model::*;
use crate::ports::{Cut, Ledger};
use crate::receipt::Census;
use crate::service::Retention;
use crate::store::{self, StoredRun};
use async_trait::async_trait;
use base::{RetentionRuleId, RetentionRunId, Timestamp, WorkspaceId};
use parking_lot::Mutex;
use std::sync::Arc;

/// What a receipt says when the history failed; the log has more.
const HISTORY_FAILED: &str = "the history could not be read or written; the log has the cause";
const RULES_CHANGED: &str = "a rule was changed or switched off after the run began; what was not done yet stays";
const TOO_LONG: &str = "the dry run took longer than 15 minutes and was given up; try fewer rules";

/// The last time at or before `now` at which the night's run begins.
pub(crate) fn night_before(now: Timestamp) -> Timestamp {
    let tonight = Timestamp::from_ms(now.utc_day() * DAY_MS + NIGHT_HOUR_UTC * 3_600_000);
    if tonight <= now { tonight } else { tonight.plus_ms(-DAY_MS) }
}

impl Retention {
    /// Runs until dropped: begins what the night wants, works off what waits.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.begin_nightly().await {
                tracing::warn!(%error, "retention: could not look whether a run is due; trying again");
            }
            if let Err(error) = self.work().await {
                tracing::warn!(%error, "retention: a run could not be noted; it is taken up again");
            }
            tokio::select! {
                () = self.0.work.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Counts what rules would do if they were on beside those that are; None: all rules. Changes nothing.
    pub async fn begin_dry_run(&self, workspace: WorkspaceId, asked: Option<&[RetentionRuleId]>) -> Result<Run> {
        let rules = self.rules(workspace).await?;
        if let Some(unknown) = asked.into_iter().flatten().find(|id| !rules.iter().any(|rule| rule.id == **id)) {
            return Err(RetentionError::NoRule(*unknown));
        }
        let chosen = |rule: &Rule| rule.enabled || asked.is_none_or(|asked| asked.contains(&rule.id));
        let rules: Vec<Rule> = rules.into_iter().filter(chosen).collect();
        if rules.is_empty() {
            return Err(RetentionError::NothingToDo("there is no rule to try out: write one first"));
        }
        self.begin(workspace, Mode::DryRun, Cause::Person, rules).await
    }

    /// Does now what the rules that are on say.
    pub async fn begin_run(&self, workspace: WorkspaceId, cause: Cause) -> Result<Run> {
        let rules: Vec<Rule> = self.rules(workspace).await?.into_iter().filter(|rule| rule.enabled).collect();
        if rules.iter().all(|rule| rule.draft.keep.is_none()) {
            return Err(RetentionError::NothingToDo("no rule is switched on that cuts anything"));
        }
        self.begin(workspace, Mode::Run, cause, rules).await
    }

    async fn begin(&self, workspace: WorkspaceId, mode: Mode, cause: Cause, rules: Vec<Rule>) -> Result<Run> {
        let now = self.0.clock.now();
        let days = self.0.facts.attribution_days(workspace).await.ok();
        let mut run = StoredRun::new(RetentionRunId::new(now, &*self.0.rng), workspace, mode, cause, now);
        let blank = |rule: &Rule| {
            let cutoff = rule.draft.keep.map(|keep| keep.cutoff(now));
            RuleOutcome::blank(rule, cutoff, check::warnings(&rule.draft, &self.0.needs, days))
        };
        run.outcome.rules = rules.iter().map(blank).collect();
        let mut tx = self.0.db.begin().await?;
        store::put_run(&mut tx, &run).await?;
        tx.commit().await?;
        self.0.work.notify_one();
        Ok(self.shown(run))
    }

    /// Begins the run of the last night where there was none, and forgets old dry runs.
    pub async fn begin_nightly(&self) -> Result<usize> {
        let now = self.0.clock.now();
        let night = night_before(now);
        let mut begun = 0;
        for workspace in store::workspaces(&self.0.db).await? {
            let rules = self.rules(workspace).await?;
            let due = |rule: &Rule| rule.draft.keep.is_some() && rule.enabled_at.is_some_and(|at| at <= night);
            let last = store::last_run(&self.0.db, workspace, "cause", Cause::Schedule.name()).await?;
            if !rules.iter().any(due) || last.is_some_and(|run| night <= run.started_at) {
                continue;
            }
            match self.begin_run(workspace, Cause::Schedule).await {
                Ok(_) => begun += 1,
                // What a person started goes first.
                Err(RetentionError::Running) => {}
                Err(error) => return Err(error),
            }
        }
        store::forget_dry_runs(&self.0.db, now.plus_ms(-DRY_RUNS_KEPT_MS)).await?;
        Ok(begun)
    }

    /// Works off what waits, also what a crash interrupted; answers how many.
    pub async fn work(&self) -> Result<usize> {
        let mut done = 0;
        while let Some(run) = store::running(&self.0.db).await?.into_iter().next() {
            let (id, workspace) = (run.id, run.workspace);
            self.progress(id, 0.0);
            let ended = self.work_on(run).await;
            self.0.progress.lock().remove(&id);
            let run = ended?;
            if !self.end(&run).await? {
                continue;
            }
            let (mode, state) = (run.mode.name(), run.state.name());
            let (deleted, anonymised) = (run.deleted, run.anonymised);
            tracing::info!(%workspace, run = %id, mode, state, deleted, anonymised, "a retention run ended");
            done += 1;
        }
        Ok(done)
    }

    /// Completes the receipt and tells the audit trail, once; false when somebody else did.
    async fn end(&self, run: &StoredRun) -> Result<bool> {
        let mut tx = self.0.db.begin().await?;
        let is_first = store::end_run(&mut tx, run).await?;
        if is_first && run.mode == Mode::Run {
            self.0.trail.ended(&mut tx, run.workspace, &run.clone().into_run(None)).await?;
        }
        tx.commit().await?;
        Ok(is_first)
    }

    /// The run as it ended. An error: it could not be noted, and is taken up again.
    async fn work_on(&self, mut run: StoredRun) -> Result<StoredRun> {
        let ended = match run.mode {
            Mode::DryRun => match tokio::time::timeout(DRY_RUN_TIME_MAX, self.count(&mut run)).await {
                Ok(ended) => ended,
                Err(_) => Err(RetentionError::Data(TOO_LONG.into())),
            },
            Mode::Run => self.carry_out(&mut run).await,
        };
        match ended {
            Ok(()) => run.state = RunState::Done,
            Err(RetentionError::Data(detail)) => {
                run.state = RunState::Failed;
                run.failure = Some(detail);
            }
            Err(error) => return Err(error),
        }
        run.finished_at = Some(self.0.clock.now());
        Ok(run)
    }

    async fn matcher(&self, run: &StoredRun) -> Result<Arc<Matcher>> {
        let days = self.0.facts.attribution_days(run.workspace).await.map_err(RetentionError::Data)?;
        Ok(Arc::new(Matcher::new(&run.outcome.rules, self.0.needs, run.started_at, days)))
    }

    /// Writes down what the rules concern.
    async fn count(&self, run: &mut StoredRun) -> Result<()> {
        let matcher = self.matcher(run).await?;
        let readers = self.0.facts.readers(run.workspace).await.map_err(RetentionError::Data)?;
        let mut census = Census::new(run.outcome.rules.len());
        let (id, share) = (run.id, if run.mode == Mode::DryRun { 1.0 } else { COUNTING_SHARE });
        let looked = |part: f32| self.progress(id, part * share);
        let counted = self.0.history.census(run.workspace, matcher, &mut |seen| census.see(&seen), &looked).await;
        counted.map_err(history_failed)?;
        (run.outcome.events, run.outcome.customers) = census.write(&mut run.outcome.rules, &readers);
        run.counted = true;
        if run.mode == Mode::DryRun {
            let of = |action: Action| {
                let rules = run.outcome.rules.iter().filter(|one| one.draft.action == action);
                rules.map(|one| one.events).sum::<u64>()
            };
            (run.deleted, run.anonymised) = (of(Action::Delete), of(Action::Anonymise));
        }
        Ok(())
    }

    async fn carry_out(&self, run: &mut StoredRun) -> Result<()> {
        self.settle_begun(run).await?;
        if !run.counted {
            self.count(run).await?;
            let mut tx = self.0.db.begin().await?;
            store::put_run(&mut tx, run).await?;
            tx.commit().await?;
        }
        let mark = self.settled().await?;
        self.rules_hold(run).await?;
        let matcher = self.matcher(run).await?;
        let books = Books { retention: self, run: Mutex::new(run.clone()) };
        let cut = self.0.history.cut(run.workspace, mark, matcher, &books).await;
        *run = books.run.into_inner();
        self.settle_begun(run).await?;
        if cut.is_err() {
            self.rules_hold(run).await?;
        }
        cut.map_err(history_failed)
    }

    /// A run does only what the rules still say: it may have waited, or was begun before a crash.
    async fn rules_hold(&self, run: &StoredRun) -> Result<()> {
        let rules = self.rules(run.workspace).await?;
        let now = rules.iter().filter(|rule| rule.enabled).map(|rule| (rule.id, &rule.draft));
        let then = run.outcome.rules.iter().map(|rule| (rule.rule, &rule.draft));
        let (now, then): (Vec<_>, Vec<_>) = (now.collect(), then.collect());
        if now.len() == then.len() && now.iter().all(|rule| then.contains(rule)) {
            return Ok(());
        }
        Err(RetentionError::Data(RULES_CHANGED.into()))
    }

    /// A file that was begun when the program died, or when something failed, counts if it was replaced.
    async fn settle_begun(&self, run: &mut StoredRun) -> Result<()> {
        let Some(cut) = run.begun.take() else { return Ok(()) };
        if !self.0.history.holds(&cut.file).await.map_err(history_failed)? {
            run.deleted += cut.deleted;
            run.anonymised += cut.anonymised;
        }
        Ok(store::note_cut(&self.0.db, run).await?)
    }

    /// Waits for a moment at which nothing of the past is under way.
    async fn settled(&self) -> Result<u64> {
        let mut attempt = 1;
        loop {
            match self.0.history.settle().await {
                Ok(mark) => return Ok(mark),
                Err(error) if attempt < SETTLE_ATTEMPTS => {
                    tracing::info!(error, "retention: the history is not settled yet; trying again");
                    attempt += 1;
                    tokio::time::sleep(SETTLE_PAUSE).await;
                }
                Err(error) => return Err(RetentionError::Data(error)),
            }
        }
    }

    fn progress(&self, id: RetentionRunId, share: f32) {
        self.0.progress.lock().insert(id, share.clamp(0.0, 1.0));
    }
}

fn history_failed(error: String) -> RetentionError {
    tracing::error!(error, "retention: the history failed");
    RetentionError::Data(HISTORY_FAILED.into())
}

/// The receipt while the history is cut.
struct Books<'r> {
    retention: &'r Retention,
    run: Mutex<StoredRun>,
}

impl Books<'_> {
    /// Changes the receipt, then stores it.
    async fn note(&self, change: impl FnOnce(&mut StoredRun) + Send) -> Result<(), String> {
        let run = {
            let mut run = self.run.lock();
            change(&mut run);
            run.clone()
        };
        store::note_cut(&self.retention.0.db, &run).await.map_err(|error| error.to_string())
    }
}

#[async_trait]
impl Ledger for Books<'_> {
    async fn begin(&self, cut: &Cut) -> Result<(), String> {
        let run = self.run.lock().clone();
        self.retention.rules_hold(&run).await.map_err(|error| error.to_string())?;
        self.note(|run| run.begun = Some(cut.clone())).await
    }
    async fn done(&self, cut: &Cut) -> Result<(), String> {
        let counted = |run: &mut StoredRun| {
            run.begun = None;
            run.deleted += cut.deleted;
            run.anonymised += cut.anonymised;
        };
        self.note(counted).await
    }
    fn looked(&self, share: f32) {
        let id = self.run.lock().id;
        self.retention.progress(id, COUNTING_SHARE + share * (1.0 - COUNTING_SHARE));
    }
}
