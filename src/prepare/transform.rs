//! z = M (x − m)/s, and back. The maps are affine, so that whoever moves in z comes back in the units of x.
use super::columns::{By, Column};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::matrix::{product, transposed};
use crate::{interrupt, memory};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// Rows of a matrix up to which its eigenvalues take some milliseconds.
const AT_ONCE: usize = 160;

/// How a transform was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// every column to mean 0 and width 1
    Standardised(By),
    /// every column to width 1, 0 stays where it is
    Scaled(By),
    /// centres and widths as somebody gave them
    Given,
    /// mean 0 and covariance 1, the correlations shrunk by a share
    Whitened(f64),
}

/// M and its inverse, d × d in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// M: z = M u
    pub forward: Vec<f64>,
    /// u = M⁻¹ z
    pub back: Vec<f64>,
}

/// An affine map of points that can be undone.
///
/// ```
/// use gflow::device::{rows_f64, wide};
/// use gflow::prepare::{columns::By, fit::standardise};
///
/// let x = wide(vec![1e6, 5.0, 1e6 + 0.2, 9.0], 2, 2);
/// let t = standardise(&x, By::Std)?;
/// assert_eq!(rows_f64(&t.apply(&x)?)?, [-1.0, -1.0, 1.0, 1.0]);
/// assert_eq!(rows_f64(&t.back(&t.apply(&x)?)?)?, rows_f64(&x)?);
/// # Ok::<(), gflow::error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    how: How,
    /// rows it was found from; 0 where it was given
    rows: usize,
    centre: Vec<f64>,
    rest: Vec<f64>,
    scale: Vec<f64>,
    /// columns that were constant
    constant: Vec<usize>,
    /// none where columns are not mixed; saved beside the rest, as arrays
    #[serde(skip)]
    mix: Option<Mix>,
    /// whether there is one
    mixes: bool,
}

impl Transform {
    /// That of columns on their own.
    pub fn of_columns(how: How, rows: usize, columns: &[Column]) -> Transform {
        let constant = columns.iter().enumerate().filter(|(_, c)| c.constant).map(|(k, _)| k).collect();
        let each = |of: fn(&Column) -> f64| columns.iter().map(of).collect();
        Transform {
            how,
            rows,
            centre: each(|c| c.centre),
            rest: each(|c| c.rest),
            scale: each(|c| c.scale),
            constant,
            mix: None,
            mixes: false,
        }
    }

    /// The same, its columns mixed.
    pub fn mixed(mut self, mix: Mix) -> Transform {
        (self.mix, self.mixes) = (Some(mix), true);
        self
    }

    /// M and its inverse, where columns are mixed.
    pub fn mix(&self) -> Option<&Mix> {
        self.mix.as_ref()
    }

    /// Whether columns are mixed.
    pub fn mixes(&self) -> bool {
        self.mixes
    }

    /// d
    pub fn dim(&self) -> usize {
        self.scale.len()
    }

    /// What every column's centre is, rounded.
    pub fn centre(&self) -> Vec<f64> {
        self.centre.iter().zip(&self.rest).map(|(c, r)| c + r).collect()
    }

    /// s, by which columns are divided.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// The linear part M/s, shape [d, d], wide: z = A (x − m) for columns x.
    pub fn matrix(&self) -> Points {
        let d = self.dim();
        let at = |i: usize, k: usize| match &self.mix {
            Some(mix) => mix.forward[i * d + k] / self.scale[k],
            None if i == k => 1.0 / self.scale[k],
            None => 0.0,
        };
        device::wide((0..d * d).map(|e| at(e / d, e % d)).collect(), d, d)
    }

    /// Errors unless it is whole: numbers that are finite, scales above 0, and both matrices where columns are mixed.
    ///
    /// # Errors
    /// Says what is not.
    pub fn check(&self) -> Result<()> {
        let d = self.dim();
        let lists = [&self.centre, &self.rest, &self.scale];
        let mut whole = d > 0 && lists.iter().all(|l| l.len() == d && l.iter().all(|v| v.is_finite()));
        whole &= self.scale.iter().all(|s| *s > 0.0) && self.constant.iter().all(|k| *k < d);
        whole &= self.mix.is_some() == self.mixes;
        whole &= self
            .mix
            .iter()
            .flat_map(|m| [&m.forward, &m.back])
            .all(|m| m.len() == d * d && m.iter().all(|v| v.is_finite()));
        if whole { Ok(()) } else { Err(Error::data("a transform", "it is not whole")) }
    }

    /// Errors unless points have its dimension; `what` names whoever gave them.
    ///
    /// # Errors
    /// Says both dimensions.
    pub fn check_dim(&self, what: &str, x: &Points) -> Result<()> {
        let (d, got) = (self.dim(), x.dims()[1]);
        if d == got {
            return Ok(());
        }
        let expected = format!("points of dimension {d}, as those that the transform was found from");
        Err(Error::Shape { what: what.into(), expected, got: format!("dimension {got}") })
    }

    /// z of x, wide. Coordinates beyond its own, such as those of classes, are refused.
    ///
    /// # Errors
    /// Points of another dimension, and results that are no numbers where x are.
    pub fn apply(&self, x: &Points) -> Result<Points> {
        self.check_dim("apply", x)?;
        let ([n, d], mut rows) = (x.dims(), self.read("apply", x)?);
        for row in rows.chunks_mut(d) {
            for (k, v) in row.iter_mut().enumerate() {
                *v = ((*v - self.centre[k]) - self.rest[k]) / self.scale[k];
            }
        }
        self.written("apply", x, self.times(rows, |m| &m.forward)?, n)
    }

    /// x of z, wide.
    ///
    /// # Errors
    /// As [`Transform::apply`].
    pub fn back(&self, z: &Points) -> Result<Points> {
        self.check_dim("back", z)?;
        let ([n, d], rows) = (z.dims(), self.read("back", z)?);
        let mut rows = self.times(rows, |m| &m.back)?;
        for row in rows.chunks_mut(d) {
            for (k, v) in row.iter_mut().enumerate() {
                *v = self.centre[k] + (self.rest[k] + self.scale[k] * *v);
            }
        }
        self.written("back", z, rows, n)
    }

    /// The gradient in x of what has the gradient g in z: Aᵀ g, wide.
    ///
    /// # Errors
    /// As [`Transform::apply`].
    pub fn pull(&self, g: &Points) -> Result<Points> {
        self.check_dim("gradient", g)?;
        let ([n, d], rows) = (g.dims(), self.read("gradient", g)?);
        let mut rows = match &self.mix {
            Some(mix) => times(&rows, &mix.forward, d, false)?,
            None => rows,
        };
        for row in rows.chunks_mut(d) {
            row.iter_mut().zip(&self.scale).for_each(|(v, s)| *v /= s);
        }
        Ok(device::wide(rows, n, d))
    }

    /// An upper bound of |A|: what has slope 1 in z has at most this in x.
    ///
    /// # Errors
    /// An interrupt.
    pub fn slope(&self) -> Result<f64> {
        if self.mix.is_none() {
            // a division rounds by less
            return Ok(self.scale.iter().fold(0.0, |m: f64, s| m.max(1.0 / s)) * (1.0 + f64::EPSILON));
        }
        let d = self.dim();
        let a = DMatrix::from_row_slice(d, d, &device::rows_f64(&self.matrix())?);
        let largest = move || (&a * a.transpose()).symmetric_eigenvalues().max().sqrt();
        // the norm itself, with a margin for its rounding
        Ok((1.0 + 1e-6) * if d > AT_ONCE { interrupt::aside(largest)? } else { largest() })
    }

    fn read(&self, what: &str, x: &Points) -> Result<Vec<f64>> {
        // what goes in, what comes out, and a product between
        memory::check_points(what, x.dims(), if self.mixes { 24 } else { 16 })?;
        device::rows_f64(x)
    }

    fn times(&self, rows: Vec<f64>, of: impl Fn(&Mix) -> &Vec<f64>) -> Result<Vec<f64>> {
        match &self.mix {
            Some(mix) => times(&rows, of(mix), self.dim(), true),
            None => Ok(rows),
        }
    }

    /// The result as points, unless it left the range of numbers.
    fn written(&self, what: &str, from: &Points, rows: Vec<f64>, n: usize) -> Result<Points> {
        interrupt::poll()?;
        if rows.iter().any(|v| !v.is_finite()) {
            device::check_sample(what, "the sample", from)?;
            return Err(Error::NotANumber {
                what: what.into(),
                reason: "the result leaves the range of numbers".into(),
                advice: "divide the samples by their size first".into(),
            });
        }
        Ok(device::wide(rows, n, self.dim()))
    }

    /// "standardised", "whitened, correlations shrunk by 0.1", …
    pub fn name(&self) -> String {
        let by = |by: By| if by == By::Robust { " robustly" } else { "" };
        match self.how {
            How::Standardised(b) => format!("standardised{}", by(b)),
            How::Scaled(b) => format!("scaled{}", by(b)),
            How::Given => "scaled as given".into(),
            How::Whitened(0.0) => "whitened".into(),
            How::Whitened(shrink) => format!("whitened, correlations shrunk by {shrink}"),
        }
    }

    /// What to know about it: columns that are constant.
    pub fn remark(&self) -> Option<String> {
        let one = self.constant.len() == 1;
        let verb = if one { "is" } else { "are" };
        let moved = match self.how {
            How::Scaled(_) => "not scaled",
            _ if one => "moved to 0 and not scaled",
            _ => "moved to 0 and not scaled",
        };
        let list = listed(&self.constant, self.dim());
        (!self.constant.is_empty()).then(|| format!("{list} {verb} constant: {moved}"))
    }
}

/// Every row times the transpose of a d × d matrix, or times the matrix itself.
fn times(rows: &[f64], m: &[f64], d: usize, transpose: bool) -> Result<Vec<f64>> {
    let mut out = vec![0.0; rows.len()];
    let right = if transpose { transposed(m, d) } else { crate::matrix::view(m, d) };
    product((rows.len() / d, d, d), &mut out, false, crate::matrix::view(rows, d), right);
    interrupt::poll()?;
    Ok(out)
}

/// "column 2", "columns 0 and 4", "columns 0, 1, 2, … (37 of 784)".
pub fn listed(columns: &[usize], of: usize) -> String {
    let text = |list: &[usize]| list.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    match columns {
        [one] => format!("column {one}"),
        [rest @ .., last] if columns.len() <= 5 => format!("columns {} and {last}", text(rest)),
        many => format!("columns {}, … ({} of {of})", text(&many[..many.len().min(4)]), many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{rows_f64, wide};
    use crate::prepare::fit::{given, scale, standardise};
    use crate::prepare::whiten::whiten;

    fn sample() -> Points {
        let at = |i: usize, k: usize| ((7 * i + 3 * k * k + i * k) % 11) as f64 * 0.01 + 1e6 * k as f64;
        wide((0..60).map(|e| at(e / 3, e % 3)).collect(), 20, 3)
    }

    /// Forth and back to a few roundings of the coordinates themselves, 2e-10 at 10⁶, and of the widths, where z has more
    /// digits than x.
    #[test]
    fn there_is_a_way_back() {
        let x = sample();
        let all = [
            standardise(&x, By::Std),
            standardise(&x, By::Robust),
            scale(&x, By::Std),
            whiten(&x, 0.0),
            whiten(&x, 0.5),
        ];
        for t in all.into_iter().chain([given(&[2.0, 0.5, 1e3], &[]), given(&[2.0, 0.5, 1e3], &[1.0])]) {
            let t = t.unwrap();
            t.check().unwrap();
            let home = rows_f64(&t.back(&t.apply(&x).unwrap()).unwrap()).unwrap();
            for (e, (a, b)) in home.iter().zip(rows_f64(&x).unwrap()).enumerate() {
                let (size, width) = (f64::EPSILON * b.abs(), 8.0 * f64::EPSILON * t.scale()[e % 3]);
                assert!((a - b).abs() <= size + width, "{}: {a} and {b}", t.name());
            }
        }
    }

    /// φ(z) = g·z has the gradient Aᵀg in x, and nothing of slope 1 is steeper than |A|.
    #[test]
    fn gradients_are_pulled_back() {
        let x = sample();
        for t in [standardise(&x, By::Std).unwrap(), whiten(&x, 0.0).unwrap()] {
            let (g, a) = ([0.3, -2.0, 0.5], rows_f64(&t.matrix()).unwrap());
            let pulled = rows_f64(&t.pull(&wide(g.to_vec(), 1, 3)).unwrap()).unwrap();
            for k in 0..3 {
                let by_hand: f64 = (0..3).map(|i| g[i] * a[3 * i + k]).sum();
                assert!((pulled[k] - by_hand).abs() <= 1e-14 * by_hand.abs().max(100.0), "{pulled:?}");
            }
            let norm = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
            let slope = t.slope().unwrap();
            assert!(norm(&pulled) <= slope * norm(&g) && slope < norm(&a) * 1.01, "{slope}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let t = standardise(&sample(), By::Std).unwrap();
        assert!(t.apply(&wide(vec![1.0], 1, 1)).is_err() && t.back(&wide(vec![1.0, 2.0], 1, 2)).is_err());
        assert!(t.apply(&wide(vec![f64::NAN, 0.0, 0.0], 1, 3)).is_err());
        // 1e308 over 0.03
        assert!(t.apply(&wide(vec![1e308, 0.0, 0.0], 1, 3)).unwrap_err().to_string().contains("range of numbers"));
        assert!(given(&[1.0, 0.0], &[]).is_err() && given(&[], &[]).is_err() && given(&[1.0; 3], &[1.0, 2.0]).is_err());
        let broken = Transform { scale: vec![1.0, -1.0, 1.0], ..t.clone() };
        assert!(broken.check().is_err() && Transform { mixes: true, ..t }.check().is_err());
    }

    #[test]
    fn lists_of_columns_are_short() {
        assert_eq!(listed(&[2], 3), "column 2");
        assert_eq!(listed(&[0, 4], 9), "columns 0 and 4");
        assert_eq!(listed(&[0, 1, 2, 5], 9), "columns 0, 1, 2 and 5");
        assert_eq!(listed(&[0, 1, 2, 3, 4, 5, 6], 784), "columns 0, 1, 2, 3, … (7 of 784)");
    }
}
