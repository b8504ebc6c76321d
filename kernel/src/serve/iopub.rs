//! What every client sees: one task sends, in order, and welcomes those who subscribe.
use super::wire::{self, Request};
use jupyter_protocol::messaging::{IoPubWelcome, JupyterMessage};
use jupyter_zmq_client::{KernelIoPubXPubConnection, SubscriptionEvent};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// A client that does not take a message for so long loses it; the others go on.
const STUCK: Duration = Duration::from_secs(2);
/// … and once one was lost, does not hold up the next for longer than this, until it takes one.
const STILL_STUCK: Duration = Duration::from_millis(10);
/// More than this many messages in line slow the session down.
const AHEAD: usize = 64;

#[derive(Clone)]
pub struct Iopub {
    line: mpsc::UnboundedSender<JupyterMessage>,
    waiting: Arc<AtomicUsize>,
}

impl Iopub {
    pub fn start(mut socket: KernelIoPubXPubConnection) -> Iopub {
        let (line, mut messages) = mpsc::unbounded_channel::<JupyterMessage>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        tokio::spawn(async move {
            let mut patience = STUCK;
            loop {
                tokio::select! {
                    biased;
                    event = socket.recv_subscription() => {
                        if let Ok(SubscriptionEvent::Subscribe(topic)) = event {
                            wire::send(&mut socket, IoPubWelcome::new(topic).into()).await;
                        }
                    }
                    message = messages.recv() => {
                        let Some(message) = message else { return };
                        let sent = tokio::time::timeout(patience, wire::send(&mut socket, message)).await;
                        patience = if sent.is_ok() { STUCK } else { STILL_STUCK };
                        left.fetch_sub(1, Ordering::SeqCst);
                    }
                }
            }
        });
        Iopub { line, waiting }
    }

    pub fn publish(&self, parent: &Request, kind: &str, content: Value) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _ = self.line.send(parent.child(kind, content, false));
    }
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
            if self.waiting.load(Ordering::SeqCst) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // the last of it has left this process, not yet the socket's queue
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
