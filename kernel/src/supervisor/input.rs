//! What goes into the session process: requests on its socket, and what a user types for compiled code on its standard
//! input.
use super::items::Question;
use crate::protocol::{Ask, Request};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::OwnedWriteHalf;
use tokio::process::ChildStdin;
use tokio::sync::Mutex;

/// The way into the session process there is now.
#[derive(Default)]
pub struct Input {
    /// with the number of its process
    socket: Mutex<Option<(u64, OwnedWriteHalf)>>,
    stdin: Mutex<Option<(u64, ChildStdin)>>,
}

impl Input {
    /// From now on into this process.
    pub(super) async fn connect(&self, generation: u64, socket: OwnedWriteHalf, stdin: Option<ChildStdin>) {
        *self.socket.lock().await = Some((generation, socket));
        *self.stdin.lock().await = stdin.map(|s| (generation, s));
    }

    /// Sends a request to one process, not to a later one.
    pub(super) async fn send(&self, generation: u64, request: &Request) {
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        if let Some((at, socket)) = self.socket.lock().await.as_mut()
            && *at == generation
        {
            // a process that is gone is noticed by its reader, which answers what waits
            let _ = socket.write_all(&line).await;
        }
    }

    /// Hands over what the user typed; none: nobody can be asked.
    pub async fn answer(&self, question: &Question, line: Option<String>) {
        if !question.to_stdin {
            return self.send(question.generation, &Request { id: 0, ask: Ask::Answer { line } }).await;
        }
        if let Some((at, stdin)) = self.stdin.lock().await.as_mut()
            && *at == question.generation
        {
            let _ = stdin.write_all(format!("{}\n", line.unwrap_or_default()).as_bytes()).await;
            let _ = stdin.flush().await;
        }
    }
}
