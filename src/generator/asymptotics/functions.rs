//! Series of functions of one argument: Taylor's where the argument has a limit, another where it tends to ±∞ or to a pole.
use super::monomial::Monomial;
use super::series::Series;
use crate::generator::scalar::Unary;
use crate::generator::special::BERNOULLI;
use std::f64::consts::{FRAC_2_SQRT_PI, FRAC_PI_2, LN_2, PI};

/// f of a series by n terms; None where f has no limit there, or one that is not known here.
pub(super) fn function(f: Unary, a: &Series, n: usize) -> Option<Series> {
    match f {
        Unary::Exp => a.exponential(n),
        Unary::Ln => a.logarithm(n),
        Unary::Abs => size(a),
        Unary::Sign => Some(Series::constant(a.sign()?)),
        Unary::Log1p => Series::sum(&[(1.0, Series::constant(1.0)), (1.0, a.clone())])?.logarithm(n),
        Unary::Expm1 => a.exponential(n)?.minus(&Series::constant(1.0)),
        Unary::Sigmoid => one_plus_exp(-1.0, a, n)?.raised(-1.0, n),
        Unary::Softplus => one_plus_exp(1.0, a, n)?.logarithm(n),
        Unary::Tanh => Series::sum(&[(1.0, Series::constant(1.0)), (-2.0, one_plus_exp(2.0, a, n)?.raised(-1.0, n)?)]),
        Unary::Sin | Unary::Cos => circular(a, if f == Unary::Sin { 3 } else { 0 }, n),
        Unary::Sinh | Unary::Cosh => hyperbolic(f, a, n),
        Unary::LogCosh if far(a)? => {
            let a = size(a)?;
            Series::sum(&[(1.0, one_plus_exp(-2.0, &a, n)?.logarithm(n)?), (1.0, a), (-LN_2, Series::constant(1.0))])
        }
        Unary::LogCosh => hyperbolic(Unary::Cosh, a, n)?.logarithm(n),
        Unary::Atan if far(a)? => {
            let inverse = function(f, &a.raised(-1.0, n)?, n)?;
            Series::constant(FRAC_PI_2 * a.sign()?).minus(&inverse)
        }
        Unary::Asinh if far(a)? => {
            let (sign, a) = (a.sign()?, size(a)?);
            let root = Series::sum(&[(1.0, Series::constant(1.0)), (1.0, a.times(&a)?)])?.raised(0.5, n)?;
            Series::sum(&[(sign, Series::sum(&[(1.0, a), (1.0, root)])?.logarithm(n)?)])
        }
        Unary::Atan => integrated(f, a, n, &|limit| of_square(limit, -1.0, n)),
        Unary::Asinh => integrated(f, a, n, &|limit| of_square(limit, -0.5, n)),
        Unary::Erf if far(a)? => erf_far(a, n),
        Unary::Erf => integrated(f, a, n, &|limit| of_bell(limit, n)),
        Unary::LnGamma => gamma(None, a, n),
        Unary::Polygamma(order) => gamma(Some(order), a, n),
        // of conjugates alone
        Unary::Omega => None,
    }
}

/// Whether it tends to ±∞; None where that is hidden.
fn far(a: &Series) -> Option<bool> {
    Some(!a.split()?.large.is_empty())
}

fn size(a: &Series) -> Option<Series> {
    Series::sum(&[(if a.sign()? < 0.0 { -1.0 } else { 1.0 }, a.clone())])
}

/// 1 + e^(ka)
fn one_plus_exp(k: f64, a: &Series, n: usize) -> Option<Series> {
    Series::sum(&[(1.0, Series::constant(1.0)), (1.0, Series::sum(&[(k, a.clone())])?.exponential(n)?)])
}

fn over_factorial(v: f64, k: usize) -> f64 {
    (1..=k).fold(v, |b, i| b / i as f64)
}

/// Taylor's series Σ c(limit)ₖ δᵏ of a = limit + δ.
fn taylor(a: &Series, n: usize, c: &dyn Fn(f64, usize) -> f64) -> Option<Series> {
    let parts = a.split()?;
    if !parts.large.is_empty() {
        return None;
    }
    parts.small.powers(&|k| c(parts.limit, k), n, false)
}

/// cos(a + kπ/2) for k quarters of a turn, where a has a limit: its derivatives there go round.
fn circular(a: &Series, quarters: usize, n: usize) -> Option<Series> {
    taylor(a, n, &|limit, k| {
        let (sin, cos) = limit.sin_cos();
        over_factorial([cos, -sin, -cos, sin][(quarters + k) % 4], k)
    })
}

/// sinh a and cosh a, which are each other's derivatives.
fn hyperbolic(f: Unary, a: &Series, n: usize) -> Option<Series> {
    if far(a)? {
        let k = if f == Unary::Sinh { -0.5 } else { 0.5 };
        return Series::sum(&[(0.5, a.exponential(n)?), (k, Series::sum(&[(-1.0, a.clone())])?.exponential(n)?)]);
    }
    taylor(a, n, &|limit, k| {
        let odd = (f == Unary::Sinh) != (k % 2 == 1);
        over_factorial(if odd { limit.sinh() } else { limit.cosh() }, k)
    })
}

/// A function from the Taylor series of its derivative, which `slope` gives at a limit.
fn integrated(f: Unary, a: &Series, n: usize, slope: &dyn Fn(f64) -> Vec<f64>) -> Option<Series> {
    let slope = slope(a.split()?.limit);
    taylor(a, n, &|limit, k| if k == 0 { f.apply(limit) } else { slope[k - 1] / k as f64 })
}

/// (1 + v²)^p at v = limit + δ: n coefficients by Miller's recurrence for powers of a polynomial.
fn of_square(limit: f64, p: f64, n: usize) -> Vec<f64> {
    let q = 1.0 + limit * limit;
    let mut c = vec![q.powf(p)];
    for k in 1..n {
        let kk = k as f64;
        let before = if k > 1 { (2.0 * p - (kk - 2.0)) * c[k - 2] } else { 0.0 };
        c.push(((p - (kk - 1.0)) * 2.0 * limit * c[k - 1] + before) / (kk * q));
    }
    c
}

/// 2/√π e^(−v²) at v = limit + δ, whose derivative is −2v of it.
fn of_bell(limit: f64, n: usize) -> Vec<f64> {
    let mut c = vec![FRAC_2_SQRT_PI * (-limit * limit).exp()];
    for k in 1..n {
        let before = if k > 1 { c[k - 2] } else { 0.0 };
        c.push(-2.0 * (limit * c[k - 1] + before) / k as f64);
    }
    c
}

/// erf a = ±(1 − e^(−a²)/(|a|√π) Σ (−1)ᵏ (2k − 1)!!/(2a²)ᵏ) for a → ±∞: the sum has no limit, but each term is its error.
fn erf_far(a: &Series, n: usize) -> Option<Series> {
    let (sign, a) = (a.sign()?, size(a)?);
    let square = a.times(&a)?;
    let tail = |k: usize| (1..=k).fold(1.0, |b, i| -b * (i as f64 - 0.5));
    let tail = square.raised(-1.0, n)?.powers(&tail, n, false)?;
    let bell = Series::sum(&[(-1.0, square)])?.exponential(n)?.times(&a.raised(-1.0, n)?)?;
    Series::sum(&[(sign, Series::constant(1.0)), (-sign * 0.5 * FRAC_2_SQRT_PI, bell.times(&tail)?)])
}

/// ln Γ, or its derivative ψ⁽ᵐ⁾ for an order m.
fn gamma(order: Option<u8>, a: &Series, n: usize) -> Option<Series> {
    let parts = a.split()?;
    if !parts.large.is_empty() {
        return if a.sign()? > 0.0 { stirling(order, a, n) } else { None };
    }
    if parts.limit == 0.0 && parts.small.terms.is_empty() || parts.limit < 0.0 && parts.limit.fract() == 0.0 {
        return None;
    }
    if parts.limit == 0.0 {
        // ln |Γ(a)| = ln Γ(1 + a) − ln |a|, and its derivatives
        let above = gamma(order, &Series::sum(&[(1.0, Series::constant(1.0)), (1.0, a.clone())])?, n)?;
        let Some(m) = order else { return above.minus(&size(a)?.logarithm(n)?) };
        let pole = a.raised(-f64::from(m) - 1.0, n)?;
        return Series::sum(&[(1.0, above), (derivative_of_inverse(m), pole)]);
    }
    taylor(a, n, &|limit, k| match order {
        None if k == 0 => Unary::LnGamma.apply(limit),
        // n is far below what orders go up to
        None => over_factorial(Unary::Polygamma((k - 1) as u8).apply(limit), k),
        Some(m) => over_factorial(Unary::Polygamma(m.saturating_add(k as u8)).apply(limit), k),
    })
}

/// −1/a differentiated m times, without its power: −(−1)ᵐ m!
fn derivative_of_inverse(m: u8) -> f64 {
    (1..=m).fold(-1.0, |p, i| -p * f64::from(i))
}

/// Stirling's series of ln Γ for a → ∞, or its derivative.
fn stirling(order: Option<u8>, a: &Series, n: usize) -> Option<Series> {
    let power = |p: f64| a.raised(p, n);
    let mut parts = vec![];
    let Some(m) = order else {
        let log = a.logarithm(n)?;
        let half = Series::constant(0.5);
        parts.extend([(1.0, a.minus(&half)?.times(&log)?), (-1.0, a.clone())]);
        parts.push((0.5 * (2.0 * PI).ln(), Series::constant(1.0)));
        return tail(parts, 1.0, &power, |k, b| b / (k * (k - 1.0)));
    };
    let order = f64::from(m);
    // the sign of ψ⁽ᵐ⁾ for m > 0, (−1)^(m + 1), and of ψ's terms but its first
    let sign = if m % 2 == 0 { -1.0 } else { 1.0 };
    let factorial = (1..=m).fold(1.0, |p, i| p * f64::from(i));
    parts.push(if m == 0 { (1.0, a.logarithm(n)?) } else { (sign * factorial / order, power(-order)?) });
    parts.push((0.5 * sign * factorial, power(-order - 1.0)?));
    let rising = |k: f64| (1..m).fold(1.0, |p, i| p * (k + f64::from(i)));
    tail(parts, -order, &power, |k, b| if m == 0 { -b / k } else { sign * b * rising(k) })
}

/// Terms with Bernoulli's numbers Bₖ, k = 2, 4, …, times a^(shift − k), and the order of the first that is left off.
fn tail(
    mut parts: Vec<(f64, Series)>,
    shift: f64,
    power: &dyn Fn(f64) -> Option<Series>,
    coefficient: impl Fn(f64, f64) -> f64,
) -> Option<Series> {
    let mut k = 2.0;
    for b in BERNOULLI {
        parts.push((coefficient(k, b), power(shift - k)?));
        k += 2.0;
    }
    let rest: Option<Monomial> = power(shift - k)?.order().cloned();
    parts.push((1.0, Series { terms: vec![], rest }));
    Series::sum(&parts)
}
