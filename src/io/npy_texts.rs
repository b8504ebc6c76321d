//! NumPy's arrays of texts, all of one width: characters of four bytes (`<U5`), or bytes (`|S5`).
use super::npy::{self, Source};
use super::wanted::Texts;
use crate::input::{PIECE, excerpt};
use crate::{interrupt, memory};
use std::io::Read;

/// How texts stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// UTF-32
    Characters,
    /// the same, most significant byte first
    CharactersBig,
    /// UTF-8
    Bytes,
}

/// The elements of a name, and the bytes that each takes; none if they are no texts.
fn kind(name: &str) -> Option<(Kind, usize)> {
    let big = name.starts_with('>') || name.starts_with('=') && cfg!(target_endian = "big");
    let name = name.trim_start_matches(['<', '>', '=', '|']);
    let (kind, bytes) = match name.chars().next()? {
        'U' if big => (Kind::CharactersBig, 4),
        'U' => (Kind::Characters, 4),
        'S' | 'a' => (Kind::Bytes, 1),
        _ => return None,
    };
    let width: usize = name[1..].parse().ok()?;
    Some((kind, width.checked_mul(bytes)?))
}

/// Reads so many texts, the zeros behind each taken away; none if the elements are no texts.
///
/// # Errors
/// Says what is wrong: another shape, more bytes than there are or than memory is free, characters that are none.
pub fn read<R: Read>(source: &mut Source<R>, n: usize) -> Result<Option<Texts>, String> {
    let (layout, before) = npy::layout(source)?;
    let Some((kind, width)) = layout.name().and_then(kind) else { return Ok(None) };
    let is_column = layout.shape.first() == Some(&n) && layout.count == n;
    if !is_column {
        return Err(format!("its shape is {:?}, expected {n} texts, one per point", layout.shape));
    }
    let (size, left) = (memory::product(&[n, width]), u128::from(source.len.saturating_sub(before)));
    if size > left {
        return Err(format!("its shape {:?} takes {size} bytes, {left} follow", layout.shape));
    }
    // no text takes more in UTF-8, and of each there is kept where it ends
    if let Some(reason) = memory::refusal(size.saturating_add(memory::product(&[n, size_of::<usize>()]))) {
        return Err(format!("its texts {reason}"));
    }
    let (mut out, mut text) = (Texts::default(), String::new());
    let some = (PIECE / width.max(1)).max(1);
    let mut piece = vec![0; some.min(n).saturating_mul(width)];
    let mut read = 0;
    while read < n {
        let more = some.min(n - read);
        let piece = &mut piece[..more * width];
        interrupt::poll().map_err(|e| e.to_string())?;
        source.bytes.read_exact(piece).map_err(|e| npy::short(&e, read, n, "texts"))?;
        for i in 0..more {
            decode(kind, &piece[i * width..][..width], &mut text).map_err(|why| format!("text {} {why}", read + i))?;
            out.push(&text);
        }
        read += more;
    }
    Ok(Some(out))
}

/// One text, without the zeros behind it.
fn decode(kind: Kind, bytes: &[u8], to: &mut String) -> Result<(), String> {
    to.clear();
    if kind == Kind::Bytes {
        to.push_str(str::from_utf8(bytes).map_err(|_| {
            format!("is not UTF-8: `{}` (numpy.char.decode(a, \"latin1\"))", excerpt(&String::from_utf8_lossy(bytes)))
        })?);
    } else {
        for c in bytes.as_chunks::<4>().0 {
            let code = if kind == Kind::CharactersBig { u32::from_be_bytes(*c) } else { u32::from_le_bytes(*c) };
            to.push(char::from_u32(code).ok_or_else(|| format!("has the character {code:#x}, which is none"))?);
        }
    }
    to.truncate(to.trim_end_matches('\0').len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(descr: &str, shape: &str, body: &[u8], n: usize) -> Result<Option<Vec<String>>, String> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        let head = (header.len() as u16).to_le_bytes();
        let bytes = [b"\x93NUMPY\x01\x00", &head[..], header.as_bytes(), body].concat();
        let texts = read(&mut Source { bytes: &bytes[..], len: bytes.len() as u64, certain: false }, n)?;
        Ok(texts.map(|t| t.iter().map(String::from).collect()))
    }

    #[test]
    fn texts_of_all_kinds() {
        let wide = |text: &str, of: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| of(c as u32)).collect::<Vec<u8>>();
        let (little, big) = (wide("aé\0\0\0\0b\0\u{1F600}", u32::to_le_bytes), wide("x\0yz", u32::to_be_bytes));
        let texts = |t: &[&str]| Ok(Some(t.iter().map(|t| t.to_string()).collect::<Vec<_>>()));
        // a zero within a text is one of its characters
        assert_eq!(load("<U3", "(3,)", &little, 3), texts(&["aé", "", "b\0\u{1F600}"]));
        assert_eq!(load(">U2", "(2, 1)", &big, 2), texts(&["x", "yz"]));
        assert_eq!(load("|S3", "(2,)", "ab\0é\0".as_bytes(), 2), texts(&["ab", "é"]));
        assert_eq!(load("<U0", "(2,)", &[], 2), texts(&["", ""]));
        assert_eq!(load("<f4", "(1,)", &[0; 4], 1), Ok(None));
        assert_eq!(load("|O", "(1,)", &[0; 4], 1), Ok(None));
        // as many as there are at a time, and some more
        let many: Vec<u8> = (0..PIECE).flat_map(|i| [b'a' + (i % 26) as u8, b'z', 0]).collect();
        let read = load("|S3", &format!("({PIECE},)"), &many, PIECE).ok().flatten().unwrap_or_default();
        assert!(read.len() == PIECE && read[PIECE - 1] == format!("{}z", char::from(b'a' + ((PIECE - 1) % 26) as u8)));
    }

    #[test]
    fn texts_that_are_none() {
        for (descr, shape, body, why) in [
            ("<U1", "(1,)", &[0, 0xD8, 0, 0][..], "text 0 has the character 0xd800, which is none"),
            (">U1", "(1,)", &[1, 0, 0, 0], "text 0 has the character 0x1000000, which is none"),
            ("|S2", "(1,)", b"\xff\0", "text 0 is not UTF-8"),
            ("|S2", "(3,)", b"abcd", "its shape is [3], expected 1 texts, one per point"),
            ("|S2", "(1, 2)", b"abcd", "its shape is [1, 2], expected 1 texts, one per point"),
            ("|S2", "()", b"ab", "its shape is [], expected 1 texts, one per point"),
            ("<U5", "(1,)", b"abcd", "its shape [1] takes 20 bytes, 4 follow"),
            ("<U4611686018427387904", "(1,)", b"abcd", "its elements"),
        ] {
            let said = load(descr, shape, body, 1).map_or_else(|e| e, |t| format!("its elements are no texts: {t:?}"));
            assert!(said.contains(why), "{descr} {shape}: {said}");
        }
    }
}
