//! Marks to shapes, clipped to the axes.
use super::color::{Color, GREY};
use super::figure::Mark;
use super::heat;
use super::ink::{TICK, Words, colored, stroke};
use super::polyline::clip;
use super::references::{Labels, reference};
use super::scale::Frame;
use super::shape::{Anchor, Shape};
use super::text::Mistake;
use crate::interrupt;

/// Appends the shapes of a mark, in a figure of letters `k` times as large as those of default size.
///
/// # Errors
/// A text whose mathematics is not understood.
pub(super) fn mark(m: &Mark, frame: &Frame, k: f64, labels: &mut Labels, out: &mut Vec<Shape>) -> Result<(), Mistake> {
    match m {
        Mark::Points { .. } | Mark::Colored { .. } => points(m, frame, k, out),
        Mark::Line { x, y, color, width, alpha, dashed } => {
            let points: Vec<(f64, f64)> =
                interrupt::until_asked(x.iter().zip(y)).map(|(a, b)| frame.at(*a, *b)).collect();
            for run in clip(&points, frame.edges()) {
                stroke(run, *color, (width * k, *alpha), dashed.then_some(k), out);
            }
        }
        Mark::Band { x, low, high, color, alpha } => band(x, low, high, frame, &mut |points| {
            out.push(Shape::Polygon { points, color: *color, alpha: *alpha });
        }),
        Mark::Errors { x, low, high, color, width } => errors([x, low, high], (*color, width * k), frame, k, out),
        Mark::Bars { edges, heights, color, alpha } => bars(edges, heights, frame, &mut |points| {
            out.push(Shape::Polygon { points, color: *color, alpha: *alpha });
        }),
        Mark::Heat { x, y, columns, values, range, map, between } => {
            let pixels = heat::pixels(values, *columns, *range, *map, *between);
            out.push(Shape::Image { from: frame.at(x.0, y.1), to: frame.at(x.1, y.0), pixels });
        }
        Mark::Picture { x, y, pixels } => {
            out.push(Shape::Image { from: frame.at(x.0, y.1), to: frame.at(x.1, y.0), pixels: pixels.clone() });
        }
        Mark::Arrows { x, y, u, v, color } => {
            for i in (0..x.len()).filter(|i| frame.inside(x[*i], y[*i])) {
                arrow(frame.at(x[i], y[i]), frame.at(x[i] + u[i], y[i] + v[i]), *color, k, out);
            }
        }
        Mark::Reference { .. } => reference(m, frame, k, labels, out)?,
        Mark::Note { x, y, text, color, anchor } => {
            if frame.inside(*x, *y) {
                let (left, right, ..) = frame.edges();
                let words = Words::new(text, TICK * k)?.within(right - left);
                let place = within(&words, frame.at(*x, *y), *anchor, frame);
                labels.take(&words, place);
                out.push(colored(words.at(place, Anchor::Left), *color));
            }
        }
    }
    Ok(())
}

/// Bars that touch, as one outline: edges that two of them share would show.
fn bars(edges: &[f64], heights: &[f64], frame: &Frame, out: &mut dyn FnMut(Vec<(f64, f64)>)) {
    let (left, right, top, bottom) = frame.edges();
    let side = |v: f64| frame.x.at(v).clamp(left, right);
    // 0 is infinitely far below a logarithmic axis
    let level = |v: f64| frame.y.at(v).clamp(top, bottom);
    let zero = level(0.0);
    let zero = if zero.is_nan() { bottom } else { zero };
    let all: Vec<(&[f64], f64)> = edges.windows(2).zip(heights.iter().copied()).collect();
    for run in all.split(|(_, h)| h.is_nan() || *h <= 0.0).filter(|run| !run.is_empty()) {
        let mut points = vec![(side(run[0].0[0]), zero)];
        for (e, h) in run {
            points.extend([(side(e[0]), level(*h)), (side(e[1]), level(*h))]);
        }
        points.push((side(run[run.len() - 1].0[1]), zero));
        out(points);
    }
}

fn points(m: &Mark, frame: &Frame, k: f64, out: &mut Vec<Shape>) {
    let placed = |x: &[f64], y: &[f64]| -> Vec<usize> {
        let pairs = interrupt::until_asked(x.iter().zip(y).enumerate());
        pairs.filter(|(_, (a, b))| frame.inside(**a, **b)).map(|(i, _)| i).collect()
    };
    let at = |x: &[f64], y: &[f64], shown: &[usize]| shown.iter().map(|i| frame.at(x[*i], y[*i])).collect();
    match m {
        Mark::Points { x, y, marker, color, radius, alpha } => {
            let (centers, radius) = (at(x, y, &placed(x, y)), radius * k);
            out.push(Shape::Dots { centers, marker: *marker, radius, color: *color, colors: vec![], alpha: *alpha });
        }
        Mark::Colored { x, y, values, range, map, marker, radius, alpha } => {
            let (shown, radius) = (placed(x, y), radius * k);
            let span = if range.1 > range.0 { range.1 - range.0 } else { 1.0 };
            let color = |i: &usize| match values.get(*i) {
                Some(v) if v.is_finite() => map.at((v - range.0) / span),
                _ => GREY,
            };
            let colors = shown.iter().map(color).collect();
            let centers = at(x, y, &shown);
            out.push(Shape::Dots { centers, marker: *marker, radius, color: GREY, colors, alpha: *alpha });
        }
        _ => {}
    }
}

/// Where a text begins whose anchor stands at a place, as far to the side as it takes to stay within the axes.
fn within(words: &Words, (x, y): (f64, f64), anchor: Anchor, frame: &Frame) -> (f64, f64) {
    let (left, right, _, _) = frame.edges();
    let before = match anchor {
        Anchor::Left => 0.0,
        Anchor::Middle => 0.5 * words.width(),
        Anchor::Right => words.width(),
    };
    ((x - before).min(right - words.width()).max(left), y)
}

fn errors([x, low, high]: [&[f64]; 3], (color, width): (Color, f64), frame: &Frame, k: f64, out: &mut Vec<Shape>) {
    let (left, right, top, bottom) = frame.edges();
    let cap = 2.6 * k;
    for i in (0..x.len()).filter(|i| low[*i].is_finite() && high[*i].is_finite() && frame.x.inside(x[*i])) {
        let ((at, from), (_, to)) = (frame.at(x[i], low[i]), frame.at(x[i], high[i]));
        // what is not above 0 is infinitely far below a logarithmic axis
        let height = |v: f64| if v.is_nan() { bottom } else { v };
        let mut add = |points: Vec<(f64, f64)>| {
            for points in clip(&points, (left, right, top, bottom)) {
                out.push(Shape::Line { points, color, width, alpha: 1.0 });
            }
        };
        let (from, to) = (height(from), height(to));
        add(vec![(at, from), (at, to)]);
        add(vec![(at - cap, from), (at + cap, from)]);
        add(vec![(at - cap, to), (at + cap, to)]);
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

fn arrow(from: (f64, f64), to: (f64, f64), color: Color, k: f64, out: &mut Vec<Shape>) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if !length.is_finite() || length < 0.8 {
        return;
    }
    let head = (0.38 * length).min(6.0 * k);
    let (ux, uy) = (dx / length, dy / length);
    let neck = (to.0 - head * ux, to.1 - head * uy);
    out.push(Shape::Line { points: vec![from, neck], color, width: 1.1 * k, alpha: 1.0 });
    let wing = 0.42 * head;
    let points = vec![to, (neck.0 - wing * uy, neck.1 + wing * ux), (neck.0 + wing * uy, neck.1 - wing * ux)];
    out.push(Shape::Polygon { points, color, alpha: 1.0 });
}
