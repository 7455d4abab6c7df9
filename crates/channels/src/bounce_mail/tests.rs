use super::*;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn a_standard_report_names_recipient_status_and_the_message_it_is_about() {
    let raw = b"From: MAILER-DAEMON@relay.example\r\nTo: bounce+00ff@b.example\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
        --x\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; relay.example\r\n\r\n\
        Final-Recipient: rfc822; anna@b.example\r\nAction: failed\r\nStatus: 5.0.0\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 <anna@b.example>:\r\n no such user\r\n\r\n\
        Final-Recipient: rfc822;bea@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n\
        --x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <abc@shop.example>\r\nSubject: Hi\r\n\r\nHi\r\n--x--\r\n";
    let report = read(raw).unwrap();
    assert_eq!(report.returned_to, ["bounce+00ff@b.example"]);
    assert_eq!(report.original_message_id.as_deref(), Some("abc@shop.example"));
    let summary: Vec<_> =
        report.recipients.iter().map(|item| (item.address.as_str(), item.kind, item.still_trying)).collect();
    assert_eq!(summary, [("anna@b.example", BounceKind::Hard, false), ("bea@b.example", BounceKind::Soft, true)]);
    assert_eq!(report.recipients[0].reply.enhanced, Some((5, 1, 1)));
}

#[test]
fn a_holiday_notice_is_no_bounce_and_an_ordinary_mail_is_neither() {
    let holiday =
        b"From: anna@b.example\r\nTo: news@shop.example\r\nAuto-Submitted: auto-replied\r\nSubject: Re: Sale\r\n\r\n\
        I am away. My mailbox does not exist until Monday, write to bea@b.example.\r\n";
    let report = read(holiday).unwrap();
    assert_eq!((report.recipients.len(), report.recipients[0].kind), (1, BounceKind::AutoReply));
    let letter = b"From: anna@b.example\r\nTo: news@shop.example\r\nSubject: Hello\r\n\r\nNice shoes!\r\n";
    assert!(read(letter).is_err());
    assert!(read(b"").is_err());
    assert!(read(&[0xff; 200]).is_err());
}

/// What one detector of the corpus expects, merged by file: recipients, and whether the failure is temporary.
fn expectations(folder: &Path) -> BTreeMap<String, (Vec<String>, bool)> {
    let text = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
    let mut expected: BTreeMap<String, (Vec<String>, bool)> = BTreeMap::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        let entry = expected.entry(fields[0].to_owned()).or_default();
        entry.0.extend(fields[1].split_whitespace().map(str::to_lowercase));
        entry.1 |= fields[2] == "true";
    }
    for (recipients, _) in expected.values_mut() {
        recipients.sort();
        recipients.dedup();
    }
    expected
}

#[test]
fn the_corpus_of_real_bounces_is_read_as_another_detector_reads_it() {
    let Some(folder) = testkit::shared_data("bounce-emails-flufl") else { return };
    let (mut right, mut temporary_right, mut total) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (file, (recipients, temporary)) in expectations(&folder) {
        let raw = std::fs::read(folder.join("data").join(&file)).unwrap();
        total += 1;
        let found = read(&raw).map(|report| report.recipients).unwrap_or_default();
        let mut addresses: Vec<String> = found.iter().map(|item| item.address.to_lowercase()).collect();
        addresses.sort();
        if addresses == recipients {
            right += 1;
            let soft = !found.is_empty() && found.iter().all(|item| item.still_trying || item.kind == BounceKind::Soft);
            temporary_right += usize::from(!temporary || soft);
        } else {
            wrong.push(format!("{file}: {addresses:?} instead of {recipients:?}"));
        }
    }
    println!("{right} of {total} bounces read right; of those {temporary_right} with the right permanence");
    println!("{}", wrong.join("\n"));
    assert!(right >= CORPUS_RIGHT_MIN, "{right} of {total}: {}", wrong.join("\n"));
    assert!(temporary_right + CORPUS_TEMPORARY_WRONG_MAX >= right, "{temporary_right} of {right}");
    for name in expectations(&folder).keys().filter(|name| name.starts_with("dsn_") || name.starts_with("postfix_")) {
        assert!(!wrong.iter().any(|line| line.starts_with(name.as_str())), "a standard report must be read: {name}");
    }
}

/// What is reached today; it only goes up.
const CORPUS_RIGHT_MIN: usize = 114;
const CORPUS_TEMPORARY_WRONG_MAX: usize = 3;

#[test]
fn complaints_are_read_with_the_recipient_they_name() {
    let Some(folder) = testkit::shared_data("mail-auth-arf-dkim") else { return };
    let mut complaints = 0;
    for number in 1..=5 {
        let path = folder.join(format!("arf/{number:03}.eml"));
        let raw = std::fs::read(&path).unwrap();
        let expected = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
        let kind = expected["feedback_type"].as_str().unwrap().to_lowercase();
        let found = read(&raw);
        if kind == "abuse" {
            let report = found.unwrap_or_else(|error| panic!("{number}: {error}"));
            assert_eq!(report.recipients[0].kind, BounceKind::Complaint, "{number}");
            if let Some(address) = expected["original_rcpt_to"].as_str() {
                assert_eq!(report.recipients[0].address, address.trim_matches(['<', '>']), "{number}");
            }
            complaints += 1;
        } else {
            let kinds: Vec<_> = found.map(|report| report.recipients).unwrap_or_default();
            assert!(kinds.iter().all(|item| item.kind != BounceKind::Complaint), "{number}: {kind} is no complaint");
        }
    }
    assert!(complaints > 0);
}
