//! Events as a busy shop sends them, and a client that pushes them as fast as one core lets it.
//!
//! The client writes HTTP by hand: it shares the two cores with what it measures, so every microsecond it saves is
//! the program's.

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const BATCH: usize = 100;
/// One identify in so many events.
const IDENTIFY_EVERY: u64 = 20;
/// Of each thousand events, those of customers nobody knew: what the claims about intake are made with.
pub const NEW_PER_MILLE: u64 = 100;
/// Of each hundred events of a shop with merges, that of the visitor without a name, and that in which they sign in.
const VISITED_AT: u64 = 50;
const SIGNED_IN_AT: u64 = 75;
const FIRST_NAMES: [&str; 12] =
    ["Anna", "Bram", "Fenna", "Jelle", "Lotte", "Milan", "Nynke", "Olle", "Sanne", "Sjoerd", "Tess", "Wytse"];
const SYLLABLES: [&str; 16] = [
    "an", "ber", "dijk", "el", "fors", "gaar", "hof", "ing", "kamp", "lund", "meer", "nes", "ster", "veen", "wal",
    "zijl",
];
/// Cities of the customers.
const CITIES: [&str; 8] = ["Sneek", "Leeuwarden", "Drachten", "Uppsala", "Malmö", "Utrecht", "Gent", "Lund"];

/// A shop with `known` customers. The same number always gives the same event.
#[derive(Debug, Clone, Copy)]
pub struct Shop {
    pub known: u64,
    /// Of each thousand events, those of customers nobody knew.
    pub new_per_mille: u64,
    /// Of each hundred events, one is of a visitor without a name, and a later one of a known customer in the same
    /// browser: the two become one.
    pub merging: bool,
    /// Events that a customer known before does one after the other; 1: each event is another's.
    pub session: u64,
    /// Keeps the messageIds of runs apart.
    pub run: u32,
}

/// splitmix64: a number that looks random and follows from `n`.
pub fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// First name, last name and city of customer `who`.
pub fn person(who: u64) -> (&'static str, String, &'static str) {
    let draw = mix(who);
    let pick = |shift: u32, of: &[&'static str]| of[((draw >> shift) % of.len() as u64) as usize];
    let mut last = [8, 16, 24].map(|shift| pick(shift, &SYLLABLES)).concat();
    last[..1].make_ascii_uppercase();
    (pick(0, &FIRST_NAMES), last, pick(32, &CITIES))
}

impl Shop {
    /// Writes event `n` of about 600 bytes: browsing, a few sign-ins with traits, orders; one in ten of a new visitor.
    fn event(self, n: u64, text: &mut Vec<u8>) {
        use std::io::Write;
        let draw = mix(n ^ (u64::from(self.run) << 40));
        let visit = if self.session == 1 { draw } else { mix((n / self.session) ^ (u64::from(self.run) << 40)) };
        let signs_in = self.merging && n % 100 == SIGNED_IN_AT;
        let fresh = (draw >> 32) % 1000 < self.new_per_mille && !signs_in;
        let who = if fresh { self.known + n + (u64::from(self.run) << 32) } else { visit % self.known };
        let sku = (draw >> 20) % 500;
        let message = format_args!("\"messageId\":\"bench-{:03}-{n:012}\"", self.run);
        let user = format_args!("\"userId\":\"customer-{who:012}\"");
        let visitor = |n: u64| format!("{:04x}{n:012x}-{:03}", mix(n) & 0xffff, self.run);
        let head = match n % 100 {
            VISITED_AT if self.merging => format!("{message},\"anonymousId\":\"{}\"", visitor(n)),
            SIGNED_IN_AT if self.merging => {
                format!("{message},{user},\"anonymousId\":\"{}\"", visitor(n - (SIGNED_IN_AT - VISITED_AT)))
            }
            _ => format!("{message},{user},\"anonymousId\":\"7a1d2c9e-4b51-4f0e-9d3a-{who:012}\""),
        };
        let context = "\"context\":{\"page\":{\"path\":\"/shoes/running\",\"url\":\"https://www.noordkaap.example/shoes/running\",\"title\":\"Running shoes\",\"referrer\":\"https://www.noordkaap.example/\"},\"locale\":\"nl-NL\",\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36\",\"library\":{\"name\":\"analytics.js\",\"version\":\"4.1.0\"}}";
        // Writing into memory does not fail.
        let _ = if n.is_multiple_of(IDENTIFY_EVERY) {
            let (first, last, city) = person(who);
            write!(
                text,
                "{{\"type\":\"identify\",{head},{context},\"traits\":{{\"email\":\"customer{who}@shop.example\",\"first_name\":\"{first}\",\"last_name\":\"{last}\",\"city\":\"{city}\",\"country\":\"NL\",\"shoe_size\":{},\"newsletter\":true}}}}",
                36 + draw % 12
            )
        } else if n % 33 == 1 {
            write!(
                text,
                "{{\"type\":\"track\",\"event\":\"Order Completed\",{head},{context},\"properties\":{{\"order_id\":\"o-{}-{n}\",\"revenue\":{}.95,\"currency\":\"EUR\",\"products\":[{{\"product_id\":\"sku-{sku}\",\"category\":\"sneakers\",\"price\":89.95,\"quantity\":1}}]}}}}",
                self.run,
                40 + draw % 100
            )
        } else if n % 3 == 1 {
            write!(
                text,
                "{{\"type\":\"page\",{head},{context},\"properties\":{{\"category\":\"shoes\",\"sku\":\"sku-{sku}\"}}}}"
            )
        } else {
            write!(
                text,
                "{{\"type\":\"track\",\"event\":\"Product Viewed\",{head},{context},\"properties\":{{\"product_id\":\"sku-{sku}\",\"category\":\"sneakers\",\"price\":{}.95,\"currency\":\"EUR\"}}}}",
                40 + draw % 100
            )
        };
    }

    /// The request of batch number `batch`.
    fn request(self, batch: usize, head: &str, buffer: &mut Vec<u8>, body: &mut Vec<u8>) {
        body.clear();
        body.extend_from_slice(b"{\"batch\":[");
        for n in 0..BATCH {
            if n > 0 {
                body.push(b',');
            }
            self.event((batch * BATCH + n) as u64, body);
        }
        body.extend_from_slice(b"]}");
        buffer.clear();
        buffer.extend_from_slice(head.as_bytes());
        buffer.extend_from_slice(body.len().to_string().as_bytes());
        buffer.extend_from_slice(b"\r\n\r\n");
        buffer.extend_from_slice(body);
    }
}

/// What a run of the client saw.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pushed {
    pub events: usize,
    pub bytes: usize,
    /// Answers 429: asked to wait.
    pub busy: usize,
}

/// The requests of `batches` batches, made before the clock runs: what a client thinks up its events with is not the
/// program's cost.
pub struct Load {
    requests: Vec<Vec<u8>>,
    body_bytes: usize,
}

impl Load {
    pub fn make(address: &str, key: &str, shop: Shop, batches: usize) -> Self {
        let token = STANDARD.encode(format!("{key}:"));
        let head = format!(
            "POST /v1/batch HTTP/1.1\r\nhost: {address}\r\nauthorization: Basic {token}\r\ncontent-type: application/json\r\ncontent-length: "
        );
        let (mut request, mut body, mut body_bytes) = (Vec::new(), Vec::new(), 0);
        let make = |batch| {
            shop.request(batch, &head, &mut request, &mut body);
            body_bytes += body.len();
            request.clone()
        };
        let requests = (0..batches).map(make).collect();
        Self { requests, body_bytes }
    }

    /// Sends everything over `connections` kept connections, each waiting for its answer before it sends the next.
    pub async fn push(self, address: &str, connections: usize) -> anyhow::Result<Pushed> {
        let (events, bytes) = (self.requests.len() * BATCH, self.body_bytes);
        let (load, next) = (Arc::new(self.requests), Arc::new(AtomicUsize::new(0)));
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let (address, load, next) = (address.to_owned(), load.clone(), next.clone());
            clients.spawn(async move { client(&address, &load, &next).await });
        }
        let mut busy = 0;
        while let Some(done) = clients.join_next().await {
            busy += done??;
        }
        Ok(Pushed { events, bytes, busy })
    }
}

/// Answers how often it was asked to wait.
async fn client(address: &str, load: &[Vec<u8>], next: &AtomicUsize) -> anyhow::Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut answer, mut busy) = (vec![0; 4096], 0);
    while let Some(request) = load.get(next.fetch_add(1, Ordering::Relaxed)) {
        loop {
            stream.write_all(request).await?;
            match read_status(&mut stream, &mut answer).await? {
                200 => break,
                429 => {
                    busy += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                other => bail!("a batch was answered with {other}: {}", String::from_utf8_lossy(&answer)),
            }
        }
    }
    Ok(busy)
}

/// Reads one whole answer and tells its status.
async fn read_status(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<u16> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            bail!("the connection was closed");
        }
        filled += read;
        let text = String::from_utf8_lossy(&buffer[..filled]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return head.split(' ').nth(1).context("no status")?.parse().context("the status");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_json_of_about_600_bytes() {
        let shop = Shop { known: 1000, new_per_mille: NEW_PER_MILLE, merging: true, session: 1, run: 1 };
        let mut sizes = 0;
        for n in 0..1000 {
            let mut text = Vec::new();
            shop.event(n, &mut text);
            sizes += text.len();
            serde_json::from_slice::<serde_json::Value>(&text).expect("JSON");
        }
        assert!((550_000..650_000).contains(&sizes), "{sizes}");
    }

    #[test]
    fn one_event_in_a_hundred_joins_a_visitor_to_a_known_customer() {
        let shop = Shop { known: 1000, new_per_mille: NEW_PER_MILLE, merging: true, session: 1, run: 1 };
        let ids = |n: u64| {
            let mut text = Vec::new();
            shop.event(n, &mut text);
            let event: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            let text = |key: &str| event[key].as_str().map(str::to_owned);
            (text("userId"), text("anonymousId").expect("an anonymous id"))
        };
        let mut joined = 0;
        for n in (0..10_000).filter(|n| n % 100 == SIGNED_IN_AT) {
            let ((nobody, before), (somebody, after)) = (ids(n - (SIGNED_IN_AT - VISITED_AT)), ids(n));
            let known =
                somebody.is_some_and(|id| id.trim_start_matches("customer-").parse::<u64>().unwrap() < shop.known);
            joined += usize::from(nobody.is_none() && before == after && known);
        }
        assert_eq!(joined, 100);
    }
}
