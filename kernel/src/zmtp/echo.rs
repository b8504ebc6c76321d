//! The heart of a kernel: what comes goes back as it came.
use super::address::Address;
use super::allowance::WORD;
use super::frames::{Said, encode, pong};
use super::handshake::Kind;
use super::peers::{Peer, admit};
use std::io::Result;
use tokio::io::AsyncWriteExt;

/// Beats for everybody; whoever sends nonsense, or leaves, ends their own connection.
///
/// # Errors
/// The address cannot be taken.
pub async fn echo(address: &Address) -> Result<()> {
    admit(address, Kind::Router, WORD, |peer| async {
        let _ = beat(peer).await;
    })
    .await
}

async fn beat(mut peer: Peer) -> Result<()> {
    loop {
        let back = match peer.from.next(&mut peer.allowance).await? {
            Said::Message(parts) | Said::TooLong(parts, _) => encode(&parts),
            Said::Command(body) => pong(&body).unwrap_or_default(),
        };
        peer.to.write_all(&back).await?;
    }
}
