//! The hinge over all pairs on slices.
use crate::interrupt;
use crate::matrix::{scaled_product, transposed, view};
use crate::simd::{self, Coordinates, LANES};
use crate::space::Cost;

/// Rows of costs between two looks at the interrupt.
const ROWS: usize = 32;

/// Dimensions from which squared distances are cheaper as matrix products.
const MANY: usize = 8;

#[inline(always)]
fn squares_of_rows((c, y, x): (&mut [f32], &[f32], &Coordinates<f32>)) {
    for (c, y) in c.chunks_mut(x.n).zip(y.chunks(x.d)) {
        x.squares(y, 0, c);
    }
}

/// c between all rows, both already moved by the centre of the samples.
pub fn costs(y: &[f32], x: &[f32], d: usize, cost: &Cost) -> Vec<f32> {
    let (m, n) = (y.len() / d, x.len() / d);
    let mut c = vec![0.0; m * n];
    if d < MANY {
        let wide: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
        let x: Coordinates<f32> = Coordinates::new(&wide, d, &vec![0.0; d], 1.0);
        for (c, y) in c.chunks_mut(ROWS * n).zip(y.chunks(ROWS * d)) {
            if interrupt::poll().is_err() {
                break;
            }
            simd::run(
                #[inline(always)]
                || squares_of_rows((c, y, &x)),
            );
        }
    } else {
        let squares = |v: &[f32]| -> Vec<f32> { v.chunks(d).map(|r| r.iter().map(|v| v * v).sum()).collect() };
        let on_x = squares(x);
        scaled_product((m, n, d), &mut c, n, false, -2.0, view(y, d), transposed(x, d));
        for (c, on_y) in c.chunks_mut(n).zip(squares(y)) {
            c.iter_mut().zip(&on_x).for_each(|(c, on_x)| *c = (*c + on_x + on_y).max(0.0));
        }
    }
    let (scale, half) = (cost.scale as f32, 0.5 * cost.power as f32);
    for c in c.chunks_mut(ROWS * n) {
        if interrupt::poll().is_err() {
            break;
        }
        match cost.power {
            2.0 => c.iter_mut().for_each(|c| *c *= scale),
            1.0 => c.iter_mut().for_each(|c| *c = scale * c.sqrt()),
            _ => c.iter_mut().for_each(|c| *c = scale * c.powf(half)),
        }
    }
    c
}

/// Σⱼ (f + ψⱼ − cⱼ)₊ over a row of costs, and how many are positive; `active` counts them for every ψⱼ.
#[inline(always)]
fn row_excess((f, psi, row, active): (f32, &[f32], &[f32], &mut [f32])) -> (f64, f64) {
    let (mut excess, mut count) = ([0.0f32; LANES], [0.0f32; LANES]);
    let ((p, p_rest), (r, r_rest)) = (psi.as_chunks::<LANES>(), row.as_chunks::<LANES>());
    let (a, a_rest) = active.as_chunks_mut::<LANES>();
    for ((p, r), a) in p.iter().zip(r).zip(a) {
        for l in 0..LANES {
            let e = f + p[l] - r[l];
            let on = if e > 0.0 { 1.0 } else { 0.0 };
            excess[l] += e * on;
            count[l] += on;
            a[l] += on;
        }
    }
    let (mut e_sum, mut n_sum) = (simd::total(excess), simd::total(count));
    for ((p, r), a) in p_rest.iter().zip(r_rest).zip(a_rest) {
        let e = f + p - r;
        if e > 0.0 {
            (e_sum, n_sum, *a) = (e_sum + f64::from(e), n_sum + 1.0, *a + 1.0);
        }
    }
    (e_sum, n_sum)
}

/// The hinge over all pairs in one pass over the costs, and its gradients in φ and in ψ.
pub fn hinge(phi: &[f32], psi: &[f32], c: &[f32], lambda: f64) -> (f32, Vec<f32>, Vec<f32>) {
    let (m, n) = (phi.len(), psi.len());
    let share = (lambda / (m * n) as f64) as f32;
    let (mut on_phi, mut active) = (vec![0.0f32; m], vec![0.0f32; n]);
    let mut total = 0.0f64;
    for (i, ((f, g), row)) in phi.iter().zip(&mut on_phi).zip(c.chunks(n)).enumerate() {
        if i.is_multiple_of(ROWS) && interrupt::poll().is_err() {
            break;
        }
        let (excess, count) = simd::run(
            #[inline(always)]
            || row_excess((*f, psi, row, &mut active[..])),
        );
        total += excess;
        *g = 1.0 / m as f32 - share * count as f32;
    }
    let mean = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>() / v.len() as f64;
    let value = mean(phi) + mean(psi) - lambda / (m * n) as f64 * total;
    (value as f32, on_phi, active.into_iter().map(|a| 1.0 / n as f32 - share * a).collect())
}
