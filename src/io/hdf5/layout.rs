//! How the elements of a dataset are kept: in its header, in one piece, or in chunks.
use super::bytes::{Cursor, Source};

/// Where chunks are listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    /// one chunk: its bytes if it was filtered, and the filters that were left out
    Single(Option<u64>, u32),
    /// one behind the other
    Implicit,
    /// in an array
    Fixed,
    /// in an array that grows
    Extensible,
    /// in a tree, old or new
    Tree,
    /// in a tree of version 2
    NewTree,
    /// in what is not read here, in words
    Unknown(String),
}

/// How elements are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// here
    Compact(Vec<u8>),
    /// at a place, so many bytes
    Contiguous(u64, u64),
    /// in chunks of a shape, the last number of which is the size of an element
    Chunked {
        /// where they are listed
        at: u64,
        /// how
        index: Index,
        /// elements of a chunk along each dimension, and bytes of an element
        chunk: Vec<usize>,
    },
}

/// Reads how elements are kept.
///
/// # Errors
/// Says what is damaged, or not read here.
pub fn read(source: &Source, body: &[u8]) -> Result<Layout, String> {
    let mut c = Cursor::new(body);
    let version = c.byte()?;
    match version {
        1 | 2 => old(source, &mut c),
        3..=5 => {
            let class = c.byte()?;
            match class {
                0 => {
                    let n = c.size(2)?;
                    Ok(Layout::Compact(c.take(n)?.to_vec()))
                }
                1 => Ok(Layout::Contiguous(c.uint(source.offsets)?, c.uint(source.lengths)?)),
                2 if version == 3 => {
                    let rank = c.size(1)?;
                    let at = c.uint(source.offsets)?;
                    let chunk = (0..rank).map(|_| c.size(4)).collect::<Result<_, _>>()?;
                    Ok(Layout::Chunked { at, index: Index::Tree, chunk })
                }
                2 => chunked(source, &mut c),
                3 => Err("it is a virtual dataset, whose numbers stand in other files, which is not read".into()),
                _ => Err(format!("it is damaged: its elements are kept in a way {class}, expected 0 to 3")),
            }
        }
        _ => Err(format!("its layout has version {version}, expected 1 to 5")),
    }
}

fn old(source: &Source, c: &mut Cursor) -> Result<Layout, String> {
    let (rank, class) = (c.size(1)?, c.byte()?);
    c.take(5)?;
    let at = if class == 0 { 0 } else { c.uint(source.offsets)? };
    let mut dims: Vec<usize> = (0..rank).map(|_| c.size(4)).collect::<Result<_, _>>()?;
    match class {
        0 => {
            let n = c.size(4)?;
            Ok(Layout::Compact(c.take(n)?.to_vec()))
        }
        // so many bytes as its shape has, which is compared with it
        1 => Ok(Layout::Contiguous(at, u64::MAX)),
        2 => {
            if let Some(last) = dims.last_mut().filter(|d| **d == 0) {
                *last = c.size(4)?;
            }
            Ok(Layout::Chunked { at, index: Index::Tree, chunk: dims })
        }
        _ => Err(format!("it is damaged: its elements are kept in a way {class}, expected 0 to 2")),
    }
}

fn chunked(source: &Source, c: &mut Cursor) -> Result<Layout, String> {
    let (flags, rank, bytes) = (c.byte()?, c.size(1)?, c.size(1)?);
    if !(1..=8).contains(&bytes) {
        return Err(format!("it is damaged: the sizes of its chunks have {bytes} bytes"));
    }
    let chunk = (0..rank).map(|_| c.size(bytes)).collect::<Result<_, _>>()?;
    let index = match c.byte()? {
        1 if flags & 2 != 0 => Index::Single(Some(c.uint(source.lengths)?), c.uint(4)? as u32),
        1 => Index::Single(None, 0),
        2 => Index::Implicit,
        3 => {
            c.take(1)?;
            Index::Fixed
        }
        4 => {
            c.take(5)?;
            Index::Extensible
        }
        5 => {
            c.take(6)?;
            Index::NewTree
        }
        other => Index::Unknown(format!("an index of kind {other}")),
    };
    Ok(Layout::Chunked { at: c.uint(source.offsets)?, index, chunk })
}
