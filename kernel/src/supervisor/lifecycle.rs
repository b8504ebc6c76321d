//! From the first session process to the last: requests and their answers, and what becomes of them when a process dies.
use super::control::Control;
use super::death::Death;
use super::display::{self, Display};
use super::input::Input;
use super::items::{Answer, Item};
use super::settings::Settings;
use super::shared::{Shared, State};
use super::spawn::{Process, spawn};
use crate::protocol::{Ask, Failure, Outcome, Output, Request, Showing};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use tokio::sync::{Mutex, MutexGuard as Held, Notify, mpsc, oneshot};

/// A session process that ended so often before it was ready is not started again until a cell needs it.
const ATTEMPTS: u32 = 3;

/// Items in line for the display before the session is slowed down.
const LINE: usize = 256;

/// Keeps a session process.
pub struct Supervisor {
    settings: Settings,
    shared: Arc<Shared>,
    input: Arc<Input>,
    /// the number of the next request
    next: AtomicU64,
    /// told when a session process has ended
    pub ended: Notify,
    /// told when requests can be sent again, or a new process cannot be had
    settled: Notify,
    /// told when whoever waits for a process shall wait no longer
    given_up: Notify,
    /// one process is started at a time
    starting: Mutex<()>,
}

impl Supervisor {
    /// Starts the first session process.
    pub async fn start(settings: Settings, display: Arc<dyn Display>) -> std::io::Result<Arc<Supervisor>> {
        let (items, receiver) = mpsc::channel(LINE);
        let supervisor = Arc::new(Supervisor {
            settings,
            shared: Arc::new(Shared::new(items)),
            input: Arc::default(),
            next: AtomicU64::new(1),
            ended: Notify::new(),
            settled: Notify::new(),
            given_up: Notify::new(),
            starting: Mutex::new(()),
        });
        tokio::spawn(display::serve(receiver, display, supervisor.input.clone()));
        supervisor.spawn(&supervisor.starting.lock().await).await?;
        Ok(supervisor)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    async fn spawn(self: &Arc<Self>, _: &Held<'_, ()>) -> std::io::Result<()> {
        let started = spawn(&self.settings, &self.shared);
        let Process { generation, stdin, socket, end } = match started {
            Ok(process) => process,
            Err(e) => {
                // the next request tries again
                self.state().failures = ATTEMPTS;
                self.settled.notify_waiters();
                return Err(e);
            }
        };
        self.input.connect(generation, socket, stdin).await;
        self.state().open = true;
        self.settled.notify_waiters();
        // its end is dealt with behind this beginning
        self.watch(end);
        Ok(())
    }

    fn watch(self: &Arc<Self>, end: tokio::task::JoinHandle<std::io::Result<ExitStatus>>) {
        let supervisor = Arc::downgrade(self);
        tokio::spawn(async move {
            if let Ok(Ok(status)) = end.await
                && let Some(supervisor) = supervisor.upgrade()
            {
                supervisor.bury(status).await;
            }
        });
    }

    /// Sends a request and waits for its answer; everything the request showed has been shown by then. A request belongs
    /// to one process: it is answered by it, or by its end.
    pub async fn ask(self: &Arc<Self>, ask: Ask) -> Answer {
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        let (generation, waiting) = loop {
            // heard from here on, so that nothing is missed between the look and the wait
            let (settled, given_up) = (self.settled.notified(), self.given_up.notified());
            tokio::pin!(settled, given_up);
            settled.as_mut().enable();
            given_up.as_mut().enable();
            if let Some(registered) = self.register(id)? {
                break registered;
            }
            tokio::select! {
                () = settled => {}
                () = given_up => return Err(Failure::plain("Interrupted", "interrupted")),
                revived = self.revive() => revived?,
            }
        };
        self.input.send(generation, &Request { id, ask }).await;
        waiting.await.unwrap_or_else(|_| Err(Failure::plain("SessionDied", "the session process is gone")))
    }

    /// Notes that a request waits for its answer by the process there is; none while there is none.
    fn register(&self, id: u64) -> Result<Option<(u64, oneshot::Receiver<Answer>)>, Failure> {
        let mut state = self.state();
        if state.closing {
            return Err(Failure::plain("SessionDied", "the kernel is shut down"));
        }
        if !state.open {
            return Ok(None);
        }
        let (answer, waiting) = oneshot::channel();
        state.pending.insert(id, answer);
        Ok(Some((state.generation, waiting)))
    }

    /// Starts a process where those before it failed and none is on its way; waits for ever otherwise.
    async fn revive(self: &Arc<Self>) -> Result<(), Failure> {
        let supervisor = self.clone();
        // a task of its own: whoever waits may give up, but what has been started is seen through
        let started = tokio::spawn(async move {
            let starting = supervisor.starting.lock().await;
            let needed = {
                let state = supervisor.state();
                !state.open && state.failures >= ATTEMPTS
            };
            if needed { Some(supervisor.spawn(&starting).await) } else { None }
        });
        match started.await {
            Ok(Some(Ok(()))) => Ok(()),
            Ok(Some(Err(e))) => Err(Failure::plain("SessionDied", format!("no session process could be started: {e}"))),
            _ => std::future::pending().await,
        }
    }

    /// Runs a Rhai cell, and evaluates the expressions after it.
    pub async fn eval(
        self: &Arc<Self>,
        name: String,
        code: String,
        show: Showing,
        expressions: BTreeMap<String, String>,
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

    /// What is known about the name at a place, by type; the error says that there is nothing.
    pub async fn explain(self: &Arc<Self>, name: &str) -> Result<serde_json::Map<String, Value>, Failure> {
        let cursor = name.chars().count();
        match self.ask(Ask::Inspect { code: name.to_string(), cursor }).await? {
            Value::Object(data) => Ok(data),
            _ => Err(Failure::plain("Error", format!("there is nothing named `{name}`"))),
        }
    }

    fn outcome(&self, answer: Answer) -> Outcome {
        match answer.map(serde_json::from_value::<Outcome>) {
            Ok(Ok(outcome)) => {
                self.state().variables.clone_from(&outcome.variables);
                outcome
            }
            Ok(Err(e)) => Outcome::failed(Failure::plain("InternalError", e.to_string())),
            Err(f) => Outcome::failed(f),
        }
    }

    /// Asks the running cell to stop at its next check.
    pub async fn interrupt(&self) {
        self.given_up.notify_waiters();
        let generation = self.generation();
        self.input.send(generation, &Request { id: 0, ask: Ask::Interrupt }).await;
    }

    /// Everything that was put in line so far has been shown once this comes back.
    pub async fn catch_up(&self) {
        let (answer, waiting) = oneshot::channel();
        if self.shared.send(Item::Reply(answer, Ok(Value::Null))).await {
            let _ = waiting.await;
        }
    }

    /// Shows something of the kernel's own, in order with the rest.
    pub async fn show(&self, output: Output) {
        let _ = self.shared.show(output).await;
    }

    /// The device of the session, once it is up.
    pub fn device(&self) -> String {
        self.state().device.clone()
    }

    /// Counts the session processes: another number, and the variables are gone.
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
    async fn bury(self: &Arc<Self>, status: ExitStatus) {
        let starting = self.starting.lock().await;
        let (pending, death, closing, failures) = {
            let mut state = self.state();
            // what is asked from now on waits for the next one
            state.open = false;
            state.failures += 1;
            let death = Death { status, reason: state.reason.take(), lost: std::mem::take(&mut state.variables) };
            (std::mem::take(&mut state.pending), death, state.closing, state.failures)
        };
        if closing {
            return;
        }
        let failure = death.failure();
        let respawned = if failures < ATTEMPTS {
            self.spawn(&starting).await
        } else {
            Err(std::io::Error::other("it ended three times before it was ready; the next cell tries again"))
        };
        drop(starting);
        self.settled.notify_waiters();
        self.ended.notify_waiters();
        let failure = match respawned {
            Ok(()) => failure,
            Err(e) => Failure::plain("SessionDied", format!("{}; a new one could not be started: {e}", failure.value)),
        };
        if pending.is_empty() {
            let text = format!("{}\n", failure.traceback.join("\n"));
            self.show(Output::stream("stderr", text)).await;
        }
        for (_, answer) in pending {
            let _ = self.shared.send(Item::Reply(answer, Err(failure.clone()))).await;
        }
    }
}
