//! Tails: how the norms of two samples are distributed far out.
use super::pair;
use crate::device::{Points, rows_f64};
use crate::error::{Error, Result};
use crate::transport::line::line;

fn radii(rows: &[f64], d: usize) -> Vec<f64> {
    rows.chunks(d).map(|r| r.iter().map(|v| v * v).sum::<f64>().sqrt()).collect()
}

/// ∫|P(|Y| > r) − P(|X| > r)| d ln r: the L¹ distance of the complementary distribution functions of the norms on a
/// logarithmic axis, finite for every tail that is a power.
pub fn ccdf_distance(p: &Points, q: &Points) -> Result<f64> {
    let (x, y, d) = pair("ccdf_distance", p, q)?;
    let logs = |rows: &[f64]| radii(rows, d).into_iter().map(|r| r.max(1e-12).ln()).collect::<Vec<f64>>();
    Ok(line(&mut logs(&x), &mut logs(&y), 1.0))
}

/// Hill's estimate of the tail index α in P(|Y| > r) ~ r^{−α} from the k largest norms.
pub fn hill(p: &Points, k: usize) -> Result<f64> {
    let (rows, [n, d]) = (rows_f64(p)?, p.dims());
    if k == 0 || k >= n {
        return Err(Error::data("metric::hill", format!("k is {k}, expected 1 to {} for {n} points", n - 1)));
    }
    let mut r = radii(&rows, d);
    if r.iter().any(|v| !v.is_finite()) {
        return Err(Error::data("metric::hill", "the sample has entries that are not finite"));
    }
    r.sort_by(|a, b| b.total_cmp(a));
    if r[k] <= 0.0 {
        return Err(Error::data("metric::hill", format!("the norm of rank {} is 0: take a smaller k", k + 1)));
    }
    let mean = r[..k].iter().map(|v| (v / r[k]).ln()).sum::<f64>() / k as f64;
    Ok(1.0 / mean)
}
