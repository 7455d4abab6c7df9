use super::*;
use async_trait::async_trait;
use base::{Json, Problem, ProfileId, SeededRng, WorkspaceId};
use serde_json::json;
use std::sync::Arc;
use template::email::BodyKind;

const SHOP: WorkspaceId = WorkspaceId::new(1);

/// Customer 1 is known well, 2 has no name, 3 is gone.
struct World;

#[async_trait]
impl ProfileData for World {
    async fn data(&self, _: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Json>, Problem> {
        let data = |profile: &ProfileId| match profile.number() {
            1 => json!({"id": "prf_1", "first_name": "Ilse & Co <x>", "name": "Ilse", "email": "ilse@example.org"}),
            2 => json!({"id": "prf_2", "first_name": null, "email": "two@example.org"}),
            _ => Json::Null,
        };
        Ok(profiles.iter().map(data).collect())
    }
}

#[async_trait]
impl WorkspaceData for World {
    async fn data(&self, _: WorkspaceId) -> Result<WorkspaceMerge, Problem> {
        Ok(WorkspaceMerge {
            name: "Tern & Trail".into(),
            postal_address: "Kade 1, Harlingen".into(),
            time_zone: "Europe/Amsterdam".into(),
            from_name: "Tern".into(),
            from_email: "hello@example.org".into(),
        })
    }
}

fn contents(db: &db::Db) -> Contents {
    Contents::new(db.clone(), Arc::new(testkit::clock()), Arc::new(SeededRng::new(1)), Arc::new(World), Arc::new(World))
}

fn message(kind: BodyKind, body: &str) -> EmailMessage {
    EmailMessage { subject: "Hi {{ customer.first_name }}".into(), kind, body: body.into(), ..EmailMessage::default() }
}

fn to(profile: u32) -> RenderFor {
    RenderFor {
        profile: ProfileId::new(profile),
        unsubscribe_url: format!("https://t.example/u/{profile}"),
        preferences_url: format!("https://t.example/p/{profile}"),
        view_url: format!("https://t.example/v/{profile}"),
    }
}

async fn render(message: &EmailMessage) -> Vec<Result<Rendered, String>> {
    let store = testkit::sqlite(MIGRATIONS).await;
    let campaign = CampaignMerge { id: None, name: "Spring sale, week 12".into() };
    contents(&store.db).render(SHOP, &campaign, message, &[to(1), to(2), to(3)]).await.unwrap()
}

fn codes(checks: &[MessageCheck]) -> Vec<&str> {
    checks.iter().map(|check| check.code.as_str()).collect()
}

#[tokio::test]
async fn each_recipient_gets_their_own_message_and_the_gone_one_a_reason() {
    let rendered =
        render(&message(BodyKind::Html, "<body><p>Dear {{ customer.first_name | default: 'you' }}</p></body>")).await;
    let first = rendered[0].as_ref().unwrap();
    assert_eq!(first.subject, "Hi Ilse & Co <x>", "a header is not HTML");
    let html = first.html.as_ref().unwrap();
    assert!(html.contains("Dear Ilse &amp; Co &lt;x&gt;"), "{html}");
    assert!(html.contains("https://t.example/u/1") && html.contains("Kade 1, Harlingen"), "{html}");
    assert_eq!(first.utm.as_ref().unwrap().campaign, "spring-sale-week-12");
    assert!(rendered[1].as_ref().unwrap().html.as_ref().unwrap().contains("Dear you"));
    assert_eq!(rendered[2], Err("the customer is gone".to_owned()));
}

#[tokio::test]
async fn a_footer_is_added_only_where_the_author_placed_no_unsubscribe_link() {
    for (kind, body) in [
        (BodyKind::Html, "<p>a</p>"),
        (BodyKind::Plain, "a"),
        (
            BodyKind::Mjml,
            "<mjml><mj-body><mj-section><mj-column><mj-text>a</mj-text></mj-column></mj-section></mj-body></mjml>",
        ),
    ] {
        let rendered = render(&message(kind, body)).await.remove(0).unwrap();
        assert!(rendered.text.contains("https://t.example/u/1"), "{kind:?}: {}", rendered.text);
        assert_eq!(rendered.html.is_some(), kind != BodyKind::Plain);
    }
    let own =
        render(&message(BodyKind::Html, "<a href=\"{{ unsubscribe_url }}\">No more</a>")).await.remove(0).unwrap();
    assert_eq!(own.html.unwrap().matches("https://t.example/u/1").count(), 1);
}

#[tokio::test]
async fn every_starter_is_sound_for_everybody_and_small() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let contents = contents(&store.db);
    assert_eq!(starters().len(), 6);
    for starter in starters() {
        let people = [ProfileId::new(1), ProfileId::new(2)];
        let checks = contents.checks(SHOP, &starter.message, &people).await.unwrap();
        let bad: Vec<_> = checks.iter().filter(|check| check.code != "footer_added").collect();
        assert!(bad.is_empty(), "{}: {bad:?}", starter.id);
        for preview in [PreviewFor::Profile(people[1]), PreviewFor::Example] {
            let preview = contents.preview(SHOP, &starter.message, preview).await.unwrap();
            assert!(preview.errors.is_empty(), "{}: {:?}", starter.id, preview.errors);
            assert!(
                !preview.subject.contains('{') && !preview.html.contains("{{"),
                "{}: {}",
                starter.id,
                preview.subject
            );
            assert!(preview.size_bytes < 40_000, "{}: {} bytes", starter.id, preview.size_bytes);
            assert!(preview.text.contains("Kade 1, Harlingen"), "{}: {}", starter.id, preview.text);
            assert_eq!(preview.from, "Tern <hello@example.org>");
        }
    }
}

#[tokio::test]
async fn checks_find_what_is_missing() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let contents = contents(&store.db);
    let people = [ProfileId::new(1), ProfileId::new(2)];
    let check = async |message: EmailMessage| contents.checks(SHOP, &message, &people).await.unwrap();
    assert_eq!(codes(&check(EmailMessage::default()).await)[..2], ["empty_subject", "empty_body"]);
    let found =
        check(message(BodyKind::Html, "<p>{{ customer.first_name }}</p><img src=\"x\">{{ unsubscribe_url }}")).await;
    assert_eq!(codes(&found), ["no_preheader", "image_without_alt", "missing_fallback"], "{found:?}");
    assert!(found[2].detail.contains("1 of 2"), "{}", found[2].detail);
    let found = check(message(BodyKind::Html, "<p>{% if %}</p>")).await;
    let error = found.iter().find(|check| check.code == "template_error").unwrap();
    assert_eq!(error.severity, Severity::Blocking);
    let long = EmailMessage { subject: "x".repeat(80), ..message(BodyKind::Plain, "a {{ unsubscribe_url }}") };
    assert_eq!(codes(&check(long).await), ["no_preheader", "long_subject"]);
}

#[tokio::test]
async fn a_mistake_in_the_template_is_shown_where_it_is() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let contents = contents(&store.db);
    let broken = message(BodyKind::Html, "<p>one</p>\n<p>{{ 'two }}</p>");
    let preview = contents.preview(SHOP, &broken, PreviewFor::Example).await.unwrap();
    assert_eq!((preview.errors.len(), preview.errors[0].line), (1, 2), "{:?}", preview.errors);
    assert!(preview.html.is_empty());
}

#[tokio::test]
async fn a_preview_takes_data_as_typed() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let contents = contents(&store.db);
    let message = message(BodyKind::Plain, "{{ customer.first_name }} of {{ workspace.name }}");
    let customer = PreviewFor::Data(json!({"first_name": "Jan"}));
    let preview = contents.preview(SHOP, &message, customer).await.unwrap();
    assert!(preview.text.starts_with("Jan of Tern & Trail"), "{}", preview.text);
    assert!(preview.html.contains("Jan of Tern &amp; Trail"));
    let whole = PreviewFor::Data(json!({"customer": {"first_name": "Eva"}, "workspace": {"name": "X"}}));
    let preview = contents.preview(SHOP, &message, whole).await.unwrap();
    assert!(preview.text.starts_with("Eva of X"), "{}", preview.text);
}

#[tokio::test]
async fn a_message_is_compiled_once_and_the_cache_is_bounded() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let contents = contents(&store.db);
    let first = message(BodyKind::Plain, "a");
    let one = contents.compile(&first).unwrap();
    assert!(Arc::ptr_eq(&one, &contents.compile(&first).unwrap()));
    for number in 0..100 {
        contents.compile(&message(BodyKind::Plain, &format!("b{number}"))).unwrap();
        contents.compile(&first).unwrap();
    }
    assert_eq!(contents.cached(), 64);
    assert!(Arc::ptr_eq(&one, &contents.compile(&first).unwrap()), "what is used stays");
}

#[test]
fn a_message_of_the_wrong_form_is_refused_with_the_field() {
    assert_eq!(EmailMessage::read(&Json::Null).unwrap(), EmailMessage::default());
    assert!(matches!(EmailMessage::read(&json!({"kind": "fax"})), Err(ContentError::Malformed(_))));
    let field = |json: Json| match EmailMessage::read(&json) {
        Err(ContentError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(json!({"from_email": "no address"})), "from_email");
    assert_eq!(field(json!({"reply_to": "a@b, c@d"})), "reply_to");
    assert_eq!(field(json!({"body": "a\u{0}b"})), "body");
    assert_eq!(field(json!({"subject": "x".repeat(1001)})), "subject");
}

#[tokio::test]
async fn templates_are_saved_edited_and_deleted() {
    for store in testkit::stores(MIGRATIONS).await {
        let contents = contents(&store.db);
        let draft = |name: &str| TemplateDraft { name: name.into(), message: message(BodyKind::Plain, "a") };
        let made = contents.create_template(SHOP, draft("News")).await.unwrap();
        let edited = contents.update_template(SHOP, made.id, draft("Old news"), Some(1)).await.unwrap();
        assert_eq!((edited.name.as_str(), edited.version), ("Old news", 2));
        let stale = contents.update_template(SHOP, made.id, draft("x"), Some(1)).await;
        assert!(matches!(stale, Err(ContentError::Stale { given: 1, current: 2 })), "{}", store.name);
        assert!(contents.template(WorkspaceId::new(2), made.id).await.is_err());
        assert_eq!(contents.templates(SHOP, &Default::default()).await.unwrap().items, [edited]);
        contents.delete_template(SHOP, made.id).await.unwrap();
        assert!(matches!(contents.delete_template(SHOP, made.id).await, Err(ContentError::NotFound(_))));
        assert!(contents.create_template(SHOP, draft(" ")).await.is_err());
    }
}
