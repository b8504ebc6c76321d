//! The types of elements.
use super::bytes::Cursor;
use crate::io::element::Element;

/// Types inside each other this deep are not what anybody measures.
const DEEP: usize = 16;

/// What an element is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// a number, and whether its most significant byte comes first
    Number(Element, bool),
    /// a text of so many bytes that ends with zeros, or with blanks
    Text,
    /// a text that stands in a heap
    Texts,
    /// several values under names
    Record(Vec<Field>),
    /// several values of a type
    Array(usize, Box<Type>),
    /// anything else, in words
    Other(String),
}

/// A type, and the bytes of an element.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// bytes of an element
    pub size: usize,
    /// what it is
    pub kind: Kind,
}

/// A value under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// its name
    pub name: String,
    /// its first byte
    pub at: usize,
    /// its type
    pub of: Type,
}

impl Type {
    /// What it is, for a list.
    pub fn described(&self) -> String {
        match &self.kind {
            Kind::Number(e, _) => e.name().into(),
            Kind::Text | Kind::Texts => "text".into(),
            Kind::Record(fields) => format!("{} fields", fields.len()),
            Kind::Array(n, of) => format!("{n} {}", of.described()),
            Kind::Other(what) => what.clone(),
        }
    }
    /// Numbers in an element, if it holds nothing else: their count, type and byte order.
    pub fn numbers(&self) -> Option<(usize, Element, bool)> {
        match &self.kind {
            Kind::Number(e, big) => Some((1, *e, *big)),
            Kind::Array(n, of) => of.numbers().map(|(m, e, big)| (n.saturating_mul(m), e, big)),
            _ => None,
        }
    }
}

/// Reads a type.
///
/// # Errors
/// Says what is damaged.
pub fn read(c: &mut Cursor) -> Result<Type, String> {
    at_depth(c, 0)
}

fn at_depth(c: &mut Cursor, depth: usize) -> Result<Type, String> {
    if depth > DEEP {
        return Err("it is damaged: its types lead in circles".into());
    }
    let start = c.byte()?;
    let (version, class) = (start >> 4, start & 15);
    let bits = c.uint(3)?;
    let size = c.size(4)?;
    if !(1..=5).contains(&version) || size == 0 {
        return Err(format!("it is damaged: a type has version {version} and {size} bytes"));
    }
    let count = (bits & 0xFFFF) as usize;
    let kind = match class {
        0 => fixed(c, bits, size)?,
        1 => float(c, bits, size)?,
        2 => other(c, 2, "times")?,
        3 => Kind::Text,
        4 => other(c, 4, "bits")?,
        5 => other(c, (bits & 0xFF) as usize, "opaque bytes")?,
        6 => record(c, version, (count, size), depth)?,
        7 => Kind::Other("references".into()),
        8 => named(c, version, count, depth)?,
        9 => {
            let of = at_depth(c, depth + 1)?;
            if bits & 15 == 1 { Kind::Texts } else { Kind::Other(format!("lists of {}", of.described())) }
        }
        10 => array(c, version, size, depth)?,
        11 => Kind::Other("complex numbers".into()),
        _ => return Err(format!("it is damaged: a type is of class {class}")),
    };
    Ok(Type { size, kind })
}

fn other(c: &mut Cursor, more: usize, what: &str) -> Result<Kind, String> {
    c.take(more)?;
    Ok(Kind::Other(what.into()))
}

fn fixed(c: &mut Cursor, bits: u64, size: usize) -> Result<Kind, String> {
    let (offset, precision) = (c.uint(2)?, c.size(2)?);
    let signed = bits & 8 != 0;
    let element = match (size, signed) {
        (1, true) => Element::I1,
        (2, true) => Element::I2,
        (4, true) => Element::I4,
        (8, true) => Element::I8,
        (1, false) => Element::U1,
        (2, false) => Element::U2,
        (4, false) => Element::U4,
        (8, false) => Element::U8,
        _ => return Ok(Kind::Other(format!("whole numbers of {size} bytes"))),
    };
    if offset != 0 || precision != 8 * size {
        return Ok(Kind::Other(format!("whole numbers of {precision} bits in {size} bytes")));
    }
    Ok(Kind::Number(element, bits & 1 != 0))
}

fn float(c: &mut Cursor, bits: u64, size: usize) -> Result<Kind, String> {
    let (offset, precision) = (c.uint(2)?, c.size(2)?);
    let (exponent_at, exponent, fraction_at, fraction) = (c.uint(1)?, c.uint(1)?, c.uint(1)?, c.uint(1)?);
    let (bias, sign) = (c.uint(4)?, bits >> 8 & 0xFF);
    // as IEEE 754 has them; others, such as bfloat16, have as many bytes
    let (element, expected) = match size {
        2 => (Element::F2, [10, 5, 0, 10, 15, 15]),
        4 => (Element::F4, [23, 8, 0, 23, 127, 31]),
        8 => (Element::F8, [52, 11, 0, 52, 1023, 63]),
        _ => return Ok(Kind::Other(format!("floats of {size} bytes"))),
    };
    let plain = [exponent_at, exponent, fraction_at, fraction, bias, sign] == expected;
    // bits 4 and 5: the leading one is not stored; bit 6: the order of VAX
    if !plain || offset != 0 || precision != 8 * size || bits >> 4 & 7 != 2 {
        return Ok(Kind::Other(format!("floats of {exponent} and {fraction} bits")));
    }
    Ok(Kind::Number(element, bits & 1 != 0))
}

fn record(c: &mut Cursor, version: u8, (count, size): (usize, usize), depth: usize) -> Result<Kind, String> {
    let mut fields = vec![];
    for _ in 0..count {
        let name = c.text(version < 3)?;
        // of version 3 on, as many bytes as the size of the record has
        let at = c.size(if version < 3 { 4 } else { (usize::BITS - size.leading_zeros()).div_ceil(8) as usize })?;
        let mut dims: Vec<usize> = vec![];
        if version == 1 {
            let rank = c.size(1)?;
            c.take(11)?;
            dims = (0..4).map(|_| c.size(4)).collect::<Result<_, _>>()?;
            dims.truncate(rank);
        }
        let mut of = at_depth(c, depth + 1)?;
        if !dims.is_empty() {
            of = many(&dims, of)?;
        }
        if at.checked_add(of.size).is_none_or(|end| end > size) {
            return Err("it is damaged: a field is outside of its record".into());
        }
        fields.push(Field { name, at, of });
    }
    Ok(Kind::Record(fields))
}

fn many(dims: &[usize], of: Type) -> Result<Type, String> {
    let damaged = || "it is damaged: an array in a record is beyond every memory".to_string();
    let n = dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).ok_or_else(damaged)?;
    let size = n.checked_mul(of.size).filter(|s| *s > 0).ok_or_else(damaged)?;
    Ok(Type { size, kind: Kind::Array(n, Box::new(of)) })
}

fn array(c: &mut Cursor, version: u8, size: usize, depth: usize) -> Result<Kind, String> {
    let rank = c.size(1)?;
    c.take(if version < 3 { 3 } else { 0 })?;
    let dims: Vec<usize> = (0..rank).map(|_| c.size(4)).collect::<Result<_, _>>()?;
    c.take(if version < 3 { 4 * rank } else { 0 })?;
    let out = many(&dims, at_depth(c, depth + 1)?)?;
    if out.size != size {
        return Err("it is damaged: an array in a record has another size".into());
    }
    Ok(out.kind)
}

/// Numbers that have names: truth values are written so, and what h5py calls an enumeration.
fn named(c: &mut Cursor, version: u8, count: usize, depth: usize) -> Result<Kind, String> {
    let base = at_depth(c, depth + 1)?;
    let names: Vec<String> = (0..count).map(|_| c.text(version < 3)).collect::<Result<_, _>>()?;
    let values: Vec<u64> = (0..count).map(|_| c.uint(base.size.min(8))).collect::<Result<_, _>>()?;
    let truth = names == ["FALSE", "TRUE"] && values == [0, 1] && base.size == 1;
    Ok(if truth { Kind::Number(Element::B1, false) } else { base.kind })
}
