//! Makes the program out of the rooms, and runs what runs by itself.
//!
//! Order matters once: lake (its cursor) → pipeline (refills the lake's tail) → splits (sort the lake) → segments (read
//! the lake) → views →
//! everything that works by itself.

use crate::adapters::*;
use crate::config::Config;
use crate::health::Health;
use anyhow::Context;
use base::{Clock, OsRng, Rng, SystemClock};
use db::{Db, Migration};
use deliver::InstanceKey;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The embedded database, in the data folder.
pub const DATABASE_FILE: &str = "tutti.db";
/// How often segments look at what time alone changes.
const SEGMENT_TICK: Duration = Duration::from_secs(5);
/// How soon the history follows a split.
const SPLIT_TICK: Duration = Duration::from_secs(1);
const ERASURE_TICK: Duration = Duration::from_secs(3);
/// How often it is looked which roll-ups of companies are due.
const COMPANY_TICK: Duration = Duration::from_secs(5);
/// How often it is looked whether customers are to be scored again.
const RFM_TICK: Duration = Duration::from_secs(30);
/// How soon a mail that asks for a confirmation goes out.
const REQUEST_TICK: Duration = Duration::from_secs(1);
/// Old questions are forgotten every hour.
const REQUEST_PRUNE_LOOKS: u32 = 3_600;
/// How often sign-ups nobody confirmed are removed.
const UNCONFIRMED_TICK: Duration = Duration::from_secs(3_600);
/// The same after a look that found the log behind.
const UNCONFIRMED_AGAIN: Duration = Duration::from_secs(60);
/// Tasks get this long to end after a stop was asked for.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// Every room's tables, in the order they are made.
pub fn migrations() -> Vec<Migration> {
    [
        events::MIGRATIONS,
        access::MIGRATIONS,
        collect::MIGRATIONS,
        connect::MIGRATIONS,
        catalog::MIGRATIONS,
        company::MIGRATIONS,
        compute::MIGRATIONS,
        profile::MIGRATIONS,
        consent::MIGRATIONS,
        segment::MIGRATIONS,
        content::MIGRATIONS,
        campaign::MIGRATIONS,
        deliver::MIGRATIONS,
        channels::MIGRATIONS,
        measure::MIGRATIONS,
        duplicates::MIGRATIONS,
        plan::MIGRATIONS,
        device::MIGRATIONS,
        retention::MIGRATIONS,
    ]
    .concat()
}

/// The program, wired and not yet running.
pub struct Program {
    pub app: Arc<api::App>,
    pub db: Db,
    lake: Arc<lake::Lake>,
    erasers: Vec<Arc<dyn profile::Eraser>>,
    mail_server: Option<(channels::SandboxSmtp, TcpListener)>,
}

/// Opens the database of a configuration and brings it up to date.
pub async fn open_database(config: &Config) -> anyhow::Result<Db> {
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))?;
    // Customers' data is nobody else's on this machine.
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&config.data_dir, std::fs::Permissions::from_mode(0o700))
        .with_context(|| format!("cannot make {} private", config.data_dir.display()))?;
    let db = if config.database_url.is_empty() {
        Db::open_sqlite(&config.data_dir.join(DATABASE_FILE)).await?
    } else {
        Db::open_postgres(&config.database_url).await?
    };
    db::migrate(&db, &migrations(), SystemClock.now()).await?;
    Ok(db)
}

/// The instance's secret: signs links and encrypts provider passwords. Made at the first start.
fn instance_key(data_dir: &Path) -> anyhow::Result<InstanceKey> {
    let path = data_dir.join("instance.key");
    if path.exists() {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(InstanceKey::from_hex(&text)?);
    }
    let key = InstanceKey::generate(&OsRng);
    let temporary = data_dir.join("instance.key.new");
    write_private(&temporary, &key.to_hex())?;
    std::fs::rename(&temporary, &path)?;
    Ok(key)
}

/// Only the owner may read it.
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

impl Program {
    /// `bound` is the address really listened on; `demo` tells the UI.
    pub async fn open(config: &Config, bound: SocketAddr, demo: bool) -> anyhow::Result<Self> {
        let db = open_database(config).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let rng: Arc<dyn Rng> = Arc::new(OsRng);
        let public_url = config.public_url_or(bound);
        let inbox_config = events::InboxConfig {
            queue_bytes_max: config.inbox.queue_bytes_max,
            backlog_bytes_max: config.inbox.backlog_bytes_max,
            dedupe_ms: i64::from(config.inbox.dedupe_hours) * 3_600_000,
            ..events::InboxConfig::default()
        };
        let inbox = Arc::new(events::Inbox::open(&config.data_dir.join("inbox"), inbox_config, clock.clone())?);
        let lake_config = lake::LakeConfig {
            flush_interval: Duration::from_secs(config.lake.flush_seconds),
            memory_bytes: config.lake.memory_bytes,
            ..lake::LakeConfig::default()
        };
        let lake = Arc::new(lake::Lake::open(&config.data_dir.join("lake"), lake_config, clock.clone()).await?);

        let access = Arc::new(access::Access::new(db.clone(), clock.clone(), rng.clone()));
        let past = Arc::new(LakePast(lake.clone()));
        let profiles = profile::Profiles::new(db.clone(), inbox.clone(), clock.clone(), rng.clone());
        let rules = Arc::new(profile::RuleBook::default());
        rules.load(&db).await?;
        let profiles = Arc::new(profiles.with_past(past.clone()).with_rules(rules.clone()));
        let key = instance_key(&config.data_dir)?;
        let forms = key.derive("forms");
        let consents = consent::Consents::new(db.clone(), inbox.clone(), clock.clone(), rng.clone(), &forms);
        let consents = Arc::new(consents);
        let settings = Arc::new(WorkspaceSettings::new(access.clone(), clock.clone()));
        let measures = Arc::new(measure::Measures::new(db.clone(), clock.clone(), settings));
        let plans = plan::Plans::open(plan::PlanParts {
            db: db.clone(),
            arrivals: Arc::new(LakeArrivals { lake: lake.clone(), clock: clock.clone() }),
            protected: protected_by_consent(),
            clock: clock.clone(),
            rng: rng.clone(),
        })
        .await?;
        let plans = Arc::new(plans);
        let geo = config.geo()?.map(Arc::new);
        let devices = device::Devices::open(device::DeviceParts { db: db.clone(), clock: clock.clone(), geo }).await?;
        let device_view = Arc::new(device::DeviceView::default());
        let collect = collect::Collect::open(collect::CollectParts {
            db: db.clone(),
            inbox: inbox.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            data_dir: config.data_dir.clone(),
            planner: Arc::new(DoorPlans(plans.clone())),
            addresses: Arc::new(DoorAddresses(devices.clone())),
            parquet: Some(Arc::new(LakeParquet)),
        })
        .await?;
        let collect = Arc::new(collect);
        let duplicates_key = key.derive("duplicates");
        let catalog =
            catalog::Catalog::open(catalog::CatalogParts { db: db.clone(), clock: clock.clone(), rng: rng.clone() })
                .await?;
        let catalog = Arc::new(catalog);
        let connect = connect::Connect::open(connect::ConnectParts {
            db: db.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            door: Arc::new(CollectDoor(collect.clone())),
            products: Arc::new(CatalogProducts(catalog.clone())),
            vault: Arc::new(KeyVault(key.clone())),
            config: connect::ConnectConfig {
                folders: config.connect.folders.clone(),
                private_networks: config.connect.private_networks,
                ..connect::ConnectConfig::default()
            },
        })
        .await?;

        let resolver = profile::Identity::new(db.clone()).with_past(past.clone()).with_rules(rules.clone());
        let resolver = Arc::new(resolver);
        let decoder = Arc::new(collect::SegmentDecoder::default());
        let mut pipeline = events::Pipeline::open(
            db.clone(),
            inbox.clone(),
            decoder.clone(),
            resolver,
            lake.clone(),
            clock.clone(),
            events::PipelineConfig::default(),
        )
        .await?;

        // Segments read the history: it must have followed every split.
        profile::finish_splits(&db, &*past).await?;
        let data = RoomsData::new(access.clone(), profiles.clone(), consents.clone(), lake.clone(), rules.clone());
        let segments = Arc::new(segment::Segments::open(db.clone(), Arc::new(data), clock.clone(), rng.clone()));
        segments.load().await?;

        let late_deliver = Late::<Arc<deliver::Deliver>>::default();
        let late_campaigns = Late::<Arc<campaign::Campaigns>>::default();
        let late_pipeline = Late::<Arc<events::Pipeline>>::default();
        let sender_data = SenderData { access: access.clone(), deliver: late_deliver.clone() };
        let people = Arc::new(PeopleData(profiles.clone()));
        let contents =
            Arc::new(content::Contents::new(db.clone(), clock.clone(), rng.clone(), people, Arc::new(sender_data)));
        let gate = Arc::new(ConsentGate { profiles: profiles.clone(), consents: consents.clone() });
        let sandbox = Arc::new(channels::SandboxChannel::new(db.clone(), clock.clone(), rng.clone()));
        let waking = late_pipeline.clone();
        let parts = deliver::DeliverParts {
            db: db.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            key,
            gate: gate.clone(),
            renderer: Arc::new(ContentRenderer::new(
                contents.clone(),
                late_campaigns.clone(),
                RequestMails { consents: consents.clone(), deliver: late_deliver.clone() },
            )),
            channels: vec![Arc::new(channels::SmtpChannel::new()), sandbox.clone()],
            mail: Arc::new(channels::MailKit),
            sandbox: sandbox.clone(),
            wake: Arc::new(move || {
                if let Ok(pipeline) = waking.get() {
                    pipeline.wake();
                }
            }),
        };
        let mut deliver_config = deliver::DeliverConfig::new(&config.data_dir.join("deliver"), &public_url);
        deliver_config.concurrency = config.deliver.concurrency;
        let deliver = Arc::new(deliver::Deliver::open(parts, deliver_config)?);
        late_deliver.fill(deliver.clone());
        let mail_server = match config.sandbox_smtp()? {
            Some(address) => {
                let listener = TcpListener::bind(address)
                    .await
                    .with_context(|| format!("the sandbox's mail server cannot listen on {address}"))?;
                Some((sandbox.smtp(deliver.links().clone(), Arc::new(SandboxDoor(access.clone()))), listener))
            }
            None => None,
        };
        let ports = campaign::CampaignPorts {
            audience: Arc::new(SegmentAudience(segments.clone())),
            gate,
            outbox: Arc::new(DeliverOutbox {
                deliver: deliver.clone(),
                contents: contents.clone(),
                access: access.clone(),
            }),
            messages: Arc::new(CampaignMessages(contents.clone())),
        };
        let campaigns = Arc::new(campaign::Campaigns::new(db.clone(), clock.clone(), rng.clone(), ports));
        late_campaigns.fill(campaigns.clone());
        consents.set_sent(Arc::new(DeliverSent(late_deliver)));
        consents.set_topic_use(Arc::new(TopicCampaigns(late_campaigns.clone())));
        segments.set_use(Arc::new(CampaignUse(late_campaigns)));

        let erasers: Vec<Arc<dyn profile::Eraser>> = vec![
            Arc::new(ConsentEraser),
            Arc::new(DeliverEraser(deliver.clone())),
            Arc::new(MeasureEraser(measures.clone())),
            Arc::new(DuplicatesEraser),
            Arc::new(ComputeEraser),
            Arc::new(CompanyEraser(clock.clone())),
            Arc::new(DeviceEraser(device_view.clone())),
            Arc::new(TextsEraser),
        ];
        pipeline.add_view(Arc::new(profile::ProfileView::new(erasers.clone()).with_rules(rules.clone())));
        pipeline.add_view(Arc::new(consent::ConsentView));
        pipeline.add_view(Arc::new(measures.view()));
        pipeline.add_view(Arc::new(company::CompanyView::new(Arc::new(ProfileNaming))));
        pipeline.add_view(device_view);
        let sources = Arc::new(ComputeSources {
            profiles: profiles.clone(),
            lake: lake.clone(),
            past: past.clone(),
            segments: segments.clone(),
            pipeline: late_pipeline.clone(),
        });
        let computes = compute::Compute::open(db.clone(), clock.clone(), rng.clone(), sources.clone(), sources).await?;
        computes.add_use(Arc::new(SegmentTraitUse(segments.clone())));
        pipeline.add_view(Arc::new(computes.clone()));
        pipeline.add_view(deliver.clone());
        pipeline.add_view(segments.clone());
        let pipeline = Arc::new(pipeline);
        late_pipeline.fill(pipeline.clone());

        let health = Health {
            db: db.clone(),
            inbox: inbox.clone(),
            pipeline: pipeline.clone(),
            deliver: deliver.clone(),
            lake: lake.clone(),
            segment: segments.clone(),
            decoder,
            data_dir: config.data_dir.clone(),
        };
        let people = Arc::new(ProfilePeople(profiles.clone()));
        let found = duplicates::Duplicates::open(db.clone(), people, clock.clone(), duplicates_key).await?;
        let companies = company::Companies::new(company::CompanyParts {
            db: db.clone(),
            inbox: inbox.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            naming: Arc::new(ProfileNaming),
            people: Arc::new(CompanyPeople { profiles: profiles.clone(), measures: measures.clone() }),
        });
        let retentions = retention::Retention::new(retention::RetentionParts {
            db: db.clone(),
            history: Arc::new(LakeHistory::new(lake.clone(), inbox.clone(), pipeline.clone(), segments.clone())),
            facts: Arc::new(RetentionFacts {
                access: access.clone(),
                computes: computes.clone(),
                segments: segments.clone(),
            }),
            trail: Arc::new(RetentionTrail(access.clone())),
            needs: retention_needs(),
            clock: clock.clone(),
            rng: rng.clone(),
        });
        let app = api::App {
            access,
            collect,
            connect: Arc::new(connect),
            catalog,
            profile: profiles,
            consent: consents,
            duplicates: Arc::new(found),
            plan: plans,
            retention: Arc::new(retentions),
            company: Arc::new(companies),
            compute: Arc::new(computes),
            segment: segments,
            content: contents,
            campaign: campaigns,
            deliver,
            device: devices,
            measure: measures,
            lake: lake.clone(),
            inbox,
            pipeline,
            live: Arc::default(),
            clock,
            rng,
            health: Arc::new(health),
            public_url,
            demo,
            secure_cookies: config.secure_cookies,
            version: VERSION,
        };
        Ok(Self { app: Arc::new(app), db, lake, erasers, mail_server })
    }

    /// Where the sandbox takes mail, if it does.
    pub fn smtp_bound(&self) -> Option<SocketAddr> {
        self.mail_server.as_ref().and_then(|(_, listener)| listener.local_addr().ok())
    }

    /// Starts everything that works by itself; [`Running::stop`] ends it.
    pub fn start(self, stop: watch::Receiver<bool>) -> Running {
        let mut tasks = JoinSet::new();
        let app = self.app.clone();
        // It outlives the deliveries, which send to it until they end.
        let mail_server = self.mail_server.map(|(server, listener)| {
            let (stop, stopping) = watch::channel(false);
            (stop, tokio::spawn(server.run(listener, stopping)))
        });
        let live = app.live.clone();
        tasks.spawn(until(stop.clone(), live.listen(app.pipeline.subscribe())));
        let (pipeline, stopping) = (app.pipeline.clone(), stop.clone());
        tasks.spawn(async move { pipeline.run(stopping).await });
        let (deliver, stopping) = (app.deliver.clone(), stop.clone());
        tasks.spawn(async move { deliver.run(stopping).await });
        let (campaigns, mut stopping) = (app.campaign.clone(), stop.clone());
        tasks.spawn(async move {
            campaigns
                .run(async move {
                    let _ = stopping.wait_for(|stop| *stop).await;
                })
                .await;
        });
        tasks.spawn(until(stop.clone(), (*app.collect).clone().run()));
        tasks.spawn(until(stop.clone(), (*app.connect).clone().run()));
        tasks.spawn(until(stop.clone(), (*app.catalog).clone().run()));
        tasks.spawn(until(stop.clone(), (*app.plan).clone().run()));
        tasks.spawn(until(stop.clone(), app.device.clone().run()));
        tasks.spawn(until(stop.clone(), tick_segments(app.clone())));
        tasks.spawn(until(stop.clone(), tick_requests(app.clone())));
        tasks.spawn(until(stop.clone(), tick_unconfirmed(app.clone())));
        tasks.spawn(until(stop.clone(), (*app.compute).clone().run()));
        tasks.spawn(until(stop.clone(), tell_duplicates(app.duplicates.clone(), app.pipeline.subscribe())));
        tasks.spawn(until(stop.clone(), (*app.duplicates).clone().run()));
        tasks.spawn(until(stop.clone(), (*app.retention).clone().run()));
        tasks.spawn(until(stop.clone(), tick_companies(app.company.clone())));
        tasks.spawn(until(stop.clone(), tick_splits(self.db.clone(), LakePast(self.lake.clone()))));
        tasks.spawn(until(stop.clone(), tick_erasures(app.clone(), self.db.clone(), self.erasers)));
        tasks.spawn(until(stop.clone(), tick_rfm(app.measure.clone())));
        tasks.spawn(until(stop, resume_recomputations(app.measure.clone())));
        Running { app, lake: self.lake, db: self.db, tasks, mail_server }
    }
}

async fn until(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn tick_segments(app: Arc<api::App>) {
    let mut tick = tokio::time::interval(SEGMENT_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match app.segment.tick().await {
            Ok(0) => {}
            Ok(_) => app.pipeline.wake(),
            Err(error) => tracing::warn!(%error, "segments: could not look at what time changed; trying again"),
        }
    }
}

/// Mails of questions that wait (double opt-in), and forgetting old ones.
async fn tick_requests(app: Arc<api::App>) {
    let post = RequestPost(app.deliver.clone());
    let mut tick = tokio::time::interval(REQUEST_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut looks: u32 = 0;
    loop {
        tick.tick().await;
        if let Err(error) = app.consent.mail_requests(&post).await {
            tracing::warn!(%error, "mails that ask for a confirmation could not be put into the outbox; trying again");
        }
        if looks.is_multiple_of(REQUEST_PRUNE_LOOKS)
            && let Err(error) = app.consent.prune_requests().await
        {
            tracing::warn!(%error, "old questions could not be forgotten; trying again");
        }
        looks = looks.wrapping_add(1);
    }
}

/// Sign-ups nobody confirmed go. Apart from the mails of [`tick_requests`], which go out meanwhile.
async fn tick_unconfirmed(app: Arc<api::App>) {
    let people = SignUpPeople::of(&app);
    loop {
        let wait = if remove_unconfirmed(&app, &people).await { UNCONFIRMED_TICK } else { UNCONFIRMED_AGAIN };
        tokio::time::sleep(wait).await;
    }
}

/// How many went stands in the audit trail. False: the log was behind, a part is put off.
async fn remove_unconfirmed(app: &api::App, people: &SignUpPeople) -> bool {
    let removed = match app.consent.remove_unconfirmed(people).await {
        Ok(removed) => removed,
        Err(error) => {
            tracing::warn!(%error, "subscriptions nobody confirmed could not be removed; trying again");
            return true;
        }
    };
    for (workspace, error) in &removed.failed {
        tracing::warn!(%workspace, %error, "a subscription nobody confirmed could not be removed; trying again");
    }
    for consent::Unconfirmed { workspace, subscriptions, erased, kept } in removed.done {
        tracing::info!(%workspace, subscriptions, erased, kept, "subscriptions nobody confirmed were removed");
        let summary = format!(
            "removed {subscriptions} subscriptions nobody confirmed: {erased} customers were nothing else and are erased, \
             {kept} stay"
        );
        let record = access::AuditRecord { action: "consent.unconfirmed", summary, ..access::AuditRecord::default() };
        if let Err(error) = app.access.audit(workspace, &access::Actor::Console, record).await {
            tracing::warn!(%error, "the audit trail could not be written");
        }
    }
    !removed.put_off
}

async fn tick_erasures(app: Arc<api::App>, db: Db, erasers: Vec<Arc<dyn profile::Eraser>>) {
    let files = FilesEraser::new(&app, db.clone());
    let mut tick = tokio::time::interval(ERASURE_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match profile::finish_erasures(&db, &erasers, &files, app.clock.now()).await {
            Ok(0) => {}
            Ok(ids) => tracing::info!(ids, "erasures finished: no file holds them any more"),
            Err(error) => tracing::warn!(%error, "erasures could not be finished; trying again"),
        }
    }
}

async fn tick_companies(companies: Arc<company::Companies>) {
    let mut tick = tokio::time::interval(COMPANY_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = companies.refresh().await {
            tracing::warn!(%error, "what members of companies do could not be worked out; trying again");
        }
    }
}

async fn tick_rfm(measures: Arc<measure::Measures>) {
    let mut tick = tokio::time::interval(RFM_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = measures.refresh_rfm().await {
            tracing::warn!(%error, "customers could not be scored by recency, frequency and money; trying again");
        }
    }
}

async fn tick_splits(db: Db, past: LakePast) {
    let mut tick = tokio::time::interval(SPLIT_TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = profile::finish_splits(&db, &past).await {
            tracing::warn!(%error, "the history could not follow a split; trying again");
        }
    }
}

async fn resume_recomputations(measures: Arc<measure::Measures>) {
    if let Err(error) = measures.resume_recomputations().await {
        tracing::warn!(%error, "a recomputation of attribution was interrupted and could not be taken up");
    }
}

/// The program at work.
pub struct Running {
    pub app: Arc<api::App>,
    lake: Arc<lake::Lake>,
    db: Db,
    tasks: JoinSet<()>,
    mail_server: Option<(watch::Sender<bool>, tokio::task::JoinHandle<()>)>,
}

impl Running {
    /// Waits for the tasks to end (they were told), writes what waits in memory, closes the stores.
    pub async fn stop(mut self) {
        let ended = tokio::time::timeout(STOP_GRACE, async { while self.tasks.join_next().await.is_some() {} }).await;
        if ended.is_err() {
            tracing::warn!("some tasks did not end in time; what they were doing is taken up at the next start");
            self.tasks.abort_all();
        }
        if let Some((stop, server)) = self.mail_server.take() {
            stop.send_replace(true);
            let _ = server.await;
        }
        if let Err(error) = self.app.collect.flush().await {
            tracing::warn!(%error, "counters of sources were not written");
        }
        if let Err(error) = self.app.connect.flush().await {
            tracing::warn!(%error, "the last payloads of webhooks were not written");
        }
        if let Err(error) = self.app.plan.flush().await {
            tracing::warn!(%error, "counters of tracking plans were not written");
        }
        self.app.inbox.close();
        if let Err(error) = self.lake.flush().await {
            tracing::warn!(%error, "the history's tail was not written; it is refilled at the next start");
        }
        self.db.close().await;
    }
}
