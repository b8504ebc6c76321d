//! What the tasks of a kernel share.
use super::iopub::Iopub;
use super::message::Request;
use super::wire::Sender;
use crate::history::Store;
use crate::protocol::Output;
use crate::rust::Rust;
use crate::supervisor::Supervisor;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What the tasks share.
pub struct Kernel {
    /// keeps the session process
    pub supervisor: Arc<Supervisor>,
    /// compiles Rust cells
    pub rust: Rust,
    /// what every client sees
    pub iopub: Iopub,
    /// answers to requests
    pub shell: Sender,
    /// the cells of all sessions
    pub store: Store,
    /// the count of the cell that ran last
    pub count: AtomicU64,
    /// a cell runs
    pub executing: AtomicBool,
    /// cells begun so far: a number that no other cell has
    pub turn: AtomicU64,
    /// the turn of the cell of which the user was told what another interrupt does
    pub noticed: AtomicU64,
    /// the request of the running cell
    current: Mutex<Option<Arc<Request>>>,
}

impl Kernel {
    /// Before its first cell.
    pub fn new(supervisor: Arc<Supervisor>, rust: Rust, iopub: Iopub, shell: Sender) -> Kernel {
        Kernel {
            supervisor,
            rust,
            iopub,
            shell,
            store: Store::open(),
            count: AtomicU64::new(0),
            executing: AtomicBool::new(false),
            turn: AtomicU64::new(0),
            noticed: AtomicU64::new(0),
            current: Mutex::default(),
        }
    }

    /// A request that ran beside the cells has ended. To a client, the kernel is as busy as the last status says.
    pub fn idle(&self, request: &Request) {
        self.iopub.status(request, "idle");
        if self.executing.load(Ordering::SeqCst)
            && let Some(running) = self.current().as_ref()
        {
            self.iopub.status(running, "busy");
        }
    }

    /// The request of the running cell.
    pub fn current(&self) -> MutexGuard<'_, Option<Arc<Request>>> {
        self.current.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Ends the session process and this one, once everything is out.
    pub async fn leave(&self, request: &Request) {
        self.iopub.status(request, "idle");
        self.iopub.drain().await;
        self.end().await
    }

    /// Ends the session process and this one at once.
    pub async fn end(&self) -> ! {
        self.supervisor.close().await;
        let _ = std::fs::remove_dir_all(self.rust.folder());
        std::process::exit(0)
    }

    /// Prints a remark of the kernel's own.
    pub async fn say(&self, name: &str, text: String) {
        self.supervisor.show(Output::stream(name, text)).await;
    }
}
