//! A session process with its wires: the socket, the raw output, the raw errors.
use super::pump::{self, Pump};
use super::{Host, Item, Settings};
use crate::link::{DESCRIPTOR, Message, NONCE, Output};
use std::io::Result;
use std::os::fd::AsRawFd;
use std::process::Stdio;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{ChildStderr, ChildStdin, Command};
use tokio::sync::{mpsc, watch};

/// How long the output of a process that has ended is waited for.
const LAST_WORDS: Duration = Duration::from_millis(400);

/// Starts a process and the tasks that listen to it; the last of them buries it.
pub(super) fn spawn(settings: &Settings, host: &Arc<Host>) -> Result<(i32, Option<ChildStdin>, OwnedWriteHalf)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let descriptor = theirs.as_raw_fd();
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("--session")
        .stdin(if settings.asks { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.env(NONCE, &nonce);
    command.envs(settings.environment.iter().map(|(k, v)| (k, v)));
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
    let mut child = command.spawn()?;
    drop(theirs);
    let missing = || std::io::Error::other("a pipe of the session process is missing");
    let pid = child.id().and_then(|p| i32::try_from(p).ok()).ok_or_else(missing)?;
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let stderr = child.stderr.take().ok_or_else(missing)?;
    let (reading, writing) = UnixStream::from_std(ours)?.into_split();
    let (seen, marks) = watch::channel(0);
    let (delivered, deliveries) = watch::channel(0);
    let out =
        tokio::spawn(pump::run(Pump::new(host.items.clone(), Arc::downgrade(host), &nonce, seen, deliveries), stdout));
    let err = tokio::spawn(errors(stderr, host.items.clone()));
    let host = Arc::downgrade(host);
    let reader = tokio::spawn(read(reading, host.clone(), marks, delivered));
    tokio::spawn(async move {
        let status = child.wait().await;
        // its last words first; but what it started may hold the pipes open for long
        let stops = [reader.abort_handle(), out.abort_handle(), err.abort_handle()];
        let words = async { tokio::join!(reader, out, err) };
        if tokio::time::timeout(LAST_WORDS, words).await.is_err() {
            stops.iter().for_each(tokio::task::AbortHandle::abort);
        }
        if let (Some(host), Ok(status)) = (host.upgrade(), status) {
            host.bury(status).await;
        }
    });
    Ok((pid, stdin, writing))
}

async fn errors(mut from: ChildStderr, items: mpsc::Sender<Item>) {
    let mut buffer = vec![0; 1 << 14];
    while let Ok(n) = from.read(&mut buffer).await {
        if n == 0
            || items.send(Item::Output(Output::stream("stderr", String::from_utf8_lossy(&buffer[..n])))).await.is_err()
        {
            return;
        }
    }
}

/// Listens until the process closes its end.
async fn read(from: OwnedReadHalf, host: Weak<Host>, mut marks: watch::Receiver<u64>, delivered: watch::Sender<u64>) {
    let mut lines = BufReader::with_capacity(1 << 16, from);
    let mut line = vec![];
    loop {
        line.clear();
        match lines.read_until(b'\n', &mut line).await {
            Ok(n) if n > 0 => {}
            _ => return,
        }
        let (Ok(message), Some(host)) = (serde_json::from_slice::<Message>(&line), host.upgrade()) else { continue };
        let after = match &message {
            Message::Reply { after, .. } | Message::Output { after, .. } => *after,
            _ => None,
        };
        if let Some(n) = after {
            // what was printed before comes first; an end of the raw output is as good
            let _ = marks.wait_for(|m| *m >= n).await;
        }
        match message {
            Message::Reply { id, value, after } => {
                let waiting = host.state().pending.remove(&id);
                if let Some(answer) = waiting {
                    // names are answered past the queue: a cell that prints much does not hold them up
                    if after.is_none() && value.get("variables").is_none() {
                        let _ = answer.send(Ok(value));
                    } else {
                        let _ = host.items.send(Item::Reply(answer, Ok(value))).await;
                    }
                }
            }
            Message::Output { output, .. } => {
                let _ = host.items.send(Item::Output(output)).await;
            }
            Message::Question { prompt, password } => {
                let _ = host.items.send(Item::Question { prompt, password }).await;
            }
            Message::Ready { device } => host.ready(device),
        }
        if let Some(n) = after {
            let _ = delivered.send(n);
        }
    }
}
