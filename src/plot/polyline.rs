//! Polylines on the page: clipped to a frame, cut into dashes.
use crate::interrupt;

/// The pieces of a polyline inside a frame (Liang–Barsky); non-finite points break it.
pub(super) fn clip(points: &[(f64, f64)], frame: (f64, f64, f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut out: Vec<Vec<(f64, f64)>> = vec![];
    let mut joined = false;
    for w in interrupt::until_asked(points.windows(2)) {
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
    // half the way and twice the steps: the difference of two numbers may be none
    let (dx, dy) = (0.5 * b.0 - 0.5 * a.0, 0.5 * b.1 - 0.5 * a.1);
    let (mut t0, mut t1) = (0.0f64, 2.0f64);
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
    // from far away rounding alone would leave the frame
    let within = |p: (f64, f64)| (p.0.max(left).min(right), p.1.max(top).min(bottom));
    let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
    let ends = (within(if t0 == 0.0 { a } else { at(t0) }), within(if t1 == 2.0 { b } else { at(t1) }));
    [ends.0.0, ends.0.1, ends.1.0, ends.1.1].iter().all(|v| v.is_finite()).then_some(ends)
}

/// A polyline cut into dashes of 5 and gaps of 3.5 pixels, `k` times as long.
pub(super) fn dashes(points: &[(f64, f64)], k: f64) -> Vec<Vec<(f64, f64)>> {
    let (on, off) = (5.0 * k, 3.5 * k);
    let mut out: Vec<Vec<(f64, f64)>> = vec![];
    let (mut drawing, mut left) = (true, on);
    let mut current: Vec<(f64, f64)> = points.first().map(|p| vec![*p]).unwrap_or_default();
    for w in interrupt::until_asked(points.windows(2)) {
        let (mut a, b) = (w[0], w[1]);
        loop {
            let rest = (b.0 - a.0).hypot(b.1 - a.1);
            // a length that is none ends it as well
            if rest <= left || rest.is_nan() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments as long as numbers reach are cut to the frame, and their dashes end.
    #[test]
    fn far_points_stay_within_the_frame() {
        let frame = (10.0, 110.0, 20.0, 70.0);
        let inside = |(x, y): &(f64, f64)| (10.0..=110.0).contains(x) && (20.0..=70.0).contains(y);
        let far = [f64::MIN, -1e302, -1e20, 50.0, 1.8e16, 1e20, 1e300, f64::MAX];
        let points: Vec<(f64, f64)> = far.iter().flat_map(|x| far.iter().map(|y| (*x, *y))).collect();
        for a in &points {
            for b in &points {
                for run in clip(&[*a, *b], frame) {
                    assert!(run.iter().all(inside), "{a:?} to {b:?}: {run:?}");
                    assert!(dashes(&run, 1.0).len() <= 20);
                }
            }
        }
        // a line through it is drawn as long as numbers tell where it passes
        let level = clip(&[(-1e9, 50.0), (1e9, 50.0)], frame);
        let [a, b] = level[0][..] else { panic!("{level:?}") };
        assert!((a.0 - 10.0).abs() < 1e-5 && (b.0 - 110.0).abs() < 1e-5 && a.1 == 50.0 && b.1 == 50.0, "{level:?}");
        assert!(dashes(&[(0.0, 0.0), (f64::NAN, 0.0)], 1.0).len() <= 1);
    }
}
