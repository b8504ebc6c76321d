//! evcxr starts a child to run what it compiled; ours only passes lines on, to the kernel, which has the session
//! process load the cell.
use crate::host::{Control, Host};
use crate::link::Outcome;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The environment variable that holds the path of the kernel's socket.
pub const SOCKET: &str = "GFLOW_RELAY";

pub fn socket(folder: &Path) -> PathBuf {
    folder.join("relay")
}

/// The child: its standard input to the socket, the socket to its standard output, until either ends.
pub fn main() -> ! {
    let Some(path) = std::env::var_os(SOCKET) else { std::process::exit(98) };
    #[cfg(target_os = "linux")]
    // SAFETY: sets an attribute of this process
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
    let Ok(stream) = std::os::unix::net::UnixStream::connect(path) else { std::process::exit(97) };
    if let Ok(mut to) = stream.try_clone() {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut to);
            std::process::exit(0);
        });
    }
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    std::process::exit(99)
}

#[derive(Default)]
struct State {
    /// a cell is being compiled or run
    busy: bool,
    /// since when it runs
    running: Option<Instant>,
    /// when the compiler was through
    compiled: Option<Instant>,
    /// the cell was interrupted before it ran: it must not any more
    cancelled: bool,
    outcome: Option<Outcome>,
    control: Control,
}

/// The loads of compiled cells, one at a time.
pub struct Loads {
    host: Arc<Host>,
    state: Mutex<State>,
    pub stopped: Notify,
}

impl Loads {
    pub fn listen(path: &Path, host: Arc<Host>) -> std::io::Result<Arc<Loads>> {
        let listener = UnixListener::bind(path)?;
        let loads = Arc::new(Loads { host, state: Mutex::default(), stopped: Notify::new() });
        let all = loads.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let loads = all.clone();
                tokio::spawn(async move { loads.serve(stream).await });
            }
        });
        Ok(loads)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// One child of evcxr's, until the session process it stands for is gone.
    async fn serve(&self, stream: tokio::net::UnixStream) {
        let generation = self.host.generation();
        let (from, mut to) = stream.into_split();
        let mut lines = tokio::io::BufReader::new(from).lines();
        loop {
            let line = tokio::select! {
                line = lines.next_line() => match line {
                    Ok(Some(line)) => line,
                    _ => return,
                },
                () = self.outlived(generation) => return,
            };
            let mut words = line.split(' ');
            let (Some("LOAD_AND_RUN"), Some(library), Some(function)) = (words.next(), words.next(), words.next()) else { continue };
            let (outcome, control) = self.load(library, function).await;
            if self.host.generation() != generation {
                self.settle(outcome, control);
                return;
            }
            let mut answer = control.lines.join("\n");
            if !answer.is_empty() {
                answer.push('\n');
            }
            answer += "EVCXR_EXECUTION_COMPLETE\n";
            self.settle(outcome, control);
            if to.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn outlived(&self, generation: u64) {
        while self.host.generation() == generation {
            let _ = tokio::time::timeout(Duration::from_millis(200), self.host.ended.notified()).await;
        }
    }

    async fn load(&self, library: &str, function: &str) -> (Outcome, Control) {
        {
            let mut state = self.state();
            let now = Instant::now();
            state.compiled = Some(now);
            if state.cancelled {
                return super::refused();
            }
            state.running = Some(now);
        }
        self.host.load(library.to_string(), function.to_string()).await
    }

    fn settle(&self, outcome: Outcome, control: Control) {
        let mut state = self.state();
        state.running = None;
        state.outcome = Some(outcome);
        state.control = control;
    }

    /// A cell is about to be compiled.
    pub fn begin(&self) {
        *self.state() = State { busy: true, ..State::default() };
    }
    /// The cell is over, one way or another.
    pub fn end(&self) -> (Option<Outcome>, Control) {
        let mut state = self.state();
        state.busy = false;
        (state.outcome.take(), std::mem::take(&mut state.control))
    }
    pub fn busy(&self) -> bool {
        self.state().busy
    }
    pub fn running(&self) -> bool {
        self.state().running.is_some()
    }
    /// Gives up a cell that is still being compiled.
    pub fn stop(&self) {
        self.state().cancelled = true;
        self.stopped.notify_waiters();
    }
    /// How long the compiler took, or has taken so far.
    pub fn compiling(&self, begun: Instant) -> Duration {
        self.state().compiled.unwrap_or_else(Instant::now) - begun
    }
}
