//! From a figure to a list of shapes in logical pixels: axes, ticks, clipping, legends, colour bars.
use super::color::{GREY, INK};
use super::figure::{Axis, Colorbar, Figure, Mark, Panel};
use super::ink::{LABEL, TICK, TITLE, line, text, width};
use super::legend::Legend;
use super::marks::mark;
use super::scale::{Frame, Scale, is_range};
use super::shape::{Anchor, Shape};
use super::text::unicode;
use super::ticks::{self, Tick};

/// All shapes of a figure, in drawing order.
pub fn shapes(f: &Figure) -> Vec<Shape> {
    let columns = f.columns.clamp(1, f.panels.len().max(1));
    let rows = f.panels.len().div_ceil(columns);
    let (w, h) = (f.width / columns as f64, f.height / rows.max(1) as f64);
    let mut out = vec![];
    for (i, p) in f.panels.iter().enumerate() {
        let corner = ((i % columns) as f64 * w, (i / columns) as f64 * h);
        panel(p, corner, (w, h), &mut out);
    }
    out
}

/// The share of a panel that its axes keep at least, whatever is written around them.
const LEAST: f64 = 0.25;
/// What lies farther out is on no page: differences of such numbers overflow.
const FAR: f64 = 1e300;

/// Edges at `from` and `to` of axes in a panel that begins at `start`: where what is written around them does not leave
/// enough room, it gets as much less on both sides as it takes.
fn kept((from, to): (f64, f64), start: f64, length: f64) -> (f64, f64) {
    let least = LEAST * length;
    if to - from >= least {
        return (from, to);
    }
    let (before, after) = (from - start, start + length - to);
    let share = (length - least) / (before + after);
    (start + before * share, start + length - after * share)
}

fn range(panel: &Panel, axis: &Axis, which: usize) -> (f64, f64) {
    let fits = |(lo, hi): &(f64, f64)| is_range(*lo, *hi) && (!axis.log || *lo > 0.0);
    if let Some((lo, hi)) = axis.limits.filter(fits) {
        return (lo, hi);
    }
    let (lo, hi) = panel.extent(which, axis.log).unwrap_or(if axis.log { (0.1, 10.0) } else { (0.0, 1.0) });
    let (lo, hi) = if axis.log { (lo, hi) } else { (lo.clamp(-FAR, FAR), hi.clamp(-FAR, FAR)) };
    let tight = panel.marks.iter().any(|m| matches!(m, Mark::Heat { .. }));
    if axis.log {
        let pad = ((hi / lo).log10() * 0.04).max(0.02);
        return ((lo * 10f64.powf(-pad)).max(f64::MIN_POSITIVE), (hi * 10f64.powf(pad)).min(f64::MAX));
    }
    let span = hi - lo;
    if span <= 1e-12 * (1.0 + lo.abs()) {
        let half = 0.5 * lo.abs().max(1.0);
        return (lo - half, hi + half);
    }
    if tight {
        return (lo, hi);
    }
    let bars = which == 1 && lo == 0.0 && panel.marks.iter().any(|m| matches!(m, Mark::Bars { .. }));
    (if bars { 0.0 } else { lo - 0.04 * span }, hi + 0.04 * span)
}

fn panel(p: &Panel, corner: (f64, f64), size: (f64, f64), out: &mut Vec<Shape>) {
    let (mut xr, mut yr) = (range(p, &p.x, 0), range(p, &p.y, 1));
    let y_ticks_for = |yr: (f64, f64), pixels: f64| axis_ticks(&p.y, yr, (pixels / 45.0) as usize);
    let title = unicode(&p.title);
    let above = if title.is_empty() { 10.0 } else { 30.0 };
    let below = if p.bare { 8.0 } else { 26.0 + if p.x.label.is_empty() { 0.0 } else { 18.0 } };
    let keys = Legend::within(&p.legend, size.0 - 60.0, (1.0 - LEAST) * size.1 - above - below);
    let (top, bottom) = kept((corner.1 + above + keys.height(), corner.1 + size.1 - below), corner.1, size.1);
    let labels = y_ticks_for(yr, bottom - top).iter().map(|t| width(&t.1, TICK)).fold(0.0, f64::max);
    let left = corner.0 + if p.bare { 8.0 } else { 16.0 + labels + if p.y.label.is_empty() { 0.0 } else { 20.0 } };
    let right = corner.0 + size.0 - 14.0 - if p.colorbar.is_some() { 62.0 } else { 0.0 };
    let (left, right) = kept((left, right), corner.0, size.0);
    let (mut x0, mut x1, mut y0, mut y1) = (left, right, bottom, top);
    if p.equal {
        // keep the data's shape: widen the range of the looser axis, or shrink the frame for images
        let per_x = (xr.1 - xr.0) / (x1 - x0);
        let per_y = (yr.1 - yr.0) / (y0 - y1);
        let per = per_x.max(per_y);
        if p.bare || p.marks.iter().any(|m| matches!(m, Mark::Heat { .. })) {
            let (w, h) = ((xr.1 - xr.0) / per, (yr.1 - yr.0) / per);
            let (cx, cy) = (0.5 * (x0 + x1), 0.5 * (y0 + y1));
            (x0, x1, y0, y1) = (cx - 0.5 * w, cx + 0.5 * w, cy + 0.5 * h, cy - 0.5 * h);
        } else {
            let grow = |r: (f64, f64), pixels: f64| {
                let (c, half) = (0.5 * (r.0 + r.1), 0.5 * per * pixels);
                (c - half, c + half)
            };
            xr = grow(xr, x1 - x0);
            yr = grow(yr, y0 - y1);
        }
    }
    let frame = Frame {
        x: Scale { lo: xr.0, hi: xr.1, log: p.x.log, from: x0, to: x1 },
        y: Scale { lo: yr.0, hi: yr.1, log: p.y.log, from: y0, to: y1 },
    };
    for m in &p.marks {
        mark(m, &frame, out);
    }
    if !p.bare {
        axes(p, &frame, corner, out);
    }
    if !title.is_empty() {
        out.push(text((0.5 * (x0 + x1), corner.1 + 15.0), title, TITLE, Anchor::Middle));
    }
    keys.draw((x0, x1), y1 - 11.0, out);
    if let Some(bar) = &p.colorbar {
        colorbar(bar, x1 + 14.0, (y1, y0), out);
    }
}

fn axis_ticks(axis: &Axis, range: (f64, f64), target: usize) -> Vec<Tick> {
    if axis.log {
        ticks::logarithmic(range.0, range.1, target.clamp(2, 8))
    } else {
        ticks::linear(range.0, range.1, target.clamp(2, 8))
    }
}

fn axes(p: &Panel, Frame { x, y }: &Frame, corner: (f64, f64), out: &mut Vec<Shape>) {
    let (x0, x1, y0, y1) = (x.from, x.to, y.from, y.to);
    out.push(line(vec![(x0, y1), (x0, y0), (x1, y0)], 0.9));
    for (v, label) in axis_ticks(&p.x, (x.lo, x.hi), ((x1 - x0) / 70.0) as usize) {
        let at = x.at(v);
        let minor = label.is_empty();
        out.push(line(vec![(at, y0), (at, y0 + if minor { 2.5 } else { 4.5 })], 0.8));
        if !minor {
            out.push(text((at, y0 + 14.0), label, TICK, Anchor::Middle));
        }
    }
    let mut widest: f64 = 0.0;
    for (v, label) in axis_ticks(&p.y, (y.lo, y.hi), ((y0 - y1) / 45.0) as usize) {
        let at = y.at(v);
        let minor = label.is_empty();
        out.push(line(vec![(x0 - if minor { 2.5 } else { 4.5 }, at), (x0, at)], 0.8));
        if !minor {
            widest = widest.max(width(&label, TICK));
            out.push(text((x0 - 7.0, at), label, TICK, Anchor::Right));
        }
    }
    if !p.x.label.is_empty() {
        out.push(text((0.5 * (x0 + x1), y0 + 32.0), unicode(&p.x.label), LABEL, Anchor::Middle));
    }
    if !p.y.label.is_empty() {
        let at = ((x0 - widest - 17.0).max(corner.0 + 8.0), 0.5 * (y0 + y1));
        out.push(Shape::Text {
            at,
            text: unicode(&p.y.label),
            size: LABEL,
            color: INK,
            anchor: Anchor::Middle,
            vertical: true,
        });
    }
}

fn colorbar(bar: &Colorbar, x: f64, (top, bottom): (f64, f64), out: &mut Vec<Shape>) {
    let steps = 96;
    for i in 0..steps {
        let t = (i as f64 + 0.5) / f64::from(steps);
        let from = bottom + (top - bottom) * f64::from(i) / f64::from(steps);
        let to = bottom + (top - bottom) * f64::from(i + 1) / f64::from(steps);
        out.push(Shape::Rectangle { from: (x, to), to: (x + 11.0, from + 0.3), color: bar.map.at(t), alpha: 1.0 });
    }
    let scale = Scale { lo: bar.range.0, hi: bar.range.1, log: false, from: bottom, to: top };
    for (v, label) in ticks::linear(bar.range.0, bar.range.1, 5) {
        out.push(line(vec![(x + 11.0, scale.at(v)), (x + 14.5, scale.at(v))], 0.8));
        out.push(text((x + 17.0, scale.at(v)), label, TICK, Anchor::Left));
    }
    if !bar.label.is_empty() {
        out.push(Shape::Text {
            at: (x + 5.0, top - 10.0),
            text: unicode(&bar.label),
            size: TICK,
            color: GREY,
            anchor: Anchor::Middle,
            vertical: false,
        });
    }
}
