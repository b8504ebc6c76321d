//! Optimal transport on the line: sort, then match quantiles.
use crate::sorting;

/// W_p^p between two uniform samples on the line, of any sizes, for the cost |x − y|^p with p ≥ 1.
pub fn line(x: &mut [f64], y: &mut [f64], p: f64) -> f64 {
    sorting::ascending(x);
    sorting::ascending(y);
    let power = |v: f64| if p == 2.0 { v * v } else { v.abs().powf(p) };
    let (n, m) = (x.len(), y.len());
    if n == m {
        return x.iter().zip(y.iter()).map(|(a, b)| power(a - b)).sum::<f64>() / n as f64;
    }
    let mut total = 0.0;
    walk(n, m, &mut |i, j, w| total += w * power(x[i] - y[j]));
    total
}

/// The monotone coupling of two unsorted uniform samples: calls back with (i, j, mass).
pub fn matching(x: &[f64], y: &[f64], found: &mut dyn FnMut(usize, usize, f64)) {
    let order = |v: &[f64]| {
        let mut at: Vec<usize> = (0..v.len()).collect();
        sorting::sort_by(&mut at, |i, j| v[*i].total_cmp(&v[*j]));
        at
    };
    let (ox, oy) = (order(x), order(y));
    walk(x.len(), y.len(), &mut |i, j, w| found(ox[i], oy[j], w));
}

/// Walks the merged breakpoints i/n and j/m, in whole units of 1/(n m).
fn walk(n: usize, m: usize, found: &mut dyn FnMut(usize, usize, f64)) {
    let (mut i, mut j, mut at) = (0usize, 0usize, 0usize);
    while i < n && j < m {
        let end = ((i + 1) * m).min((j + 1) * n);
        found(i, j, (end - at) as f64 / (n as f64 * m as f64));
        at = end;
        if end == (i + 1) * m {
            i += 1;
        }
        if end == (j + 1) * n {
            j += 1;
        }
    }
}
