//! The elements of a dataset, handed over in row-major order a band of chunks at a time.
use super::bytes::Source;
use super::chunks::{Chunk, Cut, list};
use super::filters::{self, Filter};
use super::header::{Message, kind, resolved};
use super::kinds::{self, Kind, Type};
use super::layout::{self, Layout};
use super::{bytes::Cursor, space};
use crate::input::{PIECE, unpackable};
use crate::{interrupt, memory};

/// What a dataset is.
pub struct Dataset {
    /// elements along each dimension; none of one that holds nothing
    pub shape: Vec<usize>,
    /// whether it holds nothing at all
    pub empty: bool,
    /// what its elements are
    pub of: Type,
    most: Vec<usize>,
    layout: Layout,
    filters: Vec<Filter>,
    fill: Vec<u8>,
    external: bool,
}

/// What was never written may be so many bytes, and so many times what was.
const UNWRITTEN: u128 = 8 << 20;
const TIMES: u128 = 4;
/// The most bytes of an element.
const ELEMENT: usize = 1 << 18;

impl Dataset {
    /// What the messages of an object say, if it is a dataset.
    ///
    /// # Errors
    /// Says what is damaged, or not read here.
    pub fn read(source: &mut Source, messages: &[Message]) -> Result<Option<Dataset>, String> {
        let mut find = |kind: u16| messages.iter().find(|m| m.kind == kind).map(|m| resolved(source, m)).transpose();
        let (space, of) = (find(kind::SPACE)?, find(kind::TYPE)?);
        let (at, filters, fill, old) =
            (find(kind::LAYOUT)?, find(kind::FILTERS)?, find(kind::FILL)?, find(kind::OLD_FILL)?);
        let (Some(space), Some(of), Some(at)) = (space, of, at) else { return Ok(None) };
        let space = space::read(source, &space)?;
        let of = kinds::read(&mut Cursor::new(&of))?;
        if of.size > ELEMENT {
            return Err(format!("its elements have {} bytes each, more than numbers or texts have", of.size));
        }
        let fill = match (fill, old) {
            (Some(body), _) => space::fill(&body, false, of.size)?,
            (None, Some(body)) => space::fill(&body, true, of.size)?,
            (None, None) => vec![0; of.size],
        };
        Ok(Some(Dataset {
            empty: space.is_none(),
            most: space.as_ref().map(|s| s.most.clone()).unwrap_or_default(),
            shape: space.map(|s| s.shape).unwrap_or_default(),
            of,
            layout: layout::read(source, &at)?,
            filters: filters.map_or(Ok(vec![]), |f| filters::read(&f))?,
            fill,
            external: messages.iter().any(|m| m.kind == kind::EXTERNAL),
        }))
    }

    /// The names of the fields of its elements, if they are records.
    pub fn fields(&self) -> Vec<String> {
        match &self.of.kind {
            Kind::Record(fields) => fields.iter().map(|f| f.name.clone()).collect(),
            _ => vec![],
        }
    }

    /// The type of a field.
    pub fn field(&self, part: Option<&str>) -> Option<&Type> {
        match &self.of.kind {
            Kind::Record(fields) => fields.iter().find(|f| Some(f.name.as_str()) == part).map(|f| &f.of),
            _ => None,
        }
    }

    /// How many elements there are.
    ///
    /// # Errors
    /// More than any memory holds.
    pub fn count(&self) -> Result<usize, String> {
        let count = if self.empty { 0 } else { memory::product(&self.shape) };
        let bytes = count.saturating_mul(self.of.size as u128);
        match (usize::try_from(count), bytes < 1 << 62) {
            (Ok(count), true) => Ok(count),
            _ => Err(format!("its shape {:?} has more entries than any memory holds", self.shape)),
        }
    }

    /// Hands over the bytes of all elements, whole ones, some at a time.
    ///
    /// # Errors
    /// Says what is damaged, or not read here; what `each` says.
    pub fn each(&self, source: &mut Source, each: &mut dyn FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        let bytes = self.count()? as u64 * self.of.size as u64;
        if self.external {
            return Err("its numbers stand in other files, which are not read".into());
        }
        if bytes == 0 {
            return Ok(());
        }
        match &self.layout {
            Layout::Compact(held) if held.len() as u64 == bytes => each(held),
            Layout::Compact(held) => Err(self.differs(bytes, held.len() as u64)),
            Layout::Contiguous(at, _) if source.nowhere(*at) => self.unwritten(bytes, 0, each),
            Layout::Contiguous(at, len) => {
                if *len != u64::MAX && *len != bytes {
                    return Err(self.differs(bytes, *len));
                }
                if at.checked_add(bytes).is_none_or(|end| end > source.len) {
                    return Err(self.differs(bytes, source.len.saturating_sub(*at)));
                }
                let piece = (PIECE / self.of.size).max(1) as u64 * self.of.size as u64;
                let mut done = 0;
                while done < bytes {
                    let n = piece.min(bytes - done);
                    each(&source.data(at + done, n)?)?;
                    done += n;
                }
                Ok(())
            }
            Layout::Chunked { at, index, chunk } => {
                let cut = self.cut(chunk)?;
                filters::check(&self.filters)?;
                let chunks = list(source, *at, index, &cut)?;
                self.bands(source, &cut, &chunks, each)
            }
        }
    }

    fn differs(&self, bytes: u64, there: u64) -> String {
        format!("it is damaged or cut short: its shape {:?} takes {bytes} bytes, there are {there}", self.shape)
    }

    /// Elements that were never written.
    fn unwritten(
        &self,
        bytes: u64,
        written: u64,
        each: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        self.mostly_written(u128::from(bytes), u128::from(written))?;
        let count = bytes / self.of.size as u64;
        let piece = self.fill.repeat(count.min((PIECE / self.of.size).max(1) as u64) as usize);
        let mut left = bytes;
        while left > 0 {
            interrupt::poll().map_err(|e| e.to_string())?;
            let n = left.min(piece.len() as u64);
            each(&piece[..n as usize])?;
            left -= n;
        }
        Ok(())
    }

    fn mostly_written(&self, bytes: u128, written: u128) -> Result<(), String> {
        if bytes <= UNWRITTEN.max(written.saturating_mul(TIMES)) {
            return Ok(());
        }
        let (all, part) = (memory::amount(bytes), memory::amount(written));
        Err(format!("its shape {:?} takes {all}, of which {part} were written", self.shape))
    }

    fn cut<'a>(&'a self, chunk: &'a [usize]) -> Result<Cut<'a>, String> {
        let damaged = || format!("it is damaged: its chunks are {chunk:?}, its shape is {:?}", self.shape);
        let (size, chunk) = chunk.split_last().ok_or_else(damaged)?;
        if *size != self.of.size || chunk.len() != self.shape.len() || chunk.is_empty() || chunk.contains(&0) {
            return Err(damaged());
        }
        let size = memory::product(chunk).saturating_mul(*size as u128);
        // no chunk is larger, by the format
        let size = u64::try_from(size).ok().filter(|s| *s < 1 << 32).ok_or_else(damaged)?;
        Ok(Cut { shape: &self.shape, most: &self.most, chunk, size, filtered: !self.filters.is_empty() })
    }

    /// Chunks that begin in the same rows, one band after the other.
    fn bands(
        &self,
        source: &mut Source,
        cut: &Cut,
        chunks: &[Chunk],
        each: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let bytes = self.count()? as u128 * self.of.size as u128;
        let stored = chunks.iter().map(|c| c.len).fold(0, u64::saturating_add);
        let written = chunks.len() as u128 * u128::from(cut.size);
        self.mostly_written(bytes, written)?;
        // what is at the edge of a dataset fills its chunk
        let written = u64::try_from(written.min(bytes)).unwrap_or(u64::MAX);
        if !chunks.is_empty() {
            unpackable(stored, written)?;
        }
        let row: usize = self.shape[1..].iter().product::<usize>() * self.of.size;
        let mut chunks = chunks.iter().peekable();
        let mut first = 0;
        let mut band: Vec<u8> = vec![];
        while first < self.shape[0] {
            interrupt::poll().map_err(|e| e.to_string())?;
            let rows = cut.chunk[0].min(self.shape[0] - first);
            // where chunks are as wide as rows, one is a band
            let whole = cut.chunk[1..] == self.shape[1..];
            let mut unpacked = None;
            band.clear();
            while let Some(chunk) = chunks.next_if(|c| c.first[0] == first) {
                let packed = source.data(chunk.at, chunk.len)?;
                let plain = filters::undo(&self.filters, chunk.mask, packed, cut.size as usize)?;
                if whole {
                    unpacked = Some(plain);
                    break;
                }
                if band.is_empty() {
                    memory::reserve(&mut band, rows * row)?;
                    self.filled(&mut band, rows * row);
                }
                place(&plain, &mut band, (cut, chunk, rows), self.of.size);
            }
            match unpacked {
                Some(plain) => each(&plain[..rows * row])?,
                None if band.is_empty() => self.unwritten((rows * row) as u64, u64::MAX, each)?,
                None => each(&band)?,
            }
            first += rows;
        }
        Ok(())
    }

    /// So many bytes of elements that were not written.
    fn filled(&self, out: &mut Vec<u8>, len: usize) {
        if self.fill.iter().all(|b| *b == 0) {
            out.resize(len, 0);
        } else {
            while out.len() < len {
                out.extend_from_slice(&self.fill);
            }
        }
    }
}

/// Puts a chunk into a band of so many rows.
fn place(chunk: &[u8], band: &mut [u8], (cut, at, rows): (&Cut, &Chunk, usize), size: usize) {
    let last = cut.shape.len() - 1;
    let run = cut.chunk[last].min(cut.shape[last] - at.first[last]) * size;
    // how many elements of each dimension but the last are inside
    let inside: Vec<usize> =
        (0..last).map(|k| if k == 0 { rows } else { cut.chunk[k].min(cut.shape[k] - at.first[k]) }).collect();
    let mut index = vec![0; last];
    loop {
        let (mut from, mut to) = (0, 0);
        for (k, chunk) in cut.chunk.iter().enumerate() {
            let i = index.get(k).copied().unwrap_or(0);
            // a band begins where its chunks do
            let first = if k == 0 && last > 0 { 0 } else { at.first[k] };
            from = from * chunk + i;
            to = to * if k == 0 { 1 } else { cut.shape[k] } + first + i;
        }
        band[to * size..to * size + run].copy_from_slice(&chunk[from * size..from * size + run]);
        // the next run: the last of these indices runs fastest
        let Some(k) = (0..last).rev().find(|k| index[*k] + 1 < inside[*k]) else { return };
        index[k] += 1;
        index[k + 1..].fill(0);
    }
}
