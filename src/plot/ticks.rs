//! Where ticks go and what they say. A tick is an integer times a power of ten: its label is written from the integer
//! and its position read from the same digits, so that no label is rounded and no two are alike.
use super::decimal::{Decimal, digits, superscript};

/// A tick: position in data coordinates and its label ("" for minor ticks).
pub type Tick = (f64, String);

/// The ticks of one axis, and what is written once at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticks {
    /// from low to high
    pub ticks: Vec<Tick>,
    /// what every label has to be multiplied by and added to: "×10⁻⁵", "+52.4", "×10⁻⁵ + 52.4", or empty
    pub aside: String,
}

/// Round positions inside [lo, hi], 3 to 9 and about `target` of them where f64 tells 3 apart. One tick at `lo` where
/// the range is empty, none where `lo` is no number.
pub fn linear(lo: f64, hi: f64, target: usize) -> Ticks {
    if !(lo < hi && lo.is_finite() && hi.is_finite()) {
        let one = Decimal::shortest(lo).map(|d| (lo, d.brief()));
        return Ticks { ticks: one.into_iter().collect(), aside: String::new() };
    }
    let Some(run) = best(lo, hi, target.clamp(3, 8), 3..=9) else { return Ticks::default() };
    let (labels, aside) = labels(&run.n, run.p);
    Ticks { ticks: run.at.into_iter().zip(labels).collect(), aside }
}

/// Round positions inside [lo, hi], about `count` of them, at most 1000: the levels of a contour plot, without labels.
pub fn levels(lo: f64, hi: f64, count: usize) -> Vec<f64> {
    let count = count.clamp(1, 1000);
    if lo < hi && lo.is_finite() && hi.is_finite() {
        best(lo, hi, count, 1..=2 * count).map_or(vec![], |run| run.at)
    } else {
        vec![lo].into_iter().filter(|v| v.is_finite()).collect()
    }
}

/// Decades 10ⁿ inside [lo, hi] with minor ticks between them; below three decades 1, 2, 5 or their like; below a factor
/// of about 1.5 the ticks of [`linear`]. 3 to 9 labels. No ticks where [lo, hi] is no positive range.
pub fn logarithmic(lo: f64, hi: f64, target: usize) -> Ticks {
    if !(lo > 0.0 && lo < hi && hi.is_finite()) {
        return Ticks::default();
    }
    let target = target.clamp(3, 8);
    let slack = 1e-9 * (hi - lo);
    let powers = lo.log10().floor() as i32 - 1..=hi.log10().floor() as i32 + 1;
    let place = |m: i128, p: i32| Some(Decimal { n: m, p }.nearest()).filter(|v| v.is_finite() && *v > 0.0);
    let place = |m, p| place(m, p).filter(|v| *v >= lo - slack.min(1e-9 * lo) && *v <= hi + slack);
    let decades: Vec<i32> = powers.clone().filter(|p| place(1, *p).is_some()).collect();
    let grid = |m: i128| powers.clone().filter_map(move |p| Some((place(m, p)?, m, p)));
    let mut minor: Vec<f64> = vec![];
    if decades.len() <= 6 {
        minor.extend((1..10).flat_map(grid).map(|g| g.0).filter(|v| *v > lo && *v < hi));
    }
    let major: Vec<Tick> = if decades.len() < 3 {
        let mut all: Vec<_> = (1..10).flat_map(grid).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        // the smallest numbers of f64 are nearest to several decimals
        all.dedup_by_key(|g| g.0);
        let Some(shown) = mantissas(&all, (hi / lo).ln(), target) else { return linear(lo, hi, target) };
        let plain = shown.iter().all(|g| (-4..5).contains(&g.2));
        let label = |m, p| if plain { Decimal { n: m, p }.plain() } else { Decimal { n: m, p }.scientific() };
        shown.iter().map(|(v, m, p)| (*v, label(*m, *p))).collect()
    } else {
        let count = |every: i32| decades.iter().filter(|d| *d % every == 0).count();
        let fit = [1, 2, 3, 5, 10, 20, 50, 100].into_iter().filter(|e| (3..=9).contains(&count(*e)));
        let every = fit.min_by_key(|e| count(*e).abs_diff(target)).unwrap_or(1);
        minor.extend(decades.iter().filter(|d| *d % ((every + 4) / 5) == 0).filter_map(|d| place(1, *d)));
        let shown = decades.iter().filter(|d| *d % every == 0);
        shown.filter_map(|d| Some((place(1, *d)?, Decimal { n: 1, p: *d }.scientific()))).collect()
    };
    let mut ticks = major;
    ticks.extend(minor.into_iter().map(|v| (v, String::new())));
    // stable, so that of two ticks in one place the one with a label stays
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));
    ticks.dedup_by_key(|t| t.0);
    Ticks { ticks, aside: String::new() }
}

/// Those of the places m·10ᵖ (position, m, p) that get a label: 1, 2, 5 if they are 3 or more and not too dense, else
/// the like with the number nearest to the target. None if there is no set of 3.
fn mantissas(all: &[(f64, i128, i32)], length: f64, target: usize) -> Option<Vec<(f64, i128, i32)>> {
    let sets: [&[i128]; 5] = [&[1, 2, 5], &[1, 3], &[1, 2, 3, 5], &[1, 2, 3, 4, 6, 8], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];
    let taken = sets.map(|set| all.iter().copied().filter(|g| set.contains(&g.1)).collect::<Vec<_>>());
    let dense = |t: &[(f64, _, _)]| t.windows(2).any(|w| (w[1].0 / w[0].0).ln() * (target as f64) < 0.4 * length);
    let fit = taken.into_iter().enumerate().filter(|(_, t)| (3..=9).contains(&t.len()));
    fit.min_by_key(|(i, t)| (dense(t), *i > 0, t.len().abs_diff(target))).map(|(_, t)| t)
}

/// Multiples n·10ᵖ of a step and where they are.
struct Run {
    n: Vec<i128>,
    p: i32,
    at: Vec<f64>,
}

/// The multiples of a round step inside [lo, hi] whose number is in `range`, and there nearest to the target.
fn best(lo: f64, hi: f64, target: usize, range: std::ops::RangeInclusive<usize>) -> Option<Run> {
    // the span of all of f64 is infinite
    let size = if (hi - lo).is_finite() { (hi - lo).log10() } else { (0.5 * hi - 0.5 * lo).log10() + 2f64.log10() };
    let size = size.floor() as i32;
    let steps = (size - 1 - digits(target as i128) as i32..=size).flat_map(|p| [(1, p), (2, p), (25, p - 1), (5, p)]);
    let ends = (Decimal::shortest(lo)?, Decimal::shortest(hi)?);
    let runs = steps.filter_map(|(m, p)| {
        let (run, shared) = multiples((lo, hi), ends, (m, p), *range.end())?;
        let count = run.at.len();
        // an axis that begins and ends with a tick has one more of them than of the steps that there is room for
        let far = count.abs_diff(target).min(count.abs_diff(target + 1));
        let outside = !range.contains(&count);
        let aside = match way(&run.n, run.p) {
            Way::Plain => 0,
            Way::Power(_) => 1,
            Way::Offset(c) => 1 + usize::from(!matches!(way(&less(&run.n, c), run.p), Way::Plain)),
        };
        // even steps matter more than their number; then labels that say all, steps that are not 2.5, and few of them
        Some(((outside, if outside { far } else { 0 }, shared, far, aside, m == 25, count), run))
    });
    runs.min_by_key(|r| r.0).map(|r| r.1)
}

/// The multiples of m·10ᵖ whose nearest f64 lies in [lo, hi], of which `ends` are the shortest decimals, and whether several had the same. None if they are many
/// more than `most`.
fn multiples((lo, hi): (f64, f64), ends: (Decimal, Decimal), (m, p): (i128, i32), most: usize) -> Option<(Run, bool)> {
    // an f64 and its shortest decimal differ by half the distance to the next: a multiple more on both sides
    let first = ends.0.floor(m, p)? - 1;
    let last = ends.1.floor(m, p)? + 2;
    if last - first > 2 * most as i128 + 8 {
        return None;
    }
    let slack = 1e-9 * hi - 1e-9 * lo;
    let all = (first..=last).map(|k| (k * m, Decimal { n: k * m, p }.nearest()));
    let mut all: Vec<_> = all.filter(|t| t.1.is_finite() && t.1 >= lo - slack && t.1 <= hi + slack).collect();
    let count = all.len();
    all.dedup_by_key(|t| t.1);
    let shared = all.len() < count;
    let (n, at) = all.into_iter().unzip();
    Some((Run { n, p, at }, shared))
}

/// How numbers n·10ᵖ are written.
enum Way {
    /// with all their digits
    Plain,
    /// as multiples of a power of ten
    Power(i32),
    /// as what is left of them beside c·10ᵖ
    Offset(i128),
}

/// Plain numbers where they are short, else one power of ten, else what is left of them beside a round number.
fn way(n: &[i128], p: i32) -> Way {
    let most = n.iter().map(|n| n.abs()).max().unwrap_or(0);
    let figures = digits(most);
    let power = p + figures as i32 - 1;
    let plain = Decimal { n: most, p }.length();
    let saved = plain.saturating_sub(figures + usize::from(figures > 1));
    if plain < 6 || plain == 6 && (p < 0 || saved < 2) || plain == 7 && saved < if p < 0 { 3 } else { 2 } {
        return Way::Plain;
    }
    if figures < 6 || figures == 6 && power.abs() > 3 {
        // up to 10 integers are shorter than 0.2 0.4 … 1.0
        return Way::Power(if most == 10 { p } else { power });
    }
    Way::Offset(offset(n))
}

/// What is left of numbers beside one.
fn less(n: &[i128], c: i128) -> Vec<i128> {
    n.iter().map(|n| n - c).collect()
}

/// The labels of n·10ᵖ and what is said once for all of them.
fn labels(n: &[i128], p: i32) -> (Vec<String>, String) {
    let write = |places: i32| n.iter().map(|n| Decimal { n: *n, p: places }.plain()).collect();
    match way(n, p) {
        Way::Plain => (write(p), String::new()),
        Way::Power(power) => (write(p - power), format!("×10{}", superscript(power))),
        Way::Offset(c) => {
            let (rest, power) = labels(&less(n, c), p);
            let (sign, c) = (if c < 0 { '−' } else { '+' }, Decimal { n: c.abs(), p }.brief());
            (rest, if power.is_empty() { format!("{sign}{c}") } else { format!("{power} {sign} {c}") })
        }
    }
}

/// The roundest number that leaves two digits of every n, or three where the steps have three.
fn offset(n: &[i128]) -> i128 {
    let (first, last) = (n[0], n[n.len() - 1]);
    let near = if first > 0 { first } else { last };
    let limit = if last - first < 100 { 99 } else { 999 };
    let fits = |c: &i128| *c != 0 && (first - c).abs() <= limit && (last - c).abs() <= limit;
    let round = |j: u32| [near / 10i128.pow(j) * 10i128.pow(j), (near / 10i128.pow(j) + near.signum()) * 10i128.pow(j)];
    (0..=37).rev().flat_map(round).find(fits).unwrap_or(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: f64 = f64::MAX;
    const ULP: f64 = f64::EPSILON;
    const TINY: f64 = 5e-324;

    /// A number as it is written, read without the code above: digits and the power of ten of the last.
    fn read(text: &str) -> (i128, i32) {
        let (sign, text) = text.strip_prefix('−').map_or((1, text), |t| (-1, t));
        let power = |t: &str| {
            let digit = |c| "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars().position(|d| d == c).map(|d| b"0123456789-"[d] as char);
            t.chars().map(digit).collect::<Option<String>>().and_then(|t| t.parse::<i32>().ok())
        };
        if let Some(p) = text.strip_prefix("10").and_then(power) {
            return (sign, p);
        }
        let (m, p) = text.split_once("·10").map_or((text, 0), |(m, p)| (m, power(p).unwrap()));
        let places = m.split_once('.').map_or(0, |m| m.1.len() as i32);
        (sign * m.replace('.', "").parse::<i128>().unwrap(), p - places)
    }

    /// label × power + offset
    fn value(label: &str, aside: &str) -> (i128, i32) {
        let (mut n, mut p) = read(label);
        let mut aside = aside;
        if let Some(rest) = aside.strip_prefix('×') {
            let (power, offset) = rest.split_once(' ').unwrap_or((rest, ""));
            p += read(power).1;
            aside = offset;
        }
        let aside = aside.replace(' ', "");
        if !aside.is_empty() {
            let (c, q) = read(aside.trim_start_matches('+'));
            let least = p.min(q);
            n = n * 10i128.pow((p - least) as u32) + c * 10i128.pow((q - least) as u32);
            p = least;
        }
        (n, p)
    }

    /// How many steps of f64 lie between.
    fn apart(lo: f64, hi: f64) -> i128 {
        let rank = |v: f64| i128::from(v.abs().to_bits()) * if v < 0.0 { -1 } else { 1 };
        rank(hi) - rank(lo)
    }

    fn check(name: &str, lo: f64, hi: f64, target: usize, log: bool) {
        let t = if log { logarithmic(lo, hi, target) } else { linear(lo, hi, target) };
        let name = format!("{name}: [{lo:e}, {hi:e}] {target} {log} {t:?}");
        assert!(t.ticks.windows(2).all(|w| w[0].0 < w[1].0), "order {name}");
        let shown: Vec<&Tick> = t.ticks.iter().filter(|t| !t.1.is_empty()).collect();
        let least = (apart(lo, hi) + 1).min(3) as usize;
        assert!((least..=9).contains(&shown.len()), "number {name}");
        let slack = 1e-9 * hi - 1e-9 * lo;
        let mut values = vec![];
        for (at, label) in t.ticks.iter() {
            assert!(at.is_finite() && *at >= lo - slack && *at <= hi + slack, "inside {name}");
            if !label.is_empty() {
                let (n, p) = value(label, &t.aside);
                assert_eq!(format!("{n}e{p}").parse::<f64>().unwrap(), *at, "{label} of {name}");
                assert!(n != 0 || !label.contains('−') || !t.aside.is_empty(), "{label} of {name}");
                assert!(!label.trim_matches(['−', '0', '.']).is_empty() || !label.contains('−'), "−0 of {name}");
                values.push((n, p));
            }
        }
        let labels: std::collections::BTreeSet<&str> = shown.iter().map(|t| t.1.as_str()).collect();
        assert_eq!(labels.len(), shown.len(), "alike {name}");
        if !log {
            let length = |s: &str| s.chars().filter(|c| *c != '−').count();
            assert!(labels.iter().all(|l| length(l) <= 7), "long {name}");
            let least = values.iter().map(|v| v.1).min().unwrap();
            let n: Vec<i128> = values.iter().map(|v| v.0 * 10i128.pow((v.1 - least) as u32)).collect();
            if apart(lo, hi) > 40 {
                let step = (n[1] - n[0]).to_string();
                assert!(["1", "2", "25", "5"].contains(&step.trim_end_matches('0')), "step {name}");
                assert!(n.windows(2).all(|w| w[1] - w[0] == n[1] - n[0]), "even {name}");
            }
        }
    }

    #[test]
    #[rustfmt::skip]
    fn named_ranges() {
        let ranges = [
            ("unit", 0.0, 1.0), ("centred", -1.0, 1.0), ("percent", 0.0, 100.0), ("past 0", -0.37, 1.12),
            ("negative", -7.0, -2.0), ("years", 1995.0, 2025.0), ("ten", 0.0, 10.0), ("turn", 0.0, 360.0),
            ("small span", 52.4001, 52.4004), ("five steps", 52.4001, 52.40035), ("six digits", 1e5, 100200.0),
            ("integers", 1e15, 1e15 + 8.0), ("below 1", 0.99991, 0.99999), ("nearer", 0.999991, 0.999999),
            ("below −3", -3.00002, -3.00001), ("energies", 4181000.02, 4181000.28), ("up", 4180999.72, 4180999.98),
            ("across", 99999.9998, 100000.0003), ("2 ulp", 1.0, 1.0 + 2.0 * ULP), ("1 ulp", 1.0, 1.0 + ULP),
            ("8 ulp", 1.0, 1.0 + 8.0 * ULP), ("11 ulp", 1.0, 1.0 + 11.0 * ULP), ("19 ulp", 3.0, 3.0 + 38.0 * ULP),
            ("binade", 1.0 - 3.0 * ULP, 1.0 + 3.0 * ULP), ("below", 1.0 - ULP, 1.0), ("2⁵³", 9e15, 9e15 + 3.0),
            ("huge", 0.0, 1e300), ("huge offset", 1e300, 1.000001e300), ("all", -MAX, MAX), ("half", 0.0, MAX),
            ("top", MAX.next_down().next_down(), MAX), ("bottom", -MAX, -MAX.next_down().next_down().next_down()),
            ("subnormal", 1e-310, 5e-310), ("least", 0.0, TINY), ("least 4", 0.0, 4.0 * TINY), ("sign", -TINY, TINY),
            ("least 9", -3.0 * TINY, 6.0 * TINY), ("least 10", TINY, 10.0 * TINY), ("normal", 2e-308, 2.4e-308),
            ("from least", TINY, MAX), ("from least to 1", TINY, 1.0), ("minus least", -1.0, -TINY),
            ("rounded end", 0.30000000000000004, 0.7), ("thousands", 0.0, 2e5), ("1e5", 0.0, 1e5), ("1e6", 0.0, 1e6),
            ("mole", 6.02214e23, 6.02216e23), ("kelvin", 273.15, 273.1502), ("long", 12345667.0, 12345708.0),
            ("13 digits", 1234567890123.0, 1234567890129.0), ("micro", 1.234e-5, 1.2346e-5), ("e-7", -1e-7, 3e-7),
            ("e-4", 1.2e-4, 9.4e-4), ("decades", 1e-3, 1e3), ("two", 0.1001, 99.0), ("open", 1.1, 9.9),
            ("one and a half", 8.5, 30.0), ("narrow", 1.0, 1.4), ("wide", 1e-300, 1e300), ("float32", 1e-38, 3.4e38),
            ("low decades", TINY, 1e-320), ("low mantissas", TINY, 3e-323), ("33 and 1/3", 100.0 / 3.0, 200.0 / 3.0),
        ];
        for (name, lo, hi) in ranges {
            for target in [0, 3, 4, 5, 6, 7, 8, 100] {
                check(name, lo, hi, target, false);
                if lo > 0.0 {
                    check(name, lo, hi, target, true);
                }
            }
        }
    }

    #[test]
    fn random_ranges() {
        let mut state = 12345u64;
        let mut uniform = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for case in 0..5000 {
            let log = case % 2 == 1;
            let size = 10f64.powf(if uniform() < 0.5 { 640.0 * uniform() - 330.0 } else { 20.0 * uniform() - 10.0 });
            let mut lo = (size * if uniform() < 0.3 { -1.0 } else { 1.0 }).clamp(-MAX, MAX);
            let mut hi = match (uniform() * 4.0) as i32 {
                0 => lo + size * 10f64.powf(-16.0 * uniform()),
                1 => lo + size * 10f64.powf(14.0 * uniform()),
                2 => (0..(uniform() * 100.0) as i32 + 2).fold(lo, |v, _| v.next_up()),
                _ => 10f64.powf(640.0 * uniform() - 330.0),
            };
            if log {
                (lo, hi) = (lo.abs().max(TINY), hi.abs().max(TINY));
            }
            (lo, hi) = (lo.min(hi), lo.max(hi).min(MAX));
            if lo < hi {
                check("random", lo, hi, (uniform() * 12.0) as usize, log);
            }
        }
    }

    #[test]
    fn what_they_say() {
        let said = |t: Ticks| {
            let labels: Vec<String> = t.ticks.into_iter().map(|t| t.1).filter(|t| !t.is_empty()).collect();
            format!("{} | {}", labels.join(" "), t.aside)
        };
        for (lo, hi, target, text) in [
            (0.0, 1.0, 4, "0.00 0.25 0.50 0.75 1.00 | "),
            (-1.03, 1.04, 5, "−1.0 −0.5 0.0 0.5 1.0 | "),
            (0.0, 100.0, 5, "0 20 40 60 80 100 | "),
            (0.0, 2e5, 4, "0.0 0.5 1.0 1.5 2.0 | ×10⁵"),
            (1e5, 100100.0, 3, "100000 100050 100100 | "),
            (52.4001, 52.4004, 5, "52.4001 52.4002 52.4003 52.4004 | "),
            (52.4001, 52.40035, 5, "1.0 1.5 2.0 2.5 3.0 3.5 | ×10⁻⁴ + 52.4"),
            (-3.00002, -3.00001, 5, "−2.0 −1.8 −1.6 −1.4 −1.2 −1.0 | ×10⁻⁵ − 3"),
            (0.999991, 0.999999, 5, "−8 −6 −4 −2 | ×10⁻⁶ + 1"),
            (1e15, 1e15 + 8.0, 5, "0 2 4 6 8 | +10¹⁵"),
            (4181000.02, 4181000.28, 6, "0.05 0.10 0.15 0.20 0.25 | +4181000"),
            (1e18, 1e18 + 4e15, 2, "1.000 1.002 1.004 | ×10¹⁸"),
            (0.1, 0.1, 5, "0.1 | "),
            (-0.0, -0.0, 5, "0 | "),
            (-MAX, -MAX, 5, "−1.7976931348623157·10³⁰⁸ | "),
            (f64::NAN, 1.0, 5, " | "),
        ] {
            assert_eq!(said(linear(lo, hi, target)), text);
        }
        for (lo, hi, target, text) in [
            (2e-5, 3.0, 8, "10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰ | "),
            (1e-12, 1.0, 5, "10⁻¹² 10⁻⁹ 10⁻⁶ 10⁻³ 10⁰ | "),
            (1.0, 5.0, 5, "1 2 5 | "),
            (2e-7, 3e-6, 5, "2·10⁻⁷ 5·10⁻⁷ 10⁻⁶ 2·10⁻⁶ | "),
            (1.1, 9.9, 8, "2 3 4 5 6 7 8 9 | "),
            (1.0, 1.4, 5, "1.0 1.1 1.2 1.3 1.4 | "),
            (0.0, 1.0, 5, " | "),
        ] {
            assert_eq!(said(logarithmic(lo, hi, target)), text);
        }
        assert_eq!(levels(0.0, 8.0, 10), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert!(levels(-MAX, MAX, 100).len().abs_diff(100) < 40 && levels(2.0, 2.0, 10) == [2.0]);
    }
}
