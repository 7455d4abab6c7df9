//! Links the records of a CSV file: `match_csv FILE COLUMN=KIND ... [--truth COLUMN] [--out FILE] [--threads N]`.
//!
//! Prints what was learned, clusters, seconds and memory; with `--truth` also precision, recall and F1 over pairs. The truth
//! is read after the clusters were made. `--out` writes `row,cluster`. Kinds are those of [`matching::FieldKind::parse`].

use matching::{Field, FieldKind, Linkage, Options, Quality, Records, link};
use std::error::Error;
use std::io::Write;

struct Arguments {
    file: String,
    columns: Vec<(String, FieldKind)>,
    truth: Option<String>,
    out: Option<String>,
    threads: usize,
}

fn arguments() -> Result<Arguments, String> {
    let mut given = std::env::args().skip(1);
    let file =
        given.next().ok_or("usage: match_csv FILE COLUMN=KIND ... [--truth COLUMN] [--out FILE] [--threads N]")?;
    let mut arguments = Arguments { file, columns: Vec::new(), truth: None, out: None, threads: 1 };
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--truth" => arguments.truth = Some(value()?),
            "--out" => arguments.out = Some(value()?),
            "--threads" => arguments.threads = value()?.parse().map_err(|_| "--threads needs a number")?,
            _ => {
                let (column, kind) = argument.split_once('=').ok_or(format!("{argument} is not COLUMN=KIND"))?;
                let kind = FieldKind::parse(kind).ok_or(format!("no kind {kind}"))?;
                arguments.columns.push((column.to_owned(), kind));
            }
        }
    }
    Ok(arguments)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let started = std::time::Instant::now();
    let records = read(&arguments)?;
    let read_s = started.elapsed().as_secs_f64();
    let linkage = link(records, Options { cut_bits: 0.0, threads: arguments.threads })?;
    let linked_s = started.elapsed().as_secs_f64();
    let (cpu_s, peak_mb) = cost()?;
    describe(&linkage);
    println!(
        "records {} clusters {} compared {} kept {}",
        linkage.records.len(),
        linkage.cluster_count(),
        linkage.compared,
        linkage.links.len()
    );
    println!("seconds: reading {read_s:.2}, all {linked_s:.2}, processor {cpu_s:.2}; peak memory {peak_mb:.0} MB");
    if let Some(truth) = &arguments.truth {
        let quality = quality(&arguments.file, truth, &linkage)?;
        let (precision, recall, f1) = (quality.precision(), quality.recall(), quality.f1());
        println!(
            "precision {precision:.4} recall {recall:.4} F1 {f1:.4} ({} wrong, {} missed)",
            quality.found - quality.right,
            quality.true_pairs - quality.right
        );
    }
    if let Some(out) = &arguments.out {
        let mut file = std::io::BufWriter::new(std::fs::File::create(out)?);
        for (row, cluster) in linkage.clusters() {
            writeln!(file, "{row},{cluster}")?;
        }
    }
    Ok(())
}

/// Row numbers are the keys.
fn read(arguments: &Arguments) -> Result<Records, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(&arguments.file)?;
    let headers = reader.headers()?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name).ok_or(format!("no column {name}"));
    let places = arguments.columns.iter().map(|(name, _)| place(name)).collect::<Result<Vec<_>, _>>()?;
    let mut records = Records::new(arguments.columns.iter().map(|(name, kind)| Field::new(name, *kind)).collect())?;
    let mut row = csv::StringRecord::new();
    let mut key = 0;
    while reader.read_record(&mut row)? {
        let values: Vec<_> = places.iter().map(|place| row.get(*place)).collect();
        records.push(key, &values)?;
        key += 1;
    }
    Ok(records)
}

fn describe(linkage: &Linkage) {
    let model = &linkage.model;
    println!("prior {:.1} bits, {} rounds of EM", model.prior_bits(), model.rounds());
    for (index, field) in linkage.records.fields().iter().enumerate() {
        let weights = model.weights(&linkage.records, index);
        let level =
            |w: &matching::LevelWeight| format!("{}: m {:.4} u {:.7} {:+.1}", w.level, w.m, w.u, (w.m / w.u).log2());
        println!("{} | {}", field.name, weights.iter().map(level).collect::<Vec<_>>().join(" | "));
    }
    for key in model.keys() {
        println!(
            "block by {}: {:.0} pairs, coverage {:.4}",
            key.key.describe(&linkage.records),
            key.pairs,
            key.coverage
        );
    }
}

/// Febrl keeps the truth in the record id: `rec-12-org` and `rec-12-dup-0` are one person.
fn quality(file: &str, truth: &str, linkage: &Linkage) -> Result<Quality, Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file)?;
    let place = reader.headers()?.iter().position(|header| header == truth).ok_or("no such column for the truth")?;
    let person =
        |text: &str| text.split("-org").next().and_then(|id| id.split("-dup").next()).unwrap_or(text).to_owned();
    let truth = reader.records().map(|row| row.map(|row| person(row.get(place).unwrap_or_default())));
    let truth = truth.collect::<Result<Vec<_>, _>>()?;
    let pairs: Vec<_> = linkage.clusters().map(|(row, cluster)| (cluster, truth[row as usize].as_str())).collect();
    Ok(Quality::of(&pairs))
}

/// Processor seconds of this process and its peak memory in MB, as the kernel counts them.
fn cost() -> Result<(f64, f64), Box<dyn Error>> {
    const TICKS_PER_S: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    let kb: f64 = peak.trim().trim_end_matches(" kB").parse()?;
    Ok((ticks / TICKS_PER_S, kb / 1_024.0))
}
