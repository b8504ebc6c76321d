//! Kernels in the catalogue: a user meets them as arguments of `metric::mmd`.
use super::definition::entry;
use crate::catalogue::Entry;

/// Constructors of kernels, and widths for them.
pub(super) const KERNELS: &[Entry] = &[
    entry(
        "gaussian_kernel",
        "gaussian_kernel(s) | gaussian_kernel()",
        "k(x, y) = exp(-|x - y|^2 / (2 s^2)). Without s, as in all kernels of one width, s is the median distance between the points of both samples (of 1000 of them; in a flow of the source and the target), and the name of what was computed says which.",
        r"k(x,y)=e^{-|x-y|^2/(2\sigma^2)}",
        "gretton2012",
        "gaussian_kernel(1.0)",
    ),
    entry(
        "laplace_kernel",
        "laplace_kernel(s) | laplace_kernel()",
        "k(x, y) = exp(-|x - y| / s); without s it is the median distance between the points of both samples.",
        r"k(x,y)=e^{-|x-y|/\sigma}",
        "gretton2012",
        "laplace_kernel(1.0)",
    ),
    entry(
        "imq_kernel",
        "imq_kernel(s) | imq_kernel()",
        "The inverse multiquadric k(x, y) = (1 + |x - y|^2 / s^2)^(-1/2); without s it is the median distance between the points of both samples.",
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
        "The median distance between points, a width for kernels; of the positive distances where more than half are 0.",
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
    entry(
        "rounded_energy_kernel",
        "rounded_energy_kernel(s) | rounded_energy_kernel()",
        "k(x, y) = -sqrt(|x - y|^2 + s^2): the energy kernel rounded off within s (a multiquadric), which pulls on everything and on no single point. Without s it is four times the median distance of points from their third neighbours, in both samples, in a flow in the target.",
        r"k(x,y)=-\sqrt{|x-y|^2+s^2}",
        "szekely2013",
        "mmd_flow(rounded_energy_kernel())",
    ),
    entry(
        "rounded_laplace_kernel",
        "rounded_laplace_kernel(w, s) | rounded_laplace_kernel()",
        "k(x, y) = exp(-(sqrt(|x - y|^2 + s^2) - s) / w): a Laplace kernel rounded off within s. Without widths w is the upper quartile of the distances between the points of both samples and s four times the median distance of points from their third neighbours, in a flow in the target.",
        r"k(x,y)=e^{-\left(\sqrt{|x-y|^2+s^2}-s\right)/w}",
        "gretton2012",
        "kale_flow(rounded_laplace_kernel())",
    ),
];
