//! A socket that answers those who ask.
use super::address::Address;
use super::allowance::REQUEST;
use super::frames::{Parts, Said, pong};
use super::handshake::Kind;
use super::peers::{Peer, admit};
use std::collections::HashMap;
use std::io::Result;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

/// Messages that wait to be read, of all peers together.
const WAITING: usize = 4;
/// Answers that wait to be taken by one peer; one that lets more of them wait is given up.
const ANSWERS: usize = 1000;

/// Where a message came from.
#[derive(Clone)]
pub struct Origin {
    connection: u64,
    /// the name the peer gave itself: clients use the same one at every socket
    pub identity: Vec<u8>,
    known: Arc<AtomicBool>,
}

impl Origin {
    /// Nobody's, for tests.
    #[cfg(test)]
    pub fn nobody() -> Origin {
        Origin { connection: 0, identity: vec![], known: Arc::default() }
    }
    /// A message of this peer has been verified: it is no stranger any more.
    pub fn trust(&self) {
        self.known.store(true, Ordering::SeqCst);
    }
}

/// A message, or what is left of one.
pub struct Received {
    /// where it came from
    pub origin: Origin,
    /// its parts; the first of them only, where it is too long
    pub parts: Parts,
    /// the bytes of a message that is too long to be read
    pub too_long: Option<u64>,
}

/// The messages of all peers.
pub struct Router(mpsc::Receiver<Received>);

/// The way back to them.
#[derive(Clone)]
pub struct Replies(Arc<Table>);

#[derive(Default)]
struct Table {
    next: AtomicU64,
    peers: Mutex<HashMap<u64, Place>>,
}

struct Place {
    identity: Vec<u8>,
    answers: mpsc::Sender<Vec<u8>>,
}

impl Table {
    fn peers(&self) -> MutexGuard<'_, HashMap<u64, Place>> {
        self.peers.lock().unwrap_or_else(|p| p.into_inner())
    }
}

/// Listens for those who ask.
///
/// # Errors
/// The address cannot be taken.
pub async fn route(address: &Address) -> Result<(Replies, Router)> {
    let table = Arc::new(Table::default());
    let (inbox, messages) = mpsc::channel(WAITING);
    let all = table.clone();
    admit(address, Kind::Router, REQUEST, move |peer| serve(peer, all.clone(), inbox.clone())).await?;
    Ok((Replies(table), Router(messages)))
}

/// One peer, until it leaves or errs.
async fn serve(peer: Peer, table: Arc<Table>, inbox: mpsc::Sender<Received>) {
    let Peer { identity, mut from, mut to, mut allowance, known } = peer;
    let connection = table.next.fetch_add(1, Ordering::SeqCst);
    let (answers, mut waiting) = mpsc::channel::<Vec<u8>>(ANSWERS);
    table.peers().insert(connection, Place { identity: identity.clone(), answers: answers.clone() });
    let origin = Origin { connection, identity, known };
    let asks = async {
        loop {
            let said = match from.next(&mut allowance).await {
                Ok(said) => said,
                Err(e) => return report(&origin, &e),
            };
            let (parts, too_long) = match said {
                Said::Message(parts) => (parts, None),
                Said::TooLong(parts, bytes) => (parts, Some(bytes)),
                Said::Command(body) => {
                    if let Some(pong) = pong(&body) {
                        let _ = answers.try_send(pong);
                    }
                    continue;
                }
            };
            if inbox.send(Received { origin: origin.clone(), parts, too_long }).await.is_err() {
                return;
            }
        }
    };
    let takes = async {
        while let Some(bytes) = waiting.recv().await {
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = asks => {}
        () = takes => {}
    }
    table.peers().remove(&connection);
}

/// A client that is cut off is told why where it can be read; strangers are not answered at all.
fn report(origin: &Origin, e: &std::io::Error) {
    if origin.known.load(Ordering::SeqCst) && e.kind() == std::io::ErrorKind::InvalidData {
        eprintln!("gflow-kernel: a client's connection was closed: {e}");
    }
}

impl Router {
    /// The next message; none once nobody can come any more.
    pub async fn next(&mut self) -> Option<Received> {
        self.0.recv().await
    }
}

impl Replies {
    /// Answers: to the connection the question came by or, if that is gone, to whoever bears its name now. False if
    /// there is nobody.
    pub fn answer(&self, to: &Origin, bytes: &[u8]) -> bool {
        let at = self.0.peers().get(&to.connection).map(|p| p.answers.clone());
        match at {
            Some(answers) => self.hand(to.connection, &answers, bytes),
            None => self.address(&to.identity, bytes),
        }
    }

    /// Sends to all connections of a name; false if there are none.
    pub fn address(&self, identity: &[u8], bytes: &[u8]) -> bool {
        if identity.is_empty() {
            return false;
        }
        let all: Vec<(u64, mpsc::Sender<Vec<u8>>)> = self
            .0
            .peers()
            .iter()
            .filter(|(_, p)| p.identity == identity)
            .map(|(n, p)| (*n, p.answers.clone()))
            .collect();
        all.iter().fold(false, |any, (n, answers)| self.hand(*n, answers, bytes) || any)
    }

    fn hand(&self, connection: u64, answers: &mpsc::Sender<Vec<u8>>, bytes: &[u8]) -> bool {
        let taken = answers.try_send(bytes.to_vec()).is_ok();
        if !taken {
            self.0.peers().remove(&connection);
        }
        taken
    }
}
