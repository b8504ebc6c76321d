//! What is said about an object: the messages of its header, of both versions.
use super::bytes::{Cursor, Source, checked};
use crate::memory;

/// A message: its kind and its bytes.
#[derive(Clone, Debug)]
pub struct Message {
    /// what it is about
    pub kind: u16,
    /// whether its body says where it stands
    pub shared: bool,
    /// what it says
    pub body: Vec<u8>,
}

/// Messages this deep are about each other in circles.
const DEEP: usize = 8;

/// The kinds of messages.
pub mod kind {
    /// the shape of a dataset
    pub const SPACE: u16 = 1;
    /// where links are kept
    pub const LINKS: u16 = 2;
    /// the type of numbers
    pub const TYPE: u16 = 3;
    /// what stands where nothing was written, in old files
    pub const OLD_FILL: u16 = 4;
    /// what stands where nothing was written
    pub const FILL: u16 = 5;
    /// a link
    pub const LINK: u16 = 6;
    /// files that hold the numbers
    pub const EXTERNAL: u16 = 7;
    /// how numbers are kept
    pub const LAYOUT: u16 = 8;
    /// what was done to them
    pub const FILTERS: u16 = 11;
    /// an attribute
    pub const ATTRIBUTE: u16 = 12;
    /// where more messages stand
    pub const MORE: u16 = 16;
    /// where old links are kept
    pub const TABLE: u16 = 17;
    /// where attributes are kept
    pub const ATTRIBUTES: u16 = 21;
    /// the last that is known
    pub const LAST: u16 = 24;
}

/// The messages of an object.
///
/// # Errors
/// Says what is damaged, or not known.
pub fn read(source: &mut Source, at: u64) -> Result<Vec<Message>, String> {
    let start = source.piece(at, 16.min(source.len.saturating_sub(source.base.saturating_add(at))))?;
    let mut out = vec![];
    let mut blocks = vec![];
    let new = start.starts_with(b"OHDR");
    let mut ordered = false;
    let first = if new {
        let (flags, begin, len) = new_start(source, at)?;
        ordered = flags & 4 != 0;
        let bytes = source.piece(at, begin + len + 4)?;
        checked(&bytes, "a header")?[begin as usize..].to_vec()
    } else {
        let mut c = Cursor::new(&start);
        let version = c.byte()?;
        if version != 1 {
            return Err(format!("it is damaged: the header at {at} has version {version}, expected 1 or 2"));
        }
        c.take(7)?;
        let len = c.uint(4)?;
        source.piece(at.saturating_add(16), len)?
    };
    messages(source, &first, (new, ordered), &mut out, &mut blocks)?;
    while let Some((at, len)) = blocks.pop() {
        let bytes = source.piece(at, len)?;
        let block = if new {
            Cursor::new(&bytes).sign(b"OCHK", "a header that goes on")?;
            &checked(&bytes, "a header that goes on")?[4..]
        } else {
            &bytes[..]
        };
        messages(source, block, (new, ordered), &mut out, &mut blocks)?;
    }
    Ok(out)
}

/// The flags of a header of version 2, where its messages begin, and how many bytes they have.
fn new_start(source: &mut Source, at: u64) -> Result<(u8, u64, u64), String> {
    let bytes = source.piece(at, 34.min(source.len.saturating_sub(source.base.saturating_add(at))))?;
    let mut c = Cursor::new(&bytes);
    c.take(4)?;
    let (version, flags) = (c.byte()?, c.byte()?);
    if version != 2 {
        return Err(format!("it is damaged: the header at {at} has version {version}, expected 1 or 2"));
    }
    c.take(if flags & 0x20 != 0 { 16 } else { 0 } + if flags & 0x10 != 0 { 4 } else { 0 })?;
    let len = c.uint(1 << (flags & 3))?;
    if len > source.len {
        return Err(format!("it is damaged: the header at {at} has {len} bytes"));
    }
    Ok((flags, c.at as u64, len))
}

fn messages(
    source: &Source,
    block: &[u8],
    (new, ordered): (bool, bool),
    out: &mut Vec<Message>,
    more: &mut Vec<(u64, u64)>,
) -> Result<(), String> {
    let mut c = Cursor::new(block);
    let before = if new { 4 + if ordered { 2 } else { 0 } } else { 8 };
    // what is shorter than the head of a message is a gap
    while c.rest().len() >= before {
        let kind = if new { u16::from(c.byte()?) } else { c.uint(2)? as u16 };
        let len = c.size(2)?;
        let flags = c.byte()?;
        c.take(if new { before - 4 } else { 3 })?;
        let body = c.take(len)?;
        if kind == kind::MORE {
            let mut c = Cursor::new(body);
            more.push((c.uint(source.offsets)?, c.uint(source.lengths)?));
            continue;
        }
        if kind > kind::LAST && flags & 0x80 != 0 {
            return Err(format!("it has a message of kind {kind}, which is not known here and may not be passed over"));
        }
        memory::reserve(out, 1)?;
        out.push(Message { kind, shared: flags & 2 != 0, body: body.to_vec() });
    }
    Ok(())
}

/// What a message says that may stand elsewhere.
///
/// # Errors
/// It stands where nothing is read from.
pub fn resolved(source: &mut Source, message: &Message) -> Result<Vec<u8>, String> {
    let mut message = message.clone();
    for _ in 0..DEEP {
        if !message.shared {
            return Ok(message.body);
        }
        let at = elsewhere(source, &mut Cursor::new(&message.body))?;
        let found = read(source, at)?.into_iter().find(|m| m.kind == message.kind);
        message = found.ok_or("it is damaged: a message is not where another says")?;
    }
    Err("it is damaged: its messages lead in circles".into())
}

/// Where a shared message stands.
///
/// # Errors
/// It stands in a heap, which is not read here.
pub fn elsewhere(source: &Source, c: &mut Cursor) -> Result<u64, String> {
    let (version, kind) = (c.byte()?, c.byte()?);
    if version == 1 {
        c.take(6)?;
    }
    if version == 3 && kind == 1 {
        return Err(
            "its messages are kept in a heap of their own (shared object header messages), which is not read".into()
        );
    }
    c.uint(source.offsets)
}
