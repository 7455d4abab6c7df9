//! Questions that a mailbox has to answer: a subscription (double opt-in), a copy of the person's data, an erasure.
//!
//! A question is a row. A task puts one mail for each into the outbox ([`Consents::mail_requests`]), row and mail in one
//! transaction, so that nobody gets it twice. Its link leads to a page whose button answers it once.
//!
//! A subscription is asked for by the event "Subscription Requested" of Tutti's own; the view makes its states pending
//! and notes the question. Cost: three statements per such event, and pages limit how many there are.

use crate::address::normalise_address;
use crate::statement::requested_subjects;
use crate::{Basis, ConsentError, ConsentState, Consents, ContactChannel, Proof, SUBSCRIPTION_REQUESTED, Subject};
use async_trait::async_trait;
use base::{Json, Problem, ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Row, Tx, Val};
use events::{Batch, Channel, Event, SystemEvent};
use std::collections::BTreeSet;

/// How long the link of a subscription works.
pub const SUBSCRIBE_MS: i64 = 7 * 24 * 3_600_000;
/// How long the link to somebody's own data, or to their erasure, works.
pub const OWN_MS: i64 = 24 * 3_600_000;
/// The same question is mailed again after this long at the earliest.
pub const AGAIN_MS: i64 = 10 * 60_000;
/// Mails of this kind to one address within a day, whoever asks.
pub const MAILS_PER_DAY_MAX: i64 = 5;
const DAY_MS: i64 = 24 * 3_600_000;
/// What was answered or has expired is kept this long.
const KEPT_MS: i64 = 30 * DAY_MS;
/// Mails put into the outbox by one look.
const MAIL_ROWS: usize = 100;
const COLUMNS: &str = "request_id, profile_id, kind, address, subjects, language, source, proof_text, text_version, \
     basis, ip, event, asked_ms, expires_ms, mailed_ms, message_id, done_ms";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Subscribe,
    /// A copy of everything known of the person.
    Data,
    Erase,
}

impl RequestKind {
    pub const ALL: [RequestKind; 3] = [Self::Subscribe, Self::Data, Self::Erase];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Data => "data",
            Self::Erase => "erase",
        }
    }
    const fn lasts_ms(self) -> i64 {
        match self {
            Self::Subscribe => SUBSCRIBE_MS,
            Self::Data | Self::Erase => OWN_MS,
        }
    }
}

/// The name of a question in links: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(pub [u8; 16]);

impl RequestId {
    fn parse(text: &str) -> Result<Self, DbError> {
        let bad = || DbError::Decode { column: "request_id".into(), detail: "not 32 hexadecimal digits".into() };
        let bytes = hex::decode(text).map_err(|_| bad())?;
        bytes.try_into().map(Self).map_err(|_| bad())
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub id: RequestId,
    pub profile: ProfileId,
    pub kind: RequestKind,
    pub address: String,
    /// Of a subscription.
    pub subjects: Vec<Subject>,
    pub language: String,
    /// Who asked, with which words.
    pub proof: Proof,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub mailed_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
}

/// What pressing the button came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    Now,
    /// Before; nothing was changed.
    Already,
    Expired,
}

/// Puts mails into the outbox; `server` wires it over `deliver`.
#[async_trait]
pub trait RequestMailer: Send + Sync + 'static {
    /// In the caller's transaction; answers the message's id.
    async fn enqueue(&self, tx: &mut Tx, workspace: WorkspaceId, request: &Request) -> Result<String, Problem>;
    /// Rows were committed.
    fn wake(&self);
}

/// The properties of a "Subscription Requested". `confirm: false`: subscribed at once.
pub fn subscription_requested(
    subjects: &[Subject],
    address: &str,
    language: &str,
    confirm: bool,
    proof: &Proof,
) -> base::JsonMap {
    let mut properties = base::JsonMap::new();
    let subjects: Vec<Json> = subjects.iter().map(|subject| subject.to_string().into()).collect();
    properties.insert("subjects".into(), subjects.into());
    properties.insert("address".into(), address.into());
    properties.insert("language".into(), language.into());
    properties.insert("confirm".into(), confirm.into());
    properties.insert("source".into(), proof.source.as_str().into());
    let basis = proof.basis.map(|basis| basis.name().to_owned());
    let rest = [
        ("method", &proof.method),
        ("text", &proof.text),
        ("text_version", &proof.text_version),
        ("basis", &basis),
        ("ip", &proof.ip),
    ];
    for (name, value) in rest {
        if let Some(value) = value {
            properties.insert(name.into(), value.as_str().into());
        }
    }
    properties
}

/// Notes the questions of a batch. Called when its states are written: what is not pending then needs no answer.
pub(crate) async fn note(tx: &mut Tx, batch: &Batch) -> Result<(), DbError> {
    for item in &batch.events {
        let event = &item.event;
        if event.name != SUBSCRIPTION_REQUESTED || event.source.is_some() {
            continue;
        }
        if event.properties.get("confirm") == Some(&Json::Bool(false)) {
            continue;
        }
        note_one(tx, item.profile, event).await?;
    }
    Ok(())
}

async fn note_one(tx: &mut Tx, profile: ProfileId, event: &Event) -> Result<(), DbError> {
    let text = |key: &str| event.properties.get(key).and_then(Json::as_str);
    let Some(Ok(address)) = text("address").map(|address| normalise_address(ContactChannel::Email, address)) else {
        return Ok(());
    };
    let asked: BTreeSet<Subject> = requested_subjects(event).into_iter().collect();
    let sql = "SELECT channel FROM consent WHERE workspace_id = $1 AND profile_id = $2 AND state = $3";
    let args: [Val; 3] = [event.workspace.into(), profile.into(), ConsentState::Pending.name().into()];
    let rows = tx.query(sql, &args).await?;
    let pending = rows.iter().map(crate::sql::subject_of).collect::<Result<BTreeSet<_>, _>>()?;
    let subjects: Vec<Subject> = asked.intersection(&pending).cloned().collect();
    if subjects.is_empty() {
        return Ok(());
    }
    let request = Request {
        id: RequestId(event.id.0.to_be_bytes()),
        profile,
        kind: RequestKind::Subscribe,
        address,
        subjects,
        language: text("language").and_then(crate::language_of).unwrap_or(crate::LANGUAGES[0]).to_owned(),
        proof: crate::statement::own_proof(event),
        asked_at: event.at,
        expires_at: event.at.plus_ms(SUBSCRIBE_MS),
        mailed_at: None,
        done_at: None,
    };
    insert(tx, event.workspace, &request).await.map(|_| ())
}

fn subjects_json(subjects: &[Subject]) -> String {
    Json::Array(subjects.iter().map(|subject| Json::String(subject.to_string())).collect()).to_string()
}

/// False: the same was asked a moment ago, or the address got enough of these mails today.
async fn insert(tx: &mut Tx, workspace: WorkspaceId, request: &Request) -> Result<bool, DbError> {
    let subjects = subjects_json(&request.subjects);
    let sql = "SELECT kind, subjects, asked_ms, done_ms FROM consent_request \
               WHERE workspace_id = $1 AND address = $2 AND asked_ms > $3";
    let since = request.asked_at.plus_ms(-DAY_MS);
    let args: [Val; 3] = [workspace.into(), request.address.as_str().into(), since.into()];
    let rows = tx.query(sql, &args).await?;
    if rows.len() as i64 >= MAILS_PER_DAY_MAX {
        return Ok(false);
    }
    for row in &rows {
        let same = row.text("kind")? == request.kind.name() && row.text("subjects")? == subjects;
        let is_open = row.opt_time("done_ms")?.is_none();
        if same && is_open && request.asked_at.ms_since(row.time("asked_ms")?) < AGAIN_MS {
            return Ok(false);
        }
    }
    let proof = &request.proof;
    let values: Vec<Val> = vec![
        workspace.into(),
        request.id.to_string().into(),
        request.profile.into(),
        request.kind.name().into(),
        request.address.as_str().into(),
        subjects.into(),
        request.language.as_str().into(),
        proof.source.as_str().into(),
        proof.text.as_deref().into(),
        proof.text_version.as_deref().into(),
        proof.basis.map(Basis::name).into(),
        proof.ip.as_deref().into(),
        proof.event.as_str().into(),
        request.asked_at.into(),
        request.expires_at.into(),
        Val::NullI,
        Val::NullT,
        Val::NullI,
    ];
    let head = format!("INSERT INTO consent_request (workspace_id, {COLUMNS})");
    tx.insert_many(&head, "ON CONFLICT (workspace_id, request_id) DO NOTHING", &[values]).await?;
    Ok(true)
}

fn request_of(row: &Row) -> Result<Request, DbError> {
    let kind = row.text("kind")?;
    let subjects: Vec<String> = serde_json::from_str(&row.text("subjects")?)
        .map_err(|error| DbError::Decode { column: "subjects".into(), detail: error.to_string() })?;
    Ok(Request {
        id: RequestId::parse(&row.text("request_id")?)?,
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        kind: RequestKind::ALL
            .into_iter()
            .find(|one| one.name() == kind)
            .ok_or_else(|| DbError::Decode { column: "kind".into(), detail: kind })?,
        address: row.text("address")?,
        subjects: subjects.iter().filter_map(|text| Subject::parse(text).ok()).collect(),
        language: row.text("language")?,
        proof: Proof {
            source: row.text("source")?,
            method: None,
            text: row.opt_text("proof_text")?,
            text_version: row.opt_text("text_version")?,
            basis: row.opt_text("basis")?.as_deref().and_then(Basis::parse),
            ip: row.opt_text("ip")?,
            event: row.text("event")?,
        },
        asked_at: row.time("asked_ms")?,
        expires_at: row.time("expires_ms")?,
        mailed_at: row.opt_time("mailed_ms")?,
        done_at: row.opt_time("done_ms")?,
    })
}

impl Consents {
    /// Asks the mailbox to confirm: states are pending until then. Durable when it returns.
    pub async fn ask(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        subjects: &[Subject],
        address: &str,
        language: &str,
        proof: &Proof,
    ) -> Result<(), ConsentError> {
        let address = normalise_address(ContactChannel::Email, address)?;
        let now = self.now();
        let key = format!("subscription:{}", self.chance());
        let mut event = SystemEvent::new(workspace, SUBSCRIPTION_REQUESTED, &key, profile, now, Channel::System);
        for (name, value) in subscription_requested(subjects, &address, language, true, proof) {
            event = event.with(&name, value);
        }
        Ok(self.inbox().append_system(&[event], now).await?)
    }

    /// Asks the mailbox before somebody's data is shown or erased: a link in a message may have been forwarded. False:
    /// it was asked a moment ago, or too often today.
    pub async fn ask_own(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        kind: RequestKind,
        address: &str,
        language: &str,
        proof: &Proof,
    ) -> Result<bool, ConsentError> {
        let now = self.now();
        let mut id = [0; 16];
        self.rng().fill(&mut id);
        let request = Request {
            id: RequestId(id),
            profile: self.today(workspace, profile).await?,
            kind,
            address: normalise_address(ContactChannel::Email, address)?,
            subjects: Vec::new(),
            language: language.to_owned(),
            proof: proof.clone(),
            asked_at: now,
            expires_at: now.plus_ms(kind.lasts_ms()),
            mailed_at: None,
            done_at: None,
        };
        let mut tx = self.db().begin().await?;
        let is_new = insert(&mut tx, workspace, &request).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    pub async fn request(&self, workspace: WorkspaceId, id: RequestId) -> Result<Option<Request>, ConsentError> {
        self.find_request(workspace, "request_id", &id.to_string()).await
    }

    /// The question a mail asks.
    pub async fn request_of_message(
        &self,
        workspace: WorkspaceId,
        message: &str,
    ) -> Result<Option<Request>, ConsentError> {
        self.find_request(workspace, "message_id", message).await
    }

    async fn find_request(
        &self,
        workspace: WorkspaceId,
        column: &str,
        value: &str,
    ) -> Result<Option<Request>, ConsentError> {
        let sql = format!("SELECT {COLUMNS} FROM consent_request WHERE workspace_id = $1 AND {column} = $2");
        let row = self.db().query_one(&sql, &[workspace.into(), value.into()]).await?;
        Ok(row.as_ref().map(request_of).transpose()?)
    }

    /// The questions somebody was asked, newest first.
    pub async fn requests(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<Request>, ConsentError> {
        let profile = self.today(workspace, profile).await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM consent_request WHERE workspace_id = $1 AND profile_id = $2 ORDER BY asked_ms DESC"
        );
        let rows = self.db().query(&sql, &[workspace.into(), profile.into()]).await?;
        Ok(rows.iter().map(request_of).collect::<Result<Vec<_>, _>>()?)
    }

    /// The button of the page: what was asked for is subscribed to, once. `ip` goes into the proof, truncated.
    pub async fn confirm(
        &self,
        workspace: WorkspaceId,
        request: &Request,
        ip: Option<String>,
    ) -> Result<Answered, ConsentError> {
        let now = self.now();
        if request.done_at.is_some() {
            return Ok(Answered::Already);
        }
        if request.expires_at <= now {
            return Ok(Answered::Expired);
        }
        if request.kind == RequestKind::Subscribe {
            let proof = Proof { method: Some("double_opt_in".into()), ip, ..request.proof.clone() };
            let changes: Vec<_> = request.subjects.iter().map(|subject| crate::Change::yes(subject.clone())).collect();
            let key = format!("confirmed:{}", request.id);
            self.declare(workspace, request.profile, &changes, &proof, Some(&key)).await?;
        }
        let sql = "UPDATE consent_request SET done_ms = $3 WHERE workspace_id = $1 AND request_id = $2 \
                   AND done_ms IS NULL";
        let args = [workspace.into(), request.id.to_string().into(), now.into()];
        let first = self.db().execute(sql, &args).await? > 0;
        Ok(if first { Answered::Now } else { Answered::Already })
    }

    /// Asks again what has expired.
    pub async fn ask_again(&self, workspace: WorkspaceId, request: &Request) -> Result<(), ConsentError> {
        let Request { profile, kind, address, subjects, language, proof, .. } = request;
        match kind {
            RequestKind::Subscribe => self.ask(workspace, *profile, subjects, address, language, proof).await,
            _ => self.ask_own(workspace, *profile, *kind, address, language, proof).await.map(|_| ()),
        }
    }

    /// Puts a mail into the outbox for every question that has none; answers how many. Called again and again.
    pub async fn mail_requests(&self, mailer: &dyn RequestMailer) -> Result<usize, ConsentError> {
        let sql = format!(
            "SELECT workspace_id, {COLUMNS} FROM consent_request WHERE mailed_ms IS NULL \
             ORDER BY asked_ms LIMIT {MAIL_ROWS}"
        );
        let rows = self.db().query(&sql, &[]).await?;
        for row in &rows {
            let (workspace, request) = (WorkspaceId::from_sql(row.i64("workspace_id")?), request_of(row)?);
            let mut tx = self.db().begin().await?;
            let message = mailer.enqueue(&mut tx, workspace, &request).await.map_err(ConsentError::Elsewhere)?;
            let sql = "UPDATE consent_request SET mailed_ms = $3, message_id = $4 WHERE workspace_id = $1 \
                       AND request_id = $2 AND mailed_ms IS NULL";
            let args: [Val; 4] = [workspace.into(), request.id.to_string().into(), self.now().into(), message.into()];
            tx.execute(sql, &args).await?;
            tx.commit().await?;
        }
        if !rows.is_empty() {
            mailer.wake();
        }
        Ok(rows.len())
    }

    /// Forgets questions that were answered or have expired long ago, and who used a form a while ago. The answers are
    /// in the history.
    pub async fn prune_requests(&self) -> Result<u64, ConsentError> {
        self.prune_senders().await?;
        let before = self.now().plus_ms(-KEPT_MS);
        Ok(self.db().execute("DELETE FROM consent_request WHERE expires_ms < $1", &[before.into()]).await?)
    }
}
