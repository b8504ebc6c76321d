//! Heaps: names of old groups, texts of any length, links of large groups.
use super::bytes::{Cursor, Source, checked};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The bytes of an old group's names.
///
/// # Errors
/// Says what is damaged.
pub fn local(source: &mut Source, at: u64) -> Result<Vec<u8>, String> {
    let bytes = source.piece(at, (8 + 2 * source.lengths + source.offsets) as u64)?;
    let mut c = Cursor::new(&bytes);
    c.sign(b"HEAP", "a heap of names")?;
    c.take(4)?;
    let (len, _, data) = (c.uint(source.lengths)?, c.uint(source.lengths)?, c.uint(source.offsets)?);
    source.piece(data, len)
}

/// Collections of texts, each read once.
#[derive(Default)]
pub struct Global {
    collections: HashMap<u64, Collection>,
}

/// The bytes of a collection, and where its objects are in them, by their numbers.
struct Collection {
    bytes: Vec<u8>,
    objects: Vec<(u16, u32, u32)>,
}

impl Global {
    /// An object of a collection.
    ///
    /// # Errors
    /// Says what is damaged.
    pub fn object(&mut self, source: &mut Source, at: u64, index: u64) -> Result<&[u8], String> {
        let held = match self.collections.entry(at) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => place.insert(collection(source, at)?),
        };
        let i = held.objects.binary_search_by_key(&index, |o| u64::from(o.0)).ok();
        let found = i.map(|i| held.objects[i]).and_then(|(_, from, to)| held.bytes.get(from as usize..to as usize));
        found.ok_or_else(|| "it is damaged: a text is not in its heap".into())
    }
}

fn collection(source: &mut Source, at: u64) -> Result<Collection, String> {
    let head = source.piece(at, (8 + source.lengths) as u64)?;
    let mut c = Cursor::new(&head);
    c.sign(b"GCOL", "a heap of texts")?;
    c.take(4)?;
    let len = c.uint(source.lengths)?;
    let bytes = source.piece(at, len.min(u64::from(u32::MAX)))?;
    let mut c = Cursor::new(&bytes);
    c.take(8 + source.lengths)?;
    let mut objects = vec![];
    while c.rest().len() >= 8 + source.lengths {
        let index = c.uint(2)? as u16;
        c.take(6)?;
        let len = c.size(source.lengths)?;
        // what is left is free
        if index == 0 {
            break;
        }
        let from = c.at as u32;
        c.take(len)?;
        objects.push((index, from, c.at as u32));
        let padding = (len.next_multiple_of(8) - len).min(c.rest().len());
        c.take(padding)?;
    }
    objects.sort_unstable();
    Ok(Collection { bytes, objects })
}

/// A heap of links: its objects are found by where they would be in one long row of blocks.
pub struct Fractal {
    id: usize,
    width: u64,
    start: u64,
    most_direct: u64,
    bits: u64,
    root: u64,
    rows: usize,
    checksums: bool,
    at: u64,
    /// the block that was read last, which has the next link as well
    last: Option<(u64, Vec<u8>)>,
}

impl Fractal {
    /// Reads the header of a heap.
    ///
    /// # Errors
    /// Says what is damaged, or not read here.
    pub fn open(source: &mut Source, at: u64) -> Result<Fractal, String> {
        let (o, l) = (source.offsets, source.lengths);
        let bytes = source.piece(at, (22 + 12 * l + 3 * o + 4) as u64)?;
        let mut c = Cursor::new(&bytes);
        c.sign(b"FRHP", "a heap of links")?;
        c.take(1)?;
        let (id, filters, flags) = (c.size(2)?, c.size(2)?, c.byte()?);
        if filters > 0 {
            return Err("its links are packed, which is not read".into());
        }
        checked(&bytes, "a heap of links")?;
        c.take(4 + l + o + l + o + 8 * l)?;
        let (width, start, most_direct, bits) = (c.uint(2)?, c.uint(l)?, c.uint(l)?, c.uint(2)?);
        c.take(2)?;
        let (root, rows) = (c.uint(o)?, c.size(2)?);
        let sizes = start.is_power_of_two() && most_direct.is_power_of_two() && start <= most_direct;
        if !sizes || !width.is_power_of_two() || !(1..=64).contains(&bits) || most_direct > source.len.max(1 << 16) {
            return Err("it is damaged: a heap of links is not what it should be".into());
        }
        Ok(Fractal { id, width, start, most_direct, bits, root, rows, checksums: flags & 2 != 0, at, last: None })
    }

    /// The bytes of an object by its number in the heap.
    ///
    /// # Errors
    /// Says what is damaged, or not read here.
    pub fn object(&mut self, source: &mut Source, id: &[u8]) -> Result<Vec<u8>, String> {
        let mut c = Cursor::new(id.get(..self.id).unwrap_or(id));
        match c.byte()? >> 4 & 3 {
            0 => {}
            2 => {
                let len = usize::from(id[0] & 15) + 1;
                return Ok(c.take(len)?.to_vec());
            }
            _ => return Err("it has a link of a length that is not read".into()),
        }
        let offset = c.uint((self.bits as usize).div_ceil(8))?;
        let rest = c.rest().len().min(8);
        let len = c.uint(rest)?;
        self.bytes(source, (offset, len))
    }

    /// Bytes of a block in a row.
    fn block(&self, row: u64) -> u64 {
        if row < 2 { self.start } else { self.start.checked_shl(row as u32 - 1).unwrap_or(u64::MAX) }
    }

    fn bytes(&mut self, source: &mut Source, (offset, len): (u64, u64)) -> Result<Vec<u8>, String> {
        let (mut at, mut rows, mut begin) = (self.root, self.rows, 0u64);
        let outside = || "it is damaged: a link is outside of its heap".to_string();
        if self.rows == 0 {
            return self.direct(source, (at, self.start), (offset, len));
        }
        // blocks of blocks become smaller on the way down
        for _ in 0..64 {
            let (row, column, first) = self.find(offset, begin, rows as u64).ok_or_else(outside)?;
            let direct_rows = u64::from(self.most_direct.trailing_zeros() - self.start.trailing_zeros()) + 2;
            let head = 5 + source.offsets as u64 + self.bits.div_ceil(8);
            let entry = row * self.width + column;
            let sign = source.piece(at, head)?;
            let mut c = Cursor::new(&sign);
            c.sign(b"FHIB", "a heap of links")?;
            c.take(1)?;
            if c.uint(source.offsets)? != self.at {
                return Err(outside());
            }
            let place = source.piece(at.saturating_add(head + entry * source.offsets as u64), source.offsets as u64)?;
            let child = Cursor::new(&place).uint(source.offsets)?;
            if source.nowhere(child) {
                return Err(outside());
            }
            if row < direct_rows {
                return self.direct(source, (child, self.block(row)), (offset - first, len));
            }
            // an indirect block below has as many rows as blocks of its size take
            let size = self.block(row);
            rows = (size / self.start / self.width).max(1).trailing_zeros() as usize + 1;
            (at, begin) = (child, first);
        }
        Err(outside())
    }

    /// The row and column of the block that holds a byte, and the first byte of that block.
    fn find(&self, offset: u64, begin: u64, rows: u64) -> Option<(u64, u64, u64)> {
        let mut first = begin;
        for row in 0..rows {
            let size = self.block(row);
            let end = first.checked_add(size.checked_mul(self.width)?)?;
            if offset < end {
                let column = offset.checked_sub(first)? / size;
                return Some((row, column, first + column * size));
            }
            first = end;
        }
        None
    }

    /// Bytes of a block, whose places count from its head.
    fn direct(
        &mut self,
        source: &mut Source,
        (at, size): (u64, u64),
        (offset, len): (u64, u64),
    ) -> Result<Vec<u8>, String> {
        if self.last.as_ref().is_none_or(|(place, _)| *place != at) {
            self.last = Some((at, self.read(source, at, size)?));
        }
        let end = offset.checked_add(len).filter(|e| *e <= size);
        let end = end.ok_or("it is damaged: a link is outside of its heap")?;
        let found = self.last.as_ref().and_then(|(_, bytes)| bytes.get(offset as usize..end as usize));
        found.map(<[u8]>::to_vec).ok_or_else(|| "it is damaged: a link is outside of its heap".into())
    }

    /// A block, if it is one of this heap.
    fn read(&self, source: &mut Source, at: u64, size: u64) -> Result<Vec<u8>, String> {
        let bytes = source.piece(at, size)?;
        let mut c = Cursor::new(&bytes);
        c.sign(b"FHDB", "a heap of links")?;
        c.take(1)?;
        if c.uint(source.offsets)? != self.at {
            return Err("it is damaged: a heap of links is not what it should be".into());
        }
        if self.checksums {
            // it stands behind the head and was zero when it was made
            let from = c.at + self.bits.div_ceil(8) as usize;
            let mut zeroed = bytes.clone();
            let stored = zeroed.get_mut(from..from + 4).map(|s| {
                let v = Cursor::new(s).uint(4);
                s.fill(0);
                v
            });
            if stored.is_none_or(|s| s != Ok(u64::from(super::lookup3::checksum(&zeroed)))) {
                return Err("it is damaged: the checksum of a heap of links is another".into());
            }
        }
        Ok(bytes)
    }
}
