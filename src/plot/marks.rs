//! Marks to shapes, clipped to the axes.
use super::figure::Mark;
use super::layout::Shape;

type Map<'a> = &'a dyn Fn(f64) -> f64;

/// Appends the shapes of a mark. `frame` is (left, right, top, bottom) in pixels.
pub fn mark(
    m: &Mark,
    x: Map,
    y: Map,
    inside: &dyn Fn(f64, f64) -> bool,
    frame: (f64, f64, f64, f64),
    out: &mut Vec<Shape>,
) {
    match m {
        Mark::Points { x: xs, y: ys, color, radius, alpha } => {
            for (a, b) in xs.iter().zip(ys).filter(|(a, b)| inside(**a, **b)) {
                out.push(Shape::Circle { center: (x(*a), y(*b)), radius: *radius, color: *color, alpha: *alpha });
            }
        }
        Mark::Line { x: xs, y: ys, color, width, alpha, dashed } => {
            let points: Vec<(f64, f64)> = xs.iter().zip(ys).map(|(a, b)| (x(*a), y(*b))).collect();
            for run in clip(&points, frame) {
                for points in if *dashed { dashes(&run) } else { vec![run] } {
                    out.push(Shape::Line { points, color: *color, width: *width, alpha: *alpha });
                }
            }
        }
        Mark::Bars { edges, heights, color, alpha } => {
            for (e, h) in edges.windows(2).zip(heights) {
                if *h > 0.0 {
                    let (left, right) = (x(e[0]).clamp(frame.0, frame.1), x(e[1]).clamp(frame.0, frame.1));
                    let top = y(*h).clamp(frame.2, frame.3);
                    out.push(Shape::Rectangle {
                        from: (left, top),
                        to: (right, y(0.0).clamp(frame.2, frame.3)),
                        color: *color,
                        alpha: *alpha,
                    });
                }
            }
        }
        Mark::Heat { x: xr, y: yr, columns, values, range, map } => {
            let rows = values.len() / (*columns).max(1);
            let span = if range.1 > range.0 { range.1 - range.0 } else { 1.0 };
            let (w, h) = ((xr.1 - xr.0) / *columns as f64, (yr.1 - yr.0) / rows.max(1) as f64);
            for (k, v) in values.iter().enumerate().filter(|(_, v)| v.is_finite()) {
                let (i, j) = (k % columns, k / columns);
                let (a, b) = (xr.0 + i as f64 * w, yr.0 + j as f64 * h);
                // a hair of overlap, so that no seams show
                let (from, to) = ((x(a), y(b + h) - 0.25), (x(a + w) + 0.25, y(b)));
                out.push(Shape::Rectangle { from, to, color: map.at((v - range.0) / span), alpha: 1.0 });
            }
        }
        Mark::Arrows { x: xs, y: ys, u, v, color } => {
            for k in 0..xs.len() {
                let (from, to) = ((x(xs[k]), y(ys[k])), (x(xs[k] + u[k]), y(ys[k] + v[k])));
                if inside(xs[k], ys[k]) {
                    arrow(from, to, *color, out);
                }
            }
        }
    }
}

fn arrow(from: (f64, f64), to: (f64, f64), color: super::color::Color, out: &mut Vec<Shape>) {
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

/// The pieces of a polyline inside a frame (Liang–Barsky); non-finite points break it.
pub fn clip(points: &[(f64, f64)], frame: (f64, f64, f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut out: Vec<Vec<(f64, f64)>> = vec![];
    let mut joined = false;
    for w in points.windows(2) {
        match segment(w[0], w[1], frame) {
            Some((a, b)) => {
                match out.last_mut() {
                    Some(run) if joined && run.last() == Some(&a) => run.push(b),
                    _ => out.push(vec![a, b]),
                }
                joined = b == w[1];
            }
            None => joined = false,
        }
    }
    out
}

type Segment = ((f64, f64), (f64, f64));

fn segment(a: (f64, f64), b: (f64, f64), (left, right, top, bottom): (f64, f64, f64, f64)) -> Option<Segment> {
    if ![a.0, a.1, b.0, b.1].iter().all(|v| v.is_finite()) {
        return None;
    }
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut t0, mut t1) = (0.0f64, 1.0f64);
    for (p, q) in [(-dx, a.0 - left), (dx, right - a.0), (-dy, a.1 - top), (dy, bottom - a.1)] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            t0 = t0.max(q / p);
        } else {
            t1 = t1.min(q / p);
        }
    }
    if t0 > t1 {
        return None;
    }
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    Some((if t0 == 0.0 { a } else { at(t0) }, if t1 == 1.0 { b } else { at(t1) }))
}

/// A polyline cut into dashes of 5 and gaps of 3.5 pixels.
pub fn dashes(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let (on, off) = (5.0, 3.5);
    let mut out: Vec<Vec<(f64, f64)>> = vec![];
    let (mut drawing, mut left) = (true, on);
    let mut current: Vec<(f64, f64)> = points.first().map(|p| vec![*p]).unwrap_or_default();
    for w in points.windows(2) {
        let (mut a, b) = (w[0], w[1]);
        loop {
            let rest = (b.0 - a.0).hypot(b.1 - a.1);
            if rest <= left {
                left -= rest;
                if drawing {
                    current.push(b);
                }
                break;
            }
            let t = left / rest;
            a = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            if drawing {
                current.push(a);
                out.push(std::mem::take(&mut current));
            } else {
                current = vec![a];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing && current.len() > 1 {
        out.push(current);
    }
    out
}
