//! The exponential factor of a series: e^g, where g is a sum of exact terms that grow towards the end.
use super::exponent::Exponent;

/// What decays faster than every power is bounded by this one.
pub const POWER: f64 = 12.0;

/// g = Σ c s^a ℓ^q with a < 0, the fastest first; nothing where there is no such factor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Growth(Vec<(Exponent, i32, f64)>);

impl Growth {
    /// From such terms.
    pub fn of(mut terms: Vec<(Exponent, i32, f64)>) -> Growth {
        terms.retain(|t| t.2 != 0.0);
        terms.sort_by(|p, q| p.0.partial_cmp(&q.0).unwrap_or(std::cmp::Ordering::Equal).then(q.1.cmp(&p.1)));
        Growth(terms)
    }
    /// Its terms.
    pub fn terms(&self) -> &[(Exponent, i32, f64)] {
        &self.0
    }
    /// Whether there is no factor.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
    /// That of a product; none where a sum of coefficients is no double.
    pub fn plus(&self, o: &Growth) -> Option<Growth> {
        let mut all = self.0.clone();
        for t in &o.0 {
            match all.iter_mut().find(|p| p.0 == t.0 && p.1 == t.1) {
                Some(p) => {
                    let exact = Exponent::of(p.2).plus(&Exponent::of(t.2))?;
                    p.2 = Some(exact.rounded()).filter(|s| Exponent::of(*s) == exact)?;
                }
                None => all.push(*t),
            }
        }
        Some(Growth::of(all))
    }
    /// That of a power; none where a product is no double.
    pub fn times(&self, k: f64) -> Option<Growth> {
        let scaled = |t: &(Exponent, i32, f64)| {
            let exact = Exponent::of(t.2).times(k)?;
            Some((t.0, t.1, Some(exact.rounded()).filter(|s| Exponent::of(*s) == exact)?))
        };
        Some(Growth(self.0.iter().map(scaled).collect::<Option<_>>()?))
    }
}

/// A number C with e^(−k s^a) ≤ C s^POWER for all s up to `reach`, for k > 0 and a < 0.
pub fn decay(k: f64, a: &Exponent, reach: f64) -> Option<f64> {
    if *a != Exponent::of(a.rounded()) {
        return None;
    }
    // with t = s^a it is the largest value of t^p e^(−k t), which is at p/k
    let p = POWER / -a.rounded();
    let t = (reach.powf(a.rounded()) * (1.0 - 1e-12)).max(p / k);
    let (up, down) = (p * t.ln(), k * t);
    let most = (up - down + 1e-9 * (1.0 + up.abs() + down)).exp();
    (most.is_finite() && k > 0.0 && p > 0.0 && p < 1e4 && t.is_finite()).then(|| most.max(1e-300))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bound holds on a grid, and is met at the worst place to 1e-6.
    #[test]
    fn what_decays_is_below_its_bound() {
        for (k, a) in [(1.0, -1.0), (0.3, -2.0), (7.0, -0.5)] {
            for reach in [0.25, 0.03, 1e-3] {
                let most = decay(k, &Exponent::of(a), reach).unwrap();
                let ratio = |s: f64| (-k * s.powf(a) - POWER * s.ln() - most.ln()).exp();
                let worst = (0..4000).map(|i| ratio(reach * 0.995f64.powi(i))).fold(0.0, f64::max);
                assert!(worst <= 1.0, "{k} {a} {reach}: {worst}");
                assert!(most <= 1e-299 || worst > 0.99, "{k} {a} {reach}: {worst}");
            }
        }
    }
}
