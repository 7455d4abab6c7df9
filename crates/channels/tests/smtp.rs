//! The SMTP channel against a real server (aiosmtpd) that misbehaves in every way we know, and a real verifier (dkimpy).

use base::{MessageId, Timestamp, WorkspaceId};
use channels::{MailKit, SmtpChannel, SmtpTimeouts};
use deliver::bounce::classify;
use deliver::{Channel, DkimAlgorithm, DkimSettings, MailTools, Outgoing, SendOutcome, Sender, SmtpSettings, TlsMode};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const TIMEOUTS: SmtpTimeouts = SmtpTimeouts {
    connect: Duration::from_millis(800),
    command: Duration::from_millis(800),
    accept: Duration::from_millis(800),
};

/// What `verify_dkim.py` ends with when dkimpy lacks PyNaCl.
const NO_ED25519: i32 = 3;

/// The server; ends with the test.
struct Server {
    port: u16,
    events: Arc<Mutex<Vec<serde_json::Value>>>,
    child: Child,
    _stdin: ChildStdin,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A script of this folder. Asked when the test runs: a target folder may serve clones in several places.
fn beside(script: &str) -> std::path::PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests").join(script)
}

impl Server {
    fn start() -> Option<Self> {
        let python = testkit::python()?;
        let script = beside("smtp_server.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdin = child.stdin.take().expect("its input");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let first = lines.next().expect("a line").expect("readable");
        let port = first.strip_prefix("PORT ").expect("the port").parse().expect("a number");
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = events.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str(&line) {
                    seen.lock().unwrap().push(event);
                }
            }
        });
        Some(Self { port, events, child, _stdin: stdin })
    }

    fn count(&self, name: &str) -> usize {
        self.events.lock().unwrap().iter().filter(|event| event["event"] == name).count()
    }

    fn messages_to(&self, local: &str) -> usize {
        let is =
            |event: &&serde_json::Value| event["to"].as_str().is_some_and(|to| to.starts_with(&format!("{local}@")));
        self.events.lock().unwrap().iter().filter(is).count()
    }

    async fn wait_for(&self, name: &str, count: usize) {
        let started = Instant::now();
        while self.count(name) < count {
            assert!(started.elapsed() < Duration::from_secs(10), "{name} came {} times", self.count(name));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn sender(port: u16) -> Sender {
    Sender {
        channel: "smtp".into(),
        from_email: "news@shop.example".into(),
        smtp: Some(SmtpSettings { host: "127.0.0.1".into(), port, tls: TlsMode::None, ..Default::default() }),
        ..Sender::default()
    }
}

fn message(sender: &Sender, to: &str) -> Outgoing {
    Outgoing {
        workspace: WorkspaceId::new(1),
        key: MessageId::derived(to),
        campaign: "cmp_1".into(),
        sender: Arc::new(sender.clone()),
        to: to.into(),
        from_name: "Shop".into(),
        from_email: sender.from_email.clone(),
        reply_to: String::new(),
        subject: "Grüße".into(),
        html: Some("<p>.dot\n.\nline</p>".into()),
        text: ".a line that starts with a dot\n.\nend".into(),
        unsubscribe_url: Some("https://mail.example.com/t/u/abc".into()),
        reference: "00ff".into(),
        at: Timestamp::from_ms(1_795_341_600_000),
    }
}

fn word(outcome: &SendOutcome) -> String {
    match outcome {
        SendOutcome::Accepted { .. } => "accepted".into(),
        SendOutcome::Refused { stage, reply } => format!("refused {stage:?} {} {}", reply.code, classify(reply).name()),
        SendOutcome::Deferred { stage, reply } => format!("deferred {stage:?} {}", reply.code),
        SendOutcome::NotHandedOver { .. } => "not handed over".into(),
        SendOutcome::Ambiguous { .. } => "ambiguous".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_fail_at_every_step_and_each_answer_is_understood() {
    let Some(server) = Server::start() else { return };
    let channel = SmtpChannel::with_timeouts(TIMEOUTS);
    let sender = sender(server.port);
    let cases = [
        ("fine", "accepted"),
        ("rcpt5", "refused Rcpt 550 hard"),
        ("plain5", "refused Rcpt 550 hard"),
        ("multiline", "refused Rcpt 550 hard"),
        ("rcpt4", "deferred Rcpt 452"),
        ("nodata5", "refused Data 554 policy"),
        ("nodata4", "deferred Data 451"),
        ("data5", "refused Body 554 policy"),
        ("data4", "deferred Body 451"),
        ("data421", "deferred Body 421"),
        ("garbage", "not handed over"),
        ("slowrcpt", "not handed over"),
        ("closercpt", "not handed over"),
        ("closeindata", "not handed over"),
        ("slowdata", "ambiguous"),
        ("lostanswer", "ambiguous"),
        ("halfclose", "ambiguous"),
        ("oddanswer", "ambiguous"),
        ("fine2", "accepted"),
    ];
    for (local, expected) in cases {
        let mut message = message(&sender, &format!("{local}@b.example"));
        if local == "closeindata" {
            // More than the buffers in between hold: the connection breaks before the dot can leave.
            message.text = "a line of text\n".repeat(1 << 20);
        }
        let outcome = channel.send(&message).await;
        assert_eq!(word(&outcome), expected, "{local}: {outcome:?}");
    }
    for (from, expected) in [
        ("mail5@shop.example", "refused Mail 550 policy"),
        ("mail4@shop.example", "deferred Mail 451"),
        ("mail421@shop.example", "deferred Mail 421"),
        ("needauth@shop.example", "not handed over"),
    ] {
        let mut message = message(&sender, "fine@b.example");
        message.from_email = from.into();
        let outcome = channel.send(&message).await;
        assert_eq!(word(&outcome), expected, "{from}: {outcome:?}");
    }
    assert_eq!(server.messages_to("lostanswer"), 1, "an ambiguous message is not tried again by the channel");
    let nobody = channel.send(&message(&sender, "not an address")).await;
    assert_eq!(word(&nobody), "refused Rcpt 553 hard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_arrives_is_what_was_composed_and_connections_are_kept() {
    let Some(server) = Server::start() else { return };
    let channel = SmtpChannel::with_timeouts(TIMEOUTS);
    let mut sender = sender(server.port);
    sender.bounce_domain = "bounces.shop.example".into();
    for index in 0..50 {
        let outcome = channel.send(&message(&sender, &format!("fine{index}@bücher.example"))).await;
        assert_eq!(word(&outcome), "accepted", "{outcome:?}");
    }
    server.wait_for("data", 50).await;
    assert_eq!(server.count("connect"), 1, "one connection for fifty messages");
    let events = server.events.lock().unwrap();
    let event = events.iter().find(|event| event["event"] == "data").unwrap();
    assert_eq!(event["mail_from"], "bounce+00ff@bounces.shop.example");
    assert_eq!(event["to"], "fine0@xn--bcher-kva.example");
    let mail = decode(event["mail"].as_str().unwrap());
    let parsed = mail_text(&mail);
    assert!(parsed.contains(".a line that starts with a dot\n.\nend"), "{parsed}");
}

#[tokio::test]
async fn no_server_is_not_handed_over_and_not_a_bounce() {
    let channel = SmtpChannel::with_timeouts(TIMEOUTS);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(word(&channel.send(&message(&sender(port), "a@b.example")).await), "not handed over");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    assert_eq!(word(&channel.send(&message(&sender(port), "a@b.example")).await), "not handed over");
}

#[tokio::test]
async fn another_programs_verifier_accepts_our_signatures_with_both_unsubscribe_headers() {
    let Some(python) = testkit::python() else { return };
    for algorithm in [DkimAlgorithm::Rsa, DkimAlgorithm::Ed25519] {
        let key = MailKit.generate_dkim(algorithm).unwrap();
        assert_eq!(MailKit.dkim_record(algorithm, &key.private_der).unwrap(), key.dns_record);
        let dkim = DkimSettings {
            domain: "shop.example".into(),
            selector: "t1".into(),
            algorithm,
            dns_record: key.dns_record.clone(),
            private_der: key.private_der,
        };
        let sender = Sender { from_email: "news@shop.example".into(), dkim: Some(dkim), ..Sender::default() };
        let mail = channels::email::Composer::default().compose(&message(&sender, "a@b.example")).unwrap();
        let mut child = Command::new(&python)
            .arg(beside("verify_dkim.py"))
            .arg(format!("t1._domainkey.shop.example={}", key.dns_record))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&mail).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.code() == Some(NO_ED25519) {
            assert!(std::env::var("CI").is_err(), "PyNaCl must be installed in CI");
            println!("skipped: {algorithm:?} (PyNaCl is not installed)");
            continue;
        }
        assert!(output.status.success(), "{algorithm:?}");
        let signed = String::from_utf8(output.stdout).unwrap();
        for header in ["from", "subject", "list-unsubscribe", "list-unsubscribe-post", "message-id"] {
            assert!(signed.trim().split(':').any(|name| name == header), "{header} is not signed: {signed}");
        }
    }
}

/// The sink prints mails in Base64.
fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

fn mail_text(mail: &[u8]) -> String {
    let message = mail_parser::MessageParser::default().parse(mail).unwrap();
    message.body_text(0).unwrap().replace("\r\n", "\n")
}
