//! m − inf_ν { ν + E f*(φ − ν) } where φ hardly differs from m: m − E φ − inf E e(φ − μ) with e of `conjugate/excess.rs`, in f64.
use crate::generator::Generator;
use crate::interrupt;
use rayon::prelude::*;

/// Most steps to the root of E u(φ − μ), a quarter of them halves of the bracket.
const STEPS: usize = 160;
/// Numbers a thread works on at a time.
const PIECE: usize = 2048;
const PIECES: usize = 64;

/// The value and the minimising ν, sought from an earlier one.
pub fn near(f: &Generator, m: f64, phi: &[f32], start: f64) -> (f64, f64) {
    let n = phi.len() as f64;
    let (left, right) = f.slope_at_one();
    let c = 0.5 * (left + right);
    let (least, most) = phi.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let (least, most) = (f64::from(least), f64::from(most));
    // E u rises in φ − μ, from at most 0 where no φ − μ is above f'(1) to at least 0 where none is below
    let (mut low, mut high) = (least - (right - c), most - (left - c));
    let (end, attained) = f.domain();
    if end.is_finite() {
        let inside = most - (end - c);
        low = low.max(if attained { inside } else { inside + 1e-15 * (most.abs() + end.abs()) }).min(high);
    }
    let add = |a: [f64; 3], b: [f64; 3]| [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    let sums = |mu: f64| {
        let of_piece = |piece: &[f32]| {
            piece.iter().fold([0.0f64; 3], |sum, v| {
                let (e, u, bend) = f.excess(f64::from(*v) - mu);
                add(sum, [e, u, bend])
            })
        };
        if phi.len() <= PIECE {
            return of_piece(phi);
        }
        let mut parts = [[0.0; 3]; PIECES];
        let pieces = phi.par_chunks(PIECE.max(phi.len().div_ceil(PIECES)));
        pieces.zip(&mut parts).for_each(|(piece, part)| *part = of_piece(piece));
        // in the order of the pieces, whichever thread had them
        parts.into_iter().fold([0.0; 3], add)
    };
    let mut mu = (start + c).clamp(low, high);
    let mut found = sums(mu);
    for step in 0..STEPS {
        let [_, u, k] = found;
        if u > 0.0 {
            low = mu
        } else {
            high = mu
        }
        let newton = mu + u / k;
        // where u is steep at 0 Newton's steps go to and fro
        let inside = newton > low && newton < high && step % 4 < 3;
        let next = if inside { newton } else { 0.5 * (low + high) };
        let settled = u.abs() <= 1e-5 * n && (next - mu).abs() <= 1e-5 * (most - least);
        if settled || next <= low || next >= high || interrupt::poll().is_err() {
            break;
        }
        mu = next;
        found = sums(mu);
    }
    // differences first: what φ and m have in common is gone before anything is summed
    let apart = phi.iter().map(|v| m - f64::from(*v)).sum::<f64>() / n;
    (apart - found[0] / n, mu - c)
}
