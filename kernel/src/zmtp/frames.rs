//! Frames on the wire: a byte of flags, a length, the body.
use super::address::Incoming;
use super::allowance::Allowance;
use std::io::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt, BufReader};

/// The parts of a message.
pub type Parts = Vec<Vec<u8>>;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;
/// A command is no longer than this.
const LARGEST_COMMAND: usize = 4096;
/// A part is read in pieces: the first of this size, then as much as is there already. Nobody gets memory by a promise.
const PIECE: usize = 1 << 16;

/// What a peer says.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// past the messages
    Command(Vec<u8>),
    Message(Parts),
    /// the first parts of a message of so many bytes, more than there may be; the rest was not kept
    TooLong(Parts, u64),
}

pub(super) fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what.to_string())
}

/// What a peer says, bit by bit.
pub(super) struct Frames {
    from: BufReader<Incoming>,
}

impl Frames {
    pub fn new(from: Incoming) -> Frames {
        Frames { from: BufReader::with_capacity(1 << 13, from) }
    }

    /// The first bytes, before there are frames.
    pub async fn exactly<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    /// The next message or command. Not to be given up half-way.
    ///
    /// # Errors
    /// The end of the stream, what is no frame, and more than is allowed; of a peer that is known, what is too long is
    /// read and not kept.
    pub async fn next(&mut self, allowance: &mut Allowance) -> Result<Said> {
        let mut parts: Parts = vec![];
        loop {
            let (flags, length) = self.head().await?;
            if parts.is_empty() {
                allowance.renew();
            }
            if flags & COMMAND != 0 {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if flags & MORE != 0 || !parts.is_empty() || length > LARGEST_COMMAND {
                    return Err(wrong("a command within a message, or one that is too long"));
                }
                allowance.fits(length)?;
                return Ok(Said::Command(self.body(length, allowance).await?));
            }
            if parts.len() == allowance.limits.parts {
                return Err(wrong("a message of too many parts"));
            }
            match usize::try_from(length)
                .map_err(|_| wrong("a length that no memory has"))
                .and_then(|n| allowance.fits(n).map(|()| n))
            {
                Ok(length) => parts.push(self.body(length, allowance).await?),
                Err(_) if allowance.is_known() => return self.rest(parts, flags, length).await,
                Err(e) => return Err(e),
            }
            if flags & MORE == 0 {
                return Ok(Said::Message(parts));
            }
        }
    }

    /// The flags of a frame and the length of its body.
    async fn head(&mut self) -> Result<(u8, u64)> {
        let flags = self.from.read_u8().await?;
        if flags & !(MORE | LONG | COMMAND) != 0 {
            return Err(wrong("flags that ZMTP does not have"));
        }
        let length = match flags & LONG {
            0 => u64::from(self.from.read_u8().await?),
            _ => self.from.read_u64().await?,
        };
        Ok((flags, length))
    }

    /// Passes over the rest of a message.
    async fn rest(&mut self, parts: Parts, mut flags: u8, mut length: u64) -> Result<Said> {
        let mut bytes = parts.iter().map(|p| p.len() as u64).sum::<u64>();
        loop {
            bytes = bytes.saturating_add(length);
            let passed = tokio::io::copy(&mut (&mut self.from).take(length), &mut tokio::io::sink()).await?;
            if passed < length {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if flags & MORE == 0 {
                return Ok(Said::TooLong(parts, bytes));
            }
            (flags, length) = self.head().await?;
        }
    }

    async fn body(&mut self, length: usize, allowance: &mut Allowance) -> Result<Vec<u8>> {
        let mut body = vec![];
        while body.len() < length {
            let begun = body.len();
            let piece = (length - begun).min(begun.max(PIECE));
            allowance.grow(piece)?;
            body.reserve_exact(piece);
            body.resize(begun + piece, 0);
            self.from.read_exact(&mut body[begun..]).await?;
        }
        Ok(body)
    }
}

/// A message as it goes over the wire.
pub fn encode(parts: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|p| p.as_ref().len() + 9).sum());
    for (i, part) in parts.iter().enumerate() {
        let more = if i + 1 < parts.len() { MORE } else { 0 };
        frame(&mut bytes, more, part.as_ref());
    }
    bytes
}

/// A command as it goes over the wire.
pub(super) fn command(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 9);
    frame(&mut bytes, COMMAND, body);
    bytes
}

fn frame(to: &mut Vec<u8>, flags: u8, body: &[u8]) {
    match u8::try_from(body.len()) {
        Ok(short) => to.extend_from_slice(&[flags, short]),
        Err(_) => {
            to.push(flags | LONG);
            to.extend_from_slice(&(body.len() as u64).to_be_bytes());
        }
    }
    to.extend_from_slice(body);
}

/// The answer to a command that wants one: a PING is answered by a PONG with its context.
pub(super) fn pong(body: &[u8]) -> Option<Vec<u8>> {
    // behind the name: two bytes of time to live, and at most 16 of context
    let context = body.strip_prefix(b"\x04PING")?.get(2..)?;
    Some(command(&[b"\x04PONG", &context[..context.len().min(16)]].concat()))
}

#[cfg(test)]
mod tests {
    use super::super::allowance::{Budget, REQUEST, WORD};
    use super::*;
    use std::sync::Arc;

    async fn read(bytes: &[u8], limits: super::super::allowance::Limits) -> Vec<Result<Said>> {
        read_as(bytes, limits, false).await
    }

    async fn read_as(bytes: &[u8], limits: super::super::allowance::Limits, known: bool) -> Vec<Result<Said>> {
        let mut frames = Frames::new(Box::new(std::io::Cursor::new(bytes.to_vec())));
        let mut allowance = Allowance::new(limits, Budget::new(), Arc::new(known.into()));
        let mut all = vec![];
        loop {
            let said = frames.next(&mut allowance).await;
            let end = said.is_err();
            all.push(said);
            if end {
                return all;
            }
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read() {
        let long = vec![7; 200_000];
        let parts = vec![b"a".to_vec(), vec![], long, b"<IDS|MSG>".to_vec()];
        let mut bytes = encode(&parts);
        bytes.extend(command(b"\x04PING\0\x01abc"));
        bytes.extend(encode(&[b"b"]));
        let all = read(&bytes, REQUEST).await;
        assert_eq!(all[0].as_ref().unwrap(), &Said::Message(parts));
        assert_eq!(all[1].as_ref().unwrap(), &Said::Command(b"\x04PING\0\x01abc".to_vec()));
        assert_eq!(all[2].as_ref().unwrap(), &Said::Message(vec![b"b".to_vec()]));
        assert_eq!(all[3].as_ref().unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(pong(b"\x04PING\0\x01abc").unwrap(), b"\x04\x08\x04PONGabc");
        assert!(pong(b"\x04PING\0").is_none() && pong(b"\x05READY").is_none());
    }

    #[tokio::test]
    async fn promises_and_floods_are_refused() {
        for length in [64 << 20, 1 << 40, 1 << 62, u64::MAX] {
            let mut bytes = vec![LONG];
            bytes.extend((length + u64::from(length < u64::MAX)).to_be_bytes());
            bytes.extend(b"xxxx");
            let error = read(&bytes, REQUEST).await.pop().unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "{length}: {error}");
        }
        // parts without end, empty or not; commands where none may be; flags from nowhere
        for bytes in [[MORE, 0].repeat(100_000), [MORE, 1, 9].repeat(100_000)] {
            assert_eq!(read(&bytes, REQUEST).await.pop().unwrap().unwrap_err().kind(), ErrorKind::InvalidData);
        }
        let mut halves = encode(&[vec![0; 4000]]);
        halves[0] |= MORE;
        assert_eq!(read(&halves.repeat(2), WORD).await.pop().unwrap().unwrap_err().kind(), ErrorKind::InvalidData);
        for bytes in
            [&[MORE, 0, COMMAND, 0][..], &[COMMAND | MORE, 0], &[8, 0], &[COMMAND | LONG, 0, 0, 0, 0, 0, 1, 0, 0]]
        {
            assert_eq!(
                read(bytes, REQUEST).await.pop().unwrap().unwrap_err().kind(),
                ErrorKind::InvalidData,
                "{bytes:?}"
            );
        }
    }
}
