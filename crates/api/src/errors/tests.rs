use super::*;
use axum::body::{Body, to_bytes};
use std::collections::BTreeSet;
use std::path::{Path as FilePath, PathBuf};
use tower::ServiceExt;

async fn ask(path: &str) -> (u16, HeaderMap, String) {
    let request = http::Request::get(path).body(Body::empty()).unwrap();
    let response = routes::<()>().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn each_line_of_the_list_is_a_code_of_its_own() {
    let lines = codes::CODES.lines().filter(|line| !line.is_empty());
    assert_eq!(lines.clone().count(), all().len(), "a line of the list lacks a field");
    let distinct: BTreeSet<_> = all().iter().map(|error| error.code).collect();
    assert_eq!(distinct.len(), all().len());
    for error in all() {
        assert!(StatusCode::from_u16(error.status).is_ok_and(|status| status.canonical_reason().is_some()));
        assert!(error.meaning.ends_with('.') && error.fix.ends_with(['.', ';']), "{}", error.code);
    }
}

#[tokio::test]
async fn every_code_has_a_page_and_the_index_leads_to_it() {
    let (status, _, index) = ask("/docs/errors").await;
    assert_eq!(status, 200);
    for error in all() {
        let (status, headers, page) = ask(&format!("{PATH}{}", error.code)).await;
        assert_eq!(status, 200, "{}", error.code);
        assert!(headers["content-security-policy"].to_str().unwrap().contains("style-src 'self'"));
        assert!(!page.contains("<style") && !page.contains("style=\""), "inline style");
        assert!(page.contains(&escape(error.title)) && page.contains("How to fix it") && page.contains("request_id"));
        assert!(index.contains(&format!("href=\"{PATH}{}\"", error.code)));
    }
    let (status, _, page) = ask("/docs/errors/%3Cscript%3E").await;
    assert_eq!(status, 404);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));
    assert_eq!(ask("/docs/errors/style.css").await.0, 200);
}

#[test]
fn the_reference_is_made_from_the_list() {
    let path = FilePath::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../docs/reference/errors.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap();
    assert!(stored == reference(), "out of date: UPDATE_DOCS=1 cargo nextest run -p api the_reference");
}

fn sources(folder: &FilePath, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// The first text literal after each of these is a code that becomes one of an answer.
const MAKERS: &[&str] = &[
    "Problem::new(",
    "Problem::invalid(",
    "Problem::conflict(",
    "malformed(",
    "invalid(\"/",
    "ItemProblem::new(",
    "missing_field(",
];

#[test]
fn no_code_is_used_that_the_list_does_not_explain() {
    let mut files = Vec::new();
    for room in std::fs::read_dir(FilePath::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("..")).unwrap() {
        let folder = room.unwrap().path().join("src");
        if folder.is_dir() {
            sources(&folder, &mut files);
        }
    }
    assert!(files.len() > 100, "{} files", files.len());
    let (mut unknown, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code_part = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for maker in MAKERS {
            for (at, _) in code_part.match_indices(maker) {
                let after = &code_part[at + maker.len()..];
                // The literal stands among the first arguments; what comes later is another call's.
                let head: String = after.chars().take(90).collect();
                let literals = head.split('"').skip(1).step_by(2);
                let is_code =
                    |text: &&str| text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                let statement = head.split(';').next().unwrap_or_default();
                let first = literals.clone().find(is_code).filter(|code| statement.contains(*code));
                if let Some(code) = first {
                    seen.insert(code.to_owned());
                    if find(code).is_none() {
                        unknown.insert(format!("{code} ({})", file.display()));
                    }
                }
            }
        }
    }
    assert!(seen.len() > 70, "{} codes found", seen.len());
    assert_eq!(unknown, BTreeSet::new());
}
