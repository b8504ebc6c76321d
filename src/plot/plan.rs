//! A transport plan in the plane: a segment for every pair that exchanges mass, the wider the more.
use super::color::{CYCLE, GREY};
use super::figure::{Key, LegendEntry, Mark};
use super::keys::{
    ALPHA, DPI, FONT_SIZE, HEIGHT, LEGEND, PRESET, SIZE, TITLE, TRANSPARENT, WIDTH, X_LABEL, X_RANGE, Y_LABEL, Y_RANGE,
    defaults, entry,
};
use super::marker::Marker;
use super::scatter::weight;
use super::weights::sized;
use super::{Cloud, Figure, FigureOptions};
use crate::catalogue::{Entry, Opt};
use crate::error::{Error, Result};

const OPTIONS: &[Opt] = &[
    TITLE,
    X_LABEL,
    Y_LABEL,
    X_RANGE,
    Y_RANGE,
    LEGEND,
    WIDTH,
    HEIGHT,
    ALPHA,
    SIZE,
    PRESET,
    FONT_SIZE,
    DPI,
    TRANSPARENT,
];

pub(super) const ENTRY: Entry = entry(
    "plot::plan",
    "plot::plan(estimate, p, q, options)",
    "The transport plan behind an exact estimate as segments, with the proximal weights as sizes.",
    OPTIONS,
    || defaults(OPTIONS),
    "let p = data::gaussian(40, 2);\nlet q = data::ring(40);\nplot::plan(w2().estimate(p, q), p, q)",
);

/// Widths that are told apart.
const WIDTHS: usize = 5;

/// Segments from source to target for the entries (row, column, mass) of a plan. `masses` are those the targets receive;
/// none draws them all alike.
///
/// # Errors
/// Points on a line; a plan or masses that belong to other samples; a range that is none.
pub fn plan(
    source: &Cloud,
    target: &Cloud,
    plan: &[(usize, usize, f64)],
    masses: Option<&[f64]>,
    o: &FigureOptions,
) -> Result<Figure> {
    if source.d < 2 || target.d < 2 {
        return Err(Error::data("plot::plan", "it draws points of dimension 2 or more"));
    }
    let (n, m) = (source.len(), target.len());
    if let Some((i, j, _)) = plan.iter().find(|(i, j, _)| *i >= n || *j >= m) {
        return Err(Error::data(
            "plot::plan",
            format!("the plan moves point {i} to point {j}, but there are {n} and {m}: it belongs to other samples"),
        ));
    }
    if let Some(w) = masses.filter(|w| w.len() != m) {
        return Err(Error::data(
            "plot::plan",
            format!(
                "the estimate has {} proximal weights, but there are {m} targets: it belongs to other samples",
                w.len()
            ),
        ));
    }
    let mut panel = o.panel("$x_1$", "$x_2$")?;
    panel.equal = true;
    let heaviest = plan.iter().map(|e| e.2).fold(0.0, f64::max);
    let class = |w: f64| ((w / heaviest * WIDTHS as f64).ceil() as usize).clamp(1, WIDTHS);
    for k in 1..=WIDTHS {
        let (mut x, mut y) = (vec![], vec![]);
        for (i, j, _) in plan.iter().filter(|e| class(e.2) == k) {
            x.extend([source.rows[i * source.d], target.rows[j * target.d], f64::NAN]);
            y.extend([source.rows[i * source.d + 1], target.rows[j * target.d + 1], f64::NAN]);
        }
        if !x.is_empty() {
            let width = o.size.unwrap_or(1.2) * k as f64 / WIDTHS as f64;
            panel.marks.push(Mark::Line { x, y, color: GREY, width, alpha: o.alpha.unwrap_or(0.7), dashed: false });
        }
    }
    let (radius, alpha) = weight(m);
    let (x, y) = target.xy();
    match masses {
        Some(w) => {
            panel.marks.push(Mark::dots(x, y, CYCLE[0], 0.5 * radius, 0.4));
            panel.marks.extend(sized(target, w, CYCLE[0], 0.7));
        }
        None => panel.marks.push(Mark::dots(x, y, CYCLE[0], radius, alpha)),
    }
    let (x, y) = source.xy();
    let (radius, _) = weight(n);
    panel.marks.push(Mark::dots(x, y, CYCLE[1], radius, 0.85));
    if o.legend {
        panel.legend.push(LegendEntry { label: "source".into(), color: CYCLE[1], key: Key::Dot(Marker::Disc) });
        panel.legend.push(LegendEntry { label: "target".into(), color: CYCLE[0], key: Key::Dot(Marker::Disc) });
    }
    Ok(o.planar_figure(panel))
}
