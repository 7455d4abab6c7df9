//! The service as a whole: real SQL, a provider whose answers are scripted.

mod crash;
mod guard;
mod hits;
mod nodes;
mod once;

use crate::bounce::{BounceReport, Reply};
use crate::limits::RetryPolicy;
use crate::ports::*;
use crate::sender::{DkimAlgorithm, Sender};
use crate::*;
use async_trait::async_trait;
use base::{InboxMailId, MessageId, OsRng, Page, PageRequest, Problem, ProfileId, SeededRng, SystemClock, WorkspaceId};
use db::{Db, Migration, Val};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::path::Path;
use std::result::Result;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

pub const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
pub const CAMPAIGN: &str = "cmp_test";
/// How long a test waits for a condition before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

pub fn migrations() -> Vec<Migration> {
    events::MIGRATIONS.iter().chain(MIGRATIONS).copied().collect()
}

/// A provider: counts what it is given, answers as scripted by the local part of the address. It never answers
/// `hang…`, and `wait…` when it is let go.
#[derive(Default)]
pub struct Provider {
    pub given: Mutex<HashMap<MessageId, u32>>,
    pub seen: Mutex<Vec<Outgoing>>,
    pub knows_keys: bool,
    /// Accepts everything at once.
    pub calm: bool,
    pub let_go: tokio::sync::watch::Sender<bool>,
}

#[async_trait]
impl Channel for Provider {
    fn name(&self) -> &'static str {
        sender::SANDBOX
    }
    fn capabilities(&self) -> Capabilities {
        Capabilities { batches: false, idempotent: self.knows_keys }
    }
    async fn send(&self, message: &Outgoing) -> SendOutcome {
        let times = {
            let mut given = self.given.lock();
            let times = given.entry(message.key).or_default();
            *times += 1;
            *times
        };
        self.seen.lock().push(message.clone());
        let local = message.to.split('@').next().unwrap_or_default();
        let word = local.trim_end_matches(|c: char| c.is_ascii_digit());
        match word {
            _ if self.calm => SendOutcome::Accepted { provider_ref: None, delivered: true },
            "wait" => {
                let _ = self.let_go.subscribe().wait_for(|go| *go).await;
                SendOutcome::Accepted { provider_ref: None, delivered: true }
            }
            "slowhard" => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                SendOutcome::Refused { stage: Stage::Rcpt, reply: Reply::new(550, "5.1.1 no such user") }
            }
            "hard" => SendOutcome::Refused { stage: Stage::Rcpt, reply: Reply::new(550, "5.1.1 no such user") },
            "once" if times == 1 => SendOutcome::Deferred { stage: Stage::Rcpt, reply: Reply::new(451, "4.3.0 later") },
            "never" => SendOutcome::Deferred { stage: Stage::Rcpt, reply: Reply::new(452, "4.2.2 full") },
            "down" if times == 1 => SendOutcome::NotHandedOver { detail: "no connection".into() },
            "lost" => SendOutcome::Ambiguous { detail: "time-out after the data".into() },
            "hang" => std::future::pending().await,
            "short" => SendOutcome::Accepted { provider_ref: Some("250 ok".into()), delivered: false },
            _ => SendOutcome::Accepted { provider_ref: None, delivered: true },
        }
    }
    async fn confirm(&self, _workspace: WorkspaceId, key: MessageId) -> Confirmation {
        match self.given.lock().get(&key) {
            _ if !self.knows_keys => Confirmation::Unknown,
            Some(_) => Confirmation::Sent,
            None => Confirmation::NotSent,
        }
    }
}

/// Refuses `no…` addresses.
struct Gate;

#[async_trait]
impl SendGate for Gate {
    async fn check(
        &self,
        _: WorkspaceId,
        asked: crate::Asked<'_>,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<GateAnswer>, Problem> {
        assert_eq!(asked.channel, "email");
        let answer = |(_, address): &(ProfileId, String)| {
            if address.starts_with("no") { GateAnswer::Skip("no_consent".into()) } else { GateAnswer::Allow }
        };
        Ok(recipients.iter().map(answer).collect())
    }
}

/// Cannot render for `badtemplate…`.
struct Render;

#[async_trait]
impl Renderer for Render {
    async fn render(
        &self,
        _: WorkspaceId,
        campaign: &str,
        requests: &[RenderRequest],
    ) -> Result<Vec<Result<RenderedMessage, RenderFailure>>, Problem> {
        let one = |request: &RenderRequest| {
            if request.address.starts_with("badtemplate") {
                return Err(RenderFailure { reason: "customer.first_name is empty".into() });
            }
            Ok(RenderedMessage {
                subject: format!("{campaign} for {}", request.profile),
                html: Some(format!(
                    "<body><a href=\"https://shop.example/1\">1</a><a href=\"https://shop.example/2\">2</a>\
                     <a href=\"https://shop.example/3\">3</a><a href=\"{}\">leave</a></body>",
                    request.unsubscribe_url
                )),
                text: "https://shop.example/1".into(),
                ..RenderedMessage::default()
            })
        };
        Ok(requests.iter().map(one).collect())
    }
}

struct Mail;

impl MailTools for Mail {
    fn generate_dkim(&self, _: DkimAlgorithm) -> Result<DkimKey, String> {
        Err("not in this test".into())
    }
    fn dkim_record(&self, _: DkimAlgorithm, _: &[u8]) -> Result<String, String> {
        Err("not in this test".into())
    }
    /// `return-path kind reply`, one line.
    fn read_bounce(&self, raw: &[u8]) -> Result<BounceReport, String> {
        let text = String::from_utf8_lossy(raw).into_owned();
        let mut words = text.splitn(3, ' ');
        let returned_to = vec![words.next().unwrap_or_default().to_owned()];
        let kind = words.next().and_then(bounce::BounceKind::parse).ok_or("no kind")?;
        let reply = Reply::new(550, words.next().unwrap_or_default());
        let recipient = bounce::BouncedRecipient {
            address: "x@y.example".into(),
            kind,
            still_trying: false,
            delivered: false,
            reply,
        };
        Ok(BounceReport { returned_to, original_message_id: None, recipients: vec![recipient], arrived_at: None })
    }
}

struct NoInbox;

#[async_trait]
impl SandboxInbox for NoInbox {
    async fn list(
        &self,
        _: WorkspaceId,
        _: Option<&str>,
        _: Option<&str>,
        _: &PageRequest,
    ) -> crate::Result<Page<SandboxMail>> {
        Ok(Page { items: Vec::new(), next_cursor: None })
    }
    async fn get(&self, _: WorkspaceId, _: InboxMailId) -> crate::Result<Option<SandboxMailBody>> {
        Ok(None)
    }
}

pub fn open(db: &Db, folder: &Path, provider: Arc<Provider>, boot: &str) -> Deliver {
    open_with(db, folder, provider, boot, |_| {})
}

pub fn open_with(
    db: &Db,
    folder: &Path,
    provider: Arc<Provider>,
    boot: &str,
    change: impl Fn(&mut DeliverConfig),
) -> Deliver {
    let parts = DeliverParts {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(OsRng),
        key: InstanceKey::generate(&SeededRng::new(5)),
        gate: Arc::new(Gate),
        renderer: Arc::new(Render),
        channels: vec![provider],
        mail: Arc::new(Mail),
        sandbox: Arc::new(NoInbox),
        wake: Arc::new(|| {}),
    };
    let mut config = DeliverConfig::new(folder, "https://mail.example.com");
    config.poll_ms = 10;
    config.guard = BounceGuard { hard_rate_max: 1.0, ..BounceGuard::default() };
    config.retry = RetryPolicy { first_ms: 20, factor: 1.5, wait_ms_max: 100, attempts_max: 3, give_up_ms: 60_000 };
    change(&mut config);
    Deliver::open_as(parts, config, boot).unwrap()
}

/// Enqueues one message per address and starts the campaign.
pub async fn launch(deliver: &Deliver, addresses: &[String]) -> u64 {
    let messages: Vec<NewMessage> = addresses
        .iter()
        .enumerate()
        .map(|(index, address)| NewMessage {
            campaign: CAMPAIGN.into(),
            profile: ProfileId::new(index as u32 + 1),
            occurrence: "1".into(),
            channel: "email".into(),
            address: address.clone(),
            topic: None,
        })
        .collect();
    let mut tx = deliver.db().begin().await.unwrap();
    let added = deliver.enqueue(&mut tx, WORKSPACE, &messages).await.unwrap();
    tx.commit().await.unwrap();
    deliver.resume(WORKSPACE, CAMPAIGN).await.unwrap();
    added
}

pub fn numbered(word: &str, count: usize) -> Vec<String> {
    (0..count).map(|index| format!("{word}{index}@b.example")).collect()
}

pub async fn progress(deliver: &Deliver) -> Progress {
    deliver.progress(WORKSPACE, CAMPAIGN).await.unwrap()
}

/// Runs the worker until `done` says so, then stops it and waits for it.
pub async fn run_until(deliver: &Deliver, done: impl Fn(&Progress) -> bool) -> Progress {
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn({
        let deliver = deliver.clone();
        async move { deliver.run(stopped).await }
    });
    let started = Instant::now();
    while !done(&progress(deliver).await) {
        assert!(started.elapsed() < PATIENCE, "waited too long at {:?}", progress(deliver).await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    worker.await.unwrap();
    progress(deliver).await
}

/// Names of the events that wait for the pipeline, with how many of each.
pub async fn emitted(db: &Db) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for row in db.query("SELECT body FROM emitted_event", &[] as &[Val]).await.unwrap() {
        let body: serde_json::Value = serde_json::from_str(&row.text("body").unwrap()).unwrap();
        *counts.entry(body["event"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn sender_secrets_are_sealed_in_the_store_and_kept_when_left_empty() {
    for store in testkit::stores(&migrations()).await {
        let deliver = open(&store.db, store.dir(), Arc::default(), "boot");
        let senders = deliver.senders();
        assert_eq!(senders.get(WORKSPACE).await.unwrap().channel, sender::SANDBOX, "the sandbox is the default");
        let smtp = SmtpSettings {
            host: "relay.example".into(),
            username: "me".into(),
            password: "hunter2".into(),
            ..Default::default()
        };
        let settings = Sender { channel: sender::SMTP.into(), smtp: Some(smtp), ..Sender::default() };
        senders.put(WORKSPACE, settings.clone()).await.unwrap();
        let row = store.db.query_one("SELECT settings, sealed FROM sender", &[]).await.unwrap().unwrap();
        let sealed = row.bytes("sealed").unwrap();
        assert!(
            !row.text("settings").unwrap().contains("hunter2") && !sealed.windows(7).any(|bytes| bytes == b"hunter2")
        );
        let mut changed = settings.clone();
        changed.smtp.as_mut().unwrap().password.clear();
        changed.from_name = "New name".into();
        senders.put(WORKSPACE, changed).await.unwrap();
        let again = open(&store.db, &store.dir().join("other"), Arc::default(), "boot");
        let read = again.senders().get(WORKSPACE).await.unwrap();
        assert_eq!((read.from_name.as_str(), read.smtp.as_ref().unwrap().password.as_str()), ("New name", "hunter2"));
        let injected = Sender { from_name: "A\r\nBcc: x@y.example".into(), ..Sender::default() };
        assert!(matches!(
            senders.put(WORKSPACE, injected).await,
            Err(DeliverError::BadSender { field: "from_name", .. })
        ));
    }
}
