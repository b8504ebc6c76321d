//! Pages unpacked to the size that their header says, and to no byte more.
use brotli_decompressor::Decompressor;
use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use ruzstd::decoding::StreamingDecoder;
use std::io::Read;

/// What comes out of one byte at most where a size has to be believed before unpacking: 64 bytes of 3 by snappy, 255 of 1 by
/// LZ4.
const SNAPPY: usize = 22;
const LZ4: usize = 256;
/// What Zstandard looks back on at most where a page is shorter: memory is asked for as its header says.
const WINDOW: u64 = 8 << 20;

/// Bytes of a reader, as many as were promised: they are asked for as they come.
fn read(from: impl Read, len: usize) -> Option<Vec<u8>> {
    let mut out = vec![];
    from.take(len as u64 + 1).read_to_end(&mut out).ok()?;
    Some(out)
}

/// The bytes of a page as its chunk packs them; none if they do not unpack to this size.
pub fn unpack(codec: Compression, packed: &[u8], len: usize) -> Option<Vec<u8>> {
    let believable = |ratio: usize| len <= packed.len().saturating_mul(ratio);
    let out = match codec {
        Compression::UNCOMPRESSED => packed.to_vec(),
        Compression::SNAPPY => {
            let said = snap::raw::decompress_len(packed).ok()?;
            (said == len && believable(SNAPPY)).then_some(())?;
            snap::raw::Decoder::new().decompress_vec(packed).ok()?
        }
        Compression::GZIP(_) => read(MultiGzDecoder::new(packed), len)?,
        Compression::ZSTD(_) => {
            let window = WINDOW.max(len as u64);
            read(StreamingDecoder::new_with_max_window_size(packed, window).ok()?, len)?
        }
        Compression::BROTLI(_) => read(Decompressor::new(packed, 4096), len)?,
        Compression::LZ4_RAW => believable(LZ4).then(|| block(packed, len))??,
        Compression::LZ4 => believable(LZ4).then(|| hadoop(packed, len))??,
        Compression::LZO => return None,
    };
    (out.len() == len).then_some(out)
}

fn block(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    lz4_flex::block::decompress(packed, len).ok()
}

/// LZ4 as Hadoop frames it, blocks behind two sizes each; as a bare block where it is not framed.
fn hadoop(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    let (mut rest, mut out) = (packed, vec![]);
    while let Some((head, behind)) = rest.split_at_checked(8) {
        let size = |i: usize| head[i..i + 4].iter().fold(0usize, |n, b| n << 8 | usize::from(*b));
        let (unpacked, [inside, after]) = match (size(0), behind.split_at_checked(size(4))) {
            (n, Some((inside, after))) if n <= len - out.len() => (n, [inside, after]),
            _ => return block(packed, len),
        };
        match block(inside, unpacked) {
            Some(more) if more.len() == unpacked => out.extend(more),
            _ => return block(packed, len),
        }
        rest = after;
    }
    if rest.is_empty() { Some(out) } else { block(packed, len) }
}

/// Whether pages packed so are read here.
pub fn is_known(codec: Compression) -> bool {
    codec != Compression::LZO
}
