//! The first words of two peers: greetings of 64 bytes, then what each of them is.
use super::address::Outgoing;
use super::allowance::Allowance;
use super::frames::{Frames, Said, command, wrong};
use std::io::Result;
use tokio::io::AsyncWriteExt;

/// What a socket is to its peers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// answers those who ask
    Router,
    /// tells those who subscribe
    Publisher,
}

impl Kind {
    fn name(self) -> &'static [u8] {
        match self {
            Kind::Router => b"ROUTER",
            Kind::Publisher => b"XPUB",
        }
    }
    fn serves(self, other: &[u8]) -> bool {
        match self {
            Kind::Router => matches!(other, b"DEALER" | b"REQ" | b"ROUTER"),
            Kind::Publisher => matches!(other, b"SUB" | b"XSUB"),
        }
    }
}

const READY: &[u8] = b"\x05READY";

/// Greets a peer; gives the identity it wants to be known by, which may be empty.
///
/// # Errors
/// It speaks something else, or has no business here.
pub(super) async fn greet(
    kind: Kind,
    from: &mut Frames,
    to: &mut Outgoing,
    allowance: &mut Allowance,
) -> Result<Vec<u8>> {
    let mut greeting = [0; 64];
    (greeting[0], greeting[9], greeting[10]) = (0xff, 0x7f, 3);
    greeting[12..16].copy_from_slice(b"NULL");
    to.write_all(&greeting).await?;
    let theirs: [u8; 64] = from.exactly().await?;
    // version 2 and older have another framing; later ones speak 3.0 to us
    if theirs[0] != 0xff || theirs[9] & 1 == 0 || theirs[10] < 3 {
        return Err(wrong("no greeting of ZMTP 3"));
    }
    if &theirs[12..16] != b"NULL" || theirs[16..32].iter().any(|b| *b != 0) {
        return Err(wrong("another mechanism than NULL"));
    }
    let mut ready = READY.to_vec();
    ready.extend_from_slice(b"\x0bSocket-Type");
    ready.extend_from_slice(&(kind.name().len() as u32).to_be_bytes());
    ready.extend_from_slice(kind.name());
    to.write_all(&command(&ready)).await?;
    let Said::Command(body) = from.next(allowance).await? else { return Err(wrong("a message before READY")) };
    let (mut socket, mut identity) = (vec![], vec![]);
    for (name, value) in properties(body.strip_prefix(READY).ok_or_else(|| wrong("another command than READY"))?)? {
        if name.eq_ignore_ascii_case(b"Socket-Type") {
            socket = value.to_vec();
        } else if name.eq_ignore_ascii_case(b"Identity") {
            identity = value.to_vec();
        }
    }
    if !kind.serves(&socket) || identity.len() > 255 {
        return Err(wrong("a socket of a type that is not served here"));
    }
    Ok(identity)
}

/// Names and values.
fn properties(mut rest: &[u8]) -> Result<Vec<(&[u8], &[u8])>> {
    let mut all = vec![];
    while let Some((length, tail)) = rest.split_first() {
        let cut = || wrong("a property cut short");
        let (name, tail) = tail.split_at_checked(usize::from(*length)).ok_or_else(cut)?;
        let (length, tail) = tail.split_first_chunk::<4>().ok_or_else(cut)?;
        let (value, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(cut)?;
        all.push((name, value));
        rest = tail;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read_or_refused() {
        let whole = b"\x0bSocket-Type\0\0\0\x03SUB\x08Identity\0\0\0\0";
        assert_eq!(properties(whole).unwrap(), [(&b"Socket-Type"[..], &b"SUB"[..]), (b"Identity", b"")]);
        for end in 1..whole.len() {
            // the one cut that leaves something whole is between two properties
            assert_eq!(properties(&whole[..end]).is_ok(), end == 19, "{end}");
        }
        assert!(properties(b"\x01a\xff\xff\xff\xffb").is_err());
    }
}
