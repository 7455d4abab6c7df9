use super::*;

#[test]
fn what_consent_reads_is_protected() {
    let protected = protected_by_consent();
    for name in ["Unsubscribed", "Consent Changed", "Email Marked as Spam", "Email Bounced"] {
        assert!((protected.event)(Kind::Track, name), "{name}");
    }
    assert!(!(protected.event)(Kind::Page, "Unsubscribed") && !(protected.event)(Kind::Track, "Order Completed"));
    assert!((protected.property)(Kind::Identify, "email_consent"));
    assert!(!(protected.property)(Kind::Track, "email_consent") && !(protected.property)(Kind::Identify, "email"));
}

#[test]
fn every_kind_but_alias_can_be_planned() {
    for kind in EventKind::ALL {
        let planned = kind_of(kind);
        assert_eq!(planned.is_none(), kind == EventKind::Alias);
        assert!(planned.is_none_or(|planned| planned.name() == kind.name()));
    }
}
