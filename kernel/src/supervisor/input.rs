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
    socket: Mutex<Option<OwnedWriteHalf>>,
    stdin: Mutex<Option<ChildStdin>>,
}

impl Input {
    /// From now on into this process.
    pub(super) async fn connect(&self, socket: OwnedWriteHalf, stdin: Option<ChildStdin>) {
        *self.socket.lock().await = Some(socket);
        *self.stdin.lock().await = stdin;
    }

    /// Sends a request.
    pub(super) async fn send(&self, request: &Request) {
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        if let Some(w) = self.socket.lock().await.as_mut() {
            // a process that is gone is noticed by its reader, which answers what waits
            let _ = w.write_all(&line).await;
        }
    }

    /// Hands over what the user typed; none: nobody can be asked.
    pub async fn answer(&self, question: &Question, line: Option<String>) {
        if !question.to_stdin {
            return self.send(&Request { id: 0, ask: Ask::Answer { line } }).await;
        }
        if let Some(stdin) = self.stdin.lock().await.as_mut() {
            let _ = stdin.write_all(format!("{}\n", line.unwrap_or_default()).as_bytes()).await;
            let _ = stdin.flush().await;
        }
    }
}
