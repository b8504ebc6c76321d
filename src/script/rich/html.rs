//! HTML for tables of numbers: points, runs, estimates.
use crate::critic::estimate::Estimate;
use crate::device::{self, Points};
use crate::error::Result;
use crate::flow::Run;
use crate::interrupt;
use crate::record::compact;
use crate::script::moments::moments;
use crate::script::values::proved;

/// A text as HTML shows it, in an element or in an attribute.
pub fn escape(s: &str) -> String {
    s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn row(cells: impl IntoIterator<Item = String>, tag: &str) -> String {
    let cells: String = cells.into_iter().map(|c| format!("<{tag} style=\"text-align:right\">{c}</{tag}>")).collect();
    format!("<tr>{cells}</tr>")
}

/// Name and value, a pair a row.
fn pairs(title: &str, rows: &[(&str, String)]) -> String {
    let body: String = rows
        .iter()
        .map(|(k, v)| {
            format!("<tr><td style=\"text-align:left\">{}</td><td style=\"text-align:left\">{v}</td></tr>", escape(k))
        })
        .collect();
    format!(
        "<table><caption style=\"text-align:left;white-space:nowrap\"><b>{}</b></caption><tbody>{body}</tbody></table>",
        escape(title)
    )
}

/// A curve of a line's height; empty without two finite values.
fn sparkline(values: &[f64]) -> String {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.len() < 2 {
        return String::new();
    }
    let (lo, hi) = finite.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(*v), hi.max(*v)));
    let (w, h) = (140.0, 22.0);
    let at = |(i, v): (usize, &f64)| {
        let x = 1.0 + (w - 2.0) * i as f64 / (finite.len() - 1) as f64;
        let y = h - 2.0 - (h - 4.0) * if hi > lo { (v - lo) / (hi - lo) } else { 0.5 };
        format!("{x:.1},{y:.1}")
    };
    let points: Vec<String> = finite.iter().enumerate().map(at).collect();
    format!(
        "<svg width=\"{w}\" height=\"{h}\" style=\"vertical-align:middle\"><polyline points=\"{}\" fill=\"none\" stroke=\"#0072B2\" stroke-width=\"1.3\"/></svg>",
        points.join(" ")
    )
}

/// How a run ended and what its history holds.
pub fn run(r: &Run) -> String {
    let curve = |name: &str| {
        let last = r.history.last(name).map_or("-".into(), compact);
        format!("{last} {}", sparkline(r.history.column(name).unwrap_or_default()))
    };
    let mut rows = vec![
        ("ending", escape(&r.ending)),
        (
            "verdict",
            r.verdict(&interrupt::current()).map_or_else(|e| escape(&e.to_string()), |v| escape(&v.describe())),
        ),
        (
            "steps",
            format!("{}, time {}, {:.2} s", r.state.step, r.state.time.read().map_or("-".into(), compact), r.seconds),
        ),
        ("particles", format!("{} in dimension {}", r.size(), r.state.particles.dims()[1])),
    ];
    rows.extend(r.history.names().filter(|n| !["step", "time", "seconds"].contains(n)).map(|n| (n, curve(n))));
    rows.extend(
        r.transform().map(|t| ("prepared", format!("{}, numbers of the flow in its units", escape(&t.name())))),
    );
    rows.push(("kept", format!("{} rows of history, {} snapshots", r.history.len(), r.snapshots.len())));
    pairs(&r.flow.describe(), &rows)
}

/// The value with its proof.
pub fn estimate(e: &Estimate) -> String {
    let mut rows =
        vec![("value", format!("{:.6}", e.value)), ("proved", escape(&proved(e))), ("critic", escape(&e.method))];
    for (l, b) in e.lipschitz.iter().filter_map(|(l, b)| l.map(|l| (l, b))) {
        rows.push((
            "Lipschitz constant",
            format!(
                "{l} asked, {}",
                b.map_or("no bound on the critic's".into(), |b| format!("the critic's at most {b:.6}"))
            ),
        ));
    }
    rows.extend(e.slope.map(|s| ("dD/dL", format!("{s:.6}"))));
    rows.extend(
        e.held_out.map(|v| ("on held-out points", format!("{v:.6}, a generalisation gap of {:.6}", e.value - v))),
    );
    rows.push(("iterations", format!("{} {}", e.iterations, sparkline(&e.history))));
    rows.extend(e.remarks.iter().map(|r| ("note", escape(r))));
    pairs(&e.divergence.name(), &rows)
}

/// A coordinate; of one that is far from 0 what follows the point counts, too.
fn coordinate(v: f64) -> String {
    if (1e6..1e12).contains(&v.abs()) && v.fract() != 0.0 { format!("{v:.4}") } else { compact(v) }
}

/// Shape, moments and the first rows.
pub fn points(p: &Points) -> Result<String> {
    const ROWS: usize = 5;
    const COLUMNS: usize = 8;
    let [n, d] = p.dims();
    let rows = device::rows_f64(p)?;
    let shown = d.min(COLUMNS);
    let (mean, std) = moments(&rows, d, shown);
    let more = || (d > COLUMNS).then(|| "…".to_string());
    let line = |name: String, v: &[f64]| -> String {
        row(std::iter::once(name).chain(v.iter().map(|v| coordinate(*v))).chain(more()), "td")
    };
    let head =
        row(std::iter::once(String::new()).chain((0..shown).map(|k| format!("x<sub>{k}</sub>"))).chain(more()), "th");
    let mut body = line("mean".into(), &mean);
    body += &line("std".into(), &std);
    for (i, r) in rows.chunks(d).take(ROWS).enumerate() {
        body += &line(i.to_string(), &r[..shown]);
    }
    if n > ROWS {
        body += &row(std::iter::repeat_n("…".to_string(), shown + 1).chain(more()), "td");
    }
    Ok(format!(
        "<table><caption style=\"text-align:left\"><b>Points</b>: {n} in dimension {d}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"
    ))
}
