//! The writer thread: group commit.

use super::dedupe::Dedupe;
use super::segments::Frames;
use super::{Appended, InboxError, Offset, Shared, Task, WriteRequest, segments};
use base::{Clock, EventId};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

pub(super) struct Writer {
    shared: Arc<Shared>,
    known: Dedupe,
    clock: Arc<dyn Clock>,
    end: u64,
    file: Option<OpenSegment>,
    /// Of the group at hand.
    frames: Frames,
}

struct OpenSegment {
    start: u64,
    file: File,
}

/// What one request becomes in a group commit.
struct Prepared {
    request: WriteRequest,
    fresh: Vec<EventId>,
    duplicates: u32,
    end: u64,
}

impl Writer {
    pub fn new(shared: Arc<Shared>, known: Dedupe, clock: Arc<dyn Clock>, end: u64) -> Self {
        Self { shared, known, clock, end, file: None, frames: Frames::default() }
    }

    pub fn run(mut self, tasks: mpsc::Receiver<Task>) {
        while let Ok(first) = tasks.recv() {
            let (mut group, mut bytes) = (Vec::new(), 0);
            let mut next = Some(first);
            let mut seal = None;
            while let Some(task) = next.take() {
                match task {
                    Task::Write(request) => {
                        bytes += request.bytes;
                        group.push(request);
                    }
                    Task::Seal(reply) => {
                        seal = Some(reply);
                        break;
                    }
                }
                if bytes < self.shared.config.commit_bytes_max {
                    next = tasks.try_recv().ok();
                }
            }
            if !group.is_empty() {
                self.commit(group);
            }
            if let Some(reply) = seal {
                // Who asked may have gone; a sealed segment does no harm.
                let _ = reply.send(self.seal());
            }
        }
    }

    /// Begins a new segment, unless the open one is empty.
    fn seal(&mut self) -> Result<Offset, InboxError> {
        let end = self.end;
        if self.segment()?.start < end {
            self.file = None;
            self.open_at(end)?;
        }
        Ok(Offset(end))
    }

    fn commit(&mut self, group: Vec<WriteRequest>) {
        self.known.turn(self.clock.now());
        let prepared: Vec<Prepared> = group.into_iter().map(|request| self.prepare(request)).collect();
        let outcome = if self.frames.bytes() == 0 { Ok(()) } else { self.write() };
        if let Err(error) = &outcome {
            tracing::error!(%error, "inbox: a group commit failed; nothing of it was acknowledged");
            for id in prepared.iter().flat_map(|item| &item.fresh) {
                self.known.forget(*id);
            }
        } else {
            self.end += self.frames.bytes() as u64;
            self.shared.end.send_replace(self.end);
        }
        self.frames.clear();
        for item in prepared {
            self.shared.queued_bytes.fetch_sub(item.request.bytes, Ordering::Relaxed);
            let answer = match &outcome {
                Ok(()) => Ok(Appended { end: Offset(item.end), duplicates: item.duplicates }),
                Err(error) => Err(error.clone()),
            };
            // The client may have gone; its events are kept all the same.
            let _ = item.request.reply.send(answer);
        }
    }

    /// Marks duplicates and adds the record's frame to those of the group, unless nothing of it is new.
    fn prepare(&mut self, mut request: WriteRequest) -> Prepared {
        let (mut fresh, mut duplicates) = (Vec::new(), 0);
        for id in request.record.ids.iter_mut().filter(|id| id.0 != 0) {
            if self.known.insert(*id) {
                fresh.push(*id);
            } else {
                *id = EventId(0);
                duplicates += 1;
            }
        }
        if !fresh.is_empty() {
            self.frames.push(&request.record);
        }
        let end = self.end + self.frames.bytes() as u64;
        Prepared { request, fresh, duplicates, end }
    }

    fn write(&mut self) -> Result<(), InboxError> {
        let (end, frames) = (self.end, std::mem::take(&mut self.frames));
        let segment = self.segment()?;
        let written = frames.write_to(&mut segment.file).and_then(|()| segment.file.sync_data());
        if let Err(error) = written {
            // Whatever reached the file must go, or the next record would follow half of this one.
            let keep = end - segment.start;
            let cut = segment.file.set_len(keep).and_then(|()| segment.file.seek(SeekFrom::Start(keep)));
            if cut.is_err() {
                // Opened anew at the next write, where the tail is cut again.
                self.file = None;
            }
            return Err(InboxError::Storage(error.to_string()));
        }
        self.frames = frames;
        Ok(())
    }

    /// The open segment; a full one is closed and the next begun.
    fn segment(&mut self) -> Result<&mut OpenSegment, InboxError> {
        let full = |segment: &OpenSegment| self.end - segment.start >= self.shared.config.segment_bytes_max;
        if self.file.as_ref().is_some_and(full) {
            self.file = None;
            return self.open_at(self.end);
        }
        if self.file.is_none() {
            let last = segments::list(&self.shared.dir).ok().and_then(|list| list.last().map(|last| last.start));
            let start = match last {
                Some(start) if self.end - start < self.shared.config.segment_bytes_max => start,
                _ => self.end,
            };
            return self.open_at(start);
        }
        self.file.as_mut().ok_or(InboxError::Closed)
    }

    fn open_at(&mut self, start: u64) -> Result<&mut OpenSegment, InboxError> {
        let path = segments::log_path(&self.shared.dir, start);
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            let keep = self.end - start;
            if file.metadata()?.len() > keep {
                file.set_len(keep)?;
            }
            file.seek(SeekFrom::Start(keep))?;
            // The new file's name must survive power loss as well as its bytes.
            File::open(&self.shared.dir)?.sync_all()?;
            Ok(file)
        };
        let file = open().map_err(|error| InboxError::Storage(format!("{}: {error}", path.display())))?;
        Ok(self.file.insert(OpenSegment { start, file }))
    }
}
