//! What one message costs, stage by stage, in microseconds of processor time.
//!
//! `cargo run --release -p channels --example send_cost -- 5000`
//!
//! The stages are the real ones: a compiled MJML mail rendered for each recipient, links signed and rewritten, MIME
//! composed, signed with DKIM, handed over on kept connections with pipelining. The mail server runs on a thread of its
//! own and is not counted. Time is what the kernel says this thread was on a processor (Linux).

use base::{MessageId, SeededRng, Timestamp, WorkspaceId};
use channels::email::compose::compose;
use channels::email::dkim::{Signer, generate};
use channels::{SmtpChannel, SmtpTimeouts};
use deliver::links::{Links, rewrite_html, rewrite_text};
use deliver::{
    Channel, DkimAlgorithm, DkimSettings, InstanceKey, Outgoing, SendOutcome, Sender, SmtpSettings, TlsMode, Utm,
};
use serde_json::json;
use std::sync::Arc;
use template::email::{BodyKind, CompiledEmail, EmailSource, RenderedEmail};
use template::{OutputContext, RenderContext};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

const MESSAGES: usize = 2_000;
const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
/// RSA takes hundreds of microseconds: fewer are enough.
const RSA_SHARE: usize = 10;
const BODY: &str = include_str!("mail.mjml");

fn main() {
    let messages = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(MESSAGES);
    let source = EmailSource {
        kind: BodyKind::Mjml,
        subject: "{{ customer.first_name }}, your size is back".into(),
        preheader: "New in {{ customer.city }}".into(),
        body: BODY.into(),
        text: None,
    };
    let started = cpu_ns();
    let compiled = CompiledEmail::compile(&source).expect("the mail compiles");
    println!("compile (once a campaign) {:>10.0} µs", (cpu_ns() - started) as f64 / 1e3);
    let links = Links::new(&InstanceKey::generate(&SeededRng::new(1)), "https://mail.example.com");
    let plain = sender(None, 25);

    let emails = stage("render, with text part", messages, |number| render(&compiled, &links, number));
    let mut emails = emails.into_iter();
    let outgoing = stage("sign and rewrite links", messages, |number| {
        outgoing(&links, &plain, emails.next().expect("one each"), number)
    });
    let mails = stage("compose MIME", messages, |number| compose(&outgoing[number]));
    println!("{:<27}{:>10} bytes", "  one mail", mails.iter().map(Vec::len).sum::<usize>() / messages.max(1));
    for (name, algorithm, count) in [
        ("DKIM Ed25519", DkimAlgorithm::Ed25519, messages),
        ("DKIM RSA 2048", DkimAlgorithm::Rsa, messages / RSA_SHARE),
    ] {
        let (signer, settings) = (Signer::default(), dkim(algorithm));
        stage(name, count, |number| signer.sign(WORKSPACE, &settings, mails[number].clone()).expect("signs"));
    }
    hand_over(&outgoing);
}

/// Does it once for each message and prints the mean.
fn stage<T>(name: &str, messages: usize, mut one: impl FnMut(usize) -> T) -> Vec<T> {
    let started = cpu_ns();
    let made: Vec<T> = (0..messages).map(&mut one).collect();
    println!("{name:<27}{:>8.1} µs", (cpu_ns() - started) as f64 / 1e3 / messages.max(1) as f64);
    made
}

fn message(number: usize) -> MessageId {
    MessageId::derived(&format!("message {number}"))
}

fn render(compiled: &CompiledEmail, links: &Links, number: usize) -> RenderedEmail {
    let data = json!({
        "customer": {"first_name": format!("Anna {number}"), "city": "Leeuwarden", "email": format!("c{number}@b.example")},
        "workspace": {"name": "Shop", "postal_address": "Nieuwestad 1"},
        "unsubscribe_url": links.unsubscribe(WORKSPACE, message(number)),
        "view_url": links.view(WORKSPACE, message(number)),
    });
    compiled.render(&data, &RenderContext::new(OutputContext::Html, 1_795_341_600_000)).expect("renders")
}

fn outgoing(links: &Links, sender: &Arc<Sender>, email: RenderedEmail, number: usize) -> Outgoing {
    let (key, utm) =
        (message(number), Utm { source: "tutti".into(), medium: "email".into(), campaign: "spring".into() });
    Outgoing {
        workspace: WORKSPACE,
        key,
        campaign: "cmp_1".into(),
        sender: sender.clone(),
        to: format!("c{number}@b.example"),
        from_name: "Shop".into(),
        from_email: "news@shop.example".into(),
        reply_to: String::new(),
        subject: email.subject,
        html: Some(rewrite_html(links, WORKSPACE, key, &email.html, Some(&utm)).html),
        text: rewrite_text(links, WORKSPACE, key, &email.text, Some(&utm)),
        unsubscribe_url: Some(links.unsubscribe(WORKSPACE, key)),
        reference: links.reference(WORKSPACE, key),
        at: Timestamp::from_ms(1_795_341_600_000),
    }
}

fn dkim(algorithm: DkimAlgorithm) -> DkimSettings {
    let key = generate(algorithm).expect("a key");
    DkimSettings {
        domain: "shop.example".into(),
        selector: "t1".into(),
        algorithm,
        dns_record: key.dns_record,
        private_der: key.private_der,
    }
}

fn sender(dkim: Option<DkimSettings>, port: u16) -> Arc<Sender> {
    let smtp = SmtpSettings { host: "127.0.0.1".into(), port, tls: TlsMode::None, ..SmtpSettings::default() };
    Arc::new(Sender { channel: "smtp".into(), smtp: Some(smtp), dkim, ..Sender::default() })
}

/// Composing and the SMTP dialogue, unsigned; the sink is on another thread.
fn hand_over(outgoing: &[Outgoing]) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(sink(listener));
    });
    let sender = sender(None, port);
    let messages: Vec<Outgoing> =
        outgoing.iter().map(|one| Outgoing { sender: sender.clone(), ..one.clone() }).collect();
    let channel = SmtpChannel::with_timeouts(SmtpTimeouts::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (started, clock) = (cpu_ns(), std::time::Instant::now());
    let accepted = runtime.block_on(async {
        let mut accepted = 0;
        // As many at once as a worker has hands.
        for batch in messages.chunks(16) {
            let sent = futures::future::join_all(batch.iter().map(|message| channel.send(message))).await;
            accepted += sent.iter().filter(|outcome| matches!(outcome, SendOutcome::Accepted { .. })).count();
        }
        accepted
    });
    let (spent, took) = ((cpu_ns() - started) as f64 / 1e3, clock.elapsed().as_secs_f64());
    println!("{:<27}{:>8.1} µs", "compose and hand over", spent / messages.len().max(1) as f64);
    println!("{accepted} of {} accepted, {:.0} a second on one thread", messages.len(), accepted as f64 / took);
}

/// Accepts everything.
async fn sink(listener: std::net::TcpListener) {
    listener.set_nonblocking(true).expect("not blocking");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((mut stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let (read, mut write) = stream.split();
            let (mut read, mut line, mut in_data) = (BufReader::with_capacity(1 << 16, read), Vec::new(), false);
            let _ = write.write_all(b"220 sink\r\n").await;
            while read.read_until(b'\n', &mut line).await.is_ok_and(|bytes| bytes > 0) {
                let answer: &[u8] = match line.get(..4).unwrap_or_default() {
                    _ if in_data && line != b".\r\n" => b"",
                    b".\r\n" | [] => b"250 2.0.0 ok\r\n",
                    _ if in_data => b"250 2.0.0 ok\r\n",
                    b"EHLO" => b"250-sink\r\n250 PIPELINING\r\n",
                    b"DATA" => b"354 go\r\n",
                    _ => b"250 ok\r\n",
                };
                in_data = if in_data { line != b".\r\n" } else { line.starts_with(b"DATA") };
                if !answer.is_empty() && write.write_all(answer).await.is_err() {
                    return;
                }
                line.clear();
            }
        });
    }
}

/// Nanoseconds this thread was on a processor.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}
