//! What the values of a column mean: numbers, truths or texts.
use super::time;
use crate::io::element::half;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::{ByteArray, Int96};
use parquet::schema::types::ColumnDescriptor;

/// How a value becomes one of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// a number; whole ones that have no sign have so many bits
    Number {
        /// of a whole number without a sign
        unsigned: Option<u32>,
    },
    /// a number of two bytes
    Half,
    /// digits, and how many of them are behind the point
    Decimal(u32),
    /// true or false
    Truth,
    /// a text
    Text,
    /// bytes that nobody called a text, as old writers do of texts
    Bytes,
    /// days since 1970
    Date,
    /// a time of a day, in units of a second
    Time(i64),
    /// a moment, in units of a second, and whether it is one of Greenwich
    Moment(i64, bool),
    /// a moment of 12 bytes
    Julian,
    /// a number of 128 bits with dashes
    Uuid,
}

fn per_second(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

/// By the newer description, which writers of today make.
fn logical(of: &LogicalType) -> Option<Meaning> {
    Some(match of {
        LogicalType::String | LogicalType::Enum | LogicalType::Json => Meaning::Text,
        LogicalType::Decimal(d) => Meaning::Decimal(u32::try_from(d.scale).ok()?),
        LogicalType::Date => Meaning::Date,
        LogicalType::Time(t) => Meaning::Time(per_second(&t.unit)),
        LogicalType::Timestamp(t) => Meaning::Moment(per_second(&t.unit), t.is_adjusted_to_u_t_c),
        LogicalType::Integer(i) => {
            Meaning::Number { unsigned: (!i.is_signed).then_some(u32::try_from(i.bit_width).ok()?) }
        }
        LogicalType::Uuid => Meaning::Uuid,
        LogicalType::Float16 => Meaning::Half,
        _ => return None,
    })
}

/// By the older one.
fn converted(of: ConvertedType, scale: i32) -> Option<Meaning> {
    let unsigned = |bits| Some(Meaning::Number { unsigned: Some(bits) });
    match of {
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Some(Meaning::Text),
        ConvertedType::DECIMAL => u32::try_from(scale).ok().map(Meaning::Decimal),
        ConvertedType::DATE => Some(Meaning::Date),
        ConvertedType::TIME_MILLIS => Some(Meaning::Time(1_000)),
        ConvertedType::TIME_MICROS => Some(Meaning::Time(1_000_000)),
        ConvertedType::TIMESTAMP_MILLIS => Some(Meaning::Moment(1_000, true)),
        ConvertedType::TIMESTAMP_MICROS => Some(Meaning::Moment(1_000_000, true)),
        ConvertedType::UINT_8 => unsigned(8),
        ConvertedType::UINT_16 => unsigned(16),
        ConvertedType::UINT_32 => unsigned(32),
        ConvertedType::UINT_64 => unsigned(64),
        _ => None,
    }
}

impl Meaning {
    /// What a column holds.
    ///
    /// # Errors
    /// What that is where no table has it.
    pub fn of(c: &ColumnDescriptor) -> Result<Meaning, &'static str> {
        match Meaning::said(c) {
            _ if c.max_rep_level() > 0 => Err("lists"),
            Some(Meaning::Decimal(_)) if c.type_length() > DIGITS => Err(LONG),
            Some(meaning) => Ok(meaning),
            None => Err("bytes"),
        }
    }
    fn said(c: &ColumnDescriptor) -> Option<Meaning> {
        let said = c.logical_type_ref().and_then(logical).or_else(|| converted(c.converted_type(), c.type_scale()));
        let number = Meaning::Number { unsigned: None };
        match (c.physical_type(), said) {
            (Type::BOOLEAN, _) => Some(Meaning::Truth),
            (Type::FLOAT | Type::DOUBLE, _) => Some(number),
            (Type::INT96, _) => Some(Meaning::Julian),
            (Type::INT32 | Type::INT64, None) => Some(number),
            (Type::INT32 | Type::INT64, Some(Meaning::Text | Meaning::Uuid | Meaning::Half)) => None,
            (Type::INT32 | Type::INT64, said) => said,
            (Type::BYTE_ARRAY, None) => Some(Meaning::Bytes),
            (Type::FIXED_LEN_BYTE_ARRAY, Some(Meaning::Half)) if c.type_length() == 2 => Some(Meaning::Half),
            (Type::FIXED_LEN_BYTE_ARRAY, Some(Meaning::Uuid)) if c.type_length() == 16 => Some(Meaning::Uuid),
            (Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY, Some(m @ (Meaning::Text | Meaning::Decimal(_)))) => Some(m),
            _ => None,
        }
    }
    /// Whether it is a number or a truth.
    pub fn is_number(self) -> bool {
        matches!(self, Meaning::Number { .. } | Meaning::Half | Meaning::Decimal(_) | Meaning::Truth)
    }
    /// A whole number, of so many bits, as the number it means.
    pub fn number(self, v: i64, bits: u32) -> f64 {
        match self {
            Meaning::Decimal(scale) => decimal(i128::from(v), scale),
            Meaning::Number { unsigned: Some(_) } => (v as u64 & (u64::MAX >> (64 - bits))) as f64,
            _ => v as f64,
        }
    }
    /// Whether a whole number is one that no f64 is.
    pub fn is_rounded(self, v: i64, bits: u32) -> bool {
        match self {
            Meaning::Number { unsigned: Some(_) } => {
                let v = v as u64 & (u64::MAX >> (64 - bits));
                v > WHOLE && v as f64 as u128 != u128::from(v)
            }
            Meaning::Number { .. } => v.unsigned_abs() > WHOLE && v as f64 as i128 != i128::from(v),
            _ => false,
        }
    }
    /// A whole number as the text it means.
    pub fn words(self, v: i64) -> String {
        match self {
            Meaning::Date => time::date(v),
            Meaning::Time(unit) => time::of_day(v, unit),
            Meaning::Moment(unit, utc) => time::moment(v, unit) + if utc { "+00:00" } else { "" },
            _ => v.to_string(),
        }
    }
    /// Bytes as a number.
    pub fn of_bytes(self, bytes: &[u8]) -> Option<f64> {
        match (self, bytes) {
            (Meaning::Half, [a, b]) => Some(half(u16::from_le_bytes([*a, *b]))),
            (Meaning::Decimal(scale), _) if bytes.len() <= DIGITS as usize => {
                let below = bytes.first().is_some_and(|b| *b > 127);
                let start = if below { -1i128 } else { 0 };
                Some(decimal(bytes.iter().fold(start, |n, b| n << 8 | i128::from(*b)), scale))
            }
            _ => None,
        }
    }
    /// Bytes as a text.
    pub fn text(self, bytes: &ByteArray) -> Option<std::borrow::Cow<'_, str>> {
        if self == Meaning::Uuid {
            let hex: Vec<String> = bytes.data().iter().map(|b| format!("{b:02x}")).collect();
            return (hex.len() == 16).then(|| {
                [&hex[..4], &hex[4..6], &hex[6..8], &hex[8..10], &hex[10..]].map(|p| p.concat()).join("-").into()
            });
        }
        str::from_utf8(bytes.data()).ok().map(Into::into)
    }
}

/// Bytes of the digits of a decimal at most, which an i128 has.
const DIGITS: i32 = 16;
/// What is said of decimals that have more.
pub const LONG: &str = "decimals of more than 128 bits";
/// What is said of bytes that nobody called texts, and that are none.
pub const NO_TEXT: &str = "bytes that are no UTF-8 text";

/// Whole numbers beyond may be rounded.
const WHOLE: u64 = 1 << 53;

/// A moment of 12 bytes: nanoseconds of a day, and the day.
pub fn julian(v: &Int96) -> String {
    let d = v.data();
    let nanoseconds = u64::from(d[0]) | u64::from(d[1]) << 32;
    // a day has 47 bits of them
    time::julian(i64::from(d[2] as i32), (nanoseconds & (u64::MAX >> 1)) as i64)
}

/// The number with these digits, the nearest that there is.
fn decimal(digits: i128, scale: u32) -> f64 {
    if digits.unsigned_abs() <= u128::from(WHOLE) && scale <= 22 {
        // both are exact, so that one rounding is left
        return digits as f64 / 10f64.powi(scale as i32);
    }
    format!("{digits}e-{scale}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_kinds() {
        let unsigned = |bits| Meaning::Number { unsigned: Some(bits) };
        assert_eq!((unsigned(32).number(-1, 32), unsigned(64).number(-1, 64)), (4294967295.0, 18446744073709551615.0));
        assert_eq!(Meaning::Decimal(2).number(-12345, 32), -123.45);
        assert_eq!(Meaning::Decimal(3).of_bytes(&[0xFF, 0x85]), Some(-0.123));
        assert_eq!(decimal(123_456_789_012_345_678_901_234_567, 20), 1234567.8901234567);
        for (bits, v) in [(0x3C00, 1.0), (0xC000, -2.0), (1, 5.960464477539063e-8), (0x7BFF, 65504.0)] {
            assert_eq!(Meaning::Half.of_bytes(&u16::to_le_bytes(bits)), Some(v));
        }
        assert!(half(0x7E00).is_nan() && half(0xFC00) == f64::NEG_INFINITY);
        let whole = Meaning::Number { unsigned: None };
        assert!(
            whole.is_rounded((1 << 53) + 1, 64) && !whole.is_rounded(1 << 60, 64) && unsigned(64).is_rounded(-1, 64)
        );
    }
}
