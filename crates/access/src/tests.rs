use super::*;
use base::{ApiKeyId, Currency, PageRequest, SeededRng};

async fn accesses() -> Vec<(testkit::Store, Access, base::ManualClock)> {
    let mut all = Vec::new();
    for store in testkit::stores(MIGRATIONS).await {
        let clock = testkit::clock();
        let access = Access::new(store.db.clone(), Arc::new(clock.clone()), Arc::new(SeededRng::new(1)));
        all.push((store, access, clock));
    }
    all
}

fn setup() -> Setup {
    Setup {
        email: "Owner@Example.com".into(),
        password: "a long password".into(),
        name: "Owner".into(),
        workspace: workspace("First"),
    }
}

fn workspace(name: &str) -> NewWorkspace {
    NewWorkspace { name: name.into(), time_zone: "Europe/Amsterdam".into(), currency: Currency::EUR, is_demo: false }
}

#[tokio::test]
async fn the_first_run_makes_an_owner_once() {
    for (_store, access, _) in accesses().await {
        assert!(access.setup_needed().await.unwrap());
        let (user, first, token) = access.setup(setup()).await.unwrap();
        assert_eq!(user.email, "owner@example.com");
        assert!(!access.setup_needed().await.unwrap());
        assert!(matches!(access.setup(setup()).await, Err(AccessError::SetUpAlready)));
        let (caller, _) = access.caller_of_session(&token.0, None).await.unwrap();
        assert_eq!((caller.workspace, caller.role), (first.id, Some(Role::Owner)));
        assert!(caller.require(Permission::KeyWrite).is_ok());
    }
}

#[tokio::test]
async fn who_owns_the_first_workspace_runs_the_installation() {
    for (_store, access, _) in accesses().await {
        let (owner, first, token) = access.setup(setup()).await.unwrap();
        let other = access.create_workspace(workspace("Second")).await.unwrap();
        access.add_owner(other.id, owner.id).await.unwrap();
        let (at_first, _) = access.caller_of_session(&token.0, Some(first.id)).await.unwrap();
        let (at_other, _) = access.caller_of_session(&token.0, Some(other.id)).await.unwrap();
        assert!(access.is_operator(&at_first).await.unwrap());
        assert!(!access.is_operator(&at_other).await.unwrap(), "as somebody of another workspace");
        let viewer = Caller { permissions: Role::Viewer.permissions(), ..at_first };
        assert!(!access.is_operator(&viewer).await.unwrap());
    }
}

#[tokio::test]
async fn sessions_end_and_guessing_is_braked() {
    for (_store, access, clock) in accesses().await {
        access.setup(setup()).await.unwrap();
        let (token, _) = access.sign_in("owner@example.com ", "a long password").await.unwrap();
        assert!(access.caller_of_session(&token.0, None).await.is_ok());
        clock.advance_ms(SESSION_MS + 1);
        assert!(matches!(access.caller_of_session(&token.0, None).await, Err(AccessError::Unauthenticated)));
        for _ in 0..sessions::ATTEMPTS_MAX {
            assert!(matches!(access.sign_in("owner@example.com", "wrong").await, Err(AccessError::BadCredentials)));
        }
        let braked = access.sign_in("owner@example.com", "a long password").await;
        assert!(matches!(braked, Err(AccessError::TooManyAttempts { .. })));
        clock.advance_ms(sessions::ATTEMPTS_WINDOW_MS);
        assert!(access.sign_in("owner@example.com", "a long password").await.is_ok());
    }
}

#[tokio::test]
async fn a_login_link_works_once() {
    for (_store, access, clock) in accesses().await {
        let (user, ..) = access.setup(setup()).await.unwrap();
        let link = access.make_login_link(user.id, 1_000).await.unwrap();
        assert!(access.redeem_login_link(&link).await.is_ok());
        assert!(access.redeem_login_link(&link).await.is_err());
        let late = access.make_login_link(user.id, 1_000).await.unwrap();
        clock.advance_ms(1_001);
        assert!(access.redeem_login_link(&late).await.is_err());
    }
}

#[tokio::test]
async fn a_key_never_does_more_than_who_made_it_and_never_elsewhere() {
    for (_store, access, _) in accesses().await {
        let (_, first, _) = access.setup(setup()).await.unwrap();
        let second = access.create_workspace(workspace("Second")).await.unwrap();
        let marketer = Role::Marketer.permissions();
        let scopes = ["user.write".to_owned()];
        let refused = access.create_key(first.id, "k", &scopes, marketer).await;
        assert!(matches!(refused, Err(AccessError::Forbidden { .. })));
        let all = access.create_key(first.id, "k", &["*".to_owned()], marketer).await.unwrap();
        let caller = access.caller_of_key(&all.key).await.unwrap();
        assert_eq!((caller.workspace, caller.permissions), (first.id, marketer));
        assert!(access.keys(second.id).await.unwrap().is_empty());
        assert!(access.revoke_key(second.id, all.info.id).await.is_err());
        access.revoke_key(first.id, all.info.id).await.unwrap();
        assert!(access.caller_of_key(&all.key).await.is_err());
    }
}

#[tokio::test]
async fn a_workspace_keeps_an_owner_and_outsiders_stay_out() {
    for (_store, access, _) in accesses().await {
        let (owner, first, token) = access.setup(setup()).await.unwrap();
        let new = NewUser { email: "m@example.com".into(), name: "M".into(), role: Role::Marketer, password: None };
        let (_, created) = access.add_user(first.id, new.clone()).await.unwrap();
        assert!(created);
        assert!(matches!(access.add_user(first.id, new).await, Err(AccessError::Conflict(_))));
        assert!(access.set_role(first.id, owner.id, Role::Viewer).await.is_err());
        assert!(access.remove_user(first.id, owner.id).await.is_err());
        let second = access.create_workspace(workspace("Second")).await.unwrap();
        assert!(access.caller_of_session(&token.0, Some(second.id)).await.is_err());
        let known = NewUser { email: "M@example.com".into(), name: "M".into(), role: Role::Viewer, password: None };
        let (_, created) = access.add_user(second.id, known).await.unwrap();
        assert!(!created, "a known account is joined, never handed out");
    }
}

#[tokio::test]
async fn the_audit_trail_pages_newest_first() {
    for (_store, access, clock) in accesses().await {
        let (_, first, _) = access.setup(setup()).await.unwrap();
        for number in 0..5 {
            clock.advance_ms(1);
            let record = AuditRecord { action: "test.do", object: number.to_string(), ..AuditRecord::default() };
            access.audit(first.id, &Actor::Console, record).await.unwrap();
        }
        let page = PageRequest { limit: Some(3), cursor: None };
        let newest = access.audit_trail(first.id, &page).await.unwrap();
        let objects: Vec<&str> = newest.items.iter().map(|entry| entry.object.as_str()).collect();
        assert_eq!(objects, ["4", "3", "2"]);
        let page = PageRequest { limit: Some(3), cursor: newest.next_cursor };
        assert_eq!(access.audit_trail(first.id, &page).await.unwrap().items.len(), 2);
    }
}

#[tokio::test]
async fn an_entry_stands_or_falls_with_the_transaction_it_tells_of() {
    for (store, access, _) in accesses().await {
        let (_, first, _) = access.setup(setup()).await.unwrap();
        let record = |object: &str| AuditRecord { action: "test.do", object: object.into(), ..AuditRecord::default() };
        for (object, stands) in [("given up", false), ("kept", true)] {
            let mut tx = store.db.begin().await.unwrap();
            access.audit_in(&mut tx, first.id, &Actor::System, record(object)).await.unwrap();
            if stands { tx.commit().await.unwrap() } else { tx.rollback().await.unwrap() }
        }
        let page = PageRequest { limit: Some(9), cursor: None };
        let entries = access.audit_trail(first.id, &page).await.unwrap().items;
        let found: Vec<_> = entries.iter().map(|entry| (entry.actor.as_str(), entry.object.as_str())).collect();
        assert_eq!(found, [("system", "kept")], "{}", store.name);
    }
}

#[tokio::test]
async fn what_is_saved_while_typing_is_one_entry_of_the_trail() {
    for (store, access, clock) in accesses().await {
        let (_, first, _) = access.setup(setup()).await.unwrap();
        let note = async |action, object: &str, actor: &Actor| {
            clock.advance_ms(60_000);
            let summary = "changed it".to_owned();
            let record = AuditRecord { action, object: object.into(), summary, ..AuditRecord::default() };
            access.audit(first.id, actor, record).await.unwrap();
            access.audit_trail(first.id, &PageRequest { limit: Some(50), cursor: None }).await.unwrap().items.len()
        };
        let edit = "campaign.update";
        let other = Actor::Key { id: ApiKeyId::from_bytes([0; 16]), name: "k".into() };
        assert_eq!(note(edit, "cmp_1", &Actor::Console).await, 1);
        assert_eq!(note(edit, "cmp_1", &Actor::Console).await, 1, "{}: the next save of the same edit", store.name);
        assert_eq!(note(edit, "cmp_2", &Actor::Console).await, 2, "another thing");
        assert_eq!(note(edit, "cmp_1", &other).await, 3, "somebody else");
        assert_eq!(note(edit, "cmp_1", &Actor::Console).await, 4, "after somebody else");
        assert_eq!(note("campaign.test", "cmp_1", &Actor::Console).await, 5, "something else");
        assert_eq!(note("campaign.test", "cmp_1", &Actor::Console).await, 6, "nobody sends tests while typing");
        assert_eq!(note(edit, "cmp_1", &Actor::Console).await, 7, "after something else was done to it");
        clock.advance_ms(10 * 60_000);
        assert_eq!(note(edit, "cmp_1", &Actor::Console).await, 8, "ten minutes later it is another edit");
    }
}

#[tokio::test]
async fn a_repeated_write_is_answered_as_the_first_time() {
    for (_store, access, _) in accesses().await {
        let id = WorkspaceId::new(1);
        assert_eq!(access.idempotency_begin(id, "k", "h").await.unwrap(), Remembered::New);
        assert_eq!(access.idempotency_begin(id, "k", "h").await.unwrap(), Remembered::InProgress);
        access.idempotency_end(id, "k", 201, "{}").await.unwrap();
        let answer = Remembered::Answer { status: 201, body: "{}".into() };
        assert_eq!(access.idempotency_begin(id, "k", "h").await.unwrap(), answer);
        assert_eq!(access.idempotency_begin(id, "k", "other").await.unwrap(), Remembered::OtherRequest);
        assert_eq!(access.idempotency_begin(WorkspaceId::new(2), "k", "other").await.unwrap(), Remembered::New);
    }
}

#[test]
fn every_permission_is_held_by_the_owner_and_named_once() {
    let mut names: Vec<&str> = Permission::ALL.iter().map(|permission| permission.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Permission::ALL.len());
    assert!(Permission::ALL.iter().all(|permission| Role::Owner.permissions().has(*permission)));
    assert!(!Role::Viewer.permissions().has(Permission::ProfileRead), "a viewer sees no personal data");
    assert!(!Role::Analyst.permissions().has(Permission::CampaignLaunch), "an analyst sends nothing");
}

#[tokio::test]
async fn a_new_password_needs_the_present_one_where_there_is_one() {
    for (_store, access, _) in accesses().await {
        let (owner, ..) = access.setup(setup()).await.unwrap();
        let patch = |current: Option<&str>| UserPatch {
            password: Some("another password".into()),
            current_password: current.map(str::to_owned),
            ..UserPatch::default()
        };
        for (given, code) in [(None, "current_password_required"), (Some("a guess of it"), "wrong_password")] {
            let refused = access.patch_user(owner.id, patch(given)).await.unwrap_err();
            assert!(matches!(refused, AccessError::Invalid { code: found, .. } if found == code), "{refused:?}");
        }
        access.patch_user(owner.id, patch(Some("a long password"))).await.unwrap();
        access.sign_in(&owner.email, "another password").await.unwrap();
    }
}
