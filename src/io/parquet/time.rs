//! Days and times as texts, as pandas writes them.

const SECONDS: i64 = 86_400;
const NANOSECONDS: i64 = 1_000_000_000;
/// The Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// The day so many days after 1970-01-01, in the Gregorian calendar at all times. By years that begin in March, whose leap
/// days come last; 400 years have 146,097 days.
pub fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (year + 400 * era + i64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    format!("{year:04}-{month:02}-{of_month:02}")
}

/// A time of a day with its fraction, in 6 or 9 digits where it has one.
pub fn time(seconds: i64, nanoseconds: i64) -> String {
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match nanoseconds {
        0 => clock,
        n if n % 1000 == 0 => format!("{clock}.{:06}", n / 1000),
        n => format!("{clock}.{n:09}"),
    }
}

/// A time of a day in units of which a second has so many.
pub fn of_day(count: i64, per_second: i64) -> String {
    let (seconds, rest) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    time(seconds, rest * (NANOSECONDS / per_second))
}

/// A moment in units since 1970-01-01.
pub fn moment(count: i64, per_second: i64) -> String {
    let (seconds, rest) = (count.div_euclid(per_second), count.rem_euclid(per_second));
    let clock = time(seconds.rem_euclid(SECONDS), rest * (NANOSECONDS / per_second));
    format!("{} {clock}", date(seconds.div_euclid(SECONDS)))
}

/// A moment by its Julian day and the nanoseconds of it.
pub fn julian(day: i64, nanoseconds: i64) -> String {
    let clock = time(nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS);
    format!("{} {clock}", date(day - EPOCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times() {
        for (days, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (19_782, "2024-02-29"),
            (11_016, "2000-02-29"),
            (-719_468, "0000-03-01"),
            (2_932_896, "9999-12-31"),
            (-25_509, "1900-02-28"),
            (-25_508, "1900-03-01"),
        ] {
            assert_eq!(date(days), text);
        }
        assert_eq!(moment(-1, 1000), "1969-12-31 23:59:59.999000");
        assert_eq!(moment(1_700_000_000_123_456_789, NANOSECONDS), "2023-11-14 22:13:20.123456789");
        assert_eq!(
            (of_day(3_723_000, 1000), julian(EPOCH, 1_500_000_000)),
            ("01:02:03".into(), "1970-01-01 00:00:01.500000".into())
        );
        assert!(moment(i64::MIN, 1).starts_with('-') && !date(i64::MAX / 100_000).is_empty());
    }
}
