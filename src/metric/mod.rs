//! Metrics between two samples: exact where the name says a distance, one file each.
use crate::catalogue::{Entry, nearest, no_defaults};
use crate::device::check_samples;
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use std::sync::Arc;

mod kernel_distance;
mod max_sliced;
pub mod modes;
pub mod neighbours;
mod sinkhorn;
mod sliced;
pub mod tails;
mod wasserstein;
pub use kernel_distance::Mmd;
pub use max_sliced::MaxSliced;
pub use sinkhorn::Sinkhorn;
pub use sliced::Sliced;
pub use wasserstein::Wasserstein;

/// A number that says how far two samples are apart.
pub trait Metric: Send + Sync {
    fn name(&self) -> &'static str;
    fn evaluate(&self, p: &Points, q: &Points) -> Result<f64>;
}

/// Names the `metrics:` option of a run accepts.
pub const NAMES: &[&str] = &["w1", "w2", "sliced", "max_sliced", "mmd", "energy"];

/// A metric with its default settings.
pub fn by_name(name: &str) -> Result<Arc<dyn Metric>> {
    by_name_interruptible(name, &Interrupt::default())
}

/// The same; the exact ones stop when asked to.
pub fn by_name_interruptible(name: &str, interrupt: &Interrupt) -> Result<Arc<dyn Metric>> {
    Ok(match name {
        "w1" => Arc::new(Wasserstein { interrupt: interrupt.clone(), ..Wasserstein::new(1) }),
        "w2" => Arc::new(Wasserstein { interrupt: interrupt.clone(), ..Wasserstein::new(2) }),
        "sliced" => Arc::new(Sliced { interrupt: interrupt.clone(), ..Sliced::default() }),
        "max_sliced" => Arc::new(MaxSliced { directions: 200, seed: 0, interrupt: interrupt.clone() }),
        "mmd" => Arc::new(Mmd { interrupt: interrupt.clone(), ..Mmd::named("mmd") }),
        "energy" => Arc::new(Mmd {
            kernel: Some(crate::space::kernel::Kernel::Energy),
            interrupt: interrupt.clone(),
            ..Mmd::named("energy")
        }),
        _ => {
            let hint =
                nearest(name, NAMES.iter().copied()).map_or(String::new(), |n| format!("; did you mean \"{n}\"?"));
            return Err(Error::data(
                "metrics",
                format!("\"{name}\" is no metric: the metrics are {}{hint}", NAMES.join(", ")),
            ));
        }
    })
}

/// Several metrics, or the error of the first unknown name.
pub fn by_names(names: &[String], interrupt: &Interrupt) -> Result<Vec<Arc<dyn Metric>>> {
    names.iter().map(|n| by_name_interruptible(n, interrupt)).collect()
}

/// The rows of two samples in f64 and their dimension, after the checks every metric needs.
fn pair(what: &str, p: &Points, q: &Points) -> Result<(Vec<f64>, Vec<f64>, usize)> {
    check_samples(what, p, q)?;
    Ok((rows_f64(p)?, rows_f64(q)?, p.dims()[1]))
}

const fn entry(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    equation: &'static str,
    cite: &'static str,
    example: &'static str,
) -> Entry {
    Entry { name, room: "metric", signature, doc, equation, cite, options: &[], defaults: no_defaults, example }
}

pub const ENTRIES: &[Entry] = &[
    entry(
        "metric::w1",
        "metric::w1(p, q)",
        "The Wasserstein-1 distance, exact (network simplex, duals checked).",
        r"W_1=\min_\pi\int|x-y|\,d\pi",
        "peyre2019",
        "metric::w1(data::gaussian(100, 2), data::ring(100))",
    ),
    entry(
        "metric::w2",
        "metric::w2(p, q)",
        "The Wasserstein-2 distance (not its square), exact (network simplex, duals checked).",
        r"W_2=\left(\min_\pi\int|x-y|^2d\pi\right)^{1/2}",
        "peyre2019",
        "metric::w2(data::gaussian(100, 2), data::ring(100))",
    ),
    entry(
        "metric::sliced",
        "metric::sliced(p, q)",
        "The sliced Wasserstein-2 distance over 200 fixed directions.",
        r"SW_2^2=\int W_2^2(\theta_\#P,\theta_\#Q)\,d\theta",
        "bonneel2015",
        "metric::sliced(data::gaussian(100, 2), data::ring(100))",
    ),
    entry(
        "metric::mmd",
        "metric::mmd(p, q, kernel)",
        "MMD squared, the biased V-statistic; without a kernel a Gaussian of the median distance within q.",
        r"MMD^2=\left\|\mu_P-\mu_Q\right\|^2_{\mathcal H}",
        "gretton2012",
        "metric::mmd(data::gaussian(100, 2), data::ring(100), gaussian_kernel(1.0))",
    ),
    entry(
        "metric::energy",
        "metric::energy(p, q)",
        "The energy distance.",
        r"2E|X-Y|-E|X-X'|-E|Y-Y'|",
        "szekely2013",
        "metric::energy(data::gaussian(100, 2), data::ring(100))",
    ),
    entry(
        "metric::sinkhorn",
        "metric::sinkhorn(p, q, epsilon)",
        "The debiased Sinkhorn divergence for the cost |x - y|^2; an error if the iterations do not converge.",
        r"S_\varepsilon=OT_\varepsilon(P,Q)-\tfrac12OT_\varepsilon(P,P)-\tfrac12OT_\varepsilon(Q,Q)",
        "feydy2019",
        "metric::sinkhorn(data::gaussian(100, 2), data::ring(100), 0.1)",
    ),
    entry(
        "metric::max_sliced",
        "metric::max_sliced(p, q)",
        "The largest Wasserstein-2 distance between projections on a line: the best of 200 directions, improved by ascent; a lower bound of W2 in any case.",
        r"\max_\theta W_2(\theta_\#P,\theta_\#Q)",
        "deshpande2019",
        "metric::max_sliced(data::gaussian(100, 2), data::ring(100))",
    ),
    entry(
        "metric::modes",
        "metric::modes(p, centers, radius)",
        "Which share of p lies within `radius` of each centre, and the share near none (`strays`); each point counts for its nearest centre.",
        "",
        "",
        "metric::modes(data::ring(800), data::ring_centers(8, 4.0), 0.5)",
    ),
    entry(
        "metric::nn_accuracy",
        "metric::nn_accuracy(p, p_labels, q, q_labels)",
        "The share of p whose nearest point of q has the same label: the accuracy of the 1-nearest-neighbour classifier trained on q.",
        "",
        "coverhart1967",
        "let d = data::digits();\nlet l = data::digit_labels();\nmetric::nn_accuracy(d.rows(0, 100), l.extract(0, 100), d.rows(100, 600), l.extract(100, 500))",
    ),
    entry(
        "metric::memorisation",
        "metric::memorisation(p, training, held_out)",
        "Mean distance to the nearest training point, of the sample (to_training) and of held-out points (held_out), and the share of the sample nearer than 99 % of those (copies).",
        "",
        "coverhart1967",
        "metric::memorisation(data::ring(200), data::ring(200), data::ring(200))",
    ),
    entry(
        "metric::ccdf_distance",
        "metric::ccdf_distance(p, q)",
        "The L1 distance between the tail functions of the norms, on a logarithmic axis of r.",
        r"\int|P(|Y|>r)-Q(|X|>r)|\,d\ln r",
        "chen2024heavy",
        "metric::ccdf_distance(data::student_t(500, 2, 1.0), data::student_t(500, 2, 1.0))",
    ),
    entry(
        "metric::hill",
        "metric::hill(p, k)",
        "Hill's estimate of the tail index from the k largest norms.",
        r"\hat\alpha^{-1}=\tfrac1k\sum_{i\le k}\ln\tfrac{r_{(i)}}{r_{(k+1)}}",
        "hill1975",
        "metric::hill(data::student_t(2000, 2, 1.0), 200)",
    ),
    entry(
        "gaussian_kernel",
        "gaussian_kernel(s)",
        "k(x, y) = exp(-|x - y|^2 / (2 s^2)).",
        r"k(x,y)=e^{-|x-y|^2/(2\sigma^2)}",
        "gretton2012",
        "gaussian_kernel(1.0)",
    ),
    entry(
        "laplace_kernel",
        "laplace_kernel(s)",
        "k(x, y) = exp(-|x - y| / s).",
        r"k(x,y)=e^{-|x-y|/\sigma}",
        "gretton2012",
        "laplace_kernel(1.0)",
    ),
    entry(
        "imq_kernel",
        "imq_kernel(s)",
        "The inverse multiquadric k(x, y) = (1 + |x - y|^2 / s^2)^(-1/2).",
        r"k(x,y)=\left(1+|x-y|^2/\sigma^2\right)^{-1/2}",
        "gorham2017",
        "imq_kernel(1.0)",
    ),
    entry(
        "rational_quadratic_kernel",
        "rational_quadratic_kernel(s, a)",
        "k(x, y) = (1 + |x - y|^2 / (2 a s^2))^(-a), a mixture of Gaussians.",
        r"k(x,y)=\left(1+|x-y|^2/(2\alpha\sigma^2)\right)^{-\alpha}",
        "gretton2012",
        "rational_quadratic_kernel(1.0, 0.5)",
    ),
    entry(
        "median_width",
        "median_width(p)",
        "The median distance between points, a width for kernels.",
        "",
        "gretton2012",
        "gaussian_kernel(median_width(data::ring(200)))",
    ),
    entry(
        "multi_scale",
        "multi_scale(\"gaussian\", [widths])",
        "The mean of kernels of one family (gaussian, laplace or imq) at several widths.",
        r"\tfrac1m\sum_ik_{\sigma_i}",
        "gretton2012",
        "let s = median_width(data::ring(200));\nmmd(multi_scale(\"gaussian\", [0.5 * s, s, 2.0 * s]))",
    ),
    entry(
        "adaptive_width",
        "adaptive_width(\"gaussian\", p, q)",
        "The width, of one kernel family, at which the kernels of q pull hardest on p: the largest mean |gradient|^2 over a grid around the median distance, refined.",
        r"\arg\max_\sigma E_P|\nabla E_Q[k_\sigma(\cdot,x)]|^2",
        "arbel2019",
        "gaussian_kernel(adaptive_width(\"gaussian\", data::gaussian(100, 2), data::ring(100)))",
    ),
    entry(
        "energy_kernel",
        "energy_kernel()",
        "k(x, y) = -|x - y|; its MMD squared is the energy distance.",
        r"k(x,y)=-|x-y|",
        "szekely2013",
        "energy_kernel()",
    ),
];
