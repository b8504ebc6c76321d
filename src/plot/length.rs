//! Lengths with units.

/// Units and the logical pixels in one of them; an inch has 96.
const UNITS: [(&str, f64); 5] =
    [("px", 1.0), ("pt", 96.0 / 72.0), ("mm", 96.0 / 25.4), ("cm", 96.0 / 2.54), ("in", 96.0)];

/// The logical pixels of a text such as "89mm", "3.5in" or "252pt"; a number alone is pixels.
pub fn pixels(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) =
        UNITS.iter().find_map(|(name, px)| text.strip_suffix(name).map(|n| (n, *px))).unwrap_or((text, 1.0));
    number.trim().parse::<f64>().ok().map(|v| v * unit).filter(|v| v.is_finite() && *v > 0.0)
}

#[cfg(test)]
mod tests {
    use super::pixels;

    #[test]
    fn lengths_have_units() {
        let near = |t: &str, v: f64| assert!((pixels(t).unwrap() - v).abs() < 1e-9, "{t}");
        near("89mm", 89.0 / 25.4 * 96.0);
        near(" 3.5 in", 336.0);
        near("72pt", 96.0);
        near("2.54cm", 96.0);
        near("300", 300.0);
        for wrong in ["", "mm", "-3mm", "0in", "nan", "inf", "3 miles", "1e400pt"] {
            assert_eq!(pixels(wrong), None, "{wrong}");
        }
    }
}
