//! Marks to shapes, clipped to the axes.
use super::color::Color;
use super::figure::Mark;
use super::polyline::{clip, dashes};
use super::scale::Frame;
use super::shape::Shape;
use crate::interrupt;

/// Appends the shapes of a mark.
pub(super) fn mark(m: &Mark, frame: &Frame, out: &mut Vec<Shape>) {
    match m {
        Mark::Points { x, y, color, radius, alpha } => {
            for (a, b) in interrupt::until_asked(x.iter().zip(y)).filter(|(a, b)| frame.inside(**a, **b)) {
                out.push(Shape::Circle { center: frame.at(*a, *b), radius: *radius, color: *color, alpha: *alpha });
            }
        }
        Mark::Line { x, y, color, width, alpha, dashed } => {
            let points: Vec<(f64, f64)> =
                interrupt::until_asked(x.iter().zip(y)).map(|(a, b)| frame.at(*a, *b)).collect();
            for run in clip(&points, frame.edges()) {
                for points in if *dashed { dashes(&run) } else { vec![run] } {
                    out.push(Shape::Line { points, color: *color, width: *width, alpha: *alpha });
                }
            }
        }
        Mark::Band { x, low, high, color, alpha } => band(x, low, high, frame, &mut |points| {
            out.push(Shape::Polygon { points, color: *color, alpha: *alpha });
        }),
        Mark::Bars { edges, heights, color, alpha } => {
            let (left, right, top, bottom) = frame.edges();
            for (e, h) in edges.windows(2).zip(heights).filter(|(_, h)| **h > 0.0) {
                let side = |v: f64| frame.x.at(v).clamp(left, right);
                let level = |v: f64| frame.y.at(v).clamp(top, bottom);
                let (from, to) = ((side(e[0]), level(*h)), (side(e[1]), level(0.0)));
                out.push(Shape::Rectangle { from, to, color: *color, alpha: *alpha });
            }
        }
        Mark::Heat { x, y, columns, values, range, map } => {
            let span = if range.1 > range.0 { range.1 - range.0 } else { 1.0 };
            heat([*x, *y], values, *columns, &|v| map.at((v - range.0) / span), frame, out);
        }
        Mark::Arrows { x, y, u, v, color } => {
            for k in (0..x.len()).filter(|k| frame.inside(x[*k], y[*k])) {
                arrow(frame.at(x[k], y[k]), frame.at(x[k] + u[k], y[k] + v[k]), *color, out);
            }
        }
    }
}

/// A quadrilateral between two neighbours that lie within the axes, cut at their upper and lower edge.
fn band(x: &[f64], low: &[f64], high: &[f64], frame: &Frame, out: &mut dyn FnMut(Vec<(f64, f64)>)) {
    let (left, right, top, bottom) = frame.edges();
    let finite = |k: &usize| x[*k].is_finite() && low[*k].is_finite() && high[*k].is_finite();
    let at = |k: usize, y: f64| {
        let (a, b) = frame.at(x[k], y);
        // 0 on a logarithmic axis is infinitely far below it
        (a, if b.is_nan() { bottom } else { b.clamp(top, bottom) })
    };
    let runs: Vec<Vec<usize>> = (0..x.len()).fold(vec![vec![]], |mut runs, k| {
        let inside = finite(&k) && (left..=right).contains(&frame.at(x[k], low[k].max(high[k])).0);
        match (inside, runs.last_mut()) {
            (true, Some(run)) => run.push(k),
            _ => runs.push(vec![]),
        }
        runs
    });
    for run in runs.iter().filter(|run| run.len() > 1) {
        let upper = run.iter().map(|k| at(*k, high[*k]));
        out(upper.chain(run.iter().rev().map(|k| at(*k, low[*k]))).collect());
    }
}

/// A rectangle for every finite value, row by row from the lower left.
fn heat(
    [x, y]: [(f64, f64); 2],
    values: &[f64],
    columns: usize,
    color: &dyn Fn(f64) -> Color,
    frame: &Frame,
    out: &mut Vec<Shape>,
) {
    let rows = values.len() / columns.max(1);
    let (w, h) = ((x.1 - x.0) / columns as f64, (y.1 - y.0) / rows.max(1) as f64);
    for (k, v) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
        let (i, j) = (k % columns, k / columns);
        let (a, b) = (x.0 + i as f64 * w, y.0 + j as f64 * h);
        // a hair of overlap, so that no seams show
        let (from, to) = ((frame.x.at(a), frame.y.at(b + h) - 0.25), (frame.x.at(a + w) + 0.25, frame.y.at(b)));
        out.push(Shape::Rectangle { from, to, color: color(*v), alpha: 1.0 });
    }
}

fn arrow(from: (f64, f64), to: (f64, f64), color: Color, out: &mut Vec<Shape>) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if !length.is_finite() || length < 0.8 {
        return;
    }
    let head = (0.38 * length).min(6.0);
    let (ux, uy) = (dx / length, dy / length);
    let neck = (to.0 - head * ux, to.1 - head * uy);
    out.push(Shape::Line { points: vec![from, neck], color, width: 1.1, alpha: 1.0 });
    let wing = 0.42 * head;
    let points = vec![to, (neck.0 - wing * uy, neck.1 + wing * ux), (neck.0 + wing * uy, neck.1 - wing * ux)];
    out.push(Shape::Polygon { points, color, alpha: 1.0 });
}
