//! Connections to one relay: kept open between messages, at most as many as the settings allow.

use super::SmtpTimeouts;
use super::dialogue::{Connection, Envelope, Failure};
use deliver::SmtpSettings;
use deliver::bounce::Reply;
use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Servers close idle connections after some minutes; a stale one costs a round trip to find out.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Many relays want a new connection after some hundred messages.
const MESSAGES_PER_CONNECTION_MAX: u32 = 500;

pub struct Pool {
    settings: SmtpSettings,
    timeouts: SmtpTimeouts,
    tls: Arc<ClientConfig>,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Pool {
    pub fn new(settings: SmtpSettings, timeouts: SmtpTimeouts) -> Result<Self, String> {
        let tls = Arc::new(tls_config(&settings.ca_pem)?);
        let permits = Semaphore::new(settings.connections.max(1) as usize);
        Ok(Self { settings, timeouts, tls, idle: Mutex::default(), permits })
    }

    pub fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    /// The answer to an accepted message, and whether it lies in its mailbox already.
    pub async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(Reply, bool), Failure> {
        let _permit = self.permits.acquire().await.map_err(|error| Failure::Broken { detail: error.to_string() })?;
        if let Some(mut connection) = self.take_idle() {
            let result = connection.send(envelope, mail).await;
            // A kept connection may have died of old age: nothing was handed over, so a fresh one gets the message.
            let stale = match &result {
                Err(Failure::Broken { .. }) => true,
                Err(Failure::Answered { reply, .. }) => reply.code == 421,
                _ => false,
            };
            if !stale {
                let is_final = connection.is_final();
                self.keep(connection);
                return result.map(|reply| (reply, is_final));
            }
        }
        let mut connection = Connection::open(&self.settings, &self.tls, self.timeouts).await?;
        let result = connection.send(envelope, mail).await;
        let is_final = connection.is_final();
        self.keep(connection);
        result.map(|reply| (reply, is_final))
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock();
        idle.retain(|connection| connection.last_used.elapsed() < IDLE_MAX);
        idle.pop()
    }

    fn keep(&self, connection: Connection) {
        if !connection.usable() {
            return;
        }
        if connection.messages < MESSAGES_PER_CONNECTION_MAX {
            self.idle.lock().push(connection);
        } else {
            tokio::spawn(connection.quit());
        }
    }
}

fn tls_config(ca_pem: &str) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        let certificate = certificate.map_err(|error| format!("smtp.ca_pem cannot be read: {error}"))?;
        roots.add(certificate).map_err(|error| format!("smtp.ca_pem cannot be used: {error}"))?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
