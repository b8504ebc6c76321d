//! Frames made of others: whatever a peer sends is a message, a command or an error, and no more memory is asked for than
//! has been sent. Short: 20,000 inputs; `GFLOW_ATTACK=long`: 10⁶.
use super::allowance::{Allowance, Budget, REQUEST, WORD};
use super::frames::{Frames, Said, command, encode};
use super::handshake::{Kind, greet};
use super::publisher::subscription;
use std::sync::Arc;

/// Numbers that look random (Marsaglia's xorshift), the same in every run.
pub struct Random(u64);

impl Random {
    /// From a seed other than 0.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }
    /// The next number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
    /// Bytes changed in up to five places: a bit, a piece that goes, comes twice or comes from elsewhere, a length.
    pub fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(5) {
            let (at, n) = (self.below(bytes.len() + 1), 1 + self.below(24));
            let end = (at + n).min(bytes.len());
            match self.below(5) {
                0 if at < end => bytes[at] ^= 1 << self.below(8),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                3 if !other.is_empty() => {
                    let from = self.below(other.len());
                    bytes.splice(at..end, other[from..(from + n).min(other.len())].iter().copied());
                }
                _ => {
                    let length = 1u64 << self.below(64);
                    let length = length.wrapping_sub(self.below(3) as u64).to_be_bytes();
                    bytes.splice(at..end, [2 | self.below(8) as u8].into_iter().chain(length));
                }
            }
        }
    }
}

/// How many inputs are tried.
pub fn tries() -> usize {
    if std::env::var("GFLOW_ATTACK").is_ok_and(|v| v == "long") { 1_000_000 } else { 20_000 }
}

fn sources() -> Vec<Vec<u8>> {
    let mut greeting = vec![0; 64];
    (greeting[0], greeting[9], greeting[10]) = (0xff, 0x7f, 3);
    greeting[12..16].copy_from_slice(b"NULL");
    let ready = command(b"\x05READY\x0bSocket-Type\0\0\0\x03SUB\x08Identity\0\0\0\x02me");
    let long = encode(&[vec![b'x'; 300], b"<IDS|MSG>".to_vec(), vec![], vec![1; 70_000]]);
    let word = [
        encode(&[b"\x01topic"]),
        command(b"\x09SUBSCRIBEtopic"),
        command(b"\x04PING\0\x0actx"),
        encode(&[&b""[..], b"ping"]),
    ];
    let whole = [greeting.clone(), ready.clone(), word.concat()].concat();
    vec![whole, [greeting, ready, long.clone()].concat(), word.concat(), long]
}

#[tokio::test]
async fn frames() {
    let (sources, mut random) = (sources(), Random::new(16));
    let (mut messages, mut commands, mut errors) = (0, 0, 0);
    for i in 0..tries() {
        let mut bytes = sources[i % sources.len()].clone();
        let other = sources[random.below(sources.len())].clone();
        random.change(&mut bytes, &other);
        let sent = bytes.len();
        let limits = if random.below(2) == 0 { REQUEST } else { WORD };
        let mut frames = Frames::new(Box::new(std::io::Cursor::new(bytes)));
        let mut allowance = Allowance::new(limits, Budget::new(), Arc::default());
        if i % 4 < 2 {
            let kind = if random.below(2) == 0 { Kind::Publisher } else { Kind::Router };
            if let Ok(identity) =
                greet(kind, &mut frames, &mut (Box::new(tokio::io::sink()) as _), &mut allowance).await
            {
                assert!(identity.len() < 256);
            }
        }
        while let Ok(said) = frames.next(&mut allowance).await {
            let _ = subscription(&said);
            let Said::Message(parts) = said else {
                commands += 1;
                continue;
            };
            messages += 1;
            assert!(parts.len() <= limits.parts && parts.iter().map(Vec::len).sum::<usize>() <= sent.min(limits.bytes));
        }
        errors += 1;
        // what was granted beyond what came: one piece
        assert!(allowance.under_way() <= 2 * sent + (1 << 16), "{} for {sent}", allowance.under_way());
    }
    assert!(
        messages > errors / 4 && commands > errors / 8,
        "{messages} messages, {commands} commands: too much is refused"
    );
}
