//! The elements of NumPy's arrays, and what they are read as.
use crate::memory;

/// How a number stands in a file: a truth value, floats, whole numbers with and without a sign, by their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// 0 or 1
    B1,
    /// of 16 bits, as IEEE 754 has them
    F2,
    /// of 32 bits
    F4,
    /// of 64 bits
    F8,
    /// of 8 bits
    I1,
    /// of 16 bits
    I2,
    /// of 32 bits
    I4,
    /// of 64 bits
    I8,
    /// of 8 bits, without a sign
    U1,
    /// of 16 bits, without a sign
    U2,
    /// of 32 bits, without a sign
    U4,
    /// of 64 bits, without a sign
    U8,
}

/// Every element by its name.
const NAMES: &[(&str, Element)] = &[
    ("b1", Element::B1),
    ("f2", Element::F2),
    ("f4", Element::F4),
    ("f8", Element::F8),
    ("i1", Element::I1),
    ("i2", Element::I2),
    ("i4", Element::I4),
    ("i8", Element::I8),
    ("u1", Element::U1),
    ("u2", Element::U2),
    ("u4", Element::U4),
    ("u8", Element::U8),
];

impl Element {
    /// The one of a name without its byte order.
    pub fn named(name: &str) -> Option<Element> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, e)| *e)
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, e)| *e == self).map_or("", |(n, _)| n)
    }
    /// Its bytes.
    pub fn size(self) -> usize {
        match self {
            Element::B1 | Element::I1 | Element::U1 => 1,
            Element::F2 | Element::I2 | Element::U2 => 2,
            Element::F4 | Element::I4 | Element::U4 => 4,
            Element::F8 | Element::I8 | Element::U8 => 8,
        }
    }
    /// Whether a number of its kind may have no f64: whole ones beyond 2^53.
    pub fn rounds(self) -> bool {
        matches!(self, Element::I8 | Element::U8)
    }
    /// The numbers of whole elements.
    ///
    /// # Errors
    /// A truth value that is neither.
    pub fn numbers(self, bytes: &[u8], big: bool, out: &mut Numbers) -> Result<(), String> {
        let out = match out {
            Numbers::Single(out) if self == Element::F4 => {
                each(bytes, big, f32::from_le_bytes, out);
                return Ok(());
            }
            // only f32 are kept as f32
            Numbers::Single(_) => return Ok(()),
            Numbers::Double(out) => out,
        };
        match self {
            Element::B1 => match bytes.iter().find(|b| **b > 1) {
                Some(b) => return Err(format!("it is damaged: a truth value is {b}, expected 0 or 1")),
                None => out.extend(bytes.iter().map(|b| f64::from(*b))),
            },
            Element::F2 => each(bytes, big, |b| half(u16::from_le_bytes(b)), out),
            Element::F4 => each(bytes, big, |b| f64::from(f32::from_le_bytes(b)), out),
            Element::F8 => each(bytes, big, f64::from_le_bytes, out),
            Element::I1 => each(bytes, big, |b| f64::from(i8::from_le_bytes(b)), out),
            Element::I2 => each(bytes, big, |b| f64::from(i16::from_le_bytes(b)), out),
            Element::I4 => each(bytes, big, |b| f64::from(i32::from_le_bytes(b)), out),
            Element::I8 => each(bytes, big, |b| i64::from_le_bytes(b) as f64, out),
            Element::U1 => out.extend(bytes.iter().map(|b| f64::from(*b))),
            Element::U2 => each(bytes, big, |b| f64::from(u16::from_le_bytes(b)), out),
            Element::U4 => each(bytes, big, |b| f64::from(u32::from_le_bytes(b)), out),
            Element::U8 => each(bytes, big, |b| u64::from_le_bytes(b) as f64, out),
        }
        Ok(())
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

/// A float of 16 bits: a sign, five bits of exponent, ten of fraction.
pub(super) fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// The numbers of an array, as precise as in their file.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// of 32 bits
    Single(Vec<f32>),
    /// of 64 bits, and all others
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
    /// Makes room for more.
    pub(super) fn reserve(&mut self, more: usize) -> Result<(), String> {
        match self {
            Numbers::Single(v) => memory::reserve(v, more),
            Numbers::Double(v) => memory::reserve(v, more),
        }
    }
    /// So many zeros.
    pub(super) fn zeros(&mut self, count: usize) -> Result<(), String> {
        self.reserve(count)?;
        match self {
            Numbers::Single(v) => v.resize(count, 0.0),
            Numbers::Double(v) => v.resize(count, 0.0),
        }
        Ok(())
    }
    /// None any more, with the room for them.
    pub(super) fn clear(&mut self) {
        match self {
            Numbers::Single(v) => v.clear(),
            Numbers::Double(v) => v.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        // IEEE 754: 0, the smallest, the largest without a leading one, one, a third, the largest
        for (bits, value) in [
            (0, 0.0),
            (1, 2f64.powi(-24)),
            (0x3FF, 1023.0 * 2f64.powi(-24)),
            (0x400, 2f64.powi(-14)),
            (0x3C00, 1.0),
            (0x3555, 0.333_251_953_125),
            (0x7BFF, 65504.0),
            (0x7C00, f64::INFINITY),
            (0xC000, -2.0),
        ] {
            assert_eq!(half(bits), value, "{bits:x}");
        }
        assert!(half(0x7E00).is_nan() && half(0x8000).is_sign_negative());
    }
}
