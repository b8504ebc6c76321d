//! A function of the plane: filled by colour, with level lines by marching squares.
use super::color::{Color, GREY, Map};
use super::figure::{Between, Colorbar, Mark, bounds};
use super::keys::{
    BAR_LABEL, BINS, DPI, FONT_SIZE, HEIGHT, LEGEND, LEVELS, MAP, PARTICLES, PRESET, TITLE, TRANSPARENT, WIDTH,
    X_LABEL, Y_LABEL, defaults, entry,
};
use super::ticks;
use super::{Figure, FigureOptions};
use crate::catalogue::{Entry, Opt, OptionKind};
use crate::error::{Error, Result};
use crate::interrupt;

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    WIDTH,
    HEIGHT,
    BINS,
    LEVELS,
    LEGEND,
    PARTICLES,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
    MAP,
    BAR_LABEL,
    CENTER,
];

pub(super) const CENTER: Opt = Opt {
    name: "center",
    kind: OptionKind::Flag,
    doc: "the critic minus its mean over the extent, since a potential is defined up to a constant",
};

pub(super) const ENTRY: Entry = entry(
    "plot::contour",
    "plot::contour(critic | estimate | run, extent, options)",
    "A fitted critic as colour and level lines on [-extent, extent]^2 or [x0, x1, y0, y1], with samples over it if they are given.",
    OPTIONS,
    || defaults(OPTIONS),
    "let e = kl().regularized(lipschitz(1.0)).estimate(data::gaussian(100, 2), data::ring(100), #{ steps: 50 });\nplot::contour(e.critic, 5.0)",
);

/// Values on a grid: row by row from the lower left, at `columns` × `columns` nodes that span the ranges.
pub struct Field {
    /// first coordinates of the first and the last column
    pub x: (f64, f64),
    /// second coordinates of the first and the last row
    pub y: (f64, f64),
    /// nodes a side, two or more
    pub columns: usize,
    /// columns² of them; values that are not finite are left out
    pub values: Vec<f64>,
}

impl Field {
    /// The coordinates of every node, rows of two.
    pub fn nodes(x: (f64, f64), y: (f64, f64), columns: usize) -> Vec<f64> {
        let at = |r: (f64, f64), i: usize| r.0 + (r.1 - r.0) * i as f64 / (columns - 1) as f64;
        (0..columns * columns).flat_map(|k| [at(x, k % columns), at(y, k / columns)]).collect()
    }
}

/// The field as colours, with about `levels` level lines at round values: between its smallest and its largest value, or,
/// where these lie on both sides of 0, as far below it as above, in a map of two sides.
///
/// # Errors
/// A field without a finite value; a range that is none.
///
/// # Examples
/// The level lines of x² + y² are circles:
/// ```
/// use gflow::plot::contour::{Field, contour};
/// use gflow::plot::{FigureOptions, render};
///
/// let (x, y, columns) = ((-2.0, 2.0), (-2.0, 2.0), 41);
/// let nodes = Field::nodes(x, y, columns);
/// let values = nodes.chunks(2).map(|p| p[0] * p[0] + p[1] * p[1]).collect();
/// let figure = contour(&Field { x, y, columns, values }, &FigureOptions::default())?;
/// assert_eq!(figure.panels[0].colorbar.as_ref().map(|c| c.range), Some((0.0, 8.0)));
/// assert!(render::png(&figure)?.starts_with(b"\x89PNG"));
/// # Ok::<(), gflow::error::Error>(())
/// ```
pub fn contour(f: &Field, o: &FigureOptions) -> Result<Figure> {
    let (lo, hi) = bounds(f.values.iter().copied());
    if lo > hi {
        return Err(Error::data("plot::contour", "the function has no finite value on this extent"));
    }
    // colours on both sides of 0 that are as far from it are as strong
    let centered = lo < 0.0 && hi > 0.0;
    let (lo, hi) = if centered { (-hi.max(-lo), hi.max(-lo)) } else { (lo, hi) };
    let mut panel = o.panel("$x_1$", "$x_2$")?;
    panel.equal = true;
    let map = o.map_or(if centered { Map::BlueRed } else { Map::Viridis })?;
    panel.marks.push(Mark::Heat {
        x: f.x,
        y: f.y,
        columns: f.columns,
        values: f.values.clone(),
        range: (lo, hi),
        map,
        between: Between::Nodes,
    });
    let ink = if centered { GREY } else { Color(255, 255, 255) };
    for level in ticks::levels(lo, hi, o.levels) {
        for (x, y) in level_lines(f, level) {
            panel.marks.push(Mark::Line { x, y, color: ink, width: 0.8, alpha: 0.85, dashed: false });
        }
    }
    panel.colorbar = Some(Colorbar { range: (lo, hi), map, label: o.bar_label.clone() });
    Ok(o.figure(panel))
}

/// Values minus their mean over the finite ones: a potential is defined up to a constant.
pub fn centered(values: &[f64]) -> Vec<f64> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let n = finite.len().max(1) as f64;
    let mean: f64 = finite.iter().map(|v| v / n).sum();
    values.iter().map(|v| v - mean).collect()
}

/// The segments of a level set, joined into polylines.
pub fn level_lines(f: &Field, level: f64) -> Vec<(Vec<f64>, Vec<f64>)> {
    let k = f.columns;
    let px = |i: f64| f.x.0 + (f.x.1 - f.x.0) * i / (k - 1) as f64;
    let py = |j: f64| f.y.0 + (f.y.1 - f.y.0) * j / (k - 1) as f64;
    // a crossing is named by its grid edge: (node, 0) to the right of the node, (node, 1) above it
    let mut segments: Vec<[(usize, u8); 2]> = vec![];
    for j in 0..k - 1 {
        if interrupt::poll().is_err() {
            break;
        }
        for i in 0..k - 1 {
            let n = j * k + i;
            let v = [f.values[n], f.values[n + 1], f.values[n + k + 1], f.values[n + k]];
            if v.iter().any(|v| !v.is_finite()) {
                continue;
            }
            let above = v.map(|v| v > level);
            let edges = [(n, 0u8), (n + 1, 1), (n + k, 0), (n, 1)];
            let crossed: Vec<usize> = (0..4).filter(|e| above[*e] != above[(e + 1) % 4]).collect();
            match crossed[..] {
                [a, b] => segments.push([edges[a], edges[b]]),
                [a, b, c, d] => {
                    // a saddle: the mean decides which corners are connected
                    let centre = v.iter().sum::<f64>() / 4.0 > level;
                    let pairs = if centre == above[0] { [(a, b), (c, d)] } else { [(d, a), (b, c)] };
                    segments.extend(pairs.map(|(p, q)| [edges[p], edges[q]]));
                }
                _ => {}
            }
        }
    }
    let position = |(n, side): (usize, u8)| {
        let m = if side == 0 { n + 1 } else { n + k };
        let t = (level - f.values[n]) / (f.values[m] - f.values[n]);
        let (i, j) = ((n % k) as f64, (n / k) as f64);
        if side == 0 { (px(i + t), py(j)) } else { (px(i), py(j + t)) }
    };
    join(segments).into_iter().map(|line| line.into_iter().map(position).unzip()).collect()
}

type Crossing = (usize, u8);

fn join(segments: Vec<[Crossing; 2]>) -> Vec<Vec<Crossing>> {
    use std::collections::BTreeMap;
    // in order, so that the same field is the same drawing
    let mut at: BTreeMap<Crossing, Vec<usize>> = BTreeMap::new();
    for (s, ends) in segments.iter().enumerate() {
        for e in ends {
            at.entry(*e).or_default().push(s);
        }
    }
    let mut used = vec![false; segments.len()];
    let walk = |start: usize, from: Crossing, used: &mut Vec<bool>| {
        let mut line = vec![from];
        let (mut s, mut here) = (start, from);
        loop {
            used[s] = true;
            here = if segments[s][0] == here { segments[s][1] } else { segments[s][0] };
            line.push(here);
            match at.get(&here).and_then(|l| l.iter().find(|n| !used[**n])) {
                Some(next) => s = *next,
                None => return line,
            }
        }
    };
    let mut out = vec![];
    // open lines from their ends first, then the closed ones
    let ends: Vec<(Crossing, usize)> = at.iter().filter(|(_, l)| l.len() == 1).map(|(e, l)| (*e, l[0])).collect();
    for (e, s) in ends {
        if !used[s] {
            out.push(walk(s, e, &mut used));
        }
    }
    for s in 0..segments.len() {
        if !used[s] {
            out.push(walk(s, segments[s][0], &mut used));
        }
    }
    out.sort();
    out
}
