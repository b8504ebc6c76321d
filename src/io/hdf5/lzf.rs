//! LZF, the quick compression of h5py (LibLZF of Marc Lehmann; its format is three kinds of pieces).

/// Unpacks at most so many bytes.
///
/// # Errors
/// Says that it is damaged.
pub fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let damaged = || "it is damaged: a chunk does not unpack".to_string();
    let mut out: Vec<u8> = vec![];
    let mut at = 0;
    let byte = |at: usize| packed.get(at).map(|b| usize::from(*b)).ok_or_else(damaged);
    while at < packed.len() {
        let head = byte(at)?;
        at += 1;
        if head < 32 {
            // as they are
            let bytes = packed.get(at..at + head + 1).ok_or_else(damaged)?;
            out.extend_from_slice(bytes);
            at += head + 1;
        } else {
            // as some bytes before
            let mut len = head >> 5;
            if len == 7 {
                len += byte(at)?;
                at += 1;
            }
            let back = ((head & 31) << 8 | byte(at)?) + 1;
            at += 1;
            let from = out.len().checked_sub(back).ok_or_else(damaged)?;
            for i in from..from + len + 2 {
                out.push(out[i]);
            }
        }
        if out.len() > most {
            return Err(damaged());
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn pieces() {
        assert_eq!(unpack(&[2, b'a', b'b', b'c', 0x20, 2], 9).as_deref(), Ok(&b"abcabc"[..]));
        assert_eq!(unpack(&[0, b'x', 0xE0, 1, 0], 99).as_deref(), Ok(&[b'x'; 11][..]));
        for bad in [&[5, 1][..], &[0x20, 0], &[0, 1, 0x20], &[0, 1, 0x20, 7]] {
            assert!(unpack(bad, 99).is_err(), "{bad:?}");
        }
        assert!(unpack(&[0, b'x', 0xE0, 255, 0], 99).is_err());
    }
}
