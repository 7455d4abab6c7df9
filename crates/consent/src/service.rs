//! The façade: what may be sent to whom, who said so, and the suppression list.

use crate::address::{HASH_PREFIX, hashed, normalise_address};
use crate::permission::{self, Known, Permission, Question};
use crate::sql::{COLUMNS, Reader, state_of, statement_of, subject_of, suppression_of, write_suppressions};
use crate::{
    ADDRESS_SUPPRESSED, ADDRESS_UNSUPPRESSED, Change, ChannelConsent, ConsentError, ConsentRecord, ConsentState,
    ContactChannel, ProfileConsent, Proof, Subject, SubjectState, Suppression, SuppressionReason, TopicKey, TopicUse,
};
use async_trait::async_trait;
use base::{AuditId, Clock, Json, Page, PageRequest, Problem, ProfileId, Rng, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use events::{Channel, Inbox, SystemEvent};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// Profiles one `stream` call answers at most.
pub const STREAM_LIMIT_MAX: u32 = 10_000;
/// Addresses of one import.
pub const SUPPRESSION_IMPORT_MAX: usize = 100_000;
const SUPPRESSION_COLUMNS: &str = "channel, address, reason, at_ms, profile_id";

/// Rows of one `stream` page at least: more than one person can have.
const STREAM_ROWS_MIN: usize = 4_096;

/// When the latest message went to somebody, for who asked for fewer; `server` wires it over `deliver`.
#[async_trait]
pub trait SentLately: Send + Sync + 'static {
    /// Those who were sent nothing since `since` are left out.
    async fn last_sent(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        profiles: &[ProfileId],
        since: Timestamp,
    ) -> Result<HashMap<ProfileId, Timestamp>, Problem>;
}

/// Consent and suppression; cheap to clone.
#[derive(Clone)]
pub struct Consents {
    db: Db,
    inbox: Arc<Inbox>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    sent: Arc<OnceLock<Arc<dyn SentLately>>>,
    topic_use: Arc<OnceLock<Arc<dyn TopicUse>>>,
    brake: Arc<crate::brake::Brake>,
}

impl Consents {
    /// `key` is the instance's for this purpose: senders of public forms are counted under names made with it.
    pub fn new(db: Db, inbox: Arc<Inbox>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, key: &[u8; 32]) -> Self {
        let brake = Arc::new(crate::brake::Brake::new(key));
        Self { db, inbox, clock, rng, sent: Arc::default(), topic_use: Arc::default(), brake }
    }

    /// Without it nobody is written to less often than campaigns go out.
    pub fn set_sent(&self, sent: Arc<dyn SentLately>) {
        let _ = self.sent.set(sent);
    }
    /// Without it every topic can be deleted.
    pub fn set_topic_use(&self, found: Arc<dyn TopicUse>) {
        let _ = self.topic_use.set(found);
    }
    pub(crate) fn brake(&self) -> &crate::brake::Brake {
        &self.brake
    }
    pub(crate) fn topic_use(&self) -> Option<&dyn TopicUse> {
        self.topic_use.get().map(|found| &**found)
    }
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }
    pub(crate) fn inbox(&self) -> &Inbox {
        &self.inbox
    }
    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.rng
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// Part of a key that no other has.
    pub(crate) fn chance(&self) -> String {
        AuditId::new(self.now(), &*self.rng).uuid().to_string()
    }
    /// The id a profile has today.
    pub(crate) async fn today(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<ProfileId, ConsentError> {
        Ok(self.canonical(workspace, &[profile]).await?.remove(&profile).unwrap_or(profile))
    }

    /// Every channel of the registry with its state and proof.
    pub async fn state(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<ChannelConsent>, ConsentError> {
        let profile = self.today(workspace, profile).await?;
        let sql = format!("SELECT {COLUMNS} FROM consent WHERE workspace_id = $1 AND profile_id = $2");
        let mut known = HashMap::new();
        for row in self.db.query(&sql, &[workspace.into(), profile.into()]).await? {
            let (_, statement) = statement_of(&row)?;
            known.insert(statement.subject.clone(), statement);
        }
        let channels = ContactChannel::ALL.into_iter().map(|channel| match known.remove(&Subject::Channel(channel)) {
            None => ChannelConsent { channel, state: ConsentState::Unknown, at: None, proof: None },
            Some(held) => ChannelConsent { channel, state: held.state, at: Some(held.at), proof: Some(held.proof) },
        });
        Ok(channels.collect())
    }

    /// Everything that was ever said, newest first.
    pub async fn history(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<ConsentRecord>, ConsentError> {
        let profile = self.today(workspace, profile).await?;
        let sql = format!(
            "SELECT {COLUMNS} FROM consent_history WHERE workspace_id = $1 AND profile_id = $2 \
             ORDER BY at_ms DESC, channel, event"
        );
        let rows = self.db.query(&sql, &[workspace.into(), profile.into()]).await?;
        rows.iter()
            .map(|row| {
                let (_, said) = statement_of(row)?;
                Ok(ConsentRecord {
                    subject: said.subject,
                    state: said.state,
                    detail: said.detail,
                    at: said.at,
                    proof: said.proof,
                })
            })
            .collect()
    }

    /// Declares a state on behalf of the customer; durable when it returns, in force when the pipeline has taken it.
    /// `proof.source` names who entered it; `proof.event` is ignored. Answers the messageId.
    pub async fn set(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
        subject: impl Into<Subject>,
        state: ConsentState,
        proof: &Proof,
    ) -> Result<String, ConsentError> {
        self.declare(workspace, profile, &[Change::new(subject.into(), state)], proof, None).await
    }

    /// Whether each message may go out now, read from the store at this moment: consent and suppression in a few
    /// statements per few hundred recipients. Ids that were merged meanwhile are followed. `topic`: what the message is
    /// about; one that is no longer there counts as one that has to be asked for.
    pub async fn check(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        topic: Option<&TopicKey>,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<Permission>, ConsentError> {
        let ids: Vec<ProfileId> = recipients.iter().map(|(profile, _)| *profile).collect();
        let subjects = permission::deciding(channel, topic);
        let mut known = self.known(workspace, &subjects, &ids).await?;
        let missing: Vec<ProfileId> = ids.iter().filter(|id| !known.contains_key(id)).copied().collect();
        if !missing.is_empty() {
            let mut names = self.canonical(workspace, &missing).await?;
            names.retain(|from, into| from != into);
            let targets: Vec<ProfileId> = names.values().copied().collect();
            let of_targets = self.known(workspace, &subjects, &targets).await?;
            known.extend(names.into_iter().filter_map(|(from, into)| Some((from, of_targets.get(&into)?.clone()))));
        }
        let wants_less =
            |id: &&ProfileId| known.get(id).is_some_and(|known| permission::frequency(known).gap_ms().is_some());
        let rare: Vec<ProfileId> = ids.iter().filter(wants_less).copied().collect();
        let last_sent = self.last_sent(workspace, channel, &rare).await?;
        let topic = match topic {
            Some(key) => Some((key, self.is_opt_out(workspace, key).await?)),
            None => None,
        };
        let question = Question { channel, topic, now: self.now() };
        let suppressed = self.suppressions_of(workspace, channel, recipients).await?;
        let nothing = Known::new();
        let answer = |((profile, _), reason): (&(ProfileId, String), Option<SuppressionReason>)| {
            let known = known.get(profile).unwrap_or(&nothing);
            permission::decide(known, question, reason, last_sent.get(profile).copied())
        };
        Ok(recipients.iter().zip(suppressed).map(answer).collect())
    }

    async fn is_opt_out(&self, workspace: WorkspaceId, topic: &TopicKey) -> Result<bool, ConsentError> {
        match self.topic(workspace, topic).await {
            Ok(topic) => Ok(topic.draft.opt_out),
            Err(ConsentError::NoTopic) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn last_sent(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        profiles: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Timestamp>, ConsentError> {
        let longest = crate::Frequency::ALL.into_iter().filter_map(crate::Frequency::gap_ms).max().unwrap_or(0);
        match self.sent.get() {
            Some(sent) if !profiles.is_empty() => {
                let since = self.now().plus_ms(-longest);
                let found = sent.last_sent(workspace, channel, profiles, since).await;
                found.map_err(ConsentError::Elsewhere)
            }
            _ => Ok(HashMap::new()),
        }
    }

    /// Why nothing goes to each address, in order.
    pub(crate) async fn suppressions_of(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<Option<SuppressionReason>>, ConsentError> {
        let mut keys: Vec<Option<[String; 2]>> = Vec::with_capacity(recipients.len());
        for (_, address) in recipients {
            let normal = normalise_address(channel, address).ok();
            keys.push(normal.map(|normal| [hashed(workspace, channel, &normal), normal]));
        }
        let wanted: Vec<Val> = keys.iter().flatten().flatten().map(Val::from).collect();
        let select = "SELECT address, reason FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN";
        let fixed = [workspace.into(), channel.name().into()];
        let mut suppressed = HashMap::new();
        for row in Reader::Db(&self.db).query_in(select, "", &fixed, &wanted).await? {
            suppressed.insert(row.text("address")?, SuppressionReason::parse(&row.text("reason")?)?);
        }
        let reason = |keys: &Option<[String; 2]>| keys.iter().flatten().find_map(|key| suppressed.get(key)).copied();
        Ok(keys.iter().map(reason).collect())
    }

    /// What was said about `subjects`; who said nothing of them is left out.
    async fn known(
        &self,
        workspace: WorkspaceId,
        subjects: &[Subject],
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, Known>, ConsentError> {
        let values: Vec<Val> = ids.iter().map(|id| (*id).into()).collect();
        let list = db::in_list(2, subjects.len());
        let select =
            format!("SELECT {COLUMNS} FROM consent WHERE workspace_id = $1 AND channel IN {list} AND profile_id IN");
        let mut fixed: Vec<Val> = vec![workspace.into()];
        fixed.extend(subjects.iter().map(|subject| Val::from(subject.to_string())));
        let mut known: HashMap<ProfileId, Known> = HashMap::new();
        for row in Reader::Db(&self.db).query_in(&select, "", &fixed, &values).await? {
            let (profile, said) = statement_of(&row)?;
            let state = SubjectState { state: said.state, at: said.at, detail: said.detail, proof: said.proof };
            known.entry(profile).or_default().insert(said.subject, state);
        }
        Ok(known)
    }

    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, ConsentError> {
        let values: Vec<Val> = ids.iter().map(|id| (*id).into()).collect();
        let select = "SELECT from_id, canonical_id FROM consent_alias WHERE workspace_id = $1 AND from_id IN";
        let mut names: HashMap<ProfileId, ProfileId> = ids.iter().map(|id| (*id, *id)).collect();
        for row in Reader::Db(&self.db).query_in(select, "", &[workspace.into()], &values).await? {
            names.insert(ProfileId::from_sql(row.i64("from_id")?), ProfileId::from_sql(row.i64("canonical_id")?));
        }
        Ok(names)
    }

    /// States of the profiles with an id after `after`, in order of id; profiles nothing is known of are left out.
    pub async fn stream(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: u32,
    ) -> Result<Vec<ProfileConsent>, ConsentError> {
        let limit = limit.clamp(1, STREAM_LIMIT_MAX) as usize;
        let rows_max = (limit * ContactChannel::ALL.len()).max(STREAM_ROWS_MIN);
        let sql = "SELECT profile_id, channel, state FROM consent WHERE workspace_id = $1 AND profile_id > $2 \
                   AND channel NOT IN ('pause', 'frequency') ORDER BY workspace_id, profile_id, channel LIMIT $3";
        let rows = self.db.query(sql, &[workspace.into(), after.into(), rows_max.into()]).await?;
        let is_cut = rows.len() == rows_max;
        let mut profiles: Vec<ProfileConsent> = Vec::new();
        for row in &rows {
            let profile = ProfileId::from_sql(row.i64("profile_id")?);
            let state = (subject_of(row)?, state_of(row)?);
            match profiles.last_mut() {
                Some(last) if last.profile == profile => last.states.push(state),
                _ => profiles.push(ProfileConsent { profile, states: vec![state] }),
            }
        }
        // The last one's rows may go on behind the page: they come with the next.
        if is_cut && profiles.len() > 1 {
            profiles.pop();
        }
        profiles.truncate(limit);
        Ok(profiles)
    }

    /// Suppressed addresses in order of (channel, address). `q` is the beginning of an address, or a whole one.
    pub async fn suppressions(
        &self,
        workspace: WorkspaceId,
        channel: Option<ContactChannel>,
        q: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<Suppression>, ConsentError> {
        let mut sql = format!("SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1");
        let mut args: Vec<Val> = vec![workspace.into()];
        if let Some(channel) = channel {
            args.push(channel.name().into());
            sql.push_str(&format!(" AND channel = ${}", args.len()));
        }
        if let Some(q) = q.map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty()) {
            let end = format!("{q}\u{10FFFF}");
            args.extend([q.into(), end.into()]);
            sql.push_str(&format!(" AND address >= ${} AND address < ${}", args.len() - 1, args.len()));
        }
        if let Some(cursor) = &page.cursor {
            let (channel, address) = cursor.split_once('|').ok_or_else(|| ConsentError::Cursor(cursor.clone()))?;
            args.extend([channel.into(), address.into()]);
            sql.push_str(&format!(" AND (channel, address) > (${}, ${})", args.len() - 1, args.len()));
        }
        args.push((page.limit() + 1).into());
        sql.push_str(&format!(" ORDER BY workspace_id, channel, address LIMIT ${}", args.len()));
        let rows = self.db.query(&sql, &args).await?;
        let items = rows.iter().map(suppression_of).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(items, page.limit(), |last| format!("{}|{}", last.channel.name(), last.address)))
    }

    /// Addresses on the list that are known to be this customer's.
    pub async fn suppressed(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<Suppression>, ConsentError> {
        let profile = self.today(workspace, profile).await?;
        let sql = format!(
            "SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND profile_id = $2 \
             ORDER BY channel, address"
        );
        let rows = self.db.query(&sql, &[workspace.into(), profile.into()]).await?;
        Ok(rows.iter().map(suppression_of).collect::<Result<Vec<_>, _>>()?)
    }

    /// Puts an address on the list. `profile`: whose it is, when the caller knows; then "Address Suppressed" tells the
    /// other rooms. False when it was there already.
    pub async fn suppress(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        address: &str,
        reason: SuppressionReason,
        profile: Option<ProfileId>,
    ) -> Result<bool, ConsentError> {
        if reason == SuppressionReason::Erased {
            return Err(ConsentError::Reason("erased".into()));
        }
        let address = normalise_address(channel, address)?;
        let at = self.clock.now();
        let sql = "INSERT INTO suppression (workspace_id, channel, address, reason, at_ms, profile_id, event) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, channel, address) DO NOTHING";
        let owner = profile.map_or(Val::NullI, Val::from);
        let args = [
            workspace.into(),
            channel.name().into(),
            address.into(),
            reason.name().into(),
            at.into(),
            owner,
            Val::NullT,
        ];
        let added = self.db.execute(sql, &args).await? > 0;
        if let (true, Some(profile)) = (added, profile) {
            self.announce(workspace, ADDRESS_SUPPRESSED, profile, channel, reason).await?;
        }
        Ok(added)
    }

    /// Takes an address off the list.
    pub async fn release(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        address: &str,
    ) -> Result<(), ConsentError> {
        let hash = address.starts_with(HASH_PREFIX);
        let key = if hash { address.to_owned() } else { normalise_address(channel, address)? };
        let other = if hash { key.clone() } else { hashed(workspace, channel, &key) };
        let args: [Val; 4] = [workspace.into(), channel.name().into(), key.into(), other.into()];
        let sql = format!(
            "SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN ($3, $4)"
        );
        let Some(row) = self.db.query_one(&sql, &args).await? else { return Err(ConsentError::NotSuppressed) };
        let one = suppression_of(&row)?;
        let sql = "DELETE FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address IN ($3, $4)";
        self.db.execute(sql, &args).await?;
        if let Some(profile) = one.profile {
            self.announce(workspace, ADDRESS_UNSUPPRESSED, profile, channel, one.reason).await?;
        }
        Ok(())
    }

    /// Puts many addresses on the list at once; answers (added or there already, refused with their line number).
    pub async fn import_suppressions(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        reason: SuppressionReason,
        addresses: &[String],
    ) -> Result<(usize, Vec<(usize, ConsentError)>), ConsentError> {
        let at = self.clock.now();
        let mut wanted = BTreeMap::new();
        let mut refused = Vec::new();
        for (number, address) in addresses.iter().take(SUPPRESSION_IMPORT_MAX).enumerate() {
            match normalise_address(channel, address) {
                Ok(address) => {
                    wanted.insert(address.clone(), Suppression { channel, address, reason, at, profile: None });
                }
                Err(error) => refused.push((number, error)),
            }
        }
        let rows: Vec<_> = wanted.into_values().map(|one| (workspace, one, None)).collect();
        let mut tx = self.db.begin().await?;
        write_suppressions(&mut tx, &rows).await?;
        tx.commit().await?;
        Ok((rows.len(), refused))
    }

    async fn announce(
        &self,
        workspace: WorkspaceId,
        name: &str,
        profile: ProfileId,
        channel: ContactChannel,
        reason: SuppressionReason,
    ) -> Result<(), ConsentError> {
        let now = self.clock.now();
        let key = format!("suppression:{}", AuditId::new(now, &*self.rng).uuid());
        let event = SystemEvent::new(workspace, name, key, profile, now, Channel::System)
            .with("channel", channel.name())
            .with("reason", reason.name());
        Ok(self.inbox.append_system(&[event], now).await?)
    }

    /// Everything this room holds about a customer, as JSON.
    pub async fn export(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Json, ConsentError> {
        let history = self.history(workspace, profile).await?;
        let suppressed = self.suppressed(workspace, profile).await?;
        let history = history.iter().map(|said| {
            serde_json::json!({
                "channel": said.subject.to_string(), "state": said.state, "detail": said.detail, "at": said.at,
                "proof": said.proof,
            })
        });
        let suppressed = suppressed.iter().map(|one| {
            serde_json::json!({"channel": one.channel, "address": one.address, "reason": one.reason, "at": one.at})
        });
        let asked = self.requests(workspace, profile).await?;
        let asked = asked.iter().map(|request| {
            serde_json::json!({
                "kind": request.kind.name(), "address": request.address, "at": request.asked_at,
                "subjects": request.subjects.iter().map(Subject::to_string).collect::<Vec<_>>(),
                "answered_at": request.done_at, "proof": request.proof,
            })
        });
        Ok(serde_json::json!({
            "consent": history.collect::<Vec<_>>(),
            "requests": asked.collect::<Vec<_>>(),
            "suppressed": suppressed.collect::<Vec<_>>(),
        }))
    }

    /// The name under which the room is in the erasure register.
    pub const ERASER_NAME: &str = "consent";

    /// Deletes everything about `profiles`. Suppressed addresses stay as a hash: who bounced or complained is not
    /// written to again because they were erased.
    /// `addresses` are theirs too: an entry may have been made before anybody knew whose address it is.
    pub async fn erase(
        tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        addresses: &[(ContactChannel, String)],
    ) -> Result<u64, DbError> {
        let ids: Vec<Val> = profiles.iter().map(|id| (*id).into()).collect();
        let select = format!("SELECT {SUPPRESSION_COLUMNS} FROM suppression WHERE workspace_id = $1 AND profile_id IN");
        let mut rows = Reader::Tx(tx).query_in(&select, "", &[workspace.into()], &ids).await?;
        for (channel, address) in addresses {
            // What is no address of the channel is on no list of it.
            let Ok(normal) = normalise_address(*channel, address) else { continue };
            let sql = format!(
                "DELETE FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address = $3 \
                 RETURNING {SUPPRESSION_COLUMNS}"
            );
            if *channel == ContactChannel::Email {
                let sql = "DELETE FROM consent_request WHERE workspace_id = $1 AND address = $2";
                tx.execute(sql, &[workspace.into(), normal.as_str().into()]).await?;
            }
            rows.extend(tx.query(&sql, &[workspace.into(), channel.name().into(), normal.into()]).await?);
        }
        let mut hashes = BTreeMap::new();
        for row in &rows {
            let one = suppression_of(row)?;
            let address = if one.address.starts_with(HASH_PREFIX) {
                one.address.clone()
            } else {
                hashed(workspace, one.channel, &one.address)
            };
            let erased =
                Suppression { address: address.clone(), reason: SuppressionReason::Erased, profile: None, ..one };
            hashes.insert((erased.channel, address), (workspace, erased, None));
        }
        let mut deleted = 0;
        for table_and_column in [
            ("suppression", "profile_id"),
            ("consent", "profile_id"),
            ("consent_history", "profile_id"),
            ("consent_shared", "profile_id"),
            ("consent_request", "profile_id"),
            ("consent_alias", "from_id"),
            ("consent_alias", "canonical_id"),
        ] {
            let (table, column) = table_and_column;
            for id in &ids {
                let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND {column} = $2");
                deleted += tx.execute(&sql, &[workspace.into(), id.clone()]).await?;
            }
        }
        let rows: Vec<_> = hashes.into_values().collect();
        write_suppressions(tx, &rows).await?;
        Ok(deleted)
    }
}
