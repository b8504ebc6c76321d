//! The ends of the domain of f*: exactly from the formula of f, else from a few values far out.
use crate::generator::asymptotics;
use crate::generator::expr::Expr;

/// What f does at 0⁺ and at ∞; NaN where that cannot be told.
pub(super) struct Ends {
    /// f(0⁺)
    pub(super) f0: f64,
    /// f'(0⁺)
    pub(super) d0: f64,
    /// f'(∞)
    pub(super) dinf: f64,
    /// f*(f'(∞))
    pub(super) f_at_dinf: f64,
}

impl Ends {
    /// Those of f, which has this value and slope at a point.
    pub(super) fn of(f: &Expr, jet: &dyn Fn(f64) -> (f64, f64)) -> Ends {
        let slope_limit = if f.has_native() { limit_by_differences } else { limit_of_slope };
        let slope = |v: f64| jet(v).1;
        let (f0, d0) =
            asymptotics::at_zero(f).unwrap_or_else(|| (limit(&|v| jet(v).0, true), slope_limit(&slope, true)));
        let (dinf, f_at_dinf) = asymptotics::at_infinity(f).unwrap_or_else(|| {
            let dinf = slope_limit(&slope, false);
            (dinf, at_the_end(dinf, jet))
        });
        Ends { f0, d0, dinf, f_at_dinf }
    }
}

/// f*(f'(∞)) from values: x f'(∞) − f(x) increases to the limit; far out it cancels, so the largest trustworthy x decides.
fn at_the_end(dinf: f64, jet: &dyn Fn(f64) -> (f64, f64)) -> f64 {
    if !dinf.is_finite() {
        return f64::INFINITY;
    }
    let at = |v: f64| v * dinf - jet(v).0;
    let (a, b, c) = (at(1e4), at(1e6), at(1e8));
    if (c - b).abs() <= 0.5 * (b - a).abs() || (c - b).abs() < 1e-6 * (1.0 + c.abs()) { c } else { f64::INFINITY }
}

/// The limit of f' at 0⁺ or ∞. It falls towards 0 and rises towards ∞: where it turns back, numbers have overflowed.
fn limit_of_slope(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    let turns = |v: &[f64]| {
        if at_zero { v[2] > v[1] + 1e-9 * (1.0 + v[1].abs()) } else { v[2] < v[1] - 1e-9 * (1.0 + v[1].abs()) }
    };
    limit_unless(g, at_zero, &turns)
}

/// The limit of g at 0⁺ or ∞ from three far-out values: a finite number, ±∞, or NaN when undecidable.
fn limit(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    limit_unless(g, at_zero, &|_| false)
}

/// The same, from nearer values where those further out are no good.
fn limit_unless(g: &dyn Fn(f64) -> f64, at_zero: bool, spoilt: &dyn Fn(&[f64]) -> bool) -> f64 {
    for base in [20.0f64, 8.0, 4.0] {
        let v: Vec<f64> = (0..3)
            .map(|k| {
                let e = base * 3f64.powi(k);
                g(10f64.powf(if at_zero { -e } else { e }))
            })
            .collect();
        if v.iter().any(|q| q.is_nan()) || spoilt(&v) {
            continue;
        }
        if v[1].is_infinite() || v[2].is_infinite() {
            return if v[1].is_infinite() { v[1] } else { v[2] };
        }
        let (d1, d2) = (v[1] - v[0], v[2] - v[1]);
        if d2.abs() <= 1e-12 * (1.0 + v[2].abs()) {
            return if v[2].abs() < 1e-50 { 0.0 } else { v[2] };
        }
        // Aitken is exact for limits approached like 1/ln x (ratio 1/3 at these exponents); ln x itself has ratio 3
        if d2.abs() < 0.6 * d1.abs() {
            return v[2] + d2 * d2 / (d1 - d2);
        }
        return if d2 > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
    }
    f64::NAN
}

/// The limit of f' at 0⁺ or ∞ for an f known by its values: differences are trustworthy from 1e-6 on only, so four
/// points have evenly spaced exponents. Steps that shrink by a constant ratio, however near to one, sum to a finite limit
/// (f' ~ c + x^p); a ratio that is one (ln x) or rises to it (ln ln x) has none.
fn limit_by_differences(g: &dyn Fn(f64) -> f64, at_zero: bool) -> f64 {
    let points = |reach: f64| -> Vec<f64> {
        (1..=4).map(|k| g(10f64.powf(reach * f64::from(k) / if at_zero { -4.0 } else { 4.0 }))).collect()
    };
    // f itself may leave the range of numbers: exp(x) does at 710
    let reaches: &[f64] = if at_zero { &[6.0, 3.0] } else { &[9.0, 4.0, 2.0, 1.0] };
    let Some(v) = reaches.iter().map(|r| points(*r)).find(|v| v.iter().all(|q| q.is_finite())) else { return f64::NAN };
    let short = |limit: f64, digits: f64| {
        let short = (limit * digits).round() / digits;
        if (limit - short).abs() < 1e-7 * (1.0 + limit.abs()) { short } else { limit }
    };
    let (d1, d2, d3) = (v[1] - v[0], v[2] - v[1], v[3] - v[2]);
    if d3.abs() <= 1e-7 * (1.0 + v[3].abs()) {
        // what is left of the step is rounding: a short number nearby is meant
        return short(v[3], 1e6);
    }
    let (r1, r2) = (d2 / d1, d3 / d2);
    let shrinks = r2 > 0.0 && (r2 < 0.6 || r2 < 0.985 && (r2 - r1).abs() < 0.01);
    if shrinks {
        return short(v[3] + d3 * r2 / (1.0 - r2), 1e5);
    }
    if d3 > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY }
}
