//! Reviewing, testing and launching: from a draft to a frozen audience and message.

use crate::model::{Campaign, CampaignState, Check, Exclusion, Launched, Refusal, Review, Severity, TestResult};
use crate::{CampaignError, Campaigns, store};
use base::{CampaignId, Json, ProfileId, SegmentId, WorkspaceId};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, HashSet};
use xxhash_rust::xxh3::xxh3_128;

/// People one campaign may write to: what the launch keeps in memory while it looks for duplicate addresses.
pub const AUDIENCE_MAX: u64 = 20_000_000;
/// Addresses of one test.
pub const TEST_ADDRESSES_MAX: usize = 10;
/// Profiles asked about at once.
pub(crate) const GATE_PROFILES: usize = 1_000;
/// Members shown in the review.
const SAMPLE_PROFILES: usize = 5;
/// Recipients whose data the checks look at.
const CHECKED_PROFILES: usize = 100;
/// Live events move an audience between the review and the click on "launch"; more than this share is a surprise.
const CONFIRM_TOLERANCE_PERCENT: u64 = 5;
const TEST_PREFIX: &str = "[Test] ";

/// The audience as the gate sees it now.
struct Sorted {
    audience: RoaringBitmap,
    duplicates: RoaringBitmap,
    recipients: u64,
    exclusions: BTreeMap<Refusal, u64>,
    first_recipients: Vec<ProfileId>,
}

impl Campaigns {
    /// What a launch would do now: who gets it, who does not and why, and what is wrong with the message.
    pub async fn review(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Review, CampaignError> {
        let campaign = self.get(workspace, id).await?;
        Ok(self.look(workspace, &campaign).await?.0)
    }

    async fn look(&self, workspace: WorkspaceId, campaign: &Campaign) -> Result<(Review, Sorted), CampaignError> {
        let sorted = self.sort(workspace, campaign).await?;
        let sample = &sorted.first_recipients;
        let mut checks = self.ports().messages.checks(workspace, &campaign.message, sample).await?;
        if let Some(topic) = &campaign.topic {
            checks.extend(self.ports().gate.topic_checks(workspace, &campaign.channel, topic).await?);
        }
        checks.extend(audience_checks(campaign, &sorted));
        let blocked = checks.iter().any(|check| check.severity == Severity::Blocking);
        let sample = if blocked || sample.is_empty() {
            Vec::new()
        } else {
            let shown = &sample[..sample.len().min(SAMPLE_PROFILES)];
            self.ports().messages.subjects(workspace, &campaign.message, shown).await?
        };
        let rate = self.ports().outbox.messages_per_second(workspace).await?.filter(|rate| 0.0 < *rate);
        let review = Review {
            audience: sorted.audience.len(),
            recipients: sorted.recipients,
            exclusions: exclusions(&sorted.exclusions),
            checks,
            sample,
            estimated_seconds: rate.map(|rate| (sorted.recipients as f64 / rate).ceil() as u64),
        };
        Ok((review, sorted))
    }

    /// Asks the gate about every member; finds addresses that appear twice (the lower profile id keeps it).
    async fn sort(&self, workspace: WorkspaceId, campaign: &Campaign) -> Result<Sorted, CampaignError> {
        let audience = match campaign.segment_id {
            Some(segment) => self.ports().audience.members(workspace, segment).await?,
            None => RoaringBitmap::new(),
        };
        let mut sorted = Sorted {
            duplicates: RoaringBitmap::new(),
            recipients: 0,
            exclusions: BTreeMap::new(),
            first_recipients: Vec::new(),
            audience,
        };
        let mut seen: HashSet<u128> = HashSet::new();
        let members: Vec<ProfileId> = sorted.audience.iter().map(ProfileId::new).collect();
        for chunk in members.chunks(GATE_PROFILES) {
            let answers =
                self.ports().gate.recipients(workspace, &campaign.channel, campaign.topic.as_deref(), chunk).await?;
            for (member, answer) in chunk.iter().zip(answers) {
                match answer.address {
                    Err(reason) => *sorted.exclusions.entry(reason).or_default() += 1,
                    Ok(address) if seen.insert(xxh3_128(address.to_lowercase().as_bytes())) => {
                        sorted.recipients += 1;
                        if sorted.first_recipients.len() < CHECKED_PROFILES {
                            sorted.first_recipients.push(answer.profile);
                        }
                    }
                    Ok(_) => {
                        sorted.duplicates.insert(member.number());
                        *sorted.exclusions.entry(Refusal::DuplicateAddress).or_default() += 1;
                    }
                }
            }
        }
        Ok(sorted)
    }

    /// Launches a draft (or a scheduled or held campaign at once). `confirm_recipients` is the number the person saw;
    /// None for a schedule, which was confirmed before.
    pub async fn launch(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        confirm_recipients: Option<u64>,
    ) -> Result<Launched, CampaignError> {
        let campaign = self.get(workspace, id).await?;
        if campaign.state.launched() {
            return Err(CampaignError::AlreadyLaunched);
        }
        let (review, sorted) = self.look(workspace, &campaign).await?;
        let blocking: Vec<Check> = review.blocking().cloned().collect();
        let Some(segment) = campaign.segment_id.filter(|_| blocking.is_empty()) else {
            return Err(CampaignError::Blocked(blocking));
        };
        if let Some(confirmed) = confirm_recipients
            && confirmed * CONFIRM_TOLERANCE_PERCENT / 100 < confirmed.abs_diff(review.recipients)
        {
            return Err(CampaignError::RecipientsChanged { confirmed, actual: review.recipients });
        }
        self.freeze(workspace, &campaign, segment, &sorted).await?;
        self.wake();
        Ok(Launched { audience: review.audience, recipients: review.recipients })
    }

    /// Audience, message and state in one transaction, if the campaign is still what was reviewed.
    async fn freeze(
        &self,
        workspace: WorkspaceId,
        campaign: &Campaign,
        segment: SegmentId,
        sorted: &Sorted,
    ) -> Result<(), CampaignError> {
        let mut tx = self.db().begin().await?;
        let launching = CampaignState::Launching;
        let stepped =
            store::step_if_version(&mut tx, workspace, campaign.id, campaign.version, launching, self.now()).await?;
        if !stepped {
            drop(tx);
            let current = self.get(workspace, campaign.id).await?;
            if current.state.launched() {
                return Err(CampaignError::AlreadyLaunched);
            }
            return Err(CampaignError::Stale { given: campaign.version, current: current.version });
        }
        store::set_time(&mut tx, workspace, campaign.id, "launched_ms", Some(self.now())).await?;
        store::insert_launch(&mut tx, workspace, campaign, segment, &sorted.audience, &sorted.duplicates).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sends the message as it is now to these addresses, with the data of `profile` (else of a member of the
    /// audience). Counts nowhere; the subject says that it is a test.
    pub async fn send_test(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        addresses: &[String],
        profile: Option<ProfileId>,
    ) -> Result<Vec<TestResult>, CampaignError> {
        let campaign = self.get(workspace, id).await?;
        let addresses = test_addresses(addresses)?;
        let checks = self.ports().messages.checks(workspace, &campaign.message, &[]).await?;
        let blocking: Vec<Check> = checks.into_iter().filter(|check| check.severity == Severity::Blocking).collect();
        if !blocking.is_empty() {
            return Err(CampaignError::Blocked(blocking));
        }
        let profile = match (profile, campaign.segment_id) {
            (Some(profile), _) => Some(profile),
            (None, Some(segment)) => self.ports().audience.members(workspace, segment).await?.min().map(ProfileId::new),
            (None, None) => None,
        };
        let mut message = campaign.message;
        if let Some(Json::String(subject)) = message.get_mut("subject") {
            subject.insert_str(0, TEST_PREFIX);
        }
        Ok(self.ports().outbox.send_test(workspace, &message, profile, &addresses).await?)
    }
}

fn exclusions(counts: &BTreeMap<Refusal, u64>) -> Vec<Exclusion> {
    counts.iter().map(|(reason, count)| Exclusion { reason: *reason, count: *count }).collect()
}

fn audience_checks(campaign: &Campaign, sorted: &Sorted) -> Option<Check> {
    let blocking = |code: &str, detail: &str| {
        Some(Check { code: code.into(), severity: Severity::Blocking, detail: detail.into() })
    };
    if campaign.segment_id.is_none() {
        return blocking("no_segment", "choose the segment that gets the message");
    }
    if sorted.audience.is_empty() {
        return blocking("empty_audience", "nobody is in the segment");
    }
    if AUDIENCE_MAX < sorted.audience.len() {
        return blocking("audience_too_large", "split the audience into several campaigns");
    }
    if sorted.recipients == 0 {
        return blocking("no_recipients", "nobody in the segment may be written to");
    }
    None
}

fn test_addresses(addresses: &[String]) -> Result<Vec<String>, CampaignError> {
    let invalid = |detail: String| Err(CampaignError::Invalid { field: "emails", detail });
    if addresses.is_empty() || TEST_ADDRESSES_MAX < addresses.len() {
        return invalid(format!("must name 1 to {TEST_ADDRESSES_MAX} addresses"));
    }
    let mut out: Vec<String> = Vec::new();
    for address in addresses {
        let address = address.trim();
        let plausible =
            address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
        if !plausible || address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;".contains(c)) {
            return invalid(format!("holds \"{}\", which is no address", address.chars().take(80).collect::<String>()));
        }
        if !out.iter().any(|other| other.eq_ignore_ascii_case(address)) {
            out.push(address.to_owned());
        }
    }
    Ok(out)
}
