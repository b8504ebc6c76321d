//! Numbers kept as differences: how many there are and where they end, found without reading them. The crate makes room for as
//! many as the first bytes say.
use super::header::varint;

/// Values of a block at most: writers make blocks of 128 to 4096.
const BLOCK: u64 = 1 << 16;

/// Where the numbers end that some bytes begin with; none if they are more than `most`, or make no sense.
pub fn end(bytes: &[u8], most: u64) -> Option<usize> {
    let mut at = 0;
    let next = |at: &mut usize| {
        let (number, len) = varint(bytes.get(*at..)?)?;
        *at += len;
        Some(number)
    };
    let [block, parts, count, _] = [next(&mut at)?, next(&mut at)?, next(&mut at)?, next(&mut at)?];
    let blocks = block > 0 && block <= BLOCK && block.is_multiple_of(128);
    let sound = blocks && parts > 0 && block.is_multiple_of(parts) && (block / parts).is_multiple_of(32);
    if !sound || count > most {
        return None;
    }
    let each = (block / parts) as usize;
    let mut left = count.saturating_sub(1) as usize;
    while left > 0 {
        next(&mut at)?;
        let widths = bytes.get(at..at + parts as usize)?;
        at += parts as usize;
        for width in widths {
            if left > 0 {
                at += usize::from(*width) * each / 8;
                left = left.saturating_sub(each);
            }
        }
        // widths of 0 take no bytes, so that many blocks may be few: each is two bytes and more
        if at > bytes.len() {
            return None;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::end;

    #[test]
    fn ends_are_found_and_counts_are_held() {
        // a block of 128 in 4 parts, 5 values from 7 on; differences of 1: widths 0
        let bytes = [0x80, 1, 4, 5, 14, 2, 0, 0, 0, 0, 99];
        assert_eq!((end(&bytes, 5), end(&bytes, 4)), (Some(10), None));
        assert_eq!(end(&bytes[..9], 5), None);
        // one value has no block
        assert_eq!(end(&[0x80, 1, 4, 1, 14], 9), Some(5));
        // 8 bits each: 32 bytes
        let wide = [&[0x80, 1, 4, 5, 14, 2, 8, 200, 0, 0][..], &[0; 32]].concat();
        assert_eq!((end(&wide, 5), end(&wide[..41], 5)), (Some(42), None));
        for odd in [[0x80, 1, 3, 5, 14], [0x81, 1, 4, 5, 14], [0, 4, 5, 14, 0]] {
            assert_eq!(end(&odd, 9), None);
        }
    }
}
