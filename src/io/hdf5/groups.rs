//! What is in a group: names, and where they lead.
use super::bytes::{Cursor, Source};
use super::header::{Message, kind};
use super::heaps::{Fractal, local};
use super::{tree, tree2};
use crate::memory;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// to an object at a place
    Hard(u64),
    /// to a path in this file
    Soft(String),
    /// elsewhere, which is not followed
    Elsewhere,
}

/// The links of a group, sorted by name; none of what is no group.
///
/// # Errors
/// Says what is damaged, or not read here.
pub fn links(source: &mut Source, messages: &[Message]) -> Result<Option<Vec<(String, Link)>>, String> {
    let mut out = vec![];
    let mut group = false;
    for m in messages {
        match m.kind {
            kind::TABLE => {
                group = true;
                of_table(source, &m.body, &mut out)?;
            }
            kind::LINK => {
                group = true;
                out.push(link(source, &m.body)?);
            }
            kind::LINKS => {
                group = true;
                dense(source, &m.body, &mut out)?;
            }
            _ => {}
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(two) = out.windows(2).find(|w| w[0].0 == w[1].0) {
        return Err(format!("it is damaged: `{}` is there twice", crate::input::excerpt(&two[0].0)));
    }
    Ok(group.then_some(out))
}

/// A group as the first versions kept it: a tree of tables, with the names in a heap.
fn of_table(source: &mut Source, body: &[u8], out: &mut Vec<(String, Link)>) -> Result<(), String> {
    let mut c = Cursor::new(body);
    let (at, heap) = (c.uint(source.offsets)?, c.uint(source.offsets)?);
    let names = local(source, heap)?;
    let name = |at: usize| names.get(at..).map(Cursor::new).ok_or("it is damaged: a name is not in its heap");
    for (_, at) in tree::leaves(source, at, 0, source.lengths)? {
        let bytes = source.piece(at, 8)?;
        let mut c = Cursor::new(&bytes);
        c.sign(b"SNOD", "a table of names")?;
        c.take(2)?;
        let (count, entry) = (c.size(2)?, 2 * source.offsets + 24);
        let bytes = source.piece(at + 8, (count * entry) as u64)?;
        for e in bytes.chunks_exact(entry) {
            let mut c = Cursor::new(e);
            let (at, place) = (c.size(source.offsets)?, c.uint(source.offsets)?);
            let (cached, _, target) = (c.uint(4)?, c.uint(4)?, c.size(4)?);
            let text = name(at)?.text(false)?;
            let link = if cached == 2 { Link::Soft(name(target)?.text(false)?) } else { Link::Hard(place) };
            memory::reserve(out, 1)?;
            out.push((text, link));
        }
    }
    Ok(())
}

/// A link as later versions keep it.
fn link(source: &Source, body: &[u8]) -> Result<(String, Link), String> {
    let mut c = Cursor::new(body);
    let (version, flags) = (c.byte()?, c.byte()?);
    if version != 1 {
        return Err(format!("it is damaged: a link has version {version}, expected 1"));
    }
    let kind = if flags & 8 != 0 { c.byte()? } else { 0 };
    c.take(if flags & 4 != 0 { 8 } else { 0 } + usize::from(flags & 16 != 0))?;
    let len = c.size(1 << (flags & 3))?;
    let name = String::from_utf8_lossy(c.take(len)?).into_owned();
    let link = match kind {
        0 => Link::Hard(c.uint(source.offsets)?),
        1 => {
            let len = c.size(2)?;
            Link::Soft(String::from_utf8_lossy(c.take(len)?).into_owned())
        }
        _ => Link::Elsewhere,
    };
    Ok((name, link))
}

/// Links of a large group: a tree of their numbers in a heap.
fn dense(source: &mut Source, body: &[u8], out: &mut Vec<(String, Link)>) -> Result<(), String> {
    let mut c = Cursor::new(body);
    let (version, flags) = (c.byte()?, c.byte()?);
    if version != 0 {
        return Err(format!("it is damaged: the links of a group have version {version}, expected 0"));
    }
    c.take(if flags & 1 != 0 { 8 } else { 0 })?;
    let (heap, tree) = (c.uint(source.offsets)?, c.uint(source.offsets)?);
    if source.nowhere(heap) {
        return Ok(());
    }
    let mut heap = Fractal::open(source, heap)?;
    for record in tree2::records(source, tree, 5)? {
        let id = record.get(4..).ok_or("it is damaged: a link has no number")?;
        let bytes = heap.object(source, id)?;
        memory::reserve(out, 1)?;
        out.push(link(source, &bytes)?);
    }
    Ok(())
}
