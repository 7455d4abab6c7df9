//! What one person wants, all of it at once, and changing it: for the preference page and for whoever helps them.

use crate::permission::{self, Known, Permission, Question};
use crate::sql::{COLUMNS, statement_of};
use crate::statement::DECLARED;
use crate::{
    ConsentError, ConsentSettings, ConsentState, Consents, ContactChannel, Frequency, Proof, Subject, SubjectState,
    SuppressionReason, Topic,
};
use base::{ProfileId, Timestamp, WorkspaceId};
use events::{Channel, SystemEvent, names};
use std::collections::{BTreeMap, HashMap};

/// The longest pause.
pub const PAUSE_MS_MAX: i64 = 366 * 24 * 3_600_000;
/// Changes of one request.
pub const CHANGES_MAX: usize = 1_000;

/// One thing somebody wants from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    pub state: ConsentState,
    detail: Option<String>,
}

impl Change {
    pub fn new(subject: Subject, state: ConsentState) -> Self {
        Self { subject, state, detail: None }
    }
    pub fn yes(subject: Subject) -> Self {
        Self::new(subject, ConsentState::Subscribed)
    }
    pub fn no(subject: Subject) -> Self {
        Self::new(subject, ConsentState::Unsubscribed)
    }
    /// The end of a pause (milliseconds), the name of a frequency.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
    /// Nothing until then; it ends by itself.
    pub fn pause(until: Timestamp) -> Self {
        Self { detail: Some(until.ms().to_string()), ..Self::no(Subject::Pause) }
    }
    pub fn resume() -> Self {
        Self::yes(Subject::Pause)
    }
    pub fn frequency(frequency: Frequency) -> Self {
        Self { detail: Some(frequency.name().to_owned()), ..Self::yes(Subject::Frequency) }
    }
}

/// Everything that decides about messages to one person, as it is now.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The person as they are known today.
    pub profile: ProfileId,
    pub known: Known,
    /// In their order; archived ones last.
    pub topics: Vec<Topic>,
    pub settings: ConsentSettings,
    /// Channels whose address is on the suppression list.
    pub suppressed: BTreeMap<ContactChannel, SuppressionReason>,
    last_sent: HashMap<ContactChannel, Timestamp>,
    now: Timestamp,
}

impl Overview {
    /// What was said about a subject; unknown when nothing was.
    pub fn state(&self, subject: &Subject) -> ConsentState {
        self.known.get(subject).map_or(ConsentState::Unknown, |one| one.state)
    }
    /// What holds for a topic on a channel: its own word, the word about the whole topic, or the topic's default.
    pub fn wants(&self, topic: &Topic, channel: ContactChannel) -> bool {
        match permission::topic_state(&self.known, &topic.key, channel) {
            ConsentState::Subscribed => true,
            ConsentState::Unknown => topic.draft.opt_out,
            ConsentState::Unsubscribed | ConsentState::Pending => false,
        }
    }
    /// Would a message about `topic` (None: about nothing in particular) go out now?
    pub fn permission(&self, topic: Option<&Topic>, channel: ContactChannel) -> Permission {
        let topic = topic.map(|topic| (&topic.key, topic.draft.opt_out));
        let question = Question { channel, topic, now: self.now };
        let suppressed = self.suppressed.get(&channel).copied();
        permission::decide(&self.known, question, suppressed, self.last_sent.get(&channel).copied())
    }
    pub fn paused_until(&self) -> Option<Timestamp> {
        permission::paused_until(&self.known, self.now)
    }
    pub fn frequency(&self) -> Frequency {
        permission::frequency(&self.known)
    }
}

impl Consents {
    /// `addresses`: where messages to them go, for the suppression list.
    pub async fn overview(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        addresses: &[(ContactChannel, String)],
    ) -> Result<Overview, ConsentError> {
        let profile = self.today(workspace, profile).await?;
        let sql = format!("SELECT {COLUMNS} FROM consent WHERE workspace_id = $1 AND profile_id = $2");
        let mut known = Known::new();
        for row in self.db().query(&sql, &[workspace.into(), profile.into()]).await? {
            let (_, said) = statement_of(&row)?;
            let state = SubjectState { state: said.state, at: said.at, detail: said.detail, proof: said.proof };
            known.insert(said.subject, state);
        }
        let mut suppressed = BTreeMap::new();
        let mut last_sent = HashMap::new();
        for (channel, address) in addresses {
            let one = [(profile, address.clone())];
            if let Some(Some(reason)) = self.suppressions_of(workspace, *channel, &one).await?.first() {
                suppressed.insert(*channel, *reason);
            }
            if permission::frequency(&known).gap_ms().is_some() {
                let sent = self.last_sent(workspace, *channel, &[profile]).await?;
                last_sent.extend(sent.get(&profile).map(|at| (*channel, *at)));
            }
        }
        let (topics, (settings, _)) = (self.topics(workspace).await?, self.settings(workspace).await?);
        Ok(Overview { profile, known, topics, settings, suppressed, last_sent, now: self.now() })
    }

    /// Says what somebody wants from now on; durable when it returns, in force when the pipeline has taken it.
    /// `proof.source` names who said it; `proof.event` is ignored. With a `key` the same is said once only. Answers the
    /// messageId of the first change.
    pub async fn declare(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        changes: &[Change],
        proof: &Proof,
        key: Option<&str>,
    ) -> Result<String, ConsentError> {
        let now = self.now();
        for change in changes {
            self.check_change(change, now)?;
        }
        let key = key.map_or_else(|| format!("declared:{}", self.chance()), str::to_owned);
        let event = |(number, change): (usize, &Change)| {
            let key = if number == 0 { key.clone() } else { format!("{key}:{}", change.subject) };
            let mut event = SystemEvent::new(workspace, names::CONSENT_CHANGED, &key, profile, now, Channel::System)
                .with("channel", change.subject.to_string())
                .with("state", change.state.name())
                .with("source", proof.source.as_str())
                .with(DECLARED, true);
            let basis = proof.basis.map(|basis| basis.name().to_owned());
            let rest = [
                ("method", &proof.method),
                ("text", &proof.text),
                ("text_version", &proof.text_version),
                ("basis", &basis),
                ("ip", &proof.ip),
                ("detail", &change.detail),
            ];
            for (name, value) in rest {
                if let Some(value) = value {
                    event = event.with(name, value.as_str());
                }
            }
            event
        };
        let events: Vec<SystemEvent> = changes.iter().enumerate().map(event).collect();
        self.inbox().append_system(&events, now).await?;
        Ok(key)
    }

    fn check_change(&self, change: &Change, now: Timestamp) -> Result<(), ConsentError> {
        let Some(until) = change.detail.as_deref().filter(|_| change.subject == Subject::Pause) else { return Ok(()) };
        let until = until.parse().map(Timestamp::from_ms).map_err(|_| ConsentError::Pause)?;
        if until <= now || until.ms_since(now) > PAUSE_MS_MAX { Err(ConsentError::Pause) } else { Ok(()) }
    }
}
