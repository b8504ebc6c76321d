//! Zip archives, as far as npz files are made of them: members stored or deflated, found by the central directory.
//!
//! An archive says of everything how long it is, twice at places, and some are made to lie: members that share bytes and
//! unpack to petabytes, counts that ask for gigabytes, a directory to be searched for in the whole file. Here the directory
//! is where the end of the file says, its members lie one after another before it, and a member is what it says: that
//! many bytes of that checksum. The format: APPNOTE.TXT of PKWARE, §4.3.
use crate::input::{excerpt, read_bytes, unpackable};
use crate::memory;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::{Error, Read, Seek, SeekFrom, Take};

/// The last record, without its comment.
const END: usize = 22;
/// The record that says where the last one of 64 bits is.
const LOCATOR: usize = 20;
const END64: usize = 56;
const ENTRY: usize = 46;
const LOCAL: usize = 30;

/// A member as the directory describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// its file name
    pub name: String,
    /// its bytes, unpacked
    pub len: u64,
    packed: u64,
    deflated: bool,
    crc: u32,
    /// of its local header
    at: u64,
}

/// An archive and its members, in the order of its directory.
pub struct Archive<R> {
    source: R,
    members: Vec<Member>,
    /// where the directory begins, behind all members
    directory: u64,
}

fn u16_at(b: &[u8], at: usize) -> u64 {
    b.get(at..at + 2).map_or(0, |b| b.iter().rev().fold(0, |n, v| n << 8 | u64::from(*v)))
}

fn u32_at(b: &[u8], at: usize) -> u64 {
    u16_at(b, at) | u16_at(b, at + 2) << 16
}

fn u64_at(b: &[u8], at: usize) -> u64 {
    u32_at(b, at) | u32_at(b, at + 4) << 32
}

fn bytes<R: Read + Seek>(source: &mut R, at: u64, len: u64) -> Result<Vec<u8>, String> {
    source.seek(SeekFrom::Start(at)).map_err(|e| e.to_string())?;
    let out = read_bytes(source.take(len), len)?;
    if out.len() as u64 == len { Ok(out) } else { Err("it is cut short".into()) }
}

/// Where the directory is: its first byte, its length, the number of its entries, and the byte that offsets count from.
struct Place {
    at: u64,
    len: u64,
    entries: u64,
    zero: u64,
}

fn place<R: Read + Seek>(source: &mut R) -> Result<Place, String> {
    let len = source.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
    // a comment of at most 65,535 bytes ends the file
    let tail_at = len.saturating_sub((END + LOCATOR) as u64 + u64::from(u16::MAX));
    let tail = bytes(source, tail_at, len - tail_at)?;
    let is_end = |i: &usize| {
        tail[*i..].starts_with(b"PK\x05\x06") && *i as u64 + END as u64 + u16_at(&tail, i + 20) == tail.len() as u64
    };
    let end = (0..(tail.len() + 1).saturating_sub(END)).rev().find(is_end);
    let end = end.ok_or("it has no directory at its end, as every zip file has")?;
    let record = &tail[end..];
    let (disk, disks) = (u16_at(record, 4), u16_at(record, 6));
    let (entries, size, offset) = (u16_at(record, 10), u32_at(record, 12), u32_at(record, 16));
    let wide = entries == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF;
    let located = end.checked_sub(LOCATOR).map(|i| &tail[i..end]).filter(|l| l.starts_with(b"PK\x06\x07"));
    if let (true, Some(locator)) = (wide, located) {
        return place64(source, u64_at(locator, 8), tail_at + (end - LOCATOR) as u64);
    }
    if (disk, disks) != (0, 0) || u16_at(record, 8) != entries {
        return Err("it is a part of an archive in several files".into());
    }
    let behind = tail_at + end as u64;
    let at = behind.checked_sub(size).ok_or("its directory would begin before the file does")?;
    let zero = at.checked_sub(offset).ok_or("its directory is not where it says")?;
    Ok(Place { at, len: size, entries, zero })
}

/// The same for archives beyond 4 GB or 65,534 members; `at` is where their end is said to be, `behind` where it has to end.
fn place64<R: Read + Seek>(source: &mut R, at: u64, behind: u64) -> Result<Place, String> {
    if at.checked_add(END64 as u64).is_none_or(|end| end > behind) {
        return Err("its directory is not where it says".into());
    }
    let record = bytes(source, at, END64 as u64)?;
    if !record.starts_with(b"PK\x06\x06") {
        return Err("its directory is not where it says".into());
    }
    let (entries, len, offset) = (u64_at(&record, 32), u64_at(&record, 40), u64_at(&record, 48));
    if offset.checked_add(len).is_none_or(|end| end > at) {
        return Err("its directory is not where it says".into());
    }
    Ok(Place { at: offset, len, entries, zero: 0 })
}

/// The entry that a piece of the directory begins with, and the piece behind it.
fn entry<'a>(from: &'a [u8], place: &Place) -> Result<(Member, &'a [u8]), String> {
    let cut = || "its directory is damaged".to_string();
    let fixed = from.get(..ENTRY).filter(|f| f.starts_with(b"PK\x01\x02")).ok_or_else(cut)?;
    let [name, extra, comment] = [28, 30, 32].map(|at| u16_at(fixed, at) as usize);
    let rest = &from[ENTRY..];
    let (Some(text), Some(extra)) = (rest.get(..name), rest.get(name..name + extra)) else { return Err(cut()) };
    let after = rest.get(name + extra.len() + comment..).ok_or_else(cut)?;
    let name = String::from_utf8_lossy(text).into_owned();
    let of = |what: &str| Err(format!("its member `{}` {what}", excerpt(&name)));
    let (flags, method) = (u16_at(fixed, 8), u16_at(fixed, 10));
    if flags & 1 == 1 {
        return of("is encrypted");
    }
    if method != 0 && method != 8 {
        return of(&format!("is packed by method {method}, expected stored or deflated"));
    }
    let mut wide = wide(extra);
    // sizes of 32 bits that are full stand in the extra field, in this order
    let mut value = |at| match u32_at(fixed, at) {
        0xFFFF_FFFF => wide.next().unwrap_or(0xFFFF_FFFF),
        v => v,
    };
    let (len, packed, offset) = (value(24), value(20), value(42));
    let Some(at) = place.zero.checked_add(offset) else { return of("would begin beyond the file") };
    let deflated = method == 8;
    if !deflated && len != packed {
        return of(&format!("is stored in {packed} bytes, but has {len}"));
    }
    Ok((Member { name, len, packed, deflated, crc: u32_at(fixed, 16) as u32, at }, after))
}

/// The numbers of 64 bits in an extra field.
fn wide(mut extra: &[u8]) -> impl Iterator<Item = u64> {
    let mut found: &[u8] = &[];
    while extra.len() >= 4 {
        let (kind, len) = (u16_at(extra, 0), u16_at(extra, 2) as usize);
        let Some(field) = extra.get(4..4 + len) else { break };
        if kind == 1 {
            found = field;
            break;
        }
        extra = &extra[4 + len..];
    }
    found.as_chunks::<8>().0.iter().map(|b| u64::from_le_bytes(*b)).collect::<Vec<_>>().into_iter()
}

/// Members lie before the directory, none over another.
fn apart(members: &[Member], directory: u64) -> Result<(), String> {
    let mut places: Vec<(u64, u64)> = members.iter().map(|m| (m.at, m.packed)).collect();
    places.sort_unstable();
    let ends = places.iter().map(|(at, packed)| at.checked_add(LOCAL as u64).and_then(|e| e.checked_add(*packed)));
    let next = places.iter().skip(1).map(|p| p.0).chain([directory]);
    if ends.zip(next).all(|(end, next)| end.is_some_and(|e| e <= next)) {
        Ok(())
    } else {
        Err("its members lie over each other, or over its directory".into())
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory.
    ///
    /// # Errors
    /// Says what makes it no archive, or one that is not read here.
    pub fn open(mut source: R) -> Result<Archive<R>, String> {
        let place = place(&mut source)?;
        let directory = bytes(&mut source, place.at, place.len)?;
        let (mut members, mut rest) = (vec![], &directory[..]);
        while !rest.is_empty() {
            let (member, after) = entry(rest, &place)?;
            memory::reserve(&mut members, 1)?;
            members.push(member);
            rest = after;
        }
        if members.len() as u64 != place.entries {
            return Err(format!("its directory has {} entries, not {} as it says", members.len(), place.entries));
        }
        apart(&members, place.at)?;
        let mut archive = Archive { source, members, directory: place.at };
        // a name that is damaged at one place would be that of nobody's member
        for i in 0..archive.members.len() {
            let member = archive.members[i].clone();
            archive.begin(&member)?;
        }
        Ok(archive)
    }

    /// Errors if what its members unpack to is out of all proportion to what they are packed into, as a whole: what none of
    /// them is refused for can still be too much together.
    ///
    /// # Errors
    /// As [`unpackable`].
    pub fn proportionate(&self) -> Result<(), String> {
        let sum = |of: fn(&Member) -> u64| self.members.iter().map(of).fold(0u64, u64::saturating_add);
        unpackable(sum(|m| m.packed), sum(|m| m.len))
    }

    /// The members.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Where the bytes of a member begin: behind its local header, which has its name as well.
    fn begin(&mut self, member: &Member) -> Result<u64, String> {
        let cut = || format!("its member `{}` is not where the directory says", excerpt(&member.name));
        let fixed = bytes(&mut self.source, member.at, LOCAL as u64)?;
        if !fixed.starts_with(b"PK\x03\x04") {
            return Err(cut());
        }
        let (name, extra) = (u16_at(&fixed, 26), u16_at(&fixed, 28));
        let begin = member.at + LOCAL as u64 + name + extra;
        let text = bytes(&mut self.source, member.at + LOCAL as u64, name)?;
        let there = String::from_utf8_lossy(&text) == member.name && begin + member.packed <= self.directory;
        if there { Ok(begin) } else { Err(cut()) }
    }

    /// The bytes of a member; they end with an error unless they are as many as the directory says, with its checksum.
    ///
    /// # Errors
    /// Says why there are none.
    pub fn contents(&mut self, member: &Member) -> Result<Contents<'_, R>, String> {
        let begin = self.begin(member)?;
        self.source.seek(SeekFrom::Start(begin)).map_err(|e| e.to_string())?;
        let packed = (&mut self.source).take(member.packed);
        let bytes = if member.deflated { Bytes::Deflated(DeflateDecoder::new(packed)) } else { Bytes::Stored(packed) };
        Ok(Contents { bytes, crc: Crc::new(), expected: member.crc, left: member.len })
    }
}

enum Bytes<'a, R> {
    Stored(Take<&'a mut R>),
    Deflated(DeflateDecoder<Take<&'a mut R>>),
}

/// The bytes of a member as they are unpacked.
pub struct Contents<'a, R> {
    bytes: Bytes<'a, R>,
    crc: Crc,
    expected: u32,
    /// how many are to come
    left: u64,
}

impl<R: Read> Read for Contents<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if to.is_empty() {
            return Ok(0);
        }
        let n = match &mut self.bytes {
            Bytes::Stored(b) => b.read(to),
            Bytes::Deflated(b) => b.read(to),
        }?;
        self.crc.update(&to[..n]);
        let damaged = |what: &str| Err(Error::new(std::io::ErrorKind::InvalidData, what));
        match self.left.checked_sub(n as u64) {
            None => damaged("it is damaged: it unpacks to more bytes than its directory says"),
            Some(left) if n == 0 && left > 0 => {
                damaged("it is damaged: it unpacks to fewer bytes than its directory says")
            }
            Some(0) if n == 0 && self.crc.sum() != self.expected => damaged("it is damaged: its checksum is another"),
            Some(left) => {
                self.left = left;
                Ok(n)
            }
        }
    }
}
