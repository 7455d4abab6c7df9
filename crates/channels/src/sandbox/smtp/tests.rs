use super::dialogue::{MESSAGE_BYTES_MAX, Received, Session, Taker};
use super::*;
use crate::SandboxChannel;
use crate::sandbox::{Fate, fate_of};
use base::{MessageId, OsRng, PageRequest, SeededRng, SystemClock};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deliver::{InstanceKey, SandboxInbox};
use parking_lot::Mutex;
use proptest::prelude::*;
use tokio::io::AsyncReadExt;

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
const OTHER: WorkspaceId = WorkspaceId::new(2);

#[derive(Default)]
struct Shelf(Mutex<Vec<Received>>);

#[async_trait]
impl Taker for Shelf {
    async fn log_in(&self, password: &str) -> Option<WorkspaceId> {
        (password == "tk_right").then_some(OTHER)
    }
    fn fate(&self, to: &str) -> Fate {
        fate_of(to)
    }
    async fn take(&self, received: Received) -> Result<(), &'static str> {
        self.0.lock().push(received);
        Ok(())
    }
}

/// Sends `pieces` one after the other and answers the codes of everything that came back, and what was taken.
async fn talk(pieces: &[&[u8]]) -> (Vec<u16>, Vec<Received>) {
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let shelf = Arc::new(Shelf::default());
    let (_stop, stopping) = watch::channel(false);
    let session = tokio::spawn(Session::new(server, shelf.clone(), stopping).run());
    let (mut reading, mut writing) = tokio::io::split(&mut client);
    let write = async {
        for piece in pieces {
            // A server that said goodbye does not read on.
            let _ = writing.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        let _ = writing.shutdown().await;
    };
    let mut said = Vec::new();
    let ((), read) = tokio::join!(write, reading.read_to_end(&mut said));
    read.unwrap();
    let _ = session.await.unwrap();
    let text = String::from_utf8(said).unwrap();
    assert!(text.is_empty() || text.ends_with("\r\n"), "{text:?}");
    let last = |line: &&str| line.as_bytes().get(3) == Some(&b' ');
    let codes = text.lines().filter(last).map(|line| line[..3].parse().expect("a code")).collect();
    let taken = std::mem::take(&mut *shelf.0.lock());
    (codes, taken)
}

fn body(received: &Received) -> String {
    let text = String::from_utf8_lossy(&received.raw).into_owned();
    text.splitn(3, "\r\n").nth(2).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_dialogue_in_one_piece_is_answered_in_order_and_dots_come_back_single() {
    let all = b"EHLO me\r\nMAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<anna@c.example>\r\nDATA\r\n\
        Subject: x\r\n\r\n..one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<anna@c.example>\r\nRCPT TO:<bob@c.example>\r\nDATA\r\n.\r\n\
        RSET\r\nNOOP\r\nQUIT\r\n";
    let (codes, taken) = talk(&[all]).await;
    assert_eq!(codes, [220, 250, 250, 250, 354, 250, 250, 250, 250, 354, 250, 250, 250, 221]);
    assert_eq!(
        (taken[0].from.as_str(), taken[0].to.as_slice()),
        ("a@b.example", ["anna@c.example".to_owned()].as_slice())
    );
    assert_eq!(body(&taken[0]), "Subject: x\r\n\r\n.one\r\n");
    assert_eq!((taken[1].from.as_str(), taken[1].to.len(), body(&taken[1]).as_str()), ("", 2, ""));
    assert!(taken[0].raw.starts_with(b"Return-Path: <a@b.example>\r\nReceived: from me by "));
}

#[tokio::test]
async fn what_is_out_of_order_unknown_or_too_much_is_refused_and_the_session_goes_on() {
    let long = [b"NOOP ".as_slice(), &[b'x'; 9_000], b"\r\n"].concat();
    let pieces: [&[u8]; 10] = [
        b"MAIL FROM:<a@b.example>\r\n",
        b"HELO me\r\nRCPT TO:<a@b.example>\r\nDATA\r\n",
        b"FROB\r\nMAIL FROM:a@b.example\r\nMAIL FROM:<a@b.example> SIZE=99999999999\r\n",
        b"STARTTLS\r\nVRFY anna\r\n",
        &long,
        b"MAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n",
        b"RCPT TO:<not-an-address>\r\nRCPT TO:<bounce+1@c.example>\r\nRCPT TO:<full@c.example>\r\nDATA\r\n",
        b"RCPT TO:<spam@c.example>\r\nDATA\r\nhello\r\n.\r\n",
        b"\x00\xff\r\n",
        b"NOOP\r\nQUIT\r\n",
    ];
    let (codes, taken) = talk(&pieces).await;
    let expected = [
        220, 503, 250, 503, 503, 500, 501, 552, 502, 252, 500, 250, 503, 501, 550, 452, 503, 250, 354, 554, 500, 250,
        221,
    ];
    assert_eq!(codes, expected);
    assert!(taken.is_empty());
}

#[tokio::test]
async fn only_a_dot_between_two_whole_line_ends_ends_a_mail() {
    let smuggled = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@c.example>\r\nDATA\r\nfirst\n.\nMAIL FROM:<evil@x.example>\n\
        \n.\r\nstill\r\n.\nalso\r\n\r.\r\nlast\r\n.\r\nQUIT\r\n";
    let (codes, taken) = talk(&[smuggled]).await;
    assert_eq!((codes.as_slice(), taken.len()), ([220, 250, 250, 250, 354, 250, 221].as_slice(), 1));
    assert!(body(&taken[0]).contains("MAIL FROM:<evil@x.example>") && body(&taken[0]).ends_with("last\r\n"));
}

#[tokio::test]
async fn a_mail_that_is_too_large_or_cut_off_is_not_kept() {
    let line = [b"y".repeat(998).as_slice(), b"\r\n"].concat();
    let head = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@c.example>\r\nDATA\r\n";
    let mut pieces: Vec<&[u8]> = vec![head];
    pieces.extend(std::iter::repeat_n(line.as_slice(), MESSAGE_BYTES_MAX / line.len() + 2));
    pieces.push(b".\r\nNOOP\r\nQUIT\r\n");
    let (codes, taken) = talk(&pieces).await;
    assert_eq!((codes.as_slice(), taken.len()), ([220, 250, 250, 250, 354, 552, 250, 221].as_slice(), 0));
    let (codes, taken) = talk(&[head, b"half a li"]).await;
    assert_eq!((codes.as_slice(), taken.len()), ([220, 250, 250, 250, 354].as_slice(), 0));
}

#[tokio::test]
async fn a_log_in_needs_an_api_key_and_says_whose_the_mail_is() {
    let token = |password: &str| STANDARD.encode(format!("\0me\0{password}"));
    let wrong = format!("EHLO me\r\nAUTH PLAIN {}\r\n", token("tk_wrong"));
    let right = format!("AUTH PLAIN\r\n{}\r\nAUTH PLAIN {}\r\n", token("tk_right"), token("tk_right"));
    let mail = "MAIL FROM:<a@b.example>\r\nRCPT TO:<anna@c.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
    let (codes, taken) = talk(&[wrong.as_bytes(), right.as_bytes(), mail.as_bytes()]).await;
    assert_eq!(codes, [220, 250, 535, 334, 235, 503, 250, 250, 354, 250, 221]);
    assert_eq!(taken[0].login, Some(OTHER));
    let steps = format!(
        "EHLO me\r\nAUTH LOGIN\r\n{}\r\n{}\r\nAUTH LOGIN\r\nQUIT\r\n",
        STANDARD.encode("me"),
        STANDARD.encode("tk_right")
    );
    assert_eq!(talk(&[steps.as_bytes()]).await.0, [220, 250, 334, 334, 235, 503, 221]);
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "EHLO x",
        "HELO x",
        "MAIL FROM:<a@b.example>",
        "MAIL FROM:<>",
        "RCPT TO:<anna@c.example>",
        "RCPT TO:<full@c.example>",
        "DATA",
        "RSET",
        "NOOP",
        "VRFY x",
        "AUTH PLAIN",
        "AUTH LOGIN",
        "*",
        ".",
        "..",
        "",
        ".x",
        "hello",
        "RCPT TO:<lost@c.example>",
    ]);
    let ends = prop::sample::select(vec!["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r"]);
    let known = (words, ends).prop_map(|(word, end)| format!("{word}{end}").into_bytes());
    prop_oneof![8 => known, 1 => prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever is said, in whichever pieces: answers are SMTP, the session ends, and how it was cut changes nothing.
    #[test]
    fn any_dialogue_is_answered_and_pieces_do_not_matter(lines in prop::collection::vec(line(), 0..40), cut in 1usize..50) {
        let all = lines.concat();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let whole = runtime.block_on(talk(&[&all]));
        let pieces: Vec<&[u8]> = all.chunks(cut).collect();
        let cut = runtime.block_on(talk(&pieces));
        prop_assert_eq!(&whole.0, &cut.0);
        prop_assert_eq!(&whole.1, &cut.1);
        prop_assert_eq!(whole.0.first(), Some(&220));
        prop_assert!(whole.0.iter().all(|code| (200..600).contains(code)));
        prop_assert!(whole.1.iter().all(|mail| !mail.to.is_empty() && mail.to.iter().all(|to| to == "anna@c.example" || to == "lost@c.example")));
    }

    /// What a client doubles comes back as it was.
    #[test]
    fn a_body_arrives_as_it_was(lines in prop::collection::vec("[.a-z ]{0,12}", 1..30), cut in 1usize..40) {
        let mail: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let mut all = b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<anna@c.example>\r\nDATA\r\n".to_vec();
        all.extend(crate::email::smtp::stuffed_for_test(mail.as_bytes()));
        all.extend(b".\r\nQUIT\r\n");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let pieces: Vec<&[u8]> = all.chunks(cut).collect();
        let (_, taken) = runtime.block_on(talk(&pieces));
        prop_assert_eq!(body(&taken[0]), mail);
    }
}

struct Keys {
    only: Option<WorkspaceId>,
}

#[async_trait]
impl Door for Keys {
    async fn workspace_of_key(&self, key: &str) -> Option<WorkspaceId> {
        (key == "tk_right").then_some(OTHER)
    }
    async fn only_workspace(&self) -> Option<WorkspaceId> {
        self.only
    }
}

/// Sends one mail over a real connection; the last code but the goodbye.
async fn send(port: u16, login: bool, from: &str, to: &[&str], mail: &str) -> u16 {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut all = "EHLO x\r\n".to_owned();
    if login {
        all.push_str(&format!("AUTH PLAIN {}\r\n", STANDARD.encode("\0me\0tk_right")));
    }
    all.push_str(&format!("MAIL FROM:<{from}>\r\n"));
    to.iter().for_each(|to| all.push_str(&format!("RCPT TO:<{to}>\r\n")));
    all.push_str(&format!("DATA\r\n{mail}.\r\nQUIT\r\n"));
    stream.write_all(all.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    let codes: Vec<u16> = said.lines().map(|line| line[..3].parse().unwrap()).collect();
    codes[codes.len() - 2]
}

#[tokio::test]
async fn mail_goes_to_the_workspace_of_its_log_in_its_reference_or_the_only_one() {
    for store in testkit::stores(crate::MIGRATIONS).await {
        let channel = SandboxChannel::new(store.db.clone(), Arc::new(SystemClock), Arc::new(OsRng));
        let links = Links::new(&InstanceKey::generate(&SeededRng::new(1)), "https://mail.example.com");
        let (ours, foreign) =
            (MessageId::derived("ours"), "Subject: Hi\r\nFrom: Shop <x@shop.example>\r\n\r\nbody\r\n");
        let reference = links.reference(WORKSPACE, ours);
        let mut ports = Vec::new();
        let (stop, stopping) = watch::channel(false);
        let mut servers = Vec::new();
        for only in [None, Some(WORKSPACE)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            ports.push(listener.local_addr().unwrap().port());
            let server = channel.smtp(links.clone(), Arc::new(Keys { only }));
            servers.push(tokio::spawn(server.run(listener, stopping.clone())));
        }
        let path = Links::return_path(&reference, "bounces.example");
        let mail =
            format!("Message-ID: <{reference}@shop.example>\r\nFeedback-ID: cmp_9:wsp_1:email:tutti\r\n{foreign}");
        assert_eq!(send(ports[0], false, &path, &["anna@b.example"], &mail).await, 250);
        assert_eq!(send(ports[0], false, "x@shop.example", &["anna@b.example"], &mail).await, 250, "by its Message-ID");
        assert_eq!(send(ports[0], false, "x@shop.example", &["anna@b.example"], foreign).await, 550, "nobody's");
        let forged = mail.replace(&reference, &reference.replace(['0', '1'], "2"));
        assert_eq!(
            send(ports[0], false, "x@shop.example", &["anna@b.example"], &forged).await,
            550,
            "not our signature"
        );
        assert_eq!(send(ports[1], false, "x@shop.example", &["bob@b.example", "eve@b.example"], foreign).await, 250);
        assert_eq!(send(ports[0], true, "", &["anna@b.example"], &mail).await, 250, "the log-in decides");
        let list = async |workspace| channel.list(workspace, None, None, &PageRequest::default()).await.unwrap().items;
        let mine = list(WORKSPACE).await;
        assert_eq!(mine.len(), 3, "the second copy of ours was dropped");
        let kept = mine.iter().find(|mail| mail.message == ours).unwrap();
        assert_eq!(
            (kept.campaign.as_str(), kept.to.as_str(), kept.from.as_str()),
            ("cmp_9", "anna@b.example", "x@shop.example")
        );
        let opened = channel.get(WORKSPACE, kept.id).await.unwrap().unwrap();
        assert!(opened.raw.ends_with(mail.as_bytes()) && opened.raw.starts_with(b"Return-Path: <bounce+"));
        let other = list(OTHER).await;
        assert_eq!((other.len(), other[0].campaign.as_str(), other[0].message == ours), (1, "", false));
        stop.send(true).unwrap();
        for server in servers {
            server.await.unwrap();
        }
    }
}
