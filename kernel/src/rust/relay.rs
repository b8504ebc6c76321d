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

/// What becomes of one cell.
#[derive(Default)]
pub struct Ticket {
    progress: Mutex<Progress>,
    /// told when the cell is given up
    pub stopped: Notify,
}

#[derive(Default)]
struct Progress {
    running: bool,
    /// when the compiler was through
    compiled: Option<Instant>,
    /// the cell was interrupted before it ran: it must not any more
    cancelled: bool,
    outcome: Option<Outcome>,
    control: Control,
}

impl Ticket {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(|p| p.into_inner())
    }
    pub fn running(&self) -> bool {
        self.progress().running
    }
    /// Gives up a cell that is still being compiled; false if it runs.
    pub fn cancel(&self) -> bool {
        let mut progress = self.progress();
        if progress.running {
            return false;
        }
        progress.cancelled = true;
        drop(progress);
        self.stopped.notify_one();
        true
    }
    pub fn cancelled(&self) -> bool {
        self.progress().cancelled
    }
    /// How the cell came out of the session process, and what it said to its compiler.
    pub fn take(&self) -> (Option<Outcome>, Control) {
        let mut progress = self.progress();
        (progress.outcome.take(), std::mem::take(&mut progress.control))
    }
    /// How long the compiler took.
    pub fn compiling(&self, begun: Instant) -> Duration {
        self.progress().compiled.unwrap_or_else(Instant::now) - begun
    }
    /// The compiler is through: whether the cell may run.
    fn start(&self) -> bool {
        let mut progress = self.progress();
        progress.compiled = Some(Instant::now());
        progress.running = !progress.cancelled;
        progress.running
    }
    fn settle(&self, outcome: Outcome, control: Control) {
        let mut progress = self.progress();
        progress.running = false;
        progress.outcome = Some(outcome);
        progress.control = control;
    }
}

/// The loads of compiled cells, one at a time.
pub struct Loads {
    host: Arc<Host>,
    /// the cell the compiler works on
    current: Mutex<Arc<Ticket>>,
}

impl Loads {
    pub fn listen(path: &Path, host: Arc<Host>) -> std::io::Result<Arc<Loads>> {
        let listener = UnixListener::bind(path)?;
        let loads = Arc::new(Loads { host, current: Mutex::default() });
        let all = loads.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let loads = all.clone();
                tokio::spawn(async move { loads.serve(stream).await });
            }
        });
        Ok(loads)
    }

    /// The compiler turns to a cell.
    pub fn turn(&self, ticket: Arc<Ticket>) {
        *self.current.lock().unwrap_or_else(|p| p.into_inner()) = ticket;
    }
    fn current(&self) -> Arc<Ticket> {
        self.current.lock().unwrap_or_else(|p| p.into_inner()).clone()
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
            let (Some("LOAD_AND_RUN"), Some(library), Some(function)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let ticket = self.current();
            let (outcome, control) = if ticket.start() {
                self.host.load(library.to_string(), function.to_string()).await
            } else {
                (Outcome::default(), Control::never_ran())
            };
            let mut answer = control.lines.join("\n");
            if !answer.is_empty() {
                answer.push('\n');
            }
            answer += "EVCXR_EXECUTION_COMPLETE\n";
            ticket.settle(outcome, control);
            if self.host.generation() != generation {
                return;
            }
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
}
