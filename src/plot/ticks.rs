//! Where ticks go and what they say.

/// A tick: position in data coordinates and its label ("" for minor ticks).
pub type Tick = (f64, String);

/// Round positions inside [lo, hi], about `target` of them.
pub fn linear(lo: f64, hi: f64, target: usize) -> Vec<Tick> {
    let span = hi - lo;
    if !(span.is_finite() && span > 0.0) {
        return vec![(lo, number(lo, 1.0))];
    }
    let raw = span / target.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= raw * 0.999).unwrap_or(10.0 * power);
    let first = (lo / step - 1e-9).ceil() as i64;
    let last = (hi / step + 1e-9).floor() as i64;
    // where f64 ends, steps are none, or do not tell their multiples apart
    if !(step > 0.0 && step.is_finite() && last.saturating_sub(first) <= 4 * target.max(1) as i64 + 4) {
        return vec![(lo, number(lo, 1.0))];
    }
    (first..=last).map(|k| k as f64 * step).map(|v| (v, number(v, step))).collect()
}

/// Decades inside [lo, hi] with labels 10ⁿ, thinned to at most `target`; minor ticks at 2…9 where there is room.
pub fn logarithmic(lo: f64, hi: f64, target: usize) -> Vec<Tick> {
    let (a, b) = (lo.log10(), hi.log10());
    if !(a.is_finite() && b.is_finite()) {
        return vec![];
    }
    let decades: Vec<i32> = ((a - 1e-9).ceil() as i32..=(b + 1e-9).floor() as i32).collect();
    if decades.len() < 2 {
        // less than two decades: plain numbers read better than one power of ten
        let mut out: Vec<Tick> = vec![];
        for d in (a.floor() as i32)..=(b.ceil() as i32) {
            for m in [1.0, 2.0, 5.0] {
                let v = m * 10f64.powi(d);
                if v >= lo * 0.999_999 && v <= hi * 1.000_001 {
                    out.push((v, number(v, v)));
                }
            }
        }
        return out;
    }
    let every = decades.len().div_ceil(target.max(2)) as i32;
    let mut out = vec![];
    for d in &decades {
        let label = if d.rem_euclid(every) == 0 { format!("10{}", superscript(*d)) } else { String::new() };
        out.push((10f64.powi(*d), label));
    }
    if decades.len() <= 6 {
        for d in decades[0] - 1..=decades[decades.len() - 1] {
            for m in 2..10 {
                let v = f64::from(m) * 10f64.powi(d);
                if v > lo && v < hi {
                    out.push((v, String::new()));
                }
            }
        }
    }
    out
}

/// 10³ as ³.
pub fn superscript(n: i32) -> String {
    n.to_string()
        .chars()
        .map(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(c.to_digit(10).map_or(99, |d| d as usize)).unwrap_or('⁻'))
        .collect()
}

/// A tick value with the decimals its step needs and a real minus sign.
pub fn number(v: f64, step: f64) -> String {
    // far from 0 the label of a neighbour would be the same: there all digits are written
    let far = step.abs() < 0.01 * v.abs();
    let plain = far && v.abs() < 1e15 && step.abs() >= 1e-4;
    if v != 0.0 && !plain && (v.abs() >= 1e5 || step.abs() < 1e-4) {
        let e = v.abs().log10().floor().max(-307.0) as i32;
        let m = v / 10f64.powi(e);
        let digits = if far { (v.abs() / step.abs()).log10().ceil().clamp(1.0, 15.0) as usize } else { 1 };
        let m = format!("{m:.digits$}");
        let m = m.trim_end_matches(".0");
        return minus(&if m == "1" { format!("10{}", superscript(e)) } else { format!("{m}·10{}", superscript(e)) });
    }
    let decimals = (0..6)
        .find(|k| ((step * 10f64.powi(*k)).round() - step * 10f64.powi(*k)).abs() < 1e-6 * step.abs() * 10f64.powi(*k))
        .unwrap_or(6);
    let s = format!("{v:.*}", decimals as usize);
    minus(if s.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') { s.trim_start_matches('-') } else { &s })
}

fn minus(s: &str) -> String {
    s.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the ends of f64, and between neighbours of it, there are few ticks and none beyond the axis by more than a step.
    #[test]
    fn there_are_few_ticks_whatever_the_range() {
        let near = [0.0, 5e-324, 1e-310, 1e-300, 1e-45, 1e-12, 1.0, 1e12, 1e38, 1e300, f64::MAX];
        let ends: Vec<f64> = near.iter().flat_map(|v| [*v, -v, v.next_up()]).filter(|v| v.is_finite()).collect();
        for (lo, hi) in ends.iter().flat_map(|a| ends.iter().map(move |b| (*a, *b))) {
            for target in [0, 2, 8, 100] {
                let ticks = linear(lo, hi, target);
                assert!(ticks.len() <= 4 * target.max(1) + 5, "[{lo:e}, {hi:e}]: {} ticks", ticks.len());
                assert!(ticks.iter().all(|t| t.0.is_finite() && !t.1.contains("inf")), "[{lo:e}, {hi:e}]: {ticks:?}");
                if lo > 0.0 && hi > lo {
                    let ticks = logarithmic(lo, hi, target);
                    assert!(ticks.len() <= 700 && ticks.iter().all(|t| t.0.is_finite()), "[{lo:e}, {hi:e}]");
                }
            }
        }
        let said = |ticks: Vec<Tick>| ticks.into_iter().map(|t| t.1).collect::<Vec<_>>().join(" ");
        assert_eq!(said(linear(0.0, 1.0, 4)), "0.00 0.25 0.50 0.75 1.00");
        assert_eq!(said(linear(0.0, 2e5, 4)), "0 5·10⁴ 10⁵ 1.5·10⁵ 2·10⁵".replace("5·10⁴", "50000"));
        assert_eq!(said(linear(4181000.02, 4181000.28, 6)), "4181000.05 4181000.10 4181000.15 4181000.20 4181000.25");
        assert_eq!(said(linear(-1000005.0, -999996.0, 2)), "−1000005 −1000000");
        assert_eq!(said(linear(1e18, 1e18 + 4e15, 2)), "1.000·10¹⁸ 1.002·10¹⁸ 1.004·10¹⁸");
    }
}
