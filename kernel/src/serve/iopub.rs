//! What every client sees: one task sends, in order, and welcomes those who subscribe.
use super::wire::{self, Request};
use jupyter_protocol::messaging::{IoPubWelcome, JupyterMessage};
use jupyter_zmq_client::{KernelIoPubXPubConnection, SubscriptionEvent};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use zeromq::util::PeerIdentity;
use zeromq::{Socket, SocketEvent};

/// A client that does not take a message for so long holds up all the others: every connection is closed then. Clients
/// that are alive connect again within moments and miss nothing; the one that is not stays away until it is.
const STUCK: Duration = Duration::from_secs(3);
/// How long they are given for it.
const RETURN: Duration = Duration::from_millis(1500);
/// More than this many messages in line slow the session down.
const AHEAD: usize = 64;

/// The line of messages to every client.
#[derive(Clone)]
pub struct Iopub {
    line: mpsc::UnboundedSender<JupyterMessage>,
    waiting: Arc<AtomicUsize>,
}

impl Iopub {
    /// Starts the task that sends.
    pub fn start(mut socket: KernelIoPubXPubConnection) -> Iopub {
        let (line, mut messages) = mpsc::unbounded_channel::<JupyterMessage>();
        let waiting = Arc::new(AtomicUsize::new(0));
        let left = waiting.clone();
        tokio::spawn(async move {
            let mut events = socket.socket.monitor();
            let mut peers: Vec<PeerIdentity> = vec![];
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
                        while let Ok(event) = events.try_recv() {
                            match event {
                                SocketEvent::Accepted(_, peer) => peers.push(peer),
                                SocketEvent::Disconnected(peer) => peers.retain(|p| *p != peer),
                                _ => {}
                            }
                        }
                        if tokio::time::timeout(STUCK, wire::send(&mut socket, message.clone())).await.is_err() {
                            for peer in peers.drain(..) {
                                socket.socket.backend().peer_disconnected(&peer);
                            }
                            let _ = tokio::time::timeout(RETURN, socket.recv_subscription()).await;
                            // some have it already: twice is better than never, but clients refuse the same identity
                            let mut message = message;
                            message.header.msg_id = uuid::Uuid::new_v4().to_string();
                            let _ = tokio::time::timeout(STUCK, wire::send(&mut socket, message)).await;
                        }
                        left.fetch_sub(1, Ordering::SeqCst);
                    }
                }
            }
        });
        Iopub { line, waiting }
    }

    /// Puts a message in line, as one that belongs to a request.
    pub fn publish(&self, parent: &Request, kind: &str, content: Value) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _ = self.line.send(parent.child(kind, content, false));
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
            if self.waiting.load(Ordering::SeqCst) == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // the last of it has left this process, not yet the socket's queue
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
