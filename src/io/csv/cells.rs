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

/// Whether a number has commas where thousands end, and none elsewhere: 1,234 may be a thousand or a little more than one.
pub fn by_thousands(text: &str) -> bool {
    let mut groups = text.trim_start_matches(['+', '-']).split(',');
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
        let comma = Writing { comma: true, missing: vec!["-999".into()] };
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
            assert_eq!(by_thousands(text), expected, "{text}");
        }
    }
}
