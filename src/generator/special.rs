//! The error function, ln Γ and its derivatives in f64.
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// Argument from which the asymptotic series is good to the last digit for every order that is asked.
const FAR: f64 = 18.0;
/// Steps of the recurrence below 0, where the order has no reflection formula.
const MOST_STEPS: f64 = 1e5;
/// Bernoulli numbers B₂, B₄, …
pub(super) const BERNOULLI: [f64; 8] =
    [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0];

/// ψ⁽ⁿ⁾(v), ψ = (ln Γ)'; NaN at the poles 0, −1, −2, …
pub(super) fn polygamma(order: u8, v: f64) -> f64 {
    if v == f64::INFINITY {
        return if order == 0 { v } else { 0.0 };
    }
    if v <= 0.0 && v.fract() == 0.0 {
        return f64::NAN;
    }
    if v < 0.0 {
        let (sine, cosine) = (PI * v).sin_cos();
        match order {
            0 => return polygamma(0, 1.0 - v) - PI * cosine / sine,
            1 => return PI * PI / (sine * sine) - polygamma(1, 1.0 - v),
            2 => return polygamma(2, 1.0 - v) - 2.0 * PI.powi(3) * cosine / sine.powi(3),
            _ if v < -MOST_STEPS => return f64::NAN,
            _ => {}
        }
    }
    let n = f64::from(order);
    // n! with the sign of ψ⁽ⁿ⁾ on the positive axis; of ψ itself the recurrence subtracts
    let sign = if order.is_multiple_of(2) { -1.0 } else { 1.0 };
    let factorial = (1..=order).fold(1.0, |p, k| p * f64::from(k));
    let (mut near, mut v) = (0.0, v);
    while v < FAR + 0.5 * n {
        near += v.powf(-n - 1.0);
        v += 1.0;
    }
    sign * (factorial * near + far(order, factorial, v))
}

/// |ψ⁽ⁿ⁾| by its asymptotic series: of ψ itself −ln v + 1/(2v) + Σ B₂ₖ/(2k v^2k), and its derivatives.
fn far(order: u8, factorial: f64, v: f64) -> f64 {
    let n = f64::from(order);
    let lead = if order == 0 { -v.ln() } else { factorial / n * v.powf(-n) };
    let mut sum = lead + 0.5 * factorial * v.powf(-n - 1.0);
    // (2k + n − 1)!/(2k)!, from one k to the next
    let mut ratio = factorial * (n + 1.0) / 2.0;
    for (i, b) in BERNOULLI.iter().enumerate() {
        let k = 2.0 * (i as f64 + 1.0);
        sum += b * ratio * v.powf(-n - k);
        ratio *= (k + n) * (k + n + 1.0) / ((k + 1.0) * (k + 2.0));
    }
    sum
}

/// ζ(k) − 1, k = 2, 3, …
const ZETA_MINUS_ONE: [f64; 26] = [
    0.644_934_066_848_226_4,
    0.202_056_903_159_594_3,
    0.082_323_233_711_138_19,
    0.036_927_755_143_369_93,
    0.017_343_061_984_449_14,
    0.008_349_277_381_922_827,
    0.004_077_356_197_944_34,
    0.002_008_392_826_082_214_3,
    0.000_994_575_127_818_085_3,
    0.000_494_188_604_119_464_5,
    0.000_246_086_553_308_048_3,
    0.000_122_713_347_578_489_15,
    6.124_813_505_870_483e-5,
    3.058_823_630_702_049e-5,
    1.528_225_940_865_187e-5,
    7.637_197_637_899_763e-6,
    3.817_293_264_999_84e-6,
    1.908_212_716_553_939e-6,
    9.539_620_338_727_962e-7,
    4.769_329_867_878_064e-7,
    2.384_505_027_277_33e-7,
    1.192_199_259_653_110_6e-7,
    5.960_818_905_125_948e-8,
    2.980_350_351_465_228e-8,
    1.490_155_482_836_504e-8,
    7.450_711_789_835_43e-9,
];
/// 1 − Euler's constant
const ONE_MINUS_EULER: f64 = 0.422_784_335_098_467_13;

/// erf v: a series of positive terms, and from 3 on a continued fraction of its small complement.
pub(super) fn erf(v: f64) -> f64 {
    let a = v.abs();
    if a < 3.0 {
        let (mut term, mut sum, mut k) = (v, v, 1.0);
        while term.abs() > 1e-17 * sum.abs() {
            term *= 2.0 * v * v / (2.0 * k + 1.0);
            sum += term;
            k += 1.0;
        }
        return FRAC_2_SQRT_PI * (-v * v).exp() * sum;
    }
    let below = (1..=40).rev().fold(a, |f, k| a + 0.5 * f64::from(k) / f);
    let size = if a > 6.0 { 1.0 } else { 1.0 - 0.5 * FRAC_2_SQRT_PI * (-a * a).exp() / below };
    if v.is_nan() { v } else { size.copysign(v) }
}

/// ln |Γ(v)|: around its zeros 1 and 2 by a series in the distance, far out by Stirling's, between them by the recurrence.
pub(super) fn ln_gamma(v: f64) -> f64 {
    if v <= 0.0 {
        return if v.fract() == 0.0 { f64::INFINITY } else { (PI / (PI * v).sin().abs()).ln() - ln_gamma(1.0 - v) };
    }
    if v < 0.5 {
        return ln_gamma(v + 1.0) - v.ln();
    }
    if v < 1.5 {
        return around_two(v - 1.0) - (v - 1.0).ln_1p();
    }
    if v < 2.5 {
        return around_two(v - 2.0);
    }
    if v == f64::INFINITY {
        return v;
    }
    let (mut product, mut far) = (1.0, v);
    while far < 10.0 {
        product *= far;
        far += 1.0;
    }
    let series = BERNOULLI.iter().enumerate().rev().fold(0.0, |s, (i, b)| {
        let k = 2.0 * (i as f64 + 1.0);
        b / (k * (k - 1.0)) + s / (far * far)
    });
    (far - 0.5) * far.ln() - far + 0.5 * (2.0 * PI).ln() + series / far - f64::ln(product)
}

/// ln Γ(2 + z), |z| ≤ 1/2.
fn around_two(z: f64) -> f64 {
    let sum = ZETA_MINUS_ONE.iter().enumerate().rev().fold(0.0, |s, (i, c)| c / (i as f64 + 2.0) - z * s);
    z * (ONE_MINUS_EULER + z * sum)
}
