//! How a workspace sends: from whom, through which channel, with which DKIM key. One row per workspace.
//!
//! The SMTP password and the private key are sealed with the instance key; the rest is JSON. A workspace that has
//! set up nothing sends to the sandbox, so that a newcomer cannot mail real people by accident.

use crate::{DeliverError, InstanceKey, Result};
use base::{Clock, Rng, WorkspaceId};
use db::{Db, Val};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

pub const SANDBOX: &str = "sandbox";
pub const SMTP: &str = "smtp";
const SMTP_CONNECTIONS_DEFAULT: u32 = 8;
const SMTP_CONNECTIONS_MAX: u32 = 64;
const RATE_PER_SECOND_MAX: f64 = 100_000.0;

/// A workspace's sender settings, secrets included. Its secrets never leave the program.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    /// `sandbox` or `smtp`.
    pub channel: String,
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    /// Shown at the foot of marketing mail where the law asks for it.
    pub postal_address: String,
    /// Domain of the return path `bounce+…@domain`; empty: bounces go to `from_email`.
    pub bounce_domain: String,
    pub smtp: Option<SmtpSettings>,
    pub dkim: Option<DkimSettings>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    pub username: String,
    #[serde(skip)]
    pub password: String,
    /// 0: no limit.
    pub rate_per_second: f64,
    pub connections: u32,
    /// Messages a second to one destination domain; `*` is every other domain.
    pub per_domain_rate: BTreeMap<String, f64>,
    /// PEM of a certificate authority to trust besides the public ones.
    pub ca_pem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    None,
    #[default]
    Starttls,
    Tls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DkimAlgorithm {
    Rsa,
    Ed25519,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DkimSettings {
    pub domain: String,
    pub selector: String,
    pub algorithm: DkimAlgorithm,
    /// TXT record at `selector._domainkey.domain`.
    pub dns_record: String,
    #[serde(skip)]
    pub private_der: Vec<u8>,
}

/// Secrets do not reach a log.
impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("channel", &self.channel)
            .field("from_email", &self.from_email)
            .finish_non_exhaustive()
    }
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: TlsMode::default(),
            username: String::new(),
            password: String::new(),
            rate_per_second: 0.0,
            connections: SMTP_CONNECTIONS_DEFAULT,
            per_domain_rate: BTreeMap::new(),
            ca_pem: String::new(),
        }
    }
}

impl Default for Sender {
    fn default() -> Self {
        Self {
            channel: SANDBOX.into(),
            from_name: "Your company".into(),
            from_email: "news@example.com".into(),
            reply_to: String::new(),
            postal_address: String::new(),
            bounce_domain: String::new(),
            smtp: None,
            dkim: None,
        }
    }
}

impl Sender {
    /// The domain that signs and that names messages.
    pub fn domain(&self) -> &str {
        match &self.dkim {
            Some(dkim) => &dkim.domain,
            None => self.from_email.rsplit_once('@').map_or("localhost", |(_, domain)| domain),
        }
    }

    /// Says which field is wrong, and why.
    pub fn check(&self) -> Result<()> {
        let bad = |field, detail: &str| Err(DeliverError::BadSender { field, detail: detail.to_owned() });
        if ![SANDBOX, SMTP].contains(&self.channel.as_str()) {
            return bad("channel", "must be \"sandbox\" or \"smtp\"");
        }
        if !is_address(&self.from_email) {
            return bad("from_email", "must be an e-mail address like news@example.com");
        }
        if !self.reply_to.is_empty() && !is_address(&self.reply_to) {
            return bad("reply_to", "must be empty or an e-mail address");
        }
        if !self.bounce_domain.is_empty() && !is_domain(&self.bounce_domain) {
            return bad("bounce_domain", "must be empty or a domain like bounces.example.com");
        }
        for (field, text) in [("from_name", &self.from_name), ("postal_address", &self.postal_address)] {
            if text.chars().any(|c| c.is_control() && !(field == "postal_address" && c == '\n')) {
                return bad(field, "must not hold line breaks or control characters");
            }
        }
        match &self.smtp {
            Some(smtp) => check_smtp(smtp)?,
            None if self.channel == SMTP => return bad("smtp", "is needed when the channel is smtp"),
            None => {}
        }
        match &self.dkim {
            Some(dkim) if !is_domain(&dkim.domain) => bad("dkim.domain", "must be a domain like example.com"),
            Some(dkim) if !is_label(&dkim.selector) => {
                bad("dkim.selector", "must be letters, digits, dots and hyphens")
            }
            _ => Ok(()),
        }
    }
}

fn check_smtp(smtp: &SmtpSettings) -> Result<()> {
    let bad = |field, detail: &str| Err(DeliverError::BadSender { field, detail: detail.to_owned() });
    if smtp.host.is_empty() || smtp.host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/') {
        return bad("smtp.host", "must be a host name or address");
    }
    if smtp.port == 0 {
        return bad("smtp.port", "must be 1 to 65535 (usually 587, 465 or 25)");
    }
    if smtp.connections == 0 || smtp.connections > SMTP_CONNECTIONS_MAX {
        return bad("smtp.connections", "must be 1 to 64");
    }
    let rates = smtp.per_domain_rate.values().chain([&smtp.rate_per_second]);
    if rates.into_iter().any(|rate| !(0.0..=RATE_PER_SECOND_MAX).contains(rate)) {
        return bad("smtp.rate_per_second", "rates must be 0 (no limit) to 100000 a second");
    }
    if smtp.username.chars().chain(smtp.password.chars()).any(char::is_control) {
        return bad("smtp.username", "user name and password must not hold control characters");
    }
    Ok(())
}

/// Good enough to refuse mistakes and injection; the receiving server knows the rest.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && local.len() <= 64
        && !local.contains('@')
        && text.len() <= 254
        && !local.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
        && is_domain(domain)
}

fn is_domain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|part| !part.is_empty() && part.len() <= 63 && is_label(part))
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.' || c == '_')
}

#[derive(Serialize, Deserialize, Default)]
struct Secrets {
    password: String,
    #[serde(default)]
    dkim_der: String,
}

/// The store of sender settings, with a cache: the worker asks for every batch.
#[derive(Clone)]
pub struct Senders {
    db: Db,
    key: InstanceKey,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    cache: Arc<RwLock<HashMap<WorkspaceId, Arc<Sender>>>>,
}

impl Senders {
    pub fn new(db: Db, key: InstanceKey, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { db, key, clock, rng, cache: Arc::default() }
    }

    pub async fn get(&self, workspace: WorkspaceId) -> Result<Arc<Sender>> {
        if let Some(sender) = self.cache.read().get(&workspace) {
            return Ok(sender.clone());
        }
        let row = self
            .db
            .query_one("SELECT settings, sealed FROM sender WHERE workspace_id = $1", &[workspace.into()])
            .await?;
        let sender = match row {
            None => Sender::default(),
            Some(row) => self.read(workspace, &row.text("settings")?, row.opt_bytes("sealed")?)?,
        };
        let sender = Arc::new(sender);
        self.cache.write().insert(workspace, sender.clone());
        Ok(sender)
    }

    fn read(&self, workspace: WorkspaceId, settings: &str, sealed: Option<Vec<u8>>) -> Result<Sender> {
        let mut sender: Sender =
            serde_json::from_str(settings).map_err(|error| DeliverError::Key(format!("stored sender: {error}")))?;
        if let Some(sealed) = sealed {
            let plain = self.key.open(&context_of(workspace), &sealed)?;
            let secrets: Secrets = serde_json::from_slice(&plain).map_err(|_| DeliverError::BadSecret)?;
            if let Some(smtp) = &mut sender.smtp {
                smtp.password = secrets.password;
            }
            if let Some(dkim) = &mut sender.dkim {
                dkim.private_der = hex::decode(&secrets.dkim_der).map_err(|_| DeliverError::BadSecret)?;
            }
        }
        Ok(sender)
    }

    /// Checks and stores the settings. Secrets left empty keep their old value.
    pub async fn put(&self, workspace: WorkspaceId, mut sender: Sender) -> Result<Arc<Sender>> {
        let old = self.get(workspace).await?;
        if let (Some(smtp), Some(old)) = (&mut sender.smtp, &old.smtp)
            && smtp.password.is_empty()
            && smtp.username == old.username
        {
            smtp.password.clone_from(&old.password);
        }
        sender.check()?;
        let secrets = Secrets {
            password: sender.smtp.as_ref().map(|smtp| smtp.password.clone()).unwrap_or_default(),
            dkim_der: sender.dkim.as_ref().map(|dkim| hex::encode(&dkim.private_der)).unwrap_or_default(),
        };
        let plain = serde_json::to_vec(&secrets).map_err(|error| DeliverError::Key(error.to_string()))?;
        let sealed = self.key.seal(&context_of(workspace), &plain, &*self.rng)?;
        let settings = serde_json::to_string(&sender).map_err(|error| DeliverError::Key(error.to_string()))?;
        self.db
            .execute(
                "INSERT INTO sender (workspace_id, settings, sealed, changed_ms) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (workspace_id) DO UPDATE SET settings = excluded.settings, sealed = excluded.sealed, \
                 changed_ms = excluded.changed_ms",
                &[workspace.into(), Val::T(settings), Val::B(sealed), self.clock.now().into()],
            )
            .await?;
        let sender = Arc::new(sender);
        self.cache.write().insert(workspace, sender.clone());
        Ok(sender)
    }
}

fn context_of(workspace: WorkspaceId) -> String {
    format!("sender:{workspace}")
}
