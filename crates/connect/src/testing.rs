//! What the tests of this room share: a door that keeps what comes through it, and rooms on both engines.

use crate::{
    Connect, ConnectConfig, ConnectParts, Definition, Door, ImportStage, ImportStatus, Kind, MIGRATIONS, NewRows,
    Refused, RowSink, RowsKind, RowsMapping, Sample, Taken, Vault,
};
use async_trait::async_trait;
use base::{ImportId, Json, ManualClock, Problem, SeededRng, SourceId, Timestamp, WorkspaceId};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
/// An address, and what the door keeps of it.
pub const WHOLE_ADDRESS: &str = "203.0.113.77";
pub const SHORT_ADDRESS: &str = "203.0.113.0";

/// Keeps events by messageId and rows by content, as the real door does; an event without `userId` is refused.
#[derive(Default)]
pub struct Till {
    state: Mutex<TillState>,
    ids: AtomicU64,
}

#[derive(Default)]
pub struct TillState {
    pub names: BTreeMap<SourceId, String>,
    pub events: BTreeMap<String, Json>,
    /// Rows by their text, and how often each came.
    pub rows: BTreeMap<String, u32>,
    pub imports: HashMap<ImportId, ImportStatus>,
    /// The next imports that fail.
    pub failing: u32,
    /// Says "come back later".
    pub busy: bool,
    pub shelf: crate::kinds::feed::tests::Shelf,
    /// A plan keeps less than comes.
    pub cuts: bool,
}

impl Till {
    pub fn look<T>(&self, with: impl FnOnce(&mut TillState) -> T) -> T {
        with(&mut self.state.lock())
    }
    fn number(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed) + 1
    }
}

#[async_trait]
impl Door for Arc<Till> {
    async fn create_source(&self, _: WorkspaceId, name: &str, _: Kind) -> Result<SourceId, Problem> {
        let id = SourceId::new(Timestamp::from_ms(1), &SeededRng::new(self.number()));
        self.look(|state| state.names.insert(id, name.to_owned()));
        Ok(id)
    }
    async fn delete_source(&self, _: WorkspaceId, source: SourceId) -> Result<(), Problem> {
        self.look(|state| state.names.remove(&source));
        Ok(())
    }
    async fn sources(&self, workspace: WorkspaceId) -> Result<Vec<(SourceId, String)>, Problem> {
        let mine = workspace == WORKSPACE;
        Ok(self.look(|state| state.names.clone().into_iter().filter(|_| mine).collect()))
    }
    fn check(&self, events: &[Json]) -> Vec<Refused> {
        let nobody = |(index, event): (usize, &Json)| {
            let named = event.get("userId").is_some() || event.pointer("/context/externalIds").is_some();
            let (code, pointer) = ("missing_field".to_owned(), "/userId".to_owned());
            (!named).then(|| Refused { index, code, pointer, detail: "nobody".into() })
        };
        events.iter().enumerate().filter_map(nobody).collect()
    }
    fn short_body(&self, _: WorkspaceId, body: &str) -> Option<String> {
        body.contains(WHOLE_ADDRESS).then(|| body.replace(WHOLE_ADDRESS, SHORT_ADDRESS))
    }
    fn short_value(&self, workspace: WorkspaceId, name: &str, value: &str) -> Option<String> {
        let is_meant = name == "ip" || name == "x-real-ip";
        if is_meant { self.short_body(workspace, value) } else { None }
    }
    async fn accept(&self, _: SourceId, events: &[Json]) -> Result<Taken, Problem> {
        if self.look(|state| state.busy) {
            return Err(Problem::new(base::ProblemKind::Busy, "inbox_full", "come back later"));
        }
        for event in events {
            let id = event["messageId"].as_str().expect("an id").to_owned();
            self.look(|state| _ = state.events.entry(id).or_insert_with(|| event.clone()));
        }
        let is_cut = self.look(|state| state.cuts);
        Ok(Taken { accepted: events.len() as u64, refused: Vec::new(), is_cut })
    }
    fn check_mapping(&self, _: RowsKind, mapping: &RowsMapping) -> Result<(), Problem> {
        let nowhere = mapping.columns.values().any(String::is_empty);
        if nowhere { Err(Problem::invalid("invalid_mapping", "a column goes nowhere")) } else { Ok(()) }
    }
    async fn sample(&self, name: &str, head: Vec<u8>, _: RowsKind, mapping: &RowsMapping) -> Result<Sample, Problem> {
        let text = String::from_utf8_lossy(&head).into_owned();
        let format = if name.ends_with(".jsonl") { "jsonl" } else { "csv" };
        let first = text.lines().next().unwrap_or_default();
        let column = |name: &str| crate::Column { name: name.into(), examples: vec![], suggested: String::new() };
        let columns = match format {
            "csv" => first.split(',').map(column).collect(),
            _ => {
                serde_json::from_str::<base::JsonMap>(first).unwrap_or_default().keys().map(|key| column(key)).collect()
            }
        };
        Ok(Sample { format: format.into(), columns, rows: vec![], fields: vec![], mapping: Some(mapping.clone()) })
    }
    fn sample_bytes(&self, _: &[u8]) -> Option<usize> {
        Some(64 * 1024)
    }
    async fn begin_rows(&self, _: NewRows) -> Result<Box<dyn RowSink>, Problem> {
        let id = ImportId::new(Timestamp::from_ms(1), &SeededRng::new(self.number()));
        Ok(Box::new(Sink { till: self.clone(), id, text: Vec::new() }))
    }
    async fn import(&self, _: WorkspaceId, id: ImportId) -> Result<Option<ImportStatus>, Problem> {
        Ok(self.look(|state| state.imports.get(&id).cloned()))
    }
}

struct Sink {
    till: Arc<Till>,
    id: ImportId,
    text: Vec<u8>,
}

#[async_trait]
impl RowSink for Sink {
    fn id(&self) -> ImportId {
        self.id
    }
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.text.extend_from_slice(bytes);
        Ok(())
    }
    async fn finish(self: Box<Self>) -> Result<(), Problem> {
        let text = String::from_utf8_lossy(&self.text).into_owned();
        self.till.look(|state| {
            let fails = state.failing > 0;
            state.failing = state.failing.saturating_sub(1);
            let lines: Vec<&str> = text.lines().collect();
            let stage = if fails { ImportStage::Failed } else { ImportStage::Finished };
            let (code, detail) = (fails.then(|| "no_row_imported".into()), fails.then(|| "no row is right".into()));
            let rows = lines.len() as u64;
            let accepted = if fails { 0 } else { rows };
            state
                .imports
                .insert(self.id, ImportStatus { stage, rows, accepted, refused: rows - accepted, code, detail });
            for line in lines.into_iter().filter(|_| !fails) {
                *state.rows.entry(line.to_owned()).or_default() += 1;
            }
        });
        Ok(())
    }
}

/// Turns every bit: nothing that is sealed can be read by accident, and a value opens only where it belongs.
pub struct Flip;

impl Vault for Flip {
    fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Problem> {
        Ok(context.bytes().chain([0]).chain(plain.iter().copied()).map(|byte| !byte).collect())
    }
    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Problem> {
        let bytes: Vec<u8> = sealed.iter().map(|byte| !byte).collect();
        let rest = bytes.strip_prefix(context.as_bytes()).and_then(|rest| rest.strip_prefix(&[0]));
        rest.map(<[u8]>::to_vec).ok_or_else(|| Problem::internal("sealed for another place"))
    }
}

pub struct Room {
    pub connect: Connect,
    pub till: Arc<Till>,
    pub clock: ManualClock,
    pub store: testkit::Store,
    /// The folder that is allowed.
    pub folder: PathBuf,
}

impl Room {
    pub async fn all() -> Vec<Room> {
        let mut rooms = Vec::new();
        for store in testkit::stores(MIGRATIONS).await {
            rooms.push(Self::over(store).await);
        }
        rooms
    }

    pub async fn sqlite() -> Room {
        Self::over(testkit::sqlite(MIGRATIONS).await).await
    }

    async fn over(store: testkit::Store) -> Room {
        let (till, clock) = (Arc::new(Till::default()), testkit::clock());
        let folder = store.dir().join("in");
        std::fs::create_dir_all(&folder).expect("a folder");
        let connect = open(&store, &till, &clock, &folder).await;
        Room { connect, till, clock, store, folder }
    }

    /// As after a restart of the program.
    pub async fn reopened(self) -> Room {
        let Room { connect, till, clock, store, folder } = self;
        drop(connect);
        let connect = open(&store, &till, &clock, &folder).await;
        Room { connect, till, clock, store, folder }
    }

    pub async fn make(&self, definition: Json) -> SourceId {
        let definition = Definition::read(definition).expect("a definition");
        self.connect.create(WORKSPACE, "made", definition).await.expect("a connection").id
    }

    /// Lets time pass and runs what is due.
    pub async fn pass(&self, ms: i64) -> usize {
        self.clock.advance_ms(ms);
        self.connect.run_due().await.expect("the store answers")
    }

    /// State, code and detail of the health.
    pub async fn health(&self, id: SourceId) -> (&'static str, String, String) {
        let health = self.connect.connection(WORKSPACE, id).await.expect("there").health;
        (health.state.name(), health.code.unwrap_or_default(), health.detail.unwrap_or_default())
    }

    pub fn rows(&self) -> usize {
        self.till.look(|state| state.rows.len())
    }
}

async fn open(store: &testkit::Store, till: &Arc<Till>, clock: &ManualClock, folder: &std::path::Path) -> Connect {
    let parts = ConnectParts {
        db: store.db.clone(),
        clock: Arc::new(clock.clone()),
        rng: Arc::new(SeededRng::new(7)),
        door: Arc::new(till.clone()),
        products: Arc::new(till.clone()),
        vault: Arc::new(Flip),
        config: ConnectConfig {
            folders: vec![folder.to_owned()],
            private_networks: true,
            // Longer than a busy machine needs, short enough to wait for.
            read_timeout: std::time::Duration::from_secs(6),
        },
    };
    Connect::open(parts).await.expect("the room opens")
}

/// A connection to a server that a test can cut: bytes towards us go through a door of ours.
pub struct Cable {
    pub port: u16,
    state: Arc<Mutex<CableState>>,
}

#[derive(Clone, Copy)]
enum CableState {
    Whole,
    CutAfter(usize),
    HangAfter(usize),
}

impl Cable {
    pub async fn to(address: String) -> Self {
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = door.local_addr().expect("a port").port();
        let state = Arc::new(Mutex::new(CableState::Whole));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((ours, _)) = door.accept().await {
                let theirs = tokio::net::TcpStream::connect(&address).await.expect("the server answers");
                let state = *shared.lock();
                tokio::spawn(carry(ours, theirs, state));
            }
        });
        Self { port, state }
    }

    /// The next connections end after so many bytes.
    pub fn cut_after(&self, bytes: usize) {
        *self.state.lock() = CableState::CutAfter(bytes);
    }
    /// The next connections stay, and after so many bytes nothing comes any more.
    pub fn hang_after(&self, bytes: usize) {
        *self.state.lock() = CableState::HangAfter(bytes);
    }
    pub fn mend(&self) {
        *self.state.lock() = CableState::Whole;
    }
}

async fn carry(ours: tokio::net::TcpStream, theirs: tokio::net::TcpStream, state: CableState) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let ((mut from_us, mut to_us), (mut from_them, mut to_them)) = (ours.into_split(), theirs.into_split());
    let asking = tokio::spawn(async move { tokio::io::copy(&mut from_us, &mut to_them).await });
    let (mut block, mut carried) = (vec![0; 16 * 1024], 0);
    while let Ok(count @ 1..) = from_them.read(&mut block).await {
        carried += count;
        match state {
            CableState::CutAfter(bytes) if carried > bytes => break,
            // Until whoever waits gives up.
            CableState::HangAfter(bytes) if carried > bytes => {
                let _ = asking.await;
                return;
            }
            _ => {}
        }
        if to_us.write_all(&block[..count]).await.is_err() {
            break;
        }
    }
    asking.abort();
}
