//! NumPy's npy: a header, which is a Python dictionary, and the numbers.
//!
//! Headers are read by the few rules that NumPy writes them by, not as Python: general parsers go back and forth, and 24
//! brackets keep one busy for minutes. What a header says is compared with the bytes that follow before memory is asked for.
//! The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
use super::element::{Element, Numbers};
use super::fortran::Fortran;
use super::literal::Literal;
use crate::input::{PIECE, excerpt};
use crate::{interrupt, memory};
use std::io::Read;

/// The most dimensions that NumPy's arrays have.
const RANK: usize = 64;

/// What a header says, of numbers.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    element: Element,
    /// most significant byte first
    big: bool,
    /// the first index runs fastest
    fortran: bool,
    shape: Vec<usize>,
    /// the product of the shape
    count: usize,
}

/// What a header says, of whatever elements.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    descr: Literal,
    fortran: bool,
    /// how many there are along each axis
    pub shape: Vec<usize>,
    /// the product of the shape
    pub count: usize,
}

impl Layout {
    /// The name of the elements, as NumPy writes it; none of those that have several parts.
    pub fn name(&self) -> Option<&str> {
        if let Literal::Text(name) = &self.descr { Some(name) } else { None }
    }
}

/// Where an array stands: its bytes, how many there are, header included, and whether that is known to be true.
pub struct Source<R> {
    /// from the first byte of the header on
    pub bytes: R,
    /// how many there are, or are said to be
    pub len: u64,
    /// whether they are there, as in a file, or only said to be, as behind compression
    pub certain: bool,
}

/// An array as it is read.
#[derive(Debug, PartialEq)]
pub struct Array {
    /// in row-major order, whatever the order in the file
    pub numbers: Numbers,
    /// how many there are along each axis
    pub shape: Vec<usize>,
    /// what they are in the file
    pub element: Element,
}

/// Reads an array. f32 stay f32 unless `wide` asks for f64.
///
/// # Errors
/// Says what is wrong: bytes that are no npy, elements that are no plain numbers, a shape that takes more bytes than there
/// are or more memory than is free, and what the source refuses.
pub fn read<R: Read>(source: &mut Source<R>, wide: bool) -> Result<Array, String> {
    let (header, before) = read_header(source)?;
    let size = memory::product(&[header.count, header.element.size()]);
    let left = u128::from(source.len.saturating_sub(before));
    if size > left {
        return Err(format!("its shape {:?} takes {size} bytes, {left} follow", header.shape));
    }
    if source.certain && size < left {
        let (shape, more) = (&header.shape, left - size);
        return Err(format!(
            "{more} bytes follow behind the numbers of its shape {shape:?}: another array, or a wrong shape"
        ));
    }
    // of nothing there may be 2^63 rows, and in one dimension the two orders are one
    let turned = header.fortran && header.shape.len() > 1 && header.count > 0;
    let copies = if turned && !source.certain { 2 } else { 1 };
    let single = !wide && header.element == Element::F4;
    let kept = if single { 4 } else { 8 };
    if let Some(reason) = memory::refusal(memory::product(&[header.count, kept, copies])) {
        return Err(format!("its shape {:?} {reason}", header.shape));
    }
    let mut numbers = if single { Numbers::Single(vec![]) } else { Numbers::Double(vec![]) };
    match turned {
        true => turn(source, &header, &mut numbers)?,
        false => {
            if source.certain {
                numbers.reserve(header.count)?;
            }
            each_piece(source, &header, |bytes| numbers.add(&header, bytes))?;
        }
    }
    Ok(Array { numbers, shape: header.shape, element: header.element })
}

/// Reads numbers whose first index runs fastest.
fn turn<R: Read>(source: &mut Source<R>, header: &Header, out: &mut Numbers) -> Result<(), String> {
    let (mut order, mut piece) = (Fortran::new(&header.shape), out.clone());
    if source.certain {
        out.zeros(header.count)?;
        return each_piece(source, header, |bytes| {
            piece.clear();
            piece.add(header, bytes)?;
            order.place(&piece, out)
        });
    }
    // what is packed may be less than it says: room is made as it comes
    each_piece(source, header, |bytes| piece.add(header, bytes))?;
    out.zeros(header.count)?;
    order.place(&piece, out)
}

impl Numbers {
    /// The numbers of whole elements behind those that are there.
    fn add(&mut self, header: &Header, bytes: &[u8]) -> Result<(), String> {
        self.reserve(bytes.len() / header.element.size())?;
        header.element.numbers(bytes, header.big, self)
    }
}

/// Hands over the bytes of all elements, some at a time.
fn each_piece<R: Read>(
    source: &mut Source<R>,
    header: &Header,
    mut each: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let (size, mut read) = (header.element.size(), 0);
    let mut piece = vec![0; PIECE.min(header.count.saturating_mul(size))];
    while read < header.count {
        let more = (header.count - read).min(PIECE / size);
        let piece = &mut piece[..more * size];
        // what is packed comes in pieces that are large, unpacked
        interrupt::poll().map_err(|e| e.to_string())?;
        source.bytes.read_exact(piece).map_err(|e| short(&e, read, header.count, "numbers"))?;
        each(piece)?;
        read += more;
    }
    Ok(())
}

/// What an array is, for a list of them: its shape and its type.
///
/// # Errors
/// Why it cannot be read as numbers.
pub fn described<R: Read>(source: &mut Source<R>) -> Result<(Vec<usize>, Element), String> {
    let header = read_header(source)?.0;
    Ok((header.shape, header.element))
}

/// What is said where bytes end early, after so many of all elements.
pub fn short(e: &std::io::Error, read: usize, all: usize, what: &str) -> String {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof => format!("it ends after about {read} of {all} {what}"),
        _ => e.to_string(),
    }
}

/// The header, and how many bytes it had.
fn read_header<R: Read>(source: &mut Source<R>) -> Result<(Header, u64), String> {
    let (Layout { descr, fortran, shape, count }, before) = layout(source)?;
    let (element, big) = element(&descr)?;
    Ok((Header { element, big, fortran, shape, count }, before))
}

/// What the header says, and how many bytes it had.
///
/// # Errors
/// Says what makes it none.
pub fn layout<R: Read>(source: &mut Source<R>) -> Result<(Layout, u64), String> {
    let mut start = [0; 8];
    let cut = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => "not a valid npy file: it ends within its header".to_string(),
        _ => e.to_string(),
    };
    source.bytes.read_exact(&mut start).map_err(cut)?;
    let [magic @ .., major, minor] = start;
    if magic != *b"\x93NUMPY" {
        return Err("not a valid npy file: it does not begin with \\x93NUMPY".into());
    }
    // the length has two bytes in version 1, four in the later ones
    let (len, before) = match (major, minor) {
        (1, 0) => {
            let mut len = [0; 2];
            source.bytes.read_exact(&mut len).map_err(cut)?;
            (usize::from(u16::from_le_bytes(len)), 10)
        }
        (2 | 3, 0) => {
            let mut len = [0; 4];
            source.bytes.read_exact(&mut len).map_err(cut)?;
            (u32::from_le_bytes(len) as usize, 12)
        }
        _ => return Err(format!("not a valid npy file: version {major}.{minor}, expected 1.0, 2.0 or 3.0")),
    };
    let left = source.len.saturating_sub(before);
    if len as u64 > left {
        return Err(format!("not a valid npy file: its header has {len} bytes, {left} follow"));
    }
    if len > usize::from(u16::MAX) {
        return Err(format!("a header of {len} bytes is not that of an array of plain numbers"));
    }
    let mut text = vec![0; len];
    source.bytes.read_exact(&mut text).map_err(cut)?;
    let text = str::from_utf8(&text).map_err(|_| "not a valid npy file: its header is no text".to_string())?;
    Ok((header(text)?, before + len as u64))
}

/// What a header says, from its text.
fn header(text: &str) -> Result<Layout, String> {
    let bad = |why: String| format!("not a valid npy file: its header `{}` {why}", excerpt(text.trim()));
    let entries =
        super::literal::dictionary(text).map_err(|at| bad(format!("is none that NumPy writes (character {at})")))?;
    let find = |key: &str| {
        let mut of_key = entries.iter().filter(|(k, _)| k == key).map(|(_, v)| v);
        match (of_key.next(), of_key.next()) {
            (Some(v), None) => Ok(v),
            (None, _) => Err(bad(format!("has no '{key}'"))),
            (Some(_), Some(_)) => Err(bad(format!("has '{key}' twice"))),
        }
    };
    if entries.len() > 3 {
        return Err(bad("has more than 'descr', 'fortran_order' and 'shape'".into()));
    }
    let (descr, order, shape) = (find("descr")?, find("fortran_order")?, find("shape")?);
    let Literal::Truth(fortran) = order else { return Err(bad("has a 'fortran_order' that is no truth value".into())) };
    let Literal::Numbers(sizes) = shape else { return Err(bad("has a 'shape' that is no tuple of sizes".into())) };
    if sizes.len() > RANK {
        return Err(bad(format!("has a shape of {} dimensions", sizes.len())));
    }
    let shape: Option<Vec<usize>> = sizes.iter().map(|s| usize::try_from(*s).ok()).collect();
    let shape = shape.ok_or_else(|| bad("has a shape that no memory holds".into()))?;
    let count = usize::try_from(memory::product(&shape));
    let count = count.map_err(|_| format!("its shape {shape:?} has more entries than any memory holds"))?;
    Ok(Layout { descr: descr.clone(), fortran: *fortran, shape, count })
}

/// The kind of element, and whether its most significant byte comes first.
fn element(descr: &Literal) -> Result<(Element, bool), String> {
    let name = match descr {
        Literal::Text(name) => name,
        Literal::Other(other) => return Err(format!("its elements are `{}`, expected plain numbers", excerpt(other))),
        _ => return Err("not a valid npy file: its 'descr' is no type".into()),
    };
    let kind = name.trim_start_matches(['<', '>', '=', '|']);
    let element = Element::named(kind).ok_or_else(|| {
        let what = match kind.chars().next() {
            Some('O') => "Python objects, which only Python reads",
            Some('U' | 'S' | 'a') => "texts",
            Some('c') => "complex numbers",
            Some('M' | 'm') => "dates or times",
            _ => "of no known type",
        };
        format!("its elements are `{}`, {what}: expected numbers (numpy.asarray(a, dtype=float))", excerpt(name))
    })?;
    let big = name.starts_with('>') || name.starts_with('=') && cfg!(target_endian = "big");
    Ok((element, big))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, body: &[u8]) -> Vec<u8> {
        let mut out = b"\x93NUMPY\x01\x00".to_vec();
        out.extend((header.len() as u16).to_le_bytes());
        out.extend(header.as_bytes());
        out.extend(body);
        out
    }

    fn load(bytes: &[u8]) -> Result<(Vec<f64>, Vec<usize>), String> {
        let source = |certain| Source { bytes, len: bytes.len() as u64, certain };
        let array = read(&mut source(true), true)?;
        // behind compression the same
        assert_eq!(
            read(&mut source(false), true),
            Ok(Array { numbers: array.numbers.clone(), shape: array.shape.clone(), ..array })
        );
        Ok((array.numbers.double()?, array.shape))
    }

    /// Every element in both byte orders and both orders of indices, as numpy lays them out; no bit is lost.
    #[test]
    fn arrays_are_read_as_numpy_writes_them() {
        let [a, b, c] = [1.5f32, -2.0, 3e-8];
        let le: Vec<u8> = [a, b, c].iter().flat_map(|v| v.to_le_bytes()).collect();
        let be: Vec<u8> = [a, b, c].iter().flat_map(|v| v.to_be_bytes()).collect();
        let [a, b, c] = [a, b, c].map(f64::from);
        let dict = |descr: &str, fortran: &str, shape: &str| {
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}   \n")
        };
        assert_eq!(load(&file(&dict("<f4", "False", "(3,)"), &le)), Ok((vec![a, b, c], vec![3])));
        assert_eq!(load(&file(&dict(">f4", "False", "(1, 3)"), &be)), Ok((vec![a, b, c], vec![1, 3])));
        let whole: Vec<u8> = [1i64, -2, 3, 4, 5, 6].iter().flat_map(|v| v.to_be_bytes()).collect();
        let columns = load(&file(&dict(">i8", "True", "(2, 3)"), &whole));
        assert_eq!(columns, Ok((vec![1.0, 3.0, 5.0, -2.0, 4.0, 6.0], vec![2, 3])));
        let double: Vec<u8> = [0.1f64, 1e300].iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!(load(&file(&dict("<f8", "False", "(2L, 1L)"), &double)), Ok((vec![0.1, 1e300], vec![2, 1])));
        assert_eq!(load(&file(&dict("|u1", "False", "(2,)"), &[7, 255])), Ok((vec![7.0, 255.0], vec![2])));
        assert_eq!(load(&file(&dict("<i4", "False", "()"), &[5, 0, 0, 0])), Ok((vec![5.0], vec![])));
        // the first of three indices runs fastest: [i, j, k] says itself
        let cube: Vec<u8> = vec![0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121];
        let turned = load(&file(&dict("|u1", "True", "(2, 3, 2)"), &cube));
        let rows = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121].map(f64::from).to_vec();
        assert_eq!(turned, Ok((rows, vec![2, 3, 2])));
        // no entries, though the product of the others is beyond every number
        let none = dict("<f4", "False", "(0, 18446744073709551615, 18446744073709551615)");
        assert_eq!(load(&file(&none, &[])).map(|a| a.0), Ok(vec![]));
        // of a saved run the type counts as well
        let bytes = file(&dict("<f4", "True", "(3, 1)"), &le);
        let kept = read(&mut Source { bytes: &bytes[..], len: bytes.len() as u64, certain: true }, false);
        let numbers = Numbers::Single(vec![1.5, -2.0, 3e-8]);
        assert_eq!(kept, Ok(Array { numbers, shape: vec![3, 1], element: Element::F4 }));
    }

    #[test]
    fn headers_that_lie_are_refused_with_the_numbers() {
        let f4 = |shape: &str| file(&format!("{{'descr': '<f4', 'fortran_order': True, 'shape': {shape}, }}"), &[0; 8]);
        for (shape, why) in [
            ("(4294967296, 4294967296)", "has more entries than any memory holds"),
            ("(9223372036854775809, 2)", "has more entries than any memory holds"),
            ("(3, 6148914691236517206)", "has more entries than any memory holds"),
            ("(99999999999999999999999999999999999999999, 2)", "is none that NumPy writes"),
            ("(3,)", "its shape [3] takes 12 bytes, 8 follow"),
            ("(1000000000000, 2)", "its shape [1000000000000, 2] takes 8000000000000 bytes, 8 follow"),
            ("(-1,)", "is none that NumPy writes"),
            ("[2, 1]", "has a 'shape' that is no tuple of sizes"),
            ("2", "is none that NumPy writes"),
        ] {
            let e = load(&f4(shape)).err().unwrap_or_default();
            assert!(e.contains(why), "{shape}: {e}");
        }
        let mut long = b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec();
        long.extend([b' '; 58]);
        assert_eq!(
            load(&long).err().as_deref(),
            Some("not a valid npy file: its header has 4294967295 bytes, 58 follow")
        );
        for (descr, why) in [
            ("|O", "Python objects, which only Python reads"),
            ("<U5", "texts"),
            ("<c16", "complex numbers"),
            ("<M8[ns]", "dates or times"),
            ("<f16", "of no known type"),
        ] {
            let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}");
            let e = load(&file(&header, &[0; 16])).err().unwrap_or_default();
            assert!(e.starts_with(&format!("its elements are `{descr}`, {why}: expected numbers")), "{e}");
        }
        let truths = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }";
        assert_eq!(load(&file(truths, &[1, 0, 1])), Ok((vec![1.0, 0.0, 1.0], vec![3])));
        let e = load(&file(truths, &[1, 2, 0])).err().unwrap_or_default();
        assert_eq!(e, "it is damaged: a truth value is 2, expected 0 or 1");
        let nested =
            format!("{{'descr': {}{}, 'fortran_order': False, 'shape': (2,), }}", "[".repeat(9000), "]".repeat(9000));
        let e = load(&file(&nested, &[0; 8])).err().unwrap_or_default();
        assert_eq!(e, format!("its elements are `{}…`, expected plain numbers", "[".repeat(40)));
    }
}
