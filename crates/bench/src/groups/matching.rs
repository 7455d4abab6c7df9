//! Probabilistic matching: one million made people, and public data with known answers, beside Splink on DuckDB.
//!
//! Both read the same CSV, without the truth, and write the cluster of each row; F1 over pairs is counted here, for both
//! alike. Processor time and memory are those of the whole process, reading and writing included.

use super::Group;
use crate::Bench;
use crate::child::{self, Cost};
use crate::people;
use crate::row::{Better, Row};
use anyhow::Context;
use async_trait::async_trait;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "matching";
const RECORDS: usize = 1_000_000;
const SEED: u64 = 20_261_122;
const PEER: &str = "Splink 5 on DuckDB";
/// Probability from which the peer's links are followed: the one that serves it best on each kind of data.
const PEER_THRESHOLD_PEOPLE: &str = "0.99";
const PEER_THRESHOLD_FILES: &str = "0.95";

const PEOPLE: &[&str] =
    &["first_name=given_name", "surname=family_name", "dob=date_of_birth", "city=city", "email=email", "phone=phone"];
const FAKE: &[&str] =
    &["first_name=given_name", "surname=family_name", "dob=date_of_birth", "city=city", "email=email"];
const FEBRL: &[&str] = &[
    "given_name=given_name",
    "surname=family_name",
    "street_number=house_number",
    "address_1=street",
    "address_2=street",
    "suburb=city",
    "postcode=postcode",
    "state=region",
    "date_of_birth=date_of_birth",
    "soc_sec_id=id",
];

/// A public file, what of it is compared, and what the product promises on it.
struct PublicFile {
    id: &'static str,
    file: &'static str,
    columns: &'static [&'static str],
    /// As the peer's script calls the columns.
    schema: &'static str,
    /// The column that tells who is who: both programs never see it.
    truth: &'static str,
    bar: f64,
}

const FILES: [PublicFile; 4] = [
    PublicFile { id: "febrl1", file: "febrl_dataset1.csv", columns: FEBRL, schema: "febrl", truth: "rec_id", bar: 1.0 },
    PublicFile {
        id: "febrl2",
        file: "febrl_dataset2.csv",
        columns: FEBRL,
        schema: "febrl",
        truth: "rec_id",
        bar: 0.998,
    },
    PublicFile {
        id: "febrl3",
        file: "febrl_dataset3.csv",
        columns: FEBRL,
        schema: "febrl",
        truth: "rec_id",
        bar: 0.9995,
    },
    PublicFile { id: "fake_1000", file: "fake_1000.csv", columns: FAKE, schema: "fake", truth: "cluster", bar: 0.903 },
];

pub struct Matching;

#[async_trait(?Send)]
impl Group for Matching {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(&self, bench: &Bench) -> anyhow::Result<Vec<Row>> {
        let matcher = match &bench.matcher {
            Some(matcher) => matcher.clone(),
            // `cargo build --example` puts it there.
            None => bench.program.parent().context("the program's folder")?.join("examples/match_csv"),
        };
        let folder = tempfile::Builder::new().prefix("tutti-bench").tempdir()?;
        let both = Both { matcher, peers: bench.peers.clone(), folder: folder.path().to_owned() };
        let mut rows = both.people(bench)?;
        rows.extend(both.files()?);
        Ok(rows)
    }
}

/// The two programs and where they work.
struct Both {
    matcher: PathBuf,
    peers: Option<PathBuf>,
    folder: PathBuf,
}

struct Linked {
    f1: f64,
    cost: Cost,
}

impl Both {
    fn people(&self, bench: &Bench) -> anyhow::Result<Vec<Row>> {
        let records = bench.scaled(RECORDS);
        let file = self.folder.join("people.csv");
        let truth = people::write(&file, records, SEED)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for run in 0..bench.repeats {
            let one = self.ours(&file, PEOPLE, &truth)?;
            eprintln!(
                "   run {run}: F1 {:.4}, {:.1} s of processor, {:.0} MiB",
                one.f1, one.cost.cpu_s, one.cost.peak_mib
            );
            ours.push(one);
            if let Some(peer) = self.peer(&file, "people", PEER_THRESHOLD_PEOPLE, &truth)? {
                let cost = peer.cost;
                eprintln!("      {PEER}: F1 {:.4}, {:.1} s, {:.0} MiB", peer.f1, cost.cpu_s, cost.peak_mib);
                theirs.push(peer);
            }
        }
        let each = |of: &[Linked], value: fn(&Linked) -> f64| of.iter().map(value).collect::<Vec<f64>>();
        let what =
            |what: &str| format!("{what} {} made records of people, read from CSV", crate::row::number(records as f64));
        let row = |id: &str, what: String, unit: &str, better, value: fn(&Linked) -> f64, bar| {
            Row::ours(id, NAME, what, unit, better, each(&ours, value)).bar(bar).peer(PEER, &each(&theirs, value))
        };
        Ok(vec![
            row("matching.f1", what("F1 over pairs of"), "F1", Better::Higher, |one| one.f1, 0.93),
            row("matching.cpu", what("processor time of linking"), "s", Better::Lower, |one| one.cost.cpu_s, 30.0),
            row(
                "matching.memory",
                what("peak memory of linking"),
                "MiB",
                Better::Lower,
                |one| one.cost.peak_mib,
                2_048.0,
            ),
        ])
    }

    fn files(&self) -> anyhow::Result<Vec<Row>> {
        let Some(data) = shared_data() else {
            eprintln!("   skipped: public data is not there (data/identity of $TUTTI_SHARED or of ../shared)");
            return Ok(Vec::new());
        };
        let mut rows = Vec::new();
        for public in &FILES {
            let file = self.folder.join(public.file);
            let truth = without_truth(&data.join(public.file), public, &file)?;
            let ours = self.ours(&file, public.columns, &truth)?;
            let theirs = self.peer(&file, public.schema, PEER_THRESHOLD_FILES, &truth)?;
            let peer: Vec<f64> = theirs.iter().map(|linked| linked.f1).collect();
            let what = format!("F1 over pairs of {}, {} records", public.file, truth.len());
            let id = format!("matching.{}", public.id);
            let row = Row::ours(&id, NAME, what, "F1", Better::Higher, vec![ours.f1]).bar(public.bar);
            rows.push(row.peer(PEER, &peer));
        }
        Ok(rows)
    }

    fn ours(&self, file: &Path, columns: &[&str], truth: &[u32]) -> anyhow::Result<Linked> {
        let out = self.folder.join("ours.csv");
        let cost = child::run(Command::new(&self.matcher).arg(file).args(columns).arg("--out").arg(&out))?;
        Ok(Linked { f1: f1(&out, truth)?, cost })
    }

    /// None: the peer is not installed.
    fn peer(&self, file: &Path, schema: &str, threshold: &str, truth: &[u32]) -> anyhow::Result<Option<Linked>> {
        let Some(peers) = &self.peers else { return Ok(None) };
        let (python, out) = (peers.join("identity-venv/bin/python"), self.folder.join("peer.csv"));
        let mut command = Command::new(python);
        command.arg(peers.join("identity_splink.py")).arg(file).args([schema, threshold]).arg(&out);
        let cost = child::run(&mut command)?;
        Ok(Some(Linked { f1: f1(&out, truth)?, cost }))
    }
}

fn shared_data() -> Option<PathBuf> {
    let shared = std::env::var_os("TUTTI_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    Some(shared.join("data/identity")).filter(|folder| folder.is_dir())
}

/// Copies a file with a `row` column and without the truth, which is answered: who each row is.
fn without_truth(from: &Path, public: &PublicFile, to: &Path) -> anyhow::Result<Vec<u32>> {
    let open = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(from);
    let mut reader = open.with_context(|| format!("cannot read {}", from.display()))?;
    let headers = reader.headers()?.clone();
    let place =
        |name: &str| headers.iter().position(|header| header == name).with_context(|| format!("no column {name}"));
    let columns: Vec<&str> = public.columns.iter().filter_map(|column| Some(column.split_once('=')?.0)).collect();
    let places = columns.iter().map(|name| place(name)).collect::<anyhow::Result<Vec<usize>>>()?;
    let truth = place(public.truth)?;
    let mut writer = csv::Writer::from_path(to)?;
    writer.write_record(std::iter::once("row").chain(columns))?;
    let (mut numbers, mut people) = (HashMap::new(), Vec::new());
    for row in reader.records() {
        let row = row?;
        let number = people.len().to_string();
        writer.write_record(std::iter::once(number.as_str()).chain(places.iter().map(|place| &row[*place])))?;
        let next = numbers.len() as u32;
        people.push(*numbers.entry(person(&row[truth]).to_owned()).or_insert(next));
    }
    writer.flush()?;
    Ok(people)
}

/// Febrl keeps the truth in the record id: `rec-12-org` and `rec-12-dup-0` are one person.
fn person(text: &str) -> &str {
    text.split("-org").next().and_then(|id| id.split("-dup").next()).unwrap_or(text)
}

/// F1 over pairs of rows. `clusters` is a CSV of `row,cluster`, with or without these as headers.
fn f1(clusters: &Path, truth: &[u32]) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(clusters).with_context(|| format!("cannot read {}", clusters.display()))?;
    let lines = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    let (mut both, mut found, mut real) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut rows = 0;
    for line in lines {
        let (row, cluster) = line.split_once(',').context("a line is not row,cluster")?;
        let person = *truth.get(row.parse::<usize>()?).context("a row that was not given")?;
        rows += 1;
        *both.entry((cluster, person)).or_insert(0_u64) += 1;
        *found.entry(cluster).or_insert(0_u64) += 1;
        *real.entry(person).or_insert(0_u64) += 1;
    }
    anyhow::ensure!(rows == truth.len(), "{rows} of {} rows have a cluster", truth.len());
    let pairs = |count: &u64| count * (count - 1) / 2;
    let right: u64 = both.values().map(pairs).sum();
    let (found, real): (u64, u64) = (found.values().map(pairs).sum(), real.values().map(pairs).sum());
    Ok(2.0 * right as f64 / (found + real).max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_counts_pairs_that_are_right_wrong_and_missed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clusters.csv");
        // Pairs found: 0-1, 0-2, 1-2; real: 0-1, 2-3. One is right.
        std::fs::write(&file, "row,cluster\n0,a\n1,a\n2,a\n3,b\n").unwrap();
        assert_eq!(f1(&file, &[1, 1, 2, 2]).unwrap(), 2.0 / 5.0);
        assert!(f1(&file, &[1, 1, 2, 2, 3]).is_err(), "a row without a cluster");
        assert_eq!((person("rec-12-org"), person("rec-12-dup-0"), person("77")), ("rec-12", "rec-12", "77"));
    }
}
