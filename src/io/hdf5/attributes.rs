//! Small values beside an object: texts and whole numbers, as AnnData's are.
use super::bytes::{Cursor, Source};
use super::header::{Message, elsewhere, kind, read, resolved};
use super::heaps::Global;
use super::kinds::{self, Kind};
use super::space;
use crate::io::element::Numbers;
use crate::memory;

/// What an attribute says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// texts
    Texts(Vec<String>),
    /// numbers
    Numbers(Vec<f64>),
    /// anything else
    Other,
}

impl Value {
    /// Its only text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Texts(t) if t.len() == 1 => Some(&t[0]),
            _ => None,
        }
    }
}

/// The attribute of a name.
///
/// # Errors
/// Says what is damaged, or not read here.
pub fn find(source: &mut Source, messages: &[Message], name: &str) -> Result<Option<Value>, String> {
    for m in messages {
        if m.kind == kind::ATTRIBUTES {
            kept_elsewhere(source, &m.body)?;
        }
        if m.kind == kind::ATTRIBUTE {
            let body = resolved(source, m)?;
            if let Some(value) = value(source, &body, name)? {
                return Ok(Some(value));
            }
        }
    }
    Ok(None)
}

/// Errors if there are so many that they stand in a heap.
fn kept_elsewhere(source: &Source, body: &[u8]) -> Result<(), String> {
    let mut c = Cursor::new(body);
    let flags = c.uint(2)? >> 8;
    c.take(if flags & 1 != 0 { 2 } else { 0 })?;
    if source.nowhere(c.uint(source.offsets)?) {
        Ok(())
    } else {
        Err("it has an object with more attributes than are kept beside it, which is not read".into())
    }
}

fn value(source: &mut Source, body: &[u8], wanted: &str) -> Result<Option<Value>, String> {
    let mut c = Cursor::new(body);
    let (version, flags) = (c.byte()?, c.byte()?);
    if !(1..=3).contains(&version) {
        return Err(format!("it is damaged: an attribute has version {version}, expected 1 to 3"));
    }
    let sizes: [usize; 3] = [c.size(2)?, c.size(2)?, c.size(2)?];
    c.take(usize::from(version == 3))?;
    let mut part = |n: usize| {
        let out = c.take(n)?;
        // version 1 pads each of them
        let padding = if version == 1 { n.next_multiple_of(8) - n } else { 0 };
        c.take(padding)?;
        Ok::<_, String>(out)
    };
    let name = String::from_utf8_lossy(part(sizes[0])?).trim_end_matches('\0').to_string();
    if name != wanted {
        return Ok(None);
    }
    let (of, shape) = (part(sizes[1])?.to_vec(), part(sizes[2])?.to_vec());
    if flags & 2 != 0 && version > 1 {
        return Ok(Some(Value::Other));
    }
    let of = if flags & 1 != 0 && version > 1 {
        let at = elsewhere(source, &mut Cursor::new(&of))?;
        let found = read(source, at)?.into_iter().find(|m| m.kind == kind::TYPE);
        found.ok_or("it is damaged: the type of an attribute is not where it says")?.body
    } else {
        of
    };
    let of = kinds::read(&mut Cursor::new(&of))?;
    let Some(space) = space::read(source, &shape)? else { return Ok(Some(Value::Other)) };
    let count = memory::product(&space.shape).saturating_mul(of.size as u128);
    let bytes = c.take(usize::try_from(count).map_err(|_| "it is damaged: an attribute is beyond every memory")?)?;
    let values = bytes.chunks_exact(of.size);
    Ok(Some(match &of.kind {
        Kind::Text => Value::Texts(values.map(fixed).collect()),
        Kind::Texts => {
            let mut heap = Global::default();
            Value::Texts(values.map(|v| pointed(source, &mut heap, v)).collect::<Result<_, _>>()?)
        }
        Kind::Number(element, big) => {
            let mut out = Numbers::Double(vec![]);
            element.numbers(bytes, *big, &mut out)?;
            Value::Numbers(out.double()?)
        }
        _ => Value::Other,
    }))
}

/// A text that fills its place with zeros or blanks.
pub fn fixed(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim_end_matches(' ').to_string()
}

/// A text that stands in a heap.
///
/// # Errors
/// Says what is damaged.
pub fn pointed(source: &mut Source, heap: &mut Global, bytes: &[u8]) -> Result<String, String> {
    let mut c = Cursor::new(bytes);
    let (len, at, index) = (c.size(4)?, c.uint(source.offsets)?, c.uint(4)?);
    if len == 0 {
        return Ok(String::new());
    }
    let object = heap.object(source, at, index)?;
    let text = object.get(..len).ok_or("it is damaged: a text is longer than its place in the heap")?;
    Ok(fixed(text))
}
