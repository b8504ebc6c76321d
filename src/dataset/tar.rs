//! Tar archives, as far as data sets are published in them: names and bytes of regular files.
use std::io::Read;

const BLOCK: usize = 512;

/// The next file of an archive: its name and its length; none at the end.
///
/// # Errors
/// Says what is damaged.
pub fn next(from: &mut impl Read) -> Result<Option<(String, u64)>, String> {
    loop {
        let mut head = vec![];
        from.take(BLOCK as u64).read_to_end(&mut head).map_err(|e| e.to_string())?;
        if head.iter().all(|b| *b == 0) {
            return Ok(None);
        }
        let damaged = || "it is damaged: a header of the tar archive is not as it should be".to_string();
        if head.len() < BLOCK {
            return Err(damaged());
        }
        let octal = |from: usize, to: usize| {
            let text = std::str::from_utf8(&head[from..to]).ok()?.trim_matches(['\0', ' ']);
            u64::from_str_radix(text, 8).ok()
        };
        // the sum of all bytes, its own as blanks
        let own: u64 = head[148..156].iter().map(|b| u64::from(*b)).sum();
        let sum = head.iter().map(|b| u64::from(*b)).sum::<u64>() - own + 8 * u64::from(b' ');
        if octal(148, 156) != Some(sum) {
            return Err(damaged());
        }
        let len = octal(124, 136).ok_or_else(damaged)?;
        if matches!(head[156], b'0' | 0) {
            let name = String::from_utf8_lossy(&head[..100]).trim_end_matches('\0').to_string();
            return Ok(Some((name, len)));
        }
        skip(from, padded(len))?;
    }
}

/// Bytes of a file with what fills its last block.
fn padded(len: u64) -> u64 {
    len.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64)
}

/// Passes over bytes.
///
/// # Errors
/// Says that the archive is cut short.
pub fn skip(from: &mut impl Read, len: u64) -> Result<(), String> {
    let n = std::io::copy(&mut from.take(len), &mut std::io::sink()).map_err(|e| e.to_string())?;
    if n == len { Ok(()) } else { Err("it is cut short".into()) }
}

/// Passes over what fills the last block of a file of so many bytes.
///
/// # Errors
/// Says that the archive is cut short.
pub fn finish(from: &mut impl Read, len: u64) -> Result<(), String> {
    skip(from, padded(len) - len)
}
