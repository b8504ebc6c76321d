//! Rust cells from their text to their outcome.
use super::compiler::{self, Compiled, Job};
use super::loads::Loads;
use super::relay;
use super::ticket::Ticket;
use crate::protocol::{Failure, Outcome, Output};
use crate::supervisor::Supervisor;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// The first line of a Rust cell.
pub const MAGIC: &str = "%%rust";
/// A compiled cell that was asked to stop and does not look whether it should is ended after this time.
pub const GRACE: Duration = Duration::from_millis(1500);
/// A compilation is announced once it takes so long.
const PATIENCE: Duration = Duration::from_millis(900);

/// The code of a Rust cell, its first line emptied so that places in it stay right; none for other cells.
pub fn body(cell: &str) -> Option<String> {
    let blank: usize = cell.split_inclusive('\n').take_while(|l| l.trim().is_empty()).map(str::len).sum();
    let (first, rest) = cell[blank..].split_once('\n').unwrap_or((&cell[blank..], ""));
    (first.trim() == MAGIC).then(|| format!("{}\n{rest}", &cell[..blank]))
}

/// Compiles and runs Rust cells; the toolchain is looked for at the first of them.
pub struct Rust {
    supervisor: Arc<Supervisor>,
    loads: Arc<Loads>,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// the cell that is compiled or runs
    cell: Mutex<Option<Arc<Ticket>>>,
    displays: AtomicU64,
    folder: tempfile::TempDir,
}

impl Rust {
    /// Ready to compile; `folder` is private and goes with the kernel.
    pub fn new(supervisor: Arc<Supervisor>, folder: tempfile::TempDir) -> std::io::Result<Rust> {
        let loads = Loads::listen(&relay::socket(folder.path()), supervisor.clone())?;
        Ok(Rust {
            supervisor,
            loads,
            jobs: Mutex::default(),
            cell: Mutex::default(),
            displays: AtomicU64::new(0),
            folder,
        })
    }

    /// The private folder of the kernel.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn send(&self, job: Job) {
        let mut jobs = self.jobs.lock().unwrap_or_else(|p| p.into_inner());
        let sender = jobs.get_or_insert_with(|| compiler::start(self.supervisor.clone(), self.loads.clone()));
        if let Err(mpsc::SendError(job)) = sender.send(job) {
            // the thread is gone: a new one starts from nothing
            let sender = jobs.insert(compiler::start(self.supervisor.clone(), self.loads.clone()));
            let _ = sender.send(job);
        }
    }

    /// Starts the compiler before a cell asks for it: it takes some seconds.
    pub fn warm(&self) {
        self.send(Job::Warm);
    }

    /// Runs a cell; a display tells how long the compiler takes.
    pub async fn execute(&self, code: String) -> (Outcome, Map<String, Value>) {
        let ticket = Arc::new(Ticket::default());
        *self.cell() = Some(ticket.clone());
        let (answer, mut waiting) = oneshot::channel();
        self.send(Job::Execute { code, ticket: ticket.clone(), answer });
        let begun = Instant::now();
        let mut display = None;
        let mut next = begun + PATIENCE;
        let compiled = loop {
            tokio::select! {
                biased;
                done = &mut waiting => break done.unwrap_or_else(|_| Compiled::failed("RustError", "the compiler thread ended")),
                () = ticket.stopped.notified() => break Compiled::failed("Interrupted", "interrupted; the compiler finishes in the background, the cell will not run"),
                () = tokio::time::sleep_until(next) => {
                    if !ticket.running() {
                        display = Some(self.announce(display, &ticket, begun, false).await);
                    }
                    next += Duration::from_secs(1);
                }
            }
        };
        if display.is_some() {
            self.announce(display, &ticket, begun, true).await;
        }
        if !compiled.remark.is_empty() {
            self.supervisor.show(Output::stream("stderr", compiled.remark.clone())).await;
        }
        // what was said here is shown before the cell is over
        self.supervisor.catch_up().await;
        *self.cell() = None;
        finish(&ticket, compiled)
    }

    async fn announce(&self, display: Option<String>, ticket: &Ticket, begun: Instant, last: bool) -> String {
        let update = display.is_some();
        let id = display.unwrap_or_else(|| {
            format!("gflow-rust-{}-{}", std::process::id(), self.displays.fetch_add(1, Ordering::SeqCst))
        });
        let compiling = if last { ticket.compiling(begun) } else { begun.elapsed() }.as_secs_f64();
        let text =
            if last { format!("compiled in {compiling:.1} s") } else { format!("compiling… {compiling:.0} s") };
        let data = [("text/plain".to_string(), json!(text))].into_iter().collect();
        self.supervisor.show(Output::Display { data, metadata: Map::new(), id: Some(id.clone()), update }).await;
        id
    }

    fn cell(&self) -> MutexGuard<'_, Option<Arc<Ticket>>> {
        self.cell.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Leaves a compilation behind; compiled code that runs is not touched.
    pub fn interrupt(&self) {
        if let Some(ticket) = self.cell().as_ref() {
            ticket.cancel();
        }
    }

    /// Whether compiled code runs now.
    pub fn running(&self) -> bool {
        self.cell().as_ref().is_some_and(|t| t.running())
    }

    /// A position of a cell that is Rust, unless the compiler is busy.
    fn place(&self, cell: &str, cursor: usize) -> Option<Place> {
        let code = body(cell).filter(|_| self.cell().is_none())?;
        let shift = cell.chars().count() - code.chars().count();
        let at = cursor.checked_sub(shift)?;
        let byte = code.char_indices().nth(at).map_or(code.len(), |c| c.0);
        Some(Place { code, shift, at, byte })
    }

    /// Completions at a position counted in characters of the whole cell, in the form of a reply. None at once while
    /// the compiler is busy.
    pub async fn complete(&self, cell: &str, cursor: usize) -> Value {
        let none =
            json!({ "status": "ok", "matches": [], "cursor_start": cursor, "cursor_end": cursor, "metadata": {} });
        let Some(Place { code, shift, at, byte }) = self.place(cell, cursor) else { return none };
        let (answer, waiting) = oneshot::channel();
        self.send(Job::Complete { code: code.clone(), byte, answer });
        let Ok(Some((start, end, matches))) = waiting.await else { return none };
        let chars = |byte: usize| code.get(..byte).map_or(at, |s| s.chars().count()) + shift;
        json!({ "status": "ok", "matches": matches, "cursor_start": chars(start), "cursor_end": chars(end), "metadata": {} })
    }

    /// What the compiler knows about the name at a position, by type.
    pub async fn inspect(&self, cell: &str, cursor: usize) -> Value {
        let Some(Place { code, byte, .. }) = self.place(cell, cursor) else { return Value::Null };
        let (answer, waiting) = oneshot::channel();
        self.send(Job::Inspect { code, byte, answer });
        match waiting.await {
            Ok(Some((text, html))) => json!({ "text/plain": text, "text/html": html }),
            _ => Value::Null,
        }
    }
}

/// A position in the code that the compiler gets.
struct Place {
    code: String,
    /// characters of the cell that the code does not have
    shift: usize,
    /// in characters
    at: usize,
    byte: usize,
}

/// The account of a cell from both sides.
fn finish(ticket: &Ticket, compiled: Compiled) -> (Outcome, Map<String, Value>) {
    let (loaded, control) = ticket.take();
    let mut outcome = loaded.unwrap_or_default();
    // the session's own account of a failure is better than the compiler's
    if outcome.error.is_none() {
        outcome.error = match compiled.error {
            Some(e) => Some(e),
            None if control.panicked() => Some(Failure::plain(
                "RustPanic",
                format!(
                    "the cell panicked{}; variables it defined are lost, those of earlier cells are kept",
                    control.reason()
                ),
            )),
            None if control.failed() => Some(Failure::plain(
                "RustError",
                format!("the cell returned an error{}; variables it defined are lost", control.reason()),
            )),
            None => None,
        };
    }
    let result = if compiled.result.is_empty() { control.result } else { compiled.result };
    (outcome, result)
}
