use super::*;

#[track_caller]
fn check(code: u16, text: &str, expected: BounceKind) {
    assert_eq!(classify(&Reply::new(code, text)), expected, "{code} {text}");
}

#[test]
fn replies_of_real_servers_are_judged_as_their_operators_mean_them() {
    check(
        550,
        "5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table",
        BounceKind::Hard,
    );
    check(550, "5.1.1 The email account that you tried to reach does not exist. NoSuchUser - gsmtp", BounceKind::Hard);
    check(550, "5.5.0 Requested action not taken: mailbox unavailable", BounceKind::Hard);
    check(550, "Requested action not taken: mailbox unavailable", BounceKind::Hard);
    check(550, "5.7.1 Service unavailable; Client host [1.2.3.4] blocked using Spamhaus", BounceKind::Block);
    check(550, "5.7.1 [CS] Message blocked due to spam content", BounceKind::Policy);
    check(550, "5.7.26 Unauthenticated email from x is not accepted due to domain's DMARC policy", BounceKind::Policy);
    check(421, "4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred due to unexpected volume", BounceKind::Block);
    check(452, "4.2.2 The email account that you tried to reach is over quota", BounceKind::Soft);
    check(552, "5.2.2 Mailbox full", BounceKind::Soft);
    check(552, "5.3.4 Message size exceeds fixed limit", BounceKind::Policy);
    check(450, "4.2.0 Greylisted, try again later", BounceKind::Soft);
    check(451, "4.3.0 temporary lookup failure", BounceKind::Soft);
    check(550, "5.1.2 Bad destination: host not found", BounceKind::Hard);
    check(554, "5.4.14 Hop count exceeded", BounceKind::Soft);
    check(554, "delivery error: dd This user doesn't have a yahoo.com account", BounceKind::Hard);
    check(450, "4.1.1 user unknown (yet)", BounceKind::Soft);
    check(0, "", BounceKind::Unknown);
}

#[test]
fn a_precise_status_in_the_text_beats_a_vague_status_field() {
    let reply = Reply::of_status(Some((5, 0, 0)), "smtp; 550 5.1.1 no such user");
    assert_eq!((reply.code, reply.enhanced), (550, Some((5, 1, 1))));
    assert_eq!(classify(&reply), BounceKind::Hard);
    assert_eq!(parse_status("5.1.1"), Some((5, 1, 1)));
    assert_eq!(parse_status("5.1.1 (bad)"), Some((5, 1, 1)));
    for wrong in ["", "5", "5.1", "9.1.1", "5.1.1.1", "5.x.1", "127.0.0.1"] {
        assert_eq!(parse_status(wrong), None, "{wrong}");
    }
}

#[test]
fn what_a_server_says_is_kept_short_and_on_one_line() {
    let reply = Reply::new(550, &format!("5.1.1 a\r\nBcc: x\0{}", "y".repeat(5_000)));
    assert!(reply.text.chars().count() <= REPLY_CHARS_MAX && !reply.text.contains(['\r', '\n', '\0']));
}
