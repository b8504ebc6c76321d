//! Kernels k(x, y) of a reproducing kernel Hilbert space: radial functions, their sums and products.
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Most kernels in sums and products.
const MOST: usize = 1000;

/// A kernel, a function of the distance r = |x − y|.
///
/// ```
/// use gflow::space::kernel::Kernel;
/// // exp(−r²/(2σ²)) at r = 2, σ = 1, and in a sum
/// let k = Kernel::Gaussian(1.0).plus(Kernel::Energy);
/// assert!((k.of_squared(4.0) - ((-2f64).exp() - 2.0)).abs() < 1e-12);
/// assert_eq!(k.describe(), "gaussian_kernel(1) + energy_kernel()");
/// assert!(!k.is_positive_definite());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// exp(−r²/(2σ²))
    Gaussian(f64),
    /// exp(−r/σ)
    Laplace(f64),
    /// (1 + r²/σ²)^(−1/2)
    Imq(f64),
    /// (1 + r²/(2ασ²))^(−α), as (σ, α)
    RationalQuadratic(f64, f64),
    /// −r: conditionally positive definite; its MMD² is the energy distance
    Energy,
    /// −√(r² + s²): −r rounded off within s, conditionally positive definite
    RoundedEnergy(f64),
    /// exp(−(√(r² + s²) − s)/σ) as (σ, s): a Laplace kernel rounded off within s
    RoundedLaplace(f64, f64),
    /// one whose width the samples tell: [`Kernel::resolved`]
    Found(Family),
    /// Σ wᵢ kᵢ with wᵢ > 0
    Sum(Vec<(f64, Kernel)>),
    /// Π kᵢ
    Product(Vec<Kernel>),
}

/// A family of kernels whose width is yet to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// [`Kernel::Gaussian`]
    Gaussian,
    /// [`Kernel::Laplace`]
    Laplace,
    /// [`Kernel::Imq`]
    Imq,
    /// [`Kernel::RoundedEnergy`]
    RoundedEnergy,
    /// [`Kernel::RoundedLaplace`]
    RoundedLaplace,
}

impl Family {
    /// As a user would type it.
    pub fn describe(self) -> &'static str {
        match self {
            Family::Gaussian => "gaussian_kernel()",
            Family::Laplace => "laplace_kernel()",
            Family::Imq => "imq_kernel()",
            Family::RoundedEnergy => "rounded_energy_kernel()",
            Family::RoundedLaplace => "rounded_laplace_kernel()",
        }
    }
}

impl Kernel {
    /// A kernel of this width.
    ///
    /// # Errors
    /// A width that is not a number > 0.
    pub fn with_width(make: fn(f64) -> Kernel, name: &str, width: f64) -> Result<Kernel> {
        positive(name, "width", width)?;
        Ok(make(width))
    }
    /// (1 + r²/(2ασ²))^(−α); errors unless σ and α are numbers > 0.
    pub fn rational_quadratic(width: f64, alpha: f64) -> Result<Kernel> {
        positive("rational_quadratic_kernel", "width", width)?;
        positive("rational_quadratic_kernel", "alpha", alpha)?;
        Ok(Kernel::RationalQuadratic(width, alpha))
    }
    /// exp(−(√(r² + s²) − s)/σ); errors unless σ and s are numbers > 0.
    pub fn rounded_laplace(width: f64, s: f64) -> Result<Kernel> {
        positive("rounded_laplace_kernel", "width", width)?;
        positive("rounded_laplace_kernel", "rounding", s)?;
        Ok(Kernel::RoundedLaplace(width, s))
    }
    /// The same family at several widths, with equal weights that sum to one.
    ///
    /// # Errors
    /// No widths, and one that is not a number > 0.
    pub fn multi_scale(make: fn(f64) -> Kernel, widths: &[f64]) -> Result<Kernel> {
        if widths.is_empty() {
            return Err(Error::data("multi_scale", "the list of widths is empty"));
        }
        let parts =
            widths.iter().map(|w| Ok((1.0 / widths.len() as f64, Kernel::with_width(make, "multi_scale", *w)?)));
        Ok(Kernel::Sum(parts.collect::<Result<_>>()?))
    }
    /// How many kernels it is made of.
    pub fn parts(&self) -> usize {
        match self {
            Kernel::Sum(parts) => parts.iter().map(|p| p.1.parts()).sum(),
            Kernel::Product(parts) => parts.iter().map(Kernel::parts).sum(),
            _ => 1,
        }
    }
    /// Itself, if it is made of no more kernels than a sum over points should take.
    ///
    /// # Errors
    /// More than 1000 kernels.
    pub fn bounded(self) -> Result<Kernel> {
        match self.parts() {
            n if n > MOST => Err(Error::data("kernel", format!("it is made of {n} kernels, at most {MOST} can be"))),
            _ => Ok(self),
        }
    }
    /// w·k
    ///
    /// # Errors
    /// A weight that is not a number > 0.
    pub fn scaled(self, w: f64) -> Result<Kernel> {
        positive("weight * kernel", "weight", w)?;
        Ok(match self {
            Kernel::Sum(parts) => Kernel::Sum(parts.into_iter().map(|(v, k)| (v * w, k)).collect()),
            k => Kernel::Sum(vec![(w, k)]),
        })
    }
    /// k₁ + k₂
    pub fn plus(self, other: Kernel) -> Kernel {
        let parts = |k: Kernel| if let Kernel::Sum(p) = k { p } else { vec![(1.0, k)] };
        let mut all = parts(self);
        all.extend(parts(other));
        Kernel::Sum(all)
    }
    /// k₁·k₂, positive definite only if both are.
    ///
    /// # Errors
    /// A kernel that is not positive definite.
    pub fn times(self, other: Kernel) -> Result<Kernel> {
        if let Some(k) = [&self, &other].into_iter().find(|k| !k.is_positive_definite()) {
            return Err(Error::Unsupported {
                what: format!("a product with {}", k.describe()),
                reason: "is no kernel: -|x - y| is only conditionally positive definite".into(),
                advice: "take a sum, or a product of gaussian, laplace, imq or rational quadratic kernels".into(),
            });
        }
        let parts = |k: Kernel| if let Kernel::Product(p) = k { p } else { vec![k] };
        let mut all = parts(self);
        all.extend(parts(other));
        Ok(Kernel::Product(all))
    }

    /// False for kernels that are so only on differences of measures of equal mass.
    pub fn is_positive_definite(&self) -> bool {
        match self {
            Kernel::Energy | Kernel::RoundedEnergy(_) | Kernel::Found(Family::RoundedEnergy) => false,
            Kernel::Sum(parts) => parts.iter().all(|(_, k)| k.is_positive_definite()),
            _ => true,
        }
    }

    /// The smallest width in it: distances must be known to a small part of this.
    pub fn smallest_width(&self) -> f64 {
        match self {
            Kernel::Gaussian(s) | Kernel::Laplace(s) | Kernel::Imq(s) | Kernel::RationalQuadratic(s, _) => *s,
            Kernel::RoundedLaplace(s, _) => *s,
            // distances must be known to a small part of themselves
            Kernel::Energy | Kernel::RoundedEnergy(_) | Kernel::Found(_) => f64::INFINITY,
            Kernel::Sum(parts) => parts.iter().map(|p| p.1.smallest_width()).fold(f64::INFINITY, f64::min),
            Kernel::Product(parts) => parts.iter().map(Kernel::smallest_width).fold(f64::INFINITY, f64::min),
        }
    }

    /// As a user would type it.
    pub fn describe(&self) -> String {
        match self {
            Kernel::Gaussian(s) => format!("gaussian_kernel({s})"),
            Kernel::Laplace(s) => format!("laplace_kernel({s})"),
            Kernel::Imq(s) => format!("imq_kernel({s})"),
            Kernel::RationalQuadratic(s, a) => format!("rational_quadratic_kernel({s}, {a})"),
            Kernel::Energy => "energy_kernel()".into(),
            Kernel::RoundedEnergy(s) => format!("rounded_energy_kernel({s})"),
            Kernel::RoundedLaplace(w, s) => format!("rounded_laplace_kernel({w}, {s})"),
            Kernel::Found(family) => family.describe().into(),
            Kernel::Sum(parts) => {
                let part =
                    |(w, k): &(f64, Kernel)| if *w == 1.0 { k.describe() } else { format!("{w} * {}", k.describe()) };
                parts.iter().map(part).collect::<Vec<_>>().join(" + ")
            }
            Kernel::Product(parts) => {
                let part =
                    |k: &Kernel| if matches!(k, Kernel::Sum(_)) { format!("({})", k.describe()) } else { k.describe() };
                parts.iter().map(part).collect::<Vec<_>>().join(" * ")
            }
        }
    }
}

fn positive(what: &str, name: &str, v: f64) -> Result<()> {
    if v.is_finite() && v > 0.0 {
        Ok(())
    } else {
        Err(Error::data(what, format!("the {name} is {v}, expected a number > 0")))
    }
}
