//! What another program costs from its start to its end, as the kernel counts it.

use crate::program::TICKS_PER_SECOND;
use anyhow::{Context, bail};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often its memory is looked at; the kernel keeps the peak.
const LOOK: Duration = Duration::from_millis(10);

#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// User and system time of all its threads.
    pub cpu_s: f64,
    pub peak_mib: f64,
}

/// Runs `command` to its end. Its standard output is dropped; what it says on standard error is told when it fails.
pub fn run(command: &mut Command) -> anyhow::Result<Cost> {
    let name = command.get_program().to_string_lossy().into_owned();
    let errors = tempfile::NamedTempFile::new()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors.reopen()?)
        .spawn()
        .with_context(|| format!("cannot run {name}"))?;
    let folder = format!("/proc/{}", child.id());
    let (mut cpu_s, mut peak_mib) = (0.0, 0.0);
    // Until it is waited for, what has ended still tells what it took.
    loop {
        let stat = std::fs::read_to_string(format!("{folder}/stat")).context("/proc")?;
        let (state, cpu) = read_stat(&stat).with_context(|| format!("cannot read {folder}/stat"))?;
        cpu_s = f64::max(cpu_s, cpu);
        if state == "Z" {
            break;
        }
        let status = std::fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        peak_mib = f64::max(peak_mib, read_peak(&status).unwrap_or_default());
        std::thread::sleep(LOOK);
    }
    let ended = child.wait()?;
    if !ended.success() {
        let said = std::fs::read_to_string(errors.path()).unwrap_or_default();
        let tail: Vec<&str> = said.lines().rev().take(12).collect();
        bail!("{name} failed ({ended}): {}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    Ok(Cost { cpu_s, peak_mib })
}

/// State and processor seconds; the name before them, in brackets, may hold anything.
fn read_stat(stat: &str) -> Option<(&str, f64)> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some((fields.first()?, ticks / TICKS_PER_SECOND))
}

fn read_peak(status: &str) -> Option<f64> {
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(kib.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_a_program_is_counted_and_a_failure_is_told() {
        let script = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let start = std::time::Instant::now();
        let cost = run(Command::new("sh").args(["-c", script])).unwrap();
        let wall_s = start.elapsed().as_secs_f64();
        assert!(cost.cpu_s > 0.01 && cost.cpu_s <= wall_s + 0.05 && cost.peak_mib > 0.1, "{cost:?} in {wall_s} s");
        let error = run(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(error.to_string().contains("no such thing"), "{error}");
    }
}
