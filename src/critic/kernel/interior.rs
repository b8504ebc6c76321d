//! The dual of a penalised f-divergence by a primal-dual interior-point method, for f in pieces: where f' jumps or f is a line,
//! f*' is a step, and what Newton's method needs is only known once it is known on which step each point is.
//!
//! α_j = b_j (k_0 + Σ_i r_ji) with 0 ≤ r_ji ≤ k_{i+1} − k_i for the breaks k_0 < k_1 < … of f, its ends among them: pieces fill in their order because
//! f is convex. Prices z, w ≥ 0 of both ends make f'(k_i + r_ji) − z_ji + w_ji = h(x_j) − ν, and r z = (k_{i+1} − k_i − r) w = μ → 0.
//! However many pieces there are, the unknowns of a step are one for each point: dr = (q + dh − dν)/D with
//! D = f'' + z/r + w/(k_{i+1} − k_i − r), and dh = −K (b dx)/λ for dx_j = Σ_i dr_ji. Where f is a line D vanishes with μ, and
//! masses of points that K hardly tells apart may be exchanged for nothing: the system is one for y = G (b dx), K = Gᵀ G, which
//! has no such directions. [mehrotra1992](crate::references#mehrotra1992)
use super::dual::{Dual, Mass, State};
use super::root::{Root, root};
use crate::generator::Generator;
use crate::matrix::{Cholesky, scaled_product, times, transposed, view};
use crate::transport::dual::mean;
use rayon::prelude::*;
use std::sync::Arc;

/// Of the way to where a number would become 0.
const SHORT_OF: f64 = 0.995;
/// Of the largest entry of b K/λ: what is added to D, so that the factor keeps the digits of the smallest.
const LEAST: f64 = 1e-13;
/// Rows of the system a task makes.
const STRIP: usize = 64;
/// What prices may be off by beside μ, relative to their size: h is a difference of sums, divided by λ.
const NOISE: f64 = 1e-9;

/// The dual on n points for a kernel with a root: a kernel matrix as far as numbers have it, or the features of many points.
#[derive(Clone)]
pub(super) struct Inside<'a> {
    /// convex, f(1) = 0
    pub f: &'a Generator,
    /// what Σ α is
    pub mass: Mass,
    /// weights of the points
    pub b: &'a [f64],
    /// μ_P at the points
    pub on_q: &'a [f64],
    /// λ of the penalty on ‖h‖²
    pub lambda: f64,
    /// G
    pub root: Arc<Root>,
    /// K where that is more than Gᵀ G
    pub k: Option<&'a [f64]>,
}

impl<'a> Inside<'a> {
    /// The same problem as Newton's method has it.
    pub fn of(d: &Dual<'a>) -> Inside<'a> {
        let root = Arc::new(root(d.k, d.b.len()));
        Inside { f: d.f, mass: d.mass, b: d.b, on_q: d.on_q, lambda: d.lambda, root, k: Some(d.k) }
    }
    fn times_k(&self, v: &[f64]) -> Vec<f64> {
        self.k.map_or_else(|| self.root.transposed_times(&self.root.times(v)), |k| times(k, v))
    }
    /// The largest entry of b K/λ on the diagonal.
    fn largest(&self) -> f64 {
        let mut squares = vec![0.0; self.b.len()];
        let rows = self.root.rows.chunks(self.b.len());
        rows.for_each(|g| squares.iter_mut().zip(g).for_each(|(s, g)| *s += g * g));
        squares.iter().zip(self.b).fold(0.0, |m: f64, (s, b)| m.max(s * b)) / self.lambda
    }
}

/// Where the iteration is; what belongs to pieces has those of a point one after the other.
#[derive(Clone)]
pub(super) struct Interior<'a> {
    d: Inside<'a>,
    /// k_i and k_{i+1} − k_i
    pieces: Vec<(f64, f64)>,
    r: Vec<f64>,
    z: Vec<f64>,
    w: Vec<f64>,
    nu: f64,
    x: Vec<f64>,
    k_alpha: Vec<f64>,
    h: Vec<f64>,
    /// f' and f'' of each piece
    slopes: Vec<(f64, f64)>,
    /// added to D
    least: f64,
}

/// By how much everything moves.
struct Step {
    r: Vec<f64>,
    z: Vec<f64>,
    w: Vec<f64>,
    nu: f64,
}

/// The factor of I + G B Gᵀ/λ for B = diag(b E), E_j = Σ_i 1/D_ji, where K = Gᵀ G.
struct System {
    bend: Vec<f64>,
    e: Vec<f64>,
    factor: Cholesky,
}

impl<'a> Interior<'a> {
    /// Starts around α = b.
    pub fn new(d: Inside<'a>) -> Interior<'a> {
        let mut breaks = d.f.breaks();
        let (least, most) = d.f.ends();
        breaks.retain(|k| *k > least && *k < most);
        let starts = std::iter::once(least).chain(breaks.iter().copied());
        let ends = breaks.iter().copied().chain([most]);
        let pieces: Vec<(f64, f64)> = starts.zip(ends).map(|(k, end)| (k, end - k)).collect();
        let one = |&(k, length): &(f64, f64)| (1.0 - k).clamp(0.1 * length.min(1.0), 0.9 * length);
        let r: Vec<f64> = (0..d.b.len()).flat_map(|_| pieces.iter().map(one)).collect();
        let mut v = Interior {
            least: LEAST * d.largest(),
            d,
            w: vec![0.0; r.len()],
            z: vec![0.0; r.len()],
            pieces,
            r,
            nu: 0.0,
            x: vec![],
            k_alpha: vec![],
            h: vec![],
            slopes: vec![],
        };
        v.refresh();
        let (left, right) = v.d.f.slope_at_one();
        if v.d.mass == Mass::One {
            v.nu = mean(&v.h, v.d.b) - 0.5 * (left + right);
        }
        let size = v.residuals().iter().fold(0.0, |m: f64, v| m.max(v.abs())).max(f64::MIN_POSITIVE);
        for at in 0..v.r.len() {
            let left = v.left(at);
            v.z[at] = size / v.r[at];
            v.w[at] = size / left;
        }
        v
    }

    /// What is left of the piece.
    fn left(&self, at: usize) -> f64 {
        self.pieces[at % self.pieces.len()].1 - self.r[at]
    }

    /// Everything that follows from r.
    fn refresh(&mut self) {
        let (d, p) = (&self.d, self.pieces.len());
        let first = self.pieces[0].0;
        self.x = self.r.chunks(p).map(|r| first + r.iter().sum::<f64>()).collect();
        let alpha: Vec<f64> = self.x.iter().zip(d.b).map(|(x, b)| x * b).collect();
        self.k_alpha = d.times_k(&alpha);
        self.h = d.on_q.iter().zip(&self.k_alpha).map(|(p, k)| (p - k) / d.lambda).collect();
        let slope = |(at, r): (usize, &f64)| {
            let (s, bend) = d.f.slopes_at(self.pieces[at % p].0 + r);
            (s, bend.max(0.0))
        };
        self.slopes = self.r.par_iter().enumerate().with_min_len(256).map(slope).collect();
    }

    /// f' − z + w − h + ν
    fn residuals(&self) -> Vec<f64> {
        let p = self.pieces.len();
        let at = |at: usize| self.slopes[at].0 - self.z[at] + self.w[at] - self.h[at / p] + self.nu;
        (0..self.r.len()).map(at).collect()
    }

    /// The mean of r z and of what is left times w, each a step further.
    fn mu(&self, step: Option<(&Step, f64)>) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for at in 0..self.r.len() {
            let (dr, dz, dw) = step.map_or((0.0, 0.0, 0.0), |(s, t)| (t * s.r[at], t * s.z[at], t * s.w[at]));
            let b = self.d.b[at / self.pieces.len()];
            sum += b * (self.r[at] + dr) * (self.z[at] + dz);
            count += b;
            let left = self.left(at);
            if left.is_finite() {
                sum += b * (left - dr) * (self.w[at] + dw);
                count += b;
            }
        }
        sum / count
    }

    /// None where it is not positive definite in f64.
    fn system(&self) -> Option<System> {
        let (d, p, n) = (&self.d, self.pieces.len(), self.d.b.len());
        let bend: Vec<f64> = (0..self.r.len())
            .map(|at| self.slopes[at].1 + self.z[at] / self.r[at] + self.w[at] / self.left(at) + self.least)
            .collect();
        let e: Vec<f64> = bend.chunks(p).map(|d| d.iter().map(|d| 1.0 / d).sum()).collect();
        let Root { rows, rank } = &*d.root;
        let weights: Vec<f64> = e.iter().zip(d.b).map(|(e, b)| e * b).collect();
        let weighted: Vec<f64> = rows.chunks(n).flat_map(|g| g.iter().zip(&weights).map(|(g, w)| g * w)).collect();
        let mut a = vec![0.0; rank * rank];
        a.par_chunks_mut(STRIP * rank).zip(weighted.par_chunks(STRIP * n)).for_each(|(strip, w)| {
            let size = (w.len() / n, *rank, n);
            scaled_product(size, strip, *rank, false, 1.0 / d.lambda, view(w, n), transposed(rows, n));
        });
        (0..*rank).for_each(|i| a[i * rank + i] += 1.0);
        Some(System { bend, e, factor: Cholesky::new(a, *rank)? })
    }

    /// The step to r z = target, of which an earlier one tells what its products add.
    fn direction(&self, system: &System, target: f64, earlier: Option<&Step>) -> Step {
        let (d, p) = (&self.d, self.pieces.len());
        let residuals = self.residuals();
        let wanted = |at: usize| {
            let (mut z, mut w) = (target - self.r[at] * self.z[at], target - self.left(at) * self.w[at]);
            if let Some(s) = earlier {
                z -= s.r[at] * s.z[at];
                w += s.r[at] * s.w[at];
            }
            (z / self.r[at], if self.left(at).is_finite() { w / self.left(at) } else { 0.0 })
        };
        let ends: Vec<(f64, f64)> = (0..self.r.len()).map(wanted).collect();
        let q: Vec<f64> = (0..self.r.len()).map(|at| ends[at].0 - ends[at].1 - residuals[at]).collect();
        let moved: Vec<f64> =
            (q.chunks(p).zip(system.bend.chunks(p))).map(|(q, d)| q.iter().zip(d).map(|(q, d)| q / d).sum()).collect();
        let of_b = |v: &[f64]| v.iter().zip(d.b).map(|(v, b)| v * b).collect::<Vec<f64>>();
        let masses = of_b(&moved);
        let mut y = system.factor.solve(&d.root.times(&masses));
        let mut nu = 0.0;
        if d.mass == Mass::One {
            let all = of_b(&system.e);
            let pulled = d.root.times(&all);
            let ones = system.factor.solve(&pulled);
            let missing = 1.0 - mean(&self.x, d.b);
            nu = (masses.iter().sum::<f64>() - mean(&pulled, &y) / d.lambda - missing)
                / (all.iter().sum::<f64>() - mean(&pulled, &ones) / d.lambda);
            y.iter_mut().zip(&ones).for_each(|(v, o)| *v -= nu * o);
        }
        let dh: Vec<f64> = d.root.transposed_times(&y).iter().map(|v| -v / d.lambda).collect();
        let r: Vec<f64> = (0..q.len()).map(|at| (q[at] + dh[at / p] - nu) / system.bend[at]).collect();
        let z = (0..r.len()).map(|at| ends[at].0 - self.z[at] / self.r[at] * r[at]).collect();
        let w = (0..r.len()).map(|at| ends[at].1 + self.w[at] / self.left(at) * r[at]).collect();
        Step { r, z, w, nu }
    }

    /// The longest part of a step that leaves everything positive.
    fn reach(&self, s: &Step) -> f64 {
        let until = |v: f64, by: f64| if by < 0.0 { -v / by } else { f64::INFINITY };
        let at = |at: usize| {
            let ends = until(self.r[at], s.r[at]).min(until(self.left(at), -s.r[at]));
            ends.min(until(self.z[at], s.z[at])).min(until(self.w[at], s.w[at]))
        };
        (0..self.r.len()).map(at).fold(f64::INFINITY, f64::min)
    }

    fn moved(&self, s: &Step, t: f64) -> Interior<'a> {
        let add = |v: &[f64], w: &[f64]| v.iter().zip(w).map(|(v, w)| v + t * w).collect::<Vec<f64>>();
        let (r, z, w) = (add(&self.r, &s.r), add(&self.z, &s.z), add(&self.w, &s.w));
        let mut next = Interior { r, z, w, nu: self.nu + t * s.nu, ..self.clone() };
        next.refresh();
        next
    }

    /// One step of predictor and corrector; false where nothing moves any more.
    pub fn step(&mut self) -> bool {
        let Some(system) = self.system() else { return false };
        let mu = self.mu(None);
        let predicted = self.direction(&system, 0.0, None);
        let far = self.reach(&predicted).min(1.0);
        let left = self.mu(Some((&predicted, far))).max(0.0) / mu;
        let step = self.direction(&system, mu * left.powi(3), Some(&predicted));
        let size = |v: &Interior| v.residuals().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        let noise = NOISE * self.h.iter().fold(1.0, |m: f64, h| m.max(h.abs()));
        let before = size(self);
        let mut t = (SHORT_OF * self.reach(&step)).min(1.0);
        // f'' changes along a piece: not so far that prices fit less than before
        while t > 1e-9 {
            let next = self.moved(&step, t);
            let after = size(&next);
            if after <= (1.0 - 0.1 * t) * before + mu + noise {
                *self = next;
                return true;
            }
            t *= 0.5;
        }
        false
    }

    /// As Newton's method has it.
    pub fn state(&self) -> State {
        let alpha = self.x.iter().zip(self.d.b).map(|(x, b)| x * b).collect();
        State {
            alpha,
            k_alpha: self.k_alpha.clone(),
            h: self.h.clone(),
            nu: self.nu,
            x: self.x.clone(),
            curvature: vec![],
            value: f64::NAN,
        }
    }
}
