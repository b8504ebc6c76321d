//! `plot::…`
use super::plot_arguments::{
    cloud, clouds, extent, figure_options, grid_options, only, pairs, points_cloud, sample, with_gaps, wrong,
};
use crate::device::{self, Points};
use crate::error::{Error, Result};
use crate::plot::contour::{self, Field};
use crate::plot::curve::{Curves, generator};
use crate::plot::lines::{self, Series};
use crate::plot::scatter::By;
use crate::plot::{self as room, Cloud, Figure, FigureOptions};
use crate::script::call::Call;
use crate::script::convert::{numbers, text};
use crate::script::library::Library;
use crate::script::values::{EstimateValue, FittedCritic, GeneratorValue, RunValue, TableValue};
use crate::table::Column;
use rhai::{Array, Dynamic, Map};

/// Draws one value.
type Plot = fn(&Dynamic, &FigureOptions) -> Result<Figure>;

/// Plots of one value.
const PLOTS: [(&str, Plot); 8] = [
    ("plot::tails", |v, o| room::tails::tails(&clouds(v)?, o)),
    ("plot::hist", hist),
    ("plot::density", |v, o| room::density::density(&cloud("", v)?, o)),
    ("plot::images", |v, o| room::images::images(&cloud("", v)?, o)),
    ("plot::trajectories", trajectories),
    ("plot::generator", generator_figure),
    ("plot::path", path_figure),
    ("plot::bracket", bracket_figure),
];

/// Fills the library.
pub fn fill(l: &mut Library) {
    for (name, plot) in PLOTS {
        l.expose(name, move |call, (v,): (Dynamic,)| Ok(seen(call, name, plot(&v, &figure_options(call)?)?)?));
    }
    l.expose("plot::scatter", |call, (v,): (Dynamic,)| Ok(seen(call, "plot::scatter", scatter(call, &v)?)?));
    l.expose("plot::grid", |call, (v,): (Dynamic,)| Ok(grid(&v, &grid_options(call)?)?));
    l.expose("plot::weights", |call, (p, w): (Dynamic, Dynamic)| {
        let (options, weights) = (figure_options(call)?, numbers("plot::weights, weights", &w)?);
        Ok(seen(call, "plot::weights", room::weights::weights(&cloud("", &p)?, &weights, &options)?)?)
    });
    l.expose("plot::plan", |call, (e, p, q): (Dynamic, Dynamic, Dynamic)| {
        Ok(seen(call, "plot::plan", plan(call, &e, &p, &q)?)?)
    });
    l.expose("plot::lines", |call, (table, x, ys): (Dynamic, Dynamic, Dynamic)| {
        Ok(seen(call, "plot::lines", curves(call, &table, &x, &ys)?)?)
    });
    for (name, draw) in [("plot::contour", heat as Draw), ("plot::quiver", arrows)] {
        l.expose(name, move |call, (v, e): (Dynamic, Dynamic)| Ok(seen(call, name, field(call, name, &v, &e, draw)?)?));
    }
}

/// The figure, with remarks on what it cannot show; an error if none of its points has a place, or a text cannot be set.
fn seen(call: &Call, name: &str, figure: Figure) -> Result<Figure> {
    figure.check().map_err(|m| Error::data(name, m.to_string()))?;
    let (lost, all) = figure.lost();
    if lost == all && all > 0 {
        return Err(Error::data(name, format!("none of the {all} points is finite: there is nothing to draw")));
    }
    for remark in figure.remarks() {
        call.context.note(format!("{name}: {remark}"));
    }
    Ok(figure)
}

fn scatter(call: &Call, v: &Dynamic) -> Result<Figure> {
    let options = figure_options(call)?;
    let (clouds, what) = (clouds(v)?, "plot::scatter, color_by");
    let Some(by) = call.options.value("color_by") else { return room::scatter::scatter(&clouds, &options) };
    let [cloud] = &clouds[..] else {
        return Err(Error::data(what, format!("it colours one cloud, and there are {}", clouds.len())));
    };
    let flat = by.flatten_clone();
    let is_text = |l: &Array| l.first().is_some_and(|v| v.flatten_clone().is_string());
    let by = if flat.read_lock::<Array>().is_some_and(|l| is_text(&l)) {
        let list = flat.read_lock::<Array>().ok_or_else(|| wrong(what, "labels", by))?;
        By::Labels(list.iter().map(|v| text(what, v)).collect::<Result<_>>()?)
    } else if flat.is::<Points>() {
        By::Numbers(sample(&flat)?)
    } else {
        By::Numbers(with_gaps(what, &flat)?)
    };
    room::scatter::colored(cloud, &by, &options)
}

fn hist(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let values = match pairs(v).filter(|p| !p.is_empty()) {
        Some(named) => named.iter().map(|(n, v)| Ok((n.clone(), sample(v)?))).collect::<Result<_>>()?,
        None => vec![(String::new(), sample(v)?)],
    };
    room::hist::hist(&values, o)
}

fn trajectories(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let run: RunValue = only("plot::trajectories", "a run", v)?;
    let snapshots: Vec<Cloud> = run.snapshots.iter().map(|s| points_cloud(&run.view(s)?)).collect::<Result<_>>()?;
    room::trajectories::trajectories(&snapshots, &points_cloud(&run.target.whole()?)?, o)
}

fn generator_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let g: GeneratorValue = only("plot::generator", "an f such as kl() or f_divergence(…)", v)?;
    let curves = Curves {
        name: g.name(),
        f: &|x| g.f(x),
        slope: &|x| g.derivative(x),
        conjugate: &|y| g.conjugate(y),
        maximiser: &|y| g.conjugate_grad(y),
        domain: g.domain().0,
    };
    Ok(generator(&curves, o))
}

fn path_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let t: TableValue = only("plot::path", "the table of d.path(p, q, constants)", v)?;
    let column = |name: &str| {
        t.column(name).and_then(Column::as_numbers).map(|v| v.to_vec()).ok_or_else(|| {
            Error::data(
                "plot::path",
                format!("the table has no column \"{name}\"; d.path(p, q, constants) makes one that has"),
            )
        })
    };
    let limit = column("limit")?.first().copied().unwrap_or(f64::INFINITY);
    let path = room::path::Path { constants: column("L")?, value: column("value")?, w1: column("w1")?, limit };
    room::path::path(&path, o)
}

fn bracket_figure(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let e: EstimateValue = only("plot::bracket", "an estimate", v)?;
    let bounds = e.solution.as_ref().map_or(&[][..], |f| &f.history);
    let errors = e.solution.as_ref().map_or(&[][..], |f| &f.errors);
    let bracket = room::bracket::Bracket { history: &e.history, bounds, errors, lower: e.lower, upper: e.upper };
    room::bracket::bracket(&bracket, o)
}

fn grid(v: &Dynamic, o: &FigureOptions) -> Result<Figure> {
    let flat = v.flatten_clone();
    let figures: Option<Vec<Figure>> =
        flat.read_lock::<Array>().and_then(|l| l.iter().map(|f| f.flatten_clone().try_cast::<Figure>()).collect());
    room::grid::grid(&figures.ok_or_else(|| wrong("plot::grid", "a list of figures", v))?, o)
}

fn plan(call: &Call, e: &Dynamic, p: &Dynamic, q: &Dynamic) -> Result<Figure> {
    let options = figure_options(call)?;
    let e: EstimateValue = only("plot::plan", "an estimate made by exact transport", e)?;
    let Some(plan) = e.solution.as_ref().and_then(|f| f.plan.as_ref()) else {
        return Err(Error::data(
            "plot::plan",
            "this estimate has no sparse plan; exact() makes one: #{ critic: exact() }",
        ));
    };
    let proximal = e.proximal.as_deref().filter(|_| !e.reversed);
    room::plan::plan(&cloud("", p)?, &cloud("", q)?, plan, proximal, &options)
}

fn curves(call: &Call, table: &Dynamic, x: &Dynamic, ys: &Dynamic) -> Result<Figure> {
    let options = figure_options(call)?;
    let x_name = text("plot::lines, x", x)?;
    let names = column_names(ys)?;
    let xs = column(table, &x_name)?;
    let values = |name: &String| {
        let y = column(table, name)?;
        if y.len() == xs.len() {
            return Ok(y);
        }
        Err(Error::Shape {
            what: format!("plot::lines, column {name}"),
            expected: format!("{} values like {x_name}", xs.len()),
            got: format!("{}", y.len()),
        })
    };
    let n = names.len();
    for (key, given) in [("errors", &options.errors), ("low", &options.low), ("high", &options.high)] {
        if !given.is_empty() && given.len() != n {
            let expected = format!("{n} columns, one per curve");
            return Err(Error::Option {
                owner: "plot::lines".into(),
                key: key.into(),
                got: format!("{given:?}"),
                expected,
            });
        }
    }
    if options.low.is_empty() != options.high.is_empty() {
        return Err(Error::data("plot::lines", "a band has two edges: low and high, a column each for every curve"));
    }
    let of = |list: &[String], i: usize| list.get(i).map_or(Ok(vec![]), values);
    let series = names.iter().enumerate().map(|(i, name)| {
        let y = values(name)?;
        match lines::gaps(&y) {
            0 => {}
            n => call.context.note(format!(
                "plot::lines: {n} of {} rows have no value of {name}: its curve passes over them",
                y.len()
            )),
        }
        let (errors, band) = (of(&options.errors, i)?, (of(&options.low, i)?, of(&options.high, i)?));
        Ok(Series { name: name.clone(), x: xs.clone(), y, errors, band })
    });
    lines::lines(&series.collect::<Result<Vec<Series>>>()?, &x_name, &options)
}

/// One name, or a list of names.
fn column_names(ys: &Dynamic) -> Result<Vec<String>> {
    let flat = ys.flatten_clone();
    if let Ok(one) = flat.clone().into_string() {
        return Ok(vec![one]);
    }
    let list = flat.read_lock::<Array>().ok_or_else(|| wrong("plot::lines", "a list of column names", ys))?;
    list.iter().map(|v| text("plot::lines, columns", v)).collect()
}

/// A column of a table, or of a map of lists.
fn column(table: &Dynamic, name: &str) -> Result<Vec<f64>> {
    let missing = |columns: Vec<&str>| {
        Error::data("plot::lines", format!("no column \"{name}\": the columns are {}", columns.join(", ")))
    };
    let flat = table.flatten_clone();
    if let Some(t) = flat.read_lock::<TableValue>() {
        let column = t.column(name).ok_or_else(|| t.unknown("plot::lines", name))?;
        let texts = || Error::data("plot::lines", format!("column \"{name}\" holds texts, expected numbers"));
        return column.as_numbers().map(|v| v.to_vec()).ok_or_else(texts);
    }
    let map = flat
        .read_lock::<Map>()
        .ok_or_else(|| wrong("plot::lines", "a table such as run.history, or a map of lists", table))?;
    let v = map.get(name).ok_or_else(|| missing(map.keys().map(|k| k.as_str()).collect()))?;
    with_gaps(&format!("plot::lines, column {name}"), v)
}

/// The critic of a critic, an estimate or a run, in two dimensions.
fn planar_critic(what: &str, v: &Dynamic) -> Result<FittedCritic> {
    let flat = v.flatten_clone();
    let critic = if let Some(c) = flat.clone().try_cast::<FittedCritic>() {
        c
    } else if let Some(e) = flat.clone().try_cast::<EstimateValue>() {
        FittedCritic::of_estimate(&e)
    } else if let Some(r) = flat.try_cast::<RunValue>() {
        FittedCritic::of_run(&r)?
    } else {
        return Err(wrong(what, "a fitted critic, an estimate or a run", v));
    };
    match critic.dim() {
        Some(2) => Ok(critic),
        d => Err(Error::Shape {
            what: what.into(),
            expected: "a critic of dimension 2".into(),
            got: d.map_or("none".into(), |d| format!("dimension {d}")),
        }),
    }
}

/// Draws a critic on the nodes of a rectangle.
type Draw = fn(&FittedCritic, [(f64, f64); 2], &FigureOptions) -> Result<Figure>;

fn field(call: &Call, what: &str, v: &Dynamic, e: &Dynamic, draw: Draw) -> Result<Figure> {
    let options = figure_options(call)?;
    let critic = planar_critic(what, v)?;
    let (x, y) = extent(what, e)?;
    let figure = draw(&critic, [x, y], &options)?;
    match call.options.value("particles") {
        Some(p) => Ok(room::scatter::over(figure, &clouds(p)?, &options)),
        None => Ok(figure),
    }
}

fn heat(critic: &FittedCritic, [x, y]: [(f64, f64); 2], o: &FigureOptions) -> Result<Figure> {
    let columns = if o.bins > 0 { o.bins.max(2) } else { 161 };
    let at = device::wide(Field::nodes(x, y, columns), columns * columns, 2);
    let values = critic.value(&at)?;
    let values = if o.center { contour::centered(&values) } else { values };
    contour::contour(&Field { x, y, columns, values }, o)
}

fn arrows(critic: &FittedCritic, [x, y]: [(f64, f64); 2], o: &FigureOptions) -> Result<Figure> {
    let columns = if o.bins > 0 { o.bins.max(2) } else { 21 };
    let nodes = Field::nodes(x, y, columns);
    let at = device::wide(nodes.clone(), columns * columns, 2);
    let vectors = device::rows_f64(&critic.gradient(&at)?)?;
    room::quiver::quiver(&nodes, &vectors, (x.1 - x.0) / (columns - 1) as f64, o)
}
