//! The shape of a dataset, and what stands where nothing was written.
use super::bytes::{Cursor, Source};

/// The most dimensions that HDF5 has.
const RANK: usize = 32;

/// A shape, and the largest that it may grow to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Space {
    /// elements along each dimension
    pub shape: Vec<usize>,
    /// the most of them; the same where it does not grow
    pub most: Vec<usize>,
}

/// Reads a shape; none of a dataset that holds nothing.
///
/// # Errors
/// Says what is damaged.
pub fn read(source: &Source, body: &[u8]) -> Result<Option<Space>, String> {
    let mut c = Cursor::new(body);
    let (version, rank, flags) = (c.byte()?, c.size(1)?, c.byte()?);
    let kind = match version {
        1 => {
            c.take(5)?;
            u8::from(rank > 0)
        }
        2 => c.byte()?,
        _ => return Err(format!("it is damaged: a shape has version {version}, expected 1 or 2")),
    };
    if rank > RANK || flags & !3 != 0 || kind > 2 {
        return Err(format!("it is damaged: a shape has {rank} dimensions"));
    }
    if kind == 2 {
        return Ok(None);
    }
    let shape: Vec<usize> = (0..rank).map(|_| c.size(source.lengths)).collect::<Result<_, _>>()?;
    let most = if flags & 1 == 1 {
        (0..rank).map(|_| c.size(source.lengths)).collect::<Result<Vec<_>, _>>()?
    } else {
        shape.clone()
    };
    if shape.iter().zip(&most).any(|(n, most)| n > most) {
        return Err(format!("it is damaged: a shape {shape:?} is beyond the largest, {most:?}"));
    }
    Ok(Some(Space { shape, most }))
}

/// The bytes of one element that was not written; zeros if the file says nothing.
///
/// # Errors
/// Says what is damaged.
pub fn fill(body: &[u8], old: bool, size: usize) -> Result<Vec<u8>, String> {
    let mut c = Cursor::new(body);
    let mut given: &[u8] = &[];
    if old {
        let n = c.size(4)?;
        given = c.take(n)?;
    } else {
        let version = c.byte()?;
        let defined = match version {
            1 | 2 => {
                c.take(2)?;
                c.byte()? != 0 || version == 1
            }
            3 => c.byte()? & 0x20 != 0,
            _ => return Err(format!("it is damaged: a fill value has version {version}, expected 1 to 3")),
        };
        if defined {
            // -1 is none
            let n = c.size(4)?;
            given = if n == 0xFFFF_FFFF { &[] } else { c.take(n)? };
        }
    }
    match given.len() {
        0 => Ok(vec![0; size]),
        n if n == size => Ok(given.to_vec()),
        n => Err(format!("it is damaged: a fill value has {n} bytes, its elements have {size}")),
    }
}
