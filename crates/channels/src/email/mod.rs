//! E-mail: [`compose`] makes the MIME message, [`dkim`] signs it, [`smtp`] hands it over.

pub mod compose;
pub mod dkim;
pub mod smtp;

use deliver::bounce::BounceReport;
use deliver::{DkimAlgorithm, DkimKey, MailTools, Outgoing};
use dkim::Signer;

/// Composes and signs: the bytes that go over the wire.
#[derive(Default)]
pub struct Composer {
    signer: Signer,
}

impl Composer {
    /// A message whose key cannot be used is not sent unsigned: the receivers would hold it against the domain.
    pub fn compose(&self, message: &Outgoing) -> Result<Vec<u8>, String> {
        let mail = compose::compose(message);
        match &message.sender.dkim {
            Some(settings) => self.signer.sign(message.workspace, settings, mail),
            None => Ok(mail),
        }
    }
}

/// Keys and reports, for `deliver`.
pub struct MailKit;

impl MailTools for MailKit {
    fn generate_dkim(&self, algorithm: DkimAlgorithm) -> Result<DkimKey, String> {
        dkim::generate(algorithm)
    }
    fn dkim_record(&self, algorithm: DkimAlgorithm, private_der: &[u8]) -> Result<String, String> {
        dkim::record(algorithm, private_der)
    }
    fn read_bounce(&self, raw: &[u8]) -> Result<BounceReport, String> {
        crate::bounce_mail::read(raw)
    }
}

#[cfg(test)]
mod tests;
