//! The pages of a column in a group of rows, each checked before it is handed on.
use super::delta;
use super::header::{Header, Kind};
use super::unpack::unpack;
use bytes::Bytes;
use flate2::Crc;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

/// What is known of a column before its pages are read.
#[derive(Clone, Copy)]
pub struct Chunk {
    /// how its pages are packed
    pub codec: Compression,
    /// what its values are made of
    pub kind: Type,
    /// bytes of a value of fixed length
    pub width: usize,
    /// the level at which a value is there; 0 where none can be missing
    pub level: i16,
    /// how many entries it has
    pub values: u64,
}

/// Pages one behind the other.
pub struct Pages {
    chunk: Chunk,
    bytes: Bytes,
    at: usize,
}

fn damaged<T>(what: &str) -> Result<T> {
    Err(ParquetError::General(what.into()))
}

/// Entries of a page beside those that its bits can say: runs are long where all is one.
const RUN: u64 = 1 << 24;

impl Chunk {
    /// The bytes of a value at least, written out.
    fn least(&self) -> usize {
        match self.kind {
            Type::BOOLEAN => 0,
            Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::INT96 => 12,
            Type::FIXED_LEN_BYTE_ARRAY => self.width,
        }
    }
}

fn encoding(number: i32) -> Option<Encoding> {
    #[expect(deprecated, reason = "old files have it")]
    let packed = Encoding::BIT_PACKED;
    Some(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        4 => packed,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return None,
    })
}

/// What can be said of the values of a page before they are read.
fn sound(chunk: &Chunk, header: &Header, how: Encoding, values: &[u8]) -> bool {
    let most = u64::from(header.values);
    match how {
        Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY => delta::end(values, most).is_some(),
        Encoding::DELTA_BYTE_ARRAY => delta::end(values, most)
            .and_then(|end| values.get(end..))
            .is_some_and(|suffixes| delta::end(suffixes, most).is_some()),
        // without gaps every value is there
        Encoding::PLAIN if chunk.level == 0 => chunk.least() as u64 * most <= values.len() as u64,
        Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => values.first().is_none_or(|width| *width <= 32),
        _ => true,
    }
}

impl Pages {
    /// The pages in some bytes, whose headers are looked at once: entries that no page has are asked no memory for.
    ///
    /// # Errors
    /// Says what the pages are not.
    pub fn new(chunk: Chunk, bytes: Vec<u8>) -> std::result::Result<Pages, String> {
        let (mut values, mut at, mut unpacked) = (0u64, 0, 0u64);
        let whole = bytes.len() as u64;
        while at < bytes.len() && values < chunk.values {
            let cut = || "a page has no header".to_string();
            let header = Header::read(&bytes[at..]).ok_or_else(cut)?;
            at = at.checked_add(header.len + header.packed).filter(|end| *end <= bytes.len()).ok_or_else(cut)?;
            unpacked += header.unpacked as u64;
            if matches!(header.kind, Kind::Data | Kind::Data2) {
                if u64::from(header.values) > RUN + 8 * header.unpacked as u64 {
                    return Err("a page says that it has more entries than its bytes can say".into());
                }
                values += u64::from(header.values);
            }
        }
        if values != chunk.values {
            return Err(format!("its pages have {values} entries, its description says {}", chunk.values));
        }
        crate::input::unpackable(whole.saturating_mul(32), unpacked)?;
        Ok(Pages { chunk, bytes: bytes.into(), at: 0 })
    }

    fn next_page(&mut self) -> Result<Option<Page>> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let Some(header) = Header::read(&self.bytes[self.at..]) else { return damaged("a page has no header") };
        let from = self.at + header.len;
        let Some(packed) = self.bytes.get(from..from + header.packed) else { return damaged("a page is cut short") };
        if let Some(expected) = header.crc {
            let mut crc = Crc::new();
            crc.update(packed);
            if crc.sum() != expected {
                return damaged("the checksum of a page is another");
            }
        }
        let page = self.page(&header, packed)?;
        self.at = from + header.packed;
        Ok(Some(page))
    }

    fn page(&self, header: &Header, packed: &[u8]) -> Result<Page> {
        let [repetitions, gaps] = header.level_bytes;
        let levels = repetitions + gaps;
        let (Some(before), Some(behind), Some(size)) =
            (packed.get(..levels), packed.get(levels..), header.unpacked.checked_sub(levels))
        else {
            return damaged("the levels of a page are longer than it is");
        };
        let codec = if header.compressed { self.chunk.codec } else { Compression::UNCOMPRESSED };
        let values = match size {
            // what has no values may have no bytes either
            0 => Some(vec![]),
            _ => unpack(codec, behind, size),
        };
        let Some(values) = values else { return damaged("a page does not unpack to the size it says") };
        let Some(how) = encoding(header.encoding) else { return damaged("a page is written in an unknown way") };
        let (values_len, num_values) = (values.len(), header.values);
        let buf = if levels == 0 { Bytes::from(values) } else { Bytes::from([before, &values[..]].concat()) };
        match header.kind {
            Kind::Dictionary => {
                let least = self.chunk.least().max(1);
                if num_values as usize > values_len / least {
                    return damaged("a dictionary says that it has more values than bytes for them");
                }
                Ok(Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false })
            }
            Kind::Data => {
                let Some(level_encoding) = encoding(header.levels) else {
                    return damaged("the levels of a page are written in an unknown way");
                };
                self.first_form(header, buf, [how, level_encoding])
            }
            _ => {
                if !sound(&self.chunk, header, how, &buf[levels..]) || header.nulls > num_values {
                    return damaged("a page says that it has more entries than it has");
                }
                Ok(Page::DataPageV2 {
                    buf,
                    num_values,
                    encoding: how,
                    num_nulls: header.nulls,
                    num_rows: header.rows,
                    def_levels_byte_len: gaps as u32,
                    rep_levels_byte_len: repetitions as u32,
                    is_compressed: header.compressed,
                    statistics: None,
                })
            }
        }
    }

    fn first_form(&self, header: &Header, buf: Bytes, [how, levels]: [Encoding; 2]) -> Result<Page> {
        let begin = match (self.chunk.level > 0, levels) {
            (false, _) => 0,
            (true, Encoding::RLE) => {
                let size = buf.get(..4).map(|b| b.iter().rev().fold(0usize, |n, v| n << 8 | usize::from(*v)));
                4 + size.unwrap_or(usize::MAX - 4)
            }
            (true, _) => {
                let bits = i16::BITS - self.chunk.level.leading_zeros();
                (header.values as usize * bits as usize).div_ceil(8)
            }
        };
        let Some(values) = buf.get(begin..) else { return damaged("the levels of a page are longer than it is") };
        if !sound(&self.chunk, header, how, values) {
            return damaged("a page says that it has more entries than it has");
        }
        Ok(Page::DataPage {
            num_values: header.values,
            encoding: how,
            def_level_encoding: levels,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
            buf,
        })
    }

    /// The header of the next page that counts; pages of no use are passed over.
    fn next_header(&mut self) -> Result<Option<Header>> {
        while self.at < self.bytes.len() {
            let Some(header) = Header::read(&self.bytes[self.at..]) else { return damaged("a page has no header") };
            if header.kind != Kind::Other {
                return Ok(Some(header));
            }
            self.at = self.at.saturating_add(header.len + header.packed);
        }
        Ok(None)
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;
    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        match self.next_header()? {
            None => Ok(None),
            Some(_) => self.next_page(),
        }
    }
    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        Ok(self.next_header()?.map(|header| PageMetadata {
            num_rows: (header.kind == Kind::Data2).then_some(header.rows as usize),
            num_levels: (header.kind != Kind::Dictionary).then_some(header.values as usize),
            is_dict: header.kind == Kind::Dictionary,
        }))
    }
    fn skip_next_page(&mut self) -> Result<()> {
        if let Some(header) = self.next_header()? {
            self.at = self.at.saturating_add(header.len + header.packed);
        }
        Ok(())
    }
}
