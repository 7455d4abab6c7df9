//! The table is an open format: programs that are not ours read it.

use super::*;
use std::process::Command;

/// Runs tests/read_lake.py with the interpreter of the virtual environment `TUTTI_TEST_VENV`.
fn python(script: &str, argument: &Path) -> Option<String> {
    let Ok(environment) = std::env::var("TUTTI_TEST_VENV") else {
        println!("skipped: TUTTI_TEST_VENV names no Python environment with polars and deltalake");
        return None;
    };
    let script = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests").join(script);
    let output = Command::new(Path::new(&environment).join("bin/python")).arg(script).arg(argument).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn polars_and_delta_rs_read_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=30 {
        lake.append(&batch(k, 40, 150_000)).await.unwrap(); // 30 commits: the log has checkpoints too.
        lake.flush().await.unwrap();
    }
    lake.compact_fully().await.unwrap();
    let gone = lake.timeline(ONE, &[ProfileId::new(1)], None, 100, &TimelineFilter::default()).await.unwrap().len();
    lake.erase(ONE, &[ProfileId::new(1)]).await.unwrap();
    lake.append(&batch_of(31, vec![event(TWO, 5, 9_000, "Order Completed")])).await.unwrap();
    lake.flush().await.unwrap();
    let Some(answer) = python("read_lake.py", folder.path()) else { return };
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    for reader in ["polars", "deltalake"] {
        assert_eq!(answer[reader]["rows"], 1_201 - gone as u64, "{reader}");
        assert_eq!(answer[reader]["workspaces"], serde_json::json!([1, 2]), "{reader}");
        let orders = lake.count_by_name(ONE, None).await.unwrap();
        let orders = orders.iter().find(|count| count.name == "Order Completed").unwrap().count;
        assert_eq!(answer[reader]["orders_of_1"], orders, "{reader}");
        assert_eq!(answer[reader]["profile_1"], 0, "{reader}");
    }
}
