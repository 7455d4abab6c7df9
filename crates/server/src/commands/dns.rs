//! What DNS says about a sending domain: SPF, DKIM, DMARC, where bounces go.

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::rr::RData;
use serde::Serialize;

/// What a sender needs to be in DNS.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Domain of the address mails come from.
    pub from_domain: String,
    /// Domain of the envelope, where bounces go; empty: the same.
    pub bounce_domain: String,
    /// Name and content of the DKIM record, when mails are signed.
    pub dkim: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Good,
    Warning,
    Bad,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DnsFinding {
    pub record: &'static str,
    pub name: String,
    pub verdict: Verdict,
    pub detail: String,
}

/// TXT and MX records, or why they could not be asked for.
#[async_trait::async_trait]
pub trait Records: Sync {
    /// Empty when the name has none.
    async fn txt(&self, name: &str) -> Result<Vec<String>, String>;
    /// True when mail for the domain has somewhere to go.
    async fn has_mx(&self, name: &str) -> Result<bool, String>;
}

/// The resolver of this machine.
pub struct SystemRecords(TokioResolver);

impl SystemRecords {
    pub fn open() -> anyhow::Result<Self> {
        Ok(Self(TokioResolver::builder_tokio()?.build()?))
    }
}

#[async_trait::async_trait]
impl Records for SystemRecords {
    async fn txt(&self, name: &str) -> Result<Vec<String>, String> {
        match self.0.txt_lookup(absolute(name)).await {
            Ok(found) => Ok(found
                .answers()
                .iter()
                .filter_map(|record| match &record.data {
                    RData::TXT(txt) => Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()),
                    _ => None,
                })
                .collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn has_mx(&self, name: &str) -> Result<bool, String> {
        match self.0.mx_lookup(absolute(name)).await {
            Ok(found) => Ok(!found.answers().is_empty()),
            Err(error) if error.is_no_records_found() => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// With a dot at the end no search list is tried.
fn absolute(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.'))
}

/// Compares what is wanted with what is there.
pub async fn verify(records: &dyn Records, wanted: &Wanted) -> Vec<DnsFinding> {
    let envelope = if wanted.bounce_domain.is_empty() { &wanted.from_domain } else { &wanted.bounce_domain };
    let mut found = vec![spf(records, envelope).await];
    found.push(match &wanted.dkim {
        Some((name, record)) => dkim(records, name, record).await,
        None => DnsFinding {
            record: "DKIM",
            name: wanted.from_domain.clone(),
            verdict: Verdict::Warning,
            detail: "mails are not signed: `tutti sender dkim` makes a key".into(),
        },
    });
    found.push(dmarc(records, &wanted.from_domain).await);
    found.push(mx(records, envelope).await);
    found
}

fn unanswered(record: &'static str, name: String, error: &str) -> DnsFinding {
    DnsFinding { record, name, verdict: Verdict::Bad, detail: format!("DNS does not answer: {error}") }
}

async fn spf(records: &dyn Records, domain: &str) -> DnsFinding {
    let texts = match records.txt(domain).await {
        Ok(texts) => texts,
        Err(error) => return unanswered("SPF", domain.to_owned(), &error),
    };
    let policies: Vec<&String> = texts.iter().filter(|text| text.starts_with("v=spf1")).collect();
    let (verdict, detail) = match policies.as_slice() {
        [] => {
            (Verdict::Bad, "no SPF record: publish `v=spf1 include:… ~all` with the servers that send for you".into())
        }
        [one] if one.contains("+all") || one.ends_with(" all") => (Verdict::Bad, format!("allows everybody: {one}")),
        [one] => (Verdict::Good, (*one).clone()),
        many => (Verdict::Bad, format!("{} SPF records, and only one may be there", many.len())),
    };
    DnsFinding { record: "SPF", name: domain.to_owned(), verdict, detail }
}

async fn dkim(records: &dyn Records, name: &str, record: &str) -> DnsFinding {
    let texts = match records.txt(name).await {
        Ok(texts) => texts,
        Err(error) => return unanswered("DKIM", name.to_owned(), &error),
    };
    let (verdict, detail) = match public_key(record) {
        wanted if texts.iter().any(|text| public_key(text) == wanted && wanted.is_some()) => {
            (Verdict::Good, "the key we sign with".into())
        }
        _ if texts.is_empty() => (Verdict::Bad, format!("no record: publish {record}")),
        _ => (Verdict::Bad, format!("another key than ours: publish {record}")),
    };
    DnsFinding { record: "DKIM", name: name.to_owned(), verdict, detail }
}

/// The tag `p=` of a key record, without spaces.
fn public_key(record: &str) -> Option<String> {
    let tags = record.split(';').map(|tag| tag.split_whitespace().collect::<String>());
    tags.filter_map(|tag| tag.strip_prefix("p=").map(str::to_owned)).find(|key| !key.is_empty())
}

async fn dmarc(records: &dyn Records, domain: &str) -> DnsFinding {
    let name = format!("_dmarc.{domain}");
    let texts = match records.txt(&name).await {
        Ok(texts) => texts,
        Err(error) => return unanswered("DMARC", name, &error),
    };
    let (verdict, detail) = match texts.iter().find(|text| text.starts_with("v=DMARC1")) {
        None => (Verdict::Bad, "no DMARC record: publish `v=DMARC1; p=none; rua=mailto:…` to begin with".into()),
        Some(text) => (Verdict::Good, text.clone()),
    };
    DnsFinding { record: "DMARC", name, verdict, detail }
}

async fn mx(records: &dyn Records, domain: &str) -> DnsFinding {
    let (verdict, detail) = match records.has_mx(domain).await {
        Ok(true) => (Verdict::Good, "bounces have somewhere to go".into()),
        Ok(false) => (Verdict::Warning, "no MX record: bounces get lost".into()),
        Err(error) => return unanswered("MX", domain.to_owned(), &error),
    };
    DnsFinding { record: "MX", name: domain.to_owned(), verdict, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    struct Zone(HashMap<&'static str, Vec<&'static str>>);

    #[async_trait::async_trait]
    impl Records for Zone {
        async fn txt(&self, name: &str) -> Result<Vec<String>, String> {
            if name.contains("broken") {
                return Err("timed out".into());
            }
            Ok(self.0.get(name).into_iter().flatten().map(|text| (*text).to_owned()).collect())
        }
        async fn has_mx(&self, name: &str) -> Result<bool, String> {
            Ok(self.0.contains_key(name))
        }
    }

    fn wanted() -> Wanted {
        let dkim = Some(("tutti._domainkey.shop.example".into(), "v=DKIM1; k=rsa; p=ABC".into()));
        Wanted { from_domain: "shop.example".into(), bounce_domain: String::new(), dkim }
    }

    async fn verdicts(zone: &Zone, wanted: &Wanted) -> Vec<(&'static str, Verdict)> {
        verify(zone, wanted).await.into_iter().map(|finding| (finding.record, finding.verdict)).collect()
    }

    #[tokio::test]
    async fn a_complete_zone_is_good() {
        let zone = Zone(HashMap::from([
            ("shop.example", vec!["google-site-verification=1", "v=spf1 include:mail.example ~all"]),
            ("tutti._domainkey.shop.example", vec!["v=DKIM1; k=rsa; p=A BC"]),
            ("_dmarc.shop.example", vec!["v=DMARC1; p=reject"]),
        ]));
        assert!(verdicts(&zone, &wanted()).await.iter().all(|(_, verdict)| *verdict == Verdict::Good));
    }

    #[tokio::test]
    async fn what_is_missing_or_contradicts_itself_is_bad() {
        let zone = Zone(HashMap::from([
            ("shop.example", vec!["v=spf1 -all", "v=spf1 ~all"]),
            ("tutti._domainkey.shop.example", vec!["v=DKIM1; p=OTHER"]),
        ]));
        let found = verdicts(&zone, &wanted()).await;
        assert_eq!(found[..3], [("SPF", Verdict::Bad), ("DKIM", Verdict::Bad), ("DMARC", Verdict::Bad)]);
    }

    #[tokio::test]
    async fn a_resolver_that_does_not_answer_is_said() {
        let wanted = Wanted { from_domain: "broken.example".into(), ..Wanted::default() };
        let found = verify(&Zone(HashMap::new()), &wanted).await;
        assert!(found[0].detail.contains("timed out"), "{found:?}");
        assert_eq!(found[1].verdict, Verdict::Warning, "unsigned is a warning");
    }
}
