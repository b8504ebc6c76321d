//! NumPy's npy: a header, which is a Python dictionary, and the numbers.
//!
//! Headers are read by the few rules that NumPy writes them by, not as Python: general parsers go back and forth, and 24
//! brackets keep one busy for minutes. What a header says is compared with the bytes that follow before memory is asked for.
//! The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
use super::literal::Literal;
use crate::input::{PIECE, excerpt};
use crate::{interrupt, memory};
use std::io::Read;

/// The most dimensions that NumPy's arrays have.
const RANK: usize = 64;

/// How a number stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    F4,
    F8,
    I4,
    I8,
    U1,
}

impl Element {
    fn size(self) -> usize {
        match self {
            Element::U1 => 1,
            Element::F4 | Element::I4 => 4,
            Element::F8 | Element::I8 => 8,
        }
    }
    /// Bytes of a number as it is kept: f32 as they are, all others in f64.
    fn kept(self) -> usize {
        if self == Element::F4 { 4 } else { 8 }
    }
    /// The numbers of whole elements.
    fn numbers(self, bytes: &[u8], big: bool, out: &mut Numbers) {
        match (self, out) {
            (Element::F4, Numbers::Single(out)) => each(bytes, big, f32::from_le_bytes, out),
            (Element::F4, Numbers::Double(out)) => each(bytes, big, |b| f64::from(f32::from_le_bytes(b)), out),
            (Element::F8, Numbers::Double(out)) => each(bytes, big, f64::from_le_bytes, out),
            (Element::I4, Numbers::Double(out)) => each(bytes, big, |b| f64::from(i32::from_le_bytes(b)), out),
            (Element::I8, Numbers::Double(out)) => each(bytes, big, |b| i64::from_le_bytes(b) as f64, out),
            (Element::U1, Numbers::Double(out)) => out.extend(bytes.iter().map(|b| f64::from(*b))),
            // only f32 are kept as f32
            (_, Numbers::Single(_)) => {}
        }
    }
}

fn each<const N: usize, T>(bytes: &[u8], big: bool, number: impl Fn([u8; N]) -> T, out: &mut Vec<T>) {
    let (elements, _) = bytes.as_chunks::<N>();
    out.extend(elements.iter().map(|e| {
        let mut e = *e;
        if big {
            e.reverse();
        }
        number(e)
    }));
}

/// The numbers of an array, as precise as in their file.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// of 32 bits
    Single(Vec<f32>),
    /// of 64 bits, and whole numbers
    Double(Vec<f64>),
}

impl Numbers {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Numbers::Single(v) => v.len(),
            Numbers::Double(v) => v.len(),
        }
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether others have the same type and bits.
    pub fn same_bits(&self, other: &Numbers) -> bool {
        match (self, other) {
            (Numbers::Single(a), Numbers::Single(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            (Numbers::Double(a), Numbers::Double(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
            }
            _ => false,
        }
    }
    /// All in f64.
    ///
    /// # Errors
    /// More than memory holds.
    pub fn double(self) -> Result<Vec<f64>, String> {
        match self {
            Numbers::Double(v) => Ok(v),
            Numbers::Single(v) => {
                let mut out = vec![];
                memory::reserve(&mut out, v.len())?;
                out.extend(v.into_iter().map(f64::from));
                Ok(out)
            }
        }
    }
    fn reserve(&mut self, more: usize) -> Result<(), String> {
        match self {
            Numbers::Single(v) => memory::reserve(v, more),
            Numbers::Double(v) => memory::reserve(v, more),
        }
    }
}

/// What a header says.
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

/// Where an array stands: its bytes, how many there are, header included, and whether that is known to be true.
pub struct Source<R> {
    /// from the first byte of the header on
    pub bytes: R,
    /// how many there are, or are said to be
    pub len: u64,
    /// whether they are there, as in a file, or only said to be, as behind compression
    pub certain: bool,
}

/// Reads an array: its numbers in row-major order (of more than two dimensions: in the order of the file), and its shape.
/// f32 stay f32 unless `wide` asks for f64.
///
/// # Errors
/// Says what is wrong: bytes that are no npy, elements that are no plain numbers, a shape that takes more bytes than there
/// are or more memory than is free, and what the source refuses.
pub fn read<R: Read>(source: &mut Source<R>, wide: bool) -> Result<(Numbers, Vec<usize>), String> {
    let (header, before) = read_header(source)?;
    let size = memory::product(&[header.count, header.element.size()]);
    let left = u128::from(source.len.saturating_sub(before));
    if size > left {
        return Err(format!("its shape {:?} takes {size} bytes, {left} follow", header.shape));
    }
    // of nothing there may be 2^63 rows
    let by_column = header.fortran && header.shape.len() == 2 && header.count > 0;
    let copies = if by_column { 2 } else { 1 };
    let kept = if wide { 8 } else { header.element.kept() };
    if let Some(reason) = memory::refusal(memory::product(&[header.count, kept, copies])) {
        return Err(format!("its shape {:?} {reason}", header.shape));
    }
    let data = numbers(source, &header, kept == 4)?;
    if by_column {
        let (n, d) = (header.shape[0], header.shape[1]);
        let rows = match data {
            Numbers::Single(v) => Numbers::Single(by_rows(&v, n, d)?),
            Numbers::Double(v) => Numbers::Double(by_rows(&v, n, d)?),
        };
        return Ok((rows, header.shape));
    }
    Ok((data, header.shape))
}

/// Columns, one after the other, as rows.
fn by_rows<T: Copy>(data: &[T], n: usize, d: usize) -> Result<Vec<T>, String> {
    let mut rows = vec![];
    memory::reserve(&mut rows, data.len())?;
    for i in 0..n {
        interrupt::poll().map_err(|e| e.to_string())?;
        rows.extend((0..d).map(|j| data[j * n + i]));
    }
    Ok(rows)
}

fn numbers<R: Read>(source: &mut Source<R>, header: &Header, single: bool) -> Result<Numbers, String> {
    let size = header.element.size();
    let mut out = if single { Numbers::Single(vec![]) } else { Numbers::Double(vec![]) };
    if source.certain {
        out.reserve(header.count)?;
    }
    let mut piece = vec![0; PIECE.min(header.count.saturating_mul(size))];
    while out.len() < header.count {
        let more = (header.count - out.len()).min(PIECE / size);
        let piece = &mut piece[..more * size];
        // what is packed comes in pieces that are large, unpacked
        interrupt::poll().map_err(|e| e.to_string())?;
        source.bytes.read_exact(piece).map_err(|e| short(&e, out.len(), header.count))?;
        out.reserve(more)?;
        header.element.numbers(piece, header.big, &mut out);
    }
    Ok(out)
}

fn short(e: &std::io::Error, read: usize, all: usize) -> String {
    match e.kind() {
        std::io::ErrorKind::UnexpectedEof => format!("it ends after about {read} of {all} numbers"),
        _ => e.to_string(),
    }
}

/// The header, and how many bytes it had.
fn read_header<R: Read>(source: &mut Source<R>) -> Result<(Header, u64), String> {
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
fn header(text: &str) -> Result<Header, String> {
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
    let (element, big) = element(descr)?;
    let Literal::Truth(fortran) = order else { return Err(bad("has a 'fortran_order' that is no truth value".into())) };
    let Literal::Numbers(sizes) = shape else { return Err(bad("has a 'shape' that is no tuple of sizes".into())) };
    if sizes.len() > RANK {
        return Err(bad(format!("has a shape of {} dimensions", sizes.len())));
    }
    let shape: Option<Vec<usize>> = sizes.iter().map(|s| usize::try_from(*s).ok()).collect();
    let shape = shape.ok_or_else(|| bad("has a shape that no memory holds".into()))?;
    let count = usize::try_from(memory::product(&shape));
    let count = count.map_err(|_| format!("its shape {shape:?} has more entries than any memory holds"))?;
    Ok(Header { element, big, fortran: *fortran, shape, count })
}

/// The kind of element, and whether its most significant byte comes first.
fn element(descr: &Literal) -> Result<(Element, bool), String> {
    let name = match descr {
        Literal::Text(name) => name,
        Literal::Other(other) => return Err(format!("its elements are `{}`, expected plain numbers", excerpt(other))),
        _ => return Err("not a valid npy file: its 'descr' is no type".into()),
    };
    let element = match name.trim_start_matches(['<', '>', '=', '|']) {
        "f4" => Element::F4,
        "f8" => Element::F8,
        "i4" => Element::I4,
        "i8" => Element::I8,
        "u1" => Element::U1,
        _ => return Err(format!("its elements are `{}`, expected f4, f8, i4, i8 or u1", excerpt(name))),
    };
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
        let (numbers, shape) = read(&mut Source { bytes, len: bytes.len() as u64, certain: true }, true)?;
        Ok((numbers.double()?, shape))
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
        // no entries, though the product of the others is beyond every number
        let none = dict("<f4", "False", "(0, 18446744073709551615, 18446744073709551615)");
        assert_eq!(load(&file(&none, &[])).map(|a| a.0), Ok(vec![]));
        // of a saved run the type counts as well
        let bytes = file(&dict("<f4", "True", "(3, 1)"), &le);
        let kept = read(&mut Source { bytes: &bytes[..], len: bytes.len() as u64, certain: true }, false);
        assert_eq!(kept, Ok((Numbers::Single(vec![1.5, -2.0, 3e-8]), vec![3, 1])));
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
        let nested =
            format!("{{'descr': {}{}, 'fortran_order': False, 'shape': (2,), }}", "[".repeat(9000), "]".repeat(9000));
        let e = load(&file(&nested, &[0; 8])).err().unwrap_or_default();
        assert_eq!(e, format!("its elements are `{}…`, expected plain numbers", "[".repeat(40)));
    }
}
