//! The profile table as a view of the log: traits, and beside them (see [`crate::activity`]) first and last seen, number
//! of events, channels.
//!
//! One row of activity is written per profile and batch; the profile itself only when it is new, was merged or when an
//! event told something of it.

use crate::activity::{self, Activity, SeenSlots, Who};
use crate::cache::anchor_key;
use crate::document::Document;
use crate::rules::{RuleBook, RuleSet, Rules};
use crate::survivor::Said;
use crate::{Eraser, Person, acquisition, erase, identity};
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Row, Tx, Val};
use events::{Batch, Channel, Effects, Event, EventKind, Merge, Split, View, ViewError, names};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The view's name in logs and cursors.
pub const VIEW_NAME: &str = "profile";
/// Property of "Profile Erased" that makes it an anonymising.
pub(crate) const KEEPS_COUNTS: &str = "keeps_counts";
/// Characters of a name, city or address that a prefix search can reach.
const SEARCH_CHARS_MAX: usize = 100;
/// Of the events Tutti writes, those in which the customer did something.
const DONE_BY_CUSTOMER: [&str; 3] = [names::EMAIL_LINK_CLICKED, names::UNSUBSCRIBED, names::EMAIL_MARKED_AS_SPAM];

/// Writes the profile table; erases people in all rooms that registered.
pub struct ProfileView {
    erasers: Vec<Arc<dyn Eraser>>,
    book: Arc<RuleBook>,
    seen: Mutex<SeenSlots>,
}

/// What a batch says about one profile.
#[derive(Default)]
struct Delta {
    created_ms: Option<i64>,
    activity: Activity,
    /// Numbers of the events that may change a trait.
    telling: Vec<u32>,
}

/// A row of the profile table.
struct Stored {
    created_ms: i64,
    traits: Document,
    /// What the row that is there is found by; None when there is none yet.
    found_by: Option<SearchForms>,
}

/// What searches look at: name, last name, e-mail, city.
type SearchForms = [Option<String>; 4];

impl ProfileView {
    /// `erasers`: the rooms that keep something about a profile. This crate's own tables are always erased.
    pub fn new(erasers: Vec<Arc<dyn Eraser>>) -> Self {
        Self { erasers, book: Arc::default(), seen: Mutex::default() }
    }

    /// The rules of the workspaces, as the resolver has them.
    pub fn with_rules(self, book: Arc<RuleBook>) -> Self {
        Self { book, ..self }
    }

    #[cfg(test)]
    pub(crate) fn rules(&self) -> &RuleBook {
        &self.book
    }

    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profile: ProfileId) -> Result<(), ViewError> {
        let sql = "SELECT id FROM profile_erased WHERE workspace_id = $1 AND canonical_id = $2 ORDER BY id";
        let rows = tx.query(sql, &[workspace.into(), profile.into()]).await?;
        let ids = rows.iter().map(|row| row.i64("id").map(ProfileId::from_sql));
        let ids = ids.collect::<Result<Vec<ProfileId>, DbError>>()?;
        for id in &ids {
            for sql in [
                "DELETE FROM profile WHERE workspace_id = $1 AND id = $2",
                "DELETE FROM profile_activity WHERE workspace_id = $1 AND profile_id = $2",
            ] {
                tx.execute(sql, &[workspace.into(), (*id).into()]).await?;
            }
        }
        let person = Person { identifiers: erase::identifiers(tx, workspace, profile).await?, profiles: ids };
        for eraser in &self.erasers {
            eraser.erase(tx, workspace, &person).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl View for ProfileView {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, _effects: &mut Effects) -> Result<(), ViewError> {
        self.book.begin_batch();
        for item in batch.events.iter().filter(|item| identity::is_erasure(&item.event)) {
            if keeps_counts(&item.event) {
                erase::keep_counts(tx, item.event.workspace, item.profile).await?;
            }
            self.erase(tx, item.event.workspace, item.profile).await?;
        }
        for split in &batch.splits {
            self.divide(tx, split).await?;
        }
        self.write_down(tx, batch).await
    }

    async fn committed(&self, _batch: &Batch) {
        self.seen.lock().commit();
    }

    async fn rolled_back(&self, _batch: &Batch) {
        self.seen.lock().roll_back();
    }
}

impl ProfileView {
    /// Two people out of one: both rows are worked out anew from what each of them did.
    async fn divide(&self, tx: &mut Tx, split: &Split) -> Result<(), ViewError> {
        for (profile, events) in split.sides() {
            delete(tx, &[(split.workspace, profile)]).await?;
            let sql = "DELETE FROM profile_activity WHERE workspace_id = $1 AND profile_id = $2";
            tx.execute(sql, &[split.workspace.into(), profile.into()]).await?;
            self.seen.lock().change(anchor_key(split.workspace.number(), profile.number()), None);
            if events.is_empty() {
                self.write_blank(tx, (split.workspace, profile), split.at).await?;
            }
            self.write_down(tx, &Batch { events, ..Batch::default() }).await?;
        }
        Ok(())
    }

    /// Somebody of whom nothing is known but an identifier.
    async fn write_blank(&self, tx: &mut Tx, who: Who, at: Timestamp) -> Result<(), ViewError> {
        let row = Stored { created_ms: at.ms(), traits: Document::default(), found_by: None };
        write(tx, &HashMap::from([(who, row)])).await?;
        let mut activity = Activity::default();
        activity.first(at.ms());
        Ok(activity::write(tx, &BTreeMap::from([(who, activity)]), |_| true, &self.seen).await?)
    }

    async fn write_down(&self, tx: &mut Tx, batch: &Batch) -> Result<(), ViewError> {
        let rules = self.book.current();
        let deltas = fold(batch);
        let mut stored = load(tx, &batch.merges, &deltas).await?;
        let dead = merge(&batch.merges, &mut stored, &rules);
        delete(tx, &dead).await?;
        for (who, delta) in &deltas {
            if delta.created_ms.is_none() && delta.telling.is_empty() && !stored.contains_key(who) {
                continue;
            }
            let row = stored.entry(*who).or_insert_with(|| Stored::new(delta));
            row.apply(delta, batch, rules.of(who.0));
        }
        write(tx, &stored).await?;
        let ruled = stored.iter().filter(|((workspace, _), _)| !rules.of(*workspace).traits.is_empty());
        self.book.tell(ruled.map(|(who, row)| (*who, row.traits.ruled(rules.of(who.0)))));
        let created = |who: &Who| deltas.get(who).is_some_and(|delta| delta.created_ms.is_some());
        // Traits that were worked out are nothing that happened.
        let happened = deltas.iter().filter(|(_, delta)| 0 < delta.activity.events);
        let mut activity = happened.map(|(who, delta)| (*who, delta.activity.clone())).collect();
        activity::merge(tx, &batch.merges, &mut activity).await?;
        Ok(activity::write(tx, &activity, created, &self.seen).await?)
    }
}

/// True of an erasure after which the history keeps what happened, as events of nobody.
fn keeps_counts(event: &Event) -> bool {
    event.properties.get(KEEPS_COUNTS).and_then(base::Json::as_bool) == Some(true)
}

/// One pass over the events: what happened to whom.
fn fold(batch: &Batch) -> BTreeMap<Who, Delta> {
    let mut deltas: HashMap<Who, Delta> = HashMap::new();
    for (number, item) in batch.events.iter().enumerate() {
        let event = &item.event;
        if identity::is_erasure(event) || item.is_of_nobody() {
            continue;
        }
        let delta = deltas.entry((event.workspace, item.profile)).or_default();
        if event.is_computed() {
            delta.telling.push(number as u32);
            continue;
        }
        let at = event.at.ms();
        delta.activity.events += 1;
        if item.created {
            delta.created_ms = Some(event.received_at.ms());
        }
        delta.activity.first(at);
        if is_presence(event) {
            delta.activity.last(at);
            delta.activity.channels |= channel_bit(event.channel);
        }
        if (event.kind == EventKind::Identify && !event.traits.is_empty()) || acquisition::may_tell(event) {
            delta.telling.push(number as u32);
        }
    }
    deltas.into_iter().collect()
}

/// True when the event shows the customer (or a source that speaks for them), not something Tutti did to them.
pub(crate) fn is_presence(event: &Event) -> bool {
    event.source.is_some() || DONE_BY_CUSTOMER.contains(&event.name.as_str())
}

pub(crate) fn channel_bit(channel: Channel) -> i64 {
    Channel::ALL.iter().position(|other| *other == channel).map_or(0, |position| 1 << position)
}

/// Reads the rows that will be rewritten: told about, created (none there) or part of a merge.
async fn load(tx: &mut Tx, merges: &[Merge], deltas: &BTreeMap<Who, Delta>) -> Result<HashMap<Who, Stored>, ViewError> {
    let mut wanted: BTreeMap<WorkspaceId, Vec<i64>> = BTreeMap::new();
    for merge in merges {
        wanted.entry(merge.workspace).or_default().extend([merge.from.sql(), merge.into.sql()]);
    }
    for ((workspace, profile), delta) in deltas {
        if delta.created_ms.is_none() && !delta.telling.is_empty() {
            wanted.entry(*workspace).or_default().push(profile.sql());
        }
    }
    let mut stored = HashMap::new();
    for (workspace, mut ids) in wanted {
        ids.sort_unstable();
        ids.dedup();
        for chunk in db::pieces(&ids, tx.chunk() * 4) {
            let (which, ids) = db::among(2, chunk);
            let sql = format!("SELECT id, created_ms, traits FROM profile WHERE workspace_id = $1 AND id {which}");
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(ids).collect();
            for row in tx.query(&sql, &args).await? {
                let id = row.i64("id")?;
                if chunk.binary_search(&id).is_ok() {
                    stored.insert((workspace, ProfileId::from_sql(id)), Stored::read(&row)?);
                }
            }
        }
    }
    Ok(stored)
}

/// Brings merged rows together, in the order of the merges; answers the rows to delete.
fn merge(merges: &[Merge], stored: &mut HashMap<Who, Stored>, rules: &RuleSet) -> Vec<Who> {
    let mut dead = Vec::new();
    for merge in merges {
        let Some(from) = stored.remove(&(merge.workspace, merge.from)) else { continue };
        dead.push((merge.workspace, merge.from));
        match stored.get_mut(&(merge.workspace, merge.into)) {
            Some(into) => into.absorb(&from, rules.of(merge.workspace)),
            // The survivor was made in this batch and has no row yet.
            None => {
                stored.insert((merge.workspace, merge.into), Stored { found_by: None, ..from });
            }
        }
    }
    dead
}

async fn delete(tx: &mut Tx, dead: &[Who]) -> Result<(), DbError> {
    let mut groups: BTreeMap<WorkspaceId, Vec<ProfileId>> = BTreeMap::new();
    for (workspace, id) in dead {
        groups.entry(*workspace).or_default().push(*id);
    }
    for (workspace, ids) in groups {
        for chunk in db::pieces(&ids, tx.chunk() * 4) {
            let list = db::in_list(2, chunk.len());
            let sql = format!("DELETE FROM profile WHERE workspace_id = $1 AND id IN {list}");
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

impl Stored {
    fn new(delta: &Delta) -> Self {
        let created = delta.created_ms.or(delta.activity.first_ms).unwrap_or_default();
        Self { created_ms: created, traits: Document::default(), found_by: None }
    }

    fn read(row: &Row) -> Result<Self, ViewError> {
        let traits = parse(&row.text("traits")?)?;
        Ok(Self { created_ms: row.i64("created_ms")?, found_by: Some(search_forms(&traits)), traits })
    }

    fn absorb(&mut self, other: &Stored, rules: &Rules) {
        self.created_ms = self.created_ms.min(other.created_ms);
        self.traits.absorb(&other.traits, rules);
    }

    fn apply(&mut self, delta: &Delta, batch: &Batch, rules: &Rules) {
        self.created_ms = delta.created_ms.map_or(self.created_ms, |at| at.min(self.created_ms));
        for number in &delta.telling {
            hear(&mut self.traits, &batch.events[*number as usize].event, rules);
        }
    }
}

/// Takes what the event tells of the customer into their traits.
pub(crate) fn hear(traits: &mut Document, event: &Event, rules: &Rules) {
    let mut refused = 0;
    each_saying(event, rules, |name, said, limited| {
        refused += usize::from(!traits.hear(rules, name, said) && limited);
    });
    if 0 < refused {
        tracing::warn!(event = %event.id, workspace = %event.workspace, refused, "traits beyond the limits were not stored");
    }
}

/// Calls `each(trait, what is said, is it the sender's own word)` for everything the event tells of the customer.
pub(crate) fn each_saying(event: &Event, rules: &Rules, mut each: impl FnMut(&str, Said, bool)) {
    if identity::names_nobody(event, rules) {
        return;
    }
    let id = event.source.map(|source| source.to_string());
    let own = if event.is_computed() { events::COMPUTED_SOURCE } else { event.channel.name() };
    let source = id.as_deref().unwrap_or(own);
    let mut whom: Option<String> = None;
    let mut say = |name: &str, value: &base::Json, own: bool| {
        let asks = rules.of_trait(name).is_some_and(|rule| rule.survivor.asks_whom());
        let whom = if asks { whom.get_or_insert_with(|| identity::whom(event, rules)).clone() } else { String::new() };
        each(name, Said(value.clone(), event.at.ms(), source.to_owned(), whom), own);
    };
    if event.kind == EventKind::Identify {
        event.traits.map().iter().for_each(|(name, value)| say(name, value, true));
    }
    if acquisition::may_tell(event) {
        acquisition::read(event, |name, value| say(name, &value, false));
    }
}

pub(crate) fn parse(text: &str) -> Result<Document, ViewError> {
    Document::parse(text)
        .map_err(|error| ViewError::Broken { view: VIEW_NAME, detail: format!("stored traits do not parse: {error}") })
}

async fn write(tx: &mut Tx, stored: &HashMap<Who, Stored>) -> Result<(), DbError> {
    let mut sorted: Vec<_> = stored.iter().collect();
    sorted.sort_unstable_by_key(|(who, _)| **who);
    let (mut as_found, mut found_anew) = (Vec::new(), Vec::new());
    for ((workspace, id), row) in sorted {
        let forms = search_forms(&row.traits);
        let mut values = vec![(*workspace).into(), (*id).into(), row.created_ms.into(), Val::from(row.traits.text())];
        if row.found_by.as_ref() == Some(&forms) {
            as_found.push(values);
        } else {
            values.extend(forms.map(Val::from));
            found_anew.push(values);
        }
    }
    // SQLite writes the index entry of each column an update names, changed or not: these rows are there, and are found
    // as before.
    let head = "INSERT INTO profile (workspace_id, id, created_ms, traits";
    let tail = "ON CONFLICT (workspace_id, id) DO UPDATE SET created_ms = excluded.created_ms, \
                traits = excluded.traits";
    tx.insert_many(&format!("{head})"), tail, &as_found).await?;
    let head = format!("{head}, search_name, search_last_name, search_email, search_city)");
    let tail = format!(
        "{tail}, search_name = excluded.search_name, search_last_name = excluded.search_last_name, \
         search_email = excluded.search_email, search_city = excluded.search_city"
    );
    tx.insert_many(&head, &tail, &found_anew).await.map(|_| ())
}

fn search_forms(traits: &Document) -> SearchForms {
    let form = search_form;
    [form(traits.full_name().as_deref()), form(traits.last_name()), form(traits.email()), form(traits.city())]
}

/// Lower case, cut to what a search reaches.
pub(crate) fn search_form(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.chars().take(SEARCH_CHARS_MAX).flat_map(char::to_lowercase).collect())
}
