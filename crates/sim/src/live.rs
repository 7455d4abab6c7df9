//! The shop in real time: visits and orders at a rate, and answers to what the sandbox inbox received.

use crate::SimError;
use crate::client::{Player, http_client, refused};
use crate::customer::Customer;
use crate::effects::TrueEffects;
use crate::history::{SourceBatch, World};
use crate::inbox;
use crate::life::{DAY_MS, Life};
use crate::reaction::Reaction;
use crate::wire::{Happening, Source, batch_body};
use base::{Clock, Json, Timestamp};
use futures::StreamExt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, USER_AGENT};
use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How often visits are drawn.
const TICK: Duration = Duration::from_millis(250);
/// Events of a visit on average; turns a rate of events into a rate of visits.
const EVENTS_PER_VISIT: f64 = 3.2;
/// Acts done in one tick; the rest waits for the next, so that a large mailing does not flood the server.
const ACTS_PER_TICK: usize = 200;
const ACTS_AT_A_TIME: usize = 16;
/// Customers looked at to find one who has signed up; two of three have.
const SEARCH_MAX: u64 = 50;
/// However fast the time runs, a person is slower than a machine: what comes within two seconds of the sending is
/// rightly taken for a machine.
const PERSON_MS_MIN: i64 = 3_000;
const GATEWAY_AGENT: &str = "Mozilla/5.0 (compatible; MailGuard/3.1; +https://mailguard.example/bot)";
const PROXY_AGENT: &str = "Mozilla/5.0";

/// How the live shop behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveConfig {
    /// Events of visits per second, whatever is mailed.
    pub events_per_s: f64,
    /// Simulated time per real time for everything people do with messages and for orders without a message: with
    /// 3,600 the two hours until half of the readers have opened take two seconds. Machines are not sped up.
    pub speed: f64,
    /// How often the inbox is looked at.
    pub poll: Duration,
    /// API key that may read the sandbox inbox; without one nobody reads mail.
    pub api_key: Option<String>,
    /// Whether to answer messages that were there before the start.
    pub answer_existing: bool,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            events_per_s: 5.0,
            speed: 600.0,
            poll: Duration::from_millis(500),
            api_key: None,
            answer_existing: false,
        }
    }
}

/// What the live shop has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiveTotals {
    pub events: u64,
    pub orders_without_message: u64,
    pub messages: u64,
    pub machine_opens: u64,
    pub machine_clicks: u64,
    pub opens: u64,
    pub clicks: u64,
    pub unsubscribes: u64,
    pub orders_from_messages: u64,
    /// Requests the server refused or did not answer.
    pub failed: u64,
}

/// Something that is to happen at a time.
#[derive(Debug, Clone)]
enum Act {
    Fetch { url: String, method: Method, agent: &'static str, counts: Counts },
    Unsubscribe { url: String },
    Order { customer: u64, source: Source },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Open,
    Click,
    MachineOpen,
    MachineClick,
}

/// The live shop.
pub struct Live {
    world: World,
    player: Player,
    effects: TrueEffects,
    config: LiveConfig,
    clock: Arc<dyn Clock>,
    api: reqwest::Client,
    reader: reqwest::Client,
    rng: ChaCha8Rng,
    /// Begins message and order ids; differs from run to run.
    run: String,
    sequence: u64,
    seen: HashSet<String>,
    /// By time in ms and sequence.
    acts: BTreeMap<(i64, u64), Act>,
    totals: LiveTotals,
}

impl Live {
    pub fn new(
        world: World,
        player: Player,
        effects: TrueEffects,
        config: LiveConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SimError> {
        let mut headers = HeaderMap::new();
        if let Some(value) =
            config.api_key.as_ref().and_then(|key| HeaderValue::from_str(&format!("Bearer {key}")).ok())
        {
            headers.insert(AUTHORIZATION, value);
        }
        let started = clock.now().ms();
        Ok(Self {
            rng: ChaCha8Rng::seed_from_u64(world.config().seed ^ started as u64),
            run: format!("{started:x}"),
            api: http_client(headers)?,
            reader: http_client(HeaderMap::new())?,
            world,
            player,
            effects,
            config,
            clock,
            sequence: 0,
            seen: HashSet::new(),
            acts: BTreeMap::new(),
            totals: LiveTotals::default(),
        })
    }

    pub fn totals(&self) -> LiveTotals {
        self.totals
    }

    /// Runs until `stop` is ready; answers what was done. A server that is away is waited for.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> LiveTotals {
        tokio::pin!(stop);
        let mut skipped = self.config.answer_existing;
        let mut visits = 0.0;
        let mut polled: Option<tokio::time::Instant> = None;
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = &mut stop => return self.totals,
                _ = ticks.tick() => {}
            }
            visits += self.config.events_per_s / EVENTS_PER_VISIT * TICK.as_secs_f64();
            while visits >= 1.0 {
                visits -= 1.0;
                self.visit().await;
            }
            self.order_without_message().await;
            if self.config.api_key.is_some() && polled.is_none_or(|at| at.elapsed() >= self.config.poll) {
                polled = Some(tokio::time::Instant::now());
                match self.read_inbox(skipped).await {
                    Ok(()) => skipped = true,
                    Err(error) => self.failed(&error),
                }
            }
            self.act_due().await;
        }
    }

    fn failed(&mut self, error: &SimError) {
        self.totals.failed += 1;
        tracing::debug!(%error, "the live shop goes on");
    }

    fn next_id(&mut self) -> String {
        self.sequence += 1;
        format!("{}.{}", self.run, self.sequence)
    }

    /// Somebody looks around, fills a cart, sometimes calls. Orders come from [`Self::order_without_message`] and from
    /// messages alone, so that [`TrueEffects`] is the whole truth about them.
    async fn visit(&mut self) {
        let customer = self.world.customer(self.rng.random_range(0..self.world.config().customers));
        let now = self.clock.now();
        let prefix = self.next_id();
        let mut life = Life::new(&customer, &mut self.rng, prefix);
        let device = life.rng.random_range(0..customer.devices.len());
        life.session(device, now, customer.signed_up);
        if customer.phone.is_some() && life.rng.random_bool(0.01) {
            life.call(now);
        }
        let mut happenings = life.happenings;
        happenings.retain(|happening| happening.json.get("event").is_none_or(|name| name != "Order Completed"));
        // A visit lasts minutes; here it is told at once, so its events happen now, in order.
        for (index, happening) in happenings.iter_mut().enumerate() {
            happening.move_to(now.plus_ms(index as i64 - 20));
        }
        self.send(happenings).await;
    }

    /// Orders that need no message: at a constant rate over all customers who have signed up.
    async fn order_without_message(&mut self) {
        let customers = self.world.config().customers as f64 * crate::config::SHARE_SIGNED_UP;
        let weeks = TICK.as_secs_f64() * self.config.speed / (7.0 * DAY_MS as f64 / 1_000.0);
        let mut expected = customers * weeks * self.effects.orders_per_week;
        let mut orders = Vec::new();
        while expected > 0.0 {
            // Thinning by the unit keeps the mean exact for any rate.
            if self.rng.random::<f64>() < expected.min(1.0) {
                let customer = self.rng.random_range(0..self.world.config().customers);
                let in_shop = self.rng.random_bool(self.effects.shop_share());
                orders.push((customer, if in_shop { Source::Shop } else { Source::Website }));
            }
            expected -= 1.0;
        }
        for (number, source) in orders {
            // The next customer who has signed up; a tiny world may have none.
            let customers = self.world.config().customers;
            let mut nearby =
                (0..customers.min(SEARCH_MAX)).map(|step| self.world.customer((number + step) % customers));
            let Some(customer) = nearby.find(|customer| customer.signed_up) else { continue };
            self.totals.orders_without_message += 1;
            self.order(&customer, source).await;
        }
    }

    async fn order(&mut self, customer: &Customer, source: Source) {
        let now = self.clock.now();
        let prefix = self.next_id();
        let mut life = Life::new(customer, &mut self.rng, prefix);
        match source {
            Source::Shop => life.order_in_shop(now),
            _ => life.order_online(now),
        }
        let happenings = life.happenings;
        self.send(happenings).await;
    }

    async fn send(&mut self, happenings: Vec<Happening>) {
        for source in Source::ALL {
            let mut events = Vec::new();
            for happening in happenings.iter().filter(|happening| happening.source == source) {
                let mut json = happening.json.clone();
                json.insert("messageId".into(), format!("nk-live-{}", self.next_id()).into());
                events.push(Json::Object(json).to_string());
            }
            if events.is_empty() {
                continue;
            }
            let batch = SourceBatch { source, body: batch_body(&events), events: events.len(), customers_done: 0 };
            match self.player.send(&batch).await {
                Ok(_) => self.totals.events += batch.events as u64,
                Err(error) => self.failed(&error),
            }
        }
    }

    /// Looks for messages not seen before and plans what people do with them. With `answer` false they are only
    /// noted.
    async fn read_inbox(&mut self, answer: bool) -> Result<(), SimError> {
        let mut cursor: Option<String> = None;
        loop {
            let page = inbox::page(&self.api, &self.player.target().api_url, cursor.as_deref()).await?;
            let fresh: Vec<_> = page.items.into_iter().filter(|item| !self.seen.contains(&item.id)).collect();
            let end = fresh.is_empty() || page.next.is_none();
            self.seen.extend(fresh.iter().map(|item| item.id.clone()));
            if answer {
                self.plan(fresh).await;
            }
            if end {
                return Ok(());
            }
            cursor = page.next;
        }
    }

    /// Decides what everybody does with new messages. Most are never touched: only the text of those somebody opens
    /// is asked for, some at a time.
    async fn plan(&mut self, items: Vec<inbox::Item>) {
        let seed = self.world.config().seed;
        let decide = |effects: &TrueEffects, customer: &Customer, item: &inbox::Item, links: usize| {
            Reaction::decide(effects, seed, customer, &item.id, &item.subject, links)
        };
        let mut touched = Vec::new();
        for item in items {
            let Some(customer) = self.world.customer_of_email(&item.to) else { continue };
            self.totals.messages += 1;
            if decide(&self.effects, &customer, &item, 1).is_some() {
                touched.push((item, customer));
            }
        }
        let (api, api_url) = (&self.api, self.player.target().api_url.as_str());
        let mails: Vec<_> = futures::stream::iter(touched)
            .map(|(item, customer)| async move { (inbox::mail(api, api_url, &item.id).await, item, customer) })
            .buffer_unordered(ACTS_AT_A_TIME)
            .collect()
            .await;
        for (mail, item, customer) in mails {
            match mail {
                Ok(mail) => {
                    let reaction = decide(&self.effects, &customer, &item, mail.links.len());
                    self.schedule_all(&customer, &mail, &reaction, item.received_at);
                }
                Err(error) => self.failed(&error),
            }
        }
    }

    fn schedule_all(
        &mut self,
        customer: &Customer,
        mail: &inbox::Mail,
        reaction: &Reaction,
        received_at: Option<Timestamp>,
    ) {
        let delivered = received_at.unwrap_or_else(|| self.clock.now());
        let machine = |after_ms: u64| delivered.plus_ms(after_ms as i64);
        let speed = self.config.speed.max(1e-6);
        let person = |after_ms: u64| delivered.plus_ms(((after_ms as f64 / speed) as i64).max(PERSON_MS_MIN));
        let agent = customer.devices[0].user_agent;
        if let Some(url) = &mail.pixel {
            let machine_agent = if customer.security_gateway { GATEWAY_AGENT } else { PROXY_AGENT };
            if let Some(at) = reaction.machine_open_ms {
                self.fetch(machine(at), url, Method::GET, machine_agent, Counts::MachineOpen);
            }
            if let Some(at) = reaction.open_ms {
                self.fetch(person(at), url, Method::GET, agent, Counts::Open);
            }
        }
        for (index, (at, link)) in reaction.machine_clicks_ms.iter().zip(&mail.links).enumerate() {
            // Some gateways only ask for the headers, some fetch the page.
            let method = if index % 2 == 0 { Method::HEAD } else { Method::GET };
            self.fetch(machine(*at), link, method, GATEWAY_AGENT, Counts::MachineClick);
        }
        if let Some((link, at)) = reaction.click {
            self.fetch(person(at), &mail.links[link], Method::GET, agent, Counts::Click);
        }
        if let (Some(at), Some(url)) = (reaction.unsubscribe_ms, &mail.unsubscribe) {
            self.schedule(person(at), Act::Unsubscribe { url: url.clone() });
        }
        if let Some(purchase) = reaction.purchase {
            let act = Act::Order { customer: customer.number, source: purchase.source };
            self.schedule(person(purchase.after_ms), act);
        }
    }

    fn fetch(&mut self, at: Timestamp, url: &str, method: Method, agent: &'static str, counts: Counts) {
        self.schedule(at, Act::Fetch { url: url.to_owned(), method, agent, counts });
    }

    fn schedule(&mut self, at: Timestamp, act: Act) {
        self.sequence += 1;
        self.acts.insert((at.ms(), self.sequence), act);
    }

    /// Does what is due, at most [`ACTS_PER_TICK`] acts, some at a time.
    async fn act_due(&mut self) {
        let now = self.clock.now().ms();
        let mut requests = Vec::new();
        let mut orders = Vec::new();
        for _ in 0..ACTS_PER_TICK {
            let Some(entry) = self.acts.first_entry().filter(|entry| entry.key().0 <= now) else { break };
            match entry.remove() {
                Act::Order { customer, source } => orders.push((customer, source)),
                other => requests.push(other),
            }
        }
        let reader = &self.reader;
        let outcomes: Vec<_> = futures::stream::iter(requests)
            .map(|act| async move { (perform(reader, &act).await, act) })
            .buffer_unordered(ACTS_AT_A_TIME)
            .collect()
            .await;
        for (outcome, act) in outcomes {
            let counter = match act {
                Act::Fetch { counts: Counts::Open, .. } => &mut self.totals.opens,
                Act::Fetch { counts: Counts::Click, .. } => &mut self.totals.clicks,
                Act::Fetch { counts: Counts::MachineOpen, .. } => &mut self.totals.machine_opens,
                Act::Fetch { counts: Counts::MachineClick, .. } => &mut self.totals.machine_clicks,
                Act::Unsubscribe { .. } | Act::Order { .. } => &mut self.totals.unsubscribes,
            };
            match outcome {
                Ok(()) => *counter += 1,
                Err(error) => self.failed(&error),
            }
        }
        for (customer, source) in orders {
            self.totals.orders_from_messages += 1;
            self.order(&self.world.customer(customer), source).await;
        }
    }
}

/// Opens a pixel, follows a link (without leaving for the shop) or unsubscribes with one click (RFC 8058).
async fn perform(reader: &reqwest::Client, act: &Act) -> Result<(), SimError> {
    let (request, url) = match act {
        Act::Fetch { url, method, agent, .. } => (reader.request(method.clone(), url).header(USER_AGENT, *agent), url),
        Act::Unsubscribe { url } => (reader.post(url).form(&[("List-Unsubscribe", "One-Click")]), url),
        Act::Order { .. } => return Ok(()),
    };
    let answer = request.send().await.map_err(|source| SimError::Http { url: url.clone(), source })?;
    if answer.status().is_client_error() || answer.status().is_server_error() {
        return Err(refused(url.clone(), answer).await);
    }
    Ok(())
}
