//! Rules of a workspace's own: limits, blocked values, kinds, mailboxes.

use super::*;
use crate::{KindRuleDoc, ProfileError, RulesDoc, TraitRuleDoc};
use serde_json::json;

impl World {
    /// Saves the rules of today, changed.
    pub(crate) async fn change_rules(&self, change: impl FnOnce(&mut RulesDoc)) {
        let before = self.profiles.rules_of(SHOP).await.unwrap();
        let mut rules = before.rules;
        change(&mut rules);
        self.profiles.put_rules(SHOP, rules, Some(before.version), "anna@shop.nl").await.expect("these rules can hold");
    }
}

pub(crate) fn kind<'r>(rules: &'r mut RulesDoc, name: &str) -> &'r mut KindRuleDoc {
    rules.kinds.iter_mut().find(|rule| rule.kind == name).expect("every built-in kind is listed")
}

fn own_kind(name: &str, priority: u16) -> KindRuleDoc {
    KindRuleDoc {
        kind: name.into(),
        custom: true,
        form: None,
        names: None,
        enabled: true,
        priority,
        limit: 1,
        blocked: Vec::new(),
    }
}

#[tokio::test]
async fn rules_that_were_never_changed_are_the_built_in_ones_and_changes_have_versions() {
    on_every_store(async |world| {
        let first = world.profiles.rules_of(SHOP).await.unwrap();
        assert_eq!((first.version, &first.rules, first.changed_by), (0, &RulesDoc::default().completed(), None));
        world.change_rules(|rules| kind(rules, "email").limit = 2).await;
        let saved = world.profiles.rules_of(SHOP).await.unwrap();
        assert_eq!((saved.version, saved.changed_by.as_deref()), (1, Some("anna@shop.nl")));
        assert_eq!(saved.rules.kinds.iter().find(|rule| rule.kind == "email").unwrap().limit, 2);
        let stale = world.profiles.put_rules(SHOP, RulesDoc::default(), Some(0), "bert@shop.nl").await;
        assert!(matches!(stale, Err(ProfileError::StaleRules(1))), "{stale:?}");
        let other = world.profiles.rules_of(OTHER_SHOP).await.unwrap();
        assert_eq!((other.version, other.rules), (0, RulesDoc::default().completed()), "another shop's are its own");
        world.profiles.put_rules(SHOP, RulesDoc::default(), Some(1), "anna@shop.nl").await.unwrap();
        assert_eq!(world.profiles.rules_of(SHOP).await.unwrap().rules, RulesDoc::default().completed());
    })
    .await;
}

#[tokio::test]
async fn rules_that_cannot_hold_are_refused_flaw_by_flaw() {
    let world = World::on(testkit::sqlite(MIGRATIONS).await);
    let kinds = vec![
        KindRuleDoc { form: Some("email".into()), limit: 0, ..own_kind("user_id", 10) },
        KindRuleDoc { custom: false, ..own_kind("crm_id", 30) },
        KindRuleDoc { blocked: vec!["**".into(), "000*".into()], ..own_kind("member", 5) },
        own_kind("member", 30),
        own_kind("gmail_mailbox", 30),
    ];
    let mut rules = RulesDoc { kinds, phone_region: "XX".into(), ..RulesDoc::default() };
    rules.shared_devices.users = 101;
    let line = |pattern: &str, rule: &str, sources: &[&str]| TraitRuleDoc {
        pattern: pattern.into(),
        rule: rule.into(),
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
    };
    rules.traits =
        vec![line("a", "best", &[]), line("b", "most_trusted", &[]), line("b", "max", &["crm"]), line(" ", "max", &[])];
    let Err(ProfileError::BadRules(flaws)) = world.profiles.put_rules(SHOP, rules, None, "anna").await else {
        panic!("these rules cannot hold");
    };
    let found: Vec<(String, String)> = flaws.into_iter().map(|flaw| (flaw.pointer, flaw.code)).collect();
    let expected = [
        ("/kinds/0/form", "fixed_kind"),
        ("/kinds/0/custom", "fixed_kind"),
        ("/kinds/0/limit", "out_of_range"),
        ("/kinds/1/kind", "unknown_kind"),
        ("/kinds/2/blocked/0", "bad_pattern"),
        ("/kinds/3/kind", "repeated_kind"),
        ("/kinds/4/kind", "unknown_kind"),
        ("/kinds/2/priority", "user_id_first"),
        ("/phone_region", "unknown_region"),
        ("/shared_devices/users", "out_of_range"),
        ("/traits/0/rule", "unknown_rule"),
        ("/traits/1/sources", "sources_needed"),
        ("/traits/2/trait", "repeated_trait"),
        ("/traits/2/sources", "sources_not_used"),
        ("/traits/3/trait", "bad_pattern"),
    ];
    let expected = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn limits_blocked_values_and_kinds_hold_from_the_next_batch_and_change_nobody() {
    on_every_store(async |world| {
        let before = world.feed(vec![identify(1).user("anna").id("email", "a@x.nl").id("email", "b@x.nl")]).await;
        let anna = before.events[0].profile;
        let wanted = |rules: &mut RulesDoc| {
            kind(rules, "email").limit = 1;
            kind(rules, "email").blocked = vec!["*@till.shop.nl".into(), "B@x.nl".into()];
            kind(rules, "phone").enabled = false;
            rules.kinds.push(KindRuleDoc { priority: 20, ..own_kind("crm_id", 15) });
        };
        let mut rules = world.profiles.rules_of(SHOP).await.unwrap().rules;
        wanted(&mut rules);
        let preview = world.profiles.rules_preview(SHOP, &rules).await.unwrap();
        assert!(preview.changes);
        let email = preview.kinds.iter().find(|seen| seen.kind == "email").unwrap();
        assert_eq!((email.over_limit, email.blocked, email.disabled), (1, 1, 0));
        assert_eq!(preview.kinds.len(), 1, "of phone numbers there are none: {:?}", preview.kinds);
        world.change_rules(wanted).await;
        let crowded = world.feed(vec![identify(2).user("anna").id("email", "c@x.nl")]).await;
        assert_eq!(crowded.events[0].profile, anna);
        assert_eq!(world.find(SHOP, "email", "c@x.nl").await, None, "one more is too many now");
        assert_eq!(world.profiles.conflicts(SHOP, anna).await.unwrap()[0].reason, "limit");
        assert_eq!(world.find(SHOP, "email", "a@x.nl").await, Some(anna), "what was there stays");
        let at_till = identify(3).user("bert").id("email", "nr1@till.shop.nl").id("phone", "+31612345678");
        let bert = world.feed(vec![at_till]).await.events[0].profile;
        let carl = world.feed(vec![identify(4).user("carl").id("email", "nr1@till.shop.nl")]).await.events[0].profile;
        assert_ne!(bert, carl);
        assert_eq!(world.profiles.get(SHOP, bert).await.unwrap().identifiers.len(), 1, "neither till nor phone counts");
        // Of two that disagree the one with the stronger kind stays: crm_id was made stronger than e-mail.
        let mail = world.feed(vec![identify(5).id("email", "d@x.nl")]).await.events[0].profile;
        let crm = world.feed(vec![identify(6).id("crm_id", "C7")]).await.events[0].profile;
        let merged = world.feed(vec![identify(7).id("email", "d@x.nl").id("crm_id", "C7")]).await.merges;
        assert_eq!((merged[0].from, merged[0].into), (mail, crm));
        let refused = world.feed(vec![identify(8).id("crm_id", "C7").id("crm_id", "C8")]).await;
        assert_eq!(refused.events[0].profile, crm);
        assert_eq!(world.find(SHOP, "crm_id", "C8").await, None, "a customer has one");
    })
    .await;
}

#[tokio::test]
async fn a_phone_number_is_read_in_the_workspaces_region() {
    on_every_store(async |world| {
        world.change_rules(|rules| rules.phone_region = "SE".into()).await;
        let anna = world.feed(vec![identify(1).user("anna").id("phone", "070-123 45 67")]).await.events[0].profile;
        assert_eq!(world.find(SHOP, "phone", "+46701234567").await, Some(anna));
        assert_eq!(world.find(SHOP, "phone", "0701234567").await, Some(anna));
        let traits = RawJson::new(serde_json::json!({ "phone": "070-123 45 67" }).to_string());
        world.feed(vec![Event { traits, ..identify(2).user("anna") }]).await;
        let reached = world.profiles.address(SHOP, "sms", &[anna]).await.unwrap();
        assert_eq!(reached, [Some("+46701234567".to_owned())], "messages go where it was read");
        let traits = RawJson::new(serde_json::json!({ "country": "NL", "phone": "06 12345678" }).to_string());
        world.feed(vec![Event { traits, ..identify(3).user("anna") }]).await;
        let reached = world.profiles.address(SHOP, "sms", &[anna]).await.unwrap();
        assert_eq!(reached, [Some("+31612345678".to_owned())], "the customer's country comes first");
    })
    .await;
}

#[tokio::test]
async fn spellings_of_a_gmail_address_are_one_mailbox_and_none_is_lost_when_the_rule_changes() {
    on_every_store(async |world| {
        let one = world.feed(vec![identify(1).id("email", "Anna.Vries@gmail.com")]).await.events[0].profile;
        let two = world.feed(vec![identify(2).id("email", "annavries+shop@googlemail.com")]).await.events[0].profile;
        let bert = world.feed(vec![identify(3).id("email", "bert@gmail.com")]).await.events[0].profile;
        let mut rules = world.profiles.rules_of(SHOP).await.unwrap().rules;
        rules.gmail_dots = true;
        let gmail = world.profiles.rules_preview(SHOP, &rules).await.unwrap().gmail.unwrap();
        assert_eq!((gmail.mailboxes, gmail.customers, gmail.complete), (1, 2, true));
        world.change_rules(|rules| rules.gmail_dots = true).await;
        world.feed_and_fail(vec![track(4).anonymous("v1")]).await;
        let third = world.feed(vec![identify(4).id("email", "a.n.n.a.v.r.i.e.s@gmail.com")]).await;
        assert_eq!(third.events[0].profile, one, "the mailbox is the oldest customer's who had it");
        assert_eq!(world.find(SHOP, "email", "annavries+shop@googlemail.com").await, Some(two), "as it was");
        let dots = world.feed(vec![identify(5).id("email", "b.ert@gmail.com")]).await.events[0].profile;
        assert_eq!(dots, bert);
        // More spellings than a customer may have addresses are still one mailbox.
        for n in 0..8 {
            let spelled = identify(10 + n).id("email", &format!("bert+{n}@gmail.com"));
            assert_eq!(world.feed(vec![spelled]).await.events[0].profile, bert);
        }
        let joined = world.feed(vec![identify(30).id("email", "annavries+shop@googlemail.com")]).await;
        assert_eq!((joined.merges.len(), joined.events[0].profile), (1, one), "an event joins the two");
        assert_eq!(
            world.profiles.search(SHOP, "b.e.r.t@gmail.com", &Default::default()).await.unwrap().items[0].id,
            bert
        );
        world.change_rules(|rules| rules.gmail_dots = false).await;
        assert_eq!(world.feed(vec![identify(40).id("email", "b.ert@gmail.com")]).await.events[0].profile, bert);
        let new = world.feed(vec![identify(41).id("email", "b.e.rt@gmail.com")]).await.events[0].profile;
        assert_ne!(new, bert, "dots count again");
        world.change_rules(|rules| rules.gmail_dots = true).await;
        let again = world.feed(vec![identify(42).id("email", "be.rt@gmail.com")]).await.events[0].profile;
        assert_eq!(again, bert, "the mailbox was never forgotten");
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_leaves_with_the_last_of_its_addresses() {
    on_every_store(async |world| {
        world.change_rules(|rules| rules.gmail_dots = true).await;
        let both = identify(1).user("anna").id("email", "anna@x.nl").id("email", "b.ert@gmail.com");
        let anna = world.feed(vec![both]).await.events[0].profile;
        let request = crate::SplitRequest {
            identifiers: vec![crate::PersonIdentifier { kind: "email".into(), value: "b.ert@gmail.com".into() }],
            revive: None,
        };
        let [stays, leaves] = world.profiles.split_preview(SHOP, anna, &request).await.unwrap();
        let kinds = |side: &crate::SplitSide| side.identifiers.iter().map(|seen| seen.kind.clone()).collect::<Vec<_>>();
        assert_eq!(kinds(&stays), ["user_id", "email"]);
        assert_eq!(kinds(&leaves), ["email", "gmail_mailbox"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_ever_said_of_a_trait_is_shown_with_what_holds_and_why() {
    on_every_store(async |world| {
        world
            .change_rules(|rules| {
                let line = TraitRuleDoc { pattern: "poi*".into(), rule: "max".into(), sources: Vec::new() };
                rules.traits.push(line);
            })
            .await;
        let said = |n: i64, points: serde_json::Value| {
            identify(n).user("u1").traits(json!({"points": points, "city": "Sneek"}))
        };
        world.feed(vec![said(1, json!(5)), said(2, json!(12))]).await;
        let id = world.feed(vec![said(3, json!(7)), track(4).user("u1")]).await.events[0].profile;
        let page = |cursor| base::PageRequest { limit: Some(2), cursor };
        let first = world.profiles.trait_history(SHOP, id, "points", &page(None)).await.unwrap();
        assert_eq!((first.rule.code, first.rule.pattern.as_deref()), ("max", Some("poi*")));
        assert_eq!((first.value, first.at), (Some(json!(12)), Some(testkit::NOW.plus_ms(2_000))));
        let seen = |history: &[crate::TraitSaying]| {
            history.iter().map(|one| (one.value.clone(), one.holds)).collect::<Vec<_>>()
        };
        assert_eq!(seen(&first.sayings.items), [(json!(7), false), (json!(12), true)]);
        let rest = world.profiles.trait_history(SHOP, id, "points", &page(first.sayings.next_cursor)).await.unwrap();
        assert_eq!(seen(&rest.sayings.items), [(json!(5), false)]);
        assert_eq!(rest.sayings.next_cursor, None);
        let city = world.profiles.trait_history(SHOP, id, "city", &page(None)).await.unwrap();
        assert_eq!((city.rule.code, city.rule.pattern), ("latest", None));
        assert_eq!(city.sayings.items[0].source, SourceId::derived("website").to_string());
        assert_eq!(seen(&city.sayings.items), [(json!("Sneek"), true), (json!("Sneek"), false)]);
        let none = world.profiles.trait_history(SHOP, id, "size", &page(None)).await.unwrap();
        assert_eq!((none.value, none.sayings.items.len()), (None, 0));
    })
    .await;
}
