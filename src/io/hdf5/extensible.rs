//! Arrays that grow, in which the chunks of a dataset with one dimension without an end are listed: some entries in an index
//! block, more in data blocks that it knows, more in data blocks of blocks, each of which is twice as large every other time.
use super::bytes::{Cursor, Source, checked};
use crate::memory;

/// What the header of an array says.
struct Array {
    at: u64,
    entry: usize,
    /// bytes of a place in it
    place: usize,
    /// entries in the index block
    first: usize,
    /// entries of the smallest data block
    least: usize,
    /// data blocks of the smallest block of them
    pointers: usize,
    /// entries of a page
    page: usize,
    /// kinds of blocks
    levels: usize,
}

/// An entry: its number, and its bytes.
pub type Entries = Vec<(u64, Vec<u8>)>;

/// The entries of an array whose blocks were written.
///
/// # Errors
/// Says what is damaged.
pub fn entries(source: &mut Source, at: u64, filtered: bool) -> Result<Entries, String> {
    let (o, l) = (source.offsets, source.lengths);
    let bytes = source.piece(at, (16 + 6 * l + o) as u64)?;
    let mut c = Cursor::new(checked(&bytes, "an array of chunks")?);
    c.sign(b"EAHD", "an array of chunks")?;
    let (_, client, entry, bits) = (c.byte()?, c.byte()?, c.size(1)?, c.size(1)?);
    let (first, least, pointers, page) = (c.size(1)?, c.size(1)?, c.size(1)?, c.size(1)?);
    c.take(6 * l)?;
    let index = c.uint(o)?;
    let powers = least.is_power_of_two() && pointers.is_power_of_two() && pointers > 1;
    if !powers || entry < o || bits > 64 || page > 31 || u8::from(filtered) != client {
        return Err("it is damaged: an array of chunks is not what it should be".into());
    }
    let levels = 1 + bits.saturating_sub(least.trailing_zeros() as usize);
    let place = bits.div_ceil(8);
    let array = Array { at, entry, place, first, least, pointers, page: 1 << page, levels };
    let mut out = vec![];
    if !source.nowhere(index) {
        array.index(source, index, &mut out)?;
    }
    Ok(out)
}

impl Array {
    /// Data blocks of the k-th block of them, and entries of each.
    fn level(&self, k: usize) -> (usize, usize) {
        (1 << (k / 2), self.least.saturating_mul(1 << k.div_ceil(2).min(60)))
    }

    /// Blocks of data blocks whose data blocks the index block knows itself.
    fn direct(&self) -> usize {
        2 * self.pointers.trailing_zeros() as usize
    }

    fn head(&self, c: &mut Cursor, source: &Source, sign: &[u8; 4]) -> Result<(), String> {
        c.sign(sign, "an array of chunks")?;
        c.take(2)?;
        if c.uint(source.offsets)? == self.at {
            Ok(())
        } else {
            Err("it is damaged: an array of chunks is another's".into())
        }
    }

    fn index(&self, source: &mut Source, at: u64, out: &mut Entries) -> Result<(), String> {
        let o = source.offsets;
        let (blocks, above) = (2 * (self.pointers - 1), self.levels.saturating_sub(self.direct()));
        let len = 6 + o + self.first * self.entry + (blocks + above) * o + 4;
        let bytes = source.piece(at, len as u64)?;
        let mut c = Cursor::new(checked(&bytes, "an array of chunks")?);
        self.head(&mut c, source, b"EAIB")?;
        for i in 0..self.first {
            out.push((i as u64, c.take(self.entry)?.to_vec()));
        }
        let mut number = self.first as u64;
        for k in 0..self.direct().min(self.levels) {
            let (n, each) = self.level(k);
            for _ in 0..n {
                let at = c.uint(o)?;
                if !source.nowhere(at) {
                    self.data(source, at, (number, each), None, out)?;
                }
                number = number.saturating_add(each as u64);
            }
        }
        for k in self.direct()..self.levels {
            let at = c.uint(o)?;
            let (n, each) = self.level(k);
            if !source.nowhere(at) {
                self.above(source, at, (number, n, each), out)?;
            }
            number = number.saturating_add((n as u64).saturating_mul(each as u64));
        }
        Ok(())
    }

    /// A block of so many data blocks.
    fn above(
        &self,
        source: &mut Source,
        at: u64,
        (mut number, n, each): (u64, usize, usize),
        out: &mut Entries,
    ) -> Result<(), String> {
        let o = source.offsets;
        // a bit for every page of every data block that was written
        let map = if each > self.page { (each / self.page).div_ceil(8) } else { 0 };
        let size = o.saturating_add(map).saturating_mul(n);
        let bytes = source.piece(at, (size as u64).saturating_add((6 + o + self.place + 4) as u64))?;
        let mut c = Cursor::new(checked(&bytes, "an array of chunks")?);
        self.head(&mut c, source, b"EASB")?;
        c.take(self.place)?;
        let maps = c.take(map * n)?;
        for i in 0..n {
            let at = c.uint(o)?;
            if !source.nowhere(at) {
                let written = (map > 0).then(|| &maps[i * map..(i + 1) * map]);
                self.data(source, at, (number, each), written, out)?;
            }
            number = number.saturating_add(each as u64);
        }
        Ok(())
    }

    /// A data block of so many entries, in pages if they are many.
    fn data(
        &self,
        source: &mut Source,
        at: u64,
        (number, each): (u64, usize),
        written: Option<&[u8]>,
        out: &mut Entries,
    ) -> Result<(), String> {
        let head = 6 + source.offsets + self.place;
        let held = if written.is_some() { 0 } else { each.saturating_mul(self.entry) };
        let bytes = source.piece(at, (held as u64).saturating_add((head + 4) as u64))?;
        let block = checked(&bytes, "an array of chunks")?;
        self.head(&mut Cursor::new(block), source, b"EADB")?;
        let mut add = |from: u64, bytes: &[u8]| -> Result<(), String> {
            memory::reserve(out, bytes.len() / self.entry)?;
            out.extend(bytes.chunks_exact(self.entry).enumerate().map(|(i, b)| (from + i as u64, b.to_vec())));
            Ok(())
        };
        let Some(written) = written else { return add(number, &block[head..]) };
        let size = self.page * self.entry + 4;
        for p in (0..each / self.page).filter(|p| written[p / 8] >> (7 - p % 8) & 1 == 1) {
            let at = at.saturating_add((head + 4 + p * size) as u64);
            let bytes = source.piece(at, size as u64)?;
            add(number.saturating_add((p * self.page) as u64), checked(&bytes, "an array of chunks")?)?;
        }
        Ok(())
    }
}
