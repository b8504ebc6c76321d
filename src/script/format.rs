//! Numbers as texts: of a readable length where nothing else is asked for, and as a format asks.
use super::convert::{Native, fail, plain_number, type_of};
use super::readings::{FORMAT, TEXT};
use crate::error::{Error, Result};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};
use std::any::TypeId;

/// Digits of a number without what rounding leaves; as many make it a short one; and roundings that may be left out.
const DIGITS: usize = 15;
const SHORT: usize = 12;
const ROUNDINGS: f64 = 2.0;
/// Values at most that `print` takes: the engine tries a name with every mixture of known and unknown types, twice as many for each.
const MOST_SHOWN: usize = 12;
/// Digits behind the point at most that are asked for.
const MOST: usize = 340;
/// Bytes of a text at most.
pub const LONGEST: usize = 100_000_000;

/// A number as a short one if that is what it is but for two roundings, as 0.1 + 0.2 is 0.3, else with as many digits as tell it from all
/// others; without zeros at its end.
pub fn readable(v: f64) -> String {
    let size = v.abs();
    if v == 0.0 {
        return if v.is_sign_negative() { "-0.0".into() } else { "0.0".into() };
    }
    if !v.is_finite() {
        return match v {
            _ if v.is_nan() => "NaN".into(),
            _ if v > 0.0 => "inf".into(),
            _ => "-inf".into(),
        };
    }
    if size < 1e15 && v.fract() == 0.0 {
        return format!("{v:.1}");
    }
    let short = format!("{v:.0$e}", DIGITS - 1);
    let digits = short.split('e').next().map_or(0, |m| trimmed(m).chars().filter(char::is_ascii_digit).count());
    let near = short.parse().is_ok_and(|s: f64| (s - v).abs() <= ROUNDINGS * f64::EPSILON * size) && digits <= SHORT;
    let scientific = if near { short } else { format!("{v:e}") };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-5..15).contains(&exponent) {
        // what is large keeps the digits before its point
        return if near {
            let behind = (DIGITS as i32 - 1 - exponent).max(1) as usize;
            pointed(trimmed(&format!("{v:.behind$}")))
        } else {
            pointed(&v.to_string())
        };
    }
    format!("{}e{exponent}", trimmed(mantissa))
}

/// Without zeros at the end of its digits behind the point.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A number with a point is no integer, and says so.
fn pointed(text: &str) -> String {
    if text.contains('.') { text.into() } else { format!("{text}.0") }
}

/// How a number is to be written, as Python's formats say it: `+08,.3f`.
#[derive(Clone, Debug, Default, PartialEq)]
struct Format {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    zeros: bool,
    width: usize,
    grouped: bool,
    digits: Option<usize>,
    kind: Option<char>,
}

/// What formats are known, for messages.
const KNOWN: &str =
    "a format such as .3f (digits behind the point), .3e (with an exponent), .3g (digits in all), .1% or >8 (a width)";

impl Format {
    fn read(spec: &str) -> Option<Format> {
        let c: Vec<char> = spec.trim().chars().collect();
        let mut f = Format::default();
        let mut i = 0;
        let align = |ch: Option<&char>| ch.is_some_and(|ch| matches!(ch, '<' | '>' | '^'));
        if align(c.get(1)) {
            (f.fill, f.align, i) = (c.first().copied(), c.get(1).copied(), 2);
        } else if align(c.first()) {
            (f.align, i) = (c.first().copied(), 1);
        }
        if let Some(sign @ ('+' | ' ' | '-')) = c.get(i) {
            (f.sign, i) = (Some(*sign), i + 1);
        }
        if c.get(i) == Some(&'0') {
            (f.zeros, i) = (true, i + 1);
        }
        let digits = |i: &mut usize| {
            let from = *i;
            *i += c[from..].iter().take_while(|ch| ch.is_ascii_digit()).count();
            c[from..*i].iter().collect::<String>().parse::<usize>().ok()
        };
        f.width = digits(&mut i).unwrap_or(0);
        if let Some(',' | '_') = c.get(i) {
            (f.grouped, i) = (true, i + 1);
        }
        if c.get(i) == Some(&'.') {
            i += 1;
            f.digits = Some(digits(&mut i)?);
        }
        if let Some(kind @ ('f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'd' | 's' | '%')) = c.get(i) {
            (f.kind, i) = (Some(*kind), i + 1);
        }
        (i == c.len() && f.width <= 10_000 && f.digits.is_none_or(|n| n <= MOST)).then_some(f)
    }

    /// A number by it.
    fn number(&self, v: f64, whole: bool) -> String {
        let digits = self.digits;
        let mut body = match self.kind {
            _ if !v.is_finite() => readable(v.abs()),
            Some('f' | 'F') => format!("{:.1$}", v.abs(), digits.unwrap_or(6)),
            Some('%') => format!("{:.1$}%", 100.0 * v.abs(), digits.unwrap_or(6)),
            Some('e' | 'E') => exponent(&format!("{:.1$e}", v.abs(), digits.unwrap_or(6))),
            Some('d') => format!("{:.0}", v.abs()),
            Some('g' | 'G') => general(v.abs(), digits.unwrap_or(6)),
            _ => match digits {
                Some(n) => general(v.abs(), n),
                None if whole => format!("{:.0}", v.abs()),
                None => readable(v.abs()),
            },
        };
        if self.grouped {
            body = grouped(&body);
        }
        if matches!(self.kind, Some('E' | 'G')) {
            body = body.to_uppercase();
        }
        let sign = match self.sign {
            _ if v.is_sign_negative() && !v.is_nan() => "-",
            Some('+') => "+",
            Some(' ') => " ",
            _ => "",
        };
        if self.zeros && self.align.is_none() {
            let missing = self.width.saturating_sub(sign.len() + body.chars().count());
            return format!("{sign}{}{body}", "0".repeat(missing));
        }
        self.padded(format!("{sign}{body}"), '>')
    }

    /// A text at its width.
    fn padded(&self, text: String, usual: char) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        let before = match self.align.unwrap_or(usual) {
            '<' => 0,
            '>' => missing,
            _ => missing / 2,
        };
        let fill = |n: usize| self.fill.unwrap_or(' ').to_string().repeat(n);
        format!("{}{text}{}", fill(before), fill(missing - before))
    }
}

/// An exponent of two digits at least, with its sign.
fn exponent(text: &str) -> String {
    let (mantissa, e) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, e) = e.strip_prefix('-').map_or(('+', e), |e| ('-', e));
    format!("{mantissa}e{sign}{e:0>2}")
}

/// So many digits in all, with an exponent where the number is very large or small.
fn general(v: f64, digits: usize) -> String {
    let digits = digits.max(1);
    let scientific = format!("{v:.0$e}", digits - 1);
    let power: i32 = scientific.split_once('e').and_then(|s| s.1.parse().ok()).unwrap_or(0);
    if v != 0.0 && !(-4..digits as i32).contains(&power) {
        let mantissa = trimmed(scientific.split('e').next().unwrap_or_default());
        return exponent(&format!("{mantissa}e{power}"));
    }
    let behind = if v == 0.0 { 0 } else { (digits as i32 - 1 - power).max(0) as usize };
    trimmed(&format!("{v:.behind$}")).to_string()
}

/// Commas between thousands.
fn grouped(body: &str) -> String {
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (whole, rest) = body.split_at(end);
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out + rest
}

/// Digits behind the point, or a format as a text.
fn asked(how: &Dynamic) -> Result<Format> {
    let wrong = |got: String| Error::Shape {
        what: "fmt(x, how)".into(),
        expected: format!("digits behind the point, or {KNOWN}"),
        got,
    };
    if let Some(n) = plain_number(how) {
        let fits = n.fract() == 0.0 && (0.0..=MOST as f64).contains(&n);
        let digits = fits.then_some(n as usize).ok_or_else(|| wrong(readable(n)))?;
        return Ok(Format { digits: Some(digits), kind: Some('f'), ..Format::default() });
    }
    let how = how.flatten_clone();
    match how.read_lock::<ImmutableString>() {
        Some(spec) => Format::read(&spec).ok_or_else(|| wrong(format!("\"{}\"", spec.as_str()))),
        None => Err(wrong(format!("a {}", type_of(&how)))),
    }
}

/// A value as the format says; lists entry by entry.
fn formatted(ctx: &NativeCallContext, v: &Dynamic, f: &Format) -> Native<String> {
    let v = v.flatten_clone();
    if let Ok(i) = v.as_int() {
        // beyond 2⁵³ an integer has more digits than a float
        let plain = f.digits.is_none() && matches!(f.kind, None | Some('d')) && !f.grouped;
        return Ok(if plain && i.unsigned_abs() > 1 << 53 {
            f.padded(i.to_string(), '>')
        } else {
            f.number(i as f64, true)
        });
    }
    if let Ok(x) = v.as_float() {
        return Ok(f.number(x, false));
    }
    if let Some(list) = v.read_lock::<Array>() {
        let one = |(i, v): (usize, &Dynamic)| {
            crate::interrupt::poll_each(i).or_else(|e| fail(ctx, e))?;
            formatted(ctx, v, f)
        };
        return Ok(format!("[{}]", list.iter().enumerate().map(one).collect::<Native<Vec<String>>>()?.join(", ")));
    }
    if f.digits.is_some() || matches!(f.kind, Some(k) if k != 's') {
        let got = format!("a {}", type_of(&v));
        return fail(
            ctx,
            Error::Shape { what: "fmt(x, how)".into(), expected: "a number or a list of numbers".into(), got },
        );
    }
    let text = ctx.call_native_fn_raw("to_string", true, &mut [&mut v.clone()])?;
    Ok(f.padded(text.into_string().unwrap_or_default(), '<'))
}

/// A number at so many digits behind the point; before it, where n is below 0. Halves go away from 0.
pub fn rounded(v: f64, n: i64) -> f64 {
    if !v.is_finite() || n > 330 {
        return v;
    }
    if n < 0 {
        let unit = 10f64.powi(-(n.max(-330) as i32));
        return if unit.is_finite() { (v / unit).round() * unit } else { 0.0 };
    }
    let unit = 10f64.powi(n.min(22) as i32);
    let scaled = v * unit;
    // a half that is one exactly, not by rounding
    if n <= 22 && scaled.abs().fract() == 0.5 && v.mul_add(unit, -scaled) == 0.0 {
        return scaled.round() / unit;
    }
    format!("{v:.0$}", n as usize).parse().unwrap_or(v)
}

/// Registers how numbers are shown, and what `${x:.3f}` and templates become.
pub fn register(engine: &mut Engine) {
    for name in ["to_string", "to_debug", "print", "debug"] {
        engine.register_fn(name, |v: f64| readable(v));
    }
    // values side by side, a space between
    for n in 2..=MOST_SHOWN {
        engine.register_raw_fn(
            "print",
            vec![TypeId::of::<Dynamic>(); n],
            |ctx: NativeCallContext, given: &mut [&mut Dynamic]| {
                let text = |v: &mut Dynamic| ctx.call_native_fn_raw("to_string", true, &mut [v]).map(|t| t.to_string());
                let all = given.iter_mut().map(|v| text(v)).collect::<Native<Vec<String>>>()?;
                Ok(all.join(" "))
            },
        );
    }
    engine.register_fn(FORMAT, |ctx: NativeCallContext, v: Dynamic, how: Dynamic| write(&ctx, &v, &how));
    engine.register_fn(TEXT, |ctx: NativeCallContext, text: ImmutableString| -> Native<ImmutableString> {
        if text.len() > LONGEST {
            let position = ctx.call_position();
            return Err(EvalAltResult::ErrorDataTooLarge("Length of string".into(), position).into());
        }
        Ok(text)
    });
}

/// A value as so many digits behind the point, or a format, ask for.
pub fn write(ctx: &NativeCallContext, v: &Dynamic, how: &Dynamic) -> Native<String> {
    let format = asked(how).or_else(|e| fail(ctx, e))?;
    formatted(ctx, v, &format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_readable_length() {
        for (v, text) in [
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.3333333333333333"),
            (0.1 * 3.0 - 1e-17, "0.3"),
            (0.3 + 1e-14, "0.30000000000001"),
            (2.0f64.sqrt(), "1.4142135623730951"),
            (2.0, "2.0"),
            (1e14, "100000000000000.0"),
            (1e15, "1e15"),
            (123456789012.25, "123456789012.25"),
            (-1.5e-7, "-1.5e-7"),
            (0.00012345, "0.00012345"),
            (5e-324, "5e-324"),
            (0.9999999999999, "0.9999999999999"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(readable(v), text);
        }
    }

    /// As Python's format(v, spec).
    #[test]
    fn formats_are_those_of_python() {
        for (v, spec, text) in [
            (2.34567, ".2f", "2.35"),
            (-2.34567, "8.3f", "  -2.346"),
            (2.34567, "08.3f", "0002.346"),
            (-2.34567, "08.3f", "-002.346"),
            (31415.9, ".3e", "3.142e+04"),
            (0.0, ".2e", "0.00e+00"),
            (31415.9, ".3g", "3.14e+04"),
            (0.00012345, ".3g", "0.000123"),
            (0.000012345, ".3g", "1.23e-05"),
            (100.0, "g", "100"),
            (0.256, ".1%", "25.6%"),
            (1234567.891, ",.2f", "1,234,567.89"),
            (2.0, "+.1f", "+2.0"),
            (2.0, "*^9.1f", "***2.0***"),
            (2.0, "<6.1f", "2.0   "),
            (f64::INFINITY, "6.1f", "   inf"),
        ] {
            assert_eq!(Format::read(spec).map(|f| f.number(v, false)).as_deref(), Some(text), "{spec}");
        }
        for bad in [".f", "3.2q", "q", ".999f", "99999d", "f3"] {
            assert_eq!(Format::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn rounding_is_that_of_the_decimal_digits() {
        for (v, n, out) in [
            (2.675, 2, 2.67),
            (0.125, 2, 0.13),
            (-0.125, 2, -0.13),
            (2.5, 0, 3.0),
            (1234.5, -2, 1200.0),
            (1e300, 5, 1e300),
            (0.1 + 0.2, 15, 0.3),
            (7.0, 400, 7.0),
            (7.0, -400, 0.0),
        ] {
            assert_eq!(rounded(v, n), out, "{v} {n}");
        }
    }
}
