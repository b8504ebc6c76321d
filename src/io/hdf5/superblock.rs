//! The beginning of an HDF5 file: where its root is, and how long places and lengths are.
use super::bytes::{Cursor, Source, checked};

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// Finds the beginning, behind a block of the user's if there is one, and gives the place of the root.
///
/// # Errors
/// Says why it is no HDF5 file, or none that is read here.
pub fn open(source: &mut Source) -> Result<u64, String> {
    let mut at = 0;
    while source.len < 8 || source.piece(at, 8)? != SIGNATURE {
        at = if at == 0 { 512 } else { at * 2 };
        if at.saturating_add(8) > source.len {
            return Err("it is no HDF5 file: it does not begin with \\x89HDF".into());
        }
    }
    let bytes = source.piece(at, 96.min(source.len - at))?;
    let mut c = Cursor::new(&bytes[8..]);
    let version = c.byte()?;
    if version > 3 {
        return Err(format!("its superblock has version {version}, expected 0 to 3"));
    }
    if version < 2 {
        c.take(4)?;
    }
    (source.offsets, source.lengths) = (c.size(1)?, c.size(1)?);
    if !matches!((source.offsets, source.lengths), (2 | 4 | 8, 2 | 4 | 8)) {
        let (o, l) = (source.offsets, source.lengths);
        return Err(format!("it is damaged: its places have {o} bytes and its lengths {l}, expected 2, 4 or 8"));
    }
    c.take(match version {
        0 => 9,
        1 => 13,
        _ => 1,
    })?;
    let o = source.offsets;
    let (base, _, end) = (c.uint(o)?, c.uint(o)?, c.uint(o)?);
    // the driver, or nothing; behind it the name of the root
    if version < 2 {
        c.take(2 * o)?;
    }
    let root = c.uint(o)?;
    if version >= 2 {
        let whole = bytes.get(..8 + c.at + 4).ok_or("it is cut short: it ends within its superblock")?;
        checked(whole, "its superblock")?;
    }
    source.base = base;
    if base.checked_add(end).is_none_or(|e| e > source.len) && end > source.len {
        return Err(format!("it is cut short: it has {} of {end} bytes", source.len));
    }
    Ok(root)
}
