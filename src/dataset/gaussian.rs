//! A Gaussian, with independent coordinates or of a covariance.
use super::data_set::{Argument, DataSet, Draw};
use super::rows::{Rows, check_size, normal, rows};
use crate::catalogue::{Entry, Opt, OptionKind, defaults_of};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::random::Rng;
use serde::{Deserialize, Serialize};

/// One number for every coordinate, or a list with one each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerAxis {
    /// one number for all
    All(f64),
    /// one number each
    Each(Vec<f64>),
}

impl PerAxis {
    fn get(&self, what: &str, d: usize) -> Result<Vec<f64>> {
        match self {
            PerAxis::All(v) => Ok(vec![*v; d]),
            PerAxis::Each(v) if v.len() == d => Ok(v.clone()),
            PerAxis::Each(v) => Err(Error::Shape {
                what: what.into(),
                expected: format!("{d} numbers, one per dimension"),
                got: format!("{}", v.len()),
            }),
        }
    }
}

/// Options of [`gaussian`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianOptions {
    /// mean m
    pub mean: PerAxis,
    /// standard deviation s
    pub std: PerAxis,
    /// covariance C, row by row, instead of s
    pub cov: Option<Vec<Vec<f64>>>,
}

impl Default for GaussianOptions {
    fn default() -> Self {
        GaussianOptions { mean: PerAxis::All(0.0), std: PerAxis::All(1.0), cov: None }
    }
}

const ENTRY: Entry = Entry {
    name: "data::gaussian",
    room: "data",
    signature: "data::gaussian(n, d, options)",
    doc: "n points from N(mean, diag(std^2)), or N(mean, cov), in dimension d.",
    equation: r"N(m,\mathrm{diag}(s^2))",
    cite: "",
    options: &[
        Opt { name: "mean", kind: OptionKind::Numbers, doc: "of every coordinate, or a list" },
        Opt { name: "std", kind: OptionKind::Numbers, doc: "of every coordinate, or a list" },
        Opt { name: "cov", kind: OptionKind::Rows, doc: "the covariance, instead of std" },
    ],
    defaults: defaults_of::<GaussianOptions>,
    example: "data::gaussian(100, 2, #{ mean: [1.0, 0.0], std: 0.5 })",
};

/// `data::gaussian(n, d, options)`
pub const DATA_SET: DataSet = DataSet {
    entry: ENTRY,
    arguments: &[Argument::count("data::gaussian n"), Argument::count("data::gaussian d")],
    draw: Draw::Random(|c, rng| gaussian(c.count(0)?, c.count(1)?, &c.options()?, rng)),
};

/// n points of N(m, diag(s²)) in dimension d. Errors if n or d is 0, a list has not d numbers, or a deviation is negative.
///
/// ```
/// use gflow::dataset::gaussian::{GaussianOptions, PerAxis, gaussian};
///
/// let options = GaussianOptions { mean: PerAxis::Each(vec![3.0, -1.0]), std: PerAxis::All(0.0), cov: None };
/// let sample = gaussian(2, 2, &options, &mut gflow::random::rng(0, 0))?;
/// assert_eq!(sample.data, [3.0, -1.0, 3.0, -1.0]);
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn gaussian(n: usize, d: usize, o: &GaussianOptions, rng: &mut Rng) -> Result<Rows> {
    check_size("data::gaussian", n, d)?;
    let (mean, std) = (o.mean.get("data::gaussian mean", d)?, o.std.get("data::gaussian std", d)?);
    if let Some(s) = std.iter().find(|s| **s < 0.0) {
        return Err(Error::data("data::gaussian", format!("std is {s}, expected numbers >= 0")));
    }
    if let Some(cov) = &o.cov {
        return correlated(n, &mean, &factor(cov, d, o)?, rng);
    }
    rows("data::gaussian", n, d, |_, out| {
        let drawn = mean.iter().zip(&std).enumerate();
        // a point can be so wide that drawing it takes seconds; rows() says so in the end
        out.extend(drawn.take_while(|(k, _)| interrupt::poll_each(*k).is_ok()).map(|(_, (m, s))| m + s * normal(rng)));
    })
}

/// L of L Lᵀ = C, lower triangular, row by row; where C is only semidefinite the columns of what it lacks are 0.
fn factor(cov: &[Vec<f64>], d: usize, o: &GaussianOptions) -> Result<Vec<f64>> {
    /// Of the largest variance: what is below it is 0 but for rounding.
    const LEAST: f64 = 1e-12;
    let wrong = |expected: &str, got: String| Error::Option {
        owner: "data::gaussian".into(),
        key: "cov".into(),
        got,
        expected: expected.into(),
    };
    if o.std != PerAxis::All(1.0) {
        return Err(Error::data(
            "data::gaussian",
            "std and cov are both given; the diagonal of cov holds the squares of std",
        ));
    }
    if cov.len() != d || cov.iter().any(|r| r.len() != d) {
        let got = format!("{} rows of {}", cov.len(), cov.first().map_or(0, Vec::len));
        return Err(wrong(&format!("{d} rows of {d} numbers"), got));
    }
    let largest = (0..d).fold(0.0, |m: f64, k| m.max(cov[k][k]));
    let mut l = vec![0.0; d * d];
    for i in 0..d {
        interrupt::poll()?;
        for j in 0..=i {
            if (cov[i][j] - cov[j][i]).abs() > LEAST * largest {
                return Err(wrong(
                    "a symmetric matrix",
                    format!("{} and {} across its diagonal", cov[i][j], cov[j][i]),
                ));
            }
            let rest = cov[i][j] - (0..j).map(|k| l[i * d + k] * l[j * d + k]).sum::<f64>();
            let pivot = l[j * d + j];
            l[i * d + j] = match () {
                () if i == j && rest < -LEAST * largest => {
                    return Err(wrong(
                        "a matrix without eigenvalues below 0",
                        "one with a variance below 0 in some direction".into(),
                    ));
                }
                () if i == j => {
                    if rest > LEAST * largest {
                        rest.sqrt()
                    } else {
                        0.0
                    }
                }
                () if pivot > 0.0 => rest / pivot,
                () if rest.abs() > LEAST.sqrt() * largest => {
                    return Err(wrong(
                        "a matrix without eigenvalues below 0",
                        "a covariance beside a variance of 0".into(),
                    ));
                }
                () => 0.0,
            };
        }
    }
    Ok(l)
}

/// m + L z with independent normal z.
fn correlated(n: usize, mean: &[f64], l: &[f64], rng: &mut Rng) -> Result<Rows> {
    let d = mean.len();
    let mut z = vec![0.0; d];
    rows("data::gaussian", n, d, |_, out| {
        z.iter_mut().for_each(|z| *z = normal(rng));
        let row = |i: usize| mean[i] + l[i * d..=i * d + i].iter().zip(&z).map(|(l, z)| l * z).sum::<f64>();
        out.extend((0..d).map(row));
    })
}
