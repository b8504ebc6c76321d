//! A session process with the tasks that listen to it: on the socket, the raw output, the raw errors.
use super::items::{Item, Question};
use super::marks::Marks;
use super::settings::Settings;
use super::shared::Shared;
use super::stderr::Stderr;
use super::stdout::Stdout;
use crate::protocol::{DESCRIPTOR, LARGEST, Message, NONCE, Output};
use std::io::Result;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as Socket;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the output of a process that has ended is waited for.
const LAST_WORDS: Duration = Duration::from_millis(400);
/// A message of a session, as a line of JSON, is no longer than this.
const LONGEST: u64 = 2 * LARGEST as u64;

/// A session process that runs.
pub(super) struct Process {
    /// counts the processes
    pub generation: u64,
    /// none where nobody can be asked
    pub stdin: Option<ChildStdin>,
    pub socket: OwnedWriteHalf,
    /// how it ended, once everything it said is in line
    pub end: JoinHandle<Result<ExitStatus>>,
}

/// Starts a process and the tasks that listen to it.
pub(super) fn spawn(settings: &Settings, shared: &Arc<Shared>) -> Result<Process> {
    let (ours, theirs) = Socket::pair()?;
    ours.set_nonblocking(true)?;
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let mut child = command(settings, &nonce, &theirs)?.spawn()?;
    drop(theirs);
    let missing = || std::io::Error::other("a pipe of the session process is missing");
    let pid = child.id().and_then(|p| i32::try_from(p).ok()).ok_or_else(missing)?;
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let (reading, socket) = UnixStream::from_std(ours)?.into_split();
    let (out_seen, out) = watch::channel(0);
    let (err_seen, err) = watch::channel(0);
    let (delivered, deliveries) = watch::channel(0);
    // before anybody listens: an end is noted behind this beginning
    let generation = shared.state().begin(pid);
    let stdout_marks = Marks::new(&nonce, out_seen, deliveries.clone());
    let stderr_marks = Marks::new(&nonce, err_seen, deliveries);
    let listeners = [
        tokio::spawn(messages(reading, shared.clone(), [out, err], delivered)),
        tokio::spawn(Stdout::new(shared.clone(), stdout_marks).read(stdout)),
        tokio::spawn(Stderr::new(shared.clone(), stderr_marks).read(stderr)),
    ];
    Ok(Process { generation, stdin, socket, end: tokio::spawn(end(child, shared.clone(), listeners)) })
}

/// This program again, as a session, with its end of the socket.
fn command(settings: &Settings, nonce: &str, theirs: &Socket) -> Result<Command> {
    let mut command = Command::from(crate::again()?);
    command
        .arg("--session")
        .stdin(if settings.asks { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.env(NONCE, nonce);
    command.envs(settings.environment.iter().map(|(k, v)| (k, v)));
    let descriptor = theirs.as_raw_fd();
    // SAFETY: dup2 and fcntl are all that happens between fork and exec
    unsafe {
        command.pre_exec(move || {
            if descriptor == DESCRIPTOR {
                libc::fcntl(DESCRIPTOR, libc::F_SETFD, 0);
            } else if libc::dup2(descriptor, DESCRIPTOR) < 0 {
                return Err(std::io::Error::last_os_error());
            }
            Ok(())
        });
    }
    Ok(command)
}

/// Waits for the end of a process, and for its last words.
async fn end(mut child: Child, shared: Arc<Shared>, listeners: [JoinHandle<()>; 3]) -> Result<ExitStatus> {
    let status = child.wait().await;
    // its number may be another process's from now on
    shared.state().pid = None;
    // what it started may hold the pipes open for long
    let stops = listeners.each_ref().map(JoinHandle::abort_handle);
    let [messages, stdout, stderr] = listeners;
    let words = async { tokio::join!(messages, stdout, stderr) };
    if tokio::time::timeout(LAST_WORDS, words).await.is_err() {
        stops.iter().for_each(tokio::task::AbortHandle::abort);
    }
    status
}

/// Listens on the socket until the process closes its end.
async fn messages(
    from: OwnedReadHalf,
    shared: Arc<Shared>,
    mut seen: [watch::Receiver<u64>; 2],
    delivered: watch::Sender<u64>,
) {
    let mut lines = BufReader::with_capacity(1 << 16, from).take(0);
    let mut line = vec![];
    loop {
        line.clear();
        lines.set_limit(LONGEST);
        match lines.read_until(b'\n', &mut line).await {
            Ok(_) if line.ends_with(b"\n") => {}
            // its end, or more than a session sends
            _ => return,
        }
        let Ok(message) = serde_json::from_slice::<Message>(&line) else { continue };
        let after = match &message {
            Message::Reply { after, .. } | Message::Output { after, .. } | Message::Question { after, .. } => *after,
            Message::Ready { .. } => None,
        };
        if let Some(n) = after {
            // what was printed before comes first; an end of the raw output is as good
            for stream in &mut seen {
                let _ = stream.wait_for(|m| *m >= n).await;
            }
        }
        deliver(message, &shared).await;
        if let Some(n) = after {
            let _ = delivered.send(n);
        }
    }
}

async fn deliver(message: Message, shared: &Shared) {
    match message {
        Message::Reply { id, value, after } => {
            let waiting = shared.state().pending.remove(&id);
            if let Some(answer) = waiting {
                // names are answered past the queue: a cell that prints much does not hold them up
                if after.is_none() && value.get("variables").is_none() {
                    let _ = answer.send(Ok(value));
                } else {
                    let _ = shared.send(Item::Reply(answer, Ok(value))).await;
                }
            }
        }
        Message::Output { output, .. } => {
            if let Output::Stream { name, text } = &output
                && name == "stderr"
            {
                shared.state().control.complain(text);
            }
            let _ = shared.show(output).await;
        }
        Message::Question { prompt, password, .. } => {
            let generation = shared.state().generation;
            let question = Question { prompt, password, to_stdin: false, generation };
            let _ = shared.send(Item::Question(question)).await;
        }
        Message::Ready { device } => {
            let mut state = shared.state();
            state.device = device;
            state.failures = 0;
        }
    }
}
