//! The handover journal: what was in whose hands when the program died.
//!
//! Append-only files in the data directory, one line per step: `B wsp msg attempt` before a message is handed to a
//! channel, `D wsp msg attempt {outcome}` after its answer. A line is written with one `write(2)` before the next step
//! begins; the page cache outlives the process, so after `kill -9` every step that was begun is there. After a reboot
//! the cache is gone and the journal proves nothing, which is why the first line names the boot.
//!
//! A file is closed at [`FILE_BYTES_MAX`] and removed once all messages begun in it are committed in SQL.

use crate::model::RowOutcome;
use crate::{DeliverError, Result};
use base::{MessageId, WorkspaceId};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
const FILE_PREFIX: &str = "handover-";

/// A message's attempt.
pub type AttemptKey = (WorkspaceId, MessageId, u32);

/// What the journal of the last run knew.
#[derive(Debug, Default)]
pub struct Recovered {
    /// False: the machine was restarted since (or there is no journal), absence of a line proves nothing.
    pub same_boot: bool,
    /// Begun attempts; Some when their answer had come.
    pub begun: HashMap<AttemptKey, Option<RowOutcome>>,
}

pub struct Journal {
    folder: PathBuf,
    boot: String,
    open: Mutex<Open>,
}

struct Open {
    number: u64,
    file: File,
    bytes: u64,
    /// Which file an uncommitted attempt was begun in, and how many each file has.
    begun_in: HashMap<AttemptKey, u64>,
    left: HashMap<u64, usize>,
}

impl Journal {
    /// Opens a fresh file and reads what earlier runs left behind. Call [`Journal::forget_before`] once that is settled.
    pub fn open(folder: &Path, boot: &str) -> Result<(Self, Recovered)> {
        let failed = |error: std::io::Error| journal_error(folder, &error);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut recovered = Recovered { same_boot: true, begun: HashMap::new() };
        let old = files_in(folder).map_err(failed)?;
        for (_, path) in &old {
            read_file(path, boot, &mut recovered).map_err(failed)?;
        }
        if old.is_empty() {
            recovered.same_boot = false;
        }
        let number = old.last().map_or(1, |(number, _)| number + 1);
        let (file, bytes) = new_file(folder, number, boot).map_err(failed)?;
        let open = Open { number, file, bytes, begun_in: HashMap::new(), left: HashMap::new() };
        Ok((Self { folder: folder.to_owned(), boot: boot.to_owned(), open: Mutex::new(open) }, recovered))
    }

    /// Removes the files of earlier runs: everything in them is committed.
    pub fn forget_before(&self) -> Result<()> {
        let current = self.open.lock().number;
        let failed = |error: std::io::Error| journal_error(&self.folder, &error);
        for (number, path) in files_in(&self.folder).map_err(failed)? {
            if number < current {
                std::fs::remove_file(path).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Must return before the first byte goes to the channel.
    pub fn begin(&self, keys: &[AttemptKey]) -> Result<()> {
        let mut lines = String::with_capacity(keys.len() * 56);
        for (workspace, id, attempt) in keys {
            lines.push_str(&format!("B {workspace} {id} {attempt}\n"));
        }
        let mut open = self.open.lock();
        self.write(&mut open, &lines)?;
        let number = open.number;
        for key in keys {
            if open.begun_in.insert(*key, number).is_none() {
                *open.left.entry(number).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Called with the answer, before it is queued for SQL.
    pub fn done(&self, key: &AttemptKey, outcome: &RowOutcome) -> Result<()> {
        let (workspace, id, attempt) = key;
        let outcome = serde_json::to_string(outcome).unwrap_or_default();
        let mut open = self.open.lock();
        self.write(&mut open, &format!("D {workspace} {id} {attempt} {outcome}\n"))
    }

    /// These attempts' outcomes are in SQL; closed files without open attempts go.
    pub fn committed(&self, keys: impl IntoIterator<Item = AttemptKey>) {
        let mut open = self.open.lock();
        let mut empty = Vec::new();
        for key in keys {
            let Some(number) = open.begun_in.remove(&key) else { continue };
            let left = open.left.entry(number).or_default();
            *left = left.saturating_sub(1);
            if *left == 0 {
                open.left.remove(&number);
                empty.push(number);
            }
        }
        for number in empty.into_iter().filter(|number| *number != open.number) {
            // A file that cannot be removed is read again at the next start and then ignored: its rows are settled.
            let _ = std::fs::remove_file(path_of(&self.folder, number));
        }
    }

    /// Begins a new file, so that what was said before can go once it is committed; answers its number.
    pub fn turn(&self) -> Result<u64> {
        let mut open = self.open.lock();
        self.begin_file(&mut open)?;
        Ok(open.number)
    }

    /// True while a file older than `number` is there: an attempt begun in it is not committed yet.
    pub fn has_before(&self, number: u64) -> Result<bool> {
        let files = files_in(&self.folder).map_err(|error| journal_error(&self.folder, &error))?;
        Ok(files.iter().any(|(file, _)| *file < number))
    }

    fn begin_file(&self, open: &mut Open) -> Result<()> {
        let failed = |error: std::io::Error| journal_error(&self.folder, &error);
        let number = open.number + 1;
        let (file, bytes) = new_file(&self.folder, number, &self.boot).map_err(failed)?;
        let old = std::mem::replace(&mut open.number, number);
        (open.file, open.bytes) = (file, bytes);
        if !open.left.contains_key(&old) {
            let _ = std::fs::remove_file(path_of(&self.folder, old));
        }
        Ok(())
    }

    fn write(&self, open: &mut Open, lines: &str) -> Result<()> {
        let failed = |error: std::io::Error| journal_error(&self.folder, &error);
        if open.bytes > FILE_BYTES_MAX {
            self.begin_file(open)?;
        }
        open.file.write_all(lines.as_bytes()).map_err(failed)?;
        open.bytes += lines.len() as u64;
        Ok(())
    }
}

fn journal_error(folder: &Path, error: &std::io::Error) -> DeliverError {
    DeliverError::Journal { path: folder.display().to_string(), detail: error.to_string() }
}

fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{FILE_PREFIX}{number:08}.log"))
}

fn new_file(folder: &Path, number: u64, boot: &str) -> std::io::Result<(File, u64)> {
    let mut file = OpenOptions::new().create_new(true).append(true).open(path_of(folder, number))?;
    let head = format!("S {boot}\n");
    file.write_all(head.as_bytes())?;
    Ok((file, head.len() as u64))
}

fn files_in(folder: &Path) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number =
            name.strip_prefix(FILE_PREFIX).and_then(|rest| rest.strip_suffix(".log")).and_then(|n| n.parse().ok());
        if let Some(number) = number {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found)
}

/// A torn last line counts as not written: a torn `B` was never followed by a handover, a torn `D` leaves its `B` open.
fn read_file(path: &Path, boot: &str, recovered: &mut Recovered) -> std::io::Result<()> {
    let bytes = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut named = false;
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let mut words = line.trim_end().splitn(5, ' ');
        match words.next() {
            Some("S") => {
                named = true;
                recovered.same_boot &= words.next() == Some(boot);
            }
            Some(step @ ("B" | "D")) => {
                let Some(key) = read_key(&mut words) else { continue };
                let outcome =
                    if step == "D" { words.next().and_then(|json| serde_json::from_str(json).ok()) } else { None };
                recovered.begun.insert(key, outcome);
            }
            _ => {}
        }
    }
    recovered.same_boot &= named;
    Ok(())
}

fn read_key<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<AttemptKey> {
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// Names this boot of the machine; a machine that does not tell counts as rebooted every time.
pub fn boot_id() -> String {
    match std::fs::read_to_string("/proc/sys/kernel/random/boot_id") {
        Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => format!("unknown-{}", std::process::id()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> AttemptKey {
        (WorkspaceId::new(1), MessageId::derived(name), 1)
    }

    #[test]
    fn a_later_run_sees_what_was_begun_and_what_was_answered() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, first) = Journal::open(folder.path(), "boot-a").unwrap();
        assert!(!first.same_boot && first.begun.is_empty());
        journal.begin(&[key("a"), key("b")]).unwrap();
        let sent = RowOutcome::Sent { delivered: false, provider_ref: Some("250 ok queued as 1".into()) };
        journal.done(&key("a"), &sent).unwrap();
        drop(journal);
        let (again, seen) = Journal::open(folder.path(), "boot-a").unwrap();
        assert!(seen.same_boot);
        assert_eq!(seen.begun[&key("a")], Some(sent));
        assert_eq!(seen.begun[&key("b")], None);
        assert!(!seen.begun.contains_key(&key("c")));
        again.forget_before().unwrap();
        drop(again);
        let (_, seen) = Journal::open(folder.path(), "boot-b").unwrap();
        assert!(!seen.same_boot && seen.begun.is_empty(), "another boot proves nothing");
    }

    /// Lines of a later program are passed over: what was begun in them stays unconfirmed, so nothing goes out twice.
    #[test]
    fn the_journal_of_an_earlier_program_is_read_and_lines_of_a_later_one_are_passed_over() {
        const V1: &str = include_str!("../tests/golden/handover-v1.journal");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(path_of(folder.path(), 1), format!("{V1}X wsp_1 something new\n")).unwrap();
        let (_, seen) = Journal::open(folder.path(), "9cbcd411-564a-4daa-9c00-88ea3901c218").unwrap();
        assert!(seen.same_boot);
        assert_eq!(seen.begun.len(), 3);
        let of = |workspace: u32, id: &str, attempt| {
            seen.begun[&(WorkspaceId::new(workspace), id.parse::<MessageId>().unwrap(), attempt)].clone()
        };
        let sent = RowOutcome::Sent { delivered: true, provider_ref: None };
        assert_eq!(of(1, "msg_b0a57d428498500db23f58599acd6675", 1), Some(sent));
        assert_eq!(of(1, "msg_483a373dee7f5b88a2a22192b9403862", 1), None, "begun, answer unknown");
        let again = RowOutcome::Again { due_ms: 1_795_341_600_000, reason: Some("451 later".into()), counted: true };
        assert_eq!(of(2, "msg_e7a3643712925908ade2ecb135a0132b", 3), Some(again));
    }

    #[test]
    fn a_torn_last_line_counts_as_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path(), "boot").unwrap();
        journal.begin(&[key("a")]).unwrap();
        journal.done(&key("a"), &RowOutcome::Failed { reason: "x".into() }).unwrap();
        drop(journal);
        let path = path_of(folder.path(), 1);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let (_, seen) = Journal::open(folder.path(), "boot").unwrap();
        assert_eq!(seen.begun[&key("a")], None, "begun, answer unknown");
    }

    #[test]
    fn a_turned_journal_holds_nothing_of_before_once_that_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path(), "boot").unwrap();
        journal.begin(&[key("a")]).unwrap();
        let number = journal.turn().unwrap();
        assert!(journal.has_before(number).unwrap());
        journal.begin(&[key("b")]).unwrap();
        journal.committed([key("a")]);
        assert!(!journal.has_before(number).unwrap());
        assert_eq!(journal.turn().unwrap(), number + 1, "b is still under way");
        assert!(journal.has_before(number + 1).unwrap());
    }

    #[test]
    fn a_full_file_goes_when_everything_begun_in_it_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path(), "boot").unwrap();
        journal.begin(&[key("a"), key("b")]).unwrap();
        journal.open.lock().bytes = FILE_BYTES_MAX + 1;
        journal.begin(&[key("c")]).unwrap();
        journal.committed([key("a")]);
        assert!(path_of(folder.path(), 1).exists());
        journal.committed([key("b"), key("c")]);
        assert!(!path_of(folder.path(), 1).exists() && path_of(folder.path(), 2).exists());
    }
}
