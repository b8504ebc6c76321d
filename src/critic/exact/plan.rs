//! First variations from a transport plan.
use crate::critic::potentials::cost_gradient;
use crate::critic::sample::Sample;
use crate::space::Cost;

/// (i, j, mass) of a sparse plan, rows of P first.
pub type Plan = Vec<(usize, usize, f64)>;

/// factor · ∇δ⟨c, π⟩/δP at the points of P, `[n, d]`, and ∇δ/δQ at those of Q, `[m, d]`: by Danskin's theorem the plan may
/// be kept fixed.
pub fn variations(
    plan: &[(usize, usize, f64)],
    p: &Sample,
    q: &Sample,
    cost: &Cost,
    factor: f64,
) -> (Vec<f64>, Vec<f64>) {
    let d = p.d;
    let (mut on_source, mut on_target) = (vec![0.0; p.rows.len()], vec![0.0; q.rows.len()]);
    for &(i, j, w) in plan {
        let (x, y) = (&p.rows[i * d..(i + 1) * d], &q.rows[j * d..(j + 1) * d]);
        cost_gradient(cost, x, y, factor * w / p.weights[i], &mut on_source[i * d..(i + 1) * d]);
        cost_gradient(cost, y, x, factor * w / q.weights[j], &mut on_target[j * d..(j + 1) * d]);
    }
    (on_source, on_target)
}
