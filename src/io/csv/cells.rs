//! What stands in a field: a number, nothing, or a text.

/// Words for a number that is not there, in any case of their letters: those of pandas and of R, and the `?` of UCI.
const MISSING: &[&str] = &[
    "", "NA", "N/A", "n/a", "#N/A", "#NA", "#N/A N/A", "<NA>", "null", "none", "nan", "?", "1.#IND", "-1.#IND",
    "1.#QNAN", "-1.#QNAN",
];

/// What is in a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// a number
    Number(f64),
    /// a word for no number
    Missing,
    /// digits of a number beyond 1.8e308
    Beyond,
    /// anything else
    Text,
}

/// How numbers are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writing {
    /// fractions behind a comma
    pub comma: bool,
    /// what stands where thousands end
    pub thousands: Option<char>,
    /// further words for a number that is not there
    pub missing: Vec<String>,
}

/// A field without the blanks around it.
pub fn trimmed(field: &[u8]) -> &[u8] {
    field.trim_ascii()
}

impl Writing {
    /// What a field holds.
    pub fn cell(&self, field: &[u8]) -> Cell {
        let field = trimmed(field);
        if field.is_empty() {
            return Cell::Missing;
        }
        let Ok(text) = str::from_utf8(field) else { return Cell::Text };
        if self.missing.iter().any(|m| m == text) {
            return Cell::Missing;
        }
        match self.number(text) {
            Some(x) if x.is_nan() => Cell::Missing,
            // only words are infinite
            Some(x) if x.is_infinite() && field.iter().any(u8::is_ascii_digit) => Cell::Beyond,
            Some(x) => Cell::Number(x),
            None if MISSING.iter().any(|m| text.eq_ignore_ascii_case(m)) => Cell::Missing,
            None => odd(text).map_or(Cell::Text, |t| self.cell(t.as_bytes())),
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        if let Some(sign) = self.thousands.filter(|t| text.contains(*t)) {
            let point = if self.comma { ',' } else { '.' };
            return ungrouped(text, sign, point)?.parse().ok();
        }
        if !self.comma {
            return text.parse().ok();
        }
        // a point would part thousands
        if text.contains('.') {
            return None;
        }
        match text.contains(',') {
            true => text.replacen(',', ".", 1).parse().ok(),
            false => text.parse().ok(),
        }
    }
}

/// Truth values as numbers, and a minus that is no hyphen as one.
fn odd(text: &str) -> Option<String> {
    match text {
        "True" | "TRUE" | "true" => return Some("1".into()),
        "False" | "FALSE" | "false" => return Some("0".into()),
        _ => {}
    }
    text.contains('\u{2212}').then(|| text.replace('\u{2212}', "-"))
}

/// A number without the signs where its thousands end, its fraction behind a point; none where they stand elsewhere.
fn ungrouped(text: &str, sign: char, point: char) -> Option<String> {
    let (whole, fraction) = text.split_once(point).map_or((text, None), |(w, f)| (w, Some(f)));
    let fits = by_thousands(whole, sign) && fraction.is_none_or(|f| f.bytes().all(|b| b.is_ascii_digit()));
    let behind = fraction.map_or(String::new(), |f| format!(".{f}"));
    fits.then(|| format!("{}{behind}", whole.replace(sign, "")))
}

/// Whether a number can have this sign only where thousands end, because its fraction stands behind the other: 1,234.50.
pub fn is_grouped(text: &str, sign: char, point: char) -> bool {
    text.contains(sign) && text.contains(point) && ungrouped(text, sign, point).is_some()
}

/// Whether a number has a sign where thousands end, and none elsewhere: 1,234 may be a thousand or a little more than one.
pub fn by_thousands(text: &str, sign: char) -> bool {
    let mut groups = text.trim_start_matches(['+', '-']).split(sign);
    let digits = |g: &str| g.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && digits(g) && g != "0");
    let mut rest = groups.peekable();
    first && rest.peek().is_some() && rest.all(|g| g.len() == 3 && digits(g))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        let point = Writing::default();
        let comma = Writing { comma: true, missing: vec!["-999".into()], thousands: None };
        for (text, expected) in [
            (" 1.5 ", Cell::Number(1.5)),
            ("+2", Cell::Number(2.0)),
            (".5", Cell::Number(0.5)),
            ("5.", Cell::Number(5.0)),
            ("-1E-3", Cell::Number(-1e-3)),
            ("\u{2212}4", Cell::Number(-4.0)),
            ("True", Cell::Number(1.0)),
            ("-inf", Cell::Number(f64::NEG_INFINITY)),
            ("1e400", Cell::Beyond),
            ("n/a", Cell::Missing),
            ("#N/A", Cell::Missing),
            ("-NaN", Cell::Missing),
            ("1,5", Cell::Text),
            ("1_000", Cell::Text),
            ("0x10", Cell::Text),
            ("1 2", Cell::Text),
            ("\u{2212}", Cell::Text),
        ] {
            assert_eq!(point.cell(text.as_bytes()), expected, "{text}");
        }
        for (text, expected) in [
            ("1,5", Cell::Number(1.5)),
            ("-0,5e3", Cell::Number(-500.0)),
            ("7", Cell::Number(7.0)),
            ("1.5", Cell::Text),
            ("1,2,3", Cell::Text),
            ("-999", Cell::Missing),
        ] {
            assert_eq!(comma.cell(text.as_bytes()), expected, "{text}");
        }
        for (text, expected) in
            [("1,234", true), ("-12,345,678", true), ("0,123", false), ("1,23", false), ("12", false)]
        {
            assert_eq!(by_thousands(text, ','), expected, "{text}");
        }
        let english = Writing { thousands: Some(','), ..Writing::default() };
        let german = Writing { comma: true, thousands: Some('.'), missing: vec![] };
        for (text, by_point, by_comma) in [
            ("1,234.50", Cell::Number(1234.5), Cell::Text),
            ("-12,345", Cell::Number(-12345.0), Cell::Number(-12.345)),
            ("1.234.567,5", Cell::Text, Cell::Number(1234567.5)),
            ("1,23", Cell::Text, Cell::Number(1.23)),
            ("7", Cell::Number(7.0), Cell::Number(7.0)),
            ("1,234.5e3", Cell::Text, Cell::Text),
        ] {
            assert_eq!((english.cell(text.as_bytes()), german.cell(text.as_bytes())), (by_point, by_comma), "{text}");
        }
    }
}
