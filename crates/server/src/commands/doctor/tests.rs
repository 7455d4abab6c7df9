//! The doctor on installations that something happened to.

use super::*;
use crate::commands::serve::Server;
use crate::wire::Program;
use std::net::SocketAddr;

fn config(data: &Path) -> Config {
    Config { data_dir: data.to_owned(), listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..Config::default() }
}

/// An installation that ran, took an event, and was stopped.
async fn installation() -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder.path().join("data"));
    // The tests of one process may install it once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::start(&config, false).await.unwrap();
    let app = server.running.app.clone();
    let workspace = access::NewWorkspace {
        name: "Shop".into(),
        time_zone: "UTC".into(),
        currency: base::Currency::EUR,
        is_demo: false,
    };
    let setup = access::Setup {
        email: "ann@example.com".into(),
        password: "ten characters or more".into(),
        name: "Ann".into(),
        workspace,
    };
    let (_, workspace, _) = app.access.setup(setup).await.unwrap();
    let traits = serde_json::json!({ "city": "Leeuwarden" }).as_object().cloned().unwrap();
    let identifier = events::Identifier { kind: "email".into(), value: "bo@example.com".into() };
    app.profile.create(workspace.id, &[identifier], traits).await.unwrap();
    while app.pipeline.status().backlog_bytes() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(app);
    server.stop().await.unwrap();
    (folder, config)
}

fn bad(findings: &Findings) -> Vec<String> {
    let bad = findings.0.iter().filter(|finding| finding.mark == Mark::Bad);
    bad.map(|finding| format!("{}: {} → {}", finding.what, finding.detail, finding.remedy)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_installation_has_no_finding() {
    let (_folder, config) = installation().await;
    let findings = look(&config, false).await;
    assert_eq!(bad(&findings), Vec::<String>::new());
    for what in
        ["data folder", "disk", "clock", "store version", "log", "cursor of the views", "history", "instance key"]
    {
        assert!(findings.0.iter().any(|finding| finding.what == what), "{what} was not looked at");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_there_is_said_and_does_not_make_anything() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder.path().join("nowhere"));
    let found = bad(&look(&config, false).await);
    assert!(found[0].starts_with("data folder:"), "{found:?}");
    assert!(!config.data_dir.exists(), "the doctor changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_beyond_the_log_is_found() {
    let (_folder, config) = installation().await;
    let db = Db::open_sqlite(&config.data_dir.join("tutti.db")).await.unwrap();
    db.execute("UPDATE pipeline_cursor SET position = position + 1000000", &[]).await.unwrap();
    db.close().await;
    let found = bad(&look(&config, false).await);
    assert!(
        found.iter().any(|text| text.contains("beyond the log's end") && text.contains("same backup")),
        "{found:?}"
    );
    assert!(Program::open(&config, config.listen, false).await.is_err(), "the server refuses to start on it, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_history_file_is_named() {
    let (_folder, config) = installation().await;
    let partition = config.data_dir.join("lake/workspace_id=1");
    let file = std::fs::read_dir(&partition).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let findings = look(&config, false).await;
    let broken = findings.0.iter().find(|finding| finding.mark == Mark::Bad).unwrap();
    assert_eq!(broken.what, "history");
    assert!(broken.place.ends_with(&*file.file_name().unwrap().to_string_lossy()), "{broken:?}");
    std::fs::remove_file(&file).unwrap();
    let found = bad(&look(&config, false).await);
    assert!(found[0].starts_with("history: No such file"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_log_is_found() {
    let (_folder, config) = installation().await;
    let segment = std::fs::read_dir(config.data_dir.join("inbox")).unwrap();
    let segment = segment.map(|entry| entry.unwrap().path()).find(|path| path.extension().unwrap() == "log").unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&segment, bytes).unwrap();
    let found = bad(&look(&config, false).await);
    assert!(found.iter().any(|text| text.contains("beyond the log's end")), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_folder_and_an_open_one_are_found() {
    let (_folder, config) = installation().await;
    let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let inbox = config.data_dir.join("inbox");
    mode(&inbox, 0o500);
    mode(&config.data_dir, 0o755);
    mode(&config.data_dir.join("instance.key"), 0o644);
    let found = bad(&look(&config, false).await);
    mode(&inbox, 0o700);
    for what in ["permissions: ", "data folder: others may enter", "instance key: others may read"] {
        assert!(found.iter().any(|text| text.starts_with(what)), "{what} is not in {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_instance_key_is_found() {
    let (_folder, config) = installation().await;
    std::fs::remove_file(config.data_dir.join("instance.key")).unwrap();
    let found = bad(&look(&config, false).await);
    assert!(found.iter().any(|text| text.starts_with("instance key:") && text.contains("restore it")), "{found:?}");
    assert!(!config.data_dir.join("instance.key").exists(), "the doctor makes none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_put_aside_is_bad_and_an_unconfirmed_message_deserves_a_look() {
    let (_folder, config) = installation().await;
    let db = Db::open_sqlite(&config.data_dir.join("tutti.db")).await.unwrap();
    let sql =
        "INSERT INTO rejected_record (workspace_id, position, error, body, at_ms) VALUES (1, 5, 'boom', x'00', 0)";
    db.execute(sql, &[]).await.unwrap();
    let sql = "INSERT INTO outbox (workspace_id, id, campaign_id, profile_id, occurrence, channel, address, state, \
               attempts, due_ms, created_ms, machine_open, machine_click) \
               VALUES (1, x'01', 'cmp_1', 1, '', 'email', 'bo@example.com', 2, 1, 0, 0, FALSE, FALSE)";
    db.execute(sql, &[]).await.unwrap();
    db.close().await;
    let findings = look(&config, false).await;
    assert!(bad(&findings).iter().any(|text| text.starts_with("records put aside: 1")), "{:?}", bad(&findings));
    let warned = findings.0.iter().find(|finding| finding.what == "unconfirmed messages").unwrap();
    assert_eq!((warned.mark, warned.detail.as_str()), (Mark::Warning, "1"));
}
