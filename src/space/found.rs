//! Kernels whose width nobody named: the samples tell it, once, in [`Kernel::resolved`].
//!
//! The median rule: a kernel whose width is the median distance between points of both samples sees what tells them apart
//! [gretton2012](crate::references#gretton2012). What is rounded off within s has for s what the target leaves open, the distance of its
//! points from their neighbours.
use super::kernel::{Family, Kernel};
use super::width::{far_width, median_width, spacing};

/// Most rows that are looked at.
const MOST: usize = 1000;

/// How many spacings a kernel is rounded off within: so many points of the target pull together, and none of them alone. With half
/// as many the particles of a flow end nearer to the points than fresh points lie (0.6 of it in the median of nine targets; with 4 it
/// is 0.85), with more they blur what the points tell.
const SPACINGS: f64 = 4.0;

fn of(family: Family, w: Widths) -> Kernel {
    match family {
        Family::Gaussian => Kernel::Gaussian(w.median),
        Family::Laplace => Kernel::Laplace(w.median),
        Family::Imq => Kernel::Imq(w.median),
        Family::RoundedEnergy => Kernel::RoundedEnergy(w.spacing),
        Family::RoundedLaplace => Kernel::RoundedLaplace(w.far, w.spacing),
    }
}

/// What two samples say about widths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Widths {
    /// the median distance between points of both
    pub median: f64,
    /// the upper quartile of these distances
    pub far: f64,
    /// four times the median distance of points from their third neighbours
    pub spacing: f64,
}

impl Widths {
    /// All 1.
    pub const UNIT: Widths = Widths { median: 1.0, far: 1.0, spacing: 1.0 };
    /// Of the points of two samples together, thinned to 1000: of no use to tell which of them a point is from, so that a permutation
    /// test stays exact. Where all points coincide any width is as good, and 1 is taken.
    pub fn of(p: &[f64], q: &[f64], d: usize) -> Widths {
        let both = thinned(&[p, q].concat(), d);
        let median = median_width(&both, d).unwrap_or(1.0);
        Widths {
            median,
            far: far_width(&both, d).unwrap_or(median),
            spacing: rounded_off(&[p, q].concat(), d).unwrap_or(median),
        }
    }
    /// For a flow from p to q, which is to resolve what q does: the spacing is that of q alone.
    pub fn towards(p: &[f64], q: &[f64], d: usize) -> Widths {
        let both = Widths::of(p, q, d);
        Widths { spacing: rounded_off(q, d).unwrap_or(both.spacing), ..both }
    }
    /// As f32 has them, so that saved numbers are those that were used.
    pub fn rounded(self) -> Widths {
        let one = |v: f64| f64::from(v as f32);
        Widths { median: one(self.median), far: one(self.far), spacing: one(self.spacing) }
    }
}

/// 1000 of the rows among all of them.
fn rounded_off(rows: &[f64], d: usize) -> Option<f64> {
    Some(SPACINGS * spacing(rows, MOST, d)?)
}

fn thinned(rows: &[f64], d: usize) -> Vec<f64> {
    rows.chunks(d).step_by((rows.len() / d).div_ceil(MOST).max(1)).flatten().copied().collect()
}

impl Kernel {
    /// Whether a width in it is yet to be found.
    pub fn awaits_width(&self) -> bool {
        match self {
            Kernel::Found(_) => true,
            Kernel::Sum(parts) => parts.iter().any(|(_, k)| k.awaits_width()),
            Kernel::Product(parts) => parts.iter().any(Kernel::awaits_width),
            _ => false,
        }
    }
    /// With the widths that were found in the places of those that nobody named.
    ///
    /// ```
    /// use gflow::space::found::Widths;
    /// use gflow::space::kernel::{Family, Kernel};
    /// // distances between 0, 1 and 3
    /// let widths = Widths::of(&[0.0], &[1.0, 3.0], 1);
    /// assert_eq!(Kernel::Found(Family::Laplace).resolved(widths), Kernel::Laplace(2.0));
    /// assert_eq!(Kernel::Laplace(0.5).resolved(widths), Kernel::Laplace(0.5));
    /// ```
    pub fn resolved(&self, widths: Widths) -> Kernel {
        match self {
            Kernel::Found(family) => of(*family, widths),
            Kernel::Sum(parts) => Kernel::Sum(parts.iter().map(|(w, k)| (*w, k.resolved(widths))).collect()),
            Kernel::Product(parts) => Kernel::Product(parts.iter().map(|k| k.resolved(widths)).collect()),
            named => named.clone(),
        }
    }
}
