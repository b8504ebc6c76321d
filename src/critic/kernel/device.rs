//! The MMD and its witness as `host` has them, streamed over all pairs on a device, in f32.
use crate::critic::solution::OnDevice;
use crate::critic::solver::Problem;
use crate::device::ops::{Radial, kernel_field};
use crate::device::{Points, Values, points, rows_f64};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::space::Penalty;
use crate::space::kernel::Kernel;
use crate::space::kernel_sum::KernelSum;

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

/// The means over y of k(x, ·) and of ∇ₓk(x, ·), `[n]` and `[n, d]`: on the device where it knows the kernel, on the host
/// otherwise.
///
/// # Errors
/// Points that cannot be read, and an interrupt, for kernels that the device does not know.
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

/// The witness (μ_P − μ_Q)/λ and its gradient at points x, `[n]` and `[n, d]`.
///
/// # Errors
/// As [`kernel_mean`].
pub fn witness_at(space: &Penalty, p: &Points, q: &Points, x: &Points) -> Result<(Values, Points)> {
    let ((a, a_gradient), (b, b_gradient)) = (kernel_mean(&space.kernel, x, p)?, kernel_mean(&space.kernel, x, q)?);
    Ok(((a - b).div_scalar(space.lambda), (a_gradient - b_gradient).div_scalar(space.lambda)))
}

/// The value and the first variation at P, if the kernel is one the device knows.
pub fn witness(space: &Penalty, problem: &Problem<Points>) -> Option<OnDevice> {
    let (p, q) = (problem.p, problem.q);
    let k = radial(&space.kernel).filter(|_| !space.unbiased)?;
    let (a, b) = (equal(p), equal(q));
    let ((pp, pp_gradient), (pq, pq_gradient), (qq, _)) =
        (kernel_field(p, p, &a, k), kernel_field(p, q, &b, k), kernel_field(q, q, &b, k));
    let value = (pp.mean() - pq.mean().mul_scalar(2.0) + qq.mean()).div_scalar(2.0 * space.lambda);
    Some(OnDevice { value, variation: (pp_gradient - pq_gradient).div_scalar(space.lambda) })
}
