//! What every client sees: one task sends, in order, and those who subscribe are welcomed.
use super::message::{Draft, Request, Session};
use crate::zmtp::{Address, Publisher};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// More than this many messages in line slow the session down.
const AHEAD: usize = 64;

/// The line of messages to every client.
#[derive(Clone)]
pub struct Iopub {
    line: mpsc::UnboundedSender<Draft>,
    waiting: Arc<AtomicUsize>,
    publisher: Arc<Publisher>,
    session: Arc<Session>,
}

impl Iopub {
    /// Opens the socket and starts the task that sends.
    ///
    /// # Errors
    /// The address cannot be taken.
    pub async fn start(address: &Address, session: &Arc<Session>) -> std::io::Result<Iopub> {
        let greeter = session.clone();
        let welcome = move |topic: &[u8]| {
            let content = json!({ "subscription": String::from_utf8_lossy(topic) });
            greeter.draft("iopub_welcome", &content, None).encode(&greeter.signer, &[topic.to_vec()])
        };
        let publisher = Arc::new(Publisher::listen(address, welcome).await?);
        let (line, mut messages) = mpsc::unbounded_channel::<Draft>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let iopub = Iopub { line, waiting, publisher, session: session.clone() };
        let Iopub { waiting, publisher, session, .. } = iopub.clone();
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                // clients subscribe to everything; the first part is what they choose by
                let bytes = message.encode(&session.signer, &[b"gflow".to_vec()]);
                publisher.tell(b"gflow", bytes).await;
                waiting.fetch_sub(1, Ordering::SeqCst);
            }
        });
        Ok(iopub)
    }

    /// Puts a message in line, as one that belongs to a request.
    pub fn publish(&self, parent: &Request, kind: &str, content: Value) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _ = self.line.send(self.session.draft(kind, &content, Some(parent)));
    }
    /// Says what the kernel does: busy, idle.
    pub fn status(&self, parent: &Request, state: &str) {
        self.publish(parent, "status", json!({ "execution_state": state }));
    }
    /// Waits until the line is short.
    pub async fn catch_up(&self) {
        while self.waiting.load(Ordering::SeqCst) > AHEAD {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    /// Waits until everything is out, for a while.
    pub async fn drain(&self) {
        for _ in 0..200 {
            if self.waiting.load(Ordering::SeqCst) == 0 && self.publisher.is_idle() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // the last of it has left this process, not yet the system's queue; and so has the answer on another socket
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
