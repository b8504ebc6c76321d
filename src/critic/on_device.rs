//! Solvers whose whole step stays on a GPU: the MMD witness and the Sinkhorn divergence, streamed over all pairs.
use crate::device::ops::{Radial, kernel_field, soft_field};
use crate::device::{Points, Values, number, points, rows_f64};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::KernelSum;
use crate::space::{Cost, Penalty};

/// A value of shape [1] and ∇δD/δP at the particles.
pub struct OnDevice {
    pub value: Values,
    pub variation: Points,
}

/// The kernels a device knows by themselves.
fn radial(k: &Kernel) -> Option<Radial> {
    Some(match *k {
        Kernel::Gaussian(s) => Radial::Gaussian(-0.5 / (s * s)),
        Kernel::Laplace(s) => Radial::Laplace(-1.0 / s),
        Kernel::Imq(s) => Radial::Imq(1.0 / (s * s)),
        Kernel::Energy => Radial::Energy,
        _ => return None,
    })
}

fn equal(p: &Points) -> Values {
    let n = p.dims()[0];
    Values::ones([n], &p.device()).div_scalar(n as f64)
}

/// The means over y of k(x, ·) and of ∇ₓk(x, ·): on the device where it knows the kernel, on the host otherwise.
pub fn kernel_mean(k: &Kernel, x: &Points, y: &Points) -> Result<(Values, Points)> {
    if let Some(k) = radial(k) {
        return Ok(kernel_field(x, y, &equal(y), k));
    }
    let ([n, d], m) = (x.dims(), y.dims()[0] as f64);
    let (v, g) = KernelSum::<f32>::new(k, &rows_f64(y)?, d, None).at(&rows_f64(x)?, &Interrupt::default())?;
    let narrow = |v: Vec<f64>| v.into_iter().map(|v| (v / m) as f32).collect::<Vec<f32>>();
    let values = Values::from_data(burn::tensor::TensorData::new(narrow(v), [n]), &x.device());
    Ok((values, points(narrow(g), n, d, &x.device())))
}

/// The witness (μ_P − μ_Q)/λ and its gradient at points x.
pub fn witness_at(space: &Penalty, p: &Points, q: &Points, x: &Points) -> Result<(Values, Points)> {
    let ((a, a_gradient), (b, b_gradient)) = (kernel_mean(&space.kernel, x, p)?, kernel_mean(&space.kernel, x, q)?);
    Ok(((a - b).div_scalar(space.lambda), (a_gradient - b_gradient).div_scalar(space.lambda)))
}

/// MMD²/(2λ), if the kernel is one the device knows.
pub fn witness(space: &Penalty, p: &Points, q: &Points) -> Option<OnDevice> {
    let k = radial(&space.kernel).filter(|_| !space.unbiased)?;
    let (a, b) = (equal(p), equal(q));
    let ((pp, pp_gradient), (pq, pq_gradient), (qq, _)) =
        (kernel_field(p, p, &a, k), kernel_field(p, q, &b, k), kernel_field(q, q, &b, k));
    let value = (pp.mean() - pq.mean().mul_scalar(2.0) + qq.mean()).div_scalar(2.0 * space.lambda);
    Some(OnDevice { value, variation: (pp_gradient - pq_gradient).div_scalar(space.lambda) })
}

/// Iterations between looks at the error: each look waits for the device.
const LOOK: usize = 5;
const MOST: usize = 2000;

/// One direction of a Sinkhorn iteration: −ε ln Σ_j b_j e^{(v_j − c_ij)/ε}, and the mean of ∇c under its terms.
fn soft(x: &Points, y: &Points, v: &Values, log_weight: f64, cost: &Cost, epsilon: f64) -> (Values, Points) {
    let (l, g) = soft_field(
        x,
        y,
        &v.clone().div_scalar(epsilon).add_scalar(log_weight),
        cost.scale / epsilon,
        cost.power as u32,
    );
    (l.mul_scalar(-epsilon), g.mul_scalar(epsilon))
}

/// S_ε for the cost |x − y| or |x − y|², in f32: the marginals to 1e-5, or to what rounding of c/ε leaves.
pub fn sinkhorn(cost: &Cost, epsilon: f64, p: &Points, q: &Points, interrupt: &Interrupt) -> Result<Option<OnDevice>> {
    if cost.power != 1.0 && cost.power != 2.0 {
        return Ok(None);
    }
    let ln = |x: &Points| -(x.dims()[0] as f64).ln();
    let (wide_p, wide_q) = (p.clone().abs().max(), q.clone().abs().max());
    // no cost is larger than that of twice the largest coordinate along every axis
    let reach = 2.0 * number(&wide_p)?.max(number(&wide_q)?) * (p.dims()[1] as f64).sqrt();
    let largest = cost.of_squared(reach * reach);
    let tolerance = f64::max(1e-5, 4e-7 * (1.0 + largest / epsilon));
    let schedule =
        |epsilon: f64| std::iter::successors(Some(largest), |e| Some(e * 0.25)).take_while(move |e| *e > epsilon);
    let zeros = |x: &Points| Values::zeros([x.dims()[0]], &x.device());
    // between the samples: φ on P, g = −ψ on Q
    let (mut phi, mut g) = (zeros(p), zeros(q));
    for e in schedule(epsilon) {
        phi = soft(p, q, &g, ln(q), cost, e).0;
        g = soft(q, p, &phi, ln(p), cost, e).0;
    }
    for k in 0..MOST {
        interrupt.check()?;
        phi = soft(p, q, &g, ln(q), cost, epsilon).0;
        let next = soft(q, p, &phi, ln(p), cost, epsilon).0;
        let error =
            (k % LOOK == LOOK - 1).then(|| ((g.clone() - next.clone()).div_scalar(epsilon).exp() - 1.0).abs().mean());
        g = next;
        if let Some(e) = error
            && number(&e)? <= tolerance
        {
            break;
        }
    }
    let within = |x: &Points| -> Result<Values> {
        let mut v = zeros(x);
        for e in schedule(epsilon) {
            v = (v.clone() + soft(x, x, &v, ln(x), cost, e).0).mul_scalar(0.5);
        }
        for k in 0..MOST {
            interrupt.check()?;
            let m = soft(x, x, &v, ln(x), cost, epsilon).0;
            let error =
                (k % LOOK == LOOK - 1).then(|| ((v.clone() - m.clone()).div_scalar(epsilon).exp() - 1.0).abs().mean());
            v = (v + m).mul_scalar(0.5);
            if let Some(e) = error
                && number(&e)? <= tolerance
            {
                break;
            }
        }
        Ok(v)
    };
    let (own_p, own_q) = (within(p)?, within(q)?);
    let between = soft(p, q, &g, ln(q), cost, epsilon).1;
    let inside = soft(p, p, &own_p, ln(p), cost, epsilon).1;
    let value = phi.mean() + g.mean() - own_p.mean() - own_q.mean();
    Ok(Some(OnDevice { value, variation: between - inside }))
}
