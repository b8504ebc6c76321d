//! The derivatives of ln Γ in f64.
use std::f64::consts::PI;

/// Argument from which the asymptotic series is good to the last digit for every order that is asked.
const FAR: f64 = 18.0;
/// Steps of the recurrence below 0, where the order has no reflection formula.
const MOST_STEPS: f64 = 1e5;
/// Bernoulli numbers B₂, B₄, …
const BERNOULLI: [f64; 8] =
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
