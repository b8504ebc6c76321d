//! Optimal transport on the line: sort, then match quantiles.

/// W_p^p between two uniform samples on the line, of any sizes, for the cost |x − y|^p with p ≥ 1.
pub fn line(x: &mut [f64], y: &mut [f64], p: f64) -> f64 {
    x.sort_by(f64::total_cmp);
    y.sort_by(f64::total_cmp);
    let power = |v: f64| if p == 2.0 { v * v } else { v.abs().powf(p) };
    let (n, m) = (x.len(), y.len());
    if n == m {
        return x.iter().zip(y.iter()).map(|(a, b)| power(a - b)).sum::<f64>() / n as f64;
    }
    // walk the merged breakpoints i/n and j/m, in whole units of 1/(n m)
    let (mut i, mut j, mut at, mut total) = (0usize, 0usize, 0usize, 0.0);
    while i < n && j < m {
        let end = ((i + 1) * m).min((j + 1) * n);
        total += (end - at) as f64 * power(x[i] - y[j]);
        at = end;
        if end == (i + 1) * m {
            i += 1;
        }
        if end == (j + 1) * n {
            j += 1;
        }
    }
    total / (n as f64 * m as f64)
}
