//! The session process as the kernel sees it: started, asked, stopped, and started again when it dies.
mod death;
mod desk;
mod pump;
mod wires;

pub use desk::Desk;
pub use pump::Control;

use crate::link::{Ask, Failure, Outcome, Output, Request};
use death::Death;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::ChildStdin;
use tokio::sync::{Mutex as AsyncMutex, Notify, mpsc, oneshot};

/// What waits for an answer.
type Pending = HashMap<u64, oneshot::Sender<Result<Value, Failure>>>;

/// What the desk is to show, in order.
enum Item {
    Output(Output),
    Question {
        prompt: String,
        password: bool,
    },
    /// a compiled cell reads its standard input
    Typed {
        prompt: String,
        password: bool,
    },
    /// everything before it has been shown once this is reached
    Reply(oneshot::Sender<Result<Value, Failure>>, Result<Value, Failure>),
}

/// Settings of the session, passed in the environment.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub environment: Vec<(String, String)>,
    /// whether somebody is there who can be asked
    pub asks: bool,
}

/// A session process that ended so often before it was ready is not started again until a cell needs it.
const ATTEMPTS: u32 = 3;

pub struct Host {
    settings: Settings,
    items: mpsc::Sender<Item>,
    state: Mutex<State>,
    writer: AsyncMutex<Option<OwnedWriteHalf>>,
    stdin: AsyncMutex<Option<ChildStdin>>,
    next: AtomicU64,
    /// told when a session process has ended
    pub ended: Notify,
}

#[derive(Default)]
struct State {
    pid: Option<i32>,
    /// counts the processes
    generation: u64,
    pending: Pending,
    variables: Vec<String>,
    /// why we ended it ourselves
    reason: Option<String>,
    control: Control,
    closing: bool,
    /// processes in a row that never were ready
    failures: u32,
    device: String,
}

impl Host {
    /// Starts the first session process.
    pub async fn start(settings: Settings, desk: Arc<dyn Desk>) -> std::io::Result<Arc<Host>> {
        let (items, receiver) = mpsc::channel(256);
        let host = Arc::new(Host {
            settings,
            items,
            state: Mutex::default(),
            writer: AsyncMutex::new(None),
            stdin: AsyncMutex::new(None),
            next: AtomicU64::new(1),
            ended: Notify::new(),
        });
        tokio::spawn(desk::serve(receiver, desk, Arc::downgrade(&host)));
        host.spawn().await?;
        Ok(host)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|p| p.into_inner())
    }

    async fn spawn(self: &Arc<Self>) -> std::io::Result<()> {
        let (process, stdin, writer) = wires::spawn(&self.settings, self)?;
        {
            let mut state = self.state();
            state.pid = Some(process);
            state.generation += 1;
            state.reason = None;
            state.variables.clear();
            state.control = Control::default();
        }
        *self.writer.lock().await = Some(writer);
        *self.stdin.lock().await = stdin;
        Ok(())
    }

    /// Sends a request and waits for its answer; everything the request showed has been shown by then.
    pub async fn ask(self: &Arc<Self>, ask: Ask) -> Result<Value, Failure> {
        let given_up = {
            let state = self.state();
            state.pid.is_none() && state.failures >= ATTEMPTS && !state.closing
        };
        if given_up && let Err(e) = self.spawn().await {
            return Err(Failure::plain("SessionDied", format!("no session process could be started: {e}")));
        }
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        let (answer, waiting) = oneshot::channel();
        self.state().pending.insert(id, answer);
        self.send(&Request { id, ask }).await;
        waiting.await.unwrap_or_else(|_| Err(Failure::plain("SessionDied", "the session process is gone")))
    }

    /// Runs a Rhai cell.
    pub async fn eval(
        self: &Arc<Self>,
        name: String,
        code: String,
        show: bool,
        expressions: std::collections::BTreeMap<String, String>,
    ) -> Outcome {
        let answer = self.ask(Ask::Eval { name, code, show, expressions }).await;
        self.outcome(answer)
    }

    /// Loads a compiled cell; also gives the lines that are meant for its compiler.
    pub async fn load(self: &Arc<Self>, library: String, function: String) -> (Outcome, Control) {
        self.state().control = Control::default();
        let answer = self.ask(Ask::Load { library, function }).await;
        let control = std::mem::take(&mut self.state().control);
        (self.outcome(answer), control)
    }

    fn outcome(&self, answer: Result<Value, Failure>) -> Outcome {
        match answer.map(serde_json::from_value::<Outcome>) {
            Ok(Ok(outcome)) => {
                self.state().variables.clone_from(&outcome.variables);
                outcome
            }
            Ok(Err(e)) => Outcome { error: Some(Failure::plain("InternalError", e.to_string())), ..Outcome::default() },
            Err(f) => Outcome { error: Some(f), ..Outcome::default() },
        }
    }

    async fn send(&self, request: &Request) {
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        if let Some(w) = self.writer.lock().await.as_mut() {
            // a process that is gone is noticed by its reader, which answers what waits
            let _ = w.write_all(&line).await;
        }
    }

    /// Asks the running cell to stop at its next check.
    pub async fn interrupt(&self) {
        self.send(&Request { id: 0, ask: Ask::Interrupt }).await;
    }

    /// What the user typed, for `input()`.
    pub async fn answer(&self, line: Option<String>) {
        self.send(&Request { id: 0, ask: Ask::Answer { line } }).await;
    }

    /// What the user typed, for a Rust cell that reads its standard input.
    pub async fn type_in(&self, line: &str) {
        if let Some(stdin) = self.stdin.lock().await.as_mut() {
            let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
            let _ = stdin.flush().await;
        }
    }

    /// Shows something of the kernel's own, in order with the rest.
    pub async fn show(&self, output: Output) {
        let _ = self.items.send(Item::Output(output)).await;
    }

    fn ready(&self, device: String) {
        let mut state = self.state();
        state.device = device;
        state.failures = 0;
    }
    /// The device of the session, once it is up.
    pub fn device(&self) -> String {
        self.state().device.clone()
    }
    pub fn generation(&self) -> u64 {
        self.state().generation
    }

    /// Ends a session process, which is then started afresh; of a later one nothing is touched.
    pub fn kill(&self, generation: u64, reason: &str) {
        let mut state = self.state();
        if state.generation == generation
            && let Some(pid) = state.pid
        {
            state.reason = Some(reason.to_string());
            // SAFETY: the process is our child and has not been waited for
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }

    /// Ends the session process for good, and sees it gone.
    pub async fn close(&self) {
        let generation = {
            let mut state = self.state();
            state.closing = true;
            state.generation
        };
        self.kill(generation, "the kernel is shut down");
        for _ in 0..200 {
            if self.state().pid.is_none() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// A session process has ended: what waited is answered, and the next one started.
    async fn bury(self: &Arc<Self>, status: std::process::ExitStatus) {
        let (pending, death, closing, failures) = {
            let mut state = self.state();
            state.pid = None;
            state.failures += 1;
            let death = Death { status, reason: state.reason.take(), lost: std::mem::take(&mut state.variables) };
            (std::mem::take(&mut state.pending), death, state.closing, state.failures)
        };
        if closing {
            return;
        }
        let failure = death.failure();
        let respawned = if failures < ATTEMPTS {
            self.spawn().await
        } else {
            Err(std::io::Error::other("it ended three times before it was ready; the next cell tries again"))
        };
        self.ended.notify_waiters();
        let failure = match respawned {
            Ok(()) => failure,
            Err(e) => Failure::plain("SessionDied", format!("{}; a new one could not be started: {e}", failure.value)),
        };
        if pending.is_empty() {
            let text = format!("{}\n", failure.traceback.join("\n"));
            let _ = self.items.send(Item::Output(Output::stream("stderr", text))).await;
        }
        for (_, answer) in pending {
            let _ = self.items.send(Item::Reply(answer, Err(failure.clone()))).await;
        }
    }
}
