//! The table of `docs/benchmarks.md`.

use crate::row::{self, Row, number};
use anyhow::{Context, bail};
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- begin: made by `make bench` -->";
const END: &str = "<!-- end -->";

/// Replaces what stands between the marks of `into` by the rows of `from`.
pub fn write(from: &Path, into: &Path) -> anyhow::Result<()> {
    let rows = row::read(from)?;
    if rows.is_empty() {
        bail!("{} holds no rows; run `make bench` first", from.display());
    }
    let page = std::fs::read_to_string(into).with_context(|| format!("cannot read {}", into.display()))?;
    let (Some((before, rest)), true) = (page.split_once(BEGIN), page.contains(END)) else {
        bail!("{} lacks the marks {BEGIN} and {END}", into.display());
    };
    let after = rest.split_once(END).map_or("", |(_, after)| after);
    std::fs::write(into, format!("{before}{BEGIN}\n\n{}\n{END}{after}", table(&rows)))?;
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let mut text =
        String::from("| group | claim | ours (median) | bar | peer | ratio |\n|---|---|---:|---:|---|---:|\n");
    for row in rows {
        let bar =
            row.bar.map_or("–".into(), |bar| format!("{} {}", number(bar), if row.ok { "✓" } else { "missed" }));
        let peer = row.peer.zip(row.peer_name.as_ref());
        let peer = peer.map_or("–".into(), |(value, name)| format!("{name}: {}", number(value)));
        let ratio = row.ratio.map_or("–".into(), |ratio| format!("{ratio:.1}×"));
        let _ = writeln!(
            text,
            "| {} | {} | {} {} | {bar} | {peer} | {ratio} |",
            row.group,
            row.what,
            number(row.ours),
            row.unit
        );
    }
    let mut machines: Vec<&str> = rows.iter().map(|row| row.machine.as_str()).collect();
    machines.dedup();
    let _ = writeln!(text, "\nMachine: {}.", machines.join("; "));
    text
}
