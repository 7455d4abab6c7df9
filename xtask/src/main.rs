//! Project rules as a program: `cargo xtask tidy`.

use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rust files may be this long, tests included.
const FILE_LINES_MAX: usize = 600;

/// What each room may depend on. A new edge is a decision: it is made here, in the open.
const EDGES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("bench", &[]),
    ("matching", &[]),
    ("unify", &[]),
    ("webui", &[]),
    ("db", &["base"]),
    ("testkit", &["base", "db", "events"]),
    ("events", &["base", "db"]),
    ("lake", &["base", "events", "unify"]),
    ("predicate", &["base"]),
    ("template", &["base"]),
    ("access", &["base", "db"]),
    ("agents", &[]),
    ("collect", &["agents", "base", "db", "events"]),
    ("catalog", &["base", "db"]),
    ("connect", &["base", "db"]),
    ("profile", &["base", "db", "events"]),
    ("consent", &["base", "db", "events"]),
    ("segment", &["base", "db", "events", "predicate"]),
    ("content", &["base", "db", "template"]),
    ("campaign", &["base", "db", "events"]),
    ("deliver", &["base", "db", "events"]),
    ("device", &["base", "db", "events"]),
    ("measure", &["base", "db", "events"]),
    ("company", &["base", "db", "events"]),
    ("compute", &["base", "db", "events", "predicate"]),
    ("duplicates", &["base", "db", "matching"]),
    ("plan", &["base", "db"]),
    ("retention", &["base", "db"]),
    ("channels", &["base", "db", "deliver"]),
    ("sim", &["base"]),
    (
        "api",
        &[
            "access",
            "base",
            "campaign",
            "catalog",
            "collect",
            "company",
            "compute",
            "connect",
            "consent",
            "content",
            "db",
            "deliver",
            "device",
            "duplicates",
            "events",
            "lake",
            "measure",
            "plan",
            "predicate",
            "profile",
            "retention",
            "segment",
            "template",
        ],
    ),
    (
        "server",
        &[
            "access",
            "api",
            "base",
            "campaign",
            "catalog",
            "channels",
            "collect",
            "company",
            "compute",
            "connect",
            "consent",
            "content",
            "db",
            "deliver",
            "device",
            "duplicates",
            "events",
            "lake",
            "measure",
            "plan",
            "predicate",
            "profile",
            "retention",
            "segment",
            "sim",
            "template",
            "webui",
        ],
    ),
];

fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(&root()?),
        _ => bail!("usage: cargo xtask tidy"),
    }
}

fn root() -> anyhow::Result<PathBuf> {
    // Asked for at run time: clones in several places share one target folder.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let manifest = PathBuf::from(manifest);
    manifest.parent().map(Path::to_owned).context("xtask has a parent folder")
}

fn tidy(root: &Path) -> anyhow::Result<()> {
    let mut findings = edges(root)?;
    findings.extend(file_lengths(root)?);
    findings.extend(rooms_in_architecture(root)?);
    findings.extend(schema_names(root)?);
    if findings.is_empty() {
        println!("tidy: all well");
        return Ok(());
    }
    bail!("{} findings:\n  {}", findings.len(), findings.join("\n  "))
}

/// Real crate edges against [`EDGES`]; dev-dependencies do not count.
fn edges(root: &Path) -> anyhow::Result<Vec<String>> {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(room, may)| (*room, may.iter().copied().collect())).collect();
    let mut findings = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(root.join("crates").join(&name).join("Cargo.toml"))?;
        let Some(may) = allowed.get(name.as_str()) else {
            findings.push(format!("room {name} has no line in xtask's EDGES"));
            continue;
        };
        for room in dependencies(&text).filter(|dependency| allowed.contains_key(dependency.as_str())) {
            if !may.contains(room.as_str()) {
                findings.push(format!("{name} must not depend on {room}"));
            }
        }
    }
    Ok(findings)
}

/// Names in the `[dependencies]` table.
fn dependencies(manifest: &str) -> impl Iterator<Item = String> {
    let table = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let table = table.split("\n[").next().unwrap_or_default();
    let name = |line: &str| line.split(['.', ' ', '=']).next().unwrap_or_default().trim().to_owned();
    table.lines().map(name).filter(|name| !name.is_empty()).collect::<Vec<_>>().into_iter()
}

fn file_lengths(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in rust_files(&root.join("crates"))?.into_iter().chain(rust_files(&root.join("xtask"))?) {
        let lines = std::fs::read_to_string(&path)?.lines().count();
        if lines > FILE_LINES_MAX {
            findings.push(format!("{} has {lines} lines; {FILE_LINES_MAX} is the most", path.display()));
        }
    }
    Ok(findings)
}

fn rust_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// Every room has its line in the map, and the map names no room that is not there.
fn rooms_in_architecture(root: &Path) -> anyhow::Result<Vec<String>> {
    let map = std::fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    let named: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .flat_map(|cell| cell.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let missing = EDGES.iter().filter(|(room, _)| !named.contains(*room));
    Ok(missing.map(|(room, _)| format!("ARCHITECTURE.md has no line for the room {room}")).collect())
}

/// Every shape of the API has a name of its own: of two with one name the description keeps one, in silence.
fn schema_names(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for path in rust_files(&root.join("crates/api/src"))? {
        for name in shapes(&std::fs::read_to_string(&path)?) {
            *seen.entry(name).or_default() += 1;
        }
    }
    let twice = seen.into_iter().filter(|(_, times)| *times > 1);
    Ok(twice.map(|(name, times)| format!("the shape {name} is there {times} times in crates/api")).collect())
}

/// Names of the types that derive `ToSchema`.
fn shapes(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in text.split("#[derive(").skip(1) {
        let Some((derived, rest)) = part.split_once(")]") else { continue };
        let words = || rest.split_whitespace();
        let name = words().zip(words().skip(1)).find(|(word, _)| matches!(*word, "struct" | "enum"));
        if let (true, Some((_, name))) = (derived.contains("ToSchema"), name) {
            let end = name.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(name.len());
            names.push(name[..end].to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rooms_keep_to_their_edges_lengths_and_map() {
        tidy(&root().unwrap()).unwrap();
    }

    #[test]
    fn shapes_are_found_by_what_they_derive() {
        let text = "#[derive(Serialize, ToSchema)]\nstruct One {\n}\n#[derive(Debug)]\nstruct Two;\n#[derive(ToSchema)]\n#[serde(x)]\npub(super) enum Three<T> {}";
        assert_eq!(shapes(text), ["One", "Three"]);
    }

    #[test]
    fn a_forbidden_edge_would_be_found() {
        let manifest =
            "[package]\nname = \"x\"\n\n[dependencies]\nbase.workspace = true\nprofile = { path = \"..\" }\n";
        assert_eq!(dependencies(manifest).collect::<Vec<_>>(), ["base", "profile"]);
    }
}
