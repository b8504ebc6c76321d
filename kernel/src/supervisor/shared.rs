//! What the tasks that listen to a session process share.
use super::control::Control;
use super::items::{Answer, Item};
use crate::protocol::Output;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use tokio::sync::{mpsc, oneshot};

/// The state of the session process, and the line to the display.
pub(super) struct Shared {
    items: mpsc::Sender<Item>,
    state: Mutex<State>,
}

/// What is known about the session process.
#[derive(Default)]
pub(super) struct State {
    /// none: it has ended
    pub pid: Option<i32>,
    /// whether requests can be sent: from its start until its end has been dealt with
    pub open: bool,
    /// counts the processes
    pub generation: u64,
    /// what waits for an answer
    pub pending: HashMap<u64, oneshot::Sender<Answer>>,
    /// the variables of the session
    pub variables: Vec<String>,
    /// why we ended it ourselves
    pub reason: Option<String>,
    /// of the compiled cell that runs
    pub control: Control,
    /// it is not to be started again
    pub closing: bool,
    /// processes in a row that never were ready
    pub failures: u32,
    /// what it computes on
    pub device: String,
}

impl State {
    /// A process has been started; gives its number among all.
    pub fn begin(&mut self, pid: i32) -> u64 {
        self.pid = Some(pid);
        self.generation += 1;
        self.reason = None;
        self.variables.clear();
        self.control = Control::default();
        self.generation
    }
}

impl Shared {
    pub fn new(items: mpsc::Sender<Item>) -> Shared {
        Shared { items, state: Mutex::default() }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// Puts an item in line; false when there is no display any more.
    pub async fn send(&self, item: Item) -> bool {
        self.items.send(item).await.is_ok()
    }

    pub async fn show(&self, output: Output) -> bool {
        self.send(Item::Output(output)).await
    }
}
