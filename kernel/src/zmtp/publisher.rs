//! A socket that tells those who subscribe.
use super::address::Address;
use super::allowance::WORD;
use super::frames::{Said, pong};
use super::handshake::Kind;
use super::peers::{Peer, admit};
use std::collections::HashMap;
use std::io::Result;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, mpsc};

/// Messages that wait to be taken by one peer before the others wait for it.
const BEHIND: usize = 64;
/// A peer whose line has been full for so long is given up: it holds up all the others. A client that lives connects
/// again.
const STUCK: Duration = Duration::from_secs(3);
/// Subscriptions of one peer.
const TOPICS: usize = 64;

/// A message in the line of one peer, counted until it has been taken or given up.
struct Waits {
    bytes: Arc<[u8]>,
    count: Arc<AtomicUsize>,
}

impl Waits {
    fn new(bytes: Arc<[u8]>, count: &Arc<AtomicUsize>) -> Waits {
        count.fetch_add(1, Ordering::SeqCst);
        Waits { bytes, count: count.clone() }
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What a peer hears first, by the topic it subscribes to.
type Welcome = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// Those who subscribe.
pub struct Publisher(Arc<Table>);

struct Table {
    next: AtomicU64,
    peers: Mutex<HashMap<u64, Place>>,
    /// messages that wait in the lines of all peers
    waiting: Arc<AtomicUsize>,
    welcome: Box<Welcome>,
}

struct Place {
    topics: Vec<Vec<u8>>,
    line: mpsc::Sender<Waits>,
    close: Arc<Notify>,
}

impl Table {
    fn peers(&self) -> MutexGuard<'_, HashMap<u64, Place>> {
        self.peers.lock().unwrap_or_else(|p| p.into_inner())
    }

    /// What a peer wants to hear, or no longer; false: nothing that a subscriber says.
    fn subscribe(&self, peer: u64, wanted: bool, topic: &[u8]) -> bool {
        let mut peers = self.peers();
        let Some(place) = peers.get_mut(&peer) else { return false };
        let at = place.topics.iter().position(|t| t == topic);
        match (wanted, at) {
            (true, _) if place.topics.len() == TOPICS => return false,
            (true, _) => {
                place.topics.push(topic.to_vec());
                let _ = place.line.try_send(Waits::new((self.welcome)(topic).into(), &self.waiting));
            }
            (false, Some(at)) => drop(place.topics.remove(at)),
            (false, None) => {}
        }
        true
    }
}

/// Whether a message says that a topic is wanted, or no longer: by its first byte in ZMTP 3.0, by a command in 3.1.
pub(super) fn subscription(said: &Said) -> Option<(bool, &[u8])> {
    match said {
        Said::Message(parts) => match parts.first()?.split_first()? {
            (1, topic) => Some((true, topic)),
            (0, topic) => Some((false, topic)),
            _ => None,
        },
        Said::Command(body) => {
            let wanted = body.strip_prefix(b"\x09SUBSCRIBE").map(|t| (true, t));
            wanted.or_else(|| body.strip_prefix(b"\x06CANCEL").map(|t| (false, t)))
        }
        Said::TooLong(..) => None,
    }
}

/// One peer, until it leaves, errs or is given up.
async fn serve(peer: Peer, table: Arc<Table>) {
    let Peer { mut from, mut to, mut allowance, .. } = peer;
    let number = table.next.fetch_add(1, Ordering::SeqCst);
    let (line, mut messages) = mpsc::channel::<Waits>(BEHIND);
    let close = Arc::new(Notify::new());
    table.peers().insert(number, Place { topics: vec![], line: line.clone(), close: close.clone() });
    let says = async {
        while let Ok(said) = from.next(&mut allowance).await {
            if let Some((wanted, topic)) = subscription(&said) {
                if !table.subscribe(number, wanted, topic) {
                    return;
                }
            } else if let Said::Command(body) = &said
                && let Some(pong) = pong(body)
            {
                let _ = line.try_send(Waits::new(pong.into(), &table.waiting));
            }
        }
    };
    let takes = async {
        while let Some(message) = messages.recv().await {
            if to.write_all(&message.bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = says => {}
        () = takes => {}
        () = close.notified() => {}
    }
    table.peers().remove(&number);
}

impl Publisher {
    /// Listens; `welcome` makes what a peer hears first.
    ///
    /// # Errors
    /// The address cannot be taken.
    pub async fn listen(
        address: &Address,
        welcome: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Result<Publisher> {
        let table = Arc::new(Table {
            next: AtomicU64::new(0),
            peers: Mutex::default(),
            waiting: Arc::default(),
            welcome: Box::new(welcome),
        });
        let all = table.clone();
        admit(address, Kind::Publisher, WORD, move |peer| serve(peer, all.clone())).await?;
        Ok(Publisher(table))
    }

    /// Tells a message, whose first part is `topic`, to all who want it; waits while a line is full.
    pub async fn tell(&self, topic: &[u8], bytes: Vec<u8>) {
        let bytes: Arc<[u8]> = bytes.into();
        let wanted: Vec<(u64, mpsc::Sender<Waits>)> = self
            .0
            .peers()
            .iter()
            .filter(|(_, p)| p.topics.iter().any(|t| topic.starts_with(t)))
            .map(|(n, p)| (*n, p.line.clone()))
            .collect();
        let deadline = tokio::time::Instant::now() + STUCK;
        for (number, line) in wanted {
            let put = line.send(Waits::new(bytes.clone(), &self.0.waiting));
            if !matches!(tokio::time::timeout_at(deadline, put).await, Ok(Ok(())))
                && let Some(place) = self.0.peers().remove(&number)
            {
                place.close.notify_one();
            }
        }
    }

    /// Whether everything is on its way.
    pub fn is_idle(&self) -> bool {
        self.0.waiting.load(Ordering::SeqCst) == 0
    }
}
