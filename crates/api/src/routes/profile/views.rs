//! How a customer is shown: joined from all rooms that know something about them.

use super::super::consent::{ConsentView, SuppressionView};
use super::super::measure::{MoneyView, RfmView, rfm_of};
use crate::App;
use crate::problem::ApiResult;
use base::{Json, Money, ProfileId, Timestamp, WorkspaceId};
use deliver::Recipient;
use lake::StoredEvent;
use measure::{OrderRecord, OrderSums};
use profile::{ConflictSeen, IdentifierSeen, Profile, ProfileSummary, TraitSeen};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Messages shown with a customer.
const MESSAGES_MAX: usize = 50;
/// Characters of a timeline entry's summary.
const SUMMARY_CHARS_MAX: usize = 140;

/// Who a customer is, in a few words.
#[derive(Serialize, ToSchema)]
struct PersonView {
    /// The canonical id; differs from the one asked for when that was merged away.
    #[schema(value_type = String)]
    id: ProfileId,
    label: String,
    email: Option<String>,
    phone: Option<String>,
    city: Option<String>,
    country: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    first_seen: Timestamp,
    #[schema(value_type = String)]
    last_seen: Timestamp,
    events: u64,
    channels: Vec<&'static str>,
}

impl From<ProfileSummary> for PersonView {
    fn from(summary: ProfileSummary) -> Self {
        Self {
            id: summary.id,
            label: summary.label,
            email: summary.email,
            phone: summary.phone,
            city: summary.city,
            country: summary.country,
            created_at: summary.created_at,
            first_seen: summary.first_seen,
            last_seen: summary.last_seen,
            events: summary.events,
            channels: summary.channels.iter().map(|channel| channel.name()).collect(),
        }
    }
}

/// A line of a list of customers.
#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct SummaryView {
    #[serde(flatten)]
    person: PersonView,
    orders: i64,
    revenue: Option<MoneyView>,
}

impl SummaryView {
    fn of(summary: ProfileSummary, sums: Option<&OrderSums>) -> Self {
        let revenue = sums.map(|sums| sums.revenue.into());
        Self { orders: sums.map_or(0, |sums| sums.orders), revenue, person: summary.into() }
    }
}

/// Lines with what each customer brought in.
pub(in crate::routes) async fn summaries(
    app: &App,
    workspace: WorkspaceId,
    found: Vec<ProfileSummary>,
) -> ApiResult<Vec<SummaryView>> {
    let ids: Vec<ProfileId> = found.iter().map(|summary| summary.id).collect();
    let sums = app.measure.order_sums(workspace, &ids).await?;
    Ok(found
        .into_iter()
        .map(|summary| {
            let of_person = sums.get(&summary.id);
            SummaryView::of(summary, of_person)
        })
        .collect())
}

#[derive(Serialize, ToSchema)]
pub(super) struct IdentifierView {
    kind: String,
    value: String,
    #[schema(value_type = String)]
    first_seen: Timestamp,
    /// Exact to a day.
    #[schema(value_type = String)]
    last_seen: Timestamp,
    source: Option<String>,
    /// The profile it was first attached to: the customer itself, or one that was merged into it.
    #[schema(value_type = String)]
    home: ProfileId,
}

impl From<&IdentifierSeen> for IdentifierView {
    fn from(seen: &IdentifierSeen) -> Self {
        Self {
            kind: seen.kind.clone(),
            value: seen.value.clone(),
            first_seen: seen.first_seen,
            last_seen: seen.last_seen,
            source: seen.source.clone(),
            home: seen.home,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct TraitView {
    name: String,
    #[schema(value_type = Value)]
    value: Json,
    /// string, number, boolean, list or object.
    #[serde(rename = "type")]
    kind: &'static str,
    source: String,
    #[schema(value_type = String)]
    updated_at: Timestamp,
}

impl From<TraitSeen> for TraitView {
    fn from(seen: TraitSeen) -> Self {
        let kind = match &seen.value {
            Json::String(_) => "string",
            Json::Number(_) => "number",
            Json::Bool(_) => "boolean",
            Json::Array(_) => "list",
            Json::Object(_) | Json::Null => "object",
        };
        Self { name: seen.name, value: seen.value, kind, source: seen.source, updated_at: seen.at }
    }
}

/// What the customer brought in. Sums are of the orders in the currency most orders are in; cancelled ones do not count.
#[derive(Default, Serialize, ToSchema)]
pub(in crate::routes) struct ValueView {
    orders: i64,
    revenue: Option<MoneyView>,
    #[schema(value_type = Option<String>)]
    first_order_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    last_order_at: Option<Timestamp>,
    average_order: Option<MoneyView>,
    online_revenue: Option<MoneyView>,
    shop_revenue: Option<MoneyView>,
    /// Null: the customer never ordered, or customers were not counted yet.
    rfm: Option<RfmView>,
}

/// The currency most of the orders are in.
fn main_currency(orders: &[&OrderRecord]) -> Option<base::Currency> {
    let mut counts: Vec<(base::Currency, usize)> = Vec::new();
    for order in orders {
        match counts.iter_mut().find(|(currency, _)| *currency == order.revenue.currency) {
            Some((_, count)) => *count += 1,
            None => counts.push((order.revenue.currency, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(currency, _)| currency)
}

impl ValueView {
    pub fn of(orders: &[OrderRecord]) -> Self {
        let counted: Vec<&OrderRecord> = orders.iter().filter(|order| !order.cancelled).collect();
        let Some(last) = counted.last() else { return Self::default() };
        let currency = main_currency(&counted).unwrap_or(last.revenue.currency);
        let in_currency = counted.iter().filter(|order| order.revenue.currency == currency).count() as i64;
        let sum = |wanted: &dyn Fn(&OrderRecord) -> bool| {
            let same = counted.iter().filter(|order| order.revenue.currency == currency && wanted(order));
            same.map(|order| order.revenue.minor - order.refunded.minor).sum::<i64>()
        };
        let money = |minor: i64| Some(MoneyView::from(Money::new(minor, currency)));
        let revenue = sum(&|_| true);
        let in_shop = |order: &OrderRecord| matches!(order.channel.as_str(), "shop" | "phone");
        Self {
            orders: counted.len() as i64,
            revenue: money(revenue),
            first_order_at: counted.first().map(|order| order.at),
            last_order_at: Some(last.at),
            average_order: money(revenue / in_currency.max(1)),
            online_revenue: money(sum(&|order| !in_shop(order))),
            shop_revenue: money(sum(&in_shop)),
            rfm: None,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct SegmentOf {
    #[schema(value_type = String)]
    id: base::SegmentId,
    name: String,
    #[schema(value_type = String)]
    entered_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct MessageOf {
    id: String,
    campaign_id: String,
    campaign_name: Option<String>,
    channel: String,
    state: String,
    #[schema(value_type = Option<String>)]
    sent_at: Option<Timestamp>,
    opened: bool,
    clicked: bool,
    /// A machine, not the customer, opened or clicked.
    machine: bool,
}

#[derive(Serialize, ToSchema)]
struct DeviceView {
    kind: String,
    value: String,
    #[schema(value_type = String)]
    last_seen: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct ConflictView {
    kind: String,
    value: String,
    /// Who claims it.
    #[schema(value_type = String)]
    profile_id: ProfileId,
    /// Whose it stayed; null when the claimant has too many of the kind.
    #[schema(value_type = Option<String>)]
    owner_id: Option<ProfileId>,
    /// other_profile or limit.
    reason: String,
    occurrences: u64,
    #[schema(value_type = String)]
    last_at: Timestamp,
}

impl From<ConflictSeen> for ConflictView {
    fn from(seen: ConflictSeen) -> Self {
        Self {
            kind: seen.kind,
            value: seen.value,
            profile_id: seen.profile,
            owner_id: seen.owner,
            reason: seen.reason,
            occurrences: seen.occurrences,
            last_at: seen.last_at,
        }
    }
}

/// Everything about one customer.
#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct ProfileView {
    #[serde(flatten)]
    person: PersonView,
    #[schema(value_type = Vec<String>)]
    merged_from: Vec<ProfileId>,
    identifiers: Vec<IdentifierView>,
    /// Identifiers another customer claims too: shown, not guessed.
    conflicts: Vec<ConflictView>,
    traits: Vec<TraitView>,
    consent: Vec<ConsentView>,
    suppressed: Vec<SuppressionView>,
    value: ValueView,
    segments: Vec<SegmentOf>,
    messages: Vec<MessageOf>,
    devices: Vec<DeviceView>,
}

/// Asks every room.
pub(super) async fn whole(app: &App, workspace: WorkspaceId, profile: Profile) -> ApiResult<ProfileView> {
    let id = profile.summary.id;
    let ids: Vec<ProfileId> = std::iter::once(id).chain(profile.merged_from.iter().copied()).collect();
    let orders = app.measure.orders_of(workspace, id).await?;
    let messages = app.deliver.messages_of(workspace, &ids, MESSAGES_MAX).await?;
    let names = campaign_names(app, workspace, &messages).await;
    let segments = app.segment.segments_of(workspace, id).await?.into_iter();
    let suppressed = app.consent.suppressed(workspace, id).await?.into_iter();
    let is_device = |seen: &&IdentifierSeen| {
        profile::identifiers::Kind::named(&seen.kind).is_some_and(|kind| !kind.spec().personal)
    };
    let device = |seen: &IdentifierSeen| DeviceView {
        kind: seen.kind.clone(),
        value: seen.value.clone(),
        last_seen: seen.last_seen,
    };
    Ok(ProfileView {
        person: profile.summary.into(),
        merged_from: profile.merged_from,
        devices: profile.identifiers.iter().filter(is_device).map(device).collect(),
        identifiers: profile.identifiers.iter().map(IdentifierView::from).collect(),
        conflicts: app.profile.conflicts(workspace, id).await?.into_iter().map(ConflictView::from).collect(),
        traits: profile.traits.into_iter().map(TraitView::from).collect(),
        consent: app.consent.state(workspace, id).await?.into_iter().map(ConsentView::from).collect(),
        suppressed: suppressed.map(SuppressionView::from).collect(),
        value: ValueView { rfm: rfm_of(app, workspace, id).await?, ..ValueView::of(&orders) },
        segments: segments.map(|one| SegmentOf { id: one.id, name: one.name, entered_at: one.entered_at }).collect(),
        messages: messages.into_iter().map(|message| message_of(message, &names)).collect(),
    })
}

/// A campaign that was deleted has no name any more; that is no reason not to show the message.
async fn campaign_names(app: &App, workspace: WorkspaceId, messages: &[Recipient]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for message in messages {
        if !names.contains_key(&message.campaign)
            && let Ok(id) = message.campaign.parse()
            && let Ok(campaign) = app.campaign.get(workspace, id).await
        {
            names.insert(message.campaign.clone(), campaign.name);
        }
    }
    names
}

fn message_of(message: Recipient, names: &HashMap<String, String>) -> MessageOf {
    MessageOf {
        id: message.message.to_string(),
        campaign_name: names.get(&message.campaign).cloned(),
        campaign_id: message.campaign,
        channel: message.channel,
        state: message.state.name().to_owned(),
        sent_at: message.sent,
        opened: message.opened.is_some(),
        clicked: message.clicked.is_some(),
        machine: message.machine,
    }
}

/// An entry of a timeline.
#[derive(Serialize, ToSchema)]
pub(super) struct TimelineEvent {
    id: String,
    name: String,
    kind: &'static str,
    #[schema(value_type = String)]
    at: Timestamp,
    channel: &'static str,
    source: Option<String>,
    /// A few words from the event itself: the page, the product, the amount, the subject.
    summary: String,
    #[schema(value_type = Object)]
    properties: Json,
    #[schema(value_type = Object)]
    traits: Json,
    #[schema(value_type = Object)]
    context: Json,
}

impl From<StoredEvent> for TimelineEvent {
    fn from(event: StoredEvent) -> Self {
        let object = |raw: &events::RawJson| Json::Object(raw.map().clone());
        Self {
            id: event.id.to_string(),
            summary: summary_of(&event),
            kind: event.kind.name(),
            at: event.at,
            channel: event.channel.name(),
            source: event.source.map(|source| source.to_string()),
            properties: object(&event.properties),
            traits: object(&event.traits),
            context: object(&event.context),
            name: event.name,
        }
    }
}

/// What a message was about says more than that it was an e-mail; of a click, the link too.
pub(super) async fn name_campaigns(app: &App, workspace: WorkspaceId, events: &mut [TimelineEvent]) {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for event in events {
        let text = |name: &str| event.properties.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (id, url) = (text("campaign_id"), text("url"));
        if id.is_empty() {
            continue;
        }
        if !names.contains_key(&id) {
            let campaign = match id.parse() {
                Ok(id) => app.campaign.get(workspace, id).await.ok(),
                Err(_) => None,
            };
            names.insert(id.clone(), campaign.map(|campaign| campaign.name));
        }
        // A deleted campaign has no name any more; then the summary stays what it was.
        let known = names.get(&id).cloned().flatten();
        let parts = [known.as_deref().unwrap_or_default(), url.as_str()];
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        if !said.is_empty() {
            event.summary = said;
        }
    }
}

fn summary_of(event: &StoredEvent) -> String {
    let property = |name: &str| event.properties.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
    let amount = ["total", "revenue", "value"].iter().find_map(|name| event.properties.get(name)?.as_f64());
    let text = if let (Some(amount), Some(currency)) = (amount, property("currency")) {
        format!("{currency} {amount:.2}")
    } else {
        let named = [
            "subject",
            "campaign_name",
            "product_name",
            "name",
            "title",
            "query",
            "segment_name",
            "channel",
            "path",
            "url",
        ];
        let found = named.iter().find_map(|name| property(name)).or(event.page_name.as_deref());
        found.map(str::to_owned).unwrap_or_else(|| event.traits.map().keys().cloned().collect::<Vec<_>>().join(", "))
    };
    text.chars().take(SUMMARY_CHARS_MAX).collect()
}
