//! The form: what is ticked against what holds, and what the page shows.

use super::*;
use consent::{ConsentSettings, Consents, Localised, TopicDraft, TopicKey};
use testkit::NOW;

const SHOP: WorkspaceId = WorkspaceId::new(1);
const ANNA: ProfileId = ProfileId::new(1);

/// A store with the topics news (asked for) and offers (by default), and somebody who said nothing.
async fn visit() -> (testkit::Store, Visit) {
    let store = testkit::sqlite(consent::MIGRATIONS).await;
    let clock = Arc::new(testkit::clock());
    let inbox = events::Inbox::open(&store.dir().join("inbox"), events::InboxConfig::default(), clock.clone());
    let inbox = Arc::new(inbox.expect("an inbox"));
    let consents = Consents::new(store.db.clone(), inbox, clock, Arc::new(base::SeededRng::new(3)), &[7; 32]);
    for (key, opt_out) in [("news", false), ("offers", true)] {
        let draft = TopicDraft {
            name: Localised::of("nl", &format!("<{key}>")),
            description: Localised::default(),
            channels: vec![ContactChannel::Email, ContactChannel::Sms],
            opt_out,
            double_opt_in: true,
            archived: false,
        };
        consents.create_topic(SHOP, &TopicKey::parse(key).expect("a key"), draft).await.expect("a topic");
    }
    let overview = consents.overview(SHOP, ANNA, &[]).await.expect("an overview");
    let visit = Visit {
        workspace: SHOP,
        overview,
        company: "Fjord & Co".into(),
        addresses: vec![(ContactChannel::Email, "anna@example.com".into())],
        language: "nl",
        own_language: None,
    };
    (store, visit)
}

fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn told(changes: &[Change]) -> Vec<(String, &'static str)> {
    changes.iter().map(|change| (change.subject.to_string(), change.state.name())).collect()
}

#[tokio::test]
async fn a_box_changes_only_what_it_was_shown_for() {
    let (_store, visit) = visit().await;
    assert!(visit.changes(&form(&[("on", "topic:news/email")]), NOW).is_empty(), "not shown, not asked");
    let nothing = form(&[("shown", "email"), ("shown", "topic:news/email")]);
    assert!(visit.changes(&nothing, NOW).is_empty(), "off and unticked");
    let planted =
        form(&[("shown", "topic:planted/email"), ("on", "topic:planted/email"), ("shown", "pause"), ("on", "pause")]);
    assert!(visit.changes(&planted, NOW).is_empty(), "a box that is not on the page");
    let left = form(&[("shown", "topic:offers/email")]);
    assert_eq!(
        told(&visit.changes(&left, NOW)),
        [("topic:offers/email".into(), "unsubscribed")],
        "a default can be left"
    );
}

#[tokio::test]
async fn a_topic_turns_its_channel_on() {
    let (_store, visit) = visit().await;
    let wanted = form(&[("shown", "email"), ("shown", "topic:news/email"), ("on", "topic:news/email")]);
    let changes = visit.changes(&wanted, NOW);
    assert_eq!(told(&changes), [("topic:news/email".into(), "subscribed"), ("email".into(), "subscribed")]);
}

#[tokio::test]
async fn a_channel_that_is_turned_off_now_stays_off() {
    let (_store, mut visit) = visit().await;
    visit.pretend(&[Change::yes(ContactChannel::Email.into())], NOW);
    let both = form(&[("shown", "email"), ("shown", "topic:news/email"), ("on", "topic:news/email")]);
    let changes = visit.changes(&both, NOW);
    assert_eq!(told(&changes), [("email".into(), "unsubscribed"), ("topic:news/email".into(), "subscribed")]);
}

#[tokio::test]
async fn wishes_are_taken_from_their_lists_only() {
    let (_store, mut visit) = visit().await;
    let wishes = form(&[("frequency", "weekly"), ("pause", "14")]);
    let changes = visit.changes(&wishes, NOW);
    assert_eq!(changes.len(), 2);
    assert!(visit.changes(&form(&[("frequency", "hourly"), ("pause", "9999")]), NOW).is_empty());
    visit.pretend(&changes, NOW);
    assert_eq!((visit.overview.frequency(), visit.overview.paused_until().is_some()), (Frequency::Weekly, true));
    assert!(visit.changes(&form(&[("frequency", "weekly"), ("pause", "keep")]), NOW).is_empty());
    assert_eq!(visit.changes(&form(&[("pause", "none")]), NOW), [Change::resume()]);
}

#[tokio::test]
async fn what_rests_on_another_basis_is_on_until_somebody_objects() {
    let (_store, mut visit) = visit().await;
    let mut settings = ConsentSettings::default();
    settings.purposes[1].basis = Basis::LegitimateInterest;
    visit.overview.settings = settings;
    let objects = form(&[("shown", "purpose:analytics"), ("shown", "purpose:marketing")]);
    assert_eq!(told(&visit.changes(&objects, NOW)), [("purpose:analytics".into(), "unsubscribed")]);
}

#[tokio::test]
async fn the_page_works_without_scripts_in_four_languages_and_escapes_what_it_shows() {
    let (_store, mut visit) = visit().await;
    for words in &ALL {
        visit.language = words.language;
        let page = page(&visit, &Told::default());
        assert!(page.contains(&format!("<html lang=\"{}\"", words.language)) && page.contains(words.save));
        assert!(!page.contains("<script") && !page.contains("<news>") && page.contains("&lt;news&gt;"));
        assert!(page.contains("Fjord &amp; Co") && !page.contains("anna@example.com"), "the address is shortened");
        assert!(!page.contains("{company}") && !page.contains("{address}") && !page.contains("{date}"));
        let ticks = page.matches("type=\"checkbox\"").count();
        assert_eq!(ticks, 1 + 2 + 4, "e-mail, two topics on it, four purposes; no text messages without a number");
    }
}
