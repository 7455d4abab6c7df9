use crate::*;
use async_trait::async_trait;
use base::{ManualClock, ProfileId, RetentionRunId, SeededRng, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

mod cutting;
mod properties;
mod rules;

const SHOP: WorkspaceId = WorkspaceId::new(1);
const DAY_MS: i64 = 86_400_000;
const NEEDS: Needs = Needs { orders: &["Order Completed"], touches: &["Email Opened"], protected: &["Unsubscribed"] };
/// Events of one imagined file of the history.
const FILE_EVENTS: usize = 4;

/// An event as the imagined history has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Stored {
    number: usize,
    profile: ProfileId,
    kind: &'static str,
    name: &'static str,
    at: Timestamp,
}

/// A history in memory that is cut file by file, and dies where it is told to.
#[derive(Default)]
struct Memory {
    files: Mutex<Vec<(String, Vec<Stored>)>>,
    /// Calls of the ledger until it dies; negative: never.
    dies_after: AtomicI64,
    unsettled: AtomicBool,
    replaced: AtomicI64,
}

impl Memory {
    fn holding(events: Vec<Stored>) -> Arc<Self> {
        let files = events.chunks(FILE_EVENTS).enumerate();
        let files = files.map(|(number, events)| (format!("part-{number}"), events.to_vec())).collect();
        Arc::new(Self { files: Mutex::new(files), dies_after: AtomicI64::new(-1), ..Self::default() })
    }
    fn left(&self) -> Vec<Stored> {
        let mut left: Vec<Stored> = self.files.lock().iter().flat_map(|(_, events)| events.clone()).collect();
        left.sort();
        left
    }
    /// An error when it is time to die.
    fn step(&self) -> Result<(), String> {
        match self.dies_after.fetch_sub(1, Ordering::SeqCst) {
            0 => Err("killed".into()),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl History for Memory {
    fn events(&self, _: WorkspaceId) -> u64 {
        self.left().len() as u64
    }
    async fn settle(&self) -> Result<u64, String> {
        if self.unsettled.swap(false, Ordering::SeqCst) { Err("busy".into()) } else { Ok(u64::MAX) }
    }
    async fn census(
        &self,
        _: WorkspaceId,
        matcher: Arc<Matcher>,
        visit: &mut (dyn for<'a> FnMut(Seen<'a>) + Send),
        looked: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<(), String> {
        for event in self.left() {
            let verdict = matcher.verdict(event.kind, event.name, event.at, event.profile.number() == 0);
            let (Verdict::Delete(rule) | Verdict::Anonymise(rule)) = verdict else { continue };
            visit(Seen { rule, profile: event.profile, at: event.at, kind: event.kind, name: event.name });
        }
        looked(1.0);
        Ok(())
    }
    async fn cut(&self, _: WorkspaceId, _: u64, matcher: Arc<Matcher>, ledger: &dyn Ledger) -> Result<(), String> {
        let names: Vec<String> = self.files.lock().iter().map(|(name, _)| name.clone()).collect();
        for (number, file) in names.iter().enumerate() {
            let events = self.files.lock().iter().find(|(name, _)| name == file).unwrap().1.clone();
            let mut cut = Cut { file: file.clone(), ..Cut::default() };
            let mut left = Vec::new();
            for event in events {
                match matcher.verdict(event.kind, event.name, event.at, event.profile.number() == 0) {
                    Verdict::Keep => left.push(event),
                    Verdict::Delete(_) => cut.deleted += 1,
                    Verdict::Anonymise(_) => {
                        cut.anonymised += 1;
                        left.push(Stored { profile: ProfileId::new(0), ..event });
                    }
                }
            }
            ledger.looked(number as f32 / names.len() as f32);
            if cut.deleted + cut.anonymised == 0 {
                continue;
            }
            ledger.begin(&cut).await?;
            self.step()?;
            let fresh = format!("{file}-{}", self.replaced.fetch_add(1, Ordering::SeqCst));
            self.files.lock().iter_mut().find(|(name, _)| name == file).map(|slot| *slot = (fresh, left)).unwrap();
            self.step()?;
            ledger.done(&cut).await?;
            self.step()?;
        }
        Ok(())
    }
    async fn holds(&self, file: &str) -> Result<bool, String> {
        Ok(self.files.lock().iter().any(|(name, _)| name == file))
    }
}

struct Known {
    days: AtomicI64,
}

#[async_trait]
impl Facts for Known {
    async fn attribution_days(&self, _: WorkspaceId) -> Result<i64, String> {
        Ok(self.days.load(Ordering::SeqCst))
    }
    async fn readers(&self, _: WorkspaceId) -> Result<Vec<(Reader, Vec<String>)>, String> {
        let reader = |kind: &str, name: &str| Reader { kind: kind.into(), id: name.into(), name: name.into() };
        Ok(vec![
            (reader("computed_trait", "views"), vec!["Product Viewed".into()]),
            (reader("segment", "buyers"), vec!["Order Completed".into()]),
        ])
    }
}

/// What was written down of runs that ended: in a table, so that it stands or falls with the transaction; and it does not
/// take what it is told the first times.
#[derive(Default)]
struct Notebook {
    refusals: AtomicI64,
}

fn tables() -> Vec<db::Migration> {
    let sql = "CREATE TABLE notebook (run TEXT NOT NULL, told TEXT NOT NULL);";
    MIGRATIONS.iter().copied().chain([db::Migration { name: "test/notebook", sql }]).collect()
}

#[async_trait]
impl Trail for Notebook {
    async fn ended(&self, tx: &mut Tx, workspace: WorkspaceId, run: &Run) -> Result<(), DbError> {
        assert_eq!((workspace, run.mode), (SHOP, Mode::Run), "dry runs change nothing");
        assert!(run.state != RunState::Running && run.finished_at.is_some(), "{run:?}");
        let told = format!("{} {} {} {}", run.cause.name(), run.state.name(), run.deleted, run.anonymised);
        tx.execute("INSERT INTO notebook (run, told) VALUES ($1, $2)", &[run.id.to_string().into(), told.into()])
            .await?;
        if 0 < self.refusals.fetch_sub(1, Ordering::SeqCst) {
            return Err(DbError::Decode { column: "audit".into(), detail: "the disk is full".into() });
        }
        Ok(())
    }
}

/// A workspace with a history.
struct World {
    retention: Retention,
    history: Arc<Memory>,
    facts: Arc<Known>,
    notebook: Arc<Notebook>,
    clock: Arc<ManualClock>,
    store: testkit::Store,
}

impl World {
    fn new(store: testkit::Store, events: Vec<Stored>) -> Self {
        let (history, facts) = (Memory::holding(events), Arc::new(Known { days: AtomicI64::new(7) }));
        let (clock, notebook) = (Arc::new(testkit::clock()), Arc::new(Notebook::default()));
        let retention = Self::start(&store, &history, &facts, &notebook, &clock);
        Self { retention, history, facts, notebook, clock, store }
    }

    fn start(
        store: &testkit::Store,
        history: &Arc<Memory>,
        facts: &Arc<Known>,
        notebook: &Arc<Notebook>,
        clock: &Arc<ManualClock>,
    ) -> Retention {
        let seed = clock_seed(clock);
        Retention::new(RetentionParts {
            db: store.db.clone(),
            history: history.clone(),
            facts: facts.clone(),
            trail: notebook.clone(),
            needs: NEEDS,
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(seed)),
        })
    }

    /// The program dies and starts again.
    fn restart(&mut self) {
        self.clock.advance_ms(1_000);
        self.retention = Self::start(&self.store, &self.history, &self.facts, &self.notebook, &self.clock);
    }

    /// What is written down of a run.
    async fn told(&self, run: RetentionRunId) -> Vec<String> {
        let rows = self.store.db.query("SELECT told FROM notebook WHERE run = $1", &[run.to_string().into()]).await;
        rows.unwrap().iter().map(|row| row.text("told").unwrap()).collect()
    }

    async fn write(&self, draft: Draft) -> Rule {
        self.retention.create(SHOP, draft).await.unwrap()
    }

    async fn dry_run(&self, rules: Option<&[base::RetentionRuleId]>) -> Run {
        let begun = self.retention.begin_dry_run(SHOP, rules).await.unwrap();
        self.retention.work().await.unwrap();
        self.get(begun.id).await
    }

    async fn get(&self, id: RetentionRunId) -> Run {
        self.retention.get_run(SHOP, id).await.unwrap()
    }

    /// Written, tried out and switched on.
    async fn follow(&self, draft: Draft) -> Rule {
        let rule = self.write(draft).await;
        let shown = self.dry_run(Some(&[rule.id])).await;
        self.retention.enable(SHOP, rule.id, Some(shown.id)).await.unwrap()
    }
}

fn clock_seed(clock: &ManualClock) -> u64 {
    base::Clock::now(clock).ms() as u64
}

fn days_ago(days: i64) -> Timestamp {
    testkit::NOW.plus_ms(-days * DAY_MS)
}

fn stored(number: usize, profile: u32, kind: &'static str, name: &'static str, days: i64) -> Stored {
    Stored { number, profile: ProfileId::new(profile), kind, name, at: days_ago(days) }
}

fn draft(what: What, name: &str, days: Option<u32>, action: Action) -> Draft {
    let keep = days.map(|amount| Keep { amount, unit: Unit::Day });
    Draft { target: Target { what, name: name.into() }, keep, action }
}

fn of_event(name: &str, days: u32) -> Draft {
    draft(What::Event, name, Some(days), Action::Delete)
}

fn everything_else(days: u32) -> Draft {
    draft(What::EverythingElse, "", Some(days), Action::Delete)
}
