//! f* near f'(1), where D is small: e(s) = f*(f'(1) + s) − f'(1) − s, which has its least value, 0, at s = 0.
//!
//! At potentials that hardly differ f* is f'(1) + s to many digits, and a divergence is what is left: a rounding of f* would be
//! larger. With u = x − 1, s = ∫ f''(1 + v) dv and e = ∫ v f''(1 + v) dv from 0 to u have no terms that cancel, so that both keep
//! all digits relative to themselves, however small, and whether f'' is positive, zero or infinite at 1.
use super::jet::cubic;

/// Nodes in a decade of u, and the decades.
const PER_DECADE: usize = 96;
const SMALLEST: f64 = 1e-9;
const LARGEST: f64 = 0.5;

/// Points and weights of Gauss's rule on (−1, 1) that is exact to order 7.
const GAUSS: [(f64, f64); 4] = [
    (-0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
    (-0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
    (0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
    (0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
];

/// e with its first two derivatives: e, u = x* − 1, and du/ds.
pub type Jet = (f64, f64, f64);

#[derive(Clone, Copy, Debug)]
struct Node {
    s: f64,
    e: f64,
    u: f64,
}

/// One side of 1, where s and u have its sign; kept as sizes.
#[derive(Debug, Default)]
struct Side {
    nodes: Vec<Node>,
    /// s ~ u^power below the first node
    power: f64,
}

/// e on both sides of the interval of s on which it is 0.
#[derive(Debug)]
pub struct Excess {
    /// f'(1⁻) and f'(1⁺), less the middle of both
    flat: (f64, f64),
    below: Side,
    above: Side,
}

impl Side {
    /// For u of this sign, from f'' at x, as far as `reach`.
    fn new(sign: f64, reach: f64, f2: &dyn Fn(f64) -> f64) -> Side {
        let bend = |u: f64| f2(1.0 + sign * u).max(0.0);
        let decades = (LARGEST.min(reach) / SMALLEST).log10();
        let first = bend(SMALLEST);
        if decades.is_nan() || decades < 0.5 || !first.is_finite() || first <= 0.0 {
            return Side::default();
        }
        // f'' ~ u^(power − 1) next to 1
        let power = 1.0 + (bend(2.0 * SMALLEST) / first).log2();
        let power = if power > 0.05 && power < 50.0 { power } else { 1.0 };
        let (s, e) = (SMALLEST * first / power, SMALLEST * SMALLEST * first / (power + 1.0));
        let mut last = Node { s, e, u: SMALLEST };
        let mut nodes = vec![last];
        for k in 1..=(decades * PER_DECADE as f64) as usize {
            let u = SMALLEST * 10f64.powf(k as f64 / PER_DECADE as f64);
            let (middle, half) = (0.5 * (last.u + u), 0.5 * (u - last.u));
            let (mut s, mut e) = (last.s, last.e);
            for (x, w) in GAUSS {
                let v = middle + half * x;
                s += half * w * bend(v);
                e += half * w * v * bend(v);
            }
            if !e.is_finite() || s <= last.s {
                break;
            }
            last = Node { s, e, u };
            nodes.push(last);
        }
        Side { nodes, power }
    }

    /// At a distance s > 0 from where e is 0; none beyond the last node.
    fn at(&self, s: f64) -> Option<Jet> {
        let (first, last) = (self.nodes.first()?, self.nodes.last()?);
        if s < first.s {
            let u = first.u * (s / first.s).powf(1.0 / self.power);
            return Some((s * u * self.power / (self.power + 1.0), u, u / (s * self.power)));
        }
        if s > last.s {
            return None;
        }
        let i = self.nodes.partition_point(|n| n.s <= s).clamp(1, self.nodes.len() - 1);
        let (p, q) = (self.nodes[i - 1], self.nodes[i]);
        let h = q.s - p.s;
        // with the slopes u
        let between = cubic(h, (p.e, p.u), (q.e, q.u), (s - p.s) / h);
        Some((between.f, between.d1, (q.u - p.u) / h))
    }
}

impl Excess {
    /// From f'(1⁻) and f'(1⁺), the other places where f changes its formula, and f''.
    pub(in crate::generator) fn new(at_one: (f64, f64), breaks: &[f64], f2: &dyn Fn(f64) -> f64) -> Excess {
        let half = 0.5 * (at_one.1 - at_one.0);
        let others = || breaks.iter().map(|b| b - 1.0).filter(|u| u.abs() > 1e-14);
        let reach = |sign: f64| others().map(|u| sign * u).filter(|u| *u > 0.0).fold(f64::INFINITY, f64::min);
        Excess {
            flat: (-half, half),
            below: Side::new(-1.0, 0.999 * reach(-1.0), f2),
            above: Side::new(1.0, 0.999 * reach(1.0), f2),
        }
    }

    /// Differences of potentials up to here have all s in the table, wherever ν is between them.
    pub fn reach(&self) -> f64 {
        let last = |side: &Side| side.nodes.last().map_or(0.0, |n| n.s);
        last(&self.below).min(last(&self.above))
    }

    /// The distance of potentials up to which |x* − 1| is at most u.
    pub fn within(&self, u: f64) -> f64 {
        let last = |side: &Side| side.nodes.iter().take_while(|n| n.u <= u).last().map_or(0.0, |n| n.s);
        last(&self.below).min(last(&self.above))
    }

    /// e, u = x* − 1 and du/ds at s, a distance from the middle of f'(1); none where s is not small.
    pub fn at(&self, s: f64) -> Option<Jet> {
        if s > self.flat.1 {
            return self.above.at(s - self.flat.1);
        }
        if s < self.flat.0 {
            return self.below.at(self.flat.0 - s).map(|(e, u, bend)| (e, -u, bend));
        }
        (s >= self.flat.0).then_some((0.0, 0.0, 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (x − 1)⁴ has e = 3 (s/4)^(4/3), χ² s²/4, KL e^s − 1 − s, down to 1e-12: 1e-7 relative, what cubic pieces leave.
    #[test]
    fn small_values_keep_their_digits() {
        let smooth = |f2: &dyn Fn(f64) -> f64| Excess::new((0.0, 0.0), &[], f2);
        let quartic = smooth(&|x| 12.0 * (x - 1.0) * (x - 1.0));
        let (chi2, kl) = (smooth(&|_| 2.0), smooth(&|x| 1.0 / x));
        for k in 0..110 {
            for sign in [-1.0, 1.0] {
                let s = sign * 10f64.powf(-0.1 * f64::from(k) - 0.5);
                let kl_exact = if s.abs() < 1e-3 { s * s * (0.5 + s / 6.0 + s * s / 24.0) } else { s.exp_m1() - s };
                let exact = [3.0 * (s.abs() / 4.0).powf(4.0 / 3.0), 0.25 * s * s, kl_exact];
                for (e, exact) in [&quartic, &chi2, &kl].iter().zip(exact) {
                    let (e, u, _) = e.at(s).unwrap();
                    assert!((e - exact).abs() < 1e-7 * exact, "s {s}: {e} and {exact}");
                    assert!(u * sign > 0.0);
                }
            }
        }
    }
}
