//! One answer of a server, read on a thread of its own: whoever waits for it hears an interrupt, and gives up after a while.
use crate::interrupt;
use std::io::{ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::http::{Response, Uri};

/// What a server sends.
pub enum Piece {
    /// that it goes on from this byte, and how many there are in all if it says so
    Begins(u64, Option<u64>),
    /// bytes
    Bytes(Vec<u8>),
    /// the last of them has come
    End,
    /// it failed, in words
    Failed(String),
}

/// How long a look at the interrupt is away.
const NAP: Duration = Duration::from_millis(10);
/// How long a server may take until it answers.
const CONNECT: Duration = Duration::from_secs(20);
const BYTES: usize = 1 << 16;

/// Asks for a file from a byte on; hands over what comes.
///
/// # Errors
/// In words: what the server or the network says; that nothing came for a while; an interrupt; what `each` says.
pub fn read(
    address: &str,
    from: u64,
    patience: Duration,
    each: &mut dyn FnMut(Piece) -> Result<(), String>,
) -> Result<(), String> {
    let (send, receive) = sync_channel(8);
    let address = address.to_string();
    std::thread::Builder::new()
        .name("fetch".into())
        .spawn(move || {
            // nobody listens any more: it has been interrupted
            let _ = answer(&address, from, &send).map_err(|e| send.send(Piece::Failed(e)));
        })
        .map_err(|e| format!("a thread cannot be started: {e}"))?;
    listen(&receive, patience, each)
}

fn listen(
    receive: &Receiver<Piece>,
    patience: Duration,
    each: &mut dyn FnMut(Piece) -> Result<(), String>,
) -> Result<(), String> {
    let mut last = Instant::now();
    loop {
        interrupt::poll().map_err(|e| e.to_string())?;
        match receive.recv_timeout(NAP) {
            Ok(Piece::End) => return Ok(()),
            Ok(Piece::Failed(e)) => return Err(e),
            Ok(piece) => {
                each(piece)?;
                last = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) if last.elapsed() > patience => {
                return Err(format!("nothing came for {:.0} seconds", patience.as_secs_f64().max(1.0)));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err("the connection ended without a word".into()),
        }
    }
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_connect(Some(CONNECT))
        .max_redirects(8)
        // a connection that the server has closed meanwhile is not used again
        .max_idle_connections(0)
        .http_status_as_error(false)
        .user_agent(concat!("gflow/", env!("CARGO_PKG_VERSION")))
        .build();
    config.into()
}

fn answer(address: &str, from: u64, send: &SyncSender<Piece>) -> Result<(), String> {
    let gone = |_| "nobody listens".to_string();
    let ask = || {
        let request = agent().get(address).header("Accept-Encoding", "identity");
        if from > 0 { request.header("Range", format!("bytes={from}-")).call() } else { request.call() }
    };
    let response = match ask() {
        Err(ureq::Error::Io(e)) if is_closed(e.kind()) => ask(),
        other => other,
    };
    let response = response.map_err(|e| e.to_string())?;
    let (begin, all) = begins(&response, from)?;
    send.send(Piece::Begins(begin, all)).map_err(gone)?;
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; BYTES];
    loop {
        match body.read(&mut buffer) {
            Ok(0) => return send.send(Piece::End).map_err(gone),
            Ok(n) => send.send(Piece::Bytes(buffer[..n].to_vec())).map_err(gone)?,
            Err(e) => return Err(e.to_string()),
        }
    }
}

/// Whether the server had closed the connection, as some do behind a redirect without a word: it is asked again.
fn is_closed(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// From which byte an answer goes on, and how many bytes there are in all.
fn begins<B>(response: &Response<B>, from: u64) -> Result<(u64, Option<u64>), String> {
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
    let length = header("content-length").and_then(|v| v.parse::<u64>().ok());
    match response.status().as_u16() {
        200 => Ok((0, length)),
        206 => {
            // bytes 100-199/200
            let range = header("content-range").and_then(|v| v.strip_prefix("bytes "));
            let (part, all) = range.and_then(|r| r.split_once('/')).ok_or(NOWHERE)?;
            let begin = part.split_once('-').and_then(|(b, _)| b.parse::<u64>().ok());
            match begin {
                Some(begin) if begin == from => Ok((begin, all.parse().ok())),
                _ => Err(ANOTHER.into()),
            }
        }
        // there is nothing behind what is here: it is not what was begun
        416 => Err(BEYOND.into()),
        code => Err(format!("it answers {code} {}", response.status().canonical_reason().unwrap_or(""))),
    }
}

/// What is said where the rest of a file cannot be had.
const BEYOND: &str = "it has no such part of the file";
const ANOTHER: &str = "it answers with another part than was asked for";
const NOWHERE: &str = "it answers with a part that has no place";

/// Whether an error says that the rest of a file cannot be had, though all of it may.
pub fn is_of_part(said: &str) -> bool {
    [BEYOND, ANOTHER, NOWHERE].contains(&said)
}

/// Whether an address is one that a file can be asked of.
pub fn is_address(address: &str) -> bool {
    let web = |u: &Uri| matches!(u.scheme_str(), Some("http" | "https")) && u.host().is_some_and(|h| !h.is_empty());
    address.parse().as_ref().is_ok_and(web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web() {
        for address in ["https://a.org/b", "http://127.0.0.1:8000", "HTTPS://a.org", "https://a.org/b?c=d#e"] {
            assert!(is_address(address), "{address}");
        }
        for address in
            ["", "nonsense", "a.org/b", "ftp://a.org/b", "file:///b", "https://", "https:///b", "https://a b"]
        {
            assert!(!is_address(address), "{address}");
        }
    }
}
