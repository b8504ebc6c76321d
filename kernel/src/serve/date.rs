//! Dates of messages, by ISO 8601.
use serde_json::Value;
use std::time::{SystemTime, UNIX_EPOCH};

/// Now.
pub fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    civil(now.as_secs(), now.subsec_micros())
}

/// Seconds since 1970 in the Gregorian calendar, whose years are counted from March: leap days come last.
fn civil(seconds: u64, micros: u32) -> String {
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (date, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = 400 * era + year + u64::from(month <= 2);
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{date:02}T{h:02}:{m:02}:{s:02}.{micros:06}Z")
}

/// Whether all texts in a value that look like a date and a time, to a client that looks for them, are some. Others are
/// none of our business.
pub fn are_dates(value: &Value) -> bool {
    match value {
        Value::String(text) => is_date(text).unwrap_or(true),
        Value::Array(all) => all.iter().all(are_dates),
        Value::Object(all) => all.values().all(are_dates),
        _ => true,
    }
}

/// A text in the form of a date, digits as 0: to clients, those of every script are digits.
const FORM: &str = "0000-00-00T00:00:00";

/// Whether a text like 2026-01-01T00:00:00 is a date and a time; none if it is not like that. A fraction may follow, Z, and
/// an offset, each or none.
fn is_date(text: &str) -> Option<bool> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let forms: String = line.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect();
    let mut tail = forms.strip_prefix(FORM)?;
    if let Some(fraction) = tail.strip_prefix('.') {
        tail = fraction.trim_start_matches('0');
    }
    let offset = tail.strip_prefix('Z').unwrap_or(tail);
    if !matches!(offset, "" | "+00:00" | "-00:00" | "+0000" | "-0000") {
        return None;
    }
    // a date in other digits than these is none, and no line is one
    if !text.is_ascii() || line != text {
        return Some(false);
    }
    let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<u32>().ok()).unwrap_or(u32::MAX);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let time = number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) < 60;
    let end = text.len();
    let below_a_day =
        offset.is_empty() || number(end - offset.len() + 1, end - offset.len() + 3) < 24 && number(end - 2, end) < 60;
    Some(year > 0 && (1..=days).contains(&day) && time && below_a_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000007Z"),
            (951_782_399, "2000-02-28T23:59:59.000007Z"),
            (951_782_400, "2000-02-29T00:00:00.000007Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000007Z"),
            (1_796_000_461, "2026-11-30T01:01:01.000007Z"),
        ] {
            assert_eq!(civil(seconds, 7), text);
        }
    }

    #[test]
    fn what_looks_like_a_date_must_be_one() {
        for good in [
            "2026-01-01T00:00:00Z",
            "2024-02-29T23:59:59.999999+05:30",
            "2026-11-29T00:49:32",
            "2026-01-01T00:00:00.5-0800",
            "",
            "a",
            "2026-01-01",
            "2026-13-01T00:00:00 and more",
        ] {
            assert!(are_dates(&serde_json::json!({ "a": [good] })), "{good}");
        }
        for bad in [
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00",
            "2026-01-01T24:00:00",
            "2026-01-01T00:60:00Z",
            "0000-01-01T00:00:00Z",
            "2026-01-01T00:00:00+99:00",
            "2026-01-01T00:00:00.1+00:60",
            "2026-01-01T00:00:00Z\n",
            "٢٠٢٦-٠١-٠١T٠٠:٠٠:٠٠",
        ] {
            assert!(!are_dates(&serde_json::json!({ "a": [bad] })), "{bad}");
        }
    }
}
