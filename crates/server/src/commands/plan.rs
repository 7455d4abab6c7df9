//! `tutti plan`.

use super::Context;
use super::input::read_json;
use super::output::{Column, PageArgs, count, line, number, text, time};
use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;

const COLUMNS: [Column; 6] = [
    text("KIND", "/kind"),
    text("NAME", "/name"),
    number("PROPERTIES", "/property_count"),
    number("BROKEN 7 D", "/last_7d/violating"),
    time("LAST", "/last_violation_at"),
    text("ID", "/id"),
];

#[derive(Subcommand)]
pub enum PlanCommand {
    /// What is planned, and how often it was broken.
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Write the plan as JSON, to keep it beside the code.
    Export {
        /// A file; without it standard output.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Take up a plan: JSON, @FILE or -.
    Import {
        plan: String,
        /// Say what would happen, change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Archive what is not in the file.
        #[arg(long)]
        replace: bool,
    },
}

pub async fn run(command: PlanCommand, context: &Context) -> anyhow::Result<()> {
    match command {
        PlanCommand::List { page } => context.list("/api/v1/plan/events", &page, &COLUMNS).await?,
        PlanCommand::Export { out } => {
            let plan = context.client()?.get("/api/v1/plan/export").await?;
            let text = serde_json::to_string_pretty(&plan)?;
            match out {
                Some(path) => {
                    std::fs::write(&path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
                }
                None => line(&text),
            }
        }
        PlanCommand::Import { plan, dry_run, replace } => {
            let body = json!({ "plan": read_json(&plan)?, "dry_run": dry_run, "replace": replace });
            let answer = context.client()?.post("/api/v1/plan/import", &body).await?;
            context.print(&answer, outcome);
        }
    }
    Ok(())
}

/// What an import did, or would do.
fn outcome(answer: &Value) -> String {
    let many = |pointer: &str| answer.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    let mut lines = vec![format!(
        "{} new, {} changed, {} as before, {} archived",
        many("/created"),
        many("/changed"),
        count(answer, "/unchanged"),
        many("/archived")
    )];
    for problem in answer.pointer("/problems").and_then(Value::as_array).into_iter().flatten() {
        let part = |key: &str| super::output::shown(problem[key].as_str().unwrap_or_default());
        lines.push(format!("left out: {}: {}", part("name"), part("detail")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_tells_what_it_did_and_what_it_left_out() {
        let answer = json!({ "created": [1, 2], "changed": [], "unchanged": 3, "archived": [1],
            "problems": [{ "name": "Away", "detail": "a reference must stay in the schema" }] });
        let told = outcome(&answer);
        assert_eq!(
            told,
            "2 new, 0 changed, 3 as before, 1 archived\nleft out: Away: a reference must stay in the schema"
        );
    }
}
