//! How often a run is kept, as people write it.
use std::time::Duration;

/// A time between two; none for never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub Option<Duration>);

impl Default for Interval {
    fn default() -> Interval {
        Interval(Some(Duration::from_secs(60)))
    }
}

/// `30s`, `0.5s`, `5m`, `1h`, `60` for seconds, `off`.
///
/// # Errors
/// What is no time, with what is.
pub fn interval(text: &str) -> Result<Interval, String> {
    let wrong = || format!("`{text}` is no time: expected 30s, 5m, 1h, a number of seconds, or off");
    let text = text.trim();
    if text == "off" {
        return Ok(Interval(None));
    }
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| wrong())? * unit;
    // where every step is kept, nothing else is done
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|t| !t.is_zero()).ok_or_else(wrong)?;
    Ok(Interval(Some(time)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let ms = |n| Ok(Interval(Some(Duration::from_millis(n))));
        for (text, expected) in
            [("30s", ms(30_000)), ("0.5s", ms(500)), ("5m", ms(300_000)), ("60", ms(60_000)), ("20ms", ms(20))]
        {
            assert_eq!(interval(text), expected, "{text}");
        }
        assert_eq!(interval("off"), Ok(Interval(None)));
        for wrong in ["", "0", "-1s", "1d", "soon", "NaN", "1e999", "s"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }
}
