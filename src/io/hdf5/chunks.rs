//! Which chunks a dataset has, and where.
use super::bytes::{Cursor, Source, checked};
use super::layout::Index;
use super::{extensible, tree, tree2};
use crate::memory;

/// A chunk: its first element, its place, its bytes there, and the filters that it did not go through.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// its first element along each dimension
    pub first: Vec<usize>,
    /// where it stands
    pub at: u64,
    /// so many bytes
    pub len: u64,
    /// see there
    pub mask: u32,
}

/// How chunks are cut, for every way to list them.
pub struct Cut<'a> {
    /// the dataset's shape
    pub shape: &'a [usize],
    /// the largest it may grow to, by which arrays of chunks are laid out
    pub most: &'a [usize],
    /// elements of a chunk along each dimension
    pub chunk: &'a [usize],
    /// bytes of a chunk
    pub size: u64,
    /// whether they went through filters
    pub filtered: bool,
}

impl Cut<'_> {
    /// Chunks along each dimension.
    fn grid(&self) -> Vec<usize> {
        self.most.iter().zip(self.chunk).map(|(n, c)| n.div_ceil(*c)).collect()
    }
    /// The first element of the i-th chunk.
    fn first(&self, mut i: usize) -> Vec<usize> {
        let mut out = vec![0; self.chunk.len()];
        for ((first, grid), chunk) in out.iter_mut().zip(self.grid()).zip(self.chunk).rev() {
            *first = i % grid.max(1) * chunk;
            i /= grid.max(1);
        }
        out
    }
    /// Whether a dimension has no end.
    fn grows(&self, source: &Source, k: usize) -> bool {
        self.most[k] as u64 == u64::MAX >> (64 - 8 * source.lengths)
    }
    fn all(&self) -> u128 {
        memory::product(&self.grid())
    }
}

/// Lists the chunks that were written, by their first elements.
///
/// # Errors
/// Says what is damaged, or not read here.
pub fn list(source: &mut Source, at: u64, index: &Index, cut: &Cut) -> Result<Vec<Chunk>, String> {
    if source.nowhere(at) {
        return Ok(vec![]);
    }
    let mut out = match index {
        Index::Tree => of_tree(source, at, cut)?,
        Index::NewTree => of_new_tree(source, at, cut)?,
        Index::Fixed => of_array(source, at, cut)?,
        Index::Extensible => of_growing(source, at, cut)?,
        Index::Single(len, mask) => {
            vec![Chunk { first: vec![0; cut.chunk.len()], at, len: len.unwrap_or(cut.size), mask: *mask }]
        }
        Index::Implicit => {
            let n = cut.all();
            if n.saturating_mul(u128::from(cut.size)) > u128::from(source.len) {
                return Err("it is damaged or cut short: its chunks are not in the file".into());
            }
            let chunk = |i: usize| Chunk {
                first: cut.first(i),
                at: at.saturating_add(i as u64 * cut.size),
                len: cut.size,
                mask: 0,
            };
            (0..n as usize).map(chunk).collect()
        }
        Index::Unknown(what) => {
            return Err(format!(
                "its chunks are listed in {what}, which is not read; h5py.File(…, libver=\"earliest\") writes a list that is"
            ));
        }
    };
    if matches!(index, Index::Fixed | Index::Implicit | Index::Extensible) {
        // places for what it may grow to
        out.retain(|c| c.first.iter().zip(cut.shape).all(|(f, n)| f < n));
    }
    for c in &out {
        let inside = c.first.iter().zip(cut.chunk).zip(cut.shape).all(|((f, c), n)| f < n && f % c == 0);
        if !inside {
            return Err("it is damaged: a chunk is outside of its dataset".into());
        }
        if !cut.filtered && c.len != cut.size {
            return Err(format!("it is damaged: a chunk has {} bytes, expected {}", c.len, cut.size));
        }
    }
    out.sort_by(|a, b| a.first.cmp(&b.first));
    if out.windows(2).any(|w| w[0].first == w[1].first) {
        return Err("it is damaged: a chunk is there twice".into());
    }
    Ok(out)
}

fn of_tree(source: &mut Source, at: u64, cut: &Cut) -> Result<Vec<Chunk>, String> {
    let key = 8 + 8 * (cut.chunk.len() + 1);
    let mut out = vec![];
    for (key, at) in tree::leaves(source, at, 1, key)? {
        let mut c = Cursor::new(&key);
        let (len, mask) = (c.uint(4)?, c.uint(4)? as u32);
        let first = cut.chunk.iter().map(|_| c.size(8)).collect::<Result<_, _>>()?;
        out.push(Chunk { first, at, len, mask });
    }
    Ok(out)
}

fn of_new_tree(source: &mut Source, at: u64, cut: &Cut) -> Result<Vec<Chunk>, String> {
    let mut out = vec![];
    for record in tree2::records(source, at, if cut.filtered { 11 } else { 10 })? {
        let mut c = Cursor::new(&record);
        let at = c.uint(source.offsets)?;
        // what is left of a record beside the filters and the place in the grid is the length
        let len = record.len().checked_sub(source.offsets + 4 + 8 * cut.chunk.len());
        let (len, mask) = match (cut.filtered, len) {
            (false, _) => (cut.size, 0),
            (true, Some(n)) if n <= 8 => (c.uint(n)?, c.uint(4)? as u32),
            (true, _) => return Err("it is damaged: a chunk in a tree has no length".into()),
        };
        let place =
            |c: &mut Cursor, n: &usize| c.size(8)?.checked_mul(*n).ok_or("it is damaged: a chunk is nowhere".into());
        let first = cut.chunk.iter().map(|n| place(&mut c, n)).collect::<Result<_, String>>()?;
        out.push(Chunk { first, at, len, mask });
    }
    Ok(out)
}

/// An array of places, in pages if it is long.
fn of_array(source: &mut Source, at: u64, cut: &Cut) -> Result<Vec<Chunk>, String> {
    let bytes = source.piece(at, (12 + source.lengths + source.offsets) as u64)?;
    let mut c = Cursor::new(checked(&bytes, "an array of chunks")?);
    c.sign(b"FAHD", "an array of chunks")?;
    let (_, client, entry, page) = (c.byte()?, c.byte()?, c.size(1)?, c.uint(1)?);
    let (count, block) = (c.size(source.lengths)?, c.uint(source.offsets)?);
    let expected = source.offsets + if cut.filtered { 4 } else { 0 };
    let length = entry.checked_sub(expected).filter(|n| *n <= 8 && (*n > 0) == cut.filtered);
    let (true, Some(length)) = (u128::from(client) == u128::from(cut.filtered) && page < 32, length) else {
        return Err("it is damaged: an array of chunks is not what it should be".into());
    };
    if count as u128 != cut.all() {
        return Err("it is damaged: an array of chunks has another length".into());
    }
    if source.nowhere(block) {
        return Ok(vec![]);
    }
    let elements = elements(source, block, (count, entry, 1 << page))?;
    let mut out = vec![];
    for (i, element) in elements {
        let mut c = Cursor::new(&element);
        let at = c.uint(source.offsets)?;
        if source.nowhere(at) {
            continue;
        }
        let (len, mask) = if cut.filtered { (c.uint(length)?, c.uint(4)? as u32) } else { (cut.size, 0) };
        out.push(Chunk { first: cut.first(i), at, len, mask });
    }
    Ok(out)
}

/// An array that grows: the dimension without an end runs slowest.
fn of_growing(source: &mut Source, at: u64, cut: &Cut) -> Result<Vec<Chunk>, String> {
    let endless: Vec<usize> = (0..cut.most.len()).filter(|k| cut.grows(source, *k)).collect();
    let [endless] = endless[..] else {
        return Err("it is damaged: an array of chunks is that of a dataset that does not grow".into());
    };
    let mut out = vec![];
    for (mut i, element) in extensible::entries(source, at, cut.filtered)? {
        let mut c = Cursor::new(&element);
        let at = c.uint(source.offsets)?;
        if source.nowhere(at) {
            continue;
        }
        let length = element.len() - source.offsets;
        let (len, mask) = match (cut.filtered, length) {
            (false, 0) => (cut.size, 0),
            (true, 5..=12) => (c.uint(length - 4)?, c.uint(4)? as u32),
            _ => return Err("it is damaged: an array of chunks is not what it should be".into()),
        };
        let mut first = vec![0; cut.chunk.len()];
        for k in (0..first.len()).rev().filter(|k| *k != endless) {
            let grid = cut.most[k].div_ceil(cut.chunk[k]).max(1) as u64;
            first[k] = (i % grid) as usize * cut.chunk[k];
            i /= grid;
        }
        first[endless] = (i as usize).saturating_mul(cut.chunk[endless]);
        out.push(Chunk { first, at, len, mask });
    }
    Ok(out)
}

/// The elements of an array and their numbers, without pages that were not written.
fn elements(
    source: &mut Source,
    at: u64,
    (count, size, page): (usize, usize, usize),
) -> Result<Vec<(usize, Vec<u8>)>, String> {
    let paged = count > page;
    let pages = if paged { count.div_ceil(page) } else { 0 };
    let head = 6 + source.offsets + pages.div_ceil(8);
    let first = if paged { 0 } else { count.saturating_mul(size) };
    let bytes = source.piece(at, first.saturating_add(head + 4) as u64)?;
    let block = checked(&bytes, "an array of chunks")?;
    Cursor::new(block).sign(b"FADB", "an array of chunks")?;
    let mut out = vec![];
    let mut add = |from: usize, bytes: &[u8]| {
        out.extend(bytes.chunks_exact(size).enumerate().map(|(i, b)| (from + i, b.to_vec())));
    };
    if !paged {
        add(0, &block[head..]);
        return Ok(out);
    }
    let written = &block[6 + source.offsets..];
    for p in 0..pages {
        // the first page is the most significant bit
        if written[p / 8] >> (7 - p % 8) & 1 == 0 {
            continue;
        }
        let n = page.min(count - p * page);
        let at = at.saturating_add((head + 4 + p * (page * size + 4)) as u64);
        let bytes = source.piece(at, (n * size + 4) as u64)?;
        add(p * page, checked(&bytes, "an array of chunks")?);
    }
    Ok(out)
}
