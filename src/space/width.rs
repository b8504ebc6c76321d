//! Widths for kernels, from the points they are to compare.
use super::kernel::Kernel;
use super::kernel_sum::KernelSum;
use crate::error::{Error, Result};
use crate::interrupt::{self, Interrupt};

/// Rows that the median is taken over.
const ROWS: usize = 1000;

/// The median distance between rows, of the first 1000. Where more than half of these coincide it is the median of the
/// positive distances, so that it scales as the points do; none where all coincide.
///
/// ```
/// use gflow::space::width::median_width;
/// assert_eq!(median_width(&[0.0, 1.0, 3.0], 1), Some(2.0));
/// // six of ten distances are 0
/// assert_eq!(median_width(&[0.0, 0.0, 0.0, 0.0, 8.0], 1), Some(8.0));
/// assert_eq!(median_width(&[2.0, 2.0], 1), None);
/// ```
pub fn median_width(y: &[f64], d: usize) -> Option<f64> {
    let first: Vec<&[f64]> = y.chunks(d).take(ROWS).collect();
    of_rows(&first).or_else(|| {
        // the first rows coincide; others may not
        let every = (y.len() / d).div_ceil(ROWS).max(1);
        of_rows(&y.chunks(d).step_by(every).collect::<Vec<&[f64]>>())
    })
}

/// The neighbour whose distance is the spacing of a sample at a point.
const NEIGHBOUR: usize = 3;

/// The median, over `most` of the rows, of the distance from the third nearest of all others (of fewer, the farthest); none where
/// more than half of the rows coincide with as many.
///
/// ```
/// use gflow::space::width::spacing;
/// assert_eq!(spacing(&[0.0, 1.0, 2.0, 3.0, 4.0], 10, 1), Some(2.0));
/// assert_eq!(spacing(&[1.0], 10, 1), None);
/// ```
pub fn spacing(y: &[f64], most: usize, d: usize) -> Option<f64> {
    let rows: Vec<&[f64]> = y.chunks(d).collect();
    let squared = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(u, v)| (u - v) * (u - v)).sum::<f64>();
    let of = |i: usize| {
        let others = rows.iter().enumerate().filter(|(j, _)| *j != i);
        let mut r: Vec<f64> = others.map(|(_, b)| squared(rows[i], b)).collect();
        let k = NEIGHBOUR.min(r.len()).checked_sub(1)?;
        Some(*r.select_nth_unstable_by(k, f64::total_cmp).1)
    };
    let every = rows.len().div_ceil(most).max(1);
    let mut all: Vec<f64> =
        (0..rows.len()).step_by(every).take_while(|_| interrupt::poll().is_ok()).filter_map(of).collect();
    let middle = all.len() / 2;
    (!all.is_empty()).then(|| all.select_nth_unstable_by(middle, f64::total_cmp).1.sqrt()).filter(|w| *w > 0.0)
}

/// The upper quartile of the distances between rows: how far apart two samples lie that do not overlap.
pub fn far_width(y: &[f64], d: usize) -> Option<f64> {
    let rows: Vec<&[f64]> = y.chunks(d).collect();
    let mut r = distances(&rows);
    let at = r.len() * 3 / 4;
    (!r.is_empty()).then(|| r.select_nth_unstable_by(at, f64::total_cmp).1.sqrt()).filter(|w| *w > 0.0)
}

/// All squared distances.
fn distances(rows: &[&[f64]]) -> Vec<f64> {
    let squared = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(u, v)| (u - v) * (u - v)).sum::<f64>();
    (0..rows.len())
        .take_while(|_| interrupt::poll().is_ok())
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .map(|(i, j)| squared(rows[i], rows[j]))
        .collect()
}

fn of_rows(rows: &[&[f64]]) -> Option<f64> {
    let mut r = distances(rows);
    let median = |r: &mut [f64]| {
        let middle = r.len() / 2;
        (!r.is_empty()).then(|| r.select_nth_unstable_by(middle, f64::total_cmp).1.sqrt())
    };
    if let Some(width) = median(&mut r).filter(|w| *w > 0.0) {
        return Some(width);
    }
    r.retain(|v| *v > 0.0);
    median(&mut r)
}

/// The width at which Q's kernels pull hardest on P: argmax of E_P |∇ E_Q k_σ(·, x)|² over two decades around the median
/// distance of both samples, refined by golden section. P's own repulsion, which grows as σ falls, is left out. [arbel2019](crate::references#arbel2019)
///
/// # Errors
/// Points that all coincide; an interrupt.
pub fn adaptive_width(make: fn(f64) -> Kernel, p: &[f64], q: &[f64], d: usize, interrupt: &Interrupt) -> Result<f64> {
    let pull = |t: f64| -> Result<f64> {
        let kernel = make(t.exp());
        let toward = KernelSum::<f32>::new(&kernel, q, d, None).at(p, interrupt)?.1;
        Ok(toward.iter().map(|v| v * v).sum::<f64>())
    };
    let both: Vec<f64> = p.iter().chain(q).copied().collect();
    // the median over both samples, so that far-apart samples are bridged
    let centre = {
        let rows = both.len() / d;
        let every = rows.div_ceil(1000);
        let thinned: Vec<f64> = both.chunks(d).step_by(every).flatten().copied().collect();
        let width = median_width(&thinned, d);
        width
            .ok_or_else(|| Error::data("adaptive_width", "all points of both samples coincide: no width suits them"))?
            .ln()
    };
    const GRID: i32 = 24;
    let at = |k: i32| centre + f64::from(k) * 4.6 / f64::from(GRID);
    let mut best = (at(-GRID), f64::NEG_INFINITY);
    for k in -GRID..=GRID {
        let value = pull(at(k))?;
        if value > best.1 {
            best = (at(k), value);
        }
    }
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (best.0 - at(1) + at(0), best.0 + at(1) - at(0));
    for _ in 0..20 {
        let (a, b) = (high - golden * (high - low), low + golden * (high - low));
        if pull(a)? > pull(b)? { high = b } else { low = a }
    }
    Ok((0.5 * (low + high)).exp())
}
