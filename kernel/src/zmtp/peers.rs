//! Who comes to a socket: admitted one by one, greeted in time, and no more of them than there are places.
use super::address::{Address, Listener, Outgoing};
use super::allowance::{Allowance, Budget, Limits};
use super::frames::Frames;
use super::handshake::{Kind, greet};
use std::io::Result;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Connections of one socket. A client has one of each kind.
const PLACES: usize = 128;
/// A peer that has not greeted by then is sent away.
const IN_TIME: Duration = Duration::from_secs(10);
/// Between two attempts to accept, where the system has no descriptor left.
const BREATH: Duration = Duration::from_millis(50);

/// A peer that has been greeted.
pub(super) struct Peer {
    /// the name it gave itself; may be empty
    pub identity: Vec<u8>,
    pub from: Frames,
    pub to: Outgoing,
    pub allowance: Allowance,
    /// set once a message of its has been verified
    pub known: Arc<AtomicBool>,
}

/// Listens, and hands every peer on.
///
/// # Errors
/// The address cannot be taken.
pub(super) async fn admit<F>(
    address: &Address,
    kind: Kind,
    limits: Limits,
    enter: impl Fn(Peer) -> F + Clone + Send + 'static,
) -> Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = Listener::bind(address).await?;
    let (places, budget) = (Arc::new(Semaphore::new(PLACES)), Budget::new());
    tokio::spawn(async move {
        loop {
            let Ok((from, mut to)) = listener.accept().await else {
                tokio::time::sleep(BREATH).await;
                continue;
            };
            // the stream is closed where there is no place
            let Ok(place) = places.clone().try_acquire_owned() else { continue };
            let (enter, budget) = (enter.clone(), budget.clone());
            tokio::spawn(async move {
                let known = Arc::new(AtomicBool::new(false));
                let mut allowance = Allowance::new(limits, budget, known.clone());
                let mut from = Frames::new(from);
                let greeted = tokio::time::timeout(IN_TIME, greet(kind, &mut from, &mut to, &mut allowance)).await;
                if let Ok(Ok(identity)) = greeted {
                    enter(Peer { identity, from, to, allowance, known }).await;
                }
                drop(place);
            });
        }
    });
    Ok(())
}
