//! Polylines on the page: clipped to a frame, cut into dashes.

/// The pieces of a polyline inside a frame (Liang–Barsky); non-finite points break it.
pub(super) fn clip(points: &[(f64, f64)], frame: (f64, f64, f64, f64)) -> Vec<Vec<(f64, f64)>> {
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
pub(super) fn dashes(points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
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
