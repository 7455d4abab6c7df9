//! Where it was measured.

/// Processor, cores and memory, as the system tells.
pub fn describe() -> String {
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kib = field(&memory, "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok()).unwrap_or(0);
    let name = field(&cpu, "model name").unwrap_or_else(|| "unknown processor".into());
    format!("{cores} cores of {name}, {} GiB", kib.div_ceil(1 << 20))
}
