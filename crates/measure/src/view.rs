//! The projection of the log: orders, touches, credits and daily sums, kept in the pipeline's transaction.
//!
//! A batch costs a handful of multi-row statements whatever it holds: events are counted in memory, orders are read
//! and written once each, and only people with a new touch or a changed order are credited again.

use crate::divide::{both, divide};
use crate::engine::attribution::last_touch;
use crate::engine::day::DayCalendar;
use crate::engine::order::{OrderRow, OrderStep, Step, order_id_of, step_of};
use crate::engine::refusal::Refusal;
use crate::model::{AttributionRule, RefusedOrder, Touch, TouchKind, WorkspaceBasics};
use crate::store::{self, Daily, DailyKey};
use crate::{MeasureError, Workspaces};
use async_trait::async_trait;
use base::{CampaignId, EventId, Json, ProfileId, Timestamp, WorkspaceId};
use db::Tx;
use events::{Batch, Channel, Effects, Event, EventKind, ResolvedEvent, View, ViewError, names};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) const NAME: &str = "measure";
/// Written by `deliver`: clicks reported before were part of a burst.
const HITS_RECLASSIFIED: &str = "Email Hits Reclassified";

/// Names of the daily sums.
pub(crate) mod metric {
    /// Events of customers and about them; what the program tells itself is left out.
    pub const EVENTS: &str = "events";
    pub const NEW_CUSTOMERS: &str = "new_customers";
    /// `n` orders, `sum_minor` their net revenue.
    pub const ORDERS: &str = "orders";
}

/// The view; cheap to clone.
#[derive(Clone)]
pub struct MeasureView {
    workspaces: Arc<dyn Workspaces>,
}

impl MeasureView {
    pub fn new(workspaces: Arc<dyn Workspaces>) -> Self {
        Self { workspaces }
    }

    async fn place(&self, workspace: WorkspaceId) -> Result<Place, MeasureError> {
        let WorkspaceBasics { time_zone, currency, attribution } = self.workspaces.basics(workspace).await?;
        Ok(Place { calendar: DayCalendar::new(workspace, &time_zone)?, currency, rule: attribution.checked()? })
    }
}

/// What the view knows of a workspace while it works on a batch.
struct Place {
    calendar: DayCalendar,
    currency: base::Currency,
    rule: AttributionRule,
}

/// What a batch says about one workspace.
#[derive(Default)]
struct Work {
    daily: BTreeMap<DailyKey, Daily>,
    /// With the number of their event in the batch.
    steps: Vec<(usize, OrderStep)>,
    /// Order events that are none, by the number of their event.
    refused: Vec<(usize, Refusal)>,
    touches: Vec<Touch>,
    /// Touches that turned out to be a machine's: whose, and the ids of their events.
    retracted: Vec<(ProfileId, Vec<String>)>,
    erased: BTreeSet<ProfileId>,
    /// Survivors of merges, and both of a split: all their orders are credited again.
    merged_into: BTreeSet<ProfileId>,
}

#[async_trait]
impl View for MeasureView {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, _effects: &mut Effects) -> Result<(), ViewError> {
        if !store::advance_cursor(tx, batch.end).await? {
            return Ok(());
        }
        let mut places: HashMap<WorkspaceId, Place> = HashMap::new();
        let mut works: BTreeMap<WorkspaceId, Work> = BTreeMap::new();
        for (number, item) in batch.events.iter().enumerate() {
            let workspace = item.event.workspace;
            if let Entry::Vacant(free) = places.entry(workspace) {
                free.insert(self.place(workspace).await?);
            }
            if let Some(place) = places.get_mut(&workspace) {
                works.entry(workspace).or_default().take(number, item, place);
            }
        }
        for (workspace, moves) in merges_of(batch) {
            if let Entry::Vacant(free) = places.entry(workspace) {
                free.insert(self.place(workspace).await?);
            }
            store::move_profiles(tx, workspace, &moves).await?;
            works.entry(workspace).or_default().merged_into.extend(moves.values());
        }
        for split in &batch.splits {
            divide(tx, split).await?;
        }
        for (workspace, both) in both(&batch.splits) {
            if let Entry::Vacant(free) = places.entry(workspace) {
                free.insert(self.place(workspace).await?);
            }
            works.entry(workspace).or_default().merged_into.extend(both);
        }
        for (workspace, work) in works {
            if let Some(place) = places.get_mut(&workspace) {
                write(tx, workspace, place, work, batch).await?;
            }
        }
        Ok(())
    }
}

impl Work {
    fn take(&mut self, number: usize, item: &ResolvedEvent, place: &mut Place) {
        let event = &item.event;
        let day = place.calendar.day_of(event.at);
        if event.channel != Channel::System {
            self.count(day, metric::EVENTS, event.channel.name()).n += 1;
        }
        if item.created {
            self.count(day, metric::NEW_CUSTOMERS, event.channel.name()).n += 1;
        }
        if event.kind != EventKind::Track {
            return;
        }
        if let Some(step) = step_of(event) {
            match OrderStep::read(event, item.profile, step, place.currency) {
                Ok(step) => self.steps.push((number, step)),
                Err(refusal) => self.refused.push((number, refusal)),
            }
        } else if let Some(touch) = touch_of(event, item.profile) {
            self.touches.push(touch);
        } else if event.source.is_none() && event.name == names::PROFILE_ERASED {
            self.erased.insert(item.profile);
        } else if event.source.is_none() && event.name == HITS_RECLASSIFIED {
            self.retracted.push((item.profile, reclassified(event)));
        }
    }

    fn count(&mut self, day: i64, metric: &'static str, channel: &'static str) -> &mut Daily {
        self.daily.entry(DailyKey { day, metric, channel: channel.into(), currency: "".into() }).or_default()
    }
}

/// Only our own events are touches: a source must not be able to claim the credit for orders.
fn touch_of(event: &Event, profile: ProfileId) -> Option<Touch> {
    let kind = match event.name.as_str() {
        names::EMAIL_OPENED => TouchKind::Open,
        names::EMAIL_LINK_CLICKED => TouchKind::Click,
        _ => return None,
    };
    if event.source.is_some() || !by_a_human(event) {
        return None;
    }
    let text = |key| event.properties.get(key).and_then(Json::as_str);
    let campaign: CampaignId = text("campaign_id")?.parse().ok()?;
    Some(Touch {
        profile,
        at: event.at,
        event_id: event.id.to_string(),
        kind,
        campaign: campaign.to_string(),
        message: text("message_id").unwrap_or_default().to_owned(),
    })
}

/// The events of the hits that were reported before and turned out to be a machine's.
fn reclassified(event: &Event) -> Vec<String> {
    let hits = event.properties.get("hits").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let keys = hits.flat_map(|hit| [format!("email_link_clicked:{hit}"), format!("email_opened:{hit}")]);
    keys.map(|key| EventId::of(event.workspace, &key).to_string()).collect()
}

/// Security gateways and mail proxies open and click too; tests are our own.
fn by_a_human(event: &Event) -> bool {
    let flag = |key| event.properties.get(key).and_then(Json::as_bool);
    if flag("test") == Some(true) || flag("machine") == Some(true) || flag("human") == Some(false) {
        return false;
    }
    let named = ["machine", "actor", "class"].iter().find_map(|key| event.properties.get(key).and_then(Json::as_str));
    named.is_none_or(|name| name == "human")
}

/// Per workspace: where each merged profile ended up, chains followed to their end.
fn merges_of(batch: &Batch) -> BTreeMap<WorkspaceId, BTreeMap<ProfileId, ProfileId>> {
    let mut out: BTreeMap<WorkspaceId, BTreeMap<ProfileId, ProfileId>> = BTreeMap::new();
    for merge in batch.merges.iter().filter(|merge| merge.from != merge.into) {
        let moves = out.entry(merge.workspace).or_default();
        for into in moves.values_mut().filter(|into| **into == merge.from) {
            *into = merge.into;
        }
        moves.insert(merge.from, merge.into);
    }
    out
}

async fn write(
    tx: &mut Tx,
    workspace: WorkspaceId,
    place: &mut Place,
    mut work: Work,
    batch: &Batch,
) -> Result<(), MeasureError> {
    let changed = fold_orders(tx, workspace, place, &mut work).await?;
    let corrected = corrected(batch, &mut work);
    store::delete_corrected(tx, workspace, &corrected).await?;
    store::insert_refused(tx, workspace, &refused_rows(batch, &work.refused)).await?;
    store::insert_touches(tx, workspace, &work.touches).await?;
    for (profile, events) in &work.retracted {
        store::delete_touches(tx, workspace, *profile, events).await?;
    }
    credit(tx, workspace, place.rule, &changed, &work).await?;
    store::add_daily(tx, workspace, work.daily).await?;
    for profile in work.erased {
        store::erase(tx, workspace, &[profile]).await?;
    }
    Ok(())
}

/// Folds the batch's steps into the orders, writes them, and puts the differences into the daily sums.
async fn fold_orders(
    tx: &mut Tx,
    workspace: WorkspaceId,
    place: &mut Place,
    work: &mut Work,
) -> Result<Vec<OrderRow>, MeasureError> {
    if work.steps.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<&str> = work.steps.iter().map(|(_, step)| step.order_id.as_str()).collect();
    // The order of somebody who was erased is known by a hash of its number; what is said of it later still counts.
    let erased: Vec<String> = ids.iter().map(|id| store::erased_order_id(workspace, id)).collect();
    let asked = ids.into_iter().chain(erased.iter().map(String::as_str)).collect();
    let mut orders = store::orders_by_id(tx, workspace, &asked).await?;
    for order in orders.values() {
        add_order(&mut work.daily, order, -1);
    }
    for (number, step) in &work.steps {
        let day = place.calendar.day_of(step.at);
        let erased = store::erased_order_id(workspace, &step.order_id);
        let known = if orders.contains_key(&erased) { erased } else { step.order_id.clone() };
        let order = orders.entry(known).or_insert_with(|| OrderRow::new(step, day));
        if let Err(refusal) = order.apply(step, day) {
            work.refused.push((*number, refusal));
        }
    }
    for order in orders.values() {
        add_order(&mut work.daily, order, 1);
    }
    let changed: Vec<OrderRow> = orders.into_values().collect();
    store::upsert_orders(tx, &changed).await?;
    Ok(changed)
}

/// Orders whose worth the batch says in a way that can be used: what was refused of it before is corrected. A refund
/// corrects nothing: it may be another one.
fn corrected(batch: &Batch, work: &mut Work) -> BTreeSet<String> {
    let refused: BTreeSet<usize> = work.refused.iter().map(|(number, _)| *number).collect();
    let accepted = work
        .steps
        .iter()
        .filter(|(number, step)| step.step.says_worth() && step.amount.is_some() && !refused.contains(number));
    let last: BTreeMap<String, usize> = accepted.map(|(number, step)| (step.order_id.clone(), *number)).collect();
    work.refused.retain(|(number, _)| {
        let event = &batch.events[*number].event;
        let is_worth = step_of(event).is_some_and(Step::says_worth);
        !is_worth || last.get(&order_id_of(event)).is_none_or(|accepted| accepted < number)
    });
    last.into_keys().collect()
}

fn refused_rows(batch: &Batch, refused: &[(usize, Refusal)]) -> Vec<RefusedOrder> {
    let row = |(number, refusal): &(usize, Refusal)| {
        let item = &batch.events[*number];
        RefusedOrder {
            event_id: item.event.id.to_string(),
            order_id: order_id_of(&item.event),
            profile: item.profile,
            at: item.event.at,
            event: item.event.name.clone(),
            channel: item.event.channel.name().to_owned(),
            reason: refusal.reason.name().to_owned(),
            said: refusal.said.clone(),
        }
    };
    refused.iter().map(row).collect()
}

/// Adds (or with `sign` −1 takes away) what `order` is worth to its day.
pub(crate) fn add_order(daily: &mut BTreeMap<DailyKey, Daily>, order: &OrderRow, sign: i64) {
    let net = order.net();
    if net.counted == 0 && net.net_minor == 0 {
        return;
    }
    let key = DailyKey {
        day: order.day,
        metric: metric::ORDERS,
        channel: order.channel.clone().into(),
        currency: order.currency.code().to_owned().into(),
    };
    let sum = daily.entry(key).or_default();
    sum.n += sign * net.counted;
    sum.sum_minor += sign * net.net_minor;
}

/// Credits anew the changed orders and every order that a new touch, or a merge, may have a word in.
async fn credit(
    tx: &mut Tx,
    workspace: WorkspaceId,
    rule: AttributionRule,
    changed: &[OrderRow],
    work: &Work,
) -> Result<(), MeasureError> {
    let mut since: BTreeMap<ProfileId, Timestamp> = BTreeMap::new();
    for touch in work.touches.iter().filter(|touch| rule.touch.admits(touch.kind)) {
        let from = since.entry(touch.profile).or_insert(touch.at);
        *from = touch.at.min(*from);
    }
    let anew = work.merged_into.iter().chain(work.retracted.iter().map(|(profile, _)| profile));
    since.extend(anew.map(|profile| (*profile, Timestamp::from_ms(i64::MIN))));
    let mut orders: BTreeMap<String, store::OrderTime> = store::orders_since(tx, workspace, &since).await?;
    for order in changed.iter().filter(|order| order.placed) {
        let time = store::OrderTime { profile: order.profile, at: order.at };
        orders.insert(order.order_id.clone(), time);
    }
    recredit(tx, workspace, rule, &orders).await
}

/// Gives every order of `orders` the credit its person's touches say.
pub(crate) async fn recredit(
    tx: &mut Tx,
    workspace: WorkspaceId,
    rule: AttributionRule,
    orders: &BTreeMap<String, store::OrderTime>,
) -> Result<(), MeasureError> {
    let Some(first) = orders.values().map(|order| order.at).min() else { return Ok(()) };
    let last = orders.values().map(|order| order.at).max().unwrap_or(first);
    let people: BTreeSet<ProfileId> = orders.values().map(|order| order.profile).collect();
    let from = Timestamp::from_ms(first.ms().saturating_sub(rule.window_ms()));
    let touches = store::touches(tx, workspace, &people, from, last).await?;
    let credits = orders.iter().filter_map(|(order_id, order)| {
        let touch = last_touch(touches.get(&order.profile)?, order.at, rule)?;
        Some((order_id.as_str(), touch))
    });
    let credits: Vec<_> = credits.collect();
    store::replace_credits(tx, workspace, orders.keys().map(String::as_str), &credits).await?;
    Ok(())
}
