//! A world and its past: every customer's life as batches per source, in constant memory.

use crate::SimError;
use crate::companies::group_call;
use crate::config::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, CUSTOMERS_MAX, Config, MONTHS_MAX};
use crate::customer::{Customer, Stream, chance};
use crate::life::{DAY_MS, Life, Order};
use crate::wire::{Happening, Source, batch_body};
use base::{Json, Timestamp};
use std::collections::VecDeque;

/// The synthetic shop. Cheap to clone: everything follows from the configuration.
#[derive(Debug, Clone)]
pub struct World {
    config: Config,
}

/// Body of one `POST /v1/batch` for the write key of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceBatch {
    pub source: Source,
    pub body: Vec<u8>,
    pub events: usize,
    /// Customers whose life is complete with this batch and those before it.
    pub customers_done: u64,
}

impl World {
    pub fn new(config: Config) -> Result<Self, SimError> {
        for (field, max, got) in
            [("customers", CUSTOMERS_MAX, config.customers), ("months", MONTHS_MAX as u64, config.months as u64)]
        {
            if !(1..=max).contains(&got) {
                return Err(SimError::OutOfRange { field, min: 1, max, got });
            }
        }
        Ok(Self { config })
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Customer number `number`, from 0.
    pub fn customer(&self, number: u64) -> Customer {
        Customer::new(self.config.seed, number)
    }

    /// The customer an address of this world belongs to.
    pub fn customer_of_email(&self, address: &str) -> Option<Customer> {
        let number = Customer::number_of_email(address).filter(|number| *number < self.config.customers)?;
        Some(self.customer(number)).filter(|customer| customer.signed_up && customer.email == address.trim())
    }

    /// Begin of the history.
    pub fn start(&self) -> Timestamp {
        self.config.until.plus_ms(-(self.config.months as i64) * 30 * DAY_MS)
    }

    /// All of the past, customer by customer.
    pub fn history(&self) -> History {
        self.history_of_shard(0, 1)
    }

    /// The past of every `shards`-th customer from `shard` on: one per connection, so that a customer's events stay
    /// in order.
    pub fn history_of_shard(&self, shard: u64, shards: u64) -> History {
        History {
            world: self.clone(),
            next: shard,
            step: shards.max(1),
            done: 0,
            open: Source::ALL.map(|source| Open { source, events: Vec::new(), bytes: 0 }),
            ready: VecDeque::new(),
        }
    }

    /// A customer's events in order of time, with their message ids.
    pub(crate) fn life(&self, customer: &Customer) -> (Vec<Happening>, Vec<Order>) {
        let mut rng = chance(self.config.seed, customer.number, Stream::Life);
        let mut life = Life::new(customer, &mut rng, customer.number.to_string());
        life.play(self.start(), self.config.until);
        let (mut happenings, orders) = (life.happenings, life.orders);
        for (index, happening) in happenings.iter_mut().enumerate() {
            let id = format!("nk-{:x}-{}-{index}", self.config.seed, customer.number);
            happening.json.insert("messageId".into(), id.into());
        }
        // With an id of its own, so that no other event is called differently for it.
        let signed_up = happenings.iter().position(|one| one.json["type"] == "identify");
        if let Some(place) = signed_up
            && let Some(mut call) = group_call(self.config.seed, customer, &happenings[place])
        {
            let id = format!("nk-{:x}-{}-work", self.config.seed, customer.number);
            call.json.insert("messageId".into(), id.into());
            happenings.insert(place + 1, call);
        }
        (happenings, orders)
    }
}

struct Open {
    source: Source,
    events: Vec<String>,
    bytes: usize,
}

/// Iterates over the batches of a history; holds a batch per source and one customer's life.
pub struct History {
    world: World,
    next: u64,
    step: u64,
    done: u64,
    open: [Open; 4],
    ready: VecDeque<SourceBatch>,
}

impl History {
    fn push(&mut self, happening: Happening) {
        let event = Json::Object(happening.json).to_string();
        let open = &mut self.open[happening.source as usize];
        if open.events.len() == BATCH_EVENTS_MAX || open.bytes + event.len() > BATCH_BYTES_MAX {
            self.close(happening.source);
        }
        let open = &mut self.open[happening.source as usize];
        open.bytes += event.len() + 1;
        open.events.push(event);
    }

    fn close(&mut self, source: Source) {
        let open = &mut self.open[source as usize];
        if open.events.is_empty() {
            return;
        }
        let events = std::mem::take(&mut open.events);
        open.bytes = 0;
        let batch = SourceBatch {
            source: open.source,
            body: batch_body(&events),
            events: events.len(),
            customers_done: self.done,
        };
        self.ready.push_back(batch);
    }
}

impl Iterator for History {
    type Item = SourceBatch;

    fn next(&mut self) -> Option<SourceBatch> {
        while self.ready.is_empty() && self.next < self.world.config.customers {
            let customer = self.world.customer(self.next);
            for happening in self.world.life(&customer).0 {
                self.push(happening);
            }
            self.next += self.step;
            self.done += 1;
            if self.next >= self.world.config.customers {
                Source::ALL.into_iter().for_each(|source| self.close(source));
            }
        }
        self.ready.pop_front()
    }
}
