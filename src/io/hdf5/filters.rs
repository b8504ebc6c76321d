//! What was done to chunks before they were written, undone.
use super::bytes::Cursor;
use super::lzf;
use crate::input::read_bytes;
use flate2::read::ZlibDecoder;

/// A filter by its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    id: u64,
    name: String,
    optional: bool,
    values: Vec<u64>,
}

const DEFLATE: u64 = 1;
const SHUFFLE: u64 = 2;
const FLETCHER: u64 = 3;
const LZF: u64 = 32000;

/// Filters that are not undone here, by their registered numbers.
const NAMES: &[(u64, &str)] = &[
    (4, "szip"),
    (5, "n-bit"),
    (6, "scale-offset"),
    (307, "bzip2"),
    (32001, "blosc"),
    (32004, "lz4"),
    (32008, "bitshuffle"),
    (32013, "zfp"),
    (32015, "zstd"),
    (32026, "blosc2"),
];

/// Bytes that filters may add to those of a chunk.
const MORE: usize = 64;

/// Reads which filters there are.
///
/// # Errors
/// Says what is damaged.
pub fn read(body: &[u8]) -> Result<Vec<Filter>, String> {
    let mut c = Cursor::new(body);
    let (version, count) = (c.byte()?, c.byte()?);
    if !matches!(version, 1 | 2) {
        return Err(format!("it is damaged: its filters have version {version}, expected 1 or 2"));
    }
    c.take(if version == 1 { 6 } else { 0 })?;
    let mut out = vec![];
    for _ in 0..count {
        let id = c.uint(2)?;
        let len = if version == 1 || id >= 256 { c.size(2)? } else { 0 };
        let (flags, values) = (c.uint(2)?, c.size(2)?);
        let name = c.take(if version == 1 { len.next_multiple_of(8) } else { len })?;
        let name = String::from_utf8_lossy(name).trim_end_matches('\0').to_string();
        let values: Vec<u64> = (0..values).map(|_| c.uint(4)).collect::<Result<_, _>>()?;
        c.take(if version == 1 && values.len() % 2 == 1 { 4 } else { 0 })?;
        out.push(Filter { id, name, optional: flags & 1 == 1, values });
    }
    Ok(out)
}

/// Errors unless all of them are known here.
///
/// # Errors
/// Names the first that is not, and what to write instead.
pub fn check(filters: &[Filter]) -> Result<(), String> {
    let known = |f: &&Filter| [DEFLATE, SHUFFLE, FLETCHER, LZF].contains(&f.id);
    let Some(f) = filters.iter().find(|f| !known(f)) else { return Ok(()) };
    let name = NAMES.iter().find(|(id, _)| *id == f.id).map_or(f.name.as_str(), |(_, name)| name);
    let name = if name.is_empty() { String::new() } else { format!(" ({})", crate::input::excerpt(name)) };
    Err(format!("it is packed by filter {}{name}, expected gzip, lzf or none: compression=\"gzip\" writes it so", f.id))
}

/// A chunk of so many bytes as it was before it was filtered; bits of `mask` are filters that it did not go through.
///
/// # Errors
/// Says what is damaged.
pub fn undo(filters: &[Filter], mask: u32, mut bytes: Vec<u8>, size: usize) -> Result<Vec<u8>, String> {
    for (i, f) in filters.iter().enumerate().rev() {
        if i < 32 && mask >> i & 1 == 1 {
            continue;
        }
        bytes = match f.id {
            DEFLATE => {
                let packed = bytes;
                let unpacked = read_bytes(ZlibDecoder::new(&packed[..]), (size + MORE) as u64);
                unpacked.map_err(|e| format!("it is damaged: a chunk does not unpack ({e})"))?
            }
            LZF => lzf::unpack(&bytes, size + MORE)?,
            SHUFFLE => unshuffle(&bytes, f.values.first().map_or(0, |v| *v as usize)),
            _ => fletcher(bytes)?,
        };
    }
    if bytes.len() == size {
        Ok(bytes)
    } else {
        Err(format!("it is damaged: a chunk has {} bytes, expected {size}", bytes.len()))
    }
}

/// All first bytes of the elements stand before all second ones.
fn unshuffle(bytes: &[u8], size: usize) -> Vec<u8> {
    if size < 2 {
        return bytes.to_vec();
    }
    let n = bytes.len() / size;
    let mut out = bytes.to_vec();
    for (k, plane) in bytes[..n * size].chunks(n.max(1)).enumerate() {
        plane.iter().enumerate().for_each(|(i, b)| out[i * size + k] = *b);
    }
    out
}

/// Bytes without the checksum behind them.
fn fletcher(mut bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let damaged = || "it is damaged: the checksum of a chunk is another".to_string();
    let body = bytes.len().checked_sub(4).ok_or_else(damaged)?;
    let (mut a, mut b) = (0u64, 0u64);
    for pair in bytes[..body].chunks(2) {
        // the most significant byte comes first, and a single last one is one
        a += u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0));
        a %= 65535;
        b = (b + a) % 65535;
    }
    let stored = Cursor::new(&bytes[body..]).uint(4)?;
    // 0 and 65535 are the same to it
    let same = |x: u64, y: u64| x % 65535 == y % 65535;
    if same(stored & 0xFFFF, a) && same(stored >> 16, b) {
        bytes.truncate(body);
        Ok(bytes)
    } else {
        Err(damaged())
    }
}
