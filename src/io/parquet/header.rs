//! The header of a page, in Thrift's compact protocol: numbers of 7 bits a byte, fields by the distance of their numbers.

/// Structures in each other at most.
const DEPTH: usize = 16;

/// Bytes that are read once from front to back.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let b = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(b)
    }
    fn number(&mut self) -> Option<u64> {
        let (number, len) = varint(self.bytes.get(self.at..)?)?;
        self.at += len;
        Some(number)
    }
    fn signed(&mut self) -> Option<i64> {
        self.number().map(|n| (n >> 1) as i64 ^ -((n & 1) as i64))
    }
    fn pass(&mut self, n: u64) -> Option<()> {
        let at = self.at.checked_add(usize::try_from(n).ok()?)?;
        self.at = at;
        (at <= self.bytes.len()).then_some(())
    }
    /// One value; its number, if it is one.
    fn value(&mut self, kind: u8, depth: usize) -> Option<Option<i64>> {
        match kind {
            1 => return Some(Some(1)),
            2 => return Some(Some(0)),
            3 => return self.byte().map(|b| Some(i64::from(b as i8))),
            4..=6 => return self.signed().map(Some),
            7 => self.pass(8)?,
            8 => {
                let n = self.number()?;
                self.pass(n)?;
            }
            9 | 10 => {
                let head = self.byte()?;
                let n = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
                self.entries(n, &[head & 15], depth)?;
            }
            11 => {
                let n = self.number()?;
                if n > 0 {
                    let kinds = self.byte()?;
                    self.entries(n, &[kinds >> 4, kinds & 15], depth)?;
                }
            }
            12 => self.structure(depth + 1, &mut |_, _, _| {}, &[])?,
            _ => return None,
        }
        Some(None)
    }
    /// Values behind each other. A truth in a list is a byte.
    fn entries(&mut self, n: u64, kinds: &[u8], depth: usize) -> Option<()> {
        for _ in 0..n {
            for kind in kinds {
                match kind {
                    1 | 2 => self.pass(1)?,
                    kind => {
                        self.value(*kind, depth + 1)?;
                    }
                }
                // what takes no bytes would have no end
                if self.at >= self.bytes.len() {
                    return None;
                }
            }
        }
        Some(())
    }
    /// The numbers of a structure and of those in it, with the fields that lead there.
    fn structure(&mut self, depth: usize, found: &mut dyn FnMut(&[i64], i64, i64), path: &[i64]) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        let mut id = 0i64;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            id = if head >> 4 == 0 { self.signed()? } else { id + i64::from(head >> 4) };
            if head & 15 == 12 && path.is_empty() {
                self.structure(depth + 1, found, &[id])?;
            } else if let Some(number) = self.value(head & 15, depth)? {
                found(path, id, number);
            }
        }
    }
}

/// A number of 7 bits a byte, and how many bytes it takes.
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut out = 0u64;
    for (i, b) in bytes.iter().take(10).enumerate() {
        out |= u64::from(b & 127) << (7 * i);
        if b & 128 == 0 {
            // the tenth byte has one bit of 64
            return (i < 9 || *b < 2).then_some((out, i + 1));
        }
    }
    None
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// values of the first form
    Data,
    /// values of the second form, whose levels are not packed
    Data2,
    /// the values that others count
    Dictionary,
    /// nothing that is read here
    Other,
}

/// What stands before a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// what it is
    pub kind: Kind,
    /// bytes of the header itself
    pub len: usize,
    /// bytes that follow
    pub packed: usize,
    /// bytes they are when unpacked
    pub unpacked: usize,
    /// the checksum of those that follow
    pub crc: Option<u32>,
    /// entries, gaps included
    pub values: u32,
    /// gaps, in the second form
    pub nulls: u32,
    /// rows, in the second form
    pub rows: u32,
    /// how values are written
    pub encoding: i32,
    /// how the levels of gaps are written, in the first form
    pub levels: i32,
    /// bytes of the levels of repetitions and of gaps, in the second form
    pub level_bytes: [usize; 2],
    /// whether the values are packed
    pub compressed: bool,
}

impl Header {
    /// What some bytes begin with; none if that is no header.
    pub fn read(bytes: &[u8]) -> Option<Header> {
        let mut reader = Reader { bytes, at: 0 };
        let mut numbers: Vec<(i64, i64)> = vec![];
        let mut keep = |path: &[i64], id: i64, number: i64| {
            if id > 0 && id < 100 && numbers.len() < 64 {
                numbers.push((100 * path.first().copied().unwrap_or(0) + id, number));
            }
        };
        reader.structure(0, &mut keep, &[])?;
        let get = |key: i64| numbers.iter().find(|n| n.0 == key).map(|n| n.1);
        let size = |key: i64| get(key).and_then(|n| i32::try_from(n).ok()).and_then(|n| usize::try_from(n).ok());
        let count = |key: i64| size(key).map(|n| n as u32);
        let (kind, of) = match get(1)? {
            0 => (Kind::Data, 500),
            2 => (Kind::Dictionary, 700),
            3 => (Kind::Data2, 800),
            _ => (Kind::Other, 0),
        };
        let second = kind == Kind::Data2;
        let plain = kind == Kind::Other;
        Some(Header {
            kind,
            len: reader.at,
            packed: size(3)?,
            unpacked: size(2)?,
            crc: get(4).map(|n| n as u32),
            values: if plain { 0 } else { count(of + 1)? },
            nulls: if second { count(802)? } else { 0 },
            rows: if second { count(803)? } else { 0 },
            encoding: if plain { 0 } else { get(if second { 804 } else { of + 2 })? as i32 },
            levels: if kind == Kind::Data { get(503)? as i32 } else { 0 },
            level_bytes: if second { [size(806)?, size(805)?] } else { [0, 0] },
            compressed: get(807) != Some(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_nothing_else() {
        // type 0, 30 bytes unpacked, 20 packed, a data page: 5 values, plain, levels by runs, statistics with a text
        let bytes =
            [0x15, 0, 0x15, 60, 0x15, 40, 0x2C, 0x15, 10, 0x15, 0, 0x15, 6, 0x15, 6, 0x1C, 0x18, 2, 7, 7, 0, 0, 0];
        let header = Header::read(&bytes).unwrap();
        assert_eq!((header.kind, header.len, header.packed, header.unpacked), (Kind::Data, bytes.len(), 20, 30));
        assert_eq!((header.values, header.encoding, header.levels), (5, 0, 3));
        for cut in 0..bytes.len() {
            assert_eq!(Header::read(&bytes[..cut]), None, "{cut}");
        }
        // a list of 2^60 entries without bytes, a structure in a structure in …
        assert_eq!(Header::read(&[0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0]), None);
        assert_eq!(Header::read(&[0x1C; 100]), None);
        assert_eq!((varint(&[0xAC, 2]), varint(&[0x80; 11])), (Some((300, 2)), None));
    }
}
