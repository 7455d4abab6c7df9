use super::compose::compose;
use super::smtp::stuffed_for_test as stuffed;
use super::*;
use base::{MessageId, Timestamp, WorkspaceId};
use deliver::{DkimSettings, Sender};
use mail_parser::MessageParser;
use std::sync::Arc;

fn message() -> Outgoing {
    Outgoing {
        workspace: WorkspaceId::new(1),
        key: MessageId::derived("a"),
        campaign: "cmp_1".into(),
        sender: Arc::new(Sender { from_email: "news@shop.example".into(), ..Sender::default() }),
        to: "anna@b.example".into(),
        from_name: "Schoenen & Zo – Fryslân".into(),
        from_email: "news@shop.example".into(),
        reply_to: "help@shop.example".into(),
        subject: "Foar dy: 20 % koarting op alles, allinnich dit wykein – sjoch gau!".into(),
        html: Some("<p>Hoi Anna</p>".into()),
        text: "Hoi Anna".into(),
        unsubscribe_url: Some(format!("https://mail.example.com/t/u/{}", "a".repeat(300))),
        reference: "ab".repeat(28),
        at: Timestamp::from_ms(1_795_341_600_000),
    }
}

#[test]
fn a_message_says_who_it_is_from_how_to_leave_and_reads_back_as_written() {
    let outgoing = message();
    let raw = compose(&outgoing);
    let mail = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(mail.subject().unwrap(), outgoing.subject);
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name().unwrap(), from.address().unwrap()), (outgoing.from_name.as_str(), "news@shop.example"));
    assert_eq!(mail.message_id().unwrap(), format!("{}@shop.example", outgoing.reference));
    assert_eq!(mail.date().unwrap().to_timestamp(), 1_795_341_600);
    let header = |name: &str| mail.header_raw(name).unwrap().split_whitespace().collect::<String>();
    assert_eq!(header("List-Unsubscribe"), format!("<{}>", outgoing.unsubscribe_url.as_deref().unwrap()));
    assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header("Feedback-ID"), "cmp_1:wsp_1:email:tutti");
    assert_eq!((mail.body_text(0).unwrap().trim(), mail.body_html(0).unwrap().trim()), ("Hoi Anna", "<p>Hoi Anna</p>"));
    let plain = Outgoing { unsubscribe_url: None, html: None, ..message() };
    let raw = String::from_utf8(compose(&plain)).unwrap();
    assert!(!raw.contains("List-Unsubscribe") && !raw.contains("multipart"));
}

#[test]
fn the_same_message_is_the_same_bytes() {
    assert_eq!(compose(&message()), compose(&message()));
    let other = Outgoing { reference: "cd".repeat(28), ..message() };
    assert_ne!(compose(&message()), compose(&other));
}

#[test]
fn a_part_that_holds_the_line_between_the_parts_does_not_end_there() {
    let line = |count: u32| format!("--=_{count}_{}", "ab".repeat(20));
    let text = format!("before\r\n{}\r\n\r\nafter", line(0));
    let html = format!("<pre>\r\n{}--\r\n</pre>", line(1));
    let raw = compose(&Outgoing { text: text.clone(), html: Some(html.clone()), ..message() });
    let mail = MessageParser::default().parse(&raw).unwrap();
    assert_eq!((mail.body_text(0).unwrap().trim(), mail.body_html(0).unwrap().trim()), (text.as_str(), html.as_str()));
    assert!(String::from_utf8(raw).unwrap().contains(&line(2)));
}

#[test]
fn line_breaks_in_any_field_add_no_header() {
    const EVIL: &str = "x\r\nBcc: evil@x.example\r\n\r\nbody\n\rX-Evil: 1\0";
    let fields: [fn(&mut Outgoing); 8] = [
        |m| m.subject = EVIL.into(),
        |m| m.from_name = EVIL.into(),
        |m| m.from_email = format!("a@b.example{EVIL}"),
        |m| m.to = format!("a@b.example{EVIL}"),
        |m| m.reply_to = format!("a@b.example{EVIL}"),
        |m| m.unsubscribe_url = Some(format!("https://x.example/{EVIL}")),
        |m| m.campaign = EVIL.into(),
        |m| m.reference = EVIL.into(),
    ];
    for (index, poison) in fields.into_iter().enumerate() {
        let mut outgoing = message();
        poison(&mut outgoing);
        let raw = compose(&outgoing);
        let mail = MessageParser::default().parse(&raw).unwrap();
        for name in ["Bcc", "X-Evil"] {
            assert!(
                mail.header_raw(name).is_none(),
                "field {index} made the header {name}: {}",
                String::from_utf8_lossy(&raw)
            );
        }
        assert_eq!(mail.body_text(0).unwrap().trim(), "Hoi Anna", "field {index} changed the body");
    }
}

#[test]
fn dots_are_doubled_and_every_line_ends_with_both_characters() {
    assert_eq!(stuffed(b".a\nb\r\n.\n..c"), b"..a\r\nb\r\n..\r\n...c\r\n");
    assert_eq!(stuffed(b""), b"");
}

#[test]
fn a_key_that_cannot_be_used_stops_the_message_instead_of_sending_it_unsigned() {
    let dkim = DkimSettings {
        domain: "shop.example".into(),
        selector: "s".into(),
        algorithm: DkimAlgorithm::Ed25519,
        dns_record: String::new(),
        private_der: vec![1, 2, 3],
    };
    let sender = Sender { dkim: Some(dkim), ..Sender::default() };
    let outgoing = Outgoing { sender: Arc::new(sender), ..message() };
    assert!(Composer::default().compose(&outgoing).is_err());
}

#[test]
fn generated_keys_sign_and_their_record_fits_dns() {
    let key = MailKit.generate_dkim(DkimAlgorithm::Ed25519).unwrap();
    assert!(key.dns_record.starts_with("v=DKIM1; k=ed25519; p=") && key.dns_record.len() < 255);
    let dkim = DkimSettings {
        domain: "shop.example".into(),
        selector: "s".into(),
        algorithm: DkimAlgorithm::Ed25519,
        dns_record: key.dns_record,
        private_der: key.private_der,
    };
    let sender = Sender { dkim: Some(dkim), ..Sender::default() };
    let raw = Composer::default().compose(&Outgoing { sender: Arc::new(sender), ..message() }).unwrap();
    let text = String::from_utf8(raw).unwrap();
    let header = text.split("\r\nFrom:").next().unwrap().split_whitespace().collect::<String>();
    assert!(header.starts_with("DKIM-Signature:") && header.contains("d=shop.example"), "{header}");
    for name in ["List-Unsubscribe:", "List-Unsubscribe-Post:"] {
        assert!(header.contains(name) || header.contains(name.trim_end_matches(':')), "{name} unsigned");
    }
}
